//! What the tests of the unit of work share: a small shop's tables, and every host that an act can run on.
#![allow(dead_code, unreachable_pub)] // each test program uses its part

pub mod acts;
pub mod altered;
#[path = "../server/mod.rs"]
pub mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use fondaco_core::due::{self, AsyncQueue, DueItem, Handlers, Queue, TickError, Ticked};
use fondaco_core::store::{Commit, Drawn, FeedFrom, Fixed, Floor, Personal, Record, Store, Table};
use fondaco_core::{
    Act, ActError, ActorId, AsyncDriver, CommandId, CompanyId, Done, Driver, Envelope, ErrorKind,
    Halt, Outcome, Timestamp, Tx, View,
};
use fondaco_store::ordered::InMemory;
use fondaco_store::{Memory, OrderedStore, Sqlite};
use fondaco_testkit::{Model, Unloaded, block_on};
use serde::Serialize;
use smol_str::SmolStr;

/// A shelf: state, with a unique label and a guard per aisle.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "shop_shelf", kind = state, key(aisle, number),
    index(by_label(label), unique), index(by_load(aisle, load)), guard(by_aisle(aisle))
)]
pub struct Shelf {
    pub aisle: i64,
    pub number: i64,
    pub load: i64,
    pub label: Option<SmolStr>,
}

impl Shelf {
    pub fn new(aisle: i64, number: i64, load: i64) -> Shelf {
        Shelf { aisle, number, load, label: None }
    }

    pub fn labelled(self, label: &str) -> Shelf {
        Shelf { label: Some(label.into()), ..self }
    }
}

/// A movement: a fact, guarded by item and by item and day.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "shop_move", kind = fact, key(item, number), index(by_day(item, day)),
    guard(by_item(item)), guard(by_item_and_day(item, day))
)]
pub struct Move {
    pub item: i64,
    pub number: i64,
    pub day: NaiveDate,
    pub pieces: i64,
    pub slip: Option<Drawn>,
}

impl Move {
    pub fn new(item: i64, number: i64, on: u32, pieces: i64) -> Move {
        Move { item, number, day: day(on), pieces, slip: None }
    }
}

/// What is there of an item in a lot: a counter.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "shop_stock", kind = counter, key(item, lot),
    measure(free = on_hand - reserved), measure(owed = -on_hand)
)]
pub struct Stock {
    pub item: i64,
    pub lot: i64,
    pub on_hand: i64,
    pub reserved: i64,
    pub value: Fixed<2>,
}

impl Stock {
    pub fn of(item: i64, lot: i64, on_hand: i64) -> Stock {
        let value = Fixed::from_units(on_hand.saturating_mul(3));
        Stock { item, lot, on_hand, reserved: 0, value }
    }

    /// On hand less reserved is at least zero.
    pub fn floor() -> Floor {
        Floor::new(&[(2, 1), (3, -1)], 0)
    }
}

/// Somebody: state with something personal that is unique.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "shop_person", kind = state, key(number), index(by_mail(mail), unique), guard(all())
)]
pub struct Person {
    pub number: i64,
    pub mail: Option<Personal<SmolStr>>,
    pub points: i64,
}

/// A visit of somebody: a fact with something personal.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "shop_visit", kind = fact, key(number))]
pub struct Visit {
    pub number: i64,
    pub who: Option<Personal<SmolStr>>,
}

/// Facts without any guard.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "shop_log", kind = fact, key(number))]
pub struct Log {
    pub number: i64,
}

pub const TABLES: &[&Table] =
    &[Shelf::TABLE, Move::TABLE, Stock::TABLE, Person::TABLE, Visit::TABLE, Log::TABLE];

/// The shop's refusals.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ShopError {
    #[error("{0}")]
    No(String),
    #[error(transparent)]
    Halt(#[from] Halt),
}

impl ActError for ShopError {
    fn halt(&self) -> Option<&Halt> {
        if let ShopError::Halt(halt) = self { Some(halt) } else { None }
    }
    fn code(&self) -> &'static str {
        "shop.no"
    }
    fn kind(&self) -> ErrorKind {
        ErrorKind::Refused
    }
}

