//! What a company says of its days, on every host: where they begin, and its own calendars, looked up before those that
//! are shipped.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;
mod rights;

use common::{acme, envelope, on_every_host};
use fondaco_core::calendar::{
    Calendar, CalendarError, CalendarRefusal, DayRule, DefineCalendar, ENGINE, HolidayRule,
    OwnCalendar, Roll, SetZone, WorkingWeek, Zone, find,
};
use fondaco_core::store::{Json, Store};
use fondaco_core::{ActError, Driver, ErrorKind, Halt};
use fondaco_store::Memory;
use fondaco_testkit::sweep;
use rights::{DefineRole, NewGrant, d, on_every_host as on_every_office};

fn plant(shut: &str) -> DefineCalendar {
    let plant = Calendar::named("DE-BY").unwrap().named_as("plant");
    DefineCalendar::new(plant.day_off(d(shut), "Shut"))
}

#[test]
fn a_calendar_of_the_company_s_own_is_defined_and_defined_anew() {
    on_every_host(|host| {
        let rolled = |name: &str, code: &'static str| {
            let act = move |tx: &mut fondaco_core::Tx<'_>| {
                let found = tx.calendar(code).map_err(halt)?;
                Ok(found.roll(d("2026-12-24"), Roll::Following).unwrap().to_string())
            };
            host.done(name, act)
        };
        host.carry_out("plant", &plant("2026-12-24")).unwrap();
        assert_eq!(rolled("then", "plant"), "2026-12-28");
        host.carry_out("anew", &plant("2026-12-28")).unwrap();
        assert_eq!(rolled("now", "plant"), "2026-12-24");
        assert_eq!(rolled("shipped", "DE-BY"), "2026-12-24");
        let seen = host.view(|view| find(view, "plant").map_err(halt));
        assert_eq!(seen, plant("2026-12-28").calendar);
        // A replay answers, and defines nothing again.
        assert!(host.carry_out("plant", &plant("2026-12-24")).unwrap().replayed);
        assert_eq!(rolled("still", "plant"), "2026-12-24");
    });
}

fn halt(refusal: CalendarRefusal) -> common::ShopError {
    match refusal {
        CalendarRefusal::Halt(halt) => halt.into(),
        CalendarRefusal::Calendar(error) => panic!("{error}"),
    }
}

fn east(minutes: i32) -> SetZone {
    SetZone::new(Zone::minutes_east(minutes).unwrap())
}

/// All commands are sent at eight in the morning, UTC, of one day.
#[test]
fn today_is_what_the_company_s_zone_says() {
    on_every_host(|host| {
        let today = |name: &str| host.done(name, |tx| Ok(tx.today()?.to_string()));
        let utc = today("utc");
        host.carry_out("east", &east(14 * 60)).unwrap();
        assert_eq!(today("the same day"), utc);
        host.carry_out("further east", &east(16 * 60)).unwrap();
        let tomorrow = d(&utc).succ_opt().unwrap();
        assert_eq!(today("tomorrow"), tomorrow.to_string());
        host.carry_out("west", &east(-9 * 60)).unwrap();
        assert_eq!(today("yesterday"), d(&utc).pred_opt().unwrap().to_string());
        let begins =
            host.done("begins", |tx| Ok(tx.zone()?.start_of(d("2026-03-01")).unwrap().to_string()));
        assert_eq!(begins, "2026-03-01T09:00:00Z");
        // In one act what it set is what it sees.
        let seen = host.done("both", |tx| {
            use fondaco_core::Act;
            SetZone::new(Zone::UTC).act(tx).map_err(halt)?;
            Ok(tx.today()?.to_string())
        });
        assert_eq!(seen, utc);
    });
}

