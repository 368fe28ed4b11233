//! Ctrl-C, and readers that go away.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Folder, hard};

fn start(folder: &Folder, arguments: &[&str]) -> Child {
    folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    // What the terminal does at Ctrl-C.
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

fn rest(mut stream: impl Read) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn training_ends_with_what_is_finished() {
    let folder = Folder::new();
    let arguments = ["train", "abs(x1)", "--seeds", "0..100000", "--steps", "2000", "-o", "net.json"];
    let mut child = start(&folder, &arguments);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut row = String::new();
    stdout.read_line(&mut row).unwrap();
    assert!(row.starts_with("seed 0 "), "{row}");
    let asked = Instant::now();
    interrupt(&child);
    let text = rest(stdout);
    let status = child.wait().unwrap();
    // It takes well under 0.2 s; a busy machine may be slower.
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(status.code(), Some(3), "{text}");
    assert!(text.lines().last().unwrap().starts_with("found in "), "{text}");
    let remarks = rest(child.stderr.take().unwrap());
    assert!(remarks.contains("interrupted: ") && remarks.contains("of 100000 runs finished"), "{remarks}");
    assert!(folder.names().contains(&"net.json".to_string()));
}

#[test]
fn proofs_end_soon() {
    let folder = Folder::new();
    let arguments = hard();
    let mut child = start(&folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_millis(700));
    let asked = Instant::now();
    interrupt(&child);
    let status = child.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    assert_eq!(status.code(), Some(3));
    assert!(rest(child.stderr.take().unwrap()).contains("interrupted"));
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let folder = Folder::new();
    for arguments in [
        &["compile", "min(x1, x2)"][..],
        &["compile", "min(x1, x2)", "--json"],
        &["train", "abs(x1)", "--seeds", "0..100000"],
        &["draw", "min(x1, x2)"],
    ] {
        let mut child = start(&folder, arguments);
        drop(child.stdout.take());
        let begun = Instant::now();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(rest(child.stderr.take().unwrap()), "", "{arguments:?}");
    }
    // Nobody hears the message, but the status tells.
    let mut child = start(&folder, &["compile", "foo("]);
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
