//! What the stock holds on parties: lots that name their owner or supplier.

use std::sync::Arc;

use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::{Halt, PartyId, Range, Reading};

use crate::items::Lot;

/// What the stock holds on parties, for [`export`](fondaco_core::party::export()). It names a party by its id alone, so nothing
/// of it is personal, and an erasure has nothing to erase here.
pub const HOLDINGS: &[Holding] = &[Holding::of::<Lot>()];

impl HeldOnParty for Lot {
    /// Reads the whole table: an export is asked for seldom, and an index on parties would cost each receipt.
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Lot>>, Halt> {
        let mut found = Vec::new();
        read.peek_each(&Range::<Lot>::all(), |lot: &Lot| {
            if lot.owner == Some(party) || lot.supplier == Some(party) {
                found.push(Arc::new(lot.clone()));
            }
            Ok::<(), Halt>(())
        })?;
        Ok(found)
    }
}
