//! What a supplier sends straight to a customer.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::places::{Location, LocationKind, OpenLocations};
use fondaco::prelude::*;

use crate::firm::*;

/// Ten bolts are sold for 100 and bought for 40.
fn agreed(profile: Profile) -> Firm {
    let firm = Firm::of(&set_up().profiled(profile));
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
    assert!(billed.to_string().contains("what receipt/a stands for was billed"), "{billed}");
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
