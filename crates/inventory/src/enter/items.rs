//! Entering items.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::policy::Authority;
use fondaco_core::{Act, Conversion, ItemId, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{EnterError, Entered, Taking, check_count, take};
use crate::items::{Item, ItemUnit, add, check_conversions};
use crate::moves::Map;
use crate::{Settings, StockError, rights};

/// An item with what its units are to one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// The item.
    pub item: Item,
    /// So much in one unit is so much in another: `1 carton = 12 pcs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversions: Vec<Conversion>,
}

impl From<Item> for NewItem {
    fn from(item: Item) -> NewItem {
        NewItem { item, conversions: Vec::new() }
    }
}

/// Adds items that are not there yet, and says of each that is refused why. One that is there, with the same name, unit, category, barcode
/// and tracking, is left alone as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterItems {
    /// The items, at most 100,000.
    pub items: Vec<NewItem>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl EnterItems {
    /// Adds all of these that are not there yet, or none.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// use fondaco_inventory::enter::{EnterItems, Taking};
    ///
    /// # let stock = stock();
    /// let nut = Item::new("M8-NUT", "Nut M8", Unit::PIECE);
    /// let other = Item::new("M8x40", "Something else", Unit::PIECE); // the bolt is there
    /// let enter = EnterItems { taking: Taking::GoodOnes, ..EnterItems::new(vec![nut.into(), other.into()]) };
    /// let entered = stock.send("from the old program", &enter)?.answer;
    /// assert_eq!((entered.entered, entered.refused[0].code.as_str()), (1, "inventory.other_item"));
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(items: Vec<NewItem>) -> EnterItems {
        EnterItems { items, taking: Taking::AllOrNothing }
    }
}

impl Act for EnterItems {
    type Answer = Entered;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, StockError> {
        let authority = tx.authority(&rights::ADD_ITEM)?;
        Settings::of(tx)?;
        check_count(self.items.len())?;
        let known = by_code(tx, self.items.iter().map(|new| &new.item.code))?;
        let ids: Vec<ItemId> = self.items.iter().map(|new| new.item.id).collect();
        tx.need::<Item>(&ids)?;
        take(tx, self.taking, |tx| {
            let (mut entered, mut met) = (Entered::default(), BTreeSet::new());
            for (at, new) in self.items.iter().enumerate() {
                let done = tx.attempt(|tx| {
                    let code = &new.item.code;
                    if !met.insert(code) {
                        return Err(EnterError::EnteredTwice { code: code.clone() }.into());
                    }
                    enter(tx, &authority, new, known.get(code))
                })?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

/// The items that have these codes now. The decision rests on each that is found; who takes a code meanwhile clashes with it.
pub(super) fn by_code<'c>(
    tx: &mut Tx<'_>,
    codes: impl Iterator<Item = &'c SmolStr>,
) -> Result<Map<SmolStr, Arc<Item>>, StockError> {
    let codes: BTreeSet<&SmolStr> = codes.collect();
    let ranges: Vec<_> =
        codes.iter().map(|code| Range::by(Item::BY_CODE, *code).limit(1)).collect();
    let found = tx.peek_scans(&ranges)?;
    let ids: Vec<ItemId> = found.iter().flatten().map(|item| item.id).collect();
    let items = tx.get_many::<Item>(&ids)?.into_iter().flatten();
    Ok(items.map(|item| (item.code.clone(), item)).collect())
}

/// Adds an item; whether it was not there yet.
fn enter(
    tx: &mut Tx<'_>,
    authority: &Authority,
    new: &NewItem,
    known: Option<&Arc<Item>>,
) -> Result<bool, StockError> {
    if let Some(known) = known {
        rights::allow_in_category(tx, authority, &known.code, known.category.as_ref())?;
        return match difference(known, &new.item) {
            None => Ok(false),
            Some(field) => Err(EnterError::OtherItem { code: known.code.clone(), field }.into()),
        };
    }
    add(tx, authority, new.item.clone())?;
    check_conversions(&new.item, &new.conversions)?;
    let mut units = BTreeSet::new();
    for conversion in &new.conversions {
        let unit = ItemUnit::new(new.item.id, *conversion);
        if units.insert((unit.from, unit.to)) {
            tx.upsert(unit)?;
        }
    }
    Ok(true)
}

/// In what an item differs from one that is there, of what a list says of it.
fn difference(known: &Item, new: &Item) -> Option<&'static str> {
    let fields = [
        ("name", known.name == new.name),
        ("unit", known.unit == new.unit),
        ("category", known.category == new.category),
        ("barcode", known.barcode == new.barcode),
        ("tracking", known.tracking == new.tracking),
    ];
    fields.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}
