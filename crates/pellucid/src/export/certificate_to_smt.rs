//! A proof by cells as many small SMT-LIB 2 scripts that together prove the claim.
//!
//! Solvers fail on the whole of networks that are not small, and decide each of these at once:
//! * `step-*`: each neuron or operation of either side is what is said of it in terms of ReLUs that
//!   both sides share, if that holds for the steps before it;
//! * `outputs`: so the outputs differ by a form over these ReLUs;
//! * `cell-*`: where the signs of a cell hold, that form is within the bound;
//! * `empty-*`: nowhere in its surroundings is a part without interior;
//! * `cover`: every point of the domain is in one of these cells or parts.

use pellucid_core::{CellStep, Certificate, Error, Form};

use super::claim_to_smt::{assert, at_least_0, beyond, integers, opening, operation, put, relu, shared_name, sum};
use super::claim_to_steps::{Step, Steps, substituted};
use super::parts::Within;
use crate::replay::{Part, replay};

/// More cells and empty parts than this are not written out: a folder of more files helps nobody.
const MAX_PARTS: usize = 20_000;

/// The scripts that together prove a certificate's claim: `write` gets the name of each, without
/// ending, and its text. All are `unsat`; gives their number.
///
/// ```
/// use pellucid::{Biases, Computation, Domain, Function, Limits, Rational, Verdict, prove_within};
/// let side = |text| Computation::Function(Function::parse(text).unwrap());
/// let verdict = prove_within(
///     &side("max(x1, x2, x3)"), &side("max(x3, max(x2, x1))"), &Domain::Everywhere, &Rational::zero(),
///     Limits::default(),
/// ).unwrap();
/// let Verdict::Proved { certificate, .. } = verdict else { unreachable!() };
/// let mut names = Vec::new();
/// pellucid::certificate_to_smt(&certificate, |name, _script| {
///     names.push(name.to_string());
///     Ok::<(), pellucid::Error>(())
/// }).unwrap();
/// assert!(names.contains(&"cover".to_string()) && names.contains(&"cell-1".to_string()));
/// ```
///
/// # Errors
/// When the claim is not about two sides everywhere or on a box, when the proof has more than
/// 20,000 parts or is none for the claim, and those of `write`.
pub fn certificate_to_smt<E: From<Error>>(
    certificate: &Certificate,
    mut write: impl FnMut(&str, &str) -> Result<(), E>,
) -> Result<usize, E> {
    let claim = &certificate.claim;
    let steps_of = |within: &Within<'_>| Steps::of(within.left, within.right, within.domain);
    let (within, proof) = Within::of_certificate(certificate, |within| Ok(steps_of(within)?.difference))?;
    let n_parts = proof.iter().filter(|step| !matches!(step, CellStep::Split)).count();
    if n_parts > MAX_PARTS {
        return Err(Error::input(format!("the proof has {n_parts} parts; at most {MAX_PARTS} are written out")).into());
    }
    let steps = steps_of(&within)?;
    let mut n_scripts = 0;
    let mut write = |name: &str, script: &str| {
        n_scripts += 1;
        write(name, script)
    };
    for side in [&steps.left, &steps.right] {
        let forms: Vec<Form> = side.steps.iter().map(|step| step.form.clone()).collect();
        for step in &side.steps {
            write(&format!("step-{}", step.name), &step_script(&steps, step, &forms))?;
        }
    }
    write("outputs", &outputs_script(&steps))?;

    let rows = within.domain.rows(steps.inputs.len());
    let mut cover = Cover::new();
    let mut written = Ok(());
    replay(&steps.difference, within.domain, proof.iter(), |part| {
        cover.visit(part);
        let (name, script) = match part.step {
            CellStep::Split => return Ok(()),
            CellStep::Empty(_) => (format!("empty-{}", cover.n_empty), empty_script(&steps, part)),
            _ => (format!("cell-{}", cover.n_cells), cell_script(&steps, &within, part)),
        };
        // The walk cannot carry the caller's error.
        if written.is_ok() {
            written = write(&name, &script);
        }
        Ok(())
    })?;
    written?;
    let comment = format!(
        "{claim}.\nEvery point of the domain is in one of the cells or empty parts; if this and all other scripts of \
         the folder are unsat, the claim holds."
    );
    let mut script = opening(&comment, &steps);
    rows.iter().for_each(|row| assert(&mut script, &at_least_0(row)));
    put(&mut script, format_args!("(assert (not\n{}\n))\n(check-sat)\n", cover.text));
    write("cover", &script)?;
    Ok(n_scripts)
}

