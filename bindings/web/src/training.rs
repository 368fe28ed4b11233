//! Trainings: one, looked at on the way, and many.

use pellucid::{Classified, Domain, Error, Experiment, Function, NetworkFile, Numbers, Random, Rational, Run, answers};
use serde_json::{Value, json};

use crate::files::take_apart;
use crate::question::Question;
use crate::subject::Subject;

/// Fields that both questions have: `text`, `layers`, `steps`, `batch`, `rate`, `bias`, `random`.
fn experiment(question: &Question) -> Result<Experiment, Error> {
    let mut function = Function::parse(question.text("text"))?;
    let layers = question.wholes("layers");
    if let Some(n) = layers.first().filter(|n| **n > function.n_inputs()) {
        function = function.with_n_inputs(*n)?;
    }
    let whole = |key: &str, otherwise: usize| question.whole(key).map_or(otherwise, |n| n as usize);
    let usual = Experiment::new(function, layers);
    let experiment = Experiment {
        seed: question.whole("seed").unwrap_or_default(),
        steps: whole("steps", usual.steps),
        batch: whole("batch", usual.batch),
        learning_rate: question.number("rate").unwrap_or(usual.learning_rate),
        bias: question.is_asked("bias"),
        random: if question.text("random") == "fast" { Random::Fast } else { Random::PyTorch },
        ..usual
    };
    experiment.validate()?;
    Ok(experiment)
}

/// A network that found the circuit may be off by so much, as for the command.
fn tolerance() -> Rational {
    Rational::ratio(1, 10_000)
}

fn judged(question: &Question, run: &Run, function: &Function) -> Result<Classified, Error> {
    let domain = Domain::unit_box(function.n_inputs());
    question.limited(|limits| pellucid::classify(run, function, &domain, &tolerance(), limits))
}

/// `{"ask": "train", ..., "seed", "steps"}`: the network after so many steps, what became of it, and its picture. The
/// same seed goes the same way, so that fewer steps show an earlier moment of it.
pub fn train(question: &Question, kept: &mut Option<Subject>) -> Result<Value, Error> {
    let experiment = experiment(question)?;
    let run = pellucid::train(&experiment)?;
    let classified = judged(question, &run, &experiment.function)?;
    let answer = answers::trained(&[(run.clone(), classified)]);
    let Ok(network) = run.network.to_exact() else { return Ok(json!({"answer": answer})) };
    let file = NetworkFile {
        network,
        numbers: Numbers::Float32,
        function: Some(experiment.function.to_string()),
        domain: Some(Domain::unit_box(experiment.function.n_inputs()).to_string()),
    };
    let mut told = take_apart(question, file, kept)?;
    told["decompiled"] = told["answer"].take();
    told["answer"] = answer;
    Ok(told)
}

/// `{"ask": "train many", ..., "from", "to", "judge"}`: the runs of these seeds, without their networks; only their
/// losses where they are not to be judged.
pub fn train_many(question: &Question) -> Result<Value, Error> {
    let experiment = experiment(question)?;
    let seeds = question.whole("from").unwrap_or_default()..question.whole("to").unwrap_or_default();
    let runs = seeds.map(|seed| pellucid::train(&Experiment { seed, ..experiment.clone() }));
    if question.is_asked("judge") {
        let judge = |run: Run| judged(question, &run, &experiment.function).map(|classified| (run, classified));
        return Ok(answers::trained(&runs.map(|run| run.and_then(judge)).collect::<Result<Vec<_>, _>>()?));
    }
    let told = runs.map(|run| run.map(|run| json!({"seed": run.seed, "final_loss": run.final_loss})));
    Ok(json!({"runs": told.collect::<Result<Vec<_>, _>>()?}))
}
