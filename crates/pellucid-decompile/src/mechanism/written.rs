//! Forms of hinges written as formulas of the inputs.
//!
//! The deepest hinges of a form are written first, all that is below them taken as given
//! ([`crate::form_to_expr`]): `x4 + h2 + relu(x2 + h1 - x4 - h2)` is `max(x2 + h1, x4 + h2)`. What stands
//! inside, affine in what is below, is then written in the same way: `max(max(x1, x2), max(x3, x4))`.

use std::collections::HashMap;
use std::rc::Rc;

use pellucid_core::{Affine, Expr, Form, Function, Rational, Wire, numbered_inputs};
use pellucid_prove::{Hinge, OneLayerForm};

use super::canonical::{level, over, wires_of};
use super::flatten::{flattened, sum_of};
use crate::affine_to_expr::affine_to_expr;
use crate::form_to_expr::form_to_expr;

/// Formulas with more nodes are not written: hinges that many read are repeated for each, so that formulas
/// of deep networks can be far longer than the networks.
const MAX_NODES: usize = 4_000;
/// So many forms are written at most.
const MAX_FORMS: usize = 20_000;
/// Trained rows of more hinges than this are not searched for named functions: that takes long, and such a formula
/// is only the row again.
const MAX_TRAINED_HINGES: usize = 24;

/// A form as a formula, and the parts of its sum that have kinks.
#[derive(Debug)]
pub(crate) struct Written {
    /// The formula, of the inputs.
    pub expr: Expr,
    /// Its parts.
    pub terms: Vec<Term>,
}

/// A term of a sum: a function with a name, of values below.
#[derive(Debug)]
pub(crate) struct Term {
    /// What it computes, of the inputs.
    pub expr: Expr,
    /// The same as a form.
    pub form: Form,
    /// The deepest hinges that it is made of.
    pub hinges: Vec<usize>,
    /// The values with kinks that it reads.
    pub reads: Vec<Rc<Written>>,
}

/// Writes forms over the hinges of a graph.
pub(crate) struct Writer<'a> {
    n_inputs: usize,
    hinges: &'a [Form],
    levels: Vec<usize>,
    most_hinges: usize,
    known: HashMap<Form, Option<Rc<Written>>>,
}

impl<'a> Writer<'a> {
    /// A writer for hinges with these arguments, each of inputs and earlier ones.
    pub(crate) fn new(n_inputs: usize, hinges: &'a [Form]) -> Self {
        let mut levels: Vec<usize> = Vec::with_capacity(hinges.len());
        for argument in hinges {
            levels.push(1 + level(argument, &levels));
        }
        Writer { n_inputs, hinges, levels, most_hinges: usize::MAX, known: HashMap::new() }
    }

    /// The same for trained networks, where sums of many hinges are not worth a formula.
    pub(crate) fn trained(self) -> Self {
        Writer { most_hinges: MAX_TRAINED_HINGES, ..self }
    }

    /// The form as a formula; `None` when that would be too long.
    pub(crate) fn write(&mut self, form: &Form) -> Option<Rc<Written>> {
        if let Some(known) = self.known.get(form) {
            return known.clone();
        }
        let written = if self.known.len() < MAX_FORMS { self.write_new(form).map(Rc::new) } else { None };
        self.known.insert(form.clone(), written.clone());
        written
    }

    fn write_new(&mut self, form: &Form) -> Option<Written> {
        let deepest = level(form, &self.levels);
        if deepest == 0 {
            let expr = affine_to_expr(&form.to_affine(self.n_inputs, &[]));
            return Some(Written { expr, terms: Vec::new() });
        }
        let (top, below): (Vec<_>, Vec<_>) = form
            .terms
            .iter()
            .cloned()
            .partition(|(wire, _)| matches!(wire, Wire::Relu(k) if self.levels[*k] == deepest));
        let rest = Form { terms: below, constant: form.constant.clone() };
        let hinges: Vec<(usize, Rational)> = top
            .into_iter()
            .filter_map(|(wire, jump)| match wire {
                Wire::Relu(k) => Some((k, jump)),
                Wire::Input(_) => None,
            })
            .collect();
        if hinges.len() > self.most_hinges {
            return None;
        }
        let wires = wires_of(hinges.iter().map(|(k, _)| &self.hinges[*k]).chain([&rest]));
        let columns = Columns { n_inputs: wires.len(), wires };
        let one_layer = columns.one_layer(&hinges, &rest, self.hinges)?;
        let mut sum = Vec::new();
        let mut terms: Vec<Term> = Vec::new();
        // What is made of other hinges than those of the form, as `|a| + |b| = max(|a + b|, |a - b|)`, is one
        // term with all hinges that are left.
        let mut other =
            Term { expr: Expr::Constant(Rational::zero()), form: form.clone(), hinges: Vec::new(), reads: Vec::new() };
        let mut others = Vec::new();
        let mut affine = Affine::constant(columns.n_inputs, Rational::zero());
        let parts = match form_to_expr(&one_layer, 0) {
            Expr::Sum(parts) => parts,
            other => vec![other],
        };
        let minus = Rational::from(-1);
        for part in parts {
            if let Some(map) = part.as_affine(columns.n_inputs) {
                affine.add_scaled(&Rational::one(), &map);
                continue;
            }
            let mut reads = Vec::new();
            let expr = flattened(self.read(&part, &columns, &mut reads)?);
            sum.push(expr.clone());
            match columns.form_of(&part, &hinges, self.hinges) {
                Some((form, hinges)) => {
                    other.form.add_scaled(&minus, &form);
                    terms.push(Term { expr, form, hinges, reads });
                }
                None => {
                    others.push(expr);
                    other.reads.extend(reads);
                }
            }
        }
        if !others.is_empty() {
            let used = |k: &usize| terms.iter().any(|term| term.hinges.contains(k));
            other.hinges = hinges.iter().map(|(k, _)| *k).filter(|k| !used(k)).collect();
            other.form.add_scaled(&minus, &columns.back(&affine));
            other.expr = sum_of(others);
            terms.push(other);
        }
        if !affine.is_zero() {
            let rest = self.write(&columns.back(&affine))?;
            terms.extend(rest.terms.iter().map(Term::copy));
            sum.push(rest.expr.clone());
        }
        let expr = sum_of(sum);
        (expr.size() <= MAX_NODES).then_some(Written { expr, terms })
    }

