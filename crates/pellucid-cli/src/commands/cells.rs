//! `pellucid cells NET|FUNCTION`

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use pellucid::pictures::CellsToDraw;
use pellucid::{CellCounts, SvgOptions, answers, counted};

use crate::arguments::{DomainArguments, FunctionArguments, Operand};
use crate::limits::LimitArguments;
use crate::{Answer, files, screen};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid cells 'min(x1, x2)'
  pellucid cells 'max(x1, x2, x3)' --on '[-1,1]^3'
  pellucid cells 'abs(x1) + abs(x2)' --where 'x1 >= x2'
  pellucid cells 'max(x1, x2, 0)' --count --svg cells.svg")]
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
    /// Draw the cells of two inputs into an SVG file, those with one affine map in one colour
    #[arg(long, value_name = "FILE", conflicts_with = "only_cells")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    if let Some(path) = &arguments.svg {
        files::check_picture_output(path)?;
    }
    let subject = Operand::read(&arguments.subject, &arguments.functions)?;
    let domain = arguments.domain.domain(subject.input_names())?;
    let computation = subject.computation();
    let mut to_draw = match &arguments.svg {
        Some(_) => Some(CellsToDraw::of(&computation, &domain)?),
        None => None,
    };
    let clock = arguments.limits.start();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut closed = None;
    let mut index = 0;
    let counts = clock.run("walking over cells", |limits| {
        if arguments.only_cells {
            let cells = pellucid::count_cells(&computation, &domain, limits)?;
            return Ok(CellCounts { cells, regions: None, maps: 0 });
        }
        if arguments.count && to_draw.is_none() {
            return pellucid::cell_counts(&computation, &domain, limits);
        }
        pellucid::cells(&computation, &domain, limits, |cell| {
            if let Some(to_draw) = &mut to_draw {
                to_draw.add(cell);
            }
            if arguments.count {
                return true;
            }
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
    if let (Some(path), Some(to_draw)) = (&arguments.svg, to_draw) {
        let picture = clock.run("drawing", |limits| to_draw.picture(&arguments.subject, limits))?;
        files::write_text(path, &picture.to_svg(&SvgOptions { opaque: true, ..SvgOptions::default() }))?;
        screen::remark(&format!("picture written to {}", path.display()));
    }
    Ok(Answer::Yes)
}
