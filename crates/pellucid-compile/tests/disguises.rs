//! Disguised networks compute what the plain ones do, and their labels lead back.

use pellucid_check::check;
use pellucid_compile::library::library;
use pellucid_compile::{Disguise, Disguised, LayerRole, PassesThrough, Role, compile, disguise};
use pellucid_core::{Biases, Computation, Domain, Function, Layer, Network, NeuronId, Rational};
use pellucid_prove::{Limits, Verdict, prove_within};

fn plain(text: &str, on: &str) -> (Network<Rational>, Domain) {
    let function = Function::parse(text).unwrap();
    let domain = Domain::parse(on, function.input_names()).unwrap();
    (compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network, domain)
}

fn how(seed: u64, width: i64, more_layers: usize) -> Disguise {
    Disguise { seed, width: Rational::from(width), more_layers }
}

/// Proves them equal, has the proof checked, and goes back by the labels. False where the proof takes
/// too long.
#[track_caller]
fn is_the_same(plain: &Network<Rational>, hidden: &Disguised, domain: &Domain, max_cells: usize) -> bool {
    assert_eq!(&hidden.uncovered().unwrap(), plain, "the labels lead elsewhere");
    let sides = (Computation::Network(plain.clone()), Computation::Network(hidden.network.clone()));
    let limits = Limits { max_cells, stop: None };
    match prove_within(&sides.0, &sides.1, domain, &Rational::zero(), limits) {
        Ok(Verdict::Proved { certificate, .. }) => {
            let checked = check(&certificate);
            assert!(checked.is_accepted(), "{:?}", checked.rejection);
            true
        }
        Ok(Verdict::Refuted(at)) => panic!("another function: {at:?}"),
        Err(error) => {
            assert!(error.is_limit(), "{error}");
            false
        }
    }
}

#[test]
fn the_minimum_in_many_disguises() {
    for on in ["everywhere", "[-1,1]^2", "[1,2] x [0,3/2]"] {
        let (plain, domain) = plain("min(x1, x2)", on);
        for seed in 0..40 {
            let how = how(seed, 1 + seed as i64 % 4, seed as usize % 3);
            let hidden = disguise(&plain, &domain, &how).unwrap();
            assert!(is_the_same(&plain, &hidden, &domain, 1_000_000), "{on} {how:?}");
            assert_eq!(hidden.layers.len(), plain.hidden_layers().len() + how.more_layers);
        }
    }
}

#[test]
fn the_library_in_disguise() {
    let mut proved = 0;
    let mut all = 0usize;
    for entry in library().unwrap().iter().filter(|entry| entry.function.n_inputs() <= 4) {
        for domain in &entry.domains {
            let plain = compile(&entry.function, domain, Biases::ALLOWED, Default::default()).unwrap().network;
            if plain.hidden_neurons() > 16 {
                continue;
            }
            all += 1;
            let hidden = disguise(&plain, domain, &how(all as u64, 2, 0)).unwrap();
            proved += usize::from(is_the_same(&plain, &hidden, domain, 4_000));
        }
    }
    println!("{proved} of {all} disguises of the library proved within 4,000 cells");
    assert!(all > 120 && proved * 10 >= all * 9, "{proved} of {all}");
}

/// What is labelled dead or a decoy can be taken out.
#[test]
fn what_is_said_to_do_nothing_does_nothing() {
    for (text, on) in [("max(x1, x2, x3)", "[-1,1]^3"), ("max(x1, x2, x3)", "everywhere"), ("abs(x1) + x2", "[-2,2]^2")]
    {
        let (plain, domain) = plain(text, on);
        let (mut n_dead, mut n_decoys) = (0, 0);
        for seed in 0..12 {
            let hidden = disguise(&plain, &domain, &how(seed, 3, 0)).unwrap();
            let idle = |role: &Role| matches!(role, Role::Dead | Role::Decoy { .. });
            let roles = hidden.roles.iter().flatten();
            n_dead += roles.clone().filter(|role| matches!(role, Role::Dead)).count();
            n_decoys += roles.filter(|role| matches!(role, Role::Decoy { .. })).count();
            let mut layers = hidden.network.layers().to_vec();
            for (l, roles) in hidden.roles.iter().enumerate() {
                let kept: Vec<usize> = (0..roles.len()).filter(|k| !idle(&roles[*k])).collect();
                layers[l] = Layer {
                    weights: kept.iter().map(|k| layers[l].weights[*k].clone()).collect(),
                    biases: kept.iter().map(|k| layers[l].biases[*k].clone()).collect(),
                };
                for row in &mut layers[l + 1].weights {
                    *row = kept.iter().map(|k| row[*k].clone()).collect();
                }
            }
            let without = Network::new(Some(plain.input_names().to_vec()), layers).unwrap();
            let sides = (Computation::Network(plain.clone()), Computation::Network(without));
            let verdict = prove_within(&sides.0, &sides.1, &domain, &Rational::zero(), Limits::default()).unwrap();
            assert!(matches!(verdict, Verdict::Proved { .. }), "{text} {on} {seed}");
        }
        assert!(n_dead > 0 && n_decoys > 0, "{text}: {n_dead} dead, {n_decoys} decoys");
    }
}

