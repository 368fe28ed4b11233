//! Functions on finitely many points: gates, adders, comparators and tables, at the sizes that are known
//! or smaller, and random ones, each worked out again at every point.

use pellucid_compile::{Compiled, Goal, compile, compile_for};
use pellucid_core::{Biases, Claim, Domain, Expr, Function, Gate, Rational, numbered_inputs};
use proptest::prelude::*;

/// All points of a finite domain, gone through here and not by the compiler.
fn points(domain: &Domain) -> Vec<Vec<Rational>> {
    let Domain::Finite { values, .. } = domain else { panic!("{domain} is not finite") };
    let mut points: Vec<Vec<Rational>> = vec![Vec::new()];
    for side in values {
        let with = |point: &Vec<Rational>, value: &Rational| point.iter().cloned().chain([value.clone()]).collect();
        points = points.iter().flat_map(|point| side.iter().map(move |value| with(point, value))).collect();
    }
    points.retain(|point| domain.contains(point));
    points
}

/// Compiles, and looks over all that is claimed.
fn compiled(function: &Function, domain: &Domain) -> Compiled {
    compiled_for(function, domain, &Goal::SMALLEST)
}

fn compiled_for(function: &Function, domain: &Domain, goal: &Goal) -> Compiled {
    let compiled = compile_for(function, domain, Biases::ALLOWED, goal, Default::default()).unwrap();
    for point in points(domain) {
        assert_eq!(compiled.network.evaluate(&point), function.evaluate(&point), "{function} at {point:?}");
    }
    let size = compiled.network.hidden_neurons();
    let checked = pellucid_check::check(&compiled.certificate);
    assert!(checked.is_accepted(), "{function}: {checked:?}");
    assert!(compiled.certificate.claim.is_equality());
    let minimality = &compiled.minimality;
    assert!(minimality.lower_bound <= size, "{function}: {minimality:?}");
    assert_eq!(minimality.proved, minimality.lower_bound == size, "{function}: {minimality:?}");
    if let Some(bound) = &minimality.any_depth {
        let Claim::AtLeast { at_least, .. } = bound.certificate.claim else { panic!("{function}: another claim") };
        assert_eq!(at_least, minimality.lower_bound);
        let checked = pellucid_check::check(&bound.certificate);
        assert!(checked.is_accepted(), "{function}: {checked:?}");
    } else {
        assert_eq!(minimality.lower_bound, 0, "{function}: nothing shows the bound");
    }
    compiled
}

fn of_text(text: &str, on: &str) -> Compiled {
    let function = Function::parse(text).unwrap();
    let domain = Domain::parse(on, function.input_names()).unwrap();
    compiled(&function, &domain)
}

fn parity_of(n: usize) -> Function {
    let parity = Expr::Gate(Gate::Parity, (0..n).map(Expr::Input).collect());
    Function::new(numbered_inputs(n), vec![parity]).unwrap()
}

fn parity(n: usize) -> Compiled {
    compiled(&parity_of(n), &bits(n))
}

