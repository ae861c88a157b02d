//! Holidays as data: on which day of each year, since when, by which law.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Holiday, WorkingWeek, easter, orthodox_easter};
use crate::date_range::{DateRange, end_of_month};

/// A holiday: its day in each year, what happens on weekends, and since when it is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayRule {
    /// What it is called where it is kept.
    pub name: SmolStr,
    /// On which day.
    pub day: DayRule,
    /// What happens when that is a Saturday or Sunday.
    #[serde(default)]
    pub observed: Observance,
    /// The days between which it is a holiday.
    #[serde(default = "DateRange::always")]
    pub valid: DateRange,
    /// Years in which it was moved or left out.
    #[serde(default)]
    pub except: Vec<i32>,
    /// The law it comes from.
    #[serde(default)]
    pub source: SmolStr,
}

/// The day of a holiday in each year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum DayRule {
    /// The same day each year.
    Fixed {
        /// The month, from 1.
        month: u32,
        /// The day, from 1.
        day: u32,
    },
    /// The n-th weekday of a month, from 1, or from its end, from -1.
    Nth {
        /// Which one.
        nth: i32,
        /// The weekday.
        weekday: Weekday,
        /// The month, from 1.
        month: u32,
    },
    /// The first such weekday on a day or after it.
    OnOrAfter {
        /// The weekday.
        weekday: Weekday,
        /// The month, from 1.
        month: u32,
        /// The day, from 1.
        day: u32,
    },
    /// The last such weekday on a day or before it.
    OnOrBefore {
        /// The weekday.
        weekday: Weekday,
        /// The month, from 1.
        month: u32,
        /// The day, from 1.
        day: u32,
    },
    /// So many days after Easter Sunday, or before it if negative.
    Easter {
        /// The days.
        days: i64,
    },
    /// So many days after Easter Sunday of the eastern churches, or before it if negative.
    OrthodoxEaster {
        /// The days.
        days: i64,
    },
    /// A day if it falls on a weekday, else the first other weekday of its month.
    FixedOrFirst {
        /// The month, from 1.
        month: u32,
        /// The day, from 1.
        day: u32,
        /// If it falls on this weekday;
        on: Weekday,
        /// else the first of these in the month.
        else_first: Weekday,
    },
    /// One day, once.
    Once {
        /// The day.
        date: NaiveDate,
    },
}

/// What happens when a holiday falls on a weekend: Saturday and Sunday, or, in a calendar that works on Sundays and rests on Fridays, its days of rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observance {
    /// Nothing: it is lost.
    #[default]
    AsIs,
    /// The next day that is neither on a weekend nor free anyway is free in its place.
    NextWeekday,
    /// As before, for a Sunday alone.
    SundayToNextWeekday,
    /// Of a Saturday the Friday before is free in its place, of a Sunday the Monday after: the working day beside it, the one before rather.
    NearestWeekday,
    /// On a Sunday it is moved to the day before.
    SundayMovesToSaturday,
}

impl DayRule {
    /// Why it never gives a day, if so.
    pub(super) fn is_never(self) -> Option<&'static str> {
        let day = |month, day| {
            // A leap year has all days that there are.
            let known = NaiveDate::from_ymd_opt(2000, month, day).is_some();
            (!known)
                .then_some("no year has that day: give a month from 1 to 12 and one of its days")
        };
        match self {
            DayRule::Nth { nth, month, .. } => match (nth.unsigned_abs(), month) {
                (1..=5, 1..=12) => None,
                _ => Some(
                    "no month has that weekday: count from 1 to 5, or from the end from -1 to -5, in a month from 1 to 12",
                ),
            },
            DayRule::Fixed { month, day: of } => day(month, of),
            DayRule::OnOrAfter { month, day: of, .. }
            | DayRule::OnOrBefore { month, day: of, .. }
            | DayRule::FixedOrFirst { month, day: of, .. } => day(month, of),
            DayRule::Easter { days } | DayRule::OrthodoxEaster { days } => {
                let within_a_year = (-366..=366).contains(&days);
                (!within_a_year).then_some("that is years from Easter: count from -366 to 366 days")
            }
            DayRule::Once { .. } => None,
        }
    }
}

