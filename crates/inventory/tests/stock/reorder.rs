//! What falls short is told once, in the commit in which it does, and reviews propose what is to be ordered.

use std::sync::atomic::{AtomicBool, Ordering};

use fondaco_core::job::{JobCall, JobId};
use fondaco_core::store::FeedFrom;
use fondaco_core::{ActorId, DocumentId, PartyId, Progressed, Quantity, Timestamp};
use fondaco_inventory::items::{Item, JudgeLot, LotStatus};
use fondaco_inventory::levels;
use fondaco_inventory::moves::Movement;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;
use proptest::prelude::*;

use crate::host::*;

fn rule(policy: ReplenishmentPolicy) -> SetReorderRule {
    SetReorderRule::new(bolt(), main_site(), policy)
}

fn lots_of(point: &str, quantity: &str) -> ReplenishmentPolicy {
    ReplenishmentPolicy::ReorderPoint { point: q(point), quantity: q(quantity) }
}

fn told(host: &Host) -> Vec<(ShortageLine, String, String)> {
    let shortages = host.view(|view| shortages(view));
    let shown = |row: &Shortage| {
        (row.line, row.level.to_decimal().to_string(), row.suggested.to_decimal().to_string())
    };
    shortages.iter().map(|row| shown(row)).collect()
}

fn suggested(host: &Host) -> Suggestion {
    host.view(|view| suggestion(view, (bolt(), main_site()), today()))
}

/// How often an event was told.
fn events(host: &Host, name: &str) -> usize {
    let Over::Sync(driver) = &host.over else { return usize::MAX };
    let commits = driver.store().feed(&FeedFrom::new(driver.company(), 0, 10_000)).unwrap();
    commits.iter().flat_map(|commit| &commit.events).filter(|event| event.name == name).count()
}

#[test]
fn a_shortage_is_told_once_and_again_after_it_was_covered() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "50 pcs", "MAIN/A"));
        host.must("rule", &rule(lots_of("20 pcs", "1 carton")));
        host.made("above", issue(bolt(), "29 pcs", "MAIN/A"));
        assert_eq!(told(&host), []);
        host.made("at the point", issue(bolt(), "1 pcs", "MAIN/A"));
        let short = (ShortageLine::Reorder, "20".into(), "12".into());
        assert_eq!(told(&host), std::slice::from_ref(&short));
        host.made("still short", issue(bolt(), "5 pcs", "MAIN/A"));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "15".into(), "12".into())]);
        host.made("covered", receipt(bolt(), "6 pcs", "MAIN/A"));
        assert_eq!(told(&host), []);
        host.made("again", issue(bolt(), "11 pcs", "MAIN/A"));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "10".into(), "12".into())]);
        if matches!(host.over, Over::Sync(_)) {
            assert_eq!(events(&host, "stock.below_reorder"), 2);
            assert_eq!(events(&host, "stock.shortage_covered"), 1);
        }
        host.clean();
    });
}

/// What stands is told once, but who looks sees the level, and what is to be ordered, by now.
#[test]
fn who_looks_at_a_shortage_sees_it_as_it_is() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "50 pcs", "MAIN/A"));
        host.must("rule", &rule(lots_of("20 pcs", "10 pcs")));
        let short = |level: &str, order: &str| (ShortageLine::Reorder, level.into(), order.into());
        host.made("at the point", issue(bolt(), "30 pcs", "MAIN/A"));
        assert_eq!(told(&host), [short("20", "10")]);
        host.made("more", issue(bolt(), "15 pcs", "MAIN/A"));
        assert_eq!(told(&host), [short("5", "20")], "on {}", host.name);
        // What doesn't cover it leaves the rest.
        let line = ExpectedLine::new(bolt(), main_site(), q("10 pcs"), d("2026-07-05"));
        host.must("ordered", &AnnounceStock::new(DocumentId::named("purchase/1"), vec![line]));
        assert_eq!(told(&host), [short("15", "10")], "on {}", host.name);
        if matches!(host.over, Over::Sync(_)) {
            assert_eq!(events(&host, "stock.below_reorder"), 1);
        }
        host.clean();
    });
}

