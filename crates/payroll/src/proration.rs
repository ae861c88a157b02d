//! Pay for a part of a period: a joiner, a leaver, a rise in its middle.
//!
//! A period is cut into segments wherever something changes; each has what a whole period would pay at its terms, and the share of the
//! period that the method gives it. Rounding goes along the segments, so that their parts add up to the rounded sum: a rise of nothing in
//! the middle of a month pays the month, not a cent more. Where days are counted over a fixed number, which no month has, segments never
//! come to more than a whole period, and of those that fill it the last is what the others leave of it.

use chrono::{Datelike, NaiveDate};
use fondaco_core::calendar::Calendar;
use fondaco_core::{DateRange, Ratio, Rounding, decimal};
use rust_decimal::Decimal;

use crate::kernel_error::{KernelError, exact, not_negative, positive, ratio};

/// How the share of a segment is reckoned.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Proration<'c> {
    /// Its calendar days over those of the period.
    CalendarDays,
    /// Its working days over those of the period.
    WorkingDays(&'c Calendar),
    /// Every month has 30 days: its 31st is none, and what ends with the month ends with the 30th day.
    Fixed30,
    /// Its calendar days over a fixed number, whatever the period has: 30.42, or 365 over 12. A whole period is one.
    CalendarDaysOver(Decimal),
    /// Its working days over a fixed number, such as 21.75. A whole period is one.
    WorkingDaysOver(&'c Calendar, Decimal),
    /// Its hours over those of the period; a segment says them.
    Hours {
        /// The hours of a whole period.
        period: Decimal,
    },
}

/// A part of a period on which the same terms hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its days.
    pub days: DateRange,
    /// What a whole period would pay at its terms.
    pub amount: Decimal,
    /// The hours worked in it, where they are what counts.
    pub hours: Decimal,
}

impl Segment {
    /// A segment that is paid by days.
    #[must_use]
    pub fn new(days: DateRange, amount: Decimal) -> Segment {
        Segment { days, amount, hours: Decimal::ZERO }
    }
}

impl Proration<'_> {
    /// What each segment of a period pays, rounded along them to so many digits.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_payroll::proration::{Proration, Segment};
    /// let period = "2026-04-01/2026-04-30".parse()?;
    /// // A rise from 3,000 to 3,300 on the 16th.
    /// let segments = [
    ///     Segment::new("2026-04-01/2026-04-15".parse()?, 3000.into()),
    ///     Segment::new("2026-04-16/2026-04-30".parse()?, 3300.into()),
    /// ];
    /// let pay = Proration::CalendarDays.pay(period, &segments, 2, Rounding::HalfUp)?;
    /// assert_eq!(pay, [1500.into(), 1650.into()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`KernelError::OutsidePeriod`] of a segment that reaches beyond the period, or into the one before it; [`KernelError::Negative`],
    /// [`KernelError::NotPositive`] and [`KernelError::Exact`].
    pub fn pay(
        &self,
        period: DateRange,
        segments: &[Segment],
        digits: u32,
        rounding: Rounding,
    ) -> Result<Vec<Decimal>, KernelError> {
        check(period, segments)?;
        let (mut sum, mut paid, mut left) = (Ratio::ZERO, Decimal::ZERO, Ratio::ONE);
        let mut pay = Vec::with_capacity(segments.len());
        let fixed = matches!(self, Proration::CalendarDaysOver(_) | Proration::WorkingDaysOver(..));
        let fill = fixed && fill(period, segments);
        for (index, segment) in segments.iter().enumerate() {
            not_negative("amount", segment.amount)?;
            let mut share = self.share(period, segment)?;
            if fixed {
                let rest = fill && index + 1 == segments.len();
                share = if rest { left } else { share.min(left) };
                left = ratio("share", left.sub(share))?;
            }
            let part = ratio("share", share.mul(Ratio::from_decimal(segment.amount)))?;
            sum = ratio("share", sum.add(part))?;
            let so_far = exact("pay", sum.round(digits, rounding))?;
            pay.push(exact("pay", decimal::sub(so_far, paid))?);
            paid = so_far;
        }
        Ok(pay)
    }

    /// The share of a period that a segment is by itself.
    ///
    /// # Errors
    /// Those of [`Proration::pay`]; a period without working days, or without hours, has no shares.
    pub fn share(&self, period: DateRange, segment: &Segment) -> Result<Ratio, KernelError> {
        let over = |part: i64, whole: i64| {
            positive("days of the period", whole.into())?;
            ratio("share", Ratio::new(part.into(), whole.into()))
        };
        let fixed = |part: i64, divisor: Decimal| {
            let divisor = Ratio::from_decimal(positive("divisor", divisor)?);
            ratio("share", ratio("share", Ratio::new(part.into(), 1))?.div(divisor))
        };
        let days = |days: DateRange| days.days().unwrap_or(0);
        match self {
            _ if segment.days == period && !matches!(self, Proration::Hours { .. }) => {
                Ok(Ratio::ONE)
            }
            Proration::CalendarDays => over(days(segment.days), days(period)),
            Proration::WorkingDays(calendar) => {
                over(working(calendar, segment.days), working(calendar, period))
            }
            Proration::Fixed30 => over(thirty_in(segment.days), thirty_in(period)),
            Proration::CalendarDaysOver(divisor) => fixed(days(segment.days), *divisor),
            Proration::WorkingDaysOver(calendar, divisor) => {
                fixed(working(calendar, segment.days), *divisor)
            }
            Proration::Hours { period } => {
                let hours = Ratio::from_decimal(not_negative("hours", segment.hours)?);
                ratio(
                    "share",
                    hours.div(Ratio::from_decimal(positive("hours of the period", *period)?)),
                )
            }
        }
    }
}

