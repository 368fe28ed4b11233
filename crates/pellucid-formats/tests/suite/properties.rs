//! VNN-LIB: what properties mean, each trap that has made some tool answer wrongly, and messages.

use pellucid_core::{Constraint, Rational};
use pellucid_formats::{Property, read_property};
use proptest::prelude::*;

const DECLARED: &str =
    "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)";

fn property(asserts: &str) -> Property {
    read_property(format!("{DECLARED}\n{asserts}").as_bytes(), "p.vnnlib").unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    read_property(text.as_bytes(), "p.vnnlib").unwrap_err().to_string()
}

/// Is the property satisfied by these values of X_0, X_1, Y_0, Y_1?
fn holds(cases: &[Vec<Constraint>], values: [&str; 4]) -> bool {
    let values = values.map(|text| text.parse::<Rational>().unwrap());
    cases.iter().any(|case| case.iter().all(|c| c.holds(&values[..2], &values[2..])))
}

#[track_caller]
fn check(asserts: &str, satisfied: &[[&str; 4]], not: &[[&str; 4]]) {
    let cases = property(asserts).cases(1000).unwrap();
    for values in satisfied {
        assert!(holds(&cases, *values), "{asserts} at {values:?}: {cases:?}");
    }
    for values in not {
        assert!(!holds(&cases, *values), "{asserts} at {values:?}: {cases:?}");
    }
}

#[test]
fn conjuncts_before_and_after_an_or_count() {
    let text = "(assert (and (>= X_0 0) (or (<= Y_0 0) (>= Y_0 1)) (<= X_1 2)))";
    check(
        text,
        &[["0", "2", "0", "9"], ["5", "2", "1", "9"]],
        &[["-1", "0", "0", "0"], ["0", "3", "0", "0"], ["0", "0", "1/2", "0"]],
    );
    let apart = "(assert (>= X_0 0)) (assert (or (<= Y_0 0) (>= Y_0 1))) (assert (<= X_1 2))";
    assert_eq!(property(text).cases(9).unwrap(), property(apart).cases(9).unwrap());
}

#[test]
fn bounds_inside_a_disjunct_belong_to_it_alone() {
    check(
        "(assert (or (and (<= X_0 0) (>= Y_0 1)) (and (>= X_0 5) (<= Y_0 0))))",
        &[["0", "0", "1", "0"], ["5", "0", "0", "0"]],
        &[["0", "0", "0", "0"], ["5", "0", "1", "0"], ["2", "0", "9", "0"]],
    );
}

#[test]
fn several_disjunctions_multiply_out() {
    let text = "(assert (or (<= X_0 0) (>= X_0 1))) (assert (or (<= X_1 0) (and (>= X_1 1) (or (< Y_0 0) (> Y_0 1)))))";
    assert_eq!(property(text).cases(6).unwrap().len(), 6);
    let error = property(text).cases(5).unwrap_err();
    assert!(error.is_limit());
    assert_eq!(error.to_string(), "gave up: the assertions multiply out to more than 5 cases (raise --max-cases)");
    let many = "(assert (or (<= X_0 0) (>= X_0 1)))".repeat(200);
    assert!(property(&many).cases(usize::MAX).unwrap_err().is_limit());
}

#[test]
fn strict_inequalities_leave_the_border_out() {
    check(
        "(assert (< X_0 1)) (assert (> Y_0 0))",
        &[["0", "0", "1", "0"]],
        &[["1", "0", "1", "0"], ["0", "0", "0", "0"]],
    );
    check("(assert (not (<= X_0 1)))", &[["2", "0", "0", "0"]], &[["1", "0", "0", "0"]]);
    check("(assert (not (< X_0 1)))", &[["1", "0", "0", "0"]], &[["0", "0", "0", "0"]]);
}

#[test]
fn equal_bounds_and_equations() {
    let point = ["1/3", "0", "0", "0"];
    for text in ["(assert (= X_0 1/3))", "(assert (<= X_0 (/ 1 3))) (assert (>= X_0 1/3))", "(assert (<= 1/3 X_0 1/3))"]
    {
        check(text, &[point], &[["0.333333333333333333", "0", "0", "0"]]);
    }
    check("(assert (not (= X_0 1/3)))", &[["0", "0", "0", "0"], ["1", "0", "0", "0"]], &[point]);
}

