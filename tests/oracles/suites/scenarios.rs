//! Whole scenarios of Tryton 7.8's tests, through the documents of a company: what each step moves on each account. Its bills don't
//! change what stock costs, so what they differ by is an expense here too (`Differences::Expense`).

use std::collections::BTreeMap;
use std::error::Error;

use fondaco::company::posting::{AccountRule, Profile, Role};
use fondaco::company::*;
use fondaco::inventory::items::{AddItems, Item};
use fondaco::inventory::valuation::Method;
use fondaco::inventory::value::SetCosting;
use fondaco::prelude::*;
use serde_json::Value;

use crate::case::Case;

pub(crate) fn cases(name: &str, steps: &Value) -> Result<Vec<Case>, Box<dyn Error>> {
    let named = |what: &str| format!("tryton_7_8_scenarios/{name}: {what}");
    let is_anglo_saxon = name.starts_with("anglo_saxon");
    if !is_anglo_saxon && !name.starts_with("continental") {
        return Ok(vec![Case::unsupported(named("all"), "another scenario")]);
    }
    let scenario = Scenario::new(is_anglo_saxon)?;
    let mut cases = Vec::new();
    let steps = steps.as_object().ok_or("a scenario is an object of steps")?;
    let in_order = ["receipt", "supplier", "ship", "customer"].into_iter();
    for (step, expected) in
        in_order.flat_map(|begins| steps.iter().filter(move |(step, _)| step.starts_with(begins)))
    {
        let before = scenario.balances()?;
        match step.split_once(' ').map_or(step.as_str(), |(first, _)| first) {
            "receipt" => scenario.receive()?,
            "supplier" => scenario.bill()?,
            "ship" => scenario.ship()?,
            "customer" => scenario.invoice()?,
            _ => continue,
        }
        let after = scenario.balances()?;
        for (account, said) in expected.as_object().ok_or("a step is an object of accounts")? {
            let Some(account) = known(account, is_anglo_saxon) else { continue };
            let said = said.as_str().unwrap_or_default();
            let id = named(&format!("{step}: {account}"));
            let of = |balances: &BTreeMap<String, Decimal>| {
                balances.get(account).copied().unwrap_or_default()
            };
            let moved = of(&after) - of(&before);
            if let Some(expected) = amount(said) {
                cases.push(Case::exact(id, expected.to_string(), moved.normalize().to_string()));
            }
        }
    }
    if !scenario.company.verify()?.is_clean() {
        return Err("the company's books, stock and documents don't agree".into());
    }
    Ok(cases)
}

/// Our account for one of the scenario's; `None` for what is told of another kind.
fn known(account: &str, is_anglo_saxon: bool) -> Option<&'static str> {
    Some(match account.split(['(', ' ']).next()? {
        "stock" => "1400",
        "stock_in" if is_anglo_saxon => "2050",
        "stock_in" => "5020",
        "stock_out" if is_anglo_saxon => "1420",
        "stock_out" => "5030",
        "expense" if account.contains("cumulative") => return None,
        "expense" if is_anglo_saxon => "5100",
        "expense" => "5010",
        "payable" => "2000",
        "receivable" => "1200",
        "revenue" => "4000",
        "cogs" => "5000",
        _ => return None,
    })
}

/// A debit above zero, a credit below: `Dr 50.00`, `Cr 28.00 (clears)`.
fn amount(said: &str) -> Option<Decimal> {
    let mut words = said.split(' ');
    let sign = if words.next()? == "Dr" { 1 } else { -1 };
    let amount: Decimal = words.next()?.parse().ok()?;
    Some((amount * Decimal::from(sign)).normalize())
}

struct Scenario {
    company: Company<'static>,
    is_anglo_saxon: bool,
    sent: std::cell::Cell<u32>,
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default()
}

