//! What may go wrong around a store, made to happen: it dies, fails, is written by many at once, or meets two acts in any
//! order of their steps.
//!
//! The suite ([`certify`](crate::certify)) puts a store to the test that is well. These put it to the test when it is not,
//! as the most trusted systems do: SQLite is killed at every step, FoundationDB and TigerBeetle live years of seeded
//! failures, Jepsen moves money between accounts and counts it, PostgreSQL's isolation tester runs all orders of two
//! sessions' steps. Each is driven by a seed, and each complaint names it: the same seed repeats the same calls.
//!
//! - [`Life`]: a random history, step by step. After a store was killed, cut off or full, opened again or not, [`Life::find`]
//!   tells whether all that was answered is there, whole, and nothing else.
//! - [`Bank`]: any number of writers, threads or processes, move money between a few accounts, each asking three times for
//!   every transfer. In the end not a cent is lost, no account is below its floor, and each transfer happened once.
//! - [`Flaky`]: a store whose calls fail now and then, before they are made or after; what it answers is true.
//! - [`killed`]: a copy of what a kill would leave of a store in files, for [`Suite::crash`](crate::Suite::crash).
//! - [`orders`]: two acts on one store in all orders of their calls. Each must end as if one had come after the other.
//!
//! How they are put together for a store in a file, with children that are killed: `tests/torture` in the repository.

mod bank;
mod flaky;
mod killed;
mod orders;

pub use bank::{Bank, Settled};
pub use flaky::Flaky;
pub use killed::killed;
pub use orders::{Act, Orders, orders};

pub use crate::history::life::Life;

use fondaco_core::store::StoreError;

/// What came of a test under faults.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Trouble {
    /// The store failed, as it may: what was asked is still to be asked again.
    Failed(StoreError),
    /// A promise is broken: what was found and what had to be, with the seed that shows it again.
    Broken(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Failed(error) => write!(f, "the store failed: {error}"),
            Trouble::Broken(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Trouble {}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Failed(error)
    }
}
