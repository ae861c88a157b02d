//! What a run takes for wanted, there and coming: what the stock itself goes by, so that nobody is planned for out of what is another's.

use fondaco_core::{DocumentId, ItemId, PartyId};
use fondaco_inventory::bills::*;
use fondaco_inventory::items::CloseItem;
use fondaco_inventory::levels;
use fondaco_inventory::moves::Movement;
use fondaco_inventory::planning::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;

use crate::host::*;
use crate::plan_runs::*;

/// How much a run orders of an item in all.
fn total(host: &Host, name: &str, item: ItemId) -> String {
    let rows = orders(host, name).into_iter().filter(|row| row.item == item);
    let units = rows.map(|row| row.quantity.units()).sum();
    fondaco_inventory::Qty::from_units(units).to_decimal().to_string()
}

/// So many of something, wanted on a day.
fn wanted(host: &Host, order: &str, (item, count): (ItemId, i64), day: &str) {
    let document = DocumentId::named(order);
    let lines = vec![Wanted::new(item, main_site(), pcs(count))];
    host.must(order, &Reserve { otherwise: Otherwise::Backorder, ..Reserve::new(document, lines) });
    host.must(&format!("{order}, when"), &SetWantedDay::new(document, d(day)));
}

fn bought(host: &Host, days: u32) {
    let rule = SetReorderRule::new(bolt(), main_site(), ReplenishmentPolicy::Planned);
    host.must("rule", &SetReorderRule { lead_time_days: days, ..rule });
}

fn forecast(host: &Host, (item, count): (ItemId, i64), from: &str, until: &str) {
    let line = Expectation::new(d(from), pcs(count)).until(d(until));
    let line = ForecastLine::new(item, main_site(), d(from), vec![line]);
    let line = ForecastLine { until: Some(d(until)), ..line };
    host.must(&format!("forecast from {from}"), &RecordForecast::new(vec![line]));
}

fn messages(host: &Host, name: &str) -> Vec<PlanMessage> {
    let rows = host.view(|view| plan_messages(view, run_of(name)));
    rows.iter().map(|row| row.as_ref().clone()).collect()
}

/// Wherever in the days of a bucket something is ordered, it is part of what is forecast for it.
#[test]
fn orders_are_part_of_the_bucket_that_they_lie_in() {
    let days = [
        ("2026-07-31", "400"),
        ("2026-08-01", "300"),
        ("2026-08-15", "300"),
        ("2026-08-31", "300"),
    ];
    for (day, ordered) in days.into_iter().chain([("2026-09-01", "400")]) {
        let host = Host::memory();
        bought(&host, 5);
        forecast(&host, (bolt(), 300), "2026-08-01", "2026-08-31");
        wanted(&host, "order/1", (bolt(), 100), day);
        plan(&host, "july");
        assert_eq!(total(&host, "july", bolt()), ordered, "{day}");
    }
}

/// What left is part of what was forecast, as it was while it was promised: of the days that are over first.
#[test]
fn what_was_shipped_does_not_give_its_forecast_back() {
    let week = [("2026-06-29", 100, "0"), ("2026-06-29", 50, "50"), ("2026-06-29", 10, "86")];
    for (day, count, ordered) in week.into_iter().chain([("2026-07-05", 100, "0")]) {
        on_every_store(|host| {
            bought(&host, 0);
            let there = on(receipt(bolt(), "100 pcs", "MAIN/A"), "2026-06-28");
            host.must("there", &MoveStock::new(vec![there]));
            forecast(&host, (bolt(), 100), "2026-06-29", "2026-07-05");
            wanted(&host, "order/1", (bolt(), count), day);
            let promise = host.view(|view| levels::open_reservations(view, bolt(), main_site()));
            let all = format!("{count} pcs");
            let gone = on(issue(bolt(), &all, "MAIN/A"), "2026-06-29").fulfils(promise[0].id);
            let gone = host.made("gone", gone);
            let rest = 100 - count;
            if rest > 0 {
                host.made("others'", issue(bolt(), &format!("{rest} pcs"), "MAIN/A"));
            }
            plan(&host, "tuesday");
            let what = format!("{count} for {day} on {}", host.name);
            assert_eq!(total(&host, "tuesday", bolt()), ordered, "{what}");
            // What was taken back never went.
            let back = Movement::Reversal { of: gone };
            host.made("back", on(moved(bolt(), &all, back), "2026-06-29"));
            let scrap = Movement::Scrap { from: "MAIN/A".into() };
            host.made("lost", moved(bolt(), &all, scrap));
            plan(&host, "back");
            assert_eq!(total(&host, "back", bolt()), "86", "{what}");
            verified(&host);
            host.clean();
        });
    }
}

