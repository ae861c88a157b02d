//! What is wanted of a part from outside, once orders have taken their part out of forecasts: the textbook's way, forecast by forecast.

use rust_decimal::Decimal;

use super::model::{Asked, World};

/// What is wanted on a day.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) demand: usize,
    pub(super) day: i64,
    pub(super) quantity: Decimal,
    pub(super) is_forecast: bool,
    pub(super) priority: u16,
    pub(super) latest: Option<i64>,
    full_only: bool,
    minimum: Decimal,
    /// How much of forecasts it is.
    consumes: Decimal,
    is_sent: bool,
    begins: i64,
    through: i64,
    /// The share of the days that are taken out.
    over: Decimal,
}

impl Row {
    /// How much is sent when there is so much for it.
    pub(super) fn sent(&self, there: Decimal) -> Decimal {
        if there >= self.quantity {
            return self.quantity;
        }
        // No part is too small, that which is left neither.
        let minimum = self.minimum.min(self.quantity);
        let part = there.min(self.quantity - minimum).max(Decimal::ZERO);
        if self.full_only || part < minimum { Decimal::ZERO } else { part }
    }
}

/// What is wanted of a part, by day, priority and number.
pub(super) fn requirements(world: &World, at: usize) -> Vec<Row> {
    let part = &world.parts[at];
    let fence = i64::from(part.demand_fence);
    let mut rows: Vec<Row> = Vec::new();
    for (demand, wanted) in world.demands.iter().enumerate().filter(|row| row.1.of == at) {
        // Who would not take it any more needs nothing.
        if wanted.latest.is_some_and(|latest| latest < wanted.due.max(0)) {
            continue;
        }
        let through = match wanted.asked {
            Asked::Forecast(days) => wanted.due + i64::from(days),
            _ => wanted.due,
        };
        let is_forecast = matches!(wanted.asked, Asked::Forecast(_));
        let (mut day, mut whole) = (wanted.due, Decimal::from(wanted.quantity));
        if is_forecast && day < fence && through >= fence {
            // The days that are over, or within the fence, are taken out.
            let step = Decimal::new(1, part.digits.into());
            let left = whole * Decimal::from(through - fence + 1);
            let left = left / Decimal::from(through - day + 1) / step;
            whole = (left + Decimal::new(5, 1)).floor() * step;
            day = fence;
        }
        rows.push(Row {
            demand,
            day,
            quantity: whole - Decimal::from(wanted.held()),
            is_forecast,
            priority: wanted.priority,
            latest: wanted.latest,
            full_only: wanted.full_only,
            minimum: wanted.minimum.into(),
            consumes: match wanted.asked {
                Asked::Order | Asked::Sent => whole,
                Asked::Dependent | Asked::Forecast(_) => Decimal::ZERO,
            },
            is_sent: wanted.asked == Asked::Sent,
            begins: wanted.due,
            through: through.max(day),
            over: Decimal::from(wanted.quantity) - whole,
        });
    }
    rows.sort_by_key(|row| (row.day, row.priority, row.demand));
    for at in 0..rows.len() {
        take(world, at, &mut rows, (part.backward.into(), part.forward.into()));
    }
    rows.retain(|row| row.quantity > Decimal::ZERO && (!row.is_forecast || row.day >= fence));
    rows
}

/// An order takes its part out of forecasts: of its own days or bucket, then, unless it was sent, before, the nearest first, then
/// after.
fn take(world: &World, order: usize, rows: &mut [Row], (back, forth): (i64, i64)) {
    let Row { consumes: mut left, day: on, is_sent, .. } = rows[order];
    let bucket = |day: i64| if day < 0 { None } else { world.first(day) };
    let all: Vec<usize> =
        (0..rows.len()).filter(|at| rows[*at].is_forecast && rows[*at].day >= 0).collect();
    let is_here = |row: &Row| {
        (row.begins <= on && on <= row.through)
            || (bucket(on).is_some() && bucket(row.day) == bucket(on))
    };
    let (here, beside): (Vec<usize>, Vec<usize>) =
        all.into_iter().partition(|at| is_here(&rows[*at]));
    let before: Vec<usize> = beside
        .iter()
        .rev()
        .copied()
        .filter(|at| rows[*at].day < on && rows[*at].through >= on - back)
        .collect();
    let after: Vec<usize> = beside
        .iter()
        .copied()
        .filter(|at| rows[*at].begins > on && rows[*at].day <= on + forth)
        .collect();
    let beside: Vec<usize> =
        if is_sent { Vec::new() } else { before.into_iter().chain(after).collect() };
    for at in here.into_iter().chain(beside) {
        let row = &mut rows[at];
        if row.begins <= on && on < row.day {
            let earlier = left.min(row.over);
            row.over -= earlier;
            left -= earlier;
        }
        let taken = left.min(row.quantity);
        row.quantity -= taken;
        left -= taken;
    }
}
