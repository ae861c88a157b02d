//! What acts do again and again, in one call: how many trips it takes, and what the act rests on after it.

use std::sync::Arc;

use crate::common::*;
use fondaco_core::store::{Event, Fixed, Store, Value};
use fondaco_core::{Currency, Halt, Id, Range, Reading, Tx};
use fondaco_store::Memory;
use fondaco_testkit::{Moment, Slipping};

fn fill(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    tx.insert_all(vec![Shelf::new(1, 1, 10), Shelf::new(1, 2, 20), Shelf::new(2, 1, 30)])?;
    tx.insert_all(vec![Log { number: 1 }, Log { number: 2 }])?;
    Ok(tx.add_all(vec![Stock::of(1, 1, 5), Stock::of(1, 2, 6)])?)
}

/// How often an act runs when somebody does something right before it commits, on each store.
fn runs_when(
    other: fn(&mut Tx<'_>) -> Result<(), ShopError>,
    act: fn(&mut Tx<'_>) -> Result<(), ShopError>,
) -> u32 {
    let counts = in_process().into_iter().map(|(name, store)| {
        Host::sync(name, store.clone()).done("fill", fill);
        let slips = move |store: &dyn Store| elsewhere(store, "other", other);
        let host = Host::sync(name, Slipping::over(store, Moment::Commit(1), slips));
        let runs = Runs::default();
        host.done("act", |tx| {
            runs.one_more();
            act(tx)
        });
        runs.get()
    });
    let counts: Vec<u32> = counts.collect();
    assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
    counts[0]
}

/// How many trips an act takes in an asynchronous host: it runs once more for each.
fn trips(act: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>) -> u32 {
    let memory: Arc<dyn Store> = Arc::new(Memory::new());
    Host::sync("memory", memory.clone()).done("fill", fill);
    let runs = Runs::default();
    Host::asynchronous("memory, not loaded", memory).done("act", |tx| {
        runs.one_more();
        act(tx)
    });
    runs.get() - 1
}

#[test]
fn upsert_inserts_or_puts_and_tells_which() {
    on_every_host(|host| {
        host.done("fill", fill);
        host.done("act", |tx| {
            let before = tx.upsert(Shelf::new(1, 1, 11))?;
            assert_eq!(before.map(|shelf| shelf.load), Some(10));
            assert_eq!(tx.upsert(Shelf::new(9, 9, 99))?, None);
            assert_eq!(tx.upsert(Shelf::new(9, 9, 98))?.map(|shelf| shelf.load), Some(99));
            Ok(())
        });
        host.view(|view| {
            let unknown = || ShopError::No("no such shelf".into());
            assert_eq!(view.peek_require::<Shelf, _>(&(1, 1), unknown)?.load, 11);
            assert_eq!(view.peek_require::<Shelf, _>(&(9, 9), unknown)?.load, 98);
            assert!(view.peek_require::<Shelf, _>(&(9, 8), unknown).is_err());
            Ok(())
        });
        let refused = host.run("require", |tx| {
            tx.require::<Shelf, _>(&(9, 8), || ShopError::No("no such shelf".into()))?;
            Ok(())
        });
        assert_eq!(refusal(refused), "no such shelf");
    });
}

#[test]
fn many_ranges_are_scanned_in_one_trip_and_rested_on() {
    let scan = |tx: &mut Tx<'_>| {
        let aisles: Vec<_> = (1..=9i64).map(|aisle| Range::<Shelf>::by_key(&aisle)).collect();
        let shelves = tx.scan_each(&aisles)?;
        assert_eq!(shelves.iter().map(Vec::len).sum::<usize>(), 3);
        assert_eq!((shelves[0].len(), shelves[1][0].load), (2, 30));
        Ok(())
    };
    assert_eq!(trips(scan), 1);
    // A new shelf in one of them makes the act run again.
    fn new_shelf(tx: &mut Tx<'_>) -> Result<(), ShopError> {
        Ok(tx.insert(Shelf::new(5, 1, 50))?)
    }
    let runs = runs_when(new_shelf, |tx| {
        tx.scan_each(&[Range::<Shelf>::by_key(&5i64), Range::by_key(&6i64)])?;
        Ok(())
    });
    assert_eq!(runs, 2);
    on_every_host(|host| {
        let unguarded = host.run("logs", |tx| {
            tx.scan_each(&[Range::<Log>::all()])?;
            Ok(())
        });
        assert!(matches!(halt(unguarded), Halt::Unguarded { table: "shop_log" }));
    });
}

#[test]
fn a_range_without_a_guard_is_rested_on_row_by_row() {
    fn counters(tx: &mut Tx<'_>) -> Result<(), ShopError> {
        assert_eq!(tx.get_range(&Range::<Stock>::by_key(&1i64))?.len(), 2);
        Ok(())
    }
    assert_eq!(trips(counters), 1);
    let sold = |tx: &mut Tx<'_>| Ok(tx.add_all(vec![Stock::of(1, 2, -1)])?);
    let new_lot = |tx: &mut Tx<'_>| Ok(tx.add_all(vec![Stock::of(2, 1, 1)])?);
    assert_eq!((runs_when(sold, counters), runs_when(new_lot, counters)), (2, 1));

    fn shelves(tx: &mut Tx<'_>) -> Result<(), ShopError> {
        let backwards = Range::<Shelf>::by_key(&1i64).backwards().limit(1);
        assert_eq!(tx.get_range(&backwards)?[0].number, 2);
        Ok(())
    }
    let moved = |tx: &mut Tx<'_>| Ok(tx.upsert(Shelf::new(1, 2, 21)).map(|_| ())?);
    let first = |tx: &mut Tx<'_>| Ok(tx.upsert(Shelf::new(1, 1, 11)).map(|_| ())?);
    let another = |tx: &mut Tx<'_>| Ok(tx.insert(Shelf::new(1, 3, 30))?);
    assert_eq!(runs_when(moved, shelves), 2);
    assert_eq!((runs_when(first, shelves), runs_when(another, shelves)), (1, 1));
}

#[test]
fn a_range_shows_what_the_act_staged_itself() {
    on_every_host(|host| {
        host.done("fill", fill);
        host.done("act", |tx| {
            tx.upsert(Shelf::new(1, 2, 21))?;
            tx.insert(Shelf::new(1, 3, 30))?;
            tx.insert(Log { number: 3 })?;
            tx.add_all(vec![Stock::of(1, 2, 1), Stock::of(1, 3, 7)])?;
            let loads = tx.get_range(&Range::<Shelf>::by_key(&1i64))?;
            assert_eq!(loads.iter().map(|row| row.load).collect::<Vec<_>>(), [10, 21, 30]);
            assert_eq!(tx.get_range(&Range::<Log>::all())?.len(), 3);
            let stocks = tx.get_range(&Range::<Stock>::all())?;
            assert_eq!(stocks.iter().map(|row| row.on_hand).collect::<Vec<_>>(), [5, 7, 7]);
            Ok(())
        });
    });
}

#[test]
fn a_table_that_was_never_used_is_one_key_and_rested_on() {
    fn nobody(tx: &mut Tx<'_>) -> Result<(), ShopError> {
        tx.is_untouched::<Person>()?;
        Ok(())
    }
    fn somebody(tx: &mut Tx<'_>) -> Result<(), ShopError> {
        Ok(tx.insert(Person { number: 1, mail: None, points: 0 })?)
    }
    assert_eq!(trips(nobody), 1);
    assert_eq!(runs_when(somebody, nobody), 2);
    on_every_host(|host| {
        host.done("first", |tx| {
            assert!(tx.is_untouched::<Person>()?);
            somebody(tx)?;
            assert!(!tx.is_untouched::<Person>()?, "this act put somebody there");
            Ok(())
        });
        host.done("then", |tx| {
            assert!(!tx.is_untouched::<Person>()?);
            tx.get::<Person>(&1)?;
            Ok(tx.delete::<Person>(&1)?)
        });
        // It is empty again, but not untouched: that never comes back, so nobody need rest on it.
        assert!(!host.done("later", |tx| Ok(tx.is_untouched::<Person>()?)));
    });
}

#[test]
fn events_take_what_is_a_value() {
    let day = day(3);
    let (id, code) = (Id::<Log>::from_u128(7), smol_str::SmolStr::new("1000"));
    let event = Event::new("all")
        .with("text", "door")
        .with("code", &code)
        .with("day", day)
        .with("id", id)
        .with("count", 7u32)
        .with("whether", true)
        .with("amount", Fixed::<2>::from_units(1250))
        .with("currency", Currency::EUR)
        .with("nothing", None::<i64>)
        .with("some", Some("thing"))
        .with("value", Value::Null);
    let values: Vec<Value> = event.data.into_iter().map(|(_, value)| value).collect();
    let amount = Value::Decimal("12.5".parse().unwrap());
    assert_eq!(
        values,
        [
            Value::text("door"),
            Value::text("1000"),
            Value::Date(day),
            Value::Id(7),
            Value::I64(7),
            Value::Bool(true),
            amount,
            Value::text("EUR"),
            Value::Null,
            Value::text("thing"),
            Value::Null,
        ]
    );
}
