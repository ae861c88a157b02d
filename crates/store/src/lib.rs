//! Stores that come with Fondaco: memory always, SQLite behind the feature `sqlite`.

mod memory;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use memory::Memory;
#[cfg(feature = "sqlite")]
pub use sqlite::{Durability, Sqlite, SqliteConnection, SqliteOptions};
