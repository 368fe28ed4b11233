//! A formula rewritten to a shorter one that is equal everywhere.
//!
//! An e-graph (egg) holds all forms that the rules reach at once, and the shortest is taken out of it. Rules only
//! join what is equal, so no order of rewriting can lead into a dead end; sums, maxima and minima in any order and
//! grouping make many forms, so the search ends at a number of nodes.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use egg::{
    Analysis, CostFunction, DidMerge, EGraph, Extractor, Id, Language, RecExpr, Rewrite, Runner, Subst, Var,
    define_language, rewrite as rule,
};
use pellucid_core::{Expr, Rational};

use crate::affine_to_expr::{length, ordered};

/// Larger trees are left as they are: their forms are too many.
const MAX_SIZE: usize = 60;
/// The search ends when the e-graph has so many nodes.
const MAX_NODES: usize = 6_000;
/// And after so many rounds of all rules.
const MAX_ROUNDS: usize = 9;

/// The formula, shorter where a shorter form is found. Trees with other operations than sums, factors, `relu`,
/// `abs`, `min`, `max`, `clamp` and the median of three are left as they are.
///
/// ```
/// use pellucid_core::{Function, expr_to_text, numbered_inputs};
/// use pellucid_decompile::shorten;
/// let long = Function::parse("max(x1 + x3, x1 - x3, x2 + x3, x2 - x3)").unwrap();
/// let short = shorten(&long.outputs()[0]);
/// assert_eq!(expr_to_text(&short, &numbered_inputs(3)), "max(x1, x2) + abs(x3)");
/// ```
pub fn shorten(expr: &Expr) -> Expr {
    if expr.size() > MAX_SIZE || expr.size() < 4 || is_plain(expr) || shares_nothing(expr) {
        return expr.clone();
    }
    let mut tree = RecExpr::default();
    if into_tree(expr, &mut tree).is_none() {
        return expr.clone();
    }
    let runner = Runner::<Form, Constants>::default()
        .with_expr(&tree)
        .with_node_limit(MAX_NODES)
        .with_iter_limit(MAX_ROUNDS)
        // What is found must not hang on the clock.
        .with_time_limit(std::time::Duration::from_secs(3_600))
        .run(RULES.iter());
    let (_, best) = Extractor::new(&runner.egraph, Characters(&runner.egraph)).find_best(runner.roots[0]);
    let short = into_expr(&best);
    if length(&short) < length(expr) { short } else { expr.clone() }
}

/// With so many numbers, nearly all of them different, a tree has next to no terms in common that a rule could bring
/// together.
const MANY_NUMBERS: usize = 8;
/// Of so many numbers all are different but one.
const ONE_TWICE_IN: usize = 10;

/// Are there many numbers beside 1, and hardly any of them twice?
fn shares_nothing(expr: &Expr) -> bool {
    fn collect(expr: &Expr, numbers: &mut Vec<Rational>) {
        if let Expr::Constant(value) | Expr::Scale(value, _) = expr
            && !value.abs().is_one()
        {
            numbers.push(value.abs());
        }
        expr.children().iter().for_each(|child| collect(child, numbers));
    }
    let mut numbers = Vec::new();
    collect(expr, &mut numbers);
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    count >= MANY_NUMBERS && (count - numbers.len()) * ONE_TWICE_IN <= count
}

/// Is an expression so simple that none is shorter: two terms, or one call of inputs or of a plain sum?
pub fn is_plain(expr: &Expr) -> bool {
    let is_input = |e: &Expr| matches!(e, Expr::Input(_));
    let is_atom = |e: &Expr| matches!(e, Expr::Input(_) | Expr::Constant(_));
    let is_term = |e: &Expr| is_atom(e) || matches!(e, Expr::Scale(_, inner) if is_input(inner));
    let is_signed = |e: &Expr| is_atom(e) || matches!(e, Expr::Scale(s, inner) if s.abs().is_one() && is_input(inner));
    match expr {
        Expr::Sum(terms) => terms.len() <= 2 && terms.iter().all(is_term),
        Expr::Relu(inner) | Expr::Abs(inner) => {
            is_input(inner) || matches!(&**inner, Expr::Sum(terms) if terms.iter().all(is_signed))
        }
        Expr::Min(terms) | Expr::Max(terms) => terms.iter().all(is_input),
        Expr::Clamp(parts) => matches!(&**parts, [Expr::Input(_), Expr::Constant(_), Expr::Constant(_)]),
        other => is_term(other),
    }
}

