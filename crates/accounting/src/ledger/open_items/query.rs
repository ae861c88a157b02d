//! What is open of an account or a party: now, as of any day, as known at any time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Halt, Id, Money, PartyId, Range, Reading, Timestamp, party};
use smol_str::SmolStr;

use super::difference::{Net, decimal, money};
use super::keep::check_kept;
use super::standing::{self, Standing};
use super::{Clearing, ItemKey, OpenItem};
use crate::ledger::{Account, Amount, LedgerError, Settings};

/// Which open items are asked for.
///
/// ```
/// use fondaco_accounting::ledger::OpenItemQuery;
/// use fondaco_core::PartyId;
/// let query = OpenItemQuery::account("1200").party(PartyId::named("customer/1")).at("2026-03-31".parse()?);
/// # let _ = query;
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OpenItemQuery {
    pub(super) account: SmolStr,
    pub(super) party: Option<PartyId>,
    pub(super) at: Option<NaiveDate>,
    pub(super) known_at: Option<Timestamp>,
}

impl OpenItemQuery {
    /// All open items of an account, by all that is recorded, whatever its date.
    pub fn account(code: impl Into<SmolStr>) -> OpenItemQuery {
        OpenItemQuery { account: code.into(), party: None, at: None, known_at: None }
    }

    /// Only those of a party, under any id that was merged into it.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> OpenItemQuery {
        self.party = Some(party);
        self
    }

    /// As of the end of this day. It costs what is open and what was cleared since.
    #[must_use]
    pub fn at(mut self, date: NaiveDate) -> OpenItemQuery {
        self.at = Some(date);
        self
    }

    /// As known at this time, to the millisecond: the answer that was true then. Read from facts, so its cost grows with the
    /// postings of the account.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let all = OpenItemQuery::account("1200");
    /// let known = |time: &str| Ok::<_, LedgerError>(books.open_items(&all.clone().known_at(time.parse().unwrap()))?.items.len());
    /// assert_eq!((known("2026-05-31T00:00:00Z")?, known("2026-06-01T08:00:00Z")?), (0, 1));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> OpenItemQuery {
        self.known_at = Some(time);
        self
    }
}

/// An item with what of it is open at the day and time that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenItemRow {
    /// What names it.
    pub key: ItemKey,
    /// With whom: the party into which the item's was merged, if it was.
    pub party: Option<PartyId>,
    /// When it took effect.
    pub date: NaiveDate,
    /// See [`OpenItem::document_date`].
    pub document_date: NaiveDate,
    /// See [`OpenItem::due_date`].
    pub due_date: NaiveDate,
    /// The document it comes from.
    pub source: Option<SmolStr>,
    /// Its amount: positive for a debit, negative for a credit.
    pub amount: Money,
    /// What of it is open.
    pub open: Money,
    /// What of it is open, in the ledger's currency.
    pub ledger_open: Money,
}

/// What a clearing left on the account in one currency and was not posted yet: see [`ClearingDifference`](super::ClearingDifference).
#[derive(Debug, Clone, PartialEq)]
pub struct OpenDifference {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// With whom, where all its items are of one party.
    pub party: Option<PartyId>,
    /// When it takes effect.
    pub date: NaiveDate,
    /// Debits less credits in the currency.
    pub amount: Money,
    /// Debits less credits in the ledger's currency.
    pub ledger_amount: Money,
}

/// What is open of an account: by currency and in the ledger's it adds up to the balance.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenItems {
    /// The account.
    pub account: SmolStr,
    /// The ledger's currency.
    pub currency: Currency,
    /// The items of which something is open, in order of due date.
    pub items: Vec<OpenItemRow>,
    /// The differences of clearings that are not posted yet.
    pub differences: Vec<OpenDifference>,
}

