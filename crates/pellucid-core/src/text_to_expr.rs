//! The text of a function read into trees, with the place of everything that is wrong.
//!
//! A hand-written precedence parser: it goes on after a finding, so that all of them are told at
//! once, which parser libraries make hard, and its whole grammar fits on a page.
//!
//! ```text
//! function = tuple of sums | sum
//! sum      = product (('+' | '-') product)*
//! product  = unary (('*' | '/') unary)*
//! unary    = ('-' | '+')* atom ('^' unary)?
//! atom     = number | name | name '(' sum, ... ')' ('[' sum ']')? | '(' sum ')' | '|' sum '|' | pwl '(' sum ';' points ')'
//! ```

mod calls;
mod names;

use std::collections::HashMap;
use std::ops::Range;

use names::input_names;

use crate::network::numbered_inputs;
use crate::rational::MAX_EXPONENT;
use crate::text_to_nodes::{AND_WITHIN, Nodes, WITHIN};
use crate::text_to_tokens::{Token, TokenKind, tokens};
use crate::{Diagnostic, Elementary, Error, Expr, Rational};

/// Deeper nesting than this is refused, so that no input can exhaust the stack.
const MAX_DEPTH: usize = 200;
/// More inputs than this are refused: `x999999999` would ask for that many.
const MAX_INPUTS: usize = 4096;
/// Powers of constants beyond this are refused.
const MAX_POWER: i64 = 256;

/// Constants with more bits than this are refused: powers of powers would fill the memory.
const MAX_BITS: usize = 1 << 16;

/// A whole sort of more values than this is refused: each of its outputs holds all of them.
const MAX_SORTED: usize = 500;

/// The inputs' names and the outputs.
pub(crate) type Parsed = (Vec<String>, Vec<Expr>);

/// The inputs' names, the functions that are not piecewise linear, and the outputs.
pub(crate) struct ParsedTarget {
    pub inputs: Vec<String>,
    pub nodes: Vec<(Elementary, Expr)>,
    pub outputs: Vec<Expr>,
}

/// Reads a piecewise-linear function; `inputs` fixes the names and their order.
pub(crate) fn parse(text: &str, inputs: Option<&[String]>) -> Result<Parsed, Error> {
    read(text, inputs, false).map(|parsed| (parsed.inputs, parsed.outputs))
}

/// Reads a function that need not be piecewise linear.
pub(crate) fn parse_target(text: &str, inputs: Option<&[String]>) -> Result<ParsedTarget, Error> {
    let mut parsed = read(text, inputs, true)?;
    let kept = Nodes::without_unused(parsed.inputs.len(), parsed.nodes, parsed.outputs);
    (parsed.nodes, parsed.outputs) = kept;
    Ok(parsed)
}

/// Reads one tree whose inputs are called `x1`, `x2`, ...
pub(crate) fn parse_numbered(text: &str) -> Result<Expr, Error> {
    let (names, mut outputs) = parse(text, None)?;
    if names != numbered_inputs(names.len()) || outputs.len() != 1 {
        return Err(Error::input(format!("`{text}` is not one function of x1, x2, ...")));
    }
    Ok(outputs.swap_remove(0))
}

fn read(text: &str, inputs: Option<&[String]>, is_target: bool) -> Result<ParsedTarget, Error> {
    let (tokens, mut diagnostics) = tokens(text);
    let names = match inputs {
        Some(names) => names.to_vec(),
        None => input_names(&tokens, &mut diagnostics),
    };
    let mut places = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        places.entry(name.clone()).or_insert(index);
    }
    // A constant is a function of one input that it does not look at.
    let names = if names.is_empty() && diagnostics.is_empty() { numbered_inputs(1) } else { names };
    let nodes = is_target.then(|| Nodes::after(names.len()));
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, end: text.len(), names, places, nodes, diagnostics };
    if parser.names.len() > MAX_INPUTS {
        parser.report(0..text.len(), &format!("more than {MAX_INPUTS} inputs"), None);
    }
    let outputs = if parser.tokens.is_empty() && parser.diagnostics.is_empty() {
        parser.report(0..0, "the function is empty", Some("write for example min(x1, x2)"));
        None
    } else {
        parser.function()
    };
    let Parser { names: inputs, nodes, diagnostics, .. } = parser;
    match outputs {
        Some(outputs) if diagnostics.is_empty() => {
            Ok(ParsedTarget { inputs, nodes: nodes.map(Nodes::into_list).unwrap_or_default(), outputs })
        }
        _ => Err(Error::text("function", text, diagnostics)),
    }
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
    end: usize,
    names: Vec<String>,
    /// The index of each name.
    places: HashMap<String, usize>,
    /// Where functions that are not piecewise linear go; `None` when there must be none.
    nodes: Option<Nodes>,
    diagnostics: Vec<Diagnostic>,
}

