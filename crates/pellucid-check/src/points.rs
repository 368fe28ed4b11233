//! A proof by points: a finite domain is gone through, and at each point the difference is worked out
//! anew.

use pellucid_core::{Domain, MAX_STEPS, Rational, ReluGraph};

/// Checks that every output of the graph is within `bound` of 0 at every point of the domain.
pub(crate) fn all(graph: &ReluGraph, domain: &Domain, bound: &Rational) -> Result<(), String> {
    let Domain::Finite { values, rows } = domain else {
        return Err(format!("{domain} has infinitely many points"));
    };
    if domain.n_points(graph).is_none() {
        return Err(format!("checking the points one by one takes more than {MAX_STEPS} multiplications"));
    }
    let mut indices = vec![0; values.len()];
    let mut point: Vec<Rational> = values.iter().map(|values| values[0].clone()).collect();
    let mut any = false;
    loop {
        if rows.iter().all(|row| !row.at(&point).is_negative()) {
            any = true;
            if graph.evaluate(&point).iter().any(|difference| difference.abs() > *bound) {
                return Err(format!("the two sides differ at {point:?}"));
            }
        }
        // The next point: the last input that has a further value takes it, those behind start anew.
        let Some(i) = (0..values.len()).rev().find(|i| indices[*i] + 1 < values[*i].len()) else { break };
        indices[i] += 1;
        indices[i + 1..].fill(0);
        for k in i..values.len() {
            point[k] = values[k][indices[k]].clone();
        }
    }
    if any { Ok(()) } else { Err("the domain has no point".into()) }
}
