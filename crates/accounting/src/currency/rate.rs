//! Recording rates: each recording is a fact, each pair of a source a series of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;
use fondaco_core::store::{Event, Record};
use fondaco_core::timeline::{
    Recorded, Recording, Saying, Says, Span, Timeline, TimelineError, TimelineRules,
};
use fondaco_core::{Act, Currency, Halt, Range, Timestamp, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::RateSource;
use crate::ledger::{LedgerError, rights};

/// One recording of a rate.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "currency_rate", kind = fact, key(source, base, quote, number), guard(all()), guard(by_pair(source, base, quote)))]
pub struct ExchangeRate {
    /// Who says so.
    pub source: SmolStr,
    /// One unit of this currency ...
    pub base: Currency,
    /// ... is worth so many of that one.
    pub quote: Currency,
    /// Its number among the recordings of the pair, from 0.
    pub number: i64,
    /// The first day it is about.
    pub start: NaiveDate,
    /// The last day it is about; `None` for up to the next change.
    pub end: Option<NaiveDate>,
    /// What it says.
    pub says: Saying,
    /// The rate, where it says that one holds.
    pub rate: Option<Decimal>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl Recorded for ExchangeRate {
    type Value = Decimal;

    fn recording(&self) -> Option<Recording<Decimal>> {
        let span = Span { start: self.start, end: self.end };
        Some(Recording { span, says: self.says.of(self.rate)?, recorded_at: self.recorded_at })
    }
}

/// A rate to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRate {
    /// One unit of this currency ...
    pub base: Currency,
    /// ... is worth so many of that one:
    pub quote: Currency,
    /// above zero, with at most 18 digits.
    #[serde(with = "decimal::as_text")]
    pub rate: Decimal,
    /// From which day on, or for which days.
    pub span: Span,
}

impl NewRate {
    /// One unit of `base` is worth `rate` of `quote`, from `date` on.
    ///
    /// ```
    /// use fondaco_accounting::currency::NewRate;
    /// use fondaco_core::timeline::Span;
    /// use fondaco_core::{Currency, decimal};
    /// let day = "2026-01-05".parse()?;
    /// let rate = NewRate::new(Currency::EUR, Currency::USD, decimal::parse("1.25")?, day);
    /// assert_eq!(rate.span, Span::from(day));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(base: Currency, quote: Currency, rate: Decimal, date: NaiveDate) -> NewRate {
        NewRate { base, quote, rate, span: Span::from(date) }
    }

    /// For these days alone, such as those of a month whose average it is.
    ///
    /// ```
    /// use fondaco_accounting::currency::NewRate;
    /// use fondaco_core::{Currency, decimal};
    /// let (first, rate) = ("2026-01-01".parse()?, decimal::parse("1.25")?);
    /// let average = NewRate::new(Currency::EUR, Currency::USD, rate, first)
    ///     .on("2026-01-01/2026-01-31".parse()?);
    /// assert_eq!(average.span.to_string(), "2026-01-01/2026-01-31");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on(mut self, span: Span) -> NewRate {
        self.span = span;
        self
    }
}

/// Records rates of a source: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRates {
    /// The source's code.
    pub source: SmolStr,
    /// The rates.
    pub rates: Vec<NewRate>,
}

impl RecordRates {
    /// Records `rates` of `source`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::{NewRate, OpenRateSource, RecordRates};
    /// books.send("source", &OpenRateSource::new("SPOT", "European Central Bank"))?;
    /// let rate = |day: &str, rate: &str| Ok::<_, Box<dyn std::error::Error>>(
    ///     NewRate::new(Currency::EUR, Currency::USD, decimal::parse(rate)?, day.parse()?)
    /// );
    /// let rates = vec![rate("2026-03-02", "1.25")?, rate("2026-03-03", "1.2531")?];
    /// books.send("rates/march", &RecordRates::new("SPOT", rates))?;
    /// let again = RecordRates::new("SPOT", vec![rate("2026-03-03", "1.26")?]);
    /// assert_eq!(
    ///     books.send("rates/again", &again).unwrap_err().to_string(),
    ///     "item 0 (counted from 0): SPOT EUR/USD 1.26 on 2026-03-03/.. meets 1.2531 \
    ///      on 2026-03-03/.., recorded at 2026-06-01T08:00:00Z: \
    ///      correct that one, end it before, or give other days",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(source: impl Into<SmolStr>, rates: Vec<NewRate>) -> RecordRates {
        RecordRates { source: source.into(), rates }
    }
}

