//! The naming that counts for an account in a currency, and how a difference is posted by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{Currency, Halt, Range, Reading, Tx};
use smol_str::SmolStr;

use super::ExchangeAccounts;
use crate::ledger::{LedgerError, Side};

/// The namings at hand.
pub(crate) struct Naming(BTreeMap<(SmolStr, SmolStr), Arc<ExchangeAccounts>>);

impl Naming {
    /// Reads what may count for these accounts and currencies; the decision rests on it.
    pub(crate) fn read<'a>(
        tx: &mut Tx<'_>,
        of: impl Iterator<Item = (&'a SmolStr, Currency)>,
    ) -> Result<Naming, Halt> {
        let mut keys: Vec<_> = of.flat_map(|(account, currency)| keys(account, currency)).collect();
        keys.sort_unstable();
        keys.dedup();
        let rows = tx.get_many::<ExchangeAccounts>(&keys)?;
        let known = keys.into_iter().zip(rows).filter_map(|(key, row)| Some((key, row?)));
        Ok(Naming(known.collect()))
    }

    /// The closest: of the account in the currency, of the account, of the currency, of the ledger.
    pub(crate) fn of(
        &self,
        account: &SmolStr,
        currency: Currency,
    ) -> Option<&Arc<ExchangeAccounts>> {
        keys(account, currency).iter().find_map(|key| self.0.get(key))
    }
}

fn keys(account: &SmolStr, currency: Currency) -> [(SmolStr, SmolStr); 4] {
    let key = ExchangeAccounts::key_of;
    let of_account = Some(account);
    let of_currency = Some(currency);
    [key(of_account, of_currency), key(of_account, None), key(None, of_currency), key(None, None)]
}

/// The side of a signed amount.
pub(crate) fn side_of(units: i128) -> Side {
    if units < 0 { Side::Credit } else { Side::Debit }
}

/// Every naming of accounts for exchange differences, that of the whole ledger first.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::currency::{SetExchangeAccounts, exchange_accounts};
/// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
/// let named = books.view(|view| exchange_accounts(view))?;
/// assert_eq!((named[0].gain.as_str(), named[0].loss.as_str()), ("4000", "5100"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`].
pub fn exchange_accounts(
    read: &mut impl Reading,
) -> Result<Vec<Arc<ExchangeAccounts>>, LedgerError> {
    Ok(read.peek_scan(&Range::<ExchangeAccounts>::all())?)
}
