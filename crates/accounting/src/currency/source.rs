//! Who says what a currency is worth.

use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, Currency, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::account::{check_code, check_name};
use crate::ledger::{LedgerError, rights};

/// A source of exchange rates.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "currency_source", kind = state, key(code), layout = 2)]
pub struct RateSource {
    /// What names it for ever: `SPOT`, `CUSTOMS`.
    pub code: SmolStr,
    /// What people read: `European Central Bank`.
    pub name: SmolStr,
    /// The currency through which two others are reckoned that have no rate of their own.
    pub pivot: Option<Currency>,
    /// How many days old a rate may be that holds until the next one; `None` for any age.
    #[record(since = 2)]
    pub max_age_days: Option<u32>,
}

/// Opens a source of exchange rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenRateSource {
    /// See [`RateSource::code`].
    pub code: SmolStr,
    /// See [`RateSource::name`].
    pub name: SmolStr,
    /// See [`RateSource::pivot`].
    #[serde(default)]
    pub pivot: Option<Currency>,
    /// See [`RateSource::max_age_days`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
}

impl OpenRateSource {
    /// A source without a pivot.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::OpenRateSource;
    /// books.send("customs", &OpenRateSource::new("CUSTOMS", "Customs office"))?;
    /// let again = books.send("customs 2", &OpenRateSource::new("CUSTOMS", "Customs"));
    /// assert_eq!(again.unwrap_err().code(), "accounting.exists");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> OpenRateSource {
        OpenRateSource { code: code.into(), name: name.into(), pivot: None, max_age_days: None }
    }

    /// Currencies without a rate of their own are reckoned through `pivot`.
    ///
    /// ```
    /// use fondaco_accounting::currency::OpenRateSource;
    /// use fondaco_core::Currency;
    /// let ecb = OpenRateSource::new("SPOT", "European Central Bank").pivot(Currency::EUR);
    /// assert_eq!(ecb.pivot, Some(Currency::EUR));
    /// ```
    #[must_use]
    pub fn pivot(mut self, pivot: Currency) -> OpenRateSource {
        self.pivot = Some(pivot);
        self
    }

    /// No older rates are taken: see [`LimitRateAge`].
    #[must_use]
    pub fn no_older_than(mut self, days: u32) -> OpenRateSource {
        self.max_age_days = Some(days);
        self
    }
}

/// Says how old a source's rates may be that hold until the next one: where one began to hold more than so many days before, what
/// needs a rate of that source is refused, entries, revaluations and translations alike. Else a rate that nobody recorded goes unseen.
/// One that was recorded for a span of days is as good on its last. What is posted already stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitRateAge {
    /// The source's code.
    pub source: SmolStr,
    /// So many days; `None` for any age.
    #[serde(default)]
    pub days: Option<u32>,
}

impl LimitRateAge {
    /// So many days of `source`; `None` for any age again.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::LimitRateAge;
    /// books.send("a week", &LimitRateAge::new("SPOT", Some(7)))?;
    /// let dollars = |date: &str| {
    ///     let ten = Money::parse("10 USD").unwrap();
    ///     NewEntry::new("GEN", day(date)).debit("1010", ten).credit("4000", ten)
    /// };
    /// books.post("in time", dollars("2026-01-09"))?;
    /// assert_eq!(
    ///     books.post("late", dollars("2026-01-10")).unwrap_err().to_string(),
    ///     "the rate of USD in EUR that source SPOT has on 2026-01-10 is of 2026-01-02, and none older than 7 days is taken, \
    ///      for 10.00 USD of account 1010: record one for that day, or allow older ones",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(source: impl Into<SmolStr>, days: Option<u32>) -> LimitRateAge {
        LimitRateAge { source: source.into(), days }
    }
}

impl Act for LimitRateAge {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_source(&self.source))?;
        let unknown = || LedgerError::UnknownRateSource { code: self.source.clone() };
        let source = tx.get::<RateSource>(&self.source)?.ok_or_else(unknown)?;
        let event = Event::new("currency.rate_age_limited").with("source", self.source.clone());
        tx.emit(event.with("days", self.days.map_or(Value::Null, |days| Value::I64(days.into()))));
        Ok(tx.put(RateSource { max_age_days: self.days, ..source.as_ref().clone() })?)
    }
}

impl Act for OpenRateSource {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_source(&self.code))?;
        check_code("rate source", &self.code)?;
        check_name("rate source name", &self.name)?;
        if tx.get::<RateSource>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "rate source", code: self.code.clone() });
        }
        let OpenRateSource { code, name, pivot, max_age_days } = self.clone();
        tx.emit(Event::new("currency.source_opened").with("source", code.clone()));
        tx.insert(RateSource { code, name, pivot, max_age_days })?;
        Ok(())
    }
}

/// The source with this code.
pub(crate) fn existing(
    read: &mut impl Reading,
    code: &SmolStr,
) -> Result<std::sync::Arc<RateSource>, LedgerError> {
    let source = read.peek::<RateSource>(code)?;
    source.ok_or_else(|| LedgerError::UnknownRateSource { code: code.clone() })
}
