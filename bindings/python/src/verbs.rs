//! Compile, prove, check and decompile. Answers are JSON texts, with the keys that the command's have.

use pellucid::{
    Biases, Certificate, Computation, Disguise, Domain, Error, Explaining, Goal, Numbers, Question, Rational,
    SvgOptions, Verdict, answers, pictures,
};
use pyo3::prelude::*;

use crate::domains;
use crate::errors::Raise;
use crate::function::PyFunction;
use crate::network::PyNetwork;
use crate::waiting::{Bounds, wait};

/// A claim is only made of what an independent check accepts.
fn must_hold(certificate: &Certificate) -> Result<(), Error> {
    let checked = pellucid::check(certificate);
    match checked.rejection {
        Some(reason) => {
            Err(Error::input(format!("defect: the checker rejects the proof that {}: {reason}", checked.claim)))
        }
        None => Ok(()),
    }
}

fn tolerance(text: Option<&str>) -> Result<Option<Rational>, Error> {
    let Some(text) = text else { return Ok(None) };
    let value: Rational = text.parse()?;
    if value.is_negative() {
        Err(Error::input(format!("a tolerance must not be negative: {text}")))
    } else {
        Ok(Some(value))
    }
}

/// Compiles: the network, the answer, and the certificate.
#[pyfunction]
#[pyo3(signature = (function, on=None, within=None, hidden_biases=true, output_biases=true, layers=None, shallowest=false, timeout=None, max_cells=None))]
#[allow(clippy::too_many_arguments, reason = "Python's keyword arguments")]
pub fn compile(
    py: Python<'_>,
    function: &PyFunction,
    on: Option<&str>,
    within: Option<&str>,
    hidden_biases: bool,
    output_biases: bool,
    layers: Option<usize>,
    shallowest: bool,
    timeout: Option<f64>,
    max_cells: Option<usize>,
) -> PyResult<(PyNetwork, String, String)> {
    let within = tolerance(within).raise()?;
    let biases = Biases { hidden: hidden_biases, output: output_biases };
    if layers == Some(0) {
        return Err(Error::input("layers: at least 1 hidden layer must be allowed")).raise();
    }
    let goal = Goal { shallow: shallowest, max_layers: layers };
    let target = function.target().clone();
    let domain = domains::domain(on, &[], target.input_names(), Domain::Everywhere).raise()?;
    let bounds = Bounds { timeout, max_cells };
    let (Some(within), None) = (within, target.as_function()) else {
        let function = function.exact().raise()?;
        return wait(py, bounds, None, move |limits, _| {
            let compiled = pellucid::compile_for(&function, &domain, biases, &goal, limits)?;
            let any_depth = compiled.minimality.any_depth.as_ref().map(|bound| &bound.certificate);
            [Some(&compiled.certificate), any_depth].into_iter().flatten().try_for_each(must_hold)?;
            let answer = answers::compiled(&compiled, None).to_string();
            let certificate = compiled.certificate.to_json();
            let (function, domain) = (Some(function.to_string()), Some(domain.to_string()));
            Ok((PyNetwork::new(compiled.network, Numbers::Exact, function, domain), answer, certificate))
        });
    };
    if on.is_none() {
        let unit = Domain::unit_box(target.n_inputs());
        return Err(Error::input(format!(
            "within needs a box to be within the tolerance on: for example on=\"{unit}\""
        )))
        .raise();
    }
    if biases != Biases::ALLOWED {
        return Err(Error::input("within: no approximations without biases are known (allow biases)")).raise();
    }
    wait(py, bounds, None, move |limits, _| {
        let found = pellucid::approximate(&target, &domain, &within, &goal, limits)?;
        must_hold(&found.certificate)?;
        let (answer, certificate) = (answers::approximated(&found).to_string(), found.certificate.to_json());
        let (function, domain) = (Some(target.to_string()), Some(domain.to_string()));
        Ok((PyNetwork::new(found.network, Numbers::Exact, function, domain), answer, certificate))
    })
}

/// Hides a function's compiled network among others that compute the same: the network, and labels as JSON.
#[pyfunction]
#[pyo3(signature = (function, seed, on=None, timeout=None, max_cells=None))]
pub fn disguise(
    py: Python<'_>,
    function: &PyFunction,
    seed: u64,
    on: Option<&str>,
    timeout: Option<f64>,
    max_cells: Option<usize>,
) -> PyResult<(PyNetwork, String)> {
    let function = function.exact().raise()?;
    let domain = domains::domain(on, &[], function.input_names(), Domain::Everywhere).raise()?;
    wait(py, Bounds { timeout, max_cells }, None, move |limits, _| {
        let compiled = pellucid::compile(&function, &domain, Biases::ALLOWED, limits)?;
        let how = Disguise::new(seed);
        let hidden = pellucid::disguise(&compiled.network, &domain, &how)?;
        let sides = (Computation::Network(compiled.network.clone()), Computation::Network(hidden.network.clone()));
        match pellucid::prove_within(&sides.0, &sides.1, &domain, &Rational::zero(), limits)? {
            Verdict::Proved { certificate, .. } => must_hold(&certificate)?,
            Verdict::Refuted(_) => return Err(Error::input("defect: the disguise changed the function")),
        }
        let labels = pellucid::library::labels(&function, &domain, &compiled.network, &hidden, Some(&how)).to_string();
        let (function, domain) = (Some(function.to_string()), Some(domain.to_string()));
        Ok((PyNetwork::new(hidden.network, Numbers::Exact, function, domain), labels))
    })
}

