//! A small claim with its proof as a file for Rocq (Coq): `coqc` accepts it if the proof holds.
//!
//! The file follows the certificate. Both sides are defined in their own numbers over the reals; a
//! lemma for each step says what it is in ReLUs that both sides share; and the theorem's proof cuts
//! the domain as the certificate does. `lra`, which decides linear arithmetic, does the rest, so
//! nothing in the certificate is trusted.

use pellucid_core::{Affine, CellStep, Certificate, Error, Form, Rational, Wire};

use super::claim_to_smt::{put, shared_name};
use super::claim_to_steps::{Operation, Side, Steps, affine_to_form, slopes};
use super::parts::{ByCells, Within};
use crate::replay::replay;

/// More cells than this are refused: with four inputs `coqc` takes about a quarter of a second for each,
/// and more with more ReLUs.
const MAX_CELLS: usize = 500;
/// More neurons and operations than this, on both sides together, are refused.
const MAX_STEPS: usize = 500;

/// What every file begins with.
const PRELUDE: &str = r"Require Import Reals Lra.
Open Scope R_scope.

Definition relu (z : R) : R := Rmax 0 z.

Lemma relu_on : forall z, 0 <= z -> relu z = z.
Proof. intros z H. unfold relu, Rmax. destruct (Rle_dec 0 z); lra. Qed.

Lemma relu_off : forall z, z <= 0 -> relu z = 0.
Proof. intros z H. unfold relu, Rmax. destruct (Rle_dec 0 z); lra. Qed.

(* Decides a goal by looking at each side of every comparison in it. *)
Ltac by_cases := repeat match goal with
  | |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b); try lra
  | H : context [Rle_dec ?a ?b] |- _ => destruct (Rle_dec a b); try lra
  | |- context [Rcase_abs ?a] => destruct (Rcase_abs a); try lra
  | H : context [Rcase_abs ?a] |- _ => destruct (Rcase_abs a); try lra
  end; try lra.
";

/// The claim of a certificate, with a proof that `coqc` checks, as the text of a `.v` file.
///
/// ```
/// use pellucid::{Computation, Domain, Function, Limits, Rational, Verdict, prove_within};
/// let side = |text| Computation::Function(Function::parse(text).unwrap());
/// let verdict = prove_within(
///     &side("max(x1, x2)"), &side("x2 + relu(x1 - x2)"), &Domain::Everywhere, &Rational::zero(),
///     Limits::default(),
/// ).unwrap();
/// let Verdict::Proved { certificate, .. } = verdict else { unreachable!() };
/// let file = pellucid::certificate_to_rocq(&certificate).unwrap();
/// assert!(file.contains("Theorem claim : left_y1 = right_y1."));
/// ```
///
/// # Errors
/// When the claim is not about two sides, the proof is by single points or has more than 500 cells, or
/// the sides have more than 500 neurons and operations.
pub fn certificate_to_rocq(certificate: &Certificate) -> Result<String, Error> {
    let ByCells { within, merge, steps: proof, comment } = ByCells::of(certificate)?;
    let n_cells = proof.iter().filter(|step| matches!(step, CellStep::Equal | CellStep::Bounded(_))).count();
    if n_cells > MAX_CELLS {
        return Err(Error::input(format!(
            "the proof has {n_cells} cells; at most {MAX_CELLS} are written for Rocq (SMT-LIB takes more)"
        )));
    }
    let steps = Steps::of(within.left, within.right, within.domain, merge)?;
    let n_steps = steps.left.steps.len() + steps.right.steps.len();
    if n_steps > MAX_STEPS {
        return Err(Error::input(format!(
            "the sides have {n_steps} neurons and operations; at most {MAX_STEPS} are written for Rocq"
        )));
    }
    let mut nodes = Vec::with_capacity(proof.len());
    replay(&steps.difference, within.domain, proof.iter(), |part| {
        nodes.push(Node {
            decided: part.relus.to_vec(),
            next: match (part.step, part.argument) {
                (CellStep::Split, Some(argument)) => Next::Split(argument.clone()),
                (CellStep::On(_), Some(argument)) => Next::Stays(argument.clone(), true),
                (CellStep::Off(_), Some(argument)) => Next::Stays(argument.clone(), false),
                _ => Next::Cell,
            },
        });
        Ok(())
    })?;

    let mut file = format!("(* {} *)\n", comment.replace("(*", "( *").replace("*)", "* )"));
    for (i, name) in steps.inputs.iter().enumerate().filter(|(i, name)| **name != format!("x{}", i + 1)) {
        put(&mut file, format_args!("(* x{} is the input {name}. *)\n", i + 1));
    }
    put(&mut file, format_args!("\n{PRELUDE}\nSection Claim.\n"));
    let inputs: Vec<String> = (1..=steps.inputs.len()).map(|i| format!("x{i}")).collect();
    put(&mut file, format_args!("Variables {} : R.\n", inputs.join(" ")));
    for (name, side) in [("left", &steps.left), ("right", &steps.right)] {
        put(&mut file, format_args!("\n(* The {name} side. *)\n"));
        definitions(&mut file, name, side);
    }
    if !steps.shared.is_empty() {
        file += "\n(* The ReLUs that the sides share. *)\n";
    }
    for (k, argument) in steps.shared.iter().enumerate() {
        let argument = sum(argument, &shared_name);
        put(&mut file, format_args!("Definition {} : R := relu ({argument}).\n", shared_name(k)));
    }
    for (name, side) in [("left", &steps.left), ("right", &steps.right)] {
        put(&mut file, format_args!("\n(* What the {name} side is in them. *)\n"));
        lemmas(&mut file, name, side);
    }
    theorem(&mut file, &steps, &within, &nodes);
    file += "End Claim.\n\nPrint Assumptions claim.\n";
    Ok(file)
}

