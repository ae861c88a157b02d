//! Allocation: splitting a whole by weights so that nothing is lost and nothing is made.
//!
//! Exact shares seldom come out in whole cents, and who gets the residual units is a rule people
//! have agreed on, so it is named: [`Residual`]. Whatever the rule, the parts add up to the total,
//! a part of weight zero is zero, and a negative total is split as the mirror of the positive one.

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::decimal::{self, DecimalError, POWERS_OF_TEN, wide::mul_div};
use crate::money::Money;
use crate::names::ErrorKind;
use crate::rounding::Rounding;

/// Who gets the units that are left when exact shares are cut to whole units. Parts of weight zero
/// never do.
///
/// 100 by the weights 60, 35.5 and 4.5 is 60, 35 and 4 with one left:
///
/// ```
/// use fondaco_core::allocation::{Residual, allocate_units};
/// use fondaco_core::{Rounding, decimal};
/// let weights = ["60", "35.5", "4.5"].map(|weight| decimal::parse(weight).unwrap_or_default());
/// assert_eq!(allocate_units(100, &weights, Residual::FirstParts)?, [61, 35, 4]);
/// assert_eq!(allocate_units(100, &weights, Residual::LargestRemainder)?, [60, 36, 4]);
/// let last = Residual::LastTakesRest(Rounding::HalfUp);
/// assert_eq!(allocate_units(100, &weights, last)?, [60, 36, 4]);
/// # Ok::<(), fondaco_core::AllocationError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residual {
    /// Every share is cut down; one unit each goes to the shares that lost most, the earlier one
    /// first where they lost the same (Hamilton's method).
    LargestRemainder,
    /// Every share is cut down; one unit each goes to the parts in their order.
    FirstParts,
    /// Every share is rounded by the rule given (of a negative total without its sign); the last
    /// part of weight takes what is left, be it more or less than its share. Where many shares are
    /// rounded up that can be less than nothing: of 2 over four equal weights, 1, 1, 1 and -1. Where
    /// no part may have the other sign, as in payments, take one of the other two.
    LastTakesRest(Rounding),
}

/// Splits an amount into whole minor units of its currency.
///
/// ```
/// use fondaco_core::allocation::{Residual, allocate};
/// use fondaco_core::{Currency, Money};
/// use rust_decimal::Decimal;
/// let euro = Money::minor(100, Currency::EUR);
/// let thirds = allocate(euro, &[Decimal::ONE; 3], Residual::FirstParts)?;
/// assert_eq!(thirds, [34, 33, 33].map(|cents| Money::minor(cents, Currency::EUR)));
/// # Ok::<(), fondaco_core::AllocationError>(())
/// ```
///
/// # Errors
/// As [`allocate_to`], and [`AllocationError::NoMinorUnit`] for a currency such as gold: say the
/// digits there.
pub fn allocate(
    total: Money,
    weights: &[Decimal],
    residual: Residual,
) -> Result<Vec<Money>, AllocationError> {
    let currency = total.currency();
    let digits = currency.minor_units().ok_or(AllocationError::NoMinorUnit { currency })?;
    allocate_to(digits, total, weights, residual)
}

/// Splits an amount into whole units of a decimal digit: 4 for unit prices of a hundredth of a
/// cent.
///
/// ```
/// use fondaco_core::allocation::{Residual, allocate_to};
/// use fondaco_core::Money;
/// use rust_decimal::Decimal;
/// let freight = Money::parse("1 EUR")?; // over three pieces, to a hundredth of a cent
/// let shares = allocate_to(4, freight, &[Decimal::ONE; 3], Residual::LargestRemainder)?;
/// assert_eq!(shares[0], Money::parse("0.3334 EUR")?);
/// assert_eq!(shares[2], Money::parse("0.3333 EUR")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AllocationError::TooFine`] when the total itself has more digits,
/// [`AllocationError::NegativeWeight`], [`AllocationError::NoWeight`], and
/// [`AllocationError::Amount`] when 128 bits are too few to count the units or the weights.
pub fn allocate_to(
    digits: u32,
    total: Money,
    weights: &[Decimal],
    residual: Residual,
) -> Result<Vec<Money>, AllocationError> {
    let parts = allocate_amount(digits, total.amount(), weights, residual)?;
    let parts = parts.ok_or(AllocationError::TooFine { total, digits })?;
    Ok(parts.into_iter().map(|part| Money::new(part, total.currency())).collect())
}

