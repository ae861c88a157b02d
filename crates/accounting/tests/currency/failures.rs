//! Every command about currencies on a store that fails at each of its steps: nothing is half-done, and sending the same
//! again completes it.

use fondaco_accounting::Books;
use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Halt, JobError, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::common::*;
use crate::firm::*;

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn set_up<S: Store>(store: S) -> S {
    let books = Books::open(&store as &dyn Store, acme()).unwrap();
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let mut accounts = chart();
    accounts.push(NewAccount::new("1300", "Debtors", AccountClass::Asset).open_items());
    books.send("chart", &OpenAccounts::new(accounts)).unwrap();
    books.send("gen", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
    drop(books);
    store
}

fn realising(store: &dyn Store) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    books.send("name", &SetExchangeAccounts::new("GEN", "5900", "5900"))?;
    let of = SetExchangeAccounts::new("GEN", "4000", "5900").of_currency(Currency::USD);
    books.send("name dollars", &of)?;
    books.send("remove", &RemoveExchangeAccounts::new(None, Some(Currency::USD)))?;
    let post = |name: &str, entry: NewEntry| books.post(name, entry).map(|done| done.answer.id);
    let bill = post("bill", entry("1300", "2026-01-05", "400 USD", "333.33 EUR"))?;
    let paid = post("paid", entry("1300", "2026-02-05", "-400 USD", "-363.64 EUR"))?;
    let clear = Clear::new("1300").all(ItemKey::new(bill, 1)).all(ItemKey::new(paid, 1));
    let cleared = books.send("clear", &clear)?.answer;
    books.send("undo", &Unclear::new(cleared.clearing))?;
    let taken = books.balances(&BalanceQuery::account("5900"))?;
    assert_eq!(taken[0].amounts.ledger_balance(), dec("0"));
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

fn revaluing(store: &dyn Store) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    books.send("name", &SetExchangeAccounts::new("GEN", "5900", "5900"))?;
    books.send("source", &OpenRateSource::new("SPOT", "Bank"))?;
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.80"), d("2026-01-01"));
    books.send("rates", &RecordRates::new("SPOT", vec![rate]))?;
    books.send("monetary", &MarkMonetary::new(["1", "1300"]))?;
    books.post("dollars", entry("1010", "2026-01-05", "100 USD", "90 EUR"))?;
    books.post("bill", entry("1300", "2026-01-05", "10 USD", "9 EUR"))?;
    let done = books.send("January", &Revalue::at(d("2026-01-31")))?.answer;
    assert_eq!(done.difference.to_decimal(), dec("-11"));
    books.due_queue().tick(instant("2026-02-01")).map_err(|error| error.halt)?;
    let job = books.run_job("February", &mut Revalue::at(d("2026-02-28")), &mut ());
    let job = job.map_err(|error| match error {
        JobError::Act(refusal) => refusal,
        other => panic!("{other}"),
    })?;
    assert_eq!(job.report.difference.to_decimal(), dec("-11"));
    books.due_queue().tick(instant("2026-03-01")).map_err(|error| error.halt)?;
    books.post("spent", entry("1010", "2026-03-05", "-100 USD", "-84 EUR"))?;
    let gone = books.send("gone", &RealiseExchange::on(d("2026-03-31")))?.answer;
    assert_eq!(gone.difference.to_decimal(), dec("-6"));
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

#[test]
fn each_step_of_revaluing_may_fail() {
    let swept = sweep(acme(), || set_up(Memory::new()), revaluing).unwrap();
    assert!(swept.commits > 4 + 7 + 2 + 2 && swept.failures > 20, "{swept:?}");
}

#[test]
fn each_step_of_realising_may_fail() {
    let swept = sweep(acme(), || set_up(Memory::new()), realising).unwrap();
    assert_eq!(swept.commits, 4 + 7);
    assert!(swept.failures > 20, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), realising).unwrap().commits, 11);
}
