//! Entries that recur: rent on the first, an insurance premium spread over a year, a fee on the last business day.
//!
//! A recurring entry has [`RecurringTerms`]: a template, a [`Recurrence`](fondaco_core::recurrence::Recurrence), and how amounts,
//! dates and lateness are dealt with. Its next occurrence stands on the [due queue](fondaco_core::due); the tick that finds
//! it due posts the entry and puts the one after it there, in one commit. Terms that change, change from a date on;
//! what was posted stays.
//!
//! Each occurrence is named by the *date the rule gives*, whatever day it is then posted on, and is recorded as a fact
//! ([`Occurrence`]) with the entry that came of it: it is posted at most once, however often the clock is told.

mod carry;
mod commands;
mod declared;
mod list;
mod parts;
mod plan;
mod terms;
mod verify;
mod version;

pub(crate) use carry::{carry_out, in_time, is_closed};
pub use commands::{
    ChangeRecurring, EndRecurring, Missed, PauseRecurring, ResumeRecurring, SkipRecurring,
    StartRecurring,
};
pub(crate) use declared::PART;
pub use list::{RecurringEntry, Upcoming, recurring_entries, upcoming};
pub use terms::{AmountRule, LateRule, RecurringTerms};
pub(crate) use verify::verify;

use chrono::NaiveDate;
use fondaco_core::store::{Field, Json, Record};
use fondaco_core::{Halt, Id};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Entry;

/// The kind of the queue's items that post recurring entries; the subject is the recurring entry's code.
pub const RECURRING: &str = "ledger.recurring";

/// Whether a recurring entry goes on.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecurringStatus {
    /// Its occurrences are posted as they fall due.
    Active,
    /// Nothing is posted until it is resumed.
    Paused,
    /// Nothing will be posted any more.
    Ended,
}

/// A recurring entry as it stands.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_recurring", kind = state, key(code))]
pub struct Recurring {
    /// What names it for ever: `rent`.
    pub code: SmolStr,
    /// Whether it goes on.
    pub status: RecurringStatus,
    /// The next occurrence, by the rule's date; `None` when there is none.
    pub next: Option<NaiveDate>,
    /// Up to here, this day included, all occurrences were posted or passed over.
    pub done_until: Option<NaiveDate>,
    /// No occurrence comes after this day, whatever the terms say.
    pub end: Option<NaiveDate>,
    /// How many occurrences were posted.
    pub posted: u32,
}

/// The terms of a recurring entry from a day on, until the next terms begin.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_recurring_terms", kind = state, key(code, start), guard(all()), guard(by_code(code)))]
pub struct RecurringVersion {
    /// Of which recurring entry.
    pub code: SmolStr,
    /// From when on.
    pub start: NaiveDate,
    /// The [`RecurringTerms`], as JSON.
    pub terms: Json,
}

impl RecurringVersion {
    pub(crate) fn terms(&self) -> Result<RecurringTerms, Halt> {
        let terms = self.terms.to::<RecurringTerms>();
        terms.map_err(|error| error.in_column("ledger_recurring_terms", "terms").into())
    }
}

/// What became of one occurrence.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_occurrence", kind = fact, key(code, date))]
pub struct Occurrence {
    /// Of which recurring entry.
    pub code: SmolStr,
    /// The date that the rule gives.
    pub date: NaiveDate,
    /// The entry that was posted; `None` for one that was skipped.
    pub entry: Option<Id<Entry>>,
}
