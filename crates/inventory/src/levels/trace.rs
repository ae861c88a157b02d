//! A lot's trace: up to what it was made of, down to what was made of it.

use std::collections::BTreeSet;

use fondaco_core::{Id, Range, Reading};

use crate::StockError;
use crate::items::{Lot, LotOrigin};

/// A lot on the trace of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// The lot.
    pub lot: Id<Lot>,
    /// The lot one step nearer to the one that was asked for.
    pub from: Id<Lot>,
    /// How many steps away it is, from 1.
    pub steps: u32,
}

/// What a lot was made of, what that was made of, and so on, the nearest first: each lot once. Where those came from, their
/// [moves](super::moves_of_lot) say.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn trace_up(read: &mut impl Reading, lot: Id<Lot>) -> Result<Vec<Traced>, StockError> {
    let origins = |lot: &Id<Lot>| Range::<LotOrigin>::by_key(lot);
    trace(read, lot, origins, |link| (link.lot, link.origin))
}

/// What was made of a lot, what was made of that, and so on, the nearest first: each lot once. Where those went, and to whom, their
/// [moves](super::moves_of_lot) say.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn trace_down(read: &mut impl Reading, lot: Id<Lot>) -> Result<Vec<Traced>, StockError> {
    let made_of = |lot: &Id<Lot>| Range::by(LotOrigin::BY_ORIGIN, lot);
    trace(read, lot, made_of, |link| (link.origin, link.lot))
}

/// Goes from step to step, each in one trip.
fn trace(
    read: &mut impl Reading,
    lot: Id<Lot>,
    range: impl Fn(&Id<Lot>) -> Range<LotOrigin>,
    ends: impl Fn(&LotOrigin) -> (Id<Lot>, Id<Lot>),
) -> Result<Vec<Traced>, StockError> {
    let (mut seen, mut found) = (BTreeSet::from([lot]), Vec::new());
    let (mut step, mut steps) = (vec![lot], 0);
    while !step.is_empty() {
        steps += 1;
        let ranges: Vec<_> = step.iter().map(&range).collect();
        step.clear();
        for link in read.peek_scans(&ranges)?.iter().flatten() {
            let (from, lot) = ends(link);
            if seen.insert(lot) {
                found.push(Traced { lot, from, steps });
                step.push(lot);
            }
        }
    }
    Ok(found)
}
