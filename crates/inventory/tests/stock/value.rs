//! What stock is worth, as the moves are made.

use fondaco_core::{Money, UnitPrice};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::valuation::{Basis, Cause, Framework, Method};
use fondaco_inventory::value::*;
use fondaco_inventory::*;

use crate::host::*;

pub fn euro(amount: &str) -> Money {
    Money::parse(&format!("{amount} EUR")).unwrap()
}

pub fn valued(host: &Host, method: Method) {
    host.must("value", &SetUpCosting::default());
    host.must("method", &SetCosting::company(method));
}

/// Receives a quantity of bolts for a sum.
fn came(quantity: &str, cost: &str, date: &str) -> NewMove {
    on(receipt(bolt(), quantity, "MAIN/A"), date).cost(euro(cost))
}

fn value(host: &Host, query: &ValueQuery) -> String {
    host.view(|view| stock_value(view, query)).total().to_string()
}

pub fn verified(host: &Host) {
    let found = host.view(|view| Ok(ENGINE.verify(view)?));
    assert!(found.is_empty(), "on {}: {found:#?}", host.name);
}

#[test]
fn what_goes_out_takes_cost_by_the_method() {
    let methods = [
        (Method::Fifo, "-20.00 EUR", "10.00 EUR"),
        (Method::Lifo, "-25.00 EUR", "5.00 EUR"),
        (Method::Average, "-22.50 EUR", "7.50 EUR"),
    ];
    on_every_store(|host| {
        let (method, issued, left) = methods[host.name.len() % 3];
        valued(&host, method);
        let moves = vec![
            came("10 pcs", "10", "2026-05-04"),
            came("10 pcs", "20", "2026-05-11"),
            issue(bolt(), "15 pcs", "MAIN/A"),
        ];
        let made: Vec<_> = host.must("moves", &MoveStock::new(moves)).ids().collect();
        let facts = host.view(|view| entries_of(view, made[2]));
        let sum: i64 = facts.iter().map(|fact| fact.value.units()).sum();
        assert_eq!(Val::from_units(sum).money(fondaco_core::Currency::EUR).to_string(), issued);
        assert_eq!(value(&host, &ValueQuery::default()), left, "{method} on {}", host.name);
        assert_eq!(value(&host, &ValueQuery::on(d("2026-05-31"))), "30.00 EUR");
        assert_eq!(value(&host, &ValueQuery::on(d("2026-05-10"))), "10.00 EUR");
        let known = ValueQuery { known: Some(host.time_before(600)), ..ValueQuery::default() };
        assert_eq!(value(&host, &known), "0.00 EUR");
        let cost = host.view(|view| stock_cost(view, bolt(), main_site())).unwrap();
        assert_eq!(cost.quantity.to_decimal(), 5.into());
        // The last takes the rest, and nothing is worth nothing.
        host.made("rest", issue(bolt(), "5 pcs", "MAIN/A"));
        assert_eq!(value(&host, &ValueQuery::default()), "0.00 EUR");
        assert!(host.view(|view| layers(view, bolt(), main_site())).is_empty());
        verified(&host);
    });
}

#[test]
fn many_layers_are_read_as_they_are_needed() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        let come = (1..=40).map(|n| came("1 pcs", &n.to_string(), "2026-06-01")).collect();
        host.must("come", &MoveStock::new(come));
        host.made("go", issue(bolt(), "25 pcs", "MAIN/A"));
        let left: i32 = (26..=40).sum();
        assert_eq!(value(&host, &ValueQuery::default()), format!("{left}.00 EUR"));
        assert_eq!(host.view(|view| layers(view, bolt(), main_site())).len(), 15);
        // One that comes late by day lies before the others, and leaves first.
        host.made("late", came("1 pcs", "100", "2026-05-01"));
        let first = host.made("first", issue(bolt(), "1 pcs", "MAIN/A"));
        let facts = host.view(|view| entries_of(view, first));
        assert_eq!(facts[0].value.to_decimal(), (-100).into());
        verified(&host);
    });
}

/// Of more layers than are read at once: what comes in the same batch stands behind those that were not read.
#[test]
fn what_a_batch_brings_in_waits_its_turn() {
    for (method, day) in [(Method::Fifo, "2026-06-02"), (Method::Lifo, "2026-05-01")] {
        on_every_store(|host| {
            valued(&host, method);
            let come = (1..=20).map(|_| came("1 pcs", "1", "2026-06-01")).collect();
            host.must("come", &MoveStock::new(come));
            let moves = vec![came("100 pcs", "200", day), issue(bolt(), "50 pcs", "MAIN/A")];
            host.must("come and go", &MoveStock::new(moves));
            assert_eq!(value(&host, &ValueQuery::default()), "140.00 EUR", "{method}");
            assert_eq!(host.view(|view| layers(view, bolt(), main_site())).len(), 1, "{method}");
            verified(&host);
        });
    }
}

