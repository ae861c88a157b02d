//! Overtime: by the week, by the day, and at the regular rate of the Fair Labor Standards Act.
//!
//! The regular rate is all that a week pays for work (hourly wages at all rates, piece earnings, bonuses that are no gifts), over all hours
//! worked in it (29 CFR 778.109). All hours are paid straight first; what overtime adds is the factor less one, times the regular rate, on
//! the hours that are overtime (29 CFR 778.110). An hour that is overtime by the day is not counted once more by the week. Whose pay is a
//! salary: [`Salary`].

mod salary;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{Ratio, Rounding, decimal};
use rust_decimal::Decimal;

use crate::kernel_error::{KernelError, exact, not_negative, ratio};

use salary::Fixed;
pub use salary::{BonusShare, Salary};

/// Hours worked on a day at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The day.
    pub day: NaiveDate,
    /// How many hours.
    pub hours: Decimal,
    /// What an hour pays; zero for what is paid by the piece.
    pub rate: Decimal,
}

/// From how many hours on an hour is paid at a multiple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Hours above this many.
    pub above: Decimal,
    /// At this multiple of the regular rate.
    pub factor: Decimal,
}

/// What counts as overtime. Tiers stand in the order of their hours.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OvertimeRules {
    /// By the week.
    pub weekly: Vec<Tier>,
    /// By the day.
    pub daily: Vec<Tier>,
    /// By the day, on the seventh day in a row of a week.
    pub seventh_day: Vec<Tier>,
    /// To how many digits the regular rate is rounded before overtime is reckoned from it, and which way; without, it is taken as it is.
    pub rate_rounded: Option<(u32, Rounding)>,
}

/// What a week's work pays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overtime {
    /// All hours worked.
    pub hours: Decimal,
    /// What they pay without overtime, with piece earnings and bonuses.
    pub straight: Decimal,
    /// The regular rate, to four digits half-up, while the premium is reckoned from its exact value; or as
    /// [`rate_rounded`](OvertimeRules::rate_rounded) says, and the premium from that.
    pub regular_rate: Decimal,
    /// The hours of overtime by their factor, the least first.
    pub overtime: Vec<(Decimal, Decimal)>,
    /// What overtime adds.
    pub premium: Decimal,
    /// Straight and premium.
    pub total: Decimal,
}

impl OvertimeRules {
    /// Federal law of the United States: above 40 hours a week, one and a half (29 USC 207(a)(1)).
    #[must_use]
    pub fn flsa() -> OvertimeRules {
        OvertimeRules { weekly: vec![one_and_a_half(40)], ..OvertimeRules::default() }
    }

