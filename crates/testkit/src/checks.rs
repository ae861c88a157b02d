//! The checks, grouped by the promise they prove. Each is a small function on a store of its own.

use crate::suite::Check;

mod atomic;
pub(crate) mod beside;
mod chain;
mod commands;
mod commits;
mod counters;
pub(crate) mod crash;
mod feed;
mod histories;
mod loads;
mod misuse;
mod numbers;
pub(crate) mod reopen;
mod scans;
mod seen;
mod snapshots;
mod tables;
mod unique;
mod values;

/// All groups, in the order of the contract.
pub(crate) const ALL: &[&[Check]] = &[
    tables::CHECKS,
    commits::CHECKS,
    values::CHECKS,
    scans::CHECKS,
    snapshots::CHECKS,
    commands::CHECKS,
    atomic::CHECKS,
    seen::CHECKS,
    unique::CHECKS,
    counters::CHECKS,
    numbers::CHECKS,
    misuse::CHECKS,
    feed::CHECKS,
    chain::CHECKS,
    loads::CHECKS,
    histories::CHECKS,
];
