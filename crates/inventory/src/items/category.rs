//! Categories of items: a tree.

use std::sync::Arc;

use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::Authority;
use fondaco_core::store::{Event, Record};
use fondaco_core::tree::{self, Branch, Levels};
use fondaco_core::{Act, IndexOf, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CatalogueError, Item};
use crate::change::{Change, set};
use crate::value::CostedBefore;
use crate::{Settings, StockError, rights};

/// A category of items. It is also what `AddCategories` is given.
#[derive(Record, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[record(
    table = "stock_category", kind = state, key(code), index(by_parent(parent)),
    guard(all()), guard(by_parent(parent))
)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// What names it for ever.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// The category it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SmolStr>,
    /// Whether nothing new comes into it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

impl Category {
    /// A category at the top.
    ///
    /// ```
    /// use fondaco_inventory::items::Category;
    /// let bolts = Category::new("BOLTS", "Bolts").under("FASTENERS");
    /// assert_eq!(bolts.parent.as_deref(), Some("FASTENERS"));
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Category {
        Category { code: code.into(), name: name.into(), parent: None, closed: false }
    }

    /// Under another.
    #[must_use]
    pub fn under(self, parent: impl Into<SmolStr>) -> Category {
        Category { parent: Some(parent.into()), ..self }
    }
}

impl Branch for Category {
    const WHAT: &'static str = "category";
    const UNDER: IndexOf<Category> = Category::BY_PARENT;

    fn code(&self) -> &SmolStr {
        &self.code
    }

    fn parent(&self) -> Option<&SmolStr> {
        self.parent.as_ref()
    }
}

/// Adds categories: all or none. A category may come before or after those under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddCategories {
    /// The categories.
    pub categories: Vec<Category>,
}

impl AddCategories {
    /// Adds `categories`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let (wood, boards) = (Category::new("WOOD", "Wood"), Category::new("BOARDS", "Boards").under("WOOD"));
    /// stock.send("wood", &AddCategories::new(vec![boards, wood]))?;
    /// let lost = AddCategories::new(vec![Category::new("LOST", "Lost").under("NOWHERE")]);
    /// assert_eq!(stock.send("lost", &lost).unwrap_err().code(), "core.unknown_parent");
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(categories: Vec<Category>) -> AddCategories {
        AddCategories { categories }
    }
}

impl Act for AddCategories {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::KEEP_CATEGORIES)?;
        Settings::of(tx)?;
        let codes = self.categories.iter().flat_map(|row| [Some(&row.code), row.parent.as_ref()]);
        tx.need::<Category>(&codes.flatten().cloned().collect::<Vec<_>>())?;
        let order = tree::opening_order(&self.categories)
            .map_err(|(at, circle)| StockError::from(circle).at(at))?;
        let mut levels = Levels::default();
        for (at, new) in order.into_iter().filter_map(|at| Some((at, self.categories.get(at)?))) {
            add(tx, &authority, new, &mut levels).map_err(|error| error.at(at))?;
        }
        Ok(())
    }
}

fn add(
    tx: &mut Tx<'_>,
    authority: &Authority,
    new: &Category,
    levels: &mut Levels<Category>,
) -> Result<(), StockError> {
    check_code("category code", &new.code)?;
    check_line("category name", &new.name)?;
    rights::allow_category(tx, authority, &new.code, new.parent.as_ref())?;
    if tx.get::<Category>(&new.code)?.is_some() {
        let (what, code) = ("category", new.code.clone());
        return Err(CatalogueError::Exists { what, code }.into());
    }
    let parent = levels.under::<StockError>(tx, new)?;
    check_open(parent.as_deref().filter(|_| !new.closed))?;
    tx.emit(event("stock.category_added", &new.code));
    Ok(tx.insert(new.clone())?)
}

fn event(name: &'static str, category: &SmolStr) -> Event {
    Event::new(name).with("category", category)
}

fn check_open(category: Option<&Category>) -> Result<(), StockError> {
    match category.filter(|category| category.closed) {
        Some(Category { code, .. }) => {
            Err(CatalogueError::Closed { what: "category", code: code.clone() }.into())
        }
        None => Ok(()),
    }
}

fn existing(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Arc<Category>, StockError> {
    tx.require(code, || CatalogueError::UnknownCategory { category: code.clone() }.into())
}

/// Renames a category, and moves it with all that stands under it. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeCategory {
    /// Which category.
    pub category: SmolStr,
    /// Its new name.
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// What it stands under from now on.
    #[serde(default)]
    pub parent: Change<SmolStr>,
}

