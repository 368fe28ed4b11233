//! From a target and a tolerance to a small network with a proved error.
//!
//! The target is taken apart into steps, functions of one number each. Every step gets a part of the tolerance and
//! designs, shallow and deep; one design a step is put together with the others, layer beside layer. Floats
//! suggest all of it. The proof of the whole then gives the error; where it is too large the steps get less,
//! where there is room they get more.

mod assemble;
mod budget;
mod floats;
mod lower_bound;
mod on_box;
mod steps;

use crate::graph_to_layers::Bounds;
use pellucid_core::{Certificate, Domain, Error, Expr, Network, Rational, Target, counted};
use pellucid_prove::{Limits, Near, prove_near};

use crate::Goal;
use crate::fit::breakpoints::breakpoints;
use crate::fit::design::{Design, Room};
use assemble::{Assembled, Planned, assemble, plan};
use steps::Steps;

pub use lower_bound::PieceBound;

/// Pieces of a part, at most.
const MAX_PIECES: usize = 20_000;
/// Pieces of a part are counted up to so many.
const MOST_COUNTED: usize = 5_000;
/// How often tolerances of steps are changed after a proof.
const ATTEMPTS: usize = 8;
/// Tolerances of steps that were too wide become smaller at least by this factor.
const SMALLER: f64 = 0.93;
/// How often after one of them was within the tolerance.
const MOST_FITS: usize = 3;
/// Errors below this part of the tolerance leave room for a smaller network.
const ROOMY: f64 = 0.95;
/// Growth of neurons with the tolerance that shares are made for: paths of lines take its power -1/2.
const EXPONENTS: [f64; 2] = [0.0, 0.5];

/// A network near a target.
#[derive(Clone, Debug)]
pub struct Approximated {
    /// What is approximated.
    pub target: Target,
    /// Where.
    pub domain: Domain,
    /// The tolerance asked for.
    pub within: Rational,
    /// The network.
    pub network: Network<Rational>,
    /// That the target less the network is between the bounds.
    pub certificate: Certificate,
    /// A lower bound on the target less the network.
    pub low: Rational,
    /// An upper bound on it.
    pub high: Rational,
    /// What it is made of.
    pub parts: Vec<ApproximatedPart>,
    /// What is known about fewer pieces.
    pub lower_bound: Option<PieceBound>,
}

/// A part of an approximation.
#[derive(Clone, Debug)]
pub struct ApproximatedPart {
    /// The function of one number, such as `x^2`.
    pub computes: String,
    /// The numbers it is used for.
    pub range: Bounds,
    /// How it is built, in words.
    pub design: String,
    /// The hidden neurons it would take by itself.
    pub n_neurons: usize,
    /// Its linear pieces; `None` when they are very many.
    pub n_pieces: Option<usize>,
}

impl Approximated {
    /// The largest error that is not excluded.
    pub fn error(&self) -> Rational {
        self.low.abs().max(self.high.abs())
    }

    /// The linear pieces of a network of one input and one output; `None` for others, and when they are very many.
    pub fn n_pieces(&self) -> Option<usize> {
        match &self.domain {
            Domain::Box(sides) if sides.len() == 1 && self.target.n_outputs() == 1 => {
                n_pieces(&self.network, &sides[0])
            }
            _ => None,
        }
    }
}

