//! Moving a company from one store to another, with log, ids and chain, and finding out whether all of it arrived.

use sha2::{Digest, Sha256};

use crate::chain::{self, GENESIS, Verified, row_hash};
use crate::store::{
    Commit, Hash, Moment, Piece, PieceReader, Pieces, Row, Store, StoreError, Table,
};
use crate::{CompanyId, Progress, Progressed};

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Copied {
    /// Commits.
    pub commits: u64,
    /// Rows, of all kinds.
    pub rows: u64,
    /// Number series.
    pub series: u64,
    /// The link of the last commit.
    pub link: Hash,
    /// A digest of everything that was copied: rows with their versions, series, the seals and salts of commits. Two stores
    /// with the same digest that both [verify](chain::verify) hold the same: what a commit says is covered by its seal, which
    /// is compared with it there and not here.
    pub digest: Hash,
}

/// Copies a company into a store that does not have it: rows of `tables`, which must be all that have any, series, and the log, each commit as it is. Afterwards both stores answer the same, and verify the same.
///
/// The source is verified before anything is copied, so that no damage is passed on; the copy is read again, compared
/// with what was read from the source, and verified. Others may go on in the source: what is copied is the moment at which it began. Let
/// nobody write there any more when the copy is to take its place.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// # let shop = shop();
/// let file = fondaco_store::Sqlite::in_memory()?; // from any store to any other
/// let copied = fondaco_core::copy::copy_company(shop.store(), &file, shop.company(), &shop.tables(), &mut ())?;
/// assert_eq!(copied.commits, 1);
/// let moved = Driver::new(file, shop.company());
/// let again = moved.run(envelope("fill"), "fill", |_, _| Ok::<(), Halt>(()))?;
/// assert!(again.replayed); // its commands are known there too
/// # Ok::<(), Halt>(())
/// ```
///
/// # Errors
/// [`StoreError::Misused`] when a table has rows that is not among `tables`; [`StoreError::Corrupt`] when the source does not
/// verify, or the copy is not what was read; [`StoreError::Occupied`], [`StoreError::Stopped`], [`StoreError::Unsupported`] when
/// one of the stores can't; failures of both. After a failure nothing of
/// the company is in the target, unless the copy itself was found wrong.
pub fn copy_company(
    from: &dyn Store,
    to: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
    progress: &mut dyn Progress,
) -> Result<Copied, StoreError> {
    // Verifying would find rows that are missing too, but not those of counters, nor say which table they are of.
    Moment::hold(from, company)?.has_no_others(tables)?;
    whole(chain::verify(from, company, tables)?, "the source")?;
    let mut reader = PieceReader::new(Moment::hold(from, company)?, tables)?;
    to.prepare(tables)?;
    let copied = load(to, company, reader.position(), &mut || reader.next(), progress)?;
    check(to, company, tables, &copied)?;
    Ok(copied)
}

/// Loads a company of so many commits from `pieces`, and tells what came.
///
/// # Errors
/// As [`Store::load`], or [`StoreError::Stopped`].
pub fn load(
    to: &dyn Store,
    company: CompanyId,
    commits: u64,
    pieces: &mut Pieces<'_>,
    progress: &mut dyn Progress,
) -> Result<Copied, StoreError> {
    let mut tally = Tally::default();
    let total = i64::try_from(commits).unwrap_or(i64::MAX);
    let mut counted = || {
        let at = match tally.copied.commits {
            0 => Progressed::new("copying rows", tally.copied.rows as i64),
            done => Progressed::new("copying commits", done as i64).of(total),
        };
        if progress.tell(&at).is_break() {
            return Err(StoreError::Stopped);
        }
        let piece = pieces()?;
        piece.iter().for_each(|piece| tally.take(piece));
        Ok(piece)
    };
    to.load(company, &mut counted)?;
    Ok(tally.finish())
}

/// Everything of a company, counted and digested, without copying it: equal for two stores that hold the same. Verify both to
/// know that they do; see [`Copied::digest`].
///
/// # Errors
/// As [`PieceReader::new`] and [`PieceReader::next`].
pub fn tally(
    store: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
) -> Result<Copied, StoreError> {
    let mut reader = PieceReader::new(Moment::hold(store, company)?, tables)?;
    let mut tally = Tally::default();
    while let Some(piece) = reader.next()? {
        tally.take(&piece);
    }
    Ok(tally.finish())
}

/// That a loaded company is what was read, and verifies.
///
/// # Errors
/// [`StoreError::Corrupt`], or the store's own failures.
pub fn check(
    to: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
    copied: &Copied,
) -> Result<(), StoreError> {
    let found = tally(to, company, tables)?;
    if found != *copied {
        let why = format!("the copy is not what was read: {found:?} instead of {copied:?}");
        return Err(StoreError::Corrupt(why));
    }
    whole(chain::verify(to, company, tables)?, "the copy")
}

/// That a verification found nothing.
///
/// # Errors
/// [`StoreError::Corrupt`] with the first finding of `what`.
pub fn whole(verified: Verified, what: &str) -> Result<(), StoreError> {
    match verified.findings.first() {
        None => Ok(()),
        Some(first) => Err(StoreError::Corrupt(format!(
            "{what} does not verify ({} findings): {first}",
            verified.findings.len()
        ))),
    }
}

/// Counts and digests pieces, whatever their size.
#[derive(Debug)]
pub struct Tally {
    copied: Copied,
    digest: Sha256,
}

impl Default for Tally {
    fn default() -> Tally {
        let copied = Copied { link: GENESIS, ..Copied::default() };
        Tally { copied, digest: Sha256::new_with_prefix(b"fondaco copy\0") }
    }
}

impl Tally {
    /// How many rows came so far.
    pub fn rows(&self) -> u64 {
        self.copied.rows
    }

    /// How many commits came so far.
    pub fn commits(&self) -> u64 {
        self.copied.commits
    }

    /// Takes the next piece.
    pub fn take(&mut self, piece: &Piece) {
        match piece {
            Piece::Rows(rows) => rows.iter().for_each(|row| self.row(row)),
            Piece::Series(series) => {
                for (name, state) in series {
                    self.copied.series += 1;
                    self.digest.update(format!("{name}\0{}\0{:?}\0", state.last, state.date));
                }
            }
            Piece::Commits(commits) => commits.iter().for_each(|commit| self.commit(commit)),
        }
    }

    fn row(&mut self, row: &Row) {
        self.copied.rows += 1;
        self.digest.update(row.version.to_be_bytes());
        self.digest.update(row_hash(row.stored()));
    }

    /// What a commit says is in its content; the salt is beside it, and so are the hashes of its state rows.
    fn commit(&mut self, commit: &Commit) {
        self.copied.commits += 1;
        self.digest.update(commit.position.to_be_bytes());
        self.digest.update(commit.salt.unwrap_or_default());
        let Some(seal) = &commit.seal else { return };
        self.copied.link = seal.link;
        [seal.root, seal.content, seal.link].iter().for_each(|hash| self.digest.update(hash));
        for state in &seal.states {
            self.digest.update(state.table.as_bytes());
            self.digest.update(state.key.as_slice());
            self.digest.update(state.hash);
            self.digest.update([u8::from(state.deleted)]);
        }
    }

    /// What came.
    pub fn finish(self) -> Copied {
        Copied { digest: self.digest.finalize().into(), ..self.copied }
    }
}
