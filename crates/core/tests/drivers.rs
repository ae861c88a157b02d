//! Both drivers on every store do the same: the same answers, refusals, rows and links of the chain for the same history.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use common::*;
use fondaco_core::store::{
    Answer, AsyncStore, Batch, Commit, Event, FeedFrom, Pending, Prepared, Read, Record, Store,
    StoreError, Table, Value,
};
use fondaco_core::{Added, AsyncDriver, Drew, Driver, Range, Reading, Tx};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, block_on, sweep};
use proptest::prelude::*;
use smol_str::SmolStr;

#[derive(Debug, Clone, serde::Serialize)]
enum Act {
    /// Puts a labelled shelf there, or moves the one that has the label.
    Label(i64, i64, usize),
    /// Doubles the load of the fullest shelves of an aisle.
    Double(i64, usize),
    Remove(i64, i64),
    Deliver(i64, i64, i64),
    /// Takes pieces from the first lots that have enough.
    Take(i64, Vec<i64>),
    Slip(i64, u32),
    Person(i64, usize),
    Forget(i64),
}

const WORDS: [&str; 3] = ["a", "b", "c"];

fn act(tx: &mut Tx<'_>, act: &Act) -> Result<Vec<i64>, ShopError> {
    tx.emit(Event::new("act").with("words", Value::text(format!("{act:?}"))));
    match act {
        Act::Label(aisle, number, word) => label(tx, *aisle, *number, WORDS[*word]),
        Act::Double(aisle, limit) => {
            let fullest = Range::by(Shelf::BY_LOAD, aisle).backwards().limit(*limit);
            let shelves = tx.scan(&fullest)?;
            for shelf in &shelves {
                if shelf.load > 1_000 {
                    return no(format!("shelf {} is full", shelf.number));
                }
                tx.put(Shelf { load: shelf.load * 2 + 1, ..shelf.as_ref().clone() })?;
            }
            Ok(tx.scan(&fullest)?.iter().map(|shelf| shelf.load).collect())
        }
        Act::Remove(aisle, number) => {
            if tx.get::<Shelf>(&(*aisle, *number))?.is_none() {
                return no("no such shelf");
            }
            tx.delete::<Shelf>(&(*aisle, *number))?;
            Ok(vec![tx.scan(&Range::<Shelf>::by_key(aisle))?.len() as i64])
        }
        Act::Deliver(item, lot, pieces) => {
            tx.add(Stock::of(*item, *lot, *pieces), &[])?;
            Ok(vec![tx.peek::<Stock>(&(*item, *lot))?.map_or(0, |stock| stock.on_hand)])
        }
        Act::Take(item, wanted) => {
            let mut lots = Vec::new();
            for pieces in wanted {
                let part = tx.attempt(|tx| take(tx, *item, *pieces))?;
                lots.push(part.unwrap_or(-1));
            }
            if lots.iter().all(|lot| *lot < 0) { no("nothing left") } else { Ok(lots) }
        }
        Act::Slip(item, on) => {
            let number = tx.scan(&Range::<Move>::by_key(item))?.len() as i64;
            match tx.draw("slips", Some(day(*on)))? {
                Drew::Place(slip) => {
                    tx.insert(Move { slip: Some(slip), ..Move::new(*item, number, *on, 1) })?;
                    Ok(vec![number, tx.series("slips")?.last])
                }
                Drew::Late(last) => no(format!("late: {last}")),
            }
        }
        Act::Person(number, word) => {
            let mail = SmolStr::new(WORDS[*word]);
            if let Some(holder) = tx.unique(Person::BY_MAIL, &mail)? {
                tx.put(Person { points: holder.points + 1, ..holder.as_ref().clone() })?;
                return Ok(vec![holder.number, holder.points + 1]);
            }
            let personal = Some(tx.personal(mail));
            match tx.get::<Person>(number)? {
                Some(person) => tx.put(Person { mail: personal, ..person.as_ref().clone() })?,
                None => tx.insert(Person { number: *number, mail: personal, points: 0 })?,
            }
            Ok(vec![*number])
        }
        Act::Forget(number) => {
            if tx.get::<Person>(number)?.is_none() {
                return no("nobody");
            }
            tx.erase::<Person>(number)?;
            Ok(vec![])
        }
    }
}

fn label(tx: &mut Tx<'_>, aisle: i64, number: i64, word: &str) -> Result<Vec<i64>, ShopError> {
    if let Some(holder) = tx.unique(Shelf::BY_LABEL, &SmolStr::new(word))? {
        tx.put(Shelf { load: holder.load + 1, ..holder.as_ref().clone() })?;
        return Ok(vec![holder.aisle, holder.number]);
    }
    let new = Shelf::new(aisle, number, number).labelled(word);
    match tx.get::<Shelf>(&(aisle, number))? {
        Some(shelf) => tx.put(Shelf { load: shelf.load, ..new })?,
        None => tx.insert(new)?,
    }
    Ok(vec![])
}

