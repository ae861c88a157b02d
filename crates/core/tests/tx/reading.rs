//! What an act sees: the first reading of a row stays, and its own writes are visible at once, in every order.

use crate::common::*;
use fondaco_core::store::{Record, Store};
use fondaco_core::{Halt, Needs, Range, Reading, Tx};
use fondaco_testkit::{Moment, Slipping};

fn numbers(rows: &[std::sync::Arc<Shelf>]) -> Vec<i64> {
    rows.iter().map(|shelf| shelf.number).collect()
}

/// Aisle 1 with shelves 1 to 5, loads 50 down to 10; aisle 2 with one shelf.
fn fill(host: &Host) {
    host.done("fill", |tx| {
        (1..=5).try_for_each(|n| tx.insert(Shelf::new(1, n, 60 - 10 * n)))?;
        tx.insert(Shelf::new(2, 1, 7))?;
        Ok(())
    });
}

#[test]
fn an_act_sees_what_is_stored_and_what_is_not() {
    on_every_host(|host| {
        fill(host);
        host.done("look", |tx| {
            assert_eq!(tx.get::<Shelf>(&(1, 2))?.unwrap().load, 40);
            assert_eq!(tx.peek::<Shelf>(&(1, 3))?.unwrap().load, 30);
            assert_eq!(tx.get::<Shelf>(&(1, 9))?, None);
            let many = tx.get_many::<Shelf>(&[(1, 5), (9, 9), (1, 1), (1, 5)])?;
            let loads: Vec<_> = many.iter().map(|s| s.as_ref().map(|s| s.load)).collect();
            assert_eq!(loads, [Some(10), None, Some(50), Some(10)]);
            assert_eq!(tx.get_many::<Shelf>(&[])?.len(), 0);
            let many = tx.peek_many::<Shelf>(&[(2, 1), (2, 2)])?;
            assert_eq!(many.iter().filter(|s| s.is_some()).count(), 1);
            Ok(())
        });
    });
}

#[test]
fn a_range_has_a_beginning_an_end_a_direction_and_a_limit() {
    on_every_host(|host| {
        fill(host);
        host.done("look", |tx| {
            let aisle = || Range::<Shelf>::by_key(&1i64);
            let mut see = |range| -> Result<Vec<i64>, ShopError> { Ok(numbers(&tx.scan(&range)?)) };
            assert_eq!(see(aisle())?, [1, 2, 3, 4, 5]);
            assert_eq!(see(aisle().backwards())?, [5, 4, 3, 2, 1]);
            assert_eq!(see(aisle().from(&2i64).before(&4i64))?, [2, 3]);
            assert_eq!(see(aisle().from(&2i64).through(&4i64).backwards())?, [4, 3, 2]);
            assert_eq!(see(aisle().limit(2))?, [1, 2]);
            assert_eq!(see(aisle().backwards().limit(2))?, [5, 4]);
            assert_eq!(see(aisle().limit(0))?, [0i64; 0]);
            assert_eq!(see(aisle().from(&4i64).before(&2i64))?, [0i64; 0]);
            assert_eq!(see(Range::by_key(&(1i64, 3i64)))?, [3]);
            assert_eq!(see(Range::by(Shelf::BY_LOAD, &1i64))?, [5, 4, 3, 2, 1]);
            assert_eq!(
                see(Range::by(Shelf::BY_LOAD, &1i64).from(&20i64).through(&40i64))?,
                [4, 3, 2]
            );
            assert_eq!(see(Range::by(Shelf::BY_LOAD, &(1i64, 30i64)))?, [3]);
            assert_eq!(see(Range::by_key(&3i64))?, [0i64; 0]);
            assert_eq!(tx.peek_scan(&Range::<Shelf>::all())?.len(), 6);
            Ok(())
        });
    });
}

#[test]
fn columns_that_do_not_begin_the_order_are_a_mistake_in_the_program() {
    on_every_host(|host| {
        let wrong = host.run("look", |tx| {
            tx.peek_scan(&Range::<Shelf>::by_key(&"one".to_string()))?;
            Ok(())
        });
        assert!(matches!(halt(wrong), Halt::Bug(why) if why.contains("shop_shelf")));
    });
}

