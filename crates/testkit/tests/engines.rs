//! What an engine's tests are made of, on the smallest engine there is: the company's days. And that each check can fail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends here")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fondaco_core::calendar::{self, Calendar, DefineCalendar, OwnCalendar, SetZone, Zone};
use fondaco_core::calendar::{CalendarRefusal, MANAGE, WorkingWeek, ZoneSetting};
use fondaco_core::policy::{Permission, Request};
use fondaco_core::store::{Json, Store};
use fondaco_core::{Act, Halt, Tx};
use fondaco_testkit::{
    Case, Catalogue, Counting, Host, Model, Moment, Race, Sent, Slipping, Stores,
};
use serde::{Deserialize, Serialize};

fn stores() -> Stores {
    vec![("model", Arc::new(Model::new()))]
}

fn east(minutes: i32) -> SetZone {
    SetZone::new(Zone::minutes_east(minutes).unwrap())
}

fn works_days() -> Calendar {
    Calendar::new("works", WorkingWeek::MON_FRI)
}

fn zone() -> Case<SetZone> {
    Case::new(|_| east(60))
        .json(r#"{"zone":{"minutes_east":60}}"#, east(60))
        .digest(east(60), ZONE)
        .needs(&[&MANAGE])
}

fn own() -> Case<DefineCalendar> {
    let plain = || DefineCalendar::new(works_days());
    Case::new(move |_| plain())
        .json(r#"{"calendar":{"name":"works","week":"1111100"}}"#, plain())
        .digest(plain(), WORKS)
        .needs(&[&MANAGE])
}

const ZONE: &str = "ad5fdcc70cd6d3ed5f394b86a42704232cc08fd4eaf6a3ce2db2b4d8326d32ab";
const WORKS: &str = "ee3d5728f85e1c39ffc3dd9ffe53c5ccab7043c043a016e02cab780d78a326e4";

fn catalogue() -> Catalogue {
    Catalogue::new(&calendar::ENGINE, stores, |_| ())
}

fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../core/src/calendar")
}

#[test]
fn all_commands_of_an_engine() {
    let catalogue = catalogue().case(zone()).case(own());
    catalogue.check_complete(&[&sources()]);
    catalogue.check_forms();
    catalogue.check_permissions(&[]);
    catalogue.check_rights();
    catalogue.check_swept();
}

/// What a test says when it ends.
fn failure(test: impl FnOnce()) -> String {
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(test)).unwrap_err();
    let text = ended.downcast_ref::<String>().cloned();
    text.or_else(|| ended.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap()
}

#[test]
fn a_catalogue_finds_what_is_wrong() {
    let missing = failure(|| catalogue().case(zone()).check_complete(&[&sources()]));
    assert_eq!(missing, "DefineCalendar has no case");
    let bare = failure(|| catalogue().case(Case::new(|_| east(60))).check_forms());
    assert_eq!(bare, "SetZone: it has no JSON\nSetZone: it has no digest");
    let other = failure(|| catalogue().case(zone().digest(east(0), "00")).check_forms());
    assert!(
        other.starts_with("SetZone: its digest is ") && other.ends_with("and was 00"),
        "{other}"
    );
    let json = zone().json(r#"{"zone":{"minutes_east":61}}"#, east(60));
    let json = failure(|| catalogue().case(json).check_forms());
    assert!(json.contains("61}} is SetZone"), "{json}");
    let permission = failure(|| catalogue().check_permissions(&[]));
    assert_eq!(permission, "no case needs calendar.manage");
    catalogue().check_permissions(&[&MANAGE]);
}

const LATER: Permission = Permission::new("calendar.later", "do it later");

/// Asks for something else than its case says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Careless;

impl Act for Careless {
    type Answer = ();
    type Error = Halt;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        tx.authorize(&Request::new(&MANAGE)).map(drop)
    }
}

/// Answers otherwise when it is asked again.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Fickle;

static RUNS: AtomicU32 = AtomicU32::new(0);

impl Act for Fickle {
    type Answer = i64;
    type Error = Halt;

    fn act(&self, _: &mut Tx<'_>) -> Result<i64, Halt> {
        Ok(RUNS.fetch_add(1, Ordering::SeqCst).into())
    }
}

#[test]
fn rights_and_sweeps_can_fail() {
    let needs_more = Case::new(|_| Careless).needs(&[&LATER]);
    let said = failure(|| catalogue().case(needs_more).check_rights());
    assert!(said.starts_with("Careless without calendar.later on model: "), "{said}");
    let needs_less = Case::new(|_| Careless);
    let said = failure(|| catalogue().case(needs_less).check_rights());
    assert!(said.starts_with("Careless with its permissions on model: "), "{said}");
    let said = failure(|| catalogue().case(Case::new(|_| Fickle)).check_swept());
    assert!(said.contains("asking again does not end where the unharmed act ends"), "{said}");
}

fn works(host: &Host) -> Vec<String> {
    let mut rows: Vec<String> =
        host.rows::<ZoneSetting>().iter().map(|row| format!("{row:?}")).collect();
    rows.extend(host.rows::<OwnCalendar>().iter().map(|row| format!("{row:?}")));
    rows
}

#[test]
fn two_commands_race() {
    let race = Race { engine: &calendar::ENGINE, stores: &stores, before: &|_| (), rows: &works };
    race.race(&Sent::new("east", east(60)), &Sent::new("west", east(-60)));
    let calendar = || Sent::new("works", DefineCalendar::new(works_days()));
    race.meet(&calendar(), &Sent::new("east", east(60)));
    let same = failure(|| race.race(&calendar(), &calendar()));
    assert!(same.starts_with("the order does not matter"), "{same}");
}

#[test]
fn somebody_slips_in_and_calls_are_counted() {
    let model: Arc<dyn Store> = Arc::new(Model::new());
    let beside = Host::on("beside", model.clone(), &calendar::ENGINE);
    let slipping = Slipping::over(model, Moment::Commit(1), move |_| {
        beside.must("first", &east(60));
    });
    let counting = Counting::over(slipping.clone());
    let host = Host::on("slipped", counting.clone(), &calendar::ENGINE);
    host.must("second", &east(-60));
    assert!(slipping.has_slipped());
    assert_eq!((counting.commits(), counting.refused(), host.commits()), (2, 1, 2));
}

#[test]
fn a_host_has_a_clock_people_and_rows() {
    Host::everywhere_staffed(stores(), &calendar::ENGINE, |chief| {
        assert_eq!(chief.now().to_string(), "2026-06-01T00:00:00Z");
        chief.at_minute(1);
        chief.wait(2);
        assert_eq!(chief.now().to_string(), "2026-06-01T00:01:02Z");
        chief.at("2026-07-01T00:00:00Z");
        chief.must("zone", &east(60));
        assert_eq!(chief.rows::<ZoneSetting>().len(), 1);
        chief.role("nobody", []);
        chief.hire("anna", "nobody");
        let anna = chief.acting_as("anna");
        assert!(!anna.may(&Request::new(&MANAGE)).is_allowed());
        let refused: CalendarRefusal = anna.refused("zone again", &east(0));
        assert!(refused.to_string().starts_with("anna may not calendar.manage"), "{refused}");
        assert_eq!((chief.next_due(), chief.tick().carried_out.len()), (None, 0));
        chief.clean();
    });
    Host::everywhere(stores(), &calendar::ENGINE, |host| {
        let code = "works".into();
        let calendar = Json::of(&works_days()).unwrap();
        host.insert("own", &[OwnCalendar { code, calendar }]);
        assert_eq!(host.rows::<OwnCalendar>().len(), 1);
        let tampered = failure(|| {
            host.must("own", &east(0)); // another command under the same name
        });
        assert!(tampered.starts_with("own on "), "{tampered}");
    });
}
