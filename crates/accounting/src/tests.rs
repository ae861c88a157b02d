//! The books of a small firm, for tests of jobs beside the code.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use fondaco_core::store::{Store, StoreError};
use fondaco_core::{CompanyId, Currency, Timestamp};

use crate::Books;
use crate::ledger::*;

pub(crate) fn acme() -> CompanyId {
    CompanyId::named("acme")
}

pub(crate) fn open(store: &dyn Store) -> Result<Books<'_>, StoreError> {
    Ok(Books::open(store, acme())?.with_clock(|| Timestamp::EPOCH))
}

/// 2026 with a journal, an asset and sales.
pub(crate) fn set_up(books: &Books<'_>, (asset, name): (&str, &str)) {
    let asset = NewAccount::new(asset, name, AccountClass::Asset);
    let sales = NewAccount::new("4000", "Sales", AccountClass::Income);
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    books.send("chart", &OpenAccounts::new(vec![asset, sales])).unwrap();
    books.send("gen", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
}
