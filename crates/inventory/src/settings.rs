//! What holds for the whole stock of a company.

use std::sync::Arc;

use fondaco_core::engine::Part;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Field, Record};
use fondaco_core::{Act, Currency, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::items::Item;
use crate::places::Site;
use crate::{StockError, VALUE_DIGITS, rights};

/// What the engine has of settings.
pub(crate) static PART: Part = Part::new(&[Settings::TABLE]).permissions(&[&rights::SET_UP]);

/// Whether there may be less than none of something: goods that went out before their receipt was recorded.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BelowZero {
    /// No: what is not there does not go out.
    #[default]
    Refuse,
    /// Yes: the next receipt makes up for it. What is promised is there, and stays for whom it is promised to.
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
        tx.require(&Settings::key(), || StockError::NotSetUp)
    }

    /// The settings as a report reads them.
    ///
    /// # Errors
    /// As [`Settings::of`].
    pub fn seen(read: &mut impl Reading) -> Result<Arc<Settings>, StockError> {
        read.peek_require(&Settings::key(), || StockError::NotSetUp)
    }
}

/// Sets the stock up: once, before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUpStock {
    /// The currency in which it is valued.
    pub currency: Currency,
    /// See [`Settings::value_digits`]; as the currency's when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_digits: Option<u8>,
    /// See [`Settings::below_zero`].
    #[serde(default)]
    pub below_zero: BelowZero,
}

impl SetUpStock {
    /// Stock that is valued in `currency`, to its digits, and never below zero.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// let stock = Stock::open(Memory::new(), CompanyId::named("acme"))?;
    /// stock.send("set up", &SetUpStock::new(Currency::EUR))?;
    /// let twice = stock.send("set up again", &SetUpStock::new(Currency::USD));
    /// assert_eq!(twice.unwrap_err().code(), "inventory.already_set_up");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(currency: Currency) -> SetUpStock {
        SetUpStock { currency, value_digits: None, below_zero: BelowZero::Refuse }
    }

    /// To how many digits values are kept.
    fn digits(&self) -> Result<u8, StockError> {
        let bad = |why| StockError::BadSetting { field: "value_digits", why };
        let Some(least) = self.currency.minor_units().and_then(|digits| u8::try_from(digits).ok())
        else {
            let why = "can't be told: the currency has no minor unit, and stock is valued in money";
            return Err(bad(why));
        };
        match self.value_digits.unwrap_or(least) {
            digits if digits > VALUE_DIGITS => {
                Err(bad("are more than 4: values are kept to 4 digits"))
            }
            digits if digits < least => {
                Err(bad("are fewer than the currency has: leave them out, or give more"))
            }
            digits => Ok(digits),
        }
    }
}

impl Act for SetUpStock {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        if let Some(settings) = tx.get::<Settings>(&Settings::key())? {
            return Err(StockError::AlreadySetUp { currency: settings.currency });
        }
        let (value_digits, currency, below_zero) = (self.digits()?, self.currency, self.below_zero);
        tx.emit(Event::new("stock.set_up").with("currency", currency));
        Ok(tx.insert(Settings { stock: Settings::key(), currency, value_digits, below_zero })?)
    }
}

/// Changes what holds for the whole stock. What is there already stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeStockSettings {
    /// See [`Settings::below_zero`].
    pub below_zero: BelowZero,
}

impl ChangeStockSettings {
    /// Says whether there may be less than none of something.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// stock.send("allow", &ChangeStockSettings::below_zero(BelowZero::Allow))?;
    /// assert_eq!(stock.settings()?.below_zero, BelowZero::Allow);
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn below_zero(below_zero: BelowZero) -> ChangeStockSettings {
        ChangeStockSettings { below_zero }
    }
}

impl Act for ChangeStockSettings {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        let before = Settings::of(tx)?;
        if before.below_zero != self.below_zero {
            tx.emit(
                Event::new("stock.settings_changed").with("below_zero", self.below_zero.code()),
            );
            tx.put(Settings { below_zero: self.below_zero, ..before.as_ref().clone() })?;
        }
        Ok(())
    }
}

/// Whether there may be less than none of an item at a site: the item says so, else the site, else the company.
///
/// ```
/// use fondaco_core::Unit;
/// use fondaco_inventory::BelowZero::{Allow, Refuse};
/// use fondaco_inventory::items::Item;
/// use fondaco_inventory::places::Site;
/// use fondaco_inventory::below_zero;
/// let (bolt, van) = (Item::new("M8x40", "Bolt", Unit::PIECE), Site::new("VAN", "Van"));
/// assert_eq!(below_zero(&bolt, &van, Refuse), Refuse);
/// let van = Site { below_zero: Some(Allow), ..van };
/// assert_eq!(below_zero(&bolt, &van, Refuse), Allow);
/// let gold = Item { below_zero: Some(Refuse), ..bolt };
/// assert_eq!(below_zero(&gold, &van, Allow), Refuse);
/// ```
pub fn below_zero(item: &Item, site: &Site, company: BelowZero) -> BelowZero {
    item.below_zero.or(site.below_zero).unwrap_or(company)
}
