//! Results as Excel workbooks, a sheet each: behind the feature `xlsx`.
//!
//! Excel keeps a number in binary, with 15 digits that it shows. A figure that survives this is a number, with its currency's or its
//! kind's format; one that does not is a text, so that nothing is lost unseen. Formats are Excel's own codes: each program shows
//! them by its user's settings. The same report gives the same bytes.

use std::collections::BTreeMap;

use chrono::Datelike;
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Workbook, Worksheet,
    XlsxError,
};

use super::{Cell, Column, Kind, Locale, Report, Role, Row, display_width};
use crate::decimal::normalize;
use crate::{Currency, ErrorCode};

/// Why reports can't be a workbook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum XlsxFormError {
    /// More rows or columns than a sheet has.
    #[error(
        "{what}: a sheet of Excel has 1,048,576 rows and 16,384 columns; make several reports of it"
    )]
    #[kind(Invalid)]
    #[code("xlsx_too_large")]
    TooLarge {
        /// The report's title.
        what: String,
    },
    /// A text is longer than a cell has room for.
    #[error("{what}: a cell of Excel has room for 32,767 characters; shorten the text")]
    #[kind(Invalid)]
    #[code("xlsx_too_long")]
    TooLong {
        /// The report's title.
        what: String,
    },
    /// The writer refuses.
    #[error("a mistake in the program: {why}")]
    #[kind(Bug)]
    #[code("xlsx_refused")]
    Refused {
        /// What it says.
        why: String,
    },
}

impl Report {
    /// The report as a workbook with one sheet: title, headings that stay in sight, rows with their levels as outline, totals, notes.
    /// Figures are numbers where Excel keeps them exactly, else texts; a column of [`Kind::Money`] becomes two, amount and currency, and one of
    /// [`Kind::Measure`] figure and unit.
    /// Words are the locale's.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::{Column, Locale, Report, Row};
    /// let mut bank = Report::new("Bank").column(Column::text("Name")).column(Column::amount("Balance", Currency::EUR));
    /// bank.push(Row::new(["Bank".into(), rust_decimal::Decimal::new(125, 1).into()]));
    /// let file = bank.to_xlsx(&Locale::en())?;
    /// assert!(file.starts_with(b"PK")); // to be written to bank.xlsx
    /// # Ok::<(), fondaco_core::report::XlsxFormError>(())
    /// ```
    ///
    /// # Errors
    /// [`XlsxFormError::TooLarge`], [`XlsxFormError::TooLong`].
    pub fn to_xlsx(&self, locale: &Locale) -> Result<Vec<u8>, XlsxFormError> {
        workbook(std::slice::from_ref(self), locale)
    }
}

/// Several reports as one workbook, a sheet each: what leads from one to another is a link between sheets.
///
/// ```
/// use fondaco_core::report::{Column, Locale, Report, Row, workbook};
/// let mut list = Report::new("Accounts").column(Column::text("Name").naming_rows());
/// list.push(Row::new(["Bank".into()]).linked_to("account/1000"));
/// let bank = Report::new("Bank").column(Column::text("Text")).anchored("account/1000");
/// let file = workbook(&[list, bank], &Locale::en())?;
/// assert!(file.starts_with(b"PK"));
/// # Ok::<(), fondaco_core::report::XlsxFormError>(())
/// ```
///
/// # Errors
/// As [`Report::to_xlsx`].
pub fn workbook(reports: &[Report], locale: &Locale) -> Result<Vec<u8>, XlsxFormError> {
    let mut book = Workbook::new();
    let when =
        ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| refused("properties", &error))?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&when));
    let names = names(reports, locale);
    let targets = targets(reports, &names);
    for (report, name) in reports.iter().zip(&names) {
        let title = report.title.show(locale);
        let sheet = book.add_worksheet();
        sheet.set_name(name).map_err(|error| refused(&title, &error))?;
        let writer = Sheet { report, locale, targets: &targets, columns: places(report) };
        writer.write(sheet).map_err(|error| refused(&title, &error))?;
    }
    if reports.is_empty() {
        book.add_worksheet();
    }
    book.save_to_buffer().map_err(|error| refused("workbook", &error))
}

