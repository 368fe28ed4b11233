//! Lower bounds at any depth: what is known of some functions, and networks that none may exceed.

use pellucid_check::check;
use pellucid_compile::compile;
use pellucid_core::{Biases, Certificate, Claim, Domain, Function, Kink, OneLayer, Proof, Rational, Single};
use pellucid_prove::{Limits, Representable, SizeBound, representable, size_bound};

const MANY: Limits<'static> = Limits { max_cells: 2_000, stop: None };

/// The bound found and accepted, at any depth.
fn bound(function: &Function, domain: &Domain) -> Option<usize> {
    certified(function, domain).map(|bound| bound.at_least)
}

fn certified(function: &Function, domain: &Domain) -> Option<SizeBound> {
    let bound = match representable(function, domain, MANY).ok()? {
        Representable::No(refutation) => {
            let Certificate { proof: Proof::NotOneLayer { here, there }, .. } = *refutation else { unreachable!() };
            size_bound(function, domain, OneLayer::Refuted { here, there }, usize::MAX, MANY)
        }
        Representable::Form(_) => compile(function, domain, Biases::ALLOWED, MANY).ok()?.minimality.any_depth?,
    };
    let checked = check(&bound.certificate);
    assert!(checked.is_accepted(), "{checked:?}\n{}", bound.certificate.to_json());
    Some(bound)
}

fn check_bounds(text: &str, everywhere: usize, on_box: usize) {
    let function = Function::parse(text).unwrap();
    assert_eq!(bound(&function, &Domain::Everywhere), Some(everywhere), "{text} everywhere");
    let sides = vec![(Rational::from(-4), Rational::from(5)); function.n_inputs()];
    assert_eq!(bound(&function, &Domain::Box(sides)), Some(on_box), "{text} on a box");
}

#[test]
fn smallest_networks_of_more_than_one_layer() {
    check_bounds("relu(min(x1, x2))", 3, 3);
    check_bounds("max(x1, x2, 0)", 4, 3);
    check_bounds("max(x1, x2, x3)", 7, 5);
    check_bounds("min(x1, min(x2, x3))", 7, 5);
    check_bounds("relu(1 - abs(x1) - abs(x2))", 4, 4);
    check_bounds("relu(2 - abs(x1) - abs(x2) - abs(x3))", 5, 5);
}

#[test]
fn bounds_below_the_smallest_networks_known() {
    check_bounds("max(max(x1, x2), max(x3, x4))", 8, 6);
    check_bounds("max(x1, x2, x3, x4, x5)", 9, 7);
    check_bounds("median(x1, x2, x3)", 7, 5);
    check_bounds("sort(x1, x2, x3)", 8, 6);
}

#[test]
fn one_layer_is_not_beaten_by_more() {
    check_bounds("min(x1, x2)", 3, 2);
    check_bounds("abs(x1)", 2, 2);
    check_bounds("abs(x1) + abs(x2)", 4, 3);
    check_bounds("abs(x1) + abs(x2) + abs(x3)", 5, 4);
    check_bounds("max(abs(x1), abs(x2))", 4, 3);
    check_bounds("(max(x1, x2), min(x1, x2))", 4, 3);
    check_bounds("max(x1, x2, x3) - min(x1, x2, x3)", 3, 3);
    check_bounds("relu(1 - abs(x1))", 3, 3);
    // Folds: 16 pieces take 16 neurons in one layer, and few in several.
    check_bounds("abs(abs(abs(abs(x1) - 2) - 1) - 1/2)", 4, 4);
}

/// SplitMix64, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// Often 0, 1 or -1, so that hyperplanes coincide and cancel.
    fn weight(&mut self) -> i64 {
        [0, 1, -1, 1, -1, 2, -2, 3][self.below(8)]
    }
}

/// The text of an affine form of texts.
fn sum(random: &mut Random, parts: &[String], with_bias: bool) -> String {
    let terms: Vec<String> = parts.iter().map(|part| format!("{} * ({part})", random.weight())).collect();
    let bias = if with_bias { random.weight() } else { 0 };
    format!("{} + {bias}", terms.join(" + "))
}

/// A random network as a text, with its number of hidden neurons.
fn network(random: &mut Random, inputs: &[String], n_outputs: usize) -> (Vec<String>, usize, Vec<usize>) {
    // A third has two layers with a single last neuron, for which there are theorems of their own.
    let widths: Vec<usize> = match random.below(3) {
        0 => vec![1 + random.below(4), 1],
        _ => (0..1 + random.below(3)).map(|l| 1 + random.below(if l == 0 { 4 } else { 3 })).collect(),
    };
    let with_bias = random.below(2) == 0;
    let mut values = inputs.to_vec();
    for width in &widths {
        values = (0..*width).map(|_| format!("relu({})", sum(random, &values, with_bias))).collect();
    }
    let outputs = (0..n_outputs).map(|_| sum(random, &values, with_bias)).collect();
    (outputs, widths.iter().sum(), widths)
}

