//! Pellucid for the page in the browser: one question in, one answer out, both as JSON.
//!
//! [`answer`] takes the question's text and the bytes of a file, if there is one. A question names what it asks for
//! in `ask`; what was compiled, read or trained last stays the subject of the questions after it. An answer that
//! could not be given is `{"error": ..., "findings": [{"start", "end", "message", "help"}]}`, with places counted
//! as JavaScript counts them. `memory` is the door to the browser, and the only place with unsafe code.

#![deny(missing_docs)]

mod atlas;
mod compile;
mod files;
mod memory;
mod picture;
mod plane;
mod question;
mod shelf;
mod subject;
mod training;

use pellucid::Error;
use serde_json::{Value, json};

use question::Question;
pub use subject::Subject;

/// The answer to a question, as JSON text.
///
/// ```
/// let mut subject = None;
/// let answer = pellucid_web::answer(r#"{"ask": "compile", "text": "min(x1, x2)"}"#, &[], &mut subject);
/// assert!(answer.contains("\"hidden_neurons\":3"));
/// let answer = pellucid_web::answer(r#"{"ask": "compile", "text": "step(x1)"}"#, &[], &mut subject);
/// assert!(answer.contains("\"findings\":[{\"start\":0"));
/// ```
pub fn answer(question: &str, bytes: &[u8], subject: &mut Option<Subject>) -> String {
    match answered(question, bytes, subject) {
        Ok(answer) => answer,
        Err((error, text)) => refused(&error, &text),
    }
    .to_string()
}

fn answered(text: &str, bytes: &[u8], subject: &mut Option<Subject>) -> Result<Value, (Error, String)> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| (Error::input(format!("the question is not JSON: {error}")), String::new()))?;
    let question = Question::new(value);
    let done = match question.text("ask") {
        "compile" => compile::compile(&question, subject),
        "explain" => compile::explain(subject),
        "file" => files::file(&question, bytes, subject),
        "switch" => files::switch(&question, subject),
        "write" => files::write(&question, subject),
        "picture" => picture::picture(&question, subject),
        "plane" => plane::plane(&question, subject),
        "library" => shelf::library(),
        "entry" => shelf::entry(&question),
        "reuse" => shelf::reuse(),
        "survey" => atlas::survey(bytes),
        "train" => training::train(&question, subject),
        "moment" => training::moment(&question),
        "train many" => training::train_many(&question),
        other => Err(Error::input(format!("`{other}` cannot be asked"))),
    };
    done.map_err(|error| (error, question.text("text").to_string()))
}

/// Why there is no answer; the findings' places are in UTF-16 units of the question's text.
fn refused(error: &Error, text: &str) -> Value {
    let place = |byte: usize| {
        let before = text.char_indices().take_while(|(at, _)| *at < byte);
        before.map(|(_, c)| c.len_utf16()).sum::<usize>()
    };
    let findings = error.diagnostics().iter().map(|finding| {
        json!({
            "start": place(finding.span.start),
            "end": place(finding.span.end),
            "message": finding.message,
            "help": finding.help,
        })
    });
    json!({"error": error.to_string(), "limit": error.is_limit(), "findings": findings.collect::<Vec<_>>()})
}
