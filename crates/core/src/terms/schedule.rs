//! Parts of an amount with their dates.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::dates::reach;
use super::{EarlyDiscount, Instalment, Share, TermsError};
use crate::currency::CashRounding;
use crate::money::{Money, MoneyError};
use crate::rate::Rate;
use crate::rounding::Rounding;

/// A part of an amount and its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueAmount {
    /// When it falls due.
    pub date: NaiveDate,
    /// How much.
    pub amount: Money,
}

/// What may be paid instead of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discount {
    /// The last day.
    pub until: NaiveDate,
    /// What is taken off.
    pub reduction: Money,
    /// What is left to pay.
    pub pay: Money,
}

/// How parts are rounded: to the currency's digits, or to the coins there are.
#[derive(Clone, Copy, Debug)]
pub enum AmountRounding {
    /// To the currency's digits.
    Digits(Rounding),
    /// To multiples of an increment, such as 0.05.
    Cash(CashRounding),
}

impl From<Rounding> for AmountRounding {
    fn from(rounding: Rounding) -> AmountRounding {
        AmountRounding::Digits(rounding)
    }
}

impl From<CashRounding> for AmountRounding {
    fn from(rounding: CashRounding) -> AmountRounding {
        AmountRounding::Cash(rounding)
    }
}

impl AmountRounding {
    /// A part of an amount, rounded once from its exact value where that has room.
    fn part(self, rate: Rate, of: Money) -> Result<Money, MoneyError> {
        match self {
            AmountRounding::Digits(rounding) => rate.of(of, rounding),
            AmountRounding::Cash(rounding) => rounding.round(of.mul(rate)?),
        }
    }
}

pub(super) fn parts(
    instalments: &[Instalment],
    amount: Money,
    from: NaiveDate,
    rounding: AmountRounding,
) -> Result<Vec<DueAmount>, TermsError> {
    let mut parts = Vec::with_capacity(instalments.len());
    let mut rest = amount;
    let takes_the_rest = if are_whole(instalments) { instalments.len() } else { 0 };
    for (instalment, number) in instalments.iter().zip(1..) {
        let part = match part(instalment, number, (amount, rest), rounding)? {
            _ if number == takes_the_rest => rest,
            part => part,
        };
        let date = reach(from, &instalment.due)?;
        let left = rest.sub(part)?;
        if !left.is_zero() && left.is_negative() != amount.is_negative() {
            // It is larger than what remains.
            if !rest.is_zero() || parts.is_empty() {
                parts.push(DueAmount { date, amount: rest });
            }
            return Ok(parts);
        }
        if !part.is_zero() {
            parts.push(DueAmount { date, amount: part });
        }
        rest = left;
    }
    if !rest.is_zero() {
        return Err(TermsError::Unpaid { amount, rest });
    }
    if parts.is_empty() {
        parts.push(DueAmount { date: from, amount });
    }
    Ok(parts)
}

/// Whether the instalments are shares of the total that come to all of it: what rounding leaves of them is the last one's.
fn are_whole(instalments: &[Instalment]) -> bool {
    let share = |instalment: &Instalment| match instalment.share {
        Share::OfTotal(rate) => Some(rate.factor()),
        _ => None,
    };
    let sum = instalments.iter().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(share(one)?));
    sum == Some(Decimal::ONE)
}

/// The part of an instalment, with the sign of the whole; it may be larger than the rest.
fn part(
    instalment: &Instalment,
    number: usize,
    (amount, rest): (Money, Money),
    rounding: AmountRounding,
) -> Result<Money, TermsError> {
    let negative = |share: String| Err(TermsError::Negative { number, share });
    match instalment.share {
        Share::OfTotal(rate) | Share::OfRest(rate) if rate < Rate::ZERO => {
            negative(rate.to_string())
        }
        Share::Fixed(part) if part.is_negative() => negative(part.to_string()),
        Share::OfTotal(rate) => Ok(rounding.part(rate, amount)?),
        Share::OfRest(rate) => Ok(rounding.part(rate, rest)?),
        Share::Fixed(part) => {
            amount.compare(part)?; // refuses another currency
            Ok(if amount.is_negative() { part.neg() } else { part })
        }
        Share::Rest => Ok(rest),
    }
}

pub(super) fn offer(
    (discount, number): (&EarlyDiscount, usize),
    amount: Money,
    from: NaiveDate,
    rounding: AmountRounding,
) -> Result<Discount, TermsError> {
    let rate = discount.rate;
    if rate < Rate::ZERO || rate.factor() > Decimal::ONE {
        return Err(TermsError::Discount { number, rate });
    }
    let reduction = rounding.part(rate, amount)?;
    let until = reach(from, &discount.until)?;
    Ok(Discount { until, reduction, pay: amount.sub(reduction)? })
}
