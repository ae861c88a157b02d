//! What is refused, with the document, the line, the field, the value and the way out; and nothing is half done.

use fondaco::company::*;
use fondaco::prelude::*;

use crate::firm::*;

fn order(code: &str, count: &str) -> NewOrder {
    NewOrder::new(code, "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs(count)))
}

/// A refusal, which leaves nothing.
fn refused<C: fondaco::core::Act<Error = CompanyError>>(firm: &Firm, command: &C) -> String {
    let before = firm.company.view(|view| Ok::<_, CompanyError>(view.position())).unwrap();
    let error = match firm.send(command) {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error,
    };
    let after = firm.company.view(|view| Ok::<_, CompanyError>(view.position())).unwrap();
    assert_eq!(before, after, "{error}");
    firm.clean();
    format!("{}: {error}", error.code())
}

#[test]
fn orders() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    let place = |order: NewOrder| PlaceOrders::new(vec![order]);
    let unknown = NewOrder {
        lines: vec![NewLine::new(ItemId::named("NONE"), pcs("1"))],
        ..order("SO-1", "1")
    };
    assert!(refused(&firm, &place(unknown)).contains("company.unknown"));
    assert_eq!(
        refused(&firm, &place(NewOrder { lines: vec![], ..order("SO-1", "1") })),
        "company.no_lines: item 0 (counted from 0): sales_order/SO-1 has no lines: give at least one"
    );
    let stranger = NewOrder { partner: "C-9".into(), ..order("SO-1", "1") };
    assert!(refused(&firm, &place(stranger)).starts_with("company.unknown_partner"));
    let supplier = NewOrder { partner: "V-1".into(), ..order("SO-1", "1") };
    assert!(refused(&firm, &place(supplier)).contains("is no customer"));
    let early = NewOrder { date: day("2025-12-31"), ..order("SO-1", "1") };
    assert!(refused(&firm, &place(early)).contains("has no price for 1 pcs of BOLT on 2025-12-31"));
    let all = order("SO-1", "11").promise(Promise::All);
    let said = refused(&firm, &place(all));
    assert!(
        said.starts_with("inventory.short") && said.contains("sales_order/SO-1, line 1"),
        "{said}"
    );
    firm.must(&place(order("SO-1", "1")));
    assert!(refused(&firm, &place(order("SO-1", "1"))).starts_with("company.document_exists"));
}

#[test]
fn deliveries_and_invoices() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    firm.must(&PlaceOrders::new(vec![order("SO-1", "4"), order("Q-1", "1").as_quote()]));
    let deliver = |delivery: NewDelivery| Deliver::new(vec![delivery]);
    let new = |order: &str| NewDelivery::new("D-1", order, day("2026-03-04"));
    assert!(refused(&firm, &deliver(new("SO-9"))).contains("there is no sales_order/SO-9"));
    assert!(refused(&firm, &deliver(new("Q-1"))).contains("sales_order/Q-1 is quote"));
    assert_eq!(
        refused(&firm, &deliver(new("SO-1").line(PartLine::new(1, pcs("5"))))),
        "company.too_much: item 0 (counted from 0): sales_order/SO-1, line 1: 5 pcs is more than the 4 pcs that is left to ship"
    );
    assert!(
        refused(&firm, &deliver(new("SO-1").line(PartLine::all(2)))).contains("has lines 1 to 1")
    );
    let invoice =
        |of: &str| InvoiceCustomers::new(vec![NewInvoice::new("I-1", of, day("2026-03-05"))]);
    assert!(refused(&firm, &invoice("SO-1")).starts_with("company.nothing_left"));
    firm.must(&deliver(new("SO-1")));
    firm.must(&invoice("SO-1"));
    let again = InvoiceCustomers::new(vec![NewInvoice::new("I-2", "SO-1", day("2026-03-05"))]);
    assert!(refused(&firm, &again).starts_with("company.nothing_left"));
    let over = NewPayment::received("P-1", "C-1", day("2026-03-20"), eur("100"));
    let over = over.settles(Settles::invoice("I-1").amount(eur("50")));
    assert!(
        refused(&firm, &Pay::new(vec![over]))
            .contains("50.00 EUR is more than the 47.60 EUR that is open")
    );
    let short = NewPayment::received("P-1", "C-1", day("2026-03-20"), eur("10"));
    let short = short.settles(Settles::invoice("I-1").amount(eur("20")));
    assert!(refused(&firm, &Pay::new(vec![short])).starts_with("company.payment_short"));
    let late = NewPayment::received("P-1", "C-1", day("2026-04-20"), eur("47.60"));
    let late = late.settles(Settles::invoice("I-1").discounted());
    assert!(refused(&firm, &Pay::new(vec![late])).contains("it held until 2026-03-15"));
}

#[test]
fn a_locked_period_keeps_goods_and_books_together() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    firm.must(&PlaceOrders::new(vec![order("SO-1", "4")]));
    let march = firm.company.books().periods().unwrap()[2].period;
    firm.must(&LockPeriod::new(march));
    let deliver = Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]);
    assert!(refused(&firm, &deliver).starts_with("accounting.period_locked"));
    let april = Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-04-04"))]);
    firm.must(&april);
    firm.clean();
}

