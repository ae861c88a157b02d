//! What moves the balance of a deduction besides slips, as facts.

use std::sync::Arc;

use fondaco_core::policy::Reason;
use fondaco_core::store::{Field, Personal, Record};
use fondaco_core::{ActorId, Id, PartyId, Range, Reading, Timestamp, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::super::told::why;
use super::super::{Parts, Whole};
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
#[record(table = "payroll_deduction_step", kind = fact, key(deduction, id), layout = 2)]
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
    /// Why, in rows of before it was [personal](DeductionStep::said); see [`why`](DeductionStep::why).
    pub reason: SmolStr,
    /// When.
    pub recorded_at: Timestamp,
    /// What holds from then on, where that was said.
    pub terms: Option<Whole<DeductionTerms>>,
    /// By whose right, where that was delegated: who handed it on.
    #[record(since = 2)]
    pub rights_of: Parts<ActorId>,
    /// Why.
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
}

impl DeductionStep {
    /// Why it was done; nothing, once the person was erased. What was recorded before it was personal is a fact that stays.
    #[must_use]
    pub fn why(&self) -> &str {
        why(self.said.as_ref(), &self.reason)
    }
}

/// What was done, by whose right, and why.
#[derive(Clone, Copy)]
pub(crate) struct Done<'d> {
    pub(crate) deed: DeductionDeed,
    pub(crate) by: &'d Reason,
    pub(crate) reason: &'d SmolStr,
}

/// Moves a balance, with a fact of why.
pub(crate) fn move_balance(
    tx: &mut Tx<'_>,
    (employee, deduction): (PartyId, Id<Deduction>),
    amount: Amt,
    done: Done<'_>,
) -> Result<(), PayrollError> {
    keep(tx, (employee, deduction), (amount, None), done)?;
    Ok(tx.add_all(vec![DeductionBalance { deduction, owed: amount }])?)
}

/// Keeps what holds of a deduction from now on.
pub(super) fn note(tx: &mut Tx<'_>, of: &Deduction, done: Done<'_>) -> Result<(), PayrollError> {
    let terms = Some(Whole::new(DeductionTerms::of(of)));
    keep(tx, (of.employee, of.id), (Amt::ZERO, terms), done)
}

fn keep(
    tx: &mut Tx<'_>,
    (employee, deduction): (PartyId, Id<Deduction>),
    (amount, terms): (Amt, Option<Whole<DeductionTerms>>),
    Done { deed, by, reason }: Done<'_>,
) -> Result<(), PayrollError> {
    let (id, actor, recorded_at) = (tx.id()?, tx.actor().clone(), tx.now());
    let rights_of = by.right_of.clone().into();
    let (reason, said) = (SmolStr::default(), Some(tx.personal(reason.clone())));
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
        rights_of,
        said,
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
