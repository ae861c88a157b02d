//! Answers: rows by key, rows in order, receipts and series, all inside the caller's transaction.

use fondaco_core::store::{
    Answer, Ask, At, KeyBytes, KeyWriter, Read, Reply, Row, Scan, SeriesState, Snapshot,
    StoreError, Sums, Within,
};
use smol_str::SmolStr;

use super::edge::Edge;
use super::error::{Outcome, damaged, misused};
use super::form::{Form, Forms};
use super::lane::{Cell, KeyLanes, cast};
use super::log::{self, Head};
use super::room::Room;
use super::row;
use super::schema;
use super::trip::{Brought, Param, Seat, Trip};
use super::wire::Wire;
use crate::sql::quoted;

/// In which transaction something is asked: one that goes around it, or the caller's.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame<'f> {
    pub(super) begin: Option<&'f str>,
    pub(super) end: Option<&'f str>,
    /// Whether the company is locked, so that nobody else commits meanwhile.
    pub(super) hold: bool,
}

/// Answers all questions from what the transaction sees, in one trip.
pub(super) async fn answer(
    wire: &mut impl Wire,
    room: &Room,
    read: &Read,
    mut frame: Frame<'_>,
) -> Outcome<Answer> {
    let forms = room.forms();
    // Which tables there are is told first: that takes trips of its own, in the same transaction.
    let whole = !read.asks.iter().any(|ask| matches!(ask, Ask::AllTables));
    let mut company = room.guesses.of(read.company).map_or(log::NONE.company, |it| it.company);
    for _ in 0..GUESSES {
        let mut trip = Trip::default();
        frame.begin.into_iter().for_each(|begin| trip.run(begin));
        let head = Head::ask(&mut trip, room, read.company, frame.hold);
        // So begins whoever verifies the books.
        let end = (read.at == At::Hold).then(|| log::ask_end(&mut trip, room, company, &[]));
        let asked = read.asks.iter().map(|ask| Asked::new(&mut trip, room, &forms, company, ask));
        let asked = asked.collect::<Outcome<Vec<Asked<'_>>>>()?;
        frame.end.filter(|_| whole).into_iter().for_each(|end| trip.run(end));
        let brought = trip.go(wire).await?;
        let head = Head::told(&brought, head)?.unwrap_or(log::NONE);
        room.guesses.note(read.company, &head);
        if head.company == company {
            if let Some(end) = end {
                head.check(log::told_end(&brought, end)?.newest)?;
            }
            let mut replies = Vec::with_capacity(asked.len());
            for asked in &asked {
                replies.push(match asked {
                    Asked::AllTables => {
                        Reply::AllTables(schema::used_tables(wire, room, company).await?)
                    }
                    asked => asked.reply(&brought)?,
                });
            }
            if let Some(end) = frame.end.filter(|_| !whole) {
                wire.run(end).await?;
            }
            return Ok(Answer::new(Snapshot { position: head.position, hold: 0 }, replies));
        }
        company = head.company;
        if frame.end.is_none() || !whole {
            frame.begin = None; // it has begun
        }
    }
    Err(damaged("a company's number in fondaco_company changes all the time"))
}

/// How often an answer is asked for with a wrong guess of the company's number: it comes to be, and stays.
const GUESSES: u32 = 3;

