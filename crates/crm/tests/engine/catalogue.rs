//! Every command: its JSON, its digest, its rights; and none is ever half-done.

use std::path::PathBuf;

use fondaco_core::party;
use fondaco_core::policy::Permission;
use fondaco_core::policy::stored::NewGrant as Grant;
use fondaco_core::store::Store;
use fondaco_core::{
    Act, ActorId, CommandId, CompanyId, DocumentId, Driver, Envelope, Halt, Timestamp,
};
use fondaco_crm::attributes::*;
use fondaco_crm::contacts::rights::{KEEP_CONTACTS, SET_UP};
use fondaco_crm::contacts::*;
use fondaco_crm::documents::{LinkDocument, UnlinkDocument};
use fondaco_crm::events::rights::{CORRECT_EVENTS, RECORD_EVENTS};
use fondaco_crm::events::*;
use fondaco_crm::leads::rights::WORK_LEADS;
use fondaco_crm::leads::*;
use fondaco_crm::matching::SetDomains;
use fondaco_crm::{CrmError, ENGINE};
use fondaco_store::Memory;
use fondaco_testkit::{Case, Catalogue, Host, Model, sweep};

use crate::firm::*;

fn before(host: &Host) {
    // Who adds contacts registers them.
    let all = ENGINE.permissions().chain([&party::KEEP]);
    host.role("chief", all.map(|allowed| Grant::new(allowed.name)));
    set_up(host);
    host.must("lead", &OpenLeads::new(vec![NewLead::new(p("ada"), "fair")]));
    host.must("call", &RecordEvents::new(vec![did("ada", "call", "call", 1)]));
}

/// A form with the id of a person in its place.
fn of(name: &str, form: &str) -> &'static str {
    form.replace(&format!("${name}"), &p(name).to_string()).leak()
}

fn of_ada(form: &str) -> &'static str {
    of("ada", form)
}

fn of_bo(form: &str) -> &'static str {
    of("bo", form)
}

fn of_firm(form: &str) -> &'static str {
    of("firm", form)
}

fn of_eve(form: &str) -> &'static str {
    of("eve", form)
}

