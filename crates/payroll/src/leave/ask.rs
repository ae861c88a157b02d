//! Asking for leave, and deciding about it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::check_line;
use fondaco_core::policy::{Reason, Request};
use fondaco_core::store::{Event, Record as _, Value};
use fondaco_core::{Act, DateRange, Id, Range, Reading as _, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::read::{Reckoning, reckoning};
use super::{
    LeaveDay, LeaveError, LeaveEvent, LeaveGrant, LeaveRequest, LeaveStatus, LeaveUnit,
    StoredPolicy, leave_account,
};
use crate::calendars::HeldGroups;
use crate::kernel_error::exact;
use crate::runs::{Parts, Run, RunStatus};
use crate::staff::{StaffError, TermFact, check_count, known, numbered, rights};
use crate::{KernelError, PayrollError};

/// Asks for leave. It is taken of the balance at once; gives the request's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestLeave {
    /// The employee's number.
    pub employee: SmolStr,
    /// The policy's code.
    pub policy: SmolStr,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// How much of which days, where it is not all working days whole: half a day, one's own days off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<LeaveDay>,
}

impl RequestLeave {
    /// All working days from a first to a last one.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_payroll::leave::{RequestLeave, leave_left};
    /// # let payroll = payroll();
    /// let easter = RequestLeave::new("1001", "VACATION", day("2026-04-02"), day("2026-04-07"));
    /// payroll.send("easter", &easter)?; // Thursday and Tuesday: the days between are holidays and a weekend
    /// let left = payroll.view(|view| leave_left(view, "1001", "VACATION", day("2026-12-31")))?;
    /// assert_eq!(left, 28.into());
    /// let all = RequestLeave::new("1001", "VACATION", day("2026-08-03"), day("2026-09-30"));
    /// assert_eq!(payroll.send("long", &all).unwrap_err().code(), "payroll.leave_short");
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(
        employee: impl Into<SmolStr>,
        policy: impl Into<SmolStr>,
        first: NaiveDate,
        last: NaiveDate,
    ) -> RequestLeave {
        RequestLeave {
            employee: employee.into(),
            policy: policy.into(),
            first,
            last,
            days: Vec::new(),
        }
    }
}

/// Asks for leave of many, and says of each request that is refused why; each is judged with those before it. Otherwise as [`RequestLeave`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestLeaves {
    /// The requests, at most 100,000.
    pub requests: Vec<RequestLeave>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl RequestLeaves {
    /// All of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_payroll::leave::{RequestLeave, RequestLeaves};
    /// # let payroll = payroll();
    /// // The works are closed for a week.
    /// let closed = |who: &str| RequestLeave::new(who, "VACATION", day("2026-12-21"), day("2026-12-24"));
    /// let entered = payroll.send("closed", &RequestLeaves::new(vec![closed("1001"), closed("1002")]))?.answer;
    /// assert_eq!(entered.entered, 2);
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(requests: Vec<RequestLeave>) -> RequestLeaves {
        RequestLeaves { requests, taking: Taking::AllOrNothing }
    }
}

impl Act for RequestLeaves {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        let by = tx.authorize(&Request::new(&rights::REQUEST_LEAVE))?;
        // Whoever may ask for some alone is asked for each of them.
        let mut of_employee = BTreeMap::new();
        let employees: BTreeSet<&SmolStr> = self.requests.iter().map(|new| &new.employee).collect();
        for employee in employees {
            let request = Request::new(&rights::REQUEST_LEAVE).about(employee.clone());
            of_employee.insert(employee, tx.authorize(&request)?);
        }
        check_count(self.requests.len())?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.requests.iter().enumerate() {
                let by = of_employee.get(&new.employee).unwrap_or(&by);
                let done = tx.attempt(|tx| new.ask(tx, by))?;
                entered.note(at, done.map(|_| true));
            }
            Ok(entered)
        })
    }
}

/// No request is for more days.
const LONGEST_DAYS: i64 = 1_100;

impl Act for RequestLeave {
    type Answer = Id<LeaveRequest>;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<LeaveRequest>, PayrollError> {
        let request = Request::new(&rights::REQUEST_LEAVE).about(self.employee.clone());
        let by = tx.authorize(&request)?;
        self.ask(tx, &by)
    }
}

