//! What is taken back, let off and given up: on which day, on which account, how much of it, and within whose limit.

use fondaco::accounting::ledger::AccountClass;
use fondaco::company::posting::{AccountRule, Role};
use fondaco::company::*;
use fondaco::inventory::moves::Movement;
use fondaco::prelude::*;

use crate::firm::*;

fn sold() -> Firm {
    let firm = Firm::new().stocked(bolt(), "100", "400", "2026-02-01");
    let order = NewOrder::new("SO-1", "C-1", day("2026-03-02"));
    firm.must(&PlaceOrders::new(vec![order.line(NewLine::new(bolt(), pcs("10")))]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-03"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-04"))]));
    firm
}

#[test]
fn nothing_is_taken_back_before_its_day() {
    let firm = sold();
    let early = Cancel::one(DocumentKind::Invoice, "I-1", day("2026-01-02"));
    let refused = firm.send(&early).unwrap_err().to_string();
    assert!(refused.contains("invoice/I-1") && refused.contains("its own day"), "{refused}");
    firm.must(&Cancel::one(DocumentKind::Invoice, "I-1", day("2026-03-04")));
    firm.clean();
}

/// Two per cent of 119 are 2.38, however many payments take them.
#[test]
fn what_is_let_off_once_is_not_let_off_again() {
    let firm = sold();
    let part = |code: &str| {
        let settles = Settles::invoice("I-1").amount(eur("10")).discounted();
        NewPayment::received(code, "C-1", day("2026-03-06"), eur("10")).settles(settles)
    };
    firm.must(&Pay::new(vec![part("P-1"), part("P-2")]));
    firm.must(&Pay::new(vec![part("P-3")]));
    assert_eq!(firm.balance("1200"), "86.62");
    // Taken back, it may be let off again.
    firm.must(&Cancel::one(DocumentKind::CustomerPayment, "P-1", day("2026-03-07")));
    firm.must(&Pay::new(vec![part("P-4")]));
    assert_eq!(firm.balance("1200"), "86.62");
    firm.clean();
}

#[test]
fn of_what_was_credited_nothing_is_let_off() {
    let firm = sold();
    let half = NewCredit::new("CN-1", "I-1", day("2026-03-05")).line(PartLine::new(1, pcs("5")));
    firm.must(&CreditCustomers::new(vec![half]));
    let settles = Settles::invoice("I-1").discounted();
    let rest = NewPayment::received("P-1", "C-1", day("2026-03-06"), eur("58.31"));
    firm.must(&Pay::new(vec![rest.settles(settles)]));
    assert_eq!(firm.balance("1200"), "0");
}

/// A charge goes by the supplier's group, and comes back from there.
#[test]
fn charges_come_back_from_where_they_went() {
    let firm = Firm::new();
    let account = NewAccount::new("6001", "Other expenses abroad", AccountClass::Expense);
    firm.company.send("6001", &OpenAccounts::new(vec![account])).unwrap();
    let abroad = AccountRule::new(Role::Expense, "6001").party_group("ABROAD");
    firm.must(&SetAccounts::new(vec![abroad]));
    firm.must(&AddPartners::new(vec![NewPartner::supplier("V-2").group("ABROAD")]));
    let advice = NewLine::service("Advice", pcs("1"), "100 EUR/pcs".parse().unwrap());
    let bill = NewBill::new("B-1", "V-2", day("2026-03-02")).charge(advice);
    firm.must(&EnterBills::new(vec![bill]));
    assert_eq!(firm.balances(["6000", "6001"]), ["0", "100"]);
    firm.must(&Cancel::one(DocumentKind::Bill, "B-1", day("2026-03-03")));
    assert_eq!(firm.balances(["6000", "6001"]), ["0", "0"]);
    firm.clean();
}

/// What a dearer bill made of the stock is taken back on the day of that, not in a month that may be closed.
#[test]
fn a_dearer_bill_is_taken_back_after_its_month_is_locked() {
    let firm = Firm::new();
    let order = NewOrder::new("PO-1", "V-1", day("2026-02-02"));
    let bolts = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![order.line(bolts)]));
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-03"))]));
    let bill = NewBill::new("B-1", "V-1", day("2026-02-04")).order("PO-1");
    let dearer = BillLine::all(1).at("5 EUR/pcs".parse().unwrap());
    firm.must(&EnterBills::new(vec![bill.line(dearer)]));
    assert_eq!(firm.balance("1400"), "50");
    firm.company.send("lock", &LockPeriod::new(202_602)).unwrap();
    firm.must(&Cancel::one(DocumentKind::Bill, "B-1", day("2026-03-02")));
    assert_eq!(firm.balances(["1400", "2000", "2050"]), ["40", "0", "-40"]);
    firm.clean();
}

#[test]
fn prices_below_zero_and_more_than_all_off_are_mistakes() {
    let firm = Firm::new();
    let below = NewPrice::new(bolt(), "-1 EUR/pcs".parse().unwrap(), day("2026-01-01"));
    let refused = firm.send(&SetPrices::new("LIST", vec![below])).unwrap_err().to_string();
    assert!(refused.contains("price is -1.00 EUR"), "{refused}");
    let off = NewLine::new(bolt(), pcs("1")).discount(Rate::percent("150").unwrap());
    let order = NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(off);
    let refused = firm.send(&PlaceOrders::new(vec![order])).unwrap_err();
    assert!(refused.to_string().contains("100 % or less"), "{refused}");
    assert_eq!(refused.code(), "company.too_much_off");
}

/// Goods that a delivery moved come back by a document: else they would be invoiced as if they had stayed away.
#[test]
fn moves_of_documents_are_taken_back_by_documents() {
    let firm = sold();
    let line = firm.company.lines(DocumentKind::Delivery, "D-1").unwrap().remove(0);
    let of = line.stock_move.unwrap();
    for movement in [Movement::Reversal { of }, Movement::CustomerReturn { of, to: "MAIN".into() }]
    {
        let back = NewMove::new(bolt(), pcs("10"), movement, day("2026-03-09"));
        let refused = firm.send(&MoveGoods::new(vec![back])).unwrap_err().to_string();
        assert!(refused.contains("delivery/D-1, line 1"), "{refused}");
    }
    firm.must(&TakeBack::new(vec![NewReturn::new("RT-1", "D-1", day("2026-03-09"))]));
    firm.clean();
}
