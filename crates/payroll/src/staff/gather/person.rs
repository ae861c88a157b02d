//! One employee in a period.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Personal;
use fondaco_core::timeline::{Recorded, Timeline, TimelineRules};
use fondaco_core::{DateRange, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Gathering;
use super::jobs::JobStay;
use super::values::{banks, card};
use crate::PayrollError;
use crate::leave::LeaveRequest;
use crate::runs::{InputWarning, PayInput, PaySegment, Whole};
use crate::staff::term::{PrivateFact, PrivateTerm, Term, TermFact};
use crate::staff::{Contract, Employee, PayItem, StaffError, TimeSheet, Topic};
use crate::time::DaySheet;

/// The rows of one employee.
pub(super) struct Rows {
    pub(super) terms: Vec<Arc<TermFact>>,
    pub(super) private: Vec<Arc<PrivateFact>>,
    pub(super) requests: Vec<Arc<LeaveRequest>>,
    pub(super) items: Vec<Arc<PayItem>>,
    pub(super) sheets: Vec<Arc<TimeSheet>>,
}

type Series<T> = BTreeMap<(Topic, SmolStr), Timeline<T>>;

/// Days of a contract, or of a part of it.
#[derive(Clone, Copy)]
pub(super) struct Stay<'p> {
    pub(super) days: DateRange,
    pub(super) contract: &'p Contract,
}

/// Days of leave that is granted: of each policy how much.
pub(super) type OnLeave = BTreeMap<NaiveDate, Vec<(SmolStr, Decimal)>>;

/// One employee, as known.
pub(super) struct Person<'g> {
    pub(super) of: &'g Gathering,
    pub(super) number: SmolStr,
    employee: Arc<Employee>,
    terms: Series<Whole<Term>>,
    private: Series<Personal<Whole<PrivateTerm>>>,
    pub(super) leave: OnLeave,
    pub(super) items: Vec<Arc<PayItem>>,
    /// What counts of a day and job.
    pub(super) sheets: BTreeMap<(NaiveDate, SmolStr), Whole<DaySheet>>,
}

