//! Neurons that are left out of a picture are counted, and nothing else is lost.

use pellucid_core::{Circuit, Expr, Layer, Network, NeuronId, Rational};
use pellucid_draw::{Picture, Shape, Status, SvgOptions, TerminalOptions};

/// A network of two hidden layers, every weight different from 0.
fn wide(width: usize) -> Network<Rational> {
    let weight = |i: usize, j: usize| Rational::ratio(1 + ((i * 7 + j * 5) % 11) as i64, 4);
    let layer = |rows: usize, columns: usize| Layer {
        weights: (0..rows).map(|i| (0..columns).map(|j| weight(i, j)).collect()).collect(),
        biases: (0..rows).map(|i| weight(i, 3)).collect(),
    };
    Network::new(None, vec![layer(width, 2), layer(width, width), layer(1, width)]).unwrap()
}

fn without(network: &Network<Rational>, keep: usize, status: Status) -> Picture<'_> {
    let mut picture = Picture::new(network);
    for layer in 0..2 {
        for index in keep..network.hidden_layers()[layer].weights.len() {
            picture = picture.status(NeuronId { layer, index }, status).leave_out(NeuronId { layer, index });
        }
    }
    picture
}

#[test]
fn a_row_says_how_many_are_left_out() {
    let network = wide(40);
    let scene = without(&network, 5, Status::Dead).to_scene();
    let said =
        |text: &str| scene.shapes.iter().filter(|s| matches!(s, Shape::Text { text: t, .. } if t == text)).count();
    assert_eq!(said("35 more that add nothing"), 2);
    let discs = scene.shapes.iter().filter(|s| matches!(s, Shape::Disc { .. })).count();
    // Two inputs, two rows of five and what is left out, an output, and the constant of three layers.
    assert_eq!(discs, 2 + 2 * 6 + 1 + 3);
    let live = without(&network, 5, Status::Live).to_scene();
    assert!(live.shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if text == "35 more")));
    assert!(live.width < Picture::new(&network).to_scene().width / 3.0);
}

#[test]
fn nothing_changes_when_nothing_is_left_out() {
    let network = wide(4);
    let options = SvgOptions::default();
    assert_eq!(without(&network, 4, Status::Live).to_svg(&options), Picture::new(&network).to_svg(&options));
}

#[test]
fn the_terminal_and_the_list_tell_it_too() {
    let network = wide(9);
    let drawn = without(&network, 2, Status::Merged).to_terminal(&TerminalOptions { width: 100, ascii: true });
    insta::assert_snapshot!(drawn);
    insta::assert_snapshot!(without(&network, 2, Status::Live).to_list(&TerminalOptions::default()));
}

#[test]
fn circuits_that_are_not_drawn_are_counted() {
    let network = wide(9);
    let circuit = |name: &str, indices: &[usize]| Circuit {
        name: name.to_string(),
        computes: Expr::Input(0),
        neurons: indices.iter().map(|index| NeuronId { layer: 0, index: *index }).collect(),
        parts: vec![],
    };
    let circuits =
        [circuit("whole", &[0, 1]), circuit("cut", &[1, 7]), circuit("gone", &[5, 6]), circuit("lost", &[8])];
    let scene = without(&network, 2, Status::Live).circuits(&circuits).to_scene();
    let said = |part: &str| {
        scene.shapes.iter().filter(|s| matches!(s, Shape::Text { text, .. } if text.contains(part))).count()
    };
    assert_eq!([said("whole"), said("cut"), said("gone"), said("lost")], [1, 1, 0, 0]);
    assert_eq!(said("2 circuits of neurons that are not drawn"), 1);
}
