//! `pellucid prove NET FUNCTION|NET`

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use clap::Args;
use pellucid::{
    Certificate, Claim, Computation, Counterexample, Difference, Domain, Largest, Limits, Means, Proof, Rational,
    Verdict, answers,
};

use super::compile::{must_hold, say_how_to_check, write_certificate};
use crate::arguments::{DomainArguments, FunctionArguments, Operand, nonnegative};
use crate::limits::{Clock, LimitArguments};
use crate::proof_stream::ProofStream;
use crate::proofs::{ExplainArgument, ExportArguments, explaining, how_proved};
use crate::{Answer, files, screen, words};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid prove min.onnx 'min(x1, x2)'
  pellucid prove trained.safetensors 'min(x1, x2)' --on '[-1,1]^2' --within 1e-4
  pellucid prove 'max(x1, x2)' 'x2 + relu(x1 - x2)' --explain
  pellucid prove 'max(x1, x2)' 'x1' --where 'x1 >= x2'
  pellucid prove 'min(x1, x2)' 'relu(x1 + x2 - 1)' --on '{0,1}^2'
  pellucid prove min.onnx 'min(x1, x2)' --smt claim.smt2 --rocq proof.v")]
pub struct Arguments {
    /// A network file, or a function
    #[arg(allow_hyphen_values = true)]
    left: String,
    /// What it should equal: a function, or a network file
    #[arg(allow_hyphen_values = true)]
    right: String,
    #[command(flatten)]
    domain: DomainArguments,
    /// The largest difference allowed
    #[arg(
        long,
        value_name = "TOLERANCE",
        value_parser = nonnegative,
        default_value = "0",
        allow_hyphen_values = true
    )]
    within: Rational,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// Find the exact largest difference, however long that takes (otherwise a second is given to it)
    #[arg(long)]
    max: bool,
    /// Merge no neurons and compare no canonical forms: the linear cells decide
    #[arg(long)]
    no_canonical: bool,
    /// Write the proof, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    exports: ExportArguments,
    #[command(flatten)]
    explain: ExplainArgument,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// For the largest difference where it is not asked for.
