//! Networks of few layers: every function of up to four inputs gets two, proved and checked.

use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_check::check;
use pellucid_compile::{Compiled, Goal, compile_for};
use pellucid_core::{Biases, Domain, Error, Expr, Function, Rational, numbered_inputs};
use pellucid_prove::Limits;
use proptest::prelude::*;

fn compiled(function: &Function, on: &str, goal: &Goal) -> Result<Compiled, Error> {
    let domain = Domain::parse(on, function.input_names()).unwrap();
    let compiled = compile_for(function, &domain, Biases::ALLOWED, goal, Limits::default())?;
    let checked = check(&compiled.certificate);
    assert!(checked.is_accepted(), "{function}: {checked:?}");
    Ok(compiled)
}

#[test]
fn five_terms_take_two_layers() {
    let max5 = Function::parse("max(x1, x2, x3, x4, x5)").unwrap();
    let two = Goal { max_layers: Some(2), ..Goal::SMALLEST };
    for (on, widths, smallest) in [
        ("everywhere", [11, 11], vec![7, 4, 3]),
        ("[-2,2]^5", [9, 10], vec![5, 3, 2]),
        ("[0,1]^5", [9, 10], vec![5, 3, 2]),
    ] {
        for goal in [two, Goal::SHALLOWEST] {
            assert_eq!(compiled(&max5, on, &goal).unwrap().network.widths(), widths, "{on}");
        }
        assert_eq!(compiled(&max5, on, &Goal::SMALLEST).unwrap().network.widths(), smallest, "{on}");
    }
    // Smaller in three layers, and allowed to be.
    let three = Goal { max_layers: Some(3), ..Goal::SMALLEST };
    assert_eq!(compiled(&max5, "everywhere", &three).unwrap().network.widths(), [7, 4, 3]);
}

#[test]
fn what_has_no_shallow_network_known_is_refused_with_the_nearest() {
    for (text, most, said) in [
        ("max(x1, x2, 0)", 1, "one hidden layer cannot compute it"),
        // Not the smallest, which has three.
        ("max(x1, x2, x3, x4, x5)", 1, "the shallowest known has 2: --layers 2"),
        ("max(x1, x2, x3, x4, x5, x6)", 2, "the shallowest known has 3: --layers 3"),
    ] {
        let function = Function::parse(text).unwrap();
        let goal = Goal { max_layers: Some(most), ..Goal::SMALLEST };
        let error = compiled(&function, "everywhere", &goal).unwrap_err();
        assert!(error.is_input() && error.to_string().contains(said), "{error}");
    }
}

/// Of sixty functions of up to four inputs.
const MOST_GIVEN_UP: usize = 6;
static GIVEN_UP: AtomicUsize = AtomicUsize::new(0);

/// A nested function, four operations deep.
fn nested(n_inputs: usize) -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        4 => (0..n_inputs).prop_map(Expr::Input),
        1 => (-2i64..=2).prop_map(|n| Expr::Constant(Rational::from(n))),
    ];
    leaf.prop_recursive(4, 9, 2, |inner| {
        let two = prop::collection::vec(inner.clone(), 2);
        prop_oneof![
            2 => two.clone().prop_map(Expr::Max),
            2 => two.clone().prop_map(Expr::Min),
            1 => two.prop_map(Expr::sum),
            1 => inner.clone().prop_map(|e| Expr::Abs(Box::new(e))),
            1 => (-2i64..=2, inner).prop_map(|(c, e)| Expr::scale(Rational::from(c), e)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn functions_of_up_to_four_inputs_take_two_layers(
        (function, on) in (1usize..=4).prop_flat_map(|n| {
            let function = nested(n).prop_map(move |e| Function::new(numbered_inputs(n), vec![e]).unwrap());
            (function, prop_oneof![Just("everywhere".to_string()), Just(format!("[-2,2]^{n}"))])
        }),
    ) {
        match compiled(&function, &on, &Goal::SHALLOWEST) {
            Ok(compiled) => {
                let widths = compiled.network.widths();
                prop_assert!(widths.len() <= 2, "{} {}: {:?}", function, on, widths);
            }
            // Long sums of maxima are given up, but they are rare.
            Err(error) => {
                prop_assert!(error.is_limit(), "{} {}: {}", function, on, error);
                let n_before = GIVEN_UP.fetch_add(1, Ordering::Relaxed);
                prop_assert!(n_before < MOST_GIVEN_UP, "{} {}: {}", function, on, error);
            }
        }
    }
}
