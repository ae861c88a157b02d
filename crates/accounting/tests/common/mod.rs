//! What the ledger's tests share: a firm with books on any store, under a clock that the test moves.
#![allow(dead_code, unreachable_pub)] // each test program uses its part
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../../../core/tests/server/mod.rs"]
pub mod server;
pub mod staff;

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::calendar::{CalendarRefusal, DefineCalendar};
use fondaco_core::due::Ticked;
use fondaco_core::store::Store;
use fondaco_core::{
    Act, CompanyId, Currency, Done, Job, JobDone, JobError, Money, Progress, Range, Reading,
    Timestamp, View,
};
use fondaco_store::ordered::InMemory;
use fondaco_store::{Memory, OrderedStore, Sqlite};
use fondaco_testkit::{Host, Model};
use rust_decimal::Decimal;

/// A company's books on some store, behind a blocking or an asynchronous driver.
pub struct Firm {
    pub name: &'static str,
    pub store: Arc<dyn Store>,
    pub books: Books<'static>,
    pub host: Host,
}

impl Firm {
    pub fn on(name: &'static str, store: Arc<dyn Store>) -> Firm {
        Firm::over(Host::on(name, store, &ENGINE))
    }

    pub fn of(name: &'static str, store: Arc<dyn Store>, company: &str) -> Firm {
        Firm::over(Host::of(company, name, store, &ENGINE))
    }

    pub fn unloaded(name: &'static str, store: Arc<dyn Store>) -> Firm {
        Firm::over(Host::unloaded(name, store, &ENGINE))
    }

    /// Behind an asynchronous driver the books are read through a blocking one beside it.
    pub fn over(host: Host) -> Firm {
        let (name, store, beside) = (host.name(), host.store().clone(), host.clone());
        let books = match host.office() {
            Some(office) => Books::of(office).unwrap(),
            None => Books::open(store.clone(), CompanyId::named("acme")).unwrap(),
        };
        Firm { name, store, books: books.with_clock(move || beside.now()), host }
    }

    /// Sets the clock to so many minutes after it was made.
    pub fn at_minute(&self, n: i64) {
        self.host.at_minute(n);
    }

    pub fn send<C: Act<Error = LedgerError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<Done<C::Answer>, LedgerError> {
        self.host.send(name, command)
    }

    /// Runs a job to its end.
    pub fn run_job<J: Job>(
        &self,
        name: &str,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        self.host.run_job(name, job, progress)
    }

    /// Defines a calendar of the company's own.
    pub fn define(&self, name: &str, command: &DefineCalendar) -> Result<(), CalendarRefusal> {
        self.host.send(name, command).map(|done| done.answer)
    }

    /// Carries out a command that must not be refused.
    pub fn must<C: Act<Error = LedgerError>>(&self, name: &str, command: &C) -> C::Answer {
        self.must_done(name, command).answer
    }

    /// As [`must`](Firm::must), with all that is said of it.
    pub fn must_done<C: Act<Error = LedgerError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Done<C::Answer> {
        match self.send(name, command) {
            Ok(done) => done,
            Err(error) => panic!("{name} on {}: {error}", self.name),
        }
    }

    /// Tells the due queue that it is this day's beginning, or this instant; nothing may halt.
    pub fn tick(&self, at: &str) -> Ticked {
        self.host.tick_at(instant(at))
    }

    pub fn next_due(&self) -> Option<String> {
        self.books.next_due().unwrap().map(|at| at.to_string())
    }

    pub fn upcoming(&self, code: &str, count: usize) -> Vec<Upcoming> {
        self.view(|view| upcoming(view, code, count))
    }

