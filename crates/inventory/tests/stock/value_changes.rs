//! What stock is worth when moves are taken back, costs come late, and rules change.

use fondaco_core::{Act, ActorId, CommandId, Currency, Envelope, Id, ItemId, Money, UnitPrice};
use fondaco_inventory::moves::*;
use fondaco_inventory::places::{Location, LocationKind};
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::valuation::{Basis, Cause, Framework, Method};
use fondaco_inventory::value::*;
use fondaco_inventory::*;

use crate::host::*;
use crate::value::{euro, valued, verified};

/// What stock is worth at the main site and at the shop.
fn values(host: &Host) -> [String; 2] {
    values_on(host, None)
}

fn values_on(host: &Host, date: Option<&str>) -> [String; 2] {
    [main_site(), shop()].map(|site| {
        let query = ValueQuery { site: Some(site), date: date.map(d), ..ValueQuery::default() };
        host.view(|view| stock_value(view, &query)).total().to_string()
    })
}

fn sand_in(quantity: &str, cost: &str) -> NewMove {
    receipt(sand(), quantity, "MAIN/A").cost(euro(cost))
}

fn sand_out(quantity: &str) -> NewMove {
    issue(sand(), quantity, "MAIN/A")
}

fn to_shop(item: ItemId, quantity: &str) -> NewMove {
    NewMove::transfer(item, q(quantity), ("MAIN/A", "SHOP"), today())
}

fn back(of: Id<Move>, item: ItemId, quantity: &str) -> NewMove {
    moved(item, quantity, Movement::Reversal { of })
}

fn each(price: &str) -> UnitPrice {
    price.parse().unwrap()
}

fn facts_by(host: &Host, by: Id<Move>) -> Vec<(Cause, i64)> {
    let facts = host.view(|view| entries_by(view, by));
    facts.iter().map(|fact| (fact.cause, fact.value.units() / 100)).collect()
}

/// What is refused when it is sent, by its code.
fn code<C: Act<Error = StockError, Answer: std::fmt::Debug>>(host: &Host, command: &C) -> String {
    host.refused("refused", command).code().to_owned()
}

/// An issue and a transfer that went partly below zero are taken back whole, without profit or loss.
#[test]
fn what_went_partly_below_zero_comes_back() {
    for method in [Method::Fifo, Method::Average] {
        on_every_store(|host| {
            valued(&host, method);
            let come = vec![sand_in("3 kg", "3"), sand_in("1 kg", "2"), sand_out("2 kg")];
            host.must("come", &MoveStock::new(come));
            let before = values(&host);
            let sold = host.made("sold", sand_out("5 kg"));
            host.made("not sold", back(sold, sand(), "5 kg"));
            assert_eq!(values(&host), before, "{method} on {}", host.name);
            let sent = host.made("sent", to_shop(sand(), "5 kg"));
            host.made("not sent", back(sent, sand(), "5 kg"));
            assert_eq!(values(&host), before, "{method} on {}", host.name);
            verified(&host);
        });
    }
}

/// Where what was sent on can't cost what it turns out to, only the move that says so is refused.
#[test]
fn what_can_not_follow_is_refused_alone() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        host.must("come", &MoveStock::new(vec![sand_in("1 kg", "4"), sand_out("1 kg")]));
        let sent = host.made("sent", to_shop(sand(), "5 kg")); // at 4 each
        let comes_back = AddLandedCost::new(vec![sent], euro("-18"), Basis::Quantity);
        host.must("comes back", &comes_back);
        let bolts = receipt(bolt(), "1 pcs", "MAIN/A").cost(euro("1"));
        let moves = vec![sand_in("5 kg", "0"), bolts, sand_in("5 kg", "25")];
        let made = host.must("each", &MoveStock::each(moves)).moves;
        let refused = made[0].as_ref().unwrap_err();
        assert_eq!(refused.code, "inventory.cost_below_zero", "on {}", host.name);
        assert!(made[1].is_ok() && made[2].is_ok(), "on {}: {made:?}", host.name);
        assert_eq!(values(&host), ["1.00 EUR", "7.00 EUR"], "on {}", host.name);
        verified(&host);
        let all = MoveStock::new(vec![sand_out("5 kg"), sand_in("5 kg", "0")]);
        host.must("all", &all); // they owe nothing to the shop any more
        verified(&host);
    });
}

