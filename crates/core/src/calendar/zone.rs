//! How far the clocks of a place are from UTC: where a day begins, and what time it is there.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::CalendarError;
use crate::Timestamp;

/// The clocks of a place, in minutes east of UTC, and the instants at which they are changed.
///
/// A zone is data. It says the same on every machine and in every year to come, whatever a country decides meanwhile
/// about its clocks; what was decided comes in as another zone. One that never changes (60 for Central European winter
/// time all year round, -300 for New York's) is exact enough for most business that happens "on a day"; the feature `tz`
/// makes zones of those of the IANA database (`Zone::of`).
///
/// ```
/// use fondaco_core::calendar::Zone;
/// let zagreb = Zone::minutes_east(60)?
///     .changing("2026-03-29T01:00:00Z".parse()?, 120)?
///     .changing("2026-10-25T01:00:00Z".parse()?, 60)?;
/// let begins = zagreb.start_of("2026-07-01".parse()?).ok_or("beyond all calendars")?;
/// assert_eq!(begins.to_string(), "2026-06-30T22:00:00Z");
/// assert_eq!(zagreb.date_of("2026-06-30T21:59:59Z".parse()?), "2026-06-30".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Told")]
pub struct Zone {
    minutes_east: i32,
    /// From when on it is how far, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<(Timestamp, i32)>,
}

/// A zone as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    minutes_east: i32,
    #[serde(default)]
    changes: Vec<(Timestamp, i32)>,
}

impl TryFrom<Told> for Zone {
    type Error = CalendarError;

    fn try_from(told: Told) -> Result<Zone, CalendarError> {
        let zone = Zone::minutes_east(told.minutes_east)?;
        told.changes.into_iter().try_fold(zone, |zone, (at, minutes)| zone.changing(at, minutes))
    }
}

/// The widest distance either way: 18 hours, as in ISO 8601 implementations; those in use reach from -12 to +14.
const WIDEST_MINUTES: i32 = 18 * 60;

impl Default for Zone {
    fn default() -> Zone {
        Zone::UTC
    }
}

impl Zone {
    /// That of UTC.
    pub const UTC: Zone = Zone { minutes_east: 0, changes: Vec::new() };

    /// A place whose clocks are always so many minutes ahead of UTC.
    ///
    /// ```
    /// use fondaco_core::calendar::Zone;
    /// assert_eq!(Zone::minutes_east(0)?, Zone::UTC);
    /// assert_eq!(Zone::minutes_east(24 * 60).unwrap_err().code(), "calendar.zone");
    /// # Ok::<(), fondaco_core::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Zone`] beyond 18 hours.
    pub fn minutes_east(minutes_east: i32) -> Result<Zone, CalendarError> {
        checked(minutes_east)?;
        Ok(Zone { minutes_east, changes: Vec::new() })
    }

    /// The same zone, whose clocks are so many minutes ahead from an instant on: after the last at which they are changed.
    ///
    /// ```
    /// use fondaco_core::calendar::Zone;
    /// let winter = "2026-10-25T01:00:00Z".parse()?;
    /// let paris = Zone::minutes_east(120)?.changing(winter, 60)?;
    /// assert_eq!((paris.offset_at("2026-08-01T00:00:00Z".parse()?), paris.offset_at(winter)), (120, 60));
    /// assert_eq!(paris.changing(winter, 120).unwrap_err().code(), "calendar.zone");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Zone`] beyond 18 hours, and for an instant that is not after the last change.
    pub fn changing(mut self, at: Timestamp, minutes_east: i32) -> Result<Zone, CalendarError> {
        checked(minutes_east)?;
        if let Some((last, _)) = self.changes.last().filter(|(last, _)| *last >= at) {
            let why =
                format!("a change at {at} is not after the one at {last}: give them in order");
            return Err(CalendarError::Zone { why });
        }
        self.changes.push((at, minutes_east));
        Ok(self)
    }

