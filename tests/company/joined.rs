//! Documents that come in another order than the books would like, or under other rules than those before them: what belongs together comes
//! together all the same.

use fondaco::company::posting::{AccountRule, Role};
use fondaco::company::*;
use fondaco::prelude::*;

use crate::firm::*;

/// Ten bolts of 4 are bought, and sold for ten each.
fn sold() -> Firm {
    let firm = bought();
    firm.must(&PlaceOrders::new(vec![
        NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("10"))),
    ]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-02"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-02"))]));
    firm
}

/// Ten bolts of 4 came, and are billed.
fn bought() -> Firm {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line)]));
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-03"))]));
    firm.must(&EnterBills::new(vec![NewBill::new("B-1", "V-1", day("2026-02-04")).order("PO-1")]));
    firm
}

fn result(firm: &Firm, until: &str) -> String {
    let statement = firm.company.books().income_statement(day("2026-01-01"), day(until)).unwrap();
    statement.result.normalize().to_string()
}

fn document(firm: &Firm, kind: DocumentKind, code: &str) -> Document {
    firm.company.document(kind, code).unwrap().unwrap().as_ref().clone()
}

fn open(firm: &Firm, kind: DocumentKind, code: &str) -> String {
    let document = document(firm, kind, code);
    document.money(document.open()).amount().normalize().to_string()
}

const CREDITED: &str = "2026-03-09";
const BACK: &str = "2026-03-12";

#[test]
fn goods_that_come_back_after_their_credit_leave_nothing_behind() {
    for (credit, back) in [("10", "10"), ("3", "3"), ("7", "3")] {
        let firm = sold();
        let some = PartLine::new(1, pcs(credit));
        firm.must(&CreditCustomers::new(vec![
            NewCredit::new("CN-1", "I-1", day(CREDITED)).line(some),
        ]));
        let some = PartLine::new(1, pcs(back));
        firm.must(&TakeBack::new(vec![NewReturn::new("RT-1", "D-1", day(BACK)).line(some)]));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        firm.clean();
        let sent: i64 = 10 - back.parse::<i64>().unwrap();
        let credited: i64 = credit.parse().unwrap();
        assert_eq!(firm.balance("1420"), "0");
        assert_eq!(result(&firm, "2026-03-31"), (100 - 10 * credited - 4 * sent).to_string());
        // All of it taken back again, the last first: as if it had never been.
        let last = day("2026-04-20");
        let refused = firm.send(&Cancel::one(DocumentKind::CustomerReturn, "RT-1", last));
        assert!(refused.unwrap_err().to_string().contains("credit_note/CN-1 rests on it"));
        firm.must(&Cancel::one(DocumentKind::CreditNote, "CN-1", last));
        firm.must(&Cancel::one(DocumentKind::CustomerReturn, "RT-1", last));
        firm.clean();
        assert_eq!(firm.balances(["1420", "1400"]), ["0", "0"]);
        assert_eq!(result(&firm, "2026-04-30"), "60");
    }
}

#[test]
fn goods_that_go_back_after_their_credit_are_no_difference_in_price() {
    let firm = bought();
    firm.must(&CreditSuppliers::new(vec![NewCredit::new("SC-1", "B-1", day(CREDITED))]));
    assert_eq!(firm.balances(["2050", "5100"]), ["0", "-40"]);
    firm.must(&SendBack::new(vec![NewReturn::new("SR-1", "R-1", day(BACK))]));
    assert_eq!(firm.balances(["2050", "5100", "1400", "2000"]), ["0", "0", "0", "0"]);
    firm.clean();
    assert_eq!(result(&firm, "2026-03-31"), "0");
    let last = day("2026-04-20");
    firm.must(&Cancel::one(DocumentKind::SupplierCredit, "SC-1", last));
    assert_eq!(firm.balances(["2050", "5100"]), ["40", "0"]); // it is to be credited
    firm.must(&Cancel::one(DocumentKind::SupplierReturn, "SR-1", last));
    assert_eq!(firm.balances(["2050", "5100", "1400"]), ["0", "0", "40"]);
    firm.clean();
}

