//! Why a figure is what it is: one tree for all engines.
//!
//! A node says what it is and how much, by which rule it came out, with which parameters (their validity and source), what
//! was rounded, and what it was made of, which are nodes again, down to facts. All that is said are phrases, so that a locale
//! says their words, amounts and dates its way. Engines fill it; it is shown as indented
//! text, as HTML that opens step by step (on a [`Page`](super::Page)), and is data by serde, decimals as text.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::text::clean;
use super::{Cell, Locale, Phrase, word};
use crate::decimal::as_text;
use crate::{DateRange, Rounding};

mod data;

/// A figure, with its reasons. In serde its inputs stand in it, and from 40 levels down in a list `below`, each with its level, since
/// no reader of JSON goes as deep as bills of material may. What is deeper than 500 levels is not read.
///
/// ```
/// use fondaco_core::report::{Explain, Parameter};
/// use fondaco_core::{Money, Rate, Rounding};
///
/// let (net, rate) = (Money::parse("10.50 EUR")?, Rate::percent("19")?);
/// let tax = Explain::new("VAT", rate.of(net, Rounding::HalfUp)?)
///     .rule("net × rate, per line")
///     .parameter(Parameter::new("rate", rate).valid("2021-01-01/..".parse()?).source("UStG § 12 (1)"))
///     .rounded(Rounding::HalfUp, 2, net.mul(rate)?.amount())
///     .input(Explain::new("net", net));
/// assert_eq!(tax.to_string(), "\
/// VAT: 2.00 EUR
/// │ net × rate, per line
/// │ rate: 19% (valid from 2021-01-01, UStG § 12 (1))
/// │ rounded half up to 2 digits from 1.995
/// └─ net: 10.50 EUR
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "data::Node", into = "data::Node")]
#[non_exhaustive]
pub struct Explain {
    /// What it is.
    pub what: Phrase,
    /// How much it is.
    pub value: Cell,
    /// How it came out of its inputs.
    pub rule: Option<Phrase>,
    /// What the rule was told besides.
    pub parameters: Vec<Parameter>,
    /// The rounding at the end of it.
    pub rounded: Option<Rounded>,
    /// Where it is recorded, in the engine's words: an entry, a document. Of facts.
    pub source: Option<Phrase>,
    /// What it was made of.
    pub inputs: Vec<Explain>,
}

/// A parameter of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Parameter {
    /// What it is.
    pub name: Phrase,
    /// Its value.
    pub value: Cell,
    /// When it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<DateRange>,
    /// Where it comes from: a law with its paragraph, a contract, a setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Phrase>,
}

/// A rounding that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rounded {
    /// By which rule.
    pub rounding: Rounding,
    /// To how many digits after the point.
    pub digits: u32,
    /// What was rounded.
    #[serde(with = "as_text")]
    pub exact: Decimal,
}

impl Explain {
    /// A figure without reasons yet.
    pub fn new(what: impl Into<Phrase>, value: impl Into<Cell>) -> Explain {
        Explain { what: what.into(), value: value.into(), ..Explain::default() }
    }

