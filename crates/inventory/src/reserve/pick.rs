//! Where to take something from: what lies free, in the order of a picking rule.

use std::sync::Arc;

use fondaco_core::{DocumentId, Halt, Id, ItemId, Range, Reading, SiteId};
use smol_str::SmolStr;

use super::age::{came_to_bins, lots_came};
use crate::items::{self, Item, Tracking};
use crate::levels::{Bin, LotBin, Reservation, Stock};
use crate::moves::Map;
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

/// Proposes where to take so much of an item on a site: out of what lies free in open locations for storage, of lots that are released
/// and good for long enough, in the order of the rule ([`PickBy`](crate::ordering::PickBy): first expired, first in by the day on which
/// the goods came, nearest by [`Location::pick_order`]), and no more than is available. Nothing is promised by it:
/// [`Reserve`](super::Reserve) the lines, or issue them. For goods that are promised already, [`pick_list_for`] whom.
///
/// The day of a lot is that of its first move. Of what is not tracked it is that of the oldest of what lies in a location, if what came
/// there first left first; what came to no known day comes last.
///
/// # Errors
/// [`MoveError::UnknownItem`], [`StockError::Kernel`], or a [`Halt`].
pub fn pick_list(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    quantity: Qty,
    rule: &PickRule,
) -> Result<PickList, StockError> {
    picked(read, (item, site), quantity, rule, Own::default())
}

/// As [`pick_list`], for a document: what is promised to it is its own, and what is promised to others is not.
///
/// # Errors
/// As [`pick_list`].
pub fn pick_list_for(
    read: &mut impl Reading,
    document: DocumentId,
    (item, site): (ItemId, SiteId),
    quantity: Qty,
    rule: &PickRule,
) -> Result<PickList, StockError> {
    let own = Own::of(read, document, (item, site))?;
    picked(read, (item, site), quantity, rule, own)
}

fn picked(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    quantity: Qty,
    rule: &PickRule,
    own: Own,
) -> Result<PickList, StockError> {
    let found = read.peek::<Item>(&item)?;
    let found = found.ok_or(MoveError::UnknownItem { item })?;
    let stock = read.peek::<Stock>(&(item, site))?;
    let available = stock.map_or(0, |stock| Stock::AVAILABLE.of(&stock)) + own.held;
    let most = i64::try_from(available.max(0)).unwrap_or(i64::MAX);
    let wanted = quantity.units().min(most);
    let free = match found.tracking {
        Tracking::None => free_bins(read, (item, site), rule, &own)?,
        tracking => free_lots(read, (item, site), (rule, tracking), &own)?,
    };
    let lots: Vec<ordering::Lot> = free.iter().map(|free| free.lot).collect();
    let picking = ordering::pick(Qty::from_units(wanted).to_decimal(), &lots, rule)?;
    let stored = |quantity| Qty::from_decimal(quantity).unwrap_or_default();
    let line = |pick: &ordering::Pick| {
        let line = free.get(pick.lot)?.line.clone();
        Some(PickLine { quantity: stored(pick.quantity), ..line })
    };
    let lines = picking.picks.iter().filter_map(line).collect();
    let beyond = quantity.units().saturating_sub(wanted);
    let missing = stored(picking.missing).units().saturating_add(beyond);
    Ok(PickList { lines, missing: Qty::from_units(missing) })
}

/// What is promised to the document that is picked for.
#[derive(Default)]
struct Own {
    /// At the site.
    held: i128,
    /// Out of a location, and of a lot.
    placed: Map<(SmolStr, Option<Id<items::Lot>>), i64>,
}

impl Own {
    fn of(
        read: &mut impl Reading,
        document: DocumentId,
        (item, site): (ItemId, SiteId),
    ) -> Result<Own, Halt> {
        let mut own = Own::default();
        let rows = read.peek_scan(&Range::by(Reservation::BY_DOCUMENT, &document))?;
        for row in rows.iter().filter(|row| (row.item, row.site) == (item, site)) {
            own.held += i128::from(row.held.units());
            if let Some(location) = &row.location {
                let place = own.placed.entry((location.clone(), row.lot)).or_default();
                *place = place.saturating_add(row.held.units());
            }
        }
        Ok(own)
    }

    /// What others have of a bin's reserved quantity.
    fn others(&self, location: &SmolStr, lots: &[Option<Id<items::Lot>>], reserved: Qty) -> Qty {
        let mine = |lot: &Option<Id<items::Lot>>| self.placed.get(&(location.clone(), *lot));
        let mine: i64 = lots.iter().filter_map(mine).sum();
        Qty::from_units(reserved.units().saturating_sub(mine))
    }
}

/// What lies free of what is not tracked, place by place.
fn free_bins(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    rule: &PickRule,
    own: &Own,
) -> Result<Vec<Free>, StockError> {
    let bins = read.peek_scan(&Range::<Bin>::by_key(&item))?;
    let codes: Vec<SmolStr> = bins.iter().map(|bin| bin.location.clone()).collect();
    let places = read.peek_many::<Location>(&codes)?;
    let free = bins.iter().zip(places).filter_map(|(bin, place)| {
        let place = place.filter(|place| is_pickable(place, site, rule))?;
        let reserved = own.others(&bin.location, &[None], bin.reserved);
        free(&place, None, (bin.on_hand, reserved))
    });
    let mut free: Vec<Free> = free.collect();
    let lying = free.iter().map(|free| free.line.location.clone());
    let lying = bins.iter().filter(|bin| lying.clone().any(|code| code == bin.location));
    let came = came_to_bins(read, (item, site), lying.map(AsRef::as_ref))?;
    for free in &mut free {
        free.lot.received = came.get(&free.line.location).copied();
    }
    Ok(free)
}

/// What lies free of released lots, lot by lot and place by place.
fn free_lots(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    (rule, tracking): (&PickRule, Tracking),
    own: &Own,
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
            let Some(place) = place.filter(|place| is_pickable(place, site, rule)) else {
                continue;
            };
            let reserved = own.others(&bin.location, &[Some(lot.id)], bin.reserved);
            let quantities = (bin.on_hand, reserved);
            let serial = tracking == Tracking::Serial;
            found.extend(free(&place, Some(lot), quantities).map(|mut free| {
                free.lot.serial = serial;
                free
            }));
        }
    }
    let lying: Vec<_> = found.iter().filter_map(|free| free.line.lot).collect();
    for (free, came) in found.iter_mut().zip(lots_came(read, &lying)?) {
        free.lot.received = came;
    }
    Ok(found)
}

/// Whether a lot can be given to somebody: released, and not a customer's own.
fn is_for_us(lot: &items::Lot) -> bool {
    lot.status.is_usable() && lot.ownership != items::Ownership::Customer
}

fn is_pickable(place: &Location, site: SiteId, rule: &PickRule) -> bool {
    place.site == site && place.kind.is_available() && !place.frozen && place.is_open(rule.today)
}

/// As the rule sees it; `None` where nothing is free.
fn free(
    place: &Location,
    lot: Option<&Arc<items::Lot>>,
    (on_hand, reserved): (Qty, Qty),
) -> Option<Free> {
    let quantity = on_hand.checked_sub(reserved).filter(|free| *free > Qty::ZERO)?;
    let mut seen = ordering::Lot::new(quantity.to_decimal());
    seen.expires = lot.and_then(|lot| lot.expires);
    // A place on a way is a whole number, far below where floats have gaps.
    seen.distance = place.pick_order.map(|order| order as f64);
    let location = place.code.clone();
    Some(Free { line: PickLine { location, lot: lot.map(|lot| lot.id), quantity }, lot: seen })
}
