//! A day of a company on a store that fails at its first step, its second, and so on: nothing is half done, in the books, the stock or the
//! documents, and sending the same again completes it.

use fondaco::company::*;
use fondaco::core::store::Store;
use fondaco::core::{Halt, Office};
use fondaco::prelude::*;
use fondaco_testkit::sweep;

use crate::firm::*;

#[test]
fn nothing_is_half_done() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_week(store)).unwrap();
}

fn a_week(store: &dyn Store) -> Result<(), CompanyError> {
    let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let office = Office::open(store, CompanyId::named("acme")).map_err(Halt::from)?;
    let company = Company::of(&office).map_err(Halt::from)?.with_clock(move || now);
    company.send("set up", &set_up())?;
    company.send("item", &AddItems::new(vec![Item::new("BOLT", "Bolt", Unit::PIECE)]))?;
    let partners =
        vec![NewPartner::customer("C-1").credit_limit(500.into()), NewPartner::supplier("V-1")];
    company.send("partners", &AddPartners::new(partners))?;
    let line = |price: &str| NewLine::new(bolt(), pcs("10")).price(price.parse().unwrap());
    let date = day("2026-03-02");
    let order = NewOrder::new("1", "V-1", date).line(line("4 EUR/pcs"));
    company.send("buy", &OrderGoods::new(vec![order]))?;
    company.send("receive", &Receive::new(vec![NewReceipt::new("1", "1", date)]))?;
    let dear = BillLine::all(1).at("5 EUR/pcs".parse().unwrap());
    company.send(
        "bill",
        &EnterBills::new(vec![NewBill::new("1", "V-1", date).order("1").line(dear)]),
    )?;
    let sale = NewOrder::new("1", "C-1", date).line(line("9 EUR/pcs"));
    company.send("sell", &PlaceOrders::new(vec![sale]))?;
    company.send("deliver", &Deliver::new(vec![NewDelivery::new("1", "1", date)]))?;
    company.send("invoice", &InvoiceCustomers::new(vec![NewInvoice::new("1", "1", date)]))?;
    let back = NewReturn::new("1", "1", date).line(PartLine::new(1, pcs("2")));
    company.send("return", &TakeBack::new(vec![back]))?;
    let credit = NewCredit::new("1", "1", date).line(PartLine::new(1, pcs("2")));
    company.send("credit", &CreditCustomers::new(vec![credit]))?;
    let paid = NewPayment::received("1", "C-1", date, eur("80")).settles(Settles::invoice("1"));
    company.send("pay", &Pay::new(vec![paid]))?;
    company.send("cancel", &Cancel::one(DocumentKind::CustomerPayment, "1", date))?;
    company.send("close", &PostAccruals::on(day("2026-03-31")))?;
    let verified = company.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}
