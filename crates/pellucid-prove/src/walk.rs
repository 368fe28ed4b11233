//! A walk over the linear cells of a ReLU graph.
//!
//! The ReLUs are taken in order. One whose argument takes both signs inside the current cell cuts
//! it in two; the walk goes into each part that has an interior. Parts without one need no look:
//! graphs are continuous, and every point of the domain is a limit of interior points of cells.

use pellucid_core::{Affine, Domain, Error, Hyperplane, Rational, ReluGraph, counted};

use crate::exact_lp::{Interior, Multipliers, interior};
use crate::polyhedron::interior_point;

/// How far a walk may go.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Cells at most.
    pub max_cells: usize,
    /// Asked now and then; true ends the walk.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
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
    /// The next ReLU's argument cuts the cell, or one side of it is empty.
    Split {
        /// The argument on this cell.
        map: &'a Affine,
        /// Do both sides have an interior?
        crosses: bool,
    },
    /// A side without interior.
    Empty(Multipliers),
    /// A cell on which all ReLUs are decided.
    Cell(Cell<'a>),
}

/// A full-dimensional linear cell.
#[derive(Debug)]
pub struct Cell<'a> {
    /// The rows that bound it, all at least 0 on it: the domain's, then those of the cuts.
    pub rows: &'a [Affine],
    /// A point of its interior.
    pub point: &'a [Rational],
    /// The outputs' affine maps on it.
    pub outputs: Vec<Affine>,
}

/// Walks over all cells; `visit` may end the walk by returning `false`. Gives the number of cells
/// visited.
///
/// # Errors
/// When the domain does not fit or has no interior, or a limit is reached.
pub fn walk(
    graph: &ReluGraph,
    domain: &Domain,
    limits: Limits<'_>,
    mut visit: impl FnMut(Step<'_>) -> bool,
) -> Result<usize, Error> {
    let mut walker = Walker::new(graph, domain)?;
    let mut n_cells = 0;
    loop {
        // Down to a cell.
        while let Some(form) = graph.relus.get(walker.relus.len()) {
            let map = form.to_affine(graph.n_inputs, &walker.relus);
            if map.is_constant() {
                let on = map.constant.is_positive();
                walker.relus.push(if on { map } else { walker.off() });
                continue;
            }
            let (on, off) = walker.sides(&map);
            let crosses = matches!((&on, &off), (Interior::Point(_), Interior::Point(_)));
            if !visit(Step::Split { map: &map, crosses }) {
                return Ok(n_cells);
            }
            walker.stack.push(Pending {
                n_relus: walker.relus.len(),
                n_rows: walker.rows.len(),
                map: map.clone(),
                off,
            });
            match on {
                Interior::Point(point) => {
                    walker.push_row(map.clone());
                    walker.relus.push(map);
                    walker.point = point;
                }
                Interior::Empty(multipliers) => {
                    if !visit(Step::Empty(multipliers)) {
                        return Ok(n_cells);
                    }
                    match walker.turn() {
                        Turn::Into => {}
                        Turn::Empty(_) | Turn::Done => unreachable!("a cell with an interior has a side with one"),
                    }
                }
            }
        }
        if n_cells == limits.max_cells {
            return Err(Error::limit(format!("gave up after {} (raise --max-cells)", counted(n_cells, "linear cell"))));
        }
        if limits.stop.is_some_and(|stop| stop()) {
            return Err(Error::limit(format!("stopped after {}", counted(n_cells, "linear cell"))));
        }
        n_cells += 1;
        let outputs = graph.outputs.iter().map(|form| form.to_affine(graph.n_inputs, &walker.relus)).collect();
        if !visit(Step::Cell(Cell { rows: &walker.rows, point: &walker.point, outputs })) {
            return Ok(n_cells);
        }
        // Back to the last cut whose other side is open.
        loop {
            match walker.turn() {
                Turn::Into => break,
                Turn::Empty(multipliers) => {
                    if !visit(Step::Empty(multipliers)) {
                        return Ok(n_cells);
                    }
                }
                Turn::Done => return Ok(n_cells),
            }
        }
    }
}

/// A cut whose off side has not been visited.
struct Pending {
    n_relus: usize,
    n_rows: usize,
    map: Affine,
    off: Interior,
}

enum Turn {
    Into,
    Empty(Multipliers),
    Done,
}

struct Walker<'a> {
    graph: &'a ReluGraph,
    domain: &'a Domain,
    rows: Vec<Affine>,
    /// The hyperplane and factor of each row, to recognise cuts along borders.
    planes: Vec<(Hyperplane, Rational)>,
    relus: Vec<Affine>,
    point: Vec<Rational>,
    stack: Vec<Pending>,
}

