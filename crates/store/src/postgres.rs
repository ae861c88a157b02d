//! The store for many programs at once: PostgreSQL, a real table per record, companies kept apart by the database itself.
//!
//! # What it promises
//! - Everything in [`fondaco_core::store`]. An answered commit survives what the server's `synchronous_commit` and `fsync` say:
//!   as installed, a power cut. When the connection breaks while a commit is on its way, the store asks the server what became of
//!   it, and answers truthfully; only when the server does not come back is the answer [`StoreError::Unknown`].
//! - **Tables for people.** Each record is a table of its name, with `numeric`, `date`, `timestamptz` and `uuid` columns, in the
//!   schema `fondaco` (or another, [`PostgresOptions::schema`]). `_company` is the small number that `fondaco_company` gives a
//!   company, `_version` the position of the commit that last changed the row. From PostgreSQL 15 on, `<table>_view` shows the
//!   company's id instead. Sums in SQL are exact.
//! - **Companies apart.** All tables have row-level security, forced on their owner: a statement sees and writes the company that
//!   its transaction is set to, and nothing without. [`Postgres::let_read`] lets another role read one company, and that alone.
//!   Superusers, and roles with `BYPASSRLS`, see everything: let the program connect as a role of its own.
//! - **Writers.** A commit locks its company's line in `fondaco_company` and nothing else, so no commits of a company deadlock,
//!   and companies don't wait for one another. All that wait in one program are committed together: sixteen threads share one
//!   lock and one wait for the disk.
//! - **Connections.** At most [`PostgresOptions::connections`]; a held snapshot keeps one, for 15 minutes after it was last read,
//!   and half of them may hold.
//!
//! It needs PostgreSQL 14 or later. Its calls block, and may not be made inside an asynchronous runtime's thread.
//!
//! [`Postgres::connect`] connects by itself, without TLS; [`Postgres::with`] takes connections that the host makes, with any TLS
//! and any pool; [`Postgres::over`] works inside an open transaction of the host's.

mod commit;
mod edge;
mod error;
mod form;
mod ground;
mod host;
mod judge;
mod lane;
mod line;
mod load;
mod log;
mod numeric;
mod pool;
mod read;
mod room;
mod row;
mod schema;
mod wire;
mod write;

use std::fmt;
use std::ops::DerefMut;
use std::sync::{Arc, Mutex, PoisonError};

use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Reply, Snapshot, Store,
    StoreError, Table,
};
use fondaco_core::{CommandId, CompanyId};
use postgres::{Client, NoTls, Transaction};

use crate::holds::Holds;

use self::commit::{Group, Own};
use self::error::{Failure, Outcome};
pub use self::host::PostgresTransaction;
use self::judge::Verdict;
use self::line::{Lines, Taken};
use self::log::Head;
use self::pool::{Handle, Lent, Pool};
use self::room::{Mode, Room};
use self::wire::{Blocking, Wire};

/// How the store uses a database.
///
/// ```
/// use fondaco_store::PostgresOptions;
/// let options = PostgresOptions::new().schema("books").connections(32).chain(false);
/// # let _ = options;
/// ```
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    schema: String,
    role: Option<String>,
    connections: usize,
    chain: bool,
    planner: bool,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        let schema = "fondaco".into();
        PostgresOptions { schema, role: None, connections: 16, chain: true, planner: true }
    }
}

impl PostgresOptions {
    /// Schema `fondaco`, the role that connects, 16 connections at most, hash chain on.
    pub fn new() -> PostgresOptions {
        PostgresOptions::default()
    }

    /// In which schema the tables are; it is made where it is missing.
    #[must_use]
    pub fn schema(mut self, name: impl Into<String>) -> PostgresOptions {
        self.schema = name.into();
        self
    }

    /// As which role each transaction works: for a program that connects as another, even as a superuser, and shall still see
    /// no company but the one it works for. The role owns the tables, so it must be the same whenever they are prepared.
    #[must_use]
    pub fn role(mut self, name: impl Into<String>) -> PostgresOptions {
        self.role = Some(name.into());
        self
    }

    /// How many connections there are at most, at least 2.
    #[must_use]
    pub fn connections(mut self, most: usize) -> PostgresOptions {
        self.connections = most;
        self
    }

    /// Whether commits are sealed into the company's hash chain.
    #[must_use]
    pub fn chain(mut self, on: bool) -> PostgresOptions {
        self.chain = on;
        self
    }

