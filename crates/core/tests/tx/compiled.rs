//! What is compiled from a table is never kept with a row that was read before its guard.

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

#[derive(Debug)]
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

/// The sum of another table, into a value of the same type.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "other_rule", kind = state, key(id), guard(all()))]
struct OtherRule {
    id: i64,
    limit: i64,
}

#[test]
fn values_of_two_tables_stay_apart_though_they_are_of_one_type() {
    let driver = Driver::new(Memory::new(), acme());
    driver.prepare(&[Rule::TABLE, OtherRule::TABLE]).unwrap();
    let both = |tx: &mut Tx<'_>, _: &str| {
        tx.insert(Rule { id: 1, limit: 10 })?;
        tx.insert(OtherRule { id: 1, limit: 999 })
    };
    driver.run(envelope("fill"), "", both).unwrap(); // one commit: both guards have one version
    let read = |tx: &mut Tx<'_>, _: &str| {
        let build = |rules: &[Arc<OtherRule>]| Sum(rules.iter().map(|rule| rule.limit).sum());
        let (rules, others) = (sum(tx)?, tx.compiled::<OtherRule, Sum>(|_| true, build)?);
        Ok::<_, Halt>((rules, others.map_or(0, |others| others.0)))
    };
    for name in ["first", "second"] {
        assert_eq!(driver.run(envelope(name), "", read).unwrap().answer, (10, 999));
    }
}

#[test]
fn what_an_act_staged_is_not_kept_for_others() {
    let (store, _) = store();
    let driver = Driver::new(store, acme());
    let refused = |tx: &mut Tx<'_>, _: &str| {
        tx.insert(Rule { id: 3, limit: 1000 })?;
        sum(tx)?;
        Err::<(), Halt>(Halt::Bug("the act ends without a commit".into()))
    };
    driver.run(envelope("refused"), "", refused).unwrap_err();
    assert_eq!(driver.run(envelope("next"), "", |tx, _| sum(tx)).unwrap().answer, 20);
}

#[test]
fn a_decision_rests_on_what_was_kept() {
    let (store, raise) = store();
    let raise = Mutex::new(raise);
    let driver = Driver::new(store, acme());
    driver.run(envelope("keep"), "", |tx, _| sum(tx)).unwrap();
    // The other program raises a rule after the kept sum was used, and before the commit.
    let act = |tx: &mut Tx<'_>, _: &str| {
        let sum = sum(tx)?;
        raise.lock().unwrap()();
        Ok::<_, Halt>(sum)
    };
    assert_eq!(driver.run(envelope("use"), "", act).unwrap().answer, 110);
}

#[test]
fn how_many_rows_there_are_at_most_is_known_before_they_are_read() {
    let (store, raise) = store();
    let driver = Driver::new(store, acme());
    let asked = |name: &str| {
        let seen = Mutex::new(None);
        let act = |tx: &mut Tx<'_>, _: &str| {
            let worth = |rows| {
                *seen.lock().unwrap() = Some(rows);
                true
            };
            tx.compiled::<Rule, Sum>(worth, |_| Sum(0))?;
            Ok::<(), Halt>(())
        };
        driver.run(envelope(name), "", act).unwrap();
        seen.into_inner().unwrap()
    };
    assert_eq!(asked("first"), Some(2));
    assert_eq!(asked("kept"), None);
    raise();
    assert_eq!(asked("one changed"), Some(4)); // at most: a change counts before and after
    let never = |tx: &mut Tx<'_>, _: &str| tx.compiled::<Rule, Vec<i64>>(|_| false, |_| vec![]);
    let never = |tx: &mut Tx<'_>, name: &str| Ok::<_, Halt>(never(tx, name)?.is_none());
    assert!(driver.run(envelope("never"), "", never).unwrap().answer);
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
