//! From a ReLU network to its features, circuits and formula, with the exact deviation of the
//! formula from the network.
//!
//! [`decompile`] is the whole pipeline on one screen. A network with exact weights is written out
//! exactly. Trained weights are rounded, coarsely first, until the formula's certified deviation is
//! within the tolerance; where no rounding gets there the answer says so.

mod circuits;
mod form_to_expr;
mod lattice;
mod neurons;
mod rounded_form;
mod target;

use pellucid_core::{Certificate, Circuit, Computation, Domain, Error, Function, Layer, Network, Rational};
use pellucid_prove::{
    Largest, Limits, OneLayerForm, Verdict, count, largest_difference, prove_within, representable_graph,
};

pub use form_to_expr::form_to_expr;
pub use neurons::{Neuron, Status};
pub use target::AgainstTarget;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Where the formula must hold.
    pub domain: Domain,
    /// How far the formula may be from the network; 0 asks for an exact one.
    pub tolerance: Rational,
    /// What the network was meant to compute, if that is known.
    pub target: Option<Function>,
    /// How far proofs may go.
    pub limits: Limits<'a>,
}

/// A network taken apart.
#[derive(Clone, Debug)]
pub struct Decompiled {
    /// What the network computes, up to the deviation.
    pub formula: Function,
    /// The exact largest deviation between the network and the formula, and where it occurs.
    pub deviation: Largest,
    /// Is the deviation within the tolerance?
    pub explained: bool,
    /// That the deviation is no larger; `None` when it is infinite.
    pub certificate: Option<Certificate>,
    /// Every hidden neuron (of a network with one hidden layer).
    pub neurons: Vec<Neuron>,
    /// The circuits that the neurons form, one an output.
    pub circuits: Vec<Circuit>,
    /// The widths of the smallest network known for the formula, with one hidden layer; `None` when
    /// one layer cannot compute it.
    pub reduced_widths: Option<Vec<usize>>,
    /// What else a reader should know, one sentence each.
    pub remarks: Vec<String>,
    /// The comparison with the target, when one was given.
    pub against_target: Option<AgainstTarget>,
}

/// How coarsely trained weights are rounded, relative to the largest of their row: one rung after
/// the other until the deviation is within the tolerance.
const RUNGS: [(i64, i64); 8] =
    [(1, 10), (1, 30), (1, 100), (1, 300), (1, 1_000), (1, 10_000), (1, 100_000), (1, 1_000_000)];
/// A formula further off than this share of the network's largest output explains nothing.
const EXPLAINS_NOTHING: (i64, i64) = (1, 50);

/// Takes a network apart.
///
/// ```
/// use pellucid_core::{Domain, Layer, Network, Rational};
/// use pellucid_decompile::{Question, decompile};
/// let r = |n: i64| Rational::from(n);
/// let hidden = Layer { weights: vec![vec![r(1), r(-1)], vec![r(1), r(0)], vec![r(-1), r(0)]], biases: vec![r(0); 3] };
/// let output = Layer { weights: vec![vec![r(-1), r(1), r(-1)]], biases: vec![r(0)] };
/// let network = Network::new(None, vec![hidden, output]).unwrap();
/// let question = Question {
///     domain: Domain::Everywhere, tolerance: Rational::zero(), target: None, limits: Default::default(),
/// };
/// let found = decompile(&network, &question).unwrap();
/// assert_eq!(found.formula.to_string(), "min(x1, x2)");
/// assert_eq!(found.neurons[0].feature.label(network.input_names()), "x1 > x2");
/// ```
///
/// # Errors
/// When the domain does not fit, a limit is reached, or the network is of a kind that is not
/// supported: trained weights in more than one hidden layer.
pub fn decompile(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    if !question.domain.fits(network.n_inputs()) {
        return Err(Error::input(format!(
            "the domain {} does not fit the network's {} inputs",
            question.domain,
            network.n_inputs()
        )));
    }
    match network.layers() {
        [_] => one_layer(network, &Layer { weights: Vec::new(), biases: Vec::new() }, question),
        [hidden, _] => one_layer(network, hidden, question),
        _ => deeper(network, question),
    }
}

