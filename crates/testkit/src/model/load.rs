//! A company that another store had.

use fondaco_core::store::{LoadCheck, Piece, Pieces, SeriesState, StoreError};
use smol_str::SmolStr;

use super::company::Company;
use super::{Tables, prepared};

impl Company {
    /// The company that `pieces` make.
    pub(super) fn loaded(tables: &Tables, pieces: &mut Pieces<'_>) -> Result<Company, StoreError> {
        let (mut company, mut check) = (Company::default(), LoadCheck::default());
        while let Some(piece) = pieces()? {
            check.piece(&piece)?;
            match piece {
                Piece::Rows(rows) => {
                    for row in rows {
                        let table = prepared(tables, row.stored().table())?;
                        let kept = (row.version, row.stored().values());
                        company.rows.entry(table.name).or_default().insert(row.key().bytes, kept);
                    }
                }
                Piece::Series(series) => company.series.extend(series),
                Piece::Commits(commits) => company.commits.extend(commits),
                _ => return Err(StoreError::Unsupported { ask: "this piece" }),
            }
        }
        check.finish()?;
        match company.has_clashes(tables) {
            Some(table) => {
                let why = format!("table {table}: two rows have the same unique columns");
                Err(StoreError::Misused(why))
            }
            None => Ok(company),
        }
    }

    /// The tables that have rows, in order of name.
    pub(super) fn all_tables(&self) -> Vec<SmolStr> {
        let used = self.rows.iter().filter(|(_, rows)| !rows.is_empty());
        used.map(|(&name, _)| name.into()).collect()
    }

    pub(super) fn all_series(&self) -> Vec<(SmolStr, SeriesState)> {
        let drawn = self.series.iter().filter(|(_, state)| **state != SeriesState::default());
        let mut all: Vec<_> = drawn.map(|(name, state)| (name.clone(), *state)).collect();
        all.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        all
    }
}
