//! Why a statement opens and closes with what it does.

use std::collections::BTreeMap;

use fondaco_core::report::{Explain, Phrase, word};
use fondaco_core::{Currency, DateRange, Money, Reading};
use rust_decimal::Decimal;
use smol_str::format_smolstr;

use super::read::sums;
use super::{AccountStatement, CurrencyStatement, Movement, StatementQuery};
use crate::ledger::{Amounts, LedgerError, Period, periods_on, posted_account};
use crate::parallel::sight;
use crate::reports::general_ledger::name;

impl AccountStatement {
    /// Why each currency closes with what it does: what it opened with, and each movement. [`explain_opening`] says more of
    /// the first.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.statement(&StatementQuery::new("1000", "2026-02-01/2026-02-28".parse()?))?;
    /// let [euros] = &bank.explain_closing()[..] else { panic!("one currency") };
    /// assert_eq!(euros.what.to_string(), "1000 Bank, balance at the end of 2026-02-28");
    /// assert_eq!(euros.value, eur("460").into());
    /// assert_eq!(euros.inputs[0].to_string(), "Balance before 2026-02-01: 500.00 EUR\n");
    /// assert!(euros.inputs[1].to_string().starts_with("2026-02-01 GEN 2: -40.00 EUR (entry "));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain_closing(&self) -> Vec<Explain> {
        self.currencies.iter().map(|section| self.explain_section(section)).collect()
    }

    fn explain_section(&self, section: &CurrencyStatement) -> Explain {
        let what = Phrase::from(format_smolstr!("{} {},", self.account, self.name));
        let what = what.and(word("balance"));
        let what = match self.days.end() {
            Some(end) => what.and(word("at the end of")).and(end),
            None => what.and(word("in all")),
        };
        let money = |amount| Money::new(amount, section.currency);
        let opening = self.days.start().map(|first| {
            let what = Phrase::from(word("Balance before")).and(first);
            Explain::new(what, money(section.sums.opening))
        });
        let movements = section
            .movements
            .iter()
            .map(|movement| movement.explain(section.currency, self.ledger_currency));
        Explain::new(what, money(section.sums.closing))
            .rule(word("the opening, and debits less credits"))
            .inputs(opening)
            .inputs(movements)
    }
}

impl Movement {
    fn explain(&self, currency: Currency, ledger: Currency) -> Explain {
        let what = Phrase::from(self.date).and(name(&self.journal, self.number));
        let what = self.text.iter().fold(what, Phrase::and);
        let amount = self.debit.or(self.credit.map(|credit| Decimal::ZERO.saturating_sub(credit)));
        let money = Money::new(amount.unwrap_or_default(), currency);
        let why = Explain::new(what, money);
        let source = Phrase::from(word("entry")).and(format!("{},", self.entry));
        let why = why.source(source.and(word("line")).and(self.line));
        if currency == ledger {
            return why;
        }
        why.rule(Phrase::from(word("worth")).and(Money::new(self.ledger_amount, ledger)))
    }
}

/// Why each currency of a statement opens with what it does: the sums of each period before the days.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let march = StatementQuery::new("1000", "2026-03-01/2026-03-31".parse()?);
/// let why = books.view(|view| reports::explain_opening(view, &march))?;
/// assert_eq!(why[0].to_string(), "\
/// Balance before 2026-03-01: 460.00 EUR
/// │ debits less credits, period by period
/// ├─ Period 2026-01: 500.00 EUR
/// │    1 postings, debit 500.00 EUR and credit 0.00 EUR
/// └─ Period 2026-02: -40.00 EUR
///      1 postings, debit 0.00 EUR and credit 40.00 EUR
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`account_statement`](super::account_statement).
pub fn explain_opening(
    read: &mut impl Reading,
    query: &StatementQuery,
) -> Result<Vec<Explain>, LedgerError> {
    let read = &mut sight(read)?;
    posted_account(read, &query.account)?;
    let (Some(before), Some(first)) = (query.before(), query.days.start()) else {
        return Ok(Vec::new());
    };
    let mut parts: BTreeMap<Currency, Vec<(Amounts, Explain)>> = BTreeMap::new();
    for period in periods_on(read, before.days)? {
        let days = DateRange::new(period.start, period.end).ok();
        let days = days.and_then(|days| days.intersect(before.days)).unwrap_or(before.days);
        let of_period = StatementQuery { days, ..before.clone() };
        for (currency, amounts) in sums(read, &of_period)? {
            let part = explain_period(&period, currency, &amounts);
            parts.entry(currency).or_default().push((amounts, part));
        }
    }
    let why = parts.into_iter().map(|(currency, parts)| {
        let mut all = Amounts::default();
        parts.iter().for_each(|(amounts, _)| all.add(amounts));
        Explain::new(Phrase::from(word("Balance before")).and(first), all.balance(currency))
            .rule(word("debits less credits, period by period"))
            .inputs(parts.into_iter().map(|(_, part)| part))
    });
    Ok(why.collect())
}

fn explain_period(period: &Period, currency: Currency, amounts: &Amounts) -> Explain {
    let money = |amount| Money::new(amount, currency);
    let what = Phrase::from(word("Period")).and(period.label());
    let rule = Phrase::from(amounts.postings()).and(word("postings,")).and(word("debit"));
    let rule = rule.and(money(amounts.debit())).and(word("and credit"));
    Explain::new(what, amounts.balance(currency)).rule(rule.and(money(amounts.credit())))
}
