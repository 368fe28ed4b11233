//! A function of functions: the inner ones compiled on their own, the outer one on the values they take.

use pellucid_core::{Error, Expr, Function, Layer, Network, Rational, numbered_inputs};

use super::Search;
use super::shrink::shrink;
use super::table::Table;
use crate::fold::compose;

/// The outputs as functions of the values inside their outermost operations, and those values.
struct Cut {
    outer: Vec<Expr>,
    /// Inputs, and functions that are not affine.
    inner: Vec<Expr>,
}

/// The network put together from one for the outer operations and one for each function inside them;
/// `None` where there is none inside.
///
/// # Errors
/// When a limit is reached.
pub(crate) fn composed(
    outputs: &[Expr],
    table: &Table,
    around: &Search<'_>,
) -> Result<Option<Network<Rational>>, Error> {
    let search = around.inside();
    let mut cut = Cut { outer: Vec::new(), inner: Vec::new() };
    cut.outer = outputs.iter().map(|output| cut.outside(output, true)).collect();
    let Cut { outer, inner } = cut;
    let n = table.n_inputs();
    let (functions, inputs): (Vec<Expr>, Vec<Expr>) = inner.iter().cloned().partition(|e| !matches!(e, Expr::Input(_)));
    if functions.is_empty() || functions.iter().any(|f| outputs.contains(f) && outputs.len() == 1) {
        return Ok(None);
    }
    let mut parts: Vec<Network<Rational>> = Vec::new();
    let mut values: Vec<Vec<Rational>> = vec![Vec::new(); table.points.len()];
    // Functions first, then inputs, whatever the order in which they were met.
    for function in &functions {
        let named = Function::new(numbered_inputs(n), vec![function.clone()])?;
        let graph = named.to_relu_graph();
        let Some(inside) = Table::of_graph(&graph, search.domain, search.limits)? else { return Ok(None) };
        for (values, class) in values.iter_mut().zip(&inside.classes) {
            values.push(inside.values[*class][0].clone());
        }
        parts.push(search.best(std::slice::from_ref(function), &graph, &inside)?);
    }
    for input in &inputs {
        let Expr::Input(i) = input else { continue };
        values.iter_mut().enumerate().for_each(|(p, values)| values.push(table.point(p).swap_remove(*i)));
        let weights = vec![(0..n).map(|k| Rational::from(i64::from(k == *i))).collect()];
        parts.push(Network::new(None, vec![Layer { weights, biases: vec![Rational::zero()] }])?);
    }
    let Some(outside) = table.moved_to(&values) else { return Ok(None) };
    let place = |e: &Expr| functions.iter().chain(&inputs).position(|known| known == e).unwrap_or(0);
    let renamed: Vec<Expr> = inner.iter().map(|e| Expr::Input(place(e))).collect();
    let outer: Vec<Expr> = outer.iter().map(|e| e.substitute(&renamed)).collect();
    let named = Function::new(numbered_inputs(renamed.len()), outer.clone())?;
    // What is outside has no functions inside it any more: the domain is not asked for.
    let search = Search { domain: &outside.hull(), ..search };
    let outer = search.best(&outer, &named.to_relu_graph(), &outside)?;
    let lows: Vec<Rational> =
        (0..renamed.len()).map(|k| values.iter().map(|v| &v[k]).min().cloned().unwrap_or_default()).collect();
    let beside = side_by_side(parts, &lows)?;
    shrink(compose(&outer, &beside)?, table, search.limits).map(Some)
}

impl Cut {
    /// A tree with the values inside its outermost operations made inputs.
    fn outside(&mut self, tree: &Expr, outermost: bool) -> Expr {
        let rebuilt: Vec<Expr> = match tree {
            Expr::Constant(_) => return tree.clone(),
            Expr::Sum(terms) => return Expr::sum(terms.iter().map(|t| self.outside(t, outermost)).collect::<Vec<_>>()),
            Expr::Scale(factor, term) => return Expr::scale(factor.clone(), self.outside(term, outermost)),
            Expr::Input(_) => return self.value(tree),
            _ if !outermost => return self.value(tree),
            _ => tree.children().iter().map(|child| self.outside(child, false)).collect(),
        };
        with_children(tree, rebuilt)
    }

    fn value(&mut self, tree: &Expr) -> Expr {
        let at = self.inner.iter().position(|known| known == tree).unwrap_or_else(|| {
            self.inner.push(tree.clone());
            self.inner.len() - 1
        });
        Expr::Input(at)
    }
}

/// The same operation of other operands.
fn with_children(tree: &Expr, mut new: Vec<Expr>) -> Expr {
    let mut first = || if new.is_empty() { Expr::Constant(Rational::zero()) } else { new.remove(0) };
    match tree {
        Expr::Relu(_) => Expr::Relu(Box::new(first())),
        Expr::Abs(_) => Expr::Abs(Box::new(first())),
        Expr::Pwl(_, points) => Expr::Pwl(Box::new(first()), points.clone()),
        Expr::Clamp(_) => {
            let (value, low, high) = (first(), first(), first());
            Expr::Clamp(Box::new([value, low, high]))
        }
        Expr::Min(_) => Expr::Min(new),
        Expr::Max(_) => Expr::Max(new),
        Expr::Ranked { rank, .. } => Expr::Ranked { rank: *rank, of: new },
        Expr::Gate(gate, _) => Expr::Gate(gate.clone(), new),
        Expr::Constant(_) | Expr::Input(_) | Expr::Sum(_) | Expr::Scale(..) => tree.clone(),
    }
}

/// Networks of the same inputs, of one output each, as one with all outputs. The shallower ones pass
/// their value on through neurons that are on, as it is never below its low.
fn side_by_side(mut parts: Vec<Network<Rational>>, lows: &[Rational]) -> Result<Network<Rational>, Error> {
    let depth = parts.iter().map(|part| part.layers().len()).max().unwrap_or(1);
    for (part, low) in parts.iter_mut().zip(lows) {
        // An input is passed on from below, a value from where it is had; either is one neuron a layer.
        while part.layers().len() < depth {
            let one = || vec![vec![Rational::one()]];
            let keep =
                vec![Layer { weights: one(), biases: vec![-low] }, Layer { weights: one(), biases: vec![low.clone()] }];
            *part = compose(&Network::new(None, keep)?, part)?;
        }
    }
    let mut layers = Vec::new();
    for index in 0..depth {
        let width: usize = parts.iter().map(|part| part.layers()[index].weights[0].len()).sum();
        let mut layer = Layer { weights: Vec::new(), biases: Vec::new() };
        let mut before = 0;
        for part in &parts {
            let own = &part.layers()[index];
            for (row, bias) in own.weights.iter().zip(&own.biases) {
                layer.biases.push(bias.clone());
                if index == 0 {
                    layer.weights.push(row.clone());
                } else {
                    let mut wide = vec![Rational::zero(); width];
                    wide[before..before + row.len()].clone_from_slice(row);
                    layer.weights.push(wide);
                }
            }
            before += own.weights[0].len();
        }
        layers.push(layer);
    }
    Network::new(None, layers)
}
