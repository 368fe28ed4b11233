//! Approximations: sizes that are known to be had, proofs that are accepted, errors near their bounds.

use pellucid_check::check;
use pellucid_compile::{Approximated, Goal, approximate};
use pellucid_core::{Domain, Rational, Target};
use pellucid_prove::Limits;
use proptest::prelude::*;

const ONE_LAYER: Goal = Goal { shallow: false, max_layers: Some(1) };

fn near(text: &str, on: &str, within: &str, goal: &Goal) -> Approximated {
    let target = Target::parse(text).unwrap();
    let domain = Domain::parse(on, target.input_names()).unwrap();
    let found = approximate(&target, &domain, &within.parse().unwrap(), goal, Limits::default());
    let found = found.unwrap_or_else(|error| panic!("{text} within {within}: {error}"));
    holds(&found, &target);
    found
}

/// The proof is accepted, the bound is within the tolerance, and errors at many points are within the bounds.
fn holds(found: &Approximated, target: &Target) {
    let checked = check(&found.certificate);
    assert_eq!(checked.rejection, None, "{target}");
    assert!(found.error() <= found.within, "{target}: {}", found.error());
    let Domain::Box(sides) = &found.domain else { panic!("{}", found.domain) };
    let floats = found.network.to_numbers::<f64>();
    let (low, high) = (found.low.to_f64(), found.high.to_f64());
    let rounding = 1e-9 * (1.0 + high.abs());
    let mut seen: f64 = 0.0;
    for k in 0..2000u32 {
        let part = |i: usize| (0.5 + f64::from(k) * 0.754_877_666_246_693f64.powi(i as i32 + 1)).fract();
        let point: Vec<f64> =
            sides.iter().enumerate().map(|(i, (a, b))| a.to_f64() + (b.to_f64() - a.to_f64()) * part(i)).collect();
        for (t, n) in target.evaluate_f64(&point).iter().zip(floats.evaluate(&point)) {
            assert!(low - rounding <= t - n && t - n <= high + rounding, "{target} at {point:?}: {}", t - n);
            seen = seen.max((t - n).abs());
        }
    }
    // With one input the bound is sharp.
    if sides.len() == 1 {
        assert!(seen >= 0.7 * found.error().to_f64(), "{target}: {seen:e} of {}", found.error().to_f64());
    }
}

#[test]
fn squares_and_products_are_smaller_than_the_known_constructions() {
    for (within, neurons) in [("1e-2", 4), ("1e-4", 11), ("1e-6", 20)] {
        let found = near("x^2", "[0,1]", within, &Goal::SMALLEST);
        assert_eq!(found.network.hidden_neurons(), neurons, "x^2 {within}");
        // The sawtooth needs 4, 17, 26.
        let bound = found.lower_bound.unwrap();
        assert!(bound.exact && bound.neurons <= neurons);
    }
    // 5 m + 3, with 4^-(m+1) within the tolerance.
    for (within, m) in [("1e-2", 3), ("1e-4", 6), ("1e-6", 9)] {
        let found = near("x*y", "[-1,1]^2", within, &Goal::SMALLEST);
        assert!(found.network.hidden_neurons() < 5 * m + 3, "x*y {within}: {:?}", found.network.widths());
    }
}

#[test]
fn a_square_in_one_layer_has_the_error_of_equal_pieces() {
    for p in [1usize, 2, 3, 5, 8, 13] {
        let within = Rational::one() / Rational::from(8 * p * p);
        let found = near("x^2", "[0,1]", &within.to_string(), &ONE_LAYER);
        assert_eq!((found.n_pieces(), found.error()), (Some(p), within));
    }
}

#[test]
fn one_layer_has_nearly_the_fewest_pieces_that_any_path_has() {
    for (text, on) in [
        ("sin(x)", "[-4,4]"),
        ("exp(x)", "[-2,2]"),
        ("tanh(x)", "[-3,3]"),
        ("sqrt(x)", "[0,1]"),
        ("log(x)", "[1/10,10]"),
    ] {
        let found = near(text, on, "1e-3", &ONE_LAYER);
        let (pieces, bound) = (found.n_pieces().unwrap(), found.lower_bound.clone().unwrap());
        assert!(bound.pieces <= pieces && 10 * pieces <= 11 * bound.pieces, "{text}: {pieces} of {}", bound.pieces);
        assert!(found.network.hidden_neurons() <= pieces);
        let deep = near(text, on, "1e-4", &Goal::SMALLEST);
        let shallow = near(text, on, "1e-4", &ONE_LAYER);
        assert!(deep.network.hidden_neurons() <= shallow.network.hidden_neurons());
    }
}

