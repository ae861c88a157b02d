//! Why a line was refused: for people, with the way out; for programs, with a stable code; and as CSV.

use std::io::Write;

use smol_str::{SmolStr, format_smolstr};

use super::FileError;
use super::flaw::Flaw;
use crate::report::{Cell, Column, Listed, Row, word};

/// One thing that is wrong with a line, or with several that are one thing, of which then nothing is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line, counted from 1 in the whole file.
    pub line: u64,
    /// The last line that is refused with it.
    pub through: u64,
    /// The column, by name or position.
    pub column: Option<SmolStr>,
    /// What stands there.
    pub value: Option<SmolStr>,
    /// A stable code: `import.bad_date`, or one of an engine.
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
        let number = |line: u64| Cell::Count(i64::try_from(line).unwrap_or(i64::MAX));
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

/// What is wrong with a field, without the value, which stands beside it.
///
/// ```
/// use fondaco_core::import::Fault;
/// let fault = Fault::new("import.bad_class", "that is no class of accounts", "write asset, or name the file's words in the mapping");
/// let refusal = fault.at(3, &"class".into(), "Aktiva");
/// assert_eq!(
///     refusal.to_string(),
///     "line 3, class \"Aktiva\": that is no class of accounts (import.bad_class); \
///      write asset, or name the file's words in the mapping",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    code: &'static str,
    message: SmolStr,
    way_out: &'static str,
}

impl Fault {
    /// A fault with its stable code, what is wrong, and what to do about it.
    pub fn new(code: &'static str, message: impl Into<SmolStr>, way_out: &'static str) -> Fault {
        Fault { code, message: message.into(), way_out }
    }

    /// A number that can't be read.
    pub fn bad_amount() -> Fault {
        Flaw::BadAmount.into()
    }

    /// A code that stands for something further up.
    pub fn repeated_code() -> Fault {
        Flaw::RepeatedCode.into()
    }

    /// The refusal of a line for it, with what stands in the column: its first 80 letters.
    pub fn at(self, line: u64, column: &SmolStr, value: &str) -> Refusal {
        let mut shown = value;
        if let Some((end, _)) = value.char_indices().nth(80) {
            shown = value.get(..end).unwrap_or(value);
        }
        Refusal {
            line,
            through: line,
            column: (!column.is_empty()).then(|| column.clone()),
            value: (!value.is_empty()).then(|| shown.replace('\0', "\u{fffd}").into()),
            code: SmolStr::new_static(self.code),
            message: self.message,
            way_out: SmolStr::new_static(self.way_out),
        }
    }
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Fault {
        Fault::new(flaw.code(), flaw.to_string(), flaw.way_out())
    }
}

/// Writes refusals as CSV, a line each: to be mended in the same program that made the file, which may be a spreadsheet. What that would
/// take for a formula has an apostrophe before it.
pub struct RefusalWriter<W: Write>(csv::Writer<W>);

impl<W: Write> RefusalWriter<W> {
    /// Writes the names of the columns: line, last line, column, value, code, what is wrong, the way out.
    ///
    /// # Errors
    /// [`FileError::Unwritable`].
    pub fn new(out: W) -> Result<RefusalWriter<W>, FileError> {
        let mut writer = csv::Writer::from_writer(out);
        let header = ["line", "through", "column", "value", "code", "message", "way_out"];
        writer.write_record(header).map_err(unwritable)?;
        Ok(RefusalWriter(writer))
    }

    /// Writes one.
    ///
    /// # Errors
    /// [`FileError::Unwritable`].
    pub fn write(&mut self, refusal: &Refusal) -> Result<(), FileError> {
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

    /// Writes what is left.
    ///
    /// # Errors
    /// [`FileError::Unwritable`].
    pub fn finish(mut self) -> Result<(), FileError> {
        self.0.flush().map_err(|error| FileError::Unwritable { why: error.to_string() })
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

fn unwritable(error: csv::Error) -> FileError {
    FileError::Unwritable { why: error.to_string() }
}

impl<W: Write> std::fmt::Debug for RefusalWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefusalWriter").finish_non_exhaustive()
    }
}
