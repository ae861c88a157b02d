//! Segregation of duties: who recorded what a slip rests on does not approve it.
//!
//! Who computed a run, or changed a slip of it, never approves it. Which data that holds of besides, a pay group says
//! ([`DefinePayGroup::segregated`](crate::calendars::DefinePayGroup::segregated)), as firms differ in how many hands they have. Of an employee it
//! is what was recorded after the last regular slip that counts was computed, and before this one was: what an earlier approval has looked
//! at is nobody's hand any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::policy::Reason;
use fondaco_core::store::Record;
use fondaco_core::{ActorId, PartyId, Range, Reading as _, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Deduction, DeductionDeed, DeductionStep, OpeningSum, Run, RunKind, Slip, SlipStatus};
use crate::PayrollError;
use crate::calendars::PayGroup;
use crate::leave::LeaveRequest;
use crate::staff::{PayItem, PrivateFact, TermFact, TimeSheet, Topic};

/// Data that pay rests on, by sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayData {
    /// Contracts.
    Contracts,
    /// Jobs, and what they pay.
    Jobs,
    /// What is paid or withheld each period.
    Recurring,
    /// Tax cards.
    Cards,
    /// Accounts that are paid to.
    Accounts,
    /// What is paid or withheld once.
    Items,
    /// Hours.
    Hours,
    /// Leave: who asked for it, and who granted it.
    Leave,
    /// Loans, orders and other deductions.
    Deductions,
    /// Year-to-date sums that were entered.
    Sums,
}

impl PayData {
    /// All of them.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_payroll::calendars::{DefinePayGroup, PayCalendar, PayFrequency, TaxTime};
    /// use fondaco_payroll::runs::PayData;
    /// # let payroll = payroll();
    /// let calendar = PayCalendar::new(PayFrequency::Monthly, day("2026-01-01"), TaxTime::united_states());
    /// let mut strict = DefinePayGroup::new("strict", "Strict", "united_states", calendar);
    /// strict.segregated = PayData::ALL.to_vec();
    /// payroll.send("strict", &strict)?;
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub const ALL: [PayData; 10] = [
        PayData::Contracts,
        PayData::Jobs,
        PayData::Recurring,
        PayData::Cards,
        PayData::Accounts,
        PayData::Items,
        PayData::Hours,
        PayData::Leave,
        PayData::Deductions,
        PayData::Sums,
    ];

    fn of(topic: Topic) -> PayData {
        match topic {
            Topic::Contract => PayData::Contracts,
            Topic::Job => PayData::Jobs,
            Topic::Recurring => PayData::Recurring,
            Topic::Leave => PayData::Leave,
            Topic::Card => PayData::Cards,
            Topic::Accounts => PayData::Accounts,
        }
    }
}

/// Who does something and by whose right, as rows keep it: joined by commas.
pub(crate) fn written(by: &Reason, actor: &ActorId) -> SmolStr {
    let hands = by.hands(actor);
    hands.iter().map(ActorId::as_str).collect::<Vec<_>>().join(",").into()
}

/// Who recorded data that slips of a run rest on and that its pay group keeps apart from its approval.
pub(super) fn recorders(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: &[Arc<Slip>],
) -> Result<Vec<ActorId>, PayrollError> {
    let Some(group) = tx.peek::<PayGroup>(&run.calendar)? else { return Ok(Vec::new()) };
    let is_open = |slip: &&Slip| slip.status == SlipStatus::Calculated;
    let open: Vec<&Slip> = slips.iter().map(Arc::as_ref).filter(is_open).collect();
    if group.segregated.is_empty() || open.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Found { apart: &group.segregated, seen: seen(tx, &open)?, hands: Vec::new() };
    found.terms(tx)?;
    found.once(tx)?;
    found.deductions(tx)?;
    Ok(found.hands)
}

/// From when to when what was recorded of an employee is new in a slip.
type Seen = BTreeMap<PartyId, (Option<Timestamp>, Timestamp)>;

/// Since the last regular slip of another run that counts.
fn seen(tx: &mut Tx<'_>, open: &[&Slip]) -> Result<Seen, PayrollError> {
    let of = |slip: &&Slip| Range::by(Slip::BY_EMPLOYEE, &slip.employee);
    let all = tx.peek_scans(&open.iter().map(of).collect::<Vec<_>>())?;
    let each = open.iter().zip(all).map(|(slip, all)| {
        let before = all.iter().filter(|other| {
            other.kind == RunKind::Regular
                && other.status.counts()
                && other.known_at < slip.known_at
        });
        (slip.employee, (before.map(|other| other.known_at).max(), slip.known_at))
    });
    Ok(each.collect())
}

