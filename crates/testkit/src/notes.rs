//! Calls and answers as lines of text, for the histories in a report.

use std::fmt::Debug;

use fondaco_core::store::{
    Answer, Ask, Batch, Change, Commit, Key, Read, Refusal, Reply, Row, Rows, Scan, StoreError,
    Stored, Value,
};

/// How many rows of one change or reply are written out.
const ROWS: usize = 6;

fn listed(total: usize, mut shown: Vec<String>) -> String {
    if total > shown.len() {
        shown.push(format!("... {total} in all"));
    }
    shown.join(" ")
}

/// A row by its key and those of its other columns that are not null.
fn stored(row: &dyn Stored) -> String {
    let (table, values) = (row.table(), row.values());
    let (key, rest) = values.split_at(table.key.min(values.len()));
    let named = table.columns.iter().skip(table.key).zip(rest);
    let named = named.filter(|(_, value)| **value != Value::Null);
    let rest: Vec<String> =
        named.map(|(column, value)| format!("{}: {value:?}", column.name)).collect();
    let rest = if rest.is_empty() { String::new() } else { format!("{{{}}}", rest.join(", ")) };
    format!("{}{key:?}{rest}", table.name)
}

fn rows(rows: &dyn Rows) -> String {
    let shown = (0..rows.len()).filter_map(|at| rows.row(at)).take(ROWS).map(stored).collect();
    listed(rows.len(), shown)
}

fn change(change: &Change) -> String {
    match change {
        Change::Insert(inserted) => format!("insert {}", rows(inserted.as_ref())),
        Change::Put { row, seen } => format!("put {} over {seen}", stored(row.as_ref())),
        Change::Add { rows: deltas, floors } if floors.is_empty() => {
            format!("add {}", rows(deltas.as_ref()))
        }
        Change::Add { rows: deltas, floors } => {
            format!("add {} over {floors:?}", rows(deltas.as_ref()))
        }
        other => format!("{other:?}"),
    }
}

/// A batch, as it is given to `commit`.
pub(crate) fn batch(batch: &Batch) -> String {
    let mut parts = vec![format!("commit {} of {}:", batch.id, short(batch.company))];
    if batch.check {
        parts.push("check only;".into());
    }
    if !batch.seen.is_empty() {
        let seen = batch.seen.iter().map(|s| format!("{:?}@{}", s.key, s.version));
        parts.push(format!("seen {};", seen.collect::<Vec<_>>().join(" ")));
    }
    parts.extend(batch.changes.iter().map(|it| change(it) + ";"));
    parts.join(" ")
}

fn short(company: fondaco_core::CompanyId) -> String {
    format!("company {:X}", company.to_u128())
}

/// The answer to a commit.
pub(crate) fn committed(result: &Result<Commit, StoreError>) -> String {
    match result {
        Ok(commit) if commit.replayed => format!("replayed {}", commit.position),
        Ok(commit) => format!("position {}", commit.position),
        Err(StoreError::Refused(refusal)) => format!("refused: {}", refused(refusal)),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// All that was refused.
pub(crate) fn refused(refusal: &Refusal) -> String {
    let mut parts = Vec::new();
    parts.extend(refusal.moved.iter().map(|seen| format!("{:?} is at {}", seen.key, seen.version)));
    parts.extend(refusal.clashes.iter().map(|clash| {
        format!("{:?} clashes with {:?} in index {}", clash.wanted, clash.holder, clash.index)
    }));
    parts.extend(refusal.short.iter().map(|(key, row)| format!("{key:?} is short ({row:?})")));
    parts.extend(refusal.late.iter().map(|(series, date)| format!("{series} is at {date}")));
    parts.join(", ")
}

fn scan(scan: &Scan) -> String {
    let order = scan.index.and_then(|at| scan.table.indexes.get(at)).map_or("key", |it| it.name);
    let to = scan.to.as_ref().map_or("end".into(), |to| format!("{to:?}"));
    let way = if scan.backwards { " backwards" } else { "" };
    let limit =
        if scan.limit == usize::MAX { String::new() } else { format!(" limit {}", scan.limit) };
    format!("scan {} by {order} [{:?}..{to}]{way}{limit}", scan.table.name, scan.from)
}

fn ask(ask: &Ask) -> String {
    match ask {
        Ask::Command(id) => format!("command {id}"),
        Ask::Get(table, keys) => format!(
            "get {}",
            listed(
                keys.len(),
                keys.iter()
                    .take(ROWS)
                    .map(|bytes| format!("{:?}", Key { table, bytes: bytes.clone() }))
                    .collect()
            )
        ),
        Ask::Scan(it) => scan(it),
        Ask::Series(name) => format!("series {name}"),
        other => format!("{other:?}"),
    }
}

/// A read.
pub(crate) fn read(read: &Read) -> String {
    let asks: Vec<String> = read.asks.iter().map(ask).collect();
    format!("read {} {:?} {}", short(read.company), read.at, asks.join(", "))
}

fn reply(reply: &Reply) -> String {
    let row = |row: &Row| format!("{}@{}", stored(row.stored()), row.version);
    match reply {
        Reply::Got(rows) => {
            let shown = rows.iter().take(ROWS);
            listed(rows.len(), shown.map(|it| it.as_ref().map_or("none".into(), row)).collect())
        }
        Reply::Rows(rows) => {
            format!(
                "{} rows {}",
                rows.len(),
                listed(rows.len(), rows.iter().take(ROWS).map(row).collect())
            )
        }
        other => format!("{other:?}"),
    }
}

/// The answer to a read.
pub(crate) fn answered(result: &Result<Answer, StoreError>) -> String {
    match result {
        Ok(it) => {
            let replies: Vec<String> = it.replies.iter().map(reply).collect();
            format!("at {}: {}", it.at.position, replies.join(", "))
        }
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// Any other answer.
pub(crate) fn answer<T: Debug>(result: &Result<T, StoreError>) -> String {
    match result {
        Ok(it) => format!("{it:?}"),
        Err(error) => format!("{}: {error}", error.code()),
    }
}
