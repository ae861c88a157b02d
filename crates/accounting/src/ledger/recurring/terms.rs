//! What recurs, when, with which amounts, and what is done when it is late.

use chrono::NaiveDate;
use fondaco_core::calendar::BusinessDays;
use fondaco_core::recurrence::Recurrence;
use fondaco_core::store::Json;
use fondaco_core::{Halt, Residual};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ledger::NewEntry;

/// The terms of a recurring entry.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_core::calendar::{BusinessDays, Roll};
/// use fondaco_core::recurrence::Recurrence;
/// let rent = NewEntry::new("GEN", day("2026-03-01")) // the first one
///     .text("Rent")
///     .debit("5100", eur("400"))
///     .credit("1000", eur("400"));
/// let terms = RecurringTerms::new(rent, Recurrence::monthly())
///     .on_business_days(BusinessDays::new("DE-BY", Roll::Following))
///     .late(LateRule::OwnPeriod);
/// books.send("rent", &StartRecurring::new("rent", terms))?;
/// let next = books.upcoming("rent", 2)?;
/// assert_eq!(next[0].on, day("2026-03-02")); // the first is a Sunday
/// assert_eq!(next[1].date, day("2026-04-01"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurringTerms {
    /// What is posted. Its date is where the recurrence starts; its other dates keep their distance from it.
    pub entry: NewEntry,
    /// When it recurs, and until when or how often.
    pub recurrence: Recurrence,
    /// How much each time.
    #[serde(default)]
    pub amounts: AmountRule,
    /// By which calendar, and where to, an occurrence goes that falls on a weekend or holiday; without one it stays.
    #[serde(default)]
    pub business_days: Option<BusinessDays>,
    /// What becomes of an occurrence that finds its period closed.
    #[serde(default)]
    pub late: LateRule,
    /// Whether each occurrence reverses itself on the first day after its period.
    #[serde(default)]
    pub reversing: bool,
}

/// How much is posted each time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum AmountRule {
    /// The template's amounts.
    #[default]
    Fixed,
    /// The template's amounts are the total of all occurrences: each gets its share, and no cent is lost.
    Spread {
        /// The share of each occurrence, in order; none for equal shares.
        #[serde(with = "fondaco_core::decimal::as_text::list", default)]
        weights: Vec<Decimal>,
        /// Who gets the cents that are left.
        residual: Residual,
    },
}

/// What is done when an occurrence can't be posted on its own date, because its period is locked or not there, or because
/// its journal has a later number already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateRule {
    /// It is posted on the day on which the clock brings it, with its own date as the document's date.
    #[default]
    CurrentPeriod,
    /// It is refused, and stays on the queue until its period is opened, or somebody skips it.
    OwnPeriod,
}

impl RecurringTerms {
    /// `entry` by this recurrence, with the same amounts each time, on every day of the week; late ones in the current
    /// period.
    pub fn new(entry: NewEntry, recurrence: Recurrence) -> RecurringTerms {
        RecurringTerms {
            entry,
            recurrence,
            amounts: AmountRule::Fixed,
            business_days: None,
            late: LateRule::CurrentPeriod,
            reversing: false,
        }
    }

    /// Spreads the template's amounts over all occurrences in equal shares; the cents that are left go to the first.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::recurrence::Recurrence;
    /// let premium = NewEntry::new("GEN", day("2026-01-31"))
    ///     .debit("5100", eur("1000"))
    ///     .credit("1200", eur("1000"));
    /// let months = Recurrence::monthly().on_month_days([-1])?.times(12)?;
    /// books.send("premium", &StartRecurring::new("premium", RecurringTerms::new(premium, months).spread()))?;
    /// let parts = books.upcoming("premium", 12)?;
    /// assert_eq!(parts[0].entry.postings[0].amount, eur("83.34"));
    /// assert_eq!(parts[11].entry.postings[0].amount, eur("83.33"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn spread(self) -> RecurringTerms {
        self.amounts(AmountRule::Spread { weights: Vec::new(), residual: Residual::FirstParts })
    }

    /// How much each time.
    #[must_use]
    pub fn amounts(mut self, amounts: AmountRule) -> RecurringTerms {
        self.amounts = amounts;
        self
    }

    /// Where an occurrence goes that falls on a weekend or holiday of this calendar, shipped or the company's own.
    #[must_use]
    pub fn on_business_days(mut self, days: BusinessDays) -> RecurringTerms {
        self.business_days = Some(days);
        self
    }

    /// What becomes of an occurrence that finds its period closed.
    #[must_use]
    pub fn late(mut self, rule: LateRule) -> RecurringTerms {
        self.late = rule;
        self
    }

    /// Each occurrence reverses itself on the first day after its period.
    #[must_use]
    pub fn reversing(mut self) -> RecurringTerms {
        self.reversing = true;
        self
    }

    /// Where the recurrence starts: the template's date.
    pub fn start(&self) -> NaiveDate {
        self.entry.date
    }

    pub(crate) fn to_json(&self) -> Result<Json, Halt> {
        Json::of(self).ok_or_else(|| Halt::Bug("the terms can't be written as JSON".into()))
    }
}
