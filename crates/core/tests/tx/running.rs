//! The running judge is the naive one: items judged one after another by full sums, whatever others commit meanwhile; and nobody
//! stands in another's way who is not refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::*;
use fondaco_core::store::{Store, StoreError, Stored};
use fondaco_core::tx::{self, Measure, Pending, Running};
use fondaco_core::{Halt, Tx};
use fondaco_store::Memory;
use fondaco_testkit::{Moment, Slipping};
use proptest::prelude::*;

/// What an item adds to lots: pieces on hand, and reserved.
type Item = Vec<(i64, i64, i64)>;

fn stock(&(lot, on_hand, reserved): &(i64, i64, i64)) -> Stock {
    Stock { reserved, ..Stock::of(1, lot, on_hand) }
}

/// The lines: nothing is reserved that is not there, and of no lot are there more than 20.
const LINES: [(Measure<Stock>, i64); 2] = [(Stock::FREE, 0), (Stock::OWED, -20)];

/// Judges items with the running judge; which were refused.
fn judge_each(tx: &mut Tx<'_>, items: &[Item]) -> Result<Vec<bool>, ShopError> {
    let lots = items.iter().flatten().map(|(lot, ..)| (1, *lot));
    let mut stocks = Running::<Stock>::prepare(tx, lots)?;
    let taken = tx::each(tx, &mut stocks, items, |tx, stocks, item| {
        let cells: Result<Vec<_>, Halt> = item.iter().map(|leg| stocks.add(stock(leg))).collect();
        for cell in cells? {
            for (measure, line) in LINES {
                if let Some(missing) = stocks.judge(tx, cell, measure, line)? {
                    return no(format!("{missing} are missing"));
                }
            }
        }
        Ok(())
    })?;
    stocks.finish(tx)?;
    Ok(taken.iter().map(Result::is_err).collect())
}

type Sums = BTreeMap<i64, (i64, i64)>;

/// The same by full sums.
fn judge_naively(sums: &mut Sums, items: &[Item]) -> Vec<bool> {
    let refused = items.iter().map(|item| {
        let mut after = sums.clone();
        for (lot, on_hand, reserved) in item {
            let sum = after.entry(*lot).or_default();
            *sum = (sum.0 + on_hand, sum.1 + reserved);
        }
        let stands = |(lot, ..): &(i64, i64, i64)| {
            let (on_hand, reserved) = after[lot];
            on_hand - reserved >= 0 && on_hand <= 20
        };
        let refused = !item.iter().all(stands);
        if !refused {
            *sums = after;
        }
        refused
    });
    refused.collect()
}

fn rows(sums: &Sums) -> Vec<Stock> {
    sums.iter().map(|(lot, sum)| stock(&(*lot, sum.0, sum.1))).collect()
}

fn legs() -> impl Strategy<Value = (i64, i64, i64)> {
    (1..4i64, -8..8i64, -4..4i64)
}

fn sums() -> impl Strategy<Value = Sums> {
    prop::collection::btree_map(1..4i64, (0..20i64, 0..6i64), 0..3)
}

fn check(
    before: Sums,
    other: Vec<(i64, i64, i64)>,
    items: Vec<Item>,
    host: fn(Arc<dyn Store>) -> Host,
) {
    let memory: Arc<dyn Store> = Arc::new(Memory::new());
    let bare = Host::sync("memory", memory.clone());
    bare.done("fill", |tx| Ok(tx.add_all(rows(&before))?));

    let mut naive = before;
    for (lot, on_hand, reserved) in &other {
        let sum = naive.entry(*lot).or_default();
        *sum = (sum.0 + on_hand, sum.1 + reserved);
    }
    let slips = move |store: &dyn Store| {
        elsewhere(store, "other", |tx| Ok(tx.add_all(other.iter().map(stock).collect())?));
    };
    let expected = judge_naively(&mut naive, &items);
    let host = host(Slipping::over(memory, Moment::Commit(1), slips));
    assert_eq!(host.done("act", |tx| judge_each(tx, &items)), expected);
    for (lot, sum) in naive {
        let row = bare.view(|view| Ok(fondaco_core::Reading::peek::<Stock>(view, &(1, lot))?));
        assert_eq!(row.map_or((0, 0), |row| (row.on_hand, row.reserved)), sum, "lot {lot}");
    }
    bare.verify();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..Default::default() })]

    /// Somebody else commits right before the act does: its answers are those of the naive judge after that.
    #[test]
    fn answers_are_those_of_judging_one_after_another(
        before in sums(),
        other in prop::collection::vec(legs(), 0..3),
        items in prop::collection::vec(prop::collection::vec(legs(), 1..3), 1..10),
    ) {
        check(before.clone(), other.clone(), items.clone(), |store| Host::sync("memory", store));
        check(before, other, items, |store| Host::asynchronous("memory, not loaded", store));
    }
}

