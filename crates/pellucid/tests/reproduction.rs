//! The reproduction of the seed, compared with what its notebook printed.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use pellucid::{Largest, Rational, Reproduction, RunVerdict, report_page, reproduce, reuse};

fn reproduction() -> Reproduction {
    reproduce(|_| {}, &AtomicBool::new(false)).unwrap()
}

#[test]
fn every_function_is_derived_proved_trained_and_found() {
    let order = Mutex::new(Vec::new());
    let done = reproduce(|f| order.lock().unwrap().push(f.printed.name.clone()), &AtomicBool::new(false)).unwrap();
    let names = ["identity", "negation", "absolute value", "addition", "subtraction", "minimum"];
    assert_eq!(*order.lock().unwrap(), names);
    let sizes = [(2, 1), (2, 1), (2, 2), (2, 1), (2, 1), (3, 2)];
    for (f, (everywhere, on_box)) in done.functions.iter().zip(sizes) {
        let name = &f.printed.name;
        assert!(f.everywhere.minimality.proved && f.on_box.minimality.proved, "{name}");
        assert_eq!(f.everywhere.network.hidden_neurons(), everywhere, "{name}");
        assert_eq!(f.on_box.network.hidden_neurons(), on_box, "{name}");
        assert_eq!(f.found.verdict, RunVerdict::Found, "{name}: {}", f.found.reason);
        let found = f.found.decompiled.as_ref().unwrap();
        assert_eq!(found.formula.to_string(), f.printed.function.to_string());
        let Largest::At(deviation, at) = &found.deviation else { panic!("{name}: the box is bounded") };
        // The deviation is reached where it is said to be.
        let (ours, theirs) = (f.run.network.to_exact().unwrap().evaluate(at), found.formula.evaluate(at));
        assert_eq!((&ours[0] - &theirs[0]).abs(), *deviation, "{name}");
        assert!(*deviation < Rational::ratio(1, 10_000), "{name}");
    }
}

#[test]
fn losses_and_weights_are_the_notebooks() {
    for f in &reproduction().functions {
        let name = &f.printed.name;
        assert!((f64::from(f.run.start_loss) / f.printed.start_loss - 1.0).abs() < 1e-6, "{name}");
        assert_eq!(f.run.losses.len(), f.printed.losses.len(), "{name}");
        for ((step, ours), theirs) in f.run.losses.iter().zip(&f.printed.losses) {
            let close = (f64::from(*ours) / theirs - 1.0).abs() < 0.01;
            assert!(close || *theirs < 1e-9, "{name} step {step}: {ours} {theirs}");
        }
        for (layer, printed) in f.run.network.layers().iter().zip(&f.printed.final_weights) {
            for (i, row) in layer.weights.iter().enumerate() {
                for (j, weight) in row.iter().enumerate() {
                    assert!((f64::from(*weight) - printed[j][i]).abs() < 1e-3, "{name}");
                }
            }
        }
    }
}

#[test]
fn the_stuck_runs_are_told_as_what_they_are() {
    let done = reproduction();
    let stuck: Vec<_> = done.functions.iter().filter_map(|f| f.stuck.as_ref()).collect();
    assert_eq!(stuck.len(), 2);
    for ((run, classified), formula) in stuck.into_iter().zip(["-relu(x1)", "relu(x1)"]) {
        assert_eq!(run.seed, 0);
        assert_eq!(classified.verdict, RunVerdict::LocalOptimum);
        assert_eq!(classified.decompiled.as_ref().unwrap().formula.to_string(), formula);
        let reason = &classified.reason;
        assert!(reason.contains("h1.1 and h1.2 both detect positive x1; none detects negative x1"), "{reason}");
        assert!(reason.contains("missing: -(x1)"), "{reason}");
        assert!(!reason.contains("dead"), "{reason}");
        assert!(matches!(&classified.deviation, Some(Largest::At(d, _)) if *d == Rational::one()), "{reason}");
    }
}

#[test]
fn the_minimum_reuses_what_simpler_functions_have() {
    let table = reuse(&reproduction());
    let mut text = String::new();
    for row in &table.rows {
        let marks: String = row.cells.iter().map(|(d, t)| if *d && *t != Some(false) { '*' } else { '.' }).collect();
        text += &format!("{marks} {}\n", row.name);
    }
    assert_eq!(text, EXPECTED);
}

/// Columns: identity, negation, absolute value, addition, subtraction, minimum, minimum of four.
const EXPECTED: &str = "\
****.** positiveness detector +(x)
****.** negativeness detector -(x)
*.**.** positive reconstructor
*..*.** negative reconstructor
....*** greaterness detector x1 > x2
*....** identity
.*..... negative identity
..*.... absolute value
...*... addition
....*.. subtraction
.....** minimum
";

#[test]
fn the_page_is_whole_and_stands_alone() {
    let page = report_page(&reproduction()).unwrap();
    for id in ["summary", "identity", "absolute-value", "minimum", "reuse", "appendix", "minimum-of-four"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    // Nothing is fetched: the only addresses are the names of XML namespaces.
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    for fetched in ["http://", "https://", "src=", "<script", "<link", "@import", "url("] {
        assert!(!outside.contains(fetched), "{fetched}");
    }
    assert!(page.contains("2-3-2-1") && page.contains("4-6-3-1"));
    assert!(page.len() < 2_000_000);
}

#[test]
fn stopping_is_an_answer() {
    let error = reproduce(|_| {}, &AtomicBool::new(true)).unwrap_err();
    assert!(error.is_limit());
}
