//! What a move does to the value of stock: the facts that are posted.

use chrono::NaiveDate;
use fondaco_core::Id;
use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};

use super::{Move, Qty, Val};

/// The id of a move.
pub type MoveId = Id<Move>;

/// Why a value changed, by which the ledger knows the other account.
#[derive(
    Field, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// What was paid for it, or what it was issued at: against suppliers, cost of sales, the other site.
    Cost,
    /// Freight, duty and the like on top of the price: against the account that collects them.
    Landed,
    /// The difference between what was paid or credited and the cost that stock goes by.
    Variance,
    /// Another standard cost or another method.
    Revaluation,
    /// The cost of an earlier issue that is known better now: against what that issue was posted to.
    Correction,
    /// To net realisable value and back, and what of it leaves with the goods.
    WriteDown,
}

/// One change of the value of stock. The facts of a stock, each with its sign, sum to its value; their quantities to what is on hand.
///
/// The facts with one [`of`](ValueFact::of) sum to what that move is worth as corrected since: an issue below zero that a receipt
/// has corrected, a receipt that freight came upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueFact {
    /// The move that was recorded when this came about.
    pub by: MoveId,
    /// Which fact of [`by`](ValueFact::by) it is, from 0.
    pub number: u32,
    /// Whose cost it is: that same move, or an earlier one that is corrected.
    pub of: MoveId,
    /// The layer it lies in or was taken from, by the move that brought it; `None` where the method has none, and below zero. Where a
    /// receipt covers what was issued below zero, that is taken from the receipt, whatever the method.
    pub layer: Option<MoveId>,
    /// The day it counts from.
    pub date: NaiveDate,
    /// Why.
    pub cause: Cause,
    /// How much came in (above zero) or went out with it; zero where only the value changed. What a receipt covers comes back from below
    /// zero and goes out of the receipt: two facts of [`Cause::Correction`].
    pub quantity: Qty,
    /// By how much the value of stock rose, or fell (below zero).
    pub value: Val,
}
