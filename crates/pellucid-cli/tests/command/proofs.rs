//! Proofs in words and in the languages of other provers.

use crate::{Folder, pellucid};

#[test]
fn explanations_follow_the_answer() {
    let outcome = pellucid(&["compile", "min(x1, x2)", "--explain"]);
    let text = outcome.gives(0);
    assert!(text.starts_with("min(x1, x2) everywhere\n") && text.contains("1 + 2 = 3 hidden neurons"), "{text}");
    let text = pellucid(&["prove", "max(x1, x2)", "x2 + relu(x1 - x2)", "--explain"]).gives(0).to_string();
    assert!(text.starts_with("proved: ") && text.contains("\n\nClaim: max(x1, x2) equals"), "{text}");
    let text = pellucid(&["prove", "max(x1, x2)", "x2", "--explain"]).gives(1).to_string();
    assert!(text.starts_with("refuted: ") && text.contains("max(1, 0) = 1"), "{text}");
    let text = pellucid(&["compile", "max(x1, x2, 0)", "--explain"]).gives(0).to_string();
    assert!(text.contains("Claim: every network without skip connections that computes max(x1, x2, 0)"), "{text}");
    pellucid(&["compile", "x1", "--explain", "--json"]).gives(2);
}

#[test]
fn a_certificate_is_explained_only_if_it_holds() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "--certificate", "proof.json"]).gives(0);
    let outcome = folder.run(&["check", "proof.json", "--explain"]);
    assert!(outcome.gives(0).contains("no smaller one"), "{outcome:#?}");
    folder.write("false.json", folder.read("proof.json").replace("\"at_least\":3", "\"at_least\":4"));
    let outcome = folder.run(&["check", "false.json", "--explain"]);
    assert!(!outcome.gives(1).contains("no smaller one"), "{outcome:#?}");
}

#[test]
fn an_approximation_is_checked_and_told() {
    let folder = Folder::new();
    let near = include_str!("../../../pellucid-check/tests/certificates/near_a_product.json");
    folder.write("near.json", near);
    let outcome = folder.run(&["check", "near.json", "--explain"]);
    let text = outcome.gives(0);
    assert!(text.starts_with("accepted: the 2-4-4-1 network differs from x*y by at most 1/16 on"), "{text}");
    assert!(text.contains("Functions of one number"), "{text}");
    folder.write("false.json", near.replace("\"high\":\"1/16\"", "\"high\":\"1/17\""));
    let outcome = folder.run(&["check", "false.json", "--explain"]);
    let text = outcome.gives(1);
    assert!(text.starts_with("rejected: the error is only shown to lie in [-0.0625, 0.0625]"), "{text}");
    let message = folder.run(&["check", "near.json", "--smt", "there"]).is_refused().to_string();
    assert!(message.contains("not piecewise linear"), "{message}");
}

#[test]
fn a_claim_is_written_for_other_provers() {
    let folder = Folder::new();
    let claim = ["prove", "max(x1, x2, x3)", "max(x3, x1, x2)", "--certificate", "proof.json"];
    let exports = ["--smt", "claim.smt2", "--smt-leaves", "leaves", "--rocq", "claim.v"];
    let outcome = folder.run(&[&claim[..], &exports[..]].concat());
    outcome.gives(0);
    assert!(outcome.stderr.contains("it holds if all are unsat"), "{outcome:#?}");
    let smt = folder.read("claim.smt2");
    assert!(smt.starts_with("; max(x1, x2, x3) equals") && smt.ends_with("(check-sat)\n"), "{smt}");
    let balanced = |text: &str| text.matches('(').count() == text.matches(')').count();
    let mut n_scripts = 0;
    for entry in std::fs::read_dir(folder.path("leaves")).unwrap() {
        let script = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let code: String = script.lines().filter(|line| !line.starts_with(';')).collect();
        assert!(script.contains("(set-logic QF_LRA)") && balanced(&code), "{script}");
        n_scripts += 1;
    }
    assert!(outcome.stderr.contains(&format!("in {n_scripts} scripts")), "{outcome:#?}");
    assert!(folder.read("claim.v").contains("Theorem claim : left_y1 = right_y1."));

    // The same from the certificate.
    let again = ["--smt", "again.smt2", "--smt-leaves", "again", "--rocq", "again.v"];
    folder.run(&[&["check", "proof.json"][..], &again[..]].concat()).gives(0);
    assert_eq!(folder.read("again.smt2"), smt);
    assert_eq!(folder.read("again.v"), folder.read("claim.v"));
    assert_eq!(folder.read("again/cover.smt2"), folder.read("leaves/cover.smt2"));
}

#[test]
fn a_false_claim_is_written_but_no_proof_of_it() {
    let folder = Folder::new();
    let exports = ["--smt", "claim.smt2", "--smt-leaves", "leaves", "--rocq", "claim.v"];
    let outcome = folder.run(&[&["prove", "max(x1, x2)", "x2"][..], &exports[..]].concat());
    outcome.gives(1);
    assert!(outcome.stderr.contains("no proof is written: the claim is false"), "{outcome:#?}");
    assert_eq!(folder.names(), ["claim.smt2"]);
}

#[test]
fn what_cannot_be_exported_is_refused_with_the_reason() {
    let folder = Folder::new();
    folder.run(&["compile", "min(x1, x2)", "--certificate", "smallest.json"]).gives(0);
    for export in ["--smt", "--smt-leaves", "--rocq"] {
        let message = folder.run(&["check", "smallest.json", export, "there"]).is_refused().to_string();
        assert!(message.contains("minimality is about all networks"), "{message}");
    }
    std::fs::create_dir(folder.path("full")).unwrap();
    folder.write("full/other.smt2", "");
    let message = folder.run(&["prove", "x1", "x1", "--smt-leaves", "full"]).is_refused().to_string();
    assert!(message.contains("the folder is not empty"), "{message}");
}

#[test]
fn proofs_too_large_for_rocq_are_refused() {
    let relus = (1..=300).map(|i| format!("relu(x1 - {i})")).collect::<Vec<_>>().join(" + ");
    let folder = Folder::new();
    let (left, right) = (&relus, format!("0 + {relus}"));
    let outcome = folder.run(&["prove", left, &right, "--rocq", "claim.v"]);
    assert!(outcome.gives(2).starts_with("proved: "), "{outcome:#?}");
    assert!(outcome.stderr.contains("at most 500 are written for Rocq"), "{outcome:#?}");
    assert!(folder.names().is_empty());
}
