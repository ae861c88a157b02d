//! What a planning run refuses, each by the item it is about.

use chrono::NaiveDate;
use fondaco_core::calendar::CalendarError;
use fondaco_core::{DateRange, ErrorCode, QuantityError};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Sku;
use crate::KernelError;

/// What is wrong with a network, its demands and supplies, or a run over them.
#[derive(Clone, Debug, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum MrpError {
    /// Nothing of this name is planned.
    #[error("{sku} is not planned: add it to the network first, or correct its name")]
    #[kind(NotFound)]
    #[code("not_planned")]
    NotPlanned {
        /// What was asked for.
        sku: Sku,
    },
    /// A number that stands for nothing here: one of another network, or of a row that was taken out.
    #[error(
        "there is no {what} with number {number}: use the one that was given when it was added"
    )]
    #[kind(NotFound)]
    #[code("no_such_row")]
    NoSuchRow {
        /// `item`, `calendar`, `demand` or `supply`.
        what: &'static str,
        /// The number.
        number: u32,
    },
    /// Two items of one name.
    #[error("{sku} is planned already: change it, or give the other one another name or site")]
    #[kind(Conflict)]
    #[code("planned_already")]
    PlannedAlready {
        /// Which.
        sku: Sku,
    },
    /// Something that is made of itself, be it by many steps.
    #[error("{} is made of itself: take one of these lines out", path_of(path))]
    #[kind(Invalid)]
    #[code("bom_cycle")]
    BomCycle {
        /// Each is made of, or supplied from, the next one, and the last of the first.
        path: Vec<Sku>,
    },
    /// A number that it can't be.
    #[error("{field} of {of} is {value}: {way_out}")]
    #[kind(Invalid)]
    #[code("plan_number")]
    Number {
        /// Of which item, demand or supply.
        of: SmolStr,
        /// Which number.
        field: &'static str,
        /// What was given.
        value: Decimal,
        /// What it may be.
        way_out: &'static str,
    },
    /// A quantity with more digits than the item is kept in.
    #[error(
        "{field} of {of} is {value}, but it is kept in {digits} digits: round it, or keep more digits"
    )]
    #[kind(Invalid)]
    #[code("too_fine")]
    TooFine {
        /// Of which item, demand or supply.
        of: SmolStr,
        /// Which quantity.
        field: &'static str,
        /// What was given.
        value: Decimal,
        /// How many digits the item's quantities have.
        digits: u8,
    },
    /// A component in a unit that its item's is not convertible from.
    #[error("{component} in {of}: {error}")]
    #[kind(Invalid)]
    #[code("plan_unit")]
    Unit {
        /// What is made of it.
        of: Sku,
        /// The component.
        component: Sku,
        /// Why it doesn't convert.
        error: Box<QuantityError>,
    },
    /// What was ordered on the first day would come after the last one.
    #[error(
        "{sku} takes {lead_days} days, but the plan ends after {horizon_days}: plan further ahead, or shorten the lead time"
    )]
    #[kind(Invalid)]
    #[code("lead_time_beyond_horizon")]
    LeadTime {
        /// Which item.
        sku: Sku,
        /// Its lead time.
        lead_days: u32,
        /// How many days are planned.
        horizon_days: u32,
    },
    /// A calendar by which nobody ever works.
    #[error(
        "calendar {calendar} has no working day in {range}: say on which days of the week is worked"
    )]
    #[kind(Invalid)]
    #[code("no_working_days")]
    NoWorkingDays {
        /// Which calendar.
        calendar: SmolStr,
        /// The days that it knows.
        range: DateRange,
    },
    /// A calendar that ends before the lead times do.
    #[error("calendar of {sku}: {error}; make the calendar over a longer range")]
    #[kind(Invalid)]
    #[code("calendar_too_short")]
    Calendar {
        /// Which item is planned by it.
        sku: Sku,
        /// Which day it doesn't know.
        error: CalendarError,
    },
    /// A horizon that ends before it begins, or is longer than anybody plans.
    #[error(
        "the plan goes from {start} to {end}: let it end after it begins, and within {most_days} days"
    )]
    #[kind(Invalid)]
    #[code("bad_horizon")]
    Horizon {
        /// The first day.
        start: NaiveDate,
        /// The last day.
        end: NaiveDate,
        /// How many days there can be.
        most_days: u32,
    },
    /// Buckets that don't cut the horizon: of no days, or not in order.
    #[error("the buckets {why}")]
    #[kind(Invalid)]
    #[code("bad_buckets")]
    Buckets {
        /// What is wrong, and the way out.
        why: &'static str,
    },
    /// A quantity that has no room in 64 bits: beyond 9.2 million million.
    #[error(
        "{what} of {sku} grows beyond 9,223,372,036,854: use a larger unit, or look for a mistake in its demand or its bill of material"
    )]
    #[kind(Invalid)]
    #[code("plan_overflow")]
    Overflow {
        /// Of which item.
        sku: Sku,
        /// What grew too large.
        what: &'static str,
    },
    /// Hundreds of orders where one was needed.
    #[error(
        "{sku} would take more than {most} orders for what is short on {day}: raise the most that can be ordered at once"
    )]
    #[kind(Refused)]
    #[code("too_many_orders")]
    TooManyOrders {
        /// Which item.
        sku: Sku,
        /// On which day.
        day: NaiveDate,
        /// How many orders there can be.
        most: u32,
    },
    /// A lot-sizing rule or an order modifier that refuses its numbers.
    #[error("{sku}: {error}")]
    #[inner]
    Kernel {
        /// Of which item.
        sku: Sku,
        /// What is wrong.
        error: KernelError,
    },
    /// The one who watched the run ended it.
    #[error("the run was stopped after {done} of {total} items: start it again when there is time")]
    #[kind(Refused)]
    #[code("plan_stopped")]
    Stopped {
        /// How many items had been planned.
        done: u32,
        /// Of how many.
        total: u32,
    },
}

/// `A -> B -> A`, of long ones the beginning and the end.
fn path_of(path: &[Sku]) -> String {
    const SHOWN: usize = 12;
    let closed = path.iter().chain(path.first());
    let names: Vec<String> = closed.map(ToString::to_string).collect();
    let (first, last) = (names.len().min(SHOWN), names.len().saturating_sub(2));
    if names.len() <= SHOWN + 2 {
        return names.join(" -> ");
    }
    let left = last - first;
    let (head, tail) = (names[..first].join(" -> "), names[last..].join(" -> "));
    format!("{head} -> ({left} more) -> {tail}")
}
