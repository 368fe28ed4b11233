//! What became of a training, with proof: made for one network after the other, hundreds a second.
//!
//! A deviation is decided in rationals. Floats look for a point where a network is far off; there it is worked out
//! exactly. Only where none is found, the largest deviation on the whole box is worked out, on all linear cells.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use pellucid_core::{
    Affine, Computation, Domain, Error, Feature, Function, Hyperplane, Network, Rational, SplitMix64, linear,
};
use pellucid_prove::{
    Largest, Limits, OneLayerForm, Representable, Verdict as Equality, largest_difference, prove_within, representable,
};

use crate::features::{Detector, Features, features};

/// What became of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The live neurons' features are a circuit of the function, and the largest deviation is within the tolerance.
    Found,
    /// The deviation is within the tolerance, but no circuit of features in simple numbers says why.
    OtherCircuit,
    /// The features cannot make up the function, and training has come to rest.
    LocalOptimum,
    /// Training is still on its way, or nothing is known against it.
    NotConverged,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Verdict; 4] = [Verdict::Found, Verdict::OtherCircuit, Verdict::LocalOptimum, Verdict::NotConverged];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Found => "found",
            Verdict::OtherCircuit => "found with another circuit",
            Verdict::LocalOptimum => "local optimum",
            Verdict::NotConverged => "not converged",
        }
    }

    /// Is the function computed within the tolerance?
    pub fn is_success(self) -> bool {
        matches!(self, Verdict::Found | Verdict::OtherCircuit)
    }
}

/// A network with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why a training failed, in one of a few words: `duplicate`, `missing detector`, ...; empty for successes.
    pub cause: String,
    /// All that speaks for the cause: `missing x1 > x2`.
    pub detail: String,
    /// The circuit class.
    pub class: String,
    /// The live features' names.
    pub features: Vec<String>,
    /// The number of live neurons.
    pub n_live: usize,
    /// A deviation that the network has at some point; `None` when weights are not finite or a limit was reached.
    pub deviation: Option<Rational>,
    /// Is it the largest one on the domain?
    pub is_largest: bool,
}

/// Judges networks trained for one function on one box.
#[derive(Debug)]
pub struct Judge {
    function: Function,
    domain: Domain,
    tolerance: Rational,
    /// What one hidden layer would compute, if it can.
    form: Option<OneLayerForm>,
    samples: Vec<(Vec<f64>, Vec<f64>)>,
    /// Rounded deeper networks that were compared with the function, and whether they are equal to it.
    known: Mutex<HashMap<String, bool>>,
}

/// Rows are rounded within these shares of how much they vary, the coarsest that explains the network first.
const SLACKS: [(i64, i64); 4] = [(1, 20), (1, 100), (1, 1000), (1, 10_000)];
/// Where nothing explains a network, its features are told with this slack.
const TOLD_SLACK: (i64, i64) = (1, 20);
/// A trained circuit's numbers may be this far from those that make the function exactly.
const NEAR: (i64, i64) = (1, 20);
/// Points at which floats look for a deviation, beside the corners and the middle.
const SAMPLES: usize = 192;
/// Corners looked at: all of so many inputs.
const MOST_CORNERS_OF: usize = 8;
/// A rounded deeper network is compared with the function on so many cells at most.
const FEW_CELLS: usize = 20_000;

impl Judge {
    /// A judge for a function on a box.
    ///
    /// # Errors
    /// When the domain does not fit the function, or a limit is reached.
    pub fn new(function: &Function, domain: &Domain, tolerance: &Rational, limits: Limits<'_>) -> Result<Self, Error> {
        let form = match representable(function, domain, limits)? {
            Representable::Form(form) => Some(form),
            Representable::No(_) => None,
        };
        let samples = sample_points(domain, function.n_inputs());
        let samples = samples.into_iter().map(|x| (x.clone(), function.evaluate(&x))).collect();
        let (function, domain, tolerance) = (function.clone(), domain.clone(), tolerance.clone());
        Ok(Judge { function, domain, tolerance, form, samples, known: Mutex::default() })
    }

