//! Statements that go to the server together: each runs as if the one before had been waited for, and all answers are waited
//! for at once. A connection far from its server spends most of its time waiting, so what does not rest on an answer goes along.

use std::borrow::Cow;

use postgres::Row;
use postgres::types::ToSql;

use super::error::Outcome;
use super::wire::Wire;

/// A parameter, owned or borrowed.
pub(super) type Param<'s> = Box<dyn ToSql + Sync + Send + 's>;

/// One of the statements of a trip.
pub(super) enum Step<'s> {
    /// Statements without parameters, which are not prepared.
    Run(Cow<'s, str>),
    /// One whose rows are wanted.
    Query(Cow<'s, str>, Vec<Param<'s>>),
    /// One of which is wanted how many rows it touched.
    Execute(Cow<'s, str>, Vec<Param<'s>>),
}

impl Step<'_> {
    /// Parameters as the client takes them.
    pub(super) fn params<'p>(params: &'p [Param<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
        params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect()
    }
}

/// What came of one statement.
pub(super) enum Told {
    Ran,
    Rows(Vec<Row>),
    Touched(u64),
}

/// Which statement of a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat(usize);

/// See the [module](self).
#[derive(Default)]
pub(super) struct Trip<'s>(Vec<Step<'s>>);

impl<'s> Trip<'s> {
    pub(super) fn run(&mut self, sql: impl Into<Cow<'s, str>>) {
        self.0.push(Step::Run(sql.into()));
    }

    pub(super) fn query(&mut self, sql: impl Into<Cow<'s, str>>, params: Vec<Param<'s>>) -> Seat {
        self.0.push(Step::Query(sql.into(), params));
        Seat(self.0.len() - 1)
    }

    pub(super) fn execute(&mut self, sql: impl Into<Cow<'s, str>>, params: Vec<Param<'s>>) -> Seat {
        self.0.push(Step::Execute(sql.into(), params));
        Seat(self.0.len() - 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What all of them came to, or why the first that failed did: what stands behind it in the same transaction then did
    /// nothing either.
    pub(super) async fn go(&self, wire: &mut impl Wire) -> Outcome<Brought> {
        Ok(Brought(wire.all(&self.0).await?))
    }
}

/// What a trip brought.
pub(super) struct Brought(Vec<Told>);

impl Brought {
    pub(super) fn rows(&self, seat: Seat) -> &[Row] {
        match self.0.get(seat.0) {
            Some(Told::Rows(rows)) => rows,
            _ => &[],
        }
    }

    pub(super) fn touched(&self, seat: Seat) -> u64 {
        match self.0.get(seat.0) {
            Some(Told::Touched(count)) => *count,
            _ => 0,
        }
    }
}
