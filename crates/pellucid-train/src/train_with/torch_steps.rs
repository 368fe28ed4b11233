//! The first gradient and the first 50 steps beside PyTorch's, for every optimiser, loss and penalty.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pellucid_core::{Function, Layer, Network};
use serde::Deserialize;

use super::Training;
use crate::fast::{Parameters, Purpose, Stream, Update};
use crate::{DataSet, Optimizer, Regimen, Task};

#[derive(Deserialize)]
struct Case {
    /// As TOML.
    regimen: String,
    bias: bool,
    inputs: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
    start: Vec<Written>,
    gradient: Vec<Written>,
    end: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    weights: Vec<Vec<f32>>,
    biases: Vec<f32>,
}

fn parameters(layers: &[Written], bias: bool) -> Parameters {
    let layer = |layer: &Written| Layer { weights: layer.weights.clone(), biases: layer.biases.clone() };
    Parameters::of(&Network::new(None, layers.iter().map(layer).collect()).unwrap(), bias)
}

/// A function that names as many inputs and outputs; the data set says what is to be learnt.
fn named(n_inputs: usize, n_outputs: usize) -> Function {
    let sum = (1..=n_inputs).map(|i| format!("x{i}")).collect::<Vec<_>>().join(" + ");
    Function::parse(&format!("({})", vec![sum; n_outputs].join(", "))).unwrap()
}

/// What the training machinery makes of these numbers by a regimen, from a known start.
fn trained(case: &Case, regimen: &Regimen) -> Parameters {
    let mut parameters = parameters(&case.start, case.bias);
    let shape = parameters.shape();
    let task = Task {
        bias: case.bias,
        data: Some(Arc::new(DataSet::new(case.inputs.clone(), case.targets.clone()).unwrap())),
        ..Task::new(named(shape[0], shape[shape.len() - 1]), shape)
    };
    task.validate(regimen).unwrap();
    let cancel = AtomicBool::new(false);
    let training = Training { task: &task, regimen, seed: 0, record_every: None, cancel: &cancel };
    let stream = || Stream::new(0, 0, Purpose::Batches);
    if regimen.optimizer.is_full_batch() {
        let samples = training.samples(stream());
        training.full_batch(regimen.optimizer, regimen.steps, &mut parameters, &samples);
    } else {
        let Regimen { optimizer, rate, schedule, steps, penalty, .. } = *regimen;
        let mut update = Update::new(optimizer, rate, schedule, steps, penalty, &parameters);
        training.descend(&mut training.block(), stream(), &mut parameters, &mut update, 0..steps);
    }
    parameters
}

#[test]
fn every_optimiser_loss_and_penalty_goes_as_pytorchs() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/fixtures/torch_steps.json")).unwrap();
    assert_eq!(cases.len(), 25);
    for case in &cases {
        let regimen = Regimen::parse(&case.regimen).unwrap();
        let name = &case.regimen;
        // A step of plain descent with rate 1 subtracts the gradient.
        let once = Regimen { steps: 1, rate: 1.0, optimizer: Optimizer::Sgd, ..regimen.clone() };
        let (start, moved) = (parameters(&case.start, case.bias), trained(case, &once));
        let gradient = parameters(&case.gradient, case.bias);
        for ((before, after), right) in start.values.iter().zip(&moved.values).zip(&gradient.values) {
            assert!((before - after - right).abs() < 1e-6, "gradient {} for {right}: {name}", before - after);
        }
        let (end, right) = (trained(case, &regimen), parameters(&case.end, case.bias));
        for (found, right) in end.values.iter().zip(&right.values) {
            assert!((found - right).abs() < 1e-5, "{found} for {right} after {} steps: {name}", regimen.steps);
        }
        let moves = end.values.iter().zip(&start.values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(moves > 0.02, "nothing was learnt: {name}");
    }
}
