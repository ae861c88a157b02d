//! Finding items, categories and lots.

use std::sync::Arc;

use fondaco_core::tree;
use fondaco_core::{Conversions, Halt, Id, ItemId, Quantity, Range, Reading};
use smol_str::{SmolStr, format_smolstr};

use super::{CatalogueError, Category, Item, ItemUnit, Lot, Ownership};
use crate::{Qty, Stock, StockError};

/// Which items a list shows: all that every field that is set lets through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemQuery {
    /// Those whose code begins so.
    pub code: SmolStr,
    /// Those in this category, or in one under it.
    pub category: Option<SmolStr>,
    /// The variants of this template.
    pub variant_of: Option<ItemId>,
    /// Closed ones too.
    pub closed: bool,
}

impl ItemQuery {
    /// The open items whose code begins so; of an empty text, all.
    pub fn code(code: impl Into<SmolStr>) -> ItemQuery {
        ItemQuery { code: code.into(), ..ItemQuery::default() }
    }

    /// The open items in a category, or in one under it.
    pub fn category(category: impl Into<SmolStr>) -> ItemQuery {
        ItemQuery { category: Some(category.into()), ..ItemQuery::default() }
    }

    fn takes(&self, item: &Item) -> bool {
        item.code.starts_with(self.code.as_str())
            && (self.closed || !item.closed)
            && self.variant_of.is_none_or(|of| item.variant_of == Some(of))
    }
}

/// The items that a query lets through, by code.
///
/// # Errors
/// [`CatalogueError::UnknownCategory`], or a [`Halt`].
pub fn items(read: &mut impl Reading, query: &ItemQuery) -> Result<Vec<Arc<Item>>, StockError> {
    let mut found = match (&query.category, query.variant_of) {
        (Some(category), _) => in_category(read, category)?,
        (None, Some(of)) => read.peek_scan(&Range::by(Item::BY_VARIANT_OF, &of))?,
        (None, None) => by_code(read, query)?,
    };
    found.retain(|item| query.takes(item));
    found.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(found)
}

/// Through the index: what begins so lies together, before all that goes on behind the last of all characters.
fn by_code(read: &mut impl Reading, query: &ItemQuery) -> Result<Vec<Arc<Item>>, Halt> {
    let all = Range::<Item>::by(Item::BY_CODE, &());
    if query.code.is_empty() {
        return read.peek_scan(&all);
    }
    let behind = format_smolstr!("{}{}", query.code, char::MAX);
    read.peek_scan(&all.from(&query.code).before(&behind))
}

/// All items in a category, or in one under it.
fn in_category(read: &mut impl Reading, category: &SmolStr) -> Result<Vec<Arc<Item>>, StockError> {
    let unknown = || CatalogueError::UnknownCategory { category: category.clone() };
    read.peek_require::<Category, StockError>(category, || unknown().into())?;
    let below = tree::below::<Category>(read, category)?;
    let codes = std::iter::once(category).chain(below.iter().map(|row| &row.code));
    let ranges: Vec<Range<Item>> = codes.map(|code| Range::by(Item::BY_CATEGORY, code)).collect();
    Ok(read.peek_scans(&ranges)?.into_iter().flatten().collect())
}

/// The item of this code.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn item_by_code(read: &mut impl Reading, code: &SmolStr) -> Result<Option<Arc<Item>>, Halt> {
    Ok(read.peek_scan(&Range::by(Item::BY_CODE, code).limit(1))?.into_iter().next())
}

/// The item of this barcode.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn item_by_barcode(
    read: &mut impl Reading,
    barcode: &SmolStr,
) -> Result<Option<Arc<Item>>, Halt> {
    Ok(read.peek_scan(&Range::by(Item::BY_BARCODE, barcode).limit(1))?.into_iter().next())
}

/// The item of this id.
///
/// # Errors
/// [`CatalogueError::UnknownItem`], or a [`Halt`].
pub fn item(read: &mut impl Reading, item: ItemId) -> Result<Arc<Item>, StockError> {
    read.peek_require(&item, || CatalogueError::UnknownItem { item }.into())
}

/// How the units of an item convert.
///
/// # Errors
/// [`CatalogueError::UnknownItem`], or a [`Halt`].
pub fn conversions(read: &mut impl Reading, id: ItemId) -> Result<Conversions, StockError> {
    let item = item(read, id)?;
    let units = read.peek_scan(&Range::<ItemUnit>::by_key(&id))?;
    Ok(item.conversions(units.iter().map(|unit| unit.conversion))?)
}

