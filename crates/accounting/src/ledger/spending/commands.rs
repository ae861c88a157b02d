//! Setting limits, moving their lines, ending them.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, Currency, DateRange, Money, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::history::recount;
use super::{Measure, SpendingLimit, Window};
use crate::dimensions::{Places, check_heading};
use crate::ledger::account::{check_code, check_name};
use crate::ledger::post::{check_dimensions, check_text};
use crate::ledger::{Account, Amount, LedgerError, Settings, rights};

/// Sets a limit. What was posted before counts, so an act of its own reads all of it: set a limit early, or on few accounts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSpendingLimit {
    /// See [`SpendingLimit::code`].
    pub code: SmolStr,
    /// See [`SpendingLimit::name`].
    pub name: SmolStr,
    /// See [`SpendingLimit::account`].
    #[serde(default)]
    pub account: Option<SmolStr>,
    /// See [`SpendingLimit::dimensions`].
    #[serde(default)]
    pub dimensions: Tags,
    /// See [`SpendingLimit::each`].
    #[serde(default)]
    pub each: Option<SmolStr>,
    /// See [`SpendingLimit::measure`].
    #[serde(default)]
    pub measure: Measure,
    /// See [`SpendingLimit::window`].
    #[serde(default)]
    pub window: Window,
    /// See [`SpendingLimit::start`].
    #[serde(default)]
    pub start: Option<NaiveDate>,
    /// See [`SpendingLimit::end`].
    #[serde(default)]
    pub end: Option<NaiveDate>,
    /// See [`SpendingLimit::currency`].
    pub currency: Currency,
    /// See [`SpendingLimit::warn_above`].
    #[serde(default)]
    pub warn_above: Option<Money>,
    /// See [`SpendingLimit::refuse_above`].
    #[serde(default)]
    pub refuse_above: Option<Money>,
    /// See [`SpendingLimit::under`].
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub under: Tags,
}