const SPARE: Duration = Duration::from_secs(1);
/// Longer claims lose their middle.
const CLAIM_CHARS: usize = 1_000;

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_output(arguments.certificate.as_deref())?;
    arguments.exports.check_outputs()?;
    let (left, right) = Operand::read_pair(&arguments.left, &arguments.right, &arguments.functions)?;
    let (left, right) = pellucid::line_up(left.computation(), right.computation())?;
    let question = Question {
        domain: either_domain(&arguments.domain, &left, &right)?,
        left,
        right,
        within: arguments.within.clone(),
        json: arguments.json,
        max: arguments.max,
        seconds: OnceLock::new(),
    };
    arguments.exports.write_claim(&question.claim())?;
    let begun = Instant::now();
    let clock = arguments.limits.start();
    let gave_up = |why: &str| {
        // Nobody is left to be told that stdout is closed.
        let _ = question.tell_gave_up();
        screen::remark(&format!("pellucid: {why}"));
        Some(3)
    };
    let Question { left, right, domain, within, .. } = &question;
    let means = Means { canonical: !arguments.no_canonical };
    let mut stream =
        ProofStream::new(arguments.certificate.clone(), arguments.explain.explain || arguments.exports.wants_proof());
    let prove = |limits: Limits<'_>| pellucid::prove_within_to(left, right, domain, within, limits, means, &mut stream);
    let mut verdict = match clock.run_or("proving", prove, &gave_up) {
        Ok(verdict) => verdict,
        Err(error) if error.downcast_ref::<pellucid::Error>().is_some_and(pellucid::Error::is_limit) => {
            if let Some(failure) = stream.failure() {
                return Err(failure);
            }
            question.tell_gave_up()?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    if let Verdict::Proved { certificate, .. } = &mut verdict {
        let streamed = stream.end(certificate)?;
        if !streamed {
            must_hold(certificate)?;
        }
        match &arguments.certificate {
            Some(path) if streamed => say_how_to_check(path),
            Some(path) => write_certificate(certificate, path)?,
            None => {}
        }
    }
    // The clock may be read once only.
    let _ = question.seconds.set(begun.elapsed().as_secs_f64());
    match &verdict {
        Verdict::Proved { certificate, n_cells } => {
            // A proof that cannot be exported is a proof: the verdict is told before the refusal.
            let exported = arguments.exports.write_proof(certificate);
            question.tell_proved(certificate, *n_cells, &clock)?;
            exported?;
            arguments.explain.tell(certificate)?;
            Ok(Answer::Yes)
        }
        Verdict::Refuted(counterexample) => {
            if arguments.certificate.is_some() || arguments.exports.wants_proof() {
                screen::remark("no proof is written: the claim is false");
            }
            question.tell_refuted(counterexample, &clock)?;
            if arguments.explain.explain {
                let Question { left, right, within, .. } = &question;
                let told = pellucid::explain_refutation(left, right, within, counterexample, &explaining());
                screen::out(&format!("\n{told}"))?;
            }
            Ok(Answer::No)
        }
    }
}

/// What was asked, and how it is answered.
struct Question {
    left: Computation,
    right: Computation,
    domain: Domain,
    within: Rational,
    json: bool,
    /// Is the largest difference asked for?
    max: bool,
    /// What proving took, the check of the certificate included.
    seconds: OnceLock<f64>,
}

impl Question {
    fn claim(&self) -> Claim {
        Claim::Within {
            left: self.left.clone(),
            right: self.right.clone(),
            domain: self.domain.clone(),
            bound: self.within.clone(),
        }
    }

    fn answer(
        &self,
        verdict: &str,
        largest: Option<&Largest>,
        cells: Option<usize>,
        counterexample: Option<&Counterexample>,
    ) -> serde_json::Value {
        let domain = self.domain.to_text(self.left.input_names());
        let mut answer = answers::proof(verdict, &domain, &self.within, largest, cells, counterexample);
        answer["seconds"] = self.seconds.get().copied().into();
        answer
    }

    fn tell_gave_up(&self) -> anyhow::Result<()> {
        if self.json { screen::out_json(&self.answer("gave up", None, None, None)) } else { Ok(()) }
    }

    fn tell_proved(&self, certificate: &Certificate, n: usize, clock: &Clock) -> anyhow::Result<()> {
        let by_points = matches!(certificate.proof, Proof::Within(Difference::Points));
        let n_cells = (!by_points).then_some(n);
        if !self.json {
            let how = how_proved(certificate, n);
            let claim = certificate.claim.to_string();
            screen::out_line(&format!("proved: {} ({how})", words::brief(&claim, CLAIM_CHARS)))?;
        }
        if self.within.is_zero() {
            if !self.json {
                return Ok(());
            }
            let at = clock.limit(|limits| pellucid::point_of(&self.domain, self.left.n_inputs(), limits));
            let none = at.ok().map(|at| Largest::At(Rational::zero(), at));
            return screen::out_json(&self.answer("proved", none.as_ref(), n_cells, None));
        }
        self.tell_largest(clock, 0, &|largest| self.answer("proved", largest, n_cells, None))
    }

    fn tell_refuted(&self, counterexample: &Counterexample, clock: &Clock) -> anyhow::Result<()> {
        if !self.json {
            let Counterexample { input, left, right } = counterexample;
            let side = |side: &Computation, outputs: &[Rational]| {
                format!("  {} gives {}", words::brief(&side.to_string(), CLAIM_CHARS), words::list(outputs))
            };
            screen::out_line(&format!(
                "refuted: they differ at {}\n{}\n{}",
                words::input(self.left.input_names(), input),
                side(&self.left, left),
                side(&self.right, right)
            ))?;
            // Values that look the same differ all the same.
            if words::list(left) == words::list(right) {
                let apart = words::decimal_and_exact(&counterexample.deviation());
                screen::out_line(&format!("  they are {} apart", words::brief(&apart, CLAIM_CHARS)))?;
            }
        }
        self.tell_largest(clock, 1, &|largest| self.answer("refuted", largest, None, Some(counterexample)))
    }

    /// The exact largest difference takes more than the verdict, so it is told after it, and is
    /// left out where the limits do not reach; `status` is the verdict's.
    fn tell_largest(&self, clock: &Clock, status: i32, answer: &Answering<'_>) -> anyhow::Result<()> {
        let measure = |limits: Limits<'_>| pellucid::largest_difference(&self.left, &self.right, &self.domain, limits);
        let tell = |largest: Option<&Largest>| match self.json {
            true => screen::out_json(&answer(largest)),
            false => screen::out_line(&self.largest_text(largest)),
        };
        let unknown = |_: &str| {
            // Nobody is left to be told that stdout is closed.
            let _ = tell(None);
            Some(status)
        };
        let doing = "measuring the largest difference";
        if self.max {
            return tell(clock.run_or(doing, measure, &unknown).ok().as_ref());
        }
        let spare = clock.at_most(SPARE);
        let largest = spare.run_or(doing, measure, &unknown).ok();
        if largest.is_none() && !self.json && spare.is_out_of_time() {
            return screen::out_line("largest difference: not known after a second (--max goes on)");
        }
        tell(largest.as_ref())
    }

    fn largest_text(&self, largest: Option<&Largest>) -> String {
        let names = self.left.input_names();
        match largest {
            Some(Largest::At(most, at)) => {
                format!("largest difference: {}, at {}", words::decimal_and_exact(most), words::input(names, at))
            }
            Some(Largest::Infinite { from, ray }) => {
                format!(
                    "the difference grows without bound from ({}) along ({})",
                    words::brief(&words::list(from), CLAIM_CHARS),
                    words::brief(&words::list(ray), CLAIM_CHARS)
                )
            }
            None => "largest difference: not known within the limits".into(),
        }
    }
}

/// The answer, given the largest difference if it is known.
type Answering<'a> = dyn Fn(Option<&Largest>) -> serde_json::Value + Sync + 'a;

/// The domain in the names of either side.
fn either_domain(given: &DomainArguments, left: &Computation, right: &Computation) -> anyhow::Result<Domain> {
    given.domain(left.input_names()).or_else(|error| given.domain(right.input_names()).map_err(|_| error))
}