#[test]
fn what_was_invoiced_ahead_and_credited_is_invoiced_again() {
    let firm = bought();
    firm.must(&PlaceOrders::new(vec![
        NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("10"))),
    ]));
    firm.must(&InvoiceCustomers::new(vec![
        NewInvoice::new("I-1", "SO-1", day("2026-03-02")).ahead(),
    ]));
    let some = PartLine::new(1, pcs("4"));
    firm.must(&CreditCustomers::new(vec![NewCredit::new("CN-1", "I-1", day(CREDITED)).line(some)]));
    firm.must(&PostAccruals::on(day("2026-03-31")));
    assert_eq!(result(&firm, "2026-03-31"), "0"); // six are deferred, four are not sold
    firm.clean();
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-04-02"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-2", "SO-1", day("2026-04-02"))]));
    let again = document(&firm, DocumentKind::Invoice, "I-2");
    assert_eq!(again.money(again.net), eur("40"));
    assert_eq!(document(&firm, DocumentKind::SalesOrder, "SO-1").status, Status::Done);
    assert_eq!(result(&firm, "2026-04-30"), "60");
    firm.clean();
    let refused = firm.send(&Cancel::one(DocumentKind::CreditNote, "CN-1", day("2026-04-03")));
    assert!(refused.unwrap_err().to_string().contains("was billed again"));
}

#[test]
fn what_was_billed_ahead_and_credited_is_billed_again() {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line)]));
    let all = BillLine::new(1, pcs("10"));
    firm.must(&EnterBills::new(vec![
        NewBill::new("B-1", "V-1", day("2026-02-04")).order("PO-1").line(all),
    ]));
    firm.must(&CreditSuppliers::new(vec![NewCredit::new("SC-1", "B-1", day("2026-02-05"))]));
    assert_eq!(firm.balances(["2050", "5100", "2000"]), ["0", "0", "0"]);
    firm.clean();
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-06"))]));
    firm.must(&EnterBills::new(vec![NewBill::new("B-2", "V-1", day("2026-02-07")).order("PO-1")]));
    assert_eq!(firm.balances(["2050", "5100", "2000"]), ["0", "0", "-47.6"]);
    assert_eq!(document(&firm, DocumentKind::PurchaseOrder, "PO-1").status, Status::Done);
    firm.clean();
}

#[test]
fn credits_in_parts_lose_no_cent_of_tax() {
    let firm = Firm::new().stocked(nut(), "3", "0.3", "2026-02-01");
    let line = NewLine::new(nut(), pcs("3")).price("0.333333 EUR/pcs".parse().unwrap());
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(line)]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-02"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-02"))]));
    for code in ["CN-1", "CN-2", "CN-3"] {
        let one = PartLine::new(1, pcs("1"));
        firm.must(&CreditCustomers::new(vec![
            NewCredit::new(code, "I-1", day(CREDITED)).line(one),
        ]));
    }
    assert_eq!(firm.balances(["1200", "2200", "4000"]), ["0", "0", "0"]);
    assert_eq!(document(&firm, DocumentKind::Invoice, "I-1").status, Status::Done);
    firm.clean();
}

