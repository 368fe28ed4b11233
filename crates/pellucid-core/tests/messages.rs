//! What a person reads when a text is wrong.

use insta::assert_snapshot;
use pellucid_core::{Domain, Function, Network, numbered_inputs};

fn function(text: &str) -> String {
    Function::parse(text).unwrap_err().to_string()
}

fn domain(text: &str) -> String {
    Domain::parse(text, &numbered_inputs(2)).unwrap_err().to_string()
}

/// Several messages below one another, each after its text.
fn all(messages: fn(&str) -> String, texts: &[&str]) -> String {
    texts.iter().map(|text| format!("{text:?}: {}\n", messages(text))).collect()
}

#[test]
fn functions_that_are_none() {
    assert_snapshot!(all(
        function,
        &["foo(x1)", "step(x1)", "sin(x1)", "x1*x2", "1/x1", "x1^2", "relu(x1, x2)", "min()", "median(x1, x2)"]
    ));
}

#[test]
fn gates_with_the_wrong_arguments() {
    assert_snapshot!(all(
        function,
        &[
            "not(x1, x2) + mux(x1, x2)",
            "equal(x1)",
            "and()",
            "mod(x1, 5)",
            "mod(x1, 1, 8)",
            "mod(x1, 2, 1e6)",
            "add_mod(x1)",
            "add_mod(x1, x2, x3)",
            "table(x1)",
            "table(x1, 0, 1)",
            "table(x1; 0, x1, 2)",
            "table(x1;)",
            "xor + x1"
        ]
    ));
}

#[test]
fn numbers_that_are_none() {
    assert_snapshot!(all(function, &["x1/0", "0^-1", "1e999999999", "9^9^9", "2^(1/2)", "clamp(x1, 2, 1)"]));
}

#[test]
fn texts_that_end_or_go_on_too_soon() {
    assert_snapshot!(all(
        function,
        &["", " ", "min(x1, x2", "x1)", "(x1", "|x1", "x1 +", "* x1", "2 x1", "x1, x2", "x1 @ x2 # x3"]
    ));
}

#[test]
fn inputs_and_outputs_that_are_not_clear() {
    assert_snapshot!(all(
        function,
        &[
            "x1 + y",
            "x0 + x1",
            "sort(x1, x2) + 1",
            "sort(x1, x2)[3]",
            "1 + (x1, x2)",
            "pwl(x1; (0,0))",
            "pwl(x1; (1,0), (0,0))",
            "x5000"
        ]
    ));
}

#[test]
fn places_are_underlined_in_texts_of_any_script() {
    assert_snapshot!(all(function, &["größe + 🙂", "min(größe, step(größe))", "é*é"]));
}

#[test]
fn several_findings_are_all_told() {
    assert_snapshot!(function("x1*x2 + foo(x1) + 1/0"));
    assert!(function(&"x1*x1 + ".repeat(100)).contains("and 81 more"));
}

#[test]
fn domains_that_are_none() {
    assert_snapshot!(all(
        domain,
        &[
            "",
            "[1,0]^2",
            "[1,1]^2",
            "[0,1]^3",
            "[0,1]",
            "[0,1]^0",
            "[0 1]^2",
            "x1 in [0,1]",
            "x1 in [0,1], x1 in [0,2]",
            "x1 in [0,1], y in [0,1]",
            "[0,1] x",
            "[0,1/0]^2",
            "somewhere"
        ]
    ));
}

#[test]
fn finite_domains_that_are_none() {
    assert_snapshot!(all(
        domain,
        &[
            "{0,1}^3",
            "{}^2",
            "{0,1",
            "{0,0}^2",
            "{1..0}^2",
            "{0..1/2}^2",
            "{0..1e9}^2",
            "{0..999999}^2",
            "{0,1} x [0,1]",
            "x1 in {0,1}",
            "{0,1}^2 where x1 < x1 and x1 >= y",
        ]
    ));
}

#[test]
fn conditions_that_are_none() {
    assert_snapshot!(all(
        domain,
        &[
            "[0,1]^2 where",
            "everywhere where x1",
            "everywhere where x1 >= ",
            "everywhere where x1 < x2",
            "everywhere where x1 = x2, x1 != 2",
            "everywhere where |x1| <= 1 and x1*x2 >= 0",
            "everywhere where x1 >= 0 and and (x1, x2) >= 1",
            "everywhere where 1 <= 0",
            "everywhere where x1 + <= y",
            "R^3 where x1 >= x3",
            "R^2 x [0,1]",
            "[1,0]^2 where x1 >= y",
        ]
    ));
}

#[test]
fn numbers_that_are_fine() {
    for (text, printed) in [
        ("2^-1", "1/2"),
        ("2^3^2", "512"),
        ("-2^2", "-4"),
        ("1e3*x1", "1000*x1"),
        ("x1^1", "x1"),
        ("4^(2-1)", "4"),
        ("2^--2", "4"),
    ] {
        assert_eq!(Function::parse(text).unwrap().to_string(), printed);
    }
}

#[test]
fn names_of_inputs() {
    let named = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    let layer = || pellucid_core::Layer { weights: vec![vec![1.0f64, 2.0]], biases: vec![0.0] };
    assert!(
        Network::new(named(&["a", "a"]), vec![layer()]).unwrap_err().to_string().contains("two inputs are called `a`")
    );
    assert!(Network::new(named(&["a", "b"]), vec![layer()]).is_ok());
    for names in [&["a", "a"], &["1", "a"], &["a b", "c"], &["", "c"]] {
        assert!(Function::new(named(names).unwrap(), vec![pellucid_core::Expr::Input(0)]).unwrap_err().is_input());
    }
}
