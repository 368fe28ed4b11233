//! `vnnlib`: the competition's words and counterexamples, statuses, proofs and messages.

use crate::{Folder, Outcome, pellucid};

const PROPERTIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pellucid-formats/tests/properties/");
const TURN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pellucid-formats/tests/fixtures/turn.nnet");

const DECLARED: &str = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)";
const UNIT: &str = "(assert (and (<= 0 X_0 1) (<= 0 X_1 1)))";

/// A folder with the minimum of two, and a property of it.
fn minimum(property: &str) -> Folder {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "min.onnx"]).gives(0);
    folder.write("p.vnnlib", format!("{DECLARED}\n{property}\n"));
    folder
}

fn decided(property: &str) -> Outcome {
    minimum(property).run(&["vnnlib", "min.onnx", "p.vnnlib"])
}

#[track_caller]
fn is_unsat(property: &str) {
    let folder = minimum(property);
    let outcome = folder.run(&["vnnlib", "min.onnx", "p.vnnlib", "-o", "results.txt", "--certificate", "proof.json"]);
    assert_eq!(outcome.gives(0), "unsat\n", "{property}");
    assert_eq!(folder.read("results.txt"), "unsat\n");
    assert!(folder.run(&["check", "proof.json"]).gives(0).starts_with("accepted: no input of the 2-3-1 network"));
}

/// Asserts sat with the minimum's value; gives the values in order X_0, X_1, Y_0.
#[track_caller]
fn is_sat(property: &str) -> [f64; 3] {
    let folder = minimum(property);
    let outcome = folder.run(&["vnnlib", "min.onnx", "p.vnnlib", "-o", "results.txt", "--certificate", "proof.json"]);
    let text = outcome.gives(1);
    assert_eq!(folder.read("results.txt"), text);
    assert!(!folder.path("proof.json").exists());
    let values = counterexample(text);
    assert_eq!(values.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["X_0", "X_1", "Y_0"]);
    let values = [values[0].1, values[1].1, values[2].1];
    assert!((values[0].min(values[1]) - values[2]).abs() < 1e-12, "{values:?}");
    values
}

/// Reads it as the competition's scripts do: names and numbers between brackets.
fn counterexample(text: &str) -> Vec<(String, f64)> {
    let values = text.strip_prefix("sat\n").unwrap().replace('\n', " ");
    let values = values.trim().strip_prefix('(').unwrap().strip_suffix(')').unwrap().to_string();
    values
        .split(')')
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            let (name, number) = part.trim().strip_prefix('(').unwrap().split_once(' ').unwrap();
            (name.to_string(), number.parse().unwrap())
        })
        .collect()
}

#[test]
fn borders_are_decided_exactly() {
    is_unsat(&format!("{UNIT} (assert (> Y_0 1))"));
    assert_eq!(is_sat(&format!("{UNIT} (assert (>= Y_0 1))")), [1.0; 3]);
    is_unsat(&format!("{UNIT} (assert (> Y_0 X_0))"));
    is_unsat(&format!("{UNIT} (assert (= X_0 X_1)) (assert (< Y_0 X_1))"));
}

#[test]
fn conjuncts_around_an_or_and_bounds_inside_count() {
    let or = "(or (and (<= X_0 0.25) (>= Y_0 0.3)) (and (>= X_0 0.75) (>= Y_0 0.9)))";
    is_unsat(&format!("{UNIT} (assert (and (<= X_1 0.8) {or} (>= X_1 0)))"));
    let [x0, x1, _] = is_sat(&format!("{UNIT} (assert (and (<= X_1 0.95) {or} (>= X_1 0)))"));
    assert!(x0 >= 0.9 && (0.9..=0.95).contains(&x1));
}

#[test]
fn equal_bounds_and_repeated_variables() {
    let third = "(assert (<= X_0 1/4)) (assert (>= X_0 0.25))";
    is_unsat(&format!("{UNIT} {third} (assert (>= (+ Y_0 Y_0) 0.50001))"));
    assert_eq!(is_sat(&format!("{UNIT} {third} (assert (>= (+ Y_0 Y_0) 0.5))"))[0], 0.25);
}

#[test]
fn inputs_without_bounds_are_all_numbers() {
    let outcome = decided("(assert (>= Y_0 12345)) (assert (<= X_0 20000))");
    assert!(outcome.stderr.contains("X_1 is not bounded: it may be any number"), "{outcome:#?}");
    assert!(counterexample(outcome.gives(1))[1].1 >= 12345.0);
    is_unsat("(assert (>= Y_0 12345)) (assert (<= X_1 12344))");
}

