//! Whether something can be said of anybody: codes that are there, figures within reason, cards that their rules can read.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::Tx;
use fondaco_core::input::{check_code, check_line};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::bank::check_split;
use super::super::{Component, Contract, Employee, JobPay, StaffError};
use super::{NewTerm, Said};
use crate::calendars::pay_group;
use crate::leave::leave_policy;
use crate::program::Value as RuleValue;
use crate::runs::CostShare;
use crate::{PayrollError, Program};

/// Whether something can be said of anybody.
pub(super) fn check(
    tx: &mut Tx<'_>,
    employee: &Employee,
    new: &NewTerm,
) -> Result<(), PayrollError> {
    let number = &employee.number;
    let (_, series) = new.said.about();
    if !series.is_empty() {
        check_code("code", series)?;
    }
    match &new.said {
        Said::Contract(contract) => check_contract(tx, number, contract),
        Said::Job(_, job) => {
            check_line("title", &job.title)?;
            component(tx, &job.component)?;
            check_shares(number, &job.cost_centres)?;
            between(number, "share", job.share, 10)?;
            match &job.pay {
                JobPay::Rate { amount, .. } => between(number, "pay", *amount, 1_000_000_000),
                JobPay::Grade { scale, grade, step, .. } => {
                    check_code("pay scale", scale)?;
                    check_code("grade", grade)?;
                    between(number, "step", (*step).into(), 1_000)
                }
            }
        }
        Said::Recurring(code, recurring) => {
            component(tx, code)?;
            check_shares(number, &recurring.cost_centres)
        }
        Said::Leave(policy, right) => {
            leave_policy(tx, policy)?;
            between(number, "leave", right.yearly.unwrap_or_default(), 1_000)
        }
        Said::Accounts(accounts) => Ok(check_split(number, accounts)?),
        Said::Card(..) | Said::Ended(..) | Said::Nothing(..) => Ok(()),
    }
}

fn check_contract(
    tx: &mut Tx<'_>,
    number: &SmolStr,
    contract: &Contract,
) -> Result<(), PayrollError> {
    pay_group(tx, &contract.group)?;
    between(number, "weekly hours", contract.weekly_hours, 168)?;
    between(number, "weekly days", contract.weekly_days, 7)?;
    between(number, "net floor", contract.net_floor, 1_000_000_000)?;
    check_shares(number, &contract.cost_centres)
}

pub(in super::super) fn component(
    tx: &mut Tx<'_>,
    code: &SmolStr,
) -> Result<Arc<Component>, PayrollError> {
    let unknown = || StaffError::UnknownComponent { component: code.clone() }.into();
    tx.require::<Component, PayrollError>(code, unknown)
}

pub(in super::super) fn check_shares(
    number: &SmolStr,
    shares: &[CostShare],
) -> Result<(), PayrollError> {
    for share in shares {
        check_code("cost centre", &share.centre)?;
        if share.share <= Decimal::ZERO {
            let field = format!("share of cost centre {}", share.centre);
            return Err(StaffError::bad(number, field, share.share, "give more than zero").into());
        }
    }
    Ok(())
}

fn between(
    number: &SmolStr,
    field: &'static str,
    value: Decimal,
    most: i64,
) -> Result<(), PayrollError> {
    if value < Decimal::ZERO || value > Decimal::from(most) {
        return Err(StaffError::bad(number, field, value, format!("give 0 to {most}")).into());
    }
    Ok(())
}

/// Each value of a card is one that an input of the rules may have.
pub(super) fn check_card(
    number: &SmolStr,
    program: &Program,
    values: &BTreeMap<SmolStr, SmolStr>,
) -> Result<(), PayrollError> {
    for (input, value) in values {
        let at = program.slot(number, input)?;
        if let Some(slot) = program.inputs.get(at) {
            slot.take(number, &RuleValue::Text(value.clone()), program)?;
        }
    }
    Ok(())
}
