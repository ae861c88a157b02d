//! Stock, its value and its replenishment.
//!
//! The mathematics are plain functions on plain numbers: no store, no clock, no randomness, so that they can be called on a data
//! frame as well as by an engine. [`KernelError`] says what they refuse.
//!
//! The stock engine keeps stock over any store: of which [`items`] there is how much, in which [`places`], what [moved](moves), and which
//! way a lot [went](trace). [`Stock`] is its handle.
//!
//! # Examples
//! The examples of the engine share the stock of a small firm: a bolt, `M8x40`, in the category BOLTS, which stands under FASTENERS;
//! flour, `FLOUR-550`, in lots that are good for 270 days; and the site MAIN with the hall MAIN/A and in it the bin MAIN/A/01.

pub mod bills;
pub mod counts;
pub mod enter;
pub mod forecast;
pub mod history;
pub mod items;
pub mod levels;
pub mod lot_sizing;
pub mod measures;
pub mod moves;
pub mod mrp;
pub mod ordering;
pub mod places;
pub mod planning;
pub mod policies;
pub mod posting;
pub mod probability;
pub mod quality;
pub mod replenish;
pub mod reserve;
pub mod scheduling;
pub mod valuation;
pub mod value;

mod change;
mod error;
mod exact;
mod figure;
mod handle;
mod held;
mod holdings;
mod lists;
pub mod rights;
mod settings;
mod stock_error;
#[cfg(test)]
mod tests;
mod threads;
pub mod trace;

pub use bills::BillError;
pub use change::Change;
pub use counts::CountError;
pub use enter::EnterError;
pub use error::KernelError;
pub use handle::{AsyncStock, Stock};
pub use holdings::HOLDINGS;
pub use levels::LevelError;
pub use moves::MoveError;
pub use planning::PlanningError;
pub use replenish::ReplenishError;
pub use reserve::ReserveError;
pub use settings::{BelowZero, ChangeStockSettings, SetUpStock, Settings, below_zero};
pub use stock_error::StockError;
pub use value::ValueError;

use fondaco_core::Engine;
use fondaco_core::engine::Part;
use fondaco_core::store::Fixed;

/// How many digits after the point a quantity has as it is stored, in the stock unit of its item.
pub const QUANTITY_DIGITS: u8 = 6;

/// A quantity as it is stored, in the stock unit of its item: reaches 9.2 million million either way.
pub type Qty = Fixed<QUANTITY_DIGITS>;

/// How many digits after the point a value has as it is stored: enough for every currency of ISO 4217.
pub const VALUE_DIGITS: u8 = 4;

/// A value as it is stored, in the currency of the stock: reaches 922 trillion either way.
pub type Val = Fixed<VALUE_DIGITS>;

/// What the stock consists of, for [`Driver::join`](fondaco_core::Driver::join): its tables, what can be allowed, what is held on parties,
/// what happens by the clock, and how it is verified.
///
/// ```
/// use fondaco_core::{CompanyId, Office};
/// use fondaco_store::Memory;
///
/// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
/// office.join(&fondaco_inventory::ENGINE)?;
/// assert!(office.verify()?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub static ENGINE: Engine = Engine {
    name: "stock",
    parts: &[
        &settings::PART,
        &items::PART,
        &places::PART,
        &moves::PART,
        &levels::PART,
        &reserve::PART,
        &replenish::PART,
        &counts::PART,
        &value::PART,
        &bills::PART,
        &planning::PART,
        &PARTIES,
    ],
};

/// What is held on parties, of all of it.
static PARTIES: Part = Part::new(&[]).holdings(HOLDINGS);

/// The page's code is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/stock.md")]
struct StockPage;
