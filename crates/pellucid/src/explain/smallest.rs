//! Why a network with one hidden layer is the smallest, in words.

use pellucid_check::one_layer::form_of;
use pellucid_core::{Affine, Claim, Computation, Difference, Domain, Error, Feature, Kink, Network, Rational, counted};

use super::equality::{self, Sides, form_texts};
use super::jumps::jump_sentence;
use super::paper::{Paper, and, plane_noun, rows};
use super::turns::{Price, Turns};

/// Up to this many hinges every way to turn them is looked at for the telling.
const MAX_LISTED_HINGES: usize = 10;

pub(super) fn tell(paper: &mut Paper<'_>, claim: &Claim, equality: &Difference, kinks: &[Kink]) -> Result<(), Error> {
    let Claim::Smallest { function, network, domain, biases, at_least } = claim else {
        return Err(Error::input("the proof is not of the claim's kind"));
    };
    neurons(paper, network)?;
    let (left, right) = (Computation::Function(function.clone()), Computation::Network(network.clone()));
    let sides = Sides { left: &left, right: &right, domain, bound: &Rational::zero() };
    equality::tell(paper, &sides, equality)?;

    let form =
        form_of(&network.to_relu_graph(), domain).ok_or_else(|| Error::input("the network has no one-layer form"))?;
    // Kinks are counted in the order of the form, as what is left is.
    let mut kinks: Vec<&Kink> = kinks.iter().collect();
    kinks.sort_by(|a, b| a.hyperplane.cmp(&b.hyperplane));
    let n = kinks.len();
    let noun = plane_noun(function.n_inputs());
    let graph = function.to_relu_graph();
    let inside = match domain {
        Domain::Everywhere => String::new(),
        _ => format!(" inside {domain}"),
    };
    paper.section(&format!("Every kink needs a neuron of its own: {} at least", counted(n, "neuron")));
    match n {
        0 => paper.say(&format!("The function has no kink{inside}: its gradient jumps nowhere.")),
        _ => paper.say(&format!(
            "A kink is a {noun} where the gradient jumps. The function has {}{inside}:",
            counted(n, "kink")
        )),
    }
    paper.list(n, "kink", "kinks", |paper, k| {
        let sentence = jump_sentence(paper, &graph, kinks[k])?;
        Ok(format!("kink {}: {}. {sentence}", k + 1, paper.equation(&kinks[k].hyperplane)))
    })?;
    if n > 0 {
        paper.say(&format!(
            "A neuron relu(w.x + b) is bent where w.x + b = 0 and nowhere else, and an output is a sum of multiples of \
             neurons. So where no neuron is bent no output is, and one neuron cannot serve two of these {noun}s."
        ));
    }
    if *at_least <= n {
        verdict(paper, network, *at_least, n);
        return Ok(());
    }

    let turns = Turns::of(&form, domain, *biases);
    let missing = at_least - n;
    paper.section(&format!("What is left takes {}", counted(missing, "more neuron")));
    paper.say(&format!("Take the function as {}.", and(&form_texts(paper, &form))));
    left_over(paper, &turns, n, missing)?;
    verdict(paper, network, *at_least, n);
    Ok(())
}

/// The network, neuron by neuron.
fn neurons(paper: &mut Paper<'_>, network: &Network<Rational>) -> Result<(), Error> {
    paper.section("The network");
    let [hidden] = network.hidden_layers() else {
        let maps: Vec<String> = affine_maps(network).iter().map(|map| paper.map(map)).collect();
        paper.say(&format!("It has no hidden layer: it gives {}.", and(&maps)));
        return Ok(());
    };
    let neurons: Vec<String> = (0..hidden.weights.len()).map(|i| format!("h1.{}", i + 1)).collect();
    let mut lines = Vec::new();
    for (name, (row, bias)) in neurons.iter().zip(hidden.weights.iter().zip(&hidden.biases)) {
        let row = Affine { coefficients: row.clone(), constant: bias.clone() };
        let label = Feature::of_row(&row).sentence(paper.inputs);
        lines.push(format!("{name} = relu({}), which {label}", paper.map(&row)));
    }
    let output = network.output_layer();
    for (i, (row, bias)) in output.weights.iter().zip(&output.biases).enumerate() {
        let map = Affine { coefficients: row.clone(), constant: bias.clone() };
        let name = if output.weights.len() == 1 { "the output".to_string() } else { format!("output {}", i + 1) };
        lines.push(format!(
            "{name} is {}",
            crate::text::brief(&pellucid_core::expr_to_text(&map.to_expr(), &neurons), 400)
        ));
    }
    paper.list(lines.len(), "line", "lines", |_, k| Ok(lines[k].clone()))
}

fn affine_maps(network: &Network<Rational>) -> Vec<Affine> {
    let layer = network.output_layer();
    let maps = layer.weights.iter().zip(&layer.biases);
    maps.map(|(row, bias)| Affine { coefficients: row.clone(), constant: bias.clone() }).collect()
}

