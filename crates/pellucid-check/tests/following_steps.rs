//! Certificates whose steps follow line by line: the same verdicts, and no beginning of one is accepted.

mod common;

use common::corpus;
use pellucid_check::{check_json, check_reader};
use pellucid_core::{Certificate, Difference, Proof};

/// A certificate by cells as one object and its steps as lines.
fn lines(text: &str) -> Option<Vec<String>> {
    let mut certificate = Certificate::from_json(text).unwrap();
    let Proof::Within(Difference::Cells { steps, .. }) = &mut certificate.proof else { return None };
    let steps = std::mem::take(steps);
    let written = steps.iter().map(|step| serde_json::to_string(step).unwrap());
    Some([certificate.to_json()].into_iter().chain(written).collect())
}

#[test]
fn steps_may_follow_and_must_be_all() {
    let mut n_tried = 0;
    for (name, text) in corpus() {
        let Some(lines) = lines(&text) else { continue };
        n_tried += 1;
        let accepted = |lines: &[String]| {
            let text = lines.join("\n");
            let read = check_reader(text.as_bytes());
            let whole = check_json(&text);
            assert_eq!(read.is_ok(), whole.is_ok(), "{name}: {read:?} {whole:?}");
            let accepted = read.is_ok_and(|checked| checked.is_accepted());
            assert_eq!(accepted, whole.is_ok_and(|checked| checked.is_accepted()), "{name}");
            accepted
        };
        assert!(accepted(&lines), "{name}");
        assert_eq!(Certificate::from_json(&lines.join("\n")).unwrap(), Certificate::from_json(&text).unwrap());
        for end in 0..lines.len() {
            assert!(!accepted(&lines[..end]), "{name} is accepted after {end} lines");
            // Neither is a line that breaks off.
            let mut broken = lines[..=end].to_vec();
            if let Some(last) = broken.last_mut() {
                last.truncate(last.len() - 1);
            }
            assert!(!accepted(&broken), "{name} is accepted with line {end} cut short");
        }
        let longer: Vec<String> = lines.iter().chain([&lines[lines.len() - 1]]).cloned().collect();
        assert!(!accepted(&longer), "{name} is accepted with a line more");
        // Steps follow on a certificate that has none itself.
        let twice: Vec<String> = [text.trim().to_string()].into_iter().chain(lines[1..].iter().cloned()).collect();
        assert!(!accepted(&twice), "{name} is accepted with its steps twice");
    }
    assert!(n_tried > 3);
}
