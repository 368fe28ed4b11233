//! Disguised networks of the library's functions, taken apart again and compared with their labels.
//!
//! A neuron counts as named right when what it is said to compute is what its label says, compared as functions on
//! the domain: the pre-activation of the original's neuron that it stands for, times its scale, turned around where
//! it is; or the combination that it carries. In the first layer its feature must be the same, name and numbers.
//! One that stands for a neuron of the original must be said to detect, one that carries or passes values on to
//! carry, one that is dead to be dead, and a decoy to do nothing.
//!
//! The synonyms are these, each of them looked into without the reading that is tested:
//! - what is never on may be called dead, and what is never off a carrier, if that is proved;
//! - where neurons of one layer compute multiples of one value, at many points, it is for their weights out to
//!   say which of them do what: with `a relu(z) + b relu(-z)` a value is carried if `a + b = 0`, both is done
//!   otherwise, and nothing if the weights of one side cancel.

mod common;

use std::time::Instant;

use common::Stream;
use pellucid_compile::library::{Entry, library, sized};
use pellucid_compile::{Disguise, Disguised, Part, Role, Side, disguise};
use pellucid_core::{Affine, Computation, Domain, Error, Feature, Function, Layer, Network, NeuronId, Rational};
use pellucid_decompile::{Decompiled, Neuron, Question, Status, Work, decompile};
use pellucid_prove::{Limits, Verdict, prove_within};

/// Networks with more hidden neurons are left out.
const MOST_NEURONS: usize = 24;
const SEEDS: usize = 3;
/// Seeds are gone through until one splits a neuron, doubles one and adds a dead one.
const TRIED_SEEDS: u64 = 60;

#[derive(Default, Debug)]
struct Tally {
    networks: usize,
    formulas: usize,
    /// Formulas no longer than the function's own text.
    short: usize,
    detectors: (usize, usize),
    carriers: (usize, usize),
    idle: (usize, usize),
    /// Functions that were compared at points, where a proof would take too many cells.
    sampled: usize,
    wrong: Vec<String>,
    longer: Vec<String>,
    /// Neurons that were said to do something else than their label says, and do.
    synonyms: usize,
    /// The longest that a network took, in seconds.
    slowest: f64,
}

fn limits() -> Limits<'static> {
    Limits { max_cells: 5_000, stop: None }
}

/// Everything of some entries.
fn taken_apart(entries: &[Entry], seeds: usize) -> Tally {
    let mut tally = Tally::default();
    for entry in entries {
        for domain in &entry.domains {
            let clock = Instant::now();
            let plain = match sized(entry, domain, Limits::default()) {
                Ok(known) => known.compiled.network,
                Err(error) => {
                    tally.wrong.push(format!("{} {domain}: not compiled: {error}", entry.name));
                    continue;
                }
            };
            if plain.hidden_neurons() > MOST_NEURONS || plain.hidden_layers().is_empty() {
                continue;
            }
            let compiled = clock.elapsed();
            for hidden in disguises(&plain, domain, seeds) {
                one(entry, domain, &plain, &hidden, &mut tally);
            }
            if clock.elapsed().as_secs() > 5 {
                eprintln!(
                    "{} {domain}: {:.1} s, {:.1} s of them to compile",
                    entry.name,
                    clock.elapsed().as_secs_f64(),
                    compiled.as_secs_f64()
                );
            }
        }
    }
    tally
}

