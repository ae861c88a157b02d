//! Answers: rows by key, rows in order, receipts and series, all inside the caller's transaction.

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Ask, At, Key, KeyBytes, Kind, Read, Reply, Row, Scan, StoreError, Sums, Table, Value, Within,
};
use rusqlite::{CachedStatement, Connection};
use smol_str::SmolStr;

use super::cache::{Cache, Kept};
use super::error::{Outcome, damaged};
use super::form::{Form, Forms, Place};
use super::log::{self, Head};
use super::{bind, counter, runs};
use crate::part::{self, Edge, Part};
use crate::sql::quoted;

/// The position that the answers are of, and the answers.
pub(super) fn answer(
    conn: &Connection,
    forms: &Forms,
    cache: Option<&Cache>,
    read: &Read,
) -> Outcome<(u64, Vec<Reply>)> {
    let head = Head::of(conn, read.company)?;
    if read.at == At::Hold {
        // So begins whoever verifies the books.
        head.check(conn)?;
    }
    let cache = cache.map(|cache| (cache, read.company));
    let mut last = None;
    let replies = read.asks.iter().map(|ask| match ask {
        Ask::Scan(scan) => scanned(conn, forms, cache, &head, (scan, &mut last)).map(Reply::Rows),
        _ => reply(conn, forms, cache, &head, ask),
    });
    let replies = replies.collect::<Outcome<_>>()?;
    Ok((head.position, replies))
}

/// The rows of a scan. `last` is the index as runs that the scan before it read.
fn scanned<'c>(
    conn: &'c Connection,
    forms: &'c Forms,
    cache: Option<(&'c Cache, CompanyId)>,
    head: &Head,
    (wanted, last): (&Scan, &mut Option<runs::Reader<'c>>),
) -> Outcome<Vec<Row>> {
    let form = forms.get(wanted.table)?;
    let place = wanted.index.map(|at| (at, form.indexes.get(at).map(|index| index.place)));
    let rows = match place {
        Some((_, None)) => {
            let why = "a scan by an index that is not declared".into();
            return Err(StoreError::Misused(why).into());
        }
        Some((at, Some(Place::Runs(index)))) => {
            if last.as_ref().is_none_or(|reader| !reader.is_of(index)) {
                // What the one before remembers of pages is there for the next.
                *last = None;
                let pages = cache.map(|(cache, _)| &cache.pages);
                *last = Some(runs::Reader::new(conn, (form, at), head.company, index, pages)?);
            }
            match last {
                Some(reader) => reader.scan(wanted)?,
                None => Vec::new(),
            }
        }
        _ => scan(conn, form, head.company, wanted)?,
    };
    in_range(wanted, rows)
}

fn reply(
    conn: &Connection,
    forms: &Forms,
    cache: Option<(&Cache, CompanyId)>,
    head: &Head,
    ask: &Ask,
) -> Outcome<Reply> {
    let company = head.company;
    Ok(match ask {
        Ask::Command(id) => Reply::Command(log::receipt(conn, company, *id)?.map(Box::new)),
        Ask::Get(table, keys) => {
            let getter = Getter::new(conn, forms.get(table)?, company)?;
            let kept = cache.filter(|_| table.kind != Kind::Fact);
            Reply::Got(match kept {
                Some((cache, of)) => get_kept(getter, cache, of, head.position, keys)?,
                None => get_all(getter, keys)?,
            })
        }
        Ask::Sums(wanted) => Reply::Rows(sums(conn, forms.get(wanted.table)?, company, wanted)?),
        Ask::Series(series) => Reply::Series(log::series(conn, company, series)?),
        Ask::AllSeries => Reply::AllSeries(log::all_series(conn, company)?),
        Ask::AllTables => Reply::AllTables(all_tables(conn, company)?),
        _ => return Err(StoreError::Unsupported { ask: "a question of a newer version" }.into()),
    })
}

/// The tables in which a company has rows, in order of name.
fn all_tables(conn: &Connection, company: i64) -> Outcome<Vec<SmolStr>> {
    let mut names = conn.prepare_cached("SELECT name FROM fondaco_table ORDER BY name")?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?;
    let mut used = Vec::new();
    for name in names {
        let name = name?;
        let any = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE _company = ?1)", quoted(&name));
        if conn.query_row(&any, [company], |row| row.get(0))? {
            used.push(name.into());
        }
    }
    Ok(used)
}

