//! Every command of allocations on a store that fails at each of its steps.

use fondaco_accounting::Books;
use fondaco_accounting::allocation::*;
use fondaco_accounting::ledger::*;
use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Currency, Halt, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::common::*;
use crate::cost;

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn set_up<S: Store>(store: S) -> S {
    let books = Books::open(&store as &dyn Store, acme()).unwrap();
    let books = books.with_clock(|| Timestamp::EPOCH);
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    books.send("chart", &OpenAccounts::new(chart())).unwrap();
    books.send("gen", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
    books.post("rent", cost("2026-03-05", "5100", "900", "100")).unwrap();
    drop(books);
    store
}

fn sharing(store: &dyn Store) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    let rule = SetAllocation::new("over", "Overheads", "GEN", "5100", "cost_centre", "900");
    books.send("by shares", &rule.clone().share("10", dec("1")))?;
    books.send("by heads", &rule.by_statistic("heads"))?;
    let heads = RecordStatistics::new("heads", 202_603).value("10", dec("2")).value("20", dec("1"));
    books.send("heads", &heads)?;
    let first = books.send("run", &Allocate::new("over", 202_603))?.answer;
    books.send("undo", &UndoAllocation::new("over", 202_603))?;
    let second = books.send("run anew", &Allocate::new("over", 202_603))?.answer;
    assert_eq!(first.amount, second.amount);
    books.send("remove", &RemoveAllocation::new("over"))?;
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

#[test]
fn each_step_may_fail() {
    let swept = sweep(acme(), || set_up(Memory::new()), sharing).unwrap();
    assert_eq!(swept.commits, 5 + 7);
    assert!(swept.failures > 20, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), sharing).unwrap().commits, 12);
}
