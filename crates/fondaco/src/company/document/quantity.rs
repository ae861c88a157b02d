//! Quantities and shares of amounts: exact, the last part takes the remainder.

use fondaco_accounting::ledger::Amount;
use fondaco_core::{Currency, Quantity, Range, Rounding, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::{Item, ItemUnit};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{At, beyond};
use crate::company::CompanyError;

/// A quantity in an item's stock unit, as it is stored.
pub(crate) fn stored_quantity(
    tx: &mut Tx<'_>,
    item: &Item,
    quantity: Quantity,
    (document, line): (&SmolStr, u32),
) -> Result<Qty, CompanyError> {
    let wrong =
        |error| CompanyError::Quantity { document: document.clone(), line, error: Box::new(error) };
    let in_unit = if quantity.unit() == item.unit {
        quantity
    } else {
        let given = tx.scan(&Range::<ItemUnit>::by_key(&item.id))?;
        let conversions = item.conversions(given.iter().map(|unit| unit.conversion));
        conversions.and_then(|known| known.convert(quantity, item.unit)).map_err(wrong)?
    };
    let stored = item.stored(in_unit).map_err(wrong)?;
    if stored <= Qty::ZERO {
        let (document, value) = (document.clone(), quantity.to_string());
        return Err(CompanyError::NotPositive { document, line, field: "quantity", value });
    }
    Ok(stored)
}

/// The share of an amount that a part has in a whole, in whole coins of its currency; all of it where the part is the whole.
///
/// # Errors
/// [`CompanyError::TooLarge`]: a part may be more than the whole, where more is billed than was ordered.
pub(crate) fn share(
    amount: Amount,
    part: Qty,
    whole: Qty,
    (currency, at): (Currency, At),
) -> Result<Amount, CompanyError> {
    if part == whole || whole == Qty::ZERO {
        return Ok(amount);
    }
    let digits = currency.minor_units().unwrap_or(4).min(4);
    let coin = 10_i128.pow(4 - digits);
    let product = i128::from(amount.units()) * i128::from(part.units());
    let coins = Rounding::HalfEven.divide(product, i128::from(whole.units()) * coin).unwrap_or(0);
    let share = coins.checked_mul(coin).and_then(|units| i64::try_from(units).ok());
    share.map(Amount::from_units).ok_or_else(|| {
        let more = part.to_decimal().checked_div(whole.to_decimal()).unwrap_or_default();
        beyond::<4>(at, amount.to_decimal().checked_mul(more).unwrap_or(Decimal::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_one_after_the_other_lose_nothing() {
        let (mut left, mut open) = (Amount::from_units(100_000), Qty::from_units(3_000_000));
        let one = Qty::from_units(1_000_000);
        let mut shares = Vec::new();
        while open > Qty::ZERO {
            let part = share(left, one, open, (Currency::EUR, (1, "net amount"))).unwrap();
            shares.push(part.to_decimal().to_string());
            left = left.checked_sub(part).unwrap();
            open = open.checked_sub(one).unwrap();
        }
        assert_eq!(
            (shares, left),
            (vec!["3.33".into(), "3.34".into(), "3.33".into()], Amount::ZERO)
        );
    }
}
