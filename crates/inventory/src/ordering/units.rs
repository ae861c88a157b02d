//! Quantities from one unit to another, by what each is of a common one.
//!
//! Units that the library knows, and an item's own, convert by [`Quantity`](fondaco_core::Quantity) and
//! [`Conversions`](fondaco_core::Conversions); this is for tables that bring their factors along.

use fondaco_core::Rounding;
use fondaco_core::decimal::mul_exact;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{positive, ratio};

/// A quantity in another unit. Both factors say how much of a common unit one of theirs is: a dozen is 12, a piece 1. The result is
/// exact, or rounded once to a multiple of an increment.
///
/// What was rounded does not go back: sum in one unit, and convert at the end.
///
/// # Errors
/// When a factor or the increment is not above zero, or the result has no room in 28 digits, or, unrounded, no last digit.
///
/// ```
/// use fondaco_core::Rounding;
/// use fondaco_inventory::ordering::convert;
/// use rust_decimal::Decimal;
/// let (dozen, piece) = (12.into(), 1.into());
/// assert_eq!(convert(Decimal::new(25, 1), dozen, piece, None)?, 30.into());
/// let rounded = convert(1.into(), piece, dozen, Some((Decimal::new(1, 2), Rounding::Up)))?;
/// assert_eq!(rounded, Decimal::new(9, 2));
/// assert!(convert(1.into(), piece, dozen, None).is_err()); // 0.08333...
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn convert(
    quantity: Decimal,
    from: Decimal,
    to: Decimal,
    rounding: Option<(Decimal, Rounding)>,
) -> Result<Decimal, KernelError> {
    let what = "the converted quantity";
    let factor = ratio(what, positive("from", from)?, positive("to", to)?)?;
    let Some((increment, rounding)) = rounding else {
        return factor.times(quantity).map_err(|error| KernelError::Exact { what, error });
    };
    let increment = positive("increment", increment)?;
    let steps = ratio(what, from, to)?
        .div(fondaco_core::Ratio::from_decimal(increment))
        .map_err(|_| KernelError::Exact {
            what,
            error: fondaco_core::decimal::DecimalError::Overflow,
        })?
        .times_round(quantity, 0, rounding);
    steps
        .and_then(|steps| mul_exact(steps, increment))
        .map_err(|error| KernelError::Exact { what, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_increment_need_not_be_a_power_of_ten() {
        let quarter = Some((Decimal::new(25, 2), Rounding::HalfUp));
        assert_eq!(convert(7.into(), 6.into(), 4.into(), quarter).unwrap(), Decimal::new(105, 1));
        assert_eq!(convert(1.into(), 1.into(), 3.into(), quarter).unwrap(), Decimal::new(25, 2));
    }

    #[test]
    fn a_unit_that_is_nothing_is_refused() {
        let error = convert(1.into(), 0.into(), 1.into(), None).unwrap_err();
        assert_eq!(error.to_string(), "from is 0: give a number above zero");
        assert!(convert(1.into(), 1.into(), (-1).into(), None).is_err());
        assert!(convert(1.into(), 1.into(), 1.into(), Some((0.into(), Rounding::Up))).is_err());
    }
}
