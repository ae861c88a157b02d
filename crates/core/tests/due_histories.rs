//! The due queue among others: two ticks at once in every order, many threads, and random histories beside a naive model.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use common::*;
use fondaco_core::due::{Backoff, Due, DueItem, Handlers, Queue, Refused};
use fondaco_core::store::{FeedFrom, Store, Value};
use fondaco_core::{Driver, Reading, Timestamp, Tx};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Moment, Slipping};
use proptest::prelude::*;

fn hour(n: i64) -> Timestamp {
    envelope("any").time.checked_add(TimeDelta::hours(n)).unwrap()
}

fn hour_of(at: Timestamp) -> i64 {
    at.since(hour(0)).num_hours()
}

fn again(tx: &mut Tx<'_>, item: &DueItem, hours: i64) -> Result<(), Refused> {
    let next = item.at.checked_add(TimeDelta::hours(hours)).unwrap();
    Ok(tx.due(Due::new(&*item.kind, &*item.subject, next)).map(|_| ())?)
}

/// `once` is carried out and gone, `often` comes again every seven hours, `moody` refuses at every second hour of the clock,
/// `chain` puts another item on the queue that was due before. All are counted by subject.
fn handlers<'h>() -> Handlers<'h> {
    let count = |tx: &mut Tx<'_>, item: &DueItem| {
        let subject = i64::from(item.subject.as_bytes()[0]);
        tx.add_all(vec![Stock::of(subject, 0, 1)])
    };
    Handlers::new()
        .on("once", move |tx, item| Ok(count(tx, item)?))
        .on("often", move |tx, item| {
            count(tx, item)?;
            again(tx, item, 7)
        })
        .on_with("moody", Backoff::Steady { minutes: 180 }, move |tx, item| {
            if hour_of(tx.now()) % 2 == 1 {
                return Err(ShopError::No("shut".into()).into());
            }
            Ok(count(tx, item)?)
        })
        .on("chain", move |tx, item| {
            let before = item.at.checked_add(TimeDelta::hours(-2)).unwrap();
            tx.due(Due::new("once", &*item.subject, before))?;
            Ok(count(tx, item)?)
        })
}

/// What was carried out, in order: kind, subject, due hour, hour of the tick.
type Told = Vec<(String, String, i64, i64)>;

fn told(store: &dyn Store) -> Told {
    let mut told = Vec::new();
    for commit in store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap() {
        for event in commit.events.iter().filter(|event| event.name == "due.carried_out") {
            let [(_, Value::Text(kind)), (_, Value::Text(subject)), (_, Value::Instant(at))] =
                &event.data[..]
            else {
                panic!("{event:?}")
            };
            let (at, now) = (hour_of(*at), hour_of(commit.meta.time));
            told.push((kind.to_string(), subject.to_string(), at, now));
        }
    }
    told
}

fn put(host: &Host, items: &[(&str, &str, i64)]) {
    host.done("put", |tx| {
        for (kind, subject, at) in items {
            tx.due(Due::new(*kind, *subject, hour(*at)))?;
        }
        Ok(())
    });
}

/// How often each subject was counted.
fn counted(store: &dyn Store) -> BTreeMap<i64, i64> {
    let driver = Driver::new(store, acme());
    let stocks = driver.view(|view| view.peek_scan(&fondaco_core::Range::<Stock>::all())).unwrap();
    stocks.iter().map(|stock| (stock.item, stock.on_hand)).collect()
}

const BUSY: &[(&str, &str, i64)] =
    &[("once", "a", 1), ("often", "b", 2), ("moody", "c", 3), ("chain", "d", 5), ("once", "e", 8)];

/// A second tick, of the same time, an earlier or a later one, slips in before every single call that the first one makes
/// to the store.
#[test]
fn two_ticks_at_once_do_each_thing_once() {
    for store in 0..4 {
        for (first, second) in [(10, 10), (10, 12), (12, 10)] {
            let mut moments = 0;
            for moment in [Moment::Read, Moment::Commit] {
                let met = (1..).take_while(|n| two_ticks(store, moment(*n), first, second));
                moments += met.count();
            }
            assert!(moments > 30, "{moments} moments were met");
        }
    }
}

