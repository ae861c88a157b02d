//! What a decision rests on: if that changes before the commit, the act runs again; if something else does, it does not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_core::{ActError, Halt, Range, Reading, Tx};

/// Runs `act` while somebody else does `meanwhile` between its first run's reading and its commit; gives the runs.
fn runs_of(
    act: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
    meanwhile: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
) -> Vec<(&'static str, u32)> {
    let mut all = Vec::new();
    let mut hosts: Vec<Host> =
        stores().into_iter().map(|(name, store)| Host::sync(name, store)).collect();
    hosts.push(Host::asynchronous("not loaded", in_process().remove(1).1));
    for host in hosts {
        host.done("fill", |tx| {
            (1..=3).try_for_each(|n| tx.insert(Shelf::new(1, n, n)))?;
            tx.insert(Shelf::new(2, 1, 1))?;
            tx.insert_all(vec![
                Move::new(1, 1, 1, 5),
                Move::new(1, 2, 9, 5),
                Move::new(2, 1, 1, 5),
            ])?;
            Ok(tx.add_all(vec![Stock::of(1, 1, 10), Stock::of(1, 2, 10)])?)
        });
        let whole = Runs::default();
        let store = host.store.clone();
        host.done("act", |tx| {
            act(tx)?;
            // Only runs that got here read everything.
            if whole.one_more() == 1 {
                elsewhere(&*store, "meanwhile", &meanwhile);
            }
            Ok(tx.insert(Log { number: 1 })?)
        });
        host.verify();
        all.push((host.name, whole.get()));
    }
    all
}

fn runs_again(
    act: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
    meanwhile: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
) {
    let runs = runs_of(act, meanwhile);
    assert!(runs.iter().all(|(_, runs)| *runs == 2), "{runs:?}");
}

fn runs_once(
    act: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
    meanwhile: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
) {
    let runs = runs_of(act, meanwhile);
    assert!(runs.iter().all(|(_, runs)| *runs == 1), "{runs:?}");
}

fn scan_aisle(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    tx.scan(&Range::<Shelf>::by_key(&1i64))?;
    Ok(())
}

fn put_load(tx: &mut Tx<'_>, key: (i64, i64), load: i64) -> Result<(), ShopError> {
    let shelf = tx.get::<Shelf>(&key)?.unwrap();
    Ok(tx.put(Shelf { load, ..shelf.as_ref().clone() })?)
}

fn delete(tx: &mut Tx<'_>, key: (i64, i64)) -> Result<(), ShopError> {
    tx.get::<Shelf>(&key)?;
    Ok(tx.delete::<Shelf>(&key)?)
}

#[test]
fn a_row_that_was_got_is_guarded() {
    let get = |tx: &mut Tx<'_>| tx.get::<Shelf>(&(1, 1)).map(|_| ()).map_err(ShopError::from);
    runs_again(get, |tx| put_load(tx, (1, 1), 9));
    runs_again(get, |tx| delete(tx, (1, 1)));
    runs_once(get, |tx| put_load(tx, (1, 2), 9));
    let many = |tx: &mut Tx<'_>| {
        tx.get_many::<Shelf>(&[(1, 1), (1, 2)]).map(|_| ()).map_err(ShopError::from)
    };
    runs_again(many, |tx| put_load(tx, (1, 2), 9));
}

/// Two rows that always say the same, read with a change of both in between, say what can't be: that is no bug of the act.
#[test]
fn what_can_not_be_is_looked_at_again() {
    for (name, store) in stores() {
        let host = Host::sync(name, store.clone());
        host.done("fill", |tx| {
            tx.insert(Shelf::new(1, 1, 5))?;
            Ok(tx.insert(Shelf::new(1, 2, 5))?)
        });
        let runs = Runs::default();
        host.done("act", |tx| {
            let first = tx.get::<Shelf>(&(1, 1))?.unwrap().load;
            if runs.one_more() == 1 {
                elsewhere(&*store, "meanwhile", |tx| {
                    put_load(tx, (1, 1), 9)?;
                    put_load(tx, (1, 2), 9)
                });
            }
            let second = tx.get::<Shelf>(&(1, 2))?.unwrap().load;
            if first != second {
                return Err(Halt::Bug(format!("{first} is not {second}")).into());
            }
            Ok(tx.insert(Log { number: 1 })?)
        });
        assert_eq!(runs.get(), 2, "on {name}");
        // What can't be at one moment stays a bug.
        let error = host.run("bug", |tx| {
            tx.get::<Shelf>(&(1, 1))?;
            Err::<(), _>(Halt::Bug("it can't be".into()).into())
        });
        let error = error.unwrap_err();
        assert!(matches!(error.halt(), Some(Halt::Bug(_))), "{error} on {name}");
    }
}

