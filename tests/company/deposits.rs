//! What is paid ahead stands apart from what is owed until it is taken off, to the cent, in every profile.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::prelude::*;

use crate::firm::*;

const DAY: &str = "2026-03-02";

fn ordered(firm: &Firm) {
    let order = NewOrder::new("SO-1", "C-1", day(DAY)).line(NewLine::new(bolt(), pcs("3")));
    firm.must(&PlaceOrders::new(vec![order])); // 30.00 and 5.70 of tax
}

fn ahead(code: &str, amount: &str) -> NewDeposit {
    NewDeposit::received(code, "SO-1", day(DAY), eur(amount))
}

#[test]
fn a_deposit_is_taken_off_by_its_invoices_with_its_tax() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    ordered(&firm);
    firm.must(&PayAhead::new(vec![ahead("DP-1", "20").taxed("STD")]));
    // 20.00 with 19 per cent in it: 16.81 and 3.19.
    assert_eq!(firm.balances(["1000", "2100", "2200", "1200"]), ["20", "-16.81", "-3.19", "0"]);
    firm.clean();
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]));
    let one = NewInvoice::new("I-1", "SO-1", day("2026-03-05"));
    let one = one.line(PartLine::new(1, pcs("1"))).deposit("DP-1"); // 11.90
    firm.must(&InvoiceCustomers::new(vec![one]));
    // All of the first invoice is paid by it: of the deposit 10.00 without tax, and its tax was posted then.
    assert_eq!(firm.balances(["2100", "2200", "1200", "4000"]), ["-6.81", "-3.19", "0", "-10"]);
    let first = firm.company.document(DocumentKind::Invoice, "I-1").unwrap().unwrap();
    assert_eq!((first.status, first.open()), (Status::Done, Default::default()));
    firm.clean();
    let rest = NewInvoice::new("I-2", "SO-1", day("2026-03-06")).deposit("DP-1"); // 23.80
    firm.must(&InvoiceCustomers::new(vec![rest]));
    assert_eq!(firm.balances(["2100", "2200", "1200", "4000"]), ["0", "-5.7", "15.7", "-30"]);
    let paid = NewPayment::received("P-1", "C-1", day("2026-03-20"), eur("15.70"));
    firm.must(&Pay::new(vec![paid.settles(Settles::invoice("I-2"))]));
    assert_eq!(firm.balances(["1200", "1000"]), ["0", "35.7"]);
    firm.clean();
}

#[test]
fn cancelling_is_the_exact_inverse() {
    for profile in Profile::ALL {
        let firm = Firm::of(&set_up().profiled(profile)).stocked(bolt(), "10", "40", "2026-02-01");
        ordered(&firm);
        let accounts = ["1000", "1200", "2100", "2200", "4000", "5000", "1400", "1420"];
        firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]));
        let at_first = firm.balances(accounts);
        firm.must(&PayAhead::new(vec![ahead("DP-1", "20").taxed("STD")]));
        let paid_ahead = firm.balances(accounts);
        let part = |code: &str| {
            let invoice = NewInvoice::new(code, "SO-1", day("2026-03-05"));
            InvoiceCustomers::new(vec![invoice.line(PartLine::new(1, pcs("1"))).deposit("DP-1")])
        };
        firm.must(&part("I-1"));
        let invoiced = firm.balances(accounts);
        let refused =
            firm.send(&Cancel::one(DocumentKind::CustomerDeposit, "DP-1", day("2026-03-09")));
        let said = refused.unwrap_err().to_string();
        assert!(
            said.contains("customer_deposit/DP-1 can't be cancelled: invoice/I-1 rests on it"),
            "{said}"
        );
        firm.must(&part("I-2"));
        for code in ["I-2", "I-1"] {
            firm.must(&Cancel::one(DocumentKind::Invoice, code, day("2026-03-09")));
            firm.clean();
            if code == "I-2" {
                assert_eq!(firm.balances(accounts), invoiced, "{profile:?}");
            }
        }
        assert_eq!(firm.balances(accounts), paid_ahead, "{profile:?}");
        firm.must(&Cancel::one(DocumentKind::CustomerDeposit, "DP-1", day("2026-03-10")));
        assert_eq!(firm.balances(accounts), at_first, "{profile:?}");
        firm.clean();
    }
}

#[test]
fn a_supplier_who_was_paid_ahead_is_owed_so_much_less() {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day(DAY)).line(line)]));
    firm.must(&PayAhead::new(vec![NewDeposit::made("DP-1", "PO-1", day(DAY), eur("15"))]));
    assert_eq!(firm.balances(["1000", "1450", "2000"]), ["-15", "15", "0"]);
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-03-03"))]));
    let bill = NewBill::new("B-1", "V-1", day("2026-03-04")).order("PO-1").deposit("DP-1");
    firm.must(&EnterBills::new(vec![bill])); // 47.60
    assert_eq!(firm.balances(["1450", "2000", "2050"]), ["0", "-32.6", "0"]);
    firm.clean();
    firm.must(&Cancel::one(DocumentKind::Bill, "B-1", day("2026-03-05")));
    assert_eq!(firm.balances(["1450", "2000", "2050"]), ["15", "0", "-40"]);
    firm.clean();
}

#[test]
fn what_is_wrong_is_refused_and_said() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    ordered(&firm);
    let said =
        |deposit: NewDeposit| firm.send(&PayAhead::new(vec![deposit])).unwrap_err().to_string();
    assert!(said(ahead("DP-1", "0")).contains("customer_deposit/DP-1, line 0: amount is 0.00 EUR"));
    assert!(said(ahead("DP-1", "1").taxed("NONE")).contains("there is no tax code NONE"));
    let other = NewDeposit::received("DP-1", "SO-9", day(DAY), eur("1"));
    assert!(said(other).contains("there is no sales_order/SO-9"));
    let dollars = NewDeposit { amount: Money::parse("1 USD").unwrap(), ..ahead("DP-1", "1") };
    assert!(said(dollars).contains("is not in EUR"));
    firm.must(&PayAhead::new(vec![ahead("DP-1", "5")]));
    assert!(said(ahead("DP-1", "5")).contains("is there already"));
    let other = NewOrder::new("SO-2", "C-1", day(DAY)).line(NewLine::new(bolt(), pcs("1")));
    firm.must(&PlaceOrders::new(vec![other]));
    let invoice = NewInvoice::new("I-1", "SO-2", day(DAY)).ahead().deposit("DP-1");
    let refused = firm.send(&InvoiceCustomers::new(vec![invoice])).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("customer_deposit/DP-1: partner C-1 is no payer for this order"),
        "{refused}"
    );
    firm.clean();
}

#[test]
fn it_makes_room_under_a_credit_limit() {
    let firm = Firm::new().stocked(bolt(), "100", "400", "2026-02-01");
    let limited = NewPartner::customer("C-2").tax_code("STD").credit_limit(200.into());
    firm.must(&AddPartners::new(vec![limited]));
    let order = |code: &str| {
        PlaceOrders::new(vec![
            NewOrder::new(code, "C-2", day(DAY)).line(NewLine::new(bolt(), pcs("10"))),
        ])
    };
    firm.must(&order("SO-1")); // 119
    assert!(firm.send(&order("SO-2")).is_err());
    firm.must(&PayAhead::new(vec![ahead("DP-1", "60")]));
    firm.must(&order("SO-2"));
    firm.clean();
}