/// Owed amounts stand on one account each, by the group of the party and by the site; later rules change nothing of what stands.
#[test]
fn what_is_owed_stands_on_one_account_and_is_settled_there() {
    let firm = Firm::new();
    firm.account(AccountClass::Liability, "2001", true);
    firm.account(AccountClass::Asset, "1201", true);
    firm.account(AccountClass::Asset, "1202", true);
    let main = firm.company.stock().sites().unwrap()[0].id;
    firm.must(&SetAccounts::new(vec![
        AccountRule::new(Role::Payable, "2001").party_group("ABROAD"),
        AccountRule::new(Role::Receivable, "1201").party_group("ABROAD"),
        AccountRule::new(Role::Receivable, "1202").site(main),
    ]));
    let abroad = NewPartner::supplier("V-1").named("The works").tax_code("STD").group("ABROAD");
    firm.must(&ChangePartner::to(abroad.clone()));
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line)]));
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-03"))]));
    for (code, count) in [("B-1", "4"), ("B-2", "3"), ("B-3", "3")] {
        let some = BillLine::new(1, pcs(count));
        firm.must(&EnterBills::new(vec![
            NewBill::new(code, "V-1", day("2026-02-04")).order("PO-1").line(some),
        ]));
    }
    assert_eq!(firm.balances(["2000", "2001"]), ["0", "-47.6"]);
    // The group is another one from now on: what stands is paid, credited and cancelled where it stands.
    firm.must(&ChangePartner::to(NewPartner::supplier("V-1").tax_code("STD")));
    let paid = NewPayment::made("P-1", "V-1", day("2026-02-10"), eur("25"));
    firm.must(&Pay::new(vec![paid.settles(Settles::bill("B-1"))]));
    assert_eq!(firm.balances(["2000", "2001"]), ["5.96", "-28.56"]);
    firm.must(&CreditSuppliers::new(vec![NewCredit::new("SC-1", "B-2", day("2026-02-11"))]));
    firm.must(&Cancel::one(DocumentKind::Bill, "B-3", day("2026-02-12")));
    assert_eq!(firm.balances(["2000", "2001"]), ["5.96", "0"]);
    firm.must(&Cancel::one(DocumentKind::SupplierPayment, "P-1", day("2026-02-12")));
    assert_eq!(firm.balances(["2000", "2001"]), ["0", "-19.04"]);
    firm.clean();

    // Sales by site: an invoice is of one, a payment of none.
    firm.must(&PlaceOrders::new(vec![
        NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("1"))),
    ]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-02"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-02"))]));
    firm.must(&SetAccounts::new(vec![AccountRule::new(Role::Receivable, "1201").site(main)]));
    let paid = NewPayment::received("P-2", "C-1", day("2026-03-05"), eur("11.90"));
    firm.must(&Pay::new(vec![paid.settles(Settles::invoice("I-1"))]));
    assert_eq!(firm.balances(["1200", "1201", "1202"]), ["0", "0", "0"]);
    firm.clean();
}

#[test]
fn what_stands_on_account_is_used_and_paid_back() {
    let firm = sold();
    let paid = NewPayment::received("P-1", "C-1", day("2026-03-05"), eur("119"));
    firm.must(&Pay::new(vec![paid.settles(Settles::invoice("I-1"))]));
    let some = PartLine::new(1, pcs("4"));
    firm.must(&CreditCustomers::new(vec![NewCredit::new("CN-1", "I-1", day(CREDITED)).line(some)]));
    assert_eq!(open(&firm, DocumentKind::CreditNote, "CN-1"), "47.6");
    let firm = firm.stocked(bolt(), "9", "36", "2026-03-09");
    for (order, count) in [("2", "3"), ("3", "6")] {
        let line = NewLine::new(bolt(), pcs(count));
        firm.must(&PlaceOrders::new(vec![NewOrder::new(order, "C-1", day(CREDITED)).line(line)]));
        firm.must(&Deliver::new(vec![NewDelivery::new(order, order, day(CREDITED))]));
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(order, order, day(CREDITED))]));
    }
    // Three are paid by the credit, and no money moves.
    let used = NewPayment::allocation("A-1", "C-1", day(BACK), Currency::EUR)
        .settles(Settles::credit("CN-1").amount(eur("35.70")))
        .settles(Settles::invoice("2"));
    firm.must(&Pay::new(vec![used]));
    assert_eq!(document(&firm, DocumentKind::Invoice, "2").status, Status::Done);
    assert_eq!(firm.balance("1000"), "119");
    firm.clean();
    // The next invoice is paid with the rest of it taken off, and a cent too much.
    let less = NewPayment::received("P-2", "C-1", day(BACK), eur("59.51"))
        .settles(Settles::invoice("3"))
        .settles(Settles::credit("CN-1"));
    firm.must(&Pay::new(vec![less]));
    assert_eq!(open(&firm, DocumentKind::CustomerPayment, "P-2"), "0.01");
    assert_eq!(firm.balances(["1200", "1000"]), ["-0.01", "178.51"]);
    firm.clean();
    // The cent goes back; what is paid back is of something.
    let back = NewPayment::refund("RF-1", "C-1", day("2026-03-20"), eur("0.01"));
    let refused = firm.send(&Pay::new(vec![back.clone()])).unwrap_err();
    assert_eq!(refused.code(), "company.not_positive");
    firm.must(&Pay::new(vec![back.settles(Settles::payment("P-2"))]));
    assert_eq!(firm.balances(["1200", "1000"]), ["0", "178.5"]);
    firm.clean();
    // What rests on one another is taken back the last first.
    let last = day("2026-04-20");
    let refused = firm.send(&Cancel::one(DocumentKind::CreditNote, "CN-1", last)).unwrap_err();
    assert!(refused.to_string().contains("rests on it"), "{refused}");
    for code in ["RF-1", "P-2", "A-1"] {
        firm.must(&Cancel::one(DocumentKind::CustomerPayment, code, last));
        firm.clean();
    }
    firm.must(&Cancel::one(DocumentKind::CreditNote, "CN-1", last));
    assert_eq!(firm.balances(["1200", "1000"]), ["107.1", "119"]);
    firm.clean();
}

