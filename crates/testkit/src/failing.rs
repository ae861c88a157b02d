//! Acts under failure: a store that fails once, at a chosen step, and a sweep over all steps.
//!
//! After CrashMonkey and ALICE (Pillai et al., OSDI 2014) and SQLite's own tests, which let the k-th call fail for every k:
//! whatever fails, an act must be stored whole or not at all, and asking again with the same command must complete it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, Batch, Commit, Event, FeedFrom, Pieces, Prepared, Read, Store, StoreError, Table, Value,
};

/// A store that fails at its `k`-th step, once, and is well before and after.
///
/// `prepare`, `read` and `feed` are one step each: the call is not made and the caller gets
/// [`StoreError::Unavailable`]. `commit` is two: before it (`Unavailable`, nothing was done), and after it: the store did
/// what it did, but the caller gets [`StoreError::Unknown`].
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_core::store::{Read, Store, StoreError};
/// use fondaco_testkit::{Failing, Model};
///
/// let store = Failing::new(Model::new(), 2);
/// let read = Read::now(CompanyId::named("acme"), vec![]);
/// assert!(store.read(&read).is_ok());
/// assert!(matches!(store.read(&read), Err(StoreError::Unavailable(_))));
/// assert!(store.read(&read).is_ok());
/// ```
#[derive(Debug)]
pub struct Failing<S> {
    inner: S,
    at: u64,
    steps: AtomicU64,
}

impl<S: Store> Failing<S> {
    /// Fails at step `at`, counted from 1; 0 never fails.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_core::store::{FeedFrom, Store};
    /// use fondaco_testkit::{Failing, Model};
    ///
    /// let store = Failing::new(Model::new(), 1);
    /// assert!(!store.has_failed());
    /// let feed = FeedFrom::new(CompanyId::named("acme"), 0, 10);
    /// assert!(store.feed(&feed).is_err());
    /// assert!(store.has_failed());
    /// assert!(store.inner().feed(&feed).is_ok()); // the store behind it is well
    /// ```
    pub fn new(inner: S, at: u64) -> Failing<S> {
        Failing { inner, at, steps: AtomicU64::new(0) }
    }

    /// Whether the step at which it fails was reached.
    pub fn has_failed(&self) -> bool {
        self.at > 0 && self.steps.load(Ordering::SeqCst) >= self.at
    }

    /// The store behind it.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Counts a step; whether it is the one that fails.
    fn fails(&self) -> bool {
        self.steps.fetch_add(1, Ordering::SeqCst) + 1 == self.at
    }

    fn step(&self) -> Result<(), StoreError> {
        if self.fails() {
            Err(StoreError::Unavailable("a failure on purpose".into()))
        } else {
            Ok(())
        }
    }
}

impl<S: Store> Store for Failing<S> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.step()?;
        self.inner.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.step()?;
        self.inner.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.step()?;
        let id = batch.id;
        let result = self.inner.commit(batch);
        if self.fails() {
            return Err(StoreError::Unknown { id, why: "a failure on purpose".into() });
        }
        result
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.step()?;
        self.inner.feed(from)
    }
    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        self.step()?;
        let mut counted = || {
            self.step()?;
            pieces()
        };
        self.inner.load(company, &mut counted)
    }
}

/// What a [`sweep`] went through.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// At how many steps the act was made to fail.
    pub failures: u64,
    /// How many commits it makes when nothing fails.
    pub commits: usize,
}

/// Why a [`sweep`] did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepError(String);

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SweepError {}

/// More steps than any act should take: an act that never ends is stopped here.
const MOST_STEPS: u64 = 100_000;

/// Runs `act` on a new store again and again, failing at its first step, its second, and so on, until it passes unharmed.
///
/// Each time the company's feed must hold a beginning of what the unharmed act stores, commit by commit: of no commit
/// half. Then `act` runs once more on the same store, as after a restart: it must succeed, and the feed must be that of the
/// unharmed act. `make` gives stores with everything that the act needs already in place; `act` uses the same command
/// ids every time.
///
/// # Errors
/// What the failing step left behind, or that an act fails on a sound store.
///
/// ```
/// use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
/// use fondaco_core::store::{Batch, Meta, Store};
/// use fondaco_testkit::{Model, sweep};
///
/// let acme = CompanyId::named("acme");
/// let act = |store: &dyn Store| {
///     let meta = Meta::new(ActorId::new("clerk"), Timestamp::EPOCH);
///     store.commit(Batch::new(acme, CommandId::named("order/1"), meta)).map(|_| ())
/// };
/// let swept = sweep(acme, Model::new, act).unwrap();
/// assert_eq!((swept.failures, swept.commits), (2, 1)); // before its commit, and after
/// ```
pub fn sweep<S: Store, E: fmt::Display>(
    company: CompanyId,
    make: impl Fn() -> S,
    act: impl Fn(&dyn Store) -> Result<(), E>,
) -> Result<Swept, SweepError> {
    let sound = make();
    act(&sound).map_err(|error| SweepError(format!("the act fails on a sound store: {error}")))?;
    let whole = told(&sound, company)?;
    for at in 1..MOST_STEPS {
        let store = Failing::new(make(), at);
        let first = act(&store);
        if !store.has_failed() {
            let said = |error| SweepError(format!("the act fails on a sound store: {error}"));
            first.map_err(said)?;
            return Ok(Swept { failures: at - 1, commits: whole.len() });
        }
        let place = |why: &str| SweepError(format!("failing at step {at}: {why}"));
        let left = told(store.inner(), company)?;
        if !whole.starts_with(&left) {
            return Err(place("what is stored is no beginning of what the act stores"));
        }
        if first.is_ok() && left != whole {
            return Err(place("the act says it is done, but not all is stored"));
        }
        act(store.inner()).map_err(|error| place(&format!("asking again fails: {error}")))?;
        if told(store.inner(), company)? != whole {
            return Err(place("asking again does not end where the unharmed act ends"));
        }
    }
    Err(SweepError("the act does not end".into()))
}

/// What the commits of a company say, whatever their time.
type Told = Vec<(fondaco_core::CommandId, Vec<Event>, Vec<Value>)>;

fn told(store: &dyn Store, company: CompanyId) -> Result<Told, SweepError> {
    let feed = store.feed(&FeedFrom::new(company, 0, usize::MAX));
    let feed = feed.map_err(|error| SweepError(format!("the feed can't be read: {error}")))?;
    Ok(feed.into_iter().map(|commit| (commit.id, commit.events, commit.answer)).collect())
}
