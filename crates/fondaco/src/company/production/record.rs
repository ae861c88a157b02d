//! Work orders, their lines, and the centres where work is done, as they are stored.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::store::{Field, Rare, Record};
use fondaco_core::{DocumentId, Id, ItemId, Rate, SiteId, Tx, Unit, UnitPrice};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::{Expected, Reservation};
use fondaco_inventory::planning::FirmOrder;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::CompanyError;
use crate::company::document::Document;
use crate::company::posting::Figure;

/// What is made by a work order, and how far it is: what its [`Document`](crate::company::Document) has beside what all documents have.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_work_order", kind = state, key(id), index(by_item(item)))]
pub struct WorkOrder {
    /// The document.
    pub id: DocumentId,
    /// What is made.
    pub item: ItemId,
    /// Its stock unit.
    pub unit: Unit,
    /// How much shall be made: what turns out good and what doesn't.
    pub quantity: Qty,
    /// When it shall be there.
    pub due_on: NaiveDate,
    /// The location that its material comes from, where that is not the document's: at a subcontractor's, say.
    pub material_from: Rare<SmolStr>,
    /// The site of that.
    pub material_site: Rare<SiteId>,
    /// By which version of the item's bill.
    pub version: Option<SmolStr>,
    /// The firm order of a plan that it carries out.
    pub firm: Option<Id<FirmOrder>>,
    /// What it is on order as.
    pub expected: Option<Id<Expected>>,
    /// How much was made and is good.
    pub completed: Qty,
    /// How much was made and is not.
    pub scrapped: Qty,
    /// What it cost so far, less what was made of that: its part of work in progress.
    pub in_progress: Amount,
    /// How many lines it has, numbered from 1.
    pub lines: u32,
}

impl WorkOrder {
    /// The site that its material comes from.
    pub(crate) fn material_site(&self, order: &Document) -> SiteId {
        self.material_site.copied().unwrap_or(order.site)
    }

    /// The location that its material comes from.
    pub(crate) fn material_from(&self, order: &Document) -> SmolStr {
        self.material_from.get().cloned().unwrap_or_else(|| order.location.clone())
    }

    /// How much was made, good or not.
    pub fn made(&self) -> Qty {
        Qty::from_units(self.completed.units().saturating_add(self.scrapped.units()))
    }

    /// How much is still to be made.
    pub fn to_make(&self) -> Qty {
        let left = self.quantity.units().saturating_sub(self.made().units());
        Qty::from_units(left.max(0))
    }
}

/// What a line of a work order is.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum WorkLineKind {
    /// Goods that go in.
    Component,
    /// Goods that come out besides.
    Output,
    /// Hours of people.
    Labour,
    /// Hours of machines, and whatever else is charged by them.
    Overhead,
    /// The work of others, bought as a service.
    Service,
}

impl WorkLineKind {
    /// The figure by which hours of this kind are told to the books; `None` of goods.
    pub(crate) fn figure(self) -> Option<Figure> {
        match self {
            WorkLineKind::Labour => Some(Figure::Labour),
            WorkLineKind::Overhead => Some(Figure::Overhead),
            _ => None,
        }
    }
}

/// A line of a work order: what goes in, what comes out besides, and who works on it how long.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "company_work_line", kind = state, key(order, number))]
pub struct WorkLine {
    /// The work order.
    pub order: DocumentId,
    /// Its number, from 1.
    pub number: u32,
    /// What it is.
    pub kind: WorkLineKind,
    /// The item, of goods.
    pub item: Option<ItemId>,
    /// The item's stock unit; hours of what is no goods.
    pub unit: Unit,
    /// How much was planned for all of the order; zero of what was not.
    pub planned: Qty,
    /// How much went in or came out, or was worked.
    pub done: Qty,
    /// What that cost; of what came out, what it took of the order's cost.
    pub spent: Amount,
    /// What all that was planned would cost, by what was known when the order was released.
    pub planned_cost: Amount,
    /// What is promised for it.
    pub promise: Rare<Id<Reservation>>,
    /// What is on order for it, of what comes out besides.
    pub expected: Rare<Id<Expected>>,
    /// Where the work is done.
    pub centre: Rare<SmolStr>,
    /// What an hour costs.
    pub rate: Rare<UnitPrice>,
    /// What comes out besides: the fixed price that it is valued at.
    pub price: Rare<UnitPrice>,
    /// What comes out besides: its share of the cost of what is made.
    pub share: Rare<Rate>,
}

impl WorkLine {
    /// How much is still to be done of what was planned.
    pub fn left(&self) -> Qty {
        Qty::from_units(self.planned.units().saturating_sub(self.done.units()).max(0))
    }
}

/// Where work is done: a cost centre, with what an hour of it costs.
#[derive(Record, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[record(table = "company_work_centre", kind = state, key(code))]
pub struct WorkCentre {
    /// Its code.
    pub code: SmolStr,
    /// What people call it.
    pub name: SmolStr,
    /// What an hour of labour costs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labour_rate: Option<UnitPrice>,
    /// What an hour of its machines costs, with all overhead that is charged by hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overhead_rate: Option<UnitPrice>,
}

impl WorkCentre {
    /// A centre by its code.
    pub(crate) fn named(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Arc<WorkCentre>, CompanyError> {
        let unknown = || CompanyError::Unknown { what: "work centre", code: code.clone() };
        tx.require::<WorkCentre, CompanyError>(code, unknown)
    }

    /// What an hour costs there.
    pub(crate) fn rate(&self, kind: WorkLineKind) -> Option<UnitPrice> {
        match kind {
            WorkLineKind::Labour => self.labour_rate,
            WorkLineKind::Overhead => self.overhead_rate,
            _ => None,
        }
    }
}