#[test]
fn an_absence_that_was_got_is_guarded() {
    let get = |tx: &mut Tx<'_>| tx.get::<Shelf>(&(1, 9)).map(|_| ()).map_err(ShopError::from);
    runs_again(get, |tx| Ok(tx.insert(Shelf::new(1, 9, 0))?));
    runs_once(get, |tx| Ok(tx.insert(Shelf::new(1, 8, 0))?));
}

#[test]
fn peeking_rests_on_nothing() {
    let peek = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
        tx.peek::<Shelf>(&(1, 1))?;
        tx.peek_many::<Shelf>(&[(1, 2)])?;
        tx.peek_scan(&Range::<Shelf>::all())?;
        Ok(())
    };
    runs_once(peek, |tx| {
        put_load(tx, (1, 1), 9)?;
        put_load(tx, (1, 2), 9)?;
        Ok(tx.insert(Shelf::new(1, 7, 0))?)
    });
}

#[test]
fn no_phantom_comes_into_leaves_or_moves_within_a_scanned_range() {
    runs_again(scan_aisle, |tx| Ok(tx.insert(Shelf::new(1, 7, 0))?));
    runs_again(scan_aisle, |tx| put_load(tx, (1, 2), 9));
    runs_again(scan_aisle, |tx| delete(tx, (1, 2)));
    let by_load = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
        tx.scan(&Range::by(Shelf::BY_LOAD, &1i64).limit(1))?;
        Ok(())
    };
    runs_again(by_load, |tx| Ok(tx.insert(Shelf::new(1, 7, 0))?));
}

#[test]
fn an_empty_range_is_guarded_too() {
    let empty = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
        assert!(tx.scan(&Range::<Shelf>::by_key(&3i64))?.len() <= 1);
        Ok(())
    };
    runs_again(empty, |tx| Ok(tx.insert(Shelf::new(3, 1, 0))?));
}

#[test]
fn another_range_does_not_matter() {
    runs_once(scan_aisle, |tx| Ok(tx.insert(Shelf::new(2, 7, 0))?));
    runs_once(scan_aisle, |tx| put_load(tx, (2, 1), 9));
    runs_once(scan_aisle, |tx| delete(tx, (2, 1)));
    runs_once(scan_aisle, |tx| Ok(tx.insert(Move::new(1, 9, 1, 1))?));
}

#[test]
fn ranges_that_share_a_counter_make_an_act_run_again() {
    // Aisle 322 is the first that shares one with aisle 1.
    runs_again(scan_aisle, |tx| Ok(tx.insert(Shelf::new(322, 7, 0))?));
    runs_once(scan_aisle, |tx| Ok(tx.insert(Shelf::new(323, 7, 0))?));
}

#[test]
fn the_narrowest_guard_that_covers_the_range_is_taken() {
    let one_day = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
        tx.scan(&Range::by(Move::BY_DAY, &(1i64, day(1))))?;
        Ok(())
    };
    runs_again(one_day, |tx| Ok(tx.insert(Move::new(1, 9, 1, 1))?));
    runs_once(one_day, |tx| Ok(tx.insert(Move::new(1, 9, 2, 1))?));
    runs_once(one_day, |tx| Ok(tx.insert(Move::new(2, 9, 1, 1))?));
    // A span of days is no equality: the item's guard covers it.
    let days = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
        tx.scan(&Range::by(Move::BY_DAY, &1i64).from(&day(1)).through(&day(3)))?;
        Ok(())
    };
    runs_again(days, |tx| Ok(tx.insert(Move::new(1, 9, 20, 1))?));
    runs_once(days, |tx| Ok(tx.insert(Move::new(2, 9, 1, 1))?));
}

