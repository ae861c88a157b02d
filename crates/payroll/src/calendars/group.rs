//! Who is paid together, and the periods of their years.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::calendar::Calendar;
use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::{Permission, Request};
use fondaco_core::store::{Event, Field, Record, Value};
use fondaco_core::{Act, DateRange, Halt, Range, Reading, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{PayCalendar, PayCalendarError, Period};
use crate::PayrollError;
use crate::defined::{Moment, Version, again};
use crate::proration::Proration;
use crate::runs::{Parts, PayData, Whole};
use crate::time::TimeRules;

/// Say who is paid together, when, and from what.
pub const SET_UP: Permission = Permission::new(
    "payroll.set_up",
    "define pay groups, their years, components of pay and pay scales",
);

/// Those who are paid together.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "payroll_group", kind = state, key(code), guard(all()), layout = 3)]
pub struct PayGroup {
    /// Its code: `monthly`, `plant-2`.
    pub code: SmolStr,
    /// What it is called.
    pub title: SmolStr,
    /// Under which book of rules they are paid: `united_kingdom`.
    pub rules: SmolStr,
    /// When they are paid.
    pub calendar: Whole<PayCalendar>,
    /// Which days they work, by the code of a calendar of core's.
    pub work_calendar: SmolStr,
    /// How a part of a period is paid.
    pub proration: Whole<ProrationRule>,
    /// What becomes of hours.
    pub time: Whole<TimeRules>,
    /// Over how many periods pay by the year is spread.
    pub annual: AnnualPay,
    /// What was said of it so far, the first first; nothing where it was said once.
    #[record(since = 2)]
    pub history: Parts<Version<DefinePayGroup>>,
    /// What keeps who recorded it from approving the runs that it goes into; see [`DefinePayGroup::segregated`].
    #[record(since = 3)]
    pub segregated: Parts<PayData>,
}

impl PayGroup {
    /// The group as it holds for a period.
    pub(crate) fn at(self: Arc<PayGroup>, moment: &Moment) -> Arc<PayGroup> {
        let Some(said) = moment.holding(&self.history) else { return self };
        let apart = moment.holding_all(&self.history).find_map(|said| said.segregated.clone());
        let (history, segregated) = (self.history.clone(), apart.unwrap_or_default().into());
        Arc::new(PayGroup { history, segregated, ..said.group() })
    }

    /// The calendar by which a period that ends on a day is paid.
    pub(super) fn calendar_on(&self, day: NaiveDate) -> &PayCalendar {
        Moment::on(day).holding(&self.history).map_or(&*self.calendar, |said| &said.calendar)
    }

    /// All calendars that it has, or had.
    pub(super) fn calendars(&self) -> Vec<&PayCalendar> {
        let mut all: Vec<&PayCalendar> = Vec::new();
        let said = self.history.iter().map(|version| &version.said.calendar);
        for calendar in said.chain([&*self.calendar]) {
            if !all.contains(&calendar) {
                all.push(calendar);
            }
        }
        all
    }

    /// What was said of it last.
    fn said(&self) -> DefinePayGroup {
        DefinePayGroup {
            code: self.code.clone(),
            title: self.title.clone(),
            rules: self.rules.clone(),
            calendar: PayCalendar::clone(&self.calendar),
            work_calendar: Some(self.work_calendar.clone()),
            proration: *self.proration,
            time: TimeRules::clone(&self.time),
            annual: self.annual,
            segregated: Some(self.segregated.to_vec()),
            from: None,
        }
    }
}

/// Over how many periods pay by the year is spread, where a year has one more than usual.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnualPay {
    /// Over the usual number, 52 or 26: a year of 53 or 27 periods pays more.
    #[default]
    Usual,
    /// Over those that the year has: each of 27 pays a little less.
    Actual,
}

/// How a part of a period is paid: the [`Proration`] that a pay group keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProrationRule {
    /// By its calendar days over those of the period.
    #[default]
    CalendarDays,
    /// By its working days over those of the period.
    WorkingDays,
    /// Every month has 30 days.
    Fixed30,
    /// By its calendar days over a fixed number.
    CalendarDaysOver(#[serde(with = "decimal::as_text")] Decimal),
    /// By its working days over a fixed number, such as 21.75.
    WorkingDaysOver(#[serde(with = "decimal::as_text")] Decimal),
}

impl ProrationRule {
    /// The function, with the calendar of the days that are worked.
    #[must_use]
    pub fn with(self, calendar: &Calendar) -> Proration<'_> {
        match self {
            ProrationRule::CalendarDays => Proration::CalendarDays,
            ProrationRule::WorkingDays => Proration::WorkingDays(calendar),
            ProrationRule::Fixed30 => Proration::Fixed30,
            ProrationRule::CalendarDaysOver(days) => Proration::CalendarDaysOver(days),
            ProrationRule::WorkingDaysOver(days) => Proration::WorkingDaysOver(calendar, days),
        }
    }
}

