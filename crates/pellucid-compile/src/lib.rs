//! From a function to its smallest known ReLU network.
//!
//! [`compile`] is the whole pipeline on one screen: read off the canonical form, count, build,
//! prove. What one hidden layer cannot compute is built layer by layer, and is best known unless a
//! bound for networks of whatever depth meets its size.

mod alternatives;
mod approximate;
mod deeper;
mod disguise;
mod expr_to_circuit;
mod finite;
mod fit;
mod fives;
mod fold;
mod goal;
mod graph_to_layers;
mod graph_to_network;
mod inner_relus;
pub mod library;
mod maxima;
mod plan_to_network;
mod shrink;
mod simplify;

use pellucid_core::{
    Biases, Certificate, Computation, Domain, Error, Function, Layer, Network, OneLayer, Proof, Rational, counted,
};
use pellucid_prove::{
    Limits, OneLayerForm, Representable, SizeBound, Verdict, certify_smallest, count, plan_quickly, prove_within,
    representable, size_bound,
};

use deeper::{Built, deeper_network};

pub use approximate::{Approximated, ApproximatedPart, PieceBound, approximate};
pub use disguise::{Disguise, Disguised, LayerRole, Part, PassesThrough, Role, Side, disguise};
pub use expr_to_circuit::expr_to_circuit;
pub use fold::{compose, fold};
pub use goal::Goal;
pub use graph_to_network::{Effort, graph_to_network};
pub use plan_to_network::plan_to_network;

/// Cells walked at most to read off the kinks of a function.
const MAX_CELLS_READ: usize = 20_000;
/// With more inputs cells have many corners, and fewer are looked at.
const MANY_INPUTS: usize = 8;
const FEW_CELLS_READ: usize = 1_000;

/// A function's network with what is proved about it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The function.
    pub function: Function,
    /// Where the network computes it.
    pub domain: Domain,
    /// Which biases networks may have.
    pub biases: Biases,
    /// The network.
    pub network: Network<Rational>,
    /// That the network computes the function; for a smallest network also that it is.
    pub certificate: Certificate,
    /// Linear cells looked at in the proof of equality; 0 when canonical forms match.
    pub n_cells: usize,
    /// What is known about smaller networks.
    pub minimality: Minimality,
}

/// What is known about the size of the smallest network.
#[derive(Clone, Debug)]
pub struct Minimality {
    /// Is the network proved to be the smallest: with one hidden layer where one layer can compute the
    /// function, of any depth where it cannot?
    pub proved: bool,
    /// No network has fewer hidden neurons: with one hidden layer where one layer can compute the
    /// function, of any depth where it cannot.
    pub lower_bound: usize,
    /// Why, in words.
    pub reason: String,
    /// A bound that holds for networks of whatever depth, where one was found. Where one layer
    /// cannot compute the function, the lower bound is this one.
    pub any_depth: Option<SizeBound>,
}

/// Compiles a function into the smallest network known: with one hidden layer where that is proved
/// smallest of its kind and no deeper one found is smaller, else a deeper one.
///
/// ```
/// use pellucid_compile::compile;
/// use pellucid_core::{Biases, Domain, Function};
/// let minimum = Function::parse("min(x1, x2)").unwrap();
/// let compiled = compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default()).unwrap();
/// assert_eq!(compiled.network.shape(), [2, 3, 1]);
/// assert!(compiled.minimality.proved);
/// ```
///
/// # Errors
/// When the domain does not fit the function, when the biases exclude every network, or when a
/// limit is reached before the network is proved right.
pub fn compile(function: &Function, domain: &Domain, biases: Biases, limits: Limits<'_>) -> Result<Compiled, Error> {
    compile_for(function, domain, biases, &Goal::SMALLEST, limits)
}