impl<'a> Walker<'a> {
    fn new(graph: &'a ReluGraph, domain: &'a Domain) -> Result<Self, Error> {
        let mut walker = Walker {
            graph,
            domain,
            rows: Vec::new(),
            planes: Vec::new(),
            relus: Vec::new(),
            point: interior_point(domain, graph.n_inputs)?,
            stack: Vec::new(),
        };
        for row in domain.rows(graph.n_inputs) {
            walker.push_row(row);
        }
        Ok(walker)
    }

    fn off(&self) -> Affine {
        Affine::constant(self.graph.n_inputs, Rational::zero())
    }

    fn push_row(&mut self, row: Affine) {
        // Rows are never constant: constant arguments cut nothing.
        if let Some(plane) = row.hyperplane() {
            self.planes.push(plane);
        }
        self.rows.push(row);
    }

    /// Goes to the off side of the last cut.
    fn turn(&mut self) -> Turn {
        let Some(pending) = self.stack.pop() else { return Turn::Done };
        self.relus.truncate(pending.n_relus);
        self.rows.truncate(pending.n_rows);
        self.planes.truncate(pending.n_rows);
        match pending.off {
            Interior::Empty(multipliers) => Turn::Empty(multipliers),
            Interior::Point(point) => {
                self.push_row(pending.map.scaled(&Rational::from(-1)));
                self.relus.push(self.off());
                self.point = point;
                Turn::Into
            }
        }
    }

    /// The interior of the parts where the map is positive and where it is negative.
    fn sides(&self, map: &Affine) -> (Interior, Interior) {
        if let Some(decided) = self.along_a_border(map).or_else(|| self.beside_the_box(map)) {
            return decided;
        }
        let negated = map.scaled(&Rational::from(-1));
        let value = map.at(&self.point);
        match value.signum() {
            1 => (Interior::Point(self.point.clone()), self.part(&negated)),
            -1 => (self.part(map), Interior::Point(self.point.clone())),
            // The cut goes through an interior point: both sides have an interior near it.
            _ => (Interior::Point(self.step_off(map)), Interior::Point(self.step_off(&negated))),
        }
    }

    fn part(&self, row: &Affine) -> Interior {
        let mut rows = self.rows.clone();
        rows.push(row.clone());
        interior(&rows, self.graph.n_inputs)
    }

    /// A point near the current one, still inside, where the row is positive.
    fn step_off(&self, row: &Affine) -> Vec<Rational> {
        let mut step = Rational::one();
        loop {
            let moved: Vec<Rational> = self.point.iter().zip(&row.coefficients).map(|(x, c)| x + c * &step).collect();
            if self.rows.iter().all(|row| row.at(&moved).is_positive()) {
                return moved;
            }
            step = step / Rational::from(2);
        }
    }

    /// Decides a cut along a hyperplane that already bounds the cell, without a linear program.
    fn along_a_border(&self, map: &Affine) -> Option<(Interior, Interior)> {
        let (plane, factor) = map.hyperplane()?;
        let (border, (_, row_factor)) = self.planes.iter().enumerate().find(|(_, (known, _))| *known == plane)?;
        let ratio = &factor / row_factor;
        let proof = vec![(border, ratio.abs()), (self.rows.len(), Rational::one())];
        let here = Interior::Point(self.point.clone());
        Some(if ratio.is_positive() { (here, Interior::Empty(proof)) } else { (Interior::Empty(proof), here) })
    }

    /// Decides a cut that misses the whole box.
    fn beside_the_box(&self, map: &Affine) -> Option<(Interior, Interior)> {
        let Domain::Box(_) = self.domain else { return None };
        let (low, high) = self.domain.range(map);
        let here = Interior::Point(self.point.clone());
        // low = map - sum |c_i| * (the side that c_i pulls away from): rows come in pairs a input.
        let proof = |pulled_up: bool| {
            let sides = map.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero());
            let mut proof: Multipliers =
                sides.map(|(i, c)| (2 * i + usize::from(c.is_positive() != pulled_up), c.abs())).collect();
            proof.push((self.rows.len(), Rational::one()));
            Interior::Empty(proof)
        };
        if !low?.is_negative() {
            Some((here, proof(true)))
        } else if !high?.is_positive() {
            Some((proof(false), here))
        } else {
            None
        }
    }
}
