//! Amending: a promise is of more or less from now on, and keeps its place among those that wait.

use fondaco_core::policy::Authority;
use fondaco_core::{Id, Tx};

use super::release::Releasing;
use super::rights;
use crate::levels::Reservation;
use crate::{Qty, StockError};

/// From now on so much is left of each of these reservations, in the item's stock unit: what is held and what waits together, also of one
/// that was over; nothing where it is below zero. Of what is less, that which waits is given back first. What is more waits, and has what is
/// free before all that was promised later. Who acts may reserve and release.
///
/// # Errors
/// [`StockError::At`] with the one that is refused: [`ReserveError::UnknownReservation`](super::ReserveError::UnknownReservation), or a denial;
/// or a [`Halt`](fondaco_core::Halt).
pub fn amend(tx: &mut Tx<'_>, amended: &[(Id<Reservation>, Qty)]) -> Result<(), StockError> {
    let (more, less) = (tx.authority(&rights::RESERVE)?, tx.authority(&rights::RELEASE)?);
    let ids: Vec<Id<Reservation>> = amended.iter().map(|(id, _)| *id).collect();
    let mut batch = Releasing::prepare(tx, &ids)?;
    for (index, (id, left)) in amended.iter().enumerate() {
        let done = amend_one(tx, &mut batch, (&more, &less), (*id, left.units().max(0)));
        done.map_err(|error| error.at(index))?;
    }
    batch.finish(tx)
}

fn amend_one(
    tx: &mut Tx<'_>,
    batch: &mut Releasing,
    (more, less): (&Authority, &Authority),
    (id, left): (Id<Reservation>, i64),
) -> Result<(), StockError> {
    let row = batch.row(tx, less, id)?;
    let over = row.open_units().saturating_sub(left);
    if over > 0 {
        let of_waiting = row.backordered.units().min(over);
        return batch.give_back(tx, row, (over - of_waiting, of_waiting));
    }
    if over < 0 {
        let row = batch.row(tx, more, id)?;
        return batch.wait_for(tx, row, over.saturating_neg());
    }
    Ok(())
}