impl Scenario {
    fn new(is_anglo_saxon: bool) -> Result<Scenario, Box<dyn Error>> {
        let profile = match is_anglo_saxon {
            true => Profile::PerpetualAngloSaxon,
            false => Profile::PerpetualContinental,
        };
        let set_up = SetUpCompany::new(Currency::EUR, 2026).profiled(profile);
        let set_up = SetUpCompany { differences: Differences::Expense, ..set_up };
        let company = Company::open(Memory::new(), &set_up)?;
        let scenario = Scenario { company, is_anglo_saxon, sent: 0.into() };
        let (unit, standard) = match is_anglo_saxon {
            true => (Unit::PIECE, "5 EUR/pcs"),
            false => (Unit::CENTIMETRE, "5 EUR/cm"),
        };
        let items = ["A", "B"].map(|code| Item::new(code, code, unit));
        scenario.send(&AddItems::new(items.to_vec()))?;
        let fixed = SetCosting::item(ItemId::named("A"), Method::Standard);
        scenario.send(&fixed.cost(standard.parse()?))?;
        let partners = vec![NewPartner::customer("C"), NewPartner::supplier("V")];
        scenario.send(&AddPartners::new(partners))?;
        // Tryton's accounts of expense are one.
        let expense = AccountRule::new(Role::PriceVariance, "5100");
        scenario.send(&SetAccounts::new(vec![expense]))?;
        Ok(scenario)
    }

    fn send<C: fondaco::core::Act>(&self, command: &C) -> Result<(), C::Error> {
        let sent = self.sent.get();
        self.sent.set(sent + 1);
        self.company.send(&format!("step {sent}"), command).map(drop)
    }

    /// A quantity of pieces, or of metres.
    fn much(&self, quantity: u32) -> Result<Quantity, Box<dyn Error>> {
        let unit = if self.is_anglo_saxon { "pcs" } else { "m" };
        Ok(format!("{quantity} {unit}").parse()?)
    }

    fn price(&self, price: u32) -> Result<fondaco::core::UnitPrice, Box<dyn Error>> {
        // The continental scenario's prices are for metres, of which it receives four at 400.
        let unit = if self.is_anglo_saxon { "pcs" } else { "m" };
        let price = if self.is_anglo_saxon { price } else { price * 100 };
        Ok(format!("{price} EUR/{unit}").parse()?)
    }

    fn line(&self, item: &str, quantity: Quantity, price: fondaco::core::UnitPrice) -> NewLine {
        NewLine::new(ItemId::named(item), quantity).price(price)
    }

    fn receive(&self) -> Result<(), Box<dyn Error>> {
        let order = NewOrder::new("PO", "V", day())
            .line(self.line("A", self.much(4)?, self.price(4)?))
            .line(self.line("B", self.much(5)?, self.price(6)?));
        self.send(&OrderGoods::new(vec![order]))?;
        Ok(self.send(&Receive::new(vec![NewReceipt::new("R", "PO", day())]))?)
    }

    /// In the continental scenario the bill is for 4 at 6 and 5 at 4, without the hundredfold.
    fn bill(&self) -> Result<(), Box<dyn Error>> {
        let unit = if self.is_anglo_saxon { "pcs" } else { "m" };
        let bill = NewBill::new("B", "V", day())
            .order("PO")
            .line(BillLine::all(1).at(format!("6 EUR/{unit}").parse()?))
            .line(BillLine::all(2).at(format!("4 EUR/{unit}").parse()?));
        Ok(self.send(&EnterBills::new(vec![bill]))?)
    }

    fn ship(&self) -> Result<(), Box<dyn Error>> {
        let (unit, a, b): (_, Quantity, Quantity) = match self.is_anglo_saxon {
            true => ("pcs", "2 pcs".parse()?, "3 pcs".parse()?),
            false => ("cm", "2 cm".parse()?, "3 cm".parse()?),
        };
        let price: fondaco::core::UnitPrice = format!("10 EUR/{unit}").parse()?;
        let order = NewOrder::new("SO", "C", day());
        let order = order.line(self.line("A", a, price)).line(self.line("B", b, price));
        self.send(&PlaceOrders::new(vec![order]))?;
        Ok(self.send(&Deliver::new(vec![NewDelivery::new("D", "SO", day())]))?)
    }

    fn invoice(&self) -> Result<(), Box<dyn Error>> {
        Ok(self.send(&InvoiceCustomers::new(vec![NewInvoice::new("I", "SO", day())]))?)
    }

    fn balances(&self) -> Result<BTreeMap<String, Decimal>, Box<dyn Error>> {
        let trial = self.company.books().trial_balance(day())?;
        let lines = trial.lines.iter();
        Ok(lines.map(|line| (line.account.to_string(), line.debit - line.credit)).collect())
    }
}
