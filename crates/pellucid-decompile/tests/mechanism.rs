//! How networks of several layers compute: names of neurons, circuits across layers, noise and ablations.

mod common;

use common::{Stream, question, taken_apart, unit_box};
use pellucid_compile::{Disguise, compile, disguise};
use pellucid_core::{Biases, Circuit, Domain, Function, Layer, Network, NeuronId, Rational, expr_to_text};
use pellucid_decompile::{Ablated, Change, Decompiled, Status, Work, ablations};
use pellucid_prove::{Largest, Limits};

fn compiled(text: &str, domain: &Domain) -> Network<Rational> {
    let function = Function::parse(text).unwrap();
    compile(&function, domain, Biases::ALLOWED, Default::default()).unwrap().network
}

/// The lines that tell neurons and circuits.
fn lines(found: &Decompiled, names: &[String]) -> Vec<String> {
    fn tell(circuit: &Circuit, depth: usize, names: &[String], lines: &mut Vec<String>) {
        let neurons: Vec<String> = circuit.neurons.iter().map(ToString::to_string).collect();
        let computes = expr_to_text(&circuit.computes, names);
        lines.push(format!("{}{}: {computes} [{}]", "  ".repeat(depth), circuit.name, neurons.join(" ")));
        circuit.parts.iter().for_each(|part| tell(part, depth + 1, names, lines));
    }
    let mut lines: Vec<String> =
        found.neurons.iter().map(|n| format!("{} {} {} {}", n.id, n.label(names), n.status, n.work)).collect();
    found.circuits.iter().for_each(|circuit| tell(circuit, 0, names, &mut lines));
    lines
}

#[test]
fn a_minimum_of_four_is_made_of_minima() {
    let network = compiled("min(x1, x2, x3, x4)", &Domain::Everywhere);
    let found = taken_apart(&network, &question(&Domain::Everywhere, "0"));
    assert_eq!(
        lines(&found, network.input_names()),
        [
            "h1.1 x1 > x2 live detects",
            "h1.2 x3 > x4 live detects",
            "h1.3 +(x1) live carries",
            "h1.4 -(x1) live carries",
            "h1.5 +(x3) live carries",
            "h1.6 -(x3) live carries",
            "h2.1 min(x3, x4) > min(x1, x2) live detects",
            "h2.2 -(min(x3, x4)) live carries",
            "h2.3 +(min(x3, x4)) live carries",
            "minimum: min(x1, x2, x3, x4) [h1.1 h1.2 h1.3 h1.4 h1.5 h1.6 h2.1 h2.2 h2.3]",
            "  minimum: min(x1, x2) [h1.1 h1.3 h1.4]",
            "  minimum: min(x3, x4) [h1.2 h1.5 h1.6]",
            "  identity: x1 [h1.3 h1.4]",
            "  identity: x3 [h1.5 h1.6]",
            "  identity: min(x3, x4) [h2.2 h2.3]",
        ]
    );
}

#[test]
fn networks_with_too_many_cells_are_read() {
    // The cells of eight inputs everywhere are far more than the limit.
    let text = "max(x1, x2, x3, x4, x5, x6, x7, x8)";
    let plain = compiled(text, &Domain::Everywhere);
    let how = Disguise { seed: 8_236_707_932_596_733, width: Rational::from(3), more_layers: 1 };
    let hidden = disguise(&plain, &Domain::Everywhere, &how).unwrap().network;
    let mut question = question(&Domain::Everywhere, "0");
    question.limits = Limits { max_cells: 1_000, stop: None };
    let found = taken_apart(&hidden, &question);
    assert_eq!(found.formula.to_string(), text);
    assert!(found.explained && matches!(found.deviation, Largest::At(most, _) if most.is_zero()));
}

#[test]
fn what_neurons_compute_is_their_pre_activation() {
    let mut stream = Stream(3);
    for (text, seed) in [("median(x1, x2, x3)", 1), ("relu(1 - abs(x1) - abs(x2))", 2), ("max(min(x1, x2), x3)", 5)] {
        let domain = Domain::parse("[-2,2]^3", &pellucid_core::numbered_inputs(3)).unwrap();
        let n = Function::parse(text).unwrap().n_inputs();
        let domain = if n == 3 { domain } else { unit_box(n) };
        let how = Disguise { seed, width: Rational::from(3), more_layers: 1 };
        let hidden = disguise(&compiled(text, &domain), &domain, &how).unwrap().network;
        let found = taken_apart(&hidden, &question(&domain, "0"));
        for _ in 0..50 {
            let point: Vec<Rational> = (0..n).map(|_| Rational::ratio(stream.below(200) as i64 - 100, 100)).collect();
            let trace = hidden.trace(&point).pre_activations;
            for neuron in &found.neurons {
                let value = &trace[neuron.id.layer][neuron.id.index];
                assert_eq!(neuron.computes.as_ref().unwrap().evaluate(&point), *value, "{text}: {}", neuron.id);
                // The feature says the same of what it reads.
                let reads: Vec<Rational> = neuron.reads.iter().map(|read| read.evaluate(&point)).collect();
                assert_eq!(neuron.feature.form.at(&reads) * &neuron.feature.scale, *value, "{text}: {}", neuron.id);
                assert!(neuron.status != Status::Dead || !value.is_positive(), "{text}: {}", neuron.id);
                assert!(neuron.status != Status::AlwaysOn || !value.is_negative(), "{text}: {}", neuron.id);
            }
        }
    }
}

