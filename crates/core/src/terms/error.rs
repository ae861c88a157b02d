//! What can be wrong with terms.

use chrono::NaiveDate;

use crate::money::{Money, MoneyError};
use crate::names::ErrorKind;
use crate::rate::Rate;

/// Why terms come to no dated amounts.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// A number that is none of the calendar's.
    #[error("{value} is no {what}: give 1 to {}", if *what == "month" { 12 } else { 31 })]
    Step {
        /// What it should be.
        what: &'static str,
        /// The number.
        value: u32,
    },
    /// A step leads beyond the dates that can be held.
    #[error("a step from {date} leads beyond the dates that can be held: make it smaller")]
    Date {
        /// From where.
        date: NaiveDate,
    },
    /// The parts do not take all of it.
    #[error("the instalments leave {rest} of {amount} over: let the last one take the rest")]
    Unpaid {
        /// The whole.
        amount: Money,
        /// What nobody takes.
        rest: Money,
    },
    /// A share below zero.
    #[error("instalment {number} (counted from 1) is {share}: a share is not below zero")]
    Negative {
        /// Which one.
        number: usize,
        /// Its share.
        share: String,
    },
    /// A discount that asks for more, or gives more than all of it.
    #[error(
        "discount {number} (counted from 1) is {rate}: take off something between 0 % and 100 %"
    )]
    Discount {
        /// Which one.
        number: usize,
        /// Its rate.
        rate: Rate,
    },
    /// Amounts that can't be reckoned with.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl TermsError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::terms::PaymentTerms;
    /// let error = PaymentTerms::day_of_next_month(32).due_dates("2026-01-01".parse()?).unwrap_err();
    /// assert_eq!(error.code(), "core.terms_step");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            TermsError::Step { .. } => "core.terms_step",
            TermsError::Date { .. } => "core.terms_date",
            TermsError::Unpaid { .. } => "core.terms_unpaid",
            TermsError::Negative { .. } => "core.terms_negative",
            TermsError::Discount { .. } => "core.terms_discount",
            TermsError::Money(error) => error.code(),
        }
    }

    /// What the caller can do: give other terms.
    pub fn kind(&self) -> ErrorKind {
        match self {
            TermsError::Money(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }
}
