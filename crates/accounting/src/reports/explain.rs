//! Why a balance is what it is: down to periods, and to the postings of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::{Currency, DateRange, Id, Money, Range, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::chart::Chart;
use super::general_ledger::{entries, name};
use crate::ledger::{
    Account, Amounts, Balance, BalanceQuery, Entry, LedgerError, Period, PeriodKey, Posting,
    postings,
};
use crate::parallel::sight;

/// The balance of an account, or of a heading, at the end of some days, in the ledger's currency, and what it was made
/// of: what was there before the days, the sums that the ledger keeps of each period, and the postings of each. A heading
/// is made of the accounts under it.
///
/// Days with an open beginning go back to the first posting. It costs what the postings of the days are.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let why = books.explain_balance("1000", DateRange::until("2026-12-31".parse()?))?;
/// assert_eq!(why.what.to_string(), "1000 Bank, balance at the end of 2026-12-31");
/// let [january, february] = &why.inputs[..] else { panic!("two months") };
/// assert_eq!(january.value, eur("500").into());
/// let rule = february.rule.as_ref().map(|rule| rule.to_string());
/// assert_eq!(rule.as_deref(), Some("kept sums, debit 0.00 EUR and credit 40.00 EUR"));
/// assert!(february.inputs[0].to_string().starts_with("2026-02-01 GEN 2: -40.00 EUR (entry "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn explain_balance(
    read: &mut impl Reading,
    account: &str,
    days: DateRange,
) -> Result<Explain, LedgerError> {
    let read = &mut sight(read)?;
    let all = BalanceQuery::subtree(account);
    let query = days.end().map_or(all.clone(), |end| all.clone().until(end));
    let eve = days.start().and_then(|first| first.pred_opt());
    let [at_end] = Chart::read_each(read, [&query])?;
    let before = match eve {
        Some(eve) => Some(Chart::read(read, &all.until(eve))?),
        None => None,
    };
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let asked = Asked { days, periods, at_end, before };
    let code = SmolStr::new(account);
    let account = asked.at_end.account(&code).cloned();
    let account = account.ok_or(LedgerError::UnknownAccount { code })?;
    asked.account(read, &account)
}

/// What is asked, and what was read for all accounts at once.
struct Asked {
    days: DateRange,
    periods: Vec<Arc<Period>>,
    at_end: Chart,
    before: Option<Chart>,
}

impl Asked {
    fn money(&self, amount: Decimal) -> Money {
        Money::new(amount, self.at_end.currency)
    }

    fn account(&self, read: &mut impl Reading, account: &Account) -> Result<Explain, LedgerError> {
        let balance = self.at_end.sum(&account.code).balance();
        let what = Phrase::from(format_smolstr!("{} {},", account.code, account.name))
            .and(word("balance"));
        let what = match self.days.end() {
            Some(end) => what.and(word("at the end of")).and(end),
            None => what.and(word("in all")),
        };
        let why = Explain::new(what, self.money(balance));
        if account.heading {
            let under = self.at_end.under(&account.code).cloned().collect::<Vec<_>>();
            let inputs = under.iter().map(|account| self.account(read, account));
            return Ok(why
                .rule(word("the accounts under it"))
                .inputs(inputs.collect::<Result<Vec<_>, _>>()?));
        }
        let opening = self.before.as_ref().map(|before| before.sum(&account.code).balance());
        let opening = opening.zip(self.days.start()).map(|(amount, first)| {
            Explain::new(Phrase::from(word("Balance before")).and(first), self.money(amount))
        });
        let periods = self.account_periods(read, account)?;
        Ok(why.rule(word("debits less credits, period by period")).inputs(opening).inputs(periods))
    }

