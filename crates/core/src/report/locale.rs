//! How people of a place write numbers, dates and amounts, and what they call things: data, with two shipped and any a host
//! adds.
//!
//! The shipped ones follow [CLDR](https://cldr.unicode.org) where it has one answer, in the digits of amounts ISO 4217.
//! Engines say the words of their results in English ([`word`](super::word)); a locale's [`words`](Locale::words) are what
//! stands for them, and what it lacks stays English.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Cell, Kind};
use crate::decimal::normalize;
use crate::rounding::round;
use crate::{Currency, Money, Rounding};

mod date;
mod german;
mod number;
mod shipped;

/// How values are written. It has a serde form, so that a host can keep its own in a file.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_core::report::Locale;
/// let amount = Money::parse("-1234567.5 EUR")?;
/// assert_eq!(Locale::en().money(amount), "\u{2212}€1,234,567.50");
/// assert_eq!(Locale::de().money(amount), "\u{2212}1.234.567,50\u{202f}€");
/// assert_eq!(Locale::plain().money(amount), "-1,234,567.50 EUR");
///
/// // A host's own: Indian groups, amounts after the code.
/// let mut india = Locale { tag: "en-IN".into(), groups: vec![3, 2], ..Locale::en() };
/// india.symbols.clear();
/// assert_eq!(india.money(amount), "\u{2212}EUR\u{202f}12,34,567.50");
/// # Ok::<(), fondaco_core::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locale {
    /// Its tag by BCP 47: `de`, `en-IN`.
    pub tag: SmolStr,
    /// Between whole digits and the rest.
    pub decimal_mark: SmolStr,
    /// Between groups of digits.
    pub group_mark: SmolStr,
    /// How many digits a group has, from the point to the left; the last goes on. Empty for no groups.
    pub groups: Vec<u8>,
    /// How many digits stand before the first mark at least: 2 leaves 1234 whole, as in Spanish.
    pub least_leading: u8,
    /// Before what is below zero.
    pub minus: SmolStr,
    /// After a percentage, with its blank.
    pub percent: SmolStr,
    /// Whether an amount follows its currency.
    pub currency_first: bool,
    /// Between an amount and a symbol.
    pub symbol_gap: SmolStr,
    /// Between an amount and a code, and between a quantity and its unit.
    pub code_gap: SmolStr,
    /// Symbols of currencies; the others show their code.
    pub symbols: BTreeMap<Currency, SmolStr>,
    /// Short names of powers of ten, smallest first: `(6, "M")`. For axes of charts.
    pub powers: Vec<(u8, SmolStr)>,
    /// How a day is written: `d`, `dd`, `M`, `MM`, `MMM` (short name), `MMMM` (name), `yy`, `yyyy`; anything else stands
    /// for itself, and letters do between apostrophes.
    pub date: SmolStr,
    /// How a month is written, likewise.
    pub month: SmolStr,
    /// The months' names, as they stand in dates.
    pub months: [SmolStr; 12],
    /// Their short names.
    pub short_months: [SmolStr; 12],
    /// What stands for the words of results, by their English: `Total` is `Summe`. Those that are lacking stay English.
    #[serde(default)]
    pub words: BTreeMap<SmolStr, SmolStr>,
}

impl Locale {
    /// A number with so many digits after the point, rounded half-up where it has more.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// assert_eq!(Locale::de().number("1234.567".parse()?, 1), "1.234,6");
    /// assert_eq!(Locale::en().number("-0.04".parse()?, 1), "0.0"); // zero has no sign
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    pub fn number(&self, value: Decimal, digits: u32) -> String {
        let mut out = String::new();
        self.push_number(&mut out, round(value, digits, Rounding::HalfUp), digits);
        out
    }

    /// An amount of a currency without its name: at least the currency's digits, and all that it has.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::Locale;
    /// let (en, price) = (Locale::en(), "1234.5".parse()?);
    /// assert_eq!(en.amount(price, Currency::EUR), "1,234.50");
    /// assert_eq!(en.amount(price, Currency::JPY), "1,234.5"); // never cut
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    pub fn amount(&self, value: Decimal, currency: Currency) -> String {
        let mut out = String::new();
        self.push_amount(&mut out, value, currency);
        out
    }

    /// An amount with its currency.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use fondaco_core::report::Locale;
    /// let francs = Money::parse("5 CHF")?;
    /// assert_eq!((Locale::en().money(francs), Locale::de().money(francs)), ("CHF\u{202f}5.00".into(), "5,00\u{202f}CHF".into()));
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn money(&self, money: Money) -> String {
        let (name, gap) = match self.symbols.get(&money.currency()) {
            Some(symbol) => (symbol.as_str(), &self.symbol_gap),
            None => (money.currency().code(), &self.code_gap),
        };
        let amount = self.amount(money.amount().abs(), money.currency());
        let minus = if money.is_negative() { self.minus.as_str() } else { "" };
        match self.currency_first {
            true => format!("{minus}{name}{gap}{amount}"),
            false => format!("{minus}{amount}{gap}{name}"),
        }
    }

    /// A factor in percent, rounded half-up to so many digits; one too large for that as a multiple, `x`.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// let growth = "0.12345".parse()?;
    /// assert_eq!(Locale::en().percent(growth, 1), "12.3%");
    /// assert_eq!(Locale::de().percent(growth, 1), "12,3\u{202f}%");
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    pub fn percent(&self, factor: Decimal, digits: u32) -> String {
        match factor.checked_mul(Decimal::ONE_HUNDRED) {
            Some(percent) => format!("{}{}", self.number(percent, digits), self.percent),
            None => format!("{}x", self.number(factor, 0)),
        }
    }

