//! Which circuits of the library are made of which: found by computing.
//!
//! The circuits inside each function's tree, and those that the neurons of one layer form, are compared
//! with all functions of the library, up to the order of inputs, mirroring, and a constant. Values at a
//! few points suggest; that they are equal everywhere is then proved. Beside it stands how many of the
//! part's neurons the whole's network has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pellucid_compile::library::Entry;
use pellucid_core::{
    Affine, Computation, Domain, Expr, Function, Layer, Network, Rational, expr_to_text, numbered_inputs,
};
use pellucid_draw::{GraphLink, GraphNode, GraphPicture};
use pellucid_prove::{Limits, Verdict, prove_within};
use serde_json::{Value, json};

use super::parts::{Part, closed, is_affine, parts_of_outputs};
use crate::pictures::taken_apart;

/// That one entry is made of another.
#[derive(Clone, Debug)]
pub struct Use {
    /// The larger one, by its place in the library.
    pub whole: usize,
    /// The smaller one.
    pub part: usize,
    /// How often it occurs.
    pub times: usize,
    /// Is it a mirror image in every place: minus the function, of minus the inputs, or both?
    pub mirrored: bool,
    /// What the part computes in one of these places, as a function of the whole's inputs.
    pub computes: String,
    /// How many of the part's hidden neurons the whole's network has too, of how many, up to positive
    /// scale; where the part reads the inputs.
    pub neurons: Option<(usize, usize)>,
}

/// The graph of all uses.
#[derive(Clone, Debug)]
pub struct ReuseGraph {
    /// The entries' names, families and sizes.
    nodes: Vec<(String, String, Option<Vec<usize>>)>,
    /// All uses, those that follow from others too.
    pub uses: Vec<Use>,
}

/// Functions of more inputs are only compared in the order they have.
const MOST_PERMUTED: usize = 5;
/// A part is proved equal within so many cells.
const MOST_CELLS: usize = 20_000;

/// The four mirror images of a function.
const MIRRORS: [(i64, i64); 4] = [(1, 1), (-1, -1), (-1, 1), (1, -1)];

/// Finds what is made of what. `networks` are the entries' networks, where there are any.
pub fn reuse_graph(entries: &[Entry], networks: &[Option<Network<Rational>>]) -> ReuseGraph {
    let mut known: HashMap<Print, Vec<(usize, usize)>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if let [output] = entry.function.outputs() {
            for (m, mirror) in MIRRORS.iter().enumerate() {
                let print = fingerprint(&mirrored(output, *mirror), entry.function.n_inputs());
                known.entry(print).or_default().push((at, m));
            }
        }
    }
    let mut uses: BTreeMap<(usize, usize), Use> = BTreeMap::new();
    for (whole, entry) in entries.iter().enumerate() {
        // An affine function has nothing inside.
        if entry.function.outputs().iter().all(is_affine) {
            continue;
        }
        let told = parts_of_outputs(entry.function.outputs());
        for part in told.into_iter().chain(networks[whole].iter().flat_map(parts_of_neurons)) {
            let print = fingerprint(&part.computes, part.of.len());
            let like: &[(usize, usize)] = known.get(&print).map_or(&[], Vec::as_slice);
            // Mirror images are named only where nothing is the part itself.
            let is_named = like.iter().any(|(_, mirror)| *mirror == 0);
            for (at, mirror) in like.iter().filter(|(at, mirror)| *at != whole && (*mirror == 0 || !is_named)) {
                let mirror = MIRRORS[*mirror];
                let Some(order) = placed(&part, &entries[*at].function, mirror) else { continue };
                let neurons = shared(&part, &order, networks, whole, *at, entry.function.n_inputs());
                let is_mirrored = mirror != MIRRORS[0];
                let found = uses.entry((whole, *at)).or_insert_with(|| Use {
                    whole,
                    part: *at,
                    times: 0,
                    mirrored: true,
                    computes: expr_to_text(&part.computes.substitute(&part.of), entry.function.input_names()),
                    neurons: None,
                });
                found.times += 1;
                found.mirrored &= is_mirrored;
                found.neurons = found.neurons.max(neurons);
            }
        }
    }
    let nodes = entries
        .iter()
        .zip(networks)
        .map(|(entry, network)| (entry.name.clone(), entry.family.clone(), network.as_ref().map(Network::widths)));
    let uses = without_circles(entries, uses.into_values().collect());
    ReuseGraph { nodes: nodes.collect(), uses }
}

