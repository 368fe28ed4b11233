//! Bounds at any depth: every witness counts, and wrong ones count for nothing.

mod common;

use common::{corpus, r};
use pellucid_check::check;
use pellucid_core::{Certificate, Claim, Domain, Hyperplane, Kink, Proof, Rational, Single, SizeProof};

fn certificate(name: &str) -> Certificate {
    let text = corpus().into_iter().find(|(other, _)| other == name).unwrap().1;
    Certificate::from_json(&text).unwrap()
}

fn any_depth() -> Vec<(String, Certificate)> {
    let all = corpus().into_iter().map(|(name, text)| (name, Certificate::from_json(&text).unwrap()));
    // Bounds at finitely many points are shown in another way.
    all.filter(|(_, certificate)| matches!(certificate.proof, Proof::AtLeast(_))).collect()
}

/// The certificate with another proof or claim.
fn changed(
    mut certificate: Certificate,
    change: impl FnOnce(&mut SizeProof, &mut Domain, &mut usize),
) -> Option<String> {
    let (Claim::AtLeast { domain, at_least, .. }, Proof::AtLeast(proof)) =
        (&mut certificate.claim, &mut certificate.proof)
    else {
        panic!("another claim");
    };
    change(proof, domain, at_least);
    check(&certificate).rejection
}

fn rejected(name: &str, change: impl FnOnce(&mut SizeProof)) -> String {
    changed(certificate(name), |proof, _, _| change(proof)).unwrap_or_else(|| panic!("{name} is accepted"))
}

fn point(texts: &[&str]) -> Vec<Rational> {
    texts.iter().map(|text| r(text)).collect()
}

#[test]
fn one_more_neuron_is_never_shown() {
    let all = any_depth();
    assert!(all.len() >= 7);
    for (name, certificate) in all {
        let reason = changed(certificate, |_, _, at_least| *at_least += 1).unwrap_or_else(|| panic!("{name}"));
        assert!(reason.contains("shown") || reason.contains("fewer suffice"), "{name}: {reason}");
    }
}

#[test]
fn every_witness_is_needed() {
    let name = "maximum_of_three_any_depth";
    for without in [
        rejected(name, |proof| proof.drift = None),
        rejected(name, |proof| proof.kinks.truncate(2)),
        rejected(name, |proof| proof.gradients.truncate(2)),
        rejected("maximum_with_0_any_depth", |proof| proof.single[0] = None),
        rejected("maximum_with_0_any_depth", |proof| proof.single[1] = None),
        rejected("maximum_with_0_any_depth", |proof| proof.gradients.clear()),
        rejected("pyramid_any_depth", |proof| proof.single[0] = None),
        rejected("pyramid_any_depth", |proof| proof.single[1] = None),
        rejected("pyramid_any_depth", |proof| proof.single.swap(0, 1)),
    ] {
        assert!(without.contains("shown") || without.contains("beyond"), "{without}");
    }
}

#[test]
fn a_hyperplane_listed_twice_counts_once() {
    let reason = rejected("maximum_of_three_any_depth", |proof| {
        proof.kinks.truncate(2);
        proof.kinks.push(proof.kinks[0].clone());
    });
    assert!(reason.contains("only 6"), "{reason}");
}

#[test]
fn drifts_that_change_a_relu_are_refused() {
    for drift in [["1", "0", "0"], ["1", "1", "2"], ["-1", "-1", "1"]] {
        let reason = rejected("maximum_of_three_any_depth", |proof| proof.drift = Some(point(&drift)));
        assert!(reason.contains("changes a ReLU"), "{reason}");
    }
    // One that moves nothing is none.
    let reason = rejected("maximum_of_three_any_depth", |proof| proof.drift = Some(point(&["0", "0", "0"])));
    assert!(reason.contains("shown"), "{reason}");
    let reason = rejected("maximum_of_three_any_depth", |proof| proof.drift = Some(point(&["1", "1"])));
    assert!(reason.contains("changes a ReLU"), "{reason}");
    // Its length and sign do not matter.
    let turned = |proof: &mut SizeProof, _: &mut Domain, _: &mut usize| {
        proof.drift = Some(point(&["-2", "-2", "-2"]));
    };
    assert_eq!(changed(certificate("maximum_of_three_any_depth"), turned), None);
}

