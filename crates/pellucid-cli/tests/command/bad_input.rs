//! Whatever is typed: status 2, a message on stderr that says what is wrong and where, no panic.

use crate::{Folder, outcome, pellucid};

/// A function that cannot be read is underlined.
#[test]
fn functions() {
    let nested = format!("{}x1{}", "(".repeat(10_000), ")".repeat(10_000));
    let cases = [
        ("foo(x1)", "unknown function `foo`"),
        ("min(x1, x2", "is missing"),
        ("min(x1, x2))", "closes nothing"),
        ("x1/0", "division by zero"),
        ("x1*x2", "product of inputs"),
        ("1/x1", "division by an input"),
        ("x1^2", "power of an input"),
        ("step(x)", "jumps"),
        ("", "empty"),
        ("x1 +", "ends where a value"),
        ("2 x1", "operator is missing"),
        ("1e99999", "1e99999"),
        ("x99999999999", "inputs"),
        ("x1 $ x2", "unexpected character"),
        ("clamp(x1)", "clamp"),
        ("a + x1", "position"),
        (&nested, "nested deeper"),
    ];
    for (text, expected) in cases {
        for command in [&["compile", text][..], &["prove", "x1", text], &["train", text], &["draw", text]] {
            let outcome = pellucid(command);
            let message = outcome.is_refused();
            assert!(message.contains(expected) && message.contains('^'), "{message}");
            assert!(message.lines().all(|line| line.chars().count() < 200), "{message}");
        }
    }
}

#[test]
fn domains() {
    let cases = [
        ("[1,-1]", "empty"),
        ("[1,1]", "single point"),
        ("[0,1]^3", "3 sides"),
        ("[0,1]^0", "power"),
        ("[0,1]^99999999999999999999", "power"),
        ("", "empty"),
        ("{0,1}", "1 side"),
        ("{0,1}^2 where", "condition is missing"),
        ("[0,1]^2 where x1 >= y", "`y` is not an input"),
        ("[0,1", "interval"),
        ("[0,inf]", "not a number"),
        ("y in [0,1]", "not an input"),
        ("x1 in [0,1]", "x2"),
        ("x1 in [0,1], x1 in [0,1]", "twice"),
    ];
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    for (on, expected) in cases {
        for command in [
            &["compile", "min(x1, x2)", "--on", on][..],
            &["prove", "net.json", "min(x1, x2)", "--on", on],
            &["decompile", "net.json", "--on", on],
            &["train", "min(x1, x2)", "--on", on],
            &["draw", "net.json", "--on", on],
        ] {
            let outcome = folder.run(command);
            let message = outcome.is_refused();
            assert!(message.contains(expected) && message.contains('^'), "{message}");
        }
    }
    let outcome = pellucid(&["train", "x1", "--on", "everywhere"]);
    assert!(outcome.is_refused().contains("needs a box"), "{outcome:#?}");
}

#[test]
fn arguments() {
    let cases: &[(&[&str], &str)] = &[
        (&["nosuch"], "unrecognized subcommand"),
        (&["compile"], "required"),
        (&["compile", "--jsn", "x1"], "no option --jsn"),
        (&["compile", "x1", "x2"], "unexpected argument"),
        (&["compile", "a", "--inputs", "a,a"], "given twice"),
        (&["compile", "a", "--inputs", "a,b c"], "not a name"),
        (&["compile", "a", "--inputs", ""], "not a name"),
        (&["compile", "a", "--inputs", "b"], "not an input"),
        (&["compile", "x1", "--timeout", "-1"], "above 0"),
        (&["compile", "x1", "--timeout", "nan"], "above 0"),
        (&["compile", "x1", "--max-cells", "0"], "from 1"),
        (&["compile", "x1", "--max-cells", "-1"], "from 1"),
        (&["compile", "x1 + 1", "--no-bias"], "bias"),
        (&["prove", "x1"], "required"),
        (&["prove", "x1", "x1", "--within", "-1"], "negative"),
        (&["prove", "x1", "x1", "--within", "little"], "not a number"),
        (&["prove", "x1", "(x1, x2)"], "outputs"),
        (&["draw", "min(x1, x2)", "--at", "1"], "1 value"),
        (&["draw", "min(x1, x2)", "--at", "1,2,3"], "3 values"),
        (&["draw", "min(x1, x2)", "--at", "a,b"], "not a number"),
        (&["draw", "min(x1, x2)", "--at", "1/0,0"], "`1/0`"),
        (&["convert", "a.json"], "required"),
        (&["train", "x1", "--seeds", "5..5"], "left out"),
        (&["train", "x1", "--seeds", "5"], "range"),
        (&["train", "x1", "--seeds", "5..", "--json"], "range"),
        (&["train", "x1", "--seed", "-1"], "whole number"),
        (&["train", "x1", "--seed", "18446744073709551615"], "whole number"),
        (&["train", "x1", "--seed", "1", "--seeds", "0..2"], "cannot be used with"),
        (&["train", "x1", "--steps", "-1"], "whole number"),
        (&["train", "x1", "--batch", "0"], "at least 1 sample"),
        (&["train", "x1", "--batch", "99999999999999"], "too large"),
        (&["train", "x1", "--lr", "nan"], "positive"),
        (&["train", "x1", "--lr", "-1"], "positive"),
        (&["train", "x1", "--lr", "inf"], "positive"),
        (&["train", "x1", "--every", "0"], "every"),
        (&["train", "x1", "--layers", "1"], "at least an input and an output"),
        (&["train", "x1", "--layers", "a"], "whole number"),
        (&["train", "x1", "--layers", "1,0,1"], "without neurons"),
        (&["train", "x1", "--layers", "1,2,2"], "ends with 2"),
        (&["train", "min(x1, x2)", "--layers", "1,2,1"], "begins with 1"),
        (&["train", "x1", "--layers", "1,10000000000000,1"], "too large"),
        (&["train", "3"], "give --layers"),
    ];
    assert!(pellucid(&[]).gives(2).is_empty());
    for (arguments, expected) in cases {
        let outcome = pellucid(arguments);
        assert!(outcome.is_refused().contains(expected), "{arguments:?}: {outcome:#?}");
    }
}

