//! Limits: status 3, soon, and with a hint which one to raise.

use std::time::{Duration, Instant};

use crate::{Outcome, hard, pellucid};

#[track_caller]
fn gives_up(outcome: &Outcome, hint: &str) {
    outcome.gives(3);
    assert!(outcome.stderr.starts_with("pellucid: ") && outcome.stderr.contains(hint), "{outcome:#?}");
}

#[test]
fn cells() {
    gives_up(&pellucid(&["compile", "median(x1, x2, x3)", "--max-cells", "1"]), "--max-cells");
    let outcome = pellucid(&[
        "prove",
        "max(x1, x2, x3)",
        "min(x1, x2, x3)",
        "--within",
        "9",
        "--on",
        "[0,1]^3",
        "--max-cells",
        "1",
    ]);
    gives_up(&outcome, "--max-cells");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn time() {
    gives_up(&pellucid(&["compile", "median(x1, x2, x3)", "--timeout", "0.000001"]), "--timeout");
    gives_up(&pellucid(&["train", "abs(x1)", "--timeout", "0.000001", "--steps", "1000000"]), "--timeout");
    let start = Instant::now();
    let arguments = hard();
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--timeout", "0.3"]);
    gives_up(&pellucid(&arguments), "--timeout");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// What is finished in time is told.
#[test]
fn trainings_in_time() {
    let outcome = pellucid(&["train", "abs(x1)", "--seeds", "0..1000000", "--timeout", "1", "--json"]);
    gives_up(&outcome, "runs finished");
    assert!(!outcome.json()["runs"].as_array().unwrap().is_empty());
}

/// A refutation stands, though the largest difference is not reached.
#[test]
fn a_refutation_needs_no_measure() {
    let f = "max(x1, x2, x3, x4)";
    let outcome = pellucid(&["prove", f, "min(x1, x2, x3, x4)", "--on", "[0,1]^4", "--max-cells", "1"]);
    assert!(outcome.gives(1).ends_with("largest difference: not known within the limits\n"), "{outcome:#?}");
    let outcome = pellucid(&["prove", f, "min(x1, x2, x3, x4)", "--on", "[0,1]^4", "--max-cells", "1", "--json"]);
    outcome.gives(1);
    assert!(outcome.json()["max_deviation"].is_null());
}

/// A megabyte is less than the program itself takes.
#[test]
fn memory_ends_work() {
    // Points of the moment curve: hyperplanes in general position, some 30,000 cells.
    let hinge = |k: i64| format!("relu(x1 + {k}*x2 + {}*x3 + {}*x4 - {})", k.pow(2), k.pow(3), k.pow(4));
    let f = (1..=30).map(hinge).collect::<Vec<_>>().join(" + ");
    let outcome = pellucid(&["cells", &f, "--only-cells", "--memory", "1"]);
    gives_up(&outcome, "out of memory at 1 MiB (raise --memory)");
}
