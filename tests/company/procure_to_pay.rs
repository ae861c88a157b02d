//! From an order to a supplier to his money, and back.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::valuation::Method;
use fondaco::prelude::*;

use crate::firm::*;

fn ordered(firm: &Firm, code: &str, count: &str, price: &str) {
    let line = NewLine::new(bolt(), pcs(count)).price(price.parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new(code, "V-1", day("2026-02-02")).line(line)]));
}

fn received(firm: &Firm, code: &str, order: &str) {
    firm.must(&Receive::new(vec![NewReceipt::new(code, order, day("2026-02-10"))]));
}

fn billed(firm: &Firm, code: &str, order: &str, line: Option<BillLine>) {
    let bill = NewBill::new(code, "V-1", day("2026-02-12")).order(order);
    let bill = line.into_iter().fold(bill, NewBill::line);
    firm.must(&EnterBills::new(vec![bill]));
}

fn bill(firm: &Firm, code: &str) -> std::sync::Arc<Document> {
    firm.company.document(DocumentKind::Bill, code).unwrap().unwrap()
}

#[test]
fn goods_are_ordered_received_billed_and_paid() {
    let firm = Firm::new();
    ordered(&firm, "PO-1", "10", "4 EUR/pcs");
    let main = SiteId::named("MAIN");
    assert_eq!(firm.company.stock().on_order(bolt(), main).unwrap(), pcs("10"));
    let some = ReceivedLine { refused: Some(pcs("2")), ..ReceivedLine::new(1, pcs("8")) };
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-02-10")).line(some)]));
    assert_eq!(firm.company.stock().on_order(bolt(), main).unwrap(), pcs("2"));
    // Stock, goods received.
    assert_eq!(firm.balances(["1400", "2050"]), ["32", "-32"]);
    let lines = firm.company.lines(DocumentKind::Receipt, "R-1").unwrap();
    assert_eq!(lines[0].refused.copied().map(|refused| refused.to_decimal()), Some(2.into()));
    firm.clean();
    billed(&firm, "B-1", "PO-1", None);
    assert_eq!(firm.balances(["2050", "1600", "2000"]), ["0", "6.08", "-38.08"]);
    assert_eq!(bill(&firm, "B-1").blocked.get(), None);
    firm.clean();
    let paid = NewPayment::made("P-1", "V-1", day("2026-02-20"), eur("37.32"));
    firm.must(&Pay::new(vec![paid.settles(Settles::bill("B-1").discounted())]));
    assert_eq!(firm.balances(["2000", "1000", "6100", "1600"]), ["0", "-37.32", "-0.64", "5.96"]);
    assert_eq!(bill(&firm, "B-1").status, Status::Done);
    firm.clean();
}

#[test]
fn a_dearer_bill_goes_to_the_goods_that_are_there_and_to_where_the_others_went() {
    // What is gone is known by its issue where layers are kept, and a price difference where they are not.
    for (method, sold, differs) in [(Method::Average, "16", "4"), (Method::Fifo, "20", "0")] {
        let firm = Firm::of(&by(method));
        ordered(&firm, "PO-1", "10", "4 EUR/pcs");
        received(&firm, "R-1", "PO-1");
        let order =
            NewOrder::new("SO-1", "C-1", day("2026-02-11")).line(NewLine::new(bolt(), pcs("4")));
        firm.must(&PlaceOrders::new(vec![order]));
        firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-02-11"))]));
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-02-11"))]));
        assert_eq!(firm.balances(["1400", "5000"]), ["24", "16"]);
        billed(&firm, "B-1", "PO-1", Some(BillLine::all(1).at("5 EUR/pcs".parse().unwrap())));
        assert_eq!(firm.balances(["1400", "2050"]), ["30", "0"], "{method}");
        assert_eq!(firm.balances(["5000", "5100"]), [sold, differs], "{method}");
        firm.clean();
        let blocked = bill(&firm, "B-1").blocked.cloned();
        assert_eq!(
            blocked.as_deref(),
            Some("line 1 of the order: 50.00 EUR billed, 40.00 EUR ordered")
        );
        let pay = NewPayment::made("P-1", "V-1", day("2026-02-20"), eur("59.50"));
        let pay = Pay::new(vec![pay.settles(Settles::bill("B-1"))]);
        assert_eq!(firm.send(&pay).unwrap_err().code(), "company.payment_blocked");
        let own = firm.send(&ReleaseBills::new(["B-1"])).unwrap_err();
        assert_eq!(own.code(), "policy.four_eyes");
        let boss = firm.company.clone().acting_as("boss");
        boss.send("released", &ReleaseBills::new(["B-1"])).unwrap();
        firm.must(&pay);
        assert_eq!(firm.balances(["2000", "1000"]), ["0", "-59.5"]);
        firm.clean();
    }
}

#[test]
fn at_standard_cost_all_that_differs_is_a_variance() {
    let firm = Firm::of(&by(Method::Standard));
    let cost = fondaco::inventory::value::SetCosting::item(bolt(), Method::Standard)
        .cost("5 EUR/pcs".parse().unwrap());
    firm.must(&cost);
    ordered(&firm, "PO-1", "4", "4 EUR/pcs");
    received(&firm, "R-1", "PO-1");
    // Stock, goods received, price differences.
    assert_eq!(firm.balances(["1400", "2050", "5100"]), ["20", "-16", "-4"]);
    billed(&firm, "B-1", "PO-1", Some(BillLine::all(1).at("6 EUR/pcs".parse().unwrap())));
    assert_eq!(firm.balances(["1400", "2050", "5100"]), ["20", "0", "4"]);
    firm.clean();
}

