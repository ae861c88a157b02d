//! Quantities, values and prices as whole numbers of their smallest unit, and the two divisions that costing is made of.

use fondaco_core::store::Fixed;
use fondaco_core::{Currency, Rounding};

use crate::VALUE_DIGITS;
pub use crate::{Qty, Val};

/// A price for one stock unit, to a millionth of the currency.
pub type Price = Fixed<6>;

/// How many of a quantity's smallest units cost as many of a value's smallest units as a price counts of its own.
const PER_PRICE: i64 = 100_000_000;

/// A unit cost as it was known: a value for a quantity, so that nothing is rounded before the value of an issue is.
///
/// ```
/// use fondaco_inventory::valuation::{Price, Qty, UnitCost, Val};
/// let average = UnitCost { value: Val::from_units(252_400), per: Qty::from_units(7_000_000) }; // 25.24 for 7
/// assert_eq!(average.price(), Some(Price::from_units(3_605_714)));
/// assert_eq!(UnitCost::of(Price::from_units(3_500_000)).price(), Some(Price::from_units(3_500_000)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnitCost {
    /// What [`per`](UnitCost::per) costs.
    pub value: Val,
    /// For how many; above zero.
    pub per: Qty,
}

impl UnitCost {
    /// A price for one, exactly.
    #[must_use]
    pub const fn of(price: Price) -> UnitCost {
        UnitCost { value: Val::from_units(price.units()), per: Qty::from_units(PER_PRICE) }
    }

    /// The price for one, rounded half up to a millionth; `None` where it has no room.
    #[must_use]
    pub fn price(self) -> Option<Price> {
        let value = i128::from(self.value.units()) * i128::from(PER_PRICE);
        let price = Rounding::HalfUp.divide(value, self.per.units().into())?;
        i64::try_from(price).ok().map(Price::from_units)
    }
}

/// To how many digits values are rounded, and how.
///
/// ```
/// use fondaco_core::{Currency, Rounding};
/// use fondaco_inventory::valuation::{Price, Qty, Steps};
/// let euro = Steps::of(Currency::EUR);
/// let worth = euro.worth(Price::from_units(333_333), Qty::from_units(10_000_000)); // 10 at 0.333333
/// assert_eq!(worth.map(|value| value.to_decimal().to_string()), Some("3.33".to_owned()));
/// assert_eq!(Steps::of(Currency::JPY).digits(), 0);
/// assert_eq!(euro.rounded(Rounding::HalfEven).rounding(), Rounding::HalfEven);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    digits: u32,
    /// A minor unit, counted in a value's smallest units.
    step: i64,
    rounding: Rounding,
}

impl Steps {
    /// Whole minor units of a currency, rounded half up; of one that has none, such as gold, to four digits.
    #[must_use]
    pub fn of(currency: Currency) -> Steps {
        Steps::to_digits(currency.digits_within(u32::from(VALUE_DIGITS)))
    }

    /// To so many digits after the point, at most 4, rounded half up.
    #[must_use]
    pub fn to_digits(digits: u32) -> Steps {
        let digits = digits.min(u32::from(VALUE_DIGITS));
        Steps {
            digits,
            step: 10_i64.pow(u32::from(VALUE_DIGITS) - digits),
            rounding: Rounding::HalfUp,
        }
    }

    /// The same with another rule of rounding.
    #[must_use]
    pub fn rounded(self, rounding: Rounding) -> Steps {
        Steps { rounding, ..self }
    }

    /// Digits after the point.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.digits
    }

    /// The rule of rounding.
    #[must_use]
    pub fn rounding(self) -> Rounding {
        self.rounding
    }

    /// What a quantity is worth at a price; `None` beyond what a value can hold.
    #[must_use]
    pub fn worth(self, price: Price, quantity: Qty) -> Option<Val> {
        self.at(UnitCost::of(price), quantity.units()).map(Val::from_units)
    }

    /// A minor unit, counted in a value's smallest units.
    pub(super) fn step(self) -> i64 {
        self.step
    }

    /// Whether a value is in whole minor units.
    pub(super) fn fits(self, value: i64) -> bool {
        value % self.step == 0
    }

    /// What a quantity costs at a unit cost.
    #[inline]
    pub(super) fn at(self, cost: UnitCost, quantity: i64) -> Option<i64> {
        self.quotient(cost.value.units(), quantity, cost.per.units())
    }

    /// The share of `value`, which is in whole minor units, that `part` of `whole` bears; all of it when the part is the whole.
    ///
    /// Of a part that is no more than the whole the share is no more than the value.
    #[inline]
    pub(super) fn part(self, value: i64, part: i64, whole: i64) -> Option<i64> {
        if part == whole { Some(value) } else { self.quotient(value, part, whole) }
    }

    #[inline]
    fn quotient(self, value: i64, part: i64, whole: i64) -> Option<i64> {
        let product = i128::from(value) * i128::from(part);
        let steps = self.rounding.divide(product, i128::from(whole) * i128::from(self.step))?;
        i64::try_from(steps.checked_mul(i128::from(self.step))?).ok()
    }

    /// As [`part`](Self::part), of a part that is no more than the whole, which therefore has room.
    #[inline]
    pub(crate) fn share(self, value: i64, part: i64, whole: i64) -> i64 {
        self.part(value, part, whole).unwrap_or(value)
    }
}
