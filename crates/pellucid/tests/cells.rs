//! Linear cells: counts that are known, and cells that are what they say.

use std::collections::HashSet;

use pellucid::{Biases, CellCounts, Computation, Domain, Function, Layer, Limits, Network, Rational, cells, compile};

fn counts(network: &Network, domain: &Domain) -> CellCounts {
    let computation = Computation::Network(network.clone());
    let mut n_checked = 0;
    let mut patterns = HashSet::new();
    let counts = cells(&computation, domain, Limits::default(), |cell| {
        // The maps are the outputs there, and no two cells have one pattern.
        let at_point: Vec<Rational> = cell.maps.iter().map(|map| map.at(&cell.point)).collect();
        assert_eq!(at_point, network.evaluate(&cell.point));
        assert!(domain.contains_inside(&cell.point));
        assert!(patterns.insert(cell.signs.clone()), "{:?} twice", cell.signs);
        n_checked += 1;
        true
    })
    .unwrap();
    assert_eq!(n_checked, counts.cells);
    counts
}

fn smallest(text: &str) -> Network {
    let function = Function::parse(text).unwrap();
    compile(&function, &Domain::Everywhere, Biases::ALLOWED, Limits::default()).unwrap().network
}

#[test]
fn known_counts() {
    let everywhere = Domain::Everywhere;
    assert_eq!(counts(&smallest("min(x1, x2)"), &everywhere), CellCounts { cells: 4, maps: 2 });
    assert_eq!(counts(&smallest("min(min(x1, x2), min(x3, x4))"), &everywhere), CellCounts { cells: 33, maps: 4 });
    assert_eq!(counts(&smallest("abs(x1)"), &everywhere), CellCounts { cells: 2, maps: 2 });
}

/// n lines in general position cut the plane into 1 + n + n(n-1)/2 parts.
#[test]
fn lines_in_general_position() {
    for n in 1..=9i64 {
        // Tangents of a parabola: no two parallel, no three through a point.
        let weights = (1..=n).map(|k| vec![Rational::from(2 * k), Rational::from(-1)]).collect();
        let biases = (1..=n).map(|k| Rational::from(-k * k)).collect();
        let out = Layer { weights: vec![vec![Rational::one(); n as usize]], biases: vec![Rational::zero()] };
        let network = Network::new(None, vec![Layer { weights, biases }, out]).unwrap();
        assert_eq!(counts(&network, &Domain::Everywhere).cells as i64, 1 + n + n * (n - 1) / 2);
    }
}

/// Every sign pattern that a fine grid meets is a cell, in two layers too.
#[test]
fn no_cell_is_missed() {
    let mut state = 1u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Rational::ratio((state >> 33) as i64 % 7 - 3, 1 + (state >> 40) as i64 % 3)
    };
    for _ in 0..20 {
        let mut layer = |n_in: usize, n_out: usize| Layer {
            weights: (0..n_out).map(|_| (0..n_in).map(|_| draw()).collect()).collect(),
            biases: (0..n_out).map(|_| draw()).collect(),
        };
        let network = Network::new(None, vec![layer(2, 4), layer(4, 3), layer(3, 1)]).unwrap();
        let domain = Domain::unit_box(2);
        let mut known = HashSet::new();
        let computation = Computation::Network(network.clone());
        cells(&computation, &domain, Limits::default(), |cell| known.insert(cell.signs.concat())).unwrap();
        // Points with odd coordinates over a prime lie on few kinks; those that do are passed over.
        for i in -48..=48 {
            for j in -48..=48 {
                let point = [Rational::ratio(2 * i + 1, 101), Rational::ratio(2 * j + 1, 103)];
                let trace = network.trace(&point);
                let pre = trace.pre_activations[..2].concat();
                let signs: String = pre.iter().map(|v| ["-", "0", "+"][(v.signum() + 1) as usize]).collect();
                assert!(signs.contains('0') || known.contains(&signs), "{signs} at {point:?}");
            }
        }
    }
}
