//! What an act peeked at and then rests on counts from the first reading: if it changed in between, the act runs again,
//! and what it commits is true of one moment.

use crate::common::*;
use fondaco_core::store::{Column, Guard, Kind, Record, Store, Table, Type};
use fondaco_core::{Range, Reading, Tx};
use fondaco_store::Memory;

type Step = fn(&mut Tx<'_>) -> Result<(), ShopError>;
type Sum = fn(&mut Tx<'_>) -> Result<i64, ShopError>;

fn fill(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    tx.insert(Shelf::new(1, 1, 10).labelled("a"))?;
    tx.insert(Shelf::new(1, 2, 20))?;
    tx.insert(Move::new(1, 1, 1, 5))?;
    Ok(tx.add(Stock::of(1, 1, 5), &[]).map(|_| ())?)
}

/// Everything that the sums below could see, moved at once.
fn meanwhile(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
    tx.put(Shelf { load: shelf.load + 100, ..shelf.as_ref().clone() })?;
    tx.insert(Shelf::new(1, 3, 1000))?;
    tx.insert(Move::new(1, 2, 1, 7))?;
    Ok(tx.add(Stock::of(1, 1, 10), &[]).map(|_| ())?)
}

fn loads(rows: &[std::sync::Arc<Shelf>]) -> i64 {
    rows.iter().map(|row| row.load).sum()
}

const PEEKS: [(&str, Step); 6] = [
    ("peek", |tx| Ok(tx.peek::<Shelf>(&(1, 1)).map(|_| ())?)),
    ("peek at nothing", |tx| Ok(tx.peek::<Shelf>(&(1, 3)).map(|_| ())?)),
    ("peek at many", |tx| Ok(tx.peek_many::<Shelf>(&[(1, 1), (1, 2), (1, 3)]).map(|_| ())?)),
    ("peek at the range", |tx| Ok(tx.peek_scan(&Range::<Shelf>::by_key(&1i64)).map(|_| ())?)),
    ("peek at all", |tx| {
        Ok(tx.peek_each(&Range::<Shelf>::all(), |_| Ok::<(), fondaco_core::Halt>(()))?)
    }),
    ("peek at the index", |tx| Ok(tx.peek_scan(&Range::by(Shelf::BY_LOAD, &1i64)).map(|_| ())?)),
];

/// What the act then rests on, the sum before `meanwhile` and the sum after.
const SUMS: [(&str, Sum, i64, i64); 5] = [
    ("scan", |tx| Ok(loads(&tx.scan(&Range::<Shelf>::by_key(&1i64))?)), 30, 1130),
    (
        "scan backwards",
        |tx| Ok(loads(&tx.scan(&Range::<Shelf>::by_key(&1i64).backwards())?)),
        30,
        1130,
    ),
    ("scan the index", |tx| Ok(loads(&tx.scan(&Range::by(Shelf::BY_LOAD, &1i64))?)), 30, 1130),
    ("scan one", |tx| Ok(loads(&tx.scan(&Range::<Shelf>::by_key(&(1i64)).limit(1))?)), 10, 110),
    ("get", |tx| Ok(tx.get::<Shelf>(&(1, 1))?.map_or(0, |row| row.load)), 10, 110),
];

/// The act peeks, somebody else commits, the act decides.
fn decided_on(host: &Host, peek: Step, sum: Sum) -> (i64, u32) {
    host.done("fill", fill);
    let (runs, meetings) = (Runs::default(), Runs::default());
    let store = host.store.clone();
    let sum = host.done("act", |tx| {
        peek(tx)?;
        if meetings.one_more() == 1 {
            elsewhere(&*store, "meanwhile", meanwhile);
        }
        let sum = sum(tx)?;
        runs.one_more();
        tx.insert(Log { number: sum })?;
        Ok(sum)
    });
    host.verify();
    (sum, runs.get())
}

#[test]
fn what_was_peeked_at_and_then_scanned_is_of_one_moment() {
    for (peeked, peek) in PEEKS {
        for (scanned, sum, before, after) in SUMS {
            on_every_host(|host| {
                let (sum, _) = decided_on(host, peek, sum);
                let what = format!("{peeked}, then {scanned} on {}", host.name);
                assert_eq!(sum, after, "{what}: before it was {before}");
            });
        }
    }
}

/// As the reviewer found it: the row that was peeked at stands in the range, and its first reading stays.
#[test]
fn a_scan_over_a_row_that_changed_since_it_was_peeked_at_runs_again() {
    on_every_host(|host| {
        let peek: Step = |tx| {
            assert!(tx.peek::<Shelf>(&(1, 1))?.is_some());
            Ok(())
        };
        assert_eq!(decided_on(host, peek, SUMS[0].1), (1130, 2), "on {}", host.name);
    });
}

#[test]
fn facts_that_came_since_they_were_peeked_at() {
    on_every_host(|host| {
        let peek: Step = |tx| Ok(tx.peek_scan(&Range::<Move>::by_key(&1i64)).map(|_| ())?);
        let scan: Sum =
            |tx| Ok(tx.scan(&Range::<Move>::by_key(&1i64))?.iter().map(|row| row.pieces).sum());
        assert_eq!(decided_on(host, peek, scan).0, 12, "on {}", host.name);
        let index: Sum = |tx| Ok(tx.scan(&Range::by(Move::BY_DAY, &1i64))?.len() as i64);
        let other = Host::sync("memory", std::sync::Arc::new(Memory::new()));
        assert_eq!(decided_on(&other, peek, index).0, 2);
    });
}

/// Nobody in between: what was peeked at costs no second run, whatever rests on it.
#[test]
fn an_undisturbed_act_runs_once() {
    for (peeked, peek) in PEEKS {
        for (scanned, sum, before, _) in SUMS {
            on_every_host(|host| {
                host.done("fill", fill);
                let runs = Runs::default();
                let sum = host.done("act", |tx| {
                    peek(tx)?;
                    let sum = sum(tx)?;
                    runs.one_more();
                    tx.insert(Log { number: sum })?;
                    Ok(sum)
                });
                let what = format!("{peeked}, then {scanned} on {}", host.name);
                assert_eq!((sum, runs.get()), (before, 1), "{what}");
            });
        }
    }
}

/// Peeked at only: nothing rests on it.
#[test]
fn what_was_only_peeked_at_may_change() {
    for (peeked, peek) in PEEKS {
        on_every_host(|host| {
            let (_, runs) = decided_on(host, peek, |_| Ok(0));
            assert_eq!(runs, 1, "{peeked} on {}", host.name);
        });
    }
}

/// A guard over sums would say nothing of what is added to them: no store takes such a declaration.
#[test]
fn a_counter_can_not_be_guarded() {
    const COLUMN: Column =
        Column { name: "item", ty: Type::I64, nullable: false, personal: false, since: 1 };
    static GUARDED: Table = Table {
        name: "guarded_sums",
        kind: Kind::Counter,
        layout: 1,
        columns: &[COLUMN, Column { name: "pieces", ..COLUMN }],
        key: 1,
        indexes: &[],
        guards: &[Guard { name: "all", columns: &[] }],
        decode: None,
    };
    for (name, store) in stores() {
        let refused = Store::prepare(&store, &[Log::TABLE, &GUARDED]).unwrap_err();
        assert!(refused.to_string().contains("a counter has no guards"), "on {name}: {refused}");
    }
}
