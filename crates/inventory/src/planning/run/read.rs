//! What runs have left, as it is read.

use std::sync::Arc;

use fondaco_core::job::JobId;
use fondaco_core::report::{Explain, Parameter, word};
use fondaco_core::{Range, Reading};

use super::record::{CurrentPlan, PegKind, PlanMessage, PlanPeg, PlanRun, PlannedOrder};
use crate::items::{CatalogueError, Item};
use crate::planning::PlanningError;
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

/// So many lines an explanation has at most.
const MOST: usize = 200;

/// Why a run proposes an order: what it is for, what that is for, and so on up to who wants it; of very many, the first 200.
///
/// # Errors
/// [`PlanningError::UnknownProposal`]; a [`Halt`](fondaco_core::Halt).
pub fn explain_proposal(
    read: &mut impl Reading,
    run: JobId,
    number: u32,
) -> Result<Explain, StockError> {
    let unknown = PlanningError::UnknownProposal { run, number };
    let done = plan_run(read, run)?.ok_or_else(|| unknown.clone())?;
    let row = read.peek::<PlannedOrder>(&(run, done.attempt, number))?.ok_or(unknown)?;
    let mut left = MOST;
    explain(read, &row, &mut left)
}

/// One order with what it is for. A bill has no circle, so that goes up a bounded way: as many levels as things are made by.
fn explain(
    read: &mut impl Reading,
    row: &PlannedOrder,
    left: &mut usize,
) -> Result<Explain, StockError> {
    let item = item(read, row.item)?;
    let title = if row.firm.is_some() { "Firm planned order of" } else { "Planned order of" };
    let what = fondaco_core::report::Phrase::from(word(title)).and(item.code.clone());
    let mut told = Explain::new(what, item.quantity(row.quantity))
        .parameter(Parameter::new(word("Release"), row.release_on))
        .parameter(Parameter::new(word("Due"), row.due_on));
    if let Some(source) = row.source {
        told = told.parameter(Parameter::new(word("Source"), source.code()));
    }
    if let Some(version) = &row.version {
        told = told.parameter(Parameter::new(word("Version"), version.clone()));
    }
    for peg in plan_pegs(read, row)? {
        if *left == 0 {
            break;
        }
        *left -= 1;
        told = told.input(explain_peg(read, row, &peg, left)?);
    }
    Ok(told)
}

fn explain_peg(
    read: &mut impl Reading,
    row: &PlannedOrder,
    peg: &PlanPeg,
    left: &mut usize,
) -> Result<Explain, StockError> {
    let quantity = item(read, row.item)?.quantity(peg.quantity);
    let told = match peg.kind {
        PegKind::Promise => {
            let promise = peg.promise.map(|id| id.to_string()).unwrap_or_default();
            let what = fondaco_core::report::Phrase::from(word("For the promise")).and(promise);
            Explain::new(what, quantity)
        }
        PegKind::Forecast => Explain::new(word("For the forecast"), quantity),
        PegKind::BelowZero => Explain::new(word("For what lies below zero"), quantity),
        PegKind::Free => {
            Explain::new(word("For nobody yet: safety stock, or a larger lot"), quantity)
        }
        PegKind::Order => Explain::new(word("For what is made of it"), quantity),
    };
    let told = match peg.needed_on {
        Some(day) => told.parameter(Parameter::new(word("Needed on"), day)),
        None => told,
    };
    let Some(above) = peg.needed_by else { return Ok(told) };
    match read.peek::<PlannedOrder>(&(row.run, row.attempt, above))? {
        Some(above) => Ok(told.input(explain(read, &above, left)?)),
        None => Ok(told),
    }
}

fn item(read: &mut impl Reading, id: fondaco_core::ItemId) -> Result<Arc<Item>, StockError> {
    Ok(read.peek::<Item>(&id)?.ok_or(CatalogueError::UnknownItem { item: id })?)
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