/// One side of a claim.
#[derive(FromPyObject)]
pub enum Side<'py> {
    /// A network.
    Network(PyRef<'py, PyNetwork>),
    /// A function.
    Function(PyRef<'py, PyFunction>),
}

impl Side<'_> {
    fn computation(&self) -> Result<Computation, Error> {
        match self {
            Side::Network(network) => Ok(network.computation()),
            Side::Function(function) => function.exact().map(Computation::Function),
        }
    }
}

/// Proves or refutes: the answer, and the certificate of a proof.
#[pyfunction]
#[pyo3(signature = (left, right, on=None, conditions=vec![], within=None, timeout=None, max_cells=None))]
#[allow(clippy::too_many_arguments, reason = "Python's keyword arguments")]
pub fn prove(
    py: Python<'_>,
    left: Side<'_>,
    right: Side<'_>,
    on: Option<&str>,
    conditions: Vec<String>,
    within: Option<&str>,
    timeout: Option<f64>,
    max_cells: Option<usize>,
) -> PyResult<(String, Option<String>)> {
    let within = tolerance(within).raise()?.unwrap_or_else(Rational::zero);
    let sides = left.computation().and_then(|left| pellucid::line_up(left, right.computation()?));
    let (left, right) = sides.raise()?;
    let read = |names: &[String]| domains::domain(on, &conditions, names, Domain::Everywhere);
    // The domain speaks in the names of either side.
    let domain = read(left.input_names()).or_else(|error| read(right.input_names()).map_err(|_| error)).raise()?;
    wait(py, Bounds { timeout, max_cells }, None, move |limits, _| {
        let text = domain.to_text(left.input_names());
        match pellucid::prove_within(&left, &right, &domain, &within, limits)? {
            Verdict::Proved { certificate, n_cells } => {
                must_hold(&certificate)?;
                let largest = match within.is_zero() {
                    true => None,
                    false => pellucid::largest_difference(&left, &right, &domain, limits).ok(),
                };
                let answer = answers::proof("proved", &text, &within, largest.as_ref(), Some(n_cells), None);
                Ok((answer.to_string(), Some(certificate.to_json())))
            }
            Verdict::Refuted(counterexample) => {
                let largest = pellucid::largest_difference(&left, &right, &domain, limits).ok();
                let answer = answers::proof("refuted", &text, &within, largest.as_ref(), None, Some(&counterexample));
                Ok((answer.to_string(), None))
            }
        }
    })
}

/// Checks a certificate independently.
#[pyfunction]
pub fn check(py: Python<'_>, certificate: String) -> PyResult<String> {
    wait(py, Bounds { timeout: None, max_cells: None }, None, move |_, _| {
        Ok(answers::checked(&pellucid::check_json(&certificate)?).to_string())
    })
}

/// A certificate's proof in words.
#[pyfunction]
#[pyo3(signature = (certificate, width=80))]
pub fn explain(certificate: &str, width: usize) -> PyResult<String> {
    let options = Explaining { width, ..Explaining::default() };
    Certificate::from_json(certificate).and_then(|certificate| pellucid::explain(&certificate, &options)).raise()
}

/// A trained network's formula may be this far off.
const TRAINED_TOLERANCE: (i64, i64) = (1, 10_000);

/// What decompiling gives: the answer, the formula, the drawing as SVG, and the certificate where there is one.
pub type Taken = (String, PyFunction, String, Option<String>);

/// Takes a network apart.
#[pyfunction]
#[pyo3(signature = (network, on=None, tolerance_text=None, target=None, timeout=None, max_cells=None))]
pub fn decompile(
    py: Python<'_>,
    network: &PyNetwork,
    on: Option<&str>,
    tolerance_text: Option<&str>,
    target: Option<&PyFunction>,
    timeout: Option<f64>,
    max_cells: Option<usize>,
) -> PyResult<Taken> {
    let file = &network.file;
    let exact = file.numbers == Numbers::Exact;
    let default = if exact { Rational::zero() } else { Rational::ratio(TRAINED_TOLERANCE.0, TRAINED_TOLERANCE.1) };
    let tolerance = tolerance(tolerance_text).raise()?.unwrap_or(default);
    let names = file.network.input_names();
    let written = file.domain.as_deref().and_then(|text| Domain::parse(text, names).ok());
    let otherwise = written.unwrap_or_else(|| Domain::unit_box(names.len()));
    let domain = domains::domain(on, &[], names, otherwise).raise()?;
    let target = target.map(PyFunction::exact).transpose().raise()?;
    let network = file.network.clone();
    wait(py, Bounds { timeout, max_cells }, None, move |limits, _| {
        let question = Question { domain: domain.clone(), tolerance: tolerance.clone(), target, limits };
        let found = pellucid::decompile(&network, &question)?;
        let closer = found.closer.as_ref().and_then(|closer| closer.certificate.as_ref());
        found.certificate.iter().chain(closer).try_for_each(must_hold)?;
        let answer = answers::decompiled(&found, &network, &domain, &tolerance).to_string();
        let svg =
            pictures::decompiled_picture(&network, &found).to_svg(&SvgOptions { opaque: true, ..Default::default() });
        let certificate = found.certificate.as_ref().map(Certificate::to_json);
        Ok((answer, found.formula.into(), svg, certificate))
    })
}
