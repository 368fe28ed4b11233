//! What the network computes, and how sure that is.

use maud::{Markup, PreEscaped, html};
use pellucid_core::{Rational, expr_to_text, function_to_latex, function_to_mathml};
use pellucid_prove::Largest;

use super::Dissection;

/// Longer formulas are not set as mathematics.
const LONGEST_NOTATION: usize = 1_500;
/// Points of many coordinates lose their middle.
const POINT_CHARS: usize = 300;

/// The formula, in notation, as text and in LaTeX, and its deviation.
pub(super) fn section(about: &Dissection<'_>) -> Markup {
    let found = about.found;
    let formula = found.formula.to_string();
    let is_exact = about.largest().is_some_and(|(most, _)| most.is_zero());
    html! {
        section #formula {
            h2 { "What it computes" @if !is_exact { ", about" } }
            @if formula.len() <= LONGEST_NOTATION { (PreEscaped(function_to_mathml(&found.formula))) }
            dl {
                dt { "formula" } dd { code.long { (formula) } }
                dt { "deviation" } dd { (deviation(about, &found.deviation)) }
                dt { "tolerance" } dd { (about.tolerance) ": " (verdict(about)) }
                @if let Some(closer) = &found.closer {
                    dt { "within the tolerance" }
                    dd {
                        code.long { (crate::text::brief(&closer.formula.to_string(), LONGEST_NOTATION)) } br;
                        (deviation(about, &closer.deviation))
                    }
                }
                @if let Some(widths) = &found.reduced_widths {
                    dt { "size" } dd { (size(about, widths)) }
                }
            }
            details { summary { "LaTeX" } pre { (function_to_latex(&found.formula)) } }
        }
    }
}

/// Is the network explained?
fn verdict(about: &Dissection<'_>) -> Markup {
    html! {
        @if about.found.explained { span.yes { "explained" } }
        @else {
            span.open { "not explained" } ", the deviation is larger"
            @if let Some((_, high)) = &about.found.beyond {
                " on at most " ((high * &Rational::from(100)).decimal_above(3)) " % of the domain's volume (proved)"
            }
        }
    }
}

/// How far, exactly and in decimals, and where.
pub(super) fn deviation(about: &Dissection<'_>, largest: &Largest) -> Markup {
    match largest {
        Largest::At(most, _) if most.is_zero() => html! { "none: it is equal everywhere there, proved" },
        Largest::At(most, at) => html! {
            "at most " (number(most)) " (proved), reached at " code.long { (point(about, at)) }
        },
        Largest::Infinite { from, ray } => html! {
            "without bound: from " code { (point(about, from)) } " in the direction " code { (point(about, ray)) }
        },
    }
}

/// A number in decimals, and exactly where that is another one.
fn number(value: &Rational) -> Markup {
    let decimal = value.to_decimal(4);
    let exact = value.to_string();
    html! {
        (decimal)
        @if decimal.parse::<Rational>().ok().as_ref() != Some(value) {
            ", exactly " code.long { (crate::text::brief(&exact, 120)) }
        }
    }
}

/// `x1 = 1/2, x2 = 0`.
fn point(about: &Dissection<'_>, values: &[Rational]) -> String {
    let shown = |value: &Rational| {
        let text = value.to_string();
        if text.len() <= 12 { text } else { value.to_decimal(6) }
    };
    let parts = about.inputs().iter().zip(values).map(|(name, value)| format!("{name} = {}", shown(value)));
    crate::text::brief(&parts.collect::<Vec<_>>().join(", "), POINT_CHARS)
}

fn size(about: &Dissection<'_>, widths: &[usize]) -> String {
    let (now, then) = (about.network.hidden_neurons(), widths.iter().sum::<usize>());
    let neurons = pellucid_core::counted(then, "hidden neuron");
    let suffice = if then == 1 { "suffices" } else { "suffice" };
    format!("{neurons} {suffice} for the formula, the network has {now}")
}

/// Each output's formula on a line of its own, for a file.
pub(super) fn formula_lines(about: &Dissection<'_>) -> String {
    let outputs = about.found.formula.outputs().iter().enumerate();
    let many = about.found.formula.n_outputs() > 1;
    let line = |(i, output)| {
        let text = expr_to_text(output, about.inputs());
        if many { format!("y{} = {text}\n", i + 1) } else { format!("{text}\n") }
    };
    outputs.map(line).collect()
}
