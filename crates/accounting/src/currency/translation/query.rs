//! What is asked for, and what is answered.

use chrono::NaiveDate;
use fondaco_core::{Currency, DateRange, Money, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::currency::{FoundRate, POSTING_SOURCE};
use crate::ledger::{AccountClass, Posting, was_known};

/// At which rates results are translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncomeRate {
    /// Each posting at the rate of its day, from the source of the closing rate.
    Transaction,
    /// Each period at the rate that this source has on the period's last day: its average.
    Average(SmolStr),
}

/// Which translation is asked for.
///
/// ```
/// use fondaco_accounting::currency::TranslationQuery;
/// use fondaco_core::{Currency, Money};
/// let query = TranslationQuery::new(Currency::USD, "2026-01-01/2026-12-31".parse()?)
///     .source("CLOSING")
///     .average("AVERAGE")
///     .historical("3000", Money::parse("1000 USD")?);
/// # let _ = query;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslationQuery {
    pub(super) currency: Currency,
    pub(super) days: DateRange,
    pub(super) source: SmolStr,
    pub(super) income: IncomeRate,
    pub(super) historical: Vec<(SmolStr, Money)>,
    pub(super) known_at: Option<Timestamp>,
    pub(super) max_rate_age_days: Option<u32>,
    pub(super) ledger: Option<SmolStr>,
}

impl TranslationQuery {
    /// Into `currency`, with the results of these days and the balances at their end; at the rates that postings take, results
    /// at those of their days.
    pub fn new(currency: Currency, days: DateRange) -> TranslationQuery {
        let source = SmolStr::new_static(POSTING_SOURCE);
        let (income, historical) = (IncomeRate::Transaction, Vec::new());
        let (known_at, max_rate_age_days) = (None, None);
        TranslationQuery {
            currency,
            days,
            source,
            income,
            historical,
            known_at,
            max_rate_age_days,
            ledger: None,
        }
    }

    /// The source of the closing rate and of the rates of days.
    #[must_use]
    pub fn source(mut self, code: impl Into<SmolStr>) -> TranslationQuery {
        self.source = code.into();
        self
    }

    /// Results at the averages of their periods, from this source.
    #[must_use]
    pub fn average(mut self, source: impl Into<SmolStr>) -> TranslationQuery {
        self.income = IncomeRate::Average(source.into());
        self
    }

    /// The books of a [parallel ledger](crate::parallel): those that the group's statements are made of.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::TranslationQuery;
    /// use fondaco_accounting::parallel::DefineLedger;
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// books.send("adjustments", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"))?;
    /// let lease = NewEntry::new("IFR", day("2026-03-01")).debit("1000", eur("8")).credit("5100", eur("8"));
    /// books.post("the rent is a lease", lease)?;
    /// let query = TranslationQuery::new(Currency::USD, "2026-01-01/2026-12-31".parse()?);
    /// assert_eq!(books.translation(&query)?.result(), Money::parse("75 USD")?); // 60 EUR
    /// let group = books.translation(&query.of_ledger("ifrs"))?;
    /// assert_eq!(group.result(), Money::parse("85 USD")?); // 68 EUR
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_ledger(mut self, ledger: impl Into<SmolStr>) -> TranslationQuery {
        self.ledger = Some(ledger.into());
        self
    }

    /// What an account of equity is by its history: a credit is positive. For what was put in before the rates on record, or
    /// before these books.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25
    /// use fondaco_accounting::currency::TranslationQuery;
    /// let query = TranslationQuery::new(Currency::USD, "2026-01-01/2026-12-31".parse()?);
    /// let usd = |amount| Money::parse(amount).unwrap();
    /// assert_eq!(books.translation(&query)?.equity(), usd("625 USD")); // 500 at 1.25
    /// let put_in = query.historical("3000", usd("600 USD"));
    /// assert_eq!(books.translation(&put_in)?.equity(), usd("600 USD"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn historical(mut self, account: impl Into<SmolStr>, amount: Money) -> TranslationQuery {
        self.historical.push((account.into(), amount));
        self
    }

    /// By the entries and rates that were recorded at this time or earlier, to the millisecond: the answer that was true then.
    /// Read from facts, so its cost grows with the postings.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // all is recorded on 1 June at 8:00
    /// use fondaco_accounting::currency::TranslationQuery;
    /// let query = TranslationQuery::new(Currency::USD, "2026-01-01/2026-12-31".parse()?);
    /// let known = |time: &str| books.translation(&query.clone().known_at(time.parse().unwrap()));
    /// assert!(known("2026-05-31T00:00:00Z")?.lines.is_empty());
    /// assert_eq!(known("2026-06-01T08:00:00Z")?, books.translation(&query)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> TranslationQuery {
        self.known_at = Some(time);
        self
    }

    /// Refuses where a rate that holds until the next one began to hold more than so many days before.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::TranslationQuery;
    /// let query = TranslationQuery::new(Currency::USD, "2026-01-01/2026-12-31".parse()?);
    /// let old = books.translation(&query.rates_no_older_than(31)).unwrap_err();
    /// assert_eq!(old.code(), "accounting.old_rate");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rates_no_older_than(mut self, days: u32) -> TranslationQuery {
        self.max_rate_age_days = Some(days);
        self
    }

    /// Whether a posting counts by when it was recorded.
    pub(super) fn knows(&self, posting: &Posting) -> bool {
        self.known_at.is_none_or(|time| was_known(posting.recorded_at(), time))
    }
}