impl ChangeCategory {
    /// Gives a category another name.
    pub fn name(category: impl Into<SmolStr>, name: impl Into<SmolStr>) -> ChangeCategory {
        let (category, name) = (category.into(), Some(name.into()));
        ChangeCategory { category, name, parent: Change::Keep }
    }

    /// Moves a category under another, or to the top.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock(); // BOLTS stands under FASTENERS
    /// let circle = ChangeCategory::under("FASTENERS", Some("BOLTS".into()));
    /// assert_eq!(
    ///     stock.send("circle", &circle).unwrap_err().to_string(),
    ///     "category FASTENERS can't stand under BOLTS, which stands under FASTENERS itself: choose another",
    /// );
    /// stock.send("to the top", &ChangeCategory::under("BOLTS", None))?;
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn under(category: impl Into<SmolStr>, parent: Option<SmolStr>) -> ChangeCategory {
        let parent = parent.map_or(Change::Clear, Change::To);
        ChangeCategory { category: category.into(), name: None, parent }
    }
}

impl Act for ChangeCategory {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::KEEP_CATEGORIES)?;
        let before = existing(tx, &self.category)?;
        rights::allow_category(tx, &authority, &before.code, before.parent.as_ref())?;
        let mut category = before.as_ref().clone();
        if set(&mut category.name, &self.name) {
            check_line("category name", &category.name)?;
        }
        if self.parent.apply(&mut category.parent) {
            // Who moves a category takes it out of one and puts it under another: both must be his.
            rights::allow_category(tx, &authority, &category.code, category.parent.as_ref())?;
            let parent =
                tree::check_move::<Category, StockError>(tx, &before, category.parent.as_ref())?;
            check_open(parent.as_deref().filter(|_| !category.closed))?;
        }
        if category == *before {
            return Ok(());
        }
        let moved = category.parent != before.parent;
        let costed = if moved { Some(CostedBefore::category(tx, &category.code)?) } else { None };
        tx.emit(event("stock.category_changed", &category.code));
        tx.put(category)?;
        costed.map_or(Ok(()), |before| before.check(tx))
    }
}

/// Closes a category: nothing new comes into it. What stands under it, and the items in it, are closed first or moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseCategory {
    /// Which category.
    pub category: SmolStr,
}

impl CloseCategory {
    /// Closes `category`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock(); // the bolt is in BOLTS
    /// let full = stock.send("close", &CloseCategory::new("BOLTS")).unwrap_err();
    /// assert_eq!(
    ///     full.to_string(),
    ///     "category BOLTS can't be closed: item M8x40 in it is open: close it, or put it into another",
    /// );
    /// ```
    pub fn new(category: impl Into<SmolStr>) -> CloseCategory {
        CloseCategory { category: category.into() }
    }
}

impl Act for CloseCategory {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::KEEP_CATEGORIES)?;
        let before = existing(tx, &self.category)?;
        rights::allow_category(tx, &authority, &before.code, before.parent.as_ref())?;
        if let Some(why) = why_not_close(tx, &before)? {
            let code = before.code.clone();
            return Err(CatalogueError::CannotClose { what: "category", code, why }.into());
        }
        tx.emit(event("stock.category_closed", &before.code));
        Ok(tx.put(Category { closed: true, ..before.as_ref().clone() })?)
    }
}

fn why_not_close(tx: &mut Tx<'_>, category: &Category) -> Result<Option<String>, StockError> {
    if category.closed {
        return Ok(Some("it is closed already".into()));
    }
    let under = tx.scan(&Range::by(Category::BY_PARENT, &category.code))?;
    if let Some(open) = under.iter().find(|under| !under.closed) {
        return Ok(Some(format!("{} under it is open: close or move that first", open.code)));
    }
    let items = tx.scan(&Range::by(Item::BY_CATEGORY, &category.code))?;
    let open = items.iter().find(|item| !item.closed);
    Ok(open
        .map(|item| format!("item {} in it is open: close it, or put it into another", item.code)))
}

/// Reopens a closed category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenCategory {
    /// Which category.
    pub category: SmolStr,
}

impl ReopenCategory {
    /// Reopens `category`.
    pub fn new(category: impl Into<SmolStr>) -> ReopenCategory {
        ReopenCategory { category: category.into() }
    }
}

impl Act for ReopenCategory {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::KEEP_CATEGORIES)?;
        let before = existing(tx, &self.category)?;
        rights::allow_category(tx, &authority, &before.code, before.parent.as_ref())?;
        if !before.closed {
            return Ok(());
        }
        if let Some(parent) = &before.parent {
            check_open(Some(existing(tx, parent)?.as_ref()))?;
        }
        tx.emit(event("stock.category_reopened", &before.code));
        Ok(tx.put(Category { closed: false, ..before.as_ref().clone() })?)
    }
}