#[test]
fn kinks_around_elementary_functions_need_no_further_layer() {
    for (text, on) in [("abs(x^2 - 1/2)", "[-1,1]"), ("max(sin(x), 0)", "[-4,4]"), ("exp(min(x, 1/3))", "[-1,1]")] {
        let shallow = near(text, on, "1e-2", &ONE_LAYER);
        assert_eq!(shallow.network.hidden_layers().len(), 1, "{text}");
        let (pieces, bound) = (shallow.n_pieces().unwrap(), shallow.lower_bound.clone().unwrap().pieces);
        assert!(bound <= pieces && pieces <= bound + 1, "{text}: {pieces} of {bound}");
        let smallest = near(text, on, "1e-2", &Goal::SMALLEST);
        assert!(smallest.network.hidden_neurons() <= shallow.network.hidden_neurons(), "{text}");
        assert!(smallest.n_pieces().unwrap() >= bound, "{text}");
    }
    // Without elementary functions nothing is off.
    let exact = near("max(x, y)", "[-1,1]^2", "1e-2", &Goal::SMALLEST);
    assert!(exact.error().is_zero() && exact.network.hidden_neurons() == 2, "{:?}", exact.network.widths());
}

#[test]
fn what_was_proved_before_time_is_over_is_the_answer() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let target = Target::parse("x*y + exp(x)").unwrap();
    let domain = Domain::parse("[-1,1]^2", target.input_names()).unwrap();
    let within: Rational = "1e-2".parse().unwrap();
    let after = |n: usize| {
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= n;
        let limits = Limits { stop: Some(&stop), ..Limits::default() };
        (approximate(&target, &domain, &within, &Goal::SMALLEST, limits), asked.load(Ordering::Relaxed))
    };
    let (whole, n_asked) = after(usize::MAX);
    let smallest = whole.unwrap().network.hidden_neurons();
    assert!(after(0).0.unwrap_err().is_limit());
    for n in [n_asked / 2, n_asked - 1] {
        let (found, _) = after(n);
        let found = found.unwrap();
        holds(&found, &target);
        assert!(found.network.hidden_neurons() >= smallest);
    }
}

#[test]
fn compositions_of_several_inputs() {
    for (text, on) in [
        ("x*y*z", "[-1,1]^3"),
        ("exp(-x^2 - y^2)", "[-1,1]^2"),
        ("max(x*y, x^2)", "[-1,1]^2"),
        ("sqrt(x^2 + y^2)", "[1/2,1]^2"),
        ("(x*y, x + y, x^2)", "[-1,1]^2"),
        ("sigmoid(2*max(x, y) - exp(y))", "[-1,1]^2"),
        ("x/(2 + y)", "[-1,1]^2"),
        ("x^4 - x^2", "[-1,1]"),
    ] {
        for within in ["1e-1", "1e-2", "1e-3"] {
            near(text, on, within, &Goal::SMALLEST);
        }
    }
}

#[test]
fn what_cannot_be_had_is_refused_with_the_nearest_that_can() {
    let refused = |text: &str, on: &str, within: &str, goal: &Goal| {
        let target = Target::parse(text).unwrap();
        let domain = Domain::parse(on, target.input_names()).unwrap();
        let error = approximate(&target, &domain, &within.parse().unwrap(), goal, Limits::default()).unwrap_err();
        (error.is_limit(), error.to_string())
    };
    let (_, layers) = refused("x*y*z", "[-1,1]^3", "1e-2", &ONE_LAYER);
    assert!(layers.contains("nearest: --layers 2"), "{layers}");
    let (_, pole) = refused("1/x", "[-1,1]", "1e-2", &Goal::SMALLEST);
    assert!(pole.contains("is not 0"), "{pole}");
    let (_, unbounded) = refused("x^2", "everywhere", "1e-2", &Goal::SMALLEST);
    assert!(unbounded.contains("--on"), "{unbounded}");
    let (is_limit, many) = refused("exp(x)", "[0,50]", "1e-3", &ONE_LAYER);
    assert!(is_limit && many.contains("pieces are needed"), "{many}");
    let (_, exact) = refused("x^2", "[0,1]", "0", &Goal::SMALLEST);
    assert!(exact.contains("above 0"), "{exact}");
}

/// Convex functions of one number, polynomials, and compositions.
fn targets() -> impl Strategy<Value = (String, String)> {
    let whole = || -3i64..=3;
    let convex = (1i64..=4, 1i64..=3, whole())
        .prop_map(|(a, b, c)| (format!("{a}*exp({b}/2*x) + x^2/{b} + {c}*x"), "[-1,1]".to_string()));
    let polynomial = prop::collection::vec(whole(), 3..5).prop_map(|factors| {
        let terms: Vec<String> = factors.iter().enumerate().map(|(k, c)| format!("{c}*x^{}", k + 2)).collect();
        (format!("x^2 + {}", terms.join(" + ")), "[-1,1/2]".to_string())
    });
    let inner = prop::sample::select(&["x*y", "sin(x) + y", "max(x, y^2)", "exp(x - y)"][..]);
    let outer = prop::sample::select(&["tanh", "exp", "sin", "sigmoid"][..]);
    let composed = (inner, outer, whole())
        .prop_map(|(inner, outer, c)| (format!("{outer}({inner}) + {c}*x"), "[-1,1]^2".to_string()));
    prop_oneof![convex, polynomial, composed]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn random_targets_are_approximated(
        (text, on) in targets(),
        within in prop::sample::select(&["1e-1", "3e-2", "1e-2", "1e-3"][..]),
        shallow in any::<bool>(),
    ) {
        let goal = if shallow { Goal::SHALLOWEST } else { Goal::SMALLEST };
        near(&text, &on, within, &goal);
    }
}