/// Disguises with a neuron that is split, one that is doubled, and where there can be one, a dead one.
fn disguises(plain: &Network<Rational>, domain: &Domain, n: usize) -> Vec<Disguised> {
    let mut found = Vec::new();
    let mut poorer = Vec::new();
    for seed in 0..TRIED_SEEDS {
        let how = Disguise { seed, width: Rational::from(3), more_layers: (seed % 2) as usize };
        let hidden = disguise(plain, domain, &how).unwrap();
        let roles = || hidden.roles.iter().flatten();
        let part = |role: &Role| match role {
            Role::Neuron { part, .. } | Role::Carrier { part, .. } => Some(part.clone()),
            _ => None,
        };
        let split = roles().any(|role| matches!(part(role), Some(Part::Split { .. })));
        let doubled = roles().any(|role| matches!(part(role), Some(Part::Duplicate { .. })));
        let dead = roles().any(|role| *role == Role::Dead);
        let can_die = plain.hidden_layers().len() > 1 || !matches!(domain, Domain::Everywhere);
        if split && doubled && (dead || !can_die) {
            found.push(hidden)
        } else {
            poorer.push(hidden)
        }
        if found.len() == n {
            break;
        }
    }
    // Where there is room for only two of them, those are enough.
    found.extend(poorer.into_iter().rev().take(n - found.len()));
    found
}

fn one(entry: &Entry, domain: &Domain, plain: &Network<Rational>, hidden: &Disguised, tally: &mut Tally) {
    tally.networks += 1;
    let on = domain.hull();
    let question = Question { domain: on.clone(), tolerance: Rational::zero(), target: None, limits: limits() };
    let name = format!("{} {domain}", entry.name);
    let clock = Instant::now();
    let found = decompile(&hidden.network, &question);
    tally.slowest = tally.slowest.max(clock.elapsed().as_secs_f64());
    if clock.elapsed().as_secs() > 1 {
        eprintln!("{name}: {:.1} s to decompile", clock.elapsed().as_secs_f64());
    }
    let found = match found {
        Ok(found) => found,
        Err(error) => return tally.wrong.push(format!("{name}: {error}")),
    };
    let function = Computation::Function(entry.function.with_n_inputs(plain.n_inputs()).unwrap());
    let formula = Computation::Function(found.formula.clone());
    match equal(&formula, &function, domain) {
        Ok(proved) => {
            tally.formulas += 1;
            tally.sampled += usize::from(!proved);
        }
        Err(why) => tally.wrong.push(format!("{name}: {} is not {}: {why}", found.formula, entry.function)),
    }
    let (ours, theirs) = (found.formula.to_string(), entry.function.to_string());
    if ours.len() <= theirs.len() {
        tally.short += 1;
    } else {
        tally.longer.push(format!("{name}: {ours} for {theirs}"));
    }
    neurons(&name, &on, plain, hidden, &found, tally);
}

fn neurons(
    name: &str,
    domain: &Domain,
    plain: &Network<Rational>,
    hidden: &Disguised,
    found: &Decompiled,
    tally: &mut Tally,
) {
    assert_eq!(found.neurons.len(), hidden.network.hidden_neurons(), "{name}: every neuron is told of");
    let truth = truth(&hidden.network, domain, found);
    let labelled = hidden.roles.iter().flatten();
    for (neuron, role) in found.neurons.iter().zip(labelled) {
        let right = is_named(neuron, role, domain, plain, hidden, &truth, tally);
        let count = match role {
            Role::Neuron { .. } => &mut tally.detectors,
            Role::Carrier { .. } | Role::Relay { .. } => &mut tally.carriers,
            Role::Dead | Role::Decoy { .. } => &mut tally.idle,
        };
        count.1 += 1;
        match right {
            Ok(()) => count.0 += 1,
            Err(why) => tally.wrong.push(format!(
                "{name}: {} is {role:?}, and said to be {} ({}, {}): {why}",
                neuron.id,
                neuron.label(hidden.network.input_names()),
                neuron.status,
                neuron.work
            )),
        }
    }
}

