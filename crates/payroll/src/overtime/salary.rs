//! Overtime of who has a salary, and of bonuses that are known weeks later.
//!
//! A salary for a period longer than a week is reduced to that of a week, a month's by 12/52 and half a month's by 24/52 (29 CFR 778.113(b)).
//! Its regular rate is that over the hours which it is for: hours beyond those are paid at it, and overtime at one and a half (778.113(a),
//! 778.322). A salary for all hours of a week, however many, is over those that were worked, and overtime adds half (778.114).

use fondaco_core::{Ratio, Rounding, decimal};
use rust_decimal::Decimal;

use super::{Overtime, OvertimeRules, Shift, extra, per_hour};
use crate::garnishment::PayPeriod;
use crate::kernel_error::{KernelError, exact, not_negative, positive};

/// A salary, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salary {
    /// How much.
    pub amount: Decimal,
    /// For which time.
    pub period: PayPeriod,
    /// The hours of a week that it is for; `None` is for all that a week has, however many.
    pub hours: Option<Decimal>,
}

/// Of which weeks a bonus is, where nobody can tell in which it was earned (29 CFR 778.209(b)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BonusShare {
    /// As much of each week.
    EachWeek,
    /// As much of each hour.
    EachHour,
}

/// What a salary is in a week: what it pays, hours beyond its own with it, and its part of the regular rate.
pub(super) struct Fixed {
    pub(super) pay: Decimal,
    pub(super) rate: Ratio,
}

impl Default for Fixed {
    fn default() -> Fixed {
        Fixed { pay: Decimal::ZERO, rate: Ratio::ZERO }
    }
}

impl Salary {
    /// A salary for so many hours of a week.
    #[must_use]
    pub fn for_hours(amount: Decimal, period: PayPeriod, hours: Decimal) -> Salary {
        Salary { amount, period, hours: Some(hours) }
    }

    /// A salary for all hours of a week, however many.
    #[must_use]
    pub fn for_all_hours(amount: Decimal, period: PayPeriod) -> Salary {
        Salary { amount, period, hours: None }
    }

    /// What it is by the week, rounded to cents.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_payroll::garnishment::PayPeriod;
    /// use fondaco_payroll::overtime::Salary;
    /// use rust_decimal::Decimal;
    /// // 29 CFR 778.113(b): 1,040 dollars a month, or 520 for half of it.
    /// let month = Salary::for_hours(Decimal::from(1040), PayPeriod::Months(1), Decimal::from(40));
    /// assert_eq!(month.by_the_week(Rounding::HalfUp)?, Decimal::from(240));
    /// let half = Salary { amount: Decimal::from(520), period: PayPeriod::Semimonthly, ..month };
    /// assert_eq!(half.by_the_week(Rounding::HalfUp)?, Decimal::from(240));
    /// # Ok::<(), fondaco_payroll::KernelError>(())
    /// ```
    ///
    /// # Errors
    /// [`KernelError::Negative`], [`KernelError::NotPositive`] of a period of nothing, and [`KernelError::Exact`].
    pub fn by_the_week(&self, rounding: Rounding) -> Result<Decimal, KernelError> {
        let (weeks, over) = self.period.weeks();
        let weeks = positive("period", weeks.into())?;
        let amount = not_negative("salary", self.amount)?;
        let all = exact("salary", decimal::mul_exact(amount, over.into()))?;
        exact("salary", decimal::div_round(all, weeks, 2, rounding))
    }

    pub(super) fn of_week(
        &self,
        worked: Decimal,
        rate_rounded: Option<(u32, Rounding)>,
        rounding: Rounding,
    ) -> Result<Fixed, KernelError> {
        let pay = self.by_the_week(rounding)?;
        let Some(own) = self.hours else {
            let rate = if worked.is_zero() { Ratio::ZERO } else { per_hour(pay, worked)? };
            return Ok(Fixed { pay, rate });
        };
        let rate = per_hour(pay, positive("hours of the salary", own)?)?;
        let beyond = exact("hours", decimal::sub(worked.max(own), own))?;
        let each = match rate_rounded {
            Some((digits, how)) => {
                Ratio::from_decimal(exact("regular rate", rate.round(digits, how))?)
            }
            None => rate,
        };
        let more = exact("straight pay", each.times_round(beyond, 2, rounding))?;
        Ok(Fixed { pay: exact("straight pay", decimal::add(pay, more))?, rate })
    }
}