define_language! {
    enum Form {
        "+" = Add([Id; 2]),
        "*" = Scale([Id; 2]),
        "max" = Max([Id; 2]),
        "min" = Min([Id; 2]),
        "relu" = Relu(Id),
        "abs" = Abs(Id),
        "clamp" = Clamp([Id; 3]),
        "median" = Median([Id; 3]),
        Input(Input),
        Constant(Rational),
    }
}

/// An input by its index, written `x0` in rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Input(usize);

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "x{}", self.0)
    }
}

impl FromStr for Input {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.strip_prefix('x').and_then(|index| index.parse().ok()).map(Input).ok_or(())
    }
}

/// The value of what is constant.
#[derive(Default)]
struct Constants;

impl Analysis<Form> for Constants {
    type Data = Option<Rational>;

    fn make(egraph: &mut EGraph<Form, Self>, form: &Form, _: Id) -> Self::Data {
        let value = |id: &Id| egraph[*id].data.clone();
        match form {
            Form::Constant(constant) => Some(constant.clone()),
            Form::Add([a, b]) => Some(value(a)? + value(b)?),
            Form::Scale([a, b]) => Some(value(a)? * value(b)?),
            Form::Max([a, b]) => Some(value(a)?.max(value(b)?)),
            Form::Min([a, b]) => Some(value(a)?.min(value(b)?)),
            Form::Relu(a) => Some(value(a)?.max(Rational::zero())),
            Form::Abs(a) => Some(value(a)?.abs()),
            Form::Clamp(_) | Form::Median(_) | Form::Input(_) => None,
        }
    }

    fn merge(&mut self, known: &mut Self::Data, other: Self::Data) -> DidMerge {
        let (gains, had) = (known.is_none() && other.is_some(), known.is_some() && other.is_none());
        if gains {
            *known = other;
        }
        DidMerge(gains, had)
    }

    fn modify(egraph: &mut EGraph<Form, Self>, id: Id) {
        if let Some(value) = egraph[id].data.clone() {
            let constant = egraph.add(Form::Constant(value));
            egraph.union(id, constant);
        }
    }
}

/// Is a variable's value known, and does it meet a condition?
fn constant(
    name: &str,
    meets: impl Fn(&Rational) -> bool,
) -> impl Fn(&mut EGraph<Form, Constants>, Id, &Subst) -> bool {
    let variable: Var = name.parse().expect("a name of a variable");
    move |egraph, _, subst| egraph[subst[variable]].data.as_ref().is_some_and(&meets)
}

/// Are both values known, the first not above the second?
fn in_order(low: &str, high: &str) -> impl Fn(&mut EGraph<Form, Constants>, Id, &Subst) -> bool {
    let [low, high] = [low, high].map(|name| name.parse::<Var>().expect("a name of a variable"));
    move |egraph, _, subst| match (&egraph[subst[low]].data, &egraph[subst[high]].data) {
        (Some(low), Some(high)) => low <= high,
        _ => false,
    }
}

/// Read once.
static RULES: LazyLock<Vec<Rewrite<Form, Constants>>> = LazyLock::new(rules);

