//! The checker's count of hidden neurons against the plainest count there is.

mod common;

use common::{ALL_BIASES, Random, fewest_neurons, r, random_domain, random_network};
use pellucid_check::lower_bound::lower_bound;
use pellucid_check::one_layer::{Form, form_of};
use pellucid_core::{Affine, Biases, Domain, Hyperplane, Network, Rational};

fn form(network: &Network<Rational>, domain: &Domain) -> Form {
    form_of(&network.to_relu_graph(), domain).unwrap()
}

#[test]
fn the_bound_is_the_plain_count() {
    let mut random = Random(1);
    let mut sizes = [0usize; 16];
    for _ in 0..5000 {
        let biases = *random.one_of(&ALL_BIASES);
        let network = random_network(&mut random, biases);
        let domain = random_domain(&mut random, network.n_inputs());
        let plain = fewest_neurons(&network, &domain, biases).unwrap();
        let form = form(&network, &domain);
        let shown = lower_bound(&form, &domain, biases, usize::MAX).unwrap();
        assert_eq!(shown, plain, "{network:?} {domain} {biases}");
        // With less wanted the bound may stop early, but never above the truth.
        for wanted in 0..=plain {
            let early = lower_bound(&form, &domain, biases, wanted).unwrap();
            assert!(wanted <= early && early <= plain, "{wanted} {early} {plain} {network:?} {domain} {biases}");
        }
        assert!(network.layers().len() == 1 || plain <= network.hidden_neurons(), "{network:?} {domain} {biases}");
        sizes[plain] += 1;
    }
    println!("{sizes:?}");
    assert!(sizes[..7].iter().all(|n| *n > 10), "{sizes:?}");
}

/// `sum_k jumps_k relu(x - k)` plus an affine rest.
fn steps(jumps: &[i64], slope: &str, constant: &str) -> Form {
    let plane = |k: usize| Hyperplane { normal: vec![Rational::one()], offset: Rational::from(k) };
    Form {
        jumps: jumps.iter().enumerate().map(|(k, j)| (plane(k), vec![Rational::from(*j)])).collect(),
        affine: vec![Affine { coefficients: vec![r(slope)], constant: r(constant) }],
    }
}

#[test]
fn many_hinges_on_a_line_are_counted_by_sums() {
    let jumps = [7, -3, 5, 11, -2, 9, 4, -8, 6, 13, -5, 1, 3, -7, 2, 10];
    let some: i64 = jumps[2] + jumps[5] + jumps[10];
    for n in [9, 12, 13, 16] {
        // A slope that some hinges turned around take up; one that none do.
        for (slope, on_a_box, everywhere) in
            [((-some).to_string(), n, n), ("1/2".into(), n + 1, n + 1), ("1000".into(), n + 1, n + 1)]
        {
            let form = steps(&jumps[..n], &slope, "3");
            let domain = Domain::Box(vec![(r("-1"), r("100"))]);
            let bound = |domain: &Domain| lower_bound(&form, domain, Biases::ALLOWED, usize::MAX).unwrap();
            if n > 10 {
                assert_eq!(bound(&domain), on_a_box, "{n} {slope}");
                assert_eq!(bound(&Domain::Everywhere), everywhere, "{n} {slope}");
            }
        }
    }
}

#[test]
fn many_hinges_in_the_plane_need_a_pair_for_a_row_of_their_own() {
    for n in [5i64, 12, 13, 15] {
        let jumps = (0..n)
            .map(|k| (Hyperplane { normal: vec![r("1"), Rational::from(k)], offset: r("0") }, vec![r("2")]))
            .collect();
        let affine = vec![Affine { coefficients: vec![r("1/3"), r("1/5")], constant: r("0") }];
        let form = Form { jumps, affine };
        let n = n as usize;
        assert_eq!(lower_bound(&form, &Domain::Everywhere, Biases::ALLOWED, usize::MAX).unwrap(), n + 2);
        assert_eq!(lower_bound(&form, &Domain::unit_box(2), Biases::ALLOWED, usize::MAX).unwrap(), n + 1);
    }
}

#[test]
fn a_constant_without_output_bias_is_counted_however_many_hinges_there_are() {
    let no_output = Biases { hidden: true, output: false };
    for n in [1, 12, 13, 40] {
        // All hinges go through the origin, so none has a second neuron that gives a constant.
        let jump = |k: i64| vec![r("2"), Rational::from(k)];
        let jumps = (1..=n)
            .map(|k| (Hyperplane { normal: vec![r("1"), Rational::from(k)], offset: r("0") }, jump(k)))
            .collect();
        let constant = |constant| Affine { coefficients: vec![r("0"); 2], constant: r(constant) };
        let form = Form { jumps, affine: vec![constant("0"), constant("1/7")] };
        let n = n as usize;
        assert!(lower_bound(&form, &Domain::Everywhere, no_output, n + 1).unwrap() > n, "{n}");
    }
}
