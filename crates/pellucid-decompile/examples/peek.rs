//! Peek.
use pellucid_compile::{Disguise, compile, disguise};
use pellucid_core::*;
use pellucid_decompile::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let f = Function::parse(&args[1]).unwrap();
    let domain = Domain::parse(&args[2], f.input_names()).unwrap();
    let mut net = compile(&f, &domain, Biases::ALLOWED, Default::default()).unwrap().network;
    if let Some(seed) = args.get(3) {
        net = disguise(
            &net,
            &domain,
            &Disguise {
                seed: seed.parse().unwrap(),
                width: args[4].parse().unwrap(),
                more_layers: args[5].parse().unwrap(),
            },
        )
        .unwrap()
        .network;
    }
    for (l, layer) in net.layers().iter().enumerate() {
        for (w, b) in layer.weights.iter().zip(&layer.biases) {
            println!("{l}: {w:?} {b}");
        }
    }
    let q = Question { domain: domain.clone(), tolerance: Rational::zero(), target: None, limits: Default::default() };
    let d = decompile(&net, &q).unwrap();
    println!("{}", d.formula);
    for n in &d.neurons {
        println!(
            "{} {} [{}] {} {} computes {}",
            n.id,
            n.label(net.input_names()),
            n.feature.kind,
            n.status,
            n.work,
            n.computes.as_ref().map_or("-".into(), |e| expr_to_text(e, net.input_names()))
        );
    }
    fn show(c: &Circuit, depth: usize, names: &[String]) {
        println!(
            "{}{}: {} {:?}",
            "  ".repeat(depth),
            c.name,
            expr_to_text(&c.computes, names),
            c.neurons.iter().map(|n| n.to_string()).collect::<Vec<_>>()
        );
        for p in &c.parts {
            show(p, depth + 1, names);
        }
    }
    for c in &d.circuits {
        show(c, 0, net.input_names());
    }
    println!("{:?}", d.noise);
    for r in &d.remarks {
        println!("{r}");
    }
    for a in ablations(&net, &d, &domain, Default::default()).unwrap() {
        println!("{:?} {:?} {:?} {:?}", a.circuit, a.neurons, a.change, a.difference);
    }
}
