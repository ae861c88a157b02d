//! What costing refuses.

use fondaco_core::ErrorCode;

use super::{Basis, Framework, Method, MoveId, Qty, Val};

/// A move that can't be costed. Nothing is changed by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum ValuationError {
    /// A move of nothing, or of less.
    #[error("move {id} has a quantity of {}: give one above zero", quantity.to_decimal())]
    #[kind(Invalid)]
    #[code("cost_bad_quantity")]
    BadQuantity {
        /// The move.
        id: MoveId,
        /// The quantity as given.
        quantity: Qty,
    },
    /// A count or a corrected quantity below zero.
    #[error("move {id} says that {} are there: give zero or more", quantity.to_decimal())]
    #[kind(Invalid)]
    #[code("cost_count_below_zero")]
    BelowZero {
        /// The move.
        id: MoveId,
        /// The quantity as given.
        quantity: Qty,
    },
    /// Goods that would cost less than nothing.
    #[error("the cost of {of} would be {} by move {id}: give one that leaves zero or more", value.to_decimal())]
    #[kind(Invalid)]
    CostBelowZero {
        /// The move that would make it so.
        id: MoveId,
        /// Whose cost it is.
        of: MoveId,
        /// What would be left.
        value: Val,
    },
    /// An added cost of nothing.
    #[error(
        "move {id} adds a cost of 0: give the amount that was added, or below zero what was taken back"
    )]
    #[kind(Invalid)]
    #[code("cost_no_value")]
    NoValue {
        /// The move.
        id: MoveId,
    },
    /// A value with more digits than the currency.
    #[error("the value {} of move {id} has more than {digits} digits: round it to the currency's", value.to_decimal())]
    #[kind(Invalid)]
    #[code("cost_too_fine")]
    TooFine {
        /// The move.
        id: MoveId,
        /// The value as given.
        value: Val,
        /// The digits there may be.
        digits: u32,
    },
    /// What came in has no cost, and none is known.
    #[error("move {id} has no cost, and none is known yet: give its value, or set a cost first")]
    #[kind(Refused)]
    #[code("cost_unknown")]
    NoCost {
        /// The move.
        id: MoveId,
    },
    /// A return of what was never issued.
    #[error("move {id} brings back {of}, which was never issued from here: name the issue")]
    #[kind(NotFound)]
    #[code("cost_never_issued")]
    NeverIssued {
        /// The return.
        id: MoveId,
        /// What it names.
        of: MoveId,
    },
    /// Something done to a receipt that never was.
    #[error("move {id} is about the receipt {of}, which never came in here: name the receipt")]
    #[kind(NotFound)]
    #[code("cost_never_received")]
    NeverReceived {
        /// The move.
        id: MoveId,
        /// What it names.
        of: MoveId,
    },
    /// A correction of a move that is not known, or has no quantity.
    #[error(
        "move {id} corrects {of}, of which no quantity is known here: name the move that brought or took it"
    )]
    #[kind(NotFound)]
    #[code("cost_unknown_move")]
    UnknownMove {
        /// The correction.
        id: MoveId,
        /// What it names.
        of: MoveId,
    },
    /// More comes back than is still out.
    #[error(
        "move {id} takes back {} of {of}, of which {} are left to take back: return no more than those",
        quantity.to_decimal(), open.to_decimal()
    )]
    #[kind(Refused)]
    #[code("cost_over_returned")]
    OverReturned {
        /// The return, or the correction that would leave less than was returned.
        id: MoveId,
        /// What it is about.
        of: MoveId,
        /// How much it takes back.
        quantity: Qty,
        /// How much there is to take back.
        open: Qty,
    },
    /// Goods that are costed lot by lot, without their lot.
    #[error("move {id} names no lot, by which its item is costed: name the lot")]
    #[kind(Invalid)]
    #[code("cost_lot_missing")]
    LotMissing {
        /// The move.
        id: MoveId,
    },
    /// More of a lot than there is: a lot is never below zero.
    #[error(
        "move {id} takes {} of a lot of which {} are there: take less, or receive the lot first",
        quantity.to_decimal(), there.to_decimal()
    )]
    #[kind(Refused)]
    #[code("cost_lot_short")]
    LotShort {
        /// The move.
        id: MoveId,
        /// How much it takes.
        quantity: Qty,
        /// How much there is.
        there: Qty,
    },
    /// Stock whose lots are not known, or that is below zero, can't be costed by lots.
    #[error(
        "move {id} changes to specific lots, but what is on hand has none: change when nothing is, or count it in by lots"
    )]
    #[kind(Refused)]
    #[code("cost_lots_unknown")]
    LotsUnknown {
        /// The move.
        id: MoveId,
    },
    /// A method that the standards don't allow.
    #[error("{method} is not allowed under {framework}: choose another method")]
    #[kind(Refused)]
    #[code("cost_method_not_allowed")]
    NotAllowed {
        /// The method.
        method: Method,
        /// The standards.
        framework: Framework,
    },
    /// A write-down that would come back where it may not.
    #[error("move {id} would take back a write-down of {}, which {framework} does not: leave the stock as it is valued", value.to_decimal())]
    #[kind(Refused)]
    #[code("cost_no_reversal")]
    NoReversal {
        /// The move.
        id: MoveId,
        /// How much would come back.
        value: Val,
        /// The standards.
        framework: Framework,
    },
    /// Two moves with one id.
    #[error("move {id} was recorded before: give each move an id of its own")]
    #[kind(Conflict)]
    #[code("cost_move_repeated")]
    Repeated {
        /// The id.
        id: MoveId,
    },
    /// A stock that is not in the table.
    #[error("there is no stock at place {stock}: give the method of each")]
    #[kind(Invalid)]
    #[code("cost_unknown_stock")]
    UnknownStock {
        /// The place as given.
        stock: usize,
    },
    /// A transfer from a stock to itself.
    #[error("move {id} takes goods from a stock to itself: name another")]
    #[kind(Invalid)]
    #[code("cost_same_stock")]
    SamePlace {
        /// The move.
        id: MoveId,
    },
    /// A receipt that can't bear a share, as what it is shared by is not known of it.
    #[error(
        "receipt {index} (counted from 0) has no {basis} of zero or more: give it, or share by something else"
    )]
    #[kind(Invalid)]
    #[code("cost_no_measure")]
    NoMeasure {
        /// Which receipt.
        index: usize,
        /// What is missing.
        basis: Basis,
    },
    /// A cost without anybody to bear it.
    #[error(
        "no receipt has a {basis} above zero to bear the cost: give it, or share by something else"
    )]
    #[kind(Invalid)]
    #[code("cost_no_bearer")]
    NoBearer {
        /// What it was to be shared by.
        basis: Basis,
    },
    /// A cost that can't be shared out in whole minor units.
    #[error("{} can't be shared out by {basis}: round it to the currency's digits, and give measures in a larger unit", cost.to_decimal())]
    #[kind(Invalid)]
    #[code("cost_unshareable")]
    Unshareable {
        /// The cost.
        cost: Val,
        /// What it was to be shared by.
        basis: Basis,
    },
    /// A figure without room.
    #[error(
        "the {what} after move {id} is beyond what can be held: split the item, or use a larger unit"
    )]
    #[kind(Invalid)]
    #[code("cost_overflow")]
    Overflow {
        /// The move.
        id: MoveId,
        /// Which figure.
        what: &'static str,
    },
    /// A stock that contradicts itself, as it was loaded.
    #[error("the stock does not hold together: {why}; replay its moves")]
    #[kind(Corrupt)]
    #[code("cost_broken")]
    Broken {
        /// What is wrong.
        why: &'static str,
    },
    /// One row of a table was refused.
    #[error("row {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// The row, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<ValuationError>,
    },
}

impl ValuationError {
    /// This error, said of a row of a table.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        Self::At { index, error: Box::new(self) }
    }
}
