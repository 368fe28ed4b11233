//! The sizes of well-known functions, each with a certificate that the checker accepts.

use pellucid_check::check;
use pellucid_compile::{Compiled, compile};
use pellucid_core::{Biases, Domain, Function, Rational};

/// Compiles and checks every certificate on the way.
fn compiled(text: &str, on: &str, biases: Biases) -> Compiled {
    let function = Function::parse(text).unwrap();
    let domain = Domain::parse(on, function.input_names()).unwrap();
    let compiled = compile(&function, &domain, biases, Default::default()).unwrap();
    let checked = check(&compiled.certificate);
    assert!(checked.is_accepted(), "{text}: {checked:?}");
    if let Some(bound) = &compiled.minimality.any_depth {
        let checked = check(&bound.certificate);
        assert!(checked.is_accepted(), "{text}: {checked:?}");
    }
    compiled
}

/// The proved smallest size of one hidden layer, everywhere and on [-2, 2]^d.
fn check_sizes(text: &str, everywhere: usize, on_box: usize) {
    let n = Function::parse(text).unwrap().n_inputs();
    for (on, size) in [("everywhere".to_string(), everywhere), (format!("[-2,2]^{n}"), on_box)] {
        let compiled = compiled(text, &on, Biases::ALLOWED);
        assert_eq!(compiled.network.hidden_neurons(), size, "{text} {on}");
        assert!(compiled.network.widths().len() <= 1);
        assert!(compiled.minimality.proved, "{text} {on}: {}", compiled.minimality.reason);
        assert_eq!(compiled.minimality.lower_bound, size);
    }
}

#[test]
fn one_hidden_layer() {
    for (text, everywhere, on_box) in [
        ("x1", 2, 1),
        ("-x1", 2, 1),
        ("x1 + x2", 2, 1),
        ("x1 - x2", 2, 1),
        ("min(x1, x2)", 3, 2),
        ("max(x1, x2)", 3, 2),
        ("clamp(x1, 0, 1)", 2, 2),
        ("relu(x1 - 1) - relu(-x1 - 1)", 2, 2),
        ("abs(x1) + abs(x2)", 4, 3),
        ("max(abs(x1), abs(x2))", 4, 3),
        ("max(x1, x2, x3) - min(x1, x2, x3)", 3, 3),
        ("abs(x1)", 2, 2),
        ("relu(x1)", 1, 1),
        ("relu(1 - abs(x1))", 3, 3),
        ("abs(x1) + abs(x2) + abs(x3)", 5, 4),
        ("(max(x1, x2), min(x1, x2))", 4, 3),
        ("sort(x1, x2)", 4, 3),
        ("abs(x1-x2) + abs(x1-x3) + abs(x1-x4) + abs(x2-x3) + abs(x2-x4) + abs(x3-x4)", 8, 7),
        ("(x1 + x2, x1 - x2, 2*x1)", 4, 2),
        ("(x1, x2, x3)", 6, 3),
        ("(x1 + x2 - x3, x1, x2 - x3)", 4, 2),
        ("pwl(x1; (-1,0), (0,1), (1,0))", 2, 2),
        ("pwl(x1; (-2,0), (-1,0), (0,1), (1,0), (2,0))", 3, 3),
        ("3/2", 0, 0),
        ("max(x1, 3*x1)", 2, 2),
        ("min(x1, x2) + max(x1, x2)", 2, 1),
        ("max(max(x1, x2), min(x1, x2))", 3, 2),
    ] {
        check_sizes(text, everywhere, on_box);
    }
}

#[test]
fn the_minimum_on_a_box_is_2_2_1() {
    let compiled = compiled("min(x1, x2)", "[-1,1]^2", Biases::ALLOWED);
    assert_eq!(compiled.network.shape(), [2, 2, 1]);
    assert!(compiled.minimality.proved);
}

#[test]
fn the_minimum_is_the_seeds() {
    let network = compiled("min(x1, x2)", "everywhere", Biases::ALLOWED).network;
    let rows = |rows: &[[i64; 2]]| -> Vec<Vec<Rational>> {
        rows.iter().map(|row| row.iter().map(|c| Rational::from(*c)).collect()).collect()
    };
    assert_eq!(network.layers()[0].weights, rows(&[[1, -1], [1, 0], [-1, 0]]));
    assert_eq!(network.layers()[1].weights, [[-1, 1, -1].map(Rational::from)]);
}

