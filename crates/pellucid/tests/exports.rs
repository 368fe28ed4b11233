//! Proofs for other provers: what every script speaks of is said in it, whatever ReLUs a proof merges.

use std::collections::HashSet;

use pellucid::{
    Biases, Certificate, Computation, Domain, Function, Limits, Proof, Rational, Verdict, certificate_to_rocq,
    certificate_to_smt, claim_to_smt, compile,
};
use pellucid_core::{Difference, Merge};
use pellucid_prove::{Means, prove_within_by};

fn proved(left: &str, right: &str, on: &str, canonical: bool) -> Certificate {
    let left = Function::parse(left).unwrap();
    let right = Function::parse(right).unwrap().with_n_inputs(left.n_inputs()).unwrap();
    let domain = Domain::parse(on, left.input_names()).unwrap();
    let (left, right) = (Computation::Function(left), Computation::Function(right));
    let means = Means { canonical };
    match prove_within_by(&left, &right, &domain, &Rational::zero(), Limits::default(), means).unwrap() {
        Verdict::Proved { certificate, .. } => *certificate,
        Verdict::Refuted(counterexample) => panic!("refuted: {counterexample:?}"),
    }
}

fn scripts(certificate: &Certificate) -> Vec<(String, String)> {
    let mut scripts = Vec::new();
    certificate_to_smt(certificate, |name, script| {
        scripts.push((name.to_string(), script.to_string()));
        Ok::<(), pellucid::Error>(())
    })
    .unwrap();
    scripts
}

/// Names are said once, and before they are used.
fn assert_names_are_known(name: &str, script: &str) {
    let mut known: HashSet<&str> = HashSet::new();
    for line in script.lines().filter(|line| !line.starts_with(';')) {
        let words: Vec<&str> = line.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
        let names =
            |word: &&&str| word.len() > 1 && ["x", "r"].contains(&&word[..1]) && word[1..].parse::<u32>().is_ok();
        let says = ["declare-const", "define-fun"].contains(&words.first().copied().unwrap_or_default());
        for word in words.iter().skip(if says { 2 } else { 0 }).filter(names) {
            assert!(known.contains(word), "{name}: {word} is not known\n{script}");
        }
        if says {
            assert!(known.insert(words[1]), "{name}: {} is said twice\n{script}", words[1]);
        }
    }
}

#[test]
fn every_name_is_known_whatever_is_merged() {
    let claims = [
        ("max(x1, x2, x3)", "max(x3, x1, x2)", "everywhere"),
        ("max(abs(x1), x2)", "x2 + relu(relu(x1) + relu(-x1) - x2)", "everywhere"),
        ("abs(x1) + relu(2*x1 - 2*x2)", "abs(-x1) + 2*relu(x1 - x2)", "everywhere"),
        ("relu(x1 - x2) - relu(x2 - x1)", "x1 - x2", "[-1,1]^2"),
        ("mux(x1, xor(x2, x3), and(x2, x3))", "mux(x1, x2 + x3 - 2*relu(x2 + x3 - 1), relu(x3 + x2 - 1))", "[0,1]^3"),
        ("relu(relu(2*x1) - 2*relu(x1)) + max(x1, x2)", "max(x2, x1)", "[-1,1]^2 where x1 + x2 >= 0"),
    ];
    let mut merged = HashSet::new();
    for (left, right, on) in claims {
        for canonical in [true, false] {
            let certificate = proved(left, right, on, canonical);
            assert!(pellucid::check(&certificate).is_accepted());
            if let Proof::Within(Difference::Cells { merge, .. }) = &certificate.proof {
                merged.insert(format!("{merge:?}"));
            }
            let scripts = scripts(&certificate);
            scripts.iter().for_each(|(name, script)| assert_names_are_known(name, script));
            assert_names_are_known("whole", &claim_to_smt(&certificate.claim).unwrap());
            let cells = scripts.iter().filter(|(name, _)| name.starts_with("cell-")).count();
            let cover = &scripts.last().unwrap().1;
            assert!(cells > 0 && cover.matches("; cell-").count() == cells, "{cover}");
            let rocq = certificate_to_rocq(&certificate).unwrap();
            assert_eq!(rocq.matches("apply Rabs_le").count() + rocq.matches("split end; lra.").count(), cells);
            assert!(pellucid::explain(&certificate, &Default::default()).unwrap().contains(" equals "));
        }
    }
    let known = [Merge::Hyperplanes, Merge::Copies, Merge::Nothing].map(|merge| format!("{merge:?}"));
    assert_eq!(merged, HashSet::from(known));
}

#[test]
fn what_cannot_be_said_is_refused_with_the_reason() {
    let refusal = |certificate: &Certificate| {
        let smt = certificate_to_smt(certificate, |_, _| Ok::<(), pellucid::Error>(())).unwrap_err().to_string();
        assert_eq!(certificate_to_rocq(certificate).unwrap_err().to_string(), smt);
        smt
    };
    let points = proved("min(x1, x2)", "relu(x1 + x2 - 1)", "{0,1}^2", true);
    let message = refusal(&points);
    assert!(message.contains("goes through the points of {0, 1}^2"), "{message}");
    // The claim alone can be said.
    let whole = claim_to_smt(&points.claim).unwrap();
    assert!(whole.contains("(assert (or false (= x2 0) (= x2 1)))"), "{whole}");

    let maximum = Function::parse("max(x1, x2, x3)").unwrap();
    let compiled = compile(&maximum, &Domain::Everywhere, Biases::ALLOWED, Limits::default()).unwrap();
    let message = refusal(&compiled.minimality.any_depth.unwrap().certificate);
    assert!(message.contains("minimality is about all networks"), "{message}");
}
