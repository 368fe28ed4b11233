//! Lower bounds on hidden neurons that hold at every depth.
//!
//! Witnesses are looked for at samples, so a bound may be missed, but none is claimed that its
//! witnesses do not show. The theorems T1 to T6 are in `docs/smallest-deep-circuits.md`.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use pellucid_core::linear::{Echelon, rank};
use pellucid_core::{
    Affine, Biases, Certificate, Claim, Domain, Function, Hyperplane, Kink, OneLayer, Proof, Rational, ReluGraph,
    SampledLine, Side, SizeProof, SplitMix64, Wire, counted,
};

use crate::points::points_of;
use crate::representable::kink_at;
use crate::segment::{breaks, kink_on_segment, point_at};
use crate::shape_rules::Rules;
use crate::single_neuron::below_single;
use crate::walk::{Limits, Step, walk};

/// Points of the domain looked at: so many, and fewer where there are more ReLUs than a dozen.
const SAMPLES: usize = 100;
const FEW_SAMPLES: usize = 40;
/// Cells looked at at most, and cells between which kinks are looked for.
const MAX_CELLS: usize = 2000;
/// With more inputs cells have many corners, and fewer are looked at.
const MANY_INPUTS: usize = 8;
const FEW_CELLS: usize = 200;
const ENDS: usize = 14;
const FEW_ENDS: usize = 8;
/// ReLUs times samples.
const SAMPLED_RELUS: usize = 12 * SAMPLES;
/// Points tried on each hyperplane, and kinks kept of it.
pub(crate) const POINTS: usize = 40;
/// Lines between samples on which pieces are counted.
const LINES: usize = 20;
/// Outputs looked at at most.
const MAX_OUTPUTS: usize = 8;
/// ReLUs of a graph at most.
const MAX_RELUS: usize = 200;

/// A lower bound with its proof.
#[derive(Clone, Debug)]
pub struct SizeBound {
    /// Every network has at least so many hidden neurons.
    pub at_least: usize,
    /// Why, in words.
    pub reason: String,
    /// What shows it.
    pub certificate: Certificate,
}

/// The best lower bound found on the hidden neurons of networks of whatever depth, once it is known
/// that one hidden layer takes `one_layer_at_least` (`usize::MAX` when it is not enough). A limit, or
/// a very long function, leaves what every deeper network has: two neurons.
///
/// ```
/// use pellucid_core::{Domain, Function, OneLayer, Proof};
/// use pellucid_prove::{Representable, representable, size_bound};
/// let maximum = Function::parse("max(x1, x2, x3)").unwrap();
/// let Representable::No(refutation) = representable(&maximum, &Domain::Everywhere, Default::default()).unwrap() else {
///     panic!("one layer is enough");
/// };
/// let Proof::NotOneLayer { here, there } = refutation.proof else { panic!("another proof") };
/// let one_layer = OneLayer::Refuted { here, there };
/// let bound = size_bound(&maximum, &Domain::Everywhere, one_layer, usize::MAX, Default::default());
/// assert_eq!(bound.at_least, 7);
/// ```
pub fn size_bound(
    function: &Function,
    domain: &Domain,
    one_layer: OneLayer,
    one_layer_at_least: usize,
    limits: Limits<'_>,
) -> SizeBound {
    let graph = function.to_relu_graph();
    let plain = SizeProof {
        one_layer,
        output: 0,
        gradients: Vec::new(),
        drift: None,
        rays: None,
        kinks: Vec::new(),
        line: None,
        single: [None, None],
    };
    let mut best = (Rules::default(), plain.clone());
    if graph.relus.len() <= MAX_RELUS
        && let Some(scene) = Scene::new(&graph, domain, one_layer_at_least < usize::MAX, limits)
    {
        let outputs = 0..graph.outputs.len().min(MAX_OUTPUTS);
        for output in outputs {
            // More than one layer takes is not asked for.
            if best.0.fewest() >= one_layer_at_least {
                break;
            }
            let Some(found) = scene.search(SizeProof { output, ..plain.clone() }, one_layer_at_least) else { break };
            if found.0.fewest() > best.0.fewest() {
                best = found;
            }
        }
    }
    let (rules, proof) = best;
    let at_least = rules.fewest().min(one_layer_at_least);
    let reason = format!(
        "{}; {} (at any depth, no skip connections, {}, {})",
        match one_layer_at_least {
            usize::MAX => "one hidden layer cannot compute it".to_string(),
            n => format!("one hidden layer takes {}", counted(n, "neuron")),
        },
        rules.words(),
        Biases::ALLOWED,
        domain.phrase()
    );
    let claim = Claim::AtLeast { function: function.clone(), domain: domain.clone(), at_least };
    SizeBound { at_least, reason, certificate: Certificate::new(claim, Proof::AtLeast(Box::new(proof))) }
}

