//! The conversions of an item's units.

use fondaco_core::{Act, Conversion, Conversions, ItemId, Range, Tx};
use serde::{Deserialize, Serialize};

use super::add::{event, existing};
use super::{Item, ItemUnit};
use crate::{StockError, rights};

/// Says how the units of an item convert: these and no others from now on. What was recorded stays as it is, in the stock unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetConversions {
    /// Which item.
    pub item: ItemId,
    /// All its conversions. Each unit in them must convert to the stock unit, over whatever chain.
    pub conversions: Vec<Conversion>,
}

impl SetConversions {
    /// The conversions of `item`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let bolt = ItemId::named("M8x40");
    /// let units = vec!["1 pallet = 40 carton".parse()?, "1 carton = 500 pcs".parse()?];
    /// stock.send("units", &SetConversions::new(bolt, units))?;
    /// let order = stock.conversions(bolt)?.convert(Quantity::parse("2 pallet")?, Unit::PIECE)?;
    /// assert_eq!(order.to_string(), "40000 pcs");
    ///
    /// let loose = SetConversions::new(bolt, vec!["1 pallet = 40 carton".parse()?]);
    /// let refused = stock.send("loose", &loose).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "M8x40: there is no factor from pallet to pcs: give a conversion, such as 1 pallet = 12 pcs",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(item: ItemId, conversions: Vec<Conversion>) -> SetConversions {
        SetConversions { item, conversions }
    }
}

impl Act for SetConversions {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_ITEM)?;
        let item = existing(tx, self.item)?;
        rights::allow_in_category(tx, &authority, &item.code, item.category.as_ref())?;
        check_conversions(&item, &self.conversions)?;
        let before = tx.scan(&Range::<ItemUnit>::by_key(&self.item))?;
        let after: Vec<ItemUnit> =
            self.conversions.iter().map(|one| ItemUnit::new(self.item, *one)).collect();
        let same = |a: &ItemUnit, b: &ItemUnit| (a.from, a.to) == (b.from, b.to);
        for row in before.iter().filter(|row| !after.iter().any(|new| same(row, new))) {
            tx.delete::<ItemUnit>(&(row.item, row.from, row.to))?;
        }
        for (at, row) in after.iter().enumerate() {
            let repeated = after.iter().take(at).any(|earlier| same(earlier, row));
            if !repeated && !before.iter().any(|old| **old == *row) {
                tx.upsert(row.clone())?;
            }
        }
        tx.emit(event("stock.item_units_changed", &item));
        Ok(())
    }
}

/// That conversions agree, and that each of their units converts to the stock unit.
pub(crate) fn check_conversions(
    item: &Item,
    given: &[Conversion],
) -> Result<Conversions, StockError> {
    let all = item.conversions(given.iter().copied())?;
    for unit in given.iter().flat_map(|one| [one.left().unit(), one.right().unit()]) {
        // What an item weighs leads from its stock unit, and back.
        all.factor(unit, item.unit)?;
    }
    Ok(all)
}
