//! Which days of pay groups are paid already, so that what is told of them too late is paid by a retro run alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Range, Reading, Tx};
use smol_str::SmolStr;

use crate::PayrollError;
use crate::runs::{Run, RunKind, RunStatus};

/// The regular runs of pay groups, read once for each.
#[derive(Default)]
pub(super) struct PaidDays(BTreeMap<SmolStr, Vec<Arc<Run>>>);

impl PaidDays {
    /// How far the regular run is that pays a day, if there is one.
    pub(super) fn status(
        &mut self,
        tx: &mut Tx<'_>,
        group: &SmolStr,
        day: NaiveDate,
    ) -> Result<Option<RunStatus>, PayrollError> {
        if !self.0.contains_key(group) {
            let mut runs = tx.peek_scan(&Range::by(Run::BY_PERIOD, group))?;
            runs.retain(|run| run.kind == RunKind::Regular && run.status != RunStatus::Cancelled);
            self.0.insert(group.clone(), runs);
        }
        let mut runs = self.0.get(group).into_iter().flatten();
        let run = runs.find(|run| run.period_start <= day && day <= run.period_end);
        Ok(run.map(|run| run.status))
    }
}
