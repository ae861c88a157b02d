//! The slips of one chunk of a run, and what an earlier calculation left of the same people.

use fondaco_core::{PartyId, Range, Tx};

use super::super::{Run, RunError, RunRefusal, RunTotal, Slip};
use super::cases::compute_all;
use super::{CHUNK, Gathered, Refused, RunReport};
use crate::PayrollError;

/// Computes the slips of some cases and stages them, with the run.
pub(super) fn compute_chunk(
    tx: &mut Tx<'_>,
    run: &mut Run,
    cases: &[Gathered],
) -> Result<RunReport, PayrollError> {
    let computed = compute_all(tx, run, cases)?;
    let mut total = RunTotal::none(run);
    let (mut slips, mut refusals) = (Vec::new(), Vec::new());
    for computed in computed {
        match computed {
            Ok(slip) => match *run.currency.get_or_insert(slip.currency) {
                currency if currency == slip.currency => slips.push(slip),
                currency => {
                    let (number, found) = (slip.number.clone(), slip.currency);
                    let error = RunError::OtherCurrency { number, found, currency };
                    refusals.push(Refused::new(slip.employee, &slip.number, &error.into()));
                }
            },
            Err(refused) => refusals.push(refused),
        }
    }
    slips.iter().for_each(|slip| total.plus(slip));
    let refused = i64::try_from(refusals.len()).unwrap_or(i64::MAX);
    total.refused = refused;
    let report = RunReport { slips: total.slips, refused };
    let employees: Vec<PartyId> = slips.iter().map(|slip| slip.employee).collect();
    let refusals = refusals.into_iter().map(|refused| RunRefusal::of(tx, run, refused));
    let refusals = refusals.collect();
    stage(tx, run, slips, refusals, &employees)?;
    if !total.is_nothing() {
        tx.add_all(vec![total])?;
    }
    tx.put(run.clone())?;
    Ok(report)
}

/// Stages slips and refusals, in place of what an earlier calculation left of the same employees.
fn stage(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: Vec<Slip>,
    refusals: Vec<RunRefusal>,
    employees: &[PartyId],
) -> Result<(), PayrollError> {
    let slips: Vec<Slip> = slips.into_iter().map(|slip| slip.stored(tx)).collect();
    if run.calculation <= 1 {
        tx.insert_all(slips)?;
        return Ok(tx.insert_all(refusals)?);
    }
    let keys: Vec<_> = employees.iter().map(|employee| (run.id, *employee)).collect();
    let before = tx.get_many::<Slip>(&keys)?;
    let mut fresh = Vec::new();
    for (slip, before) in slips.into_iter().zip(before) {
        match before {
            Some(before) => tx.put(Slip { edition: before.edition.saturating_add(1), ..slip })?,
            None => fresh.push(slip),
        }
    }
    tx.insert_all(fresh)?;
    let keys: Vec<_> = refusals.iter().map(|refusal| (run.id, refusal.employee)).collect();
    tx.need::<RunRefusal>(&keys)?;
    for refusal in refusals {
        tx.upsert(refusal)?;
    }
    Ok(())
}

/// Takes away what earlier calculations left of some employees from one on, and says where to go on.
pub(in super::super) fn clear(
    tx: &mut Tx<'_>,
    run: &Run,
    from: PartyId,
) -> Result<Option<PartyId>, PayrollError> {
    let slips = tx.get_range(&Range::<Slip>::by_key(&run.id).from(&from).limit(CHUNK))?;
    let old = |calculation: u32| calculation < run.calculation;
    for slip in slips.iter().filter(|slip| old(slip.calculation)) {
        tx.delete::<Slip>(&(run.id, slip.employee))?;
    }
    let last = slips.last().filter(|_| slips.len() == CHUNK).map(|slip| slip.employee);
    // Refusals are few; those up to where the slips go are taken along.
    let range = Range::<RunRefusal>::by_key(&run.id).from(&from);
    let refusals = tx.get_range(&match last {
        Some(last) => range.through(&last),
        None => range,
    })?;
    for refusal in refusals.iter().filter(|refusal| old(refusal.calculation)) {
        tx.delete::<RunRefusal>(&(run.id, refusal.employee))?;
    }
    Ok(last.and_then(after))
}

/// The first employee after one.
pub(in super::super) fn after(employee: PartyId) -> Option<PartyId> {
    employee.to_u128().checked_add(1).map(PartyId::from_u128)
}
