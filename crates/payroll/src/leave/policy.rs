//! What leave somebody is entitled to, as a policy says.

use chrono::NaiveDate;
use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::LeaveError;

/// In what leave is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveUnit {
    /// Days of work.
    #[default]
    Days,
    /// Hours.
    Hours,
}

/// How leave comes to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum Accrual {
    /// All of a year's on its first day, or on the day of joining.
    Yearly(#[serde(with = "decimal::as_text")] Decimal),
    /// A twelfth of a year's at the end of each month.
    Monthly(#[serde(with = "decimal::as_text")] Decimal),
    /// So much at the end of each pay period.
    ByPeriod(#[serde(with = "decimal::as_text")] Decimal),
    /// One for so many hours that were worked, up to so much a year.
    ByHours {
        /// How many hours earn one.
        #[serde(with = "decimal::as_text")]
        hours: Decimal,
        /// The most that a year gives.
        #[serde(default, with = "decimal::as_text::option")]
        most: Option<Decimal>,
    },
    /// Nothing accrues: it is granted one by one.
    Never,
}

/// What those get who are there for a part of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// The whole of it.
    Whole,
    /// A twelfth for each full month (BUrlG § 5).
    #[default]
    FullMonths,
    /// By days over those of the year.
    Days,
}

/// More for those who have been there for years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seniority {
    /// After so many full years, on the first day of a leave year.
    pub years: u32,
    /// So much more a year; the step with the most years counts alone.
    #[serde(with = "decimal::as_text")]
    pub extra: Decimal,
}

/// What becomes of what is left at the end of a leave year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarryOver {
    /// The most that goes over; the rest lapses. `None` for all of it.
    #[serde(default, with = "decimal::as_text::option")]
    pub most: Option<Decimal>,
    /// On which day of the new year what went over lapses: month, day. `None` for never.
    #[serde(default)]
    pub until: Option<(u32, u32)>,
}

/// A policy of leave.
///
/// ```
/// use fondaco_payroll::leave::{CarryOver, LeavePolicy};
/// // 30 days a year, of which 5 go over and lapse after March.
/// let carry = CarryOver { most: Some(5.into()), until: Some((3, 31)) };
/// let policy = LeavePolicy::yearly("VACATION", 30.into()).carrying(carry);
/// policy.check()?;
/// # Ok::<(), fondaco_payroll::leave::LeaveError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeavePolicy {
    /// Its code.
    pub code: SmolStr,
    /// In what it is counted.
    #[serde(default)]
    pub unit: LeaveUnit,
    /// How it comes to be, for those who work the full week.
    pub accrual: Accrual,
    /// What those get who are there for a part of a year.
    #[serde(default)]
    pub share: Share,
    /// The full week in days: who works fewer gets as much less. `None` where all get the same.
    #[serde(default, with = "decimal::as_text::option")]
    pub full_week_days: Option<Decimal>,
    /// More for those who have been there for years, the fewest years first.
    #[serde(default)]
    pub seniority: Vec<Seniority>,
    /// The first day of a leave year: month, day.
    #[serde(default = "new_year")]
    pub year_starts: (u32, u32),
    /// What goes over into the next year; `None` for nothing.
    #[serde(default)]
    pub carry_over: Option<CarryOver>,
    /// To how many digits what is granted is rounded, half-up. `None` for not at all.
    #[serde(default)]
    pub digits: Option<u32>,
    /// Below this the balance may not go: zero, or less where days are lent.
    #[serde(default, with = "decimal::as_text")]
    pub floor: Decimal,
    /// Whether the days are paid. Those that are not are taken out of pay that is by the period.
    #[serde(default = "yes")]
    pub paid: bool,
    /// The component that pays its hours to those who are paid by the hour.
    #[serde(default)]
    pub component: Option<SmolStr>,
}

fn new_year() -> (u32, u32) {
    (1, 1)
}

fn yes() -> bool {
    true
}