#[test]
fn network_files() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    for name in ["net.onnx", "net.safetensors", "net.npz"] {
        folder.run(&["convert", "net.json", name]).gives(0);
        let bytes = std::fs::read(folder.path(name)).unwrap();
        folder.write(&format!("cut.{name}"), &bytes[..bytes.len() / 2]);
    }
    folder.write("cut.json", &folder.read("net.json")[..100]);
    folder.write("empty.json", "");
    folder.write("other.json", r#"{"hello": [1, 2]}"#);
    folder.write("nan.json", r#"{"pellucid": 1, "layers": [{"weights": [["nan"]]}]}"#);
    folder.write("inf.json", r#"{"pellucid": 1, "layers": [{"weights": [[1]], "biases": ["-Infinity"]}]}"#);
    folder.write("ragged.json", r#"{"pellucid": 1, "layers": [{"weights": [[1, 2], [3]]}]}"#);
    folder.write("bytes.onnx", [0xff, 0xfe, 0x00]);
    std::fs::create_dir(folder.path("folder")).unwrap();
    let cases = [
        ("missing.json", "there is no file missing.json"),
        ("./missing", "there is no file ./missing"),
        ("./folder", "it is a folder"),
        ("cut.net.onnx", "cut short"),
        ("cut.net.safetensors", "cut short"),
        ("cut.net.npz", "cut short"),
        ("cut.json", "not valid JSON"),
        ("empty.json", "empty"),
        ("other.json", "not a network"),
        ("nan.json", "finite"),
        ("inf.json", "finite"),
        ("ragged.json", "row 2"),
        ("bytes.onnx", "not recognised"),
    ];
    for (name, expected) in cases {
        for command in [
            &["decompile", name][..],
            &["prove", name, "x1"],
            &["prove", "x1", name],
            &["draw", name],
            &["convert", name, "out.json"],
        ] {
            let outcome = folder.run(command);
            assert!(outcome.is_refused().contains(expected), "{command:?}: {outcome:#?}");
        }
    }
    assert!(!folder.names().contains(&"out.json".to_string()));
}

#[test]
fn networks_of_another_width() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "-o", "net.json"]).gives(0);
    let cases: &[(&[&str], &str)] = &[
        (&["prove", "net.json", "max(x1, x2, x3)"], "has 2 inputs"),
        (&["prove", "net.json", "a"], "has 2 inputs"),
        (&["prove", "net.json", "(x1, x2)"], "outputs"),
        (&["decompile", "net.json", "--target", "x3"], "has 3 inputs"),
        (&["decompile", "net.json", "--target", "(x1, x2)"], "has 2 outputs"),
        (&["decompile", "net.json", "--target", "foo(x1)"], "unknown function"),
        (&["decompile", "net.json", "--inputs", "a"], "for 2 inputs"),
        (&["decompile", "net.json", "--inputs", "a,a"], "given twice"),
        (&["decompile", "net.json", "--tolerance", "-1"], "negative"),
        (&["draw", "net.json", "--at", "1,2,3"], "3 values"),
        (&["draw", "net.json", "--circuits"], "--circuits draws functions"),
    ];
    for (arguments, expected) in cases {
        let outcome = folder.run(arguments);
        assert!(outcome.is_refused().contains(expected), "{arguments:?}: {outcome:#?}");
    }
    // A function of fewer inputs is one that does not look at the others.
    folder.run(&["prove", "net.json", "x2"]).gives(1);
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new();
    folder.run(&["compile", "x1", "-o", "net.json"]).gives(0);
    std::fs::create_dir(folder.path("folder.json")).unwrap();
    let before = folder.names();
    let cases: &[(&[&str], &str)] = &[
        (&["compile", "x1", "-o", "net.xyz"], ".xyz is not a format"),
        (&["compile", "x1", "-o", "net"], "no extension"),
        (&["compile", "x1", "-o", "."], "no extension"),
        (&["compile", "x1", "-o", "folder.json"], "is a folder"),
        (&["compile", "x1", "-o", "no/such/net.json"], "there is no folder no/such"),
        (&["compile", "x1/3", "-o", "third.onnx"], "rounded"),
        (&["compile", "x1", "--certificate", "no/such/proof"], "there is no folder"),
        (&["prove", "x1", "x1", "--certificate", "folder.json"], "is a folder"),
        (&["decompile", "net.json", "-o", "net.xyz"], ".xyz"),
        (&["decompile", "net.json", "--certificate", "no/such/proof"], "there is no folder"),
        (&["train", "x1", "-o", "net.xyz", "--steps", "1"], ".xyz"),
        (&["train", "x1", "-o", "no/such/net.json", "--steps", "1"], "there is no folder"),
        (&["draw", "x1", "-o", "."], "is a folder"),
        (&["draw", "x1", "-o", "x.png"], "written as .svg"),
        (&["draw", "x1", "-o", "no/such/x.svg"], "there is no folder"),
        (&["convert", "net.json", "net.pt"], "PyTorch"),
        (&["convert", "net.json", "net.xyz"], ".xyz"),
        (&["convert", "net.json", "no/such/net.json"], "there is no folder"),
    ];
    for (arguments, expected) in cases {
        let outcome = folder.run(arguments);
        assert!(outcome.is_refused().contains(expected), "{arguments:?}: {outcome:#?}");
    }
    assert_eq!(folder.names(), before, "nothing is left behind");
}

