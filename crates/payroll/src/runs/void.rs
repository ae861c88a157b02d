//! Taking a slip back: everything that it moved is moved back by the same amounts, in one commit.
//!
//! Its sums, its loans and orders, and the totals of its run come to stand as if it had never counted. Money can't be called back so: what
//! has left becomes a claim on the employee, which the next slips take, unless it is repaid or the bank returns it.

use fondaco_core::policy::Reason;
use fondaco_core::{Act, Id, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::advance::{claim, must_not_be_closed, slip_illegal};
use super::compute::{Claimed, claim_id};
use super::deductions::{DeductionDeed, Done, move_balance};
use super::moves::{ask, run_of, step};
use super::sums::stored;
use super::{
    DeductionBalance, Run, RunDeed, RunError, RunTotal, Slip, SlipStatus, YearSum, rights,
};
use crate::{Amt, PayrollError};

/// Takes a slip back that counts already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidSlip {
    /// Its run.
    pub run: Id<Run>,
    /// Whose.
    pub employee: PartyId,
    /// Why.
    pub reason: SmolStr,
}

impl VoidSlip {
    /// This slip, for this reason.
    pub fn new(run: Id<Run>, employee: PartyId, reason: impl Into<SmolStr>) -> VoidSlip {
        VoidSlip { run, employee, reason: reason.into() }
    }
}

impl Act for VoidSlip {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::VOID, &run, &[])?;
        void(tx, &run, self.employee, (&self.reason, &by))?;
        step(tx, run.id, RunDeed::Voided, (&self.reason, Some(self.employee)), &by)
    }
}

/// Takes a slip back, and gives it as it was.
pub(super) fn void(
    tx: &mut Tx<'_>,
    run: &Run,
    employee: PartyId,
    (reason, by): (&SmolStr, &Reason),
) -> Result<std::sync::Arc<Slip>, PayrollError> {
    let slip = tx.get::<Slip>(&(run.id, employee))?;
    let slip = slip.ok_or(RunError::UnknownSlip { run: run.id, employee })?;
    must_not_be_closed(run, "changed")?;
    if slip.status == SlipStatus::Closed {
        let way_out = "pay or take back the difference by a retro run";
        return Err(slip_illegal(&slip, "voided", way_out));
    }
    if !slip.status.counts() {
        return Err(slip_illegal(
            &slip,
            "voided",
            "it does not count: there is nothing to take back",
        ));
    }
    let mut sums = Vec::with_capacity(slip.sums.len());
    for sum in &slip.sums {
        let amount = stored(&slip.number, &sum.sum, sum.before - sum.after)?;
        sums.push(YearSum { employee, sum: sum.sum.clone(), year: sum.year, amount });
    }
    tx.add_all(sums)?;
    for taking in &slip.takings {
        let owed = stored(&slip.number, "what is owed", taking.taken - taking.due)?;
        tx.add_all(vec![DeductionBalance { deduction: taking.deduction, owed }])?;
    }
    if slip.paid > Amt::ZERO {
        let id = claim_id(slip.run, employee, Claimed::Voided);
        claim(tx, &slip, id)?;
        let done = Done { deed: DeductionDeed::Claimed, by, reason };
        move_balance(tx, (employee, id), slip.paid, done)?;
    }
    let voided = Slip { status: SlipStatus::Voided, ..slip.as_ref().clone() };
    let mut total = RunTotal::none(run);
    total.minus(&slip);
    total.plus(&voided);
    tx.add_all(vec![total])?;
    tx.put(voided)?;
    Ok(slip)
}
