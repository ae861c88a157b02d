//! Why a line was refused: for people, with the way out; for programs, with a stable code; and as CSV.

use std::io::Write;

use fondaco_core::job::{JobId, job};
use fondaco_core::report::{Cell, Column, Listed, Row, word};
use fondaco_core::{Halt, Range, Reading, Tx};
use smol_str::{SmolStr, format_smolstr};

use super::ImportError;
use super::records::RefusedLine;
use super::run::Cursor;
use crate::ledger::RefusedEntry;

/// One thing that is wrong with a line. Of an entry of several lines, none is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line, counted from 1 in the whole file.
    pub line: u64,
    /// The last line of the entry that is refused with it.
    pub through: u64,
    /// The column, by name or position.
    pub column: Option<SmolStr>,
    /// What stands there.
    pub value: Option<SmolStr>,
    /// A stable code: `import.bad_date`, `accounting.unknown_account`.
    pub code: SmolStr,
    /// What is wrong.
    pub message: SmolStr,
    /// What to do about it.
    pub way_out: SmolStr,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        self.column.as_ref().map_or(Ok(()), |column| write!(f, ", {column}"))?;
        self.value.as_ref().map_or(Ok(()), |value| write!(f, " {value:?}"))?;
        write!(f, ": {} ({}); {}", self.message, self.code, self.way_out)
    }
}

/// What was refused of a file, a line each.
impl Listed for Refusal {
    fn columns() -> Vec<Column> {
        let first = ["Line", "Last line"].map(|name| Column::count(word(name)));
        let last = ["Column", "Value", "What is wrong", "Code", "Way out"];
        first.into_iter().chain(last.map(|name| Column::text(word(name)))).collect()
    }

    fn row(&self) -> Row {
        let number = |line: u64| Cell::Count(count(line));
        Row::new([
            number(self.line),
            number(self.through),
            self.column.as_ref().into(),
            self.value.as_ref().into(),
            Cell::from(&self.message),
            Cell::from(&self.code),
            Cell::from(&self.way_out),
        ])
    }
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    NotText,
    Fields { found: usize, expected: usize },
    BadDate { patterns: SmolStr },
    BadAmount,
    TwoAmounts,
    NoAmount,
    BadSide,
    BadCurrency,
    BadRate,
    OtherSign,
    OtherDate,
    OtherJournal,
    ScatteredKey,
    TooManyLines { most: usize },
    BadClass,
    BadFlag,
    OtherAccount,
    RepeatedCode,
}

impl Fault {
    fn code(&self) -> &'static str {
        match self {
            Fault::Missing => "import.missing",
            Fault::NotText => "import.not_utf8",
            Fault::Fields { .. } => "import.field_count",
            Fault::BadDate { .. } => "import.bad_date",
            Fault::BadAmount => "import.bad_amount",
            Fault::TwoAmounts => "import.two_amounts",
            Fault::NoAmount => "import.no_amount",
            Fault::BadSide => "import.bad_side",
            Fault::BadCurrency => "import.bad_currency",
            Fault::BadRate => "import.bad_rate",
            Fault::OtherSign => "import.other_sign",
            Fault::OtherDate => "import.other_date",
            Fault::OtherJournal => "import.other_journal",
            Fault::ScatteredKey => "import.scattered_key",
            Fault::TooManyLines { .. } => "import.too_many_lines",
            Fault::BadClass => "import.bad_class",
            Fault::BadFlag => "import.bad_flag",
            Fault::OtherAccount => "import.other_account",
            Fault::RepeatedCode => "import.repeated_code",
        }
    }

    /// Without the value, which stands beside it.
    fn message(&self) -> SmolStr {
        let text = match self {
            Fault::Missing => "the field is empty",
            Fault::NotText => "the field is no text in the file's encoding",
            Fault::Fields { found, expected } => {
                return format_smolstr!("the line has {found} fields, {expected} were expected");
            }
            Fault::BadDate { patterns } => {
                return format_smolstr!("that is no date written as {patterns}");
            }
            Fault::BadAmount => "that is no amount written as the mapping says",
            Fault::TwoAmounts => "there is an amount on either side",
            Fault::NoAmount => "there is no amount on either side",
            Fault::BadSide => "that is no word for debit or credit",
            Fault::BadCurrency => "that is no currency of ISO 4217",
            Fault::BadRate => "that is no rate above zero",
            Fault::OtherSign => "the worth is below zero, and the amount is not",
            Fault::OtherDate => "the lines of an entry have different dates",
            Fault::OtherJournal => "the lines of an entry have different journals",
            Fault::ScatteredKey => "this key was met further up, with other lines in between",
            Fault::TooManyLines { most } => {
                return format_smolstr!("the entry has more than {most} lines");
            }
            Fault::BadClass => "that is no class of accounts",
            Fault::BadFlag => "that is neither yes nor no",
            Fault::OtherAccount => "there is an account of this code already, and it is another",
            Fault::RepeatedCode => "this code was met further up",
        };
        SmolStr::new_static(text)
    }

    fn way_out(&self) -> &'static str {
        match self {
            Fault::Missing => "fill it in, or map the field to a constant",
            Fault::NotText => "save the file in UTF-8, or name its encoding in the mapping",
            Fault::Fields { .. } => "check for a delimiter or a quote too many or too few",
            Fault::BadDate { .. } => "correct the date, or the mapping's date patterns",
            Fault::BadAmount => {
                "correct the amount, or the mapping's marks for decimals and thousands"
            }
            Fault::TwoAmounts => "leave one side empty, or write two lines",
            Fault::NoAmount => "fill one side in, or leave the line out",
            Fault::BadSide => "correct it, or name the file's words in the mapping",
            Fault::BadCurrency => "write its three capital letters, such as EUR",
            Fault::BadRate => "write units of the ledger's currency for one unit of the amount's",
            Fault::OtherSign => "write the worth without a sign, or with that of the amount",
            Fault::OtherDate => {
                "give all lines of the entry the same date, or make several entries"
            }
            Fault::OtherJournal => "give all lines of the entry the same journal, or make several",
            Fault::ScatteredKey => "sort the file by the key",
            Fault::TooManyLines { .. } => "split it, or check the grouping of lines into entries",
            Fault::BadClass => {
                "write asset, liability, equity, income or expense, or name the file's words in the mapping"
            }
            Fault::BadFlag => "write yes or no",
            Fault::OtherAccount => "leave the line out, or change the account in the ledger",
            Fault::RepeatedCode => "leave one of the lines out",
        }
    }

    pub(crate) fn at(self, line: u64, column: &SmolStr, value: &str) -> Refusal {
        let mut shown = value;
        if let Some((end, _)) = value.char_indices().nth(80) {
            shown = value.get(..end).unwrap_or(value);
        }
        Refusal {
            line,
            through: line,
            column: (!column.is_empty()).then(|| column.clone()),
            value: (!value.is_empty()).then(|| shown.replace('\0', "\u{fffd}").into()),
            code: SmolStr::new_static(self.code()),
            message: self.message(),
            way_out: SmolStr::new_static(self.way_out()),
        }
    }
}

