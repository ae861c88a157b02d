//! A command is carried out once: replay comes before any refusal, refusals are true, retries are bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::*;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Driver, Halt, Range, Reading, Tx};
use fondaco_testkit::{Moment, Slipping};

/// Pays shelf 1: once. Its answer is a receipt's number.
fn pay(tx: &mut Tx<'_>) -> Result<i64, ShopError> {
    let shelf = tx.get::<Shelf>(&(1, 1))?.ok_or(ShopError::No("no shelf".into()))?;
    if shelf.load == 0 {
        return no("already paid");
    }
    tx.put(Shelf { load: 0, ..shelf.as_ref().clone() })?;
    tx.emit(Event::new("paid").with("load", Value::I64(shelf.load)));
    Ok(4711)
}

fn fill(host: &Host) {
    host.done("fill", |tx| Ok(tx.insert(Shelf::new(1, 1, 5))?));
}

#[test]
fn paying_twice_under_one_id_gives_the_first_receipt() {
    on_every_host(|host| {
        fill(host);
        let first = host.run("pay", pay).unwrap();
        assert_eq!((first.answer, first.position, first.replayed), (4711, 2, false));
        let second = host.run("pay", pay).unwrap();
        assert_eq!((second.answer, second.position, second.replayed), (4711, 2, true));
        assert_eq!(refusal(host.run("pay again", pay)), "already paid");
        assert_eq!(host.feed().len(), 2);
    });
}

#[test]
fn a_refused_command_leaves_nothing_and_may_come_again() {
    on_every_host(|host| {
        assert_eq!(refusal(host.run("pay", pay)), "no shelf");
        assert!(host.feed().is_empty());
        fill(host);
        assert!(!host.run("pay", pay).unwrap().replayed);
    });
}

#[test]
fn an_act_that_reads_nothing_is_replayed_too() {
    on_every_host(|host| {
        let act = |tx: &mut Tx<'_>| Ok(tx.insert(Log { number: 1 })?);
        assert!(!host.run("log", act).unwrap().replayed);
        assert!(host.run("log", act).unwrap().replayed);
        // Refused without having read: the id is looked up before the refusal leaves.
        let refused = host.run("log", |_| no::<()>("no"));
        assert!(refused.unwrap().replayed);
        assert_eq!(refusal(host.run("other", |_| no::<()>("no"))), "no");
    });
}

#[test]
fn another_command_under_the_same_id_is_an_error() {
    on_every_host(|host| {
        fill(host);
        host.run_as("pay", &("pay", 5), |tx, _| pay(tx)).unwrap();
        for act in [pay, |tx: &mut Tx<'_>| Ok(tx.insert(Log { number: 9 }).map(|_| 1)?)] {
            let reused = host.run_as("pay", &("pay", 6), |tx, _| act(tx));
            let halt = halt(reused);
            assert_eq!(halt.code(), "store.command_reused", "on {}", host.name);
            assert!(halt.to_string().contains("give a new command a new id"), "{halt}");
        }
        assert_eq!(host.feed().len(), 2);
    });
}

/// The same command comes twice at once; the slower meets its twin's work only in its second trip.
#[test]
fn a_twin_that_was_faster_gives_its_receipt_and_no_refusal() {
    for (name, inner) in stores() {
        fill(&Host::sync(name, inner.clone()));
        let twin = |store: &dyn fondaco_core::store::Store| {
            let driver = Driver::new(store, acme());
            driver.run(envelope("pay"), "pay", |tx, _| pay(tx)).unwrap();
        };
        // Read 1 looks the command up and peeks; then the twin pays; read 2 sees the paid shelf.
        let slow = Host::sync(name, Slipping::over(inner, Moment::Read(2), twin));
        let done = slow.run("pay", |tx| {
            tx.peek::<Shelf>(&(9, 9))?;
            pay(tx)
        });
        let done = done.unwrap_or_else(|error| panic!("on {name}: {error}"));
        assert_eq!((done.answer, done.replayed), (4711, true));
    }
}

#[test]
fn a_twin_that_was_faster_under_an_asynchronous_host() {
    let (_, inner) = in_process().remove(1);
    fill(&Host::sync("model", inner.clone()));
    let twin = |store: &dyn fondaco_core::store::Store| {
        let driver = Driver::new(store, acme());
        driver.run(envelope("pay"), "pay", |tx, _| pay(tx)).unwrap();
    };
    let slow = Host::asynchronous("model", Slipping::over(inner, Moment::Read(2), twin));
    let done = slow.run("pay", |tx| {
        tx.peek::<Shelf>(&(9, 9))?;
        pay(tx)
    });
    assert!(done.unwrap().replayed);
}

