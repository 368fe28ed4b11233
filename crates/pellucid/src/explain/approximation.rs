//! A bound on the error of an approximation, in words: the parts, and how their errors add up.

use pellucid_core::{Composition, Error, Expr, Part, Target, counted, expr_to_text};

use super::paper::{Paper, number};

pub(super) fn tell(paper: &mut Paper<'_>, target: &Target, composition: &Composition) -> Result<(), Error> {
    let parts = &composition.parts;
    // Parts are called p1, p2, ..., or with more letters where an input has such a name.
    let mut letter = "p".to_string();
    while (1..=parts.len()).any(|k| target.input_names().contains(&format!("{letter}{k}"))) {
        letter.push('p');
    }
    let mut names = target.input_names().to_vec();
    names.extend((1..=parts.len()).map(|k| format!("{letter}{k}")));
    let text = |tree: &Expr| expr_to_text(tree, &names);
    if parts.iter().any(|part| part.network.n_inputs() != 1 || part.computes.n_inputs() != 1) {
        return Err(Error::input("a part is not a function of one number"));
    }
    paper.section("Functions of one number");
    paper.say("The target and the network are the same composition. They differ in what stands for each part:");
    paper.list(parts.len(), "part", "parts", |_, k| {
        let Part { of, computes, network, range, pieces } = &parts[k];
        let shape: Vec<String> = network.shape().iter().map(usize::to_string).collect();
        let argument = &computes.input_names()[0];
        Ok(format!(
            "{letter}{}: in the target {computes} for {argument} = {}, in the network a {} network of that number, used \
             for {} <= {argument} <= {}, with {} on which it is affine.",
            k + 1,
            text(of),
            shape.join("-"),
            number(&range.0),
            number(&range.1),
            counted(pieces.len() + 1, "piece"),
        ))
    })?;
    let outputs: Vec<String> = composition.outputs.iter().map(text).collect();
    let noun = if outputs.len() == 1 { "The output is" } else { "The outputs are" };
    paper.say(&format!("{noun} {}.", crate::text::brief(&outputs.join(", "), 600)));
    paper.section("The error of each part");
    paper.say(
        "On a piece the network is a line, and the function is convex or concave there, or nearly straight. The error of \
         a line under a convex function is largest at an end of the piece, and smallest where a tangent is parallel to \
         the line; elsewhere Taylor's formula about the middle bounds it. Values of functions are enclosed by rational \
         numbers that are rounded outwards.",
    );
    paper.section("The error of the whole");
    paper.say(
        "An error in a part's argument comes out at most its function's steepest slope times as large, and the part's own \
         error is added. Sums add errors with their factors, and min, max and absolute values make none larger. Worked \
         out for all parts in order, this is the claim's bound.",
    );
    Ok(())
}
