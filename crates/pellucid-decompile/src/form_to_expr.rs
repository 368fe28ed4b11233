//! A canonical form written as the shortest formula in named functions.
//!
//! Hinges are written alone or by twos and threes (see [`crate::pieces`]); then one that stands
//! plain, or several parallel ones, may take up the affine rest and become a max or min. For few
//! hinges all ways are tried and the shortest text wins; for many, ways are improved one by one.

use pellucid_core::{Affine, Expr, Rational};
use pellucid_prove::OneLayerForm;

use crate::affine_to_expr::{affine_terms, affine_to_expr, length, ordered, scaled_call, sorted_arguments};
use crate::pieces::{Hinge, Piece, of_one, of_three, of_two, parallel, spread};

/// Up to this many hinges all combinations of ways to write them are tried.
const MAX_TRIED: usize = 5;
/// A plain hinge that melts into a max with the rest shortens the text by no more than about this:
/// `relu(3*x1 - 2*x2)/6` and `max(x1/2, x2/3)`.
const MELTING: usize = 12;
/// More hinges are written one by one, or by their corners where they are parallel.
const MAX_IMPROVED: usize = 48;
/// Up to this many hinges triples are looked at.
const MAX_FOR_TRIPLES: usize = 12;
/// Up to this many inputs that differ between the arguments of a max, what may stand outside is
/// tried input by input.
const MAX_SHIFTED_INPUTS: usize = 2;
/// The same while all numbers together have this many bits; long ones do not cancel.
const MAX_SHIFTED_BITS: usize = 100;
/// Of what may stand outside so many are written out: those that leave the fewest numbers, and those
/// that leave the shortest ones.
const MAX_WRITTEN: usize = 6;

/// The formula of one output of a form.
///
/// ```
/// use pellucid_core::{Domain, Function, expr_to_text, numbered_inputs};
/// use pellucid_decompile::form_to_expr;
/// use pellucid_prove::OneLayerForm;
/// let f = Function::parse("x1 - relu(x1 - x2)").unwrap();
/// let form = OneLayerForm::of_one_layer_graph(&f.to_relu_graph(), &Domain::Everywhere).unwrap();
/// assert_eq!(expr_to_text(&form_to_expr(&form, 0), &numbered_inputs(2)), "min(x1, x2)");
/// ```
pub fn form_to_expr(form: &OneLayerForm, output: usize) -> Expr {
    let form = form.output(output);
    let mut hinges: Vec<Hinge> = form
        .hinges
        .iter()
        .map(|hinge| Hinge { jump: hinge.jump[0].clone(), map: hinge.hyperplane.to_affine() })
        .collect();
    // Those of the first inputs first, and from left to right.
    hinges.sort_by_cached_key(|hinge| {
        let normal = &hinge.map.coefficients;
        let inputs: Vec<usize> = (0..normal.len()).filter(|i| !normal[*i].is_zero()).collect();
        (inputs, normal.clone(), -&hinge.map.constant)
    });
    if hinges.len() > MAX_IMPROVED {
        return one_by_one(&hinges, &form.affine[0]);
    }
    let mut writer = Writer::new(&hinges, &form.affine[0]);
    if hinges.len() <= MAX_TRIED {
        writer.try_all(Vec::new(), 0);
    } else {
        writer.improve();
    }
    writer.best.map_or_else(|| affine_to_expr(&form.affine[0]), |(_, expr)| expr)
}

/// The corners of a function of one affine value, or a sum of ReLUs.
fn one_by_one(hinges: &[Hinge], affine: &Affine) -> Expr {
    let relu = |hinge: &Hinge| Expr::scale(hinge.jump.clone(), Expr::Relu(Box::new(affine_to_expr(&hinge.map))));
    ordered(piecewise_linear(hinges, affine).unwrap_or_else(|| {
        let mut terms: Vec<Expr> = hinges.iter().map(relu).collect();
        terms.extend(affine_terms(affine));
        terms
    }))
}

/// About how long the formula of an output is at most: every hinge by itself, and the affine rest.
pub fn plain_length(form: &OneLayerForm, output: usize) -> usize {
    let terms = form.hinges.iter().filter(|hinge| !hinge.jump[output].is_zero()).map(|hinge| {
        let map = Expr::Relu(Box::new(affine_to_expr(&hinge.hyperplane.to_affine())));
        Expr::scale(hinge.jump[output].clone(), map)
    });
    let terms: Vec<Expr> = terms.chain(affine_terms(&form.affine[output])).collect();
    terms_length(&terms)
}

