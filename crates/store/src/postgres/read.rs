//! Answers: rows by key, rows in order, receipts and series, all inside the caller's transaction.

use fondaco_core::store::{
    Answer, Ask, At, KeyBytes, KeyWriter, Read, Reply, Row, Scan, SeriesState, Snapshot, StoreError,
};
use postgres::types::ToSql;

use super::edge::Edge;
use super::error::{Outcome, damaged, misused};
use super::form::{Form, Forms};
use super::lane::{KeyLanes, cast};
use super::log::{self, Head};
use super::room::Room;
use super::row;
use super::schema;
use super::wire::Wire;
use crate::sql::quoted;

/// Answers all questions from what the transaction sees.
pub(super) async fn answer(wire: &mut impl Wire, room: &Room, read: &Read) -> Outcome<Answer> {
    let head = Head::of(wire, room, read.company).await?;
    answer_at(wire, room, read, head).await
}

/// The same where the head is known.
pub(super) async fn answer_at(
    wire: &mut impl Wire,
    room: &Room,
    read: &Read,
    head: Head,
) -> Outcome<Answer> {
    if read.at == At::Hold {
        // So begins whoever verifies the books.
        head.check(log::end(wire, room, &head, &[]).await?.newest)?;
    }
    let forms = room.forms();
    let mut replies = Vec::with_capacity(read.asks.len());
    for ask in &read.asks {
        replies.push(reply(wire, room, &forms, head.company, ask).await?);
    }
    Ok(Answer::new(Snapshot { position: head.position, hold: 0 }, replies))
}

async fn reply(
    wire: &mut impl Wire,
    room: &Room,
    forms: &Forms,
    company: i32,
    ask: &Ask,
) -> Outcome<Reply> {
    Ok(match ask {
        Ask::Command(id) => {
            Reply::Command(log::receipt(wire, room, company, *id).await?.map(Box::new))
        }
        Ask::Get(table, keys) => {
            let keys: Vec<&[u8]> = keys.iter().map(KeyBytes::as_slice).collect();
            Reply::Got(rows(wire, forms.get(table)?, company, &keys).await?)
        }
        Ask::Scan(wanted) => {
            Reply::Rows(scan(wire, forms.get(wanted.table)?, company, wanted).await?)
        }
        Ask::Series(name) => {
            let names = [name.clone()];
            let found = log::series(wire, room, company, &names).await?;
            Reply::Series(found.get(name).copied().unwrap_or(SeriesState::default()))
        }
        Ask::AllSeries => Reply::AllSeries(log::all_series(wire, room, company).await?),
        Ask::AllTables => Reply::AllTables(schema::used_tables(wire, room, company).await?),
        _ => return Err(StoreError::Unsupported { ask: "a question of a newer version" }.into()),
    })
}

fn key_lanes<'k>(form: &Form, keys: impl IntoIterator<Item = &'k [u8]>) -> Outcome<KeyLanes> {
    let mut lanes = KeyLanes::new(form.key_types());
    keys.into_iter().try_for_each(|key| lanes.push(key))?;
    Ok(lanes)
}

/// Company and keys as parameters.
pub(super) fn params<'p>(company: &'p i32, lanes: &'p KeyLanes) -> Vec<&'p (dyn ToSql + Sync)> {
    let mut out: Vec<&(dyn ToSql + Sync)> = vec![company];
    out.extend(lanes.lanes.iter().map(|lane| lane as &(dyn ToSql + Sync)));
    out
}

/// The rows with these keys, in their order.
pub(super) async fn rows(
    wire: &mut impl Wire,
    form: &Form,
    company: i32,
    keys: &[&[u8]],
) -> Outcome<Vec<Option<Row>>> {
    let mut out = vec![None; keys.len()];
    if keys.is_empty() {
        return Ok(out);
    }
    let lanes = key_lanes(form, keys.iter().copied())?;
    for found in &wire.query(&form.get, &params(&company, &lanes)).await? {
        let (row, next) = row_of(form, found)?;
        if let Some(place) = place(found, next)?.and_then(|at| out.get_mut(at)) {
            *place = Some(row);
        }
    }
    Ok(out)
}

/// The versions of the rows with these keys, in their order; 0 where there is none.
pub(super) async fn versions(
    wire: &mut impl Wire,
    form: &Form,
    company: i32,
    keys: &[&[u8]],
) -> Outcome<Vec<u64>> {
    let mut out = vec![0; keys.len()];
    if keys.is_empty() {
        return Ok(out);
    }
    let lanes = key_lanes(form, keys.iter().copied())?;
    for found in &wire.query(&form.versions, &params(&company, &lanes)).await? {
        if let Some(version) = place(found, 1)?.and_then(|at| out.get_mut(at)) {
            *version = found.try_get::<_, i64>(0)?.unsigned_abs();
        }
    }
    Ok(out)
}