/// A subtree with the text it came from.
struct Spanned {
    expr: Expr,
    span: Range<usize>,
}

// Every rule returns `None` when the text cannot be followed any further; findings about meaning
// (an unknown function, a product of inputs) leave a placeholder and go on.
impl<'a> Parser<'a> {
    fn function(&mut self) -> Option<Vec<Expr>> {
        let outputs = match self.tuple()? {
            Some(outputs) => outputs,
            None => self.output()?,
        };
        if let Some(token) = self.peek() {
            let (span, text) = (token.span.clone(), token.text);
            match text {
                ")" | "]" | "|" => self.report(span, &format!("`{text}` closes nothing"), None),
                "," => self.report(span, "a list of outputs needs parentheses", Some("write (f, g)")),
                _ => {
                    self.report(span, &format!("an operator is missing before `{text}`"), Some("write 2*x1, not 2 x1"))
                }
            };
            return None;
        }
        Some(outputs)
    }

    /// `(f, g, ...)` if the whole text is one; otherwise nothing is consumed.
    fn tuple(&mut self) -> Option<Option<Vec<Expr>>> {
        if self.peek_text() != "(" || !self.opens_a_tuple() {
            return Some(None);
        }
        self.at += 1;
        let mut outputs = self.output()?;
        while self.accept(",") {
            outputs.extend(self.output()?);
        }
        self.expect(")", "the list of outputs")?;
        Some(Some(outputs))
    }