    /// Whether transactions tell PostgreSQL's planner to look keys up by index. Switch it off for a database that speaks
    /// PostgreSQL's language and has other settings, such as CockroachDB.
    #[must_use]
    pub fn planner_settings(mut self, on: bool) -> PostgresOptions {
        self.planner = on;
        self
    }

    fn room(&self) -> Room {
        Room::new(&self.schema, self.chain, self.role.as_deref(), self.planner)
    }
}

/// The PostgreSQL store; see the [module](self).
pub struct Postgres {
    room: Room,
    pool: Arc<Pool>,
    lines: Lines,
    holds: Holds<Arc<Mutex<Lent>>>,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Postgres");
        shown.field("schema", &self.room.schema).field("pool", &self.pool).finish_non_exhaustive()
    }
}

impl Postgres {
    /// Connects to the server at `url`: `postgresql://user:password@host:port/database`, or `host=... user=... dbname=...`.
    ///
    /// ```no_run
    /// use fondaco_store::Postgres;
    /// let store = Postgres::connect("postgresql://books:secret@db.example.com/books")?;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Misused`] for a URL that is none, [`StoreError::Unavailable`] when there is no connection.
    pub fn connect(url: &str) -> Result<Postgres, StoreError> {
        Postgres::connect_with(url, &PostgresOptions::new())
    }

