//! Layouts as text: one line a row, and what it takes under it.

use smol_str::SmolStr;

use super::take::{listed, picks, side_of, side_word};
use super::{Formula, Layout, LayoutError, LayoutRow, Measure, RowKind, RowUnit};
use crate::ledger::{AccountClass, Side};

/// Blanks of a level.
const INDENT: usize = 2;

/// Reads a layout, unchecked.
pub(super) fn read(text: &str) -> Result<Layout, LayoutError> {
    let mut reader = Reader { layout: nothing(), side: Side::Debit, has_measure: false };
    for (at, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        reader.line(content, indent).map_err(|why| LayoutError::Text { line: at + 1, why })?;
    }
    if !reader.has_measure {
        let why = format!("`measure` is missing: say {}", Measure::WORDS);
        return Err(LayoutError::Text { line: text.lines().count(), why });
    }
    Ok(reader.layout)
}

fn nothing() -> Layout {
    Layout {
        code: SmolStr::default(),
        languages: Vec::new(),
        titles: Vec::new(),
        source: None,
        measure: Measure::Closing,
        covers: Vec::new(),
        cash: Vec::new(),
        follows: Vec::new(),
        base: None,
        rows: Vec::new(),
    }
}

struct Reader {
    layout: Layout,
    /// What rows from here on are positive on.
    side: Side,
    has_measure: bool,
}

impl Reader {
    fn line(&mut self, content: &str, indent: usize) -> Result<(), String> {
        if let Some(formula) = content.strip_prefix('=') {
            let formula: Formula = formula.parse().map_err(said)?;
            let row = self.row()?;
            return match row.formula.replace(formula) {
                None => Ok(()),
                Some(_) => Err(format!("row {} has a formula already", row.code)),
            };
        }
        let (word, rest) = content.split_once(char::is_whitespace).unwrap_or((content, ""));
        let rest = rest.trim();
        match word {
            "layout" => self.layout.code = rest.into(),
            "language" => self.layout.languages = titles(rest),
            "title" => self.layout.titles = titles(rest),
            "source" => self.layout.source = Some(rest.into()),
            "measure" => {
                self.layout.measure = rest.parse()?;
                self.has_measure = true;
            }
            "covers" => self.layout.covers = classes(rest)?,
            "cash" => self.layout.cash = picks(rest)?,
            "follows" => self.layout.follows = picks(rest)?,
            "base" => self.layout.base = Some(rest.into()),
            "side" => {
                let side = side_of(rest);
                self.side =
                    side.ok_or_else(|| format!("{rest:?} is no side: say debit or credit"))?;
            }
            "takes" => {
                let take = rest.parse().map_err(said)?;
                self.row()?.takes.push(take);
            }
            "note" => self.row()?.note = titles(rest),
            "as" => self.row()?.unit = unit(rest)?,
            _ => return self.begin(content, indent),
        }
        Ok(())
    }

    fn row(&mut self) -> Result<&mut LayoutRow, String> {
        self.layout
            .rows
            .last_mut()
            .ok_or_else(|| "there is no row yet that it could belong to".to_owned())
    }

    /// A row: words of what it is, its code, a colon, its titles.
    fn begin(&mut self, content: &str, indent: usize) -> Result<(), String> {
        let (head, names) = content.split_once(':').ok_or_else(|| {
            format!("{content:?} is no row, which has a colon after its code, and begins with no known word")
        })?;
        let mut words = head.split_whitespace();
        let code = words.next_back().ok_or("a row has a code before its colon")?;
        let level = u8::try_from(indent / INDENT).ok().filter(|_| indent.is_multiple_of(INDENT));
        let level =
            level.ok_or_else(|| format!("{indent} blanks are no level: a level has {INDENT}"))?;
        let mut row = LayoutRow::new(code, titles(names), level, self.side);
        for word in words {
            row.mark(word)?;
        }
        self.layout.rows.push(row);
        Ok(())
    }
}

impl LayoutRow {
    fn new(code: &str, titles: Vec<SmolStr>, level: u8, positive: Side) -> LayoutRow {
        LayoutRow {
            code: code.into(),
            titles,
            level,
            kind: RowKind::Line,
            positive,
            takes: Vec::new(),
            formula: None,
            unit: RowUnit::Amount,
            memo: false,
            hidden: false,
            rare: false,
            check: false,
            chart: false,
            note: Vec::new(),
        }
    }

    fn mark(&mut self, word: &str) -> Result<(), String> {
        match word {
            "page" => self.kind = RowKind::Page,
            "heading" => self.kind = RowKind::Heading,
            "total" => self.kind = RowKind::Total,
            "memo" => self.memo = true,
            "hidden" => self.hidden = true,
            "rare" => self.rare = true,
            "check" => self.check = true,
            "chart" => self.chart = true,
            _ => {
                return Err(format!(
                    "{word:?} is not what a row is: say page, heading, total, memo, hidden, rare, check or chart"
                ));
            }
        }
        Ok(())
    }

