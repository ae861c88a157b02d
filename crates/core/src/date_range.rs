//! Ranges of dates: validities, periods, leaves.
//!
//! Both ends belong to the range, as in the documents they come from ("1 January to 31 January"),
//! so no range is empty: what has no day is `None`. Either end may be open.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::names::ErrorKind;

/// A range of dates with both ends in it, either of them open if need be. Its text is that of ISO
/// 8601: `2026-01-01/2026-01-31`, with `..` for an open end.
///
/// ```
/// use fondaco_core::DateRange;
/// let quarter: DateRange = "2026-01-01/2026-03-31".parse()?;
/// let open: DateRange = "2026-03-15/..".parse()?;
/// assert_eq!(quarter.days(), Some(90));
/// assert_eq!(quarter.intersect(open), Some("2026-03-15/2026-03-31".parse()?));
/// # Ok::<(), fondaco_core::DateRangeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateRange {
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

impl DateRange {
    /// From a first to a last day.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::DateRange;
    /// let (first, last): (NaiveDate, NaiveDate) = ("2026-01-01".parse()?, "2026-01-31".parse()?);
    /// assert_eq!(DateRange::new(first, last)?.days(), Some(31));
    /// assert!(DateRange::new(last, first).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DateRangeError::Reversed`] when the last lies before the first.
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<DateRange, DateRangeError> {
        DateRange::between(Some(start), Some(end))
    }

    /// From a first day, if there is one, to a last, if there is one.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::DateRange;
    /// let hired: NaiveDate = "2026-03-15".parse()?;
    /// let employed = DateRange::between(Some(hired), None)?; // until further notice
    /// assert_eq!(employed, DateRange::from(hired));
    /// assert_eq!(employed.to_string(), "2026-03-15/..");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DateRangeError::Reversed`] when the last lies before the first.
    pub fn between(
        start: Option<NaiveDate>,
        end: Option<NaiveDate>,
    ) -> Result<DateRange, DateRangeError> {
        match (start, end) {
            (Some(start), Some(end)) if end < start => Err(DateRangeError::Reversed { start, end }),
            _ => Ok(DateRange { start, end }),
        }
    }

