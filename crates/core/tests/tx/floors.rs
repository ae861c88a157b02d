//! What only the store can judge is learnt: broken floors, taken unique entries, series that would run backwards.

use crate::common::*;
use chrono::NaiveDate;
use fondaco_core::store::{Floor, KeyParts};
use fondaco_core::{Added, Drew, Range, Reading, Tx};
use smol_str::SmolStr;

fn take(tx: &mut Tx<'_>, lot: i64, pieces: i64) -> Result<(), ShopError> {
    match tx.add(Stock::of(1, lot, -pieces), &[Stock::floor()])? {
        Added::Fine => Ok(()),
        Added::Short(after) => no(format!("lot {lot} would stand at {}", after.on_hand)),
    }
}

fn fill(host: &Host) {
    host.done("fill", |tx| Ok(tx.add_all(vec![Stock::of(1, 1, 3), Stock::of(1, 2, 10)])?));
}

fn on_hand(host: &Host, lot: i64) -> i64 {
    host.view(|view| Ok(view.peek::<Stock>(&(1, lot))?.map_or(0, |stock| stock.on_hand)))
}

#[test]
fn a_short_counter_is_told_in_the_next_run() {
    on_every_host(|host| {
        fill(host);
        let runs = Runs::default();
        let refused = host.run("take", |tx| {
            runs.one_more();
            take(tx, 1, 5)
        });
        assert_eq!(refusal(refused), "lot 1 would stand at -2", "on {}", host.name);
        assert!(runs.get() <= 3, "{} runs on {}", runs.get(), host.name);
        assert_eq!(on_hand(host, 1), 3);
        host.done("take 3", |tx| take(tx, 1, 3));
        assert_eq!(on_hand(host, 1), 0);
        // A counter that does not exist is zero.
        assert_eq!(refusal(host.run("none", |tx| take(tx, 7, 1))), "lot 7 would stand at -1");
    });
}

#[test]
fn the_act_may_choose_another_lot() {
    on_every_host(|host| {
        fill(host);
        let runs = Runs::default();
        let lot = host.done("take", |tx| {
            runs.one_more();
            for lot in [1, 2] {
                if let Added::Fine = tx.add(Stock::of(1, lot, -5), &[Stock::floor()])? {
                    return Ok(lot);
                }
            }
            no("nothing left")
        });
        assert_eq!((lot, runs.get()), (2, 2));
        assert_eq!((on_hand(host, 1), on_hand(host, 2)), (3, 5));
    });
}

#[test]
fn all_broken_floors_are_named_at_once() {
    on_every_host(|host| {
        host.done("fill", |tx| {
            Ok(tx.add_all((0..100).map(|lot| Stock::of(1, lot, lot % 2)).collect::<Vec<_>>())?)
        });
        let runs = Runs::default();
        let taken = host.done("take each", |tx| {
            runs.one_more();
            let mut taken = 0i64;
            for lot in 0..100 {
                taken +=
                    i64::from(tx.add(Stock::of(1, lot, -1), &[Stock::floor()])? == Added::Fine);
            }
            Ok(taken)
        });
        assert_eq!((taken, runs.get()), (50, 2), "on {}", host.name);
    });
}

#[test]
fn floors_are_judged_after_the_whole_batch() {
    on_every_host(|host| {
        fill(host);
        let runs = Runs::default();
        host.done("out, then in", |tx| {
            runs.one_more();
            take(tx, 1, 5)?;
            tx.add(Stock::of(1, 1, 4), &[])?;
            Ok(())
        });
        assert_eq!((on_hand(host, 1), runs.get()), (2, 1));
    });
}

#[test]
fn in_the_next_run_what_the_act_staged_counts_in_order() {
    on_every_host(|host| {
        fill(host);
        let taken = host.done("take 2 as often as there are", |tx| {
            let mut taken = 0i64;
            while let Added::Fine = tx.add(Stock::of(1, 2, -2), &[Stock::floor()])? {
                taken += 1;
                if taken == 9 {
                    break;
                }
            }
            Ok(taken)
        });
        assert_eq!((taken, on_hand(host, 2)), (5, 0));
    });
}

