//! Claims and what proves them, in a form that another program can check.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::network_json::WrittenNetwork;
use crate::{
    Composition, Constraint, Domain, Error, Form, Function, GraphBuilder, Hyperplane, Integer, Merge, Network,
    NeverInRegion, PointsProof, Rational, ReluGraph, SizeProof, Target, counted,
};

/// What a claim is about: a function or a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Computation {
    /// A function given as text.
    Function(Function),
    /// A network with exact weights.
    Network(#[serde(with = "WrittenNetwork")] Network<Rational>),
}

impl Computation {
    /// As ReLUs of affine forms.
    pub fn to_relu_graph(&self) -> ReluGraph {
        match self {
            Computation::Function(function) => function.to_relu_graph(),
            Computation::Network(network) => network.to_relu_graph(),
        }
    }

    /// As ReLUs of affine forms, merged as told.
    pub fn to_graph(&self, merge: Merge) -> ReluGraph {
        let mut builder = GraphBuilder::with_merge(self.n_inputs(), merge);
        let outputs = self.build(&mut builder);
        builder.finish(outputs)
    }

    /// The graph of the differences of outputs, `self - other`, in which the ReLUs of both sides stand
    /// side by side, merged as told.
    ///
    /// # Errors
    /// When the numbers of inputs or of outputs differ.
    pub fn difference(&self, other: &Computation, merge: Merge) -> Result<ReluGraph, Error> {
        if self.n_inputs() != other.n_inputs() || self.n_outputs() != other.n_outputs() {
            return Err(Error::input(format!(
                "the left side has {} and {}, the right side {} and {}",
                counted(self.n_inputs(), "input"),
                counted(self.n_outputs(), "output"),
                counted(other.n_inputs(), "input"),
                counted(other.n_outputs(), "output")
            )));
        }
        let mut builder = GraphBuilder::with_merge(self.n_inputs(), merge);
        let left = self.build(&mut builder);
        let right = other.build(&mut builder);
        let outputs = left.iter().zip(&right).map(|(a, b)| a.minus(b)).collect();
        Ok(builder.finish(outputs))
    }

    /// The outputs, built.
    fn build(&self, builder: &mut GraphBuilder) -> Vec<Form> {
        match self {
            Computation::Function(function) => function.build(builder),
            Computation::Network(network) => network.build(builder).0,
        }
    }

    /// The number of outputs.
    pub fn n_outputs(&self) -> usize {
        match self {
            Computation::Function(function) => function.n_outputs(),
            Computation::Network(network) => network.n_outputs(),
        }
    }

    /// The exact outputs at an input.
    pub fn evaluate(&self, input: &[Rational]) -> Vec<Rational> {
        match self {
            Computation::Function(function) => function.evaluate(input),
            Computation::Network(network) => network.evaluate(input),
        }
    }

    /// The inputs' names.
    pub fn input_names(&self) -> &[String] {
        match self {
            Computation::Function(function) => function.input_names(),
            Computation::Network(network) => network.input_names(),
        }
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.input_names().len()
    }

    /// Refuses another computation whose inputs are in another order. Inputs are matched by
    /// position, so that a network with `x1, x2` may stand beside a function of `a, b`; but
    /// `a - b` of `a, b` beside `b - a` of `b, a` would say that they are equal.
    ///
    /// # Errors
    /// When one name stands for different inputs.
    pub fn check_input_order(&self, other: &Computation) -> Result<(), Error> {
        same_input_order(self.input_names(), other.input_names())
    }
}

/// Refuses two lists of input names in which one name stands for different inputs.
///
/// # Errors
/// Says which name.
pub fn same_input_order(left: &[String], right: &[String]) -> Result<(), Error> {
    let places: HashMap<&str, usize> = right.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    for (i, name) in left.iter().enumerate() {
        if let Some(j) = places.get(name.as_str()).filter(|j| **j != i) {
            return Err(Error::input(format!(
                "`{name}` is input {} on one side and input {} on the other (give both the same order)",
                i + 1,
                j + 1
            )));
        }
    }
    Ok(())
}

