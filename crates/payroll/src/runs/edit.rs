//! One slip of a run by itself: computed again, taken out, or put right by another in a correction run.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::policy::Reason;
use fondaco_core::{Act, Id, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::advance::slip_illegal;
use super::books::Books;
use super::calculate::{compute_one, from_staff, must_be_of};
use super::compute::Place;
use super::moves::{ask, must_be, run_of, step};
use super::unpaid::paid_otherwise;
use super::void::void;
use super::{
    PayInput, PayValue, Run, RunDeed, RunError, RunKind, RunRefusal, RunStatus, RunTotal, Slip,
    SlipStatus, rights,
};
use crate::PayrollError;

/// Computes one slip of a calculated run again; the others stay as they are. Gives its edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSlip {
    /// The run.
    pub run: Id<Run>,
    /// Whose slip.
    pub employee: PartyId,
    /// Another case in place of the one that it was computed from; needed for who has no slip yet.
    #[serde(default)]
    pub case: Option<Box<PayInput>>,
    /// Values of inputs that are others than the case says. A component's amount is changed with the whole case.
    #[serde(default)]
    pub set: BTreeMap<SmolStr, PayValue>,
    /// Whether the case is gathered anew from what is recorded of the employee by now, as [`PaySource::Staff`](super::PaySource::Staff) does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_staff: bool,
    /// Why.
    pub reason: SmolStr,
}

impl ChangeSlip {
    /// Computes the slip from the same case again: its sums or loans stand elsewhere by now.
    pub fn again(run: Id<Run>, employee: PartyId, reason: impl Into<SmolStr>) -> ChangeSlip {
        let (case, set, from_staff) = (None, BTreeMap::new(), false);
        ChangeSlip { run, employee, case, set, from_staff, reason: reason.into() }
    }

    /// Computes it from what is recorded of the employee by now: a card or hours that came late, somebody who could not be computed. The
    /// others stay as they are.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_payroll::runs::*;
    /// use fondaco_payroll::staff::{NewItem, RecordItems};
    ///
    /// let payroll = payroll(); // Ada has 5,000 a month
    /// let june = CreateRun::new("monthly", (day("2026-06-01"), day("2026-06-30")), day("2026-06-30"));
    /// let run = payroll.send("june", &june)?.answer;
    /// payroll.run_job("computed", &mut CalculateRun::new(run, PaySource::Staff), &mut ())?;
    /// let late = NewItem::new("1001", day("2026-06-30"), "BONUS", 300.into(), "told late");
    /// payroll.send("late", &RecordItems::new(vec![late]))?;
    /// let ada = |slips: &[std::sync::Arc<Slip>]| slips.iter().find(|slip| slip.number == "1001").map(|slip| (slip.employee, slip.gross));
    /// let before = payroll.view(|view| slips(view, run))?;
    /// let (employee, gross) = ada(&before).expect("a slip");
    /// payroll.send("again", &ChangeSlip::from_staff(run, employee, "a bonus came late"))?;
    /// let after = payroll.view(|view| slips(view, run))?;
    /// assert_eq!(ada(&after).map(|(_, now)| now.to_decimal()), Some(gross.to_decimal() + rust_decimal::Decimal::from(300)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_staff(run: Id<Run>, employee: PartyId, reason: impl Into<SmolStr>) -> ChangeSlip {
        ChangeSlip { from_staff: true, ..ChangeSlip::again(run, employee, reason) }
    }

    /// Computes it from another case.
    pub fn of(run: Id<Run>, case: PayInput, reason: impl Into<SmolStr>) -> ChangeSlip {
        let again = ChangeSlip::again(run, case.employee, reason);
        ChangeSlip { case: Some(Box::new(case)), ..again }
    }
}

impl Act for ChangeSlip {
    type Answer = u32;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        must_be(
            &run,
            &[RunStatus::Calculated],
            "changed",
            "compute it first; void slips of what is approved",
        )?;
        let before = tx.get::<Slip>(&(run.id, self.employee))?;
        if let Some(before) = before.as_ref().filter(|slip| slip.status != SlipStatus::Calculated) {
            return Err(slip_illegal(before, "changed", "it counts already: void it"));
        }
        let case = self.case(tx, &run, before.as_deref())?;
        let edition = before.as_ref().map_or(1, |slip| slip.edition.saturating_add(1));
        let place = Place::of(&run, edition, tx.now());
        // What is gathered anew says itself whether it pays the days.
        let kept = before.as_ref().filter(|_| !self.from_staff);
        let place = kept.map_or(place, |before| Place {
            kind: before.kind,
            replaces: before.replaces,
            ..place
        });
        let slip = compute_in(tx, &run, case, place)?;
        replace(tx, &run, before.as_deref(), Some(slip))?;
        step(tx, run.id, RunDeed::SlipChanged, (&self.reason, Some(self.employee)), &by)?;
        Ok(edition)
    }
}

