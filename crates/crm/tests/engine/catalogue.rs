//! Every command: its JSON, its digest, its rights; and none is ever half-done.

use std::path::PathBuf;

use fondaco_core::party;
use fondaco_core::policy::stored::NewGrant as Grant;
use fondaco_core::store::Store;
use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Timestamp};
use fondaco_crm::attributes::*;
use fondaco_crm::contacts::rights::{KEEP_CONTACTS, SET_UP};
use fondaco_crm::contacts::*;
use fondaco_crm::events::rights::{CORRECT_EVENTS, RECORD_EVENTS};
use fondaco_crm::events::*;
use fondaco_crm::{CrmError, ENGINE};
use fondaco_store::Memory;
use fondaco_testkit::{Case, Catalogue, Host, Model, sweep};

use crate::firm::*;

fn before(host: &Host) {
    // Who adds contacts registers them.
    let all = ENGINE.permissions().chain([&party::KEEP]);
    host.role("chief", all.map(|allowed| Grant::new(allowed.name)));
    set_up(host);
    host.must("call", &RecordEvents::new(vec![did("ada", "call", "call", 1)]));
}

/// A form with the id of a person in its place.
fn of(name: &str, form: &str) -> &'static str {
    form.replace(&format!("${name}"), &p(name).to_string()).leak()
}

fn of_ada(form: &str) -> &'static str {
    of("ada", form)
}

fn of_eve(form: &str) -> &'static str {
    of("eve", form)
}

fn catalogue() -> Catalogue {
    let define =
        || DefineAttributes::new(vec![NewAttribute::choice("fit", "Fit", ["good", "bad"])]);
    let add = || {
        AddContacts::new(vec![NewContact::person(p("eve"), "Eve Adams").email("eve@adams.example")])
    };
    let set = || SetValues::one(p("ada"), "title", Value::from("Countess"));
    let record = || RecordEvents::new(vec![did("ada", "view", "v", 1).with("seconds", 40)]);
    let correct = || CorrectEvent::new(did("ada", "call", "call", 2), "typo");
    let erase = || EraseEvent::new("web", "call", "asked_for");
    Catalogue::new(&ENGINE, stores, before)
        .case(
            Case::new(move |_| define())
                .json(r#"{"attributes":[{"code":"fit","title":"Fit","kind":"choice","choices":["good","bad"]}]}"#, define())
                .digest(define(), "77a9f668e37d704ae416f84a95a82c086d0b782b8389bed2057886aa7ddfc577")
                .needs(&[&SET_UP]),
        )
        .case(
            Case::new(move |_| add())
                .json(of_eve(r#"{"contacts":[{"party":"$eve","kind":"person","name":"Eve Adams","emails":["eve@adams.example"]}]}"#), add())
                .digest(add(), "86b24c8cc2c96391a3741a21118c784e3b251dfb990ed633f6e54369ea9eef98")
                .needs(&[&KEEP_CONTACTS, &party::KEEP]),
        )
        .case(
            Case::new(move |_| set())
                .json(of_ada(r#"{"contacts":[{"party":"$ada","values":{"title":{"text":"Countess"}}}]}"#), set())
                .digest(set(), "c1d9f7fe57742a80215623ea5fe8e18f10d4464f3dfe64d6c7a5d5fd41129a02")
                .needs(&[&KEEP_CONTACTS]),
        )
        .case(
            Case::new(move |_| record())
                .json(of_ada(r#"{"events":[{"party":"$ada","kind":"view","source":"web","source_id":"v","at":"2026-05-01T00:01:00Z","values":{"seconds":{"number":"40"}}}]}"#), record())
                .digest(record(), "b8029c3ac2b539978758ad03a6992fcec8a97d9ca216017f966587dad108bb9d")
                .needs(&[&RECORD_EVENTS]),
        )
        .case(
            Case::new(move |_| correct())
                .json(of_ada(r#"{"event":{"party":"$ada","kind":"call","source":"web","source_id":"call","at":"2026-05-01T00:02:00Z"},"reason":"typo"}"#), correct())
                .digest(correct(), "6ebb4e7a86c879b8b9c0486a6ad76661ea6eb79f288c71fe8e87c05235e5cd21")
                .needs(&[&CORRECT_EVENTS]),
        )
        .case(
            Case::new(move |_| erase())
                .json(r#"{"source":"web","source_id":"call","reason":"asked_for"}"#, erase())
                .digest(erase(), "1e30d68194932698be10ba4a517da0275a53e5344139ac3d197d497cd269e598")
                .needs(&[&CORRECT_EVENTS]),
        )
}

#[test]
fn every_command_has_its_forms() {
    let sources = |folder: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    catalogue().check_complete(&[&sources("contacts"), &sources("attributes"), &sources("events")]);
    catalogue().check_forms();
}

#[test]
fn every_command_needs_its_rights() {
    catalogue().check_rights();
}

#[test]
fn no_command_is_half_done() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_year(store)).unwrap();
    sweep(CompanyId::named("acme"), Model::new, |store| a_year(store)).unwrap();
}

/// Each command once.
fn a_year(store: &dyn Store) -> Result<(), CrmError> {
    let driver = Driver::new(store, CompanyId::named("acme"));
    driver.join(&ENGINE).map_err(Halt::from)?;
    driver.join(&party::ENGINE).map_err(Halt::from)?;
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let send = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("clerk"), time);
    let title = NewAttribute::new("title", "Job title", ValueKind::Text);
    driver.carry_out(send("define"), &DefineAttributes::new(vec![title]))?;
    let ada = NewContact::person(p("ada"), "Ada Lovelace").email("ada@analytical.example");
    let added = driver.carry_out(send("add"), &AddContacts::new(vec![ada]))?.answer;
    assert!(added.refused.is_empty(), "{added:?}");
    driver.carry_out(send("set"), &SetValues::one(p("ada"), "title", Value::from("Countess")))?;
    let call = did("ada", "call", "c", 1).with("minutes", 4);
    driver.carry_out(send("call"), &RecordEvents::new(vec![call.clone()]))?;
    driver.carry_out(send("right"), &CorrectEvent::new(call.with("minutes", 40), "typo"))?;
    driver.carry_out(send("erase"), &EraseEvent::new("web", "c", "asked_for"))?;
    Ok(())
}
