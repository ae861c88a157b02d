//! The documents of a company over its books and its stock.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)] // helpers of tests are tests

mod accrued;
mod amends;
mod apart;
mod cancelling;
mod closing;
mod deposits;
mod direct;
#[allow(dead_code, reason = "an example's modules, used here in part")]
#[path = "../../examples/directory_store/directory.rs"]
mod directory;
mod failures;
mod figures;
mod firm;
mod histories;
mod joined;
mod landed;
mod layouts;
#[allow(dead_code, reason = "an example's modules, used here in part")]
#[path = "../../examples/directory_store/log.rs"]
mod log;
mod numbered;
mod older;
mod on_time;
mod order_to_cash;
mod pages;
#[cfg(feature = "payroll")]
mod paid;
#[cfg(feature = "payroll")]
mod pay;
mod plan_to_produce;
mod planned;
mod procure_to_pay;
mod produced_and_cancelled;
mod received;
mod refusals;
mod rights;
mod stores;
mod transfers;
mod workshop;
