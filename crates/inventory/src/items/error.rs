//! Why an item, a category or a lot can't be as it is given.

use fondaco_core::{ErrorCode, Id, ItemId};
use smol_str::SmolStr;

use super::Lot;

/// What is wrong with items, their units, categories and lots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum CatalogueError {
    /// No such item.
    #[error("there is no item {item}: add it first, or correct the id")]
    #[kind(NotFound)]
    UnknownItem {
        /// The id.
        item: ItemId,
    },
    /// No such category.
    #[error("there is no category {category}: add it first, or correct the code")]
    #[kind(NotFound)]
    UnknownCategory {
        /// The code.
        category: SmolStr,
    },
    /// No such lot.
    #[error("there is no lot {lot}: add it first, or correct the id")]
    #[kind(NotFound)]
    UnknownLot {
        /// The id.
        lot: Id<Lot>,
    },
    /// What shall name it names another already.
    #[error("{what} {code} exists already: choose another")]
    #[kind(Conflict)]
    Exists {
        /// What: `item code`, `barcode`, `category`.
        what: &'static str,
        /// The code.
        code: SmolStr,
    },
    /// The lot's or serial number is another's of the item.
    #[error("{item} has {what} {code} already, {lot}: take that one, or choose another number")]
    #[kind(Conflict)]
    LotExists {
        /// The item's code.
        item: SmolStr,
        /// `lot` or `serial number`.
        what: &'static str,
        /// The number.
        code: SmolStr,
        /// The lot that has it.
        lot: Id<Lot>,
    },
    /// What is closed takes nothing new.
    #[error("{what} {code} is closed: reopen it first")]
    #[kind(Refused)]
    Closed {
        /// What: `item`, `category`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
    },
    /// A field of an item that doesn't go with the others.
    #[error("item {code}: {field} {why}")]
    #[kind(Invalid)]
    BadItem {
        /// The item's code.
        code: SmolStr,
        /// Which field.
        field: &'static str,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// A field of a lot that doesn't go with the others, or with its item.
    #[error("lot {code} of {item}: {field} {why}")]
    #[kind(Invalid)]
    BadLot {
        /// The item's code.
        item: SmolStr,
        /// The lot's number.
        code: SmolStr,
        /// Which field.
        field: &'static str,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// Axes of which no variants can be made.
    #[error("variants of {template}: {why}")]
    #[kind(Invalid)]
    BadAxes {
        /// The template's code.
        template: SmolStr,
        /// What is wrong, and the way out.
        why: String,
    },
    /// A variant with the same attributes is there.
    #[error(
        "{template} has a variant with these attributes already, {variant}: take that one, or tell them apart"
    )]
    #[kind(Conflict)]
    VariantExists {
        /// The template's code.
        template: SmolStr,
        /// The variant's code.
        variant: SmolStr,
    },
    /// What has been moved can't become something else.
    #[error("{what} {code} can't change its {field}: {why}")]
    #[kind(Refused)]
    CannotChange {
        /// What: `item`, `lot`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// Which field.
        field: &'static str,
        /// Why, and the way out.
        why: String,
    },
    /// Something is still there.
    #[error("{what} {code} can't be closed: {why}")]
    #[kind(Refused)]
    CannotClose {
        /// What: `item`, `category`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// Why, and the way out.
        why: String,
    },
}
