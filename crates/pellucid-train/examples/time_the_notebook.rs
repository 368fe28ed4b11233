//! Trains the notebook's six networks one after the other and prints how long each took.

use std::time::Instant;

use pellucid_core::Function;
use pellucid_train::{Experiment, train};

fn main() -> Result<(), pellucid_core::Error> {
    let tasks = [
        ("x1", [1, 2, 1], 0, 500),
        ("-x1", [1, 2, 1], 1, 500),
        ("abs(x1)", [1, 2, 1], 1, 500),
        ("x1 + x2", [2, 2, 1], 0, 500),
        ("x1 - x2", [2, 2, 1], 0, 500),
        ("min(x1, x2)", [2, 3, 1], 0, 10_000),
    ];
    for (function, shape, seed, steps) in tasks {
        let experiment = Experiment { seed, steps, ..Experiment::new(Function::parse(function)?, shape.to_vec()) };
        let start = Instant::now();
        let run = train(&experiment)?;
        println!("{function:12} {:8.2} ms, loss {:.3e}", start.elapsed().as_secs_f64() * 1e3, run.final_loss);
    }
    Ok(())
}
