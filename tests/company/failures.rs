//! A day of a company on a store that fails at its first step, its second, and so on: nothing is half done, in the books, the stock or the
//! documents, and sending the same again completes it.

use fondaco::company::posting::{AccountRule, Profile, Role};
use fondaco::company::*;
use fondaco::core::store::Store;
use fondaco::core::{Halt, Office};
use fondaco::inventory::places::{Location, LocationKind, OpenLocations};
use fondaco::prelude::*;
use fondaco_testkit::sweep;

use crate::firm::*;
use crate::workshop::*;

#[test]
fn nothing_is_half_done() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_week(store)).unwrap();
}

#[test]
fn nothing_else_is_half_done() {
    sweep(CompanyId::named("acme"), Memory::new, |store| another_week(store)).unwrap();
}

#[test]
fn nothing_is_half_made() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_batch(store)).unwrap();
}

/// The commands of production.
fn a_batch(store: &dyn Store) -> Result<(), CompanyError> {
    let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let office = Office::open(store, CompanyId::named("acme")).map_err(Halt::from)?;
    let company = Company::of(&office).map_err(Halt::from)?.with_clock(move || now);
    company.send("set up", &set_up())?;
    let items =
        vec![Item::new("BOLT", "Bolt", Unit::PIECE), Item::new("GEAR", "Gear", Unit::PIECE)];
    company.send("items", &AddItems::new(items))?;
    let saw = WorkCentre {
        code: "SAW".into(),
        name: "Saw".into(),
        labour_rate: Some("30 EUR/h".parse().unwrap()),
        overhead_rate: None,
    };
    company.send("centres", &SetWorkCentres::new(vec![saw]))?;
    let date = day("2026-03-02");
    let come = NewMove::receipt(bolt(), pcs("20"), "MAIN", date).cost(eur("80"));
    company.send("stock", &MoveGoods::new(vec![come]))?;
    let order = NewWorkOrder::new("1", gear(), pcs("4"), date).material(bolt(), pcs("8"));
    company.send("plan", &PlanWorkOrders::new(vec![order]))?;
    company.send("release", &ReleaseWorkOrders::new(["1"]))?;
    let issue = NewIssue::new("M", "1", date).line(IssueLine::new(1, pcs("6")));
    company.send("issue", &IssueMaterial::new(vec![issue]))?;
    let back = NewReturn::new("1", "M", date).line(PartLine::new(1, pcs("1")));
    company.send("back", &ReturnMaterial::new(vec![back]))?;
    let time = NewTime::new("1", "1", date).labour("SAW", hours("1"));
    company.send("work", &BookTime::new(vec![time]))?;
    let made = NewCompletion::new("1", "1", date).scrapped(pcs("1")).backflush();
    company.send("make", &CompleteWorkOrders::new(vec![made]))?;
    company.send(
        "late",
        &BookTime::new(vec![NewTime::new("2", "1", date).labour("SAW", hours("0.5"))]),
    )?;
    company.send("close", &CloseWorkOrders::new(vec![NewClose::new("1", date)]))?;
    company.send("cancel", &Cancel::one(DocumentKind::ProductionClose, "1", date))?;
    company.send("shop", &OpenSites::new(vec![Site::new("SHOP", "Shop")]))?;
    let sent = NewTransfer::new("1", ("MAIN", "SHOP"), date).line(bolt(), pcs("2")).in_transit();
    company.send("send", &TransferGoods::new(vec![sent]))?;
    company.send("take in", &TakeIn::new(vec![NewArrival::new("1", "1", date)]))?;
    let verified = company.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

/// The commands that the first week does without.
fn another_week(store: &dyn Store) -> Result<(), CompanyError> {
    let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let office = Office::open(store, CompanyId::named("acme")).map_err(Halt::from)?;
    let company = Company::of(&office).map_err(Halt::from)?.with_clock(move || now);
    let boss = company.clone().acting_as("boss");
    let begin: SetUpCompany = set_up();
    company.send("set up", &begin)?;
    let table = Profile::PerpetualAngloSaxon.table()?;
    let postings =
        SetProfile { profile: "leading".into(), postings: table, ledger: None, journal: None };
    company.send("postings", &postings)?;
    let invoices = Numbering::new(DocumentKind::Invoice, "R").by_year().in_order();
    company.send("numbers", &SetNumbering::new(vec![invoices]))?;
    let export = AccountRule::new(Role::Sales, "4000").party_group("EXPORT");
    company.send("accounts", &SetAccounts::new(vec![export]))?;
    company.send("item", &AddItems::new(vec![Item::new("BOLT", "Bolt", Unit::PIECE)]))?;
    let standard =
        TaxCode { code: "STD".into(), name: "Standard".into(), rate: Rate::percent("19").unwrap() };
    company.send("tax", &SetTaxCodes::new(vec![standard]))?;
    let partners =
        vec![NewPartner::customer("C-1").credit_limit(50.into()), NewPartner::supplier("V-1")];
    company.send("partners", &AddPartners::new(partners))?;
    let taxed = NewPartner::supplier("V-1").tax_code("STD");
    company.send("taxed", &ChangePartner::to(taxed))?;
    let date = day("2026-03-02");
    let price = NewPrice::new(bolt(), "9 EUR/pcs".parse().unwrap(), date);
    company.send("prices", &SetPrices::new("LIST", vec![price]).for_all())?;
    let come = NewMove::receipt(bolt(), pcs("20"), "MAIN", date).cost(eur("80"));
    company.send("stock", &MoveGoods::new(vec![come]))?;
    let line = || NewLine::new(bolt(), pcs("10"));
    let orders = vec![
        NewOrder::new("1", "C-1", date).line(NewLine::new(bolt(), pcs("1"))).as_quote(),
        NewOrder::new("2", "C-1", date).line(line()).hold(),
    ];
    company.send("orders", &PlaceOrders::new(orders))?;
    company.send("confirm", &ConfirmOrders::new(["1"]))?;
    let ahead = NewDeposit::received("1", "1", date, eur("3")).taxed("STD");
    company.send("deposit", &PayAhead::new(vec![ahead]))?;
    boss.send("release", &ReleaseOrders::new(["2"]))?;
    let order = NewOrder::new("1", "V-1", date).line(line().price("4 EUR/pcs".parse().unwrap()));
    company.send("buy", &OrderGoods::new(vec![order]))?;
    company.send("receive", &Receive::new(vec![NewReceipt::new("1", "1", date)]))?;
    let dear = BillLine::all(1).at("5 EUR/pcs".parse().unwrap());
    let ahead = NewDeposit::made("1", "1", date, eur("10"));
    company.send("deposit to them", &PayAhead::new(vec![ahead]))?;
    let bill = NewBill::new("1", "V-1", date).order("1").line(dear).deposit("1");
    company.send("bill", &EnterBills::new(vec![bill]))?;
    let outside = Location::new("DIRECT", "Elsewhere", SiteId::named("MAIN"), "MAIN");
    let outside = Location { kind: LocationKind::Customer, ..outside };
    company.send("outside", &OpenLocations::new(vec![outside]))?;
    let order = NewOrder::new("2", "V-1", date).line(line().price("4 EUR/pcs".parse().unwrap()));
    company.send("buy for them", &OrderGoods::new(vec![order]))?;
    let direct = NewDirect::new("2", "2", "2", date).line(PartLine::new(1, pcs("3")));
    company.send("send directly", &ShipDirect::new(vec![direct]))?;
    boss.send("pay it", &ReleaseBills::new(["1"]))?;
    let receipt = company.lines(DocumentKind::Receipt, "1")?[0].stock_move.unwrap();
    let landed = fondaco::inventory::value::AddLandedCost {
        receipts: vec![receipt],
        cost: eur("7"),
        basis: fondaco::inventory::valuation::Basis::Quantity,
        date: Some(date),
        document: None,
    };
    company.send("freight", &ChangeCost::Landed(landed))?;
    let back = NewReturn::new("1", "1", date).line(PartLine::new(1, pcs("2")));
    company.send("send back", &SendBack::new(vec![back]))?;
    let credit = NewCredit::new("1", "1", date).line(PartLine::new(1, pcs("2")));
    company.send("credit", &CreditSuppliers::new(vec![credit]))?;
    let verified = company.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
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
    let rest = Named::new(DocumentKind::SalesOrder, "short");
    let line = NewLine::new(bolt(), pcs("1")).price("10 EUR/pcs".parse().unwrap());
    let order = NewOrder::new("short", "C-1", date).line(line);
    company.send("short", &PlaceOrders::new(vec![order]))?;
    company.send("given up", &CloseOrders::new(vec![rest]))?;
    company.send("exact", &SetTolerances::new(Rate::ZERO, Rate::ZERO))?;
    company.send("close", &PostAccruals::on(day("2026-03-31")))?;
    let verified = company.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

/// The commands of pay.
#[cfg(feature = "payroll")]
#[test]
fn nothing_is_half_paid() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_payday(store)).unwrap();
}

