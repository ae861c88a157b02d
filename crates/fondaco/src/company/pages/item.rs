//! An item's page.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use fondaco_core::report::{
    Cell, Chart, Column, Figure, Grid, Kind, Page, Phrase, Report, Row, word,
};
use fondaco_core::{Currency, ItemId, Money, Range, Reading};
use fondaco_inventory::bills::BillLine;
use fondaco_inventory::items::Item;
use fondaco_inventory::levels::{Expected, Reservation, Stock};
use fondaco_inventory::moves::{Move, MoveKind, Stage};
use fondaco_inventory::places::Site;
use fondaco_inventory::value::{CostLayer, ValueQuery, stock_value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Moment, history, in_order};
use crate::company::CompanyError;
use crate::company::document::{Document, DocumentKind};
use crate::company::setup::Settings;

/// How much of an item is at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPlace {
    /// The site's code.
    pub site: SmolStr,
    /// What lies there.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub on_hand: Decimal,
    /// What is promised of it.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub reserved: Decimal,
    /// What is on order for it.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub on_order: Decimal,
    /// What is promised as soon as it comes.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub backordered: Decimal,
}

/// A promise to an order, or what is to come on one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPromise {
    /// The order.
    pub document: SmolStr,
    /// When it comes; `None` of what goes out.
    pub due: Option<NaiveDate>,
    /// How much.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub quantity: Decimal,
}

/// What is left of a receipt, at its cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemLayer {
    /// The day it came.
    pub date: NaiveDate,
    /// How much is left.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub quantity: Decimal,
    /// What that cost.
    pub value: Money,
}

/// What went out of an item in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// What went to customers, less what came back.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub sold: Decimal,
    /// What went into work orders, less what came back, and what the company used up itself.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub used: Decimal,
}

/// All that is known of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemPage {
    /// The item.
    pub item: ItemId,
    /// Its code.
    pub code: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// What quantities are in.
    pub unit: SmolStr,
    /// What stock of it is worth.
    pub value: Money,
    /// Site by site.
    pub places: Vec<ItemPlace>,
    /// What is promised, order by order.
    pub promised: Vec<ItemPromise>,
    /// What is to come.
    pub expected: Vec<ItemPromise>,
    /// What is left of receipts.
    pub layers: Vec<ItemLayer>,
    /// What went out, month by month.
    pub demand: Vec<ItemMonth>,
    /// The codes of what it goes into.
    pub used_in: Vec<SmolStr>,
    /// What happened, in order of time.
    pub moments: Vec<Moment>,
}