/// Function, domain, hidden neurons, and whether they are proved to be the fewest.
const KNOWN: [(&str, &str, usize, bool); 33] = [
    ("not(x1)", "{0,1}", 0, true),
    ("and(x1, x2)", "{0,1}^2", 1, true),
    ("and(x1, x2, x3, x4, x5)", "{0,1}^5", 1, true),
    ("or(x1, x2, x3, x4, x5, x6, x7, x8)", "{0,1}^8", 1, true),
    ("nand(x1, x2, x3)", "{0,1}^3", 1, true),
    ("nor(x1, x2, x3)", "{0,1}^3", 1, true),
    ("and(x1, not(x2), x3)", "{0,1}^3", 1, true),
    ("xor(x1, x2)", "{0,1}^2", 2, true),
    ("xnor(x1, x2)", "{0,1}^2", 2, true),
    ("parity(x1, x2, x3)", "{0,1}^3", 3, true),
    ("parity(x1, x2, x3, x4)", "{0,1}^4", 3, true),
    ("majority(x1, x2, x3)", "{0,1}^3", 2, true),
    ("majority(x1, x2, x3, x4, x5)", "{0,1}^5", 2, true),
    ("clamp(x1, 0, 1)", "{-3..4}", 2, true),
    ("equal(x1, x2)", "{0,1}^2", 2, true),
    ("equal(x1, x2)", "{0..2}^2", 3, true),
    ("equal(x1, x2)", "{0..9}^2", 3, true),
    ("less(x1, x2)", "{0..9}^2", 2, true),
    ("(xor(x1, x2), and(x1, x2))", "{0,1}^2", 2, true),
    ("(parity(x1, x2, x3), majority(x1, x2, x3))", "{0,1}^3", 3, true),
    ("mux(x1, x2, x3)", "{0,1}^3", 2, true),
    ("and(xor(x1, x2), or(x3, x4))", "{0,1}^4", 2, true),
    ("add_mod(x1, x2, 5)", "{0..4}^2", 3, true),
    // Two binary numbers compared: a threshold of one linear form.
    ("less(4*x1 + 2*x2 + x3, 4*x4 + 2*x5 + x6)", "{0,1}^6", 2, true),
    ("or(and(not(x1), x3), and(xnor(x1, x3), not(x2), x4))", "{0,1}^4", 2, true),
    // Two-bit adder with its carries: the bits of a sum.
    ("(xor(x1, x2), xor(x3, x4, and(x1, x2)), majority(x3, x4, and(x1, x2)))", "{0,1}^4", 6, false),
    // Two select bits.
    ("mux(x1, mux(x2, x3, x4), mux(x2, x5, x6))", "{0,1}^6", 7, false),
    ("mod(x1, 3, 20)", "{0..20}", 9, false),
    ("table(x1; 3, 1, 4, 1, 5, 9, 2, 6)", "{0..7}", 5, false),
    // At bits the least of them is their conjunction.
    ("min(x1, x2, x3)", "{0,1}^3", 1, true),
    ("abs(x1)", "{-3..3}", 2, true),
    ("x1 + 2*x2 - 1", "{0..3}^2", 0, true),
    ("xor(x1, x2)", "{0,1}^2 where x1 + x2 <= 1", 0, true),
];

#[test]
fn known_functions_have_their_sizes() {
    for (text, on, size, proved) in KNOWN {
        let compiled = of_text(text, on);
        let found = (compiled.network.hidden_neurons(), compiled.minimality.proved);
        assert!(found.0 <= size, "{text} on {on}: {found:?} {:?}", compiled.network.widths());
        assert_eq!(found.1, proved, "{text} on {on}: {}", compiled.minimality.reason);
    }
}

#[test]
fn parities_fold() {
    // Folding in two while n > 4 gives 5 for 8 bits and 7 from 9 on; in three, 9 to 12 bits take 6.
    let sizes: Vec<usize> = (1..=10).map(|n| parity(n).network.hidden_neurons()).collect();
    assert_eq!(sizes, [0, 2, 3, 3, 4, 5, 5, 5, 6, 6]);
    assert_eq!(parity(11).network.hidden_neurons(), 6);
    assert_eq!(parity(8).network.widths(), [2, 3]);
    assert_eq!(parity(12).network.widths(), [3, 3]);
}

#[test]
fn few_layers_are_had_where_they_are_asked_for() {
    let at_most = |n: usize| Goal { max_layers: Some(n), ..Goal::SMALLEST };
    let mux = Function::parse("mux(x1, mux(x2, x3, x4), mux(x2, x5, x6))").unwrap();
    for function in [parity_of(8), mux] {
        let domain = bits(function.n_inputs());
        let smallest = compiled(&function, &domain).network;
        assert!(smallest.widths().len() > 1, "{function}: {:?}", smallest.widths());
        for goal in [at_most(1), Goal::SHALLOWEST] {
            let widths = compiled_for(&function, &domain, &goal).network.widths();
            assert!(widths.len() == 1 && widths[0] > smallest.hidden_neurons(), "{function}: {widths:?}");
        }
        assert!(compiled_for(&function, &domain, &at_most(2)).network.widths().len() <= 2, "{function}");
    }
    // Too many points for a line through them.
    let max = Function::parse("max(x1, x2, 0)").unwrap();
    let domain = Domain::parse("{-40..40}^2", max.input_names()).unwrap();
    let refused = compile_for(&max, &domain, Biases::ALLOWED, &at_most(1), Default::default()).unwrap_err();
    assert!(
        refused.is_input() && refused.to_string().ends_with("(the shallowest known has 2: --layers 2)"),
        "{refused}"
    );
}

