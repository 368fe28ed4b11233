//! How far a formula is from its network, exactly, and the certificate for it.

use pellucid_core::{
    CellStep, Certificate, Computation, Difference, Domain, Error, Function, Network, Proof, Rational,
};
use pellucid_prove::{Apart, Kept, Largest, OneLayerForm, ProofSink, Verdict, apart_proved, prove_known_bound_to};

use crate::Question;

/// How far a formula is off, with what is proved of it already.
#[derive(Clone)]
pub struct Deviation {
    /// The largest deviation, and on how much of the domain it is above the tolerance.
    pub apart: Apart,
    /// The proof that the walk over the cells left behind.
    pub kept: Kept,
}

impl Deviation {
    /// None, which is still to be certified; `point` stands for where it is.
    pub fn none(point: Vec<Rational>, beyond: Option<(Rational, Rational)>) -> Self {
        Deviation { apart: Apart { largest: Largest::At(Rational::zero(), point), beyond }, kept: Kept::Nothing }
    }

    /// Is it at most the tolerance everywhere?
    pub fn is_within(&self, tolerance: &Rational) -> bool {
        matches!(&self.apart.largest, Largest::At(most, _) if most <= tolerance)
    }
}

/// The exact largest deviation of a formula from the network on the question's domain, and on how much of it the
/// deviation is above the tolerance.
///
/// # Errors
/// When a limit is reached.
pub fn deviation(network: &Network<Rational>, formula: &Function, question: &Question<'_>) -> Result<Deviation, Error> {
    // Equal canonical forms need no walk over cells, of which wide networks have very many.
    if may_be_equal(network, formula, &question.domain) {
        let form = OneLayerForm::of_network(network, &question.domain);
        if form.is_some() && form == OneLayerForm::of_one_layer_graph(&formula.to_relu_graph(), &question.domain) {
            let middle = question.domain.middle(network.n_inputs());
            let point = middle.unwrap_or_else(|| vec![Rational::zero(); network.n_inputs()]);
            return Ok(Deviation::none(point, Some((Rational::zero(), Rational::zero()))));
        }
    }
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    let Question { domain, tolerance, limits, .. } = question;
    let (apart, kept) = apart_proved(&sides.0, &sides.1, domain, tolerance, *limits, MAX_STEPS)?;
    Ok(Deviation { apart, kept })
}

/// Are both the same at one point, where little cancels by chance? Two of them that differ have no forms to compare.
fn may_be_equal(network: &Network<Rational>, formula: &Function, domain: &Domain) -> bool {
    let share = |input: usize| Rational::ratio(1, 3 + input as i64);
    let point: Vec<Rational> = match domain {
        Domain::Box(sides) => {
            sides.iter().enumerate().map(|(input, (low, high))| low + (high - low) * share(input)).collect()
        }
        Domain::Everywhere => (0..network.n_inputs()).map(share).collect(),
        // Forms are those of everywhere and of boxes.
        Domain::Polyhedron { .. } | Domain::Finite { .. } => return false,
    };
    network.evaluate(&point) == formula.evaluate(&point)
}

/// Proofs of more steps are not kept in memory.
const MAX_STEPS: usize = 200_000;

/// The certificate that a deviation is no larger than it is, taken from it if it was kept; `None` when it is infinite
/// or the proof too long.
///
/// # Errors
/// When a limit is reached.
pub fn certify(
    network: &Network<Rational>,
    formula: &Function,
    deviation: &mut Deviation,
    question: &Question<'_>,
) -> Result<Option<Certificate>, Error> {
    match std::mem::replace(&mut deviation.kept, Kept::Nothing) {
        Kept::Whole(certificate) => return Ok(Some(*certificate)),
        Kept::TooLong => return Ok(None),
        Kept::Nothing => {}
    }
    let Largest::At(most, _) = &deviation.apart.largest else { return Ok(None) };
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    let mut kept = Steps::default();
    let proved = prove_known_bound_to(&sides.0, &sides.1, &question.domain, most, question.limits, &mut kept);
    match proved {
        Err(_) if kept.is_full => Ok(None),
        Err(error) => Err(error),
        Ok(Verdict::Proved { mut certificate, .. }) => {
            if let Proof::Within(Difference::Cells { steps, .. }) = &mut certificate.proof {
                *steps = kept.steps;
            }
            Ok(Some(*certificate))
        }
        Ok(Verdict::Refuted(counterexample)) => {
            Err(Error::input(format!("defect: the deviation is larger than found: {counterexample:?}")))
        }
    }
}

/// Keeps the steps of a proof while they are not too many.
#[derive(Default)]
struct Steps {
    steps: Vec<CellStep>,
    is_full: bool,
}

impl ProofSink for Steps {
    fn begin(&mut self, _: &Certificate) {}

    fn step(&mut self, step: CellStep) -> bool {
        self.is_full = self.steps.len() >= MAX_STEPS;
        if !self.is_full {
            self.steps.push(step);
        }
        !self.is_full
    }
}
