//! As what each minute of a day counts.

use chrono::{Datelike, NaiveDate};
use fondaco_core::calendar::Calendar;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::sheet::{DAY, Minutes, minute};
use super::{DaySheet, TimeRules, When};
use crate::kernel_error::KernelError;

/// What a day's work counts as, in minutes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ClassHours {
    /// All that was worked.
    pub worked: Decimal,
    /// What of it earns a premium, by the component that pays it, in the order of the rules.
    pub premiums: Vec<(SmolStr, Decimal)>,
}

/// As what a day's work counts. Hours of which nobody noted when earn premiums of whole days alone.
///
/// ```
/// use chrono::Weekday;
/// use fondaco_core::calendar::Calendar;
/// use fondaco_payroll::time::{DaySheet, TimeRules, When, classify};
/// let night = When::Between { from: "23:00:00".parse()?, to: "06:00:00".parse()? };
/// let rules = TimeRules::default().premium("NIGHT", night).premium("SUNDAY", When::On(vec![Weekday::Sun]));
/// // Saturday night: seven hours at night, six of them on Sunday.
/// let shift = DaySheet::from_to("22:00:00".parse()?, "06:00:00".parse()?);
/// let hours = classify(&rules, &Calendar::named("DE")?, "2026-03-07".parse()?, &shift)?;
/// assert_eq!(hours.worked, 480.into());
/// assert_eq!(hours.premiums, [("NIGHT".into(), 420.into()), ("SUNDAY".into(), 360.into())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`DaySheet::minutes`].
pub fn classify(
    rules: &TimeRules,
    calendar: &Calendar,
    day: NaiveDate,
    sheet: &DaySheet,
) -> Result<ClassHours, KernelError> {
    let worked = sheet.minutes(rules, day)?;
    let stretches = sheet.stretches(rules, day)?;
    let plain = sheet.hours * Decimal::from(60);
    let mut premiums: Vec<(SmolStr, Decimal)> = Vec::new();
    for premium in &rules.premiums {
        let (windows, whole_days) = windows(&premium.when, calendar, day);
        let timed: i64 = stretches.iter().map(|stretch| common(*stretch, &windows)).sum();
        let on_day = whole_days && windows.iter().any(|(from, _)| *from == 0);
        let minutes = Decimal::from(timed) + if on_day { plain } else { Decimal::ZERO };
        match premiums.iter_mut().find(|(component, _)| *component == premium.component) {
            Some((_, all)) => *all += minutes,
            None => premiums.push((premium.component.clone(), minutes)),
        }
    }
    premiums.retain(|(_, minutes)| !minutes.is_zero());
    Ok(ClassHours { worked, premiums })
}

/// When a premium is earned on a day and the next one, in minutes of the day; and whether it goes by whole days.
fn windows(when: &When, calendar: &Calendar, day: NaiveDate) -> (Vec<Minutes>, bool) {
    let days = [Some(day), day.succ_opt()];
    let whole = |holds: &dyn Fn(NaiveDate) -> bool| {
        let each = (0..).zip(days).filter(|(_, day)| day.is_some_and(holds));
        each.map(|(at, _)| (at * DAY, (at + 1) * DAY)).collect()
    };
    match when {
        When::Between { from, to } => {
            let (from, to) = (minute(*from), minute(*to));
            let to = if to > from { to } else { to + DAY };
            ((-1..=1).map(|at| (from + at * DAY, to + at * DAY)).collect(), false)
        }
        When::On(weekdays) => (whole(&|day| weekdays.contains(&day.weekday())), true),
        When::Holidays => (whole(&|day| calendar.holiday_on(day).is_some()), true),
    }
}

/// How many minutes of a stretch lie in one of the windows, which don't meet.
fn common((from, to): Minutes, windows: &[Minutes]) -> i64 {
    windows.iter().map(|(start, end)| (to.min(*end) - from.max(*start)).max(0)).sum()
}
