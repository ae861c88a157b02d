//! The job on a store that fails at each of its steps, in chunks of three postings.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::error::Error;

use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Currency, Money, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use super::{KeepByItems, OpenItemQuery};
use crate::Books;
use crate::ledger::*;

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

/// Seven invoices, in no order of their dates.
fn set_up<S: Store>(store: S) -> S {
    let books = Books::open(&store as &dyn Store, acme()).unwrap();
    let books = books.with_clock(|| Timestamp::EPOCH);
    let customers = NewAccount::new("1200", "Customers", AccountClass::Asset);
    let sales = NewAccount::new("4000", "Sales", AccountClass::Income);
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    books.send("chart", &OpenAccounts::new(vec![customers, sales])).unwrap();
    books.send("gen", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
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
    let books = Books::open(store, acme())?.with_clock(|| Timestamp::EPOCH);
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
