//! An occurrence that has fallen due.

use chrono::NaiveDate;
use fondaco_core::due::{DueItem, Refused};
use fondaco_core::store::Event;
use fondaco_core::{Halt, Tx};

use super::plan::Plan;
use super::{LateRule, Occurrence, RecurringStatus, RecurringTerms};
use crate::ledger::post::post_now;
use crate::ledger::reversing::{post_planned, start_of};
use crate::ledger::{LedgerError, NewEntry, Posted, rights};

/// Posts the next occurrence, records what came of it, and puts the one after it on the queue. One whose day has moved
/// away since it was put there, because its calendar was changed, waits for that day.
pub(crate) fn carry_out(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let mut plan = Plan::load(tx, &item.subject)?;
    let code = plan.recurring.code.clone();
    let Some(date) = plan.recurring.next else { return Ok(()) };
    if plan.recurring.status != RecurringStatus::Active {
        return Ok(());
    }
    if start_of(tx, plan.day_of(date)?)? > tx.now() {
        let stands = plan.settle(tx, None)?;
        return Ok(tx.put(stands)?);
    }
    let terms = plan.terms_on(date).ok_or_else(|| none(&plan, date))?;
    let posted = post_in_time(tx, terms, plan.entry_of(date)?)?;
    if tx.get::<Occurrence>(&(code.clone(), date))?.is_some() {
        return Err(LedgerError::OccurrenceDone { code, date }.into());
    }
    let event = Event::new("ledger.recurred")
        .with("recurring", code.clone())
        .with("date", date)
        .with("entry", posted.id);
    tx.emit(event);
    tx.insert(Occurrence { code, date, entry: Some(posted.id) })?;
    plan.recurring.done_until = Some(date);
    plan.recurring.posted = plan.recurring.posted.saturating_add(1);
    let stands = plan.settle(tx, Some(item.at))?;
    Ok(tx.put(stands)?)
}

fn none(plan: &Plan, date: chrono::NaiveDate) -> LedgerError {
    LedgerError::NoOccurrence { code: plan.recurring.code.clone(), date }
}

/// Posts an entry on its own date, or by the rule for late ones.
fn post_in_time(
    tx: &mut Tx<'_>,
    terms: &RecurringTerms,
    entry: NewEntry,
) -> Result<Posted, LedgerError> {
    if terms.late == LateRule::OwnPeriod {
        return post(tx, terms, &entry);
    }
    let own = entry.date;
    in_time(tx, own, |tx, date| {
        let document_date = if date == own { entry.document_date } else { Some(own) };
        post(tx, terms, &NewEntry { date, document_date, ..entry.clone() })
    })
}

/// Posts what was planned for a day on that day; where that is late and its period is closed, today.
pub(crate) fn in_time<T>(
    tx: &mut Tx<'_>,
    planned: NaiveDate,
    post: impl Fn(&mut Tx<'_>, NaiveDate) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let refusal = match tx.attempt(|tx| post(tx, planned))? {
        Ok(posted) => return Ok(posted),
        Err(refusal) => refusal,
    };
    let today = tx.today()?;
    if today <= planned || !is_closed(&refusal) {
        return Err(refusal);
    }
    post(tx, today)
}

/// Whether an entry is refused for its date alone: also when who carries it out may not post to a softly locked period.
pub(crate) fn is_closed(refusal: &LedgerError) -> bool {
    match refusal {
        LedgerError::PeriodLocked { .. }
        | LedgerError::NoPeriod { .. }
        | LedgerError::OutOfOrder { .. } => true,
        LedgerError::Close(error) => error.is_about_date(),
        LedgerError::Halt(Halt::Denied(denial)) => {
            denial.permission == rights::POST_SOFT_LOCKED.name
        }
        _ => false,
    }
}

fn post(tx: &mut Tx<'_>, terms: &RecurringTerms, entry: &NewEntry) -> Result<Posted, LedgerError> {
    if terms.reversing { post_planned(tx, entry, None) } else { post_now(tx, entry) }
}
