//! The due queue on every host: exactly once, in order, never early, never lost.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use chrono::TimeDelta;
use common::altered::Altered;
use common::*;
use fondaco_core::due::{
    Backoff, CancelDue, Due, DueError, Handlers, Refused, RetryDue, SetDueClock, TickError, Ticked,
};
use fondaco_core::store::{Row, Scan, Store, StoreError, Stored, Value};
use fondaco_core::{Driver, ErrorKind, Halt, Timestamp, Tx};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, sweep};

/// So many hours after the time at which all other commands are sent.
fn hour(n: i64) -> Timestamp {
    envelope("any").time.checked_add(TimeDelta::hours(n)).unwrap()
}

fn put(host: &Host, name: &str, items: &[(&str, &str, i64)]) {
    host.done(name, |tx| {
        for (kind, subject, at) in items {
            tx.due(Due::new(*kind, *subject, hour(*at)))?;
        }
        Ok(())
    });
}

/// Adds a piece of item 1 to the stock.
fn count(tx: &mut Tx<'_>) -> Result<(), Refused> {
    Ok(tx.add_all(vec![Stock::of(1, 1, 1)])?)
}

fn counting<'h>() -> Handlers<'h> {
    Handlers::new().on("count", |tx, _| count(tx))
}

fn counted(host: &Host) -> i64 {
    host.view(|view| {
        use fondaco_core::Reading;
        Ok(view.peek::<Stock>(&(1, 1))?.map_or(0, |stock| stock.on_hand))
    })
}

/// Kind, subject and due time of all that was carried out, as the feed tells it, with the time of its commit.
fn told(store: &dyn Store) -> Vec<(String, String, Timestamp, Timestamp)> {
    let mut told = Vec::new();
    for commit in store.feed(&fondaco_core::store::FeedFrom::new(acme(), 0, usize::MAX)).unwrap() {
        for event in commit.events.iter().filter(|event| event.name == "due.carried_out") {
            let text = |n: usize| match &event.data[n].1 {
                Value::Text(text) => text.to_string(),
                other => panic!("{other:?}"),
            };
            let Value::Instant(at) = event.data[2].1 else { panic!("{event:?}") };
            told.push((text(0), text(1), at, commit.meta.time));
        }
    }
    told
}

fn subjects(ticked: &Ticked) -> Vec<&str> {
    ticked.carried_out.iter().map(|item| item.subject.as_str()).collect()
}

#[test]
fn an_item_is_carried_out_once_and_never_early() {
    on_every_host(|host| {
        put(host, "put", &[("count", "a", 5)]);
        let early = hour(5).checked_add(TimeDelta::microseconds(-1)).unwrap();
        assert_eq!(host.tick(counting(), early).carried_out, []);
        assert_eq!(host.next_due(counting()), Some(hour(5)));
        let ticked = host.tick(counting(), hour(5));
        assert_eq!((subjects(&ticked), ticked.more), (vec!["a"], false));
        for now in [hour(5), hour(6), hour(99)] {
            assert_eq!(host.tick(counting(), now).carried_out, [], "on {}", host.name);
        }
        assert_eq!((counted(host), host.next_due(counting())), (1, None));
        let commit = &host.feed()[ticked.carried_out[0].position as usize - 1];
        assert_eq!(commit.meta.time, hour(5), "it is recorded at the tick's time");
        assert_eq!(commit.meta.actor.as_str(), "clock");
        host.verify();
    });
}

#[test]
fn a_tick_that_has_nothing_to_do_stores_nothing() {
    on_every_host(|host| {
        put(host, "put", &[("count", "a", 5)]);
        let before = host.feed().len();
        (0..5).for_each(|n| assert!(host.tick(counting(), hour(n)).carried_out.is_empty()));
        assert_eq!(host.feed().len(), before);
    });
}

