//! Adding items.

use fondaco_core::input::{check_code, check_line, check_tags};
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, ItemId, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CatalogueError, Category, Item, Tracking};
use crate::{QUANTITY_DIGITS, Settings, StockError, rights};

/// Adds items: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddItems {
    /// The items.
    pub items: Vec<Item>,
}

impl AddItems {
    /// Adds `items`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let nut = Item { category: Some("FASTENERS".into()), ..Item::new("M8-NUT", "Nut M8", Unit::PIECE) };
    /// stock.send("nut", &AddItems::new(vec![nut.clone()]))?;
    /// let again = stock.send("again", &AddItems::new(vec![nut])).unwrap_err();
    /// assert_eq!(
    ///     again.to_string(),
    ///     "item 0 (counted from 0): item M8-NUT exists already: choose another",
    /// );
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(items: Vec<Item>) -> AddItems {
        AddItems { items }
    }
}

impl Act for AddItems {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::ADD_ITEM)?;
        Settings::of(tx)?;
        let ids: Vec<ItemId> = self.items.iter().map(|item| item.id).collect();
        tx.need::<Item>(&ids)?;
        let categories: Vec<SmolStr> =
            self.items.iter().filter_map(|item| item.category.clone()).collect();
        tx.need::<Category>(&categories)?;
        for (at, item) in self.items.iter().enumerate() {
            add(tx, &authority, item.clone()).map_err(|error| error.at(at))?;
        }
        Ok(())
    }
}

/// Adds one item, if who acts may, and if it can be.
pub(crate) fn add(tx: &mut Tx<'_>, authority: &Authority, item: Item) -> Result<(), StockError> {
    check_item(&item)?;
    rights::allow_in_category(tx, authority, &item.code, item.category.as_ref())?;
    if let Some(same) = tx.get::<Item>(&item.id)? {
        return Err(exists("item", same.code.clone()));
    }
    check_names(tx, &item)?;
    check_category(tx, item.category.as_ref())?;
    check_variant(tx, &item)?;
    tx.emit(event("stock.item_added", &item));
    Ok(tx.insert(item)?)
}

/// An event of this module: what happened to which item.
pub(super) fn event(name: &'static str, item: &Item) -> Event {
    Event::new(name).with("item", item.id)
}

fn exists(what: &'static str, code: impl Into<SmolStr>) -> StockError {
    CatalogueError::Exists { what, code: code.into() }.into()
}

/// That no other item has its code or barcode. Costs no read: the commit decides.
pub(super) fn check_names(tx: &mut Tx<'_>, item: &Item) -> Result<(), StockError> {
    let holder = tx.unique(Item::BY_CODE, &item.code)?;
    if holder.is_some_and(|holder| holder.id != item.id) {
        return Err(exists("item code", item.code.clone()));
    }
    let Some(barcode) = &item.barcode else { return Ok(()) };
    let holder = tx.unique(Item::BY_BARCODE, barcode)?;
    if holder.is_some_and(|holder| holder.id != item.id) {
        return Err(exists("barcode", barcode.clone()));
    }
    Ok(())
}

/// That something can come into a category. The decision rests on it.
pub(super) fn check_category(
    tx: &mut Tx<'_>,
    category: Option<&SmolStr>,
) -> Result<(), StockError> {
    let Some(code) = category else { return Ok(()) };
    let unknown = || CatalogueError::UnknownCategory { category: code.clone() };
    let category = tx.require::<Category, StockError>(code, || unknown().into())?;
    if category.closed {
        return Err(CatalogueError::Closed { what: "category", code: code.clone() }.into());
    }
    Ok(())
}