/// What has expired serves nobody: more is ordered. What is set aside counts until somebody decides.
#[test]
fn what_has_expired_is_ordered_again() {
    on_every_store(|host| {
        let come = |lot: &str, what: &str| receipt(milk(), what, "MAIN/A").lot(lot_id(lot));
        let both = vec![come("M1", "100 l"), come("MQ", "8 l")];
        host.must("come", &MoveStock::new(both));
        let policy = ReplenishmentPolicy::ReorderPoint { point: q("20 l"), quantity: q("50 l") };
        host.must("rule", &SetReorderRule::new(milk(), main_site(), policy));
        assert_eq!(told(&host), []);
        host.tick("2026-07-12T10:00:00Z");
        let short = (ShortageLine::Reorder, "8".to_owned(), "50".to_owned());
        assert_eq!(told(&host), [short], "on {}", host.name);
        let found = host.view(|view| suggestion(view, (milk(), main_site()), d("2026-07-12")));
        assert_eq!(
            (found.position.to_string(), found.need.to_string()),
            ("8 l".into(), "50 l".into())
        );
        assert!(found.explain().to_string().contains("Expired or blocked: 100 l"));
        host.clean();
    });
}

/// Who sets aside what is over, or blocks it, makes nothing good: it stays ordered. What waits for an inspection counts while it is in date.
#[test]
fn what_is_over_or_blocked_covers_nothing_wherever_it_lies() {
    on_every_store(|host| {
        let come = |lot: &str, what: &str| receipt(milk(), what, "MAIN/A").lot(lot_id(lot));
        let all = vec![come("M1", "60 l"), come("M2", "50 l"), come("MQ", "8 l")];
        host.must("come", &MoveStock::new(all));
        let policy = ReplenishmentPolicy::ReorderPoint { point: q("20 l"), quantity: q("50 l") };
        host.must("rule", &SetReorderRule::new(milk(), main_site(), policy));
        let position = || host.view(|view| levels::stock(view, milk(), main_site())).position();
        let judge = |id: &str, lot: &str, status| {
            host.must(id, &JudgeLot::new(lot_id(lot), status));
            host.clean();
            position()
        };
        assert_eq!((position(), told(&host)), (118.into(), vec![]));
        // Blocked in date, nobody will have it.
        assert_eq!(judge("recalled", "M2", LotStatus::Blocked), 68.into());
        host.tick("2026-07-12T10:00:00Z");
        let short = [(ShortageLine::Reorder, "8".to_owned(), "50".to_owned())];
        assert_eq!((position(), told(&host)), (8.into(), short.to_vec()), "on {}", host.name);
        assert_eq!(judge("over and blocked", "M1", LotStatus::Blocked), 8.into());
        assert_eq!(judge("over and looked at", "M1", LotStatus::Quarantined), 8.into());
        let aside = Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/Q".into() };
        host.made("aside", moved(milk(), "60 l", aside.clone()).lot(lot_id("M1")));
        host.made("recalled, aside", moved(milk(), "50 l", aside).lot(lot_id("M2")));
        assert_eq!((position(), told(&host)), (8.into(), short.to_vec()), "on {}", host.name);
        // What is no longer recalled waits where it lies, and so counts, until it is over there.
        assert_eq!(judge("good after all", "M2", LotStatus::Released), 58.into());
        assert_eq!(told(&host), []);
        host.tick("2026-08-11T10:00:00Z");
        assert_eq!((position(), told(&host)), (8.into(), short.to_vec()), "on {}", host.name);
        host.tick("2026-09-02T10:00:00Z");
        assert_eq!(position(), 0.into(), "on {}", host.name);
        host.clean();
    });
}

