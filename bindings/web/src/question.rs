//! A question's fields, read into nouns.

use std::time::Duration;

use pellucid::{Domain, Error, Limits, Rational};
use quanta::Instant;
use serde_json::Value;

/// Work for the page ends after so long, unless the question says otherwise.
const USUAL_SECONDS: f64 = 20.0;
/// Cells at most, as for the command.
const MOST_CELLS: usize = 1_000_000;

/// A question.
pub struct Question(Value);

impl Question {
    /// The question in a JSON object.
    pub fn new(value: Value) -> Self {
        Question(value)
    }

    /// A text; empty where there is none.
    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default().trim_end()
    }

    /// A whole number.
    pub fn whole(&self, key: &str) -> Option<u64> {
        self.0[key].as_u64()
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.0[key].as_f64()
    }

    /// Is it asked for?
    pub fn is_asked(&self, key: &str) -> bool {
        self.0[key].as_bool().unwrap_or_default()
    }

    /// Texts in a list.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        self.0[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Whole numbers in a list.
    pub fn wholes(&self, key: &str) -> Vec<usize> {
        let numbers = self.0[key].as_array().into_iter().flatten().filter_map(Value::as_u64);
        numbers.map(|number| number as usize).collect()
    }

    /// Exact numbers in a list of texts.
    ///
    /// # Errors
    /// When one is no number.
    pub fn rationals(&self, key: &str) -> Result<Vec<Rational>, Error> {
        self.texts(key).into_iter().map(str::parse).collect()
    }

    /// The domain of `on` in the inputs' names, or another one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn domain(&self, inputs: &[String], otherwise: Domain) -> Result<Domain, Error> {
        match self.text("on") {
            "" => Ok(otherwise),
            // The findings' places are in another text than the question's.
            text => Domain::parse(text, inputs).map_err(|error| Error::input(error.to_string())),
        }
    }

    /// Work under the limits.
    pub fn limited<T>(&self, work: impl FnOnce(Limits<'_>) -> T) -> T {
        let stop = stop_after(Duration::from_secs_f64(self.number("seconds").unwrap_or(USUAL_SECONDS).clamp(0.0, 1e6)));
        work(Limits { max_cells: MOST_CELLS, stop: Some(&stop) })
    }
}

/// Says when so long has passed from now.
pub fn stop_after(time: Duration) -> impl Fn() -> bool + Sync {
    let start = Instant::now();
    move || start.elapsed() > time
}
