//! An amount spread over parts by their sizes, in whole cents, without losing one.

use fondaco_core::Currency;
use fondaco_core::allocation::{Residual, allocate_units};
use rust_decimal::Decimal;

use crate::ledger::AMOUNT_DIGITS;

/// Splits amounts by the smallest unit of a currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Splitter {
    unit: i128,
}

impl Splitter {
    pub(super) fn of(currency: Currency) -> Splitter {
        let digits = currency.minor_units().unwrap_or(u32::from(AMOUNT_DIGITS));
        Splitter { unit: 10i128.pow(u32::from(AMOUNT_DIGITS).saturating_sub(digits)) }
    }

    /// `total`, in units of amounts, by sizes above zero, by largest remainder; what is finer than the currency stays so. The
    /// sizes themselves where they come to the total.
    pub(super) fn split(self, total: i128, sizes: &[i128]) -> Vec<i128> {
        if sizes.iter().sum::<i128>() == total {
            return sizes.to_vec();
        }
        let unit = if total % self.unit == 0 { self.unit } else { 1 };
        // Sums of 64-bit amounts are within 96 bits.
        let weight = |size: &i128| Decimal::try_from_i128_with_scale(*size, 0).unwrap_or_default();
        let weights: Vec<Decimal> = sizes.iter().map(weight).collect();
        let parts = allocate_units(total / unit, &weights, Residual::LargestRemainder);
        parts.unwrap_or_default().into_iter().map(|part| part * unit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_cents_and_add_up() {
        let euro = Splitter::of(Currency::EUR);
        assert_eq!(euro.split(600_000, &[1_000_000, 100_000]), [545_500, 54_500]);
        assert_eq!(euro.split(-600_000, &[2, 1]), [-400_000, -200_000]);
        assert_eq!(euro.split(1_100_000, &[1_000_000, 100_000]), [1_000_000, 100_000]);
        assert_eq!(euro.split(3, &[1, 1]), [2, 1], "finer than a cent");
        assert_eq!(euro.split(100, &[]), Vec::<i128>::new(), "over nothing");
    }
}
