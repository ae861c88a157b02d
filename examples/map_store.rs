//! A store in fifty lines: any ordered map with one atomic write becomes one. Here it is a `BTreeMap` behind a lock; yours
//! may be a key-value library, a dictionary of another language, a phone's storage.
//!
//! ```sh
//! cargo run --example map_store
//! ```
//!
//! The chapter is `docs/write-a-store.md`, which shows this file.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use fondaco::prelude::*;
use fondaco::store::OrderedStore;
use fondaco::store::ordered::{KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written};

#[path = "common/exit.rs"]
mod exit;

// [store]
/// How often the map was written, and the map.
type Tree = (u64, BTreeMap<Vec<u8>, Vec<u8>>);

#[derive(Default)]
pub(crate) struct Plain(RwLock<Tree>);

/// The map at one moment: as long as it lives, nobody writes.
struct Now<'m>(RwLockReadGuard<'m, Tree>);

impl Ordered for Plain {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        Ok(Box::new(Now(self.0.read().unwrap_or_else(PoisonError::into_inner))))
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if map.0 != position {
            return Ok(Written::Moved); // somebody wrote since the snapshot that this rests on
        }
        for Put { key, value } in puts {
            match value {
                Some(value) => map.1.insert(key, value),
                None => map.1.remove(&key),
            };
        }
        map.0 += 1;
        Ok(Written::Done)
    }
}

impl MapSnapshot for Now<'_> {
    fn position(&self) -> u64 {
        self.0.0
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError> {
        Ok(self.0.1.get(key).cloned())
    }

    fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError> {
        let pairs = self.0.1.range::<[u8], _>(range.bounds());
        let pairs = pairs.map(|(key, value)| (key.clone(), value.clone()));
        Ok(match range.backwards {
            false => pairs.take(range.limit).collect(),
            true => pairs.rev().take(range.limit).collect(),
        })
    }
}
// [end]

fn main() -> ExitCode {
    exit::code(run())
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let store = OrderedStore::open(Plain::default())?;
    let books = Books::open(store, CompanyId::named("acme"))?;
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let cash = NewAccount::new("1000", "Cash", AccountClass::Asset);
    let sales = NewAccount::new("4000", "Sales", AccountClass::Income);
    books.send("chart", &OpenAccounts::new(vec![cash, sales]))?;
    books.send("journal", &OpenJournal::new("GEN", "General journal"))?;
    books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    let (day, ten) = ("2026-01-05".parse()?, Money::parse("10.00 EUR")?);
    books.post("sale/1", NewEntry::new("GEN", day).debit("1000", ten).credit("4000", ten))?;
    println!("{}", books.trial_balance(day)?);
    println!("{}", books.verify()?);
    Ok(())
}