/// The circuits that the neurons of a network with one hidden layer form, such as an identity.
fn parts_of_neurons(network: &Network<Rational>) -> Vec<Part> {
    let found = taken_apart(network, &Domain::Everywhere).map(|found| found.circuits).unwrap_or_default();
    let inside = found.iter().flat_map(|circuit| circuit.all().into_iter().skip(1));
    inside.filter_map(|circuit| closed(&circuit.computes)).collect()
}

/// Two entries can be mirror images of each other, or the same function written otherwise: then the
/// simpler one is the part, or the one that stands first in the library.
fn without_circles(entries: &[Entry], uses: Vec<Use>) -> Vec<Use> {
    let pairs: BTreeSet<(usize, usize)> = uses.iter().map(|u| (u.whole, u.part)).collect();
    let size = |at: usize| entries[at].function.outputs().iter().map(Expr::size).sum::<usize>();
    let simpler = |a: usize, b: usize| (size(a), a) < (size(b), b);
    uses.into_iter().filter(|u| !pairs.contains(&(u.part, u.whole)) || simpler(u.part, u.whole)).collect()
}

/// Numbers that equal functions have in common, whatever the order of their inputs.
type Print = (usize, Vec<Vec<i64>>);

/// The values at a few points, in every order of their coordinates, less the value at 0.
fn fingerprint(expr: &Expr, n_inputs: usize) -> Print {
    let zero: f64 = expr.evaluate(&vec![0.0; n_inputs]);
    let orders = orders(n_inputs);
    let values = sample_points(n_inputs).into_iter().map(|point| {
        let mut values: Vec<i64> = orders
            .iter()
            .map(|order| {
                let input: Vec<f64> = order.iter().map(|i| point[*i].to_f64()).collect();
                // What suggests need not be exact.
                ((expr.evaluate::<f64>(&input) - zero) * 1e6).round() as i64
            })
            .collect();
        values.sort_unstable();
        values
    });
    (n_inputs, values.collect())
}

/// Points in general position, none symmetric to another.
fn sample_points(n_inputs: usize) -> Vec<Vec<Rational>> {
    let point = |round: i64| {
        let coordinate = |i: usize| {
            let i = i as i64;
            Rational::ratio((i * i * 13 + i * (7 + 4 * round) + 5 * round * round + 3) % 61 - 30, 16)
        };
        (0..n_inputs).map(coordinate).collect()
    };
    (0..4).map(point).collect()
}

/// All orders of so many inputs; the plain one alone where they are many.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n > MOST_PERMUTED {
        return vec![(0..n).collect()];
    }
    let mut all = vec![Vec::new()];
    for _ in 0..n {
        all = all
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let free: Vec<usize> = (0..n).filter(|i| !order.contains(i)).collect();
                free.into_iter().map(move |i| order.iter().copied().chain([i]).collect())
            })
            .collect();
    }
    all
}

fn mirrored(expr: &Expr, (outside, inside): (i64, i64)) -> Expr {
    let inputs: Vec<Expr> = (0..expr.n_inputs()).map(|i| Expr::scale(Rational::from(inside), Expr::Input(i))).collect();
    Expr::scale(Rational::from(outside), expr.substitute(&inputs))
}

