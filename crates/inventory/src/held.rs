//! What there is of something, asked before it is closed or becomes something else: the levels answer.

use chrono::NaiveDate;
use fondaco_core::Tx;

use crate::StockError;
use crate::items::{Item, Lot};
use crate::places::{Location, Site};

/// What keeps an item from being closed: that there is some of it, or some of it on order. The decision rests on the answer.
pub(crate) fn keeps_item(_tx: &mut Tx<'_>, _item: &Item) -> Result<Option<String>, StockError> {
    Ok(None)
}

/// Whether an item was ever moved, reserved or ordered. The decision rests on the answer.
pub(crate) fn was_moved(_tx: &mut Tx<'_>, _item: &Item) -> Result<bool, StockError> {
    Ok(false)
}

/// What keeps a location from being closed after a day: that something lies there, or moves there later. The decision rests on
/// the answer.
pub(crate) fn keeps_location(
    _tx: &mut Tx<'_>,
    _location: &Location,
    _after: Option<NaiveDate>,
) -> Result<Option<String>, StockError> {
    Ok(None)
}

/// What keeps a site from being closed after a day. The decision rests on the answer.
pub(crate) fn keeps_site(
    _tx: &mut Tx<'_>,
    _site: &Site,
    _after: NaiveDate,
) -> Result<Option<String>, StockError> {
    Ok(None)
}

/// Counts what there is of a lot as what it is now: quarantined, expired, or neither.
pub(crate) fn recount_lot(_tx: &mut Tx<'_>, _before: &Lot, _after: &Lot) -> Result<(), StockError> {
    Ok(())
}
