//! Linear cells: counts that are known, and cells that are what they say.

use std::collections::{HashMap, HashSet};

use pellucid::{
    Affine, Biases, CellCounts, Computation, Domain, Function, Layer, Limits, LinearCell, Network, Rational, cells,
    compile,
};
use pellucid_prove::{Interior, interior};

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
    assert_eq!(counts(&smallest("min(x1, x2)"), &everywhere), CellCounts { cells: 4, regions: Some(2), maps: 2 });
    assert_eq!(
        counts(&smallest("min(min(x1, x2), min(x3, x4))"), &everywhere),
        CellCounts { cells: 33, regions: Some(4), maps: 4 }
    );
    assert_eq!(counts(&smallest("abs(x1)"), &everywhere), CellCounts { cells: 2, regions: Some(2), maps: 2 });
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

fn networks(shape: &[usize], n: usize, seed: u64) -> Vec<Network> {
    let mut state = seed;
    let mut draw = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Small numbers, so that hyperplanes meet and coincide.
        Rational::ratio((state >> 33) as i64 % 5 - 2, 1 + (state >> 40) as i64 % 2)
    };
    let mut layer = move |n_in: usize, n_out: usize| Layer {
        weights: (0..n_out).map(|_| (0..n_in).map(|_| draw()).collect()).collect(),
        biases: (0..n_out).map(|_| draw()).collect(),
    };
    (0..n).map(|_| Network::new(None, shape.windows(2).map(|w| layer(w[0], w[1])).collect()).unwrap()).collect()
}

fn linear_cells(network: &Network, domain: &Domain) -> (Vec<LinearCell>, CellCounts) {
    let mut all = Vec::new();
    let counts = cells(&Computation::Network(network.clone()), domain, Limits::default(), |cell| {
        all.push(cell.clone());
        true
    });
    (all, counts.unwrap())
}

/// Corners, volumes and neighbours of degenerate networks in one to three inputs.
#[test]
fn cells_fill_the_box_and_know_their_neighbours() {
    for (shape, seed) in [([1usize, 3, 2, 1], 1u64), ([2, 4, 3, 1], 2), ([3, 3, 2, 1], 3)] {
        for network in networks(&shape, 12, seed) {
            let domain = Domain::unit_box(shape[0]);
            let (all, counts) = linear_cells(&network, &domain);
            let volume: Rational = all.iter().map(|cell| cell.volume.clone().unwrap()).sum();
            assert_eq!(volume, Rational::from(1i64 << shape[0]), "{network:?}");
            let known: HashMap<&[String], &LinearCell> = all.iter().map(|cell| (cell.signs.as_slice(), cell)).collect();
            for cell in &all {
                let corners = cell.corners.as_ref().unwrap();
                assert!(corners.rays.is_empty() && corners.lines.is_empty());
                for vertex in &corners.vertices {
                    // Functions are continuous: a cell's map holds on its border.
                    assert!(domain.contains(vertex));
                    assert_eq!(cell.maps[0].at(vertex), network.evaluate(vertex)[0]);
                }
                for neighbour in cell.neighbours.as_ref().unwrap() {
                    let other = known.get(neighbour.signs.as_slice()).unwrap_or_else(|| panic!("{neighbour:?}"));
                    let back = other.neighbours.as_ref().unwrap();
                    assert!(back.iter().any(|n| n.signs == cell.signs), "{network:?}: {cell:?} {other:?}");
                    assert!(neighbour.facet.at(&cell.point).is_positive());
                    assert!(neighbour.facet.at(&other.point).is_negative());
                }
            }
            assert_eq!(counts.regions.unwrap(), regions(&all), "{network:?}");
        }
    }
}

/// Regions in another way: cells with one map are joined where the middle of common corners lies on a
/// facet of both, as wide as a facet is.
fn regions(all: &[LinearCell]) -> usize {
    let mut region: Vec<usize> = (0..all.len()).collect();
    for i in 0..all.len() {
        for j in 0..i {
            let (a, b) = (&all[i], &all[j]);
            let facet = |cell: &LinearCell, other: &LinearCell| {
                cell.neighbours.as_ref().unwrap().iter().any(|n| n.signs == other.signs)
            };
            if a.maps == b.maps && facet(a, b) && facet(b, a) {
                let (from, to) = (region[i], region[j]);
                region.iter_mut().filter(|r| **r == from).for_each(|r| *r = to);
            }
        }
    }
    region.into_iter().collect::<HashSet<_>>().len()
}

/// Every sign vector is tried by a linear program: those with an interior are the cells.
#[test]
fn cells_are_the_sign_vectors_with_an_interior() {
    for (shape, seed) in [([2usize, 3, 3, 1], 5u64), ([3, 3, 2, 1], 6)] {
        for network in networks(&shape, 10, seed) {
            for domain in [Domain::Everywhere, Domain::unit_box(shape[0])] {
                let mut expected = HashSet::new();
                let inputs = (0..shape[0]).map(|i| Affine::input(shape[0], i)).collect();
                try_signs(&network, 0, inputs, domain.rows(shape[0]), Vec::new(), &mut expected);
                let found: HashSet<Vec<String>> =
                    linear_cells(&network, &domain).0.into_iter().map(|c| c.signs).collect();
                assert_eq!(found, expected, "{network:?} {domain}");
            }
        }
    }
}

fn try_signs(
    network: &Network,
    layer: usize,
    values: Vec<Affine>,
    rows: Vec<Affine>,
    signs: Vec<String>,
    found: &mut HashSet<Vec<String>>,
) {
    let n = network.n_inputs();
    if layer == network.hidden_layers().len() {
        if matches!(interior(&rows, n), Interior::Point(_)) {
            found.insert(signs);
        }
        return;
    }
    let Layer { weights, biases } = &network.layers()[layer];
    let maps: Vec<Affine> = weights
        .iter()
        .zip(biases)
        .map(|(row, bias)| {
            let mut map = Affine::constant(n, bias.clone());
            row.iter().zip(&values).for_each(|(w, value)| map.add_scaled(w, value));
            map
        })
        .collect();
    for choice in 0..1usize << maps.len() {
        let (mut rows, mut next, mut text) = (rows.clone(), Vec::new(), String::new());
        let mut possible = true;
        for (k, map) in maps.iter().enumerate() {
            let on = choice >> k & 1 == 1;
            if map.is_constant() {
                possible &= on == map.constant.is_positive();
                text.push(['-', '0', '+'][(map.constant.signum() + 1) as usize]);
            } else {
                rows.push(map.scaled(&Rational::from(if on { 1 } else { -1 })));
                text.push(if on { '+' } else { '-' });
            }
            next.push(if on { map.clone() } else { Affine::constant(n, Rational::zero()) });
        }
        if possible && (rows.is_empty() || matches!(interior(&rows, n), Interior::Point(_))) {
            let signs = signs.iter().cloned().chain([text]).collect();
            try_signs(network, layer + 1, next, rows, signs, found);
        }
    }
}
