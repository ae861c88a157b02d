//! What a user asks first, as quantities with their unit: what is there, what of it is available, what lies in a hall.

use std::collections::BTreeMap;

use fondaco_core::{ItemId, Quantity, Range, Reading, SiteId};
use smol_str::SmolStr;

use super::read::decimal;
use super::{Bin, Stock, stock};
use crate::StockError;
use crate::items::{self, Item};
use crate::places::locations_under;

/// What is on hand of an item at a site, quarantine included.
///
/// # Errors
/// [`UnknownItem`](crate::items::CatalogueError::UnknownItem), or a [`Halt`](fondaco_core::Halt).
pub fn on_hand(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Quantity, StockError> {
    level(read, item, site, |stock| i128::from(stock.on_hand.units()))
}

/// What can be promised or issued of an item at a site: on hand - reserved - quarantined - expired.
///
/// # Errors
/// As [`on_hand`].
pub fn available(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Quantity, StockError> {
    level(read, item, site, |stock| Stock::AVAILABLE.of(stock))
}

/// What of an item at a site is kept for those whom it is promised to; what waits for goods is not in it.
///
/// # Errors
/// As [`on_hand`].
pub fn promised(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Quantity, StockError> {
    level(read, item, site, |stock| i128::from(stock.reserved.units()))
}

/// What was ordered of an item for a site and has not come.
///
/// # Errors
/// As [`on_hand`].
pub fn on_order(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Quantity, StockError> {
    level(read, item, site, |stock| i128::from(stock.on_order.units()))
}

fn level(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
    of: impl Fn(&Stock) -> i128,
) -> Result<Quantity, StockError> {
    let found = items::item(read, item)?;
    Ok(quantity(&found, of(&stock(read, item, site)?)))
}

fn quantity(item: &Item, units: i128) -> Quantity {
    Quantity::new(decimal(units), item.unit)
}

/// What lies of an item in a location and in all that stand under it, whosever it is.
///
/// # Errors
/// [`UnknownItem`](crate::items::CatalogueError::UnknownItem), [`UnknownLocation`](crate::places::PlaceError::UnknownLocation), or a
/// [`Halt`](fondaco_core::Halt).
pub fn lies_under(
    read: &mut impl Reading,
    item: ItemId,
    location: &SmolStr,
) -> Result<Quantity, StockError> {
    let found = items::item(read, item)?;
    let places = locations_under(read, location)?;
    let keys: Vec<_> = places.iter().map(|place| (item, place.code.clone())).collect();
    let bins = read.peek_many::<Bin>(&keys)?;
    let units = bins.iter().flatten().map(|bin| i128::from(bin.on_hand.units()));
    Ok(quantity(&found, units.sum()))
}

/// All that lies in a location and in those that stand under it, whosever it is: item by item, in the order of their ids.
///
/// # Errors
/// As [`lies_under`].
pub fn contents(
    read: &mut impl Reading,
    location: &SmolStr,
) -> Result<Vec<(ItemId, Quantity)>, StockError> {
    let places = locations_under(read, location)?;
    let ranges: Vec<_> =
        places.iter().map(|place| Range::by(Bin::BY_LOCATION, &place.code)).collect();
    let mut sums = BTreeMap::<ItemId, i128>::new();
    for bin in read.peek_scans(&ranges)?.iter().flatten() {
        *sums.entry(bin.item).or_default() += i128::from(bin.on_hand.units());
    }
    sums.retain(|_, units| *units != 0);
    let ids: Vec<ItemId> = sums.keys().copied().collect();
    let items = read.peek_many::<Item>(&ids)?;
    let named = sums.into_iter().zip(items);
    Ok(named.filter_map(|((id, units), item)| Some((id, quantity(&*item?, units)))).collect())
}