    /// A zone of the IANA database over the calendar years from one to another, to the minute; before and after them its
    /// clocks stay as they are there. Built with feature `tz`; what it says is that of the database this program was
    /// built with.
    ///
    /// ```
    /// use fondaco_core::calendar::Zone;
    /// let berlin = Zone::of(chrono_tz::Europe::Berlin, 2026, 2030);
    /// assert_eq!(berlin.offset_at("2026-07-01T00:00:00Z".parse()?), 120);
    /// assert_eq!(berlin.start_of("2030-07-01".parse()?), Some("2030-06-30T22:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "tz")]
    pub fn of(tz: chrono_tz::Tz, first_year: i32, last_year: i32) -> Zone {
        use chrono::{DateTime, Offset, TimeZone};
        let offset = |at: i64| {
            let utc = DateTime::from_timestamp(at, 0).unwrap_or_default().naive_utc();
            tz.offset_from_utc_datetime(&utc).fix().local_minus_utc() / 60
        };
        let begins = |year: i32| {
            let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
            day.and_time(NaiveTime::MIN).and_utc().timestamp()
        };
        let (mut at, end) = (begins(first_year), begins(last_year.saturating_add(1)));
        let mut zone = Zone { minutes_east: offset(at), changes: Vec::new() };
        while at < end {
            let next = at + STRIDE_SECONDS;
            if offset(next) != offset(at) {
                let change = first_after(at, next, &offset);
                let instant = Timestamp::from_micros(change * 1_000_000);
                zone.changes.extend(instant.map(|instant| (instant, offset(change))));
            }
            at = next;
        }
        zone
    }

    /// How many minutes its clocks are ahead of UTC.
    pub fn offset_at(&self, at: Timestamp) -> i32 {
        let known = self.changes.partition_point(|(from, _)| *from <= at);
        let last = known.checked_sub(1).and_then(|last| self.changes.get(last));
        last.map_or(self.minutes_east, |(_, minutes)| *minutes)
    }

    /// The first instant after another at which its clocks are changed.
    pub(super) fn change_after(&self, at: Timestamp) -> Option<Timestamp> {
        let known = self.changes.partition_point(|(from, _)| *from <= at);
        self.changes.get(known).map(|(from, _)| *from)
    }

    /// The day that it is there.
    pub fn date_of(&self, at: Timestamp) -> NaiveDate {
        // Chrono's years are wider than a timestamp's, so this always fits.
        let local = at.to_datetime().naive_utc().checked_add_signed(minutes(self.offset_at(at)));
        local.map_or_else(|| at.date_utc(), |local| local.date())
    }

    /// The instant at which a day begins there; where it is left out, or begins twice, the first at which it is that day
    /// or a later one. `None` outside of the years 1 to 9999.
    ///
    /// ```
    /// use fondaco_core::calendar::Zone;
    /// // Clocks that are put forward at midnight: that day begins at one o'clock.
    /// let beirut = Zone::minutes_east(120)?.changing("2026-03-28T22:00:00Z".parse()?, 180)?;
    /// assert_eq!(beirut.start_of("2026-03-29".parse()?), Some("2026-03-28T22:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_of(&self, date: NaiveDate) -> Option<Timestamp> {
        let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
        let midnight = Timestamp::from_micros(midnight)?;
        let first = (Timestamp::MIN, self.minutes_east);
        let stretches = std::iter::once(first).chain(self.changes.iter().copied());
        let ends = self.changes.iter().map(|(at, _)| *at).chain([Timestamp::MAX]);
        // The first stretch in which it is that day, or a later one, at some time.
        stretches.zip(ends).find_map(|((begins, east), ends)| {
            let at = midnight.checked_add(-minutes(east))?.max(begins);
            (at < ends).then_some(at)
        })
    }
}

fn minutes(east: i32) -> TimeDelta {
    TimeDelta::minutes(i64::from(east))
}

fn checked(minutes_east: i32) -> Result<(), CalendarError> {
    if minutes_east.unsigned_abs() <= WIDEST_MINUTES.unsigned_abs() {
        return Ok(());
    }
    let why = format!(
        "{minutes_east} minutes are beyond {WIDEST_MINUTES} either way: give the distance from UTC in minutes"
    );
    Err(CalendarError::Zone { why })
}

/// No zone changes its clocks twice within so many seconds.
#[cfg(feature = "tz")]
const STRIDE_SECONDS: i64 = 6 * 3600;

