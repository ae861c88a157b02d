//! Every command of the ledger on a store that fails at its first step, its second, and so on: nothing is half-done, and
//! sending the same again completes it.

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_core::recurrence::Recurrence;
use fondaco_core::store::Store;
use fondaco_core::{ActError, CompanyId, Currency, Halt, Id, Money, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};
use rust_decimal::Decimal;

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

/// A part of a firm's year: its commands are sent once; the names are the same each time, so that a second run goes on where
/// the first stopped. Each has a firm of its own: a failure at every step of one long story would take the square of its length.
type Chapter = fn(&Books<'_>) -> Result<(), LedgerError>;

/// What a firm that is [set up](set_up) does next, and how many commits that takes.
const CHAPTERS: [(&str, Chapter, usize); 5] = [
    ("exchange rates", exchange_rates, 6),
    ("drafts", drafts, 11),
    ("open items", open_items, 9),
    ("spending limits", spending_limits, 5),
    ("two phases", two_phases, 12),
];

/// Opens the books, tells a chapter in them, and looks at what came of it.
fn tell(store: &dyn Store, chapter: Chapter) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    chapter(&books)?;
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    assert_eq!(books.trial_balance(day(12, 31))?.debit, books.trial_balance(day(12, 31))?.credit);
    Ok(())
}

/// The books are set up, posted to, and closed in part.
fn first_steps(books: &Books<'_>) -> Result<(), LedgerError> {
    let account = |code: &str, class| NewAccount::new(code, code, class).parent("0");
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let heading = NewAccount::heading("0", "All assets", AccountClass::Asset);
    let accounts =
        vec![heading, account("1000", AccountClass::Asset), account("1900", AccountClass::Asset)];
    books.send("assets", &OpenAccounts::new(accounts))?;
    let income = NewAccount::new("4000", "Sales", AccountClass::Income);
    books.send("income", &OpenAccounts::new(vec![income]))?;
    books.send("journal", &OpenJournal::new("GEN", "General"))?;
    books.send("journal's name", &ChangeJournal::rename("GEN", "General journal"))?;
    books.send("year", &OpenFiscalYear::calendar_year(2026))?;
    let posted = books.post("one", sale(day(1, 5), 100))?;
    books.send("many", &PostMany::new((1..20).map(|n| sale(day(2, n), 7)).collect()))?;
    let unknown = NewEntry::new("NONE", day(3, 1));
    books.send("each", &PostEach::new(vec![sale(day(3, 1), 5), unknown, sale(day(3, 2), 6)]))?;
    books.send("reverse", &Reverse::new(posted.answer.id, day(3, 3)))?;
    let noted = books.post("noted", sale(day(3, 2), 8).note("from her brother"))?.answer;
    let forgotten = books.send("forget", &EraseNotes::new(vec![noted.id]))?.answer;
    assert_eq!((forgotten, books.note(noted.id)?), (1, None));
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
    books.send("soft", &SoftLockPeriod::new(202_601))?;
    books.post("soft, in time", sale(day(1, 7), 1))?; // nobody is restricted here
    Ok(())
}

