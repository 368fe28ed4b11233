//! Networks that compute nothing in particular: answers come soon, and none claims too much.

mod common;

use std::time::Instant;

use common::{Stream, network, question, taken_apart, unit_box, untrained, untrained_stack};
use pellucid_core::{Domain, Rational};
use pellucid_decompile::Status;
use proptest::prelude::*;

#[test]
fn nothing_simple_explains_an_untrained_network() {
    let mut stream = Stream(1);
    for (shape, runs) in [((2, 8, 1), 6), ((1, 4, 2), 6), ((3, 6, 1), 2)] {
        let start = Instant::now();
        let mut seen = Vec::new();
        for _ in 0..runs {
            let network = untrained(&mut stream, shape.0, shape.1, shape.2);
            let found = taken_apart(&network, &question(&unit_box(shape.0), "1e-4"));
            let text = found.formula.to_string();
            let live = found.neurons.iter().filter(|n| n.status == Status::Live).count();
            assert!(!found.explained || live < 3, "{text}");
            assert!(text.len() <= 160 * shape.2 + 2, "{} characters: {text}", text.len());
            seen.push(format!("{text}  {:?}", off(&found.deviation)));
        }
        println!("{shape:?}: {:?} each with its checks\n  {}", start.elapsed() / runs, seen.join("\n  "));
    }
}

fn off(deviation: &pellucid_prove::Largest) -> String {
    match deviation {
        pellucid_prove::Largest::At(most, _) => most.to_decimal(3),
        pellucid_prove::Largest::Infinite { .. } => "infinite".into(),
    }
}

#[test]
fn exact_weights_are_written_out_exactly() {
    let mut stream = Stream(3);
    for (n_inputs, hidden) in [(2, 8), (3, 6), (2, 24)] {
        let network = untrained(&mut stream, n_inputs, hidden, 1);
        for domain in [unit_box(n_inputs), Domain::Everywhere] {
            let found = taken_apart(&network, &question(&domain, "0"));
            assert!(found.explained);
            assert_eq!(off(&found.deviation), "0");
        }
    }
}

fn meets_its_certificate(seed: u64, n_inputs: usize, hidden: &[usize], n_outputs: usize, tolerance: &str) {
    let mut stream = Stream(seed);
    let widths: Vec<usize> = [&[n_inputs][..], hidden, &[n_outputs]].concat();
    let network = untrained_stack(&mut stream, &widths);
    let found = taken_apart(&network, &question(&unit_box(n_inputs), tolerance));
    let pellucid_prove::Largest::At(most, _) = &found.deviation else { panic!("a box is bounded") };
    let tolerance: Rational = tolerance.parse().unwrap();
    let mut n_beyond = 0;
    for _ in 0..200 {
        let point: Vec<Rational> =
            (0..n_inputs).map(|_| Rational::from_f64(stream.between(-1.0, 1.0)).unwrap()).collect();
        let (here, there) = (network.evaluate(&point), found.formula.evaluate(&point));
        let off = here.iter().zip(&there).map(|(a, b)| (a - b).abs()).max().unwrap();
        assert!(off <= *most);
        n_beyond += i64::from(off > tolerance);
    }
    if let Some((low, high)) = &found.beyond {
        // Six standard deviations of a share of 200 points are below 0.22.
        let (seen, slack) = (Rational::ratio(n_beyond, 200), Rational::ratio(22, 100));
        assert!(low - &slack <= seen && seen <= high + &slack, "{seen} is not in [{low}, {high}]");
    }
}