impl Act for RecordRates {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut recorder = Recorder::of(tx, &self.source)?;
        for (index, new) in self.rates.iter().enumerate() {
            let NewRate { base, quote, rate, span } = *new;
            let done = recorder.record(tx, (base, quote), span, Says::Set(rate));
            done.map_err(|error| error.at(index))?;
        }
        recorder.finish(tx, "currency.rates_recorded")
    }
}

/// What a rate on record should have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateCorrection {
    /// One unit of this currency ...
    pub base: Currency,
    /// ... is worth so many of that one.
    pub quote: Currency,
    /// The rate; `None` when there should have been none.
    #[serde(default, with = "decimal::as_text::option")]
    pub rate: Option<Decimal>,
    /// The days as they were recorded.
    pub span: Span,
}

impl RateCorrection {
    /// What was recorded of the pair from `date` on should have been `rate`, or nothing.
    ///
    /// ```
    /// use fondaco_accounting::currency::RateCorrection;
    /// use fondaco_core::Currency;
    /// let date = "2026-03-02".parse()?;
    /// let never = RateCorrection::new(Currency::EUR, Currency::USD, None, date);
    /// assert_eq!(never.span.to_string(), "2026-03-02/..");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn new(
        base: Currency,
        quote: Currency,
        rate: Option<Decimal>,
        date: NaiveDate,
    ) -> RateCorrection {
        RateCorrection { base, quote, rate, span: Span::from(date) }
    }

    /// What was recorded for these days.
    #[must_use]
    pub fn on(mut self, span: Span) -> RateCorrection {
        self.span = span;
        self
    }
}

/// Corrects rates of a source: all or none. What was known before stays on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectRates {
    /// The source's code.
    pub source: SmolStr,
    /// The corrections.
    pub rates: Vec<RateCorrection>,
}

impl CorrectRates {
    /// Corrects `rates` of `source`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::*;
    /// let (eur, usd, day) = (Currency::EUR, Currency::USD, "2026-03-02".parse()?);
    /// books.send("source", &OpenRateSource::new("SPOT", "European Central Bank"))?;
    /// let wrong = NewRate::new(eur, usd, decimal::parse("12.5")?, day);
    /// books.send("rates", &RecordRates::new("SPOT", vec![wrong]))?;
    /// let later: Timestamp = "2026-06-02T08:00:00Z".parse()?;
    /// let books = books.with_clock(move || later);
    /// let right = RateCorrection::new(eur, usd, Some(decimal::parse("1.25")?), day);
    /// books.send("rates/corrected", &CorrectRates::new("SPOT", vec![right]))?;
    ///
    /// let query = RateQuery::new(eur, usd, day);
    /// let then = query.clone().known_at("2026-06-01T12:00:00Z".parse()?);
    /// assert_eq!(books.rate(&query)?.ok_or("none")?.rate()?, decimal::parse("1.25")?);
    /// assert_eq!(books.rate(&then)?.ok_or("none")?.rate()?, decimal::parse("12.5")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(source: impl Into<SmolStr>, rates: Vec<RateCorrection>) -> CorrectRates {
        CorrectRates { source: source.into(), rates }
    }
}

impl Act for CorrectRates {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut recorder = Recorder::of(tx, &self.source)?;
        for (index, correction) in self.rates.iter().enumerate() {
            let RateCorrection { base, quote, rate, span } = *correction;
            let done = recorder.record(tx, (base, quote), span, Says::Corrected(rate));
            done.map_err(|error| error.at(index))?;
        }
        recorder.finish(tx, "currency.rates_corrected")
    }
}

