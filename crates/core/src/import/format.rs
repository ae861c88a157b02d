//! How a file writes what it says: its delimiter, its numbers, its dates.
//!
//! Nothing is guessed: `1.234` is a thousand and more in one country and little more than one in another, and `03/04` is
//! two different days. So a mapping names the marks and the order, and whatever is not written that way is refused with
//! its line.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Encoding, FileError};
use crate::decimal;

/// How a CSV file is written: in UTF-8 unless it says otherwise, quoted as in RFC 4180.
///
/// ```
/// use fondaco_core::import::{CsvFormat, Encoding, NumberFormat};
/// let german = CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).date("DD.MM.YYYY");
/// let of_a_bank = german.skip_lines(4).encoding(Encoding::Windows1252);
/// assert_eq!(of_a_bank.delimiter, ';');
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvFormat {
    /// What stands between two fields: a comma, a semicolon, a tab, or another ASCII character.
    pub delimiter: char,
    /// How many lines to leave out at the beginning, before the header: titles of a bank's export.
    pub skip_lines: u32,
    /// Whether the first line names the columns. Without, columns are named by position.
    pub header: bool,
    /// How numbers are written.
    pub numbers: NumberFormat,
    /// How dates are written, any of these: `YYYY-MM-DD`, `DD.MM.YY`, `M/D/YYYY`. A two-digit year is one of 2000 to 2099.
    pub dates: Vec<SmolStr>,
    /// How it writes its letters.
    #[serde(default, skip_serializing_if = "Encoding::is_utf8")]
    pub encoding: Encoding,
}

impl Default for CsvFormat {
    fn default() -> CsvFormat {
        CsvFormat::new()
    }
}

impl CsvFormat {
    /// Commas between fields, a header, `1234.50`, `2026-01-31`.
    ///
    /// ```
    /// use fondaco_core::import::CsvFormat;
    /// assert!(CsvFormat::new().header && CsvFormat::new().dates == ["YYYY-MM-DD"]);
    /// ```
    pub fn new() -> CsvFormat {
        CsvFormat {
            delimiter: ',',
            skip_lines: 0,
            header: true,
            numbers: NumberFormat::POINT,
            dates: vec!["YYYY-MM-DD".into()],
            encoding: Encoding::Utf8,
        }
    }

    /// Another delimiter.
    #[must_use]
    pub fn delimiter(mut self, delimiter: char) -> CsvFormat {
        self.delimiter = delimiter;
        self
    }

    /// No line of names: columns are named by position.
    #[must_use]
    pub fn without_header(mut self) -> CsvFormat {
        self.header = false;
        self
    }

    /// Leaves so many lines out at the beginning.
    #[must_use]
    pub fn skip_lines(mut self, lines: u32) -> CsvFormat {
        self.skip_lines = lines;
        self
    }

    /// Another way of writing numbers.
    #[must_use]
    pub fn numbers(mut self, numbers: NumberFormat) -> CsvFormat {
        self.numbers = numbers;
        self
    }

    /// Another way of writing dates, in place of all others.
    #[must_use]
    pub fn date(mut self, pattern: &str) -> CsvFormat {
        self.dates = vec![pattern.into()];
        self
    }

    /// Another way of writing letters.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> CsvFormat {
        self.encoding = encoding;
        self
    }

    /// That the file can be read as it is described.
    ///
    /// ```
    /// use fondaco_core::import::CsvFormat;
    /// let error = CsvFormat::new().date("MM/YYYY").check().unwrap_err();
    /// assert_eq!(error.code(), "core.import_mapping");
    /// ```
    ///
    /// # Errors
    /// [`FileError::Mapping`] with the field that is not as it can be, and why.
    pub fn check(&self) -> Result<(), FileError> {
        let mapping = |field, why| Err(FileError::Mapping { field, why });
        let bad =
            |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '"' | '\r' | '\n');
        if bad(self.delimiter) {
            let why = format!("{:?} can't stand between fields: use , ; or a tab", self.delimiter);
            return mapping("delimiter", why);
        }
        if let Err(why) = self.numbers.check() {
            return mapping("numbers", why);
        }
        if self.dates.is_empty() {
            return mapping("dates", "there is no pattern: give one, such as YYYY-MM-DD".into());
        }
        match self.dates.iter().find(|pattern| DateFormat::parse(pattern).is_none()) {
            None => Ok(()),
            Some(pattern) => mapping(
                "dates",
                format!(
                    "{pattern:?} is no pattern: write a day, a month and a year once each, as in DD.MM.YYYY"
                ),
            ),
        }
    }
}