/// A quantity as it is stored, in the item's stock unit.
///
/// # Errors
/// [`CatalogueError::UnknownItem`]; a quantity that doesn't convert, has too many digits or is too large; or a [`Halt`].
pub fn stored_quantity(
    read: &mut impl Reading,
    id: ItemId,
    quantity: Quantity,
) -> Result<Qty, StockError> {
    let item = item(read, id)?;
    if quantity.unit() == item.unit {
        return Ok(item.stored(quantity)?);
    }
    Ok(item.stored(conversions(read, id)?.convert(quantity, item.unit)?)?)
}

/// The lot of this id.
///
/// # Errors
/// [`CatalogueError::UnknownLot`], or a [`Halt`].
pub fn lot(read: &mut impl Reading, lot: Id<Lot>) -> Result<Arc<Lot>, StockError> {
    read.peek_require(&lot, || CatalogueError::UnknownLot { lot }.into())
}

/// The lot or serial number of an item: the company's own, where there are others of this number too.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn lot_by_code(
    read: &mut impl Reading,
    item: ItemId,
    code: &SmolStr,
) -> Result<Option<Arc<Lot>>, Halt> {
    let mut lots = lots_by_code(read, item, code)?;
    let own = lots.iter().position(|lot| lot.ownership == Ownership::Own);
    Ok((!lots.is_empty()).then(|| lots.swap_remove(own.unwrap_or(0))))
}

/// The lots of an item with this number, one for each way of owning some of it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn lots_by_code(
    read: &mut impl Reading,
    item: ItemId,
    code: &SmolStr,
) -> Result<Vec<Arc<Lot>>, Halt> {
    read.peek_scan(&Range::by(Lot::BY_CODE, &(item, code.clone())))
}

/// The lots of an item, in the order in which they were recorded.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn lots(read: &mut impl Reading, item: ItemId) -> Result<Vec<Arc<Lot>>, Halt> {
    read.peek_scan(&Range::by(Lot::BY_ITEM, &item))
}

impl Stock<'_> {
    /// The items that a query lets through, by code.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock(); // the bolt is in BOLTS, under FASTENERS
    /// let codes = |query| Ok::<_, StockError>(stock.items(&query)?.iter().map(|item| item.code.to_string()).collect::<Vec<_>>());
    /// assert_eq!(codes(ItemQuery::category("FASTENERS"))?, ["M8x40"]);
    /// assert_eq!(codes(ItemQuery::code("FL"))?, ["FLOUR-550"]);
    /// assert_eq!(codes(ItemQuery::default())?, ["FLOUR-550", "M8x40"]);
    /// # Ok::<(), StockError>(())
    /// ```
    ///
    /// # Errors
    /// As [`items`].
    pub fn items(&self, query: &ItemQuery) -> Result<Vec<Arc<Item>>, StockError> {
        self.view(|view| items(view, query))
    }

    /// The item of this id.
    ///
    /// # Errors
    /// As [`item`].
    pub fn item(&self, id: ItemId) -> Result<Arc<Item>, StockError> {
        self.view(|view| item(view, id))
    }

    /// The item of this code.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn item_by_code(&self, code: &str) -> Result<Option<Arc<Item>>, StockError> {
        self.view(|view| Ok(item_by_code(view, &code.into())?))
    }

    /// The item of this barcode.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn item_by_barcode(&self, barcode: &str) -> Result<Option<Arc<Item>>, StockError> {
        self.view(|view| Ok(item_by_barcode(view, &barcode.into())?))
    }

    /// How the units of an item convert.
    ///
    /// # Errors
    /// As [`conversions`].
    pub fn conversions(&self, item: ItemId) -> Result<Conversions, StockError> {
        self.view(|view| conversions(view, item))
    }

    /// All categories, by code.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn categories(&self) -> Result<Vec<Arc<Category>>, StockError> {
        self.view(|view| Ok(view.peek_scan(&Range::<Category>::all())?))
    }

    /// The lot of this id.
    ///
    /// # Errors
    /// As [`lot`].
    pub fn lot(&self, id: Id<Lot>) -> Result<Arc<Lot>, StockError> {
        self.view(|view| lot(view, id))
    }

    /// The lot or serial number of an item: the company's own, where there are others of this number too.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn lot_by_code(&self, item: ItemId, code: &str) -> Result<Option<Arc<Lot>>, StockError> {
        self.view(|view| Ok(lot_by_code(view, item, &code.into())?))
    }

    /// The lots of an item, in the order in which they were recorded.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn lots(&self, item: ItemId) -> Result<Vec<Arc<Lot>>, StockError> {
        self.view(|view| Ok(lots(view, item)?))
    }
}
