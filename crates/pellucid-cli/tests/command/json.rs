//! `--json`: one object on stdout, with the keys that other programs rely on.

use serde_json::Value;

use crate::{Folder, pellucid};

/// Asserts that the value is an exact number as text: `3`, `-1/2`.
#[track_caller]
fn assert_exact(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not a string"));
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let whole = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    assert!(whole(numerator.strip_prefix('-').unwrap_or(numerator)) && whole(denominator), "{text}");
}

#[track_caller]
fn assert_all_exact(values: &Value) {
    values.as_array().unwrap().iter().for_each(assert_exact);
}

#[test]
fn compile() {
    for (function, widths, verdict) in
        [("min(x1, x2)", vec![3], "proved"), ("median(x1, x2, x3)", vec![5, 4], "best known"), ("3", vec![], "proved")]
    {
        let outcome = pellucid(&["compile", function, "--json"]);
        outcome.gives(0);
        assert_eq!(outcome.stderr, "");
        let answer = outcome.json();
        assert_eq!(answer["function"], function);
        assert_eq!(answer["domain"], "everywhere");
        assert_eq!(answer["hidden_neurons"], widths.iter().sum::<i32>());
        assert_eq!(answer["widths"], serde_json::json!(widths));
        let layers = answer["layers"].as_array().unwrap();
        assert_eq!(layers.len(), widths.len() + 1);
        for layer in layers {
            layer["weights"].as_array().unwrap().iter().for_each(assert_all_exact);
            assert_all_exact(&layer["biases"]);
        }
        assert_eq!(answer["equality"]["verdict"], "proved");
        assert!(answer["equality"]["cells"].is_u64());
        let minimality = &answer["minimality"];
        assert_eq!(minimality["verdict"], verdict);
        assert!(minimality["lower_bound"].is_u64() && minimality["reason"].is_string());
    }
}

#[test]
fn prove() {
    let outcome = pellucid(&["prove", "max(x1, x2)", "x2 + relu(x1 - x2)", "--json"]);
    outcome.gives(0);
    let answer = outcome.json();
    assert_eq!((&answer["verdict"], &answer["max_deviation"]), (&"proved".into(), &"0".into()));
    assert!(answer["cells"].is_u64() && answer["counterexample"].is_null());

    let outcome = pellucid(&["prove", "abs(x1)", "x1", "--on", "[-1,2]", "--within", "1/2", "--json"]);
    outcome.gives(1);
    let answer = outcome.json();
    assert_eq!(answer["verdict"], "refuted");
    assert_eq!((&answer["domain"], &answer["within"]), (&"[-1, 2]".into(), &"1/2".into()));
    assert_eq!(answer["max_deviation"], "2");
    for key in ["input", "left", "right"] {
        assert_all_exact(&answer["counterexample"][key]);
    }

    let hard = format!("abs({})", (1..=6).map(|i| format!("abs(x{i})")).collect::<Vec<_>>().join("-"));
    let outcome =
        pellucid(&["prove", &hard, "relu(x1)", "--on", "[0,1]^6", "--within", "99", "--max-cells", "1", "--json"]);
    outcome.gives(3);
    let answer = outcome.json();
    assert_eq!(answer["verdict"], "gave up");
    assert!(answer["max_deviation"].is_null());
}

#[test]
fn decompile() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    let outcome = folder.run(&["decompile", "net.json", "--json"]);
    outcome.gives(0);
    assert_eq!(outcome.stderr, "");
    let answer = outcome.json();
    assert_eq!((&answer["formula"], &answer["exact"]), (&"min(x1, x2)".into(), &true.into()));
    assert_exact(&answer["max_deviation"]);
    assert_eq!(answer["domain"], "everywhere");
    assert_eq!((&answer["widths"], &answer["reduced_widths"]), (&vec![3].into(), &vec![3].into()));
    for neuron in answer["neurons"].as_array().unwrap() {
        assert!(["live", "dead", "always on", "merged"].contains(&neuron["status"].as_str().unwrap()));
        assert!(neuron["name"].is_string() && neuron["feature"].is_string() && neuron["of"].is_array());
        assert_exact(&neuron["scale"]);
    }
    for circuit in answer["circuits"].as_array().unwrap() {
        assert!(circuit["name"].is_string() && circuit["computes"].is_string() && circuit["neurons"].is_array());
    }
}

#[test]
fn train() {
    let outcome = pellucid(&["train", "abs(x1)", "--seeds", "0..4", "--every", "100", "--json"]);
    outcome.gives(0);
    assert_eq!(outcome.stderr, "");
    let answer = outcome.json();
    let runs = answer["runs"].as_array().unwrap();
    for (seed, run) in runs.iter().enumerate() {
        assert_eq!(run["seed"], seed);
        assert!(run["start_loss"].is_number() && run["final_loss"].is_number() && run["reason"].is_string());
        let verdict = run["verdict"].as_str().unwrap();
        assert!(["found", "local optimum", "not converged"].contains(&verdict));
        assert_eq!(run["circuit"].is_string(), verdict == "found");
        assert_eq!(run["losses"].as_array().unwrap().len(), 5);
    }
    let found = runs.iter().filter(|run| run["verdict"] == "found").count();
    assert_eq!((&answer["found"]["count"], &answer["found"]["of"]), (&found.into(), &4.into()));
    let interval = answer["found"]["interval_95"].as_array().unwrap();
    assert!(interval.len() == 2 && interval.iter().all(Value::is_number));
}

#[test]
fn check() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "--certificate", "proof"]).gives(0);
    let outcome = folder.run(&["check", "proof", "--json"]);
    outcome.gives(0);
    let answer = outcome.json();
    assert_eq!(answer["verdict"], "accepted");
    assert!(answer["claim"].as_str().unwrap().contains("min(x1, x2)") && answer["reason"].is_null());
    folder.write("proof", folder.read("proof").replace("min(x1, x2)", "max(x1, x2)"));
    let outcome = folder.run(&["check", "proof", "--json"]);
    outcome.gives(1);
    let answer = outcome.json();
    assert_eq!(answer["verdict"], "rejected");
    assert!(answer["reason"].is_string());
}

/// `cells` prints one object a line, and counts on stderr.
#[test]
fn cells() {
    let outcome = pellucid(&["cells", "max(x1, x2) - x2", "--on", "[-1,1]^2"]);
    let lines: Vec<serde_json::Value> =
        outcome.gives(0).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert!(line["signs"].is_array() && line["maps"][0]["constant"].is_string() && line["point"][1].is_string());
        assert!(line["vertices"][2][1].is_string() && line["neighbours"].as_array().unwrap().len() == 1);
        assert_eq!((&line["volume"], line["rays"].as_array().unwrap().len()), (&"2".into(), 0));
    }
    assert_eq!(lines[0]["neighbours"][0]["signs"], lines[1]["signs"]);
    assert_eq!(pellucid(&["cells", "abs(x1)", "--only-cells"]).gives(0), "2 linear cells\n");
    assert_eq!(outcome.stderr, "2 linear cells, 2 regions, 2 affine maps\n");
    assert_eq!(pellucid(&["cells", "abs(x1)", "--count"]).gives(0), "2 linear cells, 2 regions, 2 affine maps\n");
    pellucid(&["cells", "max(x1, x2, x3, x4)", "--max-cells", "2"]).gives(3);
    pellucid(&["cells", "abs(x1)", "--on", "[1,0]"]).gives(2);
}
