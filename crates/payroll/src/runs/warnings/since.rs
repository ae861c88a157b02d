//! What came after a slip was computed: sums, loans and orders that stand elsewhere, and what was recorded of employees for its days.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DateRange, PartyId, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::advance::is_missed;
use super::super::deductions::{earlier_now, owed_by};
use super::super::{DeductionBalance, Run, Slip, SlipStatus, YearSum};
use super::{RunWarning, said};
use crate::PayrollError;
use crate::calendars::pay_period_of;
use crate::leave::LeaveRequest;
use crate::staff::{Employee, PayItem, PrivateFact, TermFact, TimeSheet};

pub(super) fn changes(
    read: &mut impl Reading,
    run: &Run,
    slips: &[Arc<Slip>],
    found: &mut Vec<RunWarning>,
) -> Result<(), PayrollError> {
    let open: Vec<&Arc<Slip>> =
        slips.iter().filter(|slip| slip.status == SlipStatus::Calculated).collect();
    stale(read, run, &open, found)?;
    let ids: Vec<PartyId> = slips.iter().map(|slip| slip.employee).collect();
    let kept = read.peek_many::<Employee>(&ids)?;
    let kept: Vec<&Arc<Slip>> = slips
        .iter()
        .zip(kept)
        .filter(|(slip, employee)| {
            employee.is_some() && slip.status != SlipStatus::Voided && slip.rests_on.is_none()
        })
        .map(|(slip, _)| slip)
        .collect();
    if kept.is_empty() {
        return Ok(());
    }
    let cut_off = cut_off(read, run)?;
    for (slip, told) in kept.iter().zip(recorded(read, &kept)?) {
        if let Some((what, at)) = told.iter().find(|(_, at)| *at > slip.known_at) {
            let day = at.date_utc();
            let about = format!("{what} was recorded on {day}, after the slip was computed");
            found.push(said(slip, "changed_since", about));
        }
        let late = |at: &Timestamp| cut_off.is_some_and(|last| at.date_utc() > last);
        let is_open = slip.status == SlipStatus::Calculated;
        let late = told.iter().find(|(_, at)| is_open && late(at) && *at <= slip.known_at);
        if let Some((what, at)) = late {
            let day = at.date_utc();
            let about = format!("{what} was recorded on {day}, after the cut-off");
            found.push(said(slip, "after_cut_off", about));
        }
    }
    Ok(())
}

/// The last day on which input for a run's period counts.
fn cut_off(read: &mut impl Reading, run: &Run) -> Result<Option<NaiveDate>, PayrollError> {
    let Ok(days) = DateRange::new(run.period_start, run.period_end) else { return Ok(None) };
    match pay_period_of(read, &run.calendar, days) {
        Ok(period) => Ok(Some(period.cut_off)),
        Err(PayrollError::Halt(halt)) if !halt.is_refusal() => Err(halt.into()),
        Err(_) => Ok(None), // of a host's own calendar
    }
}

/// Slips that would be refused when they are approved, all of them at once.
fn stale(
    read: &mut impl Reading,
    run: &Run,
    slips: &[&Arc<Slip>],
    found: &mut Vec<RunWarning>,
) -> Result<(), PayrollError> {
    let (Some(first), Some(last)) = (slips.first(), slips.last()) else { return Ok(()) };
    let sums = slips
        .iter()
        .flat_map(|slip| slip.sums.iter().map(|sum| (slip.employee, sum.sum.clone(), sum.year)));
    let sums: Vec<_> = sums.collect();
    let rows = read.peek_many::<YearSum>(&sums)?;
    let now = |row: Option<Arc<YearSum>>| row.map_or(Decimal::ZERO, |row| row.amount.to_decimal());
    let sums: BTreeMap<_, _> = sums.into_iter().zip(rows.into_iter().map(now)).collect();
    let takings = slips.iter().flat_map(|slip| slip.takings.iter().map(|taking| taking.deduction));
    let takings: Vec<_> = takings.collect();
    let rows = read.peek_many::<DeductionBalance>(&takings)?;
    let now =
        |row: Option<Arc<DeductionBalance>>| row.map_or(Decimal::ZERO, |row| row.owed.to_decimal());
    let balances: BTreeMap<_, _> = takings.into_iter().zip(rows.into_iter().map(now)).collect();
    let owed = owed_by(read, (first.employee, last.employee))?;
    let earlier = earlier_now(read, run.id, slips)?;
    for slip in slips {
        let sum = slip.sums.iter().find(|sum| {
            let key = (slip.employee, sum.sum.clone(), sum.year);
            sums.get(&key).is_some_and(|now| *now != sum.before)
        });
        let taking = || {
            let mut all = slip.takings.iter();
            all.find(|taking| balances.get(&taking.deduction) != Some(&taking.before))
        };
        let missed = || {
            let mut all = owed.get(&slip.employee).into_iter().flatten();
            all.find(|owed| is_missed(slip, owed))
        };
        let what = sum
            .map(|sum| sum.sum.clone())
            .or_else(|| taking().map(|_| SmolStr::new_static("what is owed")))
            .or_else(|| missed().map(|owed| owed.deduction.component.clone()))
            .or_else(|| {
                let changed = slip.earlier.as_ref()?.changed(earlier.get(&slip.employee)?)?;
                Some(SmolStr::new_static(changed.0))
            });
        if let Some(what) = what {
            found.push(said(
                slip,
                "stale",
                format!("{what} stands elsewhere by now: renew the run"),
            ));
        }
    }
    Ok(())
}