#[test]
fn the_item_is_in_the_commit_of_its_cause() {
    on_every_host(|host| {
        let refused = host.run("cause", |tx| {
            tx.due(Due::new("count", "a", hour(1)))?;
            no::<()>("thought better of it")
        });
        assert_eq!(refusal(refused), "thought better of it");
        assert_eq!(host.due_items(), []);
        host.done("both", |tx| {
            tx.insert(Log { number: 1 })?;
            Ok(tx.due(Due::new("count", "a", hour(1))).map(|_| ())?)
        });
        assert_eq!((host.feed().len(), host.due_items().len()), (1, 1));
    });
}

/// By due time, then kind, then subject, whatever order they came in; what recurs takes its place among the others.
#[test]
fn after_a_long_sleep_all_comes_in_the_order_of_its_time() {
    let handlers = || {
        let daily = |tx: &mut Tx<'_>, item: &fondaco_core::due::DueItem| {
            let next = item.at.checked_add(TimeDelta::days(1)).unwrap();
            tx.due(Due::new("daily", &*item.subject, next))?;
            count(tx)
        };
        counting().on("daily", daily)
    };
    on_every_host(|host| {
        let items = [("daily", "x", 0), ("count", "late", 47), ("count", "b", 24)];
        put(host, "put", &items);
        put(host, "more", &[("count", "a", 24), ("daily", "w", 24), ("count", "z", 0)]);
        let ticked = host.tick(handlers(), hour(3 * 24 - 1));
        assert_eq!(subjects(&ticked), ["z", "x", "a", "b", "w", "x", "late", "w", "x"]);
        let told: Vec<_> = told(&*host.store).into_iter().map(|(_, _, at, _)| at).collect();
        assert_eq!(told, [0, 0, 24, 24, 24, 24, 47, 48, 48].map(hour), "each with its own time");
        assert_eq!((counted(host), host.next_due(handlers())), (9, Some(hour(72))));
    });
}

#[test]
fn an_item_is_moved_and_cancelled() {
    on_every_host(|host| {
        put(host, "put", &[("count", "a", 1), ("count", "b", 1), ("other", "a", 1)]);
        put(host, "move", &[("count", "a", 9)]);
        assert!(host.done("cancel", |tx| Ok(tx.cancel_due("count", "b")?)));
        assert!(!host.done("again", |tx| Ok(tx.cancel_due("count", "b")?)));
        assert_eq!(subjects(&host.tick(counting(), hour(8))), Vec::<&str>::new());
        assert_eq!(subjects(&host.tick(counting(), hour(9))), ["a"]);
        // The same subject again, at a time that was there before: it is another item.
        put(host, "put again", &[("count", "a", 9)]);
        assert_eq!(subjects(&host.tick(counting(), hour(9))), ["a"]);
        assert_eq!(counted(host), 2);
        let cancel = CancelDue { kind: "other".into(), subject: "a".into() };
        host.carry_out("by hand", &cancel).unwrap();
        let gone = host.carry_out("by hand again", &cancel).unwrap_err();
        assert_eq!((gone.code(), gone.kind()), ("due.unknown_item", ErrorKind::NotFound));
        assert_eq!(host.due_items(), []);
    });
}

#[test]
fn an_act_puts_moves_and_cancels_in_one_commit() {
    on_every_host(|host| {
        host.done("all", |tx| {
            assert_eq!(tx.due(Due::new("count", "a", hour(1)))?, None);
            assert_eq!(tx.due(Due::new("count", "a", hour(2)))?, Some(hour(1)));
            tx.due(Due::new("count", "b", hour(2)))?;
            assert!(tx.cancel_due("count", "b")?);
            tx.due(Due::new("count", "b", hour(3)))?;
            Ok(tx.due_anew(Due::new("count", "c", hour(3)))?)
        });
        let left: Vec<_> =
            host.due_items().iter().map(|item| (item.subject.to_string(), item.at)).collect();
        assert_eq!(left, [("a".into(), hour(2)), ("b".into(), hour(3)), ("c".into(), hour(3))]);
    });
}

