//! What a survey found, told.

use std::path::Path;

use pellucid::survey::{Store, summary};

use crate::{files, screen};

/// Tells what a database says, and writes the page into a folder.
pub fn tell(store: &Store, json: bool, folder: Option<&Path>) -> anyhow::Result<()> {
    let summary = summary(store)?;
    if let Some(folder) = folder {
        files::make_folder(folder)?;
        let page = folder.join("index.html");
        files::write_text(&page, &pellucid::survey_page(&summary))?;
        screen::remark(&format!("report written to {}", page.display()));
    }
    match json {
        true => screen::out_json(&pellucid::answers::surveyed(&summary)),
        false => screen::out(&pellucid::survey_tables(&summary)),
    }
}
