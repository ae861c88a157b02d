//! The run: one act, or a job where there are many items.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Act, Id, Outcome, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::closing::Closing;
use super::earlier::Moment;
use super::ground::Known;
use super::post::post;
use super::prudence::Prudence;
use super::{RevaluationRun, Scope, ValuationMethod};
use crate::currency::{POSTING_SOURCE, source};
use crate::ledger::{Amount, Entry, Journal, LedgerError, Settings};

/// Values what is monetary at a day's rates and posts what differs, as an entry that reverses itself; one
/// for each journal, where several are [named](crate::currency::SetExchangeAccounts).
///
/// As a command it is done in one commit; as a [`Job`](fondaco_core::Job) it values account by account, may be stopped and
/// goes on, and posts in its last commit.
///
/// It values what all ledgers share. What a [parallel ledger](crate::parallel) has alone in other currencies is valued by a run
/// [in a journal of it](Revalue::in_journal), which all others never see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revalue {
    /// The day whose rates count, and at whose end the books are valued.
    pub date: NaiveDate,
    /// Who says what the rates are.
    #[serde(default = "posting_source")]
    pub source: SmolStr,
    /// When the entry reverses itself: after the day; `None` for the next one.
    #[serde(default)]
    pub reverses_on: Option<NaiveDate>,
    /// What people read; `None` for a text with the day.
    #[serde(default)]
    pub text: Option<SmolStr>,
    /// How many days old a rate may be that holds until the next one; `None` for as many as its source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rate_age_days: Option<u32>,
    /// The journal of its entry, instead of those that are named; one of a parallel ledger for what that has alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<SmolStr>,
    /// What it recognises.
    #[serde(default, skip_serializing_if = "ValuationMethod::is_default")]
    pub method: ValuationMethod,
}

fn posting_source() -> SmolStr {
    SmolStr::new_static(POSTING_SOURCE)
}