impl fmt::Display for Computation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Computation::Function(function) => write!(f, "{function}"),
            Computation::Network(network) => {
                let shape: Vec<String> = network.shape().iter().map(usize::to_string).collect();
                write!(f, "the {} network", shape.join("-"))
            }
        }
    }
}

/// Which biases a network may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Biases {
    /// May hidden neurons have a bias?
    pub hidden: bool,
    /// May outputs have a bias?
    pub output: bool,
}

impl Biases {
    /// All biases allowed.
    pub const ALLOWED: Biases = Biases { hidden: true, output: true };
    /// No bias at all.
    pub const NONE: Biases = Biases { hidden: false, output: false };
}

impl fmt::Display for Biases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.hidden, self.output) {
            (true, true) => "biases allowed",
            (true, false) => "without output biases",
            (false, true) => "without hidden biases",
            (false, false) => "without biases",
        })
    }
}

/// A statement that is true or false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Claim {
    /// On the domain no output of `left` differs from that of `right` by more than `bound`.
    Within {
        /// One side.
        left: Computation,
        /// The other side.
        right: Computation,
        /// Where.
        domain: Domain,
        /// The largest difference allowed; 0 claims equality.
        bound: Rational,
    },
    /// The network, with one hidden layer, computes the function on the domain, and every other
    /// network with one hidden layer, no skip connections and these biases that does has at least
    /// `at_least` hidden neurons.
    Smallest {
        /// What is computed.
        function: Function,
        /// A network that computes it.
        #[serde(with = "WrittenNetwork")]
        network: Network<Rational>,
        /// Where.
        domain: Domain,
        /// Which biases networks may have.
        biases: Biases,
        /// The lower bound on hidden neurons.
        at_least: usize,
    },
    /// No network with one hidden layer computes the function on the domain, of whatever width.
    NotOneLayer {
        /// What is not computed.
        function: Function,
        /// Where.
        domain: Domain,
    },
    /// Every network without skip connections that computes the function on the domain, of whatever
    /// depth and with whatever biases, has at least `at_least` hidden neurons.
    AtLeast {
        /// What is computed.
        function: Function,
        /// Where.
        domain: Domain,
        /// The lower bound on hidden neurons, over all hidden layers.
        at_least: usize,
    },
    /// At every input in the domain, and for every output, `low <= target - network <= high`.
    Approximates {
        /// What is approximated.
        target: Target,
        /// What approximates it.
        #[serde(with = "WrittenNetwork")]
        network: Network<Rational>,
        /// Where; bounded.
        domain: Domain,
        /// The lowest that the target less the network is.
        low: Rational,
        /// The highest that it is.
        high: Rational,
    },
    /// No input satisfies, together with its outputs, all constraints of one of the cases.
    Never {
        /// What gives the outputs.
        computation: Computation,
        /// The cases, each with its constraints.
        cases: Vec<Vec<Constraint>>,
    },
}

impl Claim {
    /// Does it claim that two computations are equal?
    pub fn is_equality(&self) -> bool {
        matches!(self, Claim::Within { bound, .. } if bound.is_zero())
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Claim::Within { left, right, domain, bound } if bound.is_zero() => {
                write!(f, "{left} equals {right} {}", domain.phrase_in(left.input_names()))
            }
            Claim::Within { left, right, domain, bound } => {
                write!(f, "{left} differs from {right} by at most {bound} {}", domain.phrase_in(left.input_names()))
            }
            Claim::Smallest { function, network, domain, biases, at_least } => {
                let shape: Vec<String> = network.shape().iter().map(usize::to_string).collect();
                write!(
                    f,
                    "the {} network computes {function} {}, and with one hidden layer, no skip connections and {biases} \
                     this takes at least {at_least} hidden neurons",
                    shape.join("-"),
                    domain.phrase()
                )
            }
            Claim::NotOneLayer { function, domain } => {
                write!(f, "no network with one hidden layer computes {function} {}", domain.phrase())
            }
            Claim::AtLeast { function, domain, at_least } => write!(
                f,
                "every network without skip connections that computes {function} {} has at least {}, of whatever depth",
                domain.phrase(),
                counted(*at_least, "hidden neuron")
            ),
            Claim::Approximates { target, network, domain, low, high } => {
                let shape: Vec<String> = network.shape().iter().map(usize::to_string).collect();
                let shape = shape.join("-");
                let phrase = domain.phrase_in(target.input_names());
                if -low == *high {
                    return write!(f, "the {shape} network differs from {target} by at most {high} {phrase}");
                }
                write!(
                    f,
                    "{target} less what the {shape} network computes is at least {low} and at most {high} {phrase}"
                )
            }
            Claim::Never { computation, cases } => {
                let n_constraints = counted(cases.iter().map(Vec::len).sum(), "constraint");
                let n_cases = counted(cases.len(), "case");
                write!(f, "no input of {computation} satisfies the property ({n_cases}, {n_constraints})")
            }
        }
    }
}

