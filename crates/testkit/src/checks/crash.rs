//! What was committed survives a kill: the store is never closed, and what it leaves is opened beside it, after each commit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fondaco_core::store::Store;

use super::reopen::{STEPS, compare, during, view};
use crate::probe::{Told, Verdict, batch, home, same};
use crate::records::{Item, TABLES};
use crate::report::Checked;
use crate::stage::Stage;
use crate::suite::{outcome, panicked};

pub(crate) const NAME: &str = "crash.survives";
pub(crate) const PROMISE: &str = "what commit has answered is there after a kill between any two commits, without the store being closed, and nothing of what was refused";

/// Runs the check with stores of the host's own type, of which `crash` opens what a kill would leave.
pub(crate) fn run<S: Store + 'static>(make: &dyn Fn() -> S, crash: &dyn Fn(&S) -> S) -> Checked {
    let mut history = Vec::new();
    let steps = || survives(make, crash, &mut history);
    let verdict = catch_unwind(AssertUnwindSafe(steps)).unwrap_or_else(|_| Err(panicked()));
    let told = || Told { of: history.len(), lines: history, shown: None };
    Checked { name: NAME, promise: PROMISE, outcome: outcome(verdict, told) }
}

fn survives<S: Store + 'static>(
    make: &dyn Fn() -> S,
    crash: &dyn Fn(&S) -> S,
    history: &mut Vec<String>,
) -> Verdict {
    let mut store = make();
    for step in STEPS {
        let (open, before) = during(store, history, |probe| {
            probe.prepare(TABLES)?;
            step(probe)?;
            view(probe)
        })?;
        history.push("kill it, and open what is left".into());
        during(crash(&open), history, |probe| {
            same("tables created again", probe.prepare(TABLES)?.created.len(), 0)?;
            same("what is stored", view(probe)?.as_str(), before.as_str())
        })?;
        store = open;
    }
    let (open, before) = during(store, history, |probe| {
        probe.prepare(TABLES)?;
        let taken = Item { barcode: Some("b".into()), ..Item::new(1, "z") };
        probe.refused(batch(home(), 800).insert(vec![taken]))?;
        view(probe)
    })?;
    history.push("kill it, and open what is left".into());
    during(crash(&open), history, |probe| compare(probe, &before))?;
    Ok(())
}