/// Sells one piece of lot 1 unless it is the last but `left`.
fn sell(tx: &mut Tx<'_>, left: i64) -> Result<bool, ShopError> {
    Ok(!judge(tx, &[(1, -1, 0)], left)?)
}

/// Adds, judges once by what is free, and stages what is not refused; whether it is refused.
fn judge(tx: &mut Tx<'_>, item: &[(i64, i64, i64)], line: i64) -> Result<bool, ShopError> {
    let mut stocks = Running::<Stock>::default();
    let taken = tx::item(tx, &mut stocks, |tx, stocks| {
        for leg in item {
            let cell = stocks.add(stock(leg))?;
            if stocks.judge(tx, cell, Stock::FREE, line)?.is_some() {
                return no("too few");
            }
        }
        Ok(())
    })?;
    stocks.finish(tx)?;
    Ok(taken.is_err())
}

/// A host on each store with so many pieces of lot 1, on which somebody adds some right before the act commits.
fn meanwhile(pieces: i64, more: i64, test: impl Fn(&Host)) {
    for (name, store) in in_process() {
        Host::sync(name, store.clone())
            .done("fill", |tx| Ok(tx.add_all(vec![stock(&(1, pieces, 0))])?));
        let slips = move |store: &dyn Store| {
            elsewhere(store, "other", |tx| Ok(tx.add_all(vec![stock(&(1, more, 0))])?));
        };
        test(&Host::sync(name, Slipping::over(store, Moment::Commit(1), slips)));
    }
}

#[test]
fn who_is_not_refused_runs_once_whatever_others_sell() {
    meanwhile(10, -8, |host| {
        let runs = Runs::default();
        let sold = host.done("sell", |tx| {
            runs.one_more();
            sell(tx, 0)
        });
        assert_eq!((sold, runs.get()), (true, 1), "on {}", host.name);
    });
}

#[test]
fn of_two_sellers_of_the_last_piece_one_is_refused() {
    meanwhile(1, -1, |host| {
        let runs = Runs::default();
        let sold = host.done("sell", |tx| {
            runs.one_more();
            sell(tx, 0)
        });
        assert_eq!((sold, runs.get()), (false, 2), "on {}", host.name);
    });
}

#[test]
fn nobody_is_refused_for_what_was_only_peeked_at() {
    meanwhile(0, 5, |host| {
        let runs = Runs::default();
        let sold = host.done("sell", |tx| {
            runs.one_more();
            sell(tx, 0)
        });
        // Refused at first; but the refusal rested on the counter, and that has changed.
        assert_eq!((sold, runs.get()), (true, 2), "on {}", host.name);
    });
}

#[test]
fn a_line_that_is_crossed_rests_on_the_counter_and_one_that_is_kept_does_not() {
    // Told at the crossing of 5: another's sale meanwhile would make it another crossing.
    meanwhile(10, -4, |host| {
        let runs = Runs::default();
        let told = host.done("notice", |tx| {
            runs.one_more();
            let mut stocks = Running::<Stock>::prepare(tx, [(1, 1)])?;
            let cell = stocks.add(stock(&(1, -2, 0)))?;
            let below = stocks.judge(tx, cell, Stock::FREE, 5)?;
            stocks.finish(tx)?;
            Ok(below.map_or(0, |missing| missing as i64))
        });
        assert_eq!((told, runs.get()), (1, 2), "on {}", host.name); // 10 - 4 - 2, one below 5
    });
}

#[test]
fn what_is_kept_without_an_addition_rests_on_the_counter() {
    meanwhile(3, -3, |host| {
        let runs = Runs::default();
        let free = host.done("look", |tx| {
            runs.one_more();
            let mut stocks = Running::<Stock>::default();
            let cell = stocks.cell((1, 1));
            assert_eq!(stocks.key(cell), Some(&(1, 1)));
            let short = stocks.judge(tx, cell, Stock::FREE, 1)?.is_some();
            stocks.finish(tx)?;
            Ok(!short)
        });
        assert_eq!((free, runs.get()), (false, 2), "on {}", host.name);
    });
}