/// The order of inputs in which the part is the function's mirror image, plus a constant: proved.
fn placed(part: &Part, function: &Function, mirror: (i64, i64)) -> Option<Vec<usize>> {
    let n = part.of.len();
    let image = mirrored(&function.outputs()[0], mirror);
    let zero = vec![Rational::zero(); n];
    let shift = part.computes.evaluate(&zero) - image.evaluate(&zero);
    let points = sample_points(n);
    let in_order = |order: &Vec<usize>| {
        let inputs: Vec<Expr> = order.iter().map(|i| Expr::Input(*i)).collect();
        Expr::sum([image.substitute(&inputs), Expr::Constant(shift.clone())])
    };
    let agrees = |other: &Expr| points.iter().all(|point| part.computes.evaluate(point) == other.evaluate(point));
    let (order, other) = orders(n)
        .into_iter()
        .map(|order| (in_order(&order), order))
        .find_map(|(other, order)| agrees(&other).then_some((order, other)))?;
    let side = |expr: Expr| Function::new(numbered_inputs(n), vec![expr]).ok().map(Computation::Function);
    let (left, right) = (side(part.computes.clone())?, side(other)?);
    let limits = Limits { max_cells: MOST_CELLS, stop: None };
    let verdict = prove_within(&left, &right, &Domain::Everywhere, &Rational::zero(), limits);
    matches!(verdict, Ok(Verdict::Proved { .. })).then_some(order)
}

/// How many hidden neurons of the part's network are in the whole's, of how many. `None` where the part
/// reads more than affine maps of the inputs.
fn shared(
    part: &Part,
    order: &[usize],
    networks: &[Option<Network<Rational>>],
    whole: usize,
    at: usize,
    n_inputs: usize,
) -> Option<(usize, usize)> {
    let (whole, small) = (networks[whole].as_ref()?, networks[at].as_ref()?);
    let maps: Vec<Affine> = order.iter().map(|i| part.of[*i].as_affine(n_inputs)).collect::<Option<_>>()?;
    // A mirror image of the inputs is looked for on both sides.
    let best = [1i64, -1].into_iter().map(|sign| {
        let [first, rest @ ..] = small.layers() else { return (0, 0) };
        let rows = first.weights.iter().zip(&first.biases).map(|(row, bias)| {
            let mut map = Affine::constant(n_inputs, bias.clone());
            row.iter().zip(&maps).for_each(|(c, input)| map.add_scaled(&(c * Rational::from(sign)), input));
            (map.coefficients, map.constant)
        });
        let (weights, biases) = rows.unzip();
        let mut layers = vec![Layer { weights, biases }];
        layers.extend(rest.iter().cloned());
        let mut known = Features::default();
        let mine: BTreeSet<usize> = known.of(whole.layers()).into_iter().collect();
        let theirs = known.of(&layers);
        (theirs.iter().filter(|feature| mine.contains(feature)).count(), theirs.len())
    });
    best.max()
}

/// Numbers for what hidden neurons detect, at any depth: rows up to positive scale, of inputs or of
/// what neurons below detect.
#[derive(Default)]
struct Features(HashMap<(Vec<(usize, Rational)>, Rational), usize>);

impl Features {
    /// What the hidden neurons of these layers detect.
    fn of(&mut self, layers: &[Layer<Rational>]) -> Vec<usize> {
        let mut all = Vec::new();
        // For each value that is read what it is and its factor; inputs come first.
        let mut values: Vec<(usize, Rational)> =
            (0..layers[0].weights[0].len()).map(|i| (i, Rational::one())).collect();
        let n_inputs = values.len();
        for layer in &layers[..layers.len() - 1] {
            let mut next = Vec::new();
            for (row, bias) in layer.weights.iter().zip(&layer.biases) {
                let mut terms: BTreeMap<usize, Rational> = BTreeMap::new();
                for (weight, (of, factor)) in row.iter().zip(&values) {
                    *terms.entry(*of).or_default() += &(weight * factor);
                }
                terms.retain(|_, c| !c.is_zero());
                let scale = terms.values().next().map_or(Rational::one(), Rational::abs);
                let terms: Vec<(usize, Rational)> = terms.into_iter().map(|(of, c)| (of, c / &scale)).collect();
                let number = n_inputs + self.0.len();
                let feature = *self.0.entry((terms, bias / &scale)).or_insert(number);
                next.push((feature, scale));
                all.push(feature);
            }
            values = next;
        }
        all
    }
}