/// What was recorded, and when.
type Recorded = Vec<(String, Timestamp)>;

/// When what the days of slips rest on was recorded, slip by slip, the latest first.
fn recorded(read: &mut impl Reading, slips: &[&Arc<Slip>]) -> Result<Vec<Recorded>, PayrollError> {
    let ids = || slips.iter().map(|slip| slip.employee);
    let terms: Vec<_> = ids().map(|id| Range::<TermFact>::by_key(&id)).collect();
    let private: Vec<_> = ids().map(|id| Range::<PrivateFact>::by_key(&id)).collect();
    let requests: Vec<_> = ids().map(|id| Range::<LeaveRequest>::by_key(&id)).collect();
    let items = slips.iter().map(|slip| {
        let (from, to) = (slip.period_start, slip.period_end);
        Range::<PayItem>::by_key(&slip.employee).from(&from).through(&to)
    });
    let items: Vec<_> = items.collect();
    let sheets = slips.iter().map(|slip| {
        let (from, to) = (slip.period_start, slip.period_end);
        Range::<TimeSheet>::by_key(&slip.employee).from(&from).through(&to)
    });
    let sheets: Vec<_> = sheets.collect();
    let (terms, private) = (read.peek_scans(&terms)?, read.peek_scans(&private)?);
    let (requests, items) = (read.peek_scans(&requests)?, read.peek_scans(&items)?);
    let sheets = read.peek_scans(&sheets)?;
    let rows = terms.into_iter().zip(private).zip(requests).zip(items).zip(sheets);
    let mut all = Vec::with_capacity(slips.len());
    for (slip, ((((terms, private), requests), items), sheets)) in slips.iter().zip(rows) {
        let (first, last) = (slip.period_start, slip.period_end);
        let meets = |from: NaiveDate, to: Option<NaiveDate>| {
            from <= last && to.is_none_or(|to| to >= first)
        };
        let terms = terms.iter().filter(|row| meets(row.start, row.end));
        let terms = terms.map(|row| (row.topic.code().replace('_', " "), row.recorded_at));
        let private = private.iter().filter(|row| meets(row.start, row.end));
        let private = private.map(|row| (row.topic.code().replace('_', " "), row.recorded_at));
        let requests = requests.iter().filter(|row| meets(row.first, Some(row.last)));
        let requests = requests.flat_map(|row| {
            let times = [row.approved_at, row.ended_at].into_iter().flatten();
            times.map(|at| (format!("leave from {}", row.first), at))
        });
        // What an item of a later day pays is seen by its slip alone.
        let paid = |row: &&Arc<PayItem>| {
            !slip.input.components.iter().any(|line| line.item == Some(row.id))
        };
        let items = items.iter().filter(paid);
        let items = items.map(|row| (format!("{} of {}", row.component, row.day), row.recorded_at));
        let sheets = sheets.iter().map(|row| (format!("hours of {}", row.day), row.recorded_at));
        let mut told: Recorded =
            terms.chain(private).chain(requests).chain(items).chain(sheets).collect();
        told.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        all.push(told);
    }
    Ok(all)
}
