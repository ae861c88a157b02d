//! When goods came that lie somewhere now: what first in, first out goes by.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId};
use smol_str::SmolStr;

use crate::items::Lot;
use crate::levels::Bin;
use crate::moves::{Map, Move, MoveKind};

/// The days on which lots came first, of what was not taken back, in one trip: of the first moves of each that were recorded. A lot that was
/// announced long before is as old as its goods are.
pub(super) fn lots_came(
    read: &mut impl Reading,
    lots: &[Id<Lot>],
) -> Result<Vec<Option<NaiveDate>>, Halt> {
    let all = |lot: &Id<Lot>| Range::by(Move::BY_LOT, lot).limit(PAGE);
    let legs = read.peek_scans(&lots.iter().map(all).collect::<Vec<_>>())?;
    Ok(legs.iter().map(|legs| first_day(legs)).collect())
}

/// The earliest day of legs that were not taken back; what came late may be recorded after what came later.
fn first_day(legs: &[Arc<Move>]) -> Option<NaiveDate> {
    let back: BTreeSet<Id<Move>> = legs
        .iter()
        .filter(|leg| leg.kind == MoveKind::Reversal)
        .filter_map(|leg| leg.of.copied())
        .collect();
    let stands =
        legs.iter().filter(|leg| leg.kind != MoveKind::Reversal && !back.contains(&leg.id));
    stands.map(|leg| leg.date).min().or(legs.first().map(|leg| leg.date))
}

/// So many legs are read first, then twice as many.
const PAGE: usize = 64;

/// The days on which the oldest of what lies in some locations of a site came there, if what came first left first: what came last is
/// what lies there, so the legs are read from the last back until they make up for all of it.
pub(super) fn came_to_bins<'b>(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    bins: impl Iterator<Item = &'b Bin>,
) -> Result<Map<SmolStr, NaiveDate>, Halt> {
    let lies = bins.map(|bin| (bin.location.clone(), bin.on_hand.units()));
    let mut lies: Map<SmolStr, i64> = lies.filter(|(_, units)| *units > 0).collect();
    let mut came = Map::default();
    let (mut range, mut page) = (Range::by(Move::BY_ITEM, &(item, site)).backwards(), PAGE);
    while !lies.is_empty() {
        let legs = read.peek_scan(&range.clone().limit(page))?;
        for leg in legs.iter().filter(|leg| leg.quantity.units() > 0) {
            let Some(left) = lies.get_mut(&leg.location) else { continue };
            came.insert(leg.location.clone(), leg.date);
            *left = left.saturating_sub(leg.quantity.units());
            if *left <= 0 {
                lies.remove(&leg.location);
            }
        }
        let Some(last) = legs.last().filter(|_| legs.len() == page) else { break };
        (range, page) = (range.before(&(last.date, last.id, last.leg)), page * 2);
    }
    Ok(came)
}