/// From a supplier straight to a customer: billed otherwise, freight upon it, and taken back.
#[test]
fn a_drop_shipment_is_bought_and_sold_by_its_price() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        let kind = LocationKind::Customer;
        let there = Location { kind, ..Location::new("MAIN/C", "A customer", main_site(), "MAIN") };
        host.insert("customer", vec![there]);
        let sent = receipt(bolt(), "5 pcs", "MAIN/C").cost(euro("50"));
        let sent = host.made("sent", sent);
        assert_eq!(facts_by(&host, sent), [(Cause::Cost, 5_000), (Cause::Cost, -5_000)]);
        let bill = host.must("bill", &CorrectReceiptCost::new(sent, euro("48"))).unwrap();
        assert_eq!(facts_by(&host, bill), [(Cause::Cost, -200), (Cause::Correction, 200)]);
        let again = host.must("again", &CorrectReceiptCost::new(sent, euro("48")));
        assert_eq!(again, None);
        let freight = AddLandedCost::new(vec![sent], euro("3"), Basis::Quantity);
        let freight = host.must("freight", &freight)[0];
        assert_eq!(facts_by(&host, freight), [(Cause::Landed, 300), (Cause::Correction, -300)]);
        let not_sent = host.made("not sent", back(sent, bolt(), "5 pcs"));
        assert_eq!(facts_by(&host, not_sent), [(Cause::Cost, -4_800), (Cause::Correction, 4_800)]);
        let late = CorrectReceiptCost::new(sent, euro("40"));
        assert_eq!(code(&host, &late), "inventory.unknown_receipt");
        verified(&host);
    });
}

/// A site whose days are locked has what belongs to them on the first open one.
#[test]
fn a_cost_that_follows_writes_into_no_locked_day() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        let came = on(receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")), "2026-05-04");
        let came = host.made("come", came);
        host.made("put", on(to_shop(bolt(), "4 pcs"), "2026-05-10"));
        host.must("lock", &LockStock::site(shop(), d("2026-05-31")));
        let bill = CorrectReceiptCost {
            date: Some(d("2026-05-20")),
            ..CorrectReceiptCost::new(came, euro("90"))
        };
        host.must("bill", &bill);
        assert_eq!(values_on(&host, Some("2026-05-31")), ["54.00 EUR", "40.00 EUR"]);
        assert_eq!(values_on(&host, Some("2026-06-01")), ["54.00 EUR", "36.00 EUR"]);
        verified(&host);
    });
}

/// No cost counts from before there were goods to bear it, and none before what changed it last.
#[test]
fn no_cost_counts_from_before_the_goods() {
    on_every_store(|host| {
        host.must("value", &SetUpCosting::default());
        let came = on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-15");
        host.made("before it was valued", came.clone());
        let at_cost = SetCosting::item(bolt(), Method::Average).cost(each("10 EUR/pcs"));
        let opening = at_cost.clone().on(d("2026-06-14"));
        let refused = host.refused("opening", &opening);
        assert_eq!(
            refused.to_string(),
            "what item BOLT costs can't change from 2026-06-14 on, as goods or costs of 2026-06-15 are in it: give that day or a later one"
        );
        host.must("opening", &at_cost.on(d("2026-06-15")));
        let came = host.made("come", came.cost(euro("100")));
        let before = Some(d("2026-06-14"));
        let freight = AddLandedCost::new(vec![came], euro("20"), Basis::Quantity);
        let early = "inventory.cost_before_goods";
        assert_eq!(code(&host, &AddLandedCost { date: before, ..freight.clone() }), early);
        let bill = CorrectReceiptCost::new(came, euro("90"));
        assert_eq!(code(&host, &CorrectReceiptCost { date: before, ..bill }), early);
        let line = NetRealisable { item: bolt(), site: main_site(), price: each("8 EUR/pcs") };
        let less = WriteDown::to(vec![line]);
        assert_eq!(code(&host, &WriteDown { date: before, ..less.clone() }), early);
        let standard = SetCosting::item(bolt(), Method::Standard);
        assert_eq!(code(&host, &standard.on(d("2026-06-14"))), early);
        host.must("freight", &AddLandedCost { date: Some(d("2026-06-20")), ..freight });
        assert_eq!(code(&host, &WriteDown { date: Some(d("2026-06-19")), ..less.clone() }), early);
        host.must("less", &WriteDown { date: Some(d("2026-06-20")), ..less });
        assert_eq!(values_on(&host, Some("2026-06-19"))[0], "200.00 EUR");
        assert_eq!(values_on(&host, Some("2026-06-14"))[0], "0.00 EUR");
        verified(&host);
    });
}

