//! Graphs of parts: every name has its own place, to the right of its parts.

use pellucid_draw::{GraphLink, GraphNode, GraphPicture, Rect, Shape};

/// A small stream of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
}

fn node(name: String) -> GraphNode {
    GraphNode { name, note: "9 = 6+3".into(), group: "group".into() }
}

fn boxes(picture: &GraphPicture) -> Vec<Rect> {
    let shapes = picture.to_scene().shapes;
    shapes
        .iter()
        .filter_map(|shape| if let Shape::Disc { bounds, .. } = shape { Some(*bounds) } else { None })
        .collect()
}

#[test]
fn names_do_not_overlap_and_stand_behind_their_parts() {
    let mut numbers = Numbers(1);
    for round in 0..30 {
        let n = 2 + numbers.below(70);
        let nodes = (0..n).map(|i| node(format!("{}-{i}", "word".repeat(1 + numbers.below(4))))).collect();
        let links: Vec<GraphLink> = (0..2 * n)
            .map(|_| {
                let to = 1 + numbers.below(n - 1);
                GraphLink { from: numbers.below(to), to, strong: numbers.below(2) == 0 }
            })
            .collect();
        let boxes = boxes(&GraphPicture::new("parts", nodes, links.clone()));
        assert_eq!(boxes.len(), n);
        for (i, a) in boxes.iter().enumerate() {
            for b in &boxes[i + 1..] {
                assert!(!a.overlaps(b), "round {round}: {a:?} and {b:?}");
            }
        }
        for link in links {
            assert!(boxes[link.from].right < boxes[link.to].left, "round {round}: {link:?}");
        }
    }
}

/// Circles and links to nowhere have no picture, but do no harm.
#[test]
fn what_is_no_graph_of_parts() {
    let link = |from, to| GraphLink { from, to, strong: true };
    let nodes = vec![node("a".into()), node("b".into())];
    assert_eq!(boxes(&GraphPicture::new("circle", nodes.clone(), vec![link(0, 1), link(1, 0)])).len(), 2);
    assert_eq!(boxes(&GraphPicture::new("nowhere", nodes, vec![link(0, 7), link(1, 1)])).len(), 2);
    assert_eq!(boxes(&GraphPicture::new("nothing", Vec::new(), Vec::new())).len(), 0);
}
