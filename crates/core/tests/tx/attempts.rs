//! `attempt`: after a refused part everything is as it was before it, except what it has seen and the ids it took.

use crate::common::*;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Added, Drew, Envelope, Halt, Range, Reading, Tx};

type Nothing = Result<(), ShopError>;

/// Does a bit of everything, then refuses.
fn a_mess(tx: &mut Tx<'_>) -> Nothing {
    tx.insert(Shelf::new(1, 8, 8).labelled("mess"))?;
    let first = tx.get::<Shelf>(&(1, 1))?.unwrap();
    tx.put(Shelf { load: 1_000, ..first.as_ref().clone() })?;
    tx.get::<Shelf>(&(1, 2))?;
    tx.delete::<Shelf>(&(1, 2))?;
    // Row 3 is staged by the act already.
    tx.put(Shelf::new(1, 3, 3_000))?;
    tx.delete::<Shelf>(&(1, 4))?;
    tx.add(Stock::of(1, 1, 5), &[])?;
    tx.add(Stock::of(1, 1, 5), &[Stock::floor()])?;
    tx.add(Stock::of(1, 2, 5), &[])?;
    tx.insert(Move::new(1, 100, 1, 1))?;
    tx.draw("slips", None)?;
    tx.draw("others", None)?;
    tx.emit(Event::new("mess"));
    no("a mess")
}

#[test]
fn a_refused_part_leaves_nothing() {
    on_every_host(|host| {
        host.done("fill", |tx| {
            tx.insert(Shelf::new(1, 1, 1).labelled("one"))?;
            tx.insert(Shelf::new(1, 2, 2).labelled("two"))?;
            tx.insert(Shelf::new(1, 3, 3))?;
            Ok(tx.add_all(vec![Stock::of(1, 1, 10)])?)
        });
        let (first, second) = host.done("act", |tx| {
            let third = tx.get::<Shelf>(&(1, 3))?.unwrap();
            tx.put(Shelf { load: 30, ..third.as_ref().clone() })?;
            tx.insert(Shelf::new(1, 4, 4))?;
            tx.insert(Move::new(1, 1, 1, 1))?;
            tx.add(Stock::of(1, 1, 1), &[])?;
            let Drew::Place(first) = tx.draw("slips", None)? else { return no("late") };
            tx.emit(Event::new("before"));

            for _ in 0..3 {
                let refused = tx.attempt(a_mess)?;
                assert_eq!(refusal(refused), "a mess");
            }

            let shelves = tx.scan(&Range::<Shelf>::by_key(&1i64))?;
            let seen: Vec<_> = shelves.iter().map(|shelf| (shelf.number, shelf.load)).collect();
            assert_eq!(seen, [(1, 1), (2, 2), (3, 30), (4, 4)]);
            assert_eq!(tx.get::<Stock>(&(1, 1))?.unwrap().on_hand, 11);
            assert_eq!(tx.get::<Stock>(&(1, 2))?, None);
            assert_eq!(tx.peek::<Move>(&(1, 100))?, None);
            assert_eq!(tx.unique(Shelf::BY_LABEL, &smol_str::SmolStr::new("mess"))?, None);
            let Drew::Place(second) = tx.draw("slips", None)? else { return no("late") };
            tx.emit(Event::new("after"));
            Ok((first, second))
        });
        assert_eq!((first.number(), second.number()), (Some(1), Some(2)), "no number is lost");
        let commit = host.feed().pop().unwrap();
        let events: Vec<_> = commit.events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(events, ["before", "after"]);
        let next = host.done("next", |tx| match tx.draw("others", None)? {
            Drew::Place(place) => Ok(place),
            Drew::Late(_) => no("late"),
        });
        assert_eq!(next.number(), Some(1), "the other series was never drawn from");
        let stored = host.view(|view| Ok(view.peek_scan(&Range::<Shelf>::all())?));
        let seen: Vec<_> = stored.iter().map(|shelf| (shelf.number, shelf.load)).collect();
        assert_eq!(seen, [(1, 1), (2, 2), (3, 30), (4, 4)], "on {}", host.name);
        host.verify();
    });
}

