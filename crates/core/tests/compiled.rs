//! What is compiled from a table is never kept with a row that was read before its guard.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use fondaco_core::store::{Record, Store};
use fondaco_core::{
    ActorId, AsyncDriver, CommandId, CompanyId, Driver, Envelope, Halt, Range, Reading, Timestamp,
    Tx,
};
use fondaco_store::Memory;
use fondaco_testkit::{Unloaded, block_on};

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "rule", kind = state, key(id), guard(all()))]
struct Rule {
    id: i64,
    limit: i64,
}

struct Sum(i64);

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn envelope(name: &str) -> Envelope {
    Envelope::new(CommandId::named(name), ActorId::new("clerk"), Timestamp::EPOCH)
}

fn sum(tx: &mut Tx<'_>) -> Result<i64, Halt> {
    let build = |rules: &[Arc<Rule>]| Sum(rules.iter().map(|rule| rule.limit).sum());
    match tx.compiled::<Rule, Sum>(|_| true, build)? {
        Some(sum) => Ok(sum.0),
        None => Ok(tx.peek_scan(&Range::<Rule>::all())?.iter().map(|rule| rule.limit).sum()),
    }
}

/// Two rules of 10, one of which another program raises to 100.
fn store() -> (Arc<Memory>, impl Fn()) {
    let store = Arc::new(Memory::new());
    let other = Driver::new(store.clone(), acme());
    other.prepare(&[Rule::TABLE]).unwrap();
    let both = |tx: &mut Tx<'_>, _: &str| {
        tx.insert_all(vec![Rule { id: 1, limit: 10 }, Rule { id: 2, limit: 10 }])
    };
    other.run(envelope("fill"), "", both).unwrap();
    let done = AtomicBool::new(false);
    let raise = move || {
        if !done.swap(true, Ordering::SeqCst) {
            let raise = |tx: &mut Tx<'_>, _: &str| {
                tx.get::<Rule>(&1)?;
                tx.put(Rule { id: 1, limit: 100 })
            };
            other.run(envelope("raise"), "", raise).unwrap();
        }
    };
    (store, raise)
}

/// Reads, lets the other program raise a rule, and compiles.
fn act(tx: &mut Tx<'_>, how: &str, raise: &Mutex<impl Fn()>) -> Result<i64, Halt> {
    match how {
        "peek" => drop(tx.peek::<Rule>(&1)?),
        "get" => drop(tx.get::<Rule>(&1)?),
        _ => drop(tx.peek_scan(&Range::<Rule>::all())?),
    }
    raise.lock().unwrap()();
    sum(tx)
}

#[test]
fn rows_read_before_the_guard_are_not_kept() {
    for how in ["peek", "get", "scan"] {
        let (store, raise) = store();
        let raise = Mutex::new(raise);
        let store: Arc<dyn Store> = store;
        let driver = Driver::new(store, acme());
        driver.run(envelope("first"), how, |tx, how| act(tx, how, &raise)).unwrap();
        let kept = driver.run(envelope("second"), "", |tx, _| sum(tx)).unwrap();
        assert_eq!(kept.answer, 110, "after a {how}");
    }
}

#[test]
fn nor_by_an_asynchronous_host() {
    for how in ["peek", "get", "scan"] {
        let (store, raise) = store();
        let raise = Mutex::new(raise);
        let driver = AsyncDriver::new(Unloaded::new(store, 1), acme());
        block_on(driver.run(envelope("first"), how, |tx, how| act(tx, how, &raise))).unwrap();
        let kept = block_on(driver.run(envelope("second"), "", |tx, _| sum(tx))).unwrap();
        assert_eq!(kept.answer, 110, "after a {how}");
    }
}
