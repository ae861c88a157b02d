//! One chain of sale and purchase, with a deposit, a return, credits and cancellations, of production, pay and closing, on every store, behind a blocking driver and behind
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
        #[cfg(feature = "payroll")]
        let host = host.with(&fondaco::payroll::ENGINE);
        let told = chain(&host);
        host.clean();
        let mut first = first.lock().unwrap();
        let expected = first.get_or_insert_with(|| told.clone());
        assert_eq!(*expected, told, "{}", host.name());
    });
}

/// What stands in the end: documents and balances, as text.
pub fn chain(host: &Host) -> String {
    masters(host);
    buy(host);
    sell(host);
    make(host);
    #[cfg(feature = "payroll")]
    employ(host);
    host.must("accruals", &PostAccruals::on(day("2026-03-31")));
    host.must("accruals of January", &PostAccruals::on(day("2026-01-31")));
    host.must("January is over", &CloseMonth::ending(day("2026-01-31")));
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

/// Gears are made of bolts and nuts, with hours; some are sold, scrapped, and an order is closed.
fn make(host: &Host) {
    use crate::workshop::{gear, hours};
    let date = day("2026-03-06");
    host.must("gear", &AddItems::new(vec![Item::new("GEAR", "Gear", Unit::PIECE)]));
    let saw = WorkCentre {
        code: "SAW".into(),
        name: "Saw".into(),
        labour_rate: Some("30 EUR/h".parse().unwrap()),
        overhead_rate: Some("12 EUR/h".parse().unwrap()),
    };
    host.must("saw", &SetWorkCentres::new(vec![saw]));
    let order = |code: &str| {
        let order = NewWorkOrder::new(code, gear(), pcs("5"), date).material(bolt(), pcs("10"));
        order.material(nut(), pcs("5")).labour("SAW", hours("2"))
    };
    host.must("plan", &PlanWorkOrders::new(vec![order("1"), order("2")]));
    host.must("release", &ReleaseWorkOrders::new(["1", "2"]));
    host.must("issue", &IssueMaterial::new(vec![NewIssue::new("1", "1", date)]));
    let back = NewReturn::new("1", "1", date).line(PartLine::new(1, pcs("1")));
    host.must("bring back", &ReturnMaterial::new(vec![back]));
    let time = NewTime::new("1", "1", date).labour("SAW", hours("2")).overhead("SAW", hours("1"));
    host.must("time", &BookTime::new(vec![time]));
    let made = |code: &str| NewCompletion::new(code, code, date).good(pcs("4"));
    let lost = made("1").scrapped(pcs("1")).abnormal().as_issued();
    host.must("complete", &CompleteWorkOrders::new(vec![lost, made("2").backflush()]));
    host.must("over", &CloseWorkOrders::new(vec![NewClose::new("1", date)]));
    let sold = NewLine::new(gear(), pcs("3")).price("50 EUR/pcs".parse().unwrap());
    host.must("sell gears", &PlaceOrders::new(vec![NewOrder::new("9", "C-1", date).line(sold)]));
    host.must("deliver gears", &Deliver::new(vec![NewDelivery::new("9", "9", date)]));
    host.must("invoice gears", &InvoiceCustomers::new(vec![NewInvoice::new("9", "9", date)]));
    let back = Cancel::one(DocumentKind::ProductionClose, "1", date);
    host.must("not over", &back);
}

/// One is paid; what was withheld is remitted, taken back and remitted, and leave is owed.
#[cfg(feature = "payroll")]
fn employ(host: &Host) {
    use fondaco::payroll::runs::{AdvanceRun, CalculateRun, CreateRun, PaySource, StoreRules};
    host.must("rules", &StoreRules::new("house", crate::pay::BOOK));
    let (first, last) = crate::pay::month(1);
    let run = host.must("run", &CreateRun::new("MONTHLY", (first, last), last));
    let cases = vec![crate::pay::case(1, 1, 3000.into())];
    let mut job = CalculateRun::new(run, PaySource::given(cases).unwrap());
    host.run_job("calculate", &mut job, &mut ()).unwrap();
    let boss = host.acting_as("boss");
    boss.run_job("approve", &mut AdvanceRun::approve(run, "looked at"), &mut ()).unwrap();
    host.must("post pay", &PostPay::of(run));
    let tax = |code: &str, date: &str| Remit::new(code, day(date), Remitted::Withheld, eur("450"));
    host.must("remit", &tax("1", "2026-02-10"));
    host.must("remittance back", &Cancel::one(DocumentKind::Remittance, "1", day("2026-02-11")));
    host.must("remit again", &tax("2", "2026-02-12"));
    let plant = |amount: &str| vec![LeaveOwed { centre: "PLANT".into(), amount: eur(amount) }];
    host.must("leave", &AccrueLeave::on(day("2026-02-28"), plant("500")));
    host.must("leave before", &AccrueLeave::on(day("2026-01-31"), plant("300")));
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

/// What the firm does on the next day.
pub fn one_more_order() -> PlaceOrders {
    let order = NewOrder::new("one more", "C-1", day("2026-03-09"));
    PlaceOrders::new(vec![order.line(NewLine::new(nut(), pcs("1")))])
}
