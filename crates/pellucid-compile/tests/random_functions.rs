//! Random functions compiled: the network is right, its certificate is accepted, and its size is
//! what the plainest count says.

mod common;

use common::{Hinges, domain, hinges, points};
use pellucid_check::check;
use pellucid_compile::{Compiled, compile};
use pellucid_core::{Biases, Domain, Error, Expr, Function, Rational, numbered_inputs};
use pellucid_prove::Limits;
use proptest::prelude::*;

const MANY: Limits<'static> = Limits { max_cells: 3_000, stop: None };

/// Right at points, and every certificate accepted.
fn check_compiled(compiled: &Compiled) -> Result<(), TestCaseError> {
    let Compiled { function, domain, network, certificate, minimality, biases, .. } = compiled;
    for point in points(domain, function.n_inputs()) {
        prop_assert_eq!(network.evaluate(&point), function.evaluate(&point), "{} {} at {:?}", function, domain, point);
    }
    for certificate in
        [Some(certificate), minimality.any_depth.as_ref().map(|bound| &bound.certificate)].into_iter().flatten()
    {
        let checked = check(certificate);
        prop_assert!(checked.is_accepted(), "{} {} {}: {:?}", function, domain, biases, checked);
        let read = pellucid_check::check_json(&certificate.to_json()).unwrap();
        prop_assert!(read.is_accepted() && read.claim == checked.claim, "{} {:?}", function, read);
    }
    if !biases.hidden {
        prop_assert!(network.hidden_layers().iter().all(|layer| layer.biases.iter().all(Rational::is_zero)));
    }
    if !biases.output {
        prop_assert!(network.output_layer().biases.iter().all(Rational::is_zero));
    }
    prop_assert!(!minimality.proved || minimality.lower_bound == network.hidden_neurons());
    Ok(())
}

/// Compiles and compares the size with the formula; says whether there is a network at all.
fn check_size(hinges: &Hinges, domain: &Domain, biases: Biases) -> Result<bool, TestCaseError> {
    let function = hinges.function();
    match (compile(&function, domain, biases, Limits::default()), hinges.fewest(domain, biases)) {
        (Ok(compiled), Some((fewest, open))) => {
            check_compiled(&compiled)?;
            let size = compiled.network.hidden_neurons();
            prop_assert!(compiled.network.widths().len() <= 1);
            let context =
                || format!("{function} {domain} {biases}: {size}, formula {fewest}, {:?}", compiled.minimality);
            if open {
                // At most one neuron above what the rank says, and honest about it.
                prop_assert!(size >= fewest && compiled.minimality.lower_bound <= size, "{}", context());
            } else {
                prop_assert_eq!(size, fewest, "{}", context());
                prop_assert!(compiled.minimality.proved, "{}", context());
            }
            Ok(true)
        }
        (Err(error), None) => {
            prop_assert!(error.is_input() && error.to_string().contains("needs a"), "{}", error);
            Ok(false)
        }
        (compiled, fewest) => {
            Err(TestCaseError::fail(format!("{function} {domain} {biases}: {compiled:?}, formula {fewest:?}")))
        }
    }
}

fn any_hinges() -> impl Strategy<Value = (Hinges, Domain)> {
    (1usize..=4, 1usize..=3, 1usize..=5)
        .prop_flat_map(|(n_inputs, n_outputs, most)| (hinges(n_inputs, n_outputs, most, true), domain(n_inputs)))
}

/// A nested function of up to 3 inputs.
fn nested(n_inputs: usize) -> impl Strategy<Value = Expr> {
    let number = || (-2i64..=2).prop_map(|n| Expr::Constant(Rational::from(n)));
    let leaf = prop_oneof![3 => (0..n_inputs).prop_map(Expr::Input), 1 => number()];
    leaf.prop_recursive(3, 8, 3, move |inner| {
        let several = |n| prop::collection::vec(inner.clone(), n);
        prop_oneof![
            2 => several(2..4).prop_map(Expr::sum),
            2 => (-2i64..=2, inner.clone()).prop_map(|(c, e)| Expr::scale(Rational::from(c), e)),
            1 => inner.clone().prop_map(|e| Expr::Relu(Box::new(e))),
            1 => inner.clone().prop_map(|e| Expr::Abs(Box::new(e))),
            1 => several(1..4).prop_map(Expr::Min),
            1 => several(1..4).prop_map(Expr::Max),
            1 => inner.clone().prop_map(move |e| {
                Expr::Clamp(Box::new([e, Expr::Constant(Rational::from(-1)), Expr::Constant(Rational::one())]))
            }),
            1 => (several(3..4), 0usize..3).prop_map(|(of, rank)| Expr::Ranked { rank, of }),
        ]
    })
}