#[test]
fn a_search_stops_when_it_is_told_to() {
    let values: Vec<i64> = (0..250).map(|i: i64| i.pow(3) % 997).collect();
    let function = Function::new(numbered_inputs(1), vec![lookup(&values, &[1])]).unwrap();
    let domain = Domain::parse("{0..249}", function.input_names()).unwrap();
    let start = std::time::Instant::now();
    let is_over = || start.elapsed().as_millis() > 100;
    let limits = pellucid_prove::Limits { stop: Some(&is_over), ..Default::default() };
    let stopped = compile(&function, &domain, Biases::ALLOWED, limits).unwrap_err();
    assert!(stopped.is_limit(), "{stopped}");
    assert!(start.elapsed().as_secs() < 20, "it went on for {:?}", start.elapsed());
}

#[test]
fn many_points_are_no_obstacle() {
    let compiled = parity(16);
    assert_eq!(compiled.network.hidden_neurons(), 7);
    assert_eq!(of_text("and(x1, x2)", "{0..300}^2").network.hidden_neurons(), 1);
}

#[test]
fn domains_that_are_none_and_biases_that_are_missing_are_refused() {
    let message = |text: &str, on: &str, biases: Biases| {
        let function = Function::parse(text).unwrap();
        let domain = Domain::parse(on, function.input_names()).unwrap();
        compile(&function, &domain, biases, Default::default()).unwrap_err().to_string()
    };
    let nowhere = message("xor(x1, x2)", "{0,1}^2 where x1 + x2 >= 3", Biases::ALLOWED);
    assert!(nowhere.starts_with("no point satisfies"), "{nowhere}");
    let biased = message("not(x1)", "{0,1}", Biases::NONE);
    assert_eq!(biased, "no network without biases is known for `not(x1)` on {0, 1} (allow biases)");
    let function = Function::parse("xor(x1, x2)").unwrap();
    let one_bit = Domain::parse("{0,1}", &numbered_inputs(1)).unwrap();
    let other = compile(&function, &one_bit, Biases::ALLOWED, Default::default()).unwrap_err();
    assert_eq!(other.to_string(), "the domain {0, 1} does not fit 2 inputs");
    let stopped = pellucid_prove::Limits { stop: Some(&|| true), ..Default::default() };
    let domain = Domain::parse("{0,1}^2", function.input_names()).unwrap();
    assert!(compile(&function, &domain, Biases::ALLOWED, stopped).unwrap_err().is_limit());
}

#[test]
fn gates_are_functions_everywhere_too() {
    let size = |text: &str, on: &str| {
        let function = Function::parse(text).unwrap();
        let domain = Domain::parse(on, function.input_names()).unwrap();
        let compiled = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap();
        assert!(pellucid_check::check(&compiled.certificate).is_accepted());
        (compiled.network.hidden_neurons(), compiled.minimality.proved)
    };
    assert_eq!(size("and(x1, x2, x3)", "everywhere"), (1, true));
    assert_eq!(size("mux(x1, x2, x3)", "[0,1]^3"), (2, true));
    assert_eq!(size("xor(x1, x2)", "[0,1]^2"), (2, true));
}

