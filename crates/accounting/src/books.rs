//! One handle for a program that just wants to keep its books.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::office::Verification;
use fondaco_core::report::Explain;
use fondaco_core::store::{Store, StoreError};
use fondaco_core::{
    CompanyId, DateRange, Done, Driver, Halt, Id, Office, Range, Reading, Timestamp, View,
};

use crate::currency::{self, FoundRate, RateQuery};
use crate::ledger::{
    self, Account, AccountQuery, ApproveDraft, Approved, BalanceQuery, Discrepancy, Draft,
    DraftStatus, Entry, HistoryRow, ItemClearing, ItemKey, LedgerError, Movement, MovementQuery,
    NewEntry, OpenItemQuery, OpenItems, PendingEntry, Period, PlannedReversal, Post, Posted,
    Posting, PrepareDraft, RecurringEntry, SpendingExcess, SpendingReport, SubmitDraft, Totals,
    Upcoming, WholeDraft, WholeEntry, WholePending,
};
use crate::reports::{
    self, AccountStatement, Ageing, AgeingQuery, BalanceSheet, Compared, GeneralLedger,
    IncomeStatement, StatementQuery, TrialBalance,
};
use smol_str::SmolStr;

/// A company's books on a store: the ledger's commands and reports in one place.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_accounting::Books;
/// use fondaco_accounting::ledger::*;
/// use fondaco_core::{CompanyId, Currency, Money};
/// use fondaco_store::Memory;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let books = Books::open(Memory::new(), CompanyId::named("acme"))?;
/// books.send("set up", &SetUp::new(Currency::EUR))?;
/// books.send("chart", &OpenAccounts::new(vec![
///     NewAccount::new("1000", "Bank", AccountClass::Asset),
///     NewAccount::new("4000", "Sales", AccountClass::Income),
/// ]))?;
/// books.send("journal", &OpenJournal::new("GEN", "General journal"))?;
/// books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
///
/// let day = NaiveDate::from_ymd_opt(2026, 1, 5).ok_or("no such day")?;
/// let hundred = Money::parse("100.00 EUR")?;
/// let sale = NewEntry::new("GEN", day).debit("1000", hundred).credit("4000", hundred);
/// let posted = books.post("sale/1", sale.clone())?;
/// assert_eq!(posted.answer.number.number(), Some(1));
/// assert!(books.post("sale/1", sale)?.replayed, "the same command is carried out once");
/// assert_eq!(books.trial_balance(day)?.debit, hundred.amount());
/// # Ok(())
/// # }
/// ```
///
/// It is a handle over an [`Office`], which other engines' handles may share: what is not said here (`send`, `tick`,
/// `run_job`, `driver`, ...) is said there.
#[derive(Debug, Clone)]
pub struct Books<'s> {
    office: Office<'s>,
    /// The parallel ledger that is read.
    ledger: Option<SmolStr>,
}

impl<'s> Deref for Books<'s> {
    type Target = Office<'s>;

    fn deref(&self) -> &Office<'s> {
        &self.office
    }
}

impl<'s> Books<'s> {
    /// Opens the books of `company`, making the ledger's tables ready.
    ///
    /// ```
    /// use fondaco_accounting::Books;
    /// use fondaco_core::CompanyId;
    /// use fondaco_store::Sqlite;
    ///
    /// let books = Books::open(Sqlite::in_memory()?, CompanyId::named("acme"))?;
    /// assert_eq!(books.driver().company(), CompanyId::named("acme"));
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn open(store: impl Store + 's, company: CompanyId) -> Result<Books<'s>, StoreError> {
        Books::over(Driver::new(store, company))
    }

    /// The books over a driver that the host has.
    ///
    /// ```
    /// use fondaco_accounting::Books;
    /// use fondaco_core::{CompanyId, Driver};
    /// use fondaco_store::Memory;
    ///
    /// let driver = Driver::new(Memory::new(), CompanyId::named("acme"));
    /// let books = Books::over(driver.with_predictable_salts())?; // hashes that a test can expect
    /// # let _ = books;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn over(driver: impl Into<Arc<Driver<'s>>>) -> Result<Books<'s>, StoreError> {
        Books::of(&Office::over(driver))
    }

