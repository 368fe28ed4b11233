//! A network file and what is asked of it; and what the answer is.

use anyhow::bail;
use pellucid::{
    Computation, Decompiled, Domain, Error, Function, Largest, Limits, Network, NetworkFile, Numbers, Question,
    Rational, answers,
};
use serde_json::Value;

use super::{Arguments, FORMULA_CHARS, at_most};
use crate::arguments::{domain, written_domain};
use crate::commands::compile::must_hold;
use crate::{Answer, words};

/// A trained network's formula may be this far off.
const TRAINED_TOLERANCE: (i64, i64) = (1, 10_000);

/// A network with the question about it.
pub struct Asked {
    pub network: Network,
    /// Where the formula is to hold.
    pub domain: Domain,
    pub tolerance: Rational,
    target: Option<Function>,
    /// Points have no cells: the formula is for the box around them, and what was asked for, or what the
    /// file was written for, is compared at them.
    points: Option<Domain>,
    function_at_points: Option<Function>,
}

impl Asked {
    /// What the arguments and the file ask for.
    pub fn of(arguments: &Arguments, file: NetworkFile) -> anyhow::Result<Self> {
        let network = match arguments.functions.names()? {
            [] => file.network.clone(),
            names => file.network.clone().with_input_names(names.to_vec())?,
        };
        let inputs = network.input_names();
        let otherwise = written_domain(&file).unwrap_or_else(|| Domain::unit_box(network.n_inputs()));
        let domain = domain(arguments.on.as_deref(), inputs, otherwise)?;
        let exact = file.numbers == Numbers::Exact;
        let default = if exact { Rational::zero() } else { Rational::ratio(TRAINED_TOLERANCE.0, TRAINED_TOLERANCE.1) };
        let tolerance = arguments.tolerance.clone().unwrap_or(default);
        let mut target = target(arguments, &file, &network)?;
        let points = matches!(domain, Domain::Finite { .. }).then(|| domain.clone());
        let mut function_at_points = None;
        if points.is_some() {
            let written = file.function.as_deref().and_then(|text| Function::parse_with_inputs(text, inputs).ok());
            let fits = |function: &Function| function.n_outputs() == network.n_outputs();
            let function = target.take().or(written).filter(fits);
            function_at_points = function.map(|function| function.with_n_inputs(network.n_inputs())).transpose()?;
        }
        Ok(Asked { domain: domain.without_gaps(), network, tolerance, target, points, function_at_points })
    }

    /// What should be said before the answer.
    pub fn remark(&self) -> Option<String> {
        let points = self.points.as_ref()?;
        Some(format!("the formula is for {}, the box around the points of {points}", self.domain))
    }

    /// The answer, its proof not checked yet.
    ///
    /// # Errors
    /// As [`pellucid::decompile`].
    pub fn answered(&self, limits: Limits<'_>) -> Result<Answered, Error> {
        let mut at_points = None;
        if let (Some(points), Some(function)) = (&self.points, &self.function_at_points) {
            let sides = (Computation::Network(self.network.clone()), Computation::Function(function.clone()));
            let deviation = pellucid::largest_difference(&sides.0, &sides.1, points, limits)?;
            at_points = Some(AtPoints { function: function.clone(), points: points.clone(), deviation });
        }
        let (domain, tolerance) = (self.domain.clone(), self.tolerance.clone());
        let question = Question { domain, tolerance, target: self.target.clone(), limits };
        Ok(Answered { decompiled: pellucid::decompile(&self.network, &question)?, at_points })
    }
}

/// What was found.
pub struct Answered {
    pub decompiled: Decompiled,
    pub at_points: Option<AtPoints>,
}

impl Answered {
    /// Fails where the checker does not accept the proof, which would be a defect.
    pub fn must_hold(&self) -> anyhow::Result<()> {
        self.decompiled.certificate.as_ref().map_or(Ok(()), must_hold)
    }

    /// Explained?
    pub fn answer(&self) -> Answer {
        if self.decompiled.explained { Answer::Yes } else { Answer::No }
    }

    /// As one JSON object.
    pub fn to_json(&self, asked: &Asked) -> Value {
        let mut answer = answers::decompiled(&self.decompiled, &asked.network, &asked.domain, &asked.tolerance);
        if let (Some(answer), Some(at_points)) = (answer.as_object_mut(), &self.at_points) {
            let AtPoints { function, points, deviation } = at_points;
            answer.insert("at_points".into(), answers::at_points(function, points, deviation));
        }
        answer
    }
}

/// What a network was meant to compute at finitely many points, and how far it is from it there.
pub struct AtPoints {
    function: Function,
    points: Domain,
    deviation: Largest,
}

impl AtPoints {
    /// Told in a line.
    pub fn text(&self, inputs: &[String]) -> String {
        let function = words::brief(&self.function.to_string(), FORMULA_CHARS);
        match &self.deviation {
            Largest::At(most, _) if most.is_zero() => {
                format!("  equals {function} at every point of {} (proved)\n", self.points)
            }
            Largest::At(most, input) => {
                format!("  off by {} from {function} at the points of {}\n", at_most(most, inputs, input), self.points)
            }
            Largest::Infinite { .. } => String::new(),
        }
    }
}

/// What the network was meant to compute: given, or said by a file of trained weights. What a file
/// was compiled for is its formula already.
fn target(arguments: &Arguments, file: &NetworkFile, network: &Network) -> anyhow::Result<Option<Function>> {
    let inputs = network.input_names();
    let Some(text) = &arguments.target else {
        let written = file.function.as_deref().filter(|_| file.numbers != Numbers::Exact);
        // A file made by others may say anything there; only what fits is worth comparing with.
        let function = written.and_then(|text| Function::parse_with_inputs(text, file.network.input_names()).ok());
        return Ok(function.filter(|function| function.n_outputs() == network.n_outputs()));
    };
    let target = arguments.functions.function_beside(text, inputs)?;
    if target.n_inputs() > network.n_inputs() {
        bail!(
            "the target {target} has {}, the network {}",
            pellucid::counted(target.n_inputs(), "input"),
            inputs.len()
        );
    }
    if target.n_outputs() != network.n_outputs() {
        let n_outputs = pellucid::counted(target.n_outputs(), "output");
        bail!("the target {target} has {n_outputs}, the network {}", network.n_outputs());
    }
    Ok(Some(target))
}