/// A network, or a clean limit.
fn check_nested(function: &Function, domain: &Domain, biases: Biases) -> Result<bool, TestCaseError> {
    match compile(function, domain, biases, MANY) {
        Ok(compiled) => check_compiled(&compiled).map(|()| true),
        Err(error) => check_refusal(&error, function, domain, biases).map(|()| false),
    }
}

fn check_refusal(error: &Error, function: &Function, domain: &Domain, biases: Biases) -> Result<(), TestCaseError> {
    let text = error.to_string();
    let excluded = biases != Biases::ALLOWED && (text.contains("needs a") || text.contains("allow biases"));
    let refused = !text.contains("defect") && (error.is_limit() || excluded);
    prop_assert!(refused, "{} {} {}: {}", function, domain, biases, text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_layer_functions_get_the_smallest_network((hinges, domain) in any_hinges()) {
        check_size(&hinges, &domain, Biases::ALLOWED)?;
    }

    #[test]
    fn without_some_biases_too(
        (hinges, domain) in (1usize..=3, 1usize..=3, any::<bool>()).prop_flat_map(|(n_inputs, n_outputs, with_bias)| {
            (hinges(n_inputs, n_outputs, 4, with_bias), domain(n_inputs))
        }),
        biases in prop::sample::select(&[
            Biases { hidden: true, output: false }, Biases { hidden: false, output: true }, Biases::NONE,
        ][..]),
    ) {
        check_size(&hinges, &domain, biases)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nested_functions_get_a_right_network(
        (function, domain) in (1usize..=3).prop_flat_map(|n| {
            let function = prop::collection::vec(nested(n), 1..3)
                .prop_map(move |outputs| Function::new(numbered_inputs(n), outputs).unwrap());
            (function, domain(n))
        }),
        biases in prop_oneof![4 => Just(Biases::ALLOWED), 1 => Just(Biases::NONE)],
    ) {
        check_nested(&function, &domain, biases)?;
    }
}

#[test]
fn very_many_hinges_end_with_a_network() {
    for n in [24, 60] {
        let steps: Vec<String> =
            (0..n).map(|k| format!("{}*relu(x1 - {k})", (k * k * 7919 + 13) % 10_007 + 1)).collect();
        let small: Vec<String> = (0..n).map(|k| format!("relu(x1 - {k}*x2 - {})", k * k % 7)).collect();
        for text in [format!("{} + x1/3", steps.join(" + ")), format!("{} + x1/3 + x2/5", small.join(" - "))] {
            let function = Function::parse(&text).unwrap();
            for biases in [Biases::ALLOWED, Biases { hidden: true, output: false }] {
                for on in [
                    Domain::Everywhere,
                    Domain::Box(vec![(Rational::from(-200), Rational::from(200)); function.n_inputs()]),
                ] {
                    let start = std::time::Instant::now();
                    let compiled = compile(&function, &on, biases, Limits::default()).unwrap();
                    check_compiled(&compiled).unwrap();
                    assert!(start.elapsed().as_secs() < 40, "{n} {biases} {on}: {:?}", start.elapsed());
                }
            }
        }
    }
}

#[test]
fn many_hinges_are_certified_as_counted() {
    // Around the limits of what is enumerated and what is searched.
    for n in [7, 8, 9, 11, 12, 13, 14, 16, 20] {
        let line: Vec<String> = (0..n).map(|k| format!("{}*relu(x1 - {k})", 2 * k + 3)).collect();
        let plane: Vec<String> = (0..n).map(|k| format!("abs(x1 + {k}*x2)")).collect();
        let two: Vec<String> = (0..n).map(|k| format!("relu(x1 - {k}*x2 - 1)")).collect();
        for (text, biases) in [
            (line.join(" + "), Biases::ALLOWED),
            (format!("{} - 12*x1", line.join(" + ")), Biases::ALLOWED),
            (format!("{} + 1", line.join(" + ")), Biases { hidden: true, output: false }),
            (plane.join(" + "), Biases::ALLOWED),
            (format!("{} + x1/3 + x2/7", plane.join(" + ")), Biases::ALLOWED),
            (format!("{} + x1/3 + x2/7 + 1", plane.join(" + ")), Biases { hidden: true, output: false }),
            (format!("{} + x1/3 + x2/7", plane.join(" + ")), Biases::NONE),
            (format!("({}, {} + x1/3, x2/5)", plane.join(" + "), two.join(" + ")), Biases::ALLOWED),
            (format!("({}, {} + x1/3)", plane.join(" - "), plane.join(" + ")), Biases::NONE),
        ] {
            let function = Function::parse(&text).unwrap();
            for on in
                [Domain::Everywhere, Domain::Box(vec![(Rational::from(-50), Rational::from(50)); function.n_inputs()])]
            {
                let compiled = compile(&function, &on, biases, Limits::default()).unwrap();
                check_compiled(&compiled).unwrap();
            }
        }
    }
}
