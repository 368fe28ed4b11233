//! `pellucid prove NET FUNCTION|NET`

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use pellucid::{Computation, Counterexample, Domain, Largest, Limits, Rational, Verdict, answers};

use crate::arguments::{FunctionArguments, LimitArguments, Operand, domain, nonnegative, write_text};
use crate::{Answer, screen};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid prove min.onnx 'min(x1, x2)'
  pellucid prove trained.safetensors 'min(x1, x2)' --on '[-1,1]^2' --within 1e-4
  pellucid prove 'max(x1, x2)' 'x2 + relu(x1 - x2)'")]
pub struct Arguments {
    /// A network file, or a function
    left: String,
    /// What it should equal: a function, or a network file
    right: String,
    /// Where: everywhere (the default), '[-1,1]^2', 'x1 in [-1,1], x2 in [0,1/2]'
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    /// The largest difference allowed
    #[arg(long, value_name = "TOLERANCE", value_parser = nonnegative, default_value = "0")]
    within: Rational,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// Write the proof, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let left = Operand::read(&arguments.left, &arguments.functions)?;
    let right = Operand::read(&arguments.right, &arguments.functions)?;
    let (left, right) = aligned(left, right)?;
    let domain = domain(arguments.on.as_deref(), left.input_names(), Domain::Everywhere)?;
    let outcome = arguments.limits.with(|limits| {
        pellucid::prove_within(&left, &right, &domain, &arguments.within, limits)
            .map(|verdict| (largest(&verdict, &left, &right, &domain, limits), verdict))
    });
    let (largest, verdict) = match outcome {
        Ok(outcome) => outcome,
        Err(error) if error.is_limit() => {
            if arguments.json {
                screen::out_json(&answers::proof("gave up", &domain, &arguments.within, None, None, None))?;
            }
            eprintln!("pellucid: {error}");
            return Ok(Answer::GaveUp);
        }
        Err(error) => return Err(error.into()),
    };
    match &verdict {
        Verdict::Proved { certificate, n_cells } => {
            let checked = pellucid::check(certificate);
            if let Some(reason) = checked.rejection {
                bail!("defect: the checker rejects the proof that {}: {reason}", checked.claim);
            }
            if let Some(path) = &arguments.certificate {
                write_text(path, &certificate.to_json())?;
                eprintln!("proof written to {}; pellucid check {} checks it", path.display(), path.display());
            }
            if arguments.json {
                let n_cells = Some(*n_cells);
                screen::out_json(&answers::proof(
                    "proved",
                    &domain,
                    &arguments.within,
                    largest.as_ref(),
                    n_cells,
                    None,
                ))?;
            } else {
                let how = match n_cells {
                    0 => "their canonical forms match".to_string(),
                    1 => "they are one ReLU graph".to_string(),
                    n => format!("{n} linear cells"),
                };
                screen::out_line(&format!("proved: {} ({how})", checked.claim))?;
                if !arguments.within.is_zero() {
                    screen::out_line(&largest_text(largest.as_ref()))?;
                }
            }
            Ok(Answer::Yes)
        }
        Verdict::Refuted(counterexample) => {
            if arguments.json {
                let (within, largest) = (&arguments.within, largest.as_ref());
                screen::out_json(&answers::proof("refuted", &domain, within, largest, None, Some(counterexample)))?;
            } else {
                screen::out(&refutation_text(counterexample, &left, &right))?;
                screen::out_line(&largest_text(largest.as_ref()))?;
            }
            Ok(Answer::No)
        }
    }
}

/// Both sides with one number of inputs: a function that mentions fewer gets unused ones.
fn aligned(left: Operand, right: Operand) -> anyhow::Result<(Computation, Computation)> {
    let n = left.input_names().len().max(right.input_names().len());
    let widened = |operand: &Operand| -> anyhow::Result<Computation> {
        Ok(match operand {
            Operand::Function(function) if function.n_inputs() < n => Computation::Function(function.with_n_inputs(n)?),
            other => other.computation(),
        })
    };
    let (left, right) = (widened(&left)?, widened(&right)?);
    if left.n_inputs() != right.n_inputs() {
        bail!("{left} has {} inputs, {right} has {}", left.n_inputs(), right.n_inputs());
    }
    Ok((left, right))
}

/// The exact largest difference, where it takes more than the verdict and can be had in the limits.
fn largest(
    verdict: &Verdict,
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
) -> Option<Largest> {
    match verdict {
        Verdict::Proved { certificate, .. } if certificate.claim.is_equality() => {
            Some(Largest::At(Rational::zero(), domain.middle(left.n_inputs())))
        }
        _ => pellucid::largest_difference(left, right, domain, limits).ok(),
    }
}

fn largest_text(largest: Option<&Largest>) -> String {
    match largest {
        Some(Largest::At(most, at)) => {
            format!("largest difference: {} = {most} at ({})", most.to_decimal(4), list(at))
        }
        Some(Largest::Infinite { from, ray }) => {
            format!("the difference is unbounded: from ({}) along ({})", list(from), list(ray))
        }
        None => "largest difference: not known within the limits".into(),
    }
}

fn refutation_text(counterexample: &Counterexample, left: &Computation, right: &Computation) -> String {
    let Counterexample { input, left: a, right: b } = counterexample;
    format!("refuted: they differ at ({})\n  {left}: {}\n  {right}: {}\n", list(input), list(a), list(b))
}

fn list(values: &[Rational]) -> String {
    values.iter().map(Rational::to_string).collect::<Vec<_>>().join(", ")
}