/// As [`compile`], with a say in which network is wanted.
///
/// # Errors
/// As [`compile`], and when no network with so few layers is known.
pub fn compile_for(
    function: &Function,
    domain: &Domain,
    biases: Biases,
    goal: &Goal,
    limits: Limits<'_>,
) -> Result<Compiled, Error> {
    if let Domain::Finite { .. } = domain {
        return finite::compile_finite(function, domain, biases, goal, limits);
    }
    domain.must_be_a_box(function.n_inputs(), "compiling")?;
    // Whether one layer can do it is worth this much work; deeper networks are proved on their own.
    let read = if function.n_inputs() <= MANY_INPUTS { MAX_CELLS_READ } else { FEW_CELLS_READ };
    let reading = Limits { max_cells: limits.max_cells.min(read), ..limits };
    match representable(function, domain, reading) {
        Ok(Representable::Form(form)) => {
            if form.hinges.len() > MAX_COUNTED_HINGES && biases == Biases::ALLOWED {
                return one_long_layer(function, domain, &form, limits);
            }
            let shallow = one_layer(function, domain, biases, &form, limits)?;
            Ok(deeper_than_one(&shallow, goal, limits)?.unwrap_or(shallow))
        }
        Ok(Representable::No(refutation)) => {
            let reason = "one hidden layer cannot compute it, so at least two layers of one neuron are needed";
            let mut minimality = Minimality { proved: false, lower_bound: 2, reason: reason.into(), any_depth: None };
            if let Proof::NotOneLayer { here, there } = refutation.proof {
                let one_layer = OneLayer::Refuted { here, there };
                minimality.any_depth = Some(size_bound(function, domain, one_layer, usize::MAX, limits));
            }
            deeper(function, domain, biases, goal, limits, minimality)
        }
        Err(error) if error.is_limit() => {
            let reason = format!("whether one hidden layer can compute it is not known: {error}");
            let minimality = Minimality { proved: false, lower_bound: 1, reason, any_depth: None };
            deeper(function, domain, biases, goal, limits, minimality)
        }
        Err(error) => Err(error),
    }
}

/// More hinges than this are built, and proved right, but not proved fewest.
const MAX_COUNTED_HINGES: usize = 1_000;

/// A network with one hidden layer for very many hinges: a neuron each, and what is left.
fn one_long_layer(
    function: &Function,
    domain: &Domain,
    form: &OneLayerForm,
    limits: Limits<'_>,
) -> Result<Compiled, Error> {
    let biases = Biases::ALLOWED;
    let plan = plan_quickly(form, domain, biases)?;
    let network = plan_to_network(form, &plan, domain, biases, Some(function.input_names().to_vec()))?;
    let reason = format!(
        "its {} kink hyperplanes need a neuron each with one hidden layer, but that is not certified for so many",
        form.hinges.len()
    );
    let minimality = Minimality { proved: false, lower_bound: 1, reason, any_depth: None };
    let built = Built { best_first: vec![network.clone()], literal: network };
    proved(function, domain, biases, &Goal::SMALLEST, built, minimality, limits)
}

/// The smallest network with one hidden layer.
fn one_layer(
    function: &Function,
    domain: &Domain,
    biases: Biases,
    form: &OneLayerForm,
    limits: Limits<'_>,
) -> Result<Compiled, Error> {
    let counted = count(form, domain, biases)?;
    let inputs = Some(function.input_names().to_vec());
    let network = plan_to_network(form, &counted.plan, domain, biases, inputs)?;
    let (certificate, n_cells) = certify_smallest(function, &network, domain, biases, counted.at_least, limits)?;
    let mut minimality = one_layer_minimality(&network, form.hinges.len(), counted.at_least, domain, biases);
    // The bound on one layer is for the biases asked for, that on any depth for all.
    if let (Proof::Smallest { equality, kinks }, Biases::ALLOWED) = (&certificate.proof, biases)
        && !kinks.is_empty()
    {
        let (network, equality, kinks) = (network.clone(), equality.clone(), kinks.clone());
        let one_layer = OneLayer::Counted { network, equality, kinks };
        minimality.any_depth = Some(size_bound(function, domain, one_layer, counted.at_least, limits));
    }
    let (function, domain) = (function.clone(), domain.clone());
    Ok(Compiled { function, domain, biases, network, certificate, n_cells, minimality })
}

