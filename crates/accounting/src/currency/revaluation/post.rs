//! Posting what was valued: one entry, its reversal, and the facts of the run; all of it resting on what was read.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags, Value};
use fondaco_core::{Currency, Halt, Id, Money, Needs, Range, Tx};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::earlier::{Adjusted, adjusted};
use super::mark::monetary_accounts;
use super::value::{Closing, Valued, adjust, amount, books, value};
use super::{MonetaryAccount, RevaluationLine, RevaluationRun, Revalue, Revalued};
use crate::currency::{ExchangeAccounts, ExchangeError, Naming, PostingRates, side_of};
use crate::ledger::open_items::money;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{
    Account, Entry, LedgerError, NewEntry, NewPosting, Period, Posted, Posting, plan_new, post_one,
};

/// What was valued in chunks before: by account, and at which rates.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) lines: BTreeMap<SmolStr, Vec<Valued>>,
    pub(super) rates: BTreeMap<Currency, String>,
}

/// Values what is not known, or not so any more, and posts what differs.
pub(super) fn post(tx: &mut Tx<'_>, run: &Revalue, known: &Known) -> Result<Revalued, LedgerError> {
    let authority = tx.authority(&rights::REVALUE)?;
    tx.allow(&authority, &Request::new(&rights::REVALUE).about(run.source.clone()))?;
    let ground = Ground::read(tx, run)?;
    let (lines, closing) = ground.value(tx, known)?;
    let moved: Vec<Valued> = lines.into_iter().filter(|line| line.difference() != 0).collect();
    if moved.is_empty() {
        let (entry, lines) = (None, 0);
        return Ok(Revalued { entry, lines, difference: amount(0)? });
    }
    let naming = moved.iter().map(|line| (&line.account, line.currency));
    let naming = Naming::read(tx, naming)?;
    let named = named(&naming, &moved)?;
    let entry = entry(run, &named, closing.ledger)?;
    let (posted, _) = post_one(tx, &entry, None, Asking::following(authority))?;
    keep(tx, run, posted, &named, &closing)
}

/// What the run rests on: read with guards, before anything that is valued.
struct Ground {
    closing: Closing,
    accounts: Vec<Arc<Account>>,
    adjusted: Adjusted,
    /// By account and currency, what the books say.
    books: BTreeMap<SmolStr, BTreeMap<Currency, (i128, i128)>>,
}

impl Ground {
    fn read(tx: &mut Tx<'_>, run: &Revalue) -> Result<Ground, LedgerError> {
        // Of two runs at once the second begins anew, after the first; and of one who marks accounts meanwhile, the run does.
        tx.scan(&Range::<MonetaryAccount>::all())?;
        tx.scan(&Range::<RevaluationRun>::all())?;
        let mut closing = run.closing(tx)?;
        let accounts = monetary_accounts(tx)?;
        rest_on_postings(tx, &accounts, run.date)?;
        let adjusted = adjusted(tx, run.date)?;
        let mut of_all = BTreeMap::new();
        for account in &accounts {
            let books = books(tx, &account.code, (run.date, closing.ledger))?;
            of_all.insert(account.code.clone(), books);
        }
        let mut currencies: Vec<Currency> =
            of_all.values().flat_map(|books| books.keys().copied()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        if !currencies.is_empty()
            && let Some(rates) = PostingRates::of(tx, &run.source, &currencies, closing.ledger)?
        {
            for currency in currencies {
                if let Some(found) = rates.find(currency, closing.ledger, run.date)? {
                    closing.found.insert(currency, found);
                }
            }
        }
        Ok(Ground { closing, accounts, adjusted, books: of_all })
    }

    /// Every account in each of its currencies: as it is known, where the books and the rates still say so.
    fn value(self, tx: &mut Tx<'_>, known: &Known) -> Result<(Vec<Valued>, Closing), LedgerError> {
        let Ground { mut closing, accounts, adjusted, books } = self;
        let stale: Vec<Currency> = known
            .rates
            .iter()
            .filter(|(of, said)| {
                closing.found.get(of).map(ToString::to_string).as_ref() != Some(said)
            })
            .map(|(of, _)| *of)
            .collect();
        let (none, mut lines) = (Vec::new(), Vec::new());
        for account in accounts {
            let code = &account.code;
            let told = known.lines.get(code).unwrap_or(&none);
            let fresh = told.iter().all(|line| !stale.contains(&line.currency));
            let valued = match fresh && books.get(code).is_some_and(|books| fits(told, books)) {
                true => told.clone(),
                false => value(tx, &account, &mut closing)?,
            };
            lines.extend(adjust(code, valued, &adjusted)?);
        }
        Ok((lines, closing))
    }
}

/// Whether the sums are those of the books.
fn fits(lines: &[Valued], books: &BTreeMap<Currency, (i128, i128)>) -> bool {
    let sums = lines.iter().filter(|line| (line.open, line.before) != (0, 0));
    let sums: BTreeMap<Currency, (i128, i128)> =
        sums.map(|line| (line.currency, (line.open.into(), line.before.into()))).collect();
    sums == *books
}

/// Who posts to one of the accounts by this day meanwhile makes the run begin anew.
fn rest_on_postings(
    tx: &mut Tx<'_>,
    accounts: &[Arc<Account>],
    date: NaiveDate,
) -> Result<(), LedgerError> {
    let periods = tx.scan(&Range::<Period>::all())?;
    let periods: Vec<_> = periods.iter().filter(|period| period.start <= date).collect();
    let of_period = |account: &Arc<Account>, period: &Period| {
        Range::by(Posting::BY_ACCOUNT, &(account.code.clone(), period.period)).limit(1)
    };
    let ranges: Vec<_> = accounts
        .iter()
        .flat_map(|account| periods.iter().map(|period| of_period(account, period)))
        .collect();
    let needs = ranges.iter().try_fold(Needs::new(), |needs, range| needs.range(range))?;
    tx.need_all(needs)?;
    for range in ranges {
        tx.scan(&range)?;
    }
    Ok(())
}

/// A line, and the accounts that are named for it.
type Named<'l> = (&'l Valued, &'l ExchangeAccounts);

fn named<'l>(naming: &'l Naming, lines: &'l [Valued]) -> Result<Vec<Named<'l>>, LedgerError> {
    let named = |line: &'l Valued| {
        let (account, currency) = (line.account.clone(), line.currency);
        let accounts = naming.of(&line.account, currency);
        let accounts = accounts.ok_or(ExchangeError::NoAccounts { account, currency })?;
        Ok((line, accounts.as_ref()))
    };
    lines.iter().map(named).collect()
}