#[test]
fn what_was_issued_before_it_came_is_corrected_by_the_next_receipt() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        let sand_in =
            |quantity: &str, cost: &str| receipt(sand(), quantity, "MAIN/A").cost(euro(cost));
        host.made("in", sand_in("1 kg", "2"));
        let out = host.made("out", issue(sand(), "4 kg", "MAIN/A"));
        assert_eq!(value(&host, &ValueQuery::default()), "-6.00 EUR");
        let more = host.made("more", sand_in("5 kg", "15"));
        assert_eq!(value(&host, &ValueQuery::default()), "6.00 EUR");
        let facts = host.view(|view| entries_by(view, more));
        let corrections = facts.iter().filter(|fact| fact.cause == Cause::Correction);
        let corrections: Vec<_> =
            corrections.map(|fact| (fact.about(), fact.value.units())).collect();
        assert_eq!(corrections, [(out, 60_000), (out, -90_000)]);
        assert_eq!(facts.iter().map(|fact| fact.number).collect::<Vec<_>>(), [0, 1, 2]);
        verified(&host);
    });
}

#[test]
fn without_costing_nothing_is_valued() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "5 pcs", "MAIN/A"));
        assert_eq!(value(&host, &ValueQuery::default()), "0.00 EUR");
        assert_eq!(host.refusal(came("5 pcs", "10", "2026-06-01")), "inventory.cost_of_unvalued");
        let first = host.refused("no set-up", &SetCosting::company(Method::Fifo));
        assert_eq!(first.code(), "inventory.no_costing");
        host.must("value", &SetUpCosting::default());
        let missing = host.refused("opening", &SetCosting::company(Method::Fifo));
        assert_eq!(
            missing.to_string(),
            "what lies there of BOLT was never valued: carry out SetCosting for each of these items, with its cost"
        );
        verified(&host);
        let each: UnitPrice = "0.50 EUR/pcs".parse().unwrap();
        host.must("bolt", &SetCosting::item(bolt(), Method::Average).cost(each));
        assert_eq!(value(&host, &ValueQuery::default()), "2.50 EUR");
        host.must("company", &SetCosting::company(Method::Fifo));
        host.made("go", issue(bolt(), "5 pcs", "MAIN/A"));
        verified(&host);
    });
}

#[test]
fn costs_that_can_not_be_are_refused() {
    let host = in_memory();
    host.must("value", &SetUpCosting::under(Framework::Ifrs));
    host.must("method", &SetCosting::company(Method::Fifo));
    let refusal = |new: NewMove| host.refusal(new);
    let came = |cost: Money| receipt(bolt(), "1 pcs", "MAIN/A").cost(cost);
    assert_eq!(refusal(receipt(bolt(), "1 pcs", "MAIN/A")), "inventory.cost_unknown");
    let dollars = Money::parse("1 USD").unwrap();
    assert_eq!(refusal(came(dollars)), "inventory.cost_currency");
    assert_eq!(refusal(came(euro("1.001"))), "inventory.cost_too_fine");
    assert_eq!(refusal(came(euro("1.00001"))), "core.money_too_fine");
    assert_eq!(refusal(came(euro("-1"))), "inventory.cost_below_zero");
    let per_metre: UnitPrice = "1 EUR/m".parse().unwrap();
    let strange = receipt(bolt(), "1 pcs", "MAIN/A").cost(per_metre);
    assert_eq!(refusal(strange), "core.no_unit_factor");
    let goes = issue(bolt(), "1 pcs", "MAIN/A").cost(euro("1"));
    host.made("one", came(euro("1")));
    assert_eq!(refusal(goes), "inventory.cost_unfit");
    let consigned = receipt(milk(), "1 l", "MAIN/A").lot(lot_id("MC")).cost(euro("1"));
    assert_eq!(refusal(consigned), "inventory.cost_of_others");
    let lifo = host.refused("lifo", &SetCosting::company(Method::Lifo));
    assert_eq!(lifo.code(), "inventory.cost_method_not_allowed");
    let other = host.refused("other", &SetUpCosting::under(Framework::Hgb));
    assert_eq!(other.code(), "inventory.costing_set_up");
    let none = SetCosting { method: None, ..SetCosting::company(Method::Fifo) };
    assert_eq!(host.refused("none", &none).code(), "inventory.bad_setting");
    verified(&host);
}

