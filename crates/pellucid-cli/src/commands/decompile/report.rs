//! `pellucid decompile NET --report DIR`

use std::path::Path;

use anyhow::bail;
use pellucid::Dissection;

use crate::{files, screen};

/// Where a report goes.
pub enum Report<'a> {
    /// One page.
    Page(&'a Path),
    /// A folder with the page and its pieces.
    Folder(&'a Path),
}

impl<'a> Report<'a> {
    /// Can a report be written there? Asked before the work; a folder is made to see it, and is there again only
    /// once there is something to put into it.
    pub fn begin(path: &'a Path) -> anyhow::Result<Self> {
        let is_page = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("html") || e.eq_ignore_ascii_case("htm"));
        if is_page && !path.is_dir() {
            files::check_output(Some(path))?;
            return Ok(Report::Page(path));
        }
        if path.is_file() {
            bail!("cannot write {}: a report is a page FILE.html or a folder, and this is a file", path.display());
        }
        let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made: Vec<&Path> = path.ancestors().take_while(is_new).collect();
        files::make_folder(path)?;
        for folder in made {
            // One that somebody has put something into meanwhile stays.
            let _ = std::fs::remove_dir(folder);
        }
        Ok(Report::Folder(path))
    }

    /// Writes the page, and its pieces beside it.
    pub fn write(&self, about: &Dissection<'_>) -> anyhow::Result<()> {
        let page = match self {
            Report::Page(path) => {
                files::write_text(path, &about.page(false)?)?;
                path.to_path_buf()
            }
            Report::Folder(folder) => {
                files::make_folder(folder)?;
                for file in about.files()? {
                    files::write_text(&folder.join(file.name), &file.text)?;
                }
                folder.join("index.html")
            }
        };
        screen::remark(&format!("report written to {}", page.display()));
        Ok(())
    }
}
