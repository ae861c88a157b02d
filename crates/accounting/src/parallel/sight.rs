//! Which postings and sums whoever reads a ledger sees.
//!
//! Everything that reads books begins with [`sight`]: what it reads from then on is of the ledger that is meant, so no report
//! asks of a posting to which ledger it belongs.

use std::any::{Any, TypeId};

use fondaco_core::store::{Record, Tags};
use fondaco_core::{Filtered, Range, Reading, RowFilter};
use smol_str::SmolStr;

use super::{LEDGER, ParallelError, ParallelLedger};
use crate::ledger::{Balance, Entry, Journal, LedgerError, Posting, Settings};

/// What belongs to a ledger: a [`RowFilter`] of postings, entries and sums.
#[derive(Debug, Clone)]
pub struct LedgerPart {
    which: Which,
    /// The journals whose entries are not of this ledger.
    hidden: Vec<SmolStr>,
}

#[derive(Debug, Clone)]
enum Which {
    /// There is one ledger: nothing is looked at.
    Everything,
    Leading,
    /// What belongs to all, and what belongs to this one alone.
    Parallel(Mark),
    /// Only what belongs to this one alone.
    Alone(Mark),
}

/// A parallel ledger, and how the dimensions of its sums say so.
#[derive(Debug, Clone)]
struct Mark {
    ledger: SmolStr,
    text: String,
}

impl Mark {
    fn of(ledger: &SmolStr) -> Mark {
        let tags: Tags = [(SmolStr::new_static(LEDGER), ledger.clone())].into_iter().collect();
        let json = tags.to_json();
        // Without the braces: as it stands among others.
        let text = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
        Mark { ledger: ledger.clone(), text }
    }
}

/// How the dimensions of a sum begin to say a ledger. In a text's quotes there is a backslash before each of its own.
const MARKED: &str = "\"@ledger\":\"";

/// The parallel ledger to which a posting belongs alone.
pub(crate) fn ledger_of(dimensions: &Tags) -> Option<&str> {
    dimensions.get(LEDGER)
}

/// Dimensions without what marks them as of one ledger: as they were given.
pub(crate) fn unmarked(dimensions: &Tags) -> Tags {
    if ledger_of(dimensions).is_none() {
        return dimensions.clone();
    }
    dimensions.iter().filter(|(name, _)| *name != LEDGER).collect()
}

/// Dimensions that mark a posting as of one ledger alone.
pub(crate) fn marked(dimensions: &Tags, ledger: &SmolStr) -> Tags {
    let mut marked = dimensions.clone();
    marked.set(SmolStr::new_static(LEDGER), ledger.clone());
    marked
}

impl LedgerPart {
    fn everything() -> LedgerPart {
        LedgerPart { which: Which::Everything, hidden: Vec::new() }
    }

    /// Whether the entries of a journal are of this ledger.
    pub(crate) fn has_journal(&self, code: &SmolStr) -> bool {
        !self.hidden.contains(code)
    }

    fn takes(&self, ledger: Option<&str>) -> bool {
        match &self.which {
            Which::Everything => true,
            Which::Leading => ledger.is_none(),
            Which::Parallel(mark) => ledger.is_none_or(|ledger| mark.ledger == ledger),
            Which::Alone(mark) => ledger.is_some_and(|ledger| mark.ledger == ledger),
        }
    }

    fn takes_sum(&self, dimensions: &str) -> bool {
        match &self.which {
            Which::Everything => true,
            Which::Leading => !dimensions.contains(MARKED),
            Which::Parallel(mark) => {
                !dimensions.contains(MARKED) || dimensions.contains(&mark.text)
            }
            Which::Alone(mark) => dimensions.contains(&mark.text),
        }
    }
}

impl RowFilter for LedgerPart {
    fn columns<R: Record>(&self) -> Option<&'static [usize]> {
        if matches!(self.which, Which::Everything) {
            return None;
        }
        match TypeId::of::<R>() {
            of if of == TypeId::of::<Balance>() => Some(&[DIMENSIONS]),
            of if of == TypeId::of::<Posting>() || of == TypeId::of::<Entry>() => Some(&[]),
            _ => None,
        }
    }

    fn shows<R: Record>(&self, row: &R) -> bool {
        let row = row as &dyn Any;
        if let Some(posting) = row.downcast_ref::<Posting>() {
            return self.takes(ledger_of(&posting.dimensions));
        }
        if let Some(balance) = row.downcast_ref::<Balance>() {
            return self.takes_sum(&balance.dimensions);
        }
        row.downcast_ref::<Entry>().is_none_or(|entry| self.has_journal(&entry.journal))
    }
}

/// Where the dimensions stand in the key of a [`Balance`].
const DIMENSIONS: usize = 3;

