//! `pellucid vnnlib NET PROPERTY`

use std::path::PathBuf;

use clap::Args;
use pellucid::{
    Certificate, Computation, InFloat32, Limits, Never, Normalisation, ReadOptions, Witness, answers, prove_never,
    witness,
};

use super::compile::{must_hold, write_certificate};
use crate::arguments::whole;
use crate::limits::{Clock, LimitArguments};
use crate::{Answer, files, screen};

#[derive(Args)]
#[command(after_help = "The first line is the result in the words of the verification competition:
  unsat    no input satisfies the property, so what it describes never happens   status 0
  sat      the input below does                                                  status 1
  unknown  gave up at --max-cells or --max-cases                                 status 3
  timeout  out of time                                                           status 3

A property describes what must not happen, so unsat is the yes. Both answers are about exact real
arithmetic; whether a counterexample also holds in float32 is told on stderr.

Examples:
  pellucid vnnlib turn.nnet stay.vnnlib --timeout 60 -o results.txt
  pellucid vnnlib turn.nnet stay.vnnlib --certificate proof.json")]
pub struct Arguments {
    /// A network file, such as .onnx or .nnet
    network: PathBuf,
    /// A property in VNN-LIB 1.0, .vnnlib or .vnnlib.gz
    property: PathBuf,
    /// Write the result, with the counterexample, into a file as well
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The property is about the inputs and outputs that a .nnet file's users have, such as feet,
    /// not about normalised ones as the competition's are
    #[arg(long)]
    with_normalisation: bool,
    /// Give up when the property's assertions multiply out to more cases
    #[arg(long, value_name = "N", value_parser = whole, default_value = "10000", allow_hyphen_values = true)]
    max_cases: usize,
    #[command(flatten)]
    limits: LimitArguments,
    /// Write the proof of unsat, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_output(arguments.output.as_deref())?;
    files::check_output(arguments.certificate.as_deref())?;
    files::check_different(&[arguments.output.as_deref(), arguments.certificate.as_deref()])?;
    let clock = arguments.limits.start();
    let normalisation = if arguments.with_normalisation { Normalisation::Folded } else { Normalisation::LeftAway };
    let network = files::network_with(&arguments.network, ReadOptions { normalisation })?.network;
    let property = files::property(&arguments.property)?;
    property.check_fits(&network)?;
    property.remarks.iter().for_each(|text| screen::remark(text));

    let gave_up = |why: &str| {
        // Nobody is left to be told that stdout is closed.
        let _ = arguments.tell(&Told::gave_up(&clock));
        screen::remark(&format!("pellucid: {why}"));
        Some(3)
    };
    let computation = Computation::Network(network.clone());
    let decide = |limits: Limits<'_>| {
        let cases = property.cases(arguments.max_cases)?;
        Ok(match prove_never(&computation, &cases, limits)? {
            Never::Refuted(found) => Decided::Sat(witness(&network, &cases, found)),
            Never::Proved { certificate, n_cells } => Decided::Unsat(certificate, n_cells, cases.len()),
        })
    };
    match clock.run_or("deciding the property", decide, &gave_up) {
        Ok(Decided::Unsat(certificate, n_cells, n_cases)) => {
            must_hold(&certificate)?;
            if let Some(path) = &arguments.certificate {
                write_certificate(&certificate, path)?;
            }
            arguments.tell(&Told::Unsat { n_cells, n_cases })?;
            Ok(Answer::Yes)
        }
        Ok(Decided::Sat(witness)) => {
            if arguments.certificate.is_some() {
                screen::remark("no proof is written: the property is satisfied");
            }
            arguments.tell(&Told::Sat(&witness))?;
            screen::remark(&told(&witness));
            Ok(Answer::No)
        }
        Err(error) => {
            if error.downcast_ref::<pellucid::Error>().is_some_and(pellucid::Error::is_limit) {
                arguments.tell(&Told::gave_up(&clock))?;
            }
            Err(error)
        }
    }
}

enum Decided {
    Sat(Witness),
    Unsat(Box<Certificate>, usize, usize),
}

/// The competition's words, with what belongs to each.
enum Told<'a> {
    Unsat { n_cells: usize, n_cases: usize },
    Sat(&'a Witness),
    Unknown,
    Timeout,
}

impl Told<'_> {
    fn gave_up(clock: &Clock) -> Self {
        if clock.is_out_of_time() { Told::Timeout } else { Told::Unknown }
    }

    fn word(&self) -> &'static str {
        match self {
            Told::Unsat { .. } => "unsat",
            Told::Sat(_) => "sat",
            Told::Unknown => "unknown",
            Told::Timeout => "timeout",
        }
    }

    /// The result as the competition's scripts read it: the word, and for sat `((X_0 0.5)` and so
    /// on, one value a line.
    fn text(&self) -> String {
        let Told::Sat(witness) = self else { return format!("{}\n", self.word()) };
        let named = |name: char, values: &[String]| {
            values.iter().enumerate().map(|(i, value)| format!("({name}_{i} {value})")).collect::<Vec<_>>()
        };
        let values = [named('X', &witness.input), named('Y', &witness.output)].concat();
        format!("sat\n({})\n", values.join("\n "))
    }
}

impl Arguments {
    fn tell(&self, told: &Told<'_>) -> anyhow::Result<()> {
        if let Some(path) = &self.output {
            files::write_text(path, &told.text())?;
        }
        if !self.json {
            return screen::out(&told.text());
        }
        let (counts, witness) = match told {
            Told::Unsat { n_cells, n_cases } => (Some((*n_cells, *n_cases)), None),
            Told::Sat(witness) => (None, Some(*witness)),
            Told::Unknown | Told::Timeout => (None, None),
        };
        screen::out_json(&answers::property(told.word(), counts, witness))
    }
}

/// What is claimed of a counterexample: in real arithmetic, and in float32.
fn told(witness: &Witness) -> String {
    let exactly = match witness.decimals_are_exact {
        true => "exactly these decimals satisfy the property in real arithmetic",
        false => {
            "an input satisfies the property in real arithmetic, but it has no finite decimals: these are the nearest (--json has it)"
        }
    };
    let in_float32 = match witness.in_float32 {
        InFloat32::AnyOrder => "in float32 too, whatever the order of summation",
        InFloat32::InOrder => "in float32 too when sums are taken in order, but another order may differ",
        InFloat32::No => "executed in float32 it does not",
    };
    format!("{exactly}; {in_float32}")
}
