//! The search for smaller circuits.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use pellucid::survey::{SearchState, Searched, Sought, known_size};
use pellucid::{Domain, Error, Numbers, answers};
use pyo3::prelude::*;

use crate::domains;
use crate::errors::Raise;
use crate::function::PyFunction;
use crate::network::PyNetwork;
use crate::waiting::{Bounds, wait, with_flag};

/// What a search gives: the answer, and where something was found the network and its certificate.
type Sighted = (String, Option<(PyNetwork, String)>);

/// Searches for a network with fewer hidden neurons.
#[pyfunction]
#[pyo3(signature = (function, smaller_than=None, on=None, tries=2000, state=None, timeout=None, progress=None))]
#[allow(clippy::too_many_arguments, reason = "Python's keyword arguments")]
pub fn search(
    py: Python<'_>,
    function: &PyFunction,
    smaller_than: Option<usize>,
    on: Option<&str>,
    tries: u64,
    state: Option<PathBuf>,
    timeout: Option<f64>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Sighted> {
    let function = function.exact().raise()?;
    let domain = domains::domain(on, &[], function.input_names(), Domain::Everywhere).raise()?;
    wait(py, Bounds { timeout, max_cells: None }, progress, move |limits, signs| {
        let mut kept = match &state {
            Some(path) if path.exists() => read(path)?,
            _ => SearchState::default(),
        };
        let (known, bound) = known_size(&function, &domain, limits)?;
        let smaller_than = smaller_than.unwrap_or(known);
        let sought = Sought { function, domain, smaller_than, tries };
        let mut trouble = None;
        let keep = |now: &SearchState| {
            signs.done.store(now.n_tried() as usize, Ordering::Relaxed);
            if let Some(error) = state.as_ref().and_then(|path| write(path, now).err()) {
                trouble.get_or_insert(error);
                // A search that cannot be gone on with is not what was asked for.
                signs.stop.store(true, Ordering::Relaxed);
            }
        };
        let done: Searched =
            with_flag(limits, &signs.stop, || pellucid::survey::search(&sought, &mut kept, bound, keep, &signs.stop))?;
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        if done.found.is_none() && !done.is_complete {
            let goes_on = if state.is_some() { "; the same call goes on" } else { "; state= keeps them" };
            return Err(Error::limit(format!("{} networks were tried{goes_on}", done.n_tried)));
        }
        let answer = answers::searched(&sought, &done, known).to_string();
        let (function, domain) = (sought.function.to_string(), sought.domain.to_string());
        let found = done.found.map(|found| {
            let certificate = found.certificate.to_json();
            (PyNetwork::new(found.network, Numbers::Exact, Some(function), Some(domain)), certificate)
        });
        Ok((answer, found))
    })
}

fn read(path: &Path) -> Result<SearchState, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::input(format!("cannot read {}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Error::input(format!("{} is no state of a search: {error}", path.display())))
}

/// Writes a neighbour first, so that whatever ends the program leaves a whole state.
fn write(path: &Path, state: &SearchState) -> Result<(), Error> {
    let cannot = |error: &dyn std::fmt::Display| Error::input(format!("cannot write {}: {error}", path.display()));
    let text = serde_json::to_string(state).map_err(|error| cannot(&error))?;
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, path)).map_err(|error| cannot(&error))
}
