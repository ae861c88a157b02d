//! The wire to PostgreSQL: what the store asks of a connection, blocking or not, so that all of it is written once.
//!
//! Everything above is `async`. Over a blocking client each call is done when its future is made, so that one poll brings the
//! whole to its end ([`now`]).

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use postgres::types::ToSql;
use postgres::{GenericClient, Row, Statement};

use super::error::{Outcome, misused};
use super::trip::{Step, Told};

/// Parameters of a statement.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection, inside a transaction or not.
pub(super) trait Wire: Send {
    /// Runs a statement, which is prepared once, and gives its rows.
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<Vec<Row>>> + Send + 'a;

    /// Runs a statement, which is prepared once, and gives the number of rows it touched.
    fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<u64>> + Send + 'a;

    /// Runs statements without parameters, in one trip.
    fn run<'a>(&'a mut self, sql: &'a str) -> impl Future<Output = Outcome<()>> + Send + 'a;

    /// Runs steps in their order until one fails; in one trip, where the wire can send without waiting.
    fn all<'a>(
        &'a mut self,
        steps: &'a [Step<'a>],
    ) -> impl Future<Output = Outcome<Vec<Told>>> + Send + 'a;

    /// Forgets the prepared statements: they may have been made for tables that have changed.
    fn forget(&mut self);
}

/// The statements that a connection has prepared.
#[derive(Default)]
pub(super) struct Statements(HashMap<String, Statement>);

impl Statements {
    fn get<C: GenericClient>(&mut self, client: &mut C, sql: &str) -> Outcome<Statement> {
        if let Some(known) = self.0.get(sql) {
            return Ok(known.clone());
        }
        let fresh = client.prepare(sql)?;
        self.0.insert(sql.into(), fresh.clone());
        Ok(fresh)
    }

    /// Forgets all: they may have been made for tables that have changed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// A blocking client with its prepared statements.
pub(super) struct Blocking<'c, C> {
    pub(super) client: &'c mut C,
    pub(super) statements: &'c mut Statements,
}

impl<C: GenericClient> Blocking<'_, C> {
    pub(super) fn query_now(&mut self, sql: &str, params: Params<'_>) -> Outcome<Vec<Row>> {
        let statement = self.statements.get(self.client, sql)?;
        Ok(self.client.query(&statement, params)?)
    }

    pub(super) fn execute_now(&mut self, sql: &str, params: Params<'_>) -> Outcome<u64> {
        let statement = self.statements.get(self.client, sql)?;
        Ok(self.client.execute(&statement, params)?)
    }

    pub(super) fn run_now(&mut self, sql: &str) -> Outcome<()> {
        Ok(self.client.batch_execute(sql)?)
    }

    /// The client of the `postgres` crate waits for each answer before it sends on.
    pub(super) fn all_now(&mut self, steps: &[Step<'_>]) -> Outcome<Vec<Told>> {
        let one = |step: &Step<'_>| {
            Ok(match step {
                Step::Run(sql) => {
                    self.run_now(sql)?;
                    Told::Ran
                }
                Step::Query(sql, params) => Told::Rows(self.query_now(sql, &Step::params(params))?),
                Step::Execute(sql, params) => {
                    Told::Touched(self.execute_now(sql, &Step::params(params))?)
                }
            })
        };
        steps.iter().map(one).collect()
    }
}

impl<C: GenericClient + Send> Wire for Blocking<'_, C> {
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<Vec<Row>>> + Send + 'a {
        std::future::ready(self.query_now(sql, params))
    }

    fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<u64>> + Send + 'a {
        std::future::ready(self.execute_now(sql, params))
    }

    fn run<'a>(&'a mut self, sql: &'a str) -> impl Future<Output = Outcome<()>> + Send + 'a {
        std::future::ready(self.run_now(sql))
    }

    fn all<'a>(
        &'a mut self,
        steps: &'a [Step<'a>],
    ) -> impl Future<Output = Outcome<Vec<Told>>> + Send + 'a {
        std::future::ready(self.all_now(steps))
    }

    fn forget(&mut self) {
        self.statements.clear();
    }
}

/// Whether a statement ends a transaction.
pub(super) fn ends(sql: &str) -> bool {
    matches!(sql, "COMMIT" | "ROLLBACK")
}

/// Whether the last of some steps does.
pub(super) fn all_end(steps: &[Step<'_>]) -> bool {
    matches!(steps.last(), Some(Step::Run(sql)) if ends(sql))
}

/// The end of a future over a blocking wire.
pub(super) fn now<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    match pin!(work).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => Err(misused("a blocking connection made its caller wait")),
    }
}
