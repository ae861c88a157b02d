//! From net pay to payments: which account gets how much, as the employee said.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use fondaco_core::{DocumentId, Money, PartyId, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::payments::{Answer, BankAccount, Payment};
use super::{OutputError, add};
use crate::runs::{BankPart, PaymentLine, Slip, SlipStatus};

/// Says whose account something is: by what a [`BankShare`](crate::runs::BankShare) calls it, the name on it and its number.
pub type Accounts<'a> = &'a dyn Fn(&Slip, &str) -> Option<(SmolStr, BankAccount)>;

/// The payments of slips, what each account has not got yet: net pay is split once, fixed amounts first come first served, then per cents of
/// the whole, then the rest. A payment's reference is a code of the run, the employee's number and the place of the account: `K3M9QF2/1001/1`;
/// in place of a number that no bank passes on, or that is long, stands a code of it. The run's code is another one when money was paid or came
/// back in between, and the same when a file is made twice. Slips of nothing, and voided ones, are left out.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// use fondaco_payroll::outputs::payments::BankAccount;
/// let account = |_: &Slip, number: &str| Some(("Ada Lovelace".into(), BankAccount::iban(number, None).ok()?));
/// let payments = transfers(&slips_of_january(), &account)?;
/// assert_eq!(payments.len(), 2);
/// assert!(payments[0].reference.ends_with("/1"), "{}", payments[0].reference);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OutputError`], naming the first employee who can't be paid: an account that nobody knows, none at all, a part that can't be.
pub fn transfers(
    slips: &[impl Borrow<Slip>],
    accounts: Accounts<'_>,
) -> Result<Vec<Payment>, OutputError> {
    let (payments, refused) = transfers_each(slips, accounts);
    match refused.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(payments),
    }
}

/// The payments of all who can be paid, and why the others can't: one of them stops nobody's file. Of one slip all payments are made, or none.
///
/// As [`transfers`] besides.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// // Whose account is not known is told, and stops nobody else.
/// let (payments, refused) = transfers_each(&slips_of_january(), &|_, _| None);
/// assert_eq!((payments.len(), refused.len()), (0, 2));
/// assert_eq!(refused[0].code(), "payroll.output_account");
/// ```
pub fn transfers_each(
    slips: &[impl Borrow<Slip>],
    accounts: Accounts<'_>,
) -> (Vec<Payment>, Vec<OutputError>) {
    let (mut payments, mut refused) = (Vec::with_capacity(slips.len()), Vec::new());
    for slip in slips.iter().map(Borrow::borrow).filter(|slip| slip.status.counts()) {
        match of_slip(slip, accounts) {
            Ok(of_slip) => payments.extend(of_slip),
            Err(error) => refused.push(error),
        }
    }
    (payments, refused)
}

fn of_slip(slip: &Slip, accounts: Accounts<'_>) -> Result<Vec<Payment>, OutputError> {
    let code = code(slip);
    let number = passing(slip);
    let payment = |Lack { place, account, amount }| {
        let (payee, bank) = accounts(slip, &account).ok_or_else(|| OutputError::NoAccount {
            number: slip.number.clone(),
            account: account.clone(),
        })?;
        let reference = format_smolstr!("{code}/{number}/{place}");
        Ok(Payment::new(reference, payee, bank, Money::new(amount, slip.currency)))
    };
    lacks(slip)?.into_iter().map(payment).collect()
}

/// What leaves by payments that are in a file, account by account: for [`RecordPayments`](crate::runs::RecordPayments), where
/// [`transfers_each`] has refused some and the run can't be paid [as a whole](crate::runs::AdvanceRun::pay). The slips are those of the run
/// whose file it is.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// use fondaco_payroll::outputs::payments::BankAccount;
/// let slips = slips_of_january();
/// let account = |_: &Slip, number: &str| Some(("Ada Lovelace".into(), BankAccount::iban(number, None).ok()?));
/// let payments = transfers(&slips, &account)?;
/// let lines = left(&slips, &payments)?;
/// assert_eq!(lines.iter().map(|line| line.amount.to_string()).max().as_deref(), Some("905.92"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OutputError::OfNoSlip`] where a payment is of none of these slips: it would leave, and be paid again.
pub fn left(
    slips: &[impl Borrow<Slip>],
    payments: &[Payment],
) -> Result<Vec<PaymentLine>, OutputError> {
    let of = by_number(slips);
    payments.iter().map(|payment| must_be_of(&of, payment)).collect()
}

fn must_be_of(
    of: &BTreeMap<SmolStr, PartyId>,
    payment: &Payment,
) -> Result<PaymentLine, OutputError> {
    let of_none = || OutputError::OfNoSlip { reference: payment.reference.clone() };
    line_of(of, payment).ok_or_else(of_none)
}

