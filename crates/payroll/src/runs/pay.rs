//! Money that leaves and comes back: what was paid of each slip, as facts, and what the bank returned.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{Act, Id, PartyId, Timestamp, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::advance::slip_illegal;
use super::compute::{Claimed, claim_id};
use super::deductions::{DeductionDeed, move_balance};
use super::moves::{ask, must_be, paid_status, put_status, run_of, step, totals};
use super::sums::stored;
use super::{Run, RunDeed, RunError, RunStatus, RunTotal, Slip, SlipStatus, rights};
use crate::{Amt, PayrollError};

/// A payment of a slip, or one that came back.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_slip_payment", kind = fact, key(run, employee, id))]
pub struct SlipPayment {
    /// The run.
    pub run: Id<Run>,
    /// Whose slip.
    pub employee: PartyId,
    /// Its id.
    pub id: Id<SlipPayment>,
    /// How much left; below zero, how much came back.
    pub amount: Amt,
    /// On which day.
    pub day: NaiveDate,
    /// The bank's or the payment file's reference.
    pub reference: SmolStr,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

pub(super) fn payment(
    tx: &mut Tx<'_>,
    slip: &Slip,
    amount: Amt,
    (day, reference): (NaiveDate, &SmolStr),
) -> Result<SlipPayment, PayrollError> {
    let (run, employee, reference) = (slip.run, slip.employee, reference.clone());
    let (id, recorded_at) = (tx.id()?, tx.now());
    Ok(SlipPayment { run, employee, id, amount, day, reference, recorded_at })
}

/// What of one slip left or came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentLine {
    /// Whose.
    pub employee: PartyId,
    /// How much, above zero.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
}

/// Which way money went.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentWay {
    /// It left.
    Paid,
    /// The bank gave it back.
    Returned,
}

/// Records that some of the pay of a posted run has left, slip by slip, or that the bank returned it. All of it at once is
/// [`AdvanceRun::pay`](super::AdvanceRun::pay).
///
/// What comes back of a voided slip is owed by the employee no longer. What comes back of a closed run opens it for those slips alone: they
/// are paid again, or voided, and it is closed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordPayments {
    /// The run.
    pub run: Id<Run>,
    /// Which way the money went.
    pub way: PaymentWay,
    /// Slip by slip.
    pub lines: Vec<PaymentLine>,
    /// On which day.
    pub day: NaiveDate,
    /// The reference.
    pub reference: SmolStr,
}

impl Act for RecordPayments {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        input::check_line("reference", &self.reference)?;
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::PAY, &run, &[])?;
        // The bank may give back after days what was closed meanwhile.
        let legal = [RunStatus::Posted, RunStatus::PartPaid, RunStatus::Paid, RunStatus::Closed];
        let legal = match self.way {
            PaymentWay::Paid => &legal[..3],
            PaymentWay::Returned => &legal[..],
        };
        must_be(&run, legal, "paid", "post it first; what is closed stays as it is")?;
        let keys: Vec<_> = self.lines.iter().map(|line| (run.id, line.employee)).collect();
        tx.need::<Slip>(&keys)?;
        let mut more = Amt::ZERO;
        for (index, line) in self.lines.iter().enumerate() {
            let paid = self.line(tx, line).map_err(|error| error.at(index))?;
            more = more.checked_add(paid).unwrap_or(more);
        }
        let total = totals(tx, &run)?;
        // Of a closed run nothing is open as long as only money of voided slips came back.
        if run.status != RunStatus::Closed || more != Amt::ZERO {
            put_status(tx, &run, paid_status(&total, more))?;
        }
        tx.add_all(vec![RunTotal { paid: more, ..RunTotal::none(&run) }])?;
        let deed = match self.way {
            PaymentWay::Paid => RunDeed::Paid,
            PaymentWay::Returned => RunDeed::Returned,
        };
        step(tx, run.id, deed, (&self.reference, None), &by)
    }
}

impl RecordPayments {
    /// Records one line; gives how much more of the run is paid.
    fn line(&self, tx: &mut Tx<'_>, line: &PaymentLine) -> Result<Amt, PayrollError> {
        let key = (self.run, line.employee);
        let slip = tx.get::<Slip>(&key)?;
        let slip = slip.ok_or(RunError::UnknownSlip { run: self.run, employee: line.employee })?;
        let amount = stored(&slip.number, "amount", line.amount)?;
        let due = slip.net.checked_sub(slip.paid).unwrap_or(Amt::ZERO);
        let (most, way_out) = match self.way {
            PaymentWay::Paid if !slip.status.counts() => {
                return Err(slip_illegal(
                    &slip,
                    "paid",
                    "it does not count: pay the slip that stands in its place",
                ));
            }
            PaymentWay::Paid => (due, "pay at most what is still due"),
            PaymentWay::Returned => (slip.paid, "at most what has left can come back"),
        };
        if amount <= Amt::ZERO || amount > most {
            let (number, amount, most) = (slip.number.clone(), line.amount, most.to_decimal());
            return Err(RunError::TooMuch { number, amount, most, way_out }.into());
        }
        let moved = match self.way {
            PaymentWay::Paid => amount,
            PaymentWay::Returned => amount.checked_neg().unwrap_or(amount),
        };
        let fact = payment(tx, &slip, moved, (self.day, &self.reference))?;
        tx.insert(fact)?;
        let paid = slip.paid.checked_add(moved).unwrap_or(slip.paid);
        if slip.status == SlipStatus::Voided {
            let claim = claim_id(slip.run, slip.employee, Claimed::Voided);
            let key = (slip.employee, claim);
            move_balance(tx, key, moved, DeductionDeed::Returned, self.reference.clone())?;
            tx.put(Slip { paid, ..slip.as_ref().clone() })?;
            return Ok(Amt::ZERO);
        }
        let status = match (paid, self.way) {
            (all, _) if all == slip.net => SlipStatus::Paid,
            (Amt::ZERO, PaymentWay::Returned) => SlipStatus::Returned,
            _ => SlipStatus::PartPaid,
        };
        tx.put(Slip { status, paid, ..slip.as_ref().clone() })?;
        Ok(moved)
    }
}