/// Ends what a source says of a pair: after a day no rate holds, until one is recorded for later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRate {
    /// The source's code.
    pub source: SmolStr,
    /// One unit of this currency ...
    pub base: Currency,
    /// ... is worth so many of that one ...
    pub quote: Currency,
    /// ... on this day for the last time.
    pub end: NaiveDate,
}

impl EndRate {
    /// After `end` there is no rate of the pair.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::*;
    /// let (eur, xof) = (Currency::EUR, Currency::from_code("XOF").ok_or("no CFA franc")?);
    /// books.send("source", &OpenRateSource::new("SPOT", "European Central Bank"))?;
    /// let fixed = NewRate::new(eur, xof, decimal::parse("655.957")?, "1999-01-01".parse()?);
    /// books.send("fixed", &RecordRates::new("SPOT", vec![fixed]))?;
    /// let last: NaiveDate = "2026-12-31".parse()?;
    /// books.send("not fixed", &EndRate::new("SPOT", eur, xof, last))?;
    /// assert!(books.rate(&RateQuery::new(eur, xof, last))?.is_some());
    /// assert!(books.rate(&RateQuery::new(eur, xof, "2027-01-01".parse()?))?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        source: impl Into<SmolStr>,
        base: Currency,
        quote: Currency,
        end: NaiveDate,
    ) -> EndRate {
        EndRate { source: source.into(), base, quote, end }
    }
}

impl Act for EndRate {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut recorder = Recorder::of(tx, &self.source)?;
        let beyond = || LedgerError::BadInput {
            what: "end",
            why: format!("{} is the last day of all: leave the end out", self.end),
        };
        let next = self.end.succ_opt().ok_or_else(beyond)?;
        recorder.record(tx, (self.base, self.quote), Span::from(next), Says::Ended)?;
        recorder.finish(tx, "currency.rate_ended")
    }
}

/// The pair of a base and a quote currency.
pub(crate) type Pair = (Currency, Currency);

/// What is known of a pair, read with a guard: the decision rests on it.
pub(crate) fn series(
    tx: &mut Tx<'_>,
    source: &SmolStr,
    (base, quote): Pair,
) -> Result<Timeline<Decimal>, Halt> {
    let rows = tx.scan(&Range::<ExchangeRate>::by_key(&(source.clone(), base, quote)))?;
    Timeline::of_rows(TimelineRules::default(), &rows)
}

/// Takes recordings of a source one by one and stages them all at the end.
struct Recorder {
    source: SmolStr,
    known: BTreeMap<Pair, Timeline<Decimal>>,
    rows: Vec<ExchangeRate>,
}

impl Recorder {
    fn of(tx: &mut Tx<'_>, source: &SmolStr) -> Result<Recorder, LedgerError> {
        tx.authorize(&rights::of_source(source))?;
        if tx.get::<RateSource>(source)?.is_none() {
            return Err(LedgerError::UnknownRateSource { code: source.clone() });
        }
        Ok(Recorder { source: source.clone(), known: BTreeMap::new(), rows: Vec::new() })
    }

    /// What is known of a pair, this command's recordings included.
    fn known(&mut self, tx: &mut Tx<'_>, pair: Pair) -> Result<&mut Timeline<Decimal>, Halt> {
        Ok(match self.known.entry(pair) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(series(tx, &self.source, pair)?),
        })
    }

    fn record(
        &mut self,
        tx: &mut Tx<'_>,
        pair: Pair,
        span: Span,
        says: Says<Decimal>,
    ) -> Result<(), LedgerError> {
        check(pair, span, &says)?;
        let says = canonical(says);
        let (base, quote) = pair;
        if !self.known(tx, (quote, base))?.recordings().is_empty() {
            return Err(LedgerError::RateInverted { code: self.source.clone(), base, quote });
        }
        let now = tx.now();
        let source = self.source.clone();
        let known = self.known(tx, pair)?;
        let number = known.recordings().len() as i64;
        let recorded_at = known.time_after(now);
        let recording = Recording { span, says, recorded_at };
        let (says, rate) = (recording.says.saying(), recording.value().copied());
        if let Err(error) = known.record(recording) {
            return Err(refusal(&source, pair, rate, known, error));
        }
        let Span { start, end } = span;
        self.rows.push(ExchangeRate {
            source,
            base,
            quote,
            number,
            start,
            end,
            says,
            rate,
            recorded_at,
        });
        Ok(())
    }

    fn finish(self, tx: &mut Tx<'_>, event: &'static str) -> Result<(), LedgerError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let recorded =
            Event::new(event).with("source", self.source).with("rates", self.rows.len() as i64);
        tx.emit(recorded);
        tx.insert_all(self.rows)?;
        Ok(())
    }
}