fn refused(what: &str, error: &XlsxError) -> XlsxFormError {
    match error {
        XlsxError::RowColumnLimitError => XlsxFormError::TooLarge { what: what.to_owned() },
        XlsxError::MaxStringLengthExceeded => XlsxFormError::TooLong { what: what.to_owned() },
        error => XlsxFormError::Refused { why: format!("{what}: {error}") },
    }
}

/// The longest name of a sheet, in units of UTF-16, as Excel counts.
const NAME: usize = 31;
/// The row of the headings; the title stands above.
const HEADINGS: u32 = 2;
/// Excel outlines so many levels.
const LEVELS: u8 = 7;
/// Columns are no wider, in characters.
const WIDEST: usize = 60;

/// A name for each sheet: of its title, without what Excel does not allow, each once.
fn names(reports: &[Report], locale: &Locale) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for report in reports {
        let title = report.title.show(locale);
        let fit = title.chars().filter(|c| !c.is_control() && !"[]:*?/\\'".contains(*c));
        let base = beginning(fit, NAME);
        let base =
            if base.trim().is_empty() { "Report".to_owned() } else { base.trim().to_owned() };
        let taken =
            |name: &str| names.iter().any(|known| known.to_lowercase() == name.to_lowercase());
        let mut name = base.clone();
        let mut n = 2;
        while taken(&name) || name.eq_ignore_ascii_case("history") {
            let suffix = format!(" {n}");
            name = beginning(base.chars(), NAME - suffix.len()) + &suffix;
            n += 1;
        }
        names.push(name);
    }
    names
}

/// The first characters, as many as fit into so many units of UTF-16.
fn beginning(chars: impl Iterator<Item = char>, units: usize) -> String {
    let mut left = units;
    let fits = |c: &char| match left.checked_sub(c.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    chars.take_while(fits).collect()
}

/// Where each anchor is, as Excel names places.
fn targets(reports: &[Report], names: &[String]) -> BTreeMap<String, String> {
    let mut targets = BTreeMap::new();
    for (report, name) in reports.iter().zip(names) {
        let place = |row: u32| format!("internal:'{name}'!A{}", row + 1);
        if let Some(anchor) = &report.anchor {
            targets.entry(anchor.to_string()).or_insert_with(|| place(0));
        }
        for (at, row) in (HEADINGS + 1..).zip(&report.rows) {
            if let Some(anchor) = &row.anchor {
                targets.entry(anchor.to_string()).or_insert_with(|| place(at));
            }
        }
    }
    targets
}

/// The sheet's column of each column of the report: amounts with a currency each take two.
fn places(report: &Report) -> Vec<u16> {
    let mut next = 0_u16;
    let mut places = Vec::with_capacity(report.columns.len());
    for column in &report.columns {
        places.push(next);
        next = next.saturating_add(if column.kind.beside().is_some() { 2 } else { 1 });
    }
    places
}

/// A report on its way to a sheet.
struct Sheet<'r> {
    report: &'r Report,
    locale: &'r Locale,
    targets: &'r BTreeMap<String, String>,
    columns: Vec<u16>,
}

