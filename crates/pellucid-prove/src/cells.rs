//! The linear cells of a network or function, one after the other, each with its corners, its
//! neighbours and its volume, and how many there are.

use pellucid_core::{
    Affine, Computation, Domain, Error, Integer, IntegerGraph, Network, Rational, ReluGraph, ReluOnCell, Wire, sign_of,
};

use crate::polyhedron::interior_point;
use crate::regions::Regions;
use crate::scaled::Scaled;
use crate::walk::{Cell, Decided, Limits, Step, walk_integers};

/// A full-dimensional cell of the activation pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearCell {
    /// The sign of every pre-activation inside the cell, `+`, `-` or `0`: one text a hidden layer of
    /// a network; for a function one text for the ReLUs that it is written in.
    pub signs: Vec<String>,
    /// The affine map of each output.
    pub maps: Vec<Affine>,
    /// A point of the interior.
    pub point: Vec<Rational>,
    /// What it is the hull of; `None` where it has too many corners to keep them.
    pub corners: Option<Corners>,
    /// The cells across each facet inside the domain; `None` where corners are not kept.
    pub neighbours: Option<Vec<Neighbour>>,
    /// Its volume; `None` on all of R^n, and where it is unbounded or has very many corners.
    pub volume: Option<Rational>,
}

/// The sets whose sum a closed cell is: the hull of the vertices, the cone of the rays, and the span of
/// the lines.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Corners {
    /// The vertices; one point of it for a cell that contains whole lines.
    pub vertices: Vec<Vec<Rational>>,
    /// Directions, as whole numbers.
    pub rays: Vec<Vec<Rational>>,
    /// Directions both ways.
    pub lines: Vec<Vec<Rational>>,
}

/// The cell on the other side of a facet.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// Its signs, as in [`LinearCell::signs`].
    pub signs: Vec<String>,
    /// The facet's inequality, at least 0 on the cell.
    pub facet: Affine,
}

/// How many cells there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellCounts {
    /// Full-dimensional cells of the activation pattern.
    pub cells: usize,
    /// Connected regions with one affine map: cells that share a facet and their maps are one region.
    /// `None` where neighbours are not known.
    pub regions: Option<usize>,
    /// Different affine maps on them.
    pub maps: usize,
}

/// Visits every linear cell on a domain; `visit` may end the walk by returning `false`.
///
/// ```
/// use pellucid_core::{Computation, Domain, Function};
/// use pellucid_prove::{CellCounts, Limits, cells};
/// let minimum = Computation::Function(Function::parse("min(x1, x2)").unwrap());
/// let counts = cells(&minimum, &Domain::Everywhere, Limits::default(), |_| true).unwrap();
/// assert_eq!(counts, CellCounts { cells: 2, regions: Some(2), maps: 2 });
/// ```
///
/// # Errors
/// When the domain does not fit, or a limit is reached.
pub fn cells(
    computation: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
    mut visit: impl FnMut(&LinearCell) -> bool,
) -> Result<CellCounts, Error> {
    let bounded = *domain != Domain::Everywhere;
    walk_regions(computation, domain, limits, |cell, layers, signs, neighbours| {
        let neighbour = |(row, signs): &(usize, Vec<i32>)| Neighbour {
            signs: texts(layers, signs),
            facet: cell.planes()[*row].to_affine(),
        };
        let corners = cell.corners();
        visit(&LinearCell {
            signs: texts(layers, signs),
            maps: cell.outputs(),
            point: cell.point(),
            corners: corners.map(|cone| cone.generators().into()),
            neighbours: neighbours.map(|all| all.iter().map(neighbour).collect()),
            volume: corners.filter(|_| bounded).and_then(|cone| cone.volume()),
        })
    })
}

/// The counts of [`cells`], without the cells.
///
/// # Errors
/// As [`cells`].
pub fn cell_counts(computation: &Computation, domain: &Domain, limits: Limits<'_>) -> Result<CellCounts, Error> {
    walk_regions(computation, domain, limits, |_, _, _, _| true)
}

/// Counts the cells alone, in memory that does not grow with their number.
///
/// # Errors
/// As [`cells`].
pub fn count_cells(computation: &Computation, domain: &Domain, limits: Limits<'_>) -> Result<usize, Error> {
    let (graph, _) = graph_with_layers(computation, domain)?;
    walk_integers(&IntegerGraph::of(&graph), domain, limits, || false, |_| true)
}

/// A cell's facets inside the domain, by row, each with the signs beyond it.
type Beyond = [(usize, Vec<i32>)];