    fn marks(&self) -> String {
        let kind = match self.kind {
            RowKind::Line => None,
            RowKind::Heading => Some("heading"),
            RowKind::Page => Some("page"),
            RowKind::Total => Some("total"),
        };
        let more = [
            self.memo.then_some("memo"),
            self.hidden.then_some("hidden"),
            self.rare.then_some("rare"),
            self.check.then_some("check"),
            self.chart.then_some("chart"),
        ];
        kind.into_iter().chain(more.into_iter().flatten()).map(|word| format!("{word} ")).collect()
    }
}

fn said(error: LayoutError) -> String {
    error.to_string()
}

fn titles(text: &str) -> Vec<SmolStr> {
    text.split('|').map(|title| title.trim().into()).collect()
}

fn classes(text: &str) -> Result<Vec<AccountClass>, String> {
    text.split(',').map(|name| by_name(name.trim())).collect()
}

fn by_name(name: &str) -> Result<AccountClass, String> {
    super::take::class_of(name).ok_or_else(|| {
        format!("{name:?} is no class: say asset, liability, equity, income or expense")
    })
}

fn unit(word: &str) -> Result<RowUnit, String> {
    match word {
        "amount" => Ok(RowUnit::Amount),
        "percent" => Ok(RowUnit::Percent),
        "number" => Ok(RowUnit::Number),
        _ => Err(format!("{word:?} is no way to show a figure: say amount, percent or number")),
    }
}

/// Writes a layout as [`read`] takes it.
pub(super) fn write(layout: &Layout) -> String {
    let mut out = String::new();
    let mut line = |indent: usize, text: &str| {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(text);
        out.push('\n');
    };
    line(0, &format!("layout    {}", layout.code));
    if !layout.languages.is_empty() {
        line(0, &format!("language  {}", joined(&layout.languages)));
    }
    line(0, &format!("title     {}", joined(&layout.titles)));
    if let Some(source) = &layout.source {
        line(0, &format!("source    {source}"));
    }
    line(0, &format!("measure   {}", layout.measure));
    if !layout.covers.is_empty() {
        let names = layout.covers.iter().map(|class| super::take::class_name(*class));
        line(0, &format!("covers    {}", names.collect::<Vec<_>>().join(", ")));
    }
    if !layout.cash.is_empty() {
        line(0, &format!("cash      {}", listed(&layout.cash)));
    }
    if !layout.follows.is_empty() {
        line(0, &format!("follows   {}", listed(&layout.follows)));
    }
    if let Some(base) = &layout.base {
        line(0, &format!("base      {base}"));
    }
    let mut side = None;
    for row in &layout.rows {
        if side != Some(row.positive) {
            side = Some(row.positive);
            line(0, &format!("side      {}", side_word(row.positive)));
        }
        let indent = INDENT * usize::from(row.level);
        line(indent, &format!("{}{}: {}", row.marks(), row.code, joined(&row.titles)));
        row.takes.iter().for_each(|take| line(indent + INDENT, &format!("takes {take}")));
        if let Some(formula) = &row.formula {
            line(indent + INDENT, &format!("= {formula}"));
        }
        match row.unit {
            RowUnit::Amount => {}
            RowUnit::Percent => line(indent + INDENT, "as percent"),
            RowUnit::Number => line(indent + INDENT, "as number"),
        }
        if !row.note.is_empty() {
            line(indent + INDENT, &format!("note {}", joined(&row.note)));
        }
    }
    out
}

fn joined(texts: &[SmolStr]) -> String {
    texts.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_can_t_be_read_is_named() {
        let head = "layout x\ntitle X\nmeasure closing\n";
        let why = |more: &str| Layout::parse(&format!("{head}{more}")).unwrap_err().to_string();
        assert_eq!(
            why("a: A\n  takes class debt\n"),
            "layout, line 5: \"class debt\" takes no accounts: debt is no class: say asset, liability, equity, income or \
             expense"
        );
        assert!(why("takes 1").contains("line 4: there is no row yet"));
        assert!(why("just words").contains("has a colon after its code"));
        assert!(why("bold a: A").contains("\"bold\" is not what a row is"));
        assert!(why("   a: A").contains("3 blanks are no level"));
        assert!(why("side left").contains("is no side"));
        assert!(why("a: A\n  as euro").contains("no way to show a figure"));
        assert!(why("a: A\n  = 1\n  = 2").contains("has a formula already"));
        let without = Layout::parse("layout x\ntitle X\na: A\n").unwrap_err().to_string();
        assert!(without.contains("`measure` is missing"), "{without}");
    }
}