impl ItemPage {
    /// Reads it, as [`Company::item_page`](crate::company::Company::item_page).
    ///
    /// # Errors
    /// [`CompanyError::Unknown`], [`CompanyError::NotSetUp`]; of the store.
    pub fn read(read: &mut impl Reading, item: ItemId) -> Result<ItemPage, CompanyError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(CompanyError::NotSetUp)?;
        let unknown =
            || CompanyError::Unknown { what: "item", code: smol_str::ToSmolStr::to_smolstr(&item) };
        let row = read.peek::<Item>(&item)?.ok_or_else(unknown)?;
        let moves = read.peek_scan(&Range::by(Move::BY_ITEM, &item))?;
        let value = stock_value(read, &ValueQuery::item(item))?.total();
        Ok(ItemPage {
            item,
            code: row.code.clone(),
            name: row.name.clone(),
            unit: SmolStr::new(row.unit.code()),
            value,
            places: places(read, item)?,
            promised: promised(read, item)?,
            expected: expected(read, item)?,
            layers: layers(read, item, settings.currency)?,
            demand: demand(read, &moves)?,
            used_in: used_in(read, item)?,
            moments: moments(read, &row, &moves)?,
        })
    }

    /// The page: figures, demand as a chart, places, promises, layers, and what happened.
    pub fn to_page(&self) -> Page {
        let on_hand: Decimal = self.places.iter().map(|place| place.on_hand).sum();
        let title = Phrase::from(self.code.clone()).and(self.name.clone());
        let used = self.used_in.join(", ");
        let page = Page::new(title).about(used).figures([
            Figure::new(
                word("On hand"),
                Cell::Quantity { amount: on_hand, unit: self.unit.clone() },
            ),
            Figure::new(word("Value"), self.value),
        ]);
        let names = self.demand.iter().map(|one| Cell::Month(one.month));
        let sold = self.demand.iter().map(|one| one.sold).collect::<Vec<_>>();
        let used = self.demand.iter().map(|one| one.used).collect::<Vec<_>>();
        let page = match self.demand.is_empty() {
            true => page,
            false => page.chart(Chart::bars(
                word("Demand"),
                count(),
                Grid::new(names).series(word("Sold"), sold).series(word("Used"), used),
            )),
        };
        page.report(self.stock())
            .report(promises(word("Promised"), &self.promised))
            .report(promises(word("On order"), &self.expected))
            .report(self.cost())
            .report(history(&self.moments))
    }

    fn stock(&self) -> Report {
        let mut report =
            Report::new(word("Stock")).column(Column::text(word("Site")).naming_rows());
        for heading in ["On hand", "Reserved", "On order", "Backordered"] {
            report = report.column(Column::new(word(heading), count()));
        }
        for place in &self.places {
            let figures = [place.on_hand, place.reserved, place.on_order, place.backordered];
            let mut cells: Vec<Cell> = vec![place.site.clone().into()];
            cells.extend(figures.map(Cell::Number));
            report.push(Row::new(cells));
        }
        report
    }

    fn cost(&self) -> Report {
        let mut report = Report::new(word("Cost"))
            .column(Column::date(word("Date")).naming_rows())
            .column(Column::new(word("Quantity"), count()))
            .column(Column::amount(word("Value"), self.value.currency()));
        for layer in &self.layers {
            report.push(Row::new([
                layer.date.into(),
                layer.quantity.into(),
                layer.value.amount().into(),
            ]));
        }
        report
    }
}

/// Quantities, as many digits as people read.
fn count() -> Kind {
    Kind::Quantity { unit: SmolStr::default(), digits: 2 }
}

fn promises(title: Cell, of: &[ItemPromise]) -> Report {
    let mut report = Report::new(title)
        .column(Column::text(word("Document")).naming_rows())
        .column(Column::date(word("Due")))
        .column(Column::new(word("Quantity"), count()));
    for one in of {
        report.push(Row::new([one.document.clone().into(), one.due.into(), one.quantity.into()]));
    }
    report
}

fn places(read: &mut impl Reading, item: ItemId) -> Result<Vec<ItemPlace>, CompanyError> {
    let mut places = Vec::new();
    for stock in read.peek_scan(&Range::<Stock>::by_key(&item))? {
        let site = read.peek::<Site>(&stock.site)?;
        places.push(ItemPlace {
            site: site.map(|site| site.code.clone()).unwrap_or_default(),
            on_hand: stock.on_hand.to_decimal(),
            reserved: stock.reserved.to_decimal(),
            on_order: stock.on_order.to_decimal(),
            backordered: stock.backordered.to_decimal(),
        });
    }
    Ok(places)
}

/// What people call a document, or its id.
fn named(read: &mut impl Reading, id: fondaco_core::DocumentId) -> Result<SmolStr, CompanyError> {
    let found = read.peek::<Document>(&id)?;
    Ok(found.map_or_else(|| smol_str::ToSmolStr::to_smolstr(&id), |document| document.name()))
}

fn promised(read: &mut impl Reading, item: ItemId) -> Result<Vec<ItemPromise>, CompanyError> {
    let mut found = Vec::new();
    for row in read.peek_scan(&Range::by(Reservation::BY_OPEN, &item))? {
        let quantity = row.held.to_decimal() + row.backordered.to_decimal();
        found.push(ItemPromise { document: named(read, row.document)?, due: None, quantity });
    }
    Ok(found)
}