#[test]
fn float32_holds_the_weights_of_a_disguise() {
    let mut n_held = 0;
    for entry in library().unwrap().iter().filter(|entry| entry.function.n_inputs() <= 4) {
        let domain = entry.domains.last().unwrap();
        let plain = compile(&entry.function, domain, Biases::ALLOWED, Default::default()).unwrap().network;
        let hidden = disguise(&plain, domain, &how(5, 3, 1)).unwrap().network;
        let is_held = |network: &Network<Rational>| {
            let values = network.layers().iter().flat_map(|layer| layer.weights.iter().flatten().chain(&layer.biases));
            values.into_iter().all(|value| Rational::from_f32(value.to_f32()).as_ref() == Some(value))
        };
        if is_held(&plain) {
            n_held += 1;
            assert!(is_held(&hidden), "{}", entry.name);
        }
    }
    assert!(n_held >= 80, "{n_held}");
}

#[test]
fn a_seed_is_one_network() {
    let (plain, domain) = plain("max(x1, x2, x3)", "[-1,1]^3");
    let hidden = |seed| disguise(&plain, &domain, &how(seed, 2, 1)).unwrap();
    assert_eq!(hidden(3), hidden(3));
    assert_ne!(hidden(3).network, hidden(4).network);
}

#[test]
fn labels_that_lie_are_found_out() {
    let (plain, domain) = plain("min(x1, x2)", "everywhere");
    let hidden = disguise(&plain, &domain, &how(1, 3, 1)).unwrap();
    let mut shorter = hidden.clone();
    shorter.layers.pop();
    assert!(shorter.uncovered().is_err());
    let mut n_lies = 0;
    for layer in 0..hidden.roles.len() {
        for neuron in 0..hidden.roles[layer].len() {
            let mut lying = hidden.clone();
            match &mut lying.roles[layer][neuron] {
                Role::Neuron { scale, .. } | Role::Carrier { scale, .. } => *scale *= &Rational::from(3),
                role @ Role::Decoy { .. } | role @ Role::Dead => {
                    let working = |role: &&Role| matches!(role, Role::Neuron { .. } | Role::Carrier { .. });
                    *role = hidden.roles[layer].iter().find(working).unwrap().clone();
                }
                Role::Relay { of } => of[0].1 += &Rational::one(),
            }
            n_lies += 1;
            assert_ne!(lying.uncovered().ok().as_ref(), Some(&plain), "layer {layer}, neuron {neuron}");
        }
    }
    assert!(n_lies >= 10, "{n_lies}");
    // Names of neurons that are not there, at any place of a label, and too few labels.
    let nowhere = NeuronId { layer: 0, index: usize::MAX };
    for layer in 0..hidden.roles.len() {
        for neuron in 0..hidden.roles[layer].len() {
            let mut lying = hidden.clone();
            match &mut lying.roles[layer][neuron] {
                Role::Neuron { of, .. } => *of = nowhere,
                Role::Carrier { carries, .. } => carries[0].0 = nowhere,
                Role::Relay { of } => of[0].0 = nowhere,
                Role::Decoy { .. } | Role::Dead => continue,
            }
            assert!(lying.uncovered().is_err(), "layer {layer}, neuron {neuron}");
        }
        let mut lying = hidden.clone();
        lying.roles[layer].pop();
        assert!(lying.uncovered().is_err(), "layer {layer}");
        if let LayerRole::Disguises { passes_through, .. } = &mut lying.layers[layer] {
            lying.roles = hidden.roles.clone();
            passes_through.push(PassesThrough::AlwaysOn(usize::MAX));
            assert!(lying.uncovered().is_err(), "layer {layer}");
        }
    }
}

/// Whatever room is asked for is used.
#[test]
fn wide_disguises_are_wide() {
    let (plain, domain) = plain("min(x1, x2)", "everywhere");
    for seed in 0..10 {
        let hidden = disguise(&plain, &domain, &how(seed, 20, 0)).unwrap();
        assert!(hidden.network.hidden_neurons() >= 50, "{:?}", hidden.network.widths());
        assert_eq!(hidden.uncovered().unwrap(), plain);
    }
}

#[test]
fn constants_and_bad_requests() {
    let (constant, domain) = plain("3", "everywhere");
    assert_eq!(disguise(&constant, &domain, &how(1, 4, 2)).unwrap().network, constant);
    let (plain, domain) = plain("min(x1, x2)", "everywhere");
    let error = disguise(&plain, &domain, &how(1, 0, 1_000)).unwrap_err().to_string();
    assert!(error.contains("0 times") && error.contains("1000"), "{error}");
    assert!(disguise(&plain, &Domain::unit_box(3), &how(1, 2, 0)).is_err());
    let relays = disguise(&plain, &domain, &how(1, 1, 2)).unwrap();
    assert_eq!(relays.layers.iter().filter(|layer| **layer == LayerRole::PassesOn).count(), 2);
}

/// Where only points count, the disguise is right on the box around them, and so at them.
#[test]
fn gates_in_disguise() {
    for (text, on) in [("xor(x1, x2)", "{0,1}^2"), ("parity(x1, x2, x3, x4)", "{0,1}^4"), ("less(x1, x2)", "{0..9}^2")]
    {
        let (plain, domain) = plain(text, on);
        for seed in 0..10 {
            let hidden = disguise(&plain, &domain, &how(seed, 3, seed as usize % 2)).unwrap();
            assert!(is_the_same(&plain, &hidden, &domain, 100_000), "{text} {seed}");
        }
    }
}
