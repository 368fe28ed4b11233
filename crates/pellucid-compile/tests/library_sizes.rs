//! The library reaches the sizes known from the literature and from our own proofs.

use pellucid_check::check;
use pellucid_compile::library::{Sized, entry, library, sized};
use pellucid_core::{Computation, Domain, Rational};
use pellucid_prove::{Limits, Verdict, prove_within};

fn known(name: &str, everywhere: bool) -> Sized {
    let entry = entry(name).unwrap();
    let domain = if everywhere { Domain::Everywhere } else { entry.on_box().unwrap().clone() };
    let found = sized(&entry, &domain, Limits::default()).unwrap();
    let checked = check(&found.compiled.certificate);
    assert!(checked.is_accepted(), "{name}: {:?}", checked.rejection);
    found
}

/// Name, most neurons everywhere and on the box.
type Known = (&'static str, usize, usize);

/// One hidden layer: exact counts.
const ONE_LAYER: [Known; 20] = [
    ("identity", 2, 1),
    ("negation", 2, 1),
    ("addition", 2, 1),
    ("subtraction", 2, 1),
    ("absolute-value", 2, 2),
    ("minimum", 3, 2),
    ("maximum", 3, 2),
    ("relu", 1, 1),
    ("projection-to-interval", 2, 2),
    ("soft-threshold", 2, 2),
    ("hat", 3, 3),
    ("l1-norm-of-two", 4, 3),
    ("l1-norm-of-three", 5, 4),
    ("l-infinity-norm-of-two", 4, 3),
    ("maximum-and-minimum", 4, 3),
    ("range-of-three", 3, 3),
    ("distances-of-four", 8, 7),
    ("swap", 4, 2),
    ("rank-one-map", 2, 1),
    ("differences-around-a-cycle", 4, 2),
];

/// A size, and whether it is proved to be the smallest.
type Size = (usize, bool);

/// Deeper: smallest sizes known everywhere and on the box.
const DEEPER: [(&str, Size, Size); 14] = [
    ("maximum-of-two-and-zero", (4, true), (3, true)),
    ("relu-of-minimum", (3, true), (3, true)),
    ("maximum-of-three", (7, true), (5, true)),
    ("minimum-of-three", (7, true), (5, true)),
    ("maximum-of-four", (9, false), (6, true)),
    ("minimum-of-four", (9, false), (6, true)),
    ("maximum-of-five", (14, false), (10, false)),
    ("maximum-of-six", (16, false), (11, false)),
    ("maximum-of-eight", (21, false), (14, false)),
    // Below the 10 and the 14 that were known by hand.
    ("median-of-three", (9, false), (7, false)),
    ("sort-of-three", (12, false), (8, false)),
    ("running-maximum", (8, true), (6, true)),
    ("l1-ball-bump", (4, true), (4, true)),
    ("tent-thrice", (6, false), (6, false)),
];

#[test]
fn one_layer_is_proved_smallest_at_the_known_size() {
    for (name, everywhere, on_box) in ONE_LAYER {
        for (is_everywhere, size) in [(true, everywhere), (false, on_box)] {
            let found = known(name, is_everywhere).compiled;
            assert_eq!(found.network.widths(), [size], "{name}, everywhere: {is_everywhere}");
            assert!(found.minimality.proved, "{name}: {}", found.minimality.reason);
        }
    }
}

#[test]
fn deeper_ones_are_as_small_as_known() {
    for (name, everywhere, on_box) in DEEPER {
        for (is_everywhere, (size, is_smallest)) in [(true, everywhere), (false, on_box)] {
            let Sized { compiled, .. } = known(name, is_everywhere);
            let found = compiled.network.hidden_neurons();
            assert!(found <= size, "{name}, everywhere: {is_everywhere}: {found} neurons, not {size}");
            let any_depth = compiled.minimality.any_depth.expect(name);
            assert!(check(&any_depth.certificate).is_accepted(), "{name}");
            if is_smallest {
                assert_eq!(any_depth.at_least, found, "{name}, everywhere: {is_everywhere}: {}", any_depth.reason);
            }
        }
    }
}

#[test]
fn the_maximum_of_sixteen_is_a_tournament() {
    assert_eq!(known("maximum-of-sixteen", true).compiled.network.hidden_neurons(), 3 * 15);
    assert_eq!(known("maximum-of-sixteen", false).compiled.network.hidden_neurons(), 2 * 15);
}

#[test]
fn the_maximum_of_five_fits_two_layers() {
    let found = known("maximum-of-five", true);
    assert!(found.circuits.iter().any(|circuit| circuit.widths == [11, 11]), "{:?}", found.circuits);
}

/// Circuits given by hand compute their function on a domain of the entry at least.
#[test]
fn circuits_by_hand_are_right() {
    let mut n_circuits = 0;
    for entry in library().unwrap() {
        for (other, why) in &entry.also {
            n_circuits += 1;
            let sides = [&entry.function, other].map(|function| Computation::Function(function.clone()));
            let is_equal = |domain: &Domain| {
                let verdict = prove_within(&sides[0], &sides[1], domain, &Rational::zero(), Limits::default());
                matches!(verdict, Ok(Verdict::Proved { .. }))
            };
            assert!(entry.domains.iter().any(is_equal), "{}: {why}", entry.name);
        }
    }
    assert!(n_circuits >= 6, "{n_circuits}");
}

/// Gates and whole numbers: name, most neurons, and whether that is proved to be the fewest.
const AT_POINTS: [(&str, usize, bool); 18] = [
    ("not", 0, true),
    ("and", 1, true),
    ("or", 1, true),
    ("nand", 1, true),
    ("nor", 1, true),
    ("or-of-eight", 1, true),
    ("xor", 2, true),
    ("xnor", 2, true),
    ("parity-of-three", 3, true),
    ("parity-of-four", 3, true),
    ("parity-of-eight", 5, false),
    ("majority-of-five", 2, true),
    ("integer-step", 2, true),
    ("integer-equality", 3, true),
    ("half-adder", 2, true),
    ("full-adder", 3, true),
    ("multiplexer", 2, true),
    ("four-way-multiplexer", 4, false),
];

#[test]
fn gates_are_as_small_as_known() {
    for (name, size, is_smallest) in AT_POINTS {
        let entry = entry(name).unwrap();
        let found = sized(&entry, &entry.domains[0], Limits::default()).unwrap().compiled;
        let checked = check(&found.certificate);
        assert!(checked.is_accepted(), "{name}: {:?}", checked.rejection);
        assert!(found.network.hidden_neurons() <= size, "{name}: {:?}", found.network.widths());
        assert!(!is_smallest || found.minimality.proved, "{name}: {}", found.minimality.reason);
    }
}
