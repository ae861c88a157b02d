//! From people to what slips are computed from: a case for each of them and each pay period.
//!
//! A period is cut wherever something changes in it (a rate, a department, a first or last day), and each part is a component of its own, with
//! the department that bears it. Salaries are prorated by calendar days; hours are those of the working days.

use std::error::Error;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use fondaco::core::{DateRange, PartyId, Rounding, decimal};
use fondaco::payroll::proration::{Proration, Segment};
use fondaco::payroll::runs::{BankPart, BankShare, CostShare, PayComponent, PayInput, PaySegment};
use rust_decimal::Decimal;

use super::people::{Group, Person};

/// The year whose law is used: the shipped rules begin with it.
pub const LAW: i32 = 2025;
/// Hours of a whole day, of a year's salary.
const HOURS_A_DAY: i64 = 8;
const HOURS_A_YEAR: i64 = 2080;

/// A pay period of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub pay_date: NaiveDate,
    pub group: Group,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    pub fn days(&self) -> Result<DateRange, Box<dyn Error>> {
        Ok(DateRange::new(self.from, self.to)?)
    }

    /// What its runs are called.
    pub fn name(&self) -> String {
        format!("{:?} {}", self.group, self.to).to_lowercase()
    }

    /// The code of its pay calendar.
    pub fn calendar(&self) -> &'static str {
        match self.group {
            Group::Biweekly => "BIWEEKLY",
            Group::Monthly => "MONTHLY",
        }
    }

    /// The last working day of the months, and the Friday after two weeks that begin on a Monday, as far as they are paid from one day to
    /// another.
    pub fn between(first: NaiveDate, last: NaiveDate) -> Vec<Period> {
        let mut all = Vec::new();
        let mut from = NaiveDate::from_ymd_opt(2013, 6, 24).unwrap_or(first);
        while let (Some(to), Some(paid)) =
            (from.checked_add_days(Days::new(13)), from.checked_add_days(Days::new(18)))
        {
            if paid > last {
                break;
            }
            all.push(Period { pay_date: paid, group: Group::Biweekly, from, to });
            from = to.succ_opt().unwrap_or(to);
        }
        let mut from = first.with_day(1).unwrap_or(first);
        while let Some(next) = from.checked_add_months(Months::new(1)).filter(|_| from <= last) {
            let to = next.pred_opt().unwrap_or(next);
            let paid = to.iter_days_back().find(|day| is_working(*day)).unwrap_or(to);
            all.push(Period { pay_date: paid, group: Group::Monthly, from, to });
            from = next;
        }
        all.retain(|period| period.pay_date >= first);
        all.sort();
        all
    }
}

trait Back {
    fn iter_days_back(self) -> impl Iterator<Item = NaiveDate>;
}

impl Back for NaiveDate {
    fn iter_days_back(self) -> impl Iterator<Item = NaiveDate> {
        std::iter::successors(Some(self), NaiveDate::pred_opt)
    }
}

fn is_working(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// A case of a person and a period, of what was known on a day; nothing where they weren't employed on any day of it.
///
/// # Errors
/// None with the days and rates of these files; what the engine refuses otherwise.
pub fn case(
    person: &Person,
    period: &Period,
    known: &dyn Fn(NaiveDate) -> bool,
) -> Result<Option<PayInput>, Box<dyn Error>> {
    let from = period.from.max(person.hired);
    let to = person.left.map_or(period.to, |left| left.min(period.to));
    if from > to {
        return Ok(None);
    }
    let parts = parts(person, from, to, known);
    let party = PartyId::named(&person.number);
    let mut input = PayInput::new(
        party,
        person.number.as_str(),
        period.days()?,
        period.pay_date,
        "united_states",
    )
    .with(
        "frequency",
        match period.group {
            Group::Biweekly => "biweekly",
            Group::Monthly => "monthly",
        },
    )
    .with("w4_status", "single");
    input.rules_on = period.pay_date.with_year(LAW).unwrap_or(period.pay_date);
    input.components = components(person, period, &parts, known)?;
    // What is due on top is borne as the pay is.
    let borne = input.components.iter().flat_map(|part| {
        part.shares.iter().map(|of| CostShare { share: part.amount, ..of.clone() })
    });
    input.shares = borne.collect();
    input.segments = parts
        .iter()
        .map(|(from, to)| PaySegment {
            from: *from,
            to: *to,
            about: person.department_on(*from).into(),
        })
        .collect();
    input.bank = vec![BankShare { account: "MAIN".into(), part: BankPart::Rest }];
    Ok(Some(input))
}

/// The days from one to another, cut where a rate or a department changes.
fn parts(
    person: &Person,
    from: NaiveDate,
    to: NaiveDate,
    known: &dyn Fn(NaiveDate) -> bool,
) -> Vec<(NaiveDate, NaiveDate)> {
    let rates = person.rates.iter().map(|(day, _)| *day).filter(|day| known(*day));
    let departments = person.departments.iter().map(|(day, _)| *day);
    let mut cuts: Vec<NaiveDate> =
        rates.chain(departments).filter(|day| *day > from && *day <= to).collect();
    cuts.push(from);
    cuts.sort();
    cuts.dedup();
    let ends = cuts.iter().skip(1).filter_map(NaiveDate::pred_opt).chain([to]);
    cuts.iter().copied().zip(ends.collect::<Vec<_>>()).collect()
}

fn components(
    person: &Person,
    period: &Period,
    parts: &[(NaiveDate, NaiveDate)],
    known: &dyn Fn(NaiveDate) -> bool,
) -> Result<Vec<PayComponent>, Box<dyn Error>> {
    let borne =
        |day| vec![CostShare { centre: person.department_on(day).into(), share: Decimal::ONE }];
    if person.is_salaried {
        let whole = |day| -> Result<Decimal, Box<dyn Error>> {
            let periods = if period.group == Group::Monthly { 12 } else { 26 };
            let year = decimal::mul_exact(person.rate_on(day, known), HOURS_A_YEAR.into())?;
            Ok(decimal::div_round(year, periods.into(), 2, Rounding::HalfUp)?)
        };
        let mut segments = Vec::with_capacity(parts.len());
        for (from, to) in parts {
            segments.push(Segment::new(DateRange::new(*from, *to)?, whole(*from)?));
        }
        let pay = Proration::CalendarDays.pay(period.days()?, &segments, 2, Rounding::HalfUp)?;
        let component = |((from, _), pay): (&(NaiveDate, NaiveDate), Decimal)| PayComponent {
            shares: borne(*from),
            ..PayComponent::new("SALARY", "wages", pay)
        };
        return Ok(parts.iter().zip(pay).map(component).collect());
    }
    let mut components = Vec::with_capacity(parts.len());
    for (from, to) in parts {
        let days =
            from.iter_days().take_while(|day| day <= to).filter(|day| is_working(*day)).count();
        let hours = Decimal::from(HOURS_A_DAY * i64::try_from(days)?);
        let rate = person.rate_on(*from, known);
        let pay = decimal::mul_round(hours, rate, 2, Rounding::HalfUp)?;
        components.push(PayComponent {
            quantity: Some(hours),
            unit: Some("hour".into()),
            rate: Some(rate),
            shares: borne(*from),
            ..PayComponent::new("HOURS", "wages", pay)
        });
    }
    components.retain(|component| !component.amount.is_zero());
    Ok(components)
}