#[test]
fn a_range_without_a_guard_can_only_be_peeked_at() {
    on_every_host(|host| {
        let no_guard =
            host.run("log", |tx| tx.scan(&Range::<Log>::all()).map(|_| ()).map_err(Into::into));
        let halt = halt(no_guard);
        assert!(matches!(halt, Halt::Unguarded { table: "shop_log" }));
        assert_eq!(
            halt.to_string(),
            "table shop_log: no guard covers the scanned range; declare one, or use peek_scan"
        );
        let too_wide =
            host.run("all", |tx| tx.scan(&Range::<Shelf>::all()).map(|_| ()).map_err(Into::into));
        assert!(matches!(self::halt(too_wide), Halt::Unguarded { table: "shop_shelf" }));
        host.done("peek", |tx| tx.peek_scan(&Range::<Log>::all()).map(|_| ()).map_err(Into::into));
    });
}

#[test]
fn a_counter_that_was_got_is_guarded_and_a_peeked_one_is_not() {
    let get = |tx: &mut Tx<'_>| tx.get::<Stock>(&(1, 1)).map(|_| ()).map_err(ShopError::from);
    let peek = |tx: &mut Tx<'_>| tx.peek::<Stock>(&(1, 1)).map(|_| ()).map_err(ShopError::from);
    let add = |tx: &mut Tx<'_>| Ok(tx.add_all(vec![Stock::of(1, 1, 1)])?);
    runs_again(get, add);
    runs_once(peek, add);
    // Two that only add don't collide.
    runs_once(add, add);
}

#[test]
fn a_row_that_moves_between_ranges_disturbs_both() {
    // The label's person moves from one index place to another; the guard is on the whole table.
    let all =
        |tx: &mut Tx<'_>| tx.scan(&Range::<Person>::all()).map(|_| ()).map_err(ShopError::from);
    runs_again(all, |tx| Ok(tx.insert(Person { number: 1, mail: None, points: 0 })?));
}

/// Two acts of which each sees what the other changes (the doctors on call): one must run again.
#[test]
fn there_is_no_write_skew() {
    on_every_host(|host| {
        host.done("fill", |tx| {
            tx.insert(Shelf::new(1, 1, 1))?;
            Ok(tx.insert(Shelf::new(1, 2, 1))?)
        });
        // Each may be emptied only while the other is not.
        let emptying = |own: i64, other: i64| {
            move |tx: &mut Tx<'_>| -> Result<(), ShopError> {
                if tx.get::<Shelf>(&(1, other))?.unwrap().load == 0 {
                    return no("the other is empty");
                }
                put_load(tx, (1, own), 0)
            }
        };
        let runs = Runs::default();
        let store = host.store.clone();
        let result = host.run("one", |tx| {
            emptying(1, 2)(tx)?;
            if runs.one_more() == 1 {
                elsewhere(&*store, "two", emptying(2, 1));
            }
            Ok(())
        });
        assert_eq!(refusal(result), "the other is empty", "on {}", host.name);
        let left = host.view(|view| Ok(view.peek_scan(&Range::<Shelf>::all())?));
        assert_eq!(left.iter().map(|shelf| shelf.load).sum::<i64>(), 1);
    });
}

/// An insert of a key that somebody else inserts meanwhile is found in the next run.
#[test]
fn a_key_taken_meanwhile_is_seen_by_the_next_run() {
    on_every_host(|host| {
        let store = host.store.clone();
        let runs = Runs::default();
        let found = host.done("mine", |tx| {
            let there = tx.get::<Shelf>(&(1, 1))?;
            if runs.one_more() == 1 {
                elsewhere(&*store, "theirs", |tx| Ok(tx.insert(Shelf::new(1, 1, 5))?));
            }
            match there {
                Some(shelf) => Ok(shelf.load),
                None => {
                    tx.insert(Shelf::new(1, 1, 6))?;
                    Ok(6)
                }
            }
        });
        assert_eq!(found, 5, "on {}", host.name);
    });
}

#[test]
fn an_insert_of_a_key_that_was_never_looked_for_is_an_error_and_no_retry() {
    on_every_host(|host| {
        host.done("one", |tx| Ok(tx.insert(Log { number: 1 })?));
        let runs = Runs::default();
        let again = host.run("two", |tx| {
            runs.one_more();
            Ok(tx.insert(Log { number: 1 })?)
        });
        assert_eq!(halt(again).code(), "store.exists");
        assert_eq!(runs.get(), 1);
    });
}
