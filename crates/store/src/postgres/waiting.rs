//! The store for hosts that may not block: the same calls over tokio-postgres.
//!
//! Commits run in tasks of the store's own, one per company that somebody writes: a request that is cancelled takes back what
//! still waits in line, and leaves alone what is on its way.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, AsyncStore, Batch, Commit, FeedFrom, Pending, Prepared, Read, Snapshot, StoreError,
    Table,
};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, NoTls, Row, Socket};

use super::PostgresOptions;
use super::calls::{Calls, Source, Taken, named};
use super::error::{Outcome, unavailable};
use super::line::Line;
use super::piped::{FAREWELL, Handed, Patience, Piped, welcome};
use super::trip::{Step, Told};
use super::wire::{Params, Wire, all_end, ends};

type Made = Pin<Box<dyn Future<Output = Result<Handed, String>> + Send>>;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// [`Postgres`](super::Postgres) for hosts that may not block. It lives on the tokio runtime on which it was made, which needs
/// its timer (`enable_all`).
///
/// Dropping the future of a commit leaves the batch stored whole or not at all: what waits in line is taken out of it, what is on
/// its way is finished.
pub struct AsyncPostgres {
    inner: Arc<Inner>,
}

struct Inner {
    calls: Calls<Connections>,
    lines: Mutex<HashMap<CompanyId, Line<Waiting>>>,
    runtime: Handle,
}

/// Where the answer to a waiting batch goes.
type Waiting = oneshot::Sender<Result<Commit, StoreError>>;

impl fmt::Debug for AsyncPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = &self.inner.calls.room.schema;
        f.debug_struct("AsyncPostgres").field("schema", schema).finish_non_exhaustive()
    }
}

impl AsyncPostgres {
    /// Connects to the server at `url`, as [`Postgres::connect`](super::Postgres::connect) does.
    ///
    /// ```no_run
    /// # async fn connect() -> Result<(), fondaco_core::store::StoreError> {
    /// use fondaco_store::AsyncPostgres;
    /// let store = AsyncPostgres::connect("postgresql://books:secret@db.example.com/books").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As there, and [`StoreError::Misused`] outside of a tokio runtime.
    pub async fn connect(url: &str) -> Result<AsyncPostgres, StoreError> {
        AsyncPostgres::connect_with(url, &PostgresOptions::new()).await
    }

    /// Connects with options.
    ///
    /// # Errors
    /// As [`connect`](AsyncPostgres::connect).
    pub async fn connect_with(
        url: &str,
        options: &PostgresOptions,
    ) -> Result<AsyncPostgres, StoreError> {
        AsyncPostgres::connect_tls(url, options, NoTls).await
    }

    /// Connects with TLS, as [`Postgres::connect_tls`](super::Postgres::connect_tls) does.
    ///
    /// # Errors
    /// As [`connect`](AsyncPostgres::connect).
    pub async fn connect_tls<T>(
        url: &str,
        options: &PostgresOptions,
        tls: T,
    ) -> Result<AsyncPostgres, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let mut config: tokio_postgres::Config = super::configured(url)?;
        defaults!(config);
        let store = AsyncPostgres::with_handed(options, move |runtime| {
            let (config, tls) = (config.clone(), tls.clone());
            Box::pin(async move {
                let made = welcome().within(config.connect(tls)).await;
                let (client, connection) = made.map_err(|failure| failure.named().to_string())?;
                let connection = Some(runtime.spawn(connection));
                Ok(Box::new(Own { client, _farewell: Farewell { connection, runtime } }) as Handed)
            })
        })?;
        // That somebody is there is known now, not at the first command.
        drop(store.inner.calls.source.take(false).await?);
        Ok(store)
    }

    /// A store over connections that the host makes, each anything that gives a [`Client`]: a boxed client with the host's TLS,
    /// whose connection the host has spawned, or one of a pool's. The store keeps at most
    /// [`connections`](PostgresOptions::connections) of them.
    ///
    /// # Errors
    /// [`StoreError::Misused`] outside of a tokio runtime.
    pub fn with<C, E, F>(
        options: &PostgresOptions,
        make: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<AsyncPostgres, StoreError>
    where
        C: Deref<Target = Client> + Send + Sync + 'static,
        E: fmt::Display,
        F: Future<Output = Result<C, E>> + Send + 'static,
    {
        AsyncPostgres::with_handed(options, move |_| {
            let made = make();
            Box::pin(async move {
                match made.await {
                    Ok(client) => Ok(Box::new(client) as Handed),
                    Err(error) => Err(error.to_string()),
                }
            })
        })
    }

    fn with_handed(
        options: &PostgresOptions,
        make: impl Fn(Handle) -> Made + Send + Sync + 'static,
    ) -> Result<AsyncPostgres, StoreError> {
        let runtime = Handle::try_current().map_err(|_| {
            StoreError::Misused("an AsyncPostgres is made inside a tokio runtime".into())
        })?;
        let most = options.connections.max(2);
        let source = Connections(Arc::new(Set {
            make: Box::new(make),
            free: Arc::new(Semaphore::new(most)),
            holders: Arc::new(Semaphore::new(most / 2)),
            most,
            idle: Mutex::default(),
            patience: Patience { time: options.patience, runtime: Some(runtime.clone()) },
            runtime: runtime.clone(),
        }));
        let calls = Calls::new(options.room(), source);
        Ok(AsyncPostgres { inner: Arc::new(Inner { calls, lines: Mutex::default(), runtime }) })
    }

    /// Lets a role of the database read the rows of `company` with SQL of its own; see
    /// [`Postgres::let_read`](super::Postgres::let_read).
    ///
    /// # Errors
    /// As there.
    pub async fn let_read(&self, company: CompanyId, role: &str) -> Result<(), StoreError> {
        named(self.inner.calls.reader(company, role, true).await)
    }

    /// Takes back what [`let_read`](AsyncPostgres::let_read) gave.
    ///
    /// # Errors
    /// As there.
    pub async fn forbid_read(&self, company: CompanyId, role: &str) -> Result<(), StoreError> {
        named(self.inner.calls.reader(company, role, false).await)
    }
}

