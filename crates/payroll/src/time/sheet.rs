//! What was worked on a day, as it is told.

use chrono::{NaiveDate, NaiveTime, Timelike};
use fondaco_core::decimal;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::TimeRules;
use crate::kernel_error::{KernelError, not_negative};

/// A stretch of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worked {
    /// When it began, to the minute.
    pub from: NaiveTime,
    /// When it ended; at or before the beginning, on the next day.
    pub to: NaiveTime,
    /// Breaks that were taken in it: from, to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<(NaiveTime, NaiveTime)>,
}

/// What was worked on a day: stretches with their times, hours without any, or both.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaySheet {
    /// Stretches of work that began on the day, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worked: Vec<Worked>,
    /// Hours of which nobody noted when.
    #[serde(default, skip_serializing_if = "Decimal::is_zero", with = "decimal::as_text")]
    pub hours: Decimal,
}

/// Minutes from the beginning of a day on: from, to. Up to two days long.
pub(super) type Minutes = (i64, i64);

/// A day has so many.
pub(super) const DAY: i64 = 24 * 60;

impl DaySheet {
    /// So many hours.
    ///
    /// ```
    /// use fondaco_payroll::time::{DaySheet, TimeRules};
    /// let sheet = DaySheet::hours("7.5".parse()?);
    /// assert_eq!(sheet.minutes(&TimeRules::default(), "2026-03-02".parse()?)?, 450.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn hours(hours: Decimal) -> DaySheet {
        DaySheet { worked: Vec::new(), hours }
    }

    /// One stretch.
    ///
    /// ```
    /// use fondaco_payroll::time::DaySheet;
    /// let night = DaySheet::from_to("22:00:00".parse()?, "06:00:00".parse()?);
    /// assert_eq!(night.worked.len(), 1);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn from_to(from: NaiveTime, to: NaiveTime) -> DaySheet {
        let worked = vec![Worked { from, to, breaks: Vec::new() }];
        DaySheet { worked, hours: Decimal::ZERO }
    }

    /// How many minutes of work there are, after breaks.
    ///
    /// # Errors
    /// [`KernelError::Negative`], [`KernelError::DayTooLong`] and [`KernelError::OutsidePeriod`] of what can't have been worked.
    pub fn minutes(&self, rules: &TimeRules, day: NaiveDate) -> Result<Decimal, KernelError> {
        let stretches = self.stretches(rules, day)?;
        let timed: i64 = stretches.iter().map(|(from, to)| to - from).sum();
        let plain = not_negative("hours", self.hours)?;
        let all = decimal::mul_exact(plain, Decimal::from(60))
            .and_then(|plain| decimal::add(plain, timed.into()));
        let all = crate::kernel_error::exact("hours", all)?;
        if all > Decimal::from(DAY) {
            let hours = all / Decimal::from(60);
            return Err(KernelError::DayTooLong { day, hours });
        }
        Ok(all)
    }

    /// The stretches that were worked, breaks taken out: those that were noted, and what the rules demand besides, from the middle of
    /// the longest time at work.
    pub(super) fn stretches(
        &self,
        rules: &TimeRules,
        day: NaiveDate,
    ) -> Result<Vec<Minutes>, KernelError> {
        let mut all: Vec<Minutes> = Vec::new();
        let (mut before, mut taken) = (None::<Minutes>, 0);
        for worked in &self.worked {
            let whole = rules.rounded(span(day, worked.from, worked.to)?);
            if before.is_some_and(|(_, end)| whole.0 < end) {
                return Err(outside(
                    day,
                    worked,
                    "give stretches in order, none reaching into another",
                ));
            }
            // Time between two stretches is no work, and as good as a break.
            taken += before.map_or(0, |(_, end)| whole.0 - end);
            before = Some(whole);
            taken += at_work(day, worked, whole, &mut all)?;
        }
        // Breaks are owed for what the day has in all (ArbZG § 4).
        let worked = all.iter().map(|(from, to)| to - from).sum();
        let owed = rules.break_minutes(worked).saturating_sub(taken);
        Ok(if owed > 0 { cut(all, owed) } else { all })
    }
}

/// Adds the parts of a stretch between its breaks, and says how long these are.
fn at_work(
    day: NaiveDate,
    worked: &Worked,
    whole: Minutes,
    parts: &mut Vec<Minutes>,
) -> Result<i64, KernelError> {
    let (mut begin, mut taken) = (whole.0, 0);
    for (from, to) in &worked.breaks {
        let mut pause = span(day, *from, *to)?;
        if pause.0 < whole.0 {
            pause = (pause.0 + DAY, pause.1 + DAY); // after midnight
        }
        if pause.0 < begin || pause.1 > whole.1 {
            return Err(outside(day, worked, "give breaks in order, within the time at work"));
        }
        parts.push((begin, pause.0));
        (begin, taken) = (pause.1, taken + pause.1 - pause.0);
    }
    parts.push((begin, whole.1));
    Ok(taken)
}

/// Takes minutes out of the middle of the longest part.
fn cut(parts: Vec<Minutes>, owed: i64) -> Vec<Minutes> {
    let longest =
        parts.iter().enumerate().max_by_key(|(at, (from, to))| (to - from, -(*at as i64)));
    let Some((at, (from, to))) = longest.map(|(at, part)| (at, *part)) else { return parts };
    let owed = owed.min(to - from);
    let middle = from + (to - from - owed) / 2;
    let mut out = parts;
    out.splice(at..=at, [(from, middle), (middle + owed, to)]);
    out
}

/// A stretch in minutes of its day.
fn span(day: NaiveDate, from: NaiveTime, to: NaiveTime) -> Result<Minutes, KernelError> {
    let whole = |time: NaiveTime| time.num_seconds_from_midnight().is_multiple_of(60);
    if !whole(from) || !whole(to) {
        return Err(KernelError::OutsidePeriod {
            field: "time",
            days: format!("{from} to {to}").into(),
            within: format!("whole minutes on {day}").into(),
            way_out: "leave the seconds out",
        });
    }
    let (from, to) = (minute(from), minute(to));
    Ok((from, if to > from { to } else { to + DAY }))
}

pub(super) fn minute(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight() / 60)
}

fn outside(day: NaiveDate, worked: &Worked, way_out: &'static str) -> KernelError {
    KernelError::OutsidePeriod {
        field: "work",
        days: format!("{} to {}", worked.from, worked.to).into(),
        within: format!("what else was worked on {day}").into(),
        way_out,
    }
}
