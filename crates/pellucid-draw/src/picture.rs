//! What a picture of a network shows: the network and what is known about it.

use std::collections::{BTreeMap, BTreeSet};

use pellucid_core::{Circuit, Error, Expr, FeatureKind, Network, NeuronId, Rational, Trace, counted, expr_to_text};

use crate::number_to_text;

/// What a hidden neuron does on the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Sometimes on, sometimes off.
    #[default]
    Live,
    /// Off everywhere.
    Dead,
    /// On everywhere: its ReLU does nothing.
    AlwaysOn,
    /// It detects what another neuron detects, and is counted with that one.
    Merged,
    /// What it adds is too little to matter.
    Noise,
}

impl Status {
    /// Is it drawn faded, because it does nothing of its own?
    pub fn is_faded(self) -> bool {
        matches!(self, Status::Dead | Status::Merged | Status::Noise)
    }

    /// The word for it; `None` for a live neuron, which needs none.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Status::Live => None,
            Status::Dead => Some("dead"),
            Status::AlwaysOn => Some("always on"),
            Status::Merged => Some("merged"),
            Status::Noise => Some("noise"),
        }
    }
}

/// The terms of a sum that are told where neurons are left out.
const MOST_TERMS: usize = 6;

#[derive(Clone, Debug, Default)]
struct Neuron {
    name: Option<String>,
    kind: Option<FeatureKind>,
    status: Status,
}

/// A network to be drawn, with everything that is to be written into its picture.
///
/// ```
/// use pellucid_core::{FeatureKind, Layer, Network, NeuronId, Rational};
/// use pellucid_draw::{Picture, SvgOptions, TerminalOptions};
///
/// let r = |rows: &[&[i64]]| rows.iter().map(|row| row.iter().map(|w| Rational::from(*w)).collect()).collect();
/// let layer = |rows: &[&[i64]]| Layer { weights: r(rows), biases: vec![Rational::zero(); rows.len()] };
/// let minimum = Network::new(None, vec![layer(&[&[1, -1], &[1, 0], &[-1, 0]]), layer(&[&[-1, 1, -1]])])?;
///
/// let picture = Picture::new(&minimum)
///     .feature(NeuronId { layer: 0, index: 0 }, FeatureKind::Greaterness, "x1 > x2")
///     .feature(NeuronId { layer: 0, index: 1 }, FeatureKind::Positiveness, "+(x1)")
///     .feature(NeuronId { layer: 0, index: 2 }, FeatureKind::Negativeness, "-(x1)")
///     .outputs(["min(x1, x2)"]);
/// assert!(picture.to_svg(&SvgOptions::default()).contains("x1 &gt; x2"));
/// assert_eq!(
///     picture.to_list(&TerminalOptions::default()),
///     "h1.1  x1 > x2 = relu(x1 - x2)\n\
///      h1.2  +(x1)   = relu(x1)\n\
///      h1.3  -(x1)   = relu(-x1)\n\
///      min(x1, x2)   = -h1.1 + h1.2 - h1.3\n"
/// );
/// # Ok::<(), pellucid_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    pub(crate) network: &'a Network<Rational>,
    neurons: BTreeMap<NeuronId, Neuron>,
    left_out: BTreeSet<NeuronId>,
    outputs: Vec<String>,
    example: Option<(Vec<Rational>, Trace<Rational>)>,
    pub(crate) title: Option<String>,
    pub(crate) circuits: &'a [Circuit],
    pub(crate) zero_weights: bool,
}

impl<'a> Picture<'a> {
    /// The bare network.
    pub fn new(network: &'a Network<Rational>) -> Self {
        Picture {
            network,
            neurons: BTreeMap::new(),
            left_out: BTreeSet::new(),
            outputs: Vec::new(),
            example: None,
            title: None,
            circuits: &[],
            zero_weights: false,
        }
    }

    /// Writes a name into a hidden neuron's disc, in place of the ReLU curve.
    pub fn name(mut self, neuron: NeuronId, name: impl Into<String>) -> Self {
        self.neurons.entry(neuron).or_default().name = Some(name.into());
        self
    }

    /// Like [`Picture::name`], and connections are coloured after the kind of feature.
    pub fn feature(mut self, neuron: NeuronId, kind: FeatureKind, name: impl Into<String>) -> Self {
        self.neurons.entry(neuron).or_default().kind = Some(kind);
        self.name(neuron, name)
    }

    /// Says what a hidden neuron does on the domain; those that add nothing of their own are drawn faded.
    pub fn status(mut self, neuron: NeuronId, status: Status) -> Self {
        self.neurons.entry(neuron).or_default().status = status;
        self
    }

    /// Leaves a hidden neuron out of the picture; its layer says how many are left out, and whether these do
    /// anything.
    pub fn leave_out(mut self, neuron: NeuronId) -> Self {
        self.left_out.insert(neuron);
        self
    }

