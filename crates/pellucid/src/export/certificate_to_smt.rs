//! A proof by cells as many small SMT-LIB 2 scripts that together prove the claim.
//!
//! Solvers fail on the whole of networks that are not small, and decide each of these at once:
//! * `step-*`: each neuron or operation of either side is what is said of it in terms of ReLUs that
//!   both sides share, if that holds for the steps before it;
//! * `outputs`: so the outputs differ by a form over these ReLUs;
//! * `sign-*`: on a part of the domain the argument of a ReLU has one sign;
//! * `cell-*`: so does that of every other ReLU on a cell, where the form is within the bound;
//! * `cover`: every point of the domain is in one of these cells.

use pellucid_core::{CellStep, Certificate, Error, Form, IntegerRow};

use super::claim_to_smt::{assert, at_least_0, beyond, opening, operation, put, relu, shared_name, sum};
use super::claim_to_steps::{Step, Steps};
use super::parts::{ByCells, Within};
use crate::replay::{Part, replay};

/// More cells and signs than this are not written out: a folder of more files helps nobody.
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
/// When the claim is not about two sides, when the proof is by single points, has more than 20,000
/// cells and signs, or is none for the claim, and those of `write`.
pub fn certificate_to_smt<E: From<Error>>(
    certificate: &Certificate,
    mut write: impl FnMut(&str, &str) -> Result<(), E>,
) -> Result<usize, E> {
    let ByCells { within, merge, steps: proof, comment } = ByCells::of(certificate)?;
    let n_parts = proof.iter().filter(|step| !matches!(step, CellStep::Split)).count();
    if n_parts > MAX_PARTS {
        let problem = format!("the proof has {n_parts} cells and signs; at most {MAX_PARTS} are written out");
        return Err(Error::input(problem).into());
    }
    let steps = Steps::of(within.left, within.right, within.domain, merge)?;
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

    let mut cover = Cover { text: String::new(), n_cells: 0 };
    let mut n_signs = 0;
    let mut written = Ok(());
    replay(&steps.difference, within.domain, proof.iter(), |part| {
        cover.visit(part);
        let (name, script) = match part.step {
            CellStep::Split => return Ok(()),
            CellStep::On(_) | CellStep::Off(_) => {
                // Of a ReLU that no other script speaks of nothing has to be known.
                let Some(script) = sign_script(&steps, part) else { return Ok(()) };
                n_signs += 1;
                (format!("sign-{n_signs}"), script)
            }
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
        "{comment}\nEvery point of the domain is in one of the cells; if this and all other scripts of the folder are \
         unsat, the claim holds."
    );
    let mut script = opening(&comment, &steps);
    let rows = within.domain.rows(steps.inputs.len());
    rows.iter().for_each(|row| assert(&mut script, &at_least_0(&IntegerRow::of(row))));
    put(&mut script, format_args!("(assert (not\n{}\n))\n(check-sat)\n", cover.text));
    write("cover", &script)?;
    Ok(n_scripts)
}

/// A step is its form: its arguments are given in shared ReLUs, of which only those that it is made
/// of are looked into; of the others any value will do.
fn step_script(steps: &Steps, step: &Step, forms: &[Form]) -> String {
    let mut script = opening(&format!("{} is what the other scripts say of it.", step.name), steps);
    let in_shared = |form: &Form| form.with_relus(forms);
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
/// difference is within the bound. So the script has no case to split but which of these fails. The
/// signs that have scripts of their own are not asked for again.
fn cell_script(steps: &Steps, within: &Within<'_>, part: &Part<'_>) -> String {
    let mut script = opening("On this cell the sides differ by no more than the claim says.", steps);
    let mut fails = decided(&mut script, steps, part);
    let differences: Vec<String> = steps.differences().iter().map(|form| sum(form, &shared_name)).collect();
    fails.push(beyond(&differences, within.bound));
    assert(&mut script, &format!("(or {})", fails.join("\n  ")));
    script + "(check-sat)\n"
}

/// Where the rows of a part hold, and the ReLUs before are what is said of them, the argument of the next
/// has the sign that the proof says.
fn sign_script(steps: &Steps, part: &Part<'_>) -> Option<String> {
    let argument = &steps.shared[(*steps.place.get(part.relus.len())?)?];
    let on = matches!(part.step, CellStep::On(_));
    let sign = if on { "at least" } else { "at most" };
    let mut script = opening(&format!("On this part of the domain a ReLU's argument is {sign} 0."), steps);
    // Cells below this part ask whether the cuts are by the ReLUs' arguments.
    decided(&mut script, steps, part);
    assert(&mut script, &format!("({} {} 0)", if on { "<" } else { ">" }, sum(argument, &shared_name)));
    Some(script + "(check-sat)\n")
}

/// Says where a part is and what the ReLUs are there that are decided; gives how that may fail where no
/// `sign-*` script says that it does not.
fn decided(script: &mut String, steps: &Steps, part: &Part<'_>) -> Vec<String> {
    part.rows.iter().for_each(|row| assert(script, &at_least_0(row)));
    let mut fails = Vec::new();
    let mut defined = vec![false; steps.shared.len()];
    for ((place, map), shown) in steps.place.iter().zip(part.relus).zip(part.shown) {
        // Copies of a neuron have one name; what the first is said to be is shown or asked for.
        let Some(k) = place.filter(|k| !std::mem::replace(&mut defined[*k], true)) else { continue };
        let argument = sum(&steps.shared[k], &shared_name);
        let (value, sign) = if map.is_zero() { ("0", "<=") } else { (argument.as_str(), ">=") };
        put(script, format_args!("(define-fun {} () Real {value})\n", shared_name(k)));
        if !shown {
            fails.push(format!("(not ({sign} {argument} 0))"));
        }
    }
    fails
}

fn shared_definition(steps: &Steps, k: usize) -> String {
    format!("(define-fun {} () Real {})\n", shared_name(k), relu(&sum(&steps.shared[k], &shared_name)))
}

/// The formula that says where the cells are, written down as the walk comes to them.
struct Cover {
    text: String,
    n_cells: usize,
}

impl Cover {
    fn visit(&mut self, part: &Part<'_>) {
        // Each side of a cut is cut again or closed once: the last cut is then its own.
        let condition = match (part.cuts.last(), part.rows.last()) {
            (Some(_), Some(row)) => at_least_0(row),
            _ => "true".into(),
        };
        match part.step {
            CellStep::Split => self.text += &format!("(and {condition} (or\n"),
            CellStep::On(_) | CellStep::Off(_) => {}
            _ => {
                self.n_cells += 1;
                self.text += &format!("{condition} ; cell-{}\n", self.n_cells);
                // An off side that ends closes its cut, and every cut whose off side that was.
                let closed = part.cuts.iter().rev().take_while(|cut| !cut.on).count();
                self.text += &"))".repeat(closed);
                self.text.push('\n');
            }
        }
    }
}