/// Holds and what becomes of them, limits, chains and keys.
fn two_phases(books: &Books<'_>) -> Result<(), LedgerError> {
    let wallet = |code: &str| {
        NewAccount::new(code, code, AccountClass::Liability)
            .limit(AccountLimit::DebitsWithinCredits)
    };
    let each = OpenEach::new(vec![wallet("w1").linked(), wallet("w2"), wallet("w1")]);
    let opened = books.send("two phases, wallets", &each)?.answer.accounts;
    assert!(opened[0].is_ok() && opened[1].is_ok() && opened[2].is_err());
    books.send(
        "two phases, limit",
        &ChangeAccount::limit("1000", AccountLimit::CreditsWithinDebits),
    )?;
    let pay = |debit: &str, credit: &str, cents| {
        let amount = Money::minor(cents, Currency::EUR);
        NewEntry::new("GEN", day(3, 9)).debit(debit, amount).credit(credit, amount)
    };
    let hold = RecordPending::new(NewPending::new(pay("1000", "w1", 90)).expires_after(3600));
    let held = books.send("two phases, hold", &hold)?.answer.id;
    books.send(
        "two phases, capture",
        &PostPending::new(held).amount(Money::minor(70, Currency::EUR)),
    )?;
    refused(
        books.send("two phases, void", &VoidPending::new(held)),
        "accounting.pending_already_posted",
    )?;
    let other = books.send("two phases, hold more", &hold)?.answer.id;
    books.send("two phases, void more", &VoidPending::new(other))?;
    let close = NewPending::new(pay("w2", "1000", 0)).closing(Closing::Debit);
    let items = vec![
        Item::Entry(pay("w1", "w2", 50).key("a").linked()),
        Item::Entry(pay("w1", "w2", 50).key("b")),
        Item::Entry(pay("w1", "w2", 20).key("c")),
        Item::Pending(NewPending { entry: close.entry.clone().key("close"), ..close.clone() }),
        Item::Void(VoidPending::new(PendingRef::Key("close".into()))),
        Item::Post(PostPending::new(PendingRef::Key("close".into()))),
    ];
    let answer = books.send("two phases, each", &RecordEach::new(items))?.answer.items;
    let ok: Vec<bool> = answer.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [false, false, true, true, true, false]);
    refused(books.post("two phases, again", pay("w1", "w2", 1).key("b")), "accounting.key_failed")?;
    let last = books.send("two phases, hold last", &hold)?.answer.id;
    let hour: Timestamp = "1970-01-01T01:00:00Z".parse().unwrap();
    books.due_queue().tick(hour).map_err(|error| error.halt)?;
    refused(books.send("two phases, late", &VoidPending::new(last)), "accounting.pending_expired")?;
    books.send("two phases, close w2", &CloseAccount::new("1900", day(6, 30))).map(|_| ())?;
    books.send("two phases, reopen", &ReopenAccount::new("1900"))?;
    Ok(())
}

fn exchange_rates(books: &Books<'_>) -> Result<(), LedgerError> {
    let (eur, usd) = (Currency::EUR, Currency::USD);
    books.send("source", &OpenRateSource::new("SPOT", "Central bank").pivot(eur))?;
    books.send("age", &LimitRateAge::new("SPOT", Some(400)))?;
    let rate = |rate, on| NewRate::new(eur, usd, Decimal::new(rate, 2), on);
    let rates = vec![rate(125, day(1, 2)), rate(128, day(2, 2))];
    books.send("rates", &RecordRates::new("SPOT", rates.clone()))?;
    refused(books.send("again", &RecordRates::new("SPOT", rates)), "accounting.rate_overlap")?;
    let right = RateCorrection::new(eur, usd, Some(Decimal::new(130, 2)), day(2, 2));
    books.send("corrected", &CorrectRates::new("SPOT", vec![right]))?;
    let dollars = Money::minor(1300, usd);
    books.post(
        "dollars",
        NewEntry::new("GEN", day(2, 3)).debit("1000", dollars).credit("4000", dollars),
    )?;
    books.send("no dollar", &EndRate::new("SPOT", eur, usd, day(3, 31)))?;
    let found = books.rate(&RateQuery::new(usd, eur, day(2, 3)))?;
    assert_eq!(
        found.map(|found| found.rate().unwrap().to_string()).as_deref(),
        Some("0.769230769231")
    );
    Ok(())
}

/// A chart, a journal, a year whose last period is locked.
fn set_up<S: Store>(store: S) -> S {
    let books = Books::open(&store as &dyn Store, acme()).unwrap();
    let account = |code: &str, class| NewAccount::new(code, code, class);
    let (bank, spare) =
        (account("1000", AccountClass::Asset), account("1900", AccountClass::Asset));
    let accounts = vec![bank, spare, account("4000", AccountClass::Income)];
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    books.send("chart", &OpenAccounts::new(accounts)).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
    books.send("lock", &LockPeriod { period: 202_612 }).unwrap();
    drop(books);
    store
}

