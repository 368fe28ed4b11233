//! Kinks in words: where a function's gradient jumps, and why one hidden layer cannot follow.

use pellucid_core::{Affine, Domain, Error, Function, Kink, Rational, ReluGraph, Side};

use super::paper::{Paper, number, plane_noun, rows, vector};

/// The gradient on both sides of a kink's witness point, and its jump, in a sentence.
pub(super) fn jump_sentence(paper: &Paper<'_>, graph: &ReluGraph, kink: &Kink) -> Result<String, Error> {
    let gradients = |side| -> Result<Vec<Vec<Rational>>, Error> {
        let maps: Vec<Affine> = graph
            .beside(&kink.witness, &kink.hyperplane.normal, side)
            .ok_or_else(|| Error::input("a witness lies on another kink"))?;
        Ok(maps.into_iter().map(|map| map.coefficients).collect())
    };
    let (below, above) = (gradients(Side::Below)?, gradients(Side::Above)?);
    let point = vector(&kink.witness);
    if below == above {
        return Ok(format!("At {point} the gradient is {} on both sides: it does not jump.", rows(&below)));
    }
    let (gradient, is) = if below.len() == 1 { ("gradient", "is") } else { ("gradients of the outputs", "are") };
    let jumps: Vec<String> = kink.jump.iter().map(number).collect();
    let (times, jumps) = match jumps.as_slice() {
        [jump] => ("it jumps by", jump.clone()),
        _ => ("they jump by", format!("({})", jumps.join(", "))),
    };
    Ok(format!(
        "At {point} the {gradient} {is} {} just before and {} just behind it (where {} > {}): {times} {jumps} times the \
         normal {}.",
        rows(&below),
        rows(&above),
        paper.map(&Affine { coefficients: kink.hyperplane.normal.clone(), constant: Rational::zero() }),
        kink.hyperplane.offset,
        vector(&kink.hyperplane.normal)
    ))
}

pub(super) fn tell_not_one_layer(
    paper: &mut Paper<'_>,
    function: &Function,
    domain: &Domain,
    here: &Kink,
    there: &Kink,
) -> Result<(), Error> {
    let noun = plane_noun(function.n_inputs());
    let graph = function.to_relu_graph();
    paper.section("What one hidden layer can do");
    paper.say(&format!(
        "A neuron relu(w.x + b) is bent where w.x + b = 0 and nowhere else: along that whole {noun} its gradient jumps by \
         the same amount. An output is a sum of multiples of neurons. So along a {noun} an output's gradient jumps by one \
         and the same amount everywhere, but for the points where another kink crosses it."
    ));
    paper.section("What the function does");
    paper.say(&format!(
        "Take the {noun} {} and two of its points{}, both off all other kinks.",
        paper.equation(&here.hyperplane),
        match domain {
            Domain::Everywhere => String::new(),
            _ => format!(" inside {domain}"),
        }
    ));
    for kink in [here, there] {
        let sentence = jump_sentence(paper, &graph, kink)?;
        paper.item(&sentence);
    }
    paper.section("So one hidden layer cannot compute it");
    paper.say(&format!(
        "The two jumps differ, and each is the same at all points near by, so that no other neuron's {noun} can be to \
         blame. A network with one hidden layer has one jump along the whole {noun}, whatever its width and its weights."
    ));
    Ok(())
}
