//! Definitions that are said anew, of pay groups, components and policies of leave: which of them holds for a period.
//!
//! One that is said from a day on holds for periods that end on that day or later. One without a day holds for what was not approved yet when it
//! was recorded: a period whose regular run is approved stays by the definitions of then, so that a retro run over it finds what was recorded
//! of people and not what a company does otherwise since. Whoever means the past says its day. As of a time only what was recorded by then is
//! known.

use chrono::NaiveDate;
use fondaco_core::{Range, Reading, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::PayrollError;
use crate::runs::{Parts, Run, RunDeed, RunKind, RunStatus, RunStep};

/// A definition as it was said once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version<T> {
    /// From which day on it holds; `None` for what was not approved yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// When it was recorded; `None` for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Timestamp>,
    /// What was said.
    pub said: T,
}

/// The history of a definition with another version: nothing as long as there was but one.
pub(crate) fn again<T: Clone + PartialEq>(
    history: &Parts<Version<T>>,
    before: T,
    now: (Option<NaiveDate>, Timestamp),
    said: T,
) -> Parts<Version<T>> {
    let (from, recorded_at) = now;
    let same =
        history.last().map_or(before == said, |last| last.from.is_none() && last.said == said);
    if from.is_none() && same {
        return history.clone();
    }
    let mut all: Vec<Version<T>> = history.to_vec();
    if all.is_empty() {
        all.push(Version { from: None, recorded_at: None, said: before });
    }
    all.push(Version { from, recorded_at: Some(recorded_at), said });
    all.into()
}

/// For which period, as of when a definition is asked for; by default of what was said once, which holds for all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    last: NaiveDate,
    known: Option<Timestamp>,
    approved: Option<Timestamp>,
}

impl Moment {
    /// A period of a pay group by its first and last day, as it is known now or was at a time.
    pub(crate) fn of(
        read: &mut impl Reading,
        group: &SmolStr,
        (first, last): (NaiveDate, NaiveDate),
        known: Option<Timestamp>,
    ) -> Result<Moment, PayrollError> {
        let runs = read.peek_scan(&Range::by(Run::BY_PERIOD, &(group.clone(), first)))?;
        let approved = runs.iter().find(|run| {
            run.kind == RunKind::Regular
                && (RunStatus::Approved..RunStatus::Cancelled).contains(&run.status)
        });
        let steps = match approved {
            Some(run) => read.peek_scan(&Range::<RunStep>::by_key(&run.id))?,
            None => Vec::new(),
        };
        let approved = steps.iter().filter(|step| step.deed == RunDeed::Approved);
        let approved = approved.map(|step| step.recorded_at).max();
        Ok(Moment { last, known, approved })
    }

    /// A day, of which nothing is approved yet: definitions hold by the days that were said for them.
    pub(crate) fn on(last: NaiveDate) -> Moment {
        Moment { last, known: None, approved: None }
    }

    /// The version that holds: the last recorded of those that do. `None` where there was but one.
    pub(crate) fn holding<'v, T>(&self, versions: &'v [Version<T>]) -> Option<&'v T> {
        self.holding_all(versions).next()
    }

    /// All versions that hold, the last recorded first: what one of them leaves out is said by those after it.
    pub(crate) fn holding_all<'v, T>(
        &self,
        versions: &'v [Version<T>],
    ) -> impl Iterator<Item = &'v T> {
        let Moment { last, known, approved } = *self;
        let holds = move |version: &&Version<T>| match (version.recorded_at, version.from) {
            (None, _) => true,
            (Some(at), _) if known.is_some_and(|known| known < at) => false,
            (Some(_), Some(from)) => from <= last,
            (Some(at), None) => approved.is_none_or(|approved| at <= approved),
        };
        versions.iter().rev().filter(holds).map(|version| &version.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(last: &str, known: Option<&str>, approved: Option<&str>) -> Moment {
        let time = |text: &str| text.parse().unwrap();
        Moment { last: last.parse().unwrap(), known: known.map(time), approved: approved.map(time) }
    }

    #[test]
    fn the_last_of_those_that_hold_is_taken() {
        let none = Parts::<Version<u32>>::default();
        assert_eq!(moment("2026-01-31", None, None).holding(&none), None);
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let all = again(&none, 1, (None, time("2026-03-01T00:00:00Z")), 2);
        assert_eq!(again(&all, 2, (None, time("2026-04-01T00:00:00Z")), 2), all);
        let from = Some("2026-07-01".parse().unwrap());
        let all = again(&all, 2, (from, time("2026-05-01T00:00:00Z")), 3);
        let at =
            |last: &str, known, approved| *moment(last, known, approved).holding(&all).unwrap();
        assert_eq!(at("2026-01-31", None, None), 2);
        // Approved before it was said anew, and after.
        assert_eq!(at("2026-01-31", None, Some("2026-02-01T00:00:00Z")), 1);
        assert_eq!(at("2026-03-31", None, Some("2026-03-31T00:00:00Z")), 2);
        assert_eq!(at("2026-07-31", None, Some("2026-03-31T00:00:00Z")), 3);
        assert_eq!(at("2026-07-31", Some("2026-04-01T00:00:00Z"), None), 2);
        assert_eq!(at("2026-07-31", Some("2026-02-01T00:00:00Z"), None), 1);
    }
}
