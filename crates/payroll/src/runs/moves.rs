//! From one state of a run to the next: which moves are legal, who may make them, and what is kept of each.

use std::sync::Arc;

use fondaco_core::policy::{Permission, Reason, Request};
use fondaco_core::store::Event;
use fondaco_core::{ActorId, Id, PartyId, Range, Tx, input};
use smol_str::SmolStr;

use super::{Run, RunDeed, RunError, RunStatus, RunStep, RunTotal};
use crate::PayrollError;

/// A run, the decision resting on it.
pub(super) fn run_of(tx: &mut Tx<'_>, run: Id<Run>) -> Result<Arc<Run>, PayrollError> {
    Ok(tx.get::<Run>(&run)?.ok_or(RunError::UnknownRun { run })?)
}

/// Asks for something of a run, which `hands` must not do.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    permission: &'static Permission,
    run: &Run,
    hands: &[ActorId],
) -> Result<Reason, PayrollError> {
    let request = Request::new(permission).about(run.calendar.clone());
    let request = request.at("calendar", run.calendar.clone()).after(hands);
    Ok(tx.authorize(&request)?)
}

/// What is said of a move that is not legal.
pub(super) fn illegal(run: &Run, wanted: &'static str, way_out: &'static str) -> PayrollError {
    let (run, status) = (run.id, run.status.code());
    RunError::IllegalMove { run, status, wanted, way_out }.into()
}

/// Whether a run is where something can be done.
pub(super) fn must_be(
    run: &Run,
    legal: &[RunStatus],
    wanted: &'static str,
    way_out: &'static str,
) -> Result<(), PayrollError> {
    match legal.contains(&run.status) {
        true => Ok(()),
        false => Err(illegal(run, wanted, way_out)),
    }
}

/// Keeps a step of a run's history: who did what, by whose right, and why.
pub(super) fn step(
    tx: &mut Tx<'_>,
    run: Id<Run>,
    deed: RunDeed,
    (reason, employee): (&SmolStr, Option<PartyId>),
    by: &Reason,
) -> Result<(), PayrollError> {
    input::check_line("reason", reason)?;
    keep(tx, run, deed, (by.hands(tx.actor()), reason, employee))?;
    let event = Event::new("payroll.run_moved").with("run", run).with("deed", deed.code());
    tx.emit(match employee {
        Some(employee) => event.with("employee", employee),
        None => event,
    });
    Ok(())
}

/// Keeps a step that somebody else did earlier within the same work.
pub(super) fn step_of(
    tx: &mut Tx<'_>,
    run: Id<Run>,
    deed: RunDeed,
    actor: ActorId,
    reason: &SmolStr,
) -> Result<(), PayrollError> {
    keep(tx, run, deed, (vec![actor], reason, None))
}

fn keep(
    tx: &mut Tx<'_>,
    run: Id<Run>,
    deed: RunDeed,
    (hands, reason, employee): (Vec<ActorId>, &SmolStr, Option<PartyId>),
) -> Result<(), PayrollError> {
    let mut hands = hands.into_iter();
    let actor = hands.next().unwrap_or_else(|| tx.actor().clone());
    let (id, recorded_at, rights_of) = (tx.id()?, tx.now(), hands.collect());
    let (right_of, reason, said) = (None, SmolStr::default(), Some(tx.personal(reason.clone())));
    Ok(tx.insert(RunStep {
        run,
        id,
        deed,
        actor,
        right_of,
        employee,
        reason,
        recorded_at,
        rights_of,
        said,
    })?)
}

/// Who had a hand in what a run says: those who computed it, changed or dropped a slip, and by whose right.
pub(super) fn authors(tx: &mut Tx<'_>, run: Id<Run>) -> Result<Vec<ActorId>, PayrollError> {
    let steps = tx.scan(&Range::<RunStep>::by_key(&run))?;
    let wrote =
        |deed| matches!(deed, RunDeed::Calculated | RunDeed::SlipChanged | RunDeed::SlipDropped);
    Ok(steps.iter().filter(|step| wrote(step.deed)).flat_map(|step| step.hands()).collect())
}

/// What the slips of a run come to; the decision rests on it.
pub(super) fn totals(tx: &mut Tx<'_>, run: &Run) -> Result<RunTotal, PayrollError> {
    let row = tx.get::<RunTotal>(&(run.id, run.calculation))?;
    Ok(row.map_or_else(|| RunTotal::none(run), |row| row.as_ref().clone()))
}

/// Puts a run where it comes to.
pub(super) fn put_status(
    tx: &mut Tx<'_>,
    run: &Run,
    status: RunStatus,
) -> Result<(), PayrollError> {
    if run.status != status {
        tx.put(Run { status, ..run.clone() })?;
    }
    Ok(())
}

/// Where a posted run is by what was paid of it: `paid` more than its totals say.
pub(super) fn paid_status(totals: &RunTotal, more: crate::Amt) -> RunStatus {
    let paid = totals.paid.checked_add(more).unwrap_or(totals.paid);
    if paid >= totals.net {
        RunStatus::Paid
    } else if paid > crate::Amt::ZERO {
        RunStatus::PartPaid
    } else {
        RunStatus::Posted
    }
}
