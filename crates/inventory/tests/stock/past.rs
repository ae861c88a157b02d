//! What the formulas learn from is what was moved, whichever way it was stored.

use fondaco_core::calendar::{self, SetZone, Zone};
use fondaco_core::{ActorId, CommandId, DocumentId, Envelope};
use fondaco_inventory::history::{self, DemandProfile, History, ItemTerms, Policy, Window};
use fondaco_inventory::items::Item;
use fondaco_inventory::moves::{Movement, NewMove};
use fondaco_inventory::places::{Location, LocationKind, OpenLocations};
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;

use crate::host::*;

fn window() -> Window {
    Window::new(d("2026-03-10"), d("2026-06-01"), 7).unwrap()
}

fn read(host: &Host) -> History {
    host.view(|view| past(view, &[(sand(), shop()), (bolt(), main_site())], window()))
}

fn profile(moves: &[(&str, f64, history::Flow)], opening: f64) -> DemandProfile {
    let moves: Vec<_> = moves
        .iter()
        .map(|(date, quantity, flow)| history::Move::new(0, d(date), *quantity, *flow))
        .collect();
    let history = History::new(1, window(), &moves, &[]).unwrap();
    history.opening_stock(&[opening]).unwrap().demand(0).unwrap()
}

fn on(date: &str, new: NewMove) -> NewMove {
    NewMove { date: d(date), ..new }
}

fn gain(quantity: &str) -> NewMove {
    NewMove::new(bolt(), q(quantity), Movement::Gain { at: "MAIN/A".into() }, today())
}

#[test]
fn what_is_wanted_is_what_was_issued_and_not_brought_back() {
    use history::Flow::{Adjustment, Receipt, Return, Sale};
    on_every_store(|host| {
        // Before the window: a whole month, and part of that in which it begins.
        host.made("come", on("2026-01-15", receipt(bolt(), "20 carton", "MAIN/A")));
        host.made("gone", on("2026-02-03", issue(bolt(), "100 pcs", "MAIN/A")));
        host.made("gone too", on("2026-03-09", issue(bolt(), "60 pcs", "MAIN/A")));
        let sold = host.made("sold", on("2026-03-10", issue(bolt(), "50 pcs", "MAIN/A")));
        let wrong = host.made("by mistake", on("2026-03-20", issue(bolt(), "9 pcs", "MAIN/A")));
        let back = |of| Movement::CustomerReturn { of, to: "MAIN/A".into() };
        host.made("back", NewMove::new(bolt(), q("12 pcs"), back(sold), d("2026-03-25")));
        let again =
            host.made("back too", NewMove::new(bolt(), q("3 pcs"), back(sold), d("2026-03-26")));
        let undo = |of| Movement::Reversal { of };
        host.made("not sold", NewMove::new(bolt(), q("9 pcs"), undo(wrong), d("2026-03-27")));
        host.made("not back", NewMove::new(bolt(), q("3 pcs"), undo(again), d("2026-03-28")));
        host.made(
            "put",
            on("2026-04-02", NewMove::transfer(bolt(), q("5 pcs"), ("MAIN/A", "MAIN/B"), today())),
        );
        host.made("found", on("2026-04-03", gain("4 pcs")));
        let away = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
        host.made("sent", NewMove::new(bolt(), q("2 pcs"), away, d("2026-04-04")));
        host.made("come again", on("2026-05-30", receipt(bolt(), "1 carton", "MAIN/A")));
        host.made("too late", on("2026-06-02", issue(bolt(), "40 pcs", "MAIN/A")));

        let found = read(&host).demand(1).unwrap();
        let expected = profile(
            &[
                ("2026-03-10", 50.0, Sale),
                ("2026-03-20", 9.0, Sale),
                ("2026-03-25", 12.0, Return),
                ("2026-03-26", 3.0, Return),
                ("2026-03-27", 9.0, Return),
                ("2026-03-28", 3.0, Sale),
                ("2026-04-03", 4.0, Adjustment),
                ("2026-04-04", 2.0, Sale),
                ("2026-05-30", 12.0, Receipt),
            ],
            80.0,
        );
        assert_eq!(found, expected);
        assert_eq!(found.days_without_stock, 0);
    });
}