impl RequestLeave {
    /// Asks for it, by somebody who may.
    fn ask(&self, tx: &mut Tx<'_>, by: &Reason) -> Result<Id<LeaveRequest>, PayrollError> {
        let employees = numbered(tx, std::iter::once(&self.employee))?;
        let employee = known(&employees, &self.employee)?;
        // What is decided rests on all that is known of the employee's contracts and leave.
        tx.scan(&Range::<TermFact>::by_key(&employee.party))?;
        tx.scan(&Range::<LeaveGrant>::by_key(&employee.party))?;
        let others = tx.scan(&Range::<LeaveRequest>::by_key(&employee.party))?;
        let reckoning = reckoning(tx, employee, &self.policy)?;
        let days = self.wanted(tx, &reckoning)?;
        self.check_others(tx, &others, &days, &reckoning)?;
        self.check_open(tx, &reckoning, &days)?;
        self.check_balance(reckoning, &days)?;
        let (id, asked_by, asked_at) = (tx.id()?, tx.actor().clone(), tx.now());
        let event = Event::new("payroll.leave_requested")
            .with("employee", Value::Id(employee.party.to_u128()));
        tx.emit(event.with("request", Value::Id(id.to_u128())));
        tx.insert(LeaveRequest {
            employee: employee.party,
            id,
            policy: self.policy.clone(),
            first: self.first,
            last: self.last,
            days: days.into(),
            status: LeaveStatus::Requested,
            asked_by,
            asked_at,
            approved_at: None,
            ended_at: None,
            rights_of: by.right_of.clone().into(),
            granted_by: Parts::default(),
            decided_by: Parts::default(),
            said: None,
        })?;
        Ok(id)
    }

    /// How much of which days: as it is told, or all days that are worked.
    fn wanted(
        &self,
        tx: &mut Tx<'_>,
        reckoning: &Reckoning,
    ) -> Result<Vec<LeaveDay>, PayrollError> {
        let range = DateRange::new(self.first, self.last).ok();
        let range = range.filter(|range| range.days().is_some_and(|days| days <= LONGEST_DAYS));
        let amount: Decimal = self.days.iter().map(|day| day.amount).sum();
        let bad = |why| self.bad(amount, why).into();
        let range = range.ok_or_else(|| {
            bad("has no days, or more than three years: correct the first or the last")
        })?;
        let days = match self.days.is_empty() {
            true => self.working_days(tx, reckoning, range)?,
            false => self.days.clone(),
        };
        if days.is_empty() {
            return Err(bad(
                "is on days on which nobody works: give others, or say how much of which day",
            ));
        }
        if !days.is_sorted_by(|a, b| a.day < b.day)
            || !days.iter().all(|day| range.contains(day.day))
        {
            return Err(bad(
                "has days out of order, or outside of its first and last: correct them",
            ));
        }
        let most =
            if reckoning.policy.unit == LeaveUnit::Days { Decimal::ONE } else { Decimal::from(24) };
        if days.iter().any(|day| day.amount <= Decimal::ZERO || day.amount > most) {
            return Err(bad(
                "is more than a day, or nothing, on one of its days: correct the amount",
            ));
        }
        for LeaveDay { day, amount } in &days {
            let employee = self.employee.clone();
            if !reckoning.contracts.iter().any(|(days, _)| days.contains(*day)) {
                let (day, field, value) = (*day, "leave", amount.to_string());
                return Err(StaffError::NoContract { employee, day, field, value }.into());
            }
            if !reckoning.rights.iter().any(|days| days.contains(*day)) {
                let (policy, day) = (self.policy.clone(), *day);
                return Err(LeaveError::NoLeave { employee, policy, day }.into());
            }
        }
        Ok(days)
    }

    /// The days on which the pay group works, whole: in hours, a week's hours over its days.
    fn working_days(
        &self,
        tx: &mut Tx<'_>,
        reckoning: &Reckoning,
        range: DateRange,
    ) -> Result<Vec<LeaveDay>, PayrollError> {
        let (mut days, mut groups) = (Vec::new(), HeldGroups::default());
        for (contract_days, contract) in &reckoning.contracts {
            let Some(within) = contract_days.intersect(range) else { continue };
            let amount = match reckoning.policy.unit {
                LeaveUnit::Days => Decimal::ONE,
                LeaveUnit::Hours => day_hours(contract.weekly_hours, contract.weekly_days)?,
            };
            for (part, group) in groups.over(tx, &contract.group, within)? {
                let table = tx.calendar(&group.work_calendar)?.over(part)?;
                for day in part.iter().into_iter().flatten() {
                    if table.is_working(day)? {
                        days.push(LeaveDay { day, amount });
                    }
                }
            }
        }
        days.sort_by_key(|day| day.day);
        Ok(days)
    }