#[test]
fn a_part_of_an_invoice_is_paid_without_saying_so_twice() {
    let firm = sold();
    let paid = NewPayment::received("P-1", "C-1", day("2026-03-05"), eur("50"));
    firm.must(&Pay::new(vec![paid.settles(Settles::invoice("I-1"))]));
    assert_eq!(open(&firm, DocumentKind::Invoice, "I-1"), "69");
    let twice = NewPayment::received("P-2", "C-1", day("2026-03-06"), eur("69"))
        .settles(Settles::invoice("I-1").amount(eur("30")))
        .settles(Settles::invoice("I-1"));
    let refused = firm.send(&Pay::new(vec![twice])).unwrap_err().to_string();
    assert!(refused.contains("names it twice"), "{refused}");
    firm.clean();
}

/// Orders are done when nothing is left of them, whichever act says so, and open again when something is.
#[test]
fn an_order_is_done_when_nothing_is_left_of_it() {
    let firm = bought().stocked(nut(), "30", "30", "2026-02-01");
    let status = |kind, code| document(&firm, kind, code).status;
    let order = |code: &str| {
        firm.must(&PlaceOrders::new(vec![
            NewOrder::new(code, "C-1", day("2026-03-02")).line(NewLine::new(nut(), pcs("10"))),
        ]));
        firm.must(&Deliver::new(vec![NewDelivery::new(code, code, day("2026-03-02"))]));
    };
    let ordered = || {
        let row = firm.company.view(|view| {
            let party = PartyId::named("C-1");
            Ok::<_, CompanyError>(view.peek::<Exposure>(&party)?)
        });
        row.unwrap().map_or(0, |row| row.ordered.units())
    };
    order("1");
    let some = PartLine::new(1, pcs("6"));
    firm.must(&InvoiceCustomers::new(vec![
        NewInvoice::new("1", "1", day("2026-03-03")).line(some),
    ]));
    let back = PartLine::new(1, pcs("4"));
    firm.must(&TakeBack::new(vec![NewReturn::new("1", "1", day("2026-03-04")).line(back)]));
    // Six were invoiced, and of those none came back: of four nothing is left.
    assert_eq!((status(DocumentKind::SalesOrder, "1"), ordered()), (Status::Done, 0));
    firm.must(&Cancel::one(DocumentKind::CustomerReturn, "1", day("2026-03-05")));
    assert_eq!((status(DocumentKind::SalesOrder, "1"), ordered()), (Status::Open, 47_600));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("2", "1", day("2026-03-06"))]));
    assert_eq!((status(DocumentKind::SalesOrder, "1"), ordered()), (Status::Done, 0));
    firm.clean();
    order("2");
    firm.must(&TakeBack::new(vec![NewReturn::new("2", "2", day("2026-03-07"))]));
    assert_eq!((status(DocumentKind::SalesOrder, "2"), ordered()), (Status::Done, 0));
    firm.clean();
}

