//! From a quote to its money, and back.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::valuation::Method;
use fondaco::prelude::*;

use crate::firm::*;

fn ordered(firm: &Firm, code: &str, count: &str) {
    let order =
        NewOrder::new(code, "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs(count)));
    firm.must(&PlaceOrders::new(vec![order]));
}

fn shipped(firm: &Firm, code: &str, order: &str) {
    firm.must(&Deliver::new(vec![NewDelivery::new(code, order, day("2026-03-04"))]));
}

fn invoiced(firm: &Firm, code: &str, order: &str) {
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(code, order, day("2026-03-05"))]));
}

#[test]
fn an_order_becomes_money() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    let quote = NewOrder::new("Q-1", "C-1", day("2026-03-01"))
        .line(NewLine::new(bolt(), pcs("4")))
        .line(NewLine::service("Setting up", "1 h".parse().unwrap(), "50 EUR/h".parse().unwrap()))
        .as_quote();
    firm.must(&PlaceOrders::new(vec![quote]));
    assert_eq!(firm.company.stock().promised(bolt(), SiteId::named("MAIN")).unwrap(), pcs("0"));
    firm.must(&ConfirmOrders::new(["Q-1"]));
    assert_eq!(firm.company.stock().promised(bolt(), SiteId::named("MAIN")).unwrap(), pcs("4"));
    firm.clean();
    shipped(&firm, "D-1", "Q-1");
    // Stock, goods shipped, cost of sales.
    assert_eq!(firm.balances(["1400", "1420", "5000"]), ["24", "16", "0"]);
    firm.clean();
    invoiced(&firm, "I-1", "Q-1");
    assert_eq!(firm.balances(["1400", "1420", "5000"]), ["24", "0", "16"]);
    // Customers, sales, tax: 90 and 19 %.
    assert_eq!(firm.balances(["1200", "4000", "2200"]), ["107.1", "-90", "-17.1"]);
    let order = firm.company.document(DocumentKind::SalesOrder, "Q-1").unwrap().unwrap();
    assert_eq!(order.status, Status::Done);
    firm.clean();
    let paid = NewPayment::received("P-1", "C-1", day("2026-03-20"), eur("107.10"));
    firm.must(&Pay::new(vec![paid.settles(Settles::invoice("I-1"))]));
    assert_eq!(firm.balances(["1000", "1200"]), ["107.1", "0"]);
    let invoice = firm.company.document(DocumentKind::Invoice, "I-1").unwrap().unwrap();
    assert_eq!((invoice.status, invoice.open()), (Status::Done, Default::default()));
    firm.clean();
}

#[test]
fn parts_of_an_order_come_to_all_of_it() {
    let firm = Firm::new().stocked(bolt(), "10", "33.33", "2026-02-01");
    let line = NewLine::new(bolt(), pcs("7")).price("1.37 EUR/pcs".parse().unwrap());
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(line)]));
    for (part, count) in [(1, "2"), (2, "3"), (3, "2")] {
        let code = format!("D-{part}");
        let some =
            NewDelivery::new(code, "SO-1", day("2026-03-04")).line(PartLine::new(1, pcs(count)));
        firm.must(&Deliver::new(vec![some]));
        let code = format!("I-{part}");
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(code, "SO-1", day("2026-03-05"))]));
        firm.clean();
    }
    // 7 at 1.37 = 9.59; of 33.33 for ten, seven cost 23.33.
    assert_eq!(firm.balances(["4000", "1420"]), ["-9.59", "0"]);
    assert_eq!(firm.balances(["1400", "5000"]), ["10", "23.33"]);
}

#[test]
fn what_was_invoiced_ahead_is_cost_of_sales_when_it_leaves() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    ordered(&firm, "SO-1", "4");
    let ahead =
        NewInvoice::new("I-1", "SO-1", day("2026-03-03")).line(PartLine::new(1, pcs("3"))).ahead();
    firm.must(&InvoiceCustomers::new(vec![ahead]));
    assert_eq!(firm.balances(["1420", "5000"]), ["0", "0"]);
    shipped(&firm, "D-1", "SO-1");
    assert_eq!(firm.balances(["1420", "5000"]), ["4", "12"]);
    firm.clean();
    invoiced(&firm, "I-2", "SO-1");
    assert_eq!(firm.balances(["1420", "5000"]), ["0", "16"]);
    firm.clean();
}

#[test]
fn discount_write_off_and_what_is_over() {
    let firm = Firm::new().stocked(bolt(), "100", "400", "2026-02-01");
    for (order, delivery, invoice) in [("SO-1", "D-1", "I-1"), ("SO-2", "D-2", "I-2")] {
        ordered(&firm, order, "10");
        shipped(&firm, delivery, order);
        invoiced(&firm, invoice, order);
    }
    // 119 less 2 % within ten days: 116.62; and 4 more than that.
    let early = NewPayment::received("P-1", "C-1", day("2026-03-15"), eur("120.62"));
    firm.must(&Pay::new(vec![early.settles(Settles::invoice("I-1").discounted())]));
    assert_eq!(firm.balances(["1000", "4100", "2200"]), ["120.62", "2", "-37.62"]);
    assert_eq!(firm.balance("1200"), "115"); // the second invoice, less what is over
    firm.clean();
    let part = NewPayment::received("P-2", "C-1", day("2026-04-20"), eur("50"));
    firm.must(&Pay::new(vec![part.settles(Settles::invoice("I-2").amount(eur("50")))]));
    let rest = NewPayment::received("P-3", "C-1", day("2026-04-21"), eur("68"));
    let rest = rest.settles(Settles::invoice("I-2").write_off(eur("1")));
    firm.must(&Pay::new(vec![rest]));
    assert_eq!(firm.balances(["6900", "1200"]), ["0.84", "-4"]);
    firm.clean();
    let late = NewPayment::received("P-4", "C-1", day("2026-04-22"), eur("1"));
    let twice = firm.send(&Pay::new(vec![late.settles(Settles::invoice("I-2"))])).unwrap_err();
    assert_eq!(twice.code(), "company.already_paid");
}

