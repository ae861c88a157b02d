//! Plans of cycle counts: items fall due by the clock, are counted in all their places, or are missed.

use std::collections::BTreeMap;

use fondaco_core::store::FeedFrom;
use fondaco_core::{Id, ItemId, Rate};
use fondaco_inventory::StockError;
use fondaco_inventory::counts::*;
use fondaco_inventory::items::{CloseItem, Item};
use fondaco_inventory::posting::MoveStock;

use crate::host::*;

/// Bolts every ten days from the 1st of July, within three.
fn plan() -> SetCountPlan {
    SetCountPlan {
        within_days: 3,
        from: Some(d("2026-07-01")),
        ..SetCountPlan::new(main_site(), "A", 10, vec![bolt()])
    }
}

fn due(host: &Host) -> Vec<std::sync::Arc<CycleCount>> {
    host.view(|view| due_counts(view, main_site()))
}

fn all(host: &Host, class: &str) -> Vec<(String, CountStatus)> {
    let time = (d("2026-01-01"), d("2027-12-31"));
    let (counts, _) = host.view(|view| count_results(view, (main_site(), &class.into()), time));
    counts.iter().map(|count| (count.due_on.to_string(), count.status)).collect()
}

/// The clock goes to noon of a day, and ticks.
fn day(host: &Host, date: &str) {
    let days = (d(date) - today()).num_days();
    host.at_minute(days * 24 * 60);
    host.tick(&format!("{date}T12:00:00Z"));
}

fn found(place: &str, quantity: &str) -> CountedPlace {
    CountedPlace::new(place, q(quantity))
}

#[test]
fn counts_fall_due_and_are_done_or_missed() {
    on_every_store(|host| {
        let come = |to: &str| receipt(bolt(), "10 pcs", to);
        host.must("come", &MoveStock::new(vec![come("MAIN/A"), come("MAIN/B")]));
        host.must("plan", &plan());
        day(&host, "2026-06-30");
        assert!(due(&host).is_empty());
        day(&host, "2026-07-01");
        let first = due(&host)[0].clone();
        assert_eq!(
            (first.item, first.due_on, first.until),
            (bolt(), d("2026-07-01"), d("2026-07-03"))
        );
        day(&host, "2026-07-03");
        assert_eq!(due(&host).len(), 1, "it is in time on its last day");
        let places = vec![found("MAIN/A", "9 pcs"), found("MAIN/B", "1 carton")];
        let right =
            host.must("count", &RecordCount::new(first.id, d("2026-07-03"), places.clone()));
        assert!(!right);
        assert_eq!(host.figures(bolt(), main_site())[0], "21");
        let again = RecordCount::new(first.id, d("2026-07-03"), places);
        assert_eq!(host.refused("again", &again).code(), "inventory.count_over");
        // The next one nobody does, and the one after it comes all the same.
        day(&host, "2026-07-11");
        assert_eq!(due(&host)[0].due_on, d("2026-07-11"));
        day(&host, "2026-07-14");
        assert!(due(&host).is_empty());
        day(&host, "2026-07-21");
        let third = due(&host)[0].clone();
        let places = vec![found("MAIN/A", "9 pcs"), found("MAIN/B", "12 pcs")];
        assert!(host.must("right", &RecordCount::new(third.id, d("2026-07-21"), places)));
        let days = ["2026-07-01", "2026-07-11", "2026-07-21"].map(str::to_owned);
        let status = [CountStatus::Done, CountStatus::Missed, CountStatus::Done];
        assert_eq!(all(&host, "A"), days.into_iter().zip(status).collect::<Vec<_>>());
        let time = (d("2026-07-01"), d("2026-07-31"));
        let (counts, accuracy) =
            host.view(|view| count_results(view, (main_site(), &"A".into()), time));
        assert_eq!(counts[0].recorded.to_decimal(), 20.into());
        assert_eq!(counts[0].counted.to_decimal(), 21.into());
        let accuracy = accuracy.unwrap();
        assert_eq!((accuracy.counts, accuracy.right), (2, 1));
        if let Over::Sync(driver) = &host.over {
            let commits = driver.store().feed(&FeedFrom::new(driver.company(), 0, 1000)).unwrap();
            let mut told = BTreeMap::<&str, usize>::new();
            for event in commits.iter().flat_map(|commit| &commit.events) {
                *told.entry(event.name.as_str()).or_default() += 1;
            }
            let told =
                ["due", "missed", "done"].map(|what| told[format!("stock.count_{what}").as_str()]);
            assert_eq!(told, [3, 1, 2]);
        }
        host.clean();
    });
}

