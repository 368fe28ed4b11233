//! Steps with networks in their places, as one network.

use pellucid_core::{
    Computation, Error, Expr, Form, Function, GraphBuilder, Interval, Merge, Network, Rational, ReluGraph, Wire,
    numbered_inputs,
};
use pellucid_prove::Proposed;

use super::on_box::OnBox;
use super::steps::{Step, Steps};
use crate::fit::design::{Design, Designs, Room};
use crate::graph_to_layers::{Bounds, graph_to_layers, layers_of};

/// A step with the designs for it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The lowest and the highest number it is used for.
    pub range: Bounds,
    /// Smallest first.
    pub designs: Designs,
}

/// Bits of bounds on the numbers of steps.
const BITS: usize = 64;
/// Ends of ranges are rounded outwards by this part of the width, where nothing forbids it.
const ROUNDED: i64 = 1 << 10;

/// The designs for all steps, with these tolerances.
///
/// # Errors
/// When a step cannot be had within its tolerance, or is not defined for all numbers that the steps before
/// give it.
pub fn plan(steps: &Steps, sides: &[Bounds], tolerances: &[Rational], room: Room<'_>) -> Result<Vec<Planned>, Error> {
    let mut values: Vec<Interval> = sides.iter().map(|(low, high)| Interval::new(low.clone(), high.clone())).collect();
    let mut planned = Vec::with_capacity(steps.steps.len());
    for (step, allowed) in steps.steps.iter().zip(tolerances) {
        let argument = step.of.range(&values);
        let Some((low, high)) = argument.ends() else {
            return Err(Error::input(format!("`{}` is not bounded there", step.computes)));
        };
        let range = usable(step, (low.clone(), high.clone()))?;
        if !allowed.is_positive() {
            return Err(Error::limit("a step's part of the tolerance is too small for floats"));
        }
        let designs = if step.is_square() {
            Designs::of_square((&range.0, &range.1), allowed, room)
        } else {
            Designs::of_curve(&|x| step.at(x), (&range.0, &range.1), allowed.to_f64(), room)
        }?;
        let value = step
            .computes
            .on(&Interval::new(range.0.clone(), range.1.clone()), BITS)
            .map(|jet| jet.value.plus(&Interval::new(-allowed, allowed.clone())))
            .ok_or_else(|| undefined(step, &range))?;
        values.push(value);
        planned.push(Planned { range, designs });
    }
    Ok(planned)
}

/// A range with short ends around another one, inside of where the step is defined.
fn usable(step: &Step, (low, high): Bounds) -> Result<Bounds, Error> {
    let is_defined = |low: &Rational, high: &Rational| {
        step.computes.on(&Interval::new(low.clone(), high.clone()), BITS).is_some_and(|jet| jet.value.ends().is_some())
    };
    let (low, high) = if low == high { (low.clone(), high + Rational::ratio(1, ROUNDED)) } else { (low, high) };
    let room = (&high - &low) / Rational::from(ROUNDED);
    let wide = (Rational::simplest_between(&(&low - &room), &low), Rational::simplest_between(&high, &(&high + &room)));
    for (low, high) in [(&wide.0, &wide.1), (&low, &wide.1), (&wide.0, &high), (&low, &high)] {
        if is_defined(low, high) {
            return Ok((low.clone(), high.clone()));
        }
    }
    Err(undefined(step, &(low, high)))
}

fn undefined(step: &Step, (low, high): &Bounds) -> Error {
    Error::input(format!(
        "`{}` is not defined for all numbers that the steps before may give once they are approximated, {} to {} \
         (take a domain a little farther from where it ends, or write max(..., 0) of a root's argument)",
        step.computes,
        low.to_decimal(4),
        high.to_decimal(4)
    ))
}

/// One network with its parts.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// The whole.
    pub network: Network<Rational>,
    /// What it is composed of.
    pub parts: Vec<Proposed>,
}

