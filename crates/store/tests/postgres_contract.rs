//! The PostgreSQL store keeps the contract: over its own connections, and inside a transaction of the host's.
#![cfg(all(feature = "postgres", unix))]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod server;

use fondaco_store::postgres::client::{Client, NoTls};
use fondaco_store::{Memory, OnThreads, Postgres, PostgresOptions};
use fondaco_testkit::{Blocking, Checked, Outcome, Suite};

#[test]
fn a_server_keeps_the_contract() {
    let Some(url) = server::url() else { return };
    let make = || Postgres::connect_with(url, &server::schema("contract")).unwrap();
    let report = Suite::new(make).run();
    report.assert();
    let offered = |checked: &Checked| matches!(checked.outcome, Outcome::Kept);
    assert!(report.checks.iter().all(offered), "{report}"); // all of it, nothing left out
}

/// Each store has a connection of its own that lasts as long as the test, inside a transaction that nobody ends.
#[test]
fn a_hosts_transaction_keeps_the_contract() {
    let Some(url) = server::url() else { return };
    let host = || {
        let client = Box::leak(Box::new(Client::connect(url, NoTls).unwrap()));
        let transaction = Box::leak(Box::new(client.transaction().unwrap()));
        Postgres::over(transaction, &server::schema("host"))
    };
    // Inside a transaction there is one state, so a hold lasts until the next commit.
    Suite::new(host).brief_holds().run().assert();
}

#[test]
fn a_server_outlives_its_store() {
    let Some(url) = server::url() else { return };
    let options = server::schema("reopen");
    let make = {
        let options = options.clone();
        move || Postgres::connect_with(url, &options).unwrap()
    };
    let reopen = move |store: Postgres| {
        drop(store);
        Postgres::connect_with(url, &options).unwrap()
    };
    Suite::new(make).reopen(reopen).only("reopen").run().assert();
}

#[test]
fn two_stores_on_one_server_keep_the_contract() {
    let Some(url) = server::url() else { return };
    let made = std::sync::Mutex::new(PostgresOptions::new());
    let made = std::sync::Arc::new(made);
    let newest = made.clone();
    let make = move || {
        let options = server::schema("beside");
        *made.lock().unwrap() = options.clone();
        Postgres::connect_with(url, &options).unwrap()
    };
    let beside = move |_: &Postgres| Postgres::connect_with(url, &newest.lock().unwrap()).unwrap();
    Suite::new(make).beside(beside).only("beside").run().assert();
}

/// As a role that owns the tables and is no superuser, so that row-level security holds for the store itself.
#[test]
fn a_role_of_its_own_keeps_the_contract() {
    let Some(url) = server::url() else { return };
    let role = server::role("contract");
    let make = move || {
        let options = server::schema("role").role(role.as_str());
        Postgres::connect_with(url, &options).unwrap()
    };
    for part in ["commits", "companies", "counters", "numbers", "unique", "values", "tables"] {
        let make = make.clone();
        Suite::new(make).only(part).run().assert();
    }
}

/// A runtime for as long as the tests run.
#[cfg(feature = "postgres-async")]
fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap()
    })
}

#[cfg(feature = "postgres-async")]
#[test]
fn an_asynchronous_store_keeps_the_contract() {
    let Some(url) = server::url() else { return };
    let make = || {
        let options = server::schema("waits");
        let store = fondaco_store::AsyncPostgres::connect_with(url, &options);
        Blocking(runtime().block_on(store).unwrap())
    };
    Suite::new(make).run().assert();
}

/// Requests that are cancelled while they hold a snapshot leave no connection behind: else a few would lock all others out.
#[cfg(feature = "postgres-async")]
#[test]
fn cancelled_views_give_their_connections_back() {
    use fondaco_core::store::Record;
    use fondaco_core::{AsyncDriver, CompanyId, GuardCount, Halt, Range, Reading, View};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Poll;
    let Some(url) = server::url() else { return };
    let options = server::schema("cancelled").connections(4);
    let work = async {
        let store = fondaco_store::AsyncPostgres::connect_with(url, &options).await.unwrap();
        let driver = AsyncDriver::new(store, CompanyId::named("acme"));
        driver.prepare(&[GuardCount::TABLE]).await.unwrap();
        let read = |view: &mut View<'_>| view.peek_scan(&Range::<GuardCount>::all());
        // One that has its answer before it can be cancelled is asked for again.
        let mut cancelled = 0;
        for _ in 0..200 {
            let held = AtomicBool::new(false);
            let mut view = Box::pin(driver.view(|view| {
                held.store(true, Ordering::SeqCst);
                read(view)
            }));
            let pending =
                std::future::poll_fn(|context| match view.as_mut().poll(context).is_pending() {
                    true if !held.load(Ordering::SeqCst) => Poll::Pending,
                    pending => Poll::Ready(pending),
                });
            cancelled += usize::from(pending.await);
            drop(view);
            if cancelled == 8 {
                break;
            }
        }
        assert_eq!(cancelled, 8, "they were to be cancelled");
        Ok::<_, Halt>(driver.view(read).await?.len())
    };
    let done = async { tokio::time::timeout(std::time::Duration::from_secs(300), work).await };
    assert_eq!(runtime().block_on(done).unwrap().unwrap(), 0);
}

#[test]
fn a_store_on_threads_keeps_the_contract() {
    let Some(url) = server::url() else { return };
    let make = || {
        let store = Postgres::connect_with(url, &server::schema("threads")).unwrap();
        Blocking(OnThreads::new(store, 6))
    };
    for part in ["commands", "snapshots", "seen", "commits"] {
        Suite::new(make).only(part).run().assert();
    }
    fondaco_testkit::certify(|| Blocking(OnThreads::new(Memory::new(), 3))).assert();
}
