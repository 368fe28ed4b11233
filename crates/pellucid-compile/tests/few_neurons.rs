//! Proofs that a few neurons cannot have some values: right ones are accepted, and no change makes the
//! checker accept what is false.

use pellucid_check::check;
use pellucid_core::{Certificate, Claim, Domain, Function, PointStep, PointsProof, Proof, Rational};
use pellucid_prove::{FewNeurons, few_neurons};
use proptest::prelude::*;

const MAX_WORK: usize = 20_000_000;

fn bits(n: u32) -> Vec<Vec<Rational>> {
    (0..1u32 << n).map(|k| (0..n).rev().map(|i| Rational::from(i64::from(k >> i & 1))).collect()).collect()
}

/// The proof that a function of bits takes more than so many neurons, with its claim.
fn certificate(text: &str, n_neurons: usize) -> Certificate {
    let function = Function::parse(text).unwrap();
    let points = bits(function.n_inputs() as u32);
    let values: Vec<Rational> = points.iter().map(|point| function.evaluate(point).swap_remove(0)).collect();
    let FewNeurons::Excluded(proof) = few_neurons(&points, &values, n_neurons, MAX_WORK, Default::default()) else {
        panic!("{text} is not excluded with {n_neurons}");
    };
    let domain = Domain::parse(&format!("{{0,1}}^{}", function.n_inputs()), function.input_names()).unwrap();
    let claim = Claim::AtLeast { function, domain, at_least: n_neurons + 1 };
    Certificate::new(claim, Proof::AtLeastAtPoints(proof))
}

fn with_proof(of: &Certificate, change: impl Fn(&mut PointsProof)) -> Certificate {
    let mut changed = of.clone();
    let Proof::AtLeastAtPoints(proof) = &mut changed.proof else { panic!("another proof") };
    change(proof);
    changed
}

fn rejection(certificate: &Certificate) -> String {
    check(certificate).rejection.expect("it is accepted")
}

#[test]
fn right_proofs_are_accepted_and_read_back() {
    for (text, n_neurons) in
        [("and(x1, x2)", 0), ("xor(x1, x2)", 1), ("majority(x1, x2, x3)", 1), ("parity(x1, x2, x3)", 2)]
    {
        let proved = certificate(text, n_neurons);
        assert!(check(&proved).is_accepted(), "{text}: {:?}", check(&proved));
        assert_eq!(Certificate::from_json(&proved.to_json()).unwrap(), proved);
        // What holds at the points holds on every domain around them.
        let mut wider = proved.clone();
        let Claim::AtLeast { domain, .. } = &mut wider.claim else { panic!("another claim") };
        *domain = Domain::Everywhere;
        assert!(check(&wider).is_accepted(), "{text}");
    }
}

