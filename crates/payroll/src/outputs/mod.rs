//! What leaves a payroll run: payslips, registers, lines for the books, what the year comes to, files that a bank carries out, and what
//! it answers.
//!
//! | I want | here |
//! |---|---|
//! | a payslip in the employee's language: text, HTML that prints, PDF | [`Payslip`], [`Labels`] |
//! | the register of a run, and what is different from the last one | [`Register`], [`Differences`] |
//! | lines for the books, by role and cost centre, that balance | [`Journal`] |
//! | what each cost centre costs, and month by month | [`CostReport`] |
//! | what goes to which account, and the file for the bank | [`transfers`], [`transfers_each`], [`payments`] |
//! | the year of an employee: Form W-2, P60, Lohnsteuerbescheinigung | [`year`] |
//!
//! Everything here is a plain function from [slips](crate::runs::Slip) to a text or a value: nothing is stored, and no clock is read.

mod cost;
mod differences;
mod error;
mod journal;
mod labels;
mod order;
pub mod payments;
mod payslip;
mod register;
mod transfers;
pub mod year;

pub use cost::{CostOf, CostReport};
pub use differences::{Difference, Differences, Moved};
pub use error::OutputError;
pub use journal::{AccountRole, Journal, JournalLine};
pub use labels::Labels;
pub(crate) use order::by_number;
pub use payslip::{Payslip, PayslipHead, YearToDate};
pub use register::{Register, RegisterRow};
pub(crate) use transfers::lacks;
pub use transfers::{Accounts, came_back, left, transfers, transfers_each};

#[cfg(test)]
mod tests;

use std::borrow::Borrow;

use fondaco_core::decimal;
use rust_decimal::Decimal;

use crate::runs::{Slip, SlipStatus};

/// The slips that a table adds up: those that count; of a run of which none does, as it is not approved yet, those that are computed. Voided
/// slips are never among them.
fn standing<S: Borrow<Slip>>(slips: &[S]) -> impl Iterator<Item = &Slip> {
    let counts = slips.iter().any(|slip| slip.borrow().status.counts());
    slips.iter().map(Borrow::borrow).filter(move |slip: &&Slip| {
        slip.status != SlipStatus::Voided && slip.status.counts() == counts
    })
}

/// Adds exactly, or says of what there is no room.
fn add(what: &'static str, sum: &mut Decimal, more: Decimal) -> Result<(), OutputError> {
    *sum = decimal::add(*sum, more).map_err(|error| OutputError::Exact { what, error })?;
    Ok(())
}

/// What a line adds to net pay, with its sign.
fn on_net(line: &crate::runs::SlipLine) -> Decimal {
    match line.kind.on_net() {
        1 => line.amount,
        -1 => decimal::normalize(-line.amount),
        _ => Decimal::ZERO,
    }
}