/// Two rows change places between two trips: no moment ever had what the act saw, so it may not refuse for it.
#[test]
fn a_refusal_that_rests_on_two_moments_is_judged_again() {
    for (name, inner) in stores() {
        let host = Host::sync(name, inner.clone());
        host.done("fill", |tx| {
            tx.insert(Shelf::new(1, 1, 0))?;
            Ok(tx.insert(Shelf::new(1, 2, 1))?)
        });
        let swap = |store: &dyn fondaco_core::store::Store| {
            elsewhere(store, "swap", |tx| {
                tx.get_many::<Shelf>(&[(1, 1), (1, 2)])?;
                tx.put(Shelf::new(1, 1, 1))?;
                Ok(tx.put(Shelf::new(1, 2, 0))?)
            });
        };
        let act = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
            let first = tx.get::<Shelf>(&(1, 1))?.unwrap().load;
            let second = tx.get::<Shelf>(&(1, 2))?.unwrap().load;
            if first + second == 0 { no("both are empty") } else { Ok(()) }
        };
        let slow = Host::sync(name, Slipping::over(inner.clone(), Moment::Read(2), swap));
        slow.run("look", act).unwrap_or_else(|error| panic!("on {name}: {error}"));
        host.done("swap back", |tx| {
            tx.get_many::<Shelf>(&[(1, 1), (1, 2)])?;
            tx.put(Shelf::new(1, 1, 0))?;
            Ok(tx.put(Shelf::new(1, 2, 0))?)
        });
        assert_eq!(refusal(host.run("look again", act)), "both are empty");
    }
}

#[test]
fn a_refusal_after_one_trip_needs_no_comparison() {
    for (name, inner) in stores() {
        let touched = Arc::new(AtomicBool::new(false));
        let seen = touched.clone();
        fill(&Host::sync(name, inner.clone()));
        let slip = move |_: &dyn fondaco_core::store::Store| seen.store(true, Ordering::SeqCst);
        let host = Host::sync(name, Slipping::over(inner, Moment::Commit(1), slip));
        let refused = host.run("no", |tx| {
            tx.get_many::<Shelf>(&[(1, 1), (1, 2)])?;
            no::<()>("no")
        });
        assert_eq!(refusal(refused), "no");
        assert!(!touched.load(Ordering::SeqCst), "the store was asked to commit");
    }
}

/// Somebody is always faster: after 64 conflicts the store's refusal goes to the caller.
#[test]
fn retries_are_bounded() {
    on_every_host(|host| {
        fill(host);
        let runs = Runs::default();
        let store = host.store.clone();
        let lost = host.run("mine", |tx| {
            let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
            let run = runs.one_more();
            elsewhere(&*store, &format!("theirs {run}"), |tx| {
                tx.get::<Shelf>(&(1, 1))?;
                Ok(tx.put(Shelf::new(1, 1, i64::from(run)))?)
            });
            Ok(tx.put(Shelf { load: -1, ..shelf.as_ref().clone() })?)
        });
        let halt = halt(lost);
        assert_eq!(halt.code(), "store.refused");
        assert!(halt.to_string().contains("1 rows moved"), "{halt}");
        assert_eq!(runs.get(), 64, "on {}", host.name);
    });
}

/// One driver, many threads, one hot row. That losers run alone is shown in `losers.rs`.
#[test]
fn many_threads_on_one_row_lose_no_update() {
    for (name, store) in stores() {
        Host::sync(name, store.clone()).done("fill", |tx| Ok(tx.insert(Shelf::new(1, 1, 0))?));
        let driver = Driver::new(store.clone(), acme());
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let driver = &driver;
                scope.spawn(move || {
                    for n in 0..50 {
                        let name = format!("{thread}/{n}");
                        let done = driver.run(envelope(&name), &name, |tx, _| {
                            let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
                            let load = shelf.load + 1;
                            Ok::<_, ShopError>(tx.put(Shelf { load, ..shelf.as_ref().clone() })?)
                        });
                        done.unwrap_or_else(|error| panic!("{error}"));
                    }
                });
            }
        });
        let host = Host::sync(name, store);
        let load = host.view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.unwrap().load));
        assert_eq!(load, 200, "on {name}");
        host.verify();
    }
}

