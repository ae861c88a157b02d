//! Changing, closing and reopening items.

use fondaco_core::store::Tags;
use fondaco_core::{Act, ItemId, Quantity, Range, Rate, Tx, Unit};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::add::{check_category, check_item, check_names, check_variant, event, existing};
use super::{CatalogueError, Item, ItemUnit, Lot, Ownership, Tracking};
use crate::change::{Change, set};
use crate::settings::BelowZero;
use crate::value::CostedBefore;
use crate::{StockError, held, rights};

/// Changes an item. What is left out stays.
///
/// Its stock unit, how it is tracked and weighed, whose it is, and that it may have fewer digits than before, can change only while it was never moved: what was recorded would
/// say something else afterwards.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// let bolt = ItemId::named("M8x40");
/// let renamed = ChangeItem {
///     name: Some("Hexagon bolt M8 x 40".into()),
///     barcode: Change::To("4006381333931".into()),
///     ..ChangeItem::of(bolt)
/// };
/// stock.send("rename", &renamed)?;
/// assert_eq!(stock.item(bolt)?.name, "Hexagon bolt M8 x 40");
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeItem {
    /// Which item.
    pub item: ItemId,
    /// See [`Item::code`].
    #[serde(default)]
    pub code: Option<SmolStr>,
    /// See [`Item::name`].
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// See [`Item::unit`].
    #[serde(default)]
    pub unit: Option<Unit>,
    /// See [`Item::digits`](struct@Item).
    #[serde(default)]
    pub digits: Change<u8>,
    /// See [`Item::barcode`].
    #[serde(default)]
    pub barcode: Change<SmolStr>,
    /// See [`Item::category`].
    #[serde(default)]
    pub category: Change<SmolStr>,
    /// See [`Item::attributes`].
    #[serde(default)]
    pub attributes: Option<Tags>,
    /// See [`Item::tracking`].
    #[serde(default)]
    pub tracking: Option<Tracking>,
    /// See [`Item::shelf_life_days`]. Lots that are there keep their days.
    #[serde(default)]
    pub shelf_life_days: Change<u32>,
    /// See [`Item::weighed_in`].
    #[serde(default)]
    pub weighed_in: Change<Unit>,
    /// See [`Item::nominal_weight`].
    #[serde(default)]
    pub nominal_weight: Change<Quantity>,
    /// See [`Item::weight_tolerance`].
    #[serde(default)]
    pub weight_tolerance: Change<Rate>,
    /// See [`Item::ownership`].
    #[serde(default)]
    pub ownership: Option<Ownership>,
    /// See [`Item::below_zero`].
    #[serde(default)]
    pub below_zero: Change<BelowZero>,
    /// See [`Item::tags`]: all of them, as they are from now on.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl ChangeItem {
    /// No change yet.
    pub fn of(item: ItemId) -> ChangeItem {
        ChangeItem {
            item,
            code: None,
            name: None,
            unit: None,
            digits: Change::Keep,
            barcode: Change::Keep,
            category: Change::Keep,
            attributes: None,
            tracking: None,
            shelf_life_days: Change::Keep,
            weighed_in: Change::Keep,
            nominal_weight: Change::Keep,
            weight_tolerance: Change::Keep,
            ownership: None,
            below_zero: Change::Keep,
            tags: None,
        }
    }

    /// The item as it is from now on.
    fn apply(&self, item: &mut Item) {
        set(&mut item.code, &self.code);
        set(&mut item.name, &self.name);
        set(&mut item.unit, &self.unit);
        self.digits.apply(&mut item.digits);
        self.barcode.apply(&mut item.barcode);
        self.category.apply(&mut item.category);
        set(&mut item.attributes, &self.attributes);
        set(&mut item.tracking, &self.tracking);
        self.shelf_life_days.apply(&mut item.shelf_life_days);
        self.weighed_in.apply(&mut item.weighed_in);
        self.nominal_weight.apply(&mut item.nominal_weight);
        self.weight_tolerance.apply(&mut item.weight_tolerance);
        set(&mut item.ownership, &self.ownership);
        self.below_zero.apply(&mut item.below_zero);
        set(&mut item.tags, &self.tags);
    }
}

impl Act for ChangeItem {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_ITEM)?;
        let before = existing(tx, self.item)?;
        rights::allow_in_category(tx, &authority, &before.code, before.category.as_ref())?;
        let mut item = before.as_ref().clone();
        self.apply(&mut item);
        if item == *before {
            return Ok(());
        }
        check_item(&item)?;
        check_names(tx, &item)?;
        let recategorized = item.category != before.category;
        if recategorized {
            // Who takes an item out of one category puts it into another: both must be his.
            rights::allow_in_category(tx, &authority, &item.code, item.category.as_ref())?;
            check_category(tx, item.category.as_ref())?;
        }
        if item.attributes != before.attributes {
            check_variant(tx, &item)?;
        }
        check_unmoved(tx, &before, &item)?;
        let costed = if recategorized { Some(CostedBefore::item(tx, &before)?) } else { None };
        tx.emit(event("stock.item_changed", &item));
        tx.put(item)?;
        costed.map_or(Ok(()), |before| before.check(tx))
    }
}