/// One hidden layer: features, circuits and formula.
fn one_layer(
    network: &Network<Rational>,
    hidden: &Layer<Rational>,
    question: &Question<'_>,
) -> Result<Decompiled, Error> {
    let slacks: Vec<Rational> = match question.tolerance.is_zero() {
        true => vec![Rational::zero()],
        false => RUNGS.iter().map(|(p, q)| Rational::ratio(*p, *q)).collect(),
    };
    let largest_output = largest_output(network, question)?;
    let mut best: Option<Candidate> = None;
    for slack in slacks {
        let candidate = candidate(network, hidden, slack, question)?;
        let within = |most: &Rational| matches!(&candidate.deviation, Largest::At(d, _) if d <= most);
        if within(&question.tolerance) {
            best = Some(candidate);
            break;
        }
        // Otherwise the coarsest that explains something, or the finest.
        let explains = within(&(&largest_output * &Rational::ratio(EXPLAINS_NOTHING.0, EXPLAINS_NOTHING.1)));
        if best.as_ref().is_none_or(|known| !known.explains_something) {
            best = Some(Candidate { explains_something: explains, ..candidate });
        }
    }
    let best = best.ok_or_else(|| Error::input("no rounding was tried"))?;
    finish(network, best, question)
}

struct Candidate {
    neurons: Vec<Neuron>,
    form: OneLayerForm,
    formula: Function,
    deviation: Largest,
    slack: Rational,
    explains_something: bool,
}

/// The formula of one rounding, with its exact deviation.
fn candidate(
    network: &Network<Rational>,
    hidden: &Layer<Rational>,
    slack: Rational,
    question: &Question<'_>,
) -> Result<Candidate, Error> {
    let output = network.output_layer();
    let domain = &question.domain;
    let neurons = neurons::neurons_of(hidden, output, domain, &slack);
    let form = if slack.is_zero() || neurons.is_empty() {
        OneLayerForm::of_network(network, domain).ok_or_else(|| Error::input("the network has no one-layer form"))?
    } else {
        rounded_form::rounded_form(&neurons, output, domain, &slack)
    };
    let outputs = (0..form.n_outputs()).map(|output| form_to_expr(&form, output)).collect();
    let formula = Function::new(network.input_names().to_vec(), outputs)?;
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    let deviation = largest_difference(&sides.0, &sides.1, domain, question.limits)?;
    Ok(Candidate { neurons, form, formula, deviation, slack, explains_something: false })
}

fn finish(network: &Network<Rational>, best: Candidate, question: &Question<'_>) -> Result<Decompiled, Error> {
    let Candidate { neurons, form, formula, deviation, slack, .. } = best;
    let domain = &question.domain;
    let circuits = circuits::circuits_of(&neurons, &formula, domain, &slack);
    let size = count(&form, domain, pellucid_core::Biases::ALLOWED)?.plan.hidden_neurons();
    let remarks = remarks(&neurons, network.input_names());
    let against_target = question
        .target
        .as_ref()
        .map(|target| target::against_target(network, &neurons, target, domain, question.limits))
        .transpose()?;
    let (explained, certificate) = certify(network, &formula, &deviation, question)?;
    Ok(Decompiled {
        formula,
        deviation,
        explained,
        certificate,
        neurons,
        circuits,
        reduced_widths: Some(if size == 0 { Vec::new() } else { vec![size] }),
        remarks,
        against_target,
    })
}

/// Is the deviation within the tolerance, and the certificate that it is no larger than it is.
fn certify(
    network: &Network<Rational>,
    formula: &Function,
    deviation: &Largest,
    question: &Question<'_>,
) -> Result<(bool, Option<Certificate>), Error> {
    let Largest::At(most, _) = deviation else { return Ok((false, None)) };
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    match prove_within(&sides.0, &sides.1, &question.domain, most, question.limits)? {
        Verdict::Proved { certificate, .. } => Ok((*most <= question.tolerance, Some(*certificate))),
        Verdict::Refuted(counterexample) => {
            Err(Error::input(format!("defect: the deviation is larger than found: {counterexample:?}")))
        }
    }
}

