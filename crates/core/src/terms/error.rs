//! What can be wrong with terms.

use chrono::NaiveDate;

use crate::ErrorCode;
use crate::money::{Money, MoneyError};
use crate::rate::Rate;

/// Why terms come to no dated amounts.
#[derive(Clone, Debug, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum TermsError {
    /// A number that is none of the calendar's.
    #[error("{value} is no {what}: give 1 to {}", if *what == "month" { 12 } else { 31 })]
    #[kind(Invalid)]
    #[code("terms_step")]
    Step {
        /// What it should be.
        what: &'static str,
        /// The number.
        value: u32,
    },
    /// A step leads beyond the dates that can be held.
    #[error("a step from {date} leads beyond the dates that can be held: make it smaller")]
    #[kind(Invalid)]
    #[code("terms_date")]
    Date {
        /// From where.
        date: NaiveDate,
    },
    /// The parts do not take all of it.
    #[error("the instalments leave {rest} of {amount} over: let the last one take the rest")]
    #[kind(Invalid)]
    #[code("terms_unpaid")]
    Unpaid {
        /// The whole.
        amount: Money,
        /// What nobody takes.
        rest: Money,
    },
    /// A share below zero.
    #[error("instalment {number} (counted from 1) is {share}: a share is not below zero")]
    #[kind(Invalid)]
    #[code("terms_negative")]
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
    #[kind(Invalid)]
    #[code("terms_discount")]
    Discount {
        /// Which one.
        number: usize,
        /// Its rate.
        rate: Rate,
    },
    /// Amounts that can't be reckoned with.
    #[error(transparent)]
    #[inner]
    Money(#[from] MoneyError),
}
