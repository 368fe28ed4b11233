//! A proof by cells that is checked, and written, while it is made: a long one takes no memory.

use std::path::PathBuf;

use anyhow::bail;
use pellucid::{CellStep, Certificate, Checking, Difference, Proof, ProofSink};

use crate::files::NewFile;

/// Where the steps go.
pub struct ProofStream {
    path: Option<PathBuf>,
    keep: bool,
    kept: Vec<CellStep>,
    begun: Option<Begun>,
}

/// A proof whose claim is known.
struct Begun {
    checking: Result<Checking, String>,
    file: Option<anyhow::Result<NewFile>>,
}

impl ProofStream {
    /// A stream into a file, or only to the checker; `keep` keeps the steps in memory too, for those who
    /// want to look at all of them.
    pub fn new(path: Option<PathBuf>, keep: bool) -> Self {
        ProofStream { path, keep, kept: Vec::new(), begun: None }
    }

    /// Why the steps are no longer taken, if they are not.
    pub fn failure(self) -> Option<anyhow::Error> {
        let Begun { checking, file } = self.begun?;
        match (checking, file) {
            (Err(reason), _) => Some(anyhow::anyhow!("defect: the checker rejects the proof: {reason}")),
            (_, Some(Err(error))) => Some(error),
            _ => None,
        }
    }

    /// The end of a proof: it must have passed the checker, and the file is whole. Says whether there
    /// was a stream at all, and puts the steps that were kept into the certificate.
    ///
    /// # Errors
    /// When the checker rejects the proof, or the file cannot be written.
    pub fn end(self, certificate: &mut Certificate) -> anyhow::Result<bool> {
        let Some(Begun { checking, file }) = self.begun else { return Ok(false) };
        if let Err(reason) = checking.and_then(|checking| checking.end()) {
            bail!("defect: the checker rejects the proof that {}: {reason}", certificate.claim);
        }
        if let Some(file) = file {
            file?.finish()?;
        }
        if let Proof::Within(Difference::Cells { steps, .. }) = &mut certificate.proof {
            *steps = self.kept;
        }
        Ok(true)
    }
}

impl ProofSink for ProofStream {
    fn begin(&mut self, certificate: &Certificate) {
        let file = self.path.as_deref().map(|path| {
            let mut file = NewFile::begin(path)?;
            file.write(&format!("{}\n", certificate.to_json()))?;
            Ok(file)
        });
        self.begun = Some(Begun { checking: Checking::begin(certificate), file });
    }

    fn step(&mut self, step: CellStep) -> bool {
        let Some(Begun { checking, file }) = &mut self.begun else { return false };
        if let Ok(going) = checking
            && let Err(reason) = going.take(&step)
        {
            *checking = Err(reason);
        }
        if let Some(Ok(going)) = file
            && let Err(error) = going.write(&format!("{}\n", step.to_json()))
        {
            *file = Some(Err(error));
        }
        // What went wrong is told at the end.
        let goes_on = checking.is_ok() && !matches!(file, Some(Err(_)));
        if self.keep {
            self.kept.push(step);
        }
        goes_on
    }
}