    /// One day.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::DateRange;
    /// let day: NaiveDate = "2026-05-01".parse()?;
    /// let holiday = DateRange::day(day);
    /// assert_eq!((holiday.start(), holiday.end()), (Some(day), Some(day)));
    /// assert_eq!(holiday.days(), Some(1));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn day(date: NaiveDate) -> DateRange {
        DateRange { start: Some(date), end: Some(date) }
    }

    /// From a first day on.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let price_list = DateRange::from("2026-07-01".parse()?);
    /// assert!(price_list.contains("2035-01-01".parse()?));
    /// assert_eq!(price_list.end(), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn from(start: NaiveDate) -> DateRange {
        DateRange { start: Some(start), end: None }
    }

    /// Up to a last day.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let old_prices = DateRange::until("2026-06-30".parse()?);
    /// assert!(!old_prices.contains("2026-07-01".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn until(end: NaiveDate) -> DateRange {
        DateRange { start: None, end: Some(end) }
    }

    /// All time.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// assert_eq!(DateRange::always().to_string(), "../..");
    /// assert_eq!(DateRange::always().days(), None);
    /// ```
    pub fn always() -> DateRange {
        DateRange { start: None, end: None }
    }

    /// The first day; `None` when open.
    pub fn start(self) -> Option<NaiveDate> {
        self.start
    }

    /// The last day; `None` when open.
    pub fn end(self) -> Option<NaiveDate> {
        self.end
    }

    /// Whether a day lies in the range.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let january: DateRange = "2026-01-01/2026-01-31".parse()?;
    /// assert!(january.end().is_some_and(|last| january.contains(last)));
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn contains(self, date: NaiveDate) -> bool {
        self.start.is_none_or(|start| start <= date) && self.end.is_none_or(|end| date <= end)
    }

    /// Whether the two share a day.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let january: DateRange = "2026-01-01/2026-01-31".parse()?;
    /// assert!(january.overlaps("2026-01-31/..".parse()?)); // the last day is in both
    /// assert!(!january.overlaps("2026-02-01/..".parse()?));
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn overlaps(self, other: DateRange) -> bool {
        self.intersect(other).is_some()
    }

    /// The days that the two share; `None` when there are none.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let contract: DateRange = "2026-01-15/..".parse()?;
    /// let january: DateRange = "2026-01-01/2026-01-31".parse()?;
    /// assert_eq!(contract.intersect(january), Some("2026-01-15/2026-01-31".parse()?));
    /// assert_eq!(contract.intersect("../2025-12-31".parse()?), None);
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn intersect(self, other: DateRange) -> Option<DateRange> {
        let start = self.start.max(other.start); // `None`, the open start, orders before all dates
        let end = match (self.end, other.end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        DateRange::between(start, end).ok()
    }

    /// From the first day of both to the last: what lies between the two, too.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let spring: DateRange = "2026-03-01/2026-05-31".parse()?;
    /// assert_eq!(spring.span("2026-05-15/..".parse()?), "2026-03-01/..".parse()?);
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    #[must_use]
    pub fn span(self, other: DateRange) -> DateRange {
        let start = self.start.min(other.start); // `None`, the open start, orders before all dates
        let end = self.end.and_then(|a| other.end.map(|b| a.max(b)));
        DateRange { start, end }
    }

    /// How many days there are; `None` when an end is open.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// assert_eq!("2028-02-01/2028-02-29".parse::<DateRange>()?.days(), Some(29));
    /// assert_eq!("2028-02-01/..".parse::<DateRange>()?.days(), None);
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn days(self) -> Option<i64> {
        Some((self.end? - self.start?).num_days() + 1)
    }

    /// The days in order, without end if the end is open. `None` when there is no first.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let range: DateRange = "2026-02-27/2026-03-02".parse()?;
    /// assert_eq!(range.iter().map(Iterator::count), Some(4));
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn iter(self) -> Option<impl Iterator<Item = NaiveDate>> {
        let next = move |date: &NaiveDate| date.succ_opt().filter(|date| self.contains(*date));
        self.start.map(|start| std::iter::successors(Some(start), next))
    }

    /// The range cut at the ends of calendar months, without end if the end is open. `None` when
    /// there is no first day.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let range: DateRange = "2026-01-15/2026-03-02".parse()?;
    /// let months: Vec<String> = range.months().into_iter().flatten().map(|m| m.to_string()).collect();
    /// let expected = ["2026-01-15/2026-01-31", "2026-02-01/2026-02-28", "2026-03-01/2026-03-02"];
    /// assert_eq!(months, expected);
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn months(self) -> Option<impl Iterator<Item = DateRange>> {
        let month = move |start: NaiveDate| {
            DateRange::new(start, end_of_month(start)).ok()?.intersect(self)
        };
        let next = move |part: &DateRange| month(part.end?.succ_opt()?);
        self.start.map(|start| std::iter::successors(month(start), next))
    }
}

impl DateRange {
    /// The same days of the year before, for comparing: a range that ends with its month does so a year before too.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let quarter: DateRange = "2025-01-01/2025-02-28".parse()?;
    /// assert_eq!(quarter.year_before().to_string(), "2024-01-01/2024-02-29");
    /// let open: DateRange = "2024-02-29/..".parse()?;
    /// assert_eq!(open.year_before().to_string(), "2023-02-28/..");
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn year_before(self) -> DateRange {
        let year = chrono::Months::new(12);
        let back = |date: NaiveDate| date.checked_sub_months(year).unwrap_or(NaiveDate::MIN);
        let end = |date: NaiveDate| {
            if date == end_of_month(date) { end_of_month(back(date)) } else { back(date) }
        };
        DateRange { start: self.start.map(back), end: self.end.map(end) }
    }
}

/// The last day of a date's month.
pub(crate) fn end_of_month(date: NaiveDate) -> NaiveDate {
    let days = (28..=31).rev();
    days.filter_map(|day| date.with_day(day)).next().unwrap_or(date)
}

/// A text, or two dates, that are no [`DateRange`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateRangeError {
    /// The last day lies before the first.
    #[error("{end} lies before {start}: a range ends on its first day or later")]
    Reversed {
        /// The first day as given.
        start: NaiveDate,
        /// The last day as given.
        end: NaiveDate,
    },
    /// The text is not a range.
    #[error(
        "{text:?} is not a range of dates: write 2026-01-01/2026-01-31, with .. for an open end"
    )]
    Syntax {
        /// The text as given.
        text: String,
    },
}

