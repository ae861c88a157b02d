//! The days by which results are translated: periods, cut where the days that are asked for begin and end.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DateRange, Range, Reading};
use smol_str::SmolStr;

use super::TranslationQuery;
use crate::ledger::{Balance, BalanceQuery, LedgerError, Period, Posting, balances, is_closing};

/// A period, or the part of one that lies before the days that are asked for, or in them.
pub(super) struct Span {
    pub(super) days: DateRange,
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// The period, where it is a whole one.
    pub(super) whole: Option<i32>,
}

/// Sums of accounts in the ledger's currency, in units: debits less credits.
pub(super) type Sums = BTreeMap<SmolStr, i128>;

/// All spans up to the closing day, without the periods that hold what closed years: that only moves what was earned between accounts
/// of results and equity, and is neither earned nor put in (IAS 21.39 translates income and expenses as they arose).
pub(super) fn spans(
    read: &mut impl Reading,
    query: &TranslationQuery,
    date: NaiveDate,
) -> Result<Vec<Span>, LedgerError> {
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let mut spans = Vec::new();
    let counts = |period: &&Arc<Period>| period.start <= date && !is_closing(period.period);
    for period in periods.iter().filter(counts) {
        let last = period.end.min(date);
        let cut = query.days.start().filter(|from| period.start < *from && *from <= last);
        let cut = cut.and_then(|from| Some((from.pred_opt()?, from)));
        let parts = match cut {
            Some((before, from)) => vec![(period.start, before), (from, last)],
            None => vec![(period.start, last)],
        };
        for (first, last) in parts {
            let whole = (first == period.start && last == period.end).then_some(period.period);
            let days = DateRange::new(first, last);
            let days = days
                .map_err(|error| LedgerError::BadInput { what: "days", why: error.to_string() })?;
            spans.push(Span { days, first, last, whole });
        }
    }
    Ok(spans)
}

/// The span in which a posting lies.
fn place_of(spans: &[Span], posting: &Posting) -> Option<usize> {
    let holds = |span: &Span| span.first <= posting.date && posting.date <= span.last;
    let own = spans.iter().position(|span| span.whole == Some(posting.period));
    own.or_else(|| spans.iter().position(holds))
}

/// What each account moved in each span: whole periods from the counters in one pass, parts from postings; all from postings
/// where it is asked for as known at a time.
pub(super) fn movements(
    read: &mut impl Reading,
    query: &TranslationQuery,
    spans: &[Span],
) -> Result<Vec<Sums>, LedgerError> {
    let mut sums: Vec<Sums> = spans.iter().map(|_| Sums::new()).collect();
    if query.known_at.is_some() {
        read.peek_each(&Range::<Posting>::all(), |posting: &Posting| {
            let counts = query.knows(posting) && !is_closing(posting.period);
            if let Some(at) = place_of(spans, posting).filter(|_| counts) {
                let sum = sums[at].entry(posting.account.clone()).or_default();
                *sum += i128::from(posting.ledger_amount.units());
            }
            Ok::<(), LedgerError>(())
        })?;
        return Ok(sums);
    }
    let whole: BTreeMap<i32, usize> =
        spans.iter().enumerate().filter_map(|(at, span)| Some((span.whole?, at))).collect();
    read.peek_each(&Range::<Balance>::all(), |balance| {
        if let Some(at) = whole.get(&balance.period) {
            let net = i128::from(balance.ledger_debit.units())
                - i128::from(balance.ledger_credit.units());
            *sums[*at].entry(balance.account.clone()).or_default() += net;
        }
        Ok::<(), LedgerError>(())
    })?;
    for (at, span) in spans.iter().enumerate().filter(|(_, span)| span.whole.is_none()) {
        // What adjusts a year lies in periods of its own, which are whole.
        let days = BalanceQuery::all().from(span.first).until(span.last);
        for row in balances(read, &days.without_closings().without_adjustments())? {
            *sums[at].entry(row.account).or_default() += row.amounts.net().1;
        }
    }
    Ok(sums)
}
