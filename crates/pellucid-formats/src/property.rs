//! A property: what is asked of inputs and outputs, before it is multiplied out into cases.

use pellucid_core::{Constraint, Error, Network, counted};

/// Constraints on the inputs `X_0..` and outputs `Y_0..` of a network, joined by *and* and *or*. A
/// file asks for an input that satisfies it; what it describes is what must not happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// The number of inputs.
    pub n_inputs: usize,
    /// The number of outputs.
    pub n_outputs: usize,
    /// Things that are allowed, but that somebody may not have meant.
    pub remarks: Vec<String>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) formula: Formula,
}

/// Constraints, by index, joined; *not* has been pushed inwards to them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Formula {
    Constraint(usize),
    And(Vec<Formula>),
    Or(Vec<Formula>),
}

/// The most constraints that all cases together may have, whatever the limit on cases.
const MAX_CONSTRAINTS: usize = 4_000_000;

impl Property {
    /// The cases, each a list of constraints: an input satisfies the property when it satisfies,
    /// with its outputs, all constraints of one of them.
    ///
    /// ```
    /// let text = b"(declare-const X_0 Real) (declare-const Y_0 Real)
    ///     (assert (or (<= X_0 0) (>= X_0 1))) (assert (or (<= Y_0 0) (>= Y_0 1)))";
    /// let property = pellucid_formats::read_property(text, "two.vnnlib")?;
    /// assert_eq!(property.cases(100)?.len(), 4);
    /// assert!(property.cases(3).unwrap_err().is_limit());
    /// # Ok::<(), pellucid_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there are more than `max_cases`.
    pub fn cases(&self, max_cases: usize) -> Result<Vec<Vec<Constraint>>, Error> {
        let cases = multiplied_out(&self.formula, max_cases)?;
        let constraint = |index: &usize| self.constraints[*index].clone();
        Ok(cases.iter().map(|case| case.iter().map(constraint).collect()).collect())
    }

    /// Refuses a network with other numbers of inputs or outputs.
    ///
    /// # Errors
    /// Names every number that differs.
    pub fn check_fits<W>(&self, network: &Network<W>) -> Result<(), Error> {
        let differ = |noun: &str, name: char, here: usize, there: usize| {
            (here != there).then(|| {
                let last = here.saturating_sub(1);
                let declared = if here == 0 { "none".into() } else { format!("{name}_0 to {name}_{last}") };
                format!("the network has {}, the property declares {declared}", counted(there, noun))
            })
        };
        let wrong: Vec<String> = [
            differ("input", 'X', self.n_inputs, network.n_inputs()),
            // Outputs that a property does not speak of need no name.
            differ("output", 'Y', self.n_outputs, network.n_outputs()).filter(|_| self.n_outputs > 0),
        ]
        .into_iter()
        .flatten()
        .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Error::inputs(wrong)) }
    }
}

fn multiplied_out(formula: &Formula, max_cases: usize) -> Result<Vec<Vec<usize>>, Error> {
    let cases = match formula {
        Formula::Constraint(index) => vec![vec![*index]],
        Formula::Or(parts) => {
            let mut cases = Vec::new();
            for part in parts {
                cases.extend(multiplied_out(part, max_cases)?);
                check_size(cases.len(), 0, max_cases)?;
            }
            cases
        }
        Formula::And(parts) => {
            let mut cases = vec![Vec::new()];
            for part in parts {
                let more = multiplied_out(part, max_cases)?;
                let n_cases = cases.len().saturating_mul(more.len());
                let lengths = |cases: &[Vec<usize>]| cases.iter().map(Vec::len).sum::<usize>();
                let n_constraints = lengths(&cases) * more.len() + lengths(&more) * cases.len();
                check_size(n_cases, n_constraints, max_cases)?;
                if let [only] = more.as_slice() {
                    cases.iter_mut().for_each(|case| case.extend(only));
                } else {
                    cases = cases.iter().flat_map(|case| more.iter().map(|with| [&case[..], with].concat())).collect();
                }
            }
            cases
        }
    };
    Ok(cases)
}

fn check_size(n_cases: usize, n_constraints: usize, max_cases: usize) -> Result<(), Error> {
    if n_cases > max_cases {
        return Err(Error::limit(format!(
            "gave up: the assertions multiply out to more than {} (raise --max-cases)",
            counted(max_cases, "case")
        )));
    }
    if n_constraints > MAX_CONSTRAINTS {
        return Err(Error::limit(format!(
            "gave up: the assertions multiply out to more than {MAX_CONSTRAINTS} constraints, the most that are kept"
        )));
    }
    Ok(())
}
