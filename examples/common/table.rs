//! CSV files read strictly: whatever is not as promised ends with file, line, column, value and
//! what would be right.
//!
//! Lines count as an editor shows them: the header is line 1, blank lines count. Files are UTF-8 (a
//! byte order mark is fine), commas between columns, columns found by name. A field may not hold a
//! line break or another control character: that is nearly always a quote left open, which would
//! swallow the rest of the file in silence.

use std::{fmt, fs, path::Path, sync::Arc};

use chrono::NaiveDate;
use csv::{ByteRecord, ReaderBuilder};
use rust_decimal::Decimal;

use super::{
    company::Origin,
    rounding::{LARGEST_AMOUNT, LARGEST_QUANTITY},
};

/// A directory that works, for messages.
const EXAMPLE: &str = "../shared/data/adventureworks_mini";

/// What is wrong with the input, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// The file's path.
    pub file: String,
    /// The line as an editor shows it; none when it is the whole file.
    pub line: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

impl DataError {
    /// Something wrong with a whole file.
    pub fn file(file: &Path, problem: impl Into<String>) -> Self {
        let file = file.display().to_string();
        Self { file, line: None, column: None, value: None, problem: problem.into() }
    }

    /// Something wrong with one value.
    pub fn at(
        file: &str,
        line: u64,
        column: &str,
        value: &str,
        problem: impl Into<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            line: Some(line),
            column: Some(column.to_owned()),
            value: Some(value.to_owned()),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", value {}", shortened(value))?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for DataError {}

/// `value` in quotes, on one line and not longer than one.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    match value.char_indices().nth(LONGEST) {
        None => format!("{value:?}"),
        Some((end, _)) => format!("{:?}...", &value[..end]),
    }
}

/// Reads `directory/name` row by row into a list. Columns are found by name; more of them than
/// asked for are fine.
///
/// # Errors
/// The file can't be read, lacks a column or has one twice, a row is short or long or not UTF-8, or
/// what `each` says.
pub fn read_rows<T>(
    directory: &Path,
    name: &str,
    columns: &[&str],
    mut each: impl FnMut(&Row) -> Result<T, DataError>,
) -> Result<Vec<T>, DataError> {
    let path = directory.join(name);
    rows_in(&path, &content(&path, name)?, columns, &mut each)
}

/// Reads a file that the program has in itself, as [`read_rows`] does; `name` is for messages.
///
/// # Errors
/// As [`read_rows`].
pub fn read_built_in<T>(
    name: &str,
    text: &str,
    columns: &[&str],
    mut each: impl FnMut(&Row) -> Result<T, DataError>,
) -> Result<Vec<T>, DataError> {
    rows_in(&Path::new("(built in)").join(name), text.as_bytes(), columns, &mut each)
}

fn rows_in<T>(
    path: &Path,
    bytes: &[u8],
    columns: &[&str],
    each: &mut dyn FnMut(&Row) -> Result<T, DataError>,
) -> Result<Vec<T>, DataError> {
    let mut lines = LineCounter::new(bytes);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let broken = |error: csv::Error| DataError::file(path, error.to_string());
    let (mut row, mut record, mut list) = (Row::before(path), ByteRecord::new(), Vec::new());
    while reader.read_byte_record(&mut record).map_err(broken)? {
        row.line = lines.line_of(record.position().map_or(0, csv::Position::byte));
        row.fill(&record)?;
        if row.header.is_empty() {
            row.take_header(columns)?;
        } else {
            row.check_width()?;
            list.push(each(&row)?);
        }
    }
    if row.header.is_empty() { Err(row.empty_file(columns)) } else { Ok(list) }
}

fn content(path: &Path, name: &str) -> Result<Vec<u8>, DataError> {
    fs::read(path).map_err(|error| {
        let way_out = format!("give a directory that holds {name}, say --data {EXAMPLE}");
        DataError::file(path, format!("can't be read ({error}); {way_out}"))
    })
}

