//! Returns that were booked with another quantity than they had, and what is open of what they return.

use super::*;

fn correct(of: u32, quantity: &str) -> Kind {
    Kind::Correction { of: id(of), quantity: qty(quantity) }
}

fn back(of: u32, quantity: &str) -> Kind {
    Kind::CustomerReturn { of: id(of), quantity: qty(quantity) }
}

fn away(of: u32, quantity: &str) -> Kind {
    Kind::SupplierReturn { of: id(of), quantity: qty(quantity) }
}

fn by(bench: &Bench, of: u32, cause: Cause) -> Val {
    let facts = bench.facts.iter().filter(|fact| fact.of == id(of) && fact.cause == cause);
    Val::from_units(facts.map(|fact| fact.value.units()).sum())
}

#[test]
fn no_more_comes_back_than_was_issued_however_a_return_is_corrected() {
    for method in [Method::Fifo, Method::Lifo, Method::Average] {
        let mut bench = Bench::new(method);
        bench.send(receipt("10", "100"));
        bench.send(issue("10"));
        bench.send(back(2, "4"));
        let refused = bench.refused(correct(3, "100"));
        let (quantity, open) = (qty("96"), qty("6"));
        let over = ValuationError::OverReturned { id: id(4), of: id(2), quantity, open };
        assert_eq!(refused, over);
        bench.send(correct(3, "7"));
        bench.stands("7", "70");
        assert_eq!(bench.refused(back(2, "4")).code(), "inventory.cost_over_returned");
        // What was not returned after all can be returned.
        bench.send(correct(3, "0"));
        bench.stands("0", "0");
        bench.send(back(2, "10"));
        bench.stands("10", "100");
    }
}

#[test]
fn what_comes_back_in_addition_comes_at_what_the_issue_cost() {
    let mut bench = Bench::new(Method::Average);
    bench.send(receipt("3", "100"));
    bench.send(issue("3"));
    bench.send(back(2, "1"));
    bench.send(receipt("10", "700"));
    bench.send(correct(3, "3"));
    assert_eq!(bench.worth(3), val("100"));
    bench.stands("13", "800");
    // And by the issue's cost as corrected since: it was below zero.
    let mut bench = Bench::new(Method::Fifo);
    bench.send(Kind::SetCost { cost: price("1") });
    bench.send(issue("10"));
    bench.send(back(2, "2"));
    bench.send(receipt("8", "24"));
    bench.send(correct(3, "10"));
    assert_eq!((bench.worth(2), bench.worth(3)), (val("-26"), val("26")));
    bench.stands("8", "24");
}

#[test]
fn a_supplier_credits_a_corrected_return_by_what_he_billed() {
    for method in [Method::Fifo, Method::Average] {
        let mut bench = Bench::new(method);
        bench.send(receipt("10", "100"));
        bench.send(receipt("10", "200"));
        bench.send(away(2, "4"));
        bench.send(correct(3, "6"));
        assert_eq!((by(&bench, 3, Cause::Cost), bench.next), (val("-120"), 4));
        assert_eq!(bench.refused(correct(3, "11")).code(), "inventory.cost_over_returned");
        bench.send(correct(3, "1"));
        assert_eq!(by(&bench, 3, Cause::Cost), val("-20"));
        let unit = if method == Method::Fifo { "-10" } else { "-15" };
        assert_eq!(bench.worth(3), val(unit));
        bench.send(away(2, "9"));
        assert_eq!(by(&bench, 7, Cause::Cost), val("-180"));
        assert_eq!(bench.refused(away(2, "1")).code(), "inventory.cost_over_returned");
    }
}

#[test]
fn each_part_comes_back_at_what_it_was_issued_at_also_at_another_standard() {
    let mut bench = Bench::new(Method::Standard);
    bench.send(Kind::SetCost { cost: price("10") });
    bench.send(receipt("4", "40"));
    bench.send(issue("2"));
    bench.send(Kind::SetCost { cost: price("15") });
    bench.send(back(3, "1"));
    bench.send(back(3, "1"));
    for of in [5, 6] {
        let told = (by(&bench, of, Cause::Cost), by(&bench, of, Cause::Variance));
        assert_eq!(told, (val("10"), val("5")));
    }
}

#[test]
fn a_price_is_that_of_a_receipt() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.send(issue("10"));
    bench.send(back(2, "4"));
    let bill = Kind::PriceChange { of: id(3), value: val("1") };
    assert_eq!(bench.refused(bill).code(), "inventory.cost_never_received");
    bench.send(Kind::LandedCost { of: id(3), value: val("1") });
    bench.stands("4", "41");
}

