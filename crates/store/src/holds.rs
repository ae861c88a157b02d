//! Held snapshots, each something that shows one moment: a connection with an open read transaction, a map as it was.
//!
//! While one is held, its store can't let go of what it shows (a write-ahead log of SQLite grew from 17 MB to 117 MB over
//! 200,000 entries). So a hold that nobody read for [`KEPT`] is released.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fondaco_core::CompanyId;
use fondaco_core::store::{Snapshot, StoreError};

/// How long a hold is kept that nobody reads.
pub(crate) const KEPT: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
struct Hold<T> {
    company: CompanyId,
    position: u64,
    used: Instant,
    shown: T,
}

/// What is held, each a `T`.
#[derive(Debug)]
pub(crate) struct Holds<T> {
    by_name: Mutex<(u64, HashMap<u64, Hold<T>>)>,
}

#[allow(clippy::disallowed_methods)] // How long the host forgot a hold: no act depends on it.
fn now() -> Instant {
    Instant::now()
}

impl<T: Clone> Holds<T> {
    /// No hold yet. Names begin at random, so that one of an earlier run of the program is not taken for one of this.
    #[allow(clippy::disallowed_methods)] // A name for a hold: no act depends on it.
    pub(crate) fn new() -> Holds<T> {
        let random = std::hash::RandomState::new().build_hasher().finish();
        Holds { by_name: Mutex::new((random >> 1, HashMap::new())) }
    }

    /// Keeps what shows `position` of `company`.
    pub(crate) fn keep(&self, company: CompanyId, position: u64, shown: T) -> Snapshot {
        self.sweep();
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        holds.0 = (holds.0 + 1).max(1);
        let hold = holds.0;
        holds.1.insert(hold, Hold { company, position, used: now(), shown });
        Snapshot { position, hold }
    }

    /// What a hold shows; with `last` it is released.
    pub(crate) fn find(
        &self,
        company: CompanyId,
        at: Snapshot,
        last: bool,
    ) -> Result<T, StoreError> {
        self.sweep();
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let hold = holds.1.get_mut(&at.hold).ok_or(StoreError::SnapshotGone)?;
        if hold.company != company || hold.position != at.position {
            return Err(StoreError::SnapshotGone);
        }
        hold.used = now();
        let shown = hold.shown.clone();
        if last {
            holds.1.remove(&at.hold);
        }
        Ok(shown)
    }

    /// Forgets a hold that shows nothing any more.
    #[cfg(feature = "postgres")]
    pub(crate) fn forget(&self, at: Snapshot) {
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = holds.1.remove(&at.hold);
        drop(holds);
        drop(gone);
    }

    /// Releases what was forgotten.
    pub(crate) fn sweep(&self) {
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if holds.1.is_empty() {
            return;
        }
        let now = now();
        let old = |hold: &mut Hold<T>| now.saturating_duration_since(hold.used) >= KEPT;
        let gone: Vec<_> = holds.1.extract_if(|_, hold| old(hold)).collect();
        // To close what showed them may take a while.
        drop(holds);
        drop(gone);
    }
}