impl ChangeSlip {
    fn case(
        &self,
        tx: &mut Tx<'_>,
        run: &Run,
        before: Option<&Slip>,
    ) -> Result<PayInput, PayrollError> {
        let unknown = RunError::UnknownSlip { run: self.run, employee: self.employee };
        let case = match (&self.case, self.from_staff, before) {
            (Some(case), true, _) => {
                let (field, value) = ("case", case.number.to_string());
                let way_out = "leave it out, or don't have one gathered";
                return Err(RunError::BadRun { field, value, way_out }.into());
            }
            (Some(case), false, _) => case.as_ref().clone(),
            (None, true, _) => from_staff(tx, run, self.employee)?,
            (None, false, Some(before)) => before.case(),
            (None, false, None) => return Err(unknown.into()),
        };
        changed(case, self.employee, &self.set)
    }
}

/// A case with some values in place of those it has.
fn changed(
    mut case: PayInput,
    employee: PartyId,
    set: &BTreeMap<SmolStr, PayValue>,
) -> Result<PayInput, PayrollError> {
    if case.employee != employee {
        let (field, value) = ("case", case.number.to_string());
        let way_out = "give a case of the employee whose slip it is";
        return Err(RunError::BadRun { field, value, way_out }.into());
    }
    case.values.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(case)
}

fn compute_in(
    tx: &mut Tx<'_>,
    run: &Run,
    case: PayInput,
    place: Place,
) -> Result<Slip, PayrollError> {
    must_be_of(run, &case)?;
    let books = Books::in_act(tx)?;
    let slip = compute_one(tx, &books, place, Arc::new(case))?;
    match run.currency {
        Some(currency) if currency != slip.currency => {
            let (number, found) = (slip.number.clone(), slip.currency);
            Err(RunError::OtherCurrency { number, found, currency }.into())
        }
        _ => Ok(slip),
    }
}

/// Puts a slip in place of another, or takes one away, and what is known of a refusal with it.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    run: &Run,
    before: Option<&Slip>,
    slip: Option<Slip>,
) -> Result<(), PayrollError> {
    let mut total = RunTotal::none(run);
    if let Some(before) = before {
        total.minus(before);
    }
    match (before, slip.map(|slip| slip.stored(tx))) {
        (Some(_), Some(slip)) => {
            total.plus(&slip);
            tx.put(slip)?;
        }
        (None, Some(slip)) => {
            total.plus(&slip);
            let key = (run.id, slip.employee);
            let refusal = tx.get::<RunRefusal>(&key)?;
            if refusal.is_some_and(|refusal| refusal.calculation == run.calculation) {
                total.refused -= 1;
                tx.delete::<RunRefusal>(&key)?;
            }
            tx.insert(slip)?;
        }
        (Some(before), None) => tx.delete::<Slip>(&(run.id, before.employee))?,
        (None, None) => {}
    }
    if !total.is_nothing() {
        tx.add_all(vec![total])?;
    }
    Ok(())
}

/// Takes a slip, or the note that somebody could not be computed, out of a calculated run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropSlip {
    /// The run.
    pub run: Id<Run>,
    /// Whose slip.
    pub employee: PartyId,
    /// Why.
    pub reason: SmolStr,
}

impl Act for DropSlip {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        must_be(
            &run,
            &[RunStatus::Calculated],
            "changed",
            "compute it first; void slips of what is approved",
        )?;
        let key = (run.id, self.employee);
        let (slip, refusal) = (tx.get::<Slip>(&key)?, tx.get::<RunRefusal>(&key)?);
        match (slip, refusal) {
            (Some(slip), _) if slip.status != SlipStatus::Calculated => {
                return Err(slip_illegal(&slip, "dropped", "it counts already: void it"));
            }
            (Some(slip), _) => replace(tx, &run, Some(&slip), None)?,
            (None, Some(_)) => {
                tx.delete::<RunRefusal>(&key)?;
                tx.add_all(vec![RunTotal { refused: -1, ..RunTotal::none(&run) }])?;
            }
            (None, None) => {
                let (run, employee) = key;
                return Err(RunError::UnknownSlip { run, employee }.into());
            }
        }
        step(tx, run.id, RunDeed::SlipDropped, (&self.reason, Some(self.employee)), &by)
    }
}

