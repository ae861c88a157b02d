//! How an item is costed: as it says itself, else as its nearest category does, else the company.

use fondaco_core::{Halt, Tx, tree};
use smol_str::{SmolStr, ToSmolStr};

use super::record::{CostRule, CostScope};
use crate::items::{Category, Item};
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
