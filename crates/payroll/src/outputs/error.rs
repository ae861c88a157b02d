//! What slips can't be put out for.

use chrono::NaiveDate;
use fondaco_core::decimal::DecimalError;
use fondaco_core::{AllocationError, Currency, DateRange, ErrorCode};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::payments::PaymentError;

/// A slip that can't be printed, posted or paid as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum OutputError {
    /// A slip whose lines don't come to its net pay: nothing that rests on it would balance.
    #[error(
        "employee {number}: the lines of the slip come to {lines}, and its net pay is {net}: compute it again"
    )]
    #[kind(Corrupt)]
    #[code("output_unbalanced")]
    Unbalanced {
        /// The employee's number.
        number: SmolStr,
        /// What the lines come to.
        lines: Decimal,
        /// What the slip says.
        net: Decimal,
    },
    /// Slips of two currencies in one list.
    #[error(
        "employee {number}: the slip is in {found}, and the others are in {wanted}: put them out by currency"
    )]
    #[kind(Invalid)]
    #[code("output_currency")]
    Currency {
        /// The employee's number.
        number: SmolStr,
        /// The currency of this slip.
        found: Currency,
        /// That of the ones before.
        wanted: Currency,
    },
    /// A payment that is of other slips.
    #[error(
        "payment {reference} is of none of these slips: give the slips of the run whose file it is in"
    )]
    #[kind(Invalid)]
    #[code("output_of_no_slip")]
    OfNoSlip {
        /// The payment's reference.
        reference: SmolStr,
    },
    /// Nothing to put out where a figure has to name its currency or year.
    #[error("there is no slip: give at least one")]
    #[kind(Invalid)]
    #[code("output_none")]
    NoSlip,
    /// Slips of another employee, or of other rules than the form is for.
    #[error(
        "employee {number}: {field} is {found}, and should be {wanted}: give the slips of one employee and year"
    )]
    #[kind(Invalid)]
    #[code("output_mixed")]
    Mixed {
        /// The employee's number.
        number: SmolStr,
        /// What is mixed.
        field: &'static str,
        /// What was found.
        found: SmolStr,
        /// What all the others have.
        wanted: SmolStr,
    },
    /// Cost centres whose shares nothing can be split by.
    #[error("employee {number}: the cost centres of {component}: {error}")]
    #[kind(Invalid)]
    #[code("output_shares")]
    Shares {
        /// The employee's number.
        number: SmolStr,
        /// The component that they bear.
        component: SmolStr,
        /// What is wrong.
        error: AllocationError,
    },
    /// An account that nobody knows the number of.
    #[error(
        "employee {number}: the account {account:?} has no number: enter it, or pay by other means"
    )]
    #[kind(NotFound)]
    #[code("output_account")]
    NoAccount {
        /// The employee's number.
        number: SmolStr,
        /// What the account is known by.
        account: SmolStr,
    },
    /// Net pay that no account is said for.
    #[error("employee {number}: no account is said for {net}: enter one, or pay by other means")]
    #[kind(NotFound)]
    #[code("output_no_bank")]
    NoBank {
        /// The employee's number.
        number: SmolStr,
        /// What is to be paid.
        net: Decimal,
    },
    /// A part of net pay that can't be: below zero, or more than a hundred per cent.
    #[error(
        "employee {number}: the part for the account {account:?} is {part}: give zero or more, and at most 100 %"
    )]
    #[kind(Invalid)]
    #[code("output_bank_part")]
    BankPart {
        /// The employee's number.
        number: SmolStr,
        /// What the account is known by.
        account: SmolStr,
        /// What was said.
        part: Decimal,
    },
    /// Slips without a year-to-date sum that a box of a form is made of: the rules that computed them had none yet.
    #[error(
        "employee {number}: {what} is made of the sum {sum}, which slips lack that were computed before the rules had it, those paid on {}: \
         enter what it came to in them with OpenSums for the rules {rules} and {year}, or void them and compute them again",
        days(paid_on)
    )]
    #[kind(Refused)]
    #[code("output_sum_unknown")]
    SumUnknown {
        /// The employee's number.
        number: SmolStr,
        /// Which box.
        what: &'static str,
        /// The accumulator.
        sum: &'static str,
        /// The rules that have it.
        rules: SmolStr,
        /// The year of the form.
        year: i32,
        /// The days on which the slips that lack it were paid.
        paid_on: Vec<NaiveDate>,
    },
    /// An earnings period of which nobody can say how much was earned within which band of National Insurance.
    #[error(
        "employee {number}: the shipped rules united_kingdom give no limits of National Insurance for the earnings period from {from}: {why}; \
         pay the period by these rules, or make its P60 by hand"
    )]
    #[kind(Refused)]
    #[code("output_no_limits")]
    NoLimits {
        /// The employee's number.
        number: SmolStr,
        /// The first day of the period.
        from: NaiveDate,
        /// Why not.
        why: SmolStr,
    },
    /// A certificate of a year in which the employment was not, and nothing was paid of it either.
    #[error(
        "employee {number}: the employment {employed} has no day in {year}: give the days of the one that these slips pay"
    )]
    #[kind(Invalid)]
    #[code("output_not_employed")]
    NotEmployed {
        /// The employee's number.
        number: SmolStr,
        /// From when until when it was.
        employed: DateRange,
        /// The year of the certificate.
        year: i32,
    },
    /// A figure without room in 28 digits.
    #[error("{what}: {error}")]
    #[kind(Invalid)]
    #[code("output_exact")]
    Exact {
        /// Which figure.
        what: &'static str,
        /// What went wrong.
        error: DecimalError,
    },
    /// What a payment file was refused for.
    #[error(transparent)]
    #[inner]
    Payment(#[from] PaymentError),
}

/// Days, one behind the other.
fn days(of: &[NaiveDate]) -> String {
    of.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(", ")
}