    /// No part of a day is leave twice: of one policy at most a whole day, or 24 hours; with other policies at most the hours that a day of the
    /// contract has.
    fn check_others(
        &self,
        tx: &mut Tx<'_>,
        others: &[std::sync::Arc<LeaveRequest>],
        days: &[LeaveDay],
        reckoning: &Reckoning,
    ) -> Result<(), PayrollError> {
        let unit = reckoning.policy.unit;
        let most = if unit == LeaveUnit::Days { Decimal::ONE } else { Decimal::from(24) };
        let is_wanted = |of: &LeaveDay| days.iter().any(|new| new.day == of.day);
        let counting = others.iter().filter(|other| other.status.counts());
        let counting: Vec<_> = counting.filter(|other| other.days.iter().any(is_wanted)).collect();
        let mut units = BTreeMap::from([(self.policy.clone(), unit)]);
        for other in &counting {
            if !units.contains_key(&other.policy) {
                let stored = tx.get::<StoredPolicy>(&other.policy)?;
                let unit = stored.map_or(LeaveUnit::Days, |stored| stored.policy.unit);
                units.insert(other.policy.clone(), unit);
            }
        }
        for LeaveDay { day, amount } in days {
            let whole = reckoning.hours_on(*day)?;
            let hours = |unit: LeaveUnit, amount: Decimal| match unit {
                LeaveUnit::Days => exact("hours of leave", decimal::mul_exact(amount, whole)),
                LeaveUnit::Hours => Ok(amount),
            };
            let (mut own, mut all, mut with_others) = (*amount, hours(unit, *amount)?, false);
            for other in &counting {
                let of = other.days.iter().filter(|other| other.day == *day);
                for LeaveDay { amount, .. } in of {
                    let unit = units.get(&other.policy).copied().unwrap_or(LeaveUnit::Days);
                    all += hours(unit, *amount)?;
                    if other.policy == self.policy {
                        own += *amount;
                    } else {
                        with_others = true;
                    }
                }
            }
            let too_much = own > *amount && own > most;
            if too_much || (with_others && all > whole) {
                let employee = self.employee.clone();
                return Err(LeaveError::LeaveTwice { employee, day: *day }.into());
            }
        }
        Ok(())
    }

    /// No day lies in a period whose run is closed.
    fn check_open(
        &self,
        tx: &mut Tx<'_>,
        reckoning: &Reckoning,
        days: &[LeaveDay],
    ) -> Result<(), PayrollError> {
        for (contract_days, contract) in &reckoning.contracts {
            let met: Vec<_> = days.iter().filter(|day| contract_days.contains(day.day)).collect();
            if met.is_empty() {
                continue;
            }
            let runs = tx.peek_scan(&Range::by(Run::BY_PERIOD, &contract.group))?;
            let closed: Vec<_> =
                runs.iter().filter(|run| run.status == RunStatus::Closed).collect();
            let within = |day: &NaiveDate| {
                closed.iter().any(|run| run.period_start <= *day && *day <= run.period_end)
            };
            if let Some(LeaveDay { day, .. }) = met.into_iter().find(|day| within(&day.day)) {
                let (employee, day) = (self.employee.clone(), *day);
                return Err(LeaveError::LeaveClosed { employee, day }.into());
            }
        }
        Ok(())
    }

    /// The account with these days never goes below the floor from the first of them on.
    fn check_balance(&self, reckoning: Reckoning, days: &[LeaveDay]) -> Result<(), PayrollError> {
        let Reckoning { policy, mut facts, .. } = reckoning;
        facts.taken.extend(days.iter().map(|day| (day.day, day.amount)));
        let last = facts.taken.iter().map(|(day, _)| *day).max().unwrap_or(self.last);
        let first = days.first().map_or(self.first, |day| day.day);
        let lines = leave_account(&policy, &facts, last)?;
        let mut short =
            lines.iter().filter(|line| line.event == LeaveEvent::Taken && line.day >= first);
        match short.find(|line| line.balance < policy.floor) {
            None => Ok(()),
            Some(line) => Err(LeaveError::LeaveShort {
                employee: self.employee.clone(),
                policy: self.policy.clone(),
                wanted: days.iter().map(|day| day.amount).sum(),
                day: line.day,
                left: line.balance,
                floor: policy.floor,
            }
            .into()),
        }
    }