pub fn no<T>(why: impl Into<String>) -> Result<T, ShopError> {
    Err(ShopError::No(why.into()))
}

/// The words of a refusal; a halt is a failure of the test.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, ShopError>) -> String {
    match result {
        Err(ShopError::No(why)) => why,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

pub fn halt<T: std::fmt::Debug>(result: Result<T, ShopError>) -> Halt {
    match result {
        Err(ShopError::Halt(halt)) => halt,
        other => panic!("expected a halt, got {other:?}"),
    }
}

pub fn day(n: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, n).unwrap()
}

pub fn acme() -> CompanyId {
    CompanyId::named("acme")
}

pub fn envelope(name: &str) -> Envelope {
    let time: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
    Envelope::new(CommandId::named(name), ActorId::new("clerk"), time)
}

/// A driver of either sort over a store that the test can reach too.
pub struct Host {
    pub name: &'static str,
    pub store: Arc<dyn Store>,
    driver: Either,
}

enum Either {
    Sync(Driver<'static>),
    Async(AsyncDriver<'static>),
}

impl Host {
    pub fn sync(name: &'static str, store: Arc<dyn Store>) -> Host {
        let driver = Driver::new(store.clone(), acme()).with_predictable_salts();
        Host { name, store, driver: Either::Sync(driver) }.prepared()
    }

    pub fn asynchronous(name: &'static str, store: Arc<dyn Store>) -> Host {
        let unloaded = Unloaded::new(store.clone(), 2);
        let driver = AsyncDriver::new(unloaded, acme()).with_predictable_salts();
        Host { name, store, driver: Either::Async(driver) }.prepared()
    }

    fn prepared(self) -> Host {
        match &self.driver {
            Either::Sync(driver) => driver.prepare(&own_tables()).unwrap(),
            Either::Async(driver) => block_on(driver.prepare(&own_tables())).unwrap(),
        };
        self
    }

    /// A tick that tries at most so many items.
    pub fn try_tick(
        &self,
        handlers: Handlers<'_>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Ticked, TickError> {
        match &self.driver {
            Either::Sync(driver) => Queue::new(driver, handlers).at_most(limit).tick(now),
            Either::Async(driver) => {
                block_on(AsyncQueue::new(driver, handlers).at_most(limit).tick(now))
            }
        }
    }

    pub fn tick(&self, handlers: Handlers<'_>, now: Timestamp) -> Ticked {
        let ticked = self.try_tick(handlers, now, 1000);
        ticked.unwrap_or_else(|error| panic!("a tick on {}: {error}", self.name))
    }

    pub fn next_due(&self, handlers: Handlers<'_>) -> Option<Timestamp> {
        match &self.driver {
            Either::Sync(driver) => Queue::new(driver, handlers).next_due().unwrap(),
            Either::Async(driver) => {
                block_on(AsyncQueue::new(driver, handlers).next_due()).unwrap()
            }
        }
    }

    pub fn due_items(&self) -> Vec<Arc<DueItem>> {
        match &self.driver {
            Either::Sync(driver) => Queue::new(driver, Handlers::new()).items().unwrap(),
            Either::Async(driver) => {
                block_on(AsyncQueue::new(driver, Handlers::new()).items()).unwrap()
            }
        }
    }

    pub fn carry_out<C: Act>(&self, name: &str, command: &C) -> Result<Done<C::Answer>, C::Error> {
        match &self.driver {
            Either::Sync(driver) => driver.carry_out(envelope(name), command),
            Either::Async(driver) => block_on(driver.carry_out(envelope(name), command)),
        }
    }

    /// Runs an act whose command is its name.
    pub fn run<A: Outcome>(
        &self,
        name: &str,
        act: impl Fn(&mut Tx<'_>) -> Result<A, ShopError>,
    ) -> Result<Done<A>, ShopError> {
        self.run_as(name, &name, |tx, _| act(tx))
    }

    pub fn run_as<C: Serialize + ?Sized, A: Outcome>(
        &self,
        name: &str,
        command: &C,
        act: impl Fn(&mut Tx<'_>, &C) -> Result<A, ShopError>,
    ) -> Result<Done<A>, ShopError> {
        match &self.driver {
            Either::Sync(driver) => driver.run(envelope(name), command, act),
            Either::Async(driver) => block_on(driver.run(envelope(name), command, act)),
        }
    }

    /// Runs a job to its end.
    pub fn run_job<J: fondaco_core::Job>(
        &self,
        id: fondaco_core::JobId,
        clock: &(dyn Fn() -> Timestamp + Sync),
        job: &mut J,
        progress: &mut (impl fondaco_core::Progress + ?Sized),
    ) -> Result<fondaco_core::JobDone<J::Report>, fondaco_core::JobError<J::Error>> {
        let clerk = ActorId::new("clerk");
        let call = fondaco_core::JobCall::new(id, &clerk, clock);
        match &self.driver {
            Either::Sync(driver) => driver.run_job(&call, job, progress),
            Either::Async(driver) => block_on(driver.run_job(&call, job, progress)),
        }
    }

    /// Runs an act that must succeed; gives its answer.
    pub fn done<A: Outcome>(
        &self,
        name: &str,
        act: impl Fn(&mut Tx<'_>) -> Result<A, ShopError>,
    ) -> A {
        match self.run(name, act) {
            Ok(done) => done.answer,
            Err(error) => panic!("{} on {}: {error}", name, self.name),
        }
    }

    pub fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, ShopError>) -> T {
        self.try_view(read).unwrap_or_else(|error| panic!("a view on {}: {error}", self.name))
    }

    pub fn try_view<T>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, ShopError>,
    ) -> Result<T, ShopError> {
        match &self.driver {
            Either::Sync(driver) => driver.view(read),
            Either::Async(driver) => block_on(driver.view(read)),
        }
    }

    pub fn feed(&self) -> Vec<Commit> {
        self.store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap()
    }

    /// A second driver on the same store: somebody else.
    pub fn rival(&self) -> Driver<'static> {
        Driver::new(self.store.clone(), acme())
    }

    pub fn is_async(&self) -> bool {
        matches!(self.driver, Either::Async(_))
    }

    /// The books of hashes are in order.
    pub fn verify(&self) {
        let verified = fondaco_core::chain::verify(&*self.store, acme(), &all_tables()).unwrap();
        assert_eq!(verified.findings, Vec::new(), "on {}", self.name);
    }
}

/// The shop's tables and those of the due queue.
pub fn own_tables() -> Vec<&'static Table> {
    [TABLES, due::TABLES].concat()
}

pub fn all_tables() -> Vec<&'static Table> {
    let mut tables = own_tables();
    tables.push(fondaco_core::GuardCount::TABLE);
    tables
}