/// However far orders look for their forecasts, what was sent in a week that is over is of that week's.
#[test]
fn what_was_shipped_takes_nothing_of_the_weeks_after() {
    for says_when in [true, false] {
        on_every_store(|host| {
            bought(&host, 0);
            let (before, after) = (28, 28);
            let far = SetPlanning::new(bolt(), main_site());
            let far =
                SetPlanning { consumed_days_before: before, consumed_days_after: after, ..far };
            host.must("far", &far);
            let there = on(receipt(bolt(), "100 pcs", "MAIN/A"), "2026-06-22");
            host.must("there", &MoveStock::new(vec![there]));
            let weeks = [("2026-06-22", "2026-06-28"), ("2026-06-29", "2026-07-05")];
            for (from, until) in weeks.into_iter().chain([("2026-07-06", "2026-07-12")]) {
                forecast(&host, (bolt(), 100), from, until);
            }
            let line = Wanted::new(bolt(), main_site(), pcs(100));
            let document = DocumentId::named("order/1");
            host.must("order/1", &Reserve::new(document, vec![line]));
            if says_when {
                host.must("when", &SetWantedDay::new(document, d("2026-06-26")));
            }
            let promise = host.view(|view| levels::open_reservations(view, bolt(), main_site()));
            let gone = issue(bolt(), "100 pcs", "MAIN/A").fulfils(promise[0].id);
            host.made("gone", on(gone, "2026-06-26"));
            plan(&host, "tuesday");
            // 6 of 7 days of this week are left.
            assert_eq!(total(&host, "tuesday", bolt()), "186", "{says_when} on {}", host.name);
            host.clean();
        });
    }
}

#[test]
fn what_a_released_order_takes_is_part_of_no_forecast() {
    let host = Host::memory();
    workshop(&host);
    // Bolts are sold, too, and tops take some.
    host.must("by the piece", &planned("BOLT", ReplenishmentSource::Buy { supplier: None }, 5));
    forecast(&host, (bolt(), 100), "2026-08-01", "2026-08-31");
    ordered(&host, "order/1", 6, "2026-08-20");
    plan(&host, "before");
    assert_eq!(total(&host, "before", bolt()), "120");
    released(&host, "before", "TOP", "work/1");
    plan(&host, "after");
    assert_eq!(total(&host, "after", bolt()), "120");
}

#[test]
fn what_is_held_for_one_is_not_planned_for_another() {
    on_every_store(|host| {
        bought(&host, 5);
        host.must("there", &MoveStock::new(vec![receipt(bolt(), "10 pcs", "MAIN/A")]));
        wanted(&host, "order/1", (bolt(), 10), "2026-09-30");
        wanted(&host, "order/2", (bolt(), 10), "2026-08-10");
        plan(&host, "june");
        assert_eq!(shown(&host, "june"), ["BOLT 10 2026-08-05 to 2026-08-10"], "{}", host.name);
        // Held as it is, it is part of what was forecast.
        forecast(&host, (bolt(), 30), "2026-09-01", "2026-09-30");
        plan(&host, "july");
        assert_eq!(total(&host, "july", bolt()), "30");
        host.clean();
    });
}

/// Whose goods were set aside is who waits by the stock's own books.
#[test]
fn what_was_held_and_is_set_aside_is_planned_for_again() {
    let host = Host::memory();
    bought(&host, 5);
    host.must("there", &MoveStock::new(vec![receipt(bolt(), "10 pcs", "MAIN/A")]));
    wanted(&host, "order/1", (bolt(), 6), "2026-09-30");
    wanted(&host, "order/2", (bolt(), 4), "2026-08-10");
    let aside = Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/Q".into() };
    host.made("set aside", moved(bolt(), "5 pcs", aside));
    plan(&host, "june");
    assert_eq!(
        shown(&host, "june"),
        ["BOLT 4 2026-08-05 to 2026-08-10", "BOLT 1 2026-09-25 to 2026-09-30"]
    );
}

