//! Whether what became of pending entries is what the facts say, and what the totals and accounts say of them.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::{Currency, Id, Range, Reading};
use smol_str::SmolStr;

use super::{PendingEntry, PendingPosting, PendingSettled, Settled};
use crate::ledger::gate::Gate;
use crate::ledger::totals::{Layer, Layers};
use crate::ledger::{
    Account, ClosedBy, Discrepancy, Entry, EntryDetail, EntryKey, KeyOf, LedgerError, Side, Totals,
};

/// Posted sums by account and currency, reckoned from postings, to which the pending ones are added.
pub(crate) type Sums = BTreeMap<(SmolStr, Currency), Layers>;

/// Recomputes totals, what is pending, what closes accounts and what keys stand for, from the facts.
pub(crate) fn check_pending(
    read: &mut impl Reading,
    mut sums: Sums,
    found: &mut Vec<Discrepancy>,
) -> Result<(), LedgerError> {
    let mut settled: BTreeMap<Id<PendingEntry>, PendingSettled> = BTreeMap::new();
    read.peek_each(&Range::<PendingSettled>::all(), |row| {
        settled.insert(row.pending, row.clone());
        Ok::<(), LedgerError>(())
    })?;
    let mut held: BTreeMap<Id<PendingEntry>, PendingEntry> = BTreeMap::new();
    read.peek_each(&Range::<PendingEntry>::all(), |row| {
        held.insert(row.id, row.clone());
        Ok::<(), LedgerError>(())
    })?;
    let mut closed = BTreeSet::new();
    let mut lines: BTreeMap<Id<PendingEntry>, (u32, i128)> = BTreeMap::new();
    read.peek_each(&Range::<PendingPosting>::all(), |line| {
        let counted = lines.entry(line.pending).or_default();
        *counted = (counted.0 + 1, counted.1 + i128::from(line.ledger_amount.units()));
        if settled.contains_key(&line.pending) {
            return Ok(());
        }
        let cell = sums.entry((line.account.clone(), line.currency)).or_default();
        let _ = cell.add(Layer::Pending, line.side, line.amount.units().saturating_abs());
        let closing = held.get(&line.pending).and_then(|held| held.closing);
        if closing.is_some_and(|closing| closing.is_on(line.side)) {
            closed.insert(line.account.clone());
        }
        Ok::<(), LedgerError>(())
    })?;
    for (id, pending) in &held {
        if lines.remove(id) != Some((pending.lines, 0)) {
            found.push(Discrepancy::Pending { pending: *id });
        }
    }
    found.extend(lines.into_keys().map(|pending| Discrepancy::Pending { pending }));
    settlings(read, &held, &settled, found)?;
    accounts(read, sums, closed, found)?;
    keys(read, found)
}

/// A settled entry was pending, and a posted one has its entry, which says so.
fn settlings(
    read: &mut impl Reading,
    held: &BTreeMap<Id<PendingEntry>, PendingEntry>,
    settled: &BTreeMap<Id<PendingEntry>, PendingSettled>,
    found: &mut Vec<Discrepancy>,
) -> Result<(), LedgerError> {
    let mut posted: BTreeMap<Id<PendingEntry>, Id<Entry>> = BTreeMap::new();
    let mut twice = Vec::new();
    read.peek_each(&Range::<EntryDetail>::all(), |detail| {
        let pending = detail.pending.and_then(|id| posted.insert(id, detail.entry).map(|_| id));
        twice.extend(pending);
        Ok::<(), LedgerError>(())
    })?;
    for (id, settled) in settled {
        let entry = settled.entry.map(|entry| read.peek::<Entry>(&entry)).transpose()?.flatten();
        let fits = held.contains_key(id)
            && entry.is_some() == (settled.settled == Settled::Posted)
            && posted.remove(id) == settled.entry;
        if !fits {
            found.push(Discrepancy::Pending { pending: *id });
        }
    }
    let strays = posted.into_keys().chain(twice);
    found.extend(strays.map(|pending| Discrepancy::Pending { pending }));
    Ok(())
}

/// The totals are the sums, of those accounts that keep them; and what is closed by a pending entry is.
fn accounts(
    read: &mut impl Reading,
    mut sums: Sums,
    mut closed: BTreeSet<SmolStr>,
    found: &mut Vec<Discrepancy>,
) -> Result<(), LedgerError> {
    let mut gates: BTreeMap<SmolStr, Gate> = BTreeMap::new();
    read.peek_each(&Range::<Account>::all(), |account| {
        gates.insert(account.code.clone(), Gate::of(account));
        let by_pending = account.closed == Some(ClosedBy::Pending);
        if closed.remove(&account.code) != by_pending {
            found.push(Discrepancy::Closed { account: account.code.clone() });
        }
        Ok::<(), LedgerError>(())
    })?;
    found.extend(closed.into_iter().map(|account| Discrepancy::Closed { account }));
    for ((account, _), sums) in &mut sums {
        if !gates.get(account).is_some_and(|gate| gate.is_kept()) {
            *sums = sums.pending_only();
        }
    }
    read.peek_each(&Range::<Totals>::all(), |totals| {
        let key = (totals.account.clone(), totals.currency);
        if sums.remove(&key).unwrap_or_default() != Layers::of(totals) {
            let (account, currency) = key;
            found.push(Discrepancy::Totals { account, currency });
        }
        Ok::<(), LedgerError>(())
    })?;
    let missing = sums.into_iter().filter(|(_, sums)| *sums != Layers::default());
    found.extend(missing.map(|((account, currency), _)| Discrepancy::Totals { account, currency }));
    Ok(())
}

/// What came under a key is there.
fn keys(read: &mut impl Reading, found: &mut Vec<Discrepancy>) -> Result<(), LedgerError> {
    let mut keys: Vec<EntryKey> = Vec::new();
    read.peek_each(&Range::<EntryKey>::all(), |key| {
        keys.push(key.clone());
        Ok::<(), LedgerError>(())
    })?;
    for page in keys.chunks(4096) {
        let entries: Vec<_> = page.iter().filter_map(|key| key.entry).collect();
        let holds: Vec<_> = page.iter().filter_map(|key| key.pending).collect();
        let mut entries = read.peek_many::<Entry>(&entries)?.into_iter();
        let mut holds = read.peek_many::<PendingEntry>(&holds)?.into_iter();
        for key in page {
            let entry = key.entry.is_none() || entries.next().flatten().is_some();
            let pending = key.pending.is_none() || holds.next().flatten().is_some();
            let (needs_entry, needs_hold) = match key.of {
                KeyOf::Entry => (true, false),
                KeyOf::Pending | KeyOf::VoidedPending => (false, true),
                KeyOf::PostedPending => (true, true),
                KeyOf::Failed => (false, false),
            };
            let fits = (key.entry.is_some(), key.pending.is_some()) == (needs_entry, needs_hold)
                && key.failed.is_some() == (key.of == KeyOf::Failed);
            if !(entry && pending && fits) {
                found.push(Discrepancy::Key { key: key.key.clone() });
            }
        }
    }
    Ok(())
}

impl Layers {
    /// Adds what was posted.
    pub(crate) fn count(&mut self, side: Side, units: i64) {
        // Beyond its reach no counter can hold it either, and the difference is found.
        // An entry that was reversed on its own sides takes from their sums.
        let units = if side == Side::Debit { units } else { units.saturating_neg() };
        let _ = self.add(Layer::Posted, side, units);
    }
}