#[test]
fn a_count_says_what_was_found_in_every_place() {
    on_every_store(|host| {
        let come = |to: &str| receipt(bolt(), "10 pcs", to);
        host.must("come", &MoveStock::new(vec![come("MAIN/A"), come("MAIN/B"), come("SHOP")]));
        host.must(
            "plan",
            &SetCountPlan { tolerance: Some(Rate::percent("10").unwrap()), ..plan() },
        );
        day(&host, "2026-07-01");
        let id = due(&host)[0].id;
        let count = |date: &str, places| RecordCount::new(id, d(date), places);
        let refusals: Vec<(RecordCount, &str)> = vec![
            (count("2026-07-01", vec![found("MAIN/A", "9 pcs")]), "inventory.count_incomplete"),
            (
                count(
                    "2026-07-01",
                    vec![
                        found("MAIN/A", "9 pcs"),
                        found("MAIN/B", "9 pcs"),
                        found("SHOP", "9 pcs"),
                    ],
                ),
                "inventory.count_elsewhere",
            ),
            (
                count(
                    "2026-07-01",
                    vec![
                        found("MAIN/A", "8 pcs"),
                        found("MAIN/A", "10 pcs"),
                        found("MAIN/B", "10 pcs"),
                    ],
                ),
                "inventory.counted_twice",
            ),
            (count("2026-06-30", vec![]), "inventory.counted_early"),
            (
                RecordCount::new(Id::from_u128(9), d("2026-07-01"), vec![]),
                "inventory.unknown_count",
            ),
            (count("2026-07-01", vec![]), "inventory.nothing_counted"),
            (
                count("2026-07-01", vec![found("MAIN/A", "9 kg"), found("MAIN/B", "9 pcs")]),
                "core.unit_mismatch",
            ),
        ];
        for (at, (command, code)) in refusals.iter().enumerate() {
            let error = host.refused(&format!("refused {at}"), command);
            if *code != "core.unit_mismatch" {
                assert_eq!(error.code(), *code, "{error}");
            }
        }
        assert_eq!(host.figures(bolt(), main_site())[0], "20");
        // Nine and nine of twenty is within ten percent.
        let places = vec![found("MAIN/A", "9 pcs"), found("MAIN/B", "9 pcs")];
        assert!(host.must("counted", &count("2026-07-01", places)));
        host.clean();
    });
}

/// Every lot is looked for, and what is too much in one place doesn't make up for what lacks in another.
#[test]
fn a_count_looks_at_each_lot_and_place_by_itself() {
    on_every_store(|host| {
        let milk_of = |lot: &str| receipt(milk(), "5 l", "MAIN/A").lot(lot_id(lot));
        let bolts = |to: &str| receipt(bolt(), "10 pcs", to);
        let come = vec![milk_of("M1"), milk_of("M2"), bolts("MAIN/A"), bolts("MAIN/B")];
        host.must("come", &MoveStock::new(come));
        host.must("bolts", &plan());
        host.must("milk", &SetCountPlan { class: "B".into(), items: vec![milk()], ..plan() });
        day(&host, "2026-07-02");
        let of = |item| due(&host).into_iter().find(|count| count.item == item).unwrap().id;
        let (of_bolts, of_milk) = (of(bolt()), of(milk()));
        let lot = |code: &str| found("MAIN/A", "5 l").lot(lot_id(code));
        let one = RecordCount::new(of_milk, d("2026-07-02"), vec![lot("M1")]);
        assert_eq!(host.refused("one lot", &one).code(), "inventory.count_incomplete");
        let both = vec![lot("M1"), lot("M2")];
        assert!(host.must("both", &RecordCount::new(of_milk, d("2026-07-02"), both)));
        let swapped = vec![found("MAIN/A", "8 pcs"), found("MAIN/B", "12 pcs")];
        assert!(!host.must("swapped", &RecordCount::new(of_bolts, d("2026-07-02"), swapped)));
        assert_eq!(host.figures(bolt(), main_site())[0], "20");
        host.clean();
    });
}

