//! Whether an entry may be posted, and what its amounts are in the ledger's currency.

use fondaco_core::allocation::{self, Residual};
use fondaco_core::{Currency, Money, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::rules::{AccountPlace, AccountRule, Chart, Rules};
use super::{Amount, LedgerError, NewEntry, NewPosting, Period, Side};
use crate::currency::POSTING_SOURCE;

/// A posting that passed: signed amounts, positive for a debit.
pub(crate) struct Judged {
    pub(crate) account: AccountPlace,
    pub(crate) amount: Amount,
    pub(crate) ledger_amount: Amount,
    pub(crate) rate: Option<Decimal>,
}

/// Checks everything that can be wrong with an entry by itself, and puts one [`Judged`] per posting into `out`.
pub(crate) fn judge<'r>(
    rules: &'r Rules,
    entry: &NewEntry,
    out: &mut Vec<Judged>,
) -> Result<&'r Period, LedgerError> {
    out.clear();
    if entry.postings.len() < 2 {
        return Err(LedgerError::TooFewPostings { count: entry.postings.len() });
    }
    let period = rules.period_for(entry)?;
    for posting in &entry.postings {
        let (place, account) = rules.chart.account(&posting.account)?;
        check_account(account, posting, entry, rules)
            .map_err(|error| in_all(&rules.chart, entry, error))?;
        out.push(judge_posting(rules, entry, place, posting)?);
    }
    settle_by_rate(rules, entry, out)?;
    check_balance(rules.currency, entry, out)?;
    Ok(period)
}

fn check_account(
    account: &AccountRule,
    posting: &NewPosting,
    entry: &NewEntry,
    rules: &Rules,
) -> Result<(), LedgerError> {
    let code = || posting.account.clone();
    if account.heading {
        return Err(LedgerError::Heading { code: code() });
    }
    if rules.closes.is_some() {
        return Ok(()); // a year is closed whoever keeps the account, and whether or not it is open that day
    }
    let engine = rules.engine;
    if let Err(open) = account.is_open(entry.date) {
        return Err(LedgerError::AccountNotOpen { code: code(), date: entry.date, open });
    }
    if let Some(keeper) =
        account.control.as_deref().filter(|keeper| Some(keeper.as_str()) != engine)
    {
        return Err(LedgerError::ControlAccount { code: code(), engine: keeper.clone() });
    }
    let found = posting.amount.currency();
    match account.currency {
        Some(expected) if expected != found => {
            Err(LedgerError::WrongCurrency { code: code(), expected, found })
        }
        _ => Ok(()),
    }
}

/// A wrong currency is no mistake of one posting when another account is not there, or holds yet another currency.
fn in_all(chart: &Chart, entry: &NewEntry, error: LedgerError) -> LedgerError {
    let LedgerError::WrongCurrency { code, expected, .. } = &error else { return error };
    for posting in &entry.postings {
        match chart.account(&posting.account) {
            Err(unknown) => return unknown,
            Ok((_, rule)) => {
                let other = rule.currency.filter(|currency| currency != expected);
                if let Some(second) = other.filter(|_| !entry.conversion) {
                    let (first, other) = (*expected, posting.account.clone());
                    return LedgerError::CurrenciesDiffer {
                        code: code.clone(),
                        first,
                        other,
                        second,
                    };
                }
            }
        }
    }
    error
}

fn judge_posting(
    rules: &Rules,
    entry: &NewEntry,
    account: AccountPlace,
    posting: &NewPosting,
) -> Result<Judged, LedgerError> {
    let ledger = rules.currency;
    let amount = exact(rules, posting, posting.amount)?;
    if posting.amount.currency() == ledger {
        return own_currency(account, posting, amount);
    }
    if posting.rate.is_some_and(|rate| rate <= Decimal::ZERO) {
        return Err(bad_rate(posting, "a rate is above zero"));
    }
    let (worth, rate) = match (posting.ledger_amount, posting.rate) {
        (Some(worth), _) if worth.currency() != ledger => {
            return Err(bad_rate(posting, "its worth is not in the ledger's currency"));
        }
        // What is taken back is taken back as it was posted.
        (Some(worth), Some(rate)) if !rules.reverses && contradict(posting.amount, worth, rate) => {
            return Err(bad_rate(
                posting,
                "the amount by its rate is not its worth: leave one of them out",
            ));
        }
        (Some(worth), rate) => (worth, rate),
        (None, Some(rate)) => (converted(posting, rate, ledger)?, Some(rate)),
        (None, None) => on_record(rules, entry, posting)?,
    };
    let ledger_amount = exact(rules, posting, worth)?;
    let rate = rate.or_else(|| implied_rate(worth.amount(), posting.amount.amount()));
    Ok(Judged {
        account,
        amount: signed(posting.side, amount),
        ledger_amount: signed(posting.side, ledger_amount),
        rate,
    })
}