#[test]
fn a_floor_over_two_columns() {
    on_every_host(|host| {
        fill(host);
        let reserve = |pieces| Stock { reserved: pieces, ..Stock::of(1, 2, 0) };
        host.done("reserve", |tx| Ok(tx.add(reserve(8), &[Stock::floor()]).map(|_| ())?));
        assert_eq!(refusal(host.run("take", |tx| take(tx, 2, 3))), "lot 2 would stand at 7");
        host.done("take 2", |tx| take(tx, 2, 2));
        // Two floors on one counter: each holds.
        let low = Floor::new(&[(2, 1)], 5);
        let refused = host.run("both", |tx| {
            match tx.add(
                Stock { reserved: -8, ..Stock::of(1, 2, -4) },
                &[Stock::floor(), low.clone()],
            )? {
                Added::Fine => Ok(()),
                Added::Short(_) => no("short"),
            }
        });
        assert_eq!(refusal(refused), "short");
    });
}

/// The shortage that was learnt may be over by the time of the refusal.
#[test]
fn a_refusal_for_a_shortage_that_is_over_is_judged_again() {
    on_every_host(|host| {
        fill(host);
        let runs = Runs::default();
        let store = host.store.clone();
        host.done("take 5", |tx| {
            if runs.one_more() == 2 {
                elsewhere(&*store, "delivery", |tx| Ok(tx.add_all(vec![Stock::of(1, 1, 10)])?));
            }
            take(tx, 1, 5)
        });
        assert_eq!(on_hand(host, 1), 8, "on {}", host.name);
    });
}

fn label(n: usize) -> SmolStr {
    format!("label {n}").into()
}

/// 2,000 upserts by a unique label of which 1,000 are taken: the clashes are named all together.
#[test]
fn a_thousand_clashes_are_met_in_two_runs() {
    on_every_host(|host| {
        host.done("fill", |tx| {
            let rows = (0..1_000).map(|n| Shelf::new(1, n as i64, 0).labelled(&label(n)));
            Ok(tx.insert_all(rows.collect::<Vec<_>>())?)
        });
        let runs = Runs::default();
        let (merged, new) = host.done("upsert", |tx| {
            runs.one_more();
            let (mut merged, mut new) = (0i64, 0i64);
            let mut found = Vec::new();
            for n in 0..2_000 {
                match tx.unique(Shelf::BY_LABEL, &label(n)) {
                    Ok(Some(shelf)) => found.push(shelf.as_ref().clone()),
                    Ok(None) => {
                        tx.insert(Shelf::new(2, n as i64, 0).labelled(&label(n)))?;
                        new += 1;
                    }
                    Err(halt) => return Err(halt.into()),
                }
            }
            for shelf in found {
                tx.put(Shelf { load: 1, ..shelf })?;
                merged += 1;
            }
            Ok((merged, new))
        });
        assert_eq!((merged, new), (1_000, 1_000), "on {}", host.name);
        let most = if host.is_async() { 1_100 } else { 2 };
        assert!(runs.get() <= most, "{} runs on {}", runs.get(), host.name);
        let rows = host.view(|view| Ok(view.peek_scan(&Range::<Shelf>::all())?));
        assert_eq!(rows.len(), 2_000);
        assert_eq!(rows.iter().map(|shelf| shelf.load).sum::<i64>(), 1_000);
        host.verify();
    });
}