impl<'g> Person<'g> {
    pub(super) fn of(
        of: &'g Gathering,
        employee: &Arc<Employee>,
        rows: Rows,
    ) -> Result<Person<'g>, PayrollError> {
        let mut leave = OnLeave::new();
        let known = |at: Option<Timestamp>| at.is_some_and(|at| of.knew(at));
        let granted =
            |request: &&Arc<LeaveRequest>| known(request.approved_at) && !known(request.ended_at);
        for request in rows.requests.iter().filter(granted) {
            for day in request.days.iter() {
                leave.entry(day.day).or_default().push((request.policy.clone(), day.amount));
            }
        }
        let mut sheets = BTreeMap::new();
        for sheet in rows.sheets.iter().filter(|sheet| of.knew(sheet.recorded_at)) {
            sheets.insert((sheet.day, sheet.job.clone()), sheet.sheet.clone());
        }
        sheets.retain(|_, sheet| !sheet.worked.is_empty() || !sheet.hours.is_zero());
        Ok(Person {
            of,
            number: employee.number.clone(),
            employee: employee.clone(),
            terms: series(&rows.terms, |row| (row.topic, row.series.clone()))?,
            private: series(&rows.private, |row| (row.topic, row.series.clone()))?,
            leave,
            items: rows.items.into_iter().filter(|item| of.knew(item.recorded_at)).collect(),
            sheets,
        })
    }

    /// What is said of a topic, series by series.
    pub(super) fn said(
        &self,
        topic: Topic,
    ) -> impl Iterator<Item = (&SmolStr, &Timeline<Whole<Term>>)> {
        let all = self.terms.iter().filter(move |((of, _), _)| *of == topic);
        all.map(|((_, series), timeline)| (series, timeline))
    }

    pub(super) fn private(
        &self,
        topic: Topic,
        series: &str,
    ) -> Option<&Timeline<Personal<Whole<PrivateTerm>>>> {
        self.private.get(&(topic, series.into()))
    }

    /// The contracts with the pay group within some days.
    pub(super) fn stays(&self, within: DateRange) -> Vec<Stay<'_>> {
        let mut stays = Vec::new();
        for (_, timeline) in self.said(Topic::Contract) {
            for (days, term) in self.of.segments(timeline, within) {
                if let Term::Contract(contract) = &**term
                    && contract.group == self.of.group.code
                {
                    stays.push(Stay { days, contract });
                }
            }
        }
        stays
    }

    /// The case; `None` for who has no contract with the pay group in the period.
    pub(super) fn input(&self) -> Result<Option<PayInput>, PayrollError> {
        let (of, days) = (self.of, self.of.days());
        let stays = self.stays(days);
        let Some(last) = stays.last().copied() else {
            self.none_is_paid()?;
            return Ok(None);
        };
        let period = &of.period;
        let last_day = last.days.end().unwrap_or(period.ends);
        let mut input = PayInput::new(
            self.employee.party,
            self.number.clone(),
            days,
            period.pay_date,
            of.group.rules.clone(),
        );
        input.rules_on = of.rules_on();
        input.tax = Some(of.group.calendar.tax);
        input.years.insert(SmolStr::new_static("tax_year"), of.year());
        if (of.group.calendar.tax.month, of.group.calendar.tax.day) == (1, 1) {
            input.years.insert(SmolStr::new_static("calendar_year"), of.year());
        }
        input.values.extend(of.values.iter().cloned());
        input.shares = last.contract.cost_centres.clone();
        input.net_floor = last.contract.net_floor;
        let jobs = self.jobs(of.wide())?;
        self.check_sheets(&jobs)?;
        input.components = self.components(&jobs)?;
        input.segments = segments(&jobs, days);
        input.warnings.extend(self.hours_unpaid(&jobs)?);
        match card(self, last_day)? {
            Some(values) => input.values.extend(values),
            None => input
                .warnings
                .push(warning("missing_card", format!("no card for {}", of.group.rules))),
        }
        input.bank = banks(self, last_day)?;
        if input.bank.is_empty() {
            input.warnings.push(warning("missing_account", "no account to pay to".into()));
        }
        if last.days.end() < days.end() {
            input.warnings.push(warning("leaver_paid", format!("the contract ends on {last_day}")));
        }
        Ok(Some(input))
    }

    /// Whether no contract follows on the period.
    pub(super) fn leaves(&self) -> bool {
        let next = self.of.period.ends.succ_opt();
        next.is_none_or(|day| self.any_contract(day).is_none())
    }

    /// Who has no contract has nothing that would be paid.
    fn none_is_paid(&self) -> Result<(), PayrollError> {
        let days = self.of.days();
        let item = self.items.iter().find(|item| days.contains(item.day));
        if let Some(item) = item.filter(|item| self.any_contract(item.day).is_none()) {
            let value = format!("{} {}", item.component, item.value);
            return Err(self.no_contract(item.day, "component", value).into());
        }
        Ok(())
    }

    /// Hours lie on days of a contract, in a job.
    fn check_sheets(&self, jobs: &[JobStay<'_>]) -> Result<(), PayrollError> {
        for ((day, job), sheet) in &self.sheets {
            if self.any_contract(*day).is_none() {
                let minutes = sheet.minutes(&self.of.group.time, *day)?;
                return Err(self
                    .no_contract(*day, "hours", crate::time::hours_of(minutes)?.to_string())
                    .into());
            }
            let ours = self.stays(DateRange::day(*day)).is_empty();
            if !ours && !jobs.iter().any(|stay| stay.code == job && stay.days.contains(*day)) {
                let (employee, job, day) = (self.number.clone(), job.clone(), *day);
                return Err(StaffError::NoJob { employee, job, day }.into());
            }
        }
        Ok(())
    }

    fn any_contract(&self, day: NaiveDate) -> Option<&Term> {
        let (_, timeline) = self.said(Topic::Contract).next()?;
        self.of.on(timeline, day).map(|term| &**term)
    }

    fn no_contract(&self, day: NaiveDate, field: &'static str, value: String) -> StaffError {
        StaffError::NoContract { employee: self.number.clone(), day, field, value }
    }
}

pub(super) fn warning(code: &'static str, about: String) -> InputWarning {
    InputWarning { code: SmolStr::new_static(code), about: about.into() }
}

/// Where the period is cut, and what held.
fn segments(jobs: &[JobStay<'_>], days: DateRange) -> Vec<PaySegment> {
    let within = jobs.iter().filter_map(|stay| Some((stay, stay.days.intersect(days)?)));
    let segment = |(stay, days): (&JobStay<'_>, DateRange)| {
        let about = smol_str::format_smolstr!("{} {}", stay.code, stay.amount);
        Some(PaySegment { from: days.start()?, to: days.end()?, about })
    };
    let mut all: Vec<PaySegment> = within.filter_map(segment).collect();
    all.sort_by_key(|segment| segment.from);
    all
}

/// The timelines of rows, in the order of their key.
fn series<R: Recorded>(
    rows: &[Arc<R>],
    key: impl Fn(&R) -> (Topic, SmolStr),
) -> Result<Series<R::Value>, PayrollError> {
    let mut all = Series::new();
    for rows in rows.chunk_by(|a, b| key(a) == key(b)) {
        let Some(first) = rows.first() else { continue };
        all.insert(key(first), Timeline::of_rows(TimelineRules::default(), rows)?);
    }
    Ok(all)
}