/// Small outputs, which many maps with long numbers would follow within the tolerance.
#[test]
fn a_formula_that_nobody_reads_is_not_offered() {
    meets_its_certificate(11_149_500_160_189_379_247, 3, &[5, 4], 2, "1e-4");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// A wrong claim is worse than none: whatever is offered for a network that computes nothing in particular
    /// meets its certificate, and points at which it is tried agree with it.
    #[test]
    fn every_formula_meets_its_certificate(
        seed in any::<u64>(),
        n_inputs in 1usize..4,
        hidden in prop::collection::vec(1usize..6, 1..4),
        n_outputs in 1usize..3,
        tolerance in prop::sample::select(vec!["1e-4", "1e-2", "1/5"]),
    ) {
        meets_its_certificate(seed, n_inputs, &hidden, n_outputs, tolerance);
    }
}

/// Rows that are random, of zeros, or touch a corner of the unit box from either side, nearly or
/// exactly.
fn row(n_inputs: usize) -> impl Strategy<Value = (Vec<i64>, f64)> {
    let weights = prop::collection::vec(-3i64..=3, n_inputs);
    let nudges = [0.0, 0.0, 1e-9, -1e-9, 1e-4, -1e-4, 0.5, -0.5];
    (weights, 0usize..4, 0usize..nudges.len()).prop_map(move |(weights, kind, nudge)| {
        let reach: i64 = weights.iter().map(|w| w.abs()).sum();
        let bias = match kind {
            // Off but for a corner; on but for a corner; cut in the middle; anything.
            0 => -(reach as f64) + nudges[nudge],
            1 => reach as f64 + nudges[nudge],
            2 => nudges[nudge],
            _ => 0.3 * reach as f64,
        };
        (weights, bias)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn statuses_are_true(
        rows in prop::collection::vec(row(2), 1..5),
        out in prop::collection::vec(-2i64..=2, 5),
        exact in any::<bool>(),
    ) {
        let weights: Vec<Vec<f64>> = rows.iter().map(|(w, _)| w.iter().map(|w| *w as f64).collect()).collect();
        let biases: Vec<f64> = rows.iter().map(|(_, b)| *b).collect();
        let out: Vec<f64> = out[..rows.len()].iter().map(|w| *w as f64).collect();
        let network = network(&weights, &biases, std::slice::from_ref(&out), &[0.25]);
        let found = taken_apart(&network, &question(&unit_box(2), if exact { "0" } else { "1e-4" }));
        prop_assert_eq!(found.neurons.len(), rows.len());
        for (k, neuron) in found.neurons.iter().enumerate() {
            // An affine map is largest and smallest in corners; both signs mean a kink inside.
            let value = |x: f64, y: f64| {
                let point = [x, y].map(|v| Rational::from_f64(v).unwrap());
                neuron.row.at(&point)
            };
            let corners = [value(1.0, 1.0), value(1.0, -1.0), value(-1.0, 1.0), value(-1.0, -1.0)];
            let off = corners.iter().all(|v| !v.is_positive());
            let on = corners.iter().all(|v| !v.is_negative());
            match neuron.status {
                Status::Dead => prop_assert!(off, "{k} is dead"),
                Status::AlwaysOn => prop_assert!(on && !off, "{k} is always on"),
                Status::Unread => prop_assert!(!off && out[k] == 0.0, "{k} is unread"),
                Status::Live => prop_assert!(!off && !on && out[k] != 0.0, "{k} is live"),
                Status::Merged(other) => {
                    prop_assert!(!off && !on && other.index < k, "{k} is merged");
                    prop_assert_eq!(found.neurons[other.index].status, Status::Live);
                    prop_assert_eq!(found.neurons[other.index].side(), neuron.side());
                }
                Status::Decoy(first) => {
                    let group = found.neurons.iter().filter(|n| n.status == Status::Decoy(first));
                    let group: Vec<_> = group.collect();
                    prop_assert!(!off && group.len() > 1, "{k} is a decoy");
                    prop_assert!(group.iter().all(|n| n.feature.form == neuron.feature.form));
                    let sum: Rational = group.iter().map(|n| &n.out[0] * &n.feature.scale).sum();
                    prop_assert!(!exact || sum.is_zero(), "{k} cancels");
                }
            }
        }
    }
}