/// What lies there unvalued refuses the moves that need its cost, not the others of the batch.
#[test]
fn what_was_never_valued_refuses_its_own_moves() {
    on_every_store(|host| {
        let come = vec![receipt(bolt(), "5 pcs", "MAIN/A"), receipt(cheese(), "2 pcs", "MAIN/A")];
        host.must("come", &MoveStock::new(come));
        host.must("value", &SetUpCosting::default());
        let of = SetCosting::item(cheese(), Method::Fifo).cost(each("50 EUR/pcs"));
        host.must("cheese", &of);
        let rule = CostRule {
            scope: CostScope::Company,
            of: Default::default(),
            method: Some(Method::Fifo),
            cost: None,
        };
        host.insert("a rule that left bolts out", vec![rule]);
        let moves = vec![
            issue(cheese(), "1 pcs", "MAIN/A"),
            issue(bolt(), "1 pcs", "MAIN/A"),
            receipt(bolt(), "1 pcs", "SHOP").cost(euro("3")),
        ];
        let made = host.must("each", &MoveStock::each(moves.clone())).moves;
        assert_eq!(made[1].as_ref().unwrap_err().code, "inventory.never_valued");
        assert!(made[0].is_ok() && made[2].is_ok(), "on {}: {made:?}", host.name);
        let all = host.refused("all", &MoveStock::new(moves));
        assert!(all.to_string().starts_with("item 1 (counted from 0)"), "{all}");
    });
}

/// Values that are kept finer than the currency take prices as finely.
#[test]
fn a_price_for_one_is_kept_to_the_digits_of_values() {
    let host = in_memory();
    let Over::Sync(driver) = &host.over else { return };
    let envelope = Envelope::new(CommandId::named("digits"), ActorId::new("host"), host.now());
    driver
        .run(envelope, "digits", |tx, _| {
            let settings = Settings::of(tx)?.as_ref().clone();
            Ok::<(), StockError>(tx.put(Settings { value_digits: 4, ..settings })?)
        })
        .unwrap();
    valued(&host, Method::Fifo);
    let come = |quantity: &str| receipt(bolt(), quantity, "MAIN/A").cost(each("0.0015 EUR/pcs"));
    host.made("three", come("3 pcs"));
    let seven = host.made("seven", come("7 pcs"));
    assert_eq!(values(&host)[0], "0.015 EUR");
    let bill = CorrectReceiptCost::new(seven, each("0.0017 EUR/pcs"));
    host.must("bill", &bill);
    assert_eq!(values(&host)[0], "0.0164 EUR");
    verified(&host);
}