struct Writer<'a> {
    hinges: &'a [Hinge],
    affine: &'a Affine,
    /// All pieces with the length of their text, those of one hinge first.
    pieces: Vec<(Piece, usize)>,
    /// The shortest text so far; of equally long ones the one with fewer parts.
    best: Option<((usize, usize), Expr)>,
}

impl<'a> Writer<'a> {
    fn new(hinges: &'a [Hinge], affine: &'a Affine) -> Self {
        let n = hinges.len();
        let mut pieces: Vec<Piece> = hinges.iter().enumerate().flat_map(|(i, hinge)| of_one(i, hinge)).collect();
        for j in 0..n {
            for i in 0..j {
                pieces.extend(of_two([i, j], [&hinges[i], &hinges[j]]));
                for k in (j + 1..n).take_while(|_| n <= MAX_FOR_TRIPLES) {
                    pieces.extend(of_three([i, j, k], [&hinges[i], &hinges[j], &hinges[k]]));
                }
            }
        }
        if let [a, b, c] = hinges {
            pieces.extend(spread([0, 1, 2], [a, b, c]));
        }
        let measured = |piece: Piece| {
            let length = terms_length(&piece.terms);
            (piece, length)
        };
        Writer { hinges, affine, pieces: pieces.into_iter().map(measured).collect(), best: None }
    }

    /// Tries every partition of the hinges into pieces that starts with those chosen.
    fn try_all(&mut self, chosen: Vec<usize>, so_far: usize) {
        if self.best.as_ref().is_some_and(|((best, _), _)| so_far > best + MELTING) {
            return;
        }
        let covered = |hinge: usize| chosen.iter().any(|p| self.pieces[*p].0.hinges.contains(&hinge));
        let Some(next) = (0..self.hinges.len()).find(|hinge| !covered(*hinge)) else {
            return self.offer(&chosen);
        };
        let fitting: Vec<usize> = (0..self.pieces.len())
            .filter(|p| {
                let hinges = &self.pieces[*p].0.hinges;
                hinges.contains(&next) && !hinges.iter().any(|hinge| covered(*hinge))
            })
            .collect();
        for p in fitting {
            let length = self.pieces[p].1;
            self.try_all(chosen.iter().copied().chain([p]).collect(), so_far + length);
        }
    }

    /// For many hinges: from each of the three plain ways on, change what makes the text shorter.
    fn improve(&mut self) {
        for start in 0..3 {
            let mut chosen: Vec<usize> = (0..self.hinges.len()).map(|hinge| 3 * hinge + start).collect();
            let mut shortest = self.simple_length(&chosen);
            for _ in 0..2 {
                for p in 0..self.pieces.len() {
                    let piece = &self.pieces[p].0;
                    // Pieces of several hinges replace those that lie within them.
                    let replaced = |q: &usize| self.pieces[*q].0.hinges.iter().any(|h| piece.hinges.contains(h));
                    let n_replaced: usize =
                        chosen.iter().filter(|q| replaced(q)).map(|q| self.pieces[*q].0.hinges.len()).sum();
                    if n_replaced != piece.hinges.len() {
                        continue;
                    }
                    let changed: Vec<usize> = chosen.iter().copied().filter(|q| !replaced(q)).chain([p]).collect();
                    let length = self.simple_length(&changed);
                    if length < shortest {
                        (chosen, shortest) = (changed, length);
                    }
                }
            }
            chosen.sort_by_key(|p| self.pieces[*p].0.hinges[0]);
            self.offer(&chosen);
        }
    }

    /// The length with the affine rest as a sum.
    fn simple_length(&self, chosen: &[usize]) -> usize {
        let pieces: usize = chosen.iter().map(|p| self.pieces[*p].1).sum();
        pieces + terms_length(&affine_terms(&self.rest(chosen)))
    }

    /// The affine part once the hinges are written in these ways.
    fn rest(&self, chosen: &[usize]) -> Affine {
        let mut rest = self.affine.clone();
        for p in chosen {
            rest.add_scaled(&Rational::one(), &self.pieces[*p].0.rest);
        }
        rest
    }

