//! The names along a chart's foot: flat where they fit, leaning where they don't, some left out where even that is too much.

use super::canvas::{Canvas, text_width};

/// The most that a leaning name shows.
const LONGEST_LEANING: usize = 18;
/// Room that a leaning name needs.
const LEANING_ROOM: f64 = 17.0;
/// Sine and cosine of the 35 degrees by which names lean.
const LEAN: (f64, f64) = (0.574, 0.819);

pub(super) struct Labels {
    whole: Vec<String>,
    shown: Vec<String>,
    leaning: bool,
    /// Every so many of them is shown.
    every: usize,
    /// Points stand from edge to edge, bars in the middle of their room.
    spread: bool,
    pub(super) height: f64,
    /// Where the marks may begin, so that the first name has room.
    pub(super) least_left: f64,
}

impl Labels {
    pub(super) fn lay(names: &[String], spread: bool, canvas: &Canvas<'_>) -> Labels {
        let room = (canvas.right - canvas.left) / names.len().max(1) as f64;
        let widest = names.iter().map(|name| text_width(name)).fold(0.0, f64::max) + 6.0;
        let whole = names.to_vec();
        // Series in time go on without every name; bars each need theirs.
        if widest <= room || spread {
            let every = (widest / room.max(1.0)).ceil().max(1.0) as usize;
            let (shown, height) = (whole.clone(), 20.0);
            return Labels { whole, shown, leaning: false, every, spread, height, least_left: 0.0 };
        }
        let shown: Vec<String> = names.iter().map(|name| cut(name)).collect();
        let longest = shown.iter().map(|name| text_width(name)).fold(0.0, f64::max);
        let first = shown.first().map_or(0.0, |name| text_width(name));
        let every = (LEANING_ROOM / room.max(1.0)).ceil().max(1.0) as usize;
        let height = longest * LEAN.0 + 18.0;
        let least_left = (first * LEAN.1 - room / 2.0).max(0.0);
        Labels { whole, shown, leaning: true, every, spread, height, least_left }
    }

    /// Draws them; the middle of each one's room.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>) -> Vec<f64> {
        let count = self.whole.len();
        let (left, width) = (canvas.left, canvas.right - canvas.left);
        // The names of the first and last point need room beyond them, though not all there is.
        let ends = [self.shown.first(), self.shown.last()].into_iter().flatten();
        let edge = ends.map(|name| text_width(name) / 2.0).fold(10.0, f64::max).min(width / 4.0);
        let middle = |at: usize| match (self.spread, count) {
            (true, 2..) => left + edge + (width - 2.0 * edge) * at as f64 / (count - 1) as f64,
            _ => left + width * (at as f64 + 0.5) / count as f64,
        };
        let middles: Vec<f64> = (0..count).map(middle).collect();
        for (at, (name, whole)) in self.shown.iter().zip(&self.whole).enumerate() {
            let Some(x) = middles.get(at).filter(|_| at.is_multiple_of(self.every)) else {
                continue;
            };
            match self.leaning {
                true => canvas.leaning(name, whole, (x + 4.0, canvas.bottom + 14.0)),
                false => canvas.text(name, (*x, canvas.bottom + 16.0), "middle"),
            }
        }
        middles
    }
}

fn cut(name: &str) -> String {
    if name.chars().count() <= LONGEST_LEANING {
        return name.to_owned();
    }
    let kept: String = name.chars().take(LONGEST_LEANING - 1).collect();
    format!("{}…", kept.trim_end())
}