/// The largest absolute output on the domain; 1 where it is unbounded.
fn largest_output(network: &Network<Rational>, question: &Question<'_>) -> Result<Rational, Error> {
    if question.tolerance.is_zero() {
        return Ok(Rational::one());
    }
    let zero = pellucid_core::Expr::Constant(Rational::zero());
    let zeros = Function::new(network.input_names().to_vec(), vec![zero; network.n_outputs()])?;
    let sides = (Computation::Network(network.clone()), Computation::Function(zeros));
    Ok(match largest_difference(&sides.0, &sides.1, &question.domain, question.limits)? {
        Largest::At(value, _) => value,
        Largest::Infinite { .. } => Rational::one(),
    })
}

/// More than one hidden layer, exact weights: the formula alone.
fn deeper(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    if !question.tolerance.is_zero() {
        return Err(Error::input(format!(
            "decompile takes trained weights apart in one hidden layer; this network has {} (exact weights can be \
             deeper: pass --tolerance 0)",
            network.hidden_layers().len()
        )));
    }
    let graph = network.to_relu_graph();
    let form = representable_graph(&graph, &question.domain, question.limits)?;
    let outputs = match &form {
        Some(form) => (0..form.n_outputs()).map(|output| form_to_expr(form, output)).collect(),
        None => (0..graph.outputs.len())
            .map(|output| lattice::lattice_form(&graph, output, &question.domain))
            .collect::<Result<_, _>>()?,
    };
    let formula = Function::new(network.input_names().to_vec(), outputs)?;
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    let deviation = largest_difference(&sides.0, &sides.1, &question.domain, question.limits)?;
    let (explained, certificate) = certify(network, &formula, &deviation, question)?;
    let reduced_widths = match &form {
        Some(form) => {
            let size = count(form, &question.domain, pellucid_core::Biases::ALLOWED)?.plan.hidden_neurons();
            Some(if size == 0 { Vec::new() } else { vec![size] })
        }
        None => None,
    };
    let against_target = question
        .target
        .as_ref()
        .map(|target| target::against_target(network, &[], target, &question.domain, question.limits))
        .transpose()?;
    let remarks = vec!["the formula is read off the network's cells; its neurons are not named".to_string()];
    let (neurons, circuits) = (Vec::new(), Vec::new());
    Ok(Decompiled {
        formula,
        deviation,
        explained,
        certificate,
        neurons,
        circuits,
        reduced_widths,
        remarks,
        against_target,
    })
}

/// Which neurons do nothing or the same, in words.
fn remarks(neurons: &[Neuron], inputs: &[String]) -> Vec<String> {
    let mut remarks = Vec::new();
    for neuron in neurons {
        match neuron.status {
            Status::Dead => remarks.push(format!("{} is dead: it is off on the whole domain", neuron.id)),
            Status::AlwaysOn => {
                remarks.push(format!("{} is always on: it computes an affine map", neuron.id));
            }
            Status::Unread => remarks.push(format!("{} fires, but its outgoing weights are 0", neuron.id)),
            Status::Live | Status::Merged(_) => {}
        }
    }
    for neuron in neurons.iter().filter(|n| n.status == Status::Live) {
        let twins: Vec<&Neuron> = neurons.iter().filter(|n| n.status == Status::Merged(neuron.id)).collect();
        if twins.is_empty() {
            continue;
        }
        let names: Vec<String> = std::iter::once(neuron).chain(twins).map(|n| n.id.to_string()).collect();
        let together = if names.len() == 2 {
            format!("{} and {} both", names[0], names[1])
        } else {
            format!("{} all", names.join(", "))
        };
        let detects = neuron.feature.sentence(inputs).replacen("detects", "detect", 1);
        let opposite = neuron.side().map(|(plane, above)| (plane, !above));
        let alone = !neurons.iter().any(|n| n.status == Status::Live && n.side() == opposite);
        let none = match (&opposite, alone) {
            (Some((plane, above)), true) => {
                let sign = Rational::from(if *above { 1 } else { -1 });
                let feature = pellucid_core::Feature::of_row(&plane.to_affine().scaled(&sign));
                format!("; none {}", feature.sentence(inputs))
            }
            _ => String::new(),
        };
        remarks.push(format!("{together} {detects}{none}"));
    }
    remarks
}
