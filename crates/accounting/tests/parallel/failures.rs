//! Every command on a store that fails at its first step, its second, and so on.

use fondaco_accounting::Books;
use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Halt, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::firm::*;

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn two_ledgers(store: &dyn Store) -> Result<(), LedgerError> {
    let now: Timestamp = "2027-01-15T00:00:00Z".parse().unwrap_or(Timestamp::EPOCH);
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(move || now);
    let account = |code: &str, class| NewAccount::new(code, code, class);
    let accounts = vec![
        account("0400", AccountClass::Asset),
        account("3900", AccountClass::Equity),
        account("6200", AccountClass::Expense),
    ];
    books.send("set up", &SetUp::new(Currency::EUR))?;
    books.send("chart", &OpenAccounts::new(accounts))?;
    books.send("year", &OpenFiscalYear::calendar_year(2026))?;
    books.send("ifrs", &DefineLedger::new("ifrs", "IFRS"))?;
    books.send("gen", &OpenJournal::new("GEN", "General"))?;
    books.send("ifr", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"))?;
    books.send("closing", &SetClosing::new("3900", "GEN"))?;
    books.send("closing of ifrs", &SetClosing::new("3900", "IFR"))?;
    books.post("all", entry("GEN", "2026-12-31", "6200", "0400", "100"))?;
    books.post("less", entry("IFR", "2026-12-31", "0400", "6200", "40"))?;
    books.send("close", &CloseYear::new(2026).early())?;
    let spent = BalanceQuery::account("6200").without_closings();
    assert_eq!(books.balances(&spent)?[0].amounts.ledger_balance(), 100.into());
    let spent = books.balances(&spent.of_ledger("ifrs"))?;
    assert_eq!(spent[0].amounts.ledger_balance(), 60.into());
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

#[test]
fn each_step_of_two_ledgers_may_fail() {
    let swept = sweep(acme(), Memory::new, two_ledgers).unwrap();
    assert!(swept.failures > 30, "{} steps failed", swept.failures);
    let on_values = sweep(acme(), Model::new, two_ledgers).unwrap();
    assert_eq!(on_values.commits, swept.commits);
}