    /// Judges a network; `still_falling` says that its loss was still on its way down.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn judge(&self, network: &Network<f32>, still_falling: bool, limits: Limits<'_>) -> Result<Judged, Error> {
        let Ok(exact) = network.to_exact() else {
            return Ok(Judged {
                verdict: Verdict::NotConverged,
                cause: "diverged".into(),
                detail: "the weights are no longer finite".into(),
                class: String::new(),
                features: Vec::new(),
                n_live: 0,
                deviation: None,
                is_largest: false,
            });
        };
        let (deviation, is_largest) = self.deviation(&exact, limits)?;
        let within = is_largest && deviation.as_ref().is_some_and(|most| *most <= self.tolerance);
        let rounded = |(n, d): (i64, i64)| features(&exact, &self.domain, &Rational::ratio(n, d), &self.tolerance);
        let mut explained = None;
        for slack in SLACKS {
            let features = rounded(slack);
            if self.explains(&features, &exact, within, limits)? {
                explained = Some(features);
                break;
            }
        }
        let is_explained = explained.is_some();
        let features = explained.unwrap_or_else(|| rounded(TOLD_SLACK));
        let (verdict, cause, detail) = match (within, is_explained) {
            (true, true) => (Verdict::Found, String::new(), String::new()),
            (true, false) => (Verdict::OtherCircuit, String::new(), String::new()),
            (false, true) => (Verdict::NotConverged, "close to the circuit".to_string(), String::new()),
            (false, false) if still_falling => (Verdict::NotConverged, "still falling".to_string(), String::new()),
            (false, false) => self.cause(&features, &exact),
        };
        Ok(Judged {
            verdict,
            cause,
            detail,
            class: features.class(),
            features: features.names(),
            n_live: features.layers.iter().flatten().filter(|detector| detector.is_live()).count(),
            deviation,
            is_largest,
        })
    }

    /// A deviation above the tolerance at some point, or the largest one.
    fn deviation(&self, network: &Network<Rational>, limits: Limits<'_>) -> Result<(Option<Rational>, bool), Error> {
        let floats: Network<f64> = network.to_numbers();
        let off = |(x, wanted): &(Vec<f64>, Vec<f64>)| {
            let differences = floats.evaluate(x).into_iter().zip(wanted).map(|(y, t)| (y - t).abs());
            differences.fold(0.0, f64::max)
        };
        let worst = self.samples.iter().map(|sample| (off(sample), sample)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((far, (x, _))) = worst
            && far > self.tolerance.to_f64()
            && let Some(point) = x.iter().map(|x| Rational::from_f64(*x)).collect::<Option<Vec<_>>>()
            && self.domain.contains(&point)
        {
            let (values, wanted) = (network.evaluate(&point), self.function.evaluate(&point));
            let exact = values.iter().zip(&wanted).map(|(y, t)| (y - t).abs()).max().unwrap_or_default();
            if exact > self.tolerance {
                return Ok((Some(exact), false));
            }
        }
        let sides = (Computation::Network(network.clone()), Computation::Function(self.function.clone()));
        match largest_difference(&sides.0, &sides.1, &self.domain, limits) {
            Ok(Largest::At(most, _)) => Ok((Some(most), true)),
            Ok(Largest::Infinite { .. }) => Ok((None, false)),
            // With too many cells the deviation stays unknown.
            Err(error) if error.is_limit() && !limits.stopped() => Ok((None, false)),
            Err(error) => Err(error),
        }
    }

    /// Do the features make up the function exactly, with numbers near those of the network when it is within the
    /// tolerance?
    fn explains(
        &self,
        features: &Features,
        network: &Network<Rational>,
        within: bool,
        limits: Limits<'_>,
    ) -> Result<bool, Error> {
        if features.layers.len() > 1 {
            return if within { self.rounds_to_the_function(features, limits) } else { Ok(false) };
        }
        let (Some(form), Some(detectors)) = (&self.form, features.layers.first()) else { return Ok(false) };
        let live: Vec<&Detector> = detectors.iter().filter(|detector| detector.is_live()).collect();
        let system = System::new(form, &live, network);
        Ok(system.is_solvable() && (!within || system.is_nearly_solved(&Rational::ratio(NEAR.0, NEAR.1))))
    }

    /// Is the rounded network the function? Each one is proved or refuted once.
    fn rounds_to_the_function(&self, features: &Features, limits: Limits<'_>) -> Result<bool, Error> {
        let Some(rounded) = &features.rounded else { return Ok(false) };
        let key = format!("{:?}", rounded.layers());
        if let Some(known) = self.known.lock().ok().and_then(|known| known.get(&key).copied()) {
            return Ok(known);
        }
        let sides = (Computation::Network(rounded.clone()), Computation::Function(self.function.clone()));
        let few = Limits { max_cells: FEW_CELLS.min(limits.max_cells), ..limits };
        let is_equal = match prove_within(&sides.0, &sides.1, &self.domain, &Rational::zero(), few) {
            Ok(verdict) => matches!(verdict, Equality::Proved { .. }),
            Err(error) if error.is_limit() && !limits.stopped() => false,
            Err(error) => return Err(error),
        };
        if let Ok(mut known) = self.known.lock() {
            known.insert(key, is_equal);
        }
        Ok(is_equal)
    }

    /// Why the features cannot make up the function: the word for it, and all that speaks for it.
    fn cause(&self, features: &Features, network: &Network<Rational>) -> (Verdict, String, String) {
        let all = || features.layers.iter().flatten();
        let mut found: Vec<(&str, String)> = Vec::new();
        let n_dead = all().filter(|detector| detector.is_dead || !detector.is_read).count();
        if n_dead > 0 {
            found.push(("dead neuron", pellucid_core::counted(n_dead, "dead neuron")));
        }
        for layer in &features.layers {
            let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
            for detector in layer.iter().filter(|detector| detector.is_live()) {
                if !seen.insert(&detector.label) {
                    twice.insert(detector.label.clone());
                }
            }
            found.extend(twice.into_iter().map(|label| ("duplicate", format!("two detect {label}"))));
        }
        let on = all().filter(|detector| detector.is_always_on && detector.is_live());
        found.extend(on.map(|detector| ("always-on neuron", format!("always {}", detector.label))));
        if let (Some(form), [detectors]) = (&self.form, features.layers.as_slice()) {
            found.extend(self.missing(form, detectors, network));
        }
        match found.first().map(|(cause, _)| cause.to_string()) {
            None => (Verdict::NotConverged, "unknown".into(), String::new()),
            Some(cause) => {
                let details: Vec<String> = found.into_iter().map(|(_, detail)| detail).collect();
                (Verdict::LocalOptimum, cause, details.join("; "))
            }
        }
    }

    /// Kinks of the function that nothing detects; where there are none, the one further detector that would do;
    /// and kinks that the function does not have.
    fn missing(
        &self,
        form: &OneLayerForm,
        detectors: &[Detector],
        network: &Network<Rational>,
    ) -> Vec<(&'static str, String)> {
        let names = network.input_names();
        let live: Vec<&Detector> = detectors.iter().filter(|detector| detector.is_live()).collect();
        let planes: BTreeSet<Hyperplane> =
            live.iter().filter_map(|detector| Some(detector.feature.form.hyperplane()?.0)).collect();
        let mut found: Vec<(&str, String)> = Vec::new();
        for hinge in form.hinges.iter().filter(|hinge| !planes.contains(&hinge.hyperplane)) {
            let row = hinge.hyperplane.to_affine();
            let [one, other] = [1, -1].map(|sign| Feature::of_row(&row.scaled(&Rational::from(sign))).label(names));
            found.push(("missing detector", format!("missing {one} or {other}")));
        }
        if found.is_empty() {
            // Either side of a plane that is there would do where only a reconstructor's other half is missing.
            let opposite = live.iter().find_map(|detector| {
                let feature = Feature::of_row(&detector.feature.form.scaled(&Rational::from(-1)));
                let label = feature.label(names);
                let further = Detector { feature, label, ..(*detector).clone() };
                let with: Vec<&Detector> = live.iter().copied().chain([&further]).collect();
                System::new(form, &with, network).is_solvable().then(|| further.label.clone())
            });
            if let Some(label) = opposite {
                return vec![("missing detector", format!("missing {label}"))];
            }
        }
        let is_known = |plane: &Hyperplane| form.hinges.iter().any(|hinge| hinge.hyperplane == *plane);
        for plane in planes.iter().filter(|plane| !is_known(plane)) {
            let sides = live.iter().filter(|d| d.feature.form.hyperplane().is_some_and(|(own, _)| own == *plane));
            let sides: BTreeSet<&String> = sides.map(|detector| &detector.label).collect();
            if let [label] = sides.into_iter().collect::<Vec<_>>().as_slice() {
                found.push(("wrong kink", format!("{label} has a kink that the function has not")));
            }
        }
        found
    }
}