#[cfg(feature = "payroll")]
fn a_payday(store: &dyn Store) -> Result<(), CompanyError> {
    use fondaco::core::JobError;
    use fondaco::payroll::{ENGINE, PayrollError, runs::*};
    let ran = |done: Result<_, JobError<PayrollError>>| match done {
        Ok(_) => Ok(()),
        Err(JobError::Act(PayrollError::Halt(halt))) => Err(CompanyError::Halt(halt)),
        Err(error) => panic!("{error}"),
    };
    let of_payroll = |error: PayrollError| match error {
        PayrollError::Halt(halt) => CompanyError::Halt(halt),
        error => panic!("{error}"),
    };
    let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let office = Office::open(store, CompanyId::named("acme")).map_err(Halt::from)?;
    let company = Company::of(&office).map_err(Halt::from)?.with_clock(move || now);
    company.office().join(&ENGINE).map_err(Halt::from)?;
    let boss = company.office().clone().acting_as("boss");
    company.send("set up", &set_up())?;
    company.send("rules", &StoreRules::new("house", crate::pay::BOOK)).map_err(of_payroll)?;
    let (first, last) = crate::pay::month(1);
    let create = CreateRun::new("MONTHLY", (first, last), last);
    let run = company.send("run", &create).map_err(of_payroll)?.answer;
    let cases = vec![crate::pay::case(1, 1, 3000.into())];
    let mut calculate = CalculateRun::new(run, PaySource::given(cases).unwrap());
    ran(company.office().run_job("calculate", &mut calculate, &mut ()))?;
    ran(boss.run_job("approve", &mut AdvanceRun::approve(run, "looked at"), &mut ()))?;
    company.send("post", &PostPay::of(run))?;
    let tax = Remit::new("1", day("2026-02-10"), Remitted::Withheld, eur("450"));
    company.send("remit", &tax)?;
    let plant = LeaveOwed { centre: "PLANT".into(), amount: eur("500") };
    company.send("accruals", &PostAccruals::on(last))?;
    company.send("close", &CloseMonth::ending(last))?;
    company.send("leave", &AccrueLeave::on(day("2026-02-28"), vec![plant]))?;
    let verified = company.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}