/// A period in which a pay group is paid. It stays as it was opened, whatever becomes of the calendar.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_period", kind = state, key(pay_group, year, number), guard(by_group(pay_group)))]
pub struct PayPeriod {
    /// Which pay group's.
    pub pay_group: SmolStr,
    /// The tax year that it belongs to.
    pub year: i32,
    /// Its number in that year, from 1. In a year of two calendars they are numbered on, and a number may lie beyond [`of`](field@PayPeriod::of).
    pub number: u32,
    /// How many periods a year of its calendar has, for what is paid by the year: 12 of the six months behind 26 weeks.
    pub of: u32,
    /// The first day worked.
    pub starts: NaiveDate,
    /// The last day worked.
    pub ends: NaiveDate,
    /// The last day on which what counts for it can be told.
    pub cut_off: NaiveDate,
    /// The day on which it is paid.
    pub pay_date: NaiveDate,
    /// The tax period, as the law numbers them.
    pub tax_period: u32,
}

impl PayPeriod {
    /// The days worked.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// let payroll = payroll();
    /// let march = payroll.view(|view| pay_period(view, &"monthly".into(), 2026, 3))?;
    /// assert_eq!(march.days(), "2026-03-01/2026-03-31".parse().unwrap());
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn days(&self) -> DateRange {
        DateRange::new(self.starts, self.ends).unwrap_or(DateRange::day(self.starts))
    }

    pub(crate) fn of(group: &SmolStr, period: &Period) -> PayPeriod {
        let day = period.pay_date;
        PayPeriod {
            pay_group: group.clone(),
            year: period.year,
            number: period.number,
            of: period.of,
            starts: period.days.start().unwrap_or(day),
            ends: period.days.end().unwrap_or(day),
            cut_off: period.cut_off,
            pay_date: period.pay_date,
            tax_period: period.tax_period,
        }
    }
}

/// A pay group, for people and for what rests on it otherwise.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// let payroll = payroll();
/// assert_eq!(payroll.view(|view| pay_group(view, &"monthly".into()))?.rules, "united_states");
/// let none = payroll.view(|view| pay_group(view, &"yearly".into())).unwrap_err();
/// assert_eq!(none.code(), "payroll.unknown_pay_group");
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`PayCalendarError::UnknownPayGroup`], or a [`Halt`] to be passed on.
pub fn pay_group(read: &mut impl Reading, code: &SmolStr) -> Result<Arc<PayGroup>, PayrollError> {
    let unknown = || PayCalendarError::UnknownPayGroup { group: code.clone() }.into();
    read.peek_require::<PayGroup, PayrollError>(code, unknown)
}

/// A period that is open.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// let payroll = payroll();
/// let march = payroll.view(|view| pay_period(view, &"monthly".into(), 2026, 3))?;
/// assert_eq!((march.starts, march.ends), (day("2026-03-01"), day("2026-03-31")));
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`PayCalendarError::UnknownPayPeriod`], or a [`Halt`] to be passed on.
pub fn pay_period(
    read: &mut impl Reading,
    group: &SmolStr,
    year: i32,
    number: u32,
) -> Result<Arc<PayPeriod>, PayrollError> {
    let unknown =
        || PayCalendarError::UnknownPayPeriod { group: group.clone(), year, number }.into();
    read.peek_require::<PayPeriod, PayrollError>(&(group.clone(), year, number), unknown)
}

/// The period of these days, in whichever year.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// let payroll = payroll();
/// let days = "2026-03-01/2026-03-31".parse().unwrap();
/// assert_eq!(payroll.view(|view| pay_period_of(view, &"monthly".into(), days))?.number, 3);
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`PayCalendarError::NoPayPeriod`], or a [`Halt`] to be passed on.
pub fn pay_period_of(
    read: &mut impl Reading,
    group: &SmolStr,
    days: DateRange,
) -> Result<Arc<PayPeriod>, PayrollError> {
    let periods = read.peek_scan(&Range::<PayPeriod>::by_key(group))?;
    let found = periods.into_iter().find(|period| period.days() == days);
    let none = || PayCalendarError::NoPayPeriod { group: group.clone(), days };
    Ok(found.ok_or_else(none)?)
}

/// The periods of a year that are open, in order.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// let payroll = payroll();
/// let year = payroll.view(|view| pay_periods(view, &"monthly".into(), 2026))?;
/// assert_eq!(year.len(), 12);
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn pay_periods(
    read: &mut impl Reading,
    group: &SmolStr,
    year: i32,
) -> Result<Vec<Arc<PayPeriod>>, Halt> {
    read.peek_scan(&Range::<PayPeriod>::by_key(&(group.clone(), year)))
}

