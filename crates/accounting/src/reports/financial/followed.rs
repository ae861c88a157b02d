//! What was paid for, where an invoice lies between: a machine that was bought on credit is paid when the invoice is.
//!
//! A payment of an account that is kept by open items is [cleared](crate::ledger::Clearing) against others. What of an item's entry stands on
//! accounts that the layout [follows](crate::reports::Layout::follows) is what that part of the payment was for; the rest was for the
//! item itself. Every clearing that is known counts, whenever it takes effect, so that what was paid in a year is the same by months.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::{Id, Range, Reading};

use super::cells::{Cells, Known};
use super::paid::{Flow, Payments};
use super::shares::Splitter;
use crate::ledger::{
    Amounts, Clearing, ClearingLine, Entry, ItemKey, LedgerError, Posting, Unclearing,
};

/// How payments are followed.
pub(super) struct Followed<'p, 'c> {
    pub(super) payments: &'p Payments<'c>,
    pub(super) known: Known,
}

/// What clearings say: of each item, the items that it was cleared against, with the worth of the part of it that went there.
type Against = BTreeMap<ItemKey, Vec<(ItemKey, i128)>>;

impl Followed<'_, '_> {
    /// Flows on items that were cleared become flows on what their counterparts were for.
    pub(super) fn instead_of_items(
        &self,
        read: &mut impl Reading,
        cells: &Cells,
        flows: Vec<Flow>,
    ) -> Result<Vec<Flow>, LedgerError> {
        let items: Vec<ItemKey> =
            flows.iter().filter(|flow| is_item(cells, &flow.posting)).map(key).collect();
        if items.is_empty() || self.payments.follows.is_empty() {
            return Ok(flows);
        }
        let against = self.against(read, &items)?;
        // What an item was for that was brought over, other books say.
        let others = against.values().flatten().map(|(item, _)| item.entry);
        let others: BTreeSet<Id<Entry>> =
            others.filter(|entry| !self.payments.brought.contains(entry)).collect();
        let ids: Vec<Id<Entry>> = others.into_iter().collect();
        let ranges: Vec<_> = ids.iter().map(Range::<Posting>::by_key).collect();
        let entries: BTreeMap<Id<Entry>, Vec<Arc<Posting>>> =
            ids.into_iter().zip(read.peek_scans(&ranges)?).collect();
        let mut followed = Vec::with_capacity(flows.len());
        for flow in flows {
            match against.get(&key(&flow)).filter(|_| is_item(cells, &flow.posting)) {
                Some(others) => self.follow(cells, flow, others, &entries, &mut followed),
                None => followed.push(flow),
            }
        }
        Ok(followed)
    }

    /// Splits a flow by what the items were for that it was cleared against.
    fn follow(
        &self,
        cells: &Cells,
        flow: Flow,
        others: &[(ItemKey, i128)],
        entries: &BTreeMap<Id<Entry>, Vec<Arc<Posting>>>,
        followed: &mut Vec<Flow>,
    ) {
        let splitter = Splitter::of(self.payments.currency);
        let whole = Amounts::of_posting(&flow.posting).net().1.abs();
        let cleared: Vec<i128> = others.iter().map(|(_, part)| part.abs()).collect();
        // What is not cleared yet is for the item itself.
        let open = (whole - cleared.iter().sum::<i128>()).max(0);
        let sizes: Vec<i128> = cleared.into_iter().chain([open]).collect();
        let mut left = flow.units;
        for ((item, _), part) in others.iter().zip(splitter.split(flow.units, &sizes)) {
            let postings = entries.get(&item.entry).map(Vec::as_slice).unwrap_or_default();
            // What stands on the other side of the item in its entry is what it was for.
            let of_item = postings.iter().find(|posting| posting.line == item.line);
            let Some(side) = of_item.map(|posting| net(posting).signum()) else { continue };
            let for_what: Vec<&Arc<Posting>> =
                postings.iter().filter(|posting| net(posting).signum() == -side).collect();
            let sizes: Vec<i128> = for_what.iter().map(|posting| net(posting).abs()).collect();
            for (posting, share) in for_what.into_iter().zip(splitter.split(part, &sizes)) {
                let at = cells.account(&posting.account);
                if at.is_some_and(|at| self.payments.follows.contains(&at)) && share != 0 {
                    followed.push(Flow { posting: posting.clone(), date: flow.date, units: share });
                    left -= share;
                }
            }
        }
        if left != 0 {
            followed.push(Flow { units: left, ..flow });
        }
    }

    /// The clearings of some items, without those that were undone.
    fn against(&self, read: &mut impl Reading, items: &[ItemKey]) -> Result<Against, LedgerError> {
        let by_item = |item: &ItemKey| Range::by(ClearingLine::BY_ITEM, &(item.entry, item.line));
        let ranges: Vec<_> = items.iter().map(by_item).collect();
        let parts: Vec<Arc<ClearingLine>> =
            read.peek_scans(&ranges)?.into_iter().flatten().collect();
        let mut ids: Vec<Id<Clearing>> = parts.iter().map(|part| part.clearing).collect();
        ids.sort_unstable();
        ids.dedup();
        let undone = read.peek_many::<Unclearing>(&ids)?;
        let by_then = |millis: i64| self.known.at.is_none_or(|at| millis <= at.millis());
        let standing = ids.into_iter().zip(undone).filter(|(id, undone)| {
            id.timestamp().is_none_or(|at| by_then(at.millis()))
                && undone.as_ref().is_none_or(|undone| !by_then(undone.recorded_at.millis()))
        });
        let ids: Vec<Id<Clearing>> = standing.map(|(id, _)| id).collect();
        let ranges: Vec<_> = ids.iter().map(Range::<ClearingLine>::by_key).collect();
        let lines: BTreeMap<Id<Clearing>, Vec<Arc<ClearingLine>>> =
            ids.into_iter().zip(read.peek_scans(&ranges)?).collect();
        let splitter = Splitter::of(self.payments.currency);
        let mut against = Against::new();
        for part in &parts {
            let Some(lines) = lines.get(&part.clearing) else { continue };
            let units = |line: &ClearingLine| i128::from(line.ledger_amount.units());
            let own = units(part);
            let others = lines.iter().filter(|line| units(line).signum() == -own.signum());
            let others: Vec<_> = others.collect();
            let sizes: Vec<i128> = others.iter().map(|line| units(line).abs()).collect();
            let shares = splitter.split(own, &sizes);
            let found = others.iter().map(|line| line.item_key()).zip(shares);
            against.entry(part.item_key()).or_default().extend(found);
        }
        Ok(against)
    }
}

fn is_item(cells: &Cells, posting: &Posting) -> bool {
    let account = cells.account(&posting.account).and_then(|at| cells.accounts.get(at));
    account.is_some_and(|account| account.open_items.is_some())
}

fn key(flow: &Flow) -> ItemKey {
    ItemKey::new(flow.posting.entry, flow.posting.line)
}

fn net(posting: &Posting) -> i128 {
    Amounts::of_posting(posting).net().1
}