/// A function's graph with samples of its domain.
pub(crate) struct Scene<'a> {
    pub graph: &'a ReluGraph,
    pub domain: &'a Domain,
    pub points: Vec<Vec<Rational>>,
    /// Of the points the first are of cells, the others samples.
    n_cells: usize,
    planes: OnceCell<BTreeMap<Hyperplane, Vec<Kink>>>,
    is_one_layer: bool,
    limits: Limits<'a>,
}

impl<'a> Scene<'a> {
    fn new(graph: &'a ReluGraph, domain: &'a Domain, is_one_layer: bool, limits: Limits<'a>) -> Option<Self> {
        let mut points = Vec::new();
        // A limit leaves the cells met so far.
        let max_cells = if graph.n_inputs <= MANY_INPUTS { MAX_CELLS } else { FEW_CELLS };
        let few = Limits { max_cells: max_cells.min(limits.max_cells), ..limits };
        let _ = walk(graph, domain, few, |step| {
            if let Step::Cell(cell) = step {
                points.push(cell.point());
            }
            true
        });
        let n_cells = points.len();
        let n_samples = (SAMPLED_RELUS / graph.relus.len().max(1)).clamp(FEW_SAMPLES, SAMPLES);
        points.extend(samples(domain, graph.n_inputs).take(n_samples));
        (!limits.stopped()).then_some(Scene {
            graph,
            domain,
            points,
            n_cells,
            planes: OnceCell::new(),
            is_one_layer,
            limits,
        })
    }

    /// The hyperplanes of ReLUs' arguments, with kinks found between the points.
    pub fn planes(&self) -> &BTreeMap<Hyperplane, Vec<Kink>> {
        self.planes.get_or_init(|| {
            // Between cells, as far apart as they come, and between samples.
            let n_ends = (12 * ENDS / self.graph.relus.len().max(1)).clamp(FEW_ENDS, ENDS);
            let (cells, samples) = self.points.split_at(self.n_cells);
            let ends: Vec<&Vec<Rational>> = cells.iter().step_by(self.n_cells / n_ends + 1).collect();
            let pairs = ends.iter().enumerate().flat_map(|(i, a)| ends[..i].iter().map(move |b| (*a, *b)));
            let further = samples.windows(2).map(|pair| (&pair[0], &pair[1]));
            let mut planes: BTreeMap<Hyperplane, Vec<Kink>> = BTreeMap::new();
            for (from, to) in pairs.chain(further).take_while(|_| !self.stopped()) {
                let times = breaks(self.graph, from, to);
                for kink in times.iter().filter_map(|time| kink_on_segment(self.graph, from, to, time)) {
                    let known = planes.entry(kink.hyperplane.clone()).or_default();
                    if known.len() < POINTS {
                        known.push(kink);
                    }
                }
            }
            planes
        })
    }

    /// Kinks on a hyperplane, those of jump 0 included.
    pub fn kinks_on<'b>(&'b self, plane: &'b Hyperplane) -> impl Iterator<Item = Kink> + 'b {
        let known = self.planes().get(plane).into_iter().flatten().cloned();
        // What one layer computes has one jump all along.
        let n_points = if self.is_one_layer { 0 } else { POINTS };
        let points = points_of(plane, &[], self.domain).take(n_points);
        known.chain(points.filter_map(|point| kink_at(self.graph, plane, point)))
    }

