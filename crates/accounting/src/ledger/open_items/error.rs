//! Why items are not cleared, and accounts not kept by them.

use chrono::NaiveDate;
use fondaco_core::{Currency, ErrorCode, Id, Money, PartyId};
use smol_str::SmolStr;

use super::{Clearing, ItemKey};

/// A refusal about open items: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum ItemError {
    /// The account's postings are no items.
    #[error("account {code} is not kept by open items: {why}")]
    #[kind(Refused)]
    #[code("not_kept_by_items")]
    NotKept {
        /// The account.
        code: SmolStr,
        /// Why, and the way out.
        why: &'static str,
    },
    /// The account can't become one that is kept by open items, or cease to be one.
    #[error("account {code} can't {what}: {why}")]
    #[kind(Refused)]
    #[code("cannot_change_items")]
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
    #[kind(NotFound)]
    #[code("unknown_item")]
    Unknown {
        /// The entry and line that were named.
        item: ItemKey,
    },
    /// The item is on another account.
    #[error("item {item} is on account {account}, not on {expected}: clear items of one account")]
    #[kind(Invalid)]
    #[code("item_of_other_account")]
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
    #[kind(Invalid)]
    #[code("item_twice")]
    Twice {
        /// The item.
        item: ItemKey,
    },
    /// Nothing of the item is open.
    #[error(
        "item {item} of {amount} is cleared already: leave it out, or undo what cleared it first"
    )]
    #[kind(Conflict)]
    #[code("item_cleared")]
    AlreadyCleared {
        /// The item.
        item: ItemKey,
        /// Its amount.
        amount: Money,
    },
    /// More than is open.
    #[error("{part} of item {item} can't be cleared: {open} is open; take so much at most")]
    #[kind(Conflict)]
    #[code("over_cleared")]
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
    #[kind(Invalid)]
    #[code("no_part_of_item")]
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
    #[kind(Refused)]
    #[code("item_of_other_party")]
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
    #[kind(Invalid)]
    #[code("clearing_unbalanced")]
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
    #[kind(Invalid)]
    #[code("item_without_worth")]
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
    #[kind(Invalid)]
    #[code("cleared_too_early")]
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
    #[kind(NotFound)]
    UnknownClearing {
        /// Its id.
        clearing: Id<Clearing>,
    },
    /// The clearing was undone before.
    #[error("clearing {clearing} was undone already, from {from} on")]
    #[kind(Conflict)]
    #[code("already_uncleared")]
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
    #[kind(Invalid)]
    #[code("items_too_large")]
    TooLarge {
        /// The account.
        code: SmolStr,
    },
}
