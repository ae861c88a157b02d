//! Whether parts of items clear one another, and what they leave by currency.

use std::collections::BTreeMap;

use fondaco_core::{Currency, Money};
use rust_decimal::Decimal;

use super::error::ItemError;
use super::{ItemKey, OpenItem};
use crate::ledger::{AMOUNT_DIGITS, Amount};

/// A part of an item, and what it is worth: both with the item's sign.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) item: OpenItem,
    pub(super) amount: Amount,
    pub(super) ledger_amount: Amount,
}

impl Part {
    pub(super) fn key(&self) -> ItemKey {
        self.item.item_key()
    }

    pub(super) fn money(&self) -> Money {
        Money::new(self.amount.to_decimal(), self.item.currency)
    }
}

/// Debits less credits, in a currency and in the ledger's.
pub(crate) type Net = (i128, i128);

/// What is left by currency of parts that clear one another: nothing for most.
///
/// In each currency they sum to zero; or at least two currencies are over, on opposite sides, and their worths are what is
/// compared. So what is left of a single currency is a worth alone.
pub(super) fn left(parts: &[Part], ledger: Currency) -> Result<BTreeMap<Currency, Net>, ItemError> {
    check_sides(parts, ledger)?;
    let mut nets =
        nets(parts.iter().map(|part| (part.item.currency, part.amount, part.ledger_amount)));
    let over: Vec<(Currency, i128)> =
        nets.iter().filter(|(_, net)| net.0 != 0).map(|(of, net)| (*of, net.0)).collect();
    if let Some(&(currency, first)) = over.first() {
        if over.iter().all(|(_, net)| net.signum() == first.signum()) {
            let way_out = match over.len() {
                1 => "take less of one side, or more of the other",
                _ => "add items of the other side",
            };
            return Err(ItemError::Unbalanced { difference: money(first, currency), way_out });
        }
        let over = |part: &&Part| over.iter().any(|(of, _)| *of == part.item.currency);
        let worthless = |part: &&Part| part.amount.units() != 0 && part.ledger_amount.units() == 0;
        if let Some(part) = parts.iter().filter(over).find(worthless) {
            let (item, part) = (part.key(), part.money());
            return Err(ItemError::NoWorth { item, part, currency: ledger });
        }
    }
    nets.retain(|_, net| *net != (0, 0));
    Ok(nets)
}

/// A clearing has debits and credits.
fn check_sides(parts: &[Part], ledger: Currency) -> Result<(), ItemError> {
    let debits = parts.iter().filter(|part| part.item.is_debit()).count();
    if debits > 0 && debits < parts.len() {
        return Ok(());
    }
    let worth = parts.iter().map(|part| i128::from(part.ledger_amount.units())).sum();
    let way_out = "name at least one item of each side";
    Err(ItemError::Unbalanced { difference: money(worth, ledger), way_out })
}

/// The sums by currency.
pub(super) fn nets(
    parts: impl Iterator<Item = (Currency, Amount, Amount)>,
) -> BTreeMap<Currency, Net> {
    let mut nets: BTreeMap<Currency, Net> = BTreeMap::new();
    for (currency, amount, ledger_amount) in parts {
        let net = nets.entry(currency).or_default();
        net.0 += i128::from(amount.units());
        net.1 += i128::from(ledger_amount.units());
    }
    nets
}

/// A sum of 64-bit amounts as money.
pub(crate) fn money(units: i128, currency: Currency) -> Money {
    Money::new(decimal(units), currency)
}

/// A sum of 64-bit amounts always fits a decimal.
pub(super) fn decimal(units: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(units, u32::from(AMOUNT_DIGITS)).unwrap_or_default()
}
