//! What becomes of an occurrence on a day that is no business day.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// Where an occurrence goes that falls on no business day: the conventions of the ISDA definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It stays where it is.
    #[default]
    Unadjusted,
    /// To the next business day.
    Following,
    /// To the next business day, but to the one before where that would be in another month.
    ModifiedFollowing,
    /// To the business day before.
    Preceding,
    /// To the business day before, but to the next where that would be in another month.
    ModifiedPreceding,
}

/// A roll rule and the days it knows: Saturdays, Sundays and the holidays given are no business days.
///
/// ```
/// use fondaco_accounting::ledger::{BusinessDays, Roll};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// let days = BusinessDays::new(Roll::ModifiedFollowing).holidays([day("2026-05-01")?]);
/// assert_eq!(days.roll(day("2026-05-01")?), day("2026-05-04")?); // over the weekend
/// assert_eq!(days.roll(day("2026-05-31")?), day("2026-05-29")?); // a Sunday; Monday is in June
/// assert_eq!(days.roll(day("2026-06-01")?), day("2026-06-01")?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BusinessDays {
    /// The rule.
    pub roll: Roll,
    /// Days off beside the weekends.
    #[serde(default)]
    pub holidays: BTreeSet<NaiveDate>,
}

impl BusinessDays {
    /// By this rule, without holidays.
    pub fn new(roll: Roll) -> BusinessDays {
        BusinessDays { roll, holidays: BTreeSet::new() }
    }

    /// With these days off beside the weekends.
    #[must_use]
    pub fn holidays(mut self, days: impl IntoIterator<Item = NaiveDate>) -> BusinessDays {
        self.holidays.extend(days);
        self
    }

    /// Whether business is done on `date`.
    pub fn is_open(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&date)
    }

    /// The day to which the rule takes `date`. Where the calendar ends, the day stays.
    pub fn roll(&self, date: NaiveDate) -> NaiveDate {
        let next = || self.open_day(date, |date| date.succ_opt());
        let before = || self.open_day(date, |date| date.pred_opt());
        match self.roll {
            Roll::Unadjusted => date,
            Roll::Following => next(),
            Roll::Preceding => before(),
            Roll::ModifiedFollowing => in_month_of(date, next(), before),
            Roll::ModifiedPreceding => in_month_of(date, before(), next),
        }
    }

    fn open_day(
        &self,
        date: NaiveDate,
        step: impl Fn(NaiveDate) -> Option<NaiveDate>,
    ) -> NaiveDate {
        let mut days = std::iter::successors(Some(date), |date| step(*date));
        days.find(|date| self.is_open(*date)).unwrap_or(date)
    }
}

fn in_month_of(date: NaiveDate, rolled: NaiveDate, other: impl Fn() -> NaiveDate) -> NaiveDate {
    if (rolled.year(), rolled.month()) == (date.year(), date.month()) { rolled } else { other() }
}
