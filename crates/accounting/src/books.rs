//! One handle for a program that just wants to keep its books.

use chrono::NaiveDate;
use fondaco_core::chain::Verified;
use fondaco_core::store::{Store, StoreError};
use fondaco_core::{Act, ActorId, CommandId, CompanyId, Done, Driver, Envelope, Timestamp, View};

use crate::ledger::{self, BalanceQuery, Discrepancy, LedgerError, NewEntry, Post, Posted, TABLES};
use crate::reports::{self, BalanceSheet, IncomeStatement, TrialBalance};

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
pub struct Books<'s> {
    driver: Driver<'s>,
    actor: ActorId,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync + 's>,
}

impl<'s> Books<'s> {
    /// Opens the books of `company`, making the ledger's tables ready.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn open(store: impl Store + 's, company: CompanyId) -> Result<Books<'s>, StoreError> {
        Books::over(Driver::new(store, company))
    }

    /// The books over a driver that the host has.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    #[allow(clippy::disallowed_methods)] // a host's handle: this is where the host's time comes in
    pub fn over(driver: Driver<'s>) -> Result<Books<'s>, StoreError> {
        driver.prepare(TABLES)?;
        Ok(Books { driver, actor: ActorId::new("host"), clock: Box::new(Timestamp::now) })
    }

    /// The same books, for somebody who acts: an id of the host's, not a name.
    #[must_use]
    pub fn acting_as(mut self, actor: &str) -> Books<'s> {
        self.actor = ActorId::new(actor);
        self
    }

    /// The same books under another clock: for tests, and for importing what was recorded before.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Books<'s> {
        self.clock = Box::new(clock);
        self
    }

    /// The driver underneath.
    pub fn driver(&self) -> &Driver<'s> {
        &self.driver
    }

    /// Carries out any command of the ledger under a name of the host's: once, however often it is sent.
    ///
    /// # Errors
    /// The command's refusal, or a [`Halt`](fondaco_core::Halt).
    pub fn send<C: Act>(&self, name: &str, command: &C) -> Result<Done<C::Answer>, C::Error> {
        self.driver.carry_out(self.envelope(name), command)
    }

    /// Posts an entry under a name of the host's.
    ///
    /// # Errors
    /// As [`Post`].
    pub fn post(&self, name: &str, entry: NewEntry) -> Result<Done<Posted>, LedgerError> {
        self.send(name, &Post::new(entry))
    }

    /// An envelope for a command under this name, by these books' actor and clock.
    pub fn envelope(&self, name: &str) -> Envelope {
        Envelope::new(CommandId::named(name), self.actor.clone(), (self.clock)())
    }

    /// Reads at one moment.
    ///
    /// # Errors
    /// What `read` answers, or a [`Halt`](fondaco_core::Halt).
    pub fn view<T>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.driver.view(read)
    }

    /// Balances by account and currency.
    ///
    /// # Errors
    /// As [`balances`](ledger::balances).
    pub fn balances(
        &self,
        query: &BalanceQuery,
    ) -> Result<Vec<ledger::AccountBalance>, LedgerError> {
        self.view(|view| ledger::balances(view, query))
    }

    /// The trial balance as of the end of `date`.
    ///
    /// # Errors
    /// As [`trial_balance`](reports::trial_balance).
    pub fn trial_balance(&self, date: NaiveDate) -> Result<TrialBalance, LedgerError> {
        self.view(|view| reports::trial_balance(view, date))
    }

    /// The income statement of these days, both included.
    ///
    /// # Errors
    /// As [`income_statement`](reports::income_statement).
    pub fn income_statement(
        &self,
        from: NaiveDate,
        through: NaiveDate,
    ) -> Result<IncomeStatement, LedgerError> {
        self.view(|view| reports::income_statement(view, from, through))
    }

    /// The balance sheet as of the end of `date`.
    ///
    /// # Errors
    /// As [`balance_sheet`](reports::balance_sheet).
    pub fn balance_sheet(&self, date: NaiveDate) -> Result<BalanceSheet, LedgerError> {
        self.view(|view| reports::balance_sheet(view, date))
    }

    /// Recomputes everything that is derived, and checks every row against the hash chain.
    ///
    /// # Errors
    /// Failures of the store; what does not fit is in the result.
    pub fn verify(&self) -> Result<BooksVerified, LedgerError> {
        let chain = self.driver.verify(TABLES).map_err(fondaco_core::Halt::from)?;
        Ok(BooksVerified { chain, discrepancies: self.view(|view| ledger::verify(view))? })
    }
}

impl std::fmt::Debug for Books<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Books")
            .field("driver", &self.driver)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

/// What [`Books::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BooksVerified {
    /// The hash chain and the rows.
    pub chain: Verified,
    /// What does not follow from the facts.
    pub discrepancies: Vec<Discrepancy>,
}

impl BooksVerified {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.chain.findings.is_empty() && self.discrepancies.is_empty()
    }
}

impl std::fmt::Display for BooksVerified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Verified { commits, rows, findings, .. } = &self.chain;
        if self.is_clean() {
            return write!(f, "{rows} rows of {commits} commits are as they were written");
        }
        writeln!(
            f,
            "{} findings in {rows} rows of {commits} commits",
            findings.len() + self.discrepancies.len()
        )?;
        findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        self.discrepancies.iter().try_for_each(|discrepancy| writeln!(f, "{discrepancy}"))
    }
}
