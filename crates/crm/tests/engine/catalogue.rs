//! Every command: its JSON, its digest, its rights; and none is ever half-done.

use std::path::PathBuf;

use fondaco_core::due::{Handlers, Queue};
use fondaco_core::party;
use fondaco_core::policy::Permission;
use fondaco_core::policy::stored::NewGrant as Grant;
use fondaco_core::store::Store;
use fondaco_core::{
    Act, ActorId, CommandId, CompanyId, DocumentId, Driver, Envelope, Halt, Timestamp,
};
use fondaco_crm::attributes::*;
use fondaco_crm::consent::rights::{ERASE, LIFT_SUPPRESSION, RECORD_CONSENT};
use fondaco_crm::consent::*;
use fondaco_crm::contacts::rights::{KEEP_CONTACTS, SET_UP};
use fondaco_crm::contacts::*;
use fondaco_crm::documents::{LinkDocument, UnlinkDocument};
use fondaco_crm::events::rights::{CORRECT_EVENTS, RECORD_EVENTS};
use fondaco_crm::events::*;
use fondaco_crm::leads::rights::WORK_LEADS;
use fondaco_crm::leads::*;
use fondaco_crm::matching::SetDomains;
use fondaco_crm::membership::*;
use fondaco_crm::merge::rights::MERGE;
use fondaco_crm::merge::{MergeContacts, UnmergeContact};
use fondaco_crm::opportunities::rights::SELL;
use fondaco_crm::opportunities::*;
use fondaco_crm::scores::rights::SCORE;
use fondaco_crm::scores::*;
use fondaco_crm::{CrmError, ENGINE};
use fondaco_store::Memory;
use fondaco_testkit::{Case, Catalogue, Host, Model, sweep};

use crate::firm::*;
use crate::opportunities::{engine, id, sales};
use crate::scores::card;

fn before(host: &Host) {
    // Who adds contacts registers them.
    let all = ENGINE.permissions().chain([&party::KEEP, &party::MERGE, &party::ERASE]);
    host.role("chief", all.map(|allowed| Grant::new(allowed.name)));
    set_up(host);
    host.must("news", &DefinePurposes::one("news", "News", true));
    let asked = NewConsent::given(p("bo"), Channel::Email, "news", "form 12");
    host.must("asked", &RecordConsents::new(vec![asked]));
    host.must("lead", &OpenLeads::new(vec![NewLead::new(p("ada"), "fair")]));
    host.must("call", &RecordEvents::new(vec![did("ada", "call", "call", 1)]));
    host.must("pipeline", &sales());
    host.must("a", &engine("a", "100"));
    host.must("card", &PutScorecard::new(card(1)));
    host.must("use", &UseScorecard::new("leads", Some(1)));
    host.must("second card", &PutScorecard::new(card(2)));
    host.must("callers", &PutSegment::new(callers(1)));
    host.must("use callers", &UseSegment::new("callers", Some(1)));
}

