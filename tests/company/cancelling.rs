//! Documents that are taken back: as if they had never been, but in the log.

use fondaco::company::*;
use fondaco::inventory::valuation::Method;
use fondaco::prelude::*;

use crate::firm::*;

const ACCOUNTS: [&str; 14] = [
    "1000", "1200", "1400", "1420", "1430", "1600", "2000", "2050", "2200", "4000", "4100", "5000",
    "5100", "6000",
];

fn cancel(firm: &Firm, kind: DocumentKind, code: &str) {
    firm.must(&Cancel::one(kind, code, day("2026-04-01")));
    firm.clean();
}

/// What accounts stand at, and what is there.
fn state(firm: &Firm) -> ([String; 14], Quantity) {
    let there = firm.company.stock().on_hand(bolt(), SiteId::named("MAIN")).unwrap();
    (firm.balances(ACCOUNTS), there)
}

#[test]
fn a_sale_is_taken_back_step_by_step() {
    for method in [Method::Average, Method::Fifo] {
        let firm = Firm::of(&by(method)).stocked(bolt(), "10", "33.33", "2026-02-01");
        let mut states = vec![state(&firm)];
        let order =
            NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("7")));
        firm.must(&PlaceOrders::new(vec![order]));
        states.push(state(&firm));
        firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]));
        states.push(state(&firm));
        let part =
            NewInvoice::new("I-1", "SO-1", day("2026-03-05")).line(PartLine::new(1, pcs("5")));
        firm.must(&InvoiceCustomers::new(vec![part]));
        states.push(state(&firm));
        let back = NewReturn::new("R-1", "D-1", day("2026-03-06")).line(PartLine::new(1, pcs("3")));
        firm.must(&TakeBack::new(vec![back]));
        states.push(state(&firm));
        let credit =
            NewCredit::new("C-1", "I-1", day("2026-03-07")).line(PartLine::new(1, pcs("1")));
        firm.must(&CreditCustomers::new(vec![credit]));
        states.push(state(&firm));
        let paid = NewPayment::received("P-1", "C-1", day("2026-03-08"), eur("50"));
        let paid = paid.settles(Settles::invoice("I-1").discounted());
        firm.must(&Pay::new(vec![paid]));
        firm.clean();
        let in_use = firm.send(&Cancel::one(DocumentKind::Invoice, "I-1", day("2026-04-01")));
        assert_eq!(in_use.unwrap_err().code(), "company.in_use");
        for (kind, code) in [
            (DocumentKind::CustomerPayment, "P-1"),
            (DocumentKind::CreditNote, "C-1"),
            (DocumentKind::CustomerReturn, "R-1"),
            (DocumentKind::Invoice, "I-1"),
            (DocumentKind::Delivery, "D-1"),
            (DocumentKind::SalesOrder, "SO-1"),
        ] {
            cancel(&firm, kind, code);
            assert_eq!(state(&firm), states.pop().unwrap(), "{code} by {method}");
            let again = firm.send(&Cancel::one(kind, code, day("2026-04-01"))).unwrap_err();
            assert_eq!(again.code(), "company.wrong_state");
        }
        assert_eq!(firm.company.stock().promised(bolt(), SiteId::named("MAIN")).unwrap(), pcs("0"));
    }
}

