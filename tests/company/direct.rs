//! What a supplier sends straight to a customer.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::core::{Range, Reading};
use fondaco::inventory::Qty;
use fondaco::inventory::levels::{Expected, Reservation};
use fondaco::inventory::places::{Location, LocationKind, OpenLocations};
use fondaco::prelude::*;

use crate::firm::*;

/// Ten bolts are sold for 100 and bought for 40.
fn agreed(profile: Profile) -> Firm {
    agreed_by(Firm::of(&set_up().profiled(profile)))
}

fn agreed_by(firm: Firm) -> Firm {
    let place = Location::new("DIRECT", "Sent by suppliers", SiteId::named("MAIN"), "MAIN");
    let direct = Location { kind: LocationKind::Customer, ..place };
    firm.must(&OpenLocations::new(vec![direct]));
    let (date, bolts) = (day("2026-03-02"), || NewLine::new(bolt(), pcs("10")));
    firm.must(&PlaceOrders::new(vec![NewOrder::new("1", "C-1", date).line(bolts())]));
    let bought = bolts().price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("1", "V-1", date).line(bought)]));
    firm
}

fn ship(code: &str) -> NewDirect {
    NewDirect::new(code, "1", "1", day("2026-03-03"))
}

fn send(firm: &Firm, new: NewDirect) -> Result<Vec<DocumentId>, CompanyError> {
    firm.send(&ShipDirect::new(vec![new]))
}

fn invoice(firm: &Firm, code: &str) {
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(code, "1", day("2026-03-04"))]));
}

fn bill(firm: &Firm, code: &str) {
    let bill = NewBill::new(code, "V-1", day("2026-03-05")).order("1");
    firm.must(&EnterBills::new(vec![bill]));
}

const BOOKS: [&str; 4] = ["1400", "1420", "2050", "5000"];

#[test]
fn it_was_never_in_stock_yet_is_bought_and_sold() {
    let firm = agreed(Profile::PerpetualAngloSaxon);
    send(&firm, ship("a").line(PartLine::new(1, pcs("4")))).unwrap();
    assert_eq!(firm.balances(BOOKS), ["0", "16", "-16", "0"]);
    let (stock, main) = (firm.company.stock(), SiteId::named("MAIN"));
    assert_eq!(stock.on_order(bolt(), main).unwrap(), pcs("6"));
    assert_eq!(stock.on_hand(bolt(), main).unwrap(), pcs("0"));
    firm.clean();
    invoice(&firm, "a");
    assert_eq!(firm.balances(BOOKS), ["0", "0", "-16", "16"]);
    bill(&firm, "a");
    assert_eq!(firm.balances(BOOKS), ["0", "0", "0", "16"]);
    // The other way round: invoiced and billed ahead.
    let ahead = NewInvoice::new("b", "1", day("2026-03-04")).ahead();
    firm.must(&InvoiceCustomers::new(vec![ahead]));
    let early =
        NewBill::new("b", "V-1", day("2026-03-05")).order("1").line(BillLine::new(1, pcs("6")));
    firm.must(&EnterBills::new(vec![early]));
    send(&firm, ship("b")).unwrap();
    assert_eq!(firm.balances(BOOKS), ["0", "0", "0", "40"]);
    for kind in [DocumentKind::SalesOrder, DocumentKind::PurchaseOrder] {
        assert_eq!(firm.company.document(kind, "1").unwrap().unwrap().status, Status::Done);
    }
    assert_eq!(send(&firm, ship("c")).unwrap_err().kind(), fondaco::core::ErrorKind::Refused);
    firm.clean();
}

#[test]
fn both_documents_are_cancelled_with_the_delivery() {
    let firm = agreed(Profile::PerpetualAngloSaxon);
    send(&firm, ship("a")).unwrap();
    let cancel = |kind| Cancel::one(kind, "a", day("2026-03-06"));
    let first = firm.send(&cancel(DocumentKind::Receipt)).unwrap_err();
    assert!(first.to_string().contains("delivery/a rests on it"), "{first}");
    bill(&firm, "a");
    let billed = firm.send(&cancel(DocumentKind::Delivery)).unwrap_err();
    assert!(billed.to_string().contains("bill/a rests on receipt/a"), "{billed}");
    firm.must(&cancel(DocumentKind::Bill));
    firm.must(&cancel(DocumentKind::Delivery));
    assert_eq!(firm.balances(BOOKS), ["0", "0", "0", "0"]);
    let receipt = firm.company.document(DocumentKind::Receipt, "a").unwrap().unwrap();
    assert_eq!(receipt.status, Status::Cancelled);
    firm.clean();
    send(&firm, ship("b")).unwrap();
    assert_eq!(firm.balances(BOOKS), ["0", "40", "-40", "0"]);
    firm.clean();
}

