//! What there is and what is short, asked of the stock engine.

use std::{collections::BTreeMap, error::Error};

use fondaco::{
    core::report::{Cell, Chart, Column, Explain, Grid, Kind, Report, Row},
    inventory::{
        levels::{Flow, Stock as Level, month_of},
        replenish::{ShortageLine, SourceKind, Suggestion, reorder_rules, shortages, suggestion},
    },
    prelude::*,
};

use super::{
    booking::{Booking, item_of, vendor_of},
    goods::{Goods, Warehouse},
    plan::Plan,
    worth::Worth,
};
use crate::common::company::{Company, Product};

/// How many articles are shown.
const SHOWN: usize = 15;

/// What there is, by warehouse.
pub struct Levels {
    /// Per warehouse: articles that lie there, pieces, pieces on order.
    pub now: BTreeMap<Warehouse, (usize, Decimal, Decimal)>,
    /// Pieces at each of the days of the value.
    pub at_ends: BTreeMap<Warehouse, Vec<Decimal>>,
}

impl Levels {
    /// Asks the stock, item by item, and its months.
    ///
    /// # Errors
    /// The stock can't be read.
    pub fn of(
        booking: &Booking<'_>,
        company: &Company,
        goods: &Goods,
        worth: &Worth,
    ) -> Result<Levels, Box<dyn Error>> {
        let mut now = BTreeMap::new();
        let levels = booking
            .stock
            .view(|view| Ok::<_, StockError>(view.peek_scan(&Range::<Level>::all())?))?;
        let levels: BTreeMap<(ItemId, SiteId), _> =
            levels.into_iter().map(|level| ((level.item, level.site), level)).collect();
        for (id, good) in &goods.by_product {
            let Some(product) = company.products.get(id) else { continue };
            let level = levels.get(&(item_of(product), good.warehouse.site()));
            let (there, coming) = level.map_or((Decimal::ZERO, Decimal::ZERO), |level| {
                (level.on_hand.to_decimal(), level.on_order.to_decimal())
            });
            let sums: &mut (usize, Decimal, Decimal) = now.entry(good.warehouse).or_default();
            sums.0 += usize::from(!there.is_zero());
            sums.1 += there;
            sums.2 += coming;
        }
        let flows = booking
            .stock
            .view(|view| Ok::<_, StockError>(view.peek_scan(&Range::<Flow>::all())?))?;
        let at_ends = Warehouse::ALL.map(|warehouse| {
            let through = |end: &NaiveDate| {
                let mine = flows.iter().filter(|flow| flow.site == warehouse.site());
                let until = mine.filter(|flow| flow.month <= month_of(*end));
                until.map(|flow| flow.received.to_decimal() - flow.issued.to_decimal()).sum()
            };
            (warehouse, worth.ends.iter().map(through).collect())
        });
        Ok(Levels { now, at_ends: at_ends.into() })
    }

    /// The warehouses, with what is in them and what that is worth.
    pub fn report(&self, worth: &Worth, currency: Currency) -> Report {
        let pieces = Kind::Quantity { unit: "pcs".into(), digits: 0 };
        let columns = [
            Column::text("Site").naming_rows(),
            Column::count("Articles"),
            Column::new("On hand", pieces.clone()),
            Column::new("On order", pieces),
            Column::amount("Value", currency),
            Column::percent("Share of value"),
        ];
        let mut report = Report::new("Stock by site").columns(columns);
        let all = worth.total();
        let share = |value: Decimal| value.checked_div(all).map_or(Cell::Empty, Cell::Percent);
        let mut sums = (0, Decimal::ZERO, Decimal::ZERO);
        for (warehouse, (articles, there, coming)) in &self.now {
            let value = worth.at_ends.get(warehouse).and_then(|months| months.last());
            let value = value.copied().unwrap_or_default();
            sums = (sums.0 + articles, sums.1 + there, sums.2 + coming);
            let name = Cell::from(warehouse.name());
            let counts = [(*articles).into(), (*there).into(), (*coming).into()];
            report.push(Row::new(
                [name].into_iter().chain(counts).chain([value.into(), share(value)]),
            ));
        }
        let counts = [sums.0.into(), sums.1.into(), sums.2.into()];
        let total = [Cell::from("Total")].into_iter().chain(counts);
        report.push(Row::total(total.chain([all.into(), share(all)])));
        report
    }

    /// Pieces by warehouse at the ends of the months.
    pub fn chart(&self, worth: &Worth) -> Chart {
        let pieces = Kind::Quantity { unit: "pcs".into(), digits: 0 };
        Chart::stacked("Pieces on hand by site", pieces, by_site(worth, &self.at_ends))
    }
}

