//! Drivers run acts: they bring the reads, commit what was decided, and run an act again when somebody else was first.
//!
//! A driver promises:
//! - **Once.** A command id is carried out at most once per company. The same command again gets the same answer; another
//!   command under the same id is an error. The id is looked up with the act's first trip, so a replay is recognised before any
//!   refusal, and a refused command leaves nothing behind: it may be sent again.
//! - **True refusals.** Reads of one act may come from different moments. Before a refusal leaves the driver, what the act
//!   rested on is compared; if something moved, the act runs again.
//! - **Bounded retry.** After two conflicts the loser runs alone: other commits of this driver wait. After 64 conflicts the
//!   refusal of the store goes to the caller.
//! - **One path.** The answer that the caller gets is decoded from what was stored, in a first run as in a replay.

mod asynchronous;
mod course;
mod gate;
mod known;
mod seed;

use std::any::type_name;
use std::sync::Arc;

pub use asynchronous::AsyncDriver;
use course::{Course, Turn};
use gate::Gate;
pub(crate) use known::Known;
use known::joined;
use seed::Seeds;
use serde::Serialize;

use crate::chain::{self, Verified};
use crate::copy::{Copied, copy_company};
use crate::digest::{self, DigestError};
use crate::due::Handlers;
use crate::engine::{Discrepancy, Engine, shared};
use crate::party::Holding;
use crate::policy::{Policy, Request, Rights, Verdict};
use crate::proof::{Checkpoint, Prover};
use crate::store::{
    Answer, At, Batch, Commit, FeedFrom, Hash, Hold, Prepared, Read, Store, StoreError, Table,
};
use crate::tx::{Cache, Compiled, Context, Learned, Source};
use crate::{
    ActError, ActorId, CompanyId, Envelope, GuardCount, Halt, JobState, Outcome, Progress,
    Timestamp, Tx, View, trace,
};

/// So often a view starts again when its snapshot is gone.
const MAX_VIEWS: u32 = 64;

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<A> {
    /// The act's answer.
    pub answer: A,
    /// The position of its commit.
    pub position: u64,
    /// Whether it had been carried out before.
    pub replayed: bool,
}

/// Runs acts of one company on one store. Use one driver per company and store in a process: its writers take turns
/// through it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::Shelf;
/// use fondaco_core::store::Record;
/// use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Timestamp};
///
/// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
/// driver.prepare(&[Shelf::TABLE])?;
/// let clerk = ActorId::new("clerk-7");
/// let envelope = Envelope::new(CommandId::named("shelf/7"), clerk, Timestamp::now());
/// let done = driver.run(envelope, "left of the door", |tx, label| {
///     tx.get::<Shelf>(&7)?; // the insert rests on its absence
///     tx.insert(Shelf { number: 7, label: label.into() })
/// })?;
/// assert_eq!(done.position, 1);
/// # Ok::<(), Halt>(())
/// ```
pub struct Driver<'s> {
    store: Arc<dyn Store + 's>,
    company: CompanyId,
    gate: Gate,
    seeds: Seeds,
    compiled: Compiled,
    rights: Option<Arc<Rights>>,
    known: Arc<Known>,
}

impl<'s> Driver<'s> {
    /// A driver for `company`. To use one store from several places, pass an `Arc` of it.
    ///
    /// ```
    /// use fondaco_core::{CompanyId, Driver};
    /// use fondaco_store::Memory;
    /// use std::sync::Arc;
    ///
    /// let store = Arc::new(Memory::new());
    /// let acme = Driver::new(store.clone(), CompanyId::named("acme"));
    /// let other = Driver::new(store, CompanyId::named("other")); // nothing of acme's is seen here
    /// assert_ne!(acme.company(), other.company());
    /// ```
    pub fn new(store: impl Store + 's, company: CompanyId) -> Driver<'s> {
        Driver {
            store: Arc::new(store),
            company,
            gate: Gate::default(),
            seeds: Seeds::Random,
            compiled: Compiled::default(),
            rights: None,
            known: Arc::default(),
        }
    }

    /// Takes salts from the command ids instead of from the system's randomness, so that two runs of one history give
    /// the same hashes. For tests: such salts protect nothing.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let link = || -> Result<Option<Hash>, Halt> {
    ///     let driver = Driver::new(fondaco_testkit::Model::new(), CompanyId::named("acme"));
    ///     let driver = driver.with_predictable_salts();
    ///     driver.run(envelope("nothing"), "nothing", |_, _| Ok::<(), Halt>(()))?;
    ///     Ok(driver.feed(0, 1)?[0].seal.as_ref().map(|seal| seal.link))
    /// };
    /// assert_eq!(link()?, link()?);
    /// # Ok::<(), Halt>(())
    /// ```
    #[must_use]
    pub fn with_predictable_salts(mut self) -> Driver<'s> {
        self.seeds = Seeds::Predictable;
        self
    }