#[test]
fn more_than_either_has_left_is_refused() {
    let firm = agreed(Profile::PerpetualAngloSaxon);
    firm.must(&Receive::new(vec![
        NewReceipt::new("r", "1", day("2026-03-03")).line(ReceivedLine::new(1, pcs("7"))),
    ]));
    let more = send(&firm, ship("a").line(PartLine::new(1, pcs("4")))).unwrap_err();
    assert_eq!(
        more.to_string(),
        "item 0 (counted from 0): purchase_order/1, line 1: 4 pcs is more than the 3 pcs that is left to send to the customer"
    );
    send(&firm, ship("a")).unwrap();
    assert_eq!(firm.balances(BOOKS), ["28", "12", "-40", "0"]);
    firm.clean();
}

#[test]
fn it_earns_the_same_in_every_profile() {
    for profile in Profile::ALL {
        let firm = agreed(profile);
        send(&firm, ship("a")).unwrap();
        firm.must(&PostAccruals::on(day("2026-03-31")));
        let result = || {
            let books = firm.company.books();
            let statement = books.income_statement(day("2026-03-01"), day("2026-03-31")).unwrap();
            statement.result.normalize().to_string()
        };
        assert_eq!(result(), "60", "{profile:?}, accrued");
        invoice(&firm, "a");
        bill(&firm, "a");
        firm.must(&PostAccruals::on(day("2026-03-31")));
        assert_eq!(result(), "60", "{profile:?}, invoiced and billed");
        firm.clean();
    }
}

/// Ten that were agreed at 4 are billed at 5.
fn dear(firm: &Firm) {
    let dear = BillLine::new(1, pcs("10")).at("5 EUR/pcs".parse().unwrap());
    let billed = NewBill::new("a", "V-1", day("2026-03-05")).order("1").line(dear);
    firm.must(&EnterBills::new(vec![billed]));
}

/// Freight of 7 comes upon the receipt.
fn freight(firm: &Firm) {
    let line = NewLine::service("Freight", pcs("1"), "7 EUR/pcs".parse().unwrap());
    let freight = NewBill::new("f", "V-1", day("2026-03-05")).freight(line);
    firm.must(&EnterBills::new(vec![freight.lands_on(LandsOn::new(["a"]))]));
}

/// What was earned in a month, once its accruals are posted.
fn earned(firm: &Firm, first: &str, last: &str) -> String {
    firm.must(&PostAccruals::on(day(last)));
    let statement = firm.company.books().income_statement(day(first), day(last)).unwrap();
    statement.result.normalize().to_string()
}

/// A bill that says otherwise, and freight upon the receipt, come upon what was sold, and go with their bills.
#[test]
fn it_costs_what_its_bills_say_in_every_profile() {
    for profile in Profile::ALL {
        for is_invoiced_first in [true, false] {
            let firm = agreed(profile);
            let result = || earned(&firm, "2026-03-01", "2026-03-31");
            send(&firm, ship("a")).unwrap();
            if is_invoiced_first {
                invoice(&firm, "a");
            }
            dear(&firm);
            freight(&firm);
            if !is_invoiced_first {
                invoice(&firm, "a");
            }
            assert_eq!(result(), "43", "{profile:?}, {is_invoiced_first}");
            if profile == Profile::PerpetualAngloSaxon {
                assert_eq!(firm.balances(BOOKS), ["0", "0", "0", "57"]);
            }
            firm.clean();
            for bill in ["f", "a"] {
                firm.must(&Cancel::one(DocumentKind::Bill, bill, day("2026-03-06")));
            }
            assert_eq!(result(), "60", "{profile:?}, {is_invoiced_first}: taken back");
            firm.clean();
        }
    }
}