/// Without zeros at the end, so that a rate is the same in every store.
fn canonical(says: Says<Decimal>) -> Says<Decimal> {
    match says {
        Says::Set(rate) => Says::Set(decimal::normalize(rate)),
        Says::Corrected(rate) => Says::Corrected(rate.map(decimal::normalize)),
        Says::Ended => Says::Ended,
    }
}

/// Digits of a rate: no central bank gives as many, and any two such rates multiply within 127 bits.
const MOST_DIGITS: u32 = 18;

/// Whether a rate has no more digits than one may have; zeros at its end don't count.
fn is_writable(rate: Decimal) -> bool {
    let rate = decimal::normalize(rate);
    rate.scale() <= MOST_DIGITS && rate.mantissa().unsigned_abs() < 10u128.pow(MOST_DIGITS)
}

fn check((base, quote): Pair, span: Span, says: &Says<Decimal>) -> Result<(), LedgerError> {
    let bad = |what, why| Err(LedgerError::BadInput { what, why });
    if base == quote {
        return bad("quote", format!("{base} is worth itself: give two currencies"));
    }
    let (rate, end) = match says {
        Says::Set(rate) | Says::Corrected(Some(rate)) => (Some(rate), span.end),
        Says::Corrected(None) | Says::Ended => (None, span.end),
    };
    if let Some(rate) = rate.filter(|rate| **rate <= Decimal::ZERO) {
        let from = span.start;
        return bad(
            "rate",
            format!(
                "{rate} for {base}/{quote} from {from}: a rate is above zero; give that, or leave the day out"
            ),
        );
    }
    if let Some(rate) = rate.filter(|rate| !is_writable(**rate)) {
        let most = MOST_DIGITS;
        let why = format!(
            "{rate} for {base}/{quote}: a rate has at most {most} digits, all told and after the point: round it"
        );
        return bad("rate", why);
    }
    match end.filter(|last| *last < span.start) {
        Some(last) => bad("span", format!("{last} lies before {}", span.start)),
        None => Ok(()),
    }
}

/// The timeline's refusal in the words of rates: both rates by name.
fn refusal(
    source: &SmolStr,
    (base, quote): Pair,
    rate: Option<Decimal>,
    known: &Timeline<Decimal>,
    error: TimelineError,
) -> LedgerError {
    let code = source.clone();
    match error {
        TimelineError::Overlap { span, with, recorded_at } => {
            let mut both = known.recordings().iter().rev();
            let met = both
                .find(|recording| recording.span == with && recording.recorded_at == recorded_at);
            let with_rate = met.and_then(Recording::value).copied();
            LedgerError::RateOverlap {
                code,
                base,
                quote,
                rate: rate.unwrap_or_default(),
                span,
                with_rate: with_rate.unwrap_or_default(),
                with,
                recorded_at,
            }
        }
        TimelineError::NothingToCorrect { span } => {
            LedgerError::UnknownRate { code, base, quote, span }
        }
        TimelineError::NothingToEnd { date } => {
            let end = date.pred_opt().unwrap_or(date);
            LedgerError::NoRateToEnd { code, base, quote, end }
        }
        other => LedgerError::BadInput { what: "rate", why: other.to_string() },
    }
}
