//! The job on a store that fails at each of its steps, in chunks of three postings.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::error::Error;

use fondaco_core::store::Store;
use fondaco_core::{Currency, Money};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use super::{KeepByItems, OpenItemQuery};
use crate::ledger::{NewEntry, PostMany};
use crate::tests::{self, acme};

/// Seven invoices, in no order of their dates.
fn set_up<S: Store>(store: S) -> S {
    let books = tests::open(&store).unwrap();
    tests::set_up(&books, ("1200", "Customers"));
    let invoice = |day: u32| {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 1 + day % 3, day).unwrap();
        let amount = Money::minor(100, Currency::EUR);
        NewEntry::new("GEN", date).debit("1200", amount).credit("4000", amount)
    };
    books.send("invoices", &PostMany::new((1..=7).map(invoice).collect())).unwrap();
    drop(books);
    store
}

fn keeping(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    let books = tests::open(store)?;
    let done = books.run_job("by items", &mut KeepByItems::new("1200"), &mut ())?;
    assert_eq!(done.report, 7);
    assert_eq!(books.open_items(&OpenItemQuery::account("1200"))?.items.len(), 7);
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

#[test]
fn an_account_is_kept_by_items_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), keeping).unwrap();
    assert_eq!(swept.commits, 5 + 6, "begun, marked, three chunks, made valid");
    assert!(swept.failures > 30, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), keeping).unwrap().commits, 11);
}
