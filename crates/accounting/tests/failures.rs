//! Every command of the ledger on a store that fails at its first step, its second, and so on: nothing is half-done, and
//! sending the same again completes it.
#![allow(clippy::unwrap_used, clippy::panic)]

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::store::Store;
use fondaco_core::{ActError, CompanyId, Currency, Halt, Id, Money, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn sale(on: NaiveDate, cents: i64) -> NewEntry {
    let amount = Money::minor(cents, Currency::EUR);
    NewEntry::new("GEN", on).debit("1000", amount).credit("4000", amount)
}

/// Sends every command once; the names are the same each time, so that a second run goes on where the first stopped.
fn a_firm_s_year(store: &dyn Store) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    let account = |code: &str, class| NewAccount::new(code, code, class).parent("0");
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let heading = NewAccount::heading("0", "All assets", AccountClass::Asset);
    let accounts =
        vec![heading, account("1000", AccountClass::Asset), account("1900", AccountClass::Asset)];
    books.send("assets", &OpenAccounts::new(accounts))?;
    let income = NewAccount::new("4000", "Sales", AccountClass::Income);
    books.send("income", &OpenAccounts::new(vec![income]))?;
    books.send("journal", &OpenJournal::new("GEN", "General"))?;
    books.send("year", &OpenFiscalYear::calendar_year(2026))?;
    let posted = books.post("one", sale(day(1, 5), 100))?;
    books.send("many", &PostMany::new((1..20).map(|n| sale(day(2, n), 7)).collect()))?;
    let unknown = NewEntry::new("NONE", day(3, 1));
    books.send("each", &PostEach::new(vec![sale(day(3, 1), 5), unknown, sale(day(3, 2), 6)]))?;
    books.send("reverse", &Reverse::new(posted.answer.id, day(3, 3)))?;
    refused(
        books.send("twice", &Reverse::new(posted.answer.id, day(3, 4))),
        "accounting.already_reversed",
    )?;
    refused(
        books.send("unknown", &Reverse::new(Id::from_u128(7), day(3, 4))),
        "accounting.unknown_entry",
    )?;
    books.send("rename", &ChangeAccount::rename("1900", "Spare"))?;
    books.send("close", &CloseAccount::new("1900", day(6, 30)))?;
    refused(
        books.send("not clear", &CloseAccount::new("1000", day(12, 31))),
        "accounting.cannot_close",
    )?;
    books.send("lock", &LockPeriod { period: 202_612 })?;
    refused(books.post("late", sale(day(12, 6), 1)), "accounting.period_locked")?;
    books.send("lock January", &LockPeriod { period: 202_601 })?;
    books.send("unlock January", &UnlockPeriod { period: 202_601 })?;
    books.post("in time", sale(day(1, 6), 1))?;
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    assert_eq!(books.trial_balance(day(12, 31))?.debit, books.trial_balance(day(12, 31))?.credit);
    Ok(())
}

/// A refusal is what must come out; only a failure of the store may come instead.
fn refused<A>(result: Result<A, LedgerError>, code: &str) -> Result<(), LedgerError> {
    match result {
        Err(error) if error.code() == code => Ok(()),
        Err(error) if error.halt().is_some() => Err(error),
        Err(error) => panic!("{code} was expected, {error} came"),
        Ok(_) => panic!("{code} was expected, nothing came"),
    }
}

#[test]
fn each_step_of_each_command_may_fail_in_memory() {
    let swept = sweep(acme(), Memory::new, a_firm_s_year).unwrap();
    assert_eq!(swept.commits, 15);
    assert!(swept.failures > 60, "{} steps failed", swept.failures);
}

#[test]
fn each_step_of_each_command_may_fail_on_a_store_of_values() {
    assert_eq!(sweep(acme(), Model::new, a_firm_s_year).unwrap().commits, 15);
}
