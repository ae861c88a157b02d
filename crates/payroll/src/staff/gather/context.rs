//! What all employees of a pay group share in a period.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use fondaco_core::calendar::{self, Calendar};
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{DateRange, PartyId, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Gathered;
use super::person::{Person, Rows};
use super::values::period_values;
use crate::PayrollError;
use crate::calendars::{AnnualPay, PayGroup, PayPeriod, TaxBasis, pay_group};
use crate::defined::Moment;
use crate::leave::{LeavePolicy, LeaveRequest, StoredPolicy};
use crate::rules::RuleFile;
use crate::runs::{PayValue, Whole};
use crate::staff::component::{ScaleFact, ScalePay};
use crate::staff::rules::rule_set;
use crate::staff::term::{PrivateFact, TermFact};
use crate::staff::{Component, Employee, PayItem, StaffError, TimeSheet};

/// What all employees of a pay group share in a period, read once.
#[derive(Debug)]
pub struct Gathering {
    pub(super) group: Arc<PayGroup>,
    pub(super) period: PayPeriod,
    pub(super) calendar: Calendar,
    /// As of when everything is taken; `None` for now.
    pub(super) known: Option<Timestamp>,
    pub(super) components: BTreeMap<SmolStr, Arc<Component>>,
    pub(super) scales: BTreeMap<(SmolStr, SmolStr, u32), Timeline<Whole<ScalePay>>>,
    pub(super) policies: BTreeMap<SmolStr, Whole<LeavePolicy>>,
    /// How many digits the currency of the rules has.
    pub(super) digits: u32,
    /// What the rules are told of the period itself.
    pub(super) values: Vec<(SmolStr, PayValue)>,
}

impl Gathering {
    /// What is shared in a period of a pay group: as it is known now, or as it was known at a time.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// let payroll = payroll();
    /// let salary = payroll.view(|view| {
    ///     let march = pay_period(view, &"monthly".into(), 2026, 3)?;
    ///     let cases = Gathering::open(view, &march, None)?.gather(view, &[employee_party("1001")])?;
    ///     Ok::<_, PayrollError>(cases[0].input.as_ref().unwrap().components[0].amount)
    /// })?;
    /// assert_eq!(salary, 5000.into());
    /// # Ok::<(), PayrollError>(())
    /// ```
    ///
    /// # Errors
    /// What is missing of the pay group; a [`Halt`](fondaco_core::Halt), to be passed on.
    pub fn open(
        read: &mut impl Reading,
        period: &PayPeriod,
        known: Option<Timestamp>,
    ) -> Result<Gathering, PayrollError> {
        let days = (period.starts, period.ends);
        let group = pay_group(read, &period.pay_group)?;
        let components = read.peek_scan(&Range::<Component>::all())?;
        let policies = read.peek_scan(&Range::<StoredPolicy>::all())?;
        let said_anew = !group.history.is_empty()
            || components.iter().any(|row| !row.history.is_empty())
            || policies.iter().any(|row| !row.history.is_empty());
        let moment = match said_anew {
            true => Moment::of(read, &group.code, days, known)?,
            false => Moment::default(),
        };
        let group = group.at(&moment);
        let calendar = calendar::find(read, &group.work_calendar)?;
        let set = rule_set(read, &SmolStr::default(), &group.rules)?;
        let file: &RuleFile = set.file();
        Ok(Gathering {
            digits: file.currency.minor_units().unwrap_or(2),
            values: period_values(file, group.calendar.frequency, period),
            period: period.clone(),
            calendar,
            known,
            components: components
                .into_iter()
                .map(|row| (row.code.clone(), row.at(&moment)))
                .collect(),
            scales: scales(read)?,
            policies: policies.iter().map(|row| (row.code.clone(), row.at(&moment))).collect(),
            group,
        })
    }

    /// The next employees in order of their ids, from one on, and where those after them begin: all who have, or ever had, a contract with
    /// the pay group. Of these, those who have none in the period are left out.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt), to be passed on. What is wrong with one employee is told of that one.
    pub fn next(
        &self,
        read: &mut impl Reading,
        from: Option<PartyId>,
        limit: usize,
    ) -> Result<(Vec<Gathered>, Option<PartyId>), PayrollError> {
        let (mut ids, mut after) = (Vec::<PartyId>::new(), from);
        // One row for each contract: some employees have several.
        while ids.len() <= limit {
            let range =
                Range::by(TermFact::BY_GROUP, &self.group.code).limit(limit.saturating_add(1));
            let range = if let Some(from) = &after { range.from(from) } else { range };
            let rows = read.peek_scan(&range)?;
            let (full, last) = (rows.len() > limit, rows.last().map(|row| row.employee));
            ids.extend(rows.iter().map(|row| row.employee));
            ids.sort_unstable();
            ids.dedup();
            match last {
                Some(last) if full && Some(last) != after => after = Some(last),
                // More contracts than a chunk has room for are one employee's.
                Some(last) if full => after = next_id(last),
                _ => break,
            }
        }
        let rest = ids.get(limit).copied();
        ids.truncate(limit);
        Ok((self.gather(read, &ids)?, rest))
    }

    /// The cases of these employees. Those who have no contract with the pay group in the period are left out.
    ///
    /// # Errors
    /// As [`Gathering::next`].
    pub fn gather(
        &self,
        read: &mut impl Reading,
        employees: &[PartyId],
    ) -> Result<Vec<Gathered>, PayrollError> {
        let found = read.peek_many::<Employee>(employees)?;
        let of = employees.iter().collect::<Vec<_>>();
        let terms = read
            .peek_scans(&of.iter().map(|id| Range::<TermFact>::by_key(*id)).collect::<Vec<_>>())?;
        let private = read.peek_scans(
            &of.iter().map(|id| Range::<PrivateFact>::by_key(*id)).collect::<Vec<_>>(),
        )?;
        let requests = read.peek_scans(
            &of.iter().map(|id| Range::<LeaveRequest>::by_key(*id)).collect::<Vec<_>>(),
        )?;
        let (first, last) = (self.wide().start(), self.period.ends);
        let first = first.unwrap_or(self.period.starts);
        let items =
            |id: &&PartyId| Range::<PayItem>::by_key(*id).from(&self.period.starts).through(&last);
        let items = read.peek_scans(&of.iter().map(items).collect::<Vec<_>>())?;
        let sheets = |id: &&PartyId| Range::<TimeSheet>::by_key(*id).from(&first).through(&last);
        let sheets = read.peek_scans(&of.iter().map(sheets).collect::<Vec<_>>())?;
        let lists = terms.into_iter().zip(private).zip(requests).zip(items).zip(sheets);
        let mut all = Vec::with_capacity(employees.len());
        for ((party, employee), ((((terms, private), requests), items), sheets)) in
            employees.iter().zip(found).zip(lists)
        {
            let Some(employee) = employee else { continue };
            let rows = Rows { terms, private, requests, items, sheets };
            let person = Person::of(self, &employee, rows);
            let leaves = person.as_ref().is_ok_and(Person::leaves);
            let input = match person.and_then(|person| person.input()) {
                Ok(None) => continue,
                Ok(Some(input)) => Ok(input),
                Err(PayrollError::Halt(halt)) => return Err(halt.into()),
                Err(error) => Err(error),
            };
            all.push(Gathered { employee: *party, number: employee.number.clone(), leaves, input });
        }
        Ok(all)
    }

    /// The days of the period.
    pub(super) fn days(&self) -> DateRange {
        self.period.days()
    }

    /// The days whose hours count: with overtime, those of the week in which the period begins.
    pub(super) fn wide(&self) -> DateRange {
        let first = match self.group.time.overtime {
            Some(_) => self.week_of(self.period.starts),
            None => self.period.starts,
        };
        DateRange::new(first, self.period.ends).unwrap_or(self.days())
    }

    /// The first day of the week that a day lies in.
    pub(super) fn week_of(&self, day: NaiveDate) -> NaiveDate {
        let since = day.weekday().days_since(self.group.time.week_starts);
        day.checked_sub_days(Days::new(since.into())).unwrap_or(day)
    }

    /// A component, which has to be there.
    pub(super) fn component(&self, code: &SmolStr) -> Result<&Component, PayrollError> {
        let unknown = || StaffError::UnknownComponent { component: code.clone() };
        Ok(self.components.get(code).ok_or_else(unknown)?)
    }

    /// An amount in the smallest coin.
    pub(super) fn coins(&self, amount: Decimal) -> Decimal {
        fondaco_core::rounding::round(amount, self.digits, fondaco_core::Rounding::HalfUp)
    }

    /// The tax year: where it follows the pay date, that of the day on which is paid, which may not be the period's own.
    pub(super) fn year(&self) -> i32 {
        let tax = self.group.calendar.tax;
        match tax.basis {
            TaxBasis::PayDate => tax.year_of(self.period.pay_date).unwrap_or(self.period.year),
            TaxBasis::RegularPayDate | TaxBasis::PeriodEnd => self.period.year,
        }
    }

    /// Over how many periods pay by the year is spread.
    pub(super) fn annual_periods(&self) -> u32 {
        match self.group.annual {
            AnnualPay::Usual => self.group.calendar.frequency.usual_periods(),
            AnnualPay::Actual => self.period.of.max(1),
        }
    }

    /// The day whose rules hold.
    pub(super) fn rules_on(&self) -> NaiveDate {
        match self.group.calendar.tax.basis {
            TaxBasis::PeriodEnd => self.period.ends,
            TaxBasis::PayDate => self.period.pay_date,
            // Rules, rates and tax codes are those of the year that it counts to, wherever a holiday moved the money.
            TaxBasis::RegularPayDate => {
                let regular = self.group.calendar.regular_pay_date(self.period.ends);
                regular.unwrap_or(self.period.pay_date)
            }
        }
    }

    /// Whether something was known when everything is taken.
    pub(super) fn knew(&self, recorded_at: Timestamp) -> bool {
        self.known.is_none_or(|known| recorded_at <= known)
    }

    /// The days of a timeline on which something holds, as it is known, within some days.
    pub(super) fn segments<'t, T>(
        &self,
        timeline: &'t Timeline<T>,
        within: DateRange,
    ) -> Vec<(DateRange, &'t T)> {
        let known = self.known.map_or(timeline.known_now(), |known| timeline.known_at(known));
        let all = known.segments().into_iter();
        all.filter_map(|segment| Some((segment.days.intersect(within)?, segment.value))).collect()
    }

    /// What holds on a day, as it is known.
    pub(super) fn on<'t, T>(&self, timeline: &'t Timeline<T>, day: NaiveDate) -> Option<&'t T> {
        self.known.map_or(timeline.known_now(), |known| timeline.known_at(known)).as_of(day)
    }
}

fn next_id(id: PartyId) -> Option<PartyId> {
    id.to_u128().checked_add(1).map(PartyId::from_u128)
}

type Scales = BTreeMap<(SmolStr, SmolStr, u32), Timeline<Whole<ScalePay>>>;

/// All pay scales.
pub(super) fn scales(read: &mut impl Reading) -> Result<Scales, PayrollError> {
    let rows = read.peek_scan(&Range::<ScaleFact>::all())?;
    let mut all = BTreeMap::new();
    for rows in rows.chunk_by(|a, b| (&a.scale, &a.grade, a.step) == (&b.scale, &b.grade, b.step)) {
        let Some(first) = rows.first() else { continue };
        let key = (first.scale.clone(), first.grade.clone(), first.step);
        all.insert(key, Timeline::of_rows(TimelineRules::default(), rows)?);
    }
    Ok(all)
}
