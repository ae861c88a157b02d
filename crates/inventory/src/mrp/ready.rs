//! Demands and supplies of one item as a run reads them: in millionths and days, forecasts consumed, in order.

use super::check::{self, Field, day};
use super::compiled::{Compiled, NONE, Params};
use super::state::Own;
use super::{Demand, DemandKind, Item, MrpError, SupplyKind};

/// What is wanted from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Required {
    /// When it leaves the shelf.
    pub(crate) day: i32,
    /// Of a forecast, the first day that it was for, be it over.
    pub(crate) begins: i32,
    /// Of a forecast, the last day that it is for.
    pub(crate) through: i32,
    /// Of a forecast, the share of the days that are taken out: what was ordered for those goes by it first.
    pub(crate) over: i64,
    pub(crate) priority: u16,
    pub(crate) is_forecast: bool,
    /// Whether it has gone out.
    pub(crate) is_sent: bool,
    pub(crate) full_only: bool,
    /// The last day on which it may leave the shelf.
    pub(crate) latest: i32,
    pub(crate) demand: u32,
    /// What has to come for it: what is held for it is there.
    pub(crate) quantity: i64,
    /// How much of forecasts it is, held or not.
    pub(crate) consumes: i64,
    pub(crate) minimum: i64,
}

/// What is coming from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Receipt {
    pub(crate) day: i32,
    pub(crate) quantity: i64,
    pub(crate) supply: u32,
    pub(crate) kind: SupplyKind,
    /// Of a firm planned order: its source, or [`NONE`].
    pub(crate) source: u32,
    /// Of a firm planned order: on which day it is released, where that is said.
    pub(crate) release: Option<i32>,
    /// The demand it is for, or [`NONE`].
    pub(crate) demand: u32,
}

/// One item's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ready {
    pub(crate) on_hand: i64,
    /// By day, priority and number.
    pub(crate) required: Vec<Required>,
    /// By day and number.
    pub(crate) receipts: Vec<Receipt>,
    /// Whether something wanted can't wait as long as it takes to have more of it.
    pub(crate) is_choosy: bool,
}

impl Ready {
    /// # Errors
    /// A quantity with more digits than the item is kept in now, or no room for it.
    pub(crate) fn of(
        own: &Own,
        at: u32,
        item: &Item,
        compiled: &Compiled,
    ) -> Result<Ready, MrpError> {
        let params = &compiled.params[at as usize];
        let on_hand = Field::new(&item.sku, "on hand").micro(own.on_hand, item.digits)?;
        let mut required = Vec::with_capacity(own.demands.len());
        for (number, demand) in &own.demands {
            let micro =
                |quantity| Field::of_text(&demand.id, "the quantity").micro(quantity, item.digits);
            let ship = demand.ship_days.cast_signed();
            let latest = demand.delivery.latest.map_or(i32::MAX, |latest| day(latest) - ship);
            let day = day(demand.due).saturating_sub(ship);
            // Who would not take it any more needs nothing.
            if latest < day.max(compiled.grid.origin) {
                continue;
            }
            let (begins, all) = (day, micro(demand.quantity)?);
            let (day, whole) = still_to_come(demand, day, item, params, all);
            let quantity = whole.saturating_sub(micro(demand.held)?);
            required.push(Required {
                day,
                begins,
                over: all.saturating_sub(whole),
                through: day.max(demand.through.map_or(day, |last| check::day(last) - ship)),
                priority: demand.priority,
                is_forecast: demand.kind == DemandKind::Forecast,
                is_sent: demand.kind == DemandKind::Sent,
                full_only: demand.delivery.full_only,
                latest,
                demand: number.0,
                quantity,
                consumes: match demand.kind {
                    DemandKind::Order | DemandKind::Sent => whole,
                    DemandKind::Dependent | DemandKind::Forecast => 0,
                },
                minimum: micro(demand.delivery.minimum)?,
            });
        }
        required.sort_by_key(|row| (row.day, row.priority, row.demand));
        consume(&mut required, item, compiled);
        let fence = params.demand_fence;
        required.retain(|row| row.quantity > 0 && (!row.is_forecast || row.day >= fence));
        for row in &mut required {
            // All of what is left of it is never too small a part.
            row.minimum = row.minimum.min(row.quantity);
        }
        let receipts = receipts(own, item.digits, params.sources)?;
        let is_choosy = required.iter().any(|row| row.latest < params.earliest.max(row.day));
        Ok(Ready { on_hand, required, receipts, is_choosy })
    }

    /// The demand that one of its supplies is for alone.
    pub(crate) fn reserved_for(&self, supply: u32) -> Option<u32> {
        let row = self.receipts.iter().find(|row| row.supply == supply)?;
        (row.demand != NONE).then_some(row.demand)
    }

