//! A function's tree as circuits of circuits: one for every named operation.

use pellucid_core::{Circuit, Expr, circuit_name};

/// The circuit that computes an expression, made of those of its arguments. Minima and maxima of
/// many are tournaments of pairs. The neurons are left out: they depend on how layers are shared.
///
/// ```
/// use pellucid_compile::expr_to_circuit;
/// use pellucid_core::Function;
/// let f = Function::parse("min(x1, x2, x3, x4)").unwrap();
/// let circuit = expr_to_circuit(&f.outputs()[0]);
/// assert_eq!((circuit.name.as_str(), circuit.parts.len()), ("minimum", 2));
/// assert_eq!(circuit.all().len(), 3);
/// ```
pub fn expr_to_circuit(expr: &Expr) -> Circuit {
    let expr = in_pairs(expr);
    let parts = expr.children().iter().flat_map(circuits_within).collect();
    Circuit { name: circuit_name(&expr).into(), computes: expr, neurons: Vec::new(), parts }
}

/// The outermost circuits inside an expression; affine parts have none of their own.
fn circuits_within(expr: &Expr) -> Vec<Circuit> {
    match expr {
        Expr::Constant(_) | Expr::Input(_) => Vec::new(),
        Expr::Sum(_) | Expr::Scale(..) => expr.children().iter().flat_map(circuits_within).collect(),
        _ => vec![expr_to_circuit(expr)],
    }
}

/// A minimum or maximum of many as one of two, each half's again.
fn in_pairs(expr: &Expr) -> Expr {
    let terms = match expr {
        Expr::Min(terms) | Expr::Max(terms) if terms.len() > 2 => terms,
        _ => return expr.clone(),
    };
    let build = if matches!(expr, Expr::Min(_)) { Expr::Min } else { Expr::Max };
    // The same rounds as the compiler's: neighbours play, a last one without partner waits.
    let mut round = terms.to_vec();
    while round.len() > 1 {
        round =
            round.chunks(2).map(|pair| if pair.len() == 2 { build(pair.to_vec()) } else { pair[0].clone() }).collect();
    }
    round.swap_remove(0)
}
