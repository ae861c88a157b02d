//! One customer's page and one item's page: what happened in order of time, what is open, what there is.

use fondaco::company::*;
use fondaco::core::report::Locale;
use fondaco::prelude::*;

use crate::firm::*;

#[test]
fn what_went_to_customers_is_told_apart_from_what_was_used() {
    let firm = Firm::new().workshop().ten_gears();
    firm.must(&IssueMaterial::new(vec![NewIssue::new("M-1", "W-1", day("2026-03-03"))]));
    let line = NewLine::new(bolt(), pcs("5"));
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-1", "C-1", day("2026-03-02")).line(line)]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-04"))]));
    let back = NewReturn::new("RT-1", "D-1", day("2026-03-05")).line(PartLine::new(1, pcs("2")));
    firm.must(&TakeBack::new(vec![back]));
    let months = |item| {
        let page = firm.company.item_page(item).unwrap();
        // The page as data says all of it.
        let json = serde_json::to_string(&page).unwrap();
        let same: pages::ItemPage = serde_json::from_str(&json).unwrap();
        assert_eq!(same, page);
        page.demand.iter().map(|one| (one.sold, one.used)).collect::<Vec<_>>()
    };
    assert_eq!(months(bolt()), [(3.into(), 20.into())]);
    firm.must(&Cancel::one(DocumentKind::CustomerReturn, "RT-1", day("2026-03-06")));
    firm.must(&Cancel::one(DocumentKind::Delivery, "D-1", day("2026-03-06")));
    assert_eq!(months(bolt()), [(0.into(), 20.into())]);
    assert_eq!(months(nut()), [(0.into(), 40.into())]);
}

#[test]
fn a_customer_and_an_item_on_a_page_each() {
    let firm = Firm::new().stocked(bolt(), "20", "80", "2026-01-05");
    let gear = Item::new("GEAR", "Gear", Unit::PIECE);
    firm.must(&AddItems::new(vec![gear]));
    let order = |code: &str| {
        NewOrder::new(code, "C-1", day("2026-02-02")).line(NewLine::new(bolt(), pcs("5")))
    };
    firm.must(&PlaceOrders::new(vec![order("SO-1"), order("SO-2")]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-02-03"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-02-04"))]));
    let buy = NewLine::new(bolt(), pcs("7")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", day("2026-02-05")).line(buy)]));

    let shop = firm.company.party_page("C-1", false).unwrap();
    let kinds: Vec<&str> = shop.moments.iter().map(|moment| moment.kind.as_str()).collect();
    assert_eq!(kinds, ["sales_order", "sales_order", "delivery", "invoice"]);
    assert_eq!((shop.sold, shop.gross), (eur("50"), eur("30")));
    assert_eq!((shop.open[0].source.as_str(), shop.open[0].open), ("invoice/I-1", eur("59.50")));
    assert_eq!(shop.days_late, None);
    let html = shop.to_page().to_html(&Locale::en());
    assert!(html.contains("I-1") && !html.contains("<script"), "{html}");

    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-06"))]));
    firm.must(&EnterBills::new(vec![NewBill::new("B-1", "V-1", day("2026-02-07")).order("PO-1")]));
    assert_eq!(firm.company.party_page("V-1", false).unwrap().bought, eur("28"));
    firm.must(&Cancel::one(DocumentKind::Bill, "B-1", day("2026-02-08")));
    firm.must(&Cancel::one(DocumentKind::Receipt, "R-1", day("2026-02-08")));
    let works = firm.company.party_page("V-1", false).unwrap();
    assert_eq!(works.bought, eur("0"));
    let last = works.moments.iter().filter(|one| one.date == day("2026-02-08"));
    let last: Vec<_> = last.map(|one| (one.kind.as_str(), one.note.as_str())).collect();
    assert_eq!(last, [("bill", "taken back"), ("receipt", "taken back")]);

    let page = firm.company.item_page(bolt()).unwrap();
    assert_eq!(page.value, eur("60"));
    assert_eq!(page.places[0].on_hand, 15.into());
    assert_eq!(
        (page.promised[0].document.as_str(), page.promised[0].quantity),
        ("sales_order/SO-2", 5.into())
    );
    assert_eq!(
        (page.expected[0].document.as_str(), page.expected[0].quantity),
        ("purchase_order/PO-1", 7.into())
    );
    let months = |page: &pages::ItemPage| {
        page.demand.iter().map(|one| (one.month, one.sold, one.used)).collect::<Vec<_>>()
    };
    assert_eq!(months(&page), [(day("2026-02-01"), 5.into(), 0.into())]);
    let moved: Vec<&str> = page.moments.iter().map(|moment| moment.name.as_str()).collect();
    assert_eq!(moved[..2], ["", "delivery/D-1"]);
    assert!(page.to_page().to_html(&Locale::en()).contains("delivery/D-1"));
    assert_eq!(
        firm.company.party_page("C-9", false).unwrap_err().code(),
        "company.unknown_partner"
    );
    assert_eq!(
        firm.company.item_page(ItemId::named("NONE")).unwrap_err().code(),
        "company.unknown"
    );
}
