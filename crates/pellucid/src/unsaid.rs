//! What is taken where nothing is said: the domain, the tolerance and the target that a network file implies, and
//! how many cells are counted. The command and the page in the browser agree because both ask here.

use pellucid_compile::Compiled;
use pellucid_core::{Domain, Function, Rational};
use pellucid_formats::{NetworkFile, Numbers};
use pellucid_prove::{Limits, walk};

/// Of more cells nobody wants the number.
const MOST_COUNTED: usize = 5_000;

/// The domain that a network file was made for; `None` where it says nothing that can be read.
///
/// ```
/// let text = br#"{"pellucid": 1, "domain": "[0, 1]", "layers": [{"weights": [["1"]]}]}"#;
/// let file = pellucid::read(text, "net.json")?;
/// assert_eq!(pellucid::written_domain(&file).map(|domain| domain.to_string()), Some("[0, 1]".into()));
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn written_domain(file: &NetworkFile) -> Option<Domain> {
    file.domain.as_deref().and_then(|text| Domain::parse(text, file.network.input_names()).ok())
}

/// How far a formula of the network may be off: not at all where its numbers are exact, 1/10000 where they are
/// floats, as trained weights are.
///
/// ```
/// let file = pellucid::read(br#"{"pellucid": 1, "layers": [{"weights": [["1"]]}]}"#, "net.json")?;
/// assert!(pellucid::usual_tolerance(&file).is_zero());
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn usual_tolerance(file: &NetworkFile) -> Rational {
    if file.numbers == Numbers::Exact { Rational::zero() } else { Rational::ratio(1, 10_000) }
}

/// What the network was meant to compute, where a file of trained weights says it. What a file was compiled for is
/// its formula already, but at points, where many formulas are the same.
///
/// ```
/// let file = pellucid::read(br#"{"pellucid": 1, "function": "x1", "layers": [{"weights": [["1"]]}]}"#, "net.json")?;
/// assert!(pellucid::written_target(&file, false).is_none());
/// assert!(pellucid::written_target(&file, true).is_some());
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn written_target(file: &NetworkFile, at_points: bool) -> Option<Function> {
    let is_news = at_points || file.numbers != Numbers::Exact;
    let written = file.function.as_deref().filter(|_| is_news)?;
    // A file made by others may say anything there; only what fits is worth comparing with.
    let function = Function::parse_with_inputs(written, file.network.input_names()).ok()?;
    (function.n_outputs() == file.network.n_outputs()).then_some(function)
}

/// The number of linear cells of a compiled network, where it is quickly had; of points where those are all. `stop`
/// is asked now and then whether it takes too long.
///
/// ```
/// use pellucid::{Biases, Domain, Function};
/// let minimum = Function::parse("min(x1, x2)")?;
/// let compiled = pellucid::compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default())?;
/// assert_eq!(pellucid::n_cells_of(&compiled, &|| false), Some(4));
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn n_cells_of(compiled: &Compiled, stop: &(dyn Fn() -> bool + Sync)) -> Option<usize> {
    if let Domain::Finite { .. } = compiled.domain {
        return (compiled.n_cells > 0).then_some(compiled.n_cells);
    }
    let limits = Limits { max_cells: MOST_COUNTED, stop: Some(stop) };
    walk(&compiled.network.to_activation_graph(), &compiled.domain, limits, |_| true).ok()
}
