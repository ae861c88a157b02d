//! What was paid for, where an invoice lies between: a machine that was bought on credit is paid when the invoice is.
//!
//! A payment of an account that is kept by open items is [cleared](crate::ledger::Clearing) against others. What of an item's entry stands on
//! accounts that the layout [follows](crate::reports::Layout::follows) is what that part of the payment was for; the rest was for the
//! item itself. Every clearing that is known counts, whenever it takes effect, so that what was paid in a year is the same by months.
//!
//! All that was paid was paid for that, also what a rate made dearer since: IAS 7.25 has a cash flow in another currency at the rate of
//! the day on which cash moved, and IAS 7.16 its kind from what it was for, which a realised difference is not.
//!
//! What was paid is followed to what stands. An invoice that was taken back was for what its reversal was cleared against, as
//! a [correction](crate::close::Correct) does, as far as that goes; and a payment that was taken back takes back what it was for.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::Reading;

use super::cells::{Cells, Known};
use super::cleared::{Cleared, Others};
use super::paid::{Flow, Payments};
use super::shares::Splitter;
use crate::ledger::{Amounts, ItemKey, LedgerError, Posting};

/// How payments are followed.
pub(super) struct Followed<'p, 'c> {
    pub(super) payments: &'p Payments<'c>,
    pub(super) known: Known,
}

impl Followed<'_, '_> {
    /// Flows on items that were cleared become flows on what their counterparts were for.
    pub(super) fn instead_of_items(
        &self,
        read: &mut impl Reading,
        cells: &Cells,
        flows: Vec<Flow>,
    ) -> Result<Vec<Flow>, LedgerError> {
        let items: BTreeSet<ItemKey> =
            flows.iter().filter(|flow| is_item(cells, &flow.posting)).map(key).collect();
        if items.is_empty() || self.payments.follows.is_empty() {
            return Ok(flows);
        }
        let splitter = Splitter::of(self.payments.currency);
        let brought = self.payments.brought;
        let cleared = Cleared::read(read, items, brought, (self.known, splitter))?;
        let mut followed = Vec::with_capacity(flows.len());
        for flow in flows {
            if !is_item(cells, &flow.posting) {
                followed.push(flow);
                continue;
            }
            let mut trail = Trail {
                payments: self.payments,
                cells,
                cleared: &cleared,
                splitter,
                found: vec![],
            };
            trail.paid(key(&flow), size(&flow.posting), flow.units, &mut Vec::new());
            let left = flow.units - trail.found.iter().map(|(_, share)| share).sum::<i128>();
            let at = |(posting, units)| Flow { posting, date: flow.date, units };
            followed.extend(trail.found.into_iter().map(at));
            if left != 0 {
                followed.push(Flow { units: left, ..flow });
            }
        }
        Ok(followed)
    }
}

/// So many corrections of corrections are followed.
const DEEP: usize = 100;

/// Follows one flow to the postings on followed accounts that it was for.
struct Trail<'a> {
    payments: &'a Payments<'a>,
    cells: &'a Cells,
    cleared: &'a Cleared,
    splitter: Splitter,
    found: Vec<(Arc<Posting>, i128)>,
}

impl Trail<'_> {
    /// `units` of a payment of this size: what it was cleared against. What is not cleared yet is for the item itself.
    fn paid(&mut self, item: ItemKey, size: i128, units: i128, path: &mut Vec<ItemKey>) {
        let mut first = item;
        // What takes a payment back takes back what it was for.
        while let Some(reversed) = self.cleared.reversed(first) {
            first = reversed;
        }
        let (others, _) = self.apart(first);
        let (shares, _) = self.shared(units, size, &others);
        for ((other, _), share) in others.into_iter().zip(shares) {
            self.settled(other, share, path);
        }
    }

    /// `units` that settled an item: what that was for.
    fn settled(&mut self, item: ItemKey, units: i128, path: &mut Vec<ItemKey>) {
        let cleared = self.cleared;
        let Some(own) = cleared.posting(item) else { return };
        if units == 0 || path.len() >= DEEP || path.contains(&item) {
            return;
        }
        path.push(item);
        if cleared.reversed(item).is_some() && self.is_payment(item, own) {
            self.paid(item, size(own), units, path);
        } else {
            let left = self.instead(item, size(own), units, path);
            self.by_entry(item, own, left);
        }
        path.pop();
    }

    /// Follows what stands instead of an item that was taken back; what is left was for what the item was for.
    fn instead(&mut self, item: ItemKey, size: i128, units: i128, path: &mut Vec<ItemKey>) -> i128 {
        let Some(image) = self.cleared.taken_back(item) else { return units };
        let (mut others, taken) = self.apart(image);
        // Money that came back came back for the item, as it had been paid for it.
        others.retain(|(other, _)| {
            !self.cleared.posting(*other).is_some_and(|own| self.is_payment(*other, own))
        });
        let (shares, left) = self.shared(units, size - taken, &others);
        for ((other, _), share) in others.into_iter().zip(shares) {
            self.settled(other, share, path);
        }
        left
    }

    /// What an item was for: what stands on the other side of its entry.
    fn by_entry(&mut self, item: ItemKey, own: &Posting, units: i128) {
        let others = self.cleared.other_side(item, own);
        let sizes: Vec<i128> = others.iter().map(|posting| size(posting)).collect();
        for (posting, share) in others.into_iter().zip(self.splitter.split(units, &sizes)) {
            let at = self.cells.account(&posting.account);
            if at.is_some_and(|at| self.payments.follows.contains(&at)) && share != 0 {
                self.found.push((posting.clone(), share));
            }
        }
    }

    /// What an item was cleared against; apart, the size of what its own reversal took of it, or it of what it reverses.
    fn apart(&self, item: ItemKey) -> (Others, i128) {
        let is_pair = |(other, _): &(ItemKey, i128)| self.cleared.is_pair(item, *other);
        let (pairs, others): (Others, Others) = self.cleared.others(item).partition(is_pair);
        (others, pairs.iter().map(|(_, part)| part.abs()).sum())
    }

    /// `units` by what went to each of the others of a whole of this size, and what is left.
    fn shared(&self, units: i128, size: i128, others: &Others) -> (Vec<i128>, i128) {
        let parts = others.iter().map(|(_, part)| part.abs());
        let open = (size - parts.clone().sum::<i128>()).max(0);
        let sizes: Vec<i128> = parts.chain([open]).collect();
        let mut shares = self.splitter.split(units, &sizes);
        let left = shares.pop().unwrap_or(units);
        (shares, left)
    }

    /// Whether an item stands against cash.
    fn is_payment(&self, item: ItemKey, own: &Posting) -> bool {
        self.cleared.other_side(item, own).into_iter().any(|posting| {
            self.cells.account(&posting.account).is_some_and(|at| self.payments.cash.contains(&at))
        })
    }
}

fn is_item(cells: &Cells, posting: &Posting) -> bool {
    let account = cells.account(&posting.account).and_then(|at| cells.accounts.get(at));
    account.is_some_and(|account| account.open_items.is_some())
}

fn key(flow: &Flow) -> ItemKey {
    ItemKey::new(flow.posting.entry, flow.posting.line)
}

fn size(posting: &Posting) -> i128 {
    Amounts::of_posting(posting).net().1.abs()
}
