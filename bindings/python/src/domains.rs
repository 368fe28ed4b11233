//! Where something is to hold.

use pellucid::{Domain, Error, Rational};

/// The domain in the inputs' names, cut by conditions; lists everything that is wrong.
pub fn domain(on: Option<&str>, conditions: &[String], inputs: &[String], otherwise: Domain) -> Result<Domain, Error> {
    let mut wrong = Vec::new();
    let begun = on.map_or(Ok(otherwise), |text| Domain::parse(text, inputs));
    let mut domain = begun.map_err(|error| wrong.push(error.to_string())).ok();
    for text in conditions {
        // Where the domain itself is wrong, finite ones allow most: only what is surely wrong is told.
        let bits = || vec![vec![Rational::zero(), Rational::one()]; inputs.len()];
        match domain.clone().unwrap_or_else(|| Domain::Finite { values: bits(), rows: vec![] }).and_where(text, inputs)
        {
            Ok(cut) => domain = domain.map(|_| cut),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    domain.filter(|_| wrong.is_empty()).ok_or_else(|| Error::inputs(wrong))
}