fn is_named(
    neuron: &Neuron,
    role: &Role,
    domain: &Domain,
    plain: &Network<Rational>,
    hidden: &Disguised,
    truth: &[Vec<Vec<Work>>],
    tally: &mut Tally,
) -> Result<(), String> {
    // What it computes.
    let exact = pre_activation(
        &hidden.network,
        neuron.id.layer,
        &[(neuron.id, Rational::one())],
        &Rational::one(),
        &Rational::zero(),
    );
    let label = match role {
        Role::Neuron { of, scale, turned, .. } => {
            let factor = if *turned { -scale } else { scale.clone() };
            Some((vec![(*of, Rational::one())], factor, Rational::zero()))
        }
        Role::Carrier { carries, scale, side, .. } => match side {
            Side::Above => Some((carries.clone(), scale.clone(), Rational::zero())),
            Side::Below => Some((carries.clone(), -scale, Rational::zero())),
            Side::AlwaysOn { constant } => Some((carries.clone(), scale.clone(), scale * constant)),
        },
        Role::Relay { .. } | Role::Dead | Role::Decoy { .. } => None,
    };
    let Some(computes) = &neuron.computes else { return Err("its formula is too long".into()) };
    let ours = Computation::Function(Function::new(plain.input_names().to_vec(), vec![computes.clone()]).unwrap());
    let expected = label.as_ref().map_or(exact.clone(), |(value, factor, constant)| {
        pre_activation(plain, value[0].0.layer, value, factor, constant)
    });
    let proved = equal(&ours, &Computation::Network(expected), domain)?;
    tally.sampled += usize::from(!proved);
    if let (Role::Neuron { .. }, Some((value, factor, _))) = (role, &label)
        && value[0].0.layer == 0
        && neuron.id.layer == 0
    {
        let rows = &plain.layers()[0];
        let index = value[0].0.index;
        let row = Affine { coefficients: rows.weights[index].clone(), constant: rows.biases[index].clone() };
        let feature = Feature::of_row(&row.scaled(factor));
        if feature != neuron.feature {
            return Err(format!("{feature:?} is another feature"));
        }
    }
    // What it does.
    let wanted = match role {
        Role::Neuron { .. } => Work::Detects,
        Role::Carrier { .. } | Role::Relay { .. } => Work::Carries,
        Role::Dead | Role::Decoy { .. } => Work::Nothing,
    };
    if neuron.work == wanted && (*role != Role::Dead || neuron.status == Status::Dead) {
        return Ok(());
    }
    tally.synonyms += 1;
    let never = |sign: i64| {
        let mut layers = exact.layers().to_vec();
        let row = layers.pop().unwrap();
        let turn = Rational::from(sign);
        let scaled = |values: &[Rational]| values.iter().map(|value| value * &turn).collect::<Vec<_>>();
        layers.push(Layer { weights: vec![scaled(&row.weights[0])], biases: scaled(&row.biases) });
        layers.push(Layer { weights: vec![vec![Rational::one()]], biases: vec![Rational::zero()] });
        let relu = Network::new(Some(plain.input_names().to_vec()), layers).unwrap();
        let zero = Function::parse_with_inputs("0", plain.input_names()).unwrap();
        equal(&Computation::Network(relu), &Computation::Function(zero), domain)
    };
    match neuron.status {
        Status::Dead => never(1).map(|_| ()),
        Status::AlwaysOn => never(-1).map(|_| ()),
        _ if truth[neuron.id.layer][neuron.id.index].contains(&neuron.work) => Ok(()),
        _ => Err(format!("it does otherwise: {:?}", truth[neuron.id.layer][neuron.id.index])),
    }
}