/// Counts the lines before a byte, forwards only. The csv crate counts from where its last row
/// ended, which is off by one after a blank line.
struct LineCounter<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl<'b> LineCounter<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of the first row at or after byte `start`.
    fn line_of(&mut self, start: u64) -> u64 {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at) {
            let ends_line =
                *byte == b'\n' || (*byte == b'\r' && self.bytes.get(self.at + 1) != Some(&b'\n'));
            if self.at >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.line += u64::from(ends_line);
            self.at += 1;
        }
        self.line
    }
}

/// One row of a file: its fields by the names in the header.
#[derive(Debug)]
pub struct Row {
    file: Arc<str>,
    header: Vec<String>,
    fields: Vec<String>,
    line: u64,
}

impl Row {
    /// Where this row stands.
    pub fn origin(&self) -> Origin {
        Origin { file: Arc::clone(&self.file), line: self.line }
    }

    /// `problem` with the value in `column`.
    pub fn error(&self, column: &str, problem: impl Into<String>) -> DataError {
        DataError::at(&self.file, self.line, column, self.text(column).unwrap_or_default(), problem)
    }

    /// The text in `column`, which may be empty.
    ///
    /// # Errors
    /// The file has no such column.
    pub fn text(&self, column: &str) -> Result<&str, DataError> {
        let field =
            self.header.iter().position(|name| name == column).and_then(|at| self.fields.get(at));
        field.map(String::as_str).ok_or_else(|| {
            let problem = format!("no such column; the header has {}", self.header.join(","));
            DataError::at(&self.file, 1, column, "", problem)
        })
    }

    /// The text in `column`, which must be there.
    ///
    /// # Errors
    /// It is empty.
    pub fn name(&self, column: &str) -> Result<&str, DataError> {
        match self.text(column)? {
            "" => Err(self.error(column, "must not be empty")),
            text => Ok(text),
        }
    }

    /// A whole number from 1: an id.
    ///
    /// # Errors
    /// It is something else.
    pub fn id(&self, column: &str) -> Result<u32, DataError> {
        let text = self.text(column)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let id = text.parse().ok().filter(|id| digits && *id > 0);
        id.ok_or_else(|| {
            self.error(
                column,
                "is not an id; right is a whole number from 1 to 4294967295, digits only",
            )
        })
    }