/// Whether the first tick came to that moment at all.
fn two_ticks(store: usize, at: Moment, first: i64, second: i64) -> bool {
    let (name, inner) = in_process().remove(store % 3);
    let prepared = Host::sync(name, inner.clone());
    put(&prepared, BUSY);
    let (happened, deed) = noticing(move |store: &dyn Store| {
        let driver = Driver::new(store, acme());
        Queue::new(&driver, handlers()).tick(hour(second)).unwrap();
    });
    let slipping = Slipping::over(inner.clone(), at, deed);
    let host =
        if store < 3 { Host::sync(name, slipping) } else { Host::asynchronous(name, slipping) };
    host.tick(handlers(), hour(first));
    if !happened.load(Ordering::SeqCst) {
        return false;
    }
    let told = told(&*inner);
    let place = format!("{first} and {second} at {at:?} on {name}: {told:?}");
    each_once(&told, first.max(second), &place);
    assert_eq!(counted(&*inner).into_values().sum::<i64>() as usize, told.len(), "{place}");
    prepared.verify();
    true
}

fn noticing(
    deed: impl FnOnce(&dyn Store) + Send + 'static,
) -> (Arc<AtomicBool>, impl FnOnce(&dyn Store) + Send + 'static) {
    let happened = Arc::new(AtomicBool::new(false));
    let notice = happened.clone();
    let noticed = move |store: &dyn Store| {
        notice.store(true, Ordering::SeqCst);
        deed(store);
    };
    (happened, noticed)
}

/// Nothing twice, nothing early, nothing left out that was due for both ticks.
fn each_once(told: &Told, last: i64, place: &str) {
    let mut seen: Vec<_> = told.iter().map(|(kind, subject, at, _)| (kind, subject, at)).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), told.len(), "{place}");
    assert!(told.iter().all(|(_, _, at, now)| at <= now && *now <= last), "{place}");
    for (kind, subject, at) in BUSY.iter().filter(|item| item.0 != "moody") {
        assert!(seen.contains(&(&kind.to_string(), &subject.to_string(), at)), "{place}");
    }
    assert!(seen.contains(&(&"once".to_string(), &"d".to_string(), &3)), "{place}");
    assert!(seen.contains(&(&"often".to_string(), &"b".to_string(), &9)), "{place}");
}

/// Somebody moves or cancels what a tick is about to carry out: either the tick was first, or it leaves the item alone.
#[test]
fn an_item_that_is_moved_or_cancelled_meanwhile() {
    for (store, cancel) in (0..3).flat_map(|store| [(store, true), (store, false)]) {
        for moment in [Moment::Read, Moment::Commit] {
            let met = (1..).take_while(|n| meanwhile(store, moment(*n), cancel));
            assert!(met.count() >= 2, "a tick has so many calls at least");
        }
    }
}

fn meanwhile(store: usize, at: Moment, cancel: bool) -> bool {
    let (name, inner) = in_process().remove(store);
    put(&Host::sync(name, inner.clone()), &[("once", "a", 1)]);
    let (happened, deed) = noticing(move |store: &dyn Store| {
        elsewhere(store, "meanwhile", |tx| {
            if cancel {
                tx.cancel_due("once", "a")?;
            } else if tx.due_item("once", "a")?.is_some() {
                tx.due(Due::new("once", "a", hour(50)))?;
            }
            Ok(())
        });
    });
    let host = Host::sync(name, Slipping::over(inner.clone(), at, deed));
    let ticked = host.tick(handlers(), hour(9));
    let place = format!("{at:?}, cancelled: {cancel}, on {name}: {ticked}");
    let left = host.due_items();
    assert!(ticked.carried_out.len() + left.len() <= 1, "{place}");
    assert_eq!(told(&*inner).len(), ticked.carried_out.len(), "{place}");
    assert!(left.iter().all(|item| item.at == hour(50)), "{place}");
    happened.load(Ordering::SeqCst)
}

#[test]
fn many_threads_tick_at_once() {
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(Memory::new()), Arc::new(Sqlite::in_memory().unwrap())];
    for store in stores {
        let host = Host::sync("threads", store.clone());
        host.done("put", |tx| {
            for n in 0..60 {
                tx.due_anew(Due::new("once", format!("{n:02}"), hour(n % 7)))?;
            }
            Ok(tx.due(Due::new("often", "z", hour(0))).map(|_| ())?)
        });
        std::thread::scope(|scope| {
            for n in 0..4 {
                let store = store.clone();
                scope.spawn(move || {
                    let driver = Driver::new(store, acme());
                    let queue = Queue::new(&driver, handlers()).at_most(9 + n);
                    while queue.tick(hour(100)).unwrap().more {}
                });
            }
        });
        let mut told = told(&*store);
        assert_eq!(told.len(), 60 + 15, "0, 7, ... 98 makes 15 of what comes often");
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 75);
        host.verify();
    }
}

#[derive(Debug, Clone)]
enum Step {
    Put(&'static str, &'static str, i64),
    Cancel(&'static str, &'static str),
    Tick(i64, usize),
}

