//! How long orders take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::History;
use crate::KernelError;

/// Into so many groups lead times are put together, at most: each is a part of the demand of the lead time.
const GROUPS: usize = 16;

/// What is known of the lead time of an item, in days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeadTimeProfile {
    /// The mean.
    pub mean_days: f64,
    /// The standard deviation, with one less than the orders as divisor; zero of a single one.
    pub sd_days: f64,
    /// Each that was seen, by the day of the order; those that are still out come last.
    pub seen_days: Vec<u32>,
}

impl History {
    /// What is known of the lead time of an item, from all orders that came in the window. Of an order that came in
    /// [parts](super::Delivery::part_of) the days are the mean of its units, to the day; one that has not come and has been out for longer than
    /// those take on average counts with the days that it has been out.
    ///
    /// # Errors
    /// When there is no such item, or none of its orders came.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_inventory::history::{Delivery, History, Window};
    ///
    /// let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
    /// let deliveries = [Delivery::new(0, day(1), day(8), 10.0), Delivery::new(0, day(20), day(29), 10.0)];
    /// let history = History::new(1, Window::new(day(0), day(59), 7)?, &[], &deliveries)?;
    /// let lead_time = history.lead_time(0)?;
    /// assert_eq!((lead_time.mean_days, lead_time.sd_days), (8.0, 2.0_f64.sqrt()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn lead_time(&self, item: usize) -> Result<LeadTimeProfile, KernelError> {
        self.lead_time_until(item, self.window.days() as i64)
    }

    /// The same of the orders that came before this day.
    pub(super) fn lead_time_until(
        &self,
        item: usize,
        until: i64,
    ) -> Result<LeadTimeProfile, KernelError> {
        self.days_of(item)?;
        LeadTimeProfile::seen(self.seen_days(item, (i64::MIN, until)))
    }

    /// How long the orders took that were placed from one day on, as it was known at the beginning of another.
    pub(super) fn seen_days(&self, item: usize, (from, until): (i64, i64)) -> Vec<u32> {
        let arrivals = self.deliveries.get(item).map(Vec::as_slice).unwrap_or_default();
        let waiting = self.under_way.get(item).map(Vec::as_slice).unwrap_or_default();
        let mut orders = Orders::default();
        for it in arrivals.iter().filter(|it| it.ordered >= from && it.received < until) {
            orders.take(it.order, it.received - it.ordered, it.quantity);
        }
        let came = orders.days();
        let mean = came.iter().copied().map(f64::from).sum::<f64>() / came.len().max(1) as f64;
        let came_later = arrivals.iter().filter(|it| it.received >= until);
        let came_later = came_later.map(|it| (it.ordered, it.quantity, it.order));
        let out = waiting.iter().map(|it| (it.ordered, it.quantity, it.order)).chain(came_later);
        let is_known = !came.is_empty();
        for (ordered, quantity, order) in out.filter(|it| it.0 >= from && it.0 < until && is_known)
        {
            if (until - ordered) as f64 > mean {
                orders.take(order, until - ordered, quantity);
            }
        }
        orders.days()
    }
}

/// Orders by the day on which they were placed.
#[derive(Default)]
struct Orders {
    all: Vec<Order>,
    /// Where those stand that have numbers.
    at: BTreeMap<u64, usize>,
}

impl Orders {
    /// A part of an order, or one by itself: how long it took, and how many units it has.
    fn take(&mut self, number: Option<u64>, days: i64, quantity: f64) {
        let next = self.all.len();
        let at = number.map_or(next, |number| *self.at.entry(number).or_insert(next));
        match self.all.get_mut(at) {
            Some(order) => order.parts.push((days, quantity)),
            None => self.all.push(Order { parts: vec![(days, quantity)] }),
        }
    }

    fn days(&self) -> Vec<u32> {
        self.all.iter().map(Order::days).collect()
    }
}

/// One order: how long its units took, part by part.
struct Order {
    parts: Vec<(i64, f64)>,
}

impl Order {
    /// The days of its units on average, to the day.
    fn days(&self) -> u32 {
        let of = |weigh: fn(f64) -> f64| {
            let units: f64 = self.parts.iter().map(|(_, units)| weigh(*units)).sum();
            let days: f64 =
                self.parts.iter().map(|(days, units)| *days as f64 * weigh(*units)).sum();
            (days, units)
        };
        let (days, units) = of(|units| units);
        let (days, units) = if units > 0.0 { (days, units) } else { of(|_| 1.0) };
        (days / units.max(f64::MIN_POSITIVE)).round() as u32
    }
}

impl LeadTimeProfile {
    /// Of lead times that were seen, in days.
    ///
    /// # Errors
    /// When there is none.
    ///
    /// ```
    /// use fondaco_inventory::history::LeadTimeProfile;
    ///
    /// assert_eq!(LeadTimeProfile::seen(vec![7, 9])?.mean_days, 8.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn seen(seen_days: Vec<u32>) -> Result<Self, KernelError> {
        let count = seen_days.len();
        if count == 0 {
            return Err(KernelError::TooFew { field: "deliveries", count, least: 1 });
        }
        let mean_days = seen_days.iter().map(|days| f64::from(*days)).sum::<f64>() / count as f64;
        let square = |days: &u32| (f64::from(*days) - mean_days).powi(2);
        let squares: f64 = seen_days.iter().map(square).sum();
        let sd_days = (squares / (count as f64 - 1.0).max(1.0)).sqrt();
        Ok(Self { mean_days, sd_days, seen_days })
    }
    /// Those that were seen, alike or about alike ones together.
    pub(super) fn groups(&self) -> Vec<Vec<u32>> {
        let mut days = self.seen_days.clone();
        days.sort_unstable();
        let alike: Vec<Vec<u32>> = days.chunk_by(|a, b| a == b).map(<[u32]>::to_vec).collect();
        if alike.len() <= GROUPS {
            return alike;
        }
        days.chunks(days.len().div_ceil(GROUPS)).map(<[u32]>::to_vec).collect()
    }
}

/// Mean and variance of lead times, with their number as divisor.
pub(super) fn moments(days: &[u32]) -> (f64, f64) {
    let count = days.len().max(1) as f64;
    let mean = days.iter().map(|days| f64::from(*days)).sum::<f64>() / count;
    let squares: f64 = days.iter().map(|days| (f64::from(*days) - mean).powi(2)).sum();
    (mean, squares / count)
}
