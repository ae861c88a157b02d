//! What stands on accounts that are told apart, or for goods that lie elsewhere than their document, is taken off where it stands.

use fondaco::company::posting::{AccountRule, Profile, Role};
use fondaco::company::*;
use fondaco::core::Reading;
use fondaco::inventory::planning::WantedDay;
use fondaco::prelude::*;

use crate::firm::*;
use crate::workshop::*;

/// Ten bolts of 4 are sold for ten each.
fn sold(firm: &Firm) {
    let date = day("2026-03-02");
    let order = NewOrder::new("SO-1", "C-1", date).line(NewLine::new(bolt(), pcs("10")));
    firm.must(&PlaceOrders::new(vec![order.site(SiteId::named("MAIN"))]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", date)]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", date)]));
}

/// A shop with accounts of its own: of its stock, and of what it shipped.
fn with_shop(firm: &Firm) {
    firm.must(&OpenSites::new(vec![Site::new("SHOP", "Shop")]));
    for (code, role) in [("1401", Role::Stock), ("1421", Role::GoodsShipped)] {
        firm.account(AccountClass::Asset, code, false);
        let rule = AccountRule::new(role, code).site(SiteId::named("SHOP"));
        firm.must(&SetAccounts::new(vec![rule]));
    }
}

const PLACES: [&str; 4] = ["1400", "1401", "1420", "1421"];

#[test]
fn goods_that_come_back_to_another_site_are_sold_and_returned_at_one() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    with_shop(&firm);
    sold(&firm);
    let back = NewReturn {
        location: Some("SHOP".into()),
        ..NewReturn::new("RT-1", "D-1", day("2026-03-09"))
    };
    firm.must(&TakeBack::new(vec![back]));
    assert_eq!(firm.balances(PLACES), ["0", "40", "-40", "0"]);
    firm.clean();
    firm.must(&CreditCustomers::new(vec![NewCredit::new("CN-1", "I-1", day("2026-03-10"))]));
    assert_eq!(firm.balances(PLACES), ["0", "40", "0", "0"]);
    firm.clean();
    for kind in [(DocumentKind::CreditNote, "CN-1"), (DocumentKind::CustomerReturn, "RT-1")] {
        firm.must(&Cancel::one(kind.0, kind.1, day("2026-04-01")));
        firm.clean();
    }
    assert_eq!(firm.balances(PLACES), ["0"; 4]);
}

#[test]
fn work_in_progress_stands_by_what_is_made_whatever_goes_into_it() {
    let firm = Firm::new().workshop().ten_gears();
    firm.account(AccountClass::Asset, "1441", false);
    let of_bolts = AccountRule::new(Role::WorkInProgress, "1441").category("FASTENERS");
    firm.must(&SetAccounts::new(vec![of_bolts]));
    firm.must(&IssueMaterial::new(vec![NewIssue::new("M-1", "W-1", day("2026-03-03"))]));
    assert_eq!(firm.balances(["1440", "1441"]), ["100", "0"]);
    firm.must(&CompleteWorkOrders::new(vec![NewCompletion::new("C-1", "W-1", day("2026-03-06"))]));
    assert_eq!(firm.balances(["1440", "1441"]), ["0", "0"]);
    firm.clean();
}

#[test]
fn work_of_others_is_billed_where_it_was_received() {
    let firm = Firm::new().workshop().ten_gears();
    firm.account(AccountClass::Liability, "2051", false);
    let abroad = AccountRule::new(Role::GoodsReceived, "2051").party_group("ABROAD");
    firm.must(&SetAccounts::new(vec![abroad]));
    let works = NewPartner::supplier("V-1").named("The works").tax_code("STD").group("ABROAD");
    firm.must(&ChangePartner::to(works));
    let hardening = NewLine::service("Hardening", pcs("10"), "5 EUR/pcs".parse().unwrap());
    let order = NewOrder::new("PO-1", "V-1", day("2026-03-02")).line(hardening);
    firm.must(&OrderGoods::new(vec![order]));
    let received = NewReceipt::new("R-1", "PO-1", day("2026-03-04"));
    firm.must(&Receive::new(vec![received.line(ReceivedLine::new(1, pcs("10")).into_work("W-1"))]));
    assert_eq!(firm.balances(["1440", "2050", "2051"]), ["50", "0", "-50"]);
    firm.clean();
    firm.must(&EnterBills::new(vec![NewBill::new("B-1", "V-1", day("2026-03-05")).order("PO-1")]));
    assert_eq!(firm.balances(["1440", "2050", "2051"]), ["50", "0", "0"]);
    firm.clean();
}

#[test]
fn in_a_closed_month_no_goods_move_by_any_profile() {
    for profile in Profile::ALL {
        let firm = Firm::of(&set_up().profiled(profile)).stocked(bolt(), "20", "80", "2026-01-05");
        let order = NewOrder::new("SO-1", "C-1", day("2026-01-10"));
        firm.must(&PlaceOrders::new(vec![order.line(NewLine::new(bolt(), pcs("10")))]));
        let last = day("2026-01-31");
        firm.must(&PostAccruals::on(last));
        firm.must(&CloseMonth::ending(last));
        let sent = |code: &str, date: &str| {
            let some = NewDelivery::new(code, "SO-1", day(date)).line(PartLine::new(1, pcs("5")));
            firm.send(&Deliver::new(vec![some]))
        };
        let late = sent("D-1", "2026-01-15").unwrap_err();
        assert_eq!(late.code(), "accounting.period_locked", "{profile:?}");
        sent("D-1", "2026-02-01").unwrap();
        firm.clean();
    }
}

