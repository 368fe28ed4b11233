//! Networks near functions that are not piecewise linear: bounds are exact where they can be, hold at
//! points, and no smaller ones are accepted.

use pellucid_check::check;
use pellucid_core::{
    Certificate, Claim, Composition, Domain, Expr, Function, Layer, Network, Proof, Rational, Target, numbered_inputs,
};
use pellucid_prove::{Limits, Near, Proposed, prove_near};
use proptest::prelude::*;

fn r(text: &str) -> Rational {
    text.parse().unwrap()
}

fn network(layers: Vec<(Vec<Vec<Rational>>, Vec<Rational>)>) -> Network {
    Network::new(None, layers.into_iter().map(|(weights, biases)| Layer { weights, biases }).collect()).unwrap()
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<Rational>> {
    rows.iter().map(|row| row.iter().map(|w| r(w)).collect()).collect()
}

fn list(numbers: &[&str]) -> Vec<Rational> {
    numbers.iter().map(|n| r(n)).collect()
}

/// The network through the points of a function of one number, one neuron a bend.
fn through(points: &[(Rational, Rational)]) -> Network {
    let slopes: Vec<Rational> = points.windows(2).map(|p| (&p[1].1 - &p[0].1) / (&p[1].0 - &p[0].0)).collect();
    let mut jumps = vec![slopes[0].clone()];
    jumps.extend(slopes.windows(2).map(|s| &s[1] - &s[0]));
    let biases = points[..points.len() - 1].iter().map(|(u, _)| -u).collect();
    let hidden = (vec![vec![Rational::one()]; jumps.len()], biases);
    network(vec![hidden, (vec![jumps], vec![points[0].1.clone()])])
}

/// Chords of a target at equal distances, their ends rounded to floats.
fn chords(target: &Target, low: &Rational, high: &Rational, n_pieces: i64) -> Network {
    let point = |i: i64| {
        let u = low + (high - low) * Rational::ratio(i, n_pieces);
        let value = Rational::from_f64(target.evaluate_f64(&[u.to_f64()])[0]).unwrap();
        (u, value)
    };
    through(&(0..=n_pieces).map(point).collect::<Vec<_>>())
}

/// `u - sum_s g_s / 4^s` for a number that the layer before gives as `u = row . values`: the layers of `m`
/// tents, each with the next tent's two hinges and what is summed up so far.
fn square_layers(m: u32) -> Vec<(Vec<Vec<Rational>>, Vec<Rational>)> {
    let mut layers = vec![(rows(&[&["1"], &["1"]]), list(&["0", "-1/2"]))];
    for s in 1..m {
        // g_s = 2 a - 4 b, and the sum so far: u = a in the first layer, which is not negative.
        let share = Rational::one() / Rational::from(4i128.pow(s));
        let tent = |factor: &Rational| vec![factor * Rational::from(2), factor * Rational::from(-4)];
        let mut hinge = tent(&Rational::one());
        let mut sum = tent(&-&share);
        if s == 1 {
            sum[0] += &Rational::one();
        } else {
            hinge.push(Rational::zero());
            sum.push(Rational::one());
        }
        layers.push((vec![hinge.clone(), hinge, sum], list(&["0", "-1/2", "0"])));
    }
    let share = Rational::one() / Rational::from(4i128.pow(m));
    let mut last = vec![Rational::from(-2) * &share, Rational::from(4) * &share];
    if m == 1 {
        last[0] += &Rational::one();
    } else {
        last.push(Rational::one());
    }
    layers.push((vec![last], list(&["0"])));
    layers
}

fn square(m: u32) -> Network {
    network(square_layers(m))
}

/// `x*y` by two squares side by side.
fn product(m: u32) -> Network {
    let one = square_layers(m);
    // Two copies of a layer.
    let twice = |(weights, biases): &(Vec<Vec<Rational>>, Vec<Rational>)| {
        let zeros = vec![Rational::zero(); weights[0].len()];
        let upper = weights.iter().map(|row| [row.clone(), zeros.clone()].concat());
        let lower = weights.iter().map(|row| [zeros.clone(), row.clone()].concat());
        (upper.chain(lower).collect::<Vec<_>>(), [biases.clone(), biases.clone()].concat())
    };
    let mut layers: Vec<_> = one.iter().map(twice).collect();
    // u = |x + y|/2 and v = |x - y|/2 from four hinges.
    let half = r("1/2");
    layers[0].0 = layers[0].0.iter().map(|row| row.iter().flat_map(|w| [w * &half, w * &half]).collect()).collect();
    let last = layers.last_mut().unwrap();
    let difference = last.0[0].iter().zip(&last.0[1]).map(|(a, b)| a - b).collect();
    *last = (vec![difference], list(&["0"]));
    layers.insert(0, (rows(&[&["1", "1"], &["-1", "-1"], &["1", "-1"], &["-1", "1"]]), list(&["0"; 4])));
    network(layers)
}

fn part(of: &str, computes: &str, network: Network) -> Proposed {
    let of = Function::parse_with_inputs(of, &numbered_inputs(4)).unwrap().outputs()[0].clone();
    Proposed { of, computes: Target::parse(computes).unwrap(), network }
}

fn outputs(texts: &[&str]) -> Vec<Expr> {
    texts.iter().map(|text| part(text, "u", square(1)).of).collect()
}

/// Proves it, has it checked, and sees that a smaller bound is refused.
#[track_caller]
fn near(target: &str, on: &str, network: &Network, parts: &[Proposed], outs: &[&str]) -> Near {
    let target = Target::parse(target).unwrap();
    let domain = Domain::parse(on, target.input_names()).unwrap();
    let near = prove_near(&target, network, &domain, parts, &outputs(outs), Limits::default()).unwrap();
    let json = near.certificate.to_json();
    let read = Certificate::from_json(&json).unwrap();
    assert_eq!(read, *near.certificate);
    let checked = check(&read);
    assert!(checked.is_accepted(), "{checked:?}");
    for low_side in [true, false] {
        let mut smaller = read.clone();
        let Claim::Approximates { low, high, .. } = &mut smaller.claim else { unreachable!() };
        let less = r("999/1000");
        if low_side {
            *low = &*low * less
        } else {
            *high = &*high * less
        }
        let moved = if low_side { !low.is_zero() } else { !high.is_zero() };
        if moved && (low_side == low.is_negative() || low_side != high.is_positive()) {
            assert!(!check(&smaller).is_accepted(), "{}", smaller.claim);
        }
    }
    near
}

#[test]
fn squares_are_bounded_exactly() {
    for m in [1, 2, 4, 9] {
        let found = near("x^2", "[0, 1]", &square(m), &[part("x1", "u^2", square(m))], &["x2"]);
        let exact = Rational::one() / Rational::from(4i128.pow(m + 1));
        assert_eq!((found.low, found.high), (-exact, Rational::zero()), "m = {m}");
    }
    for p in [1, 3, 10] {
        let points: Vec<(Rational, Rational)> = (0..=p)
            .map(|i| Rational::ratio(i, p))
            .map(|u| (u.clone(), &u * &u - Rational::ratio(1, 8 * p * p)))
            .collect();
        let network = through(&points);
        let found = near("x^2", "[0, 1]", &network, &[part("x1", "u^2", network.clone())], &["x2"]);
        let exact = Rational::ratio(1, 8 * p * p);
        assert_eq!((found.low, found.high), (-&exact, exact), "p = {p}");
    }
}

#[test]
fn products_are_bounded_exactly_in_two_inputs() {
    for m in [1, 3, 9] {
        let parts = [part("abs(x1 + x2)/2", "u^2", square(m)), part("abs(x1 - x2)/2", "u^2", square(m))];
        let found = near("x*y", "[-1, 1]^2", &product(m), &parts, &["x3 - x4"]);
        let exact = Rational::one() / Rational::from(4i128.pow(m + 1));
        assert_eq!((found.low, found.high), (-&exact, exact), "m = {m}");
    }
}

/// The largest errors at many points, in floats.
fn seen(target: &str, network: &Network, low: f64, high: f64) -> (f64, f64) {
    let target = Target::parse(target).unwrap();
    let floats = network.to_numbers::<f64>();
    let errors = (0..=20_000).map(|i| {
        let u = low + (high - low) * f64::from(i) / 20_000.0;
        target.evaluate_f64(&[u])[0] - floats.evaluate(&[u])[0]
    });
    errors.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), e| (least.min(e), most.max(e)))
}

