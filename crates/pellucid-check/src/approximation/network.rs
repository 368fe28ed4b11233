//! That a composition, with its parts' networks, is the network.
//!
//! Both are built into one graph of ReLUs over the box. A ReLU whose argument is never negative there is
//! its argument, and one whose argument is never positive is 0; so neurons that only pass a value on
//! disappear on either side. Outputs that become the same form are equal on the box.
//!
//! How far an argument reaches is bounded by the ranges of what it is made of. Those inside a part's
//! network are known exactly, from the ends of its pieces, and are looked up by the form without its
//! constant, whoever asks.

use pellucid_core::{
    BoxBuilder, Composition, Expr, Form, Function, Interval, Merge, Network, Rational, numbered_inputs,
};

use super::errors::KnownPart;
use crate::refuse_if;

pub(super) fn is_the_parts_networks(
    network: &Network<Rational>,
    composition: &Composition,
    sides: &[Interval],
    parts: &[KnownPart],
) -> Result<(), String> {
    let mut on_box = BoxBuilder::new(sides.to_vec(), Merge::Hyperplanes);
    let inputs = on_box.inputs();
    let mut forms = inputs.clone();
    for (part, known) in composition.parts.iter().zip(parts) {
        let argument = tree(&mut on_box, &part.of, &forms)?;
        on_box.learn(&argument, &known.argument);
        forms.extend(on_box.graph_of(&known.graph, &[argument], &known.graph.ranges_between(&known.ends)));
    }
    let composed =
        composition.outputs.iter().map(|output| tree(&mut on_box, output, &forms)).collect::<Result<Vec<_>, _>>()?;
    let claimed = on_box.graph(&network.to_relu_graph());
    refuse_if(composed != claimed, "the parts' networks are not seen to make up the network")
}

/// A tree of inputs and parts that are these forms.
fn tree(on_box: &mut BoxBuilder, tree: &Expr, forms: &[Form]) -> Result<Form, String> {
    let function = Function::new(numbered_inputs(forms.len()), vec![tree.clone()]);
    let graph = function.map_err(|error| error.to_string())?.to_relu_graph();
    Ok(on_box.graph_of(&graph, forms, &[]).swap_remove(0))
}
