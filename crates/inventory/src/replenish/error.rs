//! Why a rule of replenishment is refused.

use fondaco_core::calendar::CalendarError;
use fondaco_core::{Currency, ErrorCode, ItemId, Quantity, SiteId};
use smol_str::SmolStr;

/// What is wrong with a rule of replenishment or a vendor's price.
#[derive(Debug, Clone, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum ReplenishError {
    /// Nothing says how the item is replenished there.
    #[error("nothing says how item {item} is replenished at site {site}: set a reorder rule first")]
    #[kind(NotFound)]
    UnknownReorderRule {
        /// The item.
        item: ItemId,
        /// The site.
        site: SiteId,
    },
    /// Two figures of a rule that don't go together.
    #[error("{field} is {value}, which {why}")]
    #[kind(Invalid)]
    BadReorderRule {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// A quantity below zero.
    #[error("{field} of item {item} is {quantity}: give zero or more")]
    #[kind(Invalid)]
    NegativeReorder {
        /// Which field.
        field: &'static str,
        /// The item's code.
        item: SmolStr,
        /// What was given.
        quantity: Quantity,
    },
    /// A price in another currency than the stock's.
    #[error(
        "{price} of item {item} is not in {currency}, the currency of the stock: convert it first"
    )]
    #[kind(Invalid)]
    PriceCurrency {
        /// The item's code.
        item: SmolStr,
        /// The price as given.
        price: String,
        /// The currency of the stock.
        currency: Currency,
    },
    /// A calendar that is not there, or ends before the goods come.
    #[error(transparent)]
    #[inner]
    Calendar(#[from] CalendarError),
    /// What the formula refuses.
    #[error(transparent)]
    #[inner]
    Kernel(#[from] crate::KernelError),
}