#[test]
fn repeated_variables_add_up() {
    check("(assert (<= (+ X_0 X_0 X_1) 2))", &[["1", "0", "0", "0"]], &[["3/2", "0", "0", "0"], ["0", "3", "0", "0"]]);
    check("(assert (>= (- X_0 X_0) 0))", &[["7", "0", "0", "0"]], &[]);
    check("(assert (> (- X_0 X_0) 0))", &[], &[["7", "0", "0", "0"]]);
    check("(assert (<= Y_0 (* 2 Y_0)))", &[["0", "0", "1", "0"]], &[["0", "0", "-1", "0"]]);
}

#[test]
fn inputs_and_outputs_mix_and_terms_nest() {
    check(
        "(assert (<= (- (* 2 (+ X_0 Y_0)) (/ Y_1 4) (- 1.5)) (* (+ 1 1) 1e-1 5)))",
        &[["0", "0", "0", "2"], ["-1", "0", "3/4", "0"]],
        &[["1", "0", "0", "2"]],
    );
    check(
        "(assert (not (or (> X_0 1) (not (and (>= Y_0 0) (>= Y_1 X_0))))))",
        &[["1", "0", "0", "1"]],
        &[["1", "0", "0", "0"], ["2", "0", "0", "9"]],
    );
    check("(assert true)", &[["1", "2", "3", "4"]], &[]);
    check("(assert (or false (not true)))", &[], &[["1", "2", "3", "4"]]);
}

#[test]
fn comments_and_gzip_are_read() {
    let text = format!("; (assert false)\n{DECLARED}; )((\n(assert ; )\n (<= X_0 ;1\n 1))");
    let plain = read_property(text.as_bytes(), "p").unwrap();
    assert_eq!(plain.cases(1).unwrap().len(), 1);
    assert_eq!(plain.remarks, ["X_1 is not bounded: it may be any number"]);
    let mut packed = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzEncoder::new(text.as_bytes(), Default::default()), &mut packed)
        .unwrap();
    assert_eq!(read_property(&packed, "p").unwrap(), plain);
}

#[test]
fn everything_wrong_is_listed_with_its_place() {
    let text = "(declare-const X_0 Real)
(declare-const X_2 Real)
(declare-const X_0 Real)
(declare-const Y_00 Real)
(declare-const Y_0 Int)
(declare-fun Y_1 () Real)
(assert (<= X_1 0))
(assert (<= (* X_0 Y_0) (/ 1 X_0)) )
(assert (and (=> (<= X_0 0) (<= Y_0 0)) (<= X_0) (<= X_0 1.2.3)))
(assert (<= (ite X_0 1 2) (max X_0 1)) (or))
(assert (or (and) (/ 1 0) X_0 (not)))
(check-sat)
x ()
(assert (<= X_0 (/ 1 0)))";
    assert_eq!(
        refused(text),
        "cannot read p.vnnlib:
  line 2, column 16: `X_2` is declared, but `X_1` is not
  line 3, column 16: `X_0` is declared twice
  line 4, column 16: `Y_00` is not an input or output (they are called X_0, X_1, ... and Y_0, Y_1, ...)
  line 5, column 20: inputs and outputs are of type `Real`
  line 6, column 1: `declare-fun` is not supported (`declare-const` and `assert` are VNN-LIB 1.0)
  line 7, column 13: `X_1` is not declared before this
  line 8, column 20: a product of variables is not linear
  line 8, column 30: division by a variable is not linear
  line 9, column 14: `=>` is not supported here (supported: <= >= < > =, and, or, not)
  line 9, column 41: `<=` compares at least two terms
  line 9, column 58: `1.2.3` is neither a number nor a variable (numbers are 3, -1.5, 1e-3 or 1/3 with exponents up to 4096, variables X_0 and Y_0)
  line 10, column 1: `assert` takes one formula
  line 11, column 13: `and` without arguments
  line 11, column 19: `/` is not supported here (supported: <= >= < > =, and, or, not)
  line 11, column 27: expected a formula such as `(<= Y_0 1)`
  line 11, column 31: `not` takes one formula
  line 12, column 1: `check-sat` is not supported (`declare-const` and `assert` are VNN-LIB 1.0)
  line 13, column 1: expected `(declare-const ...)` or `(assert ...)`
  line 13, column 3: expected `(declare-const ...)` or `(assert ...)`
  line 14, column 22: division by 0"
    );
}