fn domain(random: &mut Random, n: usize) -> Domain {
    let side = |(low, high): (i64, i64)| (Rational::from(low), Rational::from(high));
    match random.below(2) {
        0 => Domain::Everywhere,
        _ => Domain::Box((0..n).map(|_| side([(-1, 1), (0, 2), (-3, 5), (-9, 9)][random.below(4)])).collect()),
    }
}

/// The certificate with a claim that a network refutes, and other witnesses: points, directions
/// and kinks in each other's places, and small numbers.
fn tampered(random: &mut Random, mut certificate: Certificate, at_least: usize) -> Certificate {
    let (Claim::AtLeast { domain, at_least: claimed, .. }, Proof::AtLeast(proof)) =
        (&mut certificate.claim, &mut certificate.proof)
    else {
        panic!("another claim")
    };
    *claimed = at_least;
    let n = proof.gradients.first().map_or(1, Vec::len);
    let mut points: Vec<Vec<Rational>> = proof.gradients.clone();
    let mut kinks = proof.kinks.clone();
    if let OneLayer::Refuted { here, there } = &proof.one_layer {
        kinks.extend([here.clone(), there.clone()]);
    }
    kinks.extend(proof.single.iter().flatten().flat_map(|single| single.kinks.clone()));
    points.extend(kinks.iter().map(|kink| kink.witness.clone()));
    points.push((0..n).map(|_| Rational::from(random.weight())).collect());
    points.extend(domain.middle(n));
    let some = |random: &mut Random| points[random.below(points.len())].clone();
    for _ in 0..1 + random.below(3) {
        match random.below(8) {
            0 => proof.single.swap(0, 1),
            1 => proof.drift = Some((0..n).map(|_| Rational::from(random.weight())).collect()),
            2 => proof.rays = Some([some(random), some(random)]),
            3 => proof.kinks = kinks.clone(),
            4 => proof.gradients.push(some(random)),
            _ => {
                let mut mixed: Vec<Kink> = kinks.iter().filter(|_| random.below(3) > 0).cloned().collect();
                let shift = random.below(mixed.len().max(1));
                mixed.rotate_left(shift);
                let value_at = some(random);
                let path_from = (random.below(2) == 0).then(|| some(random));
                let known = proof.single[random.below(2)].clone();
                let single = match (random.below(3), known) {
                    (0, Some(known)) => Single { value_at, ..known },
                    (1, Some(known)) => Single { path_from, ..known },
                    _ => Single { value_at, kinks: mixed, path_from },
                };
                proof.single[random.below(2)] = Some(single);
            }
        }
    }
    certificate
}

#[test]
fn no_bound_is_above_the_size_of_a_network() {
    let cases = std::env::var("PELLUCID_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let (mut looked_at, mut tight, mut several) = (0, 0, 0);
    for case in 0..cases {
        let mut random = Random(case);
        let n = 1 + random.below(3);
        let inputs: Vec<String> = (1..=n).map(|i| format!("x{i}")).collect();
        // Half of them with a drift: x1 and what depends on differences alone, and x1 carried through
        // every layer by a pair.
        let drift = random.below(2) == 0;
        let n_outputs = 1 + random.below(2) * random.below(2);
        let (outputs, mut size, widths) = if drift {
            let differences: Vec<String> = inputs[1..].iter().map(|x| format!("{x} - x1")).collect();
            if differences.is_empty() {
                continue;
            }
            network(&mut random, &differences, n_outputs)
        } else {
            network(&mut random, &inputs, n_outputs)
        };
        let carried = if drift { "x1" } else { "0" };
        let outputs: Vec<String> = outputs.iter().map(|output| format!("{carried} + {output}")).collect();
        let domain = domain(&mut random, n);
        if drift {
            // On a box one neuron that is on carries it.
            size += widths.len() * if domain == Domain::Everywhere { 2 } else { 1 };
        }
        let text = if outputs.len() == 1 { outputs[0].clone() } else { format!("({})", outputs.join(", ")) };
        let function = Function::parse_with_inputs(&text, &inputs).unwrap();
        let Some(SizeBound { at_least: bound, certificate, .. }) = certified(&function, &domain) else { continue };
        assert!(bound <= size, "{text} {domain}: {widths:?} has {size} neurons, the bound is {bound}");
        for _ in 0..12 {
            let tampered = tampered(&mut random, certificate.clone(), size + 1);
            assert!(!check(&tampered).is_accepted(), "{widths:?}: {}", tampered.to_json());
        }
        looked_at += 1;
        tight += usize::from(bound == size);
        several += usize::from(bound == size && widths.len() > 1);
    }
    println!("{looked_at} looked at, {tight} tight, {several} of them of several layers");
    assert!(looked_at * 2 > cases as usize && tight * 20 > looked_at, "{looked_at} {tight}");
}