/// What is planned, and what the clock makes of it.
fn a_year_by_the_clock(store: &dyn Store) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    let accrual = books.send("accrue", &PostReversing::new(sale(day(2, 20), 8)))?.answer.id;
    let other = books.send("accrue too", &PostReversing::new(sale(day(2, 21), 9)))?.answer.id;
    books.send("move", &PlanReversal::new(accrual, day(3, 15)))?;
    books.send("keep", &CancelReversal::new(other))?;
    refused(
        books.send("keep again", &CancelReversal::new(other)),
        "accounting.no_reversal_planned",
    )?;
    let quarterly: Recurrence = "FREQ=MONTHLY;INTERVAL=3".parse().unwrap();
    let terms = |month, cents| RecurringTerms::new(sale(day(month, 1), cents), quarterly.clone());
    books.send("rent", &StartRecurring::new("rent", terms(3, 400)))?;
    books.send("raise", &ChangeRecurring::new("rent", terms(12, 500)))?;
    books.send("pause", &PauseRecurring::new("rent"))?;
    books.send("resume", &ResumeRecurring::new("rent", Missed::Post))?;
    books.send("a free month", &SkipRecurring::new("rent", day(6, 1)))?;
    books.send("notice", &EndRecurring::new("rent", day(12, 31)))?;
    for at in ["2026-03-02T00:00:00Z", "2026-03-20T00:00:00Z", "2026-12-02T00:00:00Z"] {
        let at: Timestamp = at.parse().unwrap_or(Timestamp::EPOCH);
        books.due_queue().tick(at).map_err(|error| error.halt)?;
    }
    // Period 12 is locked, and so is the day on which December's rent would be late.
    assert_eq!(books.recurring()?[0].refused.as_deref(), Some("accounting.period_locked"));
    assert_eq!(books.upcoming("rent", 9)?.len(), 1);
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

/// Limits that warn, refuse, are exceeded, changed and ended.
fn spending_limits(books: &Books<'_>) -> Result<(), LedgerError> {
    let euros = |cents| Money::minor(cents, Currency::EUR);
    let limit = SetSpendingLimit::new("L", "Sales of a month", Currency::EUR)
        .account("4000")
        .measure(Measure::Credits)
        .over(Window::Month)
        .warn_above(euros(10))
        .refuse_above(euros(20));
    books.send("limit", &limit)?;
    books.post("warned", sale(day(8, 1), 15))?;
    refused(books.post("refused", sale(day(8, 1), 60)), "accounting.spending_limit")?;
    books.send("exceeding", &PostExceeding::new(sale(day(8, 2), 15), "it is late"))?;
    books.send("change limit", &ChangeSpendingLimit::new("L").refuse_above(euros(40)))?;
    books.send("end limit", &EndSpendingLimit::new("L", day(8, 1)))?;
    assert_eq!(books.spending("L", day(8, 1))?.lines[0].spent, euros(15));
    assert_eq!(books.spending_excesses("L")?.len(), 2);
    Ok(())
}

/// Two drafts: one goes the whole way, the other is deleted; and an account that an engine keeps.
fn drafts(books: &Books<'_>) -> Result<(), LedgerError> {
    let other = books.clone().acting_as("other");
    let draft = books.prepare_draft("draft", sale(day(4, 1), 3))?.answer;
    books.submit_draft("submit", draft)?;
    other.send("reject", &RejectDraft::new(draft, "four"))?;
    books.send("change", &ChangeDraft::new(draft, sale(day(4, 1), 4)))?;
    books.submit_draft("submit again", draft)?;
    let waiting = books.prepare_draft("waiting", sale(day(4, 1), 4))?.answer;
    books.submit_draft("submit waiting", waiting)?;
    refused(books.approve_draft("own", waiting, 1), "policy.four_eyes")?;
    books.send("control", &ChangeAccount::control("1900", Some("bank".into())))?;
    let approved = other.approve_draft("approve", draft, 2)?;
    assert!(approved.answer.posted.is_some());
    let spare = books.prepare_draft("spare", sale(day(4, 2), 3))?.answer;
    books.send("delete", &DeleteDraft::new(spare))?;
    Ok(())
}

