//! How long a formula is, to choose between several.

use pellucid_core::{Expr, Gate, Rational, expr_to_text};

/// The number of operations, inputs and constants; each value of a table or corner counts, numbers other
/// than small ones count twice, and so do operations within operations.
pub(crate) fn weight(expr: &Expr) -> usize {
    weight_and_depth(expr).0
}

fn weight_and_depth(expr: &Expr) -> (usize, usize) {
    let number = |value: &Rational| if value.bits() > 8 { 2 } else { 1 };
    let own = match expr {
        Expr::Constant(value) | Expr::Scale(value, _) => number(value),
        Expr::Pwl(_, points) => 1 + points.iter().map(|(x, y)| number(x) + number(y)).sum::<usize>(),
        Expr::Gate(Gate::Table(values), _) => 1 + values.iter().map(number).sum::<usize>(),
        Expr::Gate(Gate::Mod { .. }, _) => 3,
        Expr::Gate(Gate::AddMod { .. }, _) => 2,
        _ => 1,
    };
    let inside = expr.children().iter().map(weight_and_depth);
    let (weight, depth) = inside.fold((own, 0), |(sum, deepest), (w, d)| (sum + w, deepest.max(d)));
    match expr {
        // Sums, factors and negations are no operations of their own here.
        Expr::Sum(_) | Expr::Scale(..) | Expr::Gate(Gate::Not, _) | Expr::Constant(_) | Expr::Input(_) => {
            (weight, depth)
        }
        _ => (weight + usize::from(depth > 0), depth + 1),
    }
}

/// The shortest of some formulas; of equally long ones the one with the shorter text.
pub(crate) fn shortest_of(exprs: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    exprs.into_iter().min_by_key(|expr| {
        let text = expr_to_text(expr, &[]);
        (weight(expr), text.len(), text)
    })
}
