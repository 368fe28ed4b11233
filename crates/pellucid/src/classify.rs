//! What became of a training: the circuit found, a local optimum told as what it is, or neither.

use pellucid_core::{Computation, Domain, Error, Function, Rational};
use pellucid_decompile::{Decompiled, Question, Status, decompile};
use pellucid_prove::{Largest, Limits, Verdict as Equality, largest_difference, prove_within};
use pellucid_train::Run;

/// What became of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The live neurons' features form a circuit of the function, and the certified largest
    /// deviation from the function is within the tolerance.
    Found,
    /// The network computes another function, and which detectors are missing, doubled or dead says why.
    LocalOptimum,
    /// Neither: the weights are still on their way, or no simple function explains them.
    NotConverged,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Verdict::Found => "found",
            Verdict::LocalOptimum => "local optimum",
            Verdict::NotConverged => "not converged",
        })
    }
}

/// A training's outcome with its reason.
#[derive(Clone, Debug)]
pub struct Classified {
    /// The outcome.
    pub verdict: Verdict,
    /// The features of the circuit found: `x2 > x1, +(x2), -(x2)`.
    pub circuit: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// The exact largest deviation from the function on the domain.
    pub deviation: Option<Largest>,
    /// The network taken apart; `None` with more than one hidden layer or weights that are not finite.
    pub decompiled: Option<Decompiled>,
}

/// Takes a trained network apart and says what became of it.
///
/// # Errors
/// When the function does not fit the network, or a limit is reached.
pub fn classify(
    run: &Run,
    function: &Function,
    domain: &Domain,
    tolerance: &Rational,
    limits: Limits<'_>,
) -> Result<Classified, Error> {
    let network = match run.network.to_exact() {
        Ok(network) => network,
        Err(_) => {
            return Ok(Classified {
                verdict: Verdict::NotConverged,
                circuit: None,
                reason: "the weights are no longer finite: training diverged".into(),
                deviation: None,
                decompiled: None,
            });
        }
    };
    if network.hidden_layers().len() > 1 {
        return deeper(&network, function, domain, tolerance, limits);
    }
    let question =
        Question { domain: domain.clone(), tolerance: tolerance.clone(), target: Some(function.clone()), limits };
    let decompiled = decompile(&network, &question)?;
    let sides = (Computation::Function(decompiled.formula.clone()), Computation::Function(function.clone()));
    let right_formula =
        matches!(prove_within(&sides.0, &sides.1, domain, &Rational::zero(), limits)?, Equality::Proved { .. });
    let against = decompiled.against_target.as_ref();
    let deviation = against.map(|against| against.deviation.clone());
    let within = matches!(&deviation, Some(Largest::At(most, _)) if most <= tolerance);
    let inputs = network.input_names();
    let features = || {
        let live = decompiled.neurons.iter().filter(|n| matches!(n.status, Status::Live | Status::AlwaysOn));
        live.map(|neuron| neuron.label(inputs)).collect::<Vec<_>>().join(", ")
    };
    let off = match &deviation {
        Some(Largest::At(most, _)) => format!("off by up to {}", most.to_decimal(3)),
        _ => "off without bound".into(),
    };
    let mut circuit = None;
    let (verdict, reason) = if right_formula && within {
        circuit = Some(features());
        (Verdict::Found, format!("computes {}, {off}", decompiled.formula))
    } else if right_formula {
        let reason = format!("computes about {}, but is {off}, above the tolerance", decompiled.formula);
        (Verdict::NotConverged, reason)
    } else {
        let missing: Vec<String> =
            against.map(|a| a.missing.iter().map(|f| f.label(inputs)).collect()).unwrap_or_default();
        let mut why = decompiled.remarks.clone();
        if !missing.is_empty() {
            why.push(format!("missing: {}", missing.join(", ")));
        }
        let computes = if decompiled.explained || simple(&decompiled) {
            format!("computes about {}, {off}", decompiled.formula)
        } else {
            format!("no simple function explains it, {off}")
        };
        let verdict = if why.is_empty() { Verdict::NotConverged } else { Verdict::LocalOptimum };
        (verdict, std::iter::once(computes).chain(why).collect::<Vec<_>>().join("; "))
    };
    Ok(Classified { verdict, circuit, reason, deviation, decompiled: Some(decompiled) })
}

/// Is the formula short enough to say something, though it is above the tolerance?
fn simple(decompiled: &Decompiled) -> bool {
    decompiled.formula.to_string().len() <= 60
}

/// More than one hidden layer: the deviation alone.
fn deeper(
    network: &pellucid_core::Network<Rational>,
    function: &Function,
    domain: &Domain,
    tolerance: &Rational,
    limits: Limits<'_>,
) -> Result<Classified, Error> {
    let sides = (Computation::Network(network.clone()), Computation::Function(function.clone()));
    let deviation = largest_difference(&sides.0, &sides.1, domain, limits)?;
    let (verdict, off) = match &deviation {
        Largest::At(most, _) if most <= tolerance => (Verdict::Found, most.to_decimal(3)),
        Largest::At(most, _) => (Verdict::NotConverged, most.to_decimal(3)),
        Largest::Infinite { .. } => (Verdict::NotConverged, "any amount".into()),
    };
    let reason = format!("off by up to {off}; the features of deeper networks are not named yet");
    Ok(Classified { verdict, circuit: None, reason, deviation: Some(deviation), decompiled: None })
}
