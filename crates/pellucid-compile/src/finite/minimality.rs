//! How few neurons a function takes at finitely many points: proved up to three.

use pellucid_core::{Certificate, Claim, Domain, Function, Network, Proof, Rational, counted};
use pellucid_prove::{FewNeurons, Limits, SizeBound, few_neurons};

use super::table::Table;
use crate::Minimality;

/// A certificate can show that so many neurons are needed, and no more.
const MOST: usize = 3;
/// The size of all linear programs together, for each choice of points: seconds.
const MAX_WORK: usize = 10_000_000;
/// All points are looked at where their number times that of their coordinates is at most this.
const MAX_LOOKED_AT: usize = 2048;
/// More inputs make the programs of all points too large.
const MAX_INPUTS: usize = 9;
/// Before that all inputs but so many are held fixed, in so many ways.
const FREE: [usize; 2] = [3, 4];
const MAX_PARTS: usize = 16;

/// What is known about smaller networks, or a smaller network.
pub(crate) enum Known {
    Minimality(Box<Minimality>),
    Smaller(Network<Rational>),
}

/// Looks for a proof that the network is the smallest, of whatever depth.
pub(crate) fn minimality(
    function: &Function,
    domain: &Domain,
    network: &Network<Rational>,
    table: Option<&Table>,
    limits: Limits<'_>,
) -> Known {
    let size = network.hidden_neurons();
    let proved = |proved, lower_bound, reason: String, any_depth| {
        Known::Minimality(Box::new(Minimality { proved, lower_bound, reason, any_depth }))
    };
    if size == 0 {
        return proved(true, 0, "no hidden neuron is needed: it is affine at the points".into(), None);
    }
    let Some(table) = table else {
        return proved(false, 0, "there are too many points to look for a lower bound".into(), None);
    };
    for n_neurons in (0..size.min(MOST)).rev() {
        let proof = match few(table, n_neurons, limits) {
            FewNeurons::Excluded(proof) => proof,
            FewNeurons::Found(smaller) => return Known::Smaller(smaller),
            FewNeurons::GaveUp => continue,
        };
        let at_least = n_neurons + 1;
        let what = match n_neurons {
            0 => "no affine map has".to_string(),
            n => format!("no network with {} has", counted(n, "hidden neuron")),
        };
        let why = format!(
            "{what} its values at {} (at any depth, no skip connections, biases allowed, {})",
            counted(proof.points.len(), "point"),
            domain.phrase_in(function.input_names())
        );
        let reason = match size > at_least {
            true if at_least == MOST => format!("{why}; larger lower bounds are not looked for"),
            true => format!("{why}; whether {} do is not decided", counted(at_least, "neuron")),
            false => why.clone(),
        };
        let claim = Claim::AtLeast { function: function.clone(), domain: domain.clone(), at_least };
        let certificate = Certificate::new(claim, Proof::AtLeastAtPoints(proof));
        let bound = SizeBound { at_least, reason: why, certificate };
        return proved(at_least == size, at_least, reason, Some(bound));
    }
    proved(false, 0, "no proof of a lower bound was found within the limits".into(), None)
}

/// Can so many neurons do it? All outputs together are at least as hard as one.
fn few(table: &Table, n_neurons: usize, limits: Limits<'_>) -> FewNeurons {
    let (n_points, n) = (table.points.len(), table.n_inputs());
    let whole = n <= MAX_INPUTS && n_points * n <= MAX_LOOKED_AT;
    for output in 0..table.n_outputs() {
        let among = |indices: &[usize]| {
            let points: Vec<Vec<Rational>> = indices.iter().map(|i| table.point(*i)).collect();
            let values: Vec<Rational> = indices.iter().map(|i| table.value(*i)[output].clone()).collect();
            // Inputs that do not change would only be further unknowns.
            let changes = |k: &usize| points.iter().any(|point| point[*k] != points[0][*k]);
            let changing: Vec<usize> = (0..n).filter(changes).collect();
            let fewer = |point: &Vec<Rational>| changing.iter().map(|k| point[*k].clone()).collect();
            let short: Vec<Vec<Rational>> = points.iter().map(fewer).collect();
            let mut found = few_neurons(&short, &values, n_neurons, MAX_WORK, limits);
            if let FewNeurons::Excluded(proof) = &mut found {
                let whole = |short_one: &Vec<Rational>| short.iter().position(|known| known == short_one);
                proof.points = proof.points.iter().filter_map(whole).map(|k| points[k].clone()).collect();
                proof.output = output;
            }
            found
        };
        // A part is the cheaper proof, all points may show a smaller network.
        for part in parts(table).into_iter().filter(|part| part.len() < n_points) {
            if let FewNeurons::Excluded(proof) = among(&part) {
                return FewNeurons::Excluded(proof);
            }
        }
        if whole {
            match among(&(0..n_points).collect::<Vec<_>>()) {
                FewNeurons::Excluded(proof) => {
                    return FewNeurons::Excluded(proof);
                }
                FewNeurons::Found(network) if table.n_outputs() == 1 && network.n_inputs() == n => {
                    return FewNeurons::Found(network);
                }
                FewNeurons::Found(_) | FewNeurons::GaveUp => {}
            }
        }
    }
    FewNeurons::GaveUp
}

/// Points that agree with some point in all but a few neighbouring inputs.
fn parts(table: &Table) -> Vec<Vec<usize>> {
    let n = table.n_inputs();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let bases = [0, table.points.len() / 2, table.points.len() - 1];
    for (free, base) in FREE.into_iter().flat_map(|free| bases.map(|base| (free.min(n), base))) {
        for start in 0..=n - free {
            if parts.len() == MAX_PARTS {
                return parts;
            }
            let agrees = |point: &[i64]| {
                let fixed = (0..n).filter(|i| *i < start || *i >= start + free);
                fixed.into_iter().all(|i| point[i] == table.points[base][i])
            };
            let part: Vec<usize> =
                (0..table.points.len()).filter(|i| agrees(&table.points[*i])).take(MAX_LOOKED_AT / n).collect();
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
}