/// A question that is on its way.
enum Asked<'a> {
    Command(Seat),
    Got(&'a Form, usize, Option<Seat>),
    Rows(&'a Form, Option<Seat>),
    Sums(&'a Sums, &'a Form, Option<Seat>),
    Series(&'a SmolStr, Seat),
    AllSeries(Seat),
    /// Not on its way: what it asks rests on an answer.
    AllTables,
}

impl<'a> Asked<'a> {
    fn new(
        trip: &mut Trip<'a>,
        room: &Room,
        forms: &'a Forms,
        company: i32,
        ask: &'a Ask,
    ) -> Outcome<Asked<'a>> {
        Ok(match ask {
            Ask::Command(id) => Asked::Command(log::ask_receipt(trip, room, company, *id)),
            Ask::Get(table, keys) => {
                let form = forms.get(table)?;
                let slices = keys.iter().map(KeyBytes::as_slice);
                Asked::Got(form, keys.len(), ask_rows(trip, form, company, slices)?)
            }
            Ask::Scan(wanted) => {
                let form = forms.get(wanted.table)?;
                Asked::Rows(form, ask_scan(trip, form, company, wanted)?)
            }
            Ask::Sums(sums) => {
                let form = forms.get(sums.table)?;
                let _ = sums.adder()?;
                Asked::Sums(sums, form, ask_summed(trip, form, company, sums))
            }
            Ask::Series(name) => Asked::Series(name, log::ask_series(trip, room, company, [name])),
            Ask::AllSeries => Asked::AllSeries(log::ask_all_series(trip, room, company)),
            Ask::AllTables => Asked::AllTables,
            _ => {
                return Err(StoreError::Unsupported { ask: "a question of a newer version" }.into());
            }
        })
    }

    fn reply(&self, brought: &Brought) -> Outcome<Reply> {
        Ok(match self {
            Asked::Command(seat) => {
                Reply::Command(log::told_receipt(brought, *seat)?.map(Box::new))
            }
            Asked::Got(form, count, seat) => Reply::Got(told_rows(brought, *seat, form, *count)?),
            Asked::Rows(form, seat) => {
                let rows = seat.map_or(&[][..], |seat| brought.rows(seat));
                let rows = rows.iter().map(|row| Ok(row_of(form, row)?.0));
                Reply::Rows(rows.collect::<Outcome<_>>()?)
            }
            Asked::Sums(sums, form, seat) => {
                let mut adder = sums.adder()?;
                for row in seat.map_or(&[][..], |seat| brought.rows(seat)) {
                    let (row, _) = row_of(form, row)?;
                    adder.add(row.version, row.stored())?;
                }
                Reply::Rows(adder.into_rows())
            }
            Asked::Series(name, seat) => {
                let found = log::told_series(brought, *seat)?;
                Reply::Series(found.get(*name).copied().unwrap_or(SeriesState::default()))
            }
            Asked::AllSeries(seat) => Reply::AllSeries(log::told_all_series(brought, *seat)?),
            Asked::AllTables => Reply::AllTables(Vec::new()),
        })
    }
}

fn key_lanes<'k>(form: &Form, keys: impl IntoIterator<Item = &'k [u8]>) -> Outcome<KeyLanes> {
    let mut lanes = KeyLanes::new(form.key_types());
    keys.into_iter().try_for_each(|key| lanes.push(key))?;
    Ok(lanes)
}