impl ReuseGraph {
    /// The uses that do not follow from others: a part of a part is left out.
    pub fn direct(&self) -> Vec<&Use> {
        let n = self.nodes.len();
        let mut below: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); n];
        self.uses.iter().for_each(|u| {
            below[u.whole].insert(u.part);
        });
        let is_indirect = |u: &Use| {
            // Reached through another part, in however many steps.
            let mut pending: Vec<usize> = below[u.whole].iter().copied().filter(|p| *p != u.part).collect();
            let mut seen: BTreeSet<usize> = pending.iter().copied().collect();
            while let Some(at) = pending.pop() {
                if below[at].contains(&u.part) {
                    return true;
                }
                pending.extend(below[at].iter().copied().filter(|p| *p != u.whole && seen.insert(*p)));
            }
            false
        };
        self.uses.iter().filter(|u| !is_indirect(u)).collect()
    }

    /// The names of the parts of an entry that are not parts of its parts.
    pub fn made_of(&self, name: &str) -> Vec<&str> {
        let uses = self.direct().into_iter().filter(|u| self.nodes[u.whole].0 == name);
        uses.map(|u| self.nodes[u.part].0.as_str()).collect()
    }

    /// The names of what an entry is a part of, at first hand.
    pub fn makes(&self, name: &str) -> Vec<&str> {
        let uses = self.direct().into_iter().filter(|u| self.nodes[u.part].0 == name);
        uses.map(|u| self.nodes[u.whole].0.as_str()).collect()
    }

    /// As a JSON object; `direct` says which uses do not follow from others.
    pub fn to_json(&self) -> Value {
        let direct: BTreeSet<(usize, usize)> = self.direct().iter().map(|u| (u.whole, u.part)).collect();
        let nodes =
            self.nodes.iter().map(|(name, family, widths)| json!({"name": name, "family": family, "widths": widths}));
        let uses = self.uses.iter().map(|u| {
            json!({
                "whole": self.nodes[u.whole].0,
                "part": self.nodes[u.part].0,
                "times": u.times,
                "mirrored": u.mirrored,
                "computes": u.computes,
                "neurons_found": u.neurons.map(|(found, _)| found),
                "neurons_of_part": u.neurons.map(|(_, of)| of),
                "direct": direct.contains(&(u.whole, u.part)),
            })
        });
        json!({"circuits": nodes.collect::<Vec<_>>(), "uses": uses.collect::<Vec<_>>()})
    }

    /// In the language of Graphviz, without the uses that follow from others.
    pub fn to_dot(&self) -> String {
        let mut text = String::from("digraph circuits {\n  rankdir=LR;\n  node [shape=box];\n");
        for (name, _, widths) in &self.nodes {
            let size = widths.as_ref().map_or(String::new(), |w| format!("\\n{}", size_text(w)));
            text += &format!("  \"{name}\" [label=\"{name}{size}\"];\n");
        }
        for u in self.direct() {
            let style = if is_whole(u) { "" } else { " [style=dashed]" };
            text += &format!("  \"{}\" -> \"{}\"{style};\n", self.nodes[u.part].0, self.nodes[u.whole].0);
        }
        text + "}\n"
    }

    /// As a picture, parts to the left.
    pub fn to_picture(&self) -> GraphPicture {
        let nodes = self.nodes.iter().map(|(name, family, widths)| GraphNode {
            name: name.clone(),
            note: widths.as_ref().map_or(String::new(), |widths| size_text(widths)),
            group: family.clone(),
        });
        let links = self.direct().into_iter().map(|u| GraphLink { from: u.part, to: u.whole, strong: is_whole(u) });
        GraphPicture::new("Which circuits are made of which", nodes.collect(), links.collect())
    }
}

/// Has the whole's network all neurons of the part?
fn is_whole(u: &Use) -> bool {
    u.neurons.is_some_and(|(found, of)| found == of)
}

/// Hidden layers' widths as people read them: `9 = 6+3`.
pub fn size_text(widths: &[usize]) -> String {
    let size: usize = widths.iter().sum();
    match widths {
        [] => "0".into(),
        [_] => size.to_string(),
        _ => format!("{size} = {}", widths.iter().map(usize::to_string).collect::<Vec<_>>().join("+")),
    }
}
