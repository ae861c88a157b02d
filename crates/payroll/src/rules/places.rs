//! Where in its file an error stands: the file is read once more, by a reader that keeps the place of everything.
//!
//! Only a file that is wrong pays for it. What rules are made of knows nothing of files, so that rules from JSON or from Rust are the same.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::RuleFile;
use crate::RuleError;
use crate::compile::{Fault, Part};
use crate::expr;

type Item<'t> = Spanned<DeValue<'t>>;

/// The parts of a file whose names formulas can say, by their keys.
const KINDS: [&str; 14] = [
    "choice",
    "input",
    "parameter",
    "table",
    "base",
    "accumulator",
    "list",
    "column",
    "claims",
    "claim",
    "formula",
    "withholding",
    "rule",
    "check",
];
/// The keys that formulas stand under.
const FORMULAS: [&str; 7] = ["formula", "condition", "wanted", "rank", "limit", "from", "keep"];
/// Those of a withholding.
const WITHHOLDING: [&str; 6] =
    ["wages", "tax", "periods", "period", "wages_to_date", "tax_to_date"];
/// What stands within something else of the file: of what, and under which key.
const NESTED: [(&str, &str, &str); 2] =
    [("column", "list", "columns"), ("claim", "claims", "each")];

/// Reads a file.
pub(super) fn read(text: &str) -> Result<RuleFile, RuleError> {
    toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let at = formula_error(text, &span).unwrap_or(span.start);
        let (line, column) = line_and_column(text, at);
        RuleError::BadFile { line, column, why: error.message().to_owned() }
    })
}

/// The errors with their places, in the file's order.
pub(super) fn placed(text: &str, faults: &[Fault]) -> Vec<RuleError> {
    let Ok(file) = DeTable::parse(text) else {
        return faults.iter().map(|fault| fault.error.clone()).collect();
    };
    let file = Places { text, file: file.into_inner() };
    let mut all: Vec<(usize, RuleError)> =
        faults.iter().map(|fault| (file.of(fault), fault.error.clone())).collect();
    all.sort_by_key(|(at, _)| *at);
    all.dedup();
    let said = all.into_iter().map(|(at, error)| {
        let (line, column) = line_and_column(text, at);
        RuleError::At { line, column, error: Box::new(error) }
    });
    said.collect()
}

struct Places<'t> {
    text: &'t str,
    file: DeTable<'t>,
}

impl<'t> Places<'t> {
    /// Where a fault stands, in bytes from the file's start.
    fn of(&self, fault: &Fault) -> usize {
        let (mut error, mut inside) = (&fault.error, None);
        while let RuleError::In { what, name, error: inner } = error {
            (error, inside) = (inner.as_ref(), Some((*what, name.as_str())));
        }
        let Some((what, name)) = inside else { return self.of_file(error) };
        // A withholding is a rule once it is read.
        let items = self.items(what).into_iter();
        let items =
            items.chain(if what == "rule" { self.items("withholding") } else { Vec::new() });
        let Some(item) = items.into_iter().find(|item| name_of(item) == Some(name)) else {
            return self.of_file(error);
        };
        let part = fault
            .part
            .as_ref()
            .filter(|_| matches!(what, "rule" | "check" | "formula" | "claim" | "claims"));
        part.and_then(|part| self.in_formula(item, part))
            .or_else(|| in_item(item, error))
            .unwrap_or_else(|| start_of(item))
    }

    /// What is wrong with the file as a whole: names that are no names, or are there twice, and circles.
    fn of_file(&self, error: &RuleError) -> usize {
        let found = match error {
            RuleError::BadName { name } => self.named(name).into_iter().min(),
            RuleError::NameTwice { name } => self.twice(name),
            RuleError::Cycle { path } => {
                path.split(" -> ").find_map(|name| self.named(name).into_iter().min())
            }
            _ => None,
        };
        found.unwrap_or(0)
    }

    /// Where the second of a name stands. Checks have names of their own, which formulas don't say.
    fn twice(&self, name: &str) -> Option<usize> {
        let is_check = |at: &usize| self.items("check").iter().any(|check| start_of(check) == *at);
        let (checks, others): (Vec<usize>, Vec<usize>) =
            self.named(name).into_iter().partition(is_check);
        if others.len() > 1 || checks.len() < 2 { others } else { checks }.into_iter().max()
    }

    /// Where everything of a name stands.
    fn named(&self, name: &str) -> Vec<usize> {
        let all = KINDS.iter().flat_map(|kind| self.items(kind));
        all.filter(|item| name_of(item) == Some(name)).map(start_of).collect()
    }