/// Company and keys as parameters.
pub(super) fn params<'p>(company: i32, lanes: KeyLanes) -> Vec<Param<'p>> {
    let mut out: Vec<Param<'p>> = vec![Box::new(company)];
    out.extend(lanes.lanes.into_iter().map(|lane| Box::new(lane) as Param<'p>));
    out
}

/// Asks for the rows with these keys.
pub(super) fn ask_rows<'f, 'k>(
    trip: &mut Trip<'f>,
    form: &'f Form,
    company: i32,
    keys: impl IntoIterator<Item = &'k [u8]>,
) -> Outcome<Option<Seat>> {
    ask_by_key(trip, form, &form.get, company, keys)
}

/// The rows, in the order of their keys.
pub(super) fn told_rows(
    brought: &Brought,
    seat: Option<Seat>,
    form: &Form,
    count: usize,
) -> Outcome<Vec<Option<Row>>> {
    let mut out = vec![None; count];
    for found in seat.map_or(&[][..], |seat| brought.rows(seat)) {
        let (row, next) = row_of(form, found)?;
        if let Some(place) = place(found, next)?.and_then(|at| out.get_mut(at)) {
            *place = Some(row);
        }
    }
    Ok(out)
}

/// Asks for the versions of the rows with these keys.
pub(super) fn ask_versions<'f, 'k>(
    trip: &mut Trip<'f>,
    form: &'f Form,
    company: i32,
    keys: impl IntoIterator<Item = &'k [u8]>,
) -> Outcome<Option<Seat>> {
    ask_by_key(trip, form, &form.versions, company, keys)
}

/// The versions, in the order of their keys; 0 where there is no row.
pub(super) fn told_versions(
    brought: &Brought,
    seat: Option<Seat>,
    count: usize,
) -> Outcome<Vec<u64>> {
    let mut out = vec![0; count];
    for found in seat.map_or(&[][..], |seat| brought.rows(seat)) {
        if let Some(version) = place(found, 1)?.and_then(|at| out.get_mut(at)) {
            *version = found.try_get::<_, i64>(0)?.unsigned_abs();
        }
    }
    Ok(out)
}

fn ask_by_key<'f, 'k>(
    trip: &mut Trip<'f>,
    form: &Form,
    sql: &'f str,
    company: i32,
    keys: impl IntoIterator<Item = &'k [u8]>,
) -> Outcome<Option<Seat>> {
    let lanes = key_lanes(form, keys)?;
    let some = lanes.lanes.first().is_some_and(|lane| !lane.is_empty());
    Ok(some.then(|| trip.query(sql, params(company, lanes))))
}

/// Asks for the keys of the rows with these entries in an index.
pub(super) fn ask_holders<'f, 'k>(
    trip: &mut Trip<'f>,
    form: &'f Form,
    index: usize,
    company: i32,
    parts: impl IntoIterator<Item = &'k [u8]>,
) -> Outcome<Seat> {
    let sql = form.holders.get(index).ok_or_else(|| misused("an index that is not declared"))?;
    let mut lanes = KeyLanes::new(form.index_types(index));
    parts.into_iter().try_for_each(|part| lanes.push(part))?;
    Ok(trip.query(sql, params(company, lanes)))
}

/// The keys, beside the places of the entries.
pub(super) fn told_holders(
    brought: &Brought,
    seat: Seat,
    form: &Form,
) -> Outcome<Vec<(usize, KeyBytes)>> {
    let mut out = Vec::new();
    for found in brought.rows(seat) {
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

/// Asks for the rows of a scan; `None` when there can be none.
fn ask_scan(trip: &mut Trip<'_>, form: &Form, company: i32, scan: &Scan) -> Outcome<Option<Seat>> {
    if scan.index.is_some_and(|index| index >= form.table.indexes.len()) {
        return Err(misused("a scan by an index that is not declared"));
    }
    if scan.to.as_ref().is_some_and(|to| *to <= scan.from) || scan.limit == 0 {
        return Ok(None);
    }
    let types = form.table.order_types(scan.index);
    let from = Edge::new(&types, scan.from.as_slice());
    let to = scan.to.as_ref().map(|to| Edge::new(&types, to.as_slice()));
    let Some((sql, ends)) = ranged(form, scan, from, to) else { return Ok(None) };
    let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
    let mut params: Vec<Param<'_>> = vec![Box::new(company), Box::new(limit)];
    params.extend(ends.into_iter().map(|end| Box::new(end) as Param<'_>));
    Ok(Some(trip.query(sql, params)))
}

/// Asks for the rows that are added up; `None` when there can be none.
fn ask_summed(trip: &mut Trip<'_>, form: &Form, company: i32, sums: &Sums) -> Option<Seat> {
    let mut sql =
        format!("SELECT {} FROM {} t WHERE t._company = $1::integer", form.select, form.name);
    let mut params: Vec<Param<'_>> = vec![Box::new(company)];
    let column = |within: &Within| form.table.columns.get(within.column);
    if let Some((within, column)) = sums.within.as_ref().and_then(|it| Some((it, column(it)?))) {
        for (end, operator) in [(&within.from, ">="), (&within.through, "<=")] {
            let cell = Edge::new(&[column.ty], end.as_slice()).cells.into_iter().next()?;
            params.push(Box::new(cell));
            let (name, at, ty) = (quoted(column.name), params.len(), cast(column.ty));
            sql = format!("{sql} AND t.{name} {operator} ${at}::{ty}");
        }
    }
    Some(trip.query(sql, params))
}

/// The statement of a scan, and what its ends are; `None` when nothing can be in the range.
fn ranged(form: &Form, scan: &Scan, from: Edge, to: Option<Edge>) -> Option<(String, Vec<Cell>)> {
    if (from.after && from.cells.is_empty())
        || to.as_ref().is_some_and(|to| to.cells.is_empty() && !to.after)
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
    let mut ends: Vec<Cell> = Vec::new();
    let mut limit = |edge: Edge, operator: &str| {
        if edge.cells.is_empty() {
            return;
        }
        let place = |(at, ty): (usize, _)| format!("${}::{}", 3 + ends.len() + at, cast(ty));
        let count = edge.cells.len();
        let places: Vec<String> =
            types.iter().take(count).copied().enumerate().map(place).collect();
        let columns = order.get(..count).unwrap_or_default().join(", ");
        sql = format!("{sql} AND ({columns}) {operator} ({})", places.join(", "));
        ends.extend(edge.cells);
    };
    let above = if from.after { ">" } else { ">=" };
    limit(from, above);
    if let Some(to) = to {
        let below = if to.after { "<=" } else { "<" };
        limit(to, below);
    }
    let direction = if scan.backwards { " DESC" } else { "" };
    let order: Vec<String> = order.iter().map(|column| format!("{column}{direction}")).collect();
    // The company too: so the order is that of the index, whole.
    sql = format!("{sql} ORDER BY t._company{direction}, {} LIMIT $2::bigint", order.join(", "));
    Some((sql, ends))
}