/// A periodic run over all goods writes down what is worth less, and leaves the rest.
#[test]
fn a_write_down_leaves_what_it_may_not_change() {
    let host = in_memory();
    host.must("value", &SetUpCosting::under(Framework::UsGaap));
    host.must("method", &SetCosting::company(Method::Fifo));
    host.made("come", receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")));
    host.made("come too", sand_in("10 kg", "100"));
    let line = |item, price: &str| NetRealisable { item, site: main_site(), price: each(price) };
    let nothing = NetRealisable { item: milk(), site: shop(), price: each("1 EUR/l") };
    let down = vec![line(bolt(), "7 EUR/pcs"), line(sand(), "12 EUR/kg"), nothing];
    let done = host.must("June", &WriteDown::to(down));
    assert_eq!(done.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false]);
    let risen = vec![line(bolt(), "9 EUR/pcs"), line(sand(), "8 EUR/kg")];
    let done = host.must("July", &WriteDown::to(risen));
    assert_eq!(done.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    assert_eq!(values(&host)[0], "150.00 EUR");
    verified(&host);
}

/// What was taken back bears nothing, and which of the receipts is wrong is said.
#[test]
fn landed_cost_names_the_receipt_that_can_not_bear_it() {
    let host = in_memory();
    valued(&host, Method::Fifo);
    let come = || receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100"));
    let (kept, gone) = (host.made("kept", come()), host.made("gone", come()));
    host.made("not come", back(gone, bolt(), "10 pcs"));
    let freight = AddLandedCost::new(vec![kept, gone], euro("20"), Basis::Quantity);
    let refused = host.refused("freight", &freight);
    assert_eq!(refused.code(), "inventory.unknown_receipt");
    assert!(refused.to_string().starts_with("item 1 (counted from 0)"), "{refused}");
    let free = AddLandedCost::new(vec![kept], Money::minor(-11_000, Currency::EUR), Basis::Value);
    let refused = host.refused("free", &free);
    assert!(refused.to_string().starts_with("item 0 (counted from 0)"), "{refused}");
}

/// Of an average nobody took from one receipt more than from another: what was sent on bears as much as it is of all that left since.
#[test]
fn landed_cost_of_an_average_follows_what_was_sent_on() {
    on_every_store(|host| {
        valued(&host, Method::Average);
        let came = receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100"));
        let came = host.made("come", came);
        let sent = host.made("sent", to_shop(bolt(), "10 pcs"));
        let freight = || AddLandedCost::new(vec![came], euro("20"), Basis::Quantity);
        host.must("freight", &freight());
        assert_eq!(values(&host), ["0.00 EUR", "120.00 EUR"], "on {}", host.name);
        // Six of fourteen that left later went to the shop, which sold half of what it has.
        let more = receipt(bolt(), "20 pcs", "MAIN/A").cost(euro("240"));
        let more = host.made("more", more);
        host.made("sold", issue(bolt(), "8 pcs", "MAIN/A"));
        host.made("sent too", to_shop(bolt(), "6 pcs"));
        host.made("sold there", issue(bolt(), "8 pcs", "SHOP"));
        assert_eq!(values(&host), ["72.00 EUR", "96.00 EUR"], "on {}", host.name);
        let duty = AddLandedCost::new(vec![more], euro("20"), Basis::Quantity);
        host.must("duty", &duty);
        // Six of twenty are there; of the fourteen six were sent on, which are there still.
        assert_eq!(values(&host), ["78.00 EUR", "102.00 EUR"], "on {}", host.name);
        host.made("sent back", NewMove::transfer(bolt(), pcs(8), ("SHOP", "MAIN/A"), today()));
        host.must("more freight", &freight());
        assert!(host.view(|view| entries_of(view, sent)).len() > 2);
        verified(&host);
    });
}

/// One item is costed by one method: another category says no other unseen, and none begins to value what has no cost.
#[test]
fn a_category_changes_no_method_unseen() {
    use fondaco_inventory::items::*;
    on_every_store(|host| {
        let categories = ["BOLTS", "METALS", "LOOSE"].map(|code| Category::new(code, code));
        host.must("categories", &AddCategories::new(categories.into()));
        let into = |item, category: &str| ChangeItem {
            category: Change::To(category.into()),
            ..ChangeItem::of(item)
        };
        host.must("bolts", &into(bolt(), "BOLTS"));
        host.must("cheese", &into(cheese(), "LOOSE"));
        host.must("value", &SetUpCosting::default());
        host.must("fifo", &SetCosting::category("BOLTS", Method::Fifo));
        host.must("average", &SetCosting::category("METALS", Method::Average));
        host.made("come", receipt(bolt(), "5 pcs", "MAIN/A").cost(euro("10")));
        host.made("unvalued", receipt(cheese(), "5 pcs", "MAIN/A"));
        let refused = host.refused("metals", &into(bolt(), "METALS"));
        assert_eq!(
            refused.to_string(),
            "item BOLT is costed by FIFO, and by moving average from its category on: say first how it is costed, with SetCosting of the item"
        );
        assert_eq!(code(&host, &into(bolt(), "LOOSE")), "inventory.no_method");
        let unvalued = code(&host, &into(cheese(), "METALS"));
        assert_eq!(unvalued, "inventory.opening_cost_missing");
        host.must("under", &AddCategories::new(vec![Category::new("NUTS", "Nuts").under("BOLTS")]));
        host.must("bolts are nuts", &into(bolt(), "NUTS"));
        let to_metals = ChangeCategory::under("NUTS", Some("METALS".into()));
        assert_eq!(code(&host, &to_metals), "inventory.cost_other_method");
        host.must("average first", &SetCosting::item(bolt(), Method::Average));
        host.must("then under", &to_metals);
        let as_category = SetCosting { method: None, ..SetCosting::item(bolt(), Method::Fifo) };
        host.must("as its category", &as_category);
        host.must("never moved", &into(drill(), "METALS"));
        verified(&host);
    });
}

/// The rule of a large company is set first; a job then costs what lies there, and goes on where it was stopped.
#[test]
fn what_lies_there_is_costed_by_a_job() {
    use fondaco_core::job::{JobCall, JobId};
    use fondaco_core::{Progressed, Unit};
    use fondaco_inventory::items::Item;
    use std::ops::ControlFlow;
    let host = in_memory();
    let parts: Vec<Item> =
        (0..600).map(|n| Item::new(format!("PART-{n:03}"), "A part", Unit::PIECE)).collect();
    host.insert("parts", parts.clone());
    host.made("before it was valued", receipt(bolt(), "5 pcs", "MAIN/A"));
    host.must("value", &SetUpCosting::default());
    host.must("fifo", &SetCosting::company(Method::Fifo).rule_alone());
    let came = |part: &Item| receipt(part.id, "1 pcs", "MAIN/A").cost(euro("2"));
    host.must("come", &MoveStock::new(parts.iter().map(came).collect()));
    assert_eq!(host.refusal(issue(bolt(), "1 pcs", "MAIN/A")), "inventory.never_valued");
    let Over::Sync(driver) = &host.over else { return };
    let (clerk, clock) = (ActorId::new("clerk"), || host.now());
    let run = |name: &str, stop: bool| {
        let call = JobCall::new(JobId::named(name), &clerk, &clock);
        let mut seen = |at: &Progressed| match stop && at.done > 0 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        driver.run_job(&call, &mut CostStock::default(), &mut seen).map(|done| done.report)
    };
    let first = run("first", false).unwrap();
    assert_eq!((first.stocks, first.changed, first.left), (601, 0, vec!["BOLT".into()]));
    host.must("bolts", &SetCosting::item(bolt(), Method::Fifo).cost(each("1 EUR/pcs")));
    let rule = SetCosting { method: None, ..SetCosting::item(bolt(), Method::Fifo) };
    host.must("bolts as all", &rule);
    host.must("average", &SetCosting::company(Method::Average).rule_alone());
    assert!(run("average", true).is_err());
    let method = |item| host.view(|view| stock_cost(view, item, main_site())).unwrap().method;
    let methods = || parts.iter().filter(|part| method(part.id) == Method::Average).count();
    assert!((400..600).contains(&methods()), "{}", methods());
    verified(&host);
    let done = run("average", false).unwrap();
    assert_eq!((done.stocks, done.changed, done.left), (601, 601, vec![]));
    assert_eq!(methods(), 600);
    assert_eq!(values(&host)[0], "1205.00 EUR");
    verified(&host);
}

/// Freight upon goods that were sold and came back, here and elsewhere: all that lies anywhere bears its part, by either policy.
#[test]
fn freight_follows_what_came_back_to_any_site() {
    for late in [LateMoves::Keep, LateMoves::Replay] {
        on_every_store(|host| {
            host.must("value", &SetUpCosting::default().late(late));
            host.must("method", &SetCosting::company(Method::Fifo));
            let came = on(receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")), "2026-06-01");
            let came = host.made("came", came);
            let sold = host.made("sold", on(issue(bolt(), "10 pcs", "MAIN/A"), "2026-06-02"));
            let back = |count: &str, to: &str, day: &str| {
                let kind = Movement::CustomerReturn { of: sold, to: to.into() };
                on(moved(bolt(), count, kind), day)
            };
            host.made("here", back("5 pcs", "MAIN/A", "2026-06-03"));
            host.made("there", back("2 pcs", "SHOP", "2026-06-04"));
            host.made("again", on(issue(bolt(), "1 pcs", "SHOP"), "2026-06-05"));
            let freight = AddLandedCost::new(vec![came], euro("20"), Basis::Quantity);
            host.must("freight", &freight);
            assert_eq!(values(&host), ["60.00 EUR", "12.00 EUR"], "{late:?} on {}", host.name);
            // What is still out comes back at what it cost after all.
            host.made("the rest", back("3 pcs", "SHOP", "2026-06-06"));
            assert_eq!(values(&host), ["60.00 EUR", "48.00 EUR"], "{late:?} on {}", host.name);
            verified(&host);
        });
    }
}

/// Another method laid all goods as one layer; what comes upon an earlier receipt finds its part there, and what was sold of it since.
#[test]
fn a_cost_finds_goods_that_another_method_laid() {
    for late in [LateMoves::Keep, LateMoves::Replay] {
        on_every_store(|host| {
            host.must("value", &SetUpCosting::default().late(late));
            host.must("average", &SetCosting::company(Method::Average));
            let came = on(receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")), "2026-06-01");
            let came = host.made("came", came);
            host.must("fifo", &SetCosting::company(Method::Fifo));
            host.must("freight", &AddLandedCost::new(vec![came], euro("20"), Basis::Quantity));
            assert_eq!(values(&host)[0], "120.00 EUR", "{late:?} on {}", host.name);
            let sold = host.made("sold", issue(bolt(), "5 pcs", "MAIN/A"));
            host.must("bill", &CorrectReceiptCost::new(came, euro("80")));
            assert_eq!(values(&host)[0], "50.00 EUR", "{late:?} on {}", host.name);
            let cost = host.view(|view| entries_of(view, sold));
            let cost: i64 = cost.iter().map(|fact| fact.value.units()).sum();
            assert_eq!(cost, -500_000, "{late:?} on {}", host.name);
            verified(&host);
        });
    }
}

/// Written down, sold, back here and elsewhere: when prices rise again, so does what it is worth, up to cost (IAS 2.33).
#[test]
fn what_comes_back_can_be_written_up_again() {
    for late in [LateMoves::Keep, LateMoves::Replay] {
        on_every_store(|host| {
            host.must("value", &SetUpCosting::under(Framework::Ifrs).late(late));
            host.must("method", &SetCosting::company(Method::Fifo));
            host.made(
                "came",
                on(receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")), "2026-06-01"),
            );
            let sells_for = |name: &str, site, price: &str| {
                let line = NetRealisable { item: bolt(), site, price: price.parse().unwrap() };
                host.must(name, &WriteDown::to(vec![line]));
            };
            let on_day = |new, n: u64| NewMove { date: today() - chrono::Days::new(n), ..new };
            let line = NetRealisable {
                item: bolt(),
                site: main_site(),
                price: "8 EUR/pcs".parse().unwrap(),
            };
            let down = WriteDown { date: Some(d("2026-06-02")), ..WriteDown::to(vec![line]) };
            host.must("less", &down);
            let sold = host.made("sold", on_day(issue(bolt(), "10 pcs", "MAIN/A"), 3));
            let back = |count: &str, to: &str| {
                moved(bolt(), count, Movement::CustomerReturn { of: sold, to: to.into() })
            };
            host.made("here", on_day(back("5 pcs", "MAIN/A"), 2));
            host.made("there", on_day(back("5 pcs", "SHOP"), 1));
            // Costed again, where that is so, before anything is written up.
            let freight = on_day(receipt(bolt(), "1 pcs", "SHOP").cost(euro("10")), 2);
            host.made("late", freight);
            assert_eq!(values(&host), ["40.00 EUR", "50.00 EUR"], "{late:?} on {}", host.name);
            sells_for("more", main_site(), "12 EUR/pcs");
            sells_for("more there", shop(), "12 EUR/pcs");
            assert_eq!(values(&host), ["50.00 EUR", "60.00 EUR"], "{late:?} on {}", host.name);
            verified(&host);
        });
    }
}

/// What another site sent costs what it did there: no bill says otherwise. Freight may come upon it.
#[test]
fn no_bill_is_of_what_another_site_sent() {
    on_every_store(|host| {
        host.must("value", &SetUpCosting::default());
        host.must("method", &SetCosting::company(Method::Fifo));
        host.made("came", receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")));
        let sent = host.made("sent", to_shop(bolt(), "4 pcs"));
        let bill = CorrectReceiptCost::new(sent, euro("50"));
        let refused = host.refused("bill", &bill);
        assert_eq!(refused.code(), "inventory.cost_of_elsewhere");
        assert!(refused.to_string().contains("came from site MAIN"), "{refused}");
        host.must("freight", &AddLandedCost::new(vec![sent], euro("8"), Basis::Quantity));
        assert_eq!(values(&host), ["60.00 EUR", "48.00 EUR"], "on {}", host.name);
        verified(&host);
    });
}

/// LIFO, and what was posted stays: what is recorded late takes what had come by its day, of however many layers that came since.
#[test]
fn what_is_late_takes_no_goods_of_later_days() {
    on_every_store(|host| {
        host.must("value", &SetUpCosting::default());
        host.must("method", &SetCosting::company(Method::Lifo));
        let came = |n: u64, count: &str, cost: &str| {
            let new = receipt(bolt(), count, "MAIN/A").cost(euro(cost));
            NewMove { date: d("2026-05-01") + chrono::Days::new(n), ..new }
        };
        host.made("first", came(0, "6 pcs", "6"));
        for n in 4..44 {
            host.made(&format!("day {n}"), came(n, "1 pcs", "20"));
        }
        host.made("late", on(issue(bolt(), "6 pcs", "MAIN/A"), "2026-05-03"));
        assert_eq!(values_on(&host, Some("2026-05-03"))[0], "0.00 EUR", "on {}", host.name);
        assert_eq!(values(&host)[0], "800.00 EUR", "on {}", host.name);
        verified(&host);
    });
}

/// What came back before another method laid it with the rest bears its part there.
#[test]
fn a_cost_finds_what_came_back_before_the_method_changed() {
    for late in [LateMoves::Keep, LateMoves::Replay] {
        on_every_store(|host| {
            host.must("value", &SetUpCosting::default().late(late));
            host.must("fifo", &SetCosting::company(Method::Fifo));
            let came = on(receipt(bolt(), "10 pcs", "MAIN/A").cost(euro("100")), "2026-06-01");
            let came = host.made("came", came);
            let sold = host.made("sold", on(issue(bolt(), "10 pcs", "MAIN/A"), "2026-06-02"));
            let kind = Movement::CustomerReturn { of: sold, to: "MAIN/A".into() };
            host.made("back", on(moved(bolt(), "5 pcs", kind), "2026-06-03"));
            host.must("average", &SetCosting::company(Method::Average));
            host.must("fifo again", &SetCosting::company(Method::Fifo));
            host.must("freight", &AddLandedCost::new(vec![came], euro("20"), Basis::Quantity));
            assert_eq!(values(&host)[0], "60.00 EUR", "{late:?} on {}", host.name);
            host.made("sold again", issue(bolt(), "2 pcs", "MAIN/A"));
            host.must("insurance", &AddLandedCost::new(vec![came], euro("10"), Basis::Quantity));
            assert_eq!(values(&host)[0], "39.00 EUR", "{late:?} on {}", host.name);
            verified(&host);
        });
    }
}
