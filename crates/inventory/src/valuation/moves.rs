//! Moves, as far as their value goes.

use chrono::NaiveDate;
use fondaco_core::Id;

use super::{Method, MoveId, Price, Qty, Val};

/// A lot, of which only the id is of interest here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot;

/// A move of one item at one site.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_inventory::valuation::{Kind, Move, MoveId, Qty, Val};
/// let day: NaiveDate = "2026-03-02".parse()?;
/// let kind = Kind::receipt(Qty::from_units(10_000_000), Val::from_units(1_000_000)); // 10 for 100.00
/// let moved = Move::new(MoveId::from_u128(1), day, kind);
/// assert_eq!(moved.lot, None);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Move {
    /// Its id, by which later moves and facts name it.
    pub id: MoveId,
    /// The day it counts from.
    pub date: NaiveDate,
    /// The lot, which [`Method::Lot`] asks for.
    pub lot: Option<Id<Lot>>,
    /// What is done.
    pub kind: Kind,
}

impl Move {
    /// A move without a lot.
    #[must_use]
    pub fn new(id: MoveId, date: NaiveDate, kind: Kind) -> Move {
        Move { id, date, lot: None, kind }
    }

    /// The same of a lot.
    #[must_use]
    pub fn of_lot(self, lot: Id<Lot>) -> Move {
        Move { lot: Some(lot), ..self }
    }
}

/// What a move does. Quantities are above zero unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Goods come in: bought, made, brought over.
    Receipt {
        /// How much.
        quantity: Qty,
        /// What all of it cost; `None` takes the cost at which stock is kept now, or the last known.
        value: Option<Val>,
        /// Freight, duty and the like that are known already.
        landed: Val,
    },
    /// Goods go out: sold, used up.
    Issue {
        /// How much.
        quantity: Qty,
    },
    /// Goods are thrown away; costed as an issue.
    Scrap {
        /// How much.
        quantity: Qty,
    },
    /// Something that was issued comes back, at what it was issued at, as corrected since.
    CustomerReturn {
        /// The issue.
        of: MoveId,
        /// How much.
        quantity: Qty,
    },
    /// Something that was received goes back, at the cost at which stock leaves now; the supplier credits what it was bought for, and
    /// the difference is a variance.
    SupplierReturn {
        /// The receipt.
        of: MoveId,
        /// How much.
        quantity: Qty,
    },
    /// More (above zero) or less is there than was booked.
    Adjustment {
        /// By how much.
        quantity: Qty,
        /// What it is worth, when more is there; `None` as for a receipt.
        value: Option<Val>,
    },
    /// So much was counted, zero or more; the difference is an adjustment.
    Count {
        /// What is there: of the lot, where one is named and the method goes by lots.
        counted: Qty,
    },
    /// From a supplier straight to a customer: never in stock, yet bought and sold.
    DropShipment {
        /// How much.
        quantity: Qty,
        /// What it cost.
        value: Val,
    },
    /// Freight, duty and the like for a receipt, whenever they come to be known. See [`spread`](super::spread).
    LandedCost {
        /// The receipt.
        of: MoveId,
        /// How much more it cost; below zero where it comes back.
        value: Val,
    },
    /// The price of a receipt turns out to be another: the bill says so.
    PriceChange {
        /// The receipt.
        of: MoveId,
        /// How much more it cost; below zero for less.
        value: Val,
    },
    /// What came back from a customer was issued elsewhere, and that turns out to have cost otherwise.
    ReturnCost {
        /// The return.
        of: MoveId,
        /// How much more it cost; below zero for less.
        value: Val,
    },
    /// An earlier move was of another quantity than was booked.
    Correction {
        /// Which one.
        of: MoveId,
        /// What it should have been, zero or more.
        quantity: Qty,
    },
    /// Another standard cost, which revalues what is on hand; so does that of an average. Where layers have their own costs it is what is known last.
    SetCost {
        /// For one.
        cost: Price,
    },
    /// Another method from now on.
    ChangeMethod {
        /// Which one.
        to: Method,
    },
    /// What one is sold for, less what that costs (net realisable value): stock is written down to it, or back up to its cost.
    NetRealisable {
        /// For one.
        price: Price,
    },
}

impl Kind {
    /// A receipt of a quantity for a value.
    #[must_use]
    pub const fn receipt(quantity: Qty, value: Val) -> Kind {
        Kind::Receipt { quantity, value: Some(value), landed: Val::ZERO }
    }

    /// The earlier move that it is about.
    #[must_use]
    pub fn of(&self) -> Option<MoveId> {
        match *self {
            Kind::CustomerReturn { of, .. }
            | Kind::SupplierReturn { of, .. }
            | Kind::LandedCost { of, .. }
            | Kind::PriceChange { of, .. }
            | Kind::ReturnCost { of, .. }
            | Kind::Correction { of, .. } => Some(of),
            _ => None,
        }
    }

    /// The earlier move that it returns.
    pub(super) fn returns(&self) -> Option<MoveId> {
        match *self {
            Kind::CustomerReturn { of, .. } | Kind::SupplierReturn { of, .. } => Some(of),
            _ => None,
        }
    }
}
