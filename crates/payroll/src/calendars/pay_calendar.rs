//! How often people are paid, and on which day.

use chrono::{Datelike, Days, Months, NaiveDate};
use fondaco_core::DateRange;
use fondaco_core::calendar::{BusinessDays, Roll};
use serde::{Deserialize, Serialize};

use super::{PayCalendarError, TaxTime};

/// How often people are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayFrequency {
    /// Every seven days: 52 times a year, or 53.
    Weekly,
    /// Every fourteen days: 26 times a year, or 27.
    Biweekly,
    /// Every 28 days: 13 times a year, or 14.
    FourWeekly,
    /// From the 1st to the 15th, and from the 16th on: 24 times a year.
    Semimonthly,
    /// Month by month: 12 times a year.
    Monthly,
}

impl PayFrequency {
    /// All of them.
    const ALL: [PayFrequency; 5] = [
        PayFrequency::Weekly,
        PayFrequency::Biweekly,
        PayFrequency::FourWeekly,
        PayFrequency::Semimonthly,
        PayFrequency::Monthly,
    ];

    /// What rules call a frequency, each in its own words.
    pub(crate) fn words(self) -> &'static [&'static str] {
        match self {
            PayFrequency::Weekly => &["weekly", "week"],
            PayFrequency::Biweekly => &["biweekly", "fortnightly", "two_weekly", "fortnight"],
            PayFrequency::FourWeekly => &["four_weekly", "fourweekly", "four_weeks"],
            PayFrequency::Semimonthly => &["semimonthly", "half_monthly", "half_month"],
            PayFrequency::Monthly => &["monthly", "month"],
        }
    }

    /// The frequency that rules call so.
    pub(crate) fn of_word(word: &str) -> Option<PayFrequency> {
        PayFrequency::ALL.into_iter().find(|one| one.words().contains(&word))
    }

    /// How many periods a year has as a rule.
    ///
    /// ```
    /// use fondaco_payroll::calendars::PayFrequency;
    /// assert_eq!(PayFrequency::FourWeekly.usual_periods(), 13);
    /// ```
    #[must_use]
    pub fn usual_periods(self) -> u32 {
        match self {
            PayFrequency::Weekly => 52,
            PayFrequency::Biweekly => 26,
            PayFrequency::FourWeekly => 13,
            PayFrequency::Semimonthly => 24,
            PayFrequency::Monthly => 12,
        }
    }

    /// How many days a period has, where all have the same number.
    #[must_use]
    pub fn days(self) -> Option<i64> {
        match self {
            PayFrequency::Weekly => Some(7),
            PayFrequency::Biweekly => Some(14),
            PayFrequency::FourWeekly => Some(28),
            PayFrequency::Semimonthly | PayFrequency::Monthly => None,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            PayFrequency::Weekly => "weekly",
            PayFrequency::Biweekly => "biweekly",
            PayFrequency::FourWeekly => "four-weekly",
            PayFrequency::Semimonthly => "semimonthly",
            PayFrequency::Monthly => "monthly",
        }
    }
}

/// On which day a period is paid, before holidays move it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum PayDay {
    /// So many days after the period's last one; below zero, before it. From -31 to 62.
    AfterEnd {
        /// How many.
        days: i32,
    },
    /// On a day of the month in which the period ends, or of a later month.
    OfMonth {
        /// Which day, from 1 to 31; a month that is shorter pays on its last.
        day: u32,
        /// How many months later, at most 2.
        months_later: u32,
    },
}

/// When people are paid.
///
/// ```
/// use fondaco_core::calendar::{BusinessDays, Calendar, Roll};
/// use fondaco_payroll::calendars::{PayCalendar, PayDay, PayFrequency, TaxTime};
/// let fridays = PayCalendar::new(PayFrequency::Biweekly, "2026-01-05".parse()?, TaxTime::united_states())
///     .paid(PayDay::AfterEnd { days: 5 })
///     .kept_off_holidays(BusinessDays::new("US", Roll::Preceding));
/// let year = fridays.year(2026, &Calendar::named("US")?)?;
/// assert_eq!((year.len(), year[0].number), (26, 1));
/// // The period that ends on 20 December is paid on Christmas Eve: the 25th is a holiday.
/// assert_eq!(year[25].pay_date, "2026-12-24".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayCalendar {
    /// How often.
    pub frequency: PayFrequency,
    /// The first day of any one period; all others follow.
    pub anchor: NaiveDate,
    /// On which day a period is paid.
    pub pay_day: PayDay,
    /// Which calendar keeps pay days off holidays, and where they go.
    pub business_days: BusinessDays,
    /// How many working days before the pay day what counts for it has to be told.
    pub cut_off_days: u32,
    /// To which tax year a period belongs.
    pub tax: TaxTime,
}

impl PayCalendar {
    /// Periods from this first day on, paid on their last day or the working day before, without holidays.
    #[must_use]
    pub fn new(frequency: PayFrequency, anchor: NaiveDate, tax: TaxTime) -> PayCalendar {
        PayCalendar {
            frequency,
            anchor,
            pay_day: PayDay::AfterEnd { days: 0 },
            business_days: BusinessDays::new("MON-FRI", Roll::Preceding),
            cut_off_days: 3,
            tax,
        }
    }

