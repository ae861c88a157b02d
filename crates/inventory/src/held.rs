//! What there is of something, asked before it is closed or becomes something else. Each answer rests on all that could change it.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, Tx};
use smol_str::SmolStr;

use crate::items::{Item, Lot};
use crate::levels::{Bin, LocationUse, LotLapse, Standing, Stock, restate, schedule};
use crate::moves::Move;
use crate::places::{Location, LocationKind, Site};
use crate::{Qty, StockError};

/// The levels of an item at every site there is.
fn stocks_of(tx: &mut Tx<'_>, item: ItemId) -> Result<Vec<Arc<Stock>>, Halt> {
    let sites = tx.scan(&Range::<Site>::all())?;
    let keys: Vec<_> = sites.iter().map(|site| (item, site.id)).collect();
    Ok(tx.get_many::<Stock>(&keys)?.into_iter().flatten().collect())
}

/// Whether an item was ever moved, reserved or ordered.
pub(crate) fn was_moved(tx: &mut Tx<'_>, item: &Item) -> Result<bool, StockError> {
    Ok(!stocks_of(tx, item.id)?.is_empty())
}

/// What keeps an item from being closed: that there is some of it, or that some is promised or on order.
pub(crate) fn keeps_item(tx: &mut Tx<'_>, item: &Item) -> Result<Option<String>, StockError> {
    if let Some(why) = stocks_of(tx, item.id)?.iter().find_map(|stock| of_stock(stock)) {
        return Ok(Some(why));
    }
    // Whatever lies anywhere changed a level that the act rests on.
    for bin in tx.peek_scan(&Range::<Bin>::by_key(&item.id))? {
        if bin.on_hand != Qty::ZERO && !is_scrapped(tx, &bin.location)? {
            return Ok(Some(format!("{} lie in {}", item.quantity(bin.on_hand), bin.location)));
        }
    }
    Ok(None)
}

fn is_scrapped(tx: &mut Tx<'_>, location: &SmolStr) -> Result<bool, Halt> {
    let found = tx.get::<Location>(location)?;
    Ok(found.is_some_and(|location| location.kind == LocationKind::Scrap))
}

/// What there is of an item at a site, in words.
fn of_stock(stock: &Stock) -> Option<String> {
    let columns = [
        (stock.on_hand, "on hand"),
        (stock.in_transit, "in transit"),
        (stock.on_order, "on order"),
        (stock.reserved, "reserved"),
        (stock.backordered, "backordered"),
    ];
    let (units, what) = columns.into_iter().find(|(units, _)| *units != Qty::ZERO)?;
    Some(format!("{} of item {} are {what}", units.to_decimal(), stock.item))
}

/// What keeps a location from being closed after a day: that something lies there or is promised out of it, or moved there later.
pub(crate) fn keeps_location(
    tx: &mut Tx<'_>,
    location: &Location,
    after: Option<NaiveDate>,
) -> Result<Option<String>, StockError> {
    // Each leg there changes this row: what is read after it is what it says.
    tx.get::<LocationUse>(&location.code)?;
    let (mut lies, mut items) = (None, Vec::new());
    tx.peek_each(&Range::<Bin>::all(), |bin: &Bin| {
        if bin.location == location.code {
            items.push(bin.item);
            let there = bin.on_hand != Qty::ZERO || bin.reserved != Qty::ZERO;
            lies = lies.take().or(there.then(|| bin.clone()));
        }
        Ok::<_, Halt>(())
    })?;
    let is_scrap = location.kind == LocationKind::Scrap;
    if let Some(bin) = lies.filter(|_| !is_scrap) {
        let (units, item) = (bin.on_hand.to_decimal(), bin.item);
        return Ok(Some(format!("{units} of item {item} lie there, or are promised out of it")));
    }
    let Some(next) = after.and_then(|after| after.succ_opt()) else { return Ok(None) };
    for item in items {
        let later = Range::by(Move::BY_ITEM, &(item, location.site)).from(&next);
        let found = tx.peek_scan(&later)?.into_iter().find(|leg| leg.location == location.code);
        if let Some(leg) = found {
            return Ok(Some(format!("move {} was there on {}", leg.id, leg.date)));
        }
    }
    Ok(None)
}

/// What keeps a site from being closed after a day: that there is something, or moved something later.
pub(crate) fn keeps_site(
    tx: &mut Tx<'_>,
    site: &Site,
    after: NaiveDate,
) -> Result<Option<String>, StockError> {
    let locations = tx.scan(&Range::by(Location::BY_SITE, &site.id))?;
    let codes: Vec<SmolStr> = locations.iter().map(|location| location.code.clone()).collect();
    tx.get_many::<LocationUse>(&codes)?;
    let mut found = None;
    tx.peek_each(&Range::<Stock>::all(), |stock: &Stock| {
        if stock.site == site.id && found.is_none() {
            found = of_stock(stock);
        }
        Ok::<_, Halt>(())
    })?;
    if found.is_some() {
        return Ok(found);
    }
    for location in &locations {
        if let Some(why) = keeps_location(tx, location, Some(after))? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// Counts what there is of a lot as what it is now: set aside, expired, or neither; and puts its last day on the queue.
pub(crate) fn recount_lot(tx: &mut Tx<'_>, before: &Lot, after: &Lot) -> Result<(), StockError> {
    let id: Id<Lot> = after.id;
    let lapsed = tx.get::<LotLapse>(&id)?.is_some();
    let today = tx.today()?;
    let still = lapsed && after.is_expired(today);
    if lapsed && !still {
        tx.delete::<LotLapse>(&id)?;
    }
    if before.expires != after.expires && !still {
        schedule(tx, id, after.expires)?;
    }
    let was = Standing { status: before.status, lapsed };
    restate(tx, after, (was, Standing { status: after.status, lapsed: still }))
}
