//! Targets are read, rewritten and printed; their enclosures hold their values.

use pellucid_core::{Domain, Elementary, Function, Interval, Rational, Target, numbered_inputs};

fn r(text: &str) -> Rational {
    text.parse().unwrap()
}

/// The target at a point two ways: what its text says, and its nodes.
#[track_caller]
fn check(text: &str, at: &[f64], value: f64) {
    let target = Target::parse(text).unwrap();
    assert_eq!(target.to_string(), text);
    let found = target.evaluate_f64(at)[0];
    assert!((found - value).abs() <= 1e-12 * value.abs().max(1.0), "{text}: {found}, not {value}");
    let written = Target::new(target.input_names().to_vec(), target.nodes().to_vec(), target.outputs().to_vec());
    let written = written.unwrap();
    let again = Target::parse_with_inputs(&written.to_string(), target.input_names()).unwrap();
    let found = again.evaluate_f64(at)[0];
    assert!((found - value).abs() <= 1e-12 * value.abs().max(1.0), "{written}: {found}, not {value}");
    let json = serde_json::to_string(&target).unwrap();
    assert_eq!(serde_json::from_str::<Target>(&json).unwrap(), target);
}

#[test]
fn targets_are_read_and_written() {
    check("x*y", &[3.0, -2.0], -6.0);
    check("2*x*x*x", &[3.0], 54.0);
    check("x^3 - 2*x^2 + 1/2", &[0.5], 0.125);
    check("1/x", &[4.0], 0.25);
    check("(x + 1)/(y^2 + 1)", &[3.0, 2.0], 0.8);
    check("x^(1/2) + sqrt(x)", &[9.0], 6.0);
    check("abs(x)^(3/2)", &[-4.0], 8.0);
    check("|x|^2", &[-4.0], 16.0);
    check("x^-2", &[-4.0], 0.0625);
    check("norm(x, y)", &[3.0, 4.0], 5.0);
    check("sin(x^2) + exp(x)", &[0.7], 0.49f64.sin() + 0.7f64.exp());
    check("exp(-x^2)*cos(3*x)", &[0.7], (-0.49f64).exp() * 2.1f64.cos());
    check("tanh(x) + sigmoid(x) + softplus(x) + gaussian(x)", &[0.0], 0.5 + 2f64.ln() + 1.0);
    check("log(1 + max(x, 0))", &[1.0], 2f64.ln());
    check("pow(x, 3)", &[-2.0], -8.0);
    check("exp(1)*x", &[2.0], 2.0 * 1f64.exp());
    check("min(x^2, y)^2", &[2.0, 3.0], 9.0);
}

#[test]
fn equal_functions_are_one_node_and_unused_ones_none() {
    let n_nodes = |text: &str| Target::parse(text).unwrap().nodes().len();
    assert_eq!(n_nodes("sin(x) + 2*sin(x)"), 1);
    assert_eq!(n_nodes("x*y + y*x"), 2);
    assert_eq!(n_nodes("x*x + x^2"), 1);
    assert_eq!(n_nodes("x^3*x^2"), 1);
    assert_eq!(n_nodes("|x|^2 + x^2"), 1);
    assert_eq!(n_nodes("0*sin(x)"), 0);
    // What is not defined everywhere keeps its conditions.
    assert_eq!(n_nodes("0*log(sin(x)) + x^0"), 2);
    assert_eq!(n_nodes("0/x"), 1);
    assert_eq!(n_nodes("2^2 + (1/2)^3"), 0);
    assert_eq!(n_nodes("max(x, 2*y) - clamp(x, 0, 1)"), 0);
}

#[test]
fn piecewise_linear_targets_are_functions() {
    for text in ["min(x1, x2)", "(max(x, y), x - y)", "sort(a, b, c)", "3", "pwl(x; (0, 0), (1, 2))"] {
        let function = Function::parse(text).unwrap();
        assert_eq!(Target::parse(text).unwrap().as_function(), Some(function.clone()));
        assert_eq!(Target::from(&function).as_function(), Some(function));
    }
    assert_eq!(Target::parse("x^2").unwrap().as_function(), None);
}

