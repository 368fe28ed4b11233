//! Linear cells in the plane, put into a picture.

use std::cmp::Ordering;
use std::collections::HashMap;

use pellucid_core::{Affine, Computation, Domain, Error, Rational, counted};
use pellucid_draw::{CellPicture, PlaneCell, PlaneEdge, PlaneRegion, number_to_text};
use pellucid_prove::{Corners, Limits, LinearCell, cells};

/// A picture of more cells than this is larger than programs open with ease.
const MOST_CELLS: usize = 50_000;
/// Coordinates beyond this are not drawn.
const LARGEST: f64 = 1e15;
/// Windows narrower than this, as a part of their coordinates, are not drawn.
const NARROWEST: f64 = 1e-9;

/// The linear cells that a walk visits, kept until they are drawn.
///
/// ```
/// use pellucid::{Computation, Domain, Function, Limits, SvgOptions, cells, pictures::CellsToDraw};
/// let minimum = Computation::Function(Function::parse("min(x1, x2)")?);
/// let mut seen = CellsToDraw::of(&minimum, &Domain::Everywhere)?;
/// cells(&minimum, &Domain::Everywhere, Limits::default(), |cell| {
///     seen.add(cell);
///     true
/// })?;
/// let picture = seen.picture("min(x1, x2)", Limits::default())?;
/// assert_eq!((picture.cells.len(), picture.regions.len()), (2, 2));
/// assert!(picture.to_svg(&SvgOptions::default()).contains("min(x1, x2)"));
/// # Ok::<(), pellucid::Error>(())
/// ```
pub struct CellsToDraw<'a> {
    computation: &'a Computation,
    domain: &'a Domain,
    n_cells: usize,
    cells: Vec<LinearCell>,
}

impl<'a> CellsToDraw<'a> {
    /// Nothing yet.
    ///
    /// # Errors
    /// When there are not two inputs, so that there is no plane to draw in.
    pub fn of(computation: &'a Computation, domain: &'a Domain) -> Result<Self, Error> {
        match computation.input_names().len() {
            2 => Ok(CellsToDraw { computation, domain, n_cells: 0, cells: Vec::new() }),
            n => {
                Err(Error::input(format!("cells are drawn in the plane of two inputs, not of {}", counted(n, "input"))))
            }
        }
    }

    /// Keeps a cell, unless there are already too many to draw.
    pub fn add(&mut self, cell: &LinearCell) {
        self.n_cells += 1;
        if self.n_cells <= MOST_CELLS {
            // Borders are found from the corners.
            self.cells.push(LinearCell { neighbours: None, ..cell.clone() });
        }
    }

    /// The picture of all cells, once the walk is over. Where some are unbounded it shows a window around
    /// all vertices, for which the cells are walked over again, cut to that window.
    ///
    /// # Errors
    /// When the cells are too many, too far away or too narrow for a picture, or a limit is reached.
    pub fn picture(mut self, title: &str, limits: Limits<'_>) -> Result<CellPicture, Error> {
        self.must_be_few()?;
        let corners = |cell: &LinearCell| cell.corners.clone();
        let all: Option<Vec<Corners>> = self.cells.iter().map(corners).collect();
        let Some(all) = all else { return Err(Error::input("a cell has too many corners to be drawn")) };
        let is_bounded = all.iter().all(|corners| corners.rays.is_empty() && corners.lines.is_empty());
        let sides = sides_of(&all, is_bounded);
        let n_cells = self.n_cells;
        if !is_bounded {
            let domain = match self.domain {
                Domain::Polyhedron { rows, .. } => {
                    Domain::Polyhedron { sides: Some(sides.to_vec()), rows: rows.clone() }
                }
                _ => Domain::Box(sides.to_vec()),
            };
            let mut cut = CellsToDraw { domain: &domain, n_cells: 0, cells: Vec::new(), ..self };
            cells(self.computation, &domain, limits, |cell| {
                cut.add(cell);
                true
            })?;
            cut.must_be_few()?;
            self.cells = cut.cells;
        }
        let window = [shown(&sides[0])?, shown(&sides[1])?];
        let inputs = self.computation.input_names();
        let cut_at = (!is_bounded).then_some(&sides);
        let plane = Plane::of(&self.cells, inputs, cut_at);
        let maps = counted(plane.n_maps, "affine map");
        let regions = counted(plane.regions.len(), "region");
        let place = if is_bounded { "" } else { ", seen through a window" };
        Ok(CellPicture {
            title: title.into(),
            caption: format!("{}, {regions}, {maps}{place}", counted(n_cells, "linear cell")),
            inputs: [inputs[0].clone(), inputs[1].clone()],
            window,
            cells: plane.cells,
            regions: plane.regions,
            edges: plane.edges,
        })
    }