fn rules() -> Vec<Rewrite<Form, Constants>> {
    vec![
        rule!("sum-order"; "(+ ?a ?b)" => "(+ ?b ?a)"),
        rule!("sum-groups"; "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
        rule!("sum-nothing"; "(+ ?a 0)" => "?a"),
        rule!("sum-twice"; "(+ ?a ?a)" => "(* 2 ?a)"),
        rule!("sum-factors"; "(+ (* ?p ?a) (* ?q ?a))" => "(* (+ ?p ?q) ?a)" if constant("?p", |_| true) if constant("?q", |_| true)),
        rule!("sum-factor"; "(+ ?a (* ?q ?a))" => "(* (+ 1 ?q) ?a)" if constant("?q", |_| true)),
        rule!("times-nothing"; "(* 0 ?a)" => "0"),
        rule!("times-one"; "(* 1 ?a)" => "?a"),
        rule!("times-times"; "(* ?p (* ?q ?a))" => "(* (* ?p ?q) ?a)" if constant("?q", |_| true)),
        rule!("times-sum"; "(* ?p (+ ?a ?b))" => "(+ (* ?p ?a) (* ?p ?b))"),
        rule!("sum-times"; "(+ (* ?p ?a) (* ?p ?b))" => "(* ?p (+ ?a ?b))"),
        rule!("max-order"; "(max ?a ?b)" => "(max ?b ?a)"),
        rule!("max-groups"; "(max ?a (max ?b ?c))" => "(max (max ?a ?b) ?c)"),
        rule!("max-same"; "(max ?a ?a)" => "?a"),
        rule!("max-min-same"; "(max ?a (min ?a ?b))" => "?a"),
        rule!("min-order"; "(min ?a ?b)" => "(min ?b ?a)"),
        rule!("min-groups"; "(min ?a (min ?b ?c))" => "(min (min ?a ?b) ?c)"),
        rule!("min-same"; "(min ?a ?a)" => "?a"),
        rule!("min-max-same"; "(min ?a (max ?a ?b))" => "?a"),
        rule!("max-out-of"; "(max (+ ?a ?c) (+ ?b ?c))" => "(+ (max ?a ?b) ?c)"),
        rule!("max-into"; "(+ (max ?a ?b) ?c)" => "(max (+ ?a ?c) (+ ?b ?c))"),
        rule!("min-out-of"; "(min (+ ?a ?c) (+ ?b ?c))" => "(+ (min ?a ?b) ?c)"),
        rule!("min-into"; "(+ (min ?a ?b) ?c)" => "(min (+ ?a ?c) (+ ?b ?c))"),
        rule!("max-times"; "(* ?p (max ?a ?b))" => "(max (* ?p ?a) (* ?p ?b))" if constant("?p", Rational::is_positive)),
        rule!("min-times"; "(* ?p (min ?a ?b))" => "(min (* ?p ?a) (* ?p ?b))" if constant("?p", Rational::is_positive)),
        rule!("max-turned"; "(* ?p (max ?a ?b))" => "(min (* ?p ?a) (* ?p ?b))" if constant("?p", Rational::is_negative)),
        rule!("min-turned"; "(* ?p (min ?a ?b))" => "(max (* ?p ?a) (* ?p ?b))" if constant("?p", Rational::is_negative)),
        rule!("max-of-times"; "(max (* ?p ?a) (* ?p ?b))" => "(* ?p (max ?a ?b))" if constant("?p", Rational::is_positive)),
        rule!("min-of-times"; "(min (* ?p ?a) (* ?p ?b))" => "(* ?p (min ?a ?b))" if constant("?p", Rational::is_positive)),
        rule!("max-of-turned"; "(max (* ?p ?a) (* ?p ?b))" => "(* ?p (min ?a ?b))" if constant("?p", Rational::is_negative)),
        rule!("min-of-turned"; "(min (* ?p ?a) (* ?p ?b))" => "(* ?p (max ?a ?b))" if constant("?p", Rational::is_negative)),
        rule!("max-shares"; "(max (min ?a ?b) (min ?a ?c))" => "(min ?a (max ?b ?c))"),
        rule!("min-shares"; "(min (max ?a ?b) (max ?a ?c))" => "(max ?a (min ?b ?c))"),
        rule!("relu"; "(max ?a 0)" => "(relu ?a)"),
        rule!("relu-turned"; "(relu ?a)" => "(+ ?a (relu (* -1 ?a)))"),
        rule!("max-around"; "(max ?a ?b)" => "(* -1 (min (* -1 ?a) (* -1 ?b)))"),
        rule!("min-around"; "(min ?a ?b)" => "(* -1 (max (* -1 ?a) (* -1 ?b)))"),
        rule!("from-relu"; "(relu ?a)" => "(max ?a 0)"),
        rule!("relu-times"; "(* ?p (relu ?a))" => "(relu (* ?p ?a))" if constant("?p", Rational::is_positive)),
        rule!("relu-of-times"; "(relu (* ?p ?a))" => "(* ?p (relu ?a))" if constant("?p", Rational::is_positive)),
        rule!("abs"; "(max ?a (* -1 ?a))" => "(abs ?a)"),
        rule!("abs-below"; "(min ?a (* -1 ?a))" => "(* -1 (abs ?a))"),
        rule!("from-abs"; "(abs ?a)" => "(max ?a (* -1 ?a))"),
        rule!("abs-times"; "(* ?p (abs ?a))" => "(abs (* ?p ?a))" if constant("?p", Rational::is_positive)),
        rule!("abs-of-times"; "(abs (* ?p ?a))" => "(* ?p (abs ?a))" if constant("?p", Rational::is_positive)),
        rule!("two-sides"; "(+ (relu ?a) (* -1 (relu (* -1 ?a))))" => "?a"),
        rule!("both-sides"; "(+ (relu ?a) (relu (* -1 ?a)))" => "(abs ?a)"),
        rule!("max-and-min"; "(+ (max ?a ?b) (min ?a ?b))" => "(+ ?a ?b)"),
        rule!("clamp"; "(min ?h (max ?l ?a))" => "(clamp ?a ?l ?h)" if in_order("?l", "?h")),
        rule!("clamp-max"; "(max ?l (min ?h ?a))" => "(clamp ?a ?l ?h)" if in_order("?l", "?h")),
        rule!("from-clamp"; "(clamp ?a ?l ?h)" => "(min ?h (max ?l ?a))"),
        rule!("steps"; "(+ (relu ?a) (* -1 (relu (+ ?a ?b))))" => "(clamp ?a 0 (* -1 ?b))" if constant("?b", |b| !b.is_positive())),
        rule!("median"; "(max (min ?a ?b) (min ?c (max ?a ?b)))" => "(median ?a ?b ?c)"),
        rule!("median-min"; "(min (max ?a ?b) (max ?c (min ?a ?b)))" => "(median ?a ?b ?c)"),
    ]
}

/// About how many characters a form takes.
struct Characters<'a>(&'a EGraph<Form, Constants>);

