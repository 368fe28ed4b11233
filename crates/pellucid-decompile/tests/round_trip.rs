//! `decompile(compile(f))` is f, for random functions that one hidden layer can compute.

mod common;

use common::{Stream, question, taken_apart};
use pellucid_compile::compile;
use pellucid_core::{Affine, Biases, Computation, Domain, Expr, Function, Rational, numbered_inputs};
use pellucid_prove::{Largest, Verdict, prove_within};

fn small(stream: &mut Stream) -> Rational {
    let denominators = [1, 1, 1, 2, 3, 4];
    Rational::ratio(stream.below(7) as i64 - 3, denominators[stream.below(6)])
}

fn affine(stream: &mut Stream, n: usize) -> Affine {
    // Few inputs at a time, as functions that people write have them.
    let coefficients = (0..n).map(|_| if stream.below(2) == 0 { small(stream) } else { Rational::zero() }).collect();
    let constant = if stream.below(2) == 0 { small(stream) } else { Rational::zero() };
    Affine { coefficients, constant }
}

/// A term that one hidden layer can compute.
fn term(stream: &mut Stream, n: usize) -> Expr {
    let (a, b) = (affine(stream, n).to_expr(), affine(stream, n).to_expr());
    let call = match stream.below(8) {
        0 => Expr::Relu(Box::new(a)),
        1 => Expr::Abs(Box::new(a)),
        2 => Expr::Min(vec![a, b]),
        3 => Expr::Max(vec![a, b]),
        4 => Expr::Clamp(Box::new([a, Expr::Constant(Rational::ratio(-1, 2)), Expr::Constant(Rational::one())])),
        5 => Expr::Max(vec![Expr::Abs(Box::new(a)), Expr::Abs(Box::new(b))]),
        6 => Expr::Relu(Box::new(Expr::subtract(Expr::Constant(Rational::one()), Expr::Abs(Box::new(a))))),
        _ => a,
    };
    Expr::scale(small(stream), call)
}

fn function(stream: &mut Stream) -> Function {
    let n = 1 + stream.below(3);
    let n_outputs = 1 + stream.below(2);
    let outputs =
        (0..n_outputs).map(|_| Expr::sum((0..1 + stream.below(3)).map(|_| term(stream, n)).collect::<Vec<_>>()));
    let outputs = outputs.collect();
    Function::new(numbered_inputs(n), outputs).unwrap()
}

#[test]
fn a_thousand_functions_come_back() {
    let mut stream = Stream(2026);
    let mut longer = 0;
    for round in 0..1000 {
        let f = function(&mut stream);
        let side = (Rational::from(-2), Rational::ratio(3, 2));
        let domain = if round % 2 == 0 { Domain::Everywhere } else { Domain::Box(vec![side; f.n_inputs()]) };
        let network = compile(&f, &domain, Biases::ALLOWED, Default::default()).unwrap().network;
        assert!(network.hidden_layers().len() <= 1, "{f}");
        let found = taken_apart(&network, &question(&domain, "0"));
        assert!(found.explained, "{f}");
        assert!(matches!(&found.deviation, Largest::At(most, _) if most.is_zero()), "{f}");
        let sides = (Computation::Function(f.clone()), Computation::Function(found.formula.clone()));
        let verdict = prove_within(&sides.0, &sides.1, &domain, &Rational::zero(), Default::default()).unwrap();
        assert!(matches!(verdict, Verdict::Proved { .. }), "{f} {} came back as {}", domain.phrase(), found.formula);
        if found.formula.to_string().len() > f.to_string().len() {
            longer += 1;
            if longer % 10 == 0 {
                println!("longer: {f}\n        {}", found.formula);
            }
        }
    }
    println!("{longer} of 1000 came back longer");
    assert!(longer < 150, "{longer} of 1000 came back longer");
}