impl DateRangeError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::DateRange;
    /// let error = "2026-01-31/2026-01-01".parse::<DateRange>().unwrap_err();
    /// assert_eq!(error.code(), "core.date_range_reversed");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            DateRangeError::Reversed { .. } => "core.date_range_reversed",
            DateRangeError::Syntax { .. } => "core.date_range_syntax",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |date: Option<NaiveDate>| date.map_or("..".into(), |date| date.to_string());
        write!(f, "{}/{}", end(self.start), end(self.end))
    }
}

impl fmt::Debug for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DateRange {
    type Err = DateRangeError;

    fn from_str(text: &str) -> Result<DateRange, DateRangeError> {
        let syntax = || DateRangeError::Syntax { text: text.into() };
        let (start, end) = text.split_once('/').ok_or_else(syntax)?;
        let start = read_end(start).ok_or_else(syntax)?;
        let end = read_end(end).ok_or_else(syntax)?;
        DateRange::between(start, end)
    }
}

/// One end of a range's text: the inner `None` is an open one. Chrono also reads `2026-1-1`; only
/// the form that is written is taken.
fn read_end(text: &str) -> Option<Option<NaiveDate>> {
    if text == ".." {
        return Some(None);
    }
    let date: NaiveDate = text.parse().ok()?;
    (date.to_string() == text).then_some(Some(date))
}

serde_as_text!(DateRange);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date() -> impl Strategy<Value = NaiveDate> {
        (730_000i32..731_000).prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).unwrap())
    }

    fn range() -> impl Strategy<Value = DateRange> {
        let end = || prop::option::weighted(0.8, date());
        (end(), end())
            .prop_map(|(a, b)| DateRange::between(a, b).or(DateRange::between(b, a)).unwrap())
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_refused() {
        let error = "2026-01-02/2026-01-01".parse::<DateRange>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "2026-01-01 lies before 2026-01-02: a range ends on its first day or later"
        );
    }

    #[test]
    fn only_the_written_form_is_read() {
        for text in [
            "2026-01-01",
            "2026-1-1/..",
            " 2026-01-01/..",
            "2026-01-01/",
            "/",
            "2026-02-30/..",
            "2026-01-01/../..",
        ] {
            assert_eq!(
                text.parse::<DateRange>().unwrap_err().code(),
                "core.date_range_syntax",
                "{text}"
            );
        }
    }

    #[test]
    fn open_ends_go_on_for_ever() {
        let open = DateRange::from(NaiveDate::MAX);
        assert_eq!(open.iter().unwrap().count(), 1);
        assert_eq!(open.months().unwrap().count(), 1);
        assert!(DateRange::until(NaiveDate::MIN).iter().is_none());
        assert!(DateRange::always().months().is_none());
        assert_eq!(DateRange::always().days(), None);
        assert!(DateRange::always().contains(NaiveDate::MIN));
    }

    proptest! {
        #[test]
        fn a_day_is_shared_when_it_lies_in_both(a in range(), b in range(), day in date()) {
            let shared = a.intersect(b);
            prop_assert_eq!(shared.is_some_and(|range| range.contains(day)), a.contains(day) && b.contains(day));
            prop_assert_eq!(shared, b.intersect(a));
            prop_assert_eq!(a.overlaps(b), shared.is_some());
        }

        #[test]
        fn months_tile_the_range(range in range()) {
            let (Some(start), Some(end)) = (range.start(), range.end()) else { return Ok(()) };
            let months: Vec<DateRange> = range.months().unwrap().collect();
            prop_assert_eq!(months[0].start(), Some(start));
            prop_assert_eq!(months[months.len() - 1].end(), Some(end));
            for pair in months.windows(2) {
                let (last, first) = (pair[0].end().unwrap(), pair[1].start().unwrap());
                prop_assert_eq!(last.succ_opt(), Some(first));
                prop_assert_ne!(last.month(), first.month());
            }
            prop_assert!(months.iter().all(|part| part.start().unwrap().month() == part.end().unwrap().month()));
        }

        #[test]
        fn days_are_counted_as_they_come(range in range()) {
            if let Some(days) = range.days() {
                prop_assert_eq!(range.iter().unwrap().count() as i64, days);
            }
        }

        #[test]
        fn text_and_json_give_back_the_range(range in range()) {
            prop_assert_eq!(range.to_string().parse(), Ok(range));
            let json = serde_json::to_string(&range).unwrap();
            prop_assert_eq!(serde_json::from_str::<DateRange>(&json).unwrap(), range);
        }
    }
}
