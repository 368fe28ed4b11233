//! Networks at finitely many points: the formula is what the network is there, and is a short one.

mod common;

use common::{question, taken_apart};
use pellucid_compile::{Disguise, compile, disguise, library};
use pellucid_core::linear::solve;
use pellucid_core::{
    Affine, Biases, Computation, Domain, Expr, Function, Layer, Network, Rational, SplitMix64, dot, numbered_inputs,
};
use pellucid_decompile::decompile;
use pellucid_prove::{Largest, Limits, each_point, largest_difference};
use proptest::prelude::*;

/// How far a function is from another at the points.
fn difference(a: &Function, b: &Function, domain: &Domain) -> Rational {
    let sides = (Computation::Function(a.clone()), Computation::Function(b.clone()));
    match largest_difference(&sides.0, &sides.1, domain, Limits::default()).unwrap() {
        Largest::At(most, _) => most,
        Largest::Infinite { .. } => unreachable!("points have no direction to go on in"),
    }
}

fn compiled(text: &str, domain: &str) -> (Function, Domain, Network<Rational>) {
    let function = Function::parse(text).unwrap();
    let domain = Domain::parse(domain, function.input_names()).unwrap();
    let network = compile(&function, &domain, Biases::ALLOWED, Limits::default()).unwrap().network;
    (function, domain, network)
}

/// The formula found for a function's network.
fn found(text: &str, domain: &str) -> String {
    let (function, domain, network) = compiled(text, domain);
    let found = taken_apart(&network, &question(&domain, "0"));
    assert!(found.explained && difference(&function, &found.formula, &domain).is_zero(), "{}", found.formula);
    found.formula.to_string()
}

