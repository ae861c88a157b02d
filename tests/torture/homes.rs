//! Stores that outlive their program: each has a place, and can be opened there again, by another process too.

use std::path::Path;

use fondaco::core::store::{Store, StoreError};
use fondaco::store::{
    Durability, OrderedStore, Redb, RedbDurability, RedbOptions, Sqlite, SqliteOptions,
};

use crate::directory::{Directory, Fsync};

/// A kind of store. A place is what its word for "where" is: a path, an address.
pub(crate) struct Home {
    pub(crate) name: &'static str,
    pub(crate) open: fn(&str) -> Result<Box<dyn Store>, StoreError>,
}

pub(crate) const SQLITE: Home =
    Home { name: "sqlite", open: |place| Ok(Box::new(Sqlite::open(place)?)) };

/// Survives the death of a program, and no power cut.
pub(crate) const SQLITE_FAST: Home = Home {
    name: "sqlite_fast",
    open: |place| {
        let fast = SqliteOptions::new().durability(Durability::Fast);
        Ok(Box::new(Sqlite::open_with(place, fast)?))
    },
};

pub(crate) const REDB: Home = Home {
    name: "redb",
    open: |place| {
        let options = RedbOptions::new().durability(RedbDurability::Full);
        Ok(Box::new(Redb::open_with(place, options)?))
    },
};

pub(crate) const DIRECTORY: Home = Home {
    name: "directory",
    open: |place| Ok(Box::new(OrderedStore::open(Directory::open(place, Fsync::Always)?)?)),
};

const ALL: &[&Home] = &[
    &SQLITE,
    &SQLITE_FAST,
    &REDB,
    &DIRECTORY,
    #[cfg(all(feature = "postgres", unix))]
    &crate::server::POSTGRES,
];

impl Home {
    /// The kind that has this name: what a child is told.
    pub(crate) fn named(name: &str) -> Option<&'static Home> {
        ALL.iter().copied().find(|home| home.name == name)
    }

    /// The place in a directory, for a store in a file.
    pub(crate) fn place(&self, dir: &Path) -> String {
        dir.join(format!("store.{}", self.name)).to_string_lossy().into_owned()
    }
}