#[test]
fn bounds_on_functions_of_one_number_are_sharp() {
    for (target, low, high, n) in [
        ("sin(x)", "-3", "3", 16),
        ("exp(x)", "-1", "2", 9),
        ("log(x)", "1/2", "4", 9),
        ("tanh(x)", "-4", "4", 14),
        ("sqrt(x)", "0", "2", 9),
        ("sigmoid(x)", "-6", "6", 11),
        ("softplus(x)", "-5", "5", 10),
        ("gaussian(x)", "-2", "2", 15),
        ("1/x", "1/3", "3", 10),
        ("abs(x)^(3/2)", "-1", "1", 8),
        ("sin(x^2) + exp(x)", "-1", "2", 12),
        ("x^3 - x", "-2", "2", 10),
        ("max(x^2, exp(x) - 1)", "-1", "1", 7),
        ("cos(x)*exp(-x)", "0", "4", 10),
    ] {
        let network = chords(&Target::parse(target).unwrap(), &r(low), &r(high), n);
        let on = format!("[{low}, {high}]");
        let found = near(target, &on, &network, &[part("x1", target, network.clone())], &["x2"]);
        let (least, most) = seen(target, &network, r(low).to_f64(), r(high).to_f64());
        let size = most.max(-least);
        let (low, high) = (found.low.to_f64(), found.high.to_f64());
        assert!(low <= least + 1e-12 && least - low <= 0.005 * size, "{target}: {low} and {least} of {size}");
        assert!(high >= most - 1e-12 && high - most <= 0.005 * size, "{target}: {high} and {most} of {size}");
        assert!(found.n_pieces < 1500, "{target}: {} pieces", found.n_pieces);
    }
}

