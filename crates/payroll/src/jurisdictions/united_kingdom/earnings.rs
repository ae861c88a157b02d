//! Average weekly earnings, which decide whether there is statutory pay, and how much.
//!
//! Source: Statutory Maternity Pay (General) Regulations 1986, reg. 20 and 21, which the other payments repeat, and Statutory Sick Pay
//! (General) Regulations 1982, reg. 17 and 19: earnings paid in the eight weeks that end with the last payday before a day, or on it, and
//! begin after the last payday that lies at least eight weeks before that one.

use chrono::{Days, NaiveDate};
use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;

use crate::kernel_error::{KernelError, exact, not_negative};

/// How an employee is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaidEvery {
    /// One or more whole weeks, or by no rule: what was paid over the days that it was paid for, times seven.
    Week,
    /// One or more whole months: what was paid over those months, times twelve over 52.
    Month,
}

/// The weekly earnings on average, to 8 digits: they are not rounded, only what is paid of them.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_kingdom::earnings::{PaidEvery, average_weekly};
/// let day = |day: &str| day.parse();
/// let paid = [
///     (day("2025-03-31")?, 1900.into()),
///     (day("2025-04-30")?, 2000.into()),
///     (day("2025-05-30")?, 2200.into()),
/// ];
/// // From 1 April to 30 May: 4,200 in two months, times 12 over 2, over 52.
/// let average = average_weekly(&paid, day("2025-06-07")?, PaidEvery::Month)?;
/// assert_eq!(average.to_string(), "484.61538462");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`KernelError::Negative`]; [`KernelError::OutsidePeriod`] for paydays out of order, and where none lies eight weeks before the last;
/// [`KernelError::Exact`].
pub fn average_weekly(
    paid: &[(NaiveDate, Decimal)],
    until: NaiveDate,
    every: PaidEvery,
) -> Result<Decimal, KernelError> {
    let mut before = None;
    for (day, amount) in paid {
        not_negative("paid", *amount)?;
        if before.is_some_and(|before| before >= *day) {
            return Err(refused(
                *day,
                "paydays in order",
                "give each payday once, the earliest first",
            ));
        }
        before = Some(*day);
    }
    let missing = |day: NaiveDate| {
        refused(
            day,
            "the paydays given",
            "give the payments of the eight weeks before, and the last before those",
        )
    };
    let last = |end: NaiveDate| paid.iter().map(|(day, _)| *day).rfind(|day| *day <= end);
    let end = last(until).ok_or_else(|| missing(until))?;
    let eight_weeks_before = end.checked_sub_days(Days::new(56)).ok_or_else(|| missing(end))?;
    let start = last(eight_weeks_before).ok_or_else(|| missing(eight_weeks_before))?;
    let relevant = paid.iter().filter(|(day, _)| *day > start && *day <= end);
    let sum =
        relevant.clone().try_fold(Decimal::ZERO, |sum, (_, amount)| decimal::add(sum, *amount));
    let sum = exact("paid", sum)?;
    let (times, over) = match every {
        PaidEvery::Month => (12, Decimal::from(relevant.count()) * Decimal::from(52)),
        PaidEvery::Week => (7, Decimal::from((end - start).num_days())),
    };
    let year = exact("paid", decimal::mul_exact(sum, Decimal::from(times)))?;
    exact("average", decimal::div_round(year, over, 8, Rounding::HalfUp))
}

fn refused(day: NaiveDate, within: &str, way_out: &'static str) -> KernelError {
    KernelError::OutsidePeriod {
        field: "payday",
        days: day.to_string().into(),
        within: within.into(),
        way_out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn average(paid: &[(&str, i64)], until: &str, every: PaidEvery) -> Result<String, String> {
        let paid: Vec<(NaiveDate, Decimal)> = paid
            .iter()
            .map(|(day, amount)| (day.parse().unwrap(), Decimal::from(*amount)))
            .collect();
        let average = average_weekly(&paid, until.parse().unwrap(), every);
        average.map(|average| average.normalize().to_string()).map_err(|error| error.to_string())
    }

    /// Nine Fridays: the first is the last payday at least eight weeks before the ninth, and is not counted.
    #[test]
    fn weeks_are_the_eight_after_the_payday_before_them() {
        let fridays = [
            "2025-04-04",
            "2025-04-11",
            "2025-04-18",
            "2025-04-25",
            "2025-05-02",
            "2025-05-09",
            "2025-05-16",
            "2025-05-23",
            "2025-05-30",
        ];
        let paid: Vec<(&str, i64)> = fridays
            .iter()
            .enumerate()
            .map(|(at, day)| (*day, if at == 0 { 9000 } else { 100 * at as i64 }))
            .collect();
        assert_eq!(average(&paid, "2025-06-05", PaidEvery::Week), Ok("450".into()));
        // A later end takes the same paydays, an earlier one lacks the payday before.
        assert_eq!(average(&paid, "2025-06-30", PaidEvery::Week), Ok("450".into()));
        assert!(
            average(&paid, "2025-05-29", PaidEvery::Week)
                .unwrap_err()
                .contains("give the payments of the eight weeks before")
        );
    }

    #[test]
    fn paydays_are_in_order() {
        let twice = [("2025-04-04", 100), ("2025-04-04", 100)];
        assert!(
            average(&twice, "2025-06-05", PaidEvery::Week)
                .unwrap_err()
                .contains("give each payday once")
        );
        let owed = [("2025-04-04", -1)];
        assert_eq!(
            average(&owed, "2025-06-05", PaidEvery::Week),
            Err("paid is -1: give zero or more".into())
        );
        assert!(average(&[], "2025-06-05", PaidEvery::Month).unwrap_err().contains("2025-06-05"));
    }
}
