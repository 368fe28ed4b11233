//! Features and circuits: what a neuron detects, and what neurons compute together.

use std::fmt;

use crate::{Affine, Expr, Rational, expr_to_text};

/// A hidden neuron by its place, printed `h1.2`: layer and index, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NeuronId {
    /// The hidden layer, from 0.
    pub layer: usize,
    /// The neuron in its layer, from 0.
    pub index: usize,
}

impl fmt::Display for NeuronId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h{}.{}", self.layer + 1, self.index + 1)
    }
}

/// What a neuron detects, after the seed's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeatureKind {
    /// `relu(x)`, drawn `+(x)`.
    Positiveness,
    /// `relu(-x)`, drawn `-(x)`.
    Negativeness,
    /// `relu(a - b)`, drawn `a > b`, with a margin as `a > b + 1`.
    Greaterness,
    /// `relu(x - t)` or `relu(t - x)`, drawn `x > t` or `x < t`.
    Threshold,
    /// `relu` of any other affine form, drawn `+(2*x1 + x2)`.
    Combination,
    /// A row of zeros: the neuron gives a constant.
    Constant,
}

impl fmt::Display for FeatureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FeatureKind::Positiveness => "positiveness",
            FeatureKind::Negativeness => "negativeness",
            FeatureKind::Greaterness => "greaterness",
            FeatureKind::Threshold => "threshold",
            FeatureKind::Combination => "combination",
            FeatureKind::Constant => "constant",
        })
    }
}

/// What a hidden neuron detects: `relu(scale * form)` with a primitive form.
///
/// ```
/// use pellucid_core::{Affine, Feature, FeatureKind, Rational, numbered_inputs};
/// let row = Affine { coefficients: vec![Rational::ratio(1, 2), Rational::ratio(-1, 2)], constant: Rational::zero() };
/// let feature = Feature::of_row(&row);
/// assert_eq!(feature.kind, FeatureKind::Greaterness);
/// assert_eq!(feature.label(&numbered_inputs(2)), "x1 > x2");
/// assert_eq!(feature.scale, Rational::ratio(1, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Feature {
    /// The name of what it detects.
    pub kind: FeatureKind,
    /// The neuron's row with primitive integer coefficients.
    pub form: Affine,
    /// The positive factor between the neuron's row and the form.
    pub scale: Rational,
}

impl Feature {
    /// The feature of the neuron `relu(row)`.
    pub fn of_row(row: &Affine) -> Self {
        if row.is_constant() {
            return Feature { kind: FeatureKind::Constant, form: row.clone(), scale: Rational::one() };
        }
        let factor = Rational::primitive_scale(&row.coefficients);
        let form = row.scaled(&factor);
        let live: Vec<&Rational> = form.coefficients.iter().filter(|c| !c.is_zero()).collect();
        let kind = match live.as_slice() {
            [c] if !form.constant.is_zero() && c.abs().is_one() => FeatureKind::Threshold,
            [c] if c.is_positive() => FeatureKind::Positiveness,
            [_] => FeatureKind::Negativeness,
            [a, b] if (*a + *b).is_zero() => FeatureKind::Greaterness,
            _ => FeatureKind::Combination,
        };
        Feature { kind, form, scale: Rational::one() / factor }
    }

    /// The inputs it looks at, by index; for greaterness the greater one first.
    pub fn inputs(&self) -> Vec<usize> {
        let mut inputs: Vec<usize> =
            (0..self.form.coefficients.len()).filter(|i| !self.form.coefficients[*i].is_zero()).collect();
        if self.kind == FeatureKind::Greaterness {
            inputs.sort_by_key(|i| self.form.coefficients[*i].is_negative());
        }
        inputs
    }

