//! Items, their units, categories and lots: what stock is kept of.

mod category;
mod lot;
mod record;

pub use category::Category;
pub use lot::{Lot, LotOrigin, LotStatus};
pub use record::{Item, ItemUnit, Ownership, Tracking};
