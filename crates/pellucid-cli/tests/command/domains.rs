//! `--on` and `--where`: polyhedra and finitely many points.

use insta::assert_snapshot;

use crate::{Folder, pellucid};

#[test]
fn where_inputs_are_ordered() {
    assert_snapshot!(pellucid(&["prove", "min(a, b)", "a + 0*b", "--where", "a <= b"]).gives(0), @"proved: min(a, b) equals a where -a + b >= 0 (their difference has 1 linear cell)");
    let both = ["prove", "max(x1, x2)", "x1", "--on", "[-1,1]^2", "--where", "x1 >= x2", "--where", "x1 <= 0"];
    assert_snapshot!(pellucid(&both).gives(0), @"proved: max(x1, x2) equals x1 on [-1, 1]^2 where x1 - x2 >= 0 and -x1 >= 0 (their difference has 1 linear cell)");
    assert_snapshot!(pellucid(&["prove", "max(x1, x2)", "x1", "--where", "x1 >= x2 - 1"]).gives(1), @r"
    refuted: they differ at x1 = -1, x2 = 0
      max(x1, x2) gives 0
      x1 gives -1
    largest difference: 1, at x1 = -1, x2 = 0
    ");
    let cells = pellucid(&["cells", "abs(x1) + abs(x2)", "--where", "x1 >= x2", "--count"]);
    assert_snapshot!(cells.gives(0), @"3 linear cells, 3 regions, 3 affine maps");
}

#[test]
fn at_finitely_many_points() {
    let and = ["prove", "min(x1, x2)", "relu(x1 + x2 - 1)", "--on"];
    let on = |domain: &str| pellucid(&[&and[..], &[domain]].concat());
    assert_snapshot!(on("{0,1}^2").gives(0), @"proved: min(x1, x2) equals relu(x1 + x2 - 1) on {0, 1}^2 (at each of 4 points)");
    on("[0,1]^2").gives(1);
    on("x1 in {0,1}, x2 in {0,1}").gives(0);
    on("x1 in {0..9}, x2 in {0,1}").gives(1);
    on("{0..9}^2 where x1 + x2 < 3 and x1 != 1").is_refused();
}

#[test]
fn proofs_on_other_domains_are_checked_by_others() {
    let folder = Folder::new();
    for (right, options) in [
        ("a", &["--where", "a <= b"][..]),
        ("a", &["--on", "{0..9}^2", "--where", "a < b"]),
        ("b - relu(b - a)", &["--where", "a <= b"]),
        ("relu(a + b - 1)", &["--on", "{0,1}^2"]),
    ] {
        folder.run(&[&["prove", "min(a, b)", right, "--certificate", "proof.json"][..], options].concat()).gives(0);
        folder.run(&["check", "proof.json"]).gives(0);
        // The same proof for all of the plane.
        let proof = folder.read("proof.json");
        let start = proof.find(r#""domain":""#).unwrap() + 10;
        let end = start + proof[start..].find('"').unwrap();
        let everywhere = format!("{}everywhere{}", &proof[..start], &proof[end..]);
        folder.write("proof.json", everywhere);
        let checked = folder.run(&["check", "proof.json"]);
        // Only what holds there too may pass.
        let holds = folder.run(&["prove", "min(a, b)", right]).status == 0;
        assert!(checked.status == 1 || holds, "{checked:#?}");
    }
}

#[test]
fn json_says_the_domain_as_it_can_be_given_again() {
    let options = ["--on", "{0..9}^2", "--where", "a <= b", "--json"];
    let outcome = pellucid(&[&["prove", "min(a, b)", "a + 0*b"][..], &options].concat());
    let answer = outcome.json();
    assert_eq!(answer["domain"], "{0..9}^2 where -a + b >= 0");
    assert_eq!(answer["cells"], serde_json::Value::Null);
    let again = ["prove", "min(a, b)", "a + 0*b", "--on", answer["domain"].as_str().unwrap(), "--json"];
    let mut again = pellucid(&again).json();
    again["seconds"] = answer["seconds"].clone();
    assert_eq!(again, answer);
}

#[test]
fn all_that_is_wrong_with_a_domain_is_told_at_once() {
    let options = ["--on", "{0,1}^2 x", "--where", "x1 + x2 <", "--where", "x1 < x2 and x1*x2 >= 0"];
    assert_snapshot!(pellucid(&[&["prove", "min(x1, x2)", "x1"][..], &options].concat()).is_refused(), @r"
    pellucid: cannot read the domain
      {0,1}^2 x
      ^^^^^^^^^ the domain ends where an interval should follow
    cannot read the condition
      x1 + x2 <
               ^ a side of the comparison is missing
    cannot read the condition
      x1 < x2 and x1*x2 >= 0
                  ^^^^^ a product of inputs is not piecewise linear, so no ReLU network computes it exactly
                  help: multiply by constants only
    ");
    let empty = ["--on", "[0,1]^2", "--where", "x1 + x2 >= 3"];
    assert_snapshot!(pellucid(&[&["prove", "x1 + x2", "x1 + x2"][..], &empty].concat()).is_refused(), @"pellucid: the domain [0, 1]^2 where x1 + x2 - 3 >= 0 is empty: 1/3*(1 - x1) + 1/3*(1 - x2) + 1/3*(x1 + x2 - 3) = -1/3, yet each part must be at least 0");
}

#[test]
fn commands_that_need_a_box_say_so() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    for command in [
        ["compile", "min(x1, x2)"],
        ["draw", "min(x1, x2)"],
        ["draw", "net.json"],
        ["decompile", "net.json"],
        ["train", "min(x1, x2)"],
    ] {
        let outcome = folder.run(&[&command[..], &["--on", "[0,1]^2 where x1 >= x2"]].concat());
        assert!(outcome.is_refused().contains(" a box"), "{outcome:#?}");
    }
    let outcome = pellucid(&["train", "min(x1, x2)", "--on", "{0,1}^2"]);
    assert!(outcome.is_refused().contains(" a box"), "{outcome:#?}");
    assert!(pellucid(&["cells", "relu(x1)", "--on", "{0,1}"]).is_refused().contains("finitely many points"));
}

#[test]
fn too_many_points_are_given_up() {
    let left = format!("min(x1, x2) + 0*{}", "x40");
    let many = ["prove", &left, "relu(x1 + x2 - 1) + 0*x40", "--on", "{0,1}^40"];
    let outcome = pellucid(&many);
    assert!(outcome.status == 3 && outcome.stderr.contains("one by one"), "{outcome:#?}");
    let few =
        ["prove", "min(x1, x2)", "relu(x1 + x2 - 1)", "--on", "{0..255}^2 where x1 + x2 <= 1", "--max-cells", "5"];
    let outcome = pellucid(&few);
    assert!(outcome.status == 3 && outcome.stderr.contains("raise --max-cells"), "{outcome:#?}");
}

#[test]
fn functions_of_bits_are_compiled_at_their_points() {
    let folder = Folder::new();
    let parity = "parity(x1, x2, x3, x4)";
    let on = ["--on", "{0,1}^4"];
    let compiled =
        folder.run(&[&["compile", parity, "-o", "net.json", "--certificate", "proof.json"][..], &on].concat());
    assert_snapshot!(compiled.gives(0), @r"
    parity(x1, x2, x3, x4) on {0, 1}^4
      4-3-1, 3 hidden neurons: proved smallest

      parity(x1, x2, x3, x4)     -1        2       -2  + 6
                                 │        │        │
                              ╭──────╮ ╭──────╮ ╭──────╮
                              │ h1.1 │ │ h1.2 │ │ h1.3 │
                              ╰──────╯ ╰──────╯ ╰──────╯
                                 │        │        │
                          x1      3        1       -1
                          x2      3        1       -1
                          x3      3        1       -1
                          x4      3        1       -1
                        bias     -2       -2        3

      h1.1                   = relu(3*x1 + 3*x2 + 3*x3 + 3*x4 - 2)
      h1.2                   = relu(x1 + x2 + x3 + x4 - 2)
      h1.3                   = relu(-x1 - x2 - x3 - x4 + 3)
      parity(x1, x2, x3, x4) = -h1.1 + 2*h1.2 - 2*h1.3 + 6

      parity                  parity(x1, x2, x3, x4)   

      equality    proved (16 points)
      minimality  proved: no network with 2 hidden neurons has its values at 8
                  points (at any depth, no skip connections, biases allowed, on {0,
                  1}^4)
    ");
    for proof in ["proof.json", "proof.any-depth.json"] {
        folder.run(&["check", proof]).gives(0);
    }
    folder.run(&[&["prove", "net.json", parity][..], &on].concat()).gives(0);
    // Between the points it is another function.
    folder.run(&["prove", "net.json", parity, "--on", "[0,1]^4"]).gives(1);
    let decompiled = folder.run(&["decompile", "net.json"]);
    let told = decompiled.gives(0);
    assert!(told.starts_with("computes xor(x1, x2, x3, x4) on {0, 1}^4\n  exactly (proved)\n"), "{told}");
    assert!(told.ends_with("equals parity(x1, x2, x3, x4) exactly (proved)\n"), "{told}");
    let other = folder.run(&["decompile", "net.json", "--target", "xor(x1, x2)"]);
    assert!(other.gives(0).contains("by at most 1 (proved), at x1 = 0"), "{other:#?}");
    let drawn = folder.run(&[&["draw", parity, "-o", "net.svg"][..], &on].concat());
    drawn.gives(0);
}

#[test]
fn json_has_the_same_keys_at_points() {
    let answer = pellucid(&["compile", "xor(x1, x2)", "--on", "{0,1}^2", "--json"]).json();
    assert_eq!(answer["widths"], serde_json::json!([2]));
    assert_eq!(answer["equality"], serde_json::json!({"verdict": "proved", "cells": 4}));
    assert_eq!(answer["minimality"]["verdict"], "proved");
    assert_eq!(answer["minimality"]["lower_bound"], 2);
    assert_eq!(answer["circuits"][0]["name"], "exclusive or");
    let folder = Folder::new();
    folder.run(&["compile", "xor(x1, x2)", "--on", "{0,1}^2", "-o", "net.json"]).gives(0);
    let answer = folder.run(&["decompile", "net.json", "--json"]).json();
    assert_eq!(answer["formula"], "xor(x1, x2)");
    assert_eq!(answer["max_deviation"], "0");
    assert_eq!(answer["domain"], "{0, 1}^2");
}
