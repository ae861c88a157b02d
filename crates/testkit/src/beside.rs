//! Stores over another that let somebody in at a chosen call, or count what is called.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Prepared, Read, Reply, Store, StoreError, Table,
};

/// Before which call something happens, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A read.
    Read(u32),
    /// A commit.
    Commit(u32),
}

type Deed = Box<dyn FnOnce(&dyn Store) + Send>;

/// A store that does something once, right before a chosen call: how another's commit slips in.
///
/// ```
/// use fondaco_core::{CompanyId, Driver, Halt};
/// use fondaco_core::store::Store;
/// use fondaco_testkit::{Model, Moment, Slipping};
/// use std::sync::Arc;
///
/// let slipping = Slipping::over(Arc::new(Model::new()), Moment::Read(1), |_store| {
///     // another driver on the bare store commits here
/// });
/// let driver = Driver::new(slipping.clone(), CompanyId::named("acme"));
/// driver.view(|_| Ok::<(), Halt>(()))?;
/// assert!(slipping.has_slipped());
/// # Ok::<(), Halt>(())
/// ```
pub struct Slipping {
    inner: Arc<dyn Store>,
    at: Moment,
    deed: Mutex<Option<Deed>>,
    calls: [AtomicU32; 2],
}

impl Slipping {
    /// Does `deed`, with the store below, before the call `at`.
    pub fn over(
        inner: Arc<dyn Store>,
        at: Moment,
        deed: impl FnOnce(&dyn Store) + Send + 'static,
    ) -> Arc<Slipping> {
        let deed: Deed = Box::new(deed);
        let (deed, calls) = (Mutex::new(Some(deed)), Default::default());
        Arc::new(Slipping { inner, at, deed, calls })
    }

    /// Whether it was done.
    pub fn has_slipped(&self) -> bool {
        self.deed.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    fn before(&self, at: Moment) {
        if self.at == at {
            let deed = self.deed.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(deed) = deed {
                deed(&*self.inner);
            }
        }
    }
}

impl Store for Slipping {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.inner.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let [reads, _] = &self.calls;
        self.before(Moment::Read(reads.fetch_add(1, Ordering::SeqCst) + 1));
        self.inner.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let [_, commits] = &self.calls;
        self.before(Moment::Commit(commits.fetch_add(1, Ordering::SeqCst) + 1));
        self.inner.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.inner.feed(from)
    }
}

impl fmt::Debug for Slipping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slipping").field("at", &self.at).finish_non_exhaustive()
    }
}

/// A store that counts its calls and the rows that it gives: how many trips an act takes, how much it reads, and how often writers
/// collide.
///
/// ```
/// use fondaco_core::{CompanyId, Driver, Halt};
/// use fondaco_testkit::{Counting, Model};
/// use std::sync::Arc;
///
/// let counting = Counting::over(Arc::new(Model::new()));
/// let driver = Driver::new(counting.clone(), CompanyId::named("acme"));
/// driver.view(|_| Ok::<(), Halt>(()))?;
/// assert_eq!((counting.reads(), counting.commits(), counting.refused()), (2, 0, 0)); // hold, release
/// # Ok::<(), Halt>(())
/// ```
pub struct Counting {
    inner: Arc<dyn Store>,
    reads: AtomicUsize,
    rows: AtomicUsize,
    commits: AtomicUsize,
    refused: AtomicUsize,
}

impl Counting {
    /// Counts the calls of a store.
    pub fn over(inner: Arc<dyn Store>) -> Arc<Counting> {
        let (reads, rows, commits, refused) = Default::default();
        Arc::new(Counting { inner, reads, rows, commits, refused })
    }

    /// Reads so far.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// The rows that reads gave so far; each question counts as one more, whatever it gives.
    ///
    /// ```
    /// use fondaco_core::due::{self, DueItem};
    /// use fondaco_core::{CompanyId, Driver, Halt, Range, Reading};
    /// use fondaco_testkit::{Counting, Model};
    /// use std::sync::Arc;
    ///
    /// let counting = Counting::over(Arc::new(Model::new()));
    /// let driver = Driver::new(counting.clone(), CompanyId::named("acme"));
    /// driver.prepare(due::TABLES).unwrap();
    /// let before = counting.rows();
    /// driver.view(|view| view.peek_scan(&Range::<DueItem>::all()))?;
    /// assert_eq!(counting.rows() - before, 1); // it gave none
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn rows(&self) -> usize {
        self.rows.load(Ordering::SeqCst)
    }

    /// Commits so far, those that were refused among them.
    pub fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }

    /// Commits that the store refused: somebody else was first, a floor broke.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }
}

impl Store for Counting {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.inner.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let answer = self.inner.read(read)?;
        let rows = answer.replies.iter().map(|reply| match reply {
            Reply::Got(rows) => 1 + rows.iter().flatten().count(),
            Reply::Rows(rows) => 1 + rows.len(),
            _ => 1,
        });
        self.rows.fetch_add(rows.sum(), Ordering::SeqCst);
        Ok(answer)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let answer = self.inner.commit(batch);
        if matches!(answer, Err(StoreError::Refused(_))) {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        answer
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.inner.feed(from)
    }
}

impl fmt::Debug for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (commits, refused) = (self.commits(), self.refused());
        write!(f, "Counting({} reads, {commits} commits, {refused} refused)", self.reads())
    }
}
