//! Pieces that several pages are made of.

use maud::{Markup, PreEscaped, html};
use pellucid_core::{Certificate, Circuit, Error, Expr, Rational, expr_to_mathml, expr_to_text};
use pellucid_decompile::{Neuron, Status, Work};

use crate::explain::{Explaining, explain};
use crate::pictures::is_idle;

/// Longer formulas are shown as text alone: nobody follows their notation.
const LONGEST_NOTATION: usize = 400;
/// Longer lists and labels lose their middle in a table.
const LONGEST_CELL: usize = 120;
/// Longer certificates would make the page heavy; they are written into files.
pub(crate) const LONGEST_CERTIFICATE: usize = 100_000;

/// A formula in mathematical notation where it is short, otherwise as its text.
pub(crate) fn formula(expr: &Expr, inputs: &[String]) -> Markup {
    let text = expr_to_text(expr, inputs);
    html! {
        @if text.len() <= LONGEST_NOTATION { (PreEscaped(expr_to_mathml(expr, inputs))) }
        @else { code.long { (crate::text::brief(&text, LONGEST_NOTATION)) } }
    }
}

/// A table of neurons: what each detects and where it goes; numbers in so many digits, or exact.
pub(crate) fn neuron_table<'a>(
    neurons: impl IntoIterator<Item = &'a Neuron>,
    inputs: &[String],
    digits: Option<usize>,
) -> Markup {
    let number = |value: &Rational| digits.map_or_else(|| value.to_string(), |digits| value.to_decimal(digits));
    html! {
        div.wide { table {
            thead { tr {
                th scope="col" { "neuron" } th scope="col" { "detects" } th scope="col" { "feature" }
                th scope="col" { "scale" } th scope="col" { "weight out" } th scope="col" { "" }
            } }
            tbody { @for neuron in neurons { tr.faded[is_idle(neuron)] {
                th scope="row" { (neuron.id) }
                td { code { (crate::text::brief(&neuron.label(inputs), LONGEST_CELL)) } } td { (neuron.feature.kind) }
                td.number { (number(&neuron.feature.scale)) }
                td.number { (listed(neuron.out.iter().map(number))) }
                td { @match neuron.status {
                    Status::Live => @if neuron.work == Work::Carries { "carries" },
                    Status::Merged(other) => { "the same as " (other) }
                    Status::Decoy(other) => @if other == neuron.id { "decoy" } @else { "decoy, with " (other) },
                    other => (other),
                } }
            } } }
        } }
    }
}

/// All circuits and their parts, one line each.
pub(crate) fn circuit_list(circuits: &[Circuit], inputs: &[String]) -> Markup {
    html! {
        ul { @for circuit in circuits.iter().flat_map(Circuit::all) {
            li { b { (circuit.name) } " computes " (formula(&circuit.computes, inputs)) " with "
                (listed(circuit.neurons.iter().map(ToString::to_string))) }
        } }
    }
}

/// A certificate: its claim, the proof in words, and all of it where that is short.
///
/// # Errors
/// When the proof has no words, which would be a defect.
pub(crate) fn proof(certificate: &Certificate) -> Result<Markup, Error> {
    let words = explain(certificate, &Explaining { width: 100, ..Explaining::default() })?;
    let (claim, json) = (crate::text::brief(&certificate.claim.to_string(), 200), certificate.to_json());
    let is_short = json.len() <= LONGEST_CERTIFICATE;
    Ok(html! {
        details {
            summary { "Proof: " (claim) }
            pre { (words) }
            @if is_short { details { summary { "certificate, accepted" } pre { (json) } } }
        }
    })
}

/// `a, b, c`, its middle left out where it is long.
fn listed(items: impl Iterator<Item = String>) -> String {
    crate::text::brief(&items.collect::<Vec<_>>().join(", "), LONGEST_CELL)
}
