//! The indented bill: what an item is made of, what that is made of, and so on, with how much of each it takes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Report, Row, word};
use fondaco_core::{ItemId, Quantity, Rate, Reading, Rounding, SiteId};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::read::{bills_of_all, in_order};
use super::{BillError, BillLine, BillOf, LineKind, quantities};
use crate::items::{CatalogueError, Item};
use crate::{KernelError, QUANTITY_DIGITS, Stock, StockError, exact};

/// So many lines are shown.
const MOST_LINES: usize = 200_000;

/// So many levels.
const MOST_LEVELS: u32 = 1_000;

/// A line of an indented bill.
#[derive(Debug, Clone, PartialEq)]
pub struct IndentedLine {
    /// How far in: 0 for what was asked for.
    pub level: u32,
    /// What goes in, or comes out.
    pub item: Arc<Item>,
    /// Whether it goes in or comes out.
    pub kind: LineKind,
    /// How much of it, for all that was asked for: with what is lost on the way, rounded up to six digits.
    pub quantity: Quantity,
    /// Whether it is taken in the place of something that doesn't hold.
    pub is_alternate: bool,
    /// By which version it is made; `None` for what has no bill that holds.
    pub version: Option<SmolStr>,
    /// Whether it is made in passing.
    pub phantom: bool,
}

/// What an item is made of, all the way down.
#[derive(Debug, Clone, PartialEq)]
pub struct Indented {
    /// On which day.
    pub date: NaiveDate,
    /// The lines, each followed by what it is made of. The first is what was asked for.
    pub lines: Vec<IndentedLine>,
}

/// What so much of an item takes that is made at a site on a day, all the way down: two trips for each level. Lead times are left out of
/// account: all of it is as of that day.
///
/// # Errors
/// [`CatalogueError::UnknownItem`], a quantity that doesn't convert, [`BillError::BillTooLarge`] beyond 1,000 levels or 200,000 lines, a
/// quantity without room; a [`Halt`](fondaco_core::Halt).
pub fn indented(
    read: &mut impl Reading,
    (item, site): (ItemId, Option<SiteId>),
    quantity: Quantity,
    date: NaiveDate,
) -> Result<Indented, StockError> {
    let known = Below::read(read, item, site, date)?;
    let top = known.item(item)?.clone();
    top.stored(quantity)?;
    let mut lines = Vec::new();
    let mut next = vec![known.line(0, top.clone(), quantity.amount())];
    while let Some(line) = next.pop() {
        let below = known.below(&line, date)?;
        lines.push(line);
        if lines.len() + below.len() > MOST_LINES {
            return Err(too_large(&top));
        }
        next.extend(below.into_iter().rev());
    }
    Ok(Indented { date, lines })
}

fn too_large(item: &Item) -> StockError {
    let (most_levels, most_items) = (MOST_LEVELS, MOST_LINES as u32);
    BillError::BillTooLarge { item: item.code.clone(), most_levels, most_items }.into()
}

/// The items below one, and the bill of each that holds.
struct Below {
    items: BTreeMap<ItemId, Arc<Item>>,
    bills: BTreeMap<ItemId, BillOf>,
}

impl Below {
    fn read(
        read: &mut impl Reading,
        top: ItemId,
        site: Option<SiteId>,
        date: NaiveDate,
    ) -> Result<Below, StockError> {
        let mut known = Below { items: BTreeMap::new(), bills: BTreeMap::new() };
        let mut level = vec![top];
        let mut levels = 0;
        while !level.is_empty() {
            for (id, item) in level.iter().zip(read.peek_many::<Item>(&level)?) {
                let item = item.ok_or(CatalogueError::UnknownItem { item: *id })?;
                known.items.insert(*id, item);
            }
            let mut next = Vec::new();
            for (id, bills) in level.iter().zip(bills_of_all(read, &level)?) {
                let holds = in_order(&bills, site).into_iter().find(|one| one.bill.holds_on(date));
                if let Some(holds) = holds {
                    next.extend(holds.on(date).map(|line| line.component));
                    known.bills.insert(*id, holds.clone());
                }
            }
            next.sort_unstable();
            next.dedup();
            next.retain(|id| !known.items.contains_key(id));
            levels += 1;
            if levels > MOST_LEVELS || known.items.len() + next.len() > MOST_LINES {
                return Err(too_large(known.item(top)?));
            }
            level = next;
        }
        Ok(known)
    }

    fn item(&self, id: ItemId) -> Result<&Arc<Item>, StockError> {
        Ok(self.items.get(&id).ok_or(CatalogueError::UnknownItem { item: id })?)
    }

    fn line(&self, level: u32, item: Arc<Item>, amount: Decimal) -> IndentedLine {
        let bill = self.bills.get(&item.id);
        IndentedLine {
            level,
            kind: LineKind::Component,
            quantity: Quantity::new(amount, item.unit),
            is_alternate: false,
            version: bill.map(|one| one.bill.version.clone()),
            phantom: bill.is_some_and(|one| one.bill.phantom),
            item,
        }
    }