/// Says who is paid together, or says it anew. Periods that are open stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinePayGroup {
    /// See [`PayGroup::code`].
    pub code: SmolStr,
    /// See [`PayGroup::title`].
    pub title: SmolStr,
    /// See [`PayGroup::rules`].
    pub rules: SmolStr,
    /// When they are paid.
    pub calendar: PayCalendar,
    /// See [`PayGroup::work_calendar`]; that of the pay days when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_calendar: Option<SmolStr>,
    /// How a part of a period is paid.
    #[serde(default)]
    pub proration: ProrationRule,
    /// What becomes of hours.
    #[serde(default)]
    pub time: TimeRules,
    /// See [`PayGroup::annual`].
    #[serde(default)]
    pub annual: AnnualPay,
    /// Segregation of duties: which data keep who recorded them from approving a run that they go into, until somebody else has approved a slip
    /// of the days that they are about. Whatever is said here, who computed a run or changed a slip of it does not approve it. Where it is left
    /// out, each period keeps what was said before of its days, of a new group nothing; an empty list ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segregated: Option<Vec<PayData>>,
    /// Of a group that is said anew, from which day on: it holds for periods that end then or later, with all of their days. Where it is left
    /// out, for those whose regular run is not approved yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
}

impl DefinePayGroup {
    /// Those who are paid by these rules and this calendar.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_payroll::Payroll;
    /// use fondaco_payroll::calendars::{DefinePayGroup, OpenPayYear, PayCalendar, PayFrequency, TaxTime};
    /// # use fondaco_store::Memory;
    /// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
    /// let calendar = PayCalendar::new(PayFrequency::Monthly, "2026-01-01".parse()?, TaxTime::united_states());
    /// payroll.send("group", &DefinePayGroup::new("monthly", "Salaried", "united_states", calendar))?;
    /// assert_eq!(payroll.send("2026", &OpenPayYear::new("monthly", 2026))?.answer, 12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        title: impl Into<SmolStr>,
        rules: impl Into<SmolStr>,
        calendar: PayCalendar,
    ) -> DefinePayGroup {
        DefinePayGroup {
            code: code.into(),
            title: title.into(),
            rules: rules.into(),
            calendar,
            work_calendar: None,
            proration: ProrationRule::default(),
            time: TimeRules::default(),
            annual: AnnualPay::default(),
            segregated: None,
            from: None,
        }
    }

    /// What is to be kept of [`segregated`](DefinePayGroup::segregated): nothing where a period takes it from what was said before of its days.
    fn kept_apart(&self, before: &PayGroup) -> Option<Vec<PayData>> {
        let of_before = match before.history.last() {
            None => Some(before.segregated.to_vec()),
            // It holds wherever this one does, and may be the same.
            Some(last) if last.from.is_none() && self.from.is_none() => {
                last.said.segregated.clone()
            }
            Some(_) => None,
        };
        self.segregated.clone().or(of_before)
    }

    fn group(&self) -> PayGroup {
        let work = self.work_calendar.as_ref().unwrap_or(&self.calendar.business_days.calendar);
        PayGroup {
            code: self.code.clone(),
            title: self.title.clone(),
            rules: self.rules.clone(),
            calendar: Whole::new(self.calendar.clone()),
            work_calendar: work.clone(),
            proration: Whole::new(self.proration),
            time: Whole::new(self.time.clone()),
            annual: self.annual,
            history: Parts::default(),
            segregated: self.segregated.clone().unwrap_or_default().into(),
        }
    }
}

impl Act for DefinePayGroup {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        tx.authorize(&Request::new(&SET_UP))?;
        check_code("pay group", &self.code)?;
        check_line("title", &self.title)?;
        check_code("rules", &self.rules)?;
        self.calendar.check()?;
        self.time.check()?;
        tx.calendar(&self.calendar.business_days.calendar)?;
        let mut group = self.group();
        tx.calendar(&group.work_calendar)?;
        if let Some(before) = tx.get::<PayGroup>(&self.code)? {
            if self.segregated.is_none() {
                let day = self.from.unwrap_or(tx.now().date_utc());
                group.segregated = before.clone().at(&Moment::on(day)).segregated.clone();
            }
            let said = DefinePayGroup { segregated: self.kept_apart(&before), ..group.said() };
            let now = (self.from, tx.now());
            group.history = again(&before.history, before.said(), now, said);
        }
        tx.emit(Event::new("payroll.group_defined").with("group", Value::Text(self.code.clone())));
        tx.upsert(group)?;
        Ok(())
    }
}
