//! `tigerbeetle_state_machine.json`: scenarios of TigerBeetle's own tests, played on our ledger.
//!
//! What TigerBeetle has, as we have it: an account's and a transfer's `id` is an account's code and an entry's key; a
//! transfer is an entry of two lines; a `ledger` is a currency without minor digits; `code` is the kind; user data are tags;
//! every account is tracked, as TigerBeetle keeps the sums of all. [`status`] is the table of status codes.
//!
//! Three things are scaled. Amounts reach to 2^128 - 1 there and to 922,337,203,685,477 here: what lies within a hundred
//! thousand of their edge lies as far from ours, so that the same sums overflow. A nanosecond there is a microsecond here,
//! and so a second a thousand seconds. Times near the end of their clock are as near the end of ours.
//!
//! What our types can't say (a reserved bit, an id of zero, a timeout of a transfer that is not pending) is answered by
//! [`held`], in TigerBeetle's order: such an item goes to the ledger all the same, in a journal that is not there, so that
//! it takes its part in chains and repeated ids.

mod batch;
mod held;
mod queries;
mod status;
mod world;

use std::error::Error;
use std::path::Path;

use serde_json::Value;

use crate::case::{Case, each};
use crate::json;
use world::World;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    Ok(each(json::list(&file, "cases")?, case))
}

/// A case is its steps: the first that answers otherwise is the case's answer.
fn case(case: &Value) -> Result<Case, Box<dyn Error>> {
    let id = json::text(case, "id")?;
    let steps = json::list(case, "steps")?;
    let mut world = World::new()?;
    let mut seen = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let told = world.step(step).map_err(|error| format!("{id}, step {at}: {error}"))?;
        seen.extend(told);
    }
    let differs = seen.iter().find(|(expected, actual)| expected != actual);
    let (expected, actual) = match differs {
        Some((expected, actual)) => (expected.clone(), actual.clone()),
        None => (format!("{} answers", seen.len()), format!("{} answers", seen.len())),
    };
    Ok(Case::exact(id.to_owned(), expected, actual))
}
