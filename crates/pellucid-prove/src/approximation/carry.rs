//! Errors on their way through piecewise-linear trees.

use pellucid_core::{Expr, Interval};

use super::BITS;

/// Of a number that two computations give: where the network's lies, where the true one lies, and where
/// the true one less the network's lies.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    pub network: Interval,
    pub truth: Interval,
    pub error: Interval,
}

impl Carried {
    /// A number that both have.
    pub fn exact(range: Interval) -> Self {
        Carried { network: range.clone(), truth: range, error: Interval::zero() }
    }

    /// The smallest that holds both.
    pub fn or(&self, other: &Carried) -> Carried {
        Carried {
            network: self.network.hull(&other.network),
            truth: self.truth.hull(&other.truth),
            error: self.error.hull(&other.error),
        }
    }

    /// A tree of such numbers.
    pub fn tree(tree: &Expr, known: &[Carried]) -> Carried {
        let all = |of: fn(&Carried) -> &Interval| known.iter().map(|one| of(one).clone()).collect::<Vec<Interval>>();
        let network = tree.range(&all(|one| &one.network));
        let error = error(tree, known).rounded(BITS);
        let truth = tree.range(&all(|one| &one.truth));
        let truth = truth.meet(&network.plus(&error)).unwrap_or(truth);
        Carried { network, truth, error }
    }
}

/// All nodes but sums are monotone and move by no more than their terms do.
fn error(tree: &Expr, known: &[Carried]) -> Interval {
    if let Some(map) = tree.as_affine(known.len()) {
        let mut sum = Interval::zero();
        for (c, one) in map.coefficients.iter().zip(known) {
            if !c.is_zero() {
                sum = sum.plus(&one.error.scaled(c));
            }
        }
        return sum;
    }
    let of_children = || {
        let errors = tree.children().iter().map(|child| error(child, known));
        errors.reduce(|all, one| all.hull(&one)).unwrap_or(Interval::EVERYTHING)
    };
    match tree {
        Expr::Constant(_) => Interval::zero(),
        Expr::Input(i) => known[*i].error.clone(),
        Expr::Sum(terms) => terms.iter().fold(Interval::zero(), |sum, term| sum.plus(&error(term, known))),
        Expr::Scale(factor, _) => of_children().scaled(factor),
        Expr::Relu(_) => of_children().hull(&Interval::zero()),
        Expr::Abs(_) => {
            let argument = of_children();
            argument.hull(&argument.negated())
        }
        Expr::Min(_) | Expr::Max(_) | Expr::Ranked { .. } | Expr::Clamp(_) => of_children(),
        Expr::Pwl(_, points) => {
            let argument = of_children();
            let slopes = points.windows(2).map(|p| (&p[1].1 - &p[0].1) / (&p[1].0 - &p[0].0));
            slopes.map(|slope| argument.scaled(&slope)).reduce(|a, b| a.hull(&b)).unwrap_or(Interval::EVERYTHING)
        }
        // The arguments first: put into the gate's function they would be written out several times.
        Expr::Gate(gate, terms) => {
            let arguments: Vec<Carried> = terms.iter().map(|term| Carried::tree(term, known)).collect();
            error(&gate.body(terms.len()), &arguments)
        }
    }
}