/// A rule that changes while its shortage stands: nobody is told again, and what is to be ordered is what the rule says now.
#[test]
fn a_standing_shortage_goes_by_the_rule_as_it_is() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let up_to = |point: &str, up_to: &str| {
            rule(ReplenishmentPolicy::OrderUpTo { point: q(point), up_to: q(up_to) })
        };
        host.must("rule", &up_to("10 pcs", "50 pcs"));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "10".into(), "40".into())]);
        let since = host.view(|view| shortages(view))[0].since;
        host.must("higher", &up_to("30 pcs", "90 pcs"));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "10".into(), "80".into())]);
        assert_eq!(host.view(|view| shortages(view))[0].since, since);
        if matches!(host.over, Over::Sync(_)) {
            assert_eq!(events(&host, "stock.below_reorder"), 1);
        }
    });
}

#[test]
fn orders_promises_and_their_ends_move_the_position() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "30 pcs", "MAIN/A"));
        let set = SetReorderRule {
            safety_stock: Some(q("10 pcs")),
            ..rule(lots_of("20 pcs", "1 carton"))
        };
        host.must("rule", &set);
        let wanted = vec![Wanted::new(bolt(), main_site(), q("21 pcs"))];
        let order = Reserve::new(DocumentId::named("order/1"), wanted);
        host.must("promised", &order);
        // Nine are available and nine the position: both lines are crossed, each told.
        let reorder = (ShortageLine::Reorder, "9".to_owned(), "12".to_owned());
        let safety = (ShortageLine::Safety, "9".to_owned(), "0".to_owned());
        assert_eq!(told(&host), [reorder, safety.clone()]);
        let line = ExpectedLine {
            item: bolt(),
            site: main_site(),
            quantity: q("1 carton"),
            due_on: d("2026-07-05"),
        };
        let document = DocumentId::named("purchase/1");
        let announce = AnnounceStock { document, party: None, lines: vec![line] };
        let expected = host.must("ordered", &announce);
        assert_eq!(
            told(&host),
            std::slice::from_ref(&safety),
            "what is on order covers the position alone"
        );
        host.must("cancelled", &CancelExpected { expected });
        assert_eq!(told(&host)[0].0, ShortageLine::Reorder);
        host.must("released", &ReleaseDocument { document: DocumentId::named("order/1") });
        assert_eq!(told(&host), []);
        host.clean();
    });
}

#[test]
fn a_batch_is_judged_by_where_it_ends() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "50 pcs", "MAIN/A"));
        host.must("rule", &rule(lots_of("20 pcs", "1 carton")));
        let moves = vec![issue(bolt(), "45 pcs", "MAIN/A"), receipt(bolt(), "40 pcs", "MAIN/A")];
        host.must("down and up", &MoveStock::new(moves));
        assert_eq!(told(&host), []);
        let refused = issue(bolt(), "500 pcs", "MAIN/A");
        host.must("refused", &MoveStock::each(vec![refused, issue(bolt(), "20 pcs", "MAIN/A")]));
        assert_eq!(told(&host).len(), 0, "25 are left of 45");
    });
}

#[test]
fn a_rule_looks_at_what_is_there_already() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "5 pcs", "MAIN/A"));
        host.must("rule", &rule(lots_of("20 pcs", "1 carton")));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "5".into(), "24".into())]);
        host.must("lower", &rule(lots_of("4 pcs", "1 carton")));
        assert_eq!(told(&host), []);
        host.must("higher", &rule(lots_of("10 pcs", "1 carton")));
        let first =
            ReplenishmentPolicy::Periodic { every_days: 7, first: today(), up_to: q("40 pcs") };
        host.must("periodic", &rule(first));
        assert_eq!(told(&host), [], "what is reviewed has no reorder point");
        host.must("back", &rule(lots_of("10 pcs", "1 carton")));
        host.must("gone", &RemoveReorderRule { item: bolt(), site: main_site() });
        assert_eq!(told(&host), []);
        let none = RemoveReorderRule { item: bolt(), site: main_site() };
        assert_eq!(host.refused("none", &none).code(), "inventory.unknown_reorder_rule");
    });
}