    fn must_be_few(&self) -> Result<(), Error> {
        match self.n_cells {
            0..=MOST_CELLS => Ok(()),
            n => Err(Error::input(format!(
                "{n} cells are too many for a picture, which holds {MOST_CELLS}: draw a part of them with --on"
            ))),
        }
    }
}

/// Lowest and highest value of both inputs.
type Sides = [(Rational, Rational); 2];

/// The box around all vertices; around an unbounded picture a wider square, so that angles are what they
/// are and the unbounded cells are seen too.
fn sides_of(all: &[Corners], is_bounded: bool) -> Sides {
    let ratio = Rational::ratio;
    // A half-plane or a strip has a point of each border for a vertex; that of the whole plane says nothing.
    let vertices = all.iter().filter(|corners| corners.lines.len() < 2).flat_map(|corners| &corners.vertices);
    let mut ends: Option<Sides> = None;
    for vertex in vertices {
        let side = |i: usize| match &ends {
            None => (vertex[i].clone(), vertex[i].clone()),
            Some(ends) => (ends[i].0.clone().min(vertex[i].clone()), ends[i].1.clone().max(vertex[i].clone())),
        };
        ends = Some([side(0), side(1)]);
    }
    let Some(ends) = ends else { return [0, 1].map(|_| (ratio(-2, 1), ratio(2, 1))) };
    if is_bounded {
        return ends;
    }
    let widest = ends.iter().map(|(low, high)| high - low).max().filter(Rational::is_positive);
    let half = widest.map_or(ratio(2, 1), |widest| widest * ratio(4, 5));
    // Short numbers keep the walk through the window quick and its corners readable.
    let about = |middle: Rational, half: Rational| {
        let slack = half.abs() * ratio(1, 20);
        Rational::simplest_between(&(&middle + &half - &slack), &(&middle + &half + &slack))
    };
    ends.map(|(low, high)| {
        let middle = (low + high) * ratio(1, 2);
        (about(middle.clone(), -&half), about(middle, half.clone()))
    })
}

/// The ends of a side as they are drawn.
fn shown((low, high): &(Rational, Rational)) -> Result<(f64, f64), Error> {
    let (a, b) = (low.to_f64(), high.to_f64());
    let size = a.abs().max(b.abs());
    if size <= LARGEST && b - a > NARROWEST * size {
        return Ok((a, b));
    }
    let (low, high) = (number_to_text(low), number_to_text(high));
    Err(Error::input(format!(
        "from {low} to {high} is too far away or too narrow to be drawn: choose another place with --on"
    )))
}

/// The cells as polygons with what lies between them.
struct Plane {
    cells: Vec<PlaneCell>,
    regions: Vec<PlaneRegion>,
    edges: Vec<PlaneEdge>,
    n_maps: usize,
}

impl Plane {
    /// From cells that are polygons. Cells meet in whole edges: they are the full-dimensional faces of one
    /// polyhedral complex, as each ReLU cuts neighbours in the same point of their common edge.
    fn of(all: &[LinearCell], inputs: &[String], cut_at: Option<&Sides>) -> Self {
        let mut vertices: HashMap<&[Rational], usize> = HashMap::new();
        let mut points: Vec<&[Rational]> = Vec::new();
        let mut sides: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
        let mut in_order: Vec<(usize, usize)> = Vec::new();
        let mut maps: HashMap<&[Affine], usize> = HashMap::new();
        let mut map_of = Vec::new();
        let mut rings = Vec::new();
        for (index, cell) in all.iter().enumerate() {
            let ring: Vec<usize> = (ring(cell).into_iter())
                .map(|vertex| {
                    *vertices.entry(vertex).or_insert_with(|| {
                        points.push(vertex);
                        points.len() - 1
                    })
                })
                .collect();
            for (i, a) in ring.iter().enumerate() {
                let b = &ring[(i + 1) % ring.len()];
                let edge = (*a.min(b), *a.max(b));
                sides.entry(edge).or_insert_with(|| {
                    in_order.push(edge);
                    Vec::new()
                });
                sides.entry(edge).and_modify(|cells| cells.push(index));
            }
            let next = maps.len();
            map_of.push(*maps.entry(&cell.maps).or_insert(next));
            rings.push(ring);
        }
        let pairs = in_order.iter().filter_map(|edge| Some((sides[edge][0], *sides[edge].get(1)?)));
        let region_of = joined(all.len(), pairs.filter(|(a, b)| map_of[*a] == map_of[*b]));
        let mut regions = Vec::new();
        for (cell, region) in region_of.iter().enumerate() {
            if *region == regions.len() {
                regions.push(PlaneRegion { map: map_of[cell], label: maps_to_text(&all[cell].maps, inputs, 3) });
            }
        }
        let drawn = |vertex: usize| (points[vertex][0].to_f64(), points[vertex][1].to_f64());
        let edges = in_order.iter().filter_map(|edge| {
            let cells = &sides[edge];
            let ends = [points[edge.0], points[edge.1]];
            let other = cells.get(1).map(|cell| region_of[*cell]);
            let is_inside = other == Some(region_of[cells[0]]);
            let is_cut = other.is_none() && cut_at.is_some_and(|window| is_on(window, ends));
            let (from, to) = (drawn(edge.0), drawn(edge.1));
            (!is_inside && !is_cut).then(|| PlaneEdge { from, to, sides: (region_of[cells[0]], other) })
        });
        let edges = edges.collect();
        let cells = all.iter().zip(rings).zip(&region_of).map(|((cell, ring), region)| PlaneCell {
            corners: ring.into_iter().map(drawn).collect(),
            region: *region,
            tip: format!("{}\n{}", cell.signs.join(" "), maps_to_text(&cell.maps, inputs, 5)),
        });
        Plane { cells: cells.collect(), regions, edges, n_maps: maps.len() }
    }
}