    fn account_periods(
        &self,
        read: &mut impl Reading,
        account: &Account,
    ) -> Result<Vec<Explain>, LedgerError> {
        let kept = kept_sums(read, account)?;
        let mut by_period: BTreeMap<PeriodKey, Vec<Arc<Posting>>> = BTreeMap::new();
        for posting in postings(read, &account.code, self.days)? {
            by_period.entry(posting.period).or_default().push(posting);
        }
        let entries = entries(read, by_period.values().flatten())?;
        let explain = |(period, postings): (&PeriodKey, &Vec<_>)| {
            self.period(*period, kept.get(period), postings, &entries)
        };
        Ok(by_period.iter().map(explain).collect())
    }

    /// A whole period is worth what the ledger keeps of it, a part of one what its postings are.
    fn period(
        &self,
        key: PeriodKey,
        kept: Option<&Amounts>,
        postings: &[Arc<Posting>],
        entries: &BTreeMap<Id<Entry>, Arc<Entry>>,
    ) -> Explain {
        let period = self.periods.iter().find(|period| period.period == key);
        let whole = period.is_some_and(|period| {
            self.days.contains(period.start) && self.days.contains(period.end)
        });
        let mut sums = Amounts::default();
        postings.iter().for_each(|posting| sums.add(&Amounts::of_posting(posting)));
        let (sums, from) = match kept.filter(|_| whole) {
            Some(kept) => (*kept, word("kept sums, debit")),
            None => (sums, word("postings of a part of the period, debit")),
        };
        let rule = Phrase::from(from);
        let (debit, credit) = (self.money(sums.ledger_debit()), self.money(sums.ledger_credit()));
        let label = period.map(|period| period.label()).unwrap_or_default();
        Explain::new(Phrase::from(word("Period")).and(label), self.money(sums.ledger_balance()))
            .rule(rule.and(debit).and(word("and credit")).and(credit))
            .inputs(
                postings.iter().map(|posting| self.posting(posting, entries.get(&posting.entry))),
            )
    }

    fn posting(&self, posting: &Posting, entry: Option<&Arc<Entry>>) -> Explain {
        let number = entry.and_then(|entry| entry.number.number());
        let journal = entry.map(|entry| entry.journal.as_str()).unwrap_or_default();
        let text = posting.text.get().or(entry.and_then(|entry| entry.text.as_ref()));
        let what = Phrase::from(posting.date).and(name(journal, number));
        let what = text.into_iter().fold(what, Phrase::and);
        let document = entry.and_then(|entry| entry.source.as_ref());
        let document =
            document.map(|source| Phrase::from(format!("{source},"))).unwrap_or_default();
        let source = document.and(word("entry")).and(format!("{},", posting.entry));
        let source = source.and(word("line")).and(posting.line);
        let why = Explain::new(what, self.money(posting.ledger_amount.to_decimal())).source(source);
        converted(why, posting, self.at_end.currency)
    }
}

/// An amount of another currency is worth what its rate says.
fn converted(why: Explain, posting: &Posting, ledger: Currency) -> Explain {
    if posting.currency == ledger {
        return why;
    }
    let worth = Phrase::from(posting.money()).and(word("in the ledger's currency"));
    let why = why.rule(worth);
    let rate = posting.rate.copied().map(|rate| {
        let name = Phrase::from(ledger.code()).and(word("for one")).and(posting.currency.code());
        Parameter::new(name, Cell::Number(rate))
    });
    rate.into_iter().fold(why, Explain::parameter)
}

/// The sums that the ledger keeps of an account's periods, over all currencies and dimensions.
fn kept_sums(
    read: &mut impl Reading,
    account: &Account,
) -> Result<BTreeMap<PeriodKey, Amounts>, LedgerError> {
    let mut kept: BTreeMap<PeriodKey, Amounts> = BTreeMap::new();
    read.peek_each(&Range::<Balance>::by_key(&account.code), |balance: &Balance| {
        kept.entry(balance.period).or_default().add(&Amounts::of_balance(balance));
        Ok::<(), LedgerError>(())
    })?;
    Ok(kept)
}