/// Why what is left beside the hinges takes so many neurons.
fn left_over(paper: &mut Paper<'_>, turns: &Turns<'_>, n: usize, missing: usize) -> Result<(), Error> {
    let row = if turns.with_constant { "gradient and constant" } else { "gradient" };
    let is = if turns.rest.len() == 1 { "is" } else { "(a row for each output) is" };
    match n {
        0 => paper.say(&format!("All of it is an affine map, with the {row} {}.", rows(&turns.rest))),
        _ => paper.say(&format!(
            "Beside the hinges an affine map is left. A single neuron on a kink can be either of two: relu(z), or \
             relu(-z) = relu(z) - z, the hinge turned around. Both have the same kink, and differ by an affine map. So \
             the {row} of what is left depends on which hinges are turned around, and on nothing else."
        )),
    }
    prices(paper, turns, n);
    let fixed = turns.fixed_ranks();
    let by_rank = match turns.price {
        Price::OnKinks => fixed.0.max(2 * fixed.1),
        Price::Any => fixed.0,
        Price::OneSigned => fixed.0,
    };
    if n > 0 && paper.shown(1 << n.min(20)) < 1 << n.min(20) && by_rank >= missing {
        paper.say(&format!(
            "With no hinge turned around the {row} left {is} {}. Turning hinges around adds only multiples of the kinks' \
             rows. Beyond these it has rank {}, however the hinges are turned; so {} are needed{}.",
            rows(&turns.rest),
            fixed.0,
            counted(by_rank, "further neuron"),
            if turns.price == Price::OnKinks && 2 * fixed.1 >= fixed.0 { ", two for each rank" } else { "" }
        ));
        return Ok(());
    }
    if n == 0 {
        let further = turns.further(&turns.rest);
        paper.say(&format!("Here it is {}: {} at least.", further.why, counted(further.n, "neuron")));
        return Ok(());
    }
    if n > MAX_LISTED_HINGES {
        paper.say(&format!(
            "With no hinge turned around the {row} left {is} {}. There are 2^{n} ways to turn the {n} hinges, too many to \
             write down. That none of them leaves less than {} to do is an exact search: hinge k turned around adds its \
             jump times its row, so what is sought is a choice of these that adds up to minus what is left{}; as linear \
             equations in {n} unknowns that are 0 or 1 this has no solution.",
            rows(&turns.rest),
            counted(missing, "neuron"),
            if missing > 1 { ", but for a multiple of one kink's row" } else { "" },
        ));
        return Ok(());
    }
    let n_ways = 1usize << n;
    let turned = |choice: usize| {
        let which: Vec<String> = (0..n).filter(|k| choice >> k & 1 == 1).map(|k| (k + 1).to_string()).collect();
        match which.as_slice() {
            [] if n == 1 => "the hinge as it is".to_string(),
            [] => "no hinge turned around".to_string(),
            [_] if n == 1 => "the hinge turned around".to_string(),
            [one] => format!("hinge {one} turned around"),
            more => format!("hinges {} turned around", and(more)),
        }
    };
    paper.say(&format!(
        "There are {n_ways} ways to turn {}:",
        if n == 1 { "it".into() } else { format!("the {n} hinges") }
    ));
    let mut fewest = usize::MAX;
    let mut lines = Vec::new();
    let shown = paper.shown(n_ways);
    for choice in 0..n_ways {
        let rest = turns.rest(choice);
        let further = turns.further(&rest);
        fewest = fewest.min(further.n);
        if choice < shown {
            lines.push(format!(
                "with {} {} {} left, {}: {}",
                turned(choice),
                rows(&rest),
                if rest.len() == 1 { "is" } else { "are" },
                further.why,
                counted(further.n, "more neuron")
            ));
        }
    }
    lines.iter().for_each(|line| paper.item(line));
    if n_ways > shown {
        paper.item(&format!(
            "and {} more ways, not written here, none of which takes fewer than {fewest}",
            n_ways - shown
        ));
    }
    paper.say(&format!("So however the hinges are turned, at least {} are needed.", counted(missing, "more neuron")));
    Ok(())
}

/// What further neurons can add, and at what price.
fn prices(paper: &mut Paper<'_>, turns: &Turns<'_>, n: usize) {
    let row = turns.row_noun();
    let (on_kink, anywhere) = match n {
        0 => (String::new(), "A neuron"),
        _ => (format!("More neurons on a kink add multiples of that kink's {row}. "), "A neuron anywhere else"),
    };
    let constant = match (turns.with_constant, turns.price) {
        (false, _) => "",
        (true, Price::OnKinks) => {
            " Outputs have no bias, so the constant has to come from neurons as well and stands as a last entry beside \
             the gradient; a neuron that gives a constant is one of them."
        }
        (true, _) => {
            " Outputs have no bias, so the constant has to come from neurons as well and stands as a last entry beside \
             the gradient."
        }
    };
    let text = match turns.price {
        Price::OnKinks => format!(
            "Further neurons have to add it. {on_kink}{anywhere} is bent where the function is not, and only a second one \
             on the same hyperplane takes that bend back. Such a pair adds one direction, whichever is wanted, for two \
             neurons; and more neurons there add no other direction."
        ),
        Price::Any =>
            "Further neurons have to add it. On a box a neuron can be on everywhere, and then carries an affine map: one \
             direction, of any kind. However it is done, one neuron adds multiples of its own row alone, which is a \
             matrix of rank 1; so rank r takes r neurons."
        .to_string(),
        Price::OneSigned => format!(
            "Further neurons have to add it, each multiples of its own row alone, which is a matrix of rank 1. {on_kink}A \
             neuron that is on in the whole domain carries its row, which must have one sign there, as not all biases are \
             allowed. Any other row takes an opposite pair, two neurons."
        ),
    };
    paper.say(&format!("{text}{constant}"));
}

fn verdict(paper: &mut Paper<'_>, network: &Network<Rational>, at_least: usize, n: usize) {
    let size = network.hidden_neurons();
    let sum = if at_least > n && n > 0 { format!("{n} + {} = {at_least}", at_least - n) } else { at_least.to_string() };
    let needed = if at_least == 1 { "neuron is" } else { "neurons are" };
    if size == at_least {
        paper.section("So it is the smallest");
        paper.say(&format!("{sum} hidden {needed} needed, and the network has {size}: no smaller one exists."));
    } else {
        paper.section("So much is known");
        paper.say(&format!(
            "{sum} hidden {needed} needed. The network has {size}; whether fewer than {size} suffice this proof does not \
             say."
        ));
    }
}
