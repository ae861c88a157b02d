//! A firm whose customers and suppliers are kept by open items, and whose exchange differences have accounts.
#![allow(unreachable_pub)] // what the modules of one test program share

pub use fondaco_accounting::currency::*;
pub use fondaco_accounting::ledger::*;
pub use fondaco_core::{ActError, Currency, Id, Money};

use crate::common::*;

/// The chart of all tests, with 4900 for gains beside 5900 for losses.
pub fn with_items(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let gains = NewAccount::new("4900", "Exchange gains", AccountClass::Income);
    firm.must("gains", &OpenAccounts::new(vec![gains]));
    firm.must("customers", &ChangeAccount::open_items("1200", true));
    firm.must("suppliers", &ChangeAccount::open_items("2000", true));
    firm
}

/// The same, and the accounts are named for the whole ledger.
pub fn named(firm: Firm) -> Firm {
    let firm = with_items(firm);
    firm.must("differences", &SetExchangeAccounts::new("GEN", "4900", "5900"));
    firm
}

/// An entry that puts so much, worth so much, on an account: its line 1.
pub fn entry(account: &str, date: &str, amount: &str, worth: &str) -> NewEntry {
    let (amount, worth) = (money(amount), money(worth));
    let side = if amount.is_negative() { Side::Credit } else { Side::Debit };
    let posting = |account: &str, side| {
        let posting = NewPosting::new(account, side, amount.abs());
        if amount.currency() == worth.currency() { posting } else { posting.worth(worth.abs()) }
    };
    NewEntry::new("GEN", d(date))
        .posting(posting(account, side))
        .posting(posting("4000", side.opposite()))
}

/// The item of such an entry, posted.
pub fn item_on(
    firm: &Firm,
    account: &str,
    name: &str,
    date: &str,
    amount: &str,
    worth: &str,
) -> ItemKey {
    ItemKey::new(firm.post(name, entry(account, date, amount, worth)).id, 1)
}

/// The same on the customers' account.
pub fn item(firm: &Firm, name: &str, date: &str, amount: &str, worth: &str) -> ItemKey {
    item_on(firm, "1200", name, date, amount, worth)
}

pub fn open(firm: &Firm, account: &str) -> OpenItems {
    firm.view(|view| open_items(view, &OpenItemQuery::account(account)))
}

/// Debits less credits of an account in the ledger's currency.
pub fn balance(firm: &Firm, account: &str) -> String {
    firm.sum(&BalanceQuery::account(account))
}

pub fn realised_of(firm: &Firm, clearing: Id<Clearing>) -> Option<std::sync::Arc<Realised>> {
    firm.view(|view| realised(view, clearing))
}

/// The lines of an entry: `4900 -30.31 EUR worth -30.31`.
pub fn lines(firm: &Firm, entry: Id<Entry>) -> Vec<String> {
    let whole = firm.view(|view| fondaco_accounting::ledger::entry(view, entry)).unwrap();
    let line = |posting: &std::sync::Arc<Posting>| {
        let worth = posting.ledger_amount.to_decimal().normalize();
        format!("{} {} worth {worth}", posting.account, posting.money())
    };
    whole.postings.iter().map(line).collect()
}
