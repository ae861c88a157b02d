//! What runs have left, as it is read.

use std::sync::Arc;

use fondaco_core::job::JobId;
use fondaco_core::{Range, Reading};

use super::record::{CurrentPlan, PlanMessage, PlanPeg, PlanRun, PlannedOrder};
use crate::{Stock, StockError};

/// Which run is the current one, and which was before; `None` before the first.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn current_plan(read: &mut impl Reading) -> Result<Option<Arc<CurrentPlan>>, StockError> {
    Ok(read.peek::<CurrentPlan>(&CurrentPlan::key())?)
}

/// A run that is done.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn plan_run(read: &mut impl Reading, run: JobId) -> Result<Option<Arc<PlanRun>>, StockError> {
    Ok(read.peek::<PlanRun>(&run)?)
}

/// What a run proposes, by item and site; nothing while it is not done.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn planned_orders(
    read: &mut impl Reading,
    run: JobId,
) -> Result<Vec<Arc<PlannedOrder>>, StockError> {
    let Some(done) = plan_run(read, run)? else { return Ok(Vec::new()) };
    Ok(read.peek_scan(&Range::<PlannedOrder>::by_key(&(run, done.attempt)))?)
}

/// What has to be done by a run, by item and site; nothing while it is not done.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn plan_messages(
    read: &mut impl Reading,
    run: JobId,
) -> Result<Vec<Arc<PlanMessage>>, StockError> {
    let Some(done) = plan_run(read, run)? else { return Ok(Vec::new()) };
    Ok(read.peek_scan(&Range::<PlanMessage>::by_key(&(run, done.attempt)))?)
}

/// For whom a proposal is.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn plan_pegs(
    read: &mut impl Reading,
    order: &PlannedOrder,
) -> Result<Vec<Arc<PlanPeg>>, StockError> {
    let key = (order.run, order.attempt, order.number);
    Ok(read.peek_scan(&Range::<PlanPeg>::by_key(&key))?)
}

impl Stock<'_> {
    /// What the current run proposes, by item and site; nothing before the first.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// use fondaco_inventory::planning::{Expectation, ForecastLine, PlanSettings, RecordForecast};
    /// use fondaco_inventory::replenish::{ReplenishmentPolicy, SetReorderRule};
    /// # let stock = stock();
    /// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
    /// let rule = SetReorderRule {
    ///     lead_time_days: 10,
    ///     multiple: Some("50 pcs".parse()?),
    ///     ..SetReorderRule::new(bolt, main, ReplenishmentPolicy::Planned)
    /// };
    /// stock.send("rule", &rule)?;
    /// let july = Expectation::new(day("2026-07-01"), "420 pcs".parse()?);
    /// let line = ForecastLine::new(bolt, main, day("2026-07-01"), vec![july]);
    /// stock.send("forecast", &RecordForecast::new(vec![line]))?;
    ///
    /// let done = stock.plan("plan/june", &PlanSettings::new(day("2026-06-01")), &mut ())?;
    /// assert!(done.report.is_current);
    /// let orders = stock.proposals()?;
    /// assert_eq!((orders[0].quantity.to_decimal(), orders[0].release_on), (450.into(), day("2026-06-21")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn proposals(&self) -> Result<Vec<Arc<PlannedOrder>>, StockError> {
        self.view(|view| match current_plan(view)? {
            Some(current) => planned_orders(view, current.run),
            None => Ok(Vec::new()),
        })
    }
}
