//! From what happened to what to do: parameters and policies from a table of moves, proven on the part of it that they did not see.
//!
//! [`History`] takes the moves and deliveries of many items. Of each it says how much is wanted and how steadily ([`DemandProfile`]: days without stock count
//! as missing, not as days without demand), how long orders take ([`LeadTimeProfile`]), and which policy is the best for that class of demand, with what it is expected to cost and to
//! serve beside today's ([`Recommendation`]). [`replay`] lets a policy live through days whose demand is known, and [`History::prove`] does all of it: it learns from the
//! first part and replays the rest with both policies.
//!
//! ```
//! use chrono::NaiveDate;
//! use fondaco_inventory::history::{Delivery, Flow, History, ItemTerms, Move, Policy, Window};
//!
//! let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
//! // Item 0: two to six pieces a day; ordered every four weeks, a week to wait.
//! let sale = |n: u64| Move::new(0, day(n), 2.0 + ((n * 7) % 5) as f64, Flow::Sale);
//! let moves: Vec<Move> = (0..180).map(sale).collect();
//! let deliveries: Vec<Delivery> =
//!     (0..6).map(|n| Delivery::new(0, day(28 * n), day(28 * n + 7), 112.0)).collect();
//! let history = History::new(1, Window::new(day(0), day(179), 7)?, &moves, &deliveries)?;
//!
//! // 20 an order; a piece costs 0.01 a day on hand and 0.50 a day owed. Today 200 are ordered at 60.
//! let today = Policy::ReorderPoint { reorder_point: 60.0, order_quantity: 200.0 };
//! let terms = ItemTerms::new(20.0, 0.01, 0.5).today(today);
//! let proof = history.prove(day(120), &[terms])?;
//! let item = proof.items[0].as_ref().unwrap();
//! assert!(item.recommended.cost_per_day < item.today.unwrap().cost_per_day);
//! # Ok::<(), fondaco_inventory::KernelError>(())
//! ```

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{finite, not_negative};

mod demand;
mod lead_time;
mod proof;
mod recommend;
mod replay;

#[cfg(test)]
mod tests;

pub use demand::{DemandClass, DemandProfile};
pub use lead_time::LeadTimeProfile;
pub use proof::{ItemProof, Proof};
pub use recommend::{Expected, ItemTerms, Policy, Recommendation, Shortage};
pub use replay::{Replay, Start, replay};

/// The most days of one window: a century.
const MOST_DAYS: i64 = 36_600;

/// What a move was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Wanted, and issued: a sale, a consumption.
    Sale,
    /// Given back by a customer: not wanted after all, and in stock again.
    Return,
    /// Received.
    Receipt,
    /// What changed the stock without being wanted: a count, scrap (below zero), a transfer.
    Adjustment,
}

/// One move of an item.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Move {
    /// Which item, counted from 0.
    pub item: usize,
    /// The day.
    pub date: NaiveDate,
    /// How many units: above or at zero, but of adjustments.
    pub quantity: f64,
    /// What it was.
    pub flow: Flow,
}

/// One order that came, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Delivery {
    /// Which item, counted from 0.
    pub item: usize,
    /// The day on which it was ordered.
    pub ordered: NaiveDate,
    /// The day on which it came.
    pub received: NaiveDate,
    /// How many units.
    pub quantity: f64,
    /// Which order it is a part of, by any number; `None` for an order by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
}

/// An order, or the rest of one, that had not come by the end of the window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnderWay {
    /// Which item, counted from 0.
    pub item: usize,
    /// The day on which it was ordered.
    pub ordered: NaiveDate,
    /// How many units.
    pub quantity: f64,
    /// Which order it is the rest of, by the number that its [deliveries](Delivery::order) have; `None` for an order by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
}

/// From which day to which, and how many days are one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Window {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub through: NaiveDate,
    /// How many days are one period: 1, 7, 30.
    pub period_days: u32,
}

/// What happened to many items in a window.
///
/// Items are counted from 0, as the caller's own tables have them. What lies outside the window is left out.
#[derive(Clone, Debug)]
pub struct History {
    window: Window,
    /// Per item its days, by rising date.
    items: Vec<Vec<Day>>,
    /// Per item its deliveries, by rising date of the order, as days of the window.
    deliveries: Vec<Vec<Arrival>>,
    /// Per item what had not come at the end.
    under_way: Vec<Vec<Waiting>>,
    /// Per item the stock at the beginning, where it is known.
    opening: Option<Vec<f64>>,
}

