//! Items, their units, categories and lots: what stock is kept of.
//!
//! # Commands
//! [`AddItems`], [`ChangeItem`], [`CloseItem`], [`ReopenItem`], [`AddVariants`], [`SetConversions`]; [`AddCategories`],
//! [`ChangeCategory`], [`CloseCategory`], [`ReopenCategory`]; [`AddLots`], [`ChangeLot`], [`JudgeLot`], [`AddOrigins`].

mod add;
mod category;
mod change;
mod error;
mod lot;
mod lots;
mod origins;
mod query;
mod record;
mod units;
mod variants;

pub use add::AddItems;
pub(crate) use add::{add, existing};
pub use category::{AddCategories, Category, ChangeCategory, CloseCategory, ReopenCategory};
pub use change::{ChangeItem, CloseItem, ReopenItem};
pub use error::CatalogueError;
pub use lot::{Lot, LotOrigin, LotStatus};
pub(crate) use lots::add_lot;
pub use lots::{AddLots, ChangeLot, JudgeLot, NewLot};
pub use origins::AddOrigins;
pub use query::{
    ItemQuery, conversions, item, item_by_barcode, item_by_code, items, lot, lot_by_code, lots,
    lots_by_code, stored_quantity,
};
pub use record::{Item, ItemUnit, Ownership, Tracking};
pub use units::SetConversions;
pub(crate) use units::check_conversions;
pub use variants::{AddVariants, Axis, AxisValue};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use crate::rights;

/// What the engine has of items.
pub(crate) static PART: Part =
    Part::new(&[Category::TABLE, Item::TABLE, ItemUnit::TABLE, Lot::TABLE, LotOrigin::TABLE])
        .permissions(&[
            &rights::ADD_ITEM,
            &rights::CHANGE_ITEM,
            &rights::CLOSE_ITEM,
            &rights::KEEP_CATEGORIES,
            &rights::ADD_LOT,
            &rights::CHANGE_LOT,
            &rights::JUDGE_LOT,
        ]);
