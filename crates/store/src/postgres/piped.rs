//! A client of tokio-postgres, which sends a statement before the one before it is answered; and the same for callers that
//! block, who run it themselves.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Error, Row, Socket, Statement};

use super::CONNECTED;
use super::error::{Failure, Outcome, misused, unavailable};
use super::trip::{Step, Told};
use super::wire::Params;

/// A client of whoever made it: our own, or one of a pool, which takes it back when it is dropped.
pub(super) type Handed = Box<dyn Deref<Target = Client> + Send + Sync>;

/// How long somebody waits for an answer.
#[derive(Debug, Clone)]
pub(super) struct Patience {
    pub(super) time: Duration,
    /// The runtime whose clock it is; `None` for that on which it is waited.
    pub(super) runtime: Option<Handle>,
}

impl Patience {
    /// An answer, if it comes in time. A connection can stay open, and the machines at its ends answer one another, while what lies
    /// between passes nothing on.
    pub(super) async fn within<T>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Outcome<T> {
        let waited = {
            // Whoever polls need not be on the runtime.
            let _on_it = self.runtime.as_ref().map(Handle::enter);
            tokio::time::timeout(self.time, answer)
        };
        match waited.await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Failure::Silent(self.time)),
        }
    }
}

/// A client with the statements that it has prepared.
pub(super) struct Piped {
    client: Handed,
    statements: HashMap<String, Statement>,
    patience: Patience,
}

/// A statement on its way.
type Sent<'c> = Pin<Box<dyn Future<Output = Result<Told, Error>> + Send + 'c>>;

impl Piped {
    pub(super) fn new(client: Handed, patience: Patience) -> Piped {
        Piped { client, statements: HashMap::new(), patience }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Forgets the prepared statements.
    pub(super) fn forget(&mut self) {
        self.statements.clear();
    }

    async fn prepared(&mut self, sql: &str) -> Outcome<Statement> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let fresh = self.patience.within(self.client.prepare(sql)).await?;
        self.statements.insert(sql.into(), fresh.clone());
        Ok(fresh)
    }

    pub(super) async fn query(&mut self, sql: &str, params: Params<'_>) -> Outcome<Vec<Row>> {
        let statement = self.prepared(sql).await?;
        self.patience.within(self.client.query(&statement, params)).await
    }

    pub(super) async fn execute(&mut self, sql: &str, params: Params<'_>) -> Outcome<u64> {
        let statement = self.prepared(sql).await?;
        self.patience.within(self.client.execute(&statement, params)).await
    }

    pub(super) async fn run(&mut self, sql: &str) -> Outcome<()> {
        self.patience.within(self.client.batch_execute(sql)).await
    }

    /// Runs all steps in one trip; those not seen before are prepared first.
    pub(super) async fn all(&mut self, steps: &[Step<'_>]) -> Outcome<Vec<Told>> {
        let mut statements = Vec::with_capacity(steps.len());
        for step in steps {
            statements.push(match step {
                Step::Run(_) => None,
                Step::Query(sql, _) | Step::Execute(sql, _) => Some(self.prepared(sql).await?),
            });
        }
        let sent = steps.iter().zip(&statements);
        let sent: Vec<Sent<'_>> =
            sent.map(|(step, statement)| send(&self.client, step, statement.as_ref())).collect();
        self.patience.within(in_order(sent)).await
    }
}

/// A step as a future that sends it when it is first polled.
fn send<'c>(client: &'c Client, step: &'c Step<'_>, statement: Option<&'c Statement>) -> Sent<'c> {
    Box::pin(async move {
        Ok(match (step, statement) {
            (Step::Query(_, params), Some(statement)) => {
                Told::Rows(client.query(statement, &Step::params(params)).await?)
            }
            (Step::Execute(_, params), Some(statement)) => {
                Told::Touched(client.execute(statement, &Step::params(params)).await?)
            }
            (Step::Run(sql) | Step::Query(sql, _) | Step::Execute(sql, _), _) => {
                client.batch_execute(sql).await?;
                Told::Ran
            }
        })
    })
}

/// Sends all, then waits for each; the server answers in the same order.
async fn in_order(mut sent: Vec<Sent<'_>>) -> Result<Vec<Told>, Error> {
    let mut early: Vec<Option<Result<Told, Error>>> = Vec::with_capacity(sent.len());
    poll_fn(|context| {
        early.extend(sent.iter_mut().map(|one| match one.as_mut().poll(context) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }));
        Poll::Ready(())
    })
    .await;
    let mut told = Vec::with_capacity(sent.len());
    for (one, early) in sent.into_iter().zip(early) {
        told.push(match early {
            Some(done) => done?,
            None => one.await?,
        });
    }
    Ok(told)
}