/// Freight keeps the delivery that it came upon from being taken back before it.
#[test]
fn freight_goes_first() {
    let firm = agreed(Profile::PerpetualAngloSaxon);
    send(&firm, ship("a")).unwrap();
    freight(&firm);
    let delivery = Cancel::one(DocumentKind::Delivery, "a", day("2026-03-06"));
    let refused = firm.send(&delivery).unwrap_err();
    assert!(refused.to_string().contains("bill/f rests on receipt/a"), "{refused}");
    firm.must(&Cancel::one(DocumentKind::Bill, "f", day("2026-03-06")));
    firm.must(&delivery);
    assert_eq!(firm.balances(BOOKS), ["0", "0", "0", "0"]);
    firm.clean();
}

/// What is taken back after a month was of that month: billed as agreed or otherwise, with freight or without.
#[test]
fn a_month_that_is_over_keeps_what_was_earned_by_it() {
    for profile in Profile::ALL {
        for (is_dear, has_freight, wanted) in
            [(false, false, "60"), (true, false, "50"), (false, true, "53"), (true, true, "43")]
        {
            let firm = agreed(profile);
            send(&firm, ship("a")).unwrap();
            if is_dear {
                dear(&firm);
            }
            if has_freight {
                freight(&firm);
            }
            let back = |kind, code| firm.must(&Cancel::one(kind, code, day("2026-04-06")));
            if has_freight {
                back(DocumentKind::Bill, "f");
            }
            if is_dear {
                back(DocumentKind::Bill, "a");
            }
            back(DocumentKind::Delivery, "a");
            let name = format!("{profile:?}, {is_dear}, {has_freight}");
            assert_eq!(earned(&firm, "2026-03-01", "2026-03-31"), wanted, "{name}");
            assert_eq!(earned(&firm, "2026-04-01", "2026-04-30"), format!("-{wanted}"), "{name}");
            firm.clean();
        }
    }
}

/// Of an order that is received in part and sent in part nothing is on order but what is to come, whatever is taken back.
#[test]
fn what_is_on_order_is_what_is_to_come() {
    let firm = agreed(Profile::PerpetualAngloSaxon).stocked(bolt(), "10", "40", "2026-02-01");
    let on_order = || firm.company.stock().on_order(bolt(), SiteId::named("MAIN")).unwrap();
    let some = NewReceipt::new("r", "1", day("2026-03-03")).line(ReceivedLine::new(1, pcs("4")));
    firm.must(&Receive::new(vec![some]));
    send(&firm, ship("a").line(PartLine::new(1, pcs("2")))).unwrap();
    assert_eq!(on_order(), pcs("4"));
    let since = || {
        let range = Range::by(Expected::BY_DOCUMENT, &DocumentKind::PurchaseOrder.id("1"));
        let rows = firm.company.stock().view(|view| view.peek_scan(&range)).unwrap();
        rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let first = since();
    assert_eq!(first.len(), 1);
    firm.must(&Cancel::one(DocumentKind::Receipt, "r", day("2026-03-04")));
    assert_eq!((on_order(), since()), (pcs("8"), first));
    firm.must(&Receive::new(vec![NewReceipt::new("s", "1", day("2026-03-05"))]));
    assert_eq!(on_order(), pcs("0"));
    firm.clean();
}

/// What is kept for an order is kept as far as it still needs it, and what is free goes to who waits; also when a delivery is taken back.
#[test]
fn who_waited_longer_keeps_what_is_held_for_him() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-02-01");
    let place = Location::new("DIRECT", "Sent by suppliers", SiteId::named("MAIN"), "MAIN");
    firm.must(&OpenLocations::new(vec![Location { kind: LocationKind::Customer, ..place }]));
    let (date, bolts) = (day("2026-03-02"), || NewLine::new(bolt(), pcs("10")));
    for code in ["1", "2"] {
        firm.must(&PlaceOrders::new(vec![NewOrder::new(code, "C-1", date).line(bolts())]));
    }
    let bought = bolts().price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("1", "V-1", date).line(bought)]));
    let kept = || {
        ["1", "2"].map(|code| {
            let id = DocumentKind::SalesOrder.id(code);
            let range = Range::by(Reservation::BY_DOCUMENT, &id);
            let promises = firm.company.stock().view(|view| view.peek_scan(&range)).unwrap();
            let sum = |of: fn(&Reservation) -> Qty| -> i64 {
                promises.iter().map(|row| of(row).units() / 1_000_000).sum()
            };
            assert_eq!(sum(|row| row.wanted), 10, "{promises:?}");
            (sum(|row| row.held), sum(|row| row.backordered))
        })
    };
    assert_eq!(kept(), [(10, 0), (0, 10)]);
    send(&firm, ship("a").line(PartLine::new(1, pcs("4")))).unwrap();
    assert_eq!(kept(), [(6, 0), (4, 6)]);
    firm.must(&Cancel::one(DocumentKind::Delivery, "a", day("2026-03-04")));
    assert_eq!(kept(), [(6, 4), (4, 6)]);
    let part = NewDelivery::new("b", "1", day("2026-03-04")).line(PartLine::new(1, pcs("6")));
    firm.must(&Deliver::new(vec![part]));
    firm.must(&Cancel::one(DocumentKind::Delivery, "b", day("2026-03-05")));
    // What came back goes to who waited first.
    assert_eq!(kept(), [(6, 4), (4, 6)]);
    firm.clean();
}

