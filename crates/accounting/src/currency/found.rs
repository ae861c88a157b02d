//! A rate that was found, and how.

use std::fmt;

use chrono::{Days, NaiveDate};
use fondaco_core::decimal::{DecimalError, MAX_DIGITS};
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::timeline::Span;
use fondaco_core::{Currency, Money, MoneyError, Ratio, RatioError, Rounding, Timestamp};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::ExchangeError;
use crate::ledger::LedgerError;

/// Digits after the point of a rate that was divided or multiplied.
const RATE_DIGITS: u32 = 12;

/// Below this, 12 digits after the point tell too little of a rate.
const SMALL: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// What one unit of a currency is worth in another on a day, and by which recordings. Its text says it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRate {
    /// One unit of this currency ...
    pub from: Currency,
    /// ... is worth so many of that one ...
    pub to: Currency,
    /// ... on this day.
    pub date: NaiveDate,
    /// The recordings it comes from: none for a currency in itself, two through a pivot.
    pub legs: Vec<RateLeg>,
    /// How many days old its source lets one be that holds until the next one.
    pub max_age_days: Option<u32>,
}

/// One recording that a rate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLeg {
    /// Who says so.
    pub source: SmolStr,
    /// One unit of this currency is worth ...
    pub base: Currency,
    /// ... of that one ...
    pub quote: Currency,
    /// ... so many.
    pub rate: Decimal,
    /// Whether it is asked for the other way round.
    pub inverted: bool,
    /// The days it was recorded for.
    pub span: Span,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl FoundRate {
    /// The rate as a decimal: as recorded, or else rounded half-even to 12 digits after the point,
    /// below 0.000001 to 28. It is never 0.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25, EUR/CHF 0.95 from 2026-01-02 on
    /// use fondaco_accounting::currency::RateQuery;
    /// let day = "2026-02-01".parse()?;
    /// let rate = |from, to| books.rate(&RateQuery::new(from, to, day));
    /// for (from, to, shown) in [
    ///     (Currency::EUR, Currency::USD, "1.25"),
    ///     (Currency::USD, Currency::EUR, "0.8"),
    ///     (Currency::CHF, Currency::USD, "1.315789473684"),
    /// ] {
    ///     let found = rate(from, to)?.ok_or("there is one")?;
    ///     assert_eq!(found.rate()?.to_string(), shown);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LedgerError::BadInput`] when it is too large or too small for a decimal, which takes two recordings beyond
    /// all measure.
    pub fn rate(&self) -> Result<Decimal, LedgerError> {
        match self.legs.as_slice() {
            [] => Ok(Decimal::ONE),
            [leg] if !leg.inverted => Ok(leg.rate),
            _ => self.rounded().ok_or_else(|| self.no_room()),
        }
    }

    /// Since when it holds, where that is too long ago: by `oldest`, or by its source; with the days that are allowed. One that was
    /// recorded for a span of days was meant for all of them.
    fn outdated(&self, oldest: Option<u32>) -> Option<(NaiveDate, u32)> {
        let days = oldest.or(self.max_age_days)?;
        let first = self.date.checked_sub_days(Days::new(days.into()))?;
        let open = self.legs.iter().filter(|leg| leg.span.end.is_none());
        let since = open.map(|leg| leg.span.start).min()?;
        (since < first).then_some((since, days))
    }

    /// Refuses one of a source that began to hold too long ago for what an account has: see [`outdated`](FoundRate::outdated).
    pub(crate) fn check_age(
        &self,
        oldest: Option<u32>,
        (code, account, held): (&SmolStr, &SmolStr, Money),
    ) -> Result<(), ExchangeError> {
        let FoundRate { from, to, date, .. } = *self;
        let Some((since, days)) = self.outdated(oldest) else { return Ok(()) };
        let (code, account) = (code.clone(), account.clone());
        Err(ExchangeError::OldRate { code, from, to, date, since, days, account, held })
    }

    fn no_room(&self) -> LedgerError {
        let recorded: Vec<String> = self.legs.iter().map(RateLeg::to_string).collect();
        let why = format!(
            "1 {} in {} on {} is too large or too small for a decimal: correct one of the rates it comes from: {}",
            self.from,
            self.to,
            self.date,
            recorded.join("; ")
        );
        LedgerError::BadInput { what: "rate", why }
    }

    /// Why it is what it is: as recorded, turned round or through a pivot, and each recording with its source, the days it is
    /// for and the time it was recorded.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 and EUR/CHF 0.95 from 2026-01-02 on
    /// use fondaco_accounting::currency::RateQuery;
    /// let query = RateQuery::new(Currency::CHF, Currency::USD, "2026-02-01".parse()?);
    /// let found = books.rate(&query)?.ok_or("there is one")?;
    /// let why = found.explain();
    /// assert_eq!(why.rule.as_ref().map(|rule| rule.to_string()), Some("the product of two rates, through EUR, rounded half even".into()));
    /// assert_eq!(why.inputs[0].what.to_string(), "the inverse of SPOT EUR/CHF");
    /// assert_eq!(why.inputs[1].parameters[0].value, "2026-01-02".parse::<NaiveDate>()?.into());
    /// # use chrono::NaiveDate;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self) -> Explain {
        let what = Phrase::from(format_smolstr!("1 {}", self.from)).and(word("in"));
        let what = what.and(format_smolstr!("{},", self.to)).and(word("on"));
        let value = self.rate().map_or_else(|_| word("no room in a decimal"), Cell::Number);
        let rule: Phrase = match self.legs.as_slice() {
            [] => word("a currency in itself").into(),
            [leg] if !leg.inverted => word("as recorded").into(),
            [_] => word("one by the rate recorded the other way round, rounded half even").into(),
            [first, ..] => {
                let pivot = if first.inverted { first.base } else { first.quote };
                Phrase::from(word("the product of two rates, through"))
                    .and(format_smolstr!("{pivot},"))
                    .and(word("rounded half even"))
            }
        };
        let legs = self.legs.iter().map(RateLeg::explain);
        Explain::new(what.and(self.date), value).rule(rule).inputs(legs)
    }

    /// What an amount is worth: multiplied by the exact fraction and rounded once, to the digits of
    /// the other currency (to 4 where it has no minor unit).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2026-01-02 on
    /// use fondaco_accounting::currency::RateQuery;
    /// let query = RateQuery::new(Currency::USD, Currency::EUR, "2026-02-01".parse()?);
    /// let found = books.rate(&query)?.ok_or("there is one")?;
    /// let worth = found.convert(Money::parse("9.99 USD")?, Rounding::HalfUp)?; // 7.992
    /// assert_eq!(worth, Money::parse("7.99 EUR")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError`] when the amount is in another currency, or when its worth has no room.
    pub fn convert(&self, amount: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        let own = Money::zero(self.from).add(amount)?; // refuses another currency
        let digits = self.to.minor_units().unwrap_or(u32::from(crate::ledger::AMOUNT_DIGITS));
        let ratio = self.ratio().map_err(|_| DecimalError::Overflow)?;
        Ok(Money::new(ratio.times_round(own.amount(), digits, rounding)?, self.to))
    }

    fn rounded(&self) -> Option<Decimal> {
        let ratio = self.ratio().ok()?;
        let near = |digits| ratio.round(digits, Rounding::HalfEven).ok();
        let rate = near(RATE_DIGITS)?;
        let rate = if rate < SMALL { near(MAX_DIGITS)? } else { rate };
        Some(rate).filter(|rate| !rate.is_zero())
    }

    /// The rate as the exact fraction that it is.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 and EUR/CHF 0.95 from 2026-01-02 on
    /// use fondaco_accounting::currency::RateQuery;
    /// let query = RateQuery::new(Currency::CHF, Currency::USD, "2026-02-01".parse()?);
    /// let found = books.rate(&query)?.ok_or("there is one")?;
    /// assert_eq!(found.ratio()?.to_string(), "25/19");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RatioError::Overflow`] when it has no room.
    pub fn ratio(&self) -> Result<Ratio, RatioError> {
        self.legs.iter().try_fold(Ratio::ONE, |product, leg| {
            let rate = Ratio::from_decimal(leg.rate);
            if leg.inverted { product.div(rate) } else { product.mul(rate) }
        })
    }
}