/// A small network that is within a tolerance of the target on a box, and the proof.
///
/// ```
/// use pellucid_compile::{Goal, approximate};
/// use pellucid_core::{Domain, Target};
/// let product = Target::parse("x*y").unwrap();
/// let domain = Domain::parse("[-1,1]^2", product.input_names()).unwrap();
/// let within = "1e-2".parse().unwrap();
/// let found = approximate(&product, &domain, &within, &Goal::SMALLEST, Default::default()).unwrap();
/// assert!(found.error() <= within && found.network.hidden_neurons() == 13);
/// ```
///
/// # Errors
/// When the domain is not a box on which the target is defined, when no network within the tolerance has
/// as few layers as the goal asks for, or when a limit is reached.
pub fn approximate(
    target: &Target,
    domain: &Domain,
    within: &Rational,
    goal: &Goal,
    limits: Limits<'_>,
) -> Result<Approximated, Error> {
    let sides = sides(target, domain, within)?;
    let pieces = limits.max_cells.min(MAX_PIECES);
    let room = Room { layers: goal.max_layers.unwrap_or(usize::MAX), pieces, stop: limits.stop };
    let job = Job { target, domain, within, goal, limits, room, sides: &sides };
    let mut best: Option<Proved> = None;
    let mut refusal: Option<Error> = None;
    for steps in ways(target)? {
        match job.smallest(&steps, best.as_ref().map(Proved::network)) {
            Ok(found) => {
                let better = best.as_ref().is_none_or(|known| goal.cost(found.network()) < goal.cost(known.network()));
                best = if better { Some(found) } else { best };
            }
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    let Some(found) = best else {
        return Err(refusal.unwrap_or_else(|| Error::input("there is nothing to approximate")));
    };
    let lower_bound = lower_bound::lower_bound(target, &sides, within, room);
    Ok(Approximated {
        target: target.clone(),
        domain: domain.clone(),
        within: within.clone(),
        network: found.assembled.network,
        certificate: *found.near.certificate,
        low: found.near.low,
        high: found.near.high,
        parts: found.parts,
        lower_bound,
    })
}

/// The ways to take a target apart. Of one input every output can be one step, which is another way unless it is
/// a single elementary function with what is affine before and behind it.
fn ways(target: &Target) -> Result<Vec<Steps>, Error> {
    let by_nodes = Steps::by_nodes(target)?;
    let is_affine = |tree: &Expr| tree.as_affine(tree.n_inputs()).is_some();
    let arguments = target.nodes().iter().map(|(_, argument)| argument);
    let single = target.nodes().len() < 2 && arguments.chain(target.outputs()).all(is_affine);
    if target.n_inputs() > 1 || single {
        return Ok(vec![by_nodes]);
    }
    Ok(vec![Steps::by_outputs(target)?, by_nodes])
}

/// The sides of the box.
fn sides(target: &Target, domain: &Domain, within: &Rational) -> Result<Vec<Bounds>, Error> {
    target.check_domain(domain)?;
    if !within.is_positive() {
        return Err(Error::input("the tolerance must be above 0 (an exact network has infinitely many pieces)"));
    }
    match domain {
        Domain::Box(sides) => Ok(sides.clone()),
        _ => Err(Error::input(format!(
            "approximating takes a box, not {domain}; nearest: the box around it, --on '{}'",
            domain.hull()
        ))),
    }
}

/// What is asked for.
struct Job<'a> {
    target: &'a Target,
    domain: &'a Domain,
    within: &'a Rational,
    goal: &'a Goal,
    limits: Limits<'a>,
    room: Room<'a>,
    sides: &'a [Bounds],
}

/// A network with its proof.
struct Proved {
    assembled: Assembled,
    near: Near,
    parts: Vec<ApproximatedPart>,
}

impl Proved {
    fn network(&self) -> &Network<Rational> {
        &self.assembled.network
    }
}

impl Job<'_> {
    /// The best network for these steps: tolerances are shared out, then widened or narrowed by what is proved.
    /// Steps that take far more neurons than a network that is known are given up early.
    /// When an attempt fails, or time is over, what was proved before stays.
    fn smallest(&self, steps: &Steps, known: Option<&Network<Rational>>) -> Result<Proved, Error> {
        self.room.stop()?;
        let within = self.within.to_f64();
        let sensitivities = budget::sensitivities(steps, self.sides, within);
        let mut best: Option<Proved> = None;
        let mut refusal = None;
        let mut shares = vec![1.0; steps.steps.len()];
        for (round, exponent) in EXPONENTS.into_iter().enumerate() {
            if round > 0 {
                let Some(found) = &best else { break };
                if steps.steps.len() < 2 {
                    break;
                }
                let neurons: Vec<usize> = found.parts.iter().map(|part| part.n_neurons).collect();
                shares = budget::shares(&neurons, exponent);
            }
            let (mut scale, mut n_fits) = (1.0, 0);
            for _ in 0..ATTEMPTS {
                let tolerances = match self.exact_tolerance(steps) {
                    Some(exact) if scale == 1.0 => vec![exact],
                    _ => budget::split(within * scale, &sensitivities, &shares),
                };
                let found = match self.built_and_proved(steps, &tolerances, known) {
                    Ok(found) => found,
                    Err(error) => {
                        refusal = refusal.or(Some(error));
                        break;
                    }
                };
                let exact = found.near.error();
                let (error, fits) = (exact.to_f64() / within, exact <= *self.within);
                let better = |known: &Proved| self.goal.cost(found.network()) < self.goal.cost(known.network());
                if fits && best.as_ref().is_none_or(better) {
                    best = Some(found);
                }
                n_fits += usize::from(fits);
                if fits && (error > ROOMY || steps.steps.len() < 2 || n_fits == MOST_FITS) {
                    break;
                }
                // Whole numbers of pieces hardly change with small steps.
                let step = 0.998 / error.max(0.05);
                scale *= if fits { step } else { step.min(SMALLER) };
            }
        }
        match (best, refusal) {
            (Some(found), _) => Ok(found),
            (None, Some(error)) => Err(error),
            (None, None) => Err(Error::limit(format!(
                "no proof within {} was found after {}; a wider tolerance is easier",
                self.within,
                counted(ATTEMPTS, "attempt")
            ))),
        }
    }

    /// Of a single step: the tolerance of the whole over its factor.
    fn exact_tolerance(&self, steps: &Steps) -> Option<Rational> {
        let ([_], [output]) = (&steps.steps[..], &steps.outputs[..]) else { return None };
        let map = output.as_affine(self.sides.len() + 1)?;
        let inverse = map.coefficients.last()?.abs().recip()?;
        Some(self.within * &inverse)
    }

    /// The best network of steps with these tolerances, and how far it is off.
    fn built_and_proved(
        &self,
        steps: &Steps,
        tolerances: &[Rational],
        known: Option<&Network<Rational>>,
    ) -> Result<Proved, Error> {
        let (assembled, parts) = self.built(steps, tolerances)?;
        if known.is_some_and(|known| 4 * assembled.network.hidden_neurons() > 5 * known.hidden_neurons()) {
            return Err(Error::limit("these steps take more neurons than others"));
        }
        self.room.stop()?;
        let (network, proposed) = (&assembled.network, &assembled.parts);
        let near = prove_near(self.target, network, self.domain, proposed, &steps.outputs, self.limits)?;
        Ok(Proved { assembled, near, parts })
    }

    /// The best network of steps with these tolerances, by depth: each step is the smallest that is
    /// no deeper than a cap.
    fn built(&self, steps: &Steps, tolerances: &[Rational]) -> Result<(Assembled, Vec<ApproximatedPart>), Error> {
        let planned = plan(steps, self.sides, tolerances, self.room)?;
        let mut caps: Vec<usize> = planned.iter().flat_map(|p| p.designs.found.iter().map(Design::n_layers)).collect();
        // Without steps there is one network.
        caps.extend(planned.is_empty().then_some(0));
        caps.sort_unstable();
        caps.dedup();
        let mut best: Option<(Assembled, Vec<ApproximatedPart>)> = None;
        let mut shallowest = usize::MAX;
        for cap in caps {
            self.room.stop()?;
            let designs: Vec<&Design> = planned.iter().filter_map(|planned| capped(planned, cap)).collect();
            let assembled = assemble(steps, &planned, &designs, (self.target.input_names(), self.sides))?;
            shallowest = shallowest.min(assembled.network.hidden_layers().len());
            let better = best
                .as_ref()
                .is_none_or(|(known, _)| self.goal.cost(&assembled.network) < self.goal.cost(&known.network));
            if self.goal.allows(&assembled.network) && better {
                let parts = described(steps, &planned, &designs, &assembled);
                best = Some((assembled, parts));
            }
        }
        best.ok_or_else(|| {
            Error::input(format!(
                "no network within {} that has at most {} is known; nearest: --layers {shallowest}",
                self.within,
                counted(self.room.layers, "hidden layer")
            ))
        })
    }
}

/// The pieces of a network of one input; `None` when they are very many.
fn n_pieces(network: &Network<Rational>, (low, high): &Bounds) -> Option<usize> {
    breakpoints(network, low, high, MOST_COUNTED).map(|points| points.len() + 1)
}

/// The smallest design that is no deeper than the cap, or the shallowest.
fn capped(planned: &Planned, cap: usize) -> Option<&Design> {
    let found = &planned.designs.found;
    found.iter().find(|design| design.n_layers() <= cap).or(found.last())
}

fn described(steps: &Steps, planned: &[Planned], designs: &[&Design], assembled: &Assembled) -> Vec<ApproximatedPart> {
    let all = steps.steps.iter().zip(planned).zip(designs).zip(&assembled.parts);
    all.map(|(((step, planned), design), part)| ApproximatedPart {
        computes: step.computes.to_string(),
        range: planned.range.clone(),
        design: design.words(),
        n_neurons: design.n_neurons(),
        n_pieces: n_pieces(&part.network, &planned.range),
    })
    .collect()
}