#[test]
fn a_need_that_no_floor_can_say_rests_on_the_counter() {
    let huge = i64::MAX / 2;
    meanwhile(huge, 0, |host| {
        let refused = host.done("act", |tx| {
            // Judged at the minimum of its type with much reserved: after that the floor would be beyond it.
            let mut stocks = Running::<Stock>::default();
            let cell = stocks.add(Stock { reserved: huge, ..Stock::of(1, 1, 0) })?;
            let short = stocks.judge(tx, cell, Stock::FREE, i64::MIN)?;
            let more = Stock { reserved: huge, ..Stock::of(1, 1, 0) };
            assert_eq!(stocks.add(more)?, cell);
            stocks.finish(tx)?;
            Ok(short.is_some())
        });
        assert!(!refused, "on {}", host.name);
    });
}

#[test]
fn what_a_batch_adds_beyond_its_reach_names_key_and_column() {
    on_every_host(|host| {
        let most = Stock { reserved: i64::MAX, ..Stock::of(1, 7, 1) };
        let halted = host.run("too much", |_| {
            let mut stocks = Running::<Stock>::default();
            let cell = stocks.add(most.clone())?;
            let beyond = stocks.add(Stock { reserved: 1, ..Stock::of(1, 7, 1) });
            assert_eq!(stocks.added(cell, Stock::OWED), -1, "nothing of it is added");
            beyond?;
            Ok(())
        });
        let Halt::Store(StoreError::Overflow { key, column }) = halt(halted) else { panic!() };
        assert_eq!((key, column.as_str()), (most.row_key(), "reserved"));
    });
}

#[test]
fn sums_that_come_to_nothing_are_not_staged() {
    on_every_host(|host| {
        host.done("in and out", |tx| {
            let mut stocks = Running::<Stock>::default();
            stocks.add(stock(&(1, 5, 0)))?;
            stocks.add(stock(&(1, -5, 0)))?;
            Ok(stocks.finish(tx)?)
        });
        let row = host.view(|view| Ok(fondaco_core::Reading::peek::<Stock>(view, &(1, 1))?));
        assert_eq!(row, None, "on {}", host.name);
    });
}

#[test]
fn going_back_takes_sums_and_needs_back() {
    on_every_host(|host| {
        host.done("fill", |tx| Ok(tx.add_all(vec![stock(&(1, 10, 0))])?));
        host.done("act", |tx| {
            let mut stocks = Running::<Stock>::prepare(tx, [(1, 1), (1, 1), (1, 2)])?;
            let cell = stocks.add(stock(&(1, -1, 0)))?;
            stocks.judge(tx, cell, Stock::FREE, 0)?;
            let mark = stocks.mark();
            stocks.add(stock(&(1, -9, 0)))?;
            assert_eq!(stocks.judge(tx, cell, Stock::FREE, 0)?, None); // needs ten pieces
            stocks.add(stock(&(1, 0, 3)))?;
            stocks.back_to(mark);
            assert_eq!(stocks.value(tx, cell, Stock::FREE)?, 9);
            stocks.finish(tx)?;
            // Of the need for ten nothing is left: with nine less, the floor would break.
            Ok(tx.add_all(vec![stock(&(1, -9, 0))])?)
        });
        let row = host.view(|view| Ok(fondaco_core::Reading::peek::<Stock>(view, &(1, 1))?));
        assert_eq!(row.map(|row| (row.on_hand, row.reserved)), Some((0, 0)), "on {}", host.name);
    });
}

#[test]
fn what_was_only_checked_counts_in_the_next_part() {
    on_every_host(|host| {
        host.done("fill", |tx| Ok(tx.add_all(vec![stock(&(1, 10, 0))])?));
        host.done("check", |tx| {
            let mut first = Running::<Stock>::default();
            let cell = first.add(stock(&(1, -6, 0)))?;
            assert_eq!(first.judge(tx, cell, Stock::FREE, 0)?, None);
            let carried = first.carry_out()?;
            assert_eq!(carried, [(cell, stock(&(1, -6, 0)))]);

            let mut second = Running::<Stock>::default();
            second.carry_in(carried.into_iter().map(|(_, row)| row));
            let cell = second.add(stock(&(1, -6, 0)))?;
            assert_eq!(second.judge(tx, cell, Stock::FREE, 0)?, Some(2));
            assert_eq!(second.carry_out()?, [(cell, stock(&(1, -12, 0)))]);
            Ok(())
        });
    });
}

#[test]
fn a_cell_of_another_judge_is_a_mistake_in_the_program() {
    let host = Host::sync("memory", Arc::new(Memory::new()));
    let mistaken = host.run("mistake", |tx| {
        let cell = Running::<Stock>::default().cell((1, 1));
        assert_eq!(cell.place(), 0);
        Ok(Running::<Stock>::default().judge(tx, cell, Stock::FREE, 0).map(|_| ())?)
    });
    assert!(matches!(halt(mistaken), Halt::Bug(_)));
}
