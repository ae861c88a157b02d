//! A store that somebody has been at.

use std::sync::Arc;

use fondaco_core::store::{
    Answer, Ask, Batch, Commit, FeedFrom, Prepared, Read, Reply, Row, Scan, Store, StoreError,
    Table,
};

/// A store that somebody has been at: what it tells of its commits and rows is not what it was told.
pub struct Altered {
    pub inner: Arc<dyn Store>,
    pub feed: AlterFeed,
    pub rows: AlterRows,
    /// Tells no command's receipt, and of no counter by its key.
    pub lost: bool,
    /// Whether what is read in parts is altered too, and not only what is read from its beginning.
    pub parts: bool,
}

impl Altered {
    /// What `feed` and `rows` make of a store.
    pub fn new(
        inner: Arc<dyn Store>,
        feed: impl Fn(&mut Vec<Commit>) + Send + Sync + 'static,
        rows: impl Fn(&Scan, &mut Vec<Row>) + Send + Sync + 'static,
    ) -> Altered {
        Altered { inner, feed: Box::new(feed), rows: Box::new(rows), lost: false, parts: false }
    }
}

pub type AlterFeed = Box<dyn Fn(&mut Vec<Commit>) + Send + Sync>;
pub type AlterRows = Box<dyn Fn(&Scan, &mut Vec<Row>) + Send + Sync>;

impl Store for Altered {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.inner.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let mut answer = self.inner.read(read)?;
        for (ask, reply) in read.asks.iter().zip(&mut answer.replies) {
            if let (Ask::Scan(scan), Reply::Rows(rows)) = (ask, &mut *reply)
                && (self.parts || scan.from.as_slice().is_empty())
            {
                (self.rows)(scan, rows);
            }
            match (ask, reply) {
                (Ask::Command(_), Reply::Command(receipt)) if self.lost => *receipt = None,
                (Ask::Get(..), Reply::Got(rows)) if self.lost => rows.fill(None),
                _ => {}
            }
        }
        Ok(answer)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.inner.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let mut commits = self.inner.feed(from)?;
        (self.feed)(&mut commits);
        Ok(commits)
    }
}
