//! `pellucid reproduce`

use clap::Args;

use crate::Answer;

#[derive(Args)]
pub struct Arguments {}

pub fn run(_arguments: Arguments) -> anyhow::Result<Answer> {
    Ok(Answer::Yes)
}
