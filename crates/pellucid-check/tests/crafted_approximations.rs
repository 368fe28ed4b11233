//! Certificates of approximations made by hand: what is false is not accepted, however it is cut, and
//! what holds is.

mod common;

use common::r;
use pellucid_check::{Checked, check_json};
use pellucid_core::{Rational, Target};
use serde_json::{Value, json};

/// A claim and its proof; each part is what it is of, what it computes, its network, its range and pieces.
#[derive(Clone)]
struct Case {
    inputs: Vec<&'static str>,
    target: String,
    network: Value,
    domain: String,
    low: String,
    high: String,
    parts: Vec<Value>,
    outputs: Vec<&'static str>,
}

impl Case {
    fn check(&self) -> Checked {
        let Case { inputs, target, network, domain, low, high, parts, outputs } = self;
        let certificate = json!({
            "pellucid_certificate": 2,
            "claim": {"approximates": {
                "target": {"inputs": inputs, "text": target}, "network": network, "domain": domain,
                "low": low, "high": high}},
            "proof": {"approximates": {"parts": parts, "outputs": outputs}}
        });
        check_json(&certificate.to_string()).unwrap_or_else(|error| panic!("{error}: {certificate}"))
    }

    #[track_caller]
    fn accepted(&self) {
        let checked = self.check();
        assert!(checked.is_accepted(), "{checked:?}");
    }

    #[track_caller]
    fn rejected(&self, reason: &str) {
        let checked = self.check();
        let found = checked.rejection.unwrap_or_else(|| panic!("accepted: {}", checked.claim));
        assert!(found.contains(reason), "{}: {found}", checked.claim);
    }

    fn with(&self, change: impl FnOnce(&mut Case)) -> Case {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }
}

/// `slope * x + constant`.
fn line(slope: &str, constant: &str) -> Value {
    json!({"layers": [{"weights": [[slope]], "biases": [constant]}]})
}

fn part(of: &str, computes: &str, network: Value, range: [&str; 2], pieces: &[&str]) -> Value {
    json!({
        "of": of, "computes": {"inputs": ["u"], "text": computes}, "network": network, "range": range,
        "pieces": pieces
    })
}

/// `x^2` by its chord on [0, 1].
fn chord() -> Case {
    Case {
        inputs: vec!["x"],
        target: "x^2".into(),
        network: line("1", "0"),
        domain: "[0, 1]".into(),
        low: "-1/4".into(),
        high: "0".into(),
        parts: vec![part("x1", "u^2", line("1", "0"), ["0", "1"], &[])],
        outputs: vec!["x2"],
    }
}

/// A function of `x` by a line, on one part with pieces of one length.
fn by_a_line(target: &str, [low, high]: [&Rational; 2], slope: &Rational, constant: &Rational, pieces: i64) -> Case {
    let network = line(&slope.to_string(), &constant.to_string());
    let at = |k: i64| (low + (high - low) * Rational::ratio(k, pieces)).to_string();
    let inner: Vec<String> = (1..pieces).map(at).collect();
    let inner: Vec<&str> = inner.iter().map(String::as_str).collect();
    let in_u = Target::parse_with_inputs(target, &["x".into()]).unwrap();
    let computes = json!({"inputs": ["x"], "text": in_u.to_string()});
    let mut whole = part("x1", "u", network.clone(), [&low.to_string(), &high.to_string()], &inner);
    whole["computes"] = computes;
    Case { target: target.into(), network, domain: format!("[{low}, {high}]"), parts: vec![whole], ..chord() }
}

