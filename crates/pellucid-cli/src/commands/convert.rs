//! `pellucid convert IN OUT`

use std::path::PathBuf;

use clap::Args;
use pellucid::WriteOptions;

use crate::Answer;
use crate::arguments::network_file;

#[derive(Args)]
pub struct Arguments {
    /// The network file to read: .json, .onnx, .safetensors, .pt, .npz (recognised by content)
    input: String,
    /// The file to write: .json, .onnx, .safetensors, .npz (by ending)
    output: PathBuf,
    /// Round weights that the format cannot hold
    #[arg(long)]
    round: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let file = network_file(&arguments.input)?;
    pellucid::write_path(&file, &arguments.output, WriteOptions { rounding: arguments.round })?;
    let shape: Vec<String> = file.network.shape().iter().map(usize::to_string).collect();
    eprintln!("{} network written to {}", shape.join("-"), arguments.output.display());
    Ok(Answer::Yes)
}