/// How numbers are written.
///
/// Besides the marks, the ways of accountants are read: `-12.50`, `12.50-`, `(12.50)`, `+12.50`.
///
/// ```
/// use fondaco_core::import::NumberFormat;
/// let read = |text| NumberFormat::COMMA.read(text).map(|value| value.to_string());
/// assert_eq!(read("1.234,50").as_deref(), Some("1234.5"));
/// assert_eq!(read("(7,00)").as_deref(), Some("-7"));
/// assert_eq!(read("1.23,50"), None); // thousands stand in threes
/// assert_eq!(read("1234.50"), None); // that is 123450 to some and 1234.5 to others
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberFormat {
    /// What stands before the fraction.
    pub decimal: char,
    /// What may stand between thousands; `None` for nothing.
    pub grouping: Option<char>,
}

impl NumberFormat {
    /// `1,234.50`.
    pub const POINT: NumberFormat = NumberFormat { decimal: '.', grouping: Some(',') };
    /// `1.234,50`.
    pub const COMMA: NumberFormat = NumberFormat { decimal: ',', grouping: Some('.') };
    /// `1'234.50`, as in Switzerland.
    pub const SWISS: NumberFormat = NumberFormat { decimal: '.', grouping: Some('\'') };
    /// `1 234,50`, as in France; a space that doesn't break will do.
    pub const SPACE: NumberFormat = NumberFormat { decimal: ',', grouping: Some(' ') };

    fn check(self) -> Result<(), String> {
        if Some(self.decimal) == self.grouping {
            return Err(format!("{:?} can't be decimal mark and grouping at once", self.decimal));
        }
        let bad = [Some(self.decimal), self.grouping]
            .into_iter()
            .flatten()
            .find(|mark| mark.is_ascii_alphanumeric() || matches!(mark, '-' | '+' | '(' | ')'));
        bad.map_or(Ok(()), |mark| Err(format!("{mark:?} can't be a mark in a number")))
    }

    /// The number that `text` is, exactly; `None` when it is none, or not written like this.
    pub fn read(self, text: &str) -> Option<Decimal> {
        let (negative, digits) = sign(text.trim())?;
        let (whole, fraction) = match digits.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let mut plain = String::with_capacity(text.len() + 1);
        if negative {
            plain.push('-');
        }
        self.ungrouped(whole, &mut plain)?;
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        decimal::parse(&plain).ok() // refuses whatever is no digit
    }

    fn ungrouped(self, whole: &str, out: &mut String) -> Option<()> {
        let is_group = |c: char| {
            self.grouping.is_some_and(|mark| {
                c == mark
                    || (mark == ' ' && matches!(c, '\u{a0}' | '\u{202f}'))
                    || (mark == '\'' && c == '\u{2019}')
            })
        };
        let mut groups = whole.split(is_group);
        let first = groups.next()?;
        let before = out.len();
        out.push_str(first);
        for group in groups {
            if group.len() != 3 || first.is_empty() || first.len() > 3 {
                return None;
            }
            out.push_str(group);
        }
        (out.len() > before).then_some(())
    }
}

/// Whether a number is negative, and what is left of it.
fn sign(text: &str) -> Option<(bool, &str)> {
    if let Some(rest) = text.strip_prefix('(') {
        return Some((true, rest.strip_suffix(')')?));
    }
    if let Some(rest) = text.strip_prefix(['-', '\u{2212}']) {
        return Some((true, rest.trim_start()));
    }
    if let Some(rest) = text.strip_suffix('-') {
        return Some((true, rest.trim_end()));
    }
    Some((false, text.strip_prefix('+').unwrap_or(text)))
}

/// A pattern of a date, ready for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A number of the date, with at least and at most so many digits.
    Number(Of, usize, usize),
    Mark(char),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Year,
    Month,
    Day,
}