#[test]
fn a_code_that_names_no_calendar_or_one_that_is_shipped_is_refused() {
    on_every_host(|host| {
        let refused = |name: &str| {
            let plant = Calendar::named("DE").unwrap().named_as(name);
            host.carry_out(&format!("{name:?}"), &DefineCalendar::new(plant)).unwrap_err()
        };
        let shipped = refused("TARGET");
        assert_eq!((shipped.code(), shipped.kind()), ("calendar.shipped", ErrorKind::Conflict));
        for wrong in ["", " plant", "plant\n", &"p".repeat(65)] {
            assert_eq!(refused(wrong).code(), "calendar.code", "{wrong:?}");
        }
        let plant = |rule| {
            Calendar::new("plant", WorkingWeek::MON_FRI).with(HolidayRule::new("Feast", rule))
        };
        let nth = |nth, month| DayRule::Nth { nth, month, weekday: chrono::Weekday::Mon };
        let on_or_after = DayRule::OnOrAfter { weekday: chrono::Weekday::Mon, month: 4, day: 31 };
        let idle = Calendar::new("plant", WorkingWeek::on([]));
        let never =
            [DayRule::fixed(13, 1), DayRule::fixed(2, 30), DayRule::fixed(1, 0), on_or_after];
        let never =
            never.into_iter().chain([nth(6, 1), nth(0, 1), nth(-6, 1), nth(1, 13)]).map(plant);
        for (at, wrong) in never.chain([idle.clone()]).enumerate() {
            let refused = host.carry_out(&format!("never {at}"), &DefineCalendar::new(wrong));
            let refused = refused.unwrap_err();
            assert_eq!(
                (refused.code(), refused.kind()),
                ("calendar.impossible", ErrorKind::Invalid),
                "{at}"
            );
        }
        for (at, odd) in [DayRule::fixed(2, 29), nth(-5, 12)].into_iter().map(plant).enumerate() {
            host.carry_out(&format!("odd {at}"), &DefineCalendar::new(odd)).unwrap();
        }
        let makes_up = idle.named_as("saturday").working_on(d("2026-01-10"));
        host.carry_out("saturday", &DefineCalendar::new(makes_up)).unwrap();
        let nobody_s = host.view(|view| match find(view, "works") {
            Err(CalendarRefusal::Calendar(error)) => Ok(error),
            Err(CalendarRefusal::Halt(halt)) => Err(halt.into()),
            Ok(found) => panic!("{found:?}"),
        });
        assert_eq!(nobody_s, CalendarError::Undefined { code: "works".into() });
        assert_eq!(nobody_s.kind(), ErrorKind::NotFound);
    });
}

/// What was not written by us is a damaged row, never another calendar.
#[test]
fn a_calendar_that_is_none_is_corrupt() {
    on_every_host(|host| {
        host.done("damage", |tx| {
            tx.get::<OwnCalendar>(&"plant".into())?;
            tx.insert(OwnCalendar { code: "plant".into(), calendar: Json("{}".into()) })?;
            Ok(())
        });
        let damaged = host.try_view(|view| find(view, "plant").map_err(halt)).unwrap_err();
        assert_eq!(damaged.halt().unwrap().kind(), ErrorKind::Corrupt);
        assert!(damaged.to_string().contains("calendar.calendar"), "{damaged}");
    });
}

#[test]
fn only_who_may_defines_calendars() {
    on_every_office(|office| {
        let define = plant("2026-12-24");
        assert!(office.refused("anna", &define).contains("may not calendar.manage"));
        assert!(office.refused("anna", &east(60)).contains("may not calendar.manage"));
        let planner = DefineRole::new("planner", "Planner").may(NewGrant::new("calendar.manage"));
        office.must("root", &planner);
        office.must("root", &rights::AssignRole::new(rights::id("anna"), "planner"));
        office.must("anna", &define);
        office.must("anna", &east(60));
    });
}

#[test]
fn each_step_of_each_command_may_fail() {
    fn two_years(store: &dyn Store) -> Result<(), CalendarRefusal> {
        let driver = Driver::new(store, acme()).with_predictable_salts();
        driver.prepare(&[]).map_err(Halt::from)?;
        driver.carry_out(envelope("2026"), &plant("2026-12-24"))?;
        driver.carry_out(envelope("2027"), &plant("2027-12-24"))?;
        driver.carry_out(envelope("zone"), &east(60))?;
        driver.carry_out(envelope("summer"), &east(120))?;
        assert!(driver.verify(&ENGINE.tables()).map_err(Halt::from)?.findings.is_empty());
        Ok(())
    }
    let swept = sweep(acme(), Memory::new, two_years).unwrap();
    assert_eq!(swept.commits, 4);
    assert!(swept.failures > 5, "{} steps failed", swept.failures);
}