impl SetSpendingLimit {
    /// A limit that counts all postings over all days, and has no line yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let cards = SetSpendingLimit::new("CARDS", "Each card, a day", Currency::EUR)
    ///     .account("5100")
    ///     .each("card")
    ///     .over(Window::Day)
    ///     .warn_above(eur("80"))
    ///     .refuse_above(eur("100"));
    /// books.send("cards", &cards)?;
    /// let pay = |card, amount| NewEntry::new("GEN", day("2026-03-02"))
    ///     .posting(NewPosting::debit("5100", eur(amount)).dimension("card", card))
    ///     .credit("1000", eur(amount));
    /// books.post("hotel", pay("4711", "75"))?;
    /// books.post("taxi", pay("4712", "75"))?; // another card
    /// let refused = books.post("dinner", pay("4711", "25.01")).unwrap_err();
    /// assert_eq!(refused.code(), "accounting.spending_limit");
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "spending limit CARDS for card 4711 from 2026-03-02 on: 100.01 EUR would be above 100.00 EUR; \
    ///      post less or elsewhere, or have somebody post it who may exceed the limit",
    /// );
    /// books.post("dinner", pay("4711", "25"))?; // with a warning
    /// assert_eq!(books.spending_excesses("CARDS")?.len(), 1);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        name: impl Into<SmolStr>,
        currency: Currency,
    ) -> SetSpendingLimit {
        SetSpendingLimit {
            code: code.into(),
            name: name.into(),
            account: None,
            dimensions: Tags::default(),
            each: None,
            measure: Measure::default(),
            window: Window::default(),
            start: None,
            end: None,
            currency,
            warn_above: None,
            refuse_above: None,
            under: Tags::default(),
        }
    }

    /// Only postings to this account, or to those under this heading.
    #[must_use]
    pub fn account(mut self, code: impl Into<SmolStr>) -> SetSpendingLimit {
        self.account = Some(code.into());
        self
    }

    /// Only postings with this dimension; several must all fit.
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> SetSpendingLimit {
        self.dimensions.set(name, value);
        self
    }

    /// Only postings with this value of a dimension, or one that stands under it on the entry's date; several must all fit.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// let east = SetSpendingLimit::new("EAST", "Rents of the East", Currency::EUR)
    ///     .account("5100")
    ///     .under("cost_centre", "EAST")
    ///     .refuse_above(eur("100"));
    /// books.send("east", &east)?;
    /// let rent = |centre| NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("60")).dimension("cost_centre", centre))
    ///     .credit("1000", eur("60"));
    /// books.post("Mestre", rent("10"))?;
    /// books.post("Verona", rent("20"))?; // in the West
    /// assert_eq!(books.post("Murano", rent("11")).unwrap_err().code(), "accounting.spending_limit");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn under(
        mut self,
        dimension: impl Into<SmolStr>,
        heading: impl Into<SmolStr>,
    ) -> SetSpendingLimit {
        self.under.set(dimension, heading);
        self
    }

    /// A sum of its own for each value of this dimension.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let cards = SetSpendingLimit::new("CARDS", "Each card", Currency::EUR).each("card").refuse_above(eur("50"));
    /// books.send("cards", &cards)?;
    /// let by = |card| NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("40")).dimension("card", card))
    ///     .credit("1000", eur("40"));
    /// books.post("by one", by("1"))?;
    /// books.post("by another", by("2"))?;
    /// assert_eq!(books.post("by one again", by("1")).unwrap_err().code(), "accounting.spending_limit");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn each(mut self, dimension: impl Into<SmolStr>) -> SetSpendingLimit {
        self.each = Some(dimension.into());
        self
    }

    /// What counts of a posting; net debits unless said otherwise.
    #[must_use]
    pub fn measure(mut self, measure: Measure) -> SetSpendingLimit {
        self.measure = measure;
        self
    }

    /// Over which days; all together unless said otherwise.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::ledger::spending::Window;
    /// let rents = SetSpendingLimit::new("RENT", "Rents", Currency::EUR).account("5100").refuse_above(eur("50"));
    /// books.send("each month", &rents.over(Window::Month))?;
    /// let rent = |on| NewEntry::new("GEN", day(on)).debit("5100", eur("50")).credit("1000", eur("50"));
    /// books.post("March", rent("2026-03-01"))?;
    /// books.post("April", rent("2026-04-01"))?;
    /// assert_eq!(books.post("April again", rent("2026-04-30")).unwrap_err().code(), "accounting.spending_limit");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn over(mut self, window: Window) -> SetSpendingLimit {
        self.window = window;
        self
    }

    /// Only entries of this date and later.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rents = SetSpendingLimit::new("RENT", "Rents", Currency::EUR).account("5100").refuse_above(eur("50"));
    /// books.send("from March", &rents.from(day("2026-03-01")).until(day("2026-12-31")))?;
    /// let rent = |on| NewEntry::new("GEN", day(on)).debit("5100", eur("50")).credit("1000", eur("50"));
    /// books.post("February", rent("2026-02-02"))?; // before it
    /// books.post("March", rent("2026-03-02"))?;
    /// assert_eq!(books.post("April", rent("2026-04-01")).unwrap_err().code(), "accounting.spending_limit");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn from(mut self, date: NaiveDate) -> SetSpendingLimit {
        self.start = Some(date);
        self
    }

    /// Only entries of this date and earlier.
    #[must_use]
    pub fn until(mut self, date: NaiveDate) -> SetSpendingLimit {
        self.end = Some(date);
        self
    }

    /// Warns of what takes a sum above this.
    #[must_use]
    pub fn warn_above(mut self, amount: Money) -> SetSpendingLimit {
        self.warn_above = Some(amount);
        self
    }

    /// Refuses what takes a sum above this.
    #[must_use]
    pub fn refuse_above(mut self, amount: Money) -> SetSpendingLimit {
        self.refuse_above = Some(amount);
        self
    }

    /// What can be wrong with it by itself.
    fn check(&self) -> Result<(), LedgerError> {
        check_code("spending limit", &self.code)?;
        check_name("spending limit name", &self.name)?;
        if self.currency.minor_units().is_none() {
            let why = format!("{} has no minor unit: give a money", self.currency.code());
            return Err(LedgerError::BadInput { what: "currency", why });
        }
        let names = self.dimensions.iter().map(|(name, _)| name);
        check_dimensions(names.chain(self.each.as_deref()))?;
        check_text("dimensions", &self.dimensions)?;
        check_text("dimensions", &self.each)?;
        if let Some(each) = self.each.as_deref().filter(|each| self.dimensions.get(each).is_some())
        {
            let why = format!("{each} has one value already: leave either out");
            return Err(LedgerError::BadInput { what: "each", why });
        }
        days(self.start, self.end)?;
        Ok(())
    }
}