#[test]
fn no_bound_that_floats_contradict_is_accepted() {
    const N_LOOKS: i64 = 500;
    let functions = [
        ("sin(x)", "0", "4"),
        ("sin(x)", "-8", "8"),
        ("sin(x)", "15707/10000", "15709/10000"),
        ("sin(x)", "16777215", "16777217"),
        ("sin(x)", "-33554433", "-33554431"),
        ("cos(x)", "-1/10", "13/2"),
        ("exp(x)", "-5", "3"),
        ("exp(x)", "700", "701"),
        ("log(x)", "1/1000000", "1"),
        ("log(x)", "1e300", "2e300"),
        ("1/x", "-2", "-1/3"),
        ("x^-2", "-2", "-1/2"),
        ("x^-3", "-2", "-1/2"),
        ("x^3", "-1", "2"),
        ("x^4", "-1", "2"),
        ("sqrt(x)", "0", "2"),
        ("x^(3/2)", "0", "2"),
        ("x^(5/3)", "0", "1"),
        ("x^(-1/2)", "1/10", "2"),
        ("tanh(x)", "-3", "3"),
        ("sigmoid(x)", "-9", "2"),
        ("softplus(x)", "-3", "4"),
        ("gaussian(x)", "-2", "3"),
        ("abs(x^2 - 1/2)", "-1", "1"),
        ("max(x^2, x)", "-1", "2"),
        ("(x^4)^(1/4)", "-1", "1"),
        ("((x - 1/3)^4)^(1/4)", "-1", "1"),
        ("sqrt(abs(x))", "-1", "2"),
        ("sqrt(relu(x))", "-1", "2"),
        ("exp(-x^2)*cos(3*x)", "-1", "2"),
        ("min(sin(x), cos(x))", "0", "7"),
        ("sin(x)^2 + cos(x)^2", "0", "3"),
        ("clamp(sin(x), -1/2, 1/2)", "0", "3"),
        ("median(x^2, x, 1 - x)", "-1", "2"),
        ("x*abs(x)", "-1", "1"),
        ("pwl(sin(x); (0, 0), (1/2, 1), (1, 0))", "0", "3"),
        ("xor(sin(x), x/3)", "0", "3"),
    ];
    let mut n_accepted = 0;
    for (target, low, high) in functions {
        let (low, high) = (r(low), r(high));
        let f = Target::parse_with_inputs(target, &["x".into()]).unwrap();
        let exact = |x: f64| Rational::from_f64(x).unwrap();
        let value = |x: &Rational| f.evaluate_f64(&[x.to_f64()])[0];
        let secant = exact((value(&high) - value(&low)) / (&high - &low).to_f64());
        let lines = [(Rational::zero(), Rational::zero()), (secant.clone(), exact(value(&low)) - &secant * &low)];
        for (slope, constant) in &lines {
            let looks = (0..=N_LOOKS).map(|k| &low + (&high - &low) * Rational::ratio(k, N_LOOKS));
            let errors: Vec<f64> = looks.map(|x| value(&x) - (slope * &x + constant).to_f64()).collect();
            let (least, most) = errors.iter().fold((f64::MAX, f64::MIN), |(a, b), e| (a.min(*e), b.max(*e)));
            let scale = (most - least).max(1e-6 * most.abs());
            for pieces in [1, 16] {
                let case = by_a_line(target, [&low, &high], slope, constant, pieces);
                let claim = |low: f64, high: f64| {
                    case.with(|case| (case.low, case.high) = (exact(low).to_string(), exact(high).to_string()))
                };
                let far = 10.0 * scale;
                claim(least + 0.01 * scale, most + far).rejected("the error is only shown");
                claim(least - far, most - 0.01 * scale).rejected("the error is only shown");
                n_accepted += usize::from(claim(least - 0.1 * scale, most + 0.1 * scale).check().is_accepted());
            }
        }
    }
    // Of two lines each, with pieces that are short enough.
    assert!(2 * n_accepted > 3 * functions.len(), "{n_accepted}");
}

#[test]
fn exact_bounds_are_accepted_and_nothing_below_them() {
    chord().accepted();
    let claim = |low: &str, high: &str| chord().with(|case| (case.low, case.high) = (low.into(), high.into()));
    claim("-1/4", "1").accepted();
    for (low, high) in [("-249999999999/1000000000000", "0"), ("-1/4", "-1/1e30"), ("0", "0"), ("1", "2")] {
        claim(low, high).rejected("the error is only shown");
    }
    // Bounds that no number lies between.
    for (low, high) in [("0", "-1/4"), ("1", "-1"), ("1/1e4000", "0")] {
        claim(low, high).rejected("wrong order");
    }
    // In large numbers, too.
    let large = |low: String| {
        let side = format!("1{}", "0".repeat(30));
        chord().with(|case| {
            case.domain = format!("[0, {side}]");
            case.network = line(&side, "0");
            case.parts = vec![part("x1", "u^2", line(&side, "0"), ["0", &side], &[])];
            case.low = low;
        })
    };
    large(format!("-25{}", "0".repeat(58))).accepted();
    large(format!("-24{}", "9".repeat(58))).rejected("the error is only shown");
}

