//! Rows and columns: the one form that text and CSV are made from.

use std::fmt;

use fondaco_core::Currency;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, indented by so many levels.
    Text(SmolStr, u8),
    /// An amount, shown with the digits of the table's currency.
    Amount(Decimal),
}

impl Cell {
    /// Text without indent.
    ///
    /// ```
    /// use fondaco_accounting::reports::Cell;
    /// assert_eq!(Cell::text("Bank"), Cell::Text("Bank".into(), 0));
    /// ```
    pub fn text(text: impl Into<SmolStr>) -> Cell {
        Cell::Text(text.into(), 0)
    }
}

/// A report as rows and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is.
    pub title: String,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The columns' headings.
    pub headings: Vec<SmolStr>,
    /// The rows; each has as many cells as there are headings.
    pub rows: Vec<Vec<Cell>>,
    /// The rows before which a rule is drawn: totals.
    pub ruled: Vec<usize>,
}

impl Table {
    pub(crate) fn new(title: String, currency: Currency, headings: &[&str]) -> Table {
        let headings = headings.iter().map(SmolStr::new).collect();
        Table { title, currency, headings, rows: Vec::new(), ruled: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    pub(crate) fn push_total(&mut self, row: Vec<Cell>) {
        self.ruled.push(self.rows.len());
        self.rows.push(row);
    }

    /// The table as CSV: a heading line, then one line per row, amounts with a point and without grouping.
    ///
    /// ```
    /// use fondaco_accounting::reports::{Cell, Table};
    /// use fondaco_core::Currency;
    ///
    /// let rows = vec![vec![Cell::text("Bank, main"), Cell::Amount("1234.5".parse().unwrap())]];
    /// let headings = vec!["Account".into(), "Balance".into()];
    /// let table = Table { title: "Demo".into(), currency: Currency::EUR, headings, rows, ruled: vec![] };
    /// assert_eq!(table.to_csv(), "Account,Balance\n\"Bank, main\",1234.50\n");
    /// ```
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        let headings = self.headings.iter().map(|heading| quoted(heading));
        out.push_str(&headings.collect::<Vec<_>>().join(","));
        out.push('\n');
        for row in &self.rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Empty => String::new(),
                Cell::Text(text, _) => quoted(text),
                Cell::Amount(amount) => self.plain(*amount),
            });
            out.push_str(&cells.collect::<Vec<_>>().join(","));
            out.push('\n');
        }
        out
    }

    fn plain(&self, amount: Decimal) -> String {
        let digits = self.currency.minor_units().unwrap_or(0).max(amount.normalize().scale());
        format!("{:.*}", digits as usize, amount.normalize())
    }

    fn shown(&self, cell: &Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text, indent) => format!("{}{text}", "  ".repeat(usize::from(*indent))),
            Cell::Amount(amount) => grouped(&self.plain(*amount)),
        }
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

/// `1234567.50` as `1,234,567.50`.
fn grouped(plain: &str) -> String {
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) =
        rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| self.shown(cell)).collect()).collect();
        let width = |column: usize| {
            let cells =
                shown.iter().filter_map(|row| row.get(column)).map(|text| text.chars().count());
            cells
                .chain(self.headings.get(column).map(|heading| heading.chars().count()))
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.headings.len()).map(width).collect();
        let right = |column: usize| {
            self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Amount(_))))
        };
        let line = |cells: &[String]| -> String {
            let padded = cells.iter().zip(&widths).enumerate().map(|(column, (text, width))| {
                if right(column) { format!("{text:>width$}") } else { format!("{text:<width$}") }
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_string()
        };
        let rule = |dash: &str| {
            widths.iter().map(|width| dash.repeat(*width)).collect::<Vec<_>>().join("  ")
        };
        writeln!(f, "{}", self.title)?;
        writeln!(
            f,
            "{}",
            line(&self.headings.iter().map(ToString::to_string).collect::<Vec<_>>())
        )?;
        writeln!(f, "{}", rule("="))?;
        for (at, row) in shown.iter().enumerate() {
            if self.ruled.contains(&at) {
                writeln!(f, "{}", rule("-"))?;
            }
            writeln!(f, "{}", line(row))?;
        }
        Ok(())
    }
}
