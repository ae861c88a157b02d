//! Stores that come with Fondaco: memory always; what makes a store of any ordered map; SQLite behind the feature `sqlite`,
//! redb behind the feature `redb`, PostgreSQL behind the feature `postgres`. [`OnThreads`] makes any of them one that is waited for.

pub mod archive;
mod holds;
mod memory;
mod on_threads;
pub mod ordered;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod part;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redb")]
pub mod redb;
mod rules;
mod said;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod unfinished;

pub use memory::Memory;
pub use on_threads::OnThreads;
pub use ordered::{Ordered, OrderedStore};
#[cfg(feature = "postgres-async")]
pub use postgres::AsyncPostgres;
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, PostgresOptions, PostgresTransaction};
#[cfg(feature = "redb")]
pub use redb::{Redb, RedbDurability, RedbOptions};
#[cfg(feature = "sqlite")]
pub use sqlite::{Durability, Sqlite, SqliteConnection, SqliteOptions};
