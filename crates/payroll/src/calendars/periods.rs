//! The periods of a tax year.

use chrono::NaiveDate;
use fondaco_core::DateRange;
use fondaco_core::calendar::{Calendar, Roll, WorkingDays};

use super::pay_calendar::shifted;
use super::{Numbering, PayCalendar, PayCalendarError, TaxBasis};

/// A pay period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The tax year that it belongs to.
    pub year: i32,
    /// Its number among the periods of that year, from 1.
    pub number: u32,
    /// How many periods that year has: 52 or 53, 26 or 27.
    pub of: u32,
    /// The days worked.
    pub days: DateRange,
    /// The last day on which what counts for it can be told.
    pub cut_off: NaiveDate,
    /// The day on which it is paid.
    pub pay_date: NaiveDate,
    /// The day on which it would be paid if there were no holidays.
    pub regular_pay_date: NaiveDate,
    /// The tax period, as the law numbers them.
    pub tax_period: u32,
}

/// No period of a year ends further away from it than so many days.
const NEAR: i64 = 110;

/// And none is paid, or cut off, further away than these.
const MARGIN: i64 = 260;

impl PayCalendar {
    /// The periods of a tax year, in order.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// use fondaco_payroll::calendars::{PayCalendar, PayFrequency, TaxTime};
    /// // Weekly, paid on the Friday that ends the week: one Friday was 5 April 2024, in week 53.
    /// let weekly = PayCalendar::new(PayFrequency::Weekly, "2025-04-05".parse()?, TaxTime::united_kingdom());
    /// let banks = Calendar::named("MON-FRI")?;
    /// assert_eq!(weekly.year(2025, &banks)?.len(), 52);
    /// assert_eq!(weekly.year(2023, &banks)?.last().map(|week| week.tax_period), Some(53));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`PayCalendar::check`], [`PayCalendarError::PayYearBeyond`], and [`PayCalendarError::Calendar`] when a pay day can't be
    /// moved.
    pub fn year(&self, year: i32, calendar: &Calendar) -> Result<Vec<Period>, PayCalendarError> {
        self.check()?;
        let beyond = || PayCalendarError::PayYearBeyond { year };
        let days = self.tax.days_of(year).filter(|_| (1900..=9999).contains(&year));
        let days = days.ok_or_else(beyond)?;
        let around = |date: Option<NaiveDate>, by| date.and_then(|date| shifted(date, by));
        let (from, until) = (around(days.start(), -MARGIN), around(days.end(), MARGIN));
        let (from, until) = (from.ok_or_else(beyond)?, until.ok_or_else(beyond)?);
        let table = DateRange::new(from, until).ok().and_then(|range| calendar.over(range).ok());
        let table = table.ok_or_else(beyond)?;
        let near = |by| around(if by < 0 { days.start() } else { days.end() }, by);
        let (first, last) = (near(-NEAR).ok_or_else(beyond)?, near(NEAR).ok_or_else(beyond)?);
        let mut periods = Vec::new();
        for index in self.index_of(first)..=self.index_of(last) {
            let period = self.days_of(index).ok_or_else(beyond)?;
            let made = self.period(year, period, &table)?;
            if days.contains(self.deciding(&made)) {
                periods.push(made);
            }
        }
        let of = u32::try_from(periods.len()).unwrap_or(u32::MAX);
        for (number, period) in (1..).zip(&mut periods) {
            (period.number, period.of) = (number, of);
            if self.tax.numbering == Numbering::Counted {
                period.tax_period = number;
            }
        }
        Ok(periods)
    }

    /// The period in which a day is worked.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// use fondaco_payroll::calendars::{PayCalendar, PayDay, PayFrequency, TaxTime};
    /// let later = PayDay::OfMonth { day: 10, months_later: 1 };
    /// let monthly = PayCalendar::new(PayFrequency::Monthly, "2026-01-01".parse()?, TaxTime::united_states());
    /// let december = monthly.paid(later).period_on("2026-12-24".parse()?, &Calendar::named("MON-FRI")?)?;
    /// assert_eq!((december.year, december.number), (2027, 1)); // the tax year follows the pay day
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`PayCalendar::year`].
    pub fn period_on(
        &self,
        date: NaiveDate,
        calendar: &Calendar,
    ) -> Result<Period, PayCalendarError> {
        let near = self.tax.year_of(date).unwrap_or_default();
        for year in [near, near.saturating_add(1), near.saturating_sub(1)] {
            let found = self.year(year, calendar)?.into_iter();
            if let Some(period) = found.into_iter().find(|period| period.days.contains(date)) {
                return Ok(period);
            }
        }
        Err(PayCalendarError::PayYearBeyond { year: near })
    }

    /// The years, from one to another, that have a period more than usual, each with how many it has.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// use fondaco_payroll::calendars::{PayCalendar, PayFrequency, TaxTime};
    /// // Every other Friday from 2 January 2026 on. The next 1 January that is one is paid on 31 December, and so in the year before.
    /// let biweekly = PayCalendar::new(PayFrequency::Biweekly, "2025-12-20".parse()?, TaxTime::united_states());
    /// assert_eq!(biweekly.long_years(2026, 2030, &Calendar::named("MON-FRI")?)?, [(2027, 27)]);
    /// assert_eq!(biweekly.long_years(2026, 2030, &Calendar::named("US")?)?, [(2026, 27)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`PayCalendar::year`].
    pub fn long_years(
        &self,
        from: i32,
        to: i32,
        calendar: &Calendar,
    ) -> Result<Vec<(i32, u32)>, PayCalendarError> {
        let mut long = Vec::new();
        for year in from..=to {
            let of = self.year(year, calendar)?.len();
            let of = u32::try_from(of).unwrap_or(u32::MAX);
            if of > self.frequency.usual_periods() {
                long.push((year, of));
            }
        }
        Ok(long)
    }

    /// The day that decides to which year a period belongs.
    fn deciding(&self, period: &Period) -> NaiveDate {
        match self.tax.basis {
            TaxBasis::PayDate => period.pay_date,
            TaxBasis::RegularPayDate => period.regular_pay_date,
            TaxBasis::PeriodEnd => period.days.end().unwrap_or(period.pay_date),
        }
    }

    /// A period with its days; its number is told when all of the year are there.
    fn period(
        &self,
        year: i32,
        days: DateRange,
        table: &WorkingDays,
    ) -> Result<Period, PayCalendarError> {
        let beyond = || PayCalendarError::PayYearBeyond { year };
        let end = days.end().ok_or_else(beyond)?;
        let regular = self.regular_pay_date(end).ok_or_else(beyond)?;
        let pay_date = table.roll(regular, self.business_days.roll)?;
        let cut_off = table.add(pay_date, -i64::from(self.cut_off_days), Roll::Preceding)?;
        let mut period = Period {
            year,
            number: 0,
            of: 0,
            days,
            cut_off,
            pay_date,
            regular_pay_date: regular,
            tax_period: 0,
        };
        let decides = self.deciding(&period);
        period.tax_period = self.tax.number_of(decides, self.frequency).ok_or_else(beyond)?;
        Ok(period)
    }
}
