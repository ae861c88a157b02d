//! What can be allowed of items and places, and how its acts ask.
//!
//! | permission | allows | within |
//! |---|---|---|
//! | `stock.set_up` | to set the stock up, and to change what holds for all of it | |
//! | `stock.add_item`, `stock.change_item`, `stock.close_item` | to keep items, their variants and conversions | category |
//! | `stock.keep_categories` | to add, change and close categories | category |
//! | `stock.add_lot`, `stock.change_lot` | to register lots and serial numbers, and to correct them | category |
//! | `stock.judge_lot` | to release, quarantine and block lots | category |
//! | `stock.open_place`, `stock.change_place`, `stock.close_place` | to keep sites and locations | site, location |
//!
//! An item is within a category when its category stands under it, a location within another likewise. Who is limited to places of a
//! dimension may do nothing that is at none of them: an item without a category. What moves stock has rights of its own.

use fondaco_core::policy::{Authority, Permission, Request};
use fondaco_core::tree;
use fondaco_core::{Halt, Tx};
use smol_str::SmolStr;

use crate::items::Category;
use crate::places::{Location, Site};

/// Set the stock up, and change what holds for all of it.
pub const SET_UP: Permission = Permission::new("stock.set_up", "set the stock up");
/// Add items and variants.
pub const ADD_ITEM: Permission =
    Permission::new("stock.add_item", "add items and their variants").within(&["category"]);
/// Change items and their conversions.
pub const CHANGE_ITEM: Permission =
    Permission::new("stock.change_item", "change items and their units").within(&["category"]);
/// Close and reopen items.
pub const CLOSE_ITEM: Permission =
    Permission::new("stock.close_item", "close and reopen items").within(&["category"]);
/// Add, change, move and close categories.
pub const KEEP_CATEGORIES: Permission =
    Permission::new("stock.keep_categories", "add, change, move and close categories of items")
        .within(&["category"]);
/// Register lots and serial numbers.
pub const ADD_LOT: Permission =
    Permission::new("stock.add_lot", "register lots and serial numbers").within(&["category"]);
/// Correct lots and serial numbers.
pub const CHANGE_LOT: Permission =
    Permission::new("stock.change_lot", "correct lots and serial numbers").within(&["category"]);
/// Release, quarantine and block lots.
pub const JUDGE_LOT: Permission =
    Permission::new("stock.judge_lot", "release, quarantine and block lots").within(&["category"]);
/// Open sites and locations.
pub const OPEN_PLACE: Permission =
    Permission::new("stock.open_place", "open sites and locations").within(&["site", "location"]);
/// Change and move sites and locations.
pub const CHANGE_PLACE: Permission =
    Permission::new("stock.change_place", "change and move sites and locations")
        .within(&["site", "location"]);
/// Close and reopen sites and locations.
pub const CLOSE_PLACE: Permission =
    Permission::new("stock.close_place", "close and reopen sites and locations")
        .within(&["site", "location"]);

/// Asks for something about `about`, which is in a category or in none.
pub(crate) fn allow_in_category(
    tx: &mut Tx<'_>,
    authority: &Authority,
    about: &SmolStr,
    category: Option<&SmolStr>,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let mut path = tree::rest_above::<Category>(tx, category)?.into_iter();
    let request = Request::new(authority.permission()).about(about.clone());
    let request = match path.next() {
        Some(nearest) => request.under("category", nearest, path.collect::<Vec<_>>()),
        None => request.nowhere("category"),
    };
    tx.allow(authority, &request).map(drop)
}

/// Asks for something about a category, wherever it stands or comes to stand.
pub(crate) fn allow_category(
    tx: &mut Tx<'_>,
    authority: &Authority,
    code: &SmolStr,
    parent: Option<&SmolStr>,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let above = tree::rest_above::<Category>(tx, parent)?;
    let request = Request::new(authority.permission()).about(code.clone());
    tx.allow(authority, &request.under("category", code.clone(), above)).map(drop)
}

/// Asks for something about a site.
pub(crate) fn allow_site(tx: &mut Tx<'_>, authority: &Authority, site: &Site) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let request = Request::new(authority.permission()).about(site.code.clone());
    let request = request.at("site", site.code.clone()).at("location", site.root().clone());
    tx.allow(authority, &request).map(drop)
}

/// Asks for something about a location, where it stands or comes to stand.
pub(crate) fn allow_location(
    tx: &mut Tx<'_>,
    authority: &Authority,
    location: &Location,
    site: &Site,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let above = tree::rest_above::<Location>(tx, location.parent.as_ref())?;
    let request = Request::new(authority.permission()).about(location.code.clone());
    let request = request.at("site", site.code.clone());
    tx.allow(authority, &request.under("location", location.code.clone(), above)).map(drop)
}
