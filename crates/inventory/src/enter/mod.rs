//! Entering what was kept elsewhere until now: items with their units, and what lies where, with its cost.
//!
//! [`EnterItems`] and [`EnterStock`] take many lines in one command and say of each that is refused why; with [`Taking`] all of them are
//! taken or none, or those that are good, or none at all, to see what would be refused. What is there already, as it is given, is left
//! alone, so that the same list can be entered again when it has grown.
//!
//! With the feature `import` the lines come from CSV files, by a mapping of columns: `ItemFile` and `StockFile` read them, `command` makes the
//! command, and `report` says line by line what was refused, of the file and of the stock.

mod error;
mod items;
mod stock;

#[cfg(feature = "import")]
mod flaw;
#[cfg(feature = "import")]
mod item_file;
#[cfg(feature = "import")]
mod report;
#[cfg(feature = "import")]
mod stock_file;

pub use error::EnterError;
pub use items::{EnterItems, NewItem};
pub use stock::{EnterStock, OpeningLine};
#[cfg(feature = "import")]
pub use {
    fondaco_core::import::EnterReport,
    item_file::{ItemFile, ItemMapping},
    stock_file::{StockFile, StockMapping},
};

use fondaco_core::enter::take;
#[cfg(feature = "import")]
pub(crate) use item_file::unit;

pub use fondaco_core::enter::{Entered, RefusedLine, Taking};

/// So many lines one command takes.
pub(crate) const MOST: usize = fondaco_core::enter::MOST_LINES;

fn check_count(count: usize) -> Result<(), EnterError> {
    if count > MOST { Err(EnterError::TooManyLines { count, most: MOST }) } else { Ok(()) }
}
