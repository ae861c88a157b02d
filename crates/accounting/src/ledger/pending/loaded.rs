//! Pending entries with their lines and what became of them, while a batch goes over them.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::due::Due;
use fondaco_core::tx::Pending;
use fondaco_core::{Halt, Id, Money, Reading, Tx};
use smol_str::{SmolStr, ToSmolStr};

use super::{EXPIRY, PendingEntry, PendingPosting, PendingSettled};
use crate::ledger::rules::Map;
use crate::ledger::{Amount, Side};

/// A pending entry with all that there is of it.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePending {
    /// The pending entry.
    pub pending: Arc<PendingEntry>,
    /// Its lines, in order.
    pub lines: Vec<Arc<PendingPosting>>,
    /// What became of it; `None` while it is pending.
    pub settled: Option<Arc<PendingSettled>>,
}

pub(crate) type Loaded = WholePending;

impl WholePending {
    /// The sum of its debits in the currency of its first line.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// let held = books.send("hold", &RecordPending::new(NewPending::new(rent)))?.answer;
    /// let whole = books.pending(held.id)?.expect("it was recorded");
    /// assert_eq!((whole.amount(), whole.settled.is_none()), (eur("40"), true));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn amount(&self) -> Money {
        let units = i64::try_from(self.units()).unwrap_or(i64::MAX);
        let currency = self.lines.first().map_or(fondaco_core::Currency::EUR, |line| line.currency);
        Money::new(Amount::from_units(units).to_decimal(), currency)
    }

    pub(crate) fn units(&self) -> i128 {
        let Some(currency) = self.lines.first().map(|line| line.currency) else { return 0 };
        let mine =
            |line: &&Arc<PendingPosting>| line.side == Side::Debit && line.currency == currency;
        self.lines.iter().filter(mine).map(|line| i128::from(line.amount.units()).abs()).sum()
    }

    /// Whether it has a line on this side of the account.
    pub(crate) fn has(&self, side: Side, account: &SmolStr) -> bool {
        self.lines.iter().any(|line| line.side == side && line.account == *account)
    }
}

/// The pending entries that a batch names or records, and what it does with them.
#[derive(Default)]
pub(crate) struct Holds {
    known: Map<Id<PendingEntry>, Loaded>,
    new: Vec<Id<PendingEntry>>,
    settled: Vec<Id<PendingEntry>>,
}

impl Holds {
    /// Reads these pending entries in three trips, whatever their number; the act rests on what became of them.
    pub(crate) fn read(tx: &mut Tx<'_>, mut ids: Vec<Id<PendingEntry>>) -> Result<Holds, Halt> {
        ids.sort_unstable();
        ids.dedup();
        let found: Vec<_> = tx.get_many::<PendingEntry>(&ids)?.into_iter().flatten().collect();
        let ids: Vec<_> = found.iter().map(|pending| pending.id).collect();
        let settled = tx.get_many::<PendingSettled>(&ids)?;
        let keys = |pending: &Arc<PendingEntry>| {
            let id = pending.id;
            (1..=pending.lines).map(move |line| (id, line))
        };
        let lines: Vec<_> = found.iter().flat_map(keys).collect();
        let mut lines = tx.peek_many::<PendingPosting>(&lines)?.into_iter();
        let mut known = Map::default();
        for (pending, settled) in found.into_iter().zip(settled) {
            let lines = lines.by_ref().take(pending.lines as usize).flatten().collect();
            known.insert(pending.id, Loaded { pending, lines, settled });
        }
        Ok(Holds { known, new: Vec::new(), settled: Vec::new() })
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Loaded> {
        self.known.values()
    }

    pub(crate) fn find(&self, id: Id<PendingEntry>) -> Option<&Loaded> {
        self.known.get(&id)
    }

    pub(crate) fn record(&mut self, pending: PendingEntry, lines: Vec<PendingPosting>) {
        let (id, lines) = (pending.id, lines.into_iter().map(Arc::new).collect());
        self.known.insert(id, Loaded { pending: Arc::new(pending), lines, settled: None });
        self.new.push(id);
    }

    pub(crate) fn settle(&mut self, settled: PendingSettled) {
        let id = settled.pending;
        if let Some(known) = self.known.get_mut(&id) {
            known.settled = Some(Arc::new(settled));
            self.settled.push(id);
        }
    }
}

impl Pending for Holds {
    type Mark = (usize, usize);

    fn mark(&self) -> (usize, usize) {
        (self.new.len(), self.settled.len())
    }

    fn back_to(&mut self, (new, settled): (usize, usize)) {
        for id in self.settled.drain(settled..) {
            if let Some(known) = self.known.get_mut(&id) {
                known.settled = None;
            }
        }
        for id in self.new.drain(new..) {
            self.known.remove(&id);
        }
    }

    /// Stages what was recorded and settled, and what the clock has to do about it.
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let of = |id: &Id<PendingEntry>| self.known.get(id);
        let new: Vec<&Loaded> = self.new.iter().filter_map(of).collect();
        if !new.is_empty() {
            tx.insert_all(new.iter().map(|hold| hold.pending.as_ref().clone()).collect())?;
            let lines = new.iter().flat_map(|hold| &hold.lines);
            tx.insert_all(lines.map(|line| line.as_ref().clone()).collect())?;
        }
        for hold in new {
            if let Some(at) = hold.pending.expires_at.filter(|_| hold.settled.is_none()) {
                tx.due_anew(Due::new(EXPIRY, hold.pending.id.to_smolstr(), at))?;
            }
        }
        let fresh: BTreeSet<_> = self.new.iter().collect();
        let mut settled = Vec::with_capacity(self.settled.len());
        for hold in self.settled.iter().filter_map(of) {
            settled.extend(hold.settled.as_deref().cloned());
            // One of the same batch was never on the queue.
            if hold.pending.expires_at.is_some() && !fresh.contains(&hold.pending.id) {
                tx.cancel_due(EXPIRY, &hold.pending.id.to_smolstr())?;
            }
        }
        if settled.is_empty() { Ok(()) } else { tx.insert_all(settled) }
    }
}
