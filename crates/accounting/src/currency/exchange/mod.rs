//! Exchange differences: which accounts take them.
//!
//! Whoever holds or owes another currency gains and loses as its rate moves. What was gained or lost is *realised* when an
//! item is settled, by the clearing that settles it ([`open_items`](mod@crate::ledger::open_items)); what a balance or an item
//! would gain or lose were it settled today is *unrealised*. IAS 21 paragraph 28 takes both to
//! profit or loss, and so do we, to accounts that are named here: for the whole ledger, for a currency, for an account or all
//! under a heading, or for these in a currency. The closest naming counts: that of the account before that of a heading, and
//! that of the lowest heading first.
//!
//! An exchange difference is a worth alone: it moves the ledger's currency and nothing of the other one, so it never hides
//! among roundings.

mod error;
mod lookup;
mod records;
mod set;

pub use error::ExchangeError;
pub use lookup::exchange_accounts;
pub(crate) use lookup::{Naming, side_of};
pub use records::ExchangeAccounts;
pub use set::{RemoveExchangeAccounts, SetExchangeAccounts};
