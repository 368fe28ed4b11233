//! What is left over: neurons in no circuit, and what becomes of the deviation without this or that.

use maud::{Markup, html};
use pellucid_core::{NeuronId, Rational};
use pellucid_decompile::{Ablated, Noise};
use pellucid_prove::Largest;

use super::{Dissection, ROWS_SHOWN};

/// What no circuit needs, and how much it can matter.
pub(super) fn noise(about: &Dissection<'_>) -> Markup {
    let all: &[Noise] = &about.found.noise;
    let (noise, more) = all.split_at(all.len().min(ROWS_SHOWN));
    html! {
        @if !noise.is_empty() {
            section #noise {
                h2 { "Left over" }
                div.wide { table {
                    thead { tr {
                        th scope="col" { "neurons in no circuit" } th scope="col" { "why" }
                        th scope="col" { "changes no output by more than" }
                    } }
                    tbody { @for noise in noise { tr {
                        td { (names(&noise.neurons)) } td { (noise.why) }
                        td.number { @match &noise.effect {
                            Some(effect) => (effect.decimal_above(3)),
                            None => "no bound is known",
                        } }
                    } } }
                } }
                @if !more.is_empty() { p { "And " (more.len()) " more like these." } }
            }
        }
    }
}

/// The deviation of the network with neurons or circuits removed, or made ideal.
pub(super) fn ablations(about: &Dissection<'_>) -> Markup {
    let Some(ablations) = about.ablations else { return html! {} };
    html! {
        section #ablations {
            h2 { "Ablations" }
            p { "The largest deviation from the formula when neurons are removed or made ideal, one entry at a time." }
            div.wide { table {
                thead { tr {
                    th scope="col" { "changed" } th scope="col" { "how" } th scope="col" { "then off by at most" }
                    th scope="col" { "more than before" }
                } }
                tbody { @for ablation in ablations { tr {
                    td { @if let Some(circuit) = &ablation.circuit { (circuit) " with " } (names(&ablation.neurons)) }
                    td { (ablation.change) }
                    td.number { @match &ablation.ablated {
                        Ablated::Deviation(Largest::At(most, _)) => (most.decimal_above(4)),
                        Ablated::Deviation(Largest::Infinite { .. }) => "no bound",
                        Ablated::GaveUp(reason) => { "gave up: " (reason) }
                    } }
                    td.number { (ablation.difference.as_ref().map_or(String::new(), |by: &Rational| by.to_decimal(4))) }
                } } }
            } }
        }
    }
}

fn names(neurons: &[NeuronId]) -> String {
    neurons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
