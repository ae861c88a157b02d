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
            let told: i64 = facts.map(|fact| fact.quantity.units()).sum();
            let lies = bench.state.layers.iter().filter(|layer| layer.id == id(n));
            prop_assert_eq!(told, lies.map(|layer| layer.quantity.units()).sum::<i64>());
        }
    }
}
