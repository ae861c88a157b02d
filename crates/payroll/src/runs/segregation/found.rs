//! Who recorded what is new in some slips.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Days;
use fondaco_core::store::Record;
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{ActorId, DateRange, PartyId, Range, Reading as _, Timestamp, Tx};

use super::super::{Deduction, DeductionDeed, DeductionStep, OpeningSum, Parts, Slip, Whole};
use super::PayData;
use super::seen::{Looked, looked, may_rest_on_sum, rests_on_sum};
use crate::PayrollError;
use crate::calendars::PayGroup;
use crate::leave::LeaveRequest;
use crate::runs::DeductionTerms;
use crate::staff::{PayItem, PrivateFact, TermFact, TimeSheet};

/// Who recorded what is new in some slips, and in whose.
pub(super) struct Found<'s> {
    apart: Parts<PayData>,
    looked: BTreeMap<PartyId, Looked<'s>>,
    hands: Vec<ActorId>,
    of: BTreeSet<PartyId>,
}

/// Who recorded what is new in these slips, of the sorts that a pay group keeps apart. Most of it went into the slip before: only of whom
/// something is new beside the last ones are all slips looked at.
pub(super) fn hands(
    tx: &mut Tx<'_>,
    group: &PayGroup,
    open: &[&Slip],
) -> Result<Vec<ActorId>, PayrollError> {
    let new = Found::read(tx, group, (open, Some(Days::new(LAST_DAYS))))?.of;
    let open: Vec<&Slip> =
        open.iter().copied().filter(|slip| new.contains(&slip.employee)).collect();
    match open.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(Found::read(tx, group, (&open, None))?.hands),
    }
}

/// In so many days before it, whatever the calendar, an employee was paid last.
const LAST_DAYS: u64 = 100;

impl<'s> Found<'s> {
    fn read(
        tx: &mut Tx<'_>,
        group: &PayGroup,
        (open, since): (&[&'s Slip], Option<Days>),
    ) -> Result<Found<'s>, PayrollError> {
        let (apart, looked) = (group.segregated.clone(), looked(tx, group, (open, since))?);
        let mut found = Found { apart, looked, hands: Vec::new(), of: BTreeSet::new() };
        found.terms(tx)?;
        found.scales(tx)?;
        found.once(tx)?;
        found.sums(tx)?;
        found.leave(tx)?;
        found.deductions(tx)?;
        Ok(found)
    }

    /// Takes a recording of an employee in, if it is new in the slip.
    pub(super) fn note<'h>(
        &mut self,
        data: PayData,
        (employee, at): (PartyId, Timestamp),
        by: impl IntoIterator<Item = &'h ActorId>,
        holds: impl Fn(&Slip, DateRange) -> bool,
    ) {
        let looked = self.looked.get(&employee).filter(|_| self.apart.contains(&data));
        if !looked.is_some_and(|looked| looked.is_new(data, at, holds)) {
            return;
        }
        for hand in by {
            self.of.insert(employee);
            if !self.hands.contains(hand) {
                self.hands.push(hand.clone());
            }
        }
    }

    /// The rows of a table whose keys begin with the employee.
    pub(super) fn rows<R>(
        &self,
        tx: &mut Tx<'_>,
        data: &[PayData],
    ) -> Result<Vec<Arc<R>>, PayrollError>
    where
        R: Record,
    {
        if !data.iter().any(|data| self.apart.contains(data)) {
            return Ok(Vec::new());
        }
        let ranges: Vec<_> = self.looked.keys().map(Range::<R>::by_key).collect();
        Ok(tx.peek_scans(&ranges)?.into_iter().flatten().collect())
    }