fn by_number(slips: &[impl Borrow<Slip>]) -> BTreeMap<SmolStr, PartyId> {
    slips.iter().map(Borrow::borrow).map(|slip| (passing(slip), slip.employee)).collect()
}

/// Whose payment it is, of which account.
fn line_of(of: &BTreeMap<SmolStr, PartyId>, payment: &Payment) -> Option<PaymentLine> {
    let mut parts = payment.reference.rsplit('/');
    let place = parts.next()?.parse().ok()?;
    let employee = *of.get(parts.next()?)?;
    Some(PaymentLine::new(employee, payment.amount.amount()).at(place))
}

/// What answers of the bank say came back, or never left, of payments of these slips: for [`RecordPayments`](crate::runs::RecordPayments), account by account. The
/// slips are those of the run whose file it was. Answers to other payments are left to the files that those were in.
///
/// # Errors
/// [`OutputError::OfNoSlip`] where a payment that came back is of none of these slips.
pub fn came_back(
    slips: &[impl Borrow<Slip>],
    payments: &[Payment],
    answers: &[Answer],
) -> Result<Vec<PaymentLine>, OutputError> {
    let of = by_number(slips);
    let line = |answer: &Answer| {
        let payment = payments.iter().find(|payment| payment.reference == answer.reference)?;
        let line = must_be_of(&of, payment);
        Some(line.map(|line| PaymentLine { amount: answer.amount.unwrap_or(line.amount), ..line }))
    };
    answers.iter().filter(|answer| answer.outcome.failed()).filter_map(line).collect()
}

/// What an account has not got yet.
pub(crate) struct Lack {
    /// Its place among the slip's accounts, counted from 1.
    pub(crate) place: u32,
    pub(crate) account: SmolStr,
    pub(crate) amount: Decimal,
}

/// What each account of a slip has not got yet. What was paid to nobody knows which counts to the first.
pub(crate) fn lacks(slip: &Slip) -> Result<Vec<Lack>, OutputError> {
    let sub = |from, taken| {
        decimal::sub(from, taken)
            .map_err(|error| OutputError::Exact { what: "what is left to pay", error })
    };
    let paid = slip.paid.to_decimal();
    if slip.net.to_decimal() <= paid {
        return Ok(Vec::new());
    }
    let known: Decimal = slip.paid_to.iter().map(|to| to.amount).sum();
    let mut unknown = sub(paid, known)?;
    let mut all = Vec::new();
    for (place, (account, amount)) in (1..).zip(split(slip)?) {
        let got: Decimal =
            slip.paid_to.iter().filter(|to| to.place == place).map(|to| to.amount).sum();
        let lacks = sub(amount, got)?;
        let counted = unknown.min(lacks).max(Decimal::ZERO);
        unknown = sub(unknown, counted)?;
        let amount = sub(lacks, counted)?;
        if amount > Decimal::ZERO {
            all.push(Lack { place, account, amount });
        }
    }
    Ok(all)
}

/// The employee's number as banks pass it on, or a code of it.
fn passing(slip: &Slip) -> SmolStr {
    let passes = |c: char| c.is_ascii_alphanumeric() || "-?:().,'+".contains(c);
    let number = &slip.number;
    match !number.is_empty() && number.len() <= 20 && number.chars().all(passes) {
        true => number.clone(),
        false => letters(DocumentId::named(number).to_u128()).into(),
    }
}

/// Seven letters and digits that tell runs apart, and how far they are paid: 35 bits of the run's id, spread over all of it.
fn code(slip: &Slip) -> String {
    let paid = slip.paid.to_decimal().normalize();
    let far = paid.mantissa().unsigned_abs() << 1 | u128::from(slip.status == SlipStatus::Returned);
    let times: u128 = slip.paid_to.iter().map(|to| u128::from(to.times)).sum();
    letters(slip.run.to_u128().wrapping_mul(SPREAD) ^ far ^ times.rotate_right(24))
}

fn letters(bits: u128) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mixed = (bits ^ (bits >> 64)).wrapping_mul(SPREAD);
    let letter = |at: u32| LETTERS.get((mixed >> (123 - 5 * at)) as usize & 31);
    (0..7).filter_map(letter).map(|letter| char::from(*letter)).collect()
}

const SPREAD: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;

/// How much of net pay each account gets.
fn split(slip: &Slip) -> Result<Vec<(SmolStr, Decimal)>, OutputError> {
    let due = slip.net.to_decimal();
    let shares = slip.bank();
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
