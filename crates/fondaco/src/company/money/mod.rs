//! Money: payments of customers and to suppliers, with what they settle.

mod deposit;
mod let_off;
mod payment;
mod settles;

use fondaco_accounting::ledger::{Amount, ItemKey, OpenItem};
use fondaco_core::engine::Part;
use fondaco_core::{DocumentId, Money, Reading, Tx};
use smol_str::SmolStr;

pub use deposit::{NewDeposit, PayAhead};
pub(crate) use deposit::{deposit_facts, give_deposits_back, stands_less, take_deposits};
pub(crate) use let_off::{by_tax, discount_back, let_off};
pub use payment::Pay;
pub(crate) use payment::{deposit_back_facts, payment_facts};
pub use settles::{NewPayment, Settles};

use super::document::{Document, Status};
use super::{CompanyError, rights};

/// What the engine has of it.
pub(crate) static PART: Part = Part::new(&[]).permissions(&[&rights::PAY]);

/// Reads the items of documents, all at once.
pub(crate) fn read_items(tx: &mut Tx<'_>, of: &[DocumentId]) -> Result<(), CompanyError> {
    let documents = tx.peek_many::<Document>(of)?;
    let items = documents.iter().flatten().flat_map(|document| document.item_keys());
    let keys: Vec<_> = items.map(|key| (key.entry, key.line)).collect();
    Ok(tx.need::<OpenItem>(&keys)?)
}

/// The items of a document that so much of it is settled by, the first to fall due first; with the items' accounts and signs.
pub(crate) fn open_items(
    tx: &mut Tx<'_>,
    document: &Document,
    settled: Amount,
) -> Result<Vec<(SmolStr, ItemKey, Money)>, CompanyError> {
    let keys: Vec<_> = document.item_keys().map(|key| (key.entry, key.line)).collect();
    let mut left = settled.units();
    let mut items = Vec::new();
    for item in tx.get_many::<OpenItem>(&keys)?.into_iter().flatten() {
        let part = item.open.units().abs().min(left);
        if part > 0 {
            let signed = Amount::from_units(part * item.open.units().signum());
            items.push((item.account.clone(), item.item_key(), signed.money(item.currency)));
            left -= part;
        }
    }
    Ok(items)
}

/// A document of which nothing is open is done.
pub(crate) fn close_if_paid(document: Document) -> Document {
    let is_paid = document.open() == Amount::ZERO;
    let status = if is_paid { Status::Done } else { Status::Open };
    Document { status, ..document }
}
