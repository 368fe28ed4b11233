//! Answers as JSON values: the keys that other programs may rely on. All exact numbers are strings
//! such as `"-3/2"`.

use pellucid_check::Checked;
use pellucid_compile::{Approximated, Compiled};
use pellucid_core::{Affine, Biases, Circuit, Domain, Network, NeuronId, Rational, expr_to_text};
use pellucid_decompile::{Ablated, Ablation, Decompiled, Neuron, Noise, Status};
use pellucid_prove::{Counterexample, Largest, LinearCell};
use pellucid_survey::{Searched, Share, Sought, Summary};
use pellucid_train::{Run, binomial_interval_95};
use serde_json::{Value, json};

use crate::classify::{Classified, Verdict};
use crate::{Differences, InFloat32, OnData, Witness};

/// Digits of bounds of shares.
const SHARE_DIGITS: usize = 6;

/// The layers of a network as exact strings.
pub fn layers(network: &Network<Rational>) -> Value {
    let strings = |row: &Vec<Rational>| row.iter().map(Rational::to_string).collect::<Vec<_>>();
    let layers = network.layers().iter().map(|layer| {
        json!({
            "weights": layer.weights.iter().map(strings).collect::<Vec<_>>(),
            "biases": strings(&layer.biases),
        })
    });
    layers.collect()
}

/// The answer of `compile`.
pub fn compiled(compiled: &Compiled, n_cells: Option<usize>) -> Value {
    let minimality = &compiled.minimality;
    json!({
        "function": compiled.function.to_string(),
        "inputs": compiled.function.input_names(),
        "domain": compiled.domain.to_string(),
        "biases": compiled.biases.to_string(),
        "shape": compiled.network.shape(),
        "widths": compiled.network.widths(),
        "hidden_neurons": compiled.network.hidden_neurons(),
        "layers": layers(&compiled.network),
        "circuits": circuits(&crate::circuits_of(compiled), compiled.function.input_names()),
        "equality": {"verdict": "proved", "cells": n_cells},
        "minimality": {
            "verdict": if minimality.proved { "proved" } else { "best known" },
            "lower_bound": minimality.lower_bound,
            "reason": minimality.reason,
            "any_depth": minimality.any_depth.as_ref().map(|bound| json!({
                "lower_bound": bound.at_least,
                "reason": bound.reason,
            })),
        },
    })
}

/// The answer of `survey`: one entry for each function, shape and regimen, and the features that several functions
/// share.
pub fn surveyed(summary: &Summary) -> Value {
    let share = |share: &Share| {
        json!({
            "count": share.count, "of": share.of,
            "interval_95": [rounded(share.interval.0), rounded(share.interval.1)],
        })
    };
    let cells = summary.cells.iter().map(|cell| {
        let about = &cell.about;
        let verdicts: serde_json::Map<String, Value> = pellucid_survey::Verdict::ALL
            .iter()
            .zip(&cell.by_verdict)
            .map(|(verdict, n)| (verdict.name().to_string(), json!(n)))
            .collect();
        json!({
            "function": about.function,
            "formula": about.formula,
            "domain": about.domain,
            "widths": about.widths,
            "regimen": about.regimen,
            "regimen_hash": about.hash,
            "tolerance": about.tolerance,
            "verdicts": verdicts,
            "found": share(&cell.found),
            "found_without_restart": share(&cell.found_at_once),
            "causes": cell.causes,
            "mean_steps": cell.mean_steps.is_finite().then(|| rounded(cell.mean_steps)),
            "steps_per_found": cell.steps_per_found.is_finite().then(|| rounded(cell.steps_per_found)),
            "median_good_after": cell.median_good_after,
            "circuits": cell.n_classes,
            "most_frequent": cell.classes.iter().map(|(class, n)| json!({"circuit": class, "count": n})).collect::<Vec<_>>(),
            "strong_universality": cell.strong.map(rounded),
            "weak_universality": share(&cell.weak),
            "agreement": cell.agreement.map(rounded),
            "agreement_by_chance": cell.chance.map(rounded),
            "agreement_corrected": cell.corrected_agreement().map(rounded),
        })
    });
    let reuse = summary.reuse.iter().map(|(feature, functions)| json!({"feature": feature, "networks": functions}));
    json!({"cells": cells.collect::<Vec<_>>(), "features": reuse.collect::<Vec<_>>()})
}