    /// The same with how it came out of its inputs.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<Phrase>) -> Explain {
        self.rule = Some(rule.into());
        self
    }

    /// The same with a parameter of the rule.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Explain {
        self.parameters.push(parameter);
        self
    }

    /// The same with the rounding at its end, and what was rounded.
    #[must_use]
    pub fn rounded(mut self, rounding: Rounding, digits: u32, exact: Decimal) -> Explain {
        self.rounded = Some(Rounded { rounding, digits, exact });
        self
    }

    /// The same with where it is recorded.
    #[must_use]
    pub fn source(mut self, source: impl Into<Phrase>) -> Explain {
        self.source = Some(source.into());
        self
    }

    /// The same with one of the figures it was made of.
    #[must_use]
    pub fn input(mut self, input: Explain) -> Explain {
        self.inputs.push(input);
        self
    }

    /// The same with the figures it was made of.
    #[must_use]
    pub fn inputs(mut self, inputs: impl IntoIterator<Item = Explain>) -> Explain {
        self.inputs.extend(inputs);
        self
    }

    /// As an indented tree.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use fondaco_core::report::{Explain, Locale};
    /// let half = Money::parse("1000.5 EUR")?;
    /// let sum = Explain::new("Sales", half.add(half)?)
    ///     .inputs([Explain::new("Mestre", half).source("invoice 7"), Explain::new("Lido", half)]);
    /// assert_eq!(sum.to_text(&Locale::de()), "\
    /// Sales: 2.001,00\u{202f}€
    /// ├─ Mestre: 1.000,50\u{202f}€ (invoice 7)
    /// └─ Lido: 1.000,50\u{202f}€
    /// ");
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn to_text(&self, locale: &Locale) -> String {
        let mut out = String::new();
        self.push_text(&mut out, locale, "", "");
        out
    }

    fn push_text(&self, out: &mut String, locale: &Locale, first: &str, next: &str) {
        let (what, value) = (clean(&self.what.show(locale)), clean(&locale.value(&self.value)));
        let source = self.source.iter().map(|source| format!(" ({})", clean(&source.show(locale))));
        let source = source.collect::<String>();
        out.push_str(&format!("{first}{what}: {value}{source}\n"));
        let bar = if self.inputs.is_empty() { "  " } else { "│ " };
        for ground in self.grounds_but_source(locale) {
            out.push_str(&format!("{next}{bar}{}\n", clean(&ground)));
        }
        let count = self.inputs.len();
        for (at, input) in self.inputs.iter().enumerate() {
            let (branch, under) =
                if at + 1 == count { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            input.push_text(out, locale, &format!("{next}{branch}"), &format!("{next}{under}"));
        }
    }

    /// Rule, parameters, rounding and source, each as a sentence.
    pub(crate) fn grounds(&self, locale: &Locale) -> Vec<String> {
        let source = self.source.iter().map(|source| source.show(locale));
        self.grounds_but_source(locale).into_iter().chain(source).collect()
    }

    fn grounds_but_source(&self, locale: &Locale) -> Vec<String> {
        let rule = self.rule.iter().map(|rule| rule.show(locale));
        let parameters = self.parameters.iter().map(|parameter| parameter.show(locale));
        let rounded = self.rounded.iter().map(|rounded| rounded.show(locale));
        rule.chain(parameters).chain(rounded).collect()
    }
}

impl fmt::Display for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(&Locale::plain()))
    }
}

impl Parameter {
    /// A parameter and its value.
    pub fn new(name: impl Into<Phrase>, value: impl Into<Cell>) -> Parameter {
        Parameter { name: name.into(), value: value.into(), valid: None, source: None }
    }

    /// The same with when it holds.
    #[must_use]
    pub fn valid(mut self, days: DateRange) -> Parameter {
        self.valid = Some(days);
        self
    }

    /// The same with where it comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<Phrase>) -> Parameter {
        self.source = Some(source.into());
        self
    }

    fn show(&self, locale: &Locale) -> String {
        let valid = self.valid.iter().map(|days| valid(*days).show(locale));
        let source = self.source.iter().map(|source| source.show(locale));
        let grounds: Vec<_> = valid.chain(source).collect();
        let grounds =
            if grounds.is_empty() { String::new() } else { format!(" ({})", grounds.join(", ")) };
        format!("{}: {}{grounds}", self.name.show(locale), locale.value(&self.value))
    }
}

fn valid(days: DateRange) -> Phrase {
    let phrase = Phrase::from(word("valid"));
    let since = days.start().into_iter();
    let phrase = since.fold(phrase, |phrase, first| phrase.and(word("from")).and(first));
    let until = days.end().into_iter();
    let phrase = until.fold(phrase, |phrase, last| phrase.and(word("through")).and(last));
    if days == DateRange::always() { phrase.and(word("always")) } else { phrase }
}

