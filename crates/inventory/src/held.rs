//! What there is of something, asked before it is closed or becomes something else: the levels answer.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Added, Halt, Id, ItemId, Range, Reading, SiteId, Tx};
use smol_str::SmolStr;

use crate::items::{Item, Lot, existing};
use crate::levels::{
    Bin, LocationUse, LotLapse, LotTotal, Serial, Standing, Stock, restate, schedule,
};
use crate::moves::Move;
use crate::places::{Location, LocationKind, Site};
use crate::{Qty, StockError};

/// What keeps an item from being closed: that there is some of it, promised, on order or on its way, or that something is made of it. The
/// decision rests on all that happens to it.
pub(crate) fn keeps_item(tx: &mut Tx<'_>, item: &Item) -> Result<Option<String>, StockError> {
    if let Some(why) = crate::bills::goes_into(tx, item)? {
        return Ok(Some(why));
    }
    for (site, stock) in at_sites(tx, item)? {
        if let Some((what, quantity)) = anything(&stock) {
            let quantity = item.quantity(quantity);
            return Ok(Some(format!("{quantity} are {what} at {}: see to them first", site.code)));
        }
    }
    // What belongs to a customer counts to none of these columns, but every leg of it was counted above.
    let bins = tx.get_range(&Range::<Bin>::by_key(&item.id))?;
    let codes: Vec<SmolStr> = bins.iter().map(|bin| bin.location.clone()).collect();
    let locations = tx.get_many::<Location>(&codes)?;
    let kept = bins.iter().zip(&locations).find(|(bin, location)| {
        let is_gone = location.as_ref().is_some_and(|at| at.kind == LocationKind::Scrap);
        bin.on_hand != Qty::ZERO && !is_gone
    });
    Ok(kept.map(|(bin, _)| {
        let quantity = item.quantity(bin.on_hand);
        format!("{quantity} lie in {}: move them out first", bin.location)
    }))
}

/// Whether an item was ever moved, promised or ordered. The decision rests on all that happens to it.
pub(crate) fn was_moved(tx: &mut Tx<'_>, item: &Item) -> Result<bool, StockError> {
    Ok(!at_sites(tx, item)?.is_empty())
}

/// A site, and the level of an item there.
type AtSite = (Arc<Site>, Arc<Stock>);

/// The levels of an item, wherever it ever was. Rests on each, and on there being none elsewhere.
fn at_sites(tx: &mut Tx<'_>, item: &Item) -> Result<Vec<AtSite>, Halt> {
    let sites = tx.scan(&Range::<Site>::all())?;
    let keys: Vec<_> = sites.iter().map(|site| (item.id, site.id)).collect();
    let stocks = tx.get_many::<Stock>(&keys)?;
    Ok(sites.into_iter().zip(stocks).filter_map(|(site, stock)| Some((site, stock?))).collect())
}

/// What there is of a level, if anything is.
fn anything(stock: &Stock) -> Option<(&'static str, Qty)> {
    let columns = [
        ("on hand", stock.on_hand),
        ("on their way", stock.in_transit),
        ("on order", stock.on_order),
        ("promised", stock.reserved),
        ("backordered", stock.backordered),
    ];
    columns.into_iter().find(|(_, quantity)| *quantity != Qty::ZERO)
}

/// What keeps a location from being closed after a day, or from becoming one of another kind: that something lies there or is promised
/// out of it, or that something was moved there later. The decision rests on all that is put there and taken from there.
pub(crate) fn keeps_location(
    tx: &mut Tx<'_>,
    location: &Location,
    after: Option<NaiveDate>,
) -> Result<Option<String>, StockError> {
    lies_in(tx, &[location], after)
}