/// Puts designs in the places of the steps.
///
/// # Errors
/// When a path cannot be rounded.
pub fn assemble(
    steps: &Steps,
    planned: &[Planned],
    designs: &[&Design],
    (inputs, sides): (&[String], &[Bounds]),
) -> Result<Assembled, Error> {
    let mut parts = Vec::with_capacity(steps.steps.len());
    for ((step, planned), design) in steps.steps.iter().zip(planned).zip(designs) {
        let network = part_network(design, &planned.range)?;
        let (of, computes) = (step.of.clone(), step.computes.clone());
        parts.push(Proposed { of, computes, network });
    }
    let network = match (&parts[..], &steps.outputs[..]) {
        // One part is the whole.
        ([part], [Expr::Input(1)]) if sides.len() == 1 && part.of == Expr::Input(0) => {
            part.network.clone().with_input_names(inputs.to_vec())?
        }
        _ => joined(&parts, &steps.outputs, sides, inputs)?,
    };
    Ok(Assembled { network, parts })
}

/// The parts' networks as one: those beside each other share what carries their sums.
fn joined(
    parts: &[Proposed],
    outputs: &[Expr],
    sides: &[Bounds],
    inputs: &[String],
) -> Result<Network<Rational>, Error> {
    let mut builder = GraphBuilder::with_merge(sides.len(), Merge::Copies);
    let mut forms: Vec<Form> = (0..sides.len()).map(|i| Form::wire(Wire::Input(i))).collect();
    let mut on_box = OnBox::new(sides.iter().map(|(low, high)| Interval::new(low.clone(), high.clone())).collect());
    for part in parts {
        let argument = tree(&mut builder, &part.of, &forms)?;
        let graph = Computation::Network(part.network.clone()).to_graph(Merge::Copies);
        forms.extend(builder.graph_of(&graph, &[argument]));
        on_box.add_part(&part.of, &part.network)?;
    }
    let outputs = outputs.iter().map(|output| tree(&mut builder, output, &forms)).collect::<Result<_, _>>()?;
    let composed = builder.finish(outputs);

    // The same without the ReLUs that are seen never to bend, each ReLU also as the checker has it.
    let mut settled = GraphBuilder::with_merge(sides.len(), Merge::Copies);
    let (mut values, mut seen, mut seen_of_wires) = (Vec::new(), Vec::new(), Vec::new());
    for form in &composed.relus {
        let argument = form.with_relus(&values);
        let known = form.with_relus(&seen);
        let relu = on_box.builder.relu(known.clone());
        values.push(if relu == known {
            argument
        } else if relu == Form::default() {
            Form::default()
        } else {
            let value = settled.relu(argument);
            while let Some(built) = settled.argument(seen_of_wires.len()) {
                let built = built.with_relus(&seen_of_wires);
                seen_of_wires.push(on_box.builder.relu(built));
            }
            value
        });
        seen.push(relu);
    }
    let outputs = composed.outputs.iter().map(|form| form.with_relus(&values)).collect();
    let relus = (0..).map_while(|k| settled.argument(k).cloned()).collect();
    let settled = ReluGraph { n_inputs: sides.len(), relus, outputs };
    let bounds = |form: &Form| {
        let range = on_box.builder.range(&form.with_relus(&seen_of_wires));
        range.ends().map(|(low, high)| (low.clone(), high.clone()))
    };
    layers_of(&settled, &bounds, inputs.to_vec())
}

/// The network of one part.
fn part_network(design: &Design, range: &Bounds) -> Result<Network<Rational>, Error> {
    let mut builder = GraphBuilder::with_merge(1, Merge::Copies);
    let output = design.build(&mut builder, &Form::wire(Wire::Input(0)));
    let output = output.ok_or_else(|| Error::limit("a path cannot be rounded"))?;
    graph_to_layers(&builder.finish(vec![output]), std::slice::from_ref(range), numbered_inputs(1))
}

/// A tree of forms, built.
fn tree(builder: &mut GraphBuilder, tree: &Expr, forms: &[Form]) -> Result<Form, Error> {
    let function = Function::new(numbered_inputs(forms.len()), vec![tree.clone()])?;
    let graph = Computation::Function(function).to_graph(Merge::Copies);
    Ok(builder.graph_of(&graph, forms).swap_remove(0))
}
