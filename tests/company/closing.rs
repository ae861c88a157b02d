//! After the closing entries every profile shows the same profit.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::moves::{Movement, NewMove};

use crate::firm::*;

/// Goods bought and sold with something open at every joint.
fn open_quarter(profile: Profile) -> Firm {
    let firm = Firm::of(&set_up().profiled(profile));
    let buy = |code: &str, count: &str, price: &str| {
        let line = NewLine::new(bolt(), pcs(count)).price(price.parse().unwrap());
        firm.must(&OrderGoods::new(vec![NewOrder::new(code, "V-1", day("2026-01-05")).line(line)]));
    };
    buy("PO-1", "20", "4 EUR/pcs");
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-01-10"))]));
    // Twelve are billed, dearer; eight are not.
    let dear = BillLine::new(1, pcs("12")).at("4.50 EUR/pcs".parse().unwrap());
    firm.must(&EnterBills::new(vec![
        NewBill::new("B-1", "V-1", day("2026-01-12")).order("PO-1").line(dear),
    ]));
    // Ten are billed, of which none came.
    buy("PO-2", "10", "3 EUR/pcs");
    let ahead = NewBill::new("B-2", "V-1", day("2026-01-13"))
        .order("PO-2")
        .line(BillLine::new(1, pcs("10")));
    firm.must(&EnterBills::new(vec![ahead]));
    for (order, count) in [("SO-1", "5"), ("SO-2", "4"), ("SO-3", "3")] {
        let line = NewLine::new(bolt(), pcs(count));
        firm.must(&PlaceOrders::new(vec![
            NewOrder::new(order, "C-1", day("2026-02-02")).line(line),
        ]));
    }
    // One sale is whole, one is shipped and not invoiced, one invoiced and not shipped.
    firm.must(&Deliver::new(vec![
        NewDelivery::new("D-1", "SO-1", day("2026-02-03")),
        NewDelivery::new("D-2", "SO-2", day("2026-02-03")),
    ]));
    firm.must(&InvoiceCustomers::new(vec![
        NewInvoice::new("I-1", "SO-1", day("2026-02-04")),
        NewInvoice::new("I-3", "SO-3", day("2026-02-04")).ahead(),
    ]));
    // One of the first comes back, and is not credited yet; another is thrown away.
    let back = NewReturn::new("RT-1", "D-1", day("2026-02-10")).line(PartLine::new(1, pcs("1")));
    firm.must(&TakeBack::new(vec![back]));
    let scrap = Movement::Scrap { from: "MAIN".into() };
    firm.must(&MoveGoods::new(vec![NewMove::new(bolt(), pcs("1"), scrap, day("2026-02-11"))]));
    firm
}

/// The same, with what is open accrued.
pub fn quarter(profile: Profile) -> Firm {
    let firm = open_quarter(profile);
    firm.must(&PostAccruals::on(day("2026-03-31")));
    firm.clean();
    firm
}

#[test]
fn what_is_entered_later_changes_nothing_of_what_was_open() {
    for profile in Profile::ALL {
        let firm = open_quarter(profile);
        // In April everything that was open is closed, and more is traded.
        let april = day("2026-04-10");
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-2", "SO-2", april)]));
        firm.must(&Deliver::new(vec![NewDelivery::new("D-3", "SO-3", april)]));
        let credit = NewCredit::new("CN-1", "I-1", april).line(PartLine::new(1, pcs("1")));
        firm.must(&CreditCustomers::new(vec![credit]));
        firm.must(&EnterBills::new(vec![NewBill::new("B-3", "V-1", april).order("PO-1")]));
        firm.must(&Receive::new(vec![NewReceipt::new("R-2", "PO-2", april)]));
        let line = NewLine::new(bolt(), pcs("2"));
        firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-4", "C-1", april).line(line)]));
        firm.must(&Deliver::new(vec![NewDelivery::new("D-4", "SO-4", april)]));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        let statement = firm.company.books().income_statement(day("2026-01-01"), day("2026-03-31"));
        assert_eq!(statement.unwrap().result, "41.30".parse().unwrap(), "{profile:?}");
        firm.clean();
    }
}

#[test]
fn every_profile_shows_the_same_profit() {
    // Eight sold at ten; 20 came for 86, so each is 4.30: nine are gone.
    for profile in Profile::ALL {
        let firm = quarter(profile);
        let statement = firm.company.books().income_statement(day("2026-01-01"), day("2026-03-31"));
        assert_eq!(statement.unwrap().result, "41.30".parse().unwrap(), "{profile:?}");
        let sheet = firm.company.books().balance_sheet(day("2026-03-31")).unwrap();
        assert_eq!(sheet.assets.total, sheet.financing(), "{profile:?}");
        assert_eq!(firm.company.stock().value(&Default::default()).unwrap().total(), eur("47.30"));
    }
}

#[test]
fn a_month_is_closed_by_its_list_and_then_locked() {
    let firm = quarter(Profile::PerpetualAngloSaxon);
    let march = CloseMonth::ending(day("2026-03-31"));
    let state = firm.company.close_state(&march).unwrap();
    assert!(!state.closed && state.open().next().is_none(), "{}", state.to_report());
    let january = CloseMonth::ending(day("2026-01-31"));
    let refused = firm.send(&january).unwrap_err();
    assert_eq!(refused.code(), "company.open_steps");
    assert_eq!(
        refused.to_string(),
        "2026-01 can't be closed yet: accruals: PostAccruals on 2026-01-31"
    );
    firm.must(&PostAccruals::on(day("2026-01-31")));
    let twice = firm.send(&PostAccruals::on(day("2026-01-31"))).unwrap_err();
    assert!(twice.to_string().contains("nothing of the time up to it"), "{twice}");
    firm.must(&january);
    assert!(firm.company.close_state(&january).unwrap().closed);
    let late = NewLine::new(bolt(), pcs("1"));
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-9", "C-1", day("2026-01-30")).line(late)]));
    let locked = firm.send(&Deliver::new(vec![NewDelivery::new("D-9", "SO-9", day("2026-01-30"))]));
    assert!(locked.unwrap_err().to_string().contains("lock"));
    let unknown = firm.send(&CloseMonth::ending(day("2026-01-30"))).unwrap_err();
    assert_eq!(unknown.code(), "company.unknown");
    assert!(state.to_page().to_html(&fondaco::core::report::Locale::en()).contains("2026-03"));
    firm.clean();
}
