//! What a lot was made of, said after it was registered.

use std::collections::BTreeSet;

use fondaco_core::{Act, Id, Range, Tx};
use serde::{Deserialize, Serialize};

use super::add::existing;
use super::lots::{bad, event, existing_lot};
use super::{Lot, LotOrigin};
use crate::{StockError, rights};

/// Says what a lot was made of, besides what is known already: when production is reported, lots are mixed or packed anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddOrigins {
    /// Which lot.
    pub lot: Id<Lot>,
    /// What it was made of, lots of its item or of others.
    pub origins: Vec<Id<Lot>>,
}

impl AddOrigins {
    /// `lot` was made of `origins`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let flour = ItemId::named("FLOUR-550");
    /// let new = ["7", "8", "mixed"].map(|code| NewLot::new(flour, code)).to_vec();
    /// let lots = stock.send("lots", &AddLots::new(new))?.answer;
    /// stock.send("mix", &AddOrigins::new(lots[2], vec![lots[0], lots[1]]))?;
    /// let circle = stock.send("circle", &AddOrigins::new(lots[0], vec![lots[2]])).unwrap_err();
    /// assert_eq!(circle.code(), "inventory.bad_lot");
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(lot: Id<Lot>, origins: Vec<Id<Lot>>) -> AddOrigins {
        AddOrigins { lot, origins }
    }
}

impl Act for AddOrigins {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_LOT)?;
        let lot = existing_lot(tx, self.lot)?;
        let item = existing(tx, lot.item)?;
        rights::allow_in_category(tx, &authority, &lot.code, item.category.as_ref())?;
        let above = all_above(tx, &self.origins)?;
        if above.contains(&lot.id) {
            let why = "name a lot that was made of this one: what made something is no part of it; correct one of them";
            return Err(bad(&item, &lot.code, "origins", why));
        }
        for &origin in &self.origins {
            existing_lot(tx, origin)?;
            if tx.get::<LotOrigin>(&(lot.id, origin))?.is_none() {
                tx.insert(LotOrigin { lot: lot.id, origin })?;
            }
        }
        tx.emit(event("stock.lot_changed", &lot));
        Ok(())
    }
}

/// These lots, what they were made of, and so on. The decision rests on all of it.
fn all_above(tx: &mut Tx<'_>, lots: &[Id<Lot>]) -> Result<BTreeSet<Id<Lot>>, StockError> {
    let (mut found, mut level) = (lots.iter().copied().collect::<BTreeSet<_>>(), lots.to_vec());
    while !level.is_empty() {
        let ranges: Vec<Range<LotOrigin>> = level.iter().map(Range::by_key).collect();
        level = tx.scan_each(&ranges)?.into_iter().flatten().map(|row| row.origin).collect();
        // Each lot is walked once, so that a circle ends, which acts never make.
        level.retain(|lot| found.insert(*lot));
    }
    Ok(found)
}