/// What may be said that each neuron does, found in another way: neurons whose pre-activations at many points are
/// multiples of each other stand on one hyperplane, and their weights out to what is not idle say the rest.
fn truth(network: &Network<Rational>, domain: &Domain, found: &Decompiled) -> Vec<Vec<Vec<Work>>> {
    let mut stream = Stream(99);
    let points: Vec<Vec<Rational>> = (0..120).map(|_| point(domain, network.n_inputs(), &mut stream)).collect();
    let traces: Vec<Vec<Vec<Rational>>> = points.iter().map(|p| network.trace(p).pre_activations).collect();
    // What each row above gives to in the end, where those that are never off only pass on.
    let mut n_ends = network.n_outputs();
    let mut above: Vec<Vec<(usize, Rational)>> = (0..n_ends).map(|end| vec![(end, Rational::one())]).collect();
    let mut truth = Vec::new();
    for layer in (0..network.hidden_layers().len()).rev() {
        let next = &network.layers()[layer + 1];
        let width = network.widths()[layer];
        let values = |k: usize| traces.iter().map(|trace| trace[layer][k].clone()).collect::<Vec<_>>();
        let all: Vec<Vec<Rational>> = (0..width).map(values).collect();
        let ratio = |a: usize, b: usize| {
            let at = all[a].iter().position(|v| !v.is_zero())?;
            let ratio = &all[b][at] / &all[a][at];
            let equal = all[a].iter().zip(&all[b]).all(|(x, y)| x * &ratio == *y);
            (equal && !ratio.is_zero()).then_some(ratio)
        };
        let out = |b: usize| {
            let mut out = vec![Rational::zero(); n_ends];
            for (row, ends) in next.weights.iter().zip(&above) {
                ends.iter().for_each(|(end, share)| out[*end] += &(&row[b] * share));
            }
            out
        };
        let outs: Vec<Vec<Rational>> = (0..width).map(out).collect();
        // The weights out of all neurons on the same side as this one, or on the other side, in its own units.
        let total = |a: usize, same: bool| {
            let mut sums = vec![Rational::zero(); n_ends];
            for (b, out) in outs.iter().enumerate() {
                if let Some(ratio) = ratio(a, b).filter(|ratio| ratio.is_positive() == same) {
                    sums.iter_mut().zip(out).for_each(|(sum, weight)| *sum += &(weight * ratio.abs()));
                }
            }
            sums
        };
        let nothing = |sums: &[Rational]| sums.iter().all(Rational::is_zero);
        let works: Vec<Vec<Work>> = (0..width)
            .map(|a| {
                let (same, other) = (total(a, true), total(a, false));
                let both: Vec<Rational> = same.iter().zip(&other).map(|(x, y)| x + y).collect();
                let unread = nothing(&outs[a]);
                match (unread || nothing(&same), nothing(&other), nothing(&both)) {
                    (true, ..) => vec![Work::Nothing],
                    (_, true, _) => vec![Work::Detects],
                    (_, _, true) => vec![Work::Carries],
                    _ => vec![Work::Both],
                }
            })
            .collect();
        // That those are dead is proved one by one.
        let dead =
            |index: usize| found.neurons.iter().any(|n| n.id == NeuronId { layer, index } && n.status == Status::Dead);
        let passes_on = |a: usize| all[a].iter().all(|v| !v.is_negative());
        above = (0..width)
            .map(|a| {
                if works[a].contains(&Work::Nothing) || dead(a) {
                    return Vec::new();
                }
                if passes_on(a) {
                    return outs[a].iter().cloned().enumerate().filter(|(_, share)| !share.is_zero()).collect();
                }
                n_ends += 1;
                vec![(n_ends - 1, Rational::one())]
            })
            .collect();
        truth.push(works);
    }
    truth.reverse();
    truth
}

/// `factor * sum of pre-activations + constant` of a layer of a network, as a network.
fn pre_activation(
    plain: &Network<Rational>,
    layer: usize,
    value: &[(NeuronId, Rational)],
    factor: &Rational,
    constant: &Rational,
) -> Network<Rational> {
    let rows = &plain.layers()[layer];
    let mut row = Affine::constant(rows.weights[0].len(), constant.clone());
    for (id, c) in value {
        let part = Affine { coefficients: rows.weights[id.index].clone(), constant: rows.biases[id.index].clone() };
        row.add_scaled(&(c * factor), &part);
    }
    let mut layers = plain.layers()[..layer].to_vec();
    layers.push(Layer { weights: vec![row.coefficients], biases: vec![row.constant] });
    Network::new(Some(plain.input_names().to_vec()), layers).unwrap()
}