/// The keys of the rows with these entries in an index, beside the entries' places.
pub(super) async fn holders(
    wire: &mut impl Wire,
    form: &Form,
    index: usize,
    company: i32,
    parts: &[&[u8]],
) -> Outcome<Vec<(usize, KeyBytes)>> {
    let sql = form.holders.get(index).ok_or_else(|| misused("an index that is not declared"))?;
    let mut lanes = KeyLanes::new(form.index_types(index));
    parts.iter().try_for_each(|part| lanes.push(part))?;
    let mut out = Vec::new();
    for found in &wire.query(sql, &params(&company, &lanes)).await? {
        if let Some(at) = place(found, form.table.key)? {
            out.push((at, key_of(form, found)?));
        }
    }
    Ok(out)
}

/// Which of the keys a row of the result belongs to: `WITH ORDINALITY` counts from 1.
fn place(row: &postgres::Row, at: usize) -> Outcome<Option<usize>> {
    let number: i64 = row.try_get(at)?;
    Ok(usize::try_from(number).ok().and_then(|number| number.checked_sub(1)))
}

/// A row of the result with the columns of `form.select`, and the column after them.
fn row_of(form: &Form, found: &postgres::Row) -> Outcome<(Row, usize)> {
    let (values, next) = row::values(found, form.table, 0)?;
    let version: i64 = found.try_get(next)?;
    Ok((Row::values(version.unsigned_abs(), form.table, values), next + 1))
}

fn key_of(form: &Form, found: &postgres::Row) -> Outcome<KeyBytes> {
    let mut out = KeyWriter::new();
    for (at, column) in form.table.key_columns().iter().enumerate() {
        let value = row::one(found, at, form.table, column)?;
        if !out.value(&value, column.ty) {
            return Err(damaged(format!("a key of {} can't be read", form.table.name)));
        }
    }
    Ok(out.to_key())
}

async fn scan(wire: &mut impl Wire, form: &Form, company: i32, scan: &Scan) -> Outcome<Vec<Row>> {
    if scan.index.is_some_and(|index| index >= form.table.indexes.len()) {
        return Err(misused("a scan by an index that is not declared"));
    }
    if scan.to.as_ref().is_some_and(|to| *to <= scan.from) || scan.limit == 0 {
        return Ok(Vec::new());
    }
    let types = form.table.order_types(scan.index);
    let from = Edge::new(&types, scan.from.as_slice());
    let to = scan.to.as_ref().map(|to| Edge::new(&types, to.as_slice()));
    let Some((sql, ends)) = ranged(form, scan, &from, to.as_ref()) else { return Ok(Vec::new()) };
    let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&company, &limit];
    params.extend(ends);
    let found = wire.query(&sql, &params).await?;
    found.iter().map(|row| Ok(row_of(form, row)?.0)).collect()
}

type Ends<'e> = Vec<&'e (dyn ToSql + Sync)>;

/// The statement of a scan, and what its ends are; `None` when nothing can be in the range.
fn ranged<'e>(
    form: &Form,
    scan: &Scan,
    from: &'e Edge,
    to: Option<&'e Edge>,
) -> Option<(String, Ends<'e>)> {
    if (from.after && from.cells.is_empty())
        || to.is_some_and(|to| to.cells.is_empty() && !to.after)
    {
        return None;
    }
    let order = form.order(scan.index);
    let types = form.table.order_types(scan.index);
    let mut sql =
        format!("SELECT {} FROM {} t WHERE t._company = $1::integer", form.select, form.name);
    for &at in scan.index.and_then(|i| form.table.indexes.get(i)).map_or(&[][..], |i| i.columns) {
        let column = form.table.columns.get(at)?;
        if column.nullable || column.personal {
            sql = sql + " AND t." + &quoted(column.name) + " IS NOT NULL";
        }
    }
    let mut ends: Ends<'e> = Vec::new();
    let mut limit = |edge: &'e Edge, operator: &str| {
        if edge.cells.is_empty() {
            return;
        }
        let place = |(at, ty): (usize, _)| format!("${}::{}", 3 + ends.len() + at, cast(ty));
        let count = edge.cells.len();
        let places: Vec<String> =
            types.iter().take(count).copied().enumerate().map(place).collect();
        let columns = order.get(..count).unwrap_or_default().join(", ");
        sql = format!("{sql} AND ({columns}) {operator} ({})", places.join(", "));
        ends.extend(edge.cells.iter().map(|cell| cell as &(dyn ToSql + Sync)));
    };
    limit(from, if from.after { ">" } else { ">=" });
    if let Some(to) = to {
        limit(to, if to.after { "<=" } else { "<" });
    }
    let direction = if scan.backwards { " DESC" } else { "" };
    let order: Vec<String> = order.iter().map(|column| format!("{column}{direction}")).collect();
    // The company too: so the order is that of the index, whole.
    sql = format!("{sql} ORDER BY t._company{direction}, {} LIMIT $2::bigint", order.join(", "));
    Some((sql, ends))
}
