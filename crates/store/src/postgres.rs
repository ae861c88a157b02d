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
//! It needs PostgreSQL 14 or later. Its calls block, and made on an asynchronous runtime's thread they are [`StoreError::Misused`].
//!
//! [`Postgres::connect`] connects by itself, [`Postgres::connect_tls`] with any TLS; [`Postgres::with`] takes connections that the
//! host makes, of any pool; [`Postgres::over`] works inside an open transaction of the host's.

/// What a configuration, blocking or not, says where the URL does not: who we are, and that nobody waits for ever for a server
/// whose machine is gone.
macro_rules! defaults {
    ($config:ident) => {
        if $config.get_application_name().is_none() {
            $config.application_name("fondaco");
        }
        if $config.get_connect_timeout().is_none() {
            $config.connect_timeout(crate::postgres::CONNECTED);
        }
        if $config.get_tcp_user_timeout().is_none() {
            $config.tcp_user_timeout(crate::postgres::HEARD);
        }
        if $config.get_keepalives_idle() > crate::postgres::HEARD {
            $config.keepalives_idle(crate::postgres::HEARD);
        }
    };
}

mod calls;
mod commit;
mod edge;
mod error;
mod form;
mod ground;
mod guess;
mod host;
mod judge;
mod lane;
mod line;
mod load;
mod log;
mod numeric;
mod piped;
mod pool;
mod read;
mod room;
mod row;
mod schema;
mod trip;
#[cfg(feature = "postgres-async")]
mod waiting;
mod wire;
mod write;

use std::fmt;
use std::ops::DerefMut;
use std::sync::Arc;
use std::time::Duration;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Store, StoreError, Table,
};
use postgres::{Client, NoTls, Socket, Transaction};
use tokio_postgres::tls::MakeTlsConnect;

use self::calls::{Calls, named};
pub use self::host::PostgresTransaction;
use self::line::Lines;
use self::piped::Driven;
use self::pool::{Link, Pool};
use self::room::Room;
#[cfg(feature = "postgres-async")]
pub use self::waiting::AsyncPostgres;
use self::wire::now;

/// How long to wait for a server to let us in.
const CONNECTED: Duration = Duration::from_secs(10);

/// How long to wait for an answer, if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How long a server's machine may say nothing at all: it answers the network's own questions even while a statement runs.
const HEARD: Duration = Duration::from_secs(60);

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
    patience: Duration,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        let schema = "fondaco".into();
        let (role, connections, patience) = (None, 16, PATIENCE);
        PostgresOptions { schema, role, connections, chain: true, planner: true, patience }
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

    /// How long to wait for the answer to what is asked at once, 15 minutes if it is not said: then the connection counts as lost, also
    /// where it stays open, as behind a proxy that passes nothing on. What is lost so is answered as after any other break. Give longer
    /// than your longest statement takes, such as an index over a large table that is prepared for the first time.
    ///
    /// Connections that the host makes of the blocking client ([`Postgres::with`]) wait as the host has made them to.
    #[must_use]
    pub fn patience(mut self, time: Duration) -> PostgresOptions {
        self.patience = time;
        self
    }

    fn room(&self) -> Room {
        Room::new(&self.schema, self.chain, self.role.as_deref(), self.planner)
    }
}

/// The PostgreSQL store; see the [module](self).
pub struct Postgres {
    calls: Calls<Arc<Pool>>,
    lines: Lines,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Postgres");
        let Calls { room, source, .. } = &self.calls;
        shown.field("schema", &room.schema).field("pool", source).finish_non_exhaustive()
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
        Postgres::connect_tls(url, options, NoTls)
    }

    /// Connects with TLS: any that has a [`MakeTlsConnect`], such as those of tokio-postgres-rustls and postgres-native-tls.
    ///
    /// ```no_run
    /// use fondaco_store::{Postgres, PostgresOptions};
    /// # use fondaco_store::postgres::client::NoTls as tls;
    /// let url = "postgresql://books@db.example.com/books?sslmode=require";
    /// let store = Postgres::connect_tls(url, &PostgresOptions::new(), tls)?;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Postgres::connect).
    pub fn connect_tls<T>(
        url: &str,
        options: &PostgresOptions,
        tls: T,
    ) -> Result<Postgres, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
    {
        let mut config: tokio_postgres::Config = configured(url)?;
        defaults!(config);
        let patience = options.patience;
        let store = Postgres::with_links(options, move || {
            match Driven::connect(&config, tls.clone(), patience) {
                Ok(driven) => Ok(Link::Own(driven)),
                Err(failure) => Err(failure.named()),
            }
        });
        // That somebody is there is known now, not at the first command.
        drop(store.calls.source.take_now(false)?);
        Ok(store)
    }

    /// A store over connections that the host makes, each anything that gives a [`Client`]: a boxed client, or one of a pool's,
    /// which goes back to the pool when the store drops it. The store keeps at most
    /// [`connections`](PostgresOptions::connections) of them. Such a client waits for each statement before it sends the next:
    /// a commit that takes three trips over connections of our own takes some fifteen.
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
        Postgres::with_links(options, move || match make() {
            Ok(client) => Ok(Link::of_host(Box::new(client))),
            Err(error) => Err(error::unavailable(error.to_string())),
        })
    }

    fn with_links(
        options: &PostgresOptions,
        make: impl Fn() -> Result<Link, StoreError> + Send + Sync + 'static,
    ) -> Postgres {
        let pool = Arc::new(Pool::new(Box::new(make), options.connections));
        Postgres { calls: Calls::new(options.room(), pool), lines: Lines::default() }
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
        named(now(self.calls.reader(company, role, true)))
    }

    /// Takes back what [`let_read`](Postgres::let_read) gave.
    ///
    /// # Errors
    /// As there.
    pub fn forbid_read(&self, company: CompanyId, role: &str) -> Result<(), StoreError> {
        named(now(self.calls.reader(company, role, false)))
    }
}

/// What a URL says.
fn configured<C: std::str::FromStr<Err = postgres::Error>>(url: &str) -> Result<C, StoreError> {
    url.parse().map_err(|error: postgres::Error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        let cause = cause.unwrap_or_default();
        StoreError::Misused(format!("the URL of the PostgreSQL server can't be read{cause}"))
    })
}

impl Store for Postgres {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        named(now(self.calls.prepare(tables)))
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        named(now(self.calls.read(read)))
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.calls.sweep();
        if batch.check {
            return named(now(self.calls.ask(batch.company, &batch)));
        }
        let run = |company, batches| {
            let taken = now(async { Ok(self.calls.group(company, batches).await) });
            // Over blocking connections no call waits.
            taken.unwrap_or_default()
        };
        self.lines.commit(batch, run)
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        named(now(self.calls.ask(from.company, from)))
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        named(now(self.calls.load(company, pieces)))
    }
}

/// The blocking client, for hosts that make the connections, and what it takes to have TLS.
pub mod client {
    pub use ::postgres::tls::{MakeTlsConnect, TlsConnect};
    pub use ::postgres::{Client, Config, Error, NoTls, Socket, Transaction};
}

/// The client of tokio-postgres, for hosts that make the connections of an [`AsyncPostgres`].
#[cfg(feature = "postgres-async")]
pub mod async_client {
    pub use ::tokio_postgres::{Client, Config, Error, NoTls};
}
