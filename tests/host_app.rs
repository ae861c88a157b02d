//! The application of a stranger: it runs on its own store and on ours, and its store keeps the contract.
#![allow(clippy::unwrap_used, reason = "these are tests")]
#![allow(dead_code, reason = "an example's module")]

use fondaco::prelude::*;
use fondaco::store::OrderedStore;
use fondaco_testkit::Suite;

#[path = "../examples/host_app.rs"]
mod host_app;

#[test]
fn it_runs_on_its_own_store() -> Result<(), Box<dyn std::error::Error>> {
    host_app::run()
}

#[test]
fn it_runs_on_stores_of_ours() -> Result<(), Box<dyn std::error::Error>> {
    host_app::told(Memory::new())?;
    host_app::told(Sqlite::in_memory()?)
}

#[test]
fn its_store_keeps_the_contract() {
    let make = || OrderedStore::open(host_app::Shelf::default()).unwrap();
    // It offers no held snapshots, so a hold lasts until the next commit.
    Suite::new(make).brief_holds().run().assert();
}