/// One day of an item on which something happened, counted from the first of the window.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    day: i64,
    sold: f64,
    returned: f64,
    received: f64,
    adjusted: f64,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    ordered: i64,
    received: i64,
    quantity: f64,
    order: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    ordered: i64,
    quantity: f64,
    order: Option<u64>,
}

impl Move {
    /// A move.
    #[must_use]
    pub fn new(item: usize, date: NaiveDate, quantity: f64, flow: Flow) -> Self {
        Self { item, date, quantity, flow }
    }
}

impl Delivery {
    /// An order that came.
    #[must_use]
    pub fn new(item: usize, ordered: NaiveDate, received: NaiveDate, quantity: f64) -> Self {
        Self { item, ordered, received, quantity, order: None }
    }

    /// The same as a part of an order: its parts count as one order, that takes as long as its units do on average.
    #[must_use]
    pub fn part_of(mut self, order: u64) -> Self {
        self.order = Some(order);
        self
    }
}

impl UnderWay {
    /// An order that had not come.
    #[must_use]
    pub fn new(item: usize, ordered: NaiveDate, quantity: f64) -> Self {
        Self { item, ordered, quantity, order: None }
    }

    /// The same as the rest of an order.
    #[must_use]
    pub fn rest_of(mut self, order: u64) -> Self {
        self.order = Some(order);
        self
    }
}

