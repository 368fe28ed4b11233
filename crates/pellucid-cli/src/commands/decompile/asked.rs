//! A network file and what is asked of it; and what the answer is.

use anyhow::bail;
use pellucid::{Decompiled, Domain, Error, Function, Limits, Network, NetworkFile, Question, Rational};

use super::Arguments;
use crate::Answer;
use crate::arguments::domain;

/// A network with the question about it.
pub struct Asked {
    pub network: Network,
    /// Where the formula is to hold.
    pub domain: Domain,
    pub tolerance: Rational,
    target: Option<Function>,
}

impl Asked {
    /// What the arguments and the file ask for.
    pub fn of(arguments: &Arguments, file: NetworkFile) -> anyhow::Result<Self> {
        let network = match arguments.functions.names()? {
            [] => file.network.clone(),
            names => file.network.clone().with_input_names(names.to_vec())?,
        };
        let otherwise = pellucid::written_domain(&file).unwrap_or_else(|| Domain::unit_box(network.n_inputs()));
        let domain = domain(arguments.on.as_deref(), network.input_names(), otherwise)?;
        let tolerance = arguments.tolerance.clone().unwrap_or_else(|| pellucid::usual_tolerance(&file));
        let at_points = matches!(domain, Domain::Finite { .. });
        let target = target(arguments, &file, &network, at_points)?;
        Ok(Asked { network, domain, tolerance, target })
    }

    /// The answer, its proof not checked yet.
    ///
    /// # Errors
    /// As [`pellucid::decompile`].
    pub fn answered(&self, limits: Limits<'_>) -> Result<Decompiled, Error> {
        let (domain, tolerance) = (self.domain.clone(), self.tolerance.clone());
        pellucid::decompile(&self.network, &Question { domain, tolerance, target: self.target.clone(), limits })
    }
}

/// Fails where the checker does not accept the proofs, which would be a defect.
pub fn must_hold(found: &Decompiled) -> anyhow::Result<()> {
    let closer = found.closer.as_ref().and_then(|closer| closer.certificate.as_ref());
    found.certificate.iter().chain(closer).try_for_each(crate::commands::compile::must_hold)
}

/// Explained?
pub fn answer(found: &Decompiled) -> Answer {
    if found.explained { Answer::Yes } else { Answer::No }
}

/// What the network was meant to compute: given, or said by the file.
fn target(
    arguments: &Arguments,
    file: &NetworkFile,
    network: &Network,
    at_points: bool,
) -> anyhow::Result<Option<Function>> {
    let inputs = network.input_names();
    let Some(text) = &arguments.target else {
        return Ok(pellucid::written_target(file, at_points));
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