#[test]
fn far_out_exponentials_are_bounded_on_both_sides() {
    let case = |low: &str, high: &str, bounds: [&str; 2]| {
        let (from, to) = (r(low), r(high));
        by_a_line("exp(x)", [&from, &to], &Rational::zero(), &Rational::zero(), 1)
            .with(|case| (case.low, case.high) = (bounds[0].into(), bounds[1].into()))
    };
    // e^-1000 is about 5.08e-435, e^-5000 about 3.4e-2172, and e^4096 has 1779 digits.
    case("-1001", "-1000", ["0", "1e-434"]).accepted();
    case("-1001", "-1000", ["0", "5e-435"]).rejected("the error");
    case("-1001", "-1000", ["1e-434", "1"]).rejected("the error");
    case("-5001", "-5000", ["0", "1e-1000"]).accepted();
    case("-5001", "-5000", ["0", "1e-2173"]).rejected("the error");
    case("-5001", "-5000", ["1e-2171", "1"]).rejected("the error");
    case("4095", "4097", ["0", "1e4000"]).rejected("not seen to be defined");
}

#[test]
fn ranges_and_pieces_hold_all_that_comes() {
    let with_part = |range: [&str; 2], pieces: &[&str]| {
        chord().with(|case| case.parts = vec![part("x1", "u^2", line("1", "0"), range, pieces)])
    };
    with_part(["-1", "2"], &[]).accepted();
    with_part(["-1", "2"], &["-1/2", "1/3", "3/2"]).accepted();
    for range in [["0", "1/2"], ["1/2", "1"], ["1/2", "1/2"], ["2", "3"]] {
        with_part(range, &[]).rejected("range");
    }
    for (range, pieces) in [
        (["1", "0"], &[][..]),
        (["0", "1"], &["0"]),
        (["0", "1"], &["1"]),
        (["0", "1"], &["2"]),
        (["0", "1"], &["-1"]),
        (["0", "1"], &["2/3", "1/3"]),
        (["0", "1"], &["1/3", "1/3"]),
        (["0", "0"], &["0"]),
    ] {
        with_part(range, pieces).rejected("do not increase");
    }
    // A network that bends, from one end to the other and inside one piece.
    let hat = json!({"layers": [{"weights": [["1"], ["1"]], "biases": ["0", "-1/2"]}, {"weights": [["1", "-2"]]}]});
    let bends = |pieces: &[&str]| {
        chord().with(|case| {
            case.network = hat.clone();
            (case.low, case.high) = ("-26/100".into(), "1".into());
            case.parts = vec![part("x1", "u^2", hat.clone(), ["0", "1"], pieces)];
        })
    };
    bends(&["1/2"]).accepted();
    bends(&[]).rejected("bends inside a piece");
    bends(&["1/3", "2/3"]).rejected("bends inside a piece");
}

