//! One chain of sale and purchase, with a deposit, a return, credits and cancellations, on every store, behind a blocking driver and behind
//! an asynchronous one that finds nothing loaded: the same documents, the same balances.

use std::sync::{Arc, Mutex};

use fondaco::accounting::ledger::Posting;
use fondaco::company::*;
use fondaco::prelude::*;
use fondaco_testkit::{Host, Stores};

use crate::firm::*;

fn stores() -> Stores {
    vec![("memory", Arc::new(Memory::new())), ("sqlite", Arc::new(Sqlite::in_memory().unwrap()))]
}

#[test]
fn a_chain_comes_out_the_same_on_every_store_and_behind_both_drivers() {
    let first: Mutex<Option<String>> = Mutex::new(None);
    Host::everywhere(stores(), &fondaco::core::party::ENGINE, |host| {
        let host = host.with(&fondaco::accounting::ENGINE).with(&fondaco::inventory::ENGINE);
        let host = host.with(&fondaco::company::ENGINE);
        let told = chain(&host);
        host.clean();
        let mut first = first.lock().unwrap();
        let expected = first.get_or_insert_with(|| told.clone());
        assert_eq!(*expected, told, "{}", host.name());
    });
}

/// What stands in the end: documents and balances, as text.
fn chain(host: &Host) -> String {
    masters(host);
    buy(host);
    sell(host);
    host.must("accruals", &PostAccruals::on(day("2026-03-31")));
    let mut documents: Vec<String> = host
        .rows::<Document>()
        .iter()
        .map(|one| format!("{} {:?} {:?} {:?}", one.name(), one.status, one.gross(), one.settled))
        .collect();
    documents.sort();
    let mut balances = std::collections::BTreeMap::new();
    for posting in host.rows::<Posting>() {
        *balances.entry(posting.account.clone()).or_insert(0) += posting.ledger_amount.units();
    }
    format!("{documents:#?}\n{balances:#?}")
}

fn masters(host: &Host) {
    host.must("set up", &set_up());
    let items = [Item::new("BOLT", "Bolt", Unit::PIECE), Item::new("NUT", "Nut", Unit::PIECE)];
    host.must("items", &AddItems::new(items.to_vec()));
    let rate = Rate::percent("19").unwrap();
    let standard = TaxCode { code: "STD".into(), name: "Standard".into(), rate };
    host.must("tax", &SetTaxCodes::new(vec![standard]));
    let shop = NewPartner::customer("C-1").tax_code("STD").credit_limit(2_000.into());
    let works = NewPartner::supplier("V-1").tax_code("STD");
    host.must("partners", &AddPartners::new(vec![shop, works]));
    let price = |item, price: &str| NewPrice::new(item, price.parse().unwrap(), day("2026-01-01"));
    let prices = vec![price(bolt(), "10 EUR/pcs"), price(nut(), "1 EUR/pcs")];
    host.must("prices", &SetPrices::new("LIST", prices).for_all());
}

fn buy(host: &Host) {
    let date = day("2026-03-02");
    let line = |item, count: &str, price: &str| {
        NewLine::new(item, pcs(count)).price(price.parse().unwrap())
    };
    let order = |code: &str| {
        let order = NewOrder::new(code, "V-1", date);
        order.line(line(bolt(), "60", "4 EUR/pcs")).line(line(nut(), "70", "0.30 EUR/pcs"))
    };
    host.must("buy", &OrderGoods::new(vec![order("1"), order("2")]));
    let receipt = |code: &str| NewReceipt::new(code, code, date);
    host.must("receive", &Receive::new(vec![receipt("1"), receipt("2")]));
    let ahead = NewDeposit::made("1", "1", date, eur("100"));
    host.must("to a supplier ahead", &PayAhead::new(vec![ahead]));
    let dear = BillLine::all(1).at("4.10 EUR/pcs".parse().unwrap());
    let bill = NewBill::new("1", "V-1", date).order("1").line(dear).line(BillLine::all(2));
    host.must("bill", &EnterBills::new(vec![bill.deposit("1")]));
    let back = NewReturn::new("1", "2", date).line(PartLine::new(1, pcs("5")));
    host.must("send back", &SendBack::new(vec![back]));
}

fn sell(host: &Host) {
    let date = day("2026-03-04");
    let order = |code: &str| {
        let order = NewOrder::new(code, "C-1", date);
        order.line(NewLine::new(bolt(), pcs("7"))).line(NewLine::new(nut(), pcs("9")))
    };
    host.must("sell", &PlaceOrders::new(vec![order("1"), order("2"), order("3")]));
    let ahead = NewDeposit::received("1", "1", date, eur("50")).taxed("STD");
    host.must("ahead", &PayAhead::new(vec![ahead]));
    let each = |code: &str| NewDelivery::new(code, code, date);
    host.must("deliver", &Deliver::new(vec![each("1"), each("2"), each("3")]));
    let invoice = |code: &str| NewInvoice::new(code, code, date);
    let invoices = vec![invoice("1").deposit("1"), invoice("2"), invoice("3")];
    host.must("invoice", &InvoiceCustomers::new(invoices));
    let paid = NewPayment::received("1", "C-1", date, eur("60")).settles(Settles::invoice("2"));
    let paid = NewPayment { settles: vec![Settles::invoice("2").amount(eur("60"))], ..paid };
    host.must("pay", &Pay::new(vec![paid]));
    let back = NewReturn::new("1", "2", date).line(PartLine::new(1, pcs("2")));
    host.must("take back", &TakeBack::new(vec![back]));
    let credit = NewCredit::new("1", "2", date).line(PartLine::new(1, pcs("2")));
    host.must("credit", &CreditCustomers::new(vec![credit]));
    for (kind, what) in [(DocumentKind::Invoice, "3"), (DocumentKind::Delivery, "3")] {
        host.must(&format!("cancel {}", kind.name_of(what)), &Cancel::one(kind, what, date));
    }
}
