//! The days that a recording is about.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::date_range::{DateRange, DateRangeError};

/// The days that a recording is about: some days, or all from a day on up to the next change.
/// Its text, also in serde, is that of a [`DateRange`] with a first day.
///
/// ```
/// use fondaco_core::timeline::Span;
/// let january: Span = "2026-01-01/2026-01-31".parse()?;
/// assert_eq!(january, Span::during("2026-01-01".parse()?, "2026-01-31".parse()?)?);
/// assert_eq!(Span::from("2026-02-01".parse()?).to_string(), "2026-02-01/..");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first day.
    pub start: NaiveDate,
    /// The last day, not before the first; `None` for up to the next change.
    pub end: Option<NaiveDate>,
}

impl Span {
    /// From a day on, up to the next change.
    ///
    /// ```
    /// use fondaco_core::timeline::Span;
    /// assert_eq!(Span::from("2026-02-01".parse()?).end, None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn from(date: NaiveDate) -> Span {
        Span { start: date, end: None }
    }

    /// From a first to a last day.
    ///
    /// ```
    /// use fondaco_core::timeline::Span;
    /// let (first, last) = ("2026-01-01".parse()?, "2026-01-31".parse()?);
    /// assert_eq!(Span::during(first, last)?.to_string(), "2026-01-01/2026-01-31");
    /// assert!(Span::during(last, first).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DateRangeError::Reversed`] when the last lies before the first.
    pub fn during(first: NaiveDate, last: NaiveDate) -> Result<Span, DateRangeError> {
        DateRange::new(first, last)?;
        Ok(Span { start: first, end: Some(last) })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            Some(last) => write!(f, "{}/{last}", self.start),
            None => write!(f, "{}/..", self.start),
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Span {
    type Err = DateRangeError;

    fn from_str(text: &str) -> Result<Span, DateRangeError> {
        let range: DateRange = text.parse()?;
        let start = range.start().ok_or_else(|| DateRangeError::Syntax { text: text.into() })?;
        Ok(Span { start, end: range.end() })
    }
}

serde_as_text!(Span);
