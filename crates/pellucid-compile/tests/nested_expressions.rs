//! A thousand random nested expressions: each compiles, is proved equal, and is no larger than the
//! straightforward composition of its circuits.

use pellucid_check::check;
use pellucid_compile::compile;
use pellucid_core::{Biases, Domain, Expr, Function, Rational, ReluGraph, Wire, numbered_inputs};
use pellucid_prove::Limits;

const N_EXPRESSIONS: u64 = 1000;
const MAX_DEPTH: usize = 4;

/// A small generator of numbers without a pattern.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn rational(&mut self) -> Rational {
        Rational::ratio(self.below(9) as i64 - 4, 1 + self.below(2) as i64)
    }

    fn expr(&mut self, n_inputs: u64, depth: usize) -> Expr {
        if depth == 0 || self.below(8) == 0 {
            return match self.below(6) {
                0 => Expr::Constant(self.rational()),
                _ => Expr::Input(self.below(n_inputs) as usize),
            };
        }
        let one = |numbers: &mut Self| Box::new(numbers.expr(n_inputs, depth - 1));
        let several = |numbers: &mut Self| {
            let n = 2 + numbers.below(2);
            (0..n).map(|_| numbers.expr(n_inputs, depth - 1)).collect::<Vec<_>>()
        };
        match self.below(10) {
            0 => Expr::Relu(one(self)),
            1 => Expr::Abs(one(self)),
            2 | 3 => Expr::Min(several(self)),
            4 | 5 => Expr::Max(several(self)),
            6 => {
                let (low, width) = (self.rational(), Rational::from(1 + self.below(3) as i64));
                let high = Expr::Constant(&low + width);
                Expr::Clamp(Box::new([*one(self), Expr::Constant(low), high]))
            }
            7 => Expr::Ranked { rank: 1, of: (0..3).map(|_| *one(self)).collect() },
            8 => Expr::scale(self.rational(), *one(self)),
            _ => Expr::sum(several(self)),
        }
    }
}

/// The hidden neurons of a layer by layer composition: a neuron a ReLU, and for every value that a
/// later layer needs one neuron a layer, or two for an input, which can be negative, as they are for an
/// affine map with no ReLU to stand beside.
fn straightforward(graph: &ReluGraph) -> usize {
    let layers = graph.layers();
    let Some(n_layers) = layers.iter().copied().max() else {
        return 2 * usize::from(graph.outputs.iter().any(|form| !form.terms.is_empty()));
    };
    let mut last_use = std::collections::BTreeMap::new();
    let forms = graph.relus.iter().zip(layers.iter().copied());
    for (form, layer) in forms.chain(graph.outputs.iter().map(|form| (form, n_layers + 1))) {
        for (wire, _) in &form.terms {
            let last = last_use.entry(*wire).or_insert(0);
            *last = layer.max(*last);
        }
    }
    let carried = last_use.into_iter().map(|(wire, last)| match wire {
        Wire::Input(_) => 2 * (last - 1),
        Wire::Relu(k) => last - 1 - layers[k],
    });
    layers.len() + carried.sum::<usize>()
}

#[test]
fn random_nested_expressions_are_proved_and_never_larger_than_composed() {
    let limits = Limits { max_cells: 200_000, stop: None };
    let (mut before, mut after, mut n_deep, mut n_smallest) = (0, 0, 0, 0);
    for seed in 0..N_EXPRESSIONS {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let n_inputs = 1 + numbers.below(4);
        let depth = 1 + numbers.below(MAX_DEPTH as u64) as usize;
        let expr = numbers.expr(n_inputs, depth);
        let function = Function::new(numbered_inputs(n_inputs as usize), vec![expr]).unwrap();
        let compiled = compile(&function, &Domain::Everywhere, Biases::ALLOWED, limits)
            .unwrap_or_else(|error| panic!("{seed}: {function}: {error}"));
        let checked = check(&compiled.certificate);
        assert!(checked.is_accepted(), "{seed}: {function}: {checked:?}");
        for _ in 0..8 {
            let point: Vec<Rational> = (0..n_inputs).map(|_| numbers.rational()).collect();
            assert_eq!(compiled.network.evaluate(&point), function.evaluate(&point), "{seed}: {function} at {point:?}");
        }
        let graph = function.to_relu_graph();
        n_deep += usize::from(graph.layers().into_iter().max() > Some(1));
        let (size, composed) = (compiled.network.hidden_neurons(), straightforward(&graph));
        assert!(size <= composed, "{seed}: {function}: {:?} instead of {composed}", compiled.network.widths());
        (before, after, n_smallest) =
            (before + composed, after + size, n_smallest + usize::from(compiled.minimality.proved));
    }
    println!(
        "{N_EXPRESSIONS} expressions: {before} neurons composed, {after} compiled, {:.1} % saved; {n_deep} of two layers or more, {n_smallest} proved smallest",
        100.0 * (before - after) as f64 / before as f64
    );
    // Most are deep, and half of the neurons are saved by far.
    assert!(n_deep > 500 && 2 * after < before);
}
