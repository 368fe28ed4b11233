//! A walk over the linear cells of a ReLU graph.
//!
//! The ReLUs are taken in order. One whose argument takes both signs inside the current cell cuts
//! it in two; otherwise it is on or off in the whole cell. Parts without an interior are never
//! entered and need no look: graphs are continuous, and every point of the domain is a limit of
//! interior points of cells.

use std::sync::Arc;

use pellucid_core::{
    Affine, Combination, Domain, Error, Integer, IntegerGraph, IntegerRow, Rational, ReluGraph, ReluOnCell, counted,
    sign_of,
};

use crate::cone::Cone;
use crate::polyhedron::interior_point;
use crate::scaled::Scaled;
use crate::shape::{Cut, Highest, Peak, Planes, Shape};

/// How far a walk may go.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Cells at most.
    pub max_cells: usize,
    /// Asked now and then; true ends the walk.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Limits<'_> {
    /// Does what is asked now and then say that it is time to stop?
    pub fn stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }
}

impl Default for Limits<'_> {
    fn default() -> Self {
        // A million cells is minutes of work; callers that know better say so.
        Limits { max_cells: 1_000_000, stop: None }
    }
}

impl std::fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limits {{ max_cells: {} }}", self.max_cells)
    }
}

/// What a walk meets, in preorder.
#[derive(Debug)]
pub enum Step<'a> {
    /// The next ReLU's argument cuts the cell; the part where it is on comes first.
    Cut {
        /// The argument on this cell.
        row: &'a IntegerRow,
    },
    /// The next ReLU is on, or off, in the whole cell.
    Stays {
        /// Is it on?
        on: bool,
        /// Shows that the argument, or minus it, is not negative; only where proofs are asked for.
        proof: Option<Combination>,
    },
    /// A cell on which all ReLUs are decided.
    Cell(&'a Cell<'a>),
}

/// A full-dimensional linear cell.
#[derive(Debug)]
pub struct Cell<'a> {
    graph: &'a IntegerGraph,
    shape: &'a Shape,
    planes: &'a Planes,
    relus: &'a [ReluOnCell],
    decided: &'a [Decided],
    n_domain_planes: usize,
}

/// How it is decided whether a ReLU is on in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    /// Its argument is constant, with this sign.
    Constant(i32),
    /// Its argument vanishes nowhere on the cell but perhaps on faces smaller than a facet.
    Inside { on: bool },
    /// Its argument vanishes along this row's hyperplane, which bounds the cell.
    Border { on: bool, row: usize },
}

impl Decided {
    /// The sign of the argument inside the cell.
    pub fn sign(self) -> i32 {
        match self {
            Decided::Constant(sign) => sign,
            Decided::Inside { on } | Decided::Border { on, .. } => {
                if on {
                    1
                } else {
                    -1
                }
            }
        }
    }
}

impl Cell<'_> {
    /// The rows that bound it, all at least 0 on it: the domain's, then those of the cuts.
    pub fn rows(&self) -> Vec<Affine> {
        self.planes[1..].iter().map(|row| row.to_affine()).collect()
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.graph.n_inputs
    }

    /// A point of the interior with short coordinates.
    pub fn point(&self) -> Vec<Rational> {
        crate::inner_point::inner_point(&self.shape.interior_point(), self.planes)
    }

    /// The sign of each ReLU's argument inside the cell; 0 where the argument vanishes on all of it.
    pub fn signs(&self) -> impl Iterator<Item = i32> + '_ {
        self.decided.iter().map(|decided| decided.sign())
    }

    /// How each ReLU is decided.
    pub(crate) fn decided(&self) -> &[Decided] {
        self.decided
    }

    /// The affine map of each output.
    pub fn outputs(&self) -> Vec<Affine> {
        self.graph.output_maps(self.relus)
    }

    /// The map of each output times its scale.
    pub(crate) fn output_rows(&self) -> Vec<IntegerRow> {
        self.graph.outputs.iter().map(|form| form.on_cell(self.relus)).collect()
    }

    /// The combination of rows that shows that a map is not negative on the cell, or a point of the
    /// closed cell where it is.
    ///
    /// # Errors
    /// The point.
    pub fn nonnegative(&self, row: IntegerRow) -> Result<Combination, Vec<Rational>> {
        self.shape.nonnegative(&Scaled::from(row), self.planes)
    }

    /// Where a map is largest on the closed cell.
    pub fn highest(&self, map: &Affine) -> Highest {
        let row = Scaled::from(IntegerRow::of(map));
        let scale = Rational::primitive_scale(map.coefficients.iter().chain([&map.constant]));
        self.peak(&row, false).0.highest(&row, &scale)
    }

    /// Where a row is largest; with a combination of the cell's rows that shows it if that is asked for
    /// ([`Shape::peak`]).
    pub(crate) fn peak(&self, row: &Scaled, proved: bool) -> (Peak<'_>, Option<Combination>) {
        self.shape.peak(row, self.planes, proved)
    }

    /// The corners, where they are few enough to be kept.
    pub(crate) fn corners(&self) -> Option<&Cone> {
        self.shape.corners()
    }

    /// The rows that bound it, the constant 1 first.
    pub(crate) fn planes(&self) -> &Planes {
        self.planes
    }

    /// How many of them are the constant's and the domain's; the others are cuts.
    pub(crate) fn n_domain_planes(&self) -> usize {
        self.n_domain_planes
    }

    /// The graph that is walked.
    pub(crate) fn graph(&self) -> &IntegerGraph {
        self.graph
    }
}