    /// The books of an office, which the ledger joins.
    ///
    /// ```
    /// use fondaco_accounting::Books;
    /// use fondaco_core::{CompanyId, Office};
    /// use fondaco_store::Memory;
    ///
    /// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
    /// let books = Books::of(&office.acting_as("clerk-7"))?; // beside the handles of other engines
    /// assert_eq!(books.actor().as_str(), "clerk-7");
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Driver::join`].
    pub fn of(office: &Office<'s>) -> Result<Books<'s>, StoreError> {
        office.join(&ledger::ENGINE)?;
        Ok(Books { office: office.clone(), ledger: None })
    }

    /// The office of these books, for the handle of another engine.
    pub fn office(&self) -> &Office<'s> {
        &self.office
    }

    /// The same books, for somebody who acts: [`Office::acting_as`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let books = books.clone().acting_as("clerk-7");
    /// assert_eq!(books.envelope("invoice/17").actor, ActorId::new("clerk-7"));
    /// ```
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Books<'s> {
        Books { office: self.office.acting_as(actor), ..self }
    }

    /// The same books under another clock: [`Office::with_clock`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let then: Timestamp = "2019-03-01T12:00:00Z".parse()?; // when the old program recorded it
    /// let books = books.with_clock(move || then);
    /// assert_eq!(books.envelope("imported/1").time, then);
    /// # Ok::<(), TimestampError>(())
    /// ```
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Books<'s> {
        Books { office: self.office.with_clock(clock), ..self }
    }

    /// The same books, read as a [parallel ledger](crate::parallel) has them: every balance, report, statement and export shows
    /// what belongs to all and what belongs to that ledger alone. What is posted goes by its journal, as ever.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// let (ifrs, end) = (books.of_ledger("ifrs"), day("2026-12-31"));
    /// assert_eq!(ifrs.balance_sheet(end)?, books.balance_sheet(end)?); // nothing is IFRS's alone yet
    /// let gaap = books.of_ledger("us_gaap").balance_sheet(end);
    /// assert_eq!(gaap.unwrap_err().code(), "accounting.unknown_ledger");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn of_ledger(&self, ledger: impl Into<SmolStr>) -> Books<'s> {
        Books { ledger: Some(ledger.into()), ..self.clone() }
    }

    /// Posts an entry under a name of the host's.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("5100", Money::parse("40 EUR")?)
    ///     .credit("1000", Money::parse("40 EUR")?);
    /// let posted = books.post("rent/2026-03", rent)?.answer;
    /// assert_eq!(posted.number.number(), Some(3)); // the third in its journal and year
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Post`].
    pub fn post(&self, name: &str, entry: NewEntry) -> Result<Done<Posted>, LedgerError> {
        self.send(name, &Post::new(entry))
    }

    /// Writes an entry down as a draft, for others to approve.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let (ben, carla) = (books.clone().acting_as("ben"), books.acting_as("carla"));
    /// let rent = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("5100", Money::parse("40 EUR")?)
    ///     .credit("1000", Money::parse("40 EUR")?);
    /// let draft = ben.prepare_draft("rent/2026-03", rent)?.answer;
    /// ben.submit_draft("rent/2026-03 submitted", draft)?;
    /// for waiting in carla.drafts(DraftStatus::Submitted)? {
    ///     let name = format!("{} approved", waiting.id);
    ///     let approved = carla.approve_draft(&name, waiting.id, waiting.edition)?.answer;
    ///     assert!(approved.posted.is_some());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`PrepareDraft`](ledger::PrepareDraft).
    pub fn prepare_draft(
        &self,
        name: &str,
        entry: NewEntry,
    ) -> Result<Done<Id<Draft>>, LedgerError> {
        self.send(name, &PrepareDraft::new(entry))
    }

    /// Gives a draft to others for approval.
    ///
    /// # Errors
    /// As [`SubmitDraft`](ledger::SubmitDraft).
    pub fn submit_draft(&self, name: &str, draft: Id<Draft>) -> Result<Done<()>, LedgerError> {
        self.send(name, &SubmitDraft::new(draft))
    }

    /// Approves the edition of a draft that was looked at; the last approval that is needed posts its entry.
    ///
    /// # Errors
    /// As [`ApproveDraft`](ledger::ApproveDraft).
    pub fn approve_draft(
        &self,
        name: &str,
        draft: Id<Draft>,
        edition: u32,
    ) -> Result<Done<Approved>, LedgerError> {
        self.send(name, &ApproveDraft::new(draft, edition))
    }

    /// All drafts that have come so far.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn drafts(&self, status: DraftStatus) -> Result<Vec<Arc<Draft>>, LedgerError> {
        self.view(|view| ledger::drafts(view, status))
    }

    /// A draft with its lines and all that was done with it.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn draft(&self, id: Id<Draft>) -> Result<Option<WholeDraft>, LedgerError> {
        self.view(|view| ledger::draft(view, id))
    }

    /// A pending entry with its lines and what became of it.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn pending(&self, id: Id<PendingEntry>) -> Result<Option<WholePending>, LedgerError> {
        self.view(|view| ledger::pending(view, id))
    }

    /// What stands on each side of an account in all, posted and pending, by currency.
    ///
    /// # Errors
    /// As [`totals`](ledger::totals).
    pub fn totals(&self, account: &str) -> Result<Vec<Totals>, LedgerError> {
        self.view(|view| ledger::totals(view, account))
    }

    /// What was done, in order of recording.
    ///
    /// # Errors
    /// As [`movements`](ledger::movements).
    pub fn movements(&self, query: &MovementQuery) -> Result<Vec<Movement>, LedgerError> {
        self.view(|view| ledger::movements(view, query))
    }

    /// The movements of an account, each with the totals after it.
    ///
    /// # Errors
    /// As [`history`](ledger::history).
    pub fn history(&self, query: &MovementQuery) -> Result<Vec<HistoryRow>, LedgerError> {
        self.view(|view| ledger::history(view, query))
    }

    /// Reads at one moment.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let day = "2026-02-28".parse()?;
    /// let (trial, sheet) = books.view(|view| { // both of one moment, whatever is posted meanwhile
    ///     Ok((reports::trial_balance(view, day)?, reports::balance_sheet(view, day)?))
    /// })?;
    /// assert_eq!((trial.debit, sheet.financing()), (trial.credit, sheet.assets.total));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What `read` answers, or a [`Halt`](fondaco_core::Halt).
    pub fn view<T>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.office.view(|view| {
            if let Some(ledger) = &self.ledger {
                view.within(ledger.clone());
            }
            read(view)
        })
    }

    /// Balances by account and currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.balances(&BalanceQuery::account("1000"))?;
    /// assert_eq!(bank[0].amounts.balance(bank[0].currency), Money::parse("460 EUR")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`balances`](ledger::balances).
    pub fn balances(
        &self,
        query: &BalanceQuery,
    ) -> Result<Vec<ledger::AccountBalance>, LedgerError> {
        self.view(|view| ledger::balances(view, query))
    }

    /// All accounts, by code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let accounts = books.accounts()?;
    /// assert_eq!((accounts[0].code.as_str(), accounts[0].heading), ("1", true));
    /// assert_eq!(accounts[1].parent.as_deref(), Some("1")); // 1000 Bank
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn accounts(&self) -> Result<Vec<Arc<Account>>, LedgerError> {
        self.view(|view| Ok(view.peek_scan(&Range::<Account>::all())?))
    }

    /// The accounts that a query asks for, page by page: as [`find_accounts`](ledger::find_accounts).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let newest = books.find_accounts(&AccountQuery::all().newest_first().limit(1))?;
    /// assert_eq!(newest.len(), 1);
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn find_accounts(&self, query: &AccountQuery) -> Result<Vec<Arc<Account>>, LedgerError> {
        self.view(|view| ledger::find_accounts(view, query))
    }

    /// All fiscal periods, in order; their keys are those that [`LockPeriod`](ledger::LockPeriod) takes.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let first = &books.periods()?[0];
    /// books.send("lock january", &LockPeriod::new(first.period))?;
    /// assert_eq!(books.periods()?[0].status, PeriodStatus::Locked);
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn periods(&self) -> Result<Vec<Arc<Period>>, LedgerError> {
        self.view(|view| Ok(view.peek_scan(&Range::<Period>::all())?))
    }

    /// An entry with its postings.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let invoice = books.entry_by_number("INV", 2026, 1)?.ok_or("there is one")?;
    /// assert_eq!(books.entry(invoice.entry.id)?, Some(invoice));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`entry`](ledger::entry()).
    pub fn entry(&self, id: Id<Entry>) -> Result<Option<WholeEntry>, LedgerError> {
        self.view(|view| ledger::entry(view, id))
    }

    /// The entry with this number in a journal and fiscal year, as [`entry_by_number`](ledger::entry_by_number).
    ///
    /// # Errors
    /// As [`entry_by_number`](ledger::entry_by_number).
    pub fn entry_by_number(
        &self,
        journal: &str,
        fiscal_year: i32,
        number: i64,
    ) -> Result<Option<WholeEntry>, LedgerError> {
        self.view(|view| ledger::entry_by_number(view, journal, fiscal_year, number))
    }

    /// The postings of an account on these days, in order of date, as [`postings`](ledger::postings).
    ///
    /// # Errors
    /// As [`postings`](ledger::postings).
    pub fn postings(
        &self,
        account: &str,
        days: DateRange,
    ) -> Result<Vec<Arc<Posting>>, LedgerError> {
        self.view(|view| ledger::postings(view, account, days))
    }

    /// What one unit of a currency is worth in another on a day, and by which recordings; `None` when no rate is on
    /// record.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2026-01-02 on
    /// use fondaco_accounting::currency::RateQuery;
    /// let dollars = Money::parse("10.00 USD")?;
    /// let earned = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("1010", dollars)
    ///     .credit("4000", dollars);
    /// books.post("earned", earned)?; // takes the rate on record
    /// let found = books.rate(&RateQuery::new(Currency::USD, Currency::EUR, "2026-03-01".parse()?))?;
    /// assert_eq!(
    ///     found.ok_or("there is one")?.to_string(),
    ///     "1 USD = 0.8 EUR on 2026-03-01: the inverse of SPOT EUR/USD 1.25 for 2026-01-02/.., \
    ///      recorded at 2026-06-01T08:00:00Z",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`find_rate`](currency::find_rate).
    pub fn rate(&self, query: &RateQuery) -> Result<Option<FoundRate>, LedgerError> {
        self.view(|view| currency::find_rate(view, query))
    }

    /// The open items of an account or a party, as [`open_items`](ledger::open_items()).
    ///
    /// # Errors
    /// As [`open_items`](ledger::open_items()).
    pub fn open_items(&self, query: &OpenItemQuery) -> Result<OpenItems, LedgerError> {
        self.view(|view| ledger::open_items(view, query))
    }

    /// The open items of an account by party and age, as [`ageing`](reports::ageing()).
    ///
    /// # Errors
    /// As [`ageing`](reports::ageing()).
    pub fn ageing(&self, query: &AgeingQuery) -> Result<Ageing, LedgerError> {
        self.view(|view| reports::ageing(view, query))
    }

    /// What happened to an item, as [`clearings_of`](ledger::clearings_of).
    ///
    /// # Errors
    /// As [`clearings_of`](ledger::clearings_of).
    pub fn clearings_of(&self, item: ItemKey) -> Result<Vec<ItemClearing>, LedgerError> {
        self.view(|view| ledger::clearings_of(view, item))
    }

    /// The trial balance as of the end of `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let trial = books.trial_balance("2026-12-31".parse()?)?;
    /// assert_eq!(trial.debit, trial.credit);
    /// let accounts: Vec<&str> = trial.lines.iter().map(|line| line.account.as_str()).collect();
    /// assert_eq!(accounts, ["1000", "1200", "2200", "3000", "4000", "5100"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`trial_balance`](reports::trial_balance).
    pub fn trial_balance(&self, date: NaiveDate) -> Result<TrialBalance, LedgerError> {
        self.view(|view| reports::trial_balance(view, date))
    }

    /// The income statement of these days, both included.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let january = books.income_statement("2026-01-01".parse()?, "2026-01-31".parse()?)?;
    /// assert_eq!(january.result, 100.into()); // the rent is February's
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`income_statement`](reports::income_statement).
    pub fn income_statement(
        &self,
        start: NaiveDate,
        end: NaiveDate,
    ) -> Result<IncomeStatement, LedgerError> {
        self.view(|view| reports::income_statement(view, start, end))
    }

    /// The balance sheet as of the end of `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sheet = books.balance_sheet("2026-12-31".parse()?)?;
    /// assert_eq!(sheet.assets.total, 579.into());
    /// assert_eq!(sheet.financing(), sheet.assets.total);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`balance_sheet`](reports::balance_sheet).
    pub fn balance_sheet(&self, date: NaiveDate) -> Result<BalanceSheet, LedgerError> {
        self.view(|view| reports::balance_sheet(view, date))
    }

    /// The income statement of some days beside that of others, say the same of the year before.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let year: DateRange = "2026-01-01/2026-12-31".parse()?;
    /// let both = books.compare_income_statements(year, year.year_before())?;
    /// assert_eq!((both.now.result, both.before.result), (60.into(), 0.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare_income_statements`](reports::compare_income_statements).
    pub fn compare_income_statements(
        &self,
        now: DateRange,
        before: DateRange,
    ) -> Result<Compared<IncomeStatement>, LedgerError> {
        self.view(|view| reports::compare_income_statements(view, now, before))
    }

    /// The trial balance of a day beside that of another.
    ///
    /// # Errors
    /// As [`compare_trial_balances`](reports::compare_trial_balances).
    pub fn compare_trial_balances(
        &self,
        now: NaiveDate,
        before: NaiveDate,
    ) -> Result<Compared<TrialBalance>, LedgerError> {
        self.view(|view| reports::compare_trial_balances(view, now, before))
    }

    /// The balance sheet of a day beside that of another.
    ///
    /// # Errors
    /// As [`compare_balance_sheets`](reports::compare_balance_sheets).
    pub fn compare_balance_sheets(
        &self,
        now: NaiveDate,
        before: NaiveDate,
    ) -> Result<Compared<BalanceSheet>, LedgerError> {
        self.view(|view| reports::compare_balance_sheets(view, now, before))
    }

    /// Every account with its postings on these days, and the balance after each.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ledger = books.general_ledger("2026-01-01/2026-12-31".parse()?)?;
    /// let lines = ledger.accounts.iter().map(|account| account.lines.len()).sum::<usize>();
    /// assert_eq!(lines, 7); // every posting
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`general_ledger`](reports::general_ledger).
    pub fn general_ledger(&self, days: DateRange) -> Result<GeneralLedger, LedgerError> {
        self.view(|view| reports::general_ledger(view, days))
    }

    /// The part of the general ledger that one account has.
    ///
    /// # Errors
    /// As [`account_ledger`](reports::account_ledger).
    pub fn account_ledger(
        &self,
        account: &str,
        days: DateRange,
    ) -> Result<GeneralLedger, LedgerError> {
        self.view(|view| reports::account_ledger(view, account, days))
    }

    /// The statement of an account: what it opened with, its movements with the balance after each, what it closed with.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.statement(&StatementQuery::new("1000", "2026-02-01/2026-02-28".parse()?))?;
    /// let euros = &bank.currencies[0];
    /// assert_eq!((euros.sums.opening, euros.sums.closing), (500.into(), 460.into()));
    /// assert_eq!(euros.movements[0].counter_accounts, ["5100"]); // the rent
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`account_statement`](reports::account_statement).
    pub fn statement(&self, query: &StatementQuery) -> Result<AccountStatement, LedgerError> {
        self.view(|view| reports::account_statement(view, query))
    }

    /// The statement of an account in pages of at most `lines` movements, all of one moment, one of them in memory at a time.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let mut file = String::new();
    /// books.statement_pages(&StatementQuery::new("1000", DateRange::always()), 1, |page| {
    ///     file += &page.to_report().to_csv();
    ///     Ok(())
    /// })?;
    /// assert!(file.contains("Carried forward") && file.contains("Brought forward"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// As [`each_statement_page`](reports::each_statement_page); [`LedgerError::MomentGone`] when the store gave up the moment after
    /// pages had been given out.
    pub fn statement_pages(
        &self,
        query: &StatementQuery,
        lines: usize,
        each: impl FnMut(&AccountStatement) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let (each, given) = (RefCell::new(each), Cell::new(0));
        self.view(|view| {
            // Another try reads another moment: its pages would not go on from those that are out.
            if given.get() > 0 {
                return Err(LedgerError::MomentGone { pages: given.get() });
            }
            reports::each_statement_page(view, query, lines, |page| {
                given.set(page.page);
                (each.borrow_mut())(page)
            })
        })
    }

    /// Why a statement opens with what it does, period by period, for each of its currencies;
    /// [`AccountStatement::explain_closing`] says the rest.
    ///
    /// # Errors
    /// As [`explain_opening`](reports::explain_opening).
    pub fn explain_opening(&self, query: &StatementQuery) -> Result<Vec<Explain>, LedgerError> {
        self.view(|view| reports::explain_opening(view, query))
    }

    /// Why an account's balance at the end of these days is what it is.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let why = books.explain_balance("1", "2026-02-01/2026-02-28".parse()?)?;
    /// let bank = &why.inputs[0]; // 1 is a heading: it is made of the accounts under it
    /// assert_eq!(bank.inputs[0].to_string(), "Balance before 2026-02-01: 500.00 EUR\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`explain_balance`](reports::explain_balance).
    pub fn explain_balance(&self, account: &str, days: DateRange) -> Result<Explain, LedgerError> {
        self.view(|view| reports::explain_balance(view, account, days))
    }

    /// All recurring entries with their next dates, by code.
    ///
    /// # Errors
    /// As [`recurring_entries`](ledger::recurring_entries).
    pub fn recurring(&self) -> Result<Vec<RecurringEntry>, LedgerError> {
        self.view(|view| ledger::recurring_entries(view))
    }

    /// The next `count` occurrences of a recurring entry, and what they would post.
    ///
    /// # Errors
    /// As [`upcoming`](ledger::upcoming).
    pub fn upcoming(&self, code: &str, count: usize) -> Result<Vec<Upcoming>, LedgerError> {
        self.view(|view| ledger::upcoming(view, code, count))
    }

    /// Where a spending limit stands on a day.
    ///
    /// # Errors
    /// As [`spending`](ledger::spending()).
    pub fn spending(&self, code: &str, date: NaiveDate) -> Result<SpendingReport, LedgerError> {
        self.view(|view| ledger::spending(view, code, date))
    }

    /// What stands above the lines of a spending limit.
    ///
    /// # Errors
    /// As [`spending_excesses`](ledger::spending_excesses).
    pub fn spending_excesses(&self, code: &str) -> Result<Vec<Arc<SpendingExcess>>, LedgerError> {
        self.view(|view| ledger::spending_excesses(view, code))
    }

    /// All reversals that the clock will bring, by date.
    ///
    /// # Errors
    /// As [`planned_reversals`](ledger::planned_reversals).
    pub fn planned_reversals(&self) -> Result<Vec<PlannedReversal>, LedgerError> {
        self.view(|view| ledger::planned_reversals(view))
    }

    /// Recomputes everything that the ledger derives, and checks every row against the hash chain, also what other engines keep
    /// behind the same driver: [`Driver::verify`] says what must be prepared for that. [`Office::verify`] recomputes what other
    /// engines derive, too.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let verified = books.verify()?;
    /// assert!(verified.is_clean());
    /// println!("{verified}"); // "... rows of ... commits are as they were written"
    /// # assert!(verified.to_string().ends_with(" of 6 commits are as they were written"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// Failures of the store; what does not fit is in the result.
    pub fn verify(&self) -> Result<BooksVerified, LedgerError> {
        let chain = self.driver().verify(&[]).map_err(Halt::from)?;
        Ok(BooksVerified { chain, discrepancies: self.view(|view| ledger::verify(view))? })
    }
}

/// What [`Books::verify`] found.
pub type BooksVerified = Verification<Discrepancy>;
