//! How an amount is spread: over which days, in which proportion.

use chrono::NaiveDate;
use fondaco_core::allocation::{Residual, allocate_to};
use fondaco_core::{DateRange, FiscalCalendar, Money};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::close::CloseError;
use crate::ledger::{AMOUNT_DIGITS, LedgerError};

/// A deferral has at most so many parts: a hundred years of months.
const MOST: usize = 1_200;

/// How an amount is spread over periods.
///
/// ```
/// use fondaco_accounting::close::SpreadPlan;
/// use fondaco_core::Money;
/// let thirds = SpreadPlan::periods("2026-01-15".parse()?, 3);
/// let parts = thirds.parts(Money::parse("100 EUR")?)?;
/// let shown: Vec<_> = parts.iter().map(|(day, part)| format!("{day} {part}")).collect();
/// assert_eq!(shown, ["2026-01-31 33.34 EUR", "2026-02-28 33.33 EUR", "2026-03-31 33.33 EUR"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum SpreadPlan {
    /// Equal parts, one on the last day of each of so many periods.
    Periods {
        /// A day of the first period.
        from: NaiveDate,
        /// How many periods.
        count: u32,
        /// What periods they are.
        #[serde(default = "months")]
        calendar: FiscalCalendar,
    },
    /// Each period by how many of these days lie in it, on its last one of them.
    Days {
        /// The days, both ends included.
        days: DateRange,
        /// What periods they are.
        #[serde(default = "months")]
        calendar: FiscalCalendar,
    },
    /// On these days, by these weights.
    Shares(Vec<SpreadShare>),
}

/// A part of an amount that is given by its weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpreadShare {
    /// The day.
    pub date: NaiveDate,
    /// Its weight among all, not negative.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub weight: Decimal,
}

fn months() -> FiscalCalendar {
    FiscalCalendar::CALENDAR_YEAR
}

impl SpreadPlan {
    /// Equal parts over `count` months, from that of `from` on.
    pub fn periods(from: NaiveDate, count: u32) -> SpreadPlan {
        SpreadPlan::Periods { from, count, calendar: months() }
    }

    /// Each month by its days among these.
    ///
    /// ```
    /// use fondaco_accounting::close::SpreadPlan;
    /// use fondaco_core::Money;
    /// let days = SpreadPlan::days("2026-01-17/2026-02-14".parse()?); // 15 and 14
    /// let parts = days.parts(Money::parse("29 EUR")?)?;
    /// assert_eq!(parts[0], ("2026-01-31".parse()?, Money::parse("15 EUR")?));
    /// assert_eq!(parts[1], ("2026-02-14".parse()?, Money::parse("14 EUR")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn days(days: DateRange) -> SpreadPlan {
        SpreadPlan::Days { days, calendar: months() }
    }

    /// On the days given, by their weights.
    ///
    /// ```
    /// use fondaco_accounting::close::SpreadPlan;
    /// use fondaco_core::Money;
    /// let plan = SpreadPlan::shares([("2026-01-31".parse()?, 2.into()), ("2026-06-30".parse()?, 1.into())]);
    /// let parts = plan.parts(Money::parse("100 EUR")?)?;
    /// assert_eq!(parts[0].1, Money::parse("66.67 EUR")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shares(shares: impl IntoIterator<Item = (NaiveDate, Decimal)>) -> SpreadPlan {
        let shares = shares.into_iter().map(|(date, weight)| SpreadShare { date, weight });
        SpreadPlan::Shares(shares.collect())
    }

    /// The days on which parts are recognised, each with its weight.
    fn weights(&self) -> Result<Vec<(NaiveDate, Decimal)>, LedgerError> {
        let bad = |why: String| LedgerError::from(CloseError::BadSpread { why });
        let mut weights = Vec::new();
        match self {
            SpreadPlan::Periods { from, count, calendar } => {
                if *count == 0 || *count as usize > MOST {
                    return Err(bad(format!("{count} periods: give 1 to {MOST}")));
                }
                let mut day = *from;
                for _ in 0..*count {
                    let end = calendar.period_of(day)?.end;
                    weights.push((end, Decimal::ONE));
                    day = end.succ_opt().ok_or_else(|| bad(format!("{end} is the last day")))?;
                }
            }
            SpreadPlan::Days { days, calendar } => {
                let ends = days.start().zip(days.end());
                let (first, last) = ends.ok_or_else(|| bad(format!("{days} has no end")))?;
                let mut day = first;
                while day <= last {
                    let end = calendar.period_of(day)?.end.min(last);
                    weights.push((end, Decimal::from((end - day).num_days() + 1)));
                    if weights.len() > MOST {
                        return Err(bad(format!("{days} has more than {MOST} periods")));
                    }
                    day = end.succ_opt().ok_or_else(|| bad(format!("{end} is the last day")))?;
                }
            }
            SpreadPlan::Shares(shares) => {
                if shares.is_empty() || shares.len() > MOST {
                    return Err(bad(format!("{} shares: give 1 to {MOST}", shares.len())));
                }
                if let Some(share) = shares.iter().find(|share| share.weight.is_sign_negative()) {
                    let SpreadShare { date, weight } = share;
                    return Err(bad(format!(
                        "the share of {date} is {weight}: none is below zero"
                    )));
                }
                if shares.windows(2).any(|pair| matches!(pair, [a, b] if a.date >= b.date)) {
                    return Err(bad("their days come in order, each once".into()));
                }
                weights.extend(shares.iter().map(|share| (share.date, share.weight)));
            }
        }
        if weights.iter().all(|(_, weight)| weight.is_zero()) {
            return Err(bad("all shares are zero: give at least one".into()));
        }
        Ok(weights)
    }

    /// The parts of an amount, by largest remainder, so that they are the whole; those of nothing are left out.
    ///
    /// # Errors
    /// [`CloseError::BadSpread`] for a plan without parts, [`LedgerError::Fiscal`] beyond the calendar.
    pub fn parts(&self, amount: Money) -> Result<Vec<(NaiveDate, Money)>, LedgerError> {
        let parts = self.split(amount, amount)?;
        Ok(parts.into_iter().map(|(day, part, _)| (day, part)).collect())
    }

    /// The parts of an amount and of its worth, each split by itself.
    pub(super) fn split(
        &self,
        amount: Money,
        worth: Money,
    ) -> Result<Vec<(NaiveDate, Money, Money)>, LedgerError> {
        let weights = self.weights()?;
        let shares: Vec<Decimal> = weights.iter().map(|(_, weight)| *weight).collect();
        let split = |money: Money| {
            let digits = money.currency().minor_units().unwrap_or(u32::from(AMOUNT_DIGITS));
            let parts = allocate_to(digits, money, &shares, Residual::LargestRemainder);
            parts.map_err(|error| CloseError::BadSpread { why: error.to_string() })
        };
        let parts = weights.iter().zip(split(amount)?).zip(split(worth)?);
        let parts = parts.map(|(((day, _), amount), worth)| (*day, amount, worth));
        Ok(parts.filter(|(_, amount, worth)| !amount.is_zero() || !worth.is_zero()).collect())
    }
}
