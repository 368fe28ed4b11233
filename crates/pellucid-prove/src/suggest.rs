//! Points that may satisfy a case, found in floats: they only suggest, whoever uses them evaluates
//! them exactly.

use pellucid_core::{Constraint, Domain, Form, Rational, ReluGraph, SplitMix64, Wire};

/// How many points are tried before the best are improved.
const SAMPLES: usize = 600;
/// How many points are improved, and handed out.
const KEPT: usize = 8;
/// How often a point's step is halved or repeated.
const ROUNDS: usize = 40;
/// How far samples reach where the domain has no end.
const REACH: f64 = 100.0;

/// The most promising points of the domain, best first. Coordinates are float32 numbers wherever
/// one lies between the sides, so that other programs can be given exactly these points.
pub(crate) fn suggestions(
    graph: &ReluGraph,
    domain: &Domain,
    cases: &[Vec<Constraint>],
    stop: Option<&(dyn Fn() -> bool + Sync)>,
) -> impl Iterator<Item = Vec<Rational>> + use<> {
    let search = Search::new(graph, domain, cases);
    let mut stream = SplitMix64(0x9e37_79b9_7f4a_7c15);
    let mut best: Vec<(f64, Vec<f64>)> = Vec::new();
    let is_over = || stop.is_some_and(|stop| stop());
    for sample in 0..SAMPLES {
        if sample % 16 == 0 && is_over() {
            break;
        }
        let point: Vec<f64> = search.sides.iter().map(|side| draw_within(&mut stream, side, sample % 3 == 0)).collect();
        let margin = search.margin(&point);
        if best.len() < KEPT || margin > best[KEPT - 1].0 {
            let at = best.partition_point(|(other, _)| *other >= margin);
            best.insert(at, (margin, point));
            best.truncate(KEPT);
        }
    }
    for candidate in &mut best {
        if !is_over() {
            search.improve(candidate);
        }
    }
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    best.into_iter().filter_map(|(_, point)| point.into_iter().map(Rational::from_f64).collect())
}

/// The graph, the domain and the cases in floats.
struct Search {
    relus: Vec<FloatForm>,
    outputs: Vec<FloatForm>,
    sides: Vec<(f64, f64)>,
    cases: Vec<Vec<FloatConstraint>>,
}

type FloatForm = (Vec<(Wire, f64)>, f64);
type FloatConstraint = (Vec<(usize, f64)>, Vec<(usize, f64)>, f64);

impl Search {
    fn new(graph: &ReluGraph, domain: &Domain, cases: &[Vec<Constraint>]) -> Self {
        let form =
            |form: &Form| (form.terms.iter().map(|(wire, c)| (*wire, c.to_f64())).collect(), form.constant.to_f64());
        let constraint = |c: &Constraint| {
            let floats = |factors: &std::collections::BTreeMap<usize, Rational>| {
                factors.iter().map(|(i, factor)| (*i, factor.to_f64())).collect()
            };
            (floats(&c.inputs), floats(&c.outputs), c.constant.to_f64())
        };
        let sides = match domain {
            Domain::Box(sides) => sides.iter().map(|(low, high)| float32_between(low, high)).collect(),
            _ => vec![(-REACH, REACH); graph.n_inputs],
        };
        Search {
            relus: graph.relus.iter().map(form).collect(),
            outputs: graph.outputs.iter().map(form).collect(),
            sides,
            cases: cases.iter().map(|case| case.iter().map(constraint).collect()).collect(),
        }
    }

    /// By how much the least satisfied constraint of the best case is satisfied.
    fn margin(&self, point: &[f64]) -> f64 {
        let mut relus: Vec<f64> = Vec::with_capacity(self.relus.len());
        let value = |(terms, constant): &FloatForm, relus: &[f64]| {
            terms.iter().fold(*constant, |sum, (wire, factor)| match wire {
                Wire::Input(i) => sum + factor * point[*i],
                Wire::Relu(k) => sum + factor * relus[*k],
            })
        };
        for form in &self.relus {
            relus.push(value(form, &relus).max(0.0));
        }
        let outputs: Vec<f64> = self.outputs.iter().map(|form| value(form, &relus)).collect();
        let slack = |(on_inputs, on_outputs, constant): &FloatConstraint| {
            let part =
                |factors: &[(usize, f64)], values: &[f64]| factors.iter().map(|(i, c)| c * values[*i]).sum::<f64>();
            constant + part(on_inputs, point) + part(on_outputs, &outputs)
        };
        let least = |case: &Vec<FloatConstraint>| case.iter().map(slack).fold(f64::INFINITY, f64::min);
        self.cases.iter().map(least).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Steps along single inputs, halved when none helps.
    fn improve(&self, (margin, point): &mut (f64, Vec<f64>)) {
        let mut share = 0.25;
        for _ in 0..ROUNDS {
            let before = *margin;
            for i in 0..point.len() {
                let (low, high) = self.sides[i];
                for sign in [-1.0, 1.0] {
                    let old = point[i];
                    point[i] = to_float32_within(old + sign * share * (high - low), &self.sides[i]);
                    match self.margin(point) {
                        better if better > *margin => *margin = better,
                        _ => point[i] = old,
                    }
                }
            }
            if *margin <= before {
                share /= 2.0;
            }
        }
    }
}

/// The float32 numbers next to the sides, inside; the middle as a float64 where there are none.
fn float32_between(low: &Rational, high: &Rational) -> (f64, f64) {
    let within = |value: f32| Rational::from_f32(value).is_some_and(|value| *low <= value && value <= *high);
    let inside = |value: f32| [value, value.next_up(), value.next_down()].into_iter().find(|value| within(*value));
    match (inside(low.to_f32()), inside(high.to_f32())) {
        (Some(low), Some(high)) => (low.into(), high.into()),
        _ => {
            let middle = ((low + high) / Rational::from(2)).to_f64();
            (middle, middle)
        }
    }
}

fn to_float32_within(value: f64, (low, high): &(f64, f64)) -> f64 {
    // Both sides are float32 numbers or equal, so rounding to nearest stays between them.
    if low == high { *low } else { f64::from(value.clamp(*low, *high) as f32) }
}

/// A number between the sides, or one of them.
fn draw_within(stream: &mut SplitMix64, side: &(f64, f64), corner: bool) -> f64 {
    let share = stream.next_u64();
    if corner {
        return if share & 1 == 0 { side.0 } else { side.1 };
    }
    let share = (share >> 11) as f64 / (1u64 << 53) as f64;
    to_float32_within(side.0 + share * (side.1 - side.0), side)
}