#[test]
fn a_credit_limit_is_crossed_by_nobody() {
    let firm = Firm::new().stocked(bolt(), "100", "400", "2026-02-01");
    let limited = NewPartner::customer("C-2").tax_code("STD").credit_limit(200.into());
    firm.must(&AddPartners::new(vec![limited]));
    let order = |code: &str, count: &str| NewOrder { partner: "C-2".into(), ..order(code, count) };
    firm.must(&PlaceOrders::new(vec![order("SO-1", "10")])); // 119
    let said = refused(&firm, &PlaceOrders::new(vec![order("SO-2", "10")]));
    assert_eq!(
        said,
        "company.credit_limit: item 0 (counted from 0): sales_order/SO-2: C-2 would owe 238.00 EUR and may owe 200.00 EUR: \
         take a payment first, raise the limit, or place the order with hold for somebody else to release"
    );
    firm.must(&PlaceOrders::new(vec![order("SO-2", "10").hold()]));
    let held = firm.company.document(DocumentKind::SalesOrder, "SO-2").unwrap().unwrap();
    assert_eq!(held.status, Status::Held);
    let deliver = Deliver::new(vec![NewDelivery::new("D-2", "SO-2", day("2026-03-04"))]);
    assert!(refused(&firm, &deliver).contains("sales_order/SO-2 is held"));
    let own = firm.send(&ReleaseOrders::new(["SO-2"])).unwrap_err();
    assert_eq!(own.code(), "policy.four_eyes");
    firm.company.clone().acting_as("boss").send("released", &ReleaseOrders::new(["SO-2"])).unwrap();
    firm.must(&deliver);
    // What was paid makes room.
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]));
    for (invoice, order) in [("I-1", "SO-1"), ("I-2", "SO-2")] {
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(invoice, order, day("2026-03-05"))]));
    }
    let paid = NewPayment::received("P-1", "C-2", day("2026-03-20"), eur("238"));
    let paid = paid.settles(Settles::invoice("I-1")).settles(Settles::invoice("I-2"));
    firm.must(&Pay::new(vec![paid]));
    firm.must(&PlaceOrders::new(vec![order("SO-3", "10")]));
    firm.clean();
}

#[test]
fn what_is_beyond_what_is_stored_is_said_and_never_cut_off() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    let freight = |price: &str| {
        NewLine::service("Freight", pcs("1"), format!("{price} EUR/pcs").parse().unwrap())
    };
    let place =
        |lines: Vec<NewLine>| PlaceOrders::new(vec![NewOrder { lines, ..order("SO-1", "1") }]);
    let million_million = |count: u32| format!("{count}000000000000");
    let untaxed = |price: u32| freight(&million_million(price)).tax_code("NONE");
    let none =
        TaxCode { code: "NONE".into(), name: "None".into(), rate: Rate::percent("0").unwrap() };
    firm.must(&SetTaxCodes::new(vec![none]));
    let beyond = |said: &str| {
        format!(
            "company.too_large: item 0 (counted from 0): {said}, beyond the 922337203685477.5807 that is stored: split the document"
        )
    };
    assert_eq!(
        refused(&firm, &place(vec![freight("1"), untaxed(923)])),
        beyond("sales_order/SO-1, line 2: net amount is 923000000000000")
    );
    assert_eq!(
        refused(&firm, &place(vec![untaxed(500), untaxed(500)])),
        beyond("sales_order/SO-1, line 0: net amount is 1000000000000000")
    );
    assert_eq!(
        refused(&firm, &place(vec![freight(&million_million(800))])),
        beyond("sales_order/SO-1, line 0: amount with tax is 952000000000000")
    );
    // What fits is exact to the cent, up to the last.
    firm.must(&place(vec![freight("922337203685477.58").tax_code("NONE")]));
    let stored = firm.company.document(DocumentKind::SalesOrder, "SO-1").unwrap().unwrap();
    assert_eq!(stored.gross().to_decimal().to_string(), "922337203685477.58");
    firm.must(&Cancel::one(DocumentKind::SalesOrder, "SO-1", day("2026-03-03")));
    // More billed than was ordered, at the order's price.
    let goods = NewLine::new(bolt(), pcs("1"))
        .price(format!("{} EUR/pcs", million_million(700)).parse().unwrap());
    let bought =
        NewOrder { partner: "V-1".into(), ..NewOrder::new("PO-1", "V-1", day("2026-03-02")) };
    firm.must(&OrderGoods::new(vec![bought.line(goods.tax_code("NONE"))]));
    let bill = NewBill::new("B-1", "V-1", day("2026-03-04")).order("PO-1");
    assert_eq!(
        refused(&firm, &EnterBills::new(vec![bill.line(BillLine::new(1, pcs("2")))])),
        beyond("bill/B-1, line 1: net amount is 1400000000000000")
    );
}
