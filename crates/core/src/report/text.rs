//! Aligned text, for terminals, logs and mail.

use std::fmt;

use super::width::char_width;
use super::{Kind, Locale, Report, Role, Row, display_width};

/// What text wraps to at least, however narrow the terminal.
const LEAST_TEXT: usize = 8;
/// Between columns.
const GAP: &str = "  ";

impl Report {
    /// The report as aligned text, figures to the right. Where `width` says how many columns the terminal has, headings and
    /// texts are wrapped to fit; figures are never cut, so a terminal that has no room for them is overrun.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Locale, Report, Row};
    /// let mut list = Report::new("Items").column(Column::text("Item")).column(Column::count("Pieces on hand"));
    /// list.push(Row::new(["Basmati rice from the Punjab".into(), 12_000_i64.into()]));
    /// assert_eq!(list.to_text(&Locale::de(), Some(24)), "\
    /// Items
    ///                   Pieces
    ///                       on
    /// Item                hand
    /// ================  ======
    /// Basmati rice      12.000
    /// from the Punjab
    /// ");
    /// ```
    pub fn to_text(&self, locale: &Locale, width: Option<usize>) -> String {
        let sheet = Sheet::of(self, locale, width);
        let mut out = String::new();
        sheet.push_paragraph(&mut out, &self.title.show(locale));
        sheet.push_heading(&mut out);
        for (row, cells) in self.rows.iter().zip(&sheet.rows) {
            if row.role == Role::Total {
                sheet.push_rule(&mut out, "-");
            }
            sheet.push_row(&mut out, cells, indent(row));
        }
        self.notes.iter().for_each(|note| sheet.push_paragraph(&mut out, &note.show(locale)));
        out
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(&Locale::plain(), None))
    }
}

fn indent(row: &Row) -> usize {
    2 * usize::from(row.level)
}

/// A report laid out: every cell as text, every column with its width.
struct Sheet {
    columns: Vec<Laid>,
    rows: Vec<Vec<String>>,
    width: Option<usize>,
}

/// A column on the sheet.
struct Laid {
    heading: String,
    right: bool,
    indented: bool,
    width: usize,
    /// What it can't be narrower than.
    least: usize,
}

impl Sheet {
    fn of(report: &Report, locale: &Locale, width: Option<usize>) -> Sheet {
        let naming = report.naming_column();
        let shown: Vec<_> = report.shown_columns().collect();
        let cells = |row: &Row| {
            let cell = |(at, column): &(usize, &super::Column)| {
                clean(&locale.cell(row.cell(*at), &column.kind))
            };
            shown.iter().map(cell).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<String>> = report.rows.iter().map(cells).collect();
        let lay = |(place, (at, column)): (usize, &(usize, &super::Column))| {
            let indented = naming == Some(*at);
            let room = |(row, cells): (&Row, &Vec<String>)| {
                let text = cells.get(place).map_or(0, |cell| display_width(cell));
                text + if indented && text > 0 { indent(row) } else { 0 }
            };
            let widest = report.rows.iter().zip(&rows).map(room).max().unwrap_or(0);
            Laid::new(clean(&column.heading.show(locale)), &column.kind, indented, widest)
        };
        let columns = shown.iter().enumerate().map(lay).collect();
        let mut sheet = Sheet { columns, rows, width };
        width.into_iter().for_each(|width| sheet.narrow(width));
        sheet
    }

    /// Takes room from the widest columns that can give some, until the sheet fits: headings of figures are wrapped before
    /// texts are.
    fn narrow(&mut self, width: usize) {
        let gaps = GAP.len() * self.columns.len().saturating_sub(1);
        let total: usize = self.columns.iter().map(|column| column.width).sum();
        for _ in width..total + gaps {
            let giving = self.columns.iter_mut().filter(|column| column.width > column.least);
            let Some(widest) = giving.max_by_key(|column| (column.right, column.width)) else {
                return;
            };
            widest.width -= 1;
        }
    }

    fn push_paragraph(&self, out: &mut String, text: &str) {
        for line in wrap(&clean(text), self.width.unwrap_or(usize::MAX).max(LEAST_TEXT)) {
            out.push_str(&line);
            out.push('\n');
        }
    }

    fn push_heading(&self, out: &mut String) {
        let headings = self.columns.iter().map(|column| wrap(&column.heading, column.width));
        let headings: Vec<Vec<String>> = headings.collect();
        let height = headings.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            // Headings stand at the foot of their room, on the rule.
            let cells = headings.iter().map(|lines| {
                let above = height - lines.len();
                line.checked_sub(above).and_then(|at| lines.get(at)).map_or("", String::as_str)
            });
            self.push_line(out, cells);
        }
        self.push_rule(out, "=");
    }

    fn push_rule(&self, out: &mut String, dash: &str) {
        let rules = self.columns.iter().map(|column| dash.repeat(column.width));
        out.push_str(&rules.collect::<Vec<_>>().join(GAP));
        out.push('\n');
    }

