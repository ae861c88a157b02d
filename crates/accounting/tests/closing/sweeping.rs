//! Every command of closing on a store that fails at its first step, its second, and so on.

use fondaco_accounting::Books;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::store::Store;
use fondaco_core::{ActError, CompanyId, Currency, Halt, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::common::{d, eur, sale};

fn acme() -> CompanyId {
    CompanyId::named("acme")
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

/// Books in euro with three accounts and a year, in January 2027.
fn books(store: &dyn Store, year: i32) -> Result<Books<'_>, LedgerError> {
    let now: Timestamp = "2027-01-15T00:00:00Z".parse().unwrap_or(Timestamp::EPOCH);
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(move || now);
    let account = |code: &str, class| NewAccount::new(code, code, class);
    let accounts = vec![
        account("1000", AccountClass::Asset),
        account("3900", AccountClass::Equity),
        account("4000", AccountClass::Income),
    ];
    books.send("set up", &SetUp::new(Currency::EUR))?;
    books.send("chart", &OpenAccounts::new(accounts))?;
    books.send("journal", &OpenJournal::new("GEN", "General"))?;
    books.send("year", &OpenFiscalYear::calendar_year(year))?;
    Ok(books)
}

fn clean(books: &Books<'_>) -> Result<(), LedgerError> {
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

fn a_year_s_end(store: &dyn Store) -> Result<(), LedgerError> {
    let books = books(store, 2026)?;
    books.send("storno", &SetReversalStyle::new(ReversalStyle::SameSide))?;
    let posted = books.post("sale", sale("2026-03-01", "5.00"))?.answer;
    books.send("taken back", &Reverse::new(posted.id, d("2026-03-02")))?;
    books.post("another", sale("2026-04-01", "7.00"))?;
    books.send("13", &OpenAdjustmentPeriods::new(2026, 1))?;
    books.post("adjusted", sale("2026-12-31", "1.00").adjusting(13))?;
    books.send("target", &SetClosing::new("3900", "GEN"))?;
    books.send("lock", &LockBooks::through(d("2026-06-30")))?;
    books.send("unlock", &UnlockBooks::after(d("2026-03-31")))?;
    let closed = books.send("close", &CloseYear::new(2026).early())?.answer;
    assert_eq!(closed.result, eur("8"));
    books.send("reopen", &ReopenYear::new(2026, "late"))?;
    books.post("late too", sale("2026-12-31", "1.00"))?;
    books.send("close again", &CloseYear::new(2026).early())?;
    books.send("for ever", &LockBooks::through(d("2026-12-31")).for_ever())?;
    refused(books.send("no more", &ReopenYear::new(2026, "x")), "accounting.locked_for_ever")?;
    clean(&books)
}

/// A balance that is stated, held to and withdrawn, an entry that is corrected, and a point that is signed off.
fn corrections(store: &dyn Store) -> Result<(), LedgerError> {
    let books = books(store, 2027)?;
    let wrong = books.post("wrong", sale("2027-01-10", "9.00"))?.answer.id;
    books.send("right", &Correct::new(wrong, sale("2027-01-10", "6.00")))?;
    let stated = AssertBalance::new("3900", d("2027-03-31"), eur("0")).within(100.into());
    let id = books.send("state", &stated)?.answer;
    let bank = AssertBalance::new("1000", d("2027-03-31"), eur("6")).warning();
    books.send("note", &bank)?;
    books.post("it breaks", sale("2027-01-04", "3.00"))?;
    let both = [sale("2027-01-02", "1.00"), sale("2027-01-03", "2.00")];
    let many = books.send("both", &PostMany::new(both.to_vec()))?.answer;
    books.send("lock some days", &LockBooks::through(d("2027-01-05")))?;
    books.send("late", &Correct::new(many.entries[0].id, sale("2027-01-11", "2.00")))?;
    let found = books.assertions()?;
    assert!(found.iter().any(|of| of.account == "1000" && !of.is_kept()));
    books.send("withdraw", &WithdrawAssertion::new(id))?;
    books.send("point", &AddClosingPoint::of_year(2027, "stock", "count the stock"))?;
    books.send("sign", &SignOff::of_year(2027, "stock"))?;
    clean(&books)
}

/// A template that is stored, posted by, stored anew and withdrawn.
fn templates(store: &dyn Store) -> Result<(), LedgerError> {
    let books = books(store, 2027)?;
    let sale = EntryTemplate::new("GEN", Currency::EUR)
        .debit("1000", "net")
        .and_then(|template| template.credit("4000", "net"));
    let store = StoreTemplate::new("sale", sale.map_err(LedgerError::from)?);
    books.send("template", &store)?;
    let post = PostTemplate::new("sale", d("2027-01-12")).input("net", 4.into());
    books.send("by it", &post)?;
    books.send("template, another", &store)?;
    books.send("no template", &WithdrawTemplate::new("sale"))?;
    refused(books.send("by none", &post), "accounting.unknown_template")?;
    clean(&books)
}

/// Opening balances of a year, and an amount that is spread, changed, ended and taken back.
fn deferrals(store: &dyn Store) -> Result<(), LedgerError> {
    let books = books(store, 2027)?;
    let opening = PostOpening::new("GEN", d("2027-01-01"))
        .line(NewPosting::debit("1000", eur("9")))
        .difference_to("3900");
    books.send("opening", &opening)?;
    let plan = SpreadPlan::periods(d("2027-01-01"), 4);
    let start = StartDeferral::expense("d", "GEN", ("1000", "4000"), eur("10"), plan.clone());
    books.send("defer", &start.moved_on(d("2027-01-01")))?;
    books.send("January", &RecogniseDeferrals::through(d("2027-01-31")))?;
    books.send("anew", &ChangeDeferral::new("d", plan).amount(eur("20")))?;
    books.send("rest", &CancelDeferral::new("d", d("2027-02-01")))?;
    books.send("back", &ReverseDeferral::new("d", d("2027-02-02")))?;
    clean(&books)
}

#[test]
fn each_step_of_a_year_s_end_may_fail() {
    let swept = sweep(acme(), Memory::new, a_year_s_end).unwrap();
    assert!(swept.failures > 60, "{} steps failed", swept.failures);
    let on_values = sweep(acme(), Model::new, a_year_s_end).unwrap();
    assert_eq!(on_values.commits, swept.commits);
}

#[test]
fn each_step_of_corrections_deferrals_and_templates_may_fail() {
    for act in [corrections, deferrals, templates] {
        let swept = sweep(acme(), Memory::new, act).unwrap();
        assert!(swept.failures > 20, "{} steps failed", swept.failures);
    }
}