impl OvertimeRules {
    /// What a week pays whose pay is a salary, with what else it pays: hours that have a rate of their own, piece earnings, bonuses for work.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_payroll::garnishment::PayPeriod;
    /// use fondaco_payroll::overtime::{OvertimeRules, Salary, Shift};
    /// use rust_decimal::Decimal;
    /// // 29 CFR 778.322: 200 dollars for 35 hours, and 41 were worked: 5 at 5.71, and the last at 8.57.
    /// let hours = |day: u32| Decimal::from(if day == 5 { 9 } else { 8 });
    /// let shifts: Vec<Shift> = (5..10)
    ///     .map(|day| Shift {
    ///         day: format!("2026-01-{day:02}").parse().unwrap(),
    ///         hours: hours(day),
    ///         rate: Decimal::ZERO,
    ///     })
    ///     .collect();
    /// let salary = Salary::for_hours(Decimal::from(200), PayPeriod::Weeks(1), Decimal::from(35));
    /// let rules = OvertimeRules::flsa().rate_rounded_to(2, Rounding::HalfUp);
    /// let week = rules.salaried_week(&salary, &shifts, Decimal::ZERO, Rounding::HalfUp)?;
    /// assert_eq!((week.regular_rate.to_string(), week.total.to_string()), ("5.71".into(), "237.12".into()));
    /// # Ok::<(), fondaco_payroll::KernelError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`OvertimeRules::week`] and [`Salary::by_the_week`], and [`KernelError::NotPositive`] of a salary for no hours.
    pub fn salaried_week(
        &self,
        salary: &Salary,
        shifts: &[Shift],
        besides: Decimal,
        rounding: Rounding,
    ) -> Result<Overtime, KernelError> {
        self.reckoned(Some(salary), shifts, besides, rounding)
    }

