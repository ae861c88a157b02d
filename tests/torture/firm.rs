//! A small firm whose year has every sort of command and row that the books know.

use chrono::NaiveDate;
use fondaco::accounting::currency::{
    CorrectRates, EndRate, NewRate, OpenRateSource, RateCorrection, RecordRates,
};
use fondaco::accounting::ledger::{
    self, AccountLimit, CancelReversal, ChangeDraft, ChangeRecurring, DeleteDraft, NewPending,
    PendingRef, PlanReversal, PostEach, PostPending, PostReversing, RecordPending, RecurringTerms,
    RejectDraft, SetSpendingLimit, SoftLockPeriod, StartRecurring, VoidPending,
};
use fondaco::chrono;
use fondaco::core::party::PartyAlias;
use fondaco::core::store::{
    Ask, KeyBytes, Read, Record, Reply, Row, Scan, Store, StoreError, Table,
};
use fondaco::core::{Act, GuardCount, Halt, due};
use fondaco::prelude::*;
use fondaco_testkit::faults::Trouble;

/// The time of the n-th command.
pub(crate) type Clock<'a> = dyn Fn(i64) -> Timestamp + Sync + 'a;

/// A minute for each.
pub(crate) fn steady(number: i64) -> Timestamp {
    Timestamp::from_micros(1_767_225_600_000_000 + number * 60_000_000).unwrap_or(Timestamp::EPOCH)
}

pub(crate) fn company() -> CompanyId {
    CompanyId::named("acme")
}

pub(crate) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

fn sale(on: NaiveDate, cents: i64) -> NewEntry {
    let amount = Money::minor(cents, Currency::EUR);
    NewEntry::new("GEN", on).debit("1000", amount).credit("4000", amount)
}

fn euros(euros: i64) -> Money {
    Money::minor(100 * euros, Currency::EUR)
}

/// The books over a store, and what time it is for each command.
pub(crate) struct Firm<'a> {
    pub(crate) books: Books<'a>,
    number: std::sync::Arc<std::sync::atomic::AtomicI64>,
}

impl<'a> Firm<'a> {
    pub(crate) fn open(store: &'a dyn Store, clock: &'a Clock<'a>) -> Result<Firm<'a>, StoreError> {
        let number = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
        let hands = number.clone();
        let now = move || clock(hands.load(std::sync::atomic::Ordering::SeqCst));
        // The same file each time, to the last bit.
        let driver = Driver::new(store, company()).with_predictable_salts();
        Ok(Firm { books: Books::over(driver)?.with_clock(now), number })
    }

    /// Sends a command at the next moment.
    pub(crate) fn send<C: Act>(&self, name: &str, command: &C) -> Result<C::Answer, C::Error> {
        self.number.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok(self.books.send(name, command)?.answer)
    }
}

/// All commands of a year. Whoever sends them again goes on where they stopped.
pub(crate) fn year(store: &dyn Store, clock: &Clock<'_>) -> Result<(), LedgerError> {
    let firm = Firm::open(store, clock).map_err(Halt::from)?;
    set_up(&firm)?;
    let first = firm.send("one", &Post::new(sale(day(1, 5), 100)))?;
    for month in 1..=6 {
        let sales = (1..=4).map(|n| sale(day(month, n), i64::from(month * n)));
        firm.send(&format!("sales {month}"), &PostMany::new(sales.collect()))?;
    }
    firm.send("reverse", &Reverse::new(first.id, day(3, 3)))?;
    rates(&firm)?;
    plans(&firm)?;
    drafts(&firm)?;
    firm.send("rename", &ChangeAccount::rename("1900", "Spare"))?;
    firm.send("close", &CloseAccount::new("1900", day(6, 30)))?;
    firm.send("lock", &LockPeriod::new(202_601))?;
    firm.send("soft", &SoftLockPeriod::new(202_602))?;
    Ok(())
}

fn set_up(firm: &Firm<'_>) -> Result<(), LedgerError> {
    let account = |code: &str, class| NewAccount::new(code, code, class);
    firm.send("set up", &SetUp::new(Currency::EUR))?;
    let accounts = vec![
        NewAccount::heading("0", "All assets", AccountClass::Asset),
        account("1000", AccountClass::Asset).parent("0"),
        account("1900", AccountClass::Asset).parent("0"),
        account("4000", AccountClass::Income),
    ];
    firm.send("chart", &OpenAccounts::new(accounts))?;
    firm.send("journal", &OpenJournal::new("GEN", "General"))?;
    firm.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    Ok(())
}

fn rates(firm: &Firm<'_>) -> Result<(), LedgerError> {
    let (eur, usd) = (Currency::EUR, Currency::USD);
    firm.send("source", &OpenRateSource::new("SPOT", "Central bank").pivot(eur))?;
    let rate = |rate, on| NewRate::new(eur, usd, Decimal::new(rate, 2), on);
    let rates = vec![rate(125, day(1, 2)), rate(128, day(2, 2))];
    firm.send("rates", &RecordRates::new("SPOT", rates))?;
    let right = RateCorrection::new(eur, usd, Some(Decimal::new(130, 2)), day(2, 2));
    firm.send("corrected", &CorrectRates::new("SPOT", vec![right]))?;
    let dollars = Money::minor(1300, usd);
    let foreign = NewEntry::new("GEN", day(2, 3)).debit("1000", dollars).credit("4000", dollars);
    firm.send("dollars", &Post::new(foreign))?;
    firm.send("no dollar", &EndRate::new("SPOT", eur, usd, day(3, 31)))?;
    Ok(())
}

fn plans(firm: &Firm<'_>) -> Result<(), LedgerError> {
    let accrual = firm.send("accrue", &PostReversing::new(sale(day(2, 20), 8)))?.id;
    let other = firm.send("accrue too", &PostReversing::new(sale(day(2, 21), 9)))?.id;
    firm.send("move", &PlanReversal::new(accrual, day(3, 15)))?;
    firm.send("keep", &CancelReversal::new(other))?;
    let quarterly = "FREQ=MONTHLY;INTERVAL=3".parse();
    let quarterly: fondaco::core::recurrence::Recurrence =
        quarterly.map_err(|error| Halt::Bug(format!("{error}")))?;
    let terms = |month, cents| RecurringTerms::new(sale(day(month, 1), cents), quarterly.clone());
    firm.send("rent", &StartRecurring::new("rent", terms(3, 400)))?;
    firm.send("raise", &ChangeRecurring::new("rent", terms(9, 500)))?;
    for at in ["2026-03-02T00:00:00Z", "2026-03-20T00:00:00Z", "2026-09-02T00:00:00Z"] {
        let at: Timestamp = at.parse().unwrap_or(Timestamp::EPOCH);
        firm.books.due_queue().tick(at).map_err(|error| error.halt)?;
    }
    Ok(())
}

fn drafts(firm: &Firm<'_>) -> Result<(), LedgerError> {
    let other = firm.books.clone().acting_as("other");
    let draft = firm.books.prepare_draft("draft", sale(day(4, 1), 3))?.answer;
    firm.books.submit_draft("submit", draft)?;
    other.send("reject", &RejectDraft::new(draft, "four"))?;
    firm.send("change", &ChangeDraft::new(draft, sale(day(4, 1), 4)))?;
    firm.books.submit_draft("submit again", draft)?;
    other.approve_draft("approve", draft, 2)?;
    let spare = firm.books.prepare_draft("spare", sale(day(4, 2), 3))?.answer;
    firm.send("delete", &DeleteDraft::new(spare))?;
    Ok(())
}

/// All tables of the books.
pub(crate) fn tables() -> Vec<&'static Table> {
    let of_core = [&[GuardCount::TABLE, PartyAlias::TABLE], due::TABLES].concat();
    [ledger::ENGINE.tables(), of_core].concat()
}

