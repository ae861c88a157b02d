//! Stores that come with Fondaco: memory always; what makes a store of any ordered map; SQLite behind the feature `sqlite`,
//! redb behind the feature `redb`.

mod holds;
mod memory;
pub mod ordered;
#[cfg(feature = "redb")]
pub mod redb;
mod rules;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use memory::Memory;
pub use ordered::{Ordered, OrderedStore};
#[cfg(feature = "redb")]
pub use redb::{Redb, RedbDurability, RedbOptions};
#[cfg(feature = "sqlite")]
pub use sqlite::{Durability, Sqlite, SqliteConnection, SqliteOptions};
