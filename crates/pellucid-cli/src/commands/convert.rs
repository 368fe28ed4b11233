//! `pellucid convert IN OUT`

use std::path::PathBuf;

use clap::Args;
use pellucid::WriteOptions;

use crate::{Answer, files, screen, words};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid convert net.pt net.json
  pellucid convert net.json net.onnx --round")]
pub struct Arguments {
    /// The network file to read: .json, .onnx, .safetensors, .pt, .npz (recognised by content)
    input: PathBuf,
    /// The file to write: .json, .onnx, .safetensors, .npz (by ending)
    output: PathBuf,
    /// Round weights that the format cannot hold
    #[arg(long)]
    round: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_network_output(Some(&arguments.output))?;
    let file = files::network(&arguments.input)?;
    pellucid::write_path(&file, &arguments.output, WriteOptions { rounding: arguments.round })?;
    screen::remark(&format!(
        "{} network written to {}",
        words::shape(&file.network.shape()),
        arguments.output.display()
    ));
    Ok(Answer::Yes)
}
