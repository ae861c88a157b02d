//! What a deferral's entries have taken so far, as they stand: corrected, or taken back by hand.

use std::collections::BTreeSet;

use fondaco_core::{Id, Range, Reading, Tx};
use smol_str::SmolStr;

use super::records::{Deferral, DeferralPart, DeferralStatus};
use crate::close::correction::Standing;
use crate::ledger::{Amount, Entry, LedgerError, Posting, Reversal, Side};

/// How much of a deferral is recognised, in its currency and in the ledger's.
fn taken(
    read: &mut impl Reading,
    deferral: &Deferral,
    parts: &[impl AsRef<DeferralPart>],
) -> Result<(Amount, Amount), LedgerError> {
    let (mut amount, mut worth) = (0_i64, 0_i64);
    for part in parts.iter().map(AsRef::as_ref) {
        let Some(entry) = part.entry else { continue };
        let (of, worth_of) = match Standing::of(read, entry)?.standing() {
            None => (0, 0),
            Some(standing) if standing == entry => {
                (part.amount.units(), part.ledger_amount.units())
            }
            Some(standing) => taken_by(read, deferral, standing)?,
        };
        (amount, worth) = (amount.saturating_add(of), worth.saturating_add(worth_of));
    }
    Ok((Amount::from_units(amount), Amount::from_units(worth)))
}

/// The same in an act, which rests on it.
pub(super) fn taken_now(
    tx: &mut Tx<'_>,
    deferral: &Deferral,
) -> Result<(Amount, Amount), LedgerError> {
    let parts = tx.scan(&Range::<DeferralPart>::by_key(&deferral.code))?;
    for entry in parts.iter().filter_map(|part| part.entry) {
        Standing::rest_on(tx, entry)?;
    }
    taken(tx, deferral, &parts)
}

/// What an entry takes from the account on which a deferral stands.
fn taken_by(
    read: &mut impl Reading,
    deferral: &Deferral,
    entry: Id<Entry>,
) -> Result<(i64, i64), LedgerError> {
    let (mut amount, mut worth) = (0_i64, 0_i64);
    for posting in read.peek_scan(&Range::<Posting>::by_key(&entry))? {
        if posting.account == deferral.deferred_on && posting.currency == deferral.currency {
            amount = amount.saturating_add(posting.amount.units());
            worth = worth.saturating_add(posting.ledger_amount.units());
        }
    }
    // An expense is taken by a credit, an income by a debit.
    Ok(match deferral.side {
        Side::Debit => (amount.saturating_neg(), worth.saturating_neg()),
        Side::Credit => (amount, worth),
    })
}

/// The deferrals of which more is left than is planned: a part of them was taken back by hand, or corrected.
pub(crate) fn unplanned(read: &mut impl Reading) -> Result<Vec<SmolStr>, LedgerError> {
    let parts = read.peek_scan(&Range::<DeferralPart>::all())?;
    let entries: Vec<Id<Entry>> = parts.iter().filter_map(|part| part.entry).collect();
    let reversed = read.peek_many::<Reversal>(&entries)?;
    let reversed: BTreeSet<Id<Entry>> =
        reversed.iter().flatten().map(|reversal| reversal.entry).collect();
    let touched = parts.iter().filter(|part| part.entry.is_some_and(|of| reversed.contains(&of)));
    let codes: BTreeSet<&SmolStr> = touched.map(|part| &part.code).collect();
    let mut found = Vec::new();
    for code in codes {
        let Some(deferral) = read.peek::<Deferral>(code)? else { continue };
        let own: Vec<_> = parts.iter().filter(|part| part.code == *code).collect();
        let planned = own.iter().filter(|part| part.due.is_some());
        let planned = planned.map(|part| i128::from(part.amount.units())).sum::<i128>();
        let (taken, _) = taken(read, &deferral, &own)?;
        let left = i128::from(deferral.amount.units()) - i128::from(taken.units());
        if deferral.status != DeferralStatus::Reversed && left > planned {
            found.push(code.clone());
        }
    }
    Ok(found)
}
