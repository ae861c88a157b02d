//! CSV by RFC 4180: a heading line, then a line per row; neutral, whatever the locale.
//!
//! [`Report::to_spreadsheet_csv`] is the same for people who open it in a spreadsheet, which would run a text as a formula.
//!
//! Figures have a point and no grouping, dates are those of ISO 8601, percentages are factors. Nothing is rounded. A figure in another
//! currency or unit than its column's has it behind it, as a text.

use rust_decimal::Decimal;

use super::{Cell, Column, Kind, Report};
use crate::Currency;
use crate::decimal::{Padded, normalize};

impl Report {
    /// The report as CSV, lines ended by CR LF as RFC 4180 has it. A column of [`Kind::Money`] becomes two, amount and
    /// currency, and one of [`Kind::Measure`] figure and unit.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use fondaco_core::report::{Column, Kind, Report, Row};
    /// let mut bank = Report::new("Bank").column(Column::text("Text")).column(Column::new("Paid", Kind::Money));
    /// bank.push(Row::new(["Rent, \"March\"".into(), Money::parse("1234.5 EUR")?.into()]));
    /// assert_eq!(bank.to_csv(), "Text,Paid,Paid currency\r\n\"Rent, \"\"March\"\"\",1234.50,EUR\r\n");
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// Texts go out as they are: programs read them back. For a spreadsheet take
    /// [`to_spreadsheet_csv`](Report::to_spreadsheet_csv).
    pub fn to_csv(&self) -> String {
        self.written(Writer::default())
    }

    /// The report as CSV for a spreadsheet: a text that begins as a formula does, with `=`, `+`, `-`, `@`, a tab or a line break, has an
    /// apostrophe before it, so that what somebody called himself is not run when another opens the file (CSV injection, CWE-1236). It
    /// is no form to read back.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Report, Row};
    /// let mut parties = Report::new("Parties").column(Column::text("Name")).column(Column::count("Bills"));
    /// parties.push(Row::new(["=HYPERLINK(\"https://example.com\")".into(), (-1i64).into()]));
    /// assert_eq!(
    ///     parties.to_spreadsheet_csv(),
    ///     "Name,Bills\r\n\"'=HYPERLINK(\"\"https://example.com\"\")\",-1\r\n"
    /// );
    /// ```
    pub fn to_spreadsheet_csv(&self) -> String {
        self.written(Writer { quiet: true, ..Writer::default() })
    }

    fn written(&self, mut csv: Writer) -> String {
        for column in &self.columns {
            let heading = column.heading.to_string();
            csv.words(&heading);
            if let Some(beside) = column.kind.beside() {
                csv.words(&format!("{heading} {}", beside.to_lowercase()));
            }
        }
        csv.end_line();
        for row in &self.rows {
            self.columns.iter().enumerate().for_each(|(at, column)| csv.cell(row.cell(at), column));
            csv.end_line();
        }
        csv.text
    }
}

/// How spreadsheets begin what they run.
const FORMULAS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

#[derive(Default)]
struct Writer {
    text: String,
    in_line: bool,
    /// Whether texts are kept from being formulas.
    quiet: bool,
}

impl Writer {
    /// What people wrote: a spreadsheet shall not run it.
    fn words(&mut self, text: &str) {
        match self.quiet && text.starts_with(FORMULAS) {
            true => self.field(&format!("'{text}")),
            false => self.field(text),
        }
    }

    fn field(&mut self, field: &str) {
        if std::mem::replace(&mut self.in_line, true) {
            self.text.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&field.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(field);
        }
    }

    fn end_line(&mut self) {
        self.in_line = false;
        self.text.push_str("\r\n");
    }

    fn cell(&mut self, cell: &Cell, column: &Column) {
        match (cell, &column.kind) {
            (Cell::Money(money), Kind::Money) => {
                self.field(&plain(money.amount(), Some(money.currency())));
                self.field(money.currency().code());
            }
            (Cell::Quantity { amount, unit }, Kind::Measure { .. }) => {
                self.field(&plain(*amount, None));
                self.words(unit);
            }
            (_, kind) => {
                let field = neutral(cell, kind);
                match cell {
                    Cell::Text(_) | Cell::Word(_) | Cell::Phrase(_) => self.words(&field),
                    _ => self.field(&field),
                }
                if kind.beside().is_some() {
                    self.field("");
                }
            }
        }
    }
}

