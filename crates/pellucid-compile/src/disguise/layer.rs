//! One hidden layer, disguised.

use pellucid_core::{Affine, Layer, NeuronId, Rational};

use super::matrix::Mix;
use super::random::Random;
use super::role::{Part, PassesThrough, Role, Side};
use super::to_layer;

/// Lower and upper bound, where there is one.
type Range = (Option<Rational>, Option<Rational>);

/// The rows of a layer of the original, read from the values of the disguised layer below.
pub(super) struct Forms {
    pub(super) rows: Vec<Affine>,
    /// How far those values go.
    pub(super) values: Vec<Range>,
}

/// A hidden layer of the original.
pub(super) struct Hidden<'a> {
    pub(super) index: usize,
    /// Where it comes to stand in the disguise.
    pub(super) place: usize,
    /// The layer that reads it.
    pub(super) next: &'a Layer<Rational>,
    /// Does it read activations, which are not negative?
    pub(super) behind_relus: bool,
}

impl Hidden<'_> {
    /// The weights out of a neuron.
    fn out(&self, of: usize) -> Vec<Rational> {
        self.next.weights.iter().map(|row| row[of].clone()).collect()
    }
}

/// A layer of the disguise.
pub(super) struct Made {
    pub(super) layer: Layer<Rational>,
    pub(super) roles: Vec<Role>,
    pub(super) passes_through: Vec<PassesThrough>,
}

/// One neuron to be, before it is rescaled.
struct Neuron {
    row: Affine,
    /// Its weight to every row of the next layer.
    out: Vec<Rational>,
    role: Role,
}

/// A value that passes through: the neuron of the original whose `z` it is, and where it goes.
struct Passing {
    of: usize,
    out: Vec<Rational>,
}

/// What can be done to hide more.
#[derive(Clone, Copy)]
enum Trick {
    Turn,
    Spare,
    Split,
    Double,
    Dead,
    Decoy,
}

const TRICKS: [Trick; 6] = [Trick::Turn, Trick::Spare, Trick::Split, Trick::Double, Trick::Dead, Trick::Decoy];

/// Disguises a layer. Gives the layer, and the rows of the next one in its values.
pub(super) fn disguised_layer(
    hidden: &Hidden<'_>,
    forms: &Forms,
    width: &Rational,
    random: &mut Random,
) -> (Made, Forms) {
    let n = forms.rows.len();
    let passes_through = passing_through(hidden, forms);
    let mut passing: Vec<Passing> =
        passes_through.iter().map(|p| Passing { of: p.of(), out: hidden.out(p.of()) }).collect();
    let mut hinges: Vec<(usize, bool)> =
        (0..n).filter(|k| !passes_through.iter().any(|p| p.has(*k))).map(|k| (k, false)).collect();
    let plan = plan(n, width, &mut hinges, &mut passing, hidden, forms, random);

    let id = |k: usize| NeuronId { layer: hidden.index, index: k };
    let minus = Rational::from(-1);
    let mut neurons: Vec<Neuron> = Vec::new();
    let mut constants: Vec<Rational> = hidden.next.biases.clone();
    for (k, turned) in &hinges {
        let row = if *turned { forms.rows[*k].scaled(&minus) } else { forms.rows[*k].clone() };
        let role = Role::Neuron { of: id(*k), scale: Rational::one(), turned: *turned, part: Part::Whole };
        neurons.push(Neuron { row, out: hidden.out(*k), role });
    }
    carriers(&passing, forms, id, &mut neurons, &mut constants, random);
    divide(plan.splits, plan.doubles, &mut neurons, random);
    pad(&plan, hidden, forms, &mut neurons, random);
    shuffle_and_scale(&mut neurons, hidden, random);
    let made = finish(&neurons, passes_through);
    let after = next_forms(&neurons, constants, forms);
    (made, after)
}

/// The neurons that only let values pass.
fn passing_through(hidden: &Hidden<'_>, forms: &Forms) -> Vec<PassesThrough> {
    let n = forms.rows.len();
    let mut found: Vec<PassesThrough> = Vec::new();
    for k in 0..n {
        if found.iter().any(|p| p.has(k)) {
            continue;
        }
        if range(&forms.rows[k], &forms.values).0.is_some_and(|low| !low.is_negative()) {
            found.push(PassesThrough::AlwaysOn(k));
            continue;
        }
        let ratio_to = |j: usize| {
            let ratio = opposite(&forms.rows[k], &forms.rows[j])?;
            let cancels = hidden.next.weights.iter().all(|row| (&row[k] + &row[j] * &ratio).is_zero());
            cancels.then_some(ratio)
        };
        let free = |j: &usize| !found.iter().any(|p| p.has(*j));
        if let Some((below, ratio)) = (k + 1..n).filter(free).find_map(|j| Some((j, ratio_to(j)?))) {
            found.push(PassesThrough::Pair { above: k, below, ratio });
        }
    }
    found
}