    /// The same samples with another graph of the same inputs.
    pub fn of(&self, graph: &'a ReluGraph) -> Self {
        Scene { graph, points: Vec::new(), planes: OnceCell::new(), ..*self }
    }

    fn stopped(&self) -> bool {
        self.limits.stopped()
    }

    /// Adds witnesses for an output until the bound is enough, and says what they leave; `None` when
    /// stopped.
    fn search(&self, mut proof: SizeProof, enough: usize) -> Option<(Rules, SizeProof)> {
        let (output, everywhere) = (proof.output, *self.domain == Domain::Everywhere);
        let (directions, changes, jacobian);
        (proof.gradients, directions, changes, jacobian) = self.ranks();
        let drift = self.drift(output);
        let turns = usize::from(everywhere && drift.is_some());
        if drift.is_none() && everywhere {
            proof.rays = self.rays(output);
        }
        let both = drift.is_some() || proof.rays.is_some();
        let middle = jacobian.max(if both { 2 } else { 1 });
        let (first, last) = (middle.max(directions + turns), middle.max(changes + turns));
        let mut rules = Rules { first, middle, last, below_two: first, below_one: first, pieces: 1 };
        if let Some((drift, rate)) = drift {
            proof.drift = Some(drift);
            if everywhere && !rate.is_zero() && last <= 2 {
                // More kinks than this make two last neurons dearer than three.
                proof.kinks = self.kinks(output, rules.first.max(3) - 1);
                rules.below_two = first.max(proof.kinks.len() + 2);
            }
        }
        if last == 1 && rules.fewest() < enough {
            let mut below = [0, 0];
            for (k, sign) in [1, -1].into_iter().enumerate() {
                if self.stopped() {
                    return None;
                }
                if let Some((single, shown)) = below_single(self, output, sign) {
                    (proof.single[k], below[k]) = (Some(single), shown);
                }
            }
            rules.below_one = first.max(below[0].min(below[1]));
        }
        let without_line = rules.fewest();
        if without_line < enough
            && let Some((line, pieces)) = self.line()
        {
            let with_line = Rules { pieces, ..rules };
            if with_line.fewest() > without_line {
                (rules, proof.line) = (with_line, Some(line));
            }
        }
        Some((rules, proof))
    }

    /// Points whose gradients span all, with the ranks of gradients, of changes of the outputs, and
    /// the largest of both at one point.
    fn ranks(&self) -> (Vec<Vec<Rational>>, usize, usize, usize) {
        let (mut gradients, mut changes, mut jacobian) = (Echelon::default(), Echelon::default(), 1);
        let mut kept = Vec::new();
        for point in &self.points {
            let Some(maps) = self.graph.beside(point, &across(self.graph.n_inputs), Side::Above) else { continue };
            let rows: Vec<Vec<Rational>> = maps.into_iter().map(|map| map.coefficients).collect();
            let mut useful = rank(&rows) > jacobian;
            jacobian = jacobian.max(rank(&rows));
            for row in &rows {
                useful |= gradients.insert(row);
            }
            for i in 0..self.graph.n_inputs {
                useful |= changes.insert(&rows.iter().map(|row| row[i].clone()).collect::<Vec<_>>());
            }
            if useful {
                kept.push(point.clone());
            }
        }
        (kept, gradients.rank(), changes.rank(), jacobian)
    }

