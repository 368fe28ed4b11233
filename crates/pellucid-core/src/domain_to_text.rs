//! The text of a domain, as it is read again.

use std::fmt;

use crate::{Affine, Domain, Rational, expr_to_text};

impl Domain {
    /// For sentences: `everywhere`, `on [-1, 1]^2`, or `where x1 - x2 >= 0`.
    pub fn phrase(&self) -> String {
        self.phrase_in(&[])
    }

    /// [`Domain::phrase`] in the inputs' names; without names they are x1, x2, ...
    pub fn phrase_in(&self, inputs: &[String]) -> String {
        match self {
            Domain::Everywhere => "everywhere".into(),
            Domain::Polyhedron { sides: None, rows } => format!("where {}", conditions_to_text(rows, inputs)),
            _ => format!("on {}", self.to_text(inputs)),
        }
    }

    /// The text that [`Domain::parse`] reads with these names; without names they are x1, x2, ...
    pub fn to_text(&self, inputs: &[String]) -> String {
        let base = match self {
            Domain::Everywhere => "everywhere".into(),
            Domain::Box(sides) | Domain::Polyhedron { sides: Some(sides), .. } => {
                product_to_text(sides, |(low, high)| format!("[{low}, {high}]"))
            }
            // Says its number of inputs, so that it can be read without their names.
            Domain::Polyhedron { sides: None, rows } => {
                format!("R^{}", rows.first().map_or(0, |row| row.coefficients.len()))
            }
            Domain::Finite { values, .. } => product_to_text(values, |values| set_to_text(values)),
        };
        match self.conditions() {
            [] => base,
            rows => format!("{base} where {}", conditions_to_text(rows, inputs)),
        }
    }
}

fn product_to_text<T: PartialEq>(sides: &[T], to_text: impl Fn(&T) -> String) -> String {
    match sides {
        [side] => to_text(side),
        [first, rest @ ..] if rest.iter().all(|side| side == first) => format!("{}^{}", to_text(first), sides.len()),
        _ => sides.iter().map(to_text).collect::<Vec<_>>().join(" x "),
    }
}

/// `{0, 1}`; three and more whole numbers in a row are a range, `{-1/2, 0..9}`.
fn set_to_text(values: &[Rational]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = values;
    while let [first, ..] = rest {
        let follows = |w: &[Rational]| w[0].is_integer() && &w[0] + &Rational::one() == w[1];
        let run = 1 + rest.windows(2).take_while(|w| follows(w)).count();
        if run < 3 {
            parts.push(first.to_string());
            rest = &rest[1..];
        } else {
            parts.push(format!("{first}..{}", rest[run - 1]));
            rest = &rest[run..];
        }
    }
    format!("{{{}}}", parts.join(", "))
}

fn conditions_to_text(rows: &[Affine], inputs: &[String]) -> String {
    let text = |row: &Affine| format!("{} >= 0", expr_to_text(&row.to_expr(), inputs));
    rows.iter().map(text).collect::<Vec<_>>().join(" and ")
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(&[]))
    }
}