#[test]
fn compositions_that_are_something_else_prove_nothing() {
    let chord = chord();
    let parts = chord.parts.clone();
    // Other numbers of parts and outputs, and parts that are not there.
    chord.with(|case| case.parts.clear()).rejected("not there");
    chord.with(|case| case.outputs.clear()).rejected("number of outputs");
    chord.with(|case| case.outputs.push("x2")).rejected("number of outputs");
    chord.with(|case| case.outputs = vec!["x3"]).rejected("not there");
    chord.with(|case| (case.parts, case.outputs) = (Vec::new(), vec!["x1"])).rejected("not seen to be the target");
    for of in ["x2", "x3"] {
        let itself = vec![part(of, "u^2", line("1", "0"), ["0", "1"], &[])];
        chord.with(|case| case.parts = itself).rejected("not there yet");
    }
    // A part that is of use to nobody does no harm.
    chord.with(|case| case.parts.extend(parts.clone())).accepted();
    // Another target, another network, another function of the part, another tree around it.
    chord.with(|case| case.target = "x^3".into()).rejected("not seen to be the target");
    chord.with(|case| case.target = "x^2 + 1/1000000".into()).rejected("not seen to be the target");
    chord.with(|case| case.target = "x^2 + 0*exp(x)".into()).accepted();
    chord.with(|case| case.network = line("1", "1/1000000")).rejected("make up the network");
    chord.with(|case| case.network = line("2", "0")).rejected("make up the network");
    let other = part("x1", "u^4", line("1", "0"), ["0", "1"], &[]);
    chord.with(|case| (case.parts, case.low) = (vec![other], "-1".into())).rejected("not seen to be the target");
    chord.with(|case| case.outputs = vec!["x2 + 1"]).rejected("not seen to be the target");
    // Factors that powers let out, and those that they keep.
    let scaled = |of: &'static str, computes: &str, out: &'static str, target: &str| {
        chord.with(|case| {
            case.target = target.into();
            (case.low, case.high) = ("-100".into(), "100".into());
            case.network = line("0", "0");
            case.domain = "[1, 2]".into();
            case.parts = vec![part(of, computes, line("0", "0"), ["-6", "6"], &[])];
            case.outputs = vec![out];
        })
    };
    scaled("-3*x1", "u^2", "x2/9", "x^2").accepted();
    scaled("-3*x1", "u^2", "-x2/9", "x^2").rejected("not seen to be the target");
    scaled("-3*x1", "u^3", "x2/27", "x^3").rejected("not seen to be the target");
    scaled("-3*x1", "u^3", "-x2/27", "x^3").accepted();
    scaled("-3*x1", "sin(u)", "x2", "sin(3*x)").rejected("not seen to be the target");
    scaled("-3*x1", "sin(u)", "-x2/3", "sin(x)").rejected("not seen to be the target");
    scaled("-3*x1", "cos(u)", "x2", "cos(3*x)").accepted();
    scaled("3*x1", "abs(u)^(1/2)", "x2/3", "abs(x)^(1/2)").rejected("not seen to be the target");
}

#[test]
fn functions_are_defined_where_they_are_used_and_where_they_should_have_been() {
    let of = |computes: &str, domain: &str, range: [&str; 2]| {
        chord().with(|case| {
            case.target = computes.replace('u', "x");
            case.network = line("0", "0");
            case.domain = domain.into();
            (case.low, case.high) = ("-1e4000".into(), "1e4000".into());
            case.parts = vec![part("x1", computes, line("0", "0"), range, &[])];
        })
    };
    for (computes, good, bad) in [
        ("1/u", ["1/1e9", "1"], ["-1", "1"]),
        ("u^-2", ["-1", "-1/1e9"], ["-1", "0"]),
        ("u^(1/2)", ["0", "1"], ["-1/1e9", "1"]),
        ("u^(1/3)", ["0", "1"], ["-1/1e9", "1"]),
        ("u^(-1/2)", ["1/1e9", "1"], ["0", "1"]),
        ("log(u)", ["1/1e9", "1"], ["0", "1"]),
        ("1/(u^2 - 2)", ["0", "7/5"], ["0", "3/2"]),
        ("0*log(u) + u^2", ["1", "2"], ["-1", "1"]),
        ("log(u)^0*u^2", ["1", "2"], ["-1", "1"]),
    ] {
        of(computes, &format!("[{}, {}]", good[0], good[1]), good).accepted();
        of(computes, &format!("[{}, {}]", bad[0], bad[1]), bad).rejected("not seen to be defined");
    }
    // The network's argument is where the logarithm is defined, the true one is not.
    let hidden = chord().with(|case| {
        case.target = "log(x^2 - 1/2)".into();
        case.network = line("0", "0");
        (case.low, case.high) = ("-1e4000".into(), "1e4000".into());
        case.parts = vec![
            part("x1", "u^2", line("0", "1"), ["0", "1"], &[]),
            part("x2 - 1/2", "log(u)", line("0", "0"), ["1/2", "1/2"], &[]),
        ];
        case.outputs = vec!["x3"];
    });
    hidden.rejected("not seen to be defined");
}

