//! Why a line was refused that is to be a part of an entry, or an account; and what is kept of it.

use fondaco_core::import::{self, Refusal};
use fondaco_core::job::{JobId, job};
use fondaco_core::{ErrorCode, Halt, Id, Range, Reading, Tx};
use smol_str::SmolStr;

use super::records::RefusedLine;
use super::run::Cursor;
use crate::ledger::{Entry, RefusedEntry};

/// What can be wrong with lines that are to be entries or accounts, besides what can be with any. The value is not in the message: it stands
/// beside it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "import")]
pub(crate) enum Fault {
    /// There is an amount in the debit and in the credit column.
    #[error("there is an amount on either side")]
    #[kind(Invalid)]
    TwoAmounts,
    /// There is an amount in neither of both columns.
    #[error("there is no amount on either side")]
    #[kind(Invalid)]
    NoAmount,
    /// A word that stands for no side.
    #[error("that is no word for debit or credit")]
    #[kind(Invalid)]
    BadSide,
    /// A rate that is none.
    #[error("that is no rate above zero")]
    #[kind(Invalid)]
    BadRate,
    /// Amount and worth have different signs.
    #[error("the worth is below zero, and the amount is not")]
    #[kind(Invalid)]
    OtherSign,
    /// The lines of one entry differ in their date.
    #[error("the lines of an entry have different dates")]
    #[kind(Invalid)]
    OtherDate,
    /// The lines of one entry differ in their journal.
    #[error("the lines of an entry have different journals")]
    #[kind(Invalid)]
    OtherJournal,
    /// The lines of one entry don't stand together.
    #[error("this key was met further up, with other lines in between")]
    #[kind(Invalid)]
    ScatteredKey,
    /// The entry of this key that was imported is another.
    #[error(
        "this key was imported before, as entry {entry} of another date or journal or with other amounts"
    )]
    #[kind(Conflict)]
    OtherContent { entry: Id<Entry> },
    /// An entry is longer than one can be.
    #[error("the entry has more than {most} lines")]
    #[kind(Invalid)]
    TooManyLines { most: usize },
    /// A word that stands for no class of accounts.
    #[error("that is no class of accounts")]
    #[kind(Invalid)]
    BadClass,
    /// The ledger has another account of this code.
    #[error("there is an account of this code already, and it is another")]
    #[kind(Invalid)]
    OtherAccount,
}

impl Fault {
    fn way_out(&self) -> &'static str {
        match self {
            Fault::TwoAmounts => "leave one side empty, or write two lines",
            Fault::NoAmount => "fill one side in, or leave the line out",
            Fault::BadSide => "correct it, or name the file's words in the mapping",
            Fault::BadRate => "write units of the ledger's currency for one unit of the amount's",
            Fault::OtherSign => "write the worth without a sign, or with that of the amount",
            Fault::OtherDate => {
                "give all lines of the entry the same date, or make several entries"
            }
            Fault::OtherJournal => "give all lines of the entry the same journal, or make several",
            Fault::ScatteredKey => "sort the file by the key",
            Fault::OtherContent { .. } => {
                "reverse that entry and give this one a key of its own, or correct the file"
            }
            Fault::TooManyLines { .. } => "split it, or check the grouping of lines into entries",
            Fault::BadClass => {
                "write asset, liability, equity, income or expense, or name the file's words in the mapping"
            }
            Fault::OtherAccount => "leave the line out, or change the account in the ledger",
        }
    }

    pub(crate) fn at(self, line: u64, column: &SmolStr, value: &str) -> Refusal {
        import::Fault::from(self).at(line, column, value)
    }
}

impl From<Fault> for import::Fault {
    fn from(fault: Fault) -> import::Fault {
        import::Fault::new(fault.code(), fault.to_string(), fault.way_out())
    }
}

/// The ledger's refusal of an entry.
pub(crate) fn of_entry(line: u64, through: u64, refused: &RefusedEntry) -> Refusal {
    let (code, message) = (refused.code.clone(), refused.message.clone());
    let way_out = SmolStr::new_static(way_out(&code));
    Refusal { line, through, column: None, value: None, code, message, way_out }
}

/// What is kept of a refusal.
pub(crate) fn kept(
    refusal: &Refusal,
    tx: &mut Tx<'_>,
    (id, round, number): (JobId, u32, i64),
) -> RefusedLine {
    RefusedLine {
        job: id,
        round,
        number,
        line: count(refusal.line),
        through: count(refusal.through),
        column: refusal.column.clone(),
        value: refusal.value.clone().map(|value| tx.personal(value)),
        code: refusal.code.clone(),
        message: tx.personal(refusal.message.clone()),
        way_out: refusal.way_out.clone(),
    }
}

pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn way_out(code: &str) -> &'static str {
    match code {
        "accounting.unknown_account" => "open the account, or correct the code",
        "accounting.unknown_journal" => "open the journal, or correct the code",
        "accounting.unbalanced" => {
            "check for a missing line; the lines of an entry follow one another"
        }
        "accounting.too_few_postings" => "add the other side",
        "accounting.no_period" => "open the fiscal year, or correct the date",
        "accounting.period_locked" => "unlock the period, or date it in an open one",
        "accounting.heading" => "post to an account under the heading",
        "accounting.wrong_currency" => "post to an account of that currency",
        "accounting.too_many_digits" => "round the amount to the currency's digits",
        "accounting.no_rate" => "map a column of rates, or of amounts in the ledger's currency",
        "accounting.out_of_order" => "sort the file by date, or use another journal",
        "accounting.bad_rate" => "correct the rate or the worth, or map only one of them",
        "accounting.needs_approval" => {
            "use another journal, or have somebody import it who may ledger.post_unapproved"
        }
        "accounting.account_not_open" => "use another account, or correct the date",
        "accounting.bad_parent" => "correct the heading, or give it a line of its own",
        _ => "correct the lines, or leave them out",
    }
}

/// Everything that the last check of an import refused, in order.
///
/// # Errors
/// A [`Halt`], or the first error of `each`.
pub fn refusals<E: From<Halt>>(
    read: &mut impl Reading,
    id: JobId,
    mut each: impl FnMut(Refusal) -> Result<(), E>,
) -> Result<(), E> {
    let Some(state) = job(read, id)? else { return Ok(()) };
    let Cursor { round, .. } = state.cursor_as()?;
    read.peek_each(&Range::<RefusedLine>::by_key(&(id, round)), |row| {
        let number = |line: i64| u64::try_from(line).unwrap_or(0);
        each(Refusal {
            line: number(row.line),
            through: number(row.through),
            column: row.column.clone(),
            value: row.value.as_ref().and_then(|value| value.get().cloned()),
            code: row.code.clone(),
            message: row.message.get().cloned().unwrap_or_else(|| "(erased)".into()),
            way_out: row.way_out.clone(),
        })
    })
}
