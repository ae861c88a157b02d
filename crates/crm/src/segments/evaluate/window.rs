//! Windows at a moment, and the moments at which an event comes into one and leaves it.
//!
//! Both say the same from two sides: an event at `t` lies in the window at `now` exactly when `enters(t) <= now < leaves(t)`. All times are
//! microseconds since 1970. Now itself is never in: an event at `t` counts from the next microsecond on.

use chrono::{Days, NaiveDate};
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;

use crate::segments::{Schema, Window};

/// From when to when, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// Never.
const NEVER: Range = Range { from: i64::MAX, until: i64::MAX };

/// Clocks and days of one zone.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) zone: &'s Zone,
}

impl<'s> Place<'s> {
    pub(crate) fn new(schema: &'s Schema, zone: u16) -> Self {
        Self { schema, zone: schema.clocks(zone) }
    }

    /// The day that it is: days begin when their first instant comes, be clocks put back over midnight afterwards.
    pub(crate) fn day(self, at: i64) -> NaiveDate {
        let Some(instant) = Timestamp::from_micros(at) else { return NaiveDate::MIN };
        let day = self.zone.date_of(instant);
        let next = later(day, 1);
        if self.begins(next) <= at { next } else { day }
    }

    /// The first instant of a day.
    pub(crate) fn begins(self, day: NaiveDate) -> i64 {
        let first = self.zone.start_of(day).map(Timestamp::micros);
        first.unwrap_or(if day < NaiveDate::default() { i64::MIN } else { i64::MAX })
    }

    /// The earliest of so many business days, of which the last is this day or before it.
    fn business_start(self, today: NaiveDate, days: u32) -> NaiveDate {
        let mut left = days;
        let mut day = today;
        while left > 0 && day > NaiveDate::MIN {
            left -= u32::from(self.schema.is_worked(day));
            if left > 0 {
                day = earlier(day, 1);
            }
        }
        day
    }

    /// The day on which a day no longer is within so many business days.
    fn business_end(self, day: NaiveDate, days: u32) -> NaiveDate {
        let mut left = days;
        let mut end = day;
        while left > 0 && end < NaiveDate::MAX {
            end = later(end, 1);
            left -= u32::from(self.schema.is_worked(end));
        }
        end
    }
}

fn later(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

fn earlier(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN)
}

impl Window {
    /// Whether it is the same for everybody, wherever they live.
    pub(crate) fn is_everywhere(self) -> bool {
        matches!(self, Window::Ever | Window::Last(_) | Window::Between { .. } | Window::Since(_))
    }

    /// The times that are in it at a moment.
    pub(crate) fn at(self, now: i64, place: Place<'_>) -> Range {
        let range = |from: i64, until: i64| Range { from, until: until.min(now) };
        match self {
            Window::Ever => range(i64::MIN, now),
            Window::Last(span) => range(now.saturating_sub(span.micros()), now),
            Window::Between { from, to } => {
                range(now.saturating_sub(from.micros()), now.saturating_sub(to.micros()))
            }
            Window::Since(at) => range(at.micros(), now),
            Window::Day { ago } => {
                let day = earlier(place.day(now), ago);
                range(place.begins(day), place.begins(later(day, 1)))
            }
            Window::LocalDays(days) => {
                range(place.begins(earlier(place.day(now), days.saturating_sub(1))), now)
            }
            Window::BusinessDays(days) => {
                range(place.begins(place.business_start(place.day(now), days)), now)
            }
            Window::SinceDay(day) => range(place.begins(day), now),
            Window::Days { from, to } => range(place.begins(from), place.begins(later(to, 1))),
        }
    }