/// Splits an amount of whatever into whole units of a decimal digit; `None` when the amount itself
/// has more digits.
pub(crate) fn allocate_amount(
    digits: u32,
    amount: Decimal,
    weights: &[Decimal],
    residual: Residual,
) -> Result<Option<Vec<Decimal>>, AllocationError> {
    let Some(raise) = digits.min(decimal::MAX_DIGITS).checked_sub(amount.scale()) else {
        return Ok(None);
    };
    let units = amount
        .mantissa()
        .checked_mul(POWERS_OF_TEN[raise as usize] as i128)
        .ok_or(DecimalError::Overflow)?;
    let part = |part: i128| {
        decimal::from_parts(part.unsigned_abs(), part < 0, amount.scale() + raise)
            .ok_or(AllocationError::Amount(DecimalError::Inexact))
    };
    allocate_units(units, weights, residual)?
        .into_iter()
        .map(part)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Splits a number of indivisible units.
///
/// ```
/// use fondaco_core::allocation::{Residual, allocate_units};
/// let weights = [3, 7].map(rust_decimal::Decimal::from);
/// assert_eq!(allocate_units(5, &weights, Residual::FirstParts)?, [2, 3]);
/// assert_eq!(allocate_units(-5, &weights, Residual::FirstParts)?, [-2, -3]);
/// # Ok::<(), fondaco_core::AllocationError>(())
/// ```
///
/// # Errors
/// [`AllocationError::NegativeWeight`], [`AllocationError::NoWeight`] when no weight is above zero,
/// and [`AllocationError::Amount`] when the weights, written out with equally many digits, or the
/// total have no room in 127 bits.
pub fn allocate_units(
    total: i128,
    weights: &[Decimal],
    residual: Residual,
) -> Result<Vec<i128>, AllocationError> {
    let weights = whole_weights(weights)?;
    let size = total.checked_abs().ok_or(DecimalError::Overflow)?;
    let mut parts = match residual {
        Residual::LargestRemainder => cut_down(size, &weights, by_largest_remainder)?,
        Residual::FirstParts => cut_down(size, &weights, by_place)?,
        Residual::LastTakesRest(rounding) => round_but_last(size, &weights, rounding)?,
    };
    if total < 0 {
        parts.iter_mut().for_each(|part| *part = -*part);
    }
    Ok(parts)
}

/// Weights as whole numbers in the same ratio; at least one is above zero.
struct Weights {
    each: Vec<u128>,
    sum: u128,
}

fn whole_weights(weights: &[Decimal]) -> Result<Weights, AllocationError> {
    let weights: Vec<Decimal> = weights.iter().map(|weight| decimal::normalize(*weight)).collect();
    if let Some(index) = weights.iter().position(Decimal::is_sign_negative) {
        return Err(AllocationError::NegativeWeight { index, weight: weights[index] });
    }
    let scale = weights.iter().map(Decimal::scale).max().unwrap_or(0);
    let (mut each, mut sum) = (Vec::with_capacity(weights.len()), 0i128);
    for weight in &weights {
        let raise = POWERS_OF_TEN[(scale - weight.scale()) as usize] as i128;
        let whole = weight.mantissa().checked_mul(raise).ok_or(DecimalError::Overflow)?;
        sum = sum.checked_add(whole).ok_or(DecimalError::Overflow)?;
        each.push(whole.unsigned_abs());
    }
    match sum {
        0 => Err(AllocationError::NoWeight),
        sum => Ok(Weights { each, sum: sum.unsigned_abs() }),
    }
}

/// A share cut down to whole units, and what it lost by that, in parts of the weights' sum.
struct Share {
    units: i128,
    lost: u128,
    weight: u128,
}

fn shares(size: i128, weights: &Weights) -> Result<Vec<Share>, AllocationError> {
    let share = |weight: &u128| {
        let (units, lost) = mul_div(size.unsigned_abs(), *weight, weights.sum)?;
        Some(Share { units: i128::try_from(units).ok()?, lost, weight: *weight })
    };
    let all: Option<Vec<Share>> = weights.each.iter().map(share).collect();
    Ok(all.ok_or(DecimalError::Overflow)?)
}

/// Cuts all shares down and gives one unit each to the first places in an order.
///
/// Fewer units are left than shares that lost something, so one round is enough.
fn cut_down(
    size: i128,
    weights: &Weights,
    order: fn(&[Share]) -> Vec<usize>,
) -> Result<Vec<i128>, AllocationError> {
    let shares = shares(size, weights)?;
    let mut parts: Vec<i128> = shares.iter().map(|share| share.units).collect();
    let left = size - parts.iter().sum::<i128>();
    for place in order(&shares).into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[place] += 1;
    }
    Ok(parts)
}

