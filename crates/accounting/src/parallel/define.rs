//! Naming ledgers.

use std::sync::Arc;

use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::ParallelLedger;
use crate::Books;
use crate::ledger::{LedgerError, Settings, check_code, check_name, rights};

/// Names a ledger beside the leading one: at any time, also after entries were posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineLedger {
    /// See [`ParallelLedger::code`].
    pub code: SmolStr,
    /// See [`ParallelLedger::name`].
    pub name: SmolStr,
    /// See [`ParallelLedger::values_all`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub values_all: bool,
}

impl DefineLedger {
    /// A ledger with this code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// let again = books.send("ifrs 2", &DefineLedger::new("ifrs", "International"));
    /// assert_eq!(again.unwrap_err().code(), "accounting.exists");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> DefineLedger {
        DefineLedger { code: code.into(), name: name.into(), values_all: false }
    }

    /// It values by itself what is in other currencies, also what is of all ledgers: by a source of rates of its own, or while the
    /// leading one does not. A [run in a journal of it](crate::currency::Revalue::in_journal) posts what its books, in which the leading
    /// one's run stands too, differ by.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25: a dollar is worth 0.80
    /// use fondaco_accounting::currency::*;
    /// use fondaco_accounting::parallel::DefineLedger;
    /// let day = day("2026-03-31");
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group").valuing_all())?;
    /// books.send("journal", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"))?;
    /// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
    /// books.send("monetary", &MarkMonetary::new(["1010"]))?;
    /// books.send("group's rates", &OpenRateSource::new("GROUP", "The group's treasury"))?;
    /// let rate = NewRate::new(Currency::USD, Currency::EUR, decimal::parse("0.82").unwrap(), day);
    /// books.send("its rate", &RecordRates::new("GROUP", vec![rate]))?;
    /// let dollars = NewEntry::new("GEN", day).conversion()
    ///     .posting(NewPosting::debit("1010", Money::parse("100 USD").unwrap()).worth(eur("90")))
    ///     .credit("1000", eur("90"));
    /// books.post("dollars", dollars)?;
    /// books.send("by the law", &Revalue::at(day))?;
    /// books.send("by IFRS", &Revalue::at(day).source("GROUP").in_journal("IFR"))?;
    /// let worth = |query: BalanceQuery| Ok::<_, LedgerError>(books.balances(&query.until(day))?[0].amounts.ledger_balance());
    /// let dollars = BalanceQuery::account("1010");
    /// assert_eq!((worth(dollars.clone())?, worth(dollars.of_ledger("ifrs"))?), (80.into(), 82.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn valuing_all(mut self) -> DefineLedger {
        self.values_all = true;
        self
    }
}

impl Act for DefineLedger {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::DEFINE_LEDGER))?;
        check_code("ledger", &self.code)?;
        check_name("ledger name", &self.name)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        if self.code == settings.ledger || tx.get::<ParallelLedger>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "ledger", code: self.code.clone() });
        }
        if settings.parallel_ledgers != Some(true) {
            tx.put(Settings { parallel_ledgers: Some(true), ..settings.as_ref().clone() })?;
        }
        let DefineLedger { code, name, values_all } = self.clone();
        let values_all = values_all.then_some(true);
        tx.emit(Event::new("ledger.ledger_defined").with("ledger", code.clone()));
        let (retained_earnings, closing_journal) = (None, None);
        tx.insert(ParallelLedger { code, name, retained_earnings, closing_journal, values_all })?;
        Ok(())
    }
}

/// The ledgers beside the leading one, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn ledgers(read: &mut impl Reading) -> Result<Vec<Arc<ParallelLedger>>, LedgerError> {
    Ok(read.peek_scan(&Range::<ParallelLedger>::all())?)
}

impl Books<'_> {
    /// The ledgers beside the leading one, by code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// assert!(books.ledgers()?.is_empty());
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// assert_eq!(books.ledgers()?[0].name, "IFRS, for the group");
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Books::view`].
    pub fn ledgers(&self) -> Result<Vec<Arc<ParallelLedger>>, LedgerError> {
        self.view(|view| ledgers(view))
    }
}
