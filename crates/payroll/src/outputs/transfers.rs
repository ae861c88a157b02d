//! From net pay to payments: which account gets how much, as the employee said.

use std::borrow::Borrow;

use fondaco_core::{Money, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::payments::{BankAccount, Payment};
use super::{OutputError, add};
use crate::runs::{BankPart, Slip, SlipStatus};

/// Says whose account something is: by what a [`BankShare`](crate::runs::BankShare) calls it, the name on it and its number.
pub type Accounts<'a> = &'a dyn Fn(&Slip, &str) -> Option<(SmolStr, BankAccount)>;

/// The payments of slips, what is left of their net pay: fixed amounts first come first served, then per cents of the whole, then the rest.
/// A payment's reference is a code of the run, the employee's number and the place of the account: `K3M9QF2/1001/1`. The code is another one
/// when money was paid or came back in between, and the same when a file is made twice. Slips of nothing, and voided ones, are left out.
///
/// # Errors
/// [`OutputError`], naming the employee: an account that nobody knows, none at all, a part that can't be.
pub fn transfers(
    slips: &[impl Borrow<Slip>],
    accounts: Accounts<'_>,
) -> Result<Vec<Payment>, OutputError> {
    let mut payments = Vec::with_capacity(slips.len());
    for slip in slips.iter().map(Borrow::borrow).filter(|slip| slip.status.counts()) {
        let due = decimal::sub(slip.net.to_decimal(), slip.paid.to_decimal())
            .map_err(|error| OutputError::Exact { what: "what is left to pay", error })?;
        let code = code(slip);
        for (place, (account, amount)) in (1..).zip(split(slip, due)?) {
            let (payee, number) = accounts(slip, &account).ok_or_else(|| {
                OutputError::NoAccount { number: slip.number.clone(), account: account.clone() }
            })?;
            let reference = format_smolstr!("{code}/{}/{place}", slip.number);
            let money = Money::new(amount, slip.currency);
            payments.push(Payment::new(reference, payee, number, money));
        }
    }
    Ok(payments)
}

/// Seven letters and digits that tell runs apart, and how far they are paid: 35 bits of the run's id, spread over all of it.
fn code(slip: &Slip) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const SPREAD: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    let paid = slip.paid.to_decimal().normalize();
    let far = paid.mantissa().unsigned_abs() << 1 | u128::from(slip.status == SlipStatus::Returned);
    let mixed = slip.run.to_u128().wrapping_mul(SPREAD) ^ far;
    let mixed = (mixed ^ (mixed >> 64)).wrapping_mul(SPREAD);
    let letter = |at: u32| LETTERS.get((mixed >> (123 - 5 * at)) as usize & 31);
    (0..7).filter_map(letter).map(|letter| char::from(*letter)).collect()
}

/// How much of what is due each account gets, those that get nothing left out.
fn split(slip: &Slip, due: Decimal) -> Result<Vec<(SmolStr, Decimal)>, OutputError> {
    if due <= Decimal::ZERO {
        return Ok(Vec::new());
    }
    let shares = &slip.input.bank;
    let Some((last, others)) = shares.split_last() else {
        return Err(OutputError::NoBank { number: slip.number.clone(), net: due });
    };
    let digits = slip.currency.minor_units().unwrap_or(2);
    let (mut left, mut parts) = (due, Vec::with_capacity(shares.len()));
    for share in others {
        let wanted = match share.part {
            BankPart::Amount(amount) => part(slip, &share.account, amount, Decimal::MAX)?,
            BankPart::Percent(percent) => {
                let percent = part(slip, &share.account, percent, Decimal::ONE_HUNDRED)?;
                let factor = percent.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default();
                decimal::mul_round(due, factor, digits, Rounding::HalfUp)
                    .map_err(|error| OutputError::Exact { what: "a part of net pay", error })?
            }
            BankPart::Rest => left,
        };
        let gets = wanted.min(left);
        add("what is left of net pay", &mut left, -gets)?;
        parts.push((share.account.clone(), gets));
    }
    parts.push((last.account.clone(), left));
    parts.retain(|(_, amount)| !amount.is_zero());
    Ok(parts)
}

fn part(
    slip: &Slip,
    account: &SmolStr,
    part: Decimal,
    most: Decimal,
) -> Result<Decimal, OutputError> {
    match part.is_sign_negative() || part > most {
        true => Err(OutputError::BankPart {
            number: slip.number.clone(),
            account: account.clone(),
            part,
        }),
        false => Ok(part),
    }
}
