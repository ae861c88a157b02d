//! How well stock serves: fill rates, deliveries on time and in full, and what a stock-out costs.
//!
//! The three fill rates and on time in full are those of E. A. Silver, D. F. Pyke and D. J. Thomas, *Inventory and Production
//! Management in Supply Chains* (4th ed., ch. 6), and of the SCOR model (perfect order fulfilment).

use chrono::NaiveDate;
use fondaco_core::map::HashMap;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{self, float, not_negative, part, positive};

/// A line of an order: how much was asked for, and how much was delivered from stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderLine {
    /// The order that it is of: lines of one number are of one order.
    pub order: u64,
    /// What was asked for, above zero.
    pub ordered: Decimal,
    /// What was delivered at once; more than was asked for counts as what was asked for.
    pub delivered: Decimal,
}

impl OrderLine {
    /// A line of this order.
    #[must_use]
    pub fn new(order: u64, ordered: Decimal, delivered: Decimal) -> OrderLine {
        OrderLine { order, ordered, delivered }
    }
}

/// How much of what was asked for was delivered, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FillRate {
    /// The share of the quantity; quantities of different units make no sum, so ask by unit.
    pub by_quantity: f64,
    /// The share of lines that were delivered in full.
    pub by_line: f64,
    /// The share of orders of which every line was delivered in full.
    pub by_order: f64,
}

/// The fill rates of these lines.
///
/// # Errors
/// When there are no lines, or one asks for nothing or was delivered less than nothing.
///
/// ```
/// use fondaco_inventory::measures::{OrderLine, fill_rate};
/// let line = |order, ordered: i64, delivered: i64| OrderLine::new(order, ordered.into(), delivered.into());
/// let rate = fill_rate(&[line(1, 10, 10), line(1, 10, 5), line(2, 20, 20), line(3, 10, 10)])?;
/// assert_eq!((rate.by_quantity, rate.by_line), (0.9, 0.75));
/// assert!((rate.by_order - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn fill_rate(lines: &[OrderLine]) -> Result<FillRate, KernelError> {
    if lines.is_empty() {
        return Err(KernelError::TooFew { field: "lines", count: 0, least: 1 });
    }
    let (mut ordered, mut delivered, mut full) = (Decimal::ZERO, Decimal::ZERO, 0usize);
    let mut orders: HashMap<u64, bool> = HashMap::default();
    for (index, line) in lines.iter().enumerate() {
        positive("ordered", line.ordered).map_err(|error| error.at(index))?;
        not_negative("delivered", line.delivered).map_err(|error| error.at(index))?;
        ordered = exact::add("ordered", ordered, line.ordered)?;
        delivered = exact::add("delivered", delivered, line.delivered.min(line.ordered))?;
        let in_full = line.delivered >= line.ordered;
        full += usize::from(in_full);
        *orders.entry(line.order).or_insert(true) &= in_full;
    }
    let whole = orders.values().filter(|whole| **whole).count();
    Ok(FillRate {
        by_quantity: float(delivered) / float(ordered),
        by_line: full as f64 / lines.len() as f64,
        by_order: whole as f64 / orders.len() as f64,
    })
}

/// What was promised for a day, and what came when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The day that was promised.
    pub promised: NaiveDate,
    /// The day it came; none as long as it has not.
    pub delivered: Option<NaiveDate>,
    /// Whether all of it came.
    pub in_full: bool,
}

impl Delivery {
    /// A delivery that came in full.
    #[must_use]
    pub fn new(promised: NaiveDate, delivered: Option<NaiveDate>) -> Delivery {
        Delivery { promised, delivered, in_full: true }
    }

    /// The same, of which something is missing.
    #[must_use]
    pub fn in_part(mut self) -> Delivery {
        self.in_full = false;
        self
    }
}

/// By how many days a delivery may miss its day and still be on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Window {
    /// How many days before it; none: as early as it likes.
    pub early_days: Option<u32>,
    /// How many days after it.
    pub late_days: u32,
}

impl Window {
    /// So many days before, if that is limited, and after.
    #[must_use]
    pub fn new(early_days: Option<u32>, late_days: u32) -> Window {
        Window { early_days, late_days }
    }
}

