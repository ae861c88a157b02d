//! How long orders take.

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
    /// Each that was seen, by the day of the order.
    pub seen_days: Vec<u32>,
}

impl History {
    /// What is known of the lead time of an item, from all orders that came in the window.
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
        let arrivals = self.deliveries.get(item).map(Vec::as_slice).unwrap_or_default();
        let came = arrivals.iter().filter(|it| it.received < until);
        let days = came.map(|it| u32::try_from(it.received - it.ordered).unwrap_or(u32::MAX));
        LeadTimeProfile::seen(days.collect())
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