/// Walks over all cells with their signs and neighbours, and joins them to regions.
fn walk_regions(
    computation: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
    mut visit: impl FnMut(&Cell<'_>, &Layers, &[i32], Option<&Beyond>) -> bool,
) -> Result<CellCounts, Error> {
    let (graph, layers) = graph_with_layers(computation, domain)?;
    let graph = IntegerGraph::of(&graph);
    let mut regions = Regions::default();
    let n_cells = walk_integers(
        &graph,
        domain,
        limits,
        || false,
        |step| {
            let Step::Cell(cell) = step else { return true };
            let signs: Vec<i32> = cell.decided().iter().map(|decided| decided.sign()).collect();
            let neighbours = neighbours(cell, &signs);
            let beyond = neighbours.as_ref().map(|all| all.iter().map(|(_, signs)| signs.as_slice()));
            regions.add(&signs, cell.output_rows(), beyond);
            visit(cell, &layers, &signs, neighbours.as_deref())
        },
    )?;
    Ok(CellCounts { cells: n_cells, regions: regions.n_regions(), maps: regions.n_maps() })
}

/// A pre-activation: that of a ReLU, or of a neuron whose argument is constant everywhere.
enum PreActivation {
    OfRelu(usize),
    Constant(i32),
}

/// The pre-activations of each layer.
type Layers = [Vec<PreActivation>];

/// The graph whose ReLUs are all neurons, also those whose effects cancel in the outputs, and how its
/// ReLUs are the neurons of the layers.
fn graph_with_layers(
    computation: &Computation,
    domain: &Domain,
) -> Result<(ReluGraph, Vec<Vec<PreActivation>>), Error> {
    Ok(match computation {
        Computation::Function(function) => {
            let graph = function.to_relu_graph();
            let relus = (0..graph.relus.len()).map(PreActivation::OfRelu).collect();
            (graph, vec![relus])
        }
        Computation::Network(network) => {
            let mut graph = network.to_activation_graph();
            let activations = graph.outputs.split_off(network.n_outputs());
            let layers = layers_of(network, &activations, &interior_point(domain, network.n_inputs())?);
            (graph, layers)
        }
    })
}

fn layers_of(network: &Network, activations: &[pellucid_core::Form], at: &[Rational]) -> Vec<Vec<PreActivation>> {
    let values = network.trace(at).pre_activations;
    let mut activations = activations.iter();
    let neuron = |value: &Rational| match activations.next().map(|form| form.terms.as_slice()) {
        Some([(Wire::Relu(k), _)]) => PreActivation::OfRelu(*k),
        _ => PreActivation::Constant(value.signum()),
    };
    let mut neuron = neuron;
    values[..network.hidden_layers().len()].iter().map(|layer| layer.iter().map(&mut neuron).collect()).collect()
}

fn texts(layers: &Layers, signs: &[i32]) -> Vec<String> {
    let sign = |neuron: &PreActivation| match neuron {
        PreActivation::OfRelu(k) => signs[*k],
        PreActivation::Constant(sign) => *sign,
    };
    let text = |sign: i32| ["-", "0", "+"][(sign + 1) as usize];
    layers.iter().map(|layer| layer.iter().map(|neuron| text(sign(neuron))).collect()).collect()
}

/// The cell's rows with a facet inside the domain, and the signs on its other side.
fn neighbours(cell: &Cell<'_>, signs: &[i32]) -> Option<Vec<(usize, Vec<i32>)>> {
    let corners = cell.corners()?;
    let some_vanish = cell.decided().contains(&Decided::Constant(0));
    let mut found = Vec::new();
    // A border of the domain has nothing beyond.
    for row in cell.n_domain_planes()..cell.planes().len() {
        let on_it = |decided: &Decided| matches!(decided, Decided::Border { row: r, .. } if *r == row);
        let mut bent = cell.decided().iter().enumerate().filter(|(_, decided)| on_it(decided)).map(|(k, _)| k);
        let Some(first) = bent.next() else { continue };
        let Some(point) = corners.facet_point(row) else { continue };
        let beyond = if some_vanish || bent.next().is_some() {
            signs_beyond(cell, row, &point)
        } else {
            // All others keep their signs, as they are not 0 on the facet.
            let mut beyond = signs.to_vec();
            beyond[first] = -beyond[first];
            beyond
        };
        found.push((row, beyond));
    }
    Some(found)
}

/// The signs of all ReLUs' arguments just beyond a point of a facet.
fn signs_beyond(cell: &Cell<'_>, row: usize, at: &[Integer]) -> Vec<i32> {
    // Across the facet its row falls.
    let mut across: Vec<Integer> = cell.planes()[row].exact.iter().map(|c| -c).collect();
    let last = across.len() - 1;
    across[last] = Integer::ZERO;
    let mut relus: Vec<ReluOnCell> = Vec::new();
    let mut signs = Vec::new();
    for form in &cell.graph().relus {
        let map = form.on_cell(&relus);
        let sign = match sign_of(&map.at(at)) {
            0 => sign_of(&map.at(&across)),
            sign => sign,
        };
        relus.push((sign > 0).then(|| map.into()));
        signs.push(sign);
    }
    signs
}

impl From<crate::cone::Generators<'_>> for Corners {
    fn from(generators: crate::cone::Generators<'_>) -> Self {
        let direction =
            |at: &&Scaled| at.exact[..at.exact.len() - 1].iter().map(|c| Rational::from(c.clone())).collect();
        Corners {
            vertices: generators.vertices.iter().map(|at| at.point().to_vec()).collect(),
            rays: generators.rays.iter().map(direction).collect(),
            lines: generators.lines.iter().map(direction).collect(),
        }
    }
}
