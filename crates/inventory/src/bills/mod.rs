//! Bills of material, kept in the store: what an item is made of, by versions with the days on which they hold.
//!
//! A [`Bill`] says how much one batch of it makes, at which site or at all, from when until when, and which share turns out good; its
//! [`BillLine`]s say what goes in and what comes out besides. [`SetBills`] sets one or thousands in one commit, all or none. A line may
//! have alternates, the first of which that holds is taken on days on which the line itself doesn't.
//!
//! # Which bill holds
//! On a day at a site, of those whose days contain it: bills for that site before bills for all sites, then the smallest priority. Two
//! bills of an item for one site with one priority have no day in common, so there is never a second.
//!
//! # No item is made of itself
//! Whatever the days, sites and alternates: an act that would close a circle is refused with the way round
//! ([`BillError::BillCycle`]). It reads the lines below the items that it sets, level by level, and rests on each of them: of two acts that
//! together would close a circle, the second one is refused.

mod cycle;
mod error;
#[cfg(feature = "import")]
mod file;
mod indented;
mod judge;
mod read;
mod record;
pub mod rights;
mod set;
mod used;

pub use error::BillError;
#[cfg(feature = "import")]
pub use file::{BillFile, BillMapping, ResolvedBills};
pub use indented::{Indented, IndentedLine, indented, taken};
pub(crate) use judge::LONGEST_DAYS;
pub use read::{BillOf, bill, bills_of, holding};
pub(crate) use read::{in_order, in_passing};
pub use record::{Bill, BillLine, LineKind};
pub use set::{NewAlternate, NewBill, NewComponent, NewOutput, RemoveBill, SetBills};
pub(crate) use used::goes_into;
pub use used::{Use, Uses, where_used};

use fondaco_core::engine::Part;
use fondaco_core::report::{Column, Kind, word};
use fondaco_core::store::Record;
use smol_str::SmolStr;

/// What the engine has of bills of material.
pub(crate) static PART: Part =
    Part::new(&[Bill::TABLE, BillLine::TABLE]).permissions(&[&rights::SET]);

/// A column of quantities in the units of their rows.
pub(crate) fn quantities(name: &'static str) -> Column {
    Column::new(word(name), Kind::Quantity { unit: SmolStr::default(), digits: 3 })
}