#[test]
fn a_plan_spreads_its_items_and_lets_them_go() {
    on_every_store(|host| {
        let (items, new): (Vec<ItemId>, Vec<Item>) = (0..20)
            .map(|n| {
                let item = Item::new(format!("I{n:02}"), "Item", fondaco_core::Unit::PIECE);
                (item.id, item)
            })
            .unzip();
        host.must("items", &fondaco_inventory::items::AddItems::new(new));
        let plan = |class: &str, items: &[ItemId]| SetCountPlan {
            from: Some(d("2026-07-01")),
            ..SetCountPlan::new(main_site(), class, 10, items.to_vec())
        };
        host.must("plan", &plan("A", &items));
        let days = |class: &str| {
            let rows = host.view(|view| counted_items(view, main_site(), &class.into()));
            let mut days = BTreeMap::<_, usize>::new();
            rows.iter().for_each(|row| *days.entry(row.next_on).or_default() += 1);
            days
        };
        assert_eq!(days("A").len(), 10);
        assert!(days("A").values().all(|count| *count == 2), "two every day");
        day(&host, "2026-07-01");
        assert_eq!(due(&host).len(), 2);
        // The same plan again changes nothing; what is left out is withdrawn; what comes into another class leaves this one.
        let before = days("A");
        let later =
            |class: &str, items: &[ItemId]| SetCountPlan { from: None, ..plan(class, items) };
        host.must("again", &later("A", &items));
        assert_eq!((days("A"), due(&host).len()), (before, 2));
        host.must("fewer", &later("A", &items[..10]));
        host.must("others", &later("B", &items[5..15]));
        assert_eq!((days("A").values().sum::<usize>(), days("B").values().sum::<usize>()), (5, 10));
        host.must("closed", &CloseItem::new(items[14]));
        day(&host, "2026-08-30");
        assert_eq!(days("B").values().sum::<usize>(), 9, "what is closed is not counted any more");
        assert_eq!(due(&host).len(), 14, "after a long pause each is due once");
        host.must("no plan", &RemoveCountPlan::new(main_site(), "B"));
        assert_eq!(due(&host).len(), 5);
        let gone = host.refused("gone", &RemoveCountPlan::new(main_site(), "B"));
        assert_eq!(gone.code(), "inventory.unknown_count_plan");
        host.clean();
    });
}

/// Another rhythm is for the counts to come: what is due is counted all the same.
#[test]
fn a_count_that_is_due_stays_due_in_another_rhythm() {
    on_every_store(|host| {
        host.must("plan", &plan());
        day(&host, "2026-07-01");
        let open = due(&host)[0].id;
        let often =
            SetCountPlan { within_days: 1, ..SetCountPlan::new(main_site(), "A", 1, vec![bolt()]) };
        host.must("every day", &often);
        assert_eq!(due(&host)[0].id, open);
        let next = || host.view(|view| counted_items(view, main_site(), &"A".into()))[0].next_on;
        assert_eq!(next(), d("2026-07-04"), "when the time for this one is over");
        day(&host, "2026-07-03");
        assert_eq!(due(&host)[0].id, open);
        let nothing = vec![found("MAIN/A", "0 pcs")];
        assert!(host.must("counted", &RecordCount::new(open, d("2026-07-03"), nothing)));
        day(&host, "2026-07-04");
        assert_eq!(due(&host)[0].due_on, d("2026-07-04"));
        day(&host, "2026-07-05");
        let status = [CountStatus::Done, CountStatus::Missed, CountStatus::Due];
        let found: Vec<_> = all(&host, "A").into_iter().map(|(_, status)| status).collect();
        assert_eq!(found, status);
        host.clean();
    });
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let host = in_memory();
    let code = |change: &dyn Fn(&mut SetCountPlan)| {
        let mut plan = plan();
        change(&mut plan);
        let error: StockError = host.refused(&format!("{plan:?}"), &plan);
        error.code().to_owned()
    };
    assert_eq!(code(&|plan| plan.every_days = 0), "inventory.bad_count_plan");
    assert_eq!(code(&|plan| plan.every_days = 3661), "inventory.bad_count_plan");
    assert_eq!(code(&|plan| plan.within_days = 11), "inventory.bad_count_plan");
    assert_eq!(code(&|plan| plan.within_days = 0), "inventory.bad_count_plan");
    assert_eq!(code(&|plan| plan.tolerance = Rate::percent("-1").ok()), "inventory.bad_count_plan");
    assert_eq!(code(&|plan| plan.from = Some(d("2026-06-29"))), "inventory.bad_count_plan");
    assert_eq!(code(&|plan| plan.items.push(bolt())), "inventory.bad_count_plan");
    assert_eq!(
        code(&|plan| plan.items.push(ItemId::named("NONE"))),
        "inventory.move_of_unknown_item"
    );
    assert_eq!(
        code(&|plan| plan.items.push(ItemId::named("GONE"))),
        "inventory.move_of_closed_item"
    );
    assert_eq!(code(&|plan| plan.site = Id::from_u128(1)), "inventory.move_to_unknown_site");
    assert!(code(&|plan| plan.class = " ".into()).starts_with("core."));
    let many = SetCountPlan { items: vec![bolt(); 1_000_001], ..plan() };
    assert_eq!(host.refused("too many", &many).code(), "inventory.bad_count_plan");
}