impl Sheet<'_> {
    fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let title = Format::new().set_bold().set_font_size(14);
        sheet.write_string_with_format(0, 0, self.report.title.show(self.locale), &title)?;
        self.headings(sheet)?;
        let digits: Vec<u32> = (0..self.report.columns.len()).map(|at| self.digits(at)).collect();
        for (at, row) in (HEADINGS + 1..).zip(&self.report.rows) {
            self.row(sheet, at, row, &digits)?;
        }
        self.outline(sheet)?;
        let rows = u32::try_from(self.report.rows.len()).unwrap_or(u32::MAX);
        let first_note = rows.saturating_add(HEADINGS + 2);
        for (at, note) in (first_note..).zip(&self.report.notes) {
            sheet.write_string(at, 0, note.show(self.locale))?;
        }
        self.widths(sheet)?;
        sheet.set_freeze_panes(HEADINGS + 1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(HEADINGS, HEADINGS)?;
        Ok(())
    }

    fn each(&self) -> impl Iterator<Item = (usize, u16, &Column)> {
        let columns = self.report.columns.iter().zip(&self.columns).enumerate();
        columns.map(|(at, (column, place))| (at, *place, column))
    }

    fn headings(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (_, place, column) in self.each() {
            let align =
                if column.kind.is_figure() { FormatAlign::Right } else { FormatAlign::Left };
            let format = Format::new().set_bold().set_text_wrap().set_align(align);
            let format = format.set_border_bottom(FormatBorder::Thin);
            let heading = column.heading.show(self.locale);
            sheet.write_string_with_format(HEADINGS, place, &heading, &format)?;
            if let Some(beside) = column.kind.beside() {
                let beside = format!("{heading} {}", self.locale.word(beside));
                sheet.write_string_with_format(
                    HEADINGS,
                    place.saturating_add(1),
                    beside,
                    &format,
                )?;
            }
        }
        Ok(())
    }

    /// The digits after the point that a column's values need.
    fn digits(&self, at: usize) -> u32 {
        let figures = self.report.rows.iter().filter_map(|row| row.cell(at).figure());
        figures.map(|value| normalize(value).scale()).max().unwrap_or(0)
    }

    fn row(
        &self,
        sheet: &mut Worksheet,
        at: u32,
        row: &Row,
        digits: &[u32],
    ) -> Result<(), XlsxError> {
        let naming = self.report.naming_column();
        for (column_at, place, column) in self.each() {
            let cell = row.cell(column_at);
            let mut format = Format::new();
            if row.role != Role::Line {
                format = format.set_bold();
            }
            if row.role == Role::Total {
                format = format.set_border_top(FormatBorder::Thin);
            }
            if naming == Some(column_at) {
                format = format.set_indent(row.level);
                if let Some(target) = row.link.as_deref().and_then(|link| self.targets.get(link)) {
                    let text = self.locale.cell(cell, &column.kind);
                    sheet.write_url_with_format(
                        at,
                        place,
                        Url::new(target).set_text(text),
                        &format,
                    )?;
                    continue;
                }
            }
            self.cell(
                sheet,
                (at, place),
                cell,
                column,
                digits.get(column_at).copied().unwrap_or(0),
                format,
            )?;
        }
        Ok(())
    }

    fn cell(
        &self,
        sheet: &mut Worksheet,
        (at, place): (u32, u16),
        cell: &Cell,
        column: &Column,
        digits: u32,
        format: Format,
    ) -> Result<(), XlsxError> {
        let beside = match (cell, &column.kind) {
            (Cell::Money(money), Kind::Money) => Some(money.currency().code()),
            (Cell::Quantity { unit, .. }, Kind::Measure { .. }) => Some(unit.as_str()),
            _ => None,
        };
        if let Some(code) = beside {
            sheet.write_string_with_format(at, place.saturating_add(1), code, &format)?;
        }
        if let Cell::Date(date) | Cell::Month(date) = cell {
            let day = u16::try_from(date.year())
                .ok()
                .zip(u8::try_from(date.month()).ok().zip(u8::try_from(date.day()).ok()));
            // Excel's days begin with 1900.
            let day =
                day.and_then(|(year, (month, day))| ExcelDateTime::from_ymd(year, month, day).ok());
            let shown = if matches!(cell, Cell::Month(_)) { "yyyy-mm" } else { "yyyy-mm-dd" };
            return match day {
                Some(day) => {
                    sheet.write_datetime_with_format(
                        at,
                        place,
                        &day,
                        &format.set_num_format(shown),
                    )?;
                    Ok(())
                }
                None => self.text(sheet, (at, place), cell, &column.kind, &format),
            };
        }
        let number = cell.figure().and_then(exact);
        match number {
            Some(number) => {
                let format = format.set_num_format(number_format(cell, &column.kind, digits));
                sheet.write_number_with_format(at, place, number, &format)?;
                Ok(())
            }
            None => self.text(sheet, (at, place), cell, &column.kind, &format),
        }
    }

    /// What is no number of Excel's; figures too, to the right, with a point, whole.
    fn text(
        &self,
        sheet: &mut Worksheet,
        (at, place): (u32, u16),
        cell: &Cell,
        kind: &Kind,
        format: &Format,
    ) -> Result<(), XlsxError> {
        match cell.figure() {
            Some(value) => {
                let format = format.clone().set_align(FormatAlign::Right);
                sheet.write_string_with_format(at, place, normalize(value).to_string(), &format)?;
            }
            None => {
                sheet.write_string_with_format(at, place, self.locale.cell(cell, kind), format)?;
            }
        }
        Ok(())
    }

    /// Rows at a level and deeper fold into the row above them.
    fn outline(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.group_symbols_above(true);
        for level in 1..=LEVELS {
            let mut first = None;
            let rows = (HEADINGS + 1..).zip(&self.report.rows);
            let mut last = HEADINGS;
            for (at, row) in rows {
                match (row.level >= level, first) {
                    (true, None) => first = Some(at),
                    (false, Some(begun)) => {
                        sheet.group_rows(begun, last)?;
                        first = None;
                    }
                    _ => {}
                }
                last = at;
            }
            if let Some(begun) = first {
                sheet.group_rows(begun, last)?;
            }
        }
        Ok(())
    }

    fn widths(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let naming = self.report.naming_column();
        for (at, place, column) in self.each() {
            let heading = column.heading.show(self.locale);
            let words = heading.split(' ').map(display_width).max().unwrap_or(0);
            let room = |row: &Row| {
                let indent = if naming == Some(at) { 2 * usize::from(row.level) } else { 0 };
                indent + display_width(&self.locale.cell(row.cell(at), &column.kind))
            };
            let widest = self.report.rows.iter().map(room).max().unwrap_or(0);
            let width = u16::try_from((widest.max(words) + 2).min(WIDEST)).unwrap_or(u16::MAX);
            sheet.set_column_width(place, width)?;
        }
        Ok(())
    }
}