fn by_place(shares: &[Share]) -> Vec<usize> {
    (0..shares.len()).filter(|place| shares[*place].weight > 0).collect()
}

fn by_largest_remainder(shares: &[Share]) -> Vec<usize> {
    let mut places = by_place(shares);
    places.sort_by(|a, b| shares[*b].lost.cmp(&shares[*a].lost));
    places
}

fn round_but_last(
    size: i128,
    weights: &Weights,
    rounding: Rounding,
) -> Result<Vec<i128>, AllocationError> {
    let shares = shares(size, weights)?;
    let last = weights.each.iter().rposition(|weight| *weight > 0).unwrap_or(0);
    let mut parts = Vec::with_capacity(shares.len());
    let mut left = size;
    for share in &shares {
        let part = rounding.quotient(share.units.unsigned_abs(), share.lost, weights.sum, false);
        let part = i128::try_from(part).map_err(|_| DecimalError::Overflow)?;
        left = left.checked_sub(part).ok_or(DecimalError::Overflow)?;
        parts.push(part);
    }
    parts[last] += left;
    Ok(parts)
}

/// Why an amount cannot be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// A weight is below zero: there is no share of it that all rules agree on.
    #[error("weight {weight} at place {index} is negative: weights must be zero or above")]
    NegativeWeight {
        /// Its place, counted from 0.
        index: usize,
        /// The weight as given.
        weight: Decimal,
    },
    /// There is nobody to give the total to.
    #[error("no weight is above zero, so there is no part to take the total")]
    NoWeight,
    /// The total has finer digits than the parts may have.
    #[error("{total} has more than {digits} digits: round it first, or split it into finer units")]
    TooFine {
        /// The total as given.
        total: Money,
        /// The digits that parts may have.
        digits: u32,
    },
    /// The currency does not say what its smallest unit is.
    #[error("{currency} has no minor unit: say how many digits the parts may have")]
    NoMinorUnit {
        /// The currency of the total.
        currency: Currency,
    },
    /// A number does not fit.
    #[error(transparent)]
    Amount(#[from] DecimalError),
}

impl AllocationError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money, Residual, allocate};
    /// let cent = Money::minor(1, Currency::EUR);
    /// let error = allocate(cent, &[], Residual::LargestRemainder).unwrap_err();
    /// assert_eq!(error.code(), "core.allocation_no_weight");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            AllocationError::NegativeWeight { .. } => "core.allocation_negative_weight",
            AllocationError::NoWeight => "core.allocation_no_weight",
            AllocationError::TooFine { .. } => "core.allocation_too_fine",
            AllocationError::NoMinorUnit { .. } => "core.no_minor_unit",
            AllocationError::Amount(error) => error.code(),
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

#[cfg(test)]
mod tests;
