//! What can be allowed about bills of material, and how it is asked.

use fondaco_core::policy::{Authority, Permission, Request};
use fondaco_core::{Halt, Tx};

use crate::items::Item;
use crate::places::Site;

/// Set and remove bills of material.
pub const SET: Permission = Permission::new("stock.set_bills", "set and remove bills of material")
    .within(&["site", "item", "category"]);

/// Asks for something about an item, at a site or at none in particular.
pub(crate) fn ask(
    tx: &mut Tx<'_>,
    authority: &Authority,
    item: &Item,
    site: Option<&Site>,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let request = Request::new(authority.permission()).about(item.code.clone());
    let request = request.at("item", item.code.clone());
    let request = match site {
        Some(site) => request.at("site", site.code.clone()),
        None => request.nowhere("site"),
    };
    let request = match &item.category {
        None => request.nowhere("category"),
        Some(category) => {
            let above = crate::moves::categories_above(tx, category)?;
            request.under("category", category.clone(), above)
        }
    };
    tx.allow(authority, &request).map(|_| ())
}