    /// California: above 8 hours a day or 40 a week one and a half, above 12 a day double; on the seventh day in a row one and a half from the
    /// first hour, and double above 8 (Labor Code § 510(a)).
    ///
    /// ```
    /// use fondaco_payroll::overtime::{OvertimeRules, Shift};
    /// use fondaco_core::Rounding;
    /// // Ten hours of one day: eight plain, two at one and a half, though the week has ten.
    /// let shift = Shift { day: "2026-03-02".parse()?, hours: 10.into(), rate: 20.into() };
    /// let week = OvertimeRules::california().week(&[shift], 0.into(), Rounding::HalfUp)?;
    /// assert_eq!(week.total, 220.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn california() -> OvertimeRules {
        let double = |above| Tier { above: Decimal::from(above), factor: Decimal::TWO };
        OvertimeRules {
            weekly: vec![one_and_a_half(40)],
            daily: vec![one_and_a_half(8), double(12)],
            seventh_day: vec![one_and_a_half(0), double(8)],
            rate_rounded: None,
        }
    }

    /// What a week pays: its shifts, and what it pays besides (piece earnings, bonuses for work), rounded to cents as said.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_payroll::overtime::{OvertimeRules, Shift};
    /// use rust_decimal::Decimal;
    /// // 29 CFR 778.110(b): 46 hours at 12 dollars, and a production bonus of 46 dollars.
    /// let shifts: Vec<Shift> = (5..10)
    ///     .map(|day| Shift {
    ///         day: format!("2026-01-{day:02}").parse().unwrap(),
    ///         hours: if day == 5 { Decimal::from(10) } else { Decimal::from(9) },
    ///         rate: Decimal::from(12),
    ///     })
    ///     .collect();
    /// let week = OvertimeRules::flsa().week(&shifts, Decimal::from(46), Rounding::HalfUp)?;
    /// assert_eq!((week.regular_rate, week.total), (Decimal::from(13), Decimal::from(637)));
    /// # Ok::<(), fondaco_payroll::KernelError>(())
    /// ```
    ///
    /// # Errors
    /// [`KernelError::Negative`], [`KernelError::DayTooLong`], [`KernelError::OutsidePeriod`] when the shifts span more than seven days, and
    /// [`KernelError::Exact`].
    pub fn week(
        &self,
        shifts: &[Shift],
        besides: Decimal,
        rounding: Rounding,
    ) -> Result<Overtime, KernelError> {
        self.reckoned(None, shifts, besides, rounding)
    }

    fn reckoned(
        &self,
        salary: Option<&Salary>,
        shifts: &[Shift],
        besides: Decimal,
        rounding: Rounding,
    ) -> Result<Overtime, KernelError> {
        let days = days(shifts)?;
        let mut hours = Decimal::ZERO;
        for day in days.values() {
            hours = exact("hours", decimal::add(hours, *day))?;
        }
        let overtime = self.hours(&days)?;
        let paid = fondaco_core::rounding::round(by_the_hour(shifts, besides)?, 2, rounding);
        // Hours with a rate of their own are none of a salary's that is for certain hours.
        let salaried = match salary {
            Some(Salary { hours: Some(_), .. }) => salaried(shifts)?,
            _ => hours,
        };
        let Fixed { pay, rate } = match salary {
            Some(salary) => salary.of_week(salaried, self.rate_rounded, rounding)?,
            None => Fixed::default(),
        };
        let straight = exact("straight pay", decimal::add(pay, paid))?;
        let (regular_rate, premium) = match hours.is_zero() {
            true => (Decimal::ZERO, Decimal::ZERO),
            false => {
                // Of two kinds of work it is what all of it pays over all hours (29 CFR 778.115).
                let rate = match salaried == hours {
                    true => rate,
                    false => ratio("regular rate", rate.mul(per_hour(salaried, hours)?))?,
                };
                let rate = ratio("regular rate", rate.add(per_hour(paid, hours)?))?;
                self.premium(rate, extra(&overtime)?, rounding)?
            }
        };
        let total = exact("total", decimal::add(straight, premium))?;
        Ok(Overtime {
            hours: decimal::normalize(hours),
            straight,
            regular_rate,
            overtime,
            premium,
            total,
        })
    }

    /// The same with the regular rate rounded before overtime is reckoned from it.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_payroll::overtime::{OvertimeRules, Shift};
    /// use rust_decimal::Decimal;
    /// // 29 CFR 778.114(b)(1): a salary of 600 dollars for a week of 44 hours; half of 13.64 on four of them.
    /// let hours = |day: u32| Decimal::from(if day == 5 { 8 } else { 9 });
    /// let shifts: Vec<Shift> = (5..10)
    ///     .map(|day| Shift {
    ///         day: format!("2026-01-{day:02}").parse().unwrap(),
    ///         hours: hours(day),
    ///         rate: Decimal::ZERO,
    ///     })
    ///     .collect();
    /// let rules = OvertimeRules::flsa().rate_rounded_to(2, Rounding::HalfUp);
    /// let week = rules.week(&shifts, Decimal::from(600), Rounding::HalfUp)?;
    /// assert_eq!((week.regular_rate.to_string(), week.total.to_string()), ("13.64".into(), "627.28".into()));
    /// # Ok::<(), fondaco_payroll::KernelError>(())
    /// ```
    #[must_use]
    pub fn rate_rounded_to(mut self, digits: u32, rounding: Rounding) -> OvertimeRules {
        self.rate_rounded = Some((digits, rounding));
        self
    }

    /// The regular rate, and what overtime adds by it: `extra` are its hours, each times its factor less one.
    fn premium(
        &self,
        rate: Ratio,
        extra: Decimal,
        rounding: Rounding,
    ) -> Result<(Decimal, Decimal), KernelError> {
        match self.rate_rounded {
            Some((digits, of_rate)) => {
                let rate = exact("regular rate", rate.round(digits, of_rate))?;
                let premium = exact("premium", decimal::mul_exact(rate, extra))?;
                Ok((rate, fondaco_core::rounding::round(premium, 2, rounding)))
            }
            None => {
                let premium = ratio("premium", rate.mul(Ratio::from_decimal(extra)))?;
                let shown = exact("regular rate", rate.round(4, Rounding::HalfUp))?;
                Ok((shown, exact("premium", premium.round(2, rounding))?))
            }
        }
    }

    /// The hours of overtime, each once, by its factor.
    fn hours(
        &self,
        days: &BTreeMap<NaiveDate, Decimal>,
    ) -> Result<Vec<(Decimal, Decimal)>, KernelError> {
        let mut by_factor = BTreeMap::new();
        let mut plain = Decimal::ZERO;
        let all_seven = days.len() == 7 && days.values().all(|hours| !hours.is_zero());
        for (index, hours) in days.values().enumerate() {
            let seventh = all_seven && index == 6 && !self.seventh_day.is_empty();
            let tiers = if seventh { &self.seventh_day } else { &self.daily };
            let below = share(*hours, tiers, &mut by_factor)?;
            plain = exact("hours", decimal::add(plain, below))?;
        }
        share(plain, &self.weekly, &mut by_factor)?;
        Ok(by_factor.into_iter().filter(|(_, hours)| !hours.is_zero()).collect())
    }
}

