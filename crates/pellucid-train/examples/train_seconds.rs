//! Seconds a network of the fast trainer, for profiling and for `bench/train`.
//!
//! ```text
//! cargo run --release -p pellucid-train --example train_seconds -- 'x1' 1,2,1 1024 500 1000 1
//! ```
//!
//! prints one JSON object. Arguments: function, widths, networks, steps, batch, threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use pellucid_core::Function;
use pellucid_train::{Regimen, Task, train_many_with};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [function, widths, networks, steps, batch, threads] = arguments.as_slice() else {
        return Err("arguments: FUNCTION WIDTHS NETWORKS STEPS BATCH THREADS".into());
    };
    let shape = widths.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let task = Task::new(Function::parse(function)?, shape);
    let regimen = Regimen { steps: steps.parse()?, batch: batch.parse()?, test_points: 1, ..Regimen::default() };
    let networks: u64 = networks.parse()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build()?;
    let (cancel, learnt) = (AtomicBool::new(false), AtomicU64::new(0));
    let count = |run: pellucid_train::Run| {
        learnt.fetch_add(u64::from(run.final_loss < 1e-6), Ordering::Relaxed);
    };
    let start = Instant::now();
    pool.install(|| train_many_with(&task, &regimen, 0..networks, None, count, &cancel))?;
    let seconds = start.elapsed().as_secs_f64();
    let learnt = learnt.into_inner();
    println!(
        "{{\"seconds_a_network\": {:.9}, \"networks\": {networks}, \"learnt\": {learnt}}}",
        seconds / networks as f64
    );
    Ok(())
}