#[test]
fn each_policy_asks_for_what_it_says() {
    let host = Host::memory();
    host.made("come", receipt(bolt(), "7 pcs", "MAIN/A"));
    let up_to = |point: &str, up_to: &str| ReplenishmentPolicy::OrderUpTo {
        point: q(point),
        up_to: q(up_to),
    };
    let cases = [
        (lots_of("30 pcs", "12 pcs"), "24 pcs"), // 7 + 24 = 31, the first above 30
        (lots_of("31 pcs", "12 pcs"), "36 pcs"), // 31 is at the point
        (lots_of("6 pcs", "12 pcs"), "0 pcs"),
        (up_to("7 pcs", "50 pcs"), "43 pcs"),
        (up_to("6 pcs", "50 pcs"), "0 pcs"),
        (ReplenishmentPolicy::MinMax { minimum: q("10 pcs"), maximum: q("20 pcs") }, "13 pcs"),
        (ReplenishmentPolicy::Kanban { containers: 3, each: q("5 pcs") }, "5 pcs"),
        (ReplenishmentPolicy::Kanban { containers: 2, each: q("5 pcs") }, "0 pcs"),
    ];
    for (at, (policy, need)) in cases.into_iter().enumerate() {
        host.must(&format!("rule {at}"), &rule(policy.clone()));
        assert_eq!(suggested(&host).need.to_string(), need, "{policy:?}");
    }
}

#[test]
fn what_can_be_ordered_and_what_it_costs() {
    let host = Host::memory();
    let set = SetReorderRule {
        minimum: Some(q("15 pcs")),
        multiple: Some(q("10 pcs")),
        maximum: Some(q("60 pcs")),
        lead_time_days: 2,
        calendar: Some("DE-BY".into()),
        ..rule(ReplenishmentPolicy::OrderUpTo { point: q("0 pcs"), up_to: q("13 pcs") })
    };
    host.must("rule", &set);
    let none = suggested(&host);
    assert_eq!((none.quantity.to_string(), none.cost), ("20 pcs".into(), None));
    assert_eq!(none.due_on, d("2026-07-02"));
    let friday = host.view(|view| suggestion(view, (bolt(), main_site()), d("2026-07-03")));
    assert_eq!(friday.due_on, d("2026-07-07"), "a weekend lies between");

    let prices = |supplier: &str, days, breaks: &[(&str, &str)]| SetVendorPrices {
        item: bolt(),
        supplier: PartyId::named(supplier),
        lead_time_days: days,
        prices: breaks
            .iter()
            .map(|(from, price)| PriceBreak { from: q(from), price: price.parse().unwrap() })
            .collect(),
    };
    host.must("dear", &prices("dear", None, &[("1 pcs", "5 EUR/pcs")]));
    host.must(
        "breaks",
        &prices("breaks", Some(1), &[("1 pcs", "4.50 EUR/pcs"), ("40 pcs", "200 EUR/100 pcs")]),
    );
    let cheap = suggested(&host);
    assert_eq!(cheap.supplier, Some(PartyId::named("breaks")));
    // 20 at 4.50 are 90; 40 at 2 are 80.
    assert_eq!(cheap.quantity.to_string(), "40 pcs");
    assert_eq!(cheap.cost.unwrap().to_string(), "80.00 EUR");
    assert_eq!(cheap.due_on, d("2026-07-01"), "who is quicker is counted so");
    let why = cheap.explain().to_string();
    for part in ["Inventory position", "Order up to", "Minimum", "200.00 EUR/100 pcs"] {
        assert!(why.contains(part), "{part} is not in {why}");
    }
    // Who has no room for 40 says the most that can be ordered: no lower price is reached above it.
    let small = SetReorderRule { maximum: Some(q("20 pcs")), ..set.clone() };
    host.must("no room", &small);
    let small = suggested(&host);
    let cost = small.cost.map(|cost| cost.to_string());
    assert_eq!((small.quantity.to_string(), cost), ("20 pcs".into(), Some("90.00 EUR".into())));
    let of_dear = SetReorderRule {
        source: ReplenishmentSource::Buy { supplier: Some(PartyId::named("dear")) },
        ..set.clone()
    };
    host.must("dear alone", &of_dear);
    assert_eq!(suggested(&host).cost.unwrap().to_string(), "100.00 EUR");
    host.must("by the carton", &prices("dear", None, &[("1 carton", "24.50 EUR/carton")]));
    // A twelfth of 24.50 has no last digit: what is paid for 20 is reckoned from the carton.
    assert_eq!(suggested(&host).cost.unwrap().to_string(), "40.83 EUR");
    host.must("no more", &prices("dear", None, &[]));
    assert_eq!(suggested(&host).cost, None);
    let large = SetReorderRule {
        policy: ReplenishmentPolicy::OrderUpTo { point: q("0 pcs"), up_to: q("130 pcs") },
        ..set
    };
    host.must("large", &large);
    let orders: Vec<String> = suggested(&host).orders.iter().map(Quantity::to_string).collect();
    assert_eq!(orders, ["60 pcs", "60 pcs", "40 pcs"], "the last goes up to the lower price");
}