/// Segments lie in the period, one after the other.
fn check(period: DateRange, segments: &[Segment]) -> Result<(), KernelError> {
    let mut before: Option<DateRange> = None;
    for segment in segments {
        let outside = |within: DateRange, way_out| KernelError::OutsidePeriod {
            field: "segment",
            days: segment.days.to_string().into(),
            within: within.to_string().into(),
            way_out,
        };
        if segment.days.days().is_none() || segment.days.intersect(period) != Some(segment.days) {
            return Err(outside(period, "cut it at the ends of the period"));
        }
        if let Some(before) = before.filter(|before| segment.days.start() <= before.end()) {
            return Err(outside(before, "give segments in order, none reaching into another"));
        }
        before = Some(segment.days);
    }
    Ok(())
}

/// Whether segments in order leave no day of a period out.
fn fill(period: DateRange, segments: &[Segment]) -> bool {
    let days = segments.iter().try_fold(0, |sum: i64, part| sum.checked_add(part.days.days()?));
    days.is_some() && days == period.days()
}

fn working(calendar: &Calendar, days: DateRange) -> i64 {
    let works = |day: &NaiveDate| calendar.is_working(*day);
    days.iter().map_or(0, |days| days.filter(works).count() as i64)
}

/// Days of months that all have thirty.
fn thirty_in(days: DateRange) -> i64 {
    match (days.start(), days.end()) {
        (Some(first), Some(last)) => thirty(first, last),
        _ => 0,
    }
}