/// What the reader is meant to see: the ledger that it names as its [scope](Reading::scope), else the leading one.
pub(crate) fn sight<R: Reading>(read: &mut R) -> Result<Filtered<'_, R, LedgerPart>, LedgerError> {
    sight_of(read, None)
}

/// A ledger by its code, else what the reader is meant to see.
pub(crate) fn sight_of<'r, R: Reading>(
    read: &'r mut R,
    ledger: Option<&SmolStr>,
) -> Result<Filtered<'r, R, LedgerPart>, LedgerError> {
    let part = match (ledger, read.is_filtered()) {
        (None, true) => LedgerPart::everything(), // of what was chosen before
        (ledger, _) => {
            let ledger = ledger.cloned().or_else(|| read.scope().map(SmolStr::new));
            part(read, ledger, Which::Parallel)?
        }
    };
    Ok(Filtered::new(read, part))
}

/// The ledger that the reader names, else all of them together.
pub(crate) fn all_or_scope<R: Reading>(
    read: &mut R,
) -> Result<Filtered<'_, R, LedgerPart>, LedgerError> {
    match read.scope() {
        Some(_) => sight(read),
        None => Ok(Filtered::new(read, LedgerPart::everything())),
    }
}

/// The leading ledger, whatever the reader is meant to see: without what is of a parallel ledger alone.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::parallel::leading;
/// let all = books.view(|view| Ok(leading(view)?.peek_scan(&Range::<Posting>::all())?.len()))?;
/// assert!(all > 0);
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn leading<R: Reading>(read: &mut R) -> Result<Filtered<'_, R, LedgerPart>, LedgerError> {
    let part = part(read, None, Which::Parallel)?;
    Ok(Filtered::new(read, part))
}

/// What belongs to one ledger alone.
pub(crate) fn alone<'r, R: Reading>(
    read: &'r mut R,
    ledger: &SmolStr,
) -> Result<Filtered<'r, R, LedgerPart>, LedgerError> {
    let part = part(read, Some(ledger.clone()), Which::Alone)?;
    Ok(Filtered::new(read, part))
}

/// What belongs to one ledger alone, or what belongs to all.
pub(crate) fn part_of<'r, R: Reading>(
    read: &'r mut R,
    ledger: Option<&SmolStr>,
) -> Result<Filtered<'r, R, LedgerPart>, LedgerError> {
    match ledger {
        Some(ledger) => alone(read, ledger),
        None => leading(read),
    }
}

fn part(
    read: &mut impl Reading,
    ledger: Option<SmolStr>,
    which: fn(Mark) -> Which,
) -> Result<LedgerPart, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?;
    let are_there = settings.is_some_and(|settings| settings.parallel_ledgers == Some(true));
    let which = match ledger {
        Some(code) => {
            let known = are_there && read.peek::<ParallelLedger>(&code)?.is_some();
            if !known {
                return Err(ParallelError::UnknownLedger { code }.into());
            }
            which(Mark::of(&code))
        }
        None if are_there => Which::Leading,
        None => return Ok(LedgerPart::everything()),
    };
    let mut part = LedgerPart { which, hidden: Vec::new() };
    let journals = read.peek_scan(&Range::<Journal>::all())?;
    let hidden = journals.iter().filter(|journal| !part.takes(journal.ledger.as_deref()));
    part.hidden = hidden.map(|journal| journal.code.clone()).collect();
    Ok(part)
}

/// A parallel ledger: what belongs to all, and what belongs to it alone. Everything that reads books over this reader reads that
/// ledger; over any other it reads the leading one, or the one that [`Books::of_ledger`](crate::Books::of_ledger) says.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::parallel::{DefineLedger, of_ledger};
/// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
/// books.send("adjustments", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"))?;
/// let less = NewEntry::new("IFR", day("2026-03-01")).debit("1000", eur("7")).credit("5100", eur("7"));
/// books.post("less rent", less)?;
/// let rent = BalanceQuery::account("5100");
/// let [leading, ifrs] = books.view(|view| {
///     let leading = ledger::balances(view, &rent)?;
///     let ifrs = ledger::balances(&mut of_ledger(view, "ifrs")?, &rent)?;
///     Ok([leading, ifrs].map(|rows| rows[0].amounts.ledger_balance()))
/// })?;
/// assert_eq!((leading, ifrs), (40.into(), 33.into()));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`ParallelError::UnknownLedger`], or a [`Halt`](fondaco_core::Halt).
pub fn of_ledger<'r, R: Reading>(
    read: &'r mut R,
    ledger: &str,
) -> Result<Filtered<'r, R, LedgerPart>, LedgerError> {
    sight_of(read, Some(&SmolStr::new(ledger)))
}
