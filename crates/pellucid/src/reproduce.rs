//! The seed's work done again: derive, prove, train, find.
//!
//! For each of the six functions of "Mathematical Circuits in Neural Nets": the smallest network with
//! its proof, everywhere and on the training box; the notebook's training beside its printed figures;
//! what was found in the trained network. Then the appendix, the minimum of four, and what is reused.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc;

use pellucid_check::check;
use pellucid_compile::{Compiled, compile, compose, expr_to_circuit, fold};
use pellucid_core::{Biases, Certificate, Circuit, Computation, Domain, Error, Function, Network, Rational};
use pellucid_decompile::Decompiled;
use pellucid_prove::{Limits, Verdict, prove_within};
use pellucid_train::{Run, train_cancellable};
use rayon::prelude::*;

use crate::classify::{Classified, classify};
use crate::notebook::{Printed, notebook};
use crate::pictures::taken_apart;

/// One of the seed's functions, done again.
#[derive(Clone, Debug)]
pub struct Reproduced {
    /// What the notebook printed.
    pub printed: Printed,
    /// The smallest network on all of R^n.
    pub everywhere: Compiled,
    /// The smallest network on the training box.
    pub on_box: Compiled,
    /// The features and circuits of the network for all of R^n.
    pub circuits: Option<Decompiled>,
    /// The notebook's training, done again.
    pub run: Run,
    /// What was found in the trained network.
    pub found: Classified,
    /// The training with seed 0, where the notebook had to change the seed.
    pub stuck: Option<(Run, Classified)>,
}

/// The appendix: the minimum that the seed's author derived first, and how it folds.
#[derive(Clone, Debug)]
pub struct Appendix {
    /// 2-3-2-1: the minimum behind an identity circuit.
    pub first: Network,
    /// 2-3-1: the identity folded into the output layer.
    pub folded: Network,
    /// That the first network computes the minimum.
    pub first_is_minimum: Certificate,
    /// That the folded one does.
    pub folded_is_minimum: Certificate,
}

/// The minimum of four as a circuit of circuits.
#[derive(Clone, Debug)]
pub struct MinimumOfFour {
    /// The network, and that it is right.
    pub everywhere: Compiled,
    /// The network on a box.
    pub on_box: Compiled,
    /// The three minimum circuits.
    pub circuit: Circuit,
}

/// Everything, done again.
#[derive(Clone, Debug)]
pub struct Reproduction {
    /// The six functions in the notebook's order.
    pub functions: Vec<Reproduced>,
    /// The first minimum.
    pub appendix: Appendix,
    /// The circuit of circuits.
    pub minimum_of_four: MinimumOfFour,
}

/// A trained network may be this far from its function to count as found.
const TOLERANCE: (i64, i64) = (1, 10_000);
/// The notebook's remarks name these as stuck with the seed 0 that the other tasks use.
const STUCK: [&str; 2] = ["negation", "absolute value"];

/// Does it all again; `on_done` is called for each function in order, as soon as it and those before
/// it are done.
///
/// # Errors
/// When a step fails, or `cancel` ends it.
pub fn reproduce(on_done: impl Fn(&Reproduced) + Sync, cancel: &AtomicBool) -> Result<Reproduction, Error> {
    let tasks = notebook()?;
    let (sender, receiver) = mpsc::channel();
    // The work has a thread of its own, so that reporting takes none of the workers.
    let (work, functions) = std::thread::scope(|scope| {
        let work =
            scope.spawn(|| rayon::join(|| all_tasks(&tasks, sender, cancel), || (appendix(), minimum_of_four())));
        let functions = in_order(receiver, &on_done);
        (work.join(), functions)
    });
    let (outcome, (appendix, minimum_of_four)) =
        work.map_err(|_| Error::input("defect: a reproduction's thread ended early"))?;
    outcome?;
    Ok(Reproduction { functions, appendix: appendix?, minimum_of_four: minimum_of_four? })
}

/// Does every task, the longest first, so that it does not run alone at the end.
fn all_tasks(tasks: &[Printed], sender: mpsc::Sender<(usize, Reproduced)>, cancel: &AtomicBool) -> Result<(), Error> {
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(tasks[*i].steps));
    order.into_par_iter().with_max_len(1).try_for_each_with(sender, |sender, i| {
        let done = task(&tasks[i], cancel)?;
        // A receiver that is gone wants no more.
        let _ = sender.send((i, done));
        Ok(())
    })
}