/// That the last row lies in the range: whoever reads page by page goes on after it, and must come forward.
fn in_range(scan: &Scan, rows: Vec<Row>) -> Outcome<Vec<Row>> {
    let Some(last) = rows.last() else { return Ok(rows) };
    let within = last
        .order(scan.index)
        .is_some_and(|place| place >= scan.from && scan.to.as_ref().is_none_or(|to| place < *to));
    if within {
        return Ok(rows);
    }
    let why = format!("{:?} is not where an index says that it is: verify the books", last.key());
    Err(damaged(why))
}

fn get_all(mut getter: Getter<'_>, keys: &[KeyBytes]) -> Outcome<Vec<Option<Row>>> {
    let row = |key: &KeyBytes| Ok(getter.get(key.as_slice())?.map(|kept| kept.row));
    keys.iter().map(row).collect()
}

/// Gets rows from the cache, the others from SQLite, and keeps those.
fn get_kept(
    mut getter: Getter<'_>,
    cache: &Cache,
    company: CompanyId,
    position: u64,
    keys: &[KeyBytes],
) -> Outcome<Vec<Option<Row>>> {
    let table = getter.form.table;
    let key = |bytes: &KeyBytes| Key { table, bytes: bytes.clone() };
    let kept = cache.read(company, position, |shelf| {
        keys.iter().map(|bytes| shelf.get(&key(bytes)).map(|slot| slot.kept().row)).collect()
    });
    let mut rows: Vec<Option<Row>> = kept.unwrap_or_else(|| vec![None; keys.len()]);
    let mut fresh = Vec::new();
    for (row, bytes) in rows.iter_mut().zip(keys).filter(|(row, _)| row.is_none()) {
        if let Some(found) = getter.get(bytes.as_slice())? {
            *row = Some(found.row.clone());
            fresh.push((key(bytes), found));
        }
    }
    if !fresh.is_empty() {
        cache.keep(company, position, fresh);
    }
    Ok(rows)
}

/// Gets rows of one table one after another.
pub(super) struct Getter<'c> {
    statement: CachedStatement<'c>,
    form: &'c Form,
}

impl<'c> Getter<'c> {
    pub(super) fn new(conn: &'c Connection, form: &'c Form, company: i64) -> Outcome<Getter<'c>> {
        let mut statement = conn.prepare_cached(&form.get)?;
        statement.raw_bind_parameter(1, company)?;
        Ok(Getter { statement, form })
    }

    pub(super) fn get(&mut self, key: &[u8]) -> Outcome<Option<Kept>> {
        bind_parts(&mut self.statement, &part::parts(self.form.key_types(), key)?, 2)?;
        let mut rows = self.statement.raw_query();
        rows.next()?.map(|row| kept_of(self.form, row)).transpose()
    }

    /// A row that an index says is there.
    pub(super) fn must_get(&mut self, key: &[u8]) -> Outcome<Row> {
        let name = self.form.table.name;
        self.get(key)?.map(|kept| kept.row).ok_or_else(|| {
            damaged(format!("an index of {name} names a row that is gone: verify the books"))
        })
    }
}

/// The row that a statement with the columns of `form.select` stands on.
pub(super) fn row_of(form: &Form, row: &rusqlite::Row<'_>) -> Outcome<Row> {
    Ok(kept_of(form, row)?.row)
}

/// The row as the record that it is, if it is one, and the SQL column after it.
fn record_of(table: &'static Table, row: &rusqlite::Row<'_>) -> Option<(Row, usize)> {
    let mut columns = bind::Columns::new(row, table);
    let record = table.decode?.row(&mut columns).ok()?;
    let next = columns.end(record.as_ref())?;
    Some((Row::one(version(row, next).ok()?, record), next))
}

fn version(row: &rusqlite::Row<'_>, at: usize) -> Outcome<u64> {
    Ok(row.get::<_, i64>(at)?.unsigned_abs())
}

