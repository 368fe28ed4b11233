//! A function's smallest network, as the command tells it.

use std::time::Duration;

use pellucid::{
    Biases, Domain, Error, Explaining, Function, Goal, Rational, SvgOptions, Target, TerminalOptions, answers,
};
use serde_json::{Value, json};

use crate::question::{Question, stop_after};
use crate::subject::{Subject, must_hold};

/// Cells are counted for so long.
const COUNTING: Duration = Duration::from_millis(300);
/// Lines of lists for screen readers.
const WORDS: TerminalOptions = TerminalOptions { width: usize::MAX, ascii: true };

/// `{"ask": "compile", "text", "on", "within", "no_bias", "shallowest"}`.
pub fn compile(question: &Question, kept: &mut Option<Subject>) -> Result<Value, Error> {
    let text = question.text("text");
    let function = match Function::parse(text) {
        Ok(function) => function,
        Err(error) => match Target::parse(text) {
            Ok(target) => return approximate(question, &target, kept),
            Err(_) => return Err(error),
        },
    };
    let domain = question.domain(function.input_names(), Domain::Everywhere)?;
    let allowed = !question.is_asked("no_bias");
    let biases = Biases { hidden: allowed, output: allowed };
    let goal = Goal { shallow: question.is_asked("shallowest"), ..Goal::default() };
    let compiled = question.limited(|limits| pellucid::compile_for(&function, &domain, biases, &goal, limits))?;
    let any_depth = compiled.minimality.any_depth.as_ref().map(|bound| bound.certificate.clone());
    let certificates: Vec<_> = [Some(compiled.certificate.clone()), any_depth].into_iter().flatten().collect();
    must_hold(&certificates)?;
    let answer = answers::compiled(&compiled, pellucid::n_cells_of(&compiled, &stop_after(COUNTING)));
    let subject = Subject::compiled(compiled.network, Some(compiled.function), compiled.domain, certificates);
    told(answer, subject, kept)
}

/// A function that is not piecewise linear, within a tolerance on a box.
fn approximate(question: &Question, target: &Target, kept: &mut Option<Subject>) -> Result<Value, Error> {
    let unit = Domain::unit_box(target.n_inputs());
    if question.text("within").is_empty() {
        return Err(Error::input(format!(
            "{target} is not piecewise linear, so no network computes it exactly: give a tolerance to be within, \
             such as 1/100, and a box, such as {unit}"
        )));
    }
    let within: Rational = question.text("within").parse()?;
    let domain = question.domain(target.input_names(), unit)?;
    let goal = Goal::default();
    let found = question.limited(|limits| pellucid::approximate(target, &domain, &within, &goal, limits))?;
    must_hold([&found.certificate])?;
    let answer = answers::approximated(&found);
    told(answer, Subject::compiled(found.network, None, domain, vec![found.certificate]), kept)
}

/// The answer with its picture; the network is the subject from now on.
pub fn told(answer: Value, subject: Subject, kept: &mut Option<Subject>) -> Result<Value, Error> {
    let picture = subject.picture(None)?;
    let told = json!({
        "answer": answer,
        "svg": picture.to_svg(&SvgOptions::default()),
        "words": picture.to_list(&WORDS),
        "mathml": subject.function.as_ref().map(pellucid::function_to_mathml),
        "latex": subject.function.as_ref().map(pellucid::function_to_latex),
        "network": {
            "inputs": subject.network.input_names(),
            "shape": subject.network.shape(),
            "layers": answers::layers(&subject.network),
        },
    });
    *kept = Some(subject);
    Ok(told)
}

/// `{"ask": "explain"}`: the proofs in words.
pub fn explain(kept: &Option<Subject>) -> Result<Value, Error> {
    let certificates = &Subject::of(kept)?.certificates;
    let told = certificates.iter().map(|certificate| pellucid::explain(certificate, &Explaining::default()));
    Ok(json!({"proofs": told.collect::<Result<Vec<_>, _>>()?}))
}