/// That a variant is one of a template, and told from the others. The decision rests on all of them.
pub(super) fn check_variant(tx: &mut Tx<'_>, item: &Item) -> Result<(), StockError> {
    let Some(of) = item.variant_of else { return Ok(()) };
    let template = existing(tx, of)?;
    if !template.template {
        return Err(bad(
            item,
            "variant_of",
            "is no template: mark that item as one, or name another",
        ));
    }
    let others = tx.scan(&Range::by(Item::BY_VARIANT_OF, &of))?;
    let same =
        |other: &&std::sync::Arc<Item>| other.id != item.id && other.attributes == item.attributes;
    if let Some(other) = others.iter().find(same) {
        let (template, variant) = (template.code.clone(), other.code.clone());
        return Err(CatalogueError::VariantExists { template, variant }.into());
    }
    Ok(())
}

/// An item that is there. The decision rests on it.
pub(crate) fn existing(tx: &mut Tx<'_>, item: ItemId) -> Result<std::sync::Arc<Item>, StockError> {
    tx.require(&item, || CatalogueError::UnknownItem { item }.into())
}

pub(super) fn bad(item: &Item, field: &'static str, why: &'static str) -> StockError {
    CatalogueError::BadItem { code: item.code.clone(), field, why }.into()
}

/// What is wrong with an item by itself.
pub(super) fn check_item(item: &Item) -> Result<(), StockError> {
    check_code("item code", &item.code)?;
    check_line("item name", &item.name)?;
    item.barcode.as_ref().map_or(Ok(()), |barcode| check_code("barcode", barcode))?;
    check_tags("attributes", &item.attributes)?;
    check_tags("tags", &item.tags)?;
    if item.digits.is_some_and(|digits| digits > QUANTITY_DIGITS) {
        return Err(bad(item, "digits", "are more than 6: quantities are kept to 6 digits"));
    }
    check_tracking(item)?;
    check_weighing(item)?;
    check_family(item)
}

fn check_tracking(item: &Item) -> Result<(), StockError> {
    match item.tracking {
        Tracking::Serial if item.digits() != 0 => {
            let why = "are more than 0, but a serial number is one whole unit: set them to 0";
            Err(bad(item, "digits", why))
        }
        Tracking::None if item.shelf_life_days.is_some() => {
            let why =
                "needs lots, which have the days of expiry: track the item by lot, or leave it out";
            Err(bad(item, "shelf_life_days", why))
        }
        _ => Ok(()),
    }
}

/// The rule of catch weight, in whole.
fn check_weighing(item: &Item) -> Result<(), StockError> {
    let Some(unit) = item.weighed_in else {
        return match (item.nominal_weight, item.weight_tolerance) {
            (None, None) => Ok(()),
            _ => Err(bad(item, "weighed_in", "is not given: say in which unit it is weighed")),
        };
    };
    if unit == item.unit {
        return Err(bad(
            item,
            "weighed_in",
            "is the stock unit: what has one unit needs no second",
        ));
    }
    match (item.nominal_weight, item.weight_tolerance) {
        (None, None) => Ok(()),
        (Some(weight), Some(_)) if weight.unit() == unit => {
            item.catch_rule().map(drop).map_err(Into::into)
        }
        (Some(_), Some(_)) => {
            Err(bad(item, "nominal_weight", "is in another unit than weighed_in: give it in that"))
        }
        (Some(_), None) => Err(bad(
            item,
            "weight_tolerance",
            "is not given: say how far a weighing may be off, such as 5%",
        )),
        (None, Some(_)) => {
            Err(bad(item, "nominal_weight", "is not given: say what one unit should weigh"))
        }
    }
}

/// A template and its variants.
fn check_family(item: &Item) -> Result<(), StockError> {
    match (item.template, item.variant_of) {
        (true, Some(_)) => Err(bad(
            item,
            "template",
            "is a variant itself: give it attributes more, or no variants",
        )),
        (false, Some(of)) if of == item.id => {
            Err(bad(item, "variant_of", "is the item itself: name its template"))
        }
        (false, Some(_)) if item.attributes.is_empty() => Err(bad(
            item,
            "attributes",
            "are none: say what tells the variant from the others, such as size",
        )),
        (_, None) if !item.attributes.is_empty() => Err(bad(
            item,
            "attributes",
            "are a variant's: name its template in variant_of, or use tags",
        )),
        _ => Ok(()),
    }
}
