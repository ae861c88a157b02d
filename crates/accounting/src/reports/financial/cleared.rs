//! Which items were cleared against one another, as it was known at a time, and what became of their entries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::{Id, Range, Reading};

use super::brought::Brought;
use super::cells::Known;
use super::shares::Splitter;
use crate::ledger::{
    Clearing, ClearingLine, Entry, ItemKey, LedgerError, Posting, Realised, Unclearing,
    reversal_chains,
};

/// Items that one was cleared against, with the worth of the part of it that went there.
pub(super) type Others = Vec<(ItemKey, i128)>;

/// What clearings say of items, and what is known of the entries that they lead to.
#[derive(Default)]
pub(super) struct Cleared {
    others: BTreeMap<ItemKey, Others>,
    postings: BTreeMap<Id<Entry>, Vec<Arc<Posting>>>,
    /// What each entry takes back.
    reverses: BTreeMap<Id<Entry>, Id<Entry>>,
    /// Of entries that no longer stand, the last of those that took one another back.
    taken_back: BTreeMap<Id<Entry>, Id<Entry>>,
}

impl Cleared {
    /// All that is to be known of some items, without what is of entries that were `brought` over: other books say what those
    /// were for.
    pub(super) fn read(
        read: &mut impl Reading,
        items: BTreeSet<ItemKey>,
        brought: &Brought,
        (known, splitter): (Known, Splitter),
    ) -> Result<Cleared, LedgerError> {
        let mut cleared = Cleared::default();
        let mut entries = BTreeSet::new();
        let mut fresh = items;
        while !fresh.is_empty() {
            let asked: Vec<ItemKey> = fresh.iter().copied().collect();
            cleared.others.extend(asked.iter().map(|item| (*item, Others::new())));
            cleared.add_clearings(read, &asked, (known, splitter))?;
            let others = asked.iter().flat_map(|item| cleared.others(*item));
            fresh.extend(others.map(|(item, _)| item));
            let met: BTreeSet<Id<Entry>> = fresh.iter().map(|item| item.entry).collect();
            let met = met.into_iter().filter(|entry| !brought.has(*entry));
            let met: Vec<Id<Entry>> = met.filter(|entry| entries.insert(*entry)).collect();
            cleared.add_entries(read, &met, known)?;
            let images = fresh.iter().flat_map(|item| cleared.images(*item));
            fresh = images.filter(|item| !cleared.others.contains_key(item)).collect();
        }
        Ok(cleared)
    }

    /// What an item was cleared against.
    pub(super) fn others(&self, item: ItemKey) -> impl Iterator<Item = (ItemKey, i128)> {
        self.others.get(&item).into_iter().flatten().copied()
    }

    /// An item itself: `None` for one that was brought over.
    pub(super) fn posting(&self, item: ItemKey) -> Option<&Posting> {
        let postings = self.postings.get(&item.entry)?;
        postings.iter().find(|posting| posting.line == item.line).map(Arc::as_ref)
    }

    /// What stands on the other side of an item in its entry.
    pub(super) fn other_side(&self, item: ItemKey, own: &Posting) -> Vec<&Arc<Posting>> {
        let side = |posting: &Posting| posting.ledger_amount.units().signum();
        let postings = self.postings.get(&item.entry).into_iter().flatten();
        postings.filter(|posting| side(posting) == -side(own)).collect()
    }

    /// The item that this one takes back.
    pub(super) fn reversed(&self, item: ItemKey) -> Option<ItemKey> {
        // A mirror image has the lines of what it mirrors.
        self.reverses.get(&item.entry).map(|entry| ItemKey::new(*entry, item.line))
    }

    /// What last took back an item that no longer stands.
    pub(super) fn taken_back(&self, item: ItemKey) -> Option<ItemKey> {
        self.taken_back.get(&item.entry).map(|entry| ItemKey::new(*entry, item.line))
    }

    /// Whether one of two items takes the other back.
    pub(super) fn is_pair(&self, one: ItemKey, other: ItemKey) -> bool {
        self.reversed(one) == Some(other) || self.reversed(other) == Some(one)
    }