struct Found<'g> {
    apart: &'g [PayData],
    seen: Seen,
    hands: Vec<ActorId>,
}

impl Found<'_> {
    /// Takes a recording of an employee in.
    fn note(
        &mut self,
        data: PayData,
        (employee, at): (PartyId, Option<Timestamp>),
        by: Option<&SmolStr>,
    ) {
        let Some((since, until)) = self.seen.get(&employee).copied() else { return };
        let is_new = at.is_some_and(|at| since.is_none_or(|since| since < at) && at <= until);
        if !is_new || !self.apart.contains(&data) {
            return;
        }
        for hand in by.iter().flat_map(|by| by.split(',')) {
            let hand = ActorId::new(hand);
            if !self.hands.contains(&hand) {
                self.hands.push(hand);
            }
        }
    }

    /// The rows of a table whose keys begin with the employee.
    fn rows<R>(&self, tx: &mut Tx<'_>, data: &[PayData]) -> Result<Vec<Arc<R>>, PayrollError>
    where
        R: Record,
    {
        if !data.iter().any(|data| self.apart.contains(data)) {
            return Ok(Vec::new());
        }
        let ranges: Vec<_> = self.seen.keys().map(Range::<R>::by_key).collect();
        Ok(tx.peek_scans(&ranges)?.into_iter().flatten().collect())
    }

    /// What holds for a time.
    fn terms(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let open = [PayData::Contracts, PayData::Jobs, PayData::Recurring, PayData::Leave];
        for row in self.rows::<TermFact>(tx, &open)? {
            let of = (row.employee, Some(row.recorded_at));
            self.note(PayData::of(row.topic), of, row.recorded_by.as_ref());
        }
        for row in self.rows::<PrivateFact>(tx, &[PayData::Cards, PayData::Accounts])? {
            let of = (row.employee, Some(row.recorded_at));
            self.note(PayData::of(row.topic), of, row.recorded_by.as_ref());
        }
        Ok(())
    }

    /// What comes once.
    fn once(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        for row in self.rows::<PayItem>(tx, &[PayData::Items])? {
            let of = (row.employee, Some(row.recorded_at));
            self.note(PayData::Items, of, row.recorded_by.as_ref());
        }
        for row in self.rows::<TimeSheet>(tx, &[PayData::Hours])? {
            let of = (row.employee, Some(row.recorded_at));
            self.note(PayData::Hours, of, row.recorded_by.as_ref());
        }
        for row in self.rows::<OpeningSum>(tx, &[PayData::Sums])? {
            let of = (row.employee, Some(row.recorded_at));
            self.note(PayData::Sums, of, row.recorded_by.as_ref());
        }
        for row in self.rows::<LeaveRequest>(tx, &[PayData::Leave])? {
            let asked = SmolStr::new(row.asked_by.as_str());
            // What was withdrawn is paid again: who asked and who decided had a hand in that, too.
            for at in [row.approved_at, row.ended_at.filter(|_| row.approved_at.is_some())] {
                self.note(PayData::Leave, (row.employee, at), Some(&asked));
                self.note(PayData::Leave, (row.employee, at), row.decided_by.as_ref());
            }
        }
        Ok(())
    }

    fn deductions(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        if !self.apart.contains(&PayData::Deductions) {
            return Ok(());
        }
        let of = |employee: &PartyId| Range::by(Deduction::BY_EMPLOYEE, employee);
        let all = tx.peek_scans(&self.seen.keys().map(of).collect::<Vec<_>>())?;
        let steps = all.iter().flatten().map(|row| Range::<DeductionStep>::by_key(&row.id));
        for step in tx.peek_scans(&steps.collect::<Vec<_>>())?.into_iter().flatten() {
            // Claims come of themselves, when a slip is voided.
            if !matches!(step.deed, DeductionDeed::Claimed | DeductionDeed::Returned) {
                let by = SmolStr::new(step.actor.as_str());
                let of = (step.employee, Some(step.recorded_at));
                self.note(PayData::Deductions, of, Some(&by));
            }
        }
        Ok(())
    }
}
