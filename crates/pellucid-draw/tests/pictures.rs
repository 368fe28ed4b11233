//! What pictures look like, as text and as SVG.

mod known;

use insta::assert_snapshot;
use known::h;
use pellucid_core::{Rational, numbered_inputs};
use pellucid_draw::{
    CellPicture, CircuitPicture, LineChart, Picture, PlaneCell, PlaneEdge, PlaneRegion, Shape, SvgOptions,
    TerminalOptions, Theme,
};

fn text(picture: &Picture<'_>) -> String {
    picture.to_terminal(&TerminalOptions::default())
}

fn svg(picture: &Picture<'_>) -> String {
    picture.to_svg(&SvgOptions::default())
}

#[test]
fn the_minimum_in_a_terminal() {
    let minimum = known::minimum();
    assert_snapshot!(text(&known::named(&minimum).outputs(["min(x1, x2)"])), @r#"
    min(x1, x2)      -1          1        -1
                      │          │         │
                 ╭─────────╮ ╭───────╮ ╭───────╮
                 │ x1 > x2 │ │ +(x1) │ │ -(x1) │
                 ╰─────────╯ ╰───────╯ ╰───────╯
                      │          │         │
             x1       1          1        -1
             x2      -1          ·         ·
    "#);
}

#[test]
fn an_example_with_ascii_characters() {
    let minimum = known::minimum();
    let picture = known::named(&minimum).at(vec![Rational::from(3), Rational::from(-5)]).unwrap();
    assert_snapshot!(picture.to_terminal(&TerminalOptions { width: 80, ascii: true }), @r#"
     y = -5      -1          1          -1
                  |          |           |
             +---------+ +--------+ +---------+
             | x1 > x2 | | +(x1)  | |  -(x1)  |
             | 8 -> 8  | | 3 -> 3 | | -3 -> 0 |
             +---------+ +--------+ +---------+
                  |          |           |
     x1 = 3       1          1          -1
    x2 = -5      -1          .           .
    "#);
}

#[test]
fn the_minimum_of_four_in_a_terminal() {
    let four = known::minimum_of_four();
    assert_snapshot!(text(&known::named_minimum_of_four(&four)), @r#"
    min(x1, x2, x3, x4)
          =               -1                        1                 -1
                           │                       │                  │
             ╭───────────────────────────╮ ╭────────────────╮ ╭────────────────╮
             │ min(x1, x2) > min(x3, x4) │ │ +(min(x1, x2)) │ │ -(min(x1, x2)) │
             ╰───────────────────────────╯ ╰────────────────╯ ╰────────────────╯
                           │                       │                  │
    x1 > x2               -1                       -1                  1
      +(x1)                1                        1                 -1
      -(x1)               -1                       -1                  1
    x3 > x4                1                        ·                  ·
      +(x3)               -1                        ·                  ·
      -(x3)                1                        ·                  ·
                  │          │         │          │          │         │
             ╭─────────╮ ╭───────╮ ╭───────╮ ╭─────────╮ ╭───────╮ ╭───────╮
             │ x1 > x2 │ │ +(x1) │ │ -(x1) │ │ x3 > x4 │ │ +(x3) │ │ -(x3) │
             ╰─────────╯ ╰───────╯ ╰───────╯ ╰─────────╯ ╰───────╯ ╰───────╯
                  │          │         │          │          │         │
         x1       1          1        -1          ·          ·         ·
         x2      -1          ·         ·          ·          ·         ·
         x3       ·          ·         ·          1          1        -1
         x4       ·          ·         ·         -1          ·         ·
    "#);
}

#[test]
fn the_minimum_of_four_as_a_list() {
    let four = known::minimum_of_four();
    assert_snapshot!(known::named_minimum_of_four(&four).to_list(&TerminalOptions::default()), @r#"
    h1.1  x1 > x2                   = relu(x1 - x2)
    h1.2  +(x1)                     = relu(x1)
    h1.3  -(x1)                     = relu(-x1)
    h1.4  x3 > x4                   = relu(x3 - x4)
    h1.5  +(x3)                     = relu(x3)
    h1.6  -(x3)                     = relu(-x3)
    h2.1  min(x1, x2) > min(x3, x4) = relu(-h1.1 + h1.2 - h1.3 + h1.4 - h1.5 + h1.6)
    h2.2  +(min(x1, x2))            = relu(-h1.1 + h1.2 - h1.3)
    h2.3  -(min(x1, x2))            = relu(h1.1 - h1.2 + h1.3)
    min(x1, x2, x3, x4)             = -h2.1 + h2.2 - h2.3
    "#);
}

#[test]
fn biases_and_what_neurons_do() {
    let long = known::long_names();
    assert_snapshot!(text(&known::with_status(&long)), @r#"
    h1.1  +(2*x1 - 3*x2 + 1/2) = relu(2*x1 - 3*x2 + 1/2)
    h1.2  +(-3*x1 + 10*x2)     = relu(-1/2*x1 + 5/3*x2)  (dead)
    h1.3  +(x1 + x2 - 7)       = relu(x1 + x2 - 7)  (merged)
    h1.4  +(x1 + 6*x2)         = relu(1/3*x1 + 2*x2)  (always on)
    y                          = -h1.1 + h1.2 + 0.1235*h1.3 + 2*h1.4 - 1/3
    "#);
}

#[test]
fn names_that_occur_twice_are_told_apart() {
    let minimum = known::minimum();
    let picture = Picture::new(&minimum).name(h(1, 1), "+(x1)").name(h(1, 2), "+(x1)");
    assert_snapshot!(text(&picture), @r#"
     y        -1             1           -1
              │              │           │
        ╭────────────╮ ╭────────────╮ ╭──────╮
        │ h1.1 +(x1) │ │ h1.2 +(x1) │ │ h1.3 │
        ╰────────────╯ ╰────────────╯ ╰──────╯
              │              │           │
    x1         1             1           -1
    x2        -1             ·            ·
    "#);
}

#[test]
fn a_network_too_wide_for_a_drawing_is_a_list_within_the_width() {
    let wide = known::random(&[9, 12, 2], true);
    let list = text(&Picture::new(&wide));
    assert!(list.starts_with("h1.1 "), "{list}");
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
}

#[test]
fn the_minimum_as_svg() {
    let minimum = known::minimum();
    assert_snapshot!(svg(&known::named(&minimum).outputs(["min(x1, x2)"]).title("minimum")));
}

#[test]
fn an_example_as_svg() {
    let minimum = known::minimum();
    let picture = known::named(&minimum).at(vec![Rational::from(3), Rational::from(-5)]).unwrap();
    assert_snapshot!(picture.to_svg(&SvgOptions { theme: Theme::Light, opaque: true }));
}

#[test]
fn circuits_of_circuits_as_svg() {
    let (circuits, names) = (known::minimum_of_four_circuits(), numbered_inputs(4));
    let picture = CircuitPicture::new(&circuits, &names);
    assert_snapshot!(picture.to_svg(&SvgOptions { theme: Theme::Dark, opaque: false }));
}

#[test]
fn a_chart_as_svg() {
    let chart = LineChart::new("loss").axes("step", "loss").log_y();
    let chart = chart
        .series("seed 0", (0..6).map(|s| (f64::from(s), 10f64.powi(-s))))
        .series("seed 1", [(0.0, 0.5), (5.0, 0.0)]);
    assert_snapshot!(chart.to_svg(&SvgOptions { theme: Theme::Light, opaque: false }));
}

#[test]
fn every_text_is_escaped_and_every_picture_the_same_twice() {
    let minimum = known::minimum().with_input_names(vec!["<a>".into(), "b\u{1}&\"'".into()]).unwrap();
    let picture = Picture::new(&minimum).name(h(1, 1), "</text><script>").title("<b>");
    let once = svg(&picture);
    assert!(!once.contains("<script>") && !once.contains("<b>") && !once.contains("<a>") && !once.contains('\u{1}'));
    assert!(once.contains("&lt;/text&gt;&lt;script&gt;"));
    assert_eq!(once, svg(&picture));
}

#[test]
fn biases_that_are_all_zero_are_left_out() {
    let biased = known::network(&[&["1 | 0", "-1 | 2"], &["1 1"]]);
    assert_eq!(svg(&Picture::new(&biased)).matches("\"pl-bias\"").count(), 1);
    assert_eq!(svg(&Picture::new(&known::minimum())).matches("\"pl-bias\"").count(), 0);
}

#[test]
fn an_example_needs_a_value_for_every_input() {
    let minimum = known::minimum();
    let error = Picture::new(&minimum).at(vec![Rational::one()]).unwrap_err();
    assert_eq!(error.to_string(), "the example has 1 value, the network 2 inputs");
}

#[test]
fn a_part_that_computes_the_whole_is_its_last_stage() {
    let stage = known::circuit("last", "min(min(x1, x2), x3)", &[], vec![]);
    let inner = known::circuit("first", "min(x1, x2)", &[], vec![]);
    let circuits = [known::circuit("whole", "min(min(x1, x2), x3)", &[], vec![inner, stage])];
    let svg = CircuitPicture::new(&circuits, &numbered_inputs(3)).to_svg(&SvgOptions::default());
    assert!(svg.contains("last computes min(min(x1, x2), x3) from x3, min(x1, x2)"), "{svg}");
    assert!(!svg.contains("whole computes"));
    let shallow = CircuitPicture::new(&circuits, &numbered_inputs(3)).depth(0).to_svg(&SvgOptions::default());
    assert!(shallow.contains("whole computes min(min(x1, x2), x3) from x1, x2, x3"), "{shallow}");
}

#[test]
fn cells_as_svg() {
    let cell =
        |corners: &[(f64, f64)], region, tip: &str| PlaneCell { corners: corners.into(), region, tip: tip.into() };
    let (o, n) = (0.0, -1.0);
    let region = |map, label: &str| PlaneRegion { map, label: label.into() };
    let edge = |to, sides| PlaneEdge { from: (o, o), to, sides };
    let picture = CellPicture {
        title: "max(x1, x2, 0)".into(),
        caption: "4 linear cells".into(),
        inputs: ["x1".into(), "x2".into()],
        window: [(n, 1.0), (n, 1.0)],
        cells: vec![
            cell(&[(o, o), (o, n), (1.0, n), (1.0, 1.0)], 0, "+ +\nx1"),
            cell(&[(o, o), (1.0, 1.0), (n, 1.0), (n, o)], 1, "- +\nx2"),
            cell(&[(o, o), (n, o), (n, n)], 2, "- -\n0"),
            cell(&[(o, o), (n, n), (o, n)], 2, "+ -\n0"),
        ],
        regions: vec![region(0, "x1"), region(1, "x2"), region(2, "0")],
        edges: vec![edge((1.0, 1.0), (0, Some(1))), edge((n, o), (1, Some(2))), edge((o, n), (2, Some(0)))],
    };
    assert_snapshot!(picture.to_svg(&SvgOptions { theme: Theme::Light, opaque: true }));
}

/// A label stands inside its region, and a region too small for its label has none.
#[test]
fn labels_stay_in_their_regions() {
    let strip = |low: f64, high: f64, region| PlaneCell {
        corners: vec![(low, 0.0), (high, 0.0), (high, 1.0), (low, 1.0)],
        region,
        tip: String::new(),
    };
    let ends = [0.0, 0.3, 0.32, 1.0];
    let names = ["one", "nowhere", "a longer one"];
    let picture = CellPicture {
        title: "strips".into(),
        caption: String::new(),
        inputs: ["x1".into(), "x2".into()],
        window: [(0.0, 1.0), (0.0, 1.0)],
        cells: (0..3).map(|i| strip(ends[i], ends[i + 1], i)).collect(),
        regions: (0..3).map(|i| PlaneRegion { map: i, label: names[i].into() }).collect(),
        edges: (0..2)
            .map(|i| PlaneEdge { from: (ends[i + 1], 0.0), to: (ends[i + 1], 1.0), sides: (i, Some(i + 1)) })
            .collect(),
    };
    let scene = picture.to_scene();
    let area =
        |i: usize| scene.shapes.iter().filter(|shape| matches!(shape, Shape::Area { .. })).nth(i).unwrap().bounds();
    let label = |name: &str| scene.shapes.iter().find(|s| matches!(s, Shape::Text { text, .. } if text == name));
    assert!(area(0).contains(&label("one").unwrap().bounds()));
    assert!(area(2).contains(&label("a longer one").unwrap().bounds()));
    assert_eq!(label("nowhere"), None);
}
