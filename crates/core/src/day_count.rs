//! Day counts: which part of a year some days are, as interest is reckoned.
//!
//! The conventions of the *2006 ISDA Definitions*, section 4.16, the American 30/360 of the
//! Securities Industry Association, and Actual/Actual of the ICMA (rule 251). All are exact
//! fractions; nothing is rounded before an amount is.
//!
//! ```
//! use fondaco_core::{Rounding, decimal};
//! use fondaco_core::day_count::DayCount;
//! let quarter = DayCount::Act360.fraction("2026-01-01".parse()?, "2026-04-01".parse()?)?;
//! assert_eq!(quarter.to_string(), "1/4"); // 90 days
//! let interest_of_a_year = decimal::parse("1234.57")?;
//! let interest = quarter.times_round(interest_of_a_year, 2, Rounding::HalfUp)?;
//! assert_eq!(interest, decimal::parse("308.64")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::date_range::end_of_month;
use crate::names::ErrorKind;
use crate::ratio::Ratio;

/// A convention that needs nothing but the two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum DayCount {
    /// Actual/360 (ISDA 4.16(e)): money markets.
    Act360,
    /// Actual/365 (Fixed) (ISDA 4.16(d)).
    Act365Fixed,
    /// Actual/Actual (ISDA 4.16(b)): days in leap years over 366, the others over 365.
    ActActIsda,
    /// 30/360, also Bond Basis (ISDA 4.16(f)): a 31st counts as the 30th; as an end only after a 30th.
    Thirty360Bond,
    /// 30/360 US: as the bond basis, and the last day of February counts as the 30th where both are.
    Thirty360Us,
    /// 30E/360, also Eurobond Basis (ISDA 4.16(g)): a 31st counts as the 30th.
    Thirty360E,
    /// 30E/360 (ISDA) (ISDA 4.16(h)): the last day of each month counts as the 30th, except that of
    /// February as the termination date.
    Thirty360EIsda {
        /// The last day of the whole contract.
        termination: NaiveDate,
    },
}

/// Why days can't be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DayCountError {
    /// The end lies before the start.
    #[error(
        "{end} lies before {start}: interest runs forward; count the other way round and change the sign"
    )]
    Reversed {
        /// The start as given.
        start: NaiveDate,
        /// The end as given.
        end: NaiveDate,
    },
    /// The coupon dates can't be.
    #[error("{months} months between coupons: give 1, 2, 3, 4, 6 or 12")]
    Months {
        /// As given.
        months: u32,
    },
    /// The fraction has no room, or a coupon date no calendar.
    #[error("{start} to {end} is too long a time for this convention: count it in parts")]
    TooLong {
        /// The start as given.
        start: NaiveDate,
        /// The end as given.
        end: NaiveDate,
    },
}

impl DayCountError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::day_count::DayCount;
    /// let error = DayCount::Act360.fraction("2026-02-01".parse()?, "2026-01-01".parse()?);
    /// assert_eq!(error.unwrap_err().code(), "core.day_count_reversed");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            DayCountError::Reversed { .. } => "core.day_count_reversed",
            DayCountError::Months { .. } => "core.day_count_months",
            DayCountError::TooLong { .. } => "core.day_count_too_long",
        }
    }

    /// What the caller can do: give other days.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

impl DayCount {
    /// The days that interest runs from `start`, included, to `end`, excluded.
    ///
    /// ```
    /// use fondaco_core::day_count::DayCount;
    /// let (start, end) = ("2026-01-31".parse()?, "2026-03-31".parse()?);
    /// assert_eq!(DayCount::Act360.days(start, end)?, 59);
    /// assert_eq!(DayCount::Thirty360Bond.days(start, end)?, 60);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DayCountError::Reversed`] when the end lies before the start.
    pub fn days(self, start: NaiveDate, end: NaiveDate) -> Result<i64, DayCountError> {
        if end < start {
            return Err(DayCountError::Reversed { start, end });
        }
        let (from, to) = (start.day(), end.day());
        let february = |date: NaiveDate| date.month() == 2 && date == end_of_month(date);
        Ok(match self {
            DayCount::Act360 | DayCount::Act365Fixed | DayCount::ActActIsda => {
                end.signed_duration_since(start).num_days()
            }
            DayCount::Thirty360Bond => {
                let from = from.min(30);
                thirty(start, from, end, if from == 30 { to.min(30) } else { to })
            }
            DayCount::Thirty360Us => {
                let to = if february(start) && february(end) { 30 } else { to };
                let from = if february(start) { 30 } else { from.min(30) };
                thirty(start, from, end, if from == 30 { to.min(30) } else { to })
            }
            DayCount::Thirty360E => thirty(start, from.min(30), end, to.min(30)),
            DayCount::Thirty360EIsda { termination } => {
                let from = if february(start) { 30 } else { from.min(30) };
                let last = february(end) && end != termination;
                thirty(start, from, end, if last { 30 } else { to.min(30) })
            }
        })
    }

    /// The part of a year from `start`, included, to `end`, excluded.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_core::day_count::DayCount;
    /// // From the ISDA's memorandum of 1998: 61 / 365 + 121 / 366.
    /// let (start, end) = ("2003-11-01".parse()?, "2004-05-01".parse()?);
    /// let fraction = DayCount::ActActIsda.fraction(start, end)?;
    /// assert_eq!(fraction.round(12, Rounding::HalfEven)?.to_string(), "0.497724380567");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`DayCount::days`].
    pub fn fraction(self, start: NaiveDate, end: NaiveDate) -> Result<Ratio, DayCountError> {
        let days = self.days(start, end)?;
        let basis = match self {
            DayCount::Act365Fixed => 365,
            DayCount::ActActIsda => return by_years(start, end, days),
            _ => 360,
        };
        Ratio::new(days.into(), basis).map_err(|_| DayCountError::TooLong { start, end })
    }
}

