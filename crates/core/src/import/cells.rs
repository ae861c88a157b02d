//! From the fields of a line to values, and what is wrong with them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::flaw::Flaw;
use super::format::DateFormat;
use super::{CsvFormat, Fault, FileError, Line, NumberFormat, Refusal, Source};
use crate::Currency;

/// Where a value comes from, found in the file's header.
#[derive(Debug, Clone)]
pub enum Slot {
    /// The field at this place, counted from 0, with the name that a report shows.
    At(usize, SmolStr),
    /// The same for every line.
    Constant(SmolStr),
}

impl Slot {
    /// The name that a report shows; empty where it is no column.
    pub fn name(&self) -> &SmolStr {
        static NONE: SmolStr = SmolStr::new_static("");
        match self {
            Slot::At(_, name) => name,
            Slot::Constant(_) => &NONE,
        }
    }
}

/// Finds the columns that a mapping names in a header.
///
/// ```
/// use fondaco_core::import::{Finder, Source};
/// let header = ["Code".into(), "Name".into()];
/// let finder = Finder::new(Some(&header));
/// assert_eq!(finder.find("name", &Source::column("Name"))?.name(), "Name");
/// let error = finder.find("unit", &Source::column("Unit")).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the file has no column Unit, which the mapping names for unit: it has Code, Name",
/// );
/// # Ok::<(), fondaco_core::import::FileError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Finder<'h> {
    header: Option<&'h [SmolStr]>,
}

impl<'h> Finder<'h> {
    /// In this header; `None` of a file without one.
    pub fn new(header: Option<&'h [SmolStr]>) -> Finder<'h> {
        Finder { header }
    }

    /// Where the values of a field stand.
    ///
    /// # Errors
    /// [`FileError::NoColumn`], [`FileError::AmbiguousColumn`], and [`FileError::Mapping`] for a position 0 or a name without a header.
    pub fn find(&self, field: &'static str, source: &Source) -> Result<Slot, FileError> {
        match source {
            Source::Constant(text) => Ok(Slot::Constant(text.clone())),
            Source::Column(name) => self.by_name(field, name),
            Source::Position(position) => {
                let at = (*position as usize).checked_sub(1).ok_or_else(|| FileError::Mapping {
                    field,
                    why: "columns are counted from 1".into(),
                })?;
                let Some(header) = self.header else {
                    return Ok(Slot::At(at, format_smolstr!("{position}")));
                };
                let name = header
                    .get(at)
                    .ok_or_else(|| self.missing(field, &format_smolstr!("{position}")))?;
                Ok(Slot::At(at, name.clone()))
            }
        }
    }

    fn by_name(&self, field: &'static str, name: &SmolStr) -> Result<Slot, FileError> {
        let Some(header) = self.header else {
            let why =
                format!("the file has no header, so {name:?} names nothing: give its position");
            return Err(FileError::Mapping { field, why });
        };
        let mut found = header.iter().enumerate().filter(|(_, known)| *known == name);
        match (found.next(), found.next()) {
            (Some((at, name)), None) => Ok(Slot::At(at, name.clone())),
            (Some(_), Some(_)) => Err(FileError::AmbiguousColumn { column: name.clone() }),
            (None, _) => Err(self.missing(field, name)),
        }
    }

    fn missing(&self, field: &'static str, column: &SmolStr) -> FileError {
        let known = self.header.unwrap_or_default().join(", ").into();
        FileError::NoColumn { column: column.clone(), field, known }
    }

    /// The same of a field that may be left out of a mapping.
    ///
    /// # Errors
    /// As [`Finder::find`].
    pub fn find_some(
        &self,
        field: &'static str,
        source: &Option<Source>,
    ) -> Result<Option<Slot>, FileError> {
        source.as_ref().map(|source| self.find(field, source)).transpose()
    }
}

/// How values of a file are written.
#[derive(Debug)]
pub struct Reader {
    numbers: NumberFormat,
    dates: Vec<DateFormat>,
    patterns: SmolStr,
    /// Dates mostly repeat from line to line.
    last_date: Option<(SmolStr, NaiveDate)>,
}

impl Reader {
    /// As the format says.
    pub fn new(format: &CsvFormat) -> Reader {
        Reader {
            numbers: format.numbers,
            dates: format.dates.iter().filter_map(|pattern| DateFormat::parse(pattern)).collect(),
            patterns: format.dates.join(" or ").into(),
            last_date: None,
        }
    }
}

/// One line, and everything found wrong with it.
///
/// ```
/// use fondaco_core::import::{Cells, CsvFormat, Finder, Lines, Reader, Source};
///
/// let format = CsvFormat::new();
/// let mut lines = Lines::open(std::io::Cursor::new("Code,Price\nM8,0.10\n,x\n"), &format)?;
/// let header = lines.header.clone();
/// let finder = Finder::new(header.as_deref());
/// let (code, price) = (finder.find("code", &Source::column("Code"))?, finder.find("price", &Source::column("Price"))?);
/// let (mut reader, mut faults) = (Reader::new(&format), Vec::new());
/// while let Some(line) = lines.next()? {
///     let mut cells = Cells::new(&mut reader, line, &mut faults);
///     let (code, price) = (cells.needed(&code), cells.needed_number(&price));
///     assert_eq!(cells.is_good(), code.is_some() && price.is_some());
/// }
/// let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.line, fault.code)).collect();
/// assert_eq!(told, ["3 import.missing", "3 import.bad_amount"]);
/// # Ok::<(), fondaco_core::import::FileError>(())
/// ```
#[derive(Debug)]
pub struct Cells<'r> {
    reader: &'r mut Reader,
    line: Line<'r>,
    faults: &'r mut Vec<Refusal>,
    /// How many faults there were before this line.
    before: usize,
}