#[test]
fn a_review_proposes_what_is_to_be_ordered_and_goes_on_where_it_was_stopped() {
    let host = Host::memory();
    let items: Vec<Item> = (0..1_200)
        .map(|at| Item::new(format!("P{at:04}"), "Part", fondaco_core::Unit::PIECE))
        .collect();
    let first = today();
    let ids: Vec<_> = items.iter().map(|item| item.id).collect();
    host.insert("parts", items);
    for (at, item) in ids.iter().enumerate() {
        let policy = match at % 3 {
            0 => lots_of("5 pcs", "8 pcs"),
            1 => ReplenishmentPolicy::Periodic { every_days: 7, first, up_to: q("9 pcs") },
            _ => ReplenishmentPolicy::OrderUpTo { point: q("0 pcs"), up_to: q("1 pcs") },
        };
        let set = SetReorderRule::new(*item, main_site(), policy);
        host.must(&format!("rule {at}"), &set);
    }
    let moves = ids.iter().skip(2).step_by(3);
    let moves = moves.map(|item| receipt(*item, "3 pcs", "MAIN/A")).collect();
    host.must("every third is there", &MoveStock::new(moves));

    let Over::Sync(driver) = &host.over else { panic!("memory blocks") };
    let (clerk, clock) = (ActorId::new("planner"), || -> Timestamp { host.now() });
    let run = |name: &str, date: &str, stop: &AtomicBool| {
        let id = JobId::named(name);
        let call = JobCall::new(id, &clerk, &clock);
        let mut review = Review::of(d(date));
        // Where it is stopped, its first chunk is there.
        let done = driver.run_job(&call, &mut review, &mut |at: &Progressed| match at.done > 0
            && stop.swap(false, Ordering::SeqCst)
        {
            true => std::ops::ControlFlow::Break(()),
            false => std::ops::ControlFlow::Continue(()),
        });
        (id, done.map(|done| done.report))
    };
    let stopped = AtomicBool::new(true);
    let (id, cut) = run("june", "2026-06-30", &stopped);
    assert!(cut.is_err());
    assert_eq!(
        host.view(|view| proposals(view, id)),
        [],
        "a review that is not done proposes nothing"
    );
    let (id, done) = run("june", "2026-06-30", &stopped);
    assert_eq!(
        done.unwrap(),
        ReviewReport { rules: 1_200, proposals: 800, ..ReviewReport::default() }
    );
    let found = host.view(|view| proposals(view, id));
    assert_eq!(found.len(), 800);
    let eights = found.iter().filter(|row| row.quantity.to_decimal() == 8.into()).count();
    assert_eq!(eights, 400);
    let early = run("typed wrong", "2036-06-30", &stopped).1.unwrap_err();
    assert!(early.to_string().contains("is still to come"), "{early}");
    host.at_minute(30 * 24 * 60);
    let next = |name, date| run(name, date, &stopped).1.unwrap().proposals;
    assert_eq!(next("next day", "2026-07-01"), 400, "what is reviewed weekly was reviewed");
    assert_eq!(next("next week", "2026-07-07"), 800);
    assert_eq!(next("the week after, late", "2026-07-16"), 800);
    assert_eq!(next("the day after that", "2026-07-20"), 400);
    assert_eq!(next("in step again", "2026-07-21"), 800);
    // A review that was stopped for good has proposed nothing: another proposes it all.
    stopped.store(true, Ordering::SeqCst);
    assert!(run("never ended", "2026-07-28", &stopped).1.is_err());
    assert_eq!(next("in its stead", "2026-07-28"), 800);
    // If it ends after all, nothing is proposed twice.
    host.at_minute(31 * 24 * 60);
    let (late, done) = run("never ended", "2026-07-28", &stopped);
    assert!(done.is_ok());
    let periodic = |review| {
        let rows = host.view(|view| proposals(view, review));
        rows.iter().filter(|row| row.quantity.to_decimal() == 9.into()).count()
    };
    assert_eq!((periodic(late), periodic(JobId::named("in its stead"))), (0, 400));
}