/// Collects what is done and reports it in order.
fn in_order(receiver: mpsc::Receiver<(usize, Reproduced)>, on_done: &impl Fn(&Reproduced)) -> Vec<Reproduced> {
    let mut waiting: Vec<Option<Reproduced>> = Vec::new();
    let mut done = Vec::new();
    for (index, reproduced) in receiver {
        if waiting.len() <= index {
            waiting.resize_with(index + 1, || None);
        }
        waiting[index] = Some(reproduced);
        while let Some(next) = waiting.get_mut(done.len()).and_then(Option::take) {
            on_done(&next);
            done.push(next);
        }
    }
    done
}

fn task(printed: &Printed, cancel: &AtomicBool) -> Result<Reproduced, Error> {
    let function = &printed.function;
    let limits = Limits::default();
    let everywhere = checked(compile(function, &Domain::Everywhere, Biases::ALLOWED, limits)?)?;
    let training_box = Domain::unit_box(function.n_inputs());
    let on_box = checked(compile(function, &training_box, Biases::ALLOWED, limits)?)?;
    let circuits = taken_apart(&everywhere.network, &Domain::Everywhere);
    let tolerance = Rational::ratio(TOLERANCE.0, TOLERANCE.1);
    let trained = |seed: u64| -> Result<(Run, Classified), Error> {
        let run = train_cancellable(&pellucid_train::Experiment { seed, ..printed.experiment() }, cancel)?;
        if run.cancelled {
            return Err(Error::limit("stopped"));
        }
        let classified = classify(&run, function, &training_box, &tolerance, limits)?;
        if let Some(proof) = classified.decompiled.as_ref().and_then(|found| found.certificate.as_ref()) {
            accepted(proof)?;
        }
        Ok((run, classified))
    };
    let (run, found) = trained(printed.seed)?;
    let stuck = STUCK.contains(&printed.name.as_str()).then(|| trained(0)).transpose()?;
    Ok(Reproduced { printed: printed.clone(), everywhere, on_box, circuits, run, found, stuck })
}

/// Nothing is reported that the independent checker does not accept.
fn checked(compiled: Compiled) -> Result<Compiled, Error> {
    let any_depth = compiled.minimality.any_depth.as_ref().map(|bound| &bound.certificate);
    let certificates = [Some(&compiled.certificate), any_depth];
    for certificate in certificates.into_iter().flatten() {
        accepted(certificate)?;
    }
    Ok(compiled)
}

fn accepted(certificate: &Certificate) -> Result<(), Error> {
    let checked = check(certificate);
    match checked.rejection {
        None => Ok(()),
        Some(reason) => Err(Error::input(format!("defect: the checker rejects that {}: {reason}", checked.claim))),
    }
}

fn appendix() -> Result<Appendix, Error> {
    let minimum = Function::parse("min(x1, x2)")?;
    let small = |text: &str| {
        let function = Function::parse(text)?;
        compile(&function, &Domain::Everywhere, Biases::NONE, Limits::default())
    };
    let first = compose(&small("x1")?.network, &small("min(x1, x2)")?.network)?;
    let folded = fold(&first)?;
    let is_minimum = |network: &Network| {
        let sides = (Computation::Network(network.clone()), Computation::Function(minimum.clone()));
        match prove_within(&sides.0, &sides.1, &Domain::Everywhere, &Rational::zero(), Limits::default())? {
            Verdict::Proved { certificate, .. } => {
                accepted(&certificate)?;
                Ok(*certificate)
            }
            Verdict::Refuted(_) => Err(Error::input("defect: folding changed the function")),
        }
    };
    let (first_is_minimum, folded_is_minimum) = (is_minimum(&first)?, is_minimum(&folded)?);
    Ok(Appendix { first, folded, first_is_minimum, folded_is_minimum })
}

fn minimum_of_four() -> Result<MinimumOfFour, Error> {
    let function = Function::parse("min(min(x1, x2), min(x3, x4))")?;
    let on = |domain: Domain| checked(compile(&function, &domain, Biases::ALLOWED, Limits::default())?);
    Ok(MinimumOfFour {
        everywhere: on(Domain::Everywhere)?,
        on_box: on(Domain::unit_box(4))?,
        circuit: expr_to_circuit(&function.outputs()[0]),
    })
}
