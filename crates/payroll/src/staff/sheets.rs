//! Hours by day, as they are recorded: of a day and a job the last sheet counts, and those before it are still known.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, ActorId, PartyId, Range, Timestamp, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::contracts::Contracts;
use super::paid::PaidDays;
use super::{StaffError, check_count, known, numbered, rights};
use crate::PayrollError;
use crate::calendars::HeldGroups;
use crate::kernel_error::KernelError;
use crate::runs::{Parts, RunStatus, Whole};
use crate::time::{DaySheet, TimeRules};

/// What was worked on a day in a job, as it was recorded.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_sheet", kind = fact, key(employee, day, job, number), guard(by_day(employee, day)), layout = 2,
)]
pub struct TimeSheet {
    /// Whose.
    pub employee: PartyId,
    /// The day on which it began.
    pub day: NaiveDate,
    /// The job's code.
    pub job: SmolStr,
    /// Its number among the sheets of that day and job, from 0: the last one counts.
    pub number: u32,
    /// What was worked.
    pub sheet: Whole<DaySheet>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it, and behind that who handed the right to do so on. Nothing in rows of before it was kept.
    #[record(since = 2)]
    pub recorded_by: Parts<ActorId>,
}

/// What was worked on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSheet {
    /// The employee's number.
    pub employee: SmolStr,
    /// The day on which it began.
    pub day: NaiveDate,
    /// The job's code.
    pub job: SmolStr,
    /// What was worked; nothing takes back what was recorded.
    pub sheet: DaySheet,
}

impl NewSheet {
    /// So many hours.
    pub fn hours(
        employee: impl Into<SmolStr>,
        day: NaiveDate,
        job: impl Into<SmolStr>,
        hours: Decimal,
    ) -> NewSheet {
        NewSheet { employee: employee.into(), day, job: job.into(), sheet: DaySheet::hours(hours) }
    }
}

/// Records hours, and says of each sheet that is refused why. One that is there as it is given is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordTime {
    /// The sheets, at most 100,000.
    pub sheets: Vec<NewSheet>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
    /// Whether hours of days whose run is approved already are taken, for a retro run to pay. Otherwise they are refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_retro: bool,
}

impl RecordTime {
    /// Records all of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let payroll = payroll();
    /// let sheet = |day: &str, hours: i64| NewSheet::hours("1002", day.parse().unwrap(), "main", hours.into());
    /// let sheets = vec![sheet("2026-03-02", 8), sheet("2025-03-02", 8), sheet("2026-03-03", 25)];
    /// let entered = payroll.send("march", &RecordTime { taking: Taking::GoodOnes, ..RecordTime::new(sheets) })?.answer;
    /// let refused: Vec<&str> = entered.refused.iter().map(|line| line.message.as_str()).collect();
    /// assert_eq!(refused, [
    ///     "employee 1002 has no contract on 2025-03-02, for which hours is 8: record the contract first, or correct the day",
    ///     "employee 1002: hours is 25: 25 hours are worked on 2026-03-03: a day has 24, so split them over their days",
    /// ]);
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(sheets: Vec<NewSheet>) -> RecordTime {
        RecordTime { sheets, taking: Taking::AllOrNothing, for_retro: false }
    }
}

impl Act for RecordTime {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        let by = tx.authorize(&Request::new(&rights::ENTER_TIME))?;
        let by = Parts::from(by.hands(tx.actor()));
        check_count(self.sheets.len())?;
        let employees = numbered(tx, self.sheets.iter().map(|new| &new.employee))?;
        let contracts = Contracts::read(tx, employees.values().map(|employee| employee.party))?;
        let mut days = Days::read(tx, &self.sheets, &employees, by)?;
        days.for_retro = self.for_retro;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.sheets.iter().enumerate() {
                let done = tx.attempt(|tx| {
                    let employee = known(&employees, &new.employee)?.party;
                    days.record(tx, (employee, &contracts), new)
                })?;
                entered.note(at, done);
            }
            tx.emit(
                Event::new("payroll.time_recorded")
                    .with("sheets", Value::I64(entered.entered.into())),
            );
            Ok(entered)
        })
    }
}

type Day = (PartyId, NaiveDate);

