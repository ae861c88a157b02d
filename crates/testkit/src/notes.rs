//! Calls and answers as lines of text, for the histories in a report.

use fondaco_core::CommandId;
use fondaco_core::store::{
    Answer, Ask, Batch, Change, Commit, FeedFrom, Floor, Key, Least, Prepared, Read, Refusal,
    Reply, Row, Rows, Scan, StoreError, Stored, Table, Value,
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
            let table = deltas.table();
            let floors: Vec<String> = floors.iter().map(|it| floor(table, it)).collect();
            format!("add {} while {}", rows(deltas.as_ref()), floors.join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// `+ on_hand - reserved >= 0`
fn floor(table: &Table, floor: &Floor) -> String {
    let name = |column: usize| table.columns.get(column).map_or("?", |column| column.name);
    let term = |(column, sign): &(usize, i8)| {
        format!("{} {}", if *sign < 0 { "-" } else { "+" }, name(*column))
    };
    let terms: Vec<String> = floor.terms.iter().map(term).collect();
    let min = match &floor.min {
        Least::Of(min) => min.to_string(),
        Least::Each(mins) => {
            let one = |min: &Option<i64>| min.map_or_else(|| "-".into(), |min| min.to_string());
            let shown: Vec<String> = mins.iter().take(ROWS).map(one).collect();
            format!("each of {}", listed(mins.len(), shown))
        }
    };
    format!("{} >= {min}", terms.join(" "))
}

/// A command; the suite's own have small numbers.
fn command(id: CommandId) -> String {
    match u64::try_from(id.to_u128()) {
        Ok(number) => format!("#{number}"),
        Err(_) => id.to_string(),
    }
}

/// A batch, as it is given to `commit`.
fn batch(batch: &Batch) -> String {
    let mut parts = vec![format!("commit {} of {}:", command(batch.id), short(batch.company))];
    if batch.at.position > 0 {
        parts.push(format!("decided at {};", batch.at.position));
    }
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
fn committed(result: &Result<Commit, StoreError>) -> String {
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
        Ask::Command(id) => format!("command {}", command(*id)),
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
fn read(read: &Read) -> String {
    let asks: Vec<String> = read.asks.iter().map(ask).collect();
    format!("read {} {:?} {}", short(read.company), read.at, asks.join(", "))
}

/// A row with its version.
pub(crate) fn row(row: &Row) -> String {
    format!("{}@{}", stored(row.stored()), row.version)
}

/// Rows, and keys without one.
pub(crate) fn rows_found(rows: &[Option<Row>]) -> String {
    let shown = rows.iter().take(ROWS).map(|it| it.as_ref().map_or("none".into(), row));
    if rows.is_empty() { "no rows".into() } else { listed(rows.len(), shown.collect()) }
}

fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Got(rows) => rows_found(rows),
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
fn answered(result: &Result<Answer, StoreError>) -> String {
    match result {
        Ok(it) => {
            let replies: Vec<String> = it.replies.iter().map(reply).collect();
            format!("at {}: {}", it.at.position, replies.join(", "))
        }
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// A batch with its answer.
pub(crate) fn tried(batch: &Batch, result: &Result<Commit, StoreError>) -> String {
    format!("{} -> {}", self::batch(batch), committed(result))
}

/// A read with its answer.
pub(crate) fn looked(read: &Read, result: &Result<Answer, StoreError>) -> String {
    format!("{} -> {}", self::read(read), answered(result))
}

/// A preparation with its answer.
pub(crate) fn prepared(tables: &[&'static Table], result: &Result<Prepared, StoreError>) -> String {
    let names: Vec<String> =
        tables.iter().map(|table| format!("{} {}", table.name, table.layout)).collect();
    let answer = match result {
        Ok(done) if done.created.len() + done.upgraded.len() == 0 => "nothing to do".into(),
        Ok(done) => {
            format!("created {}, upgraded {}", done.created.len(), done.upgraded.len())
        }
        Err(error) => format!("{}: {error}", error.code()),
    };
    format!("prepare {} -> {answer}", names.join(", "))
}

/// A feed with its answer.
pub(crate) fn fed(from: &FeedFrom, result: &Result<Vec<Commit>, StoreError>) -> String {
    let answer = match result {
        Ok(commits) => {
            let shown =
                commits.iter().take(ROWS).map(|it| format!("{} ({})", it.position, command(it.id)));
            format!("commits {}", listed(commits.len(), shown.collect()))
        }
        Err(error) => format!("{}: {error}", error.code()),
    };
    let limit =
        if from.limit == usize::MAX { String::new() } else { format!(" limit {}", from.limit) };
    format!("feed {} after {}{limit} -> {answer}", short(from.company), from.after)
}

/// Those parts of two commits that differ, of the first and of the second.
pub(crate) fn apart(a: &Commit, b: &Commit) -> (String, String) {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for ((name, a), (_, b)) in parts(a).into_iter().zip(parts(b)) {
        if a != b {
            first.push(format!("{name} {a}"));
            second.push(format!("{name} {b}"));
        }
    }
    (first.join(", "), second.join(", "))
}

fn parts(commit: &Commit) -> Vec<(&'static str, String)> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let salt = commit.salt.map_or("forgotten".into(), |salt| hex(&salt));
    let mut parts = vec![
        ("position", commit.position.to_string()),
        ("command", command(commit.id)),
        ("replayed", commit.replayed.to_string()),
        ("digest", hex(&commit.digest)),
        ("salt", salt),
        ("actor", commit.meta.actor.to_string()),
        ("time", commit.meta.time.to_string()),
        ("events", format!("{:?}", commit.events)),
        ("answer", format!("{:?}", commit.answer)),
        ("sealed", commit.seal.is_some().to_string()),
    ];
    if let Some(seal) = &commit.seal {
        let states = seal.states.iter().map(|it| (&it.table, hex(&it.hash), it.deleted));
        parts.push(("states", format!("{:?}", states.collect::<Vec<_>>())));
        parts.push(("root", hex(&seal.root)));
        parts.push(("content", hex(&seal.content)));
        parts.push(("link", hex(&seal.link)));
    }
    parts
}
