//! A PostgreSQL server as one of the stores that tests run on, where the machine has one.
#![allow(dead_code, unreachable_pub)] // each test program uses its part
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::sync::Arc;

use fondaco_core::store::Store;

/// A store in a schema of its own.
pub fn postgres() -> Option<(&'static str, Arc<dyn Store>)> {
    #[cfg(unix)]
    {
        use fondaco_store::{Postgres, PostgresOptions};
        use fondaco_testkit::server;
        let options = PostgresOptions::new().schema(server::name("act")).connections(6);
        let store = Postgres::connect_with(server::postgres()?, &options).unwrap();
        Some(("postgresql", Arc::new(store)))
    }
    #[cfg(not(unix))]
    None
}
