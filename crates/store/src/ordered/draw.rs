//! Gapless numbers: what a batch draws, and where that leaves its series.

use fondaco_core::store::{
    Batch, Change, Numbers, Refusal, SeriesState, StoreError, Table, ValueRow,
};
use smol_str::SmolStr;

use super::{MapSnapshot, Put, log};

/// A batch's numbers, and its series as they stand then.
#[derive(Default)]
pub(super) struct Drawing {
    pub(super) numbers: Numbers,
    states: Vec<(SmolStr, SeriesState)>,
}

impl Drawing {
    /// The numbers that `batch` would take; draws that would run backwards in date go to the refusal.
    pub(super) fn of(
        map: &dyn MapSnapshot,
        company: i64,
        batch: &Batch,
        out: &mut Refusal,
    ) -> Result<Drawing, StoreError> {
        let mut drawing = Drawing::default();
        for change in &batch.changes {
            let Change::Draw { series, count, dates } = change else { continue };
            let state = drawing.state(map, company, series)?;
            let last = state.last.checked_add(i64::from(*count)).ok_or_else(|| {
                StoreError::Misused(format!("series {series} has no numbers left"))
            })?;
            if let (Some((first, _)), Some(date)) = (dates, state.date)
                && *first < date
            {
                out.late.push((series.clone(), date));
            }
            let first = state.last.saturating_add(1);
            state.last = last;
            if *count > 0 {
                state.date = state.date.max(dates.map(|(_, last)| last));
            }
            drawing.numbers.first.push(first);
        }
        Ok(drawing)
    }

    /// The series as the draws before leave it.
    fn state(
        &mut self,
        map: &dyn MapSnapshot,
        company: i64,
        series: &SmolStr,
    ) -> Result<&mut SeriesState, StoreError> {
        let known = self.states.iter().position(|(name, _)| name == series);
        let at = match known {
            Some(at) => at,
            None => {
                self.states.push((series.clone(), log::series(map, company, series)?));
                self.states.len() - 1
            }
        };
        let state = self.states.get_mut(at).map(|(_, state)| state);
        state.ok_or_else(|| StoreError::Misused(format!("series {series} is not there")))
    }

    pub(super) fn keep(&self, company: i64, puts: &mut Vec<Put>) {
        puts.extend(self.states.iter().map(|(name, state)| log::keep_series(company, name, state)));
    }
}

/// What a batch was before its numbers were filled in, for one more try after somebody else has drawn from its series.
pub(super) struct Unfilled {
    changes: Vec<Option<Vec<ValueRow>>>,
    batch: Batch,
}

impl Unfilled {
    /// A copy of what filling in numbers changes; `None` for a batch that draws none.
    pub(super) fn of(batch: &Batch) -> Option<Unfilled> {
        if !batch.changes.iter().any(|change| matches!(change, Change::Draw { .. })) {
            return None;
        }
        let mut kept = Batch::new(batch.company, batch.id, batch.meta.clone());
        (kept.events, kept.answer) = (batch.events.clone(), batch.answer.clone());
        Some(Unfilled { changes: batch.changes.iter().map(rows).collect(), batch: kept })
    }

    /// Puts it back.
    pub(super) fn restore(&self, batch: &mut Batch) {
        (batch.events, batch.answer) = (self.batch.events.clone(), self.batch.answer.clone());
        for (change, rows) in batch.changes.iter_mut().zip(&self.changes) {
            match (change, rows) {
                (Change::Insert(filled), Some(rows)) => *filled = Box::new(rows.clone()),
                (Change::Put { row, .. }, Some(rows)) => {
                    if let Some(first) = rows.first() {
                        *row = std::sync::Arc::new(first.clone());
                    }
                }
                _ => {}
            }
        }
    }
}

/// The rows of a change that may hold places of numbers.
fn rows(change: &Change) -> Option<Vec<ValueRow>> {
    let owned = |row: &dyn fondaco_core::store::Stored, table: &'static Table| {
        ValueRow::new(table, row.values())
    };
    match change {
        Change::Insert(rows) => {
            let table = rows.table();
            Some(
                (0..rows.len())
                    .filter_map(|at| rows.row(at))
                    .map(|row| owned(row, table))
                    .collect(),
            )
        }
        Change::Put { row, .. } => Some(vec![owned(row.as_ref(), row.table())]),
        _ => None,
    }
}
