//! A company's parties on any store, and Ada, on whom everything is kept that can be.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::party::*;
use fondaco_core::store::{FeedFrom, Store};
use fondaco_core::{
    Act, ActError, ActorId, AsyncDriver, CommandId, CompanyId, DateRange, Done, Driver, Envelope,
    PartyId, Timestamp, View,
};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, Unloaded, block_on};

pub(crate) fn acme() -> CompanyId {
    CompanyId::named("acme")
}

pub(crate) fn envelope(name: &str) -> Envelope {
    Envelope::new(CommandId::named(name), ActorId::new("clerk-7"), Timestamp::EPOCH)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

pub(crate) fn id(name: &str) -> PartyId {
    PartyId::named(name)
}

/// A company's parties on some store, behind a blocking or an asynchronous driver.
pub(crate) struct Host {
    pub(crate) name: &'static str,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) driver: Driver<'static>,
    pub(crate) asynchronous: Option<AsyncDriver<'static>>,
    /// All that was said: answers, errors, commands, each as `Debug` and `Display` show it.
    pub(crate) heard: RefCell<Vec<String>>,
}

impl Host {
    pub(crate) fn on(name: &'static str, store: Arc<dyn Store>) -> Host {
        let driver = Driver::new(store.clone(), acme());
        driver.prepare(TABLES).unwrap();
        Host { name, store, driver, asynchronous: None, heard: RefCell::default() }
    }

    pub(crate) fn send<C: Act<Error = PartyError> + Debug>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<Done<C::Answer>, PartyError>
    where
        C::Answer: Debug,
    {
        let done = match &self.asynchronous {
            Some(driver) => block_on(driver.carry_out(envelope(name), command)),
            None => self.driver.carry_out(envelope(name), command),
        };
        let mut heard = self.heard.borrow_mut();
        heard.push(format!("{command:?} {done:#?}"));
        if let Err(error) = &done {
            heard.push(format!("{error} {error:#?} {}", error.code()));
        }
        done
    }

    pub(crate) fn must<C: Act<Error = PartyError> + Debug>(
        &self,
        name: &str,
        command: &C,
    ) -> C::Answer
    where
        C::Answer: Debug,
    {
        match self.send(name, command) {
            Ok(done) => done.answer,
            Err(error) => panic!("{name} on {}: {error}", self.name),
        }
    }

    /// The code of a refusal, after which nothing is stored.
    pub(crate) fn refused<C: Act<Error = PartyError> + Debug>(
        &self,
        name: &str,
        command: &C,
    ) -> String
    where
        C::Answer: Debug,
    {
        let before = self.commits();
        match self.send(name, command) {
            Ok(_) => panic!("{name} on {} was not refused", self.name),
            Err(error) => {
                assert_eq!(self.commits(), before, "{name} on {}", self.name);
                error.code().to_owned()
            }
        }
    }

    pub(crate) fn commits(&self) -> usize {
        self.store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap().len()
    }

    pub(crate) fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, PartyError>) -> T {
        match &self.asynchronous {
            Some(driver) => block_on(driver.view(read)).unwrap(),
            None => self.driver.view(read).unwrap(),
        }
    }

    pub(crate) fn whole(&self, party: PartyId) -> WholeParty {
        self.view(|view| whole_party(view, party)).unwrap()
    }

    /// What an engine holds on parties.
    pub(crate) fn tell(&self, holdings: &[Holding]) {
        self.driver.add_holdings(holdings);
        if let Some(driver) = &self.asynchronous {
            driver.add_holdings(holdings);
        }
    }

    pub(crate) fn clean(&self) {
        let findings = self.driver.verify(TABLES).unwrap().findings;
        assert!(findings.is_empty(), "on {}: {findings:?}", self.name);
    }
}

pub(crate) fn on_every_store(test: impl Fn(&Host)) {
    test(&Host::on("memory", Arc::new(Memory::new())));
    test(&Host::on("model", Arc::new(Model::new())));
    test(&Host::on("sqlite", Arc::new(Sqlite::in_memory().unwrap())));
    if let Some((name, store)) = crate::server::postgres() {
        test(&Host::on(name, store));
    }
    let store: Arc<dyn Store> = Arc::new(Model::new());
    let asynchronous = AsyncDriver::new(Unloaded::new(store.clone(), 1), acme());
    test(&Host { asynchronous: Some(asynchronous), ..Host::on("model, not loaded", store) });
}

pub(crate) const IBAN: &str = "GB29 NWBK 6016 1331 9268 19";
pub(crate) const VAT: &str = "IT 00743110157";

pub(crate) fn country(code: &str) -> Country {
    code.parse().unwrap()
}

pub(crate) fn home() -> NewAddress {
    NewAddress::new(AddressKind::Main, country("IT"), "Markvenezia")
        .street("Markstreet 5\nMarkfloor")
        .extra("c/o Markhost")
        .postcode("Mark30123")
        .region("Markveneto")
}

/// Ada, with everything that can be kept on her, each text marked; and her firm.
pub(crate) fn ada(host: &Host) -> PartyId {
    let ada = id("ada");
    let register = RegisterParty::person(ada, "Markada Marklovelace")
        .names("Markada", "Marklovelace")
        .known_as("Markcountess")
        .born(day("1815-12-10"))
        .language("en-GB");
    host.must("ada", &register);
    host.must("firm", &RegisterParty::organisation(id("firm"), "Markfirm Ltd"));
    host.must("role", &AddRole::new(ada, "customer").on(days("2026-01-01/..")));
    assert_eq!(host.must("home", &AddAddress::new(ada, home())), 1);
    assert_eq!(
        host.must(
            "mail",
            &AddContact::new(ada, ContactKind::Email, "Markada@example.org").label("Marklabel")
        ),
        1
    );
    assert_eq!(
        host.must("phone", &AddContact::new(ada, ContactKind::Phone, "+39 041 555-0199")),
        2
    );
    assert_eq!(host.must("iban", &AddIdentifier::new(ada, IdentifierKind::Iban, IBAN)), 1);
    assert_eq!(host.must("vat", &AddIdentifier::new(ada, IdentifierKind::Vat, VAT)), 2);
    host.must(
        "hired",
        &Relate::new(ada, RelationKind::EmployeeOf, id("firm")).on(days("2026-03-01/..")),
    );
    ada
}
