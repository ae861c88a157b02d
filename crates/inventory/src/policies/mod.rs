//! When to order and how much: policies of replenishment as plain functions.
//!
//! A model is a plain struct of what is known (`Eoq`, `Newsvendor`): it is solved to a plan, which says the quantity or the level, what
//! it costs per unit of time and on what it is spent ([`Costs`]), and why ([`Explain`](fondaco_core::report::Explain)). What any
//! other quantity would cost is [`CostCurve`], which plans implement: most optima are flat, so a whole pallet or a round number of days is
//! often as good. Whole tables are solved by [`table`].
//!
//! Units are the caller's own: one of time (a year, a day), one of goods (pieces, kg), one of money, the same in all
//! numbers of a model. Models are of statistics, not of books: their numbers are floats.

pub mod base_stock;
pub mod continuous_review;
pub mod eoq;
pub mod guaranteed_service;
pub mod newsvendor;
pub mod periodic_review;
pub mod safety_stock;
pub mod serial;

mod costs;
mod curve;
mod explained;
mod products;
mod table;

pub use costs::Costs;
pub use curve::{CostCurve, CurvePoint};
pub use table::{table, table_each};