/// What hours pay by their own rates, and what is paid besides.
pub(crate) fn by_the_hour(shifts: &[Shift], besides: Decimal) -> Result<Decimal, KernelError> {
    let mut paid = not_negative("besides", besides)?;
    for shift in shifts {
        let pay = exact(
            "straight pay",
            decimal::mul_exact(shift.hours, not_negative("rate", shift.rate)?),
        )?;
        paid = exact("straight pay", decimal::add(paid, pay))?;
    }
    Ok(paid)
}

fn per_hour(pay: Decimal, hours: Decimal) -> Result<Ratio, KernelError> {
    ratio("regular rate", Ratio::from_decimal(pay).div(Ratio::from_decimal(hours)))
}

/// The hours that have no rate of their own.
pub(crate) fn salaried(shifts: &[Shift]) -> Result<Decimal, KernelError> {
    let own = shifts.iter().filter(|shift| shift.rate.is_zero());
    own.map(|shift| shift.hours)
        .try_fold(Decimal::ZERO, |sum, hours| exact("hours", decimal::add(sum, hours)))
}

/// Hours of overtime, each times its factor less one.
fn extra(overtime: &[(Decimal, Decimal)]) -> Result<Decimal, KernelError> {
    let mut extra = Decimal::ZERO;
    for (factor, hours) in overtime {
        let above = exact("overtime", decimal::sub(*factor, Decimal::ONE))?;
        let part = exact("overtime", decimal::mul_exact(above, *hours))?;
        extra = exact("overtime", decimal::add(extra, part))?;
    }
    Ok(extra)
}

/// Puts hours into their tiers, and says how many lie below all of them.
fn share(
    hours: Decimal,
    tiers: &[Tier],
    by_factor: &mut BTreeMap<Decimal, Decimal>,
) -> Result<Decimal, KernelError> {
    for (index, tier) in tiers.iter().enumerate() {
        let above = not_negative("above", tier.above)?;
        let end = tiers.get(index + 1).map_or(hours, |next| hours.min(next.above));
        let inside = exact("overtime", decimal::sub(end, above.min(end)))?;
        let all: &mut Decimal = by_factor.entry(tier.factor).or_default();
        *all = exact("overtime", decimal::add(*all, inside))?;
    }
    Ok(tiers.first().map_or(hours, |tier| hours.min(tier.above)))
}

/// The hours of each day of a week.
fn days(shifts: &[Shift]) -> Result<BTreeMap<NaiveDate, Decimal>, KernelError> {
    let mut days: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    for shift in shifts {
        let before = days.entry(shift.day).or_default();
        *before = exact("hours", decimal::add(*before, not_negative("hours", shift.hours)?))?;
        if *before > Decimal::from(24) {
            return Err(KernelError::DayTooLong { day: shift.day, hours: *before });
        }
    }
    if let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value())
        && (*last - *first).num_days() > 6
    {
        return Err(KernelError::OutsidePeriod {
            field: "shift",
            days: last.to_string().into(),
            within: format!("the week of {first}").into(),
            way_out: "give the shifts of one week at a time",
        });
    }
    Ok(days)
}