/// Every store there is.
pub fn stores() -> Vec<(&'static str, Arc<dyn Store>)> {
    let mut stores = in_process();
    stores.extend(server::postgres());
    stores
}

/// Those that cost next to nothing to make, for tests that make hundreds.
pub fn in_process() -> Vec<(&'static str, Arc<dyn Store>)> {
    vec![
        ("memory", Arc::new(Memory::new())),
        ("model", Arc::new(Model::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
        ("ordered map", Arc::new(OrderedStore::open(InMemory::new()).unwrap())),
    ]
}

/// Runs a test on every store, through the blocking and through the asynchronous driver.
pub fn on_every_host(test: impl Fn(&Host)) {
    for (name, store) in stores() {
        test(&Host::sync(name, store));
    }
    test(&Host::asynchronous("model, not loaded", Arc::new(Model::new())));
    test(&Host::asynchronous("memory, not loaded", Arc::new(Memory::new())));
}

/// Counts runs of an act.
#[derive(Default)]
pub struct Runs(AtomicU32);

impl Runs {
    pub fn one_more(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Somebody else's act, on the bare store.
pub fn elsewhere(
    store: &dyn Store,
    name: &str,
    act: impl Fn(&mut Tx<'_>) -> Result<(), ShopError>,
) {
    Driver::new(store, acme()).run(envelope(name), &name, |tx, _| act(tx)).unwrap();
}
