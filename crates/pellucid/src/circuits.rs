//! The circuits of a compiled network.

use pellucid_compile::{Compiled, expr_to_circuit};
use pellucid_core::{Circuit, Domain};

use crate::pictures::taken_apart;

/// The circuits that a compiled network is made of: found in its neurons where it has one hidden
/// layer, and told from the function's tree where it is deeper or for points alone (then without neurons).
///
/// ```
/// use pellucid::{Biases, Domain, Function, circuits_of, compile};
/// let minimum = Function::parse("min(x1, x2)")?;
/// let compiled = compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default())?;
/// let circuits = circuits_of(&compiled);
/// assert_eq!(circuits[0].name, "minimum");
/// assert_eq!(circuits[0].parts[0].name, "identity");
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn circuits_of(compiled: &Compiled) -> Vec<Circuit> {
    // At points the formula says nothing of the neurons.
    let at_points = matches!(compiled.domain, Domain::Finite { .. });
    match taken_apart(&compiled.network, &compiled.domain).filter(|_| !at_points) {
        Some(found) => found.circuits,
        None => compiled.function.outputs().iter().map(expr_to_circuit).collect(),
    }
}