#[test]
fn other_texts() {
    assert_eq!(refused(" "), "cannot read p.vnnlib: it is empty");
    assert_eq!(
        refused("(vnnlib-version <2.0>)"),
        "cannot read p.vnnlib: line 1, column 1: this is VNN-LIB 2.0; version 1.0 is read (declare-const X_0 Real, Y_0, and assert)"
    );
    assert_eq!(
        refused("(assert (<= 0 1)"),
        "cannot read p.vnnlib:\n  line 1, column 1: this bracket is not closed\n  no input is declared (`(declare-const X_0 Real)`)\n  nothing is asserted; the file may be cut short"
    );
    assert!(refused(&format!("{DECLARED} ) (assert true)")).contains("closes nothing"));
    assert!(refused(&"(".repeat(100_000)).contains("nested deeper than 200"));
    assert!(read_property(&[0xff], "p").unwrap_err().to_string().contains("not UTF-8"));
    let network =
        pellucid_formats::read(br#"{"pellucid": 1, "layers": [{"weights": [[1, 2, 3]]}]}"#, "n").unwrap().network;
    assert_eq!(
        property("(assert true)").check_fits(&network).unwrap_err().to_string(),
        "the network has 3 inputs, the property declares X_0 to X_1\nthe network has 1 output, the property declares Y_0 to Y_1"
    );
}

/// A random formula as text, and its truth at the point X = (1, -2), Y = (3, 1/2), worked out here.
fn formula() -> impl Strategy<Value = (String, bool)> {
    let terms = [
        ("X_0", 2i64),
        ("X_1", -4),
        ("Y_0", 6),
        ("Y_1", 1),
        ("(+ X_0 X_0)", 4),
        ("(* -1.5 Y_0)", -9),
        ("(- Y_1)", -1),
        ("-0.5", -1),
        ("2", 4),
    ];
    let operators = ["<=", ">=", "<", ">", "="];
    let pick = prop::sample::select(terms.to_vec());
    let atom = (prop::sample::select(operators.to_vec()), pick.clone(), pick).prop_map(|(op, (a, x), (b, y))| {
        let truth = match op {
            "<=" => x <= y,
            ">=" => x >= y,
            "<" => x < y,
            ">" => x > y,
            _ => x == y,
        };
        (format!("({op} {a} {b})"), truth)
    });
    atom.prop_recursive(3, 10, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 1..4);
        let text = |parts: &[(String, bool)]| parts.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>().join(" ");
        prop_oneof![
            inner.prop_map(|(text, truth)| (format!("(not {text})"), !truth)),
            several.clone().prop_map(move |parts| (format!("(and {})", text(&parts)), parts.iter().all(|p| p.1))),
            several.prop_map(move |parts| (format!("(or {})", text(&parts)), parts.iter().any(|p| p.1))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formulas_mean_what_they_say(parts in prop::collection::vec(formula(), 1..3)) {
        let text: String = parts.iter().map(|(text, _)| format!("(assert {text})")).collect();
        let expected = parts.iter().all(|(_, truth)| *truth);
        let cases = property(&text).cases(usize::MAX).unwrap();
        prop_assert_eq!(holds(&cases, ["1", "-2", "3", "1/2"]), expected, "{}", text);
    }

    #[test]
    fn nonsense_is_no_panic(text in "[()XY_0-9assertdclorn<=+*/ .;\n-]{0,80}") {
        let _ = read_property(text.as_bytes(), "p");
        let _ = read_property(format!("{DECLARED}(assert {text})").as_bytes(), "p");
    }
}
