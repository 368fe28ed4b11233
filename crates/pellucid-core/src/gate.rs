//! Gates on bits and whole numbers, as continuous piecewise-linear functions.
//!
//! A gate jumps between bits, and a ReLU network cannot; so each gate here is one fixed continuous
//! piecewise-linear function that agrees with the gate on bits (or on whole numbers, where that is
//! what it takes). What a claim says about a gate between them is about that function.

use crate::{Expr, Rational};

/// A whole number taken modulo another may be so many times larger: each turn is a piece.
const MAX_TURNS: u32 = 4096;

/// A gate, to be applied to its arguments. `s` is their sum and `n` their number.
///
/// | gate | on | its function |
/// |---|---|---|
/// | `not(a)` | a bit | `1 - a` |
/// | `and(a, ...)`, `nand` | bits | `relu(s - n + 1)`, and 1 less that |
/// | `or(a, ...)`, `nor` | bits | `1 - relu(1 - s)`, and 1 less that |
/// | `xor(a, ...)`, `parity(a, ...)`, `xnor` | bits | through 0, 1, 0, 1, ... at `s` = 0 to `n`; 1 less that |
/// | `majority(a, ...)` | bits | `clamp(s - h, 0, 1)` with `h` half of `n`, rounded down: more than half are 1 |
/// | `equal(a, b)` | whole numbers | `relu(1 - abs(a - b))` |
/// | `less(a, b)`, `greater(a, b)` | whole numbers | `clamp(b - a, 0, 1)`, `clamp(a - b, 0, 1)` |
/// | `less_equal(a, b)`, `greater_equal(a, b)` | whole numbers | `clamp(b - a + 1, 0, 1)`, `clamp(a - b + 1, 0, 1)` |
/// | `mux(s, a, b)` | a bit, and two numbers in [0, 1] | `relu(a + s - 1) + relu(b - s)`: `a` when `s` is 1, `b` when it is 0 |
/// | `mod(x, m, top)` | whole numbers from 0 to `top` | through the remainders of `x`, affine from 0 to `m - 1`, from there to `m`, and so on |
/// | `add_mod(a, ..., m)` | whole numbers from 0 to `m - 1` | `mod(a + ..., m, n*(m - 1))` |
/// | `table(x; v0, v1, ...)` | whole numbers from 0 | through the values `v0, v1, ...` at `x` = 0, 1, ...; its outer pieces go on |
///
/// ```
/// use pellucid_core::{Function, Rational};
/// let f = Function::parse("mux(x1, xor(x2, x3), and(x2, x3))").unwrap();
/// let at = |bits: [i64; 3]| f.evaluate(&bits.map(Rational::from)).swap_remove(0);
/// assert_eq!((at([1, 1, 0]), at([0, 1, 0])), (Rational::one(), Rational::zero()));
/// assert_eq!(f.to_string(), "mux(x1, xor(x2, x3), and(x2, x3))");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// Is it 0?
    Not,
    /// Are all 1?
    And,
    /// Is one of them 1?
    Or,
    /// Is one of them 0?
    Nand,
    /// Are all 0?
    Nor,
    /// Are an odd number of them 1?
    Xor,
    /// Are an even number of them 1?
    Xnor,
    /// Are an odd number of them 1? The same as [`Gate::Xor`], under its other name.
    Parity,
    /// Are more than half of them 1?
    Majority,
    /// Are two whole numbers the same?
    Equal,
    /// Is the first below the second?
    Less,
    /// Is the first at most the second?
    LessEqual,
    /// Is the first above the second?
    Greater,
    /// Is the first at least the second?
    GreaterEqual,
    /// The second where the first is 1, the third where it is 0.
    Mux,
    /// The remainder of a whole number from 0 to `top`.
    Mod {
        /// At least 2.
        modulus: u32,
        /// The largest number it is for, at least 1.
        top: u32,
    },
    /// The remainder of a sum of whole numbers, each below the modulus.
    AddMod {
        /// At least 2.
        modulus: u32,
    },
    /// The value at a place of a list, counted from 0.
    Table(Vec<Rational>),
}

