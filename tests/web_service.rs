//! The example of a web service: many tasks post at once, requests are cancelled in the middle, and nothing is half-done.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[allow(dead_code)]
#[path = "../examples/web_service/service.rs"]
mod service;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use fondaco::accounting::ledger;
use fondaco::core::AsyncDriver;
use fondaco::core::store::AsyncStore;
use fondaco::prelude::*;
use fondaco::store::{AsyncPostgres, OnThreads, PostgresOptions};
use fondaco_testkit::server;
use serde_json::Value;
use tokio::runtime::Runtime;

const CLIENTS: usize = 8;
const EACH: usize = 6;

/// The service on a port of its own, and a driver of the test's beside it.
fn serve<S: AsyncStore + 'static>(
    runtime: &Runtime,
    store: S,
) -> (SocketAddr, AsyncDriver<'static>) {
    let store = std::sync::Arc::new(store);
    let driver = || AsyncDriver::new(store.clone(), CompanyId::named("acme"));
    let (ours, theirs) = (driver(), driver());
    runtime.block_on(service::set_up(&theirs)).unwrap();
    runtime.block_on(ours.join(&ledger::ENGINE)).unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, service::routes(theirs)).await });
    (address, ours)
}

fn put(name: &str) -> String {
    let posting = |account, side| {
        let amount = r#"{"amount": "1.00", "currency": "EUR"}"#;
        format!(r#"{{"account": "{account}", "side": "{side}", "amount": {amount}}}"#)
    };
    let body = format!(
        r#"{{"journal": "SALES", "date": "2026-01-05", "postings": [{}, {}]}}"#,
        posting("1000", "debit"),
        posting("4000", "credit")
    );
    format!(
        "PUT /entries/{name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends a request and waits for its answer.
fn ask(address: SocketAddr, request: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or(Value::String(body.into())))
}

/// Sends a request and goes away after a moment.
fn cancel(address: SocketAddr, request: &str, after_micros: u64) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_micros(after_micros));
    let _ = stream.shutdown(Shutdown::Both);
}

fn tries(store: impl AsyncStore + 'static, runtime: &Runtime) {
    let (address, driver) = serve(runtime, store);
    let replayed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let replayed = &replayed;
            scope.spawn(move || {
                for step in 0..EACH {
                    let request = put(&format!("{client}-{step}"));
                    if step % 2 == 0 {
                        cancel(address, &request, (client * 1_700 + step * 311) as u64);
                    }
                    // Asked until it is answered: what the cancelled request did, or did not do, makes no difference.
                    let (status, answer) = ask(address, &request);
                    assert_eq!(status, 200, "{answer}");
                    replayed.fetch_add(usize::from(answer["replayed"] == true), Ordering::Relaxed);
                }
            });
        }
    });
    let entries = CLIENTS * EACH;
    let trial = "GET /trial-balance/2026-12-31 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let (status, answer) = ask(address, trial);
    assert_eq!(status, 200, "{answer}");
    let debit: Decimal = answer["debit"].as_str().unwrap().parse().unwrap();
    assert_eq!(debit, Decimal::from(entries), "{answer}");
    let (status, answer) = ask(address, &put("late").replace("2026-01-05", "2031-01-05"));
    assert_ne!(status, 200);
    assert_eq!(answer["code"], "accounting.no_period", "{answer}");
    let verified = runtime.block_on(driver.verify(&[])).unwrap();
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
    assert_eq!(verified.commits, 4 + entries as u64, "each entry is one commit");
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn cancelled_requests_leave_nothing_half_done_on_threads() {
    tries(OnThreads::new(Memory::new(), 4), &runtime());
}

#[test]
fn cancelled_requests_leave_nothing_half_done_in_postgresql() {
    let Some(url) = server::postgres() else { return };
    let runtime = runtime();
    let options = PostgresOptions::new().schema(server::name("web"));
    let store = runtime.block_on(AsyncPostgres::connect_with(url, &options)).unwrap();
    tries(store, &runtime);
}