/// The open items that `query` asks for.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let query = OpenItemQuery::account("1200");
/// let not_kept = books.view(|view| ledger::open_items(view, &query)).unwrap_err();
/// assert_eq!(not_kept.code(), "accounting.not_kept_by_items");
/// books.send("by items", &ChangeAccount::open_items("1200", true))?;
/// let open = books.view(|view| ledger::open_items(view, &query))?; // or in an act, over its `Tx`
/// assert_eq!(open.totals()[0].open, eur("119"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`ItemError::NotKept`](super::ItemError::NotKept), or a [`Halt`].
pub fn open_items(
    read: &mut impl Reading,
    query: &OpenItemQuery,
) -> Result<OpenItems, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let unknown = || LedgerError::UnknownAccount { code: query.account.clone() };
    let account = read.peek::<Account>(&query.account)?.ok_or_else(unknown)?;
    check_kept(&account)?;
    let whose = Whose::read(read, query.party)?;
    let standing = match query.known_at {
        Some(known) => standing::from_facts(read, &query.account, query.at, known)?,
        None => standing::now_or_at(read, &query.account, query.at, &whose)?,
    };
    Ok(shown(query.account.clone(), settings.currency, standing, &whose))
}

/// What of an item is open, and its worth: in units, for who values many.
pub(crate) struct OpenWorth {
    pub(crate) key: ItemKey,
    pub(crate) currency: Currency,
    /// When it falls due, and whether that is another day than its document's.
    pub(crate) due: (NaiveDate, bool),
    pub(crate) net: Net,
}

/// What a clearing left in one currency, and its worth, in units.
pub(crate) struct LeftWorth {
    pub(crate) clearing: Id<Clearing>,
    pub(crate) currency: Currency,
    pub(crate) net: Net,
}

/// What [`open_items`] finds of an account that is kept by them, at the end of a day, as known at a time: in order of the
/// items, without what is only for show.
pub(crate) fn open_worths(
    read: &mut impl Reading,
    account: &SmolStr,
    (at, known): (Option<NaiveDate>, Option<Timestamp>),
) -> Result<(Vec<OpenWorth>, Vec<LeftWorth>), LedgerError> {
    let standing = match known {
        Some(known) => standing::from_facts(read, account, at, known)?,
        None => standing::now_or_at(read, account, at, &Whose::anybody())?,
    };
    let open = |(item, net): (Arc<OpenItem>, Net)| OpenWorth {
        key: item.item_key(),
        currency: item.currency,
        due: (item.due_date, item.due_date != item.document_date),
        net,
    };
    let left = |left: standing::Left| {
        let standing::Left { clearing, currency, net, .. } = left;
        LeftWorth { clearing, currency, net }
    };
    let items = standing.items.into_iter().map(open).collect();
    Ok((items, standing.differences.into_iter().map(left).collect()))
}

/// What of an item, or of what a clearing left, is open in the ledger's currency, and with whom.
pub(crate) struct PartyWorth {
    pub(crate) party: Option<PartyId>,
    /// Whether it is a difference of worth alone, such as a revaluation's.
    pub(crate) worth_only: bool,
    pub(crate) item: Option<ItemKey>,
    /// Debits less credits.
    pub(crate) units: i128,
}

/// What of an account that is kept by items is with whom at the end of a day, as known at a time: together it is the account's balance.
pub(crate) fn open_by_party(
    read: &mut impl Reading,
    account: &SmolStr,
    (at, known): (NaiveDate, Option<Timestamp>),
) -> Result<Vec<PartyWorth>, LedgerError> {
    let Standing { items, differences } = match known {
        Some(known) => standing::from_facts(read, account, Some(at), known)?,
        None => standing::now_or_at(read, account, Some(at), &Whose::anybody())?,
    };
    let items = items.into_iter().map(|(item, net)| PartyWorth {
        party: item.party,
        worth_only: item.amount == Amount::ZERO,
        item: Some(item.item_key()),
        units: net.1,
    });
    let left = |left: standing::Left| PartyWorth {
        party: left.party,
        worth_only: left.net.0 == 0,
        item: None,
        units: left.net.1,
    };
    Ok(items.chain(differences.into_iter().map(left)).collect())
}

