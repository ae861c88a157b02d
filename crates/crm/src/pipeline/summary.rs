//! Many deals in a few figures.

use std::collections::BTreeMap;

use chrono::Datelike;
use fondaco_core::decimal;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::{Deal, Outcome, cycles};
use crate::KernelError;
use crate::numeric::quantile;

/// How long deals took, in days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cycle {
    /// On average.
    pub mean_days: f64,
    /// Half of them at most.
    pub median_days: f64,
}

/// Deals in figures. What can't be told yet is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many are open.
    pub open: usize,
    /// How many were won.
    pub won: usize,
    /// How many were lost.
    pub lost: usize,
    /// For how much in all.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub won_total: Decimal,
    /// How long those took that were won.
    pub won_cycle: Option<Cycle>,
    /// How long those took that were lost.
    pub lost_cycle: Option<Cycle>,
}

impl Summary {
    /// Of deals.
    ///
    /// # Errors
    /// When a deal ended before it was opened, or the total has no room in 28 digits.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_crm::pipeline::{Deal, Summary};
    ///
    /// let day = |day: u32| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
    /// let deals = [
    ///     Deal::won("desk", 900.into(), day(1), day(11)),
    ///     Deal::lost("desk", day(2), day(4)),
    ///     Deal::open("desk", Some(day(3))),
    /// ];
    /// let seen = Summary::of(&deals)?;
    /// assert_eq!(seen.win_rate(), Some(0.5));
    /// // One open deal, won every second time for 900, over ten days.
    /// assert_eq!(seen.velocity_per_day(), Some(45.0));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn of(deals: &[Deal]) -> Result<Self, KernelError> {
        let count = |outcome| deals.iter().filter(|deal| deal.outcome == outcome).count();
        let mut won_total = Decimal::ZERO;
        for (row, deal) in deals.iter().enumerate().filter(|(_, deal)| deal.outcome == Outcome::Won)
        {
            let exact = |error| KernelError::Exact { what: "total of won deals", error }.at(row);
            won_total = decimal::add(won_total, deal.amount).map_err(exact)?;
        }
        Ok(Self {
            open: count(Outcome::Open),
            won: count(Outcome::Won),
            lost: count(Outcome::Lost),
            won_total,
            won_cycle: Cycle::of(&cycles(deals, |outcome| outcome == Outcome::Won)?),
            lost_cycle: Cycle::of(&cycles(deals, |outcome| outcome == Outcome::Lost)?),
        })
    }

    /// What part of those that ended was won.
    #[must_use]
    pub fn win_rate(&self) -> Option<f64> {
        let ended = self.won + self.lost;
        (ended > 0).then(|| self.won as f64 / ended as f64)
    }

    /// What a won deal brought on average: a statistic, not an amount to post.
    #[must_use]
    pub fn mean_won_value(&self) -> Option<f64> {
        let total = self.won_total.to_f64()?;
        (self.won > 0).then(|| total / self.won as f64)
    }

    /// What the open deals bring a day: their number, times the win rate, times the mean value, over the mean days to win.
    #[must_use]
    pub fn velocity_per_day(&self) -> Option<f64> {
        let days = self.won_cycle?.mean_days;
        let worth = self.open as f64 * self.win_rate()? * self.mean_won_value()?;
        (days > 0.0).then(|| worth / days)
    }
}

impl Cycle {
    /// Of rising days.
    fn of(days: &[i64]) -> Option<Self> {
        let days: Vec<f64> = days.iter().map(|days| *days as f64).collect();
        let mean_days = days.iter().sum::<f64>() / days.len() as f64;
        let there = !days.is_empty();
        there.then(|| Self { mean_days, median_days: quantile(&days, 0.5) })
    }
}

/// [`Summary::of`] the deals of each kind.
///
/// # Errors
/// As [`Summary::of`].
pub fn by_kind(deals: &[Deal]) -> Result<BTreeMap<&str, Summary>, KernelError> {
    let mut kinds: BTreeMap<&str, Vec<Deal>> = BTreeMap::new();
    for deal in deals {
        kinds.entry(&deal.kind).or_default().push(deal.clone());
    }
    kinds.into_iter().map(|(kind, deals)| Ok((kind, Summary::of(&deals)?))).collect()
}

/// What the open deals will bring on average: of each, the win rate of its kind times what its kind was won for. Of kinds of which none has ended yet, by all deals together;
/// kinds of which some were lost and none was won bring nothing.
///
/// # Errors
/// As [`Summary::of`].
pub fn weighted_forecast(deals: &[Deal]) -> Result<f64, KernelError> {
    let one = |seen: Summary| {
        seen.win_rate().zip(seen.mean_won_value()).map_or(0.0, |(rate, value)| rate * value)
    };
    let of_all = one(Summary::of(deals)?);
    let worth = |seen: Summary| {
        seen.open as f64 * if seen.won + seen.lost == 0 { of_all } else { one(seen) }
    };
    Ok(by_kind(deals)?.into_values().map(worth).sum())
}

/// The deals that ended in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u32,
    /// How many were won.
    pub won: usize,
    /// How many were lost.
    pub lost: usize,
    /// For how much they were won.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub won_value: Decimal,
}

/// The deals that ended in each month, in their order; months without are left out.
///
/// # Errors
/// When a month's total has no room in 28 digits.
pub fn by_month(deals: &[Deal]) -> Result<Vec<Month>, KernelError> {
    let mut months: BTreeMap<(i32, u32), Month> = BTreeMap::new();
    let ended = deals.iter().filter(|deal| deal.outcome != Outcome::Open);
    for (deal, closed) in ended.filter_map(|deal| deal.closed.map(|closed| (deal, closed))) {
        let (year, month) = (closed.year(), closed.month());
        let new = Month { year, month, won: 0, lost: 0, won_value: Decimal::ZERO };
        let entry = months.entry((year, month)).or_insert(new);
        if deal.outcome == Outcome::Lost {
            entry.lost += 1;
            continue;
        }
        entry.won += 1;
        let exact = |error| KernelError::Exact { what: "total of a month's deals", error };
        entry.won_value = decimal::add(entry.won_value, deal.amount).map_err(exact)?;
    }
    Ok(months.into_values().collect())
}
