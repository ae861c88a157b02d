//! What the catalogue gives as lists, as people look at it: a row of a report for each, by
//! [`report::list`](fondaco_core::report::list).

use fondaco_core::report::{Cell, Column, Listed, Row, word};

use crate::items::{Category, Item, Lot};
use crate::places::{Location, Site};

fn texts<const N: usize>(names: [&'static str; N]) -> impl Iterator<Item = Column> {
    names.into_iter().map(|name| Column::text(word(name)))
}

fn is_closed(closed: bool) -> Cell {
    if closed { word("closed") } else { word("open") }
}

fn optional(text: Option<&smol_str::SmolStr>) -> Cell {
    text.cloned().into()
}

/// The items of a company.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// use fondaco_core::report::list;
/// let report = list("Items", &stock.items(&ItemQuery::default())?);
/// assert!(report.to_csv().contains("M8x40,Bolt M8 x 40,pcs,BOLTS,none,own,open\r\n"));
/// # Ok::<(), StockError>(())
/// ```
impl Listed for Item {
    fn columns() -> Vec<Column> {
        texts(["Code", "Name", "Unit", "Category", "Tracking", "Ownership", "Status"]).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.code.clone().into(),
            self.name.clone().into(),
            Cell::text(self.unit.code()),
            optional(self.category.as_ref()),
            Cell::choice(self.tracking.code()),
            Cell::choice(self.ownership.code()),
            is_closed(self.closed),
        ])
    }
}

/// The categories of a company.
impl Listed for Category {
    fn columns() -> Vec<Column> {
        texts(["Code", "Name", "Under", "Status"]).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.code.clone().into(),
            self.name.clone().into(),
            optional(self.parent.as_ref()),
            is_closed(self.closed),
        ])
    }
}

/// The sites of a company.
impl Listed for Site {
    fn columns() -> Vec<Column> {
        let last = std::iter::once(Column::date(word("Closes")));
        texts(["Code", "Name", "Calendar"]).chain(last).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.code.clone().into(),
            self.name.clone().into(),
            optional(self.calendar.as_ref()),
            self.closes.into(),
        ])
    }
}

/// The locations of a site.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// use fondaco_core::report::list;
/// let report = list("Locations", &stock.locations(SiteId::named("MAIN"))?);
/// assert_eq!(report.to_csv(), "\
/// Code,Name,Under,Kind,Pick order,Counting,Closes\r
/// MAIN,Main warehouse,,storage,,,\r
/// MAIN/A,Hall A,MAIN,storage,,,\r
/// MAIN/A/01,First shelf,MAIN/A,bin,10,,\r
/// ");
/// # Ok::<(), StockError>(())
/// ```
impl Listed for Location {
    fn columns() -> Vec<Column> {
        let last = [
            Column::count(word("Pick order")),
            Column::text(word("Counting")),
            Column::date(word("Closes")),
        ];
        texts(["Code", "Name", "Under", "Kind"]).chain(last).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.code.clone().into(),
            self.name.clone().into(),
            optional(self.parent.as_ref()),
            Cell::choice(self.kind.code()),
            self.pick_order.into(),
            if self.frozen { word("frozen") } else { Cell::Empty },
            self.closes.into(),
        ])
    }
}

/// The lots of an item.
impl Listed for Lot {
    fn columns() -> Vec<Column> {
        let dates = ["Made on", "Good until"].map(|name| Column::date(word(name)));
        let last = texts(["Status", "Ownership", "Supplier's lot"]);
        texts(["Lot"]).chain(dates).chain(last).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.code.clone().into(),
            self.made_on.into(),
            self.expires.into(),
            Cell::choice(self.status.code()),
            Cell::choice(self.ownership.code()),
            optional(self.supplier_code.as_ref()),
        ])
    }
}