/// Whatever an act staged, it reads it back, by key and in both orders, in both directions, under every limit.
#[test]
fn own_writes_are_visible_in_every_order() {
    on_every_host(|host| {
        fill(host);
        host.done("write", |tx| {
            tx.get::<Shelf>(&(1, 2))?;
            tx.delete::<Shelf>(&(1, 2))?;
            let third = tx.get::<Shelf>(&(1, 3))?.unwrap();
            tx.put(Shelf { load: 45, ..third.as_ref().clone() })?;
            tx.insert(Shelf::new(1, 6, 25))?;
            tx.insert(Shelf::new(1, 0, 1))?;
            assert_eq!(tx.get::<Shelf>(&(1, 2))?, None);
            assert_eq!(tx.get::<Shelf>(&(1, 3))?.unwrap().load, 45);
            assert_eq!(tx.peek::<Shelf>(&(1, 6))?.unwrap().load, 25);
            let many = tx.get_many::<Shelf>(&[(1, 2), (1, 3), (1, 6), (1, 4)])?;
            let loads: Vec<_> = many.iter().map(|s| s.as_ref().map(|s| s.load)).collect();
            assert_eq!(loads, [None, Some(45), Some(25), Some(20)]);
            see_all(tx, &Range::by_key(&1i64), &[0, 1, 3, 4, 5, 6])?;
            see_all(tx, &Range::by_key(&1i64).from(&3i64), &[3, 4, 5, 6])?;
            // Loads: 0 has 1, 5 has 10, 4 has 20, 6 has 25, 3 has 45, 1 has 50.
            see_all(tx, &Range::by(Shelf::BY_LOAD, &1i64), &[0, 5, 4, 6, 3, 1])?;
            // The row that was moved is found at its new place alone.
            see_all(tx, &Range::by(Shelf::BY_LOAD, &(1i64, 30i64)), &[])?;
            see_all(tx, &Range::by(Shelf::BY_LOAD, &(1i64, 45i64)), &[3])?;
            Ok(())
        });
        let stored =
            host.view(|view| Ok(numbers(&view.peek_scan(&Range::<Shelf>::by_key(&1i64))?)));
        assert_eq!(stored, [0, 1, 3, 4, 5, 6]);
        host.verify();
    });
}

fn see_all(tx: &mut Tx<'_>, range: &Range<Shelf>, expected: &[i64]) -> Result<(), ShopError> {
    let backwards: Vec<i64> = expected.iter().rev().copied().collect();
    assert_eq!(numbers(&tx.scan(range)?), expected);
    assert_eq!(numbers(&tx.scan(&range.clone().backwards())?), backwards);
    for limit in 0..=expected.len() + 1 {
        let some = limit.min(expected.len());
        assert_eq!(numbers(&tx.scan(&range.clone().limit(limit))?), &expected[..some]);
        let last = tx.peek_scan(&range.clone().backwards().limit(limit))?;
        assert_eq!(numbers(&last), &backwards[..some], "limit {limit}, backwards");
    }
    Ok(())
}

#[test]
fn counters_are_read_with_what_the_act_added() {
    on_every_host(|host| {
        host.done("stock", |tx| {
            tx.add_all((1..=4).map(|lot| Stock::of(7, lot, 10)).collect::<Vec<_>>())?;
            Ok(())
        });
        host.done("more", |tx| {
            tx.add(Stock::of(7, 2, 5), &[])?;
            tx.add(Stock::of(7, 2, -1), &[Stock::floor()])?;
            tx.add(Stock::of(7, 9, 3), &[])?;
            assert_eq!(tx.get::<Stock>(&(7, 2))?.unwrap().on_hand, 14);
            assert_eq!(tx.peek::<Stock>(&(7, 9))?.unwrap().on_hand, 3);
            assert_eq!(tx.peek::<Stock>(&(7, 8))?, None);
            let lots = |rows: Vec<std::sync::Arc<Stock>>| -> Vec<(i64, i64)> {
                rows.iter().map(|stock| (stock.lot, stock.on_hand)).collect()
            };
            let all = Range::<Stock>::by_key(&7i64);
            assert_eq!(lots(tx.peek_scan(&all)?), [(1, 10), (2, 14), (3, 10), (4, 10), (9, 3)]);
            assert_eq!(lots(tx.peek_scan(&all.clone().limit(2))?), [(1, 10), (2, 14)]);
            let last = tx.peek_scan(&all.clone().backwards().limit(2))?;
            assert_eq!(lots(last), [(9, 3), (4, 10)]);
            tx.add(Stock::of(7, 2, 100), &[])?;
            assert_eq!(tx.get::<Stock>(&(7, 2))?.unwrap().on_hand, 114, "after a reading, too");
            Ok(())
        });
        let sum = host.view(|view| Ok(view.peek::<Stock>(&(7, 2))?.unwrap().on_hand));
        assert_eq!(sum, 114);
    });
}

