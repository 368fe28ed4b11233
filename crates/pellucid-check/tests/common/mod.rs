//! Truth by another road: claims decided by exact evaluation and by counting in the plainest way,
//! with nothing of the checker or the prover.
#![allow(dead_code)] // Each test file uses a part.

pub mod never;

use pellucid_core::{
    Affine, Biases, Certificate, Claim, Computation, Domain, Function, Network, Proof, Rational, Target,
};

/// The corpus: name and text of each certificate.
pub fn corpus() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into(), std::fs::read_to_string(path).unwrap()))
        .collect();
    found.sort();
    found
}

pub fn r(text: &str) -> Rational {
    text.parse().unwrap()
}

/// A small random stream (SplitMix64), the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }

    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    pub fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Why the certificate's claim is false, or at least not confirmed by this road.
pub fn false_because(certificate: &Certificate) -> Option<String> {
    match &certificate.claim {
        Claim::Within { left, right, domain, bound } => apart(left, right, domain, bound),
        Claim::Smallest { function, network, domain, biases, at_least } => {
            let sides = (Computation::Function(function.clone()), Computation::Network(network.clone()));
            apart(&sides.0, &sides.1, domain, &Rational::zero()).or_else(|| {
                let least = fewest_neurons(network, domain, *biases)?;
                (*at_least > least).then(|| format!("{least} neurons suffice, not {at_least}"))
            })
        }
        Claim::NotOneLayer { function, domain } => {
            let Proof::NotOneLayer { here, there } = &certificate.proof else { return Some("no proof".into()) };
            let inside = |point: &[Rational]| match domain {
                Domain::Everywhere => true,
                Domain::Box(sides) => sides.iter().zip(point).all(|((low, high), x)| low < x && x < high),
                Domain::Polyhedron { .. } | Domain::Finite { .. } => false,
            };
            if here.hyperplane != there.hyperplane || !inside(&here.witness) || !inside(&there.witness) {
                return Some("not two points of one hyperplane inside the domain".into());
            }
            let normal = &here.hyperplane.normal;
            let evaluate = |point: &[Rational]| function.evaluate(point);
            let (a, b) = (kink_at(&evaluate, &here.witness, normal), kink_at(&evaluate, &there.witness, normal));
            (a.is_none() || b.is_none() || a == b).then(|| "the two points do not show different kinks".into())
        }
        Claim::AtLeast { function, domain, at_least } => {
            let size = size_of_some_network(function, domain);
            (*at_least > size).then(|| format!("{size} neurons suffice, not {at_least}"))
        }
        Claim::Approximates { target, network, domain, low, high } => strays(target, network, domain, [low, high]),
        Claim::Never { computation, cases } => never::satisfied(computation, cases),
    }
}

/// The size of a network for a function on a domain: a small one that is known by heart, or else
/// one that carries every input by a pair and every earlier ReLU by a neuron through all layers.
pub fn size_of_some_network(function: &Function, domain: &Domain) -> usize {
    let text = function.to_string();
    let everywhere = *domain == Domain::Everywhere;
    let by_heart = [
        ("min(x1, x2)", 3, 2),
        ("abs(x1) + abs(x2)", 4, 3),
        ("relu(min(x1, x2))", 3, 3),
        // relu(relu(x) - relu(y)) + relu(relu(y)); on a box relu(relu(x - y) + relu(y + M) - M).
        ("max(x1, x2, 0)", 4, 3),
        // h = relu(z) - relu(-z) + relu(x - z), relu(h) - relu(-h) + relu(relu(y - z) - relu(x - z)).
        ("max(x1, x2, x3)", 7, 5),
        // relu(relu(x + y + 1) - 2 relu(x) - 2 relu(y)).
        ("relu(1 - abs(x1) - abs(x2))", 4, 4),
        // 1 - |x + y - 1|; one ReLU; x - 2 relu(x - 1) + 2 relu(x - 2).
        ("xor(x1, x2)", 2, 2),
        ("and(x1, x2)", 1, 1),
        ("or(x1, x2)", 1, 1),
        ("table(x1; 0, 1, 0, 1)", 4, 3),
    ];
    if let Some((_, on_space, on_box)) = by_heart.iter().find(|(known, ..)| *known == text) {
        return if everywhere { *on_space } else { *on_box };
    }
    let graph = function.to_relu_graph();
    let layers = graph.layers();
    let depth = layers.iter().copied().max().unwrap_or(0);
    (1..=depth).map(|l| layers.iter().filter(|layer| **layer <= l).count() + 2 * graph.n_inputs).sum()
}

