//! `pellucid convert IN OUT`

use std::path::PathBuf;

use clap::Args;
use pellucid::{Normalisation, ReadOptions, WriteOptions};

use crate::{Answer, files, screen, words};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid convert net.pt net.json
  pellucid convert net.json net.onnx.gz --round
  pellucid convert turn.nnet turn.json --without-normalisation")]
pub struct Arguments {
    /// The network file to read: .json, .onnx, .safetensors, .pt, .npz, .nnet (recognised by content, packed
    /// with gzip or not)
    input: PathBuf,
    /// The file to write: .json, .onnx, .safetensors, .npz, .nnet (by ending), packed when .gz follows
    output: PathBuf,
    /// Round weights that the format cannot hold
    #[arg(long)]
    round: bool,
    /// Leave away the normalisation that a .nnet file has, instead of folding it into the first and
    /// the last layer
    #[arg(long)]
    without_normalisation: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_network_output(Some(&arguments.output))?;
    let normalisation = if arguments.without_normalisation { Normalisation::LeftAway } else { Normalisation::Folded };
    let file = files::network_with(&arguments.input, ReadOptions { normalisation })?;
    pellucid::write_path(&file, &arguments.output, WriteOptions { rounding: arguments.round })?;
    screen::remark(&format!(
        "{} network written to {}",
        words::shape(&file.network.shape()),
        arguments.output.display()
    ));
    Ok(Answer::Yes)
}
