//! Reading a company at one moment: for reports and long runs.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Halt, Range, Reading, Tx};
use crate::party::Holding;
use crate::policy::{Request, Verdict};
use crate::store::{At, Record, Row, Sums, Within};
use crate::{ActorId, Timestamp};

/// A read-only unit of work: all of it from one held snapshot, whatever is committed meanwhile.
#[derive(Debug)]
pub struct View<'s> {
    tx: Tx<'s>,
    scope: Option<SmolStr>,
}

impl<'s> View<'s> {
    pub(crate) fn new(tx: Tx<'s>) -> View<'s> {
        View { tx, scope: None }
    }

    pub(crate) fn into_tx(self) -> Tx<'s> {
        self.tx
    }

    /// Says which of several books in the same tables is meant, where an engine keeps some: see [`Reading::scope`].
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// assert_eq!(view.scope(), None);
    /// view.within("ifrs");
    /// assert_eq!(view.scope(), Some("ifrs")); // an engine that knows such books goes by it
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    pub fn within(&mut self, scope: impl Into<SmolStr>) {
        self.scope = Some(scope.into());
    }

    /// Whether `actor` may do something at this time, and why, by the rights that the view shows.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let verdicts = desk().view(|view| {
    ///     let whether = |till| Request::new(&COUNT).at("till", till);
    ///     let anna = ActorId::new("anna");
    ///     Ok::<_, Halt>((
    ///         view.may(&anna, now(), &whether("front"))?,
    ///         view.may(&anna, now(), &whether("vault"))?,
    ///     ))
    /// })?;
    /// assert!(verdicts.0.is_allowed() && !verdicts.1.is_allowed());
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn may(
        &mut self,
        actor: &ActorId,
        at: Timestamp,
        request: &Request,
    ) -> Result<Verdict, Halt> {
        self.tx.verdict(actor, at, request)
    }

    /// What engines hold on parties, as far as the driver was told.
    pub(crate) fn holdings(&self) -> Vec<Holding> {
        self.tx.context.known.holdings()
    }

    /// The position of the last commit that the view shows.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let shop = shop(); // one commit filled it
    /// assert_eq!(shop.view(|view| Ok::<u64, Halt>(view.position()))?, 1);
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn position(&self) -> u64 {
        match self.tx.at {
            At::Held(snapshot) | At::Last(snapshot) => snapshot.position,
            _ => 0,
        }
    }
}

impl Reading for View<'_> {
    fn has_joined(&self, engine: &crate::Engine) -> bool {
        self.tx.has_joined(engine)
    }

    fn is_loaded(&self) -> bool {
        self.tx.is_loaded()
    }

    fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    fn peek_series(&mut self, series: &str) -> Result<crate::store::SeriesState, Halt> {
        self.tx.series(series)
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

    fn peek_sums<R: Record>(
        &mut self,
        by: &[usize],
        within: Option<Within>,
    ) -> Result<Vec<Row>, Halt> {
        let sums = Sums { within: within.clone(), ..Sums::new(R::TABLE, by) };
        // What was loaded for an asynchronous host was loaded as rows.
        let summed = if self.is_loaded() { None } else { self.tx.sums(sums)? };
        summed.map_or_else(|| self.tx.peek_sums::<R>(by, within), Ok)
    }

    fn peek_ranges<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<Vec<Vec<Row>>, Halt> {
        self.tx.peek_ranges(ranges)
    }
}
