//! Payment terms: when which part of an amount falls due, and until when less will do.
//!
//! A date is reached by steps from the document's: "30 days end of month" is 30 days on, then to the
//! end of the month; "end of month 30 days" the other way round. Parts are shares of the whole, shares
//! of what remains, fixed sums, and the rest, each rounded once; what they don't take, the last one
//! does, so that no cent is lost.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Roll, WorkingDays};
use crate::money::Money;
use crate::rate::Rate;

mod dates;
mod error;
mod schedule;

pub use dates::DateStep;
pub use error::TermsError;
pub use schedule::{AmountRounding, Discount, DueAmount};

/// When an amount is to be paid.
///
/// ```
/// use fondaco_core::terms::{DateStep, PaymentTerms};
/// use fondaco_core::{Money, Rate, Rounding};
/// let terms = PaymentTerms::after([DateStep::Days(30)])
///     .discount(Rate::percent("2")?, [DateStep::Days(10)]);
/// let (invoice, total) = ("2026-01-31".parse()?, Money::parse("119.99 EUR")?);
/// let due = terms.schedule(total, invoice, Rounding::HalfUp)?;
/// assert_eq!((due[0].date, due[0].amount), ("2026-03-02".parse()?, total));
/// let offer = &terms.discounts(total, invoice, Rounding::HalfUp)?[0];
/// assert_eq!(offer.until, "2026-02-10".parse()?);
/// assert_eq!((offer.reduction, offer.pay), (Money::parse("2.40 EUR")?, Money::parse("117.59 EUR")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentTerms {
    /// The parts, in the order in which they take their share.
    pub instalments: Vec<Instalment>,
    /// What may be taken off for paying early.
    #[serde(default)]
    pub discounts: Vec<EarlyDiscount>,
}

/// A part of the amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// How much.
    pub share: Share,
    /// When: by these steps from the document's date, one after the other.
    #[serde(default)]
    pub due: Vec<DateStep>,
}

/// How much a part is. None takes more than remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// Of the whole amount.
    OfTotal(Rate),
    /// Of what the parts before have left.
    OfRest(Rate),
    /// So much, with the sign of the whole.
    Fixed(Money),
    /// What the parts before have left.
    Rest,
}

/// Something off for paying early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyDiscount {
    /// How much of the amount.
    pub rate: Rate,
    /// Until when: by these steps from the document's date.
    pub until: Vec<DateStep>,
}

