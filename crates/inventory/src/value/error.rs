//! Why something is refused that concerns what stock is worth.

use chrono::NaiveDate;
use fondaco_core::{Currency, ErrorCode, Id, MoneyError, QuantityError};
use smol_str::SmolStr;

use crate::moves::{Move, MoveKind};
use crate::valuation::{Method, ValuationError};

/// What is wrong with a cost, or with how something is to be costed.
#[derive(Debug, Clone, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum ValueError {
    /// Stock is not valued yet.
    #[error("nothing says how stock is costed: carry out SetUpCosting first")]
    #[kind(Refused)]
    NoCosting,
    /// Stock is valued already, under other standards.
    #[error("stock is valued already, under other standards")]
    #[kind(Conflict)]
    CostingSetUp,
    /// An item that is valued, and that nothing says how to cost any more.
    #[error(
        "item {item} is valued, and nothing else says how it is costed: give a method, or one for its category or the company"
    )]
    #[kind(Refused)]
    NoMethod {
        /// The item's code.
        item: SmolStr,
    },
    /// Another category that costs an item otherwise than it is costed.
    #[error(
        "item {item} is costed by {before}, and by {after} from its category on: say first how it is costed, with SetCosting of the item"
    )]
    #[kind(Refused)]
    #[code("cost_other_method")]
    OtherMethod {
        /// The item's code.
        item: SmolStr,
        /// How it is costed.
        before: Method,
        /// How it would be.
        after: Method,
    },
    /// A method that can't be.
    #[error(transparent)]
    #[inner]
    Method(ValuationError),
    /// A cost of an item that is not valued.
    #[error(
        "a cost is given for item {item}, but nothing says how it is costed: carry out SetCosting for it, its category or the company, or leave the cost out"
    )]
    #[kind(Refused)]
    CostOfUnvalued {
        /// The item's code.
        item: SmolStr,
    },
    /// Stock that lay there before it was valued.
    #[error(
        "item {item} was moved at site {site} before it was valued: carry out SetCosting for the item, with the cost of what is there"
    )]
    #[kind(Refused)]
    NeverValued {
        /// The item's code.
        item: SmolStr,
        /// The site's code.
        site: SmolStr,
    },
    /// Items that lie there with no value, when they begin to be valued.
    #[error(
        "what lies there of {} was never valued: carry out SetCosting for each of these items, with its cost", items.join(", ")
    )]
    #[kind(Refused)]
    OpeningCostMissing {
        /// Their codes.
        items: Vec<SmolStr>,
    },
    /// A cost on a move that brings none.
    #[error(
        "a {} takes its cost from what lies there, and none can be given: leave it out", kind.code()
    )]
    #[kind(Invalid)]
    CostUnfit {
        /// The kind of the move.
        kind: MoveKind,
    },
    /// A cost of goods that are not the company's own.
    #[error(
        "item {item} is not the company's own there, and worth nothing to it: leave the cost out"
    )]
    #[kind(Invalid)]
    CostOfOthers {
        /// The item's code.
        item: SmolStr,
    },
    /// A cost in another currency than the stock's.
    #[error(
        "the cost of item {item} is in {given}, but stock is valued in {currency}: convert it first"
    )]
    #[kind(Invalid)]
    CostCurrency {
        /// The item's code.
        item: SmolStr,
        /// The currency as given.
        given: Currency,
        /// The currency of the stock.
        currency: Currency,
    },
    /// A cost that can't be held.
    #[error("the cost of item {item}: {error}")]
    #[inner]
    CostMoney {
        /// The item's code.
        item: SmolStr,
        /// What is wrong with it.
        error: Box<MoneyError>,
    },
    /// A price for a unit into which the item's does not convert.
    #[error("the price of item {item}: {error}")]
    #[inner]
    CostPrice {
        /// The item's code.
        item: SmolStr,
        /// What is wrong with it.
        error: Box<QuantityError>,
    },
    /// Something done to the cost of a receipt that never was.
    #[error("move {of} brought nothing that is valued, or was taken back: name the receipt")]
    #[kind(NotFound)]
    UnknownReceipt {
        /// What was named.
        of: Id<Move>,
    },
    /// A bill of what another site sent.
    #[error(
        "move {of} came from site {site} at what it cost there: correct the receipt that brought it there"
    )]
    #[kind(Refused)]
    CostOfElsewhere {
        /// What was named.
        of: Id<Move>,
        /// The code of the site that sent it.
        site: SmolStr,
    },
    /// A receipt that would bear a cost twice.
    #[error("receipt {of} is named twice: name each receipt once")]
    #[kind(Invalid)]
    ReceiptTwice {
        /// The receipt.
        of: Id<Move>,
    },
    /// A cost that would count from before there was something to bear it, or from before it changed last.
    #[error(
        "what item {item} costs can't change from {date} on, as goods or costs of {from} are in it: give that day or a later one"
    )]
    #[kind(Invalid)]
    CostBeforeGoods {
        /// The item's code.
        item: SmolStr,
        /// The day as given.
        date: NaiveDate,
        /// The first day that can be.
        from: NaiveDate,
    },
    /// A cost that can't be shared out.
    #[error(transparent)]
    #[inner]
    Shares(ValuationError),
    /// What costing refuses.
    #[error("item {item} at site {site}: {error}")]
    #[inner]
    Costing {
        /// The item's code.
        item: SmolStr,
        /// The site's code.
        site: SmolStr,
        /// Why.
        error: Box<ValuationError>,
    },
}

impl ValueError {
    /// Whether a write-down would have come back that may not.
    pub(super) fn is_no_reversal(&self) -> bool {
        let ValueError::Costing { error, .. } = self else { return false };
        matches!(**error, ValuationError::NoReversal { .. })
    }
}
