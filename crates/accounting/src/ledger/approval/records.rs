//! What is kept of a draft: itself and its lines as they stand, and for ever what was done with it.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record, Tags};
use fondaco_core::{ActorId, Currency, Id, Money, PartyId, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Entry, NewEntry, NewPosting, Side};

/// How far a draft has come.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftStatus {
    /// It is being prepared.
    Open,
    /// It waits for approval.
    Submitted,
    /// Its entry is posted.
    Posted,
}

/// An entry that is not posted yet.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_draft",
    kind = state,
    key(id),
    index(by_status(status)),
    index(by_entry(entry))
)]
pub struct Draft {
    /// What names it for ever.
    pub id: Id<Draft>,
    /// How far it has come.
    pub status: DraftStatus,
    /// 1, and one more with each change: what an approval must name.
    pub edition: u32,
    /// How many steps it has gone.
    pub steps: u32,
    /// Who prepared it.
    pub prepared_by: ActorId,
    /// The entry that it became.
    pub entry: Option<Id<Entry>>,
    /// See [`NewEntry::journal`].
    pub journal: SmolStr,
    /// See [`NewEntry::date`].
    pub date: NaiveDate,
    /// See [`NewEntry::document_date`].
    pub document_date: Option<NaiveDate>,
    /// See [`NewEntry::due_date`].
    pub due_date: Option<NaiveDate>,
    /// See [`NewEntry::text`].
    pub text: Option<SmolStr>,
    /// See [`NewEntry::party`].
    pub party: Option<PartyId>,
    /// See [`NewEntry::source`].
    pub source: Option<SmolStr>,
    /// See [`NewEntry::conversion`].
    pub conversion: bool,
}

/// A line of a draft, as it was given.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_draft_posting", kind = state, key(draft, line))]
pub struct DraftPosting {
    /// Its draft.
    pub draft: Id<Draft>,
    /// Its place in the draft, from 1.
    pub line: u32,
    /// See [`NewPosting::account`].
    pub account: SmolStr,
    /// See [`NewPosting::side`].
    pub side: Side,
    /// The amount of [`NewPosting::amount`].
    pub amount: Decimal,
    /// The currency of [`NewPosting::amount`].
    pub currency: Currency,
    /// The amount of [`NewPosting::ledger_amount`].
    pub ledger_amount: Option<Decimal>,
    /// The currency of [`NewPosting::ledger_amount`].
    pub ledger_currency: Option<Currency>,
    /// See [`NewPosting::rate`].
    pub rate: Option<Decimal>,
    /// See [`NewPosting::text`].
    pub text: Option<SmolStr>,
    /// See [`NewPosting::party`].
    pub party: Option<PartyId>,
    /// See [`NewPosting::due_date`].
    pub due_date: Option<NaiveDate>,
    /// See [`NewPosting::dimensions`].
    pub dimensions: Tags,
}

/// What was done with a draft.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It was written down.
    Prepared,
    /// It was changed, and is open again.
    Changed,
    /// It was given to others for approval.
    Submitted,
    /// Somebody approved it.
    Approved,
    /// Somebody sent it back.
    Rejected,
    /// It was deleted; its steps stay.
    Deleted,
}

/// A step of a draft.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_draft_step", kind = fact, key(draft, step))]
pub struct DraftStep {
    /// The draft.
    pub draft: Id<Draft>,
    /// Its place among the steps, from 1.
    pub step: u32,
    /// What was done.
    pub deed: Deed,
    /// The edition to which it was done.
    pub edition: u32,
    /// Who did it.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
    /// Why, where a reason was given.
    pub why: Option<SmolStr>,
}

/// By whose right a step was done, where it was delegated.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_draft_right", kind = fact, key(draft, step, place))]
pub struct DraftRight {
    /// The draft.
    pub draft: Id<Draft>,
    /// The step.
    pub step: u32,
    /// 1 for who lent the right to who acted, 2 for who lent it to him, and so on.
    pub place: u32,
    /// Whose right.
    pub of: ActorId,
}

impl Draft {
    /// The draft with the fields of `entry`.
    pub(super) fn with(self, entry: &NewEntry) -> Draft {
        let NewEntry { journal, date, document_date, due_date, text, party, source, .. } =
            entry.clone();
        let conversion = entry.conversion;
        Draft { journal, date, document_date, due_date, text, party, source, conversion, ..self }
    }

    /// The entry that it would become.
    pub(super) fn to_entry(&self, postings: impl Iterator<Item = NewPosting>) -> NewEntry {
        let Draft { journal, date, document_date, due_date, text, party, source, .. } =
            self.clone();
        let (conversion, postings) = (self.conversion, postings.collect());
        NewEntry {
            journal,
            date,
            document_date,
            due_date,
            text,
            party,
            source,
            conversion,
            postings,
            options: None,
        }
    }
}

impl DraftPosting {
    pub(super) fn new(draft: Id<Draft>, line: u32, new: &NewPosting) -> DraftPosting {
        let NewPosting { account, side, rate, text, party, due_date, dimensions, .. } = new.clone();
        DraftPosting {
            draft,
            line,
            account,
            side,
            amount: new.amount.amount(),
            currency: new.amount.currency(),
            ledger_amount: new.ledger_amount.map(Money::amount),
            ledger_currency: new.ledger_amount.map(Money::currency),
            rate,
            text,
            party,
            due_date,
            dimensions,
        }
    }

    /// The posting as it was given.
    pub fn to_posting(&self) -> NewPosting {
        let DraftPosting { account, side, rate, text, party, due_date, dimensions, .. } =
            self.clone();
        let amount = Money::new(self.amount, self.currency);
        let worth = self.ledger_amount.zip(self.ledger_currency);
        let ledger_amount = worth.map(|(amount, currency)| Money::new(amount, currency));
        NewPosting { account, side, amount, ledger_amount, rate, text, party, due_date, dimensions }
    }
}
