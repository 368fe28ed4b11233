//! `decompile` of many networks: a line for each, whatever becomes of them.

use super::*;

const ABS: &str = r#"{"pellucid": 1, "layers": [{"weights": [["1"], ["-1"]]}, {"weights": [["1", "1"]]}]}"#;
const MIN: &str = r#"{"pellucid": 1, "layers": [{"weights": [["1", "-1"], ["1", "0"], ["-1", "0"]]},
    {"weights": [["-1", "1", "-1"]]}]}"#;

fn lines(outcome: &Outcome) -> Vec<serde_json::Value> {
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

#[test]
fn each_has_a_line_in_order() {
    let folder = Folder::new();
    folder.write("b.json", ABS);
    folder.write("a.json", MIN);
    let told = folder.run(&["decompile", "b.json", "a.json", "--json"]);
    told.gives(0);
    let formulas: Vec<_> = lines(&told).iter().map(|line| (line["path"].clone(), line["formula"].clone())).collect();
    assert_eq!(formulas, [("b.json".into(), "abs(x1)".into()), ("a.json".into(), "min(x1, x2)".into())]);
    // But for the path a line is what is told of the network alone.
    let mut line = lines(&told)[1].clone();
    line.as_object_mut().unwrap().remove("path");
    assert_eq!(line, folder.run(&["decompile", "a.json", "--json"]).json());
}

#[test]
fn folders_are_gone_through_and_failures_are_told_in_their_place() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("nets")).unwrap();
    folder.write("nets/2.json", ABS);
    folder.write("nets/1.json", "{");
    folder.write("nets/notes.txt", "not a network's name");
    let told = folder.run(&["decompile", "nets", "missing.onnx", "--json"]);
    told.gives(2);
    let lines = lines(&told);
    assert_eq!(lines.len(), 3, "{told:#?}");
    assert!(lines[0]["error"].as_str().unwrap().starts_with("cannot read nets/1.json"), "{told:#?}");
    assert_eq!(lines[1]["formula"], "abs(x1)");
    assert_eq!(lines[2]["error"], "there is no file missing.onnx");
    let told = folder.run(&["decompile", "nets"]);
    assert!(told.gives(2).ends_with("\n2 networks: 1 explained, 1 failed\n"), "{told:#?}");
}

#[test]
fn what_is_for_one_network_is_refused() {
    let folder = Folder::new();
    folder.write("a.json", ABS);
    std::fs::create_dir(folder.path("empty")).unwrap();
    let refused = folder.run(&["decompile", "a.json", "a.json", "-o", "small.json", "--data", "points.csv"]);
    assert_eq!(refused.is_refused(), "pellucid: of one network alone can be given: --output, --data\n");
    assert!(
        folder
            .run(&["decompile", "empty"])
            .is_refused()
            .contains("cannot read empty: it is a folder without network files")
    );
}

#[test]
fn the_status_is_that_of_the_worst() {
    let folder = Folder::new();
    // A kink in the middle of nowhere, which no short formula of the tolerance explains.
    folder.write(
        "hard.json",
        r#"{"pellucid": 1, "layers": [{"weights": [[0.8374529, 0.3487213], [0.2348723, -0.9873241],
        [-0.5123987, 0.4571239]], "biases": [0.0847, -0.1247, 0.3489]}, {"weights": [[0.7234, -0.3487, 0.9127]]}]}"#,
    );
    folder.write("abs.json", ABS);
    let told = folder.run(&["decompile", "abs.json", "hard.json", "--tolerance", "1e-6", "--json"]);
    told.gives(1);
    let explained: Vec<_> = lines(&told).iter().map(|line| line["explained"].clone()).collect();
    assert_eq!(explained, [true, false]);
}