/// Items that are made, cleared while posting, cleared, undone and taken back; and an account that ceases to have them.
fn open_items(books: &Books<'_>) -> Result<(), LedgerError> {
    let amount = |cents| Money::minor(cents, Currency::EUR);
    let debtors = NewAccount::new("1200", "Debtors", AccountClass::Asset).open_items();
    books.send("debtors", &OpenAccounts::new(vec![debtors]))?;
    let bill = |on, cents| {
        NewEntry::new("GEN", on).debit("1200", amount(cents)).credit("4000", amount(cents))
    };
    let paid = |on, cents| {
        NewEntry::new("GEN", on).debit("1000", amount(cents)).credit("1200", amount(cents))
    };
    let first = ItemKey::new(books.post("bill", bill(day(5, 1), 500))?.answer.id, 1);
    let pays = Pays::new(2).part(first, amount(200));
    books.send("pays", &PostClearing::new(paid(day(5, 2), 200)).pays(pays))?;
    let rest = ItemKey::new(books.post("rest", paid(day(5, 3), 300))?.answer.id, 2);
    let clear = Clear::new("1200").all(first).all(rest);
    let cleared = books.send("clear", &clear)?.answer;
    let nothing = Clear::new("1200").all(ItemKey::new(Id::from_u128(7), 1)).all(rest);
    refused(books.send("nothing", &nothing), "accounting.unknown_item")?;
    books.send("unclear", &Unclear::new(cleared.clearing))?;
    refused(
        books.send("unclear again", &Unclear::new(cleared.clearing)),
        "accounting.already_uncleared",
    )?;
    books.send("reverse bill", &Reverse::new(first.entry, day(5, 4)))?;
    books.send("goods by items", &ChangeAccount::open_items("4000", true))?;
    books.send("goods no longer", &ChangeAccount::open_items("4000", false))?;
    let open = books.open_items(&OpenItemQuery::account("1200"))?;
    assert_eq!(open.ledger_total(), amount(-500));
    assert_eq!(open.items.len(), 2);
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

/// Each chapter on a store that fails at each step.
fn each_chapter<S: Store>(new: impl Fn() -> S) {
    let swept = sweep(acme(), &new, |store| tell(store, first_steps)).unwrap();
    assert_eq!(swept.commits, 20);
    assert!(swept.failures > 60, "{} steps failed", swept.failures);
    for (name, chapter, commits) in CHAPTERS {
        let swept = sweep(acme(), || set_up(new()), |store| tell(store, chapter)).unwrap();
        assert_eq!(swept.commits, 5 + commits, "{name}");
    }
}

#[test]
fn each_step_of_each_command_may_fail_in_memory() {
    each_chapter(Memory::new);
}

#[test]
fn each_step_of_each_command_may_fail_on_a_store_of_values() {
    each_chapter(Model::new);
}

#[test]
fn each_step_of_what_comes_by_the_clock_may_fail_in_memory() {
    let swept = sweep(acme(), || set_up(Memory::new()), a_year_by_the_clock).unwrap();
    // Five to set up, ten commands, and of the ticks: the clock and March's rent; the clock and the reversal; the clock,
    // September's rent and the refusal of December's.
    assert_eq!(swept.commits, 5 + 10 + 2 + 2 + 3);
    assert!(swept.failures > 100, "{} steps failed", swept.failures);
}

#[test]
fn each_step_of_what_comes_by_the_clock_may_fail_on_a_store_of_values() {
    let swept = sweep(acme(), || set_up(Model::new()), a_year_by_the_clock).unwrap();
    assert_eq!(swept.commits, 22);
}
