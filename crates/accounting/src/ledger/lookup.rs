//! Finding what was recorded: an entry by its id or number, an account's postings in order of date.

use std::sync::Arc;

use fondaco_core::{DateRange, Id, Range, Reading};
use smol_str::SmolStr;

use super::{Entry, LedgerError, Posting};

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
/// assert_eq!(books.view(|view| entry_by_number(view, "GEN", 2026, number))?, Some(whole.entry));
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

/// The entry with this number in a journal and fiscal year.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn entry_by_number(
    read: &mut impl Reading,
    journal: &str,
    fiscal_year: i32,
    number: i64,
) -> Result<Option<Arc<Entry>>, LedgerError> {
    let place = (SmolStr::new(journal), fiscal_year, number);
    Ok(read.peek_scan(&Range::by(Entry::BY_NUMBER, &place).limit(1))?.pop())
}

/// The postings of an account on these days, in order of date.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn postings(
    read: &mut impl Reading,
    account: &str,
    days: DateRange,
) -> Result<Vec<Arc<Posting>>, LedgerError> {
    let all = Range::by(Posting::BY_ACCOUNT, &SmolStr::new(account));
    let mut postings = Vec::new();
    read.peek_each(&all, |posting| {
        if days.contains(posting.date) {
            postings.push(Arc::new(posting.clone()));
        }
        Ok::<(), LedgerError>(())
    })?;
    Ok(postings)
}
