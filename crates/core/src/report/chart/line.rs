//! Lines from point to point.

use super::Grid;
use super::axis::Axis;
use super::bars::{prepare_as, tip};
use super::canvas::{Canvas, series};

/// With more points than these, they are drawn small.
const MANY: usize = 36;

pub(super) fn draw(canvas: &mut Canvas<'_>, grid: &Grid) {
    let values = grid.figures().map(|(_, _, value)| value);
    let axis = Axis::of(values, 6, false);
    let Some((axis, middles)) = prepare_as(canvas, grid, axis, true) else { return };
    let radius = if grid.categories.len() > MANY { 1.0 } else { 3.0 };
    for (of, line) in grid.series.iter().enumerate() {
        let points: Vec<Option<_>> = (line.values.iter().zip(&middles).enumerate())
            .map(|(at, (value, x))| value.map(|value| (at, value, (*x, canvas.y(&axis, value)))))
            .collect();
        for run in points.split(Option::is_none) {
            let run: Vec<_> = run.iter().flatten().map(|(_, _, place)| *place).collect();
            if run.len() > 1 {
                canvas.path(&format!("l l{}", of % 8 + 1), &run);
            }
        }
        for (at, value, place) in points.iter().flatten() {
            let tip = tip(canvas, grid, of, *at, *value);
            canvas.point(&series(of), *place, radius, &tip);
        }
    }
}
