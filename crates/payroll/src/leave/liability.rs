//! What leave that is still to be taken would cost: the figure that books take as a liability (IAS 19.13, ASC 710-10-25-1).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{DateRange, PartyId, Range, Reading, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::ask::day_hours;
use super::read::reckoning;
use super::{LeaveUnit, leave_account};
use crate::PayrollError;
use crate::kernel_error::exact;
use crate::staff::{Contract, Employee, employee_rate};

/// What somebody's leave is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveLiability {
    /// Whose.
    pub employee: PartyId,
    /// Their number.
    pub number: SmolStr,
    /// The cost centre that bears most of their pay, if there is one.
    pub cost_centre: Option<SmolStr>,
    /// What is left, in the unit of the policy; below zero where days are lent.
    pub left: Decimal,
    /// What an hour is worth.
    pub hourly_rate: Decimal,
    /// What all of it is worth, to cents.
    pub worth: Decimal,
}

/// What the leave of all employees by a policy is worth at the end of a day, at what their jobs pay then. Who has left has none.
///
/// # Errors
/// [`LeaveError::UnknownLeavePolicy`](super::LeaveError::UnknownLeavePolicy), or a [`Halt`](fondaco_core::Halt) to be passed on.
pub fn leave_liability(
    read: &mut impl Reading,
    policy: &str,
    date: NaiveDate,
) -> Result<Vec<LeaveLiability>, PayrollError> {
    let policy = SmolStr::new(policy);
    super::leave_policy(read, &policy)?;
    let mut all = Vec::new();
    for employee in read.peek_scan(&Range::<Employee>::all())? {
        if let Some(worth) = worth(read, &employee, &policy, date)? {
            all.push(worth);
        }
    }
    Ok(all)
}

fn worth(
    read: &mut impl Reading,
    employee: &Employee,
    policy: &SmolStr,
    date: NaiveDate,
) -> Result<Option<LeaveLiability>, PayrollError> {
    let reckoning = reckoning(read, employee, policy)?;
    let held = |days: &&(DateRange, Contract)| days.0.contains(date);
    let contract = reckoning.contracts.iter().find(held).map(|(_, contract)| contract.clone());
    let Some(contract) =
        contract.filter(|_| reckoning.rights.iter().any(|days| days.contains(date)))
    else {
        return Ok(None);
    };
    let lines = leave_account(&reckoning.policy, &reckoning.facts, date)?;
    let left = lines.last().map_or(Decimal::ZERO, |line| line.balance);
    let hourly_rate = employee_rate(read, employee.party, date)?;
    let hours = match reckoning.policy.unit {
        LeaveUnit::Hours => left,
        LeaveUnit::Days => {
            let day = day_hours(contract.weekly_hours, contract.weekly_days)?;
            exact("hours of leave", decimal::mul_exact(left, day))?
        }
    };
    let worth =
        exact("worth of leave", decimal::mul_round(hours, hourly_rate, 2, Rounding::HalfUp))?;
    let centre = contract
        .cost_centres
        .iter()
        .max_by_key(|share| share.share)
        .map(|share| share.centre.clone());
    let (party, number) = (employee.party, employee.number.clone());
    Ok(Some(LeaveLiability {
        employee: party,
        number,
        cost_centre: centre,
        left,
        hourly_rate,
        worth,
    }))
}

/// What leave is worth by the cost centre that bears most of each employee's pay, in the order of their codes.
///
/// ```
/// use fondaco_payroll::leave::liability_by_centre;
/// assert!(liability_by_centre(&[]).is_empty());
/// ```
pub fn liability_by_centre(lines: &[LeaveLiability]) -> BTreeMap<Option<SmolStr>, Decimal> {
    let mut sums = BTreeMap::new();
    for line in lines {
        *sums.entry(line.cost_centre.clone()).or_insert(Decimal::ZERO) += line.worth;
    }
    sums
}