/// What a supplier sends was promised to the order of what would come here: nothing waits for it any more.
#[test]
fn nothing_is_kept_for_what_was_sent_from_elsewhere() {
    let firm = agreed(Profile::PerpetualAngloSaxon);
    let waiting = || {
        let levels = firm.company.stock().levels(bolt()).unwrap();
        (levels[0].reserved.units(), levels[0].backordered.units())
    };
    assert_eq!(waiting(), (0, 10_000_000));
    send(&firm, ship("a").line(PartLine::new(1, pcs("4")))).unwrap();
    assert_eq!(waiting(), (0, 6_000_000));
    let page = firm.company.item_page(bolt()).unwrap();
    assert_eq!((page.demand[0].sold, page.demand[0].used), (4.into(), 0.into()));
    send(&firm, ship("b")).unwrap();
    assert_eq!(waiting(), (0, 0));
    firm.clean();
}

#[test]
fn it_is_sent_to_no_place_of_ones_own() {
    let firm = agreed(Profile::PerpetualAngloSaxon);
    for (location, what) in [("MAIN", "location of kind customer"), ("NOWHERE", "location")] {
        let new = NewDirect { location: location.into(), ..ship("a") };
        let refused = send(&firm, new).unwrap_err().to_string();
        assert!(refused.contains(&format!("there is no {what} {location}")), "{refused}");
    }
    assert_eq!(firm.balances(BOOKS), ["0", "0", "0", "0"]);
    firm.clean();
}

/// What was received stands by its supplier, what was shipped by its customer, though no goods were ever here.
#[test]
fn what_waits_of_it_stands_by_whom_it_waits_for() {
    use fondaco::company::posting::{AccountRule, Role};
    let firm = Firm::new();
    firm.account(AccountClass::Liability, "2051", false);
    firm.account(AccountClass::Asset, "1421", false);
    firm.must(&SetAccounts::new(vec![
        AccountRule::new(Role::GoodsReceived, "2051").party_group("ABROAD"),
        AccountRule::new(Role::GoodsShipped, "1421").party_group("HOME"),
    ]));
    for (partner, group) in [
        (NewPartner::supplier("V-1").named("The works").tax_code("STD"), "ABROAD"),
        (NewPartner::customer("C-1").named("The shop").tax_code("STD"), "HOME"),
    ] {
        firm.must(&ChangePartner::to(partner.group(group)));
    }
    let firm = agreed_by(firm);
    send(&firm, ship("a")).unwrap();
    assert_eq!(firm.balances(["1420", "1421", "2050", "2051"]), ["0", "40", "0", "-40"]);
    firm.clean();
    invoice(&firm, "a");
    bill(&firm, "a");
    assert_eq!(firm.balances(["1420", "1421", "2050", "2051"]), ["0"; 4]);
    firm.clean();
}