#[test]
fn a_tick_from_the_past_does_nothing_and_says_so() {
    on_every_host(|host| {
        put(host, "put", &[("count", "a", 5)]);
        host.tick(counting(), hour(10));
        put(host, "late", &[("count", "b", 6)]); // due before it was put
        let ticked = host.tick(counting(), hour(9));
        assert_eq!((ticked.past, ticked.carried_out.len()), (Some(hour(10)), 0));
        assert!(
            ticked.to_string().ends_with(&format!("the clock has been at {} before", hour(10)))
        );
        host.carry_out("set back", &SetDueClock { to: hour(9) }).unwrap();
        assert_eq!(subjects(&host.tick(counting(), hour(9))), ["b"]);
    });
}

#[test]
fn a_clock_that_was_set_back_goes_on_by_the_same_times_again() {
    on_every_host(|host| {
        put(host, "put", &[("count", "a", 5)]);
        assert_eq!(subjects(&host.tick(counting(), hour(10))), ["a"]);
        for (n, subject) in ["b", "c"].into_iter().enumerate() {
            host.carry_out(&format!("set back {n}"), &SetDueClock { to: hour(5) }).unwrap();
            put(host, subject, &[("count", subject, 6)]);
            assert_eq!(subjects(&host.tick(counting(), hour(10))), [subject]);
            assert_eq!(host.tick(counting(), hour(9)).past, Some(hour(10)), "the clock moved on");
        }
    });
}

fn refuse_until<'h>(open: i64, backoff: Backoff) -> Handlers<'h> {
    counting().on_with("moody", backoff, move |tx, _| {
        if tx.now() < hour(open) {
            return Err(ShopError::No("shut".into()).into());
        }
        count(tx)
    })
}

#[test]
fn a_refused_item_stays_and_blocks_nobody() {
    on_every_host(|host| {
        put(host, "put", &[("moody", "m", 1), ("count", "a", 2)]);
        let rule = Backoff::Doubling { first_minutes: 60, most_minutes: 150 };
        let handlers = || refuse_until(9, rule);
        let ticked = host.tick(handlers(), hour(2));
        assert_eq!(subjects(&ticked), ["a"]);
        let refused = &ticked.refused[0];
        assert_eq!((refused.code.as_str(), refused.why.as_str()), ("shop.no", "shut"));
        assert_eq!((refused.tries, refused.try_at), (1, Some(hour(3))));
        assert!(
            ticked.to_string().contains("moody for m: shut (shop.no, try 1; again at"),
            "{ticked}"
        );
        assert_eq!(host.next_due(handlers()), Some(hour(3)));
        assert_eq!(host.tick(handlers(), hour(2)).refused, [], "not before its wait is over");
        assert_eq!(host.tick(handlers(), hour(3)).refused[0].try_at, Some(hour(5)));
        let item = host.due_items()[0].clone();
        assert_eq!((item.tries, item.refused.as_deref(), item.at), (2, Some("shop.no"), hour(1)));
        let half = hour(7).checked_add(TimeDelta::minutes(30)).unwrap();
        assert_eq!(host.tick(handlers(), hour(5)).refused[0].try_at, Some(half));
        assert_eq!(subjects(&host.tick(handlers(), hour(9))), ["m"]);
        assert_eq!((counted(host), host.due_items().len()), (2, 0));
        host.verify();
    });
}

#[test]
fn a_held_item_waits_for_somebody() {
    on_every_host(|host| {
        put(host, "put", &[("moody", "m", 1)]);
        let handlers = || refuse_until(9, Backoff::Hold);
        assert_eq!(host.tick(handlers(), hour(2)).refused[0].try_at, None);
        assert_eq!(
            (host.next_due(handlers()), host.tick(handlers(), hour(9)).refused.len()),
            (None, 0)
        );
        assert_eq!(host.due_items()[0].refused.as_deref(), Some("shop.no"));
        let retry = RetryDue { kind: "moody".into(), subject: "m".into() };
        host.carry_out("retry", &retry).unwrap();
        assert_eq!(host.next_due(handlers()), Some(hour(1)), "never before it was due");
        assert_eq!(subjects(&host.tick(handlers(), hour(9))), ["m"]);
        let gone = host.carry_out("retry again", &retry);
        assert!(matches!(gone, Err(DueError::UnknownItem { .. })));
    });
}