    fn images(&self, item: ItemKey) -> impl Iterator<Item = ItemKey> + use<> {
        self.reversed(item).into_iter().chain(self.taken_back(item))
    }

    /// What some entries post, what they take back, and what took them back.
    fn add_entries(
        &mut self,
        read: &mut impl Reading,
        ids: &[Id<Entry>],
        known: Known,
    ) -> Result<(), LedgerError> {
        let ranges: Vec<_> = ids.iter().map(Range::<Posting>::by_key).collect();
        self.postings.extend(ids.iter().copied().zip(read.peek_scans(&ranges)?));
        for entry in read.peek_many::<Entry>(ids)?.into_iter().flatten() {
            if let Some(reversed) = entry.reverses.copied() {
                self.reverses.insert(entry.id, reversed);
            }
        }
        for (entry, chain) in ids.iter().zip(reversal_chains(read, ids)?) {
            let by_then = chain.iter().take_while(|by| known.has(by.timestamp()));
            let by_then: Vec<_> = by_then.collect();
            if let Some(last) = by_then.last().filter(|_| by_then.len() % 2 == 1) {
                self.taken_back.insert(*entry, **last);
            }
        }
        Ok(())
    }

    /// The clearings of some items, without those that were undone, and without what a clearing posted of a difference of rates:
    /// that is no item that is paid, the whole payment is for the others.
    fn add_clearings(
        &mut self,
        read: &mut impl Reading,
        items: &[ItemKey],
        (known, splitter): (Known, Splitter),
    ) -> Result<(), LedgerError> {
        let by_item = |item: &ItemKey| Range::by(ClearingLine::BY_ITEM, &(item.entry, item.line));
        let ranges: Vec<_> = items.iter().map(by_item).collect();
        let parts: Vec<Arc<ClearingLine>> =
            read.peek_scans(&ranges)?.into_iter().flatten().collect();
        let ids: BTreeSet<Id<Clearing>> = parts.iter().map(|part| part.clearing).collect();
        let ids: Vec<Id<Clearing>> = ids.into_iter().collect();
        let undone = read.peek_many::<Unclearing>(&ids)?;
        let standing = ids.into_iter().zip(undone).filter(|(id, undone)| {
            let undone = undone.as_ref().is_some_and(|undone| known.has(Some(undone.recorded_at)));
            known.has(id.timestamp()) && !undone
        });
        let ids: Vec<Id<Clearing>> = standing.map(|(id, _)| id).collect();
        let realised = read.peek_many::<Realised>(&ids)?;
        let ranges: Vec<_> = ids.iter().map(Range::<ClearingLine>::by_key).collect();
        let mut lines = BTreeMap::new();
        for ((id, mut all), realised) in ids.iter().zip(read.peek_scans(&ranges)?).zip(realised) {
            let posted = realised.map(|realised| realised.entry);
            all.retain(|line: &Arc<ClearingLine>| Some(line.entry) != posted);
            lines.insert(*id, all);
        }
        for part in &parts {
            let Some(lines) = lines.get(&part.clearing) else { continue };
            let worth = |line: &ClearingLine| i128::from(line.ledger_amount.units());
            let others = lines.iter().filter(|line| worth(line).signum() == -worth(part).signum());
            let others: Vec<_> = others.collect();
            // Dollars pay dollars, whatever those of each bill were worth when it came.
            let amount = |line: &ClearingLine| i128::from(line.amount.units());
            let same = |line: &&Arc<ClearingLine>| {
                line.currency == part.currency && amount(line).signum() == -amount(part).signum()
            };
            let by_amount = amount(part) != 0 && others.iter().all(same);
            let size = |line: &Arc<ClearingLine>| match by_amount {
                true => amount(line).abs(),
                false => worth(line).abs(),
            };
            let sizes: Vec<i128> = others.iter().map(|line| size(line)).collect();
            let shares = splitter.split(worth(part), &sizes);
            let found = others.iter().map(|line| line.item_key()).zip(shares);
            self.others.entry(part.item_key()).or_default().extend(found);
        }
        Ok(())
    }
}
