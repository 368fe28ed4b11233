//! The network beside its formula: a chart for one input, a table for few points.

use maud::{Markup, PreEscaped, html};
use pellucid_core::{Domain, Rational};
use pellucid_draw::{LineChart, SvgOptions};

use super::Dissection;

/// Points of a chart: enough for lines to look like lines at any usual size.
const CHARTED: i64 = 240;
/// More points make a table that nobody reads.
const TABLED: usize = 64;

/// The values, where they can be shown on a page.
pub(super) fn section(about: &Dissection<'_>) -> Markup {
    let shown = match about.domain {
        Domain::Box(sides) => match sides.as_slice() {
            [(low, high)] => chart(about, low, high),
            _ => None,
        },
        Domain::Finite { values, .. } => table(about, values),
        _ => None,
    };
    html! { @if let Some(shown) = shown { section #values { h2 { "Values" } (shown) } } }
}

/// The first output over the one input; floats are enough for a picture.
fn chart(about: &Dissection<'_>, low: &Rational, high: &Rational) -> Option<Markup> {
    let at = |k: i64| low + (high - low) * Rational::ratio(k, CHARTED);
    let points: Vec<Vec<f64>> = (0..=CHARTED).map(|k| vec![at(k).to_f64()]).collect();
    let network = about.network.to_numbers::<f64>();
    let pairs = |values: &dyn Fn(&[f64]) -> f64| points.iter().map(|x| (x[0], values(x))).collect::<Vec<_>>();
    let output = about.found.formula.outputs().first()?;
    let name = about.inputs().first()?.clone();
    let chart = LineChart::new("the network and the formula")
        .axes(name, "first output")
        .series("network", pairs(&|x| network.evaluate(x).first().copied().unwrap_or_default()))
        .series("formula", pairs(&|x| output.evaluate(x)));
    Some(html! { figure { (PreEscaped(chart.to_svg(&SvgOptions::default()))) } })
}

/// Every point with both sides' values.
fn table(about: &Dissection<'_>, values: &[Vec<Rational>]) -> Option<Markup> {
    let n = values.iter().try_fold(1usize, |n, values| n.checked_mul(values.len())).filter(|n| *n <= TABLED)?;
    let point = |mut k: usize| {
        let mut point = vec![Rational::zero(); values.len()];
        for (x, values) in point.iter_mut().zip(values).rev() {
            *x = values[k % values.len()].clone();
            k /= values.len();
        }
        point
    };
    let points: Vec<Vec<Rational>> = (0..n).map(point).filter(|point| about.domain.contains(point)).collect();
    let outputs = |name: &str| match about.network.n_outputs() {
        1 => vec![name.to_string()],
        n => (1..=n).map(|k| format!("{name} y{k}")).collect(),
    };
    Some(html! {
        div.wide { table {
            thead { tr {
                @for name in about.inputs() { th scope="col" { (name) } }
                @for name in outputs("network").iter().chain(&outputs("formula")) { th scope="col" { (name) } }
            } }
            tbody { @for point in &points { tr {
                @for x in point { td.number { (x) } }
                @for value in about.network.evaluate(point) { td.number { (value.to_decimal(6)) } }
                @for value in about.found.formula.evaluate(point) { td.number { (value) } }
            } } }
        } }
    })
}