/// How punctual deliveries were; shares from 0 to 1, of those that are due.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Punctuality {
    /// How many were due.
    pub due: usize,
    /// The share that came within the window.
    pub on_time: f64,
    /// The share that came in full, whenever.
    pub in_full: f64,
    /// The share that came in full within the window (OTIF).
    pub on_time_in_full: f64,
    /// By how many days those that were late missed their day, on average; what is still missing counts up to today.
    pub mean_days_late: f64,
}

/// How punctual deliveries are as of a day. One that is not there yet counts once it is late, not before.
///
/// # Errors
/// When none is due, or one is said to have come after today.
///
/// ```
/// use fondaco_inventory::measures::{Delivery, Window, on_time};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// let deliveries = [
///     Delivery::new(day("2026-03-02")?, Some(day("2026-03-02")?)),
///     Delivery::new(day("2026-03-02")?, Some(day("2026-03-06")?)),
///     Delivery::new(day("2026-03-03")?, Some(day("2026-03-03")?)).in_part(),
///     Delivery::new(day("2026-03-04")?, None), // two days late by now
///     Delivery::new(day("2026-03-09")?, None), // not due yet
/// ];
/// let punctual = on_time(&deliveries, Window::default(), day("2026-03-06")?)?;
/// assert_eq!((punctual.due, punctual.on_time, punctual.on_time_in_full), (4, 0.5, 0.25));
/// assert_eq!(punctual.mean_days_late, 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn on_time(
    deliveries: &[Delivery],
    window: Window,
    today: NaiveDate,
) -> Result<Punctuality, KernelError> {
    let (mut due, mut punctual, mut full, mut both) = (0usize, 0usize, 0usize, 0usize);
    let (mut late, mut days_late) = (0usize, 0i64);
    for (index, delivery) in deliveries.iter().enumerate() {
        let days = (delivery.delivered.unwrap_or(today) - delivery.promised).num_days();
        if let Some(came) = delivery.delivered.filter(|came| *came > today) {
            return Err(KernelError::Contradiction {
                field: "delivered",
                value: (came - today).num_days() as f64,
                other: "it lies so many days after today",
                way_out: "give what has come, or a later today",
            }
            .at(index));
        }
        let is_late = days > i64::from(window.late_days);
        if delivery.delivered.is_none() && !is_late {
            continue;
        }
        let early = window.early_days.is_some_and(|early| -days > i64::from(early));
        let in_time = delivery.delivered.is_some() && !is_late && !early;
        let in_full = delivery.delivered.is_some() && delivery.in_full;
        due += 1;
        punctual += usize::from(in_time);
        full += usize::from(in_full);
        both += usize::from(in_time && in_full);
        if is_late {
            (late, days_late) = (late + 1, days_late + days);
        }
    }
    if due == 0 {
        return Err(KernelError::TooFew { field: "deliveries that are due", count: 0, least: 1 });
    }
    let share = |count: usize| count as f64 / due as f64;
    let mean_days_late = if late == 0 { 0.0 } else { days_late as f64 / late as f64 };
    Ok(Punctuality {
        due,
        on_time: share(punctual),
        in_full: share(full),
        on_time_in_full: share(both),
        mean_days_late,
    })
}

/// What was short, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StockOut {
    /// How many times stock was out.
    pub events: u32,
    /// How many units were asked for and not there.
    pub units_short: Decimal,
    /// Which part of them is not bought any more, from 0 to 1; the rest waits.
    pub lost_share: Decimal,
    /// What a lost unit would have earned.
    pub margin_per_unit: Decimal,
    /// What a unit that waits costs: a second delivery, an express, a rebate.
    pub backorder_cost_per_unit: Decimal,
    /// What every stock-out costs, however small: calls, planning anew.
    pub cost_per_event: Decimal,
}

impl StockOut {
    /// So many units short, so many times; the costs follow.
    #[must_use]
    pub fn new(events: u32, units_short: Decimal) -> StockOut {
        StockOut { events, units_short, ..StockOut::default() }
    }
}