    fn items(&self, kind: &str) -> Vec<&Item<'t>> {
        items_of(&self.file, kind)
    }

    /// Where a part of a formula begins, of the version that reads so.
    fn in_formula(&self, rule: &Item<'t>, part: &Part) -> Option<usize> {
        let mut texts = Vec::new();
        FORMULAS.iter().for_each(|key| collect(rule, key, &mut texts));
        texts.sort_by_key(|text| text.span().start);
        texts.into_iter().find_map(|item| {
            let text = item.get_ref().as_str()?;
            let (formula, columns) = expr::placed(text).ok()?;
            let column = columns.get(part.index).filter(|_| formula == part.formula)?;
            Some(inside(self.text, &item.span(), text, *column))
        })
    }
}

/// Everything of a kind, in the file's order.
fn items_of<'i, 't>(file: &'i DeTable<'t>, kind: &str) -> Vec<&'i Item<'t>> {
    let under = |items: Option<&'i Item<'t>>| {
        let items = items.and_then(|items| items.get_ref().as_array());
        items.into_iter().flat_map(|items| items.iter())
    };
    match NESTED.iter().find(|(nested, ..)| *nested == kind) {
        Some((_, outer, key)) => under(file.get(*outer))
            .flat_map(|item| under(item.get_ref().as_table().and_then(|table| table.get(*key))))
            .collect(),
        None => under(file.get(kind)).collect(),
    }
}

/// Where in an input, a parameter, a table or a rule an error stands.
fn in_item(item: &Item<'_>, error: &RuleError) -> Option<usize> {
    let under = |key: &str| {
        let mut found = Vec::new();
        collect(item, key, &mut found);
        found.sort_by_key(|found| found.span().start);
        found
    };
    let first = |key: &str| under(key).first().map(|found| found.span().start);
    let starts = |text: &str| -> Vec<usize> {
        let all = scalars(item).into_iter();
        all.filter(|(said, _)| *said == text).map(|(_, at)| at).collect()
    };
    match error {
        RuleError::UnknownName { name, .. } | RuleError::UnknownType { name, .. } => {
            starts(name).into_iter().min()
        }
        RuleError::BadFigure { value, .. } => starts(value).into_iter().min(),
        RuleError::BadName { name } => starts(name).into_iter().min(),
        RuleError::NameTwice { name } => starts(name).into_iter().max(),
        RuleError::BadVersions { .. }
        | RuleError::NoVersion { .. }
        | RuleError::IncompleteCells { .. } => {
            first("values").or_else(|| first("versions")).or_else(|| first("formulas"))
        }
        RuleError::RowsOutOfOrder { row, from, .. } => rows(&under("rows"), *row, |row| {
            row.first().is_some_and(|figure| text_of(figure.get_ref()) == Some(from))
        }),
        RuleError::BadRow { row: 0, .. } => {
            let empty =
                |rows: &&&Item<'_>| rows.get_ref().as_array().is_some_and(|all| all.is_empty());
            under("rows").iter().find(empty).map(|rows| rows.span().start)
        }
        RuleError::BadRow { row, found, .. } => {
            rows(&under("rows"), *row, |row| row.len() == *found)
        }
        RuleError::BadRule { field: "when", why } => {
            let said = |when: &&&Item<'_>| {
                cases(when).iter().any(|case| why.starts_with(&format!("is [{case}],")))
            };
            under("when")
                .iter()
                .find(said)
                .map(|when| when.span().start)
                .or_else(|| first("values"))
        }
        RuleError::BadRule { field, .. } => first(field),
        RuleError::PayNotRounded { .. } | RuleError::WrongType { .. } => {
            first("formula").or_else(|| first("type")).or_else(|| first("of"))
        }
        _ => None,
    }
}

/// Where the row of a number begins, in the first table in which it is like that.
fn rows(tables: &[&Item<'_>], number: usize, is: impl Fn(&[Item<'_>]) -> bool) -> Option<usize> {
    tables.iter().find_map(|rows| {
        let row = rows.get_ref().as_array()?.get(number.checked_sub(1)?)?;
        let figures: Vec<Item<'_>> = row.get_ref().as_array()?.iter().cloned().collect();
        is(&figures).then(|| row.span().start)
    })
}

