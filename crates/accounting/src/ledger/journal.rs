//! Journals: the books of first entry, each with its own gapless numbers.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::account::{check_code, check_name};
use super::{LedgerError, ReversalStyle, rights};
use crate::parallel::{ParallelError, ParallelLedger};

/// A journal.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_journal", kind = state, key(code), layout = 4)]
pub struct Journal {
    /// What names it for ever: `GEN`, `SALES`.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// Whether its numbers may not run backwards in date, as invoices' must not in many countries.
    pub by_date: bool,
    /// How many persons besides who prepared it must approve a draft in it; 0 lets who prepared it do so. With 1 and more the journal
    /// takes drafts alone, but for who may `ledger.post_unapproved`; `None` asks one for a draft, and lets entries be posted at once.
    #[record(since = 2)]
    pub approvals: Option<u32>,
    /// The last day that only who may `ledger.post_soft_locked` still posts to, in this journal.
    #[record(since = 3)]
    pub soft_locked_through: Option<NaiveDate>,
    /// The last day that takes no entry of this journal until it is unlocked.
    #[record(since = 3)]
    pub locked_through: Option<NaiveDate>,
    /// The last day that takes no entry of this journal any more.
    #[record(since = 3)]
    pub final_through: Option<NaiveDate>,
    /// How entries of this journal are reversed; `None` for as the ledger says.
    #[record(since = 3)]
    pub reversals: Option<ReversalStyle>,
    /// The [parallel ledger](crate::parallel) to which it belongs alone; `None` for all.
    #[record(since = 4)]
    pub ledger: Option<SmolStr>,
}

impl Journal {
    /// The number series of a journal in a fiscal year.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::store::{Ask, Read, Reply};
    /// let asks = vec![Ask::Series(Journal::series("GEN", 2026))];
    /// let driver = books.driver();
    /// let answer = driver.store().read(&Read::now(driver.company(), asks))?;
    /// let [Reply::Series(series)] = &answer.replies[..] else { panic!("one reply to one ask") };
    /// assert_eq!(series.last, 2); // the capital and the rent
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    pub fn series(code: &str, fiscal_year: i32) -> SmolStr {
        format_smolstr!("ledger/{code}/{fiscal_year}")
    }
}

/// Opens a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenJournal {
    /// See [`Journal::code`].
    pub code: SmolStr,
    /// See [`Journal::name`].
    pub name: SmolStr,
    /// See [`Journal::by_date`].
    #[serde(default)]
    pub by_date: bool,
    /// See [`Journal::approvals`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<u32>,
    /// See [`Journal::ledger`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<SmolStr>,
}

impl OpenJournal {
    /// A journal that takes entries of any date.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("payroll", &OpenJournal::new("PAY", "Payroll"))?;
    /// let again = books.send("payroll 2", &OpenJournal::new("PAY", "Payments"));
    /// assert_eq!(again.unwrap_err().code(), "accounting.exists");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> OpenJournal {
        let (code, name) = (code.into(), name.into());
        OpenJournal { code, name, by_date: false, approvals: None, ledger: None }
    }

    /// A journal whose numbers may not run backwards in date.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books(); // INV is by date, and has an invoice of 5 January
    /// let ten = Money::parse("10 EUR")?;
    /// let earlier = NewEntry::new("INV", "2026-01-04".parse()?)
    ///     .debit("1200", ten)
    ///     .credit("4000", ten);
    /// assert_eq!(books.post("invoice/2", earlier).unwrap_err().code(), "accounting.out_of_order");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn by_date(mut self) -> OpenJournal {
        self.by_date = true;
        self
    }

    /// A journal in which so many persons, besides who prepared it, must approve a draft before it is posted. With 1 and more nothing is
    /// posted to it at once: see [`rights`](super::rights).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("treasury", &OpenJournal::new("TRE", "Treasury").approvals(2))?;
    /// let ten = Money::parse("10 EUR")?;
    /// let entry = NewEntry::new("TRE", "2026-03-01".parse()?).debit("5100", ten).credit("1000", ten);
    /// assert_eq!(books.post("at once", entry.clone()).unwrap_err().code(), "accounting.needs_approval");
    /// let draft = books.prepare_draft("loan", entry)?.answer;
    /// books.submit_draft("loan, submitted", draft)?;
    /// let first = books.clone().acting_as("ben").approve_draft("loan, ben", draft, 1)?.answer;
    /// assert_eq!((first.approvals, first.posted), (1, None));
    /// let second = books.clone().acting_as("carla").approve_draft("loan, carla", draft, 1)?.answer;
    /// assert!(second.posted.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn approvals(mut self, persons: u32) -> OpenJournal {
        self.approvals = Some(persons);
        self
    }

    /// A journal of one [parallel ledger](crate::parallel) alone, for ever: its entries exist for that one only.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// let journal = OpenJournal::new("IFR", "IFRS adjustments").in_ledger("ifrs");
    /// assert_eq!(books.send("ifr", &journal).unwrap_err().code(), "accounting.unknown_ledger");
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// books.send("ifr", &journal)?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn in_ledger(mut self, ledger: impl Into<SmolStr>) -> OpenJournal {
        self.ledger = Some(ledger.into());
        self
    }
}