/// A central warehouse is wanted from by its shops, and a shop floor by what is made there.
#[test]
fn what_goes_to_other_sites_and_to_the_shop_floor_is_wanted_there() {
    use history::Flow::{Adjustment, Receipt, Return, Sale};
    on_every_store(|host| {
        let at =
            |code: &str, kind| Location { kind, ..Location::new(code, code, main_site(), "MAIN") };
        let floor = vec![
            at("MAIN/FLOOR", LocationKind::Production),
            at("MAIN/FAIR", LocationKind::Customer),
        ];
        host.must("places", &OpenLocations::new(floor));
        host.made("come", on("2026-03-10", receipt(bolt(), "100 pcs", "MAIN/A")));
        let put = |quantity: &str, from: &str, to: &str, date: &str| {
            on(date, NewMove::transfer(bolt(), q(quantity), (from, to), today()))
        };
        let undo = |of, quantity: &str, date: &str| {
            on(date, NewMove::new(bolt(), q(quantity), Movement::Reversal { of }, today()))
        };
        host.made("to the shop", put("5 pcs", "MAIN/A", "SHOP", "2026-03-11"));
        host.made("from the shop", put("1 pcs", "SHOP", "MAIN/A", "2026-03-12"));
        host.made("made of", put("7 pcs", "MAIN/A", "MAIN/FLOOR", "2026-03-13"));
        host.made("left over", put("2 pcs", "MAIN/FLOOR", "MAIN/A", "2026-03-14"));
        host.made("shown", put("3 pcs", "MAIN/A", "MAIN/FAIR", "2026-03-15"));
        host.made("not sold", put("2 pcs", "MAIN/FAIR", "MAIN/A", "2026-03-16"));
        host.made("thrown away", put("4 pcs", "MAIN/A", "MAIN/X", "2026-03-17"));
        let wrong = host.made("by mistake", put("9 pcs", "MAIN/A", "SHOP", "2026-03-18"));
        host.made("undone", undo(wrong, "9 pcs", "2026-03-19"));
        let away = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
        let sent =
            host.made("sent", on("2026-03-20", NewMove::new(bolt(), q("6 pcs"), away, today())));
        host.made("not sent", undo(sent, "6 pcs", "2026-03-21"));
        let found = read(&host).demand(1).unwrap();
        let expected = profile(
            &[
                ("2026-03-10", 100.0, Receipt),
                ("2026-03-11", 5.0, Sale),
                ("2026-03-12", 1.0, Receipt),
                ("2026-03-13", 7.0, Sale),
                ("2026-03-14", 2.0, Receipt),
                ("2026-03-15", 3.0, Sale),
                ("2026-03-16", 2.0, Return),
                ("2026-03-17", -4.0, Adjustment),
                ("2026-03-18", 9.0, Sale),
                ("2026-03-19", 9.0, Return),
                ("2026-03-20", 6.0, Sale),
                ("2026-03-21", 6.0, Return),
            ],
            0.0,
        );
        assert_eq!(found, expected);
    });
}

#[test]
fn days_without_stock_are_known_from_the_stock_at_the_beginning() {
    let host = Host::memory();
    host.made("come", on("2026-01-15", receipt(bolt(), "50 pcs", "MAIN/A")));
    host.made("sold out", on("2026-04-10", issue(bolt(), "50 pcs", "MAIN/A")));
    let found = read(&host).demand(1).unwrap();
    assert_eq!((found.days_without_stock, found.periods), (52, 4));
}

