//! One-off items of a period that no slip pays: left out because another run had them, which was given up since.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::{Id, Range, Reading};

use super::super::lookup::runs_by_id;
use super::super::twice::items_of;
use super::super::unpaid::slip_lives;
use super::super::{Run, RunKind, Slip, SlipStatus};
use super::{RunWarning, said};
use crate::PayrollError;
use crate::staff::PayItem;

/// A slip, an item of its days that it does not pay, and slips that would pay it once they count.
type Open<'s> = (&'s Arc<Slip>, Arc<PayItem>, Vec<&'s Arc<Slip>>);

/// What of the items of a regular run's days is paid by none of its slips, nor by other slips of the employee, which stand beside each. What
/// was recorded after a slip was computed is told as that.
pub(super) fn unpaid(
    read: &mut impl Reading,
    run: &Run,
    (slips, others): (&[Arc<Slip>], &[Vec<Arc<Slip>>]),
    found: &mut Vec<RunWarning>,
) -> Result<(), PayrollError> {
    if run.kind != RunKind::Regular {
        return Ok(());
    }
    let of_days = |slip: &Arc<Slip>| {
        let (first, last) = slip.days();
        Range::<PayItem>::by_key(&slip.employee).from(&first).through(&last)
    };
    let items = read.peek_scans(&slips.iter().map(of_days).collect::<Vec<_>>())?;
    let mut open: Vec<Open<'_>> = Vec::new();
    for ((slip, others), items) in slips.iter().zip(others).zip(items) {
        let own: BTreeSet<Id<PayItem>> = items_of(slip).collect();
        let known = |item: &Arc<PayItem>| item.recorded_at <= slip.known_at;
        for item in items.into_iter().filter(|item| !own.contains(&item.id) && known(item)) {
            let pays = |other: &&Arc<Slip>| {
                other.run != slip.run
                    && other.status != SlipStatus::Voided
                    && items_of(other).any(|paid| paid == item.id)
            };
            let by: Vec<&Arc<Slip>> = others.iter().filter(pays).collect();
            if slip.status != SlipStatus::Voided && !by.iter().any(|other| other.status.counts()) {
                open.push((slip, item, by));
            }
        }
    }
    let runs = runs_by_id(read, open.iter().flat_map(|(.., by)| by).map(|other| other.run))?;
    let lives = |of: &&Arc<Slip>| runs.get(&of.run).is_some_and(|run| slip_lives(of, run));
    for (slip, item, by) in open {
        if !by.iter().any(lives) {
            let about = format!(
                "{} of {} is paid by no slip: gather the slip again, or pay it off-cycle",
                item.component, item.day
            );
            found.push(said(slip, "item_unpaid", about));
        }
    }
    Ok(())
}
