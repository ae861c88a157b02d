//! Open items: clearing them, undoing it, and how they stood.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod ageing;
mod clearing;
mod currencies;
mod firm;
mod histories;
mod keeping;
mod parties;
mod proposing;
mod racing;
mod refusing;
mod reversing;
mod verifying;
