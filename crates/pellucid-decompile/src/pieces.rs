//! The ways to write one, two or three hinges: `relu`, `abs`, `clamp`, the largest of absolute
//! values, a hat, and the spread of three values.
//!
//! Every identity here says `sum of the hinges = terms + rest` with an affine rest.

use pellucid_core::{Affine, Expr, Rational};

use crate::affine_to_expr::{length, scaled_call, sorted_arguments};

/// `jump * relu(map)`.
#[derive(Clone, Debug)]
pub struct Hinge {
    /// By how much the slope changes.
    pub jump: Rational,
    /// Where it does; primitive integers with the first one positive.
    pub map: Affine,
}

/// Some hinges written out.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Which hinges, by index, in ascending order.
    pub hinges: Vec<usize>,
    /// What is written.
    pub terms: Vec<Expr>,
    /// What is affine besides.
    pub rest: Affine,
    /// Does it stand as `jump * relu(map)`, so that it can become a max or min with what is left?
    pub plain: bool,
}

/// One hinge: as it is, turned around, and as half an absolute value.
pub fn of_one(index: usize, hinge: &Hinge) -> [Piece; 3] {
    let Hinge { jump, map } = hinge;
    let half = jump / &Rational::from(2);
    let nothing = Affine::constant(map.coefficients.len(), Rational::zero());
    let relu = |map: Affine| scaled_call(jump, &[map], |mut e| Expr::Relu(Box::new(e.swap_remove(0))));
    let abs = scaled_call(&half, std::slice::from_ref(map), |mut e| Expr::Abs(Box::new(e.swap_remove(0))));
    let piece = |term, rest, plain| Piece { hinges: vec![index], terms: vec![term], rest, plain };
    [
        piece(relu(map.clone()), nothing, true),
        // J relu(z) = J z + J relu(-z)
        piece(relu(minus(map)), map.scaled(jump), false),
        // J relu(z) = J/2 z + J/2 |z|
        piece(abs, map.scaled(&half), false),
    ]
}

/// Two hinges that make one term.
pub fn of_two(indices: [usize; 2], [a, b]: [&Hinge; 2]) -> Vec<Piece> {
    let mut pieces = clamps(indices, [a, b]);
    pieces.extend(largest_of_absolutes(indices, [a, b]));
    pieces
}

/// Three hinges that make one term.
pub fn of_three(indices: [usize; 3], hinges: [&Hinge; 3]) -> Vec<Piece> {
    let mut pieces = hats(indices, hinges);
    pieces.extend(folded(indices, hinges));
    pieces
}

/// Parallel hinges `J, -J, J` at equal steps d around w = 0: `J/2 (||w| - d| + w + d)`.
fn folded(indices: [usize; 3], hinges: [&Hinge; 3]) -> Option<Piece> {
    let [left, middle, right] = equal_steps(hinges)?;
    if left.jump != right.jump || !(&left.jump + &middle.jump).is_zero() {
        return None;
    }
    let half = &left.jump / &Rational::from(2);
    let n = middle.map.coefficients.len();
    let step = Affine::constant(n, &left.map.constant - &middle.map.constant);
    let call = |parts: Vec<Expr>| match <[Expr; 2]>::try_from(parts) {
        Ok([value, step]) => Expr::Abs(Box::new(Expr::subtract(Expr::Abs(Box::new(value)), step))),
        Err(_) => unreachable!("two arguments"),
    };
    let term = scaled_call(&half, &[middle.map.clone(), step.clone()], call);
    let rest = plus(&middle.map, &step).scaled(&half);
    Some(Piece { hinges: indices.to_vec(), terms: vec![term], rest, plain: false })
}

/// Three parallel hinges from left to right, if they are equally far apart.
fn equal_steps(mut hinges: [&Hinge; 3]) -> Option<[&Hinge; 3]> {
    hinges.sort_by(|a, b| b.map.constant.cmp(&a.map.constant));
    let [left, middle, right] = hinges;
    let all_parallel = parallel(left, middle) && parallel(middle, right);
    let steps = [(left, middle), (middle, right)].map(|(a, b)| &a.map.constant - &b.map.constant);
    (all_parallel && steps[0] == steps[1]).then_some(hinges)
}

