//! Where the words beside arrows stand: on the arrow, and on nothing else.

use super::layout::{Layout, Line, Place};

/// How wide a letter of a label is about, and how high a line.
const LETTER: usize = 6;
const LINE: usize = 13;

/// How far along the bend of its arrow a label may be, in eighths: first in the middle.
const STEPS: [usize; 5] = [4, 3, 5, 2, 6];

/// What is taken already.
pub(super) struct Labels {
    taken: Vec<Place>,
}

impl Labels {
    pub(super) fn among(layout: &Layout) -> Self {
        Self { taken: layout.nodes.values().copied().collect() }
    }

    /// The middle of a label for `line`; `None` where there is no room for it.
    pub(super) fn put(&mut self, line: Line, text: &str) -> Option<(usize, usize)> {
        let (width, height) = (text.chars().count() * LETTER, LINE);
        let around = |(x, y): (usize, usize)| -> Option<Place> {
            Some(Place { x: x.checked_sub(width / 2)?, y: y.checked_sub(height / 2)?, width, height })
        };
        let is_free = |place: &Place| self.taken.iter().all(|taken| !overlap(taken, place));
        let mut places = STEPS.iter().filter_map(|step| around(point(line, *step)));
        let place = places.find(is_free)?;
        self.taken.push(place);
        Some((place.x + width / 2, place.y + height / 2))
    }
}

const fn overlap(a: &Place, b: &Place) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// The point of a line after `step` eighths of its bend, which is a curve of Bézier.
fn point(line: Line, step: usize) -> (usize, usize) {
    let (done, rest) = (step, 8 - step);
    let weights = [rest * rest * rest, 3 * rest * rest * done, 3 * rest * done * done, done * done * done];
    let mean = |of: [usize; 4]| of.iter().zip(weights).map(|(it, weight)| it * weight).sum::<usize>() / 512;
    let ([from, steep, to], [(_, high), (_, low)]) = (line.bend, line.ends);
    (mean([from, steep, steep, to]), mean([high, high, low, low]))
}

#[cfg(test)]
mod tests {
    use super::{Labels, Line, point};

    #[test]
    fn on_the_line_and_on_nothing_else() {
        let line = Line { ends: [(0, 100), (300, 200)], bend: [50, 150, 250] };
        assert_eq!([point(line, 0), point(line, 4), point(line, 8)], [(50, 100), (150, 150), (250, 200)]);
        let mut labels = Labels { taken: Vec::new() };
        let places: Vec<_> = std::iter::repeat_with(|| labels.put(line, "s3:GetObject")).take(6).collect();
        assert_eq!(places[0], Some((150, 150)));
        let found: Vec<_> = places.iter().flatten().collect();
        assert!(found.len() > 1 && found.len() < 6, "{places:?}");
        assert!(found.iter().enumerate().all(|(index, place)| !found[..index].contains(place)));
    }
}
