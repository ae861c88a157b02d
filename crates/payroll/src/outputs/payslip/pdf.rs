//! The payslip as PDF: an A4 page (and more, where it needs them) in Helvetica, which every reader has.
//!
//! Such fonts know the letters of western Europe alone (WinAnsi, which is Windows-1252). A letter beyond it is written as in
//! [`characters`](crate::outputs::payments::characters), and whoever needs other scripts prints the HTML.

use fondaco_core::report::{Locale, Report, Role, Row};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::Payslip;
use crate::outputs::OutputError;
use crate::outputs::payments::characters;

/// A4, in points of 1/72 inch.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 50.0;
const LINE: f32 = 14.0;
const SIZE: f32 = 9.0;

impl Payslip<'_> {
    /// The payslip as a PDF file.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_pdf(&self, locale: &Locale) -> Result<Vec<u8>, OutputError> {
        let page = self.to_page(locale)?;
        let title = page.title.show(locale);
        let mut sheet = Sheet::new();
        sheet.line(16.0, true, &title);
        sheet.line(SIZE + 1.0, false, &page.about.show(locale));
        sheet.skip(LINE);
        sheet.table(&self.facts(), locale, false);
        sheet.skip(LINE);
        sheet.table(&self.to_report(locale)?, locale, true);
        Ok(file(&title, &locale.tag, sheet.end()))
    }
}

/// Pages that are filled from the top.
struct Sheet {
    done: Vec<Vec<u8>>,
    page: Content,
    /// How far up the next line may be.
    y: f32,
}

impl Sheet {
    fn new() -> Sheet {
        Sheet { done: Vec::new(), page: Content::new(), y: HEIGHT - MARGIN }
    }

    fn skip(&mut self, by: f32) {
        self.y -= by;
        if self.y < MARGIN {
            let full = std::mem::replace(&mut self.page, Content::new());
            self.done.push(full.finish().to_vec());
            self.y = HEIGHT - MARGIN;
        }
    }

    fn line(&mut self, size: f32, bold: bool, text: &str) {
        self.skip(size + 5.0);
        self.text(MARGIN, size, bold, &win_ansi(text));
    }

    fn text(&mut self, x: f32, size: f32, bold: bool, text: &[u8]) {
        let font = if bold { Name(b"Bold") } else { Name(b"Plain") };
        self.page.begin_text().set_font(font, size).next_line(x, self.y).show(Str(text)).end_text();
    }

    /// A table: the first column from the left, figures to the right of theirs.
    fn table(&mut self, report: &Report, locale: &Locale, headed: bool) {
        let columns = report.columns.len();
        if headed {
            self.skip(LINE);
            for (at, column) in report.columns.iter().enumerate() {
                self.cell(at, columns, column.kind.is_figure(), true, &column.heading.show(locale));
            }
            self.rule(1.0);
        }
        for row in &report.rows {
            if row.role == Role::Heading {
                self.skip(LINE / 2.0);
            }
            self.skip(LINE);
            if row.role == Role::Total {
                self.rule_above(0.5);
            }
            self.row(report, row, locale);
        }
    }

    fn row(&mut self, report: &Report, row: &Row, locale: &Locale) {
        let bold = row.role != Role::Line;
        for (at, column) in report.columns.iter().enumerate() {
            let text = locale.cell(row.cell(at), &column.kind);
            if !text.is_empty() {
                self.cell(at, report.columns.len(), column.kind.is_figure(), bold, &text);
            }
        }
    }

    /// The first column has what the others leave: 85 points each of figures, 340 of a text.
    fn cell(&mut self, at: usize, columns: usize, figure: bool, bold: bool, text: &str) {
        let figures = columns.saturating_sub(1);
        let after = f32::from(u8::try_from(figures.saturating_sub(at)).unwrap_or(u8::MAX));
        let text = win_ansi(text);
        if figure {
            let right = WIDTH - MARGIN - after * 85.0;
            return self.text(right - width(&text, SIZE), SIZE, bold, &text);
        }
        let (x, room) = match at {
            0 if columns == 2 => (MARGIN, 150.0),
            0 => (MARGIN, WIDTH - 2.0 * MARGIN - after * 85.0),
            _ => (MARGIN + 155.0, WIDTH - 2.0 * MARGIN - 155.0),
        };
        self.text(x, SIZE, bold, &fitted(text, room));
    }