/// How far two computations are apart, shown cell by cell or by their normal forms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Both have one hidden layer, and their canonical forms on the domain are the same.
    CanonicalForms,
    /// A tree of cells, in preorder, over the ReLUs of the graph of differences.
    Cells {
        /// Which ReLUs of the two sides are one.
        merge: Merge,
        /// The tree.
        steps: Vec<CellStep>,
    },
    /// It is shown on a larger domain.
    Wider {
        /// A domain that the claim's lies in.
        domain: Domain,
        /// How it is shown there.
        difference: Box<Difference>,
    },
    /// The domain has finitely many points, to be gone through one by one.
    Points,
    /// Bounds on each ReLU in turn, from those of the inputs, show that some change nothing
    /// ([`ReluGraph::plain`]); without these both sides are made of the same ReLUs, and cancel.
    Intervals,
}

/// Shows that a map is not negative on a cell: `times * map` less these multiples of the cell's rows
/// (by index: the domain's rows, then those of the cuts) is a constant that is not negative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(Integer, Vec<(usize, Integer)>)", into = "(Integer, Vec<(usize, Integer)>)")]
pub struct Combination {
    /// The factor of the map, above 0.
    pub times: Integer,
    /// Rows with factors above 0.
    pub rows: Vec<(usize, Integer)>,
}

impl From<(Integer, Vec<(usize, Integer)>)> for Combination {
    fn from((times, rows): (Integer, Vec<(usize, Integer)>)) -> Self {
        Combination { times, rows }
    }
}

impl From<Combination> for (Integer, Vec<(usize, Integer)>) {
    fn from(combination: Combination) -> Self {
        (combination.times, combination.rows)
    }
}

/// A step of a walk over cells. The walk takes the ReLUs of an [`crate::IntegerGraph`] in order; one
/// whose argument is constant on the current cell needs no step. All maps are those of the scaled
/// ReLUs and outputs, and the domain's rows are scaled to integers in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellStep {
    /// Cut the cell by the next ReLU's argument: first the part where it is on, then where off.
    Split,
    /// The next ReLU is on in the whole cell, for its argument is not negative.
    On(Combination),
    /// The next ReLU is off in the whole cell, for minus its argument is not negative.
    Off(Combination),
    /// All ReLUs are decided, and every difference is the same constant, small enough, on the cell.
    Equal,
    /// All ReLUs are decided; for each output it is shown that neither `bound - difference` nor
    /// `bound + difference` is negative on the cell.
    Bounded(Vec<[Combination; 2]>),
    /// For each case of a [`Claim::Never`], rows (by index: the cell's, then the case's constraints, each
    /// as the smallest integer multiple of its map) with factors above 0 whose sum is a constant below 0,
    /// or 0 where one of them must be above 0. Cases about inputs alone may be refuted before all ReLUs
    /// are decided.
    Never(Vec<Vec<(usize, Integer)>>),
}

impl CellStep {
    /// The next ReLU is on, or off, in the whole cell.
    pub fn stays(on: bool, proof: Combination) -> Self {
        if on { CellStep::On(proof) } else { CellStep::Off(proof) }
    }

