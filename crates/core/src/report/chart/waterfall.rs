//! Steps that lead from one sum to another.

use rust_decimal::Decimal;

use super::super::{Cell, Row};
use super::axis::Axis;
use super::canvas::{Canvas, text_width};
use super::{Step, label};
use crate::Rounding;
use crate::decimal::{POWERS_OF_TEN, from_parts};
use crate::rounding::{round, round_to_increment};

/// A step with where it begins and ends.
struct Placed<'s> {
    step: &'s Step,
    from: Decimal,
    to: Decimal,
}

fn placed(steps: &[Step]) -> Vec<Placed<'_>> {
    let mut sum = Decimal::ZERO;
    let mut placed = Vec::new();
    for step in steps {
        let from = match step {
            Step::Change(..) => sum,
            Step::Total(_) => Decimal::ZERO,
        };
        if let Step::Change(_, value) = step {
            sum = sum.saturating_add(*value);
        }
        placed.push(Placed { step, from, to: sum });
    }
    placed
}

pub(super) fn rows(steps: &[Step]) -> Vec<Row> {
    let row = |Placed { step, to, .. }: Placed<'_>| match step {
        Step::Change(name, value) => Row::new([label(name), (*value).into(), to.into()]),
        Step::Total(name) => Row::total([label(name), Cell::Empty, to.into()]),
    };
    placed(steps).into_iter().map(row).collect()
}

pub(super) fn draw(canvas: &mut Canvas<'_>, steps: &[Step]) {
    let placed = placed(steps);
    if placed.is_empty() {
        return canvas.nothing();
    }
    let axis = Axis::of(placed.iter().flat_map(|step| [step.from, step.to]), 6, true);
    let names: Vec<String> = steps.iter().map(|step| canvas.show(step.name())).collect();
    canvas.top += 8.0;
    let middles = canvas.frame(&axis, &names, false);
    let room = (canvas.right - canvas.left) / placed.len() as f64;
    let width = (room * 0.66).min(72.0);
    for (at, (step, middle)) in placed.iter().zip(&middles).enumerate() {
        if let Some(next) = middles.get(at + 1) {
            let y = canvas.y(&axis, step.to);
            canvas.line("join", (middle + width / 2.0, y), (next - width / 2.0, y));
        }
        let tip = format!("{}: {}", canvas.show(step.step.name()), canvas.figure(step.size()));
        canvas.bar(&axis, step.class(), (*middle, width), (step.from, step.to), &tip);
        let shown = rounded(step.size());
        let shown = canvas.locale.short_number(shown, shown);
        if text_width(&shown) <= room {
            let y = canvas.y(&axis, step.from.max(step.to)) - 5.0;
            canvas.text(&shown, (*middle, y), "middle");
        }
    }
}

/// Three digits are enough on a picture; the tip has them all.
fn rounded(value: Decimal) -> Decimal {
    let digits = value.trunc().mantissa().unsigned_abs().checked_ilog10().map_or(0, |log| log + 1);
    match digits.checked_sub(3).map(|dropped| POWERS_OF_TEN.get(dropped as usize)) {
        Some(Some(unit)) => {
            let unit = from_parts(*unit, false, 0).unwrap_or(Decimal::ONE);
            round_to_increment(value, unit, Rounding::HalfUp).unwrap_or(value)
        }
        _ => round(value, 3 - digits.min(3), Rounding::HalfUp),
    }
}

impl Placed<'_> {
    fn size(&self) -> Decimal {
        self.to.saturating_sub(self.from)
    }

    fn class(&self) -> &'static str {
        match self.step {
            Step::Total(_) => "sum",
            Step::Change(_, value) if value.is_sign_negative() => "down",
            Step::Change(..) => "up",
        }
    }
}

impl Step {
    /// What it is.
    pub fn name(&self) -> &super::Phrase {
        match self {
            Step::Change(name, _) | Step::Total(name) => name,
        }
    }
}
