//! Enclosures of elementary functions, by three roads: floats, identities, and inclusion.

use pellucid_core::{Elementary, Interval, Rational};
use proptest::prelude::*;

const BITS: usize = 100;

fn all() -> Vec<Elementary> {
    let mut found: Vec<Elementary> = ["exp", "log", "sin", "cos", "tanh", "sigmoid", "softplus", "gaussian", "sqrt"]
        .map(|name| Elementary::named(name).unwrap())
        .to_vec();
    for exponent in ["2", "3", "4", "7", "-1", "-2", "-3", "1/2", "3/2", "5/3", "-1/2", "-7/4"] {
        found.push(Elementary::power(exponent.parse().unwrap()).unwrap());
    }
    found
}

fn at(function: &Elementary, x: &Rational) -> Option<[Interval; 3]> {
    function.enclose(&Interval::point(x.clone()), BITS)
}

fn width(interval: &Interval) -> Rational {
    let (low, high) = interval.ends().unwrap();
    high - low
}

fn rational() -> impl Strategy<Value = Rational> {
    prop_oneof![
        (-2000i64..2000, 1i64..200).prop_map(|(n, d)| Rational::ratio(n, d)),
        (-40f64..40.0).prop_map(|x| Rational::from_f64(x).unwrap()),
        (-1f64..1.0).prop_map(|x| Rational::from_f64(x).unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_are_near_the_floats(x in rational()) {
        for function in all() {
            let Some([value, ..]) = at(&function, &x) else { continue };
            let float = function.at_f64(x.to_f64());
            if !float.is_finite() {
                continue;
            }
            // Of x the float has 53 bits, and large powers and sines of it fewer.
            let slack = 1e-9 * float.abs().max(1.0);
            let (low, high) = value.ends().unwrap();
            prop_assert!(low.to_f64() - slack <= float && float <= high.to_f64() + slack, "{function} {x}: {value}");
            let size = low.abs() + Rational::one();
            prop_assert!(width(&value) <= size * Rational::from_f64(2f64.powi(-90)).unwrap(), "{function} {x}: {value}");
        }
    }

    #[test]
    fn derivatives_are_near_difference_quotients(x in rational()) {
        let h: Rational = "1e-10".parse().unwrap();
        for function in all() {
            let around = [&x - &h, x.clone(), &x + &h].map(|x| at(&function, &x));
            let [Some([below, ..]), Some([value, slope, curvature]), Some([above, ..])] = around else { continue };
            if x.abs() < "1/100".parse().unwrap() {
                continue;
            }
            let quotient = above.minus(&below).middle().unwrap() / (Rational::from(2) * &h);
            let scale = slope.middle().unwrap().abs() + curvature.middle().unwrap().abs() + Rational::one();
            let error = (quotient - slope.middle().unwrap()).abs();
            prop_assert!(error <= &scale * "1e-8".parse::<Rational>().unwrap(), "{function} {x}: {error}");
            let bend = above.plus(&below).minus(&value.scaled(&Rational::from(2))).middle().unwrap() / (&h * &h);
            let error = (bend - curvature.middle().unwrap()).abs();
            prop_assert!(error <= &scale * "1e-3".parse::<Rational>().unwrap(), "{function} {x}: {error}");
        }
    }

    #[test]
    fn what_is_inside_stays_inside(a in rational(), b in rational(), share in 0i64..=16) {
        let whole = Interval::new(a.clone(), b.clone());
        let inner = &a + (&b - &a) * Rational::ratio(share, 16);
        let part = Interval::new(inner.clone(), b.clone());
        for function in all() {
            let Some(outer) = function.enclose(&whole, BITS) else { continue };
            for inside in [Interval::point(inner.clone()), part.clone()] {
                let inside = function.enclose(&inside, BITS + 30).unwrap();
                for (outer, inside) in outer.iter().zip(&inside) {
                    // Rounding at another precision may move ends a little.
                    let size = inside.low().or(inside.high()).unwrap().abs() + Rational::one();
                    let slack = size * Rational::from_f64(2f64.powi(-90)).unwrap();
                    let wide = outer.plus(&Interval::new(-&slack, slack));
                    prop_assert!(wide.includes(inside), "{function} on {whole}: {outer} and {inside}");
                }
            }
        }
    }

    #[test]
    fn identities_hold(x in rational(), y in rational()) {
        let value = |function: Elementary, x: &Interval| function.enclose(x, BITS).unwrap()[0].clone();
        let one = Interval::point(Rational::one());
        let (px, py) = (Interval::point(x.clone()), Interval::point(y.clone()));
        let (exp_x, exp_y) = (value(Elementary::Exp, &px), value(Elementary::Exp, &py));
        prop_assert!(exp_x.times(&exp_y).meet(&value(Elementary::Exp, &px.plus(&py))).is_some());
        if exp_x.low().unwrap().is_positive() {
            prop_assert!(value(Elementary::Log, &exp_x).contains(&x));
        }
        let (sin, cos) = (value(Elementary::Sin, &px), value(Elementary::Cos, &px));
        let sum = sin.squared().plus(&cos.squared());
        prop_assert!(sum.contains(&Rational::one()) && width(&sum) < "1e-25".parse().unwrap());
        let double = value(Elementary::Sin, &px.scaled(&Rational::from(2)));
        prop_assert!(double.meet(&sin.times(&cos).scaled(&Rational::from(2))).is_some());
        // sigmoid(x) = (1 + tanh(x/2))/2, softplus(x) - softplus(-x) = x, gaussian(x) = exp(-x^2)
        let tanh = value(Elementary::Tanh, &px.scaled(&Rational::ratio(1, 2)));
        let other = tanh.plus(&one).scaled(&Rational::ratio(1, 2));
        prop_assert!(value(Elementary::Sigmoid, &px).meet(&other).is_some());
        let soft = value(Elementary::Softplus, &px).minus(&value(Elementary::Softplus, &px.negated()));
        prop_assert!(soft.contains(&x));
        let bell = value(Elementary::Gaussian, &px);
        prop_assert!(bell.meet(&value(Elementary::Exp, &px.squared().negated())).is_some());
        let root = value(Elementary::sqrt(), &Interval::point(x.abs()));
        prop_assert!(root.squared().contains(&x.abs()));
        prop_assert_eq!(value(Elementary::sqrt(), &px.squared()), Interval::point(x.abs()));
    }
}

#[test]
fn far_out_values_are_bounded_without_being_worked_out() {
    let far: Rational = "1e4000".parse().unwrap();
    for function in all() {
        for x in [far.clone(), -far.clone(), far.recip().unwrap()] {
            let Some([value, ..]) = at(&function, &x) else { continue };
            assert!(value.low().is_some() || value.high().is_some(), "{function}");
        }
    }
    // Numbers too near 0 to be told from it, and too long to be kept.
    let near = Rational::ratio(1, 3) / "1e2000".parse::<Rational>().unwrap();
    let around = Interval::new(near.clone(), &near * Rational::from(2));
    for function in all() {
        let [value, ..] = function.enclose(&around, BITS).unwrap();
        assert!(value.low().is_some() || value.high().is_some(), "{function}");
    }
    let value = |function: Elementary| function.enclose(&around, BITS).unwrap()[0].clone();
    assert!(value(Elementary::Exp).contains(&(&near + Rational::one())));
    assert!(value(Elementary::Sin).contains(&near), "{}", value(Elementary::Sin));
    assert!(value(Elementary::sqrt()).is_not_negative());
    assert!(*value(Elementary::Log).high().unwrap() < Rational::from(-2800));
    let [sine, ..] = at(&Elementary::Sin, &far).unwrap();
    assert_eq!(sine.to_string(), "[-1, 1]");
    let [bell, ..] = at(&Elementary::Gaussian, &far).unwrap();
    assert!(bell.low().unwrap().is_zero() && *bell.high().unwrap() < "1e-100".parse().unwrap());
}

#[test]
fn whole_powers_and_rational_roots_are_exact() {
    let third = Interval::point(Rational::ratio(1, 3));
    let [value, slope, curvature] = Elementary::square().enclose(&third, 20).unwrap();
    assert_eq!([value, slope, curvature].map(|i| i.to_string()), ["[1/9, 1/9]", "[2/3, 2/3]", "[2, 2]"]);
    let [value, ..] = Elementary::sqrt().enclose(&Interval::point(Rational::ratio(4, 9)), 20).unwrap();
    assert_eq!(value.to_string(), "[2/3, 2/3]");
    // The slope of a root is unbounded at 0 and its curvature negative.
    let [_, slope, curvature] =
        Elementary::sqrt().enclose(&Interval::new(Rational::zero(), Rational::one()), 20).unwrap();
    assert_eq!((slope.to_string(), curvature.to_string()), ("[1/2, inf]".into(), "[-inf, -1/4]".into()));
}

#[test]
fn sines_have_their_turning_points() {
    let on = |low: i64, high: i64| {
        let [value, ..] =
            Elementary::Sin.enclose(&Interval::new(Rational::from(low), Rational::from(high)), 60).unwrap();
        let (low, high) = value.ends().unwrap();
        (low.to_f64(), high.to_f64())
    };
    assert_eq!(on(0, 1), (0.0, 1f64.sin()));
    assert_eq!(on(1, 2), (1f64.sin(), 1.0));
    assert_eq!(on(-2, -1), (-1.0, (-1f64).sin()));
    assert_eq!(on(0, 5), (-1.0, 1.0));
    assert_eq!(on(5, 8), (5f64.sin(), 1.0));
}
