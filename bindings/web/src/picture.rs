//! The subject's picture with an example in it.

use pellucid::{Error, Rational, SvgOptions};
use serde_json::{Value, json};

use crate::question::Question;
use crate::subject::Subject;

/// `{"ask": "picture", "at"}`: the picture, and the numbers in it as exact texts.
pub fn picture(question: &Question, kept: &Option<Subject>) -> Result<Value, Error> {
    let subject = Subject::of(kept)?;
    let at = question.rationals("at")?;
    if at.is_empty() {
        return Ok(json!({"svg": subject.picture(None)?.to_svg(&SvgOptions::default())}));
    }
    // Says what is wrong with the example before anything is computed with it.
    let svg = subject.picture(Some(at.clone()))?.to_svg(&SvgOptions::default());
    let trace = subject.network.trace(&at);
    let texts = |rows: &[Vec<Rational>]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(Rational::to_string).collect()).collect()
    };
    Ok(json!({
        "svg": svg,
        "pre_activations": texts(&trace.pre_activations),
        "activations": texts(&trace.activations),
    }))
}
