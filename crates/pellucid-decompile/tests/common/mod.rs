//! What the tests share: questions, networks from numbers, and the one check of every answer.

#![allow(dead_code, reason = "each test file uses a part")]

use pellucid_check::check;
use pellucid_core::{Certificate, Claim, Computation, Domain, Function, Layer, Network, Rational, SplitMix64};
use pellucid_decompile::{Decompiled, Question, decompile};
use pellucid_prove::{Largest, Limits};

pub fn rational(text: &str) -> Rational {
    text.parse().unwrap()
}

pub fn question(domain: &Domain, tolerance: &str) -> Question<'static> {
    Question { domain: domain.clone(), tolerance: rational(tolerance), target: None, limits: Limits::default() }
}

pub fn unit_box(n: usize) -> Domain {
    Domain::unit_box(n)
}

/// A one-layer network from rows, biases, outgoing weights (out, in) and output biases.
pub fn network(rows: &[Vec<f64>], biases: &[f64], out: &[Vec<f64>], out_biases: &[f64]) -> Network<Rational> {
    let exact = |values: &[f64]| values.iter().map(|v| Rational::from_f64(*v).unwrap()).collect::<Vec<_>>();
    let layer = |rows: &[Vec<f64>], biases: &[f64]| Layer {
        weights: rows.iter().map(|row| exact(row)).collect(),
        biases: exact(biases),
    };
    Network::new(None, vec![layer(rows, biases), layer(out, out_biases)]).unwrap()
}

/// Takes a network apart and checks what must hold of every answer: the certificate claims the
/// deviation of the formula on the domain and the independent checker accepts it, `explained` is said
/// only within the tolerance, and the formula's text reads back as the same function.
pub fn taken_apart(network: &Network<Rational>, question: &Question<'_>) -> Decompiled {
    let found = decompile(network, question).unwrap();
    let text = found.formula.to_string();
    let read = Function::parse_with_inputs(&text, network.input_names()).unwrap();
    assert_eq!(read.to_string(), text, "the text reads back");
    match (&found.deviation, &found.certificate) {
        (Largest::At(most, at), Some(certificate)) => {
            assert!(check(certificate).is_accepted(), "{text}: {:?}", check(certificate).rejection);
            let Claim::Within { left, right, domain, bound } = &certificate.claim else { panic!("{text}") };
            assert_eq!(left, &Computation::Network(network.clone()));
            assert_eq!(right, &Computation::Function(found.formula.clone()));
            assert_eq!((domain, bound), (&question.domain, most));
            let (here, there) = (network.evaluate(at), found.formula.evaluate(at));
            let reached = here.iter().zip(&there).map(|(a, b)| (a - b).abs()).max().unwrap();
            assert_eq!(&reached, most, "{text}: the deviation is reached where it says");
            assert!(!found.explained || *most <= question.tolerance, "{text}");
        }
        (Largest::Infinite { .. }, None) => assert!(!found.explained),
        other => panic!("{text}: {other:?}"),
    }
    if let Some(closer) = &found.closer {
        let Some(certificate) = &closer.certificate else { panic!("{text}: a closer formula is proved") };
        assert!(check(certificate).is_accepted(), "{}", closer.formula);
        let Claim::Within { right, bound, .. } = &certificate.claim else { panic!("{text}") };
        assert_eq!(right, &Computation::Function(closer.formula.clone()));
        assert!(*bound <= question.tolerance && !found.explained, "{text}");
    }
    if let Some((low, high)) = &found.beyond {
        assert!(!low.is_negative() && low <= high, "{text}");
        // Outside of a share of 0 there is nothing; where something is off, it is off on an open set.
        assert_eq!(high.is_zero(), found.explained, "{text}");
    }
    // A certificate survives its file.
    if let Some(certificate) = &found.certificate {
        let again = Certificate::from_json(&certificate.to_json()).unwrap();
        assert!(check(&again).is_accepted());
    }
    found
}

/// SplitMix64, so that every run tries the same.
pub struct Stream(pub u64);

impl Stream {
    pub fn next(&mut self) -> u64 {
        let mut stream = SplitMix64(self.0);
        let next = stream.next_u64();
        self.0 = stream.0;
        next
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// From low to high.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// As a trained weight: a float32.
    pub fn weight(&mut self, size: f64) -> f64 {
        f64::from(self.between(-size, size) as f32)
    }
}

/// A network of any depth with weights as a framework draws them.
pub fn untrained_stack(stream: &mut Stream, widths: &[usize]) -> Network<Rational> {
    let layers = widths.windows(2).map(|pair| {
        let size = 1.0 / (pair[0] as f64).sqrt();
        let mut numbers =
            |n: usize| -> Vec<Rational> { (0..n).map(|_| Rational::from_f64(stream.weight(size)).unwrap()).collect() };
        Layer { weights: (0..pair[1]).map(|_| numbers(pair[0])).collect(), biases: numbers(pair[1]) }
    });
    Network::new(None, layers.collect()).unwrap()
}

/// A network with weights as a framework draws them.
pub fn untrained(stream: &mut Stream, n_inputs: usize, hidden: usize, n_outputs: usize) -> Network<Rational> {
    let mut weights =
        |n: usize, fan_in: usize| -> Vec<f64> { (0..n).map(|_| stream.weight(1.0 / (fan_in as f64).sqrt())).collect() };
    let rows: Vec<Vec<f64>> = (0..hidden).map(|_| weights(n_inputs, n_inputs)).collect();
    let biases = weights(hidden, n_inputs);
    let out: Vec<Vec<f64>> = (0..n_outputs).map(|_| weights(hidden, hidden)).collect();
    network(&rows, &biases, &out, &weights(n_outputs, hidden))
}
