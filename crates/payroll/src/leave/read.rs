//! What somebody has of leave, by what is recorded.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{DateRange, PartyId, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{
    Accrual, Employment, LeaveFacts, LeaveGrant, LeaveLine, LeavePolicy, LeaveRequest,
    StoredPolicy, day_hours, leave_account, leave_policy,
};
use crate::PayrollError;
use crate::calendars::{HeldGroups, PayPeriod};
use crate::kernel_error::KernelError;
use crate::staff::{
    Contract, Employee, LeaveRight, Term, TermFact, TimeSheet, Topic, employee_numbered,
};
use crate::time::hours_of;

/// The policy as it holds for somebody, and what their leave is reckoned from.
#[derive(Debug, Clone)]
pub(crate) struct Reckoning {
    pub(crate) policy: LeavePolicy,
    pub(crate) facts: LeaveFacts,
    /// When the policy is theirs.
    pub(crate) rights: Vec<DateRange>,
    /// When they are employed, and under which contract.
    pub(crate) contracts: Vec<(DateRange, Contract)>,
}

impl Reckoning {
    /// The hours that a day has by the contract of that day; all of a day's where it says none.
    pub(super) fn hours_on(&self, day: NaiveDate) -> Result<Decimal, KernelError> {
        let contract = self.contracts.iter().find(|(days, _)| days.contains(day));
        let hours = match contract {
            Some((_, contract)) => day_hours(contract.weekly_hours, contract.weekly_days)?,
            None => Decimal::ZERO,
        };
        Ok(if hours.is_zero() { Decimal::from(24) } else { hours })
    }
}

/// Reads what the leave of somebody by a policy is reckoned from.
pub(crate) fn reckoning(
    read: &mut impl Reading,
    employee: &Employee,
    policy: &SmolStr,
) -> Result<Reckoning, PayrollError> {
    let stored = leave_policy(read, policy)?;
    let terms = read.peek_scan(&Range::<TermFact>::by_key(&employee.party))?;
    let (mut rights, mut contracts) = (Vec::new(), Vec::new());
    let mut own_yearly = Vec::new();
    for rows in terms.chunk_by(|a, b| (a.topic, &a.series) == (b.topic, &b.series)) {
        let Some(first) = rows.first() else { continue };
        let wanted = first.topic == Topic::Contract
            || (first.topic == Topic::Leave && first.series == *policy);
        if !wanted {
            continue;
        }
        for segment in Timeline::of_rows(TimelineRules::default(), rows)?.segments() {
            match &**segment.value {
                Term::Contract(contract) => contracts.push((segment.days, contract.clone())),
                Term::Leave(LeaveRight { yearly: own }) => {
                    rights.push(segment.days);
                    match own {
                        Some(own) => own_yearly.push((segment.days, Some(*own))),
                        None => own_yearly.extend(of_policy(&stored, segment.days)),
                    }
                }
                _ => {}
            }
        }
    }
    let policy = LeavePolicy::clone(&stored.policy);
    let mut employed = Vec::new();
    for (days, contract) in &contracts {
        let within = rights.iter().filter_map(|right| right.intersect(*days));
        employed.extend(within.map(|days| Employment { days, weekly_days: contract.weekly_days }));
    }
    employed.sort_by_key(|employed| employed.days.start());
    let mut facts = LeaveFacts {
        employed,
        own_yearly,
        senior_since: since(employee, &contracts),
        ..LeaveFacts::default()
    };
    booked(read, employee.party, &policy, &mut facts)?;
    match policy.accrual {
        Accrual::ByPeriod(_) => facts.period_ends = period_ends(read, &contracts)?,
        Accrual::ByHours { .. } => facts.hours = worked(read, employee.party, &contracts)?,
        _ => {}
    }
    Ok(Reckoning { policy, facts, rights, contracts })
}

/// The amounts that a policy gave on some days, where it was said anew from a day on.
fn of_policy(policy: &StoredPolicy, days: DateRange) -> Vec<(DateRange, Option<Decimal>)> {
    let all = policy.yearly();
    let ends = all.iter().skip(1).map(|(next, _)| next.pred_opt()).chain([None]);
    let each = all.iter().zip(ends).filter_map(|((from, amount), end)| {
        let held = match end {
            Some(end) => DateRange::new(*from, end).ok()?,
            None => DateRange::from(*from),
        };
        Some((held.intersect(days)?, Some(*amount)))
    });
    let each: Vec<_> = each.collect();
    if each.is_empty() { vec![(days, None)] } else { each }
}

fn since(employee: &Employee, contracts: &[(DateRange, Contract)]) -> Option<NaiveDate> {
    let first = contracts.iter().filter_map(|(days, _)| days.start()).min();
    employee.senior_since.or(first)
}

