//! A company of an engine on any store, behind a blocking or an asynchronous driver, under a clock that the test moves: what every
//! engine's tests begin with.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fondaco_core::due::Ticked;
use fondaco_core::policy::stored::{
    AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor, Stored,
};
use fondaco_core::policy::{Request, Verdict};
use fondaco_core::store::{FeedFrom, Record, Store};
use fondaco_core::{
    Act, ActError, ActorId, AsyncDriver, AsyncOffice, CompanyId, Done, Driver, Engine, Halt, Job,
    JobDone, JobError, Office, Progress, Range, Reading, Timestamp, Tx, View,
};

use crate::{Model, Unloaded, block_on};

/// Stores that tests run on, each with a name to be known by.
pub type Stores = Vec<(&'static str, Arc<dyn Store>)>;

/// The beginning of the day on which tests begin: 2026-06-01, in microseconds since the epoch.
const START: i64 = 1_780_272_000_000_000;

/// A company of an engine on some store. Clones are the same company: [`acting_as`](Host::acting_as) makes one for somebody else.
/// What must not happen ends the test, by a panic that names the store.
///
/// ```
/// use fondaco_core::calendar::{self, SetZone, Zone};
/// use fondaco_testkit::{Host, Model, Stores};
/// use std::sync::Arc;
///
/// // An engine's tests say once which stores there are.
/// let stores = || -> Stores { vec![("model", Arc::new(Model::new()))] };
/// Host::everywhere(stores(), &calendar::ENGINE, |host| {
///     host.must("zone", &SetZone::new(Zone::UTC));
///     assert_eq!(host.commits(), 1);
///     host.clean();
/// });
/// Host::everywhere_staffed(stores(), &calendar::ENGINE, |chief| {
///     chief.must("zone", &SetZone::new(Zone::UTC));
///     chief.role("nobody", []);
///     chief.hire("anna", "nobody");
///     let refused = chief.acting_as("anna").refused("again", &SetZone::new(Zone::UTC));
///     assert_eq!(fondaco_core::ActError::code(&refused), "policy.not_held");
/// });
/// ```
#[derive(Clone)]
pub struct Host {
    name: &'static str,
    company: CompanyId,
    store: Arc<dyn Store>,
    office: Either,
    clock: Arc<AtomicI64>,
}

#[derive(Clone)]
enum Either {
    Sync(Office<'static>),
    Async(AsyncOffice<'static>),
}

/// Both sorts of offices answer alike.
macro_rules! ask {
    ($host:expr, $office:ident => $asked:expr) => {
        match &$host.office {
            Either::Sync($office) => $asked,
            Either::Async($office) => block_on($asked),
        }
    };
}

/// How a host is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Blocking,
    Unloaded,
}

impl Host {
    /// The company `acme` behind a blocking driver; everybody may do everything.
    pub fn on(name: &'static str, store: Arc<dyn Store>, engine: &'static Engine) -> Host {
        Host::of("acme", name, store, engine)
    }

    /// Some company behind a blocking driver; everybody may do everything.
    pub fn of(
        company: &str,
        name: &'static str,
        store: Arc<dyn Store>,
        engine: &'static Engine,
    ) -> Host {
        Host::made(Way::Blocking, false, (name, store), (company, engine))
    }

    /// The company `acme` behind an asynchronous driver that finds nothing loaded; everybody may do everything.
    pub fn unloaded(name: &'static str, store: Arc<dyn Store>, engine: &'static Engine) -> Host {
        Host::made(Way::Unloaded, false, (name, store), ("acme", engine))
    }

    /// The company `acme` under the stored policy, in which nobody is appointed.
    pub fn restricted(name: &'static str, store: Arc<dyn Store>, engine: &'static Engine) -> Host {
        Host::made(Way::Blocking, true, (name, store), ("acme", engine))
    }

    /// As [`restricted`](Host::restricted), behind an asynchronous driver that finds nothing loaded.
    pub fn restricted_unloaded(
        name: &'static str,
        store: Arc<dyn Store>,
        engine: &'static Engine,
    ) -> Host {
        Host::made(Way::Unloaded, true, (name, store), ("acme", engine))
    }

    /// Appoints `root`, who administers; `chief` may do everything in these engines. Gives the handle of `chief`.
    #[must_use]
    pub fn staffed(self, engines: &[&'static Engine]) -> Host {
        let root = self.acting_as("root");
        root.must("first administrator", &AppointFirst::new(ActorId::new("root")));
        let all = engines.iter().flat_map(|engine| engine.permissions());
        self.role("chief", all.map(|all| NewGrant::new(all.name)));
        self.hire("chief", "chief");
        self.acting_as("chief")
    }

    /// Runs a test on each of these stores behind a blocking driver, and on the model behind an asynchronous one that finds
    /// nothing loaded.
    pub fn everywhere(stores: Stores, engine: &'static Engine, test: impl Fn(Host)) {
        stores.into_iter().for_each(|(name, store)| test(Host::on(name, store, engine)));
        test(Host::unloaded("model, not loaded", Arc::new(Model::new()), engine));
    }

    /// As [`everywhere`](Host::everywhere), [staffed](Host::staffed): the test has the handle of `chief`.
    pub fn everywhere_staffed(stores: Stores, engine: &'static Engine, test: impl Fn(Host)) {
        let staffed = |host: Host| test(host.staffed(&[engine]));
        stores.into_iter().for_each(|(name, store)| staffed(Host::restricted(name, store, engine)));
        let store = Arc::new(Model::new());
        staffed(Host::restricted_unloaded("model, not loaded", store, engine));
    }

    fn made(
        way: Way,
        restricted: bool,
        (name, store): (&'static str, Arc<dyn Store>),
        (company, engine): (&str, &'static Engine),
    ) -> Host {
        let (company, clock) = (CompanyId::named(company), Arc::new(AtomicI64::new(START)));
        let hands = clock.clone();
        let now = move || {
            Timestamp::from_micros(hands.load(Ordering::SeqCst)).unwrap_or(Timestamp::EPOCH)
        };
        let office = match way {
            Way::Blocking => {
                let driver = Driver::new(store.clone(), company);
                let driver = if restricted { driver.with_policy(Stored) } else { driver };
                Either::Sync(Office::over(driver).with_clock(now))
            }
            Way::Unloaded => {
                let driver = AsyncDriver::new(Unloaded::new(store.clone(), 1), company);
                let driver = if restricted { driver.with_policy(Stored) } else { driver };
                Either::Async(AsyncOffice::over(driver).with_clock(now))
            }
        };
        Host { name, company, store, office, clock }.with(engine)
    }

    /// With one more engine.
    #[must_use]
    pub fn with(self, engine: &'static Engine) -> Host {
        let joined = ask!(self, office => office.join(engine));
        joined.map(|_| self.clone()).unwrap_or_else(|error| self.fails(engine.name, &error))
    }

    /// The same company, for somebody who acts.
    #[must_use]
    pub fn acting_as(&self, actor: &str) -> Host {
        let office = match &self.office {
            Either::Sync(office) => Either::Sync(office.clone().acting_as(actor)),
            Either::Async(office) => Either::Async(office.clone().acting_as(actor)),
        };
        Host { office, ..self.clone() }
    }

    /// The store's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The store underneath.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The office, for an engine's handle; `None` behind an asynchronous driver.
    pub fn office(&self) -> Option<&Office<'static>> {
        match &self.office {
            Either::Sync(office) => Some(office),
            Either::Async(_) => None,
        }
    }

    /// What time it is: the beginning of 2026-06-01, until the test says otherwise.
    pub fn now(&self) -> Timestamp {
        ask_now(&self.office)
    }

    /// Sets the clock to an instant: `2026-06-30T23:30:00Z`.
    pub fn at(&self, instant: &str) {
        let at: Result<Timestamp, _> = instant.parse();
        self.at_time(at.unwrap_or_else(|error| self.fails(instant, &error)));
    }

    /// Sets the clock.
    pub fn at_time(&self, at: Timestamp) {
        self.clock.store(at.micros(), Ordering::SeqCst);
    }

    /// Sets the clock to so many minutes after the beginning.
    pub fn at_minute(&self, minute: i64) {
        self.clock.store(START.saturating_add(minute.saturating_mul(60_000_000)), Ordering::SeqCst);
    }

    /// Moves the clock on by so many seconds.
    pub fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// Carries out a command under a name: [`Office::send`].
    ///
    /// # Errors
    /// The command's refusal, or a [`Halt`].
    pub fn send<C: Act>(&self, name: &str, command: &C) -> Result<Done<C::Answer>, C::Error> {
        ask!(self, office => office.send(name, command))
    }

    /// Carries out a command that must not be refused.
    pub fn must<C: Act>(&self, name: &str, command: &C) -> C::Answer {
        self.send(name, command).unwrap_or_else(|error| self.fails(name, &error)).answer
    }

    /// The refusal of a command, which left nothing.
    pub fn refused<C: Act>(&self, name: &str, command: &C) -> C::Error {
        let before = self.position();
        let Err(error) = self.send(name, command) else { self.fails(name, &"it was not refused") };
        if error.halt().is_some_and(|halt| !halt.is_refusal()) {
            self.fails(name, &error);
        }
        if self.position() != before {
            self.fails(name, &format_args!("its refusal left something: {error}"));
        }
        error
    }

    /// Puts rows in place that some other act would, so that a test need not begin with it.
    pub fn insert<R: Record>(&self, name: &str, rows: &[R]) {
        let keys: Vec<R::Key> = rows.iter().map(Record::key).collect();
        let act = |tx: &mut Tx<'_>, _: &str| {
            tx.get_many::<R>(&keys)?;
            tx.insert_all(rows.to_vec())
        };
        let done: Result<_, Halt> = match &self.office {
            Either::Sync(office) => office.driver().run(office.envelope(name), name, act),
            Either::Async(office) => {
                block_on(office.driver().run(office.envelope(name), name, act))
            }
        };
        done.map(drop).unwrap_or_else(|halt| self.fails(name, &halt));
    }

    /// Reads at one moment; nothing may go wrong.
    pub fn view<T, E: ActError>(&self, read: impl Fn(&mut View<'_>) -> Result<T, E>) -> T {
        ask!(self, office => office.view(read)).unwrap_or_else(|error| self.fails("a view", &error))
    }

    /// All rows of a table, in order of their keys.
    pub fn rows<R: Record>(&self) -> Vec<Arc<R>> {
        self.view::<_, Halt>(|view| view.peek_scan(&Range::<R>::all()))
    }

    /// Runs a job under a name, from wherever it stands: [`Office::run_job`].
    ///
    /// # Errors
    /// As [`Driver::run_job`].
    pub fn run_job<J: Job>(
        &self,
        name: &str,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        ask!(self, office => office.run_job(name, job, progress))
    }

    /// Carries out what is due by now; nothing may halt.
    pub fn tick(&self) -> Ticked {
        self.tick_at(self.now())
    }

    /// Carries out what is due by some time, whatever this host's clock says; nothing may halt.
    pub fn tick_at(&self, at: Timestamp) -> Ticked {
        ask!(self, office => office.due_queue().tick(at))
            .unwrap_or_else(|error| self.fails("a tick", &error))
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        ask!(self, office => office.next_due()).unwrap_or_else(|halt| self.fails("next due", &halt))
    }

    /// Whether who acts here may do something now.
    pub fn may(&self, request: &Request) -> Verdict {
        ask!(self, office => office.may(request)).unwrap_or_else(|halt| self.fails("may", &halt))
    }

    /// `root` defines a role, anew where it was defined before.
    pub fn role(&self, role: &str, grants: impl IntoIterator<Item = NewGrant>) {
        let defined = grants.into_iter().fold(DefineRole::new(role, role), DefineRole::may);
        let name = format!("role {role}, after {} commits", self.position());
        self.acting_as("root").must(&name, &defined);
    }

    /// `root` registers a person with a role.
    pub fn hire(&self, actor: &str, role: &str) {
        let (root, id) = (self.acting_as("root"), ActorId::new(actor));
        root.must(&format!("register {actor}"), &RegisterActor::person(id.clone()));
        root.must(&format!("{actor} is a {role}"), &AssignRole::new(id, role));
    }

    /// The position of the company's last commit.
    pub fn position(&self) -> u64 {
        self.view(|view| Ok::<u64, Halt>(view.position()))
    }

    /// How many commits the company has.
    pub fn commits(&self) -> usize {
        let feed = self.store.feed(&FeedFrom::new(self.company, 0, usize::MAX));
        feed.unwrap_or_else(|error| self.fails("the feed", &error)).len()
    }

    /// The rows are as they were written, and what the engines derive follows from them.
    pub fn clean(&self) {
        let verified = ask!(self, office => office.verify());
        let verified = verified.unwrap_or_else(|halt| self.fails("verifying", &halt));
        if !verified.is_clean() {
            self.fails("verifying", &verified);
        }
    }

    #[track_caller]
    #[allow(clippy::panic, reason = "it is how a test ends")]
    pub(crate) fn fails(&self, what: &str, why: &dyn fmt::Display) -> ! {
        panic!("{what} on {}: {why}", self.name)
    }
}

fn ask_now(office: &Either) -> Timestamp {
    match office {
        Either::Sync(office) => office.now(),
        Either::Async(office) => office.now(),
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("name", &self.name).finish_non_exhaustive()
    }
}
