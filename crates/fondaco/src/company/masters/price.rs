//! Price lists: what an item costs by list, quantity and day.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Currency, ItemId, Quantity, Range, Rate, Tx, UnitPrice};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Item;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::document::stored_quantity;
use crate::company::setup::Settings;
use crate::company::{CompanyError, rights};

/// A price list: prices in one currency.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_price_list", kind = state, key(code))]
pub struct PriceList {
    /// Its code.
    pub code: SmolStr,
    /// Its currency.
    pub currency: Currency,
}

/// What an item costs, from a quantity and a day on.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "company_price", kind = state, key(list, item, from_quantity, from_date), guard(by_item(list, item)))]
pub struct Price {
    /// The list.
    pub list: SmolStr,
    /// The item.
    pub item: ItemId,
    /// The least quantity, in the item's stock unit.
    pub from_quantity: Qty,
    /// The first day.
    pub from_date: NaiveDate,
    /// The last day; `None` until a later one begins.
    pub until: Option<NaiveDate>,
    /// The price.
    pub price: UnitPrice,
    /// What is taken off it.
    pub discount: Option<Rate>,
}

/// A price to be set.
///
/// ```
/// use fondaco::company::NewPrice;
/// use fondaco::core::ItemId;
/// let price = NewPrice::new(ItemId::named("M8x40"), "12 EUR/100 pcs".parse()?, "2026-01-01".parse()?);
/// assert_eq!(price.from_quantity, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPrice {
    /// The item.
    pub item: ItemId,
    /// The price, for a unit that converts into the item's.
    pub price: UnitPrice,
    /// The first day.
    pub from_date: NaiveDate,
    /// The least quantity; any where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_quantity: Option<Quantity>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// What is taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Rate>,
}

impl NewPrice {
    /// Of an item, from a day on.
    pub fn new(item: ItemId, price: UnitPrice, from_date: NaiveDate) -> NewPrice {
        NewPrice { item, price, from_date, from_quantity: None, until: None, discount: None }
    }

    /// From a quantity on.
    #[must_use]
    pub fn from_quantity(self, quantity: Quantity) -> NewPrice {
        NewPrice { from_quantity: Some(quantity), ..self }
    }
}

/// Sets prices of a list; one of the same item, quantity and day changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPrices {
    /// The list.
    pub list: SmolStr,
    /// The prices, in one currency.
    pub prices: Vec<NewPrice>,
    /// Whether it is the list of who has none.
    #[serde(default)]
    pub for_all: bool,
}

impl SetPrices {
    /// Of a list.
    ///
    /// ```
    /// use fondaco::company::SetPrices;
    /// assert!(SetPrices::new("RETAIL", vec![]).for_all().for_all);
    /// ```
    pub fn new(list: impl Into<SmolStr>, prices: Vec<NewPrice>) -> SetPrices {
        SetPrices { list: list.into(), prices, for_all: false }
    }

    /// Who has no list has this one.
    #[must_use]
    pub fn for_all(self) -> SetPrices {
        SetPrices { for_all: true, ..self }
    }

    fn check_list(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let document: SmolStr = format!("price list {}", self.list).into();
        let known = tx.get::<PriceList>(&self.list)?.map(|list| list.currency);
        let first = self.prices.first().map(|new| new.price.currency());
        let Some(expected) = known.or(first) else { return Ok(()) };
        for new in &self.prices {
            if new.price.currency() != expected {
                let given = new.price.currency();
                return Err(CompanyError::OtherCurrency { document, given, expected });
            }
        }
        if known.is_none() {
            tx.insert(PriceList { code: self.list.clone(), currency: expected })?;
        }
        Ok(())
    }
}

impl Act for SetPrices {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::KEEP_PRICES))?;
        let settings = Settings::of(tx)?;
        self.check_list(tx)?;
        for (index, new) in self.prices.iter().enumerate() {
            let row = row(tx, &self.list, new).map_err(|error| error.at(index))?;
            tx.upsert(row)?;
        }
        if self.for_all && settings.price_list.as_ref() != Some(&self.list) {
            let price_list = Some(self.list.clone());
            tx.put(Settings { price_list, ..settings.as_ref().clone() })?;
        }
        let event = Event::new("company.prices_set").with("list", self.list.clone());
        tx.emit(event.with("prices", self.prices.len() as i64));
        Ok(())
    }
}

fn row(tx: &mut Tx<'_>, list: &SmolStr, new: &NewPrice) -> Result<Price, CompanyError> {
    let item = existing_item(tx, new.item)?;
    let document: SmolStr = format!("price list {list}").into();
    let from_quantity = match new.from_quantity {
        Some(quantity) => stored_quantity(tx, &item, quantity, (&document, 0))?,
        None => Qty::ZERO,
    };
    check_price(&document, (0, new.price), new.discount)?;
    Ok(Price {
        list: list.clone(),
        item: new.item,
        from_quantity,
        from_date: new.from_date,
        until: new.until,
        price: new.price,
        discount: new.discount,
    })
}

/// A price below zero and more than all taken off are mistakes: what is given back is a credit.
pub(crate) fn check_price(
    document: &SmolStr,
    (line, price): (u32, UnitPrice),
    discount: Option<Rate>,
) -> Result<(), CompanyError> {
    let document = document.clone();
    if price.money().is_negative() {
        let value = price.to_string();
        return Err(CompanyError::NotPositive { document, line, field: "price", value });
    }
    match discount.filter(|rate| rate.factor() > rust_decimal::Decimal::ONE) {
        Some(rate) => Err(CompanyError::TooMuchOff { document, line, discount: rate.to_string() }),
        None => Ok(()),
    }
}

fn existing_item(tx: &mut Tx<'_>, item: ItemId) -> Result<Arc<Item>, CompanyError> {
    let unknown =
        || CompanyError::Unknown { what: "item", code: smol_str::ToSmolStr::to_smolstr(&item) };
    tx.require::<Item, CompanyError>(&item, unknown)
}

/// The price that holds for a quantity on a day: of the greatest quantity that is reached, the one that began last.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    (list, item): (&SmolStr, ItemId),
    quantity: Qty,
    date: NaiveDate,
) -> Result<Option<Arc<Price>>, CompanyError> {
    let prices = tx.scan(&Range::<Price>::by_key(&(list.clone(), item)))?;
    let holds = |price: &Arc<Price>| {
        price.from_quantity <= quantity
            && price.from_date <= date
            && price.until.is_none_or(|until| date <= until)
    };
    let found = prices.into_iter().filter(holds);
    Ok(found.max_by_key(|price| (price.from_quantity, price.from_date)))
}