/// Who called of late.
fn callers(version: u32) -> StoredSegment {
    StoredSegment::new("callers", version, "count(call) in 60 days >= 1").event("call", [])
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

fn of_offer(form: &str) -> &'static str {
    let form = form.replace("$a", &id("a").to_string()).replace("$b", &id("b").to_string());
    form.leak()
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
            || SetPipeline::new("rent", [("talk", 10, ForecastCategory::Pipeline)]),
            r#"{"name":"rent","stages":[{"stage":"talk","probability":"0.1","forecast":"pipeline"}]}"#,
            "d40410bd303111a0603a774c260b6e33a9f1d764ec07c82e9c6f889b386ff18a",
            &[&SET_UP],
        ))
        .case(one(
            || engine("b", "70"),
            of_firm(of_offer(r#"{"opportunity":"$b","party":"$firm","pipeline":"sales","name":"Engine","amount":{"amount":"70","currency":"EUR"},"close_on":"2026-09-30"}"#)),
            "c4f8bf4217c7ff993add99e59c2f376d325ea6f88c6786d2ad4a5907be5045d3",
            &[&SELL],
        ))
        .case(one(
            || ChangeOpportunity { amount: Some(90.into()), ..ChangeOpportunity::to(id("a"), "offer") },
            of_offer(r#"{"opportunity":"$a","stage":"offer","amount":"90"}"#),
            "ac9c56843aec416ab68932d3fb2fa12d76e1b37099a4daee59d27c4afd993e1e",
            &[&SELL],
        ))
        .case(one(
            || EndOpportunity::lost(id("a"), "2026-06-01".parse().unwrap(), "price"),
            of_offer(r#"{"opportunity":"$a","won":false,"on":"2026-06-01","reason":"price"}"#),
            "be8dcaaa6173a81d305ee105fb07fd0a1fdb0851d6f1192878fa2f79ef06c047",
            &[&SELL],
        ))
        .case(one(
            || PutScorecard::new(serde_json::from_str(r#"{"name":"small","version":2}"#).unwrap()),
            r#"{"card":{"name":"small","version":2}}"#,
            "b47138347fb61171a25ff4650d42d3646a69f067f8edf20240072354c865cb39",
            &[&SET_UP],
        ))
        .case(one(
            || UseScorecard::new("leads", Some(2)),
            r#"{"name":"leads","version":2}"#,
            "cb9a976d4a03ffa9d26dda132248d758877365e1d48dc32afc62abc101f16a49",
            &[&SET_UP],
        ))
        .case(one(
            || RefreshScores::new("leads", vec![p("ada")]),
            of_ada(r#"{"card":"leads","parties":["$ada"]}"#),
            "3750a18d035b3f4252230084acf40a57a737a480c5046a41e1f30b545ab4c7bc",
            &[&SCORE],
        ))
        .case(one(
            || PutSegment::new(callers(2)),
            r#"{"segment":{"name":"callers","version":2,"events":{"call":{}},"is":"count(call) in 60 days >= 1"}}"#,
            "0ab3e379e3018c2985e0f59d89409a799f0fa74d31ffba6fe91622f7af94454a",
            &[&SET_UP],
        ))
        .case(one(
            || UseSegment::new("callers", Some(1)),
            r#"{"name":"callers","version":1}"#,
            "d37d65db30f2f2e4076c666525ee4c98e4de6afe8b04d0db463a3f3c7936defd",
            &[&SET_UP],
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
            || DefinePurposes::one("offers", "Offers", false),
            r#"{"purposes":[{"code":"offers","title":"Offers"}]}"#,
            "907c3f2a3a4478c429df498cabcf35f22df88a0068f8d760629ec012ba02f1c5",
            &[&SET_UP],
        ))
        .case(one(
            || RecordConsents::new(vec![NewConsent::given(p("ada"), Channel::Email, "news", "form 12")]),
            of_ada(r#"{"consents":[{"party":"$ada","channel":"email","purpose":"news","basis":"consent","proof":"form 12"}]}"#),
            "fec3af83af8fe8e63f97eb42252a95fed78dfd177625641cca2dadc618d9ff1d",
            &[&RECORD_CONSENT],
        ))
        .case(one(
            || ConfirmConsent::new(p("bo"), Channel::Email, "news", "link"),
            of_bo(r#"{"party":"$bo","channel":"email","purpose":"news","proof":"link"}"#),
            "a51ccda1a7a7d41bc1beed0af46104af089d32b345e5f2ff51f3e2c50929fe6a",
            &[&RECORD_CONSENT],
        ))
        .case(one(
            || Unsubscribe::from_all(p("bo"), Channel::Email),
            of_bo(r#"{"party":"$bo","channel":"email"}"#),
            "8f0d8c605ada51a2eb665920a7eb065253ce281041f5c0c80150ec65b93cb0bb",
            &[&RECORD_CONSENT],
        ))
        .case(one(
            || SetSuppressionKey::new("0123 4567 89ab cdef"),
            r#"{"key":"0123 4567 89ab cdef"}"#,
            "be108fd4fb6c7dcf1c0c5c4ce1ab84ee540d575bf7c11e288a28155ed66bcaef",
            &[&SET_UP],
        ))
        .case(
            Case::new(|host: &Host| {
                // Another case may have set it.
                let name = format!("key at {}", host.position());
                drop(host.send(&name, &SetSuppressionKey::new("0123 4567 89ab cdef")));
                Suppress::email("a@b.example", "complained")
            })
            .json(r#"{"kind":"email","address":"a@b.example","reason":"complained"}"#, Suppress::email("a@b.example", "complained"))
            .digest(Suppress::email("a@b.example", "complained"), "91190886645e41cf261a9b8bcbe06e24c2b41c5f7664f0c708035061880f78d1")
            .needs(&[&RECORD_CONSENT]),
        )
        .case(
            Case::new(|host: &Host| {
                let name = format!("key at {}", host.position());
                drop(host.send(&name, &SetSuppressionKey::new("0123 4567 89ab cdef")));
                LiftSuppression::email("a@b.example", "mistyped")
            })
            .json(r#"{"kind":"email","address":"a@b.example","reason":"mistyped"}"#, LiftSuppression::email("a@b.example", "mistyped"))
            .digest(LiftSuppression::email("a@b.example", "mistyped"), "55955d879ca61dbe3a7e4a6ed4d4174027a3d9ef3e32cc777a28082e0f0812cf")
            .needs(&[&LIFT_SUPPRESSION]),
        )
        .case(one(
            || MergeContacts::new(p("ada"), p("bo"), "same"),
            of_bo(of_ada(r#"{"keep":"$ada","gone":"$bo","reason":"same"}"#)),
            "1ecd24bc1b47ba582f837ca32beaf8ad319986ad1bdc615e3b7ff70aa920ae3d",
            &[&MERGE, &party::MERGE],
        ))
        .case(
            Case::new(|host: &Host| {
                let name = format!("merge at {}", host.position());
                drop(host.send(&name, &MergeContacts::new(p("ada"), p("bo"), "same")));
                UnmergeContact::new(p("bo"), "not_so")
            })
            .json(of_bo(r#"{"gone":"$bo","reason":"not_so"}"#), UnmergeContact::new(p("bo"), "not_so"))
            .digest(UnmergeContact::new(p("bo"), "not_so"), "5995e58257cc51573b81b92bf7ab7537b33db79a9a3c9c5acd3214342fed27b6")
            .needs(&[&MERGE, &party::MERGE]),
        )
        .case(one(
            || EraseEvent::new("web", "call", "asked_for"),
            r#"{"source":"web","source_id":"call","reason":"asked_for"}"#,
            "1e30d68194932698be10ba4a517da0275a53e5344139ac3d197d497cd269e598",
            &[&CORRECT_EVENTS],
        ))
        .case(one(
            || EraseContact { suppress: false, ..EraseContact::new(p("bo"), "asked") },
            of_bo(r#"{"party":"$bo","reason":"asked"}"#),
            "85ffcba360cf61aabdec21575a370542a5fdb478288e2a394e1217ed96f5644a",
            &[&ERASE, &party::ERASE],
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
    let attributes = vec![
        NewAttribute::new("title", "Job title", ValueKind::Text),
        NewAttribute::new("employees", "Employees", ValueKind::Number),
        NewAttribute::new("renewal", "Renewal", ValueKind::Day),
    ];
    driver.carry_out(send("define"), &DefineAttributes::new(attributes))?;
    let ada = NewContact::person(p("ada"), "Ada Lovelace").email("ada@analytical.example");
    let added = driver.carry_out(send("add"), &AddContacts::new(vec![ada]))?.answer;
    assert!(added.refused.is_empty(), "{added:?}");
    driver.carry_out(send("set"), &SetValues::one(p("ada"), "title", Value::from("Countess")))?;
    driver.carry_out(send("change"), &ChangeContact::new(p("ada")).name("Ada King"))?;
    driver.carry_out(send("mql"), &MoveStages::up(p("ada"), LifecycleStage::Mql))?;
    let organisations = ["a", "b", "c"].map(|name| NewContact::organisation(p(name), name));
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
    let pipeline: SetPipeline = sales();
    driver.carry_out(send("pipeline"), &pipeline)?;
    let offer = OpenOpportunity { party: p("a"), ..engine("a", "100") };
    driver.carry_out(send("offer"), &offer)?;
    driver.carry_out(send("offered"), &ChangeOpportunity::to(id("a"), "offer"))?;
    driver.carry_out(send("won"), &EndOpportunity::won(id("a"), time.date_utc()))?;
    driver.carry_out(send("card"), &PutScorecard::new(card(1)))?;
    driver.carry_out(send("use"), &UseScorecard::new("leads", Some(1)))?;
    driver.carry_out(send("look"), &RefreshScores::new("leads", vec![p("ada")]))?;
    driver.carry_out(send("callers"), &PutSegment::new(callers(1)))?;
    driver.carry_out(send("use callers"), &UseSegment::new("callers", Some(1)))?;
    let again = did("ada", "call", "d", 7);
    driver.carry_out(send("again"), &RecordEvents::new(vec![again]))?;
    // She has not called for sixty days by then.
    let later: Timestamp = "2026-08-30T12:00:00Z".parse().unwrap();
    for time in [time, later] {
        let queue = Queue::new(&driver, Handlers::of([&ENGINE]));
        queue.tick(time).map_err(|error| error.halt)?;
    }
    driver.carry_out(send("right"), &CorrectEvent::new(call.with("minutes", 40), "typo"))?;
    driver.carry_out(send("news"), &DefinePurposes::one("news", "News", true))?;
    driver.carry_out(send("key"), &SetSuppressionKey::new("0123 4567 89ab cdef"))?;
    let asked = NewConsent::given(p("ada"), Channel::Email, "news", "form 12");
    driver.carry_out(send("asked"), &RecordConsents::new(vec![asked]))?;
    let confirm = ConfirmConsent::new(p("ada"), Channel::Email, "news", "link");
    driver.carry_out(send("confirm"), &confirm)?;
    let stop = Unsubscribe { suppress: true, ..Unsubscribe::from_all(p("ada"), Channel::Email) };
    driver.carry_out(send("stop"), &stop)?;
    driver.carry_out(send("never"), &Suppress::email("a@b.example", "complained"))?;
    driver.carry_out(send("lift"), &LiftSuppression::email("a@b.example", "mistyped"))?;
    driver.carry_out(send("merge"), &MergeContacts::new(p("a"), p("c"), "same"))?;
    driver.carry_out(send("unmerge"), &UnmergeContact::new(p("c"), "not_so"))?;
    driver.carry_out(send("merge again"), &MergeContacts::new(p("a"), p("c"), "same"))?;
    driver.carry_out(send("erase both"), &EraseContact::new(p("c"), "asked"))?;
    driver.carry_out(send("erase"), &EraseEvent::new("web", "c", "asked_for"))?;
    Ok(())
}

#[test]
fn what_earlier_versions_left_is_brought_up() {
    catalogue().check_older(&[]);
}