    /// The name drawn in the neuron's disc: `+(x1)`, `-(x1)`, `x1 > x2`.
    pub fn label(&self, inputs: &[String]) -> String {
        let text = |expr: &Expr| expr_to_text(expr, inputs);
        let of = self.inputs();
        let minus = -&self.form.constant;
        match self.kind {
            FeatureKind::Positiveness => format!("+({})", text(&Expr::Input(of[0]))),
            FeatureKind::Negativeness => format!("-({})", text(&Expr::Input(of[0]))),
            FeatureKind::Greaterness => {
                let right = Expr::sum([Expr::Input(of[1]), Expr::Constant(minus)]);
                format!("{} > {}", text(&Expr::Input(of[0])), text(&right))
            }
            FeatureKind::Threshold if self.form.coefficients[of[0]].is_positive() => {
                format!("{} > {minus}", text(&Expr::Input(of[0])))
            }
            FeatureKind::Threshold => format!("{} < {}", text(&Expr::Input(of[0])), self.form.constant),
            FeatureKind::Combination if self.form.coefficients.iter().all(|c| !c.is_positive()) => {
                format!("-({})", text(&self.form.scaled(&Rational::from(-1)).to_expr()))
            }
            FeatureKind::Combination => format!("+({})", text(&self.form.to_expr())),
            FeatureKind::Constant => text(&self.form.to_expr()),
        }
    }

    /// A sentence's part: `detects positive x1`, `detects x1 above x2`.
    pub fn sentence(&self, inputs: &[String]) -> String {
        match self.kind {
            FeatureKind::Positiveness => format!("detects positive {}", inputs[self.inputs()[0]]),
            FeatureKind::Negativeness => format!("detects negative {}", inputs[self.inputs()[0]]),
            FeatureKind::Constant => "gives a constant".into(),
            _ => format!("detects {}", self.label(inputs)),
        }
    }
}

/// Neurons that compute something with a name, made of smaller circuits or of features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circuit {
    /// Its name: `minimum`, `identity`, ...
    pub name: String,
    /// What it computes, as a function of the network's inputs.
    pub computes: Expr,
    /// The neurons that take part.
    pub neurons: Vec<NeuronId>,
    /// The circuits it is made of.
    pub parts: Vec<Circuit>,
}

impl Circuit {
    /// The circuit and all its parts, from the outside in.
    pub fn all(&self) -> Vec<&Circuit> {
        let mut found = vec![self];
        for part in &self.parts {
            found.extend(part.all());
        }
        found
    }
}

/// The name of the circuit that an expression's outermost operation asks for.
pub fn circuit_name(expr: &Expr) -> &'static str {
    let is_input = |e: &Expr| matches!(e, Expr::Input(_));
    match expr {
        Expr::Constant(_) => "constant",
        Expr::Input(_) => "identity",
        Expr::Scale(factor, inner) if is_input(inner) && (-factor).is_one() => "negative identity",
        Expr::Scale(_, inner) if !is_input(inner) => circuit_name(inner),
        Expr::Relu(_) => "positiveness",
        Expr::Abs(_) => "absolute value",
        Expr::Min(_) => "minimum",
        Expr::Max(_) => "maximum",
        Expr::Clamp(_) => "clamp",
        Expr::Ranked { rank, of } if 2 * rank + 1 == of.len() => "median",
        Expr::Ranked { .. } => "order statistic",
        Expr::Pwl(..) => "piecewise linear",
        Expr::Gate(gate, _) => gate.circuit_name(),
        Expr::Sum(terms) => match terms.as_slice() {
            [a, b] if is_input(a) && is_input(b) => "addition",
            [a, Expr::Scale(factor, b)] if is_input(a) && is_input(b) && (-factor).is_one() => "subtraction",
            [Expr::Scale(factor, a), b] if is_input(a) && is_input(b) && (-factor).is_one() => "subtraction",
            _ if terms.iter().all(|t| t.children().iter().all(|c| c.children().is_empty()) && is_affine(t)) => {
                "affine map"
            }
            _ => "sum",
        },
        Expr::Scale(..) => "affine map",
    }
}

fn is_affine(expr: &Expr) -> bool {
    match expr {
        Expr::Constant(_) | Expr::Input(_) => true,
        Expr::Sum(_) | Expr::Scale(..) => expr.children().iter().all(is_affine),
        _ => false,
    }
}
