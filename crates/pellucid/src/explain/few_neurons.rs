//! Why a few hidden neurons cannot have a function's values at some points, in words.

use pellucid_core::{Error, Function, PointStep, PointsProof, counted};

use super::paper::{Paper, number, vector};

pub(super) fn tell(paper: &mut Paper<'_>, function: &Function, proof: &PointsProof) -> Result<(), Error> {
    let n_neurons = proof.trees.len().saturating_sub(1);
    if proof.output >= function.n_outputs() || proof.points.iter().any(|point| point.len() != function.n_inputs()) {
        return Err(Error::input("a point does not fit the function"));
    }
    let what = match n_neurons {
        0 => "Without a hidden neuron a network is one affine map a.x + b.".to_string(),
        n => format!(
            "At finitely many points every network with at most {}, of whatever depth, is c + s_1 relu(f_1){} with \
             signs s and affine maps f (T7 of docs/smallest-deep-circuits.md).",
            counted(n, "hidden neuron"),
            if n > 1 { " + s_2 relu(f_2)" } else { "" }
        ),
    };
    paper.say(&format!("{what} Only values at these points are used:"));
    let shown = paper.shown(proof.points.len());
    for (k, point) in proof.points.iter().enumerate().take(shown) {
        let value = function.evaluate(point).swap_remove(proof.output);
        paper.item(&format!("p{} = {}, where output {} is {}", k + 1, vector(point), proof.output + 1, number(&value)));
    }
    paper.more(proof.points.len() - shown, "point", "points");
    for (n_positive, tree) in proof.trees.iter().enumerate() {
        let signs: Vec<&str> = (0..n_neurons).map(|k| if k < n_positive { "+1" } else { "-1" }).collect();
        let n_cases = tree.iter().filter(|step| matches!(step, PointStep::Never(_))).count();
        let with = if signs.is_empty() { String::new() } else { format!("With the signs {}: ", signs.join(", ")) };
        let cases = match n_cases {
            1 if signs.is_empty() => "Linear forms of its coefficients".to_string(),
            1 => "whatever fires, linear forms".to_string(),
            n => format!(
                "which neuron fires at which point is gone through in {n} cases, and in each of them linear forms"
            ),
        };
        paper.say(&format!("{with}{cases} that must be at least 0 add up to less than 0."));
    }
    let are = if n_neurons == 0 { "is" } else { "are" };
    paper.say(&format!("So at least {} {are} needed.", counted(n_neurons + 1, "hidden neuron")));
    Ok(())
}
