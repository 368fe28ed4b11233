//! Training by regimens: the fast kernels beside the plain gradient, optimisers beside their definitions, and what they reach.

use std::sync::atomic::AtomicBool;

use pellucid_core::Function;
use pellucid_train::{DataSet, Init, Optimizer, Random, Regimen, Run, Task, train_many_with, train_with};

fn task(function: &str, shape: &[usize]) -> Task {
    Task::new(Function::parse(function).unwrap(), shape.to_vec())
}

fn run(task: &Task, regimen: &str, seed: u64) -> Run {
    train_with(task, &Regimen::parse(regimen).unwrap(), seed, None, &AtomicBool::new(false)).unwrap()
}

/// One step of plain gradient descent, done by finite differences in double precision on the same samples.
fn one_step_by_differences(task: &Task, regimen: &Regimen) {
    let data = task.data.clone().expect("the samples must be known");
    let start = train_with(task, &Regimen { steps: 0, ..regimen.clone() }, 3, None, &AtomicBool::new(false)).unwrap();
    let end = train_with(task, &Regimen { steps: 1, ..regimen.clone() }, 3, None, &AtomicBool::new(false)).unwrap();
    let before = start.network.layers().to_vec();
    let loss = |layers: &[pellucid_core::Layer<f64>]| -> f64 {
        let network = pellucid_core::Network::new(None, layers.to_vec()).unwrap();
        let mut sum = 0.0;
        let n = (data.n_rows() * data.n_outputs()) as f64;
        for row in 0..data.n_rows() {
            let inputs: Vec<f64> = data.inputs(row).iter().map(|v| f64::from(*v)).collect();
            for (y, t) in network.evaluate(&inputs).into_iter().zip(data.targets(row)) {
                sum += (y - f64::from(*t)).powi(2) / n;
            }
        }
        sum
    };
    let layers: Vec<pellucid_core::Layer<f64>> = before
        .iter()
        .map(|layer| pellucid_core::Layer {
            weights: layer.weights.iter().map(|row| row.iter().map(|w| f64::from(*w)).collect()).collect(),
            biases: layer.biases.iter().map(|b| f64::from(*b)).collect(),
        })
        .collect();
    for (l, layer) in before.iter().enumerate() {
        for (j, row) in layer.weights.iter().enumerate() {
            for (i, weight) in row.iter().enumerate() {
                let at = |by: f64| {
                    let mut moved = layers.clone();
                    moved[l].weights[j][i] += by;
                    loss(&moved)
                };
                let gradient = (at(1e-6) - at(-1e-6)) / 2e-6;
                let found = (weight - end.network.layers()[l].weights[j][i]) as f64 / regimen.rate;
                assert!(
                    (gradient - found).abs() < 1e-4 * (1.0 + gradient.abs()),
                    "{:?} {l} {j} {i}: {gradient} {found}",
                    task.shape
                );
            }
            if task.bias {
                let at = |by: f64| {
                    let mut moved = layers.clone();
                    moved[l].biases[j] += by;
                    loss(&moved)
                };
                let gradient = (at(1e-6) - at(-1e-6)) / 2e-6;
                let found = (layer.biases[j] - end.network.layers()[l].biases[j]) as f64 / regimen.rate;
                assert!(
                    (gradient - found).abs() < 1e-4 * (1.0 + gradient.abs()),
                    "{:?} {l} bias {j}: {gradient} {found}",
                    task.shape
                );
            }
        }
    }
}

#[test]
fn a_step_follows_the_gradient() {
    // Batches are drawn with replacement: one row repeated is the batch and the data set at once.
    for shape in [
        vec![1, 1, 1],
        vec![1, 2, 1],
        vec![1, 3, 1],
        vec![1, 5, 1],
        vec![1, 7, 1],
        vec![2, 1, 1],
        vec![2, 3, 1],
        vec![2, 4, 1],
        vec![2, 6, 1],
        vec![2, 9, 1],
        vec![3, 2, 1],
        vec![3, 5, 1],
        vec![4, 3, 1],
        vec![2, 3, 2],
        vec![2, 5, 4, 1],
        vec![3, 9, 5, 2],
        vec![2, 1],
    ] {
        for bias in [false, true] {
            let (n_inputs, n_outputs) = (shape[0], shape[shape.len() - 1]);
            let inputs: Vec<f32> = (0..n_inputs).map(|i| 0.7 - 0.45 * i as f32).collect();
            let targets: Vec<f32> = (0..n_outputs).map(|o| 0.3 + o as f32).collect();
            let sum: Vec<String> = (1..=n_inputs).map(|i| format!("x{i}")).collect();
            let outputs = vec![sum.join(" + "); n_outputs];
            let text = if n_outputs == 1 { outputs[0].clone() } else { format!("({})", outputs.join(", ")) };
            let mut task = task(&text, &shape);
            task.bias = bias;
            task.data = Some(std::sync::Arc::new(DataSet::new(vec![inputs], vec![targets]).unwrap()));
            for batch in [1, 16, 129, 1000] {
                one_step_by_differences(&task, &Regimen { batch, rate: 1.0, ..Regimen::default() });
            }
        }
    }
}

