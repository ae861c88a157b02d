//! Clearing: parts of items against one another.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, Currency, Halt, Id, Money, Outcome, PartyId, Tx, party};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::difference::{Net, Part, decimal, left};
use super::keep::kept_account;
use super::realise::{Realisation, fact, realise};
use super::{Clearing, ClearingDifference, ClearingLine, ItemError, ItemKey, OpenItem, shares};
use crate::ledger::NewEntry;
use crate::ledger::post::check_text;
use crate::ledger::rules::Rules;
use crate::ledger::{AMOUNT_DIGITS, Account, Amount, Entry, LedgerError, PeriodStatus, rights};

/// An item that is cleared, in full or in part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearLine {
    /// The item's entry.
    pub entry: Id<Entry>,
    /// The item's line in the entry.
    pub line: u32,
    /// How much of it, with the item's sign: positive of a debit, negative of a credit. `None` for all that is open.
    #[serde(default)]
    pub amount: Option<Money>,
}

impl ClearLine {
    /// All that is open of an item.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{ClearLine, ItemKey};
    /// use fondaco_core::Id;
    /// let line = ClearLine::all(ItemKey::new(Id::from_u128(7), 1));
    /// assert_eq!(line.amount, None);
    /// ```
    pub fn all(item: ItemKey) -> ClearLine {
        ClearLine { entry: item.entry, line: item.line, amount: None }
    }

    /// So much of an item, with its sign.
    pub fn part(item: ItemKey, amount: Money) -> ClearLine {
        ClearLine { amount: Some(amount), ..ClearLine::all(item) }
    }

    /// The item.
    pub fn item(&self) -> ItemKey {
        ItemKey::new(self.entry, self.line)
    }
}

/// Clears parts of items of one account against one another. What it leaves is the realised difference: posted in the same
/// commit to the accounts that are [named](crate::currency::SetExchangeAccounts) for it, or else beside the items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clear {
    /// The account.
    pub account: SmolStr,
    /// At least two items, of both sides.
    pub lines: Vec<ClearLine>,
    /// When it takes effect; `None` for the first day on which it can: that of the latest item.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// What people read.
    #[serde(default)]
    pub text: Option<SmolStr>,
    /// Whether items of several parties are meant: that needs a right of its own.
    #[serde(default)]
    pub across_parties: bool,
}

impl Clear {
    /// A clearing on `account`, of no items yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let paid = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("119")).credit("1200", eur("119"));
    /// let payment = ItemKey::new(books.post("paid", paid)?.answer.id, 2);
    /// let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].key;
    /// let clear = Clear::new("1200").all(invoice).all(payment);
    /// books.send("clear", &clear)?;
    /// assert!(books.open_items(&OpenItemQuery::account("1200"))?.items.is_empty());
    /// let again = books.send("clear again", &clear).unwrap_err();
    /// assert_eq!(again.code(), "accounting.item_cleared");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(account: impl Into<SmolStr>) -> Clear {
        let (lines, date, text) = (Vec::new(), None, None);
        Clear { account: account.into(), lines, date, text, across_parties: false }
    }

    /// With all that is open of `item`.
    #[must_use]
    pub fn all(self, item: ItemKey) -> Clear {
        self.line(ClearLine::all(item))
    }

    /// With so much of `item`: positive of a debit, negative of a credit.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let paid = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("50")).credit("1200", eur("50"));
    /// let payment = ItemKey::new(books.post("paid", paid)?.answer.id, 2);
    /// let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].key;
    /// let too_much = Clear::new("1200").part(invoice, eur("50.01")).all(payment);
    /// assert_eq!(
    ///     books.send("too much", &too_much).unwrap_err().to_string(),
    ///     "the items don't clear one another: 0.01 EUR is left; take less of one side, or more of the other",
    /// );
    /// books.send("part", &Clear::new("1200").part(invoice, eur("50")).all(payment))?;
    /// assert_eq!(books.open_items(&OpenItemQuery::account("1200"))?.items[0].open, eur("69"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn part(self, item: ItemKey, amount: Money) -> Clear {
        self.line(ClearLine::part(item, amount))
    }

    /// With this line.
    #[must_use]
    pub fn line(mut self, line: ClearLine) -> Clear {
        self.lines.push(line);
        self
    }

    /// Takes effect on this day, which must be no earlier than the latest item.
    #[must_use]
    pub fn on(mut self, date: NaiveDate) -> Clear {
        self.date = Some(date);
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> Clear {
        self.text = Some(text.into());
        self
    }

    /// Items of several parties are meant.
    #[must_use]
    pub fn across_parties(mut self) -> Clear {
        self.across_parties = true;
        self
    }
}