    /// The rows of a table by employee and day that the slips may rest on.
    fn by_day<R>(&self, tx: &mut Tx<'_>, data: PayData) -> Result<Vec<Arc<R>>, PayrollError>
    where
        R: Record,
    {
        if !self.apart.contains(&data) {
            return Ok(Vec::new());
        }
        let range = |(employee, looked): (&PartyId, &Looked<'_>)| {
            let days = looked.may_rest(data)?;
            let (first, last) = (days.start()?, days.end()?);
            Some(Range::<R>::by_key(employee).from(&first).through(&last))
        };
        let ranges: Vec<_> = self.looked.iter().filter_map(range).collect();
        Ok(tx.peek_scans(&ranges)?.into_iter().flatten().collect())
    }

    /// What holds for a time.
    fn terms(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let open = [PayData::Contracts, PayData::Jobs, PayData::Recurring, PayData::Leave];
        let rows = self.rows::<TermFact>(tx, &open)?;
        let key = |row: &TermFact| (row.employee, row.topic, row.series.clone());
        for rows in rows.chunk_by(|a, b| key(a) == key(b)) {
            let timeline = Timeline::of_rows(TimelineRules::default(), rows)?;
            for (at, row) in rows.iter().enumerate() {
                let of = (row.employee, row.recorded_at);
                self.note(PayData::of(row.topic), of, &row.recorded_by, governs(&timeline, at));
            }
        }
        let rows = self.rows::<PrivateFact>(tx, &[PayData::Cards, PayData::Accounts])?;
        let key = |row: &PrivateFact| (row.employee, row.topic, row.series.clone());
        for rows in rows.chunk_by(|a, b| key(a) == key(b)) {
            let timeline = Timeline::of_rows(TimelineRules::default(), rows)?;
            for (at, row) in rows.iter().enumerate() {
                let of = (row.employee, row.recorded_at);
                self.note(PayData::of(row.topic), of, &row.recorded_by, governs(&timeline, at));
            }
        }
        Ok(())
    }

    /// What comes once.
    fn once(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        for row in self.by_day::<PayItem>(tx, PayData::Items)? {
            let of = (row.employee, row.recorded_at);
            self.note(PayData::Items, of, &row.recorded_by, |_, days| days.contains(row.day));
        }
        for row in self.by_day::<TimeSheet>(tx, PayData::Hours)? {
            let of = (row.employee, row.recorded_at);
            self.note(PayData::Hours, of, &row.recorded_by, |_, days| days.contains(row.day));
        }
        Ok(())
    }

    fn sums(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        for row in self.rows::<OpeningSum>(tx, &[PayData::Sums])? {
            let of = (row.employee, row.recorded_at);
            let open = self.looked.get(&row.employee).map(|looked| looked.slip.run);
            let holds = |slip: &Slip, _| {
                rests_on_sum(slip, &row.sum, row.year)
                    || (open == Some(slip.run) && may_rest_on_sum(slip, row.year))
            };
            self.note(PayData::Sums, of, &row.recorded_by, holds);
        }
        Ok(())
    }

    /// Leave that was granted; what was withdrawn is paid again: who asked and who decided had a hand in that, too.
    fn leave(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        for row in self.rows::<LeaveRequest>(tx, &[PayData::Leave])? {
            let holds = |_: &Slip, days: DateRange| row.days.iter().any(|of| days.contains(of.day));
            let asked: Vec<ActorId> = row.askers().collect();
            let ended = row.ended_at.filter(|_| row.approved_at.is_some());
            let granted = row.approved_at.map(|at| (at, &row.granted_by));
            for (at, by) in granted.into_iter().chain(ended.map(|at| (at, &row.decided_by))) {
                self.note(PayData::Leave, (row.employee, at), asked.iter().chain(by), holds);
            }
        }
        Ok(())
    }

    fn deductions(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        if !self.apart.contains(&PayData::Deductions) {
            return Ok(());
        }
        let of = |employee: &PartyId| Range::by(Deduction::BY_EMPLOYEE, employee);
        let all = tx.peek_scans(&self.looked.keys().map(of).collect::<Vec<_>>())?;
        let all: Vec<Arc<Deduction>> = all.into_iter().flatten().collect();
        let ranges: Vec<_> =
            all.iter().map(|row| Range::<DeductionStep>::by_key(&row.id)).collect();
        for (deduction, steps) in all.iter().zip(tx.peek_scans(&ranges)?) {
            self.steps(deduction, &steps);
        }
        Ok(())
    }

    /// What was said of one deduction: it holds on the days of payment that it is taken on by the terms of before, or of after.
    fn steps(&mut self, deduction: &Deduction, steps: &[Arc<DeductionStep>]) {
        let days = |terms: &Whole<DeductionTerms>| (terms.from, terms.to);
        let mut held = None;
        for step in steps {
            let before = held;
            held = step.terms.as_ref().map(days).or(before);
            // Claims come of themselves, when a slip is voided.
            if matches!(step.deed, DeductionDeed::Claimed | DeductionDeed::Returned) {
                continue;
            }
            let mut said: Vec<_> = before.into_iter().chain(held).collect();
            if said.is_empty() {
                said.push((deduction.starts, deduction.until));
            }
            let holds = |slip: &Slip, days: DateRange| {
                slip.takings.iter().any(|taking| taking.deduction == deduction.id)
                    || said.iter().any(|(first, last)| {
                        DateRange::between(Some(*first), *last)
                            .is_ok_and(|said| said.intersect(days).is_some())
                    })
            };
            let by = std::iter::once(&step.actor).chain(&step.rights_of);
            self.note(PayData::Deductions, (step.employee, step.recorded_at), by, holds);
        }
    }
}

/// Whether a recording, by its place, is the last that is known of some of the days when a slip was computed, be it that nothing holds.
fn governs<T>(timeline: &Timeline<T>, at: usize) -> impl Fn(&Slip, DateRange) -> bool {
    move |slip, days| {
        let is_it = |one| timeline.recordings().get(at).is_some_and(|it| std::ptr::eq(it, one));
        let known = timeline.known_at(slip.known_at).recordings();
        known.iter().any(|(of, one)| is_it(*one) && of.intersect(days).is_some())
    }
}