#[test]
fn a_row_inserted_by_the_act_can_be_changed_and_removed_by_it() {
    on_every_host(|host| {
        host.done("write", |tx| {
            (1..=3).try_for_each(|n| tx.insert(Shelf::new(1, n, 0)))?;
            tx.put(Shelf::new(1, 2, 22))?;
            tx.delete::<Shelf>(&(1, 3))?;
            assert_eq!(tx.get::<Shelf>(&(1, 2))?.unwrap().load, 22);
            assert_eq!(tx.get::<Shelf>(&(1, 3))?, None);
            Ok(())
        });
        let rows = host.view(|view| Ok(view.peek_scan(&Range::<Shelf>::all())?));
        let seen: Vec<_> = rows.iter().map(|shelf| (shelf.number, shelf.load)).collect();
        assert_eq!(seen, [(1, 0), (2, 22)]);
        host.verify();
    });
}

#[test]
fn a_row_that_was_removed_can_be_inserted_again_by_the_same_act() {
    on_every_host(|host| {
        fill(host);
        host.done("stored", |tx| {
            tx.get::<Shelf>(&(1, 2))?;
            tx.delete::<Shelf>(&(1, 2))?;
            tx.insert(Shelf::new(1, 2, 99))?;
            assert_eq!(tx.get::<Shelf>(&(1, 2))?.map(|shelf| shelf.load), Some(99));
            Ok(())
        });
        host.done("new", |tx| {
            tx.insert(Shelf::new(5, 1, 1))?;
            tx.delete::<Shelf>(&(5, 1))?;
            tx.insert(Shelf::new(5, 1, 2))?;
            assert_eq!(tx.get::<Shelf>(&(5, 1))?.map(|shelf| shelf.load), Some(2));
            Ok(())
        });
        let loads = host.view(|view| {
            let both = view.peek_many::<Shelf>(&[(1, 2), (5, 1)])?;
            Ok(both.iter().map(|shelf| shelf.as_ref().map(|shelf| shelf.load)).collect::<Vec<_>>())
        });
        assert_eq!(loads, [Some(99), Some(2)], "on {}", host.name);
        host.verify();
    });
}

#[test]
fn a_row_must_be_read_before_it_is_changed() {
    on_every_host(|host| {
        fill(host);
        let put = host.run("put", |tx| Ok(tx.put(Shelf::new(1, 1, 0))?));
        assert!(matches!(halt(put), Halt::Bug(_)));
        let delete = host.run("delete", |tx| Ok(tx.delete::<Shelf>(&(1, 1))?));
        assert!(matches!(halt(delete), Halt::Bug(_)));
        let absent = host.run("absent", |tx| {
            tx.get::<Shelf>(&(8, 8))?;
            Ok(tx.put(Shelf::new(8, 8, 0))?)
        });
        assert!(matches!(halt(absent), Halt::Bug(_)));
        // A scan reads too.
        host.done("scan, then put", |tx| {
            let shelves = tx.scan(&Range::<Shelf>::by_key(&1i64))?;
            tx.put(Shelf { load: 1, ..shelves[0].as_ref().clone() })?;
            Ok(())
        });
    });
}

#[test]
fn each_kind_of_row_changes_in_its_own_way_alone() {
    on_every_host(|host| {
        let wrong = [
            host.run("1", |tx| Ok(tx.put(Move::new(1, 1, 1, 1))?)),
            host.run("2", |tx| Ok(tx.delete::<Move>(&(1, 1))?)),
            host.run("3", |tx| Ok(tx.insert(Stock::of(1, 1, 1))?)),
            host.run("4", |tx| Ok(tx.add(Shelf::new(1, 1, 1), &[]).map(|_| ())?)),
            host.run("5", |tx| Ok(tx.add_all(vec![Move::new(1, 1, 1, 1)])?)),
            host.run("6", |tx| Ok(tx.erase::<Stock>(&(1, 1))?)),
        ];
        for result in wrong {
            assert!(matches!(halt(result), Halt::Bug(_)));
        }
        assert!(host.feed().is_empty());
    });
}