/// A deeper network that is smaller than the smallest with one layer, if one is wanted and found.
fn deeper_than_one(shallow: &Compiled, goal: &Goal, limits: Limits<'_>) -> Result<Option<Compiled>, Error> {
    let Compiled { function, domain, biases, network, minimality, .. } = shallow;
    let nested = function.to_relu_graph().layers().into_iter().max().unwrap_or(0) > 1;
    let bound = minimality.any_depth.as_ref().filter(|bound| bound.at_least < network.hidden_neurons());
    let Some(bound) = bound.filter(|_| nested && !goal.shallow && goal.max_layers != Some(1)) else {
        return Ok(None);
    };
    let built = deeper_network(function, domain, goal, bound.at_least, limits)?;
    if built.best().hidden_neurons() >= network.hidden_neurons() || !goal.allows(built.best()) {
        return Ok(None);
    }
    let deep = proved(function, domain, *biases, goal, built, minimality.clone(), limits);
    // What cannot be proved within the limits is no answer where there is one.
    match deep {
        Ok(deep) if deep.network.hidden_neurons() < network.hidden_neurons() => Ok(Some(deep)),
        Ok(_) => Ok(None),
        Err(error) if error.is_limit() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The function composed of circuits, layer by layer.
fn deeper(
    function: &Function,
    domain: &Domain,
    biases: Biases,
    goal: &Goal,
    limits: Limits<'_>,
    minimality: Minimality,
) -> Result<Compiled, Error> {
    let at_least = minimality.any_depth.as_ref().map_or(minimality.lower_bound, |bound| bound.at_least);
    let built = deeper_network(function, domain, goal, at_least, limits)?;
    goal.must_allow(built.best(), function, &minimality.reason)?;
    if !has_only(biases, built.best()) {
        return Err(Error::input(format!(
            "`{function}` needs more than one hidden layer, and no deeper network {biases} is known (allow biases)"
        )));
    }
    proved(function, domain, biases, goal, built, minimality, limits)
}

/// Has the network only biases that are allowed?
fn has_only(allowed: Biases, network: &Network<Rational>) -> bool {
    let has_none = |layer: &Layer<Rational>| layer.biases.iter().all(Rational::is_zero);
    (allowed.hidden || network.hidden_layers().iter().all(has_none))
        && (allowed.output || has_none(network.output_layer()))
}

/// What was built, proved to compute the function: the smaller network if that can be done.
fn proved(
    function: &Function,
    domain: &Domain,
    biases: Biases,
    goal: &Goal,
    built: Built,
    mut minimality: Minimality,
    limits: Limits<'_>,
) -> Result<Compiled, Error> {
    let left = Computation::Function(function.clone());
    let allowed = |network: &Network<Rational>| goal.allows(network);
    // What cannot be proved cell by cell may still be told by its ReLUs.
    let at_a_glance = Limits { max_cells: 1, stop: None };
    let tries = built.best_first.into_iter().map(|network| (network, limits)).chain([(built.literal, at_a_glance)]);
    let mut failed = None;
    for (network, limits) in tries.filter(|(network, _)| allowed(network)) {
        let right = Computation::Network(network.clone());
        match prove_within(&left, &right, domain, &Rational::zero(), limits) {
            Ok(Verdict::Proved { certificate, n_cells }) => {
                if let Some(bound) = &minimality.any_depth {
                    minimality.lower_bound = bound.at_least;
                    minimality.proved = bound.at_least == network.hidden_neurons();
                    minimality.reason = bound.reason.clone();
                }
                let (function, domain, certificate) = (function.clone(), domain.clone(), *certificate);
                return Ok(Compiled { function, domain, biases, network, certificate, n_cells, minimality });
            }
            // A shrunk one agreed at many points, but not at all.
            Ok(Verdict::Refuted(counterexample)) => {
                failed.get_or_insert(Error::input(format!(
                    "defect: the network built differs from the function: {counterexample:?}"
                )));
            }
            Err(error) if error.is_limit() => {
                // The first limit met is the one to raise.
                failed = failed.filter(Error::is_limit).or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    Err(failed.unwrap_or_else(|| Error::input("defect: nothing was built")))
}

/// What the count says, in words.
fn one_layer_minimality(
    network: &Network<Rational>,
    n_kinks: usize,
    at_least: usize,
    domain: &Domain,
    biases: Biases,
) -> Minimality {
    let size = network.hidden_neurons();
    let kinks = match n_kinks {
        0 => "it has no kink".to_string(),
        1 => "its one kink hyperplane needs a neuron".to_string(),
        n => format!("each of its {n} kink hyperplanes needs a neuron of its own"),
    };
    let rest = match (at_least - n_kinks, n_kinks) {
        (0, _) => String::new(),
        (k, 0) => format!("; the affine map takes {}", counted(k, "neuron")),
        (k, _) => {
            format!("; what is left is affine, and takes {} more however the hinges are turned", counted(k, "neuron"))
        }
    };
    let gap = if at_least < size {
        format!("; whether fewer than {size} suffice is not known (orientations are searched up to a limit)")
    } else {
        String::new()
    };
    let scope = format!("with one hidden layer, no skip connections, {biases}, {}", domain.phrase());
    Minimality {
        proved: at_least == size,
        lower_bound: at_least,
        reason: format!("{kinks}{rest}{gap} ({scope})"),
        any_depth: None,
    }
}