/// `J relu(v - a) - J relu(v - b) = J clamp(v, a, b) - J a` for a < b.
fn clamps(indices: [usize; 2], [one, other]: [&Hinge; 2]) -> Vec<Piece> {
    if !parallel(one, other) || !(&one.jump + &other.jump).is_zero() {
        return Vec::new();
    }
    let (low, high) = if one.map.constant > other.map.constant { (one, other) } else { (other, one) };
    let n = low.map.coefficients.len();
    let value = Affine { constant: Rational::zero(), ..low.map.clone() };
    let (a, b) = (Affine::constant(n, -&low.map.constant), Affine::constant(n, -&high.map.constant));
    let rest = a.scaled(&-&low.jump);
    let call = |mut parts: Vec<Expr>| {
        let (high, low) = (parts.pop(), parts.pop());
        match (parts.pop(), low, high) {
            (Some(value), Some(low), Some(high)) => Expr::Clamp(Box::new([value, low, high])),
            _ => unreachable!("a clamp has three parts"),
        }
    };
    let piece = |term| Piece { hinges: indices.to_vec(), terms: vec![term], rest: rest.clone(), plain: false };
    vec![
        piece(scaled_call(&low.jump, &[value.clone(), a.clone(), b.clone()], call)),
        // clamp(v, a, b) = -clamp(-v, -b, -a)
        piece(scaled_call(&-&low.jump, &[minus(&value), minus(&b), minus(&a)], call)),
    ]
}

/// `|p| + |q| = max(|p + q|, |p - q|)`; with `p - q` constant `max(|v|, c) = c + relu(|v| - c)`.
fn largest_of_absolutes(indices: [usize; 2], [one, other]: [&Hinge; 2]) -> Vec<Piece> {
    if one.jump.is_negative() != other.jump.is_negative() {
        return Vec::new();
    }
    let (p, q) = (half_absolute(one), half_absolute(other));
    let (sum, gap) = (plus(&p, &q), p.minus(&q));
    let sign = sign_of(one);
    let rest = plus(&p, &q).scaled(&sign);
    let piece = |term, rest| Piece { hinges: indices.to_vec(), terms: vec![term], rest, plain: false };
    if gap.is_constant() || sum.is_constant() {
        let (value, limit) = if gap.is_constant() { (sum, gap) } else { (gap, sum) };
        let limit = Affine { constant: limit.constant.abs(), ..limit };
        let value = first_positive(value);
        let largest = |parts: Vec<Expr>| match <[Expr; 2]>::try_from(parts) {
            Ok([value, limit]) => Expr::Max(vec![Expr::Abs(Box::new(value)), limit]),
            Err(_) => unreachable!("two arguments"),
        };
        let beyond = |parts: Vec<Expr>| match <[Expr; 2]>::try_from(parts) {
            Ok([value, limit]) => Expr::Relu(Box::new(Expr::subtract(Expr::Abs(Box::new(value)), limit))),
            Err(_) => unreachable!("two arguments"),
        };
        let arguments = [value, limit.clone()];
        return vec![
            piece(scaled_call(&sign, &arguments, largest), rest.clone()),
            piece(scaled_call(&sign, &arguments, beyond), plus(&rest, &limit.scaled(&sign))),
        ];
    }
    let arguments = sorted_arguments(&[first_positive(sum), first_positive(gap)]);
    let call = |parts: Vec<Expr>| Expr::Max(parts.into_iter().map(|e| Expr::Abs(Box::new(e))).collect());
    vec![piece(scaled_call(&sign, &arguments, call), rest)]
}

/// Parallel hinges `J, -2J, J` at equal steps d around w = 0: `J relu(d - |w|) = J d - J min(|w|, d)`.
fn hats(indices: [usize; 3], hinges: [&Hinge; 3]) -> Vec<Piece> {
    let Some([left, middle, right]) = equal_steps(hinges) else { return Vec::new() };
    if left.jump != right.jump || !(&left.jump + &right.jump + &middle.jump).is_zero() {
        return Vec::new();
    }
    let n = middle.map.coefficients.len();
    let step = Affine::constant(n, &left.map.constant - &middle.map.constant);
    let arguments = [middle.map.clone(), step.clone()];
    let hat = |parts: Vec<Expr>| match <[Expr; 2]>::try_from(parts) {
        Ok([value, step]) => Expr::Relu(Box::new(Expr::subtract(step, Expr::Abs(Box::new(value))))),
        Err(_) => unreachable!("two arguments"),
    };
    let least = |parts: Vec<Expr>| match <[Expr; 2]>::try_from(parts) {
        Ok([value, step]) => Expr::Min(vec![Expr::Abs(Box::new(value)), step]),
        Err(_) => unreachable!("two arguments"),
    };
    let nothing = Affine::constant(n, Rational::zero());
    let piece = |term, rest| Piece { hinges: indices.to_vec(), terms: vec![term], rest, plain: false };
    vec![
        piece(scaled_call(&left.jump, &arguments, hat), nothing),
        piece(scaled_call(&-&left.jump, &arguments, least), step.scaled(&left.jump)),
    ]
}