    /// A day.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// let day = "2026-03-05".parse()?;
    /// assert_eq!((Locale::en().date(day), Locale::de().date(day)), ("5 Mar 2026".into(), "05.03.2026".into()));
    /// let spanish = Locale { date: "d 'de' MMMM 'de' yyyy".into(), ..Locale::en() };
    /// assert_eq!(spanish.date(day), "5 de March de 2026"); // with the months' names to be given
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn date(&self, date: NaiveDate) -> String {
        self.by_pattern(&self.date, date)
    }

    /// A month.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// let day = "2026-03-05".parse()?;
    /// assert_eq!((Locale::en().month(day), Locale::de().month(day)), ("Mar 2026".into(), "März 2026".into()));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn month(&self, date: NaiveDate) -> String {
        self.by_pattern(&self.month, date)
    }

    /// A value in a column of a kind. One of another kind than its column's is shown as what it is.
    ///
    /// ```
    /// use fondaco_core::report::{Cell, Kind, Locale};
    /// use fondaco_core::Currency;
    /// let (en, five) = (Locale::en(), Cell::Number(5.into()));
    /// assert_eq!(en.cell(&five, &Kind::Amount(Currency::EUR)), "5.00");
    /// assert_eq!(en.cell(&five, &Kind::Percent { digits: 0 }), "500%");
    /// assert_eq!(en.cell(&Cell::text("none"), &Kind::Count), "none");
    /// ```
    pub fn cell(&self, cell: &Cell, kind: &Kind) -> String {
        let mut out = String::new();
        self.push_cell(&mut out, cell, kind);
        out
    }

    /// A value by itself, with its currency or unit.
    ///
    /// ```
    /// use fondaco_core::report::{Cell, Locale};
    /// let weight = Cell::Quantity { amount: "2.5".parse()?, unit: "kg".into() };
    /// assert_eq!(Locale::de().value(&weight), "2,5\u{202f}kg");
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    pub fn value(&self, cell: &Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.to_string(),
            Cell::Word(english) => self.word(english).to_owned(),
            Cell::Phrase(phrase) => phrase.show(self),
            Cell::Number(value) => self.whole(*value),
            Cell::Money(money) => self.money(*money),
            Cell::Quantity { amount, unit } => {
                format!("{}{}{unit}", self.whole(*amount), self.code_gap)
            }
            Cell::Percent(factor) => {
                self.percent(*factor, normalize(*factor).scale().saturating_sub(2))
            }
            Cell::Date(date) => self.date(*date),
            Cell::Month(date) => self.month(*date),
            Cell::Count(count) => self.number(Decimal::from(*count), 0),
        }
    }

    /// What stands for a word of results.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// let mut austria = Locale::de();
    /// austria.words.insert("Total".into(), "Gesamt".into()); // a house's own word
    /// assert_eq!((austria.word("Total"), austria.word("Debit")), ("Gesamt", "Soll"));
    /// assert_eq!(Locale::de().word("a word nobody knows"), "a word nobody knows");
    /// ```
    pub fn word<'w>(&'w self, english: &'w str) -> &'w str {
        self.words.get(english).map_or(english, SmolStr::as_str)
    }

    /// A number with all its digits.
    fn whole(&self, value: Decimal) -> String {
        self.number(value, normalize(value).scale())
    }

    pub(crate) fn push_amount(&self, out: &mut String, value: Decimal, currency: Currency) {
        let value = normalize(value);
        let digits = currency.minor_units().unwrap_or(0).max(value.scale());
        self.push_number(out, value, digits);
    }

    pub(crate) fn push_cell(&self, out: &mut String, cell: &Cell, kind: &Kind) {
        match (cell, kind) {
            (Cell::Text(text), _) => out.push_str(text),
            (Cell::Number(value), Kind::Amount(currency)) => {
                self.push_amount(out, *value, *currency)
            }
            (Cell::Money(money), Kind::Amount(currency)) if money.currency() == *currency => {
                self.push_amount(out, money.amount(), *currency);
            }
            (Cell::Number(value) | Cell::Percent(value), Kind::Percent { digits }) => {
                out.push_str(&self.percent(*value, *digits));
            }
            (Cell::Number(value), Kind::Quantity { unit, digits }) => {
                self.push_measure(out, (*value, unit), *digits);
            }
            (Cell::Quantity { amount, unit }, Kind::Quantity { digits, .. })
                if cell.is_of(kind) =>
            {
                self.push_measure(out, (*amount, unit), *digits);
            }
            (Cell::Quantity { amount, unit }, Kind::Measure { digits }) => {
                self.push_measure(out, (*amount, unit), *digits);
            }
            (Cell::Number(value), Kind::Measure { digits }) => {
                self.push_measure(out, (*value, ""), *digits);
            }
            (cell, _) => out.push_str(&self.value(cell)),
        }
    }

    fn push_measure(&self, out: &mut String, (value, unit): (Decimal, &str), digits: u32) {
        out.push_str(&self.number(value, digits));
        if !unit.is_empty() {
            out.push_str(&self.code_gap);
            out.push_str(unit);
        }
    }
}
