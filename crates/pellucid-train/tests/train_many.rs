//! Many trainings: the same results on any number of threads, and an end when asked for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use pellucid_core::Function;
use pellucid_train::{Experiment, Run, train, train_cancellable, train_many};

/// A short training with everything that the notebook does without: depth, biases, several
/// outputs, ranges of their own, an uneven batch.
fn deep() -> Experiment {
    Experiment {
        bias: true,
        steps: 30,
        batch: 333,
        test_points: 77,
        inputs: vec![(-2.0, 1.0), (0.0, 0.5), (3.0, 4.0)],
        record_every: Some(7),
        ..Experiment::new(Function::parse("(min(x1, x2, x3), |x1 - x2|)").unwrap(), vec![3, 9, 5, 2])
    }
}

fn train_on(threads: usize, experiment: &Experiment) -> Vec<Run> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let done = Mutex::new(Vec::new());
    let on_done = |run: &Run| done.lock().unwrap().push(run.seed);
    let runs = pool.install(|| train_many(experiment, 3..20, on_done, &AtomicBool::new(false))).unwrap();
    let mut done = done.into_inner().unwrap();
    done.sort_unstable();
    assert_eq!(done, (3..20).collect::<Vec<u64>>());
    runs
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let alone: Vec<Run> = (3..20).map(|seed| train(&Experiment { seed, ..deep() }).unwrap()).collect();
    for threads in [1, 2, 5] {
        assert_eq!(train_on(threads, &deep()), alone, "{threads} threads");
    }
}

#[test]
fn recorded_losses_are_those_of_shorter_runs() {
    let run = train(&deep()).unwrap();
    assert_eq!(run.losses.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [1, 8, 15, 22, 29]);
    for (steps, loss) in run.losses {
        assert_eq!(train(&Experiment { steps, record_every: None, ..deep() }).unwrap().final_loss, loss);
    }
    let none = train(&Experiment { steps: 0, ..deep() }).unwrap();
    assert_eq!((none.final_loss, &none.network, none.cancelled), (none.start_loss, &none.start_network, false));
}

#[test]
fn cancelled_runs_end_early() {
    let run = train_cancellable(&deep(), &AtomicBool::new(true)).unwrap();
    assert!(run.cancelled);
    assert_eq!((run.steps_done, &run.network), (0, &run.start_network));

    let cancel = AtomicBool::new(false);
    let runs = train_many(&deep(), 0..1_000_000, |_| cancel.store(true, Ordering::Relaxed), &cancel).unwrap();
    assert!(!runs.is_empty() && runs.len() < 1000);
    assert!(runs.iter().all(|run| !run.cancelled && run.steps_done == 30));
}

#[test]
fn wider_and_biased_networks_learn() {
    let function = Function::parse("max(x1 - 1/4, -x2, 1/8)").unwrap();
    let experiment = Experiment { bias: true, steps: 2000, ..Experiment::new(function, vec![2, 16, 8, 1]) };
    let run = train(&experiment).unwrap();
    assert!(run.final_loss < 1e-3 && run.start_loss > 1e-2, "{} to {}", run.start_loss, run.final_loss);
}

#[test]
fn a_diverging_run_shows_in_its_loss() {
    let experiment = Experiment { learning_rate: 1e6, ..deep() };
    let run = train(&experiment).unwrap();
    assert!(!run.final_loss.is_finite());
}