fn whole(table: &'static Table, index: Option<usize>) -> Ask {
    let from = KeyBytes::new(&[]);
    Ask::Scan(Scan { table, index, from, to: None, backwards: false, limit: usize::MAX })
}

fn shown(row: &Row) -> String {
    format!("{} {:?}@{}", row.stored().table().name, row.stored().values(), row.version)
}

/// All rows by key, then by each index, then asked for one by one.
pub(crate) fn every_way(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut out = Vec::new();
    for table in tables() {
        for index in std::iter::once(None).chain((0..table.indexes.len()).map(Some)) {
            let answer = store.read(&Read::now(company(), vec![whole(table, index)]))?;
            let Some(Reply::Rows(rows)) = answer.replies.into_iter().next() else { continue };
            out.extend(rows.iter().map(|row| format!("{index:?} {}", shown(row))));
            if index.is_none() {
                let keys = rows.iter().map(|row| row.key().bytes).collect();
                out.extend(by_key(store, table, keys)?);
            }
        }
    }
    Ok(out)
}

fn by_key(
    store: &dyn Store,
    table: &'static Table,
    keys: Vec<KeyBytes>,
) -> Result<Vec<String>, StoreError> {
    let answer = store.read(&Read::now(company(), vec![Ask::Get(table, keys)]))?;
    match answer.replies.into_iter().next() {
        Some(Reply::Got(rows)) => {
            Ok(rows.iter().map(|row| row.as_ref().map_or("none".into(), shown)).collect())
        }
        other => Ok(vec![format!("{other:?}")]),
    }
}

/// What the books have, if they verify.
pub(crate) fn told(store: &dyn Store) -> Result<Vec<String>, Trouble> {
    let books = Books::open(store, company())?;
    let verified = crate::needs("verify", books.verify())?;
    crate::ensure(verified.is_clean(), || verified.to_string())?;
    Ok(every_way(store)?)
}

/// What the books have, or what is wrong with them.
pub(crate) fn rows(store: &dyn Store) -> Vec<String> {
    told(store).unwrap_or_else(|trouble| vec![trouble.to_string()])
}

