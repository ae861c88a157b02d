//! Nothing is paid twice: what a slip pays, compared with what other slips of the employee pay when it begins to count.
//!
//! A run leaves out what it sees other slips pay when it is computed. Runs that are computed side by side don't see one another, and a host
//! brings whatever cases it likes, so that an approval looks again: at one-off items by their ids, and at the days of a period, which one slip
//! pays, or retro pay that was computed from nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Id, PartyId, Reading, Tx};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::deductions::near;
use super::lookup::runs_by_id;
use super::unpaid::beside_days;
use super::{PayComponent, Run, RunError, RunKind, Slip};
use crate::PayrollError;
use crate::staff::PayItem;

/// The one-off items that a slip pays.
pub(super) fn items_of(slip: &Slip) -> impl Iterator<Item = Id<PayItem>> {
    let own = slip.input.components.iter().filter_map(|line| line.item);
    own.chain(slip.input.items.iter().copied())
}

/// Whether a slip pays its days, rather than something besides: a regular one may have one-off items alone, where the last pay paid the days.
fn pays_days(slip: &Slip) -> bool {
    slip.rests_on.is_none()
        && (slip.kind == RunKind::Regular || slip.input.pays_period)
        && slip.input.components.iter().any(PayComponent::is_regular)
}

/// Whether retro pay among these slips comes to anything that was earned on some days.
pub(super) fn makes_good<'s>(
    slips: impl Iterator<Item = &'s Slip>,
    (first, last): (NaiveDate, NaiveDate),
) -> bool {
    let mut sums: BTreeMap<(NaiveDate, &str), Decimal> = BTreeMap::new();
    for line in slips.filter(|slip| slip.rests_on.is_some()).flat_map(|slip| slip.lines.iter()) {
        if let Some(day) = line.original.filter(|day| first <= *day && *day <= last)
            && line.kind.is_earned()
        {
            *sums.entry((day, line.component.as_str())).or_default() += line.amount;
        }
    }
    sums.values().any(|sum| !sum.is_zero())
}

/// A one-off item of a slip that another one pays: what it is, and by which run.
pub(super) fn item_again<'s>(
    slip: &Slip,
    mut others: impl Iterator<Item = &'s Slip>,
) -> Option<(SmolStr, Id<Run>)> {
    let own: BTreeSet<Id<PayItem>> = items_of(slip).collect();
    if own.is_empty() {
        return None;
    }
    let (item, run) = others.find_map(|other| {
        let item = items_of(other).find(|item| own.contains(item))?;
        Some((item, other.run))
    })?;
    let line = slip.input.components.iter().find(|line| line.item == Some(item));
    let what = line.map_or_else(|| SmolStr::new_static("a one-off item"), |line| line.code.clone());
    Some((what, run))
}

/// Another slip, or retro pay, that pays the days of a slip, among slips of its calendar.
pub(super) fn days_again<'s>(
    slip: &Slip,
    others: impl Iterator<Item = &'s Slip> + Clone,
) -> Option<Id<Run>> {
    if !pays_days(slip) {
        return None;
    }
    let pays_same = |other: &&Slip| pays_days(other) && other.meets(slip.days());
    if let Some(other) = others.clone().find(pays_same) {
        return Some(other.run);
    }
    // A slip in place of another is paid beside what made that one good: a later retro run evens it out.
    if slip.replaces.is_some() || !makes_good(others.clone(), slip.days()) {
        return None;
    }
    others.filter(|other| other.rests_on.is_some()).map(|other| other.run).max()
}

/// Refuses slips that are about to count and pay what others pay that count.
pub(super) fn must_pay_once(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: &[&Arc<Slip>],
) -> Result<(), PayrollError> {
    let alone = run.kind == RunKind::Regular && beside_days(tx, run)?.is_empty();
    let asks = |slip: &&&Arc<Slip>| (!alone && pays_days(slip)) || items_of(slip).next().is_some();
    let slips: Vec<&Arc<Slip>> = slips.iter().filter(asks).copied().collect();
    let others = counting(tx, &slips)?;
    let runs = runs_by_id(tx, others.values().flatten().map(|slip| slip.run))?;
    let ours = |of: &Id<Run>| runs.get(of).is_some_and(|other| other.calendar == run.calendar);
    for slip in slips {
        let others = others.get(&slip.employee).map(Vec::as_slice).unwrap_or_default();
        let others = || others.iter().map(Arc::as_ref).filter(|other| other.run != slip.run);
        let days = || {
            let by = days_again(slip, others().filter(|other| ours(&other.run)))?;
            Some((format_smolstr!("the period from {} on", slip.period_start), by))
        };
        if let Some((what, by)) = item_again(slip, others()).or_else(days) {
            let number = slip.number.clone();
            let kind = runs.get(&by).map_or(RunKind::Regular, |other| other.kind);
            let way_out = way_out(run.kind, kind);
            let kind = kind.code();
            return Err(RunError::PaidAlready { number, what, kind, run: by, way_out }.into());
        }
    }
    Ok(())
}

/// What to do where a run of one kind pays what one of another kind pays already.
fn way_out(ours: RunKind, others: RunKind) -> &'static str {
    match (ours, others) {
        (RunKind::Retro, _) => "reopen this run and compute it: it leaves out what is paid",
        (_, RunKind::Retro) => {
            "take the slip out of this run, and leave what is still missing to a later retro run; or void the slip of that run, if it is not closed, and compute this run again"
        }
        _ => {
            "take the slip out of this run; or void the slip of that run, if it is not closed, and renew this run"
        }
    }
}

/// The slips that count beside these, from the first of their periods on.
fn counting(
    tx: &mut Tx<'_>,
    slips: &[&Arc<Slip>],
) -> Result<BTreeMap<PartyId, Vec<Arc<Slip>>>, PayrollError> {
    let first = |slip: &Slip| {
        let made_good = slip.input.made_good.iter().copied().min();
        made_good.map_or(slip.period_start, |day| day.min(slip.period_start))
    };
    let ranges = slips.iter().map(|slip| near(slip.employee, first(slip)));
    let found = tx.peek_scans(&ranges.collect::<Vec<_>>())?;
    let keys: Vec<_> = found.iter().flatten().map(|slip| (slip.run, slip.employee)).collect();
    let mut all: BTreeMap<PartyId, Vec<Arc<Slip>>> = BTreeMap::new();
    for slip in tx.get_many::<Slip>(&keys)?.into_iter().flatten() {
        if slip.status.counts() {
            all.entry(slip.employee).or_default().push(slip);
        }
    }
    Ok(all)
}
