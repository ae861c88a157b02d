//! Asking for rates.

use chrono::NaiveDate;
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{Currency, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::rate::Pair;
use super::table::{Finder, Known, pairs};
use super::{ExchangeRate, FoundRate, POSTING_SOURCE, source};
use crate::ledger::LedgerError;

/// Which rate is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateQuery {
    /// Who says so.
    pub source: SmolStr,
    /// One unit of this currency ...
    pub from: Currency,
    /// ... in that one ...
    pub to: Currency,
    /// ... on this day.
    pub date: NaiveDate,
    /// As known at this time; `None` for now.
    pub known_at: Option<Timestamp>,
}

impl RateQuery {
    /// The rate that a posting of this day would take.
    ///
    /// ```
    /// use fondaco_accounting::currency::RateQuery;
    /// use fondaco_core::Currency;
    /// let query = RateQuery::new(Currency::USD, Currency::EUR, "2026-02-01".parse()?);
    /// assert_eq!((query.source.as_str(), query.known_at), ("SPOT", None));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn new(from: Currency, to: Currency, date: NaiveDate) -> RateQuery {
        let source = SmolStr::new_static(POSTING_SOURCE);
        RateQuery { source, from, to, date, known_at: None }
    }

    /// Of another source.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> RateQuery {
        self.source = source.into();
        self
    }

    /// As it was known at a time: by all that was recorded until then.
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> RateQuery {
        self.known_at = Some(time);
        self
    }
}

/// The rate that a query asks for; `None` when there is none on that day.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates(); // EUR/USD 1.25 and EUR/CHF 0.95 from 2026-01-02 on
/// use fondaco_accounting::currency::{RateQuery, find_rate};
/// let query = RateQuery::new(Currency::CHF, Currency::USD, "2026-02-01".parse()?);
/// let found = books.view(|view| find_rate(view, &query))?.ok_or("there is one")?;
/// assert_eq!(
///     found.to_string(),
///     "1 CHF = 1.315789473684 USD on 2026-02-01: \
///      the inverse of SPOT EUR/CHF 0.95 for 2026-01-02/.., recorded at 2026-06-01T08:00:00Z; \
///      SPOT EUR/USD 1.25 for 2026-01-02/.., recorded at 2026-06-01T08:00:00Z",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownRateSource`]; a [`Halt`](fondaco_core::Halt).
pub fn find_rate(
    read: &mut impl Reading,
    query: &RateQuery,
) -> Result<Option<FoundRate>, LedgerError> {
    let RateQuery { from, to, date, known_at, .. } = *query;
    let source = source::existing(read, &query.source)?;
    let mut known = Known::new();
    for pair in pairs(from, to, source.pivot) {
        known.insert(pair, timeline(read, &source.code, pair)?);
    }
    Ok(Finder { source: &source, known: &known, date, known_at }.find(from, to))
}

/// What is on record of a pair as a source gives it: base and quote in this order.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates(); // EUR/USD 1.25 from 2026-01-02 on
/// use fondaco_accounting::currency::rates;
/// let known = books.view(|view| rates(view, "SPOT", Currency::EUR, Currency::USD))?;
/// assert_eq!(known.segments()[0].days.to_string(), "2026-01-02/..");
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownRateSource`]; a [`Halt`](fondaco_core::Halt).
pub fn rates(
    read: &mut impl Reading,
    source: &str,
    base: Currency,
    quote: Currency,
) -> Result<Timeline<Decimal>, LedgerError> {
    let source = source::existing(read, &SmolStr::new(source))?;
    timeline(read, &source.code, (base, quote))
}

fn timeline(
    read: &mut impl Reading,
    source: &SmolStr,
    (base, quote): Pair,
) -> Result<Timeline<Decimal>, LedgerError> {
    let rows = read.peek_scan(&Range::<ExchangeRate>::by_key(&(source.clone(), base, quote)))?;
    Ok(Timeline::of_rows(TimelineRules::default(), &rows)?)
}