#[test]
fn a_bill_before_its_goods_waits_for_them() {
    let firm = Firm::new();
    ordered(&firm, "PO-1", "10", "4 EUR/pcs");
    let dear = BillLine::new(1, pcs("6")).at("5 EUR/pcs".parse().unwrap());
    billed(&firm, "B-1", "PO-1", Some(dear));
    assert!(bill(&firm, "B-1").blocked.cloned().unwrap().contains("6 pcs billed, 0 pcs received"));
    assert_eq!(firm.balances(["2050", "2000"]), ["30", "-35.7"]);
    firm.clean();
    received(&firm, "R-1", "PO-1");
    // Six at what they were billed, four at what was ordered.
    assert_eq!(firm.balances(["1400", "2050"]), ["46", "-16"]);
    firm.clean();
    billed(&firm, "B-2", "PO-1", None);
    assert_eq!(firm.balances(["1400", "2050"]), ["46", "0"]);
    let order = firm.company.document(DocumentKind::PurchaseOrder, "PO-1").unwrap().unwrap();
    assert_eq!(order.status, Status::Done);
    firm.clean();
}

#[test]
fn goods_go_back_and_are_credited() {
    let firm = Firm::new();
    ordered(&firm, "PO-1", "10", "4 EUR/pcs");
    received(&firm, "R-1", "PO-1");
    billed(&firm, "B-1", "PO-1", Some(BillLine::new(1, pcs("7"))));
    let firm = firm.stocked(bolt(), "10", "60", "2026-02-13"); // an average of 5
    // Five go back: three were never billed, two are to be credited.
    let back = NewReturn::new("SR-1", "R-1", day("2026-02-14")).line(PartLine::new(1, pcs("5")));
    firm.must(&SendBack::new(vec![back]));
    // They leave at 5 and are owed at 4.
    assert_eq!(firm.balances(["1400", "2050", "5100"]), ["75", "8", "5"]);
    firm.clean();
    let credit = NewCredit::new("SC-1", "B-1", day("2026-02-15")).line(PartLine::new(1, pcs("2")));
    firm.must(&CreditSuppliers::new(vec![credit]));
    assert_eq!(firm.balances(["2050", "2000"]), ["0", "-23.8"]); // five at 4, and tax
    assert_eq!(bill(&firm, "B-1").open().to_decimal(), "23.8".parse().unwrap());
    firm.clean();
}

#[test]
fn charges_and_freight() {
    let firm = Firm::new();
    ordered(&firm, "PO-1", "10", "4 EUR/pcs");
    received(&firm, "R-1", "PO-1");
    let one = "1 pcs".parse().unwrap();
    let line = |text: &str, price: &str| NewLine::service(text, one, price.parse().unwrap());
    let bill = NewBill::new("B-1", "V-1", day("2026-02-12"))
        .order("PO-1")
        .charge(line("Packing", "2 EUR/pcs"))
        .freight(line("Freight", "7 EUR/pcs"));
    firm.must(&EnterBills::new(vec![bill]));
    assert_eq!(firm.balances(["6000", "1430", "2000"]), ["2", "7", "-58.31"]);
    let receipt = firm.company.lines(DocumentKind::Receipt, "R-1").unwrap()[0].stock_move.unwrap();
    let landed = fondaco::inventory::value::AddLandedCost {
        receipts: vec![receipt],
        cost: eur("7"),
        basis: fondaco::inventory::valuation::Basis::Quantity,
        date: Some(day("2026-02-12")),
        document: None,
    };
    firm.must(&ChangeCost::Landed(landed));
    assert_eq!(firm.balances(["1400", "1430"]), ["47", "0"]);
    firm.clean();
}

#[test]
fn the_same_purchase_in_each_profile() {
    // Stock, goods received, cost of sales, goods bought, variation in.
    for (profile, expected) in [
        (Profile::PerpetualAngloSaxon, ["40", "0", "0", "0", "0"]),
        (Profile::PerpetualContinental, ["40", "0", "0", "40", "-40"]),
        (Profile::BillContinental, ["40", "0", "0", "0", "0"]),
        (Profile::BillAngloSaxon, ["40", "0", "0", "0", "0"]),
        (Profile::PeriodicContinental, ["0", "0", "0", "40", "0"]),
        (Profile::PeriodicAngloSaxon, ["0", "0", "40", "0", "0"]),
    ] {
        let firm = Firm::of(&set_up().profiled(profile));
        ordered(&firm, "PO-1", "10", "4 EUR/pcs");
        received(&firm, "R-1", "PO-1");
        billed(&firm, "B-1", "PO-1", None);
        assert_eq!(
            firm.balances(["1400", "2050", "5000", "5010", "5020"]),
            expected,
            "{profile:?}"
        );
        assert_eq!(firm.balances(["2000", "1600"]), ["-47.6", "7.6"], "{profile:?}");
        firm.clean();
    }
}
