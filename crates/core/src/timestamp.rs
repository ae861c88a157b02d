//! Instants: points in time in UTC, in whole microseconds, as databases keep them.
//!
//! The years 1 to 9999 are covered: what RFC 3339 can write, and every store and language beside us
//! can hold.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};

use crate::names::ErrorKind;

/// A point in time in UTC, in microseconds since 1970-01-01T00:00:00Z. Its text is RFC 3339 with
/// `Z` and as few digits of the second as are needed (none, 3 or 6).
///
/// ```
/// use fondaco_core::Timestamp;
/// let noon: Timestamp = "2026-07-01T14:00:00+02:00".parse()?;
/// assert_eq!(noon.to_string(), "2026-07-01T12:00:00Z");
/// # Ok::<(), fondaco_core::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// The system's time: for hosts, at the edge. An act takes its time from its
    /// [`Tx`](crate::Tx), so that it can run again.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// assert!(Timestamp::now() > Timestamp::EPOCH);
    /// ```
    #[allow(clippy::disallowed_methods)]
    pub fn now() -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.ok().and_then(|since| i64::try_from(since.as_micros()).ok());
        micros.and_then(Timestamp::from_micros).unwrap_or(Timestamp::EPOCH)
    }
    /// 0001-01-01T00:00:00Z, the first that can be written.
    pub const MIN: Timestamp = Timestamp(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z, the last that can be written.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999_999);

    /// The instant so many microseconds after the epoch. `None` outside the years 1 to 9999.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// assert_eq!(Timestamp::from_micros(0), Some(Timestamp::EPOCH));
    /// assert_eq!(Timestamp::from_micros(i64::MAX), None);
    /// ```
    #[inline]
    pub const fn from_micros(micros: i64) -> Option<Timestamp> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 {
            return None;
        }
        Some(Timestamp(micros))
    }

    /// The instant so many milliseconds after the epoch. `None` outside the years 1 to 9999.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// assert_eq!(Timestamp::from_millis(1_500), Timestamp::from_micros(1_500_000));
    /// assert_eq!(Timestamp::from_millis(i64::MAX), None);
    /// ```
    pub const fn from_millis(millis: i64) -> Option<Timestamp> {
        match millis.checked_mul(1000) {
            Some(micros) => Timestamp::from_micros(micros),
            None => None,
        }
    }

    /// Microseconds since the epoch.
    #[inline]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch, cut off towards the past.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// let before: Timestamp = "1969-12-31T23:59:59.999500Z".parse()?;
    /// assert_eq!((before.micros(), before.millis()), (-500, -1));
    /// # Ok::<(), fondaco_core::TimestampError>(())
    /// ```
    #[inline]
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The calendar date in UTC.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// let late: Timestamp = "2026-07-01T23:30:00-02:00".parse()?;
    /// assert_eq!(late.date_utc().to_string(), "2026-07-02");
    /// # Ok::<(), fondaco_core::TimestampError>(())
    /// ```
    pub fn date_utc(self) -> NaiveDate {
        self.to_datetime().date_naive()
    }

    /// The same instant for chrono.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// let noon: Timestamp = "2026-07-01T12:00:00Z".parse()?;
    /// assert_eq!(noon.to_datetime().format("%H:%M").to_string(), "12:00");
    /// assert_eq!(Timestamp::try_from(noon.to_datetime()), Ok(noon));
    /// # Ok::<(), fondaco_core::TimestampError>(())
    /// ```
    pub fn to_datetime(self) -> DateTime<Utc> {
        // Chrono's range is wider than ours, so the default is never taken.
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// The instant a while later, or earlier for a negative while; parts of a microsecond are cut
    /// off.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use fondaco_core::Timestamp;
    /// let second = TimeDelta::seconds(1);
    /// assert_eq!(Timestamp::EPOCH.checked_add(second), Timestamp::from_micros(1_000_000));
    /// assert_eq!(Timestamp::MAX.checked_add(second), None);
    /// ```
    pub fn checked_add(self, span: TimeDelta) -> Option<Timestamp> {
        Timestamp::from_micros(self.0.checked_add(span.num_microseconds()?)?)
    }

    /// The time from another instant to this one.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// let (start, end): (Timestamp, Timestamp) =
    ///     ("2026-07-01T08:00:00Z".parse()?, "2026-07-01T16:30:00Z".parse()?);
    /// assert_eq!(end.since(start).num_minutes(), 510);
    /// assert_eq!(start.since(end).num_minutes(), -510);
    /// # Ok::<(), fondaco_core::TimestampError>(())
    /// ```
    pub fn since(self, earlier: Timestamp) -> TimeDelta {
        TimeDelta::microseconds(self.0 - earlier.0)
    }
}

