//! Goods that move otherwise than by documents of parties, and what all moves tell the books.

mod moving;
mod transfers;
mod value;

use fondaco_core::engine::Part;

pub use moving::{ChangeCost, MoveGoods};
pub use transfers::{NewArrival, NewTransfer, TakeIn, TransferGoods, TransferLine};
pub(crate) use transfers::{cancel, site_of};
pub(crate) use value::{Telling, tell_value};

use super::rights;

/// What the engine has of them.
pub(crate) static PART: Part =
    Part::new(&[]).permissions(&[&rights::MOVE_GOODS, &rights::CHANGE_COST]);