/// A network of one input after one of one input.
fn after(first: &Network, then: &Network) -> Network {
    let (inner, outer) = (first.layers(), then.layers());
    let (last, next) = (&inner[inner.len() - 1], &outer[0]);
    let weights = next.weights.iter().map(|w| last.weights[0].iter().map(|v| v * &w[0]).collect()).collect();
    let biases = next.weights.iter().zip(&next.biases).map(|(w, b)| &w[0] * &last.biases[0] + b).collect();
    let mut layers = inner[..inner.len() - 1].to_vec();
    layers.push(Layer { weights, biases });
    layers.extend(outer[1..].iter().cloned());
    Network::new(None, layers).unwrap()
}

#[test]
fn errors_go_through_compositions() {
    let sine = chords(&Target::parse("sin(u)").unwrap(), &r("0"), &r("1"), 8);
    let exp = chords(&Target::parse("exp(u)").unwrap(), &r("0"), &r("1"), 8);
    let parts = [part("x1", "sin(u)", sine.clone()), part("x2", "exp(u)", exp.clone())];
    let network = after(&sine, &exp);
    let found = near("exp(sin(x))", "[0, 1]", &network, &parts, &["x3"]);
    let (least, most) = seen("exp(sin(x))", &network, 0.0, 1.0);
    assert!(found.low.to_f64() <= least && most <= found.high.to_f64());
    // Both errors are about 1/512, one of them times a slope of up to e.
    assert!(found.error().to_f64() < 0.007, "{found:?}");
}

#[test]
fn roots_of_approximate_squares_are_bounded_at_0() {
    // |x| as sqrt(x^2): the slope of the root is unbounded where its argument has an error.
    let square = square(4);
    let root = chords(&Target::parse("sqrt(u)").unwrap(), &r("0"), &r("1"), 12);
    let parts = [part("x1", "u^2", square.clone()), part("x2", "sqrt(u)", root.clone())];
    let network = after(&square, &root);
    let found = near("sqrt(x^2)", "[0, 1]", &network, &parts, &["x3"]);
    let (least, most) = seen("sqrt(x^2)", &network, 0.0, 1.0);
    assert!(found.low.to_f64() <= least && most <= found.high.to_f64(), "{found:?}");
    assert!(found.error().to_f64() < 0.5, "{found:?}");
}

/// A kink just at the end of a piece is not taken for the slope inside.
#[test]
fn kinks_at_ends_of_pieces_are_seen() {
    for target in
        ["x^2 + min(x, 0)", "x^2 + min(0, x)", "x^2 + max(x, 0)", "x^2 - |x|", "x^2 + pwl(x; (-1, 0), (0, 0), (1, 5))"]
    {
        let network = chords(&Target::parse(target).unwrap(), &r("-1"), &r("1"), 4);
        let found = near(target, "[-1, 1]", &network, &[part("x1", target, network.clone())], &["x2"]);
        assert_eq!((found.low, found.high), (r("-1/16"), r("0")), "{target}");
    }
}

fn refused(target: &str, on: &str, network: &Network, parts: &[Proposed], outs: &[&str]) -> String {
    let target = Target::parse(target).unwrap();
    let domain = Domain::parse(on, target.input_names()).unwrap();
    match prove_near(&target, network, &domain, parts, &outputs(outs), Limits::default()) {
        Err(error) => error.to_string(),
        Ok(near) => check(&near.certificate).rejection.unwrap(),
    }
}

