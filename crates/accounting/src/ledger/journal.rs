//! Journals: the books of first entry, each with its own gapless numbers.

use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::LedgerError;
use super::account::{check_code, check_name};

/// A journal.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_journal", kind = state, key(code))]
pub struct Journal {
    /// What names it for ever: `GEN`, `SALES`.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// Whether its numbers may not run backwards in date, as invoices' must not in many countries.
    pub by_date: bool,
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
pub struct OpenJournal {
    /// See [`Journal::code`].
    pub code: SmolStr,
    /// See [`Journal::name`].
    pub name: SmolStr,
    /// See [`Journal::by_date`].
    #[serde(default)]
    pub by_date: bool,
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
        OpenJournal { code: code.into(), name: name.into(), by_date: false }
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
}

impl Act for OpenJournal {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        check_code("journal", &self.code)?;
        check_name("journal name", &self.name)?;
        if tx.get::<Journal>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "journal", code: self.code.clone() });
        }
        let OpenJournal { code, name, by_date } = self.clone();
        tx.emit(Event::new("ledger.journal_opened").with("journal", Value::Text(code.clone())));
        tx.insert(Journal { code, name, by_date })?;
        Ok(())
    }
}