/// Voids a slip and computes another in its place, in a correction run of the same calendar, in one commit. The new one begins with the sums
/// as they are without the old one, and what of the old one had left is taken from it: the employee gets the difference. It takes for the same
/// loans and orders. A slip that was voided before is put right in the same way, as long as nothing else pays for it.
///
/// A correction run is calculated as its slips come; it is approved, posted and paid as any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectSlip {
    /// The run of the slip that was wrong.
    pub run: Id<Run>,
    /// Whose.
    pub employee: PartyId,
    /// The correction run.
    pub into: Id<Run>,
    /// Another case in place of the one that it was computed from.
    #[serde(default)]
    pub case: Option<Box<PayInput>>,
    /// Values of inputs that are others than the case says.
    #[serde(default)]
    pub set: BTreeMap<SmolStr, PayValue>,
    /// Why.
    pub reason: SmolStr,
}

impl Act for CorrectSlip {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let run = run_of(tx, self.run)?;
        let void_by = ask(tx, &rights::VOID, &run, &[])?;
        let into = run_of(tx, self.into)?;
        let by = ask(tx, &rights::CALCULATE, &into, &[])?;
        if into.kind != RunKind::Correction {
            let (field, value) = ("into", into.id.to_string());
            let way_out = "give a run of the kind correction";
            return Err(RunError::BadRun { field, value, way_out }.into());
        }
        let legal = [RunStatus::Draft, RunStatus::Calculated];
        must_be(&into, &legal, "changed", "create another correction run")?;
        if let Some(other) = tx.get::<Slip>(&(into.id, self.employee))? {
            return Err(slip_illegal(
                &other,
                "computed",
                "it is corrected there already: change that slip",
            ));
        }
        let old = self.old(tx, &run, &into)?;
        if old.status != SlipStatus::Voided {
            void(tx, &run, self.employee, (&self.reason, &void_by))?;
            step(tx, run.id, RunDeed::Voided, (&self.reason, Some(self.employee)), &void_by)?;
        }
        let case = self.case.as_deref().cloned().unwrap_or_else(|| old.case());
        let case = changed(case, self.employee, &self.set)?.paid_on(into.pay_date);
        same_year(&old, &case)?;
        let place = Place::of(&into, 1, tx.now());
        let place = Place { kind: old.kind, replaces: Some(run.id), ..place };
        let slip = compute_in(tx, &into, case, place)?;
        self.put(tx, &into, slip, &by)
    }
}

/// What left in one year stays pay of that year, where the law goes by the day of payment.
fn same_year(old: &Slip, case: &PayInput) -> Result<(), PayrollError> {
    let moved = |over: &SmolStr| case.years.get(over) != old.input.years.get(over);
    if old.paid == crate::Amt::ZERO || !old.input.years.keys().any(moved) {
        return Ok(());
    }
    let (field, value) = ("into", case.pay_date.to_string());
    let way_out = "its day of payment lies in another year than the money that left: pay the difference by a retro run";
    Err(RunError::BadRun { field, value, way_out }.into())
}

impl CorrectSlip {
    /// The slip that was wrong: one that counts, or one that was voided and whose pay no other slip pays.
    fn old(&self, tx: &mut Tx<'_>, run: &Run, into: &Run) -> Result<Arc<Slip>, PayrollError> {
        if into.calendar != run.calendar {
            let (field, value) = ("into", into.calendar.to_string());
            let way_out = "give a correction run of the calendar that the slip is of";
            return Err(RunError::BadRun { field, value, way_out }.into());
        }
        let old = tx.get::<Slip>(&(run.id, self.employee))?;
        let old = old.ok_or(RunError::UnknownSlip { run: run.id, employee: self.employee })?;
        if old.kind == RunKind::Retro {
            let way_out = "retro pay is differences: void it, and compute another retro run";
            return Err(slip_illegal(&old, "corrected", way_out));
        }
        if old.status == SlipStatus::Voided && paid_otherwise(tx, &old)? {
            let way_out = "another slip pays the same: correct that one";
            return Err(slip_illegal(&old, "corrected", way_out));
        }
        Ok(old)
    }

    fn put(
        &self,
        tx: &mut Tx<'_>,
        into: &Run,
        slip: Slip,
        by: &Reason,
    ) -> Result<(), PayrollError> {
        let (status, currency) = (RunStatus::Calculated, Some(slip.currency));
        if into.status != status {
            tx.put(Run { status, currency, ..into.clone() })?;
        }
        replace(tx, into, None, Some(slip))?;
        step(tx, into.id, RunDeed::Calculated, (&self.reason, Some(self.employee)), by)
    }
}
