//! Which colour each affine map has in a picture of linear cells.

use std::collections::BTreeSet;

use crate::cells_to_scene::{PlaneEdge, PlaneRegion};
use crate::svg_style::N_CELL_COLOURS;

/// A colour for each map: no map has its neighbour's, and the colours are used evenly.
///
/// Maps are coloured so that the one with the fewest neighbours left comes last (Matula and Beck's
/// order). Where each map is one region, the regions are a planar map: then at most five neighbours are
/// coloured before any, and the colours always suffice. Otherwise they nearly always do.
pub(crate) fn colours(regions: &[PlaneRegion], edges: &[PlaneEdge]) -> Vec<usize> {
    let n_maps = regions.iter().map(|region| region.map + 1).max().unwrap_or(0);
    let mut beside = vec![BTreeSet::new(); n_maps];
    for edge in edges {
        let Some(other) = edge.sides.1 else { continue };
        let (a, b) = (regions[edge.sides.0].map, regions[other].map);
        if a != b {
            beside[a].insert(b);
            beside[b].insert(a);
        }
    }
    let mut colours = vec![usize::MAX; n_maps];
    let mut used = [0usize; N_CELL_COLOURS];
    for map in hardest_first(&beside) {
        let clashes = |colour: usize| beside[map].iter().filter(|other| colours[**other] == colour).count();
        let best = (0..N_CELL_COLOURS).min_by_key(|colour| (clashes(*colour), used[*colour])).unwrap_or(0);
        colours[map] = best;
        used[best] += 1;
    }
    colours
}

/// Takes away the map with the fewest neighbours left, again and again; in reverse.
fn hardest_first(beside: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut n_left: Vec<usize> = beside.iter().map(BTreeSet::len).collect();
    let mut queue: BTreeSet<(usize, usize)> = n_left.iter().enumerate().map(|(map, n)| (*n, map)).collect();
    let mut order = Vec::with_capacity(beside.len());
    while let Some((_, map)) = queue.pop_first() {
        order.push(map);
        for other in &beside[map] {
            if queue.remove(&(n_left[*other], *other)) {
                n_left[*other] -= 1;
                queue.insert((n_left[*other], *other));
            }
        }
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_and_one_map_has_one_colour() {
        // A 12 x 12 board of maps, the first of which comes back in the last corner.
        let n = 12;
        let mut regions: Vec<PlaneRegion> = (0..n * n).map(|map| PlaneRegion { map, label: String::new() }).collect();
        regions[n * n - 1].map = 0;
        let edge = |a: usize, b: usize| PlaneEdge { from: (0.0, 0.0), to: (0.0, 0.0), sides: (a, Some(b)) };
        let mut edges = Vec::new();
        for (i, j) in (0..n * n).map(|k| (k / n, k % n)) {
            edges.extend((i + 1 < n).then(|| edge(i * n + j, (i + 1) * n + j)));
            edges.extend((j + 1 < n).then(|| edge(i * n + j, i * n + j + 1)));
        }
        let colours = colours(&regions, &edges);
        let of = |region: usize| colours[regions[region].map];
        for edge in &edges {
            assert_ne!(of(edge.sides.0), of(edge.sides.1.unwrap()));
        }
        for colour in 0..N_CELL_COLOURS {
            assert!(colours.iter().filter(|c| **c == colour).count() > n, "{colour} is hardly used: {colours:?}");
        }
    }
}