    /// What overtime of past weeks adds for a bonus that is known after them, week by week: the bonus raises what an hour of each is paid
    /// (29 CFR 778.209).
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_payroll::overtime::{BonusShare, OvertimeRules, Shift};
    /// use rust_decimal::Decimal;
    /// let rules = OvertimeRules::flsa();
    /// let week = |monday: u32, hours: i64| {
    ///     let shifts: Vec<Shift> = (0..5)
    ///         .map(|day| Shift {
    ///             day: format!("2026-01-{:02}", monday + day).parse().unwrap(),
    ///             hours: Decimal::from(hours) / Decimal::from(5),
    ///             rate: Decimal::from(20),
    ///         })
    ///         .collect();
    ///     rules.week(&shifts, Decimal::ZERO, Rounding::HalfUp).unwrap()
    /// };
    /// // 100 for two weeks of 40 and 50 hours: 50 of the second are a dollar an hour, and half of it on ten.
    /// let weeks = [week(5, 40), week(12, 50)];
    /// let bonus = Decimal::from(100);
    /// let more = rules.bonus_of_weeks(bonus, &weeks, BonusShare::EachWeek, Rounding::HalfUp)?;
    /// assert_eq!(more, [Decimal::ZERO, Decimal::from(5)]);
    /// // By the hour, 100 / 90 on ten of them.
    /// let more = rules.bonus_of_weeks(bonus, &weeks, BonusShare::EachHour, Rounding::HalfUp)?;
    /// assert_eq!(more[1].to_string(), "5.56");
    /// # Ok::<(), fondaco_payroll::KernelError>(())
    /// ```
    ///
    /// # Errors
    /// [`KernelError::Negative`], [`KernelError::NotPositive`] where no hour was worked, and [`KernelError::Exact`].
    pub fn bonus_of_weeks(
        &self,
        bonus: Decimal,
        weeks: &[Overtime],
        share: BonusShare,
        rounding: Rounding,
    ) -> Result<Vec<Decimal>, KernelError> {
        not_negative("bonus", bonus)?;
        let mut all = Decimal::ZERO;
        for week in weeks {
            all = exact("hours", decimal::add(all, week.hours))?;
        }
        positive("hours", all)?;
        let each = weeks.iter().map(|week| {
            if week.hours.is_zero() {
                return Ok(Decimal::ZERO);
            }
            let over = match share {
                BonusShare::EachHour => all,
                BonusShare::EachWeek => {
                    exact("hours", decimal::mul_exact(week.hours, (weeks.len() as u64).into()))?
                }
            };
            Ok(self.premium(per_hour(bonus, over)?, extra(&week.overtime)?, rounding)?.1)
        });
        each.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours over five days, without a rate of their own.
    fn worked(hours: i64) -> Vec<Shift> {
        let shift = |day: u32| Shift {
            day: chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap(),
            hours: Decimal::new(hours * 2, 1),
            rate: Decimal::ZERO,
        };
        (5..10).map(shift).collect()
    }

    fn paid(salary: Salary, hours: i64, rules: &OvertimeRules) -> (String, String) {
        let week =
            rules.salaried_week(&salary, &worked(hours), Decimal::ZERO, Rounding::HalfUp).unwrap();
        (week.regular_rate.normalize().to_string(), week.total.normalize().to_string())
    }

    /// 29 CFR 778.113: 182.70 for 35 hours is 5.22 an hour, for each of the first 40, and 7.83 for each thereafter; 220.80 for 40 is 5.52;
    /// 1,040 a month and 520 for half a month are 6 an hour of a week of 40.
    #[test]
    fn salaries_have_the_regular_rates_of_the_regulation() {
        let rules = OvertimeRules::flsa();
        let of = |amount: &str, period, hours: u32| {
            Salary::for_hours(amount.parse().unwrap(), period, hours.into())
        };
        let week = PayPeriod::Weeks(1);
        let thirty_five = of("182.70", week, 35);
        assert_eq!(paid(thirty_five, 35, &rules), ("5.22".into(), "182.7".into()));
        // 182.70 + 5 at 5.22, and 2 at 7.83.
        assert_eq!(paid(thirty_five, 40, &rules).1, "208.8");
        assert_eq!(paid(thirty_five, 42, &rules).1, "224.46");
        assert_eq!(paid(thirty_five, 30, &rules).1, "182.7");
        assert_eq!(paid(of("220.80", week, 40), 40, &rules).0, "5.52");
        assert_eq!(paid(of("1040", PayPeriod::Months(1), 40), 40, &rules).0, "6");
        assert_eq!(paid(of("520", PayPeriod::Semimonthly, 40), 40, &rules).0, "6");
        assert_eq!(paid(of("1040", PayPeriod::Months(1), 40), 44, &rules).1, "276");
    }

    /// 29 CFR 778.114(b)(1), as [`OvertimeRules::week`] has it too.
    #[test]
    fn a_salary_for_all_hours_is_over_those_that_were_worked() {
        let rules = OvertimeRules::flsa().rate_rounded_to(2, Rounding::HalfUp);
        let salary = Salary::for_all_hours(Decimal::from(600), PayPeriod::Weeks(1));
        assert_eq!(paid(salary, 44, &rules), ("13.64".into(), "627.28".into()));
        assert_eq!(paid(salary, 50, &rules), ("12".into(), "660".into()));
        assert_eq!(paid(salary, 0, &rules).1, "600");
    }

    #[test]
    fn a_bonus_beside_a_salary_raises_the_regular_rate() {
        let salary = Salary::for_hours(Decimal::from(400), PayPeriod::Weeks(1), Decimal::from(40));
        let bonus = Decimal::from(50);
        let week = OvertimeRules::flsa()
            .salaried_week(&salary, &worked(50), bonus, Rounding::HalfUp)
            .unwrap();
        // 10 and 1 an hour: 400 + 100 + 50, and half of 11 on ten hours.
        assert_eq!((week.regular_rate, week.total), (Decimal::from(11), Decimal::from(605)));
    }

    #[test]
    fn salaries_that_can_not_be_are_refused() {
        let rules = OvertimeRules::flsa();
        let said = |salary: &Salary| {
            let week = rules.salaried_week(salary, &worked(40), Decimal::ZERO, Rounding::HalfUp);
            week.unwrap_err().to_string()
        };
        let good = Salary::for_hours(Decimal::from(400), PayPeriod::Weeks(1), Decimal::from(40));
        assert_eq!(
            said(&Salary { hours: Some(Decimal::ZERO), ..good }),
            "hours of the salary is 0: give more than zero"
        );
        assert_eq!(
            said(&Salary { amount: -Decimal::ONE, ..good }),
            "salary is -1: give zero or more"
        );
        assert_eq!(
            said(&Salary { period: PayPeriod::Weeks(0), ..good }),
            "period is 0: give more than zero"
        );
        let none = rules.bonus_of_weeks(Decimal::ONE, &[], BonusShare::EachHour, Rounding::HalfUp);
        assert_eq!(none.unwrap_err().to_string(), "hours is 0: give more than zero");
    }

    /// 29 CFR 778.115: 800 for 40 hours and ten hours of other work at 15 are 950 over 50 hours, 19; half of it on ten.
    #[test]
    fn other_work_by_the_hour_is_paid_once_beside_a_salary() {
        let shift = |day: u32, hours: i64, rate: i64| Shift {
            day: format!("2026-01-{day:02}").parse().unwrap(),
            hours: Decimal::from(hours),
            rate: Decimal::from(rate),
        };
        let mut shifts: Vec<Shift> = (5..10).map(|day| shift(day, 8, 0)).collect();
        shifts.extend((5..10).map(|day| shift(day, 2, 15)));
        let salary = Salary::for_hours(Decimal::from(800), PayPeriod::Weeks(1), Decimal::from(40));
        let rules = OvertimeRules::flsa();
        let week = rules.salaried_week(&salary, &shifts, Decimal::ZERO, Rounding::HalfUp).unwrap();
        let [straight, premium] = [week.straight, week.premium].map(|sum| sum.normalize());
        assert_eq!(
            (straight, week.regular_rate.normalize(), premium),
            (Decimal::from(950), Decimal::from(19), Decimal::from(95),)
        );
    }
}
