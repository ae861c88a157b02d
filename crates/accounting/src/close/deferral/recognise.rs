//! Recognising parts: each on its day, by the clock or by a run; where that is closed, today.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::due::{Due, DueItem, Refused};
use fondaco_core::store::Event;
use fondaco_core::{Act, Range, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::DEFERRAL;
use super::records::{Deferral, DeferralPart, DeferralStatus};
use crate::close::CloseError;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{
    LedgerError, Posted, PostedMany, Settings, in_time, is_closed, post_now, start_of,
};

/// Recognises all parts of these days that were not: what the due queue does day by day, in one go. As there, a part whose day
/// is past and closed is of today, with its own day as the document's date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecogniseDeferrals {
    /// The last day.
    pub through: NaiveDate,
    /// Of this deferral alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SmolStr>,
}

impl RecogniseDeferrals {
    /// All parts through this day, each of its own day.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{RecogniseDeferrals, SpreadPlan, StartDeferral};
    /// let plan = SpreadPlan::periods(day("2026-02-01"), 12);
    /// let accrued = StartDeferral::expense("power", "GEN", ("2200", "5100"), eur("1200"), plan);
    /// books.send("power, billed in a year", &accrued)?;
    /// let run = books.send("to March", &RecogniseDeferrals::through(day("2026-03-31")))?.answer;
    /// assert_eq!(run.entries.len(), 2);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn through(date: NaiveDate) -> RecogniseDeferrals {
        RecogniseDeferrals { through: date, code: None }
    }

    /// Of one deferral alone.
    #[must_use]
    pub fn of(mut self, code: impl Into<SmolStr>) -> RecogniseDeferrals {
        self.code = Some(code.into());
        self
    }
}

impl Act for RecogniseDeferrals {
    type Answer = PostedMany;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedMany, LedgerError> {
        Asking::new(tx, &rights::POST)?; // each entry asks again, for what it is
        let due = match &self.code {
            Some(code) => {
                existing(tx, code)?;
                let mut parts = open_parts(tx, code)?;
                parts.retain(|part| part.date <= self.through);
                parts
            }
            None => {
                let due = Range::by(DeferralPart::BY_DUE, &()).through(&self.through);
                tx.scan(&due)?.iter().map(|part| part.as_ref().clone()).collect()
            }
        };
        let mut deferrals = BTreeMap::new();
        for part in &due {
            if !deferrals.contains_key(&part.code) {
                deferrals.insert(part.code.clone(), existing(tx, &part.code)?);
            }
        }
        let entries = recognise_all(tx, &deferrals, due)?;
        for deferral in deferrals.into_values() {
            finish(tx, deferral, None)?;
        }
        Ok(PostedMany { entries })
    }
}

/// Posts parts in order of their days; what is of a day that is closed comes last, of today. So the numbers of a journal that
/// go by date go on for the others.
fn recognise_all(
    tx: &mut Tx<'_>,
    deferrals: &BTreeMap<SmolStr, Deferral>,
    parts: Vec<DeferralPart>,
) -> Result<Vec<Posted>, LedgerError> {
    let today = tx.today()?;
    let (mut entries, mut late) = (Vec::with_capacity(parts.len()), Vec::new());
    for part in parts {
        let Some(deferral) = deferrals.get(&part.code) else { continue };
        match tx.attempt(|tx| recognise(tx, deferral, &part, part.date))? {
            Ok(posted) => entries.push(posted),
            Err(refusal) if part.date < today && is_closed(&refusal) => late.push((deferral, part)),
            Err(refusal) => return Err(of_part(&part, refusal)),
        }
    }
    for (deferral, part) in late {
        let posted = recognise(tx, deferral, &part, today);
        entries.push(posted.map_err(|refusal| of_part(&part, refusal))?);
    }
    Ok(entries)
}

/// Names the part that is refused.
fn of_part(part: &DeferralPart, refusal: LedgerError) -> LedgerError {
    match refusal {
        LedgerError::Halt(halt) => halt.into(),
        refusal => {
            let (deferral, date) = (part.code.clone(), part.date);
            LedgerError::OfPart { deferral, date, error: Box::new(refusal) }
        }
    }
}

/// Recognises the next part on its day, and plans the one after it.
pub(crate) fn carry_out(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let deferral = existing(tx, &item.subject)?;
    if deferral.status != DeferralStatus::Active {
        return Ok(());
    }
    let next = open_parts(tx, &deferral.code)?.into_iter().next();
    let Some(part) = next else { return Ok(()) };
    if start_of(tx, part.date)? <= tx.now() {
        in_time(tx, part.date, |tx, date| recognise(tx, &deferral, &part, date))?;
    }
    Ok(finish(tx, deferral, Some(item.at))?)
}

/// The deferral of a code.
pub(super) fn existing(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Deferral, LedgerError> {
    let unknown = || CloseError::UnknownDeferral { code: code.clone() };
    Ok(tx.get::<Deferral>(code)?.ok_or_else(unknown)?.as_ref().clone())
}

/// Its parts that are to be recognised, in order of date.
pub(super) fn open_parts(
    tx: &mut Tx<'_>,
    code: &SmolStr,
) -> Result<Vec<DeferralPart>, LedgerError> {
    let parts = tx.scan(&Range::<DeferralPart>::by_key(code))?;
    let open = parts.iter().filter(|part| part.due.is_some());
    let mut open: Vec<DeferralPart> = open.map(|part| part.as_ref().clone()).collect();
    open.sort_by_key(|part| (part.date, part.number));
    Ok(open)
}

/// Posts a part: of its day, or where that is closed of a later one, with its own as that of the document.
fn recognise(
    tx: &mut Tx<'_>,
    deferral: &Deferral,
    part: &DeferralPart,
    date: NaiveDate,
) -> Result<Posted, LedgerError> {
    let ledger = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?.currency;
    let mut entry = deferral.recognition(ledger, date, (part.amount, part.ledger_amount));
    entry.document_date = (date != part.date).then_some(part.date);
    let posted = post_now(tx, &entry)?;
    tx.put(DeferralPart { due: None, entry: Some(posted.id), ..part.clone() })?;
    Ok(posted)
}

/// Notes where a deferral stands after its parts, and plans the next.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    mut deferral: Deferral,
    not_before: Option<Timestamp>,
) -> Result<(), LedgerError> {
    let next = open_parts(tx, &deferral.code)?.first().map(|part| part.date);
    if next.is_none() && deferral.status == DeferralStatus::Active {
        deferral.status = DeferralStatus::Done;
    }
    let event = Event::new("ledger.deferral_recognised");
    tx.emit(event.with("code", deferral.code.clone()));
    settle(tx, &deferral, next, not_before)?;
    Ok(tx.put(deferral)?)
}

/// Puts the next part on the queue, after the item that is being carried out; or takes the deferral off.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    deferral: &Deferral,
    next: Option<NaiveDate>,
    not_before: Option<Timestamp>,
) -> Result<(), LedgerError> {
    let Some(next) = next.filter(|_| deferral.status == DeferralStatus::Active) else {
        tx.cancel_due(DEFERRAL, &deferral.code)?;
        return Ok(());
    };
    let day = start_of(tx, next)?;
    let later = not_before.and_then(|at| Timestamp::from_micros(at.micros() + 1));
    let at = later.map_or(day, |later| later.max(day));
    tx.due(Due::new(DEFERRAL, deferral.code.clone(), at))?;
    Ok(())
}