/// How sharply the values bend across a hyperplane near a point of it, by second differences
/// alone; `None` when something else bends nearby too.
pub fn kink_at(
    evaluate: &dyn Fn(&[Rational]) -> Vec<Rational>,
    point: &[Rational],
    normal: &[Rational],
) -> Option<Vec<Rational>> {
    let along = |tilt: i64| -> Vec<Rational> {
        // Orthogonal to the normal: what is left of a tilted vector.
        let vector: Vec<Rational> = (0..normal.len()).map(|i| Rational::from(1 + tilt * (i * i + 1) as i64)).collect();
        let dot = |a: &[Rational], b: &[Rational]| a.iter().zip(b).map(|(a, b)| a * b).sum::<Rational>();
        let share = dot(&vector, normal) / dot(normal, normal);
        vector.iter().zip(normal).map(|(v, n)| v - &share * n).collect()
    };
    let moved = |from: &[Rational], by: &[Rational], step: &Rational| -> Vec<Rational> {
        from.iter().zip(by).map(|(x, d)| x + d * step).collect()
    };
    let bend = |at: &[Rational], step: &Rational| -> Vec<Rational> {
        let (up, down) = (evaluate(&moved(at, normal, step)), evaluate(&moved(at, normal, &-step)));
        let here = evaluate(at);
        up.iter().zip(&down).zip(&here).map(|((u, d), h)| (u + d - Rational::from(2) * h) / step).collect()
    };
    let mut bends = Vec::new();
    for tilt in [3, -5] {
        // Far nearer than any other kink of a number that a test writes.
        let near = moved(point, &along(tilt), &r("1e-100"));
        bends.extend([bend(&near, &r("1e-200")), bend(&near, &r("1e-210"))]);
    }
    bends.iter().all(|other| *other == bends[0]).then(|| bends.swap_remove(0))
}

/// A point where the two sides differ by more than the bound, or why they cannot be compared.
fn apart(left: &Computation, right: &Computation, domain: &Domain, bound: &Rational) -> Option<String> {
    let n = left.n_inputs();
    if right.n_inputs() != n {
        return Some("other numbers of inputs".into());
    }
    let names = (left.input_names(), right.input_names());
    for (i, name) in names.0.iter().enumerate() {
        if names.1.iter().position(|other| other == name).is_some_and(|j| j != i) {
            return Some(format!("{name} is not the same input on both sides"));
        }
    }
    points(domain, n).into_iter().find_map(|point| {
        let (a, b) = (left.evaluate(&point), right.evaluate(&point));
        let differ = a.len() != b.len() || a.iter().zip(&b).any(|(a, b)| (a - b).abs() > *bound);
        differ.then(|| format!("at {point:?} the sides are {a:?} and {b:?}"))
    })
}

/// A point where the target less the network is not between the bounds, in floats.
fn strays(target: &Target, network: &Network<Rational>, domain: &Domain, bounds: [&Rational; 2]) -> Option<String> {
    let n = target.n_inputs();
    if network.n_inputs() != n || network.n_outputs() != target.n_outputs() {
        return Some("other numbers of inputs or outputs".into());
    }
    for (i, name) in network.input_names().iter().enumerate() {
        if target.input_names().iter().position(|other| other == name).is_some_and(|j| j != i) {
            return Some(format!("{name} is not the same input on both sides"));
        }
    }
    if *domain == Domain::Everywhere {
        return Some("the domain is unbounded".into());
    }
    let mut tried = points(domain, n);
    if let (1, Domain::Box(sides)) = (n, domain) {
        let (low, high) = &sides[0];
        tried.extend((0..=512).map(|k| vec![low + (high - low) * Rational::ratio(k, 512)]));
    }
    let [low, high] = bounds.map(Rational::to_f64);
    tried.into_iter().find_map(|point| {
        let floats: Vec<f64> = point.iter().map(Rational::to_f64).collect();
        let (want, have) = (target.evaluate_f64(&floats), network.evaluate(&point));
        want.iter().zip(&have).find_map(|(want, have)| {
            let error = want - have.to_f64();
            let slack = 1e-9 * (1.0 + want.abs());
            // Written so that NaN is refused.
            let fits = low - slack <= error && error <= high + slack;
            (!fits).then(|| format!("at {point:?} the error is {error}"))
        })
    })
}