/// The positive `ratio` with `right = -ratio * left`.
fn opposite(left: &Affine, right: &Affine) -> Option<Rational> {
    let at = left.coefficients.iter().position(|c| !c.is_zero())?;
    let ratio = -(&right.coefficients[at] / &left.coefficients[at]);
    (ratio.is_positive() && left.scaled(&-&ratio) == *right).then_some(ratio)
}

/// Bounds of a row by the bounds of each value it reads.
fn range(row: &Affine, values: &[Range]) -> Range {
    let (mut low, mut high) = (Some(row.constant.clone()), Some(row.constant.clone()));
    for (c, (least, most)) in row.coefficients.iter().zip(values).filter(|(c, _)| !c.is_zero()) {
        let (at_low, at_high) = if c.is_positive() { (least, most) } else { (most, least) };
        let add = |sum: Option<Rational>, value: &Option<Rational>| Some(sum? + c * value.as_ref()?);
        (low, high) = (add(low, at_low), add(high, at_high));
    }
    (low, high)
}

/// How the room is used.
#[derive(Default)]
struct Plan {
    splits: usize,
    doubles: usize,
    dead: usize,
    decoys: usize,
}

/// Uses the room that the width gives for one trick after another.
fn plan(
    n: usize,
    width: &Rational,
    hinges: &mut [(usize, bool)],
    passing: &mut Vec<Passing>,
    hidden: &Hidden<'_>,
    forms: &Forms,
    random: &mut Random,
) -> Plan {
    let mut plan = Plan::default();
    let more = (Rational::from(n) * (width - Rational::one())).floor().to_i128().unwrap_or(0);
    let mut room = usize::try_from(more).unwrap_or(0);
    let can_die = hidden.behind_relus || forms.values.iter().all(|(low, high)| low.is_some() && high.is_some());
    let n_out = hidden.next.weights.len();
    // Turning comes first: it hides most.
    let mut trick = Trick::Turn;
    // So often in a row: what is left of the room is of no use.
    let mut refused = 0;
    while room > 0 && refused < 20 * TRICKS.len() {
        let cost = match trick {
            Trick::Turn | Trick::Spare | Trick::Decoy => 2,
            Trick::Split | Trick::Double | Trick::Dead => 1,
        };
        let done = cost <= room
            && match trick {
                Trick::Turn => {
                    let open: Vec<usize> = (0..hinges.len()).filter(|h| !hinges[*h].1).collect();
                    if !open.is_empty() {
                        let (of, turned) = &mut hinges[random.pick(&open)];
                        *turned = true;
                        let out = hidden.out(*of);
                        match passing.iter_mut().find(|p| p.of == *of) {
                            // It was a spare one; now it is needed.
                            Some(spare) => spare.out = out,
                            None => passing.push(Passing { of: *of, out }),
                        }
                    }
                    !open.is_empty()
                }
                // A value that nothing needs hides only among others.
                Trick::Spare => {
                    let is_unused = |k: &usize| passing.iter().all(|p| p.of != *k);
                    let unused: Vec<usize> = hinges.iter().map(|(k, _)| *k).filter(is_unused).collect();
                    let is_possible = !passing.is_empty() && !unused.is_empty();
                    if is_possible {
                        passing.push(Passing { of: random.pick(&unused), out: vec![Rational::zero(); n_out] });
                    }
                    is_possible
                }
                // Each neuron is divided once.
                Trick::Split | Trick::Double => {
                    let is_possible = plan.splits + plan.doubles < hinges.len() + passing.len();
                    let divided = if matches!(trick, Trick::Split) { &mut plan.splits } else { &mut plan.doubles };
                    *divided += usize::from(is_possible);
                    is_possible
                }
                Trick::Dead => {
                    plan.dead += usize::from(can_die);
                    can_die
                }
                Trick::Decoy => {
                    plan.decoys += 1;
                    true
                }
            };
        if done {
            (room, refused) = (room - cost, 0);
        } else {
            refused += 1;
        }
        trick = random.pick(&TRICKS);
    }
    plan
}

