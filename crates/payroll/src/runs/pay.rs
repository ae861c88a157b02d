//! Money that leaves and comes back: what was paid of each slip, as facts, and what the bank returned.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::policy::Reason;
use fondaco_core::store::{Field, Record};
use fondaco_core::{Act, Id, PartyId, Timestamp, Tx, decimal, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::advance::slip_illegal;
use super::compute::{Claimed, claim_id};
use super::deductions::{DeductionDeed, Done, move_balance};
use super::moves::{ask, must_be, paid_status, put_status, run_of, step, totals};
use super::sums::stored;
use super::{PaidTo, Run, RunDeed, RunError, RunStatus, RunTotal, Slip, SlipStatus, rights};
use crate::outputs::lacks;
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
    /// The place of the account among the slip's, counted from 1; `None` where the slip knows none.
    pub place: Option<u32>,
    /// On which day.
    pub day: NaiveDate,
    /// The bank's or the payment file's reference.
    pub reference: SmolStr,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which place gets, or gave back, how much.
type ByPlace = Vec<(Option<u32>, Amt)>;

/// Payments of a slip, account by account, and the slip after them.
pub(super) fn moved(
    tx: &mut Tx<'_>,
    slip: &Slip,
    parts: &ByPlace,
    (day, reference): (NaiveDate, &SmolStr),
) -> Result<(Vec<SlipPayment>, Slip), PayrollError> {
    let (run, employee, recorded_at) = (slip.run, slip.employee, tx.now());
    let (mut facts, mut after) = (Vec::with_capacity(parts.len()), slip.clone());
    let mut to: BTreeMap<u32, PaidTo> =
        slip.paid_to.iter().map(|to| (to.place, to.clone())).collect();
    for (place, amount) in parts.iter().copied() {
        let (id, reference) = (tx.id()?, reference.clone());
        facts.push(SlipPayment { run, employee, id, amount, place, day, reference, recorded_at });
        after.paid = after.paid.checked_add(amount).unwrap_or(after.paid);
        if let Some(place) = place {
            let new = PaidTo { place, amount: Decimal::ZERO, times: 0 };
            let to = to.entry(place).or_insert(new);
            to.amount = decimal::normalize(to.amount + amount.to_decimal());
            to.times += u32::from(amount > Amt::ZERO);
        }
    }
    after.paid_to = to.into_values().collect();
    Ok((facts, after))
}

/// What is still to be paid, account by account. Who has no account is paid in another way.
pub(super) fn due(slip: &Slip) -> ByPlace {
    let mut left = slip.net.checked_sub(slip.paid).unwrap_or(Amt::ZERO);
    let mut parts = ByPlace::new();
    for lack in lacks(slip).unwrap_or_default() {
        let Some(amount) = Amt::from_decimal(lack.amount).map(|amount| amount.min(left)) else {
            continue;
        };
        left = left.checked_sub(amount).unwrap_or(left);
        parts.push((Some(lack.place), amount));
    }
    parts.push((None, left));
    parts.retain(|(_, amount)| *amount != Amt::ZERO);
    parts
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
    /// The place of the account among the slip's, counted from 1: the last number of a payment's reference. Where it is left out, money leaves
    /// to the accounts in their order, and comes back from the one that was paid just so much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
}

impl PaymentLine {
    /// So much of somebody's pay.
    #[must_use]
    pub fn new(employee: PartyId, amount: Decimal) -> PaymentLine {
        PaymentLine { employee, amount, place: None }
    }

    /// Of an account by its place.
    #[must_use]
    pub fn at(mut self, place: u32) -> PaymentLine {
        self.place = Some(place);
        self
    }
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
            let paid = self.line(tx, line, &by).map_err(|error| error.at(index))?;
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
    fn line(&self, tx: &mut Tx<'_>, line: &PaymentLine, by: &Reason) -> Result<Amt, PayrollError> {
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
        let parts = match self.way {
            PaymentWay::Paid => leaving(&slip, amount, line)?,
            PaymentWay::Returned => vec![back(&slip, amount, line)?],
        };
        let (facts, after) = moved(tx, &slip, &parts, (self.day, &self.reference))?;
        tx.insert_all(facts)?;
        let more = after.paid.checked_sub(slip.paid).unwrap_or(Amt::ZERO);
        if slip.status == SlipStatus::Voided {
            let claim = claim_id(slip.run, slip.employee, Claimed::Voided);
            let key = (slip.employee, claim);
            let done = Done { deed: DeductionDeed::Returned, by, reason: &self.reference };
            move_balance(tx, key, more, done)?;
            tx.put(after)?;
            return Ok(Amt::ZERO);
        }
        let status = match (after.paid, self.way) {
            (all, _) if all == slip.net => SlipStatus::Paid,
            (Amt::ZERO, PaymentWay::Returned) => SlipStatus::Returned,
            _ => SlipStatus::PartPaid,
        };
        tx.put(Slip { status, ..after })?;
        Ok(more)
    }
}

/// To which accounts an amount leaves: the one that is said, or those that lack something in their order.
fn leaving(slip: &Slip, amount: Amt, line: &PaymentLine) -> Result<ByPlace, PayrollError> {
    let due = due(slip);
    if let Some(place) = line.place {
        let of = due.iter().find(|(of, _)| *of == Some(place));
        let most = of.map_or(Amt::ZERO, |(_, amount)| *amount);
        if amount > most {
            let (number, amount, most) = (slip.number.clone(), line.amount, most.to_decimal());
            let way_out = "pay an account at most what it has not got yet";
            return Err(RunError::TooMuch { number, amount, most, way_out }.into());
        }
        return Ok(vec![(Some(place), amount)]);
    }
    let mut left = amount;
    let part = |(place, lacks): (Option<u32>, Amt)| {
        let gets = lacks.min(left);
        left = left.checked_sub(gets).unwrap_or(Amt::ZERO);
        (place, gets)
    };
    let mut parts: ByPlace = due.into_iter().map(part).collect();
    parts.retain(|(_, amount)| *amount != Amt::ZERO);
    Ok(parts)
}

/// From which account an amount came back: the one that is said, or the only one that was paid so much.
fn back(slip: &Slip, amount: Amt, line: &PaymentLine) -> Result<(Option<u32>, Amt), PayrollError> {
    let minus = amount.checked_neg().unwrap_or(amount);
    let got = |place: u32| {
        let all = slip.paid_to.iter().filter(|to| to.place == place);
        all.map(|to| to.amount).sum::<Decimal>()
    };
    let whole = amount.to_decimal();
    let paid: Vec<&PaidTo> = slip.paid_to.iter().filter(|to| !to.amount.is_zero()).collect();
    let place = match (line.place, &paid[..]) {
        (Some(place), _) if got(place) >= whole => Some(place),
        (None, []) => None,
        (None, [only]) if only.amount >= whole => Some(only.place),
        (None, many) => {
            let same = || many.iter().filter(|to| to.amount == whole);
            match (same().count(), same().next()) {
                (1, Some(to)) => Some(to.place),
                _ => return unsaid(line),
            }
        }
        (Some(_), _) => return unsaid(line),
    };
    Ok((place, minus))
}

fn unsaid<T>(line: &PaymentLine) -> Result<T, PayrollError> {
    let value = line.place.map_or("not said".into(), |place| place.to_string());
    let way_out = "say which of the slip's accounts it came back from, and at most what that one got: the place is the last number of the payment's reference";
    Err(RunError::BadRun { field: "place", value, way_out }.into())
}