#[test]
fn what_a_receipt_covered_bears_its_share_of_landed_cost() {
    for method in [Method::Fifo, Method::Lifo, Method::Average] {
        let mut bench = Bench::new(method);
        bench.send(issue("5"));
        bench.send(receipt("10", "100"));
        bench.send(Kind::LandedCost { of: id(2), value: val("20") });
        assert_eq!((bench.worth(1), bench.worth(3)), (val("-60"), val("0")));
        bench.stands("5", "60");
        bench.send(back(1, "5"));
        bench.stands("10", "120");
    }
    // One that was issued at what it came to cost is found too.
    let mut bench = Bench::new(Method::Fifo);
    bench.send(Kind::SetCost { cost: price("10") });
    bench.send(issue("5"));
    bench.send(receipt("10", "100"));
    bench.send(Kind::LandedCost { of: id(3), value: val("20") });
    assert_eq!(bench.worth(2), val("-60"));
}

/// What is kept and what is costed again differ in costs, never in what is allowed.
#[test]
fn both_policies_allow_the_same_corrections() {
    for policy in [Backdating::Keep, Backdating::Replay { open_from: None }] {
        let mut book = Book::new(CostRules::new(Currency::EUR), Method::Fifo).unwrap();
        let mut next = 0;
        let mut record = |kind| {
            next += 1;
            book.record(Move::new(id(next), day(next), kind), policy).map(|_| ())
        };
        record(receipt("10", "100")).unwrap();
        record(issue("10")).unwrap();
        record(back(2, "4")).unwrap();
        assert_eq!(record(correct(3, "11")).unwrap_err().code(), "inventory.cost_over_returned");
        record(correct(3, "10")).unwrap();
        assert_eq!(record(back(2, "1")).unwrap_err().code(), "inventory.cost_over_returned");
        record(correct(3, "0")).unwrap();
        record(away(1, "0.5")).unwrap();
        record(back(2, "10")).unwrap();
    }
}

/// Of an issue that went partly below zero, what was never there comes back for what it was issued at, and what was taken for what it was
/// taken at: whoever takes all of it back leaves neither profit nor loss.
#[test]
fn an_issue_partly_below_zero_comes_back_at_what_it_took() {
    let history = |backs: &[Kind]| {
        let mut bench = Bench::new(Method::Fifo);
        bench.send(receipt("3", "3"));
        bench.send(receipt("1", "2"));
        bench.send(issue("2"));
        bench.send(issue("5")); // one at 1, one at 2, and three at the last known 2
        assert_eq!(bench.worth(4), val("-9"));
        backs.iter().for_each(|back| drop(bench.send(*back)));
        bench
    };
    let parts = |parts: &[&str]| parts.iter().map(|part| back(4, part)).collect::<Vec<_>>();
    let ways = [vec![correct(4, "0")], parts(&["5"]), parts(&["3", "2"]), parts(&["1", "4"])];
    for way in ways {
        let bench = history(&way);
        bench.stands("2", "3");
        let corrected = bench.facts.iter().filter(|fact| fact.cause == Cause::Correction);
        let all_at_once = way.len() == 1;
        let corrected: i64 = corrected.map(|fact| fact.value.units()).sum();
        assert!(!all_at_once || corrected == 0, "{way:?}: {corrected}");
    }
}

/// What roundings left of a layer can bear no more than there is: the cent goes with what is gone.
#[test]
fn a_receipt_that_is_sold_piece_by_piece_turns_out_to_be_free() {
    for (method, cause) in [
        (Method::Fifo, Kind::PriceChange { of: id(1), value: val("-10") }),
        (Method::Lifo, Kind::LandedCost { of: id(1), value: val("-10") }),
        (Method::Average, Kind::PriceChange { of: id(1), value: val("-10") }),
    ] {
        let mut bench = Bench::new(method);
        bench.send(receipt("7", "10"));
        (0..6).for_each(|_| drop(bench.send(issue("1"))));
        bench.stands("1", "1.42");
        bench.send(cause);
        bench.stands("1", "0");
        assert_eq!(bench.facts.iter().map(|fact| fact.value.units()).sum::<i64>(), 0);
    }
}

/// Nine went back for 90 of 100, and then the bill says 50 for all ten: the one that is left cost 5.
#[test]
fn a_bill_for_less_than_was_credited_leaves_what_is_left_at_its_price() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.send(away(1, "9"));
    bench.send(Kind::PriceChange { of: id(1), value: val("-50") });
    bench.stands("1", "5");
    let below = Kind::PriceChange { of: id(1), value: val("-60") };
    assert_eq!(bench.refused(below).code(), "inventory.cost_below_zero");
}

