//! The jobs on a store that fails at each of their steps, in chunks of two lines and of three contacts.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::error::Error;
#[cfg(feature = "import")]
use std::io::Cursor;

use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Driver, PartyId, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::Crm;
use crate::contacts::{AddContacts, NewContact};
use crate::membership::{PutSegment, RecountSegments, StoredSegment, UseSegment};

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn open(store: &dyn Store) -> Result<Crm<'_>, Box<dyn Error>> {
    let time: Timestamp = "2026-06-01T08:00:00Z".parse()?;
    let driver = Driver::new(store, acme()).with_predictable_salts();
    Ok(Crm::over(driver)?.with_clock(move || time))
}

/// Seven people, who are asked whether they are.
fn set_up<S: Store>(store: S) -> S {
    let crm = open(&store).unwrap();
    let person = |name: &str| NewContact::person(PartyId::named(name), name);
    let people = ["a", "b", "c", "d", "e", "f", "g"].map(person).to_vec();
    crm.send("people", &AddContacts::new(people)).unwrap();
    let segment = StoredSegment::new("people", 1, "kind = \"person\"");
    crm.send("of people", &PutSegment::new(segment)).unwrap();
    crm.send("use", &UseSegment::new("people", Some(1))).unwrap();
    drop(crm);
    store
}

fn clean(crm: &Crm<'_>) -> Result<(), Box<dyn Error>> {
    let verified = crm.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

fn recounting(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    let crm = open(store)?;
    let done = crm.run_job("recount", &mut RecountSegments::default(), &mut ())?;
    assert_eq!((done.report.asked, done.report.moved), (7, 7));
    clean(&crm)
}

#[test]
fn everybody_is_asked_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), recounting).unwrap();
    assert_eq!(swept.commits, 3 + 5, "begun, three chunks, made valid");
    assert!(swept.failures > 15, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), recounting).unwrap().commits, 8);
}

#[cfg(feature = "import")]
fn importing(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    use crate::import::{ContactMapping, ImportContacts};
    let file = "name,mail\nAnn Ash,ann@ash.example\nBea Birch,bea at birch\nCy Cedar,cy@cedar.example\n\
                Di Dogwood,di@dogwood.example\nEd Elm,ed@elm.example\n";
    let crm = open(store)?;
    let mapping = ContactMapping::people("name").email("mail");
    let mut import = ImportContacts::new(Cursor::new(file), mapping)?;
    let done = crm.run_job("import", &mut import, &mut ())?;
    assert_eq!((done.report.added, done.report.refused), (4, 1), "{}", done.report);
    clean(&crm)
}

#[cfg(feature = "import")]
#[test]
fn every_line_is_taken_once_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), importing).unwrap();
    assert_eq!(swept.commits, 3 + 5, "begun, three chunks, made valid");
    assert!(swept.failures > 15, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), importing).unwrap().commits, 8);
}
