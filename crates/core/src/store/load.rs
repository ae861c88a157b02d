//! A company as it is, in pieces: how it goes from one store into another.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Ask, Commit, KeyBytes, Moment, Reply, Row, Scan, SeriesState, StoreError, Table};
use crate::chain::next_page;

/// How many rows or commits a piece has at most.
const PAGE: usize = 4096;

/// A part of a company, for [`Store::load`](super::Store::load).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Piece {
    /// Rows of one table with their versions, in order of key; those of one table come one piece after another.
    Rows(Vec<Row>),
    /// Number series, as far as they have come.
    Series(Vec<(SmolStr, SeriesState)>),
    /// Commits, in order of position.
    Commits(Vec<Commit>),
}

/// Where a store takes the pieces from: the next one, `None` after the last.
pub type Pieces<'p> = dyn FnMut() -> Result<Option<Piece>, StoreError> + 'p;

/// Reads a company at one moment, piece by piece: all rows of some tables, all series, all commits.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::store::{Moment, PieceReader};
/// # let shop = shop();
/// let mut reader = PieceReader::new(Moment::hold(shop.store(), shop.company())?, &shop.tables())?;
/// let copy = fondaco_store::Memory::new();
/// copy.prepare(&shop.tables())?;
/// copy.load(shop.company(), &mut || reader.next())?;
/// let feed = |store: &dyn Store| store.feed(&FeedFrom::new(shop.company(), 0, 10));
/// assert_eq!(feed(&copy)?, feed(shop.store())?);
/// # Ok::<(), StoreError>(())
/// ```
#[derive(Debug)]
pub struct PieceReader<'s> {
    moment: Moment<'s>,
    tables: Vec<&'static Table>,
    /// The table that is read, and where it goes on.
    table: usize,
    from: KeyBytes,
    series: bool,
    position: u64,
}

impl<'s> PieceReader<'s> {
    /// Reads all of `tables`, each once.
    ///
    /// # Errors
    /// As [`Moment::has_no_others`]: nothing is left behind because it was not named.
    pub fn new(
        moment: Moment<'s>,
        tables: &[&'static Table],
    ) -> Result<PieceReader<'s>, StoreError> {
        moment.has_no_others(tables)?;
        let mut tables = tables.to_vec();
        tables.sort_by_key(|table| table.name);
        tables.dedup_by_key(|table| table.name);
        let from = KeyBytes::new(&[]);
        Ok(PieceReader { moment, tables, table: 0, from, series: false, position: 0 })
    }

    /// The position of the last commit that it reads.
    pub fn position(&self) -> u64 {
        self.moment.position()
    }

    /// The next piece; `None` when all was read. Not called so to be an iterator: it can fail at each.
    ///
    /// # Errors
    /// [`StoreError::SnapshotGone`], [`StoreError::Corrupt`] when a commit is missing, or the store's own failures.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        while let Some(&table) = self.tables.get(self.table) {
            let from = self.from.clone();
            let scan = Scan { table, index: None, from, to: None, backwards: false, limit: PAGE };
            let Reply::Rows(rows) = self.moment.ask(Ask::Scan(scan))? else {
                return Err(StoreError::Misused("a scan was not answered with rows".into()));
            };
            if let Some(last) = rows.last() {
                self.from = next_page(table, &self.from, last)?;
                return Ok(Some(Piece::Rows(rows)));
            }
            (self.table, self.from) = (self.table + 1, KeyBytes::new(&[]));
        }
        if !std::mem::replace(&mut self.series, true) {
            return match self.moment.ask(Ask::AllSeries)? {
                Reply::AllSeries(series) => Ok(Some(Piece::Series(series))),
                _ => Err(StoreError::Misused("a question for series was not answered".into())),
            };
        }
        let commits = self.moment.commits_after(self.position, PAGE)?;
        self.position += commits.len() as u64;
        Ok((!commits.is_empty()).then_some(Piece::Commits(commits)))
    }
}

/// What every store looks at while it loads: for stores, inside [`Store::load`](super::Store::load).
///
/// ```
/// use fondaco_core::store::{LoadCheck, Piece};
/// let mut check = LoadCheck::default();
/// check.piece(&Piece::Series(vec![]))?;
/// let error = check.finish().unwrap_err(); // no commit came
/// assert!(error.to_string().ends_with("a company that is loaded has commits"));
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
#[derive(Debug, Default)]
pub struct LoadCheck {
    commits: u64,
    newest: u64,
    last: BTreeMap<&'static str, KeyBytes>,
}

impl LoadCheck {
    /// Looks at the next piece: that keys ascend, and positions follow one another.
    ///
    /// # Errors
    /// [`StoreError::Misused`].
    pub fn piece(&mut self, piece: &Piece) -> Result<(), StoreError> {
        match piece {
            Piece::Rows(rows) => rows.iter().try_for_each(|row| self.row(row)),
            Piece::Series(_) => Ok(()),
            Piece::Commits(commits) => commits.iter().try_for_each(|commit| self.commit(commit)),
        }
    }

    fn row(&mut self, row: &Row) -> Result<(), StoreError> {
        let (key, name) = (row.key(), row.stored().table().name);
        self.newest = self.newest.max(row.version);
        let last = self.last.insert(name, key.bytes.clone());
        if row.version == 0 || last.is_some_and(|last| last >= key.bytes) {
            let what = "rows that are loaded come in order of key, each with its version";
            return Err(StoreError::Misused(format!("{key:?}: {what}")));
        }
        Ok(())
    }

    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        self.commits += 1;
        if commit.position != self.commits {
            let (found, wanted) = (commit.position, self.commits);
            let what = format!("commit {found} comes where commit {wanted} is due");
            return Err(StoreError::Misused(what));
        }
        if commit.seal.is_none() {
            let what = format!(
                "commit {} has no seal: what is not sealed can't be loaded",
                commit.position
            );
            return Err(StoreError::Misused(what));
        }
        Ok(())
    }

    /// That all is there; the position of the newest commit.
    ///
    /// # Errors
    /// [`StoreError::Misused`] when there is no commit, or a row of a later one.
    pub fn finish(self) -> Result<u64, StoreError> {
        if self.commits == 0 {
            return Err(StoreError::Misused("a company that is loaded has commits".into()));
        }
        if self.newest > self.commits {
            let (newest, commits) = (self.newest, self.commits);
            let what = format!("a row has version {newest}, and there are {commits} commits");
            return Err(StoreError::Misused(what));
        }
        Ok(self.commits)
    }
}
