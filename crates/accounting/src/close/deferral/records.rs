//! What is kept of a deferral: where it stands, and its parts.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::party::{HeldOnParty, held_where};
use fondaco_core::store::{Field, Record, Tags};
use fondaco_core::{Currency, Halt, Id, Money, PartyId, Reading};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Amount, Entry, NewEntry, NewPosting, Side};

/// How far a deferral has come.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeferralStatus {
    /// Parts are to come.
    Active,
    /// All of it is recognised.
    Done,
    /// It was taken back.
    Reversed,
}

/// An amount that is spread over periods.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_deferral", kind = state, key(code), guard(all()))]
pub struct Deferral {
    /// What names it for ever.
    pub code: SmolStr,
    /// How far it has come.
    pub status: DeferralStatus,
    /// The journal of its entries.
    pub journal: SmolStr,
    /// The account of the balance sheet on which it stands.
    pub deferred_on: SmolStr,
    /// The account of income or expense that takes the parts.
    pub recognised_on: SmolStr,
    /// On which side `recognised_on` takes them: debit for an expense.
    pub side: Side,
    /// The currency.
    pub currency: Currency,
    /// All of it.
    pub amount: Amount,
    /// All of it, in the ledger's currency.
    pub ledger_amount: Amount,
    /// The document it comes from: what its entries name as their source.
    pub source: SmolStr,
    /// What people read.
    pub text: Option<SmolStr>,
    /// With whom.
    pub party: Option<PartyId>,
    /// The dimensions of its postings.
    pub dimensions: Tags,
    /// How many parts it had so far, those among them that a change took away.
    pub parts: u32,
    /// The entry that moved the amount to `deferred_on`, where it made one.
    pub moved_by: Option<Id<Entry>>,
}

impl HeldOnParty for Deferral {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Deferral>>, Halt> {
        held_where(read, |row: &Deferral| Ok(row.party == Some(party)))
    }
}

/// A part of a deferral.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_deferral_part",
    kind = state,
    key(code, number),
    index(by_due(due, code, number)),
    guard(all()),
    guard(by_code(code))
)]
pub struct DeferralPart {
    /// The deferral.
    pub code: SmolStr,
    /// Its place among the parts, from 1.
    pub number: u32,
    /// The day to which it belongs.
    pub date: NaiveDate,
    /// The same day while it is to be recognised; `None` once it is.
    pub due: Option<NaiveDate>,
    /// How much.
    pub amount: Amount,
    /// How much, in the ledger's currency.
    pub ledger_amount: Amount,
    /// The entry that recognised it.
    pub entry: Option<Id<Entry>>,
}

impl Deferral {
    /// The whole amount.
    pub fn money(&self) -> Money {
        Money::new(self.amount.to_decimal(), self.currency)
    }

    /// An entry that takes so much from the account on which it is deferred.
    pub(super) fn recognition(
        &self,
        ledger: Currency,
        date: NaiveDate,
        (amount, worth): (Amount, Amount),
    ) -> NewEntry {
        self.entry(ledger, date, (amount, worth), (&self.recognised_on, &self.deferred_on))
    }

    /// The entry that moves the whole to the account on which it is deferred.
    pub(super) fn moving(&self, ledger: Currency, date: NaiveDate) -> NewEntry {
        let all = (self.amount, self.ledger_amount);
        self.entry(ledger, date, all, (&self.deferred_on, &self.recognised_on))
    }

    /// So much on the deferral's side of the first account, and on the other side of the second.
    fn entry(
        &self,
        ledger: Currency,
        date: NaiveDate,
        (amount, worth): (Amount, Amount),
        (on, against): (&SmolStr, &SmolStr),
    ) -> NewEntry {
        let worth = Money::new(worth.to_decimal(), ledger);
        let posting = |account: &SmolStr, side: Side| NewPosting {
            ledger_amount: (self.currency != ledger).then_some(worth),
            dimensions: self.dimensions.clone(),
            ..NewPosting::new(account.clone(), side, Money::new(amount.to_decimal(), self.currency))
        };
        NewEntry {
            text: self.text.clone(),
            party: self.party,
            source: Some(self.source.clone()),
            ..NewEntry::new(self.journal.clone(), date)
        }
        .posting(posting(on, self.side))
        .posting(posting(against, self.side.opposite()))
    }
}
