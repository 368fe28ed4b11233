//! Training, and what became of each run.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use numpy::PyReadonlyArray2;
use pellucid::{DataSet, Domain, Error, Numbers, Random, Rational, Regimen, Run, Task, answers};
use pyo3::prelude::*;

use crate::domains;
use crate::errors::Raise;
use crate::function::PyFunction;
use crate::network::PyNetwork;
use crate::waiting::{Bounds, wait};

fn rows(array: &PyReadonlyArray2<'_, f32>) -> Vec<Vec<f32>> {
    array.as_array().rows().into_iter().map(|row| row.to_vec()).collect()
}

fn trained_network(run: &Run, function: Option<String>, domain: Option<String>) -> Option<PyNetwork> {
    // Weights that are not finite make no network.
    let exact = run.network.to_exact().ok()?;
    Some(PyNetwork::new(exact, Numbers::Float32, function, domain))
}

/// Trains a network for each seed and judges it: the answer, and the networks (`None` where training diverged).
#[pyfunction]
#[pyo3(signature = (function, shape, seeds, regimen, on=None, bias=false, every=None, tolerance="1e-4", timeout=None, max_cells=None, progress=None))]
#[allow(clippy::too_many_arguments, reason = "Python's keyword arguments")]
pub fn train(
    py: Python<'_>,
    function: &PyFunction,
    shape: Vec<usize>,
    seeds: (u64, u64),
    regimen: &str,
    on: Option<&str>,
    bias: bool,
    every: Option<usize>,
    tolerance: &str,
    timeout: Option<f64>,
    max_cells: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(String, Vec<Option<PyNetwork>>)> {
    let mut function = function.exact().raise()?;
    if let Some(n) = shape.first().filter(|n| **n > function.n_inputs()) {
        function = function.with_n_inputs(*n).raise()?;
    }
    let tolerance: Rational = tolerance.parse().raise()?;
    let mut regimen = Regimen::parse(regimen).raise()?;
    let notebook = Regimen { random: Random::PyTorch, ..regimen.clone() };
    if notebook.is_the_notebooks() {
        regimen = notebook;
    }
    let domain = domains::domain(on, &[], function.input_names(), Domain::unit_box(function.n_inputs())).raise()?;
    let Domain::Box(sides) = &domain else {
        let box_text = Domain::unit_box(function.n_inputs());
        return Err(Error::input(format!(
            "training needs a box to draw samples from, such as on=\"{box_text}\", not {domain}"
        )))
        .raise();
    };
    let ranges = sides.iter().map(|(low, high)| (low.to_f32(), high.to_f32())).collect();
    let task = Task { bias, ranges, ..Task::new(function.clone(), shape) };
    wait(py, Bounds { timeout, max_cells }, progress, move |limits, signs| {
        let judged = Mutex::new(Vec::new());
        let judge = |run: Run| {
            let classified = pellucid::classify(&run, &function, &domain, &tolerance, limits);
            if let Ok(mut judged) = judged.lock() {
                judged.push((run.seed, classified.map(|classified| (run, classified))));
            }
            signs.done.fetch_add(1, Ordering::Relaxed);
        };
        let cancelled = std::thread::scope(|scope| {
            let (ended, is_ended) = std::sync::mpsc::channel::<()>();
            // The trainer asks a flag, the limits are a question: someone has to carry the answer over.
            scope.spawn(move || {
                while is_ended.recv_timeout(LOOK) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    if limits.stopped() {
                        signs.stop.store(true, Ordering::Relaxed);
                    }
                }
            });
            let outcome = pellucid::train_many_with(&task, &regimen, seeds.0..seeds.1, every, judge, &signs.stop);
            drop(ended);
            outcome.map(|()| signs.stop.load(Ordering::Relaxed))
        })?;
        let mut judged = judged.into_inner().unwrap_or_default();
        judged.sort_by_key(|(seed, _)| *seed);
        if cancelled {
            return Err(Error::limit(format!("{} of {} runs finished", judged.len(), seeds.1 - seeds.0)));
        }
        let runs = judged.into_iter().map(|(_, outcome)| outcome).collect::<Result<Vec<_>, Error>>()?;
        let answer = answers::trained(&runs).to_string();
        let (function, domain) = (function.to_string(), domain.to_string());
        let network = |(run, _): &(Run, _)| trained_network(run, Some(function.clone()), Some(domain.clone()));
        Ok((answer, runs.iter().map(network).collect()))
    })
}

/// How often the trainer's flag is set from the limits.
const LOOK: std::time::Duration = std::time::Duration::from_millis(20);

/// Trains on rows of samples: the network, and its loss.
#[pyfunction]
#[pyo3(signature = (inputs, targets, widths, regimen, seed=0, timeout=None))]
pub fn fit(
    py: Python<'_>,
    inputs: PyReadonlyArray2<'_, f32>,
    targets: PyReadonlyArray2<'_, f32>,
    widths: Vec<usize>,
    regimen: &str,
    seed: u64,
    timeout: Option<f64>,
) -> PyResult<(PyNetwork, f32)> {
    let (n_inputs, n_outputs) = (inputs.as_array().ncols(), targets.as_array().ncols());
    let mut shape = vec![n_inputs];
    shape.extend(widths);
    shape.push(n_outputs);
    // With samples the function only names inputs and outputs.
    let names = pellucid::numbered_inputs(n_inputs);
    let function =
        pellucid::Function::new(names, vec![pellucid::Expr::Constant(Rational::zero()); n_outputs]).raise()?;
    let data = DataSet::new(rows(&inputs), rows(&targets)).raise()?;
    let regimen = Regimen::parse(regimen).raise()?;
    let task = Task { bias: true, data: Some(Arc::new(data)), ..Task::new(function, shape) };
    wait(py, Bounds { timeout, max_cells: None }, None, move |_, signs| {
        let run = pellucid::train_with(&task, &regimen, seed, None, &signs.stop)?;
        match trained_network(&run, None, None) {
            Some(network) => Ok((network, run.final_loss)),
            None => Err(Error::input(
                "training diverged: the weights are no longer finite (lower the rate, or scale the data)",
            )),
        }
    })
}