    /// What a line is made of.
    fn below(&self, line: &IndentedLine, date: NaiveDate) -> Result<Vec<IndentedLine>, StockError> {
        let bill = self.bills.get(&line.item.id).filter(|_| line.kind == LineKind::Component);
        let Some(bill) = bill else { return Ok(Vec::new()) };
        let mut below = Vec::new();
        for part in bill.on(date) {
            let item = self.item(part.component)?.clone();
            let amount = taken(bill, part, line.quantity.amount())?;
            let one = self.line(line.level.saturating_add(1), item, amount);
            let is_output = part.kind == LineKind::Output;
            below.push(IndentedLine {
                kind: part.kind,
                is_alternate: part.alternate > 0,
                version: one.version.clone().filter(|_| !is_output),
                ..one
            });
        }
        Ok(below)
    }
}

/// How much of a line an order for `need` good pieces takes, or makes besides: need / (makes x yield) x quantity / (1 - scrap), to six
/// digits; up for what goes in, down for what comes out.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::bills::{self, NewBill, NewComponent, SetBills};
/// # let stock = stock();
/// let kit = Item::new("KIT", "Kit of bolts", Unit::PIECE);
/// let (kit_id, bolt) = (kit.id, ItemId::named("M8x40"));
/// stock.send("kit", &AddItems::new(vec![kit]))?;
/// let bolts = NewComponent::new(bolt, "20 pcs".parse()?);
/// stock.send("bill", &SetBills::new(vec![NewBill::new(kit_id, "1", "1 pcs".parse()?, vec![bolts])]))?;
/// let bill = stock.view(|view| bills::bill(view, kit_id, &"1".into()))?.ok_or("it was set")?;
/// assert_eq!(bills::taken(&bill, &bill.lines[0], 3.into())?, 60.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A figure without room in 28 digits.
pub fn taken(bill: &BillOf, line: &BillLine, need: Decimal) -> Result<Decimal, KernelError> {
    const WHAT: &str = "what a line of a bill takes";
    let kept = Decimal::ONE - line.scrap.map_or(Decimal::ZERO, Rate::factor);
    let (above, below) = match line.per_order {
        true => (Decimal::ONE, Decimal::ONE),
        false => {
            let share = bill.bill.yield_share.map_or(Decimal::ONE, Rate::factor);
            (need, exact::mul(WHAT, bill.bill.makes.to_decimal(), share)?)
        }
    };
    let parts = (exact::mul(WHAT, above, Decimal::ONE)?, exact::mul(WHAT, below, kept)?);
    let rounding = if line.kind == LineKind::Output { Rounding::Down } else { Rounding::Up };
    exact::portion(WHAT, line.quantity, parts, u32::from(QUANTITY_DIGITS), rounding)
}

impl Indented {
    /// The bill as people look at it, each line as far in as it is down.
    pub fn to_report(&self) -> Report {
        let texts = ["Article", "Name"].map(|name| Column::text(word(name)));
        let last = ["Unit", "Version", "Remark"].map(|name| Column::text(word(name)));
        let quantity = quantities("Quantity");
        let report = Report::new(word("Bill of material"));
        let mut report = report.columns(texts).column(quantity).columns(last);
        for line in &self.lines {
            let level = u8::try_from(line.level).unwrap_or(u8::MAX);
            report.push(line.row().at_level(level));
        }
        report
    }
}

impl IndentedLine {
    fn row(&self) -> Row {
        let remark = match self {
            line if line.kind == LineKind::Output => word("comes out besides"),
            line if line.is_alternate => word("in the place of another"),
            line if line.phantom => word("made in passing"),
            _ => Cell::Empty,
        };
        Row::new([
            self.item.code.clone().into(),
            self.item.name.clone().into(),
            self.quantity.amount().into(),
            Cell::text(self.item.unit.code()),
            self.version.clone().into(),
            remark,
        ])
    }
}

impl fmt::Display for Indented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Stock<'_> {
    /// What so much of an item takes that is made at a site on a day, all the way down.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// use fondaco_inventory::bills::{NewBill, NewComponent, SetBills};
    /// # let stock = stock();
    /// let kit = Item::new("KIT", "Kit of bolts", Unit::PIECE);
    /// let (kit_id, bolt) = (kit.id, ItemId::named("M8x40"));
    /// stock.send("kit", &AddItems::new(vec![kit]))?;
    /// let bolts = NewComponent {
    ///     scrap: Some(Rate::percent("20")?),
    ///     ..NewComponent::new(bolt, "20 pcs".parse()?)
    /// };
    /// stock.send("bill", &SetBills::new(vec![NewBill::new(kit_id, "1", "1 pcs".parse()?, vec![bolts])]))?;
    /// let bill = stock.indented_bill((kit_id, None), "4 pcs".parse()?, day("2026-06-01"))?;
    /// assert_eq!(bill.lines[1].quantity.to_string(), "100 pcs"); // 4 x 20, a fifth of which is lost
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`indented`].
    pub fn indented_bill(
        &self,
        of: (ItemId, Option<SiteId>),
        quantity: Quantity,
        date: NaiveDate,
    ) -> Result<Indented, StockError> {
        self.view(|view| indented(view, of, quantity, date))
    }
}
