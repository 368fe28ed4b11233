//! Trainings against PyTorch's own: the notebook's printed figures, the outcomes of twenty seeds,
//! and networks that PyTorch trained.

use std::sync::atomic::AtomicBool;

use pellucid_core::{Function, Network};
use pellucid_train::{Experiment, train, train_many};
use serde_json::Value;

/// A loss below this is a circuit found, above it a local optimum.
const CONVERGED: f32 = 1e-6;

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A float32 written as a decimal of the double that it is.
fn float(value: &Value) -> f32 {
    value.as_f64().unwrap() as f32
}

/// The notebook's experiments: their figures, and the settings to train them with.
fn experiments() -> Vec<(Value, Experiment)> {
    let fixture = fixture(include_str!("fixtures/experiments.json"));
    let settings = |figures: &Value| {
        let count = |key: &str| figures[key].as_u64().unwrap() as usize;
        let function = Function::parse(figures["function"].as_str().unwrap()).unwrap();
        let shape = figures["layer_sizes"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        Experiment {
            bias: figures["bias"].as_bool().unwrap(),
            seed: figures["torch_manual_seed"].as_u64().unwrap(),
            steps: count("batches"),
            batch: count("batch_size"),
            learning_rate: figures["learning_rate"].as_f64().unwrap(),
            test_points: count("test_points"),
            record_every: Some(count("printed_every")),
            ..Experiment::new(function, shape)
        }
    };
    fixture["experiments"].as_array().unwrap().iter().map(|figures| (figures.clone(), settings(figures))).collect()
}

/// The settings of the experiment with this name.
fn experiment(name: &str) -> Experiment {
    let found = experiments().into_iter().find(|(figures, _)| figures["name"] == name);
    found.unwrap_or_else(|| panic!("no experiment {name}")).1
}

/// Weights written transposed, (in, out), layer by layer.
fn assert_weights(network: &Network<f32>, transposed: &Value, what: &str) {
    for (l, layer) in network.layers().iter().enumerate() {
        for (i, row) in layer.weights.iter().enumerate() {
            for (j, weight) in row.iter().enumerate() {
                let printed = transposed[l][j][i].as_f64().unwrap();
                assert!((f64::from(*weight) - printed).abs() < 1e-3, "{what}: {weight} and {printed}");
            }
        }
    }
}

#[test]
fn the_notebooks_figures_come_out_again() {
    for (figures, experiment) in experiments() {
        let name = figures["name"].as_str().unwrap();
        let run = train(&experiment).unwrap();
        assert_eq!(run.start_loss, float(&figures["printed_start_loss"]), "{name}");
        let printed = figures["printed_losses"].as_array().unwrap();
        assert_eq!(run.losses.len(), printed.len());
        for ((step, loss), printed) in run.losses.iter().zip(printed) {
            // The notebook ran on another machine and an older PyTorch, whose sums round
            // differently; below 1e-9 that is all that is left.
            let printed = float(printed);
            let close = if printed > 1e-9 { (loss / printed - 1.0).abs() < 0.01 } else { *loss < 1e-9 };
            assert!(close, "{name} after step {step}: {loss} and {printed}");
        }
        assert_weights(&run.start_network, &figures["printed_start_weights_transposed"], name);
        assert_weights(&run.network, &figures["printed_final_weights_transposed"], name);
        assert_eq!((run.steps_done, run.cancelled), (experiment.steps, false));
    }
}

#[test]
fn twenty_seeds_give_pytorchs_losses_bit_for_bit() {
    let fixture = fixture(include_str!("fixtures/torch_outcomes.json"));
    let tasks = fixture["outcomes"].as_object().unwrap();
    assert_eq!(tasks.len(), 6);
    for (name, outcomes) in tasks {
        let experiment = experiment(if name == "abs" { "absolute value" } else { name });
        let runs = train_many(&experiment, 0..20, |_| {}, &AtomicBool::new(false)).unwrap();
        assert_eq!(runs.len(), outcomes.as_object().unwrap().len());
        for run in &runs {
            let outcome = &outcomes[run.seed.to_string()];
            let what = format!("{name}, seed {}", run.seed);
            assert_eq!(run.start_loss, float(&outcome["start"]), "{what}");
            assert_eq!(run.final_loss, float(&outcome["final"]), "{what}");
            assert_eq!(run.final_loss < CONVERGED, outcome["converged_below_1e-6"].as_bool().unwrap(), "{what}");
        }
    }
}

#[test]
fn networks_that_pytorch_trained_come_out_again_bit_for_bit() {
    let fixture = fixture(include_str!("fixtures/torch_trained.json"));
    let networks = fixture["networks"].as_object().unwrap();
    assert_eq!(networks.len(), 8);
    for (name, layers) in networks {
        let task = name.strip_suffix("-stuck").unwrap_or(name);
        let mut experiment = experiment(&task.replace('-', " "));
        if task != name {
            experiment.seed = 0;
        }
        let run = train(&experiment).unwrap();
        assert_eq!(run.final_loss < CONVERGED, task == name, "{name}");
        for (l, layer) in run.network.layers().iter().enumerate() {
            for (i, row) in layer.weights.iter().enumerate() {
                let expected: Vec<f32> = layers[l][i].as_array().unwrap().iter().map(float).collect();
                assert_eq!(*row, expected, "{name}, layer {}, neuron {}", l + 1, i + 1);
            }
        }
    }
}