/// Days of months of 30.
fn thirty(start: NaiveDate, from: u32, end: NaiveDate, to: u32) -> i64 {
    let years = i64::from(end.year()) - i64::from(start.year());
    let months = i64::from(end.month()) - i64::from(start.month());
    360 * years + 30 * months + i64::from(to) - i64::from(from)
}

/// Days in leap years over 366, the others over 365.
fn by_years(start: NaiveDate, end: NaiveDate, days: i64) -> Result<Ratio, DayCountError> {
    let too_long = DayCountError::TooLong { start, end };
    let year = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1);
    let leap_days = |of: i32| {
        let (from, to) = (year(of)?.max(start), year(of.checked_add(1)?)?.min(end));
        Some(to.signed_duration_since(from).num_days().max(0))
    };
    let leap = |of: &i32| year(*of).is_some_and(|first| first.leap_year());
    let leaps: Option<i64> = (start.year()..=end.year()).filter(leap).map(leap_days).sum();
    let leaps = leaps.ok_or_else(|| too_long.clone())?;
    let above = i128::from(days - leaps) * 366 + i128::from(leaps) * 365;
    Ratio::new(above, 365 * 366).map_err(|_| too_long)
}

/// The coupon dates of a bond, as Actual/Actual (ICMA) wants them.
///
/// ```
/// use fondaco_core::Rounding;
/// use fondaco_core::day_count::Coupons;
/// // A long first coupon, from the ISDA's memorandum of 1998: 181 / (181 x 2) + 153 / (184 x 2).
/// let coupons = Coupons::new("2003-07-15".parse()?, 6)?;
/// let fraction = coupons.fraction("2002-08-15".parse()?, "2003-07-15".parse()?)?;
/// assert_eq!(fraction.round(12, Rounding::HalfEven)?.to_string(), "0.915760869565");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "CouponParts")]
pub struct Coupons {
    anchor: NaiveDate,
    months: u32,
    at_month_ends: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CouponParts {
    anchor: NaiveDate,
    months: u32,
    at_month_ends: bool,
}

impl TryFrom<CouponParts> for Coupons {
    type Error = DayCountError;

    fn try_from(parts: CouponParts) -> Result<Coupons, DayCountError> {
        let coupons = Coupons::new(parts.anchor, parts.months)?;
        let at_month_ends = coupons.at_month_ends && parts.at_month_ends;
        Ok(Coupons { at_month_ends, ..coupons })
    }
}

impl Coupons {
    /// Coupons on `anchor` and every so many months before and after it; at the ends of months, if
    /// the anchor is one.
    ///
    /// # Errors
    /// [`DayCountError::Months`] when a year is no whole number of coupons.
    pub fn new(anchor: NaiveDate, months: u32) -> Result<Coupons, DayCountError> {
        if ![1, 2, 3, 4, 6, 12].contains(&months) {
            return Err(DayCountError::Months { months });
        }
        Ok(Coupons { anchor, months, at_month_ends: anchor == end_of_month(anchor) })
    }

    /// On the anchor's day of the month, though it is the last of its month.
    ///
    /// ```
    /// use fondaco_core::day_count::Coupons;
    /// let coupons = Coupons::new("2026-04-30".parse()?, 6)?.not_at_month_ends();
    /// let half = coupons.fraction("2026-04-30".parse()?, "2026-10-30".parse()?)?;
    /// assert_eq!(half.to_string(), "1/2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn not_at_month_ends(mut self) -> Coupons {
        self.at_month_ends = false;
        self
    }

    /// Actual/Actual (ICMA): days over the days of their coupon period times the coupons of a year.
    ///
    /// # Errors
    /// [`DayCountError::Reversed`] when the end lies before the start, [`DayCountError::TooLong`].
    pub fn fraction(self, start: NaiveDate, end: NaiveDate) -> Result<Ratio, DayCountError> {
        if end < start {
            return Err(DayCountError::Reversed { start, end });
        }
        self.sum(start, end).ok_or(DayCountError::TooLong { start, end })
    }

    fn sum(self, start: NaiveDate, end: NaiveDate) -> Option<Ratio> {
        let mut number = self.number_before(start)?;
        let mut sum = Ratio::ZERO;
        loop {
            let (first, next) = (self.date(number)?, self.date(number.checked_add(1)?)?);
            if end <= first {
                return Some(sum);
            }
            let days = next.min(end).signed_duration_since(first.max(start)).num_days();
            let period = i128::from(next.signed_duration_since(first).num_days());
            let above = i128::from(days.max(0)) * i128::from(self.months);
            sum = sum.add(Ratio::new(above, 12 * period).ok()?).ok()?;
            number += 1;
        }
    }

    /// The number of a coupon on a day or before it; the anchor's is 0.
    fn number_before(self, date: NaiveDate) -> Option<i64> {
        let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month());
        let apart = months(date) - months(self.anchor);
        let number = apart.div_euclid(i64::from(self.months));
        if self.date(number)? <= date { Some(number) } else { number.checked_sub(1) }
    }

    fn date(self, number: i64) -> Option<NaiveDate> {
        let months = number.checked_mul(i64::from(self.months))?;
        let apart = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
        let date = if months < 0 {
            self.anchor.checked_sub_months(apart)?
        } else {
            self.anchor.checked_add_months(apart)?
        };
        Some(if self.at_month_ends { end_of_month(date) } else { date })
    }
}

#[cfg(test)]
mod tests;
