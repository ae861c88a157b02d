//! Business calendars: which day it is, and whether people work on it.
//!
//! A [`Calendar`] is a week and rules: which weekdays are worked, which holidays the law gives and
//! since when, what takes their place when they fall on a weekend. Rules are data, each with the law
//! it comes from; those of some countries are shipped ([`Calendar::named`]), others a host writes or
//! reads from a file. [`Calendar::over`] makes of them a table of the days of some years,
//! [`WorkingDays`], which adds, counts and rolls in constant or logarithmic time and can be joined
//! with others. [`WorkingHours`] reckon with the time of day in a
//! [`Zone`]. Where the company's own day begins, its zone says ([`SetZone`]): [`Tx::today`](crate::Tx::today) is the one
//! "today" of rights, due dates and whatever else happens on a day. A company keeps calendars of its own in its store
//! ([`DefineCalendar`]), and terms name them or shipped ones by their codes ([`BusinessDays`], [`Tx::calendar`](crate::Tx::calendar)).

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::date_range::DateRange;

mod business;
mod data;
mod days;
mod easter;
mod error;
mod hours;
mod own;
mod rule;
mod table;
mod week;
mod zone;

pub use business::BusinessDays;
pub use days::Roll;
pub use easter::{easter, orthodox_easter};
pub use error::CalendarError;
pub use hours::{AtClosing, DayHours, WorkingHours};
pub use own::{
    CalendarRefusal, DefineCalendar, ENGINE, MANAGE, OwnCalendar, SetZone, ZoneSetting, find, zone,
};
pub use rule::{DayRule, HolidayRule, Observance};
pub use table::WorkingDays;
pub use week::WorkingWeek;
pub use zone::Zone;

/// Which days are worked, by rules.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_core::calendar::{Calendar, Roll};
/// let bavaria = Calendar::named("DE-BY")?;
/// let epiphany: NaiveDate = "2026-01-06".parse()?;
/// assert_eq!(bavaria.holiday_on(epiphany).map(|h| h.name), Some("Heilige Drei Könige".into()));
///
/// let days = bavaria.over("2026-01-01/2026-12-31".parse()?)?;
/// let due = days.add("2026-01-02".parse()?, 2, Roll::Following)?;
/// assert_eq!(due, "2026-01-07".parse()?); // a weekend and Epiphany later
/// assert_eq!(days.count("2026-01-01".parse()?, "2026-02-01".parse()?)?, 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    name: SmolStr,
    week: WorkingWeek,
    #[serde(default)]
    rules: Vec<HolidayRule>,
    /// Days that are worked though the week or a rule says otherwise.
    #[serde(default)]
    worked: BTreeSet<NaiveDate>,
}

/// A day on which a rule says that nobody works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// What it is called where it is kept.
    pub name: SmolStr,
    /// The day in whose place it is free, if it is only free in its place.
    pub instead_of: Option<NaiveDate>,
}