impl Rounded {
    fn show(&self, locale: &Locale) -> String {
        let rule = match self.rounding {
            Rounding::HalfUp => "rounded half up to",
            Rounding::HalfDown => "rounded half down to",
            Rounding::HalfEven => "rounded half even to",
            Rounding::Up => "rounded up to",
            Rounding::Down => "rounded down to",
            Rounding::Ceiling => "rounded to the ceiling to",
            Rounding::Floor => "rounded to the floor to",
        };
        let rounded = Phrase::from(word(rule)).and(self.digits);
        rounded.and(word("digits from")).and(Cell::Number(self.exact)).show(locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Money, Rate};

    fn tax() -> Explain {
        let net = Money::parse("10.50 EUR").unwrap();
        let parameter =
            Parameter::new("rate", Rate::percent("19").unwrap()).source("UStG § 12 (1)");
        Explain::new("VAT", Money::parse("2.00 EUR").unwrap())
            .rule("net × rate")
            .parameter(parameter.valid("2021-01-01/..".parse().unwrap()))
            .rounded(Rounding::HalfUp, 2, "1.995".parse().unwrap())
            .input(Explain::new(Phrase::from("net"), net).source("invoice/7"))
    }

    #[test]
    fn as_data_it_is_json_with_decimals_as_text() {
        let json = serde_json::to_string_pretty(&tax()).unwrap();
        assert_eq!(json, include_str!("explain/tax.json").trim_end());
        assert_eq!(serde_json::from_str::<Explain>(&json).unwrap(), tax());
    }

    #[test]
    fn a_locale_says_all_of_it_its_way() {
        let why = tax().source(Phrase::from(word("Entry")).and(7_i64));
        let german = "\
VAT: 2,00\u{202f}€ (Buchung 7)
│ net × rate
│ rate: 19\u{202f}% (gültig ab 01.01.2021, UStG § 12 (1))
│ kaufmännisch gerundet auf 2 Stellen aus 1,995
└─ net: 10,50\u{202f}€ (invoice/7)
";
        assert_eq!(why.to_text(&Locale::de()), german);
        let said = |days: &str| valid(days.parse().unwrap()).to_string();
        assert_eq!(said("2026-01-01/2026-12-31"), "valid from 2026-01-01 through 2026-12-31");
        assert_eq!(
            (said("../2026-12-31"), said("../..")),
            ("valid through 2026-12-31".into(), "valid always".into())
        );
    }

    #[test]
    fn every_rounding_has_its_german() {
        let roundings = [
            Rounding::HalfUp,
            Rounding::HalfDown,
            Rounding::HalfEven,
            Rounding::Up,
            Rounding::Down,
            Rounding::Ceiling,
            Rounding::Floor,
        ];
        for rounding in roundings {
            let shown = Rounded { rounding, digits: 2, exact: Decimal::ONE }.show(&Locale::de());
            assert!(
                shown.contains("gerundet auf 2 Stellen aus 1") && !shown.contains("round "),
                "{shown}"
            );
            assert!(!shown.contains("rounded"), "{shown}");
        }
    }

    #[test]
    fn a_tree_of_three_levels_keeps_its_branches_apart() {
        let leaf = |name: &str| Explain::new(name, 1_i64).rule("counted");
        let mid = Explain::new("m", 2_i64).rule("sum").inputs([leaf("a"), leaf("b")]);
        let top = Explain::new("t", 4_i64).inputs([mid.clone(), mid]);
        let expected = "\
t: 4
├─ m: 2
│  │ sum
│  ├─ a: 1
│  │    counted
│  └─ b: 1
│       counted
└─ m: 2
   │ sum
   ├─ a: 1
   │    counted
   └─ b: 1
        counted
";
        assert_eq!(top.to_string(), expected);
    }
}
