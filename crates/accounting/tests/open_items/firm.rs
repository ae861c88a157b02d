//! A firm whose customers' and suppliers' accounts are kept by open items, and what the tests ask of it.
#![allow(unreachable_pub)] // what the modules of one test program share
use fondaco_accounting::ledger::*;
pub use fondaco_core::ActError;
use fondaco_core::PartyId;

use crate::common::*;

/// The chart of all tests, with 1200 Customers and 2000 Suppliers kept by open items.
pub fn by_items(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("customers", &ChangeAccount::open_items("1200", true));
    firm.must("suppliers", &ChangeAccount::open_items("2000", true));
    firm
}

pub fn in_memory_by_items() -> Firm {
    by_items(in_memory())
}

/// An invoice to a customer; its item is line 1.
pub fn invoice(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("1200", money(amount)).credit("4000", money(amount))
}

/// What a customer paid; its item is line 2.
pub fn payment(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("1000", money(amount)).credit("1200", money(amount))
}

/// The item of an invoice that is posted now.
pub fn invoiced(firm: &Firm, name: &str, date: &str, amount: &str) -> ItemKey {
    ItemKey::new(firm.post(name, invoice(date, amount)).id, 1)
}

/// The item of a payment that is posted now.
pub fn paid(firm: &Firm, name: &str, date: &str, amount: &str) -> ItemKey {
    ItemKey::new(firm.post(name, payment(date, amount)).id, 2)
}

pub fn party(name: &str) -> PartyId {
    PartyId::named(name)
}

pub fn customers() -> OpenItemQuery {
    OpenItemQuery::account("1200")
}

pub fn found(firm: &Firm, query: &OpenItemQuery) -> OpenItems {
    firm.view(|view| open_items(view, query))
}

/// What is open of customers: `119.00 EUR`, each item in order of due date; differences after a bar.
pub fn open(firm: &Firm, query: &OpenItemQuery) -> String {
    let found = found(firm, query);
    let items: Vec<String> = found.items.iter().map(|item| item.open.to_string()).collect();
    let left: Vec<String> = found
        .differences
        .iter()
        .map(|left| format!("{} worth {}", left.amount, left.ledger_amount))
        .collect();
    match left.is_empty() {
        true => items.join(", "),
        false => format!("{} | {}", items.join(", "), left.join(", ")),
    }
}

/// As of the end of a day.
pub fn open_at(firm: &Firm, date: &str) -> String {
    open(firm, &customers().at(d(date)))
}

/// By currency and in the ledger's, what is open is the balance: on this day, or by all that is recorded.
pub fn adds_up(firm: &Firm, account: &str, at: Option<&str>) {
    let (mut items, mut balance) =
        (OpenItemQuery::account(account), BalanceQuery::account(account));
    if let Some(at) = at {
        (items, balance) = (items.at(d(at)), balance.until(d(at)));
    }
    let mut expected: Vec<String> = Vec::new();
    for row in firm.balances(&balance) {
        let (open, ledger) = (row.amounts.balance(row.currency), row.amounts.ledger_balance());
        if !open.is_zero() || !ledger.is_zero() {
            expected.push(format!("{open} worth {}", ledger.normalize()));
        }
    }
    let totals = found(firm, &items).totals();
    let totals = totals.iter().filter(|of| !of.open.is_zero() || !of.ledger_open.is_zero());
    let open: Vec<String> = totals
        .map(|of| format!("{} worth {}", of.open, of.ledger_open.amount().normalize()))
        .collect();
    assert_eq!(open, expected, "{account} at {at:?} on {}", firm.name);
}