impl Revalue {
    /// At the rates of this day, of the source that postings take.
    ///
    /// ```
    /// use fondaco_accounting::currency::Revalue;
    /// let march = Revalue::at("2026-03-31".parse()?).source("ECB-CLOSING").reversing_on("2026-04-02".parse()?);
    /// assert_eq!(march.source, "ECB-CLOSING");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn at(date: NaiveDate) -> Revalue {
        let (reverses_on, text, max_rate_age_days, journal) = (None, None, None, None);
        let source = posting_source();
        let method = ValuationMethod::ClosingRate;
        Revalue { date, source, reverses_on, text, max_rate_age_days, journal, method }
    }

    /// By the rates of this source.
    #[must_use]
    pub fn source(mut self, code: impl Into<SmolStr>) -> Revalue {
        self.source = code.into();
        self
    }

    /// Reverses on this day, when the next one is no good: it must be after the day of the rates.
    #[must_use]
    pub fn reversing_on(mut self, date: NaiveDate) -> Revalue {
        self.reverses_on = Some(date);
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> Revalue {
        self.text = Some(text.into());
        self
    }

    /// Refuses where a rate began to hold more than so many days before: a rate holds until the next one is recorded, so one
    /// that nobody recorded goes unseen otherwise. One that was recorded for a span of days is as good on its last.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::{MarkMonetary, Revalue};
    /// let dollars = NewEntry::new("GEN", day("2026-03-01")).conversion()
    ///     .posting(NewPosting::debit("1010", Money::parse("100 USD").unwrap()).worth(eur("90")))
    ///     .credit("1000", eur("90"));
    /// books.post("dollars", dollars)?;
    /// books.send("monetary", &MarkMonetary::new(["1010"]))?;
    /// let old = books.revaluation(&Revalue::at(day("2026-03-31")).rates_no_older_than(7)).unwrap_err();
    /// assert_eq!(
    ///     old.to_string(),
    ///     "the rate of USD in EUR that source SPOT has on 2026-03-31 is of 2026-01-02, and none older than 7 days is taken, \
    ///      for 100.00 USD of account 1010: record one for that day, or allow older ones",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn rates_no_older_than(mut self, days: u32) -> Revalue {
        self.max_rate_age_days = Some(days);
        self
    }

    /// In this journal, whichever the [named accounts](crate::currency::SetExchangeAccounts) have. By one that belongs to a [parallel
    /// ledger](crate::parallel) the run values what that ledger has alone, such as a lease that only IFRS has on the balance sheet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25: a dollar is worth 0.80
    /// use fondaco_accounting::currency::{MarkMonetary, Revalue, SetExchangeAccounts};
    /// use fondaco_accounting::parallel::DefineLedger;
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS"))?;
    /// books.send("journal", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"))?;
    /// books.send("leases", &OpenAccounts::new(vec![NewAccount::new("2500", "Leases", AccountClass::Liability)]))?;
    /// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
    /// books.send("monetary", &MarkMonetary::new(["2500"]))?;
    /// let lease = NewEntry::new("IFR", day("2026-03-01")).conversion()
    ///     .posting(NewPosting::credit("2500", Money::parse("100 USD").unwrap()).worth(eur("90")))
    ///     .debit("5100", eur("90"));
    /// books.post("lease", lease)?;
    /// let run = Revalue::at(day("2026-03-31"));
    /// assert!(books.send("of all", &run)?.answer.entries.is_empty());
    /// assert_eq!(books.send("of ifrs", &run.in_journal("IFR"))?.answer.difference.to_decimal(), 10.into());
    /// let lease = BalanceQuery::account("2500").until(day("2026-03-31")).of_ledger("ifrs");
    /// assert_eq!(books.balances(&lease)?[0].amounts.ledger_balance(), (-80).into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn in_journal(mut self, code: impl Into<SmolStr>) -> Revalue {
        self.journal = Some(code.into());
        self
    }

    /// By the [lowest value principle](ValuationMethod::LowestValue): losses are recognised, and gains of what falls due within a year alone.
    ///
    /// An item's term is to its due date. A balance is due at sight, unless its account has the tag `term=long`, as a loan has; so has an item of such
    /// an account that was given no due date. What is capped is each item, and of an account without items its whole balance in a currency; what it
    /// cost is what stands in the books without earlier runs, so that a loss that went away comes back as far as that.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25: a dollar is worth 0.80
    /// use fondaco_accounting::currency::{MarkMonetary, Revalue};
    /// let lent = |code| NewAccount { tags: [("term", "long")].into_iter().collect(), ..NewAccount::new(code, "Lent", AccountClass::Asset) };
    /// books.send("loans", &OpenAccounts::new(vec![lent("1310"), lent("1320")]))?;
    /// books.send("monetary", &MarkMonetary::new(["1310", "1320"]))?;
    /// let lend = |code: &str, worth| NewEntry::new("GEN", day("2026-03-01")).conversion()
    ///     .posting(NewPosting::debit(code, Money::parse("100 USD").unwrap()).worth(eur(worth)))
    ///     .credit("1000", eur(worth));
    /// books.post("dear", lend("1310", "90"))?;
    /// books.post("cheap", lend("1320", "75"))?;
    /// let run = Revalue::at(day("2026-03-31"));
    /// let (all, prudent) = (books.revaluation(&run)?, books.revaluation(&run.prudently())?);
    /// assert_eq!((all.gains(), all.losses()), (eur("5"), eur("-10")));
    /// assert_eq!((prudent.gains(), prudent.losses(), prudent.unrecognised()), (eur("0"), eur("-10"), eur("5")));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn prudently(mut self) -> Revalue {
        self.method = ValuationMethod::LowestValue;
        self
    }

    /// Of which books it is: those of the ledger of its journal, or what all have.
    pub(super) fn of(&self, read: &mut impl Reading) -> Result<Scope, LedgerError> {
        let Some(code) = &self.journal else { return Scope::of(read, None) };
        let unknown = || LedgerError::UnknownJournal { code: code.clone() };
        let ledger = read.peek::<Journal>(code)?.ok_or_else(unknown)?.ledger.clone();
        Scope::of(read, ledger)
    }

    /// The rates to value by, none of which was looked for yet; and whether items are valued.
    pub(super) fn closing(
        &self,
        read: &mut impl Reading,
        known_at: Option<Timestamp>,
        scope: &Scope,
    ) -> Result<Closing, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        source::existing(read, &self.source)?;
        let at = Moment { date: self.date, known_at };
        let oldest = self.max_rate_age_days;
        let prudence = match self.method {
            ValuationMethod::ClosingRate => None,
            ValuationMethod::LowestValue => Some(Prudence::read(read, at, scope)?),
        };
        let has_items = scope.has_items();
        let mut closing = Closing::new(&self.source, at, settings.currency, oldest, has_items);
        closing.prudence = prudence;
        Ok(closing)
    }
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Outcome)]
pub struct Revalued {
    /// What it posted: one entry for each journal that is named; none where the books were worth what they should be.
    pub entries: Vec<Id<Entry>>,
    /// How many accounts and currencies it moved.
    pub lines: u32,
    /// What the accounts are worth more, or less where it is negative: gains less losses.
    #[serde(with = "units")]
    pub difference: Amount,
}

impl Revalued {
    /// Its entry, the first where several journals are named.
    pub fn entry(&self) -> Option<Id<Entry>> {
        self.entries.first().copied()
    }
}

/// An amount as its units.
mod units {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::ledger::Amount;

    pub(super) fn serialize<S: Serializer>(amount: &Amount, to: S) -> Result<S::Ok, S::Error> {
        amount.units().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Amount, D::Error> {
        i64::deserialize(from).map(Amount::from_units)
    }
}

impl Act for Revalue {
    type Answer = Revalued;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Revalued, LedgerError> {
        post(tx, self, &Known::default())
    }
}

/// Every revaluation that was posted, by day.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates();
/// use fondaco_accounting::currency::revaluations;
/// assert!(books.view(|view| revaluations(view))?.is_empty());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn revaluations(read: &mut impl Reading) -> Result<Vec<Arc<RevaluationRun>>, LedgerError> {
    Ok(read.peek_scan(&Range::<RevaluationRun>::all())?)
}