/// What was granted and what is taken.
fn booked(
    read: &mut impl Reading,
    employee: PartyId,
    policy: &LeavePolicy,
    facts: &mut LeaveFacts,
) -> Result<(), PayrollError> {
    let grants = read.peek_scan(&Range::<LeaveGrant>::by_key(&(employee, policy.code.clone())))?;
    for grant in &grants {
        facts.granted.push((grant.day, grant.amount));
        if grant.opening {
            facts.since = facts.since.max(Some(grant.day));
        }
    }
    for request in read.peek_scan(&Range::<LeaveRequest>::by_key(&employee))? {
        if request.policy == policy.code && request.status.counts() {
            facts.taken.extend(request.days.iter().map(|day| (day.day, day.amount)));
        }
    }
    Ok(())
}

fn period_ends(
    read: &mut impl Reading,
    contracts: &[(DateRange, Contract)],
) -> Result<Vec<NaiveDate>, PayrollError> {
    let mut ends = Vec::new();
    for (days, contract) in contracts {
        for period in read.peek_scan(&Range::<PayPeriod>::by_key(&contract.group))? {
            if days.contains(period.ends) {
                ends.push(period.ends);
            }
        }
    }
    ends.sort_unstable();
    ends.dedup();
    Ok(ends)
}

/// The hours of each day, by the last sheet of each job.
fn worked(
    read: &mut impl Reading,
    employee: PartyId,
    contracts: &[(DateRange, Contract)],
) -> Result<Vec<(NaiveDate, Decimal)>, PayrollError> {
    let mut last = BTreeMap::new();
    for row in read.peek_scan(&Range::<TimeSheet>::by_key(&employee))? {
        last.insert((row.day, row.job.clone()), row);
    }
    let mut hours: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    let mut groups = HeldGroups::default();
    for ((day, _), row) in last {
        let Some((_, contract)) = contracts.iter().find(|(days, _)| days.contains(day)) else {
            continue;
        };
        let group = groups.on(read, &contract.group, day)?;
        *hours.entry(day).or_default() += hours_of(row.sheet.minutes(&group.time, day)?)?;
    }
    Ok(hours.into_iter().collect())
}

/// The account of somebody's leave up to the end of a day.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::leave::{LeaveEvent, RequestLeave, leave_lines};
/// let payroll = payroll();
/// payroll.send("a day", &RequestLeave::new("1001", "VACATION", day("2026-06-01"), day("2026-06-01")))?;
/// let lines = payroll.view(|view| leave_lines(view, "1001", "VACATION", day("2026-12-31")))?;
/// let taken = lines.iter().find(|line| line.event == LeaveEvent::Taken).unwrap();
/// assert_eq!((taken.day, taken.balance), (day("2026-06-01"), 29.into()));
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`StaffError::UnknownEmployee`](crate::staff::StaffError::UnknownEmployee), [`LeaveError::UnknownLeavePolicy`](super::LeaveError::UnknownLeavePolicy),
/// or a [`Halt`](fondaco_core::Halt) to be passed on.
pub fn leave_lines(
    read: &mut impl Reading,
    employee: &str,
    policy: &str,
    until: NaiveDate,
) -> Result<Vec<LeaveLine>, PayrollError> {
    let employee = employee_numbered(read, employee)?;
    let reckoning = reckoning(read, &employee, &policy.into())?;
    Ok(leave_account(&reckoning.policy, &reckoning.facts, until)?)
}

/// What somebody has of leave at the end of a day: what was asked for until then is taken.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::leave::{RequestLeave, leave_left};
/// let payroll = payroll();
/// payroll.send("a week", &RequestLeave::new("1001", "VACATION", day("2026-06-01"), day("2026-06-05")))?;
/// let left = |until: &str| payroll.view(|view| leave_left(view, "1001", "VACATION", day(until)));
/// assert_eq!((left("2026-05-31")?, left("2026-06-05")?), (30.into(), 25.into()));
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// As [`leave_lines`].
pub fn leave_left(
    read: &mut impl Reading,
    employee: &str,
    policy: &str,
    until: NaiveDate,
) -> Result<Decimal, PayrollError> {
    let lines = leave_lines(read, employee, policy, until)?;
    Ok(lines.last().map_or(Decimal::ZERO, |line| line.balance))
}

/// What somebody asked for, the first request first.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::leave::{DecideLeave, LeaveDecision, LeaveStatus, RequestLeave, leave_requests};
/// let payroll = payroll();
/// let asked = payroll.send("a day", &RequestLeave::new("1001", "VACATION", day("2026-06-01"), day("2026-06-01")))?.answer;
/// let boss = payroll.clone().acting_as("boss");
/// boss.send("no", &DecideLeave::new(asked, LeaveDecision::Refuse, "stocktaking"))?;
/// let all = payroll.view(|view| leave_requests(view, "1001"))?;
/// assert_eq!((all[0].status, all[0].why()), (LeaveStatus::Refused, "stocktaking"));
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn leave_requests(
    read: &mut impl Reading,
    employee: &str,
) -> Result<Vec<std::sync::Arc<LeaveRequest>>, PayrollError> {
    let employee = employee_numbered(read, employee)?.party;
    let mut all = read.peek_scan(&Range::<LeaveRequest>::by_key(&employee))?;
    all.sort_by_key(|request| request.asked_at);
    Ok(all)
}
