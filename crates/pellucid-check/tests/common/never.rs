//! Does some input satisfy a case of constraints? Decided over all sign vectors of the ReLUs, by
//! eliminating the inputs one by one (Fourier and Motzkin).

use pellucid_core::{Affine, Computation, Constraint, Rational};

/// A row and whether it must be above 0, not at least 0.
type Row = (Affine, bool);

/// Why the claim that no input satisfies one of the cases is false.
pub fn satisfied(computation: &Computation, cases: &[Vec<Constraint>]) -> Option<String> {
    let graph = computation.to_relu_graph();
    let n = graph.n_inputs;
    let fits = |c: &Constraint| c.inputs.keys().all(|i| *i < n) && c.outputs.keys().all(|i| *i < graph.outputs.len());
    if !cases.iter().flatten().all(fits) {
        return Some("a constraint is about nothing".into());
    }
    for signs in 0..1u32 << graph.relus.len() {
        let (mut relus, mut rows): (Vec<Affine>, Vec<Row>) = (Vec::new(), Vec::new());
        for (k, form) in graph.relus.iter().enumerate() {
            let map = form.to_affine(n, &relus);
            let on = signs >> k & 1 == 1;
            rows.push((map.scaled(&Rational::from(if on { 1 } else { -1 })), false));
            relus.push(if on { map } else { Affine::constant(n, Rational::zero()) });
        }
        let outputs: Vec<Affine> = graph.outputs.iter().map(|form| form.to_affine(n, &relus)).collect();
        for (index, case) in cases.iter().enumerate() {
            let constraint = |c: &Constraint| {
                let mut map = Affine::constant(n, c.constant.clone());
                c.inputs.iter().for_each(|(i, factor)| map.add_scaled(factor, &Affine::input(n, *i)));
                c.outputs.iter().for_each(|(i, factor)| map.add_scaled(factor, &outputs[*i]));
                (map, c.strict)
            };
            if has_a_point(rows.iter().cloned().chain(case.iter().map(constraint)).collect(), n) {
                return Some(format!("an input satisfies case {index}"));
            }
        }
    }
    None
}

fn has_a_point(mut rows: Vec<Row>, n_inputs: usize) -> bool {
    for i in 0..n_inputs {
        let sign = |(row, _): &Row| row.coefficients[i].signum();
        let mut next: Vec<Row> = rows.iter().filter(|row| sign(row) == 0).cloned().collect();
        for (low, low_strict) in rows.iter().filter(|row| sign(row) > 0) {
            for (high, high_strict) in rows.iter().filter(|row| sign(row) < 0) {
                let mut sum = low.scaled(&high.coefficients[i].abs());
                sum.add_scaled(&low.coefficients[i], high);
                next.push((sum, *low_strict || *high_strict));
            }
        }
        rows = next;
    }
    rows.iter().all(|(row, strict)| row.constant.is_positive() || (row.constant.is_zero() && !strict))
}
