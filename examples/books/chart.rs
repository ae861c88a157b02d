//! The chart of accounts and the booking rules: which part of which document goes to which account.
//!
//! Both are tables that an accountant can read and change, `ChartOfAccounts.csv` and
//! `BookingRules.csv`. A data directory may bring its own; otherwise the two beside this file are
//! used. That every rule names an account that is there, and can be posted to, is checked here:
//! before anything is booked.

use std::{collections::BTreeMap, path::Path};

use fondaco::prelude::*;

use crate::common::table::{DataError, Row, read_built_in, read_rows};

const CHART: (&str, &str) = ("ChartOfAccounts.csv", include_str!("ChartOfAccounts.csv"));
const RULES: (&str, &str) = ("BookingRules.csv", include_str!("BookingRules.csv"));

/// What is booked, each from a document of the company. Rules know it by [`Event::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// The stock that was there before.
    Opening,
    /// The invoice of a sales order.
    Sale,
    /// Its goods leave.
    Delivery,
    /// Goods of a purchase order come, some are sent back.
    Receipt,
    /// The vendor's bill.
    Bill,
    /// Goods spoilt in production.
    Scrap,
}

impl Event {
    /// All of them.
    pub const ALL: [Event; 6] =
        [Event::Opening, Event::Sale, Event::Delivery, Event::Receipt, Event::Bill, Event::Scrap];

    /// What rules call it.
    pub fn name(self) -> &'static str {
        match self {
            Event::Opening => "opening",
            Event::Sale => "sale",
            Event::Delivery => "delivery",
            Event::Receipt => "receipt",
            Event::Bill => "bill",
            Event::Scrap => "scrap",
        }
    }

    /// The amounts it has, by the names that rules use.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Event::Opening => &["item", "total"],
            Event::Sale | Event::Bill => &["net", "tax", "freight", "total"],
            Event::Receipt => &["received", "stocked", "rejected"],
            Event::Delivery | Event::Scrap => &["cost"],
        }
    }

    /// What can be told apart by it: each posting takes the dimensions that its rule names.
    pub fn dimensions(self) -> &'static [&'static str] {
        match self {
            Event::Opening | Event::Receipt | Event::Bill => &["movement"],
            Event::Sale | Event::Delivery => &["movement", "territory", "channel"],
            Event::Scrap => &["movement", "reason"],
        }
    }

    /// The journal it is entered in.
    pub fn journal(self) -> &'static str {
        match self {
            Event::Opening => "OPENING",
            Event::Sale => "SALES",
            Event::Bill => "PURCHASES",
            Event::Delivery | Event::Receipt | Event::Scrap => "STOCK",
        }
    }
}

/// "The net amount of a sale is a credit of account 4000, by territory and channel."
#[derive(Debug, Clone)]
pub struct Rule {
    pub event: Event,
    pub part: String,
    pub side: Side,
    pub account: String,
    pub dimensions: Vec<String>,
}

impl Rule {
    /// Whether its postings are told apart by this dimension.
    pub fn takes(&self, dimension: &str) -> bool {
        self.dimensions.iter().any(|name| name == dimension)
    }
}

/// The accounts, and the rules by which documents reach them.
#[derive(Debug)]
pub struct Chart {
    pub accounts: Vec<NewAccount>,
    pub rules: Vec<Rule>,
}

impl Chart {
    /// The directory's own chart and rules where it has them, else those of this example.
    ///
    /// # Errors
    /// The first row that is wrong, with file, line, column and value.
    pub fn read(directory: Option<&Path>) -> Result<Chart, DataError> {
        let columns = ["Account", "Name", "Class", "Heading", "Under"];
        let accounts = rows(directory, CHART, &columns, account)?;
        let headings: BTreeMap<String, bool> =
            accounts.iter().map(|account| (account.code.to_string(), account.heading)).collect();
        // The ledger would refuse a heading that is not there too, but it can't know the line.
        rows(directory, CHART, &columns, |row| check_under(row, &headings))?;
        let columns = ["Document", "Part", "Side", "Account", "Dimensions"];
        let rules = rows(directory, RULES, &columns, |row| rule(row, &headings))?;
        Ok(Chart { accounts, rules })
    }

    /// The rules for an event, in the order of the file.
    pub fn rules_for(&self, event: Event) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.event == event)
    }
}

fn rows<T>(
    directory: Option<&Path>,
    (name, built_in): (&str, &str),
    columns: &[&str],
    each: impl FnMut(&Row) -> Result<T, DataError>,
) -> Result<Vec<T>, DataError> {
    match directory.filter(|directory| directory.join(name).exists()) {
        Some(directory) => read_rows(directory, name, columns, each),
        None => read_built_in(name, built_in, columns, each),
    }
}

fn account(row: &Row) -> Result<NewAccount, DataError> {
    let class = match row.text("Class")? {
        "asset" => AccountClass::Asset,
        "liability" => AccountClass::Liability,
        "equity" => AccountClass::Equity,
        "income" => AccountClass::Income,
        "expense" => AccountClass::Expense,
        _ => {
            let right = "is no class; right is asset, liability, equity, income or expense";
            return Err(row.error("Class", right));
        }
    };
    let (code, name) = (row.name("Account")?, row.name("Name")?);
    let account = match row.flag("Heading")? {
        true => NewAccount::heading(code, name, class),
        false => NewAccount::new(code, name, class),
    };
    let under = row.text("Under")?;
    Ok(if under.is_empty() { account } else { account.parent(under) })
}

fn check_under(row: &Row, headings: &BTreeMap<String, bool>) -> Result<(), DataError> {
    match headings.get(row.text("Under")?) {
        None if !row.text("Under")?.is_empty() => {
            Err(row.error("Under", "the chart has no such account; right is a heading in it"))
        }
        Some(false) => {
            Err(row.error("Under", "is no heading; right is an account with 1 under Heading"))
        }
        _ => Ok(()),
    }
}

fn rule(row: &Row, headings: &BTreeMap<String, bool>) -> Result<Rule, DataError> {
    let named = |event: &Event| row.text("Document").is_ok_and(|name| name == event.name());
    let event = Event::ALL.into_iter().find(named).ok_or_else(|| {
        let names = Event::ALL.map(Event::name).join(", ");
        row.error("Document", format!("is no document; right is one of {names}"))
    })?;
    let side = match row.text("Side")? {
        "debit" => Side::Debit,
        "credit" => Side::Credit,
        _ => return Err(row.error("Side", "is no side; right is debit or credit")),
    };
    match headings.get(row.name("Account")?) {
        None => return Err(row.error("Account", "the chart of accounts has no such account")),
        Some(true) => {
            return Err(row.error("Account", "is a heading; right is an account under it"));
        }
        Some(false) => {}
    }
    let dimensions = row.text("Dimensions")?.split_whitespace();
    Ok(Rule {
        event,
        part: one_of(row, "Part", row.text("Part")?, event.parts())?,
        side,
        account: row.text("Account")?.to_owned(),
        dimensions: dimensions
            .map(|name| one_of(row, "Dimensions", name, event.dimensions()))
            .collect::<Result<_, _>>()?,
    })
}

fn one_of(row: &Row, column: &str, name: &str, right: &[&str]) -> Result<String, DataError> {
    if right.contains(&name) {
        return Ok(name.to_owned());
    }
    let right = right.join(", ");
    Err(row.error(column, format!("this document has no {name:?}; it has {right}")))
}
