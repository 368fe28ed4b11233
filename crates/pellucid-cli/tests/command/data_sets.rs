//! `decompile --data`: the deviation on a data set.

use super::*;

/// x1 - x2 where that is below 7/4, and 7/4 where it is above: off from x1 - x2 in a corner.
const CLIPPED: &str = r#"{"pellucid": 1, "layers": [{"weights": [["-1", "1"]], "biases": ["7/4"]},
    {"weights": [["-1"]], "biases": ["7/4"]}]}"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("net.json", CLIPPED);
    folder
}

fn on_data(folder: &Folder, arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["decompile", "net.json", "--json", "--tolerance", "1", "--data"];
    all.extend(arguments);
    let outcome = folder.run(&all);
    outcome.gives(0);
    outcome.json()["on_data"].clone()
}

#[test]
fn columns_are_found_by_name_and_the_largest_deviation_is_exact() {
    let folder = folder();
    folder.write("points.csv", "label,x2,x1,y\nfirst,0,1,1\nsecond,-1,1,2\nthird,-0.5,2,2.5\n");
    let found = on_data(&folder, &["points.csv"]);
    let formula = folder.run(&["decompile", "net.json", "--json", "--tolerance", "1"]).json()["formula"].clone();
    assert_eq!(formula, "x1 - x2");
    assert_eq!(found["rows"], 3);
    assert_eq!((&found["rows_outside_domain"], &found["first_row_outside_domain"]), (&1.into(), &3.into()));
    assert_eq!(found["max_deviation"], "3/4");
    assert_eq!(found["max_deviation_at"], serde_json::json!({"row": 3, "input": ["2", "-1/2"]}));
    assert_eq!(found["mean_absolute"].as_f64(), Some((0.25 + 0.75) / 3.0));
    assert_eq!(found["root_mean_square"].as_f64(), Some(((0.0625 + 0.5625) / 3.0f64).sqrt()));
    // The wanted outputs are those of x1 - x2.
    assert_eq!(found["network_from_target"]["max_deviation"], "3/4");
    assert_eq!(found["formula_from_target"]["max_deviation"], "0");
}

#[test]
fn delimiters_headers_and_names_may_be_any() {
    let folder = folder();
    let same = [
        ("semicolons.csv", "a;b;wanted\n1;-1;2\n"),
        ("tabs.tsv", "1\t-1\t2\n"),
        ("spaces.txt", "# x1 x2 y\n1 -1 2\n"),
        ("quoted.csv", "\"x1\",\"x2\",\"wanted, or so\"\n1, -1, 2\n"),
    ];
    for (name, text) in same {
        folder.write(name, text);
        let found = on_data(&folder, &[name]);
        assert_eq!((&found["max_deviation"], &found["network_from_target"]), (&"1/4".into(), &serde_json::Value::Null));
    }
    let found = on_data(&folder, &["semicolons.csv", "--data-target", "wanted"]);
    assert_eq!(found["network_from_target"]["max_deviation"], "1/4");
    let found = on_data(&folder, &["tabs.tsv", "--data-target", "3"]);
    assert_eq!(found["formula_from_target"]["max_deviation"], "0");
}

/// The files of `tests/data-sets`, which `make.py` there wrote.
fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data-sets").join(name);
    path.to_string_lossy().into_owned()
}

#[test]
fn all_formats_hold_the_same() {
    let folder = folder();
    let csv = on_data(&folder, &[&fixture("points.csv")]);
    assert_eq!(csv["max_deviation"], "3/4");
    for name in ["points.npz", "points.parquet", "points-gzip.parquet"] {
        assert_eq!(on_data(&folder, &[&fixture(name)]), csv, "{name}");
    }
    assert_eq!(on_data(&folder, &[&fixture("points.npy"), "--data-target", "3"]), csv);
    // A compression that is not read is refused by its name.
    let zstd = folder.run(&["decompile", "net.json", "--data", &fixture("points-zstd.parquet")]);
    assert!(zstd.is_refused().to_lowercase().contains("zstd"), "{zstd:#?}");
}

#[test]
fn damaged_files_are_refused() {
    let folder = folder();
    for name in ["points.npy", "points.npz", "points.parquet"] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        for end in (0..bytes.len()).step_by(7) {
            folder.write("cut", &bytes[..end]);
            let outcome = folder.run(&["decompile", "net.json", "--data", "cut"]);
            assert!(outcome.is_refused().starts_with("pellucid: cannot read cut"), "{name} cut at {end}: {outcome:#?}");
        }
    }
}

#[test]
fn everything_wrong_is_told_with_row_and_column() {
    let folder = folder();
    folder.write("words.csv", "x1,x2,y\n1,two,3\n,2,inf\n1,2,3\n");
    folder.write("ragged.csv", "1,2\n3\n4,5,6\n");
    folder.write("other.csv", "x1,height\n1,2\n");
    let refused = |name: &str| folder.run(&["decompile", "net.json", "--data", name]).is_refused().to_string();
    insta::assert_snapshot!(refused("words.csv"), @"
    pellucid: cannot read words.csv:
      row 1, column `x2`: `two` is no finite number
      row 2, column `x1`: an empty field is no finite number
      row 2, column `y`: `inf` is no finite number
    ");
    insta::assert_snapshot!(refused("ragged.csv"), @"
    pellucid: cannot read ragged.csv:
      line 2 has 1 field, the first line 2
      line 3 has 3 fields, the first line 2
    ");
    insta::assert_snapshot!(refused("other.csv"), @"pellucid: there is no column for the input x2; the columns are x1, height");
    insta::assert_snapshot!(refused("net.json"), @"pellucid: cannot read net.json: line 2 has 2 fields, the first line 5");
    folder.write("picture.png", b"\x89PNG\r\n\x1a\n");
    insta::assert_snapshot!(refused("picture.png"), @"pellucid: cannot read picture.png: it is no data set: neither .npy, .npz nor .parquet, and no text, for byte 0 is not UTF-8");
    let many: String = (0..100).map(|row| format!("{row},x\n")).collect();
    folder.write("many.csv", format!("x1,x2\n{many}"));
    assert!(refused("many.csv").ends_with("row 20, column `x2`: `x` is no finite number\n  and 80 more\n"));
}