    fn push_row(&self, out: &mut String, cells: &[String], indent: usize) {
        let wrapped: Vec<Vec<String>> = (self.columns.iter().zip(cells))
            .map(|(column, text)| column.wrapped(text, indent))
            .collect();
        for line in 0..wrapped.iter().map(Vec::len).max().unwrap_or(0) {
            let cell = |lines: &'_ Vec<String>| lines.get(line).cloned().unwrap_or_default();
            let cells: Vec<String> = wrapped.iter().map(cell).collect();
            self.push_line(out, cells.iter().map(String::as_str));
        }
    }

    fn push_line<'t>(&self, out: &mut String, cells: impl Iterator<Item = &'t str>) {
        let start = out.len();
        for (at, (column, text)) in self.columns.iter().zip(cells).enumerate() {
            if at > 0 {
                out.push_str(GAP);
            }
            let room = " ".repeat(column.width.saturating_sub(display_width(text)));
            let (before, after) =
                if column.right { (room.as_str(), "") } else { ("", room.as_str()) };
            [before, text, after].into_iter().for_each(|part| out.push_str(part));
        }
        let kept = out.get(start..).map_or(0, |line| line.trim_end_matches(' ').len());
        out.truncate(start + kept);
        out.push('\n');
    }
}

impl Laid {
    fn new(heading: String, kind: &Kind, indented: bool, widest: usize) -> Laid {
        let natural = widest.max(display_width(&heading));
        let words = heading.split(' ').map(display_width).max().unwrap_or(0);
        let least = match kind {
            Kind::Text => natural.min(LEAST_TEXT.max(words)),
            _ => widest.max(words),
        };
        Laid { heading, right: kind.is_figure(), indented, width: natural, least }
    }

    /// The lines of a cell; figures stay whole.
    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        if self.right {
            return vec![text.to_owned()];
        }
        // However deep it stands, half of the column is for the text.
        let indent = if self.indented { indent.min(self.width / 2) } else { 0 };
        let lines = wrap(text, self.width - indent);
        if indent == 0 {
            return lines;
        }
        lines.into_iter().map(|line| format!("{:indent$}{line}", "")).collect()
    }
}

/// Breaks a text at blanks into lines of a width, and words that are longer than a line anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    if display_width(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let size = display_width(word);
        if taken > 0 && taken + 1 + size <= width {
            line.push(' ');
            taken += 1;
        } else if taken > 0 {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        for c in word.chars() {
            let size = char_width(c);
            if taken > 0 && taken + size > width {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            }
            line.push(c);
            taken += size;
        }
    }
    lines.push(line);
    lines
}

/// Without what would break the alignment or steer the terminal.
pub(super) fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Column};
    use super::*;
    use crate::Currency;
    use proptest::prelude::*;

    fn accounts() -> Report {
        let columns = [
            Column::text("Account"),
            Column::text("Name").naming_rows(),
            Column::amount("2026-01-01 to 2026-12-31", Currency::EUR),
        ];
        let mut report = Report::new("Accounts at the end of the year").columns(columns);
        report.push(Row::heading(["1".into(), "What we have".into()]));
        let amount = Cell::Number("-1234567.5".parse().unwrap());
        report.push(
            Row::new(["1000".into(), "現金 Kasse für Bücher".into(), amount.clone()]).at_level(1),
        );
        report.push(Row::total([Cell::Empty, "Total".into(), amount]));
        report.note("Not audited, and subject to change without notice.")
    }

    #[test]
    fn wide_characters_are_aligned_by_the_room_they_take() {
        let expected = "\
Accounts at the end of the year
Account  Name                     2026-01-01 to 2026-12-31
=======  =======================  ========================
1        What we have
1000       現金 Kasse für Bücher             -1,234,567.50
-------  -----------------------  ------------------------
         Total                               -1,234,567.50
Not audited, and subject to change without notice.
";
        assert_eq!(accounts().to_string(), expected);
    }

    #[test]
    fn a_narrow_terminal_wraps_texts_and_headings_but_no_figure() {
        let expected = "\
Accounts at the end of the year
                         2026-01-01 to
Account  Name               2026-12-31
=======  ==============  =============
1        What we have
1000       現金 Kasse    -1,234,567.50
           für Bücher
-------  --------------  -------------
         Total           -1,234,567.50
Not audited, and subject to change
without notice.
";
        assert_eq!(accounts().to_text(&Locale::plain(), Some(38)), expected);
    }

    #[test]
    fn what_steers_a_terminal_does_not_reach_it() {
        let mut report = Report::new("a\u{1b}[31m").column(Column::text("x"));
        report.push(Row::new(["one\ntwo\u{7}".into()]));
        assert_eq!(report.to_string(), "a\u{fffd}[31m\nx\n========\none two\u{fffd}\n");
    }

    proptest! {
        /// Where figures have room, no line is wider than the terminal, and no word is lost.
        #[test]
        fn it_fits(text in "[a-zé現 ]{0,60}", width in 24usize..60) {
            let mut report = Report::new("t").column(Column::text("Text")).column(Column::count("n"));
            report.push(Row::new([text.as_str().into(), 123_456_i64.into()]));
            let shown = report.to_text(&Locale::plain(), Some(width));
            prop_assert!(shown.lines().all(|line| display_width(line) <= width), "{}", shown);
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
            prop_assert_eq!(letters(&shown), letters(&text) + "tTextn".len());
        }
    }
}