/// Corners, a lattice and random points of a domain; all of a small finite one.
pub fn points(domain: &Domain, n_inputs: usize) -> Vec<Vec<Rational>> {
    let around = match domain {
        Domain::Everywhere | Domain::Box(_) => return points_around(domain, n_inputs),
        Domain::Polyhedron { sides: Some(sides), .. } => Domain::Box(sides.clone()),
        Domain::Polyhedron { sides: None, .. } => Domain::Everywhere,
        Domain::Finite { values, .. } => {
            let mut found = vec![Vec::new()];
            for values in values {
                let longer = |point: &Vec<Rational>, v: &Rational| [point.clone(), vec![v.clone()]].concat();
                found = found.iter().flat_map(|point| values.iter().map(move |v| longer(point, v))).collect();
                found.truncate(10_000);
            }
            return where_rows_hold(found, domain);
        }
    };
    where_rows_hold(points_around(&around, n_inputs), domain)
}

fn where_rows_hold(mut points: Vec<Vec<Rational>>, domain: &Domain) -> Vec<Vec<Rational>> {
    let (Domain::Polyhedron { rows, .. } | Domain::Finite { rows, .. }) = domain else { return points };
    points.retain(|point| {
        let value =
            |row: &Affine| row.coefficients.iter().zip(point).map(|(c, x)| c * x).sum::<Rational>() + &row.constant;
        rows.iter().all(|row| !value(row).is_negative())
    });
    points
}

fn points_around(domain: &Domain, n_inputs: usize) -> Vec<Vec<Rational>> {
    let mut random = Random(7);
    let mut found = Vec::new();
    let shares: Vec<Rational> = ["0", "1/4", "1/2", "3/4", "1"].map(r).to_vec();
    let sides: Vec<(Rational, Rational)> = match domain {
        Domain::Box(sides) if sides.len() != n_inputs || sides.iter().any(|(low, high)| low >= high) => return found,
        Domain::Box(sides) => sides.clone(),
        _ => vec![(Rational::from(-2), Rational::from(2)); n_inputs],
    };
    let place = |share: &Rational, (low, high): &(Rational, Rational)| low + (high - low) * share;
    for mut index in 0..5usize.pow(n_inputs.min(4) as u32) {
        let mut point = Vec::new();
        for side in &sides {
            point.push(place(&shares[index % 5], side));
            index /= 5;
        }
        found.push(point);
    }
    for _ in 0..60 {
        found.push(sides.iter().map(|side| place(&Rational::ratio(random.between(0, 997), 997), side)).collect());
    }
    if *domain == Domain::Everywhere {
        for reach in [1i64, 10, 1000] {
            for _ in 0..40 {
                found.push((0..n_inputs).map(|_| Rational::ratio(random.between(-999, 999) * reach, 313)).collect());
            }
        }
    }
    found
}

/// The rank of a matrix, by elimination.
pub fn rank(rows: &[Vec<Rational>]) -> usize {
    let mut rows = rows.to_vec();
    let mut rank = 0;
    for column in 0..rows.first().map_or(0, Vec::len) {
        let Some(at) = (rank..rows.len()).find(|i| !rows[*i][column].is_zero()) else { continue };
        rows.swap(rank, at);
        for i in rank + 1..rows.len() {
            let factor = &rows[i][column] / &rows[rank][column];
            for j in 0..rows[i].len() {
                rows[i][j] = &rows[i][j] - &factor * &rows[rank][j];
            }
        }
        rank += 1;
    }
    rank
}

