//! Why exchange differences are not posted, or their accounts not named.

use chrono::NaiveDate;
use fondaco_core::{Currency, ErrorCode, Id, Money};
use smol_str::SmolStr;

use crate::ledger::{Clearing, Entry};

/// A refusal about exchange differences: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum ExchangeError {
    /// The ledger's own currency has no exchange differences.
    #[error(
        "{currency} is the ledger's own currency and has no exchange differences: name another, or none for all"
    )]
    #[kind(Invalid)]
    #[code("exchange_of_own_currency")]
    OwnCurrency {
        /// The currency.
        currency: Currency,
    },
    /// An account that can't take exchange differences.
    #[error("account {code} can't take exchange differences: {why}")]
    #[kind(Invalid)]
    #[code("bad_exchange_account")]
    BadAccount {
        /// The account.
        code: SmolStr,
        /// Why, and the way out.
        why: &'static str,
    },
    /// No accounts are named for exactly this.
    #[error(
        "no accounts are named for exchange differences {scope}: look at those that are by exchange_accounts"
    )]
    #[kind(NotFound)]
    #[code("exchange_not_named")]
    NotNamed {
        /// Of what.
        scope: SmolStr,
    },
    /// No accounts are named for the difference of an account.
    #[error(
        "no accounts are named for exchange differences of account {account} in {currency}: name them by SetExchangeAccounts"
    )]
    #[kind(Refused)]
    #[code("no_exchange_accounts")]
    NoAccounts {
        /// The account.
        account: SmolStr,
        /// The currency.
        currency: Currency,
    },
    /// A rate that a revaluation or a translation needs is not on record.
    #[error(
        "there is no rate of {from} in {to} on {date} from source {code}, for {held} of account {account}: record one for that day, or name another source"
    )]
    #[kind(NotFound)]
    NoClosingRate {
        /// The source of the rates.
        code: SmolStr,
        /// One unit of this currency ...
        from: Currency,
        /// ... in that one ...
        to: Currency,
        /// ... on this day.
        date: NaiveDate,
        /// The account for whose sake it is needed.
        account: SmolStr,
        /// What it holds.
        held: Money,
    },
    /// The rate that holds on a day is older than is asked for.
    #[error(
        "the rate of {from} in {to} that source {code} has on {date} is of {since}, and none older than {days} days is taken, for {held} of account {account}: record one for that day, or allow older ones"
    )]
    #[kind(Refused)]
    OldRate {
        /// The source of the rates.
        code: SmolStr,
        /// One unit of this currency ...
        from: Currency,
        /// ... in that one ...
        to: Currency,
        /// ... on this day.
        date: NaiveDate,
        /// Since when the rate holds.
        since: NaiveDate,
        /// How old one may be.
        days: u32,
        /// The account for whose sake it is needed.
        account: SmolStr,
        /// What it holds.
        held: Money,
    },
    /// An account that can't be marked as monetary.
    #[error(
        "account {code} is not monetary: it is of {class}, which stays at the rates of its days; mark assets and liabilities"
    )]
    #[kind(Invalid)]
    NotMonetary {
        /// The account.
        code: SmolStr,
        /// Its class.
        class: &'static str,
    },
    /// An earlier revaluation would be reversed only now.
    #[error(
        "the revaluation of {of} is to be reversed on {on} and was not yet, so {date} can't be valued: let the due queue carry the reversal of entry {entry} out, or cancel it"
    )]
    #[kind(Refused)]
    #[code("revaluation_not_reversed")]
    NotReversed {
        /// The day that is to be valued.
        date: NaiveDate,
        /// The day of the earlier one.
        of: NaiveDate,
        /// Its entry.
        entry: Id<Entry>,
        /// When that is to be reversed.
        on: NaiveDate,
    },
    /// A revaluation of the day or a later one is in the books, or one that stands on the day: what is left is in it already.
    #[error(
        "the revaluation of {of} has what is left on {date} of foreign money that is gone in it already: realise that on a day after its reversal, or reverse entry {entry} first"
    )]
    #[kind(Refused)]
    #[code("revaluation_stands")]
    RevaluationStands {
        /// The day as of which it was to be realised.
        date: NaiveDate,
        /// The day of the revaluation.
        of: NaiveDate,
        /// Its entry.
        entry: Id<Entry>,
    },
    /// The entry posts what a clearing realised, or takes that back.
    #[error(
        "entry {entry} is of clearing {clearing}, for what that realised: undo the clearing or clear anew, which reverses and posts by itself"
    )]
    #[kind(Refused)]
    #[code("entry_of_clearing")]
    OfClearing {
        /// The entry.
        entry: Id<Entry>,
        /// The clearing.
        clearing: Id<Clearing>,
    },
}