/// Of goods in another unit than the price's: a carton holds twelve.
#[test]
fn a_price_is_for_any_unit_of_the_item() {
    let host = in_memory();
    valued(&host, Method::Fifo);
    let carton: UnitPrice = "6 EUR/carton".parse().unwrap();
    host.made("pieces", receipt(bolt(), "4 pcs", "MAIN/A").cost(carton));
    let piece: UnitPrice = "0.333 EUR/pcs".parse().unwrap();
    host.made("cartons", receipt(bolt(), "2 carton", "MAIN/A").cost(piece));
    let cost = host.view(|view| stock_cost(view, bolt(), main_site())).unwrap();
    assert_eq!(cost.cost.to_decimal().to_string(), "9.99"); // 2.00 and 24 x 0.333
    verified(&host);
}

/// Consigned goods are worth nothing until they are bought; a customer's never are.
#[test]
fn only_own_goods_have_a_value() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        let of = |code: &str| receipt(milk(), "10 l", "MAIN/A").lot(lot_id(code));
        host.must("come", &MoveStock::new(vec![of("MC"), of("MK")]));
        assert_eq!(value(&host, &ValueQuery::default()), "0.00 EUR");
        let bought = Movement::OwnerChange { at: "MAIN/A".into(), to_lot: lot_id("M1") };
        let bought = moved(milk(), "4 l", bought).lot(lot_id("MC")).cost(euro("6"));
        host.made("bought", bought);
        assert_eq!(value(&host, &ValueQuery::default()), "6.00 EUR");
        verified(&host);
    });
}

/// What is sent on costs there what it did here, and follows when that turns out otherwise.
#[test]
fn costs_that_come_later_find_where_the_goods_went() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        let receipt = host.made("come", came("10 pcs", "100", "2026-05-04"));
        host.made("sold", issue(bolt(), "4 pcs", "MAIN/A"));
        let put = NewMove::transfer(bolt(), pcs(3), ("MAIN/A", "SHOP"), today());
        host.made("put", put);
        let sold = host.made("sold there", issue(bolt(), "1 pcs", "SHOP"));
        let value = |site| {
            let query = ValueQuery { site: Some(site), ..ValueQuery::default() };
            value(&host, &query)
        };
        assert_eq!((value(main_site()), value(shop())), ("30.00 EUR".into(), "20.00 EUR".into()));
        let freight = AddLandedCost::new(vec![receipt], euro("20"), Basis::Weight);
        let refused = host.refused("no weight", &freight);
        assert_eq!(refused.code(), "inventory.cost_no_measure");
        let freight = AddLandedCost::new(vec![receipt], euro("20"), Basis::Value);
        host.must("freight", &freight);
        assert_eq!((value(main_site()), value(shop())), ("36.00 EUR".into(), "24.00 EUR".into()));
        let cost: i64 =
            host.view(|view| entries_of(view, sold)).iter().map(|fact| fact.value.units()).sum();
        assert_eq!(cost, -120_000);
        host.must("bill", &CorrectReceiptCost::new(receipt, euro("90")));
        assert_eq!((value(main_site()), value(shop())), ("33.00 EUR".into(), "22.00 EUR".into()));
        verified(&host);
    });
}