#[test]
fn a_purchase_is_taken_back_step_by_step() {
    for method in [Method::Average, Method::Fifo] {
        let firm = Firm::of(&by(method));
        let mut states = vec![state(&firm)];
        let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
        firm.must(&OrderGoods::new(vec![
            NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line),
        ]));
        states.push(state(&firm));
        firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-10"))]));
        states.push(state(&firm));
        let dear = BillLine::new(1, pcs("7")).at("5 EUR/pcs".parse().unwrap());
        let freight = NewLine::service("Freight", pcs("1"), "3 EUR/pcs".parse().unwrap());
        let bill =
            NewBill::new("B-1", "V-1", day("2026-02-12")).order("PO-1").line(dear).freight(freight);
        firm.must(&EnterBills::new(vec![bill]));
        states.push(state(&firm));
        let back =
            NewReturn::new("SR-1", "R-1", day("2026-02-14")).line(PartLine::new(1, pcs("5")));
        firm.must(&SendBack::new(vec![back]));
        states.push(state(&firm));
        let credit =
            NewCredit::new("SC-1", "B-1", day("2026-02-15")).line(PartLine::new(1, pcs("2")));
        firm.must(&CreditSuppliers::new(vec![credit]));
        states.push(state(&firm));
        let boss = firm.company.clone().acting_as("boss");
        boss.send("released", &ReleaseBills::new(["B-1"])).unwrap();
        let paid = NewPayment::made("P-1", "V-1", day("2026-03-20"), eur("20"));
        firm.must(&Pay::new(vec![paid.settles(Settles::bill("B-1").amount(eur("15")))]));
        firm.clean();
        for (kind, code) in [
            (DocumentKind::SupplierPayment, "P-1"),
            (DocumentKind::SupplierCredit, "SC-1"),
            (DocumentKind::SupplierReturn, "SR-1"),
            (DocumentKind::Bill, "B-1"),
            (DocumentKind::Receipt, "R-1"),
            (DocumentKind::PurchaseOrder, "PO-1"),
        ] {
            cancel(&firm, kind, code);
            assert_eq!(state(&firm), states.pop().unwrap(), "{code} by {method}");
        }
        assert_eq!(firm.company.stock().on_order(bolt(), SiteId::named("MAIN")).unwrap(), pcs("0"));
    }
}

#[test]
fn what_was_ahead_is_taken_back_before_what_it_waited_for() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    let order =
        NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("4")));
    firm.must(&PlaceOrders::new(vec![order]));
    let ahead = NewInvoice::new("I-1", "SO-1", day("2026-03-03")).ahead();
    firm.must(&InvoiceCustomers::new(vec![ahead]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]));
    let first =
        firm.send(&Cancel::one(DocumentKind::Delivery, "D-1", day("2026-04-01"))).unwrap_err();
    assert!(first.to_string().contains("invoice/I-1 rests on it; cancel that first"), "{first}");
    cancel(&firm, DocumentKind::Invoice, "I-1");
    assert_eq!(firm.balances(["1420", "5000"]), ["16", "0"]);
    cancel(&firm, DocumentKind::Delivery, "D-1");
    assert_eq!(firm.balances(["1400", "1420", "5000"]), ["40", "0", "0"]);
    // It is shipped and invoiced again.
    firm.must(&Deliver::new(vec![NewDelivery::new("D-2", "SO-1", day("2026-04-04"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-2", "SO-1", day("2026-04-05"))]));
    assert_eq!(firm.balances(["1420", "5000"]), ["0", "16"]);
    firm.clean();
}

#[test]
fn parts_that_are_invoiced_again_come_to_the_order() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    let date = day("2026-03-02");
    let line = NewLine::new(bolt(), pcs("3")).price("3.3333 EUR/pcs".parse().unwrap());
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-1", "C-1", date).line(line)])); // 10.00
    let part = |code: &str| {
        let invoice = NewInvoice::new(code, "SO-1", date).ahead();
        InvoiceCustomers::new(vec![invoice.line(PartLine::new(1, pcs("1")))])
    };
    let net = |code: &str| {
        let invoice = firm.company.document(DocumentKind::Invoice, code).unwrap().unwrap();
        invoice.net.to_decimal().to_string()
    };
    ["I-1", "I-2"].iter().for_each(|code| drop(firm.must(&part(code))));
    assert_eq!((net("I-1"), net("I-2")), ("3.33".into(), "3.34".into()));
    firm.must(&Cancel::one(DocumentKind::Invoice, "I-1", date));
    ["I-3", "I-4"].iter().for_each(|code| drop(firm.must(&part(code))));
    assert_eq!((net("I-3"), net("I-4")), ("3.33".into(), "3.33".into()));
    assert_eq!(firm.balance("4000"), "-10");
    firm.clean();
}