/// A client of our own. It is dropped first, then what sees its connection off.
struct Own {
    client: Client,
    _farewell: Farewell,
}

impl Deref for Own {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Ends a connection whose client is gone, also where the server never says what it was asked last.
struct Farewell {
    connection: Option<JoinHandle<Result<(), tokio_postgres::Error>>>,
    runtime: Handle,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let end = connection.abort_handle();
        drop(self.runtime.spawn(async move {
            if tokio::time::timeout(FAREWELL, connection).await.is_err() {
                end.abort();
            }
        }));
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Line<Waiting>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a batch in line, and sees that somebody works on it.
    fn join(self: &Arc<Inner>, batch: Batch) -> oneshot::Receiver<Result<Commit, StoreError>> {
        let (sender, receiver) = oneshot::channel();
        let company = batch.company;
        let mut lines = self.lock();
        let line = lines.entry(company).or_default();
        line.waiting.push_back((sender, batch));
        if !std::mem::replace(&mut line.busy, true) {
            drop(lines);
            // The turn is there before the task: a runtime that is gone drops the task as it is.
            let turn = Turn { inner: self.clone(), company, over: false };
            self.runtime.spawn(turn.work());
        }
        receiver
    }
}

/// The work on a company's line. However it ends, the next batch finds somebody.
struct Turn {
    inner: Arc<Inner>,
    company: CompanyId,
    over: bool,
}

impl Turn {
    /// Commits what waits for the company until nothing does.
    async fn work(mut self) {
        while let Some(group) = self.next() {
            let (senders, batches): (Vec<Waiting>, Vec<Batch>) = group.into_iter().unzip();
            let taken = self.inner.calls.group(self.company, batches).await;
            let mut again = Vec::new();
            for (sender, taken) in senders.into_iter().zip(taken) {
                match taken {
                    // Nobody may be there any more to hear it.
                    Taken::Answered(answer) => drop(sender.send(answer)),
                    Taken::Again(batch) => again.push((sender, batch)),
                }
            }
            let mut lines = self.inner.lock();
            let line = lines.entry(self.company).or_default();
            again.into_iter().rev().for_each(|waiting| line.waiting.push_front(waiting));
        }
    }

    /// The batches whose callers still wait; `None` when the line is empty, and gone.
    fn next(&mut self) -> Option<Vec<(Waiting, Batch)>> {
        let mut lines = self.inner.lock();
        let line = lines.get_mut(&self.company)?;
        line.waiting.retain(|(sender, _)| !sender.is_closed());
        let group = line.take();
        if group.is_empty() {
            lines.remove(&self.company);
            self.over = true;
            return None;
        }
        Some(group)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.over {
            // After a panic, or with the runtime: who waits is told by the end of its channel.
            self.inner.lock().remove(&self.company);
        }
    }
}

impl AsyncStore for AsyncPostgres {
    fn prepare<'a>(&'a self, tables: &'a [&'static Table]) -> Pending<'a, Prepared> {
        Box::pin(async move { named(self.inner.calls.prepare(tables).await) })
    }

    fn read<'a>(&'a self, read: &'a Read) -> Pending<'a, Answer> {
        Box::pin(async move { named(self.inner.calls.read(read).await) })
    }

    fn commit(&self, batch: Batch) -> Pending<'_, Commit> {
        Box::pin(async move {
            self.inner.calls.sweep();
            if batch.check {
                return named(self.inner.calls.ask(batch.company, &batch).await);
            }
            let id = batch.id;
            let lost = |_| Err(StoreError::Unknown { id, why: "its task ended on the way".into() });
            self.inner.join(batch).await.unwrap_or_else(lost)
        })
    }

    fn feed<'a>(&'a self, from: &'a FeedFrom) -> Pending<'a, Vec<Commit>> {
        Box::pin(async move { named(self.inner.calls.ask(from.company, from).await) })
    }

    fn release(&self, company: CompanyId, held: Snapshot) {
        self.inner.calls.release(company, held);
    }
}