/// A part of the domain: what the ReLUs before are there, and what the proof does with it.
struct Node {
    decided: Vec<Affine>,
    next: Next,
}

enum Next {
    /// The argument of the next ReLU cuts it.
    Split(Affine),
    /// The argument has one sign: is it on?
    Stays(Affine, bool),
    /// All ReLUs are decided.
    Cell,
}

fn definitions(file: &mut String, name: &str, side: &Side) {
    let own = |form: &Form| sum(form, &|k| side.steps[k].name.clone());
    for step in &side.steps {
        put(file, format_args!("Definition {} : R := {}.\n", step.name, operation(&step.operation, &own)));
    }
    for (i, output) in side.outputs.iter().enumerate() {
        put(file, format_args!("Definition {name}_y{} : R := {}.\n", i + 1, own(output)));
    }
}

fn lemmas(file: &mut String, name: &str, side: &Side) {
    let mut lemma = |what: &str, form: &Form, used: Vec<usize>, how: &str| {
        let known: Vec<String> = used.iter().map(|k| format!("pose proof {}_is. ", side.steps[*k].name)).collect();
        put(
            file,
            format_args!(
                "Lemma {what}_is : {what} = {}.\nProof. {}{how} Qed.\n",
                sum(form, &shared_name),
                known.concat()
            ),
        );
    };
    for step in &side.steps {
        let mut used: Vec<usize> =
            step.operation.arguments().into_iter().flat_map(|form| form.relu_wires().collect::<Vec<_>>()).collect();
        used.sort_unstable();
        used.dedup();
        let inside: Vec<String> = step.made_of.iter().map(|k| shared_name(*k)).collect();
        let how = format!("cbv beta delta [{} {} relu Rmax Rmin Rabs] in *. by_cases.", step.name, inside.join(" "));
        lemma(&step.name, &step.form, used, &how);
    }
    for (i, (output, form)) in side.outputs.iter().zip(&side.forms).enumerate() {
        let output_name = format!("{name}_y{}", i + 1);
        lemma(&output_name, form, output.relu_wires().collect(), &format!("unfold {output_name}. lra."));
    }
}

fn theorem(file: &mut String, steps: &Steps, within: &Within<'_>, nodes: &[Node]) {
    let rows = within.domain.rows(steps.inputs.len());
    let hypotheses = rows.iter().map(|row| format!("0 <= {} ->\n  ", map(row)));
    let outputs = 1..=steps.left.outputs.len();
    let conclusions = outputs.clone().map(|i| match within.bound.is_zero() {
        true => format!("left_y{i} = right_y{i}"),
        false => format!("Rabs (left_y{i} - right_y{i}) <= {}", number(within.bound)),
    });
    put(
        file,
        format_args!(
            "\nTheorem claim : {}{}.\nProof.\n",
            hypotheses.collect::<String>(),
            conclusions.collect::<Vec<_>>().join(" /\\ ")
        ),
    );
    let names: Vec<String> = (1..=rows.len()).map(|i| format!(" D{i}")).collect();
    if !names.is_empty() {
        put(file, format_args!("intros{}.\n", names.concat()));
    }
    let rewritten: Vec<String> = outputs.map(|i| format!("left_y{i}_is, right_y{i}_is")).collect();
    put(file, format_args!("rewrite {}.\n", rewritten.join(", ")));
    let end = if within.bound.is_zero() { "lra" } else { "apply Rabs_le; split; lra" };
    let mut proof = Proof { file, steps, nodes, next: 0, end };
    proof.node(0);
    file.push_str("Qed.\n\n");
}