#[test]
fn what_is_not_so_is_refused() {
    let m = square(2);
    let parts = [part("x1", "u^2", m.clone())];
    assert!(refused("x^2", "everywhere", &m, &parts, &["x2"]).contains("unbounded"));
    assert!(refused("1/x", "[-1, 1]", &m, &parts, &["x2"]).contains("is not 0"));
    assert!(refused("x^4", "[0, 1]", &m, &parts, &["x2"]).contains("not seen to be the target"));
    assert!(refused("x^2", "[0, 1]", &square(3), &parts, &["x2"]).contains("do not make up the network"));
    assert!(refused("x^2", "[0, 1]", &m, &parts, &["x3"]).contains("not there"));
    assert!(refused("x^2 + x", "[0, 1]", &m, &parts, &["x2"]).contains("not seen to be the target"));
    assert!(refused("x^2", "[0, 1]", &m, &[part("x1", "log(u)", m.clone())], &["x2"]).contains("defined"));
}

#[test]
fn changed_certificates_are_refused() {
    let parts = [part("abs(x1 + x2)/2", "u^2", square(2)), part("abs(x1 - x2)/2", "u^2", square(2))];
    let certificate = *near("x*y", "[-1, 1]^2", &product(2), &parts, &["x3 - x4"]).certificate;
    let with = |change: &dyn Fn(&mut Claim, &mut Composition)| {
        let mut other = certificate.clone();
        let Proof::Approximates(composition) = &mut other.proof else { unreachable!() };
        change(&mut other.claim, composition);
        check(&other).rejection
    };
    assert_eq!(with(&|_, _| {}), None);
    let target = |text: &'static str| {
        with(&move |claim, _| {
            let Claim::Approximates { target, .. } = claim else { unreachable!() };
            *target = Target::parse_with_inputs(text, &["x".to_string(), "y".to_string()]).unwrap();
        })
    };
    assert_eq!(target("y*x"), None);
    assert_eq!(target("((x + y)/2)^2 - (x/2 - y/2)^2"), None);
    assert!(target("x*y + 1").is_some() && target("x*x").is_some() && target("-x*y").is_some());
    assert!(with(&|_, composition| drop(composition.parts[0].pieces.pop())).unwrap().contains("bends"));
    assert!(with(&|_, composition| composition.parts[0].range.1 = r("3/4")).is_some());
    assert!(with(&|_, composition| drop(composition.parts.pop())).is_some());
    assert!(with(&|_, composition| composition.parts.swap(0, 1)).is_some());
    let wider = with(&|claim, _| {
        let Claim::Approximates { domain, .. } = claim else { unreachable!() };
        *domain = Domain::parse("[-2, 2]^2", &["x".to_string(), "y".to_string()]).unwrap();
    });
    assert!(wider.unwrap().contains("range"));
    // What holds on a box holds on a part of it.
    let narrower = with(&|claim, _| {
        let Claim::Approximates { domain, .. } = claim else { unreachable!() };
        *domain = Domain::parse("[-1, 1]^2 where x + y >= 0", &["x".to_string(), "y".to_string()]).unwrap();
    });
    assert_eq!(narrower, None);
    let heavier = with(&|claim, _| {
        let Claim::Approximates { network, .. } = claim else { unreachable!() };
        let mut layers = network.layers().to_vec();
        layers[2].weights[0][0] += &r("1/1000");
        *network = Network::new(None, layers).unwrap();
    });
    assert!(heavier.unwrap().contains("make up the network"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Random chords of random functions: the bound is accepted, and holds at random points.
    #[test]
    fn random_networks_stay_within_their_bounds(
        target in prop::sample::select(vec!["sin(2*x)", "x^3", "exp(x)*x", "tanh(x) + x^2", "sqrt(x + 2)", "abs(x)^(5/2)"]),
        values in prop::collection::vec(-30i64..30, 3..7),
        tries in prop::collection::vec(0i64..=1000, 20),
    ) {
        let n = values.len() as i64 - 1;
        let points: Vec<(Rational, Rational)> =
            values.iter().enumerate().map(|(i, v)| (Rational::ratio(2 * i as i64 - n, n), Rational::ratio(*v, 10))).collect();
        let network = through(&points);
        let found = near(target, "[-1, 1]", &network, &[part("x1", target, network.clone())], &["x2"]);
        let target = Target::parse(target).unwrap();
        for share in tries {
            let u = Rational::ratio(share - 500, 500);
            let error = target.evaluate_f64(&[u.to_f64()])[0] - network.evaluate(&[u])[0].to_f64();
            prop_assert!(found.low.to_f64() - 1e-9 <= error && error <= found.high.to_f64() + 1e-9);
        }
    }
}
