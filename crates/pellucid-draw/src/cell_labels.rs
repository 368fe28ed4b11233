//! Where the affine maps are written into a picture of linear cells.

use crate::cells_to_scene::{PlaneRegion, Polygon, Segment};
use crate::geometry::{Point, Rect};
use crate::scene::{Ink, Shape};
use crate::text_size::{text_box, text_width};

/// Font sizes that are tried, the first that fits is taken.
const SIZES: [f64; 3] = [14.0, 12.0, 10.0];
/// A text is broken into at most so many lines.
const MOST_LINES: usize = 3;
/// The distance of places that are tried, in pixels.
const STEP: f64 = 8.0;
/// The least free space around a text, and the steps in which more of it is told apart.
const LEAST_ROOM: i32 = 2;
const ROOM_STEP: usize = 4;

/// The label of every region that has a place for it, where no border of the region comes near.
pub(crate) fn labels(area: Rect, cells: &[Polygon], edges: &[Segment], regions: &[PlaneRegion]) -> Vec<Shape> {
    let mut parts: Vec<Part<'_>> = regions.iter().map(|_| Part::default()).collect();
    for cell in cells {
        parts[cell.region].cells.push(&cell.points);
        parts[cell.region].places.push(middle(&cell.points));
    }
    for edge in edges {
        for side in [Some(edge.sides.0), edge.sides.1].into_iter().flatten() {
            parts[side].edges.push((edge.from, edge.to));
        }
    }
    let (columns, rows) = ((area.width() / STEP) as usize, (area.height() / STEP) as usize);
    for place in (0..columns * rows).map(|k| Point::new(STEP * (k % columns) as f64, STEP * (k / columns) as f64)) {
        if let Some(cell) = cells.iter().find(|cell| is_inside(&cell.points, place)) {
            parts[cell.region].places.push(place);
        }
    }
    parts.iter().zip(regions).flat_map(|(part, region)| part.label(area, &region.label)).collect()
}

/// A region and places in it.
#[derive(Default)]
struct Part<'a> {
    cells: Vec<&'a [Point]>,
    edges: Vec<(Point, Point)>,
    places: Vec<Point>,
}

impl Part<'_> {
    fn label(&self, area: Rect, text: &str) -> Vec<Shape> {
        for size in SIZES {
            for lines in (1..=MOST_LINES).map(|n| broken(text, n)) {
                let width = lines.iter().map(|line| text_width(line, size)).fold(0.0, f64::max);
                let line_height = text_box("", size, Point::new(0.0, 0.0)).height();
                let height = line_height * lines.len() as f64;
                let Some(at) = self.best_place(area, width, height) else { continue };
                let line = |(i, line): (usize, &String)| {
                    let down = (i as f64 - (lines.len() - 1) as f64 / 2.0) * line_height;
                    Shape::text(Point::new(at.x, at.y + down), size, line.clone(), Ink::Text)
                };
                return lines.iter().enumerate().map(line).collect();
            }
        }
        Vec::new()
    }

    /// The middle of a box inside the region with the most room around it, best not on a cell's border.
    fn best_place(&self, area: Rect, width: f64, height: f64) -> Option<Point> {
        let rated = |place: &Point| {
            let wanted = Rect::around(*place, width, height);
            let fits = |room: &i32| {
                let grown = wanted.grown(f64::from(*room));
                area.contains(&grown) && !self.edges.iter().any(|(from, to)| grown.meets_line(*from, *to))
            };
            let room = (LEAST_ROOM..).step_by(ROOM_STEP).take_while(fits).last()?;
            let clear = !self.cells.iter().any(|cell| sides(cell).any(|(from, to)| wanted.meets_line(from, to)));
            Some(((clear, room), *place))
        };
        let rated = self.places.iter().filter_map(rated);
        rated.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, place)| place)
    }
}

/// The text in about `n` lines of one length, broken before a sign or after a comma.
fn broken(text: &str, n: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let longest = text.chars().count().div_ceil(n);
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        let mut piece = word.to_string();
        // A sign, or a coefficient, stays with what follows.
        while !piece.ends_with(',')
            && let Some(next) = words.next_if(|next| !["+", "-"].contains(next))
        {
            piece = format!("{piece} {next}");
        }
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = piece,
            Some(line) if line.chars().count() + piece.chars().count() / 2 < longest => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

fn middle(points: &[Point]) -> Point {
    let n = points.len() as f64;
    Point::new(points.iter().map(|p| p.x).sum::<f64>() / n, points.iter().map(|p| p.y).sum::<f64>() / n)
}

fn sides(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..points.len()).map(|i| (points[i], points[(i + 1) % points.len()]))
}

/// Is the point on one side of all sides?
fn is_inside(points: &[Point], at: Point) -> bool {
    let side = |(a, b): (Point, Point)| (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x);
    sides(points).all(|s| side(s) > 0.0) || sides(points).all(|s| side(s) < 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_signs_and_commas() {
        assert_eq!(broken("0.5 x1 - 0.25 x2 + 1", 1), ["0.5 x1 - 0.25 x2 + 1"]);
        assert_eq!(broken("0.5 x1 - 0.25 x2 + 1", 3), ["0.5 x1", "- 0.25 x2", "+ 1"]);
        assert_eq!(broken("(x1, x2)", 2), ["(x1,", "x2)"]);
        assert_eq!(broken("x1", 3), ["x1"]);
    }
}
