//! Trainings: one, looked at on the way, and many.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use pellucid::survey::{Judge, Judged};
use pellucid::{
    Classified, Domain, Error, Function, NetworkFile, Numbers, Random, Rational, Regimen, Run, SvgOptions, Task,
    answers, pictures,
};
use serde_json::{Value, json};

use crate::files::take_apart;
use crate::question::Question;
use crate::subject::Subject;

/// A network that found the circuit may be off by so much, as for the command.
const TOLERANCE: (i64, i64) = (1, 10_000);
/// What is still below this share of its loss at half the steps goes on learning, as for surveys.
const FALLING: f32 = 0.5;

/// What is trained and how.
struct Training {
    task: Task,
    regimen: Regimen,
    domain: Domain,
    tolerance: Rational,
}

impl Training {
    /// Fields that both questions have: `text`, `layers`, `bias`, and the regimen as TOML in `regimen`; `steps` stands
    /// above what the regimen says.
    fn of(question: &Question) -> Result<Self, Error> {
        let mut function = Function::parse(question.text("text"))?;
        let layers = question.wholes("layers");
        if let Some(n) = layers.first().filter(|n| **n > function.n_inputs()) {
            function = function.with_n_inputs(*n)?;
        }
        let mut regimen = Regimen::parse(question.text("regimen"))?;
        regimen.steps = question.whole("steps").unwrap_or(regimen.steps);
        // PyTorch's stream where it can be had and is asked for: then the numbers are those of the seed's notebook.
        if question.is_asked("as_pytorch") {
            let notebook = Regimen { random: Random::PyTorch, ..regimen.clone() };
            if notebook.is_the_notebooks() {
                regimen = notebook;
            }
        }
        let domain = Domain::unit_box(function.n_inputs());
        let task = Task { bias: question.is_asked("bias"), ..Task::new(function, layers) };
        task.validate(&regimen)?;
        let (numerator, denominator) = TOLERANCE;
        Ok(Training { task, regimen, domain, tolerance: Rational::ratio(numerator, denominator) })
    }

    fn run(&self, seed: u64, record_every: Option<usize>) -> Result<Run, Error> {
        pellucid::train_with(&self.task, &self.regimen, seed, record_every, &AtomicBool::new(false))
    }
}

/// `{"ask": "train", ..., "seed", "steps"}`: the network after so many steps, what became of it, and its picture. The
/// same seed goes the same way, so that fewer steps show an earlier moment of it.
pub fn train(question: &Question, kept: &mut Option<Subject>) -> Result<Value, Error> {
    let training = Training::of(question)?;
    let every = question.whole("every").map(|every| every as usize);
    let run = training.run(question.whole("seed").unwrap_or_default(), every)?;
    let function = &training.task.function;
    let classified: Classified =
        question.limited(|limits| pellucid::classify(&run, function, &training.domain, &training.tolerance, limits))?;
    let answer = answers::trained(&[(run.clone(), classified)]);
    let Ok(network) = run.network.to_exact() else { return Ok(json!({"answer": answer})) };
    let file = NetworkFile {
        network,
        numbers: Numbers::Float32,
        function: Some(function.to_string()),
        domain: Some(training.domain.to_string()),
    };
    let mut told = take_apart(question, file, kept)?;
    told["decompiled"] = told["answer"].take();
    told["answer"] = answer;
    Ok(told)
}

/// `{"ask": "moment", ..., "seed", "steps"}`: the network after so many steps of the first attempt, not judged: its loss,
/// its picture, and the rows of its first layer.
pub fn moment(question: &Question) -> Result<Value, Error> {
    let mut training = Training::of(question)?;
    training.regimen.restarts = 0;
    if question.whole("steps").is_some() {
        training.regimen.finish = 0;
    }
    let run = training.run(question.whole("seed").unwrap_or_default(), None)?;
    let svg = match run.network.to_exact() {
        Ok(network) => json!(pictures::named_picture(&network, None, None, None)?.to_svg(&SvgOptions::default())),
        Err(_) => Value::Null,
    };
    Ok(json!({"loss": run.final_loss, "svg": svg, "rows": first_rows(&run)}))
}

/// The weights and the bias of each neuron of the first layer, in few digits: enough to see where its kink lies.
fn first_rows(run: &Run) -> Vec<Vec<f32>> {
    let Some(layer) = run.network.layers().first() else { return Vec::new() };
    let short = |value: &f32| (value * 1e3).round() / 1e3;
    let rows = layer.weights.iter().zip(&layer.biases);
    rows.map(|(row, bias)| row.iter().chain([bias]).map(short).collect()).collect()
}

/// `{"ask": "train many", ..., "from", "to", "judge"}`: the runs of these seeds without their networks, and what
/// surveys' judge says of them; only their losses where they are not to be judged.
pub fn train_many(question: &Question) -> Result<Value, Error> {
    let training = Training::of(question)?;
    let judge = match question.is_asked("judge") {
        true => Some(
            question
                .limited(|limits| Judge::new(&training.task.function, &training.domain, &training.tolerance, limits))?,
        ),
        false => None,
    };
    let seeds = question.whole("from").unwrap_or_default()..question.whole("to").unwrap_or_default();
    let halfway = (training.regimen.steps as usize / 2).max(1);
    let every = judge.is_some().then_some(halfway);
    let told = Mutex::new(Vec::new());
    pellucid::train_many_with(
        &training.task,
        &training.regimen,
        seeds,
        every,
        |run| {
            let judged = judge.as_ref().map(|judge| {
                let before = run.losses.iter().find(|(step, _)| *step > 1).map_or(run.start_loss, |(_, loss)| *loss);
                question.limited(|limits| judge.judge(&run.network, run.final_loss < FALLING * before, limits))
            });
            if let Ok(mut told) = told.lock() {
                told.push((run, judged.transpose()));
            }
        },
        &AtomicBool::new(false),
    )?;
    let told = told.into_inner().unwrap_or_default().into_iter();
    let told = told.map(|(run, judged)| judged.map(|judged| self::run(&run, judged.as_ref())));
    Ok(json!({"runs": told.collect::<Result<Vec<_>, _>>()?}))
}

/// A run among many.
fn run(run: &Run, judged: Option<&Judged>) -> Value {
    let mut told = json!({
        "seed": run.seed, "final_loss": run.final_loss, "restarts": run.restarts, "rows": first_rows(run),
    });
    if let Some(judged) = judged {
        told["verdict"] = judged.verdict.name().into();
        told["cause"] = judged.cause.clone().into();
        told["detail"] = judged.detail.clone().into();
        told["circuit"] = judged.class.clone().into();
    }
    told
}
