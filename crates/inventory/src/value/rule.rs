//! How an item is costed: as it says itself, else as its nearest category does, else the company. So another category may say another
//! method: what lies there of the item keeps that from happening unseen.

use std::sync::Arc;

use fondaco_core::{Halt, Needs, Range, Reading, Tx, tree};
use smol_str::{SmolStr, ToSmolStr};

use super::ValueError;
use super::costs::own_goods;
use super::record::{CostRule, CostScope, StockCost};
use crate::StockError;
use crate::items::{Category, Item};
use crate::levels::Stock;
use crate::valuation::{Method, Price};

/// How an item is costed.
pub(super) struct Found {
    pub(super) method: Method,
    /// What one costs, where that is said.
    pub(super) cost: Option<Price>,
}

/// How an item is costed; `None` when nothing says so. The decision rests on it.
///
/// # Errors
/// A [`Halt`].
pub(super) fn of_item(tx: &mut Tx<'_>, item: &Item) -> Result<Option<Found>, Halt> {
    let above = tree::rest_above::<Category>(tx, item.category.as_ref())?;
    let mut keys = vec![key_of_item(item)];
    keys.extend(above.into_iter().map(|category| (CostScope::Category, category)));
    keys.push((CostScope::Company, SmolStr::default()));
    let rules = tx.get_many::<CostRule>(&keys)?;
    let cost = rules.first().and_then(|own| own.as_ref()?.cost);
    let method = rules.iter().flatten().find_map(|rule| rule.method);
    Ok(method.map(|method| Found { method, cost }))
}

/// The key of an item's own rule.
pub(super) fn key_of_item(item: &Item) -> (CostScope, SmolStr) {
    (CostScope::Item, item.id.to_smolstr())
}

/// How some items were costed before their category changed, or where it stands.
pub(crate) struct CostedBefore(Vec<(Arc<Item>, Option<Method>)>);

impl CostedBefore {
    /// Of an item.
    ///
    /// # Errors
    /// A [`Halt`].
    pub(crate) fn item(tx: &mut Tx<'_>, item: &Arc<Item>) -> Result<CostedBefore, Halt> {
        CostedBefore::of(tx, |_| Ok(vec![item.clone()]))
    }

    /// Of all items in a category and in those under it.
    ///
    /// # Errors
    /// A [`Halt`].
    pub(crate) fn category(tx: &mut Tx<'_>, code: &SmolStr) -> Result<CostedBefore, Halt> {
        CostedBefore::of(tx, |tx| {
            let below = tree::rest_below::<Category>(tx, code)?;
            let codes = below.iter().map(|category| &category.code).chain([code]);
            let ranges: Vec<_> = codes.map(|code| Range::by(Item::BY_CATEGORY, code)).collect();
            Ok(tx.scan_each(&ranges)?.into_iter().flatten().collect())
        })
    }

    fn of(
        tx: &mut Tx<'_>,
        items: impl FnOnce(&mut Tx<'_>) -> Result<Vec<Arc<Item>>, Halt>,
    ) -> Result<CostedBefore, Halt> {
        tx.need_all(Needs::new().guard_of_all::<CostRule>()?)?;
        if tx.is_untouched::<CostRule>()? {
            return Ok(CostedBefore(Vec::new()));
        }
        let mut before = Vec::new();
        for item in items(tx)? {
            let method = of_item(tx, &item)?.map(|found| found.method);
            before.push((item, method));
        }
        Ok(CostedBefore(before))
    }

    /// That what was valued is costed by the same method as before, and that nothing lies there that begins to be valued without a cost.
    ///
    /// # Errors
    /// [`ValueError::OtherMethod`], [`ValueError::NoMethod`], [`ValueError::OpeningCostMissing`], or a [`Halt`].
    pub(crate) fn check(self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        for (before, method) in self.0 {
            let Some(item) = tx.get::<Item>(&before.id)? else { continue };
            let now = of_item(tx, &item)?.map(|found| found.method);
            if now == method {
                continue;
            }
            let code = item.code.clone();
            let valued = !tx.peek_scan(&Range::<StockCost>::by_key(&item.id).limit(1))?.is_empty();
            match (method, now) {
                (Some(before), Some(after)) if valued => {
                    return Err(ValueError::OtherMethod { item: code, before, after }.into());
                }
                (Some(_), None) if valued => {
                    return Err(ValueError::NoMethod { item: code }.into());
                }
                (None, Some(after)) if lies_somewhere(tx, &item, after)? => {
                    return Err(ValueError::OpeningCostMissing { items: vec![code] }.into());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether something of the company's own lies at any site.
fn lies_somewhere(tx: &mut Tx<'_>, item: &Item, method: Method) -> Result<bool, Halt> {
    for level in tx.get_range(&Range::<Stock>::by_key(&item.id))? {
        let own = own_goods(tx, item, &level, method)?;
        if own.values().any(|units| *units != 0) {
            return Ok(true);
        }
    }
    Ok(false)
}