/// A figure as Excel keeps it, if it comes out of there as it went in: with 15 significant digits.
fn exact(value: Decimal) -> Option<f64> {
    let value = normalize(value);
    let digits = value.mantissa().unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
    let text = value.to_string();
    (digits <= 15).then(|| text.parse().ok()).flatten()
}

/// Excel's code for how a figure is shown; never with fewer digits than it has.
fn number_format(cell: &Cell, kind: &Kind, digits: u32) -> String {
    let point = |least: u32, most: u32| match (least, most.saturating_sub(least)) {
        (0, 0) => String::new(),
        (least, more) => format!(".{}{}", "0".repeat(least as usize), "#".repeat(more as usize)),
    };
    let of_currency = |currency: Currency| currency.minor_units().unwrap_or(0);
    match (cell, kind) {
        (Cell::Percent(_), _) | (Cell::Number(_), Kind::Percent { .. }) => {
            let least = match kind {
                Kind::Percent { digits } => *digits,
                _ => 1,
            };
            format!("0{}%", point(least, least.max(digits.saturating_sub(2))))
        }
        (Cell::Money(money), _) => {
            let least = of_currency(money.currency());
            format!("#,##0{}", point(least, least.max(digits)))
        }
        (_, Kind::Amount(currency)) => {
            let least = of_currency(*currency);
            format!("#,##0{}", point(least, least.max(digits)))
        }
        (Cell::Count(_), _) => "#,##0".to_owned(),
        (Cell::Quantity { .. } | Cell::Number(_), Kind::Measure { digits: least }) => {
            format!("#,##0{}", point(*least, (*least).max(digits)))
        }
        (Cell::Quantity { unit, .. }, _) => format!("#,##0{}{}", point(0, digits), quoted(unit)),
        (_, Kind::Quantity { unit, digits: least }) => {
            format!("#,##0{}{}", point(*least, (*least).max(digits)), quoted(unit))
        }
        _ => format!("#,##0{}", point(0, digits)),
    }
}