#[test]
fn the_answer_is_what_was_stored_numbers_filled_in() {
    on_every_host(|host| {
        let act = |tx: &mut Tx<'_>| -> Result<Vec<fondaco_core::store::Drawn>, ShopError> {
            let mut all = Vec::new();
            for n in 0..3 {
                let fondaco_core::Drew::Place(place) = tx.draw("slips", Some(day(1)))? else {
                    return no("late");
                };
                tx.insert(Move { slip: Some(place), ..Move::new(1, n, 1, 1) })?;
                all.push(place);
            }
            Ok(all)
        };
        for _ in 0..2 {
            let answer = host.run("draw", act).unwrap().answer;
            assert_eq!(
                answer.iter().map(|n| n.number()).collect::<Vec<_>>(),
                [Some(1), Some(2), Some(3)]
            );
        }
        let slips = host.view(|view| {
            let rows = view.peek_scan(&Range::<Move>::by_key(&1i64))?;
            Ok(rows.iter().map(|row| row.slip.and_then(|n| n.number())).collect::<Vec<_>>())
        });
        assert_eq!(slips, [Some(1), Some(2), Some(3)]);
    });
}

#[test]
fn ids_are_the_same_in_every_run_and_never_the_same_in_two_commands() {
    on_every_host(|host| {
        fill(host);
        let runs = Runs::default();
        let seen = std::sync::Mutex::new(Vec::new());
        let store = host.store.clone();
        let id = host.done("one", |tx| {
            let id = tx.id::<Shelf>()?;
            seen.lock().unwrap().push(id);
            tx.get::<Shelf>(&(1, 1))?;
            if runs.one_more() == 1 {
                elsewhere(&*store, "theirs", |tx| {
                    tx.get::<Shelf>(&(1, 1))?;
                    Ok(tx.put(Shelf::new(1, 1, 8))?)
                });
            }
            tx.insert(Log { number: 1 })?;
            Ok(id)
        });
        let seen = seen.into_inner().unwrap();
        assert!(seen.len() >= 2 && seen.iter().all(|other| *other == id));
        let other = host.done("two", |tx| Ok(tx.id::<Shelf>()?));
        assert_ne!(id, other);
        assert_eq!(id.timestamp(), Some(envelope("one").time));
    });
}

/// An act that swallows a halt would decide on what it never saw: it is run again all the same.
#[test]
fn a_swallowed_miss_decides_nothing() {
    on_every_host(|host| {
        fill(host);
        let found = host.done("careless", |tx| {
            let shelf = tx.get::<Shelf>(&(1, 1)).ok().flatten();
            tx.insert(Log { number: 1 })?;
            Ok(shelf.is_some())
        });
        assert!(found, "on {}", host.name);
        let refused = host.run("careless refusal", |tx| match tx.get::<Shelf>(&(1, 1)) {
            Ok(Some(_)) => no::<()>("there"),
            _ => no("not there"),
        });
        assert_eq!(refusal(refused), "there");
    });
}

#[test]
fn one_company_does_not_see_another() {
    for (name, store) in stores() {
        let host = Host::sync(name, store.clone());
        fill(&host);
        let other = Driver::new(store, fondaco_core::CompanyId::named("emca"));
        let act = |tx: &mut Tx<'_>, _: &str| -> Result<i64, ShopError> {
            assert_eq!(tx.get::<Shelf>(&(1, 1))?, None);
            tx.insert(Shelf::new(1, 1, 6).labelled("same"))?;
            match tx.draw("slips", None)? {
                fondaco_core::Drew::Place(_) => Ok(1),
                fondaco_core::Drew::Late(_) => no("late"),
            }
        };
        // The same command id, row, label and series: all are the company's own.
        let done = other.run(envelope("fill"), "fill", act).unwrap();
        assert_eq!((done.position, done.replayed), (1, false));
        host.done("label", |tx| Ok(tx.insert(Shelf::new(1, 2, 6).labelled("same"))?));
        assert_eq!(host.view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.unwrap().load)), 5);
        assert_eq!(host.feed().len(), 2);
    }
}

#[test]
fn a_view_changes_nothing_and_a_bad_time_is_no_panic() {
    for (name, store) in stores() {
        let host = Host::sync(name, store);
        let early = fondaco_core::Timestamp::from_micros(-1).unwrap();
        let envelope = fondaco_core::Envelope { time: early, ..envelope("early") };
        let result =
            host.rival().run(envelope, "early", |tx, _| Ok::<_, ShopError>(tx.id::<Shelf>()?));
        assert!(matches!(halt(result), Halt::TooEarly { .. }));
    }
}
