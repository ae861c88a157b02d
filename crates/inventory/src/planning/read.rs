//! What is said for planning, as it is read.

use std::sync::Arc;

use fondaco_core::{ItemId, Range, Reading, SiteId};

use super::{ForecastBucket, PlanningParameters};
use crate::StockError;

/// How all items are planned, by item and site.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn parameters(read: &mut impl Reading) -> Result<Vec<Arc<PlanningParameters>>, StockError> {
    Ok(read.peek_scan(&Range::<PlanningParameters>::all())?)
}

/// How an item is planned at a site, if anything is said of it.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn parameters_of(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Option<Arc<PlanningParameters>>, StockError> {
    Ok(read.peek::<PlanningParameters>(&(item, site))?)
}

/// What is expected to be wanted of an item at a site, by day.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn forecast_of(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Vec<Arc<ForecastBucket>>, StockError> {
    Ok(read.peek_scan(&Range::<ForecastBucket>::by_key(&(item, site)))?)
}