/// A store with a firm in it that has sold one thing.
pub(crate) fn ready<S: Store>(store: S) -> S {
    let made = Firm::open(&store, &steady).map_err(Halt::from).map_err(LedgerError::from);
    let made = made.and_then(|firm| {
        set_up(&firm)?;
        firm.send("hold", &RecordPending::new(NewPending::new(sale(day(1, 6), 40).key("held"))))?;
        firm.send("sale", &Post::new(sale(day(1, 5), 100)))
    });
    debug_assert!(made.is_ok(), "{made:?}");
    store
}

/// Commands that stand in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Post(u32),
    PostBatch,
    Lock(u32),
    Unlock(u32),
    Close(&'static str),
    Open(&'static str, &'static str),
    Move(&'static str, &'static str),
    Reverse(u32),
    Journal,
    Year,
    Hold,
    Settle(i64),
    Void,
    Each,
    Limit,
    Spend,
}

pub(crate) const COMMANDS: &[Command] = &[
    Command::Post(1),
    Command::Post(2),
    Command::PostBatch,
    Command::Lock(1),
    Command::Lock(2),
    Command::Unlock(1),
    Command::Close("1900"),
    Command::Close("4000"),
    Command::Open("1950", "0"),
    Command::Open("0", "0"),
    Command::Move("1900", "0"),
    Command::Reverse(1),
    Command::Reverse(2),
    Command::Journal,
    Command::Year,
    Command::Hold,
    Command::Settle(25),
    Command::Void,
    Command::Each,
    Command::Limit,
    Command::Spend,
];

impl Command {
    /// What comes of it, in words.
    pub(crate) fn send(self, store: &dyn Store, name: &str) -> String {
        match self.try_send(store, name) {
            Ok(done) => done,
            Err(error) => format!("{} {error}", error.code()),
        }
    }

    fn try_send(self, store: &dyn Store, name: &str) -> Result<String, LedgerError> {
        let books = Books::open(store, company()).map_err(Halt::from)?;
        let books = books.with_clock(|| steady(99));
        let named = |done: String| format!("{name}: {done}");
        let account = |code: &str, parent: &str| {
            NewAccount::new(code, name, AccountClass::Asset).parent(parent)
        };
        Ok(named(match self {
            Command::Post(month) => {
                format!("{:?}", books.post(name, sale(day(month, 9), 5))?.answer)
            }
            Command::PostBatch => {
                let sales = PostMany::new(vec![sale(day(1, 8), 5), sale(day(2, 8), 6)]);
                format!("{:?}", books.send(name, &sales)?.answer)
            }
            Command::Lock(month) => {
                said(books.send(name, &LockPeriod::new(202_600 + month as i32)))
            }
            Command::Unlock(month) => {
                said(books.send(name, &UnlockPeriod::new(202_600 + month as i32)))
            }
            Command::Close(code) => said(books.send(name, &CloseAccount::new(code, day(1, 31)))),
            Command::Open(code, parent) => {
                said(books.send(name, &OpenAccounts::new(vec![account(code, parent)])))
            }
            Command::Move(code, parent) => {
                said(books.send(name, &ChangeAccount::move_under(code, Some(parent.into()))))
            }
            Command::Reverse(month) => {
                let sale = books.entry_by_number("GEN", 2026, 1)?;
                let id = sale.map(|sale| sale.entry.id).ok_or(LedgerError::NotSetUp)?;
                said(books.send(name, &Reverse::new(id, day(month, 20))))
            }
            Command::Journal => said(books.send(name, &OpenJournal::new("BANK", name))),
            Command::Hold => {
                said(books.send(name, &RecordPending::new(NewPending::new(sale(day(2, 3), 7)))))
            }
            Command::Settle(cents) => {
                let part = PostPending::new(PendingRef::Key("held".into()));
                said(books.send(name, &part.amount(Money::minor(cents, Currency::EUR))))
            }
            Command::Void => {
                said(books.send(name, &VoidPending::new(PendingRef::Key("held".into()))))
            }
            Command::Each => {
                // One of them may be there already, and one has no such account.
                let lost = NewEntry::new("GEN", day(1, 7)).debit("none", euros(1));
                let each = vec![sale(day(1, 7), 3).key("each"), lost.credit("4000", euros(1))];
                said(books.send(name, &PostEach::new(each)))
            }
            Command::Limit => {
                let limit = ChangeAccount::limit("1000", AccountLimit::CreditsWithinDebits);
                said(books.send(name, &limit))
            }
            Command::Spend => {
                let limit = SetSpendingLimit::new("SALES", name, Currency::EUR).account("4000");
                said(books.send(name, &limit.refuse_above(euros(2))))
            }
            Command::Year => said(books.send(name, &OpenFiscalYear::calendar_year(2027))),
        }))
    }
}

fn said<A: std::fmt::Debug>(result: Result<Done<A>, LedgerError>) -> String {
    match result {
        Ok(done) => format!("{:?}", done.answer),
        Err(error) => format!("{} {error}", error.code()),
    }
}