#[test]
fn what_was_done_before_reading_its_own_writes_is_taken_back_too() {
    // Reading own inserts and adds makes indexes over them: they must forget the refused ones.
    on_every_host(|host| {
        host.done("act", |tx| {
            tx.insert(Shelf::new(1, 1, 1))?;
            tx.add(Stock::of(1, 1, 1), &[])?;
            let refused = tx.attempt(|tx| -> Nothing {
                tx.insert(Shelf::new(1, 2, 2))?;
                tx.add(Stock::of(1, 1, 10), &[])?;
                assert_eq!(tx.get::<Shelf>(&(1, 2))?.unwrap().load, 2);
                assert_eq!(tx.get::<Stock>(&(1, 1))?.unwrap().on_hand, 11);
                no("no")
            })?;
            assert!(refused.is_err());
            assert_eq!(tx.get::<Shelf>(&(1, 2))?, None);
            assert_eq!(tx.get::<Stock>(&(1, 1))?.unwrap().on_hand, 1);
            tx.insert(Shelf::new(1, 3, 3))?;
            tx.insert(Shelf::new(1, 2, 22))?;
            tx.add(Stock::of(1, 1, 100), &[])?;
            assert_eq!(tx.get::<Shelf>(&(1, 2))?.unwrap().load, 22);
            assert_eq!(tx.get::<Shelf>(&(1, 3))?.unwrap().load, 3);
            assert_eq!(tx.get::<Stock>(&(1, 1))?.unwrap().on_hand, 101);
            Ok(())
        });
        let loads = host.view(|view| {
            let rows = view.peek_scan(&Range::<Shelf>::all())?;
            Ok(rows.iter().map(|shelf| shelf.load).collect::<Vec<_>>())
        });
        assert_eq!(loads, [1, 22, 3]);
    });
}

#[test]
fn a_part_that_succeeds_stays_and_parts_nest() {
    on_every_host(|host| {
        host.done("act", |tx| {
            let outer = tx.attempt(|tx| -> Result<i64, ShopError> {
                tx.insert(Shelf::new(1, 1, 1))?;
                let inner = tx.attempt(|tx| -> Nothing {
                    tx.put(Shelf::new(1, 1, 100))?;
                    no("inner")
                })?;
                assert!(inner.is_err());
                assert_eq!(tx.get::<Shelf>(&(1, 1))?.unwrap().load, 1);
                let inner = tx.attempt(|tx| -> Nothing { Ok(tx.put(Shelf::new(1, 1, 2))?) })?;
                assert!(inner.is_ok());
                Ok(7)
            })?;
            assert_eq!(outer.unwrap(), 7);
            let outer = tx.attempt(|tx| -> Nothing {
                let inner = tx.attempt(|tx| -> Nothing { Ok(tx.put(Shelf::new(1, 1, 3))?) })?;
                assert!(inner.is_ok());
                no("outer takes the inner back")
            })?;
            assert!(outer.is_err());
            Ok(())
        });
        let load = host.view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.unwrap().load));
        assert_eq!(load, 2);
    });
}

#[test]
fn ids_are_not_given_back() {
    on_every_host(|host| {
        let ids = host.done("act", |tx| {
            let first = tx.id::<Shelf>()?;
            let refused = tx.attempt(|tx| -> Nothing {
                tx.id::<Shelf>()?;
                tx.ids::<Shelf>(10)?;
                no("no")
            })?;
            assert!(refused.is_err());
            Ok((first, tx.id::<Shelf>()?))
        });
        let Envelope { id, time, .. } = envelope("act");
        let nth = |n| fondaco_core::Id::derive(time, id.to_u128(), n).unwrap();
        assert_eq!(ids, (nth(0), nth(12)), "eleven ids lie between");
    });
}

