//! In every picture each label has a place of its own.

mod known;

use pellucid_core::{Circuit, Expr, Layer, Network, NeuronId, Rational};
use pellucid_draw::{CircuitPicture, Ink, LineChart, Picture, Rect, Scene, Shape, Status};
use proptest::prelude::*;

/// No two texts, no two discs and no text with a disc that it is not written in; no link behind a
/// disc that is not its end.
fn check(scene: &Scene) {
    let texts: Vec<(&String, Rect)> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, .. } => Some((text, shape.bounds())),
            _ => None,
        })
        .collect();
    let discs: Vec<Rect> = scene.shapes.iter().filter(|s| matches!(s, Shape::Disc { .. })).map(Shape::bounds).collect();
    let page = Rect { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
    // Sums of the same places in another order may differ in the last bit.
    let overlap = |a: &Rect, b: &Rect| a.grown(-1e-6).overlaps(b);
    for (i, (text, bounds)) in texts.iter().enumerate() {
        assert!(page.contains(bounds), "`{text}` leaves the picture");
        for (other, place) in &texts[i + 1..] {
            assert!(!overlap(bounds, place), "`{text}` and `{other}` overlap: {bounds:?} {place:?}");
        }
        for disc in &discs {
            assert!(disc.grown(1e-6).contains(bounds) || !overlap(bounds, disc), "`{text}` is cut by a disc");
        }
    }
    for (i, disc) in discs.iter().enumerate() {
        assert!(discs[i + 1..].iter().all(|other| !overlap(disc, other)), "two discs overlap");
    }
    for shape in &scene.shapes {
        let Shape::Path { points, ink: Ink::Link | Ink::ReversedLink | Ink::GreaterLink | Ink::ThinLink, .. } = shape
        else {
            continue;
        };
        for ends in points.windows(2) {
            for disc in discs.iter().filter(|disc| disc.grown(-0.5).meets_line(ends[0], ends[1])) {
                let is_end = ends.iter().any(|end| disc.contains(&Rect::around(*end, 0.0, 0.0)));
                assert!(is_end, "a link passes behind a disc");
            }
        }
    }
}

fn weights_shown(scene: &Scene) -> usize {
    let is_weight =
        |s: &&Shape| matches!(s, Shape::Text { ink: Ink::Weight | Ink::GreaterWeight | Ink::ReversedWeight, .. });
    scene.shapes.iter().filter(is_weight).count()
}

fn weight() -> impl Strategy<Value = Rational> {
    prop_oneof![
        3 => (-2i64..=2).prop_map(Rational::from),
        1 => (-50i64..50, 1i64..50).prop_map(|(p, q)| Rational::ratio(p, q)),
        4 => (-1.5f32..1.5).prop_map(|w| Rational::from_f32(w).unwrap()),
        1 => (-1e12f64..1e12).prop_map(|w| Rational::from_f64(w * 1e-18).unwrap()),
    ]
}

fn networks() -> impl Strategy<Value = Network<Rational>> {
    let widths = prop_oneof![1usize..=4, 1usize..=16, Just(16)];
    (prop::collection::vec(widths, 2..=4), prop::bool::ANY, 0..3u8).prop_flat_map(|(shape, biases, sparse)| {
        let layers: Vec<_> = shape
            .windows(2)
            .map(|pair| {
                let entry =
                    (weight(), 0..3u8).prop_map(move |(w, keep)| if keep < sparse { Rational::zero() } else { w });
                let row = prop::collection::vec(entry, pair[0]);
                let bias = weight().prop_map(move |b| if biases { b } else { Rational::zero() });
                (prop::collection::vec(row, pair[1]), prop::collection::vec(bias, pair[1]))
                    .prop_map(|(weights, biases)| Layer { weights, biases })
            })
            .collect();
        layers.prop_map(|layers| Network::new(None, layers).unwrap())
    })
}

fn nonzero(network: &Network<Rational>) -> usize {
    let layers = network.layers().iter();
    layers.flat_map(|l| l.weights.iter().flatten().chain(&l.biases)).filter(|w| !w.is_zero()).count()
}

fn neurons(network: &Network<Rational>) -> Vec<NeuronId> {
    let widths = network.widths();
    (0..widths.len()).flat_map(|layer| (0..widths[layer]).map(move |index| NeuronId { layer, index })).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn in_random_networks(network in networks()) {
        let scene = Picture::new(&network).to_scene();
        check(&scene);
        prop_assert_eq!(weights_shown(&scene), nonzero(&network));
    }

    #[test]
    fn in_random_networks_with_names_examples_and_circuits(
        network in networks(),
        names in prop::collection::vec(prop_oneof!["[+-]\\(x[1-9]\\)", "[ -~]{0,50}", "\\PC{0,20}"], 48),
        named in 0..3u8,
        example in prop::bool::ANY,
        runs in prop::collection::vec((0usize..40, 1usize..8), 0..4),
    ) {
        let all = neurons(&network);
        let circuit = |(at, (start, length)): (usize, &(usize, usize))| Circuit {
            name: names[at].clone(),
            computes: Expr::Input(0),
            neurons: all.iter().skip(*start).take(*length).copied().collect(),
            parts: vec![],
        };
        let circuits: Vec<Circuit> = runs.iter().enumerate().map(circuit).collect();
        let mut picture = Picture::new(&network).circuits(&circuits).title("a title").outputs(names.iter().take(2).cloned());
        for (at, neuron) in all.iter().enumerate().filter(|(at, _)| (at % 3) < usize::from(named)) {
            picture = picture.name(*neuron, names[at].clone());
            if at % 7 == 3 {
                picture = picture.status(*neuron, Status::Dead);
            }
        }
        if example {
            picture = picture.at((0..network.n_inputs()).map(|i| Rational::ratio(i as i64 * 7 - 3, 9)).collect()).unwrap();
        }
        check(&picture.to_scene());
    }
}

#[test]
fn in_the_known_pictures() {
    let (minimum, first, four, long) =
        (known::minimum(), known::first_minimum(), known::minimum_of_four(), known::long_names());
    let (two, of_four) = (known::minimum_circuits(), known::minimum_of_four_circuits());
    check(&known::named(&minimum).to_scene());
    check(&known::named(&minimum).zero_weights(true).circuits(&two).to_scene());
    check(&known::named(&first).to_scene());
    check(&known::named_minimum_of_four(&four).circuits(&of_four).to_scene());
    check(&known::with_status(&long).to_scene());
    let names = pellucid_core::numbered_inputs(4);
    check(&CircuitPicture::new(&two, &names).to_scene());
    check(&CircuitPicture::new(&of_four, &names).title("minimum of four").to_scene());
    check(&LineChart::function("x", [(0.0, -1e9), (1e-9, 3.25)]).to_scene());
    check(&LineChart::function("x", [(1e300, 1e100), (1.0, 1e100), (2.0, f64::NAN), (f64::MAX, -f64::MAX)]).to_scene());
    check(&LineChart::new("nothing").log_y().series("none", [(0.0, 0.0)]).series("more", []).to_scene());
}

#[test]
fn a_network_without_hidden_layers_and_one_with_long_input_names() {
    let network = known::network(&[&["1 -2 3 | 5", "0 0 0"]]);
    check(&Picture::new(&network).to_scene());
    let names = vec!["pressure in the second chamber".into(), "t".into(), "<&>".into()];
    check(&Picture::new(&network.with_input_names(names).unwrap()).to_scene());
}