    fn rule(&mut self, thickness: f32) {
        self.draw(self.y - 4.0, thickness);
    }

    fn rule_above(&mut self, thickness: f32) {
        self.draw(self.y + LINE - 4.0, thickness);
    }

    fn draw(&mut self, y: f32, thickness: f32) {
        self.page.set_line_width(thickness).move_to(MARGIN, y).line_to(WIDTH - MARGIN, y).stroke();
    }

    fn end(mut self) -> Vec<Vec<u8>> {
        self.done.push(self.page.finish().to_vec());
        self.done
    }
}

/// Puts pages into a file.
fn file(title: &str, language: &str, pages: Vec<Vec<u8>>) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let [catalog, tree, plain, bold, info] = [1, 2, 3, 4, 5].map(Ref::new);
    let place =
        |page: usize, part: usize| Ref::new(i32::try_from(6 + 2 * page + part).unwrap_or(i32::MAX));
    pdf.catalog(catalog).pages(tree).lang(TextStr(language));
    pdf.document_info(info).title(TextStr(title));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids((0..pages.len()).map(|page| place(page, 0))).count(count);
    for (font, name) in [(plain, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(font).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (at, content) in pages.iter().enumerate() {
        let mut page = pdf.page(place(at, 0));
        page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(place(at, 1));
        page.resources().fonts().pair(Name(b"Plain"), plain).pair(Name(b"Bold"), bold);
        page.finish();
        pdf.stream(place(at, 1), content);
    }
    pdf.finish()
}

/// A text in Windows-1252, blanks of all kinds as blanks and the true minus as a hyphen.
fn win_ansi(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match (c, SPECIAL.iter().position(|special| *special == c)) {
            ('\u{2212}', _) => out.push(b'-'),
            (c, _) if c.is_whitespace() => out.push(b' '),
            (c, _) if c.is_ascii() && !c.is_control() => out.push(c as u8),
            ('\u{a0}'..='\u{ff}', _) => out.push(u8::try_from(u32::from(c)).unwrap_or(b'?')),
            (_, Some(place)) => out.push(0x80 + u8::try_from(place).unwrap_or_default()),
            (c, None) => out.extend(characters::sepa(c.encode_utf8(&mut [0; 4]), 8).into_bytes()),
        }
    }
    out
}

/// What Windows-1252 has from 0x80 to 0x9f; blanks where it has nothing.
const SPECIAL: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// How wide characters from the blank to the tilde are, in thousandths of the size: Adobe's metrics of Helvetica.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

fn width(text: &[u8], size: f32) -> f32 {
    let of = |byte: &u8| {
        let place = usize::from(*byte).checked_sub(32);
        f32::from(place.and_then(|place| WIDTHS.get(place)).copied().unwrap_or(556))
    };
    text.iter().map(of).sum::<f32>() * size / 1000.0
}

/// A text cut, with dots, to the room it has.
fn fitted(mut text: Vec<u8>, room: f32) -> Vec<u8> {
    if width(&text, SIZE) <= room {
        return text;
    }
    while !text.is_empty() && width(&text, SIZE) > room - 10.0 {
        text.pop();
    }
    text.push(0x85);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_windows_1252_and_others_are_written_with_them() {
        assert_eq!(win_ansi("Zoë – 5\u{202f}€ \u{2212}1"), b"Zo\xeb \x96 5 \x80 -1");
        assert_eq!(win_ansi("Łódź Ω"), b"L\xf3dz O");
        assert_eq!(win_ansi("\u{0}\u{7f}"), b"..");
    }

    #[test]
    fn what_has_no_room_is_cut_with_dots() {
        let long = fitted(vec![b'm'; 100], 100.0);
        assert!(width(&long, SIZE) <= 100.0 && long.ends_with(b"\x85"));
        assert_eq!(fitted(b"short".to_vec(), 100.0), b"short");
    }
}
