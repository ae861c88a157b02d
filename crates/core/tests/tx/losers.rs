//! Who lost twice runs alone: from then on the driver's other commits wait until it is done.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Waker};
use std::time::Duration;

use crate::common::*;
use fondaco_core::{AsyncDriver, Done, Driver, Halt, Tx};
use fondaco_store::Memory;
use fondaco_testkit::{Unloaded, block_on};

/// How long a rival that is let in may take at the very most.
const LET_IN: Duration = Duration::from_secs(60);
/// How long a rival that must wait is watched. A driver that keeps its promise passes however slow the machine is.
const WATCHED: Duration = Duration::from_millis(400);

fn raise(tx: &mut Tx<'_>) -> Result<i64, ShopError> {
    let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
    let load = shelf.load + 1;
    tx.put(Shelf { load, ..shelf.as_ref().clone() })?;
    Ok(load)
}

fn fill(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    Ok(tx.insert(Shelf::new(1, 1, 0))?)
}

/// Two conflicts, then a third run that nobody disturbs: the rival of the third run commits after the loser.
#[test]
fn after_two_conflicts_rivals_wait_at_the_gate() {
    for (name, store) in stores() {
        let driver = Driver::new(store.clone(), acme());
        driver.prepare(TABLES).unwrap();
        driver.run(envelope("fill"), "fill", |tx, _| fill(tx)).unwrap();
        let (runs, waiting) = (Runs::default(), Mutex::new(None::<Receiver<Done<i64>>>));
        let loser = std::thread::scope(|scope| {
            let rival = |n: u32| {
                let (sender, told) = channel();
                let (driver, name) = (&driver, format!("rival {n}"));
                scope.spawn(move || {
                    let done = driver.run(envelope(&name), &name, |tx, _| raise(tx)).unwrap();
                    let _ = sender.send(done);
                });
                told
            };
            let loser = driver.run(envelope("loser"), "loser", |tx, _| {
                let load = raise(tx)?;
                let run = runs.one_more();
                let told = rival(run);
                if run <= 2 {
                    told.recv_timeout(LET_IN).expect("nobody has lost twice yet");
                } else {
                    let let_in = told.recv_timeout(WATCHED).is_ok();
                    assert!(!let_in, "on {name}: a rival came in before who lost twice");
                    *waiting.lock().unwrap() = Some(told);
                }
                Ok::<_, ShopError>(load)
            });
            loser.unwrap()
        });
        assert_eq!((runs.get(), loser.answer, loser.position), (3, 3, 4), "on {name}");
        let rival = waiting.into_inner().unwrap().unwrap().recv_timeout(LET_IN).unwrap();
        assert_eq!((rival.answer, rival.position), (4, 5), "on {name}");
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Done<i64>, ShopError>> + 'a>>;

fn rival<'a>(driver: &'a AsyncDriver<'static>, n: u32) -> Running<'a> {
    Box::pin(async move {
        let name = format!("rival {n}");
        driver.run(envelope(&name), &name, |tx, _| raise(tx)).await
    })
}

fn poll(running: &mut Running<'_>) -> bool {
    running.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn after_two_conflicts_rivals_wait_at_the_asynchronous_gate() {
    let driver: AsyncDriver<'static> = AsyncDriver::new(Unloaded::new(Memory::new(), 0), acme());
    let (runs, waiting) = (Runs::default(), RefCell::new(None));
    let loser = block_on(async {
        driver.prepare(TABLES).await.map_err(Halt::from)?;
        driver.run(envelope("fill"), "fill", |tx, _| fill(tx)).await?;
        let loser = driver.run(envelope("loser"), "loser", |tx, _| {
            let load = raise(tx)?; // nothing else is counted as a run while this is not loaded
            let run = runs.one_more();
            let mut other = rival(&driver, run);
            assert_eq!(poll(&mut other), run <= 2, "run {run}");
            *waiting.borrow_mut() = Some(other);
            Ok::<_, ShopError>(load)
        });
        loser.await
    });
    let loser = loser.unwrap();
    assert_eq!((runs.get(), loser.answer, loser.position), (3, 3, 4));
    let rival = block_on(waiting.into_inner().unwrap()).unwrap();
    assert_eq!((rival.answer, rival.position), (4, 5));
}
