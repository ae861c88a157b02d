//! What is verified: all tables that were prepared; an asynchronous store as a blocking one, and its future can be sent.

use fondaco_core::party::{self, RegisterParty};
use fondaco_core::store::Record;
use fondaco_core::{
    ActorId, AsyncDriver, CommandId, CompanyId, Driver, Envelope, Halt, PartyId, Timestamp,
};
use fondaco_store::Memory;
use fondaco_testkit::{Unloaded, block_on};

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "note", kind = fact, key(id), index(by_day(day)))]
struct Note {
    id: i64,
    day: i64,
}

fn sendable<T: Send>(future: T) -> T {
    future
}

#[test]
fn an_asynchronous_store_is_verified_too() {
    let acme = CompanyId::named("acme");
    let store = std::sync::Arc::new(Memory::new());
    let driver = Driver::new(store.clone(), acme);
    driver.prepare(&[Note::TABLE]).unwrap();
    for id in 0..10 {
        let name = CommandId::named(&id.to_string());
        let envelope = Envelope::new(name, ActorId::new("clerk"), Timestamp::EPOCH);
        driver
            .run(envelope, &id, |tx, &id| tx.insert(Note { id, day: id / 3 }))
            .map_err(|e: Halt| e)
            .unwrap();
    }
    let blocking = driver.verify(&[Note::TABLE]).unwrap();
    let asynchronous = AsyncDriver::new(Unloaded::new(store, 2), acme);
    let verified = block_on(sendable(asynchronous.verify(&[Note::TABLE]))).unwrap();
    assert_eq!((verified.commits, verified.rows, verified.findings.len()), (10, 10, 0));
    assert_eq!(verified, blocking);
}

/// An engine that shares a driver with another checks its own tables, and finds no fault in the other's.
#[test]
fn what_was_prepared_is_checked_whoever_asks() {
    let acme = CompanyId::named("acme");
    let envelope = || Envelope::new(CommandId::named("x"), ActorId::new("clerk"), Timestamp::EPOCH);
    let ada = RegisterParty::person(PartyId::named("ada"), "Ada");
    let store = std::sync::Arc::new(Memory::new());
    let driver = Driver::new(store.clone(), acme);
    driver.prepare(party::TABLES).unwrap();
    driver.prepare(&[Note::TABLE]).unwrap();
    driver.carry_out(envelope(), &ada).unwrap();
    let verified = driver.verify(&[Note::TABLE]).unwrap();
    assert_eq!((verified.rows, verified.findings), (1, vec![]));
    let other = Driver::new(store, acme);
    assert_eq!(other.verify(&[Note::TABLE]).unwrap().findings.len(), 1, "it can't know");

    let driver = AsyncDriver::new(Unloaded::new(Memory::new(), 2), acme);
    block_on(driver.prepare(party::TABLES)).unwrap();
    block_on(driver.prepare(&[Note::TABLE])).unwrap();
    block_on(driver.carry_out(envelope(), &ada)).unwrap();
    let verified = block_on(sendable(driver.verify(&[Note::TABLE]))).unwrap();
    assert_eq!((verified.rows, verified.findings), (1, vec![]));
}