/// The neurons that carry what passes through, mixed.
fn carriers(
    passing: &[Passing],
    forms: &Forms,
    id: impl Fn(usize) -> NeuronId,
    neurons: &mut Vec<Neuron>,
    constants: &mut [Rational],
    random: &mut Random,
) {
    let n = passing.len();
    let mix = Mix::random(n, random);
    let minus = Rational::from(-1);
    for (c, factors) in mix.rows.iter().enumerate() {
        let mut row = forms.rows[passing[c].of].scaled(&Rational::zero());
        let mut carries: Vec<(NeuronId, Rational)> = Vec::new();
        for (factor, part) in factors.iter().zip(passing).filter(|(factor, _)| !factor.is_zero()) {
            row.add_scaled(factor, &forms.rows[part.of]);
            carries.push((id(part.of), factor.clone()));
        }
        // sum_i out_i z_i with z = inverse * p.
        let mut out = vec![Rational::zero(); constants.len()];
        for (part, back) in passing.iter().zip(&mix.inverse) {
            out.iter_mut().zip(&part.out).for_each(|(sum, weight)| *sum += &(&back[c] * weight));
        }
        let role =
            |side: Side| Role::Carrier { carries: carries.clone(), scale: Rational::one(), side, part: Part::Whole };
        match range(&row, &forms.values).0 {
            Some(low) => {
                // The smallest whole number that keeps it on.
                let constant = (-low.floor()).max(Rational::zero());
                constants.iter_mut().zip(&out).for_each(|(b, weight)| *b -= &(weight * &constant));
                let row = Affine { constant: &row.constant + &constant, ..row };
                neurons.push(Neuron { row, out, role: role(Side::AlwaysOn { constant }) });
            }
            None => {
                let back = out.iter().map(|weight| -weight).collect();
                neurons.push(Neuron { row: row.scaled(&minus), out: back, role: role(Side::Below) });
                neurons.push(Neuron { row, out, role: role(Side::Above) });
            }
        }
    }
}

/// Neurons are made several, which together have the weights out of the one.
fn divide(splits: usize, doubles: usize, neurons: &mut Vec<Neuron>, random: &mut Random) {
    let n = neurons.len();
    let whole = |neurons: &[Neuron]| -> Vec<usize> {
        (0..n).filter(|k| part(&neurons[*k].role).is_some_and(|part| *part == Part::Whole)).collect()
    };
    for split in 0..splits + doubles {
        let free = whole(neurons);
        if free.is_empty() {
            return;
        }
        let at = random.pick(&free);
        let out = neurons[at].out.clone();
        let (first, second, parts) = if split < splits {
            let (p, q) = random.pick(&[(1i64, 2i64), (1, 4), (3, 4), (3, 2), (2, 1), (-1, 1)]);
            let share = Rational::ratio(p, q);
            let rest = Rational::one() - &share;
            let times = |share: &Rational| out.iter().map(|weight| weight * share).collect::<Vec<_>>();
            (times(&rest), times(&share), [Part::Split { share: rest }, Part::Split { share }])
        } else {
            let own: Vec<Rational> = out.iter().map(|_| random.small()).collect();
            let rest = out.iter().zip(&own).map(|(a, b)| a - b).collect();
            // Its place before the shuffle.
            let of = NeuronId { layer: 0, index: at };
            (rest, own, [Part::Duplicate { of }, Part::Duplicate { of }])
        };
        let [part_here, part_there] = parts;
        let mut double = Neuron { row: neurons[at].row.clone(), out: second, role: neurons[at].role.clone() };
        neurons[at].out = first;
        for (neuron, new) in [(&mut neurons[at], part_here), (&mut double, part_there)] {
            if let Some(part) = part_mut(&mut neuron.role) {
                *part = new;
            }
        }
        neurons.push(double);
    }
}

fn part(role: &Role) -> Option<&Part> {
    match role {
        Role::Neuron { part, .. } | Role::Carrier { part, .. } => Some(part),
        _ => None,
    }
}

fn part_mut(role: &mut Role) -> Option<&mut Part> {
    match role {
        Role::Neuron { part, .. } | Role::Carrier { part, .. } => Some(part),
        _ => None,
    }
}

/// Neurons that do nothing: dead ones, and decoys in pairs.
fn pad(plan: &Plan, hidden: &Hidden<'_>, forms: &Forms, neurons: &mut Vec<Neuron>, random: &mut Random) {
    let width = forms.values.len();
    let n_out = hidden.next.weights.len();
    let read = |random: &mut Random| {
        let mut row = Affine::constant(width, Rational::zero());
        for _ in 0..1 + random.below(width.min(3)) {
            row.coefficients[random.below(width)] = random.small();
        }
        row
    };
    for _ in 0..plan.dead {
        let mut row = read(random);
        if hidden.behind_relus {
            row.coefficients.iter_mut().for_each(|c| *c = -c.abs());
            row.constant = Rational::from(-(random.below(2) as i64));
        } else if let Some(high) = range(&row, &forms.values).1 {
            row.constant = -(high.floor() + Rational::one());
        }
        let out = (0..n_out).map(|_| random.small()).collect();
        neurons.push(Neuron { row, out, role: Role::Dead });
    }
    for _ in 0..plan.decoys {
        let mut row = read(random);
        row.constant = Rational::from(random.pick(&[-1i64, 0, 1]));
        let out: Vec<Rational> = (0..n_out).map(|_| random.small()).collect();
        let back = out.iter().map(|weight| -weight).collect();
        // Each names the other by its place before the shuffle.
        let other = |index: usize| Role::Decoy { with: NeuronId { layer: 0, index } };
        let n = neurons.len();
        neurons.push(Neuron { row: row.clone(), out, role: other(n + 1) });
        neurons.push(Neuron { row, out: back, role: other(n) });
    }
}

