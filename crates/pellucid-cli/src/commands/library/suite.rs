//! The suite of networks in disguise, as a folder.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use pellucid::counted;
use pellucid::library::{self, Entry};

use super::{Arguments, for_all, limited};
use crate::{Answer, files, screen};

/// So many times the time of one size is given to all networks of an entry in the suite.
const SUITE_TIMES: u32 = 4;

pub fn suite(arguments: &Arguments, entries: &[Entry], folder: &Path) -> anyhow::Result<Answer> {
    let start = Instant::now();
    files::make_folder(folder)?;
    if std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?.next().is_some() {
        bail!("cannot write {}: the folder is not empty (name a new one)", folder.display());
    }
    let (mut index, mut left_out) = (Vec::new(), Vec::new());
    for_all(
        entries,
        "disguising",
        |entry| limited(arguments, SUITE_TIMES, |limits| library::suite_entry(entry, arguments.seed, limits)),
        |_, entry, made| match made {
            Ok(made) => {
                for file in &made.files {
                    let path = folder.join(&file.path);
                    path.parent().map_or(Ok(()), files::make_folder)?;
                    files::write_bytes(&path, &file.bytes)?;
                }
                index.extend(made.index);
                Ok(())
            }
            Err(error) if error.is_limit() => {
                left_out.push((entry.name.clone(), error.to_string()));
                Ok(())
            }
            Err(error) => Err(error.into()),
        },
    )?;
    files::write_text(&folder.join("README.md"), library::SUITE_README)?;
    let proved = index.iter().filter(|network| network["equality"] == "proved").count();
    let exact = index.iter().filter(|network| network["floats"]["kind"] == "float32").count();
    let n_networks = index.len();
    let (some_left_out, summary) = (!left_out.is_empty(), library::suite_index(arguments.seed, index, left_out));
    // The index comes last, so that a folder that was left half written lacks it.
    files::write_text(&folder.join("index.json"), &(serde_json::to_string_pretty(&summary)? + "\n"))?;
    if arguments.json {
        screen::out_json(&summary)?;
    } else {
        screen::out_line(&format!(
            "{} written to {}/ in {:.1} s\n  {proved} proved equal to their functions, {exact} exact in float32",
            counted(n_networks, "network"),
            folder.display(),
            start.elapsed().as_secs_f64()
        ))?;
    }
    for left in summary["left_out"].as_array().into_iter().flatten() {
        screen::remark(&format!("left out: {}: {}", left["name"].as_str().unwrap_or_default(), left["reason"]));
    }
    Ok(if some_left_out || proved < n_networks { Answer::GaveUp } else { Answer::Yes })
}
