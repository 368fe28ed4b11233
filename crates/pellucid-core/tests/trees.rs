//! Trees of every kind: what is printed reads back, and a ReLU graph is the function or the
//! network it came from.

mod common;

use common::{expr, point, rational};
use pellucid_core::{
    Expr, Function, Layer, Merge, Network, Rational, ReluGraph, Side, dot, expr_text_length, expr_to_text,
    numbered_inputs,
};
use proptest::prelude::*;

fn function() -> impl Strategy<Value = Function> {
    (1usize..=3).prop_flat_map(|n| {
        prop::collection::vec(expr(n), 1..4)
            .prop_map(move |outputs| Function::new(numbered_inputs(n), outputs).unwrap())
    })
}

/// A network of up to two hidden layers with up to 3 inputs.
fn network() -> impl Strategy<Value = Network> {
    prop::collection::vec(1usize..=3, 2..=4).prop_flat_map(|shape| {
        let layers: Vec<_> = shape
            .windows(2)
            .map(|pair| {
                let weights = prop::collection::vec(prop::collection::vec(rational(), pair[0]), pair[1]);
                let layer = (weights, prop::collection::vec(rational(), pair[1]));
                layer.prop_map(|(weights, biases)| Layer { weights, biases })
            })
            .collect();
        layers.prop_map(|layers| Network::new(None, layers).unwrap())
    })
}