impl<'r> Cells<'r> {
    /// The fields of a line; what is wrong with them is added to `faults`.
    pub fn new(reader: &'r mut Reader, line: Line<'r>, faults: &'r mut Vec<Refusal>) -> Cells<'r> {
        let before = faults.len();
        Cells { reader, line, faults, before }
    }

    /// Whether nothing was found wrong yet.
    pub fn is_good(&self) -> bool {
        self.faults.len() == self.before
    }

    /// Whether the line has as many fields as the header; more are fine when they are empty.
    pub fn count_fields(&mut self, expected: usize) -> bool {
        let found = self.line.record.len();
        let more =
            self.line.record.iter().skip(expected).any(|field| !matches!(field, b"" | b"\r"));
        if found >= expected && !more {
            return true;
        }
        let fault = Fault::from(Flaw::FieldCount { found, expected });
        self.faults.push(fault.at(self.line.number, &SmolStr::default(), ""));
        false
    }

    /// What stands there, without blanks around it; `""` when it is not there or no text, which is noted.
    fn raw(&mut self, slot: &Slot) -> SmolStr {
        let (at, name) = match slot {
            Slot::Constant(text) => return text.clone(),
            Slot::At(at, name) => (*at, name),
        };
        let mut field = self.line.record.get(at).unwrap_or_default();
        if at + 1 == self.line.record.len() {
            field = field.strip_suffix(b"\r").unwrap_or(field);
        }
        match std::str::from_utf8(field) {
            Ok(text) => SmolStr::new(text.trim()),
            Err(_) => {
                let shown = String::from_utf8_lossy(field);
                self.faults.push(Fault::from(Flaw::NotText).at(self.line.number, name, &shown));
                SmolStr::default()
            }
        }
    }

    /// Notes what is wrong with a field.
    pub fn fault(&mut self, fault: impl Into<Fault>, slot: &Slot, value: &str) {
        self.faults.push(fault.into().at(self.line.number, slot.name(), value));
    }

    /// A text, if there is one.
    pub fn text(&mut self, slot: &Option<Slot>) -> Option<SmolStr> {
        let text = self.raw(slot.as_ref()?);
        (!text.is_empty()).then_some(text)
    }

    /// A text that must be there.
    pub fn needed(&mut self, slot: &Slot) -> Option<SmolStr> {
        let before = self.faults.len();
        let text = self.raw(slot);
        if text.is_empty() && self.faults.len() == before {
            self.fault(Flaw::Missing, slot, "");
        }
        (!text.is_empty()).then_some(text)
    }

    /// A date that must be there.
    pub fn date(&mut self, slot: &Slot) -> Option<NaiveDate> {
        let text = self.needed(slot)?;
        self.as_date(slot, text)
    }

    /// A date, if there is one.
    pub fn some_date(&mut self, slot: &Option<Slot>) -> Option<NaiveDate> {
        let text = self.text(slot)?;
        self.as_date(slot.as_ref()?, text)
    }

    fn as_date(&mut self, slot: &Slot, text: SmolStr) -> Option<NaiveDate> {
        if let Some((last, date)) = &self.reader.last_date
            && *last == text
        {
            return Some(*date);
        }
        let date = self.reader.dates.iter().find_map(|format| format.read(&text));
        match date {
            Some(date) => self.reader.last_date = Some((text, date)),
            None => {
                let fault = Flaw::BadDate { patterns: self.reader.patterns.to_string() };
                self.fault(fault, slot, &text);
            }
        }
        date
    }

    /// A number, if there is one; no answer at all when what is there is none, which is noted as `fault`.
    #[allow(clippy::option_option)] // nothing there is something else than nothing to be read
    pub fn number(&mut self, slot: &Slot, fault: impl Into<Fault>) -> Option<Option<Decimal>> {
        let before = self.faults.len();
        let text = self.raw(slot);
        if text.is_empty() {
            return (self.faults.len() == before).then_some(None);
        }
        match self.reader.numbers.read(&text) {
            Some(number) => Some(Some(number)),
            None => {
                self.fault(fault, slot, &text);
                None
            }
        }
    }

    /// A number, if there is one.
    pub fn some_number(&mut self, slot: &Option<Slot>) -> Option<Decimal> {
        self.number(slot.as_ref()?, Fault::bad_amount())?
    }

    /// A number that must be there.
    pub fn needed_number(&mut self, slot: &Slot) -> Option<Decimal> {
        let number = self.number(slot, Fault::bad_amount())?;
        if number.is_none() {
            self.fault(Flaw::Missing, slot, "");
        }
        number
    }

    /// A currency that must be there.
    pub fn currency(&mut self, slot: &Slot) -> Option<Currency> {
        let text = self.needed(slot)?;
        self.as_currency(slot, &text)
    }

    /// A currency, if there is one.
    pub fn some_currency(&mut self, slot: &Option<Slot>) -> Option<Currency> {
        let text = self.text(slot)?;
        self.as_currency(slot.as_ref()?, &text)
    }

    fn as_currency(&mut self, slot: &Slot, text: &str) -> Option<Currency> {
        let currency =
            Currency::from_code(text).or_else(|| Currency::from_code(&text.to_ascii_uppercase()));
        if currency.is_none() {
            self.fault(Flaw::BadCurrency, slot, text);
        }
        currency
    }

    /// `yes`, `true`, `1`, `x`; `no`, `false`, `0`, or nothing at all.
    pub fn flag(&mut self, slot: &Option<Slot>) -> bool {
        let Some(word) = self.text(slot) else { return false };
        let is = |words: &[&str]| words.iter().any(|known| same_word(known, &word));
        let (yes, no) = (is(&["yes", "true", "1", "x"]), is(&["no", "false", "0"]));
        if let Some(slot) = slot.as_ref().filter(|_| !yes && !no) {
            self.fault(Flaw::BadFlag, slot, &word);
        }
        yes
    }
}

/// Whether two words are the same: small and capital letters are.
///
/// ```
/// assert!(fondaco_core::import::same_word("Ärmel", "ÄRMEL"));
/// ```
pub fn same_word(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase()
}