impl CostFunction<Form> for Characters<'_> {
    type Cost = usize;

    fn cost<C: FnMut(Id) -> usize>(&mut self, form: &Form, mut costs: C) -> usize {
        let own = match form {
            Form::Scale([factor, term]) => {
                let factor = self.0[*factor].data.as_ref();
                return costs(*term).saturating_add(factor.map_or(usize::MAX / 2, factor_length));
            }
            Form::Add(_) => 3,
            // Nested ones are written as one.
            Form::Max(_) | Form::Min(_) => 6,
            Form::Relu(_) => 6,
            Form::Abs(_) => 5,
            Form::Clamp(_) => 10,
            Form::Median(_) => 12,
            Form::Input(_) => 2,
            Form::Constant(value) => value.to_string().len(),
        };
        form.fold(own, |sum, id| sum.saturating_add(costs(id)))
    }
}

/// The characters of a factor: `-x`, `x/2`, `2/3*x`.
fn factor_length(factor: &Rational) -> usize {
    let text = factor.to_string().len();
    match factor.abs() {
        one if one.is_one() => 1,
        size if size.recip().is_some_and(|reciprocal| reciprocal.is_integer()) => text - 1,
        _ => text + 1,
    }
}

/// Adds a tree; `None` for operations that no rule is about.
fn into_tree(expr: &Expr, tree: &mut RecExpr<Form>) -> Option<Id> {
    let pairwise = |terms: &[Expr], tree: &mut RecExpr<Form>, join: fn([Id; 2]) -> Form| {
        let mut joined = None;
        for term in terms {
            let id = into_tree(term, tree)?;
            joined = Some(match joined {
                None => id,
                Some(before) => tree.add(join([before, id])),
            });
        }
        joined
    };
    Some(match expr {
        Expr::Constant(value) => tree.add(Form::Constant(value.clone())),
        Expr::Input(index) => tree.add(Form::Input(Input(*index))),
        Expr::Sum(terms) => pairwise(terms, tree, Form::Add)?,
        Expr::Max(terms) => pairwise(terms, tree, Form::Max)?,
        Expr::Min(terms) => pairwise(terms, tree, Form::Min)?,
        Expr::Scale(factor, term) => {
            let factor = tree.add(Form::Constant(factor.clone()));
            let term = into_tree(term, tree)?;
            tree.add(Form::Scale([factor, term]))
        }
        Expr::Relu(term) => {
            let term = into_tree(term, tree)?;
            tree.add(Form::Relu(term))
        }
        Expr::Abs(term) => {
            let term = into_tree(term, tree)?;
            tree.add(Form::Abs(term))
        }
        Expr::Clamp(parts) => {
            let [value, low, high] = parts.each_ref().map(|part| into_tree(part, tree));
            tree.add(Form::Clamp([value?, low?, high?]))
        }
        Expr::Ranked { rank: 1, of } if of.len() == 3 => {
            let ids = of.iter().map(|term| into_tree(term, tree)).collect::<Option<Vec<Id>>>()?;
            tree.add(Form::Median([ids[0], ids[1], ids[2]]))
        }
        Expr::Ranked { .. } | Expr::Pwl(..) | Expr::Gate(..) => return None,
    })
}