#[test]
fn goods_come_back_at_what_they_left_at() {
    for method in [Method::Average, Method::Fifo] {
        let firm = Firm::of(&by(method)).stocked(bolt(), "10", "40", "2026-02-01");
        ordered(&firm, "SO-1", "6");
        shipped(&firm, "D-1", "SO-1");
        let four =
            NewInvoice::new("I-1", "SO-1", day("2026-03-05")).line(PartLine::new(1, pcs("4")));
        firm.must(&InvoiceCustomers::new(vec![four]));
        let firm = firm.stocked(bolt(), "6", "60", "2026-03-06");
        // Three come back: two were never invoiced, one is to be credited.
        let back = NewReturn::new("R-1", "D-1", day("2026-03-09")).line(PartLine::new(1, pcs("3")));
        firm.must(&TakeBack::new(vec![back]));
        assert_eq!(firm.balances(["1420", "5000"]), ["-4", "16"], "{method}");
        assert_eq!(firm.balance("1400"), "88", "{method}"); // 100 in, 24 out, 12 back
        firm.clean();
        let credit =
            NewCredit::new("C-1", "I-1", day("2026-03-10")).line(PartLine::new(1, pcs("1")));
        firm.must(&CreditCustomers::new(vec![credit]));
        assert_eq!(firm.balances(["1420", "5000", "4000"]), ["0", "12", "-30"], "{method}");
        assert_eq!(firm.balance("1200"), "35.7", "{method}");
        firm.clean();
        let left = firm.send(&InvoiceCustomers::new(vec![NewInvoice::new(
            "I-2",
            "SO-1",
            day("2026-03-11"),
        )]));
        assert_eq!(left.unwrap_err().code(), "company.nothing_left", "{method}");
    }
}

#[test]
fn the_same_sale_in_each_profile() {
    // Stock, goods shipped, cost of sales, expense, variation out.
    for (profile, expected) in [
        (Profile::PerpetualAngloSaxon, ["24", "0", "16", "0", "0"]),
        (Profile::PerpetualContinental, ["24", "0", "0", "0", "16"]),
        (Profile::BillContinental, ["24", "0", "0", "16", "0"]),
        (Profile::BillAngloSaxon, ["24", "0", "16", "0", "0"]),
        (Profile::PeriodicContinental, ["40", "0", "0", "0", "0"]),
        (Profile::PeriodicAngloSaxon, ["40", "0", "0", "0", "0"]),
    ] {
        let firm = Firm::of(&set_up().profiled(profile)).stocked(bolt(), "10", "40", "2026-02-01");
        ordered(&firm, "SO-1", "4");
        shipped(&firm, "D-1", "SO-1");
        invoiced(&firm, "I-1", "SO-1");
        assert_eq!(
            firm.balances(["1400", "1420", "5000", "5010", "5030"]),
            expected,
            "{profile:?}"
        );
        assert_eq!(firm.balances(["1200", "4000", "2200"]), ["47.6", "-40", "-7.6"], "{profile:?}");
        firm.clean();
    }
}

#[test]
fn a_correction_finds_its_way_to_where_the_cost_stands() {
    // Two are sold below zero at the last cost, and what comes then costs more: one was invoiced, one was not.
    let firm = Firm::of(&by(Method::Fifo)).stocked(bolt(), "2", "8", "2026-02-01");
    ordered(&firm, "SO-1", "2");
    shipped(&firm, "D-1", "SO-1");
    let one = NewInvoice::new("I-1", "SO-1", day("2026-03-05")).line(PartLine::new(1, pcs("1")));
    firm.must(&InvoiceCustomers::new(vec![one]));
    // Freight comes upon the receipt: both are gone.
    let moves = firm.company.stock().moves_of(DocumentKind::Delivery.id("D-1")).unwrap();
    assert_eq!(moves.len(), 1);
    let receipt =
        firm.company.view(|view| fondaco::inventory::value::entries_of(view, moves[0].id)).unwrap()
            [0]
        .layer
        .copied()
        .unwrap();
    let landed = fondaco::inventory::value::AddLandedCost {
        receipts: vec![receipt],
        cost: eur("3"),
        basis: fondaco::inventory::valuation::Basis::Quantity,
        date: Some(day("2026-03-06")),
        document: None,
    };
    firm.must(&ChangeCost::Landed(landed));
    // Of 3 more, one half to the cost of sales, the other stands with the goods that were not invoiced.
    assert_eq!(firm.balances(["1400", "1420", "5000", "1430"]), ["0", "5.5", "5.5", "-3"]);
    firm.clean();
    invoiced(&firm, "I-2", "SO-1");
    assert_eq!(firm.balances(["1420", "5000"]), ["0", "11"]);
    firm.clean();
}