#[test]
fn certificates() {
    let folder = Folder::new();
    folder.run(&["compile", "x1", "-o", "net.json"]).gives(0);
    folder.write("empty", "");
    folder.write("object", "{}");
    folder.write("bytes", [0xff, 0x00, 0xfe]);
    folder.write("deep", "[".repeat(200_000));
    folder.write("deeper", format!("{{\"pellucid_certificate\":1,\"claim\":{}", "{\"within\":".repeat(100_000)));
    let cases = [
        ("missing", "there is no file"),
        (".", "is a folder"),
        ("empty", "is empty"),
        ("object", "not a certificate"),
        ("net.json", "not a certificate"),
        ("bytes", "not text"),
        ("deep", "not a certificate"),
        ("deeper", "not a certificate"),
    ];
    for (name, expected) in cases {
        let outcome = folder.run(&["check", name]);
        assert!(outcome.is_refused().contains(expected), "{name}: {outcome:#?}");
    }
    // This one is a certificate, and its claim says nothing.
    let x = r#"{"function": {"inputs": ["x"], "text": "x"}}"#;
    folder.write(
        "wide",
        format!(
            r#"{{"pellucid_certificate": 2, "claim": {{"within": {{"left": {x}, "right": {x}, "domain": "[0,1]^4000",
            "bound": "0"}}}}, "proof": {{"within": "canonical_forms"}}}}"#
        ),
    );
    assert!(folder.run(&["check", "wide"]).gives(1).starts_with("rejected: "));
}

/// Names from files and arguments cannot steer the terminal.
#[test]
fn control_characters() {
    let folder = Folder::new();
    folder.write("net.json", "{\"pellucid\": 1, \"inputs\": [\"\\u001b[31m\"], \"layers\": [{\"weights\": [[1]]}]}");
    for arguments in [
        &["decompile", "net.json"][..],
        &["draw", "net.json", "--terminal"],
        &["prove", "net.json", "x1"],
        &["compile", "x1 \x1b[31m"],
        &["decompile", "\x1b[31m"],
    ] {
        let outcome = folder.run(arguments);
        assert!(!outcome.stdout.contains('\x1b') && !outcome.stderr.contains('\x1b'), "{outcome:#?}");
        assert!(!outcome.stderr.contains("panicked"), "{outcome:#?}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let odd = OsStr::from_bytes(b"\xff\xfe.json");
    for command in ["compile", "prove", "decompile", "train", "check", "draw", "convert"] {
        outcome(folder.command(&[command]).arg(odd)).is_refused();
    }
    // A file may be called so.
    folder.run(&["compile", "x1", "-o", "net.json"]).gives(0);
    outcome(folder.command(&["convert", "net.json"]).arg(odd)).gives(0);
    outcome(folder.command(&["decompile"]).arg(odd)).gives(0);
}