#[test]
fn what_a_refused_part_has_seen_still_counts() {
    on_every_host(|host| {
        host.done("fill", |tx| Ok(tx.insert(Shelf::new(1, 1, 5))?));
        let store = host.store.clone();
        let judged = Runs::default();
        let answer = host.done("act", |tx| {
            let part = tx.attempt(|tx| -> Nothing {
                if tx.get::<Shelf>(&(1, 1))?.unwrap().load == 5 { no("full") } else { Ok(()) }
            })?;
            if judged.one_more() == 1 {
                elsewhere(&*store, "emptied", |tx| {
                    tx.get::<Shelf>(&(1, 1))?;
                    Ok(tx.put(Shelf::new(1, 1, 0))?)
                });
            }
            tx.insert(Log { number: 1 })?;
            Ok(part.is_ok())
        });
        assert!(answer, "the refusal rested on a row that moved, on {}", host.name);
        assert_eq!(judged.get(), 2);
    });
}

#[test]
fn halts_pass_through() {
    on_every_host(|host| {
        let wrong = host.run("act", |tx| {
            let part = tx.attempt(|tx| -> Nothing {
                tx.scan(&Range::<Log>::all())?;
                Ok(())
            })?;
            assert!(part.is_err(), "never reached");
            Ok(())
        });
        assert!(matches!(halt(wrong), Halt::Unguarded { .. }));
    });
}

/// At a miss the part neither succeeded nor was refused: in an asynchronous host it runs again with everything loaded.
#[test]
fn nothing_is_judged_at_a_miss() {
    on_every_host(|host| {
        host.done("fill", |tx| (1..=5).try_for_each(|n| Ok(tx.insert(Shelf::new(1, n, n))?)));
        let taken = host.done("act", |tx| {
            let mut taken = Vec::new();
            for n in 1..=5 {
                let part = tx.attempt(|tx| -> Nothing {
                    let shelf = tx.get::<Shelf>(&(1, n))?.unwrap();
                    if shelf.load % 2 == 0 {
                        return no("even");
                    }
                    Ok(tx.put(Shelf { load: 0, ..shelf.as_ref().clone() })?)
                })?;
                taken.push(part.is_ok());
            }
            Ok(taken)
        });
        assert_eq!(taken, [true, false, true, false, true]);
        let loads = host.view(|view| {
            let rows = view.peek_scan(&Range::<Shelf>::all())?;
            Ok(rows.iter().map(|shelf| shelf.load).collect::<Vec<_>>())
        });
        assert_eq!(loads, [0, 2, 0, 4, 0]);
    });
}

#[test]
fn unique_claims_are_restored() {
    on_every_host(|host| {
        host.done("act", |tx| {
            let label = smol_str::SmolStr::new("x");
            tx.insert(Shelf::new(1, 1, 1).labelled("x"))?;
            let part = tx.attempt(|tx| -> Nothing {
                // Gives x up, and another takes it.
                tx.put(Shelf::new(1, 1, 1))?;
                assert_eq!(tx.unique(Shelf::BY_LABEL, &label)?, None);
                tx.insert(Shelf::new(1, 2, 2).labelled("x"))?;
                assert_eq!(tx.unique(Shelf::BY_LABEL, &label)?.unwrap().number, 2);
                no("no")
            })?;
            assert!(part.is_err());
            assert_eq!(tx.unique(Shelf::BY_LABEL, &label)?.unwrap().number, 1);
            Ok(())
        });
    });
}

#[test]
fn a_short_lot_in_a_part_leads_to_another() {
    on_every_host(|host| {
        host.done("fill", |tx| Ok(tx.add_all(vec![Stock::of(1, 1, 3), Stock::of(1, 2, 10)])?));
        let lot = host.done("take 5", |tx| {
            for lot in [1, 2] {
                let part = tx.attempt(|tx| -> Nothing {
                    tx.emit(Event::new("taken").with("lot", Value::I64(lot)));
                    match tx.add(Stock::of(1, lot, -5), &[Stock::floor()])? {
                        Added::Fine => Ok(()),
                        Added::Short(row) => no(format!("{} short", row.on_hand)),
                    }
                })?;
                if part.is_ok() {
                    return Ok(lot);
                }
            }
            no("nothing left")
        });
        assert_eq!(lot, 2);
        let events = &host.feed().pop().unwrap().events;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].data[0].1, Value::I64(2));
    });
}