/// The gates that are written `name(argument, ...)`, with the fewest and the most arguments.
const PLAIN: [(&str, Gate, usize, usize); 15] = [
    ("not", Gate::Not, 1, 1),
    ("and", Gate::And, 1, usize::MAX),
    ("or", Gate::Or, 1, usize::MAX),
    ("nand", Gate::Nand, 1, usize::MAX),
    ("nor", Gate::Nor, 1, usize::MAX),
    ("xor", Gate::Xor, 1, usize::MAX),
    ("xnor", Gate::Xnor, 1, usize::MAX),
    ("parity", Gate::Parity, 1, usize::MAX),
    ("majority", Gate::Majority, 1, usize::MAX),
    ("equal", Gate::Equal, 2, 2),
    ("less", Gate::Less, 2, 2),
    ("less_equal", Gate::LessEqual, 2, 2),
    ("greater", Gate::Greater, 2, 2),
    ("greater_equal", Gate::GreaterEqual, 2, 2),
    ("mux", Gate::Mux, 3, 3),
];

impl Gate {
    /// The gates' names, for messages.
    pub(crate) const NAMES: &str = "not, and, or, nand, nor, xor, xnor, parity, majority, equal, less, less_equal, \
                                    greater, greater_equal, mux, mod, add_mod, table";

    /// Is it the name of a gate?
    pub(crate) fn is_name(name: &str) -> bool {
        Gate::NAMES.split(", ").any(|known| known == name)
    }

    /// The gate that a name with these arguments asks for, `mod` and `add_mod` with their constants
    /// taken off; or what is wrong with it, and a hint. (A table is not written in this way.)
    pub(crate) fn call(name: &str, mut arguments: Vec<Expr>) -> Result<Expr, (String, Option<String>)> {
        let n = arguments.len();
        let wrong = |message: String, help: &str| Err((message, Some(help.to_string())));
        if let Some((_, gate, fewest, most)) = PLAIN.iter().find(|(known, ..)| *known == name) {
            return match (*fewest..=*most).contains(&n) {
                true => Ok(Expr::Gate(gate.clone(), arguments)),
                // Arguments are never left out: that has been said.
                false => {
                    let takes = ["", "one argument", "two arguments", "three arguments"][*fewest];
                    let help = match gate {
                        Gate::Not => "write not(x1)".to_string(),
                        Gate::Mux => "write mux(s, a, b): a when s is 1, b when it is 0".to_string(),
                        _ => format!("write {name}(x1, x2)"),
                    };
                    Err((format!("{name} takes {takes}, not {n}"), Some(help)))
                }
            };
        }
        let whole = |e: Option<Expr>| e.and_then(|e| e.as_constant()).and_then(|c| u32::try_from(c.to_i128()?).ok());
        match (name, n) {
            ("mod", 3) => {
                let (top, modulus) = (whole(arguments.pop()), whole(arguments.pop()));
                match (modulus, top) {
                    (Some(modulus @ 2..), Some(top @ 1..)) if top / modulus <= MAX_TURNS => {
                        Ok(Expr::Gate(Gate::Mod { modulus, top }, arguments))
                    }
                    (Some(2..), Some(1..)) => {
                        Err((format!("mod has more than {MAX_TURNS} turns up to its largest number"), None))
                    }
                    _ => wrong(
                        "mod needs whole numbers: a modulus of at least 2 and the largest number it is for".into(),
                        "write mod(x1, 5, 8) for the remainder by 5 of whole numbers from 0 to 8",
                    ),
                }
            }
            ("add_mod", 2..) => match whole(arguments.pop()) {
                Some(_) if n > MAX_TURNS as usize => Err((format!("add_mod of more than {MAX_TURNS} numbers"), None)),
                Some(modulus @ 2..) => Ok(Expr::Gate(Gate::AddMod { modulus }, arguments)),
                _ => wrong("the modulus must be a whole number of at least 2".into(), "write add_mod(x1, x2, 5)"),
            },
            ("mod", _) => wrong(
                format!("mod takes three arguments, not {n}: a number, the modulus, the largest number it is for"),
                "write mod(x1, 5, 8) for the remainder by 5 of whole numbers from 0 to 8",
            ),
            ("add_mod", _) => {
                wrong(format!("add_mod takes two or more arguments, not {n}"), "write add_mod(x1, x2, 5)")
            }
            _ => wrong(format!("{name} takes a list of values"), "write table(x1; 0, 1, 1, 0)"),
        }
    }

