//! Opens what `--store` names.

use std::error::Error;

use fondaco::{
    core::{Office, store::Store},
    prelude::*,
};

use super::args::StoreChoice;

/// The store that the command line asks for.
///
/// # Errors
/// It can't be opened, or is none of those that were compiled in.
pub fn opened(store: &StoreChoice) -> Result<Box<dyn Store>, Box<dyn Error>> {
    Ok(match store {
        StoreChoice::Memory => Box::new(Memory::new()),
        StoreChoice::Sqlite(path) => Box::new(Sqlite::open(path)?),
        #[cfg(feature = "postgres")]
        StoreChoice::Postgres(url) => Box::new(fondaco::store::Postgres::connect(url)?),
        #[cfg(not(feature = "postgres"))]
        StoreChoice::Postgres(_) => {
            return Err("this has no PostgreSQL in it: run cargo with --features postgres".into());
        }
    })
}

/// An office of a company there; each engine joins it.
///
/// # Errors
/// As [`opened`].
pub fn office(store: &StoreChoice, company: CompanyId) -> Result<Office<'static>, Box<dyn Error>> {
    Ok(Office::open(opened(store)?, company)?)
}
