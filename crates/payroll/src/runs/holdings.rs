//! What runs hold on employees, who are named by their ids and the company's numbers alone. The values of tax cards and the accounts of slips
//! are [personal](super::Told) and erased with the person, and so is why somebody could not be computed, and why something was done to a slip,
//! a deduction or a sum; pay has to be kept.

use std::sync::Arc;

use fondaco_core::news::News;
use fondaco_core::party::{HeldOnParty, Holding, held_where};
use fondaco_core::store::Record as _;
use fondaco_core::{Halt, PartyId, Range, Reading, Tx};

use super::{
    Deduction, DeductionStep, OpeningSum, RunRefusal, RunStep, Slip, SlipPayment, YearSum,
};

/// What runs hold on parties, for [`export`](fondaco_core::party::export()) and [`EraseParty`](fondaco_core::party::EraseParty). Why something
/// was done goes, but in rows of before that was personal (layout 1 of [`RunStep`], [`DeductionStep`] and [`OpeningSum`]): facts are never
/// changed. Reasons for a run as a whole are of no person and stay. A host that has such rows, or names people in the reasons of runs, says so
/// to who asks.
pub const HOLDINGS: &[Holding] = &[
    Holding::of::<Slip>(),
    Holding::of::<SlipPayment>(),
    Holding::of::<RunRefusal>(),
    Holding::of::<RunStep>(),
    Holding::of::<YearSum>(),
    Holding::of::<OpeningSum>(),
    Holding::of::<Deduction>(),
    Holding::of::<DeductionStep>(),
];

/// What refusals of before layout 2 say in clear is struck out.
pub(super) fn hear(tx: &mut Tx<'_>, news: &News) -> Result<(), Halt> {
    let News::Erased { parties } = news else { return Ok(()) };
    for party in parties {
        let in_clear = |row: &RunRefusal| Ok(row.employee == *party && !row.why.is_empty());
        for row in held_where(tx, in_clear)? {
            if let Some(row) = tx.get::<RunRefusal>(&row.key())? {
                tx.put(RunRefusal { why: String::new(), ..row.as_ref().clone() })?;
            }
        }
    }
    Ok(())
}

impl HeldOnParty for Slip {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Slip>>, Halt> {
        read.peek_scan(&Range::by(Slip::BY_EMPLOYEE, &party))
    }
}

impl HeldOnParty for SlipPayment {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<SlipPayment>>, Halt> {
        let mut all = Vec::new();
        for slip in Slip::held(read, party)? {
            all.extend(read.peek_scan(&Range::<SlipPayment>::by_key(&(slip.run, party)))?);
        }
        Ok(all)
    }
}

impl HeldOnParty for RunRefusal {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<RunRefusal>>, Halt> {
        held_where(read, |row: &RunRefusal| Ok(row.employee == party))
    }
}

impl HeldOnParty for RunStep {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<RunStep>>, Halt> {
        held_where(read, |row: &RunStep| Ok(row.employee == Some(party)))
    }
}

impl HeldOnParty for YearSum {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<YearSum>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for OpeningSum {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<OpeningSum>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for Deduction {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Deduction>>, Halt> {
        read.peek_scan(&Range::by(Deduction::BY_EMPLOYEE, &party))
    }
}

impl HeldOnParty for DeductionStep {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<DeductionStep>>, Halt> {
        held_where(read, |row: &DeductionStep| Ok(row.employee == party))
    }
}
