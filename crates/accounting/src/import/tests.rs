//! An import on a store that fails at each of its steps, in chunks of four lines.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::error::Error;
use std::io::Cursor;

use fondaco_core::store::Store;
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use super::*;
use crate::tests::{self, acme};

fn set_up<S: Store>(store: S) -> S {
    tests::set_up(&tests::open(&store).unwrap(), ("1000", "Bank"));
    store
}

/// Five entries, of which the fourth has a day that no month has.
fn file(fourth: &str) -> String {
    let mut file = String::from("key,date,account,amount\n");
    for (key, day) in [("a", "05"), ("b", "06"), ("c", "07"), ("d", fourth), ("e", "09")] {
        file += &format!("{key},2026-01-{day},1000,2\n{key},2026-01-{day},4000,-2\n");
    }
    file
}

fn open(fourth: &str) -> Result<ImportEntries<Cursor<String>>, ImportError> {
    let mapping = EntryMapping::new("date", "account", AmountColumns::signed("amount"));
    ImportEntries::new(Cursor::new(file(fourth)), mapping.key("key"))
}

fn importing(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    let books = tests::open(store)?;
    let done = books.run_job("good ones", &mut open("32")?.mode(Mode::GoodOnes), &mut ())?;
    assert_eq!((done.report.entries, done.report.refused), (4, 1));
    let done = books.run_job("all", &mut open("08")?, &mut ())?;
    assert_eq!((done.report.entries, done.report.refused), (5, 0));
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

#[test]
fn every_entry_is_booked_once_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), importing).unwrap();
    // The good ones: begun, three chunks booked, valid; all: begun, three chunks checked, three booked, valid.
    assert_eq!(swept.commits, 4 + 5 + 8);
    assert!(swept.failures > 60, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), importing).unwrap().commits, 17);
}