#[test]
fn changes_of_cost_that_can_not_be_are_refused() {
    let host = in_memory();
    let freight = |receipts| AddLandedCost::new(receipts, euro("20"), Basis::Quantity);
    let nobody = host.refused("unset", &freight(vec![]));
    assert_eq!(nobody.code(), "inventory.no_costing");
    valued(&host, Method::Fifo);
    let receipt = host.made("come", came("10 pcs", "100", "2026-05-04"));
    let sold = host.made("sold", issue(bolt(), "4 pcs", "MAIN/A"));
    let refusal =
        |command: &AddLandedCost| host.refused(&format!("{command:?}"), command).code().to_owned();
    assert_eq!(refusal(&freight(vec![])), "inventory.cost_no_bearer");
    assert_eq!(refusal(&freight(vec![receipt, receipt])), "inventory.receipt_twice");
    assert_eq!(refusal(&freight(vec![sold])), "inventory.unknown_receipt");
    let tomorrow = Some(d("2026-07-01"));
    let late = AddLandedCost { date: tomorrow, ..freight(vec![receipt]) };
    assert_eq!(refusal(&late), "inventory.date_ahead");
    host.must("lock", &LockStock::through(d("2026-05-31")));
    let locked = AddLandedCost { date: Some(d("2026-05-31")), ..freight(vec![receipt]) };
    assert_eq!(refusal(&locked), "inventory.moves_locked");
    let back = AddLandedCost { cost: euro("-200"), ..freight(vec![receipt]) };
    assert_eq!(refusal(&back), "inventory.cost_below_zero");
    let free = CorrectReceiptCost::new(receipt, euro("-1"));
    assert_eq!(host.refused("free", &free).code(), "inventory.cost_below_zero");
    let as_booked = CorrectReceiptCost::new(receipt, euro("100"));
    assert_eq!(host.must("as booked", &as_booked), None);
    let price: UnitPrice = "1 USD/pcs".parse().unwrap();
    let line = NetRealisable { item: bolt(), site: main_site(), price };
    let dollars = host.refused("dollars", &WriteDown::to(vec![line]));
    assert_eq!(dollars.code(), "inventory.cost_currency");
    verified(&host);
}

/// Another method costs what is there from now on; another standard revalues it.
/// A transfer that covers what an earlier one owed corrects that one; what nobody can be found for ends there.
#[test]
fn what_goes_to_nobody_is_followed_to_nobody() {
    on_every_store(|host| {
        valued(&host, Method::Average);
        host.made("come", receipt(sand(), "1 kg", "MAIN/A").cost(euro("4")));
        host.made("go", issue(sand(), "1 kg", "MAIN/A"));
        let put = |places| NewMove::transfer(sand(), q("5 kg"), places, today());
        host.made("owed", put(("MAIN/A", "SHOP")));
        host.made("sold", issue(sand(), "5 kg", "SHOP"));
        host.made("dear", receipt(sand(), "5 kg", "SHOP").cost(euro("35")));
        let covers = host.made("covers", put(("SHOP", "MAIN/A")));
        let facts = host.view(|view| entries_by(view, covers));
        let corrections = facts.iter().filter(|fact| fact.cause == Cause::Correction);
        let told: Vec<_> = corrections.map(|fact| (fact.site, fact.value.units())).collect();
        assert!(told.len() <= 3, "{told:?}");
        assert_eq!(value(&host, &ValueQuery::default()), "0.00 EUR");
        verified(&host);
    });
}

#[test]
fn methods_and_standards_change() {
    on_every_store(|host| {
        valued(&host, Method::Fifo);
        host.must(
            "come",
            &MoveStock::new(vec![
                came("10 pcs", "10", "2026-05-04"),
                came("10 pcs", "20", "2026-05-11"),
            ]),
        );
        host.must("average", &SetCosting::company(Method::Average));
        assert!(host.view(|view| layers(view, bolt(), main_site())).is_empty());
        assert_eq!(value(&host, &ValueQuery::default()), "30.00 EUR");
        let each: UnitPrice = "2 EUR/pcs".parse().unwrap();
        host.must("standard", &SetCosting::item(bolt(), Method::Standard).cost(each));
        assert_eq!(value(&host, &ValueQuery::default()), "40.00 EUR");
        let each: UnitPrice = "24 EUR/carton".parse().unwrap();
        host.must("same", &SetCosting::item(bolt(), Method::Standard).cost(each));
        let dear = host.made("dear", came("5 pcs", "12", "2026-06-01"));
        let facts = host.view(|view| entries_by(view, dear));
        let variance = facts.iter().find(|fact| fact.cause == Cause::Variance).unwrap();
        assert_eq!(variance.value.to_decimal(), (-2).into());
        let gone =
            SetCosting { method: None, cost: None, ..SetCosting::item(bolt(), Method::Fifo) };
        host.must("as the company", &gone);
        let cost = host.view(|view| stock_cost(view, bolt(), main_site())).unwrap();
        assert_eq!((cost.method, cost.cost.to_decimal()), (Method::Average, 50.into()));
        host.must("fifo", &SetCosting::company(Method::Fifo));
        assert_eq!(host.view(|view| layers(view, bolt(), main_site())).len(), 1);
        host.must("lock", &LockStock::through(d("2026-05-31")));
        let late = SetCosting::company(Method::Average).on(d("2026-05-31"));
        assert_eq!(host.refused("locked", &late).code(), "inventory.moves_locked");
        host.made("go", issue(bolt(), "25 pcs", "MAIN/A"));
        verified(&host);
    });
}