fn take(tx: &mut Tx<'_>, item: i64, pieces: i64) -> Result<i64, ShopError> {
    for lot in 0..3 {
        if let Added::Fine = tx.add(Stock::of(item, lot, -pieces), &[Stock::floor()])? {
            return Ok(lot);
        }
    }
    no("short")
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0..2i64, 0..4i64, 0..3usize).prop_map(|(a, n, w)| Act::Label(a, n, w)),
        (0..2i64, 0..4usize).prop_map(|(a, n)| Act::Double(a, n)),
        (0..2i64, 0..4i64).prop_map(|(a, n)| Act::Remove(a, n)),
        (0..2i64, 0..3i64, 0..10i64).prop_map(|(i, l, n)| Act::Deliver(i, l, n)),
        (0..2i64, prop::collection::vec(1..6i64, 1..4)).prop_map(|(i, w)| Act::Take(i, w)),
        (0..2i64, 1..28u32).prop_map(|(i, d)| Act::Slip(i, d)),
        (0..3i64, 0..3usize).prop_map(|(n, w)| Act::Person(n, w)),
        (0..3i64).prop_map(Act::Forget),
    ];
    prop::collection::vec(act, 1..30)
}

/// What came of each act, then every commit as the store tells it.
fn play(host: &Host, acts: &[Act]) -> (Vec<String>, Vec<Commit>) {
    let told = acts.iter().enumerate().map(|(n, command)| {
        let done = host.run_as(&format!("act {n}"), command, act);
        match done {
            Ok(done) => format!("{:?}", (done.answer, done.position, done.replayed)),
            Err(ShopError::No(why)) => why,
            Err(ShopError::Halt(halt)) => panic!("{command:?} on {}: {halt}", host.name),
        }
    });
    let told = told.collect();
    host.verify();
    (told, host.feed())
}

/// All rows of all tables but the salts' own, shown.
fn rows(host: &Host) -> Vec<String> {
    host.view(|view| {
        let mut all = Vec::new();
        view.peek_each(&Range::<Shelf>::all(), |row| show(&mut all, row))?;
        view.peek_each(&Range::by(Shelf::BY_LABEL, &()), |row| show(&mut all, row))?;
        view.peek_each(&Range::<Move>::all(), |row| show(&mut all, row))?;
        view.peek_each(&Range::<Stock>::all(), |row| show(&mut all, row))?;
        view.peek_each(&Range::<Person>::all(), |row| show(&mut all, row))?;
        Ok(all)
    })
}