#[test]
fn an_order_is_closed_short() {
    let firm = Firm::new().stocked(bolt(), "6", "24", "2026-02-01");
    firm.must(&PlaceOrders::new(vec![
        NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("10"))),
    ]));
    firm.must(&Deliver::new(vec![
        NewDelivery::new("D-1", "SO-1", day("2026-03-02")).line(PartLine::new(1, pcs("4"))),
    ]));
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line)]));
    let close = CloseOrders::new(vec![
        Named::new(DocumentKind::SalesOrder, "SO-1"),
        Named::new(DocumentKind::PurchaseOrder, "PO-1"),
    ]);
    firm.must(&close);
    let levels = firm.company.stock().levels(bolt()).unwrap();
    assert_eq!((levels[0].reserved.units(), levels[0].on_order.units()), (0, 0));
    let order = document(&firm, DocumentKind::SalesOrder, "SO-1");
    assert_eq!((order.status, order.money(order.open())), (Status::Open, eur("47.6")));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-03"))]));
    for (kind, code) in [(DocumentKind::SalesOrder, "SO-1"), (DocumentKind::PurchaseOrder, "PO-1")]
    {
        let order = document(&firm, kind, code);
        assert_eq!((order.status, order.money(order.open())), (Status::Done, eur("0")));
    }
    let refused = firm.send(&close).unwrap_err().to_string();
    assert!(refused.contains("only open orders"), "{refused}");
    firm.clean();
}

#[test]
fn a_bill_that_names_a_line_twice_bills_it_once() {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line)]));
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-03"))]));
    let twice = NewBill::new("B-1", "V-1", day("2026-02-04")).order("PO-1");
    let twice = twice.line(BillLine::all(1)).line(BillLine::all(1));
    assert_eq!(
        firm.send(&EnterBills::new(vec![twice])).unwrap_err().code(),
        "company.nothing_left"
    );
}

#[test]
fn a_credit_gives_back_what_was_paid_and_a_bad_debt_its_tax() {
    let firm = sold();
    let paid = NewPayment::received("P-1", "C-1", day("2026-03-05"), eur("116.62"));
    firm.must(&Pay::new(vec![paid.settles(Settles::invoice("I-1").discounted())]));
    for (code, count, open_now) in [("CN-1", "4", "46.65"), ("CN-2", "6", "69.97")] {
        let some = PartLine::new(1, pcs(count));
        firm.must(&CreditCustomers::new(vec![
            NewCredit::new(code, "I-1", day(CREDITED)).line(some),
        ]));
        assert_eq!(open(&firm, DocumentKind::CreditNote, code), open_now);
        firm.clean();
    }
    assert_eq!(firm.balances(["1200", "2200", "4000", "1000"]), ["-116.62", "0", "0", "116.62"]);
    firm.must(&Cancel::one(DocumentKind::CreditNote, "CN-1", day("2026-04-01")));
    firm.must(&Cancel::one(DocumentKind::CreditNote, "CN-2", day("2026-04-01")));
    assert_eq!(firm.balances(["1200", "2200"]), ["0", "-18.62"]);
    firm.clean();

    let firm = sold();
    let lost = NewPayment::received("P-1", "C-1", day("2026-03-05"), eur("0"));
    let lost = lost.settles(Settles::invoice("I-1").write_off(eur("119")));
    firm.must(&Pay::new(vec![lost]));
    assert_eq!(firm.balances(["1200", "2200", "6900"]), ["0", "0", "100"]);
    firm.clean();
}
