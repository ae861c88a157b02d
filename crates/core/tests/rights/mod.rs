//! A cash desk under the stored policy on any store, behind a blocking or an asynchronous driver.
#![allow(dead_code, unreachable_pub)] // each test program uses its part

#[path = "../doc/desk.rs"]
pub mod desk;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub use desk::*;
use fondaco_core::due::{AsyncQueue, DueItem, Handlers, Queue, TickError, Ticked};
use fondaco_core::job::{JobDone, JobError};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, Unloaded, block_on};

enum Either {
    Sync(Driver<'static>),
    Async(AsyncDriver<'static>),
}

pub struct Office {
    pub name: &'static str,
    pub store: Arc<dyn Store>,
    driver: Either,
    commands: AtomicU32,
}

pub fn acme() -> CompanyId {
    CompanyId::named("acme")
}

/// Noon of a day of June 2026.
pub fn june(day: u32) -> Timestamp {
    format!("2026-06-{day:02}T12:00:00Z").parse().unwrap()
}

pub fn d(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn id(actor: &str) -> ActorId {
    ActorId::new(actor)
}

pub fn eur(amount: &str) -> Money {
    Money::parse(&format!("{amount} EUR")).unwrap()
}

pub fn ask(till: &str, amount: &str) -> Request {
    Request::new(&PAY).amount(eur(amount)).at("till", till)
}

impl Office {
    pub fn sync(name: &'static str, store: Arc<dyn Store>) -> Office {
        let driver = Driver::new(store.clone(), acme()).with_policy(Stored);
        driver.join(&DESK).unwrap();
        Office { name, store, driver: Either::Sync(driver), commands: AtomicU32::new(0) }
    }

    pub fn asynchronous(name: &'static str, store: Arc<dyn Store>) -> Office {
        let driver = AsyncDriver::new(Unloaded::new(store.clone(), 2), acme());
        let driver = driver.with_policy(Stored);
        block_on(driver.join(&DESK)).unwrap();
        Office { name, store, driver: Either::Async(driver), commands: AtomicU32::new(0) }
    }

    /// `root` administers, `anna` and `ben` are cashiers, `carla` is a manager, `robot` a program that may pay.
    pub fn set_up(self) -> Office {
        self.must("root", &AppointFirst::new(id("root")));
        self.must("root", &cashier());
        self.must("root", &manager());
        for (name, role) in [("anna", "cashier"), ("ben", "cashier"), ("carla", "manager")] {
            self.must("root", &RegisterActor::person(id(name)));
            self.must("root", &AssignRole::new(id(name), role));
        }
        self.must("root", &RegisterActor::system(id("robot")));
        self.must("root", &AssignRole::new(id("robot"), "manager"));
        self
    }

    pub fn send_at<C: Act>(
        &self,
        at: Timestamp,
        (actor, name): (&str, &str),
        command: &C,
    ) -> Result<Done<C::Answer>, C::Error> {
        let envelope = Envelope::new(CommandId::named(name), id(actor), at);
        match &self.driver {
            Either::Sync(driver) => driver.carry_out(envelope, command),
            Either::Async(driver) => block_on(driver.carry_out(envelope, command)),
        }
    }

    /// Carries out a command under a new name, on 1 June.
    pub fn send<C: Act>(&self, actor: &str, command: &C) -> Result<Done<C::Answer>, C::Error> {
        self.send_at(june(1), (actor, &self.next()), command)
    }

    fn next(&self) -> String {
        format!("command {}", self.commands.fetch_add(1, Ordering::SeqCst))
    }

    pub fn must<C: Act>(&self, actor: &str, command: &C) -> C::Answer {
        match self.send(actor, command) {
            Ok(done) => done.answer,
            Err(error) => panic!("on {}: {error}", self.name),
        }
    }

    /// The words of a refusal, which left nothing.
    pub fn refused<C: Act>(&self, actor: &str, command: &C) -> String {
        let before = self.commits();
        let Err(error) = self.send(actor, command) else { panic!("not refused on {}", self.name) };
        assert!(error.halt().is_none_or(Halt::is_refusal), "{error} on {}", self.name);
        assert_eq!(self.commits(), before, "a refusal leaves nothing on {}", self.name);
        error.to_string()
    }

    pub fn pays_at(&self, at: Timestamp, actor: &str, amount: &str) -> Result<(), Halt> {
        let command = PayOut { till: "front".into(), amounts: vec![eur(amount)], each: false };
        self.send_at(at, (actor, &self.next()), &command).map(|_| ())
    }

    pub fn pays(&self, actor: &str, amount: &str) -> Result<(), Halt> {
        self.pays_at(june(1), actor, amount)
    }

    pub fn may(&self, actor: &str, request: &Request) -> Verdict {
        match &self.driver {
            Either::Sync(driver) => driver.may(&id(actor), june(1), request),
            Either::Async(driver) => block_on(driver.may(&id(actor), june(1), request)),
        }
        .unwrap()
    }

    /// Runs the job of the test, on 1 June.
    pub fn run_job<J: Job>(
        &self,
        actor: &str,
        job: &mut J,
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        let actor = id(actor);
        let clock = || june(1);
        let call = JobCall::new(JobId::named("job"), &actor, &clock);
        match &self.driver {
            Either::Sync(driver) => driver.run_job(&call, job, &mut ()),
            Either::Async(driver) => block_on(driver.run_job(&call, job, &mut ())),
        }
    }

    pub fn tick(
        &self,
        actor: &str,
        handlers: Handlers<'_>,
        now: Timestamp,
    ) -> Result<Ticked, TickError> {
        match &self.driver {
            Either::Sync(driver) => Queue::new(driver, handlers).acting_as(id(actor)).tick(now),
            Either::Async(driver) => {
                block_on(AsyncQueue::new(driver, handlers).acting_as(id(actor)).tick(now))
            }
        }
    }

    pub fn due_items(&self) -> Vec<Arc<DueItem>> {
        match &self.driver {
            Either::Sync(driver) => Queue::new(driver, Handlers::new()).items(),
            Either::Async(driver) => block_on(AsyncQueue::new(driver, Handlers::new()).items()),
        }
        .unwrap()
    }

    pub fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, Halt>) -> T {
        match &self.driver {
            Either::Sync(driver) => driver.view(read),
            Either::Async(driver) => block_on(driver.view(read)),
        }
        .unwrap()
    }

    pub fn commits(&self) -> usize {
        self.store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap().len()
    }
}

pub fn cashier() -> DefineRole {
    DefineRole::new("cashier", "Cashier")
        .may(
            NewGrant::new("desk.pay")
                .up_to(eur("100"))
                .up_to_in_all(eur("150"))
                .within("till", ["front"]),
        )
        .may(NewGrant::new("desk.count").within("till", ["front"]))
}

pub fn manager() -> DefineRole {
    DefineRole::new("manager", "Manager")
        .may(NewGrant::new("desk.pay"))
        .may(NewGrant::new("desk.count"))
        .may(NewGrant::new("policy.delegate"))
}

/// Pays several amounts from a till: all or none, or each on its own.
#[derive(serde::Serialize)]
pub struct PayOut {
    pub till: SmolStr,
    pub amounts: Vec<Money>,
    pub each: bool,
}

impl Act for PayOut {
    type Answer = i64;
    type Error = Halt;

    fn act(&self, tx: &mut Tx<'_>) -> Result<i64, Halt> {
        let authority = tx.authority(&PAY)?;
        let (mut total, mut paid) = (Money::zero(Currency::EUR), 0);
        for amount in &self.amounts {
            let so_far = total.add(*amount).map_err(|error| Halt::Bug(error.to_string()))?;
            let request =
                Request::new(&PAY).amount(*amount).total(so_far).at("till", self.till.clone());
            let one = |tx: &mut Tx<'_>| {
                tx.allow(&authority, &request)?;
                let (id, cents) = (tx.id()?, amount.to_minor().unwrap_or(0));
                tx.insert(Paid { id, cents })
            };
            if self.each && tx.attempt(one)?.is_err() {
                continue;
            }
            if !self.each {
                one(tx)?;
            }
            (total, paid) = (so_far, paid + 1);
        }
        Ok(paid)
    }
}

pub fn stores() -> Vec<(&'static str, Arc<dyn Store>)> {
    vec![
        ("memory", Arc::new(Memory::new())),
        ("model", Arc::new(Model::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
    ]
}

/// Runs a test on every store, through the blocking and through the asynchronous driver.
pub fn on_every_host(test: impl Fn(Office)) {
    stores().into_iter().for_each(|(name, store)| test(Office::sync(name, store).set_up()));
    test(Office::asynchronous("model, not loaded", Arc::new(Model::new())).set_up());
    test(Office::asynchronous("memory, not loaded", Arc::new(Memory::new())).set_up());
}

pub fn in_memory() -> Office {
    Office::sync("memory", Arc::new(Memory::new())).set_up()
}