    /// Names the outputs, in order; those left over are called `y`, or `y1`, `y2`, ...
    pub fn outputs<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.outputs = names.into_iter().map(Into::into).collect();
        self
    }

    /// Fills the network with the numbers of an example.
    ///
    /// # Errors
    /// When the input does not have the network's number of values.
    pub fn at(mut self, input: Vec<Rational>) -> Result<Self, Error> {
        let n = self.network.n_inputs();
        if input.len() != n {
            let (values, inputs) = (counted(input.len(), "value"), counted(n, "input"));
            return Err(Error::input(format!("the example has {values}, the network {inputs}")));
        }
        let trace = self.network.trace(&input);
        self.example = Some((input, trace));
        Ok(self)
    }

    /// Puts a heading over the picture.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Draws these circuits as boxes behind their neurons.
    pub fn circuits(mut self, circuits: &'a [Circuit]) -> Self {
        self.circuits = circuits;
        self
    }

    /// Draws connections of weight 0 too, thin; without this they are left out.
    pub fn zero_weights(mut self, drawn: bool) -> Self {
        self.zero_weights = drawn;
        self
    }

    pub(crate) fn neuron_name(&self, neuron: NeuronId) -> Option<&str> {
        self.neurons.get(&neuron)?.name.as_deref()
    }

    pub(crate) fn neuron_status(&self, neuron: NeuronId) -> Status {
        self.neurons.get(&neuron).map(|n| n.status).unwrap_or_default()
    }

    /// The neurons of a hidden layer that are drawn, by index.
    pub(crate) fn shown(&self, layer: usize) -> Vec<usize> {
        let all = 0..self.network.hidden_layers()[layer].weights.len();
        all.filter(|index| !self.left_out.contains(&NeuronId { layer, index: *index })).collect()
    }

    /// What stands for the neurons of a hidden layer that are left out: `41 more that add nothing`.
    pub(crate) fn left_out_text(&self, layer: usize) -> Option<String> {
        let left: Vec<NeuronId> = self.left_out.iter().filter(|neuron| neuron.layer == layer).copied().collect();
        let idle = left.iter().all(|neuron| self.neuron_status(*neuron).is_faded());
        match (left.len(), idle) {
            (0, _) => None,
            (n, true) => Some(format!("{n} more that add nothing")),
            (n, false) => Some(format!("{n} more")),
        }
    }

    pub(crate) fn is_greaterness(&self, neuron: NeuronId) -> bool {
        self.neurons.get(&neuron).is_some_and(|n| n.kind == Some(FeatureKind::Greaterness))
    }

    pub(crate) fn output_name(&self, index: usize) -> String {
        match self.outputs.get(index) {
            Some(name) => name.clone(),
            None if self.network.n_outputs() == 1 => "y".into(),
            None => format!("y{}", index + 1),
        }
    }

    /// The input of the example and what it makes of every neuron.
    pub(crate) fn example(&self) -> Option<(&[Rational], &Trace<Rational>)> {
        self.example.as_ref().map(|(input, trace)| (input.as_slice(), trace))
    }

    /// What the rows of a layer's weights multiply: the inputs' names, or `h1.1`, `h1.2`, ...
    pub(crate) fn source_names(&self, layer: usize) -> Vec<String> {
        match layer.checked_sub(1) {
            None => self.network.input_names().to_vec(),
            Some(below) => (0..self.network.layers()[below].weights.len())
                .map(|index| NeuronId { layer: below, index }.to_string())
                .collect(),
        }
    }

    /// The sum that goes into a neuron, `x1 - 1/2*x2 + 3`.
    pub(crate) fn sum_text(&self, layer: usize, index: usize) -> String {
        let this = &self.network.layers()[layer];
        let mut text = String::new();
        let terms = this.weights[index].iter().zip(self.source_names(layer)).map(|(weight, name)| (weight, Some(name)));
        let is_left_out = |source: usize| {
            let neuron = |layer: usize| NeuronId { layer, index: source };
            layer.checked_sub(1).is_some_and(|below| self.left_out.contains(&neuron(below)))
        };
        // Among the many neurons of a picture that leaves some out, long sums are cut too.
        let most = if layer == 0 || self.left_out.is_empty() { usize::MAX } else { MOST_TERMS };
        let (mut n_told, mut n_left_out) = (0, 0);
        for (source, (weight, name)) in terms.chain([(&this.biases[index], None)]).enumerate() {
            if weight.is_zero() {
                continue;
            }
            if name.is_some() && (is_left_out(source) || n_told == most) {
                n_left_out += 1;
                continue;
            }
            n_told += 1;
            text.push_str(match (text.is_empty(), weight.is_negative()) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            });
            let size = weight.abs();
            text.push_str(&match name {
                Some(name) if size.is_one() => name,
                Some(name) => format!("{}*{name}", number_to_text(&size)),
                None => number_to_text(&size),
            });
        }
        match (text.is_empty(), n_left_out) {
            (true, 0) => "0".into(),
            (false, 0) => text,
            (true, n) => format!("({})", counted(n, "more term")),
            (false, n) => format!("{text} + ({})", counted(n, "more term")),
        }
    }

    /// What a picture is called when it has no title: its outputs, or its shape.
    pub(crate) fn heading(&self) -> String {
        let shape: Vec<String> = self.network.shape().iter().map(usize::to_string).collect();
        match (&self.title, self.outputs.is_empty()) {
            (Some(title), _) => title.clone(),
            (None, true) => format!("a {} network", shape.join("-")),
            (None, false) => format!("{} as a {} network", self.outputs.join(", "), shape.join("-")),
        }
    }
}

/// A function's text, cut to this many characters.
pub(crate) fn function_text(expr: &Expr, inputs: &[String], chars: usize) -> String {
    crate::text_size::shortened(&expr_to_text(expr, inputs), chars)
}
