//! What is said of counterexamples in float32, against executions in several orders of summation.

use pellucid::{Constraint, InFloat32, Layer, Network, Rational, Satisfying, in_float32, witness};
use proptest::prelude::*;

fn network() -> impl Strategy<Value = Network<Rational>> {
    let number = || (-999i64..=999, 1i64..400).prop_map(|(p, q)| Rational::ratio(p, q));
    let layer = move |inputs: usize, outputs: usize| {
        let weights = prop::collection::vec(prop::collection::vec(number(), inputs), outputs);
        (weights, prop::collection::vec(number(), outputs)).prop_map(|(weights, biases)| Layer { weights, biases })
    };
    (layer(2, 5), layer(5, 4), layer(4, 1)).prop_map(|(a, b, c)| Network::new(None, vec![a, b, c]).unwrap())
}

/// The output with the terms of each sum rotated, the bias among them, fused or not.
fn execute(network: &Network<f32>, input: &[f32], rotation: usize, fused: bool) -> f32 {
    let mut values = input.to_vec();
    for (index, layer) in network.layers().iter().enumerate() {
        let hidden = index + 1 < network.layers().len();
        let neuron = |(row, bias): (&Vec<f32>, &f32)| {
            let mut terms: Vec<(f32, f32)> = row.iter().copied().zip(values.iter().copied()).collect();
            terms.push((*bias, 1.0));
            let n = terms.len();
            terms.rotate_left(rotation % n);
            let sum = terms.iter().fold(0f32, |sum, (w, x)| if fused { w.mul_add(*x, sum) } else { sum + w * x });
            if hidden { sum.max(0.0) } else { sum }
        };
        values = layer.weights.iter().zip(&layer.biases).map(neuron).collect();
    }
    values[0]
}

/// `y >= bound`, or `y > bound`.
fn at_least(bound: Rational, strict: bool) -> Constraint {
    Constraint { inputs: [].into(), outputs: [(0, Rational::one())].into(), constant: -bound, strict }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_means_any(net in network(), input in prop::collection::vec(-4f32..4.0, 2), ulps in 0i64..4000, strict: bool) {
        let rounded = net.to_numbers::<f32>();
        let exact: Vec<Rational> = input.iter().map(|x| Rational::from_f32(*x).unwrap()).collect();
        let value = rounded.to_exact().unwrap().evaluate(&exact).remove(0);
        // Bounds from far too tight to wide enough.
        let bound = &value - (value.abs() + Rational::one()) * Rational::ratio(ulps, 1 << 24);
        let case = [at_least(bound.clone(), strict)];
        let holds = |y: f32| {
            let y = Rational::from_f32(y).unwrap();
            y > bound || (y == bound && !strict)
        };
        match in_float32(&net, &case, &exact) {
            InFloat32::AnyOrder => {
                for rotation in 0..6 {
                    prop_assert!(holds(execute(&rounded, &input, rotation, false)));
                    prop_assert!(holds(execute(&rounded, &input, rotation, true)));
                }
            }
            InFloat32::InOrder => prop_assert!(holds(rounded.evaluate(&input)[0])),
            InFloat32::No => prop_assert!(!holds(rounded.evaluate(&input)[0])),
        }
    }

    #[test]
    fn witnesses_are_exact_decimals(net in network(), input in prop::collection::vec((-99i64..99, 1i64..99), 2), slack in 0i64..3) {
        let input: Vec<Rational> = input.iter().map(|(p, q)| Rational::ratio(*p, *q)).collect();
        let value = net.evaluate(&input).remove(0);
        let case = vec![at_least(&value - Rational::ratio(slack, 1000), false)];
        let computation = pellucid::Computation::Network(net.clone());
        let found = Satisfying::at(&computation, std::slice::from_ref(&case), input).unwrap();
        let witness = witness(&net, std::slice::from_ref(&case), found.clone());
        let read: Vec<Rational> = witness.input.iter().map(|text| text.parse().unwrap()).collect();
        if witness.decimals_are_exact {
            prop_assert_eq!(&read, &witness.exact.input);
        } else {
            prop_assert_eq!(&witness.exact, &found);
        }
        // With slack there is a decimal, and a float32 number, nearby.
        prop_assert!(witness.decimals_are_exact || slack == 0);
        prop_assert_eq!(net.evaluate(&witness.exact.input), witness.exact.outputs.clone());
        prop_assert!(case[0].holds(&witness.exact.input, &witness.exact.outputs));
    }
}

#[test]
fn a_wide_margin_is_any_order() {
    let layer = |weights: &[&[i64]]| Layer {
        weights: weights.iter().map(|row| row.iter().map(|w| Rational::ratio(*w, 10)).collect()).collect(),
        biases: vec![Rational::ratio(1, 3); weights.len()],
    };
    let net = Network::new(None, vec![layer(&[&[1, -7], &[3, 3]]), layer(&[&[5, 5]])]).unwrap();
    let input = [Rational::one(), Rational::one()];
    let value = net.evaluate(&input).remove(0);
    let with = |slack: Rational| in_float32(&net, &[at_least(&value - slack, false)], &input);
    assert_eq!(with(Rational::ratio(1, 100_000)), InFloat32::AnyOrder);
    assert_eq!(with(Rational::ratio(-1, 100_000)), InFloat32::No);
}
