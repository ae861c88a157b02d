//! The owner's figures, as of any day: what the company can pay, how long money is away, what it earns with what and with whom, how it
//! serves its customers and is served, what comes in and goes out in the next weeks.
//!
//! Each is exact, or *not defined, because ...*; each explains itself down to accounts and, on demand, to the documents that add up to it
//! ([`Company::explain_figure`](super::Company::explain_figure), [`Company::explain_profit`](super::Company::explain_profit); shares of
//! service name the documents that were in time and those that were not, the pipeline each opportunity by [`VelocityQuery::in_full`]). Where sources differ in a formula's base the reader chooses
//! ([`Basis`]). Balances come from the ledger's kept sums; what was sold of which item to whom at which cost, and how late customers pay, from
//! counters that go along with documents ([`SoldDay`], [`PaidDay`]), the same in every profile, and that `verify` counts again.
//!
//! | figure | formula |
//! |---|---|
//! | `current_ratio`, `quick_ratio`, `cash_ratio` | current assets, or what is quick of them, or cash, over current liabilities |
//! | `days_sales`, `days_inventory`, `days_payables` | balance × days ÷ sales, or cost of sales |
//! | `operating_cycle`, `cash_conversion_cycle` | days of sales and of inventory; less those of payables |
//! | `gross_margin`, `net_margin` | (sales − cost of sales) ÷ sales; profit ÷ sales |
//! | `inventory_turns` | cost of sales ÷ inventory |
//! | `line_fill_rate`, `order_fill_rate`, `on_time_delivery` | what was shipped whole; what was shipped by the day it was wanted |
//! | `supplier_on_time`, `reject_rate` | receipts by the day they were wanted; what was refused or sent back ÷ what came, at its price |
//! | `labour_absorption` | hours booked on work orders, at their rates ÷ pay ([`labour_absorption`]) |
//! | `pipeline_velocity` | opportunities × win rate × deal ÷ median days (feature `crm`) |
//!
//! The formulas alone are plain functions: [`liquidity`], [`days_outstanding`], [`velocity_per_day`], [`MachineTime`].

mod cash;
mod counters;
mod handle;
mod labour;
mod measure;
mod owner;
mod profit;
mod ratios;
mod recount;
mod report;
mod service;
mod sold;
mod standing;
#[cfg(feature = "crm")]
mod velocity;

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

pub use cash::{
    CashFlow, CashOutlook, CashWeek, FlowKind, OutlookQuery, PlannedFlow, Scenario, cash_outlook,
};
pub(crate) use counters::{Counted, last_due, remember_due};
pub use counters::{PaidDay, SoldDay};
pub use labour::labour_absorption;
pub use measure::{Measure, NotDefined};
pub use owner::{
    Balances, Basis, DaysOfYear, FiguresQuery, OwnerFigures, SalesBasis, explain_figure,
    figures_in_full, owner_figures,
};
pub use profit::{
    Driver, ProfitBy, ProfitQuery, ProfitRow, Profitability, explain_profit, profitability,
};
pub use ratios::{
    Effectiveness, MachineTime, cash_conversion_cycle, days_outstanding, liquidity,
    velocity_per_day,
};
#[cfg(feature = "crm")]
pub use velocity::{VelocityQuery, WinRate, pipeline_velocity};

/// What the engine has of them.
pub(crate) static PART: Part = Part::new(&[SoldDay::TABLE, PaidDay::TABLE])
    .holdings(&[Holding::of::<SoldDay>(), Holding::of::<PaidDay>()])
    .verified_by(recount::verify);
