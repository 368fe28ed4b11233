//! The library and disguises, from the command line.

use insta::assert_snapshot;

use crate::{Folder, pellucid};

#[test]
fn a_part_of_the_table() {
    let outcome = pellucid(&["library", "--like", "norm of"]);
    let table = outcome.gives(0).split("\n\n").next().unwrap();
    assert_snapshot!(table, @r"
    name                      function                               everywhere                   on its box or points
    l1-norm-of-two            abs(x1) + abs(x2)                      4 proved                     3 proved
    l1-norm-of-three          abs(x1) + abs(x2) + abs(x3)            5 proved                     4 proved
    l1-norm-of-four           abs(x1) + abs(x2) + abs(x3) + abs(x4)  6 proved                     5 proved
    l-infinity-norm-of-two    max(abs(x1), abs(x2))                  4 proved                     3 proved
    l-infinity-norm-of-three  max(abs(x1), abs(x2), abs(x3))         8 = 6+2, at least 5          7 = 5+2, at least 5
    manhattan-distance        abs(x1 - x3) + abs(x2 - x4)            4 proved                     3 proved
    chebyshev-distance        max(abs(x1 - x3), abs(x2 - x4))        4 proved                     3 proved
    ");
}

#[test]
fn a_page() {
    let folder = Folder::new();
    let outcome = folder.run(&["library", "absolute-value", "-o", "abs.html", "--out", "all"]);
    let (page, uses) = outcome.gives(0).split_once("\n\na part of").unwrap();
    assert!(uses.contains("l1-norm-of-two"), "{uses}");
    assert_snapshot!(page, @r"
    Absolute value
      Detectors of both sides, added. Source: Osier, Mathematical Circuits in Neural
      Nets.
      also called  abs

    abs(x1) everywhere
      1-2-1, 2 hidden neurons: proved smallest

      abs(x1)      1         1
                   │         │
               ╭───────╮ ╭───────╮
               │ +(x1) │ │ -(x1) │
               ╰───────╯ ╰───────╯
                   │         │
           x1      1        -1

      h1.1  +(x1) = relu(x1)
      h1.2  -(x1) = relu(-x1)
      abs(x1)     = h1.1 + h1.2

      absolute value          abs(x1)                  h1.1 h1.2

      equality    proved (2 linear cells)
      minimality  proved: its one kink hyperplane needs a neuron; what is left is
                  affine, and takes 1 neuron more however the hinges are turned
                  (with one hidden layer, no skip connections, biases allowed,
                  everywhere)

    abs(x1) on [-2, 2]
      1-2-1, 2 hidden neurons: proved smallest

      abs(x1)      2           -1  + 2
                   │            │
               ╭───────╮ ╭─────────────╮
               │ +(x1) │ │   x1 + 2    │
               │       │ │ (always on) │
               ╰───────╯ ╰─────────────╯
                   │            │
           x1      1            1
         bias      ·            2

      h1.1  +(x1)  = relu(x1)
      h1.2  x1 + 2 = relu(x1 + 2)  (always on)
      abs(x1)      = 2*h1.1 - h1.2 + 2

      absolute value          abs(x1)                  h1.1 h1.2
        always-on carrier     -x1 - 2                  h1.2

      equality    proved (2 linear cells)
      minimality  proved: its one kink hyperplane needs a neuron; what is left is
                  affine, and takes 1 neuron more however the hinges are turned
                  (with one hidden layer, no skip connections, biases allowed, on
                  [-2, 2])
    ");
    assert!(folder.read("abs.html").starts_with("<!DOCTYPE html>"));
    for proof in ["all/everywhere.proof.json", "all/box.proof.json", "all/everywhere.any-depth.json"] {
        folder.run(&["check", proof]).gives(0);
    }
    folder.run(&["prove", "all/everywhere.json", "abs(x1)"]).gives(0);
    let answer = folder.run(&["library", "minimum-of-four", "--json"]).json();
    assert_eq!(answer["on"][1]["widths"], serde_json::json!([4, 2]));
    assert_eq!(answer["made_of"], serde_json::json!(["minimum"]));
}

#[test]
fn names_that_are_not_there() {
    let outcome = pellucid(&["library", "minimun"]);
    assert!(outcome.is_refused().contains("near: minimum"), "{outcome:#?}");
    let outcome = pellucid(&["library", "--like", "no such thing"]);
    assert!(outcome.is_refused().contains("near: "), "{outcome:#?}");
    let outcome = pellucid(&["library", "--graph", "graph.png"]);
    assert!(outcome.is_refused().contains(".svg, .json or .dot"), "{outcome:#?}");
}

#[test]
fn the_graph_in_three_formats() {
    let folder = Folder::new();
    for name in ["graph.svg", "graph.json", "graph.dot"] {
        folder.run(&["library", "--like", "absolute", "--graph", name]).gives(0);
    }
    assert!(folder.read("graph.svg").contains("l1-norm-of-two is a part of l1-norm-of-three"));
    assert!(folder.read("graph.dot").starts_with("digraph"));
    let graph: serde_json::Value = serde_json::from_str(&folder.read("graph.json")).unwrap();
    let uses = graph["uses"].as_array().unwrap();
    assert!(uses.iter().any(|u| u["part"] == "absolute-value" && u["neurons_found"] == 2), "{uses:?}");
}

#[test]
fn a_disguise_and_its_labels() {
    let folder = Folder::new();
    let arguments = ["compile", "min(x1, x2)", "--disguise", "7", "-o", "hidden.onnx", "--certificate", "proof.json"];
    assert_snapshot!(folder.run(&arguments).gives(0), @r"
    min(x1, x2) everywhere, in disguise (seed 7)
      2-6-1, 6 hidden neurons instead of 2-3-1, 3 hidden neurons
      neurons     2 of the original's, turned around, 4 that carry values
      equality    proved (their canonical forms match)
    ");
    folder.run(&["prove", "hidden.onnx", "min(x1, x2)"]).gives(0);
    folder.run(&["check", "proof.json"]).gives(0);
    let labels: serde_json::Value = serde_json::from_str(&folder.read("hidden.labels.json")).unwrap();
    assert_eq!(labels["function"], "min(x1, x2)");
    assert_eq!(labels["equality"]["verdict"], "proved");
    // The same seed again, on paper; another one, wider and deeper.
    let again = folder.run(&["compile", "min(x1, x2)", "--disguise", "7", "--json", "--labels", "labels.json"]).json();
    assert_eq!(again, labels);
    assert_eq!(folder.read("labels.json"), folder.read("hidden.labels.json"));
    let wide = ["compile", "min(x1, x2)", "--disguise", "8", "--disguise-width", "5/2", "--disguise-layers", "2"];
    assert!(folder.run(&wide).gives(0).contains("that pass on"));
    let points = ["compile", "xor(x1, x2)", "--on", "{0,1}^2", "--disguise", "8"];
    assert!(folder.run(&points).gives(0).contains("equality    proved (at each of 4 points)"));
    // One file cannot hold both the network and its labels.
    let both = ["compile", "min(x1, x2)", "--disguise", "7", "-o", "both.json", "--labels", "both.json"];
    assert!(folder.run(&both).is_refused().contains("something else goes there"));
    let explained = ["compile", "min(x1, x2)", "--disguise", "7", "--explain"];
    assert!(folder.run(&explained).is_refused().contains("the proof of the plain network"));
    let refused = folder.run(&["compile", "x1", "--disguise", "1", "--disguise-width", "1/2"]);
    assert!(refused.is_refused().contains("1 to 100 times as wide"), "{refused:#?}");
    assert!(folder.run(&["compile", "x1", "--disguise-width", "3"]).is_refused().contains("--disguise"));
}

#[test]
fn a_suite() {
    let folder = Folder::new();
    let outcome = folder.run(&["library", "--like", "leaky", "--suite", "suite", "--seed", "3"]);
    assert!(outcome.gives(0).contains("8 networks written to suite/"), "{outcome:#?}");
    let index: serde_json::Value = serde_json::from_str(&folder.read("suite/index.json")).unwrap();
    let networks = index["networks"].as_array().unwrap();
    assert_eq!(networks.len(), 8);
    for network in networks {
        let path = format!("suite/{}", network["onnx"].as_str().unwrap());
        let mut prove = vec!["prove", path.as_str(), "max(x1, 1/8*x1)"];
        if network["domain"] != "everywhere" {
            prove.extend(["--on", "[-2,2]"]);
        }
        folder.run(&prove).gives(0);
    }
    assert!(folder.read("suite/README.md").contains("How a tool can be scored"));
    let outcome = folder.run(&["library", "--like", "leaky", "--suite", "suite"]);
    assert!(outcome.is_refused().contains("not empty"), "{outcome:#?}");
}