#[test]
fn text_that_no_store_can_keep_names_its_column() {
    on_every_host(|host| {
        let wrong = host.run("nul", |tx| Ok(tx.insert(Shelf::new(1, 1, 1).labelled("a\0b"))?));
        let halt = halt(wrong);
        assert!(halt.to_string().starts_with("shop_shelf.label: "), "{halt}");
    });
}

/// In an act that reads twice at different moments, a row stays what it was at the first.
#[test]
fn the_first_reading_of_a_row_stays() {
    for (name, store) in stores() {
        let host = Host::sync(name, store.clone());
        fill(&host);
        let runs = Runs::default();
        let done = host.run("look", |tx| {
            let before = tx.peek::<Shelf>(&(1, 1))?.unwrap().load;
            if runs.one_more() == 1 {
                elsewhere(&*store, "meanwhile", |tx| {
                    let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
                    Ok(tx.put(Shelf { load: 77, ..shelf.as_ref().clone() })?)
                });
            }
            assert_eq!(tx.peek::<Shelf>(&(1, 1))?.unwrap().load, before);
            let scanned = tx.peek_scan(&Range::<Shelf>::by_key(&1i64))?;
            assert_eq!(scanned[0].load, before);
            Ok(before)
        });
        // Peeking rests on nothing, so nothing had to run again.
        assert_eq!((done.unwrap().answer, runs.get()), (50, 1), "on {name}");
    }
}

#[test]
fn long_ranges_are_read_in_pages_without_loss() {
    on_every_host(|host| {
        for from in [0, 5_000] {
            host.done(&format!("from {from}"), |tx| {
                let rows = (from..from + 5_000).map(|n| Move::new(1, n, 1 + (n % 20) as u32, n));
                Ok(tx.insert_all(rows.collect::<Vec<_>>())?)
            });
        }
        let seen = |range: Range<Move>| {
            host.view(|view| {
                let mut seen = Vec::new();
                view.peek_each(&range, |row| {
                    seen.push(row.number);
                    Ok::<(), ShopError>(())
                })?;
                Ok(seen)
            })
        };
        let all: Vec<i64> = (0..10_000).collect();
        assert_eq!(seen(Range::all()), all);
        let back: Vec<i64> = all.iter().rev().copied().collect();
        assert_eq!(seen(Range::all().backwards()), back);
        let by_day = seen(Range::by(Move::BY_DAY, &1i64).backwards());
        let mut expected = all;
        expected.sort_by_key(|n| std::cmp::Reverse((n % 20, *n)));
        assert_eq!(by_day, expected);
        // A page that is full to the last row is not the end of the world.
        let exact = seen(Range::by_key(&1i64).before(&4_096i64));
        assert_eq!(exact.len(), 4_096);
    });
}

#[test]
fn tables_are_what_they_say() {
    TABLES.iter().for_each(|table| table.check().unwrap());
    assert_eq!(Shelf::TABLE.guards.len(), 1);
}

/// Rows and a range come in one trip, and the act rests on them as if each had been asked for by itself.
#[test]
fn what_is_needed_comes_in_one_trip_and_is_rested_on() {
    for (name, inner) in stores() {
        fill(&Host::sync(name, inner.clone()));
        let aisle = || Range::<Shelf>::by_key(&1i64);
        let count = |tx: &mut Tx<'_>| -> Result<i64, ShopError> {
            tx.need_all(Needs::new().rows::<Shelf>(&[(9, 9), (2, 1)]).range(&aisle())?)?;
            assert!(tx.get::<Shelf>(&(9, 9))?.is_none() && tx.get::<Shelf>(&(2, 1))?.is_some());
            Ok(tx.scan(&aisle())?.len() as i64)
        };
        let again = |_: &dyn Store| panic!("a second trip");
        let host = Host::sync(name, Slipping::over(inner.clone(), Moment::Read(2), again));
        assert_eq!(host.run("look", count).unwrap().answer, 5, "on {name}");
        // A sixth shelf comes after the range did.
        let sixth =
            |store: &dyn Store| elsewhere(store, "sixth", |tx| Ok(tx.insert(Shelf::new(1, 6, 0))?));
        let host = Host::sync(name, Slipping::over(inner, Moment::Commit(1), sixth));
        let noted = host.run("note", |tx| {
            let count = count(tx)?;
            tx.insert(Shelf::new(3, count, 0))?;
            Ok(count)
        });
        assert_eq!(noted.unwrap().answer, 6, "on {name}");
    }
}
