//! Forgetting runs: what was proposed once is gone when nobody looks at it any more.

use std::collections::BTreeSet;

use fondaco_core::job::JobId;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Needs, Outcome, Range, Reading, Tx};
use serde::{Deserialize, Serialize};

use super::record::{CurrentPlan, PlanMessage, PlanPeg, PlanRun, PlannedOrder};
use crate::StockError;
use crate::planning::{PlanningError, rights};

/// So many rows are taken away by one command.
const MOST: usize = 5_000;

/// Takes away what runs have left: orders, pegs and messages, those of attempts that were given up among them. Neither the current run nor
/// the one before can be forgotten. Firm orders and their histories stay.
///
/// One command takes away 5,000 rows at most, and says whether there is more: send another, until there is none.
///
/// ```
/// use fondaco_core::job::JobId;
/// use fondaco_inventory::planning::ForgetRuns;
/// let spring = ForgetRuns::new(vec![JobId::named("plan/2026-03-01"), JobId::named("plan/2026-03-02")]);
/// assert_eq!(spring.runs.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetRuns {
    /// Which.
    pub runs: Vec<JobId>,
}

impl ForgetRuns {
    /// These.
    pub fn new(runs: Vec<JobId>) -> ForgetRuns {
        ForgetRuns { runs }
    }
}

/// What was forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default, Outcome)]
pub struct Forgotten {
    /// How many rows went.
    pub rows: u32,
    /// Whether there is more of these runs.
    pub more: bool,
}

impl Act for ForgetRuns {
    type Answer = Forgotten;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Forgotten, StockError> {
        tx.authorize(&Request::new(&rights::PLAN))?;
        let current = tx.get::<CurrentPlan>(&CurrentPlan::key())?;
        let kept: BTreeSet<JobId> = current
            .iter()
            .flat_map(|current| [Some(current.run), current.previous])
            .flatten()
            .collect();
        let mut left = MOST;
        for &run in &self.runs {
            if kept.contains(&run) {
                return Err(PlanningError::RunIsCurrent { run }.into());
            }
            // A run is done as long as all that it says is there.
            if tx.get::<PlanRun>(&run)?.is_some() {
                tx.delete::<PlanRun>(&run)?;
                left = left.saturating_sub(1);
            }
            forget(tx, Range::<PlanMessage>::by_key(&run), &mut left)?;
            forget(tx, Range::<PlanPeg>::by_key(&run), &mut left)?;
            forget(tx, Range::<PlannedOrder>::by_key(&run), &mut left)?;
        }
        let rows = u32::try_from(MOST - left).unwrap_or(u32::MAX);
        let event = Event::new("stock.plan_runs_forgotten").with("runs", self.runs.len() as i64);
        tx.emit(event.with("rows", i64::from(rows)));
        Ok(Forgotten { rows, more: left == 0 })
    }
}

/// Deletes rows, as long as there may be more. Nobody adds to a run that is done.
fn forget<R: Record>(tx: &mut Tx<'_>, range: Range<R>, left: &mut usize) -> Result<(), StockError> {
    if *left == 0 {
        return Ok(());
    }
    let rows = tx.peek_scan(&range.limit(*left))?;
    let keys: Vec<R::Key> = rows.iter().map(|row| row.key()).collect();
    tx.need_all(Needs::new().rows::<R>(&keys))?;
    for key in &keys {
        tx.delete::<R>(key)?;
        *left -= 1;
    }
    Ok(())
}
