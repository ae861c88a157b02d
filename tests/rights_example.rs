//! The example of users and rights runs, and what it asserts holds.

use std::sync::Arc;

use fondaco::prelude::*;

#[path = "../examples/rights.rs"]
#[allow(dead_code, reason = "its command line is the program's")]
mod rights;

#[test]
fn it_runs_and_told_twice_it_happens_once() -> Result<(), Box<dyn std::error::Error>> {
    let store = Arc::new(Memory::new());
    rights::told(Box::new(store.clone()))?;
    let posted = || -> Result<Decimal, Box<dyn std::error::Error>> {
        let books = Books::open(store.clone(), CompanyId::named("acme"))?;
        Ok(books.trial_balance("2026-03-31".parse()?)?.debit)
    };
    let first = posted()?;
    rights::told(Box::new(store.clone()))?;
    assert_eq!(posted()?, first);
    Ok(())
}