/// A text or an instant that is no [`Timestamp`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The text is not RFC 3339.
    #[error(
        "{text:?} is not an instant: write 2026-07-01T12:00:00Z, with up to 6 digits of a second"
    )]
    Syntax {
        /// The text as given.
        text: String,
    },
    /// The instant is outside the years 1 to 9999, or in a leap second.
    #[error("{text} cannot be held: instants are from year 1 to 9999, without leap seconds")]
    OutOfRange {
        /// The instant as given.
        text: String,
    },
}

impl TimestampError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// let error = "1 July".parse::<Timestamp>().unwrap_err();
    /// assert_eq!(error.code(), "core.timestamp_syntax");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            TimestampError::Syntax { .. } => "core.timestamp_syntax",
            TimestampError::OutOfRange { .. } => "core.timestamp_out_of_range",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

/// Parts of a microsecond are cut off towards the past.
impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = TimestampError;

    fn try_from(instant: DateTime<Utc>) -> Result<Timestamp, TimestampError> {
        let leap_second = instant.timestamp_subsec_nanos() >= 1_000_000_000;
        let held = Timestamp::from_micros(instant.timestamp_micros()).filter(|_| !leap_second);
        held.ok_or_else(|| TimestampError::OutOfRange { text: instant.to_rfc3339() })
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(instant: Timestamp) -> DateTime<Utc> {
        instant.to_datetime()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        let syntax = || TimestampError::Syntax { text: text.into() };
        let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 6 {
            return Err(syntax());
        }
        DateTime::parse_from_rfc3339(text).map_err(|_| syntax())?.to_utc().try_into()
    }
}

serde_as_text!(Timestamp);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bounds_are_the_years_1_and_9999() {
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(Timestamp::from_micros(Timestamp::MAX.micros() + 1), None);
        assert_eq!(Timestamp::from_micros(Timestamp::MIN.micros() - 1), None);
        assert_eq!(Timestamp::from_millis(i64::MAX), None);
        assert_eq!(Timestamp::MAX.checked_add(TimeDelta::MAX), None);
        assert_eq!(
            "0001-01-01T00:00:00+01:00".parse::<Timestamp>().unwrap_err().code(),
            "core.timestamp_out_of_range"
        );
    }

    #[test]
    fn what_would_lose_something_is_refused() {
        for text in [
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.0000001Z",
            "2026-13-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn time_before_the_epoch_has_its_own_millisecond() {
        assert_eq!(Timestamp(-1).millis(), -1);
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
    }

    proptest! {
        #[test]
        fn text_json_and_chrono_give_back_the_instant(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let instant = Timestamp(micros);
            prop_assert_eq!(instant.to_string().parse::<Timestamp>().unwrap(), instant);
            prop_assert_eq!(Timestamp::try_from(instant.to_datetime()).unwrap(), instant);
            let json = serde_json::to_string(&instant).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), instant);
        }

        #[test]
        fn the_text_orders_as_the_instant_by_its_second(
            a in Timestamp::MIN.0..=Timestamp::MAX.0,
            b in Timestamp::MIN.0..=Timestamp::MAX.0,
        ) {
            let second = |micros: i64| Timestamp(micros).to_string()[..19].to_string();
            prop_assert_eq!(second(a).cmp(&second(b)), a.div_euclid(1_000_000).cmp(&b.div_euclid(1_000_000)));
        }
    }
}
