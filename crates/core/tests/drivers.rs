//! Both drivers on every store do the same: the same answers, refusals, rows and links of the chain for the same history.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use common::acts::*;
use common::*;
use fondaco_core::store::{
    Answer, AsyncStore, At, Batch, Commit, FeedFrom, Pending, Prepared, Read, Store, StoreError,
    Table,
};
use fondaco_core::{AsyncDriver, Driver, Halt, Reading, View};
use fondaco_store::{Memory, OnThreads, Sqlite};
use fondaco_testkit::{Model, Unloaded, block_on, sweep};
use proptest::prelude::*;

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_history_is_the_same_on_a_server(acts in acts()) {
        let first = Host::sync("model", Arc::new(Model::new()));
        let (expected, there) = (play(&first, &acts), rows(&first));
        for make in [Host::sync, Host::asynchronous] {
            let Some((name, store)) = common::server::postgres() else { return Ok(()) };
            let host = make(name, store);
            prop_assert_eq!(&play(&host, &acts), &expected);
            prop_assert_eq!(&rows(&host), &there);
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

/// A store that counts what is held.
#[derive(Default)]
struct Counting {
    inner: Memory,
    held: AtomicU32,
}

impl Store for Counting {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.inner.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let answer = self.inner.read(read)?;
        match read.at {
            At::Hold => self.held.fetch_add(1, Ordering::SeqCst),
            At::Last(_) => self.held.fetch_sub(1, Ordering::SeqCst),
            _ => 0,
        };
        Ok(answer)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.inner.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.inner.feed(from)
    }
}

/// Polls what a driver does so many times and drops it, for ever more times until it ends; nothing may be held afterwards. After
/// how many polls it ended at last: a view, and verifying. Of many polls some numbers are left out, for a machine on which those
/// that are to answer wait for their turn.
fn dropped_anywhere<S: AsyncStore + 'static>(
    store: S,
    count: &Counting,
    pause: Duration,
) -> [Option<i32>; 2] {
    let driver = &AsyncDriver::new(store, acme());
    block_on(driver.prepare(TABLES)).unwrap();
    block_on(driver.run(envelope("log"), "", |tx, _| tx.insert(Log { number: 1 }))).unwrap();
    let view = || {
        let read = |view: &mut View<'_>| {
            let one = view.peek::<Log>(&1)?.map_or(0, |log| log.number);
            view.peek::<Log>(&(one + 1))
        };
        let view = async move {
            let seen: Result<_, Halt> = driver.view(read).await;
            seen.map(drop).map_err(|halt| StoreError::Misused(halt.to_string()))
        };
        Box::pin(view) as Running<'_>
    };
    let verify = || Box::pin(async { driver.verify(TABLES).await.map(drop) }) as Running<'_>;
    [true, false].map(|views| {
        std::iter::successors(Some(1), |polls| Some(polls + 1 + polls / 64)).find(|&polls| {
            let mut running = if views { view() } else { verify() };
            let ended = (0..polls).any(|_| {
                std::thread::sleep(pause);
                poll(&mut running)
            });
            drop(running);
            let pause = || std::thread::sleep(Duration::from_millis(1));
            let held = || count.held.load(Ordering::SeqCst) > 0;
            (0..20_000).take_while(|_| held()).for_each(|_| pause());
            assert!(!held(), "held after {polls} polls");
            ended
        })
    })
}

#[test]
fn a_view_that_panics_holds_nothing() {
    let store = Arc::new(Counting::default());
    let driver = Driver::new(store.clone(), acme());
    driver.prepare(TABLES).unwrap();
    let view = || driver.view(|_| -> Result<(), Halt> { panic!("the report's own fault") });
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(view)).unwrap_err();
    assert_eq!(store.held.load(Ordering::SeqCst), 0);
}

#[test]
fn what_is_cancelled_holds_nothing() {
    let store = Arc::new(Counting::default());
    let [view, verify] = dropped_anywhere(Unloaded::new(store.clone(), 2), &store, Duration::ZERO);
    assert!(view > Some(8) && verify > Some(40), "{view:?} {verify:?}");
    // Beside threads, what a poll meets is a matter of luck: some are early, some late.
    for micros in [0, 40, 200] {
        let threads = OnThreads::new(store.clone(), 2);
        dropped_anywhere(threads, &store, Duration::from_micros(micros));
    }
}