/// That what has been moved stays what it was.
fn check_unmoved(tx: &mut Tx<'_>, before: &Item, after: &Item) -> Result<(), StockError> {
    let weighing = |item: &Item| item.weighed_in;
    let changed = [
        ("unit", before.unit != after.unit),
        ("digits", after.digits() < before.digits()),
        ("tracking", before.tracking != after.tracking),
        ("weighed_in", weighing(before) != weighing(after)),
        ("ownership", before.ownership != after.ownership),
    ];
    let fail = |field, why: &str| {
        let (code, why) = (before.code.clone(), why.to_owned());
        Err(CatalogueError::CannotChange { what: "item", code, field, why }.into())
    };
    let Some((field, _)) = changed.into_iter().find(|(_, changed)| *changed) else { return Ok(()) };
    if held::was_moved(tx, before)? {
        return fail(field, "it has been moved: close it, and add another item for what comes");
    }
    let lots = tx.scan(&Range::by(Lot::BY_ITEM, &before.id).limit(1))?;
    if before.tracking != after.tracking && !lots.is_empty() {
        return fail("tracking", "it has lots: close it, and add another item for what comes");
    }
    let units = tx.scan(&Range::<ItemUnit>::by_key(&before.id).limit(1))?;
    if before.unit != after.unit && !units.is_empty() {
        return fail("unit", "its conversions are to the old one: take them away first");
    }
    Ok(())
}

/// Closes an item: it takes no moves any more, and its reorder rules end. Nothing of it may be there, or on order; a template is closed
/// after its variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseItem {
    /// Which item.
    pub item: ItemId,
}

impl CloseItem {
    /// Closes `item`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let bolt = ItemId::named("M8x40");
    /// stock.send("close", &CloseItem::new(bolt))?;
    /// assert!(!stock.item(bolt)?.is_open());
    /// let twice = stock.send("close twice", &CloseItem::new(bolt)).unwrap_err();
    /// assert_eq!(twice.code(), "inventory.cannot_close");
    /// stock.send("reopen", &ReopenItem::new(bolt))?;
    /// assert!(stock.item(bolt)?.is_open());
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(item: ItemId) -> CloseItem {
        CloseItem { item }
    }
}

impl Act for CloseItem {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CLOSE_ITEM)?;
        let before = existing(tx, self.item)?;
        rights::allow_in_category(tx, &authority, &before.code, before.category.as_ref())?;
        if let Some(why) = why_not_close(tx, &before)? {
            let code = before.code.clone();
            return Err(CatalogueError::CannotClose { what: "item", code, why }.into());
        }
        held::end_rules_of(tx, before.id)?;
        tx.emit(event("stock.item_closed", &before));
        Ok(tx.put(Item { closed: true, ..before.as_ref().clone() })?)
    }
}

fn why_not_close(tx: &mut Tx<'_>, item: &Item) -> Result<Option<String>, StockError> {
    if item.closed {
        return Ok(Some("it is closed already".into()));
    }
    if item.template {
        let variants = tx.scan(&Range::by(Item::BY_VARIANT_OF, &item.id))?;
        if let Some(open) = variants.iter().find(|variant| !variant.closed) {
            return Ok(Some(format!("its variant {} is open: close that first", open.code)));
        }
    }
    held::keeps_item(tx, item)
}

/// Reopens a closed item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenItem {
    /// Which item.
    pub item: ItemId,
}

impl ReopenItem {
    /// Reopens `item`.
    pub fn new(item: ItemId) -> ReopenItem {
        ReopenItem { item }
    }
}

impl Act for ReopenItem {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CLOSE_ITEM)?;
        let before = existing(tx, self.item)?;
        rights::allow_in_category(tx, &authority, &before.code, before.category.as_ref())?;
        if !before.closed {
            return Ok(());
        }
        check_category(tx, before.category.as_ref())?;
        if let Some(of) = before.variant_of
            && let Some(template) = Some(existing(tx, of)?).filter(|template| template.closed)
        {
            let code = template.code.clone();
            return Err(CatalogueError::Closed { what: "item", code }.into());
        }
        tx.emit(event("stock.item_reopened", &before));
        Ok(tx.put(Item { closed: false, ..before.as_ref().clone() })?)
    }
}
