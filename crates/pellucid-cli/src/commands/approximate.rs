//! `pellucid compile FUNCTION --within E --on BOX`

use anyhow::bail;
use pellucid::{Approximated, Domain, Rational, Target, answers, counted, pictures};

use super::compile::{Arguments, must_hold, write_certificate};
use crate::arguments::domain;
use crate::{Answer, files, screen, words};

/// Longer functions lose their middle in the heading; JSON has all of it.
const HEADING_CHARS: usize = 160;
/// Larger networks are not drawn.
const MOST_DRAWN: usize = 12;
/// Digits of bounds, which are rounded away from what they bound.
const DIGITS: usize = 4;

/// Approximates; a piecewise-linear function is left to be compiled exactly, which is `None`.
pub fn run(arguments: &Arguments, within: &Rational) -> anyhow::Result<Option<Answer>> {
    let target = arguments.functions.target(&arguments.function)?;
    if target.as_function().is_some() {
        screen::remark("the function is piecewise linear, so it is computed exactly");
        return Ok(None);
    }
    if arguments.biases.biases() != pellucid::Biases::ALLOWED {
        bail!("--within: no approximations without biases are known (leave --no-bias out)");
    }
    if arguments.disguise.how().is_some() {
        bail!("--disguise hides circuits that are computed exactly (leave --within or --disguise out)");
    }
    let Some(on) = arguments.on.as_deref() else {
        let unit = Domain::unit_box(target.n_inputs());
        bail!("--within needs a box to be within the tolerance on: for example --on '{unit}'");
    };
    let domain = domain(Some(on), target.input_names(), Domain::Everywhere)?;
    let goal = arguments.goal.goal();
    let clock = arguments.limits.start();
    let found = clock.run("approximating", |limits| pellucid::approximate(&target, &domain, within, &goal, limits))?;
    clock.run("checking the proof", |_| Ok(must_hold(&found.certificate)))??;
    if let Some(path) = &arguments.output {
        let is_rounded =
            files::write_network(&found.network, Some(target.to_string()), &domain, path, arguments.round)?;
        files::say_written(path, is_rounded);
    }
    if let Some(path) = &arguments.certificate {
        write_certificate(&found.certificate, path)?;
    }
    if arguments.json {
        screen::out_json(&answers::approximated(&found))?;
    } else {
        screen::out(&text(&found, &target)?)?;
    }
    arguments.explain.tell(&found.certificate)?;
    Ok(Some(Answer::Yes))
}

fn text(found: &Approximated, target: &Target) -> anyhow::Result<String> {
    let phrase = found.domain.phrase_in(target.input_names());
    let function = words::brief(&target.to_string(), HEADING_CHARS);
    let mut text = format!("{function} {phrase}, within {}\n", found.within);
    let (shape, n_neurons) = (words::shape(&found.network.shape()), found.network.hidden_neurons());
    let n_layers = counted(found.network.hidden_layers().len(), "hidden layer");
    text += &format!("  {shape}, {} in {n_layers}: best known\n\n", counted(n_neurons, "hidden neuron"));
    if n_neurons <= MOST_DRAWN {
        let picture = pictures::compiled_picture(&found.network, None, &found.domain, None)?;
        text += &screen::indented(&picture.to_list(&screen::terminal_options(2)));
        text.push('\n');
    }
    let width = screen::text_width();
    for part in &found.parts {
        let (low, high) = &part.range;
        let (low, high) = (low.decimal_below(DIGITS), high.decimal_above(DIGITS));
        let pieces = part.n_pieces.map_or(String::new(), |n| format!(" ({})", counted(n, "linear piece")));
        let made = format!("{} on [{low}, {high}]: {}{pieces}", part.computes, part.design);
        text += &words::wrapped("  made of     ", &made, width);
    }
    let error = format!(
        "proved: {function} less the network is at least {} and at most {}",
        found.low.decimal_below(DIGITS),
        found.high.decimal_above(DIGITS)
    );
    text += &words::wrapped("  error       ", &error, width);
    let bound = match &found.lower_bound {
        Some(bound) => format!(
            "at least {}, so {} in one hidden layer and {} in any number of them: {}",
            counted(bound.pieces, "linear piece"),
            counted(bound.neurons_in_one_layer, "neuron"),
            bound.neurons,
            bound.how
        ),
        None => "none known".to_string(),
    };
    text += &words::wrapped("  lower bound ", &bound, width);
    Ok(text)
}
