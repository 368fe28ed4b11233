//! `pellucid explore`: the page, and that it was built from the sources as they are.

use std::fs;

use super::*;

const PAGE: &str = include_str!("../../src/explorer/page.html");
const FOLDERS: [&str; 3] = ["bindings/web/clock/src", "bindings/web/src", "web/src"];
const FILES: [&str; 7] = [
    "bindings/web/Cargo.toml",
    "regimens/reliable.toml",
    "regimens/seed.toml",
    "web/build.mjs",
    "web/package.json",
    "web/page.html",
    "web/survey.json",
];

/// As `web/sources.mjs` has it: FNV-1a over names and contents, in the names' order.
fn hash_of_sources(root: &Path) -> u64 {
    let mut names: Vec<String> = FILES.map(String::from).to_vec();
    for folder in FOLDERS {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        names.extend(entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap())));
    }
    names.sort();
    let bytes = names.iter().flat_map(|name| {
        let contents = fs::read(root.join(name)).unwrap();
        name.bytes().chain([0]).chain(contents).collect::<Vec<u8>>()
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[test]
fn the_page_was_built_from_its_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let stored = PAGE.split_once("name=\"sources\" content=\"").and_then(|(_, rest)| rest.split('"').next());
    let hash = format!("{:016x}", hash_of_sources(&root));
    assert_eq!(stored, Some(hash.as_str()), "the page is out of date: run web/build");
}

/// What a page was told to begin with.
fn given(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("id=\"given\">").unwrap();
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}

#[test]
fn a_page_carries_what_it_is_about() {
    let folder = Folder::new();
    let write = |subject: &[&str]| {
        let more = ["-o", "page.html", "--no-open"];
        folder.run(&[&["explore"], subject, &more].concat()).gives(0);
        folder.read("page.html")
    };
    let page = write(&[]);
    assert!(page.len() < 4_000_000, "the page takes {} bytes", page.len());
    assert!(given(&page).is_null());
    // Nothing is fetched: the policy allows no connection, and no address is in the elements.
    assert!(page.contains("default-src 'none'") && !page.contains("src=\"http") && !page.contains("href=\"http"));
    assert_eq!(
        given(&write(&["max(x1, x2)", "--on", "[0,1]^2"])),
        serde_json::json!({"function": "max(x1, x2)", "on": "[0,1]^2"})
    );
    folder.write("net.json", r#"{"pellucid": 1, "layers": [{"weights": [["1"]]}]}"#);
    let network = given(&write(&["net.json"]));
    assert_eq!(network["name"], "net.json");
    assert_eq!(network["bytes"], "eyJwZWxsdWNpZCI6IDEsICJsYXllcnMiOiBbeyJ3ZWlnaHRzIjogW1siMSJdXX1dfQ==");
}

#[test]
fn what_cannot_be_explored_is_refused_before_a_page_is_written() {
    let folder = Folder::new();
    for (subject, message) in [("step(x1)", "step"), ("nothing.onnx", "there is no file")] {
        let outcome = folder.run(&["explore", subject, "-o", "page.html", "--no-open"]);
        assert!(outcome.is_refused().contains(message), "{outcome:?}");
    }
    let outcome = folder.run(&["explore", "x1", "--on", "[1,0]", "-o", "page.html", "--no-open"]);
    outcome.is_refused();
    assert!(folder.names().is_empty());
}
