//! The fewest straight links that pass a row of gates: a minimum-link path.
//!
//! Greedy, as in Suri (1986) and Imai and Iri (1986): among all lines that the last link leaves open,
//! take one that passes the most gates. Where the gate after them is missed from above, the lowest
//! line there is kept; from its last touch of a lower gatepost on, up to the missed gate, it is the
//! window through which the next link comes. A line comes through the window exactly when it is not
//! below that touch, and passes the missed gate; so the lower gateposts between stay constraints, and
//! the upper ones are met by themselves. Missed from below, all is turned over.

/// A gate that a path must pass: at `x` between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    /// Where.
    pub x: f64,
    /// The lower gatepost.
    pub low: f64,
    /// The upper gatepost, not below the lower one.
    pub high: f64,
}

/// A line through a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// A point's x.
    pub x: f64,
    /// A point's y.
    pub y: f64,
    /// The slope.
    pub slope: f64,
}

impl Line {
    /// The value at x.
    pub fn at(&self, x: f64) -> f64 {
        self.y + self.slope * (x - self.x)
    }

    /// Where two lines meet; `None` for parallels.
    pub fn meets(&self, other: &Line) -> Option<f64> {
        let turn = self.slope - other.slope;
        let x = self.x + (other.at(self.x) - self.y) / turn;
        x.is_finite().then_some(x)
    }
}

/// One link of a path: its line, and the stretch in which the next link must begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Its line.
    pub line: Line,
    /// The next link begins not before this x ...
    pub from: f64,
    /// ... and not after this one.
    pub to: f64,
}

/// The links of a path through all gates with the fewest links; the gates' x must increase. `most`
/// ends the search: then a path has more links than this, and `None` is returned.
pub fn fewest_links(gates: &[Gate], most: usize) -> Option<Vec<Link>> {
    let mut links = Vec::new();
    let mut next = 0;
    let mut lines = Lines::default();
    loop {
        if links.len() == most {
            return None;
        }
        let missed = loop {
            let Some(gate) = gates.get(next) else { break None };
            if let Some(side) = lines.missed(gate) {
                break Some(side);
            }
            lines.pass(gate);
            next += 1;
        };
        let Some(side) = missed else {
            links.extend(lines.middle().map(|line| Link { line, from: line.x, to: line.x }));
            return Some(links);
        };
        // A line through gates of one x only may turn any way, so it misses none.
        let extreme = match side {
            Missed::Above => lines.flattest?,
            Missed::Below => lines.steepest?,
        };
        let gate = &gates[next];
        links.push(Link { line: extreme.line, from: extreme.right, to: gate.x });
        // The constraints that the window leaves, between its first point and the missed gate.
        let first = gates[..next].partition_point(|g| g.x < extreme.right);
        lines = Lines::default();
        for passed in &gates[first..next] {
            match side {
                Missed::Above => lines.above(passed.x, passed.low),
                Missed::Below => lines.below(passed.x, passed.high),
            }
        }
        lines.pass(gate);
        next += 1;
    }
}

/// Where all lines pass a gate that they miss.
#[derive(Clone, Copy, Debug)]
enum Missed {
    Above,
    Below,
}

/// A line that touches an upper and a lower gatepost, the rightmost of them at `right`.
#[derive(Clone, Copy, Debug)]
struct Extreme {
    line: Line,
    right: f64,
}

/// All lines above some points and below others: the hulls of both, and the two extreme lines.
#[derive(Clone, Debug, Default)]
struct Lines {
    /// The points to stay above, those on their upper hull.
    lower: Hull,
    /// The points to stay below, those on their lower hull.
    upper: Hull,
    /// The line with the smallest slope; `None` while any slope is small enough.
    flattest: Option<Extreme>,
    /// The line with the largest slope.
    steepest: Option<Extreme>,
}

impl Lines {
    /// Do all lines miss the gate, and on which side?
    fn missed(&self, gate: &Gate) -> Option<Missed> {
        if self.flattest.is_some_and(|extreme| extreme.line.at(gate.x) > gate.high) {
            return Some(Missed::Above);
        }
        self.steepest.is_some_and(|extreme| extreme.line.at(gate.x) < gate.low).then_some(Missed::Below)
    }

    /// Keeps the lines that pass a gate, which is not missed.
    fn pass(&mut self, gate: &Gate) {
        self.above(gate.x, gate.low);
        self.below(gate.x, gate.high);
    }

    /// Keeps the lines above a point to the right of all others.
    fn above(&mut self, x: f64, y: f64) {
        if self.flattest.is_none_or(|extreme| extreme.line.at(x) < y) {
            // The flattest line now goes through this point and below all upper ones.
            self.flattest = self.upper.tangent(x, y, 1.0).or(self.flattest);
        }
        self.lower.push(x, y, 1.0);
    }

    /// Keeps the lines below a point to the right of all others.
    fn below(&mut self, x: f64, y: f64) {
        if self.steepest.is_none_or(|extreme| extreme.line.at(x) > y) {
            self.steepest = self.lower.tangent(x, y, -1.0).or(self.steepest);
        }
        self.upper.push(x, y, -1.0);
    }

    /// A line well inside.
    fn middle(&self) -> Option<Line> {
        match (self.flattest, self.steepest) {
            (Some(a), Some(b)) => {
                let x = (a.right + b.right) / 2.0;
                let (a, b) = (a.line, b.line);
                Some(Line { x, y: (a.at(x) + b.at(x)) / 2.0, slope: (a.slope + b.slope) / 2.0 })
            }
            (Some(one), None) | (None, Some(one)) => Some(one.line),
            // One gate only.
            (None, None) => {
                let ((x, low), (_, high)) = (self.lower.points.last()?, self.upper.points.last()?);
                Some(Line { x: *x, y: (low + high) / 2.0, slope: 0.0 })
            }
        }
    }
}

