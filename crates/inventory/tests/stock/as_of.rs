//! What there was: every figure as of any day, and as known at any time.

use fondaco_core::{DocumentId, Id, Timestamp};
use fondaco_inventory::history::Window;
use fondaco_inventory::items::{ChangeLot, JudgeLot, LotStatus};
use fondaco_inventory::levels::{Expected, Reservation, Stock, stock_at, stock_known_at};
use fondaco_inventory::moves::{Movement, NewMove};
use fondaco_inventory::places::{ChangeLocation, LocationKind};
use fondaco_inventory::replenish::past;
use fondaco_inventory::reserve::*;

use crate::host::*;

/// The clock goes to noon of a day.
fn noon(host: &Host, date: &str) {
    host.at_minute((d(date) - today()).num_days() * 24 * 60);
}

/// On hand, reserved, quarantined, expired, in transit, on order and backordered, available.
fn told(level: &Stock) -> String {
    let columns = [
        level.on_hand,
        level.reserved,
        level.quarantined,
        level.expired,
        level.in_transit,
        level.on_order,
        level.backordered,
    ];
    let columns = columns.map(|quantity| quantity.to_decimal().to_string()).join(" ");
    format!("{columns}, {}", level.available())
}

fn as_of(host: &Host, item: fondaco_core::ItemId, date: &str) -> String {
    told(&host.view(|view| stock_at(view, item, main_site(), d(date))))
}

fn wanted(quantity: &str, otherwise: Otherwise) -> Reserve {
    let line = Wanted::new(bolt(), main_site(), q(quantity));
    Reserve { otherwise, ..Reserve::new(DocumentId::named("order/1"), vec![line]) }
}

fn ordered(host: &Host, name: &str, quantity: &str) -> Id<Expected> {
    let line = ExpectedLine::new(bolt(), main_site(), q(quantity), d("2026-08-01"));
    host.must(name, &AnnounceStock::new(DocumentId::named(name), vec![line]))[0]
}

fn promised(host: &Host, name: &str, quantity: &str, otherwise: Otherwise) -> Id<Reservation> {
    host.must(name, &wanted(quantity, otherwise)).lines[0].reservation.unwrap()
}

#[test]
fn what_was_promised_waited_and_was_on_order_is_known_of_every_day() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        noon(&host, "2026-07-01");
        let first = promised(&host, "six", "6 pcs", Otherwise::Refuse);
        let order = ordered(&host, "purchase/1", "20 pcs");
        noon(&host, "2026-07-02");
        let second = promised(&host, "eight", "8 pcs", Otherwise::Backorder);
        let before_the_third = host.now();
        noon(&host, "2026-07-03");
        let came = on(receipt(bolt(), "15 pcs", "MAIN/A"), "2026-07-03").receives(order);
        host.made("a part", came);
        noon(&host, "2026-07-04");
        let sold = |quantity: &str, date: &str| on(issue(bolt(), quantity, "MAIN/A"), date);
        // Dated before the day on which what waited was covered: the goods went then, the promise was kept since.
        host.made("sold", sold("6 pcs", "2026-07-02").fulfils(first));
        host.made("sold too", sold("7 pcs", "2026-07-04").fulfils(second));
        host.must("the rest won't come", &CancelExpected::new(vec![order]));
        host.must("not wanted", &Release::new(vec![second]));

        assert_eq!(as_of(&host, bolt(), "2026-06-29"), "0 0 0 0 0 0 0, 0");
        assert_eq!(as_of(&host, bolt(), "2026-06-30"), "10 0 0 0 0 0 0, 10");
        assert_eq!(as_of(&host, bolt(), "2026-07-01"), "10 6 0 0 0 20 0, 4");
        assert_eq!(as_of(&host, bolt(), "2026-07-02"), "4 4 0 0 0 20 4, 0");
        assert_eq!(as_of(&host, bolt(), "2026-07-03"), "19 8 0 0 0 5 0, 11");
        assert_eq!(as_of(&host, bolt(), "2026-07-04"), "12 0 0 0 0 0 0, 12");
        let known = |date: &str, at: Timestamp| {
            told(&host.view(|view| stock_known_at(view, bolt(), main_site(), d(date), at)))
        };
        assert_eq!(known("2026-07-02", before_the_third), "10 10 0 0 0 20 4, 0");
        assert_eq!(known("2026-07-04", before_the_third), "10 10 0 0 0 20 4, 0");
        assert_eq!(known("2026-07-04", Timestamp::MAX), as_of(&host, bolt(), "2026-07-04"));
        host.clean();
    });
}

