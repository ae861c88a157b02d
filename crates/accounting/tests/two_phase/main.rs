//! Two phases, limits, chains and keys on every store: what is held and what becomes of it, who is refused when many post at
//! once, what comes again under a key, what was recorded elsewhere, and all of it against a naive ledger.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod by_day;
mod crowds;
mod holding;
mod importing;
mod limiting;
mod linking;
mod moving;
mod naive;
mod paging;
mod repeating;
mod verifying;

use common::*;
use fondaco_accounting::ledger::*;

/// A firm with three wallets that may not go below nothing, a till likewise, and a bank that may.
pub fn wallets(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let wallet = |code: &str| {
        NewAccount::new(code, "Wallet", AccountClass::Liability)
            .limit(AccountLimit::DebitsWithinCredits)
    };
    let till = NewAccount::new("till", "Till", AccountClass::Asset)
        .limit(AccountLimit::CreditsWithinDebits);
    firm.must("wallets", &OpenAccounts::new(vec![wallet("w1"), wallet("w2"), wallet("w3"), till]));
    firm
}

/// From the debited account to the credited one.
pub fn pay(debit: &str, credit: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d("2026-06-01")).debit(debit, eur(amount)).credit(credit, eur(amount))
}

/// The same, held.
pub fn hold(debit: &str, credit: &str, amount: &str) -> NewPending {
    NewPending::new(pay(debit, credit, amount))
}

/// Posted debits and credits, pending debits and credits.
pub fn sums(firm: &Firm, account: &str) -> [String; 4] {
    let totals = firm.view(|view| totals(view, account));
    let of = |get: fn(&Totals) -> Amount| {
        totals.first().map_or("0".to_owned(), |t| get(t).to_decimal().normalize().to_string())
    };
    [of(|t| t.debit), of(|t| t.credit), of(|t| t.pending_debit), of(|t| t.pending_credit)]
}

/// The codes of a batch's answers; `ok` for what was recorded, `again` for what was there.
pub fn codes(answer: &RecordedEach) -> Vec<String> {
    let code = |item: &Result<Recorded, RefusedItem>| match item {
        Ok(recorded) if recorded.existed => "again".to_owned(),
        Ok(_) => "ok".to_owned(),
        Err(refused) => refused.code.trim_start_matches("accounting.").to_owned(),
    };
    answer.items.iter().map(code).collect()
}

/// Sends a batch, and gives the codes of its answers.
pub fn each(firm: &Firm, name: &str, items: Vec<Item>) -> Vec<String> {
    codes(&firm.must(name, &RecordEach::new(items)))
}
