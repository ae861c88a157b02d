//! Documents are numbered as they are entered, without gaps, and a supplier's number comes once; who listens hears of each by itself.

use fondaco::company::*;
use fondaco::core::store::Event;

use crate::firm::*;

fn order(firm: &Firm, code: &str, date: &str) {
    let line = NewLine::new(bolt(), pcs("1"));
    firm.must(&PlaceOrders::new(vec![NewOrder::new(code, "C-1", day(date)).line(line)]));
    firm.must(&Deliver::new(vec![NewDelivery::new(code, code, day(date))]));
}

fn invoice(code: &str, date: &str) -> InvoiceCustomers {
    InvoiceCustomers::new(vec![NewInvoice::new(code, code, day(date))])
}

fn number(firm: &Firm, kind: DocumentKind, code: &str) -> Option<String> {
    firm.company.document(kind, code).unwrap().unwrap().number()
}

fn sold(codes: &[&str]) -> Firm {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-03-01");
    codes.iter().for_each(|code| order(&firm, code, "2026-03-02"));
    firm
}

#[test]
fn invoices_are_numbered_without_gaps_and_in_order_of_days() {
    let firm = sold(&["a", "b", "c", "d"]);
    let invoices = Numbering::new(DocumentKind::Invoice, "R").by_year().in_order();
    let credits = Numbering::new(DocumentKind::CreditNote, "R").by_year().in_order();
    firm.must(&SetNumbering::new(vec![invoices, credits]));
    // As they are named, not as their ids lie.
    let both = ["d", "a"].map(|code| NewInvoice::new(code, code, day("2026-03-04")));
    firm.must(&InvoiceCustomers::new(both.to_vec()));
    assert_eq!(number(&firm, DocumentKind::Invoice, "d").as_deref(), Some("R-2026-1"));
    assert_eq!(number(&firm, DocumentKind::Invoice, "a").as_deref(), Some("R-2026-2"));
    let early = firm.send(&invoice("b", "2026-03-03")).unwrap_err();
    assert_eq!(
        early.to_string(),
        "invoice/b: R-2026 is numbered in order of days, and its last number is of 2026-03-04: give that day or a later one instead of 2026-03-03"
    );
    assert_eq!(early.code(), "company.number_late");
    // What was refused drew nothing, and what is cancelled keeps its number.
    firm.must(&Cancel::one(DocumentKind::Invoice, "a", day("2026-03-05")));
    firm.must(&invoice("b", "2026-03-05"));
    assert_eq!(number(&firm, DocumentKind::Invoice, "a").as_deref(), Some("R-2026-2"));
    assert_eq!(number(&firm, DocumentKind::Invoice, "b").as_deref(), Some("R-2026-3"));
    // Kinds that name the same series are numbered together; others not at all.
    firm.must(&CreditCustomers::new(vec![NewCredit::new("x", "b", day("2026-03-06"))]));
    assert_eq!(number(&firm, DocumentKind::CreditNote, "x").as_deref(), Some("R-2026-4"));
    assert_eq!(number(&firm, DocumentKind::Delivery, "b"), None);
    firm.clean();
}

#[test]
fn a_supplier_s_number_comes_once() {
    let firm = Firm::new();
    let bill = |code: &str, reference: &str| {
        let charge = NewLine::service("Advice", pcs("1"), "100 EUR/pcs".parse().unwrap());
        let bill = NewBill::new(code, "V-1", day("2026-03-02")).charge(charge);
        NewBill { reference: Some(reference.into()), ..bill }
    };
    firm.must(&EnterBills::new(vec![bill("B-1", "INV-77"), bill("B-2", " "), bill("B-3", " ")]));
    let twice = firm.send(&EnterBills::new(vec![bill("B-4", "INV-77")])).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "item 0 (counted from 0): bill/B-4: V-1 billed INV-77 already, by bill/B-1: cancel that first, or give the number of this one"
    );
    let both = EnterBills::new(vec![bill("B-5", "INV-78"), bill("B-6", "INV-78")]);
    assert!(firm.send(&both).unwrap_err().to_string().contains("by bill/B-5"));
    firm.must(&Cancel::one(DocumentKind::Bill, "B-1", day("2026-03-03")));
    firm.must(&EnterBills::new(vec![bill("B-4", "INV-77")]));
    firm.clean();
}

#[test]
fn who_listens_hears_of_each_document() {
    let firm = sold(&["a", "b"]);
    let both = ["a", "b"].map(|code| NewInvoice::new(code, code, day("2026-03-04")));
    firm.must(&InvoiceCustomers::new(both.to_vec()));
    let commits = firm.company.office().driver().feed(0, 1_000).unwrap();
    let told = |name: &str| -> Vec<Event> {
        let all = commits.iter().flat_map(|commit| &commit.events);
        all.filter(|event| event.name == name).cloned().collect()
    };
    let said = |name: &'static str, kind: DocumentKind| {
        ["a", "b"].map(|code| Event::new(name).with("document", kind.id(code)))
    };
    for (name, kind) in [
        ("order.placed", DocumentKind::SalesOrder),
        ("shipment.done", DocumentKind::Delivery),
        ("invoice.posted", DocumentKind::Invoice),
    ] {
        assert_eq!(told(name), said(name, kind));
    }
}