/// A component that is wanted some days after the release is wanted then once it is released, too.
#[test]
fn components_keep_their_days_when_an_order_is_released() {
    on_every_store(|host| {
        workshop(&host);
        let later = NewComponent { offset_days: 5, ..NewComponent::new(bolt(), pcs(5)) };
        let bill = NewBill::new(id("TOP"), "1", pcs(1), vec![later]);
        host.must("later", &SetBills::new(vec![bill]));
        ordered(&host, "order/1", 6, "2026-08-20");
        plan(&host, "june");
        let bolts = shown_of(&host, "june", "BOLT");
        assert_eq!(bolts, ["BOLT 24 2026-08-15 to 2026-08-20"]); // released on the 15th, and 5 days
        released(&host, "june", "TOP", "work/1");
        plan(&host, "released");
        assert_eq!(shown_of(&host, "released", "BOLT"), bolts);
        host.clean();
    });
}

/// What lies there of something that is made in passing is used first, in the plan and when the order is released.
#[test]
fn a_release_takes_what_lies_there_of_what_is_made_in_passing() {
    on_every_store(|host| {
        workshop(&host);
        host.must("frames", &MoveStock::new(vec![receipt(id("FRAME"), "4 pcs", "MAIN/A")]));
        ordered(&host, "order/1", 6, "2026-08-20");
        plan(&host, "june");
        assert_eq!(total(&host, "june", id("LEG")), "8"); // for 2 frames
        released(&host, "june", "DESK", "work/1");
        let promised = |code: &str| {
            let rows = host.view(|view| levels::open_reservations(view, id(code), main_site()));
            rows.iter()
                .map(|row| {
                    (row.held.to_decimal().to_string(), row.backordered.to_decimal().to_string())
                })
                .collect::<Vec<_>>()
        };
        let own = |held: &str, waits: &str| vec![(held.to_owned(), waits.to_owned())];
        assert_eq!((promised("FRAME"), promised("LEG")), (own("4", "0"), own("0", "8")));
        plan(&host, "released");
        assert_eq!(total(&host, "released", id("LEG")), "8");
        verified(&host);
        host.clean();
    });
}

#[test]
fn what_was_firmed_takes_what_it_took_whatever_is_said_since() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-20");
        plan(&host, "june");
        let bolts = shown_of(&host, "june", "BOLT");
        let firm = FirmProposals::new(run_of("june"), vec![number_of(&host, "june", "TOP")]);
        let firmed = host.must("firm", &firm);
        host.must("buy", &planned("TOP", ReplenishmentSource::Buy { supplier: None }, 9));
        plan(&host, "bought from now on");
        assert_eq!(shown_of(&host, "bought from now on", "BOLT"), bolts);
        let top = ["TOP 4 2026-08-15 to 2026-08-18, firm"];
        assert_eq!(shown_of(&host, "bought from now on", "TOP"), top);
        assert!(messages(&host, "bought from now on").is_empty());
        host.must("no bill", &RemoveBill::new(id("TOP"), "1"));
        plan(&host, "no bill");
        let told = messages(&host, "no bill");
        let told: Vec<_> = told.iter().map(|one| (one.action, one.reason, one.firm)).collect();
        assert_eq!(told, [(PlanAction::Correct, PlanReason::NoBill, Some(firmed[0]))]);
        let refused = ReleaseFirmOrder::new(firmed[0], DocumentId::named("work/1"));
        assert_eq!(host.refused("release", &refused).code(), "inventory.unknown_bill");
        host.clean();
    });
}

/// A bill ends and its component is closed, while an order stands that was firmed by it.
#[test]
fn a_component_that_is_closed_is_told() {
    let host = Host::memory();
    workshop(&host);
    ordered(&host, "order/1", 6, "2026-08-20");
    plan(&host, "june");
    let firm = FirmProposals::new(run_of("june"), vec![number_of(&host, "june", "TOP")]);
    let firmed = host.must("firm", &firm);
    let part = NewComponent::new(bolt(), pcs(5));
    let bill = NewBill::new(id("TOP"), "1", pcs(1), vec![part]);
    host.must("ended", &SetBills::new(vec![NewBill { until: Some(d("2026-06-29")), ..bill }]));
    host.must("no bolts", &CloseItem::new(bolt()));
    plan(&host, "july");
    let told = messages(&host, "july");
    let told: Vec<_> =
        told.iter().map(|one| (one.item, one.action, one.reason, one.about, one.firm)).collect();
    let closed = PlanReason::ComponentClosed;
    assert_eq!(told, [(id("TOP"), PlanAction::Correct, closed, Some(bolt()), Some(firmed[0]))]);
}

