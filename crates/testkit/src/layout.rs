//! A table as text: what an engine's tests compare with what it was, for files that people have are in these layouts.

use std::fmt::Write;

use fondaco_core::store::{Column, Table};

/// A table's layout as text: its kind, columns, key, indexes and guards, a line each. A test that compares it with a text in
/// its source fails whenever a layout changes, so that nobody changes one without a higher `layout`, a nullable column
/// with its `since`, and an upgrade.
///
/// ```
/// use fondaco_core::store::Record;
///
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "shelf", kind = state, key(number), index(by_label(label), unique))]
/// struct Shelf { number: i64, label: Option<smol_str::SmolStr> }
///
/// assert_eq!(
///     fondaco_testkit::layout(Shelf::TABLE),
///     "shelf: State, layout 1\n  number: I64\n  label: Text, nullable\n  key (number)\n  index by_label (label), unique\n",
/// );
/// ```
pub fn layout(table: &Table) -> String {
    let Table { name, kind, layout, columns, key, indexes, guards, .. } = table;
    let names = |at: &mut dyn Iterator<Item = usize>| {
        let names: Vec<&str> = at.filter_map(|at| Some(columns.get(at)?.name)).collect();
        names.join(", ")
    };
    let mut text = format!("{name}: {kind:?}, layout {layout}\n");
    for Column { name, ty, nullable, personal, since } in *columns {
        text += &format!("  {name}: {ty:?}");
        text += if *nullable { ", nullable" } else { "" };
        text += if *personal { ", personal" } else { "" };
        text += &if *since == 1 { String::new() } else { format!(", since {since}") };
        text += "\n";
    }
    let mut line = |what: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "  {what}"); // a text can always be written to
    };
    line(format_args!("key ({})", names(&mut (0..*key))));
    for index in *indexes {
        let unique = if index.unique { ", unique" } else { "" };
        let columns = names(&mut index.columns.iter().copied());
        line(format_args!("index {} ({columns}){unique}", index.name));
    }
    for guard in *guards {
        let columns = names(&mut guard.columns.iter().copied());
        line(format_args!("guard {} ({columns})", guard.name));
    }
    text
}