impl LeavePolicy {
    /// Days of leave by this accrual, for all alike, with nothing that goes over.
    #[must_use]
    pub fn new(code: impl Into<SmolStr>, accrual: Accrual) -> LeavePolicy {
        LeavePolicy {
            code: code.into(),
            unit: LeaveUnit::Days,
            accrual,
            share: Share::default(),
            full_week_days: None,
            seniority: Vec::new(),
            year_starts: new_year(),
            carry_over: None,
            digits: Some(2),
            floor: Decimal::ZERO,
            paid: true,
            component: None,
        }
    }

    /// So many days a year.
    ///
    /// ```
    /// use fondaco_payroll::leave::{LeavePolicy, LeaveUnit};
    /// let vacation = LeavePolicy::yearly("VACATION", 30.into());
    /// assert_eq!((vacation.unit, vacation.floor), (LeaveUnit::Days, 0.into()));
    /// ```
    #[must_use]
    pub fn yearly(code: impl Into<SmolStr>, days: Decimal) -> LeavePolicy {
        LeavePolicy::new(code, Accrual::Yearly(days))
    }

    /// With what goes over into the next year.
    #[must_use]
    pub fn carrying(mut self, carry_over: CarryOver) -> LeavePolicy {
        self.carry_over = Some(carry_over);
        self
    }

    /// Whether there can be such a policy.
    ///
    /// ```
    /// use fondaco_payroll::leave::LeavePolicy;
    /// let odd = LeavePolicy::yearly("VACATION", (-3).into());
    /// assert_eq!(odd.check().unwrap_err().code(), "payroll.bad_leave_policy");
    /// ```
    ///
    /// # Errors
    /// [`LeaveError::BadPolicy`].
    pub fn check(&self) -> Result<(), LeaveError> {
        let bad = |field, value: String, why| {
            Err(LeaveError::BadPolicy { policy: self.code.clone(), field, value, why })
        };
        let below = |value: &Decimal| value.is_sign_negative() && !value.is_zero();
        let amount = match &self.accrual {
            Accrual::Yearly(all) | Accrual::Monthly(all) | Accrual::ByPeriod(all) => *all,
            Accrual::ByHours { hours, most } => {
                if *hours <= Decimal::ZERO {
                    return bad("hours", hours.to_string(), "earn nothing: give more than zero");
                }
                most.unwrap_or_default()
            }
            Accrual::Never => Decimal::ZERO,
        };
        let amounts = self.seniority.iter().map(|step| step.extra).chain([amount]);
        let amounts = amounts.chain(self.carry_over.and_then(|carry| carry.most));
        for amount in amounts {
            if below(&amount) || amount > Decimal::from(10_000) {
                return bad("amount", amount.to_string(), "is no leave: give 0 to 10,000");
            }
        }
        if !self.seniority.is_sorted_by_key(|step| step.years) {
            return bad(
                "seniority",
                "steps".into(),
                "are out of order: give the fewest years first",
            );
        }
        if self.full_week_days.is_some_and(|days| days <= Decimal::ZERO || days > Decimal::from(7))
        {
            let days = self.full_week_days.unwrap_or_default().to_string();
            return bad("full week", days, "is no week: give more than 0 and at most 7 days");
        }
        if self.floor > Decimal::ZERO {
            return bad(
                "floor",
                self.floor.to_string(),
                "is above zero: give zero, or less to lend days",
            );
        }
        if self.digits.is_some_and(|digits| digits > 6) {
            return bad("digits", "more than 6".into(), "are too many: give at most 6");
        }
        let until = self.carry_over.and_then(|carry| carry.until);
        for (month, day) in [Some(self.year_starts), until].into_iter().flatten() {
            if NaiveDate::from_ymd_opt(2027, month, day).is_none() {
                let value = format!("{month}-{day}");
                return bad("day of the year", value, "not every year has: give month and day");
            }
        }
        Ok(())
    }

    /// What those get more who have been there for so many full years.
    pub(super) fn extra(&self, years: u32) -> Decimal {
        let reached = self.seniority.iter().rev().find(|step| step.years <= years);
        reached.map_or(Decimal::ZERO, |step| step.extra)
    }

    /// An amount as it is granted.
    pub(super) fn rounded(&self, amount: Decimal) -> Decimal {
        match self.digits {
            Some(digits) => fondaco_core::rounding::round(amount, digits, Rounding::HalfUp),
            None => decimal::normalize(amount),
        }
    }
}
