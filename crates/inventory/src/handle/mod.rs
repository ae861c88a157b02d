//! One handle for a program that just wants to keep its stock.

mod asynchronous;
mod questions;

use std::ops::Deref;
use std::sync::Arc;

use fondaco_core::store::{Store, StoreError};
use fondaco_core::{CompanyId, Driver, Office, Timestamp};

pub use asynchronous::AsyncStock;

use crate::{ENGINE, Settings, StockError};

/// A company's stock on a store: the engine's commands and queries in one place.
///
/// ```
/// use fondaco_core::{CompanyId, Currency, Unit};
/// use fondaco_inventory::items::{AddItems, Item};
/// use fondaco_inventory::{SetUpStock, Stock};
/// use fondaco_store::Memory;
///
/// let stock = Stock::open(Memory::new(), CompanyId::named("acme"))?;
/// stock.send("set up", &SetUpStock::new(Currency::EUR))?;
/// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
/// stock.send("bolt", &AddItems::new(vec![bolt.clone()]))?;
/// assert!(stock.send("bolt", &AddItems::new(vec![bolt]))?.replayed, "the same command is carried out once");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is a handle over an [`Office`], which other engines' handles may share: what is not said here (`send`, `view`, `tick`,
/// `verify`, ...) is said there.
#[derive(Debug, Clone)]
pub struct Stock<'s>(Office<'s>);

impl<'s> Deref for Stock<'s> {
    type Target = Office<'s>;

    fn deref(&self) -> &Office<'s> {
        &self.0
    }
}

impl<'s> Stock<'s> {
    /// Opens the stock of `company`, making its tables ready.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn open(store: impl Store + 's, company: CompanyId) -> Result<Stock<'s>, StoreError> {
        Stock::over(Driver::new(store, company))
    }

    /// The stock over a driver that the host has.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn over(driver: impl Into<Arc<Driver<'s>>>) -> Result<Stock<'s>, StoreError> {
        Stock::of(&Office::over(driver))
    }

    /// The stock of an office, which the engine joins: beside the handles of other engines.
    ///
    /// ```
    /// use fondaco_core::{CompanyId, Office};
    /// use fondaco_inventory::Stock;
    /// use fondaco_store::Memory;
    ///
    /// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
    /// let stock = Stock::of(&office.acting_as("clerk-7"))?;
    /// assert_eq!(stock.actor().as_str(), "clerk-7");
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Driver::join`].
    pub fn of(office: &Office<'s>) -> Result<Stock<'s>, StoreError> {
        office.join(&ENGINE)?;
        Ok(Stock(office.clone()))
    }

    /// The office of this stock, for the handle of another engine.
    pub fn office(&self) -> &Office<'s> {
        &self.0
    }

    /// The same stock, for somebody who acts: [`Office::acting_as`].
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Stock<'s> {
        Stock(self.0.acting_as(actor))
    }

    /// The same stock under another clock: [`Office::with_clock`].
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Stock<'s> {
        Stock(self.0.with_clock(clock))
    }

    /// What holds for the whole stock.
    ///
    /// # Errors
    /// [`StockError::NotSetUp`].
    pub fn settings(&self) -> Result<Arc<Settings>, StockError> {
        self.view(|view| Settings::seen(view))
    }
}
