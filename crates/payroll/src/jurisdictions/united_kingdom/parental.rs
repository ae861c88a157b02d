//! Statutory maternity, adoption, paternity, shared parental, bereavement and neonatal care pay: which days are paid, and at which of the
//! two rates.
//!
//! Source: Social Security Contributions and Benefits Act 1992, part XII (maternity), XIIZA (adoption, paternity), XIIZC (shared),
//! XIIZD (bereavement), XIIZE (neonatal care), with the regulations under each. A week begins on whatever day leave begins; a pay period that
//! takes a part of a week pays it by the day, a seventh each (s. 165(7) and its like).

use chrono::{Datelike, Days, NaiveDate};
use fondaco_core::DateRange;
use rust_decimal::Decimal;

use crate::kernel_error::KernelError;

/// Which pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParentalPay {
    /// Maternity: 39 weeks, of which six by earnings.
    Maternity,
    /// Adoption: as maternity.
    Adoption,
    /// Paternity: two weeks.
    Paternity,
    /// Shared parental: what of 39 weeks the mother has left, 37 at the most.
    Shared,
    /// Parental bereavement: two weeks.
    Bereavement,
    /// Neonatal care: twelve weeks.
    NeonatalCare,
}

impl ParentalPay {
    /// Weeks at nine tenths of earnings, and weeks at all, at the most.
    #[must_use]
    pub fn weeks(self) -> (u32, u32) {
        match self {
            ParentalPay::Maternity | ParentalPay::Adoption => (6, 39),
            ParentalPay::Paternity | ParentalPay::Bereavement => (0, 2),
            ParentalPay::Shared => (0, 37),
            ParentalPay::NeonatalCare => (0, 12),
        }
    }
}

/// The days of a pay period that are paid at each rate: the inputs `parental_days_related`, `parental_days_standard` and
/// `parental_days_last_year`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParentalDays {
    /// At nine tenths of earnings.
    pub related: u32,
    /// At the standard rate, or nine tenths of earnings where they are less.
    pub standard: u32,
    /// Of these, the days in weeks of leave that began before the 6 April on or before the period's last day: a week keeps the rate that it
    /// began with (Statutory Maternity Pay (General) Regulations 1986, reg. 6).
    pub last_year: u32,
}

/// The days of a pay period that are paid, of leave that begins on a day and has so many weeks.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_kingdom::parental::{ParentalPay, parental_days};
/// // Leave from Wednesday, 7 May: six weeks end with 17 June, so June has 17 days by earnings and 13 at the standard rate.
/// let june = parental_days(ParentalPay::Maternity, "2025-05-07".parse()?, 39, "2025-06-01/2025-06-30".parse()?)?;
/// assert_eq!((june.related, june.standard), (17, 13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`KernelError::NotPositive`] for no weeks; [`KernelError::OutsidePeriod`] for more weeks than the law gives, and for leave or a pay
/// period without an end.
pub fn parental_days(
    pay: ParentalPay,
    start: NaiveDate,
    weeks: u32,
    period: DateRange,
) -> Result<ParentalDays, KernelError> {
    let (related, most) = pay.weeks();
    if weeks == 0 {
        return Err(KernelError::NotPositive { field: "weeks", value: Decimal::ZERO });
    }
    let refused = |field, days: String, within: String, way_out| KernelError::OutsidePeriod {
        field,
        days: days.into(),
        within: within.into(),
        way_out,
    };
    if weeks > most {
        let within = format!("{most} weeks");
        return Err(refused(
            "weeks",
            weeks.to_string(),
            within,
            "give no more weeks than the law pays",
        ));
    }
    let (Some(first), Some(beyond)) =
        (period.start(), period.end().and_then(|last| last.succ_opt()))
    else {
        return Err(refused(
            "period",
            period.to_string(),
            "two days".into(),
            "give the first and the last day of the pay period",
        ));
    };
    let after = |weeks: u32| start.checked_add_days(Days::new(u64::from(weeks) * 7));
    let (Some(standard_from), Some(end)) = (after(related.min(weeks)), after(weeks)) else {
        return Err(refused(
            "start",
            start.to_string(),
            "the calendar".into(),
            "give the day on which leave begins",
        ));
    };
    // Days of the period from one day on and before another.
    let within = |from: NaiveDate, before: NaiveDate| {
        let days = (before.min(beyond) - from.max(first)).num_days();
        u32::try_from(days.max(0)).unwrap_or_default()
    };
    let week_end = old_rate_until(start, period).unwrap_or(start);
    Ok(ParentalDays {
        related: within(start, standard_from),
        standard: within(standard_from, end),
        last_year: within(standard_from, end.min(week_end)),
    })
}

