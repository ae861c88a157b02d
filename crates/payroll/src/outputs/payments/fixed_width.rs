//! Lines of fields that stand at fixed places: digits with zeros before them, texts with blanks after them.

/// One line in the making, of ASCII alone.
#[derive(Default)]
pub(super) struct Line {
    out: String,
}

impl Line {
    pub(super) fn new() -> Line {
        Line::default()
    }

    /// A text of a field's width: cut where it is longer, filled with blanks where it is shorter.
    pub(super) fn text(&mut self, width: usize, text: &str) -> &mut Line {
        let cut = text.get(..width).unwrap_or(text);
        self.out.push_str(cut);
        self.blanks(width.saturating_sub(cut.len()))
    }

    /// A number of a field's width, with zeros before it. Whoever writes it has seen to it that it fits.
    pub(super) fn number(&mut self, width: usize, number: impl TryInto<u64>) -> &mut Line {
        let number = number.try_into().unwrap_or(0);
        debug_assert!(number.checked_ilog10().is_none_or(|log| (log as usize) < width), "it fits");
        self.out.push_str(&format!("{number:0width$}"));
        self
    }

    pub(super) fn blanks(&mut self, count: usize) -> &mut Line {
        self.out.extend(std::iter::repeat_n(' ', count));
        self
    }

    /// Ends the line into a file.
    pub(super) fn end(&mut self, width: usize, file: &mut String) {
        debug_assert_eq!(self.out.len(), width, "{}", self.out);
        file.push_str(&self.out);
        file.push('\n');
        self.out.clear();
    }
}
