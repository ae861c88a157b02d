//! What the clock does to reservations.

use fondaco_core::due::{DueItem, Refused};
use fondaco_core::{Halt, Id, Tx};

use super::release::Releasing;
use super::rights;
use crate::StockError;
use crate::levels::Reservation;

/// The kind of the due items by which reservations end.
pub(crate) const KIND: &str = "stock.reservation";

/// Ends a reservation whose time is over, unless it is over already.
pub(crate) fn expire(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    Ok(end(tx, item)?)
}

fn end(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), StockError> {
    let authority = tx.authority(&rights::EXPIRE)?;
    let broken = || Halt::Bug(format!("no reservation ends by {item:?}"));
    let id: Id<Reservation> = item.subject.parse().map_err(|_| broken())?;
    let mut batch = Releasing::prepare(tx, &[id])?;
    batch.take(tx, &authority, id)?;
    batch.finish(tx)
}
