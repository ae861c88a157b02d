//! What lies there and will have expired before anybody wants it: as if somebody took it on the day after its last.
//!
//! What goes out first is what expires first, so how much is left on its last day follows from what is wanted until then: of what is made, from
//! the plan itself. A plan that loses something is made again without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{ItemId, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::said::{Key, Said};
use crate::StockError;
use crate::items::{Lot, Ownership, Tracking};
use crate::levels::LotBin;
use crate::mrp::{Demand, ItemNo, MrpError, Plan, State};
use crate::places::Location;

/// So often a plan is made again: what is lost of a component may be less once more is made of it.
pub(super) const PASSES: usize = 4;

/// How much of an item is good until which day, by day.
pub(super) type Lots = Vec<(NaiveDate, Decimal)>;

/// How much of an item has expired on which day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    item: ItemNo,
    on: NaiveDate,
    quantity: Decimal,
}

/// What of each item at a site can be used and expires within the days that are planned, by last day.
pub(super) fn expiring(
    read: &mut impl Reading,
    said: &Said,
    (keys, start, end): (&[Key], NaiveDate, NaiveDate),
) -> Result<BTreeMap<Key, BTreeMap<NaiveDate, i128>>, StockError> {
    let tracked =
        |id: &&ItemId| said.items.get(*id).is_some_and(|item| item.tracking != Tracking::None);
    let items: BTreeSet<ItemId> = keys.iter().map(|(id, _)| id).filter(tracked).copied().collect();
    // Not all lots that there ever were: each serial number is one.
    let ranges: Vec<_> =
        items.iter().map(|id| Range::by(Lot::BY_EXPIRY, id).from(&start).through(&end)).collect();
    let lots = read.peek_scans(&ranges)?.into_iter().flatten();
    let is_ours = |lot: &Arc<Lot>| lot.status.is_usable() && lot.ownership != Ownership::Customer;
    let lots: Vec<_> = lots.filter(is_ours).collect();
    let ranges: Vec<_> = lots.iter().map(|lot| Range::<LotBin>::by_key(&lot.id)).collect();
    let bins = read.peek_scans(&ranges)?;
    let codes: BTreeSet<SmolStr> = bins.iter().flatten().map(|bin| bin.location.clone()).collect();
    let codes: Vec<SmolStr> = codes.into_iter().collect();
    let places = read.peek_many::<Location>(&codes)?.into_iter().flatten();
    let places: BTreeMap<_, _> = places.map(|place| (place.code.clone(), place)).collect();
    let mut found: BTreeMap<Key, BTreeMap<NaiveDate, i128>> = BTreeMap::new();
    for (lot, bins) in lots.iter().zip(&bins) {
        for bin in bins {
            let place = places.get(&bin.location).filter(|place| place.kind.is_available());
            if let Some((place, last)) = place.zip(lot.expires) {
                let sum = found.entry((lot.item, place.site)).or_default().entry(last).or_default();
                *sum += i128::from(bin.on_hand.units());
            }
        }
    }
    Ok(found)
}

/// Of what expires, what is free: what is held for promises is of what expires first.
pub(super) fn free(expiring: &BTreeMap<NaiveDate, i128>, mut held: i128) -> Lots {
    let mut lots = Vec::with_capacity(expiring.len());
    for (last, units) in expiring {
        let taken = (*units).min(held).max(0);
        held -= taken;
        if *units > taken {
            lots.push((*last, crate::levels::decimal(*units - taken)));
        }
    }
    lots
}

/// What a plan leaves until it has expired, that was made with what another left.
pub(super) fn lost(
    plan: &Plan,
    expiring: &[(ItemNo, Lots)],
    before: &[Lost],
) -> Result<Vec<Lost>, MrpError> {
    let mut all = Vec::new();
    for (item, lots) in expiring {
        let table = plan.table(*item)?;
        let mut wanted: Vec<(NaiveDate, Decimal)> =
            table.periods.iter().map(|period| (period.start, period.gross)).collect();
        for lost in before.iter().filter(|lost| lost.item == *item) {
            // It stands among what is wanted.
            let period = wanted.iter_mut().rev().find(|(start, _)| *start <= lost.on);
            period.into_iter().for_each(|(_, gross)| *gross -= lost.quantity);
        }
        let (mut good, mut gone) = (Decimal::ZERO, Decimal::ZERO);
        for (last, quantity) in lots {
            good += *quantity;
            let used = wanted.iter().take_while(|(start, _)| start <= last);
            let used: Decimal = used.map(|(_, gross)| *gross).sum();
            let left = good - gone - used;
            if left > Decimal::ZERO
                && let Some(on) = last.succ_opt()
            {
                gone += left;
                all.push(Lost { item: *item, on, quantity: left });
            }
        }
    }
    Ok(all)
}

/// The state with what is lost taken out on its day.
pub(super) fn without(state: &State, lost: &[Lost]) -> Result<State, MrpError> {
    let mut state = state.clone();
    for Lost { item, on, quantity } in lost {
        state.demand(Demand::dependent("expired", *item, *quantity, *on))?;
    }
    Ok(state)
}