    /// Offers the sum, and the sums in which plain hinges take up the affine rest.
    fn offer(&mut self, chosen: &[usize]) {
        let rest = self.rest(chosen);
        let others = |absorbed: &[usize]| -> Vec<Expr> {
            let kept = chosen.iter().filter(|p| !absorbed.contains(p));
            kept.flat_map(|p| self.pieces[*p].0.terms.iter().cloned()).collect()
        };
        let mut sums = vec![others(&[]).into_iter().chain(affine_terms(&rest)).collect::<Vec<_>>()];
        sums.extend(piecewise_linear(self.hinges, self.affine).filter(|_| self.best.is_none()));
        // Only sums that are not much longer can end up as the shortest.
        let shortest = self.best.as_ref().map_or(usize::MAX, |((best, _), _)| best + MELTING);
        let melts = self.simple_length(chosen) <= shortest.saturating_add(3);
        let plain: Vec<usize> = chosen.iter().copied().filter(|p| melts && self.pieces[*p].0.plain).collect();
        let hinge_of = |p: usize| &self.hinges[self.pieces[p].0.hinges[0]];
        for (at, p) in plain.iter().enumerate() {
            for extremum in extrema(&[hinge_of(*p)], &rest) {
                sums.push(extremum.into_iter().chain(others(&[*p])).collect());
            }
            let bundle: Vec<usize> = plain[at..]
                .iter()
                .copied()
                .filter(|q| {
                    parallel(hinge_of(*q), hinge_of(*p)) && hinge_of(*q).jump.signum() == hinge_of(*p).jump.signum()
                })
                .collect();
            if bundle.len() > 1 {
                let hinges: Vec<&Hinge> = bundle.iter().map(|q| hinge_of(*q)).collect();
                for extremum in extrema(&hinges, &rest) {
                    sums.push(extremum.into_iter().chain(others(&bundle)).collect());
                }
            }
        }
        for terms in sums {
            let expr = ordered(terms);
            let size = (length(&expr), expr.size());
            if self.best.as_ref().is_none_or(|(best, _)| size < *best) {
                self.best = Some((size, expr));
            }
        }
    }
}

/// About the length of a sum's text: each term with its sign.
fn terms_length(terms: &[Expr]) -> usize {
    terms.iter().map(|term| length(term) + 3 - usize::from(crate::affine_to_expr::is_negative(term))).sum()
}

/// `Expr::Max` or `Expr::Min`.
type Call = fn(Vec<Expr>) -> Expr;

/// Parallel hinges of one sign and the affine rest as a max or min of affine maps, and what stands
/// beside it.
fn extrema(hinges: &[&Hinge], rest: &Affine) -> Vec<Vec<Expr>> {
    let mut sorted = hinges.to_vec();
    sorted.sort_by(|a, b| b.map.constant.cmp(&a.map.constant));
    // Each hinge bends the map before it, all in one direction, so the largest (or smallest) of the
    // maps is the function.
    let mut maps = vec![rest.clone()];
    for hinge in sorted {
        let mut next = maps[maps.len() - 1].clone();
        next.add_scaled(&hinge.jump, &hinge.map);
        maps.push(next);
    }
    let convex = hinges[0].jump.is_positive();
    // What may stand outside: for each number nothing or the number of one of the maps.
    let shifts = |values: Vec<&Rational>| -> Vec<Rational> {
        let mut shifts = vec![Rational::zero()];
        for value in values {
            if !shifts.contains(value) {
                shifts.push(value.clone());
            }
        }
        shifts
    };
    let bits = |map: &Affine| map.coefficients.iter().chain([&map.constant]).map(Rational::bits).sum::<usize>();
    let short = maps.iter().map(bits).sum::<usize>() <= MAX_SHIFTED_BITS;
    let n = rest.coefficients.len();
    let differ: Vec<usize> =
        (0..n).filter(|i| maps.iter().any(|map| map.coefficients[*i] != maps[0].coefficients[*i])).collect();
    let mut outsides = vec![Affine {
        coefficients: (0..n)
            .map(|i| if differ.contains(&i) { Rational::zero() } else { rest.coefficients[i].clone() })
            .collect(),
        constant: Rational::zero(),
    }];
    if short && differ.len() <= MAX_SHIFTED_INPUTS {
        for i in differ {
            let values = shifts(maps.iter().map(|map| &map.coefficients[i]).collect());
            outsides = with_each(&outsides, &values, |outside, value| outside.coefficients[i] = value);
        }
    }
    let values = if short { shifts(maps.iter().map(|map| &map.constant).collect()) } else { vec![Rational::zero()] };
    outsides = with_each(&outsides, &values, |outside, value| outside.constant = value);
    let mut found: Vec<Vec<Expr>> = promising(outsides, &maps)
        .into_iter()
        .map(|outside| {
            let inside: Vec<Affine> = maps.iter().map(|map| map.minus(&outside)).collect();
            let negated: Vec<Affine> = inside.iter().map(|map| map.scaled(&Rational::from(-1))).collect();
            let (max, min): (Call, Call) = (Expr::Max, Expr::Min);
            let (call, opposite) = if convex { (max, min) } else { (min, max) };
            // max(a, b) = -min(-a, -b)
            let choices: [Expr; 2] = [
                scaled_call(&Rational::one(), &sorted_arguments(&inside), call),
                scaled_call(&Rational::from(-1), &sorted_arguments(&negated), opposite),
            ];
            let mut terms: Vec<Expr> = choices.into_iter().min_by_key(length).into_iter().collect();
            terms.extend(affine_terms(&outside));
            terms
        })
        .collect();
    // What stands beside them is as long whichever is taken, up to the sign that a sum begins with.
    let lengths: Vec<usize> = found.iter().map(|terms| terms_length(terms)).collect();
    let shortest = lengths.iter().min().copied().unwrap_or(0);
    let mut lengths = lengths.into_iter();
    found.retain(|_| lengths.next().is_some_and(|length| length <= shortest + 1));
    found
}