/// That something is short is told, and what makes it short is done, whether an order can be suggested or not.
#[test]
fn no_sale_is_refused_because_no_order_can_be_suggested() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "50 pcs", "MAIN/A"));
        let least = SetVendorPrices {
            item: bolt(),
            supplier: PartyId::named("wholesaler"),
            lead_time_days: None,
            prices: vec![PriceBreak { from: q("100 pcs"), price: "1 EUR/pcs".parse().unwrap() }],
        };
        host.must("from a hundred", &least);
        let policy = ReplenishmentPolicy::OrderUpTo { point: q("10 pcs"), up_to: q("40 pcs") };
        host.must("rule", &SetReorderRule { maximum: Some(q("50 pcs")), ..rule(policy.clone()) });
        host.made("sold", issue(bolt(), "40 pcs", "MAIN/A"));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "10".into(), "30".into())]);
        let without = suggested(&host);
        assert_eq!((without.supplier, without.cost), (None, None), "he can't serve thirty");

        host.made("come again", receipt(bolt(), "40 pcs", "MAIN/A"));
        let nowhere = fondaco_inventory::places::ChangeSite {
            calendar: fondaco_inventory::Change::To("NOWHERE".into()),
            ..fondaco_inventory::places::ChangeSite::of(main_site())
        };
        host.must("a calendar that is not there", &nowhere);
        host.must("by the site's calendar", &rule(policy));
        host.made("sold too", issue(bolt(), "40 pcs", "MAIN/A"));
        assert_eq!(told(&host), [(ShortageLine::Reorder, "10".into(), "0".into())]);
    });
}

/// A shortage that is told already shows the line as it is set now.
#[test]
fn a_line_that_is_raised_shows_in_what_was_told() {
    let host = Host::memory();
    host.made("come", receipt(bolt(), "5 pcs", "MAIN/A"));
    host.must("rule", &rule(lots_of("20 pcs", "1 carton")));
    host.must("higher", &rule(lots_of("100 pcs", "1 carton")));
    let row = &host.view(|view| shortages(view))[0];
    assert_eq!((row.least.to_decimal(), row.level.to_decimal()), (100.into(), 5.into()));
    assert_eq!(events(&host, "stock.below_reorder"), 1);
}

/// A price for a kilo, of what is stocked by the gram.
#[test]
fn a_price_may_be_in_another_unit() {
    let host = Host::memory();
    let saffron = Item::new("SAFFRON", "Saffron", fondaco_core::Unit::GRAM);
    let id = saffron.id;
    host.insert("saffron", vec![saffron]);
    let policy = ReplenishmentPolicy::OrderUpTo { point: q("0 g"), up_to: q("500 g") };
    host.must("rule", &SetReorderRule::new(id, main_site(), policy));
    let prices = SetVendorPrices {
        item: id,
        supplier: PartyId::named("s"),
        lead_time_days: None,
        prices: vec![PriceBreak { from: q("1 g"), price: "14.20 EUR/kg".parse().unwrap() }],
    };
    host.must("prices", &prices);
    let suggested = host.view(|view| suggestion(view, (id, main_site()), today()));
    assert_eq!(suggested.cost.unwrap().to_string(), "7.10 EUR");
}

