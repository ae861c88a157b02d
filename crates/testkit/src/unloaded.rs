//! An asynchronous store that has nothing loaded: each call answers only after it was polled several times.
//!
//! It proves that an asynchronous driver never counts on an answer being there at once. [`block_on`] runs a future
//! without any runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, AsyncStore, At, Batch, Commit, FeedFrom, Pending, Prepared, Read, Snapshot, Store,
    StoreError, Table,
};

/// Any store, behind calls that have to be waited for.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_core::store::{AsyncStore, Read};
/// use fondaco_testkit::{Model, Unloaded, block_on};
///
/// let store = Unloaded::new(Model::new(), 3);
/// let read = Read::now(CompanyId::named("acme"), vec![]);
/// assert_eq!(block_on(store.read(&read)).unwrap().at.position, 0);
/// ```
#[derive(Debug, Clone)]
pub struct Unloaded<S> {
    inner: S,
    polls: u32,
}

impl<S: Store> Unloaded<S> {
    /// Answers from `inner`, each call after it was polled `polls` times in vain.
    ///
    /// ```
    /// use fondaco_core::store::{AsyncStore, FeedFrom};
    /// use fondaco_core::CompanyId;
    /// use fondaco_testkit::{Model, Unloaded, block_on};
    ///
    /// let store = Unloaded::new(Model::new(), 3); // every answer is there at the fourth poll
    /// let feed = FeedFrom::new(CompanyId::named("acme"), 0, 10);
    /// assert!(block_on(store.feed(&feed)).unwrap().is_empty());
    /// ```
    pub fn new(inner: S, polls: u32) -> Unloaded<S> {
        Unloaded { inner, polls }
    }

    /// The store behind it.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Nothing is asked of the store before the last poll: a future dropped early has done nothing.
    fn later<'a, T: 'a>(
        &'a self,
        call: impl FnOnce(&'a S) -> Result<T, StoreError> + Send + 'a,
    ) -> Pending<'a, T> {
        Box::pin(async move {
            Delay(self.polls).await;
            call(&self.inner)
        })
    }
}

impl<S: Store> AsyncStore for Unloaded<S> {
    fn prepare<'a>(&'a self, tables: &'a [&'static Table]) -> Pending<'a, Prepared> {
        self.later(move |store| store.prepare(tables))
    }
    fn read<'a>(&'a self, read: &'a Read) -> Pending<'a, Answer> {
        self.later(move |store| store.read(read))
    }
    fn commit(&self, batch: Batch) -> Pending<'_, Commit> {
        self.later(move |store| store.commit(batch))
    }
    fn feed<'a>(&'a self, from: &'a FeedFrom) -> Pending<'a, Vec<Commit>> {
        self.later(move |store| store.feed(from))
    }
    fn release(&self, company: CompanyId, held: Snapshot) {
        // What is not held needs no releasing.
        let _ = self.inner.read(&Read::at(company, At::Last(held), Vec::new()));
    }
}

/// Is ready after so many polls.
struct Delay(u32);

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(()) };
        self.0 = left;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// An asynchronous store as a blocking one, so that [`certify`](crate::certify) can put it to the test.
///
/// ```
/// use fondaco_testkit::{Blocking, Model, Suite, Unloaded};
/// Suite::new(|| Blocking(Unloaded::new(Model::new(), 2))).only("commits").run().assert();
/// ```
#[derive(Debug, Clone)]
pub struct Blocking<A>(pub A);

impl<A: AsyncStore> Store for Blocking<A> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        block_on(self.0.prepare(tables))
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        block_on(self.0.read(read))
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        block_on(self.0.commit(batch))
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        block_on(self.0.feed(from))
    }
}

/// Runs a future to its end on this thread, which sleeps while the future waits.
///
/// ```
/// assert_eq!(fondaco_testkit::block_on(async { 2 + 2 }), 4);
/// ```
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_polled_in_vain_as_often_as_said_and_a_dropped_one_does_nothing() {
        let store = Unloaded::new(crate::Model::new(), 2);
        let company = CompanyId::from_u128(1);
        let mut context = Context::from_waker(Waker::noop());
        let mut call = store.commit(crate::probe::batch(company, 1));
        for _ in 0..2 {
            assert!(call.as_mut().poll(&mut context).is_pending());
        }
        drop(call);
        let feed = FeedFrom::new(company, 0, 9);
        assert!(block_on(store.feed(&feed)).unwrap().is_empty());
        let mut call = store.commit(crate::probe::batch(company, 1));
        for _ in 0..2 {
            assert!(call.as_mut().poll(&mut context).is_pending());
        }
        assert!(call.as_mut().poll(&mut context).is_ready());
        assert_eq!(block_on(store.feed(&feed)).unwrap().len(), 1);
    }
}
