//! How long networks take to be taken apart:
//! `cargo run --release -p pellucid-decompile --example time_decompile`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use common::{Stream, question, unit_box, untrained};
use pellucid_core::{Network, Rational};
use pellucid_decompile::decompile;
use pellucid_prove::Largest;

fn main() {
    let mut stream = Stream(7);
    for shape in [(1, 2, 1), (1, 4, 2), (2, 3, 1), (2, 8, 1), (3, 6, 1), (4, 8, 1), (2, 16, 1), (2, 32, 1)] {
        let networks: Vec<Network<Rational>> =
            (0..5).map(|_| untrained(&mut stream, shape.0, shape.1, shape.2)).collect();
        for tolerance in ["1e-4", "0"] {
            let question = question(&unit_box(shape.0), tolerance);
            let start = Instant::now();
            let lengths: Vec<String> = networks
                .iter()
                .map(|network| {
                    let found = decompile(network, &question).unwrap();
                    format!("{} ({})", found.formula.to_string().len(), off(&found.deviation))
                })
                .collect();
            println!("{shape:?} tolerance {tolerance}: {:?} each, {}", start.elapsed() / 5, lengths.join(", "));
        }
    }
}

fn off(deviation: &Largest) -> String {
    match deviation {
        Largest::At(most, _) => most.to_decimal(3),
        Largest::Infinite { .. } => "infinite".into(),
    }
}
