//! A company that another store had, built beside the others and put in place whole.

use std::collections::BTreeSet;

use fondaco_core::store::{
    KeyBytes, KeyWriter, LoadCheck, Piece, Pieces, Row, StoreError, Stored, ValueRow,
};

use super::company::Company;
use super::table::{Declared, Kept, KeptRows};

impl Company {
    /// The company that `pieces` make.
    ///
    /// # Errors
    /// What `pieces` fails with, or [`StoreError::Misused`] when they don't fit together.
    pub(super) fn loaded(
        declared: &Declared,
        pieces: &mut Pieces<'_>,
    ) -> Result<Company, StoreError> {
        let (mut company, mut check) = (Company::default(), LoadCheck::default());
        while let Some(piece) = pieces()? {
            check.piece(&piece)?;
            match piece {
                Piece::Rows(rows) => company.take_rows(declared, &rows)?,
                Piece::Series(series) => company.series.set(series),
                Piece::Commits(commits) => {
                    commits.into_iter().for_each(|commit| company.log.push(commit))
                }
                _ => return Err(StoreError::Unsupported { ask: "a piece it does not know" }),
            }
        }
        check.finish()?;
        Ok(company)
    }

    /// Rows of one table, in order of key.
    fn take_rows(&mut self, declared: &Declared, rows: &[Row]) -> Result<(), StoreError> {
        let Some(table) = rows.first().map(|row| row.stored().table()) else { return Ok(()) };
        declared.check(table)?;
        self.tables.ensure(table);
        let Some(kept) = self.tables.get_mut(table) else { return Ok(()) };
        // Facts of one commit lie together, as they did when it brought them.
        for same in rows.chunk_by(|a, b| a.version == b.version) {
            let mut taken = BTreeSet::new();
            same.iter().try_for_each(|row| unique(kept, row.stored(), &mut taken))?;
            take(kept, same);
        }
        Ok(())
    }
}

fn take(kept: &mut Kept, rows: &[Row]) {
    let Some(version) = rows.first().map(|row| row.version) else { return };
    match &mut kept.rows {
        KeptRows::Facts(facts) => {
            let owned = |row: &Row| ValueRow::new(kept.table, row.stored().values());
            facts.insert(Box::new(rows.iter().map(owned).collect::<Vec<_>>()), version);
        }
        KeptRows::States(states) => {
            rows.iter().for_each(|row| states.insert(row.stored().copy(), version));
        }
    }
}

/// That a row's entries in unique indexes are free, also of the rows that came just before: `taken` has theirs.
fn unique(
    kept: &Kept,
    row: &dyn Stored,
    taken: &mut BTreeSet<(usize, KeyBytes)>,
) -> Result<(), StoreError> {
    for (at, index) in kept.table.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
        let mut part = KeyWriter::new();
        if !row.write_index(at, &mut part) {
            continue;
        }
        let part = part.to_key();
        if kept.holder(at, &part).is_some() || !taken.insert((at, part)) {
            return Err(crate::rules::taken(kept.table, index));
        }
    }
    Ok(())
}
