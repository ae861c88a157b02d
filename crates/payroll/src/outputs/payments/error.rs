//! What payment files and bank accounts are refused for. No message shows a number of an account or a name of a person.

use fondaco_core::party::IdentifierError;
use fondaco_core::{ErrorCode, Money};
use smol_str::SmolStr;

/// A payment, an account, a file or a bank's answer that can't be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum PaymentError {
    /// A file with no payment in it, which banks refuse.
    #[error("there is no payment to write: give at least one")]
    #[kind(Invalid)]
    #[code("payment_none")]
    NoPayment,
    /// A file with more payments than its counters have digits.
    #[error("the file would have {count} payments, and may have {most}: split it")]
    #[kind(Invalid)]
    #[code("payment_too_many")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many a file may have.
        most: usize,
    },
    /// A reference that is empty, too long, or has characters that don't survive the way through the banks.
    #[error("{field} {value:?}: {why}")]
    #[kind(Invalid)]
    #[code("payment_reference")]
    Reference {
        /// Which reference.
        field: &'static str,
        /// What was given.
        value: SmolStr,
        /// What it may be.
        why: &'static str,
    },
    /// Two payments of one reference, of which nobody could say which one came back.
    #[error(
        "payments {first} and {second} both have the reference {reference:?}: give each its own"
    )]
    #[kind(Invalid)]
    #[code("payment_reference_twice")]
    ReferenceTwice {
        /// The place of the first one, counted from 0.
        first: usize,
        /// The place of the other.
        second: usize,
        /// What both are called.
        reference: SmolStr,
    },
    /// An amount that can't be paid: nothing, below zero, with parts of a cent, or more than a file's field holds.
    #[error("payment {index} ({reference}): the amount is {amount}: {why}")]
    #[kind(Invalid)]
    #[code("payment_amount")]
    Amount {
        /// The payment's place, counted from 0.
        index: usize,
        /// Its reference.
        reference: SmolStr,
        /// What was given.
        amount: Money,
        /// What it may be.
        why: SmolStr,
    },
    /// An account of another country's kind than the file pays to.
    #[error(
        "payment {index} ({reference}): the account is {found}, and this file pays to {wanted}: put it into a file of its own kind"
    )]
    #[kind(Invalid)]
    #[code("payment_account_kind")]
    AccountKind {
        /// The payment's place, counted from 0.
        index: usize,
        /// Its reference.
        reference: SmolStr,
        /// What kind of account was given.
        found: &'static str,
        /// What kind the file needs.
        wanted: &'static str,
    },
    /// A name or text of which nothing is left in the characters that banks take.
    #[error(
        "{field} of {reference} has no character that the file can carry: write it in {alphabet} letters"
    )]
    #[kind(Invalid)]
    #[code("payment_text")]
    Text {
        /// Which text.
        field: &'static str,
        /// Whose: a payment's reference, or the file's.
        reference: SmolStr,
        /// What the file can carry.
        alphabet: &'static str,
    },
    /// A number that should be digits of a length.
    #[error("{field}: {why}")]
    #[kind(Invalid)]
    #[code("payment_digits")]
    Digits {
        /// Which number.
        field: &'static str,
        /// What is wrong with it, without showing it.
        why: SmolStr,
    },
    /// A routing number whose digits don't fit together.
    #[error("{field}: the check digit does not fit: compare it with the document")]
    #[kind(Invalid)]
    #[code("payment_check_digit")]
    CheckDigit {
        /// Which number.
        field: &'static str,
    },
    /// An IBAN or BIC that is none.
    #[error("{0}")]
    #[kind(Invalid)]
    #[code("payment_identifier")]
    Identifier(#[from] IdentifierError),
    /// A day that a file can't be made for.
    #[error("{field} {day}: {why}")]
    #[kind(Invalid)]
    #[code("payment_day")]
    Day {
        /// Which day.
        field: &'static str,
        /// What was given.
        day: chrono::NaiveDate,
        /// What it may be.
        why: &'static str,
    },
    /// A total that has no room.
    #[error("the payments add up to more than {most}, which the file has room for: split it")]
    #[kind(Invalid)]
    #[code("payment_total")]
    Total {
        /// What there is room for.
        most: Money,
    },
    /// An answer of a bank that can't be read.
    #[error("line {line}: {why}")]
    #[kind(Invalid)]
    #[code("payment_answer")]
    Answer {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        why: SmolStr,
    },
}