/// Those that leave the fewest or the shortest numbers, in the order given.
fn promising(outsides: Vec<Affine>, maps: &[Affine]) -> Vec<Affine> {
    if outsides.len() <= 2 * MAX_WRITTEN {
        return outsides;
    }
    let cost = |outside: &Affine| {
        let (mut n_numbers, mut bits) = (0, 0);
        let mut count = |value: &Rational| {
            if !value.is_zero() {
                n_numbers += 1;
                bits += value.bits();
            }
        };
        outside.coefficients.iter().chain([&outside.constant]).for_each(&mut count);
        for map in maps {
            for (a, b) in map.coefficients.iter().zip(&outside.coefficients) {
                count(&(a - b));
            }
            count(&(&map.constant - &outside.constant));
        }
        (n_numbers, bits)
    };
    let costs: Vec<(usize, usize)> = outsides.iter().map(cost).collect();
    let mut chosen = vec![false; outsides.len()];
    for by_bits in [false, true] {
        let mut order: Vec<usize> = (0..outsides.len()).collect();
        order.sort_by_key(|i| if by_bits { (costs[*i].1, costs[*i].0) } else { costs[*i] });
        order.iter().take(MAX_WRITTEN).for_each(|i| chosen[*i] = true);
    }
    outsides.into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(outside, _)| outside).collect()
}

fn with_each(maps: &[Affine], values: &[Rational], set: impl Fn(&mut Affine, Rational)) -> Vec<Affine> {
    let mut found = Vec::with_capacity(maps.len() * values.len());
    for map in maps {
        for value in values {
            let mut changed = map.clone();
            set(&mut changed, value.clone());
            found.push(changed);
        }
    }
    found
}

/// A function of one affine value with at least three kinks, by its corners.
fn piecewise_linear(hinges: &[Hinge], affine: &Affine) -> Option<Vec<Expr>> {
    let first = hinges.first().filter(|_| hinges.len() > 2)?;
    if hinges.iter().any(|hinge| !parallel(first, hinge)) {
        return None;
    }
    let normal = &first.map.coefficients;
    let lead = normal.iter().position(|c| !c.is_zero())?;
    let slope = &affine.coefficients[lead] / &normal[lead];
    if affine.coefficients.iter().zip(normal).any(|(c, n)| *c != &slope * n) {
        return None;
    }
    let mut kinks: Vec<(Rational, &Rational)> =
        hinges.iter().map(|hinge| (-&hinge.map.constant, &hinge.jump)).collect();
    kinks.sort();
    // The outer pieces go on beyond one more point on each side.
    let before = &kinks[0].0 - Rational::one();
    let after = &kinks[kinks.len() - 1].0 + Rational::one();
    let mut value = &slope * &before + &affine.constant;
    let mut points = vec![(before.clone(), value.clone())];
    let (mut here, mut steepness) = (before, slope);
    for (at, jump) in kinks {
        value += &(&steepness * (&at - &here));
        points.push((at.clone(), value.clone()));
        steepness += jump;
        here = at;
    }
    value += &(&steepness * (&after - &here));
    points.push((after, value));
    let inner = Affine { coefficients: normal.clone(), constant: Rational::zero() };
    Some(vec![Expr::Pwl(Box::new(affine_to_expr(&inner)), points)])
}