/// Moving an item is a new beginning; its refusals are noted anew, under ids of their own.
#[test]
fn a_moved_item_has_not_been_refused() {
    on_every_host(|host| {
        put(host, "put", &[("moody", "m", 1)]);
        let handlers = || refuse_until(9, Backoff::Steady { minutes: 0 });
        for (n, at) in [1, 2].into_iter().enumerate() {
            assert_eq!(host.tick(handlers(), hour(at)).refused[0].tries as usize, n + 1);
        }
        put(host, "move", &[("moody", "m", 3)]);
        assert_eq!(host.due_items()[0].refused, None);
        for (n, at) in [3, 4].into_iter().enumerate() {
            assert_eq!(host.tick(handlers(), hour(at)).refused[0].tries as usize, n + 1);
        }
        assert_eq!(subjects(&host.tick(handlers(), hour(9))), ["m"]);
    });
}

fn failed(host: &Host, handlers: Handlers<'_>, now: Timestamp) -> TickError {
    host.try_tick(handlers, now, 1000).unwrap_err()
}

#[test]
fn what_the_store_can_not_do_ends_the_tick_and_names_the_item() {
    on_every_host(|host| {
        put(host, "put", &[("count", "a", 1), ("broken", "b", 2), ("count", "c", 3)]);
        let gone = || Halt::from(StoreError::Unavailable("on purpose".into()));
        let handlers = || counting().on("broken", move |_, _| Err(gone().into()));
        let error = failed(host, handlers(), hour(9));
        assert_eq!((error.code(), error.kind()), ("store.unavailable", ErrorKind::Unavailable));
        assert_eq!(error.at, Some(Box::new(("broken".into(), "b".into()))));
        assert_eq!(subjects(&error.done), ["a"]);
        assert!(error.to_string().starts_with("broken for b: "), "{error}");
        let items = host.due_items();
        assert_eq!((items.len(), items[0].tries), (2, 0), "it is no refusal");
        let mended = || counting().on("broken", |tx, _| count(tx));
        assert_eq!(subjects(&host.tick(mended(), hour(9))), ["b", "c"]);
    });
}

/// One damaged plan must not keep the rent from being booked.
#[test]
fn what_is_wrong_with_one_item_keeps_no_other_back() {
    on_every_host(|host| {
        let items = [("broken", "a", 1), ("count", "b", 1), ("damaged", "c", 1), ("count", "d", 3)];
        put(host, "put", &items);
        let damaged = || Halt::from(StoreError::Corrupt("on purpose".into()));
        let handlers = || {
            let broken = counting().on("broken", |_, _| Err(Halt::Bug("on purpose".into()).into()));
            broken.on("damaged", move |_, _| Err(damaged().into()))
        };
        let ticked = host.tick(handlers(), hour(9));
        assert_eq!(subjects(&ticked), ["b", "d"]);
        let refused: Vec<_> =
            ticked.refused.iter().map(|item| (&*item.subject, &*item.code, item.tries)).collect();
        assert_eq!(refused, [("a", "core.bug", 1), ("c", "store.corrupt", 1)]);
        let errors: Vec<_> = ticked.refused.iter().map(|item| item.error).collect();
        assert_eq!(errors, [ErrorKind::Bug, ErrorKind::Corrupt]);
        assert!(
            !ticked.is_sound() && ticked.to_report().to_csv().contains("a mistake in the program")
        );
        let kept = host.due_items();
        let kept: Vec<_> = kept.iter().map(|item| item.refused.as_deref()).collect();
        assert_eq!(kept, [Some("core.bug"), Some("store.corrupt")]);
        let mended = counting().on("broken", |tx, _| count(tx)).on("damaged", |tx, _| count(tx));
        assert_eq!(subjects(&host.tick(mended, hour(10))), ["a", "c"]);
    });
}

