//! The next quarter as it is planned: an average month of the last three that are closed, posted by the function that posts documents, into a
//! ledger of its own beside the books, which no actual balance includes.

use std::error::Error;

use chrono::{Datelike, Months};
use fondaco::{
    accounting::parallel::DefineLedger,
    company::{
        Company as Firm,
        posting::{
            AccountRule, Accounts, BusinessEvent as Event, Fact, Facts, Figure, Journals, Poster,
            Profile, Role,
        },
    },
    prelude::*,
};

use crate::staff::COSTS;

type Done<T> = Result<T, Box<dyn Error>>;

/// The ledger of plans.
pub const LEDGER: &str = "planned";
const JOURNAL: &str = "PLN";

/// Plans have accounts of their own where only documents may post, and the company's where anybody may.
const ROLES: [(Role, &str, &str, Option<AccountClass>); 8] = [
    (Role::Receivable, "1208", "Customers, planned", Some(AccountClass::Asset)),
    (Role::Stock, "1408", "Inventory, planned", Some(AccountClass::Asset)),
    (Role::GoodsShipped, "1428", "Goods shipped, planned", Some(AccountClass::Asset)),
    (Role::GoodsReceived, "2058", "Goods received, planned", Some(AccountClass::Liability)),
    (Role::Payable, "2008", "Suppliers, planned", Some(AccountClass::Liability)),
    (Role::Bank, "1000", "", None),
    (Role::Sales, "4000", "", None),
    (Role::Cogs, "5000", "", None),
];

/// What an average month comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Average {
    sales: Decimal,
    cost: Decimal,
    wages: Decimal,
}

/// A month of the plan, as the ledger of plans has it beyond the books.
pub struct Month {
    /// Its last day.
    pub end: NaiveDate,
    pub sales: Decimal,
    pub cost: Decimal,
    pub wages: Decimal,
    pub cash: Decimal,
}

impl Month {
    pub fn profit(&self) -> Decimal {
        self.sales - self.cost - self.wages
    }
}

/// The first days of the next three months after a day.
fn quarter_after(day: NaiveDate) -> Vec<NaiveDate> {
    let first = day.with_day(1).unwrap_or(day);
    (1..=3).filter_map(|months| first.checked_add_months(Months::new(months))).collect()
}

fn end_of(first: NaiveDate) -> NaiveDate {
    let next = first.checked_add_months(Months::new(1));
    next.and_then(|next| next.pred_opt()).unwrap_or(first)
}

/// Plans the quarter after the month of `last`, and gives it as the ledgers have it.
///
/// # Errors
/// The books refuse an entry, or can't be read.
pub fn plan(firm: &Firm<'_>, currency: Currency, last: NaiveDate) -> Done<Vec<Month>> {
    let quarter = quarter_after(last);
    let average = average(firm, last)?;
    set_up(firm, &quarter)?;
    let table = Profile::PerpetualAngloSaxon.table()?;
    let rules = ROLES.iter().map(|(role, account, ..)| AccountRule::new(*role, *account));
    let accounts = Accounts::new(rules);
    let journals = Journals::one(JOURNAL);
    let poster =
        Poster { table: &table, accounts: &accounts, profile: LEDGER, journals: &journals };
    let money = |amount| Money::new(amount, currency);
    for first in &quarter {
        for (number, entry) in
            poster.entries(&facts(*first, average, &money))?.into_iter().enumerate()
        {
            firm.books().post(&format!("planned/{first}/{number}"), entry)?;
        }
        if !average.wages.is_zero() {
            let wages = NewEntry::new(JOURNAL, end_of(*first)).text("Wages, planned");
            let wages =
                wages.debit("6010", money(average.wages)).credit("1000", money(average.wages));
            firm.books().post(&format!("planned/{first}/wages"), wages)?;
        }
    }
    quarter.into_iter().map(|first| month(firm, first)).collect()
}

/// What is planned of a month: sold and paid in it, and bought again what was sold.
fn facts(first: NaiveDate, average: Average, money: &dyn Fn(Decimal) -> Money) -> Vec<Facts> {
    let end = end_of(first);
    let document = format!("plan/{}", first.format("%Y-%m"));
    let told = |event, figure, amount| {
        Facts::new(event, end, document.as_str()).fact(Fact::new(figure, money(amount)))
    };
    let Average { sales, cost, .. } = average;
    let invoiced = told(Event::CustomerInvoice, Figure::Revenue, sales);
    vec![
        told(Event::Receipt, Figure::Cost, cost),
        told(Event::SupplierBill, Figure::Goods, cost),
        told(Event::SupplierPayment, Figure::Paid, cost),
        told(Event::Delivery, Figure::Cost, cost),
        invoiced.fact(Fact::new(Figure::Cost, money(cost))),
        told(Event::CustomerPayment, Figure::Paid, sales),
    ]
}

fn set_up(firm: &Firm<'_>, quarter: &[NaiveDate]) -> Done<()> {
    let mut years: Vec<i32> = quarter.iter().map(|first| first.year()).collect();
    years.dedup();
    let known = firm.books().periods()?;
    for year in years {
        if !known.iter().any(|period| period.fiscal_year == year) {
            firm.send(&format!("planned/year/{year}"), &OpenFiscalYear::calendar_year(year))?;
        }
    }
    firm.send("planned/ledger", &DefineLedger::new(LEDGER, "What is planned"))?;
    firm.send("planned/journal", &OpenJournal::new(JOURNAL, "Plans").in_ledger(LEDGER))?;
    let own = ROLES.iter().filter_map(|(_, code, name, class)| {
        class.map(|class| NewAccount::new(*code, *name, class))
    });
    firm.send("planned/accounts", &OpenAccounts::new(own.collect()))?;
    Ok(())
}

/// An average month of the three that end with the month before that of `last`, or with it where that is over.
fn average(firm: &Firm<'_>, last: NaiveDate) -> Done<Average> {
    let over = match crate::months::is_last_of_month(last) {
        true => last,
        false => last.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(last),
    };
    let first = over.with_day(1).and_then(|day| day.checked_sub_months(Months::new(2)));
    let from = first.unwrap_or(over);
    let third = |account: &str| -> Done<Decimal> {
        let amount = moved(firm, BalanceQuery::account(account).from(from).until(over))?;
        Ok((amount / Decimal::from(3)).round_dp(2))
    };
    let wages = third(COSTS[0])? + third(COSTS[1])?;
    Ok(Average { sales: -third("4000")?, cost: third("5000")?, wages })
}

fn moved(firm: &Firm<'_>, query: BalanceQuery) -> Done<Decimal> {
    let balances = firm.books().balances(&query)?;
    Ok(balances.iter().map(|balance| balance.amounts.ledger_balance()).sum())
}

/// A month of the ledger of plans, less what the books have of it.
fn month(firm: &Firm<'_>, first: NaiveDate) -> Done<Month> {
    let end = end_of(first);
    let beyond = |account: &str| -> Done<Decimal> {
        let query = BalanceQuery::account(account).from(first).until(end);
        let (both, actual) = (moved(firm, query.clone().of_ledger(LEDGER))?, moved(firm, query)?);
        Ok(both - actual)
    };
    let (sales, cost) = (-beyond("4000")?, beyond("5000")?);
    let wages = beyond("6010")?;
    Ok(Month { end, sales, cost, wages, cash: beyond("1000")? })
}