/// The cases that `when = ["A|B", "C"]` is for, as an error says them: `A, C` and `B, C`.
fn cases(when: &Item<'_>) -> Vec<String> {
    let values = when.get_ref().as_array().into_iter().flat_map(|values| values.iter());
    let values = values.filter_map(|value| value.get_ref().as_str());
    values.fold(Vec::new(), |cases: Vec<String>, value| {
        let next = value.split('|').map(str::trim);
        match cases.is_empty() {
            true => next.map(str::to_owned).collect(),
            false => next
                .flat_map(|next| cases.iter().map(move |case| format!("{case}, {next}")))
                .collect(),
        }
    })
}

/// Everything under a key, at whatever depth.
fn collect<'i, 't>(item: &'i Item<'t>, key: &str, found: &mut Vec<&'i Item<'t>>) {
    match item.get_ref() {
        DeValue::Table(table) => {
            for (name, value) in table.iter() {
                if name.get_ref() == key {
                    found.push(value);
                }
                collect(value, key, found);
            }
        }
        DeValue::Array(values) => values.iter().for_each(|value| collect(value, key, found)),
        _ => {}
    }
}

/// Every text, number and condition in it but its name, with its place.
fn scalars<'i>(item: &'i Item<'_>) -> Vec<(&'i str, usize)> {
    match item.get_ref() {
        DeValue::Table(table) => table.values().flat_map(scalars).collect(),
        DeValue::Array(values) => values.iter().flat_map(scalars).collect(),
        value => text_of(value).map(|text| (text, item.span().start)).into_iter().collect(),
    }
}

fn text_of<'v>(value: &'v DeValue<'_>) -> Option<&'v str> {
    match value {
        DeValue::String(text) => Some(text),
        DeValue::Integer(number) => Some(number.as_str()),
        DeValue::Boolean(true) => Some("true"),
        DeValue::Boolean(false) => Some("false"),
        _ => None,
    }
}

fn name_of<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    item.get_ref().as_table()?.get("name")?.get_ref().as_str()
}

/// Where the name of something stands, or it itself.
fn start_of(item: &Item<'_>) -> usize {
    let name = item.get_ref().as_table().and_then(|table| table.get("name"));
    name.map_or(item.span().start, |name| name.span().start)
}

/// Where in a file a formula stops being one, when what the file's reader stopped at is a formula.
fn formula_error(text: &str, span: &Range<usize>) -> Option<usize> {
    let file = DeTable::parse(text).ok()?.into_inner();
    let mut formulas = Vec::new();
    for kind in ["rule", "formula", "check", "claims", "withholding"] {
        for item in items_of(&file, kind) {
            let keys = FORMULAS.iter().chain(&WITHHOLDING);
            keys.for_each(|key| collect(item, key, &mut formulas));
        }
    }
    let formula = formulas.into_iter().find(|formula| formula.span() == *span)?;
    let said = formula.get_ref().as_str()?;
    match expr::placed(said) {
        Err(RuleError::BadFormula { column, .. }) => Some(inside(text, span, said, column)),
        _ => None,
    }
}

/// Where a character of a text stands that a file has in quotes, with escapes and over several lines.
fn inside(file: &str, span: &Range<usize>, text: &str, column: usize) -> usize {
    let raw = file.get(span.clone()).unwrap_or_default();
    let quote = raw.chars().next().unwrap_or('"');
    let long = raw.starts_with("\"\"\"") || raw.starts_with("'''");
    let mut at = if long { 3 } else { 1 };
    if long {
        let rest = raw.get(at..).unwrap_or_default();
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    for _ in text.chars().take(column.saturating_sub(1)) {
        at += length(raw.get(at..).unwrap_or_default(), quote == '"');
    }
    // A line that ends in a backslash goes on below.
    at += ended(raw.get(at..).unwrap_or_default(), quote == '"');
    span.start + at.min(raw.len())
}

/// How many bytes of a file the next character of a text takes.
fn length(raw: &str, escapes: bool) -> usize {
    let skipped = ended(raw, escapes);
    let rest = raw.get(skipped..).unwrap_or_default();
    let mut chars = rest.chars();
    let length = match (chars.next(), chars.next()) {
        (Some('\\'), Some(sign)) if escapes => match sign {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            sign => 1 + sign.len_utf8(),
        },
        (Some('\r'), Some('\n')) => 2,
        (Some(first), _) => first.len_utf8(),
        (None, _) => 0,
    };
    skipped + length
}

/// How long the end of a line is that goes on below, with the blanks there.
fn ended(raw: &str, escapes: bool) -> usize {
    let Some(rest) = raw.strip_prefix('\\').filter(|_| escapes) else { return 0 };
    let blanks = rest.len() - rest.trim_start().len();
    match rest.get(..blanks).is_some_and(|blanks| blanks.contains('\n')) {
        true => 1 + blanks,
        false => 0,
    }
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