    /// Which of its firm planned orders are for which demand alone.
    pub(crate) fn firmed(&self) -> impl Iterator<Item = (u32, u32)> {
        let rows = self.receipts.iter().filter(|row| row.kind == SupplyKind::Firm);
        rows.filter(|row| row.demand != NONE).map(|row| (row.supply, row.demand))
    }
}

/// Of a forecast of many days that has begun, the days that are over are taken out, those within the demand time fence too: from which day
/// on it counts, and how much of it, half-up to whole steps.
fn still_to_come(
    demand: &Demand,
    day: i32,
    item: &Item,
    params: &Params,
    quantity: i64,
) -> (i32, i64) {
    let ship = demand.ship_days.cast_signed();
    let last = demand.through.map_or(day, |last| check::day(last) - ship);
    let from = params.demand_fence;
    if demand.kind != DemandKind::Forecast || day >= from || last < from {
        return (day, quantity);
    }
    let days = |from: i32| i128::from(last) - i128::from(from) + 1;
    let step = i128::from(check::step(item.digits));
    let all = days(day) * step;
    let rest = (2 * i128::from(quantity) * days(from) + all).div_euclid(2 * all) * step;
    // Not more than all of it, so there is room for it.
    (from, i64::try_from(rest).unwrap_or(quantity))
}

fn receipts(own: &Own, digits: u8, (first, last): (u32, u32)) -> Result<Vec<Receipt>, MrpError> {
    let mut receipts = Vec::with_capacity(own.supplies.len());
    for (number, supply) in &own.supplies {
        let quantity = Field::of_text(&supply.id, "the quantity").micro(supply.quantity, digits)?;
        let source = if supply.kind == SupplyKind::Firm && first < last {
            let source = check::number(supply.source);
            if source >= last - first {
                let (of, field) = (supply.id.clone(), "the source");
                let way_out = "count the item's sources by priority, from 0";
                return Err(MrpError::Number { of, field, value: supply.source.into(), way_out });
            }
            source
        } else {
            NONE
        };
        receipts.push(Receipt {
            day: day(supply.due),
            quantity,
            supply: number.0,
            kind: supply.kind,
            source,
            release: supply.release.map(day),
            demand: supply.reserved_for.map_or(NONE, |demand| demand.0),
        });
    }
    receipts.sort_by_key(|row| (row.day, row.supply));
    Ok(receipts)
}

/// Orders take their part out of forecasts: of those that are for their own day, or of its bucket, then of those before, the nearest first,
/// then of those after. What was sent takes from none before or after: what was forecast for its days may be over, and is not told any more.
///
/// What was forecast for the past is over: nobody's order is part of it any more. Of a bucket that has begun, orders for the days that are
/// taken out are part of those days' share first, and of what is left as far as they are more.
fn consume(required: &mut [Required], item: &Item, compiled: &Compiled) {
    let grid = &compiled.grid;
    let today = grid.day(grid.start);
    let forecasts: Vec<usize> = (0..required.len())
        .filter(|at| required[*at].is_forecast && required[*at].day >= today)
        .collect();
    if forecasts.is_empty() {
        return;
    }
    let window = item.consumption;
    // All that lies before the grid stands at its first place, but is not of that day.
    let place = |day: i32| (day >= grid.origin).then(|| grid.place(day)).flatten();
    let orders: Vec<Required> = required.iter().filter(|row| row.consumes > 0).copied().collect();
    for Required { day, consumes: mut left, is_sent, .. } in orders {
        let (from, to) = (
            day.saturating_sub_unsigned(window.backward_days),
            day.saturating_add_unsigned(window.forward_days),
        );
        let here = place(day);
        let of = |at: &usize| required[*at];
        let is_here = |other: Required| {
            (other.begins <= day && day <= other.through)
                || (here.is_some() && place(other.day) == here)
        };
        let same: Vec<usize> = forecasts.iter().copied().filter(|at| is_here(of(at))).collect();
        let before = forecasts.iter().rev().copied().filter(|at| {
            let other = of(at);
            !is_here(other) && other.day < day && other.through >= from
        });
        let after = forecasts.iter().copied().filter(|at| {
            let other = of(at);
            !is_here(other) && other.begins > day && other.day <= to
        });
        let beside = before.chain(after).filter(|_| !is_sent);
        let chosen: Vec<usize> = same.into_iter().chain(beside).collect();
        for at in chosen {
            let row = &mut required[at];
            if row.begins <= day && day < row.day {
                let of_over = left.min(row.over);
                row.over -= of_over;
                left -= of_over;
            }
            let taken = left.min(row.quantity);
            row.quantity -= taken;
            left -= taken;
        }
    }
}