fn one_and_a_half(above: u32) -> Tier {
    Tier { above: above.into(), factor: Decimal::new(15, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifts(hours: &[&str], rate: u32) -> Vec<Shift> {
        let day = |index: usize| NaiveDate::from_ymd_opt(2026, 1, 5 + index as u32).unwrap();
        let shift = |(index, hours): (usize, &&str)| Shift {
            day: day(index),
            hours: hours.parse().unwrap(),
            rate: rate.into(),
        };
        hours.iter().enumerate().map(shift).collect()
    }

    #[test]
    fn two_rates_have_one_weighted_regular_rate() {
        // 29 CFR 778.115: 20 hours at 9 and 24 at 12 are 468 over 44 hours.
        let mut week = shifts(&["10", "10"], 9);
        week.extend(shifts(&["0", "0", "12", "12"], 12));
        let paid = OvertimeRules::flsa().week(&week, Decimal::ZERO, Rounding::HalfUp).unwrap();
        assert_eq!(paid.regular_rate.to_string(), "10.6364");
        // 468 / 44 × 0.5 × 4 = 21.2727...
        assert_eq!(
            (paid.premium.to_string(), paid.total.to_string()),
            ("21.27".into(), "489.27".into())
        );
    }

    /// 29 CFR 778.114(b)(1): a salary of 600 a week for 37.5, 44, 50 and 48 hours.
    #[test]
    fn a_fixed_salary_for_hours_that_vary_is_paid_as_the_regulation_has_it() {
        let rules = OvertimeRules::flsa().rate_rounded_to(2, Rounding::HalfUp);
        let week = |last: &str| {
            let week = shifts(&["8", "8", "8", "8", last], 0);
            let paid = rules.week(&week, Decimal::from(600), Rounding::HalfUp).unwrap();
            (paid.regular_rate.to_string(), paid.total.to_string())
        };
        for (last, rate, total) in [
            ("5.5", "16", "600"),
            ("12", "13.64", "627.28"),
            ("18", "12", "660"),
            ("16", "12.5", "650"),
        ] {
            assert_eq!(week(last), (rate.to_owned(), total.to_owned()), "{last}");
        }
    }

    #[test]
    fn hours_of_a_day_are_not_counted_by_the_week_again() {
        let rules = OvertimeRules::california();
        let paid = rules
            .week(&shifts(&["13", "8", "8", "8", "8", "5"], 20), Decimal::ZERO, Rounding::HalfUp)
            .unwrap();
        // Of 50 hours: 4 above 8 and 1 above 12 of the first day, and 5 of the 45 others above 40.
        let hours: Vec<String> =
            paid.overtime.iter().map(|(factor, hours)| format!("{factor}: {hours}")).collect();
        assert_eq!(hours, ["1.5: 9", "2: 1"]);
        assert_eq!(paid.total.to_string(), "1110");
        let seven = rules
            .week(
                &shifts(&["4", "4", "4", "4", "4", "4", "10"], 20),
                Decimal::ZERO,
                Rounding::HalfUp,
            )
            .unwrap();
        let hours: Vec<String> =
            seven.overtime.iter().map(|(factor, hours)| format!("{factor}: {hours}")).collect();
        assert_eq!(hours, ["1.5: 8", "2: 2"]);
    }

    #[test]
    fn hours_that_can_not_be_are_refused() {
        let rules = OvertimeRules::flsa();
        let said = |shifts: &[Shift]| {
            rules.week(shifts, Decimal::ZERO, Rounding::HalfUp).unwrap_err().to_string()
        };
        assert_eq!(said(&shifts(&["-1"], 10)), "hours is -1: give zero or more");
        assert_eq!(
            said(&shifts(&["25"], 10)),
            "25 hours are worked on 2026-01-05: a day has 24, so split them over their days"
        );
        assert!(
            said(&shifts(&["1", "1", "1", "1", "1", "1", "1", "1"], 10))
                .contains("give the shifts of one week at a time")
        );
        let day = shifts(&["0"], 10)[0];
        let endless = Shift { hours: Decimal::MAX, ..day };
        assert!(said(&[endless, endless]).contains("hours are worked on 2026-01-05"));
        let eight = Shift { hours: 8.into(), ..day };
        assert!(said(&[eight, endless]).starts_with("hours: "));
        let tier = |above, factor| Tier { above, factor };
        for weekly in [tier(Decimal::MIN, Decimal::TWO), tier(Decimal::ZERO, Decimal::MIN)] {
            let rules = OvertimeRules { weekly: vec![weekly], ..OvertimeRules::default() };
            assert!(rules.week(&[eight], Decimal::ZERO, Rounding::HalfUp).is_err());
        }
        let nothing = rules.week(&[], Decimal::ZERO, Rounding::HalfUp).unwrap();
        assert_eq!(nothing.total, Decimal::ZERO);
    }
}
