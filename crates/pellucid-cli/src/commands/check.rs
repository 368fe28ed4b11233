//! `pellucid check CERTIFICATE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use pellucid::{Certificate, answers};

use crate::proofs::{ExplainArgument, ExportArguments};
use crate::{Answer, files, screen};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid check proof.json
  pellucid check proof.json --explain
  pellucid check proof.json --smt-leaves proof")]
pub struct Arguments {
    /// The certificate, as compile, prove and decompile write it with --certificate
    certificate: PathBuf,
    #[command(flatten)]
    explain: ExplainArgument,
    #[command(flatten)]
    exports: ExportArguments,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    arguments.exports.check_outputs()?;
    let path = &arguments.certificate;
    let cannot = || format!("cannot read {}", path.display());
    let checked = pellucid::check_reader(files::reader(path, "certificate")?).with_context(cannot)?;
    // Only what looks at the whole proof needs it in memory.
    let whole = checked.is_accepted() && (arguments.explain.explain || arguments.exports.any());
    let certificate = match whole {
        true => {
            Some(Certificate::from_json(&std::fs::read_to_string(path).with_context(cannot)?).with_context(cannot)?)
        }
        false => None,
    };
    if let Some(certificate) = &certificate {
        arguments.exports.write_claim(&certificate.claim)?;
        arguments.exports.write_proof(certificate)?;
    }
    if arguments.json {
        screen::out_json(&answers::checked(&checked))?;
    } else {
        match &checked.rejection {
            None => screen::out_line(&format!("accepted: {}", checked.claim))?,
            Some(reason) => screen::out_line(&format!("rejected: {reason}\n  the claim was: {}", checked.claim))?,
        }
    }
    if let Some(certificate) = &certificate {
        arguments.explain.tell(certificate)?;
    }
    Ok(if checked.is_accepted() { Answer::Yes } else { Answer::No })
}