    /// A direction along which no ReLU's argument changes but an output does, this one if possible;
    /// with this output's rate.
    fn drift(&self, output: usize) -> Option<(Vec<Rational>, Rational)> {
        let n = self.graph.n_inputs;
        let row = |form: &pellucid_core::Form| -> Vec<Rational> {
            let mut row = vec![Rational::zero(); n];
            for (wire, factor) in &form.terms {
                if let Wire::Input(i) = wire {
                    row[*i] = factor.clone();
                }
            }
            row
        };
        let rows: Vec<Vec<Rational>> = self.graph.relus.iter().map(row).collect();
        let still = Echelon::of(rows.iter().map(Vec::as_slice)).null_space(n);
        let rates = |form: &pellucid_core::Form, drift: &[Rational]| pellucid_core::dot(&row(form), drift);
        let with_rate = |drift: Vec<Rational>| {
            let rate = rates(&self.graph.outputs[output], &drift);
            (drift, rate)
        };
        let changes = |drift: &Vec<Rational>| self.graph.outputs.iter().any(|form| !rates(form, drift).is_zero());
        let mut found: Vec<_> = still.into_iter().filter(changes).map(with_rate).collect();
        let best = found.iter().position(|(_, rate)| !rate.is_zero()).unwrap_or(0);
        (!found.is_empty()).then(|| found.swap_remove(best))
    }

    /// Directions along which an output goes to both infinities.
    fn rays(&self, output: usize) -> Option<[Vec<Rational>; 2]> {
        let far = self.graph.far_out();
        let along = |sign| self.points.iter().find(|point| far.evaluate(point)[output].signum() == sign).cloned();
        Some([along(1)?, along(-1)?])
    }

    /// Up to so many kinks of an output, on different hyperplanes.
    fn kinks(&self, output: usize, most: usize) -> Vec<Kink> {
        let bends = |kinks: &Vec<Kink>| kinks.iter().find(|kink| !kink.jump[output].is_zero()).cloned();
        self.planes().values().filter_map(bends).take(most).collect()
    }

    /// The line between two samples on which the function has most pieces, with their number.
    fn line(&self) -> Option<(SampledLine, usize)> {
        let mut best: Option<(SampledLine, usize)> = None;
        // The samples are far apart; they come after the cells.
        for ends in self.points.windows(2).rev().take(LINES) {
            let times = breaks(self.graph, &ends[0], &ends[1]);
            let mut walls = vec![Rational::zero()];
            walls.extend(times);
            walls.push(Rational::one());
            let middle = |a: &Rational, b: &Rational| (a + b) / Rational::from(2);
            let value = |time: &Rational| self.graph.evaluate(&point_at(&ends[0], &ends[1], time));
            // Between walls the function is affine; a wall where it does not break is left out.
            let mut kept = vec![middle(&walls[0], &walls[1])];
            for three in walls.windows(3) {
                let around = [middle(&three[0], &three[1]), three[1].clone(), middle(&three[1], &three[2])];
                let values = around.each_ref().map(value);
                let (up, down) = (&around[2] - &around[1], &around[1] - &around[0]);
                let breaks = (0..values[0].len())
                    .any(|i| (&values[2][i] - &values[1][i]) * &down != (&values[1][i] - &values[0][i]) * &up);
                if breaks {
                    kept.extend([around[1].clone(), around[2].clone()]);
                }
            }
            let pieces = kept.len() / 2 + 1;
            if best.as_ref().is_none_or(|(_, known)| pieces > *known) {
                let direction = ends[1].iter().zip(&ends[0]).map(|(b, a)| b - a).collect();
                best = Some((SampledLine { start: ends[0].clone(), direction, times: kept }, pieces));
            }
        }
        best
    }
}

/// The first input's direction.
pub(crate) fn across(n_inputs: usize) -> Vec<Rational> {
    Affine::input(n_inputs, 0).coefficients
}

/// Points inside the domain, near and far, the same each time.
fn samples(domain: &Domain, n_inputs: usize) -> impl Iterator<Item = Vec<Rational>> {
    let mut stream = SplitMix64(0x51e5_bb0a_7d3f_4c21);
    (0..).map(move |attempt| {
        if let Domain::Box(sides) = domain {
            let mut share = || Rational::ratio(1 + stream.below(996) as i64, 997);
            return sides.iter().map(|(low, high)| low + (high - low) * share()).collect();
        }
        let reach = [3u64, 10, 100, 10_000][attempt % 4];
        let mut coordinate = || Rational::ratio(stream.below(14 * reach + 1) as i64 - 7 * reach as i64, 7);
        (0..n_inputs).map(|_| coordinate()).collect()
    })
}
