//! Finding what was recorded: an entry by its id or number, an account's postings in order of date.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::{DateRange, Id, Range, Reading};
use smol_str::SmolStr;

use super::{Account, Entry, Journal, LedgerError, Period, Posting};
use crate::parallel::sight;

/// An entry with all its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeEntry {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Its postings, in order of line.
    pub postings: Vec<Arc<Posting>>,
}

/// An entry with its postings; `None` when there is none of this id.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let amount = Money::parse("5.00 EUR")?;
/// let sale = NewEntry::new("GEN", "2026-01-05".parse()?).debit("1000", amount).credit("4000", amount);
/// let posted = books.post("sale", sale)?.answer;
/// let whole = books.entry(posted.id)?.ok_or("it was posted")?;
/// assert_eq!((whole.entry.number, whole.postings.len()), (posted.number, 2));
/// let number = posted.number.number().ok_or("it was given")?;
/// assert_eq!(books.entry_by_number("GEN", 2026, number)?.as_ref(), Some(&whole));
/// let of_bank = books.postings("1000", DateRange::always())?;
/// assert!(of_bank.contains(&whole.postings[0]) && !of_bank.contains(&whole.postings[1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn entry(read: &mut impl Reading, id: Id<Entry>) -> Result<Option<WholeEntry>, LedgerError> {
    let Some(entry) = read.peek::<Entry>(&id)? else { return Ok(None) };
    let postings = read.peek_scan(&Range::<Posting>::by_key(&id))?;
    Ok(Some(WholeEntry { entry, postings }))
}

/// The entry with this number in a journal and fiscal year: what stands on paper.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let invoice = books.entry_by_number("INV", 2026, 1)?.ok_or("it was posted")?;
/// assert_eq!(invoice.postings[0].account, "1200");
/// assert_eq!(books.entry_by_number("INV", 2026, 2)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownJournal`], or a [`Halt`](fondaco_core::Halt).
pub fn entry_by_number(
    read: &mut impl Reading,
    journal: &str,
    fiscal_year: i32,
    number: i64,
) -> Result<Option<WholeEntry>, LedgerError> {
    let code = SmolStr::new(journal);
    if read.peek::<Journal>(&code)?.is_none() {
        return Err(LedgerError::UnknownJournal { code });
    }
    let place = Range::by(Entry::BY_NUMBER, &(code, fiscal_year, number)).limit(1);
    let found = read.peek_scan(&place)?.pop();
    let Some(found) = found else { return Ok(None) };
    entry(read, found.id)
}

/// The postings of an account on these days, in order of date.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let february = DateRange::new("2026-02-01".parse()?, "2026-02-28".parse()?)?;
/// let of_bank = books.postings("1000", february)?;
/// assert_eq!(of_bank.len(), 1); // the rent
/// assert_eq!(of_bank[0].money(), Money::parse("-40 EUR")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::BadInput`] for a heading, or a [`Halt`](fondaco_core::Halt).
pub fn postings(
    read: &mut impl Reading,
    account: &str,
    days: DateRange,
) -> Result<Vec<Arc<Posting>>, LedgerError> {
    let read = &mut sight(read)?;
    let code = posted_account(read, account)?.code.clone();
    let periods = periods_on(read, days)?;
    let mut postings = Vec::new();
    for period in periods {
        let mut range = Range::by(Posting::BY_ACCOUNT, &(code.clone(), period.period));
        if let Some(start) = days.start() {
            range = range.from(&start);
        }
        if let Some(end) = days.end() {
            range = range.through(&end);
        }
        read.peek_each(&range, |posting| {
            postings.push(Arc::new(posting.clone()));
            Ok::<(), LedgerError>(())
        })?;
    }
    Ok(postings)
}

/// An account that can have postings.
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::BadInput`] for a heading, or a [`Halt`](fondaco_core::Halt).
pub(crate) fn posted_account(
    read: &mut impl Reading,
    account: &str,
) -> Result<Arc<Account>, LedgerError> {
    let code = SmolStr::new(account);
    match read.peek::<Account>(&code)? {
        None => Err(LedgerError::UnknownAccount { code }),
        Some(account) if account.heading => {
            let why = format!("{code} is a heading: ask for the accounts under it");
            Err(LedgerError::BadInput { what: "account", why })
        }
        Some(account) => Ok(account),
    }
}

/// The periods that have some of these days, in order of date.
pub(crate) fn periods_on(
    read: &mut impl Reading,
    days: DateRange,
) -> Result<Vec<Arc<Period>>, LedgerError> {
    let mut periods = read.peek_scan(&Range::<Period>::all())?;
    periods.retain(|period| {
        DateRange::new(period.start, period.end).is_ok_and(|period| period.overlaps(days))
    });
    periods.sort_by_key(|period| period.start);
    Ok(periods)
}

/// These accounts, and those under the headings among them, without headings: in order of their codes.
pub(crate) fn leaves(
    read: &mut impl Reading,
    mut codes: Vec<SmolStr>,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let (mut known, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(code) = codes.pop() {
        if !known.insert(code.clone()) {
            continue;
        }
        let Some(account) = read.peek::<Account>(&code)? else { continue };
        if account.heading {
            let under = read.peek_scan(&Range::by(Account::BY_PARENT, &account.code))?;
            codes.extend(under.iter().map(|account| account.code.clone()));
        } else {
            found.push(account);
        }
    }
    found.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(found)
}