#[test]
fn without_biases() {
    let no_output = Biases { hidden: true, output: false };
    for (text, on, biases, size) in [
        ("min(x1, x2)", "[-1,1]^2", Biases::NONE, 3),
        ("min(x1, x2)", "[1,2]^2", Biases::NONE, 2),
        ("min(x1, x2)", "everywhere", Biases::NONE, 3),
        ("x1", "[-1,1]", no_output, 2),
        ("x1", "[-1,1]", Biases::NONE, 2),
        ("x1", "[1,2]", Biases::NONE, 1),
        ("abs(x1) + abs(x2)", "everywhere", Biases::NONE, 4),
        ("x1 + 1", "everywhere", no_output, 2),
        ("relu(x1) + 1", "everywhere", no_output, 2),
        ("1", "everywhere", no_output, 1),
        ("x1 + 1", "[-1,1]", no_output, 1),
    ] {
        let compiled = compiled(text, on, biases);
        assert_eq!(compiled.network.widths(), [size], "{text} {on} {biases}");
        assert!(compiled.minimality.proved, "{text} {on} {biases}: {}", compiled.minimality.reason);
    }
    let f = Function::parse("clamp(x1, 0, 1) + 3").unwrap();
    let error = compile(&f, &Domain::Everywhere, Biases::NONE, Default::default()).unwrap_err();
    assert!(error.to_string().contains("x1 = 1 needs a hidden bias") && error.to_string().contains("constant 3"));
}

#[test]
fn deeper_networks_are_right_and_proved_smallest_or_said_to_be_best_known() {
    for (text, on, widths, proved) in [
        ("min(min(x1, x2), min(x3, x4))", "everywhere", vec![6, 3], false),
        ("min(min(x1, x2), min(x3, x4))", "[-1,1]^4", vec![4, 2], true),
        ("max(x1, x2, 0)", "everywhere", vec![3, 1], true),
        ("max(x1, x2, 0)", "[-1,1]^2", vec![2, 1], true),
        ("max(x1, x2, x3)", "everywhere", vec![4, 3], true),
        ("max(x1, x2, x3)", "[-1,1]^3", vec![3, 2], true),
        ("relu(1 - abs(x1) - abs(x2))", "everywhere", vec![3, 1], true),
        ("relu(1 - abs(x1) - abs(x2))", "[-2,2]^2", vec![3, 1], true),
        ("relu(min(x1, x2))", "everywhere", vec![2, 1], true),
        ("min(relu(x1), relu(x2), 3)", "everywhere", vec![2, 1, 1], true),
        ("relu(min(x1, x2))", "[-1,1]^2", vec![2, 1], true),
        ("max(x1, x2, x3, x4, x5)", "everywhere", vec![7, 4, 3], false),
        ("max(x1, x2, x3, x4, x5)", "[-1,1]^5", vec![5, 3, 2], false),
        ("max(x1, x2, x3, x4, x5, x6)", "everywhere", vec![9, 4, 3], false),
        ("max(x1, x2, x3, x4, x5, x6)", "[-1,1]^6", vec![6, 3, 2], false),
        ("max(x1, x2, x3, x4, x5, x6, x7, x8)", "everywhere", vec![12, 6, 3], false),
        ("max(x1, x2, x3, x4, x5, x6, x7, x8)", "[-1,1]^8", vec![8, 4, 2], false),
        ("median(x1, x2, x3)", "everywhere", vec![5, 4], false),
        ("median(x1, x2, x3)", "[-1,1]^3", vec![4, 3], false),
        ("sort(x1, x2, x3)", "everywhere", vec![6, 6], false),
        ("sort(x1, x2, x3)", "[-1,1]^3", vec![4, 4], false),
        ("clamp(x1, x2, x3)", "everywhere", vec![4, 3], true),
        ("abs(abs(abs(x1) - 4) - 2)", "everywhere", vec![2, 2, 2], false),
    ] {
        let compiled = compiled(text, on, Biases::ALLOWED);
        let (minimality, size) = (&compiled.minimality, compiled.network.hidden_neurons());
        assert_eq!(minimality.proved, proved, "{text} {on}: {}", minimality.reason);
        assert_eq!(minimality.proved, minimality.lower_bound == size, "{text} {on}");
        assert_eq!(minimality.any_depth.as_ref().unwrap().at_least, minimality.lower_bound, "{text}");
        if !widths.is_empty() {
            assert_eq!(compiled.network.widths(), widths, "{text} {on}");
        }
    }
}
