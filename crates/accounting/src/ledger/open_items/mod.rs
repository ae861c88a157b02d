//! Open items: an account whose postings are cleared against one another, so that its balance is a list of what is still open.
//!
//! Customers, suppliers, wages to be paid, goods received and not billed: of such an account people ask not only how much,
//! but which. It is kept by open items when it was opened so ([`NewAccount::open_items`](super::NewAccount::open_items)) or
//! became so ([`ChangeAccount::open_items`](super::ChangeAccount::open_items), [`KeepByItems`] where it has many postings).
//!
//! # Terms
//! - An **item** is a posting of such an account, [`OpenItem`]: with what of it is open, in its currency and in the ledger's.
//!   It is named by its entry and line, [`ItemKey`].
//! - A **clearing** takes a part of each of some items, or all that is open of it: a payment and its invoices, a credit note
//!   and what it is for. In each currency its parts sum to zero; or what is over in one currency stands
//!   against what is over in another.
//! - What the parts of a foreign currency are worth in the ledger's may differ: rates moved between invoice and payment. That
//!   is the clearing's realised **difference**. Where accounts are [named](crate::currency::SetExchangeAccounts) for it, the
//!   clearing posts it in the same commit, [`Realised`]; else it stays on the account by currency, [`ClearingDifference`]. It
//!   never hides in an item.
//! - A clearing that was wrong is **undone** from a day on ([`Unclear`]): a fact of its own, so that the history stays
//!   ([`clearings_of`]).
//!
//! # What always holds
//! - By currency, and in the ledger's currency: what is open of all items and what stands as difference add up to the
//!   account's balance; as of any date, as known at any time. [`verify`](super::verify()) recomputes it.
//! - No item is cleared beyond its amount, on any day: a clearing takes effect when all its items had, and not before the day
//!   from which an item was opened again.
//! - Of two who clear the same item at once one is refused; who clear different items of an account don't meet.
//!
//! # Two times
//! [`Clearing::date`] is when it takes effect, in an open period; when it was recorded is in its id. So [`open_items`] as of
//! the end of a month shows as open what was paid after it, and as known then what was not yet known to be paid.
//!
//! # Parties
//! Items of two different parties are cleared together only by who may `ledger.clear_across_parties` and says so. Parties that were
//! [merged](fondaco_core::party) count as one; an item that names no party goes with any.
//!
//! # Examples
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books();
//! books.send("by items", &ChangeAccount::open_items("1200", true))?; // Customers: an invoice of 119
//! let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].clone();
//! assert_eq!(invoice.open, eur("119"));
//! // A payment of 100 that names what it pays.
//! let payment = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("100")).credit("1200", eur("100"));
//! let pays = Pays::new(2).part(invoice.key, eur("100"));
//! books.send("payment", &PostClearing::new(payment).pays(pays))?;
//! let open = books.open_items(&OpenItemQuery::account("1200"))?;
//! assert_eq!((open.items.len(), open.items[0].open), (1, eur("19")));
//! let before = books.open_items(&OpenItemQuery::account("1200").at(day("2026-02-09")))?;
//! assert_eq!(before.items[0].open, eur("119"));
//! # Ok::<(), LedgerError>(())
//! ```

mod clear;
mod correction;
mod declared;
mod difference;
mod error;
mod history;
mod keep;
mod paying;
mod propose;
mod query;
mod realise;
mod realised;
mod records;
mod reversal;
mod shares;
mod standing;
#[cfg(test)]
mod tests;
mod totals;
mod unclear;
mod verify;
mod writing;

pub use clear::{Clear, ClearLine, Cleared, check_date, clear};
pub use error::ItemError;
pub use history::{ItemClearing, clearings_of};
pub use keep::{KeepByItems, KeepCursor};
pub use paying::{Pays, PostClearing, PostedClearing, post_clearing};
pub use propose::{Matching, Proposal, propose};
pub use query::{OpenDifference, OpenItemQuery, OpenItemRow, OpenItems, open_items};
pub use realised::{Realised, explain_realised, realised, realised_by};
pub use records::{
    Clearing, ClearingDifference, ClearingLine, ItemKeeping, ItemKey, OpenItem, Unclearing,
};
pub use totals::ItemTotal;
pub use unclear::{Unclear, unclear};

pub(crate) use correction::clear_correction;
pub(crate) use declared::PART;
pub(crate) use difference::money;
pub(super) use keep::{mark, unmark};
pub(crate) use query::{Aliases, LeftWorth, OpenWorth, PartyWorth, open_by_party, open_worths};
pub(crate) use reversal::clear_reversal;
pub(crate) use standing::unposted_differences;
pub(super) use verify::verify;
pub(super) use writing::items_of;
