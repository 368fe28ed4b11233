//! Connected regions with one affine map: cells joined across facets where the map stays the same.

use std::collections::HashMap;

use pellucid_core::IntegerRow;

/// The cells met so far, joined to regions.
#[derive(Default)]
pub(crate) struct Regions {
    /// The number of each cell by its signs, packed.
    cells: HashMap<Box<[u8]>, usize>,
    /// The number of each map.
    maps: HashMap<Vec<IntegerRow>, usize>,
    map_of: Vec<usize>,
    /// Union-find: each cell's parent.
    parents: Vec<usize>,
    n_regions: usize,
    without_neighbours: bool,
}

impl Regions {
    /// Adds a cell. Its neighbours that were met before are joined to it where the maps are equal; the
    /// others will have it as their neighbour when they come.
    pub fn add<'a>(
        &mut self,
        signs: &[i32],
        maps: Vec<IntegerRow>,
        neighbours: Option<impl Iterator<Item = &'a [i32]>>,
    ) {
        let cell = self.parents.len();
        let next = self.maps.len();
        let map = *self.maps.entry(maps).or_insert(next);
        self.map_of.push(map);
        self.parents.push(cell);
        self.n_regions += 1;
        self.cells.insert(packed(signs), cell);
        let Some(neighbours) = neighbours else {
            self.without_neighbours = true;
            return;
        };
        for signs in neighbours {
            if let Some(other) = self.cells.get(&packed(signs)).copied().filter(|other| self.map_of[*other] == map) {
                let (a, b) = (self.root(cell), self.root(other));
                if a != b {
                    self.parents[a] = b;
                    self.n_regions -= 1;
                }
            }
        }
    }

    fn root(&mut self, mut cell: usize) -> usize {
        while self.parents[cell] != cell {
            self.parents[cell] = self.parents[self.parents[cell]];
            cell = self.parents[cell];
        }
        cell
    }

    /// The number of regions; `None` when some cell's neighbours were not known.
    pub fn n_regions(&self) -> Option<usize> {
        (!self.without_neighbours).then_some(self.n_regions)
    }

    /// The number of different maps.
    pub fn n_maps(&self) -> usize {
        self.maps.len()
    }
}

/// Four signs a byte.
fn packed(signs: &[i32]) -> Box<[u8]> {
    signs.chunks(4).map(|chunk| chunk.iter().fold(0u8, |byte, sign| byte << 2 | (sign + 1) as u8)).collect()
}