impl Act for OpenJournal {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::OPEN_JOURNAL))?;
        check_code("journal", &self.code)?;
        check_name("journal name", &self.name)?;
        if tx.get::<Journal>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "journal", code: self.code.clone() });
        }
        if let Some(code) = &self.ledger {
            let unknown = || ParallelError::UnknownLedger { code: code.clone() };
            tx.get::<ParallelLedger>(code)?.ok_or_else(unknown)?;
        }
        let OpenJournal { code, name, by_date, approvals, ledger } = self.clone();
        tx.emit(Event::new("ledger.journal_opened").with("journal", code.clone()));
        tx.insert(Journal {
            code,
            name,
            by_date,
            approvals,
            soft_locked_through: None,
            locked_through: None,
            final_through: None,
            reversals: None,
            ledger,
        })?;
        Ok(())
    }
}

/// How many approvals a changed journal demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalsChange {
    /// One for a draft; entries may be posted at once besides.
    Drafts,
    /// So many: see [`Journal::approvals`].
    To(u32),
}

/// Gives a journal another name, or has it demand more or fewer approvals: of drafts that are approved from now on, those that wait for it
/// too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeJournal {
    /// Which journal.
    pub code: SmolStr,
    /// Its new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<SmolStr>,
    /// How many approvals it demands from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<ApprovalsChange>,
}

impl ChangeJournal {
    /// Another name for `code`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("rename", &ChangeJournal::rename("GEN", "Day book"))?;
    /// let nobody = books.send("nobody", &ChangeJournal::rename("OLD", "Old")).unwrap_err();
    /// assert_eq!(nobody.code(), "accounting.unknown_journal");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn rename(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> ChangeJournal {
        ChangeJournal { code: code.into(), name: Some(name.into()), approvals: None }
    }

    /// So many approvals in `code` from now on.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("four eyes", &ChangeJournal::approvals("GEN", ApprovalsChange::To(1)))?;
    /// let ten = Money::parse("10 EUR")?;
    /// let rent = NewEntry::new("GEN", "2026-03-01".parse()?).debit("5100", ten).credit("1000", ten);
    /// let refused = books.post("rent", rent.clone()).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "journal GEN takes what others approved, 1 of them: prepare a draft and submit it, \
    ///      or have somebody post it who may ledger.post_unapproved",
    /// );
    /// books.send("as before", &ChangeJournal::approvals("GEN", ApprovalsChange::Drafts))?;
    /// books.post("rent", rent)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn approvals(code: impl Into<SmolStr>, approvals: ApprovalsChange) -> ChangeJournal {
        ChangeJournal { code: code.into(), name: None, approvals: Some(approvals) }
    }
}

impl Act for ChangeJournal {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let request = Request::new(&rights::CHANGE_JOURNAL).about(self.code.clone());
        tx.authorize(&request.at("journal", self.code.clone()))?;
        let unknown = || LedgerError::UnknownJournal { code: self.code.clone() };
        let before = tx.get::<Journal>(&self.code)?.ok_or_else(unknown)?;
        let mut journal = before.as_ref().clone();
        if let Some(name) = &self.name {
            check_name("journal name", name)?;
            journal.name = name.clone();
        }
        match self.approvals {
            None => {}
            Some(ApprovalsChange::Drafts) => journal.approvals = None,
            Some(ApprovalsChange::To(persons)) => journal.approvals = Some(persons),
        }
        if journal != *before {
            let code = Value::Text(journal.code.clone());
            tx.emit(Event::new("ledger.journal_changed").with("journal", code));
            tx.put(journal)?;
        }
        Ok(())
    }
}
