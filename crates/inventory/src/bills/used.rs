//! Where something goes in: into what, into what that goes, and so on up.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Report, Row, word};
use fondaco_core::{ItemId, Range, Reading, Tx};

use super::{Bill, BillLine, quantities};
use crate::items::{CatalogueError, Item};
use crate::{Stock, StockError};

/// A line of a bill by which something is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// How many steps up: 0 for what the thing that was asked for goes into itself.
    pub level: u32,
    /// What goes in, or comes out.
    pub part: Arc<Item>,
    /// What is made.
    pub item: Arc<Item>,
    /// By which bill.
    pub bill: Arc<Bill>,
    /// The line: how much of it, on which days, in the place of another.
    pub line: Arc<BillLine>,
}

/// All lines of bills by which something is used, directly or in something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Uses {
    /// Level by level; each thing is followed up once, at the level where it was met first.
    pub uses: Vec<Use>,
}

/// Where something goes in, whatever the days and sites, as alternate or by-product too: three trips for each level.
///
/// # Errors
/// [`CatalogueError::UnknownItem`], or a [`Halt`](fondaco_core::Halt).
pub fn where_used(read: &mut impl Reading, item: ItemId) -> Result<Uses, StockError> {
    let (mut uses, mut met, mut level) = (Vec::new(), BTreeSet::from([item]), vec![item]);
    for number in 0.. {
        if level.is_empty() {
            break;
        }
        let ranges: Vec<_> =
            level.iter().map(|part| Range::by(BillLine::BY_COMPONENT, part)).collect();
        let lines: Vec<Arc<BillLine>> = read.peek_scans(&ranges)?.into_iter().flatten().collect();
        uses.extend(rows(read, &lines, number)?);
        level = lines.iter().map(|line| line.item).filter(|item| met.insert(*item)).collect();
    }
    Ok(Uses { uses })
}

/// Lines with what they name.
fn rows(
    read: &mut impl Reading,
    lines: &[Arc<BillLine>],
    level: u32,
) -> Result<Vec<Use>, StockError> {
    let ids: Vec<ItemId> = lines.iter().flat_map(|line| [line.component, line.item]).collect();
    let keys: Vec<_> = lines.iter().map(|line| (line.item, line.version.clone())).collect();
    let items = read.peek_many::<Item>(&ids)?;
    let bills = read.peek_many::<Bill>(&keys)?;
    let mut uses = Vec::with_capacity(lines.len());
    for ((line, bill), pair) in lines.iter().zip(bills).zip(items.chunks(2)) {
        let known = |item: Option<&Option<Arc<Item>>>, id| {
            item.cloned().flatten().ok_or(CatalogueError::UnknownItem { item: id })
        };
        let (part, item) = (known(pair.first(), line.component)?, known(pair.get(1), line.item)?);
        // A line without its bill is none.
        let Some(bill) = bill else { continue };
        uses.push(Use { level, part, item, bill, line: line.clone() });
    }
    Ok(uses)
}

/// Why something can't be closed: a bill that is not over, by which it goes into something that is not closed. Rests on all bills that
/// name it.
pub(crate) fn goes_into(tx: &mut Tx<'_>, item: &Item) -> Result<Option<String>, StockError> {
    if tx.is_untouched::<Bill>()? {
        return Ok(None);
    }
    let today = tx.today()?;
    let is_over = |until: Option<NaiveDate>| until.is_some_and(|until| until < today);
    for line in tx.scan(&Range::by(BillLine::BY_COMPONENT, &item.id))? {
        let bill = tx.get::<Bill>(&(line.item, line.version.clone()))?;
        let holds =
            !is_over(line.valid_until) && bill.is_some_and(|bill| !is_over(bill.valid_until));
        if let Some(made) = tx.get::<Item>(&line.item)?.filter(|made| holds && made.is_open()) {
            let (code, version) = (&made.code, &line.version);
            return Ok(Some(format!(
                "it goes into {code} by bill {version}: end or change that first"
            )));
        }
    }
    Ok(None)
}

impl Uses {
    /// The uses as people look at them, each as far in as it is up.
    pub fn to_report(&self) -> Report {
        let texts = ["Article", "Name", "Version", "Goes in"].map(|name| Column::text(word(name)));
        let dates = ["From", "Until"].map(|name| Column::date(word(name)));
        let last = [Column::text(word("Unit")), quantities("For")];
        let report = Report::new(word("Where it is used"));
        let report = report.columns(texts).column(quantities("Quantity"));
        let mut report = report.columns(last).columns(dates);
        for one in &self.uses {
            let level = u8::try_from(one.level).unwrap_or(u8::MAX);
            report.push(one.row().at_level(level));
        }
        report
    }
}

impl Use {
    fn row(&self) -> Row {
        Row::new([
            self.item.code.clone().into(),
            self.item.name.clone().into(),
            self.bill.version.clone().into(),
            self.part.code.clone().into(),
            self.line.quantity.into(),
            Cell::text(self.part.unit.code()),
            self.bill.makes.to_decimal().into(),
            self.bill.valid_from.into(),
            self.bill.valid_until.into(),
        ])
    }
}

impl fmt::Display for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Stock<'_> {
    /// Where something goes in, directly or in something else.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// use fondaco_inventory::bills::{NewBill, NewComponent, SetBills};
    /// # let stock = stock();
    /// let kit = Item::new("KIT", "Kit of bolts", Unit::PIECE);
    /// let (kit_id, bolt) = (kit.id, ItemId::named("M8x40"));
    /// stock.send("kit", &AddItems::new(vec![kit]))?;
    /// let bolts = NewComponent::new(bolt, "20 pcs".parse()?);
    /// stock.send("bill", &SetBills::new(vec![NewBill::new(kit_id, "1", "1 pcs".parse()?, vec![bolts])]))?;
    /// assert_eq!(stock.where_used(bolt)?.uses[0].item.code, "KIT");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`where_used`].
    pub fn where_used(&self, item: ItemId) -> Result<Uses, StockError> {
        self.view(|view| where_used(view, item))
    }
}
