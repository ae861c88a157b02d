//! The items of an entry that is corrected: what its reversal leaves open clears those of the entry that is right.
//!
//! What was cleared of the wrong entry stays so, and the reversal's part of it is open: a bill that was paid is owed twice, once
//! each way. Of one account, party and currency the two clear each other as far as they meet, so that a payment has
//! paid what is right, and what is over or short of it is what stays open. Where what was wrong was a correction itself, what the
//! reversals before it left open counts too: a bill of 400 that was paid, and was 300, then 350, is paid 50 too much.

use std::collections::BTreeMap;

use fondaco_core::{Id, PartyId, Range, Reading, Tx, party};
use smol_str::SmolStr;

use super::clear::{NewClearing, effective, stage};
use super::difference::{Part, left};
use super::realise::realise;
use super::{ItemKeeping, OpenItem, shares};
use crate::ledger::{AMOUNT_DIGITS, Account, Amount, Entry, LedgerError, Settings, rights};

/// Clears what is open of the items of reversals against those of what is right, in their order. Where their worths differ,
/// the difference is realised. The right to reverse is enough.
pub(crate) fn clear_correction(
    tx: &mut Tx<'_>,
    reversals: &[Id<Entry>],
    by: Id<Entry>,
) -> Result<(), LedgerError> {
    let mut mirrored = Vec::new();
    for reversal in reversals {
        mirrored.extend(open_of(tx, *reversal)?);
    }
    if mirrored.is_empty() {
        return Ok(());
    }
    let mut right = open_of(tx, by)?;
    for mirror in &mut mirrored {
        right.iter_mut().for_each(|other| mirror.meet(other));
    }
    let ledger = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?.currency;
    let digits = ledger.minor_units().unwrap_or(u32::from(AMOUNT_DIGITS));
    let mut clearings = BTreeMap::<(SmolStr, Option<PartyId>), Vec<Part>>::new();
    for side in mirrored.into_iter().chain(right).filter(|side| side.taken > 0) {
        let of = (side.item.account.clone(), side.party);
        clearings.entry(of).or_default().push(side.part(digits));
    }
    for ((account, party), parts) in clearings {
        let (date, left) = (effective(&parts, None)?, left(&parts, ledger)?);
        let (account, text, realised) = (&account, None, None);
        let mut new = NewClearing { account, date, party, text, parts, left, realised };
        realise(tx, &mut new, ledger, &rights::REVERSE)?;
        stage(tx, new)?;
    }
    Ok(())
}

/// An item, and how much of what is open of it the other side takes.
struct Side {
    item: OpenItem,
    /// Its party, as whom it was merged into.
    party: Option<PartyId>,
    taken: i64,
}

impl Side {
    fn left(&self) -> i64 {
        self.item.open.units().saturating_abs() - self.taken
    }

    /// Each takes of the other what both have.
    fn meet(&mut self, other: &mut Side) {
        let of = |side: &Side| (side.item.account.clone(), side.item.currency, side.party);
        let sides = self.item.open.units().signum() + other.item.open.units().signum();
        if sides == 0 && of(self) == of(other) {
            let size = self.left().min(other.left());
            self.taken += size;
            other.taken += size;
        }
    }

    fn part(self, digits: u32) -> Part {
        let Side { item, taken, .. } = self;
        let amount = Amount::from_units(item.open.units().signum() * taken);
        let ledger_amount = shares::worth(amount, (item.open, item.ledger_open), digits);
        Part { item, amount, ledger_amount }
    }
}

/// The items of an entry of which something is open, on accounts that are kept by them.
fn open_of(tx: &mut Tx<'_>, entry: Id<Entry>) -> Result<Vec<Side>, LedgerError> {
    let items = tx.peek_scan(&Range::<OpenItem>::by_key(&entry))?;
    let keys: Vec<_> = items.iter().map(|item| item.item_key().stored()).collect();
    let codes: Vec<SmolStr> = items.iter().map(|item| item.account.clone()).collect();
    let items = tx.get_many::<OpenItem>(&keys)?;
    let accounts = tx.get_many::<Account>(&codes)?;
    let mut open = Vec::with_capacity(items.len());
    for (item, account) in items.into_iter().flatten().zip(accounts.into_iter().flatten()) {
        if item.open.units() == 0 || account.open_items != Some(ItemKeeping::Kept) {
            continue;
        }
        let party = item.party.map(|of| party::resolve(tx, of)).transpose()?;
        open.push(Side { item: item.as_ref().clone(), party, taken: 0 });
    }
    Ok(open)
}
