//! What a policy reads with: it can't change anything.

use std::any::Any;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::store::{Record, Row, Table};
use crate::{ActorId, Halt, Range, Reading, Timestamp, Tx};

/// A question on its way: who asks, when, and the means to read. What is read with [`get`](Inquiry::get),
/// [`scan`](Inquiry::scan) and [`compiled`](Inquiry::compiled) is part of what the act rests on: if it changes before the
/// commit, the act runs again and asks anew.
#[derive(Debug)]
pub struct Inquiry<'a, 's> {
    tx: &'a mut Tx<'s>,
    actor: &'a ActorId,
    now: Timestamp,
}

impl<'a, 's> Inquiry<'a, 's> {
    pub(crate) fn new(tx: &'a mut Tx<'s>, actor: &'a ActorId, now: Timestamp) -> Inquiry<'a, 's> {
        Inquiry { tx, actor, now }
    }

    /// Who asks.
    pub fn actor(&self) -> &'a ActorId {
        self.actor
    }

    /// When: the host's time of the act.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The company's day at that time, by which rights begin and end; see [`Tx::today`].
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn today(&mut self) -> Result<NaiveDate, Halt> {
        Ok(self.tx.zone()?.date_of(self.now))
    }

    /// Loads the guards without columns of these tables in one trip.
    pub(super) fn need_guards(&mut self, tables: &[&'static Table]) -> Result<(), Halt> {
        self.tx.need_guards(tables)
    }

    /// The engine in whose name something is done, if it is; see [`Tx::as_engine`].
    pub fn engine(&self) -> Option<&'static str> {
        self.tx.engine()
    }

    /// See [`Tx::get`].
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn get<R: Record>(&mut self, key: &R::Key) -> Result<Option<Arc<R>>, Halt> {
        self.tx.get(key)
    }

    /// See [`Tx::scan`].
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn scan<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Arc<R>>, Halt> {
        self.tx.scan(range)
    }

    /// What `build` makes of the rows of `tables`, of which none changes without a change of a row of `R`: kept by the
    /// driver while no row of `R` changes, and built anew for an act that changed one itself. The act rests on it.
    ///
    /// # Errors
    /// [`Halt::Unguarded`] when `R` has no guard without columns; a [`Halt`] to be passed on.
    pub fn compiled<R: Record, T: Any + Send + Sync>(
        &mut self,
        tables: &[&'static Table],
        build: impl FnOnce(&mut Inquiry<'_, 's>) -> Result<T, Halt>,
    ) -> Result<Arc<T>, Halt> {
        let (actor, now) = (self.actor, self.now);
        self.tx.compiled_from::<R, T>(tables, |tx| build(&mut Inquiry::new(tx, actor, now)))
    }
}

impl Reading for Inquiry<'_, '_> {
    fn has_joined(&self, engine: &crate::Engine) -> bool {
        self.tx.has_joined(engine)
    }

    fn is_loaded(&self) -> bool {
        self.tx.is_loaded()
    }

    fn peek<R: Record>(&mut self, key: &R::Key) -> Result<Option<Arc<R>>, Halt> {
        self.tx.peek(key)
    }

    fn peek_many<R: Record>(&mut self, keys: &[R::Key]) -> Result<Vec<Option<Arc<R>>>, Halt> {
        self.tx.peek_many(keys)
    }

    fn peek_rows<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Row>, Halt> {
        self.tx.peek_rows(range)
    }

    fn peek_ranges<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<Vec<Vec<Row>>, Halt> {
        self.tx.peek_ranges(ranges)
    }

    fn peek_series(&mut self, series: &str) -> Result<crate::store::SeriesState, Halt> {
        self.tx.peek_series(series)
    }
}
