//! The answers as people read them.

use insta::assert_snapshot;

use crate::{Folder, pellucid};

#[test]
fn the_smallest_network_of_the_minimum() {
    assert_snapshot!(pellucid(&["compile", "min(x1, x2)"]).gives(0), @r"
    min(x1, x2) everywhere
      2-3-1, 3 hidden neurons: proved smallest

      min(x1, x2)      -1          1        -1
                        │          │         │
                   ╭─────────╮ ╭───────╮ ╭───────╮
                   │ x1 > x2 │ │ +(x1) │ │ -(x1) │
                   ╰─────────╯ ╰───────╯ ╰───────╯
                        │          │         │
               x1       1          1        -1
               x2      -1          ·         ·

      h1.1  x1 > x2 = relu(x1 - x2)
      h1.2  +(x1)   = relu(x1)
      h1.3  -(x1)   = relu(-x1)
      min(x1, x2)   = -h1.1 + h1.2 - h1.3

      minimum                 min(x1, x2)              h1.1 h1.2 h1.3
        identity              x1                       h1.2 h1.3

      equality    proved (4 linear cells)
      minimality  proved: its one kink hyperplane needs a neuron; what is left is
                  affine, and takes 2 neurons more however the hinges are turned
                  (with one hidden layer, no skip connections, biases allowed,
                  everywhere)
    ");
}

#[test]
fn a_function_may_begin_with_a_minus_sign() {
    let lines = |text: &str| text.lines().take(2).collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines(pellucid(&["compile", "-x1 + 2"]).gives(0)), @r"
    2 - x1 everywhere
      1-2-1, 2 hidden neurons: proved smallest
    ");
    pellucid(&["prove", "-x1", "0 - x1"]).gives(0);
}

#[test]
fn one_of_a_thing_is_singular() {
    let outcome = pellucid(&["compile", "relu(x1)"]);
    assert!(outcome.gives(0).contains("1-1-1, 1 hidden neuron: proved smallest"), "{outcome:#?}");
    let outcome = pellucid(&["compile", "3"]);
    assert!(
        outcome.gives(0).contains("0 hidden neurons") && outcome.stdout.contains("(1 linear cell)"),
        "{outcome:#?}"
    );
}

#[test]
fn what_is_too_wide_to_draw_is_listed_once() {
    let outcome = pellucid(&["compile", "abs(x1) + abs(x2) + abs(x3) + abs(x4) + abs(x5) + abs(x6)"]);
    assert_eq!(outcome.gives(0).matches("= relu(x6)").count(), 1, "{outcome:#?}");
}

#[test]
fn long_functions_do_not_flood_the_screen() {
    let text = vec!["x1"; 5_000].join(" + ");
    let outcome = pellucid(&["compile", &text]);
    assert!(outcome.gives(0).lines().all(|line| line.chars().count() < 200), "{outcome:#?}");
}

#[test]
fn proofs() {
    let told = |arguments: &[&str], status| {
        let mut all = vec!["prove"];
        all.extend(arguments);
        pellucid(&all).gives(status).to_string()
    };
    assert_snapshot!(told(&["max(x1, x2)", "x2 + relu(x1 - x2)"], 0), @"proved: max(x1, x2) equals x2 + relu(x1 - x2) everywhere (their canonical forms match)");
    assert_snapshot!(told(&["x1", "x1 + 1/3", "--on", "[0,1]", "--within", "1/2"], 0), @r"
    proved: x1 differs from x1 + 1/3 by at most 1/2 on [0, 1] (their difference has 1 linear cell)
    largest difference: 0.3333, exactly 1/3, at x1 = 0
    ");
    assert_snapshot!(told(&["max(x1, x2)", "x1"], 1), @r"
    refuted: they differ at x1 = -1, x2 = 0
      max(x1, x2) gives 0
      x1 gives -1
    the difference grows without bound from (-1, 0) along (-1, 0)
    ");
    assert_snapshot!(told(&["abs(x1)", "x1", "--on", "[-1,2]", "--within", "1"], 1), @r"
    refuted: they differ at x1 = -1
      abs(x1) gives 1
      x1 gives -1
    largest difference: 2, at x1 = -1
    ");
}

#[test]
fn names_say_which_input_is_which() {
    let outcome = pellucid(&["prove", "a - b", "b - a"]);
    assert!(outcome.gives(1).contains("they differ at a = 1, b = 0"), "{outcome:#?}");
    let folder = Folder::new();
    folder.run(&["compile", "p - q", "-o", "net.json"]).gives(0);
    folder.run(&["prove", "net.json", "-q + p"]).gives(0);
    folder.run(&["prove", "q - p", "net.json"]).gives(1);
    // Other names count by position.
    folder.run(&["prove", "net.json", "s - t", "--on", "s in [0,1], t in [0,2]"]).gives(0);
    folder.run(&["prove", "net.json", "p - q", "--on", "q in [0,1], p in [0,2]"]).gives(0);
}

#[test]
fn a_network_taken_apart() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "min.onnx"]).gives(0);
    assert_snapshot!(folder.run(&["decompile", "min.onnx"]).gives(0), @r"
    computes min(x1, x2) everywhere
      exactly (proved)

      min(x1, x2)      -1          1        -1
                        │          │         │
                   ╭─────────╮ ╭───────╮ ╭───────╮
                   │ x1 > x2 │ │ +(x1) │ │ -(x1) │
                   ╰─────────╯ ╰───────╯ ╰───────╯
                        │          │         │
               x1       1          1        -1
               x2      -1          ·         ·

      h1.1  x1 > x2        greaterness  scale 1        out -1
      h1.2  +(x1)          positiveness scale 1        out 1  carries
      h1.3  -(x1)          negativeness scale 1        out -1  carries

      minimum                 min(x1, x2)              h1.1 h1.2 h1.3
        identity              x1                       h1.2 h1.3
    ");
    let outcome = folder.run(&["decompile", "min.onnx", "--target", "-x1"]);
    assert!(outcome.gives(0).contains("off from -x1 without bound"), "{outcome:#?}");
    let outcome = folder.run(&["decompile", "min.onnx", "--target", "max(x1, x2)", "--on", "[0,1]^2"]);
    assert!(outcome.gives(0).contains("off from max(x1, x2) by at most 1 (proved), at "), "{outcome:#?}");
}

#[test]
fn a_picture_in_characters() {
    assert_snapshot!(pellucid(&["draw", "min(x1, x2)", "--terminal", "--at", "3, -5"]).gives(0), @r"
    min(x1, x2) = -5      -1          1         -1
                           │          │         │
                      ╭─────────╮ ╭───────╮ ╭────────╮
                      │ x1 > x2 │ │ +(x1) │ │ -(x1)  │
                      │  8 → 8  │ │ 3 → 3 │ │ -3 → 0 │
                      ╰─────────╯ ╰───────╯ ╰────────╯
                           │          │         │
              x1 = 3       1          1         -1
             x2 = -5      -1          ·          ·
    ");
}

#[test]
fn the_help() {
    assert_snapshot!(pellucid(&["--help"]).gives(0), @r"
    Mathematical circuits in ReLU networks: write a function and get the smallest
    network that computes it, with a proof; train networks and see which found it;
    take networks apart again

    Usage: pellucid <COMMAND>

    Commands:
      reproduce  Derive, prove, train and find again all that the seed did, with a
                 report
      compile    Function -> smallest network
      prove      Equal? Everywhere, on a box, or within a tolerance
      vnnlib     Decide a VNN-LIB property: sat or unsat, exactly
      cells      The linear cells, one JSON line each
      decompile  Network -> features -> circuits -> formula
      train      Train, and say which runs found the circuit
      survey     Many trainings: stored, resumable, summed up
      search     Look for a smaller circuit: train small networks, round, prove
      check      Check a proof independently
      library    The known circuits: their sizes, proofs, and what is made of what
      draw       A picture of a network or a function's circuit
      explore    The page in the browser, where circuits are written, played with,
                 trained and taken apart
      convert    Between network file formats
      help       Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Exit status: 0 yes, 1 a well-founded no, 2 bad input or usage, 3 gave up at a
    limit.

    Try: pellucid compile 'min(x1, x2)'
    ");
    for command in [
        "reproduce",
        "compile",
        "prove",
        "vnnlib",
        "cells",
        "decompile",
        "train",
        "survey",
        "search",
        "check",
        "library",
        "draw",
        "explore",
        "convert",
    ] {
        let outcome = pellucid(&[command, "--help"]);
        assert!(outcome.gives(0).starts_with(char::is_alphabetic), "{outcome:#?}");
    }
}

/// The examples in the help texts, typed as they stand there.
#[test]
fn the_examples_of_the_help_run() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    std::fs::copy(folder.path("net.json"), folder.path("net.pt")).unwrap();
    folder.run(&["compile", "min(x1, x2)", "-o", "min.onnx"]).gives(0);
    let train = ["train", "abs(x1)", "--layers", "1,2,1", "--seed", "1", "-o", "stuck.npz"];
    folder.run(&train).gives(0);
    let train = ["train", "min(x1, x2)", "--layers", "2,3,1", "--steps", "10000", "-o", "trained.safetensors"];
    folder.run(&train).gives(0);
    folder.write("points.csv", "x1,x2,y\n1,0,0\n");
    let formats = concat!(env!("CARGO_MANIFEST_DIR"), "/../pellucid-formats/tests");
    std::fs::copy(format!("{formats}/fixtures/turn.nnet"), folder.path("turn.nnet")).unwrap();
    std::fs::copy(format!("{formats}/properties/stay.vnnlib"), folder.path("stay.vnnlib")).unwrap();
    let mut n_examples = 0;
    for command in ["compile", "prove", "vnnlib", "decompile", "train", "library", "draw", "convert"] {
        let help = pellucid(&[command, "--help"]);
        for example in help.stdout.lines().filter_map(|line| line.strip_prefix("  pellucid ")) {
            let outcome = folder.run(&words(example).iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(outcome.status, 0, "{example}: {outcome:#?}");
            n_examples += 1;
        }
    }
    assert!(n_examples >= 19, "{n_examples}");
}

/// The words of a command line with single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        match i % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_string)),
            _ => words.push(part.to_string()),
        }
    }
    words
}

#[test]
fn colours_and_plain_terminals() {
    let folder = Folder::new();
    let plain = crate::outcome(folder.command(&["compile", "x1"]).env("TERM", "dumb"));
    assert!(plain.gives(0).contains("+-------+"), "{plain:#?}");
    let coloured = crate::outcome(folder.command(&["compile", "x1"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(!coloured.gives(0).contains('\x1b') && !coloured.stderr.contains('\x1b'), "{coloured:#?}");
}