#[test]
fn all_functions_of_three_bits_are_proved_smallest() {
    let mut n_of_size = [0; 4];
    for k in 0..256i64 {
        let values: Vec<i64> = (0..8).map(|i| k >> i & 1).collect();
        let function = Function::new(numbered_inputs(3), vec![lookup(&values, &[4, 2, 1])]).unwrap();
        let compiled = compiled(&function, &bits(3));
        assert!(compiled.minimality.proved, "{function}: {}", compiled.minimality.reason);
        n_of_size[compiled.network.hidden_neurons()] += 1;
    }
    // Constants and single inputs; thresholds whose function is one hinge; all others but two; parity
    // and its opposite.
    assert_eq!(n_of_size, [8, 40, 206, 2]);
}

/// A gate on bits of random others.
fn nested(n_inputs: usize) -> impl Strategy<Value = Expr> {
    let of_many = [Gate::And, Gate::Or, Gate::Nand, Gate::Nor, Gate::Xor, Gate::Xnor, Gate::Parity, Gate::Majority];
    (0..n_inputs).prop_map(Expr::Input).prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|e| Expr::Gate(Gate::Not, vec![e])),
            5 => (prop::sample::select(of_many.to_vec()), prop::collection::vec(inner.clone(), 2..=3))
                .prop_map(|(gate, of)| Expr::Gate(gate, of)),
            1 => prop::collection::vec(inner.clone(), 3).prop_map(|of| Expr::Gate(Gate::Mux, of)),
            1 => prop::collection::vec(inner, 2).prop_map(|of| Expr::Gate(Gate::Equal, of)),
        ]
    })
}

fn bits(n: usize) -> Domain {
    Domain::Finite { values: vec![vec![Rational::zero(), Rational::one()]; n], rows: Vec::new() }
}

/// The value at an index counted by bits or digits.
fn lookup(values: &[i64], weights: &[i64]) -> Expr {
    let index = Expr::sum(weights.iter().enumerate().map(|(i, w)| Expr::scale(Rational::from(*w), Expr::Input(i))));
    Expr::Gate(Gate::Table(values.iter().map(|v| Rational::from(*v)).collect()), vec![index])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_boolean_functions(
        values in prop::collection::vec(0i64..2, 8),
        more in prop::collection::vec(0i64..2, 8),
    ) {
        let one = Function::new(numbered_inputs(3), vec![lookup(&values, &[4, 2, 1])]).unwrap();
        let compiled_one = compiled(&one, &bits(3));
        let both = Function::new(numbered_inputs(3), vec![lookup(&values, &[4, 2, 1]), lookup(&more, &[4, 2, 1])]).unwrap();
        prop_assert!(compiled(&both, &bits(3)).network.hidden_neurons() >= compiled_one.minimality.lower_bound);
    }

    #[test]
    fn random_tables_of_whole_numbers(values in prop::collection::vec(-4i64..=4, 2..12), start in 0i64..3) {
        let n = values.len() as i64;
        let function = Function::new(numbered_inputs(1), vec![lookup(&values, &[1])]).unwrap();
        // From within the table to behind it, where its last piece goes on.
        let side: Vec<Rational> = (start.min(n - 1)..n + 1).map(Rational::from).collect();
        let n_points = side.len();
        let compiled = compiled(&function, &Domain::Finite { values: vec![side], rows: Vec::new() });
        prop_assert!(compiled.network.hidden_neurons() < n_points);
    }

    #[test]
    fn random_nested_gates(outputs in prop::collection::vec(nested(4), 1..3)) {
        let function = Function::new(numbered_inputs(4), outputs).unwrap();
        compiled(&function, &bits(4));
        let text = function.to_string();
        prop_assert_eq!(Function::parse_with_inputs(&text, function.input_names()).unwrap(), function);
    }

    #[test]
    fn random_tables_of_two_numbers(values in prop::collection::vec(-2i64..=2, 12), rows in any::<bool>()) {
        let function = Function::new(numbered_inputs(2), vec![lookup(&values, &[4, 1])]).unwrap();
        let condition = if rows { " where x1 <= x2" } else { "" };
        let domain = Domain::parse(&format!("{{0..2}} x {{0..3}}{condition}"), function.input_names()).unwrap();
        compiled(&function, &domain);
    }
}
