//! What customers have ordered and owe, and the limit to it: a counter under a floor, so that two orders at once can't both slip under.

use fondaco_accounting::ledger::Amount;
use fondaco_core::store::Floor;
use fondaco_core::{Added, Currency, Money, PartyId, Tx};
use smol_str::SmolStr;

use crate::company::CompanyError;
use crate::company::document::{minus, plus};
use crate::company::masters::{Exposure, Partner};

const OWED: &str = "what the customer ordered and owes";

/// Adds to what a customer has ordered, within his limit.
///
/// # Errors
/// [`CompanyError::CreditLimit`].
pub(super) fn order(
    tx: &mut Tx<'_>,
    partner: &Partner,
    (document, currency): (&SmolStr, Currency),
    amount: Amount,
) -> Result<(), CompanyError> {
    let delta = Exposure { party: partner.party, ordered: amount, owed: Amount::ZERO };
    let Some(limit) = partner.credit_limit else {
        return Ok(tx.add_all(vec![delta])?);
    };
    // -ordered - owed >= -limit
    let at = (0, "credit limit");
    let floor = Floor::new(&[(1, -1), (2, -1)], minus(limit, at)?.units());
    match tx.add(delta, &[floor])? {
        Added::Fine => Ok(()),
        Added::Short(after) => {
            let would_owe: Money = plus(after.ordered, after.owed, (0, OWED))?.money(currency);
            Err(CompanyError::CreditLimit {
                document: document.clone(),
                partner: partner.code.clone(),
                would_owe,
                limit: limit.money(currency),
            })
        }
    }
}

/// Adds to what a customer owes, and takes from what he has ordered; each may be below zero.
pub(crate) fn owe(
    tx: &mut Tx<'_>,
    party: PartyId,
    owed: Amount,
    no_longer_ordered: Amount,
) -> Result<(), CompanyError> {
    let ordered = minus(no_longer_ordered, (0, OWED))?;
    Ok(tx.add_all(vec![Exposure { party, ordered, owed }])?)
}
