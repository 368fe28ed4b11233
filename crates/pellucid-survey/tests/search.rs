//! Searches that start from nothing and end with a proof.

use std::sync::atomic::AtomicBool;

use pellucid_core::{Domain, Function};
use pellucid_survey::{SearchState, Searched, Sought, known_size, search};

fn sought(formula: &str, on: &str, smaller_than: usize, tries: u64) -> Sought {
    let function = Function::parse(formula).unwrap();
    let domain = Domain::parse(on, function.input_names()).unwrap();
    Sought { function, domain, smaller_than, tries }
}

fn searched(sought: &Sought, state: &mut SearchState) -> Searched {
    let (_, bound) = known_size(&sought.function, &sought.domain, Default::default()).unwrap();
    search(sought, state, bound, |_| {}, &AtomicBool::new(false)).unwrap()
}

fn smallest(formula: &str, on: &str, smaller_than: usize) -> Option<usize> {
    let done = searched(&sought(formula, on, smaller_than, 96), &mut SearchState::default());
    let found = done.found?;
    assert!(pellucid_check::check(&found.certificate).is_accepted());
    Some(found.network.hidden_neurons())
}

#[test]
fn the_minimum_is_found_in_three_neurons() {
    assert_eq!(smallest("min(x1, x2)", "everywhere", 5), Some(3));
    assert_eq!(smallest("min(x1, x2)", "[-1,1]^2", 4), Some(2));
}

#[test]
fn small_circuits_of_other_kinds_are_found() {
    assert_eq!(smallest("relu(min(x, y))", "everywhere", 4), Some(3));
    assert_eq!(smallest("xor(a, b)", "{0,1}^2", 4), Some(2));
    assert_eq!(smallest("(mod(a + b, 2, 2), and(a, b))", "{0,1}^2", 3), Some(2));
}

#[test]
fn nothing_is_found_below_what_is_possible_and_tries_are_counted() {
    let impossible = sought("abs(x1)", "everywhere", 2, 64);
    let mut state = SearchState::default();
    let done = search(&impossible, &mut state, (1, String::new()), |_| {}, &AtomicBool::new(false)).unwrap();
    assert!(done.found.is_none() && done.is_complete);
    assert_eq!((done.n_tried, state.tried["1"]), (64, 64));
    // Gone on with: only further tries are done.
    let more = Sought { tries: 80, ..impossible.clone() };
    let done = search(&more, &mut state, (1, String::new()), |_| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!(done.n_tried, 80);
    let other = sought("relu(x1)", "everywhere", 2, 1);
    let error = search(&other, &mut state, (1, String::new()), |_| {}, &AtomicBool::new(false)).unwrap_err();
    assert!(error.to_string().contains("another search"));
}
