//! A company that another store had, written in one transaction, under the lock of its line.

use fondaco_core::CompanyId;
use fondaco_core::store::{Commit, LoadCheck, Piece, Pieces, Row, StoreError, Table};
use postgres::types::ToSql;

use super::commit::{Scope, forms_to_write};
use super::error::{Outcome, misused};
use super::form::Forms;
use super::lane::Lane;
use super::log::{self, Head, Written};
use super::room::Room;
use super::row::RowLanes;
use super::trip::Trip;
use super::wire::Wire;
use crate::sql::quoted;

/// Writes all `pieces` in the transaction that has begun, and makes them last. After a failure nothing of them is there; the last
/// commit, and why nobody but the server knows whether it is there, when the connection was lost at the end.
pub(super) async fn load(
    wire: &mut impl Wire,
    room: &Room,
    scope: &impl Scope,
    company: CompanyId,
    pieces: &mut Pieces<'_>,
) -> Outcome<Option<(Commit, String)>> {
    match write(wire, room, company, pieces).await {
        Ok(last) => match wire.run(scope.end()).await {
            Err(failure) if failure.is_lost() => Ok(Some((last, failure.named().to_string()))),
            done => done.map(|()| None),
        },
        Err(failure) if failure.is_lost() => Err(failure),
        Err(failure) => {
            wire.run(scope.undo()).await?;
            Err(failure)
        }
    }
}

async fn write(
    wire: &mut impl Wire,
    room: &Room,
    company: CompanyId,
    pieces: &mut Pieces<'_>,
) -> Outcome<Commit> {
    let mut head = Head::lock(wire, room, company).await?;
    if head.position > 0 {
        return Err(StoreError::Occupied { company }.into());
    }
    let forms = forms_to_write(wire, room, head.generation).await?;
    let (mut check, mut table): (_, Option<&'static Table>) = (LoadCheck::default(), None);
    let mut newest = None;
    while let Some(piece) = pieces()? {
        check.piece(&piece)?;
        match piece {
            Piece::Rows(page) => {
                let of = page.first().map(|row| row.stored().table());
                if let (Some(done), Some(next)) = (table, of)
                    && done.name != next.name
                {
                    unique(wire, room, head.company, done).await?;
                }
                table = of.or(table);
                rows(wire, &forms, head.company, &page).await?;
            }
            Piece::Series(series) => {
                let all: Vec<_> = series.iter().map(|(name, state)| (name, state)).collect();
                if !all.is_empty() {
                    let mut trip = Trip::default();
                    log::keep_series(&mut trip, room, head.company, &all)?;
                    trip.go(wire).await?;
                }
            }
            Piece::Commits(page) => {
                if let Some(last) = page.last() {
                    head.position = last.position;
                    head.link = last.seal.as_ref().map_or(head.link, |seal| seal.link);
                    let mut trip = Trip::default();
                    let kept = log::keep(&mut trip, room, &head, &page, &written(&page));
                    log::kept(&trip.go(wire).await?, kept)?;
                    newest = Some(last.clone());
                }
            }
            _ => return Err(StoreError::Unsupported { ask: "a piece it does not know" }.into()),
        }
    }
    if let Some(done) = table {
        unique(wire, room, head.company, done).await?;
    }
    check.finish()?;
    newest.ok_or_else(|| misused("a company without a commit is none"))
}

/// Rows of one table, each with its version.
async fn rows(wire: &mut impl Wire, forms: &Forms, company: i32, rows: &[Row]) -> Outcome<()> {
    let Some(table) = rows.first().map(|row| row.stored().table()) else { return Ok(()) };
    let form = forms.get(table)?;
    let mut lanes = RowLanes::new(form.table);
    rows.iter().for_each(|row| lanes.push(row.stored(), row.version));
    let lanes: Vec<Lane> = lanes.into_lanes()?.collect();
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&company];
    params.extend(lanes.iter().map(|lane| lane as &(dyn ToSql + Sync)));
    wire.execute(&form.insert, &params).await?;
    Ok(())
}

/// What commits say that they wrote of `State` rows.
fn written(commits: &[Commit]) -> Vec<Written> {
    let states = commits.iter().flat_map(|commit| {
        let states = commit.seal.iter().flat_map(|seal| seal.states.iter().enumerate());
        states.map(|(place, state)| {
            let (table, key) = (state.table.clone(), state.key.clone());
            (commit.position, place, table, key, Some(state.hash), state.deleted)
        })
    });
    states.collect()
}

/// That no two rows of a table have the same columns in a unique index.
async fn unique(
    wire: &mut impl Wire,
    room: &Room,
    company: i32,
    table: &'static Table,
) -> Outcome<()> {
    for index in table.indexes.iter().filter(|index| index.unique) {
        let columns = index.columns.iter().filter_map(|&column| table.columns.get(column));
        let columns: Vec<String> = columns.map(|column| quoted(column.name)).collect();
        let there: String =
            columns.iter().map(|column| format!(" AND {column} IS NOT NULL")).collect();
        let sql = format!(
            "SELECT 1 FROM {}.{} WHERE _company = $1::integer{there} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
            room.schema,
            quoted(table.name),
            columns.join(", ")
        );
        if !wire.query(&sql, &[&company]).await?.is_empty() {
            return Err(crate::rules::taken(table, index).into());
        }
    }
    Ok(())
}