/// The same from a first day to a last, both counted.
pub(crate) fn thirty(first: NaiveDate, last: NaiveDate) -> i64 {
    let months = i64::from(last.year() - first.year()) * 12 + i64::from(last.month())
        - i64::from(first.month());
    let end = match last.succ_opt() {
        Some(next) if next.day() == 1 => 30,
        _ => i64::from(last.day().min(30)),
    };
    months * 30 + end - i64::from(first.day() - 1).min(30)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> DateRange {
        text.parse().unwrap()
    }

    fn pay(how: &Proration<'_>, period: &str, segments: &[(&str, i64)]) -> Vec<String> {
        let segments: Vec<Segment> = segments
            .iter()
            .map(|(days, amount)| Segment::new(range(days), (*amount).into()))
            .collect();
        let pay = how.pay(range(period), &segments, 2, Rounding::HalfUp).unwrap();
        pay.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_method_counts_its_own_days() {
        let calendar = Calendar::named("DE-BE").unwrap();
        let joiner = [("2026-02-16/2026-02-28", 3000)];
        let february = "2026-02-01/2026-02-28";
        assert_eq!(pay(&Proration::CalendarDays, february, &joiner), ["1392.86"]); // 13 of 28
        assert_eq!(pay(&Proration::WorkingDays(&calendar), february, &joiner), ["1500"]); // 10 of 20
        assert_eq!(pay(&Proration::Fixed30, february, &joiner), ["1500"]); // from the 16th day of 30 on
        assert_eq!(pay(&Proration::CalendarDaysOver(30.into()), february, &joiner), ["1300"]);
        let divisor = "21.75".parse().unwrap();
        assert_eq!(
            pay(&Proration::WorkingDaysOver(&calendar, divisor), february, &joiner),
            ["1379.31"]
        );
        let hours = Segment {
            hours: 40.into(),
            ..Segment::new(range("2026-02-16/2026-02-28"), 3000.into())
        };
        let paid = Proration::Hours { period: 160.into() }.pay(
            range(february),
            &[hours],
            2,
            Rounding::HalfUp,
        );
        assert_eq!(paid.unwrap(), [750.into()]);
    }

    #[test]
    fn a_fixed_number_of_days_pays_no_more_than_a_whole_period() {
        let cut = [("2026-01-01/2026-01-15", 3000), ("2026-01-16/2026-01-31", 3000)];
        let over = Proration::CalendarDaysOver("30.42".parse().unwrap());
        assert_eq!(pay(&over, "2026-01-01/2026-01-31", &cut), ["1479.29", "1520.71"]);
        let february = [("2026-02-01/2026-02-14", 3000), ("2026-02-15/2026-02-28", 3000)];
        assert_eq!(pay(&over, "2026-02-01/2026-02-28", &february), ["1380.67", "1619.33"]);
        // July 2026 has 23 working days in Berlin, of which a joiner on the 2nd works 22.
        let calendar = Calendar::named("DE-BE").unwrap();
        let working = Proration::WorkingDaysOver(&calendar, "21.75".parse().unwrap());
        let july = "2026-07-01/2026-07-31";
        assert_eq!(pay(&working, july, &[("2026-07-02/2026-07-31", 3000)]), ["3000"]);
    }

    #[test]
    fn whole_months_of_thirty_days_are_whole_and_their_31st_is_none() {
        assert_eq!(thirty_in(range("2026-02-01/2026-02-28")), 30);
        assert_eq!(thirty_in(range("2026-01-01/2026-01-31")), 30);
        assert_eq!(
            (thirty_in(range("2026-01-01/2026-01-15")), thirty_in(range("2026-01-16/2026-01-31"))),
            (15, 15)
        );
        assert_eq!(thirty_in(range("2026-01-31/2026-01-31")), 0);
        assert_eq!(thirty_in(range("2026-01-01/2026-12-31")), 360);
    }

    #[test]
    fn segments_that_do_not_fit_are_refused() {
        let refused = |segments: &[&str]| {
            let segments: Vec<Segment> =
                segments.iter().map(|days| Segment::new(range(days), Decimal::ONE)).collect();
            let period = range("2026-04-01/2026-04-30");
            Proration::CalendarDays
                .pay(period, &segments, 2, Rounding::HalfUp)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(&["2026-04-20/2026-05-02"]),
            "segment 2026-04-20/2026-05-02 is not within 2026-04-01/2026-04-30: cut it at the ends of the period"
        );
        assert!(
            refused(&["2026-04-01/2026-04-20", "2026-04-20/2026-04-30"])
                .contains("none reaching into another")
        );
        let none = Proration::Hours { period: Decimal::ZERO };
        let segment = Segment::new(range("2026-04-01/2026-04-30"), Decimal::ONE);
        let error =
            none.pay(range("2026-04-01/2026-04-30"), &[segment], 2, Rounding::HalfUp).unwrap_err();
        assert_eq!(error.to_string(), "hours of the period is 0: give more than zero");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// A month that is cut without a change pays the month.
        #[test]
        fn cuts_without_a_change_cost_nothing(month in 1_u32..=12, cut in 1_u32..28, cents in 0_i64..1_000_000) {
            let first = NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
            let last = first.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt()).unwrap();
            let middle = first.with_day(cut).unwrap();
            let period = DateRange::new(first, last).unwrap();
            let amount = decimal::from_fixed(cents, 2);
            let segments = [
                Segment::new(DateRange::new(first, middle).unwrap(), amount),
                Segment::new(DateRange::new(middle.succ_opt().unwrap(), last).unwrap(), amount),
            ];
            let calendar = Calendar::named("DE-BE").unwrap();
            let divisor = |text: &str| text.parse().unwrap();
            for how in [
                Proration::CalendarDays,
                Proration::WorkingDays(&calendar),
                Proration::Fixed30,
                Proration::CalendarDaysOver(divisor("30.42")),
                Proration::CalendarDaysOver(30.into()),
                Proration::WorkingDaysOver(&calendar, divisor("21.75")),
            ] {
                let pay = how.pay(period, &segments, 2, Rounding::HalfUp).unwrap();
                prop_assert_eq!(pay[0] + pay[1], amount);
            }
        }
    }
}