#[test]
fn two_rows_may_swap_what_is_unique() {
    on_every_host(|host| {
        host.done("fill", |tx| {
            tx.insert(Shelf::new(1, 1, 0).labelled("a"))?;
            Ok(tx.insert(Shelf::new(1, 2, 0).labelled("b"))?)
        });
        host.done("swap", |tx| {
            tx.get_many::<Shelf>(&[(1, 1), (1, 2)])?;
            tx.put(Shelf::new(1, 1, 0).labelled("b"))?;
            Ok(tx.put(Shelf::new(1, 2, 0).labelled("a"))?)
        });
        host.done("take over", |tx| {
            tx.get::<Shelf>(&(1, 1))?;
            tx.delete::<Shelf>(&(1, 1))?;
            Ok(tx.insert(Shelf::new(1, 3, 0).labelled("b"))?)
        });
        host.done("nulls are no clash", |tx| {
            tx.insert(Shelf::new(3, 1, 0))?;
            Ok(tx.insert(Shelf::new(3, 2, 0))?)
        });
    });
}

#[test]
fn a_clash_that_the_act_does_not_ask_about_ends_as_the_stores_refusal() {
    on_every_host(|host| {
        host.done("fill", |tx| Ok(tx.insert(Shelf::new(1, 1, 0).labelled("a"))?));
        let refused = host.run("again", |tx| Ok(tx.insert(Shelf::new(1, 2, 0).labelled("a"))?));
        let halt = halt(refused);
        assert_eq!(halt.code(), "store.refused");
        assert!(halt.to_string().contains("1 unique entries are taken"), "{halt}");
    });
}

/// The holder is deleted between the clash and the next run: the entry is free again.
#[test]
fn a_clash_that_is_over_is_forgotten() {
    on_every_host(|host| {
        host.done("fill", |tx| Ok(tx.insert(Shelf::new(1, 1, 0).labelled("a"))?));
        let runs = Runs::default();
        let store = host.store.clone();
        host.done("mine", |tx| {
            if runs.one_more() == 2 {
                elsewhere(&*store, "theirs", |tx| {
                    tx.get::<Shelf>(&(1, 1))?;
                    Ok(tx.delete::<Shelf>(&(1, 1))?)
                });
            }
            if tx.unique(Shelf::BY_LABEL, &SmolStr::new("a"))?.is_some() {
                return no("taken");
            }
            Ok(tx.insert(Shelf::new(1, 2, 0).labelled("a"))?)
        });
        assert_eq!("a".to_string().to_bytes().as_slice(), b"a\0");
    });
}

fn draw(tx: &mut Tx<'_>, date: Option<NaiveDate>) -> Result<fondaco_core::store::Drawn, ShopError> {
    match tx.draw("invoices", date)? {
        Drew::Place(place) => Ok(place),
        Drew::Late(last) => no(format!("there is one of {last}")),
    }
}

#[test]
fn a_dated_series_does_not_run_backwards() {
    on_every_host(|host| {
        let number =
            |name: &str, date| host.run(name, |tx| draw(tx, date)).map(|done| done.answer.number());
        assert_eq!(number("5th", Some(day(5))).unwrap(), Some(1));
        assert_eq!(number("same day", Some(day(5))).unwrap(), Some(2));
        assert_eq!(refusal(number("4th", Some(day(4)))), "there is one of 2026-03-05");
        assert_eq!(number("7th", Some(day(7))).unwrap(), Some(3), "the refused one took none");
        let within = host.run("within one act", |tx| {
            draw(tx, Some(day(9)))?;
            draw(tx, Some(day(8)))
        });
        assert_eq!(refusal(within), "there is one of 2026-03-09");
        let some = host.done("each for itself", |tx| {
            let mut taken = Vec::new();
            for n in [6, 7, 6, 8, 7, 9] {
                let part = tx.attempt(|tx| draw(tx, Some(day(n))))?;
                taken.extend(part.ok());
            }
            Ok(taken)
        });
        let numbers: Vec<_> = some.iter().map(|n| n.number().unwrap()).collect();
        assert_eq!(numbers, [4, 5, 6], "on {}: the 7th, 8th and 9th", host.name);
        let state = host.done("look", |tx| {
            let state = tx.series("invoices")?;
            assert_eq!(state.date, Some(day(9)));
            Ok(state.last)
        });
        assert_eq!(state, 6);
    });
}