    /// The name it is written with.
    pub fn name(&self) -> &'static str {
        match self {
            Gate::Mod { .. } => "mod",
            Gate::AddMod { .. } => "add_mod",
            Gate::Table(_) => "table",
            plain => PLAIN.iter().find(|(_, gate, ..)| gate == plain).map_or("", |(name, ..)| name),
        }
    }

    /// The name of the circuit that computes it.
    pub fn circuit_name(&self) -> &'static str {
        match self {
            Gate::Not => "negation",
            Gate::And => "conjunction",
            Gate::Or => "disjunction",
            Gate::Nand => "negated conjunction",
            Gate::Nor => "negated disjunction",
            Gate::Xor => "exclusive or",
            Gate::Xnor => "negated exclusive or",
            Gate::Parity => "parity",
            Gate::Majority => "majority",
            Gate::Equal => "equality",
            Gate::Less | Gate::LessEqual | Gate::Greater | Gate::GreaterEqual => "comparison",
            Gate::Mux => "multiplexer",
            Gate::Mod { .. } => "remainder",
            Gate::AddMod { .. } => "modular addition",
            Gate::Table(_) => "lookup table",
        }
    }

    /// Its function of the arguments, which are the inputs 0 to `n_arguments - 1` of the tree. This is
    /// the one place that says what a gate is: evaluation and ReLU graphs both go by it.
    pub fn body(&self, n_arguments: usize) -> Expr {
        let whole = |n: i64| Rational::from(n);
        let number = |n: i64| Expr::Constant(whole(n));
        let input = Expr::Input;
        let n = n_arguments as i64;
        let sum = || Expr::sum((0..n_arguments).map(input));
        let plus = |e: Expr, n: i64| Expr::sum([e, number(n)]);
        let relu = |e: Expr| Expr::Relu(Box::new(e));
        let clamp = |e: Expr| Expr::Clamp(Box::new([e, number(0), number(1)]));
        let one_less = |e: Expr| Expr::subtract(number(1), e);
        let difference = |a: usize, b: usize| Expr::subtract(input(a), input(b));
        let through = |e: Expr, points: Vec<(i64, i64)>| {
            Expr::Pwl(Box::new(e), points.into_iter().map(|(x, y)| (whole(x), whole(y))).collect())
        };
        match self {
            Gate::Not => one_less(input(0)),
            Gate::And => relu(plus(sum(), 1 - n)),
            Gate::Nand => one_less(relu(plus(sum(), 1 - n))),
            Gate::Or => one_less(relu(one_less(sum()))),
            Gate::Nor => relu(one_less(sum())),
            Gate::Xor | Gate::Parity => through(sum(), (0..=n).map(|s| (s, s % 2)).collect()),
            Gate::Xnor => through(sum(), (0..=n).map(|s| (s, 1 - s % 2)).collect()),
            Gate::Majority => clamp(plus(sum(), -(n / 2))),
            Gate::Equal => relu(one_less(Expr::Abs(Box::new(difference(0, 1))))),
            Gate::Less => clamp(difference(1, 0)),
            Gate::Greater => clamp(difference(0, 1)),
            Gate::LessEqual => clamp(plus(difference(1, 0), 1)),
            Gate::GreaterEqual => clamp(plus(difference(0, 1), 1)),
            Gate::Mux => Expr::sum([relu(plus(Expr::sum([input(1), input(0)]), -1)), relu(difference(2, 0))]),
            Gate::Mod { modulus, top } => through(sum(), remainders((*modulus).into(), (*top).into())),
            Gate::AddMod { modulus } => through(sum(), remainders((*modulus).into(), n * (i64::from(*modulus) - 1))),
            Gate::Table(values) => match values.as_slice() {
                [] => number(0),
                [value] => Expr::Constant(value.clone()),
                _ => {
                    let points = values.iter().enumerate().map(|(i, value)| (Rational::from(i), value.clone()));
                    Expr::Pwl(Box::new(sum()), points.collect())
                }
            },
        }
    }
}

