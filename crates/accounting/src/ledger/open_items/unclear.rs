//! Undoing a clearing, with its history.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Id, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::clear::allow_date;
use super::keep::kept_account;
use super::realise::take_back;
use super::{Clearing, ClearingDifference, ClearingLine, ItemError, OpenItem, Unclearing};
use crate::ledger::NewEntry;
use crate::ledger::post::check_text;
use crate::ledger::rules::Rules;
use crate::ledger::{LedgerError, rights};

/// Undoes a clearing: its items are open again, and what it left as difference is gone; where that was posted, the entry is
/// reversed in the same commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unclear {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// From which day on, not before the clearing's; `None` for the clearing's own: as if it never had been.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Why.
    #[serde(default)]
    pub why: Option<SmolStr>,
}

impl Unclear {
    /// Undoes `clearing` from its own day on.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].key;
    /// let cheque = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("119")).credit("1200", eur("119"));
    /// let paid = books.send("cheque", &PostClearing::new(cheque).pays(Pays::new(2).all(invoice)))?.answer;
    /// let clearing = paid.clearings[0].clearing;
    /// books.send("it bounced", &Unclear::new(clearing).on(day("2026-02-20")).why("no funds"))?;
    /// let open = |on: &str| Ok::<_, LedgerError>(books.open_items(&OpenItemQuery::account("1200").at(day(on)))?.items.len());
    /// assert_eq!((open("2026-02-09")?, open("2026-02-10")?, open("2026-02-20")?), (1, 0, 2));
    /// let again = books.send("again", &Unclear::new(clearing)).unwrap_err();
    /// assert_eq!(again.code(), "accounting.already_uncleared");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(clearing: Id<Clearing>) -> Unclear {
        Unclear { clearing, date: None, why: None }
    }

    /// From this day on.
    #[must_use]
    pub fn on(mut self, date: NaiveDate) -> Unclear {
        self.date = Some(date);
        self
    }

    /// Why.
    #[must_use]
    pub fn why(mut self, why: impl Into<SmolStr>) -> Unclear {
        self.why = Some(why.into());
        self
    }
}

impl Act for Unclear {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        unclear(tx, self)
    }
}

/// Undoes a clearing in a unit of work.
///
/// # Errors
/// [`ItemError::UnknownClearing`], [`ItemError::AlreadyUndone`]; [`LedgerError::BadInput`] for a day before the clearing's;
/// [`LedgerError::PeriodLocked`] for one in a locked period; or a [`Halt`](fondaco_core::Halt).
pub fn unclear(tx: &mut Tx<'_>, command: &Unclear) -> Result<(), LedgerError> {
    let authority = tx.authority(&rights::UNCLEAR)?;
    let id = command.clearing;
    let unknown = || ItemError::UnknownClearing { clearing: id };
    let clearing = tx.get::<Clearing>(&id)?.ok_or_else(unknown)?;
    let account = kept_account(tx, &clearing.account)?;
    rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
    if let Some(undone) = tx.get::<Unclearing>(&id)? {
        return Err(ItemError::AlreadyUndone { clearing: id, from: undone.date }.into());
    }
    check_text("why", &command.why)?;
    let date = command.date.unwrap_or(clearing.date);
    if date < clearing.date {
        let why = format!("{date} is before the clearing, which is of {}", clearing.date);
        return Err(LedgerError::BadInput { what: "date", why });
    }
    let rules = Rules::read::<NewEntry>(tx, &[])?;
    allow_date(tx, &rules, date)?;
    give_back(tx, &clearing, date)?;
    drop_difference(tx, id)?;
    take_back(tx, id, date, authority)?;
    let event = Event::new("ledger.uncleared").with("clearing", id);
    let of = Value::Text(account.code.clone());
    tx.emit(event.with("account", of).with("date", date));
    let (account, why) = (account.code.clone(), command.why.clone());
    let (recorded_at, actor) = (tx.now(), tx.actor().clone());
    tx.insert(Unclearing { clearing: id, account, date, recorded_at, actor, why })?;
    Ok(())
}

/// What the clearing took is open again.
fn give_back(tx: &mut Tx<'_>, clearing: &Clearing, date: NaiveDate) -> Result<(), LedgerError> {
    // Lines are facts of a clearing that exists: nobody can add one.
    let lines = tx.peek_scan(&Range::<ClearingLine>::by_key(&clearing.id))?;
    let keys: Vec<_> = lines.iter().map(|line| line.item_key().stored()).collect();
    let items: Vec<Option<Arc<OpenItem>>> = tx.get_many::<OpenItem>(&keys)?;
    for (line, item) in lines.iter().zip(items) {
        let item = item.ok_or(ItemError::Unknown { item: line.item_key() })?;
        let open = item.open.checked_add(line.amount);
        let open = open.zip(item.ledger_open.checked_add(line.ledger_amount));
        let too_large = || ItemError::TooLarge { code: item.account.clone() };
        let (open, ledger_open) = open.ok_or_else(too_large)?;
        let mut item = item.with_open(open, ledger_open);
        if date > clearing.date {
            item.clearable_from = item.clearable_from.max(date);
        }
        tx.put(item)?;
    }
    Ok(())
}

/// What the clearing left is no longer there.
fn drop_difference(tx: &mut Tx<'_>, clearing: Id<Clearing>) -> Result<(), LedgerError> {
    let rows = tx.peek_scan(&Range::<ClearingDifference>::by_key(&clearing))?;
    for row in rows {
        // Read again, to rest on it.
        let key = (row.clearing, row.currency);
        if let Some(row) = tx.get::<ClearingDifference>(&key)? {
            tx.put(ClearingDifference { open_in: None, ..row.as_ref().clone() })?;
        }
    }
    Ok(())
}