#[test]
fn ablations_are_exact() {
    let domain = unit_box(2);
    let hidden = disguise(&compiled("max(x1, x2, 0)", &domain), &domain, &Disguise::new(4)).unwrap().network;
    let found = taken_apart(&hidden, &question(&domain, "0"));
    let all = ablations(&hidden, &found, &domain, Limits::default()).unwrap();
    let working = found.neurons.iter().filter(|neuron| neuron.work != Work::Nothing).count();
    assert_eq!(all.iter().filter(|a| a.circuit.is_none() && a.change == Change::Removed).count(), working);
    assert!(all.iter().any(|a| a.circuit.is_some()));
    let mut stream = Stream(11);
    let mut point = || (0..2).map(|_| Rational::ratio(stream.below(201) as i64 - 100, 100)).collect::<Vec<_>>();
    for ablation in &all {
        assert_eq!(ablation.change, Change::Removed, "exact weights are ideal");
        // Removed by hand.
        let mut layers: Vec<Layer<Rational>> = hidden.layers().to_vec();
        for id in &ablation.neurons {
            layers[id.layer + 1].weights.iter_mut().for_each(|row| row[id.index] = Rational::zero());
        }
        let removed = Network::new(None, layers).unwrap();
        let off = |at: &[Rational]| (&removed.evaluate(at)[0] - &found.formula.evaluate(at)[0]).abs();
        let Ablated::Deviation(Largest::At(most, at)) = &ablation.ablated else { panic!("{ablation:?}") };
        assert_eq!(off(at), *most);
        assert!((0..50).all(|_| off(&point()) <= *most));
        assert_eq!(ablation.difference.as_ref(), Some(most), "the network itself is not off");
    }
    // With a limit that is too low the entries say so.
    let none = ablations(&hidden, &found, &domain, Limits { max_cells: 0, stop: None }).unwrap();
    let late = ablations(&hidden, &found, &domain, Limits { stop: Some(&|| true), ..Limits::default() }).unwrap();
    assert!(late.len() == all.len() && late.iter().all(|a| matches!(&a.ablated, Ablated::GaveUp(_))));
    assert!(none.iter().all(|a| matches!(a.ablated, Ablated::GaveUp(_)) && a.difference.is_none()));
}

#[test]
fn noise_is_bounded_by_what_it_does() {
    // A trained minimum with a fourth neuron that hardly matters.
    let rows = [vec![1.0, -1.0], vec![1.0, 0.0], vec![-1.0, 0.0], vec![0.3, 0.7]];
    let network = common::network(&rows, &[0.0, 0.0, 0.0, 0.1], &[vec![-1.0, 1.0, -1.0, 1e-5]], &[0.0]);
    let found = taken_apart(&network, &question(&unit_box(2), "1e-4"));
    assert_eq!(found.formula.to_string(), "min(x1, x2)");
    let [noise] = found.noise.as_slice() else { panic!("{:?}", found.noise) };
    assert_eq!(noise.neurons, [found.neurons[3].id]);
    assert_eq!((noise.why, noise.exact), ("rounded away", true));
    let largest =
        network.layers()[1].weights[0][3].clone() * found.neurons[3].row.at(&[Rational::one(), Rational::one()]);
    assert_eq!(noise.effect, Some(largest));
}

#[test]
fn what_is_in_a_circuit_is_no_noise() {
    // A minimum with a detector that leans, and two neurons that are on nearly everywhere and take each other's value
    // away.
    let rows = [vec![1.0, -0.96], vec![1.0, 0.0], vec![-1.0, 0.0], vec![0.3, 0.2], vec![0.3, 0.2]];
    let out = vec![-1.0, 1.0, -1.0, 1.0, -0.99];
    let network = common::network(&rows, &[0.0, 0.0, 0.0, 0.45, 0.47], &[out], &[0.0153]);
    let found = taken_apart(&network, &question(&unit_box(2), "3e-2"));
    assert_eq!((found.formula.to_string().as_str(), found.explained), ("min(x1, x2)", false));
    assert!(found.neurons[3..].iter().all(|neuron| neuron.work == Work::Carries), "{:?}", found.neurons);
    let noise: Vec<NeuronId> = found.noise.iter().flat_map(|noise| noise.neurons.clone()).collect();
    let in_circuits: Vec<NeuronId> =
        found.circuits.iter().flat_map(|circuit| circuit.all()).flat_map(|circuit| circuit.neurons.clone()).collect();
    assert!(!in_circuits.is_empty() && noise.iter().all(|id| !in_circuits.contains(id)), "{noise:?}");
}
