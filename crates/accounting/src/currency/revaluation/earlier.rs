//! Earlier runs: what of them stands on the day that is valued.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Range, Reading};
use smol_str::SmolStr;

use super::{RevaluationLine, RevaluationRun};
use crate::currency::ExchangeError;
use crate::ledger::{Entry, LedgerError, Reversal, planned_reversals};

/// What stands on adjustment accounts in the stead of an account in a currency.
pub(super) type Adjusted = BTreeMap<(SmolStr, Currency), i128>;

/// What earlier runs left on adjustment accounts by the end of `date`. A run whose reversal is due by then and did not come
/// yet refuses: its reversal would move what is valued now.
pub(super) fn adjusted(read: &mut impl Reading, date: NaiveDate) -> Result<Adjusted, LedgerError> {
    let mut adjusted = Adjusted::new();
    for run in standing(read, date)? {
        for line in read.peek_scan(&Range::<RevaluationLine>::by_key(&run.entry))? {
            if line.adjustment.is_some() {
                let moved = i128::from(line.worth.units()) - i128::from(line.before.units());
                *adjusted.entry((line.account.clone(), line.currency)).or_default() += moved;
            }
        }
    }
    Ok(adjusted)
}

/// The runs whose entries are in the books at the end of `date`.
fn standing(
    read: &mut impl Reading,
    date: NaiveDate,
) -> Result<Vec<Arc<RevaluationRun>>, LedgerError> {
    let runs = read.peek_scan(&Range::<RevaluationRun>::all().through(&date))?;
    let ids: Vec<_> = runs.iter().map(|run| run.entry).collect();
    let reversals = read.peek_many::<Reversal>(&ids)?;
    let by: Vec<_> = reversals.iter().flatten().map(|reversal| reversal.by).collect();
    let entries = read.peek_many::<Entry>(&by)?;
    let back: BTreeMap<_, _> = reversals
        .iter()
        .flatten()
        .zip(entries)
        .collect::<Vec<_>>()
        .into_iter()
        .filter_map(|(reversal, by)| Some((reversal.entry, by?.date)))
        .collect();
    let planned = planned_reversals(read)?;
    let mut stand = Vec::new();
    for run in runs {
        let due = planned.iter().find(|plan| plan.entry == run.entry && plan.on <= date);
        match (back.get(&run.entry), due) {
            (Some(back), _) if *back <= date => {}
            (None, Some(plan)) => {
                let (of, entry, on) = (run.date, run.entry, plan.on);
                return Err(ExchangeError::NotReversed { date, of, entry, on }.into());
            }
            _ => stand.push(run),
        }
    }
    Ok(stand)
}
