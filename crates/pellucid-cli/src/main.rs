//! The `pellucid` command.
//!
//! Results go to stdout, progress and remarks to stderr. Exit status: 0 yes, 1 a well-founded no,
//! 2 bad input or usage, 3 gave up at a limit.

mod arguments;
mod commands;
mod disguising;
mod files;
mod limits;
mod proof_stream;
mod proofs;
mod regimen;
mod screen;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Exact arithmetic and trees make many small things: a tenth of the time goes into where to put them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Mathematical circuits in ReLU networks: write a function and get the smallest network that
/// computes it, with a proof; train networks and see which found it; take networks apart again.
#[derive(Parser)]
#[command(name = "pellucid", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 yes, 1 a well-founded no, 2 bad input or usage, 3 gave up at a limit.

Try: pellucid compile 'min(x1, x2)'")]
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
    /// Decide a VNN-LIB property: sat or unsat, exactly
    Vnnlib(commands::vnnlib::Arguments),
    /// The linear cells, one JSON line each
    Cells(commands::cells::Arguments),
    /// Network -> features -> circuits -> formula
    Decompile(commands::decompile::Arguments),
    /// Train, and say which runs found the circuit
    Train(commands::train::Arguments),
    /// Many trainings: stored, resumable, summed up
    Survey(commands::survey::Arguments),
    /// Look for a smaller circuit: train small networks, round, prove
    Search(commands::search::Arguments),
    /// Check a proof independently
    Check(commands::check::Arguments),
    /// The known circuits: their sizes, proofs, and what is made of what
    Library(commands::library::Arguments),
    /// A picture of a network or a function's circuit
    Draw(commands::draw::Arguments),
    /// The page in the browser, where circuits are written, played with, trained and taken apart
    Explore(commands::explore::Arguments),
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
    /// Of many inputs one was bad, as was told.
    BadInput,
}

/// The exit status for what became of a command; says what went wrong.
pub(crate) fn status(answer: anyhow::Result<Answer>) -> u8 {
    match answer {
        Ok(Answer::Yes) => 0,
        Ok(Answer::No) => 1,
        Ok(Answer::GaveUp) => 3,
        Ok(Answer::BadInput) => 2,
        Err(error) if screen::is_closed_pipe(&error) => 0,
        Err(error) => {
            screen::remark(&format!("pellucid: {error:#}"));
            status_of(&error)
        }
    }
}

/// The exit status for an error: was a limit reached, or is the input bad?
pub(crate) fn status_of(error: &anyhow::Error) -> u8 {
    let limit = error.downcast_ref::<pellucid::Error>().is_some_and(pellucid::Error::is_limit);
    if limit { 3 } else { 2 }
}

fn main() -> ExitCode {
    refuse_unknown_options();
    let cli = Cli::parse();
    screen::watch_for_interrupts();
    ExitCode::from(status(match cli.command {
        Command::Reproduce(arguments) => commands::reproduce::run(arguments),
        Command::Compile(arguments) => commands::compile::run(arguments),
        Command::Prove(arguments) => commands::prove::run(arguments),
        Command::Vnnlib(arguments) => commands::vnnlib::run(arguments),
        Command::Cells(arguments) => commands::cells::run(arguments),
        Command::Decompile(arguments) => commands::decompile::run(arguments),
        Command::Train(arguments) => commands::train::run(arguments),
        Command::Survey(arguments) => commands::survey::run(arguments),
        Command::Search(arguments) => commands::search::run(arguments),
        Command::Check(arguments) => commands::check::run(arguments),
        Command::Library(arguments) => commands::library::run(arguments),
        Command::Draw(arguments) => commands::draw::run(arguments),
        Command::Explore(arguments) => commands::explore::run(arguments),
        Command::Convert(arguments) => commands::convert::run(arguments),
    }))
}

/// A function may begin with a minus sign, so that clap would take a mistyped option for one and
/// complain about the next argument.
fn refuse_unknown_options() {
    let mut cli = Cli::command();
    cli.build();
    let arguments: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    let Some(command) = arguments.first().and_then(|name| cli.find_subcommand_mut(name)) else { return };
    for argument in arguments.iter().skip(1).take_while(|argument| *argument != "--") {
        let name = argument.strip_prefix("--").unwrap_or_default().split('=').next().unwrap_or_default();
        let is_word = name.len() > 1 && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if is_word && !command.get_arguments().any(|known| known.get_long() == Some(name)) {
            let message = format!(
                "there is no option --{name}; {} --help lists them",
                command.get_bin_name().unwrap_or("pellucid")
            );
            command.error(clap::error::ErrorKind::UnknownArgument, message).exit();
        }
    }
}
