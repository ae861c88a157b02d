//! Entries of single acts in Odoo 19's four regimes, by the tables of our profiles. A case is named by the event and its amounts:
//! `customer_invoice_net100_vat9pct_cost50`.

use std::error::Error;

use fondaco::accounting::ledger::Side;
use fondaco::company::posting::{
    AccountRule, Accounts, BusinessEvent, Fact, Facts, Figure, Journals, Poster, Profile, Role,
};
use fondaco::core::{Currency, Money};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::case::Case;

pub(crate) fn cases(name: &str, regimes: &Value) -> Result<Vec<Case>, Box<dyn Error>> {
    let regimes = regimes.as_object().ok_or("a case is an object of regimes")?;
    let mut cases = Vec::new();
    for (regime, lines) in regimes {
        let id = format!("odoo19_regimes/{name} {regime}");
        let profile = match regime.as_str() {
            "eu_perpetual" => Profile::BillContinental,
            "us_perpetual" => Profile::BillAngloSaxon,
            "eu_periodic" => Profile::PeriodicContinental,
            "us_periodic" => Profile::PeriodicAngloSaxon,
            _ => {
                cases.push(Case::unsupported(id, "another regime"));
                continue;
            }
        };
        cases.push(match facts(name)? {
            Some(facts) => Case::exact(id, expected(lines)?, posted(profile, &facts)?),
            None => Case::unsupported(id, "an event that no table has"),
        });
    }
    Ok(cases)
}

/// How a name begins, the event that it means, and which of its words are figures.
type Known = (&'static str, BusinessEvent, &'static [(&'static str, Figure)]);

/// The event and the amounts in a name.
fn facts(name: &str) -> Result<Option<Facts>, Box<dyn Error>> {
    use BusinessEvent as E;
    const EVENTS: &[Known] = &[
        ("supplier_bill", E::SupplierBill, &[("net", Figure::Goods)]),
        ("supplier_refund", E::SupplierCredit, &[("net", Figure::Goods)]),
        ("supplier_credit", E::SupplierCredit, &[("net", Figure::Goods)]),
        ("customer_invoice", E::CustomerInvoice, &[("net", Figure::Revenue)]),
        ("customer_refund", E::CustomerCredit, &[("net", Figure::Revenue)]),
        ("customer_credit", E::CustomerCredit, &[("net", Figure::Revenue)]),
        ("scrap", E::Scrap, &[("", Figure::Cost)]),
        ("receipt", E::Receipt, &[("", Figure::Cost)]),
        ("delivery", E::Delivery, &[]),
        ("close_shipped_not_invoiced", E::ShippedNotInvoiced, &[("", Figure::Revenue)]),
        ("close_invoiced_not_shipped", E::InvoicedNotShipped, &[("", Figure::Revenue)]),
        ("close_billed_not_received", E::BilledNotReceived, &[("", Figure::Cost)]),
        ("close_received_not_billed", E::ReceivedNotBilled, &[("", Figure::Cost)]),
        ("close_valuation_after_delivery", E::Valuation, &[("", Figure::Cost)]),
        ("close_valuation_after_receipt", E::Valuation, &[("", Figure::Cost)]),
    ];
    let found = EVENTS.iter().filter(|(begins, ..)| name.starts_with(begins));
    let Some((begins, event, figures)) = found.max_by_key(|(begins, ..)| begins.len()) else {
        return Ok(None);
    };
    let mut facts = Facts::new(*event, "2026-03-31".parse()?, name);
    let rest = name.get(begins.len()..).unwrap_or_default();
    let words: Vec<&str> = rest.split('_').collect();
    let after = |begins: &str| words.iter().find_map(|word| number(word.strip_prefix(begins)?));
    for (begins, figure) in *figures {
        let amount = after(begins).ok_or_else(|| format!("{name}: no amount"))?;
        let sign = if begins.is_empty() && name.contains("after_delivery") { -1 } else { 1 };
        facts = facts.fact(Fact::new(*figure, money(amount * Decimal::from(sign))));
    }
    if let (Some(net), Some(vat)) = (after("net"), after("vat")) {
        let tax = money(net * vat / Decimal::from(100));
        facts = facts.fact(Fact::new(Figure::Tax, tax));
    }
    if let Some(cost) = after("cost") {
        facts = facts.fact(Fact::new(Figure::Cost, money(cost)));
    }
    Ok(Some(facts))
}

fn money(amount: Decimal) -> Money {
    Money::new(amount.normalize(), Currency::EUR)
}

/// The number that a word begins with.
fn number(word: &str) -> Option<Decimal> {
    let digits = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    word.get(..digits)?.parse().ok()
}

fn posted(profile: Profile, facts: &Facts) -> Result<String, Box<dyn Error>> {
    let table = profile.table()?;
    let roles = table.all().flat_map(|(_, _, roles)| [roles.debit, roles.credit]);
    let named = |role: Role| match role {
        Role::TaxPayable => "vat_payable",
        Role::TaxRecoverable => "vat_recoverable",
        role => role.code(),
    };
    let accounts = Accounts::new(roles.map(|role| AccountRule::new(role, named(role))));
    let journals = Journals::default();
    let poster = Poster { table: &table, accounts: &accounts, profile: "", journals: &journals };
    let mut lines = Vec::new();
    for posting in poster.entry(facts)?.iter().flat_map(|entry| &entry.postings) {
        let (side, amount) = (posting.side == Side::Debit, posting.amount.amount().normalize());
        lines.push(line(&posting.account, side, amount));
    }
    lines.sort();
    Ok(lines.join("; "))
}

fn line(account: &str, debit: bool, amount: Decimal) -> String {
    format!("{account} {} {amount}", if debit { "Dr" } else { "Cr" })
}

fn expected(lines: &Value) -> Result<String, Box<dyn Error>> {
    let mut shown = Vec::new();
    for posting in lines.as_array().ok_or("an entry is a list of postings")? {
        let account = posting.get("account").and_then(Value::as_str).ok_or("an account")?;
        for (side, debit) in [("debit", true), ("credit", false)] {
            let amount = posting.get(side).and_then(Value::as_str).ok_or("an amount")?;
            let amount: Decimal = amount.parse()?;
            if !amount.is_zero() {
                shown.push(line(account, debit, amount.normalize()));
            }
        }
    }
    shown.sort();
    Ok(shown.join("; "))
}
