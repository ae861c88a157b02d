//! Exact decimals in formulas: checked as they come in, and named where a result has no room.

use fondaco_core::decimal::{self, DecimalError};
use fondaco_core::{Ratio, Rounding};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::KernelError;
use crate::error::finite;

/// A decimal as a float, to reckon with or to name it in a refusal.
pub(crate) fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// The decimal that people mean who wrote this float: 0.8 as 0.8.
pub(crate) fn decimal_of(field: &'static str, value: f64) -> Result<Decimal, KernelError> {
    let near = Decimal::from_f64(finite(field, value)?);
    near.map(decimal::normalize)
        .ok_or(KernelError::Exact { what: field, error: DecimalError::Overflow })
}

/// An amount above zero.
pub(crate) fn positive(field: &'static str, value: Decimal) -> Result<Decimal, KernelError> {
    if value > Decimal::ZERO {
        return Ok(value);
    }
    Err(KernelError::NotPositive { field, value: float(value) })
}

/// An amount of zero or above it.
pub(crate) fn not_negative(field: &'static str, value: Decimal) -> Result<Decimal, KernelError> {
    if value >= Decimal::ZERO {
        return Ok(value);
    }
    Err(KernelError::Negative { field, value: float(value) })
}

/// A share from 0 to 1, both ends included.
pub(crate) fn part(field: &'static str, value: Decimal) -> Result<Decimal, KernelError> {
    let value = not_negative(field, value)?;
    if value <= Decimal::ONE {
        return Ok(value);
    }
    let (other, way_out) = ("a part is at most all of it", "give a share from 0 to 1");
    Err(KernelError::Contradiction { field, value: float(value), other, way_out })
}

/// `a + b`.
pub(crate) fn add(what: &'static str, a: Decimal, b: Decimal) -> Result<Decimal, KernelError> {
    decimal::add(a, b).map_err(|error| KernelError::Exact { what, error })
}

/// `a - b`.
pub(crate) fn sub(what: &'static str, a: Decimal, b: Decimal) -> Result<Decimal, KernelError> {
    decimal::sub(a, b).map_err(|error| KernelError::Exact { what, error })
}

/// `a * b`.
pub(crate) fn mul(what: &'static str, a: Decimal, b: Decimal) -> Result<Decimal, KernelError> {
    decimal::mul_exact(a, b).map_err(|error| KernelError::Exact { what, error })
}

/// The sum of all.
pub(crate) fn sum(
    what: &'static str,
    values: impl IntoIterator<Item = Decimal>,
) -> Result<Decimal, KernelError> {
    values.into_iter().try_fold(Decimal::ZERO, |sum, value| add(what, sum, value))
}

/// `amount * numerator / denominator`, rounded once, from its exact value.
pub(crate) fn portion(
    what: &'static str,
    amount: Decimal,
    (numerator, denominator): (Decimal, Decimal),
    digits: u32,
    rounding: Rounding,
) -> Result<Decimal, KernelError> {
    let ratio = ratio(what, numerator, denominator)?;
    ratio.times_round(amount, digits, rounding).map_err(|error| KernelError::Exact { what, error })
}

/// `numerator / denominator`, exactly.
pub(crate) fn ratio(
    what: &'static str,
    numerator: Decimal,
    denominator: Decimal,
) -> Result<Ratio, KernelError> {
    let quotient = Ratio::from_decimal(numerator).div(Ratio::from_decimal(denominator));
    quotient.map_err(|_| KernelError::Exact {
        what,
        error: if denominator.is_zero() {
            DecimalError::DivisionByZero
        } else {
            DecimalError::Overflow
        },
    })
}

/// A figure as reports show it: rounded to so many digits, empty where it is not a number that fits.
pub(crate) fn shown(value: f64, digits: u32) -> Option<Decimal> {
    let near = Decimal::from_f64(value)?;
    Some(fondaco_core::rounding::round(near, digits, Rounding::HalfUp))
}