#[test]
fn planning_is_told_when_a_customer_wants_his_goods() {
    let firm = Firm::new();
    let order = |code: &str| {
        NewOrder::new(code, "C-1", day("2026-03-02")).line(NewLine::new(bolt(), pcs("10")))
    };
    firm.must(&PlaceOrders::new(vec![order("1").wanted_on(day("2026-07-20")), order("2")]));
    let told = |code: &str| {
        let id = DocumentKind::SalesOrder.id(code);
        let row = firm.company.office().view(|view| view.peek::<WantedDay>(&id)).unwrap();
        row.map(|row| row.wanted_on)
    };
    assert_eq!((told("1"), told("2")), (Some(day("2026-07-20")), None));
}

#[test]
fn what_is_billed_beyond_an_order_that_is_whole_is_booked_and_blocked() {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-02")).line(line)]));
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-03"))]));
    let bill = |code: &str, count: &str| {
        let bill = NewBill::new(code, "V-1", day("2026-02-04")).order("PO-1");
        EnterBills::new(vec![bill.line(BillLine::new(1, pcs(count)))])
    };
    firm.must(&bill("B-1", "10"));
    firm.must(&bill("B-2", "1"));
    let booked = firm.company.document(DocumentKind::Bill, "B-2").unwrap().unwrap();
    assert!(booked.blocked.get().is_some());
    assert_eq!(firm.balance("2000"), "-52.36");
    firm.clean();
}

#[test]
fn a_work_order_is_not_closed_before_its_costs() {
    let firm = Firm::new().workshop().ten_gears();
    firm.must(&IssueMaterial::new(vec![NewIssue::new("M-1", "W-1", day("2026-03-03"))]));
    firm.must(&CompleteWorkOrders::new(vec![NewCompletion::new("C-1", "W-1", day("2026-03-06"))]));
    let late = NewTime::new("T-1", "W-1", day("2026-04-02")).labour("SAW", hours("3"));
    firm.must(&BookTime::new(vec![late]));
    let close = |date: &str| CloseWorkOrders::new(vec![NewClose::new("W-1", day(date))]);
    let refused = firm.send(&close("2026-03-31")).unwrap_err();
    assert_eq!(refused.code(), "company.closed_too_early");
    assert!(refused.to_string().contains("recorded for 2026-04-02"), "{refused}");
    firm.must(&close("2026-04-02"));
    assert_eq!(firm.balance("1440"), "0");
    firm.clean();
}

/// Two bolts are ordered and 250.00 and tax paid ahead; one is invoiced, and no more comes.
fn paid_ahead(profile: Profile) -> Firm {
    let firm = Firm::of(&set_up().profiled(profile)).stocked(bolt(), "10", "40", "2026-02-01");
    let date = day("2026-03-02");
    let line = NewLine::new(bolt(), pcs("2")).price("250 EUR/pcs".parse().unwrap());
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-1", "C-1", date).line(line)]));
    let ahead = NewDeposit::received("DP-1", "SO-1", date, eur("500")).taxed("STD");
    firm.must(&PayAhead::new(vec![ahead]));
    let one = NewDelivery::new("D-1", "SO-1", date).line(PartLine::new(1, pcs("1")));
    firm.must(&Deliver::new(vec![one]));
    let invoice = NewInvoice::new("I-1", "SO-1", date).deposit("DP-1"); // 297.50
    firm.must(&InvoiceCustomers::new(vec![invoice]));
    firm.must(&CloseOrders::new(vec![Named::new(DocumentKind::SalesOrder, "SO-1")]));
    firm.clean();
    firm
}

const AHEAD: [&str; 4] = ["1000", "1200", "2100", "2200"];

#[test]
fn what_is_left_of_a_deposit_is_paid_back_with_its_tax() {
    for profile in Profile::ALL {
        let firm = paid_ahead(profile);
        // 420.17 and 79.83 of tax, less 250.00 and 47.50.
        let before = ["500", "0", "-170.17", "-79.83"];
        assert_eq!(firm.balances(AHEAD), before, "{profile:?}");
        let back = |code: &str, amount: &str| {
            let back = NewPayment::refund(code, "C-1", day("2026-03-20"), eur(amount));
            Pay::new(vec![back.settles(Settles::deposit("DP-1").amount(eur(amount)))])
        };
        let much = firm.send(&back("RF-1", "202.51")).unwrap_err();
        assert_eq!(much.code(), "company.pays_too_much");
        firm.must(&back("RF-1", "100"));
        assert_eq!(firm.balances(AHEAD), ["400", "0", "-86.14", "-63.86"]);
        firm.clean();
        firm.must(&back("RF-2", "102.50"));
        assert_eq!(firm.balances(AHEAD), ["297.5", "0", "0", "-47.5"]);
        firm.clean();
        let deposit = firm.company.document(DocumentKind::CustomerDeposit, "DP-1");
        assert_eq!(deposit.unwrap().unwrap().status, Status::Done);
        for code in ["RF-1", "RF-2"] {
            firm.must(&Cancel::one(DocumentKind::CustomerPayment, code, day("2026-03-21")));
            firm.clean();
        }
        assert_eq!(firm.balances(AHEAD), before);
    }
}

#[test]
fn what_is_left_of_a_deposit_is_taken_off_another_order_once_its_own_is_over() {
    let firm = paid_ahead(Profile::PerpetualAngloSaxon);
    let date = day("2026-03-22");
    let line = NewLine::new(bolt(), pcs("1")).price("250 EUR/pcs".parse().unwrap());
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-2", "C-1", date).line(line)]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-2", "SO-2", date)]));
    let invoice = NewInvoice::new("I-2", "SO-2", date).deposit("DP-1"); // 297.50
    firm.must(&InvoiceCustomers::new(vec![invoice]));
    assert_eq!(firm.balances(["1200", "2100", "2200"]), ["95", "0", "-95"]);
    firm.clean();
}