#[test]
fn real_and_float32_are_told_apart() {
    let sat = |property: &str, expected: &str| {
        let outcome = decided(property);
        outcome.gives(1);
        assert!(outcome.stderr.contains(expected), "{outcome:#?}");
    };
    sat(
        &format!("{UNIT} (assert (>= Y_0 0.5))"),
        "exactly these decimals satisfy the property in real arithmetic; in float32 too, whatever",
    );
    // Between two float32 numbers there are decimals, but no float32 number.
    sat(
        "(assert (<= 0.100000002 X_0 0.100000003)) (assert (= X_1 1)) (assert (>= Y_0 0))",
        "exactly these decimals satisfy the property in real arithmetic; executed in float32 it does not",
    );
    sat("(assert (= (* 3 X_0) 1)) (assert (= X_1 2)) (assert (= Y_0 X_0))", "it has no finite decimals");
    let folder = minimum("(assert (= (* 3 X_0) 1)) (assert (= X_1 2)) (assert (= Y_0 X_0))");
    let outcome = folder.run(&["vnnlib", "min.onnx", "p.vnnlib", "--json"]);
    outcome.gives(1);
    let counterexample = &outcome.json()["counterexample"];
    assert_eq!(counterexample["input"], serde_json::json!(["1/3", "2"]));
    assert_eq!(counterexample["decimals_are_exact"], false);
    assert_eq!(counterexample["holds_in_float32"], "no");
}

#[test]
fn acas_like_files() {
    let folder = Folder::new();
    let stay = format!("{PROPERTIES}stay.vnnlib");
    let outcome = folder.run(&["vnnlib", TURN, &stay, "--certificate", "proof.json"]);
    assert_eq!(outcome.gives(0), "unsat\n");
    folder.run(&["check", "proof.json"]).gives(0);
    let turn = format!("{PROPERTIES}turn.vnnlib");
    let direct = folder.run(&["vnnlib", TURN, &turn]);
    assert!(direct.gives(1).contains("\n (Y_2 "), "{direct:#?}");
    // The competition's networks are the layers without normalisation; folded it is another one.
    folder.run(&["convert", TURN, "inside.json", "--without-normalisation"]).gives(0);
    folder.run(&["convert", TURN, "folded.json"]).gives(0);
    assert_eq!(folder.run(&["vnnlib", "inside.json", &turn]).gives(1), direct.stdout);
    let folded = folder.run(&["vnnlib", "folded.json", &turn]).stdout;
    assert_eq!(folder.run(&["vnnlib", TURN, &turn, "--with-normalisation"]).stdout, folded);
    assert_ne!(folded, direct.stdout);
    folder.run(&["convert", "folded.json", "again.nnet", "--round"]).gives(0);
    folder.run(&["convert", "again.nnet", "again.json"]).gives(0);
}

#[test]
fn limits_are_unknown_or_timeout() {
    let stay = format!("{PROPERTIES}stay.vnnlib");
    for (option, value, word) in [("--max-cells", "2", "unknown"), ("--timeout", "0.000001", "timeout")] {
        let folder = Folder::new();
        let outcome =
            folder.run(&["vnnlib", TURN, &stay, option, value, "-o", "results.txt", "--certificate", "proof"]);
        assert_eq!(outcome.gives(3), format!("{word}\n"));
        assert!(outcome.stderr.contains(option), "{outcome:#?}");
        assert_eq!(folder.names(), ["results.txt"]);
        assert_eq!(folder.read("results.txt"), outcome.stdout);
        let outcome = folder.run(&["vnnlib", TURN, &stay, option, value, "--json"]);
        outcome.gives(3);
        assert_eq!(outcome.json()["result"], word);
    }
    let folder = minimum("(assert (or (<= X_0 0) (>= X_0 1))) (assert (or (<= X_1 0) (>= X_1 1)))");
    let outcome = folder.run(&["vnnlib", "min.onnx", "p.vnnlib", "--max-cases", "3"]);
    assert_eq!(outcome.gives(3), "unknown\n");
    assert!(outcome.stderr.contains("more than 3 cases (raise --max-cases)"), "{outcome:#?}");
}

#[test]
fn bad_input_is_refused() {
    let refused = |property: &str, expected: &str| {
        let folder = Folder::new();
        folder.run(&["compile", "min(x1, x2)", "-o", "min.onnx"]).gives(0);
        folder.write("p.vnnlib", property);
        let outcome = folder.run(&["vnnlib", "min.onnx", "p.vnnlib"]);
        assert!(outcome.is_refused().contains(expected), "{outcome:#?}");
    };
    refused("(declare-const X_0 Real) (assert (<= X_0 Y_0))", "line 1, column 42: `Y_0` is not declared");
    refused(
        "(declare-const X_0 Real) (assert (<= X_0 1))",
        "the network has 2 inputs, the property declares X_0 to X_0",
    );
    refused("(declare-network N)", "VNN-LIB 2.0");
    refused("", "it is empty");
    let outcome = pellucid(&["vnnlib", TURN, "no-such.vnnlib"]);
    assert!(outcome.is_refused().contains("there is no file no-such.vnnlib"));
}
