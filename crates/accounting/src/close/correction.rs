//! Corrections: an entry is taken back and entered anew in one act, both linked to it.
//!
//! In its own period while that is open, so that every statement is right; once it is closed, in the current one, with the
//! day of the original as the date of the document, as IAS 8 has it for what is not material.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{DecodeError, Event, Record, Value};
use fondaco_core::{Act, ActorId, Id, Outcome, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{
    Entry, LedgerError, NewEntry, Posted, Reverse, check_text, in_time, post_now, reverse,
};

/// That an entry was corrected: an entry is corrected at most once, its correction may be corrected again.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_correction", kind = fact, key(entry), index(by_correction(by)))]
pub struct Correction {
    /// The entry that was wrong.
    pub entry: Id<Entry>,
    /// The entry that takes it back.
    pub reversal: Id<Entry>,
    /// The entry that is right.
    pub by: Id<Entry>,
    /// Whether both lie in the period of the original; else in that of the day on which it was corrected.
    pub in_period: bool,
    /// Why, where it was said.
    pub why: Option<SmolStr>,
    /// Who corrected it.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
}

/// Corrects an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correct {
    /// The entry that is wrong.
    pub entry: Id<Entry>,
    /// What it should have been.
    pub with: NewEntry,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<SmolStr>,
}

impl Correct {
    /// Takes `entry` back, and posts `with`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::Correct;
    /// let rent = |amount| NewEntry::new("GEN", day("2026-02-03"))
    ///     .debit("5100", eur(amount))
    ///     .credit("1000", eur(amount));
    /// let wrong = books.post("rent", rent("41"))?.answer.id;
    /// let corrected = books.send("it was 14", &Correct::new(wrong, rent("14")))?.answer;
    /// assert_eq!(corrected.date, day("2026-02-03")); // February is open
    /// let february = books.income_statement(day("2026-02-01"), day("2026-02-28"))?;
    /// assert_eq!(february.expense.total, 54.into()); // with the other rent, of 40
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entry: Id<Entry>, with: NewEntry) -> Correct {
        Correct { entry, with, why: None }
    }

    /// Why.
    #[must_use]
    pub fn why(mut self, why: impl Into<SmolStr>) -> Correct {
        self.why = Some(why.into());
        self
    }
}

/// What a correction posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrected {
    /// The entry that takes the wrong one back.
    pub reversal: Posted,
    /// The entry that is right.
    pub entry: Posted,
    /// The date of that.
    pub date: NaiveDate,
}

impl Outcome for Corrected {
    fn encode(&self, out: &mut Vec<Value>) {
        self.reversal.encode(out);
        self.entry.encode(out);
        out.push(Value::Date(self.date));
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let (reversal, entry) = (Posted::decode(values)?, Posted::decode(values)?);
        match values.next() {
            Some(Value::Date(date)) => Ok(Corrected { reversal, entry, date }),
            _ => Err(DecodeError::unexpected("another value", "a date")),
        }
    }
}

impl Act for Correct {
    type Answer = Corrected;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Corrected, LedgerError> {
        check_text("why", &self.why)?;
        let unknown = LedgerError::UnknownEntry { entry: self.entry };
        let own = tx.get::<Entry>(&self.entry)?.ok_or(unknown)?.date;
        let corrected = in_time(tx, own, |tx, date| self.post(tx, own, date))?;
        let entry = Value::Id(self.entry.to_u128());
        let event = Event::new("ledger.corrected").with("entry", entry);
        tx.emit(event.with("by", Value::Id(corrected.entry.id.to_u128())));
        tx.insert(Correction {
            entry: self.entry,
            reversal: corrected.reversal.id,
            by: corrected.entry.id,
            in_period: corrected.date == self.with.date,
            why: self.why.clone(),
            actor: tx.actor().clone(),
            at: tx.now(),
        })?;
        Ok(corrected)
    }
}

impl Correct {
    /// Both entries: of their own days, or of another where those are closed.
    fn post(
        &self,
        tx: &mut Tx<'_>,
        own: NaiveDate,
        date: NaiveDate,
    ) -> Result<Corrected, LedgerError> {
        let late = date != own;
        let planned = late.then_some(own);
        let reversal = reverse(tx, &Reverse::new(self.entry, date), planned)?;
        let mut with = self.with.clone();
        if late {
            with.document_date = with.document_date.or(Some(with.date));
            with.date = date;
        }
        let entry = post_now(tx, &with)?;
        Ok(Corrected { reversal, entry, date: with.date })
    }
}

/// What became of an entry: its correction, the correction of that, and so on.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::{Correct, corrections};
/// let rent = |amount| NewEntry::new("GEN", day("2026-02-03"))
///     .debit("5100", eur(amount))
///     .credit("1000", eur(amount));
/// let first = books.post("rent", rent("41"))?.answer.id;
/// let second = books.send("14", &Correct::new(first, rent("14")))?.answer.entry.id;
/// books.send("15", &Correct::new(second, rent("15")).why("and a fee"))?;
/// let chain = books.view(|view| corrections(view, first))?;
/// assert_eq!((chain.len(), chain[1].entry), (2, second));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn corrections(
    read: &mut impl Reading,
    entry: Id<Entry>,
) -> Result<Vec<Arc<Correction>>, LedgerError> {
    let (mut chain, mut at): (Vec<Arc<Correction>>, _) = (Vec::new(), entry);
    while let Some(correction) = read.peek::<Correction>(&at)? {
        at = correction.by;
        chain.push(correction);
    }
    Ok(chain)
}

/// The correction that an entry is, if it is one.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn correction_by(
    read: &mut impl Reading,
    entry: Id<Entry>,
) -> Result<Option<Arc<Correction>>, LedgerError> {
    Ok(read.peek_scan(&Range::by(Correction::BY_CORRECTION, &entry).limit(1))?.pop())
}
