//! Where a company's day begins.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{DueError, MANAGE};
use crate::policy::Request;
use crate::store::{Event, Record, Value};
use crate::{Act, Halt, Timestamp, Tx};

/// How far the company's day is from that of UTC, in minutes east: 60 for Central European winter time, -300 for
/// New York's.
///
/// A fixed offset: the day begins at the same instant of UTC all year round, whatever the clocks in the street say. For
/// business that happens "on a day" this is exact enough, and no rule of any country changes the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DayOffset {
    minutes_east: i32,
}

impl DayOffset {
    /// The day of UTC.
    pub const UTC: DayOffset = DayOffset { minutes_east: 0 };

    /// The widest offset either way: 18 hours, as in ISO 8601 implementations; those in use reach from -12 to +14.
    pub const WIDEST_MINUTES: i32 = 18 * 60;

    /// So many minutes east of UTC.
    ///
    /// ```
    /// use fondaco_core::due::DayOffset;
    /// assert_eq!(DayOffset::minutes_east(0)?, DayOffset::UTC);
    /// assert_eq!(DayOffset::minutes_east(24 * 60).unwrap_err().code(), "core.due_offset");
    /// # Ok::<(), fondaco_core::due::DueError>(())
    /// ```
    ///
    /// # Errors
    /// [`DueError::Offset`] beyond 18 hours.
    pub fn minutes_east(minutes_east: i32) -> Result<DayOffset, DueError> {
        if minutes_east.abs() > DayOffset::WIDEST_MINUTES {
            return Err(DueError::Offset { minutes_east });
        }
        Ok(DayOffset { minutes_east })
    }

    /// The minutes.
    pub const fn minutes(self) -> i32 {
        self.minutes_east
    }

    /// The instant at which `date` begins; `None` outside the years 1 to 9999.
    ///
    /// ```
    /// use fondaco_core::due::DayOffset;
    /// let zagreb = DayOffset::minutes_east(60)?;
    /// let first = "2026-07-01".parse()?;
    /// let begins = zagreb.start_of(first).ok_or("beyond all calendars")?;
    /// assert_eq!(begins.to_string(), "2026-06-30T23:00:00Z");
    /// assert_eq!(zagreb.date_of(begins), first);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_of(self, date: NaiveDate) -> Option<Timestamp> {
        let utc = date.and_time(NaiveTime::MIN).and_utc();
        Timestamp::from_micros(utc.timestamp_micros())?.checked_add(-self.delta())
    }

    /// The company's date at an instant.
    pub fn date_of(self, at: Timestamp) -> NaiveDate {
        // Chrono's years are wider than a timestamp's, so this always fits.
        let local = at.to_datetime().naive_utc().checked_add_signed(self.delta());
        local.map_or_else(|| at.date_utc(), |local| local.date())
    }

    fn delta(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.minutes_east))
    }
}

/// The company's setting: one row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "due_day", kind = state, key(setting))]
pub struct DaySetting {
    /// Which setting: `main`.
    pub setting: SmolStr,
    /// See [`DayOffset`].
    pub minutes_east: i32,
}

impl DaySetting {
    fn main() -> SmolStr {
        SmolStr::new_static("main")
    }
}

/// Where the company's day begins: as it was set, else that of UTC. The decision rests on it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::{DayOffset, day_offset};
/// # run(|tx| {
/// assert_eq!(day_offset(tx)?, DayOffset::UTC);
/// # Ok(()) });
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn day_offset(tx: &mut Tx<'_>) -> Result<DayOffset, Halt> {
    let setting = tx.get::<DaySetting>(&DaySetting::main())?;
    Ok(setting.map_or(DayOffset::UTC, |set| DayOffset { minutes_east: set.minutes_east }))
}

/// Sets where the company's day begins. Items on the queue stay where they are.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::SetDayOffset;
/// # let shop = shop();
/// shop.carry_out(envelope("day"), &SetDayOffset { minutes_east: 60 })?;
/// let wrong = shop.carry_out(envelope("day 2"), &SetDayOffset { minutes_east: 6000 });
/// assert_eq!(wrong.unwrap_err().code(), "core.due_offset");
/// # Ok::<(), fondaco_core::due::DueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetDayOffset {
    /// See [`DayOffset`].
    pub minutes_east: i32,
}

impl Act for SetDayOffset {
    type Answer = ();
    type Error = DueError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), DueError> {
        tx.authorize(&Request::new(&MANAGE))?;
        DayOffset::minutes_east(self.minutes_east)?;
        let set = DaySetting { setting: DaySetting::main(), minutes_east: self.minutes_east };
        match tx.get::<DaySetting>(&DaySetting::main())? {
            Some(_) => tx.put(set)?,
            None => tx.insert(set)?,
        }
        let minutes = Value::I64(i64::from(self.minutes_east));
        tx.emit(Event::new("due.day_offset_set").with("minutes_east", minutes));
        Ok(())
    }
}