/// Value by warehouse at the ends of the months.
pub fn value_chart(worth: &Worth, currency: Currency) -> Chart {
    Chart::stacked("Value by site", Kind::Amount(currency), by_site(worth, &worth.at_ends))
}

fn by_site(worth: &Worth, figures: &BTreeMap<Warehouse, Vec<Decimal>>) -> Grid {
    let grid = Grid::new(worth.ends.iter().map(|end| Cell::Month(*end)));
    figures.iter().fold(grid, |grid, (warehouse, months)| {
        grid.series(warehouse.name(), months.iter().copied())
    })
}

/// What is at its reorder point or below it, with what to order.
pub struct Short<'a> {
    company: &'a Company,
    pub lines: Vec<(&'a Product, Warehouse, Decimal, Suggestion)>,
    /// How many articles have a reorder point.
    pub rules: usize,
}

impl<'a> Short<'a> {
    /// Asks the stock what it told of and what it suggests, as of the last day.
    ///
    /// # Errors
    /// The stock can't be read.
    pub fn of(
        booking: &Booking<'_>,
        company: &'a Company,
        goods: &Goods,
        plan: &Plan,
    ) -> Result<Short<'a>, Box<dyn Error>> {
        let products: BTreeMap<ItemId, &Product> =
            company.products.values().map(|product| (item_of(product), product)).collect();
        let told = booking.stock.view(|view| shortages(view))?;
        let rules = booking.stock.view(|view| reorder_rules(view))?.len();
        let mut lines = Vec::new();
        for short in told.iter().filter(|short| short.line == ShortageLine::Reorder) {
            let Some(product) = products.get(&short.item).copied() else { continue };
            let Some(good) = goods.by_product.get(&product.id) else { continue };
            let place = (short.item, short.site);
            let order = booking.stock.view(|view| suggestion(view, place, plan.last()))?;
            lines.push((product, good.warehouse, short.least.to_decimal(), order));
        }
        let costs = |order: &Suggestion, product: &Product| match order.cost {
            Some(cost) => cost.amount(),
            None => company.cost_of(product.id, order.quantity.amount()).unwrap_or_default(),
        };
        lines.sort_by_cached_key(|(product, _, _, order)| std::cmp::Reverse(costs(order, product)));
        Ok(Short { company, lines, rules })
    }

    /// What to order, what costs the most first.
    pub fn report(&self, currency: Currency, most: usize) -> Report {
        let pieces = Kind::Quantity { unit: "pcs".into(), digits: 0 };
        let columns = [
            Column::text("Article").naming_rows(),
            Column::text("Name"),
            Column::text("Site"),
            Column::new("Position", pieces.clone()),
            Column::new("Reorder point", pieces.clone()),
            Column::new("Order", pieces),
            Column::text("Of whom"),
            Column::amount("Costs", currency),
            Column::date("There on"),
        ];
        let mut report =
            Report::new("At or below its reorder point: what to order").columns(columns);
        for (product, warehouse, point, order) in self.lines.iter().take(most) {
            report.push(Row::new([
                product.number.as_str().into(),
                product.name.as_str().into(),
                warehouse.name().into(),
                order.position.amount().into(),
                (*point).into(),
                order.quantity.amount().into(),
                self.from(order),
                order.cost.map_or(Cell::Empty, |cost| cost.amount().into()),
                order.due_on.into(),
            ]));
        }
        let hidden = self.lines.len().saturating_sub(most);
        match hidden {
            0 => report,
            _ => report.note(format!("And {hidden} more.").as_str()),
        }
    }

    /// The same for a terminal.
    pub fn first(&self, currency: Currency) -> Report {
        self.report(currency, SHOWN)
    }

    fn from(&self, order: &Suggestion) -> Cell {
        let vendor = |supplier: PartyId| {
            let vendors = self.company.vendors.values();
            vendors.into_iter().find(|vendor| vendor_of(vendor.id) == supplier)
        };
        match (order.source, order.supplier.and_then(vendor)) {
            (SourceKind::Make, _) => "made here".into(),
            (_, Some(vendor)) => vendor.name.as_str().into(),
            (_, None) => "nobody offers it".into(),
        }
    }

    /// Why the dearest orders are what they are.
    pub fn why(&self) -> impl Iterator<Item = (String, Explain)> {
        let bought = self.lines.iter().filter(|line| line.3.cost.is_some()).take(2);
        let made = self.lines.iter().filter(|line| line.3.source == SourceKind::Make).take(1);
        bought.chain(made).map(|(product, _, _, order)| {
            (
                format!("Why {} of {} are to be ordered", order.quantity, product.number),
                order.explain(),
            )
        })
    }
}