impl Calendar {
    /// A calendar without holidays.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, WorkingWeek};
    /// let plain = Calendar::new("office", WorkingWeek::MON_FRI);
    /// assert!(plain.is_working("2026-12-25".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn new(name: impl Into<SmolStr>, week: WorkingWeek) -> Calendar {
        Calendar { name: name.into(), week, rules: Vec::new(), worked: BTreeSet::new() }
    }

    /// A calendar that is shipped, by the ISO 3166 code of its country or part: `DE` (what all
    /// states share), `DE-BY`, `GB-SCT`, `US`; `TARGET` for the euro's payments; `MON-FRI` has weekends
    /// and no holidays. Complete from the year 2000 on, as of 2026.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let scotland = Calendar::named("GB-SCT")?;
    /// assert!(!scotland.is_working("2026-01-02".parse()?));
    /// let error = Calendar::named("XX").unwrap_err();
    /// assert_eq!(error.code(), "calendar.unknown");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Unknown`], which names those there are.
    pub fn named(code: &str) -> Result<Calendar, CalendarError> {
        let rules = data::rules(code);
        let rules = rules.ok_or_else(|| CalendarError::Unknown { code: code.into() })?;
        Ok(Calendar { rules, ..Calendar::new(code, WorkingWeek::MON_FRI) })
    }

    /// The codes of the calendars that are shipped.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// assert!(Calendar::names().all(|code| Calendar::named(code).is_ok()));
    /// assert!(Calendar::names().any(|code| code == "TARGET"));
    /// ```
    pub fn names() -> impl Iterator<Item = &'static str> {
        data::codes()
    }

    /// The same calendar under another name: one that is shipped, with days of one's own.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let munich = Calendar::named("DE-BY")?.named_as("Munich");
    /// assert_eq!(munich.name(), "Munich");
    /// # Ok::<(), fondaco_core::calendar::CalendarError>(())
    /// ```
    #[must_use]
    pub fn named_as(mut self, name: impl Into<SmolStr>) -> Calendar {
        self.name = name.into();
        self
    }

    /// The same calendar over other weekdays.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, WorkingWeek};
    /// let shop = Calendar::named("AT")?.week(WorkingWeek::MON_SAT);
    /// assert!(shop.is_working("2026-01-03".parse()?)); // a Saturday
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn week(mut self, week: WorkingWeek) -> Calendar {
        self.week = week;
        self
    }

    /// The same calendar with another holiday.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, DayRule, HolidayRule};
    /// // Kept where most people are Catholic: the state leaves it to its communities.
    /// let assumption = HolidayRule::new("Mariä Himmelfahrt", DayRule::fixed(8, 15))
    ///     .source("FTG BY Art. 1 Abs. 1 Nr. 2");
    /// let munich = Calendar::named("DE-BY")?.with(assumption);
    /// assert!(!munich.is_working("2025-08-15".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with(mut self, rule: HolidayRule) -> Calendar {
        self.rules.push(rule);
        self
    }

    /// The same calendar without the holidays of a name.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let works_on_5_may = Calendar::named("NL")?.without("Bevrijdingsdag");
    /// assert!(works_on_5_may.is_working("2026-05-05".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn without(mut self, name: &str) -> Calendar {
        self.rules.retain(|rule| rule.name != name);
        self
    }

    /// The same calendar with a day off: a plant holiday, a day of mourning.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, WorkingWeek};
    /// let plant = Calendar::new("plant", WorkingWeek::MON_FRI)
    ///     .day_off("2026-08-03".parse()?, "Maintenance");
    /// assert!(!plant.is_working("2026-08-03".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn day_off(self, date: NaiveDate, name: impl Into<SmolStr>) -> Calendar {
        self.with(HolidayRule::new(name, DayRule::Once { date }))
    }

    /// The same calendar with a day that is worked all the same: the Saturday that makes up for a bridge.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, WorkingWeek};
    /// let plant = Calendar::new("plant", WorkingWeek::MON_FRI).working_on("2026-01-10".parse()?);
    /// assert!(plant.is_working("2026-01-10".parse()?)); // a Saturday
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn working_on(mut self, date: NaiveDate) -> Calendar {
        self.worked.insert(date);
        self
    }

    /// Whether all of it can be: each holiday has a day, and some day is worked. [`DefineCalendar`] asks; so may a host that
    /// reads one from a file.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, DayRule, HolidayRule, WorkingWeek};
    /// let feast = HolidayRule::new("Feast", DayRule::fixed(2, 30));
    /// let never = Calendar::new("plant", WorkingWeek::MON_FRI).with(feast);
    /// assert_eq!(
    ///     never.check().unwrap_err().to_string(),
    ///     "calendar plant: Feast: no year has that day: give a month from 1 to 12 and one of its days",
    /// );
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Impossible`] with what can't be.
    pub fn check(&self) -> Result<(), CalendarError> {
        let fail = |what: &str, why| {
            let (calendar, what) = (self.name.clone(), what.into());
            Err(CalendarError::Impossible { calendar, what, why })
        };
        let idle = self.week == WorkingWeek::on([]) && self.worked.is_empty();
        if idle {
            return fail("its week", "nobody ever works: give it a weekday, such as 1111100");
        }
        let mut rules = self.rules.iter();
        match rules.find_map(|rule| Some((&rule.name, rule.day.is_never()?))) {
            Some((name, why)) => fail(name, why),
            None => Ok(()),
        }
    }

    /// What names it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules, each with its source.
    pub fn rules(&self) -> &[HolidayRule] {
        &self.rules
    }

    /// The holidays of the calendar year, in order of date, on weekends too, with those that are
    /// free in their place. One in the place of 1 January may lie in the year before.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let holidays = Calendar::named("US")?.holidays(2026);
    /// let fourth = holidays.iter().find(|h| h.instead_of.is_some()).ok_or("a Saturday")?;
    /// assert_eq!(fourth.name, "Independence Day");
    /// assert_eq!((fourth.date, fourth.instead_of), ("2026-07-03".parse()?, Some("2026-07-04".parse()?)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn holidays(&self, year: i32) -> Vec<Holiday> {
        let around = rule::holidays(&self.rules, self.week, year..=year);
        around.into_iter().filter(|(of, _)| *of == year).map(|(_, holiday)| holiday).collect()
    }

    /// The holiday on a day, if it is one; the first by rule if two meet.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let france = Calendar::named("FR")?;
    /// assert_eq!(france.holiday_on("2026-07-14".parse()?).map(|h| h.name), Some("Fête nationale".into()));
    /// assert_eq!(france.holiday_on("2026-07-15".parse()?), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn holiday_on(&self, date: NaiveDate) -> Option<Holiday> {
        let around = rule::holidays(&self.rules, self.week, date.year()..=date.year());
        around.into_iter().map(|(_, holiday)| holiday).find(|holiday| holiday.date == date)
    }

    /// Whether a day is worked. To ask for many days, or to reckon with them, use [`Calendar::over`].
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let target = Calendar::named("TARGET")?;
    /// assert!(!target.is_working("2026-04-03".parse()?)); // Good Friday
    /// assert!(target.is_working("2026-08-15".parse::<chrono::NaiveDate>()?.succ_opt().ok_or("")?.succ_opt().ok_or("")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_working(&self, date: NaiveDate) -> bool {
        let usual = self.week.works_on(date.weekday()) && self.holiday_on(date).is_none();
        usual || self.worked.contains(&date)
    }

    /// The table of the days of a range: all reckoning is done with it. A hundred years take five
    /// kilobytes.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let days = Calendar::named("AT")?.over("2020-01-01/2040-12-31".parse()?)?;
    /// assert!(!days.is_working("2026-10-26".parse()?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::OpenRange`] when an end is open.
    pub fn over(&self, range: DateRange) -> Result<WorkingDays, CalendarError> {
        let (Some(first), Some(last)) = (range.start(), range.end()) else {
            return Err(CalendarError::OpenRange { range });
        };
        let around = rule::holidays(&self.rules, self.week, first.year()..=last.year());
        let off: BTreeSet<NaiveDate> =
            around.into_iter().map(|(_, holiday)| holiday.date).collect();
        let works = |date: NaiveDate, weekday: Weekday| {
            self.worked.contains(&date) || (self.week.works_on(weekday) && !off.contains(&date))
        };
        Ok(WorkingDays::of(first, last, works))
    }
}

#[cfg(test)]
mod tests;
