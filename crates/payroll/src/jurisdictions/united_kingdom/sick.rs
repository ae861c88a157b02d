//! Statutory sick pay as it was until 5 April 2026: which days of sickness are paid.
//!
//! Source: Social Security Contributions and Benefits Act 1992, s. 151 to 155. Four days in a row, worked on or not, form a period; periods
//! no more than eight weeks apart are one. The first three qualifying days of it are waiting days; after 28 weeks' worth nothing is paid.

use chrono::{Datelike, NaiveDate, Weekday};
use fondaco_core::DateRange;

use crate::kernel_error::KernelError;

/// Days in a row, at the least, of which sickness is a period: s. 152(2).
const SHORTEST: i64 = 4;
/// Days between two periods, at the most, that are one: s. 152(3), eight weeks.
const LINKED: i64 = 56;
/// Qualifying days that are not paid: s. 155(1).
const WAITING: u32 = 3;
/// Weeks that are paid: s. 155(4).
const WEEKS: u32 = 28;

/// What becomes of a qualifying day of sickness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SickDay {
    /// One of the first three.
    Waiting,
    /// Paid.
    Paid,
    /// After 28 weeks' worth of paid days.
    Exhausted,
}

/// Each qualifying day of sickness within periods, in order, and what becomes of it. Days of sickness too short to be a period are not
/// among them.
///
/// The paid ones that fall into a pay period are the input `sick_days` of the rules, the qualifying days of a week their `sick_week_days`.
///
/// ```
/// use chrono::Weekday::*;
/// use fondaco_payroll::jurisdictions::united_kingdom::sick::{SickDay, sick_days};
/// // From a Monday to the Friday of the week after.
/// let days = sick_days(&["2025-06-02/2025-06-13".parse()?], &[Mon, Tue, Wed, Thu, Fri])?;
/// let paid = days.iter().filter(|(_, day)| *day == SickDay::Paid).count();
/// assert_eq!((days.len(), paid), (10, 7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`KernelError::OutsidePeriod`] for spells without an end, out of order or one over another; [`KernelError::NotPositive`] without
/// qualifying days.
pub fn sick_days(
    spells: &[DateRange],
    qualifying: &[Weekday],
) -> Result<Vec<(NaiveDate, SickDay)>, KernelError> {
    let in_week =
        (0..7).filter(|day| qualifying.iter().any(|of| of.num_days_from_monday() == *day)).count();
    let in_week = u32::try_from(in_week).unwrap_or_default();
    if in_week == 0 {
        return Err(KernelError::NotPositive { field: "qualifying", value: 0.into() });
    }
    let (mut days, mut last, mut so_far) = (Vec::new(), None, 0);
    for (start, end) in periods(spells)? {
        if last.is_none_or(|last: NaiveDate| (start - last).num_days() - 1 > LINKED) {
            so_far = 0;
        }
        last = Some(end);
        for day in start.iter_days().take_while(|day| *day <= end) {
            if qualifying.contains(&day.weekday()) {
                days.push((day, day_after(so_far, in_week)));
                so_far += 1;
            }
        }
    }
    Ok(days)
}

/// What a qualifying day is that so many come before.
fn day_after(so_far: u32, in_week: u32) -> SickDay {
    match so_far {
        ..WAITING => SickDay::Waiting,
        _ if so_far - WAITING < WEEKS * in_week => SickDay::Paid,
        _ => SickDay::Exhausted,
    }
}

/// Spells that touch are one; those of four days and more are periods.
fn periods(spells: &[DateRange]) -> Result<Vec<(NaiveDate, NaiveDate)>, KernelError> {
    let mut joined: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for spell in spells {
        let refused = |within: &str, way_out| KernelError::OutsidePeriod {
            field: "spell",
            days: spell.to_string().into(),
            within: within.into(),
            way_out,
        };
        let (Some(start), Some(end)) = (spell.start(), spell.end()) else {
            return Err(refused(
                "two days",
                "give the first and the last day of sickness known so far",
            ));
        };
        match joined.last_mut() {
            Some((_, before)) if *before >= start => {
                return Err(refused(
                    "the days after the spell before",
                    "give spells in order, none over another",
                ));
            }
            Some((_, before)) if (start - *before).num_days() == 1 => *before = end,
            _ => joined.push((start, end)),
        }
    }
    joined.retain(|(start, end)| (*end - *start).num_days() + 1 >= SHORTEST);
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};

    use super::*;

    const WORK: [Weekday; 5] = [Mon, Tue, Wed, Thu, Fri];

    fn counts(spells: &[&str], qualifying: &[Weekday]) -> (usize, usize, usize) {
        let spells: Vec<DateRange> = spells.iter().map(|spell| spell.parse().unwrap()).collect();
        let days = sick_days(&spells, qualifying).unwrap();
        let of = |kind| days.iter().filter(|(_, day)| *day == kind).count();
        (of(SickDay::Waiting), of(SickDay::Paid), of(SickDay::Exhausted))
    }

    #[test]
    fn three_days_are_no_period_and_days_off_count_for_four() {
        assert_eq!(counts(&["2025-06-02/2025-06-04"], &WORK), (0, 0, 0));
        // Friday to Monday: four days, two of them qualifying.
        assert_eq!(counts(&["2025-06-06/2025-06-09"], &WORK), (2, 0, 0));
    }

    #[test]
    fn linked_periods_wait_once() {
        // 56 days lie between, then 57.
        assert_eq!(counts(&["2025-04-07/2025-04-11", "2025-06-07/2025-06-13"], &WORK), (3, 7, 0));
        assert_eq!(counts(&["2025-04-07/2025-04-11", "2025-06-08/2025-06-13"], &WORK), (6, 4, 0));
        // Three days between don't link, for they are no period.
        assert_eq!(
            counts(
                &["2025-04-07/2025-04-11", "2025-05-19/2025-05-21", "2025-07-07/2025-07-11"],
                &WORK
            ),
            (6, 4, 0)
        );
        assert_eq!(counts(&["2025-04-07/2025-04-08", "2025-04-09/2025-04-11"], &WORK), (3, 2, 0));
    }

    #[test]
    fn after_28_weeks_nothing_is_paid() {
        assert_eq!(counts(&["2025-04-07/2025-12-31"], &WORK), (3, 140, 50));
        assert_eq!(counts(&["2025-04-07/2025-12-31"], &[Mon]), (3, 28, 8));
    }

    #[test]
    fn spells_are_in_order_and_end() {
        let spells =
            |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        let over = sick_days(&spells(&["2025-06-02/2025-06-10", "2025-06-10/2025-06-13"]), &WORK);
        assert!(over.unwrap_err().to_string().contains("give spells in order"));
        let open = sick_days(&[DateRange::from("2025-06-02".parse().unwrap())], &WORK);
        assert!(open.unwrap_err().to_string().contains("the last day of sickness"));
        assert!(sick_days(&[], &[]).unwrap_err().to_string().contains("qualifying is 0"));
    }
}