#[test]
fn what_holds_everywhere_is_not_taken_for_a_box() {
    // On a box max(x, y, 0) has a network of three.
    let on_a_box = |_: &mut SizeProof, domain: &mut Domain, _: &mut usize| {
        *domain = Domain::Box(vec![(r("-100000"), r("100000")); 2]);
    };
    let reason = changed(certificate("maximum_with_0_any_depth"), on_a_box).unwrap();
    assert!(reason.contains("path is not everywhere"), "{reason}");
    let on_a_box = |_: &mut SizeProof, domain: &mut Domain, _: &mut usize| {
        *domain = Domain::Box(vec![(r("-100000"), r("100000")); 3]);
    };
    let reason = changed(certificate("maximum_of_three_any_depth"), on_a_box).unwrap();
    assert!(reason.contains("only 5"), "{reason}");
    // Nor do rays count on a box.
    let reason = changed(certificate("maximum_of_three_any_depth_on_a_box"), |proof, _, _| {
        proof.rays = Some([point(&["1", "1", "1"]), point(&["-1", "-1", "-1"])]);
    });
    assert!(reason.unwrap().contains("infinity"));
}

/// A path for max(x, y, 0) with stops of which the last is a kink or corner.
fn path(from: &[&str], stops: &[(&[&str], &str, &str, &[&str])]) -> Single {
    let stop = |(normal, offset, jump, witness): &(&[&str], &str, &str, &[&str])| Kink {
        hyperplane: Hyperplane { normal: point(normal), offset: r(offset) },
        jump: vec![r(jump)],
        witness: point(witness),
    };
    Single { value_at: point(&["0", "0"]), kinks: stops.iter().map(stop).collect(), path_from: Some(point(from)) }
}

#[test]
fn paths_keep_beyond_and_list_what_they_cross() {
    let name = "maximum_with_0_any_depth";
    type Stop = (&'static [&'static str], &'static str, &'static str, &'static [&'static str]);
    const BEND: Stop = (&["1", "-1"], "0", "1", &["1", "1"]);
    const CORNER: Stop = (&["1", "0"], "1", "0", &["1", "3"]);
    let with = |single: Single| changed(certificate(name), |proof, _, _| proof.single[0] = Some(single));
    assert_eq!(with(path(&["2", "-1"], &[BEND])), None);
    assert_eq!(with(path(&["2", "-1"], &[BEND, CORNER])), None);
    // A kink is left out; a start on a kink; a path through where the function is 0; a path with
    // wrong numbers; the jump is not as said.
    for (wrong, why) in [
        (path(&["2", "-1"], &[CORNER]), "not listed"),
        (path(&["1", "1"], &[BEND]), "not listed"),
        (path(&["2", "1"], &[BEND]), "not listed"),
        (path(&["2", "-1", "0"], &[BEND]), "not listed"),
        (path(&["2", "-1"], &[]), "beyond"),
        (path(&["2", "-1"], &[(&["1", "-1"], "0", "2", &["1", "1"])]), "jump"),
        (path(&["2", "-1"], &[(&["1", "-1"], "0", "0", &["-1", "-1"])]), "beyond"),
    ] {
        let text = format!("{wrong:?}");
        let reason = with(wrong).unwrap_or_else(|| panic!("accepted: {text}"));
        assert!(reason.contains(why), "{text}: {reason}");
    }
}

#[test]
fn lines_are_in_the_domain_and_in_order() {
    let name = "folds_any_depth";
    for change in [
        |line: &mut pellucid_core::SampledLine| line.times.swap(0, 1),
        |line: &mut pellucid_core::SampledLine| line.times.push(r("1000")),
        |line: &mut pellucid_core::SampledLine| line.times[1] = line.times[0].clone(),
        |line: &mut pellucid_core::SampledLine| line.direction.clear(),
    ] {
        let reason = rejected(name, |proof| {
            let points = [["-4", "-1"], ["4", "1"]].map(|texts| point(&texts));
            let direction = points[1].iter().zip(&points[0]).map(|(b, a)| b - a).collect();
            let times = (0..=8).map(|k| Rational::ratio(k, 8)).collect();
            let mut line = pellucid_core::SampledLine { start: points[0].clone(), direction, times };
            change(&mut line);
            proof.line = Some(line);
        });
        assert!(reason.contains("line"), "{reason}");
    }
}