/// Whatever an item's own act can't do, however often it is tried, is the item's.
#[test]
fn no_error_of_a_store_that_an_item_brings_about_keeps_others_back() {
    let of_item = [
        StoreError::Exists { key: Stock::of(1, 1, 1).row_key() },
        StoreError::Unprepared { table: "shelf".into() },
        StoreError::Overflow { key: Stock::of(1, 1, 1).row_key(), column: "on_hand".into() },
        StoreError::Unsupported { ask: "anything" },
    ];
    for (at, error) in of_item.into_iter().enumerate() {
        let host = Host::sync("memory", Arc::new(Memory::new()));
        put(&host, "put", &[("broken", "a", 1), ("count", "b", 1)]);
        let code = error.code();
        let broken = counting().on("broken", move |_, _| Err(Halt::from(error.clone()).into()));
        let ticked = host.tick(broken, hour(9));
        assert_eq!(subjects(&ticked), ["b"], "{at}");
        assert_eq!((ticked.refused[0].code.as_str(), ticked.refused[0].tries), (code, 1));
    }
}

/// A row of the queue itself that can't be read holds up its own kind, and tells so.
#[test]
fn a_damaged_row_of_the_queue_keeps_no_other_kind_back() {
    let inner: Arc<dyn Store> = Arc::new(Memory::new());
    let host = Host::sync("sound", inner.clone());
    let items =
        [("bad", "a", 1), ("bad", "z", 2), ("bad", "y", 3), ("count", "b", 1), ("nobody", "c", 1)];
    put(&host, "put", &items);
    let damage = |scan: &Scan, rows: &mut Vec<Row>| {
        for row in rows.iter_mut().filter(|_| scan.table.name == "due_item") {
            let mut values = row.stored().values();
            if values.contains(&Value::Text("z".into())) {
                values.iter_mut().for_each(|value| *value = Value::Bool(true));
                *row = Row::values(row.version, row.stored().table(), values);
            }
        }
    };
    let altered = Altered { parts: true, ..Altered::new(inner, |_| (), damage) };
    let host = Host::sync("damaged", Arc::new(altered));
    let handlers = || counting().on("bad", |tx, _| count(tx));
    let ticked = host.tick(handlers(), hour(4));
    assert_eq!(subjects(&ticked), ["a", "b"], "also what comes before the damage");
    let unreadable: Vec<_> =
        ticked.unreadable.iter().map(|of| (of.kind.as_str(), of.code.as_str())).collect();
    assert_eq!(unreadable, [("bad", "store.corrupt")]);
    assert_eq!(ticked.unhandled.len(), 1, "nobody takes c, all the same");
    assert!(!ticked.is_sound());
    assert!(ticked.to_string().contains("what comes after it of this kind was not tried"));
    assert!(ticked.to_report().to_csv().contains("bad,,,damaged,"));
    assert_eq!(host.next_due(handlers()), None, "what is damaged is not waited for");
    assert_eq!(counted(&host), 2);
}

#[test]
fn a_kind_without_a_handler_is_left_and_reported() {
    on_every_host(|host| {
        let items = [
            ("zeta", "a", 3),
            ("zeta", "b", 2),
            ("alpha", "a", 1),
            ("count", "a", 4),
            ("later", "a", 99),
        ];
        put(host, "put", &items);
        let ticked = host.tick(counting(), hour(9));
        assert_eq!(subjects(&ticked), ["a"]);
        let unhandled: Vec<_> =
            ticked.unhandled.iter().map(|kind| (kind.kind.as_str(), kind.since)).collect();
        assert_eq!(unhandled, [("alpha", hour(1)), ("zeta", hour(2))]);
        assert!(ticked.to_string().ends_with("no handler takes it"), "{ticked}");
        assert_eq!((host.due_items().len(), host.next_due(counting())), (4, None));
        let all = || {
            ["zeta", "alpha", "later"]
                .into_iter()
                .fold(counting(), |all, kind| all.on(kind, |tx, _| count(tx)))
        };
        assert_eq!(subjects(&host.tick(all(), hour(9))), ["a", "b", "a"]);
    });
}