impl RateLeg {
    fn explain(&self) -> Explain {
        let RateLeg { source, base, quote, rate, inverted, span, recorded_at } = self;
        let recorded = format_smolstr!("{source} {base}/{quote}");
        let what = match inverted {
            true => Phrase::from(word("the inverse of")).and(recorded),
            false => recorded.into(),
        };
        let from = Parameter::new(word("valid from"), span.start);
        let why = Explain::new(what, *rate).parameter(from);
        let until = span.end.map(|end| Parameter::new(word("valid until"), end));
        until
            .into_iter()
            .fold(why, Explain::parameter)
            .source(Phrase::from(word("recorded at")).and(recorded_at.to_string()))
    }
}

impl fmt::Display for FoundRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rate() {
            Ok(rate) => write!(f, "1 {} = {rate} {} on {}", self.from, self.to, self.date)?,
            Err(_) => {
                let FoundRate { from, to, date, .. } = self;
                write!(f, "1 {from} in {to} on {date} has no room in a decimal")?;
            }
        }
        for (index, leg) in self.legs.iter().enumerate() {
            write!(f, "{}{leg}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Display for RateLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RateLeg { source, base, quote, rate, inverted, span, recorded_at } = self;
        let inverse = if *inverted { "the inverse of " } else { "" };
        write!(f, "{inverse}{source} {base}/{quote} {rate} for {span}, recorded at {recorded_at}")
    }
}
