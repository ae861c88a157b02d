//! The naming that counts for an account in a currency, and how a difference is posted by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{Currency, Halt, Range, Reading, Tx};
use smol_str::SmolStr;

use super::ExchangeAccounts;
use crate::ledger::{Account, LedgerError, MAX_LEVELS, Side};

/// The namings at hand.
pub(crate) struct Naming {
    named: BTreeMap<(SmolStr, SmolStr), Arc<ExchangeAccounts>>,
    /// By account, itself and its headings upwards.
    places: BTreeMap<SmolStr, Vec<SmolStr>>,
}

impl Naming {
    /// Reads what may count for these accounts and currencies; the decision rests on it.
    pub(crate) fn read<'a>(
        tx: &mut Tx<'_>,
        of: impl Iterator<Item = (&'a SmolStr, Currency)>,
    ) -> Result<Naming, Halt> {
        let (mut places, mut keys) = (BTreeMap::new(), Vec::new());
        for (account, currency) in of {
            if !places.contains_key(account) {
                places.insert(account.clone(), upwards(tx, account)?);
            }
            let places = places.get(account).map(Vec::as_slice).unwrap_or_default();
            keys.extend(keys_of(places, currency));
        }
        keys.sort_unstable();
        keys.dedup();
        let rows = tx.get_many::<ExchangeAccounts>(&keys)?;
        let named = keys.into_iter().zip(rows).filter_map(|(key, row)| Some((key, row?)));
        Ok(Naming { named: named.collect(), places })
    }

    /// The closest: of the account in the currency, of the account; the same of its headings, from the lowest up; of the
    /// currency, of the ledger.
    pub(crate) fn of(
        &self,
        account: &SmolStr,
        currency: Currency,
    ) -> Option<&Arc<ExchangeAccounts>> {
        let places = self.places.get(account).map(Vec::as_slice).unwrap_or_default();
        keys_of(places, currency).find_map(|key| self.named.get(&key))
    }
}

fn keys_of(places: &[SmolStr], currency: Currency) -> impl Iterator<Item = (SmolStr, SmolStr)> {
    let places = places.iter().map(Some).chain([None]);
    places.flat_map(move |place| {
        [Some(currency), None].map(|currency| ExchangeAccounts::key_of(place, currency))
    })
}

/// An account and its headings, from the lowest up.
fn upwards(tx: &mut Tx<'_>, account: &SmolStr) -> Result<Vec<SmolStr>, Halt> {
    let (mut places, mut at) = (Vec::new(), Some(account.clone()));
    while let Some(code) = at.filter(|_| places.len() < MAX_LEVELS) {
        at = tx.get::<Account>(&code)?.and_then(|account| account.parent.clone());
        places.push(code);
    }
    Ok(places)
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
