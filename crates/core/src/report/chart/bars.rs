//! Bars beside and on one another.

use rust_decimal::Decimal;

use super::Grid;
use super::axis::Axis;
use super::canvas::{Canvas, series};

/// The widest a bar gets.
const WIDEST: f64 = 56.0;
/// What bars take of their room.
const SHARE: f64 = 0.72;

pub(super) fn beside(canvas: &mut Canvas<'_>, grid: &Grid) {
    let values = grid.figures().map(|(_, _, value)| value);
    let Some((axis, middles)) = prepare(canvas, grid, Axis::of(values, 6, true)) else { return };
    let count = grid.series.len() as f64;
    let width = (room(canvas, grid) * SHARE / count).min(WIDEST);
    for (of, at, value) in grid.figures() {
        let Some(middle) = middles.get(at) else { continue };
        let middle = middle + (of as f64 - (count - 1.0) / 2.0) * width;
        let tip = tip(canvas, grid, of, at, value);
        canvas.bar(
            &axis,
            &series(of),
            (middle, (width - 1.0).max(1.0)),
            (Decimal::ZERO, value),
            &tip,
        );
    }
}

pub(super) fn stacked(canvas: &mut Canvas<'_>, grid: &Grid) {
    let ends = piled(grid).into_iter().flat_map(|(_, _, _, ends)| [ends.0, ends.1]);
    let axis = Axis::of(ends, 6, true);
    let Some((axis, middles)) = prepare(canvas, grid, axis) else { return };
    let width = (room(canvas, grid) * SHARE).min(WIDEST);
    for (of, at, value, ends) in piled(grid) {
        let Some(middle) = middles.get(at) else { continue };
        let tip = tip(canvas, grid, of, at, value);
        canvas.bar(&axis, &series(of), (*middle, width), ends, &tip);
    }
}

/// Every figure with the ends of its bar: what is above zero stands on what is above zero, what is below hangs below.
fn piled(grid: &Grid) -> Vec<(usize, usize, Decimal, (Decimal, Decimal))> {
    let mut reached = vec![(Decimal::ZERO, Decimal::ZERO); grid.categories.len()];
    let pile = |(of, at, value): (usize, usize, Decimal)| {
        let (below, above) = reached.get_mut(at)?;
        let reached = if value.is_sign_negative() { below } else { above };
        let from = *reached;
        *reached = from.saturating_add(value);
        Some((of, at, value, (from, *reached)))
    };
    grid.figures().filter_map(pile).collect()
}

/// Legend, axis and names; `None` where there is nothing to draw.
pub(super) fn prepare(
    canvas: &mut Canvas<'_>,
    grid: &Grid,
    axis: Axis,
) -> Option<(Axis, Vec<f64>)> {
    prepare_as(canvas, grid, axis, false)
}

/// The same; `spread` for points from edge to edge.
pub(super) fn prepare_as(
    canvas: &mut Canvas<'_>,
    grid: &Grid,
    axis: Axis,
    spread: bool,
) -> Option<(Axis, Vec<f64>)> {
    if grid.figures().next().is_none() {
        canvas.nothing();
        return None;
    }
    canvas.legend(grid.series.iter().map(|series| &series.name));
    let names: Vec<String> = grid.categories.iter().map(|name| canvas.show(name)).collect();
    let middles = canvas.frame(&axis, &names, spread);
    Some((axis, middles))
}

fn room(canvas: &Canvas<'_>, grid: &Grid) -> f64 {
    (canvas.right - canvas.left) / grid.categories.len().max(1) as f64
}

/// What a mark says when it is pointed at.
pub(super) fn tip(
    canvas: &Canvas<'_>,
    grid: &Grid,
    of: usize,
    at: usize,
    value: Decimal,
) -> String {
    let category = grid.categories.get(at).map(|name| canvas.show(name)).unwrap_or_default();
    let series = grid.series.get(of).map(|series| canvas.show(&series.name)).unwrap_or_default();
    format!("{category}, {series}: {}", canvas.figure(value))
}
