//! Networks, certificates and pictures that one command writes and another reads.

use crate::{Folder, pellucid};

const FORMATS: [&str; 4] = ["net.json", "net.onnx", "net.safetensors", "net.npz"];

#[test]
fn a_compiled_network_computes_its_function_in_every_format() {
    let folder = Folder::new();
    for function in ["min(x1, x2)", "clamp(x1, -1/2, 3)", "(max(x1, x2), min(x1, x2))", "median(x1, x2, x3)"] {
        for name in FORMATS {
            let outcome = folder.run(&["compile", function, "-o", name]);
            outcome.gives(0);
            assert_eq!(outcome.stderr, format!("network written to {name}\n"));
            let outcome = folder.run(&["prove", name, function]);
            assert!(outcome.gives(0).starts_with("proved: "), "{outcome:#?}");
            assert_eq!(outcome.stderr, "");
        }
    }
}

#[test]
fn formats_are_converted_into_each_other() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    for pair in FORMATS.windows(2) {
        let outcome = folder.run(&["convert", pair[0], pair[1]]);
        assert_eq!(outcome.gives(0), "");
        assert_eq!(outcome.stderr, format!("2-3-1 network written to {}\n", pair[1]));
        folder.run(&["prove", pair[1], "net.json"]).gives(0);
    }
    folder.run(&["compile", "x1/3", "-o", "third.json"]).gives(0);
    folder.run(&["convert", "third.json", "third.onnx"]).is_refused();
    folder.run(&["convert", "third.json", "third.onnx", "--round"]).gives(0);
    folder.run(&["prove", "third.onnx", "x1/3"]).gives(1);
    folder.run(&["prove", "third.onnx", "x1/3", "--on", "[-1,1]", "--within", "1e-6"]).gives(0);
}

/// What is no plain stack of layers is said to have been made one, by every command that reads it.
#[test]
fn networks_that_skip_layers_are_told_to_be_lowered() {
    const SKIP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pellucid-formats/tests/fixtures/skip.onnx");
    let folder = Folder::new();
    let remark = format!("{SKIP}: 5 values are carried over a layer each, by 4 neurons added for it\n");
    let outcome = folder.run(&["convert", SKIP, "skip.onnx.gz"]);
    assert_eq!(outcome.gives(0), "");
    assert_eq!(outcome.stderr, format!("{remark}3-11-7-2 network written to skip.onnx.gz\n"));
    // What was written is a plain stack.
    let outcome = folder.run(&["prove", SKIP, "skip.onnx.gz"]);
    assert!(outcome.gives(0).starts_with("proved: "), "{outcome:#?}");
    assert_eq!(outcome.stderr, remark);
}

