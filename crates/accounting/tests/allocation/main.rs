//! Allocation: a pool is shared out to the cent, once for a period, and taken back exactly.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod anything;
mod failures;
mod refusing;
mod sharing;

use common::*;
use fondaco_accounting::ledger::*;

/// An entry that puts so much on an account for a cost centre.
fn cost(day: &str, account: &str, centre: &str, amount: &str) -> NewEntry {
    let amount = eur(amount);
    let side = if amount.is_negative() { Side::Credit } else { Side::Debit };
    let posting = NewPosting::new(account, side, amount.abs());
    NewEntry::new("GEN", d(day))
        .posting(posting.dimension("cost_centre", centre))
        .posting(NewPosting::new("1000", side.opposite(), amount.abs()))
}

/// What an account shows for a cost centre.
fn of(firm: &Firm, account: &str, centre: &str) -> String {
    firm.sum(&BalanceQuery::account(account).dimension("cost_centre", centre))
}