/// A bounded set of connections.
struct Connections(Arc<Set>);

struct Set {
    make: Box<dyn Fn(Handle) -> Made + Send + Sync>,
    /// One permit per connection, one per connection that may hold a snapshot.
    free: Arc<Semaphore>,
    holders: Arc<Semaphore>,
    most: usize,
    idle: Mutex<Vec<Piped>>,
    patience: Patience,
    runtime: Handle,
}

impl Set {
    fn idle(&self) -> MutexGuard<'_, Vec<Piped>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn permit(
        &self,
        of: &Arc<Semaphore>,
        what: &str,
    ) -> Result<OwnedSemaphorePermit, StoreError> {
        let waited = {
            // Whoever polls need not be on the runtime.
            let _on_it = self.runtime.enter();
            tokio::time::timeout(PATIENCE, of.clone().acquire_owned())
        };
        waited.await.ok().and_then(Result::ok).ok_or_else(|| {
            unavailable(format!(
                "all {} connections are in use{what}: give the store more (PostgresOptions::connections)",
                self.most
            ))
        })
    }
}

impl Source for Connections {
    type Lent = Lent;

    async fn take(&self, holds: bool) -> Result<Lent, StoreError> {
        let set = &self.0;
        let hold = match holds {
            true => Some(set.permit(&set.holders, ", or half of them hold snapshots").await?),
            false => None,
        };
        let permits = (set.permit(&set.free, "").await?, hold);
        let idle = set.idle().pop();
        let open = match idle {
            Some(open) => open,
            None => {
                let made = set.runtime.spawn((set.make)(set.runtime.clone())).await;
                let ended = |_| unavailable("the runtime ended");
                Piped::new(made.map_err(ended)?.map_err(unavailable)?, set.patience.clone())
            }
        };
        let (open, permits) = (Some(open), Some(permits));
        Ok(Lent { set: set.clone(), open, permits, sound: true, inside: false })
    }

    async fn pause(&self, time: Duration) {
        let waited = {
            let _on_it = self.0.runtime.enter();
            tokio::time::sleep(time)
        };
        waited.await;
    }
}

/// A connection while it is used. It goes back when it is dropped, unless it is broken.
struct Lent {
    set: Arc<Set>,
    open: Option<Piped>,
    permits: Option<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)>,
    sound: bool,
    /// Whether a transaction may be open.
    inside: bool,
}

impl Lent {
    fn open(&mut self) -> Outcome<&mut Piped> {
        self.inside = true;
        self.open.as_mut().ok_or_else(|| unavailable("the connection is closed").into())
    }

    fn noted<T>(&mut self, done: Outcome<T>) -> Outcome<T> {
        if matches!(&done, Err(failure) if failure.is_lost()) {
            self.sound = false;
            // After the server went, all that is idle is of no use.
            let gone = std::mem::take(&mut *self.set.idle());
            drop(gone);
        }
        done
    }
}

impl Wire for Lent {
    async fn query<'a>(&'a mut self, sql: &'a str, params: Params<'a>) -> Outcome<Vec<Row>> {
        let done = self.open()?.query(sql, params).await;
        self.noted(done)
    }

    async fn execute<'a>(&'a mut self, sql: &'a str, params: Params<'a>) -> Outcome<u64> {
        let done = self.open()?.execute(sql, params).await;
        self.noted(done)
    }

    async fn run<'a>(&'a mut self, sql: &'a str) -> Outcome<()> {
        let done = self.open()?.run(sql).await;
        self.inside &= done.is_err() || !ends(sql);
        self.noted(done)
    }

    async fn all<'a>(&'a mut self, steps: &'a [Step<'a>]) -> Outcome<Vec<Told>> {
        let done = self.open()?.all(steps).await;
        self.inside &= done.is_err() || !all_end(steps);
        self.noted(done)
    }

    fn forget(&mut self) {
        if let Some(open) = &mut self.open {
            open.forget();
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let open = self.open.take().filter(|open| self.sound && !open.is_closed());
        let (Some(mut open), permits) = (open, self.permits.take()) else { return };
        if !self.inside {
            self.set.idle().push(open);
            return;
        }
        // Somebody went away in the middle: the server is told to forget it before anybody else comes.
        let set = self.set.clone();
        let runtime = set.runtime.clone();
        runtime.spawn(async move {
            if open.run("ROLLBACK").await.is_ok() {
                set.idle().push(open);
            }
            drop(permits);
        });
    }
}
