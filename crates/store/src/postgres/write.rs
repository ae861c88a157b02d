//! What batches come to, written table by table in order of name: one statement each for rows that go, change and come, or
//! for counters as they stand now.

use std::collections::BTreeMap;

use fondaco_core::store::{Change, Kind, Rows, StoreError, Stored, Table};

use super::error::{Outcome, damaged};
use super::form::{Form, Forms};
use super::judge::{Judge, deleted};
use super::lane::KeyLanes;
use super::log;
use super::read;
use super::room::Room;
use super::row::RowLanes;
use super::schema;
use super::trip::{Param, Seat, Trip};
use super::wire::Wire;

/// What becomes of one table.
struct Of {
    table: &'static Table,
    go: Option<KeyLanes>,
    gone: u64,
    change: RowLanes,
    come: RowLanes,
}

#[derive(Default)]
struct Effects(BTreeMap<&'static str, Of>);

impl Effects {
    fn of(&mut self, table: &'static Table) -> &mut Of {
        let fresh = || {
            let (change, come) = (RowLanes::new(table), RowLanes::new(table));
            Of { table, go: None, gone: 0, change, come }
        };
        self.0.entry(table.name).or_insert_with(fresh)
    }

    fn insert(&mut self, rows: &dyn Rows, version: u64) {
        if rows.is_empty() {
            return;
        }
        let of = self.of(rows.table());
        for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
            of.come.push(row, version);
        }
    }

    fn change(&mut self, row: &dyn Stored, version: u64) {
        self.of(row.table()).change.push(row, version);
    }

    fn collect(judge: &Judge) -> Outcome<Effects> {
        let mut effects = Effects::default();
        for accepted in &judge.accepted {
            for (table, key) in deleted(&accepted.batch) {
                let of = effects.of(table);
                let types = table.key_columns().iter().map(|column| column.ty);
                of.go.get_or_insert_with(|| KeyLanes::new(types)).push(key.as_slice())?;
                of.gone += 1;
            }
            for change in &accepted.batch.changes {
                match change {
                    Change::Insert(rows) => effects.insert(rows.as_ref(), accepted.position),
                    Change::Put { row, .. } => effects.change(row.as_ref(), accepted.position),
                    _ => {}
                }
            }
            for (version, row) in &accepted.erased {
                effects.change(row.as_ref(), *version);
            }
        }
        let mut counters: Vec<_> = judge.counters().collect();
        counters.sort_unstable_by_key(|(key, _)| *key);
        for (key, row) in counters {
            effects.of(key.table).come.push(row.stored(), row.version);
        }
        Ok(effects)
    }
}

/// Writes all that the batches come to, numbers and the company's head last, in one trip.
pub(super) async fn all(
    wire: &mut impl Wire,
    room: &Room,
    forms: &Forms,
    judge: &Judge,
) -> Outcome<()> {
    let (company, effects) = (judge.head.company, Effects::collect(judge)?);
    let (mut trip, mut wanted) = (Trip::default(), Vec::new());
    for of in effects.0.into_values() {
        one(&mut trip, &mut wanted, forms.get(of.table)?, company, of)?;
    }
    let (positions, keys) = &judge.forgotten;
    if !positions.is_empty() {
        log::forget_salts(&mut trip, room, company, positions, keys);
    }
    let series = judge.series();
    if !series.is_empty() {
        log::keep_series(&mut trip, room, company, &series)?;
    }
    // From here on nobody changes these tables until we are done; who did before we came to them has raised the generation.
    let generation = schema::ask_generation(&mut trip, room);
    let kept = log::keep(&mut trip, room, &judge.head, &judge.commits, &judge.written);
    let brought = trip.go(wire).await?;
    if schema::told_generation(&brought, generation)? != forms.generation {
        return Err(StoreError::Refused(Box::default()).into());
    }
    for (form, seat, count) in wanted {
        touched(form, brought.touched(seat), count)?;
    }
    log::kept(&brought, kept)
}

/// Statements that must touch so many rows of a table.
type Wanted<'f> = Vec<(&'f Form, Seat, u64)>;

fn one<'f>(
    trip: &mut Trip<'f>,
    wanted: &mut Wanted<'f>,
    form: &'f Form,
    company: i32,
    of: Of,
) -> Outcome<()> {
    if let Some(keys) = of.go {
        let seat = trip.execute(&form.delete, read::params(company, keys));
        wanted.push((form, seat, of.gone));
    }
    if !of.change.is_empty() {
        let count = of.change.len();
        let seat = trip.execute(&form.update, params(company, of.change)?);
        wanted.push((form, seat, count));
    }
    if !of.come.is_empty() {
        let sql = if form.table.kind == Kind::Counter { &form.upsert } else { &form.insert };
        trip.execute(sql, params(company, of.come)?);
    }
    Ok(())
}

fn params<'s>(company: i32, lanes: RowLanes) -> Outcome<Vec<Param<'s>>> {
    let mut out: Vec<Param<'s>> = vec![Box::new(company)];
    out.extend(lanes.into_lanes()?.map(|lane| Box::new(lane) as Param<'s>));
    Ok(out)
}

fn touched(form: &Form, found: u64, wanted: u64) -> Outcome<()> {
    match found == wanted {
        true => Ok(()),
        false => Err(damaged(format!(
            "table {}: {found} of {wanted} rows were there to be changed under the company's lock: somebody changes rows \
             by hand",
            form.table.name
        ))),
    }
}