/// The points of a convex chain, left to right, and the one that the last tangent touched.
#[derive(Clone, Debug, Default)]
struct Hull {
    points: Vec<(f64, f64)>,
    touched: usize,
}

impl Hull {
    /// Adds a point on the right; with sign 1 the chain is an upper hull, with -1 a lower one.
    fn push(&mut self, x: f64, y: f64, sign: f64) {
        while let [.., a, b] = self.points[..] {
            if sign * ((b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0)) < 0.0 {
                break;
            }
            self.points.pop();
        }
        self.touched = self.touched.min(self.points.len());
        self.points.push((x, y));
    }

    /// The line through a point on the right of the chain that touches it: of all slopes to points of
    /// the chain the largest with sign 1, the smallest with -1. Tangents of one search move right.
    fn tangent(&mut self, x: f64, y: f64, sign: f64) -> Option<Extreme> {
        let slope = |p: &(f64, f64)| (y - p.1) / (x - p.0);
        let beside = self.points.last().is_some_and(|p| p.0 >= x);
        let usable = self.points.len() - usize::from(beside);
        let points = &self.points[..usable];
        let mut at = self.touched.min(usable.checked_sub(1)?);
        while at + 1 < usable && sign * slope(&points[at + 1]) >= sign * slope(&points[at]) {
            at += 1;
        }
        self.touched = at;
        Some(Extreme { line: Line { x, y, slope: slope(&points[at]) }, right: x })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Does the path of these links pass all gates?
    fn passes(links: &[Link], gates: &[Gate], slack: f64) -> bool {
        let mut corners = Vec::new();
        for pair in links.windows(2) {
            let x = pair[0].line.meets(&pair[1].line).unwrap_or(pair[0].to).clamp(pair[0].from, pair[0].to);
            corners.push(x);
        }
        corners.windows(2).all(|w| w[0] <= w[1] + 1e-9)
            && gates.iter().all(|gate| {
                let k = corners.partition_point(|x| *x < gate.x);
                let y = links[k].line.at(gate.x);
                gate.low - slack <= y && y <= gate.high + slack
            })
    }

    /// The fewest links of a path whose corners have whole y, and x that is whole or half.
    fn fewest_on_grid(gates: &[Gate]) -> usize {
        let last = gates.len() - 1;
        let (low, high) = (-12, 12);
        let inside = |a: (f64, f64), b: (f64, f64)| {
            gates.iter().filter(|g| a.0 <= g.x && g.x <= b.0).all(|g| {
                let y = a.1 + (b.1 - a.1) * (g.x - a.0) / (b.0 - a.0);
                g.low - 1e-9 <= y && y <= g.high + 1e-9
            })
        };
        let mut reached: Vec<Vec<usize>> = vec![vec![usize::MAX; 25]; 2 * last + 1];
        for y in low..=high {
            let y = f64::from(y);
            if gates[0].low <= y && y <= gates[0].high {
                reached[0][(y + 12.0) as usize] = 0;
            }
        }
        for to in 1..=2 * last {
            for from in 0..to {
                for y0 in 0..25 {
                    let Some(n) = reached[from][y0].checked_add(1) else { continue };
                    let a = (from as f64 / 2.0, y0 as f64 - 12.0);
                    for (y1, best) in reached[to].iter_mut().enumerate() {
                        let b = (to as f64 / 2.0, y1 as f64 - 12.0);
                        if n < *best && inside(a, b) {
                            *best = n;
                        }
                    }
                }
            }
        }
        reached[2 * last].iter().copied().min().unwrap_or(usize::MAX)
    }

    fn gates() -> impl Strategy<Value = Vec<Gate>> {
        prop::collection::vec((-5i32..=5, 0i32..=3), 2..8).prop_map(|all| {
            let gate = |(i, (low, width)): (usize, (i32, i32))| Gate {
                x: i as f64,
                low: f64::from(low),
                high: f64::from(low + width),
            };
            all.into_iter().enumerate().map(gate).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn no_path_on_a_grid_has_fewer_links(gates in gates()) {
            let links = fewest_links(&gates, usize::MAX).unwrap();
            prop_assert!(passes(&links, &gates, 1e-7), "{links:?}");
            prop_assert!(links.len() <= fewest_on_grid(&gates), "{links:?}");
        }
    }

    #[test]
    fn straight_gates_take_one_link_and_a_zigzag_one_a_gate() {
        let row = |ys: &[f64], width: f64| -> Vec<Gate> {
            ys.iter().enumerate().map(|(i, y)| Gate { x: i as f64, low: y - width, high: y + width }).collect()
        };
        let count = |gates: &[Gate]| fewest_links(gates, usize::MAX).unwrap().len();
        assert_eq!(count(&row(&[0.0, 1.0, 2.0, 3.0], 0.1)), 1);
        assert_eq!(count(&row(&[0.0, 1.0, 0.0, 1.0, 0.0], 0.1)), 4);
        assert_eq!(count(&row(&[0.0, 1.0, 0.0, 1.0, 0.0], 0.5)), 1);
        assert_eq!(fewest_links(&row(&[0.0, 1.0, 0.0, 1.0, 0.0], 0.1), 3), None);
    }
}