fn show<R: Record + std::fmt::Debug>(all: &mut Vec<String>, row: &R) -> Result<(), ShopError> {
    all.push(format!("{row:?}"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_history_is_the_same_everywhere(acts in acts()) {
        let first = Host::sync("model", Arc::new(Model::new()));
        let (expected, there) = (play(&first, &acts), rows(&first));
        let others = [
            Host::sync("memory", Arc::new(Memory::new())),
            Host::sync("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
            Host::asynchronous("model, not loaded", Arc::new(Model::new())),
            Host::asynchronous("memory, not loaded", Arc::new(Memory::new())),
            Host::asynchronous("sqlite, not loaded", Arc::new(Sqlite::in_memory().unwrap())),
        ];
        for host in others {
            let ours = play(&host, &acts);
            prop_assert_eq!(&ours.0, &expected.0, "answers on {}", host.name);
            prop_assert_eq!(&ours.1, &expected.1, "commits on {}", host.name);
            prop_assert_eq!(&rows(&host), &there, "rows on {}", host.name);
        }
    }
}

/// The k-th call of the store fails, for every k: each act is there whole or not at all, and asking again completes it.
#[test]
fn acts_survive_a_failure_at_every_step() {
    let history = [
        Act::Label(1, 1, 0),
        Act::Label(1, 2, 0),
        Act::Deliver(1, 1, 5),
        Act::Take(1, vec![3, 9]),
        Act::Double(1, 2),
        Act::Slip(1, 3),
        Act::Person(1, 1),
        Act::Forget(1),
        Act::Remove(1, 1),
    ];
    let run = |store: &dyn Store| -> Result<(), ShopError> {
        let driver = Driver::new(store, acme()).with_predictable_salts();
        driver.prepare(TABLES).map_err(fondaco_core::Halt::from)?;
        for (n, command) in history.iter().enumerate() {
            driver.run(envelope(&format!("act {n}")), command, act)?;
        }
        Ok(())
    };
    for swept in [
        sweep(acme(), Model::new, run),
        sweep(acme(), Memory::new, run),
        sweep(acme(), || Sqlite::in_memory().unwrap(), run),
    ] {
        let swept = swept.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(swept.commits, history.len());
        assert!(swept.failures > 30);
    }
}

/// A store whose commits wait until they are let through, one by one.
struct Waiting {
    inner: Memory,
    held: Arc<Mutex<Vec<Waker>>>,
    passes: Arc<AtomicU32>,
}

impl AsyncStore for Waiting {
    fn prepare<'a>(&'a self, tables: &'a [&'static Table]) -> Pending<'a, Prepared> {
        Box::pin(async move { self.inner.prepare(tables) })
    }
    fn read<'a>(&'a self, read: &'a Read) -> Pending<'a, Answer> {
        Box::pin(async move { self.inner.read(read) })
    }
    fn commit(&self, batch: Batch) -> Pending<'_, Commit> {
        Box::pin(async move {
            std::future::poll_fn(|context| {
                let passes = self.passes.load(Ordering::SeqCst);
                if passes == 0 {
                    self.held.lock().unwrap().push(context.waker().clone());
                    return Poll::Pending;
                }
                self.passes.store(passes - 1, Ordering::SeqCst);
                Poll::Ready(())
            })
            .await;
            self.inner.commit(batch)
        })
    }
    fn feed<'a>(&'a self, from: &'a FeedFrom) -> Pending<'a, Vec<Commit>> {
        Box::pin(async move { self.inner.feed(from) })
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;

/// Raises the load of shelf 1.
fn raise<'a>(driver: &'a AsyncDriver<'static>, name: String) -> Running<'a> {
    Box::pin(async move {
        let done = driver.run(envelope(&name), &name, |tx, _| {
            let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
            Ok::<_, ShopError>(tx.put(Shelf { load: shelf.load + 1, ..shelf.as_ref().clone() })?)
        });
        done.await.unwrap_or_else(|error| panic!("{error}"));
        Ok(())
    })
}

/// Does something that disturbs nobody.
fn log<'a>(driver: &'a AsyncDriver<'static>, number: i64) -> Running<'a> {
    Box::pin(async move {
        let name = format!("log {number}");
        let done = driver
            .run(envelope(&name), &name, |tx, _| Ok::<_, ShopError>(tx.insert(Log { number })?));
        done.await.unwrap_or_else(|error| panic!("{error}"));
        Ok(())
    })
}

fn poll(running: &mut Running<'_>) -> bool {
    running.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// New commands come all the time; who lost twice is let in before them all the same.
#[test]
fn a_loser_is_not_starved_by_those_who_come_after_it() {
    let (held, passes) = (Arc::default(), Arc::new(AtomicU32::new(1)));
    let store = Waiting { inner: Memory::new(), held, passes: passes.clone() };
    let driver: AsyncDriver<'static> = AsyncDriver::new(store, acme());
    block_on(driver.prepare(TABLES)).unwrap();
    block_on(driver.run(envelope("fill"), "fill", |tx, _| {
        Ok::<_, ShopError>(tx.insert(Shelf::new(1, 1, 0))?)
    }))
    .unwrap();
    let mut loser = raise(&driver, "loser".into());
    assert!(!poll(&mut loser));
    // Twice somebody else is faster; by the second time one more is on its way, on rows of its own.
    let mut before = log(&driver, 0);
    for n in 0..2 {
        let mut other = raise(&driver, format!("faster {n}"));
        assert!(!poll(&mut other));
        passes.store(1, Ordering::SeqCst);
        assert!(poll(&mut other));
        assert!(!poll(&mut before));
        passes.store(1, Ordering::SeqCst);
        assert!(!poll(&mut loser), "it lost");
        passes.store(0, Ordering::SeqCst);
    }
    // From now on there is always another.
    for n in 1..100 {
        let mut after = log(&driver, n);
        assert!(!poll(&mut after));
        passes.store(1, Ordering::SeqCst);
        poll(&mut before);
        passes.store(1, Ordering::SeqCst);
        if poll(&mut loser) {
            return;
        }
        passes.store(0, Ordering::SeqCst);
        before = after;
    }
    panic!("a hundred came after it, and all were let in before it");
}

/// A request that is given up in the gate, or at the store, leaves the gate open for the others.
#[test]
fn a_dropped_future_blocks_nobody() {
    let (held, passes) = (Arc::default(), Arc::new(AtomicU32::new(1)));
    let store = Waiting { inner: Memory::new(), held, passes: passes.clone() };
    let driver: AsyncDriver<'static> = AsyncDriver::new(store, acme());
    block_on(driver.prepare(TABLES)).unwrap();
    block_on(driver.run(envelope("fill"), "fill", |tx, _| {
        Ok::<_, ShopError>(tx.insert(Shelf::new(1, 1, 0))?)
    }))
    .unwrap();
    let mut given_up = raise(&driver, "given up".into());
    assert!(!poll(&mut given_up));
    drop(given_up);
    let mut loser = raise(&driver, "loser".into());
    assert!(!poll(&mut loser));
    for n in 0..2 {
        let mut other = raise(&driver, format!("faster {n}"));
        poll(&mut other);
        passes.store(2, Ordering::SeqCst);
        assert!(poll(&mut other));
        poll(&mut loser);
        passes.store(0, Ordering::SeqCst);
    }
    poll(&mut loser);
    drop(loser);
    let mut next = raise(&driver, "next".into());
    poll(&mut next);
    passes.store(5, Ordering::SeqCst);
    assert!(poll(&mut next));
    // The same command again tells that it was never done.
    let mut again = raise(&driver, "given up".into());
    assert!(poll(&mut again));
}
