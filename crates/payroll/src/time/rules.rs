//! What the law and the contract make of hours.

use chrono::{NaiveTime, Weekday};
use fondaco_core::decimal;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::sheet::Minutes;
use crate::calendars::PayCalendarError;
use crate::overtime::{OvertimeRules, Tier};

/// A break that has to be taken by whoever works longer than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakRule {
    /// More minutes of work than these.
    pub above_minutes: u32,
    /// So many minutes of break, all breaks together.
    pub minutes: u32,
}

/// When a premium is earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum When {
    /// From one time of day to another; at or before the first, on the next day.
    Between {
        /// From when.
        from: NaiveTime,
        /// Until when.
        to: NaiveTime,
    },
    /// On these days of the week, from midnight to midnight.
    On(Vec<Weekday>),
    /// On holidays of the calendar by which the group works.
    Holidays,
}

/// Hours that earn more, by a component of pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Premium {
    /// The component that pays for them.
    pub component: SmolStr,
    /// When.
    pub when: When,
}

/// From how many hours on an hour is paid at a multiple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OvertimeTier {
    /// Hours above this many.
    #[serde(with = "decimal::as_text")]
    pub above: Decimal,
    /// At this multiple of the regular rate.
    #[serde(with = "decimal::as_text")]
    pub factor: Decimal,
}

/// By which rules overtime is reckoned, each week by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum OvertimeBy {
    /// [`OvertimeRules::flsa`].
    Flsa,
    /// [`OvertimeRules::california`].
    California,
    /// A contract's own.
    Tiers {
        /// By the week.
        #[serde(default)]
        weekly: Vec<OvertimeTier>,
        /// By the day.
        #[serde(default)]
        daily: Vec<OvertimeTier>,
    },
}

impl OvertimeBy {
    /// The rules that the function takes.
    #[must_use]
    pub fn rules(&self) -> OvertimeRules {
        let tiers = |all: &[OvertimeTier]| {
            all.iter().map(|tier| Tier { above: tier.above, factor: tier.factor }).collect()
        };
        match self {
            OvertimeBy::Flsa => OvertimeRules::flsa(),
            OvertimeBy::California => OvertimeRules::california(),
            OvertimeBy::Tiers { weekly, daily } => OvertimeRules {
                weekly: tiers(weekly),
                daily: tiers(daily),
                ..OvertimeRules::default()
            },
        }
    }
}

/// What becomes of hours that are worked.
///
/// ```
/// use fondaco_payroll::time::{DaySheet, TimeRules};
/// // Germany: half an hour above six hours, three quarters above nine (ArbZG § 4).
/// let rules = TimeRules::default().breaks(&[(6 * 60, 30), (9 * 60, 45)]);
/// let day = DaySheet::from_to("08:00:00".parse()?, "16:30:00".parse()?);
/// assert_eq!(day.minutes(&rules, "2026-03-02".parse()?)?, (8 * 60).into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRules {
    /// Breaks that have to be taken, the shortest time at work first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<BreakRule>,
    /// To how many minutes times are rounded, to the nearest; 1 for not at all.
    #[serde(default = "one")]
    pub round_to_minutes: u32,
    /// Hours that earn more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub premiums: Vec<Premium>,
    /// Overtime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overtime: Option<OvertimeBy>,
    /// The component that pays what overtime adds.
    #[serde(default = "overtime_component")]
    pub overtime_component: SmolStr,
    /// The day on which a week of work begins.
    #[serde(default = "monday")]
    pub week_starts: Weekday,
}

fn one() -> u32 {
    1
}

fn overtime_component() -> SmolStr {
    SmolStr::new_static("OVERTIME")
}

fn monday() -> Weekday {
    Weekday::Mon
}

impl Default for TimeRules {
    fn default() -> TimeRules {
        TimeRules {
            breaks: Vec::new(),
            round_to_minutes: one(),
            premiums: Vec::new(),
            overtime: None,
            overtime_component: overtime_component(),
            week_starts: monday(),
        }
    }
}

impl TimeRules {
    /// With breaks: above so many minutes, so many.
    ///
    /// ```
    /// use fondaco_payroll::time::TimeRules;
    /// // ArbZG § 4: half an hour above six hours, three quarters above nine.
    /// let rules = TimeRules::default().breaks(&[(6 * 60, 30), (9 * 60, 45)]);
    /// assert_eq!(rules.breaks.len(), 2);
    /// ```
    #[must_use]
    pub fn breaks(mut self, breaks: &[(u32, u32)]) -> TimeRules {
        let rule = |(above_minutes, minutes): &(u32, u32)| BreakRule {
            above_minutes: *above_minutes,
            minutes: *minutes,
        };
        self.breaks = breaks.iter().map(rule).collect();
        self
    }

    /// With a premium.
    ///
    /// ```
    /// use fondaco_payroll::time::{OvertimeBy, TimeRules, When};
    /// let sunday = When::On(vec![chrono::Weekday::Sun]);
    /// let rules = TimeRules::default().premium("SUNDAY", sunday).overtime(OvertimeBy::Flsa);
    /// assert!(rules.check().is_ok());
    /// ```
    #[must_use]
    pub fn premium(mut self, component: impl Into<SmolStr>, when: When) -> TimeRules {
        self.premiums.push(Premium { component: component.into(), when });
        self
    }

    /// With overtime.
    #[must_use]
    pub fn overtime(mut self, by: OvertimeBy) -> TimeRules {
        self.overtime = Some(by);
        self
    }

    /// Whether there can be such rules.
    ///
    /// # Errors
    /// [`PayCalendarError::BadPayCalendar`].
    pub fn check(&self) -> Result<(), PayCalendarError> {
        let bad =
            |field, value: String, why| Err(PayCalendarError::BadPayCalendar { field, value, why });
        if !(1..=60).contains(&self.round_to_minutes) || 60 % self.round_to_minutes != 0 {
            let value = self.round_to_minutes.to_string();
            return bad(
                "rounding",
                value,
                "no hour is made of: give minutes such as 1, 5, 6 or 15",
            );
        }
        let above: Vec<u32> = self.breaks.iter().map(|rule| rule.above_minutes).collect();
        if !above.is_sorted() {
            return bad(
                "breaks",
                format!("{above:?}"),
                "are out of order: give the shortest time first",
            );
        }
        let tiers: [&[OvertimeTier]; 2] = match &self.overtime {
            Some(OvertimeBy::Tiers { weekly, daily }) => [weekly, daily],
            _ => [&[], &[]],
        };
        for tier in tiers.into_iter().flatten() {
            if tier.factor < Decimal::ONE {
                return bad(
                    "factor",
                    tier.factor.to_string(),
                    "pays less than an hour: give 1 or more",
                );
            }
        }
        match tiers.into_iter().any(|tiers| !tiers.is_sorted_by_key(|tier| tier.above)) {
            true => {
                bad("overtime", "tiers".into(), "are out of order: give the fewest hours first")
            }
            false => Ok(()),
        }
    }

    /// How long breaks have to be in all, of so many minutes of work.
    pub(super) fn break_minutes(&self, worked: i64) -> i64 {
        let holds = self.breaks.iter().filter(|rule| worked > i64::from(rule.above_minutes));
        holds.map(|rule| i64::from(rule.minutes)).max().unwrap_or(0)
    }

    /// A stretch with both ends rounded to the nearest step.
    pub(super) fn rounded(&self, (from, to): Minutes) -> Minutes {
        let step = i64::from(self.round_to_minutes.max(1));
        let near = |minute: i64| (minute + step / 2).div_euclid(step) * step;
        (near(from), near(to))
    }
}