#[test]
fn a_drop_shipment_is_taken_back_and_billed_otherwise() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(Kind::DropShipment { quantity: qty("5"), value: val("50") });
    let told = bench.send(Kind::PriceChange { of: id(1), value: val("-2") });
    let told: Vec<_> = told.facts.iter().map(|f| (f.cause, f.of, f.value)).collect();
    let bill = (Cause::Cost, id(1), val("-2"));
    assert_eq!(told, [bill, (Cause::Correction, id(1), val("2"))]);
    bench.send(Kind::LandedCost { of: id(1), value: val("1") });
    let posted = bench.known.posted(id(1)).unwrap();
    assert_eq!((posted.passed, posted.price), (Some(qty("5")), val("48")));
    let told = bench.send(correct(1, "0"));
    let told: Vec<_> = told.facts.iter().map(|f| (f.cause, f.quantity, f.value)).collect();
    let bought = (Cause::Cost, qty("-5"), val("-48"));
    assert_eq!(told, [bought, (Cause::Correction, qty("5"), val("48"))]);
    assert_eq!(bench.refused(correct(1, "1")).code(), "inventory.cost_unknown_move");
    let bill = Kind::PriceChange { of: id(1), value: val("1") };
    assert_eq!(bench.refused(bill).code(), "inventory.cost_never_received");
    bench.stands("0", "0");
}

/// What did not leave after all lies where it lay: had the mistake never been made, the next issue would cost as much, and a cost that comes
/// upon the layer stays in stock.
#[test]
fn what_did_not_leave_lies_where_it_lay() {
    for (method, next) in [(Method::Fifo, "-20"), (Method::Lifo, "-25")] {
        let mut bench = Bench::new(method);
        bench.send(receipt("10", "10"));
        bench.send(receipt("10", "20"));
        bench.send(issue("15"));
        bench.send(correct(3, "0"));
        let layers: Vec<_> =
            bench.state.layers.iter().map(|l| (l.id, l.quantity, l.value)).collect();
        let right = [(id(1), qty("10"), val("10")), (id(2), qty("10"), val("20"))];
        assert_eq!(layers, right, "{method}");
        let told = bench.send(Kind::LandedCost { of: id(1), value: val("2") });
        assert_eq!(told.facts.len(), 1, "{method}");
        bench.send(Kind::LandedCost { of: id(1), value: val("-2") });
        bench.send(issue("15"));
        assert_eq!(bench.worth(7), val(next));
    }
}

/// What an issue of a later day bore of a cost, stock bore until then.
#[test]
fn a_cost_between_two_days_lies_in_stock_until_the_goods_leave() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.next = 9;
    bench.send(issue("5"));
    bench.next += 1;
    let freight = Kind::LandedCost { of: id(1), value: val("20") };
    bench.carry_out(Move::new(id(bench.next), day(5), freight)).unwrap();
    let on = |n| -> i64 {
        bench.facts.iter().filter(|f| f.date <= day(n)).map(|f| f.value.units()).sum()
    };
    assert_eq!([on(4), on(5), on(10)].map(Val::from_units), [val("100"), val("120"), val("60")]);
}

proptest! {
    /// Of layers, what the facts say of each is what lies there.
    #[test]
    fn the_facts_of_a_layer_are_what_is_left_of_it(lifo: bool, history in steps()) {
        let mut bench = Bench::new(if lifo { Method::Lifo } else { Method::Fifo });
        bench.send(Kind::SetCost { cost: price("1.25") });
        for step in &history {
            let kind = step.kind(bench.next);
            bench.next += 1;
            let _ = bench.carry_out(Move::new(id(bench.next), day(bench.next), kind));
        }
        for n in 1..=bench.next {
            let facts = bench.facts.iter().filter(|fact| fact.layer == Some(id(n)));
            let told = facts.fold((0, 0), |sum, fact| {
                let value = if fact.cause == Cause::WriteDown { 0 } else { fact.value.units() };
                (sum.0 + fact.quantity.units(), sum.1 + value)
            });
            let lies = bench.state.layers.iter().filter(|layer| layer.id == id(n));
            let lies = lies.fold((0, 0), |sum, layer| {
                (sum.0 + layer.quantity.units(), sum.1 + layer.value.units())
            });
            prop_assert_eq!(told, lies);
        }
    }
}
