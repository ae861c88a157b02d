//! Hours in which nobody wants to be written to.

use chrono::{NaiveTime, TimeDelta, Timelike};
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;
use serde::{Deserialize, Serialize};

/// From one time of day to another, the end not included, on the contact's own clock; over midnight where the first is the later.
///
/// ```
/// use fondaco_core::calendar::Zone;
/// use fondaco_crm::campaigns::QuietHours;
///
/// let night = QuietHours { from: "21:00:00".parse()?, to: "08:00:00".parse()? };
/// let india = Zone::minutes_east(330)?;
/// // Ten in the evening there, put off until eight in the morning.
/// let at = night.put_off("2026-03-01T16:30:00Z".parse()?, &india);
/// assert_eq!(at.to_string(), "2026-03-02T02:30:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When it begins.
    pub from: NaiveTime,
    /// When it ends; the same as the beginning for none.
    pub to: NaiveTime,
}

const DAY_SECONDS: i64 = 86_400;

impl QuietHours {
    /// Whether it is quiet at a time of day, in seconds.
    fn holds(self, second: i64) -> bool {
        let (from, to) = (seconds(self.from), seconds(self.to));
        match from <= to {
            true => from <= second && second < to,
            false => from <= second || second < to,
        }
    }

    /// The moment itself, or when the quiet hours in which it lies end. Where clocks are changed meanwhile, when they first show that time or a
    /// later one.
    #[must_use]
    pub fn put_off(self, at: Timestamp, zone: &Zone) -> Timestamp {
        let shown = |at: Timestamp| {
            let local = at.micros().div_euclid(1_000_000) + 60 * i64::from(zone.offset_at(at));
            local.rem_euclid(DAY_SECONDS)
        };
        if !self.holds(shown(at)) {
            return at;
        }
        let later = |at: Timestamp, seconds: i64| {
            at.checked_add(TimeDelta::seconds(seconds)).unwrap_or(Timestamp::MAX)
        };
        let whole = Timestamp::from_micros(at.micros().div_euclid(1_000_000) * 1_000_000);
        let whole = whole.unwrap_or(at);
        let wait = (seconds(self.to) - shown(at)).rem_euclid(DAY_SECONDS);
        let end = later(whole, wait);
        // Clocks that were changed on the way show another time then.
        let moved = 60 * i64::from(zone.offset_at(whole) - zone.offset_at(end));
        let end = later(end, moved).max(whole);
        let end = if self.holds(shown(end)) && moved != 0 { later(end, -moved) } else { end };
        // What is left between two quiet times may be just the hour that the clocks leave out.
        if self.holds(shown(end)) && end > at { self.put_off(end, zone) } else { end }
    }
}

fn seconds(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight())
}
