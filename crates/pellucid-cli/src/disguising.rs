//! A compiled network handed out in disguise, with labels in a file beside it.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use pellucid::library::Role;
use pellucid::{Certificate, Compiled, Computation, Disguise, Disguised, Limits, Rational, Verdict, counted, library};

use crate::proofs::how_proved;
use crate::{Answer, files, screen, words};

/// How the network is disguised.
#[derive(Args)]
pub struct DisguiseArguments {
    /// Hide the circuit: a network that computes the same, proved; the same SEED gives the same network
    #[arg(long, value_name = "SEED")]
    disguise: Option<u64>,
    /// How many times as wide the disguise may be
    #[arg(long, value_name = "TIMES", default_value = "2", requires = "disguise", allow_hyphen_values = true)]
    disguise_width: Rational,
    /// How many layers that only pass on are put between
    #[arg(long, value_name = "N", default_value = "0", requires = "disguise")]
    disguise_layers: usize,
    /// Where the labels go: what each neuron of the disguise is (otherwise beside the network)
    #[arg(long, value_name = "FILE", requires = "disguise")]
    labels: Option<PathBuf>,
}

impl DisguiseArguments {
    /// The disguise that is asked for.
    pub fn how(&self) -> Option<Disguise> {
        let seed = self.disguise?;
        Some(Disguise { seed, width: self.disguise_width.clone(), more_layers: self.disguise_layers })
    }

    /// Where the labels go.
    fn labels_path(&self, network: Option<&Path>) -> Option<PathBuf> {
        self.labels.clone().or_else(|| network.map(|path| path.with_extension("labels.json")))
    }

    /// Can it be disguised so, and can the labels be written? Asked before the work.
    pub fn check(&self, network: Option<&Path>, proof: Option<&Path>, is_explained: bool) -> anyhow::Result<()> {
        let Some(how) = self.how() else { return Ok(()) };
        how.check()?;
        if is_explained {
            bail!("--explain tells the proof of the plain network; leave --disguise away");
        }
        let labels = self.labels_path(network);
        if let Some(path) = labels.as_deref().filter(|path| [network, proof].contains(&Some(path))) {
            bail!("cannot write the labels to {}: something else goes there (name another file)", path.display());
        }
        files::check_output(labels.as_deref())
    }

    /// Writes and tells the disguise: the network into `output`, its labels beside it.
    pub fn finish(
        &self,
        compiled: &Compiled,
        hidden: &Hidden,
        output: Option<&Path>,
        round: bool,
        json: bool,
    ) -> anyhow::Result<Answer> {
        let Hidden { how, disguised, n_cells, .. } = hidden;
        let (function, domain) = (&compiled.function, &compiled.domain);
        let mut labels = library::labels(function, domain, &compiled.network, disguised, Some(how));
        labels["equality"] = serde_json::json!({"verdict": "proved", "cells": n_cells});
        let (kind, exact) = library::float_numbers(&disguised.network);
        labels["floats"] = serde_json::json!({"kind": kind, "exact": exact});
        if let Some(path) = output {
            // What it computes stands in the labels: whoever takes it apart is to find out.
            let is_rounded = files::write_network(&disguised.network, None, domain, path, round)?;
            files::say_written(path, is_rounded);
        }
        if let Some(path) = self.labels_path(output) {
            files::write_text(&path, &(serde_json::to_string_pretty(&labels)? + "\n"))?;
            screen::remark(&format!("labels written to {}", path.display()));
        }
        if json {
            screen::out_json(&labels)?;
        } else {
            screen::out(&text(compiled, hidden))?;
        }
        Ok(Answer::Yes)
    }
}

/// A disguise with the proof that it is one.
pub struct Hidden {
    how: Disguise,
    disguised: Disguised,
    /// That it computes the function.
    pub certificate: Certificate,
    n_cells: usize,
}

impl Hidden {
    /// Disguises a compiled network and proves that it computes the function.
    pub fn new(compiled: &Compiled, how: &Disguise, limits: Limits<'_>) -> Result<Self, pellucid::Error> {
        let disguised = pellucid::disguise(&compiled.network, &compiled.domain, how)?;
        let function = Computation::Function(compiled.function.clone());
        let network = Computation::Network(disguised.network.clone());
        match pellucid::prove_within(&function, &network, &compiled.domain, &Rational::zero(), limits)? {
            Verdict::Proved { certificate, n_cells } => {
                Ok(Hidden { how: how.clone(), disguised, certificate: *certificate, n_cells })
            }
            Verdict::Refuted(at) => {
                Err(pellucid::Error::input(format!("defect: the disguise computes another function: {at:?}")))
            }
        }
    }
}

/// How many of each kind there are, in words.
fn text(compiled: &Compiled, hidden: &Hidden) -> String {
    let Hidden { how, disguised, certificate, n_cells } = hidden;
    let function = words::brief(&compiled.function.to_string(), 160);
    let mut text = format!("{function} {}, in disguise (seed {})\n", compiled.domain.phrase(), how.seed);
    let shape = |network: &pellucid::Network| {
        format!("{}, {}", words::shape(&network.shape()), counted(network.hidden_neurons(), "hidden neuron"))
    };
    text += &format!("  {} instead of {}\n", shape(&disguised.network), shape(&compiled.network));
    let roles: Vec<&Role> = disguised.roles.iter().flatten().collect();
    let count = |is: &dyn Fn(&Role) -> bool| roles.iter().filter(|role| is(role)).count();
    let kinds = [
        (count(&|role| matches!(role, Role::Neuron { turned: false, .. })), "of the original's"),
        (count(&|role| matches!(role, Role::Neuron { turned: true, .. })), "of the original's, turned around"),
        (count(&|role| matches!(role, Role::Carrier { .. })), "that carry values"),
        (count(&|role| matches!(role, Role::Dead)), "dead"),
        (count(&|role| matches!(role, Role::Decoy { .. })), "decoys"),
        (count(&|role| matches!(role, Role::Relay { .. })), "that pass on"),
    ];
    let kinds = kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
    text += &format!("  neurons     {}\n", kinds.collect::<Vec<_>>().join(", "));
    text + &format!("  equality    proved ({})\n", how_proved(certificate, *n_cells))
}