    /// As JSON text, one line.
    pub fn to_json(&self) -> String {
        // Strings and lists always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A kink hyperplane with a point of it where the function's gradient jumps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kink {
    /// Where the kink lies.
    pub hyperplane: Hyperplane,
    /// How much each output's gradient jumps, as a multiple of the normal.
    pub jump: Vec<Rational>,
    /// A point of it inside the domain and on no other kink.
    pub witness: Vec<Rational>,
}

/// What proves a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proof {
    /// For [`Claim::Within`].
    Within(Difference),
    /// For [`Claim::Smallest`]: that the network computes the function, and its kinks. The count
    /// of orientations and ranks that remains is done again by the checker.
    Smallest {
        /// The network equals the function.
        equality: Difference,
        /// Every kink hyperplane that meets the inside of the domain.
        kinks: Vec<Kink>,
    },
    /// For [`Claim::NotOneLayer`]: two points of one hyperplane with different jumps.
    NotOneLayer {
        /// The first point.
        here: Kink,
        /// The second point; its jump may be 0.
        there: Kink,
    },
    /// For [`Claim::AtLeast`].
    AtLeast(Box<SizeProof>),
    /// For [`Claim::Approximates`].
    Approximates(Box<Composition>),
    /// For [`Claim::AtLeast`] up to 3, by points of the domain alone.
    AtLeastAtPoints(PointsProof),
    /// For [`Claim::Never`]: region by region; every case belongs to one.
    Never(Vec<NeverInRegion>),
}

/// A claim with its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of the form, 2.
    #[serde(rename = "pellucid_certificate")]
    pub version: u32,
    /// What is claimed.
    pub claim: Claim,
    /// Why it is true.
    pub proof: Proof,
}

impl Certificate {
    /// A claim with its proof, in the current version.
    pub fn new(claim: Claim, proof: Proof) -> Self {
        Certificate { version: 2, claim, proof }
    }

    /// As JSON text.
    pub fn to_json(&self) -> String {
        // Strings, lists and maps with string keys always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From JSON text: one object, which the steps of a proof by cells may follow, a line each.
    ///
    /// # Errors
    /// When the text is not a certificate, with the place.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let (mut certificate, following) = Certificate::read_from(serde_json::de::StrRead::new(text))?;
        let following = following.collect::<Result<Vec<CellStep>, Error>>()?;
        match &mut certificate.proof {
            _ if following.is_empty() => {}
            Proof::Within(Difference::Cells { steps, .. }) if steps.is_empty() => *steps = following,
            _ => return Err(Error::input("not a certificate: it goes on after its end")),
        }
        Ok(certificate)
    }

    /// From JSON that is read as it comes: the certificate, and the steps that follow it.
    ///
    /// # Errors
    /// When it does not begin with a certificate.
    pub fn read(reader: impl Read) -> Result<(Self, impl Iterator<Item = Result<CellStep, Error>>), Error> {
        Certificate::read_from(serde_json::de::IoRead::new(reader))
    }

    fn read_from<'a>(
        reader: impl serde_json::de::Read<'a>,
    ) -> Result<(Self, impl Iterator<Item = Result<CellStep, Error>>), Error> {
        let cannot = |error: serde_json::Error| Error::input(format!("not a certificate: {error}"));
        let mut values = serde_json::Deserializer::new(reader);
        let certificate = Certificate::deserialize(&mut values).map_err(cannot)?;
        certificate.check_version()?;
        Ok((certificate, values.into_iter::<CellStep>().map(move |step| step.map_err(cannot))))
    }

    /// Refuses versions that are not known.
    ///
    /// # Errors
    /// Says which are.
    fn check_version(&self) -> Result<(), Error> {
        if self.version == 2 {
            return Ok(());
        }
        Err(Error::input(format!("certificate version {} is not known (known: 2)", self.version)))
    }

    /// The number of steps of a proof by cells that it holds itself.
    pub fn n_steps(&self) -> usize {
        match &self.proof {
            Proof::Within(Difference::Cells { steps, .. }) => steps.len(),
            _ => 0,
        }
    }
}