/// What a stock-out costs, in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StockOutCost {
    /// The margin of what is not bought any more.
    pub lost_margin: Decimal,
    /// What waiting costs.
    pub backorders: Decimal,
    /// What the events cost.
    pub events: Decimal,
    /// All of it.
    pub total: Decimal,
}

/// What being out of stock costs, exactly.
///
/// # Errors
/// When a figure is below zero, the lost share is above 1, or an exact product has no room in 28 digits.
///
/// ```
/// use fondaco_inventory::measures::{StockOut, stock_out_cost};
/// use rust_decimal::Decimal;
/// let mut out = StockOut::new(2, 40.into());
/// out.lost_share = Decimal::new(25, 2);
/// out.margin_per_unit = Decimal::new(1250, 2);
/// out.backorder_cost_per_unit = 3.into();
/// out.cost_per_event = 15.into();
/// let cost = stock_out_cost(&out)?;
/// assert_eq!((cost.lost_margin, cost.backorders, cost.events), (125.into(), 90.into(), 30.into()));
/// assert_eq!(cost.total, 245.into());
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn stock_out_cost(out: &StockOut) -> Result<StockOutCost, KernelError> {
    let short = not_negative("units_short", out.units_short)?;
    let lost = exact::mul("units_short", short, part("lost_share", out.lost_share)?)?;
    let waiting = exact::sub("units_short", short, lost)?;
    let margin = not_negative("margin_per_unit", out.margin_per_unit)?;
    let wait = not_negative("backorder_cost_per_unit", out.backorder_cost_per_unit)?;
    let each = not_negative("cost_per_event", out.cost_per_event)?;
    let lost_margin = exact::mul("lost_margin", lost, margin)?;
    let backorders = exact::mul("backorders", waiting, wait)?;
    let events = exact::mul("events", out.events.into(), each)?;
    let total = exact::sum("total", [lost_margin, backorders, events])?;
    Ok(StockOutCost { lost_margin, backorders, events, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_delivered_beyond_the_order_fills_no_other_line() {
        let lines =
            [OrderLine::new(1, 10.into(), 30.into()), OrderLine::new(2, 10.into(), 0.into())];
        let rate = fill_rate(&lines).unwrap();
        assert!((rate.by_quantity - 0.5).abs() < 1e-12);
        assert!((rate.by_order - 0.5).abs() < 1e-12);
    }

    #[test]
    fn parts_that_add_up_to_the_order_fill_it_exactly() {
        let part = "0.1".parse::<Decimal>().unwrap() + "0.2".parse::<Decimal>().unwrap();
        let rate = fill_rate(&[OrderLine::new(1, "0.3".parse().unwrap(), part)]).unwrap();
        assert!((rate.by_line - 1.0).abs() < 1e-15);
    }

    #[test]
    fn lines_that_make_no_sense_are_named() {
        assert_eq!(fill_rate(&[]).unwrap_err().to_string(), "lines has 0 values: give at least 1");
        let error = fill_rate(&[OrderLine::new(1, 0.into(), 0.into())]).unwrap_err();
        assert!(error.to_string().starts_with("row 0 (counted from 0): ordered is 0"));
        assert!(fill_rate(&[OrderLine::new(1, 1.into(), (-1).into())]).is_err());
    }

    #[test]
    fn a_window_has_two_ends() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let came = |on| [Delivery::new(day(10), Some(day(on)))];
        let share =
            |on| on_time(&came(on), Window::new(Some(1), 2), day(20)).unwrap().on_time > 0.5;
        assert_eq!([8, 9, 12, 13].map(share), [false, true, true, false]);
        assert!(on_time(&came(25), Window::default(), day(20)).is_err());
        assert!(on_time(&[], Window::default(), day(20)).is_err());
    }

    #[test]
    fn a_lost_share_above_all_of_it_is_refused() {
        let mut out = StockOut::new(1, 1.into());
        out.lost_share = 2.into();
        let error = stock_out_cost(&out).unwrap_err();
        assert!(error.to_string().starts_with("lost_share is 2, but a part is at most all of it"));
        assert!(stock_out_cost(&StockOut::new(1, (-1).into())).is_err());
    }
}
