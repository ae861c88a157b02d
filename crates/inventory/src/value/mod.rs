//! What stock is worth: how items are costed, what each move changed in value, and what stock was worth on any day.
//!
//! Value is kept for each item at each site ([`StockCost`]). It begins with [`SetUpCosting`] and [`SetCosting`]; from then on each batch of
//! moves is costed in its own commit, by the kernel in [`valuation`](crate::valuation): what comes in brings its
//! [cost](crate::moves::NewMove::cost), what goes out takes cost with it by the method, and every change is a fact ([`ValueEntry`]) that the
//! company's flow posts. A company that never sets costing up pays one key a batch for it.
//!
//! | table | what |
//! |---|---|
//! | `stock_cost_rule`, `stock_costing` | how items are costed: by item, category, company; the standards that the books keep |
//! | `stock_cost`, `stock_cost_layer`, `stock_cost_debt` | what stock costs now, its open layers, and what was issued before it came |
//! | `stock_cost_change` | what else than moves changed it: landed costs, bills that differ, standards, methods, write-downs |
//! | `stock_value` | the facts: each change of value, with its cause, its day and when it was recorded |
//! | `stock_value_day` | their sums by item, site and day: what values as of a day are added up from |
//!
//! # What counts to a site
//! The company's own goods, those in transit to the site included: who sends goods to another site takes their cost there when they
//! leave (as SAP does, ADR 0016). Goods of customers and consigned ones are worth nothing here, until they become the company's own.

mod begin;
mod change;
mod costing;
mod costs;
mod error;
mod now;
mod past;
mod read;
mod record;
mod recost;
pub mod rights;
mod rule;
mod setup;
mod verify;

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

pub use begin::{CostStock, CostStockCursor, CostStockReport};
pub use change::{AddLandedCost, CorrectReceiptCost, NetRealisable, WriteDown};
pub(crate) use costing::Costed;
pub use error::ValueError;
pub use now::{CostNow, cost_now};
pub use read::{
    StockValue, ValueLine, ValueQuery, by_category, entries_by, entries_of, explain_entries,
    explain_value, layers, stock_cost, stock_value,
};
pub use record::{
    CostChange, CostChangeKind, CostDebt, CostLayer, CostRule, CostScope, Costing, LateMoves,
    StockCost, ValueDay, ValueEntry,
};
pub use recost::stock_cost_on;
pub(crate) use rule::CostedBefore;
pub use setup::{CostingOf, SetCosting, SetUpCosting};

/// What the engine has of value.
pub(crate) static PART: Part = Part::new(&[
    Costing::TABLE,
    CostRule::TABLE,
    StockCost::TABLE,
    CostLayer::TABLE,
    CostDebt::TABLE,
    CostChange::TABLE,
    ValueEntry::TABLE,
    ValueDay::TABLE,
])
.permissions(&[&rights::SET_COSTING, &rights::REVALUE])
.jobs(&["stock.cost"])
.verified_by(verify::verify);
