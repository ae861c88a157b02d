//! What is made in passing: the run that plans it and the release that takes it ask one question.

use fondaco_core::Rate;
use fondaco_inventory::bills::*;
use fondaco_inventory::levels;
use fondaco_inventory::planning::*;
use fondaco_inventory::replenish::*;

use crate::host::*;
use crate::plan_runs::*;

/// How much of an item waits for goods or is held at the main site.
fn promised(host: &Host, code: &str) -> Vec<String> {
    let rows = host.view(|view| levels::open_reservations(view, id(code), main_site()));
    rows.iter().map(|row| row.wanted.to_decimal().to_string()).collect()
}

fn frame(version: &str) -> NewBill {
    NewBill::new(id("FRAME"), version, pcs(1), vec![NewComponent::new(id("LEG"), pcs(4))])
}

/// Six desks are wanted, planned, and made: what of frames and legs is planned, promised, and planned then.
fn six_desks(host: &Host) -> [Vec<String>; 4] {
    ordered(host, "order/1", 6, "2026-08-10");
    plan(host, "before");
    let planned = |name: &str| {
        let both = ["FRAME", "LEG"].map(|code| shown_of(host, name, code));
        both.concat()
    };
    let before = planned("before");
    released(host, "before", "DESK", "work/1");
    plan(host, "after");
    verified(host);
    [before, promised(host, "FRAME"), promised(host, "LEG"), planned("after")]
}

/// A bill that is over doesn't have it made in passing for ever.
#[test]
fn what_was_made_in_passing_once_is_planned_by_the_bill_of_today() {
    on_every_store(|host| {
        workshop(&host);
        let passing = NewBill { phantom: true, until: Some(d("2025-12-31")), ..frame("1") };
        let stocked =
            NewBill { from: Some(d("2026-01-01")), lead_time_days: Some(5), ..frame("2") };
        host.must("stocked", &SetBills::new(vec![passing, stocked]));
        let [before, frames, legs, after] = six_desks(&host);
        let six = "FRAME 6 2026-08-03 to 2026-08-08".to_owned();
        assert_eq!(
            before,
            [six.clone(), "LEG 24 2026-08-02 to 2026-08-03".into()],
            "{}",
            host.name
        );
        assert_eq!((frames, legs), (vec!["6".to_owned()], vec![]), "{}", host.name);
        assert_eq!(after, before, "{}", host.name);
        host.clean();
    });
}

/// A site that buys it has it on a shelf, whatever the bill says that holds elsewhere.
#[test]
fn what_a_site_buys_is_not_made_in_passing_there() {
    on_every_store(|host| {
        workshop(&host);
        let buy = ReplenishmentSource::Buy { supplier: None };
        host.must("bought", &planned("FRAME", buy, 5));
        let [before, frames, legs, after] = six_desks(&host);
        assert_eq!(before, ["FRAME 6 2026-08-03 to 2026-08-08"], "{}", host.name);
        assert_eq!((frames, legs), (vec!["6".to_owned()], vec![]), "{}", host.name);
        assert_eq!(after, before, "{}", host.name);
        host.clean();
    });
}

/// What is begun of it, so that enough turns out good, takes its parts: in whole pieces.
#[test]
fn what_is_lost_of_what_is_made_in_passing_takes_its_parts() {
    on_every_store(|host| {
        workshop(&host);
        let share = Some(Rate::percent("90").unwrap());
        let lost = SetPlanning { yield_share: share, ..SetPlanning::new(id("FRAME"), main_site()) };
        host.must("lost", &lost);
        let [before, frames, legs, after] = six_desks(&host);
        assert_eq!(before, ["LEG 28 2026-08-07 to 2026-08-08"], "{}", host.name); // 6 / 0.9, so 7
        assert_eq!((frames, legs), (vec![], vec!["28".to_owned()]), "{}", host.name);
        assert_eq!(after, before, "{}", host.name);
        host.clean();
    });
}
