//! Categories of items: a tree.

use fondaco_core::store::Record;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A category of items. It is also what `AddCategories` is given.
#[derive(Record, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[record(
    table = "stock_category", kind = state, key(code), index(by_parent(parent)),
    guard(all()), guard(by_parent(parent))
)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// What names it for ever.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// The category it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SmolStr>,
    /// Whether nothing new comes into it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}