/// What lies in any of these locations, or moved there after a day. What was thrown away keeps nothing open.
fn lies_in(
    tx: &mut Tx<'_>,
    locations: &[&Location],
    after: Option<NaiveDate>,
) -> Result<Option<String>, StockError> {
    let codes: Vec<SmolStr> = locations.iter().map(|location| location.code.clone()).collect();
    let uses = tx.get_many::<LocationUse>(&codes)?;
    for (location, _) in locations.iter().zip(uses).filter(|(_, used)| used.is_some()) {
        let bins = tx.get_range(&Range::by(Bin::BY_LOCATION, &location.code))?;
        let there = |bin: &&Arc<Bin>| (bin.on_hand, bin.reserved) != (Qty::ZERO, Qty::ZERO);
        let is_scrap = location.kind == LocationKind::Scrap && after.is_some();
        if let Some(bin) = bins.iter().find(there).filter(|_| !is_scrap) {
            let item = existing(tx, bin.item)?;
            let (quantity, code) = (item.quantity(bin.on_hand), &item.code);
            let location = &location.code;
            return Ok(Some(format!(
                "{quantity} of {code} lie in {location}: move them out first"
            )));
        }
        if let Some(why) = moved_after(tx, location, &bins, after)? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// A move of any of the items that ever lay in a location, there and after a day.
fn moved_after(
    tx: &mut Tx<'_>,
    location: &Location,
    bins: &[Arc<Bin>],
    after: Option<NaiveDate>,
) -> Result<Option<String>, StockError> {
    let Some(next) = after.and_then(|after| after.succ_opt()) else { return Ok(None) };
    let later = |bin: &Arc<Bin>| Range::by(Move::BY_ITEM, &(bin.item, location.site)).from(&next);
    let moves = tx.peek_scans(&bins.iter().map(later).collect::<Vec<_>>())?;
    let there = moves.iter().flatten().find(|leg| leg.location == location.code);
    Ok(there.map(|leg| format!("something was moved there on {}: close it later", leg.date)))
}

/// What keeps a site from being closed after a day: that something lies there, or is promised, on order or on its way there, or that
/// something was moved there later. The decision rests on all that is put into its locations and taken from there.
pub(crate) fn keeps_site(
    tx: &mut Tx<'_>,
    site: &Site,
    after: NaiveDate,
) -> Result<Option<String>, StockError> {
    for stock in tx.get_range(&Range::by(Stock::BY_SITE, &site.id))? {
        if let Some((what, quantity)) = anything(&stock) {
            let item = existing(tx, stock.item)?;
            let (quantity, code) = (item.quantity(quantity), &item.code);
            return Ok(Some(format!("{quantity} of {code} are {what} there: see to them first")));
        }
    }
    if let Some(other) = crate::replenish::supplied_from(tx, site.id)? {
        let code = &existing(tx, other.item)?.code;
        let of = crate::places::existing_site(tx, other.site)?;
        return Ok(Some(format!(
            "{code} at {} is replenished from there: change that rule first",
            of.code
        )));
    }
    let locations = tx.scan(&Range::by(Location::BY_SITE, &site.id))?;
    let locations: Vec<&Location> = locations.iter().map(AsRef::as_ref).collect();
    lies_in(tx, &locations, Some(after))
}

/// Something comes to be on order or to wait at sites: who closes one of them meanwhile learns of it, also where there never was any of
/// the item, so that no level of it could be asked. It counts to the site's root as no leg of a move.
pub(crate) fn await_at<'s>(
    tx: &mut Tx<'_>,
    sites: impl IntoIterator<Item = &'s Site>,
) -> Result<(), Halt> {
    let mut roots: Vec<SmolStr> = sites.into_iter().map(|site| site.root().clone()).collect();
    roots.sort_unstable();
    roots.dedup();
    tx.add_all(roots.into_iter().map(|location| LocationUse { location, legs: 0 }).collect())
}

/// What is closed is not replenished any more.
pub(crate) fn end_rules_of(tx: &mut Tx<'_>, item: ItemId) -> Result<(), StockError> {
    crate::replenish::remove_rules(tx, |rule| rule.item == item)
}

/// The same of a site.
pub(crate) fn end_rules_at(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StockError> {
    crate::replenish::remove_rules(tx, |rule| rule.site == site)
}

/// Lets a new lot expire by the clock.
pub(crate) fn schedule_lot(tx: &mut Tx<'_>, lot: &Lot) -> Result<(), StockError> {
    let today = tx.today()?;
    match lot.expires {
        // It is over as it is registered: nothing of it is there that could count otherwise.
        Some(expired) if lot.is_expired(today) => {
            let recorded_at = tx.now();
            Ok(tx.insert(LotLapse { lot: lot.id, expired, recorded_at })?)
        }
        Some(last) => Ok(schedule(tx, lot.id, Some(last))?),
        None => Ok(()),
    }
}

/// Counts what there is of a lot as what it is now: quarantined, expired, or neither.
pub(crate) fn recount_lot(tx: &mut Tx<'_>, before: &Lot, after: &Lot) -> Result<(), StockError> {
    let lapsed = tx.get::<LotLapse>(&before.id)?.is_some();
    let was = Standing { status: before.status, lapsed };
    let today = tx.today()?;
    if before.expires == after.expires {
        return restate(tx, before, (was, Standing { status: after.status, lapsed }), today);
    }
    let expired = after.expires.filter(|_| after.is_expired(today));
    let is = Standing { status: after.status, lapsed: expired.is_some() };
    restate(tx, before, (was, is), today)?;
    lapse(tx, after.id, (lapsed, expired))?;
    Ok(schedule(tx, after.id, after.expires.filter(|_| expired.is_none()))?)
}

/// What there is of a piece counts under its serial number as it is now.
pub(crate) fn rename_serial(tx: &mut Tx<'_>, before: &Lot, after: &Lot) -> Result<(), StockError> {
    let total = if before.code == after.code { None } else { tx.get::<LotTotal>(&before.id)? };
    let Some(total) = total else { return Ok(()) };
    let (item, on_hand, legs) = (before.item, total.on_hand, total.legs);
    let (less, fewer) = (on_hand.units().saturating_neg(), legs.saturating_neg());
    let code = before.code.clone();
    tx.add_all(vec![Serial { item, code, on_hand: Qty::from_units(less), legs: fewer }])?;
    let code = after.code.clone();
    let one = 10i64.pow(u32::from(crate::QUANTITY_DIGITS));
    match tx.add(Serial { item, code, on_hand, legs }, &[Serial::ROOM_FOR_ONE.floor(-one)])? {
        Added::Fine => Ok(()),
        Added::Short(_) => {
            let (serial, item) = (after.code.clone(), existing(tx, item)?.code.clone());
            Err(crate::MoveError::SerialTaken { serial, item }.into())
        }
    }
}

/// Notes that a lot has expired, or that it has not after all.
fn lapse(
    tx: &mut Tx<'_>,
    lot: Id<Lot>,
    (was, expired): (bool, Option<NaiveDate>),
) -> Result<(), StockError> {
    match (was, expired) {
        (_, Some(expired)) => {
            let recorded_at = tx.now();
            tx.upsert(LotLapse { lot, expired, recorded_at })?;
        }
        (true, None) => tx.delete::<LotLapse>(&lot)?,
        (false, None) => {}
    }
    Ok(())
}
