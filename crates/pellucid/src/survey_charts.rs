//! What a survey says, as charts.

use std::collections::BTreeMap;

use pellucid_draw::LineChart;

/// A figure of a survey for one function, shape and regimen.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyPoint<'a> {
    /// The regimen's name.
    pub regimen: &'a str,
    /// The function's name.
    pub function: String,
    /// The hidden layers' widths, joined by `-`.
    pub widths: &'a str,
    /// The figure.
    pub value: f64,
}

/// Points by the function's name.
type Curves = BTreeMap<String, Vec<(f64, f64)>>;

/// One chart a regimen: the figure over the number of hidden neurons, one curve a function. A regimen whose functions
/// were all tried at one size has no chart.
///
/// ```
/// use pellucid::{SurveyPoint, survey_charts};
/// let point = |widths, value| SurveyPoint { regimen: "seed", function: "minimum".into(), widths, value };
/// let charts = survey_charts("found, %", [point("3", 40.0), point("4-2", 65.0)]);
/// assert!(charts[0].to_svg(&Default::default()).contains("found, %, with the regimen seed"));
/// assert!(survey_charts("found, %", [point("3", 40.0)]).is_empty());
/// ```
pub fn survey_charts<'a>(what: &str, points: impl IntoIterator<Item = SurveyPoint<'a>>) -> Vec<LineChart> {
    let mut curves: BTreeMap<&str, Curves> = BTreeMap::new();
    for SurveyPoint { regimen, function, widths, value } in points {
        let size: u32 = widths.split('-').filter_map(|width| width.parse::<u32>().ok()).sum();
        curves.entry(regimen).or_default().entry(function).or_default().push((f64::from(size), value));
    }
    curves.retain(|_, functions| functions.values().any(|points| points.len() > 1));
    let chart = |(regimen, functions): (&str, Curves)| {
        let empty = LineChart::new(format!("{what}, with the regimen {regimen}")).axes("hidden neurons", what);
        functions.into_iter().fold(empty, |chart, (name, mut points)| {
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            chart.series(name, points)
        })
    };
    curves.into_iter().map(chart).collect()
}
