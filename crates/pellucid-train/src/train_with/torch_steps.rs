//! The first gradient and the first 50 steps beside PyTorch's, for every optimiser, loss and penalty.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pellucid_core::{Function, Layer, Network};
use serde::Deserialize;

use super::Training;
use crate::fast::{Kind, Parameters, Purpose, Stream, Update};
use crate::{DataSet, Loss, Optimizer, Penalty, Regimen, Task};

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

/// The loss and the penalty of a case by their definitions, in double precision.
fn objective(case: &Case, regimen: &Regimen, values: &[f64], places: &Parameters) -> f64 {
    let layers = places.places.iter().map(|place| Layer {
        weights: values[place.weights..place.biases].chunks_exact(place.n_inputs).map(<[f64]>::to_vec).collect(),
        biases: values[place.biases..][..place.n_outputs].to_vec(),
    });
    let network = Network::new(None, layers.collect()).unwrap();
    let doubles = |row: &[f32]| row.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
    let of_row = |(x, t): (&Vec<f32>, &Vec<f32>)| {
        let (y, t) = (network.evaluate(&doubles(x)), doubles(t));
        let off = y.iter().zip(&t).map(|(y, t)| (y - t).abs());
        match regimen.loss {
            Loss::Squared => off.map(|off| off * off).sum::<f64>() / t.len() as f64,
            Loss::Huber { delta } => {
                let one = |off: f64| if off <= delta { off * off / 2.0 } else { delta * (off - delta / 2.0) };
                off.map(one).sum::<f64>() / t.len() as f64
            }
            Loss::CrossEntropy if t.len() == 1 => (1.0 + y[0].exp()).ln() - t[0] * y[0],
            Loss::CrossEntropy => {
                let sum: f64 = y.iter().map(|y| y.exp()).sum();
                y.iter().zip(&t).map(|(y, t)| t * (sum.ln() - y)).sum()
            }
        }
    };
    let loss = case.inputs.iter().zip(&case.targets).map(of_row).sum::<f64>() / case.inputs.len() as f64;
    let Penalty { l1, l2, path, biases } = regimen.penalty;
    let counted = values.iter().zip(places.kinds()).filter(|(_, kind)| *kind == Kind::Weight || biases);
    let sizes: f64 = counted.map(|(v, _)| l1 * v.abs() + l2 * v * v).sum();
    let ones = vec![1.0; places.places[0].n_inputs];
    let reach = network.layers().iter().fold(ones, |reach, layer| {
        layer.weights.iter().map(|row| row.iter().zip(&reach).map(|(w, r)| w.abs() * r).sum()).collect()
    });
    loss + sizes + path * reach.iter().sum::<f64>()
}

#[test]
fn every_gradient_is_that_of_finite_differences() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/fixtures/torch_steps.json")).unwrap();
    for case in &cases {
        let regimen = Regimen::parse(&case.regimen).unwrap();
        let once = Regimen { steps: 1, rate: 1.0, optimizer: Optimizer::Sgd, ..regimen.clone() };
        let (start, moved) = (parameters(&case.start, case.bias), trained(case, &once));
        let values: Vec<f64> = start.values.iter().map(|v| f64::from(*v)).collect();
        for (at, kind) in start.kinds().enumerate().filter(|(_, kind)| kind.is_learnt()) {
            let by = |by: f64| {
                let mut values = values.clone();
                values[at] += by;
                objective(case, &regimen, &values, &start)
            };
            let slope = (by(1e-6) - by(-1e-6)) / 2e-6;
            let found = f64::from(start.values[at]) - f64::from(moved.values[at]);
            assert!((slope - found).abs() < 1e-6, "{kind:?} {at}: {found} for {slope}: {}", case.regimen);
        }
    }
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
