//! The shortest history that shows a broken promise.
//!
//! After delta debugging (Zeller and Hildebrandt 2002): the calls of a check are made again on a new store and on the
//! [`Model`] side by side, up to the first that the store answers otherwise; then with calls left out, for as long as there
//! still is one. What is left comes with the store's answer and the one that was due.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fondaco_core::store::{At, Read, Snapshot, Store, StoreError};

use crate::Model;
use crate::calls::{Call, copy};
use crate::history::compare;
use crate::notes;
use crate::probe::{Difference, Flaw, Maker, differs};

/// How often a history may be made again.
const REPLAYS: usize = 150;

/// A difference, and the calls that show it.
pub(crate) struct Shown {
    pub(crate) difference: Difference,
    pub(crate) history: Vec<String>,
}

/// The shortest history that was found; `None` when the calls, one after the other, show no difference: where threads were
/// needed, or a store may do as it likes.
pub(crate) fn shortest(make: &Maker, calls: &[Call]) -> Option<Shown> {
    let mut kept: Vec<&Call> = calls.iter().collect();
    let mut shown = quiet(make, &kept)?;
    kept.truncate(shown.history.len());
    let (mut size, mut replays) = (kept.len().div_ceil(2), 0);
    while size > 0 {
        // The last call is the one that shows it; the first prepares, and without it nothing is stored anywhere.
        let mut from = 1;
        while from + 1 < kept.len() && replays < REPLAYS {
            let gone = from..(from + size).min(kept.len() - 1);
            let shorter: Vec<&Call> = kept
                .iter()
                .enumerate()
                .filter(|(at, _)| !gone.contains(at))
                .map(|(_, call)| *call)
                .collect();
            replays += 1;
            match quiet(make, &shorter) {
                Some(found) => {
                    kept = shorter;
                    kept.truncate(found.history.len());
                    shown = found;
                }
                None => from += size,
            }
        }
        size /= 2;
    }
    Some(shown)
}

fn quiet(make: &Maker, calls: &[&Call]) -> Option<Shown> {
    catch_unwind(AssertUnwindSafe(|| replay(make, calls))).ok().flatten()
}

fn replay(make: &Maker, calls: &[&Call]) -> Option<Shown> {
    let mut pair = Pair { store: make(), model: Model::new(), holds: HashMap::new() };
    let mut history = Vec::new();
    for call in calls {
        let (line, verdict) = pair.take(call)?;
        history.push(line);
        match verdict {
            Ok(()) => {}
            Err(Flaw::Broken(difference)) => return Some(Shown { difference, history }),
            Err(_) => return None,
        }
    }
    None
}

struct Pair {
    store: Box<dyn Store>,
    model: Model,
    /// The snapshots of both, by the hold that the first run was given.
    holds: HashMap<u64, (Snapshot, Snapshot)>,
}

impl Pair {
    /// The call and its answer, and whether that was the model's; `None` where a store is free to answer otherwise.
    fn take(&mut self, call: &Call) -> Option<(String, Result<(), Flaw>)> {
        match call {
            Call::Prepare(tables) => {
                let (found, wanted) = (self.store.prepare(tables), self.model.prepare(tables));
                let line = notes::prepared(tables, &found);
                let code = |result: &Result<_, StoreError>| match result {
                    Ok(_) => "prepared".into(),
                    Err(error) => error.code().to_owned(),
                };
                let (came, due) = (code(&found), code(&wanted));
                let verdict = if came == due { Ok(()) } else { Err(differs("prepare", came, due)) };
                Some((line, verdict))
            }
            Call::Commit(batch) => {
                let found = self.store.commit(copy(batch));
                let wanted = self.model.attempt(copy(batch));
                let misused = |error: &StoreError| matches!(error, StoreError::Misused(_));
                if wanted.as_ref().is_err_and(|errors| errors.iter().any(misused)) {
                    return found.is_err().then(|| (notes::tried(batch, &found), Ok(())));
                }
                let line = notes::tried(batch, &found);
                Some((line, compare::commits(found, wanted, batch.check)))
            }
            Call::Read(read, given) => self.read(read, *given),
            Call::Feed(from) => {
                let (found, wanted) = (self.store.feed(from), self.model.feed(from).ok()?);
                let line = notes::fed(from, &found);
                Some((line, compare::same_feed(found.ok()?, wanted)))
            }
        }
    }

    fn read(&mut self, read: &Read, given: u64) -> Option<(String, Result<(), Flaw>)> {
        let (theirs, ours) = match read.at {
            At::Held(at) => self.holds.get(&at.hold).map(|&(a, b)| (At::Held(a), At::Held(b)))?,
            At::Last(at) => self.holds.remove(&at.hold).map(|(a, b)| (At::Last(a), At::Last(b)))?,
            other => (other, other),
        };
        let asked = Read::at(read.company, theirs, read.asks.clone());
        let found = self.store.read(&asked);
        let wanted = self.model.read(&Read::at(read.company, ours, read.asks.clone()));
        let line = notes::looked(&asked, &found);
        match (found, wanted) {
            (Ok(found), Ok(wanted)) => {
                if given != 0 {
                    self.holds.insert(given, (found.at, wanted.at));
                }
                let held = !matches!(read.at, At::Now | At::Hold);
                Some((line, compare::answers(&found, &wanted, held)))
            }
            (Err(found), Err(wanted)) if found.code() == wanted.code() => Some((line, Ok(()))),
            (Err(StoreError::Unsupported { .. } | StoreError::SnapshotGone), _) => None,
            (Err(found), Ok(_)) => {
                Some((line, Err(differs("the read", found.code(), "an answer"))))
            }
            (Ok(_), Err(wanted)) => {
                Some((line, Err(differs("the read", "an answer", wanted.code()))))
            }
            (Err(found), Err(wanted)) => {
                Some((line, Err(differs("the read", found.code(), wanted.code()))))
            }
        }
    }
}
