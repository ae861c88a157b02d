//! Goods that go from one place of the company to another, as documents; and standards that change.

use fondaco::company::posting::{AccountRule, Profile, Role};
use fondaco::company::*;
use fondaco::inventory::valuation::Method;
use fondaco::inventory::value::SetCosting;
use fondaco::prelude::*;

use crate::firm::*;
use crate::workshop::*;

/// The firm has a shop, whose stock has an account of its own.
fn with_shop(firm: Firm) -> Firm {
    firm.must(&OpenSites::new(vec![Site::new("SHOP", "Shop")]));
    let account = NewAccount::new("1401", "Inventory of the shop", AccountClass::Asset);
    firm.must(&OpenAccounts::new(vec![account.control("company")]));
    let shop = AccountRule::new(Role::Stock, "1401").site(SiteId::named("SHOP"));
    firm.must(&SetAccounts::new(vec![shop]));
    firm.stocked(bolt(), "40", "160", "2026-02-01")
}

fn sent(firm: &Firm) {
    let sent = NewTransfer::new("X-1", ("MAIN", "SHOP"), day("2026-03-02"));
    firm.must(&TransferGoods::new(vec![sent.line(bolt(), pcs("10")).in_transit()]));
    firm.clean();
}

const BOOKS: [&str; 3] = ["1400", "1401", "5200"];

#[test]
fn what_is_sent_is_on_its_way_arrives_in_parts_or_is_lost_and_is_taken_back() {
    let firm = with_shop(Firm::new());
    let there = || firm.company.stock().on_hand(bolt(), SiteId::named("SHOP")).unwrap();
    let status = || firm.company.document(DocumentKind::Transfer, "X-1").unwrap().unwrap().status;
    sent(&firm);
    // Who sends it has it no more.
    assert_eq!(
        (firm.balances(BOOKS), there(), status()),
        (["120", "40", "0"].map(String::from), pcs("0"), Status::Open)
    );
    let some = NewArrival::new("A-1", "X-1", day("2026-03-04")).line(PartLine::new(1, pcs("7")));
    firm.must(&TakeIn::new(vec![some]));
    assert_eq!((there(), status()), (pcs("7"), Status::Open));
    let more = NewArrival::new("A-2", "X-1", day("2026-03-04")).line(PartLine::new(1, pcs("4")));
    assert_eq!(firm.send(&TakeIn::new(vec![more])).unwrap_err().code(), "company.too_much");
    firm.must(&TakeIn::new(vec![NewArrival::new("A-2", "X-1", day("2026-03-05")).lost()]));
    firm.clean();
    assert_eq!(
        (firm.balances(BOOKS), status()),
        (["120", "28", "12"].map(String::from), Status::Done)
    );
    let cancel = |kind, code: &str| Cancel::one(kind, code, day("2026-04-01"));
    let in_use = firm.send(&cancel(DocumentKind::Transfer, "X-1")).unwrap_err();
    assert_eq!(in_use.code(), "company.in_use");
    for code in ["A-2", "A-1"] {
        firm.must(&cancel(DocumentKind::Arrival, code));
        firm.clean();
    }
    assert_eq!(
        (firm.balances(BOOKS), there(), status()),
        (["120", "40", "0"].map(String::from), pcs("0"), Status::Open)
    );
    firm.must(&cancel(DocumentKind::Transfer, "X-1"));
    firm.clean();
    assert_eq!(firm.balances(BOOKS), ["160", "0", "0"]);
}

#[test]
fn in_one_step_it_is_there_at_once_and_books_that_don_t_follow_say_nothing() {
    let put = NewTransfer::new("X-1", ("MAIN", "SHOP"), day("2026-03-02")).line(bolt(), pcs("10"));
    for (profile, books) in [
        (Profile::PerpetualAngloSaxon, ["120", "40", "0"]),
        (Profile::PeriodicContinental, ["160", "0", "0"]),
    ] {
        let firm = with_shop(Firm::of(&set_up().profiled(profile)));
        firm.must(&TransferGoods::new(vec![put.clone()]));
        firm.clean();
        assert_eq!(firm.balances(BOOKS), books);
        let nothing =
            firm.send(&TakeIn::new(vec![NewArrival::new("A-1", "X-1", day("2026-03-04"))]));
        assert!(nothing.unwrap_err().to_string().contains("nothing of it is on its way"));
    }
}

#[test]
fn another_standard_is_posted_for_what_lies_there() {
    let firm = Firm::new().workshop().gears_at("20").ten_gears();
    let made = NewCompletion::new("C-1", "W-1", day("2026-03-06")).backflush();
    firm.must(&CompleteWorkOrders::new(vec![made]));
    let dearer = SetCosting::item(gear(), Method::Standard).cost("22 EUR/pcs".parse().unwrap());
    firm.must(&ChangeCost::Costing(dearer.on(day("2026-03-31"))));
    firm.clean();
    assert_eq!((firm.worth(gear()), firm.balance("5220")), ("220".into(), "-20".into()));
}
