//! Items as they are stored, and the conversions of their units.

use fondaco_core::quantity::CatchRule;
use fondaco_core::store::{Field, Record, Tags};
use fondaco_core::{
    Conversion, Conversions, Dimension, ItemId, Quantity, QuantityError, Rate, Unit,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::settings::BelowZero;
use crate::{QUANTITY_DIGITS, Qty};

/// How the pieces of an item are told apart.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Tracking {
    /// Not at all: one is as good as another.
    #[default]
    None,
    /// By lots: what was made or bought together.
    Lot,
    /// Piece by piece: each is a lot of one, and its code a serial number.
    Serial,
}

/// Whose goods lie there.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// The company's own: they have a value in its books.
    #[default]
    Own,
    /// A supplier's, until they are used or sold: kept and counted, but worth nothing to the company yet.
    Consigned,
    /// A customer's, kept, repaired or worked on for him.
    Customer,
}

/// An item: goods that are kept, counted in one unit. It is also what `AddItems` is given.
///
/// ```
/// use fondaco_core::Unit;
/// use fondaco_inventory::items::{Item, Tracking};
///
/// let flour = Item {
///     tracking: Tracking::Lot,
///     shelf_life_days: Some(270),
///     ..Item::new("FLOUR-550", "Wheat flour, type 550", Unit::KILOGRAM)
/// };
/// assert!(flour.is_open() && flour.digits() == 6);
/// ```
#[derive(Record, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[record(
    table = "stock_item", kind = state, key(id),
    index(by_code(code), unique), index(by_barcode(barcode), unique),
    index(by_category(category)), index(by_variant_of(variant_of)),
    guard(by_category(category)), guard(by_variant_of(variant_of))
)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What names it in every engine, for ever.
    pub id: ItemId,
    /// What people call it by: an article number. No two items have the same.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// The stock unit: what it is counted in. Every quantity of it is stored in this unit.
    pub unit: Unit,
    /// How many digits after the point a quantity of it may have, at most 6; `None` for whole ones where the unit counts
    /// pieces, and 6 elsewhere: see [`Item::digits`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    /// What a scanner reads, such as a GTIN. No two items have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<SmolStr>,
    /// The category it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SmolStr>,
    /// Whether it only stands for its variants: nobody keeps a T-shirt without a size.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub template: bool,
    /// The template that it is a variant of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<ItemId>,
    /// What tells it from the other variants: size, colour.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub attributes: Tags,
    /// How its pieces are told apart.
    #[serde(default)]
    pub tracking: Tracking,
    /// For how many days it is good from the day it was made: gives lots their day of expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<u32>,
    /// For goods that are counted in one unit and weighed in another (catch weight): the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighed_in: Option<Unit>,
    /// What one stock unit should weigh, in the unit that it is weighed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominal_weight: Option<Quantity>,
    /// How far a weighing may be off the nominal weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_tolerance: Option<Rate>,
    /// Whose it is, where its lot does not say otherwise.
    #[serde(default)]
    pub ownership: Ownership,
    /// Whether there may be less than none of it; `None` for what the site or the company says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_zero: Option<BelowZero>,
    /// Whether it is no longer dealt in: it takes no moves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Whatever else the host tells apart.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Item {
    /// An item that is not tracked and the company's own, in no category. Its id is that of its code.
    ///
    /// ```
    /// use fondaco_core::{ItemId, Unit};
    /// use fondaco_inventory::items::Item;
    /// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
    /// assert_eq!((bolt.id, bolt.digits()), (ItemId::named("M8x40"), 0));
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>, unit: Unit) -> Item {
        let code = code.into();
        Item {
            id: ItemId::named(&code),
            code,
            name: name.into(),
            unit,
            digits: None,
            barcode: None,
            category: None,
            template: false,
            variant_of: None,
            attributes: Tags::default(),
            tracking: Tracking::None,
            shelf_life_days: None,
            weighed_in: None,
            nominal_weight: None,
            weight_tolerance: None,
            ownership: Ownership::Own,
            below_zero: None,
            closed: false,
            tags: Tags::default(),
        }
    }

    /// Whether it can be moved: it is not closed, and more than a template.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// use fondaco_inventory::items::Item;
    /// let shirt = Item { template: true, ..Item::new("SHIRT", "T-shirt", Unit::PIECE) };
    /// assert!(!shirt.is_open());
    /// ```
    pub fn is_open(&self) -> bool {
        !self.closed && !self.template
    }

    /// How many digits after the point a quantity of it may have.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// use fondaco_inventory::items::Item;
    /// let rope = Item { digits: Some(2), ..Item::new("ROPE", "Rope", Unit::METRE) };
    /// assert_eq!(rope.digits(), 2);
    /// ```
    pub fn digits(&self) -> u8 {
        let of_unit = match self.unit.dimension() {
            Some(Dimension::Count) => 0,
            _ => QUANTITY_DIGITS,
        };
        self.digits.unwrap_or(of_unit)
    }

    /// A quantity of it as it is stored: of its stock unit, in no finer digits than it may have.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// use fondaco_inventory::items::Item;
    /// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
    /// assert_eq!(bolt.stored(Quantity::parse("250 pcs")?)?.to_decimal(), 250.into());
    /// let half = bolt.stored(Quantity::parse("0.5 pcs")?).unwrap_err();
    /// assert_eq!(half.code(), "core.quantity_too_fine");
    /// assert_eq!(bolt.stored(Quantity::parse("1 kg")?).unwrap_err().code(), "core.unit_mismatch");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::UnitMismatch`], [`QuantityError::TooFine`], and [`QuantityError::Amount`] beyond what a column holds,
    /// 9.2 million million.
    pub fn stored(&self, quantity: Quantity) -> Result<Qty, QuantityError> {
        Quantity::zero(self.unit).compare(quantity)?;
        let digits = u32::from(self.digits());
        if quantity.amount().scale() > digits {
            return Err(QuantityError::TooFine { quantity, digits });
        }
        let beyond = fondaco_core::decimal::DecimalError::Overflow;
        quantity.to_fixed().ok_or(QuantityError::Amount(beyond))
    }

    /// A stored quantity with its unit.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// use fondaco_inventory::Qty;
    /// use fondaco_inventory::items::Item;
    /// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
    /// assert_eq!(bolt.quantity(Qty::from_units(250_000_000)).to_string(), "250 pcs");
    /// ```
    pub fn quantity(&self, stored: Qty) -> Quantity {
        Quantity::from_fixed(stored, self.unit)
    }

    /// Its conversions, to convert by: those that are stored as [`ItemUnit`]s, or others that shall come in their place.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// use fondaco_inventory::items::Item;
    /// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
    /// let units = bolt.conversions(["1 carton = 500 pcs".parse()?, "1 pcs = 0.02 kg".parse()?])?;
    /// assert_eq!(units.convert(Quantity::parse("2 carton")?, Unit::KILOGRAM)?.to_string(), "20 kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::with`].
    pub fn conversions(
        &self,
        given: impl IntoIterator<Item = Conversion>,
    ) -> Result<Conversions, QuantityError> {
        let none = Conversions::new().of_item(self.code.clone());
        given.into_iter().try_fold(none, Conversions::with)
    }

    /// How a weighing of it is judged; `None` when nothing says what it should weigh.
    ///
    /// ```
    /// use fondaco_core::{Rate, Unit};
    /// use fondaco_inventory::items::Item;
    /// let cheese = Item {
    ///     weighed_in: Some(Unit::KILOGRAM),
    ///     nominal_weight: Some("7.5 kg".parse()?),
    ///     weight_tolerance: Some(Rate::percent("5")?),
    ///     ..Item::new("CHEESE-12", "Cheese, 12 months", "wheel".parse()?)
    /// };
    /// let rule = cheese.catch_rule()?.ok_or("it is weighed")?;
    /// assert!(rule.weigh("12 wheel".parse()?, "903.5 kg".parse()?).is_err()); // mistyped
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`CatchRule::new`].
    pub fn catch_rule(&self) -> Result<Option<CatchRule>, QuantityError> {
        let (Some(nominal), Some(tolerance)) = (self.nominal_weight, self.weight_tolerance) else {
            return Ok(None);
        };
        let one = Quantity::new(1, self.unit);
        CatchRule::new(self.code.clone(), one, nominal, tolerance).map(Some)
    }
}

/// That so much of an item in one unit is so much in another: `1 carton = 12 pcs`, `1 pcs = 0.35 kg`.
///
/// What an item weighs and how much room it takes are conversions too: of its stock unit into kilograms and cubic metres.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_item_unit", kind = state, key(item, from, to), guard(by_item(item)))]
pub struct ItemUnit {
    /// The item.
    pub item: ItemId,
    /// The unit on the left.
    pub from: Unit,
    /// The unit on the right.
    pub to: Unit,
    /// Both quantities, as they were given.
    pub conversion: Conversion,
}

impl ItemUnit {
    /// A conversion of an item.
    ///
    /// ```
    /// use fondaco_core::ItemId;
    /// use fondaco_inventory::items::ItemUnit;
    /// let carton = ItemUnit::new(ItemId::named("M8x40"), "1 carton = 500 pcs".parse()?);
    /// assert_eq!((carton.from.code(), carton.to.code()), ("carton", "pcs"));
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn new(item: ItemId, conversion: Conversion) -> ItemUnit {
        let (from, to) = (conversion.left().unit(), conversion.right().unit());
        ItemUnit { item, from, to, conversion }
    }
}