/// Does an edge lie on a side of the window?
fn is_on(window: &Sides, ends: [&[Rational]; 2]) -> bool {
    let on = |i: usize, value: &Rational| ends.iter().all(|end| end[i] == *value);
    window.iter().enumerate().any(|(i, (low, high))| on(i, low) || on(i, high))
}

/// The numbers of the connected parts, in the order of their first cells, when pairs are joined.
fn joined(n: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut beside = vec![Vec::new(); n];
    for (a, b) in pairs {
        beside[a].push(b);
        beside[b].push(a);
    }
    let mut parts = vec![usize::MAX; n];
    let mut n_parts = 0;
    for start in 0..n {
        let mut open = if parts[start] == usize::MAX { vec![start] } else { continue };
        while let Some(cell) = open.pop() {
            if parts[cell] == usize::MAX {
                parts[cell] = n_parts;
                open.extend(&beside[cell]);
            }
        }
        n_parts += 1;
    }
    parts
}

/// The vertices of a cell, counterclockwise around its inner point.
fn ring(cell: &LinearCell) -> Vec<&[Rational]> {
    let mut around: Vec<(Rational, Rational, &[Rational])> =
        (cell.corners.iter().flat_map(|corners| &corners.vertices))
            .map(|vertex| (&vertex[0] - &cell.point[0], &vertex[1] - &cell.point[1], vertex.as_slice()))
            .collect();
    let is_lower = |y: &Rational, x: &Rational| y.is_negative() || (y.is_zero() && x.is_negative());
    around.sort_by(|(ax, ay, _), (bx, by, _)| {
        let turn = ax * by - ay * bx;
        is_lower(ay, ax)
            .cmp(&is_lower(by, bx))
            .then_with(|| Rational::zero().partial_cmp(&turn).unwrap_or(Ordering::Equal))
    });
    around.into_iter().map(|(_, _, vertex)| vertex).collect()
}

/// Affine maps with decimals of so many digits, several as a tuple.
fn maps_to_text(maps: &[Affine], inputs: &[String], digits: usize) -> String {
    let texts: Vec<String> = maps.iter().map(|map| affine_to_text(map, inputs, digits)).collect();
    if texts.len() == 1 { texts.concat() } else { format!("({})", texts.join(", ")) }
}

fn affine_to_text(map: &Affine, inputs: &[String], digits: usize) -> String {
    let mut terms: Vec<(bool, String)> = Vec::new();
    for (factor, input) in map.coefficients.iter().zip(inputs).filter(|(factor, _)| !factor.is_zero()) {
        let size = factor.abs();
        let text = if size.is_one() { input.clone() } else { format!("{} {input}", size.to_decimal(digits)) };
        terms.push((factor.is_negative(), text));
    }
    if !map.constant.is_zero() || terms.is_empty() {
        terms.push((map.constant.is_negative(), map.constant.abs().to_decimal(digits)));
    }
    // `1 - x1` rather than `-x1 + 1`.
    if terms[0].0 && terms.last().is_some_and(|(negative, _)| !negative) {
        terms.rotate_right(1);
    }
    let mut text = String::new();
    for (index, (negative, term)) in terms.iter().enumerate() {
        text.push_str(match (index, negative) {
            (0, false) => "",
            (0, true) => "-",
            (_, false) => " + ",
            (_, true) => " - ",
        });
        text.push_str(term);
    }
    text
}
