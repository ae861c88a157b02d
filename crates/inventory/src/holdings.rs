//! What the stock holds on parties: lots that name their owner or supplier, moves, promises and
//! orders that name whom they are with, rules and prices that name vendors.

use std::sync::Arc;

use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};

use crate::items::Lot;
use crate::levels::{Expected, Reservation};
use crate::moves::Move;
use crate::planning::{FirmOrder, PlannedOrder};
use crate::replenish::{Proposal, ReorderRule, VendorPrice};

/// What the stock holds on parties, for [`export`](fondaco_core::party::export()). It names a party by its id alone, so nothing
/// of it is personal, and an erasure has nothing to erase here.
pub const HOLDINGS: &[Holding] = &[
    Holding::of::<Lot>(),
    Holding::of::<Move>(),
    Holding::of::<Reservation>(),
    Holding::of::<Expected>(),
    Holding::of::<ReorderRule>(),
    Holding::of::<VendorPrice>(),
    Holding::of::<Proposal>(),
    Holding::of::<PlannedOrder>(),
    Holding::of::<FirmOrder>(),
];

impl HeldOnParty for Lot {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Lot>>, Halt> {
        all_of(read, |lot: &Lot| lot.owner == Some(party) || lot.supplier == Some(party))
    }
}

impl HeldOnParty for Move {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Move>>, Halt> {
        all_of(read, |leg: &Move| leg.party == Some(party))
    }
}

impl HeldOnParty for Reservation {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Reservation>>, Halt> {
        all_of(read, |row: &Reservation| row.party == Some(party))
    }
}

impl HeldOnParty for Expected {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Expected>>, Halt> {
        all_of(read, |row: &Expected| row.party == Some(party))
    }
}

impl HeldOnParty for ReorderRule {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ReorderRule>>, Halt> {
        all_of(read, |row: &ReorderRule| row.supplier == Some(party))
    }
}

impl HeldOnParty for VendorPrice {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<VendorPrice>>, Halt> {
        all_of(read, |row: &VendorPrice| row.supplier == party)
    }
}

impl HeldOnParty for Proposal {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Proposal>>, Halt> {
        all_of(read, |row: &Proposal| row.supplier == Some(party))
    }
}

impl HeldOnParty for PlannedOrder {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<PlannedOrder>>, Halt> {
        all_of(read, |row: &PlannedOrder| row.supplier == Some(party))
    }
}

impl HeldOnParty for FirmOrder {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<FirmOrder>>, Halt> {
        all_of(read, |row: &FirmOrder| row.supplier == Some(party))
    }
}

/// The rows of a whole table that are about somebody: an export is asked for seldom, and an index on parties would cost each receipt.
fn all_of<R: Record>(
    read: &mut impl Reading,
    about: impl Fn(&R) -> bool,
) -> Result<Vec<Arc<R>>, Halt> {
    let mut found = Vec::new();
    read.peek_each(&Range::<R>::all(), |row: &R| {
        if about(row) {
            found.push(Arc::new(row.clone()));
        }
        Ok::<(), Halt>(())
    })?;
    Ok(found)
}