/// Walks over all cells; `visit` may end the walk by returning `false`. Gives the number of cells
/// visited.
///
/// # Errors
/// When the domain is empty or flat, or a limit is reached.
pub fn walk(
    graph: &ReluGraph,
    domain: &Domain,
    limits: Limits<'_>,
    visit: impl FnMut(Step<'_>) -> bool,
) -> Result<usize, Error> {
    walk_integers(&IntegerGraph::of(graph), domain, limits, || false, visit)
}

/// The same on a graph in integers; while `proved` says so the reasons are given why ReLUs do not cut.
pub(crate) fn walk_integers(
    graph: &IntegerGraph,
    domain: &Domain,
    limits: Limits<'_>,
    proved: impl Fn() -> bool,
    mut visit: impl FnMut(Step<'_>) -> bool,
) -> Result<usize, Error> {
    let mut walker = Walker::new(graph, domain)?;
    let (mut n_cells, n_domain_planes) = (0, walker.planes.len());
    loop {
        // Down to a cell.
        while let Some(form) = graph.relus.get(walker.relus.len()) {
            if limits.stopped() {
                return Err(Error::limit(format!("stopped after {}", counted(n_cells, "linear cell"))));
            }
            let row = form.on_cell(&walker.relus);
            if row.is_constant() {
                let sign = sign_of(row.constant());
                walker.decide(Decided::Constant(sign), row);
                continue;
            }
            let scaled = Arc::new(Scaled::from(row));
            let row = IntegerRow { entries: scaled.exact.clone() };
            match walker.shape.cut(&scaled, &walker.planes, proved()) {
                Cut::Stays { on, border, proof } => {
                    if !visit(Step::Stays { on, proof }) {
                        return Ok(n_cells);
                    }
                    walker.decide(border.map_or(Decided::Inside { on }, |row| Decided::Border { on, row }), row);
                }
                Cut::Through(parts) => {
                    if !visit(Step::Cut { row: &row }) {
                        return Ok(n_cells);
                    }
                    let (on, off) = *parts;
                    let (n_relus, n_planes) = (walker.relus.len(), walker.planes.len());
                    walker.stack.push(Pending { n_relus, n_planes, row: Arc::new(scaled.negated()), off });
                    walker.shape = on;
                    walker.planes.push(scaled);
                    walker.decide(Decided::Border { on: true, row: n_planes }, row);
                }
            }
        }
        if n_cells == limits.max_cells {
            return Err(Error::limit(format!("gave up after {} (raise --max-cells)", counted(n_cells, "linear cell"))));
        }
        if limits.stopped() {
            return Err(Error::limit(format!("stopped after {}", counted(n_cells, "linear cell"))));
        }
        n_cells += 1;
        let Walker { shape, planes, relus, decided, .. } = &walker;
        let cell = Cell { graph, shape, planes, relus, decided, n_domain_planes };
        if !visit(Step::Cell(&cell)) {
            return Ok(n_cells);
        }
        // Back to the last cut, to its off side.
        let Some(Pending { n_relus, n_planes, row, off }) = walker.stack.pop() else { return Ok(n_cells) };
        walker.relus.truncate(n_relus);
        walker.decided.truncate(n_relus);
        walker.planes.truncate(n_planes);
        walker.planes.push(row);
        walker.relus.push(None);
        walker.decided.push(Decided::Border { on: false, row: n_planes });
        walker.shape = off;
    }
}

/// A cut whose off side has not been visited.
struct Pending {
    n_relus: usize,
    n_planes: usize,
    /// The row of the off side.
    row: Arc<Scaled>,
    off: Shape,
}

struct Walker {
    planes: Planes,
    relus: Vec<ReluOnCell>,
    decided: Vec<Decided>,
    shape: Shape,
    stack: Vec<Pending>,
}

impl Walker {
    fn new(graph: &IntegerGraph, domain: &Domain) -> Result<Self, Error> {
        let n = graph.n_inputs;
        let inside = interior_point(domain, n)?;
        let mut one = IntegerRow::zero(n);
        one.entries[n] = Integer::ONE;
        let rows = domain.rows(n);
        let planes: Planes =
            [one].into_iter().chain(rows.iter().map(IntegerRow::of)).map(|row| Arc::new(Scaled::from(row))).collect();
        let shape = Shape::of_domain(&planes, &inside);
        Ok(Walker { planes, relus: Vec::new(), decided: Vec::new(), shape, stack: Vec::new() })
    }

    /// The next ReLU is decided, with this argument.
    fn decide(&mut self, decided: Decided, row: IntegerRow) {
        self.relus.push((decided.sign() > 0).then(|| Arc::new(row)));
        self.decided.push(decided);
    }
}