#[test]
fn domains_that_are_refused() {
    let refused = |text: &str, on: &str| {
        let target = Target::parse(text).unwrap();
        let domain = Domain::parse(on, target.input_names()).unwrap();
        target.check_domain(&domain).err().map(|error| error.to_string())
    };
    assert_eq!(refused("1/x", "[1, 2]"), None);
    assert_eq!(refused("sqrt(x)", "[0, 2]"), None);
    assert_eq!(refused("norm(x, y)", "[-1, 1]^2"), None);
    assert_eq!(refused("1/(1 + x^2)", "[-1, 1]"), None);
    assert!(refused("1/x", "[0, 1]").unwrap().contains("is not 0"));
    assert!(refused("sqrt(x)", "[-1, 1]").unwrap().contains("[-1, 1]"));
    assert!(refused("log(x)", "[0, 1]").unwrap().contains("is above 0"));
    assert!(refused("0*log(x)", "[-1, 1]").unwrap().contains("is above 0"));
    assert!(refused("x^2", "everywhere").unwrap().contains("unbounded"));
    let two = refused("1/x + log(x)", "[0, 1]").unwrap();
    assert!(two.contains("log") && two.contains("is not 0"), "{two}");
}

#[test]
fn texts_that_are_no_targets() {
    for (text, reason) in [
        ("step(x)", "jumps"),
        ("floor(x) * x", "jumps"),
        ("argmax(x, y)", "jumps"),
        ("x^y", "exponent"),
        ("x^(1/1000)", "exponents"),
        ("foo(x)", "gaussian"),
        ("exp(x, y)", "one argument"),
        ("tan(x)", "poles"),
        ("norm()", "arguments"),
    ] {
        let error = Target::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    // A function says that an approximation can be had.
    for text in ["x*y", "x^2", "1/x", "sin(x)", "norm(x, y)"] {
        let error = Function::parse(text).unwrap_err().to_string();
        assert!(error.contains("--within") && error.contains("not piecewise linear"), "{text}: {error}");
    }
}

#[test]
fn an_enclosure_of_a_target_holds_its_values_and_slopes() {
    for text in ["sin(x^2) + exp(x)", "x^3 - x", "abs(x)^(3/2)", "max(x^2, x)", "tanh(2*x)*x", "abs(x^2 - 1/2)"] {
        let target = Target::parse(text).unwrap();
        let f = |x: f64| target.evaluate_f64(&[x])[0];
        for k in -8..8 {
            let (low, high) = (Rational::ratio(k, 8), Rational::ratio(k + 1, 8));
            let jet = target.on(&Interval::new(low.clone(), high.clone()), 80).unwrap();
            for i in 1..20 {
                let x = low.to_f64() + (high.to_f64() - low.to_f64()) * f64::from(i) / 20.0;
                let h = 1e-4;
                let near = |interval: &Interval, value: f64, slack: f64| {
                    let wide = Interval::new(r("-1"), r("1")).scaled(&Rational::from_f64(slack).unwrap());
                    interval.plus(&wide).contains(&Rational::from_f64(value).unwrap())
                };
                assert!(near(&jet.value, f(x), 1e-12), "{text} at {x}: {jet:?}");
                assert!(near(&jet.slope, (f(x + h) - f(x - h)) / (2.0 * h), 1e-3), "{text} at {x}: {jet:?}");
                let bend = (f(x + h) - 2.0 * f(x) + f(x - h)) / (h * h);
                assert!(near(&jet.curvature, bend, 0.05), "{text} at {x}: {bend} {jet:?}");
            }
        }
    }
}

#[test]
fn elementary_functions_have_names() {
    for name in ["exp", "log", "sin", "cos", "tanh", "sigmoid", "softplus", "gaussian"] {
        assert_eq!(Elementary::named(name).unwrap().to_string(), name);
    }
    assert_eq!(Elementary::named("ln"), Some(Elementary::Log));
    assert_eq!(Elementary::sqrt().to_string(), "sqrt(x)");
    assert_eq!(Elementary::reciprocal().to_string(), "x^(-1)");
    assert_eq!(Target::parse_with_inputs("x1*x2", &numbered_inputs(3)).unwrap().n_inputs(), 3);
}

#[test]
fn conditions_are_written_out() {
    for text in ["0*log(x) + x^2", "(sort(x, 0*sqrt(x - 1)), 0/x)", "log(1/x)^0"] {
        let target = Target::parse_with_inputs(text, &["x".into()]).unwrap();
        let (inputs, outputs) = (target.input_names().to_vec(), target.outputs().to_vec());
        let written = Target::new(inputs.clone(), target.nodes().to_vec(), outputs).unwrap();
        let again = Target::parse_with_inputs(&written.to_string(), &inputs).unwrap();
        let functions = |target: &Target| {
            let mut found: Vec<String> = target.nodes().iter().map(|(function, _)| function.to_string()).collect();
            found.sort();
            found
        };
        assert_eq!(functions(&again), functions(&target), "{text}: {written}");
        assert_eq!(again.evaluate_f64(&[2.0]), target.evaluate_f64(&[2.0]), "{text}: {written}");
    }
}
