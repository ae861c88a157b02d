//! What moves the balance of a deduction besides slips, as facts.

use std::sync::Arc;

use fondaco_core::store::{Field, Record};
use fondaco_core::{ActorId, Id, PartyId, Range, Reading, Timestamp, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::super::Whole;
use super::{Deduction, DeductionBalance, DeductionTerms};
use crate::{Amt, PayrollError};

/// What moved a balance besides slips.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeductionDeed {
    /// It was owed to begin with.
    Set,
    /// Its terms are others.
    Changed,
    /// The employee paid it back.
    Repaid,
    /// It was let go.
    Ended,
    /// Money of a slip that was voided had left.
    Claimed,
    /// Money of a voided slip came back from the bank.
    Returned,
}

/// A move of a balance that no slip made.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_deduction_step", kind = fact, key(deduction, id))]
pub struct DeductionStep {
    /// Of what.
    pub deduction: Id<Deduction>,
    /// Its id.
    pub id: Id<DeductionStep>,
    /// Whose.
    pub employee: PartyId,
    /// What moved it.
    pub deed: DeductionDeed,
    /// How much more is owed.
    pub amount: Amt,
    /// Who did it.
    pub actor: ActorId,
    /// Why.
    pub reason: SmolStr,
    /// When.
    pub recorded_at: Timestamp,
    /// What holds from then on, where that was said.
    pub terms: Option<Whole<DeductionTerms>>,
}

/// Moves a balance, with a fact of why.
pub(crate) fn move_balance(
    tx: &mut Tx<'_>,
    (employee, deduction): (PartyId, Id<Deduction>),
    amount: Amt,
    deed: DeductionDeed,
    reason: SmolStr,
) -> Result<(), PayrollError> {
    let (id, actor, recorded_at) = (tx.id()?, tx.actor().clone(), tx.now());
    tx.insert(DeductionStep {
        deduction,
        id,
        employee,
        deed,
        amount,
        actor,
        reason,
        recorded_at,
        terms: None,
    })?;
    Ok(tx.add_all(vec![DeductionBalance { deduction, owed: amount }])?)
}

/// Keeps what holds of a deduction from now on.
pub(super) fn note(
    tx: &mut Tx<'_>,
    of: &Deduction,
    deed: DeductionDeed,
    reason: SmolStr,
) -> Result<(), PayrollError> {
    let (id, actor, recorded_at) = (tx.id()?, tx.actor().clone(), tx.now());
    let terms = Some(Whole::new(DeductionTerms::of(of)));
    let (deduction, employee, amount) = (of.id, of.employee, Amt::ZERO);
    Ok(tx.insert(DeductionStep {
        deduction,
        id,
        employee,
        deed,
        amount,
        actor,
        reason,
        recorded_at,
        terms,
    })?)
}

/// What moved the balance of a deduction besides slips, in order.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn deduction_steps(
    read: &mut impl Reading,
    deduction: Id<Deduction>,
) -> Result<Vec<Arc<DeductionStep>>, PayrollError> {
    Ok(read.peek_scan(&Range::<DeductionStep>::by_key(&deduction))?)
}

/// All that is or was taken from an employee's pay, with what is owed for it.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn deductions_of(
    read: &mut impl Reading,
    employee: PartyId,
) -> Result<Vec<(Arc<Deduction>, Decimal)>, PayrollError> {
    let all = read.peek_scan(&Range::by(Deduction::BY_EMPLOYEE, &employee))?;
    let keys: Vec<Id<Deduction>> = all.iter().map(|one| one.id).collect();
    let balances = read.peek_many::<DeductionBalance>(&keys)?;
    let owed =
        |row: Option<Arc<DeductionBalance>>| row.map_or(Decimal::ZERO, |row| row.owed.to_decimal());
    Ok(all.into_iter().zip(balances.into_iter().map(owed)).collect())
}