#[test]
fn the_notebooks_training_is_a_regimen() {
    let task = task("min(x1, x2)", &[2, 3, 1]);
    let by_regimen = run(&task, "random = \"pytorch\"\nsteps = 100", 5);
    let experiment = pellucid_train::Experiment {
        seed: 5,
        steps: 100,
        ..pellucid_train::Experiment::new(task.function.clone(), task.shape.clone())
    };
    assert_eq!(by_regimen, pellucid_train::train(&experiment).unwrap());
}

#[test]
fn threads_do_not_matter() {
    let mut task = task("(min(x1, x2), |x1 - x2|)", &[2, 6, 5, 2]);
    task.bias = true;
    let regimen =
        Regimen::parse("steps = 40\nbatch = 333\noptimizer = \"adam\"\nrestarts = 1\nrestart_above = 1e-9").unwrap();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let runs = std::sync::Mutex::new(Vec::new());
        let keep = |run: Run| runs.lock().unwrap().push(run);
        pool.install(|| train_many_with(&task, &regimen, 0..9, None, keep, &AtomicBool::new(false))).unwrap();
        let mut runs = runs.into_inner().unwrap();
        runs.sort_by_key(|run| run.seed);
        runs
    };
    let one = on(1);
    assert_eq!(one.len(), 9);
    assert!(one.iter().all(|run| run.restarts == 1 && run.steps_done == 80));
    assert_eq!(on(2), one);
    assert_eq!(on(5), one);
}

#[test]
fn optimisers_learn() {
    let task = task("abs(x1 - x2)", &[2, 4, 1]);
    for (optimizer, rate, steps) in [
        ("\"sgd\"", 0.1, 2000),
        ("\"momentum\"", 0.05, 600),
        ("\"adam\"", 0.02, 600),
        ("\"adamw\"", 0.02, 600),
        ("\"l-bfgs\"", 1.0, 60),
        ("\"levenberg-marquardt\"", 1.0, 60),
    ] {
        let regimen =
            format!("optimizer = {optimizer}\nrate = {rate:?}\nsteps = {steps}\ninit = \"paired\"\nrestarts = 3");
        let runs: Vec<Run> = (0..4).map(|seed| run(&task, &regimen, seed)).collect();
        let learnt = runs.iter().filter(|run| run.final_loss < 1e-4).count();
        assert!(learnt >= 3, "{optimizer}: {:?}", runs.iter().map(|run| run.final_loss).collect::<Vec<_>>());
    }
}

#[test]
fn data_and_losses_learn() {
    let task = task("max(x1, x2, 1/4)", &[2, 12, 1]);
    for setting in [
        "data = \"gaussian\"",
        "data = \"grid\"",
        "data = \"kinks\"",
        "loss = { kind = \"huber\", delta = 0.1 }",
        "schedule = \"cosine\"",
        "schedule = { kind = \"thirds\", factor = 0.3 }",
        "penalty = { l1 = 1e-6, l2 = 1e-6, path = 1e-6, biases = true }",
        "init = \"he\"",
        "init = \"orthogonal\"",
        "init = \"glorot\"\ninit_scale = 0.5",
        "finish = 5",
    ] {
        let biased = Task { bias: true, ..task.clone() };
        let regimen = format!("optimizer = \"adam\"\nrate = 0.01\nsteps = 800\n{setting}");
        let run = run(&biased, &regimen, 1);
        assert!(run.final_loss < 3e-3 && run.start_loss > 0.02, "{setting}: {} -> {}", run.start_loss, run.final_loss);
    }
}

