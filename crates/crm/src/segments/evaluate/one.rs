//! One condition, one contact, one moment.

use super::window::Place;
use super::{Records, Track, acts_answer, acts_hold, comes, latest, passes, worth};
use crate::segments::Truth;
use crate::segments::compile::{Acts, Check, Condition, Decayed, FieldCheck, Path};

/// A contact at a moment.
pub(crate) struct Asked<'r, R: Records> {
    pub(crate) records: &'r R,
    pub(crate) contact: u32,
    pub(crate) now: i64,
}

/// Whether a condition holds. What rests on other segments is not for here: it is unknown.
#[inline]
pub(crate) fn condition<R: Records>(asked: &Asked<'_, R>, condition: &Condition) -> Truth {
    match condition {
        Condition::Attribute(check) => asked.attribute(check),
        Condition::Behaviour(acts) => asked.behaviour(acts),
        Condition::Sequence(path) => asked.latest(path).is_some().into(),
        Condition::Interest(decayed) => decayed.holds(asked.worth(decayed)).into(),
        Condition::Segment(_) | Condition::People(..) => Truth::Unknown,
    }
}

/// Whether a condition holds, and the next moment at which it may change, if nothing more happens; never later than it does.
#[inline]
pub(crate) fn answer<R: Records>(
    asked: &Asked<'_, R>,
    condition: &Condition,
) -> (Truth, Option<i64>) {
    match condition {
        Condition::Attribute(check) => (asked.attribute(check), asked.attribute_next(check)),
        Condition::Behaviour(acts) => asked.behaviour_answer(acts),
        Condition::Sequence(path) => asked.sequence_answer(path),
        Condition::Interest(decayed) => asked.interest_answer(decayed),
        Condition::Segment(_) | Condition::People(..) => (Truth::Unknown, None),
    }
}

/// The next moment alone.
pub(crate) fn next<R: Records>(asked: &Asked<'_, R>, condition: &Condition) -> Option<i64> {
    answer(asked, condition).1
}

impl<R: Records> Asked<'_, R> {
    fn place(&self) -> Place<'_> {
        Place::new(self.records.schema(), self.records.people().zone(self.contact))
    }

    fn attribute(&self, check: &FieldCheck) -> Truth {
        let column = self.records.people().table.column(check.field);
        column.map_or(Truth::Unknown, |column| {
            let today = || self.place().day(self.now);
            column.truth(&check.check, self.contact as usize, self.now, today)
        })
    }

    fn attribute_next(&self, check: &FieldCheck) -> Option<i64> {
        let column = self.records.people().table.column(check.field)?;
        let held = column.get(self.contact as usize)?;
        let turns: [Option<i64>; 2] = match &check.check {
            Check::Ago(_, micros) => {
                let turn = held.checked_add(*micros);
                [turn, turn.and_then(|turn| turn.checked_add(1))]
            }
            Check::Ahead(_, days) => {
                let day = i32::try_from(held).ok()?.checked_sub(*days)?;
                let begins = |day: i32| {
                    let day = chrono::NaiveDate::from_num_days_from_ce_opt(day)?;
                    Some(self.place().begins(day))
                };
                [begins(day), begins(day.checked_add(1)?)]
            }
            _ => return None,
        };
        turns.into_iter().flatten().filter(|turn| *turn > self.now && *turn != i64::MAX).min()
    }

    fn behaviour(&self, acts: &Acts) -> Truth {
        let Some(table) = self.records.table(acts.kind) else { return Truth::Unknown };
        let track = self.records.track(self.contact, acts.kind);
        let place = self.place();
        let range = acts.window.at(self.now, place);
        let counts = |row| passes(&acts.filter, table, row);
        acts_hold(acts, table, &track, range, self.now, place, counts)
    }

    fn behaviour_answer(&self, acts: &Acts) -> (Truth, Option<i64>) {
        let Some(table) = self.records.table(acts.kind) else { return (Truth::Unknown, None) };
        let track = self.records.track(self.contact, acts.kind);
        let counts = |row| passes(&acts.filter, table, row);
        acts_answer(acts, table, &track, self.now, self.place(), counts)
    }

    fn tracks(&self, path: &Path) -> Vec<R::Track<'_>> {
        path.steps.iter().map(|step| self.records.track(self.contact, step.kind)).collect()
    }

    fn latest(&self, path: &Path) -> Option<i64> {
        let range = path.window.at(self.now, self.place());
        latest(path, &self.tracks(path), range, |number, row| self.step_counts(path, number, row))
    }

    fn step_counts(&self, path: &Path, number: usize, row: usize) -> bool {
        path.steps.get(number).is_some_and(|step| {
            let table = self.records.table(step.kind);
            table.is_some_and(|table| passes(&step.filter, table, row))
        })
    }

    /// It ends when the latest beginning of a chain leaves the window, and begins when another event comes into it.
    fn sequence_answer(&self, path: &Path) -> (Truth, Option<i64>) {
        let place = self.place();
        let range = path.window.at(self.now, place);
        let tracks = self.tracks(path);
        let counts = |number, row| self.step_counts(path, number, row);
        let found = latest(path, &tracks, range, counts);
        let ends = found
            .map(|start| path.window.stay(start, place).until)
            .filter(|until| *until > self.now && *until != i64::MAX);
        let comes = tracks.iter().filter_map(|track| {
            comes(path.window, track, track.within(range).end, self.now, place)
        });
        let next = comes.chain(ends).min();
        (found.is_some().into(), next)
    }

    pub(crate) fn worth(&self, decayed: &Decayed) -> f64 {
        let mut sum = 0.0;
        for of in &decayed.weights {
            let Some(table) = self.records.table(of.kind) else { continue };
            let track = self.records.track(self.contact, of.kind);
            let places = 0..track.first_at(self.now);
            let counted = places.filter(|place| passes(&of.filter, table, track.row(*place)));
            let times = counted.map(|place| track.at(place));
            sum += worth(decayed.half_life_micros, of.weight, times, self.now);
        }
        sum
    }

    fn interest_answer(&self, decayed: &Decayed) -> (Truth, Option<i64>) {
        let comes = decayed.weights.iter().filter_map(|of| {
            let track = self.records.track(self.contact, of.kind);
            let at = track.first_at(self.now);
            (at < track.len()).then(|| track.at(at).saturating_add(1))
        });
        let worth = self.worth(decayed);
        let next = comes.chain(decayed.crosses(worth, self.now)).min();
        (decayed.holds(worth).into(), next)
    }
}