impl DateFormat {
    /// `YYYY` or `YY`, `MM` or `M`, `DD` or `D`, and marks between them.
    pub(super) fn parse(pattern: &str) -> Option<DateFormat> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(first).len();
            parts.push(match (first, run) {
                ('Y', 4) => Part::Number(Of::Year, 4, 4),
                ('Y', 2) => Part::Number(Of::Year, 2, 2),
                ('M', 2) => Part::Number(Of::Month, 2, 2),
                ('M', 1) => Part::Number(Of::Month, 1, 2),
                ('D', 2) => Part::Number(Of::Day, 2, 2),
                ('D', 1) => Part::Number(Of::Day, 1, 2),
                (mark, 1) if !mark.is_ascii_alphanumeric() => Part::Mark(mark),
                _ => return None,
            });
            rest = rest.get(run..)?;
        }
        let count = |of: Of| {
            parts
                .iter()
                .filter(|part| matches!(part, Part::Number(found, ..) if *found == of))
                .count()
        };
        let whole = [Of::Year, Of::Month, Of::Day].into_iter().all(|of| count(of) == 1);
        whole.then_some(DateFormat(parts))
    }

    pub(super) fn read(&self, text: &str) -> Option<NaiveDate> {
        let mut rest = text;
        let (mut year, mut month, mut day) = (0, 0, 0);
        for part in &self.0 {
            match *part {
                Part::Mark(mark) => rest = rest.strip_prefix(mark)?,
                Part::Number(of, least, most) => {
                    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                    if digits < least {
                        return None;
                    }
                    let (number, after) = rest.split_at_checked(digits)?;
                    let number: u32 = number.parse().ok()?;
                    rest = after;
                    match of {
                        Of::Year if most == 2 => year = 2000 + number,
                        Of::Year => year = number,
                        Of::Month => month = number,
                        Of::Day => day = number,
                    }
                }
            }
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        rest.is_empty().then_some(date)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(format: NumberFormat, text: &str) -> Option<String> {
        format.read(text).map(|value| value.to_string())
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let good = [
            (NumberFormat::POINT, "1,234,567.50", "1234567.5"),
            (NumberFormat::POINT, "1234567.50", "1234567.5"),
            (NumberFormat::COMMA, "12,5-", "-12.5"),
            (NumberFormat::COMMA, "- 12,5", "-12.5"),
            (NumberFormat::COMMA, "\u{2212}12,5", "-12.5"),
            (NumberFormat::SWISS, "1\u{2019}234.05", "1234.05"),
            (NumberFormat::SPACE, "1\u{202f}234\u{a0}567,05", "1234567.05"),
            (NumberFormat::POINT, "+0.00", "0"),
            (NumberFormat { decimal: '.', grouping: None }, " 5 ", "5"),
        ];
        for (format, text, value) in good {
            assert_eq!(read(format, text).as_deref(), Some(value), "{text}");
        }
        let bad = [
            "", " ", "-", ".", "1.", ".5", "1,23.4", "1234,567", ",123", "1,,234", "12.5.6",
            "12 EUR", "1e3", "--1", "(1", "1)", "0x10", "１",
        ];
        for text in bad {
            assert_eq!(read(NumberFormat::POINT, text), None, "{text}");
        }
        assert_eq!(read(NumberFormat { decimal: '.', grouping: None }, "1,234"), None);
    }

    #[test]
    fn dates_are_read_by_their_pattern_alone() {
        let read = |pattern, text: &str| {
            DateFormat::parse(pattern).unwrap().read(text).map(|date| date.to_string())
        };
        assert_eq!(read("DD.MM.YYYY", "31.01.2026").as_deref(), Some("2026-01-31"));
        assert_eq!(read("D.M.YY", "3.4.26").as_deref(), Some("2026-04-03"));
        assert_eq!(read("M/D/YYYY", "12/31/2026").as_deref(), Some("2026-12-31"));
        assert_eq!(read("YYYYMMDD", "20260131").as_deref(), Some("2026-01-31"));
        for (pattern, text) in [
            ("DD.MM.YYYY", "31.02.2026"),
            ("DD.MM.YYYY", "3.04.2026"),
            ("DD.MM.YYYY", "31.01.26"),
            ("YYYY-MM-DD", "2026-01-31 "),
            ("YYYY-MM-DD", "2026/01/31"),
            ("YYYY-MM-DD", ""),
            ("D.M.YYYY", "031.1.2026"),
            ("YYYY-MM-DD", "２026-01-31"),
        ] {
            assert_eq!(read(pattern, text), None, "{text} by {pattern}");
        }
        for pattern in ["", "DD.MM", "DD.DD.YYYY", "DD.MMM.YYYY", "TT.MM.JJJJ", "YYY-MM-DD"] {
            assert_eq!(DateFormat::parse(pattern), None, "{pattern}");
        }
    }

    proptest! {
        /// What is written in a format is read back in it.
        #[test]
        fn what_is_grouped_is_read_back(units in any::<i64>(), which in 0..4usize) {
            let formats = [NumberFormat::POINT, NumberFormat::COMMA, NumberFormat::SWISS, NumberFormat::SPACE];
            let (format, value) = (formats[which], Decimal::new(units, 2));
            let plain = format!("{:.2}", value.abs());
            let (whole, fraction) = plain.split_once('.').unwrap();
            let mut text = String::new();
            for (at, digit) in whole.chars().enumerate() {
                if at > 0 && (whole.len() - at) % 3 == 0 { text.extend(format.grouping); }
                text.push(digit);
            }
            let text = format!("{}{text}{}{fraction}", if units < 0 { "-" } else { "" }, format.decimal);
            prop_assert_eq!(format.read(&text), Some(decimal::normalize(value)));
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,12}", pattern in "[YMD./ -]{0,10}") {
            let _ = NumberFormat::SPACE.read(&text);
            if let Some(format) = DateFormat::parse(&pattern) { let _ = format.read(&text); }
        }
    }
}
