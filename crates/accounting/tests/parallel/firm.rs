//! A firm with two parallel ledgers, and its twins in which all journals are ordinary or parallel ones stay empty.
#![allow(unreachable_pub)] // what the modules of one test program share

pub use fondaco_accounting::allocation::SetAllocation;
pub use fondaco_accounting::close::*;
pub use fondaco_accounting::currency::*;
pub use fondaco_accounting::dimensions::DefineDimension;
pub use fondaco_accounting::ledger::*;
pub use fondaco_accounting::parallel::*;
pub use fondaco_core::{ActError, Currency};

use crate::common::*;

/// The chart of all tests, with what closing, exchange differences and cash flows need.
fn accounts() -> Vec<NewAccount> {
    use AccountClass::*;
    vec![
        NewAccount::new("0400", "Machines", Asset),
        NewAccount { kind: Some("cash".into()), ..NewAccount::new("1100", "Till", Asset) },
        NewAccount::new("3900", "Retained earnings", Equity),
        NewAccount::new("3950", "Retained earnings, IFRS", Equity),
        NewAccount::new("4900", "Exchange gains", Income),
        NewAccount::new("6200", "Depreciation", Expense),
    ]
}

/// Two years, and the journals IFR and IFC of `ifrs` and GAP and GAC of `gaap`, unless all are `ordinary`.
pub fn set_up(firm: Firm, ordinary: bool) -> Firm {
    let firm = firm.set_up();
    firm.must("more accounts", &OpenAccounts::new(accounts()));
    firm.must("2025", &OpenFiscalYear::calendar_year(2025));
    let journals = [("IFR", "ifrs"), ("IFC", "ifrs"), ("GAP", "gaap"), ("GAC", "gaap")];
    if !ordinary {
        firm.must("ifrs", &DefineLedger::new("ifrs", "IFRS"));
        firm.must("gaap", &DefineLedger::new("gaap", "US GAAP"));
    }
    for (code, ledger) in journals {
        let journal = OpenJournal::new(code, code);
        firm.must(code, &if ordinary { journal } else { journal.in_ledger(ledger) });
    }
    firm.must("closing", &SetClosing::new("3900", "GEN"));
    if !ordinary {
        firm.must("ifrs closing", &SetClosing::new("3900", "IFC"));
        firm.must("gaap closing", &SetClosing::new("3900", "GAC"));
    }
    firm.must("bank", &OpenRateSource::new("SPOT", "Bank"));
    let rates = [("USD", "0.80", "2025-01-01"), ("USD", "0.90", "2026-01-01")];
    let rates = rates.into_iter().map(|(code, rate, from)| {
        NewRate::new(Currency::from_code(code).unwrap(), Currency::EUR, dec(rate), d(from))
    });
    firm.must("rates", &RecordRates::new("SPOT", rates.collect()));
    firm.must("differences", &SetExchangeAccounts::new("GEN", "4900", "5900"));
    firm.must("monetary", &MarkMonetary::new(["1010"]));
    let rule = SetAllocation::new("rent", "Rent", "GEN", "5100", "site", "Mestre");
    firm.must("rule", &rule.share("Lido", 1.into()));
    firm
}

/// An entry of a journal.
pub fn entry(journal: &str, date: &str, debit: &str, credit: &str, amount: &str) -> NewEntry {
    NewEntry::new(journal, d(date)).debit(debit, eur(amount)).credit(credit, eur(amount))
}

/// On one store, and on one that has nothing loaded: for what no store does by itself.
pub fn on_two_stores(test: impl Fn(Firm)) {
    test(in_memory());
    test(Firm::unloaded("model, not loaded", std::sync::Arc::new(fondaco_testkit::Model::new())));
}