/// The books in another currency. Amounts are positive on the side on which the class grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// The days of the results, which end on the closing day.
    pub days: DateRange,
    /// The closing day.
    pub date: NaiveDate,
    /// The ledger's currency.
    pub from: Currency,
    /// The currency of the translation.
    pub to: Currency,
    /// The accounts that have a balance or moved, by class and code.
    pub lines: Vec<TranslatedLine>,
    /// What was earned less what was spent before these days.
    pub earlier: TranslatedLine,
    /// The translation difference at the end of the day before these days: nothing where they have no beginning, `None` where a rate of then
    /// is missing, or older than is taken.
    pub opening_difference: Option<Money>,
}

/// An account in both currencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslatedLine {
    /// The account; empty for earlier results.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its class.
    pub class: AccountClass,
    /// Its amount in the ledger's currency.
    pub amount: Money,
    /// Its amount in the currency of the translation: the sum of its parts.
    pub translated: Money,
    /// What was translated at one rate each.
    pub parts: Vec<TranslatedPart>,
}

/// What was translated at one rate, or is given by its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslatedPart {
    /// The days on which it arose; the closing day for a balance.
    pub days: DateRange,
    /// In the ledger's currency.
    pub amount: Money,
    /// The rate; `None` where the amount is given.
    pub rate: Option<FoundRate>,
    /// By the rate, rounded half up.
    pub translated: Money,
}

impl Translation {
    /// What the company has.
    pub fn assets(&self) -> Money {
        self.sum(AccountClass::Asset)
    }

    /// What it owes.
    pub fn liabilities(&self) -> Money {
        self.sum(AccountClass::Liability)
    }

    /// What its owners put in, at the rates of its days: without results.
    pub fn equity(&self) -> Money {
        self.sum(AccountClass::Equity)
    }

    /// What was earned less what was spent in the days.
    pub fn result(&self) -> Money {
        let (income, expense) = (AccountClass::Income, AccountClass::Expense);
        self.money(self.sum(income).amount().saturating_sub(self.sum(expense).amount()))
    }

    /// What balances the statement: the cumulative translation difference, a part of equity. Positive where equity grew by
    /// rates.
    pub fn difference(&self) -> Money {
        let held = self.assets().amount().saturating_sub(self.liabilities().amount());
        let known = [self.equity(), self.earlier.translated, self.result()];
        self.money(known.iter().fold(held, |rest, part| rest.saturating_sub(part.amount())))
    }

    /// What of it came in these days: with the opening the reconciliation of IAS 21.52(b), and a line of the changes in equity.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::{NewRate, RecordRates, TranslationQuery};
    /// let rate = |rate: i64, date| NewRate::new(Currency::EUR, Currency::USD, rate.into(), day(date));
    /// books.send("closing rates", &RecordRates::new("SPOT", vec![rate(2, "2026-06-30"), rate(3, "2026-12-31")]))?;
    /// let query = TranslationQuery::new(Currency::USD, "2026-07-01/2026-12-31".parse()?);
    /// let dollars = books.translation(&query)?;
    /// let usd = |amount| Money::parse(amount).unwrap();
    /// assert_eq!(dollars.opening_difference, Some(usd("420 USD"))); // 560 EUR that are worth 0.75 dollars more
    /// assert_eq!(dollars.difference_of_days(), Some(usd("560 USD"))); // and one dollar more
    /// assert_eq!(dollars.difference(), usd("980 USD"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn difference_of_days(&self) -> Option<Money> {
        let opening = self.opening_difference?;
        Some(self.money(self.difference().amount().saturating_sub(opening.amount())))
    }

    /// Whether the books balance in the ledger's currency: then the translation does, with its difference.
    pub fn is_balanced(&self) -> bool {
        let of = |class| {
            let lines = self.lines.iter().filter(|line| line.class == class);
            lines.fold(Decimal::ZERO, |sum, line| sum.saturating_add(line.amount.amount()))
        };
        let result = of(AccountClass::Income).saturating_sub(of(AccountClass::Expense));
        let owned = of(AccountClass::Equity)
            .saturating_add(result)
            .saturating_add(self.earlier.amount.amount());
        of(AccountClass::Asset) == of(AccountClass::Liability).saturating_add(owned)
    }

    fn sum(&self, class: AccountClass) -> Money {
        let lines = self.lines.iter().filter(|line| line.class == class);
        let sum =
            lines.fold(Decimal::ZERO, |sum, line| sum.saturating_add(line.translated.amount()));
        self.money(sum)
    }

    pub(super) fn money(&self, amount: Decimal) -> Money {
        Money::new(amount, self.to)
    }
}
