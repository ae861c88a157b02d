//! Decimals with a number of digits that the type says.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::{Field, KeyField, unexpected};
use crate::store::{ColumnSink, ColumnSource, DecodeError, KeyWriter, Type, Value};
use crate::{Currency, Money, decimal};

/// An exact decimal of `DIGITS` digits after the point, as a 64-bit count of its smallest unit: what a record stores an
/// amount in. Reaches `9.22e18 / 10^DIGITS` either way.
///
/// ```
/// use fondaco_core::store::Fixed;
/// let price = Fixed::<4>::from_decimal("12.5".parse().unwrap()).unwrap();
/// assert_eq!(price.units(), 125_000);
/// assert_eq!(price.to_decimal().to_string(), "12.5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Fixed<const DIGITS: u8>(i64);

impl<const DIGITS: u8> Fixed<DIGITS> {
    /// Nothing.
    pub const ZERO: Self = Fixed(0);

    /// `units` of `10^-DIGITS`.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// let price = Fixed::<2>::from_units(1250);
    /// assert_eq!((price.units(), price.to_decimal().to_string().as_str()), (1250, "12.5"));
    /// ```
    pub const fn from_units(units: i64) -> Self {
        Fixed(units)
    }

    /// The count of smallest units.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The exact value; `None` when it has more digits or is beyond the reach.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// use rust_decimal::Decimal;
    /// let (cents, mills) = (Decimal::new(1250, 2), Decimal::new(12_505, 3));
    /// assert_eq!(Fixed::<2>::from_decimal(cents), Some(Fixed::from_units(1250)));
    /// assert_eq!(Fixed::<2>::from_decimal(mills), None); // rounding is for the caller to choose
    /// ```
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        decimal::to_fixed(value, u32::from(DIGITS)).map(Fixed)
    }

    /// The exact value, without zeros at the end.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// assert_eq!(Fixed::<4>::from_units(-125_000).to_decimal().to_string(), "-12.5");
    /// ```
    pub fn to_decimal(self) -> Decimal {
        decimal::from_fixed(self.0, u32::from(DIGITS))
    }

    /// The value as money of a currency; [`Money::to_fixed`] is the way back.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// use fondaco_core::Currency;
    /// let price = Fixed::<4>::from_units(125_000).money(Currency::EUR);
    /// assert_eq!(price.to_string(), "12.50 EUR");
    /// assert_eq!(price.to_fixed::<4>(), Ok(Fixed::from_units(125_000)));
    /// ```
    pub fn money(self, currency: Currency) -> Money {
        Money::new(self.to_decimal(), currency)
    }

    /// The sum; `None` beyond the reach.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// let (a, b) = (Fixed::<2>::from_units(1250), Fixed::from_units(50));
    /// assert_eq!(a.checked_add(b), Some(Fixed::from_units(1300)));
    /// assert_eq!(a.checked_sub(b), Some(Fixed::from_units(1200)));
    /// assert_eq!(a.checked_neg(), Some(Fixed::from_units(-1250)));
    /// assert_eq!(Fixed::<2>::from_units(i64::MAX).checked_add(b), None);
    /// ```
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Fixed)
    }

    /// The difference; `None` beyond the reach.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Fixed)
    }

    /// The opposite; `None` beyond the reach.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Fixed)
    }
}

impl<const DIGITS: u8> Field for Fixed<DIGITS> {
    const TYPE: Type = Type::Decimal { digits: DIGITS };
    fn write(&self, out: &mut dyn ColumnSink) {
        out.decimal(self.0, DIGITS);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Decimal(v) => Self::from_decimal(v).ok_or(DecodeError::out_of_range("decimal")),
            other => unexpected(&other, "decimal"),
        }
    }
    fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
        match from.units(DIGITS)? {
            Some(units) => Ok(Fixed(units)),
            None => from.next().and_then(Self::read),
        }
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
    fn units(&self) -> Option<i64> {
        Some(self.0)
    }
    fn plus(&self, delta: &Self) -> Option<Self> {
        self.checked_add(*delta)
    }
}

impl<const DIGITS: u8> KeyField for Fixed<DIGITS> {
    fn write_key(&self, out: &mut KeyWriter) {
        out.i64(self.0);
    }
    #[inline]
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
