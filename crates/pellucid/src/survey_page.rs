//! What a survey says, as one page that needs no other file.

use maud::{Markup, PreEscaped, html};
use pellucid_draw::SvgOptions;
use pellucid_survey::{CellSummary, Summary, best_regimens};

use crate::html_document::html_document;
use crate::survey_charts::{SurveyPoint, survey_charts};
use crate::survey_tables::{name, regimen};

/// Circuits that are told of each function, shape and regimen.
const TOLD_CIRCUITS: usize = 3;
/// Features that are told.
const TOLD_FEATURES: usize = 40;

/// A page with a survey's tables and charts.
pub fn survey_page(summary: &Summary) -> String {
    let n_runs: u64 = summary.cells.iter().map(|cell| cell.found.of).sum();
    let heading = html! {
        p { (n_runs) " networks, each trained, taken apart, and judged in exact numbers. "
            "Intervals are Wilson's, of 95 %." }
    };
    let body = html! {
        section { h2 { "Circuit found" } (charts(summary, "found, %", |cell| Some(100.0 * cell.found.rate()))) (recovery(summary)) }
        section { h2 { "Which regimen to use" } (advice(summary)) }
        section {
            h2 { "Universality" }
            p { "Strong: the chance that two networks that compute the function have one circuit, up to the order of "
                "neurons and positive scales. Weak: those whose features are all known from the library. Agreement: "
                "what the features of two have in common over what they have together; corrected, 0 is chance." }
            (charts(summary, "strong universality", |cell| cell.strong))
            (universality(summary))
        }
        section { h2 { "Circuits" } (circuits(summary)) }
        section { h2 { "Why others failed" } (failures(summary)) }
        section { h2 { "Features that functions share" } (features(summary)) }
    };
    html_document("A survey of trained networks", &heading, &body)
}

/// One chart a regimen: a figure over the number of hidden neurons, one curve a function.
fn charts(summary: &Summary, what: &str, figure: impl Fn(&CellSummary) -> Option<f64>) -> Markup {
    let points = summary.cells.iter().filter_map(|cell| {
        let (about, value) = (&cell.about, figure(cell)?);
        Some(SurveyPoint { regimen: &about.regimen, function: name(summary, cell), widths: &about.widths, value })
    });
    html! {
        @for chart in survey_charts(what, points) { figure { (PreEscaped(chart.to_svg(&SvgOptions::default()))) } }
    }
}

fn heads(names: &[&str]) -> Markup {
    html! { thead { tr { @for name in names { th scope="col" { (name) } } } } }
}

/// The first columns of every table.
fn about(summary: &Summary, cell: &CellSummary) -> Markup {
    html! { th scope="row" { (name(summary, cell)) } td { (cell.about.widths) } td { (regimen(summary, cell)) } }
}

fn recovery(summary: &Summary) -> Markup {
    let percent = |share: f64| format!("{:.2}", 100.0 * share);
    html! { div.wide { table {
        (heads(&["function", "widths", "regimen", "runs", "found, %", "from", "to", "without restart, %", "steps a run", "steps for one found", "loss good after"]))
        tbody { @for cell in &summary.cells { tr {
            (about(summary, cell))
            td.number { (cell.found.of) } td.number { (percent(cell.found.rate())) }
            td.number { (percent(cell.found.interval.0)) } td.number { (percent(cell.found.interval.1)) }
            td.number { (percent(cell.found_at_once.rate())) } td.number { (format!("{:.0}", cell.mean_steps)) }
            td.number { @if cell.steps_per_found.is_finite() { (format!("{:.0}", cell.steps_per_found)) } }
            td.number { @if let Some(step) = cell.median_good_after { (step) } }
        } } }
    } } }
}

fn universality(summary: &Summary) -> Markup {
    let number = |value: Option<f64>| value.map(|value| format!("{value:.4}")).unwrap_or_default();
    html! { div.wide { table {
        (heads(&["function", "widths", "regimen", "networks", "circuits", "strong", "weak", "agreement", "by chance", "corrected"]))
        tbody { @for cell in &summary.cells { tr {
            (about(summary, cell))
            td.number { (cell.weak.of) } td.number { (cell.n_classes) } td.number { (number(cell.strong)) }
            td.number { @if cell.weak.of > 0 { (format!("{:.4}", cell.weak.rate())) } }
            td.number { (number(cell.agreement)) } td.number { (number(cell.chance)) }
            td.number { (number(cell.corrected_agreement())) }
        } } }
    } } }
}

fn circuits(summary: &Summary) -> Markup {
    html! { div.wide { table {
        (heads(&["function", "widths", "regimen", "networks", "features, with the signs of their weights out"]))
        tbody { @for cell in &summary.cells { @for (class, count) in cell.classes.iter().take(TOLD_CIRCUITS) { tr {
            (about(summary, cell)) td.number { (count) } td { code { (crate::text::brief(class, 160)) } }
        } } } }
    } } }
}

fn failures(summary: &Summary) -> Markup {
    html! { div.wide { table {
        (heads(&["function", "widths", "regimen", "networks", "cause"]))
        tbody { @for cell in &summary.cells { @for (cause, count) in &cell.causes { tr {
            (about(summary, cell)) td.number { (count) } td { (cause) }
        } } } }
    } } }
}

fn features(summary: &Summary) -> Markup {
    html! { div.wide { table {
        (heads(&["feature", "functions", "networks of each"]))
        tbody { @for (feature, functions) in summary.reuse.iter().take(TOLD_FEATURES) { tr {
            th scope="row" { code { (feature) } } td.number { (functions.len()) }
            td { (functions.iter().map(|(function, n)| format!("{function} {n}")).collect::<Vec<_>>().join(", ")) }
        } } }
    } } }
}

fn advice(summary: &Summary) -> Markup {
    let best = best_regimens(summary);
    html! {
        @if best.is_empty() { p { "There is one regimen, so there is nothing to choose." } }
        ul { @for (cell, is_sure) in best { li {
            b { (name(summary, cell)) " " (cell.about.widths) } ": " (regimen(summary, cell))
            @if is_sure { ", whose interval is above those of all others" } @else { ", but the intervals overlap" }
        } } }
    }
}