/// A firm order has one day of release, whoever reckons it: so many working days before it is due.
#[test]
fn a_firm_order_that_is_moved_keeps_its_working_days() {
    let host = Host::memory();
    let rule = SetReorderRule::new(bolt(), main_site(), ReplenishmentPolicy::Planned);
    let calendar = Some("DE-BY".into());
    host.must("rule", &SetReorderRule { lead_time_days: 4, calendar, ..rule });
    wanted(&host, "order/1", (bolt(), 10), "2026-08-14"); // a Friday
    plan(&host, "june");
    assert_eq!(shown(&host, "june"), ["BOLT 10 2026-08-10 to 2026-08-14"]);
    let firmed = host.must("firm", &FirmProposals::new(run_of("june"), vec![0]));
    host.must("later", &ChangeFirmOrder::due_on(firmed[0], d("2026-08-18"))); // a Tuesday
    let firm = host.view(|view| firm_orders(view, FirmStatus::Firm));
    assert_eq!(firm[0].release_on, d("2026-08-12"));
    plan(&host, "later");
    assert_eq!(shown(&host, "later"), ["BOLT 10 2026-08-12 to 2026-08-18, firm"]);
}

/// What was sent is there as many days later as it takes, and not before.
#[test]
fn what_is_on_its_way_takes_its_time() {
    on_every_store(|host| {
        workshop(&host);
        host.must("slow", &planned("LEG", ReplenishmentSource::Transfer { from: shop() }, 10));
        let sent = |count: &str| {
            let sent = Movement::Dispatch { from: "SHOP".into(), to_site: main_site() };
            moved(id("LEG"), count, sent)
        };
        let first = host.made("sent", sent("8 pcs"));
        host.made("sent, too", sent("3 pcs"));
        let there = Movement::Arrival { of: first, to: "MAIN/A".into() };
        host.made("a part is there", moved(id("LEG"), "2 pcs", there));
        let in_days = |days: u64| (today() + chrono::Days::new(days)).to_string();
        wanted(&host, "order/1", (id("LEG"), 11), &in_days(3));
        plan(&host, "june");
        assert!(orders(&host, "june").is_empty());
        let told = messages(&host, "june");
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.action, one.day.to_string(), one.to.map(|to| to.to_string())))
            .collect();
        assert_eq!(told, [(PlanAction::Short, in_days(3), Some(in_days(10)))]);
        host.clean();
    });
}

/// A message says who needs what it is about.
#[test]
fn messages_say_for_whom() {
    let host = Host::memory();
    workshop(&host);
    ordered(&host, "order/1", 6, "2026-08-20");
    let ahead = PlanSettings { release_days: 90, ..settings() };
    let looked = ground(&host, &ahead);
    run_over(&host, "june", (&ahead, &looked), |_| false).unwrap();
    let told = messages(&host, "june");
    let of =
        |item: ItemId| told.iter().find(|one| one.item == item && one.order.is_some()).unwrap();
    let desk = number_of(&host, "june", "DESK");
    assert!(of(id("DESK")).promise.is_some(), "{told:?}");
    assert_eq!((of(id("TOP")).needed_by, of(id("TOP")).about), (Some(desk), Some(id("DESK"))));
    let rows = orders(&host, "june");
    let top = rows.iter().find(|row| row.item == id("TOP")).unwrap();
    let figures = [top.short, top.left, top.coming, top.needed, top.safety_stock];
    assert_eq!(figures.map(|figure| figure.to_decimal().to_string()), ["4", "2", "0", "6", "0"]);
}

