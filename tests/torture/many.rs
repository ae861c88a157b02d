//! Many at once: the bank on every store, on one that fails now and then, and two acts in all orders of their steps.

use std::sync::Arc;

use fondaco::core::store::Store;
use fondaco::prelude::*;
use fondaco::store::OrderedStore;
use fondaco::store::ordered::InMemory;
use fondaco_testkit::faults::{Bank, Flaky, Trouble, orders};
use fondaco_testkit::{Model, Random};

use crate::firm;
use crate::homes::{DIRECTORY, Home, REDB, SQLITE_FAST};
use crate::rounds::Round;
use crate::{ensure, needs};

fn bank(store: Arc<dyn Store>, seed: u64, transfers: usize) -> Result<Option<String>, Trouble> {
    let settled = Bank::new(seed).transfers(transfers).run(store)?;
    let (done, short) = (settled.done, settled.short);
    Ok(Some(format!("16 writers: {done} transfers, {short} short, each asked for three times")))
}

pub(crate) fn memory(round: &Round) -> Result<Option<String>, Trouble> {
    bank(Arc::new(Memory::new()), round.seed, 400)
}

pub(crate) fn ordered(round: &Round) -> Result<Option<String>, Trouble> {
    bank(Arc::new(OrderedStore::open(InMemory::new())?), round.seed, 150)
}

fn at_home(home: &Home, round: &Round, transfers: usize) -> Result<Option<String>, Trouble> {
    let store = (home.open)(&home.place(&round.dir))?;
    bank(store.into(), round.seed, transfers)
}

pub(crate) fn sqlite(round: &Round) -> Result<Option<String>, Trouble> {
    at_home(&SQLITE_FAST, round, 150)
}

pub(crate) fn redb(round: &Round) -> Result<Option<String>, Trouble> {
    at_home(&REDB, round, 60)
}

pub(crate) fn directory(round: &Round) -> Result<Option<String>, Trouble> {
    at_home(&DIRECTORY, round, 60)
}

/// One in eight calls fails, some after they were carried out: each writer asks again.
pub(crate) fn failing(round: &Round) -> Result<Option<String>, Trouble> {
    bank(Arc::new(Flaky::new(Memory::new(), round.seed, 8)), round.seed, 150)
}

/// Every command of a firm's year over a store that fails one in so many times, sent again until it is answered: the books
/// end as they do on a store that is well.
pub(crate) fn failing_firm(round: &Round) -> Result<Option<String>, Trouble> {
    let well = Memory::new();
    needs("a firm", firm::year(&well, &firm::steady))?;
    let store = Flaky::new(Memory::new(), round.seed, 20 + Random::new(round.seed).below(60));
    let mut tries = 1;
    while let Err(error) = firm::year(&store, &firm::steady) {
        let failed = error.kind() == ErrorKind::Unavailable;
        ensure(failed && tries < 5_000, || format!("try {tries}: {error}"))?;
        tries += 1;
    }
    let (found, wanted) = (firm::told(store.inner())?, firm::told(&well)?);
    ensure(found == wanted, || format!("{found:#?}\nis not\n{wanted:#?}"))?;
    Ok(Some(format!("a year of commands, {tries} tries")))
}

/// Two acts of the ledger, drawn by the seed, at once in all orders of their calls to the store.
pub(crate) fn orders_of_acts(round: &Round) -> Result<Option<String>, Trouble> {
    let mut random = Random::new(round.seed);
    let (mut run, mut all) = (0, 0);
    for _ in 0..8 {
        let [a, b] = [0, 1].map(|_| firm::COMMANDS[random.below(firm::COMMANDS.len())]);
        let first = |store: &dyn Store| a.send(store, "first");
        let second = |store: &dyn Store| b.send(store, "second");
        let make = || firm::ready(Model::new());
        let look = |store: &Model| firm::rows(store);
        let done = orders(make, [&first, &second], look, round.seed, 60)
            .map_err(|why| Trouble::Broken(format!("{a:?} and {b:?}: {why}")))?;
        run += done.run;
        all += usize::from(done.all);
    }
    Ok(Some(format!("8 pairs of acts in {run} orders, all there are of {all} pairs")))
}