/// Puts the neurons into a random order and rescales each.
fn shuffle_and_scale(neurons: &mut Vec<Neuron>, hidden: &Hidden<'_>, random: &mut Random) {
    let mut order: Vec<usize> = (0..neurons.len()).collect();
    random.shuffle(&mut order);
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, old)| place[*old] = new);
    let mut old: Vec<Option<Neuron>> = neurons.drain(..).map(Some).collect();
    neurons.extend(order.iter().filter_map(|at| old[*at].take()));
    for neuron in neurons.iter_mut() {
        let by = random.scale();
        let back = Rational::one() / &by;
        neuron.row = neuron.row.scaled(&by);
        neuron.out.iter_mut().for_each(|weight| *weight *= &back);
        let moved = |id: &mut NeuronId| *id = NeuronId { layer: hidden.place, index: place[id.index] };
        match &mut neuron.role {
            Role::Neuron { scale, part, .. } | Role::Carrier { scale, part, .. } => {
                *scale *= &by;
                if let Part::Duplicate { of } = part {
                    moved(of);
                }
            }
            Role::Decoy { with } => moved(with),
            Role::Dead | Role::Relay { .. } => {}
        }
    }
}

fn finish(neurons: &[Neuron], passes_through: Vec<PassesThrough>) -> Made {
    let layer = to_layer(neurons.iter().map(|neuron| neuron.row.clone()));
    let roles = neurons.iter().map(|neuron| neuron.role.clone()).collect();
    Made { layer, roles, passes_through }
}

/// The rows of the next layer in the values of these neurons.
fn next_forms(neurons: &[Neuron], constants: Vec<Rational>, forms: &Forms) -> Forms {
    let rows = constants.into_iter().enumerate().map(|(r, constant)| {
        let coefficients = neurons.iter().map(|neuron| neuron.out[r].clone()).collect();
        Affine { coefficients, constant }
    });
    Forms { rows: rows.collect(), values: activations(neurons.iter().map(|neuron| &neuron.row), &forms.values) }
}

/// How far the ReLUs of rows go.
fn activations<'a>(rows: impl Iterator<Item = &'a Affine>, values: &[Range]) -> Vec<Range> {
    let relu = |value: Rational| value.max(Rational::zero());
    let bounds = rows.map(|row| {
        let (low, high) = range(row, values);
        (Some(low.map_or(Rational::zero(), relu)), high.map(relu))
    });
    bounds.collect()
}

/// A layer that passes the values below on: sums of them, which are not negative either.
pub(super) fn relay_layer(forms: &Forms, below: usize, random: &mut Random) -> (Made, Forms) {
    let n = forms.values.len();
    let mix = Mix::of_sums(n, random);
    let mut order: Vec<usize> = (0..n).collect();
    random.shuffle(&mut order);
    let scales: Vec<Rational> = order.iter().map(|_| random.scale()).collect();
    let mut rows = Vec::new();
    let mut roles = Vec::new();
    for (from, scale) in order.iter().zip(&scales) {
        let coefficients: Vec<Rational> = mix.rows[*from].iter().map(|c| c * scale).collect();
        let of = coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero());
        let of = of.map(|(index, c)| (NeuronId { layer: below, index }, c.clone())).collect();
        roles.push(Role::Relay { of });
        rows.push(Affine { coefficients, constant: Rational::zero() });
    }
    let next = forms.rows.iter().map(|row| {
        let back = order.iter().zip(&scales).map(|(from, scale)| {
            let weight: Rational = row.coefficients.iter().zip(&mix.inverse).map(|(w, back)| w * &back[*from]).sum();
            weight / scale
        });
        Affine { coefficients: back.collect(), constant: row.constant.clone() }
    });
    let after = Forms { rows: next.collect(), values: activations(rows.iter(), &forms.values) };
    (Made { layer: to_layer(rows), roles, passes_through: Vec::new() }, after)
}