    /// Does the parenthesis here have a comma of its own?
    fn opens_a_tuple(&self) -> bool {
        let mut depth = 0usize;
        for token in &self.tokens[self.at..] {
            match token.text {
                "(" | "[" => depth += 1,
                ")" | "]" => {
                    depth -= 1;
                    if depth == 0 {
                        return false;
                    }
                }
                "," if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }

    /// One output, or all of a sort.
    fn output(&mut self) -> Option<Vec<Expr>> {
        let start = self.at;
        if self.peek_text() == "sort" && self.tokens.get(start + 1).is_some_and(|next| next.text == "(") {
            let n_findings = self.diagnostics.len();
            self.at += 1;
            let name = self.tokens[start].span.clone();
            let of = self.arguments("sort", name)?;
            if self.peek().is_none() || matches!(self.peek_text(), "," | ")") {
                let of = self.exprs(of);
                if of.len() > MAX_SORTED {
                    let span = self.tokens[start].span.start..self.last_end();
                    self.report(span, &format!("a sort of more than {MAX_SORTED} values"), None);
                    return None;
                }
                return Some((0..of.len()).map(|rank| Expr::Ranked { rank, of: of.clone() }).collect());
            }
            // It is part of a larger term and is read again with it.
            self.diagnostics.truncate(n_findings);
            self.at = start;
        }
        self.sum().map(|parsed| vec![parsed.expr])
    }

    fn sum(&mut self) -> Option<Spanned> {
        let mut first = self.product()?;
        let mut terms = Vec::new();
        while let "+" | "-" = self.peek_text() {
            let minus = self.next()?.text == "-";
            let term = self.product()?;
            first.span.end = term.span.end;
            terms.push(if minus { Expr::negate(term.expr) } else { term.expr });
        }
        if !terms.is_empty() {
            first.expr = Expr::sum(std::iter::once(first.expr).chain(terms));
            first.expr = self.of_limited_length(first.expr, &first.span);
        }
        Some(first)
    }

    fn product(&mut self) -> Option<Spanned> {
        let mut left = self.unary()?;
        while let "*" | "/" = self.peek_text() {
            let divides = self.next()?.text == "/";
            let right = self.unary()?;
            let span = left.span.start..right.span.end;
            let expr = if divides { self.quotient(left, right) } else { self.times(left, right, span.clone()) };
            left = Spanned { expr: self.of_limited_length(expr, &span), span };
        }
        Some(left)
    }

    fn times(&mut self, left: Spanned, right: Spanned, span: Range<usize>) -> Expr {
        match (left.expr.as_constant(), right.expr.as_constant()) {
            (Some(factor), _) => Expr::scale(factor, right.expr),
            (_, Some(factor)) => Expr::scale(factor, left.expr),
            _ => self.node(span, "a product of inputs", &format!("multiply by constants only{AND_WITHIN}"), |nodes| {
                nodes.product(left.expr, right.expr)
            }),
        }
    }

    /// A value that is not piecewise linear: a node where those are read, and a finding where not.
    fn node(
        &mut self,
        span: Range<usize>,
        what: &str,
        help: &str,
        make: impl FnOnce(&mut Nodes) -> Result<Expr, String>,
    ) -> Expr {
        match self.nodes.as_mut().map(make) {
            Some(Ok(expr)) => expr,
            Some(Err(message)) => self.report(span, &message, None),
            None => {
                let message = format!("{what} is not piecewise linear, so no ReLU network computes it exactly");
                self.report(span, &message, Some(help))
            }
        }
    }

    fn power_node(&mut self, span: Range<usize>, what: &str, base: Expr, exponent: &Expr) -> Expr {
        self.node(span, what, WITHIN, |nodes| match exponent.as_constant() {
            Some(exponent) => nodes.power(base, exponent),
            None => Err("an exponent must be a constant (write b^x as exp(x * log(b)))".into()),
        })
    }

    fn quotient(&mut self, left: Spanned, right: Spanned) -> Expr {
        match right.expr.as_constant() {
            Some(divisor) => match divisor.recip() {
                Some(factor) => Expr::scale(factor, left.expr),
                None => self.report(right.span, "division by zero", None),
            },
            None => self.node(
                right.span,
                "division by an input",
                &format!("divide by constants only{AND_WITHIN}"),
                |nodes| nodes.quotient(left.expr, right.expr),
            ),
        }
    }

    /// The tree, unless one of its outermost numbers is too long; those inside have been looked at.
    fn of_limited_length(&mut self, expr: Expr, span: &Range<usize>) -> Expr {
        let long = |e: &Expr| matches!(e, Expr::Constant(c) | Expr::Scale(c, _) if c.bits() > MAX_BITS);
        let too_long = match &expr {
            Expr::Sum(terms) => terms.iter().any(long),
            other => long(other),
        };
        if too_long { self.too_long(span.clone()) } else { expr }
    }

    fn too_long(&mut self, span: Range<usize>) -> Expr {
        self.report(span, &format!("a constant is too long (more than {MAX_BITS} bits)"), None)
    }

    fn unary(&mut self) -> Option<Spanned> {
        let start = self.here().start;
        let mut negative = false;
        // Signs are no deeper levels, so that printing `1 - relu(x)` as `-relu(x) + 1` adds none.
        while let "+" | "-" = self.peek_text() {
            negative ^= self.next()?.text == "-";
        }
        let inner = self.deeper(Self::power)?;
        let expr = if negative { Expr::negate(inner.expr) } else { inner.expr };
        Some(Spanned { expr, span: start..inner.span.end })
    }

    fn power(&mut self) -> Option<Spanned> {
        let base = self.atom()?;
        if !self.accept("^") {
            return Some(base);
        }
        let exponent = self.unary()?;
        let span = base.span.start..exponent.span.end;
        let whole = exponent
            .expr
            .as_constant()
            .and_then(|e| e.is_integer().then(|| e.to_string().parse::<i64>().ok())?)
            .filter(|e| e.abs() <= MAX_POWER);
        let expr = match (base.expr.as_constant(), whole) {
            (_, Some(1)) => base.expr,
            (Some(value), Some(power)) if value.bits().saturating_mul(power.unsigned_abs() as usize) > MAX_BITS => {
                self.too_long(span.clone())
            }
            (Some(value), Some(power)) => {
                let product = (0..power.abs()).fold(Rational::one(), |product, _| product * &value);
                match (power < 0, product.recip()) {
                    (false, _) => Expr::Constant(product),
                    (true, Some(inverse)) => Expr::Constant(inverse),
                    (true, None) => self.report(span.clone(), "division by zero", None),
                }
            }
            (Some(_), None) if self.nodes.is_none() => {
                self.report(exponent.span, &format!("powers are whole numbers up to {MAX_POWER}"), None)
            }
            _ => self.power_node(span.clone(), "a power of an input", base.expr, &exponent.expr),
        };
        Some(Spanned { expr, span })
    }

    fn atom(&mut self) -> Option<Spanned> {
        let Some(token) = self.next() else {
            self.report(self.end..self.end, "it ends where a value should follow", None);
            return None;
        };
        let span = token.span.clone();
        match (token.kind, token.text) {
            (TokenKind::Number, text) => {
                let expr = match text.parse::<Rational>() {
                    Ok(value) => self.of_limited_length(Expr::Constant(value), &span),
                    Err(_) if text.len() > MAX_BITS => self.too_long(span.clone()),
                    Err(_) => {
                        let message = format!("the exponent of `{text}` is too large (at most {MAX_EXPONENT})");
                        self.report(span.clone(), &message, None)
                    }
                };
                Some(Spanned { expr, span })
            }
            (TokenKind::Name, name) if self.peek_text() == "(" => self.call(name, span),
            (TokenKind::Name, name) => {
                let expr = match self.places.get(name) {
                    Some(index) => Expr::Input(*index),
                    // The inputs could not be counted, and that has been said.
                    None if self.names.is_empty() && !self.diagnostics.is_empty() => Expr::Constant(Rational::zero()),
                    None => {
                        let message = format!("`{name}` is not an input ({})", self.names.join(", "));
                        self.report(span.clone(), &message, None)
                    }
                };
                Some(Spanned { expr, span })
            }
            (_, "(") => {
                let inner = self.sum()?;
                if self.peek_text() == "," {
                    self.report(
                        span,
                        "a tuple can only be the whole function",
                        Some("write (f, g) with nothing around it"),
                    );
                    return None;
                }
                let end = self.expect(")", "the parenthesis")?;
                Some(Spanned { expr: inner.expr, span: span.start..end })
            }
            (_, "|") => {
                let inner = self.sum()?;
                let end = self.expect("|", "the absolute value")?;
                Some(Spanned { expr: Expr::Abs(Box::new(inner.expr)), span: span.start..end })
            }
            (_, text) => {
                self.report(span, &format!("a value is missing before `{text}`"), None);
                None
            }
        }
    }

    /// Runs a rule one level deeper; refuses what is nested too deep.
    fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.here();
            self.report(span, &format!("nested deeper than {MAX_DEPTH} levels"), None);
            return None;
        }
        self.depth += 1;
        let result = rule(self);
        self.depth -= 1;
        result
    }

    /// Notes a finding and gives a placeholder to go on with.
    fn report(&mut self, span: Range<usize>, message: &str, help: Option<&str>) -> Expr {
        self.diagnostics.push(Diagnostic { span, message: message.into(), help: help.map(Into::into) });
        Expr::Constant(Rational::zero())
    }

    fn expect(&mut self, text: &str, whose: &str) -> Option<usize> {
        if self.peek_text() == text {
            return self.next().map(|token| token.span.end);
        }
        let span = self.here();
        let message = match self.peek() {
            Some(token) => format!("`{text}` of {whose} is missing before `{}`", token.text),
            None => format!("`{text}` of {whose} is missing"),
        };
        self.report(span, &message, None);
        None
    }

    fn accept(&mut self, text: &str) -> bool {
        let found = self.peek_text() == text;
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    fn peek_text(&self) -> &'a str {
        self.peek().map_or("", |token| token.text)
    }

    fn next(&mut self) -> Option<&'a Token<'a>> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    fn here(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |token| token.span.clone())
    }

    fn last_end(&self) -> usize {
        self.tokens[..self.at.min(self.tokens.len())].last().map_or(0, |token| token.span.end)
    }
}
