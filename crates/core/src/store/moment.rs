//! One held snapshot, read in pages: for whoever has to see all of a company as it stood at one moment.

use smol_str::SmolStr;

use super::{
    Answer, Ask, AsyncStore, At, Commit, FeedFrom, KeyBytes, Read, Reply, Row, Scan, Snapshot,
    Store, StoreError, Table,
};
use crate::CompanyId;
use crate::chain::next_page;

/// How many rows or commits are read at once.
const PAGE: usize = 4096;

/// A company as it stood at one moment, whatever is committed meanwhile; released when it is dropped.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::store::Moment;
/// # let shop = shop();
/// let moment = Moment::hold(shop.store(), shop.company())?;
/// let (mut shelves, mut commits) = (0, 0);
/// moment.rows(Shelf::TABLE, |page| Ok::<_, StoreError>(shelves += page.len()))?;
/// moment.commits(0, |page| Ok::<_, StoreError>(commits += page.len()))?;
/// assert_eq!((shelves, commits, moment.position()), (2, 1, 1));
/// # Ok::<(), StoreError>(())
/// ```
pub struct Moment<'s> {
    store: &'s dyn Store,
    company: CompanyId,
    at: Snapshot,
}

impl<'s> Moment<'s> {
    /// Holds the newest snapshot.
    ///
    /// # Errors
    /// The store's own failures.
    pub fn hold(store: &'s dyn Store, company: CompanyId) -> Result<Moment<'s>, StoreError> {
        let at = store.read(&Read::at(company, At::Hold, Vec::new()))?.at;
        Ok(Moment { store, company, at })
    }

    /// The position of its last commit.
    pub fn position(&self) -> u64 {
        self.at.position
    }

    /// Asks something.
    ///
    /// # Errors
    /// [`StoreError::SnapshotGone`] when the store keeps no snapshot as long as that, or its own failures.
    pub fn ask(&self, ask: Ask) -> Result<Reply, StoreError> {
        let read = Read::at(self.company, At::Held(self.at), vec![ask]);
        let Answer { mut replies, .. } = self.store.read(&read)?;
        replies.pop().ok_or_else(|| StoreError::Misused("a question was not answered".into()))
    }

    /// That every table in which the company has rows is among `tables`: so nothing is left out of a copy, not even counters,
    /// which no hash covers.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::store::Moment;
    /// # let shop = shop();
    /// let moment = Moment::hold(shop.store(), shop.company())?;
    /// assert!(moment.has_no_others(&shop.tables()).is_ok());
    /// let short = moment.has_no_others(&[Shelf::TABLE, Note::TABLE]).unwrap_err();
    /// assert!(short.to_string().contains("tables range_guard, stock have rows"), "{short}");
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Misused`] with the names of those that are not, [`StoreError::Unsupported`] by a store that can't tell, or as
    /// [`ask`](Moment::ask).
    pub fn has_no_others(&self, tables: &[&'static Table]) -> Result<(), StoreError> {
        let Reply::AllTables(found) = self.ask(Ask::AllTables)? else {
            return Err(StoreError::Misused("a question for tables was not answered".into()));
        };
        let is_new = |name: &&SmolStr| tables.iter().all(|table| table.name != name.as_str());
        let others: Vec<&str> = found.iter().filter(is_new).map(SmolStr::as_str).collect();
        if others.is_empty() {
            return Ok(());
        }
        Err(StoreError::Misused(format!(
            "tables {} have rows of company {}, and are not among those given: name all that were ever used, or prepare \
             them through the driver",
            others.join(", "),
            self.company
        )))
    }

    /// All rows of a table, in pages, in order of key.
    ///
    /// # Errors
    /// As [`ask`](Moment::ask), or what `each` fails with.
    pub fn rows<E: From<StoreError>>(
        &self,
        table: &'static Table,
        mut each: impl FnMut(Vec<Row>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = KeyBytes::new(&[]);
        loop {
            let start = from.clone();
            let scan =
                Scan { table, index: None, from: start, to: None, backwards: false, limit: PAGE };
            let Reply::Rows(rows) = self.ask(Ask::Scan(scan))? else {
                return Err(StoreError::Misused("a scan was not answered with rows".into()).into());
            };
            let Some(last) = rows.last() else { return Ok(()) };
            from = next_page(table, &from, last)?;
            each(rows)?;
        }
    }

    /// All commits after a position and up to this moment, in pages, in order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when one is missing, the store's own failures, or what `each` fails with.
    pub fn commits<E: From<StoreError>>(
        &self,
        after: u64,
        mut each: impl FnMut(Vec<Commit>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut after = after;
        while after < self.position() {
            let page = self.commits_after(after, PAGE)?;
            after += page.len() as u64;
            each(page)?;
        }
        Ok(())
    }

    /// At most `limit` commits after a position and up to this moment; none after the last.
    pub(super) fn commits_after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Commit>, StoreError> {
        let mut page = match after < self.position() {
            true => self.store.feed(&FeedFrom::new(self.company, after, limit))?,
            false => return Ok(Vec::new()),
        };
        page.retain(|commit| commit.position <= self.position());
        let follows = page.iter().zip(after + 1..).all(|(commit, next)| commit.position == next);
        if page.is_empty() || !follows {
            let why = format!("a commit after position {after} is missing: verify the books");
            return Err(StoreError::Corrupt(why));
        }
        Ok(page)
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        // A hold that is gone already needs no releasing.
        let _ = self.store.read(&Read::at(self.company, At::Last(self.at), Vec::new()));
    }
}

impl std::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Moment").field("company", &self.company).field("at", &self.at).finish()
    }
}

/// A snapshot of a store, which is released with it: also when what reads it panics, and somebody catches that, as web services do.
pub(crate) struct Hold<'s> {
    store: &'s dyn Store,
    company: CompanyId,
    at: Snapshot,
    over: bool,
}

impl<'s> Hold<'s> {
    pub(crate) fn new(store: &'s dyn Store, company: CompanyId, at: Snapshot) -> Hold<'s> {
        Hold { store, company, at, over: false }
    }

    /// It was released, by whoever wants to know how that went.
    pub(crate) fn over(mut self) {
        self.over = true;
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if !self.over {
            let _ = self.store.read(&Read::at(self.company, At::Last(self.at), Vec::new()));
        }
    }
}

/// A snapshot of an asynchronous store, which is released with it: also when whoever held it is dropped on the way, as a
/// cancelled request is.
pub(crate) struct AsyncHold<'s> {
    store: &'s dyn AsyncStore,
    company: CompanyId,
    at: Snapshot,
    over: bool,
}

impl<'s> AsyncHold<'s> {
    pub(crate) fn new(
        store: &'s dyn AsyncStore,
        company: CompanyId,
        at: Snapshot,
    ) -> AsyncHold<'s> {
        AsyncHold { store, company, at, over: false }
    }

    /// It was released, and whoever did it waited for that.
    pub(crate) fn over(mut self) {
        self.over = true;
    }
}

impl Drop for AsyncHold<'_> {
    fn drop(&mut self) {
        if !self.over {
            self.store.release(self.company, self.at);
        }
    }
}