    /// The moments at which an event of this time is in it.
    pub(crate) fn stay(self, at: i64, place: Place<'_>) -> Range {
        let soon = at.saturating_add(1);
        let after = |micros: i64| soon.saturating_add(micros);
        match self {
            Window::Ever => Range { from: soon, until: i64::MAX },
            Window::Last(span) => Range { from: soon, until: after(span.micros()) },
            Window::Between { from, to } => {
                Range { from: after(to.micros()), until: after(from.micros()) }
            }
            Window::Since(since) if at >= since.micros() => Range { from: soon, until: i64::MAX },
            Window::Since(_) => NEVER,
            Window::Day { ago } => {
                let begins = place.begins(later(place.day(at), ago));
                let ends = place.begins(later(place.day(at), ago.saturating_add(1)));
                Range { from: begins.max(soon), until: ends }
            }
            Window::LocalDays(days) => {
                Range { from: soon, until: place.begins(later(place.day(at), days)) }
            }
            Window::BusinessDays(days) => {
                Range { from: soon, until: place.begins(place.business_end(place.day(at), days)) }
            }
            Window::SinceDay(day) if at >= place.begins(day) => {
                Range { from: soon, until: i64::MAX }
            }
            Window::Days { from, to }
                if at >= place.begins(from) && at < place.begins(later(to, 1)) =>
            {
                Range { from: soon, until: i64::MAX }
            }
            Window::SinceDay(_) | Window::Days { .. } => NEVER,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segments::Span;

    fn zones() -> Schema {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let berlin = Zone::minutes_east(60).unwrap().changing(at("2026-03-29T01:00:00Z"), 120);
        let berlin = berlin.unwrap().changing(at("2026-10-25T01:00:00Z"), 60).unwrap();
        // Clocks that go back over midnight, as Newfoundland's did.
        let newfoundland =
            Zone::minutes_east(-150).unwrap().changing(at("2026-06-07T02:31:00Z"), -210);
        Schema::new().zone("Berlin", berlin).zone("St. John's", newfoundland.unwrap())
    }

    fn window() -> impl Strategy<Value = Window> {
        let day = |n: u64| "2026-03-01".parse::<NaiveDate>().unwrap() + Days::new(n);
        prop_oneof![
            Just(Window::Ever),
            (1_u32..200).prop_map(|hours| Window::Last(Span::hours(hours))),
            (1_u32..200, 1_u32..200).prop_map(|(to, more)| Window::Between {
                from: Span::hours(to + more),
                to: Span::hours(to)
            }),
            (0_u32..6).prop_map(|ago| Window::Day { ago }),
            (1_u32..6).prop_map(Window::LocalDays),
            (1_u32..8).prop_map(Window::BusinessDays),
            (0_u64..200).prop_map(move |n| Window::SinceDay(day(n))),
            (0_u64..200, 0_u64..9)
                .prop_map(move |(n, more)| Window::Days { from: day(n), to: day(n + more) }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        /// An event is in a window at a moment, said from either side.
        #[test]
        fn an_event_stays_while_the_window_holds_it(
            window in window(),
            zone in 0_u16..3,
            hour in 0_i64..200 * 24,
            minute in prop_oneof![0_i64..60, Just(0_i64)],
            later in prop_oneof![-5_i64..400, Just(24_i64), Just(48_i64)],
            micros in -1_i64..2,
        ) {
            let schema = zones();
            let place = Place::new(&schema, zone);
            let start = "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap().micros();
            let at = start + (hour * 60 + minute) * 60_000_000;
            let now = at + later * 3_600_000_000 + micros;
            let range = window.at(now, place);
            let stay = window.stay(at, place);
            let within = range.from <= at && at < range.until;
            prop_assert_eq!(within, stay.from <= now && now < stay.until, "{:?} {:?}", range, stay);
        }
    }

    #[test]
    fn days_are_those_of_the_contact() {
        let schema = zones();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().micros();
        let berlin = Place::new(&schema, schema.zone_of("Berlin").unwrap());
        let now = at("2026-03-29T22:30:00Z"); // half past midnight on the 30th there
        let today = Window::Day { ago: 0 }.at(now, berlin);
        assert_eq!(today, Range { from: at("2026-03-29T22:00:00Z"), until: now });
        // The day on which clocks were put forward has 23 hours.
        let yesterday = Window::Day { ago: 1 }.at(now, berlin);
        assert_eq!(yesterday.until - yesterday.from, 23 * 3_600_000_000);
        // A Sunday: the last business day is the Friday before.
        let sunday = at("2026-04-05T12:00:00Z");
        let one = Window::BusinessDays(1).at(sunday, Place::new(&schema, 0));
        assert_eq!(one.from, at("2026-04-03T00:00:00Z"));
    }
}