#[test]
fn the_library_at_points_is_found_again_in_every_disguise() {
    let mut told = String::new();
    for entry in library::library().unwrap() {
        let Some(domain) = entry.domains.iter().find(|domain| matches!(domain, Domain::Finite { .. })) else {
            continue;
        };
        let compiled = compile(&entry.function, domain, Biases::ALLOWED, Limits::default()).unwrap();
        for seed in 1..=3 {
            let how = Disguise { more_layers: (seed == 3).into(), ..Disguise::new(seed) };
            let hidden = disguise(&compiled.network, domain, &how).unwrap().network;
            let found = taken_apart(&hidden, &question(domain, "0"));
            assert!(found.explained, "{}", entry.name);
            assert!(difference(&entry.function, &found.formula, domain).is_zero(), "{}", entry.name);
            if seed == 1 {
                told += &format!("{:30} {:60} {}\n", entry.name, entry.function.to_string(), found.formula);
            }
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn whole_numbers_get_their_words() {
    let both = "{0..9}^2";
    for (text, domain) in [
        ("min(x1, x2)", both),
        ("max(x1, x2)", both),
        ("abs(x1 - x2)", both),
        ("less(x1, x2)", both),
        ("equal(x1, x2)", both),
        ("equal(x1, x2 + 2)", both),
        ("x1 - 3*x2 + 1/2", both),
        ("clamp(x1, 2, 5)", "{0..9}"),
        ("mod(x1, 4, 20)", "{0..20}"),
        ("add_mod(x1, x2, 5)", "{0..4}^2"),
        ("relu(x1 - x2)", "{-3..3}^2"),
        ("min(x1, x2, x3)", "{0..4}^3"),
        ("median(x1, x2, x3)", "{0..4}^3"),
        ("min(x1, x2) + x3", "{0..4}^3"),
        ("mod(2*x1 + x2, 3, 12)", "{0..4}^2"),
    ] {
        assert_eq!(found(text, domain), text, "{domain}");
    }
}

#[test]
fn bits_get_their_gates() {
    for text in [
        "not(x1)",
        "x2",
        "xor(x1, x2)",
        "nor(x1, x2, x3)",
        "and(x1, not(x2))",
        "or(x1, and(x2, x3))",
        "xor(x1, and(x2, x3))",
        "mux(x1, x2, x3)",
        "majority(x1, x2, x3)",
        "equal(x1 + x2 + x3 + x4, 2)",
        "greater_equal(x1 + x2 + x3 + x4, 2)",
        "xor(x4, majority(x1, x2, x3))",
        "mux(x1, mux(x2, x3, x4), mux(x2, x5, x6))",
    ] {
        let n = Function::parse(text).unwrap().n_inputs();
        let short = found(text, &format!("{{0,1}}^{n}"));
        assert_eq!(short, text);
    }
}

/// Values at the points of `{0,1}^n` as a function: a table of the inputs read as a number.
fn listed(n: usize, ones: u64) -> Function {
    let form: Vec<String> = (0..n).map(|i| format!("{}*x{}", 1u64 << (n - 1 - i), i + 1)).collect();
    let values: Vec<String> = (0..1u32 << n).map(|k| (ones >> k & 1).to_string()).collect();
    let text = format!("table({}; {})", form.join(" + "), values.join(", "));
    Function::parse_with_inputs(&text, &numbered_inputs(n)).unwrap()
}

/// A network of one neuron a point: slow to write and easy to be sure of.
fn network_of(function: &Function, domain: &Domain) -> Network<Rational> {
    compile(function, domain, Biases::ALLOWED, Limits::default()).unwrap().network
}

#[test]
fn all_functions_of_three_bits_have_short_formulas() {
    let domain = Domain::parse("{0,1}^3", &numbered_inputs(3)).unwrap();
    let mut longest = (0, String::new());
    for ones in 0..256 {
        let function = listed(3, ones);
        let found = decompile(&network_of(&function, &domain), &question(&domain, "0")).unwrap();
        assert!(difference(&function, &found.formula, &domain).is_zero(), "{}", found.formula);
        let text = found.formula.to_string();
        longest = longest.max((found.formula.outputs()[0].size(), text));
    }
    // Three inputs chosen between and joined take no more than this many nodes.
    assert!(longest.0 <= 9, "{longest:?}");
}

#[test]
fn values_below_the_tolerance_are_noise() {
    let (_, domain, network) = compiled("xor(x1, x2, x3)", "{0,1}^3");
    let mut layers = network.layers().to_vec();
    let mut k = 0i64;
    for layer in &mut layers {
        for weight in layer.weights.iter_mut().flatten().chain(&mut layer.biases) {
            k += 1;
            *weight += &Rational::ratio((k * k * 7919 + k) % 101 - 50, 2_000_000);
        }
    }
    let noisy = Network::new(None, layers).unwrap();
    let found = taken_apart(&noisy, &question(&domain, "1/1000"));
    assert_eq!(found.formula.to_string(), "xor(x1, x2, x3)");
    assert!(found.explained);
    // A smaller tolerance is not met by it, and that is said.
    let strict = taken_apart(&noisy, &question(&domain, "1e-9"));
    assert_eq!(strict.formula.to_string(), "xor(x1, x2, x3)");
    assert!(!strict.explained);
}

/// A layer of random neurons whose outgoing weights are solved for, in floats' exact values: as messy as a
/// trained network that fits its points, and off by the rounding of its weights.
fn fitted(points: &[Vec<Rational>], values: &[Rational], seed: u64) -> Network<Rational> {
    let mut stream = SplitMix64(seed);
    let n_inputs = points[0].len();
    let mut number = || Rational::ratio(stream.below(2001) as i64 - 1000, 700);
    let n_hidden = 3 * points.len() + 8;
    let hidden: Vec<Affine> = (0..n_hidden)
        .map(|_| {
            let coefficients: Vec<Rational> = (0..n_inputs).map(|_| number()).collect();
            // A kink between the points, so that the columns are independent.
            let through = &points[(number().floor().to_i128().unwrap().unsigned_abs() as usize * 7) % points.len()];
            let at: Rational = dot(&coefficients, through);
            Affine { constant: number() / Rational::from(4) - at, coefficients }
        })
        .collect();
    let relu = |value: Rational| if value.is_positive() { value } else { Rational::zero() };
    let column = |row: &Affine| points.iter().map(|point| relu(row.at(point))).collect::<Vec<_>>();
    let mut basis: Vec<Vec<Rational>> = hidden.iter().map(column).collect();
    basis.push(vec![Rational::one(); points.len()]);
    let factors = solve(&basis, values).expect("the columns span all values");
    let float = |value: &Rational| Rational::from_f64(value.to_f64()).unwrap();
    let first = Layer {
        weights: hidden.iter().map(|row| row.coefficients.iter().map(float).collect()).collect(),
        biases: hidden.iter().map(|row| float(&row.constant)).collect(),
    };
    let second = Layer {
        weights: vec![factors[..n_hidden].iter().map(float).collect()],
        biases: vec![float(&factors[n_hidden])],
    };
    Network::new(None, vec![first, second]).unwrap()
}

/// The points of a domain with a function's values there.
fn points_of(function: &Function, domain: &Domain) -> (Vec<Vec<Rational>>, Vec<Rational>) {
    let Domain::Finite { values, .. } = domain else { panic!("{domain}") };
    let (mut points, mut outputs) = (Vec::new(), Vec::new());
    each_point(&function.to_relu_graph(), domain, Limits::default(), |indices, output| {
        points.push(values.iter().zip(indices).map(|(values, index)| values[*index].clone()).collect());
        outputs.push(output[0].clone());
    })
    .unwrap();
    (points, outputs)
}

#[test]
fn networks_fitted_to_points_by_random_neurons_are_read() {
    for (k, (text, domain)) in [
        ("xor(x1, x2, x3)", "{0,1}^3"),
        ("mux(x1, x2, x3)", "{0,1}^3"),
        ("min(x1, x2)", "{0..4}^2"),
        ("abs(x1 - x2)", "{0..3}^2"),
        ("add_mod(x1, x2, 4)", "{0..3}^2"),
        ("less(x1, x2)", "{0..4}^2"),
        ("equal(x1, x2)", "{-2..2}^2"),
        ("xor(x1/2 + 1/2, x2/2 + 1/2)", "{-1,1}^2"),
    ]
    .into_iter()
    .enumerate()
    {
        let function = Function::parse(text).unwrap();
        let domain = Domain::parse(domain, function.input_names()).unwrap();
        let (points, values) = points_of(&function, &domain);
        let network = fitted(&points, &values, k as u64 + 1);
        let found = taken_apart(&network, &question(&domain, "1e-4"));
        assert!(found.explained, "{text}: {}", found.formula);
        assert!(difference(&function, &found.formula, &domain).is_zero(), "{text}: {}", found.formula);
        assert!(found.formula.to_string().len() <= text.len() + 4, "{text}: {}", found.formula);
    }
}

#[test]
fn outputs_that_are_only_near_whole_numbers_are_not_called_explained() {
    let function = Function::parse("xor(x1, x2, x3)").unwrap();
    let domain = Domain::parse("{0,1}^3", function.input_names()).unwrap();
    let (points, mut values) = points_of(&function, &domain);
    for (k, value) in values.iter_mut().enumerate() {
        *value += &Rational::ratio((k as i64 * 37) % 17 - 8, 100);
    }
    let found = taken_apart(&fitted(&points, &values, 5), &question(&domain, "1e-4"));
    assert_eq!(found.formula.to_string(), "xor(x1, x2, x3)");
    assert!(!found.explained);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the values, the formula has them at every point.
    #[test]
    fn any_values_at_any_points_are_met(
        sides in prop::collection::vec(2usize..5, 1..4),
        values in prop::collection::vec(-2i64..4, 64),
        bits in any::<bool>(),
        seed in 0u64..1000,
    ) {
        let text: Vec<String> = sides.iter().map(|n| format!("{{0..{}}}", if bits { 1 } else { n - 1 })).collect();
        let domain = Domain::parse(&text.join(" x "), &numbered_inputs(sides.len())).unwrap();
        let nothing = Function::new(numbered_inputs(sides.len()), vec![Expr::Constant(Rational::zero())]).unwrap();
        let (points, _) = points_of(&nothing, &domain);
        let value = |k: usize| if bits { values[k].rem_euclid(2) } else { values[k] };
        let values: Vec<Rational> = (0..points.len()).map(|k| Rational::from(value(k))).collect();
        let network = fitted(&points, &values, seed);
        let found = taken_apart(&network, &question(&domain, "1e-3"));
        prop_assert!(found.explained);
        for (point, value) in points.iter().zip(&values) {
            prop_assert_eq!(&found.formula.evaluate(point)[0], value, "{} at {:?}", found.formula, point);
        }
    }
}

#[test]
fn conditions_leave_points_out() {
    // Where one of two bits is 0, `and` is 0 and `or` is their sum.
    let inputs = numbered_inputs(2);
    let domain = Domain::parse("{0,1}^2 where x1 + x2 <= 1", &inputs).unwrap();
    let (_, _, network) = compiled("(and(x1, x2), or(x1, x2))", "{0,1}^2");
    let found = taken_apart(&network, &question(&domain, "0"));
    assert!(found.explained);
    assert_eq!(found.formula.outputs()[0], Expr::Constant(Rational::zero()));
}

#[test]
fn neurons_are_judged_at_the_points() {
    let (_, domain, network) = compiled("xor(x1, x2)", "{0,1}^2");
    let found = decompile(&network, &question(&domain, "0")).unwrap();
    assert_eq!(found.neurons.len(), network.hidden_neurons());
    for neuron in &found.neurons {
        let on = |a: i64, b: i64| neuron.row.at(&[Rational::from(a), Rational::from(b)]).is_positive();
        let all = [on(0, 0), on(0, 1), on(1, 0), on(1, 1)];
        assert_eq!(neuron.status == pellucid_decompile::Status::Dead, all == [false; 4]);
    }
}

#[test]
fn too_many_points_are_said_to_be() {
    let (_, _, network) = compiled("xor(x1, x2)", "{0,1}^2");
    let domain = Domain::parse("{0..9999}^2", &numbered_inputs(2)).unwrap();
    let error = decompile(&network, &question(&domain, "0")).unwrap_err();
    assert!(error.is_limit() && error.to_string().contains("too many points"), "{error}");
}