/// What the queue should be, as plainly as can be said.
#[derive(Debug, Default)]
struct Naive {
    /// Due, next try, tries.
    items: BTreeMap<(String, String), (i64, i64, u32)>,
    clock: i64,
    told: Told,
}

impl Naive {
    fn put(&mut self, kind: &str, subject: &str, at: i64) {
        self.items.insert((kind.into(), subject.into()), (at, at, 0));
    }

    fn tick(&mut self, now: i64, limit: usize) {
        if now < self.clock {
            return;
        }
        for _ in 0..limit {
            let ready = self.items.iter().filter(|(key, item)| key.0 != "nobody" && item.1 <= now);
            let first = ready.min_by_key(|(key, item)| (item.1, (*key).clone()));
            let Some(((kind, subject), (at, _, tries))) =
                first.map(|(key, item)| (key.clone(), *item))
            else {
                return;
            };
            self.clock = now;
            if kind == "moody" && now % 2 == 1 {
                self.items.insert((kind, subject), (at, now + 3, tries + 1));
                continue;
            }
            self.items.remove(&(kind.clone(), subject.clone()));
            match kind.as_str() {
                "often" => self.put(&kind, &subject, at + 7),
                "chain" => self.put("once", &subject, at - 2),
                _ => {}
            }
            self.told.push((kind, subject, at, now));
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(vec!["once", "often", "moody", "chain", "nobody"]);
    let subject = prop::sample::select(vec!["a", "b", "c"]);
    prop_oneof![
        5 => (kind.clone(), subject.clone(), 0..60i64).prop_map(|(k, s, at)| Step::Put(k, s, at)),
        1 => (kind, subject).prop_map(|(kind, subject)| Step::Cancel(kind, subject)),
        4 => (0..60i64, prop_oneof![1..6usize, Just(1000)]).prop_map(|(now, most)| Step::Tick(now, most)),
    ]
}

fn take(host: &Host, name: &str, step: &Step, naive: &mut Naive) -> Result<(), TestCaseError> {
    match step {
        Step::Put(kind, subject, at) => {
            naive.put(kind, subject, *at);
            host.done(name, |tx| Ok(tx.due(Due::new(*kind, *subject, hour(*at))).map(|_| ())?));
        }
        Step::Cancel(kind, subject) => {
            let there = naive.items.remove(&(kind.to_string(), subject.to_string())).is_some();
            prop_assert_eq!(host.done(name, |tx| Ok(tx.cancel_due(kind, subject)?)), there);
        }
        Step::Tick(now, most) => {
            let past = *now < naive.clock;
            naive.tick(*now, *most);
            let ticked = host.try_tick(handlers(), hour(*now), *most).unwrap();
            prop_assert_eq!(ticked.past.is_some(), past);
            prop_assert_eq!(ticked.elsewhere, 0);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_that_of_the_naive_queue(steps in prop::collection::vec(step(), 1..30)) {
        let hosts = [
            Host::sync("memory", Arc::new(Memory::new())),
            Host::sync("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
            Host::asynchronous("memory", Arc::new(Memory::new())),
        ];
        for host in hosts {
            let mut naive = Naive { clock: i64::MIN, ..Naive::default() };
            for (n, step) in steps.iter().enumerate() {
                take(&host, &format!("step {n}"), step, &mut naive)?;
            }
            prop_assert_eq!(told(&*host.store), naive.told, "on {}", host.name);
            let left: BTreeMap<_, _> = host.due_items().iter().map(|item| {
                let key = (item.kind.to_string(), item.subject.to_string());
                (key, (hour_of(item.at), item.try_at.map_or(-1, hour_of), item.tries))
            }).collect();
            let next = naive.items.iter().filter(|(key, _)| key.0 != "nobody").map(|(_, item)| item.1).min();
            prop_assert_eq!(host.next_due(handlers()).map(hour_of), next);
            prop_assert_eq!(left, naive.items);
        }
    }
}

/// The queue's commands never change: what a tick began before an update, one after it goes on with.
#[test]
fn the_ids_of_a_tick_are_those_of_ever() {
    let host = Host::sync("memory", Arc::new(Memory::new()));
    put(&host, &[("once", "a", 1), ("moody", "b", 1)]);
    host.tick(handlers(), hour(3));
    let ids: Vec<String> = host.feed().iter().skip(1).map(|commit| commit.id.to_string()).collect();
    assert_eq!(ids, IDS, "the ids are now: {ids:#?}");
}

const IDS: [&str; 3] = [
    "6f6b1b15-800c-b7fc-efce-9ca73886306b",
    "2cd04457-83f8-e686-bef3-0935cadf7739",
    "1f9e7ce8-76e5-7874-c87b-f09bf4096499",
];