#[test]
fn what_is_not_shown_is_rejected() {
    let proved = certificate("xor(x1, x2)", 1);
    let claim_more = |of: &Certificate| {
        let mut more = of.clone();
        let Claim::AtLeast { at_least, .. } = &mut more.claim else { panic!("another claim") };
        *at_least += 1;
        more
    };
    assert_eq!(rejection(&claim_more(&proved)), "only 2 hidden neurons are shown to be needed");
    // Another function at the same points.
    let mut other = proved.clone();
    let Claim::AtLeast { function, .. } = &mut other.claim else { panic!("another claim") };
    *function = Function::parse("or(x1, x2)").unwrap();
    assert!(rejection(&other).contains("do not contradict"));
    // Points that are not in the domain.
    let mut outside = proved.clone();
    let Claim::AtLeast { domain, .. } = &mut outside.claim else { panic!("another claim") };
    *domain = Domain::Box(vec![(Rational::zero(), Rational::ratio(1, 2)); 2]);
    assert_eq!(rejection(&outside), "a point is not in the domain");
    // Trees that are missing, cut short, or go on; three neurons, of which there are deeper networks.
    let one_tree = with_proof(&proved, |proof| drop(proof.trees.pop()));
    assert!(check(&one_tree).rejection.is_some());
    assert_eq!(rejection(&with_proof(&proved, |proof| drop(proof.trees[0].pop()))), "a tree ends too soon");
    let longer = with_proof(&proved, |proof| proof.trees[1].push(PointStep::Never(Vec::new())));
    assert_eq!(rejection(&longer), "a tree goes on after its end");
    let deeper = claim_more(&claim_more(&with_proof(&proved, |proof| proof.trees.resize(4, Vec::new()))));
    assert!(rejection(&deeper).contains("more than two neurons"));
    assert_eq!(rejection(&with_proof(&proved, |proof| proof.trees.clear())), "there is no tree");
    assert_eq!(rejection(&with_proof(&proved, |proof| proof.output = 1)), "there is no such output");
    assert!(check(&with_proof(&proved, |proof| proof.points.clear())).rejection.is_some());
    let split = |neuron, point| PointStep::Split { neuron, point };
    for step in [split(1, 0), split(0, 99), split(usize::MAX, usize::MAX)] {
        let wild = with_proof(&proved, |proof| proof.trees[0][0] = step.clone());
        assert!(check(&wild).rejection.is_some(), "{step:?}");
    }
    for factors in [vec![], vec![(0, Rational::from(-1))], vec![(999, Rational::one())], vec![(0, Rational::zero())]] {
        let wild = with_proof(&proved, |proof| proof.trees[0] = vec![PointStep::Never(factors.clone())]);
        assert!(check(&wild).rejection.is_some(), "{factors:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Either a network is right at all points, or a proof that there is none is accepted. A network of
    /// so many neurons, made first, is never excluded.
    #[test]
    fn one_of_both_is_had(values in prop::collection::vec(-2i64..=2, 6), n_neurons in 0usize..=2) {
        let points: Vec<Vec<Rational>> = (0..6).map(|i| vec![Rational::from(i / 3), Rational::from(i % 3)]).collect();
        let values: Vec<Rational> = values.into_iter().map(Rational::from).collect();
        match few_neurons(&points, &values, n_neurons, MAX_WORK, Default::default()) {
            FewNeurons::Found(network) => {
                prop_assert!(network.hidden_neurons() <= n_neurons);
                for (point, value) in points.iter().zip(&values) {
                    prop_assert_eq!(&network.evaluate(point)[0], value);
                }
            }
            FewNeurons::Excluded(proof) => {
                let texts: Vec<String> = values.iter().map(Rational::to_string).collect();
                let function = Function::parse(&format!("table(3*x1 + x2; {})", texts.join(", "))).unwrap();
                let domain = Domain::parse("{0,1} x {0..2}", function.input_names()).unwrap();
                let claim = Claim::AtLeast { function, domain, at_least: n_neurons + 1 };
                let checked = check(&Certificate::new(claim, Proof::AtLeastAtPoints(proof)));
                prop_assert!(checked.is_accepted(), "{:?}", checked);
            }
            FewNeurons::GaveUp => prop_assert!(false, "it gave up"),
        }
    }

    #[test]
    fn networks_that_there_are_are_not_excluded(
        weights in prop::collection::vec(-3i64..=3, 8),
        out in prop::collection::vec(-2i64..=2, 3),
        deep in any::<bool>(),
    ) {
        let w: Vec<String> = weights.iter().map(|w| format!("({w})")).collect();
        let first = format!("relu({}*x1 + {}*x2 + {}*x3 + {})", w[0], w[1], w[2], w[3]);
        let text = if deep {
            format!("({})*relu(({})*{first} + {}) + {}", out[0], out[1], w[4], out[2])
        } else {
            format!("({})*{first} + ({})*relu({}*x1 + {}*x2 + {}*x3 + {}) + {}", out[0], out[1], w[4], w[5], w[6], w[7], out[2])
        };
        let function = Function::parse_with_inputs(&text, &pellucid_core::numbered_inputs(3)).unwrap();
        let points = bits(3);
        let values: Vec<Rational> = points.iter().map(|point| function.evaluate(point).swap_remove(0)).collect();
        let found = few_neurons(&points, &values, 2, MAX_WORK, Default::default());
        prop_assert!(matches!(found, FewNeurons::Found(_)), "{}: {:?}", text, found);
    }

    /// Changed factors prove nothing else: what is still accepted is the same claim.
    #[test]
    fn changed_proofs_prove_no_more(place in any::<prop::sample::Index>(), by in -2i64..=2) {
        let proved = certificate("xor(x1, x2)", 1);
        let mut wrong = with_proof(&proved, |proof| {
            let mut factors: Vec<&mut Rational> = proof.trees.iter_mut().flatten().filter_map(|step| match step {
                PointStep::Never(factors) => Some(factors.iter_mut().map(|(_, factor)| factor)),
                PointStep::Split { .. } => None,
            }).flatten().collect();
            let at = place.index(factors.len());
            *factors[at] += &Rational::from(by);
        });
        prop_assert_eq!(check(&wrong).is_accepted(), by == 0);
        // A claim about a function that one neuron computes is never accepted.
        let Claim::AtLeast { function, .. } = &mut wrong.claim else { panic!("another claim") };
        *function = Function::parse("and(x1, x2)").unwrap();
        prop_assert!(!check(&wrong).is_accepted());
    }
}
