//! What holds for the whole stock of a company.

use std::sync::Arc;

use fondaco_core::store::{Field, Record};
use fondaco_core::{Currency, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::StockError;

/// Whether there may be less than none of something: goods that went out before their receipt was recorded.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BelowZero {
    /// No: what is not there does not go out.
    #[default]
    Refuse,
    /// Yes: the next receipt makes up for it.
    Allow,
}

/// The settings of a company's stock: one row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_settings", kind = state, key(stock))]
pub struct Settings {
    /// Which stock: `main`.
    pub stock: SmolStr,
    /// The currency in which it is valued.
    pub currency: Currency,
    /// To how many digits after the point values are kept, at most 4: those of the currency, or more.
    pub value_digits: u8,
    /// Whether there may be less than none of something, unless its item or the site says otherwise.
    pub below_zero: BelowZero,
}

impl Settings {
    /// The key of the one stock.
    pub fn key() -> SmolStr {
        SmolStr::new_static("main")
    }

    /// The settings, for a decision that rests on them.
    ///
    /// # Errors
    /// [`StockError::NotSetUp`], or a [`Halt`](fondaco_core::Halt) to be passed on.
    pub fn of(tx: &mut Tx<'_>) -> Result<Arc<Settings>, StockError> {
        tx.get::<Settings>(&Settings::key())?.ok_or(StockError::NotSetUp)
    }

    /// The settings as a report reads them.
    ///
    /// # Errors
    /// As [`Settings::of`].
    pub fn seen(read: &mut impl Reading) -> Result<Arc<Settings>, StockError> {
        read.peek::<Settings>(&Settings::key())?.ok_or(StockError::NotSetUp)
    }
}