/// A unit behind a number, as formats quote it.
fn quoted(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!("\" {}\"", unit.replace('"', "")) }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::Money;

    /// A part of a workbook as text.
    fn part(file: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn sheet() -> Report {
        let columns = [
            Column::text("Name").naming_rows(),
            Column::amount("Amount", Currency::EUR),
            Column::new("Paid", Kind::Money),
            Column::percent("Share"),
            Column::date("Day"),
        ];
        let mut report = Report::new("Bilanz: 2026/12").columns(columns);
        report.push(Row::heading(["Assets".into()]).anchored("assets"));
        report.push(
            Row::new([
                "=1+1".into(),
                Decimal::new(123_456_789_012_345, 2).into(),
                Money::parse("7 JPY").unwrap().into(),
                Cell::Percent(Decimal::new(195, 3)),
                chrono::NaiveDate::from_ymd_opt(2026, 3, 5).unwrap().into(),
            ])
            .at_level(1)
            .linked_to("assets"),
        );
        report.push(
            Row::new(["big".into(), "1234567890123456.78".parse::<Decimal>().unwrap().into()])
                .at_level(2),
        );
        report.push(Row::total(["Total".into(), Decimal::ONE.into()]));
        report
    }

    #[test]
    fn figures_are_numbers_as_far_as_excel_keeps_them() {
        let file = sheet().to_xlsx(&Locale::en()).unwrap();
        let xml = part(&file, "xl/worksheets/sheet1.xml");
        assert!(xml.contains("<v>1234567890123.45</v>"), "{xml}");
        assert!(!xml.contains("<v>1234567890123456"), "sixteen digits would be rounded");
        let texts = part(&file, "xl/sharedStrings.xml");
        assert!(texts.contains("1234567890123456.78"), "they are a text: {texts}");
        assert!(!xml.contains("<f>"), "no data becomes a formula");
        assert!(texts.contains("=1+1"));
        let styles = part(&file, "xl/styles.xml");
        assert!(styles.contains("#,##0.00"), "{styles}");
        assert!(styles.contains("yyyy-mm-dd"));
    }

    #[test]
    fn levels_are_an_outline_and_links_lead_to_rows() {
        let file = sheet().to_xlsx(&Locale::en()).unwrap();
        let xml = part(&file, "xl/worksheets/sheet1.xml");
        assert!(xml.contains("outlineLevel=\"1\"") && xml.contains("outlineLevel=\"2\""), "{xml}");
        assert!(xml.contains("summaryBelow=\"0\""), "the row above sums up: {xml}");
        assert!(xml.contains("location=\"'Bilanz 202612'!A4\""), "{xml}");
        assert!(part(&file, "xl/workbook.xml").contains("name=\"Bilanz 202612\""));
    }

    #[test]
    fn sheets_have_names_of_their_own_and_the_same_report_the_same_bytes() {
        let long = "A report with a title that is much longer than a sheet's name may be";
        let reports = [long, long, "", "History"].map(Report::new);
        let file = workbook(&reports, &Locale::en()).unwrap();
        let book = part(&file, "xl/workbook.xml");
        for name in [
            "A report with a title that is m",
            "A report with a title that is 2",
            "Report",
            "History 2",
        ] {
            assert!(book.contains(&format!("name=\"{name}\"")), "{name}: {book}");
        }
        assert_eq!(file, workbook(&reports, &Locale::en()).unwrap());
        // Excel counts units of UTF-16: each of these is two.
        let coins = "\u{1f4b6}".repeat(20);
        let file = workbook(&[coins.as_str(), &coins].map(Report::new), &Locale::en()).unwrap();
        let book = part(&file, "xl/workbook.xml");
        for name in ["\u{1f4b6}".repeat(15), "\u{1f4b6}".repeat(14) + " 2"] {
            assert!(book.contains(&format!("name=\"{name}\"")), "{name}: {book}");
        }
        assert!(workbook(&[], &Locale::en()).unwrap().starts_with(b"PK"));
    }

    #[test]
    fn what_has_no_room_is_refused() {
        let mut report = Report::new("Long").column(Column::text("Text"));
        report.push(Row::new(["x".repeat(40_000).into()]));
        let error = report.to_xlsx(&Locale::en()).unwrap_err();
        assert_eq!(error.code(), "core.xlsx_too_long");
        assert!(error.to_string().starts_with("Long: "), "{error}");
    }
}