/// All hinges of a function, if there are three: `|p| + |q| + |p + q| = max(a, b, c) - min(a, b, c)` with `a - b = 2p` and `b - c = 2q`.
pub fn spread(indices: [usize; 3], hinges: [&Hinge; 3]) -> Option<Piece> {
    let negative = hinges[0].jump.is_negative();
    if hinges.iter().any(|hinge| hinge.jump.is_negative() != negative) {
        return None;
    }
    let [p, q, r] = hinges.map(half_absolute);
    let sign = sign_of(hinges[0]);
    // One of them is the sum of the others, up to signs.
    let is_zero = |maps: [(&Affine, bool); 3]| {
        let signed = |(map, turned): (&Affine, bool)| if turned { minus(map) } else { map.clone() };
        let [a, b, c] = maps.map(signed);
        plus(&plus(&a, &b), &c).is_zero()
    };
    let signs = [(false, false), (false, true), (true, false), (true, true)];
    let (turn_q, _) =
        signs.into_iter().find(|(turn_q, turn_r)| is_zero([(&p, false), (&q, *turn_q), (&r, *turn_r)]))?;
    // p + q + r = 0 once turned, so |r| = |p + q|.
    let q = if turn_q { minus(&q) } else { q };
    let two = Rational::from(2);
    let c = Affine::constant(p.coefficients.len(), Rational::zero());
    let b = q.scaled(&two);
    let a = plus(&b, &p.scaled(&two));
    let values = common_removed([a, b, c]);
    // The spread of the negatives is the same.
    let spreads = [values.to_vec(), values.iter().map(minus).collect()].map(|values| {
        let values = sorted_arguments(&values);
        [scaled_call(&sign, &values, Expr::Max), scaled_call(&-&sign, &values, Expr::Min)]
    });
    let terms = spreads.into_iter().min_by_key(|terms| terms.iter().map(length).sum::<usize>())?.to_vec();
    let rest = hinges.iter().fold(Affine::constant(p.coefficients.len(), Rational::zero()), |rest, hinge| {
        plus(&rest, &half_absolute(hinge).scaled(&sign))
    });
    Some(Piece { hinges: indices.to_vec(), terms, rest, plain: false })
}

/// Three maps shifted alike so that as many of their numbers as possible are 0.
fn common_removed(mut maps: [Affine; 3]) -> [Affine; 3] {
    let shift = |values: [&Rational; 3]| {
        let mut sorted = values.to_vec();
        sorted.sort();
        // Of equal values the median is one of them.
        sorted[1].clone()
    };
    for i in 0..maps[0].coefficients.len() {
        let by = shift(maps.each_ref().map(|map| &map.coefficients[i]));
        maps.iter_mut().for_each(|map| map.coefficients[i] -= &by);
    }
    let by = shift(maps.each_ref().map(|map| &map.constant));
    maps.iter_mut().for_each(|map| map.constant -= &by);
    maps
}

/// The map whose absolute value is what the hinge is of `jump relu(z) = jump/2 z + jump/2 |z|`, up
/// to the jump's sign.
fn half_absolute(hinge: &Hinge) -> Affine {
    hinge.map.scaled(&(hinge.jump.abs() / Rational::from(2)))
}

fn sign_of(hinge: &Hinge) -> Rational {
    Rational::from(hinge.jump.signum())
}

/// Are the kinks of two hinges parallel?
pub fn parallel(one: &Hinge, other: &Hinge) -> bool {
    one.map.coefficients == other.map.coefficients
}

fn first_positive(map: Affine) -> Affine {
    let lead = map.coefficients.iter().find(|c| !c.is_zero());
    if lead.is_some_and(Rational::is_negative) { minus(&map) } else { map }
}

fn minus(map: &Affine) -> Affine {
    map.scaled(&Rational::from(-1))
}

fn plus(one: &Affine, other: &Affine) -> Affine {
    let mut sum = one.clone();
    sum.add_scaled(&Rational::one(), other);
    sum
}