#[test]
fn lead_times_are_those_of_orders_that_were_announced_and_came() {
    on_every_store(|host| {
        let order = |name: &str, quantity: &str| AnnounceStock {
            document: DocumentId::named(name),
            party: None,
            lines: vec![ExpectedLine {
                item: bolt(),
                site: main_site(),
                quantity: q(quantity),
                due_on: d("2026-07-07"),
            }],
        };
        let first = host.must("announce", &order("purchase/1", "5 carton"))[0];
        let late = host.must("announce too", &order("purchase/2", "1 carton"))[0];
        // Nine days later, in two parts; the other had come before it was announced.
        host.made("there", on("2026-06-20", receipt(bolt(), "1 carton", "MAIN/A")).receives(late));
        host.at_minute(9 * 24 * 60);
        for (name, quantity, day) in
            [("a part", "3 carton", "2026-07-04"), ("the rest", "2 carton", "2026-07-09")]
        {
            host.made(name, on(day, receipt(bolt(), quantity, "MAIN/A")).receives(first));
        }
        // What was booked by mistake never came.
        let third = host.must("announce a third", &order("purchase/3", "1 carton"))[0];
        host.at_minute(10 * 24 * 60);
        let again = on("2026-07-10", receipt(bolt(), "1 carton", "MAIN/A")).receives(third);
        let of = host.made("by mistake", again);
        let undo = NewMove::new(bolt(), q("12 pcs"), Movement::Reversal { of }, d("2026-07-10"));
        host.made("undone", undo);
        let window = Window::new(d("2026-06-15"), d("2026-07-10"), 5).unwrap();
        let history = host.view(|view| past(view, &[(bolt(), main_site())], window));
        // Three fifths of it after 4 days, two after 9.
        assert_eq!(history.lead_time(0).unwrap().seen_days, [6]);
    });
}

/// An order is one, in however many moves it comes, and as long as its units took; what should have come long ago is known to take longer.
#[test]
fn an_order_is_one_however_it_comes_and_counts_while_it_is_out() {
    on_every_store(|host| {
        let order = |name: &str, count: i64| {
            let line = ExpectedLine::new(bolt(), main_site(), pcs(count), d("2026-07-07"));
            host.must(name, &AnnounceStock::new(DocumentId::named(name), vec![line]))[0]
        };
        let first = order("purchase/1", 100);
        let small = order("purchase/2", 1);
        order("purchase/3", 7);
        host.at_minute(60 * 24 * 60);
        let came =
            |day: &str, what: &str, of| on(day, receipt(bolt(), what, "MAIN/A")).receives(of);
        // Of the hundred, ninety after five days, piece by piece as serial numbers come, and ten after forty.
        let mut moves = vec![came("2026-07-05", "1 pcs", first); 90];
        moves.extend(vec![came("2026-08-09", "10 pcs", first), came("2026-07-20", "1 pcs", small)]);
        host.must("come", &MoveStock::new(moves));
        let until = |last: &str| {
            let window = Window::new(d("2026-06-15"), d(last), 5).unwrap();
            let history = host.view(|view| past(view, &[(bolt(), main_site())], window));
            history.lead_time(0).unwrap().seen_days
        };
        assert_eq!(until("2026-08-28"), [9, 20, 60], "on {}", host.name); // (90 x 5 + 10 x 40) / 100
        host.clean();
    });
}

/// What another site sends comes on the order that it was sent for.
#[test]
fn what_another_site_sends_has_a_lead_time() {
    on_every_store(|host| {
        host.made("there", on("2026-06-20", receipt(bolt(), "20 pcs", "SHOP")));
        let line = ExpectedLine::new(bolt(), main_site(), pcs(20), d("2026-07-07"));
        let announce = AnnounceStock::new(DocumentId::named("transfer/1"), vec![line]);
        let order = host.must("ordered", &announce)[0];
        host.at_minute(20 * 24 * 60);
        let sent = Movement::Dispatch { from: "SHOP".into(), to_site: main_site() };
        let sent = NewMove::new(bolt(), pcs(20), sent, d("2026-07-02")).receives(order);
        let of = host.made("sent", sent);
        let there = Movement::Arrival { of, to: "MAIN/A".into() };
        host.made("arrived", NewMove::new(bolt(), pcs(20), there, d("2026-07-06")));
        let window = Window::new(d("2026-06-15"), d("2026-07-15"), 5).unwrap();
        let both = [(bolt(), main_site()), (bolt(), shop())];
        let history = host.view(|view| past(view, &both, window));
        assert_eq!(history.lead_time(0).unwrap().seen_days, [6], "on {}", host.name);
        assert!(history.lead_time(1).is_err());
        host.clean();
    });
}

