//! Held snapshots: each is a connection with an open read transaction, or in memory a copy.
//!
//! While one is held, SQLite can't start its write-ahead log anew, and the log grows with every commit (17 MB became 117 MB
//! over 200,000 entries). So a hold that nobody read for [`KEPT`] is released.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fondaco_core::CompanyId;
use fondaco_core::store::{Snapshot, StoreError};
use rusqlite::Connection;

/// How long a hold is kept that nobody reads.
pub(super) const KEPT: Duration = Duration::from_secs(15 * 60);

/// A connection whose transaction shows one moment.
pub(super) type Held = Arc<Mutex<Connection>>;

#[derive(Debug)]
struct Hold {
    company: CompanyId,
    position: u64,
    used: Instant,
    conn: Held,
}

#[derive(Debug)]
pub(super) struct Holds {
    by_name: Mutex<(u64, HashMap<u64, Hold>)>,
}

#[allow(clippy::disallowed_methods)] // How long the host forgot a hold: no act depends on it.
fn now() -> Instant {
    Instant::now()
}

impl Holds {
    /// No hold yet. Names begin at random, so that one of an earlier run of the program is not taken for one of this.
    #[allow(clippy::disallowed_methods)] // A name for a hold: no act depends on it.
    pub(super) fn new() -> Holds {
        let random = std::hash::RandomState::new().build_hasher().finish();
        Holds { by_name: Mutex::new((random >> 1, HashMap::new())) }
    }

    /// Keeps a connection whose transaction shows `position` of `company`.
    pub(super) fn keep(&self, company: CompanyId, position: u64, conn: Connection) -> Snapshot {
        self.sweep();
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        holds.0 = (holds.0 + 1).max(1);
        let hold = holds.0;
        let conn = Arc::new(Mutex::new(conn));
        holds.1.insert(hold, Hold { company, position, used: now(), conn });
        Snapshot { position, hold }
    }

    /// The connection of a hold; with `last` it is released.
    pub(super) fn find(
        &self,
        company: CompanyId,
        at: Snapshot,
        last: bool,
    ) -> Result<Held, StoreError> {
        self.sweep();
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let hold = holds.1.get_mut(&at.hold).ok_or(StoreError::SnapshotGone)?;
        if hold.company != company || hold.position != at.position {
            return Err(StoreError::SnapshotGone);
        }
        hold.used = now();
        let conn = hold.conn.clone();
        if last {
            holds.1.remove(&at.hold);
        }
        Ok(conn)
    }

    /// Releases what was forgotten.
    pub(super) fn sweep(&self) {
        let mut holds = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if !holds.1.is_empty() {
            let now = now();
            holds.1.retain(|_, hold| now.saturating_duration_since(hold.used) < KEPT);
        }
    }
}