/// The sheets of the days that are named: of each job how many there are, and the last one.
struct Days {
    last: BTreeMap<Day, BTreeMap<SmolStr, (u32, Whole<DaySheet>)>>,
    groups: HeldGroups,
    for_retro: bool,
    paid: PaidDays,
    /// Who records.
    by: Parts<ActorId>,
}

impl Days {
    fn read(
        tx: &mut Tx<'_>,
        sheets: &[NewSheet],
        employees: &BTreeMap<SmolStr, Arc<super::Employee>>,
        by: Parts<ActorId>,
    ) -> Result<Days, PayrollError> {
        let day = |new: &NewSheet| Some((employees.get(&new.employee)?.party, new.day));
        let mut days: Vec<Day> = sheets.iter().filter_map(day).collect();
        days.sort_unstable();
        days.dedup();
        let ranges: Vec<_> = days.iter().map(Range::<TimeSheet>::by_key).collect();
        let mut last: BTreeMap<Day, BTreeMap<SmolStr, (u32, Whole<DaySheet>)>> = BTreeMap::new();
        for row in tx.scan_each(&ranges)?.iter().flatten() {
            let of_day = last.entry((row.employee, row.day)).or_default();
            of_day.insert(row.job.clone(), (row.number + 1, row.sheet.clone()));
        }
        Ok(Days {
            last,
            groups: HeldGroups::default(),
            for_retro: false,
            paid: PaidDays::default(),
            by,
        })
    }

    /// Takes one sheet; whether it says something new.
    fn record(
        &mut self,
        tx: &mut Tx<'_>,
        (employee, contracts): (PartyId, &Contracts),
        new: &NewSheet,
    ) -> Result<bool, PayrollError> {
        let (number, day) = (&new.employee, new.day);
        let told = new.sheet.minutes(&TimeRules::default(), day);
        let told =
            told.and_then(crate::time::hours_of).map_err(|error| hours(number, &new.sheet, error));
        let told = told?;
        let Some(contract) = contracts.on(employee, day) else {
            let (employee, value) = (number.clone(), told.to_string());
            return Err(StaffError::NoContract { employee, day, field: "hours", value }.into());
        };
        if !contracts.has_job(employee, &new.job, day) {
            let (employee, job) = (number.clone(), new.job.clone());
            return Err(StaffError::NoJob { employee, job, day }.into());
        }
        let rules = self.groups.on(tx, &contract.group, day)?.time.clone();
        let of_day = self.last.entry((employee, day)).or_default();
        let mut all =
            new.sheet.minutes(&rules, day).map_err(|error| hours(number, &new.sheet, error))?;
        for (_, (_, other)) in of_day.iter().filter(|(job, _)| **job != new.job) {
            all += other.minutes(&rules, day)?;
        }
        if all > Decimal::from(24 * 60) {
            let error = KernelError::DayTooLong { day, hours: crate::time::hours_of(all)? };
            return Err(hours(number, &new.sheet, error).into());
        }
        let (next, before) = match of_day.get(&new.job) {
            Some((next, sheet)) => (*next, Some(sheet)),
            None => (0, None),
        };
        if before.is_some_and(|before| **before == new.sheet) {
            return Ok(false);
        }
        if !self.for_retro
            && self.paid.status(tx, &contract.group, day)? >= Some(RunStatus::Approved)
        {
            let (employee, value) = (number.clone(), told.to_string());
            return Err(StaffError::PeriodPaid { employee, day, field: "hours", value }.into());
        }
        let (sheet, recorded_at) = (Whole::new(new.sheet.clone()), tx.now());
        let job = new.job.clone();
        tx.insert(TimeSheet {
            employee,
            day,
            job: job.clone(),
            number: next,
            sheet: sheet.clone(),
            recorded_at,
            recorded_by: self.by.clone(),
        })?;
        of_day.insert(job, (next.saturating_add(1), sheet));
        Ok(true)
    }
}

/// An error about hours, said of an employee.
fn hours(number: &SmolStr, sheet: &DaySheet, error: KernelError) -> StaffError {
    let value = match sheet.worked.as_slice() {
        [] => sheet.hours.to_string(),
        [first, ..] => format!("{} to {}", first.from, first.to),
    };
    StaffError::bad(number, "hours", value, error.to_string())
}