fn expected(read: &mut impl Reading, item: ItemId) -> Result<Vec<ItemPromise>, CompanyError> {
    let mut found = Vec::new();
    for row in read.peek_scan(&Range::by(Expected::BY_OPEN, &item))? {
        let (document, quantity) = (named(read, row.document)?, row.to_come().to_decimal());
        found.push(ItemPromise { document, due: Some(row.due_on), quantity });
    }
    Ok(found)
}

fn layers(
    read: &mut impl Reading,
    item: ItemId,
    currency: Currency,
) -> Result<Vec<ItemLayer>, CompanyError> {
    let rows = read.peek_scan(&Range::<CostLayer>::by_key(&item))?;
    let layer = |row: &Arc<CostLayer>| ItemLayer {
        date: row.date,
        quantity: row.quantity.to_decimal(),
        value: Money::new(row.value.to_decimal(), currency),
    };
    Ok(rows.iter().map(layer).collect())
}

/// What went out by month: to customers, and into production or own use. What was taken back came off again.
fn demand(read: &mut impl Reading, moves: &[Arc<Move>]) -> Result<Vec<ItemMonth>, CompanyError> {
    let by_id: BTreeMap<_, &Arc<Move>> = moves.iter().map(|leg| (leg.id, leg)).collect();
    let origin = |leg: &Arc<Move>| match (leg.kind, leg.of.copied()) {
        (MoveKind::Reversal, Some(of)) => by_id.get(&of).copied().cloned(),
        _ => Some(leg.clone()),
    };
    let mut months: BTreeMap<NaiveDate, ItemMonth> = BTreeMap::new();
    for leg in moves {
        let Some(origin) = origin(leg) else { continue };
        // What a supplier sends straight to a customer comes and goes by one move.
        let is_direct = origin.kind == MoveKind::Receipt && origin.stage == Stage::Outside;
        if !is_direct && !matches!(origin.kind, MoveKind::Issue | MoveKind::CustomerReturn) {
            continue;
        }
        let kind = match origin.document {
            Some(id) => read.peek::<Document>(&id)?.map(|document| document.kind),
            None => None,
        };
        let month = leg.date.with_day(1).unwrap_or(leg.date);
        let none = ItemMonth { month, sold: Decimal::ZERO, used: Decimal::ZERO };
        let sums = months.entry(month).or_insert(none);
        let is_sold = matches!(kind, Some(DocumentKind::Delivery | DocumentKind::CustomerReturn));
        let sum = if is_sold { &mut sums.sold } else { &mut sums.used };
        let quantity = leg.quantity.to_decimal();
        *sum += if is_direct { quantity } else { -quantity };
    }
    Ok(months.into_values().collect())
}

fn used_in(read: &mut impl Reading, item: ItemId) -> Result<Vec<SmolStr>, CompanyError> {
    let lines = read.peek_scan(&Range::by(BillLine::BY_COMPONENT, &item))?;
    let ids: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    let found = read.peek_many::<Item>(&ids)?;
    let mut codes: Vec<SmolStr> =
        found.into_iter().flatten().map(|item| item.code.clone()).collect();
    codes.sort();
    codes.dedup();
    Ok(codes)
}

fn moments(
    read: &mut impl Reading,
    item: &Item,
    moves: &[Arc<Move>],
) -> Result<Vec<Moment>, CompanyError> {
    let mut found = Vec::with_capacity(moves.len());
    for leg in moves {
        let name = match leg.document {
            Some(document) => named(read, document)?,
            None => SmolStr::default(),
        };
        let (amount, unit) = (leg.quantity.to_decimal(), SmolStr::new(item.unit.code()));
        found.push(Moment {
            date: leg.date,
            kind: SmolStr::new_static(leg.kind.code()),
            name,
            note: leg.location.clone(),
            value: Cell::Quantity { amount, unit },
        });
    }
    Ok(in_order(found))
}