impl Window {
    /// From a day through another, in periods of this many days.
    ///
    /// # Errors
    /// When it ends before it begins, has more than 36,600 days, or less than one period.
    pub fn new(from: NaiveDate, through: NaiveDate, period_days: u32) -> Result<Self, KernelError> {
        let days = (through - from).num_days() + 1;
        let (field, value) = ("through", days as f64 - 1.0);
        if days < 1 {
            let (other, way_out) = ("days from the first day is before it", "give a later day");
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        if days > MOST_DAYS {
            let other = "a window has at most 36,600 days";
            let way_out = "give a later first day, or an earlier last one";
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        let (field, value) = ("period_days", f64::from(period_days));
        if period_days == 0 {
            return Err(KernelError::NotPositive { field, value });
        }
        if i64::from(period_days) > days {
            let (other, way_out) = ("the window is shorter", "give fewer days, or a longer window");
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        Ok(Self { from, through, period_days })
    }

    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> usize {
        usize::try_from((self.through - self.from).num_days() + 1).unwrap_or(0)
    }

    fn day(&self, date: NaiveDate) -> i64 {
        (date - self.from).num_days()
    }
}

impl History {
    /// What happened to this many items.
    ///
    /// # Errors
    /// When a row names an item that there is not, a quantity that is not finite, or below zero where it may not be, or an order that came before it was placed; each by
    /// its row.
    pub fn new(
        items: usize,
        window: Window,
        moves: &[Move],
        deliveries: &[Delivery],
    ) -> Result<Self, KernelError> {
        let mut history = Self {
            window,
            items: vec![Vec::new(); items],
            deliveries: vec![Vec::new(); items],
            under_way: vec![Vec::new(); items],
            opening: None,
        };
        for (index, it) in moves.iter().enumerate() {
            history.take_move(it).map_err(|error| error.at(index))?;
        }
        for (index, it) in deliveries.iter().enumerate() {
            history.take_delivery(it).map_err(|error| error.at(index))?;
        }
        history.items.iter_mut().for_each(in_order);
        for arrivals in &mut history.deliveries {
            arrivals.sort_by_key(|it| (it.ordered, it.received));
        }
        Ok(history)
    }

    /// The same with the stock of each item at the beginning of the first day, so that days without stock are known.
    ///
    /// # Errors
    /// When there is not one finite number for each item.
    pub fn opening_stock(mut self, stock: &[f64]) -> Result<Self, KernelError> {
        same_length("stock", stock.len(), self.items.len())?;
        for (index, units) in stock.iter().enumerate() {
            finite("stock", *units).map_err(|error| error.at(index))?;
        }
        self.opening = Some(stock.to_vec());
        Ok(self)
    }

    /// The same with what had not come by the end of the window: what has been out for longer than orders take on average is known to take
    /// at least so long.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_inventory::history::{Delivery, History, UnderWay, Window};
    ///
    /// let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
    /// let came = [Delivery::new(0, day(1), day(6), 10.0), Delivery::new(0, day(20), day(25), 10.0)];
    /// let history = History::new(1, Window::new(day(0), day(89), 7)?, &[], &came)?;
    /// assert_eq!(history.lead_time(0)?.mean_days, 5.0);
    /// let history = history.under_way(&[UnderWay::new(0, day(30), 10.0)])?;
    /// assert_eq!(history.lead_time(0)?.seen_days, [5, 5, 60]);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    ///
    /// # Errors
    /// When a row names an item that there is not, or a quantity that is not finite or below zero; each by its row.
    pub fn under_way(mut self, orders: &[UnderWay]) -> Result<Self, KernelError> {
        for (index, it) in orders.iter().enumerate() {
            self.take_under_way(it).map_err(|error| error.at(index))?;
        }
        Ok(self)
    }

    fn take_under_way(&mut self, it: &UnderWay) -> Result<(), KernelError> {
        let quantity = not_negative("quantity", it.quantity)?;
        let ordered = self.window.day(it.ordered);
        let waiting = self.under_way.get_mut(it.item).ok_or_else(|| unknown(it.item))?;
        if ordered < self.window.days() as i64 {
            waiting.push(Waiting { ordered, quantity, order: it.order });
        }
        Ok(())
    }

    /// How many items there are.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items.len()
    }

    fn take_move(&mut self, it: &Move) -> Result<(), KernelError> {
        let quantity = match it.flow {
            Flow::Adjustment => finite("quantity", it.quantity)?,
            _ => not_negative("quantity", it.quantity)?,
        };
        let (days, inside) = (self.window.days() as i64, self.window.day(it.date));
        let item = self.items.get_mut(it.item).ok_or_else(|| unknown(it.item))?;
        if !(0..days).contains(&inside) {
            return Ok(());
        }
        let mut day = Day { day: inside, ..Day::default() };
        match it.flow {
            Flow::Sale => day.sold = quantity,
            Flow::Return => day.returned = quantity,
            Flow::Receipt => day.received = quantity,
            Flow::Adjustment => day.adjusted = quantity,
        }
        item.push(day);
        Ok(())
    }

    fn take_delivery(&mut self, it: &Delivery) -> Result<(), KernelError> {
        let quantity = not_negative("quantity", it.quantity)?;
        let (ordered, received) = (self.window.day(it.ordered), self.window.day(it.received));
        let arrivals = self.deliveries.get_mut(it.item).ok_or_else(|| unknown(it.item))?;
        if received < ordered {
            let (field, value) = ("received", (received - ordered) as f64);
            let (other, way_out) = ("days from the order is before it", "correct one of the dates");
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        if received >= 0 && ordered < self.window.days() as i64 {
            arrivals.push(Arrival { ordered, received, quantity, order: it.order });
        }
        Ok(())
    }

    /// The days of an item, and none of one that there is not.
    fn days_of(&self, item: usize) -> Result<&[Day], KernelError> {
        self.items.get(item).map(Vec::as_slice).ok_or_else(|| unknown(item))
    }

    fn opening_of(&self, item: usize) -> Option<f64> {
        self.opening.as_ref()?.get(item).copied()
    }

    /// The stock of an item at the beginning of a day, where that of the beginning is known.
    fn stock_at(&self, item: usize, day: i64) -> Option<f64> {
        let days = self.items.get(item)?.iter().take_while(|it| it.day < day);
        Some(days.fold(self.opening_of(item)?, |stock, it| stock + it.change()))
    }
}

impl Day {
    fn change(&self) -> f64 {
        self.returned + self.received + self.adjusted - self.sold
    }
}

/// By rising day, each day once.
fn in_order(days: &mut Vec<Day>) {
    days.sort_by_key(|it| it.day);
    days.dedup_by(|later, first| {
        let same = later.day == first.day;
        if same {
            first.sold += later.sold;
            first.returned += later.returned;
            first.received += later.received;
            first.adjusted += later.adjusted;
        }
        same
    });
}

fn unknown(item: usize) -> KernelError {
    let (field, value) = ("item", item as f64);
    let (other, way_out) = ("there are fewer items", "count items from 0, or give more of them");
    KernelError::Contradiction { field, value, other, way_out }
}

fn same_length(field: &'static str, count: usize, least: usize) -> Result<(), KernelError> {
    if count < least {
        return Err(KernelError::TooFew { field, count, least });
    }
    if count > least {
        let (other, way_out) = ("there are fewer items", "give one for each item");
        return Err(KernelError::Contradiction { field, value: count as f64, other, way_out });
    }
    Ok(())
}