/// The linear equations that the gains of features have to fulfil to make up a form: the jump on each hyperplane, and
/// the affine map that is left.
struct System {
    columns: Vec<Vec<Rational>>,
    /// One an output.
    wanted: Vec<Vec<Rational>>,
    /// What the network's own gains give, one an output.
    given: Vec<Vec<Rational>>,
}

impl System {
    fn new(form: &OneLayerForm, live: &[&Detector], network: &Network<Rational>) -> Self {
        let planes: Vec<Hyperplane> = form
            .hinges
            .iter()
            .map(|hinge| hinge.hyperplane.clone())
            .chain(live.iter().filter(|d| !d.is_always_on).filter_map(|d| Some(d.feature.form.hyperplane()?.0)))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let written = |jumps: Vec<(Hyperplane, Rational)>, map: &Affine| {
            let mut row = vec![Rational::zero(); planes.len()];
            for (plane, jump) in jumps {
                if let Ok(at) = planes.binary_search(&plane) {
                    row[at] += &jump;
                }
            }
            row.extend(map.coefficients.iter().cloned());
            row.push(map.constant.clone());
            row
        };
        let column = |detector: &&Detector| {
            let row = &detector.feature.form;
            match row.hyperplane().filter(|_| !detector.is_always_on) {
                None => written(Vec::new(), row),
                Some((plane, scale)) => {
                    // relu(s z) = |s| (relu(z) - z) for s < 0.
                    let mut map = Affine::constant(form.n_inputs, Rational::zero());
                    if scale.is_negative() {
                        map.add_scaled(&scale, &plane.to_affine());
                    }
                    written(vec![(plane, scale.abs())], &map)
                }
            }
        };
        let mut columns: Vec<Vec<Rational>> = live.iter().map(column).collect();
        let biases = &network.output_layer().biases;
        let constant = written(Vec::new(), &Affine::constant(form.n_inputs, Rational::one()));
        let given = biases.iter().enumerate().map(|(output, bias)| {
            let gains = live.iter().map(|detector| &detector.gains[output]);
            let mut sum: Vec<Rational> = constant.iter().map(|c| c * bias).collect();
            for (column, gain) in columns.iter().zip(gains) {
                sum.iter_mut().zip(column).for_each(|(sum, entry)| *sum += &(entry * gain));
            }
            sum
        });
        let given = given.collect();
        let wanted = (0..form.n_outputs()).map(|output| {
            let jumps = form.hinges.iter().map(|hinge| (hinge.hyperplane.clone(), hinge.jump[output].clone()));
            written(jumps.collect(), &form.affine[output])
        });
        let wanted = wanted.collect();
        if biases.iter().any(|bias| !bias.is_zero()) {
            columns.push(constant);
        }
        System { columns, wanted, given }
    }