impl Refusal {
    /// The ledger's refusal of an entry.
    pub(crate) fn of(line: u64, through: u64, refused: &RefusedEntry) -> Refusal {
        let (code, message) = (refused.code.clone(), refused.message.clone());
        let way_out = SmolStr::new_static(way_out(&code));
        Refusal { line, through, column: None, value: None, code, message, way_out }
    }

    pub(crate) fn keep(&self, tx: &mut Tx<'_>, id: JobId, round: u32, number: i64) -> RefusedLine {
        RefusedLine {
            job: id,
            round,
            number,
            line: count(self.line),
            through: count(self.through),
            column: self.column.clone(),
            value: self.value.clone().map(|value| tx.personal(value)),
            code: self.code.clone(),
            message: tx.personal(self.message.clone()),
            way_out: self.way_out.clone(),
        }
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

/// Writes refusals as CSV, a line each: to be mended in the same program that made the file, which may be a spreadsheet.
pub(crate) struct RefusalWriter<W: Write>(csv::Writer<W>);

impl<W: Write> RefusalWriter<W> {
    pub(crate) fn new(out: W) -> Result<RefusalWriter<W>, ImportError> {
        let mut writer = csv::Writer::from_writer(out);
        let header = ["line", "through", "column", "value", "code", "message", "way_out"];
        writer.write_record(header).map_err(unwritable)?;
        Ok(RefusalWriter(writer))
    }

    pub(crate) fn write(&mut self, refusal: &Refusal) -> Result<(), ImportError> {
        let Refusal { line, through, column, value, code, message, way_out } = refusal;
        let text = |text: &Option<SmolStr>| text.as_ref().map(harmless).unwrap_or_default();
        let (line, through) = (format_smolstr!("{line}"), format_smolstr!("{through}"));
        let record = [
            line,
            through,
            text(column),
            text(value),
            code.clone(),
            harmless(message),
            way_out.clone(),
        ];
        self.0.write_record(record.iter().map(|field| field.as_bytes())).map_err(unwritable)
    }

    pub(crate) fn finish(mut self) -> Result<(), ImportError> {
        self.0.flush().map_err(|error| ImportError::Unwritable { why: error.to_string() })
    }
}

/// What a spreadsheet takes for a formula, quoted from a file of unknown hands, is a text with an apostrophe before it; a number with a
/// sign is none.
fn harmless(text: &SmolStr) -> SmolStr {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ');
    let number = text.bytes().skip(1).all(is_number) && text.starts_with(['+', '-']);
    if begins && !number { format_smolstr!("'{text}") } else { text.clone() }
}

fn unwritable(error: csv::Error) -> ImportError {
    ImportError::Unwritable { why: error.to_string() }
}