#[test]
fn what_a_rule_cannot_be() {
    let host = Host::memory();
    let kilo = lots_of("1 kg", "1 carton");
    let periodic =
        ReplenishmentPolicy::Periodic { every_days: 0, first: today(), up_to: q("1 pcs") };
    let up_to = ReplenishmentPolicy::OrderUpTo { point: q("5 pcs"), up_to: q("5 pcs") };
    let good = || rule(lots_of("5 pcs", "1 carton"));
    let transfer = ReplenishmentSource::Transfer { from: main_site() };
    let cases = [
        (rule(kilo), "core.no_unit_factor"),
        (rule(lots_of("-1 pcs", "1 carton")), "inventory.negative_reorder"),
        (rule(lots_of("1 pcs", "0 pcs")), "inventory.bad_reorder_rule"),
        (rule(periodic), "inventory.bad_reorder_rule"),
        (rule(up_to), "inventory.bad_reorder_rule"),
        (
            rule(ReplenishmentPolicy::Kanban { containers: 0, each: q("1 pcs") }),
            "inventory.bad_reorder_rule",
        ),
        (SetReorderRule { calendar: Some("MARS".into()), ..good() }, "calendar.undefined"),
        (SetReorderRule { source: transfer, ..good() }, "inventory.bad_reorder_rule"),
        (SetReorderRule { lead_time_days: 4_000, ..good() }, "inventory.bad_reorder_rule"),
        (
            SetReorderRule {
                maximum: Some(q("1 pcs")),
                ..rule(ReplenishmentPolicy::OrderUpTo { point: q("5 pcs"), up_to: q("20000 pcs") })
            },
            "inventory.bad_reorder_rule",
        ),
        (
            SetReorderRule { minimum: Some(q("9 pcs")), maximum: Some(q("8 pcs")), ..good() },
            "inventory.contradiction",
        ),
        (
            SetReorderRule { item: fondaco_core::ItemId::named("NONE"), ..good() },
            "inventory.move_of_unknown_item",
        ),
    ];
    for (at, (set, code)) in cases.into_iter().enumerate() {
        let error = host.refused(&format!("case {at}"), &set);
        assert_eq!(error.code(), code, "{set:?}: {error:?}");
    }
    let price = |price: &str| SetVendorPrices {
        item: bolt(),
        supplier: PartyId::named("s"),
        lead_time_days: None,
        prices: vec![PriceBreak { from: q("1 pcs"), price: price.parse().unwrap() }],
    };
    assert_eq!(host.refused("dollars", &price("1 USD/pcs")).code(), "inventory.price_currency");
    assert_eq!(host.refused("kilos", &price("1 EUR/kg")).code(), "core.no_unit_factor");
    assert_eq!(host.view(|view| reorder_rules(view)), []);
}