#[test]
fn certificates_are_accepted_until_they_are_tampered_with() {
    let folder = Folder::new();
    let accepted = |name: &str| {
        let outcome = folder.run(&["check", name]);
        assert!(outcome.gives(0).starts_with("accepted: "), "{outcome:#?}");
    };
    let rejected_with = |name: &str, from: &str, to: &str| {
        let text = folder.read(name);
        assert!(text.contains(from), "{text}");
        folder.write("tampered", text.replace(from, to));
        let outcome = folder.run(&["check", "tampered"]);
        assert!(outcome.gives(1).starts_with("rejected: "), "{outcome:#?}");
    };

    let outcome = folder.run(&["compile", "min(x1, x2)", "-o", "net.json", "--certificate", "smallest"]);
    outcome.gives(0);
    assert!(outcome.stderr.contains("proof written to smallest; pellucid check smallest checks it"), "{outcome:#?}");
    accepted("smallest");
    rejected_with("smallest", r#""at_least":3"#, r#""at_least":4"#);
    rejected_with("smallest", r#""text":"min(x1, x2)""#, r#""text":"min(x1, 2*x2)""#);
    rejected_with("smallest", r#"["-1","1","-1"]"#, r#"["-1","1","1"]"#);

    folder.run(&["compile", "median(x1, x2, x3)", "--certificate", "deep"]).gives(0);
    accepted("deep");
    rejected_with("deep", "median(x1, x2, x3)", "median(x1, x2, 2*x3)");

    let prove = ["prove", "net.json", "x1", "--on", "[0,1]^2", "--within", "1", "--certificate", "within"];
    folder.run(&prove).gives(0);
    accepted("within");
    rejected_with("within", r#""bound":"1""#, r#""bound":"1/2""#);
    rejected_with("within", "[0, 1]^2", "[0, 2]^2");

    folder.run(&["decompile", "net.json", "--on", "[-1,1]^2", "--certificate", "formula"]).gives(0);
    accepted("formula");
    rejected_with("formula", r#""text":"min(x1, x2)""#, r#""text":"max(x1, x2)""#);

    let outcome = folder.run(&["prove", "net.json", "x1", "--certificate", "none"]);
    outcome.gives(1);
    assert!(outcome.stderr.contains("no proof is written"), "{outcome:#?}");
    assert!(!folder.names().contains(&"none".to_string()));
}

#[test]
fn decompile_writes_the_smallest_network() {
    let folder = Folder::new();
    let wasteful = r#"{"pellucid": 1, "layers": [
        {"weights": [["1"], ["1"], ["-1"], ["0"]]}, {"weights": [["1/2", "1/2", "1", "5"]]}]}"#;
    folder.write("wasteful.json", wasteful);
    let outcome = folder.run(&["decompile", "wasteful.json", "--on", "everywhere", "-o", "small.json"]);
    assert!(outcome.gives(0).contains("2 hidden neurons suffice for the formula (the network has 4)"), "{outcome:#?}");
    let said = "the formula's 1-2-1 network written to small.json: 2 hidden neurons instead of 4, proved equal to the original\n";
    assert_eq!(outcome.stderr, said);
    folder.run(&["prove", "wasteful.json", "small.json"]).gives(0);
}

#[test]
fn the_small_network_is_compared_with_the_original() {
    let folder = Folder::new();
    // The absolute value, and a neuron that adds a little where x1 is above 1/2; in float32 the small one is rounded.
    let noisy = r#"{"pellucid": 1, "layers": [
        {"weights": [["1"], ["-1"], ["1"]], "biases": ["0", "0", "-1/2"]}, {"weights": [["1", "1", "1/1000"]]}]}"#;
    folder.write("noisy.json", noisy);
    let arguments = ["decompile", "noisy.json", "--on", "[-1,1]", "--tolerance", "1e-2", "-o", "small.safetensors"];
    let outcome = folder.run(&[&arguments[..], &["--output-certificate", "proof.json", "--json"]].concat());
    outcome.gives(0);
    let answer = outcome.json();
    assert_eq!((&answer["formula"], &answer["compressed"]["hidden_neurons"]), (&"abs(x1)".into(), &2.into()));
    assert_eq!(answer["compressed"]["max_deviation"], "1/2000");
    assert!(
        outcome.stderr.contains("2 hidden neurons instead of 3, proved within 0.0005 of the original"),
        "{outcome:?}"
    );
    let checked = folder.run(&["check", "proof.json"]);
    assert!(checked.gives(0).contains("by at most 1/2000"), "{checked:?}");
}

#[test]
fn pictures() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.onnx"]).gives(0);
    for arguments in [
        &["draw", "min(x1, x2)"][..],
        &["draw", "net.onnx", "--at", "3,-5", "--theme", "dark", "--opaque", "--zeros", "--title", "<min & \"max\">"],
        &["draw", "min(min(x1, x2), x3)", "--circuits"],
    ] {
        let mut all = arguments.to_vec();
        all.extend(["-o", "picture.svg"]);
        let outcome = folder.run(&all);
        assert_eq!(outcome.gives(0), "");
        assert_eq!(outcome.stderr, "picture written to picture.svg\n");
        let svg = folder.read("picture.svg");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        // Without -o the same goes to stdout, where that is no terminal.
        assert_eq!(folder.run(arguments).gives(0), svg);
    }
    folder.run(&["draw", "x1", "--terminal", "-o", "picture.txt"]).gives(0);
    assert!(folder.read("picture.txt").contains("+(x1)"));
    assert!(pellucid(&["draw", "x1"]).gives(0).starts_with("<svg"));
}

#[test]
fn cells_are_drawn_beside_their_lines() {
    let folder = Folder::new();
    let outcome = folder.run(&["cells", "max(x1, x2, 0)", "--svg", "cells.svg"]);
    assert_eq!(outcome.gives(0).lines().count(), 4);
    assert!(outcome.stderr.ends_with("picture written to cells.svg\n"), "{outcome:#?}");
    let svg = folder.read("cells.svg");
    assert!(svg.starts_with("<svg") && svg.matches("class=\"pl-cell ").count() == 4, "{svg}");
    let outcome = folder.run(&["cells", "max(x1, x2, 0)", "--svg", "counted.svg", "--count"]);
    assert_eq!(outcome.gives(0), "4 linear cells, 3 regions, 3 affine maps\n");
    assert_eq!(folder.read("counted.svg"), svg);
    // What cannot be drawn is said before any cell is.
    for (arguments, why) in [
        (["cells", "abs(x1)", "--svg", "no.svg"], "two inputs"),
        (["cells", "max(x1, x2, x3)", "--svg", "no.svg"], "two inputs"),
        (["cells", "min(x1, x2)", "--svg", "no.png"], ".svg"),
        (["cells", "min(x1, x2)", "--svg", "nowhere/no.svg"], "no folder"),
    ] {
        let outcome = folder.run(&arguments);
        assert!(outcome.is_refused().contains(why), "{outcome:#?}");
        assert_eq!(outcome.stdout, "");
    }
    assert!(!folder.path("no.svg").exists());
}

#[test]
fn reports_are_a_page_or_a_folder() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    let outcome = folder.run(&["decompile", "net.json", "--report", "page.html"]);
    assert!(outcome.gives(0).starts_with("computes min(x1, x2)"), "{outcome:#?}");
    assert_eq!(outcome.stderr, "report written to page.html\n");
    assert!(folder.read("page.html").contains("<math"));
    let outcome = folder.run(&["decompile", "net.json", "--report", "all/of/it", "--json"]);
    outcome.json();
    for name in ["index.html", "picture.svg", "answer.json", "formula.txt", "formula.tex"] {
        assert!(!folder.read(&format!("all/of/it/{name}")).is_empty(), "{name}");
    }
    folder.run(&["check", "all/of/it/certificate.json"]).gives(0);
    folder.write("taken", "");
    assert!(folder.run(&["decompile", "net.json", "--report", "taken"]).is_refused().contains("FILE.html or a folder"));
    folder.run(&["decompile", "net.json", "--report", "nowhere/page.html"]).is_refused();
}
