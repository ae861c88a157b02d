//! Stores over ordered maps: that the adapter keeps the contract over any, what it says beyond it, and redb's file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod adapter;
mod contract;
#[cfg(feature = "redb")]
mod redb;