#[test]
fn exact_data_is_learnt_exactly() {
    let points: Vec<Vec<f32>> = (-8..=8).map(|x| vec![x as f32 / 8.0]).collect();
    let targets = points.iter().map(|x| vec![x[0].abs()]).collect();
    let mut task = task("x1", &[1, 2, 1]);
    task.data = Some(std::sync::Arc::new(DataSet::new(points, targets).unwrap()));
    let run = run(&task, "optimizer = \"levenberg-marquardt\"\ninit = \"paired\"\nsteps = 50\nrestarts = 9", 0);
    assert!(run.final_loss < 1e-12 && run.steps_done < 200, "{} after {}", run.final_loss, run.steps_done);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let task = task("x1", &[1, 2, 2]);
    let regimen = Regimen {
        optimizer: Optimizer::Momentum { momentum: 0.9 },
        random: Random::PyTorch,
        init: Init::He,
        ..Regimen::default()
    };
    let error = train_with(&task, &regimen, 0, None, &AtomicBool::new(false)).unwrap_err().to_string();
    assert!(error.contains("ends with 2") && error.contains("random = \"pytorch\""), "{error}");
    let finish = Regimen { finish: 3, loss: pellucid_train::Loss::Huber { delta: 1.0 }, ..Regimen::default() };
    assert!(train_with(&self::task("x1", &[1, 1]), &finish, 0, None, &AtomicBool::new(false)).is_err());
}

#[test]
fn wide_networks_are_shrunk_to_the_circuit() {
    // Of single attempts at the smallest width a good third fails; wide ones have all detectors to choose from.
    let task = task("min(x1, x2)", &[2, 3, 1]);
    let regimen = "optimizer = \"levenberg-marquardt\"\nbatch = 256\nsteps = 30\nwiden = 4";
    let runs: Vec<Run> = (0..20).map(|seed| run(&task, regimen, seed)).collect();
    assert!(runs.iter().all(|run| run.network.shape() == [2, 3, 1] && run.start_network.shape() == [2, 12, 1]));
    let n_found = runs.iter().filter(|run| run.final_loss < 1e-8).count();
    assert!(n_found >= 17, "{n_found} of 20");
}

#[test]
fn the_exact_gradient_needs_no_samples() {
    let mut task = task("clamp(2*x1, -1/2, 1)", &[1, 6, 1]);
    task.bias = true;
    let regimen = "data = \"expected\"\noptimizer = \"adam\"\nrate = 0.02\nsteps = 1500\ninit = \"paired\"";
    let runs: Vec<Run> = (0..4).map(|seed| run(&task, regimen, seed)).collect();
    assert!(
        runs.iter().all(|run| run.final_loss < 1e-3),
        "{:?}",
        runs.iter().map(|r| r.final_loss).collect::<Vec<_>>()
    );
    // Where nothing is drawn, the batch does not matter.
    assert_eq!(run(&task, &format!("{regimen}\nbatch = 7"), 0).network, runs[0].network);
    let two_inputs = self::task("min(x1, x2)", &[2, 3, 1]);
    let refused = train_with(&two_inputs, &Regimen::parse(regimen).unwrap(), 0, None, &AtomicBool::new(false));
    assert!(refused.unwrap_err().to_string().contains("one input"));
}

#[test]
fn bits_are_told_apart_by_the_cross_entropy() {
    let mut task = task("xor(x1, x2)", &[2, 8, 1]);
    task.ranges = vec![(0.0, 1.0); 2];
    task.bias = true;
    let regimen = "data = { kind = \"grid\", values = 2 }\nloss = \"cross-entropy\"\noptimizer = \"adam\"\nrate = 0.05";
    let learnt = (0..8).map(|seed| run(&task, regimen, seed)).find(|run| {
        let is_right = |a: f32, b: f32| (run.network.evaluate(&[a, b])[0] > 0.0) == (a != b);
        [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)].into_iter().all(|(a, b)| is_right(a, b))
    });
    assert!(learnt.is_some());
}

#[test]
fn a_data_set_within_the_batch_is_taken_whole() {
    let rows: Vec<Vec<f32>> = (0..40).map(|k| vec![k as f32 / 20.0 - 1.0]).collect();
    let targets = rows.iter().map(|x| vec![x[0].max(0.0)]).collect();
    let mut task = task("x1", &[1, 3, 1]);
    task.data = Some(std::sync::Arc::new(DataSet::new(rows, targets).unwrap()));
    // No draw takes part, so any batch that holds all rows is the same training.
    let by = |batch: usize| run(&task, &format!("steps = 20\nbatch = {batch}"), 3).network;
    assert_eq!(by(40), by(500));
    assert_ne!(by(40), by(39));
}