impl HolidayRule {
    /// A holiday that has always been one and is lost on a weekend.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, DayRule, HolidayRule, Observance, WorkingWeek};
    /// let founders = HolidayRule::new("Founders' day", DayRule::fixed(3, 14))
    ///     .observed(Observance::NextWeekday)
    ///     .since("2020-01-01".parse()?)
    ///     .source("agreement of 2019-11-05");
    /// let ours = Calendar::new("ours", WorkingWeek::MON_FRI).with(founders);
    /// assert!(!ours.is_working("2026-03-16".parse()?)); // the Monday after
    /// assert!(ours.is_working("2019-03-14".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn new(name: impl Into<SmolStr>, day: DayRule) -> HolidayRule {
        HolidayRule {
            name: name.into(),
            day,
            observed: Observance::AsIs,
            valid: DateRange::always(),
            except: Vec::new(),
            source: SmolStr::default(),
        }
    }

    /// What happens on weekends.
    #[must_use]
    pub fn observed(mut self, observed: Observance) -> HolidayRule {
        self.observed = observed;
        self
    }

    /// A holiday from this day on.
    #[must_use]
    pub fn since(mut self, first: NaiveDate) -> HolidayRule {
        self.valid = DateRange::between(Some(first), self.valid.end()).unwrap_or(self.valid);
        self
    }

    /// A holiday up to this day.
    #[must_use]
    pub fn until(mut self, last: NaiveDate) -> HolidayRule {
        self.valid = DateRange::between(self.valid.start(), Some(last)).unwrap_or(self.valid);
        self
    }

    /// Not in these years.
    #[must_use]
    pub fn except(mut self, years: impl IntoIterator<Item = i32>) -> HolidayRule {
        self.except.extend(years);
        self
    }

    /// The law it comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> HolidayRule {
        self.source = source.into();
        self
    }

    /// Its day in a year, if it is a holiday then.
    ///
    /// ```
    /// use fondaco_core::calendar::{DayRule, HolidayRule};
    /// let juneteenth = HolidayRule::new("Juneteenth", DayRule::fixed(6, 19)).since("2021-06-17".parse()?);
    /// assert_eq!(juneteenth.date_in(2020), None);
    /// assert_eq!(juneteenth.date_in(2021), Some("2021-06-19".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn date_in(&self, year: i32) -> Option<NaiveDate> {
        let date = self.day.date_in(year)?;
        let moved =
            self.observed == Observance::SundayMovesToSaturday && date.weekday() == Weekday::Sun;
        let date = if moved { date.pred_opt()? } else { date };
        (self.valid.contains(date) && !self.except.contains(&year)).then_some(date)
    }
}

impl DayRule {
    /// The same day each year.
    ///
    /// ```
    /// use fondaco_core::calendar::DayRule;
    /// assert_eq!(DayRule::fixed(5, 1).date_in(2026), Some("2026-05-01".parse()?));
    /// assert_eq!(DayRule::fixed(2, 29).date_in(2026), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub const fn fixed(month: u32, day: u32) -> DayRule {
        DayRule::Fixed { month, day }
    }

    /// The n-th weekday of a month; the last is -1.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::calendar::DayRule;
    /// let thanksgiving = DayRule::nth(4, Weekday::Thu, 11);
    /// assert_eq!(thanksgiving.date_in(2026), Some("2026-11-26".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub const fn nth(nth: i32, weekday: Weekday, month: u32) -> DayRule {
        DayRule::Nth { nth, weekday, month }
    }

    /// So many days after Easter Sunday.
    ///
    /// ```
    /// use fondaco_core::calendar::DayRule;
    /// assert_eq!(DayRule::easter(39).date_in(2026), Some("2026-05-14".parse()?)); // Ascension
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub const fn easter(days: i64) -> DayRule {
        DayRule::Easter { days }
    }

    /// The day in a year; `None` when the year has none.
    pub fn date_in(self, year: i32) -> Option<NaiveDate> {
        let on = |month, day| NaiveDate::from_ymd_opt(year, month, day);
        match self {
            DayRule::Fixed { month, day } => on(month, day),
            DayRule::Nth { nth, weekday, month } if nth > 0 => {
                let first = first_from(on(month, 1)?, weekday)?;
                let date = first.checked_add_days(Days::new(7 * (u64::try_from(nth).ok()? - 1)))?;
                (date.month() == month).then_some(date)
            }
            DayRule::Nth { nth, weekday, month } => {
                let last = last_until(end_of_month(on(month, 1)?), weekday)?;
                let back = u64::from(nth.unsigned_abs()).checked_sub(1)?;
                let date = last.checked_sub_days(Days::new(7 * back))?;
                (date.month() == month).then_some(date)
            }
            // A common year has no 29 February, and days before and after it all the same.
            DayRule::OnOrAfter { weekday, month, day } => {
                let next = || end_of_month(on(month, 1)?).succ_opt();
                first_from(on(month, day).or_else(next)?, weekday)
            }
            DayRule::OnOrBefore { weekday, month, day } => {
                let last = || Some(end_of_month(on(month, 1)?));
                last_until(on(month, day).or_else(last)?, weekday)
            }
            DayRule::Easter { days } => shifted(easter(year)?, days),
            DayRule::OrthodoxEaster { days } => shifted(orthodox_easter(year)?, days),
            DayRule::FixedOrFirst { month, day, on: weekday, else_first } => {
                let date = on(month, day)?;
                let falls = date.weekday() == weekday;
                if falls { Some(date) } else { first_from(on(month, 1)?, else_first) }
            }
            DayRule::Once { date } => (date.year() == year).then_some(date),
        }
    }
}