impl Act for SetSpendingLimit {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&of_limit(&self.code))?;
        self.check()?;
        let (warn_above, refuse_above) = lines(self.currency, self.warn_above, self.refuse_above)?;
        if tx.get::<SpendingLimit>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "spending limit", code: self.code.clone() });
        }
        if let Some(code) = &self.account
            && tx.get::<Account>(code)?.is_none()
        {
            return Err(LedgerError::UnknownAccount { code: code.clone() });
        }
        for (dimension, heading) in self.under.iter() {
            let (dimension, heading) = (SmolStr::new(dimension), SmolStr::new(heading));
            Places::read(tx, &dimension)?; // what counts is decided by its tree
            check_heading(tx, &dimension, &heading)?;
        }
        announce(tx)?;
        let SetSpendingLimit { code, name, account, dimensions, each, under, .. } = self.clone();
        let SetSpendingLimit { measure, window, start, end, currency, .. } = *self;
        let limit = SpendingLimit {
            code,
            name,
            account,
            dimensions,
            each,
            measure,
            window,
            start,
            end,
            currency,
            warn_above,
            refuse_above,
            under,
        };
        recount(tx, &limit, days(start, end)?, 1)?;
        tx.emit(event("ledger.spending_limit_set", &limit.code));
        tx.insert(limit)?;
        Ok(())
    }
}

/// Has every posting ask for limits from now on.
fn announce(tx: &mut Tx<'_>) -> Result<(), LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    if !settings.has_spending_limits() {
        tx.put(Settings { spending_limits: Some(true), ..settings.as_ref().clone() })?;
    }
    Ok(())
}

/// Gives a limit other lines: both as they are given here. Sums stay as they are: what is above a line already is
/// neither refused nor warned of, only what comes after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSpendingLimit {
    /// Which limit.
    pub code: SmolStr,
    /// See [`SpendingLimit::warn_above`].
    #[serde(default)]
    pub warn_above: Option<Money>,
    /// See [`SpendingLimit::refuse_above`].
    #[serde(default)]
    pub refuse_above: Option<Money>,
}

impl ChangeSpendingLimit {
    /// `code` without lines: then it only counts.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rents = SetSpendingLimit::new("RENT", "Rents of a year", Currency::EUR)
    ///     .account("5100")
    ///     .over(Window::FiscalYear)
    ///     .refuse_above(eur("50"));
    /// books.send("rents", &rents)?; // 40 were spent before
    /// let rent = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// assert!(books.post("march", rent.clone()).is_err());
    /// books.send("more", &ChangeSpendingLimit::new("RENT").refuse_above(eur("480")))?;
    /// books.post("march", rent)?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> ChangeSpendingLimit {
        ChangeSpendingLimit { code: code.into(), warn_above: None, refuse_above: None }
    }

    /// Warns of what takes a sum above this.
    #[must_use]
    pub fn warn_above(mut self, amount: Money) -> ChangeSpendingLimit {
        self.warn_above = Some(amount);
        self
    }

    /// Refuses what takes a sum above this.
    #[must_use]
    pub fn refuse_above(mut self, amount: Money) -> ChangeSpendingLimit {
        self.refuse_above = Some(amount);
        self
    }
}

