//! `pellucid check CERTIFICATE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use pellucid::answers;

use crate::{Answer, files, screen};

#[derive(Args)]
pub struct Arguments {
    /// The certificate, as compile, prove and decompile write it with --certificate
    certificate: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let path = &arguments.certificate;
    let reader = files::reader(path, "certificate")?;
    let checked = pellucid::check_reader(reader).with_context(|| format!("cannot read {}", path.display()))?;
    if arguments.json {
        screen::out_json(&answers::checked(&checked))?;
    } else {
        match &checked.rejection {
            None => screen::out_line(&format!("accepted: {}", checked.claim))?,
            Some(reason) => screen::out_line(&format!("rejected: {reason}\n  the claim was: {}", checked.claim))?,
        }
    }
    Ok(if checked.is_accepted() { Answer::Yes } else { Answer::No })
}