fn shown(account: SmolStr, currency: Currency, standing: Standing, whose: &Whose) -> OpenItems {
    let Standing { items, differences } = standing;
    let items = items.into_iter().filter_map(|(item, net)| row(&item, net, currency, whose));
    let mut items: Vec<OpenItemRow> = items.collect();
    items.sort_by_key(|row| (row.due_date, row.key));
    let difference = |left: standing::Left| {
        let party = whose.wants(left.party)?;
        Some(OpenDifference {
            clearing: left.clearing,
            party,
            date: left.date,
            amount: money(left.net.0, left.currency),
            ledger_amount: money(left.net.1, currency),
        })
    };
    let mut differences: Vec<_> = differences.into_iter().filter_map(difference).collect();
    differences.sort_by_key(|left| (left.date, left.clearing, left.amount.currency()));
    OpenItems { account, currency, items, differences }
}

fn row(
    item: &Arc<OpenItem>,
    (open, ledger_open): (i128, i128),
    currency: Currency,
    whose: &Whose,
) -> Option<OpenItemRow> {
    let party = whose.wants(item.party)?;
    Some(OpenItemRow {
        key: item.item_key(),
        party,
        date: item.date,
        document_date: item.document_date,
        due_date: item.due_date,
        source: item.source.clone(),
        amount: Money::new(item.amount.to_decimal(), item.currency),
        open: money(open, item.currency),
        ledger_open: Money::new(decimal(ledger_open), currency),
    })
}

/// Which parties' items are asked for, and which parties are one.
pub(super) struct Whose {
    /// The party that is asked for, by the id that stays.
    pub(super) wanted: Option<PartyId>,
    /// All there are, or those of the party that is asked for.
    aliases: Aliases,
}

/// By the id of a party that was merged, the one that stays.
#[derive(Default)]
pub(crate) struct Aliases(BTreeMap<PartyId, PartyId>);

impl Aliases {
    /// All there are.
    pub(crate) fn read(read: &mut impl Reading) -> Result<Aliases, Halt> {
        let mut aliases = BTreeMap::new();
        read.peek_each(&Range::<party::PartyAlias>::all(), |alias| {
            aliases.insert(alias.party, alias.keep);
            Ok::<(), Halt>(())
        })?;
        Ok(Aliases(aliases))
    }

    /// Whom an id stands for.
    pub(crate) fn kept(&self, party: PartyId) -> PartyId {
        self.0.get(&party).copied().unwrap_or(party)
    }
}

impl Whose {
    /// Those of all, where nobody asks of whom.
    fn anybody() -> Whose {
        Whose { wanted: None, aliases: Aliases::default() }
    }

    fn read(read: &mut impl Reading, wanted: Option<PartyId>) -> Result<Whose, Halt> {
        let Some(wanted) = wanted else {
            return Ok(Whose { wanted: None, aliases: Aliases::read(read)? });
        };
        let keep = party::resolve(read, wanted)?;
        let aliases = party::aliases(read, keep)?.into_iter().map(|alias| (alias, keep));
        Ok(Whose { wanted: Some(keep), aliases: Aliases(aliases.collect()) })
    }

    /// All ids of the party that is asked for.
    pub(super) fn ids(&self) -> impl Iterator<Item = PartyId> {
        self.wanted
            .into_iter()
            .chain(self.aliases.0.keys().copied().filter(|_| self.wanted.is_some()))
    }

    /// The party an id stands for, if its items are asked for; `Some(None)` for what names no party.
    pub(super) fn wants(&self, party: Option<PartyId>) -> Option<Option<PartyId>> {
        let party = party.map(|party| self.aliases.kept(party));
        (self.wanted.is_none() || party == self.wanted).then_some(party)
    }
}