fn first_from(date: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    date.checked_add_days(Days::new(weekday.days_since(date.weekday()).into()))
}

fn last_until(date: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(date.weekday().days_since(weekday).into()))
}

fn shifted(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_add_signed(chrono::TimeDelta::try_days(days)?)
}

/// The holidays by some rules of some years and of those beside them, in order of date, each with its year.
///
/// What is free in the place of the last days of a year may lie in the next one, and what that has itself is free already: so with the years
/// beside them all that lies in these years is there, and any cut of the same calendar says the same.
pub(super) fn holidays(
    rules: &[HolidayRule],
    week: WorkingWeek,
    years: RangeInclusive<i32>,
) -> Vec<(i32, Holiday)> {
    let weekend = Weekend::of(week);
    let around = years.start().saturating_sub(1)..=years.end().saturating_add(1);
    let dated = around.flat_map(|year| {
        rules.iter().filter_map(move |rule| Some((rule.date_in(year)?, year, rule)))
    });
    let mut dated: Vec<(NaiveDate, i32, &HolidayRule)> = dated.collect();
    dated.sort_by_key(|(date, ..)| *date);
    let mut free: BTreeSet<NaiveDate> = dated.iter().map(|(date, ..)| *date).collect();
    let mut holidays = Vec::with_capacity(dated.len());
    for (date, year, rule) in dated {
        let substitute = weekend.substitute(date, rule.observed, &free);
        free.extend(substitute);
        let of = |date, instead_of| (year, Holiday { date, name: rule.name.clone(), instead_of });
        holidays.push(of(date, None));
        holidays.extend(substitute.map(|day| of(day, Some(date))));
    }
    holidays.sort_by_key(|(_, holiday)| holiday.date);
    holidays
}

/// The days that holidays are moved off.
///
/// What the law calls a weekend is not what one company does not work: a shop that is open on Saturdays keeps the substitutes of
/// its country. So it is Saturday and Sunday, unless the week works on Sundays and rests on Fridays: then the country's weekend is another,
/// and it is the days of rest.
struct Weekend(WorkingWeek);

impl Weekend {
    fn of(week: WorkingWeek) -> Weekend {
        let other = week.works_on(Weekday::Sun) && !week.works_on(Weekday::Fri);
        Weekend(if other { week } else { WorkingWeek::MON_FRI })
    }

    fn holds(&self, day: NaiveDate) -> bool {
        !self.0.works_on(day.weekday())
    }

    /// The day that is free in the place of a holiday.
    fn substitute(
        &self,
        date: NaiveDate,
        observed: Observance,
        free: &BTreeSet<NaiveDate>,
    ) -> Option<NaiveDate> {
        if !self.holds(date) {
            return None; // a working day is free: nothing is lost
        }
        let next = || date.iter_days().find(|day| !self.holds(*day) && !free.contains(day));
        match observed {
            Observance::NextWeekday => next(),
            Observance::SundayToNextWeekday if date.weekday() == Weekday::Sun => next(),
            Observance::NearestWeekday => [date.pred_opt(), date.succ_opt()]
                .into_iter()
                .flatten()
                .find(|day| !self.holds(*day)),
            _ => None,
        }
    }
}