/// What a clearing gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct Cleared {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// What was realised, in the ledger's currency: see [`Clearing::difference`].
    pub difference: Amount,
}

impl Act for Clear {
    type Answer = Cleared;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Cleared, LedgerError> {
        clear(tx, self)
    }
}

/// Clears items in a unit of work, also those that it posted itself.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// books.send("by items", &ChangeAccount::open_items("1200", true))?;
/// let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].key;
/// let paid = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("119")).credit("1200", eur("119"));
/// let done = books.driver().run(books.envelope("paid"), &paid, |tx, paid| {
///     let posted = ledger::post_many(tx, std::slice::from_ref(paid))?.entries[0];
///     let payment = ItemKey::new(posted.id, 2);
///     ledger::clear(tx, &Clear::new("1200").all(invoice).all(payment))
/// })?;
/// assert_eq!(done.answer.difference.units(), 0); // one currency: nothing was realised
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// An [`ItemError`], [`LedgerError::PeriodLocked`] or [`LedgerError::NoPeriod`] for the day, [`LedgerError::ControlAccount`]
/// on an account that an engine keeps, or a [`Halt`].
pub fn clear(tx: &mut Tx<'_>, command: &Clear) -> Result<Cleared, LedgerError> {
    Clearer::new(tx)?.clear(tx, command)
}

/// Clears under the right of who acts, and counts what was cleared towards its limit per act.
pub(super) struct Clearer {
    authority: Authority,
    total: Option<Money>,
}

impl Clearer {
    pub(super) fn new(tx: &mut Tx<'_>) -> Result<Clearer, LedgerError> {
        Ok(Clearer { authority: tx.authority(&rights::CLEAR)?, total: None })
    }

    pub(super) fn clear(
        &mut self,
        tx: &mut Tx<'_>,
        command: &Clear,
    ) -> Result<Cleared, LedgerError> {
        let account = kept_account(tx, &command.account)?;
        check_text("text", &command.text)?;
        let rules = Rules::read::<NewEntry>(tx, &[])?;
        let parts = parts(tx, &command.account, &command.lines, rules.currency)?;
        let party = one_party(tx, &parts, command.across_parties)?;
        let left = left(&parts, rules.currency)?;
        let date = effective(&parts, command.date)?;
        allow_date(tx, &rules, date)?;
        self.allow(tx, &account, &parts, rules.currency)?;
        let (text, realised) = (command.text.clone(), None);
        let account = &command.account;
        let mut new = NewClearing { account, date, party, text, parts, left, realised };
        realise(tx, &mut new, rules.currency, &rights::CLEAR)?;
        stage(tx, new)
    }

    /// For so much: the debits that are cleared, in the ledger's currency.
    fn allow(
        &mut self,
        tx: &mut Tx<'_>,
        account: &Account,
        parts: &[Part],
        currency: Currency,
    ) -> Result<(), Halt> {
        if self.authority.is_full() {
            return Ok(());
        }
        let debits = parts.iter().map(|part| i128::from(part.ledger_amount.units()));
        let amount = Money::new(decimal(debits.filter(|units| *units > 0).sum()), currency);
        let total = self.total.map_or(Ok(amount), |total| total.add(amount));
        let total = total.map_err(|error| Halt::Bug(error.to_string()))?;
        let request = rights::of_account(tx, &self.authority, account)?;
        tx.allow(&self.authority, &request.amount(amount).total(total))?;
        self.total = Some(total);
        Ok(())
    }
}