/// The first second at which the offset is not that of `early` any more.
#[cfg(feature = "tz")]
fn first_after(mut early: i64, mut late: i64, offset: &impl Fn(i64) -> i32) -> i64 {
    let before = offset(early);
    while late - early > 1 {
        let middle = early + (late - early) / 2;
        if offset(middle) == before { early = middle } else { late = middle }
    }
    late
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_there() {
        let begins = |zone: &Zone| zone.start_of(d("2026-03-01")).unwrap().to_string();
        assert_eq!(begins(&Zone::UTC), "2026-03-01T00:00:00Z");
        assert_eq!(begins(&Zone::minutes_east(330).unwrap()), "2026-02-28T18:30:00Z");
        assert_eq!(begins(&Zone::minutes_east(-300).unwrap()), "2026-03-01T05:00:00Z");
        let last = d("9999-12-31");
        assert!(Zone::UTC.start_of(last).is_some());
        assert_eq!(Zone::UTC.start_of(last.succ_opt().unwrap()), None);
        assert_eq!(Zone::minutes_east(1).unwrap().start_of(d("0001-01-01")), None);
    }

    #[test]
    fn a_day_that_begins_twice_and_one_that_never_does() {
        // Newfoundland until 2011: at one minute past midnight back to the evening before.
        let back = Zone::minutes_east(-150).unwrap().changing(at("2010-11-07T02:31:00Z"), -210);
        let start = back.as_ref().unwrap().start_of(d("2010-11-07"));
        assert_eq!(start, Some(at("2010-11-07T02:30:00Z")));
        // Samoa had no 30 December 2011.
        let samoa = Zone::minutes_east(-600).unwrap().changing(at("2011-12-30T10:00:00Z"), 840);
        let samoa = samoa.unwrap();
        assert_eq!(samoa.start_of(d("2011-12-30")), Some(at("2011-12-30T10:00:00Z")));
        assert_eq!(samoa.date_of(at("2011-12-30T10:00:00Z")), d("2011-12-31"));
        assert_eq!(samoa.date_of(at("2011-12-30T09:59:59Z")), d("2011-12-29"));
    }

    #[test]
    fn what_is_no_zone_is_refused_as_json_too() {
        let zone = Zone::minutes_east(60).unwrap().changing(at("2026-03-29T01:00:00Z"), 120);
        let json = serde_json::to_string(zone.as_ref().unwrap()).unwrap();
        assert_eq!(json, r#"{"minutes_east":60,"changes":[["2026-03-29T01:00:00Z",120]]}"#);
        assert_eq!(serde_json::from_str::<Zone>(&json).ok(), zone.ok());
        assert_eq!(serde_json::to_string(&Zone::UTC).unwrap(), r#"{"minutes_east":0}"#);
        for (wrong, why) in [
            (r#"{"minutes_east":1081}"#, "beyond 1080"),
            (r#"{"minutes_east":-2147483648}"#, "beyond 1080"),
            (r#"{"minutes_east":0,"changes":[["2026-03-29T01:00:00Z",5000]]}"#, "beyond 1080"),
            (
                r#"{"minutes_east":0,"changes":[["2026-03-29T01:00:00Z",60],["2026-03-29T01:00:00Z",0]]}"#,
                "not after the one at 2026-03-29T01:00:00Z: give them in order",
            ),
        ] {
            let refused = serde_json::from_str::<Zone>(wrong).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[cfg(feature = "tz")]
    #[test]
    fn a_zone_of_the_database_says_what_the_database_says() {
        use chrono::{Offset, TimeZone};
        for tz in [
            chrono_tz::Europe::Berlin,
            chrono_tz::Australia::Lord_Howe,
            chrono_tz::Africa::Casablanca,
        ] {
            let zone = Zone::of(tz, 2000, 2040);
            for hour in 0..41 * 366 * 24 {
                let instant =
                    at("2000-01-01T00:00:00Z").checked_add(TimeDelta::hours(hour)).unwrap();
                let known = tz.offset_from_utc_datetime(&instant.to_datetime().naive_utc());
                assert_eq!(
                    zone.offset_at(instant) * 60,
                    known.fix().local_minus_utc(),
                    "{tz} {instant}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// The first instant of a day: none before it is of that day or a later one.
        #[test]
        fn a_day_begins_when_it_is_that_day(
            east in -1080i32..=1080,
            changes in prop::collection::btree_map(0i64..200_000, -1080i32..=1080, 0..4),
            day in 0u64..150,
        ) {
            let base = at("2026-01-01T00:00:00Z");
            let minute = |n: i64| base.checked_add(TimeDelta::minutes(n)).unwrap();
            let zone = changes.into_iter().fold(Zone::minutes_east(east).unwrap(), |zone, (n, east)| {
                zone.changing(minute(n), east).unwrap()
            });
            let date = d("2026-01-01") + chrono::Days::new(day);
            let begins = zone.start_of(date).unwrap();
            prop_assert!(zone.date_of(begins) >= date);
            let long = begins.since(base).num_minutes();
            for before in (long - 4000..long).step_by(7).chain([long - 1]) {
                prop_assert!(zone.date_of(minute(before)) < date);
            }
        }
    }
}
