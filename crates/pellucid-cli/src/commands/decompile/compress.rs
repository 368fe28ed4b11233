//! `pellucid decompile NET -o small.onnx`: the smallest network known for the formula, compared with the original.

use std::path::Path;

use pellucid::{Biases, Computation, Decompiled, Domain, Largest, Limits, Means, Network, Rational, Verdict};

use crate::commands::compile::{must_hold, say_how_to_check, write_certificate};
use crate::limits::Clock;
use crate::proof_stream::ProofStream;
use crate::{files, screen, words};

/// A smaller network that was written.
pub struct Compressed {
    /// As it stands in the file: rounded where the format has no fractions.
    network: Network,
    is_rounded: bool,
    /// Is it the original, because no smaller network is known?
    is_original: bool,
    /// Its exact largest deviation from the original.
    deviation: Largest,
}

/// Compiles the formula, writes the network, and proves how far what is in the file is from the original; that
/// proof goes to `proof`.
pub fn compress(
    original: &Network,
    found: &Decompiled,
    domain: &Domain,
    (path, proof): (&Path, Option<&Path>),
    clock: &Clock,
) -> anyhow::Result<Compressed> {
    let compile = |limits: Limits<'_>| pellucid::compile(&found.formula, domain, Biases::ALLOWED, limits);
    let compiled = clock.run("compiling the formula", compile)?;
    let is_original = compiled.network.hidden_neurons() > original.hidden_neurons();
    let (smallest, function) = match is_original {
        true => (original, None),
        false => (&compiled.network, Some(found.formula.to_string())),
    };
    let is_rounded = files::write_network(smallest, function, domain, path, true)?;
    // What a user gets is what the file holds.
    let network = files::network(path)?.network.with_input_names(original.input_names().to_vec())?;
    let sides = [original, &network].map(|side| Computation::Network(side.clone()));
    let compare = |limits: Limits<'_>| pellucid::largest_difference(&sides[0], &sides[1], domain, limits);
    let deviation = clock.run("comparing with the original", compare)?;
    match &deviation {
        Largest::At(most, _) => prove(&sides, domain, most, proof, clock)?,
        Largest::Infinite { .. } if proof.is_some() => {
            screen::remark("no proof of the small network is written: it is off without bound");
        }
        Largest::Infinite { .. } => {}
    }
    let compressed = Compressed { network, is_rounded, is_original, deviation };
    screen::remark(&compressed.text(original, path));
    Ok(compressed)
}

/// Proves that two computations differ by at most so much; the proof is checked while it is made.
pub fn prove(
    [left, right]: &[Computation; 2],
    domain: &Domain,
    most: &Rational,
    proof: Option<&Path>,
    clock: &Clock,
) -> anyhow::Result<()> {
    let mut stream = ProofStream::new(proof.map(Path::to_path_buf), false);
    let means = Means::default();
    let within = |limits: Limits<'_>| pellucid::prove_within_to(left, right, domain, most, limits, means, &mut stream);
    match clock.run("proving", within) {
        Ok(Verdict::Proved { mut certificate, .. }) => {
            let is_streamed = stream.end(&mut certificate)?;
            if !is_streamed {
                must_hold(&certificate)?;
            }
            match proof {
                Some(path) if is_streamed => say_how_to_check(path),
                Some(path) => write_certificate(&certificate, path)?,
                None => {}
            }
            Ok(())
        }
        Ok(Verdict::Refuted(at)) => anyhow::bail!("defect: the deviation is larger than found: {at:?}"),
        Err(error) => Err(stream.failure().unwrap_or(error)),
    }
}

impl Compressed {
    fn text(&self, original: &Network, path: &Path) -> String {
        let shape = words::shape(&self.network.shape());
        let rounded = if self.is_rounded { ", its weights rounded to floats" } else { "" };
        if self.is_original {
            return format!(
                "no smaller network is known: the original, {shape}, written to {}{rounded}",
                path.display()
            );
        }
        let (now, then) = (original.hidden_neurons(), self.network.hidden_neurons());
        let neurons = pellucid::counted(then, "hidden neuron");
        let equal = match &self.deviation {
            Largest::At(most, _) if most.is_zero() => "proved equal to the original".to_string(),
            Largest::At(most, _) => format!("proved within {} of the original", most.decimal_above(4)),
            Largest::Infinite { .. } => "off from the original without bound".to_string(),
        };
        format!(
            "the formula's {shape} network written to {}{rounded}: {neurons} instead of {now}, {equal}",
            path.display()
        )
    }

    /// For the answer as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "widths": self.network.widths(),
            "hidden_neurons": self.network.hidden_neurons(),
            "rounded": self.is_rounded,
            "max_deviation": pellucid::answers::deviation(&self.deviation),
        })
    }
}