#[test]
fn what_was_set_aside_over_or_on_its_way_is_known_of_every_day() {
    on_every_store(|host| {
        let of = |lot: &str, quantity: &str, to: &str, date: &str| {
            on(receipt(milk(), quantity, to).lot(lot_id(lot)), date)
        };
        host.made("first", of("M1", "10 l", "MAIN/A", "2026-06-25"));
        host.made("second", of("M2", "7 l", "MAIN/A", "2026-06-26"));
        host.made("aside", of("M2", "1 l", "MAIN/Q", "2026-06-27"));
        noon(&host, "2026-07-02");
        host.must("blocked", &JudgeLot::new(lot_id("M2"), LotStatus::Blocked));
        noon(&host, "2026-07-05");
        host.must("released", &JudgeLot::new(lot_id("M2"), LotStatus::Released));
        // Recorded when it is good, of a day on which it was blocked.
        let gone = NewMove::new(
            milk(),
            q("2 l"),
            Movement::Scrap { from: "MAIN/A".into() },
            d("2026-07-03"),
        );
        host.made("thrown away", gone.lot(lot_id("M2")));
        noon(&host, "2026-07-13");
        let late = host.now();
        host.tick("2026-07-14T12:00:00Z"); // M1 was good until the 10th
        host.must("good after all", &ChangeLot::expires(lot_id("M1"), d("2026-07-31")));

        let days =
            ["06-24", "06-25", "07-01", "07-02", "07-03", "07-05", "07-10", "07-11", "07-14"];
        let found = days.map(|day| as_of(&host, milk(), &format!("2026-{day}")));
        assert_eq!(
            found,
            [
                "0 0 0 0 0 0 0, 0",
                "10 0 0 0 0 0 0, 10",
                "18 0 1 0 0 0 0, 17",
                "18 0 0 8 0 0 0, 10",
                "16 0 0 6 0 0 0, 10",
                "16 0 1 0 0 0 0, 15",
                "16 0 1 0 0 0 0, 15",
                "16 0 1 10 0 0 0, 5",
                "16 0 1 0 0 0 0, 15",
            ]
        );
        let unknown =
            host.view(|view| stock_known_at(view, milk(), main_site(), d("2026-07-12"), late));
        assert_eq!(told(&unknown), "16 0 1 0 0 0 0, 15", "nobody had noticed yet");
        host.clean();
    });
}

#[test]
fn a_place_that_is_for_something_else_now_was_what_it_was() {
    on_every_store(|host| {
        let put = |from: &str, to: &str, date: &str| {
            on(NewMove::transfer(bolt(), q("3 pcs"), (from, to), today()), date)
        };
        host.made("come", on(receipt(bolt(), "3 pcs", "MAIN/Q"), "2026-06-20"));
        let out = Movement::Release { from: "MAIN/Q".into(), to: "MAIN/A".into() };
        host.made("out", on(moved(bolt(), "3 pcs", out), "2026-06-25"));
        noon(&host, "2026-07-02");
        let bin = ChangeLocation { kind: Some(LocationKind::Bin), ..ChangeLocation::of("MAIN/Q") };
        host.must("a bin", &bin);
        host.made("in again", put("MAIN/A", "MAIN/Q", "2026-07-02"));
        let dispatch = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
        host.made("more", on(receipt(bolt(), "2 pcs", "MAIN/A"), "2026-07-02"));
        let sent = host.made("sent", on(moved(bolt(), "2 pcs", dispatch), "2026-07-02"));
        noon(&host, "2026-07-03");
        let there = Movement::Arrival { of: sent, to: "SHOP".into() };
        host.made("there", on(moved(bolt(), "2 pcs", there), "2026-07-03"));
        let days = ["2026-06-24", "2026-06-30", "2026-07-03"];
        let found = days.map(|day| as_of(&host, bolt(), day));
        assert_eq!(found, ["3 0 3 0 0 0 0, 0", "3 0 0 0 0 0 0, 3", "3 0 0 0 0 0 0, 3"]);
        let at_the_shop =
            |day: &str| told(&host.view(|view| stock_at(view, bolt(), shop(), d(day))));
        assert_eq!(at_the_shop("2026-07-02"), "0 0 0 0 2 0 0, 0");
        assert_eq!(at_the_shop("2026-07-03"), "2 0 0 0 0 0 0, 2");
        host.clean();
    });
}

/// What can't be had is not there to the formulas either: such days say nothing of the demand.
#[test]
fn days_on_which_all_was_set_aside_are_days_without_stock() {
    let host = Host::memory();
    host.made("come", on(receipt(bolt(), "40 pcs", "MAIN/A"), "2026-03-01"));
    for (n, date) in ["2026-03-12", "2026-03-19", "2026-03-26", "2026-05-21"].iter().enumerate() {
        host.made(&format!("sold {n}"), on(issue(bolt(), "2 pcs", "MAIN/A"), date));
    }
    let aside = Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/Q".into() };
    host.made("aside", on(moved(bolt(), "32 pcs", aside), "2026-05-22"));
    let window = Window::new(d("2026-03-10"), d("2026-06-01"), 7).unwrap();
    let history = host.view(|view| past(view, &[(bolt(), main_site())], window));
    let demand = history.demand(0).unwrap();
    assert_eq!((demand.days_without_stock, demand.periods), (10, 10));
}
