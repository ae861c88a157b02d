//! The documents of a company over its books and its stock.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)] // helpers of tests are tests

mod accrued;
mod amends;
mod cancelling;
mod closing;
mod deposits;
mod direct;
mod failures;
mod figures;
mod firm;
mod histories;
mod joined;
mod landed;
mod layouts;
mod numbered;
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