#[test]
fn lists_name_what_is_proposed_and_what_is_to_be_done() {
    use fondaco_core::report::Locale;
    on_every_store(|host| {
        workshop(&host);
        let mine =
            SetPlanning { planner: Some("KH".into()), ..SetPlanning::new(id("LEG"), main_site()) };
        host.must("mine", &mine);
        ordered(&host, "order/1", 6, "2026-08-20");
        let ahead = PlanSettings { release_days: 90, ..settings() };
        let looked = ground(&host, &ahead);
        run_over(&host, "june", (&ahead, &looked), |_| false).unwrap();
        let all =
            |filter: PlanFilter| host.view(|view| proposal_list(view, run_of("june"), &filter));
        let codes = |list: &ProposalList| -> Vec<String> {
            list.rows.iter().map(|row| row.item.to_string()).collect()
        };
        assert_eq!(codes(&all(PlanFilter::default())), ["BOLT", "DESK", "LEG", "TOP"]);
        let page = PlanFilter { after: Some(0), limit: Some(2), ..PlanFilter::default() };
        assert_eq!(codes(&all(page)), ["DESK", "LEG"]);
        let of_mine = all(PlanFilter { planner: Some("KH".into()), ..PlanFilter::default() });
        assert_eq!(codes(&of_mine), ["LEG"]);
        assert_eq!(of_mine.rows[0].other.as_deref(), Some("SHOP"));
        assert!(all(PlanFilter { site: Some(shop()), ..PlanFilter::default() }).rows.is_empty());
        let german = of_mine.to_report().to_text(&Locale::de(), None);
        for word in ["Vorschläge", "Umlagerung", "Von Standort", "vorgeschlagen", "17.08.2026"] {
            assert!(german.contains(word), "{word} is not in {german}");
        }
        let filter = PlanFilter { item: Some(id("TOP")), ..PlanFilter::default() };
        let told = host.view(|view| message_list(view, run_of("june"), &filter));
        assert_eq!(told.rows.len(), 1);
        let german = told.to_report().to_text(&Locale::de(), None);
        for word in ["Was zu tun ist", "Freigeben", "jemand braucht es", "DESK"] {
            assert!(german.contains(word), "{word} is not in {german}");
        }
        host.clean();
    });
}

/// A message is explained up to who needs it, and by what would help.
#[test]
fn messages_and_promises_are_explained() {
    let host = Host::memory();
    workshop(&host);
    host.must("desks", &MoveStock::new(vec![receipt(id("DESK"), "1 pcs", "MAIN/A")]));
    ordered(&host, "order/1", 3, &today().to_string());
    plan(&host, "june");
    let why = |number: u32| {
        host.view(|view| explain_plan_message(view, run_of("june"), number)).to_string()
    };
    let told = messages(&host, "june");
    let number = |item: &str, action: PlanAction| {
        told.iter().find(|one| one.item == id(item) && one.action == action).unwrap().number
    };
    let release = why(number("DESK", PlanAction::Release));
    assert!(
        release.starts_with("DESK at MAIN: Release it: 2 pcs\n│ somebody needs it\n"),
        "{release}"
    );
    assert!(
        release.contains("For the promise of DESK at MAIN, wanted on 2026-06-30: 3 pcs"),
        "{release}"
    );
    let short = why(number("DESK", PlanAction::Short));
    assert!(short.contains("would help: a lead time shorter by 2 days"), "{short}");
    let promise = host.view(|view| levels::open_reservations(view, id("DESK"), main_site()));
    let why = host.view(|view| explain_promise(view, promise[0].id)).to_string();
    for part in [
        "Promise of DESK at MAIN, wanted on 2026-06-30: 3 pcs",
        "Held for it: 1 pcs",
        "Planned order of DESK: 2 pcs",
        "Days late: 2",
        "would help: a lead time shorter by 2 days",
        "Planned order of LEG: 8 pcs",
        "Days late: 1",
    ] {
        assert!(why.contains(part), "{part} is not in {why}");
    }
    let none = host.view(|view| match explain_plan_message(view, run_of("june"), 99) {
        Err(error) => Ok(error.code()),
        Ok(_) => Ok(""),
    });
    assert_eq!(none, "inventory.unknown_plan_message");
}

#[test]
fn runs_that_nobody_looks_at_any_more_are_forgotten() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-20");
        for name in ["may", "june", "july"] {
            plan(&host, name);
        }
        for name in ["june", "july"] {
            let refused =
                host.refused(&format!("not {name}"), &ForgetRuns::new(vec![run_of(name)]));
            assert_eq!(refused.code(), "inventory.run_is_current");
        }
        let gone = host.must("forget", &ForgetRuns::new(vec![run_of("may")]));
        assert!(gone.rows > 4 && !gone.more, "{gone:?}");
        assert!(orders(&host, "may").is_empty());
        assert_eq!(orders(&host, "june").len(), 4);
        let again = host.must("again", &ForgetRuns::new(vec![run_of("may")]));
        assert_eq!((again.rows, again.more), (0, false));
        verified(&host);
        host.clean();
    });
}