#[test]
fn domains_are_bounded_and_taken_as_the_box_around_them() {
    let on = |domain: &str| chord().with(|case| case.domain = domain.into());
    for domain in ["{0, 1}", "{1/3, 1}", "[0, 1] where x1 >= 1/2", "[1/4, 3/4]"] {
        on(domain).accepted();
    }
    // An input of one value is given some width.
    on("{0}").accepted();
    on("{1}").rejected("range");
    for domain in ["everywhere", "R^1 where x1 >= 0"] {
        on(domain).rejected("unbounded");
    }
    for domain in ["[0, 1]^2", "{0, 1}^2"] {
        on(domain).rejected("fit");
    }
    // The bound holds on the part that is cut out, and is shown for the whole box.
    let cut = on("[0, 1] where x1 >= 99/100").with(|case| case.low = "-1/50".into());
    cut.rejected("the error is only shown");
}

/// `(x^2, y)` on [0, 1]^2, the square by its chord.
fn two_outputs() -> Case {
    let identity = json!({"layers": [{"weights": [["1", "0"], ["0", "1"]]}]});
    chord().with(|case| {
        case.inputs = vec!["x", "y"];
        case.target = "(x^2, y)".into();
        case.network = identity;
        case.domain = "[0, 1]^2".into();
        case.parts = vec![part("x1", "u^2", line("1", "0"), ["0", "1"], &[])];
        case.outputs = vec!["x3", "x2"];
    })
}

#[test]
fn every_output_is_bounded() {
    let case = two_outputs();
    case.accepted();
    case.with(|case| case.low = "-1/5".into()).rejected("the error is only shown");
    case.with(|case| case.high = "-1/1e9".into()).rejected("the error is only shown");
    case.with(|case| case.outputs = vec!["x2", "x3"]).rejected("not seen to be the target");
    case.with(|case| case.outputs = vec!["x3", "x3"]).rejected("not seen to be the target");
    case.with(|case| case.outputs = vec!["x3"]).rejected("number of outputs");
    case.with(|case| case.target = "(y, x^2)".into()).rejected("not seen to be the target");
    case.with(|case| case.target = "x^2 + y".into()).rejected("numbers of inputs or outputs");
    case.with(|case| case.target = "(y, x^2)".into())
        .with(|case| case.outputs = vec!["x2", "x3"])
        .rejected("make up the network");
}

#[test]
fn inputs_in_another_order_are_refused() {
    let named = |names: [&str; 2]| two_outputs().with(|case| case.network["inputs"] = json!(names));
    named(["x", "y"]).accepted();
    // Other names go by their places.
    named(["a", "b"]).accepted();
    named(["y", "x"]).rejected("same order");
    named(["y", "b"]).rejected("same order");
}

#[test]
fn errors_add_up_from_part_to_part() {
    // u^2 by u twice: x^4 - x is from -3/4^(4/3) = -0.4725 to 0 on [0, 1].
    let fourth = chord().with(|case| {
        case.target = "(x^2)^2".into();
        case.parts = vec![
            part("x1", "u^2", line("1", "0"), ["0", "1"], &[]),
            part("x2", "u^2", line("1", "0"), ["0", "1"], &[]),
        ];
        case.outputs = vec!["x3"];
    });
    fourth.with(|case| case.low = "-47/100".into()).rejected("the error is only shown");
    fourth.with(|case| case.low = "-3/4".into()).accepted();
    // Errors that cancel do so only where they are those of one part.
    let difference = |outputs: &'static str, target: &str| {
        chord().with(|case| {
            case.target = target.into();
            case.network = line("0", "0");
            (case.low, case.high) = ("0".into(), "0".into());
            case.parts.push(part("1 - x1", "u^2", line("1", "0"), ["0", "1"], &[]));
            case.outputs = vec![outputs];
        })
    };
    difference("x2 - x2", "0*x").accepted();
    difference("x2 - x3 - 2*x1 + 1", "x^2 - (1 - x)^2 - 2*x + 1").rejected("the error is only shown");
    difference("relu(x2 - 1/8) - relu(x3 - 1/8)", "relu(x^2 - 1/8) - relu((1 - x)^2 - 1/8)").rejected("");
}