#[test]
fn the_day_of_an_order_is_the_company_s() {
    let host = Host::memory();
    // Noon in UTC is past midnight there.
    let Over::Sync(driver) = &host.over else { panic!("it is in memory") };
    driver.join(&calendar::ENGINE).unwrap();
    let envelope = Envelope::new(CommandId::named("zone"), ActorId::new("host"), host.now());
    driver.carry_out(envelope, &SetZone::new(Zone::minutes_east(13 * 60).unwrap())).unwrap();
    let line = ExpectedLine {
        item: bolt(),
        site: main_site(),
        quantity: q("1 carton"),
        due_on: d("2026-07-07"),
    };
    let announce =
        AnnounceStock { document: DocumentId::named("purchase/1"), party: None, lines: vec![line] };
    let order = host.must("announce", &announce)[0];
    host.at_minute(3 * 24 * 60);
    host.made("come", on("2026-07-03", receipt(bolt(), "1 carton", "MAIN/A")).receives(order));
    let window = Window::new(d("2026-06-15"), d("2026-07-09"), 5).unwrap();
    let history = host.view(|view| past(view, &[(bolt(), main_site())], window));
    assert_eq!(history.lead_time(0).unwrap().seen_days, [2]);
}

#[test]
fn what_is_recommended_becomes_a_rule_and_a_rule_today_s_policy() {
    let host = Host::memory();
    let mut moves = vec![on("2026-02-28", receipt(bolt(), "400 carton", "MAIN/A"))];
    for n in 0..84_u64 {
        let sold = issue(bolt(), if n % 9 == 0 { "31 pcs" } else { "2 pcs" }, "MAIN/A");
        moves.push(NewMove { date: d("2026-03-10") + chrono::Days::new(n), ..sold });
    }
    host.must("sold", &MoveStock::new(moves));
    let today = ReplenishmentPolicy::MinMax { minimum: q("900 pcs"), maximum: q("4000 pcs") };
    host.must("rule", &SetReorderRule::new(bolt(), main_site(), today));
    let rule = host.view(|view| reorder_rules(view)).remove(0);
    let today = Policy::MinMax { reorder_point: 900.0, order_up_to: 4_000.0 };
    assert_eq!(rule.as_policy(), Some(today));
    let terms = ItemTerms::new(20.0, 0.01, 0.5).delivered_after(7).today(today);
    let best = read(&host).recommend(1, &terms).unwrap();
    assert!(best.expected.cost_per_day < best.today.unwrap().cost_per_day);
    let item = Item::new("BOLT", "Bolt M8 x 40", fondaco_core::Unit::PIECE);
    let policy = ReplenishmentPolicy::recommended(&item, &best.policy).unwrap().unwrap();
    host.must("better", &SetReorderRule::new(bolt(), main_site(), policy));
    let rule = host.view(|view| reorder_rules(view)).remove(0);
    assert_eq!(rule.as_policy(), Some(best.policy), "whole pieces stay as they are");
    let narrow = Policy::MinMax { reorder_point: 41.2, order_up_to: 41.9 };
    let policy = ReplenishmentPolicy::recommended(&item, &narrow).unwrap().unwrap();
    assert_eq!(policy, ReplenishmentPolicy::OrderUpTo { point: q("42 pcs"), up_to: q("43 pcs") });
    let noise = Policy::ReorderPoint { reorder_point: 7.000_000_000_000_001, order_quantity: 0.2 };
    let policy = ReplenishmentPolicy::recommended(&item, &noise).unwrap().unwrap();
    assert_eq!(
        policy,
        ReplenishmentPolicy::ReorderPoint { point: q("7 pcs"), quantity: q("1 pcs") }
    );
    let never = ReplenishmentPolicy::recommended(&item, &Policy::OnDemand).unwrap();
    assert_eq!(never, None);
    let huge = Policy::ReorderPoint { reorder_point: f64::INFINITY, order_quantity: 1.0 };
    let refused = ReplenishmentPolicy::recommended(&item, &huge).unwrap_err();
    assert_eq!(refused.code(), "inventory.not_finite");
}
