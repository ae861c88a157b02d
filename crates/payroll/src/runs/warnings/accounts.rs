//! Accounts that several employees are paid to, in this run or in another one of these days.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Days;
use fondaco_core::{PartyId, Range, Reading};
use smol_str::SmolStr;

use super::super::{Run, RunStatus, Slip};
use super::{RunWarning, said};
use crate::PayrollError;

/// Runs that pay within so many days are looked at together: those of another pay group too.
const BESIDE_DAYS: u64 = 31;

type Users = BTreeMap<SmolStr, BTreeSet<(PartyId, SmolStr)>>;

pub(super) fn shared(
    read: &mut impl Reading,
    run: &Run,
    slips: &[Arc<Slip>],
    found: &mut Vec<RunWarning>,
) -> Result<(), PayrollError> {
    let mut users = Users::new();
    for slip in slips {
        for share in slip.bank() {
            let user = (slip.employee, slip.number.clone());
            users.entry(share.account.clone()).or_default().insert(user);
        }
    }
    if users.is_empty() {
        return Ok(());
    }
    for other in beside(read, run)? {
        read.peek_each(&Range::<Slip>::by_key(&other.id), |slip: &Slip| {
            for share in slip.bank() {
                if let Some(users) = users.get_mut(&share.account) {
                    users.insert((slip.employee, slip.number.clone()));
                }
            }
            Ok::<(), fondaco_core::Halt>(())
        })?;
    }
    for slip in slips {
        let mut told = BTreeSet::new();
        for users in slip.bank().iter().filter_map(|share| users.get(&share.account)) {
            let others = users.iter().filter(|(other, _)| *other != slip.employee);
            told.extend(others.map(|(_, number)| number.as_str()));
        }
        if !told.is_empty() {
            let told: Vec<&str> = told.into_iter().collect();
            let about = format!("is paid to the same account as {}", told.join(", "));
            found.push(said(slip, "account_shared", about));
        }
    }
    Ok(())
}

fn beside(read: &mut impl Reading, run: &Run) -> Result<Vec<Arc<Run>>, PayrollError> {
    let days = Days::new(BESIDE_DAYS);
    let first = run.pay_date.checked_sub_days(days).unwrap_or(run.pay_date);
    let last = run.pay_date.checked_add_days(days).unwrap_or(run.pay_date);
    let mut all = read.peek_scan(&Range::<Run>::all())?;
    all.retain(|other| {
        other.id != run.id
            && other.status != RunStatus::Cancelled
            && (first..=last).contains(&other.pay_date)
    });
    Ok(all)
}
