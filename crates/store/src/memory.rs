//! The store in memory: it keeps the rows themselves, as they come, and never serialises.
//!
//! Facts stay in the allocation in which their batch brought them; beside them lie only places, eight bytes per index.
//! Rows that change lie in slots behind a hash map, and counters are added to where they stand. Each company has one lock,
//! held shared by reads and alone by commits, so a commit judges the whole batch, then applies what can no longer fail.
//!
//! A held snapshot costs nothing until something changes: facts are told by their version, and only rows that were replaced
//! since the hold are kept beside the new ones, in every order they had.

mod company;
mod facts;
mod holds;
mod index;
mod judge;
mod load;
mod log;
mod order;
mod runs;
mod series;
mod states;
mod sums;
mod table;
mod unique;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Snapshot, Store, StoreError, Table,
};

use company::Company;
use table::Declared;

/// Rows by the foldhash of their keys: keys are big-endian and alike, they need a hash that mixes.
type KeyMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Keeps everything in memory, for any number of companies and threads, until it is dropped.
///
/// A commit survives as long as the value does. Commits of one company run one after another; reads run beside each other.
/// A held snapshot that nobody has read for an hour is released. Preparing a newer layout of a table converts its rows
/// and releases all held snapshots.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_core::store::{Read, Store};
/// use fondaco_store::Memory;
///
/// let store = Memory::new();
/// let answer = store.read(&Read::now(CompanyId::named("acme"), Vec::new()))?;
/// assert_eq!(answer.at.position, 0); // no commit yet
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
pub struct Memory {
    chain: bool,
    declared: RwLock<Declared>,
    companies: RwLock<HashMap<CompanyId, Arc<RwLock<Company>>>>,
    holds: AtomicU64,
}

impl Memory {
    /// An empty store that seals every commit into its company's hash chain.
    ///
    /// ```
    /// let store = fondaco_store::Memory::new();
    /// ```
    pub fn new() -> Memory {
        Memory {
            chain: true,
            declared: RwLock::default(),
            companies: RwLock::default(),
            holds: AtomicU64::new(1),
        }
    }

    /// An empty store without hash chain, for what is computed and thrown away: simulations, tests, loads.
    ///
    /// It is faster by the hashing of every row, and loses what that gave: its commits have no
    /// [`seal`](Commit::seal), [`verify`](fondaco_core::chain::verify) finds each of them unsealed, and nothing shows whether
    /// a row was changed, added or removed behind the store's back. All else is the same.
    ///
    /// ```
    /// let store = fondaco_store::Memory::without_chain();
    /// ```
    pub fn without_chain() -> Memory {
        Memory { chain: false, ..Memory::new() }
    }

    fn company(&self, id: CompanyId) -> Option<Arc<RwLock<Company>>> {
        self.companies.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn company_or_new(&self, id: CompanyId) -> Arc<RwLock<Company>> {
        self.company(id).unwrap_or_else(|| {
            let mut companies = self.companies.write().unwrap_or_else(PoisonError::into_inner);
            companies.entry(id).or_default().clone()
        })
    }

    fn declared(&self) -> RwLockReadGuard<'_, Declared> {
        self.declared.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, id: CompanyId) -> Result<Snapshot, StoreError> {
        let hold = self.holds.fetch_add(1, Ordering::Relaxed);
        Ok(write(&self.company_or_new(id))?.hold(hold))
    }

    fn release(&self, id: CompanyId, held: Snapshot) -> Result<(), StoreError> {
        self.company(id).map_or(Ok(()), |company| {
            write(&company)?.release(held);
            Ok(())
        })
    }

    /// Answers from the newest snapshot or from a held one.
    fn answer(&self, read_: &Read, held: Option<Snapshot>) -> Result<Answer, StoreError> {
        let declared = self.declared();
        let Some(company) = self.company(read_.company) else {
            let nobody = Company::default();
            return nobody.answer(&declared, &read_.asks, held);
        };
        let shared = read(&company)?;
        if shared.is_tidy(&read_.asks) {
            return shared.answer(&declared, &read_.asks, held);
        }
        // Orders are brought up to date by the first read that needs them.
        drop(shared);
        let mut alone = write(&company)?;
        alone.tidy(&read_.asks);
        alone.answer(&declared, &read_.asks, held)
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("chain", &self.chain).finish_non_exhaustive()
    }
}

impl Store for Memory {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let mut declared = self.declared.write().unwrap_or_else(PoisonError::into_inner);
        let (next, prepared) = declared.with(tables)?;
        if !prepared.upgraded.is_empty() {
            let companies = self.companies.read().unwrap_or_else(PoisonError::into_inner);
            // All locks first, so that all tables of all companies change or none.
            let mut all = companies.values().map(|c| write(c)).collect::<Result<Vec<_>, _>>()?;
            all.iter().try_for_each(|company| company.is_unique_under(&next))?;
            all.iter_mut().for_each(|company| company.upgrade(&next));
        }
        *declared = next;
        Ok(prepared)
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        match read.at {
            At::Now => self.answer(read, None),
            At::Held(held) => self.answer(read, Some(held)),
            At::Hold => {
                let held = self.hold(read.company)?;
                let answer = self.answer(read, Some(held));
                if answer.is_err() {
                    self.release(read.company, held)?;
                }
                answer
            }
            At::Last(held) => {
                let answer = self.answer(read, Some(held));
                self.release(read.company, held)?;
                answer
            }
            _ => Err(StoreError::Unsupported { ask: "a snapshot of a kind it does not know" }),
        }
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let declared = self.declared();
        let company = self.company_or_new(batch.company);
        let mut company = write(&company)?;
        company.commit(&declared, batch, self.chain)
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let Some(company) = self.company(from.company) else { return Ok(Vec::new()) };
        Ok(read(&company)?.feed(from))
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let occupied = |of: &Company| match of.position() {
            0 => Ok(()),
            _ => Err(StoreError::Occupied { company }),
        };
        self.company(company).map_or(Ok(()), |there| occupied(&*read(&there)?))?;
        // Nobody waits while the pieces come; tables that are brought to a newer layout meanwhile end it.
        let declared = self.declared().clone();
        let loaded = Company::loaded(&declared, pieces)?;
        let now = self.declared();
        if !loaded.fits(&now) {
            let why = "a table was changed while the company was loaded: load it again";
            return Err(StoreError::Unavailable(why.into()));
        }
        let there = self.company_or_new(company);
        let mut there = write(&there)?;
        occupied(&there)?;
        *there = loaded;
        Ok(())
    }
}

fn poisoned<T>(_: PoisonError<T>) -> StoreError {
    StoreError::Corrupt("a thread panicked while it changed this company".into())
}

fn read(company: &RwLock<Company>) -> Result<RwLockReadGuard<'_, Company>, StoreError> {
    company.read().map_err(poisoned)
}

fn write(company: &RwLock<Company>) -> Result<RwLockWriteGuard<'_, Company>, StoreError> {
    company.write().map_err(poisoned)
}
