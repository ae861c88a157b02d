//! What lies of a lot counts as something else from now on: its last day is over, somebody released or blocked it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::due::{Due, DueItem, Refused};
use fondaco_core::store::Event;
use fondaco_core::{Halt, Id, ItemId, Needs, Range, Reading, Tx};

use super::standing::{columns, note_standing};
use super::{LotBin, LotLapse, LotTotal, Standing, Stock};
use crate::items::{Item, Lot, Ownership};
use crate::places::Location;
use crate::reserve::rights;
use crate::{Qty, StockError};

/// The kind of the due items by which lots expire.
pub(crate) const KIND: &str = "stock.lot_expiry";

/// Puts the day after the last good day of a lot on the queue, or moves it there; takes it off for a lot that is good for ever.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub(crate) fn schedule(
    tx: &mut Tx<'_>,
    lot: Id<Lot>,
    expires: Option<NaiveDate>,
) -> Result<(), Halt> {
    match expires.and_then(|last| last.succ_opt()) {
        Some(after) => {
            // A day beyond what a clock can show never comes.
            match tx.zone()?.start_of(after) {
                Some(at) => tx.due(Due::new(KIND, lot.to_string(), at)).map(|_| ()),
                None => Ok(()),
            }
        }
        None => tx.cancel_due(KIND, &lot.to_string()).map(|_| ()),
    }
}

/// Moves what lies of a lot, wherever it does, from the columns of one standing to those of another; what is free again goes to what
/// waits for it, and promises of what is not available any more wait. Rests on all that happens to the lot. As of earlier days than `date`
/// it counts as it did.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub(crate) fn restate(
    tx: &mut Tx<'_>,
    lot: &Lot,
    (before, after): (Standing, Standing),
    date: NaiveDate,
) -> Result<(), StockError> {
    if before == after {
        return Ok(());
    }
    note_standing(tx, lot.id, (before, after), date)?;
    if lot.ownership == Ownership::Customer {
        return Ok(());
    }
    // Each leg of the lot changes this row: what is read after it is what it says.
    tx.get::<LotTotal>(&lot.id)?;
    let bins = tx.peek_scan(&Range::<LotBin>::by_key(&lot.id))?;
    let codes: Vec<_> = bins.iter().map(|bin| bin.location.clone()).collect();
    tx.need_all(Needs::new().rows::<Location>(&codes))?;
    let locations = tx.get_many::<Location>(&codes)?;
    let mut changes = Vec::new();
    for (bin, location) in bins.iter().zip(&locations) {
        let Some(location) = location.as_ref().filter(|at| at.kind.is_on_hand()) else {
            continue;
        };
        let units = bin.on_hand.units();
        let difference = |was: bool, is: bool| match (was, is) {
            (false, true) => Qty::from_units(units),
            (true, false) => Qty::from_units(units.saturating_neg()),
            _ => Qty::ZERO,
        };
        let of = |standing| columns(Some(standing), location.kind);
        let (was, is) = (of(before), of(after));
        changes.push(Stock {
            quarantined: difference(was.0, is.0),
            expired: difference(was.1, is.1),
            ..Stock::none(lot.item, location.site)
        });
    }
    changes.retain(|change| *change != Stock::none(change.item, change.site));
    crate::posting::stage_restated(tx, (lot.id, lot.item), after.is_usable(), changes)
}

/// Counts what there is of a lot as expired, the day after its last.
pub(crate) fn lapse(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    Ok(carry_out(tx, item)?)
}

fn carry_out(tx: &mut Tx<'_>, due: &DueItem) -> Result<(), StockError> {
    let request = fondaco_core::policy::Request::new(&rights::EXPIRE);
    tx.authorize(&request)?;
    let broken = || Halt::Bug(format!("no lot expires by {due:?}"));
    let id: Id<Lot> = due.subject.parse().map_err(|_| broken())?;
    let lot = tx.get::<Lot>(&id)?.ok_or_else(broken)?;
    let today = tx.today()?;
    let Some(expired) = lot.expires.filter(|_| lot.is_expired(today)) else {
        return Ok(schedule(tx, id, lot.expires)?); // it is good for longer than it was thought
    };
    if tx.get::<LotLapse>(&id)?.is_some() {
        return Ok(());
    }
    expire(tx, &lot, expired)
}

/// Counts what there is of a lot as expired.
fn expire(tx: &mut Tx<'_>, lot: &Lot, expired: NaiveDate) -> Result<(), StockError> {
    let standing = |lapsed| Standing { status: lot.status, lapsed };
    let date = expired.succ_opt().unwrap_or(expired);
    restate(tx, lot, (standing(false), standing(true)), date)?;
    tx.insert(LotLapse { lot: lot.id, expired, recorded_at: tx.now() })?;
    let code = tx.get::<Item>(&lot.item)?.map(|item| item.code.clone()).unwrap_or_default();
    let event = Event::new("stock.lot_expired").with("lot", lot.id);
    tx.emit(event.with("item", lot.item).with("code", code));
    Ok(())
}

/// Counts a lot as expired whose last day is over, where the clock has not yet; whether it is expired. What is promised and moved goes by
/// the day on which it is, also between midnight and the tick.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub(crate) fn lapse_if_over(tx: &mut Tx<'_>, lot: &Lot) -> Result<bool, StockError> {
    let today = tx.today()?;
    let Some(expired) = lot.expires.filter(|_| lot.is_expired(today)) else { return Ok(false) };
    if tx.get::<LotLapse>(&lot.id)?.is_none() {
        expire(tx, lot, expired)?;
    }
    Ok(true)
}

/// The same of all lots of items.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub(crate) fn lapse_overdue(
    tx: &mut Tx<'_>,
    items: impl IntoIterator<Item = ItemId>,
) -> Result<(), StockError> {
    let today = tx.today()?;
    for item in items.into_iter().collect::<BTreeSet<_>>() {
        for lot in overdue(tx, item, today)? {
            let lot = tx.get::<Lot>(&lot)?;
            lot.map_or(Ok(false), |lot| lapse_if_over(tx, &lot))?;
        }
    }
    Ok(())
}

/// The lots of an item that are over and have not lapsed. The last that was good has lapsed only after all that were good for less long:
/// by the clock, or as it was registered.
fn overdue(tx: &mut Tx<'_>, item: ItemId, today: NaiveDate) -> Result<Vec<Id<Lot>>, Halt> {
    let mut found = Vec::new();
    let (mut range, mut page) = (Range::by(Lot::BY_EXPIRY, &item).before(&today).backwards(), 1);
    loop {
        let lots = tx.peek_scan(&range.clone().limit(page))?;
        for lot in &lots {
            if tx.peek::<LotLapse>(&lot.id)?.is_some() {
                return Ok(found);
            }
            found.push(lot.id);
        }
        let last = lots.last().filter(|_| lots.len() == page);
        let Some((lot, expires)) = last.and_then(|lot| Some((lot.id, lot.expires?))) else {
            return Ok(found);
        };
        (range, page) = (range.before(&(expires, lot)), page * 8);
    }
}