fn into_expr(tree: &RecExpr<Form>) -> Expr {
    let mut done: Vec<Expr> = Vec::with_capacity(tree.len());
    for form in tree.iter() {
        let at = |id: &Id| done[usize::from(*id)].clone();
        done.push(match form {
            Form::Constant(value) => Expr::Constant(value.clone()),
            Form::Input(Input(index)) => Expr::Input(*index),
            Form::Add([a, b]) => in_order_of_inputs(Expr::sum([at(a), at(b)])),
            Form::Scale([factor, term]) => match at(factor) {
                Expr::Constant(factor) => Expr::scale(factor, at(term)),
                // Both sides are constants then, so the other one is it.
                other => match at(term) {
                    Expr::Constant(factor) => Expr::scale(factor, other),
                    _ => unreachable!("a factor is a constant"),
                },
            },
            Form::Max([a, b]) => Expr::Max(flat([at(a), at(b)], |e| match e {
                Expr::Max(terms) => Ok(terms),
                other => Err(other),
            })),
            Form::Min([a, b]) => Expr::Min(flat([at(a), at(b)], |e| match e {
                Expr::Min(terms) => Ok(terms),
                other => Err(other),
            })),
            Form::Relu(term) => Expr::Relu(Box::new(at(term))),
            Form::Abs(term) => Expr::Abs(Box::new(at(term))),
            Form::Clamp(parts) => Expr::Clamp(Box::new(parts.each_ref().map(at))),
            Form::Median(parts) => Expr::Ranked { rank: 1, of: sorted(parts.iter().map(at).collect()) },
        });
    }
    done.pop().unwrap_or_else(|| Expr::Constant(Rational::zero()))
}

/// The arguments of nested calls of one kind as those of one call, in the order of their inputs.
fn flat(terms: [Expr; 2], inner: impl Fn(Expr) -> Result<Vec<Expr>, Expr>) -> Vec<Expr> {
    let all = terms.into_iter().flat_map(|term| inner(term).unwrap_or_else(|term| vec![term]));
    sorted(all.collect())
}

/// By the first input that occurs, constants last.
fn sorted(mut terms: Vec<Expr>) -> Vec<Expr> {
    terms.sort_by_key(|term| first_input(term).unwrap_or(usize::MAX));
    terms
}

fn in_order_of_inputs(sum: Expr) -> Expr {
    match sum {
        Expr::Sum(terms) => ordered(sorted(terms)),
        other => other,
    }
}

fn first_input(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Input(index) => Some(*index),
        _ => expr.children().iter().filter_map(first_input).min(),
    }
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Function, expr_to_text, numbered_inputs};
    use proptest::prelude::*;

    use super::*;

    fn check(long: &str, short: &str) {
        let function = Function::parse(long).unwrap();
        let text = expr_to_text(&shorten(&function.outputs()[0]), &numbered_inputs(function.n_inputs()));
        assert_eq!(text, short, "{long}");
    }

    #[test]
    fn short_names_are_found() {
        check("relu(x1) - relu(-x1) + relu(x2)", "x1 + relu(x2)");
        check("relu(x1) - relu(x1 - 1)", "clamp(x1, 0, 1)");
        check("x1 - relu(x1 - x2)", "min(x1, x2)");
        check("relu(x1 - 1) + relu(1 - x1)", "abs(x1 - 1)");
        check("max(x1 - 1, 1 - x1)", "abs(x1 - 1)");
        check("max(min(x1, x2), min(x1, x3), min(x2, x3))", "median(x1, x2, x3)");
        check("-max(-x1, -x2, x3)", "min(x1, x2, -x3)");
    }

    fn trees() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            (0usize..3).prop_map(Expr::Input),
            (-3i64..4, 1i64..4).prop_map(|(p, q)| Expr::Constant(Rational::ratio(p, q))),
        ];
        leaf.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::sum),
                (-3i64..4, inner.clone()).prop_map(|(p, e)| Expr::scale(Rational::ratio(p, 2), e)),
                inner.clone().prop_map(|e| Expr::Relu(Box::new(e))),
                inner.clone().prop_map(|e| Expr::Abs(Box::new(e))),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Min),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Max),
                (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| Expr::Clamp(Box::new([a, b, c]))),
                (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| Expr::Ranked { rank: 1, of: vec![a, b, c] }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn shorter_formulas_are_equal(expr in trees(), points in prop::collection::vec(prop::array::uniform3(-12i64..13), 8)) {
            let short = shorten(&expr);
            prop_assert!(length(&short) <= length(&expr));
            for point in points {
                let point = point.map(|p| Rational::ratio(p, 3));
                prop_assert_eq!(short.evaluate(&point), expr.evaluate(&point));
            }
        }
    }
}
