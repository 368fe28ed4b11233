//! The error of a line on an interval of one number.

use pellucid_core::{Interval, Rational, Target};

use super::BITS;

/// Tangents that are tried at most: the checker tries as many.
const MAX_TANGENTS: usize = 16;

/// A bound, and whether it is about as sharp as can be.
pub(super) struct Bound {
    pub error: Interval,
    pub is_sharp: bool,
}

/// Bounds `computes - line` between two numbers at which the line has these values.
pub(super) fn bound(computes: &Target, ends: [&Rational; 2], line: [&Rational; 2]) -> Option<Bound> {
    let [low, high] = ends;
    if low == high {
        let value = computes.on(&Interval::point(low.clone()), BITS)?.value;
        return Some(Bound { error: value.minus(&Interval::point(line[0].clone())), is_sharp: true });
    }
    let slope = (line[1] - line[0]) / (high - low);
    let line_at = |u: &Rational| line[0] + &slope * (u - low);
    // The error and its slope at a number.
    let at = |u: &Rational| {
        let jet = computes.on(&Interval::point(u.clone()), BITS)?;
        let value = jet.value.minus(&Interval::point(line_at(u)));
        Some((value, jet.slope.minus(&Interval::point(slope.clone())), jet.curvature))
    };
    let whole = computes.on(&Interval::new(low.clone(), high.clone()), BITS)?;
    let plain = whole.value.minus(&Interval::new(line[0].clone(), line[1].clone()));
    let middle = (low + high) / Rational::from(2);
    let (convex, concave) = (whole.curvature.is_not_negative(), whole.curvature.is_not_positive());
    if !convex && !concave {
        let half = (high - low) / Rational::from(2);
        let (value, tilt, _) = at(&middle)?;
        let steps = Interval::new(-&half, half.clone());
        let squares = Interval::new(Rational::zero(), &half * &half / Rational::from(2));
        let first = whole.slope.minus(&Interval::point(slope.clone())).times(&steps);
        let second = tilt.times(&steps).plus(&whole.curvature.times(&squares));
        let error = plain.meet(&value.plus(&first))?.meet(&value.plus(&second))?;
        return Some(Bound { error, is_sharp: false });
    }
    // On one side the error is largest at an end; on the other it is beyond none of its tangents, of which
    // that near the turning point is taken.
    let turned = |interval: Interval| if convex { interval } else { interval.negated() };
    let top = turned(at(low)?.0).hull(&turned(at(high)?.0)).high()?.clone();
    let (mut left, mut right) = (low.clone(), high.clone());
    let mut touch = middle;
    let mut bottom: Option<Rational> = None;
    for _ in 0..MAX_TANGENTS {
        let (value, tilt, curvature) = at(&touch)?;
        let (value, tilt, curvature) = (turned(value), turned(tilt), turned(curvature));
        let (Some((least, most)), Some(value)) = (tilt.ends(), value.low()) else { break };
        let lost = (most * (low - &touch)).min(least * (high - &touch)).min(Rational::zero());
        let reached = value + &lost;
        let is_sharp = lost.abs() * Rational::from(1i64 << 20) <= value.abs();
        bottom = bottom.map_or(Some(reached.clone()), |best| Some(best.max(reached)));
        let (Some(tilt), Some(curvature)) = (tilt.middle(), curvature.middle()) else { break };
        if is_sharp || tilt.is_zero() {
            break;
        }
        if tilt.is_negative() {
            left = touch.clone()
        } else {
            right = touch.clone()
        }
        let newton = curvature.recip().and_then(|inverse| {
            let next = Interval::point(&touch - tilt * inverse).rounded(BITS).low()?.clone();
            (left < next && next < right).then_some(next)
        });
        // Halving, where Newton's method leaves the interval that the turning point is in.
        touch = newton.unwrap_or_else(|| (&left + &right) / Rational::from(2));
    }
    let error = turned(Interval::new(bottom?.min(top.clone()), top));
    Some(Bound { error: plain.meet(&error)?, is_sharp: true })
}