fn catalogue() -> Catalogue {
    Catalogue::new(&ENGINE, stores, before)
        .case(one(
            || DefineAttributes::new(vec![NewAttribute::choice("fit", "Fit", ["good", "bad"])]),
            r#"{"attributes":[{"code":"fit","title":"Fit","kind":"choice","choices":["good","bad"]}]}"#,
            "77a9f668e37d704ae416f84a95a82c086d0b782b8389bed2057886aa7ddfc577",
            &[&SET_UP],
        ))
        .case(one(
            || AddContacts::new(vec![NewContact::person(p("eve"), "Eve Adams").email("eve@adams.example")]),
            of_eve(r#"{"contacts":[{"party":"$eve","kind":"person","name":"Eve Adams","emails":["eve@adams.example"]}]}"#),
            "86b24c8cc2c96391a3741a21118c784e3b251dfb990ed633f6e54369ea9eef98",
            &[&KEEP_CONTACTS, &party::KEEP],
        ))
        .case(one(
            || ChangeContact::new(p("ada")).name("Ada King").owner("seller-2"),
            of_ada(r#"{"party":"$ada","name":"Ada King","owner":"seller-2"}"#),
            "f11520b05f4d1b596f63474ea80ea0a834ee09fd3e71846ceb5e19e02c80b8bf",
            &[&KEEP_CONTACTS, &party::KEEP],
        ))
        .case(one(
            || MoveStages::up(p("ada"), LifecycleStage::Mql),
            of_ada(r#"{"moves":[{"party":"$ada","to":"mql"}]}"#),
            "1590b2f584bd922443349d3b8a372b6ae69e3456d41fde1dee919f0f68831413",
            &[&KEEP_CONTACTS],
        ))
        .case(one(
            || SetParent { organisation: p("firm"), parent: None },
            of_firm(r#"{"organisation":"$firm"}"#),
            "fb62dd3de3057f9704cdd08e51a7a21b552e4ef657f68dfe913615c40f4531f4",
            &[&KEEP_CONTACTS, &party::KEEP],
        ))
        .case(one(
            || SetBuyingRoles::new(p("ada"), p("firm"), vec![BuyingRole::DecisionMaker]),
            of_firm(of_ada(r#"{"party":"$ada","organisation":"$firm","roles":["decision_maker"]}"#)),
            "9b70ace0ba5cb84407cadbb625f07286843852c623d8e81e417bf3584762a97f",
            &[&KEEP_CONTACTS],
        ))
        .case(one(
            || SetDomains::new(p("firm"), ["analytical.example"]),
            of_firm(r#"{"organisation":"$firm","domains":["analytical.example"]}"#),
            "1bd4f2d21192b530213b3c57292e4dfc2592bf13c991694d1ad827dbb1e68150",
            &[&KEEP_CONTACTS],
        ))
        .case(one(
            || LinkDocument::new(p("ada"), DocumentId::from_u128(7), "offer"),
            of_ada(r#"{"party":"$ada","document":"00000000-0000-0000-0000-000000000007","kind":"offer"}"#),
            "96f889f066ddc871ddf6e0532a16a42a64b7aa86024c0cb82aa8f9ae2112e0ec",
            &[&KEEP_CONTACTS],
        ))
        .case(one(
            || UnlinkDocument::new(p("ada"), DocumentId::from_u128(8)),
            of_ada(r#"{"party":"$ada","document":"00000000-0000-0000-0000-000000000008"}"#),
            "f59e58e6f45fc3bf5b1cce57304d0b67a5ae45f68d286c01f387fb635fc7f7e6",
            &[&KEEP_CONTACTS],
        ))
        .case(one(
            || OpenLeads::new(vec![NewLead::new(p("bo"), "webinar")]),
            of_bo(r#"{"leads":[{"party":"$bo","source":"webinar"}]}"#),
            "edeff64a17bd7e55a4ab135f1b93980c5b73ce8fcaa0075e2ae825e7547b9c0b",
            &[&WORK_LEADS],
        ))
        .case(one(
            || MoveLeads::new(vec![LeadMove::new(p("ada"), LeadStatus::Working)]),
            of_ada(r#"{"moves":[{"party":"$ada","to":"working"}]}"#),
            "82c5b52658308fc80c821b0690120bcd7a8c42e8e9b3413326792d05676530c0",
            &[&WORK_LEADS],
        ))
        .case(one(
            || AssignLead::new(p("ada"), "seller-3"),
            of_ada(r#"{"party":"$ada","owner":"seller-3"}"#),
            "74867423cf51e8ae1241255ee5c7b6050efe4904237eb169675e68b216c80d8b",
            &[&WORK_LEADS],
        ))
        .case(one(
            || SetValues::one(p("ada"), "title", Value::from("Countess")),
            of_ada(r#"{"contacts":[{"party":"$ada","values":{"title":{"text":"Countess"}}}]}"#),
            "c1d9f7fe57742a80215623ea5fe8e18f10d4464f3dfe64d6c7a5d5fd41129a02",
            &[&KEEP_CONTACTS],
        ))
        .case(one(
            || RecordEvents::new(vec![did("ada", "view", "v", 1).with("seconds", 40)]),
            of_ada(r#"{"events":[{"party":"$ada","kind":"view","source":"web","source_id":"v","at":"2026-05-01T00:01:00Z","values":{"seconds":{"number":"40"}}}]}"#),
            "b8029c3ac2b539978758ad03a6992fcec8a97d9ca216017f966587dad108bb9d",
            &[&RECORD_EVENTS],
        ))
        .case(one(
            || CorrectEvent::new(did("ada", "call", "call", 2), "typo"),
            of_ada(r#"{"event":{"party":"$ada","kind":"call","source":"web","source_id":"call","at":"2026-05-01T00:02:00Z"},"reason":"typo"}"#),
            "6ebb4e7a86c879b8b9c0486a6ad76661ea6eb79f288c71fe8e87c05235e5cd21",
            &[&CORRECT_EVENTS],
        ))
        .case(one(
            || EraseEvent::new("web", "call", "asked_for"),
            r#"{"source":"web","source_id":"call","reason":"asked_for"}"#,
            "1e30d68194932698be10ba4a517da0275a53e5344139ac3d197d497cd269e598",
            &[&CORRECT_EVENTS],
        ))
}

/// A command with its shortest JSON, its digest and what it needs.
fn one<C: Act<Error = CrmError> + 'static>(
    make: fn() -> C,
    json: &'static str,
    digest: &'static str,
    needs: &'static [&'static Permission],
) -> Case<C> {
    Case::new(move |_| make()).json(json, make()).digest(make(), digest).needs(needs)
}

#[test]
fn every_command_has_its_forms() {
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    catalogue().check_complete(&[&sources]);
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
    driver.carry_out(send("change"), &ChangeContact::new(p("ada")).name("Ada King"))?;
    driver.carry_out(send("mql"), &MoveStages::up(p("ada"), LifecycleStage::Mql))?;
    let organisations = ["a", "b"].map(|name| NewContact::organisation(p(name), name));
    driver.carry_out(send("organisations"), &AddContacts::new(organisations.into()))?;
    driver.carry_out(send("parent"), &SetParent::new(p("b"), p("a")))?;
    let roles = SetBuyingRoles::new(p("ada"), p("a"), vec![BuyingRole::Champion]);
    driver.carry_out(send("roles"), &roles)?;
    driver.carry_out(send("domain"), &SetDomains::new(p("a"), ["analytical.example"]))?;
    let offer = DocumentId::named("offer");
    driver.carry_out(send("link"), &LinkDocument::new(p("ada"), offer, "offer"))?;
    driver.carry_out(send("unlink"), &UnlinkDocument::new(p("ada"), offer))?;
    driver.carry_out(send("open"), &OpenLeads::new(vec![NewLead::new(p("ada"), "fair")]))?;
    let work = LeadMove::new(p("ada"), LeadStatus::Working);
    driver.carry_out(send("work"), &MoveLeads::new(vec![work]))?;
    driver.carry_out(send("assign"), &AssignLead::new(p("ada"), "seller-1"))?;
    let call = did("ada", "call", "c", 1).with("minutes", 4);
    driver.carry_out(send("call"), &RecordEvents::new(vec![call.clone()]))?;
    driver.carry_out(send("right"), &CorrectEvent::new(call.with("minutes", 40), "typo"))?;
    driver.carry_out(send("erase"), &EraseEvent::new("web", "c", "asked_for"))?;
    Ok(())
}
