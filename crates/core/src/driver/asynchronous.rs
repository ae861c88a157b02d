//! The driver for hosts that must not block: the same acts, the same promises.

use std::any::type_name;
use std::sync::Arc;

use serde::Serialize;

use super::course::{Course, Turn};
use super::gate::AsyncGate;
use super::known::{Known, joined};
use super::seed::Seeds;
use super::{Done, MAX_VIEWS, is_gone, verified, with_own};
use crate::chain::{self, Verified};
use crate::digest::{self, DigestError};
use crate::due::Handlers;
use crate::engine::{Discrepancy, Engine, shared};
use crate::party::Holding;
use crate::policy::{Policy, Request, Rights, Verdict};
use crate::proof::Checkpoint;
use crate::store::{
    AsyncHold, AsyncStore, At, Batch, Commit, FeedFrom, Hash, Prepared, Read, Snapshot, StoreError,
    Table,
};
use crate::tx::{Cache, Compiled, Context, Learned, Source};
use crate::{ActError, ActorId, CompanyId, Envelope, Halt, Outcome, Timestamp, Tx, View, trace};

/// Runs acts of one company on an asynchronous store, on any runtime or none.
///
/// When an act needs something that is not loaded, it stops; the driver loads all it asked for in one trip and runs the
/// pure act again. [`Tx::need`] saves trips.
pub struct AsyncDriver<'s> {
    store: Arc<dyn AsyncStore + 's>,
    company: CompanyId,
    gate: AsyncGate,
    seeds: Seeds,
    compiled: Compiled,
    rights: Option<Arc<Rights>>,
    known: Arc<Known>,
}

impl<'s> AsyncDriver<'s> {
    /// A driver for `company`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_testkit::{Model, Unloaded, block_on};
    ///
    /// let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// block_on(async {
    ///     driver.prepare(&[Shelf::TABLE]).await?;
    ///     driver.run(envelope("open"), "door", |tx, label| {
    ///         tx.get::<Shelf>(&1)?;
    ///         tx.insert(shelf(1, label))
    ///     }).await?;
    ///     let door = driver.view(|view| view.peek::<Shelf>(&1)).await?;
    ///     assert_eq!(door.as_deref(), Some(&shelf(1, "door")));
    ///     Ok::<(), Halt>(())
    /// })?;
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn new(store: impl AsyncStore + 's, company: CompanyId) -> AsyncDriver<'s> {
        AsyncDriver {
            store: Arc::new(store),
            company,
            gate: AsyncGate::default(),
            seeds: Seeds::Random,
            compiled: Compiled::default(),
            rights: None,
            known: Arc::default(),
        }
    }

    /// See [`Driver::with_predictable_salts`](super::Driver::with_predictable_salts).
    #[must_use]
    pub fn with_predictable_salts(mut self) -> AsyncDriver<'s> {
        self.seeds = Seeds::Predictable;
        self
    }

    /// Whose data.
    ///
    /// ```
    /// # use fondaco_core::{AsyncDriver, CompanyId};
    /// # use fondaco_testkit::{Model, Unloaded};
    /// let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// assert_eq!(driver.company(), CompanyId::named("acme"));
    /// ```
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// See [`Driver::with_policy`](super::Driver::with_policy).
    #[must_use]
    pub fn with_policy(mut self, policy: impl Policy + 'static) -> AsyncDriver<'s> {
        self.rights = Rights::new(policy);
        self
    }

    /// See [`Driver::engines`](super::Driver::engines).
    pub fn engines(&self) -> Vec<&'static Engine> {
        self.rights.as_ref().map_or_else(Vec::new, |rights| rights.watched(self.known.engines()))
    }