    /// An id, or nothing where the field is empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn optional_id(&self, column: &str) -> Result<Option<u32>, DataError> {
        if self.text(column)?.is_empty() { Ok(None) } else { self.id(column).map(Some) }
    }

    /// 0 or 1: no or yes.
    ///
    /// # Errors
    /// It is something else.
    pub fn flag(&self, column: &str) -> Result<bool, DataError> {
        match self.text(column)? {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(self.error(column, "is not a flag; right is 0 (no) or 1 (yes)")),
        }
    }

    /// A day as YYYY-MM-DD, in the years 1990 to 2099: an accounting date outside is a slip of the
    /// pen.
    ///
    /// # Errors
    /// It is something else.
    pub fn date(&self, column: &str) -> Result<NaiveDate, DataError> {
        iso_date(self.text(column)?).ok_or_else(|| {
            let days = "a day of the calendar from 1990 to 2099 as YYYY-MM-DD, say 2013-07-31";
            self.error(column, format!("is not a date; right is {days}"))
        })
    }

    /// An amount of money, not negative, with up to four decimals.
    ///
    /// # Errors
    /// It is something else.
    pub fn amount(&self, column: &str) -> Result<Decimal, DataError> {
        let amount = plain_decimal(self.text(column)?, 4);
        amount.filter(|amount| *amount <= LARGEST_AMOUNT).ok_or_else(|| {
            let range = format!("a number from 0 to {LARGEST_AMOUNT}");
            let form = "with a point and up to four decimals, say 1234.5678";
            self.error(column, format!("is not an amount; right is {range} {form}"))
        })
    }

    /// A quantity in whole units, not negative.
    ///
    /// # Errors
    /// It is something else.
    pub fn quantity(&self, column: &str) -> Result<Decimal, DataError> {
        let units = plain_decimal(self.text(column)?, 2).filter(Decimal::is_integer);
        let units = units.filter(|units| *units <= LARGEST_QUANTITY).ok_or_else(|| {
            let range = format!("a number of whole units from 0 to {LARGEST_QUANTITY}");
            self.error(column, format!("is not a quantity; right is {range}, say 12 or 12.00"))
        })?;
        Ok(units.normalize())
    }

    /// Before the first row of a file.
    fn before(path: &Path) -> Self {
        let file = path.display().to_string().into();
        Self { file, header: Vec::new(), fields: Vec::new(), line: 1 }
    }

    fn empty_file(&self, columns: &[&str]) -> DataError {
        let all = columns.join(",");
        let problem = format!("the file is empty; its first line must name the columns {all}");
        DataError::at(&self.file, 1, columns.first().unwrap_or(&""), "", problem)
    }

    /// Takes the record's fields over, as text.
    fn fill(&mut self, record: &ByteRecord) -> Result<(), DataError> {
        self.fields.truncate(record.len());
        self.fields.resize_with(record.len(), String::new);
        for (at, bytes) in record.iter().enumerate() {
            let problem = match std::str::from_utf8(bytes) {
                Err(_) => "is not UTF-8 text; save the file as UTF-8",
                Ok(text) if text.contains(['\n', '\r']) => {
                    "holds a line break; look for a quote (\") that is not closed"
                }
                Ok(text) if text.contains(char::is_control) => {
                    "holds a control character; remove it"
                }
                Ok(text) => {
                    if let Some(field) = self.fields.get_mut(at) {
                        field.clear();
                        field.push_str(text);
                    }
                    continue;
                }
            };
            let column = self.header.get(at).cloned().unwrap_or_else(|| format!("{}", at + 1));
            return Err(DataError::at(
                &self.file,
                self.line,
                &column,
                &String::from_utf8_lossy(bytes),
                problem,
            ));
        }
        Ok(())
    }

    /// Makes the row just read the header, if it names each of `columns` and nothing twice.
    fn take_header(&mut self, columns: &[&str]) -> Result<(), DataError> {
        self.header = std::mem::take(&mut self.fields);
        let found = self.header.join(",");
        for column in columns {
            let problem = match self.header.iter().filter(|name| name == column).count() {
                1 => continue,
                0 => format!(
                    "the column is missing from the header; right is one that names {}",
                    columns.join(",")
                ),
                _ => "the header names this column twice; remove one".to_owned(),
            };
            return Err(DataError::at(&self.file, self.line, column, &found, problem));
        }
        Ok(())
    }

    fn check_width(&self) -> Result<(), DataError> {
        let (has, wants) = (self.fields.len(), self.header.len());
        if has == wants {
            return Ok(());
        }
        let column = self.header.get(has).cloned().unwrap_or_else(|| format!("{}", wants + 1));
        let advice = if has < wants {
            "the row ends before this column"
        } else {
            "is a comma in a text without quotes?"
        };
        let problem = format!("the row has {has} columns, its header {wants}: {advice}");
        Err(DataError::at(&self.file, self.line, &column, &self.fields.join(","), problem))
    }
}

/// YYYY-MM-DD and nothing else.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    let number = |part: &str, digits: usize| -> Option<u32> {
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if plain { part.parse().ok() } else { None }
    };
    let year = number(year, 4).filter(|year| (1990..=2099).contains(year))?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(month, 2)?, number(day, 2)?)
}

/// Digits with at most one point and at most `decimals` digits after it; `.50` and `0` are fine,
/// signs, exponents, separators and a bare point are not.
fn plain_decimal(text: &str, decimals: usize) -> Option<Decimal> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None if text.is_empty() => return None,
        None => (text, "0"),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = whole.len() <= 12 && (1..=decimals).contains(&fraction.len());
    let plain = fits && digits(whole) && digits(fraction);
    if plain { Decimal::from_str_exact(&format!("0{whole}.{fraction}")).ok() } else { None }
}