    /// Connects with options.
    ///
    /// ```no_run
    /// use fondaco_store::{Postgres, PostgresOptions};
    /// let options = PostgresOptions::new().schema("books");
    /// let store = Postgres::connect_with("postgresql://books@/books?host=/run/postgresql", &options)?;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Postgres::connect).
    pub fn connect_with(url: &str, options: &PostgresOptions) -> Result<Postgres, StoreError> {
        let mut config: postgres::Config = url.parse().map_err(|error: postgres::Error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let cause = cause.unwrap_or_default();
            StoreError::Misused(format!("the URL of the PostgreSQL server can't be read{cause}"))
        })?;
        if config.get_application_name().is_none() {
            config.application_name("fondaco");
        }
        let store = Postgres::with_handles(options, move || match config.connect(NoTls) {
            Ok(client) => Ok(Box::new(Box::new(client)) as Handle),
            Err(error) => Err(Failure::from(error).named().to_string()),
        });
        // That somebody is there is known now, not at the first command.
        drop(store.pool.take(false)?);
        Ok(store)
    }

    /// A store over connections that the host makes, each anything that gives a [`Client`]: a boxed client with the host's TLS,
    /// or one of a pool's, which goes back to the pool when the store drops it. The store keeps at most
    /// [`connections`](PostgresOptions::connections) of them.
    ///
    /// ```no_run
    /// use fondaco_store::{Postgres, PostgresOptions};
    /// use fondaco_store::postgres::client::{Client, NoTls};
    /// let make = || Client::connect("postgresql://books@db.example.com/books", NoTls).map(Box::new);
    /// let store = Postgres::with(&PostgresOptions::new(), make);
    /// # let _ = store;
    /// ```
    pub fn with<C, E>(
        options: &PostgresOptions,
        make: impl Fn() -> Result<C, E> + Send + Sync + 'static,
    ) -> Postgres
    where
        C: DerefMut<Target = Client> + Send + 'static,
        E: fmt::Display,
    {
        Postgres::with_handles(options, move || match make() {
            Ok(client) => Ok(Box::new(client) as Handle),
            Err(error) => Err(error.to_string()),
        })
    }

    fn with_handles(
        options: &PostgresOptions,
        make: impl Fn() -> Result<Handle, String> + Send + Sync + 'static,
    ) -> Postgres {
        let pool = Arc::new(Pool::new(Box::new(make), options.connections));
        Postgres { room: options.room(), pool, lines: Lines::default(), holds: Holds::new() }
    }

    /// A store inside an open transaction of the host's, which commits or rolls back; see [`PostgresTransaction`].
    ///
    /// ```no_run
    /// use fondaco_store::{Postgres, PostgresOptions};
    /// use fondaco_store::postgres::client::{Client, NoTls};
    /// let mut client = Client::connect("postgresql://shop@db.example.com/shop", NoTls)?;
    /// let mut transaction = client.transaction()?;
    /// transaction.execute("UPDATE orders SET paid = true WHERE id = 7", &[])?;
    /// {
    ///     let store = Postgres::over(&mut transaction, &PostgresOptions::new());
    ///     // ... books over &store post the payment
    /// }
    /// transaction.commit()?; // both, or neither
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn over<'c, 't>(
        transaction: &'c mut Transaction<'t>,
        options: &PostgresOptions,
    ) -> PostgresTransaction<'c, 't> {
        PostgresTransaction::new(transaction, options)
    }

    /// Lets a role of the database read the rows of `company` with SQL of its own, and no others. The role must exist; the
    /// tables must be prepared. Done twice it is done once.
    ///
    /// ```no_run
    /// # use fondaco_core::CompanyId;
    /// # let store = fondaco_store::Postgres::connect("postgresql://books@/books")?;
    /// store.let_read(CompanyId::named("acme"), "acme_auditor")?;
    /// // acme_auditor: SELECT account, sum(ledger_amount) FROM fondaco.ledger_posting GROUP BY account;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Misused`] for a company without a commit, or the store's own failures.
    pub fn let_read(&self, company: CompanyId, role: &str) -> Result<(), StoreError> {
        self.reader(company, async |wire, room, number| {
            schema::let_read(wire, room, role, number).await
        })
    }

    /// Takes back what [`let_read`](Postgres::let_read) gave.
    ///
    /// # Errors
    /// As there.
    pub fn forbid_read(&self, company: CompanyId, role: &str) -> Result<(), StoreError> {
        self.reader(company, async |wire, room, number| {
            schema::forbid_read(wire, room, role, number).await
        })
    }

    fn reader(
        &self,
        company: CompanyId,
        act: impl AsyncFnOnce(&mut Blocking<'_, Client>, &Room, i32) -> Outcome<()>,
    ) -> Result<(), StoreError> {
        let mut lent = self.pool.take(false)?;
        let done = lent.work(async |wire| {
            wire.run(&self.room.begin(Mode::Write, company)).await?;
            let head = Head::of(wire, &self.room, company).await?;
            if head.position == 0 {
                return Err(error::misused(format!("company {company} has no commit yet")));
            }
            act(wire, &self.room, head.company).await?;
            wire.run("COMMIT").await
        });
        if done.is_ok() {
            lent.is_over();
        }
        done.map_err(Failure::named)
    }

    /// Reads in a transaction of its own. A connection that broke while it was idle is replaced once.
    fn reading<T>(
        &self,
        company: CompanyId,
        act: impl AsyncFn(&mut Blocking<'_, Client>) -> Outcome<T>,
    ) -> Outcome<T> {
        let begin = self.room.begin(Mode::Read, company);
        let mut tries = 0;
        loop {
            let mut lent = self.pool.take(false)?;
            let done = lent.work(async |wire| {
                wire.run(&begin).await?;
                let done = act(wire).await?;
                wire.run("COMMIT").await?;
                Ok(done)
            });
            tries += 1;
            match done {
                Err(failure) if tries < 3 && (failure.is_lost() || failure.is_race()) => {}
                Ok(done) => {
                    lent.is_over();
                    return Ok(done);
                }
                done => return done,
            }
        }
    }

    fn hold(&self, read: &Read) -> Outcome<Answer> {
        let begin = self.room.begin(Mode::Read, read.company);
        let mut lent = self.pool.take(true)?;
        let mut answer = lent.work(async |wire| {
            wire.run(&begin).await?;
            read::answer(wire, &self.room, read).await
        })?;
        let lent = Arc::new(Mutex::new(lent));
        answer.at = self.holds.keep(read.company, answer.at.position, lent);
        Ok(answer)
    }

    fn held(&self, read: &Read, at: Snapshot) -> Outcome<Answer> {
        let last = matches!(read.at, At::Last(_));
        let held = self.holds.find(read.company, at, last)?;
        let mut answer = {
            let mut lent = held.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = lent.work(async |wire| read::answer(wire, &self.room, read).await);
            match answer {
                // The server closed what was held: it may, after a time of its own.
                Err(failure) if failure.is_lost() => return Err(StoreError::SnapshotGone.into()),
                answer => answer?,
            }
        };
        drop(held);
        self.forget_salts(read.company, &mut answer)?;
        answer.at.hold = if last { 0 } else { at.hold };
        Ok(answer)
    }

    /// What was erased since is forgotten in held snapshots too.
    fn forget_salts(&self, company: CompanyId, answer: &mut Answer) -> Outcome<()> {
        for reply in &mut answer.replies {
            if let Reply::Command(Some(receipt)) = reply
                && receipt.salt.is_some()
            {
                receipt.salt = self.reading(company, async |wire| {
                    log::salt(wire, &self.room, company, receipt.position).await
                })?;
            }
        }
        Ok(())
    }

    /// Commits the batches at the head of a company's line.
    fn group(&self, company: CompanyId, mut batches: Vec<Batch>) -> Vec<Taken> {
        let count = batches.len();
        match self.group_on_some_connection(company, &mut batches) {
            Ok(group) => self.settled(company, group),
            Err(failure) => {
                let error = failure.named();
                (0..count).map(|_| Taken::Answered(Err(error.clone()))).collect()
            }
        }
    }

    fn group_on_some_connection(
        &self,
        company: CompanyId,
        batches: &mut Vec<Batch>,
    ) -> Outcome<Group> {
        let mut tries = 0;
        loop {
            let mut lent = self.pool.take(false)?;
            let done = lent.work(async |wire| {
                commit::group(wire, &self.room, &Own(&self.room), company, batches).await
            });
            tries += 1;
            match done {
                // The connection was idle when the server went: nothing was begun.
                Err(failure) if failure.is_lost() && tries < 3 && !batches.is_empty() => {}
                Ok(group) => {
                    if group.unsure.is_none() {
                        lent.is_over();
                    }
                    return Ok(group);
                }
                done => return done,
            }
        }
    }

    /// The answers, where need be after asking the server what became of a commit.
    fn settled(&self, company: CompanyId, group: Group) -> Vec<Taken> {
        let Group { verdicts, unsure } = group;
        let found = unsure.map(|(ids, why)| {
            let stored = self.ask_again(company, &ids);
            (ids, why, stored)
        });
        let answer = |verdict| match verdict {
            Verdict::Later(batch) => Taken::Again(batch),
            Verdict::Refused(error) => Taken::Answered(Err(error)),
            Verdict::Done(commit) => Taken::Answered(match &found {
                Some((ids, why, stored)) if ids.contains(&commit.id) => {
                    truth(commit, why, stored.as_deref())
                }
                _ => Ok(commit),
            }),
        };
        verdicts.into_iter().map(answer).collect()
    }

    fn ask_again(&self, company: CompanyId, ids: &[CommandId]) -> Option<Vec<CommandId>> {
        // A server that restarts takes a while to come back.
        for pause in [0, 100, 400, 1_000, 2_000] {
            std::thread::sleep(std::time::Duration::from_millis(pause));
            let asked = self.pool.take(false).map_err(Failure::from).and_then(|mut lent| {
                let found =
                    lent.work(async |wire| commit::settle(wire, &self.room, company, ids).await)?;
                lent.is_over();
                Ok(found)
            });
            if let Ok(found) = asked {
                return Some(found.into_iter().map(|commit| commit.id).collect());
            }
        }
        None
    }
}

/// What became of a commit whose connection was lost.
fn truth(commit: Commit, why: &str, stored: Option<&[CommandId]>) -> Result<Commit, StoreError> {
    match stored {
        Some(stored) if stored.contains(&commit.id) => Ok(commit),
        Some(_) => Err(StoreError::Unavailable(format!(
            "the connection was lost during the commit, and nothing of it is stored ({why})"
        ))),
        None => Err(StoreError::Unknown { id: commit.id, why: why.into() }),
    }
}

impl Store for Postgres {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        if self.room.has(tables) {
            return Ok(Prepared::default());
        }
        let begin = self.room.begin_to_prepare();
        let mut lent = self.pool.take(false)?;
        let done = lent.work(async |wire| {
            wire.run(&begin).await?;
            let done = schema::prepare(wire, &self.room, tables).await?;
            wire.run("COMMIT").await?;
            Ok(done)
        });
        let (prepared, forms) = done.map_err(Failure::named)?;
        lent.is_over();
        self.room.set_forms(forms);
        Ok(prepared)
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.holds.sweep();
        let answer = match read.at {
            At::Hold => self.hold(read),
            At::Held(at) | At::Last(at) => self.held(read, at),
            _ => {
                self.reading(read.company, async |wire| read::answer(wire, &self.room, read).await)
            }
        };
        answer.map_err(Failure::named)
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.holds.sweep();
        if batch.check {
            let done = self
                .reading(batch.company, async |wire| commit::check(wire, &self.room, &batch).await);
            return done.map_err(Failure::named);
        }
        self.lines.commit(batch, |company, batches| self.group(company, batches))
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let feed = self.reading(from.company, async |wire| log::feed(wire, &self.room, from).await);
        feed.map_err(Failure::named)
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let mut lent = self.pool.take(false)?;
        let loaded = lent.work(async |wire| {
            load::load(wire, &self.room, &Own(&self.room), company, pieces).await
        });
        if loaded.is_ok() {
            lent.is_over();
        }
        loaded.map_err(Failure::named)
    }
}

/// The blocking client that connections are made with.
pub mod client {
    pub use ::postgres::{Client, Config, Error, NoTls, Transaction};
}
