//! How an entry's amounts are spread over its occurrences.

use fondaco_core::recurrence::RecurrenceEnd;
use fondaco_core::{Money, Residual, allocate};
use rust_decimal::Decimal;

use super::{AmountRule, RecurringTerms};
use crate::ledger::{LedgerError, NewEntry, Side};

/// An amount is spread over at most so many occurrences: 27 years of days.
pub(super) const MOST: usize = 10_000;

/// For each posting of what is spread its shares, in order of occurrence; none where amounts are fixed.
pub(super) fn shares(terms: &RecurringTerms) -> Result<Vec<Vec<Money>>, LedgerError> {
    match &terms.amounts {
        AmountRule::Fixed => Ok(Vec::new()),
        AmountRule::Spread { weights, residual } => spread(terms, weights, *residual),
    }
}

/// Whether every occurrence can have its part.
pub(super) fn check(terms: &RecurringTerms) -> Result<(), LedgerError> {
    shares(terms).map(|_| ())
}

/// For each posting its shares, in order of occurrence.
///
/// Each posting but the largest is split by itself; the largest takes in each occurrence what balances it. As the template
/// balances, its shares too add up to its amount.
fn spread(
    terms: &RecurringTerms,
    weights: &[Decimal],
    residual: Residual,
) -> Result<Vec<Vec<Money>>, LedgerError> {
    let entry = &terms.entry;
    let weights = weights_of(terms, weights)?;
    check_template(entry)?;
    let amounts: Vec<Money> = entry.postings.iter().map(|posting| posting.amount).collect();
    let split = |amount: &Money| {
        allocate(*amount, &weights, residual).map_err(|error| bad("amounts", error.to_string()))
    };
    let mut parts = amounts.iter().map(split).collect::<Result<Vec<_>, _>>()?;
    let largest = (0..amounts.len()).rev().max_by_key(|at| amounts.get(*at).map(|a| a.amount()));
    let largest = largest.unwrap_or_default();
    for occurrence in 0..weights.len() {
        let rest = balancing(entry, &parts, largest, occurrence)?;
        if let Some(part) = parts.get_mut(largest).and_then(|of| of.get_mut(occurrence)) {
            *part = rest;
        }
        if rest.is_negative()
            || parts.iter().all(|of| of.get(occurrence).is_none_or(|p| p.is_zero()))
        {
            let why = "too small to be spread over so many occurrences: each needs its part";
            return Err(bad("amounts", why.into()));
        }
    }
    Ok(parts)
}

/// What the posting at `largest` has to be for the occurrence to balance.
fn balancing(
    entry: &NewEntry,
    parts: &[Vec<Money>],
    largest: usize,
    occurrence: usize,
) -> Result<Money, LedgerError> {
    let side = entry.postings.get(largest).map(|posting| posting.side);
    let mut rest = None::<Money>;
    for (at, (posting, of)) in entry.postings.iter().zip(parts).enumerate() {
        let Some(&part) = of.get(occurrence).filter(|_| at != largest) else { continue };
        let signed = if Some(posting.side) == side { part.neg() } else { part };
        rest = Some(match rest {
            Some(sum) => sum.add(signed).map_err(|error| bad("amounts", error.to_string()))?,
            None => signed,
        });
    }
    rest.ok_or(LedgerError::TooFewPostings { count: entry.postings.len() })
}

fn weights_of(terms: &RecurringTerms, weights: &[Decimal]) -> Result<Vec<Decimal>, LedgerError> {
    let never = "what is spread has an end: give the recurrence a count or a last day";
    if terms.recurrence.end() == RecurrenceEnd::Never {
        return Err(bad("recurrence", never.into()));
    }
    let count = terms.recurrence.dates(terms.start()).take(MOST + 1).count();
    if count > MOST {
        return Err(bad("recurrence", format!("an amount is spread over at most {MOST} days")));
    }
    if weights.is_empty() {
        return Ok(vec![Decimal::ONE; count]);
    }
    if weights.len() != count {
        let given = weights.len();
        let why = format!("{given} shares for {count} occurrences: give one each, or none at all");
        return Err(bad("weights", why));
    }
    Ok(weights.to_vec())
}

/// What is spread is in one currency and balances.
fn check_template(entry: &NewEntry) -> Result<(), LedgerError> {
    let Some(first) = entry.postings.first().filter(|_| entry.postings.len() >= 2) else {
        return Err(LedgerError::TooFewPostings { count: entry.postings.len() });
    };
    let mut difference = Money::zero(first.amount.currency());
    for posting in &entry.postings {
        if posting.ledger_amount.is_some() {
            let why = "what is spread is in one currency: give a rate instead of a worth";
            return Err(bad("ledger_amount", why.into()));
        }
        let signed =
            if posting.side == Side::Debit { posting.amount } else { posting.amount.neg() };
        difference = difference.add(signed).map_err(|error| bad("amounts", error.to_string()))?;
    }
    if difference.is_zero() { Ok(()) } else { Err(LedgerError::Unbalanced { difference }) }
}

fn bad(what: &'static str, why: String) -> LedgerError {
    LedgerError::BadInput { what, why }
}
