//! A PostgreSQL server for the tests, a schema for each store, and roles.
#![allow(dead_code, unreachable_pub)] // each test program uses its part
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use fondaco_store::PostgresOptions;
use fondaco_store::postgres::client::{Client, NoTls};
pub use fondaco_testkit::server::name;

/// The server's URL; `None` where there is none.
pub fn url() -> Option<&'static str> {
    fondaco_testkit::server::postgres()
}

/// A schema of a store's own.
pub fn schema(part: &str) -> PostgresOptions {
    PostgresOptions::new().schema(name(part)).connections(12)
}

/// A connection of somebody's, who may do everything.
pub fn admin() -> Client {
    Client::connect(url().unwrap(), NoTls).unwrap()
}

/// A role that is no superuser and may make schemas.
pub fn role(part: &str) -> String {
    let role = name(part);
    let mut admin = admin();
    let database: String = admin.query_one("SELECT current_database()::text", &[]).unwrap().get(0);
    admin
        .batch_execute(&format!(
            "CREATE ROLE {role} NOLOGIN; GRANT CREATE ON DATABASE \"{database}\" TO {role}"
        ))
        .unwrap();
    role
}