impl Act for ChangeSpendingLimit {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&of_limit(&self.code))?;
        let limit = existing(tx, &self.code)?;
        let (warn_above, refuse_above) = lines(limit.currency, self.warn_above, self.refuse_above)?;
        let changed = SpendingLimit { warn_above, refuse_above, ..limit.clone() };
        if changed != limit {
            tx.emit(event("ledger.spending_limit_changed", &limit.code));
            tx.put(changed)?;
        }
        Ok(())
    }
}

/// Ends a limit: entries of later dates don't count, those that were posted already included. Another end may follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndSpendingLimit {
    /// Which limit.
    pub code: SmolStr,
    /// The last date that counts.
    pub end: NaiveDate,
}

impl EndSpendingLimit {
    /// `code` counts entries up to the date `end`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rents = SetSpendingLimit::new("RENT", "Rents", Currency::EUR).account("5100");
    /// books.send("rents", &rents.refuse_above(eur("40")))?;
    /// books.send("no more", &EndSpendingLimit::new("RENT", day("2026-02-28")))?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// books.post("march", rent)?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, end: NaiveDate) -> EndSpendingLimit {
        EndSpendingLimit { code: code.into(), end }
    }
}

impl Act for EndSpendingLimit {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&of_limit(&self.code))?;
        let limit = existing(tx, &self.code)?;
        let ended = SpendingLimit { end: Some(self.end), ..limit.clone() };
        days(ended.start, ended.end)?;
        if ended == limit {
            return Ok(());
        }
        let longer = limit.end.is_some_and(|end| end < self.end);
        let (first, last) =
            if longer { (limit.end, Some(self.end)) } else { (Some(self.end), limit.end) };
        let first = first.and_then(|first| first.succ_opt());
        // By the rules of the longer of the two, so that the days between count.
        let (rule, sign) = if longer { (&ended, 1) } else { (&limit, -1) };
        recount(tx, rule, days(first, last)?, sign)?;
        tx.emit(event("ledger.spending_limit_ended", &limit.code));
        tx.put(ended)?;
        Ok(())
    }
}

fn existing(tx: &mut Tx<'_>, code: &SmolStr) -> Result<SpendingLimit, LedgerError> {
    let limit = tx.get::<SpendingLimit>(code)?;
    let limit = limit.ok_or_else(|| LedgerError::UnknownSpendingLimit { code: code.clone() })?;
    Ok(limit.as_ref().clone())
}

fn of_limit(code: &SmolStr) -> Request {
    Request::new(&rights::SET_SPENDING_LIMIT).about(code.clone()).at("spending_limit", code.clone())
}

fn event(name: &'static str, code: &SmolStr) -> Event {
    Event::new(name).with("spending_limit", code.clone())
}

fn days(start: Option<NaiveDate>, end: Option<NaiveDate>) -> Result<DateRange, LedgerError> {
    DateRange::between(start, end)
        .map_err(|error| LedgerError::BadInput { what: "end", why: error.to_string() })
}

/// The lines as they are kept.
fn lines(
    currency: Currency,
    warn: Option<Money>,
    refuse: Option<Money>,
) -> Result<(Option<Amount>, Option<Amount>), LedgerError> {
    let warn = warn.map(|warn| line("warn_above", currency, warn)).transpose()?;
    let refuse = refuse.map(|refuse| line("refuse_above", currency, refuse)).transpose()?;
    if warn.zip(refuse).is_some_and(|(warn, refuse)| warn > refuse) {
        let why = "it is above refuse_above, so nothing would ever be warned of: lower it".into();
        return Err(LedgerError::BadInput { what: "warn_above", why });
    }
    Ok((warn, refuse))
}

fn line(what: &'static str, currency: Currency, line: Money) -> Result<Amount, LedgerError> {
    let bad = |why: String| LedgerError::BadInput { what, why };
    if line.currency() != currency {
        return Err(bad(format!(
            "{line} is not in {}, the currency of the limit",
            currency.code()
        )));
    }
    if line.is_negative() || !line.is_rounded() {
        return Err(bad(format!("{line} is below zero or has more digits than the currency")));
    }
    Amount::from_decimal(line.amount())
        .ok_or_else(|| bad(format!("{line} is beyond 922,337,203,685,477.5807")))
}
