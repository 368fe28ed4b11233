//! The `pellucid` command.
//!
//! Results go to stdout, progress and remarks to stderr. Exit status: 0 yes, 1 a well-founded no,
//! 2 bad input or usage, 3 gave up at a limit.

mod arguments;
mod commands;
mod screen;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Mathematical circuits in ReLU networks: write a function and get the smallest network that
/// computes it, with a proof; train networks and see which found it; take networks apart again.
#[derive(Parser)]
#[command(name = "pellucid", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Derive, prove, train and find again all that the seed did, with a report
    Reproduce(commands::reproduce::Arguments),
    /// Function -> smallest network
    Compile(commands::compile::Arguments),
    /// Equal? Everywhere, on a box, or within a tolerance
    Prove(commands::prove::Arguments),
    /// Network -> features -> circuits -> formula
    Decompile(commands::decompile::Arguments),
    /// Train, and say which runs found the circuit
    Train(commands::train::Arguments),
    /// Check a proof independently
    Check(commands::check::Arguments),
    /// A picture of a network or a function's circuit
    Draw(commands::draw::Arguments),
    /// Between network file formats
    Convert(commands::convert::Arguments),
}

/// What the command found out.
pub(crate) enum Answer {
    /// Proved, found, done.
    Yes,
    /// Refuted, not found.
    No,
    /// A limit was reached.
    GaveUp,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    screen::watch_for_interrupts();
    let answer = match cli.command {
        Command::Reproduce(arguments) => commands::reproduce::run(arguments),
        Command::Compile(arguments) => commands::compile::run(arguments),
        Command::Prove(arguments) => commands::prove::run(arguments),
        Command::Decompile(arguments) => commands::decompile::run(arguments),
        Command::Train(arguments) => commands::train::run(arguments),
        Command::Check(arguments) => commands::check::run(arguments),
        Command::Draw(arguments) => commands::draw::run(arguments),
        Command::Convert(arguments) => commands::convert::run(arguments),
    };
    match answer {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Ok(Answer::GaveUp) => ExitCode::from(3),
        Err(error) => {
            if screen::is_closed_pipe(&error) {
                return ExitCode::SUCCESS;
            }
            eprintln!("pellucid: {error:#}");
            let limit = error.downcast_ref::<pellucid::Error>().is_some_and(pellucid::Error::is_limit);
            ExitCode::from(if limit { 3 } else { 2 })
        }
    }
}
