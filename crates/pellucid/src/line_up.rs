//! The two sides of a claim, brought together: what is compared takes the same inputs.

use pellucid_core::{Computation, Error, Function, counted};

/// Both sides with one number of inputs: a function that mentions fewer gets unused ones.
///
/// ```
/// use pellucid::{Computation, Function, line_up};
/// let (left, right) = (Function::parse("max(x1, x2, x3)")?, Function::parse("x1")?);
/// let (left, right) = line_up(Computation::Function(left), Computation::Function(right))?;
/// assert_eq!((left.n_inputs(), right.n_inputs()), (3, 3));
/// # Ok::<(), pellucid::Error>(())
/// ```
///
/// # Errors
/// When the numbers of inputs stay different: a network takes what it takes, and one that names its inputs and has
/// fewer cannot be widened.
pub fn line_up(left: Computation, right: Computation) -> Result<(Computation, Computation), Error> {
    let n = left.n_inputs().max(right.n_inputs());
    let widened = |side: Computation| match &side {
        Computation::Function(function) => function.with_n_inputs(n).map_or(side, Computation::Function),
        Computation::Network(_) => side,
    };
    let (left, right) = (widened(left), widened(right));
    if left.n_inputs() != right.n_inputs() {
        let n_left = counted(left.n_inputs(), "input");
        return Err(Error::input(format!("{left} has {n_left}, {right} has {}", right.n_inputs())));
    }
    Ok((left, right))
}

/// Reads a function that stands beside something with named inputs: where it speaks of the same ones they are the same,
/// in whatever order it mentions them.
///
/// ```
/// let names = ["a".to_string(), "b".to_string()];
/// assert_eq!(pellucid::function_beside("b - a", &names)?.input_names(), ["a", "b"]);
/// # Ok::<(), pellucid::Error>(())
/// ```
///
/// # Errors
/// Everything that is wrong with the text, each with its place.
pub fn function_beside(text: &str, names: &[String]) -> Result<Function, Error> {
    Function::parse_with_inputs(text, names).or_else(|_| Function::parse(text))
}