/// Whom a rule leaves open is who is cheapest for the least that is ordered: his days, and the least that he sells, where that can be ordered at
/// once.
#[test]
fn what_is_bought_of_anybody_is_planned_by_who_sells_it() {
    on_every_store(|host| {
        bought(&host, 1);
        let asks = |vendor: &str, days: u32, from: &str, price: &str| SetVendorPrices {
            lead_time_days: Some(days),
            prices: vec![PriceBreak { from: q(from), price: price.parse().unwrap() }],
            ..SetVendorPrices::new(bolt(), PartyId::named(vendor), Vec::new())
        };
        wanted(&host, "order/1", (bolt(), 5), "2026-08-20");
        let planned = |name: &str| {
            plan(&host, name);
            shown(&host, name)
        };
        assert_eq!(planned("nobody"), ["BOLT 5 2026-08-19 to 2026-08-20"], "{}", host.name);
        host.must("far", &asks("far", 14, "100 pcs", "1 EUR/pcs"));
        assert_eq!(planned("far"), ["BOLT 100 2026-08-06 to 2026-08-20"], "{}", host.name);
        let why = host.view(|view| explain_proposal(view, run_of("far"), 0)).to_string();
        assert!(why.contains("Minimum: 100"), "{why}");
        host.must("near", &asks("near", 3, "10 pcs", "2 EUR/pcs"));
        assert_eq!(planned("near"), ["BOLT 10 2026-08-17 to 2026-08-20"], "{}", host.name);
        let far = ReplenishmentSource::Buy { supplier: Some(PartyId::named("far")) };
        let rule = crate::plan_runs::planned("BOLT", far, 1);
        host.must("of far", &rule);
        assert_eq!(planned("of far"), ["BOLT 100 2026-08-06 to 2026-08-20"], "{}", host.name);
        host.must("small", &SetReorderRule { maximum: Some(q("50 pcs")), ..rule });
        assert_eq!(planned("small"), ["BOLT 5 2026-08-06 to 2026-08-20"], "{}", host.name);
        host.clean();
    });
}

/// Lots by what they cost, in the run on the store as in the kernel: 4 weeks of 10 pieces, at 52.18 a year for keeping one.
#[test]
fn lots_are_made_by_what_they_cost() {
    let ordered_by = |rule: CostRule| -> Vec<String> {
        let host = Host::memory();
        bought(&host, 5);
        let lot = LotSizing::by_cost(rule, 25.into(), "52.178571".parse().unwrap());
        host.must("lots", &SetPlanning { lot, ..SetPlanning::new(bolt(), main_site()) });
        for week in ["2026-08-03", "2026-08-10", "2026-08-17", "2026-08-24"] {
            forecast_of_day(&host, 10, week);
        }
        let weekly = PlanSettings { buckets: PlanBuckets::Weeks, ..settings() };
        let looked = ground(&host, &weekly);
        run_over(&host, "june", (&weekly, &looked), |_| false).unwrap();
        let rows = orders(&host, "june");
        rows.iter().map(|row| format!("{} {}", row.quantity.to_decimal(), row.due_on)).collect()
    };
    // A week of keeping ten costs 10, so that two weeks at once cost 25 + 10, and three 25 + 10 + 20: per week 17.5 and 18.33.
    let pairs = ["20 2026-08-03", "20 2026-08-17"];
    assert_eq!(ordered_by(CostRule::SilverMeal), pairs);
    assert_eq!(ordered_by(CostRule::WagnerWhitin), pairs);
    // The root of 2 x 25 x mean demand / 1.
    assert!(!ordered_by(CostRule::EconomicQuantity).is_empty());
    let host = Host::memory();
    let free = LotSizing::by_cost(CostRule::SilverMeal, 25.into(), 0.into());
    let free = SetPlanning { lot: free, ..SetPlanning::new(bolt(), main_site()) };
    assert_eq!(host.refused("free", &free).code(), "inventory.bad_planning");
}

fn forecast_of_day(host: &Host, count: i64, day: &str) {
    forecast(host, (bolt(), count), day, day);
}
