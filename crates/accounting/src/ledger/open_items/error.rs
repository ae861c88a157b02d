//! Why items are not cleared, and accounts not kept by them.

use chrono::NaiveDate;
use fondaco_core::{Currency, ErrorKind, Id, Money, PartyId};
use smol_str::SmolStr;

use super::{Clearing, ItemKey};

/// A refusal about open items: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// The account's postings are no items.
    #[error("account {code} is not kept by open items: {why}")]
    NotKept {
        /// The account.
        code: SmolStr,
        /// Why, and the way out.
        why: &'static str,
    },
    /// The account can't become one that is kept by open items, or cease to be one.
    #[error("account {code} can't {what}: {why}")]
    CannotChange {
        /// The account.
        code: SmolStr,
        /// What it can't.
        what: &'static str,
        /// Why, and the way out.
        why: String,
    },
    /// No such item.
    #[error("there is no item {item}: name a posting of an account that is kept by open items")]
    Unknown {
        /// The entry and line that were named.
        item: ItemKey,
    },
    /// The item is on another account.
    #[error("item {item} is on account {account}, not on {expected}: clear items of one account")]
    OtherAccount {
        /// The item.
        item: ItemKey,
        /// Its account.
        account: SmolStr,
        /// The clearing's.
        expected: SmolStr,
    },
    /// The same item twice in one clearing.
    #[error("item {item} is named twice: name it once, with all that is to be taken of it")]
    Twice {
        /// The item.
        item: ItemKey,
    },
    /// Nothing of the item is open.
    #[error(
        "item {item} of {amount} is cleared already: leave it out, or undo what cleared it first"
    )]
    AlreadyCleared {
        /// The item.
        item: ItemKey,
        /// Its amount.
        amount: Money,
    },
    /// More than is open.
    #[error("{part} of item {item} can't be cleared: {open} is open; take so much at most")]
    TooMuch {
        /// The item.
        item: ItemKey,
        /// The part that was asked for.
        part: Money,
        /// What is open.
        open: Money,
    },
    /// A part that is none of the item's.
    #[error("{part} is no part of item {item}, of which {open} is open: {why}")]
    NoPart {
        /// The item.
        item: ItemKey,
        /// The part that was asked for.
        part: Money,
        /// What is open.
        open: Money,
        /// Why, and the way out.
        why: &'static str,
    },
    /// Items of two parties.
    #[error(
        "item {item} is of party {party}, another of {other}: clear them apart, or across parties if that is meant"
    )]
    OtherParty {
        /// The item.
        item: ItemKey,
        /// Its party.
        party: PartyId,
        /// Another item's.
        other: PartyId,
    },
    /// The parts don't clear one another.
    #[error("the items don't clear one another: {difference} is left; {way_out}")]
    Unbalanced {
        /// Debits less credits of the parts.
        difference: Money,
        /// The way out.
        way_out: &'static str,
    },
    /// A part whose worth is not known.
    #[error(
        "{part} of item {item} is worth nothing in {currency}, so it can't stand against another currency: clear it in its own"
    )]
    NoWorth {
        /// The item.
        item: ItemKey,
        /// The part.
        part: Money,
        /// The ledger's currency.
        currency: Currency,
    },
    /// The clearing would take effect too early.
    #[error(
        "item {item} can be cleared from {from} on, not on {date}: give that day or a later one"
    )]
    TooEarly {
        /// The item.
        item: ItemKey,
        /// The day that was given.
        date: NaiveDate,
        /// The first day that is possible.
        from: NaiveDate,
    },
    /// No such clearing.
    #[error("there is no clearing {clearing}: correct its id")]
    UnknownClearing {
        /// Its id.
        clearing: Id<Clearing>,
    },
    /// The clearing was undone before.
    #[error("clearing {clearing} was undone already, from {from} on")]
    AlreadyUndone {
        /// The clearing.
        clearing: Id<Clearing>,
        /// From which day on.
        from: NaiveDate,
    },
    /// The amount that is open would go beyond its reach.
    #[error(
        "what is open of {code} would go beyond 922,337,203,685,477.5807: clear fewer items at once"
    )]
    TooLarge {
        /// The account.
        code: SmolStr,
    },
}

impl ItemError {
    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{ItemError, ItemKey};
    /// use fondaco_core::Id;
    /// let twice = ItemError::Twice { item: ItemKey::new(Id::from_u128(7), 1) };
    /// assert_eq!(twice.code(), "accounting.item_twice");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            ItemError::NotKept { .. } => "accounting.not_kept_by_items",
            ItemError::CannotChange { .. } => "accounting.cannot_change_items",
            ItemError::Unknown { .. } => "accounting.unknown_item",
            ItemError::OtherAccount { .. } => "accounting.item_of_other_account",
            ItemError::Twice { .. } => "accounting.item_twice",
            ItemError::AlreadyCleared { .. } => "accounting.item_cleared",
            ItemError::TooMuch { .. } => "accounting.over_cleared",
            ItemError::NoPart { .. } => "accounting.no_part_of_item",
            ItemError::OtherParty { .. } => "accounting.item_of_other_party",
            ItemError::Unbalanced { .. } => "accounting.clearing_unbalanced",
            ItemError::NoWorth { .. } => "accounting.item_without_worth",
            ItemError::TooEarly { .. } => "accounting.cleared_too_early",
            ItemError::UnknownClearing { .. } => "accounting.unknown_clearing",
            ItemError::AlreadyUndone { .. } => "accounting.already_uncleared",
            ItemError::TooLarge { .. } => "accounting.items_too_large",
        }
    }

    /// What the caller can do.
    ///
    /// ```
    /// use fondaco_accounting::ledger::ItemError;
    /// use fondaco_core::{ErrorKind, Id};
    /// let unknown = ItemError::UnknownClearing { clearing: Id::from_u128(7) };
    /// assert_eq!(unknown.kind(), ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            ItemError::Unknown { .. } | ItemError::UnknownClearing { .. } => ErrorKind::NotFound,
            ItemError::NotKept { .. }
            | ItemError::CannotChange { .. }
            | ItemError::OtherParty { .. } => ErrorKind::Refused,
            ItemError::AlreadyCleared { .. }
            | ItemError::TooMuch { .. }
            | ItemError::AlreadyUndone { .. } => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        }
    }
}