/// The part of each item that is named.
fn parts(
    tx: &mut Tx<'_>,
    account: &SmolStr,
    lines: &[ClearLine],
    ledger: Currency,
) -> Result<Vec<Part>, LedgerError> {
    if lines.len() < 2 {
        let why = format!("a clearing has at least two items, this one has {}", lines.len());
        return Err(LedgerError::BadInput { what: "lines", why });
    }
    let keys: Vec<_> = lines.iter().map(|line| line.item().stored()).collect();
    let items = tx.get_many::<OpenItem>(&keys)?;
    let digits = ledger.minor_units().unwrap_or(u32::from(AMOUNT_DIGITS));
    let mut parts: BTreeMap<ItemKey, usize> = BTreeMap::new();
    let mut taken = Vec::with_capacity(lines.len());
    for (index, (line, item)) in lines.iter().zip(items).enumerate() {
        let key = line.item();
        let part = match item {
            _ if parts.insert(key, index).is_some() => Err(ItemError::Twice { item: key }),
            None => Err(ItemError::Unknown { item: key }),
            Some(item) if item.account != *account => Err(ItemError::OtherAccount {
                item: key,
                account: item.account.clone(),
                expected: account.clone(),
            }),
            Some(item) => part(&item, line.amount, digits),
        };
        taken.push(part.map_err(|error| LedgerError::from(error).at(index))?);
    }
    Ok(taken)
}

/// A part of an item, or all that is open of it.
fn part(item: &OpenItem, amount: Option<Money>, digits: u32) -> Result<Part, ItemError> {
    let key = item.item_key();
    if !item.is_open() {
        let amount = Money::new(item.amount.to_decimal(), item.currency);
        return Err(ItemError::AlreadyCleared { item: key, amount });
    }
    let Some(part) = amount else {
        let (amount, ledger_amount) = (item.open, item.ledger_open);
        return Ok(Part { item: item.clone(), amount, ledger_amount });
    };
    let open = item.open_money();
    let no_part = |why| ItemError::NoPart { item: key, part, open, why };
    if part.currency() != item.currency {
        return Err(no_part("give it in the item's currency"));
    }
    let amount = Amount::from_decimal(part.amount()).filter(|_| part.is_rounded());
    let amount = amount.ok_or_else(|| no_part("give no more digits than the currency has"))?;
    if amount.units() == 0 {
        return Err(no_part("leave the amount out to clear all that is open"));
    }
    if amount.units().signum() != item.open.units().signum() {
        return Err(no_part(
            "a part has its item's sign: positive of a debit, negative of a credit",
        ));
    }
    if amount.units().unsigned_abs() > item.open.units().unsigned_abs() {
        return Err(ItemError::TooMuch { item: key, part, open });
    }
    let ledger_amount = shares::worth(amount, (item.open, item.ledger_open), digits);
    Ok(Part { item: item.clone(), amount, ledger_amount })
}

/// The party of all items that name one; `None` where none does, or where several are meant.
fn one_party(
    tx: &mut Tx<'_>,
    parts: &[Part],
    across: bool,
) -> Result<Option<PartyId>, LedgerError> {
    let mut found: Option<(PartyId, PartyId)> = None;
    for part in parts {
        let Some(party) = part.item.party else { continue };
        let Some((raw, resolved)) = found else {
            found = Some((party, party::resolve(tx, party)?));
            continue;
        };
        if raw == party || party::resolve(tx, party)? == resolved {
            continue;
        }
        if !across {
            let (item, other) = (part.key(), resolved);
            return Err(ItemError::OtherParty { item, party, other }.into());
        }
        let account = part.item.account.clone();
        tx.authorize(&Request::new(&rights::CLEAR_ACROSS_PARTIES).at("account", account))?;
        return Ok(None);
    }
    Ok(found.map(|(_, resolved)| resolved))
}

/// When the clearing takes effect: not before each of its items can be cleared.
pub(super) fn effective(parts: &[Part], date: Option<NaiveDate>) -> Result<NaiveDate, LedgerError> {
    let latest = parts.iter().max_by_key(|part| part.item.clearable_from);
    let latest = latest.ok_or_else(|| Halt::Bug("a clearing of no items".into()))?;
    let from = latest.item.clearable_from;
    match date {
        Some(date) if date < from => {
            Err(ItemError::TooEarly { item: latest.key(), date, from }.into())
        }
        date => Ok(date.unwrap_or(from)),
    }
}

