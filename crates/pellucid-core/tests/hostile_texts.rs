//! Texts of functions and domains that nobody would write: each is read or refused, in time and
//! without exhausting the stack.

use std::time::{Duration, Instant};

use pellucid_core::{Domain, Error, Expr, Function, Rational, Target, numbered_inputs};
use proptest::prelude::*;

/// Reads a text within a time that only growth out of hand would need.
fn parse(text: &str) -> Result<Function, Error> {
    let start = Instant::now();
    let parsed = Function::parse(text);
    if let Err(error) = &parsed {
        check_places(error, text);
    }
    // As a target it is read the same, or more of it.
    match (&parsed, Target::parse(text)) {
        (_, Err(error)) => {
            check_places(&error, text);
            assert!(parsed.is_err(), "{text}: {error}");
        }
        (Ok(function), Ok(target)) => assert_eq!(target.as_function().as_ref(), Some(function)),
        (Err(_), Ok(target)) => assert!(!target.nodes().is_empty() || target.outputs().len() == 1, "{text}"),
    }
    let shown: String = text.chars().take(40).collect();
    assert!(start.elapsed() < Duration::from_secs(20), "{shown}.. took {:?}", start.elapsed());
    parsed
}

/// Every finding is about a part of the text, and the message can be shown.
fn check_places(error: &Error, text: &str) {
    assert!(error.is_input());
    assert!(!error.diagnostics().is_empty(), "{text}: {error}");
    for diagnostic in error.diagnostics() {
        let span = diagnostic.span.clone();
        assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {text:?}");
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?} of {text:?}");
        assert!(!diagnostic.message.is_empty());
    }
    assert!(error.to_string().contains("cannot read the"));
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn deep_nesting_is_refused() {
    const N: usize = 10_000;
    for (open, close) in [
        ("(", ")"),
        ("|", "|"),
        ("- (", ")"),
        ("relu(", ")"),
        ("2*(", ")"),
        ("1 + (", ")"),
        ("min(x1, ", ")"),
        ("max(0, |", "|)"),
        ("sort(", ")"),
        ("sort(", ")[1]"),
        ("pwl(", "; (0,0), (1,1))"),
        ("median(1, 2, ", ")"),
        ("clamp(0, 1, ", ")"),
        ("2^", ""),
    ] {
        let text = format!("{}x1{}", open.repeat(N), close.repeat(N));
        assert!(refusal(&text).contains("nested deeper"), "{open}");
        // Without what closes it, too.
        assert!(parse(&format!("{}x1", open.repeat(N))).is_err());
        assert!(parse(&open.repeat(N)).is_err());
    }
    // Signs are no nesting.
    assert_eq!(parse(&format!("{}x1", "-".repeat(N))).unwrap().to_string(), "x1");
    assert_eq!(parse(&format!("{}x1", "-+".repeat(N + 1))).unwrap().to_string(), "-x1");
    assert!(parse(&"-".repeat(N)).is_err());
    assert!(refusal(&format!("(x1, {}", "(x1, ".repeat(N))).contains("tuple"));
    assert!(parse(&format!("x1{}", "^1".repeat(N))).is_err());
    assert!(parse(&")".repeat(N)).is_err());
    assert!(parse(&"x1[".repeat(N)).is_err());
}

#[test]
fn trees_as_deep_as_allowed_are_read_printed_and_used() {
    let depth = 190;
    for (open, close) in [("relu(1 - ", ")"), ("|", " - 1|"), ("min(x1, ", ")"), ("2*(1 + ", ")"), ("-", "")] {
        let text = format!("{}x1{}", open.repeat(depth), close.repeat(depth));
        let function = parse(&text).unwrap_or_else(|error| panic!("{open}: {error}"));
        let printed = function.to_string();
        assert_eq!(parse(&printed).unwrap(), function);
        let point = [Rational::ratio(1, 3)];
        assert_eq!(function.to_relu_graph().evaluate(&point), function.evaluate(&point));
    }
}

#[test]
fn flat_texts_of_any_length_are_read() {
    let n = 20_000;
    let sum = parse(&vec!["x1"; n].join(" + ")).unwrap();
    assert_eq!(sum.evaluate(&[Rational::one()]), [Rational::from(n)]);
    let alternating = parse(&vec!["x1 - x2"; n].join(" + ")).unwrap();
    assert!(alternating.to_relu_graph().relus.is_empty());
    let product = parse(&format!("x1{}", "*2/2".repeat(n))).unwrap();
    assert_eq!(product.to_string(), "x1");
    let names: Vec<String> = (1..=4096).map(|i| format!("x{i}")).collect();
    let maximum = parse(&format!("max({})", names.join(", "))).unwrap();
    assert_eq!(maximum.n_inputs(), 4096);
    assert_eq!(maximum.to_relu_graph().relus.len(), 4095);
    let repeated = parse(&format!("max({})", vec!["x1"; 5000].join(", "))).unwrap();
    assert!(repeated.to_relu_graph().relus.len() <= 1);
    let outputs = parse(&format!("({})", names.join(", "))).unwrap();
    assert_eq!(outputs.n_outputs(), 4096);
    let points: Vec<String> = (0..2_000).map(|i| format!("({i}, {})", i % 7)).collect();
    let pwl = parse(&format!("pwl(x1; {})", points.join(", "))).unwrap();
    assert_eq!(pwl.evaluate(&[Rational::from(9)]), [Rational::from(2)]);
    assert!(refusal(&format!("{}x1", "x1 ".repeat(n))).contains("operator is missing"));
    assert!(parse(&"(".repeat(n)).is_err());
    assert!(parse(&"x1*x2 + ".repeat(n)).is_err());
}

