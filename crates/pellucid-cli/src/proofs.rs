//! Proofs for others to follow and check: in words, for SMT solvers, for Rocq.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use pellucid::{Certificate, Claim, Difference, Explaining, Proof, counted};

use crate::{files, screen};

/// Tells the proof.
#[derive(Args)]
pub struct ExplainArgument {
    /// Tell the proof in words
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
}

impl ExplainArgument {
    /// The proof in words, if it is asked for.
    pub fn tell(&self, certificate: &Certificate) -> anyhow::Result<()> {
        if !self.explain {
            return Ok(());
        }
        screen::out(&format!("\n{}", pellucid::explain(certificate, &explaining())?))
    }
}

/// How proofs are told on this screen.
pub fn explaining() -> Explaining {
    Explaining { width: screen::text_width(), ..Explaining::default() }
}

/// How an equality was proved, in a few words; `n` is its number of linear cells or points.
pub fn how_proved(certificate: &Certificate, n: usize) -> String {
    match n {
        _ if matches!(certificate.proof, Proof::Within(Difference::Points)) => {
            format!("at each of {}", counted(n, "point"))
        }
        0 => "their canonical forms match".to_string(),
        n => format!("their difference has {}", counted(n, "linear cell")),
    }
}

/// Writes the claim or its proof in other provers' languages.
#[derive(Args)]
pub struct ExportArguments {
    /// Write the claim as an SMT-LIB 2 script; unsat means proved
    #[arg(long, value_name = "FILE")]
    smt: Option<PathBuf>,
    /// Write the proof as a folder of small SMT-LIB 2 scripts; it holds if all are unsat
    #[arg(long, value_name = "DIR")]
    smt_leaves: Option<PathBuf>,
    /// Write the claim and a proof for Rocq (Coq); coqc checks it
    #[arg(long, value_name = "FILE")]
    rocq: Option<PathBuf>,
}

impl ExportArguments {
    /// Can what is asked for be written? Asked before the work that goes there.
    pub fn check_outputs(&self) -> anyhow::Result<()> {
        files::check_output(self.smt.as_deref())?;
        files::check_output(self.rocq.as_deref())?;
        match &self.smt_leaves {
            Some(folder) => must_be_new(folder),
            None => Ok(()),
        }
    }

    /// Is anything to be written?
    pub fn any(&self) -> bool {
        self.smt.is_some() || self.wants_proof()
    }

    /// Is a proof asked for, which a claim that is false does not have?
    pub fn wants_proof(&self) -> bool {
        self.smt_leaves.is_some() || self.rocq.is_some()
    }

    /// Writes the claim, which needs no proof.
    pub fn write_claim(&self, claim: &Claim) -> anyhow::Result<()> {
        let Some(path) = &self.smt else { return Ok(()) };
        let script = pellucid::claim_to_smt(claim).with_context(|| cannot(path))?;
        files::write_text(path, &script)?;
        screen::remark(&format!("claim written to {}; unsat means proved", path.display()));
        Ok(())
    }

    /// Writes the proof.
    pub fn write_proof(&self, certificate: &Certificate) -> anyhow::Result<()> {
        if let Some(folder) = &self.smt_leaves {
            write_leaves(certificate, folder)?;
        }
        if let Some(path) = &self.rocq {
            let file = pellucid::certificate_to_rocq(certificate).with_context(|| cannot(path))?;
            files::write_text(path, &file)?;
            screen::remark(&format!("proof written to {}; coqc {} checks it", path.display(), path.display()));
        }
        Ok(())
    }
}

fn cannot(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// Files of another proof beside those of this one would be taken for its.
fn must_be_new(folder: &Path) -> anyhow::Result<()> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return files::check_output(Some(folder)),
        Err(error) => return Err(error).with_context(|| cannot(folder)),
    };
    if entries.next().is_some() {
        bail!("{}: the folder is not empty (name a new one)", cannot(folder));
    }
    Ok(())
}

/// The cover is the last file, so that a folder that was left half written lacks it.
fn write_leaves(certificate: &Certificate, folder: &Path) -> anyhow::Result<()> {
    let mut made = false;
    let n_scripts = pellucid::certificate_to_smt(certificate, |name, script| {
        if !made {
            std::fs::create_dir_all(folder).with_context(|| cannot(folder))?;
            made = true;
        }
        files::write_text(&folder.join(format!("{name}.smt2")), script)
    })
    .with_context(|| cannot(folder))?;
    let (scripts, folder) = (counted(n_scripts, "script"), folder.display());
    screen::remark(&format!("proof written to {folder}/ in {scripts}; it holds if all are unsat"));
    Ok(())
}
