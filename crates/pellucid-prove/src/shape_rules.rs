//! Which widths of hidden layers the witnesses for a function leave, and the smallest such shape.

use pellucid_core::counted;

/// What widths every network for a function keeps.
#[derive(Clone, Copy)]
pub struct Rules {
    pub first: usize,
    pub middle: usize,
    pub last: usize,
    /// The first of two layers, when the last has two neurons, or one (`usize::MAX`: never).
    pub below_two: usize,
    pub below_one: usize,
    pub pieces: usize,
}

/// What every network keeps.
impl Default for Rules {
    fn default() -> Self {
        Rules { first: 1, middle: 1, last: 1, below_two: 1, below_one: 1, pieces: 1 }
    }
}

impl Rules {
    /// The size of the smallest shape that keeps them.
    pub fn fewest(&self) -> usize {
        let mut fewest = self.grown(vec![self.first, self.last.max(3)], 2);
        if self.last <= 2 {
            fewest = fewest.min(self.grown(vec![self.below_two, 2], 1));
        }
        if self.last <= 1 && self.below_one < usize::MAX {
            fewest = fewest.min(self.grown(vec![self.below_one, 1], 1));
        }
        let mut deep = vec![self.first, self.middle, self.last];
        while deep.iter().sum::<usize>() < fewest {
            fewest = fewest.min(self.grown(deep.clone(), deep.len()));
            deep.insert(1, self.middle);
        }
        fewest
    }

    /// What they say.
    pub fn words(&self) -> String {
        let mut parts = vec![format!("of more layers the first has at least {}", counted(self.first, "neuron"))];
        if self.last > 1 {
            parts.push(format!("the last at least {}", self.last));
        }
        if self.middle > 1 {
            parts.push(format!("every other at least {}", self.middle));
        }
        match self.below_one {
            _ if self.last > 1 => {}
            usize::MAX => parts.push("of two layers the last has more than one".into()),
            n if n > self.first => parts.push(format!("below a single last one at least {n} are needed")),
            _ => {}
        }
        if self.last <= 2 && self.below_two > self.first {
            parts.push(format!("below two last ones at least {} are needed", self.below_two));
        }
        if self.pieces > 1 {
            parts.push(format!("some line meets {}", counted(self.pieces, "piece")));
        }
        parts.join(", ")
    }

    fn grown(&self, mut widths: Vec<usize>, growing: usize) -> usize {
        while widths.iter().fold(1usize, |product, width| product.saturating_mul(width + 1)) < self.pieces {
            if let Some(narrowest) = widths[..growing].iter_mut().min() {
                *narrowest += 1;
            }
        }
        widths.iter().sum()
    }
}
