//! What recurs, and what is to come.

use chrono::NaiveDate;
use fondaco_core::due::DueItem;
use fondaco_core::{Range, Reading};
use smol_str::SmolStr;

use super::plan::Plan;
use super::{Occurrence, RECURRING, Recurring, RecurringStatus, RecurringTerms};
use crate::ledger::{LedgerError, NewEntry};

/// A recurring entry, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct RecurringEntry {
    /// What names it.
    pub code: SmolStr,
    /// Whether it goes on.
    pub status: RecurringStatus,
    /// The terms of the next occurrence, or of the last.
    pub terms: RecurringTerms,
    /// The next occurrence, by the rule's date.
    pub next: Option<NaiveDate>,
    /// The day on which that is posted; `None` also when its calendar can't say.
    pub on: Option<NaiveDate>,
    /// How many occurrences were posted.
    pub posted: u32,
    /// Why the next occurrence was refused the last time it was tried: a stable code.
    pub refused: Option<SmolStr>,
}

/// An occurrence to come.
#[derive(Debug, Clone, PartialEq)]
pub struct Upcoming {
    /// The rule's date, which names it.
    pub date: NaiveDate,
    /// The day on which it is posted.
    pub on: NaiveDate,
    /// What is posted.
    pub entry: NewEntry,
}

/// All recurring entries, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn recurring_entries(read: &mut impl Reading) -> Result<Vec<RecurringEntry>, LedgerError> {
    let all = read.peek_scan(&Range::<Recurring>::all())?;
    let mut entries = Vec::with_capacity(all.len());
    for Recurring { code, status, next, posted, .. } in all.iter().map(|one| one.as_ref().clone()) {
        let plan = Plan::peek(read, &code)?;
        let item = read.peek::<DueItem>(&(RECURRING.into(), code.clone()))?;
        let Some(terms) = plan.terms_now().cloned() else { continue };
        let on = next.and_then(|next| plan.day_of(next).ok());
        let refused = item.and_then(|item| item.refused.clone());
        entries.push(RecurringEntry { code, status, terms, next, on, posted, refused });
    }
    Ok(entries)
}

/// The next `count` occurrences of a recurring entry, as they would be posted on their own days by what is known now.
///
/// # Errors
/// [`LedgerError::UnknownRecurring`], [`LedgerError::Calendar`], and a [`Halt`](fondaco_core::Halt).
pub fn upcoming(
    read: &mut impl Reading,
    code: &str,
    count: usize,
) -> Result<Vec<Upcoming>, LedgerError> {
    let plan = Plan::peek(read, code)?;
    let mut upcoming = Vec::new();
    let mut next = plan.recurring.next;
    while let Some(date) = next.filter(|_| upcoming.len() < count) {
        upcoming.push(Upcoming { date, on: plan.day_of(date)?, entry: plan.entry_of(date)? });
        next = plan.first_open(Some(date), |date| {
            Ok(read.peek::<Occurrence>(&(code.into(), date))?.is_some())
        })?;
    }
    Ok(upcoming)
}
