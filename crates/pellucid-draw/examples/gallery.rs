//! Prints one of the pictures that the tests are about: `gallery NAME [light|dark|ascii|text]`.

use pellucid_core::{Rational, numbered_inputs};
use pellucid_draw::{CircuitPicture, LineChart, Picture, Scene, SvgOptions, TerminalOptions, Theme, scene_to_svg};

#[path = "../tests/known/mod.rs"]
mod known;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let how = arguments.get(1).map_or("auto", String::as_str);
    let name = arguments.first().map_or("", String::as_str);
    let at = |values: &[i64]| values.iter().map(|v| Rational::from(*v)).collect::<Vec<_>>();
    let (identity, minimum, first) = (known::identity(), known::minimum(), known::first_minimum());
    let (four, long) = (known::minimum_of_four(), known::long_names());
    let wide = known::random(&[16, 16, 1], false);
    let deep = known::random(&[8, 16, 16, 2], false);
    let small = known::random(&[4, 6, 3, 1], true);
    let (two, of_four) = (known::minimum_circuits(), known::minimum_of_four_circuits());
    let inner = [two[0].parts.clone(), two.clone()].concat();
    let all = [of_four[0].parts.clone(), of_four.clone()].concat();
    let picture: Picture<'_> = match name {
        "identity" => known::named(&identity).outputs(["x"]),
        "bare" => Picture::new(&minimum).zero_weights(true),
        "minimum" => known::named(&minimum).outputs(["min(x1, x2)"]).title("minimum"),
        "minimum-at" => known::named(&minimum).outputs(["min(x1, x2)"]).at(at(&[3, -5])).unwrap(),
        "minimum-boxed" => known::named(&minimum).outputs(["min(x1, x2)"]).circuits(&inner),
        "first" => known::named(&first).outputs(["min(x1, x2)"]),
        "four" => known::named_minimum_of_four(&four),
        "four-at" => known::named_minimum_of_four(&four).at(at(&[4, 3, 9, -2])).unwrap(),
        "four-boxed" => known::named_minimum_of_four(&four).circuits(&all),
        "long" => known::named(&long),
        "status" => known::with_status(&long),
        "wide" => Picture::new(&wide),
        "deep" => Picture::new(&deep),
        "small" => Picture::new(&small),
        _ => return print(&other(name, &two, &of_four), how),
    };
    match how {
        "text" => print!("{}", picture.to_terminal(&TerminalOptions::default())),
        "ascii" => print!("{}", picture.to_terminal(&TerminalOptions { ascii: true, ..TerminalOptions::default() })),
        "list" => print!("{}", picture.to_list(&TerminalOptions::default())),
        _ => print(&picture.to_scene(), how),
    }
}

fn other(name: &str, two: &[pellucid_core::Circuit], of_four: &[pellucid_core::Circuit]) -> Scene {
    let inputs = numbered_inputs(4);
    match name {
        "circuits" => CircuitPicture::new(of_four, &inputs).title("minimum of four").to_scene(),
        "circuits-two" => CircuitPicture::new(two, &inputs).to_scene(),
        "loss" => LineChart::new("training loss")
            .axes("step", "loss")
            .log_y()
            .series("seed 0", (0..500).map(|s| (f64::from(s), 0.3 * 0.97f64.powi(s))))
            .series("seed 1, a local optimum", (0..500).map(|s| (f64::from(s), 0.02 + 0.3 * 0.9f64.powi(s))))
            .to_scene(),
        _ => LineChart::function("abs(x)", (-20..=20).map(|i| f64::from(i) / 10.0).map(|x| (x, x.abs()))).to_scene(),
    }
}

fn print(scene: &Scene, how: &str) {
    let theme = match how {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::Auto,
    };
    print!("{}", scene_to_svg(scene, &SvgOptions { theme, opaque: true }));
}