/// A value as every program reads it.
fn neutral(cell: &Cell, kind: &Kind) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Word(text) => text.to_string(),
        Cell::Phrase(phrase) => phrase.to_string(),
        Cell::Number(value) => match kind {
            Kind::Amount(currency) => plain(*value, Some(*currency)),
            _ => plain(*value, None),
        },
        // What is of another currency or unit than its column says so: else dollars would be read as euros.
        Cell::Money(money) => {
            let amount = plain(money.amount(), Some(money.currency()));
            if cell.is_of(kind) { amount } else { format!("{amount} {}", money.currency().code()) }
        }
        Cell::Quantity { amount, unit } => {
            let amount = plain(*amount, None);
            if cell.is_of(kind) { amount } else { format!("{amount} {unit}") }
        }
        Cell::Percent(factor) => plain(*factor, None),
        Cell::Date(date) => date.to_string(),
        Cell::Month(date) => date.format("%Y-%m").to_string(),
        Cell::Count(count) => count.to_string(),
    }
}

fn plain(value: Decimal, currency: Option<Currency>) -> String {
    let digits = currency.and_then(Currency::minor_units).unwrap_or(0);
    Padded { value: normalize(value), digits }.to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Report, Row};
    use super::*;

    #[test]
    fn what_has_a_comma_a_quote_or_a_line_end_is_quoted() {
        let mut report = Report::new("").column(Column::text("a\nb"));
        for text in ["plain", " blanks ", "a,b", "say \"x\"", "two\r\nlines", ""] {
            report.push(Row::new([text.into()]));
        }
        assert_eq!(
            report.to_csv(),
            "\"a\nb\"\r\nplain\r\n blanks \r\n\"a,b\"\r\n\"say \"\"x\"\"\"\r\n\"two\r\nlines\"\r\n\r\n"
        );
    }

    #[test]
    fn amounts_have_their_currencys_digits_and_more_where_they_have_more() {
        let kinds = [Currency::JPY, Currency::EUR, Currency::BHD].map(Kind::Amount);
        let shown = |value: &str| {
            let value = Cell::Number(value.parse().unwrap());
            kinds.each_ref().map(|kind| neutral(&value, kind)).join(" ")
        };
        assert_eq!(shown("1234.5"), "1234.5 1234.50 1234.500");
        assert_eq!(shown("-0.00"), "0 0.00 0.000");
        assert_eq!(shown("-1"), "-1 -1.00 -1.000");
    }

    #[test]
    fn no_text_is_run_by_a_spreadsheet_wherever_it_stands() {
        let columns = [Column::new("=paid", Kind::Money), Column::text("@text")];
        let mut report = Report::new("").columns(columns);
        report.push(Row::new(["=1+1".into(), "-2".into()]));
        let quiet = "'=paid,'=paid currency,'@text\r\n'=1+1,,'-2\r\n";
        assert_eq!(report.to_spreadsheet_csv(), quiet);
        assert_eq!(report.to_csv(), "=paid,=paid currency,@text\r\n=1+1,,-2\r\n");
    }

    #[test]
    fn figures_that_each_name_their_unit_have_it_beside_them() {
        let weighed = |amount: &str, unit: &str| Cell::Quantity {
            amount: amount.parse().unwrap(),
            unit: unit.into(),
        };
        let mut report =
            Report::new("").columns([Column::new("Left", Kind::Measure { digits: 1 })]);
        report.push(Row::new([weighed("5.125", "kg")]));
        report.push(Row::new([weighed("5", "carton")]));
        report.push(Row::new([Cell::Number(7.into())]));
        report.push(Row::new([Cell::Empty]));
        assert_eq!(report.to_csv(), "Left,Left unit\r\n5.125,kg\r\n5,carton\r\n7,\r\n,\r\n");
        let text = report.to_text(&super::super::Locale::plain(), Some(40));
        assert!(text.contains("5.1 kg") && text.contains("5.0 carton"), "{text}");
    }
}
