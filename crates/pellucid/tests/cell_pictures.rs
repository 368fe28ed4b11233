//! Pictures of linear cells against the cells they show.

use std::collections::HashMap;

use pellucid::pictures::CellsToDraw;
use pellucid::{CellCounts, CellPicture, Computation, Domain, Function, Layer, Limits, Network, Rational, cells};

fn drawn(computation: &Computation, domain: &Domain) -> (CellPicture, CellCounts) {
    let mut seen = CellsToDraw::of(computation, domain).unwrap();
    let counts = cells(computation, domain, Limits::default(), |cell| {
        seen.add(cell);
        true
    });
    (seen.picture("cells", Limits::default()).unwrap(), counts.unwrap())
}

fn function(text: &str) -> Computation {
    Computation::Function(Function::parse(text).unwrap())
}

/// Small random networks, whose kinks often meet in one point, coincide or vanish.
fn networks(n: usize) -> impl Iterator<Item = Computation> {
    let mut state = 5u64;
    let mut draw = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Rational::ratio((state >> 33) as i64 % 5 - 2, 1 + (state >> 40) as i64 % 2)
    };
    let mut layer = move |n_in: usize, n_out: usize| Layer {
        weights: (0..n_out).map(|_| (0..n_in).map(|_| draw()).collect()).collect(),
        biases: (0..n_out).map(|_| draw()).collect(),
    };
    let mut network = move || Network::new(None, vec![layer(2, 4), layer(4, 3), layer(3, 2)]).unwrap();
    (0..n).map(move |_| Computation::Network(network()))
}

/// Twice the area of a polygon whose corners go counterclockwise.
fn double_area(corners: &[(f64, f64)]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| a.0 * b.1 - a.1 * b.0).sum()
}

#[test]
fn pictures_show_all_cells_regions_and_maps() {
    let triangle = Domain::unit_box(2).and_where("x1 >= x2", &pellucid::numbered_inputs(2)).unwrap();
    let wedge = Domain::Everywhere.and_where("x1 >= x2, x1 >= -x2", &pellucid::numbered_inputs(2)).unwrap();
    for computation in networks(40) {
        for domain in [&Domain::unit_box(2), &triangle, &wedge, &Domain::Everywhere] {
            let (picture, counts) = drawn(&computation, domain);
            // A window holds every vertex, so nothing is lost to it.
            assert_eq!(picture.cells.len(), counts.cells, "{computation:?} on {domain}");
            assert_eq!(Some(picture.regions.len()), counts.regions, "{computation:?} on {domain}");
            let n_maps = picture.regions.iter().map(|region| region.map + 1).max();
            assert_eq!(n_maps, Some(counts.maps));
            let area: f64 = picture.cells.iter().map(|cell| double_area(&cell.corners) / 2.0).sum();
            let [(x_low, x_high), (y_low, y_high)] = picture.window;
            let whole = (x_high - x_low) * (y_high - y_low);
            match domain {
                Domain::Box(_) | Domain::Everywhere => assert!((area - whole).abs() < 1e-9 * whole),
                _ => assert!(area < whole),
            }
            assert!(picture.cells.iter().all(|cell| double_area(&cell.corners) > 0.0));
            // Edges stand between different maps, or on the domain's border.
            for edge in &picture.edges {
                let on_border = |(x, y): (f64, f64)| match domain {
                    Domain::Everywhere => false,
                    Domain::Box(_) => x.abs() == 1.0 || y.abs() == 1.0,
                    _ => x.abs() == 1.0 || y.abs() == 1.0 || (x - y).abs() < 1e-9 || (x + y).abs() < 1e-9,
                };
                match edge.sides {
                    (a, Some(b)) => assert_ne!(picture.regions[a].map, picture.regions[b].map),
                    (_, None) => assert!(on_border(edge.from) && on_border(edge.to), "{computation:?} on {domain}"),
                }
            }
        }
    }
}

#[test]
fn cells_of_one_map_share_a_region_and_edges_part_maps() {
    let (picture, _) = drawn(&function("max(x1, x2, 0)"), &Domain::Everywhere);
    let labels: HashMap<usize, &str> = picture.regions.iter().map(|r| (r.map, r.label.as_str())).collect();
    let mut sorted: Vec<_> = labels.values().copied().collect();
    sorted.sort_unstable();
    assert_eq!(sorted, ["0", "x1", "x2"]);
    assert_eq!((picture.cells.len(), picture.regions.len(), picture.edges.len()), (4, 3, 3));
    assert_eq!(picture.window, [(-2.0, 2.0), (-2.0, 2.0)]);
}

/// Without a vertex the window lies around the kinks, and without those at the origin.
#[test]
fn windows() {
    let window = |text: &str| drawn(&function(text), &Domain::Everywhere).0.window;
    assert_eq!(window("x1 + x2"), [(-2.0, 2.0), (-2.0, 2.0)]);
    assert_eq!(window("relu(x1 - 100) + x2")[0], (98.0, 102.0));
    let [(low, high), _] = window("relu(x1 - 5) + relu(x1 + 3) - x2");
    assert!(low < -3.0 && high > 5.0);
    assert_eq!(
        drawn(&function("min(x1, x2)"), &Domain::parse("[0,3]x[1,2]", &pellucid::numbered_inputs(2)).unwrap()).0.window,
        [(0.0, 3.0), (1.0, 2.0)]
    );
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    for (text, n) in [("abs(x1)", "1 input"), ("max(x1, x2, x3)", "3 inputs")] {
        let error = CellsToDraw::of(&function(text), &Domain::Everywhere).err().unwrap();
        assert!(error.to_string().contains(n), "{error}");
    }
    let minimum = function("min(x1, x2)");
    for text in ["[0,1e300]^2", "[0,1]x[1000000000000,1000000000000.0001]"] {
        let domain = Domain::parse(text, &pellucid::numbered_inputs(2)).unwrap();
        let mut seen = CellsToDraw::of(&minimum, &domain).unwrap();
        cells(&minimum, &domain, Limits::default(), |cell| {
            seen.add(cell);
            true
        })
        .unwrap();
        let error = seen.picture("far", Limits::default()).unwrap_err();
        assert!(error.to_string().contains("--on"), "{error}");
    }
}