fn kept_of(form: &Form, row: &rusqlite::Row<'_>) -> Outcome<Kept> {
    let (found, next) = match record_of(form.table, row) {
        Some(found) => found,
        None => {
            let (values, next) = bind::values(row, form.table, 0)?;
            (Row::values(version(row, next)?, form.table, values), next)
        }
    };
    if form.table.kind != Kind::Counter {
        return Ok(Kept { row: found, place: 0 });
    }
    counter::check(row.get(next + 2)?, &found, row.get(next + 3)?)?;
    Ok(Kept { row: found, place: row.get(next + 1)? })
}

/// Binds the parts of a key from parameter `first` on.
pub(super) fn bind_parts(
    statement: &mut rusqlite::Statement<'_>,
    parts: &[Part<'_>],
    first: usize,
) -> Outcome<()> {
    for (at, part) in parts.iter().enumerate() {
        statement.raw_bind_parameter(first + at, part)?;
    }
    Ok(())
}

/// A scan by the primary key or by an ordinary index.
fn scan(conn: &Connection, form: &Form, company: i64, scan: &Scan) -> Outcome<Vec<Row>> {
    let types = form.table.order_types(scan.index);
    let from = Edge::new(&types, scan.from.as_slice());
    let to = scan.to.as_ref().map(|to| Edge::new(&types, to.as_slice()));
    if scan.to.as_ref().is_some_and(|to| *to <= scan.from) || scan.limit == 0 {
        return Ok(Vec::new());
    }
    let whole = scan.index.is_none() && scan.from.as_slice().is_empty() && to.is_none();
    if form.table.kind == Kind::Counter && whole && scan.limit >= MANY {
        compare_keys(conn, form, company)?;
    }
    let (sql, parts) = match ranged(form, scan, &from, to.as_ref()) {
        Some(ranged) => ranged,
        None => return Ok(Vec::new()),
    };
    let mut statement = conn.prepare_cached(&sql)?;
    statement.raw_bind_parameter(1, company)?;
    statement.raw_bind_parameter(2, i64::try_from(scan.limit).unwrap_or(i64::MAX))?;
    for (at, part) in parts.into_iter().enumerate() {
        statement.raw_bind_parameter(3 + at, part)?;
    }
    let mut rows = statement.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(row_of(form, row)?);
    }
    Ok(out)
}

/// What counters come to. SQL could add them up, but not see that each is as it was written; so they are read one by one, as
/// they lie in the table, which takes half the time of reading them in order.
fn sums(conn: &Connection, form: &Form, company: i64, wanted: &Sums) -> Outcome<Vec<Row>> {
    let mut adder = wanted.adder()?;
    compare_keys(conn, form, company)?;
    let mut sql = format!(
        "SELECT {} FROM {} NOT INDEXED WHERE _company = ?1",
        form.select,
        quoted(form.table.name)
    );
    let mut ends = Vec::new();
    let column = |within: &Within| form.table.columns.get(within.column);
    if let Some((within, column)) = wanted.within.as_ref().and_then(|it| Some((it, column(it)?))) {
        sql = format!("{sql} AND {} BETWEEN ?2 AND ?3", quoted(column.name));
        for end in [&within.from, &within.through] {
            ends.extend(part::parts([column.ty], end.as_slice())?);
        }
    }
    let mut statement = conn.prepare_cached(&sql)?;
    statement.raw_bind_parameter(1, company)?;
    bind_parts(&mut statement, &ends, 2)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let row = row_of(form, row)?;
        adder.add(row.version, row.stored())?;
    }
    Ok(adder.into_rows())
}

/// So many rows are a table's, and not its first few.
const MANY: usize = 1000;

/// That the index of a table of counters by their key has all of them, and each once: a scan in order of key goes by it, and
/// does not see what it lacks. Who reads all of the table, as whoever verifies the books does, can wait for that.
fn compare_keys(conn: &Connection, form: &Form, company: i64) -> Outcome<()> {
    let (name, index) = (quoted(form.table.name), key_index(form.table));
    let count = |by: &str| {
        format!(
            "(SELECT count(*) || ' ' || coalesce(sum(_row), 0) FROM {name} {by} WHERE _company = ?1)"
        )
    };
    let (rows, entries) = (count("NOT INDEXED"), count(&format!("INDEXED BY {index}")));
    let same = format!("SELECT {rows} = {entries}");
    match conn.prepare_cached(&same)?.query_row([company], |row| row.get(0))? {
        true => Ok(()),
        false => Err(damaged(format!(
            "the keys of {} do not have its rows: Sqlite::rebuild_indexes fills them anew",
            form.table.name
        ))),
    }
}

