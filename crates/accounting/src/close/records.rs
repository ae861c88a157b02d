//! What is kept of the closing of years: where each stands, and for ever what was done with it; and which entries opened the books.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{ActorId, Id, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Amount, Entry};

/// Where a fiscal year stands that was ever closed.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_year", kind = state, key(year), guard(all()))]
pub struct ClosingState {
    /// The fiscal year.
    pub year: i32,
    /// Whether it is closed now.
    pub closed: bool,
    /// How often it was closed and reopened.
    pub steps: u32,
}

/// What was done with a fiscal year.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearDeed {
    /// It was closed.
    Closed,
    /// It was reopened.
    Reopened,
}

/// One closing or reopening of a fiscal year.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_year_step", kind = fact, key(year, step))]
pub struct YearStep {
    /// The fiscal year.
    pub year: i32,
    /// Its place among the steps, from 1.
    pub step: u32,
    /// What was done.
    pub deed: YearDeed,
    /// By whom.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
    /// Why, where it was said.
    pub why: Option<SmolStr>,
    /// The year's result that was carried to equity, or taken from there again: a profit is positive.
    pub result: Amount,
    /// How many entries it took.
    pub entries: u32,
}

/// An entry that closed a year, or took the closing back.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_year_entry", kind = fact, key(year, step, number))]
pub struct YearEntry {
    /// The fiscal year.
    pub year: i32,
    /// The step.
    pub step: u32,
    /// Its place in the step, from 1.
    pub number: u32,
    /// The entry.
    pub entry: Id<Entry>,
}

/// An entry that brought balances over from other books: what its accounts stand at was there before, and nothing of it moved.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_opening_entry", kind = fact, key(date, entry))]
pub struct OpeningEntry {
    /// The day as of which the balances stand.
    pub date: NaiveDate,
    /// The entry.
    pub entry: Id<Entry>,
}