    /// Restricts who may do what: `policy` is asked, and the tables of the engines that [join](Driver::join) are changed only under
    /// one of their permissions. See [`policy`](crate::policy).
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    /// let driver = driver.with_policy(Stored);
    /// driver.join(&DESK)?; // makes the policy's own tables ready, too
    /// let denied = pay(&driver, "anna", "1", "front", "5 EUR").unwrap_err();
    /// assert_eq!(denied.code(), "policy.not_set_up");
    /// # Ok::<(), StoreError>(())
    /// ```
    #[must_use]
    pub fn with_policy(mut self, policy: impl Policy + 'static) -> Driver<'s> {
        self.rights = Rights::new(policy);
        self
    }

    /// The engines whose tables the policy watches, with all permissions that can be given: those that joined and core's own; empty
    /// without a policy.
    pub fn engines(&self) -> Vec<&'static Engine> {
        self.rights.as_ref().map_or_else(Vec::new, |rights| rights.watched(self.known.engines()))
    }

    /// The engines that joined, in order.
    pub fn joined(&self) -> Vec<&'static Engine> {
        self.known.engines()
    }

    /// An engine joins the driver: its tables are made ready, its [permissions](crate::policy) watched, what it
    /// [holds on parties](crate::party::Holding) and what it does [by the clock](Driver::due_handlers) known. Several engines join one driver, so
    /// that one act may touch them all. An engine that joined already is left as it is, without a trip to the store.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    /// assert!(driver.join(&DESK)?.created.contains(&"desk_paid"));
    /// assert!(driver.join(&DESK)?.created.is_empty()); // joined already
    /// driver.join(&party::ENGINE)?; // one more
    /// assert_eq!(driver.joined().len(), 2);
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::prepare`]; then it has not joined.
    pub fn join(&self, engine: &'static Engine) -> Result<Prepared, StoreError> {
        if self.known.has(engine) {
            return Ok(Prepared::default());
        }
        let prepared = self.prepare(&joined(&engine.tables(), &shared()))?;
        self.known.join(engine);
        Ok(prepared)
    }

    /// Who carries out what is due: the handlers of all engines that joined. A host adds its own by
    /// [`Handlers::on`].
    pub fn due_handlers<'h>(&self) -> Handlers<'h> {
        Handlers::of(self.known.engines())
    }

    /// What the engines that joined derived and what does not follow from their facts, recomputed at one moment; [`verify`](Driver::verify)
    /// says whether the facts are as they were written.
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub fn discrepancies(&self) -> Result<Vec<Discrepancy>, Halt> {
        let engines = self.known.engines();
        self.view(|view| verified(&engines, view))
    }

    /// Whether `actor` may do something at this time, and why: without doing it.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// let request = Request::new(&PAY).amount(Money::parse("500 EUR")?).at("till", "front");
    /// let carla = desk.may(&ActorId::new("carla"), now(), &request)?;
    /// assert_eq!(carla.to_string(), "allowed: role manager");
    /// let anna = desk.may(&ActorId::new("anna"), now(), &request)?;
    /// assert_eq!(
    ///     anna.to_string(),
    ///     "denied: anna may not desk.pay: 500.00 EUR is more than the limit of 100.00 EUR; \
    ///      who has the role manager may",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub fn may(&self, actor: &ActorId, at: Timestamp, request: &Request) -> Result<Verdict, Halt> {
        self.view(|view| view.may(actor, at, request))
    }

    /// Whose data.
    ///
    /// ```
    /// # use fondaco_core::{CompanyId, Driver};
    /// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    /// assert_eq!(driver.company(), CompanyId::named("acme"));
    /// ```
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// The store.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let answer = shop.store().read(&Read::now(shop.company(), vec![]))?;
    /// assert_eq!(answer.at.position, 1); // one commit filled the shop
    /// # Ok::<(), StoreError>(())
    /// ```
    pub fn store(&self) -> &(dyn Store + 's) {
        self.store.as_ref()
    }

    /// Makes tables ready that belong to no engine which [joins](Driver::join), such as a host's own. The driver remembers them for [`verify`](Driver::verify).
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    /// let prepared = driver.prepare(&[Shelf::TABLE])?;
    /// let own = ["range_guard", "job", "calendar_zone", "calendar"]; // core's own too
    /// assert_eq!(prepared.created, [&["shelf"][..], &own].concat());
    /// assert!(driver.prepare(&[Shelf::TABLE])?.created.is_empty());
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let tables = with_own(tables, &self.rights);
        let prepared = self.store.prepare(&tables)?;
        self.known.keep(&tables);
        Ok(prepared)
    }

    /// Says what is held on parties in tables that belong to no engine which [joins](Driver::join): for [`export`](crate::party::export()) and
    /// [`EraseParty`](crate::party::EraseParty), which go over all that the driver was told of. What the module
    /// [`party`](crate::party) keeps is known to every driver. Told twice, it is known once.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// const HOLDINGS: &[Holding] = &[]; // those of a host
    /// people.add_holdings(HOLDINGS);
    /// let export = people.view(|view| export(view, ada()))?;
    /// assert_eq!(export.tables.len(), TABLES.len()); // nothing but the module's own
    /// # Ok::<(), fondaco_core::Halt>(())
    /// ```
    pub fn add_holdings(&self, holdings: &[Holding]) {
        self.known.add(holdings);
    }

    /// Carries out a command: runs the act, as often as it takes, and commits what it decided.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// fn open_shelf(tx: &mut Tx<'_>, label: &str) -> Result<i64, Halt> {
    ///     let number = 1 + tx.scan(&Range::<Shelf>::all())?.len() as i64;
    ///     tx.get::<Shelf>(&number)?;
    ///     tx.insert(Shelf { number, label: label.into() })?;
    ///     Ok(number)
    /// }
    /// let done = shop.run(envelope("open/1"), "cellar", open_shelf)?;
    /// assert_eq!((done.answer, done.replayed), (3, false));
    /// let again = shop.run(envelope("open/1"), "cellar", open_shelf)?; // after a crash, say
    /// assert_eq!((again.answer, again.replayed), (3, true));
    /// let other = shop.run(envelope("open/1"), "roof", open_shelf);
    /// assert_eq!(other.map_err(|halt| halt.code()), Err("store.command_reused"));
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// The act's own refusal, or a [`Halt`]: the store failed, the command id was used for another command, or 64
    /// attempts in a row met somebody else's commit.
    pub fn run<C, A, E>(
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
    }

    pub(crate) fn run_digested<A: Outcome, E: ActError>(
        &self,
        envelope: Envelope,
        (name, digest): (&'static str, Result<Hash, DigestError>),
        act: impl Fn(&mut Tx<'_>) -> Result<A, E>,
    ) -> Result<Done<A>, E> {
        let kept = (&self.compiled, &self.rights, &self.known);
        let course = Course::new(self.company, envelope, digest, &self.seeds, kept)?;
        trace::act(self.company, course.command(), name).run(|| self.run_course(course, act))
    }

    fn run_course<A: Outcome, E: ActError>(
        &self,
        mut course: Course,
        act: impl Fn(&mut Tx<'_>) -> Result<A, E>,
    ) -> Result<Done<A>, E> {
        loop {
            let alone = course.loses().then(|| self.gate.alone());
            let next = match course.turn(Source::Through(self.store.as_ref()), &act) {
                Turn::Load(asks) => {
                    course.loaded(self.read(&Read::now(self.company, asks.clone())), asks)
                }
                Turn::Commit(batch) => {
                    let _pass = alone.is_none().then(|| self.gate.pass());
                    course.committed(self.commit(*batch))
                }
                Turn::Check(batch, refusal) => course.checked(self.commit(*batch), refusal),
                Turn::End(next) => next,
            };
            if let Some(end) = course.end(next) {
                return end;
            }
        }
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        trace::read(read).run(|| self.store.read(read))
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        trace::commit(&batch).run(|| self.store.commit(batch))
    }

    /// Reads at one moment: all that `read` reads comes from one held snapshot.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let (shelves, pieces) = shop.view(|view| {
    ///     let shelves = view.peek_scan(&Range::<Shelf>::all())?.len();
    ///     let pieces = view.peek::<Stock>(&7)?.map_or(0, |stock| stock.pieces);
    ///     Ok::<_, Halt>((shelves, pieces))
    /// })?;
    /// assert_eq!((shelves, pieces), (2, 10));
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// What `read` answers, or a [`Halt`] of the store.
    pub fn view<T, E: ActError>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        trace::view(self.company).run(|| {
            let mut tries = 0;
            loop {
                let result = self.view_once(&read);
                tries += 1;
                match &result {
                    Err(error) if is_gone(error) && tries < MAX_VIEWS => {}
                    _ => return result,
                }
            }
        })
    }

    fn view_once<T, E: ActError>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let ask = |at| {
            self.read(&Read::at(self.company, at, Vec::new()))
                .map_err(|error| E::from(error.into()))
        };
        let at = ask(At::Hold)?.at;
        let hold = Hold::new(self.store.as_ref(), self.company, at);
        let (context, learned) =
            (Context::of_view(self.company, &self.rights, &self.known), Learned::default());
        let source = Source::Through(self.store.as_ref());
        let mut view =
            View::new(Tx::new(&context, source, At::Held(at), &learned, Cache::default(), true));
        let result = read(&mut view);
        hold.over();
        let released = ask(At::Last(at));
        match (result, released) {
            // All was read by then: a hold that went by itself needs no releasing.
            (Ok(value), Err(error)) if is_gone(&error) => Ok(value),
            (Ok(value), released) => released.map(|_| value),
            (Err(error), _) => Err(error),
        }
    }

    /// The commits after a position, in order, at most `limit`: for outbox, sync and audit.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let mut shown = 0; // kept by whoever reads the feed
    /// for commit in shop.feed(shown, 100)? {
    ///     shown = commit.position;
    /// }
    /// assert_eq!(shown, 1);
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::feed`].
    pub fn feed(&self, after: u64, limit: usize) -> Result<Vec<Commit>, StoreError> {
        self.store.feed(&FeedFrom::new(self.company, after, limit))
    }

    /// Checks the hash chain and every row against it: of `tables`, of core's own, and of all that were
    /// [prepared](Driver::prepare) through this driver, so that an engine need not know what else the host uses.
    ///
    /// The chain is over all rows of the company. Prepare the tables of *every* engine that ever wrote, also of one that is
    /// no longer in use, or give them here: rows of a table that is not read look removed.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let verified = shop.verify(&[Shelf::TABLE, Note::TABLE, Stock::TABLE])?;
    /// assert!(verified.findings.is_empty());
    /// assert_eq!((verified.commits, verified.rows), (1, 2)); // counters are sums, not facts
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// The store's own failures; what doesn't fit is in [`Verified::findings`].
    pub fn verify(&self, tables: &[&'static Table]) -> Result<Verified, StoreError> {
        let tables = self.known.with(&with_own(tables, &self.rights));
        chain::verify(self.store.as_ref(), self.company, &tables)
    }
}

impl<'s> Driver<'s> {
    /// As [`verify`](Driver::verify), and against a checkpoint that was kept outside: also what a new chain hides, or a log
    /// without seals, is then a [`Finding::Checkpoint`](chain::Finding::Checkpoint).
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::proof::Checkpoint;
    /// # let shop = shop();
    /// let mut prover = shop.prover();
    /// prover.catch_up(&mut ())?;
    /// let kept = prover.checkpoint("acme.example/books")?;
    /// assert!(shop.audit(&[], &kept)?.findings.is_empty());
    /// let other = Checkpoint::new("acme.example/books", 1, [7; 32])?;
    /// let finding = &shop.audit(&[], &other)?.findings[0];
    /// assert_eq!(finding.to_string(), "the first 1 commits are not those of the checkpoint");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The store's own failures; what doesn't fit is in [`Verified::findings`].
    pub fn audit(
        &self,
        tables: &[&'static Table],
        checkpoint: &Checkpoint,
    ) -> Result<Verified, StoreError> {
        let tables = self.known.with(&with_own(tables, &self.rights));
        chain::audit(self.store.as_ref(), self.company, &tables, checkpoint)
    }

    /// Copies this company into a store that does not have it: [`copy_company`] with all tables that were prepared.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let file = fondaco_store::Sqlite::in_memory()?;
    /// assert_eq!(shop.copy_to(&file, &mut ())?.commits, 1);
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`copy_company`].
    pub fn copy_to(
        &self,
        to: &dyn Store,
        progress: &mut dyn Progress,
    ) -> Result<Copied, StoreError> {
        copy_company(self.store.as_ref(), to, self.company, &self.tables(), progress)
    }

    /// All tables that were prepared through this driver, and core's own: what a copy or an export of the company has to have.
    pub fn tables(&self) -> Vec<&'static Table> {
        self.known.with(&with_own(&[], &self.rights))
    }

    /// Makes checkpoints and proofs of this company, with all tables that were prepared through the driver.
    pub fn prover(&self) -> Prover<'_> {
        Prover::new(self.store.as_ref(), self.company, &self.tables())
    }
}

impl std::fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("company", &self.company).finish_non_exhaustive()
    }
}

/// The engines' tables, core's own, and those that the policy keeps.
fn with_own(tables: &[&'static Table], rights: &Option<Arc<Rights>>) -> Vec<&'static Table> {
    use crate::store::Record;
    let policy_s = rights.iter().flat_map(|rights| rights.tables());
    let calendars = crate::calendar::ENGINE.tables();
    let own = [GuardCount::TABLE, JobState::TABLE].into_iter().chain(calendars).chain(policy_s);
    joined(tables, &own.collect::<Vec<_>>())
}

/// What the engines' facts contradict.
fn verified(engines: &[&'static Engine], view: &mut View<'_>) -> Result<Vec<Discrepancy>, Halt> {
    let mut found = Vec::new();
    for engine in engines {
        found.extend(engine.verify(view)?);
    }
    Ok(found)
}

fn is_gone(error: &impl ActError) -> bool {
    matches!(error.halt(), Some(Halt::Store(StoreError::SnapshotGone)))
}
