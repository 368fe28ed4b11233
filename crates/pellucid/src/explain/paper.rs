//! What a proof in words is written on: numbered sections, paragraphs, lists that are cut.

use pellucid_core::{Affine, Error, Expr, Form, Hyperplane, Integer, IntegerRow, Rational, Wire, expr_to_text};

use super::Explaining;
use crate::text::{brief, wrapped};

/// Longer formulas lose their middle.
const FORMULA_CHARS: usize = 400;

/// A text that grows.
pub(super) struct Paper<'a> {
    options: &'a Explaining,
    /// The inputs' names.
    pub inputs: &'a [String],
    text: String,
    n_sections: usize,
}

impl<'a> Paper<'a> {
    pub(super) fn new(options: &'a Explaining, inputs: &'a [String]) -> Self {
        Paper { options, inputs, text: String::new(), n_sections: 0 }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A numbered section.
    pub(super) fn section(&mut self, title: &str) {
        self.n_sections += 1;
        self.text += &format!("\n{}. {title}\n", self.n_sections);
    }

    /// A sentence or more.
    pub(super) fn say(&mut self, text: &str) {
        let label = if self.n_sections == 0 { "" } else { "   " };
        self.text += &wrapped(label, text, self.options.width);
    }

    /// An entry of a list.
    pub(super) fn item(&mut self, text: &str) {
        self.text += &wrapped("     - ", text, self.options.width);
    }

    /// A list of which only the first entries are written, with the number of the others.
    ///
    /// # Errors
    /// Those of `entry`.
    pub(super) fn list(
        &mut self,
        n: usize,
        one: &str,
        several: &str,
        mut entry: impl FnMut(&Self, usize) -> Result<String, Error>,
    ) -> Result<(), Error> {
        let shown = self.shown(n);
        for k in 0..shown {
            let text = entry(self, k)?;
            self.item(&text);
        }
        self.more(n - shown, one, several);
        Ok(())
    }

    /// How many of so many entries are written; one that would stand alone behind the cut is too.
    pub(super) fn shown(&self, n: usize) -> usize {
        if n <= self.options.at_most + 1 { n } else { self.options.at_most }
    }

    /// Says how many entries of a list are not written.
    pub(super) fn more(&mut self, n: usize, one: &str, several: &str) {
        if n > 0 {
            self.item(&format!("and {n} more {}, not written here", if n == 1 { one } else { several }));
        }
    }

    /// An affine map in the inputs' names.
    pub(super) fn map(&self, map: &Affine) -> String {
        brief(&expr_to_text(&map.to_expr(), self.inputs), FORMULA_CHARS)
    }

    /// `x1 - x2 >= 0`, in the smallest integers.
    pub(super) fn at_least_0(&self, row: &IntegerRow) -> String {
        format!("{} >= 0", self.map(&primitive(row).to_affine()))
    }

    /// `2*(x1 - x2) + (x1 + 1) + 3`: positive multiples of rows, and a number where it is not 0. Rows
    /// have the smallest integers.
    pub(super) fn rows_and_number(&self, rows: &[(IntegerRow, Rational)], rest: &Rational) -> String {
        let product = |(row, factor): &(IntegerRow, Rational)| {
            let row = self.map(&row.to_affine());
            if factor.is_one() { format!("({row})") } else { format!("{}*({row})", number(factor)) }
        };
        let mut terms: Vec<String> = rows.iter().map(product).collect();
        if !rest.is_zero() || terms.is_empty() {
            terms.push(number(rest));
        }
        terms.join(" + ")
    }

    /// An expression in the inputs' names.
    pub(super) fn expr(&self, expr: &Expr) -> String {
        brief(&expr_to_text(expr, self.inputs), FORMULA_CHARS)
    }

    /// The equation of a hyperplane.
    pub(super) fn equation(&self, plane: &Hyperplane) -> String {
        brief(&plane.equation(self.inputs), FORMULA_CHARS)
    }

    /// A sum of inputs and ReLUs, these called `r1`, `r2`, ...
    pub(super) fn form(&self, form: &Form) -> String {
        let n = self.inputs.len();
        let n_relus = form.relu_wires().max().map_or(0, |k| k + 1);
        let mut coefficients = vec![Rational::zero(); n + n_relus];
        for (wire, factor) in &form.terms {
            let at = match wire {
                Wire::Input(i) => *i,
                Wire::Relu(k) => n + k,
            };
            coefficients[at] = factor.clone();
        }
        let names: Vec<String> = self.inputs.iter().cloned().chain((0..n_relus).map(|k| self.relu(k))).collect();
        brief(&expr_to_text(&Expr::affine(&coefficients, &form.constant), &names), FORMULA_CHARS)
    }

    /// What the ReLU with this index is called; never as an input is.
    pub(super) fn relu(&self, k: usize) -> String {
        let taken = |name: &String| name.starts_with('r') && name[1..].chars().all(|c| c.is_ascii_digit());
        let prefix = if self.inputs.iter().any(taken) { "relu_" } else { "r" };
        format!("{prefix}{}", k + 1)
    }
}

/// The row divided by the largest common factor of all its numbers.
pub(super) fn primitive(row: &IntegerRow) -> IntegerRow {
    let mut row = row.clone();
    row.make_primitive();
    row
}

/// Rows of which factors are given by index, each with the smallest integers and the factor that goes
/// with these.
///
/// # Errors
/// When there is no such row.
pub(super) fn combined(
    rows: &[IntegerRow],
    factors: &[(usize, Integer)],
) -> Result<Vec<(IntegerRow, Rational)>, Error> {
    let row = |(i, factor): &(usize, Integer)| {
        let row = rows.get(*i).ok_or_else(|| Error::input("a factor is for a row that is not there"))?;
        let small = primitive(row);
        Ok((small.clone(), Rational::from(factor.clone()) * times(row, &small)))
    };
    factors.iter().map(row).collect()
}

/// How many times one row is another.
pub(super) fn times(row: &IntegerRow, small: &IntegerRow) -> Rational {
    let mut pairs = row.entries.iter().zip(&small.entries).filter(|(_, small)| !small.is_zero());
    pairs.next().map_or_else(Rational::one, |(a, b)| Rational::quotient(a.clone(), b.clone()))
}

/// `(1, -1/2)`.
pub(super) fn vector(values: &[Rational]) -> String {
    let values: Vec<String> = values.iter().map(number).collect();
    brief(&format!("({})", values.join(", ")), FORMULA_CHARS)
}

/// A number; one that fills lines loses its middle.
pub(super) fn number(value: &Rational) -> String {
    brief(&value.to_string(), 80)
}

/// A row an output: `(1, 0)`, or `(1, 0) and (0, 1)`.
pub(super) fn rows(rows: &[Vec<Rational>]) -> String {
    and(&rows.iter().map(|row| vector(row)).collect::<Vec<_>>())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What a hyperplane is called among so many inputs.
pub(super) fn plane_noun(n_inputs: usize) -> &'static str {
    match n_inputs {
        1 => "point",
        2 => "line",
        3 => "plane",
        _ => "hyperplane",
    }
}