/// The answer of `search`.
pub fn searched(sought: &Sought, done: &Searched, known: usize) -> Value {
    let found = done.found.as_ref().map(|found| {
        json!({
            "widths": found.network.widths(),
            "hidden_neurons": found.network.hidden_neurons(),
            "layers": layers(&found.network),
            "verdict": "proved",
        })
    });
    json!({
        "function": sought.function.to_string(),
        "domain": sought.domain.to_string(),
        "smaller_than": sought.smaller_than,
        "found": found,
        "tried": done.n_tried,
        "complete": done.is_complete,
        "known": known,
        "lower_bound": {"neurons": done.lower_bound.0, "reason": done.lower_bound.1},
    })
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The answer of `compile --within`: the keys of `compile`, and the error.
pub fn approximated(found: &Approximated) -> Value {
    let bound = found.lower_bound.as_ref();
    json!({
        "function": found.target.to_string(),
        "inputs": found.target.input_names(),
        "domain": found.domain.to_string(),
        "biases": Biases::ALLOWED.to_string(),
        "shape": found.network.shape(),
        "widths": found.network.widths(),
        "hidden_neurons": found.network.hidden_neurons(),
        "layers": layers(&found.network),
        "circuits": [],
        "within": found.within.to_string(),
        "error": {"low": found.low.to_string(), "high": found.high.to_string()},
        "pieces": found.n_pieces(),
        "parts": found.parts.iter().map(|part| json!({
            "computes": part.computes,
            "range": {"low": part.range.0.to_string(), "high": part.range.1.to_string()},
            "design": part.design,
            "pieces": part.n_pieces,
        })).collect::<Vec<_>>(),
        "lower_bound": bound.map(|bound| json!({
            "pieces": bound.pieces,
            "neurons_in_one_layer": bound.neurons_in_one_layer,
            "neurons": bound.neurons,
            "exact": bound.exact,
            "how": bound.how,
        })),
        "minimality": {
            "verdict": "best known",
            "lower_bound": bound.map_or(0, |bound| bound.neurons),
            "reason": bound.map_or("no bound is known", |bound| bound.how.as_str()),
        },
    })
}

/// A largest deviation: an exact string, or `infinite`.
pub fn deviation(largest: &Largest) -> Value {
    match largest {
        Largest::At(most, _) => json!(most.to_string()),
        Largest::Infinite { .. } => json!("infinite"),
    }
}

/// Where a largest deviation occurs; a ray for an infinite one.
pub fn deviation_at(largest: &Largest) -> Value {
    match largest {
        Largest::At(_, point) => json!({"input": strings(point)}),
        Largest::Infinite { from, ray } => json!({"from": strings(from), "ray": strings(ray)}),
    }
}

fn strings(values: &[Rational]) -> Vec<String> {
    values.iter().map(Rational::to_string).collect()
}

/// The answer of `prove`; the domain as its text in the inputs' names.
pub fn proof(
    verdict: &str,
    domain: &str,
    within: &Rational,
    largest: Option<&Largest>,
    n_cells: Option<usize>,
    counterexample: Option<&Counterexample>,
) -> Value {
    json!({
        "verdict": verdict,
        "domain": domain,
        "within": within.to_string(),
        "max_deviation": largest.map(deviation),
        "max_deviation_at": largest.map(deviation_at),
        "cells": n_cells,
        "counterexample": counterexample.map(|c| json!({
            "input": strings(&c.input), "left": strings(&c.left), "right": strings(&c.right),
        })),
    })
}

/// The answer of `vnnlib`; `cells_and_cases` counts what a proof of unsat looked at.
pub fn property(result: &str, cells_and_cases: Option<(usize, usize)>, witness: Option<&Witness>) -> Value {
    let in_float32 = |witness: &Witness| match witness.in_float32 {
        InFloat32::AnyOrder => "any order",
        InFloat32::InOrder => "in order",
        InFloat32::No => "no",
    };
    json!({
        "result": result,
        "arithmetic": "real",
        "cells": cells_and_cases.map(|(cells, _)| cells),
        "cases": cells_and_cases.map(|(_, cases)| cases),
        "counterexample": witness.map(|w| json!({
            "input": strings(&w.exact.input),
            "output": strings(&w.exact.outputs),
            "case": w.exact.case,
            "input_decimals": w.input,
            "output_decimals": w.output,
            "decimals_are_exact": w.decimals_are_exact,
            "holds_in_float32": in_float32(w),
        })),
    })
}

/// One line of `cells`.
pub fn cell(index: usize, cell: &LinearCell) -> Value {
    let maps = cell
        .maps
        .iter()
        .map(|map| json!({"coefficients": strings(&map.coefficients), "constant": map.constant.to_string()}));
    let corners = cell.corners.as_ref();
    let vectors = |all: &[Vec<Rational>]| all.iter().map(|values| strings(values)).collect::<Vec<_>>();
    let neighbours = cell.neighbours.as_ref().map(|all| {
        let facet =
            |map: &Affine| json!({"coefficients": strings(&map.coefficients), "constant": map.constant.to_string()});
        all.iter().map(|n| json!({"signs": n.signs, "facet": facet(&n.facet)})).collect::<Vec<_>>()
    });
    json!({
        "cell": index,
        "signs": cell.signs,
        "maps": maps.collect::<Vec<_>>(),
        "point": strings(&cell.point),
        "vertices": corners.map(|c| vectors(&c.vertices)),
        "rays": corners.map(|c| vectors(&c.rays)),
        "lines": corners.map(|c| vectors(&c.lines)),
        "neighbours": neighbours,
        "volume": cell.volume.as_ref().map(Rational::to_string),
    })
}

/// The answer of `decompile`.
pub fn decompiled(found: &Decompiled, network: &Network<Rational>, domain: &Domain, tolerance: &Rational) -> Value {
    let inputs = network.input_names();
    let against = found.against_target.as_ref().map(|against| {
        json!({
            "target": against.target.to_string(),
            "max_deviation": deviation(&against.deviation),
            "max_deviation_at": deviation_at(&against.deviation),
            "missing": against.missing.iter().map(|f| f.label(inputs)).collect::<Vec<_>>(),
        })
    });
    let closer = found.closer.as_ref().map(|closer| {
        json!({
            "formula": closer.formula.to_string(),
            "max_deviation": deviation(&closer.deviation),
            "max_deviation_at": deviation_at(&closer.deviation),
        })
    });
    json!({
        "formula": found.formula.to_string(),
        "exact": matches!(&found.deviation, Largest::At(most, _) if most.is_zero()),
        "explained": found.explained,
        "max_deviation": deviation(&found.deviation),
        "max_deviation_at": deviation_at(&found.deviation),
        "beyond_tolerance": found.beyond.as_ref().map(beyond),
        "closer": closer,
        "tolerance": tolerance.to_string(),
        "domain": domain.to_string(),
        "widths": network.widths(),
        "reduced_widths": found.reduced_widths,
        "neurons": found.neurons.iter().map(|n| neuron(n, inputs)).collect::<Vec<_>>(),
        "circuits": circuits(&found.circuits, inputs),
        "noise": found.noise.iter().map(noise).collect::<Vec<_>>(),
        "remarks": found.remarks,
        "against_target": against,
    })
}

/// Bounds of the share of the volume where a formula is off by more than the tolerance.
fn beyond((low, high): &(Rational, Rational)) -> Value {
    json!({"at_least": low.decimal_below(SHARE_DIGITS), "at_most": high.decimal_above(SHARE_DIGITS)})
}

fn names(neurons: &[NeuronId]) -> Vec<String> {
    neurons.iter().map(ToString::to_string).collect()
}

fn noise(noise: &Noise) -> Value {
    json!({
        "neurons": names(&noise.neurons),
        "why": noise.why,
        "effect": noise.effect.as_ref().map(Rational::to_string),
        "exact": noise.exact,
    })
}

/// What `decompile --ablate` found, one entry a change.
pub fn ablations(ablations: &[Ablation]) -> Value {
    let entry = |ablation: &Ablation| {
        let (most, gave_up) = match &ablation.ablated {
            Ablated::Deviation(largest) => (Some(deviation(largest)), None),
            Ablated::GaveUp(reason) => (None, Some(reason)),
        };
        json!({
            "circuit": ablation.circuit,
            "neurons": names(&ablation.neurons),
            "change": ablation.change.to_string(),
            "max_deviation": most,
            "difference": ablation.difference.as_ref().map(Rational::to_string),
            "gave_up": gave_up,
        })
    };
    ablations.iter().map(entry).collect()
}

/// A network and its formula on a data set; rows count from 1, means are float64.
pub fn on_data(found: &OnData) -> Value {
    let differences = |of: &Differences| {
        json!({
            "max_deviation": of.largest.to_string(),
            "max_deviation_at": {"row": of.row, "input": strings(&of.input)},
            "mean_absolute": of.mean_absolute,
            "root_mean_square": of.root_mean_square,
        })
    };
    let mut answer = differences(&found.deviation);
    answer["rows"] = json!(found.n_rows);
    answer["rows_outside_domain"] = json!(found.n_outside);
    answer["first_row_outside_domain"] = json!(found.first_outside);
    answer["network_from_target"] = json!(found.errors.as_ref().map(|errors| differences(&errors[0])));
    answer["formula_from_target"] = json!(found.errors.as_ref().map(|errors| differences(&errors[1])));
    answer
}

/// Circuits and their parts in one list, from the outside in.
pub(crate) fn circuits(circuits: &[Circuit], inputs: &[String]) -> Vec<Value> {
    let all = circuits.iter().flat_map(|circuit| circuit.all());
    all.map(|circuit| {
        json!({
            "name": circuit.name,
            "neurons": circuit.neurons.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "computes": expr_to_text(&circuit.computes, inputs),
        })
    })
    .collect()
}

fn neuron(neuron: &Neuron, inputs: &[String]) -> Value {
    let names = neuron.names(inputs);
    let of: Vec<&String> = neuron.feature.inputs().into_iter().map(|i| &names[i]).collect();
    let merged_into = match neuron.status {
        Status::Merged(other) => Some(other.to_string()),
        _ => None,
    };
    json!({
        "name": neuron.id.to_string(),
        "feature": neuron.feature.kind.to_string(),
        "label": neuron.label(inputs),
        "of": of,
        "computes": neuron.computes.as_ref().map(|computes| expr_to_text(computes, inputs)),
        "status": neuron.status.to_string(),
        "does": neuron.work.to_string(),
        "merged_into": merged_into,
        "scale": neuron.feature.scale.to_string(),
        "out": strings(&neuron.out),
        "rounding": neuron.rounding.to_decimal(3),
    })
}

/// The answer of `train`.
pub fn trained(runs: &[(Run, Classified)]) -> Value {
    let count = runs.iter().filter(|(_, c)| c.verdict == Verdict::Found).count();
    let (low, high) = binomial_interval_95(count as u64, runs.len() as u64);
    let rows = runs.iter().map(|(run, classified)| {
        json!({
            "seed": run.seed,
            "start_loss": finite(run.start_loss),
            "final_loss": finite(run.final_loss),
            "losses": run.losses.iter().map(|(step, loss)| json!([step, finite(*loss)])).collect::<Vec<_>>(),
            "verdict": classified.verdict.to_string(),
            "circuit": classified.circuit,
            "reason": classified.reason,
            "formula": classified.decompiled.as_ref().map(|d| d.formula.to_string()),
            "max_deviation": classified.deviation.as_ref().map(deviation),
        })
    });
    json!({
        "runs": rows.collect::<Vec<_>>(),
        "found": {"count": count, "of": runs.len(), "interval_95": [low, high]},
    })
}

/// A float as a JSON number; JSON has no NaN.
fn finite(value: f32) -> Value {
    // The shortest decimal of the float32 itself, not of its double.
    value.to_string().parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
}

/// The answer of `check`.
pub fn checked(checked: &Checked) -> Value {
    json!({
        "verdict": if checked.is_accepted() { "accepted" } else { "rejected" },
        "claim": checked.claim,
        "reason": checked.rejection,
    })
}

/// The answer of `reproduce`.
pub fn reproduced(reproduction: &crate::Reproduction) -> Value {
    let functions = reproduction.functions.iter().map(|f| {
        json!({
            "name": f.printed.name,
            "everywhere": compiled(&f.everywhere, None),
            "on_box": compiled(&f.on_box, None),
            "train": trained(&[(f.run.clone(), f.found.clone())]),
            "printed": {"start_loss": f.printed.start_loss, "losses": f.printed.losses},
        })
    });
    json!({
        "functions": functions.collect::<Vec<_>>(),
        "appendix": {
            "first": reproduction.appendix.first.shape(),
            "folded": reproduction.appendix.folded.shape(),
        },
        "minimum_of_four": compiled(&reproduction.minimum_of_four.everywhere, None),
    })
}