/// Are two functions equal: proved (true), or at points alone where a proof takes too many cells (false)?
fn equal(left: &Computation, right: &Computation, domain: &Domain) -> Result<bool, String> {
    let mut stream = Stream(7);
    for _ in 0..12 {
        let point = point(domain, left.n_inputs(), &mut stream);
        if left.evaluate(&point) != right.evaluate(&point) {
            return Err(format!("they differ at {point:?}"));
        }
    }
    match prove_within(left, right, domain, &Rational::zero(), limits()) {
        Ok(Verdict::Proved { .. }) => Ok(true),
        Ok(Verdict::Refuted(at)) => Err(format!("they differ at {:?}", at.input)),
        Err(error) if error.is_limit() => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// Some point of a domain.
fn point(domain: &Domain, n_inputs: usize, stream: &mut Stream) -> Vec<Rational> {
    match domain {
        Domain::Finite { values, .. } => values.iter().map(|v| v[stream.below(v.len())].clone()).collect(),
        Domain::Box(sides) => {
            let share = |n: usize| Rational::ratio(n as i64, (1 << 12) - 1);
            sides.iter().map(|(low, high)| low + (high - low) * share(stream.below(1 << 12))).collect()
        }
        // Near the origin and far from it.
        _ => {
            let size = Rational::ratio([1, 4, 16, 64][stream.below(4)], 8_000);
            (0..n_inputs).map(|_| Rational::from(stream.below(8_000) as i64 - 4_000) * &size).collect()
        }
    }
}

/// All entries, or those that the environment variable LIBRARY names.
fn chosen() -> Result<Vec<Entry>, Error> {
    let names = std::env::var("LIBRARY").unwrap_or_default();
    let all = library()?;
    Ok(all.into_iter().filter(|e| names.is_empty() || names.split(',').any(|name| e.is_called(name))).collect())
}

/// Some entries with one disguise each; all of them, three each, where PELLUCID_WHOLE_LIBRARY is set, which takes
/// minutes: `PELLUCID_WHOLE_LIBRARY=1 cargo test --release -p pellucid-decompile --test disguised_library --
/// --nocapture`. LIBRARY=names,with,commas then picks some.
#[test]
fn the_library_in_disguise() {
    let whole = std::env::var_os("PELLUCID_WHOLE_LIBRARY").is_some();
    let sample = [
        "identity",
        "minimum",
        "soft-threshold",
        "l1-norm-of-two",
        "maximum-of-two-and-zero",
        "relu-of-minimum",
        "minimum-of-four",
        "median-of-three",
        "tent-thrice",
        "xor",
        "maximum-with-a-minimum",
    ];
    let entries: Vec<Entry> =
        chosen().unwrap().into_iter().filter(|entry| whole || sample.contains(&entry.name.as_str())).collect();
    assert!(whole || entries.len() == sample.len());
    let tally = taken_apart(&entries, if whole { SEEDS } else { 1 });
    tally.longer.iter().for_each(|line| println!("longer: {line}"));
    tally.wrong.iter().for_each(|line| println!("wrong: {line}"));
    println!(
        "{} networks: {} formulas right, {} no longer than the function's; neurons named right: detectors {:?}, carriers {:?}, idle {:?}; {} by synonyms; {} compared at points alone",
        tally.networks,
        tally.formulas,
        tally.short,
        tally.detectors,
        tally.carriers,
        tally.idle,
        tally.synonyms,
        tally.sampled
    );
    assert!(tally.networks >= entries.len() && tally.formulas == tally.networks, "{tally:?}");
    assert!(whole || (tally.detectors.1 > 0 && tally.carriers.1 > 0 && tally.idle.1 > 0), "{tally:?}");
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
}
