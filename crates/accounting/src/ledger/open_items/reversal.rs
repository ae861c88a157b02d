//! The items of an entry that is reversed: its own and the reversal's clear one another.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Id, Tx};
use smol_str::SmolStr;

use super::clear::{NewClearing, stage};
use super::difference::Part;
use super::{ItemKeeping, OpenItem};
use crate::ledger::{Account, Amount, Entry, LedgerError, NewEntry};

/// Clears what is open of an entry's items against those of its reversal, line by line: what was cleared already stays so,
/// and the reversal's part of it is open. The right to reverse is enough.
pub(crate) fn clear_reversal(
    tx: &mut Tx<'_>,
    entry: Id<Entry>,
    by: Id<Entry>,
    reversal: &NewEntry,
) -> Result<(), LedgerError> {
    let kept = kept_lines(tx, reversal)?;
    if kept.is_empty() {
        return Ok(());
    }
    let keys = |entry: Id<Entry>| kept.iter().map(|line| (entry, *line)).collect::<Vec<_>>();
    let items = tx.get_many::<OpenItem>(&keys(entry))?;
    let mirrored = tx.get_many::<OpenItem>(&keys(by))?;
    let (mut clearings, mut left_open) = (BTreeMap::<SmolStr, Vec<Part>>::new(), 0);
    for (item, mirror) in items.iter().zip(&mirrored) {
        // An item of an account that a job still prepares may be missing: it is made, and stays open.
        let (Some(item), Some(mirror)) = (item, mirror) else { continue };
        let pair = pair(item, mirror, reversal.date);
        left_open += i64::from(pair.as_ref().is_none_or(|pair| pair[1].amount != mirror.open));
        let parts = clearings.entry(item.account.clone()).or_default();
        parts.extend(pair.into_iter().flatten());
    }
    for (account, parts) in clearings.into_iter().filter(|(_, parts)| !parts.is_empty()) {
        let date = reversal.date;
        let party = parts.first().and_then(|first| first.item.party);
        let party = party.filter(|_| parts.iter().all(|part| part.item.party == party));
        let (text, left, realised) = (None, BTreeMap::new(), None);
        let account = &account;
        stage(tx, NewClearing { account, date, party, text, parts, left, realised })?;
    }
    if left_open > 0 {
        let event = Event::new("ledger.reversed_cleared_items");
        let event = event.with("entry", entry);
        tx.emit(event.with("by", by).with("items", left_open));
    }
    Ok(())
}

/// The lines of an entry that are items.
fn kept_lines(tx: &mut Tx<'_>, entry: &NewEntry) -> Result<Vec<u32>, LedgerError> {
    let mut codes: Vec<SmolStr> =
        entry.postings.iter().map(|posting| posting.account.clone()).collect();
    codes.sort_unstable();
    codes.dedup();
    // They were read when the entry was judged.
    let accounts = tx.get_many::<Account>(&codes)?;
    let kept = |account: &Account| account.open_items == Some(ItemKeeping::Kept);
    let kept: Vec<SmolStr> = accounts
        .into_iter()
        .flatten()
        .filter(|account| kept(account))
        .map(|account| account.code.clone())
        .collect();
    let lines = (1..).zip(&entry.postings);
    Ok(lines.filter(|(_, posting)| kept.contains(&posting.account)).map(|(line, _)| line).collect())
}

/// All that is open of an item, and as much of its mirror image.
fn pair(item: &OpenItem, mirror: &OpenItem, date: NaiveDate) -> Option<[Part; 2]> {
    if !item.is_open() || item.clearable_from > date {
        return None;
    }
    let opposite = |amount: Amount| amount.checked_neg();
    let back = Part {
        item: mirror.clone(),
        amount: opposite(item.open)?,
        ledger_amount: opposite(item.ledger_open)?,
    };
    let own = Part { item: item.clone(), amount: item.open, ledger_amount: item.ledger_open };
    Some([own, back])
}