/// What SQLite calls the index of a table's only UNIQUE constraint.
fn key_index(table: &Table) -> String {
    quoted(&format!("sqlite_autoindex_{}_1", table.name))
}

/// The statement of a scan, and what its ends are; `None` when nothing can be in the range.
fn ranged<'e>(
    form: &Form,
    scan: &Scan,
    from: &'e Edge<'e>,
    to: Option<&'e Edge<'e>>,
) -> Option<(String, Vec<&'e Part<'e>>)> {
    let order = form.order(scan.index);
    let mut sql = format!("SELECT {} FROM {}", form.select, quoted(form.table.name));
    if let Some(index) = scan.index {
        sql = sql + " INDEXED BY " + &form.indexes.get(index)?.name;
    }
    sql.push_str(" WHERE _company = ?1");
    for &column in scan.index.and_then(|i| form.table.indexes.get(i)).map_or(&[][..], |i| i.columns)
    {
        let column = form.table.columns.get(column)?;
        if column.nullable || column.personal {
            sql = sql + " AND " + &quoted(column.name) + " IS NOT NULL";
        }
    }
    let mut parts = Vec::new();
    if from.after && from.parts.is_empty() {
        return None;
    }
    let mut limit = |edge: &'e Edge<'e>, operator: &str, sql: &mut String| {
        let count = edge.parts.len();
        if count == 0 {
            return;
        }
        let places: Vec<String> =
            (0..count).map(|at| format!("?{}", 3 + parts.len() + at)).collect();
        let columns = order.get(..count).unwrap_or_default().join(", ");
        *sql = format!("{sql} AND ({columns}) {operator} ({})", places.join(", "));
        parts.extend(&edge.parts);
    };
    limit(from, if from.after { ">" } else { ">=" }, &mut sql);
    if let Some(to) = to {
        if to.parts.is_empty() && !to.after {
            return None;
        }
        limit(to, if to.after { "<=" } else { "<" }, &mut sql);
    }
    let direction = if scan.backwards { " DESC" } else { "" };
    let order: Vec<String> = order.iter().map(|column| format!("{column}{direction}")).collect();
    sql = sql + " ORDER BY " + &order.join(", ") + " LIMIT ?2";
    Some((sql, parts))
}

/// Every row of a company in a table, in order of its key.
pub(super) fn each(
    conn: &Connection,
    form: &Form,
    company: i64,
    mut each: impl FnMut(&Row) -> Outcome<()>,
) -> Outcome<()> {
    let sql =
        format!("SELECT {} FROM {} WHERE _company = ?1", form.select, quoted(form.table.name));
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([company])?;
    while let Some(row) = rows.next()? {
        each(&row_of(form, row)?)?;
    }
    Ok(())
}

/// The version of a row; 0 when there is none.
pub(super) struct Versions<'c> {
    statement: CachedStatement<'c>,
    form: &'c Form,
}

impl<'c> Versions<'c> {
    pub(super) fn new(conn: &'c Connection, form: &'c Form, company: i64) -> Outcome<Versions<'c>> {
        let mut statement = conn.prepare_cached(&form.version)?;
        statement.raw_bind_parameter(1, company)?;
        Ok(Versions { statement, form })
    }

    pub(super) fn of(&mut self, key: &[u8]) -> Outcome<u64> {
        bind_parts(&mut self.statement, &part::parts(self.form.key_types(), key)?, 2)?;
        let mut rows = self.statement.raw_query();
        match rows.next()? {
            Some(row) => Ok(row.get::<_, i64>(0)?.unsigned_abs()),
            None => Ok(0),
        }
    }
}

/// The primary key of the row that a statement with the key's columns stands on, as bytes.
pub(super) fn key_of(form: &Form, row: &rusqlite::Row<'_>) -> Outcome<KeyBytes> {
    let mut out = fondaco_core::store::KeyWriter::new();
    for (at, column) in form.table.key_columns().iter().enumerate() {
        let value: Value = bind::one(row, at, form.table, column)?;
        if !out.value(&value, column.ty) {
            return Err(damaged(format!("a key of {} can't be read", form.table.name)));
        }
    }
    Ok(out.to_key())
}