/// The fewest hidden neurons of one layer for what a one-layer network computes, by trying every
/// orientation of the hinges and every choice of second neurons. On a box where not all biases are
/// allowed it is only a lower bound. `None` when the network has no hidden layer to look at or
/// breaks the rule about biases.
pub fn fewest_neurons(network: &Network<Rational>, domain: &Domain, biases: Biases) -> Option<usize> {
    let n_inputs = network.n_inputs();
    let n_outputs = network.n_outputs();
    let last = network.output_layer();
    // Rows are (w, b).
    let mut affine: Vec<Vec<Rational>> = vec![vec![Rational::zero(); n_inputs + 1]; n_outputs];
    let mut kinks: Vec<(Vec<Rational>, Vec<Rational>)> = Vec::new();
    let empty: &[pellucid_core::Layer<Rational>] = &[];
    let hidden = match network.layers().len() {
        1 => empty,
        2 => network.hidden_layers(),
        _ => return Some(0),
    };
    if hidden.is_empty() {
        for (row, (weights, bias)) in affine.iter_mut().zip(last.weights.iter().zip(&last.biases)) {
            *row = weights.iter().chain([bias]).cloned().collect();
        }
    } else {
        for (row, bias) in affine.iter_mut().zip(&last.biases) {
            row[n_inputs] = bias.clone();
        }
    }
    for (i, (w, b)) in hidden.iter().flat_map(|layer| layer.weights.iter().zip(&layer.biases)).enumerate() {
        let row: Vec<Rational> = w.iter().chain([b]).cloned().collect();
        let out: Vec<Rational> = last.weights.iter().map(|weights| weights[i].clone()).collect();
        let (low, high) = range(&row, domain);
        let add = |affine: &mut Vec<Vec<Rational>>, factor: &Rational, out: &[Rational], row: &[Rational]| {
            for (target, a) in affine.iter_mut().zip(out) {
                target.iter_mut().zip(row).for_each(|(t, x)| *t = &*t + factor * a * x);
            }
        };
        if high.is_some_and(|high| !high.is_positive()) {
            continue;
        }
        if low.is_some_and(|low| !low.is_negative()) {
            add(&mut affine, &Rational::one(), &out, &row);
            continue;
        }
        let known = kinks.iter().position(|(u, _)| rank(&[u.clone(), row.clone()]) == 1);
        let k = known.unwrap_or_else(|| {
            kinks.push((row.clone(), vec![Rational::zero(); n_outputs]));
            kinks.len() - 1
        });
        let at = row.iter().position(|c| !c.is_zero()).unwrap_or(0);
        let scale = &row[at] / &kinks[k].0[at];
        kinks[k].1.iter_mut().zip(&out).for_each(|(jump, a)| *jump = &*jump + a * &scale.abs());
        if scale.is_negative() {
            let u = kinks[k].0.clone();
            add(&mut affine, &scale, &out, &u);
        }
    }
    kinks.retain(|(_, jump)| jump.iter().any(|j| !j.is_zero()));

    // The constant is one more column where no output bias takes it up.
    let with_constant = biases.hidden && !biases.output;
    let width = n_inputs + usize::from(with_constant);
    let cut = |row: &Vec<Rational>| row[..width].to_vec();
    let mut cheap: Vec<Vec<Rational>> = kinks.iter().map(|(u, _)| cut(u)).collect();
    if with_constant && *domain == Domain::Everywhere {
        cheap.push((0..width).map(|i| Rational::from(i64::from(i == n_inputs))).collect());
    }
    let mut fewest = usize::MAX;
    for s in 0..1usize << kinks.len() {
        let mut rest = affine.clone();
        for (k, (u, jump)) in kinks.iter().enumerate().filter(|(k, _)| s >> k & 1 == 1) {
            let _ = k;
            for (row, j) in rest.iter_mut().zip(jump) {
                row.iter_mut().zip(u).for_each(|(x, u)| *x = &*x + j * u);
            }
        }
        let rest: Vec<Vec<Rational>> = rest.iter().map(cut).collect();
        fewest = fewest.min(further_neurons(&rest, &cheap, domain, biases));
    }
    Some(kinks.len() + fewest)
}