/// Waits for `ask` on a runtime of our own. On a thread that works for another one tokio refuses to, by a panic before anything is
/// asked: that is an error here, for a panic would meet what ends the transaction, and two of them end the process.
fn block_on<T>(runtime: &Runtime, ask: impl AsyncFnOnce() -> Outcome<T>) -> Outcome<T> {
    let begun = Cell::new(false);
    let waiting = || {
        runtime.block_on(async {
            begun.set(true);
            ask().await
        })
    };
    match catch_unwind(AssertUnwindSafe(waiting)) {
        Ok(done) => done,
        Err(_) if !begun.get() => Err(misused(
            "a Postgres blocks, which a thread of an asynchronous runtime may not: call it in spawn_blocking, or use AsyncPostgres",
        )),
        Err(panic) => resume_unwind(panic),
    }
}

/// How long somebody may take to let us in, all that is said before the first statement included.
pub(super) fn welcome() -> Patience {
    Patience { time: CONNECTED, runtime: None }
}

/// How long to wait until the server has our farewell.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);

/// A connection of our own that whoever calls drives, by waiting: no thread and no runtime besides.
pub(super) struct Driven {
    /// `None` while it is dropped.
    drive: Option<Drive>,
}

struct Drive {
    runtime: Runtime,
    piped: Piped,
    connection: JoinHandle<Result<(), Error>>,
}

impl Driven {
    pub(super) fn connect<T>(config: &Config, tls: T, patience: Duration) -> Outcome<Driven>
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: Send + 'static,
    {
        let made = Builder::new_current_thread().enable_all().build();
        let runtime = made.map_err(|error| unavailable(format!("no runtime: {error}")))?;
        let (client, connection) =
            match block_on(&runtime, async || welcome().within(config.connect(tls)).await) {
                Ok(made) => made,
                Err(failure) => {
                    // Where it may not wait it may not wait for this either.
                    runtime.shutdown_background();
                    return Err(failure);
                }
            };
        let connection = runtime.spawn(connection);
        let patience = Patience { time: patience, runtime: None };
        let piped = Piped::new(Box::new(Box::new(client)), patience);
        Ok(Driven { drive: Some(Drive { runtime, piped, connection }) })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.drive.as_ref().is_none_or(|drive| drive.piped.is_closed())
    }

    /// Waits for what is asked of the connection.
    pub(super) fn wait<T>(
        &mut self,
        ask: impl AsyncFnOnce(&mut Piped) -> Outcome<T>,
    ) -> Outcome<T> {
        match &mut self.drive {
            Some(Drive { runtime, piped, .. }) => block_on(runtime, async || ask(piped).await),
            None => Err(unavailable("the connection is closed").into()),
        }
    }

    pub(super) fn forget(&mut self) {
        if let Some(drive) = &mut self.drive {
            drive.piped.forget();
        }
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        let Some(Drive { runtime, piped, connection }) = self.drive.take() else { return };
        let farewell = move || {
            drop(piped);
            let said = runtime.block_on(async { tokio::time::timeout(FAREWELL, connection).await });
            drop(said);
        };
        match Handle::try_current() {
            // Perhaps a thread that may not wait.
            Ok(_) => drop(std::thread::spawn(farewell)),
            Err(_) => farewell(),
        }
    }
}
