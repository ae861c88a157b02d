//! Lengths of time as people write them: `30 days`, `90 minutes`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A length of time of whole units, at least one microsecond. A day has 24 hours and a week 7 such days, whatever clocks do meanwhile.
///
/// ```
/// use fondaco_crm::segments::Span;
///
/// let month: Span = "30 days".parse()?;
/// assert_eq!(month, Span::days(30));
/// assert_eq!(Span::hours(48).to_string(), "2 days");
/// assert!("0 days".parse::<Span>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(i64);

/// Longest first; each divides those before it.
const UNITS: &[(&str, i64)] = &[
    ("week", 7 * 86_400_000_000),
    ("day", 86_400_000_000),
    ("hour", 3_600_000_000),
    ("minute", 60_000_000),
    ("second", 1_000_000),
    ("microsecond", 1),
];

/// A hundred thousand days: longer than what anybody has done anything, short enough to be taken from any instant.
const LONGEST_MICROS: i64 = 100_000 * 86_400_000_000;

impl Span {
    /// So many days of 24 hours; the nearest length that is one, where that is none.
    #[must_use]
    pub fn days(days: u32) -> Span {
        Span::held(i64::from(days).saturating_mul(86_400_000_000))
    }

    /// So many hours; the nearest length that is one, where that is none.
    #[must_use]
    pub fn hours(hours: u32) -> Span {
        Span::held(i64::from(hours).saturating_mul(3_600_000_000))
    }

    /// So many minutes; the nearest length that is one, where that is none.
    #[must_use]
    pub fn minutes(minutes: u32) -> Span {
        Span::held(i64::from(minutes).saturating_mul(60_000_000))
    }

    fn held(micros: i64) -> Span {
        Span(micros.clamp(1, LONGEST_MICROS))
    }

    /// So many of a unit, by its name: `days`, `day` or `d`.
    ///
    /// # Errors
    /// The reason, when there is no such unit, or the length is none.
    pub(crate) fn of(count: i64, unit: &str) -> Result<Span, String> {
        let (_, micros) = UNITS.iter().find(|(name, _)| is_unit(name, unit)).ok_or_else(|| {
            format!("{unit:?} is no unit: write weeks, days, hours, minutes or seconds")
        })?;
        let length =
            count.checked_mul(*micros).filter(|micros| (1..=LONGEST_MICROS).contains(micros));
        length.map(Span).ok_or_else(|| {
            format!("{count} {unit} is no length of time: give one above 0, up to 100000 days")
        })
    }

    /// Whether a word names a unit.
    pub(crate) fn is_unit(word: &str) -> bool {
        UNITS.iter().any(|(name, _)| is_unit(name, word))
    }

    /// The length in microseconds.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0
    }
}

fn is_unit(name: &str, word: &str) -> bool {
    let short = name != "microsecond" && name.starts_with(word) && word.len() == 1;
    short || word == name || word.strip_suffix('s') == Some(name)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Weeks are shown as days, as people count them.
        let fits = UNITS.iter().skip(1).find(|(_, micros)| self.0 % micros == 0);
        let (name, micros) = fits.copied().unwrap_or(("microsecond", 1));
        let count = self.0 / micros;
        write!(f, "{count} {name}{}", if count == 1 { "" } else { "s" })
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
        let (count, unit) = trimmed.split_at(digits);
        let count = count
            .parse()
            .map_err(|_| format!("{text:?} is no length of time: write such as 30 days"))?;
        Span::of(count, unit.trim())
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Span, String> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}