/// Writes the proof down, part by part.
struct Proof<'a> {
    file: &'a mut String,
    steps: &'a Steps,
    nodes: &'a [Node],
    next: usize,
    end: &'static str,
}

impl Proof<'_> {
    /// The next part, where some ReLUs have been spoken of; as deep as there are cuts.
    fn node(&mut self, mut told: usize) {
        let nodes = self.nodes;
        while let Some(Node { decided, next }) = nodes.get(self.next) {
            self.next += 1;
            self.tell(decided, told);
            let relu = decided.len();
            told = relu + 1;
            match next {
                Next::Stays(argument, on) => {
                    let argument = map(argument);
                    let (claim, value) = if *on {
                        (format!("0 <= {argument}"), argument.as_str())
                    } else {
                        (format!("{argument} <= 0"), "0")
                    };
                    self.line(&format!("assert (H{relu} : {claim}) by lra."));
                    self.side(relu, value, *on);
                }
                Next::Split(argument) => {
                    let argument = map(argument);
                    self.line(&format!("destruct (Rle_lt_dec 0 ({argument})) as [H{relu} | H{relu}]."));
                    for (on, value) in [(true, argument.as_str()), (false, "0")] {
                        self.line("{");
                        self.side(relu, value, on);
                        self.node(told);
                        self.line("}");
                    }
                    return;
                }
                Next::Cell => {
                    self.line(&format!("repeat match goal with |- _ /\\ _ => split end; {}.", self.end));
                    return;
                }
            }
        }
    }

    /// Says what the ReLUs are whose argument is constant.
    fn tell(&mut self, decided: &[Affine], told: usize) {
        for (k, value) in decided.iter().enumerate().skip(told) {
            let on = !value.is_zero();
            self.side(k, &map(value), on);
        }
    }

    /// Says what a ReLU is on a side.
    fn side(&mut self, relu: usize, value: &str, on: bool) {
        // Of a ReLU that is no shared one nothing has to be known.
        let Some(name) = self.steps.place[relu].map(shared_name) else { return };
        let lemma = if on { "relu_on" } else { "relu_off" };
        self.line(&format!("assert (E{relu} : {name} = {value}) by (unfold {name}; rewrite {lemma}; lra)."));
    }

    fn line(&mut self, line: &str) {
        put(self.file, format_args!("{line}\n"));
    }
}

fn operation(operation: &Operation, sum: &dyn Fn(&Form) -> String) -> String {
    match operation {
        Operation::Relu(z) => format!("relu ({})", sum(z)),
        Operation::Abs(z) => format!("Rabs ({})", sum(z)),
        Operation::Min(a, b) => format!("Rmin ({}) ({})", sum(a), sum(b)),
        Operation::Max(a, b) => format!("Rmax ({}) ({})", sum(a), sum(b)),
        Operation::Clamp([value, low, high]) => {
            format!("Rmin (Rmax ({}) ({})) ({})", sum(value), sum(low), sum(high))
        }
        Operation::Pwl(x, points) => {
            let (x, slopes) = (sum(x), slopes(points));
            let piece = |k: usize| {
                let (at, value) = &points[k];
                format!("{} * ({x}) + {}", number(&slopes[k]), number(&(value - &(&slopes[k] * at))))
            };
            let last = slopes.len() - 1;
            (0..last).rev().fold(piece(last), |rest, k| {
                format!("if Rle_dec ({x}) {} then {} else {rest}", number(&points[k + 1].0), piece(k))
            })
        }
    }
}

fn map(map: &Affine) -> String {
    sum(&affine_to_form(map), &shared_name)
}

fn sum(form: &Form, name: &dyn Fn(usize) -> String) -> String {
    let mut terms: Vec<String> = form
        .terms
        .iter()
        .map(|(wire, factor)| {
            let name = match wire {
                Wire::Input(i) => format!("x{}", i + 1),
                Wire::Relu(k) => name(*k),
            };
            if factor.is_one() { name } else { format!("{} * {name}", number(factor)) }
        })
        .collect();
    if !form.constant.is_zero() || terms.is_empty() {
        terms.push(number(&form.constant));
    }
    terms.join(" + ")
}

fn number(value: &Rational) -> String {
    let text = value.to_string();
    if value.is_negative() || !value.is_integer() { format!("({text})") } else { text }
}
