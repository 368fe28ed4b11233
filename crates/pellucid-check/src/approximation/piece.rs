//! How far a function of one number is from a line on an interval.

use pellucid_core::{Interval, Jet, Rational, Target};

use super::BITS;

/// Tangents that are tried at most.
const MAX_TANGENTS: usize = 16;
/// A tangent is good enough when it loses no more than one part in so many.
const MAX_LOST: i64 = 1 << 20;

/// The line `slope * u + constant`.
pub(super) struct Line {
    pub slope: Rational,
    pub constant: Rational,
}

/// Intervals of `d = computes - line` and of its derivatives.
fn difference(jet: &Jet, line: &Line, u: &Interval) -> Jet {
    Jet {
        value: jet.value.minus(&u.scaled(&line.slope).plus(&Interval::point(line.constant.clone()))),
        slope: jet.slope.minus(&Interval::point(line.slope.clone())),
        curvature: jet.curvature.clone(),
    }
}

/// An interval that holds `d(u) = computes(u) - line(u)` for all `low <= u <= high`.
pub(super) fn error_on(computes: &Target, line: &Line, low: &Rational, high: &Rational) -> Option<Interval> {
    let on = |u: &Interval| computes.on(u, BITS).map(|jet| difference(&jet, line, u));
    let at = |u: &Rational| on(&Interval::point(u.clone()));
    let whole = on(&Interval::new(low.clone(), high.clone()))?;
    if low == high {
        return Some(whole.value);
    }
    if whole.curvature.is_not_negative() {
        return whole.value.meet(&of_convex(&at, low, high)?);
    }
    if whole.curvature.is_not_positive() {
        let minus = |u: &Rational| {
            at(u).map(|d| Jet { value: d.value.negated(), slope: d.slope.negated(), curvature: d.curvature.negated() })
        };
        return whole.value.meet(&of_convex(&minus, low, high)?.negated());
    }
    // Taylor: d(u) = d(m) + d'(m) (u - m) + d''(v) (u - m)^2 / 2 for some v between, or with the first
    // derivative alone, d(u) = d(m) + d'(v) (u - m). The latter holds for functions with kinks, too.
    let middle = (low + high) / Rational::from(2);
    let (there, half) = (at(&middle)?, (high - low) / Rational::from(2));
    let around = Interval::new(-&half, half.clone());
    let bend = Interval::new(Rational::zero(), &half * &half / Rational::from(2));
    let second = there.value.plus(&there.slope.times(&around)).plus(&whole.curvature.times(&bend));
    let first = there.value.plus(&whole.slope.times(&around));
    whole.value.meet(&first)?.meet(&second)
}

/// Of a convex function (its second derivative is not negative between the ends, where it has no kink,
/// and it is continuous): the largest value is at an end, and it lies above each of its tangents.
fn of_convex(at: &dyn Fn(&Rational) -> Option<Jet>, low: &Rational, high: &Rational) -> Option<Interval> {
    let top = at(low)?.value.hull(&at(high)?.value).high()?.clone();
    // Any tangent will do; that at the lowest point is sharp. Newton's method is to come near it, kept
    // between points where the slope is negative and where it is positive.
    let (mut left, mut right) = (low.clone(), high.clone());
    let mut touch = (low + high) / Rational::from(2);
    let mut bottom: Option<Rational> = None;
    for _ in 0..MAX_TANGENTS {
        let there = at(&touch)?;
        let (Some((falling, rising)), Some(value)) = (there.slope.ends(), there.value.low()) else { break };
        // Below, the tangent with the largest slope, above, that with the smallest.
        let below = rising * (low - &touch);
        let above = falling * (high - &touch);
        let lost = below.min(above).min(Rational::zero());
        let lowest = value + &lost;
        let is_sharp = lost.abs() * Rational::from(MAX_LOST) <= value.abs();
        bottom = Some(bottom.map_or(lowest.clone(), |best| best.max(lowest)));
        let (Some(slope), Some(curvature)) = (there.slope.middle(), there.curvature.middle()) else { break };
        if is_sharp || slope.is_zero() {
            break;
        }
        if slope.is_negative() {
            left = touch.clone()
        } else {
            right = touch.clone()
        }
        let newton = curvature.recip().and_then(|inverse| {
            let next = Interval::point(&touch - slope * inverse).rounded(BITS).low()?.clone();
            (left < next && next < right).then_some(next)
        });
        touch = newton.unwrap_or_else(|| (&left + &right) / Rational::from(2));
    }
    Some(Interval::new(bottom?.min(top.clone()), top))
}