impl PaymentTerms {
    /// All of it at once, so many steps after the document's date.
    ///
    /// ```
    /// use fondaco_core::terms::{DateStep, PaymentTerms};
    /// let invoice = "2026-01-15".parse()?;
    /// let end_of_next_month = PaymentTerms::after([DateStep::Months(1), DateStep::EndOfMonth]);
    /// assert_eq!(end_of_next_month.due_dates(invoice)?, ["2026-02-28".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after(steps: impl IntoIterator<Item = DateStep>) -> PaymentTerms {
        PaymentTerms { instalments: Vec::new(), discounts: Vec::new() }.then(Share::Rest, steps)
    }

    /// So many days net.
    ///
    /// ```
    /// use fondaco_core::terms::PaymentTerms;
    /// assert_eq!(PaymentTerms::net(14).due_dates("2026-02-20".parse()?)?, ["2026-03-06".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn net(days: i32) -> PaymentTerms {
        PaymentTerms::after([DateStep::Days(days)])
    }

    /// So many days, then to the end of that month: "30 days end of month".
    ///
    /// ```
    /// use fondaco_core::terms::PaymentTerms;
    /// let terms = PaymentTerms::end_of_month_after(30);
    /// assert_eq!(terms.due_dates("2026-01-31".parse()?)?, ["2026-03-31".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end_of_month_after(days: i32) -> PaymentTerms {
        PaymentTerms::after([DateStep::Days(days), DateStep::EndOfMonth])
    }

    /// On this day of the next month: "15th of the next month".
    ///
    /// ```
    /// use fondaco_core::terms::PaymentTerms;
    /// let terms = PaymentTerms::day_of_next_month(15);
    /// assert_eq!(terms.due_dates("2026-01-31".parse()?)?, ["2026-02-15".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn day_of_next_month(day: u32) -> PaymentTerms {
        PaymentTerms::after([DateStep::Months(1), DateStep::DayOfMonth(day)])
    }

    /// In parts: none yet.
    ///
    /// ```
    /// use fondaco_core::terms::{DateStep, PaymentTerms, Share};
    /// use fondaco_core::{Money, Rate, Rounding};
    /// let terms = PaymentTerms::in_parts()
    ///     .then(Share::OfTotal(Rate::percent("30")?), [])
    ///     .then(Share::OfRest(Rate::percent("50")?), [DateStep::Months(1)])
    ///     .then(Share::Rest, [DateStep::Months(2)]);
    /// let due = terms.schedule(Money::parse("100.01 EUR")?, "2026-01-31".parse()?, Rounding::HalfEven)?;
    /// let shown: Vec<String> = due.iter().map(|part| format!("{} {}", part.date, part.amount)).collect();
    /// assert_eq!(shown, ["2026-01-31 30.00 EUR", "2026-02-28 35.00 EUR", "2026-03-31 35.01 EUR"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_parts() -> PaymentTerms {
        PaymentTerms { instalments: Vec::new(), discounts: Vec::new() }
    }

    /// And a part more.
    #[must_use]
    pub fn then(mut self, share: Share, due: impl IntoIterator<Item = DateStep>) -> PaymentTerms {
        self.instalments.push(Instalment { share, due: due.into_iter().collect() });
        self
    }

    /// So much may be taken off by whoever pays until then.
    #[must_use]
    pub fn discount(
        mut self,
        rate: Rate,
        until: impl IntoIterator<Item = DateStep>,
    ) -> PaymentTerms {
        self.discounts.push(EarlyDiscount { rate, until: until.into_iter().collect() });
        self
    }

    /// The dates of the parts, whatever the amount.
    ///
    /// # Errors
    /// [`TermsError::Date`] and [`TermsError::Step`] when a step leads nowhere.
    pub fn due_dates(&self, from: NaiveDate) -> Result<Vec<NaiveDate>, TermsError> {
        self.instalments.iter().map(|part| dates::reach(from, &part.due)).collect()
    }

    /// When which part of `amount` falls due: parts of nothing are left out, and an amount of nothing
    /// is due at once. A part that is larger than what remains takes that, and is the last.
    ///
    /// ```
    /// use fondaco_core::terms::{DateStep, PaymentTerms, Share};
    /// use fondaco_core::{Money, Rounding};
    /// let deposit = Money::parse("100 EUR")?;
    /// let terms = PaymentTerms::in_parts()
    ///     .then(Share::Fixed(deposit), [])
    ///     .then(Share::Rest, [DateStep::Days(30)]);
    /// let day = "2026-01-02".parse()?;
    /// assert_eq!(terms.schedule(Money::parse("250 EUR")?, day, Rounding::HalfUp)?.len(), 2);
    /// let small = terms.schedule(Money::parse("80 EUR")?, day, Rounding::HalfUp)?;
    /// assert_eq!((small.len(), small[0].amount), (1, Money::parse("80 EUR")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`PaymentTerms::due_dates`]; [`TermsError::Unpaid`] when the parts leave something over;
    /// [`TermsError::Negative`] for a share below zero; [`TermsError::Money`].
    pub fn schedule(
        &self,
        amount: Money,
        from: NaiveDate,
        rounding: impl Into<AmountRounding>,
    ) -> Result<Vec<DueAmount>, TermsError> {
        schedule::parts(&self.instalments, amount, from, rounding.into())
    }

    /// What may be paid instead, and until when.
    ///
    /// # Errors
    /// As [`PaymentTerms::due_dates`]; [`TermsError::Discount`] for one below nothing or above all; [`TermsError::Money`].
    pub fn discounts(
        &self,
        amount: Money,
        from: NaiveDate,
        rounding: impl Into<AmountRounding>,
    ) -> Result<Vec<Discount>, TermsError> {
        let rounding = rounding.into();
        let offer = |discount| schedule::offer(discount, amount, from, rounding);
        self.discounts.iter().zip(1..).map(offer).collect()
    }
}

/// The same parts on working days.
///
/// ```
/// use fondaco_core::calendar::{Calendar, Roll};
/// use fondaco_core::terms::{PaymentTerms, on_working_days};
/// use fondaco_core::{Money, Rounding};
/// let days = Calendar::named("TARGET")?.over("2026-01-01/2026-12-31".parse()?)?;
/// let total = Money::parse("100 EUR")?;
/// let due = PaymentTerms::net(30).schedule(total, "2026-01-02".parse()?, Rounding::HalfUp)?;
/// let due = on_working_days(&due, &days, Roll::Following)?; // from Sunday, 1 February
/// assert_eq!(due[0].date, "2026-02-02".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`WorkingDays::roll`].
pub fn on_working_days(
    due: &[DueAmount],
    days: &WorkingDays,
    roll: Roll,
) -> Result<Vec<DueAmount>, crate::calendar::CalendarError> {
    let rolled = |part: &DueAmount| Ok(DueAmount { date: days.roll(part.date, roll)?, ..*part });
    due.iter().map(rolled).collect()
}

#[cfg(test)]
mod tests;