/// The day after the last week of leave that began before the tax year in which a period ends.
fn old_rate_until(start: NaiveDate, period: DateRange) -> Option<NaiveDate> {
    let last = period.end()?;
    let of = |year| NaiveDate::from_ymd_opt(year, 4, 6);
    let april = of(last.year()).filter(|april| *april <= last).or_else(|| of(last.year() - 1))?;
    let days = u64::try_from((april - start).num_days()).ok()?;
    start.checked_add_days(Days::new(days.div_ceil(7) * 7))
}

/// The qualifying week, the fifteenth before the week of birth, from Sunday to Saturday: by its end an employee has to have worked 26 weeks
/// here, and earnings are averaged until the last payday within it.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_kingdom::parental::qualifying_week;
/// let week = qualifying_week("2025-10-08".parse()?);
/// assert_eq!(week.map(|week| week.to_string()), Some("2025-06-22/2025-06-28".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `None` at the edge of the calendar.
#[must_use]
pub fn qualifying_week(expected_birth: NaiveDate) -> Option<DateRange> {
    let into_week = u64::from(expected_birth.weekday().num_days_from_sunday());
    let sunday = expected_birth.checked_sub_days(Days::new(into_week + 15 * 7))?;
    DateRange::new(sunday, sunday.checked_add_days(Days::new(6))?).ok()
}

/// The last day on which an employment may have begun that is 26 weeks old by the end of the qualifying week, where a week that is begun
/// counts: Statutory Maternity Pay (General) Regulations 1986, reg. 11.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_kingdom::parental::latest_start;
/// let latest = latest_start("2025-04-06".parse()?);
/// assert_eq!(latest.map(|day| day.to_string()), Some("2024-07-06".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `None` at the edge of the calendar.
#[must_use]
pub fn latest_start(expected_birth: NaiveDate) -> Option<NaiveDate> {
    qualifying_week(expected_birth)?.end()?.checked_sub_days(Days::new(25 * 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(pay: ParentalPay, weeks: u32, period: &str) -> Result<(u32, u32), KernelError> {
        let days =
            parental_days(pay, "2025-05-07".parse().unwrap(), weeks, period.parse().unwrap())?;
        Ok((days.related, days.standard))
    }

    #[test]
    fn every_week_is_paid_once_whatever_the_periods_are() {
        use ParentalPay::{Adoption, Maternity, Shared};
        for (pay, weeks) in [(Maternity, 39), (Adoption, 4), (Shared, 37)] {
            let months =
                (5..=12).map(|month| (2025, month)).chain((1..=3).map(|month| (2026, month)));
            let (mut related, mut standard) = (0, 0);
            for (year, month) in months {
                let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
                let last = first + chrono::Months::new(1) - Days::new(1);
                let (one, other) = days(pay, weeks, &format!("{first}/{last}")).unwrap();
                (related, standard) = (related + one, standard + other);
            }
            let most = pay.weeks().0.min(weeks);
            assert_eq!((related, standard), (most * 7, (weeks - most) * 7));
        }
    }

    /// Paternity leave from Tuesday, 1 April 2025: its first week began before the 6th, its second did not.
    #[test]
    fn a_week_has_the_rate_of_the_day_it_began_on() {
        let days = |period: &str| {
            let start = "2025-04-01".parse().unwrap();
            let days = parental_days(ParentalPay::Paternity, start, 2, period.parse().unwrap());
            days.map(|days| (days.standard, days.last_year)).unwrap()
        };
        assert_eq!(days("2025-04-01/2025-04-30"), (14, 7));
        assert_eq!(days("2025-04-06/2025-04-12"), (7, 2));
        assert_eq!(days("2025-04-08/2025-04-14"), (7, 0));
        // A period that ends before has the rates of its own year.
        assert_eq!(days("2025-03-30/2025-04-05"), (5, 0));
        let on_the_day = parental_days(
            ParentalPay::Paternity,
            "2025-04-06".parse().unwrap(),
            2,
            "2025-04-06/2025-04-30".parse().unwrap(),
        );
        assert_eq!(on_the_day.unwrap().last_year, 0);
    }

    #[test]
    fn no_more_is_paid_than_the_law_gives() {
        assert_eq!(days(ParentalPay::Paternity, 2, "2025-05-01/2025-05-31"), Ok((0, 14)));
        assert_eq!(days(ParentalPay::Bereavement, 1, "2025-05-12/2025-05-18"), Ok((0, 2)));
        assert!(
            days(ParentalPay::Paternity, 3, "2025-05-01/2025-05-31")
                .unwrap_err()
                .to_string()
                .contains("2 weeks")
        );
        assert!(
            days(ParentalPay::Shared, 0, "2025-05-01/2025-05-31")
                .unwrap_err()
                .to_string()
                .contains("weeks is 0")
        );
        assert_eq!(ParentalPay::NeonatalCare.weeks(), (0, 12));
    }
}
