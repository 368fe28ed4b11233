//! `pellucid search FUNCTION --smaller-than N`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use pellucid::survey::{SearchState, Searched, Sought, known_size, search};
use pellucid::{Domain, Function, NetworkFile, Numbers, WriteOptions};

use crate::{Answer, files, screen, words};

/// Looks for a smaller circuit: trains many small networks, makes their numbers simple, and proves.
#[derive(Args)]
pub struct Arguments {
    /// The function, such as 'median(x1, x2, x3)'
    #[arg(allow_hyphen_values = true)]
    function: String,
    /// Only networks with fewer hidden neurons count; unless given, those with fewer than the compiler's
    #[arg(long, value_name = "N")]
    smaller_than: Option<usize>,
    /// Where it is to be computed
    #[arg(long, value_name = "DOMAIN", default_value = "everywhere", allow_hyphen_values = true)]
    on: String,
    /// Networks tried of each shape at most
    #[arg(long, value_name = "N", default_value = "2000")]
    tries: u64,
    /// A file that keeps how far the search has come, so that it can be gone on with
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Write the network found
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the certificate
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// The answer as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let function = Function::parse(&arguments.function)?;
    let domain = Domain::parse(&arguments.on, function.input_names())?;
    files::check_network_output(arguments.output.as_deref())?;
    files::check_output(arguments.certificate.as_deref())?;
    files::check_different(&[arguments.output.as_deref(), arguments.certificate.as_deref()])?;
    let mut state = match &arguments.state {
        Some(path) if path.exists() => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{} is no state of a search", path.display()))?
        }
        _ => SearchState::default(),
    };
    let (known, bound) = known_size(&function, &domain, pellucid::Limits::default())?;
    let smaller_than = arguments.smaller_than.unwrap_or(known);
    let sought = Sought { function, domain, smaller_than, tries: arguments.tries };
    let mut trouble = None;
    let keep = |state: &SearchState| {
        let Some(path) = &arguments.state else { return };
        let text = serde_json::to_string(state).map_err(anyhow::Error::from);
        if let Err(error) = text.and_then(|text| files::write_text(path, &text)) {
            trouble.get_or_insert(error);
        }
    };
    let done = search(&sought, &mut state, bound, keep, screen::interrupted())?;
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    if let Some(found) = &done.found {
        if let Some(path) = &arguments.output {
            let file = NetworkFile {
                network: found.network.clone(),
                numbers: Numbers::Exact,
                function: Some(sought.function.to_string()),
                domain: Some(sought.domain.to_string()),
            };
            pellucid::write_path(&file, path, WriteOptions::default())?;
        }
        if let Some(path) = &arguments.certificate {
            files::write_text(path, &found.certificate.to_json())?;
        }
    }
    match arguments.json {
        true => screen::out_json(&pellucid::answers::searched(&sought, &done, known))?,
        false => screen::out(&told(&sought, &done, known))?,
    }
    Ok(match (&done.found, done.is_complete) {
        (Some(_), _) => Answer::Yes,
        (None, true) => Answer::No,
        (None, false) => Answer::GaveUp,
    })
}

fn told(sought: &Sought, done: &Searched, known: usize) -> String {
    let mut text = format!("{} on {}: ", sought.function, sought.domain);
    let tried = pellucid::counted(done.n_tried as usize, "network");
    match &done.found {
        Some(found) => {
            let size = found.network.hidden_neurons();
            let shape = words::shape(&found.network.shape());
            text += &format!("found {shape}, {}, proved, after {tried}\n", pellucid::counted(size, "hidden neuron"));
            if size < known {
                text += &format!("  smaller than the {known} of the smallest circuit known here\n");
            }
            text += &screen::indented(&pellucid::Picture::new(&found.network).to_list(&screen::terminal_options(2)));
        }
        None if sought.smaller_than <= done.lower_bound.0 => {
            text += &format!("there is none: every network has at least {} hidden neurons\n", done.lower_bound.0);
            text += &words::wrapped("  ", &done.lower_bound.1, screen::text_width());
        }
        None => {
            let below = pellucid::counted(sought.smaller_than, "hidden neuron");
            text += &format!("none with fewer than {below} found among {tried}\n");
        }
    }
    text
}