/// Whether something of this day may still be recorded: its period is open, or softly locked for others.
pub(super) fn allow_date(
    tx: &mut Tx<'_>,
    rules: &Rules,
    date: NaiveDate,
) -> Result<(), LedgerError> {
    let period = rules.open_period(date)?;
    if rules.status(period, date, None)? == PeriodStatus::SoftLocked {
        tx.authorize(&rights::of_period(&rights::POST_SOFT_LOCKED, period.period))?;
    }
    Ok(())
}

/// Whether something of this day may still be recorded, as an entry of the day would be: for what changes what books say and posts
/// nothing to them, so that it changes no closed period either.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// books.send("lock", &LockPeriod::new(202_601))?;
/// let moved = |name: &str, date: &str| {
///     let act = |tx: &mut Tx<'_>, date: &NaiveDate| ledger::check_date(tx, *date);
///     books.driver().run(books.envelope(name), &day(date), act)
/// };
/// assert_eq!(moved("january", "2026-01-31").unwrap_err().code(), "accounting.period_locked");
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::PeriodLocked`], [`LedgerError::NoPeriod`], what else a lock says, or a [`Halt`].
pub fn check_date(tx: &mut Tx<'_>, date: NaiveDate) -> Result<(), LedgerError> {
    let rules = Rules::read::<NewEntry>(tx, &[])?;
    allow_date(tx, &rules, date)
}

/// A clearing that was judged.
pub(super) struct NewClearing<'a> {
    pub(super) account: &'a SmolStr,
    pub(super) date: NaiveDate,
    pub(super) party: Option<PartyId>,
    pub(super) text: Option<SmolStr>,
    pub(super) parts: Vec<Part>,
    pub(super) left: BTreeMap<Currency, Net>,
    /// What was left and is posted.
    pub(super) realised: Option<Realisation>,
}

/// Writes a clearing down: the fact, its lines, the items as they stand after it, and what it leaves.
pub(super) fn stage(tx: &mut Tx<'_>, new: NewClearing<'_>) -> Result<Cleared, LedgerError> {
    let NewClearing { account, date, party, text, parts, left, realised } = new;
    let too_large = || ItemError::TooLarge { code: account.clone() };
    let id = tx.id::<Clearing>()?;
    let standing = left.values().map(|net| net.1).sum();
    let difference = realised.as_ref().map_or(standing, |realised| realised.difference);
    let difference = amount(difference).ok_or_else(too_large)?;
    let mut lines = Vec::with_capacity(parts.len());
    for (part, number) in parts.iter().zip(1..) {
        let Part { item, amount, ledger_amount } = part;
        lines.push(ClearingLine {
            clearing: id,
            number,
            account: account.clone(),
            date,
            entry: item.entry,
            line: item.line,
            currency: item.currency,
            amount: *amount,
            ledger_amount: *ledger_amount,
        });
        let open = item.open.checked_sub(*amount).zip(item.ledger_open.checked_sub(*ledger_amount));
        let (open, ledger_open) = open.ok_or_else(too_large)?;
        tx.put(item.with_open(open, ledger_open))?;
    }
    for (currency, (net, worth)) in left {
        tx.insert(ClearingDifference {
            clearing: id,
            currency,
            account: account.clone(),
            open_in: Some(account.clone()),
            party,
            date,
            amount: amount(net).ok_or_else(too_large)?,
            ledger_amount: amount(worth).ok_or_else(too_large)?,
        })?;
    }
    if let Some(Realisation { entry, .. }) = realised {
        tx.insert(fact(id, account, date, (entry, difference)))?;
        let event = Event::new("ledger.realised").with("clearing", id);
        tx.emit(event.with("entry", entry));
    }
    let event = Event::new("ledger.cleared").with("clearing", id);
    tx.emit(event.with("account", account.clone()).with("date", date));
    let (recorded_at, actor) = (tx.now(), tx.actor().clone());
    let (account, lines_count) = (account.clone(), lines.len() as u32);
    tx.insert_all(lines)?;
    tx.insert(Clearing {
        id,
        account,
        date,
        recorded_at,
        actor,
        party,
        lines: lines_count,
        difference,
        text,
    })?;
    Ok(Cleared { clearing: id, difference })
}

fn amount(units: i128) -> Option<Amount> {
    i64::try_from(units).ok().map(Amount::from_units)
}