    /// All entries, in the order of their numbers.
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        let mut entries = self.view(|view| Ok(view.peek_scan(&Range::<Entry>::all())?));
        entries.sort_by_key(|entry| (entry.journal.clone(), entry.number));
        entries
    }

    /// The dates of the entries from this source, in the order of their numbers, with the amount of their first posting.
    pub fn posted_by(&self, source: &str) -> Vec<(String, String)> {
        let entries = self.entries();
        let from = |entry: &Arc<Entry>| {
            entry.source.as_deref().is_some_and(|known| known.starts_with(source))
        };
        let amount = |entry: &Entry| {
            let postings =
                self.view(|view| Ok(view.peek_scan(&Range::<Posting>::by_key(&entry.id))?));
            postings[0].money().amount().normalize().to_string()
        };
        entries
            .iter()
            .filter(|entry| from(entry))
            .map(|e| (e.date.to_string(), amount(e)))
            .collect()
    }

    pub fn post(&self, name: &str, entry: NewEntry) -> Posted {
        self.must(name, &Post::new(entry))
    }

    pub fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, LedgerError>) -> T {
        self.host.view(read)
    }

    pub fn balances(&self, query: &BalanceQuery) -> Vec<AccountBalance> {
        self.view(|view| balances(view, query))
    }

    /// Debits less credits in the ledger's currency over all that the query finds.
    pub fn sum(&self, query: &BalanceQuery) -> String {
        let sum: Decimal =
            self.balances(query).iter().map(|row| row.amounts.ledger_balance()).sum();
        sum.normalize().to_string()
    }

    /// A chart of two levels, two journals and the year 2026, in euro.
    pub fn set_up(self) -> Firm {
        self.must("set up", &SetUp::new(Currency::EUR));
        self.must("chart", &OpenAccounts::new(chart()));
        self.must("gen", &OpenJournal::new("GEN", "General journal"));
        self.must("inv", &OpenJournal::new("INV", "Invoices").by_date());
        self.must("2026", &OpenFiscalYear::calendar_year(2026));
        self
    }

    pub fn refused<C: Act<Error = LedgerError>>(&self, name: &str, command: &C) -> LedgerError {
        match self.send(name, command) {
            Ok(_) => panic!("{name} on {} was not refused", self.name),
            Err(error) => error,
        }
    }

    /// The code of the refusal of an entry.
    pub fn refused_entry(&self, entry: NewEntry) -> String {
        let error = self.refused(&format!("{entry:?}"), &Post::new(entry.clone()));
        error.code().to_owned()
    }

    pub fn clean(&self) {
        let verified = self.books.verify().unwrap();
        assert!(verified.is_clean(), "on {}: {verified:?}", self.name);
    }
}

pub fn chart() -> Vec<NewAccount> {
    use AccountClass::*;
    vec![
        NewAccount::heading("1", "What we have", Asset),
        NewAccount::new("1000", "Bank", Asset).parent("1"),
        NewAccount::new("1010", "Dollars", Asset).parent("1").currency(Currency::USD),
        NewAccount::new("1200", "Customers", Asset).parent("1"),
        NewAccount::new("2000", "Suppliers", Liability),
        NewAccount::new("3000", "Capital", Equity),
        NewAccount::new("4000", "Sales", Income),
        NewAccount::heading("5", "What we spend", Expense),
        NewAccount::new("5000", "Goods", Expense).parent("5"),
        NewAccount::new("5100", "Rent", Expense).parent("5"),
        NewAccount::new("5900", "Exchange differences", Expense).parent("5"),
    ]
}

pub fn minute(n: i64) -> Timestamp {
    let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    Timestamp::from_micros(start.micros() + n * 60_000_000).unwrap()
}

/// An instant, or the beginning of a day of UTC.
pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| format!("{text}T00:00:00Z").parse().unwrap())
}

pub fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

pub fn eur(amount: &str) -> Money {
    money(&format!("{amount} EUR"))
}

pub fn usd(amount: &str) -> Money {
    money(&format!("{amount} USD"))
}

pub fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Goods sold for cash.
pub fn sale(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("1000", eur(amount)).credit("4000", eur(amount))
}

pub fn stores() -> Vec<(&'static str, Arc<dyn Store>)> {
    let mut stores = in_process();
    stores.extend(server::postgres());
    stores
}

/// Those that cost next to nothing to make, for tests that make hundreds.
pub fn in_process() -> Vec<(&'static str, Arc<dyn Store>)> {
    vec![
        ("memory", Arc::new(Memory::new())),
        ("model", Arc::new(Model::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
        ("ordered map", Arc::new(OrderedStore::open(InMemory::new()).unwrap())),
    ]
}

/// Runs a test on every store there is.
pub fn on_every_store(test: impl Fn(Firm)) {
    stores().into_iter().for_each(|(name, store)| test(Firm::on(name, store)));
    test(Firm::unloaded("model, not loaded", Arc::new(Model::new())));
}

pub fn in_memory() -> Firm {
    Firm::on("memory", Arc::new(Memory::new()))
}