#[test]
fn a_long_sort_is_read_or_refused() {
    for n in [100, 250, 2000] {
        let names: Vec<String> = (1..=n).map(|i| format!("x{i}")).collect();
        match parse(&format!("sort({})", names.join(", "))) {
            Ok(function) => {
                let start = Instant::now();
                let point: Vec<Rational> = (0..n).map(|i| Rational::from(i * 7919 % 1009)).collect();
                let sorted = function.to_relu_graph().evaluate(&point);
                assert!(sorted.is_sorted());
                assert!(start.elapsed() < Duration::from_secs(20), "{n}: {:?}", start.elapsed());
            }
            Err(error) => assert!(n > 250, "{error}"),
        }
    }
}

#[test]
fn constants_of_broken_parts_are_not_evaluated() {
    for text in
        ["2*pwl(1; (1,0), (0,0))", "pwl(1; (x1,0), (0,x1))*2", "sort()[1]*2", "2^median(1,2)", "min()*2", "(1/0)^2*x1"]
    {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn too_many_inputs_are_refused() {
    assert!(refusal("x999999999").contains("more than 4096 inputs"));
    assert!(refusal("x99999999999999999999999999").contains("more than 4096 inputs"));
    let names: Vec<String> = (0..30_000).map(|i| format!("a{i}")).collect();
    assert!(refusal(&names.join("+")).contains("more than 4096 inputs"));
    let given: Vec<String> = (0..5000).map(|i| format!("a{i}")).collect();
    assert!(Function::parse_with_inputs("a1", &given).is_err());
}

#[test]
fn large_numbers_are_read_or_refused() {
    for text in ["1e999999999", "1e-999999999", "1e99999999999999999999", "9^9^9", "2^1e4000", "10^1000000", "2^-1000"]
    {
        assert!(parse(text).is_err(), "{text}");
    }
    // Powers of powers would have more digits than there is memory.
    for text in ["9^256^1", "9^200"] {
        assert!(parse(text).is_ok(), "{text}");
    }
    let tower = format!("{}9{}", "(".repeat(30), ")^256".repeat(30));
    assert!(refusal(&tower).contains("too long"));
    let squares = format!("{}9{}", "(".repeat(100), ")^2".repeat(100));
    assert!(refusal(&squares).contains("too long"));
    assert!(refusal(&format!("x1{}", "*1e4000".repeat(1000))).contains("too long"));
    assert!(refusal(&format!("x1{}", "/1e4000".repeat(1000))).contains("too long"));
    assert!(refusal(&format!("{}x1{}", "1e4000*(".repeat(150), ")".repeat(150))).contains("too long"));
    assert!(refusal(&format!("(x1 + x2){}", "*1e4000".repeat(1000))).contains("too long"));
    let digits = "7".repeat(1_000_000);
    for text in [
        format!("{digits}*x1"),
        format!("0.{digits}*x1"),
        format!("1/{digits}"),
        format!("x1^{digits}"),
        format!("x{digits}"),
    ] {
        let _ = parse(&text);
        assert!(text.parse::<Rational>().is_err() || text.len() > 900_000);
    }
    let start = Instant::now();
    let _ = digits.parse::<Rational>().map(|number| number.to_string());
    let _ = format!("{digits}/3{digits}").parse::<Rational>();
    let _ = Domain::parse(&format!("[0, {digits}]"), &numbered_inputs(1));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn long_sums_of_fractions_are_read_or_refused() {
    let terms: Vec<String> = (1..=5000).map(|i| format!("1/{}", 2 * i * i + 1)).collect();
    let _ = parse(&terms.join("+"));
    let _ = parse(&format!("(x1+{}){}", terms[..500].join("+"), "*1e100".repeat(500)));
}

/// Pieces that texts of functions are made of.
const PIECES: [&str; 52] = [
    "x1", "x2", "x3", "a", "_b", "min", "max", "relu", "abs", "clamp", "median", "sort", "pwl", "step", "(", ")", "[",
    "]", "{", "}", "|", ",", ";", "+", "-", "*", "/", "^", "..", ".", ">=", "<", "=", "0", "1", "2", "1/2", "0.5",
    "1e-3", "1e9", "1e", "x", "x0", "é", "−", "🙂", "\u{301}", "\t", "\n", " ", "\"", "\\",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn garbage_never_panics(text in prop_oneof![".{0,40}", "[ x12+*/^(),.|;-]{0,40}", "\\PC{0,20}"]) {
        if let Err(error) = Function::parse(&text) {
            check_places(&error, &text);
        }
        if let Err(error) = Domain::parse(&text, &numbered_inputs(2)) {
            check_places(&error, &text);
        }
        let _ = text.parse::<Rational>();
    }

    #[test]
    fn pieces_in_any_order_never_panic(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30)) {
        let text = pieces.concat();
        match Function::parse(&text) {
            Err(error) => check_places(&error, &text),
            Ok(function) => {
                let printed = function.to_string();
                prop_assert_eq!(Function::parse_with_inputs(&printed, function.input_names()).unwrap(), function);
            }
        }
    }

    #[test]
    fn texts_with_an_error_never_panic(
        text in prop::sample::select(&[
            "min(x1, max(x2, 3)) - 1/2", "(sort(x1, x2), |x1 - x2|)", "pwl(x1; (0,0), (1, 2/3), (2,-1))",
            "clamp(a, -1, 1) + median(a, b, c)*2^3", "sort(x1, x2, 0)[2] + abs(-x1)/3",
        ][..]),
        at in 0usize..60, remove in 0usize..4, insert in prop::sample::select(&PIECES[..]),
    ) {
        let at = at.min(text.len());
        let end = (at + remove).min(text.len());
        let changed = format!("{}{insert}{}", &text[..at], &text[end..]);
        if let Err(error) = Function::parse(&changed) {
            check_places(&error, &changed);
        }
    }

    #[test]
    fn domains_with_an_error_never_panic(
        text in prop::sample::select(&[
            "everywhere", "[-1, 1]^2", "[0,1/2] x [2,3]", "x1 in [-1,1], x2 in [0,1]", "[0,1]×[2,3]",
            "{0..9} x {-1, 0,1}", "x1 in {0,1}, x2 in {0..9}", "[0,1]^2 where 0 <= x1 <= x2 and x1 + x2 ≤ 1",
            "{0,1}^2 where x1 < x2, 2*x1 = x2", "R^2 where -x1/2 >= x2",
        ][..]),
        at in 0usize..60, remove in 0usize..4,
        insert in prop::sample::select(&["}", "..", "where", " and ", "<", ">=", "R", "(", "|", "1..1e99", "", "[", "]", ",", "^", "in", " in ", "x", "x1", "-", "/0", "^99999999999999999999", "{", "é", "×", "1e99"][..]),
    ) {
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let end = (at + remove..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        let changed = format!("{}{insert}{}", &text[..at], &text[end..]);
        match Domain::parse(&changed, &numbered_inputs(2)) {
            Err(error) => check_places(&error, &changed),
            Ok(domain) => {
                prop_assert!(domain.fits(2));
                prop_assert_eq!(Domain::parse(&domain.to_string(), &numbered_inputs(2)).unwrap(), domain);
            }
        }
    }
}

#[test]
fn domains_that_would_fill_the_memory_are_refused() {
    let many = numbered_inputs(4096);
    let sets: Vec<String> = many.iter().map(|name| format!("{name} in {{0..1000000}}")).collect();
    let conditions: Vec<String> = (0..2_000).map(|k| format!("x1 >= {k}")).collect();
    for text in [
        "{0..1e4096}^4096".to_string(),
        "{0..1000000}^4096".into(),
        "{0..1000000} x ".repeat(4096),
        "[0,1]^4096 x ".repeat(4096),
        sets.join(", "),
        format!("R^4096 where {}", conditions.join(" and ")),
        format!("everywhere where {}", conditions.join(" and ")),
        format!("everywhere where {}x1 >= 0", "(".repeat(100_000)),
    ] {
        check_places(&Domain::parse(&text, &many).unwrap_err(), &text);
        assert!(serde_json::from_str::<Domain>(&serde_json::to_string(&text).unwrap()).is_err());
    }
}

#[test]
fn a_deep_tree_made_by_hand_is_dropped_printed_and_copied() {
    // Deeper than any text may be, for those who build trees in a program.
    let mut expr = Expr::Input(0);
    for _ in 0..500 {
        expr = Expr::Relu(Box::new(Expr::sum([expr, Expr::Constant(Rational::one())])));
    }
    let copy = expr.clone();
    assert_eq!(copy, expr);
    assert_eq!(expr.size(), 1_501);
    let function = Function::new(numbered_inputs(1), vec![expr]).unwrap();
    assert_eq!(function.evaluate(&[Rational::zero()]), [Rational::from(500)]);
    assert!(function.to_string().starts_with("relu(relu("));
    assert_eq!(function.to_relu_graph().relus.len(), 500);
}