    /// Paid on this day.
    ///
    /// ```
    /// use fondaco_payroll::calendars::{PayCalendar, PayDay, PayFrequency, TaxTime};
    /// let months = PayCalendar::new(PayFrequency::Monthly, "2026-01-01".parse()?, TaxTime::germany());
    /// let fifteenth = months.paid(PayDay::OfMonth { day: 15, months_later: 1 });
    /// assert!(fifteenth.check().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn paid(mut self, pay_day: PayDay) -> PayCalendar {
        self.pay_day = pay_day;
        self
    }

    /// Paid on working days of this calendar alone.
    #[must_use]
    pub fn kept_off_holidays(mut self, business_days: BusinessDays) -> PayCalendar {
        self.business_days = business_days;
        self
    }

    /// With the cut-off so many working days before the pay day.
    #[must_use]
    pub fn cut_off(mut self, working_days: u32) -> PayCalendar {
        self.cut_off_days = working_days;
        self
    }

    /// Whether there can be such a calendar.
    ///
    /// ```
    /// use fondaco_payroll::calendars::{PayCalendar, PayFrequency, TaxTime};
    /// let odd = PayCalendar::new(PayFrequency::Monthly, "2026-01-31".parse()?, TaxTime::germany());
    /// assert!(odd.check().unwrap_err().to_string().contains("up to the 28th"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayCalendarError::BadAnchor`] and [`PayCalendarError::BadPayCalendar`].
    pub fn check(&self) -> Result<(), PayCalendarError> {
        self.tax.check()?;
        let anchor = |way_out| PayCalendarError::BadAnchor {
            frequency: self.frequency.word(),
            anchor: self.anchor,
            way_out,
        };
        match self.frequency {
            PayFrequency::Monthly if self.anchor.day() > 28 => {
                return Err(anchor("not every month has that day: give one up to the 28th"));
            }
            PayFrequency::Semimonthly if !matches!(self.anchor.day(), 1 | 16) => {
                return Err(anchor("give the 1st or the 16th of a month"));
            }
            _ => {}
        }
        let bad =
            |field, value: String, why| Err(PayCalendarError::BadPayCalendar { field, value, why });
        match self.pay_day {
            PayDay::AfterEnd { days } if !(-31..=62).contains(&days) => bad(
                "pay day",
                days.to_string(),
                "is too far from the period's end: give -31 to 62 days",
            ),
            PayDay::OfMonth { day, .. } if !(1..=31).contains(&day) => {
                bad("pay day", day.to_string(), "is no day of a month: give one from 1 to 31")
            }
            PayDay::OfMonth { months_later, .. } if months_later > 2 => {
                bad("months later", months_later.to_string(), "is too far: give at most 2")
            }
            _ if self.cut_off_days > 31 => bad(
                "cut-off",
                self.cut_off_days.to_string(),
                "is too early: give at most 31 working days",
            ),
            _ => Ok(()),
        }
    }

    /// The days of the period that is so many after the anchor's; `None` beyond the calendar.
    pub(super) fn days_of(&self, index: i64) -> Option<DateRange> {
        let (first, next) = (self.start_of(index)?, self.start_of(index.checked_add(1)?)?);
        DateRange::new(first, next.pred_opt()?).ok()
    }

    /// Which period a day lies in, counted from the anchor's.
    pub(super) fn index_of(&self, date: NaiveDate) -> i64 {
        let Some(days) = self.frequency.days() else {
            let months = i64::from(date.year() - self.anchor.year()) * 12 + i64::from(date.month())
                - i64::from(self.anchor.month());
            return match self.frequency {
                PayFrequency::Semimonthly => {
                    2 * months + i64::from(date.day() >= 16) - i64::from(self.anchor.day() >= 16)
                }
                _ => months - i64::from(date.day() < self.anchor.day()),
            };
        };
        (date - self.anchor).num_days().div_euclid(days)
    }

    fn start_of(&self, index: i64) -> Option<NaiveDate> {
        if let Some(days) = self.frequency.days() {
            return shifted(self.anchor, index.checked_mul(days)?);
        }
        if self.frequency == PayFrequency::Monthly {
            return months_after(self.anchor, index);
        }
        let halves = index.checked_add(i64::from(self.anchor.day() >= 16))?;
        let first = months_after(self.anchor.with_day(1)?, halves.div_euclid(2))?;
        first.with_day(if halves.rem_euclid(2) == 1 { 16 } else { 1 })
    }

    /// The day on which a period that ends on a day is paid, before holidays move it.
    pub(crate) fn regular_pay_date(&self, end: NaiveDate) -> Option<NaiveDate> {
        match self.pay_day {
            PayDay::AfterEnd { days } => shifted(end, days.into()),
            PayDay::OfMonth { day, months_later } => {
                let first = end.with_day(1)?.checked_add_months(Months::new(months_later))?;
                let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
                first.with_day(day.min(last.day()))
            }
        }
    }
}

pub(super) fn shifted(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let many = Days::new(days.unsigned_abs());
    if days < 0 { date.checked_sub_days(many) } else { date.checked_add_days(many) }
}

fn months_after(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let many = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(many) } else { date.checked_add_months(many) }
}