    /// A formula of columns as one of the inputs; what is affine in the columns is written by itself.
    fn read(&mut self, expr: &Expr, columns: &Columns, reads: &mut Vec<Rc<Written>>) -> Option<Expr> {
        if let Some(map) = expr.as_affine(columns.n_inputs) {
            let written = self.write(&columns.back(&map))?;
            if !written.terms.is_empty() {
                reads.push(written.clone());
            }
            return Some(written.expr.clone());
        }
        let mut all =
            |terms: &[Expr]| terms.iter().map(|e| self.read(e, columns, reads)).collect::<Option<Vec<Expr>>>();
        Some(match expr {
            Expr::Constant(_) | Expr::Input(_) => expr.clone(),
            Expr::Sum(terms) => sum_of(all(terms)?),
            Expr::Min(terms) => Expr::Min(all(terms)?),
            Expr::Max(terms) => Expr::Max(all(terms)?),
            Expr::Ranked { rank, of } => Expr::Ranked { rank: *rank, of: all(of)? },
            Expr::Gate(gate, terms) => Expr::Gate(gate.clone(), all(terms)?),
            Expr::Clamp(parts) => Expr::Clamp(Box::new(<[Expr; 3]>::try_from(all(&parts[..])?).ok()?)),
            Expr::Scale(factor, term) => Expr::scale(factor.clone(), self.read(term, columns, reads)?),
            Expr::Relu(term) => Expr::Relu(Box::new(self.read(term, columns, reads)?)),
            Expr::Abs(term) => Expr::Abs(Box::new(self.read(term, columns, reads)?)),
            Expr::Pwl(term, points) => Expr::Pwl(Box::new(self.read(term, columns, reads)?), points.clone()),
        })
    }
}

impl Term {
    fn copy(&self) -> Term {
        let Term { expr, form, hinges, reads } = self;
        Term { expr: expr.clone(), form: form.clone(), hinges: hinges.clone(), reads: reads.clone() }
    }
}

/// The wires that hinges and their rest are of, as inputs of a function.
struct Columns {
    n_inputs: usize,
    wires: Vec<Wire>,
}

impl Columns {
    /// `rest + sum of jump * hinge` as a function of the columns.
    fn one_layer(&self, hinges: &[(usize, Rational)], rest: &Form, arguments: &[Form]) -> Option<OneLayerForm> {
        let mut affine = over(rest, &self.wires);
        let mut found = Vec::with_capacity(hinges.len());
        for (k, jump) in hinges {
            let map = over(&arguments[*k], &self.wires);
            let (hyperplane, factor) = map.hyperplane()?;
            if factor.is_negative() {
                // relu(-s z) = s relu(z) - s z
                affine.add_scaled(jump, &map);
            }
            found.push(Hinge { hyperplane, jump: vec![jump * factor.abs()] });
        }
        Some(OneLayerForm { n_inputs: self.n_inputs, hinges: found, affine: vec![affine] })
    }

    /// A map of the columns as a form.
    fn back(&self, map: &Affine) -> Form {
        super::canonical::back(map, &self.wires)
    }

    /// A formula of the columns as a form, and the hinges that it is made of.
    fn form_of(&self, expr: &Expr, hinges: &[(usize, Rational)], arguments: &[Form]) -> Option<(Form, Vec<usize>)> {
        let function = Function::new(numbered_inputs(self.n_inputs), vec![expr.clone()]).ok()?;
        let graph = OneLayerForm::of_one_layer_graph(&function.to_relu_graph(), &pellucid_core::Domain::Everywhere)?;
        let mut form = self.back(&graph.affine[0]);
        let mut used = Vec::new();
        for hinge in &graph.hinges {
            let map = hinge.hyperplane.to_affine();
            let (k, factor) = hinges.iter().find_map(|(k, _)| {
                let (plane, factor) = over(&arguments[*k], &self.wires).hyperplane()?;
                (plane.to_affine() == map).then_some((*k, factor))
            })?;
            // plane = argument / factor, and relu(-z) = relu(z) - z.
            let jump = &hinge.jump[0] / factor.abs();
            form.add_scaled(&jump, &Form::wire(Wire::Relu(k)));
            if factor.is_negative() {
                form.add_scaled(&-&jump, &arguments[k]);
            }
            used.push(k);
        }
        Some((form, used))
    }
}
