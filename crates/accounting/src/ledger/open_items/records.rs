//! What is stored of open items: one state row per item, and facts for all that was cleared and undone.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{ActorId, Currency, Id, Money, PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Amount, Entry};

/// Whether an account is kept by open items.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKeeping {
    /// A job makes items of its older postings; nothing is cleared until it is done.
    Preparing,
    /// Every posting is an item.
    Kept,
}

/// What names an item: a line of an entry.
///
/// ```
/// use fondaco_accounting::ledger::ItemKey;
/// use fondaco_core::Id;
/// let item = ItemKey::new(Id::from_u128(7), 2);
/// assert_eq!(item.to_string(), "line 2 of entry 00000000-0000-0000-0000-000000000007");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemKey {
    /// The entry.
    pub entry: Id<Entry>,
    /// Its line, from 1.
    pub line: u32,
}

impl ItemKey {
    /// The posting at `line` of `entry`, counted from 1.
    pub fn new(entry: Id<Entry>, line: u32) -> ItemKey {
        ItemKey { entry, line }
    }

    pub(crate) fn stored(self) -> (Id<Entry>, u32) {
        (self.entry, self.line)
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of entry {}", self.line, self.entry)
    }
}

/// A posting of an account that is kept by open items, and what of it is open. Its indexes hold open items only.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_open_item",
    kind = state,
    key(entry, line),
    index(by_account(open_in, due_date)),
    index(by_party(open_in, party, due_date))
)]
pub struct OpenItem {
    /// Its entry.
    pub entry: Id<Entry>,
    /// Its line in the entry.
    pub line: u32,
    /// The account.
    pub account: SmolStr,
    /// The account while something is open; `None` once all is cleared.
    pub open_in: Option<SmolStr>,
    /// With whom, by the posting or else by its entry.
    pub party: Option<PartyId>,
    /// When it took effect.
    pub date: NaiveDate,
    /// The date of the document; the entry's where none was given.
    pub document_date: NaiveDate,
    /// When it falls due; the document's date where none was given.
    pub due_date: NaiveDate,
    /// The document it comes from.
    pub source: Option<SmolStr>,
    /// Its currency.
    pub currency: Currency,
    /// The amount: positive for a debit, negative for a credit.
    pub amount: Amount,
    /// The amount in the ledger's currency.
    pub ledger_amount: Amount,
    /// What of the amount is open.
    pub open: Amount,
    /// What of the amount in the ledger's currency is open.
    pub ledger_open: Amount,
    /// The first day on which a clearing of it may take effect: its own, or that on which it was opened again.
    pub clearable_from: NaiveDate,
}

impl OpenItem {
    /// Its entry and line.
    pub fn item_key(&self) -> ItemKey {
        ItemKey::new(self.entry, self.line)
    }

    /// What of it is open, positive for a debit, negative for a credit.
    pub fn open_money(&self) -> Money {
        Money::new(self.open.to_decimal(), self.currency)
    }

    /// Whether anything is open, be it in the ledger's currency alone.
    pub fn is_open(&self) -> bool {
        self.open.units() != 0 || self.ledger_open.units() != 0
    }

    /// The same item with so much open, in the index of open items or no longer.
    pub(super) fn with_open(&self, open: Amount, ledger_open: Amount) -> OpenItem {
        let mut item = OpenItem { open, ledger_open, ..self.clone() };
        item.open_in = item.is_open().then(|| item.account.clone());
        item
    }

    /// The side on which it stands: that of the amount, or of its worth where that is all there is.
    pub(super) fn is_debit(&self) -> bool {
        match self.amount.units() {
            0 => self.ledger_amount.units() > 0,
            amount => amount > 0,
        }
    }
}

/// That parts of items were cleared against one another. Its id is time-ordered by when it was recorded.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_clearing",
    kind = fact,
    key(id),
    index(by_account(account, date)),
    guard(by_account(account))
)]
pub struct Clearing {
    /// What names it for ever.
    pub id: Id<Clearing>,
    /// The account.
    pub account: SmolStr,
    /// When it takes effect.
    pub date: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: ActorId,
    /// With whom, where all items are of one party.
    pub party: Option<PartyId>,
    /// How many parts of items it took.
    pub lines: u32,
    /// What was realised in the ledger's currency: positive where debits were worth more than the credits they were cleared
    /// against.
    pub difference: Amount,
    /// What people read.
    pub text: Option<SmolStr>,
}

/// The part of one item that a clearing took.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_clearing_line",
    kind = fact,
    key(clearing, number),
    index(by_account(account, date)),
    index(by_item(entry, line))
)]
pub struct ClearingLine {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// Its place in the clearing, from 1.
    pub number: u32,
    /// The account.
    pub account: SmolStr,
    /// When the clearing takes effect.
    pub date: NaiveDate,
    /// The item's entry.
    pub entry: Id<Entry>,
    /// The item's line.
    pub line: u32,
    /// The item's currency.
    pub currency: Currency,
    /// The part that was taken, with the item's sign.
    pub amount: Amount,
    /// What that part was worth in the ledger's currency.
    pub ledger_amount: Amount,
}

impl ClearingLine {
    /// The item of which it took a part.
    pub fn item_key(&self) -> ItemKey {
        ItemKey::new(self.entry, self.line)
    }
}

/// That a clearing was undone: at most once.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_unclearing",
    kind = fact,
    key(clearing),
    index(by_account(account, date)),
    guard(by_account(account))
)]
pub struct Unclearing {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// The account.
    pub account: SmolStr,
    /// From which day on its items are open again; the clearing's own where it is as if it never had been.
    pub date: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: ActorId,
    /// Why.
    pub why: Option<SmolStr>,
}

/// What a clearing left on the account in one currency, until it is posted: its index holds what is still there.
///
/// In one currency it is a worth alone: the realised exchange difference. Where a currency was cleared against another, each
/// has a row with its amount and worth, as a conversion would post them the other way round.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_clearing_difference",
    kind = state,
    key(clearing, currency),
    index(by_account(open_in, date))
)]
pub struct ClearingDifference {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// The currency.
    pub currency: Currency,
    /// The account.
    pub account: SmolStr,
    /// The account while it stands there; `None` once the clearing was undone.
    pub open_in: Option<SmolStr>,
    /// With whom, where all items of the clearing are of one party.
    pub party: Option<PartyId>,
    /// When the clearing takes effect.
    pub date: NaiveDate,
    /// Debits less credits that were cleared, in the currency.
    pub amount: Amount,
    /// Debits less credits that were cleared, in the ledger's currency.
    pub ledger_amount: Amount,
}