#[test]
fn a_tick_has_a_limit_and_pages_do_not_change_the_order() {
    on_every_host(|host| {
        let names: Vec<String> = (0..600).map(|n| format!("{:03}", n * 7 % 600)).collect();
        host.done("put", |tx| {
            for (n, name) in names.iter().enumerate() {
                let kind = if n % 2 == 0 { "count" } else { "other" };
                tx.due_anew(Due::new(kind, name.as_str(), hour(n as i64 * 11 % 600)))?;
            }
            Ok(())
        });
        let handlers = || counting().on("other", |tx, _| count(tx));
        let first = host.try_tick(handlers(), hour(600), 7).unwrap();
        assert_eq!((first.carried_out.len(), first.more), (7, true));
        let second = host.tick(handlers(), hour(600));
        assert_eq!((second.carried_out.len(), second.more), (593, false));
        let told = told(&*host.store);
        assert!(told.is_sorted_by_key(|(kind, subject, at, _)| (
            *at,
            kind.clone(),
            subject.clone()
        )));
        assert_eq!(counted(host), 600);
    });
}

/// One kind has more than a page, another begins where that page ends, and a third recurs beyond it.
#[test]
fn where_a_page_ends_nobody_is_overtaken() {
    let host = Host::sync("memory", Arc::new(Memory::new()));
    host.done("put", |tx| {
        for n in 0..300 {
            tx.due_anew(Due::new("count", format!("{n:03}"), hour(n)))?;
        }
        for n in 250..350 {
            tx.due_anew(Due::new("other", format!("{n:03}"), hour(n)))?;
        }
        Ok(tx.due(Due::new("hourly", "h", hour(250))).map(|_| ())?)
    });
    let handlers = counting().on("other", |tx, _| count(tx)).on("hourly", |tx, item| {
        let next = item.at.checked_add(TimeDelta::hours(1)).unwrap();
        tx.due(Due::new("hourly", "h", next))?;
        count(tx)
    });
    assert_eq!(host.tick(handlers, hour(320)).carried_out.len(), 300 + 71 + 71);
    let told = told(&*host.store);
    assert!(told.is_sorted_by_key(|(kind, _, at, _)| (*at, kind.clone())));
}

#[test]
fn an_item_put_again_for_no_later_time_is_refused() {
    on_every_host(|host| {
        put(host, "put", &[("loop", "a", 3), ("count", "b", 3)]);
        let handlers = || {
            counting().on("loop", |tx, item| {
                tx.due(Due::new("loop", "a", item.at))?;
                Ok(())
            })
        };
        let ticked = host.tick(handlers(), hour(3));
        assert_eq!(
            (subjects(&ticked), ticked.refused[0].code.as_str()),
            (vec!["b"], "due.not_later")
        );
        assert_eq!(host.due_items()[0].at, hour(3));
    });
}

/// What a handler does to other items counts at once, also to those that this tick has read already.
#[test]
fn a_handler_may_put_move_and_cancel_other_items() {
    on_every_host(|host| {
        put(
            host,
            "put",
            &[("boss", "a", 1), ("count", "b", 2), ("count", "c", 3), ("count", "d", 4)],
        );
        let handlers = || {
            counting().on("boss", |tx, _| {
                tx.cancel_due("count", "b")?;
                tx.due(Due::new("count", "c", hour(50)))?;
                tx.due(Due::new("count", "e", hour(0)))?;
                Ok(())
            })
        };
        let ticked = host.tick(handlers(), hour(9));
        assert_eq!((subjects(&ticked), ticked.elsewhere), (vec!["a", "e", "d"], 0));
        assert_eq!(host.next_due(handlers()), Some(hour(50)));
    });
}

#[test]
fn a_payload_comes_back_or_is_called_corrupt() {
    on_every_host(|host| {
        host.done("put", |tx| {
            Ok(tx.due(Due::new("pay", "a", hour(1)).with(&(5, "x"))?).map(|_| ())?)
        });
        let ticked = host.tick(
            Handlers::new().on("pay", |_, item| {
                assert_eq!(item.payload::<(i64, String)>()?, Some((5, "x".to_owned())));
                item.payload::<bool>()?;
                Ok(())
            }),
            hour(0),
        );
        assert_eq!(ticked.carried_out, []);
        let wrong = Handlers::new().on("pay", |_, item| Ok(item.payload::<bool>().map(|_| ())?));
        let refused = host.tick(wrong, hour(1)).refused;
        assert_eq!(refused[0].code, "store.corrupt");
        let nul = host.run("nul", |tx| Ok(tx.due(Due::new("pay", "a\0", hour(1))).map(|_| ())?));
        assert_eq!(halt(nul).code(), "core.unstorable");
    });
}

