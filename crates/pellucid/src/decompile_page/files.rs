//! The report as files: the page, and each of its pieces for those who want to use it.

use pellucid_core::{Error, function_to_latex};
use pellucid_draw::{SvgOptions, Theme};

use super::{Dissection, answer};
use crate::answers;

/// The certificate's file.
pub(super) const CERTIFICATE: &str = "certificate.json";

/// A file of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Its name in the report's folder.
    pub name: &'static str,
    /// What is in it.
    pub text: String,
}

impl Dissection<'_> {
    /// The files of a report: `index.html`, `picture.svg`, `answer.json` (as the command prints it),
    /// `formula.txt` (a line an output), `formula.tex`, and where there is one `certificate.json`.
    ///
    /// # Errors
    /// When a proof has no words, which would be a defect.
    pub fn files(&self) -> Result<Vec<ReportFile>, Error> {
        let file = |name: &'static str, text: String| ReportFile { name, text };
        let answer = answers::decompiled(self.found, self.network, self.domain, self.tolerance);
        let picture = self.picture(&SvgOptions { theme: Theme::Auto, opaque: true });
        let latex = format!("% Needs the package amsmath.\n\\[ {} \\]\n", function_to_latex(&self.found.formula));
        let mut files = vec![
            file("index.html", self.page(true)?),
            file("picture.svg", picture),
            file("answer.json", format!("{answer:#}\n")),
            file("formula.txt", answer::formula_lines(self)),
            file("formula.tex", latex),
        ];
        if let Some(certificate) = &self.found.certificate {
            files.push(file(CERTIFICATE, certificate.to_json() + "\n"));
        }
        Ok(files)
    }
}