/// What happens to a piece of stock.
#[derive(Debug, Clone, Copy)]
enum Happens {
    Receive(i64),
    Issue(i64),
    Reserve(i64),
    Release(i64),
    Point(i64),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (1..9i64).prop_map(Happens::Receive),
        (1..9i64).prop_map(Happens::Issue),
        (1..9i64).prop_map(Happens::Reserve),
        (0..5i64).prop_map(Happens::Release),
        (0..12i64).prop_map(Happens::Point),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// A shortage stands exactly while the position is at the point or below, or less than the safety stock is available.
    #[test]
    fn a_shortage_stands_exactly_while_there_is_one(history in prop::collection::vec(happens(), 1..40)) {
        for host in [Host::memory(), Host::async_model()] {
            let (mut point, safety) = (6, 3);
            let set = |point: i64| SetReorderRule {
                safety_stock: Some(pcs(safety)),
                ..rule(ReplenishmentPolicy::ReorderPoint { point: pcs(point), quantity: pcs(5) })
            };
            host.must("rule", &set(point));
            let mut orders = 0i64;
            for (at, happens) in history.iter().enumerate() {
                let name = format!("{at}");
                match *happens {
                    Happens::Receive(n) => { let _ = host.send(&name, &MoveStock::new(vec![receipt(bolt(), &format!("{n} pcs"), "MAIN/A")])); }
                    Happens::Issue(n) => { let _ = host.send(&name, &MoveStock::new(vec![issue(bolt(), &format!("{n} pcs"), "MAIN/A")])); }
                    Happens::Reserve(n) => {
                        orders += 1;
                        let wanted = vec![Wanted::new(bolt(), main_site(), pcs(n))];
                        let document = DocumentId::named(&format!("o{orders}"));
                        let _ = host.send(&name, &Reserve { otherwise: Otherwise::Backorder, ..Reserve::new(document, wanted) });
                    }
                    Happens::Release(back) => {
                        let document = DocumentId::named(&format!("o{}", orders - back));
                        let _ = host.send(&name, &ReleaseDocument { document });
                    }
                    Happens::Point(to) => { point = to; host.must(&name, &set(to)); }
                }
                let stock = host.stock(bolt(), main_site());
                let lines: Vec<_> = told(&host).into_iter().map(|(line, _, _)| line).collect();
                let mut expected = Vec::new();
                if stock.position() <= point.into() { expected.push(ShortageLine::Reorder); }
                if stock.available() < safety.into() { expected.push(ShortageLine::Safety); }
                prop_assert_eq!(lines, expected, "after {:?} of {:?}: {:?}", at, history, stock);
            }
            host.clean();
            prop_assert_eq!(found(&host), Vec::<String>::new());
        }
    }
}

/// What the engine finds when it verifies itself.
fn found(host: &Host) -> Vec<String> {
    let found = host.view(|view| Ok(fondaco_inventory::ENGINE.verify(view)?));
    found.iter().map(|one| format!("{one:?}")).collect()
}

#[test]
fn a_shortage_that_should_not_stand_is_found() {
    let host = Host::memory();
    host.made("come", receipt(bolt(), "50 pcs", "MAIN/A"));
    host.must("rule", &rule(lots_of("20 pcs", "1 carton")));
    let row = |item| Shortage {
        item,
        site: main_site(),
        line: ShortageLine::Reorder,
        since: host.now(),
        level: fondaco_inventory::Qty::ZERO,
        least: fondaco_inventory::Qty::ZERO,
        suggested: fondaco_inventory::Qty::ZERO,
        due_on: None,
    };
    host.insert("shortages", vec![row(bolt()), row(milk())]);
    let found = found(&host);
    assert_eq!(found.len(), 2, "{found:?}");
}

/// Many who cross the line at the same time tell it once, however they meet.
#[test]
fn who_cross_the_line_together_tell_it_once() {
    for (name, store) in stores() {
        let host = Host::on(name, store).set_up();
        host.made("come", receipt(bolt(), "60 pcs", "MAIN/A"));
        host.must("rule", &rule(lots_of("30 pcs", "1 carton")));
        std::thread::scope(|scope| {
            for clerk in 0..4 {
                let host = &host;
                scope.spawn(move || {
                    for at in 0..10 {
                        host.made(&format!("{clerk}/{at}"), issue(bolt(), "1 pcs", "MAIN/A"));
                    }
                });
            }
        });
        assert_eq!(told(&host).len(), 1, "{name}");
        assert_eq!(events(&host, "stock.below_reorder"), 1, "{name}");
        std::thread::scope(|scope| {
            for clerk in 4..8 {
                let host = &host;
                scope.spawn(move || {
                    for at in 0..4 {
                        host.made(&format!("{clerk}/{at}"), receipt(bolt(), "1 pcs", "MAIN/A"));
                    }
                });
            }
        });
        // 20 + 16 is above 30: covered, whoever brought the last.
        assert_eq!(told(&host), [], "{name}");
        assert_eq!(events(&host, "stock.shortage_covered"), 1, "{name}");
        host.clean();
    }
}
