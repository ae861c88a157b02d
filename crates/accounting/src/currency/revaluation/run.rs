//! The run: one act, or a job where there are many items.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{DecodeError, Value};
use fondaco_core::{Act, Id, Outcome, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::RevaluationRun;
use super::post::{Known, post};
use super::value::Closing;
use crate::currency::{POSTING_SOURCE, source};
use crate::ledger::{Amount, Entry, LedgerError, Settings};

/// Values what is monetary at a day's rates and posts what differs, as one entry that reverses itself.
///
/// As a command it is done in one commit; as a [`Job`](fondaco_core::Job) it values account by account, may be stopped and
/// goes on, and posts in its last commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revalue {
    /// The day whose rates count, and at whose end the books are valued.
    pub date: NaiveDate,
    /// Who says what the rates are.
    #[serde(default = "posting_source")]
    pub source: SmolStr,
    /// When the entry reverses itself: after the day; `None` for the next one.
    #[serde(default)]
    pub reverses_on: Option<NaiveDate>,
    /// What people read; `None` for a text with the day.
    #[serde(default)]
    pub text: Option<SmolStr>,
}

fn posting_source() -> SmolStr {
    SmolStr::new_static(POSTING_SOURCE)
}

impl Revalue {
    /// At the rates of this day, of the source that postings take.
    ///
    /// ```
    /// use fondaco_accounting::currency::Revalue;
    /// let march = Revalue::at("2026-03-31".parse()?).source("ECB-CLOSING").reversing_on("2026-04-02".parse()?);
    /// assert_eq!(march.source, "ECB-CLOSING");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn at(date: NaiveDate) -> Revalue {
        Revalue { date, source: posting_source(), reverses_on: None, text: None }
    }

    /// By the rates of this source.
    #[must_use]
    pub fn source(mut self, code: impl Into<SmolStr>) -> Revalue {
        self.source = code.into();
        self
    }

    /// Reverses on this day, when the next one is no good: it must be after the day of the rates.
    #[must_use]
    pub fn reversing_on(mut self, date: NaiveDate) -> Revalue {
        self.reverses_on = Some(date);
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> Revalue {
        self.text = Some(text.into());
        self
    }

    /// The rates to value by, none of which was looked for yet.
    pub(super) fn closing(&self, read: &mut impl Reading) -> Result<Closing, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        source::existing(read, &self.source)?;
        Ok(Closing::new(&self.source, self.date, settings.currency))
    }
}

/// What a run has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revalued {
    /// What it posted; `None` where the books were worth what they should be.
    pub entry: Option<Id<Entry>>,
    /// How many accounts and currencies it moved.
    pub lines: u32,
    /// What the accounts are worth more, or less where it is negative: gains less losses.
    #[serde(with = "units")]
    pub difference: Amount,
}

/// An amount as its units.
mod units {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::ledger::Amount;

    pub(super) fn serialize<S: Serializer>(amount: &Amount, to: S) -> Result<S::Ok, S::Error> {
        amount.units().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Amount, D::Error> {
        i64::deserialize(from).map(Amount::from_units)
    }
}

impl Outcome for Revalued {
    fn encode(&self, out: &mut Vec<Value>) {
        self.entry.encode(out);
        self.lines.encode(out);
        self.difference.units().encode(out);
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let (entry, lines) = (Option::decode(values)?, u32::decode(values)?);
        Ok(Revalued { entry, lines, difference: Amount::from_units(i64::decode(values)?) })
    }
}

impl Act for Revalue {
    type Answer = Revalued;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Revalued, LedgerError> {
        post(tx, self, &Known::default())
    }
}

/// Every revaluation that was posted, by day.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates();
/// use fondaco_accounting::currency::revaluations;
/// assert!(books.view(|view| revaluations(view))?.is_empty());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn revaluations(read: &mut impl Reading) -> Result<Vec<Arc<RevaluationRun>>, LedgerError> {
    Ok(read.peek_scan(&Range::<RevaluationRun>::all())?)
}
