//! What batches come to, written table by table in order of name: one statement each for rows that go, change and come.

use std::collections::BTreeMap;

use fondaco_core::store::{Change, Rows, Stored, Table};
use postgres::types::ToSql;

use super::error::{Outcome, damaged};
use super::form::{Form, Forms};
use super::judge::{Judge, deleted};
use super::lane::KeyLanes;
use super::log;
use super::read;
use super::room::Room;
use super::row::RowLanes;
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
        counters.sort_unstable_by_key(|(key, _, _)| *key);
        for (key, stored, row) in counters {
            let of = effects.of(key.table);
            let lanes = if stored { &mut of.change } else { &mut of.come };
            lanes.push(row.stored(), row.version);
        }
        Ok(effects)
    }
}

/// Writes all that the batches come to, numbers and the company's head last.
pub(super) async fn all(
    wire: &mut impl Wire,
    room: &Room,
    forms: &Forms,
    judge: &Judge,
) -> Outcome<()> {
    let company = judge.head.company;
    for of in Effects::collect(judge)?.0.values() {
        one(wire, forms.get(of.table)?, company, of).await?;
    }
    let (positions, keys) = &judge.forgotten;
    if !positions.is_empty() {
        log::forget_salts(wire, room, company, positions, keys).await?;
    }
    let series = judge.series();
    if !series.is_empty() {
        log::keep_series(wire, room, company, &series).await?;
    }
    log::keep(wire, room, &judge.head, &judge.commits, &judge.written).await
}

async fn one(wire: &mut impl Wire, form: &Form, company: i32, of: &Of) -> Outcome<()> {
    if let Some(keys) = &of.go {
        let gone = wire.execute(&form.delete, &read::params(&company, keys)).await?;
        touched(form, gone, of.gone)?;
    }
    if !of.change.is_empty() {
        let changed = wire.execute(&form.update, &params(&company, &of.change)?).await?;
        touched(form, changed, of.change.len())?;
    }
    if !of.come.is_empty() {
        wire.execute(&form.insert, &params(&company, &of.come)?).await?;
    }
    Ok(())
}

fn params<'p>(company: &'p i32, lanes: &'p RowLanes) -> Outcome<Vec<&'p (dyn ToSql + Sync)>> {
    let mut out: Vec<&(dyn ToSql + Sync)> = vec![company];
    out.extend(lanes.params()?);
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
