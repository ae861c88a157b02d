//! At the gate: more than was ordered, nothing that is good, and what came, went back and came again.

use fondaco::company::*;
use fondaco::prelude::*;

use crate::firm::*;

fn ordered(count: &str, price: &str) -> Firm {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs(count)).price(price.parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("1", "V-1", day("2026-03-02")).line(line)]));
    firm
}

fn receive(firm: &Firm, code: &str, line: ReceivedLine) -> Result<(), CompanyError> {
    let receipt = NewReceipt::new(code, "1", day("2026-03-03")).line(line);
    firm.send(&Receive::new(vec![receipt])).map(drop)
}

fn bill(firm: &Firm) {
    let bill = NewBill::new("1", "V-1", day("2026-03-05")).order("1");
    firm.must(&EnterBills::new(vec![bill]));
}

#[test]
fn what_comes_again_costs_what_was_ordered() {
    let firm = ordered("3", "10 EUR/3 pcs");
    for code in ["a", "b", "c"] {
        receive(&firm, code, ReceivedLine::new(1, pcs("1"))).unwrap();
    }
    assert_eq!(firm.balance("1400"), "10");
    for code in ["b", "a"] {
        firm.must(&Cancel::one(DocumentKind::Receipt, code, day("2026-03-04")));
        receive(&firm, &format!("{code}2"), ReceivedLine::new(1, pcs("1"))).unwrap();
        assert_eq!(firm.balance("1400"), "10", "after {code}");
    }
    bill(&firm);
    assert_eq!(firm.balances(["1400", "2050", "5100"]), ["10", "0", "0"]);
    firm.clean();
}

#[test]
fn more_than_was_ordered_is_taken_in_within_the_tolerance() {
    let firm = ordered("100", "2 EUR/pcs");
    let more = || ReceivedLine::new(1, pcs("104"));
    assert_eq!(
        receive(&firm, "1", more()).unwrap_err().to_string(),
        "item 0 (counted from 0): purchase_order/1, line 1: 104 pcs is more than the 100 pcs that is left to receive"
    );
    let zero = Rate::ZERO;
    let tolerances = SetTolerances::new(zero, zero);
    firm.must(&SetTolerances { receipt: Rate::percent("5").unwrap(), ..tolerances });
    assert!(receive(&firm, "1", ReceivedLine::new(1, pcs("106"))).is_err());
    receive(&firm, "1", more()).unwrap();
    assert_eq!(firm.balances(["1400", "2050"]), ["208", "-208"]);
    let order =
        |firm: &Firm| firm.company.document(DocumentKind::PurchaseOrder, "1").unwrap().unwrap();
    assert_eq!(order(&firm).status, Status::Open);
    // All that is left is nothing.
    assert!(receive(&firm, "2", ReceivedLine::all(1)).is_err());
    bill(&firm);
    assert_eq!(firm.balances(["1400", "2050"]), ["208", "0"]);
    assert_eq!(order(&firm).status, Status::Done);
    let billed = firm.company.document(DocumentKind::Bill, "1").unwrap().unwrap();
    assert_eq!(
        (billed.net.to_decimal().normalize().to_string(), billed.blocked.get()),
        ("208".into(), None)
    );
    firm.clean();
    firm.must(&Cancel::one(DocumentKind::Bill, "1", day("2026-03-06")));
    firm.must(&Cancel::one(DocumentKind::Receipt, "1", day("2026-03-06")));
    receive(&firm, "3", ReceivedLine::all(1)).unwrap();
    assert_eq!(firm.balances(["1400", "2050"]), ["200", "-200"]);
    firm.clean();
}

#[test]
fn what_is_refused_as_a_whole_is_noted_and_still_to_come() {
    let firm = ordered("10", "2 EUR/pcs");
    receive(&firm, "1", ReceivedLine::refused(1, pcs("10"))).unwrap();
    let lines = firm.company.lines(DocumentKind::Receipt, "1").unwrap();
    assert_eq!(
        (
            lines[0].quantity.units(),
            lines[0].refused.get().map(|one| one.to_decimal().normalize().to_string())
        ),
        (0, Some("10".to_owned()))
    );
    assert_eq!(firm.balance("1400"), "0");
    assert!(receive(&firm, "2", ReceivedLine::refused(7, pcs("1"))).is_err(), "there is no line 7");
    receive(&firm, "2", ReceivedLine::all(1)).unwrap();
    assert_eq!(firm.balance("1400"), "20");
    firm.must(&Cancel::one(DocumentKind::Receipt, "1", day("2026-03-04")));
    firm.clean();
}

/// Of an order that was closed short nothing comes beyond what did, so nothing is left that no bill can take.
#[test]
fn beyond_an_order_that_was_closed_short_nothing_comes() {
    let firm = ordered("100", "2 EUR/pcs");
    let tolerances = SetTolerances::new(Rate::ZERO, Rate::ZERO);
    firm.must(&SetTolerances { receipt: Rate::percent("10").unwrap(), ..tolerances });
    receive(&firm, "1", ReceivedLine::new(1, pcs("60"))).unwrap();
    firm.must(&CloseOrders::new(vec![Named::new(DocumentKind::PurchaseOrder, "1")]));
    assert!(receive(&firm, "2", ReceivedLine::new(1, pcs("10"))).is_err());
    bill(&firm);
    assert_eq!(firm.balances(["1400", "2050"]), ["120", "0"]);
    firm.clean();
}
