//! The view beside each table, for people: company and ids as UUIDs, dates, instants and decimals as text.
//!
//! Text of decimals is exact but is no number: SQLite would add it as floats, without a word. So a decimal `amount` of `n` digits is in
//! the view as `amount_text`, to be read, and as `amount_units`, the integer that is stored, in units of `10^-n`, to be added; there is
//! no `amount`, so that who sums it without thinking is told.
//!
//! The company and the version of the row are `company` and `version`; where a table has a column of that name, which keeps it, they are
//! `_company` and `_version`.

use std::fmt::Write;

use fondaco_core::store::{Column, Table, Type};

use crate::sql::{free_in_view, own_in_view, quoted};

/// The name of the view in SQL.
pub(super) fn name(table: &Table) -> String {
    quoted(&format!("{}_view", table.name))
}

/// The statement that creates the view.
pub(super) fn create(table: &Table) -> String {
    let (company, version) = (own_in_view(table, "company"), own_in_view(table, "version"));
    let mut out = format!("CREATE VIEW {} AS SELECT {} AS {company}", name(table), uuid("c.id"));
    for column in table.columns {
        if let Type::Decimal { .. } = column.ty {
            let [text, units] = ["text", "units"].map(|what| beside(table, column, what));
            let _ =
                write!(out, ", {} AS {text}, t.{} AS {units}", shown(column), quoted(column.name));
        } else {
            let _ = write!(out, ", {} AS {}", shown(column), quoted(column.name));
        }
    }
    let _ = write!(
        out,
        ", t._version AS {version} FROM {} t JOIN fondaco_company c ON c.company = t._company",
        quoted(table.name)
    );
    out
}

/// A name in the view that no column of the table has: `amount_text`.
fn beside(table: &Table, column: &Column, what: &str) -> String {
    free_in_view(table, format!("{}_{what}", column.name))
}

fn shown(column: &Column) -> String {
    let stored = format!("t.{}", quoted(column.name));
    match column.ty {
        Type::Decimal { digits } => decimal(&stored, digits),
        Type::Date => format!("date({stored} * 86400, 'unixepoch')"),
        Type::Instant => instant(&stored),
        Type::Id => uuid(&stored),
        _ => stored,
    }
}

/// Sign, whole units, point, the rest. Negated after the division, for the least integer has no opposite.
fn decimal(units: &str, digits: u8) -> String {
    if digits == 0 {
        return format!("CAST({units} AS TEXT)");
    }
    let one = 10i64.pow(u32::from(digits.min(18)));
    let digits = format!("%0{digits}d");
    format!(
        "CASE WHEN {units} < 0 \
         THEN '-' || (-({units} / {one})) || '.' || printf('{digits}', -({units} % {one})) \
         ELSE ({units} / {one}) || '.' || printf('{digits}', {units} % {one}) END"
    )
}

/// RFC 3339 in UTC, to the microsecond. The remainder is made positive, so that the second is the one before.
fn instant(micros: &str) -> String {
    let rest = format!("((({micros} % 1000000) + 1000000) % 1000000)");
    format!(
        "strftime('%Y-%m-%dT%H:%M:%S', ({micros} - {rest}) / 1000000, 'unixepoch') \
         || printf('.%06dZ', {rest})"
    )
}

fn uuid(id: &str) -> String {
    let hex = format!("lower(hex({id}))");
    let group = |from, count| format!("substr({hex}, {from}, {count})");
    let groups = [group(1, 8), group(9, 4), group(13, 4), group(17, 4), group(21, 12)];
    format!("CASE WHEN {id} IS NOT NULL THEN {} END", groups.join(" || '-' || "))
}
