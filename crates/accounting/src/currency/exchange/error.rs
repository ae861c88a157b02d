//! Why exchange differences are not posted, or their accounts not named.

use fondaco_core::{Currency, ErrorKind, Id};
use smol_str::SmolStr;

use crate::ledger::{Clearing, Entry};

/// A refusal about exchange differences: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The ledger's own currency has no exchange differences.
    #[error(
        "{currency} is the ledger's own currency and has no exchange differences: name another, or none for all"
    )]
    OwnCurrency {
        /// The currency.
        currency: Currency,
    },
    /// An account that can't take exchange differences.
    #[error("account {code} can't take exchange differences: {why}")]
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
    NotNamed {
        /// Of what.
        scope: SmolStr,
    },
    /// The entry posts what a clearing realised.
    #[error(
        "entry {entry} posts what clearing {clearing} realised: undo that clearing, which reverses the entry"
    )]
    OfClearing {
        /// The entry.
        entry: Id<Entry>,
        /// The clearing.
        clearing: Id<Clearing>,
    },
}

impl ExchangeError {
    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::currency::ExchangeError;
    /// use fondaco_core::Currency;
    /// let own = ExchangeError::OwnCurrency { currency: Currency::EUR };
    /// assert_eq!(own.code(), "accounting.exchange_of_own_currency");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            ExchangeError::OwnCurrency { .. } => "accounting.exchange_of_own_currency",
            ExchangeError::BadAccount { .. } => "accounting.bad_exchange_account",
            ExchangeError::NotNamed { .. } => "accounting.exchange_not_named",
            ExchangeError::OfClearing { .. } => "accounting.entry_of_clearing",
        }
    }

    /// What the caller can do.
    ///
    /// ```
    /// use fondaco_accounting::currency::ExchangeError;
    /// use fondaco_core::ErrorKind;
    /// let nowhere = ExchangeError::NotNamed { scope: "of account 1200".into() };
    /// assert_eq!(nowhere.kind(), ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            ExchangeError::NotNamed { .. } => ErrorKind::NotFound,
            ExchangeError::OfClearing { .. } => ErrorKind::Refused,
            _ => ErrorKind::Invalid,
        }
    }
}
