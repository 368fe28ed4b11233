//! Training, and what becomes of trained files.

use insta::assert_snapshot;

use crate::{Folder, pellucid};

#[test]
fn one_run_is_told_in_full() {
    assert_snapshot!(pellucid(&["train", "abs(x1)", "--layers", "1,2,1", "--seed", "1"]).gives(0), @r"
    found (seed 1)
      computes abs(x1), off by up to 7.43e-7 (+(x1), -(x1))
      1-2-1, loss 0.3153 -> 1.828e-13 in 500 steps
    ");
    // A function needs no shape: it is trained in its smallest network's.
    assert_eq!(
        pellucid(&["train", "abs(x1)", "--seed", "1"]).stdout,
        pellucid(&["train", "abs(x1)", "--layers", "1,2,1", "--seed", "1"]).stdout
    );
}

#[test]
fn several_runs_are_told_in_rows() {
    let outcome = pellucid(&["train", "abs(x1)", "--seeds", "0..6", "--every", "400"]);
    let text = outcome.gives(0);
    let seeds: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("seed ")?.split(' ').next()).collect();
    assert_eq!(seeds, ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(text.matches("after step").count(), 12);
    assert!(text.lines().last().unwrap().starts_with("found in "), "{text}");
    assert_eq!(outcome.stderr, "");
}

#[test]
fn not_found_is_a_no() {
    let outcome = pellucid(&["train", "abs(x1)", "--seed", "0"]);
    assert!(outcome.gives(1).starts_with("local optimum (seed 0)\n"), "{outcome:#?}");
    let outcome = pellucid(&["train", "abs(x1)", "--steps", "0"]);
    assert!(outcome.gives(1).contains("in 0 steps"), "{outcome:#?}");
    let outcome = pellucid(&["train", "abs(x1)", "--steps", "1"]);
    assert!(outcome.gives(1).contains("in 1 step\n"), "{outcome:#?}");
}

#[test]
fn weights_that_are_not_finite_are_told_and_not_written() {
    let folder = Folder::new();
    let outcome = folder.run(&["train", "abs(x1)", "--lr", "1e30", "--steps", "50", "-o", "net.json"]);
    assert!(outcome.gives(1).contains("training diverged"), "{outcome:#?}");
    assert!(outcome.stderr.contains("no network is written"), "{outcome:#?}");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_trained_file_says_the_same_in_every_format() {
    let folder = Folder::new();
    let formula = |name: &str, options: &[&str]| {
        let mut all = vec!["decompile", name, "--json"];
        all.extend(options);
        let outcome = folder.run(&all);
        outcome.gives(0);
        outcome.json()
    };
    let options = ["--on", "[-1,1]^2", "--target", "min(x1, x2)"];
    let mut answers = Vec::new();
    for name in ["net.json", "net.onnx", "net.safetensors", "net.npz"] {
        let train = ["train", "min(x1, x2)", "--layers", "2,3,1", "--steps", "10000", "-o", name];
        let outcome = folder.run(&train);
        assert!(outcome.gives(0).starts_with("found (seed 0)\n"), "{outcome:#?}");
        assert_eq!(outcome.stderr, format!("the network of seed 0 written to {name}\n"));
        answers.push(formula(name, &options));
        folder.run(&["prove", name, "min(x1, x2)", "--on", "[-1,1]^2", "--within", "1e-4"]).gives(0);
        folder.run(&["prove", name, "min(x1, x2)"]).gives(1);
    }
    assert_eq!(answers[0]["formula"], "min(x1, x2)");
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
    // Most formats say themselves what the network was trained for, and where.
    assert_eq!(formula("net.onnx", &[]), answers[0]);
}
