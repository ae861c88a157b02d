//! A firm with some contacts, for tests.

use std::sync::Arc;

use fondaco_core::store::Store;
use fondaco_core::{PartyId, Timestamp, party};
use fondaco_crm::ENGINE;
use fondaco_crm::attributes::*;
use fondaco_crm::contacts::*;
use fondaco_crm::events::*;
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Host, Model, Stores};

pub fn stores() -> Stores {
    let sqlite: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    vec![("memory", Arc::new(Memory::new())), ("model", Arc::new(Model::new())), ("sqlite", sqlite)]
}

/// Runs a test on every store, with the firm set up.
pub fn everywhere(test: impl Fn(&Host)) {
    Host::everywhere(stores(), &ENGINE, |host| {
        set_up(&host);
        test(&host);
        host.clean();
    });
}

pub fn in_memory() -> Host {
    let host = Host::on("memory", Arc::new(Memory::new()), &ENGINE);
    set_up(&host);
    host
}

/// A person by a short name.
pub fn p(name: &str) -> PartyId {
    PartyId::named(name)
}

/// Attributes of each type; the organisation `firm`; the persons `ada` and `bo`.
pub fn set_up(host: &Host) {
    let host = &host.clone().with(&party::ENGINE);
    let attributes = vec![
        NewAttribute::new("employees", "Employees", ValueKind::Number)
            .of(ContactKind::Organisation),
        NewAttribute::choice("segment", "Segment", ["small", "large"]),
        NewAttribute::new("title", "Job title", ValueKind::Text).of(ContactKind::Person),
        NewAttribute::new("opted_in", "Opted in", ValueKind::Flag),
        NewAttribute::new("renewal", "Renewal", ValueKind::Day),
    ];
    host.must("attributes", &DefineAttributes::new(attributes));
    let contacts = vec![
        NewContact::organisation(p("firm"), "Analytical Engines Ltd").owner("seller-1"),
        NewContact::person(p("ada"), "Ada Lovelace")
            .email("ada@analytical.example")
            .phone("+44 20 7946 0123")
            .works_for(p("firm")),
        NewContact::person(p("bo"), "Bo Berg").email("bo@berg.example"),
    ];
    let added = host.must("people", &AddContacts::new(contacts));
    assert!(added.refused.is_empty(), "{added:?}");
}

/// Something that a person did, so many minutes after the beginning of 2026-05-01.
pub fn did(party: &str, kind: &str, id: &str, minute: i64) -> NewEvent {
    let at = Timestamp::from_micros(1_777_593_600_000_000 + minute * 60_000_000).unwrap();
    NewEvent::new(p(party), kind, ("web", id), at)
}