fn further_neurons(rest: &[Vec<Rational>], cheap: &[Vec<Rational>], domain: &Domain, biases: Biases) -> usize {
    let with_constant = biases.hidden && !biases.output;
    let around_0 = |(low, high): &(Rational, Rational)| low.is_negative() && high.is_positive();
    let r = rank(rest);
    match domain {
        Domain::Box(_) if biases == Biases::ALLOWED => r,
        Domain::Box(sides) if with_constant || !sides.iter().all(around_0) => {
            let row = rest.iter().find(|row| row.iter().any(|c| !c.is_zero()));
            let (1, Some(row)) = (r, row) else { return r };
            let mut with_zero = row.clone();
            with_zero.extend((!with_constant).then(Rational::zero));
            let (low, high) = range(&with_zero, domain);
            let one_sign = low.is_some_and(|low| !low.is_negative()) || high.is_some_and(|high| !high.is_positive());
            if one_sign || cheap.iter().any(|u| rank(&[u.clone(), row.clone()]) == 1) { 1 } else { 2 }
        }
        _ => (0..1usize << cheap.len())
            .map(|d| {
                let chosen: Vec<Vec<Rational>> =
                    (0..cheap.len()).filter(|k| d >> k & 1 == 1).map(|k| cheap[k].clone()).collect();
                chosen.len() + 2 * (rank(&[&chosen, rest].concat()) - rank(&chosen))
            })
            .min()
            .unwrap(),
    }
}

/// The least and largest value of `w.x + b` on a domain, by the corners.
fn range(row: &[Rational], domain: &Domain) -> (Option<Rational>, Option<Rational>) {
    let (b, w) = row.split_last().unwrap();
    match domain {
        Domain::Box(sides) => {
            let corner = |mask: usize| {
                let ends = sides.iter().enumerate().map(|(i, s)| if mask >> i & 1 == 1 { &s.1 } else { &s.0 });
                b + w.iter().zip(ends).map(|(w, x)| w * x).sum::<Rational>()
            };
            let values: Vec<Rational> = (0..1usize << sides.len()).map(corner).collect();
            (values.iter().min().cloned(), values.iter().max().cloned())
        }
        _ if w.iter().all(Rational::is_zero) => (Some(b.clone()), Some(b.clone())),
        _ => (None, None),
    }
}

/// A random network with small weights: up to 3 inputs, up to 3 outputs, at most one hidden layer.
/// Hinges often coincide or are opposite, and biases are zeros where they are not allowed.
pub fn random_network(random: &mut Random, biases: Biases) -> Network<Rational> {
    let (n_inputs, n_outputs, width) = (1 + random.below(3), 1 + random.below(3), random.below(7));
    let mut number = |zero: bool| match random.below(8) {
        _ if zero => Rational::zero(),
        0 | 1 => Rational::zero(),
        2 => Rational::ratio(random.between(-3, 3), 2),
        _ => Rational::from(random.between(-2, 2)),
    };
    let mut layer = |n_in: usize, n_out: usize, with_bias: bool| pellucid_core::Layer {
        weights: (0..n_out).map(|_| (0..n_in).map(|_| number(false)).collect()).collect(),
        biases: (0..n_out).map(|_| number(!with_bias)).collect(),
    };
    if width == 0 {
        let only = layer(n_inputs, n_outputs, biases.output);
        return Network::new(None, vec![only]).unwrap();
    }
    let (mut hidden, output) = (layer(n_inputs, width, biases.hidden), layer(width, n_outputs, biases.output));
    for i in 1..width {
        if random.below(3) == 0 {
            let factor = Rational::from([-2, -1, 1, 3][random.below(4)]);
            let from = random.below(i);
            hidden.weights[i] = hidden.weights[from].iter().map(|w| w * &factor).collect();
            hidden.biases[i] = &hidden.biases[from] * &factor;
        }
    }
    Network::new(None, vec![hidden, output]).unwrap()
}

/// Everywhere, or one of some boxes: around 0, beside it, and with 0 on the border.
pub fn random_domain(random: &mut Random, n_inputs: usize) -> Domain {
    let side = |(low, high): (i64, i64)| (Rational::from(low), Rational::from(high));
    match random.below(4) {
        0 => Domain::Everywhere,
        1 => Domain::unit_box(n_inputs),
        _ => Domain::Box((0..n_inputs).map(|_| side(*random.one_of(&[(-1, 1), (0, 2), (1, 2), (-3, -1)]))).collect()),
    }
}

/// All four rules about biases.
pub const ALL_BIASES: [Biases; 4] =
    [Biases::ALLOWED, Biases { hidden: true, output: false }, Biases { hidden: false, output: true }, Biases::NONE];
