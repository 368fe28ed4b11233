//! What surveys found: the answer of `pellucid survey`, with its charts.

use pellucid::survey::{read_csv, summary_of_rows};
use pellucid::{Error, SurveyPoint, SvgOptions, answers, survey_charts};
use serde_json::{Value, json};

/// `{"ask": "survey"}` and the bytes of what `pellucid survey --json` says, or of what `pellucid survey export` writes.
pub fn survey(bytes: &[u8]) -> Result<Value, Error> {
    let is_json = bytes.trim_ascii_start().starts_with(b"{");
    let answer = if is_json { from_json(bytes)? } else { from_csv(bytes)? };
    let found = |cell: &Value| Some(100.0 * number(&cell["found"]["count"])? / number(&cell["found"]["of"])?);
    let strong = |cell: &Value| number(&cell["strong_universality"]);
    let all = charts(&answer, "found, %", found).chain(charts(&answer, "strong universality", strong));
    let charts: Vec<String> = all.collect();
    Ok(json!({"charts": charts, "answer": answer}))
}

fn from_json(bytes: &[u8]) -> Result<Value, Error> {
    let answer: Value =
        serde_json::from_slice(bytes).map_err(|error| Error::input(format!("this is no JSON: {error}")))?;
    let is_text = |cell: &Value| ["function", "widths", "regimen"].iter().all(|key| cell[key].is_string());
    let is_counted = |cell: &Value| ["count", "of"].iter().all(|key| cell["found"][key].is_u64());
    let interval = |cell: &Value| cell["found"]["interval_95"].as_array().is_some_and(|ends| ends.len() == 2);
    match answer["cells"].as_array() {
        Some(cells) if cells.iter().all(|cell| is_text(cell) && is_counted(cell) && interval(cell)) => Ok(answer),
        _ => Err(Error::input(
            "this is not what `pellucid survey report DATABASE --json` writes: it has no list `cells` whose entries have \
             `function`, `widths`, `regimen` and `found`",
        )),
    }
}

fn from_csv(bytes: &[u8]) -> Result<Value, Error> {
    let rows = read_csv(bytes)?;
    let summary = summary_of_rows(rows.iter().map(|(about, row)| (about, row.clone())))?;
    Ok(answers::surveyed(&summary))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

fn charts(answer: &Value, what: &str, figure: impl Fn(&Value) -> Option<f64>) -> impl Iterator<Item = String> {
    let text = |cell: &'_ Value, key: &str| cell[key].as_str().unwrap_or_default().to_string();
    let cells: Vec<_> = answer["cells"].as_array().into_iter().flatten().collect();
    let told: Vec<(String, String, String, f64)> = cells
        .iter()
        .filter_map(|cell| Some((text(cell, "regimen"), text(cell, "function"), text(cell, "widths"), figure(cell)?)))
        .collect();
    let points = told.iter().map(|(regimen, function, widths, value)| SurveyPoint {
        regimen,
        function: function.clone(),
        widths,
        value: *value,
    });
    let drawn: Vec<String> =
        survey_charts(what, points).iter().map(|chart| chart.to_svg(&SvgOptions::default())).collect();
    drawn.into_iter()
}
