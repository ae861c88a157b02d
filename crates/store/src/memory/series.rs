//! Gapless numbers: how far each series has come, and how far it had come at a held snapshot.

use fondaco_core::store::{Batch, Change, Numbers, Refusal, SeriesState, StoreError};
use smol_str::SmolStr;

use super::KeyMap;

/// All series of a company. Each keeps its states by position, the older ones only while a hold may ask for them.
#[derive(Default)]
pub(super) struct AllSeries {
    states: KeyMap<SmolStr, Vec<(u64, SeriesState)>>,
}

/// What a batch draws: its numbers, and where that leaves the series.
#[derive(Default)]
pub(super) struct Drawing {
    pub(super) numbers: Numbers,
    states: Vec<(SmolStr, SeriesState)>,
}

impl AllSeries {
    /// The state of `series` after the commit at `position`.
    pub(super) fn at(&self, series: &str, position: u64) -> SeriesState {
        let states = self.states.get(series).map_or(&[][..], Vec::as_slice);
        let state = states.iter().rev().find(|(from, _)| *from <= position);
        state.map(|(_, state)| *state).unwrap_or_default()
    }

    /// All series that were drawn from by then, in order of name.
    pub(super) fn all(&self, position: u64) -> Vec<(SmolStr, SeriesState)> {
        let state = |name: &SmolStr| (name.clone(), self.at(name, position));
        let mut all: Vec<_> = self.states.keys().map(state).collect();
        all.retain(|(_, state)| *state != SeriesState::default());
        all.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        all
    }

    /// Takes in series of a company that is loaded: they are so from its first commit on.
    pub(super) fn set(&mut self, series: Vec<(SmolStr, SeriesState)>) {
        self.states.extend(series.into_iter().map(|(name, state)| (name, vec![(1, state)])));
    }

    /// The numbers that `batch` would take; draws that would run backwards in date go to the refusal.
    pub(super) fn draw(&self, batch: &Batch, out: &mut Refusal) -> Result<Drawing, StoreError> {
        let mut drawing = Drawing::default();
        for change in &batch.changes {
            let Change::Draw { series, count, dates } = change else { continue };
            let at = match drawing.states.iter().position(|(name, _)| name == series) {
                Some(at) => at,
                None => {
                    drawing.states.push((series.clone(), self.at(series, u64::MAX)));
                    drawing.states.len() - 1
                }
            };
            let Some((_, state)) = drawing.states.get_mut(at) else { continue };
            let last = state.last.checked_add(i64::from(*count)).ok_or_else(|| {
                StoreError::Misused(format!("series {series} has no numbers left"))
            })?;
            if let (Some((first, _)), Some(date)) = (dates, state.date)
                && *first < date
            {
                out.late.push((series.clone(), date));
            }
            drawing.numbers.first.push(state.last.saturating_add(1));
            state.last = last;
            if *count > 0 {
                state.date = state.date.max(dates.map(|(_, last)| last));
            }
        }
        Ok(drawing)
    }

    /// Moves the series on; `held` is the newest position that a hold may ask for.
    pub(super) fn apply(&mut self, drawing: Drawing, position: u64, held: Option<u64>) {
        for (series, state) in drawing.states {
            let states = self.states.entry(series).or_default();
            // The state before is wanted if a hold can see it; those still older only if they were kept for one.
            if states.last().is_some_and(|(from, _)| held.is_none_or(|held| held < *from)) {
                states.pop();
            }
            states.push((position, state));
        }
    }

    /// Forgets the states that only holds before `oldest` asked for; `None` = nothing is held.
    pub(super) fn prune(&mut self, oldest: Option<u64>) {
        for states in self.states.values_mut() {
            let oldest = oldest.unwrap_or(u64::MAX);
            let wanted = states.iter().rposition(|(from, _)| *from <= oldest).unwrap_or(0);
            states.drain(..wanted);
        }
    }
}