fn own_currency(
    account: AccountPlace,
    posting: &NewPosting,
    amount: Amount,
) -> Result<Judged, LedgerError> {
    if posting.ledger_amount.is_some_and(|worth| worth != posting.amount)
        || posting.rate.is_some_and(|rate| rate != Decimal::ONE)
    {
        return Err(bad_rate(
            posting,
            "an amount in the ledger's currency is worth itself: leave worth and rate out",
        ));
    }
    let amount = signed(posting.side, amount);
    Ok(Judged { account, amount, ledger_amount: amount, rate: None })
}

/// Its worth by the rate on record for the entry's day, and that rate.
fn on_record(
    rules: &Rules,
    entry: &NewEntry,
    posting: &NewPosting,
) -> Result<(Money, Option<Decimal>), LedgerError> {
    let (code, amount) = (posting.account.clone(), posting.amount);
    let date = rules.rate_day(entry);
    let Some(found) = rules.rate(amount.currency(), date)? else {
        let currency = rules.currency;
        return Err(LedgerError::NoRate { code, amount, currency, date });
    };
    found.check_age(None, (&SmolStr::new_static(POSTING_SOURCE), &code, amount))?;
    let worth = found.convert(amount, Rounding::HalfUp);
    let worth = worth.map_err(|_| LedgerError::TooLarge { code, amount: amount.amount() })?;
    // A rate that no decimal holds is not kept: the worth comes from the exact fraction.
    Ok((worth, found.rate().ok()))
}

/// The most by which sharing out a worth that was rounded as a whole moves that of one posting, in the smallest coins.
const MOVED_BY_SHARING: u32 = 2;

/// Whether a worth is not what an amount is worth by a rate: off by more than half a unit of the rate's last digit, and more
/// than the rounding of a whole that was shared out.
pub(crate) fn contradict(amount: Money, worth: Money, rate: Decimal) -> bool {
    let amount = amount.amount().abs();
    let digits = worth.currency().minor_units().unwrap_or(u32::from(super::AMOUNT_DIGITS));
    let shared = Decimal::new(i64::from(MOVED_BY_SHARING), digits);
    let half_a_unit = Decimal::try_new(5, rate.scale() + 1).unwrap_or_default();
    let reckoned = amount.checked_mul(rate).and_then(|by_rate| {
        let off = by_rate.checked_sub(worth.amount().abs())?.abs();
        Some(off > amount.checked_mul(half_a_unit)?.checked_add(shared)?)
    });
    reckoned.unwrap_or(true) // an amount that its rate carries beyond all measure has no worth
}

pub(crate) fn converted(
    posting: &NewPosting,
    rate: Decimal,
    ledger: Currency,
) -> Result<Money, LedgerError> {
    let digits = ledger.minor_units().unwrap_or(u32::from(super::AMOUNT_DIGITS));
    let product = decimal::mul_round(posting.amount.amount(), rate, digits, Rounding::HalfUp);
    let product = product.map_err(|_| LedgerError::TooLarge {
        code: posting.account.clone(),
        amount: posting.amount.amount(),
    })?;
    Ok(Money::new(product, ledger))
}

/// What balances in a foreign currency by one rate balances in the ledger's: each side is converted as a whole, and split
/// over its postings by largest remainder, so that no cent of rounding is left.
fn settle_by_rate(rules: &Rules, entry: &NewEntry, out: &mut [Judged]) -> Result<(), LedgerError> {
    if entry.postings.len() < 3 {
        return Ok(()); // two postings of one amount are worth the same anyway
    }
    for currency in foreign_currencies(rules.currency, entry) {
        let of_currency = |posting: &&NewPosting| posting.amount.currency() == currency;
        let mut postings = entry.postings.iter().filter(of_currency);
        let rate = postings.clone().find_map(|posting| posting.rate);
        let one_rate =
            |posting: &NewPosting| posting.ledger_amount.is_none() && posting.rate == rate;
        if !postings.all(one_rate) || sum(entry, out, |judged| judged.amount, Some(currency)) != 0 {
            continue;
        }
        for side in [Side::Debit, Side::Credit] {
            settle_side(rules, (currency, side), entry, out)?;
        }
    }
    Ok(())
}

