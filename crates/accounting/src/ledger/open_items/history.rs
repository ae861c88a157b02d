//! What happened to an item: every clearing that took a part of it, and what became of that.

use std::sync::Arc;

use fondaco_core::{Money, Range, Reading};

use super::{Clearing, ClearingLine, ItemError, ItemKey, OpenItem, Unclearing};
use crate::ledger::{LedgerError, Settings};

/// A part of an item that a clearing took.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemClearing {
    /// The clearing.
    pub clearing: Arc<Clearing>,
    /// The part, with the item's sign.
    pub amount: Money,
    /// What it was worth in the ledger's currency.
    pub ledger_amount: Money,
    /// By what the clearing was undone, if it was.
    pub undone: Option<Arc<Unclearing>>,
}

/// Every clearing that took a part of an item, in the order in which they were recorded, also those that were undone.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// books.send("by items", &ChangeAccount::open_items("1200", true))?;
/// let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].key;
/// let paid = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("50")).credit("1200", eur("50"));
/// let paid = PostClearing::new(paid).pays(Pays::new(2).part(invoice, eur("50")));
/// let clearing = books.send("paid", &paid)?.answer.clearings[0].clearing;
/// books.send("wrong invoice", &Unclear::new(clearing))?;
/// let history = books.view(|view| ledger::clearings_of(view, invoice))?;
/// assert_eq!((history.len(), history[0].amount), (1, eur("50")));
/// assert_eq!(history[0].undone.as_ref().map(|undone| undone.date), Some(day("2026-02-10")));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`ItemError::Unknown`], or a [`Halt`](fondaco_core::Halt).
pub fn clearings_of(
    read: &mut impl Reading,
    item: ItemKey,
) -> Result<Vec<ItemClearing>, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    if read.peek::<OpenItem>(&item.stored())?.is_none() {
        return Err(ItemError::Unknown { item }.into());
    }
    let mut lines = read.peek_scan(&Range::by(ClearingLine::BY_ITEM, &item.stored()))?;
    lines.sort_by_key(|line| line.clearing);
    let ids: Vec<_> = lines.iter().map(|line| line.clearing).collect();
    let clearings = read.peek_many::<Clearing>(&ids)?;
    let undone = read.peek_many::<Unclearing>(&ids)?;
    let of = |((line, clearing), undone): ((Arc<ClearingLine>, Option<Arc<Clearing>>), _)| {
        Some(ItemClearing {
            clearing: clearing?,
            amount: Money::new(line.amount.to_decimal(), line.currency),
            ledger_amount: Money::new(line.ledger_amount.to_decimal(), settings.currency),
            undone,
        })
    };
    Ok(lines.into_iter().zip(clearings).zip(undone).filter_map(of).collect())
}