/// What `beside` says is right on a short way into that side, and along the hyperplane.
fn check_beside(graph: &ReluGraph, at: &[Rational], normal: &[Rational]) -> Result<bool, TestCaseError> {
    let mut found = false;
    for (side, sign) in [(Side::Above, 1), (Side::Below, -1)] {
        let Some(maps) = graph.beside(at, normal, side) else { continue };
        found = true;
        // Along the hyperplane: any vector without its part along the normal.
        let tilt: Vec<Rational> = (0..at.len()).map(|i| Rational::from(3 - 2 * i as i64)).collect();
        let share = dot(&tilt, normal) / dot(normal, normal);
        for (step, aside) in [("1e-60", "0"), ("1e-61", "1e-60"), ("1e-61", "-1e-60"), ("0", "1e-60")] {
            let (step, aside): (Rational, Rational) = (step.parse().unwrap(), aside.parse().unwrap());
            let step = step * Rational::from(sign);
            let near: Vec<Rational> = (0..at.len())
                .map(|i| &at[i] + &normal[i] * &step + (&tilt[i] - &share * &normal[i]) * &aside)
                .collect();
            let expected = graph.evaluate(&near);
            for (map, value) in maps.iter().zip(expected) {
                prop_assert_eq!(map.at(&near), value);
            }
        }
    }
    Ok(found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(function in function()) {
        let text = function.to_string();
        let read = Function::parse_with_inputs(&text, function.input_names());
        prop_assert_eq!(read.as_ref(), Ok(&function), "{}", text);
        for output in function.outputs() {
            for names in [function.input_names(), &[]] {
                prop_assert_eq!(expr_text_length(output, names), expr_to_text(output, names).len());
            }
        }
        let again = Function::new(vec!["a".into(), "_b".into(), "größe".into()], function.outputs().to_vec()).unwrap();
        prop_assert_eq!(Function::parse_with_inputs(&again.to_string(), again.input_names()).unwrap(), again);
    }

    #[test]
    fn a_graph_is_its_function((function, points) in function().prop_flat_map(|f| {
        let n = f.n_inputs();
        (Just(f), prop::collection::vec(point(n), 6))
    })) {
        let graph = function.to_relu_graph();
        for point in points {
            prop_assert_eq!(graph.evaluate(&point), function.evaluate(&point), "{} at {:?}", function, point);
        }
    }

    #[test]
    fn a_graph_is_its_network((network, points) in network().prop_flat_map(|net| {
        let n = net.n_inputs();
        (Just(net), prop::collection::vec(point(n), 6))
    })) {
        let graph = network.to_relu_graph();
        for point in &points {
            prop_assert_eq!(graph.evaluate(point), network.evaluate(point));
        }
        let side = pellucid_core::Computation::Network(network);
        for merge in [Merge::Hyperplanes, Merge::Copies, Merge::Nothing] {
            let zero = side.difference(&side, merge).unwrap();
            for point in &points {
                prop_assert!(zero.evaluate(point).iter().all(Rational::is_zero));
            }
        }
        let zero = side.difference(&side, Merge::Copies).unwrap();
        prop_assert!(zero.outputs.iter().all(|form| form.terms.is_empty() && form.constant.is_zero()));
    }

    #[test]
    fn beside_is_right_near_the_point((graph, at, normal) in prop_oneof![
        function().prop_map(|f| f.to_relu_graph()),
        network().prop_map(|net| net.to_relu_graph()),
    ].prop_flat_map(|graph| {
        let n = graph.n_inputs;
        (Just(graph), point(n), point(n))
    })) {
        prop_assume!(normal.iter().any(|c| !c.is_zero()));
        check_beside(&graph, &at, &normal)?;
        // A point of the first kink: where the ReLU of inputs vanishes.
        if let Some(form) = graph.relus.first() {
            let map = form.to_affine(graph.n_inputs, &[]);
            let share = map.at(&at) / dot(&map.coefficients, &map.coefficients);
            let on: Vec<Rational> = at.iter().zip(&map.coefficients).map(|(x, c)| x - &share * c).collect();
            prop_assert!(map.at(&on).is_zero());
            check_beside(&graph, &on, &map.coefficients)?;
        }
    }

    #[test]
    fn substitution_is_composition(outer in expr(2), inner in prop::collection::vec(expr(2), 2), at in point(2)) {
        let values: Vec<Rational> = inner.iter().map(|e| e.evaluate(&at)).collect();
        prop_assert_eq!(outer.substitute(&inner).evaluate(&at), outer.evaluate(&values));
    }

    #[test]
    fn floats_are_near(expr in expr(2), at in point(2)) {
        let exact = expr.evaluate(&at).to_f64();
        let near = expr.evaluate(&at.iter().map(Rational::to_f64).collect::<Vec<f64>>());
        // Slopes multiply along a path; the numbers here are below a million.
        prop_assert!((exact - near).abs() <= 1e-3 * (1.0 + exact.abs()) || exact.abs() > 1e9, "{exact} {near}");
    }
}

#[test]
fn beside_says_nothing_where_another_kink_crosses() {
    let graph = Function::parse("abs(x1) + abs(x2)").unwrap().to_relu_graph();
    let zero = || Rational::zero();
    assert_eq!(graph.beside(&[zero(), zero()], &[Rational::one(), zero()], Side::Above), None);
    let here = [zero(), Rational::one()];
    assert!(check_beside(&graph, &here, &[Rational::one(), zero()]).unwrap());
}

#[test]
fn trees_that_constructors_would_not_build_still_print_what_they_compute() {
    let x = || Expr::Input(0);
    let number = |n: i64| Expr::Constant(Rational::from(n));
    for expr in [
        Expr::Scale(Rational::from(2), Box::new(Expr::Sum(vec![x(), number(1)]))),
        Expr::Scale(Rational::from(-1), Box::new(Expr::Sum(vec![x(), number(1)]))),
        Expr::Scale(Rational::from(2), Box::new(Expr::Scale(Rational::from(-3), Box::new(x())))),
        Expr::Scale(Rational::ratio(2, 3), Box::new(number(-5))),
        Expr::Scale(Rational::ratio(-1, 3), Box::new(Expr::Constant(Rational::ratio(-1, 7)))),
        Expr::Sum(vec![x(), Expr::Sum(vec![number(-2), Expr::Scale(Rational::from(-1), Box::new(number(-3)))])]),
        Expr::Sum(vec![x(), Expr::Scale(Rational::from(-1), Box::new(Expr::Sum(vec![x(), number(4)])))]),
    ] {
        let function = Function::new(numbered_inputs(1), vec![expr]).unwrap();
        let read = Function::parse(&function.to_string()).unwrap();
        for at in [-3, 0, 5] {
            let at = [Rational::from(at)];
            assert_eq!(read.evaluate(&at), function.evaluate(&at), "{function}");
        }
    }
}
