//! `pellucid cells NET|FUNCTION`

use std::io::{BufWriter, Write};

use clap::Args;
use pellucid::{CellCounts, answers, counted};

use crate::arguments::{DomainArguments, FunctionArguments, Operand};
use crate::limits::LimitArguments;
use crate::{Answer, screen};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid cells 'min(x1, x2)'
  pellucid cells 'max(x1, x2, x3)' --on '[-1,1]^3'
  pellucid cells 'abs(x1) + abs(x2)' --where 'x1 >= x2'")]
pub struct Arguments {
    /// A network file, or a function
    #[arg(allow_hyphen_values = true)]
    subject: String,
    #[command(flatten)]
    domain: DomainArguments,
    /// Print only the counts: cells, connected regions with one affine map, different maps
    #[arg(long)]
    count: bool,
    /// Count the cells alone, in memory that does not grow with their number
    #[arg(long)]
    only_cells: bool,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let subject = Operand::read(&arguments.subject, &arguments.functions)?;
    let domain = arguments.domain.domain(subject.input_names())?;
    let computation = subject.computation();
    let clock = arguments.limits.start();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut closed = None;
    let mut index = 0;
    let counts = clock.run("walking over cells", |limits| {
        if arguments.only_cells {
            let cells = pellucid::count_cells(&computation, &domain, limits)?;
            return Ok(CellCounts { cells, regions: None, maps: 0 });
        }
        if arguments.count {
            return pellucid::cell_counts(&computation, &domain, limits);
        }
        pellucid::cells(&computation, &domain, limits, |cell| {
            index += 1;
            closed = writeln!(out, "{}", answers::cell(index, cell)).err();
            closed.is_none()
        })
    });
    // What was found before a limit stays said.
    out.flush()?;
    drop(out);
    if let Some(error) = closed {
        return Err(error.into());
    }
    let counts = counts?;
    let regions = counts.regions.map(|n| format!("{}, ", counted(n, "region"))).unwrap_or_default();
    let n_cells = counted(counts.cells, "linear cell");
    let text = match arguments.only_cells {
        true => n_cells,
        false => format!("{n_cells}, {regions}{}", counted(counts.maps, "affine map")),
    };
    if arguments.count || arguments.only_cells {
        screen::out_line(&text)?;
    } else {
        screen::remark(&text);
    }
    Ok(Answer::Yes)
}