/// A step is its form: its arguments are given in shared ReLUs, of which only those that it is made
/// of are looked into; of the others any value will do.
fn step_script(steps: &Steps, step: &Step, forms: &[Form]) -> String {
    let mut script = opening(&format!("{} is what the other scripts say of it.", step.name), steps);
    let in_shared = |form: &Form| substituted(form, forms);
    let arguments = step.operation.arguments().into_iter().map(in_shared);
    let inside = step.made_of.iter().map(|k| steps.shared[*k].clone());
    let mut known: Vec<usize> =
        arguments.chain(inside).flat_map(|form| form.relu_wires().collect::<Vec<_>>()).collect();
    known.extend(step.form.relu_wires());
    known.retain(|k| !step.made_of.contains(k));
    known.sort_unstable();
    known.dedup();
    known.iter().for_each(|k| put(&mut script, format_args!("(declare-const {} Real)\n", shared_name(*k))));
    let mut made_of = step.made_of.clone();
    made_of.sort_unstable();
    made_of.dedup();
    made_of.iter().for_each(|k| script += &shared_definition(steps, *k));
    let value = operation(&step.operation, &|form| sum(&in_shared(form), &shared_name));
    assert(&mut script, &format!("(not (= {value} {}))", sum(&step.form, &shared_name)));
    script + "(check-sat)\n"
}

/// The outputs differ as the forms of the steps say.
fn outputs_script(steps: &Steps) -> String {
    let mut script = opening("The outputs differ by the forms that the other scripts speak of.", steps);
    (0..steps.shared.len()).for_each(|k| put(&mut script, format_args!("(declare-const {} Real)\n", shared_name(k))));
    for side in [&steps.left, &steps.right] {
        for step in &side.steps {
            put(&mut script, format_args!("(define-fun {} () Real {})\n", step.name, sum(&step.form, &shared_name)));
        }
    }
    let own = |side: usize, form: &Form| {
        let steps = [&steps.left.steps, &steps.right.steps][side];
        sum(form, &|k| steps[k].name.clone())
    };
    let outputs = steps.left.outputs.iter().zip(&steps.right.outputs).zip(steps.differences());
    let differs = outputs.map(|((left, right), difference)| {
        format!("(not (= (- {} {}) {}))", own(0, left), own(1, right), sum(&difference, &shared_name))
    });
    let differs = format!("(or false {})", differs.collect::<Vec<_>>().join(" "));
    assert(&mut script, &differs);
    script + "(check-sat)\n"
}

/// Where the rows of a cell hold every ReLU of the difference is its argument or 0, as is said, and the
/// difference is within the bound. So the script has no case to split but which of these fails.
fn cell_script(steps: &Steps, within: &Within<'_>, part: &Part<'_>) -> String {
    let mut script = opening("On this cell the sides differ by no more than the claim says.", steps);
    part.rows.iter().for_each(|row| assert(&mut script, &at_least_0(row)));
    let mut fails = Vec::new();
    for (k, map) in steps.place.iter().zip(part.relus) {
        let (name, argument) = (shared_name(*k), sum(&steps.shared[*k], &shared_name));
        let (value, sign) = if map.is_zero() { ("0", "<=") } else { (argument.as_str(), ">=") };
        put(&mut script, format_args!("(define-fun {name} () Real {value})\n"));
        fails.push(format!("(not ({sign} {argument} 0))"));
    }
    let differences: Vec<String> = steps.differences().iter().map(|form| sum(form, &shared_name)).collect();
    fails.push(beyond(&differences, within.bound));
    assert(&mut script, &format!("(or {})", fails.join("\n  ")));
    script + "(check-sat)\n"
}

/// Around a part without interior: where all rows but its last hold, the last is nowhere positive.
fn empty_script(steps: &Steps, part: &Part<'_>) -> String {
    let mut script = opening("This part of the domain has no point beyond its last border.", steps);
    let strict = if part.cuts.is_empty() { part.rows.len() } else { part.rows.len() - 1 };
    part.rows[..strict].iter().for_each(|row| assert(&mut script, &at_least_0(row)));
    part.rows[strict..].iter().for_each(|row| assert(&mut script, &format!("(> {} 0)", integers(row))));
    script + "(check-sat)\n"
}

fn shared_definition(steps: &Steps, k: usize) -> String {
    format!("(define-fun {} () Real {})\n", shared_name(k), relu(&sum(&steps.shared[k], &shared_name)))
}

/// The formula that says where the parts are, written down as the walk comes to them.
struct Cover {
    text: String,
    n_cells: usize,
    n_empty: usize,
}

impl Cover {
    fn new() -> Self {
        Cover { text: String::new(), n_cells: 0, n_empty: 0 }
    }

    fn visit(&mut self, part: &Part<'_>) {
        // A side is entered at its first part: the last cut is then its own.
        let condition = match (part.cuts.last(), part.rows.last(), part.step) {
            (Some(_), Some(row), CellStep::Empty(_)) => format!("(> {} 0)", integers(row)),
            (Some(_), Some(row), _) => at_least_0(row),
            _ if matches!(part.step, CellStep::Empty(_)) => "false".into(),
            _ => "true".into(),
        };
        match part.step {
            CellStep::Split => {
                self.text += &format!("(and {condition} (or\n");
                return;
            }
            CellStep::Empty(_) => {
                self.n_empty += 1;
                self.text += &format!("{condition} ; empty-{}\n", self.n_empty);
            }
            _ => {
                self.n_cells += 1;
                self.text += &format!("{condition} ; cell-{}\n", self.n_cells);
            }
        }
        // An off side that ends closes its cut, and every cut whose off side that was.
        let closed = part.cuts.iter().rev().take_while(|cut| !cut.on).count();
        self.text += &"))".repeat(closed);
        self.text.push('\n');
    }
}
