//! A web service over the books: many requests at once, each carried out once, however often it is sent, and whole or not at
//! all when its client goes away.
//!
//! ```sh
//! cargo run --example web_service --features postgres-async
//! cargo run --example web_service --features postgres-async -- postgresql://books@db.example.com/books
//! curl -X PUT localhost:8080/entries/invoice-1 -H 'content-type: application/json' -d '{"journal": "SALES",
//!   "date": "2026-01-05", "postings": [{"account": "1000", "side": "debit", "amount": {"amount": "100.00", "currency": "EUR"}},
//!                                      {"account": "4000", "side": "credit", "amount": {"amount": "100.00", "currency": "EUR"}}]}'
//! curl localhost:8080/trial-balance/2026-01-31
//! ```
//!
//! Without a URL the books are in memory, which blocks, and so has threads of its own: any store is one to wait for.

#[path = "../common/exit.rs"]
mod exit;
mod service;

use std::error::Error;
use std::process::ExitCode;

use fondaco::core::AsyncDriver;
use fondaco::prelude::*;
use fondaco::store::{AsyncPostgres, OnThreads};

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (url, address) = (std::env::args().nth(1), std::env::args().nth(2));
    if let Some(other) = url.as_deref().filter(|url| !url.starts_with("postgres")) {
        let usage = "web_service [postgresql://USER@HOST/DATABASE [ADDRESS]]: without a URL the books are in memory";
        if !matches!(other, "--help" | "-h") {
            return Err(format!("{other} is no URL of PostgreSQL; {usage}").into());
        }
        println!("{usage}");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(url.as_deref(), address.as_deref().unwrap_or("127.0.0.1:8080")))
}

async fn serve(url: Option<&str>, address: &str) -> Result<(), Box<dyn Error>> {
    let acme = CompanyId::named("acme");
    let driver = match url {
        Some(url) => AsyncDriver::new(AsyncPostgres::connect(url).await?, acme),
        None => AsyncDriver::new(OnThreads::new(Memory::new(), 4), acme),
    };
    service::set_up(&driver).await?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, service::routes(driver)).await?;
    Ok(())
}