/// Splits the worth of all postings of one currency on one side.
fn settle_side(
    rules: &Rules,
    (currency, side): (Currency, Side),
    entry: &NewEntry,
    out: &mut [Judged],
) -> Result<(), LedgerError> {
    let mine = |posting: &NewPosting| posting.side == side && posting.amount.currency() == currency;
    let postings = || entry.postings.iter().filter(|posting| mine(posting));
    let Some(first) = postings().next() else { return Ok(()) };
    let too_large =
        || LedgerError::TooLarge { code: first.account.clone(), amount: first.amount.amount() };
    let weights: Vec<Decimal> = postings().map(|posting| posting.amount.amount()).collect();
    let total = weights.iter().try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(*amount));
    let total = total.filter(|total| !total.is_zero());
    let Some(total) = total else { return Ok(()) };
    let whole = NewPosting { amount: Money::new(total, currency), ..first.clone() };
    let worth = match first.rate {
        Some(rate) => converted(&whole, rate, rules.currency)?,
        None => on_record(rules, entry, &whole)?.0,
    };
    let digits = rules.currency.minor_units().unwrap_or(u32::from(super::AMOUNT_DIGITS));
    let shares = allocation::allocate_to(digits, worth, &weights, Residual::LargestRemainder);
    let shares = shares.map_err(|_| too_large())?;
    let places = entry.postings.iter().zip(out).filter(|(posting, _)| mine(posting));
    for ((_, judged), share) in places.zip(shares) {
        let share = Amount::from_decimal(share.amount()).ok_or_else(too_large)?;
        judged.ledger_amount = signed(side, share);
    }
    Ok(())
}

/// The rate that two amounts imply, to 12 digits; none between zero and something.
fn implied_rate(worth: Decimal, amount: Decimal) -> Option<Decimal> {
    decimal::div_round(worth, amount, 12, Rounding::HalfEven).ok().filter(|rate| !rate.is_zero())
}

fn bad_rate(posting: &NewPosting, why: &'static str) -> LedgerError {
    LedgerError::BadRate { code: posting.account.clone(), amount: posting.amount, why }
}

fn signed(side: Side, amount: Amount) -> Amount {
    match side {
        Side::Debit => amount,
        // An amount that was checked is not negative, so its opposite exists.
        Side::Credit => Amount::from_units(amount.units().wrapping_neg()),
    }
}

/// An amount as it is stored: not negative, unless it takes another back, no more digits than its currency has, within
/// reach.
fn exact(rules: &Rules, posting: &NewPosting, money: Money) -> Result<Amount, LedgerError> {
    let code = || posting.account.clone();
    if money.is_negative() && !rules.reverses {
        return Err(LedgerError::Negative { code: code(), amount: money });
    }
    let digits = money.currency().minor_units().unwrap_or(u32::from(super::AMOUNT_DIGITS));
    if money.amount().scale() > digits {
        return Err(LedgerError::TooManyDigits { code: code(), amount: money, digits });
    }
    Amount::from_decimal(money.amount())
        .ok_or_else(|| LedgerError::TooLarge { code: code(), amount: money.amount() })
}

/// Debits equal credits in the ledger's currency, and in every other unless the entry converts.
fn check_balance(ledger: Currency, entry: &NewEntry, judged: &[Judged]) -> Result<(), LedgerError> {
    check_zero(sum(entry, judged, |judged| judged.ledger_amount, None), ledger)?;
    if entry.conversion {
        return Ok(());
    }
    // The ledger's own currency is settled: an exchange difference is a posting in it alone, against worths of others.
    foreign_currencies(ledger, entry).into_iter().try_for_each(|currency| {
        check_zero(sum(entry, judged, |judged| judged.amount, Some(currency)), currency)
    })
}

fn foreign_currencies(ledger: Currency, entry: &NewEntry) -> Vec<Currency> {
    let currencies = entry.postings.iter().map(|posting| posting.amount.currency());
    let mut currencies: Vec<Currency> = currencies.filter(|currency| *currency != ledger).collect();
    if currencies.len() > 1 {
        currencies.sort_unstable();
        currencies.dedup();
    }
    currencies
}

/// The sum of all postings, or of those in one currency.
fn sum(
    entry: &NewEntry,
    judged: &[Judged],
    amount: fn(&Judged) -> Amount,
    of: Option<Currency>,
) -> i128 {
    let mine = entry
        .postings
        .iter()
        .zip(judged)
        .filter(|(posting, _)| of.is_none_or(|of| posting.amount.currency() == of));
    mine.map(|(_, judged)| i128::from(amount(judged).units())).sum()
}

fn check_zero(difference: i128, currency: Currency) -> Result<(), LedgerError> {
    if difference == 0 {
        return Ok(());
    }
    let difference = Decimal::try_from_i128_with_scale(difference, u32::from(super::AMOUNT_DIGITS))
        .unwrap_or(Decimal::MAX);
    Err(LedgerError::Unbalanced { difference: Money::new(difference, currency) })
}