/// The corners of `x mod modulus` from 0 to `top`, at least two.
fn remainders(modulus: i64, top: i64) -> Vec<(i64, i64)> {
    let turns = (0..=top / modulus).flat_map(|k| [k * modulus, k * modulus + modulus - 1]);
    let mut corners: Vec<i64> = turns.filter(|x| *x < top).collect();
    corners.push(top);
    corners.into_iter().map(|x| (x, x % modulus)).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Function, Rational};

    /// All values of a function of whole numbers below `below`, in the order of counting.
    fn values(text: &str, n_inputs: u32, below: i64) -> Vec<i64> {
        let f = Function::parse(text).unwrap();
        let points = 0..below.pow(n_inputs);
        let digits = |k: i64| (0..n_inputs).rev().map(move |i| Rational::from(k / below.pow(i) % below));
        let at = |k: i64| f.evaluate(&digits(k).collect::<Vec<_>>()).swap_remove(0);
        points.map(|k| i64::try_from(at(k).to_i128().unwrap()).unwrap()).collect()
    }

    #[test]
    fn gates_are_what_they_are_on_bits() {
        assert_eq!(values("not(x1)", 1, 2), [1, 0]);
        assert_eq!(values("and(x1, x2, x3)", 3, 2), [0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(values("nand(x1, x2)", 2, 2), [1, 1, 1, 0]);
        assert_eq!(values("or(x1, x2, x3)", 3, 2), [0, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(values("nor(x1, x2)", 2, 2), [1, 0, 0, 0]);
        assert_eq!(values("xor(x1, x2, x3)", 3, 2), [0, 1, 1, 0, 1, 0, 0, 1]);
        assert_eq!(values("parity(x1, x2, x3)", 3, 2), [0, 1, 1, 0, 1, 0, 0, 1]);
        assert_eq!(values("xnor(x1, x2)", 2, 2), [1, 0, 0, 1]);
        assert_eq!(values("majority(x1, x2, x3)", 3, 2), [0, 0, 0, 1, 0, 1, 1, 1]);
        assert_eq!(values("majority(x1, x2)", 2, 2), [0, 0, 0, 1]);
        // s, a, b.
        assert_eq!(values("mux(x1, x2, x3)", 3, 2), [0, 1, 0, 1, 0, 0, 1, 1]);
        // A gate of one is that one, or its negation.
        for name in ["and", "or", "xor", "parity", "majority"] {
            assert_eq!(values(&format!("{name}(x1)"), 1, 2), [0, 1], "{name}");
        }
        for name in ["nand", "nor", "xnor"] {
            assert_eq!(values(&format!("{name}(x1)"), 1, 2), [1, 0], "{name}");
        }
    }

    #[test]
    fn gates_are_what_they_are_on_whole_numbers() {
        for a in 0..5i64 {
            for b in 0..5i64 {
                let at = |name: &str| {
                    let f = Function::parse(&format!("{name}(x1, x2)")).unwrap();
                    f.evaluate(&[Rational::from(a), Rational::from(b)]).swap_remove(0)
                };
                let bit = |is: bool| Rational::from(i64::from(is));
                assert_eq!(at("equal"), bit(a == b));
                assert_eq!(at("less"), bit(a < b));
                assert_eq!(at("less_equal"), bit(a <= b));
                assert_eq!(at("greater"), bit(a > b));
                assert_eq!(at("greater_equal"), bit(a >= b));
            }
        }
        for modulus in 2..6 {
            for top in 1..14 {
                let expected: Vec<i64> = (0..=top).map(|x| x % modulus).collect();
                assert_eq!(values(&format!("mod(x1, {modulus}, {top})"), 1, top + 1), expected);
            }
            let sums: Vec<i64> = (0..modulus.pow(3))
                .map(|k| (k / modulus / modulus + k / modulus % modulus + k % modulus) % modulus)
                .collect();
            assert_eq!(values(&format!("add_mod(x1, x2, x3, {modulus})"), 3, modulus), sums);
        }
        assert_eq!(values("table(x1; 3, 1, 4, 1)", 1, 4), [3, 1, 4, 1]);
        assert_eq!(values("table(2*x1 + x2; 1, 0, 0, 1)", 2, 2), [1, 0, 0, 1]);
        assert_eq!(values("table(x1; 7)", 1, 3), [7, 7, 7]);
    }
}
