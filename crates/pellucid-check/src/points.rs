//! A proof by points: a finite domain is gone through, and at each point the difference is worked out
//! anew, in integers: a point is `coordinates / last`, and ReLUs commute with the positive `last`.

use pellucid_core::{Domain, Integer, IntegerForm, IntegerGraph, IntegerRow, MAX_STEPS, Rational, ReluGraph, sign_of};

/// Checks that every output of the graph is within `bound` of 0 at every point of the domain.
pub(crate) fn all(graph: &ReluGraph, domain: &Domain, bound: &Rational) -> Result<(), String> {
    let Domain::Finite { values, rows } = domain else {
        return Err(format!("{domain} has infinitely many points"));
    };
    if domain.n_points(graph).is_none() {
        return Err(format!("checking the points one by one takes more than {MAX_STEPS} multiplications"));
    }
    let graph = IntegerGraph::of(graph);
    let limits: Vec<Rational> = graph.scales.iter().map(|scale| scale * bound).collect();
    let conditions: Vec<IntegerRow> = rows.iter().map(IntegerRow::of).collect();
    // All values as integers over one denominator.
    let last = Rational::primitive_scale(values.iter().flatten().chain([&Rational::one()])).to_integer();
    let scaled = |value: &Rational| (value * Rational::from(last.clone())).to_integer();
    let values: Vec<Vec<Integer>> = values.iter().map(|values| values.iter().map(scaled).collect()).collect();
    let mut indices = vec![0; values.len()];
    let mut any = false;
    loop {
        let at = values.iter().zip(&indices).map(|(v, i)| v[*i].clone());
        let point: Vec<Integer> = at.chain([last.clone()]).collect();
        if conditions.iter().all(|row| sign_of(&row.at(&point)) >= 0) {
            any = true;
            let within =
                |(output, limit): (Integer, &Rational)| Rational::quotient(output, last.clone()).abs() <= *limit;
            if !outputs(&graph, &point).into_iter().zip(&limits).all(within) {
                return Err(format!("the two sides differ at {point:?}, divided by the last"));
            }
        }
        // The next point: the last input that has a further value takes it, those behind start anew.
        let Some(i) = (0..values.len()).rev().find(|i| indices[*i] + 1 < values[*i].len()) else { break };
        indices[i] += 1;
        indices[i + 1..].fill(0);
    }
    if any { Ok(()) } else { Err("the domain has no point".into()) }
}

/// The scaled outputs at a point, times its last coordinate.
fn outputs(graph: &IntegerGraph, point: &[Integer]) -> Vec<Integer> {
    let mut relus: Vec<Integer> = Vec::with_capacity(graph.relus.len());
    let value = |form: &IntegerForm, relus: &[Integer]| {
        form.relus.iter().fold(form.row.at(point), |sum, (k, factor)| sum + factor * &relus[*k])
    };
    for form in &graph.relus {
        relus.push(value(form, &relus).max(Integer::ZERO));
    }
    graph.outputs.iter().map(|form| value(form, &relus)).collect()
}
