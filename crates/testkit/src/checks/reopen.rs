//! What was committed survives closing and opening again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fondaco_core::store::{Record, Store};

use crate::probe::{Flaw, Probe, Told, Verdict, batch, broken, ensure, home, key, same, whole};
use crate::records::{Item, Sample, Stock, TABLES};
use crate::report::Checked;
use crate::stage::Stage;
use crate::suite::{outcome, panicked};

pub(crate) const NAME: &str = "reopen.survives";
pub(crate) const PROMISE: &str = "what commit has answered is there after closing and opening again: rows, counters, series, commands, feed, positions";

/// Runs the check with stores of the host's own type, which `reopen` wants.
pub(crate) fn run<S: Store + 'static>(make: &dyn Fn() -> S, reopen: &dyn Fn(S) -> S) -> Checked {
    let mut history = Vec::new();
    let steps = || survives(make, reopen, &mut history);
    let verdict = catch_unwind(AssertUnwindSafe(steps)).unwrap_or_else(|_| Err(panicked()));
    let told = || Told { of: history.len(), lines: history, shown: None };
    Checked { name: NAME, promise: PROMISE, outcome: outcome(verdict, told) }
}

fn survives<S: Store + 'static>(
    make: &dyn Fn() -> S,
    reopen: &dyn Fn(S) -> S,
    history: &mut Vec<String>,
) -> Verdict {
    let (store, before) = during(make(), history, |probe| {
        probe.prepare(TABLES)?;
        STEPS.iter().try_for_each(|step| step(probe))?;
        view(probe)
    })?;
    history.push("close, and open again".into());
    let (_, ()) = during(reopen(store), history, |probe| compare(probe, &before))?;
    Ok(())
}

/// Lends a store to a probe for some steps.
pub(super) fn during<S: Store + 'static, T>(
    store: S,
    history: &mut Vec<String>,
    steps: impl FnOnce(&Probe<'_>) -> Verdict<T>,
) -> Verdict<(S, T)> {
    let shared = Arc::new(store);
    let lent = shared.clone();
    let make = move || -> Box<dyn Store> { Box::new(lent.clone()) };
    let probe = Probe::new(&make);
    let result = steps(&probe);
    history.extend(probe.history());
    drop(probe);
    drop(make);
    let store = Arc::into_inner(shared).ok_or_else(|| broken("the store is still in use"))?;
    Ok((store, result?))
}

/// What is committed, one step after another.
pub(super) const STEPS: [fn(&Probe<'_>) -> Verdict; 3] = [
    insert,
    |probe| probe.done(batch(home(), 2).add(vec![Stock::of("a", 5, 0)])).map(drop),
    |probe| probe.done(batch(home(), 3).delete(key::<Item>((1, "c".into())), 1)).map(drop),
];

fn insert(probe: &Probe<'_>) -> Verdict {
    let samples = (0..30).map(|i| Sample { count: Some(i % 3), ..Sample::new(1, i) }).collect();
    let items = vec![Item { barcode: Some("b".into()), ..Item::new(1, "a") }, Item::new(1, "c")];
    probe.done(batch(home(), 1).insert::<Sample>(samples).insert(items).draw("s", 2)).map(drop)
}

pub(super) fn compare(probe: &Probe<'_>, before: &str) -> Verdict {
    let prepared = probe.prepare(TABLES)?;
    same("tables created again", prepared.created.len(), 0)?;
    same("what is stored", view(probe)?.as_str(), before)?;
    let mut first = batch(home(), 1);
    first.changes.clear();
    ensure(probe.commit(first)?.replayed, || "a command from before is not known".into())?;
    super::chain::clean(probe, TABLES).or_else(|flaw| match flaw {
        Flaw::NotOffered(_) => Ok(()),
        broken => Err(broken),
    })?;
    same("the next position", probe.done(batch(home(), 900))?.position, 4)?;
    let again = probe.refused(
        batch(home(), 901).insert(vec![Item { barcode: Some("b".into()), ..Item::new(1, "z") }]),
    )?;
    same("clashes with a row from before", again.clashes.len(), 1)?;
    probe.done(batch(home(), 902).insert(vec![Item::new(1, "c")]))?;
    same("the version of a row deleted before", probe.version::<Item>((1, "c".into()))?, 5)
}

pub(super) fn view(probe: &Probe<'_>) -> Verdict<String> {
    let by_count = probe.scan(whole(Sample::TABLE, Some(Sample::BY_COUNT.position())))?;
    let (samples, items, stocks) =
        (probe.all::<Sample>()?, probe.all::<Item>()?, probe.all::<Stock>()?);
    let (feed, series) = (probe.feed(home(), 0)?, probe.series("s")?);
    Ok(format!(
        "{by_count:?} {samples:?} {items:?} {stocks:?} {series:?} {feed:?} {}",
        probe.position()?
    ))
}
