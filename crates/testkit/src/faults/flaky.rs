//! A store whose calls fail now and then.

use std::sync::{Mutex, PoisonError};

use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Prepared, Read, Store, StoreError, Table,
};

use crate::random::Random;

/// A store each of whose calls fails with a chance of one in so many, drawn from a seed.
///
/// A failing `commit` fails before it is made ([`StoreError::Unavailable`]) or afterwards ([`StoreError::Unknown`]: it was
/// stored, if it could be); every other call is not made. What does not fail is passed on: where [`Failing`](crate::Failing)
/// fails at one chosen step, this fails anywhere, again and again, also while a failure is being made good.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_core::store::{Read, Store};
/// use fondaco_testkit::Model;
/// use fondaco_testkit::faults::Flaky;
///
/// let store = Flaky::new(Model::new(), 7, 4);
/// let read = Read::now(CompanyId::named("acme"), vec![]);
/// let failed = (0..100).filter(|_| store.read(&read).is_err()).count();
/// assert!((10..50).contains(&failed));
/// ```
#[derive(Debug)]
pub struct Flaky<S> {
    inner: S,
    chance: Mutex<Random>,
    one_in: usize,
}

impl<S: Store> Flaky<S> {
    /// Fails at one in `one_in` calls, at those that `seed` draws.
    pub fn new(inner: S, seed: u64, one_in: usize) -> Flaky<S> {
        Flaky { inner, chance: Mutex::new(Random::new(seed)), one_in }
    }

    /// The store behind it.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Whether this call fails, and if so whether it is made all the same.
    fn fails(&self) -> Option<bool> {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        chance.once_in(self.one_in).then(|| chance.once_in(2))
    }

    fn not_made<T>(&self, call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self.fails() {
            Some(_) => Err(StoreError::Unavailable("a failure on purpose".into())),
            None => call(),
        }
    }
}

impl<S: Store> Store for Flaky<S> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.not_made(|| self.inner.prepare(tables))
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.not_made(|| self.inner.read(read))
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let id = batch.id;
        match self.fails() {
            None => self.inner.commit(batch),
            Some(false) => Err(StoreError::Unavailable("a failure on purpose".into())),
            Some(true) => {
                let _ = self.inner.commit(batch);
                Err(StoreError::Unknown { id, why: "a failure on purpose".into() })
            }
        }
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.not_made(|| self.inner.feed(from))
    }
}