/// Every step of every command of a tick may fail: nothing is half-done, and ticking again completes it.
#[test]
fn each_step_of_a_tick_may_fail() {
    fn a_week(store: &dyn Store) -> Result<(), TickError> {
        let driver = Driver::new(store, acme()).with_predictable_salts();
        let failed = |halt: Halt| TickError { halt, at: None, done: Box::new(nothing_done()) };
        driver.prepare(&own_tables()).map_err(|error| failed(error.into()))?;
        let put = driver.run(envelope("put"), "put", |tx, _| {
            for (kind, subject, at) in [("count", "a", 1), ("daily", "d", 2), ("moody", "m", 3)] {
                tx.due(Due::new(kind, subject, hour(at)))?;
            }
            Ok::<(), Halt>(())
        });
        put.map_err(failed)?;
        for at in [2, 30, 60] {
            let handlers = refuse_until(40, Backoff::default()).on("daily", |tx, item| {
                count(tx)?;
                let next = item.at.checked_add(TimeDelta::days(1)).unwrap();
                Ok(tx.due(Due::new("daily", "d", next)).map(|_| ())?)
            });
            fondaco_core::due::Queue::new(&driver, handlers).tick(hour(at))?;
        }
        Ok(())
    }
    for make in [
        || -> Arc<dyn Store> { Arc::new(Memory::new()) },
        || -> Arc<dyn Store> { Arc::new(Model::new()) },
        || -> Arc<dyn Store> { Arc::new(Sqlite::in_memory().unwrap()) },
    ] {
        let swept = sweep(acme(), make, a_week).unwrap();
        // The put; at hour 2 the clock, a, d; at 30 the clock, d, m's refusal; at 60 the clock, m, d.
        assert_eq!(swept.commits, 10);
        assert!(swept.failures > 50, "{} steps failed", swept.failures);
    }
}

/// What people do with the queue by hand, step by step.
#[test]
fn each_step_of_what_is_done_by_hand_may_fail() {
    fn by_hand(store: &dyn Store) -> Result<(), DueError> {
        let driver = Driver::new(store, acme()).with_predictable_salts();
        driver.prepare(&own_tables()).map_err(Halt::from)?;
        driver.run(envelope("put"), "put", |tx, _| {
            for (kind, subject, at) in [("moody", "m", 1), ("count", "a", 5)] {
                tx.due(Due::new(kind, subject, hour(at)))?;
            }
            Ok::<(), Halt>(())
        })?;
        let handlers = refuse_until(40, Backoff::Hold);
        let ticked = fondaco_core::due::Queue::new(&driver, handlers).tick(hour(2));
        ticked.map_err(|error| error.halt)?;
        let (kind, subject) = ("count".into(), "a".into());
        driver.carry_out(envelope("cancel"), &CancelDue { kind, subject })?;
        driver.carry_out(envelope("clock"), &SetDueClock { to: hour(3) })?;
        let (kind, subject) = ("moody".into(), "m".into());
        driver.carry_out(envelope("retry"), &RetryDue { kind, subject })?;
        Ok(())
    }
    for make in [
        || -> Arc<dyn Store> { Arc::new(Memory::new()) },
        || -> Arc<dyn Store> { Arc::new(Model::new()) },
    ] {
        // The put; the tick's clock and refusal; three by hand.
        assert_eq!(sweep(acme(), make, by_hand).unwrap().commits, 6);
    }
}

fn nothing_done() -> Ticked {
    let driver = Driver::new(Memory::new(), acme());
    driver.prepare(&own_tables()).unwrap();
    fondaco_core::due::Queue::new(&driver, Handlers::new()).tick(hour(0)).unwrap()
}