    /// Are there gains that make up the form exactly?
    fn is_solvable(&self) -> bool {
        let targets: Vec<&[Rational]> = self.wanted.iter().map(Vec::as_slice).collect();
        linear::solve_all(&self.columns, &targets).iter().all(Option::is_some)
    }

    /// Do the network's own gains nearly make it up?
    fn is_nearly_solved(&self, share: &Rational) -> bool {
        let pairs = self.wanted.iter().flatten().zip(self.given.iter().flatten());
        pairs.into_iter().all(|(wanted, given)| (wanted - given).abs() <= share * &wanted.abs().max(Rational::one()))
    }
}

/// Corners, the middle, and points drawn once and for all.
fn sample_points(domain: &Domain, n_inputs: usize) -> Vec<Vec<f64>> {
    let Domain::Box(sides) = domain.hull() else { return Vec::new() };
    let ends: Vec<(f64, f64)> = sides.iter().map(|(low, high)| (low.to_f64(), high.to_f64())).collect();
    let at = |shares: &dyn Fn(usize) -> f64| -> Vec<f64> {
        ends.iter().enumerate().map(|(i, (low, high))| (low + (high - low) * shares(i)).clamp(*low, *high)).collect()
    };
    let n_corners = 1usize << n_inputs.min(MOST_CORNERS_OF);
    let mut points: Vec<Vec<f64>> =
        (0..n_corners).map(|c| at(&|i| f64::from(u8::from(i < 64 && c >> i & 1 == 1)))).collect();
    points.push(at(&|_| 0.5));
    let mut random = SplitMix64(1);
    for _ in 0..SAMPLES {
        let shares: Vec<f64> = (0..n_inputs).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).collect();
        points.push(at(&|i| shares[i]));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(formula: &str, hidden: &[&[f32]], out: &[f32]) -> Judged {
        let function = Function::parse(formula).unwrap();
        let domain = Domain::unit_box(function.n_inputs());
        let judge = Judge::new(&function, &domain, &Rational::ratio(1, 10_000), Limits::default()).unwrap();
        let layer = |rows: Vec<Vec<f32>>| pellucid_core::Layer { biases: vec![0.0; rows.len()], weights: rows };
        let hidden = layer(hidden.iter().map(|row| row.to_vec()).collect());
        let network = Network::new(None, vec![hidden, layer(vec![out.to_vec()])]).unwrap();
        judge.judge(&network, false, Limits::default()).unwrap()
    }

    #[test]
    fn a_circuit_is_found_whatever_its_order_and_scale() {
        let one = judged("min(x1, x2)", &[&[1.0, -1.0], &[0.5, 0.0], &[-4.0, 0.0]], &[-1.0, 2.0, -0.25]);
        assert_eq!((one.verdict, one.is_largest, one.n_live), (Verdict::Found, true, 3));
        assert_eq!(one.deviation, Some(Rational::zero()));
        assert_eq!(one.class, "+ +(x1), - -(x1), - x1 > x2");
        let noisy = judged("min(x1, x2)", &[&[-2.0, 0.000_02], &[3.0, -3.0], &[0.25, 0.0]], &[-0.5, -1.0 / 3.0, 4.0]);
        assert_eq!((noisy.verdict, noisy.class), (Verdict::Found, one.class.clone()));
        assert!(noisy.deviation.is_some_and(|most| most.is_positive()));
        // The hinge turned around is another mechanism.
        let turned = judged("min(x1, x2)", &[&[-1.0, 1.0], &[0.0, 1.0], &[0.0, -1.0]], &[-1.0, 1.0, -1.0]);
        assert!(turned.verdict == Verdict::Found && turned.class != one.class);
    }

    #[test]
    fn failures_are_told_apart() {
        let double = judged("x1", &[&[1.0], &[2.0]], &[0.5, 0.25]);
        assert_eq!((double.verdict, double.cause.as_str()), (Verdict::LocalOptimum, "duplicate"));
        assert_eq!(double.detail, "two detect +(x1); missing -(x1)");
        assert_eq!(double.deviation, Some(Rational::one()));
        let unread = judged("x1", &[&[1.0], &[-1.0]], &[1.0, 0.0]);
        assert_eq!(unread.cause, "dead neuron");
        let missing = judged("min(x1, x2)", &[&[1.0, 0.0], &[-1.0, 0.0], &[0.0, 1.0]], &[1.0, -1.0, 0.1]);
        assert_eq!(missing.cause, "missing detector");
        assert!(missing.detail.starts_with("missing x1 > x2 or x2 > x1"), "{}", missing.detail);
        let close = judged("x1", &[&[1.0], &[-1.0]], &[1.0, -0.99]);
        assert_eq!((close.verdict, close.cause.as_str()), (Verdict::NotConverged, "close to the circuit"));
        let diverged = judged("x1", &[&[f32::NAN]], &[1.0]);
        assert_eq!((diverged.verdict, diverged.cause.as_str()), (Verdict::NotConverged, "diverged"));
    }

    #[test]
    fn deeper_circuits_are_found_with_noise() {
        let function = Function::parse("relu(min(x1, x2))").unwrap();
        let domain = Domain::unit_box(2);
        let judge = Judge::new(&function, &domain, &Rational::ratio(1, 10_000), Limits::default()).unwrap();
        let layer = |rows: Vec<Vec<f32>>| pellucid_core::Layer { biases: vec![0.0; rows.len()], weights: rows };
        let of = |scale: f32, noise: f32| {
            let first = layer(vec![vec![scale, noise], vec![1.0, -1.0]]);
            let layers = vec![first, layer(vec![vec![1.0 / scale, -1.0]]), layer(vec![vec![1.0]])];
            judge.judge(&Network::new(None, layers).unwrap(), false, Limits::default()).unwrap()
        };
        let (plain, noisy) = (of(1.0, 0.0), of(4.0, 0.000_03));
        assert_eq!((plain.verdict, noisy.verdict), (Verdict::Found, Verdict::Found));
        assert_eq!(plain.class, noisy.class);
        assert!(of(1.0, 0.1).verdict == Verdict::NotConverged || of(1.0, 0.1).verdict == Verdict::LocalOptimum);
    }
}
