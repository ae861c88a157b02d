//! Planning on the store: what is said for it beside reorder rules, and what is forecast.
//!
//! A [reorder rule](crate::replenish::ReorderRule) says where an item comes from, how long that takes, and what can be ordered; with
//! [`ReplenishmentPolicy::Planned`](crate::replenish::ReplenishmentPolicy::Planned) nothing is told at a reorder point. [`SetPlanning`] says
//! the rest, item by item and site by site: lots, fences, safety time, who plans it. [`RecordForecast`] says what is expected to be
//! wanted on which days.

mod error;
mod forecast;
mod parameters;
mod read;
mod record;
pub mod rights;

pub use error::PlanningError;
pub use forecast::{Expectation, ForecastLine, RecordForecast};
pub use parameters::{LotSizing, RemovePlanning, SetPlanning};
pub use read::{forecast_of, parameters, parameters_of};
pub use record::{ForecastBucket, LotKind, PlanningParameters};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

/// What the engine has of planning.
pub(crate) static PART: Part = Part::new(&[PlanningParameters::TABLE, ForecastBucket::TABLE])
    .permissions(&[&rights::SET, &rights::FORECAST]);