/// The entry: what each account is worth more or less, against gains and losses.
fn entry(run: &Revalue, named: &[Named<'_>], ledger: Currency) -> Result<NewEntry, LedgerError> {
    let journal = named.first().map(|(_, accounts)| accounts.journal.clone());
    let text = run.text.clone().unwrap_or_else(|| format_smolstr!("Revaluation at {}", run.date));
    let mut entry = NewEntry::new(journal.unwrap_or_default(), run.date).text(text);
    let mut results: BTreeMap<(&SmolStr, SmolStr), (i128, &Tags)> = BTreeMap::new();
    for (line, accounts) in named {
        let difference = line.difference();
        entry.postings.push(moved(line, accounts, ledger));
        let dimensions = SmolStr::from(accounts.dimensions.to_json());
        let result = (accounts.unrealised(-difference), dimensions);
        results.entry(result).or_insert((0, &accounts.dimensions)).0 -= difference;
    }
    for ((code, _), (units, dimensions)) in results.into_iter().filter(|(_, sum)| sum.0 != 0) {
        let amount = money(units, ledger).abs();
        let mut posting = NewPosting::new(code.clone(), side_of(units), amount);
        posting.dimensions = dimensions.clone();
        entry.postings.push(posting);
    }
    Ok(entry)
}

/// What the account is worth more or less, on the account or on the one that stands for it.
fn moved(line: &Valued, accounts: &ExchangeAccounts, ledger: Currency) -> NewPosting {
    let side = side_of(line.difference());
    let worth = money(line.difference(), ledger).abs();
    let posting = match &accounts.adjustment {
        Some(code) => NewPosting::new(code.clone(), side, worth),
        None => {
            let nothing = Money::zero(line.currency);
            NewPosting::new(line.account.clone(), side, nothing).worth(worth)
        }
    };
    posting.text(format_smolstr!("{} {}", line.account, line.currency))
}

/// Plans the reversal, and writes down what was done.
fn keep(
    tx: &mut Tx<'_>,
    run: &Revalue,
    posted: Posted,
    named: &[Named<'_>],
    closing: &Closing,
) -> Result<Revalued, LedgerError> {
    let beyond = || LedgerError::BadInput {
        what: "date",
        why: format!("{} is the last day of all: nothing can reverse after it", run.date),
    };
    let next = run.reverses_on.or(run.date.succ_opt()).ok_or_else(beyond)?;
    plan_new(tx, posted.id, run.date, next)?;
    let mut difference = 0;
    for (line, accounts) in named {
        difference += line.difference();
        let row = fact(line, accounts, (posted.id, run.date), rate(closing, line.currency))?;
        tx.insert(row)?;
    }
    let lines = named.len() as u32;
    let (entry, difference) = (posted.id, amount(difference)?);
    let event = Event::new("currency.revalued").with("entry", Value::Id(entry.to_u128()));
    tx.emit(event.with("date", Value::Date(run.date)).with("lines", Value::I64(lines.into())));
    let (date, source) = (run.date, run.source.clone());
    tx.insert(RevaluationRun { date, entry, source, reverses_on: next, lines, difference })?;
    Ok(Revalued { entry: Some(entry), lines, difference })
}

fn rate(closing: &Closing, currency: Currency) -> Option<Decimal> {
    closing.found.get(&currency)?.rate().ok()
}

fn fact(
    line: &Valued,
    accounts: &ExchangeAccounts,
    (entry, date): (Id<Entry>, NaiveDate),
    rate: Option<Decimal>,
) -> Result<RevaluationLine, Halt> {
    Ok(RevaluationLine {
        entry,
        account: line.account.clone(),
        currency: line.currency,
        date,
        adjustment: accounts.adjustment.clone(),
        open: amount(line.open.into())?,
        before: amount(line.before.into())?,
        worth: amount(line.worth.into())?,
        rate: rate.filter(|_| line.open != 0),
    })
}
