//! A company on some store, with people who may this and that.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use fondaco_core::due::{AsyncQueue, Queue};
use fondaco_core::policy::stored::{
    AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor, Stored,
};
use fondaco_core::store::Store;
use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::{ENGINE, StockError};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, Unloaded, block_on};

use super::cases::{Ids, cases};

enum Over {
    Sync(Driver<'static>),
    Async(Box<AsyncDriver<'static>>),
}

pub struct Host {
    pub name: &'static str,
    over: Over,
    sent: AtomicU32,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

impl Host {
    pub fn sync(name: &'static str, driver: Driver<'static>) -> Host {
        driver.join(&ENGINE).unwrap();
        Host { name, over: Over::Sync(driver), sent: AtomicU32::new(0) }
    }

    pub fn unloaded(name: &'static str, driver: AsyncDriver<'static>) -> Host {
        block_on(driver.join(&ENGINE)).unwrap();
        Host { name, over: Over::Async(Box::new(driver)), sent: AtomicU32::new(0) }
    }

    /// A company in which everybody may everything.
    pub fn in_memory() -> Host {
        Host::sync("memory", Driver::new(Memory::new(), acme()))
    }

    /// `root` administers, `chief` may everything; for each permission somebody may only that, and somebody all but that.
    fn staffed(self) -> Host {
        self.must("root", &AppointFirst::new(ActorId::new("root")));
        let all: Vec<&str> = ENGINE.permissions().map(|all| all.name).collect();
        self.hire("chief", &all);
        let ours: BTreeSet<&str> = cases().iter().map(|case| case.permission.name).collect();
        for one in &ours {
            let others: Vec<&str> = all.iter().copied().filter(|other| other != one).collect();
            self.hire(&format!("only {one}"), &[one]);
            self.hire(&format!("all but {one}"), &others);
        }
        self
    }

    /// A person who may these.
    pub fn hire(&self, who: &str, may: &[&str]) {
        let role = DefineRole::new(who, who);
        let role = may.iter().fold(role, |role, one| role.may(NewGrant::new(*one)));
        self.hire_as(who, role);
    }

    pub fn hire_as(&self, who: &str, role: DefineRole) {
        let code = role.role.clone();
        self.must("root", &role);
        self.must("root", &RegisterActor::person(ActorId::new(who)));
        self.must("root", &AssignRole::new(ActorId::new(who), code));
    }

    /// Carries out a command under a new name.
    pub fn send<C: Act>(&self, who: &str, command: &C) -> Result<C::Answer, C::Error> {
        // Each a second after the one before, so that ids are in the order in which they were made.
        let sent = self.sent.fetch_add(1, Ordering::SeqCst);
        let (name, start) = (format!("command {sent}"), "2026-06-01T08:00:00Z");
        let start: Timestamp = start.parse().unwrap();
        let time = Timestamp::from_micros(start.micros() + i64::from(sent) * 1_000_000).unwrap();
        let envelope = Envelope::new(CommandId::named(&name), ActorId::new(who), time);
        match &self.over {
            Over::Sync(driver) => driver.carry_out(envelope, command),
            Over::Async(driver) => block_on(driver.carry_out(envelope, command)),
        }
        .map(|done| done.answer)
    }

    pub fn must<C: Act>(&self, who: &str, command: &C) -> C::Answer {
        self.send(who, command).unwrap_or_else(|error| panic!("{who} on {}: {error}", self.name))
    }

    /// The refusal of a command, which leaves nothing.
    pub fn refused<C: Act>(&self, who: &str, command: &C) -> C::Error {
        let before = self.position();
        let error = match self.send(who, command) {
            Ok(_) => panic!("{who} on {} was not refused", self.name),
            Err(error) => error,
        };
        assert_eq!(self.position(), before, "{who} on {}: {error}", self.name);
        error
    }

    pub fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, StockError>) -> T {
        let result = match &self.over {
            Over::Sync(driver) => driver.view(read),
            Over::Async(driver) => block_on(driver.view(read)),
        };
        result.unwrap_or_else(|error| panic!("a view on {}: {error}", self.name))
    }

    /// Lets the clock tick.
    pub fn tick(&self, at: &str) {
        let at: Timestamp = at.parse().unwrap();
        match &self.over {
            Over::Sync(driver) => Queue::new(driver, driver.due_handlers()).tick(at).unwrap(),
            Over::Async(driver) => {
                block_on(AsyncQueue::new(driver, driver.due_handlers()).tick(at)).unwrap()
            }
        };
    }

    /// How many commits there are.
    pub fn position(&self) -> u64 {
        self.view(|view| Ok(view.position()))
    }

    /// The lot that the cases are about.
    pub fn ids(&self) -> Ids {
        let flour = ItemId::named("FLOUR");
        let lot = self.view(|view| Ok(lot_by_code(view, flour, &"L1".into())?));
        Ids { lot: lot.map_or(Id::from_u128(7), |lot| lot.id) }
    }
}

pub fn stores() -> [(&'static str, Arc<dyn Store>); 3] {
    [
        ("memory", Arc::new(Memory::new())),
        ("model", Arc::new(Model::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
    ]
}

fn not_loaded() -> AsyncDriver<'static> {
    AsyncDriver::new(Unloaded::new(Arc::new(Model::new()), 1), acme())
}

/// Runs a test on every store there is, blocking and not.
pub fn everywhere(test: impl Fn(&Host)) {
    for (name, store) in stores() {
        test(&Host::sync(name, Driver::new(store, acme())));
    }
    test(&Host::unloaded("model, not loaded", not_loaded()));
}

/// The same, where only some may this and that; in memory, blocking and not, as it takes many commands to hire all of them.
pub fn everywhere_with_staff(test: impl Fn(&Host)) {
    let driver = Driver::new(Memory::new(), acme()).with_policy(Stored);
    test(&Host::sync("memory", driver).staffed());
    test(&Host::unloaded("model, not loaded", not_loaded().with_policy(Stored)).staffed());
}
