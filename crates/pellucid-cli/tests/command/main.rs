//! The command as a person or a program meets it: what it prints where, and its exit status.

mod approximate;
mod bad_input;
mod data_sets;
mod domains;
mod explore;
mod files;
mod interrupts;
mod json;
mod library;
mod limits;
mod many_networks;
mod one_network;
mod proofs;
mod texts;
mod train;
mod vnnlib;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a run of the command gave.
#[derive(Debug)]
struct Outcome {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// Asserts the status and that nothing panicked; gives stdout.
    #[track_caller]
    fn gives(&self, status: i32) -> &str {
        assert_eq!(self.status, status, "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        &self.stdout
    }

    /// Asserts that the input was refused: status 2, nothing on stdout; gives the message.
    #[track_caller]
    fn is_refused(&self) -> &str {
        assert_eq!(self.gives(2), "", "{self:#?}");
        assert!(self.stderr.starts_with("pellucid: ") || self.stderr.starts_with("error: "), "{self:#?}");
        &self.stderr
    }

    /// Asserts that stdout is one JSON object and nothing else.
    #[track_caller]
    fn json(&self) -> serde_json::Value {
        let value: serde_json::Value = serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:#?}"));
        assert!(value.is_object(), "{self:#?}");
        value
    }
}

/// A folder of its own for a test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let name = format!("pellucid-command-{}-{}", std::process::id(), FOLDERS.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command, to be run in the folder.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command_in(&self.0);
        command.args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(&mut self.command(arguments))
    }

    /// The names of the files that are there.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command_in(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pellucid"));
    // What a terminal looks like must not change the tests.
    command.current_dir(folder).env("COLUMNS", "80").env("TERM", "xterm").stdin(Stdio::null());
    command
}

fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the command where no files are needed.
fn pellucid(arguments: &[&str]) -> Outcome {
    outcome(command_in(&std::env::temp_dir()).args(arguments))
}

/// A proof that takes very long: some ten million cells, cut by 40 hyperplanes in general position.
fn hard() -> Vec<String> {
    let coefficient = |i: u64, j: u64| (i * i * 31 + j * 17 + i * j * j * 7) % 19;
    let row = |i: u64| (1..=6).map(|j| format!("{}*x{j}", coefficient(i, j))).collect::<Vec<_>>().join(" - ");
    let terms: Vec<String> = (1..=40).map(|i| format!("relu({} - {})", row(i), i % 5)).collect();
    ["prove", &terms.join(" - "), "x1", "--on", "[-1,1]^6", "--within", "100000"].map(str::to_string).to_vec()
}