    /// See [`Driver::joined`](super::Driver::joined).
    pub fn joined(&self) -> Vec<&'static Engine> {
        self.known.engines()
    }

    /// See [`Driver::join`](super::Driver::join).
    ///
    /// # Errors
    /// As [`Store::prepare`](crate::store::Store::prepare); then it has not joined.
    pub async fn join(&self, engine: &'static Engine) -> Result<Prepared, StoreError> {
        if self.known.has(engine) {
            return Ok(Prepared::default());
        }
        let prepared = self.prepare(&joined(&engine.tables(), &shared())).await?;
        self.known.join(engine);
        Ok(prepared)
    }

    /// See [`Driver::due_handlers`](super::Driver::due_handlers).
    pub fn due_handlers<'h>(&self) -> Handlers<'h> {
        Handlers::of(self.known.engines())
    }

    /// See [`Driver::discrepancies`](super::Driver::discrepancies).
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub async fn discrepancies(&self) -> Result<Vec<Discrepancy>, Halt> {
        let engines = self.known.engines();
        self.view(|view| verified(&engines, view)).await
    }

    /// See [`Driver::may`](super::Driver::may).
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub async fn may(
        &self,
        actor: &ActorId,
        at: Timestamp,
        request: &Request,
    ) -> Result<Verdict, Halt> {
        self.view(|view| view.may(actor, at, request)).await
    }

    /// See [`Driver::prepare`](super::Driver::prepare).
    ///
    /// # Errors
    /// As [`Store::prepare`](crate::store::Store::prepare).
    pub async fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let tables = with_own(tables, &self.rights);
        let prepared = self.store.prepare(&tables).await?;
        self.known.keep(&tables);
        Ok(prepared)
    }

    /// See [`Driver::add_holdings`](super::Driver::add_holdings).
    pub fn add_holdings(&self, holdings: &[Holding]) {
        self.known.add(holdings);
    }

    /// See [`Driver::run`](super::Driver::run). Dropping the future leaves the command done whole or not at all; sending
    /// it again tells which.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_testkit::{Model, Unloaded, block_on};
    /// # let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// # block_on(async {
    /// # driver.prepare(&[Shelf::TABLE]).await?;
    /// let done = driver.run(envelope("open"), &[1, 2], |tx, numbers| {
    ///     tx.need::<Shelf>(numbers)?; // loads both in one trip
    ///     for &number in numbers {
    ///         if tx.get::<Shelf>(&number)?.is_none() {
    ///             tx.insert(shelf(number, &format!("shelf {number}")))?;
    ///         }
    ///     }
    ///     Ok::<(), Halt>(())
    /// }).await?;
    /// assert!(!done.replayed);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`Driver::run`](super::Driver::run).
    pub async fn run<C, A, E>(
        &self,
        envelope: Envelope,
        command: &C,
        act: impl Fn(&mut Tx<'_>, &C) -> Result<A, E>,
    ) -> Result<Done<A>, E>
    where
        C: Serialize + ?Sized,
        A: Outcome,
        E: ActError,
    {
        self.run_digested(envelope, (type_name::<C>(), digest::of(command)), |tx| act(tx, command))
            .await
    }

    pub(crate) async fn run_digested<A: Outcome, E: ActError>(
        &self,
        envelope: Envelope,
        (name, digest): (&'static str, Result<Hash, DigestError>),
        act: impl Fn(&mut Tx<'_>) -> Result<A, E>,
    ) -> Result<Done<A>, E> {
        let kept = (&self.compiled, &self.rights, &self.known);
        let course = Course::new(self.company, envelope, digest, &self.seeds, kept)?;
        let act_span = trace::act(self.company, course.command(), name);
        act_span.wait(self.run_course(course, act)).await
    }

    async fn run_course<A: Outcome, E: ActError>(
        &self,
        mut course: Course,
        act: impl Fn(&mut Tx<'_>) -> Result<A, E>,
    ) -> Result<Done<A>, E> {
        let mut alone = None;
        loop {
            if course.loses() && alone.is_none() {
                alone = Some(self.gate.enter(true).await);
            }
            let next = match course.turn(Source::Loaded, &act) {
                Turn::Load(asks) => {
                    let read = Read::now(self.company, asks.clone());
                    let answer = trace::read(&read).wait(self.store.read(&read)).await;
                    course.loaded(answer, asks)
                }
                Turn::Commit(batch) => {
                    let _pass =
                        if alone.is_none() { Some(self.gate.enter(false).await) } else { None };
                    course.committed(self.commit(*batch).await)
                }
                Turn::Check(batch, refusal) => course.checked(self.commit(*batch).await, refusal),
                Turn::End(next) => next,
            };
            if let Some(end) = course.end(next) {
                return end;
            }
        }
    }

    async fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        trace::commit(&batch).wait(self.store.commit(batch)).await
    }

    /// See [`Driver::view`](super::Driver::view). What `read` reads is kept until it ends: read long ranges in parts. Dropping
    /// the future releases the snapshot ([`AsyncStore::release`]).
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_testkit::{Model, Unloaded, block_on};
    /// # let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// # block_on(async {
    /// # driver.prepare(&[Shelf::TABLE]).await?;
    /// let shelves = driver.view(|view| view.peek_scan(&Range::<Shelf>::all())).await?;
    /// assert!(shelves.is_empty());
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`Driver::view`](super::Driver::view).
    pub async fn view<T, E: ActError>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        trace::view(self.company).wait(self.view_until_held(read)).await
    }

    async fn view_until_held<T, E: ActError>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tries = 0;
        loop {
            let at = self.read(Read::at(self.company, At::Hold, Vec::new())).await?.at;
            let holding = AsyncHold::new(self.store.as_ref(), self.company, at);
            let result = self.view_at(at, &read).await;
            let released = self.read(Read::at(self.company, At::Last(at), Vec::new())).await;
            holding.over();
            tries += 1;
            match (result, released) {
                (Err(error), _) if is_gone(&error) && tries < MAX_VIEWS => {}
                (Ok(value), Err(halt)) if is_gone(&halt) => return Ok(value),
                (Ok(value), released) => return released.map(|_| value).map_err(E::from),
                (Err(error), _) => return Err(error),
            }
        }
    }

    async fn view_at<T, E: ActError>(
        &self,
        at: Snapshot,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (context, learned) =
            (Context::of_view(self.company, &self.rights, &self.known), Learned::default());
        let mut cache = Cache::default();
        loop {
            let (result, missing) = {
                let tx = Tx::new(&context, Source::Loaded, At::Held(at), &learned, cache, true);
                let mut view = View::new(tx);
                let result = read(&mut view);
                let tx = view.into_tx();
                cache = tx.cache;
                (result, tx.missing)
            };
            if missing.is_empty() {
                return result;
            }
            let answer = self.read(Read::at(self.company, At::Held(at), missing.clone())).await?;
            cache.take(missing, answer.replies);
        }
    }

    async fn read(&self, read: Read) -> Result<crate::store::Answer, Halt> {
        Ok(trace::read(&read).wait(self.store.read(&read)).await?)
    }

    /// See [`Driver::verify`](super::Driver::verify).
    ///
    /// # Errors
    /// The store's own failures; what doesn't fit is in [`Verified::findings`].
    pub async fn verify(&self, tables: &[&'static Table]) -> Result<Verified, StoreError> {
        let tables = self.known.with(&with_own(tables, &self.rights));
        chain::verify_async(self.store.as_ref(), self.company, &tables).await
    }

    /// See [`Driver::audit`](super::Driver::audit).
    ///
    /// # Errors
    /// The store's own failures; what doesn't fit is in [`Verified::findings`].
    pub async fn audit(
        &self,
        tables: &[&'static Table],
        checkpoint: &Checkpoint,
    ) -> Result<Verified, StoreError> {
        let tables = self.known.with(&with_own(tables, &self.rights));
        chain::audit_async(self.store.as_ref(), self.company, &tables, checkpoint).await
    }

    /// See [`Driver::feed`](super::Driver::feed).
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_testkit::{Model, Unloaded, block_on};
    /// let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// assert!(block_on(driver.feed(0, 100))?.is_empty()); // no commit yet
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::feed`](crate::store::Store::feed).
    pub async fn feed(&self, after: u64, limit: usize) -> Result<Vec<Commit>, StoreError> {
        self.store.feed(&FeedFrom::new(self.company, after, limit)).await
    }
}

impl std::fmt::Debug for AsyncDriver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsyncDriver").field("company", &self.company).finish_non_exhaustive()
    }
}
