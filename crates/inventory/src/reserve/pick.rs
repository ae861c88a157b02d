//! Where to take something from: what lies free, in the order of a picking rule.

use std::sync::Arc;

use fondaco_core::{Id, ItemId, Range, Reading, SiteId};
use smol_str::SmolStr;

use crate::items::{self, Item, Tracking};
use crate::levels::{Bin, LotBin};
use crate::ordering::{self, PickRule};
use crate::places::Location;
use crate::{MoveError, Qty, StockError};

/// So much out of one location, of one lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickLine {
    /// The location's code.
    pub location: SmolStr,
    /// The lot; `None` of what is not tracked.
    pub lot: Option<Id<items::Lot>>,
    /// How much, in the item's stock unit.
    pub quantity: Qty,
}

/// Where to take something from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PickList {
    /// What to take, in this order.
    pub lines: Vec<PickLine>,
    /// How much does not lie free anywhere.
    pub missing: Qty,
}

/// What may be taken, and as what the rule sees it.
struct Free {
    line: PickLine,
    lot: ordering::Lot,
}

/// Proposes where to take so much of an item on a site: out of what lies free in locations for storage, of lots that are released and
/// good for long enough, in the order of the rule ([`PickBy`](crate::ordering::PickBy): first expired, first in, nearest by
/// [`Location::pick_order`]). Nothing is promised by it: [`Reserve`](super::Reserve) the lines, or issue them.
///
/// # Errors
/// [`MoveError::UnknownItem`], [`StockError::Kernel`], or a [`Halt`](fondaco_core::Halt).
pub fn pick_list(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    quantity: Qty,
    rule: &PickRule,
) -> Result<PickList, StockError> {
    let found = read.peek::<Item>(&item)?;
    let found = found.ok_or(MoveError::UnknownItem { item })?;
    let free = match found.tracking {
        Tracking::None => free_bins(read, item, site)?,
        tracking => free_lots(read, item, site, tracking)?,
    };
    let lots: Vec<ordering::Lot> = free.iter().map(|free| free.lot).collect();
    let picking = ordering::pick(quantity.to_decimal(), &lots, rule)?;
    let stored = |quantity| Qty::from_decimal(quantity).unwrap_or_default();
    let line = |pick: &ordering::Pick| {
        let line = free.get(pick.lot)?.line.clone();
        Some(PickLine { quantity: stored(pick.quantity), ..line })
    };
    let lines = picking.picks.iter().filter_map(line).collect();
    Ok(PickList { lines, missing: stored(picking.missing) })
}

/// What lies free of what is not tracked, place by place.
fn free_bins(read: &mut impl Reading, item: ItemId, site: SiteId) -> Result<Vec<Free>, StockError> {
    let bins = read.peek_scan(&Range::<Bin>::by_key(&item))?;
    let codes: Vec<SmolStr> = bins.iter().map(|bin| bin.location.clone()).collect();
    let places = read.peek_many::<Location>(&codes)?;
    let free = bins.iter().zip(places).filter_map(|(bin, place)| {
        let place = place.filter(|place| is_pickable(place, site))?;
        free(&place, None, (bin.on_hand, bin.reserved))
    });
    Ok(free.collect())
}

/// What lies free of released lots, lot by lot and place by place.
fn free_lots(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
    tracking: Tracking,
) -> Result<Vec<Free>, StockError> {
    let lots = read.peek_scan(&Range::by(items::Lot::BY_ITEM, &item))?;
    let usable: Vec<_> = lots.into_iter().filter(|lot| is_for_us(lot)).collect();
    let ranges: Vec<_> = usable.iter().map(|lot| Range::<LotBin>::by_key(&lot.id)).collect();
    let bins = read.peek_scans(&ranges)?;
    let codes: Vec<SmolStr> = bins.iter().flatten().map(|bin| bin.location.clone()).collect();
    let mut places = read.peek_many::<Location>(&codes)?.into_iter();
    let mut found = Vec::new();
    for (lot, bins) in usable.iter().zip(&bins) {
        for (bin, place) in bins.iter().zip(places.by_ref()) {
            let Some(place) = place.filter(|place| is_pickable(place, site)) else { continue };
            let quantities = (bin.on_hand, bin.reserved);
            let serial = tracking == Tracking::Serial;
            found.extend(free(&place, Some(lot), quantities).map(|mut free| {
                free.lot.serial = serial;
                free
            }));
        }
    }
    Ok(found)
}

/// Whether a lot can be given to somebody: released, and not a customer's own.
fn is_for_us(lot: &items::Lot) -> bool {
    lot.status.is_usable() && lot.ownership != items::Ownership::Customer
}

fn is_pickable(place: &Location, site: SiteId) -> bool {
    place.site == site && place.kind.is_available() && !place.frozen
}

/// As the rule sees it; `None` where nothing is free.
fn free(
    place: &Location,
    lot: Option<&Arc<items::Lot>>,
    (on_hand, reserved): (Qty, Qty),
) -> Option<Free> {
    let quantity = on_hand.checked_sub(reserved).filter(|free| *free > Qty::ZERO)?;
    let mut seen = ordering::Lot::new(quantity.to_decimal());
    if let Some(lot) = lot {
        seen.expires = lot.expires;
        seen.received = lot.id.timestamp().map(|at| at.date_utc()).or(lot.made_on);
    }
    // A place on a way is a whole number, far below where floats have gaps.
    seen.distance = place.pick_order.map(|order| order as f64);
    let location = place.code.clone();
    Some(Free { line: PickLine { location, lot: lot.map(|lot| lot.id), quantity }, lot: seen })
}
