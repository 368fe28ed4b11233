//! The linear pieces of a graph along a segment.

use pellucid_core::{Affine, Form, Kink, Rational, ReluGraph, Wire};

use crate::representable::kink_at;

/// The times strictly between 0 and 1 where a ReLU's argument changes its sign on the way from one
/// point to another, in order.
pub fn breaks(graph: &ReluGraph, from: &[Rational], to: &[Rational]) -> Vec<Rational> {
    // The graph along the segment has one input, the time.
    let mut ends = vec![Rational::zero(), Rational::one()];
    let mut pieces: Vec<Vec<Affine>> = vec![Vec::new()];
    for form in &graph.relus {
        let restricted = along(form, from, to);
        let (mut new_ends, mut new_pieces) = (vec![Rational::zero()], Vec::new());
        for (relus, ends) in pieces.iter().zip(ends.windows(2)) {
            let map = restricted.to_affine(1, relus);
            let values = [map.at(&ends[..1]), map.at(&ends[1..])];
            let mut part = |on: bool, end: Rational| {
                let mut relus = relus.clone();
                relus.push(if on { map.clone() } else { Affine::constant(1, Rational::zero()) });
                new_pieces.push(relus);
                new_ends.push(end);
            };
            if values[0].signum() * values[1].signum() < 0 {
                part(values[0].is_positive(), -(&map.constant / &map.coefficients[0]));
                part(values[1].is_positive(), ends[1].clone());
            } else {
                part(values.iter().any(Rational::is_positive), ends[1].clone());
            }
        }
        (ends, pieces) = (new_ends, new_pieces);
    }
    ends.pop();
    ends.remove(0);
    ends
}

/// The maps of all ReLUs' arguments on a cell that a point touches.
fn arguments_at(graph: &ReluGraph, point: &[Rational]) -> Vec<Affine> {
    let (mut relus, mut arguments) = (Vec::with_capacity(graph.relus.len()), Vec::new());
    for form in &graph.relus {
        let map = form.to_affine(graph.n_inputs, &relus);
        let on = map.at(point).is_positive();
        relus.push(if on { map.clone() } else { Affine::constant(graph.n_inputs, Rational::zero()) });
        arguments.push(map);
    }
    arguments
}

/// The kink at a break between two points; `None` where several hyperplanes meet.
pub fn kink_on_segment(graph: &ReluGraph, from: &[Rational], to: &[Rational], time: &Rational) -> Option<Kink> {
    let point = point_at(from, to, time);
    let arguments = arguments_at(graph, &point);
    let map = arguments.iter().find(|map| !map.is_constant() && map.at(&point).is_zero())?;
    kink_at(graph, &map.hyperplane()?.0, point)
}

/// A form of inputs as one of the time on a segment.
fn along(form: &Form, from: &[Rational], to: &[Rational]) -> Form {
    let mut restricted = Form::constant(form.constant.clone());
    let mut speed = Rational::zero();
    for (wire, factor) in &form.terms {
        match wire {
            Wire::Input(i) => {
                restricted.constant += &(factor * &from[*i]);
                speed += &(factor * (&to[*i] - &from[*i]));
            }
            Wire::Relu(_) => restricted.add_scaled(factor, &Form::wire(*wire)),
        }
    }
    restricted.add_scaled(&speed, &Form::wire(Wire::Input(0)));
    restricted
}

/// The point at a time on the way from one to another.
pub fn point_at(from: &[Rational], to: &[Rational], time: &Rational) -> Vec<Rational> {
    from.iter().zip(to).map(|(a, b)| a + (b - a) * time).collect()
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Function, Rational};

    use super::breaks;

    #[test]
    fn breaks_are_where_arguments_change_sign() {
        let graph = Function::parse("relu(1 - abs(x1) - abs(x2))").unwrap().to_relu_graph();
        let r = |text: &str| text.parse::<Rational>().unwrap();
        let found = breaks(&graph, &[r("-2"), r("1/2")], &[r("2"), r("1/2")]);
        assert_eq!(found, [r("3/8"), r("1/2"), r("5/8")]);
    }
}
