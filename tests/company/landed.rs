//! Freight that a bill puts upon the goods that it was paid for.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::valuation::Basis;

use crate::firm::*;

/// Bolts for 40 and nuts for 10 came, and 4 of 10 bolts were sold.
fn came(profile: Profile) -> Firm {
    let firm = Firm::of(&set_up().profiled(profile));
    let date = day("2026-03-02");
    for (code, item, price) in [("1", bolt(), "4 EUR/pcs"), ("2", nut(), "1 EUR/pcs")] {
        let line = NewLine::new(item, pcs("10")).price(price.parse().unwrap());
        firm.must(&OrderGoods::new(vec![NewOrder::new(code, "V-1", date).line(line)]));
        firm.must(&Receive::new(vec![NewReceipt::new(code, code, date)]));
    }
    let sold = NewOrder::new("1", "C-1", date).line(NewLine::new(bolt(), pcs("4")));
    firm.must(&PlaceOrders::new(vec![sold]));
    firm.must(&Deliver::new(vec![NewDelivery::new("1", "1", date)]));
    firm
}

fn freight(code: &str, lands: LandsOn) -> EnterBills {
    let line = NewLine::service("Freight", pcs("1"), "10 EUR/pcs".parse().unwrap());
    EnterBills::new(vec![
        NewBill::new(code, "V-1", day("2026-03-05")).freight(line).lands_on(lands),
    ])
}

#[test]
fn freight_comes_upon_receipts_with_its_bill_and_goes_with_it() {
    let firm = came(Profile::PerpetualAngloSaxon);
    const BOOKS: [&str; 4] = ["1400", "1420", "1430", "5100"];
    assert_eq!(firm.balances(BOOKS), ["34", "16", "0", "0"]);
    firm.must(&freight("F", LandsOn::new(["1", "2"])));
    // 8 upon the bolts, of which 40 % are gone, whoever has them; and 2 upon the nuts.
    assert_eq!(firm.balances(BOOKS), ["40.8", "16", "0", "3.2"]);
    firm.clean();
    let first = Cancel::one(DocumentKind::Receipt, "2", day("2026-03-06"));
    assert_eq!(
        firm.send(&first).unwrap_err().to_string(),
        "item 0 (counted from 0): receipt/2 can't be cancelled: bill/F rests on it; cancel that first"
    );
    firm.must(&Cancel::one(DocumentKind::Bill, "F", day("2026-03-06")));
    assert_eq!(firm.balances(BOOKS), ["34", "16", "0", "0"]);
    firm.must(&first);
    firm.clean();
    firm.must(&freight("G", LandsOn { basis: Basis::Quantity, ..LandsOn::new(["1"]) }));
    assert_eq!(firm.balances(BOOKS), ["30", "16", "0", "4"]);
    firm.clean();
}

#[test]
fn freight_that_is_none_or_comes_upon_nothing_is_refused() {
    let firm = came(Profile::PerpetualAngloSaxon);
    let refused = firm.send(&freight("F", LandsOn::new(["7"]))).unwrap_err();
    assert_eq!(refused.to_string(), "item 0 (counted from 0): there is no receipt/7");
    let none = NewBill::new("F", "V-1", day("2026-03-05")).order("1").lands_on(LandsOn::new(["1"]));
    let refused = firm.send(&EnterBills::new(vec![none])).unwrap_err();
    assert!(
        refused.to_string().ends_with("bill/F: nothing is left to put upon receipts"),
        "{refused}"
    );
}

#[test]
fn in_every_profile_freight_costs_what_it_costs() {
    for profile in Profile::ALL {
        let firm = came(profile);
        firm.must(&freight("F", LandsOn::new(["1", "2"])));
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("1", "1", day("2026-03-05"))]));
        for code in ["1", "2"] {
            let bill = NewBill::new(code, "V-1", day("2026-03-05")).order(code);
            firm.must(&EnterBills::new(vec![bill]));
        }
        firm.must(&PostAccruals::on(day("2026-03-31")));
        firm.clean();
        let books = firm.company.books();
        let statement = books.income_statement(day("2026-03-01"), day("2026-03-31")).unwrap();
        assert_eq!(statement.result.normalize().to_string(), "20.8", "{profile:?}");
    }
}

#[test]
fn freight_that_is_credited_comes_off_what_bore_it() {
    let firm = came(Profile::PerpetualAngloSaxon);
    const BOOKS: [&str; 5] = ["1400", "1420", "1430", "5100", "2000"];
    let before = firm.balances(BOOKS);
    firm.must(&freight("F", LandsOn::new(["1", "2"])));
    let landed = firm.balances(BOOKS);
    let credit = |code: &str, part: &str| {
        let some = PartLine::new(1, pcs(part));
        CreditSuppliers::new(vec![NewCredit::new(code, "F", day("2026-03-09")).line(some)])
    };
    // 3.33 of it comes back, and then the rest: cent by cent what was landed.
    firm.must(&credit("a", "0.333"));
    assert_eq!(firm.balance("1430"), "0");
    firm.clean();
    let some = firm.balances(BOOKS);
    firm.must(&credit("b", "0.667"));
    assert_eq!(firm.balances(BOOKS), before);
    firm.clean();
    firm.must(&Cancel::one(DocumentKind::SupplierCredit, "b", day("2026-03-10")));
    assert_eq!(firm.balances(BOOKS), some);
    firm.must(&Cancel::one(DocumentKind::SupplierCredit, "a", day("2026-03-10")));
    assert_eq!(firm.balances(BOOKS), landed);
    firm.clean();
}

#[test]
fn in_every_profile_freight_that_is_credited_costs_nothing() {
    for profile in Profile::ALL {
        let firm = came(profile);
        firm.must(&freight("F", LandsOn::new(["1", "2"])));
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("1", "1", day("2026-03-05"))]));
        for code in ["1", "2"] {
            let bill = NewBill::new(code, "V-1", day("2026-03-05")).order(code);
            firm.must(&EnterBills::new(vec![bill]));
        }
        firm.must(&CreditSuppliers::new(vec![NewCredit::new("c", "F", day("2026-03-09"))]));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        firm.clean();
        let books = firm.company.books();
        let statement = books.income_statement(day("2026-03-01"), day("2026-03-31")).unwrap();
        assert_eq!(statement.result.normalize().to_string(), "24", "{profile:?}");
    }
}