    fn bad(&self, amount: Decimal, why: &'static str) -> LeaveError {
        let days = format!("{}/{}", self.first, self.last).into();
        LeaveError::BadLeave { employee: self.employee.clone(), amount, days, why }
    }
}

/// The hours of a day, by those of a week.
pub(crate) fn day_hours(
    weekly_hours: Decimal,
    weekly_days: Decimal,
) -> Result<Decimal, KernelError> {
    if weekly_days.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let hours = decimal::div_round(weekly_hours, weekly_days, 4, fondaco_core::Rounding::HalfUp);
    exact("hours of a day", hours).map(decimal::normalize)
}

/// What is decided about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveDecision {
    /// It is granted, by somebody else than who asked for it.
    Approve,
    /// It is refused.
    Refuse,
    /// Who asked for it does not want it any more, also where it was granted.
    Withdraw,
}

/// Decides about a request for leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecideLeave {
    /// Which request.
    pub request: Id<LeaveRequest>,
    /// What is decided.
    pub decision: LeaveDecision,
    /// Why.
    pub reason: SmolStr,
}

impl DecideLeave {
    /// This about `request`, and why.
    pub fn new(
        request: Id<LeaveRequest>,
        decision: LeaveDecision,
        reason: impl Into<SmolStr>,
    ) -> DecideLeave {
        DecideLeave { request, decision, reason: reason.into() }
    }
}

impl Act for DecideLeave {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let found = tx.peek_scan(&Range::by(LeaveRequest::BY_ID, &self.request))?;
        let asking = match self.decision {
            LeaveDecision::Withdraw => Request::new(&rights::REQUEST_LEAVE),
            LeaveDecision::Refuse => Request::new(&rights::DECIDE_LEAVE),
            LeaveDecision::Approve => {
                let hands: Vec<_> = found.iter().flat_map(|request| request.askers()).collect();
                Request::new(&rights::DECIDE_LEAVE).after(&hands)
            }
        };
        let by = tx.authorize(&asking.about(self.request.to_string()))?;
        check_line("reason", &self.reason)?;
        let unknown = || LeaveError::UnknownLeaveRequest { request: self.request };
        let found = found.first().ok_or_else(unknown)?;
        let row = tx.require::<LeaveRequest, PayrollError>(&found.key(), || unknown().into())?;
        let status = self.next(row.status)?;
        let name = match status {
            LeaveStatus::Approved => "payroll.leave_approved",
            LeaveStatus::Refused => "payroll.leave_refused",
            _ => "payroll.leave_withdrawn",
        };
        tx.emit(Event::new(name).with("request", Value::Id(self.request.to_u128())));
        let (now, approved) = (Some(tx.now()), status == LeaveStatus::Approved);
        let approved_at = if approved { now } else { row.approved_at };
        let ended_at = if approved { None } else { now };
        let (said, row) = (Some(tx.personal(self.reason.clone())), row.as_ref().clone());
        let decided_by = Parts::from(by.hands(tx.actor()));
        let granted_by = if approved { decided_by.clone() } else { row.granted_by.clone() };
        Ok(tx.put(LeaveRequest {
            status,
            approved_at,
            ended_at,
            granted_by,
            decided_by,
            said,
            ..row
        })?)
    }
}

impl DecideLeave {
    fn next(&self, now: LeaveStatus) -> Result<LeaveStatus, LeaveError> {
        match (now, self.decision) {
            (LeaveStatus::Requested, LeaveDecision::Approve) => Ok(LeaveStatus::Approved),
            (LeaveStatus::Requested, LeaveDecision::Refuse) => Ok(LeaveStatus::Refused),
            (LeaveStatus::Requested | LeaveStatus::Approved, LeaveDecision::Withdraw) => {
                Ok(LeaveStatus::Withdrawn)
            }
            (status, _) => Err(LeaveError::LeaveDecided {
                request: self.request,
                status: status.word(),
                way_out: match status {
                    LeaveStatus::Approved => "withdraw it, and ask anew",
                    _ => "ask anew",
                },
            }),
        }
    }
}
