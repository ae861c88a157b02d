//! Any store as one that is waited for: its calls run on a few threads of their own, whatever runtime the host has, if any.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::JoinHandle;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, AsyncStore, At, Batch, Commit, FeedFrom, Pending, Prepared, Read, Snapshot, Store,
    StoreError, Table,
};

/// An [`AsyncStore`] over a blocking store.
///
/// A call is taken by a thread when its future is first polled. If the future is dropped before a thread came to it, nothing is
/// done; after that the thread carries it out to its end, so that a cancelled commit is stored whole or not at all. What a
/// cancelled read holds is released.
///
/// ```
/// use fondaco_core::store::{AsyncStore, Read};
/// use fondaco_core::CompanyId;
/// use fondaco_store::{Memory, OnThreads};
/// let store = OnThreads::new(Memory::new(), 2);
/// let read = Read::now(CompanyId::named("acme"), vec![]);
/// let answer = fondaco_testkit::block_on(AsyncStore::read(&store, &read))?;
/// assert_eq!(answer.at.position, 0);
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
pub struct OnThreads<S> {
    store: Arc<S>,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

type Work = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, work: Work) {
        self.lock().work.push_back(work);
        self.more.notify_one();
    }

    /// Works until the queue is closed.
    fn serve(&self) {
        loop {
            let mut state = self.lock();
            let work = loop {
                match state.work.pop_front() {
                    Some(work) => break work,
                    None if state.closed => return,
                    None => state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(state);
            // A panic of the store's ends this call alone: whoever waits is told when the work is dropped.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        }
    }
}

/// What a call comes to, and who waits for it.
struct Waited<T> {
    result: Option<Result<T, StoreError>>,
    waker: Option<Waker>,
}

struct Slot<T>(Mutex<Waited<T>>);

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, Waited<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, result: Result<T, StoreError>) {
        let mut slot = self.lock();
        slot.result.get_or_insert(result);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }
}

/// What answers for a call that was dropped on its way.
struct Promise<T> {
    slot: Arc<Slot<T>>,
    lost: StoreError,
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.slot.set(Err(self.lost.clone()));
    }
}

impl<S: Store + 'static> OnThreads<S> {
    /// Runs the calls of `store` on so many threads, at least one. A store whose commits wait for one another needs no more than
    /// a few; PostgreSQL takes as many as it has connections.
    pub fn new(store: S, threads: usize) -> OnThreads<S> {
        let queue: Arc<Queue> = Arc::default();
        let serve = |_| {
            let queue = queue.clone();
            std::thread::Builder::new().name("fondaco store".into()).spawn(move || queue.serve())
        };
        let threads = (0..threads.max(1)).map(serve).filter_map(Result::ok).collect();
        OnThreads { store: Arc::new(store), queue, threads }
    }

    /// The store itself, for whoever may block.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Releases a hold of `company`, on one of the threads.
    fn letting_go(&self, company: CompanyId) -> LettingGo {
        let (store, queue) = (self.store.clone(), self.queue.clone());
        Box::new(move |held| {
            queue.push(Box::new(move || {
                // What is gone by itself needs no releasing.
                let _ = store.read(&Read::at(company, At::Last(held), Vec::new()));
            }));
        })
    }

    async fn call<T: Send + 'static>(
        &self,
        lost: StoreError,
        act: impl FnOnce(&S) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.threads.is_empty() {
            return Err(StoreError::Unavailable("the system gives no threads".into()));
        }
        let slot = Arc::new(Slot(Mutex::new(Waited { result: None, waker: None })));
        let wanted = Arc::downgrade(&slot);
        let (store, promise) = (self.store.clone(), Promise { slot: slot.clone(), lost });
        let work = move || {
            // Beside the promise's own, somebody still waits.
            if wanted.strong_count() > 1 {
                promise.slot.set(act(&store));
            }
        };
        self.queue.push(Box::new(work));
        poll_fn(|context| {
            let mut state = slot.lock();
            match state.result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    state.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("the store's thread ended on the way".into())
}

impl<S: Store + 'static> AsyncStore for OnThreads<S> {
    fn prepare<'a>(&'a self, tables: &'a [&'static Table]) -> Pending<'a, Prepared> {
        let tables = tables.to_vec();
        Box::pin(self.call(unavailable(), move |store| store.prepare(&tables)))
    }

    fn read<'a>(&'a self, read: &'a Read) -> Pending<'a, Answer> {
        let (asked, holds) = (read.clone(), read.at == At::Hold);
        let letting_go = self.letting_go(read.company);
        Box::pin(async move {
            let read = move |store: &S| {
                let answer = Some(store.read(&asked)?);
                Ok(Given { answer, unless_taken: holds.then_some(letting_go) })
            };
            self.call(unavailable(), read).await?.take()
        })
    }

    fn commit(&self, batch: Batch) -> Pending<'_, Commit> {
        let why = "the store's thread ended on the way".into();
        let lost = StoreError::Unknown { id: batch.id, why };
        Box::pin(self.call(lost, move |store| store.commit(batch)))
    }

    fn feed<'a>(&'a self, from: &'a FeedFrom) -> Pending<'a, Vec<Commit>> {
        let from = from.clone();
        Box::pin(self.call(unavailable(), move |store| store.feed(&from)))
    }

    fn release(&self, company: CompanyId, held: Snapshot) {
        self.letting_go(company)(held);
    }
}

type LettingGo = Box<dyn FnOnce(Snapshot) + Send>;

/// The answer to a read. One that holds is released when nobody takes it: the request was cancelled meanwhile.
struct Given {
    answer: Option<Answer>,
    unless_taken: Option<LettingGo>,
}

impl Given {
    fn take(mut self) -> Result<Answer, StoreError> {
        self.answer.take().ok_or_else(unavailable)
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        if let (Some(answer), Some(let_go)) = (self.answer.take(), self.unless_taken.take()) {
            let_go(answer.at);
        }
    }
}

impl<S> Drop for OnThreads<S> {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.more.notify_all();
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

impl<S> fmt::Debug for OnThreads<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnThreads").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}
