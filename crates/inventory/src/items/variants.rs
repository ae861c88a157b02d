//! Variants: one item for each combination of what they are told apart by.

use std::collections::BTreeSet;

use fondaco_core::store::Tags;
use fondaco_core::{Act, ItemId, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::add::{add, event, existing};
use super::{CatalogueError, Item};
use crate::{StockError, held, rights};

/// At most so many variants come of one command: more is a mistake in an axis.
const MAX_VARIANTS: usize = 10_000;

/// One thing that variants are told apart by, such as their size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// The attribute: `size`.
    pub name: SmolStr,
    /// What it may be, each with what it adds to the code.
    pub values: Vec<AxisValue>,
}

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisValue {
    /// What it adds to the variant's code: `M`.
    pub code: SmolStr,
    /// The value, as people read it: `medium`.
    pub value: SmolStr,
}

impl Axis {
    /// An attribute with its values, each a code and what people read.
    ///
    /// ```
    /// use fondaco_inventory::items::Axis;
    /// let size = Axis::new("size", [("S", "small"), ("M", "medium")]);
    /// assert_eq!(size.values[1].value, "medium");
    /// ```
    pub fn new<'a>(
        name: impl Into<SmolStr>,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Axis {
        let value =
            |(code, value): (&str, &str)| AxisValue { code: code.into(), value: value.into() };
        Axis { name: name.into(), values: values.into_iter().map(value).collect() }
    }
}

/// Makes an item a template, if it is none yet, and adds a variant for each combination of the axes that it has none for. A
/// variant has all that the template has, with a code and a name of its own: `SHIRT-M-RED`, "T-shirt, medium, red".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddVariants {
    /// The template.
    pub template: ItemId,
    /// What its variants are told apart by. Another value later is another command with the same axes.
    pub axes: Vec<Axis>,
}

impl AddVariants {
    /// Variants of `template`, one for each combination.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// stock.send("shirt", &AddItems::new(vec![Item::new("SHIRT", "T-shirt", Unit::PIECE)]))?;
    /// let axes = vec![
    ///     Axis::new("size", [("M", "medium"), ("L", "large")]),
    ///     Axis::new("colour", [("RED", "red"), ("BLUE", "blue")]),
    /// ];
    /// let variants = stock.send("variants", &AddVariants::new(ItemId::named("SHIRT"), axes))?.answer;
    /// let names: Vec<_> = variants.iter().map(|id| stock.item(*id).map(|item| item.name.clone())).collect::<Result<_, _>>()?;
    /// assert_eq!(names[1], "T-shirt, medium, blue");
    /// assert_eq!(stock.item_by_code("SHIRT-L-RED")?.map(|item| item.id), Some(variants[2]));
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(template: ItemId, axes: Vec<Axis>) -> AddVariants {
        AddVariants { template, axes }
    }
}

impl Act for AddVariants {
    type Answer = Vec<ItemId>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<ItemId>, StockError> {
        let authority = tx.authority(&rights::ADD_ITEM)?;
        let before = existing(tx, self.template)?;
        rights::allow_in_category(tx, &authority, &before.code, before.category.as_ref())?;
        let template = as_template(tx, &before)?;
        let variants = tx.scan(&Range::by(Item::BY_VARIANT_OF, &template.id))?;
        let known: BTreeSet<&Tags> = variants.iter().map(|variant| &variant.attributes).collect();
        let mut added = Vec::new();
        for variant in combinations(&template, &self.axes)? {
            if !known.contains(&variant.attributes) {
                let id: ItemId = tx.id()?;
                add(tx, &authority, Item { id, ..variant })?;
                added.push(id);
            }
        }
        Ok(added)
    }
}

/// Makes an item a template, which nobody has moved.
fn as_template(tx: &mut Tx<'_>, item: &Item) -> Result<Item, StockError> {
    let refuse = |why: &str| {
        let (template, why) = (item.code.clone(), why.to_owned());
        Err(CatalogueError::BadAxes { template, why }.into())
    };
    if item.closed {
        return Err(CatalogueError::Closed { what: "item", code: item.code.clone() }.into());
    }
    if item.variant_of.is_some() {
        return refuse("it is a variant itself: add variants to its template");
    }
    if item.template {
        return Ok(item.clone());
    }
    if held::was_moved(tx, item)? {
        return refuse(
            "it has been moved: a template is nothing that can be kept; add another item for it",
        );
    }
    let template = Item { template: true, barcode: None, ..item.clone() };
    tx.emit(event("stock.item_changed", &template));
    tx.put(template.clone())?;
    Ok(template)
}

/// A variant for each combination of the axes, the last changing fastest; without ids.
fn combinations(template: &Item, axes: &[Axis]) -> Result<Vec<Item>, StockError> {
    check_axes(template, axes)?;
    let blank =
        Item { template: false, barcode: None, variant_of: Some(template.id), ..template.clone() };
    Ok(axes.iter().fold(vec![blank], |variants, axis| {
        let with = |variant: &Item, value: &AxisValue| {
            let mut attributes = variant.attributes.clone();
            attributes.set(axis.name.clone(), value.value.clone());
            Item {
                code: format_smolstr!("{}-{}", variant.code, value.code),
                name: format_smolstr!("{}, {}", variant.name, value.value),
                attributes,
                ..variant.clone()
            }
        };
        let each = |variant: Item| axis.values.iter().map(move |value| with(&variant, value));
        variants.into_iter().flat_map(each).collect()
    }))
}

fn check_axes(template: &Item, axes: &[Axis]) -> Result<(), StockError> {
    let refuse =
        |why: String| Err(CatalogueError::BadAxes { template: template.code.clone(), why }.into());
    if axes.is_empty() {
        return refuse(
            "there are no axes: name at least one thing that they are told apart by".into(),
        );
    }
    let mut names = BTreeSet::new();
    for axis in axes {
        fondaco_core::input::check_code("axis", &axis.name)?;
        if !names.insert(&axis.name) {
            return refuse(format!("the axis {} is given twice: join its values", axis.name));
        }
        if axis.values.is_empty() {
            return refuse(format!("the axis {} has no values: give at least one", axis.name));
        }
        let (mut codes, mut values) = (BTreeSet::new(), BTreeSet::new());
        for AxisValue { code, value } in &axis.values {
            fondaco_core::input::check_code("value code", code)?;
            fondaco_core::input::check_line("value", value)?;
            if !codes.insert(code) || !values.insert(value) {
                return refuse(format!(
                    "{} {code}, {value} is given twice: leave one out",
                    axis.name
                ));
            }
        }
    }
    let many = axes.iter().try_fold(1usize, |many, axis| many.checked_mul(axis.values.len()));
    match many.filter(|many| *many <= MAX_VARIANTS) {
        Some(_) => Ok(()),
        None => refuse(format!("that is more than {MAX_VARIANTS} combinations: split an axis")),
    }
}
